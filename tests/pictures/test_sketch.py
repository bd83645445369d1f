"""`sketch`: every number that no cycle touches is there and right, no other is, and the picture says so."""

from __future__ import annotations

import math
import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import networkx as nx
import pytest
from graphs import weighted

import graphdiff as gd
from graphdiff.pictures.annotate import annotate
from graphdiff.pictures.dot import picture_of
from graphdiff.pictures.sketch import sketch

if TYPE_CHECKING:
    from pathlib import Path


def path_sum(graph: nx.DiGraph, source: Any, target: Any) -> Fraction:
    if source == target:
        return Fraction(1)
    paths = nx.all_simple_edge_paths(graph, source, target)
    return sum(
        (math.prod((graph.edges[edge]["weight"] for edge in path), start=Fraction(1)) for path in paths), Fraction(0)
    )


def drawn(number: int) -> nx.DiGraph:
    r = random.Random(number)
    graph = nx.DiGraph()
    graph.add_nodes_from(range(9))
    for _ in range(13):
        tail = r.randrange(8)
        graph.add_edge(tail, r.randint(tail + 1, 8), weight=Fraction(r.randint(-5, 5), 3))
    graph.add_edge(r.randint(1, 7), r.randint(1, 7), weight=Fraction(4))
    looped = r.randint(1, 7)
    graph.add_edge(looped, looped, weight=Fraction(2))
    if number % 2:
        head = r.randrange(8)
        graph.add_edge(r.randint(head, min(8, head + 2)), head, weight=Fraction(4))
    return graph


def meets_a_cycle(graph: nx.DiGraph, source: Any, target: Any) -> bool:
    """Return whether some walk from the source to the target passes a node on a cycle."""
    ahead, back = nx.descendants(graph, source) | {source}, nx.ancestors(graph, target) | {target}
    parts = nx.strongly_connected_components(graph)
    looped = {n for part in parts for n in part if len(part) > 1 or graph.has_edge(n, n)}
    return bool(ahead & back & looped)


@pytest.mark.parametrize("number", range(60))
def test_what_no_cycle_touches_is_known_and_all_else_is_left_out(number: int) -> None:
    graph = drawn(number)
    source, target = number % 3, 8 - number % 2
    if not meets_a_cycle(graph, source, target):
        source = next(n for n in graph if meets_a_cycle(graph, n, n))
        target = max(nx.descendants(graph, source) | {source})
    known = sketch(graph, source, target)
    between = (nx.descendants(graph, source) | {source}) & (nx.ancestors(graph, target) | {target})
    for node, data in known.nodes(data=True):
        for name, ends in (("tangent", (source, node)), ("adjoint", (node, target))):
            right = path_sum(graph, *ends) if node in between and not meets_a_cycle(graph, *ends) else None
            assert data.get(name) == right, (node, name)
        assert not {"share", "contribution", "paths"} & set(data)
    assert "total" not in known.graph
    assert known.graph["not_computed"].startswith("no total and no shares: the cycle ")


@pytest.mark.parametrize("number", range(40))
def test_one_end(number: int) -> None:
    graph = drawn(number)
    ahead, back = sketch(graph, number % 4), sketch(graph, target=8 - number % 4)
    for node in graph:
        for known, name, ends in ((ahead, "tangent", (number % 4, node)), (back, "adjoint", (node, 8 - number % 4))):
            right = None if meets_a_cycle(graph, *ends) else path_sum(graph, *ends)
            assert known.nodes[node].get(name) == right
    left = [node for node in graph if "tangent" not in ahead.nodes[node]]
    if left:
        assert ahead.graph["not_computed"].startswith(f"no number of {len(left)} of 9 nodes: the cycle ")


def two() -> nx.DiGraph:
    """Return two cycles one after the other: the walks of the first converge, those of the second do not."""
    rows = [("s", "a", 1), ("a", "a", 0.5), ("a", "b", 1), ("b", "b", 2), ("b", "t", 1), ("s", "t", 3)]
    return weighted([(tail, head, float(weight)) for tail, head, weight in rows])


