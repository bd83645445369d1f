"""What a page knows of a graph: summed again from its record alone, link by link, and looked up in the graph."""

from __future__ import annotations

import json
import random
import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

import networkx as nx
import numpy as np
import pytest

import graphdiff as gd
from graphdiff.page.part import answer_of, part_of, picture_for_page
from graphdiff.pictures.sketch import sketch


def part(graph: nx.DiGraph, max_nodes: int = 2000) -> Any:
    """Return what a page has, as a browser reads it."""
    return json.loads(json.dumps(part_of(picture_for_page(graph, max_nodes)), allow_nan=False))


def number(row: dict[str, Any], name: str) -> float:
    return float(row.get("approximately", {}).get(name, row[name]))


def total_of(part: Any) -> float:
    """Return what flows from the starts to the ends, as the solution of x = s + A'x."""
    size = len(part["nodes"])
    weights, seeds = np.zeros((size, size)), np.zeros(size)
    for link in part["links"]:
        weights[link["target"], link["source"]] += number(link, "weight")
    for node, seed in part["starts"]:
        seeds[node] += seed
    tangents = np.linalg.solve(np.eye(size) - weights, seeds)
    return float(sum(seed * tangents[node] for node, seed in part["ends"]))


def drawn(seed: int, *, acyclic: bool) -> nx.DiGraph:
    """Return a graph of some 30 nodes with weights of both signs."""
    choice = random.Random(seed)
    graph = nx.DiGraph()
    graph.add_nodes_from(range(30))
    for _ in range(75 if acyclic else 45):
        tail, head = choice.sample(range(30), 2)
        if acyclic:
            tail, head = sorted((tail, head))
        graph.add_edge(tail, head, weight=choice.choice((-1, 1, 1)) * choice.randint(1, 20) / 64)
    return graph


@pytest.mark.parametrize("cycles", ["raise", "collapse", "solve"])
def test_the_record_alone_sums_to_the_total(cycles: Any) -> None:
    n_asked = 0
    for seed in range(10):
        graph = drawn(seed, acyclic=cycles == "raise")
        ends: list[tuple[Any, Any]] = [(0, 29), ({0: 2, 1: -0.5, 2: 1}, {28: 3, 29: 1, 27: 1}), (None, None)]
        for source, target in ends:
            try:
                annotated = gd.annotate(graph, source, target, cycles=cycles)
            except (gd.errors.SameComponentError, gd.errors.CycleError):
                continue
            for max_nodes in (2000, 12, 4):
                known = part(annotated, max_nodes)
                if not known["links"]:
                    break
                assert known["summed"]
                assert total_of(known) == pytest.approx(annotated.graph["total"], rel=1e-9, abs=1e-12)
                assert number(known, "total") == pytest.approx(annotated.graph["total"])
                assert len(known["nodes"]) <= max(max_nodes + 2, 8)
                n_asked += 1
    assert n_asked > 30


def figure(*weights: Any) -> nx.DiGraph:
    graph = nx.DiGraph(edge_meaning="feeds", weight_meaning="weight")
    graph.add_weighted_edges_from(zip("bbcd", "cdee", weights, strict=True))
    return graph


@pytest.mark.parametrize(
    ("weights", "total", "about"),
    [
        ((1, 1, 2, 3), 5, None),
        ((0.5, 1.0, 2.0, 3.0), 4.0, None),
        ((Fraction(1, 3), 1, 2, 3), "11/3", 11 / 3),
        ((Decimal("0.1"), 1, 2, 3), "3.2", 3.2),
        ((2**60, 1, 2, 3), str(2**61 + 3), float(2**61)),
        ((10**400, 1, 2, 3), str(2 * 10**400 + 3), None),
        ((1j, 1, 2, 3), "(3+2j)", None),
    ],
)
def test_numbers_are_whole_and_floats_beside_them(weights: Any, total: Any, about: float | None) -> None:
    known = part(gd.annotate(figure(*weights), "b", "e"))
    assert known["total"] == total
    assert known.get("approximately", {}).get("total") == (None if about is None else pytest.approx(about))
    assert known["summed"] == (about is not None or isinstance(total, (int, float)))
    first = known["links"][0]
    assert (first["source"], first["target"]) == (0, 1)
    assert first["weight"] == (weights[0] if isinstance(total, (int, float)) else str(weights[0]))


