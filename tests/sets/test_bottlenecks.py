"""Whether few edges carry everything, against the minimum cut."""

from __future__ import annotations

from typing import Any

import networkx as nx
from graphs import contractions, dags, queries
from hypothesis import given

import graphdiff as gd
from graphdiff.sets.bottlenecks import fewer_edges_than
from graphdiff.sums.between import between_ends


def n_in_the_cut(graph: nx.MultiDiGraph, source: Any, target: Any) -> int:
    """Return how many edges the smallest cut has; parallel edges count one by one."""
    network = nx.DiGraph()
    network.add_nodes_from(graph)
    for tail, head in graph.edges():
        size = network.get_edge_data(tail, head, {"capacity": 0})["capacity"]
        network.add_edge(tail, head, capacity=size + 1)
    return int(nx.maximum_flow_value(network, source, target))


@given(queries(dags(max_edges=20)))
def test_paths_without_a_common_edge_are_as_many_as_the_cut_has_edges(query: Any) -> None:
    graph, source, target = query
    ready = gd.compile(graph)
    part = between_ends(ready, source, target)
    if source == target:
        assert not any(fewer_edges_than(limit, part) for limit in range(5))
        return
    smallest = n_in_the_cut(graph, source, target)
    assert [fewer_edges_than(limit, part) for limit in range(7)] == [smallest < limit for limit in range(7)]


@given(queries(contractions()))
def test_the_same_round_cycles(query: Any) -> None:
    graph, source, target = query
    if source != target:
        ready = gd.compile(graph, cycles="solve")
        part = between_ends(ready, source, target)
        smallest = n_in_the_cut(graph, source, target)
        assert [fewer_edges_than(limit, part) for limit in range(4)] == [smallest < limit for limit in range(4)]


def test_a_path_that_must_be_taken_back() -> None:
    """The shortest way s > a > d > t shuts both of s > a > c > t and s > b > d > t out."""
    graph = nx.DiGraph(["sa", "ad", "dt", "sb", "bd", "ac", "cx", "xy", "yt"])
    ready = gd.compile(graph, weight=None)
    part = between_ends(ready, "s", "t")
    assert [fewer_edges_than(limit, part) for limit in (1, 2, 3)] == [False, False, True]
