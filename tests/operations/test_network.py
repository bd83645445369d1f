"""Arrays as nodes beside the same computation entry by entry: every number must be that of the scalar graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.errors import DerivativeError, GraphTypeError, LimitError, UnknownNodeError, UsageError
from graphdiff.operations.space import NUMPY
from graphdiff.operations.sweeps import Operation


@dataclass
class Matrices:
    """A linear map of several operands, by matrices that are written down."""

    blocks: Sequence[np.ndarray[Any, Any]]
    shape: tuple[int, ...]
    shapes: Sequence[tuple[int, ...]]

    def push(self, tangents: Sequence[Any]) -> Any:
        made = [block @ one.reshape(-1) for block, one in zip(self.blocks, tangents, strict=True) if one is not None]
        return sum(made).reshape(self.shape)

    def pull(self, adjoint: Any) -> Sequence[Any]:
        pairs = zip(self.blocks, self.shapes, strict=True)
        return [(block.T @ adjoint.reshape(-1)).reshape(shape) for block, shape in pairs]


SHAPES = st.lists(st.integers(1, 3), max_size=2).map(tuple)


@st.composite
def networks(draw: st.DrawFn) -> gd.Operations:
    """Operations whose maps are small whole matrices, one to three of them inputs, with repeated operands."""
    shapes = draw(st.lists(SHAPES, min_size=2, max_size=7))
    n_inputs = draw(st.integers(1, min(3, len(shapes) - 1)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    operations = []
    for place, shape in enumerate(shapes):
        value = rng.integers(-3, 4, shape).astype(float)
        if place < n_inputs:
            operations.append(Operation(f"x{place}", "input", value))
            continue
        operands = tuple(draw(st.lists(st.integers(0, place - 1), min_size=1, max_size=3)))
        blocks = [rng.integers(-2, 3, (value.size, int(np.prod(shapes[one])))).astype(float) for one in operands]
        maps = Matrices(blocks, shape, [shapes[one] for one in operands])
        operations.append(Operation(f"n{place}", "linear", value, operands, maps, {"module": f"m.{place % 2}"}))
    inputs = tuple(one.name for one in operations[:n_inputs])
    return gd.Operations(operations, inputs, (), (operations[-1].name,), NUMPY, "matrices")


def scalar_graph(net: gd.Operations) -> nx.MultiDiGraph:
    """The same entry by entry; an edge says of which array edge it is a part."""
    graph = nx.MultiDiGraph()
    for one in net.operations:
        graph.add_nodes_from((one.name, entry) for entry in range(np.size(one.value)))
        for place, operand in enumerate(one.operands):
            tail = net.operations[operand].name
            for (i, j), weight in np.ndenumerate(one.maps.blocks[place]):  # type: ignore[union-attr]
                graph.add_edge((tail, j), (one.name, i), weight=weight, part=(tail, one.name, place))
    return graph


def seeds(name: str, array: Any) -> dict[tuple[str, int], float]:
    return {(name, entry): float(number) for entry, number in enumerate(np.reshape(array, -1))}


@settings(max_examples=200)
@given(networks(), st.integers(0, 2**32))
def test_what_passes_an_array_edge_is_the_sum_over_its_entries(net: gd.Operations, seed: int) -> None:
    rng = np.random.default_rng(seed)
    direction = {name: rng.integers(-3, 4, np.shape(net.value(name))).astype(float) for name in net.inputs}
    output = net.outputs[0]
    cotangent = rng.integers(-3, 4, np.shape(net.value(output))).astype(float)
    flow = net.contributions(direction, {output: cotangent})
    graph = scalar_graph(net)
    source = {entry: one for name, array in direction.items() for entry, one in seeds(name, array).items()}
    target = seeds(output, cotangent)
    total = gd.total_influence(graph, source, target)
    assert flow.total == flow.forward_total == total
    entrywise = gd.edge_contributions(graph, source, target)
    expected = dict.fromkeys(net.edges, 0.0)
    for tail, head, key, part in graph.edges(keys=True, data="part"):
        expected[part] += entrywise.get((tail, head, key), 0.0)
    assert flow.edge_contributions == expected
    passing = gd.node_contributions(graph, source, target)
    for name, number in flow.node_contributions.items():
        assert number == sum(passing.get((name, entry), 0.0) for entry in range(np.size(net.value(name))))
    adjoints = gd.reverse(graph, target)
    for name, adjoint in net.reverse({output: cotangent}).items():
        assert adjoint.reshape(-1).tolist() == [adjoints[name, entry] for entry in range(adjoint.size)]
    tangents = gd.forward(graph, source)
    for name, tangent in net.forward(direction).items():
        assert tangent.reshape(-1).tolist() == [tangents[name, entry] for entry in range(tangent.size)]
    assert flow.n_paths == sum(_routes(net, name, output) for name in net.inputs)


def _routes(net: gd.Operations, source: str, target: str) -> int:
    """Count routes by going back from the target, one operand at a time."""
    if source == target:
        return 1
    operation = net.operations[net.position(target)]
    return sum(_routes(net, source, net.operations[operand].name) for operand in operation.operands)


@settings(max_examples=60)
@given(networks())
def test_over_every_cut_between_the_ends_contributions_add_up_to_the_total(net: gd.Operations) -> None:
    flow = net.contributions(None, {net.outputs[0]: 1})
    used = set(net.reverse({net.outputs[0]: 1}))
    for place in range(len(net.inputs), len(net)):
        before = {one.name for one in net.operations[:place]}
        crossing = [
            number
            for (tail, head, _), number in flow.edge_contributions.items()
            if tail in before and head not in before
        ]
        assert sum(crossing) == pytest.approx(flow.total, abs=1e-9)
    assert set(flow.gradient_norms) >= used


def chain(*values: float) -> gd.Operations:
    """x -> n1 -> n2 …, each edge a factor."""
    operations = [Operation("x", "input", np.array([3.0, 1.0]))]
    for place, factor in enumerate(values):
        maps = Matrices([factor * np.eye(2)], (2,), [(2,)])
        about = {"line": 7} if place else {}
        operations.append(Operation(f"n{place}", "scale", operations[-1].value * factor, (place,), maps, about))
    return gd.Operations(operations, ("x",), (), (operations[-1].name,), NUMPY, "a chain")


def test_a_report_says_what_is_asked_how_sure_it_is_and_what_passes() -> None:
    assert str(gd.explain(chain(2.0, 5.0), None, {"n1": [1.0, 0.0]})) == (
        "gradient of n1 along x times its value (gradient × input): 30\n"
        "  passes    forward and reverse pass give the same number\n"
        "  computed  2 operations, 2 edges, 1 way from what moves to what counts\n"
        "\n"
        "What passes each edge\n"
        "  x -> n0    100.0 %   30\n"
        "  n0 -> n1   100.0 %   30"
    )


def test_a_total_of_0_has_no_shares() -> None:
    flow = chain(2.0).contributions({"x": [1.0, -1.0]}, {"n0": 1})
    assert flow.total == 0
    assert set(flow.edge_shares.values()) == {None}
    assert "shares" not in str(flow)
    assert flow.node_shares == {"x": None, "n0": None}


def test_a_graph_of_what_flows_is_for_looking_at() -> None:
    graph = chain(2.0, 5.0).flow(None, {"n1": 1})
    assert graph.edges["n0", "n1", 0] == {"operand": 0, "edges": 1, "contribution": 40.0, "share": 1.0}
    assert graph.nodes["n1"]["shape"] == (2,)
    assert dict(gd.annotate(chain(2.0, 5.0), None, {"n1": 1}).edges) == dict(graph.edges)
    with pytest.raises(GraphTypeError, match="no product of that along a path"):
        gd.total_influence(graph, "x", "n1")


def test_what_is_asked_of_numbers_is_refused_with_the_way_to_them() -> None:
    for ask in (gd.compile, gd.cut, gd.factored, gd.sensitivities, gd.jacobian):
        with pytest.raises(GraphTypeError, match=r"unfold\(NODE, …\)"):
            ask(chain(2.0), *(["x", "n0"] if ask in (gd.cut, gd.factored, gd.sensitivities) else []))


@pytest.mark.parametrize(
    ("direction", "cotangent", "match"),
    [
        ({"x": np.ones(3)}, {"n0": 1}, "direction= of 'x' does not fit its shape 2"),
        (None, None, r"'n0' has 2 entries, shape 2: cotangent=\{\"n0\": array\}"),
        (None, {"n0": "text"}, "cotangent= of 'n0' does not fit"),
    ],
)
def test_what_does_not_fit_is_said(direction: Any, cotangent: Any, match: str) -> None:
    with pytest.raises(UsageError, match=match):
        chain(2.0).contributions(direction, cotangent)


def test_an_unknown_node_is_named_with_its_like() -> None:
    with pytest.raises(UnknownNodeError, match="no node 'N0'; did you mean 'n0'"):
        chain(2.0).contributions(None, {"N0": 1})


def test_whole_numbers_do_not_move() -> None:
    net = chain(2.0)
    tokens = replace(net.operations[0], value=np.array([3, 1]))
    whole = replace(net, operations=[tokens, *net.operations[1:]])
    with pytest.raises(UsageError, match="no data input holds floats"):
        whole.contributions(None, {"n0": 1})


def test_what_is_no_finite_number_is_named_with_its_line() -> None:
    with pytest.raises(DerivativeError, match=r"line 7: what passes 'n1' \(scale\) is no finite number"):
        chain(2.0, 1e300).contributions({"x": [1e300, 1.0]}, {"n1": [1.0, 1.0]})


def test_what_enters_a_module_comes_from_outside_it() -> None:
    operations = chain(2.0, 5.0, 7.0).operations
    modules = [{}, {"module": "a.q"}, {"module": "a.k"}, {"module": "b"}]
    net = replace(
        chain(2.0, 5.0, 7.0),
        operations=[replace(one, about=about) for one, about in zip(operations, modules, strict=True)],
    )
    flow = net.contributions(None, {"n2": 1})
    assert flow.by("module") == {"a.q": 280.0, "a.k": 280.0, "b": 280.0}
    assert flow.by("module", 1) == {"a": 280.0, "b": 280.0}
    assert flow.by("op") == {"scale": 280.0}


@settings(max_examples=40)
@given(networks(), st.data())
def test_totals_between_unfolded_entries_are_those_of_the_whole_graph(net: gd.Operations, data: st.DataObject) -> None:
    others = data.draw(st.sets(st.sampled_from(list(net))))
    names = {net.inputs[0], net.outputs[0]} | others
    graph = net.unfold(*names)
    whole = scalar_graph(net)

    def entry(name: str, number: int) -> str:
        index = np.unravel_index(number, np.shape(net.value(name)))
        return f"{name}[{','.join(map(str, index))}]" if index else name

    labels = {(name, n): entry(name, n) for name in names for n in range(np.size(net.value(name)))}
    for tail, tail_label in labels.items():
        for head, head_label in labels.items():
            assert gd.total_influence(graph, tail_label, head_label) == gd.total_influence(whole, tail, head)


def test_unfolding_says_what_is_too_much_and_how_to_have_it() -> None:
    with pytest.raises(LimitError, match="2 nodes of 4 entries have up to 4 derivatives, more than 3; max_entries=4"):
        chain(2.0).unfold(max_entries=3)
    graph = chain(2.0).unfold()
    assert graph.graph["inputs"] == ["x[0]", "x[1]"]
    assert graph.nodes["n0[1]"] == {"op": "scale", "value": 2.0, "array": "n0", "leaf": True}
    assert list(gd.jacobian(graph).array.tolist()) == [[2.0, 0.0], [0.0, 2.0]]


def test_operations_are_ranked_by_what_passes_them_or_flows_back() -> None:
    net = chain(2.0, 5.0)
    ranking = gd.rank(net, target={"n1": [1.0, 0.0]})
    assert (ranking.nodes, ranking.contributions, ranking.gradients) == (
        ["x", "n0", "n1"],
        [30.0] * 3,
        [10.0, 5.0, 1.0],
    )
    assert gd.rank(net, target={"n1": 1}, by="gradient", top=1).nodes == ["x"]
    assert str(ranking).splitlines()[2] == "x     100.0 %            30          10"
    assert ranking.to_pandas()["share"].tolist() == [1.0] * 3
    with pytest.raises(UsageError, match="by=\"reach\": operations are ranked by 'contribution' or 'gradient'"):
        gd.rank(net, target={"n1": 1}, by="reach")


@settings(max_examples=60)
@given(networks(), st.data())
def test_along_an_axis_contributions_are_those_of_its_entries(net: gd.Operations, data: st.DataObject) -> None:
    output, name = net.outputs[0], data.draw(st.sampled_from(list(net)))
    shape = np.shape(net.value(name))
    if not shape:
        with pytest.raises(UsageError, match=f"axis=0: '{name}' has one number"):
            net.along(name, 0, None, {output: 1})
        return
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    source = {entry: one for end in net.inputs for entry, one in seeds(end, net.value(end)).items()}
    passing = gd.node_contributions(scalar_graph(net), source, seeds(output, np.ones_like(net.value(output))))
    whole = np.array([passing.get((name, entry), 0.0) for entry in range(int(np.prod(shape)))]).reshape(shape)
    others = tuple(one for one in range(len(shape)) if one != axis % len(shape))
    assert net.along(name, axis, None, {output: 1}) == whole.sum(axis=others).tolist()