def test_symbols_are_texts_and_not_summed() -> None:
    sympy = pytest.importorskip("sympy")
    known = part(gd.annotate(figure(sympy.Symbol("a"), 1, 2, 3), "b", "e"))
    assert known["total"] == "2*a + 3"
    assert not known["summed"]


def test_a_total_of_nothing_has_no_shares_and_one_that_cancels_is_summed() -> None:
    known = part(gd.annotate(figure(1, 1, 2, -2), "b", "e"))
    assert known["total"] == 0
    assert known["summed"]
    assert {link.get("share") for link in known["links"]} == {None}
    apart = part(gd.annotate(figure(1, 1, 2, 3), "c", "d"))
    assert [node["id"] for node in apart["nodes"]] == ["c", "d"]
    assert (apart["links"], apart["starts"], apart["ends"]) == ([], [[0, 1]], [[1, 1]])
    assert apart["words"]["total"] == "d does not depend on c"


def test_one_end_or_none_is_not_summed() -> None:
    gradient = part(gd.annotate(figure(1, 1, 2, 3), target="e"))
    assert (gradient["starts"], gradient["ends"], gradient["summed"]) == ([], [[3, 1]], False)
    assert [node["adjoint"] for node in gradient["nodes"]] in ([5, 2, 3, 1], [5, 3, 2, 1])
    plain = part(figure(1, 1, 2, 3))
    assert (plain["starts"], plain["ends"], plain["summed"], "total" in plain) == ([], [], False, False)


def test_nodes_are_called_by_their_titles_and_keep_what_else_is_known_of_them() -> None:
    graph = nx.MultiDiGraph(node_title="label", edge_meaning="depends on", node_meaning="crates")
    graph.add_nodes_from([("n1", {"label": "serde", "id": "mine", "approximately": "no", "size": 2**70})])
    graph.add_edges_from([("n1", "n2", "dev", {"weight": 2, "source": "crates"}), ("n1", "n2", "run", {"weight": 3})])
    known = part(gd.annotate(graph, "n1", "n2"))
    node = known["nodes"][0]
    assert (node["id"], node["title"], node["own_id"], node["own_approximately"]) == ("n1", "serde", "mine", "no")
    assert (node["size"], node["approximately"]) == (str(2**70), {"size": float(2**70)})
    assert "title" not in known["nodes"][1]
    assert sorted((link["key"], link["weight"]) for link in known["links"]) == [("dev", 2), ("run", 3)]
    assert [link.get("own_source") for link in known["links"]].count("crates") == 1
    assert known["words"]["nodes"] == "crates"


def test_of_more_than_fit_those_stay_that_most_passes() -> None:
    graph = nx.DiGraph()
    for number in range(300):
        graph.add_weighted_edges_from([("a", number, 1 + number), (number, "z", 1)])
    known = part(gd.annotate(graph, "a", "z"), 52)
    names = {node["id"] for node in known["nodes"]}
    assert names == {"a", "z", *map(str, range(250, 300))}
    (past,) = (link for link in known["links"] if link.get("eliminated"))
    assert (past["weight"], past["paths"], known["n_nodes"]) == (sum(range(1, 251)), 250, 302)
    assert "52 of 302 nodes" in known["drawn"]