def test_a_cycle_that_the_policy_gives_a_value_is_no_open_one() -> None:
    known = sketch(two(), "s", "t", cycles="solve")
    assert dict(known.nodes(data="tangent")) == {"s": 1, "a": 2, "b": None, "t": None}
    assert known.edges["a", "b"]["tangent"] == 2
    assert known.graph["not_computed"] == "no total and no shares: the cycle b -> b is on the way"
    assert dict(sketch(two(), "s", cycles="reduced-form").nodes(data="tangent"))["b"] == -2


def test_two_nodes_of_a_collapsed_cycle_are_drawn_apart() -> None:
    graph = nx.DiGraph([("s", "a"), ("a", "b"), ("b", "a"), ("b", "t")])
    known = sketch(graph, "a", "b", weight=gd.weights.even, cycles="collapse")
    assert known.edges["b", "a"]["weight"] == 0.5  # of the graph as it is, not of the collapsed one
    assert picture_of(known).legend[0] == "a leads to b by paths with cycles on the way"


def test_the_picture_says_what_it_lacks() -> None:
    picture = picture_of(sketch(two(), "s", "t"))
    assert picture.legend == [
        "s leads to t by paths with cycles on the way",
        "no total and no shares: the cycle a -> a is on the way",
        "edge: weight; width and colour: its size, blue positive, orange negative",
        "bold ellipse: source; double border: target",
    ]
    assert [node.lines for node in picture.nodes] == [("s",), ("a",), ("b",), ("t",)]
    assert {edge.label for edge in picture.edges} == {"0.5", "1", "2", "3"}
    one = picture_of(sketch(two(), "s"))
    assert [node.lines for node in one.nodes] == [("s", "1"), ("a",), ("b",), ("t",)]
    assert one.legend[1] == "no number of 3 of 4 nodes: the cycle a -> a is on the way"
    again = annotate(sketch(two(), "s", "t"), "s", "a", cycles="solve")
    assert "not_computed" not in again.graph


def test_of_many_edges_those_of_the_shortest_ways_are_drawn() -> None:
    ring = weighted([(k, (k + 1) % 50, 3.0) for k in range(50)] + [(k, (k + 2) % 50, 2.0) for k in range(50)])
    picture = picture_of(sketch(ring, 0, 7), max_nodes=12)
    assert 4 < len(picture.nodes) <= 12
    assert f"drawn: {len(picture.edges)} of 100 edges, those on the shortest ways first" in picture.legend
    steps = nx.DiGraph([(picture.nodes[edge.tail].name, picture.nodes[edge.head].name) for edge in picture.edges])
    assert nx.shortest_path_length(steps, "0", "7") == 4


class TestDraw:
    """The verb."""

    @pytest.fixture
    def file(self, tmp_path: Path) -> str:
        path = tmp_path / "market.csv"
        path.write_text("source,target,weight\ninc,q,0.8\nq,p,-1.2\np,q,1.5\nq,r,2\ninc,x,1\n")
        return str(path)

    @pytest.mark.parametrize(
        "ends", [(), ("inc", "r"), ("--source", "inc"), ("--target", "r"), ("inc", "r", "--group", "prefix:1")]
    )
    @pytest.mark.parametrize("policy", [(), ("--cycles", "solve")])
    def test_a_cycle_is_drawn_and_what_it_leaves_open_told(self, run: Any, file: str, ends: Any, policy: Any) -> None:
        done = run("draw", file, *ends, *policy)
        assert (done.status, "q -> p" in done.out) == (0, True)
        assert done.err.startswith(
            "drawn without what a cycle leaves open: the graph has a cycle: q -> p -> q. --cycles"
        )
        assert "--cycles reduced-form" in done.err

    def test_every_kind_of_file(self, run: Any, file: str, tmp_path: Path) -> None:
        for suffix in ("svg", "dot", "json", "mmd", "csv", "graphml"):
            done = run("draw", file, "inc", "r", "-O", str(tmp_path / f"x.{suffix}"))
            assert done.status == 0
            assert (tmp_path / f"x.{suffix}").stat().st_size > 50
        again = gd.read(str(tmp_path / "x.dot"))
        assert again.edges["p", "q"]["weight"] == 1.5
        assert "total" not in again.graph

    def test_with_a_policy_that_answers_nothing_is_left_out(self, run: Any, file: str) -> None:
        done = run("draw", file, "inc", "r", "--cycles", "reduced-form")
        assert (done.status, done.err) == (0, "")
        assert "not summed over walks; total 0.571429" in done.out
