"""What becomes of the gradient of whole arrays: numbers that are worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.operations.space import NUMPY
from graphdiff.operations.sweeps import Operation
from graphdiff.structure.arrays import Cancelling, DeadUnits, Repeated, Skip


@dataclass
class Factors:
    """Each operand times an array of factors, entry by entry; the results are added up."""

    factors: Sequence[Any]

    def push(self, tangents: Sequence[Any]) -> Any:
        return sum(factor * one for factor, one in zip(self.factors, tangents, strict=True) if one is not None)

    def pull(self, adjoint: Any) -> Sequence[Any]:
        return [factor * adjoint for factor in self.factors]


def network(*rows: tuple[str, str, tuple[str, ...], Sequence[Any], dict[str, Any]]) -> gd.Operations:
    """Rows of name, op, operands, factors and attributes, behind an input of two rows and three columns."""
    value = np.ones((2, 3))
    operations = [Operation("x", "input", value)]
    for name, op, operands, factors, about in rows:
        places = [one.name for one in operations]
        operations.append(Operation(name, op, value, tuple(map(places.index, operands)), Factors(factors), about))
    return gd.Operations(operations, ("x",), (), (operations[-1].name,), NUMPY, "by hand")


def test_a_skip_is_a_sum_of_what_also_leads_to_its_other_operand() -> None:
    net = network(
        ("h", "scale", ("x",), [3.0], {}),
        ("y", "add", ("x", "h"), [1.0, 1.0], {}),
        ("z", "multiply", ("x", "y"), [1.0, 1.0], {}),
    )
    diagnosis = gd.diagnose(net, None, {"z": 1})
    assert diagnosis.skips == [Skip("y", skip="x", beside="h", skipped=6.0, computed=18.0)]
    assert "x -> y   20.0 %   60.0 %   beside h" in str(diagnosis)  # of 30: z has x by itself, too


def test_what_is_run_again_and_again_is_told_run_by_run() -> None:
    about = {"line": 7, "file": "model.py", "module": "cell"}
    steps = [(f"h{n}", "tanh", (f"h{n - 1}" if n else "x",), [0.5], about) for n in range(4)]
    diagnosis = gd.diagnose(network(*steps), None, {"h3": 1})
    assert diagnosis.repeated == [Repeated("tanh", 7, "cell", (0.125, 0.25, 0.5, 1.0))]
    assert diagnosis.repeated[0].factor == pytest.approx(0.5)
    assert "tanh, line 7 in cell   4 runs   first 0.125   last 1   0.5 times a run back" in str(diagnosis)
    assert diagnosis.by_module == {"cell": 0.375}


def test_what_is_run_side_by_side_has_no_runs() -> None:
    about = {"line": 7, "file": "model.py", "module": "attn"}
    heads = [(name, "view", ("x",), [0.5], about) for name in ("q", "k", "v")]
    net = network(*heads, ("y", "add", ("q", "k", "v"), [1.0, 1.0, 1.0], {}))
    assert gd.diagnose(net, None, {"y": 1}).repeated == []


def test_a_report_has_few_lines_and_puts_modules_together_that_are_in_one() -> None:
    rows: list[Any] = []
    last = "x"
    for n in range(30):
        about = {"line": n % 3, "file": "model.py", "module": f"layers.{n // 6}.part{n % 6}"}
        rows += [(f"h{n}", "relu", (last,), [np.array([0.0, 1.0, 1.0])], about)]
        rows += [(f"s{n}", "add", (last, f"h{n}"), [1.0, 1.0], about | {"line": 9})]
        last = f"s{n}"
    lines = str(gd.diagnose(network(*rows), None, {last: 1})).splitlines()
    assert len(lines) <= 40
    assert [line.split()[0] for line in lines if line.startswith("  layers")] == [f"layers.{n}" for n in range(3)]
    assert "  2 more: to_dict() has all" in lines


@pytest.mark.parametrize(("factor", "word"), [(1e-4, "vanishing from 2 steps on"), (1e4, "exploding from 2 steps on")])
def test_it_says_where_the_gradient_vanishes_or_explodes(factor: float, word: str) -> None:
    steps = [(f"h{n}", "scale", (f"h{n - 1}" if n else "x",), [factor], {}) for n in range(4)]
    assert gd.diagnose(network(*steps), None, {"h3": 1}).headline().startswith(f"the gradient's entries are {word}")


def test_depth_is_the_number_of_operations_to_the_output() -> None:
    net = network(("h", "scale", ("x",), [3.0], {}), ("y", "add", ("x", "h"), [1.0, 1.0], {}))
    diagnosis = gd.diagnose(net, None, {"y": 1})
    assert diagnosis.depths.tolist() == [1, 1, 0]
    assert diagnosis.sizes.tolist() == [4.0, 1.0, 1.0]


def test_what_enters_and_does_not_pass_cancels() -> None:
    net = network(
        ("up", "scale", ("x",), [100.0], {}),
        ("down", "scale", ("x",), [-99.0], {}),
        ("y", "add", ("up", "down"), [1.0, 1.0], {}),
    )
    assert gd.diagnose(net, None, {"y": 1}).cancelling == [Cancelling("y", entering=1194.0, passing=6.0)]
    assert gd.diagnose(net, None, {"y": 1}).cancelling[0].factor == 199.0


def test_a_dead_entry_lets_nothing_through_in_any_row() -> None:
    gate = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    net = network(("h", "relu", ("x",), [gate], {}), ("y", "scale", ("h",), [1.0], {}))
    assert gd.diagnose(net, None, {"y": 1}).dead_units == [DeadUnits("h", n_dead=1, n_units=3, n_rows=2)]
    assert "h   1 of 3   in 2 rows" in str(gd.diagnose(net, None, {"y": 1}))


def test_a_gradient_of_0_is_dead() -> None:
    net = network(("h", "scale", ("x",), [0.0], {}), ("y", "scale", ("h",), [1.0], {}))
    flow = gd.diagnose(net, None, {"y": 1}).gradient_flow
    assert [(layer.depth, layer.n_dead) for layer in flow.layers] == [(0, 0), (1, 0)]
    assert [root.size for root in flow.roots] == [None]


def test_everything_is_there_as_plain_data_and_for_pandas() -> None:
    net = network(("h", "scale", ("x",), [3.0], {}), ("y", "add", ("x", "h"), [1.0, 1.0], {}))
    diagnosis = gd.diagnose(net, None, {"y": 1})
    assert diagnosis.to_dict()["skips"] == [{"node": "y", "skip": "x", "beside": "h", "skipped": 6.0, "computed": 18.0}]
    assert diagnosis.to_pandas()["size"].tolist() == [4.0, 1.0, 1.0]


def test_groups_of_what_flows_add_up_and_inputs_stand_by_themselves() -> None:
    net = network(
        ("q", "scale", ("x",), [3.0], {"module": "layer.0.q"}),
        ("k", "scale", ("x",), [2.0], {"module": "layer.0.k"}),
        ("s", "add", ("q", "k"), [1.0, 1.0], {"module": "layer.1"}),
    )
    groups = gd.group(net, "module", depth=2, target={"s": 1})
    assert list(groups.edges(data="contribution")) == [("x", "layer.0", 30.0), ("layer.0", "layer.1", 30.0)]
    assert groups.nodes["layer.0"] == {"inner_edges": 0, "members": ("q", "k"), "size": 2}
    assert list(gd.group(net.flow(None, {"s": 1}), "module")) == ["x", "layer.0.q", "layer.0.k", "layer.1"]
    assert list(gd.group(net, target={"s": 1})) == ["x", "layer.0.q", "layer.0.k", "layer.1"]


def test_two_groups_that_only_the_grouping_makes_a_cycle_are_named() -> None:
    net = network(
        ("a", "scale", ("x",), [1.0], {"module": "m"}),
        ("b", "scale", ("a",), [1.0], {"module": "n"}),
        ("c", "scale", ("b",), [1.0], {"module": "m"}),
    )
    assert gd.group(net, "module", target={"c": 1}).graph["cyclic"] == [["m", "n"]]


def test_a_gradient_is_told_where_no_input_moves() -> None:
    net = network(("h", "scale", ("x",), [3.0], {}), ("y", "add", ("x", "h"), [1.0, 1.0], {}))
    tokens = replace(net.operations[0], value=np.ones((2, 3), dtype=int))
    diagnosis = gd.diagnose(replace(net, operations=[tokens, *net.operations[1:]]), None, {"y": 1})
    assert diagnosis.sizes.tolist()[1:] == [1.0, 1.0]
    assert "the gradient's entries are steady" in str(diagnosis)
