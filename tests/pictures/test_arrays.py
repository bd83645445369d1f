"""Pictures of what flows between arrays: what is drawn adds up, and what is said is true."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import networkx as nx
import numpy as np
import pytest

from graphdiff.operations.network import Operations
from graphdiff.operations.space import NUMPY
from graphdiff.operations.sweeps import Operation
from graphdiff.pictures.arrays import flow_pictures
from graphdiff.pictures.group import group
from graphdiff.pictures.picture import Picture
from graphdiff.pictures.view import view_of


class Scaled:
    """The sum of the operands, each times a number."""

    def __init__(self, *factors: float) -> None:
        self.factors = factors

    def push(self, tangents: Any) -> Any:
        return sum(k * one for k, one in zip(self.factors, tangents, strict=True) if one is not None)

    def pull(self, adjoint: Any) -> Any:
        return [k * adjoint for k in self.factors]


def net_of(rows: list[tuple[str, list[str], list[float]]], **modules: str) -> Operations:
    """Return a net of rows: what a node is called, its operands by what each is multiplied; `x` moves, `w` is held."""
    names = ["x", "w", *(name for name, _, _ in rows)]
    leaves = [Operation(name, "input", np.ones(3), (), None, {}) for name in names[:2]]
    computed = [
        Operation(
            name, "add", np.ones(3), tuple(map(names.index, operands)), Scaled(*factors),
            {"module": modules[name]} if name in modules else {},
        )
        for name, operands, factors in rows
    ]  # fmt: skip
    return Operations([*leaves, *computed], ("x",), ("w",), (names[-1],), NUMPY, "net")


def flow_of(*args: Any, **modules: str) -> nx.MultiDiGraph:
    net = net_of(*args, **modules)
    return net.flow(None, np.ones(3))


def drawn(graph: nx.DiGraph, **viewing: Any) -> Picture:
    return next(flow_pictures(graph, view_of(**viewing)))


def ladder(n: int, skip: Callable[[int], float] = lambda _: 1.0) -> nx.MultiDiGraph:
    """Return what flows through layers with a skip past each: ``s = s + tanh(lin(s))``."""
    rows: list[tuple[str, list[str], list[float]]] = []
    last = "x"
    for k in range(n):
        rows += [(f"lin{k}", [last, "w"], [0.5, 0.0]), (f"tanh{k}", [f"lin{k}"], [0.5])]
        rows.append((f"s{k}", [last, f"tanh{k}"], [skip(k), 1.0]))
        last = f"s{k}"
    return flow_of(rows)


def test_parallel_edges_are_both_drawn() -> None:
    picture = drawn(flow_of([("y", ["x", "x"], [1.0, 3.0])]))
    assert sorted(edge.label for edge in picture.edges) == ["25 %", "75 %"]


def test_parallel_edges_of_those_that_stand_by_themselves_are_both_drawn_among_boxes() -> None:
    rows = [(f"h{k}", [f"h{k - 1}" if k else "x"], [1.0]) for k in range(9)]
    picture = drawn(flow_of([*rows, ("y", ["h8"], [1.0]), ("z", ["y", "y"], [1.0, 3.0])]), max_nodes=4)
    assert sorted(edge.label for edge in picture.edges if picture.nodes[edge.head].name == "z") == ["25 %", "75 %"]


def test_what_nothing_passes_is_left_out_and_counted() -> None:
    picture = drawn(flow_of([("y", ["x", "w"], [2.0, 1.0])]))
    assert [node.name for node in picture.nodes] == ["x", "y"]
    assert "drawn: 2 of 3 nodes by themselves; 1 carry nothing" in picture.legend


def test_an_end_by_which_nothing_passes_is_left_out_unless_nothing_passes_at_all() -> None:
    net = net_of([("y", ["x", "w"], [2.0, 0.0])])
    assert [node.name for node in drawn(net.flow(["x", "w"], np.ones(3))).nodes] == ["x", "y"]
    alone = drawn(net.flow("x", {"w": np.ones(3)}))
    assert [(node.name, node.is_source, node.is_target) for node in alone.nodes] == [
        ("x", True, False),
        ("w", False, True),
    ]


def test_what_is_against_the_total_ends_in_a_bar_whatever_the_total_s_sign() -> None:
    picture = drawn(flow_of([("y", ["x", "x"], [-3.0, 1.0])]))
    assert {edge.label: edge.is_against for edge in picture.edges} == {"150 %": False, "-50 %": True}
    assert "blue, arrow: with the total; orange, bar: against it" in picture.legend


def test_a_total_of_0_has_numbers_and_the_way_to_the_end() -> None:
    picture = drawn(flow_of([("y", ["x", "x"], [2.0, -2.0]), ("z", ["y"], [1.0])]))
    assert sorted(edge.label for edge in picture.edges) == ["-6", "0", "6"]
    assert "edge: what passes it, in the same unit" in picture.legend


@pytest.mark.parametrize("most", [2, 5, 9, 30])
def test_of_many_the_boxes_add_up_over_every_cut_and_make_no_cycle(most: int) -> None:
    graph = ladder(40, lambda k: -0.2 if k % 7 == 3 else 1.0)
    picture = drawn(graph, max_nodes=most, max_edges=None)
    assert len(picture.nodes) <= most
    graph_drawn = nx.MultiDiGraph([(edge.tail, edge.head) for edge in picture.edges])
    assert nx.is_directed_acyclic_graph(graph_drawn)
    order, total = list(nx.topological_sort(graph_drawn)), graph.graph["total"]
    for n in range(1, len(order)):
        before = set(order[:n])
        passing = [
            edge.facts["contribution"] for edge in picture.edges if edge.tail in before and edge.head not in before
        ]
        assert sum(passing) == pytest.approx(total, abs=1e-10 * sum(map(abs, passing)))


def test_of_many_those_that_most_passes_are_drawn_and_all_are_counted() -> None:
    graph = ladder(40)
    picture = drawn(graph, max_nodes=9)
    members = [len(node.facts.get("members", ("itself",))) for node in picture.nodes]
    assert sum(members) == 121  # without w, which carries nothing
    assert {"x", "s39"} < {node.name for node in picture.nodes if not node.is_dashed}
    assert {node.name[0] for node in picture.nodes if not node.is_dashed} == {"x", "s"}  # what 100 % pass
    assert any(line.startswith("a box with a number: nodes between the same others") for line in picture.legend)


def test_a_chain_is_one_box_with_what_passes_it() -> None:
    rows = [(f"h{k}", [f"h{k - 1}" if k else "x"], [1.0]) for k in range(9)]
    picture = drawn(flow_of(rows), max_nodes=4)
    (box,) = [node for node in picture.nodes if node.is_dashed]
    assert box.lines == ("h0 … h7", "8 operations")
    assert (box.facts["contribution"], box.facts["inner_edges"]) == (3.0, 7)


def test_boxes_are_called_by_the_module_that_all_of_them_are_in() -> None:
    rows = [(f"h{k}", ["x"], [1.0]) for k in range(9)]
    rows.append(("y", [f"h{k}" for k in range(9)], [1.0] * 9))
    picture = drawn(flow_of(rows, **{f"h{k}": f"layers.1.part{k}" for k in range(9)}), max_nodes=3)
    assert [node.lines for node in picture.nodes if node.is_dashed] == [("layers.1", "9 operations")]


def test_ends_in_a_box_are_no_operations() -> None:
    many = [Operation(f"p{k}", "input", np.ones(3), (), None, {}) for k in range(12)]
    last = Operation("z", "add", np.ones(3), tuple(range(12)), Scaled(*[1.0] * 12), {})
    wide = Operations([*many, last], tuple(one.name for one in many), (), ("z",), NUMPY, "wide")
    picture = drawn(wide.flow(None, np.ones(3)), max_nodes=6)
    (box,) = [node for node in picture.nodes if node.is_dashed]
    assert box.lines == ("8 others that move",)  # beside four, and z
    assert box.is_source


def test_groups_of_a_flow_say_what_they_are_grouped_by() -> None:
    graph = flow_of([("a", ["x"], [2.0]), ("b", ["a"], [1.0]), ("y", ["b"], [1.0])], a="one", b="one", y="two")
    picture = drawn(group(graph, "module"))
    assert [node.lines for node in picture.nodes] == [("x", "3"), ("one", "2 operations"), ("two", "1 operation")]
    assert picture.legend[0] == "gradient of y along x times its value (gradient × input): 6"
    assert picture.legend[1].startswith("grouped by module")
    assert "drawn: 3 of 4 groups by themselves; 1 carry nothing" in picture.legend
