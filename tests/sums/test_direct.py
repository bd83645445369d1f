"""A question about a networkx graph that is not compiled gets the compiled graph's number, to the bit."""

from __future__ import annotations

import math
import pickle
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any
from unittest.mock import patch

import networkx as nx
import numpy as np
import pytest
from graphs import ENGINES, INTS, dags, engine, path_sum, queries, weighted
from hypothesis import given
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.sums import direct
from graphdiff.sums.direct import direct_count, direct_total, walk_for_result, walk_of

FLOATS = st.floats(-1e3, 1e3)
PLAIN_WEIGHTS = st.one_of(st.just(FLOATS), st.just(INTS)).flatmap(lambda kind: dags(kind, max_nodes=9, parallel=False))


@pytest.fixture(scope="module", params=ENGINES, autouse=True)
def each_engine(request: pytest.FixtureRequest) -> Iterator[None]:
    """Compare with both engines."""
    with engine(request.param):
        yield


def large(seed: int, kind: type = float) -> nx.DiGraph:
    """Return 300 nodes and some 3,000 edges, inserted at random, with weights whose sums are rounded."""
    rng = np.random.default_rng(seed)
    graph = nx.DiGraph()
    graph.add_nodes_from(rng.permutation(300).tolist())
    for tail, head in rng.integers(0, 300, (3000, 2)).tolist():
        if tail < head:
            graph.add_edge(tail, head, weight=kind(rng.normal() * 2))
    return graph


@given(queries(PLAIN_WEIGHTS))
def test_it_is_the_compiled_number_to_the_bit(query: tuple[nx.DiGraph, Any, Any]) -> None:
    graph, source, target = query
    direct, through = direct_total(graph, source, target, "weight"), gd.total_influence(gd.compile(graph), *query[1:])
    assert (type(direct), direct) == (type(through), through)


@pytest.mark.parametrize("kind", [float, int])
@pytest.mark.parametrize("seed", range(3))
def test_sums_of_many_terms_are_added_in_the_same_order(seed: int, kind: type) -> None:
    graph = large(seed, kind)
    compiled = gd.compile(graph)
    for target in range(10, 300, 17):
        assert direct_total(graph, seed, target, "weight") == gd.total_influence(compiled, seed, target)


@given(queries(dags(INTS, parallel=False)))
def test_it_is_the_sum_over_the_paths(query: tuple[nx.DiGraph, Any, Any]) -> None:
    assert direct_total(*query, "weight") == path_sum(*query)


def test_a_view_of_a_graph_is_a_graph() -> None:
    graph = large(1)
    for view in (graph.subgraph(range(0, 300, 2)), graph.reverse(copy=False), nx.freeze(graph.copy())):
        ends = (298, 0) if view.has_edge(*next(iter(graph.edges))[::-1]) else (0, 298)
        assert direct_total(view, *ends, "weight") == gd.total_influence(gd.compile(view), *ends)


def test_nothing_is_compiled_where_it_answers() -> None:
    graph = weighted([("a", "b", 2.0), ("b", "c", 3.0)])
    with patch("graphdiff.sums.influence.compiled", side_effect=AssertionError("compiled")):
        assert gd.total_influence(graph, "a", "c") == 6.0
        assert gd.total_influence(graph, "a", "c", weight="weight", method="forward") == 6.0


OTHER_WEIGHTS = [2, True, None, "2", Fraction(2), Decimal(2), 2j, np.float64(2), math.nan, math.inf, -math.inf, [2.0]]


@pytest.mark.parametrize("other", OTHER_WEIGHTS, ids=repr)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_another_weight_anywhere_is_left_to_compile(other: Any, place: int) -> None:
    edges = [["a", "b", 2.0], ["b", "c", 3.0], ["x", "y", 5.0]]  # the last one is on no way
    edges[place][2] = other
    assert direct_total(weighted(map(tuple, edges)), "a", "c", "weight") is None


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_weight_that_is_not_there_is_named_by_compile(place: int) -> None:
    graph = weighted([("a", "b", 2.0), ("b", "c", 3.0), ("x", "y", 5.0)])
    del list(graph.edges.values())[place]["weight"]
    assert direct_total(graph, "a", "c", "weight") is None
    with pytest.raises(gd.errors.WeightError, match="1 of the 3 edges has no 'weight'"):
        gd.total_influence(graph, "a", "c")


@pytest.mark.parametrize("loop", [("c", "a"), ("b", "b"), ("y", "x")])
def test_a_cycle_anywhere_is_left_to_compile(loop: tuple[str, str]) -> None:
    graph = weighted([("a", "b", 2.0), ("b", "c", 3.0), ("x", "y", 5.0), (*loop, 7.0)])
    assert direct_total(graph, "a", "c", "weight") is None


