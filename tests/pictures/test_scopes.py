"""By what a whole graph is grouped; who alone keeps a node is asked of networkx' dominators."""

from __future__ import annotations

import random
from typing import Any

import networkx as nx
import pytest
from graphs import weighted

import graphdiff as gd
from graphdiff.pictures.scopes import Keepers, scopes


def names(*texts: str, meaning: str) -> nx.DiGraph:
    graph = nx.DiGraph(edge_meaning=meaning)
    nx.add_path(graph, texts)
    return graph


@pytest.mark.parametrize(
    ("graph", "most", "parts"),
    [
        (names("a.b.c", "a.b.d", "a.e.f", "a.e.g", meaning="imports"), 30, 2),
        (names("a.b.c", "a.b.d", "a.e.f", "a.e.g", meaning="imports"), 1, 2),
        (names("a.b", "c.d", "e.f.g", "e.f.h", meaning="calls"), 3, 1),
        (names("h/x/a@v1", "h/x/b@v1", "h/y/c@v2", meaning="depends on"), 30, 2),
        (names("org.x:core:1.0", "org.x:util:1.1", "org.y:z:2", meaning="depends on"), 30, 1),
    ],
    ids=["modules", "fewer than there are", "as many as fit", "module paths", "groups of artifacts"],
)
def test_names_with_parts_are_grouped_by_these(graph: nx.DiGraph, most: int, parts: int) -> None:
    assert scopes(gd.compile(graph, weight=None), most) == parts


def test_packages_with_versions_and_scopes_are_grouped_by_what_keeps_them() -> None:
    graph = names("shop", "@a/web@1.2.3", "http@0.1", "tls@2.0", meaning="depends on")
    graph.add_edges_from([("shop", "mail@1.0"), ("mail@1.0", "tls@2.0"), ("mail@1.0", "smtp@1.1")])
    by = scopes(gd.compile(graph, weight=None), 30)
    assert isinstance(by, Keepers)
    assert [by(node) for node in ("shop", "mail@1.0", "smtp@1.1", "tls@2.0")] == [
        "shop",
        "mail@1.0",
        "smtp@1.1",
        "(kept by several)",
    ]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("n_roots", [1, 3])
def test_what_keeps_a_node_is_on_every_path_to_it(seed: int, n_roots: int) -> None:
    draw = random.Random(seed)
    edges = [(i, j, 1) for i in range(25) for j in range(25) if draw.random() < 0.06 and (i < j or draw.random() < 0.2)]
    graph = weighted([(a, b, w) for a, b, w in edges if b >= n_roots and a != b])
    graph.add_nodes_from(range(n_roots))
    graph = graph.subgraph(set(range(n_roots)).union(*(nx.descendants(graph, root) for root in range(n_roots)))).copy()
    by = Keepers.of(gd.compile(graph, cycles="collapse"), 6)
    above = graph.copy()
    above.add_edges_from(("all", root) for root in range(n_roots))
    parents: dict[Any, Any] = nx.immediate_dominators(above, "all")
    for node in graph:
        dominators = [node]
        while dominators[-1] not in ("all", None):
            dominators.append(parents.get(dominators[-1]))
        keeper = by(node)
        assert keeper == "(kept by several)" or keeper in dominators
    groups = {by(node) for node in graph}
    assert all(by(keeper) == keeper for keeper in groups - {"(kept by several)"})
