"""Pages of comparisons: what they hold is summed again from the record alone, before and after, beside the library."""

from __future__ import annotations

import json
import random
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

import graphdiff as gd
from graphdiff.change.report import steps_of
from graphdiff.page.page import write_html

DATA = Path(__file__).parents[2] / "data"
SIDES = ("before", "after")


def part(result: Any, max_nodes: int = 2000) -> Any:
    """Return what a page has of a result, as a browser reads it."""
    text = write_html(result, max_nodes=max_nodes).decode()
    return json.loads(re.findall(r'id="record">(.*?)</script>', text)[0])["part"]


def number(row: dict[str, Any], name: str) -> float:
    return float(row.get("approximately", {}).get(name, row.get(name, 0)))


def total_in(part: Any, side: str, source: Any = None, target: Any = None) -> float:
    """Return what flows from end to end on one side, as the solution of x = s + A'x."""
    size = len(part["nodes"])
    weights, seeds = np.zeros((size, size)), np.zeros(size)
    place = {node["id"]: at for at, node in enumerate(part["nodes"])}
    for link in part["links"]:
        weights[link["target"], link["source"]] += number(link, f"weight_{side}")
    starts = part["starts"] if source is None else [[place[source], 1]]
    ends = part["ends"] if target is None else [[place[target], 1]]
    for node, *given in starts:
        seeds[node] += given[0 if side == "after" else -1]
    tangents = np.linalg.solve(np.eye(size) - weights, seeds)
    return float(sum(given[0 if side == "after" else -1] * tangents[node] for node, *given in ends))


def moved(part: Any) -> float:
    return sum(number(row, "change") for row in part["account"]["rows"])


def pair(seed: int, *, exact: bool = False) -> tuple[nx.DiGraph, nx.DiGraph]:
    """Return a graph of some 25 nodes, and another in which some edges are gone, new, or have other weights."""
    draw = random.Random(seed)
    before = nx.DiGraph()
    before.add_nodes_from(f"n{place}" for place in range(25))
    for _ in range(70):
        tail, head = sorted(draw.sample(range(25), 2))
        weight = draw.choice((-1, 1, 1)) * Fraction(draw.randint(1, 20), 24)
        before.add_edge(f"n{tail}", f"n{head}", weight=weight if exact else float(weight))
    after = before.copy()
    for tail, head in draw.sample(list(before.edges), 8):
        after.remove_edge(tail, head)
    for tail, head in draw.sample(list(after.edges), 8):
        after.edges[tail, head]["weight"] *= 2
    for place in range(3):
        after.add_edge(f"n{place}", f"new{place}", weight=before.edges[next(iter(before.edges))]["weight"])
        after.add_edge(f"new{place}", f"n{20 + place}", weight=1 if exact else 1.0)
    return before, after


ENDS = [("n0", "n24"), (["n0", "n1"], {"n23": 2, "n24": -1}), ({"n0": 3}, "n24")]


@pytest.mark.parametrize("ends", ENDS, ids=["two nodes", "several", "a seed"])
@pytest.mark.parametrize("exact", [False, True], ids=["floats", "Fractions"])
def test_the_record_sums_to_both_totals_and_its_rows_to_the_change(ends: tuple[Any, Any], *, exact: bool) -> None:
    n_moved = 0
    for seed in range(12):
        graphs = pair(seed, exact=exact)
        found = gd.compare(*graphs, *ends)
        held = part(found)
        totals = [float(gd.total_influence(graph, *ends)) for graph in graphs]
        if not held["links"]:
            assert totals == [0, 0]
            continue
        assert [total_in(held, side) for side in SIDES] == pytest.approx(totals)
        assert moved(held) == pytest.approx(totals[1] - totals[0])
        assert sum(number(link, "change") for link in held["links"]) == pytest.approx(totals[1] - totals[0])
        n_moved += totals[0] != totals[1]
    assert n_moved > 5


def test_all_edges_between_the_ends_are_there_with_what_became_of_them() -> None:
    for seed in range(12):
        graphs = pair(seed)
        held = part(gd.compare(*graphs, "n0", "n24"))
        names = [node["id"] for node in held["nodes"]]
        wanted = {}
        for side, graph in zip(SIDES, graphs, strict=True):
            between = ({"n0"} | nx.descendants(graph, "n0")) & ({"n24"} | nx.ancestors(graph, "n24"))
            for tail, head, weight in graph.subgraph(between).edges(data="weight"):
                wanted.setdefault((tail, head), {})[side] = weight
        links = {(names[link["source"]], names[link["target"]]): link for link in held["links"]}
        assert wanted.keys() <= links.keys()
        for ends, link in links.items():
            told = [link.get(f"weight_{side}") for side in SIDES]
            assert told == [graph.edges[ends]["weight"] if graph.has_edge(*ends) else None for graph in graphs]
            status = "added" if told[0] is None else "removed" if told[1] is None else "changed"
            assert link["status"] == (status if told[0] != told[1] else "kept")
        assert "unasked" not in held