@pytest.mark.parametrize("ends", [("a", "z"), ("z", "c"), (["z"], "c"), ("a", ["z"])])
def test_an_unknown_node_is_left_to_compile(ends: tuple[Any, Any]) -> None:
    graph = weighted([("a", "b", 2.0), ("b", "c", 3.0)])
    assert direct_total(graph, *ends, "weight") is None
    with pytest.raises(gd.errors.UnknownNodeError, match="no node"):
        gd.total_influence(graph, *ends)


def test_other_graphs_and_other_ways_to_weigh_are_left_to_compile() -> None:
    graph = weighted([("a", "b", 2.0), ("b", "c", 3.0)])
    quotient = graph.copy()
    quotient.graph["quotient"] = True
    for other in (nx.MultiDiGraph(graph), graph.to_undirected(), quotient, gd.compile(graph), None):
        assert direct_total(other, "a", "c", "weight") is None
    for weight in (gd.weights.unit, lambda u, v, data: 1.0, None):
        assert direct_total(graph, "a", "c", weight) is None


def test_an_overflow_is_named() -> None:
    graph = weighted([("a", "b", 1e200), ("b", "c", 1e200), ("a", "c", 1.0)])
    with pytest.raises(gd.errors.ValueOverflowError, match="larger than the largest float"):
        gd.total_influence(graph, "a", "c")
    assert gd.total_influence(graph, "a", "b") == 1e200


def test_a_graph_without_edges_counts_in_floats() -> None:
    graph = nx.empty_graph(2, create_using=nx.DiGraph)
    for target, total in ((0, 1.0), (1, 0.0)):
        for form in (graph, gd.compile(graph)):
            assert repr(gd.total_influence(form, 0, target)) == repr(total)


def listed(result: Any) -> list[Any]:
    """Return what a result has, key by key, with the types of its numbers."""
    return [(key, type(number), number) for key, number in result.items()]


@given(queries(PLAIN_WEIGHTS))
def test_results_are_those_of_the_compiled_graph_to_the_bit(query: tuple[nx.DiGraph, Any, Any]) -> None:
    graph, source, target = query
    compiled = gd.compile(graph)
    for function, ends in ((gd.forward, (source,)), (gd.reverse, (target,)), (gd.edge_contributions, (source, target))):
        direct, through = function(graph, *ends), function(compiled, *ends)
        assert listed(direct) == listed(through)
        assert direct.to_dict() == through.to_dict()
        assert direct.top(3) == through.top(3)
        assert repr(direct) == repr(through)
    assert gd.count_paths(graph, source, target) == gd.count_paths(compiled, source, target)


def test_no_0_that_flows_has_a_sign() -> None:
    graph = weighted([("a", "b", -1.0), ("b", "c", 0.0), ("c", "d", 2.0), ("a", "d", 1e-200), ("d", "e", -1e-200)])
    for form in (graph, gd.compile(graph)):
        for target in "de":
            assert "-0.0" not in repr(gd.edge_contributions(form, "a", target).array.tolist())


def test_results_have_the_shape_that_compile_makes() -> None:
    graph = large(3)
    compiled = gd.compile(graph).topology
    for result in (gd.forward(graph, 0), gd.edge_contributions(graph, 0, 299)):
        for name in ("ids", "ptr", "heads", "cyclic"):
            made, meant = getattr(result.topology, name), getattr(compiled, name)
            assert (made.dtype, made.shape, made.tolist()) == (meant.dtype, meant.shape, meant.tolist())
        assert list(result.topology.labels) == list(compiled.labels)


def test_a_result_keeps_what_it_is_of_when_the_graph_changes() -> None:
    graph = weighted([("a", "b", 2.0), ("b", "c", 3.0)])
    tangents, parts = gd.forward(graph, "a"), gd.edge_contributions(graph, "a", "c")
    graph.remove_node("b")
    graph.add_edge("c", "x", weight=7.0)
    assert dict(tangents) == {"a": 1.0, "b": 2.0, "c": 6.0}
    assert dict(parts) == {("a", "b"): 6.0, ("b", "c"): 6.0}
    assert parts.to_scipy().toarray().tolist() == [[0, 6, 0], [0, 0, 6], [0, 0, 0]]
    with pytest.raises(gd.errors.UnknownNodeError, match="no node 'x'"):
        tangents["x"]
    with pytest.raises(gd.errors.UnknownEdgeError, match="no edge 'c' -> 'b'"):
        parts["c", "b"]


def test_what_overflows_where_nothing_is_asked_is_no_error() -> None:
    graph = weighted([("a", "b", 2.0), ("a", "y", 1e200), ("y", "z", 1e200), ("x", "w", 1e200), ("w", "b", 1e200)])
    assert gd.edge_contributions(graph, "a", "b")["a", "b"] == 2.0
    with pytest.raises(gd.errors.ValueOverflowError, match="larger than the largest float"):
        gd.forward(graph, "a")


