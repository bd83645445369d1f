"""The key of an edge is said only where parallel edges with the same ends are told apart by it."""

from __future__ import annotations

import networkx as nx
import pytest

import graphdiff as gd


def several(*edges: tuple[str, str]) -> nx.MultiDiGraph:
    graph = nx.MultiDiGraph()
    graph.add_edges_from(edges)
    return graph


def test_cycles_name_parallel_edges_by_their_keys() -> None:
    alone = str(gd.find_cycles(several(("a", "b"), ("b", "a"), ("b", "a")), weight=None))
    assert alone.endswith("     a -> b")
    twice = str(gd.find_cycles(several(("a", "b"), ("a", "b"), ("b", "a"), ("b", "a"), ("a", "b")), weight=None))
    assert twice.count("b -> a (key 0)") == twice.count("b -> a (key 1)") == 1
    loops = str(gd.find_cycles(several(("a", "a"), ("a", "a")), weight=None))
    assert "a -> a (key 1)" in loops


def test_diagnose_names_the_busiest_and_the_bottlenecks() -> None:
    single = str(gd.diagnose(several(("a", "b"), ("b", "c")), "a", "c"))
    assert "busiest edge      a -> b (1 path" in single
    assert "key" not in single
    assert "lengths           2 steps each\n" in single
    double = str(gd.diagnose(several(("a", "b"), ("a", "b"), ("b", "c"), ("b", "c")), "a", "c"))
    assert "busiest edge      a -> b (key 0) (2 paths, 50.0 %)" in double
    merged = str(gd.diagnose(several(("a", "b"), ("a", "c"), ("b", "c"), ("c", "b"))))
    assert "busiest edge      a -> b (1 path, 50.0 %)" in merged  # the other edge into the cycle has another head


def test_a_missing_weight_is_named_by_its_key_among_parallel_ones() -> None:
    graph = several(("a", "b"), ("b", "c"), ("b", "c"))
    graph.edges["a", "b", 0]["weight"] = graph.edges["b", "c", 0]["weight"] = 1
    with pytest.raises(gd.errors.WeightError, match=r"'b' -> 'c' \(key 1\)"):
        gd.compile(graph)
    graph.remove_edge("b", "c", 0)
    graph.remove_edge("b", "c", 1)
    graph.add_edge("b", "c", 7)
    with pytest.raises(gd.errors.WeightError, match=r"the first is 'b' -> 'c'; these edges have"):
        gd.compile(graph)
    graph.edges["b", "c", 7]["weight"] = "x"
    with pytest.raises(gd.errors.WeightError, match=r"the edge 'b' -> 'c' is 'x'"):
        gd.compile(graph)
