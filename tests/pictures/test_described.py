"""What an SVG says of itself: whoever cannot see it, or points at a part, is told names and numbers, not ids."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import networkx as nx
from graphs import complete_dag, olah, parallel_chain

import graphdiff as gd
from graphdiff.io.write import render

DATA = Path(__file__).parents[2] / "data"

SVG = "{http://www.w3.org/2000/svg}"

#: Names that are no ids of DOT: the ids are n0, n1, ….
NO_IDS = ["%a", 'b\\"', "c\n", "d&amp;", "x -> y"]


def parts(svg: bytes, kind: str) -> list[tuple[str, list[str]]]:
    """Return what each node, or edge, of a picture is called, and what stands in it."""
    groups = [group for group in ET.fromstring(svg).iter(f"{SVG}g") if group.get("class") == kind]
    return [
        (group.findtext(f"{SVG}title", ""), [(text.text or "").strip() for text in group.findall(f"{SVG}text")])
        for group in groups
    ]


def test_a_picture_has_a_role_the_answer_as_its_title_and_what_is_in_it_as_its_description() -> None:
    root = ET.fromstring(render(gd.annotate(olah(), "b", "e"), "svg"))
    assert root.get("role") == "img"
    title, description = root[0], root[1]
    assert (title.tag, title.text) == (f"{SVG}title", "b leads to e by 2 paths; total 5")
    assert description.tag == f"{SVG}desc"
    for text in ("share of the total", "Nodes: b 100 %; c 40 %; d 60 %; e 100 %.", "b -> d: 1 · 60 %"):
        assert text in str(description.text)


def test_parts_are_called_by_their_names_whatever_their_ids_are() -> None:
    names = [*NO_IDS, "plain"]
    graph = nx.DiGraph((tail, head, {"weight": 2}) for tail, head in nx.complete_graph(names).edges)
    svg = render(gd.annotate(graph, names[0], names[-1]), "svg")
    wanted = [" ".join(name.split()) for name in names]
    assert sorted(title for title, _ in parts(svg, "node")) == sorted(wanted)
    edges = {title.rpartition(": ")[0].strip() for title, _ in parts(svg, "edge")}
    assert edges == {f"{' '.join(tail.split())} -> {' '.join(head.split())}" for tail, head in graph.edges}


def test_a_part_is_called_what_stands_in_it() -> None:
    """Titles are put in by the numbers that Graphviz gives; the texts it puts in itself."""
    for graph in (
        gd.annotate(complete_dag(9), 0, 8, weight=None),
        gd.annotate(parallel_chain([2, 3], [5, 7]), 0, 2),
        gd.annotate(nx.relabel_nodes(complete_dag(9), {3: "%3", 5: "5\n"}), 0, 8, weight=None),
        gd.annotate(gd.read(DATA / "saying-son.json.xz"), gd.ROOTS, gd.LEAVES),  # which has rows
    ):
        svg = render(graph, "svg")
        for title, texts in parts(svg, "edge"):
            assert not texts or title.endswith(f": {texts[0]}")
        assert not [
            title for title, _ in parts(svg, "node") + parts(svg, "cluster") if re.match(r"row\d|cluster", title)
        ]
    for title, texts in parts(render(gd.annotate(complete_dag(9), 0, 8, weight=None), "svg"), "node"):
        assert texts[0] == title


def test_a_graph_without_a_question_says_how_large_it_is_and_names_no_more_than_one_listens_to() -> None:
    root = ET.fromstring(render(nx.path_graph(50, nx.DiGraph), "svg"))
    assert root[0].text == "50 nodes, 49 edges"
    assert "28; 29 and 20 more" in str(root[1].text)
    assert "29 -> 30 and 19 more." in str(root[1].text)
