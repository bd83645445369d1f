"""What a page has of a profile: counted again on the stacks of a file, or summed over its calls, by other means."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

import graphdiff as gd
from graphdiff.page.part import part_of, picture_for_page

DATA = Path(__file__).parents[2] / "data"
PROFILES = Path(__file__).parents[1] / "data" / "profiles"
SITE = str(DATA / "site.callgrind")
TRAP = PROFILES / "trap.folded"


def part(graph: nx.DiGraph, max_nodes: int = 2000) -> Any:
    """Return what a page has, as a browser reads it."""
    return json.loads(json.dumps(part_of(picture_for_page(graph, max_nodes)), allow_nan=False))


def by_name(known: Any) -> dict[str, Any]:
    return {node["id"]: node for node in known["nodes"]}


def calls_of(known: Any) -> dict[tuple[str, str], Any]:
    names = [node["id"] for node in known["nodes"]]
    return {(names[link["source"]], names[link["target"]]): link for link in known["links"]}


def stacks() -> list[tuple[list[str], int]]:
    """Return the stacks of the trap, without files, and how many samples had each."""
    lines = (line.rpartition(" ") for line in TRAP.read_text().splitlines())
    return [([frame.partition(" (")[0] for frame in stack.split(";")], int(n)) for stack, _, n in lines]


def test_every_function_has_what_the_file_has() -> None:
    graph = gd.read(SITE)
    known = part(gd.annotate(graph))
    nodes, calls = by_name(known), calls_of(known)
    assert nodes.keys() == {*graph}
    assert calls.keys() == {*graph.edges}
    for node, data in graph.nodes(data=True):
        assert {name: nodes[node][name] for name in data if name != "primitive_calls"} == {
            name: value for name, value in data.items() if name != "primitive_calls"
        }
    assert nodes["retry"]["primitive_calls"] == 1  # of 8 calls: it calls itself
    assert "primitive_calls" not in nodes["render"]
    assert (known["whole"], known["parts"]) == (8552245, "Per cents are of all that was measured, 8,552,245 Ir.")
    assert known["words"]["total"] == "8,552,245 Ir: escape costs most by itself, 8,550,848 Ir (100.0 %)"
    assert not known["summed"]


def test_what_a_recursion_costs_again_is_marked() -> None:
    graph = nx.DiGraph(unit="Ir", total=10, edge_meaning="calls", format="callgrind", recursion="every level")
    graph.add_nodes_from((name, {"self": 2, "inclusive": 8}) for name in "mfgh")
    graph.add_weighted_edges_from([("m", "f", 8), ("f", "g", 6), ("g", "f", 4), ("g", "h", 2), ("h", "h", 1)], "cost")
    known = part(gd.annotate(graph))
    assert {pair for pair, link in calls_of(known).items() if link.get("again")} == {("f", "g"), ("g", "f"), ("h", "h")}
    assert {node["id"]: node["recursion"] for node in known["nodes"] if "recursion" in node} == {
        "f": "on a cycle of calls with g",
        "g": "on a cycle of calls with f",
        "h": "calls itself",
    }


def test_of_a_question_on_edges_what_is_spent_is_apart_from_what_is_measured() -> None:
    graph = gd.read(SITE)
    known = part(gd.annotate(graph, "export", "escape"))
    nodes = by_name(known)

    def through(node: str) -> float:
        """Return what is spent on escape for export past a node, path by path."""
        spent = 0.0
        for path in nx.all_simple_edge_paths(graph, "export", "escape"):
            if node in {each for edge in path for each in edge}:
                part = 1.0
                for tail, head in path:
                    part *= graph.edges[tail, head]["cost"] / graph.nodes[head]["inclusive"]
                spent += part * graph.nodes["escape"]["inclusive"]
        return spent

    for name, node in nodes.items():
        assert node["spent"] == pytest.approx(through(name), rel=1e-4)  # retry is on no way, but costs are rounded
        assert (node["self"], node["inclusive"]) == tuple(graph.nodes[name][each] for each in ("self", "inclusive"))
        assert node["estimated"]
    assert known["whole"] == 8550848
    assert known["parts"] == "Spent is what of escape's cost, 8,550,848 Ir, passes a function; per cents are of that."
    assert known["words"]["total"] == "≈ 5,919,537 Ir of escape's 8,550,848 Ir are spent for export (69.2 %)"
    alone = part(gd.annotate(graph, None, "escape"))
    assert alone["words"]["total"] == "Who makes escape cost (8,550,848 Ir)"
    assert not by_name(alone)["format"].get("estimated")


def test_of_a_question_on_stacks_everything_is_counted() -> None:
    graph = gd.read(str(TRAP))
    known = part(gd.annotate(graph, "b", "c"))
    passed: Counter[str] = Counter()
    for stack, number in stacks():
        if "b" in stack and "c" in stack[stack.index("b") :]:
            begin = stack.index("b")
            passed.update(dict.fromkeys(stack[begin : stack.index("c", begin) + 1], number))
    assert {name: node["spent"] for name, node in by_name(known).items()} == passed
    assert not any(node.keys() & {"self", "inclusive", "estimated", "spent_itself"} for node in known["nodes"])
    assert known["whole"] == sum(number for stack, number in stacks() if "c" in stack) == 104
    down = part(gd.annotate(graph, "b"))
    own = {name: node["spent_itself"] for name, node in by_name(down).items()}
    assert own == {
        name: sum(number for stack, number in stacks() if "b" in stack and stack[-1] == name) for name in own
    }
    assert down["whole"] == by_name(down)["b"]["spent"] == 127
    assert down["words"]["total"] == "What b's cost is spent on (127 samples)"


def test_a_profile_that_does_not_fit_keeps_its_costs() -> None:
    known = part(gd.annotate(gd.read(str(DATA / "centrality.prof"))), 40)
    assert len(known["nodes"]) <= 42  # with what stands for callers and functions that are not drawn
    leaving: Counter[str] = Counter()
    for (tail, _), link in calls_of(known).items():
        leaving[tail] += link["cost"]
    for name, node in by_name(known).items():
        if "inclusive" in node and "members" not in node:
            assert node["self"] + leaving[name] == pytest.approx(node["inclusive"], rel=1e-3, abs=1e-6)
    assert (
        known["words"]["total"] == "12.94 s: _single_source_dijkstra_path_basic costs most by itself, 4.146 s (32.0 %)"
    )


def test_a_question_about_what_costs_nothing_has_no_parts() -> None:
    graph = nx.DiGraph(unit="s", total=0.0, edge_meaning="calls", format="gprof")
    graph.add_nodes_from([("a", {"self": 0.0, "inclusive": 0.0}), ("b", {"self": 0.0, "inclusive": 0.0})])
    graph.add_edge("a", "b", cost=0.0, calls=2)
    for ends in (("a", "b"), (None, "b"), ("a", None)):
        known = part(gd.annotate(graph, *ends))
        assert len(known["nodes"]) == 2
        assert not known.get("whole")
        assert "parts" not in known
    assert part(gd.annotate(graph, None, "b"))["words"]["total"] == "Who makes b cost"


@pytest.mark.parametrize("unit", ["s", "samples"])
def test_a_profile_without_costs_says_how_large_it_is(unit: str) -> None:
    graph = nx.DiGraph([("a", "b"), ("b", "b")], unit=unit, total=0, edge_meaning="calls", format="pstats")
    nx.set_edge_attributes(graph, 3, "calls")
    known = part(gd.annotate(graph))
    assert known["words"]["total"] == "2 functions, 2 calls"
    assert "whole" not in known
    assert calls_of(known)["b", "b"] == {"source": 1, "target": 1, "calls": 3, "again": True}


@pytest.mark.parametrize(
    "options", [{"target": "escape"}, {"source": "export"}, {"source": "export", "by": "inclusive"}, {}]
)
def test_a_ranking_is_on_its_functions(options: Any) -> None:
    ranking = gd.rank(gd.read(SITE), **options)
    known = part(ranking.to_networkx())
    nodes = by_name(known)
    records = ranking.to_dict()["nodes"]
    whole = ranking.whole
    for record in records:
        node = nodes[record["node"]]
        if not options:
            assert record["self"] == node["self"]
            continue
        cost = record["cost"] if record["measured"] else None
        assert node.get("part_estimated", False) == (not record["measured"])
        if cost is not None:
            assert node["part"] == pytest.approx(cost / whole)
        if "by" not in options and "source" in options:
            continue  # what is spent in a function by itself is not what passes it
        assert node["part"] == pytest.approx(node["spent"] / known["whole"])
    places = [nodes[record["node"]]["place"] for record in records]
    assert places == sorted(places)
    numbers = [ranking.number(row) for row in ranking.listed]
    assert [nodes[row.name]["place"] for row in ranking.listed] == [1 + numbers.index(number) for number in numbers]
    assert sum("place" in node for node in known["nodes"]) == len(records)
    assert known["ranked"] == (["place", "part", "allowed"] if options else ["place", "self", "inclusive", "calls"])
    if options == {"target": "escape"}:
        assert (nodes["export"]["allowed"], nodes["format"]["allowed"]) == ("69.2 to 69.3 %", "exact")
        assert (nodes["export"]["estimated"], nodes["main"].get("estimated")) == (True, None)
