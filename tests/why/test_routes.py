"""Shortest routes and the fewest edges that part two ends, on graphs with cycles: against networkx and brute force."""

from __future__ import annotations

import re
from itertools import combinations
from typing import Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.why.report import explanation_text
from graphdiff.why.routes import change_text

#: Few nodes, many edges: nearly all of them on cycles; parallel edges and loops among them.
GRAPHS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=12).map(nx.MultiDiGraph)


def ring() -> nx.DiGraph:
    """Return a ring of five, with a chord, a way out of it and a way in."""
    graph = nx.DiGraph([("a", "b"), ("b", "c"), ("c", "d"), ("d", "e"), ("e", "a"), ("a", "c"), ("in", "a")])
    graph.add_edges_from([("d", "out"), ("b", "d")])
    graph.edges["c", "d"]["kind"] = "local"
    return graph


def parts(graph: nx.MultiDiGraph, edges: Any, source: Any, target: Any) -> bool:
    """Tell whether no way is left without some edges."""
    left = graph.copy()
    left.remove_edges_from(edges)
    return not nx.has_path(left, source, target)


@given(graph=GRAPHS, compiled=st.booleans())
def test_routes_are_those_of_networkx_and_no_smaller_set_parts_the_ends(graph: nx.MultiDiGraph, compiled: bool) -> None:
    edges = list(graph.edges(keys=True))
    asked = gd.compile(graph, weight=None, cycles="collapse") if compiled else graph
    for source, target in combinations(graph, 2):
        answer = gd.routes(asked, source, target, k=99)
        if not nx.has_path(graph, source, target):
            assert (answer.length, answer.n_shortest, answer.shortest, answer.cut) == (None, 0, [], [])
            assert "no route leads there" in str(answer)
            continue
        ways = list(nx.all_shortest_paths(nx.DiGraph(graph), source, target))
        every = [[tuple(edge) for edge in path] for path in nx.all_simple_edge_paths(graph, source, target)]
        shortest = [path for path in every if len(path) == len(ways[0]) - 1]
        assert answer.length == len(ways[0]) - 1
        assert answer.n_shortest == len(shortest)
        assert sorted(list(path.edges) for path in answer.shortest) == sorted(shortest)
        assert {path.nodes for path in answer.shortest} == set(map(tuple, ways))
        assert parts(graph, answer.cut, source, target)
        smaller = combinations(edges, len(answer.cut) - 1)
        assert not any(parts(graph, chosen, source, target) for chosen in smaller)
        together = next(inside for inside in nx.strongly_connected_components(graph) if source in inside)
        assert set(answer.component) == (together if target in together else set())


def test_a_report_between_two_nodes_of_one_cycle() -> None:
    assert str(gd.routes(ring(), "b", "a")).splitlines() == [
        "The only shortest route, of 3 edges:",
        "  b > d > e > a",
        "",
        "b leads to a: both are among 5 nodes that all lead to each other.",
        "Every route uses the edge e -> a.",
        "No total is given: walks between them go round a cycle without end, and a cycle that counts as one",
        "  node cannot tell its members apart.",
    ]
    report = str(gd.routes(ring(), "b", "d"))
    assert "Every route uses one of these 2 edges, and fewer would not do (maximum flow):\n" in report
    assert "\n  c -> d (local)\n" in report


def test_a_report_on_what_is_on_no_cycle_together_says_nothing_of_totals() -> None:
    assert str(gd.routes(ring(), "in", "out")).splitlines() == [
        "The 2 shortest routes, of 4 edges each:",
        "  in > a > b > d > out",
        "  … > a > c > d (local) > out",
        "",
        "in leads to out.",
        "Every route uses the edge d -> out.",
    ]


def test_many_routes_are_counted_and_the_first_are_listed() -> None:
    graph = nx.DiGraph()
    for step in range(40):
        graph.add_edges_from((f"{step}{end}", f"{step + 1}{other}") for end in "xyz" for other in "xyz")
    graph.add_edges_from([*(("s", f"0{end}") for end in "xyz"), *((f"40{end}", "t") for end in "xyz"), ("t", "s")])
    answer = gd.routes(graph, "s", "t")
    assert (answer.length, answer.n_shortest, len(answer.shortest)) == (42, 3**41, 10)
    assert len(gd.routes(graph, "s", "t", k=50).shortest) == 50
    lines = str(answer).splitlines()
    assert lines[0] == "The 36,472,996,377,170,786,403 shortest routes, of 42 edges each:"
    assert max(map(len, lines)) <= 100
    assert len(lines) < 40
    assert sum("more" in line and line.startswith("  …") and "route" not in line for line in lines) >= 1


def test_several_ends_and_the_roots() -> None:
    graph = ring()
    answer = gd.routes(graph, ["b", "in"], ["a", "out"])
    assert (answer.length, [path.nodes for path in answer.shortest]) == (1, [("in", "a")])
    assert sorted(answer.cut) == [("d", "out"), ("e", "a"), ("in", "a")]
    assert len(answer.component) == 5
    assert gd.routes(graph, gd.ROOTS, "out").shortest[0].nodes[0] == "in"
    # A node that is both ends is a route of no edge, and no edges part it from itself.
    both = gd.routes(graph, ["a", "b"], ["b", "c"])
    assert (both.length, both.n_shortest, both.cut) == (0, 1, [])


