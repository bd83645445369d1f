"""`sensitivities`: what one edge does, against the same graph with that edge another."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from typing import Any

import networkx as nx
import pytest
from graphs import (
    ENGINES,
    FRACTIONS,
    contractions,
    edge_names,
    engine,
    inverse_totals,
    olah,
    path_sum,
    queries,
    walks,
    ways,
    weighted,
)
from hypothesis import given, settings
from hypothesis import strategies as st

import graphdiff as gd

Query = tuple[nx.MultiDiGraph, Any, Any]


def without(graph: nx.DiGraph, edge: tuple[Any, ...]) -> nx.DiGraph:
    result = graph.copy()
    result.remove_edge(*edge)
    return result


def heavier(graph: nx.DiGraph, edge: tuple[Any, ...]) -> nx.DiGraph:
    result = graph.copy()
    result.edges[edge]["weight"] += 1
    return result


@settings(max_examples=120)
@given(query=ways(FRACTIONS, max_nodes=6, max_more=7))
def test_the_total_is_linear_in_each_weight(query: Query) -> None:
    graph, source, target = query
    total = path_sum(graph, source, target)
    found = gd.sensitivities(graph, source, target)
    assert found.total == total
    assert set(found) == {edge for path in walks(graph, source, target) for edge in path}
    for edge in edge_names(graph):
        slope = path_sum(heavier(graph, edge), source, target) - total
        removal = path_sum(without(graph, edge), source, target) - total
        if edge in found:
            assert (found[edge].derivative, found[edge].removal) == (slope, removal)
            assert found[edge].elasticity == (graph.edges[edge]["weight"] * slope / total if total else None)
        else:
            assert slope == removal == 0


@settings(max_examples=120)
@given(query=queries(contractions()))
def test_a_solved_cycle_comes_round_again(query: Query) -> None:
    graph, source, target = query
    total = inverse_totals(graph)[source, target]
    found = gd.sensitivities(graph, source, target, cycles="solve")
    for edge in edge_names(graph):
        removal = inverse_totals(without(graph, edge))[source, target] - total
        assert (found[edge].removal if edge in found else 0) == removal


def test_the_derivative_on_a_solved_cycle_is_that_of_the_inverse() -> None:
    graph = weighted([("a", "a", 0.15), ("a", "b", 0.25), ("b", "a", 0.20), ("b", "b", 0.05)])  # Miller & Blair
    found = gd.sensitivities(graph, "a", "b", cycles="solve")
    assert {type(number) for one in found.top(9) for number in (one.weight, one.derivative, one.removal)} == {float}
    step = 1e-6
    for edge in graph.edges:
        up, down = graph.copy(), graph.copy()
        up.edges[edge]["weight"] += step
        down.edges[edge]["weight"] -= step
        totals = [gd.total_influence(one, "a", "b", cycles="solve") for one in (up, down)]
        assert found[edge].derivative == pytest.approx((totals[0] - totals[1]) / (2 * step), rel=1e-6)


@settings(max_examples=60)
@given(query=ways(st.integers(-4, 4), max_nodes=6, max_more=7))
def test_the_top_are_those_whose_removal_changes_most(query: Query) -> None:
    graph, source, target = query
    total = path_sum(graph, source, target)
    sizes = sorted((abs(path_sum(without(graph, e), source, target) - total) for e in edge_names(graph)), reverse=True)
    top = gd.sensitivities(graph, source, target).top(3)
    assert [abs(row.removal) for row in top] == sizes[: len(top)]


def test_removal_that_leaves_no_total_is_none() -> None:
    """Without the edge that damps it the cycle's gain is 1: the walks have no sum."""
    graph = nx.MultiDiGraph()
    for tail, head, weight in (("a", "a", 1), ("a", "a", Fraction(-1, 2)), ("a", "t", 1)):
        graph.add_edge(tail, head, weight=Fraction(weight))
    found = gd.sensitivities(graph, "a", "t", cycles="solve")
    assert found["a", "a", 1].removal is None
    assert found.top(1)[0].edge == ("a", "t", 0)


