"""Licences and other texts counted, with those through whom they come; against brute force and what npm prints."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path

import networkx as nx
import pytest

import graphdiff as gd
from graphdiff.errors import UsageError


def stack(*, marked: bool = True) -> nx.DiGraph:
    graph = nx.DiGraph(edge_meaning="depends on", node_meaning="packages")
    graph.add_edges_from([("app", "web"), ("app", "log"), ("web", "html"), ("web", "json"), ("log", "json")])
    licences = {"app": "GPL-3.0", "web": "MIT", "html": "MPL-2.0", "log": "MIT"}
    nx.set_node_attributes(graph, licences, "licence")
    if marked:
        graph.nodes["app"]["root"] = True
    return graph


REPORT = """\
4 packages reached from the roots, by licence
licence     packages  which     through whom
MIT                2  web, log  web, log
MPL-2.0            1  html      web
not stated         1  json      web, log

through whom: what the roots lead to directly."""


def test_how_many_which_and_through_whom() -> None:
    tally = gd.tally(stack())
    assert str(tally) == REPORT
    assert tally.to_dict() == {
        "value": "licence",
        "source": "roots",
        "n_nodes": 4,
        "counts": [
            {"text": "MIT", "n_nodes": 2, "nodes": ["web", "log"], "through": ["web", "log"]},
            {"text": "MPL-2.0", "n_nodes": 1, "nodes": ["html"], "through": ["web"]},
            {"text": None, "n_nodes": 1, "nodes": ["json"], "through": ["web", "log"]},
        ],
    }
    assert tally.to_pandas()["which"].tolist() == ["web; log", "html", "json"]
    assert str(gd.tally(stack(), "license")) == REPORT.replace("by licence\nlicence", "by license\nlicense")


def test_roots_that_are_not_marked_are_packages_through_whom_the_others_come() -> None:
    report = str(gd.tally(stack(marked=False)))
    assert report.startswith("5 packages reached from the roots, by licence\n")
    assert "GPL-3.0            1  app       app\n" in report
    assert report.endswith("through whom: packages that nothing leads to; none is marked as a root.")


def test_from_a_source_what_it_reaches_without_itself() -> None:
    tally = gd.tally(stack(), source="web")
    assert [(row.title, row.nodes, row.through) for row in tally] == [
        ("MPL-2.0", ["html"], ["html"]),
        ("not stated", ["json"], ["json"]),
    ]
    assert str(tally).startswith("2 packages reached from web, by licence\n")
    with pytest.raises(UsageError, match="without seeds"):
        gd.tally(stack(), source={"web": 2})


def test_what_no_node_has_is_refused_with_what_they_have() -> None:
    with pytest.raises(UsageError, match='value="group": no node says anything of this; nodes have: licence'):
        gd.tally(stack(), "group")


def test_lines_are_no_longer_than_a_screen() -> None:
    graph = nx.DiGraph(edge_meaning="depends on")
    for number in range(50):
        node = f"a-package-of-a-very-long-name/{number}"
        graph.add_edge("app", node)
        graph.nodes[node]["licence"] = f"A licence of a very long name, of which there are several {number % 25}"
    lines = gd.tally(graph, source="app").text(how=": --top 25").splitlines()
    assert max(map(len, lines)) <= 100
    assert "… 5 more: --top 25" in lines
    assert len([line for line in lines if "of which      2  " in line]) == 20


def test_licences_and_names_are_told_whole() -> None:
    graph = nx.DiGraph(edge_meaning="depends on")
    licence = "Apache-2.0 AND LGPL-3.0-or-later AND MIT AND BSD-3-Clause"
    name = "@a-scope-of-a-long-name/and-a-package-of-a-long-name-in-it"
    for node, text in ((name, licence), ("sharp", licence), ("a", "MIT")):
        graph.add_edge("app", node)
        graph.nodes[node]["licence"] = text
    lines = gd.tally(graph, source="app").text().splitlines()
    assert max(map(len, lines)) <= 100
    assert not any("…" in line for line in lines)
    starts = [line[:40].rstrip() for line in lines[2:5]]
    assert " ".join(start.partition("  ")[0] for start in starts).startswith(licence)
    assert name in lines[2] or name in "".join(line.rpartition("  ")[2] for line in lines)


@pytest.mark.parametrize("seed", range(40))
def test_it_is_what_brute_force_counts(seed: int) -> None:
    rng = random.Random(seed)
    graph = nx.gnp_random_graph(rng.randrange(2, 15), rng.choice([0.1, 0.3]), seed=seed, directed=True)
    if seed % 3 == 0:
        graph = nx.MultiDiGraph(graph)
    for node in graph:
        graph.nodes[node].update({"licence": rng.choice(["MIT", "ISC", ""])} if rng.random() < 0.8 else {})
    graph.nodes[rng.choice(list(graph))]["licence"] = "GPL"
    roots = rng.sample(list(graph), rng.randrange(1, min(len(graph), 3) + 1))
    for root in roots:
        graph.nodes[root]["root"] = True
    reached = set().union(*(nx.descendants(graph, root) for root in roots)) - set(roots)
    direct = {head for root in roots for head in graph.successors(root)} - set(roots)
    texts = {node: graph.nodes[node].get("licence", "") or None for node in graph}
    counts = Counter(texts[node] for node in reached)
    tally = gd.tally(graph)
    assert {row.text: len(row) for row in tally} == counts
    for row in tally:
        assert set(row.nodes) == {node for node in reached if texts[node] == row.text}
        assert set(row.through) == {one for one in direct if {one, *nx.descendants(graph, one)} & set(row.nodes)}


def test_the_licences_of_a_lock_are_those_of_its_file(shared_data: Path) -> None:
    path = shared_data / "js/dependency-cruiser.package-lock.json"
    entries = json.loads(path.read_text(encoding="utf-8"))["packages"]
    stated = {
        (folder.rpartition("node_modules/")[2], entry["version"]): entry.get("license")
        for folder, entry in entries.items()
        if folder
    }
    tally = gd.tally(gd.read(path))
    assert {row.text: len(row) for row in tally} == Counter(stated.values())
    assert tally.rows[-1].title == "not stated"
