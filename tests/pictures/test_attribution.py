"""Pictures of attribution graphs: rows, signs without colour, the strongest edges, and nothing lost unsaid."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from graphdiff import (
    LEAVES,
    NODES,
    ROOTS,
    annotate,
    compile,
    explain,
    forward,
    group,
    prune,
    read,
    reverse,
    to_pydot,
    write,
)
from graphdiff.io.write import render
from graphdiff.pictures.dot import picture_of
from graphdiff.pictures.picture import Picture
from graphdiff.pictures.quotient import put_together

SVG = "{http://www.w3.org/2000/svg}"
DIGITS = Path(__file__).parents[2] / "data" / "digits.json"
BLUE, ORANGE = (0, 114, 178), (213, 94, 0)


@pytest.fixture(scope="module")
def digits() -> nx.DiGraph:
    return read(DIGITS)


@pytest.fixture(scope="module")
def picture(digits: nx.DiGraph) -> Picture:
    return picture_of(annotate(digits, ROOTS, LEAVES))


def small(weights: dict[tuple[str, str], Any], layers: dict[str, int] | None = None) -> nx.DiGraph:
    """Return an attribution graph of tokens t0, t1, …, logits l0, …, and features, whose layers are given."""
    graph = nx.DiGraph(edge_meaning="drives", weight_meaning="attribution", node_title="title")
    for tail, head in weights:
        graph.add_nodes_from((tail, head))
    for node in graph:
        kind = {"t": "token", "l": "logit"}.get(node[0], "feature")
        graph.nodes[node].update(kind=kind, title=f"{kind} {node}", position=int(node[1:]))
        graph.nodes[node]["layer"] = "E" if kind == "token" else 27 if kind == "logit" else (layers or {})[node]
        graph.nodes[node].update({"token": {"root": True}, "logit": {"leaf": 0.5, "probability": 0.5}}.get(kind, {}))
    graph.add_edges_from((*pair, {"weight": weight}) for pair, weight in weights.items())
    return graph


def places(graph: nx.DiGraph, tmp_path: Path, **viewing: Any) -> dict[str, tuple[float, float]]:
    """Return where the SVG has the text of each node: x to the right, y upwards."""
    write(graph, tmp_path / "x.svg", overwrite=True, **viewing)
    found = {}
    for part in ET.parse(tmp_path / "x.svg").iter(f"{SVG}g"):
        text = part.find(f"{SVG}text")
        if part.get("class") == "node" and text is not None:
            found[part.findtext(f"{SVG}title", "")] = (float(text.get("x", "")), -float(text.get("y", "")))
    return found


def test_tokens_are_below_in_the_order_of_the_prompt_and_logits_above_by_probability(
    digits: nx.DiGraph, tmp_path: Path
) -> None:
    drawn = {node: place for node, place in places(annotate(digits, ROOTS, LEAVES), tmp_path).items() if node in digits}
    kinds = defaultdict(list)
    for node in drawn:
        kinds[digits.nodes[node]["kind"]].append(node)
    tokens = sorted(kinds["token"], key=lambda node: drawn[node][0])
    assert [digits.nodes[node]["position"] for node in tokens] == [0, 1, 2, 3]
    logits = sorted(kinds["logit"], key=lambda node: drawn[node][0])
    probabilities = [digits.nodes[node]["probability"] for node in logits]
    assert len(probabilities) == 5
    assert probabilities == sorted(probabilities, reverse=True)
    for kind in ("token", "logit"):
        assert len({round(drawn[node][1]) for node in kinds[kind]}) == 1
    heights = defaultdict(set)
    for node in kinds["feature"]:
        heights[digits.nodes[node]["layer"]].add(round(drawn[node][1]))
    assert all(len(layer) == 1 for layer in heights.values())
    rows = [*drawn[tokens[0]][1:], *(min(heights[layer]) for layer in sorted(heights)), *drawn[logits[0]][1:]]
    assert all(below < above for below, above in pairwise(rows))
    assert sorted(heights) == [0, 1, 3, 13, 20, 24]


def test_rows_are_named_beside_the_picture_and_are_no_nodes_of_it(digits: nx.DiGraph, tmp_path: Path) -> None:
    answer = annotate(digits, ROOTS, LEAVES)
    write(answer, tmp_path / "x.svg")
    texts = {text.text for text in ET.parse(tmp_path / "x.svg").iter(f"{SVG}text")}
    assert {"tokens", "layer 0", "layer 24", "logits"} <= texts
    assert {node.get_name().strip('"') for node in to_pydot(answer).get_nodes()} - {"graph", "node", "edge"} == {
        node for node in answer if answer.nodes[node]["contribution"]
    }


def test_every_edge_says_its_sign_by_colour_and_by_its_head(picture: Picture) -> None:
    signs = {edge.is_against: edge for edge in picture.edges}
    assert set(signs) == {True, False}
    for edge in picture.edges:
        assert edge.is_against == (edge.facts["contribution"] < 0)
        assert not edge.label or (edge.label[0] == "-") == edge.is_against
        color = [int(edge.color[at : at + 2], 16) for at in (1, 3, 5)]
        nearest = min((BLUE, ORANGE), key=lambda end: sum((a - b) ** 2 for a, b in zip(color, end, strict=True)))
        assert nearest == (ORANGE if edge.is_against else BLUE)


def test_dot_and_mermaid_end_what_is_against_in_a_bar_and_a_cross(tmp_path: Path) -> None:
    answer = annotate(small({("t0", "l0"): 2.0, ("t1", "l0"): -1.0}), ROOTS, LEAVES)
    dot = to_pydot(answer)
    heads = {edge.get_source(): edge.get("arrowhead") for edge in dot.get_edges()}
    assert heads == {"t0": None, "t1": '"tee"'}
    text = render(answer, "mermaid").decode()
    assert text.startswith("flowchart BT\n")
    assert 'n0 -->|"#43;1"| n2' in text
    assert 'n1 --x|"#45;0.5"| n2' in text
    assert render(answer, "mermaid", direction="LR").startswith(b"flowchart LR\n")


def test_widths_grow_with_what_an_edge_carries(picture: Picture) -> None:
    ranked = sorted(picture.edges, key=lambda edge: abs(edge.facts["contribution"]))
    assert [edge.width for edge in ranked] == sorted(edge.width for edge in ranked)
    assert ranked[-1].width == 5


def test_numbers_are_the_signed_contributions(digits: nx.DiGraph) -> None:
    said = "27_235310_3"
    picture = picture_of(annotate(digits, "E_235304_3", said))
    ahead, behind = forward(digits, "E_235304_3"), reverse(digits, said)
    for node in picture.nodes:
        assert float(node.lines[-1]) == pytest.approx(ahead[node.name] * behind[node.name], rel=5e-3)
    for edge in picture.edges:
        pair = picture.nodes[edge.tail].name, picture.nodes[edge.head].name
        assert edge.facts["contribution"] == pytest.approx(
            ahead[pair[0]] * digits.edges[pair]["weight"] * behind[pair[1]]
        )
    assert "+60.6233 for it, -21.4771 against it" in picture.legend
    assert picture.legend[0] == 'token "3"@3 drives logit "4" (p=0.233) by 14 paths; total 39.1462'


def test_blue_is_for_also_where_all_is_against(tmp_path: Path) -> None:
    picture = picture_of(annotate(small({("t0", "l0"): -2.0}), ROOTS, LEAVES))
    assert [(edge.is_against, edge.color, edge.label) for edge in picture.edges] == [(True, "#d55e00", "-1")]
    assert "0 for it, -1 against it" in picture.legend


def test_nodes_are_called_by_token_by_label_and_by_id(digits: nx.DiGraph) -> None:
    graph = digits.copy()
    graph.nodes["0_18753_3"]["clerp"] = 'numbers that come before "another" one, as in lists of years'
    lines = {node.name: node.lines for node in picture_of(annotate(graph, ROOTS, LEAVES)).nodes}
    assert lines["E_2_0"][0] == '"<bos>"@0'
    assert lines["27_235310_3"][0] == '"4" (p=0.233)'
    assert lines["20_93988_3"][0] == "feature 20_93988_3"
    label, id = lines["0_18753_3"][0].split("\n")
    assert label.startswith("numbers that come")
    assert (len(label), id) == (36, "0_18753_3")


def test_what_is_not_drawn_is_the_weakest_and_said() -> None:
    weights: dict[tuple[str, str], Any] = {("t0", "l0"): 100.0}
    layers = {f"f{number}": number for number in range(8)}
    for number, feature in enumerate(layers):
        weights |= {("t0", feature): 1.0, (feature, "l0"): float(number + 1)}
        weights |= {(other, feature): 0.01 for other in list(layers)[:number]}
    graph = annotate(small(weights, layers), ROOTS, LEAVES)
    picture = picture_of(graph)
    drawn = {(picture.nodes[edge.tail].name, picture.nodes[edge.head].name) for edge in picture.edges}
    contributions = {(tail, head): data["contribution"] for tail, head, data in graph.edges(data=True)}
    left = {pair: contribution for pair, contribution in contributions.items() if pair not in drawn}
    assert len(left) == len(weights) - len(drawn) > 10
    assert max(left.values()) < 0.06 * max(contributions.values())
    assert f"not drawn: {len(left)} edges, {max(left.values()):.3g} at most in each" in picture.legend
    assert f"not drawn: {len(left)} edges" in picture.facts["drawn"]
    for feature in layers:
        assert {True} == {any(feature == pair[end] for pair in drawn) for end in (0, 1)}


def test_no_more_edges_than_fit_but_the_strongest_of_every_node() -> None:
    features = {f"f{number}": number for number in range(20)}
    weights = {("t0", feature): 1.0 for feature in features} | {(feature, "l0"): 1.0 for feature in features}
    weights |= {(a, b): 1.0 for a in features for b in features if features[a] < features[b]}
    picture = picture_of(annotate(small(weights, features), ROOTS, LEAVES))
    assert len(picture.nodes) == 22
    assert len(picture.edges) == 60
    assert {edge.tail for edge in picture.edges} | {edge.head for edge in picture.edges} == set(range(22))


def test_many_tokens_and_logits_leave_room_for_features() -> None:
    features = {f"f{number}": number for number in range(12)}
    weights = {(f"t{n}", feature): n + 1.0 for n in range(20) for feature in features}
    weights |= {(feature, f"l{n}"): 1.0 / (n + 1) for n in range(10) for feature in features}
    picture = picture_of(annotate(small(weights, features), ROOTS, LEAVES))
    names = [node.name for node in picture.nodes]
    assert {"t19", "t18", "t17", "t16", "t15", "l0", "l1", "l2", "l3", "l4"} <= set(names)
    assert sum(name.startswith("f") for name in names) == 12
    assert len(names) <= 30
    n_tokens, n_logits = (sum(name[0] == kind and name[1:].isdigit() for name in names) for kind in "tl")
    assert names[-2:] == [f"{20 - n_tokens} other tokens", f"{10 - n_logits} other logits (by probability)"]
    assert picture.rows[0].nodes[-1] == len(names) - 2
    assert picture.rows[-1].nodes[-1] == len(names) - 1


def test_one_logit_that_is_not_named_is_one() -> None:
    features = {f"f{number}": number for number in range(40)}
    weights = {("t0", feature): 1.0 for feature in features}
    weights |= {(feature, f"l{n}"): n + 1.0 for n in range(6) for feature in features}
    picture = picture_of(annotate(small(weights, features), ROOTS, LEAVES))
    assert picture.nodes[-1].name == "1 other logit (by probability)"
    assert not any("," in node.name for node in picture.nodes)  # no box of several


def test_a_node_never_stands_in_the_row_of_what_it_leads_to() -> None:
    weights = {("t0", "f0"): 1, ("f0", "f1"): 1, ("f1", "f2"): 1, ("f0", "f2"): 1, ("f2", "l0"): 1}
    picture = picture_of(annotate(small(weights, {"f0": 5, "f1": 5, "f2": 6}), ROOTS, LEAVES))
    rows = [[row.name, *(picture.nodes[place].name for place in row.nodes)] for row in picture.rows]
    assert rows == [["tokens", "t0"], ["layer 5", "f0"], ["layer 5", "f1"], ["layer 6", "f2"], ["logits", "l0"]]


def test_supernodes_are_framed_across_rows(digits: nx.DiGraph, tmp_path: Path) -> None:
    graph = digits.copy()
    name = 'say "a" <b> digit'
    for node in ("1_12928_3", "24_45394_3"):
        graph.nodes[node]["supernode"] = name
    answer = annotate(graph, ROOTS, LEAVES)
    picture = picture_of(answer)
    assert [row.name for row in picture.rows if not row.rank] == [name]
    assert "dashed frame: a supernode" in picture.legend
    write(answer, tmp_path / "x.svg")
    [frame] = [part for part in ET.parse(tmp_path / "x.svg").iter(f"{SVG}g") if part.get("class") == "cluster"]
    assert [text.text for text in frame.findall(f"{SVG}text")] == [name]
    corners = [tuple(map(float, point.split(","))) for point in frame.find(f"{SVG}polygon").get("points").split()]  # type: ignore[union-attr]
    drawn = places(answer, tmp_path)
    for axis, sign in ((0, 1), (1, -1)):
        span = sorted(sign * corner[axis] for corner in corners)
        assert all(span[0] < drawn[node][axis] < span[-1] for node in ("1_12928_3", "24_45394_3"))
    mermaid = render(answer, "mermaid").decode()
    numbers = sorted(number for number, node in enumerate(picture.nodes) if "supernode" in node.facts)
    inside = re.search(r"subgraph g0\[.*\]\n((?: +n\d+\n)+) +end", mermaid)
    assert inside is not None
    assert sorted(map(int, re.findall(r"\d+", inside[1]))) == numbers


def test_groups_stand_between_tokens_and_logits_and_say_what_they_have_of_the_total(digits: nx.DiGraph) -> None:
    graph = digits.copy()
    members = {"counting up": ["13_82873_3", "20_93988_3"], "say a digit": ["1_12928_3", "24_45394_3"]}
    for name, inside in members.items():
        for node in inside:
            graph.nodes[node]["supernode"] = name
    picture = picture_of(group(graph, "supernode", source=ROOTS, target=LEAVES))
    rows = {row.name: [picture.nodes[place].name for place in row.nodes] for row in picture.rows}
    assert list(rows) == ["tokens", "layer 0", "layer 1", "layer 13", "logits"]
    assert (rows["layer 1"], rows["layer 13"]) == (["say a digit"], ["counting up"])
    ahead, behind = forward(digits, ROOTS), reverse(digits, LEAVES)
    edges = {(picture.nodes[edge.tail].name, picture.nodes[edge.head].name): edge for edge in picture.edges}
    direct = [ahead["E_235304_3"] * digits.edges["E_235304_3", node]["weight"] * behind[node]
              for node in members["counting up"] if digits.has_edge("E_235304_3", node)]  # fmt: skip
    assert float(edges["E_235304_3", "counting up"].label) == pytest.approx(sum(direct), rel=5e-3)
    assert {edge.is_against for edge in picture.edges} == {True, False}
    assert next(node.lines for node in picture.nodes if node.name == "E_2_0") == ('"<bos>"@0',)


def grouped(n_logits: int, n_tokens: int = 3, n_groups: int = 3) -> nx.DiGraph:
    """Return groups g0, g1, … of features, of which the last carry least, between tokens and logits."""
    names = [f"f{number}" for number in range(n_groups)]
    weights = {(f"t{place}", name): 1.0 / (place + 1) for place in range(n_tokens) for name in names}
    weights |= {(name, f"l{place}"): 1.0 / (int(name[1:]) + 1) for place in range(n_logits) for name in names}
    graph = small(weights, {name: 3 + 2 * number for number, name in enumerate(names)})
    for number, name in enumerate(names):
        graph.nodes[name]["supernode"] = f"g{number}"
    for place in range(n_logits):
        graph.nodes[f"l{place}"].update(probability=0.5**place, leaf=0.5**place)
    return group(graph, "supernode", source=ROOTS, target=LEAVES)


def test_of_more_logits_than_fit_the_least_probable_are_one_and_nothing_else_is_with_them() -> None:
    picture = picture_of(grouped(12))
    rows = {row.name: [picture.nodes[place].lines[0] for place in row.nodes] for row in picture.rows}
    assert rows["logits"] == ["l0", "l1", "l2", "l3", "l4", "7 other logits"]
    assert [name for name in rows if name.startswith("layer")] == ["layer 3", "layer 5", "layer 7"]
    assert (rows["tokens"], rows["layer 3"]) == (["t0", "t1", "t2"], ["g0"])
    others = next(node for node in picture.nodes if node.name == "7 other logits")
    assert (others.facts["size"], others.is_target, others.is_source) == (7, True, False)
    assert others.facts["target_seed"] == pytest.approx(sum(0.5**place for place in range(5, 12)))


def test_with_fewer_boxes_each_kind_is_put_together_by_itself() -> None:
    graph = grouped(3, n_tokens=9, n_groups=9)
    picture = picture_of(graph, max_nodes=12)
    names = {node.name for node in picture.nodes}
    assert names >= {"l0", "l1", "l2", "3 other tokens", "g0", "g1", "g2", "g3", "5 other groups"} - {"l2", "l1"}
    assert not any("other" in name for name in names - {"3 other tokens", "5 other groups"})
    assert "layer 11" in [row.name for row in picture.rows]
    assert sum(node.facts["size"] for node in picture.nodes) == 21
    flows = [edge.facts["contribution"] for edge in picture.edges if picture.nodes[edge.head].is_target]
    assert sum(flows) == pytest.approx(graph.graph["total"])


def test_an_edge_between_groups_put_together_is_past_others_only_where_all_of_them_are() -> None:
    graph = nx.DiGraph()
    for number, flags in enumerate([(True, True), (True, False), (False, True)]):
        for head, flag in zip("bc", flags, strict=True):
            graph.add_edge(number, head, weight=1, **({"eliminated": True} if flag else {}))
    edges = put_together(graph, {"others": ["b", "c"]}).edges(data="eliminated")
    assert {tail: flag for tail, _, flag in edges} == {0: True, 1: None, 2: None}


def test_groups_of_a_pruned_graph_say_so_and_what_only_goes_past_is_dashed(digits: nx.DiGraph) -> None:
    graph = digits.copy()
    graph.nodes["1_12928_3"]["supernode"] = "x"
    pruned = prune(graph, NODES, LEAVES, nodes=0.8, edges=0.98)
    box = {"1_12928_3": "x", **{node: node for node, kind in pruned.nodes(data="kind") if kind in ("token", "logit")}}
    kept = {
        tuple([box.get(node, "rest") for node in pair]) for *pair, flag in pruned.edges(data="eliminated") if not flag
    }
    picture = picture_of(group(pruned, lambda node: box.get(node, "rest"), source=ROOTS, target=LEAVES))
    drawn = {(picture.nodes[edge.tail].name, picture.nodes[edge.head].name): edge.is_dashed for edge in picture.edges}
    assert {True, False} == {*drawn.values()}
    assert all(is_dashed != (pair in kept) for pair, is_dashed in drawn.items())
    assert "pruned to nodes that hold 80 % of the influence and edges that hold 98 %" in picture.legend
    assert any(f"in {pruned.graph['eliminated']} edges;" in line for line in picture.legend)
    again = prune(pruned, ROOTS, LEAVES, coverage=1)
    assert "pruned_to" not in again.graph


def test_a_drawing_read_again_is_the_graph(digits: nx.DiGraph, tmp_path: Path) -> None:
    graph = digits.copy()
    graph.nodes["1_12928_3"]["supernode"] = "x"
    answer = annotate(graph, ROOTS, LEAVES)
    write(answer, tmp_path / "x.dot")
    again, picture = read(tmp_path / "x.dot"), picture_of(answer)
    assert set(again) == {node.name for node in picture.nodes}
    assert len(again.edges) == len(picture.edges)
    assert again.nodes["1_12928_3"]["supernode"] == "x"


def test_what_prune_took_out_is_dashed_and_totals_stay(digits: nx.DiGraph) -> None:
    pruned = prune(digits, NODES, LEAVES, nodes=0.5, edges=0.8)
    assert 4 < len(pruned) < len(digits)
    answer = annotate(pruned, ROOTS, LEAVES)
    assert answer.graph["total"] == pytest.approx(explain(digits, ROOTS, LEAVES).total)
    picture = picture_of(answer)
    assert {edge.is_dashed for edge in picture.edges} == {True, False}
    assert all(edge.is_dashed == (edge.facts.get("eliminated") is True) for edge in picture.edges)
    assert [
        line for line in picture.legend if line.startswith("pruned to nodes that hold 50 % of the influence and edges")
    ]
    for node in picture.nodes:
        assert node.facts["contribution"] == pytest.approx(
            annotate(digits, ROOTS, LEAVES).nodes[node.name]["contribution"]
        )


def test_fewer_nodes_add_up_to_the_same(digits: nx.DiGraph) -> None:
    whole = annotate(digits, ROOTS, LEAVES)
    picture = picture_of(whole, max_nodes=10)
    assert len(picture.nodes) <= 11
    ends = [node.facts["contribution"] for node in picture.nodes if node.is_source]
    assert sum(ends) == pytest.approx(whole.graph["total"])


def test_a_graph_as_it_is_has_rows_and_all_its_edges(digits: nx.DiGraph) -> None:
    picture = picture_of(digits)
    assert len(picture.edges) == 75
    assert [row.name for row in picture.rows][:2] == ["tokens", "layer 0"]
    assert {edge.is_against for edge in picture.edges if edge.facts["weight"] < 0} == {True}


@pytest.mark.parametrize("end", ["source", "target"])
def test_one_end_alone_is_drawn_by_its_sums(digits: nx.DiGraph, end: str) -> None:
    picture = picture_of(annotate(digits, **{end: "13_82873_3"}))
    assert all(float(node.lines[-1]) == pytest.approx(node.facts[main], rel=5e-3) for node in picture.nodes
               for main in ("tangent" if end == "source" else "adjoint",))  # fmt: skip


@pytest.mark.parametrize("direction", ["TB", "LR", "BT"])
def test_the_direction_that_is_asked_for_wins(digits: nx.DiGraph, tmp_path: Path, direction: str) -> None:
    drawn = places(annotate(digits, ROOTS, LEAVES), tmp_path, direction=direction)
    (x, y), (right, up) = drawn["E_235304_3"], drawn["27_235310_3"]
    assert {"TB": up < y, "LR": x < right, "BT": up > y}[direction]


@pytest.mark.parametrize("kind", [Fraction, int, complex, Decimal, "sympy"])
def test_every_kind_of_number_is_drawn(kind: Any, tmp_path: Path) -> None:
    if kind == "sympy":
        kind = pytest.importorskip("sympy").Symbol("x").__mul__
    weights = {("t0", "f0"): kind(2), ("f0", "l0"): kind(3), ("t0", "f1"): kind(1), ("f1", "l0"): kind(-5)}
    answer = annotate(small(weights, {"f0": 1, "f1": 2}), "t0", "l0")
    picture = picture_of(answer)
    assert len(picture.edges) == 4
    assert all(edge.label for edge in picture.edges)
    write(answer, tmp_path / "x.svg")


def test_an_int_beyond_floats_is_drawn(tmp_path: Path) -> None:
    graph = small({("t0", "l0"): 10**400, ("t1", "l0"): -(10**399)})
    graph.nodes["l0"]["leaf"] = True
    picture = picture_of(annotate(graph, ROOTS, "l0"))
    assert [edge.is_against for edge in picture.edges] == [False, True]


def test_cycles_are_drawn_under_each_policy(tmp_path: Path) -> None:
    weights = {("t0", "f0"): 1.0, ("f0", "f1"): 0.5, ("f1", "f0"): 0.5, ("f1", "l0"): -1.0}
    graph = small(weights, {"f0": 1, "f1": 2})
    for cycles in ("solve", "collapse"):
        answer = annotate(graph, ROOTS, LEAVES, cycles=cycles)
        write(answer, tmp_path / f"{cycles}.svg")
        assert picture_of(answer).rows[0].name == "tokens"


def test_a_notebook_shows_the_picture_that_draw_writes(digits: nx.DiGraph, tmp_path: Path) -> None:
    write(annotate(digits, ROOTS, LEAVES), tmp_path / "x.svg")
    words = re.findall(r">([^<]+)</text>", (tmp_path / "x.svg").read_text())
    for graph in (digits, compile(digits)):
        assert re.findall(r">([^<]+)</text>", explain(graph, ROOTS, LEAVES)._repr_html_()) == words


def test_what_is_drawn_of_an_explanation_is_of_the_graph_that_was_explained(digits: nx.DiGraph) -> None:
    graph = digits.copy()
    why = explain(graph, ROOTS, LEAVES)
    graph.remove_nodes_from([node for node, kind in graph.nodes(data="kind") if kind == "feature"])
    assert "layer 24" in [row.name for row in picture_of(why.to_networkx()).rows]


def test_a_compiled_graph_keeps_of_its_nodes_what_is_plain() -> None:
    graph = small({("t0", "l0"): 1.0})
    graph.nodes["t0"]["clerp"] = object()
    graph.nodes["l0"]["probability"] = Fraction(1, 2)
    assert compile(graph).topology.node_attributes.keys() == {"kind", "layer", "position", "title"}
    graph.graph["edge_meaning"] = "causes"
    assert compile(graph).topology.node_attributes == {}
