"""By what a whole graph is grouped; who alone keeps a node is asked of networkx' dominators."""

from __future__ import annotations

import random
from typing import Any

import networkx as nx
import pytest
from graphs import weighted

import graphdiff as gd
from graphdiff.pictures.dot import picture_of
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
        "mail@1.0",
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
        assert keeper == "(kept by several)" or keeper in dominators or keeper in [f"others of {n}" for n in dominators]
    groups = {by(node) for node in graph if not isinstance(by(node), str)}
    assert all(by(keeper) == keeper for keeper in groups)
    kept = {node: sum(node in dominated(parents, other) for other in graph) for node in by.keeps}
    assert by.keeps == kept


def dominated(parents: dict[Any, Any], node: Any) -> list[Any]:
    """Return the nodes that all paths to one pass, itself among them."""
    chain = [node]
    while chain[-1] in parents:
        chain.append(parents[chain[-1]])
        if chain[-1] in ("all", None):
            break
    return chain


def workspace() -> nx.DiGraph:
    """Return two members that share a package, one of which needs something with many small needs of its own."""
    graph = nx.DiGraph([("api", "big"), ("api", "pg"), ("api", "both"), ("web", "both"), ("web", "one")])
    graph.add_edges_from(("pg", f"pg{n}") for n in range(9))
    graph.add_edges_from(("big", f"small{n}") for n in range(12))
    graph.add_edges_from(
        [("big", "middle"), *(("middle", f"m{n}") for n in range(5)), ("small1", "m"), ("small2", "m")]
    )
    graph.graph.update(edge_meaning="depends on", node_meaning="packages")
    nx.set_node_attributes(graph, {"api": True, "web": True}, "root")
    return graph


def test_members_and_what_they_need_have_boxes_and_what_keeps_little_is_put_together() -> None:
    by = Keepers.of(gd.compile(workspace(), weight=None), 30)
    assert {by(node) for node in workspace()} == {
        *("api", "web", "big", "pg", "both", "one", "middle", "others of big", "(kept by several)")
    }
    assert by("small3") == "others of big"
    assert (by("pg3"), by("m3"), by("m")) == ("pg", "middle", "(kept by several)")
    assert by.keeps == {"api": 31, "web": 2, "big": 20}


def test_where_needs_of_members_are_too_many_the_small_ones_are_put_together() -> None:
    graph = workspace()
    graph.add_edges_from(("web", f"w{n}") for n in range(40))
    by = Keepers.of(gd.compile(graph, weight=None), 30)
    assert {by(f"w{n}") for n in range(40)} == {"others of web"}
    assert by("pg3") == "pg"


def test_boxes_say_how_much_they_keep() -> None:
    picture = picture_of(gd.group(workspace(), weight=None))
    lines = {node.name: node.lines[1] for node in picture.nodes}
    assert lines == {
        "api": "1 of 31 packages",
        "web": "1 of 2 packages",
        "big": "1 of 20 packages",
        "pg": "10 packages",
        "both": "1 package",
        "one": "1 package",
        "middle": "6 packages",
        "others of big": "12 packages",
        "(kept by several)": "1 package",
    }
    assert picture.legend == [
        "a box: a package and what only it keeps (all paths to these pass it); 1 of n: the others are drawn apart; "
        "others of a box: what keeps little, put together",
        "number at an arrow: how many edges it stands for, where not one",
    ]
    few = picture_of(gd.group(workspace(), weight=None), max_nodes=3)
    assert {node.lines for node in few.nodes} >= {("7 other groups", "12 packages")}