def test_a_merged_component_is_one_node() -> None:
    graph = nx.DiGraph([("a", "b"), ("b", "c"), ("c", "b"), ("c", "d")])
    known = part(gd.annotate(graph, "a", "d", weight=None, cycles="collapse"))
    assert [node.get("members") for node in known["nodes"]] == [None, ["b", "c"], None]
    assert (known["total"], known["cycles"], known["summed"]) == (1, "collapse", True)
    known = part(gd.annotate(graph, {"a": 1, "b": 2, "c": 4}, "d", weight=None, cycles="collapse"))
    assert (known["starts"], known["total"]) == ([[0, 1], [1, 6]], 7)


def test_what_a_cycle_leaves_open_is_not_summed() -> None:
    graph = nx.DiGraph([("a", "b"), ("b", "c"), ("c", "b"), ("c", "d")])
    known = part(sketch(graph, "a", "d", weight=None))
    assert (known["summed"], len(known["links"])) == (False, 4)


def test_where_far_more_ways_than_fit_lead_past_those_that_go_the_total_stays() -> None:
    choice = random.Random(5)
    graph = nx.DiGraph(
        (tail, head, {"weight": choice.randint(-8, 8) / 64})
        for tail in range(160)
        for head in range(160)
        if tail < head
    )
    annotated = gd.annotate(graph, 0, 159)
    known = part(annotated, 150)
    assert 30 < len(known["nodes"]) < 100
    assert (known["nodes"][0]["id"], known["nodes"][-1]["id"]) == ("0", "159")
    assert len(known["links"]) <= 1500
    assert total_of(known) == pytest.approx(annotated.graph["total"], rel=1e-9)


def test_of_more_edges_than_fit_parallel_ones_are_one_and_nodes_are_never_put_together() -> None:
    graph = nx.MultiDiGraph([("a", "b")] * 30)
    (link,) = part(gd.annotate(graph, "a", "b", weight=None), 2)["links"]
    assert (link["weight"], link["paths"]) == (30, 30)
    alike = nx.DiGraph()
    for inner in range(30):
        alike.add_edges_from([("a", f"m{inner}"), *((f"m{inner}", f"k{k}") for k in range(30)), (f"k{inner}", "z")])
    known = part(gd.annotate(alike, "a", "z", weight=None), 62)
    assert len(known["links"]) <= 620
    assert not any("members" in node for node in known["nodes"])
    assert total_of(known) == known["total"] == 900


def test_no_text_of_a_file_turns_letters_round_or_is_half_a_letter() -> None:
    graph = nx.MultiDiGraph(edge_meaning="feeds\u202e")
    graph.add_nodes_from([("\ud800", {"\u202e": "\u202e", "authors": ["\ud801"]}), ("\udfff", {"version": "\x1b1"})])
    graph.add_edges_from([("\ud800", "\udfff", "\u202d", {"weight": 1})])
    known = part(gd.annotate(graph, "\ud800", "\udfff"))
    assert not re.search(
        "[\\ud800-\\udfff\\u202a-\\u202e\\x1b]", json.dumps(known, ensure_ascii=False).replace("\\u001b", "\x1b")
    )
    assert [node["id"] for node in known["nodes"]] == ["\ufffd (0)", "\ufffd (1)"]


def test_texts_of_attributes_have_limits_and_numbers_are_whole() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    graph = nx.DiGraph()
    graph.add_node("a", text="x" * 50_000, lines=["y" * 50_000, "z"], deep=deep, number=Fraction(1, 10**12_000))
    (node,) = part(graph)["nodes"]
    assert (len(node["text"]), [*map(len, node["lines"])]) == (10_000, [10_000, 1])
    assert node["deep"] == "<list, nested too deeply to be a text>"


def test_who_waits_is_told_how_far_it_is() -> None:
    edges = [(n, n + k, Fraction(1, 3)) for n in range(40) for k in (1, 2, 3)]
    graph = nx.DiGraph()
    graph.add_weighted_edges_from(edges)
    told: list[tuple[int, int | None]] = []
    picture_for_page(gd.annotate(graph, 0, 42), 10, lambda done, n: told.append((done, n)))
    assert told == [(n, 41) for n in range(41)]