def test_as_plain_values_and_tables() -> None:
    answer = gd.routes(ring(), "b", "d")
    record = answer.to_dict()
    assert (record["total"], record["n_paths"], record["length"], record["n_shortest"]) == (None, None, 1, 1)
    assert record["why_no_total"].startswith("No total is given: ")
    assert sorted(record["component"]) == list("abcde")
    assert record["shortest_paths"] == [{"nodes": ["b", "d"], "steps": [{"source": "b", "target": "d"}]}]
    assert {"source": "c", "target": "d", "kind": "local"} in record["cut"]
    assert gd.routes(ring(), "in", "out").to_dict()["why_no_total"] is None
    assert repr(answer) == "<Routes: The only shortest route, of 1 edge>"
    pytest.importorskip("pandas")
    assert len(answer.to_pandas()) == 2


@pytest.mark.parametrize(("source", "target"), [("a", "out"), ("in", "c"), ("in", "out")])
def test_why_opens_with_the_routes_themselves_where_a_cycle_hides_them(source: str, target: str) -> None:
    graph = ring()
    why = gd.explain(graph, source, target, weight=gd.weights.even, cycles="collapse")
    ways = sorted(nx.all_simple_paths(graph, source, target), key=len)
    report = explanation_text([why])
    assert report.startswith(f"The {len(ways)} paths, shortest first:\n")
    words = " ".join(report.split())
    counted = f"{len(ways)} paths of {len(ways[0]) - 1} to {len(ways[-1]) - 1} steps"
    assert f"{counted} ({why.n_paths}, each cycle as one node)." in words or len(ways) == why.n_paths
    assert counted in words
    record = why.to_dict()
    assert (record["shortest"], record["longest"]) == (len(ways[0]) - 1, len(ways[-1]) - 1)
    routes = record["shortest_paths"]
    assert {tuple(route["nodes"]) for route in routes} == set(map(tuple, ways))
    for route in routes:
        assert [step["source"] for step in route["steps"]] == route["nodes"][:-1]
        assert [step["target"] for step in route["steps"]] == route["nodes"][1:]
        for step in route["steps"]:
            assert step.get("kind") == graph.edges[step["source"], step["target"]].get("kind")


def test_a_small_cycle_is_no_step_that_is_not_there() -> None:
    graph = nx.DiGraph([("app", "web"), ("web", "utils"), ("utils", "web")])
    graph.edges["app", "web"]["clause"] = "^5"
    graph.edges["web", "utils"]["clause"] = "^4"
    why = gd.explain(graph, "app", "utils", weight=None, cycles="collapse")
    lines = explanation_text([why]).splitlines()
    assert lines[:4] == [
        "The only path:",
        "  app > web (^5) > utils (^4)",
        "",
        "app leads to utils by 1 path of 2 steps.",
    ]
    assert [path["nodes"] for path in why.to_dict()["shortest_paths"]] == [["app", "web", "utils"]]
    graph.add_edge("utils", "t")
    why = gd.explain(graph, "app", "t", weight=None, cycles="collapse")
    assert explanation_text([why]).startswith("The only path:\n  app > web (^5) > utils (^4) > t\n")
    assert "Every path passes the cycle utils + web" not in explanation_text([why])  # of one path nothing is


def test_where_no_listed_path_passes_the_cycle_only_the_number_says_so() -> None:
    graph = nx.DiGraph([("s", f"{number}") for number in range(5)])
    graph.add_edges_from((f"{number}", "t") for number in range(5))
    graph.add_edges_from([("s", "x"), ("x", "a"), ("a", "b"), ("b", "a"), ("b", "t")])
    why = gd.explain(graph, "s", "t", weight=None, cycles="collapse")
    assert why.routes is None
    assert "by 6 paths of 2 to 3 steps, each cycle as one node.\n" in explanation_text([why])


def test_a_member_of_a_cycle_to_itself() -> None:
    why = gd.explain(nx.DiGraph([("a", "b"), ("b", "a")]), "a", "a", weight=None, cycles="collapse")
    assert explanation_text([why]).startswith("a is the source itself: no other path leads there.\n")
    assert str(why).startswith("a is the source itself: no other path leads there.\n")


def test_very_many_ways_through_cycles_are_not_counted() -> None:
    graph = nx.complete_graph(9, nx.DiGraph)
    graph.add_edges_from([("s", 0), (8, "t")])
    why = gd.explain(graph, "s", "t", weight=None, cycles="collapse")
    lines = explanation_text([why]).splitlines()
    assert lines[0] == "The 5 shortest paths:"
    assert lines[1] == "  s > 0 > 8 > t"
    assert "s leads to t by 1 path, each cycle as one node." in lines
    assert (why.to_dict()["shortest"], why.to_dict()["longest"]) == (3, None)


def test_beyond_the_limit_only_the_shortest_are_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graphdiff.why.routes.MAX_SEARCH", 3)
    answer = gd.routes(ring(), "in", "out")
    assert (answer.n_nearest, len(answer.nearest)) == (None, 2)
    assert answer.nearest_lines()[0] == "The 2 shortest routes, of 4 edges each:"


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(gd.errors.UnknownNodeError, match=re.escape("no node 'x'")):
        gd.routes(ring(), "x", "a")


def test_before_and_after() -> None:
    graph = ring()
    after = ring()
    after.remove_edge("e", "a")
    text = change_text(gd.routes(graph, "b", "a"), gd.routes(after, "b", "a"))
    assert text.splitlines()[:7] == [
        "Before",
        "The only shortest route, of 3 edges:",
        "  b > d > e > a",
        "Every route uses the edge e -> a.",
        "",
        "After",
        "No route.",
    ]
    assert text.endswith("cannot tell its members apart.")