def test_any_two_nodes_of_a_comparison_without_ends_can_be_asked_about() -> None:
    for seed in range(6):
        graphs = pair(seed)
        held = part(gd.compare(*graphs))
        assert len(held["nodes"]) == len({*graphs[0], *graphs[1]})
        for source, target in (("n0", "n24"), ("n3", "n20"), ("n1", "n22")):
            for side, graph in zip(SIDES, graphs, strict=True):
                assert total_in(held, side, source, target) == pytest.approx(gd.total_influence(graph, source, target))
        rows = held["account"]["rows"]
        assert {row["name"] for row in rows if row["what"] == "appeared"} == {*graphs[1]} - {*graphs[0]}


def test_nodes_say_their_versions_and_stand_there_without_an_edge() -> None:
    before, after = (gd.read(DATA / f"{when}.uv.lock") for when in SIDES)
    before.add_node("lone", version="1")
    after.add_node("lone", version="2")
    held = part(gd.compare(before, after, weight=None))
    nodes = {node["id"]: node for node in held["nodes"]}
    told = {name: [nodes[name].get(f"version_{side}") for side in SIDES] for name in ("web", "orm", "colours", "http")}
    assert told == {"web": ["2.3.1", "2.4.0"], "orm": ["1.4.9"] * 2, "colours": ["1.2", None], "http": [None, "1.9"]}
    assert nodes["lone"]["version_after"] == "2"
    rows = {row["name"]: row for row in held["account"]["rows"]}
    assert rows["lone"] == {"name": "lone", "what": "upgraded 1 -> 2", "ends": ["lone"]}
    assert rows["http"]["by"] == "by web 2.3.1 -> 2.4.0 (web -> metrics)"


def test_what_one_end_newly_reaches_is_new_there_and_what_moved_is_said_by_node() -> None:
    before = nx.DiGraph([("a", "b"), ("c", "d")])
    after = nx.DiGraph([("a", "b"), ("c", "d"), ("a", "c")])
    statuses = {node["id"]: node["status"] for node in part(gd.compare(before, after, "a", "d", weight=None))["nodes"]}
    assert statuses == {"a": "kept", "c": "added", "d": "kept"}
    held = part(gd.compare(before, after, "a", weight=None))
    assert [(row["name"], row["total_before"], row["total_after"]) for row in held["account"]["rows"]] == [
        ("c", 0, 1),
        ("d", 0, 1),
    ]
    assert held["starts"] == [[[node["id"] for node in held["nodes"]].index("a"), 1]]


def test_of_more_nodes_than_fit_the_page_holds_what_differs_and_says_so() -> None:
    before, after = pair(1)
    held = part(gd.compare(before, after), max_nodes=20)
    assert held["unasked"].startswith("This page holds what differs: all 28 nodes are more than fit")
    assert {link["status"] for link in held["links"]} == {"added", "removed", "changed"}
    held = part(gd.compare(before, after, "n0", "n24"), max_nodes=5)
    assert re.match(r"\d+ edges are not in this page", held["unasked"])


@pytest.mark.parametrize(
    ("more", "is_torn"), [([], False), ([("b", "a")], True), ([("x", "y"), ("y", "x")], False)], ids=str
)
def test_a_cycle_of_one_graph_alone_lets_nothing_be_asked(more: list[tuple[str, str]], *, is_torn: bool) -> None:
    before = nx.DiGraph([("a", "b"), ("b", "c"), ("p", "q"), ("q", "p"), ("p", "c")])
    after = before.copy()
    after.add_edges_from(more)
    for graphs in ((before, after), (after, before)):
        held = part(gd.compare(*graphs, weight=None, cycles="collapse"))
        assert ("unasked" in held) == is_torn
        assert {"p + q"} <= {node["id"] for node in held["nodes"]}
        assert next(node["members"] for node in held["nodes"] if node["id"] == "p + q") == ["p", "q"]