def test_a_total_smaller_than_floats_is_no_zero() -> None:
    tiny = part(gd.annotate(figure(Fraction(1, 10**400), Fraction(0), Fraction(1), Fraction(1)), "b", "e"))
    assert (tiny["total"], tiny["summed"]) == (f"1/{10**400}", False)
    assert "total" not in tiny.get("approximately", {})


@pytest.mark.parametrize(
    ("meanings", "source", "title"),
    [
        ({}, "a", "a leads to c by 2 paths; total influence of a on c along the arrows: 6.5"),
        ({"edge_meaning": "feeds"}, "a", "a feeds c by 2 paths; derivative: d c / d a = 6.5"),
        ({"edge_meaning": "causes"}, "a", "a moves c by 2 paths; one unit more of a changes c by 6.5"),
        ({"edge_meaning": "causes"}, ["a", "b"], "a and b move c by 3 paths; total 9.5"),
        ({"edge_meaning": "blames"}, "a", "a leads to c by 2 paths; total 6.5"),
        (
            {"edge_meaning": "calls", "weight_meaning": "cost"},
            "a",
            "a calls c, directly or through others, by 2 paths; total 6.5",
        ),
    ],
)
def test_the_title_says_what_the_total_means(meanings: dict[str, str], source: Any, title: str) -> None:
    graph = nx.DiGraph(**meanings)
    graph.add_weighted_edges_from([("a", "b", 2), ("b", "c", 3), ("a", "c", 0.5)])
    assert answer_of(picture_for_page(gd.annotate(graph, source, "c"))).endswith(title)
    counted = answer_of(picture_for_page(gd.annotate(graph, "a", "c", weight=None)))
    assert counted.endswith(" by 2 paths")


#: Names of facts of ours that a file may use, too, in pages of an answer, by what they would be taken for.
OURS = ("weight_before", "weight_after", "change", "estimated", "again", "part_estimated", "in_group", "inner_edges")


def test_attributes_called_as_facts_of_ours_are_set_aside() -> None:
    graph = nx.DiGraph()
    graph.add_edge("a", "b", weight=2, eliminated="yes", number=7, unweighed=True, **dict.fromkeys(OURS, 1))
    graph.add_node("a", members=["x", "y"], **dict.fromkeys(OURS, 1))
    for held in (part(gd.annotate(graph, "a", "b")), part(graph)):
        first, link = held["nodes"][0], held["links"][0]
        assert not first.keys() & {*OURS, "members"}
        assert not link.keys() & {*OURS, "eliminated", "number", "unweighed"}
        assert (first["own_estimated"], first["own_members"], link["own_number"]) == (1, ["x", "y"], 7)
        assert link["weight"] == 2
    assert part(nx.DiGraph([("a", "b", {"share": 1})]))["links"][0]["own_share"] == 1


def test_a_frozenset_that_is_a_node_may_be_an_end() -> None:
    one = frozenset([2])
    graph = nx.DiGraph()
    graph.add_edge("a", one, weight=1)
    assert gd.explain(graph, "a", one).total == 1
    held = part(gd.annotate(graph, "a", one))
    assert [node["id"] for node in held["nodes"]] == ["a", "2"]
    assert all("members" not in node for node in held["nodes"])
    assert gd.draw(graph, "a", one)


def test_ends_that_lead_nowhere_and_that_nothing_leads_to_are_named() -> None:
    graph = nx.DiGraph()
    graph.add_weighted_edges_from([("a", "b", 6), ("a", "t", 1)])
    held = part(gd.annotate(graph, ["a", "b"], ["t", "b"]))
    assert "astray" not in held  # b is an end that a leads to
    held = part(gd.annotate(graph, "b", "a"))
    assert held["astray"] == [[at for at, _ in held["starts"]], [at for at, _ in held["ends"]]]
