"""The presets `imports` and `normalised`: parts of what leaves a tail, or enters a head, against fractions by hand."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from graphdiff.errors import UsageError, WeightError
from graphdiff.graph.compiled import CompiledGraph, CyclePolicy, compile
from graphdiff.sums.influence import forward, reverse, total_influence
from graphdiff.weights import WEIGHTS, even, imports, normalised


def graph_of(*edges: tuple[str, str, int]) -> nx.DiGraph:
    graph = nx.DiGraph(edge_meaning="imports")
    graph.add_weighted_edges_from(edges, weight="statements")
    return graph


SHOP = graph_of(("a", "b", 3), ("a", "c", 1), ("b", "d", 1), ("c", "d", 1), ("c", "e", 4))


MEASURED = SHOP.copy()
nx.set_edge_attributes(
    MEASURED,
    {edge: {"cost": 3 * place + 1, "calls": place + 1, "weight": place - 2} for place, edge in enumerate(SHOP.edges)},
)
nx.set_node_attributes(MEASURED, 2, "self")


def test_a_part_of_the_statements() -> None:
    assert total_influence(SHOP, "a", "d", weight=imports) == 3 / 4 + 1 / 4 * 1 / 5
    assert total_influence(SHOP, "a", "d", weight=imports, exact=True) == Fraction(3, 4) + Fraction(1, 20)


def test_where_all_statements_are_one_it_is_even() -> None:
    graph = graph_of(*((u, v, 1) for u, v in SHOP.edges))
    assert dict(forward(graph, "a", weight=imports)) == dict(forward(graph, "a", weight=even))


def test_under_collapse_only_what_leaves_a_component_counts() -> None:
    graph = graph_of(("a", "b", 7), ("b", "a", 2), ("a", "c", 1), ("b", "d", 3))
    assert total_influence(graph, "a", "d", weight=imports, cycles="collapse") == 3 / 4
    assert total_influence(graph, "b", "c", weight=imports, cycles="collapse") == 1 / 4


@given(st.dictionaries(st.tuples(st.integers(0, 8), st.integers(0, 8)), st.integers(1, 9), min_size=1))
def test_the_parts_of_a_module_are_one_together(counts: dict[tuple[int, int], int]) -> None:
    graph = nx.DiGraph()
    graph.add_weighted_edges_from(((u, v, n) for (u, v), n in counts.items()), weight="statements")
    ready = compile(graph, weight=imports, exact=True)
    labels = list(ready.topology.edge_labels())
    for node in graph:
        parts = [Fraction(w) for label, w in zip(labels, ready.weights, strict=True) if label[0] == node]
        assert sum(parts) == (1 if parts else 0)
    for label, weight in zip(labels, ready.weights, strict=True):
        total = sum(n for (u, _), n in counts.items() if u == label[0])
        assert Fraction(weight) == Fraction(counts[label], total)


def test_it_is_a_preset_by_name() -> None:
    assert WEIGHTS["imports"] is imports
    assert compile(SHOP, weight=imports).weight_meaning == "imports"


def test_edges_without_statements() -> None:
    graph = nx.DiGraph([("a", "b")])
    with pytest.raises(WeightError, match=r"^none of the 1 edges has 'statements'"):
        compile(graph, weight=imports)
    assert total_influence(graph, "a", "b", weight=imports, default_weight=1) == 1


@pytest.mark.parametrize("number", [0, -2])
def test_statements_that_are_none(number: int) -> None:
    with pytest.raises(WeightError, match=rf"^the edge \('a', 'b'\) has {number} statements"):
        compile(graph_of(("a", "b", number), ("a", "c", 1)), weight=imports)


def test_statements_that_are_no_counts() -> None:
    graph = nx.DiGraph()
    graph.add_edge("a", "b", statements=1j)
    with pytest.raises(WeightError, match=r"statements are no counts"):
        compile(graph, weight=imports)


def test_a_graph_without_attributes() -> None:
    message = r"reads the edges' statements: give it to graphdiff\.compile"
    with pytest.raises(UsageError, match=message):
        compile(np.array([[0, 1], [0, 0]]), weight=imports)
    with pytest.raises(UsageError, match=message):
        CompiledGraph.from_arrays([0], [1]).with_preset(imports)


@pytest.mark.parametrize("exact", [False, True], ids=["floats", "exact"])
@pytest.mark.parametrize("cycles", ["collapse", "solve"])
@pytest.mark.parametrize("name", list(WEIGHTS))
def test_a_graph_knows_the_preset_of_its_weights(name: str, cycles: CyclePolicy, exact: bool) -> None:
    graph = compile(MEASURED, weight=WEIGHTS[name], cycles=cycles, exact=exact)
    assert graph.preset == name
    assert graph.reweighted([2] * graph.n_edges, name).preset is None
    assert graph.reweighted(graph.weights).preset is None


def test_a_preset_is_told_by_its_numbers_not_by_an_attribute_of_its_name() -> None:
    graph = nx.DiGraph()
    graph.add_weighted_edges_from([("a", "b", 0.25), ("a", "c", 0.75)], weight="even")
    assert compile(graph, weight="even").preset is None
    nx.set_edge_attributes(graph, 0.5, "even")
    assert compile(graph, weight="even", exact=True).preset == "even"


def test_a_saved_graph_keeps_its_preset(tmp_path: Path) -> None:
    for name, kept in (("unit", "unit"), ("even", "even"), ("imports", None)):  # statements are not saved
        compile(SHOP, weight=WEIGHTS[name]).save(tmp_path / name)
        assert CompiledGraph.load(tmp_path / name).preset == kept


# -- normalised: the edge's part of the absolute weights that enter its head

#: circuit-tracer's test graph (tests/test_graph.py, test_small_graph): what enters each node, all by one weight.
ENTERING = {11: (1, 3, 6, 8), 3: (0, 1, 6), 1: (9, 10), 0: (9,)}
INFLUENCES = ("1/12", "1/3", "0", "1/4", "0", "0", "1/3", "0", "1/4", "1/4", "1/6", "0")

Weighted = dict[tuple[int, int], Fraction]


def signed(weights: Weighted) -> nx.DiGraph:
    graph = nx.DiGraph()
    graph.add_nodes_from(range(9))
    graph.add_weighted_edges_from((tail, head, weight) for (tail, head), weight in weights.items())
    return graph


def power_iteration(weights: Weighted, seeds: dict[int, Fraction]) -> dict[int, Fraction]:
    """Return what circuit-tracer's compute_influence does: seeds times A, plus that times A, until nothing is left."""
    entering: dict[int, Fraction] = {}
    for (_, head), weight in weights.items():
        entering[head] = entering.get(head, Fraction(0)) + abs(weight)
    influence: dict[int, Fraction] = {}
    current = seeds
    while any(current.values()):
        carried: dict[int, Fraction] = {}
        for (tail, head), weight in weights.items():
            part = abs(weight) / entering[head] if weight else Fraction(0)
            carried[tail] = carried.get(tail, Fraction(0)) + current.get(head, Fraction(0)) * part
        for node, number in carried.items():
            influence[node] = influence.get(node, Fraction(0)) + number
        current = carried
    return influence


