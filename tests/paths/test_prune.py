"""`prune`: fewer nodes, the same totals."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import networkx as nx
import pytest
from graphs import FRACTIONS, INTS, SEVERAL, dags, influence, path_sum, queries, walks, weighted
from hypothesis import given
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.errors import CycleError, LimitError, UsageError


def between_nodes(graph: nx.DiGraph, source: Any, target: Any) -> set[Any]:
    return {node for walk in walks(graph, source, target) for edge in walk for node in edge[:2]} | {source, target}


@SEVERAL
@given(query=queries(dags(INTS | FRACTIONS)), max_nodes=st.integers(2, 5))
def test_totals_between_all_kept_nodes_are_those_of_the_paths(query: Any, max_nodes: int) -> None:
    graph, source, target = query
    pruned = gd.prune(graph, source, target, max_nodes=max_nodes)
    assert {source, target} <= set(pruned) <= between_nodes(graph, source, target)
    assert len(pruned) <= max_nodes
    inside = graph.subgraph(between_nodes(graph, source, target))
    for tail in pruned:
        for head in pruned:
            on_the_way = pruned.number_of_edges() and tail != head
            assert path_sum(pruned, tail, head) == (path_sum(inside, tail, head) if on_the_way else int(tail == head))


@SEVERAL
@given(query=queries(dags(INTS | FRACTIONS)), max_nodes=st.integers(2, 5))
def test_every_path_is_drawn_or_eliminated_once(query: Any, max_nodes: int) -> None:
    graph, source, target = query
    pruned = gd.prune(graph, source, target, max_nodes=max_nodes)
    counted = nx.MultiDiGraph(pruned)
    for _, _, data in counted.edges(data=True):
        data["weight"] = data.get("paths", 1)
    if source != target:
        assert path_sum(counted, source, target) == len(walks(graph, source, target))


@given(query=queries(dags(INTS | FRACTIONS)), coverage=st.floats(0, 1))
def test_the_paths_over_kept_nodes_cover_what_was_asked(query: Any, coverage: float) -> None:
    graph, source, target = query
    pruned = gd.prune(graph, source, target, coverage=coverage)
    paths = walks(graph, source, target)
    whole = sum(abs(influence(graph, walk)) for walk in paths)
    inside = [walk for walk in paths if all(node in pruned for edge in walk for node in edge[:2])]
    assert sum(abs(influence(graph, walk)) for walk in inside) >= Fraction(coverage) * whole * (1 - Fraction(1, 10**11))


def test_the_nodes_kept_are_those_that_most_runs_through() -> None:
    graph = weighted([(a, b, w) for w, way in ((5, "abz"), (3, "acz"), (1, "adz")) for a, b in pairwise(way)])
    assert set(gd.prune(graph, "a", "z", max_nodes=3)) == {"a", "b", "z"}
    assert set(gd.prune(graph, "a", "z", max_nodes=4)) == {"a", "b", "c", "z"}
    assert set(gd.prune(graph, "a", "z", coverage=0.7)) == {"a", "b", "z"}
    assert set(gd.prune(graph, "a", "z", coverage=0.72)) == {"a", "b", "c", "z"}
    assert set(gd.prune(graph, "a", "z", coverage=0.99, max_nodes=3)) == {"a", "b", "z"}


def test_shares_of_the_pruned_debian_graph_still_sum_to_one(shared_data: Any) -> None:
    packages = gd.read(shared_data / "debian" / "bookworm-main-amd64.Packages.xz")
    ready = gd.compile(packages, weight=gd.weights.even, cycles="collapse")
    pruned = gd.prune(ready, "kde-full", "libc6", max_nodes=40)
    assert len(pruned) == 40
    total = gd.total_influence(ready, "kde-full", "libc6")
    assert gd.total_influence(pruned, "kde-full", "libc6") == pytest.approx(total, rel=1e-12)
    shares = gd.edge_contributions(pruned, "kde-full", "libc6").shares
    assert sum(share for edge, share in shares.items() if edge[1] == "libc6") == pytest.approx(1)
    counted = nx.MultiDiGraph(pruned)
    for _, _, data in counted.edges(data=True):
        data["weight"] = data.get("paths", 1)
    assert gd.total_influence(counted, "kde-full", "libc6") == gd.count_paths(ready, "kde-full", "libc6")


def test_attributes_stay_and_the_graph_is_not_changed() -> None:
    graph = nx.DiGraph(edge_meaning="causes")
    graph.add_edge("a", "b", weight=2, kind="x")
    graph.add_edge("b", "c", weight=3)
    graph.nodes["b"]["size"] = 7
    pruned = gd.prune(graph, "a", "c", coverage=1)
    assert pruned.graph == {"edge_meaning": "causes", "weight_meaning": "weight", "node_meaning": "unknown"}
    assert gd.prune(graph, "a", "c", weight=None).graph["weight_meaning"] == "unit, summed"
    assert pruned.edges["a", "b", 0] == {"weight": 2, "kind": "x"}
    assert pruned.nodes["b"] == {"size": 7}
    assert graph.edges["a", "b"] == {"weight": 2, "kind": "x"}


def test_cycles() -> None:
    graph = weighted([("a", "b", 1), ("b", "c", 1), ("c", "b", 1), ("c", "d", 1), ("a", "d", 1)])
    with pytest.raises(CycleError, match="b -> c -> b"):
        gd.prune(graph, "a", "d")
    with pytest.raises(CycleError, match="infinitely many"):
        gd.prune(weighted([("a", "a", 0.5), ("a", "d", 1.0)]), "a", "d", cycles="solve")
    pruned = gd.prune(graph, "a", "d", coverage=1, cycles="collapse")
    assert set(pruned) == {"a", frozenset({"b", "c"}), "d"}
    assert gd.total_influence(pruned, "a", "d") == 2
    inside = gd.prune(graph, "b", "d", coverage=1, cycles="collapse")
    assert gd.total_influence(inside, "b", "d") == 1


def test_what_cannot_be_pruned() -> None:
    graph = weighted([("a", "b", 1)])
    with pytest.raises(UsageError, match=r"coverage=1\.5: a part between 0 and 1"):
        gd.prune(graph, "a", "b", coverage=1.5)
    with pytest.raises(UsageError, match="max_nodes=1: at least 2"):
        gd.prune(graph, "a", "b", max_nodes=1)
    assert set(gd.prune(graph, "b", "a")) == {"a", "b"}
    wide = weighted([edge for node in range(12_000) for edge in (("s", node, 1), (node, "t", 1))])
    with pytest.raises(LimitError, match=r"carry only 83\.3%.*max_nodes= keeps the nodes.*; nodes= keeps those that"):
        gd.prune(wide, "s", "t")
    sympy = pytest.importorskip("sympy")
    with pytest.raises(UsageError, match="the strongest part is known by numbers"):
        gd.prune(weighted([("a", "b", sympy.Symbol("x"))]), "a", "b")
