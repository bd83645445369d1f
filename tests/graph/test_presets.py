"""The preset `imports`: an edge's part of the importing module's statements, against fractions by hand."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphdiff.errors import UsageError, WeightError
from graphdiff.graph.compiled import CompiledGraph, CyclePolicy, compile
from graphdiff.sums.influence import forward, total_influence
from graphdiff.weights import WEIGHTS, even, imports


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
