"""What a page has of groups: all that is in them, or what stays closed, and between them what the graph itself has."""

from __future__ import annotations

import copy
import json
import pickle
import random
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from conftest import Run

import graphdiff as gd
from graphdiff.page.part import part_of, picture_for_page

DATA = Path(__file__).parents[2] / "data"


def part(thing: Any, max_nodes: int = 2000) -> Any:
    """Return what a page has, as a browser reads it."""
    return json.loads(json.dumps(part_of(picture_for_page(thing, max_nodes)), allow_nan=False))


def drawn(seed: int, n_nodes: int = 40, n_groups: int = 6) -> nx.DiGraph:
    """Return a graph with weights of both signs, cycles and loops among them, and teams of unequal size."""
    choice = random.Random(seed)
    graph = nx.DiGraph(edge_meaning="imports", node_meaning="modules")
    teams = [int(n_groups * choice.random() ** 2) for _ in range(n_nodes)]
    graph.add_nodes_from((node, {"team": f"t{team}"}) for node, team in enumerate(teams))
    for _ in range(3 * n_nodes):
        graph.add_edge(choice.randrange(n_nodes), choice.randrange(n_nodes), weight=choice.randint(-9, 9) or 1)
    return graph


def between_groups(graph: nx.DiGraph) -> Counter[tuple[str, str]]:
    sums: Counter[tuple[str, str]] = Counter()
    for tail, head, weight in graph.edges(data="weight"):
        first, last = graph.nodes[tail]["team"], graph.nodes[head]["team"]
        if first != last:
            sums[first, last] += weight
    return sums


@pytest.mark.parametrize("max_nodes", [2000, 40, 25, 12, 7])
def test_what_runs_between_groups_is_the_same_whichever_of_them_the_page_cannot_open(max_nodes: int) -> None:
    for seed in range(8):
        graph = drawn(seed)
        known = part(gd.group(graph, "team", cycles="solve"), max_nodes)
        names = [node["in_group"] for node in known["nodes"]]
        sums: Counter[tuple[str, str]] = Counter()
        for link in known["links"]:
            if names[link["source"]] != names[link["target"]]:
                sums[names[link["source"]], names[link["target"]]] += link["weight"]
        assert sums == between_groups(graph)
        sizes = Counter(graph.nodes[node]["team"] for node in graph)
        closed = {node["in_group"]: node for node in known["nodes"] if "inner_edges" in node}
        opened = Counter(name for name in names if name not in closed)
        assert opened == {name: size for name, size in sizes.items() if name not in closed}
        assert {name: len(node["members"]) for name, node in closed.items()} == {name: sizes[name] for name in closed}
        assert len(names) <= max_nodes
        assert not closed or min(sizes[name] for name in closed) >= max(opened.values(), default=0)
        assert ("closed, as a page does not hold their" in known.get("drawn", "")) == bool(closed)
        assert (known["n_nodes"], known["grouped_by"], known["summed"]) == (40, "team", False)


def test_of_more_groups_than_fit_the_smallest_are_one_and_no_more_links_than_fit_are_held() -> None:
    graph = drawn(3, n_nodes=300, n_groups=200)
    known = part(gd.group(graph, "team", cycles="solve"), 20)
    others = next(node for node in known["nodes"] if node["id"].endswith("other groups"))
    assert others["n_members"] == len(others["members"]) > 1
    assert len(known["nodes"]) <= 20
    assert len(known["links"]) <= 200
    assert sum(node.get("n_members", 1) for node in known["nodes"]) == 300


def test_what_is_known_of_nodes_and_edges_is_there_where_they_are() -> None:
    graph = nx.MultiDiGraph(edge_meaning="depends on")
    graph.add_nodes_from([("a", {"team": "x", "version": "1.2"}), ("b", {"team": "x"}), "c"])
    graph.add_edge("a", "b", clause="^1")
    graph.add_edges_from([("a", "c"), ("a", "c")])
    known = part(gd.group(graph, "team", weight=None))
    assert known["nodes"][0] == {"id": "a", "team": "x", "version": "1.2", "in_group": "x"}
    assert known["nodes"][-1] == {"id": "c", "in_group": "(no team)"}
    assert known["links"][0] == {"source": 0, "target": 1, "clause": "^1", "weight": 1}
    assert (known["links"][1]["edges"], known["links"][1]["weight"]) == (2, 2)
    graph.remove_edge("a", "c")
    assert "weight" not in part(gd.group(graph, "team", weight=None))["links"][0], "where each is one, none says it"


@pytest.mark.parametrize("weight", [0.5, Fraction(1, 3), 1j])
def test_weights_of_every_kind_add_up(weight: Any) -> None:
    graph = nx.DiGraph()
    graph.add_weighted_edges_from([("a.x", "b", weight), ("a.y", "b", weight)])
    known = part(gd.group(graph, 1), 2)
    assert [link["weight"] for link in known["links"]] == [2 * weight if weight == 0.5 else str(2 * weight).strip("()")]