@pytest.mark.parametrize("mark", ["root", "leaf", "output"])
def test_a_graph_whose_nodes_are_marked_is_compiled_for_a_result(mark: str) -> None:
    graph = weighted([("a", "b", 2.0), ("b", "c", 3.0)])
    graph.nodes["c"].update({"leaf": True, mark: "y" if mark == "output" else True})
    assert gd.forward(graph, "a").topology.names == gd.compile(graph).topology.names
    if mark == "output":
        assert gd.forward(graph, "a")["y"] == 6.0


def test_few_edges_in_lists_are_arranged_as_many_in_arrays() -> None:
    with patch("graphdiff.graph.plain.FEW", 0):
        lists = [gd.compile(large(seed).subgraph(range(40))).topology for seed in range(5)]
        with patch("graphdiff.graph.topology.FEW", 0):
            arrays = [gd.compile(large(seed).subgraph(range(40))).topology for seed in range(5)]
    for one, other in zip(lists, arrays, strict=True):
        for name in ("ids", "ptr", "heads", "given"):
            made, meant = getattr(one, name), getattr(other, name)
            assert (made.dtype, made.tolist()) == (meant.dtype, meant.tolist())


def test_results_of_graphs_that_cannot_be_pickled_can_be() -> None:
    part = large(2).subgraph(range(100))
    for result in (gd.forward(part, 0), gd.edge_contributions(part, 0, 99)):
        again = pickle.loads(pickle.dumps(result))
        assert listed(again) == listed(result)
        assert list(again.topology.labels) == list(result.topology.labels)


def named_otherwise() -> nx.DiGraph:
    graph = weighted([("a", "b", 2), ("a", "b2", 3), ("b", "c", 5), ("b2", "c", 7), ("a", "c", 0)])
    for edge in graph.edges.values():
        edge["cost"] = edge["weight"] + 10
    return graph


def test_a_result_is_made_from_the_weights_that_were_asked_for() -> None:
    graph = named_otherwise()
    for options, total in (({}, 31), ({"weight": "weight"}, 31), ({"weight": "cost"}, 12 * 15 + 13 * 17 + 10)):
        walk = walk_for_result(graph, options, "a", "c")
        assert walk is not None
        assert walk.forward("a")["c"] == walk.reverse("c")["a"] == total
        assert direct_total(graph, "a", "c", options.get("weight", "weight")) == total
    assert direct_count(graph, "a", "c") == 3


def test_what_takes_more_is_left_to_compiling() -> None:
    graph = named_otherwise()
    for options in ({"exact": True}, {"weight": "weight", "cycles": "solve"}, {"weight": None}, {"weight": "none"}):
        assert walk_for_result(graph, options, "a", "c") is None
    assert walk_for_result(nx.MultiDiGraph(graph), {}, "a", "c") is None
    assert walk_for_result([("a", "b", 1)], {}, "a", "b") is None
    for ends in (("a", "none"), (["a"], "c"), ("a", ["c"]), ({"a": 1}, "c")):
        assert walk_for_result(graph, {}, *ends) is None
        assert walk_of(graph, "weight", ends) is None
        assert direct_count(graph, *ends) is None
        assert direct_total(graph, *ends, "weight") is None
    assert walk_of(graph, None, ("a", "c")) is None
    with patch.object(direct, "MOST_NODES", 4):
        assert walk_for_result(graph, {}, "a", "c") is not None
    with patch.object(direct, "MOST_NODES", 3):
        assert walk_for_result(graph, {}, "a", "c") is None
    graph.add_edge("c", "a", weight=1)
    assert direct_count(graph, "a", "c") is None


def test_a_walk_names_its_nodes_and_edges() -> None:
    graph = named_otherwise()
    walk = walk_of(graph, "weight", ("a", "c"))
    assert walk is not None
    assert list(walk.labels) == list(walk.node_labels()) == walk.order
    assert (walk.order[0], walk.order[-1]) == ("a", "c")
    for place, node in enumerate(walk.order):
        assert walk.known(node) == walk.position(node) == place
    assert "topology" not in vars(walk)
    assert list(walk.node_labels(np.array([3, 0]))) == ["c", "a"]
    edges = list(walk.edge_labels())
    assert [walk.place(edge) for edge in edges] == list(range(5))
    assert set(edges) == set(graph.edges)
    assert list(walk.edge_labels(np.array([4, 0]))) == [edges[4], edges[0]]
    assert (walk.known("none"), walk.known(["a"]), walk.place(("c", "a")), walk.place(["a"])) == (None,) * 4
    with pytest.raises(gd.errors.UnknownNodeError, match="no node 'none'"):
        walk.position("none")
    values = walk.through(walk.forward("a"), walk.reverse("c"))
    assert dict(zip(edges, values, strict=True)) == {
        ("a", "b"): 10,
        ("a", "b2"): 21,
        ("b", "c"): 10,
        ("b2", "c"): 21,
        ("a", "c"): 0,
    }
    assert list(pickle.loads(pickle.dumps(walk)).labels) == walk.order
