"""Pictures of two attribution graphs: what moved the total, in rows, by sign, and what is left out said."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

import graphdiff as gd
from graphdiff.pictures.dot import picture_of, pictures_of
from graphdiff.pictures.picture import Picture, Row
from graphdiff.pictures.view import view_of

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="module")
def found() -> gd.Comparison:
    before, after = (gd.read(DATA / f"saying-{word}.json.xz") for word in ("son", "night"))
    return gd.compare(before, after, gd.ROOTS, gd.LEAVES)


@pytest.fixture(scope="module")
def picture(found: gd.Comparison) -> Picture:
    return picture_of(found)


def prompt(weights: dict[tuple[str, str], Any], probability: float) -> nx.DiGraph:
    """Return an attribution graph of tokens t…, features f… in layer 3, and logits l…."""
    graph = nx.DiGraph(edge_meaning="drives", weight_meaning="attribution", node_title="title")
    graph.add_edges_from((*pair, {"weight": weight}) for pair, weight in weights.items())
    for node, data in graph.nodes(data=True):
        kind = {"t": "token", "f": "feature", "l": "logit"}[node[0]]
        data.update(
            kind=kind, title=f"{kind} <{node}>", position=int(node[1:]), token=node, layer=3, feature=int(node[1:])
        )
        data.update({"token": {"layer": "E", "root": True}, "logit": {"layer": 9, "leaf": probability}}.get(kind, {}))
        data.update({"probability": probability} if kind == "logit" else {})
    return graph


def edges_of(picture: Picture) -> dict[tuple[str, str], Any]:
    names = [node.name for node in picture.nodes]
    return {(names[edge.tail], names[edge.head]): edge for edge in picture.edges}


def test_what_did_most_is_drawn_in_rows(found: gd.Comparison, picture: Picture) -> None:
    ranked = sorted(found.attribution.items(), key=lambda item: -abs(item[1]))
    drawn = edges_of(picture)
    nodes = {node.name: node for node in picture.nodes}
    for edge, change in ranked[:10]:
        tail, head = edge[:2]
        if gd.LEAVES in (tail, head):  # what a logit counts
            leaf = tail if head is gd.LEAVES else head
            assert nodes[leaf].facts["seed_change"] == pytest.approx(change)
            assert nodes[leaf].lines[-1].startswith("probability: -")
        else:
            assert drawn[tail, head].facts["change"] == pytest.approx(change)
            assert drawn[tail, head].is_against == (change < 0)
    rows = [row.name for row in picture.rows]
    assert (rows[0], rows[-1]) == ("tokens", "logits")
    layers = [int(name.removeprefix("layer ")) for name in rows[1:-1]]
    assert layers == sorted(layers)
    assert len(picture.nodes) <= 30
    assert not any(line.endswith("are not drawn") for line in picture.legend)


def test_the_legend_says_how_many_did_something_and_how_much_the_others_did(
    found: gd.Comparison, picture: Picture
) -> None:
    changes = {edge[:2]: change for edge, change in found.attribution.items() if change}
    drawn = {*edges_of(picture), *((node.name, gd.LEAVES) for node in picture.nodes if "seed_change" in node.facts)}
    left = [abs(change) for edge, change in changes.items() if edge not in drawn]
    counts = next(line for line in picture.legend if line.startswith("drawn: "))
    assert counts.startswith(f"drawn: {len(changes) - len(left)} of {len(changes):,} changes; ")
    assert float(counts.rpartition(" ")[2]) == pytest.approx(max(left), rel=5e-3)


def test_what_is_new_gone_or_counts_otherwise_is_said_without_colour() -> None:
    before = prompt({("t0", "f1"): 2.0, ("f1", "l0"): 3.0, ("t0", "f2"): 1.0, ("f2", "l0"): 1.0}, 0.5)
    after = prompt(
        {("t0", "f1"): 2.0, ("f1", "l0"): 5.0, ("t0", "f3"): 1.0, ("f3", "l0"): -4.0, ("t0", "l0"): 1.0}, 1.0
    )
    found = gd.compare(before, after, gd.ROOTS, gd.LEAVES)
    picture = picture_of(found)
    lines = {node.name: node.lines for node in picture.nodes}
    assert lines["t0"] == ("<t0>",)
    assert lines["f1"] == ("feature <f1>",)
    assert lines["f2"] == ("feature <f2>", "− gone")
    assert lines["f3"] == ("feature <f3>", "+ new")
    assert {node.name: node.facts.get("probability") for node in picture.nodes}["l0"] == 1.0  # as it is after
    assert lines["l0"][1:] == (f"probability: +{found.attribution['l0', gd.LEAVES]:g}",)
    drawn = edges_of(picture)
    assert ("t0", "f1") not in drawn
    assert {pair: (edge.is_dashed, edge.is_against) for pair, edge in drawn.items()} == {
        ("f1", "l0"): (False, False),
        ("t0", "f2"): (True, True),
        ("f2", "l0"): (True, True),
        ("t0", "f3"): (False, True),
        ("f3", "l0"): (False, True),
        ("t0", "l0"): (False, False),
    }
    assert drawn["t0", "l0"].label.endswith(" new")
    assert not drawn["t0", "f3"].label.endswith(" new")
    assert {node.name for node in picture.nodes if node.is_dashed} == {"f2"}
    assert [row.name for row in picture.rows] == ["tokens", "layer 3", "logits"]
    moved = sum(edge.facts["change"] for edge in picture.edges) + found.attribution["l0", gd.LEAVES]
    assert moved == pytest.approx(found.change)


@pytest.mark.parametrize("number", [Fraction(3, 2), 10**300, 1 + 2j, 2])
def test_numbers_of_every_kind_are_drawn(number: Any) -> None:
    before, after = (prompt({("t0", "f1"): weight, ("f1", "l0"): 3}, 1) for weight in (1, number))
    drawn = edges_of(picture_of(gd.compare(before, after, "t0", "l0")))
    assert set(drawn) == {("t0", "f1")}


def test_pictures_become_smaller_and_end(found: gd.Comparison) -> None:
    sizes = [(len(picture.nodes), len(picture.edges)) for picture in pictures_of(found, view_of())]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1][1] <= 1


def test_a_difference_without_a_total_has_rows_and_other_graphs_look_as_before() -> None:
    before, after = (prompt({("t0", "l0"): weight}, 1.0) for weight in (1.0, 2.0))
    assert picture_of(gd.compare(before, after).to_networkx()).rows == [
        Row("tokens", (0,), "min"),
        Row("logits", (1,), "max"),
    ]
    for graph in (before, after):
        graph.graph["edge_meaning"] = "causes"
    assert edges_of(picture_of(gd.compare(before, after, "t0", "l0")))["token <t0>", "logit <l0>"].label == "1 → 2 · +1"