def test_the_test_graph_of_circuit_tracer() -> None:
    graph = nx.DiGraph()
    graph.add_nodes_from(range(12))
    graph.add_weighted_edges_from((tail, head, 10.0) for head, tails in ENTERING.items() for tail in tails)
    influences = dict(reverse(graph, 11, weight=normalised, exact=True)) | {11: Fraction(0)}
    assert [influences[node] for node in range(12)] == list(map(Fraction, INFLUENCES))
    floats = reverse(graph, 11, weight=normalised)
    assert max(abs(floats[node] - influences[node]) for node in range(11)) < 1e-15


ACYCLIC = st.dictionaries(
    st.tuples(st.integers(0, 8), st.integers(0, 8)).filter(lambda edge: edge[0] < edge[1]),
    st.fractions(-3, 3, max_denominator=7),
    min_size=1,
)


@given(ACYCLIC)
def test_influence_is_that_of_the_power_iteration(weights: Weighted) -> None:
    seeds = {7: Fraction(1, 3), 8: Fraction(1, 2)}
    right = power_iteration(weights, seeds)
    graph = signed(weights)
    exactly = reverse(graph, seeds, weight=normalised)
    floats = nx.DiGraph()
    floats.add_weighted_edges_from((tail, head, float(weight)) for (tail, head), weight in weights.items())
    for node in graph:
        assert exactly[node] - seeds.get(node, 0) == right.get(node, 0)
        if node in floats and 7 in floats and 8 in floats:
            total = total_influence(floats, node, {7: 1 / 3, 8: 0.5}, weight=normalised)
            assert abs(total - float(exactly[node])) < 1e-12