def test_what_logits_count_is_a_row_and_ends_have_what_they_count_before_and_after() -> None:
    found = gd.compare(*(gd.read(DATA / f"saying-{name}.json.xz") for name in ("son", "night")), gd.ROOTS, gd.LEAVES)
    held = part(found)
    assert [total_in(held, side) for side in SIDES] == pytest.approx([found.before, found.after])
    assert moved(held) == pytest.approx(found.change)
    assert {len(end) for end in held["ends"]} == {3}
    assert sum(row["name"].startswith("probability of") for row in held["account"]["rows"]) == 3  # of 4
    assert {node["kind"] for node in held["nodes"]} == {"token", "feature", "logit"}


def test_rows_of_a_comparison_of_counts_are_whole_and_sum_to_the_change() -> None:
    for seed in range(6):
        before, after = pair(seed)
        found = gd.compare(before, after, "n0", "n24", weight=None)
        held = part(found)
        assert all(isinstance(row["change"], int) for row in held["account"]["rows"])
        assert moved(held) == found.change


def test_more_rows_than_are_told_are_one_together() -> None:
    before = nx.DiGraph()
    before.add_weighted_edges_from([("s", "t", 1.0)])
    after = before.copy()
    for place in range(250):
        after.add_weighted_edges_from([("s", f"m{place}", 1.0), (f"m{place}", "t", 1.0 + place)])
    found = gd.compare(before, after, "s", "t")
    rows = part(found)["account"]["rows"]
    assert rows[-1]["name"] == "300 others together"
    assert sum(row["change"] for row in rows) == pytest.approx(found.change)


def test_an_end_that_is_new_brings_its_empty_path() -> None:
    before, after = nx.DiGraph([("a", "b")]), nx.DiGraph([("a", "b"), ("c", "a")])
    found = gd.compare(before, after, "c", "c", weight=None)
    held = part(found)
    assert (found.change, moved(held), total_in(held, "before"), total_in(held, "after")) == (1, 1, 0, 1)


def test_a_page_of_profiles_says_what_each_did_and_which_functions_are_new() -> None:
    before, after = (gd.read(DATA / name) for name in ("site.callgrind", "site-after.callgrind"))
    found = gd.compare(before, after)
    held = part(found)
    assert moved(held) == found.change == held["total"] - held["total_before"]
    note = held["account"]["note"]
    assert note.startswith(
        "The change of all rows together is -4,168,793 Ir. What a row did is not its cost after less"
    )
    [row] = [row for row in held["account"]["rows"] if row["ends"] == ["export", "render"]]
    costs = [row["cost_before"], row["cost_after"]]
    assert (*costs, row["change"]) == (5_920_240, 2_320_120, -2_640_120)
    assert row["change"] == (costs[0] / 10 + costs[1] / 5) / 2 * (5 - 10)  # as the note says it
    assert {node["status"] for node in held["nodes"]} == {"kept"}


def timed(own: dict[str, float], calls: list[tuple[str, str, float]]) -> nx.DiGraph:
    made = nx.DiGraph(unit="s", total=sum(own.values()), edge_meaning="calls", node_meaning="functions", kind="timed")
    made.add_nodes_from((name, {"self": cost, "calls": 2}) for name, cost in own.items())
    made.add_edges_from((tail, head, {"cost": cost, "calls": 2}) for tail, head, cost in calls)
    return made


def test_a_page_of_profiles_counts_functions_that_call_each_other_once_and_has_warnings_on_top() -> None:
    calls = [("main", "a", 0.2), ("a", "b", 0.1), ("b", "a", 0.1), ("a", "idle", 0)]
    before = timed({"main": 0.1, "a": 0.2, "b": 0.1, "idle": 0}, calls)
    after = timed({"main": 0.1, "a": 0.1, "b": 0.1, "idle": 0, "new": 0.01}, [*calls, ("main", "new", 0.01)])
    found = gd.compare(before, after)
    held = part(found)
    assert held["account"]["note"].startswith("The change of all rows together is -90 ms.")
    assert held["n_nodes"] == len(held["nodes"]) == 3
    assert (
        held["notes"][0]
        == "5 functions were measured; 2 of them call each other, and count as 1; not here: 1 without cost."
    )
    assert [node["members"] for node in held["nodes"] if "members" in node] == [["a", "b"]]
    names = [node["id"] for node in held["nodes"]]
    [link] = [link for link in held["links"] if names[link["target"]] == "new"]
    assert (link.get("cost_before"), link["cost_after"]) == (None, 0.01)
    assert [line for line in found.beside() if line.startswith("! one run each")]
    assert all(line in str(found).replace("\n  ", " ") for line in found.beside())


