"""Routes that pass no node twice: against all simple paths of networkx on small graphs with cycles."""

from __future__ import annotations

import random
from itertools import islice

import networkx as nx
import pytest

from graphdiff.graph.compiled import compile as compile_graph
from graphdiff.graph.ends import ROOTS
from graphdiff.paths.loopless import loopless
from graphdiff.sums.between import between_ends


def edges_of_routes(graph: nx.MultiDiGraph, sources: list[int], targets: list[int]) -> list[tuple]:
    ready = compile_graph(graph, weight=None, cycles="solve")
    between = between_ends(ready, sources, targets)
    routes = []
    for nodes, edges in loopless(between):
        assert len(set(nodes)) == len(nodes) == len(edges) + 1
        labels = [between.labels[node] for node in nodes]
        routes.append((labels[0], labels[-1], *(between.edge_label(edge) for edge in edges)))
    return routes


@pytest.mark.parametrize("seed", range(40))
def test_all_of_them_come_once_and_the_shortest_first(seed: int) -> None:
    rng = random.Random(seed)
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(rng.randint(3, 6)))
    for _ in range(rng.randint(3, 14)):
        graph.add_edge(rng.choice([*graph]), rng.choice([*graph]))
    sources, targets = (rng.sample([*graph], rng.randint(1, 2)) for _ in range(2))
    routes = edges_of_routes(graph, sources, targets)
    assert [*map(len, routes)] == sorted(map(len, routes))
    simple = {(node, node) for node in {*sources} & {*targets}}
    for source in sources:
        for target in targets:
            if source != target:
                simple |= {(source, target, *path) for path in nx.all_simple_edge_paths(graph, source, target)}
    assert len(routes) == len(set(routes))
    assert set(routes) == simple


def test_the_first_ones_of_very_many() -> None:
    graph = nx.complete_graph(40, nx.DiGraph)
    graph.add_edges_from([("s", 0), (0, "t")])  # whoever enters the thicket cannot leave it but by where he came in
    ready = compile_graph(graph, weight=None, cycles="solve")
    assert len([*loopless(between_ends(ready, ROOTS, "t"))]) == 1
    lengths = [len(edges) for _, edges in islice(loopless(between_ends(ready, 1, 2)), 50)]
    assert lengths == [1, *[2] * 38, *[3] * 11]
