"""DOT: what other tools read in it, what never gets into it, and that no layout minds what is known of the edges."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import networkx as nx
import pydot
import pygraphviz
import pytest
from graphs import olah, weighted

from graphdiff import annotate, compare, group, prune, read, to_pydot, total_influence, trace, write
from graphdiff.errors import GraphTypeError, UsageError
from graphdiff.io.write import render
from graphdiff.pictures.graphviz import layout
from graphdiff.pictures.graphviz_child import render as graphviz

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def marked() -> nx.DiGraph:
    graph = weighted([("ssh-server", "lib_a", 0.1), ("lib_a", "lzma", 1 / 3), ("ssh-server", "lzma", 2)])
    graph.nodes["lib_a"]["version"] = "1.10"
    graph.edges["lib_a", "lzma"]["clause"] = ">= 5.2"
    graph.graph["edge_meaning"] = "depends on"
    return annotate(graph, "ssh-server", "lzma")


def text_of(graph: nx.DiGraph) -> str:
    return render(graph, "dot").decode()


# -- what is in it


def test_every_node_and_edge_says_what_is_known_of_it(marked: nx.DiGraph) -> None:
    dot = to_pydot(marked)
    [node] = dot.get_node("lib_a")
    wanted = {"tangent": '"0.1"', "paths": 1, "version": '"1.10"', "adjoint": f'"{1 / 3!r}"'}
    assert {name: node.get(name) for name in wanted} == wanted
    [edge] = dot.get_edge("lib_a", "lzma")
    assert (edge.get("weight"), edge.get("clause")) == (f'"{1 / 3!r}"', '">= 5.2"')
    whole = dot.get_node("graph")[0]
    asked = {"source": '"ssh-server"', "target": '"lzma"', "edge_meaning": '"depends on"', "weight_meaning": '"weight"'}
    assert {name: whole.get(name) for name in asked} == asked
    assert float(whole.get("total").strip('"')) == marked.graph["total"]


@pytest.mark.parametrize("name", ["lib_a", "ssh-server", '"ssh-server"', "node", "1", 'say "hi"', "a:b", ""])
def test_a_node_is_found_by_its_name(name: str) -> None:
    wanted = name.strip('"') if name.startswith('"') else name
    graph = nx.DiGraph([("lib_a", "ssh-server"), ("node", "1"), ('say "hi"', "back\\"), ("a:b", ""), ("x", "y")])
    [node] = to_pydot(graph).get_node(name)
    shown = wanted.replace('"', '\\"')
    assert node.get("label") == f'"{shown}"'
    assert to_pydot(graph).get_node("nobody") == []


def test_a_computation_says_its_values_and_formulas() -> None:
    graph = trace(lambda x, y: (x * y - 1) * y, 2, 3)
    again = read(io.BytesIO(render(annotate(graph, target="out"), "dot")), format="dot")
    wanted = {"value": 6, "adjoint": 3, "paths": 1, "label": "x * y", "op": "mul"}
    assert {name: again.nodes["mul#1"][name] for name in wanted} == wanted
    assert again.graph["edge_meaning"] == "feeds"


def test_groups_and_differences_say_what_they_know() -> None:
    graph = weighted([("a.x", "b.y", 2), ("a.z", "b.y", 3)])
    again = read(io.BytesIO(render(group(graph, 1), "dot")), format="dot")
    assert (again.edges["a", "b"], again.nodes["a"]["members"]) == ({"weight": 5, "edges": 2}, ["a.x", "a.z"])
    with pytest.raises(GraphTypeError, match="this graph shows groups"):
        total_influence(again, "a", "b")
    found = compare(weighted([("a", "b", 2)]), weighted([("a", "b", 3), ("b", "c", 1)]), "a", "b")
    again = read(io.BytesIO(render(found, "dot")), format="dot")
    assert again.nodes["b"]["status"] == "kept"
    edge = again.edges["a", "b"] if not again.is_multigraph() else again.edges["a", "b", 0]
    assert (edge["status"], edge["weight_before"], edge["weight_after"], edge["change"]) == ("changed", 2, 3, 1)


def test_a_merged_component_says_its_members_and_is_called_by_the_end_that_it_holds() -> None:
    graph = weighted([("s", "x", 1.0), ("x", "s", 0.5), ("x", "t", 2.0), ("s", "t", 1.0), ("x", "x", 0.1)])
    graph.nodes["s"]["version"] = graph.nodes["x"]["version"] = "1"
    marked = annotate(graph, "s", "t", cycles="collapse")
    again = read(io.BytesIO(render(marked, "dot")), format="dot")
    assert again.nodes["s"]["members"] == ["s", "x"]
    assert "version" not in again.nodes["s"]  # each member has its own
    assert "members" not in again.nodes["t"]
    assert total_influence(again, "s", "t") == marked.graph["total"] == 3
    assert 's [label="s + x\\n100 %"' in text_of(marked)


def test_parallel_edges_have_their_keys() -> None:
    graph = nx.MultiDiGraph()
    for key, weight in ((0, 2), ("0", 3), ("x y", 5), (7, 7)):
        graph.add_edge("a", "b", key, weight=weight)
    edges = read(io.BytesIO(render(graph, "dot")), format="dot").edges(keys=True, data="weight")
    assert set(edges) == {("a", "b", "0 (int)", 2), ("a", "b", "0", 3), ("a", "b", "x y", 5), ("a", "b", "7 (int)", 7)}
    del graph.edges["a", "b", "0"]["weight"]
    graph.remove_edge("a", "b", "0")
    edges = read(io.BytesIO(render(graph, "dot")), format="dot").edges(keys=True, data="weight")
    assert set(edges) == {("a", "b", 0, 2), ("a", "b", "x y", 5), ("a", "b", 7, 7)}


# -- what other tools read


PYPARSING = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # pydot calls it by names of the past


@PYPARSING
def test_networkx_reads_names_and_weights(marked: nx.DiGraph, tmp_path: Path) -> None:
    write(marked, tmp_path / "x.dot")
    graph = nx.nx_pydot.read_dot(tmp_path / "x.dot")
    found = {(tail, head): float(data["weight"].strip('"')) for tail, head, data in graph.edges(data=True)}
    assert found == {(tail, head): data["weight"] for tail, head, data in marked.edges(data=True)}
    assert set(graph) == set(marked)


@PYPARSING
def test_networkx_reads_a_graph_with_a_name_and_names_that_dot_cannot_hold() -> None:
    graph = nx.DiGraph([("a\\\\", "%x"), ("", "\x01")], name="mine")
    nx.set_node_attributes(graph, {"%x": {"name": "n", "obj_dict": "o", "self": 3}})
    nx.set_edge_attributes(graph, {("", "\x01"): {"self": 2, "src": "s"}})
    graph.graph["self"] = 1
    [dot] = pydot.graph_from_dot_data(text_of(graph))
    assert nx.nx_pydot.from_pydot(dot).number_of_edges() == 2
    back = read(io.BytesIO(dot.to_string().encode()), format="dot")
    assert (back.nodes["%x"]["self"], back.edges["", "\x01"]["self"], back.graph["self"]) == (3, 2, 1)


def test_pygraphviz_reads_names_weights_and_keys(marked: nx.DiGraph) -> None:
    graph = pygraphviz.AGraph(string=text_of(marked))
    assert {tuple(edge): float(edge.attr["weight"]) for edge in graph.edges()} == {
        (tail, head): data["weight"] for tail, head, data in marked.edges(data=True)
    }
    assert graph.get_node("lib_a").attr["version"] == "1.10"
    assert graph.graph_attr["source"] == "ssh-server"
    parallel = nx.MultiDiGraph([("a", "b", "x"), ("a", "b", "y")])
    keyed = pygraphviz.AGraph(string=text_of(parallel))
    assert set(keyed.edges(keys=True)) == {("a", "b", "x"), ("a", "b", "y")}


def test_rustworkx_reads_names_and_weights(marked: nx.DiGraph) -> None:
    rustworkx = pytest.importorskip("rustworkx", reason="rustworkx is not installed")
    graph = rustworkx.from_dot(text_of(marked))
    names = graph.nodes()
    assert {(names[tail], names[head]): float(data["weight"]) for tail, head, data in graph.weighted_edge_list()} == {
        (tail, head): data["weight"] for tail, head, data in marked.edges(data=True)
    }


def test_tools_take_the_graphml(marked: nx.DiGraph) -> None:
    text = render(marked, "graphml")
    assert re.search(rb'attr.name="weight" attr.type="double"', text)
    assert set(nx.parse_graphml(text.decode()).edges(data="weight")) == set(marked.edges(data="weight"))
    parallel = render(nx.MultiDiGraph([("a", "b"), ("a", "b"), ("b", "c")]), "graphml")
    ids = re.findall(rb'<edge [^>]*id="(\w+)"', parallel)
    assert len(set(ids)) == 3


# -- what no file may do

HOSTILE = """URL href edgeURL edgehref headURL headhref labelURL labelhref tailURL tailhref tooltip edgetooltip
    headtooltip labeltooltip tailtooltip target edgetarget image imagepath shapefile fontpath _background stylesheet
    layers layer class id charset comment xlabel headlabel taillabel label shape style color fillcolor fontname pos rank
    _draw_"""
VALUES = [
    "javascript:alert(1)",
    "/etc/passwd",
    "<b>x</b>",
    '<<img src="/etc/passwd"/>>',
    '"> <script>',
    "epsf",
    "record",
    "99999",
]


@pytest.mark.parametrize("value", VALUES)
def test_no_attribute_of_a_file_makes_a_link_or_loads_a_file(value: str) -> None:
    graph = weighted([("a", "b", 1), ("b", "c", 1)])
    attributes = dict.fromkeys(HOSTILE.split(), value)
    graph.nodes["a"].update(attributes)
    graph.edges["a", "b"].update(attributes)
    graph.graph.update({name: text for name, text in attributes.items() if name not in ("source", "target")})
    for marked in (graph, annotate(graph, "a", "c"), annotate(graph, target="c")):
        for svg in (render(marked, "svg"), graphviz(render(marked, "dot"), "svg")):
            # Graphviz names a document type of its own.
            root = ET.fromstring(re.sub(rb"<!DOCTYPE[^>]*>", b"", svg))
            tags = {element.tag.removeprefix(SVG) for element in root.iter()}
            assert tags <= {"svg", "g", "title", "desc", "polygon", "path", "ellipse", "text", "polyline"}
            assert not any("href" in name for element in root.iter() for name in element.attrib)
            assert len(list(root.iter(f"{SVG}title"))) == 6
        again = read(io.BytesIO(render(marked, "dot")), format="dot")
        kept = {
            "tooltip",
            "layer",
            "label",
            "shape",
            "style",
            "color",
            "comment",
            "pos",
            "_draw_",
            "rank",
            "class",
            "id",
        }
        assert {name: again.nodes["a"][name] for name in kept} == dict.fromkeys(kept, value)


LOOKS = b"""digraph {
    a [color=red, shape=hexagon, fontsize=20, width=9, label="A {x}"]
    a -> b [style=dotted, penwidth=3, color=blue, weight=2]
}"""


def test_how_a_file_draws_wins_over_how_we_do() -> None:
    graph = read(
        io.BytesIO(LOOKS),
        format="dot",
    )
    dot = to_pydot(annotate(graph, "a", "b"))
    [node], [edge] = dot.get_node("a"), dot.get_edge("a", "b")
    looks = {"color": '"red"', "shape": '"hexagon"', "fontsize": '"20"', "label": '"a\\n100 %"', "own_width": 9}
    assert {name: node.get(name) for name in looks} == looks
    looks = {"style": '"dotted"', "penwidth": '"3"', "color": '"blue"', "weight": 2}
    assert {name: edge.get(name) for name in looks} == looks
    again = read(io.BytesIO(dot.to_string().encode()), format="dot")
    assert {name: again.nodes["a"][name] for name in graph.nodes["a"]} == graph.nodes["a"]
    assert b'stroke="red"' in render(annotate(graph, "a", "b"), "svg")


def test_a_look_that_would_break_a_drawing_is_only_told() -> None:
    bad = {"shape": "record", "fontsize": 99999, "penwidth": -1, "peripheries": 10**9, "style": "a;b", "color": "#f<"}
    graph = nx.DiGraph([("a", "b")])
    graph.nodes["a"].update(bad)
    [node] = to_pydot(graph).get_node("a")
    assert not node.get_attributes().keys() & bad.keys()
    assert read(io.BytesIO(render(graph, "dot")), format="dot").nodes["a"] == bad


def test_texts_like_numbers_beside_numbers_and_names_like_ours_come_back() -> None:
    values = {"a": "1.10", "b": 3, "c": "true", "d": True, "e": '["x"]', "f": ["x"], "g": "", "h": "1/3", "i": -2.5e-8}
    graph = nx.DiGraph(own_title="2", texts="7", graphdiff="x", label="z")
    for name, value in values.items():
        graph.add_node(name, version=value, own_label=value, **{"": name, "name": name})
    again = read(io.BytesIO(render(graph, "dot")), format="dot")
    for name, value in values.items():
        assert repr(again.nodes[name]["version"]) == repr(again.nodes[name]["own_label"]) == repr(value)
        assert (again.nodes[name][""], again.nodes[name]["name"], len(again.nodes[name])) == (name, name, 4)
    told = ("own_title", "texts", "graphdiff", "label")
    assert [again.graph[name] for name in told] == ["2", "7", "x", "z"]


def test_no_value_is_written_as_html() -> None:
    graph = nx.DiGraph([("a", "b")], note="<b>x</b>", **{"<i>": 1})
    graph.nodes["a"]["note"] = graph.edges["a", "b"]["label"] = "<b>x</b>"
    text = text_of(graph)
    assert "=<" not in text
    assert '"<' not in text
    again = read(io.BytesIO(text.encode()), format="dot")
    assert again.nodes["a"]["note"] == again.edges["a", "b"]["label"] == again.graph["note"] == "<b>x</b>"
    assert again.graph["<i>"] == 1


WEIGHTS: dict[str, Callable[[int], Any]] = {
    "fractions of one": lambda place: 1 / (3 + place),
    "negative": lambda place: -1.5 * place,
    "beyond Graphviz": lambda place: 10**9 + place,
    "beyond every int": lambda place: 10**40 + place,
    "texts": lambda place: Fraction(1, 3 + place),
}


@pytest.mark.parametrize("weight", WEIGHTS.values(), ids=list(WEIGHTS))
def test_no_weight_changes_a_layout(weight: Callable[[int], Any]) -> None:
    pairs = [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"), ("a", "d"), ("c", "b"), ("d", "e")]
    graph = weighted([(*pair, weight(place)) for place, pair in enumerate(pairs)])
    dot = to_pydot(graph)
    svg = layout(dot, "svg")
    for edge in dot.get_edges():
        assert edge.get_attributes().pop("weight")
    assert layout(dot, "svg") == svg


@pytest.mark.parametrize("format", ["dot", "mermaid", "svg", "graphml", "csv", "json"])
def test_names_that_differ_in_a_control_character_are_kept_apart_or_refused(format: str) -> None:
    for first, second in (("a\x01", "a\x02"), ("a\x00", "a\ufffd"), ("\ud800", "\udfff"), ("a\x1b[0m", "a\x07[0m")):
        graph = weighted([(first, "t", 1), (second, "t", 2)])
        if format in ("graphml", "csv"):
            with pytest.raises(UsageError, match=f"^{format} would make the nodes '.*' and '.*' one") as error:
                render(graph, format)
            assert ascii(first) in str(error.value)
            assert str(error.value).isprintable()
        else:
            data = render(graph, format)
            assert data.count({"mermaid": b"-->", "svg": b'class="edge"'}.get(format, b"weight")) >= 2
        if format in ("dot", "json"):
            again = read(io.BytesIO(data), format=format)
            assert dict(again.pred["t"]) == {first: {"weight": 1}, second: {"weight": 2}}
        elif format == "mermaid":
            assert data.count(b"n0[") == data.count(b"n2[") == 1


def test_the_question_of_a_pruned_graph_comes_back() -> None:
    pruned = prune(olah(), "b", "e", max_nodes=2)
    again = read(io.BytesIO(render(pruned, "dot")), format="dot")
    assert total_influence(again, "b", "e") == 5
    assert next(iter(again.edges(data=True)))[2] == {"weight": 5, "paths": 2, "eliminated": True}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("penwidth", "99"),
        ("arrowsize", 30),
        ("peripheries", "50"),
        ("style", "invis"),
        ("style", "dashed, invis"),
        ("style", "invisible"),
    ],
)
def test_no_looks_of_a_file_cover_or_hide_what_counts(name: str, value: Any) -> None:
    graph = weighted([("a", "b", 2), ("b", "c", 3)])
    plain = render(graph, "svg")
    for data in (*graph.nodes.values(), *graph.edges.values()):
        data[name] = value
    assert render(graph, "svg") == plain
    again = read(io.BytesIO(render(graph, "dot")), format="dot")
    assert str(again.edges["a", "b"][name]) == str(again.nodes["a"][name]) == str(value)


def test_a_picture_of_a_part_says_so_when_it_is_read(tmp_path: Path) -> None:
    graph = nx.DiGraph()
    for middle in range(45):
        graph.add_edge("s", middle, weight=1.0)
        graph.add_edge(middle, "t", weight=0.5)
    write(annotate(graph, "s", "t"), tmp_path / "x.dot")
    again = read(tmp_path / "x.dot")
    assert len(again) < len(graph)
    assert "is the picture of a part of a graph (drawn: 30 of 47 nodes on the way" in again.graph["warnings"][0]
    assert total_influence(again, "s", "t") == pytest.approx(22.5)


def test_edges_that_stand_for_others_and_those_that_carry_nothing_are_dashed_in_the_drawing() -> None:
    picture = to_pydot(
        annotate(weighted([("a", "b", 2), ("b", "d", 3), ("a", "c", 1), ("c", "d", 1)]), "a", "d"), max_nodes=3
    )
    styles = {(edge.get_source(), edge.get_destination()): edge.get("style") for edge in picture.get_edges()}
    assert styles == {("a", "b"): None, ("b", "d"): None, ("a", "d"): '"dashed"'}
    nothing = to_pydot(annotate(weighted([("a", "b", 2), ("a", "c", 0), ("c", "b", 1)]), "a", "b"))
    styles = {(edge.get_source(), edge.get_destination()): edge.get("style") for edge in nothing.get_edges()}
    assert styles == {("a", "b"): None, ("a", "c"): '"dashed"', ("c", "b"): '"dashed"'}
    assert layout(picture, "svg").count(b"stroke-dasharray") == 1


def test_the_target_alone_has_a_double_border_in_the_drawing() -> None:
    picture = to_pydot(annotate(weighted([("a", "b", 2), ("b", "d", 3)]), "a", "d"))
    assert [picture.get_node(name)[0].get("peripheries") for name in "abd"] == [None, None, '"2"']
    assert [picture.get_node(name)[0].get("shape") for name in "abd"] == ['"ellipse"', None, None]


@pytest.mark.parametrize("name", ["+ x", "- x", "+1", "-1", "1. x", "12) x"])
def test_mermaid_takes_no_name_for_a_list(name: str) -> None:
    text = render(nx.DiGraph([(name, "b"), (f"a\n{name}", "b")]), "mermaid").decode()
    labels = re.findall(r'\["(.*)"\]', text)
    lines = [line for label in labels for line in label.split("<br/>")]
    assert not [line for line in lines if re.match(r"[-+]|\d+[.)]", line)]
    unescaped = [re.sub(r"#(\d+);", lambda found: chr(int(found[1])), line) for line in lines]
    assert unescaped == [name, "b", "a", name]