def test_a_group_is_called_as_a_node_that_is_open() -> None:
    graph = nx.DiGraph([("a", "b"), ("b", "c"), ("c", "d")])
    known = part(gd.group(graph, lambda node: "d" if node in "abc" else "e", weight=None), 2)
    assert sorted(node["id"] for node in known["nodes"]) == ["d (0)", "d (1)"]


@pytest.mark.parametrize("max_nodes", [2000, 8])
def test_an_answer_by_groups_is_the_answer_with_the_group_of_each_node(max_nodes: int) -> None:
    graph = nx.DiGraph((tail, head) for tail in range(12) for head in range(tail + 1, min(12, tail + 4)))
    quotient = gd.group(graph, lambda node: node // 4, source=0, target=11, weight=gd.weights.even)
    known = part(quotient, max_nodes)
    assert known["summed"]
    assert known["total"] == pytest.approx(gd.total_influence(graph, 0, 11, weight=gd.weights.even))
    assert {node["id"]: node["in_group"] for node in known["nodes"]}.items() <= {
        str(n): str(n // 4) for n in graph
    }.items()
    assert len(known["nodes"]) == min(12, max_nodes)


def test_with_one_end_groups_are_asked_from_all_roots() -> None:
    graph = nx.DiGraph([("a.x", "b.y"), ("a.z", "b.y"), ("b.y", "b.w")])
    known = part(gd.group(graph, 1, target="b.y", weight=None))
    assert (known["summed"], known["total"], len(known["starts"])) == (True, 2, 2)


def test_a_merged_cycle_is_in_a_group_where_all_of_it_is() -> None:
    graph = nx.DiGraph(
        [("s", "a.x"), ("a.x", "a.y"), ("a.y", "a.x"), ("a.y", "b.x"), ("b.x", "c.x"), ("c.x", "b.x"), ("c.x", "t")]
    )
    known = part(gd.group(graph, 1, source="s", target="t", weight=gd.weights.unit, cycles="collapse"))
    groups = {tuple(node.get("members", [node["id"]])): node.get("in_group") for node in known["nodes"]}
    assert groups == {("s",): "s", ("a.x", "a.y"): "a", ("b.x", "c.x"): None, ("t",): "t"}


def test_a_ranking_and_a_comparison_are_told_the_groups_that_were_asked_for() -> None:
    graph = nx.DiGraph([("a.x", "b.y"), ("b.y", "b.z"), ("a.x", "b.z")])
    known = part(gd.rank(graph, "a.x", group=1, weight=None).to_networkx())
    assert known["grouped_by"] == "the first part of the name"
    assert {node["id"]: node["in_group"] for node in known["nodes"]} == {"a.x": "a", "b.y": "b", "b.z": "b"}
    assert "grouped_by" not in part(gd.rank(graph, "a.x", weight=None).to_networkx())
    before = nx.DiGraph([("a.x", "b.y"), ("b.y", "c.z")])
    after = nx.DiGraph([("a.x", "b.y"), ("b.y", "c.z"), ("a.x", "c.z")])
    compared = gd.compare(before, after, "a.x", "c.z", by=1, weight=None)
    groups = {node["id"]: node["in_group"] for node in part(compared.paged(2000))["nodes"]}
    assert groups == {"a.x": "a", "b.y": "b", "c.z": "c"}


def test_groups_of_a_profile_without_stacks_open_to_its_functions() -> None:
    grouped = gd.filter_calls(gd.read(DATA / "site.callgrind"), group="file")
    known = part(grouped)
    sums: Counter[str] = Counter()
    for node in known["nodes"]:
        sums[node["in_group"]] += node["self"]
    assert sums == {name: data["self"] for name, data in grouped.nodes(data=True)}
    assert known["grouped_by"] == "file"


def test_groups_are_copied_and_pickled_and_a_copy_is_of_groups_alone() -> None:
    quotient = gd.group(drawn(2), "team", cycles="solve")
    for other in (copy.deepcopy(quotient), pickle.loads(pickle.dumps(quotient))):
        assert part(other) == part(quotient)
    alone = part(quotient.copy())
    assert {node["id"] for node in alone["nodes"]} == {f"t{n}" for n in range(6)}
    assert "grouped_by" not in alone


def test_draw_of_many_packages_shows_groups_first_and_sums_them(run: Run, tmp_path: Path) -> None:
    for n, is_grouped in ((150, False), (300, True)):
        file, page = tmp_path / f"{n}.json", tmp_path / f"{n}.html"
        graph = nx.DiGraph(
            ((f"p{tail}", f"p{tail + k}") for tail in range(n) for k in (1, 2)), edge_meaning="depends on"
        )
        gd.write(graph, file)
        assert run("draw", str(file), "-O", str(page)).status == 0
        known = json.loads(page.read_text(encoding="utf-8").split('id="record">')[1].split("</script>")[0])["part"]
        assert (known["summed"], "grouped_by" in known) == (True, is_grouped)
