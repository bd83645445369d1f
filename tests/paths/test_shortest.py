"""The shortest paths, against all paths listed and sorted; deep graphs and wide ones."""

from __future__ import annotations

import time
from fractions import Fraction
from itertools import islice
from typing import Any

import networkx as nx
import pytest
from graphs import INTS, dags, diamonds, queries, walks
from hypothesis import given
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.errors import CycleError
from graphdiff.paths import shortest as module
from graphdiff.paths.shortest import shortest
from graphdiff.sums.between import between_ends


def spread(graph: nx.DiGraph, walk: Any) -> Fraction:
    """Return the part of one unit, spread evenly at each node, that comes by a walk."""
    part = Fraction(1)
    for tail, *_ in walk:
        part /= graph.out_degree(tail)
    return part


def shortest_of(graph: nx.DiGraph, source: Any, target: Any, **options: Any) -> list[Any]:
    return list(shortest(between_ends(gd.compile(graph, **options), source, target)))


@given(query=queries(dags(INTS)), few=st.sampled_from([0, 1_000]))
def test_they_come_by_length_then_by_what_is_spread_evenly(query: Any, few: int) -> None:
    graph, source, target = query
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "FEW", few)
        paths = shortest_of(graph, source, target)
    listed = walks(graph, source, target)
    assert len(paths) == len(listed)
    assert {path.edges for path in paths} == set(listed)
    keys = [(path.length, -spread(graph, path.edges)) for path in paths]
    assert keys == sorted((len(walk), -spread(graph, walk)) for walk in listed)
    assert all(path.influence == pytest.approx(float(spread(graph, path.edges))) for path in paths)


def test_a_strong_long_path_comes_after_a_weak_short_one() -> None:
    graph = nx.DiGraph([("s", "a"), ("a", "b"), ("b", "t"), ("s", "x"), ("x", "t")])
    graph.add_edges_from(("x", f"leaf {number}") for number in range(1000))
    paths = shortest_of(graph, "s", "t", weight=None)
    assert [path.nodes for path in paths] == [("s", "x", "t"), ("s", "a", "b", "t")]
    assert paths[0].influence < paths[1].influence / 100


@pytest.mark.parametrize("few", [0, 1_000])
def test_exact_weights_seeds_and_several_ends_change_nothing(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FEW", few)
    graph = nx.DiGraph([("a", "t"), ("b", "x"), ("x", "t")])
    for options in ({"weight": None}, {"weight": gd.weights.even, "exact": True}):
        paths = shortest_of(graph, {"a": 0, "b": -5}, {"t": 3}, **options)
        assert [path.nodes for path in paths] == [("a", "t"), ("b", "x", "t")]


def test_a_merged_component_is_one_node_and_walks_are_refused() -> None:
    graph = nx.DiGraph([("s", "a"), ("a", "b"), ("b", "a"), ("b", "t")])
    (path,) = shortest_of(graph, "s", "t", weight=None, cycles="collapse")
    assert path.nodes == ("s", frozenset("ab"), "t")
    with pytest.raises(CycleError, match="infinitely many"):
        shortest_of(graph, "s", "t", weight=gd.weights.even, cycles="solve")


def test_deep_graphs_of_more_paths_than_anybody_counts_are_quick() -> None:
    """Lengths so long that what keeps them apart leaves the exponents of a plain Decimal."""
    graph = nx.DiGraph()
    for step in range(3000):
        # The detour comes first in the order of the nodes, which is what ties go by.
        graph.add_edges_from([((0, step), (1, step)), ((1, step), (0, step + 1)), ((0, step), (0, step + 1))])
    began = time.process_time()
    between = between_ends(gd.compile(graph, weight=None), (0, 0), (0, 3000))
    assert [path.length for path in islice(shortest(between), 4)] == [3000, 3001, 3001, 3001]
    assert time.process_time() - began < 10


def test_no_way_and_no_edge() -> None:
    graph = nx.DiGraph([("a", "b")])
    assert shortest_of(graph, "b", "a", weight=None) == []
    assert [path.nodes for path in shortest_of(graph, "a", "a", weight=None)] == [("a",)]
    assert len(shortest_of(diamonds(3), *[list(nx.topological_sort(diamonds(3)))[end] for end in (0, -1)])) == 8