@given(st.dictionaries(st.tuples(st.integers(0, 5), st.integers(0, 5)), st.integers(-9, 9), min_size=1))
def test_what_enters_a_node_is_one_together_however_weights_come(weights: dict[tuple[int, int], int]) -> None:
    edges = list(weights)
    graph = nx.DiGraph()
    graph.add_weighted_edges_from((tail, head, weights[tail, head]) for tail, head in edges)
    tails, heads = zip(*edges, strict=True)
    arrays = CompiledGraph.from_arrays(tails, heads, list(weights.values()), exact=True).with_preset(normalised)
    entering = {head: sum(abs(w) for (_, other), w in weights.items() if other == head) for head in heads}
    for ready in (compile(graph, weight=normalised, exact=True), arrays):
        for (tail, head), part in zip(ready.topology.edge_labels(), ready.weights, strict=True):
            assert Fraction(part) == (Fraction(abs(weights[tail, head]), entering[head]) if entering[head] else 0)


def test_parallel_edges_and_self_loops_are_edges_like_others() -> None:
    graph = nx.MultiDiGraph()
    graph.add_weighted_edges_from([("a", "b", 1.0), ("a", "b", -2.0), ("b", "b", 1.0), ("c", "b", 0.0)])
    assert total_influence(graph, "a", "b", weight=normalised, cycles="solve") == pytest.approx((3 / 4) / (1 - 1 / 4))
    assert total_influence(graph, "a", "b", weight=normalised, cycles="collapse") == 1
    assert total_influence(graph, "c", "b", weight=normalised, cycles="solve") == 0


def two(first: object, second: object) -> nx.DiGraph:
    graph = nx.DiGraph()
    graph.add_weighted_edges_from([("a", "c", first), ("b", "c", second)])
    return graph


@pytest.mark.parametrize(
    ("first", "second", "parts", "kind"),
    [
        (1, -3, [0.25, 0.75], float),
        (1.0, -3.0, [0.25, 0.75], float),
        (1e308, -1.5e308, [0.4, 0.6], float),
        (2**70, -(2**70), [Fraction(1, 2)] * 2, Fraction),
        (Fraction(1, 3), Fraction(-1), [Fraction(1, 4), Fraction(3, 4)], Fraction),
        (Decimal(1), Decimal(-3), [Decimal("0.25"), Decimal("0.75")], Decimal),
    ],
    ids=["ints", "floats", "floats whose sum is none", "large ints", "fractions", "decimals"],
)
def test_parts_keep_the_kind_of_number(first: object, second: object, parts: list[object], kind: type) -> None:
    weights = list(compile(two(first, second), weight=normalised).weights)
    assert weights == pytest.approx(parts, rel=1e-15) if kind is float else weights == parts
    assert all(isinstance(weight, kind) for weight in weights)
    exact = compile(two(first, second), weight=normalised, exact=True)
    assert sum(map(Fraction, exact.weights)) == 1


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize(("weight", "kind"), [(1j, "complex"), (sympy.Symbol("x"), "Symbol")])
def test_what_is_no_real_number_has_no_part(weight: object, kind: str, exact: bool) -> None:
    message = rf"^normalised: a part of absolute weights needs real numbers, and 'a' -> 'c' has a {kind}$"
    with pytest.raises(WeightError, match=message):
        compile(two(weight, weight), weight=normalised, exact=exact)


def test_weights_that_are_missing() -> None:
    graph = two(1.0, None)
    del graph.edges["b", "c"]["weight"]
    with pytest.raises(WeightError, match=r"^1 of the 2 edges has no 'weight', the first is 'b' -> 'c'"):
        compile(graph, weight=normalised)
    assert list(compile(graph, weight=normalised, default_weight=-3).weights) == [0.25, 0.75]
    with pytest.raises(UsageError, match=r"reads the edges' weight: give it to graphdiff\.compile"):
        CompiledGraph.from_arrays([0], [1], attributes={"weight": ["x"]}).with_preset(normalised)


def test_weights_of_arrays_and_of_saved_graphs(tmp_path: Path) -> None:
    assert list(compile(np.array([[0, 0, 1.0], [0, 0, -3.0], [0, 0, 0]]), weight=normalised).weights) == [0.25, 0.75]
    compile(two(1.0, -3.0), weight=normalised).with_attributes(two(1.0, -3.0)).save(tmp_path / "parts")
    assert CompiledGraph.load(tmp_path / "parts").preset == "normalised"
    compile(two(1.0, -3.0)).save(tmp_path / "signed")
    assert list(CompiledGraph.load(tmp_path / "signed").with_preset(normalised).weights) == [0.25, 0.75]
    mixed = two(1, -3.0)  # which a saved graph keeps as text
    compile(mixed, weight=normalised).with_attributes(mixed).save(tmp_path / "mixed")
    assert CompiledGraph.load(tmp_path / "mixed").preset is None