@pytest.mark.parametrize("engine_name", ENGINES)
def test_removals_on_solved_cycles_of_floats_are_those_of_the_graph_without_the_edge(engine_name: str) -> None:
    graph = nx.MultiDiGraph()
    edges = [("s", "a", 1.0), ("a", "a", 1.0), ("a", "a", -0.5), ("a", "b", 0.5), ("b", "c", 0.5), ("c", "b", 0.5)]
    for tail, head, weight in [*edges, ("b", "t", 2.0)]:
        graph.add_edge(tail, head, weight=weight)
    with engine(engine_name):
        found = gd.sensitivities(graph, "s", "t", cycles="solve")
        total = gd.total_influence(graph, "s", "t", cycles="solve")
        assert (found["a", "a", 1].removal, found["a", "a", 1].weight) == (None, -0.5)
        assert [row.removal for row in found.top(9)][-1] is None
        sizes = [abs(row.removal) for row in found.top(9)[:-1] if row.removal is not None]
        assert sizes == sorted(sizes, reverse=True)
        assert len(sizes) == 6
        for edge, row in found.items():
            if row.removal is not None:
                left = gd.total_influence(without(graph, edge), "s", "t", cycles="solve")
                assert total + row.removal == pytest.approx(left)


def test_edges_inside_a_collapsed_cycle_are_left_out_and_counted() -> None:
    graph = weighted([("s", "a", 2), ("a", "b", 1), ("b", "a", 1), ("b", "t", 3)])
    found = gd.sensitivities(graph, "s", "t", cycles="collapse")
    assert (list(found), found.n_merged) == ([("s", "a"), ("b", "t")], 2)
    assert "Left out: 2 edges inside cycles that count as one node; ask what_if." in str(found)


def test_text_record_and_table() -> None:
    pytest.importorskip("pandas")
    found = gd.sensitivities(olah(), "b", "e")
    assert re.search(r"  b -> d +1 +3 +60.0 % +-3\n", str(found))
    assert "Edges in series share what runs through them" in str(found)
    assert json.loads(json.dumps(found.to_dict()))["edges"][0]["derivative"] == 2
    frame = found.to_pandas()
    assert list(frame.columns) == ["weight", "derivative", "elasticity", "removal"]
    assert frame.loc[[("d", "e")], "removal"].item() == -3
    assert "<td>b -&gt; d</td>" in found._repr_html_()
    assert repr(found) == "<sensitivities of the total 5 to 4 edges>"


@pytest.mark.parametrize("engine_name", ENGINES)
def test_beside_an_edge_of_weight_0_derivatives_may_leave_int64(engine_name: str) -> None:
    graph = weighted([("s", "a", 2**40), ("a", "b", 0), ("b", "t", 2**40), ("s", "t", 1)])
    with engine(engine_name):
        assert gd.sensitivities(graph, "s", "t")["a", "b"].derivative == 2**80


@pytest.mark.parametrize("engine_name", ENGINES)
def test_both_engines_give_the_same(engine_name: str) -> None:
    graph = weighted(
        [
            ("s", "a", 0.1),
            ("s", "b", 0.7),
            ("a", "t", 0.3),
            ("b", "t", -0.2),
            ("a", "b", 1e300),
            ("a", "x", 1e300),
            ("x", "y", 1e300),
        ]
    )
    with engine(engine_name):
        found = gd.sensitivities(graph, "s", "t")
        assert set(found) == {("s", "a"), ("s", "b"), ("a", "t"), ("b", "t"), ("a", "b")}
        assert found["s", "b"].removal == 0.7 * 0.2
        changed = gd.what_if(graph, "s", "t", remove_edges=[("s", "b")])
        assert changed.change == 0.7 * 0.2


def test_no_path_has_no_sensitivities() -> None:
    found = gd.sensitivities(olah(), "e", "b")
    assert (found.total, len(found), found.top()) == (0, 0, [])
    assert str(found)


def test_symbols_have_no_order() -> None:
    sympy = pytest.importorskip("sympy")
    x, y = sympy.symbols("x y")
    found = gd.sensitivities(weighted([("a", "b", x), ("b", "c", y), ("a", "c", x)]), "a", "c")
    assert found["a", "b"].derivative == y
    with pytest.raises(gd.errors.UsageError, match="symbols have no order"):
        found.top()


def test_where_no_path_leads_the_text_says_so() -> None:
    graph = nx.DiGraph([("a", "b"), ("c", "b")])
    assert str(gd.sensitivities(graph, "a", "c", weight=None)) == (
        "a -> c, counting paths: 0; no edge leads from one to the other"
    )