@pytest.mark.parametrize("source", ["shop", ["shop", "web"]])
def test_a_list_that_is_longer_is_called_the_same_everywhere_and_rows_are_largest_first(source: Any) -> None:
    before, after = (gd.read(DATA / f"{when}.uv.lock") for when in SIDES)
    found = gd.compare(before, after, source, "log", weight=gd.weights.even)
    rows = part(found)["account"]["rows"]
    sizes = [abs(row["change"]) for row in rows]
    assert sizes == sorted(sizes, reverse=True)
    assert rows[0]["name"] == "dilution: the longer list of web"
    assert rows[0]["name"] in str(found)
    assert steps_of(found) == [(row["name"], pytest.approx(row["change"])) for row in rows]
    assert any(line.startswith("dilution: edges that stayed in a list") for line in found.beside())


def test_headlines_of_several_ends_are_in_the_plural() -> None:
    graph = nx.DiGraph([("p", "x"), ("q", "x"), ("x", "t"), ("z", "p")])
    for target, said in (("z", "p and q have no influence on z"), ("t", "p and q lead to t by 2 paths")):
        assert part(gd.compare(graph, graph, ["p", "q"], target, weight=None))["words"]["total"].startswith(said)


def test_an_end_that_is_missing_is_a_warning_on_top() -> None:
    before, after = nx.DiGraph([("a", "b")]), nx.DiGraph([("a", "b"), ("c", "a")])
    assert (
        gd.compare(before, after, "c", "b", weight=None).beside()[0]
        == "! The graph before has no c: its total there is 0."
    )


def test_a_page_of_what_does_not_differ_says_so() -> None:
    graph = pair(0)[0]
    held = part(gd.compare(graph, graph))
    assert held["words"]["total"] == "Nothing differs."
    assert held["account"]["rows"] == []
    assert {link["status"] for link in held["links"]} == {"kept"}


def weighed(*edges: tuple[Any, Any, float]) -> nx.DiGraph:
    graph = nx.DiGraph()
    graph.add_weighted_edges_from(edges)
    return graph


def test_loops_are_kept_where_walks_are_summed_and_left_out_of_what_counts_as_one() -> None:
    before, after = weighed(("s", "m", 0.5), ("m", "m", 0.1), ("s", "t", 1)), weighed(("s", "t", 0.5), ("m", "t", 0.5))
    for policy in ("solve", "collapse"):
        held = part(gd.compare(before, after, "s", "t", cycles=policy))
        assert (held["total_before"], held["total"]) == (1, 0.5)
        loops = [link["weight_before"] for link in held["links"] if link["source"] == link["target"]]
        assert loops == ([0.1] if policy == "solve" else [])
        assert total_in(held, "before", "s", "m") == pytest.approx(0.5 / 0.9 if policy == "solve" else 0.5)


def test_ends_of_which_a_page_holds_not_all_ways_are_named() -> None:
    edges = [("p", "q", 2), ("p", "m", 3), ("m", "q", 1), ("r", "t", 1)]
    before, after = weighed(*edges), weighed(*edges[:3], ("r", "t", 2))
    held = part(gd.compare(before, after, ["p", "q", "r"], "t"))
    names = [node["id"] for node in held["nodes"]]
    assert [[names[place] for place in side] for side in held["astray"]] == [["p", "q"], []]
    assert "astray" not in part(gd.compare(before, after, "r", "t"))


def test_a_node_of_both_graphs_that_is_on_the_way_in_one_says_so() -> None:
    edges = [("s", "a", 1), ("a", "t", 1), ("a", "b", 1), ("s", "c", 1), ("c", "t", 1)]
    before, after = weighed(*edges), weighed(*edges[:4], ("b", "t", 1), ("a", "new", 1), ("new", "t", 1))
    held = part(gd.compare(before, after, "s", "t"))
    told = {node["id"]: (node["status"], node.get("on_the_way")) for node in held["nodes"]}
    assert told["b"] == ("added", "only since")
    assert told["c"] == ("removed", "no more")
    assert (told["new"], told["a"]) == (("added", None), ("kept", None))
    assert all("on_the_way" not in node for node in part(gd.compare(before, after))["nodes"])


def test_a_frozenset_that_is_a_node_of_both_graphs_is_no_cycle() -> None:
    one = frozenset([2])
    before, after = weighed(("a", one, 1)), weighed(("a", one, 2))
    held = part(gd.compare(before, after, "a", one, cycles="collapse"))
    assert all("members" not in node for node in held["nodes"])
