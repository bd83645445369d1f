"""`to_pydot`: what a picture shows, and that no name gets out of its label."""

from __future__ import annotations

import io
import math
import re
import xml.etree.ElementTree as ET
from fractions import Fraction
from itertools import product
from typing import Any

import networkx as nx
import pytest
from graphs import chain, ladder, olah, parallel_chain, weighted

from graphdiff import annotate, read, to_pydot, trace, weights
from graphdiff.errors import GraphTypeError, UsageError
from graphdiff.io.write import render
from graphdiff.pictures.dot import picture_of
from graphdiff.pictures.graphviz import layout
from graphdiff.pictures.graphviz_child import parse
from graphdiff.pictures.picture import plain_picture

SVG = "{http://www.w3.org/2000/svg}"
PIECES = ['"', "\\", "<b>", "\n", ":", "&amp;", "\\N", "%s", "\ud800"]
HOSTILE: list[Any] = [
    *("".join(pair) for pair in product(PIECES, PIECES)),
    "",
    " ",
    "  two  blanks  ",
    "'",
    "\\",
    "\\\\",
    '\\"',
    '"; evil [URL="javascript:alert(1)"]; "',
    '" -> "n1',
    "<b>bold</b>",
    "<<b>html</b>>",
    '<a href="javascript:alert(1)">x</a>',
    "<script>alert(1)</script>",
    "]]>",
    "<!-- x -->",
    "javascript:alert(1)",
    "\\G",
    "\\E",
    "\\T",
    "\\L",
    "\\l",
    "\\r",
    "&",
    "&lt;",
    "&#x41;",
    "&nbsp;",
    "&quot;",
    "a:b:c",
    "n0",
    "n1:sw",
    "digraph",
    "subgraph",
    "node",
    "{a|b}",
    "|",
    "\t",
    "\r\n",
    "\x00",
    "\x07bell",
    "\x1b[31mred",
    "\x7f",
    "\x85",
    "\u2028",
    "\ufffe",
    "\ufeff",
    "\udfff\ud800",
    "naïve café",
    "日本語",
    "עברית",
    "live\u202elive",
    "\u2066x\u2069",
    "🙂",
    "e\u0301",
    "%%",
    "%3",
    "_anonymous",
    "#include",
    "//comment",
    "/* comment */",
    "'single'",
    "`tick`",
    "${x}",
    "1",
    1,
    "1.0",
    -1,
    "-1",
    ("a", "b"),
    "('a', 'b')",
    frozenset(["x"]),
    b"bytes",
]
HOSTILE = list(dict.fromkeys(HOSTILE))


def shown_as(name: str) -> list[str]:
    """Return the lines that a picture must show for a text, by the rule in words: no code of graphdiff."""
    return ["".join("\ufffd" if _unprintable(ord(char)) else char for char in line) for line in name.split("\n")]


def _unprintable(code: int) -> bool:
    turns = 0x202A <= code <= 0x202E or 0x2066 <= code <= 0x2069
    return code < 32 or 127 <= code < 160 or 0xD800 <= code < 0xE000 or code in (0xFFFE, 0xFFFF) or turns


def nodes_of(svg: bytes) -> list[tuple[str, list[str]]]:
    """Return the title of each node of an SVG, and its lines of text."""
    groups = [group for group in ET.fromstring(svg).iter(f"{SVG}g") if group.get("class") == "node"]
    texts = ([text.text or "" for text in group.findall(f".//{SVG}text")] for group in groups)
    return [(group.findtext(f"{SVG}title", ""), lines) for group, lines in zip(groups, texts, strict=True)]


def texts_of(svg: bytes) -> dict[str, list[str]]:
    return dict(nodes_of(svg))


def test_hostile_names_come_back_from_graphviz() -> None:
    graph = nx.DiGraph()
    graph.add_nodes_from(HOSTILE)
    graph.add_edges_from((name, HOSTILE[0], {"weight": 1}) for name in HOSTILE[1:])
    svg = layout(to_pydot(graph), "svg")
    seen = nodes_of(svg)
    assert len(HOSTILE) == len(graph) > 130
    for (title, _), name in zip(seen, HOSTILE, strict=True):
        wanted = name if isinstance(name, str) else f"{name} ({type(name).__name__})"
        assert title.split() == " ".join(shown_as(wanted)).split()
    twins = {str(name) for name in HOSTILE if not isinstance(name, str)} & {*HOSTILE}
    assert twins == {"1", "-1", "('a', 'b')"}
    for (_, lines), name in zip(seen, HOSTILE, strict=True):
        wanted = name if isinstance(name, str) else f"{name} ({type(name).__name__})"
        # Graphviz draws nothing for an empty line, and a no-break space for a blank.
        assert [_spaces(line) for line in lines if line] == [_spaces(line) for line in shown_as(wanted) if line]


@pytest.mark.parametrize("format", ["svg", "dot", "mermaid"])
def test_no_picture_turns_the_order_of_letters(format: str) -> None:
    graph = nx.DiGraph([("a", "live\u202elive"), ("live\u202elive", "b")], title="\u202eevil")
    written = render(annotate(graph, "a", "b", weight=None), format).decode()
    assert not {*"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"} & {*written}
    assert "live\ufffdlive" in written
    assert format != "dot" or set(read(io.BytesIO(written.encode()))) == set(graph)


def is_id(name: str) -> bool:
    """Return whether a name can be an id, by the rule in words, letter by letter: no code of graphdiff."""
    run = 0
    for char in [*name, ""]:
        if run % 2 and char in ('"', "\n", ""):
            return False
        run = run + 1 if char == "\\" else 0
    entity = re.search("&#?[A-Za-z0-9_]+;", name)
    return bool(name) and name[0] != "%" and not entity and shown_as(name) == name.split("\n")


def test_hostile_names_are_ids_to_graphviz_or_have_a_name() -> None:
    graph = nx.DiGraph()
    graph.add_nodes_from(HOSTILE)
    dot = to_pydot(graph)
    found = parse(dot.to_string())
    assert found is not None
    names = [name if isinstance(name, str) else f"{name} ({type(name).__name__})" for name in HOSTILE]
    called = found["node_columns"]["name"]
    assert [id for id, name in zip(found["nodes"], called, strict=True) if not name] == list(filter(is_id, names))
    assert list(read(io.BytesIO(dot.to_string().encode()), format="dot")) == names
    assert [len(dot.get_node(name)) for name in names] == [1] * len(names)


@pytest.mark.parametrize("name", ["n1", "n0", "n1_"])
def test_an_id_of_our_own_is_nobodys_name(name: str) -> None:
    graph = nx.DiGraph([(name, "\x00"), ("\x00", "n1")])
    assert set(read(io.BytesIO(render(graph, "dot")), format="dot").edges) == {(name, "\x00"), ("\x00", "n1")}


def _spaces(text: str) -> str:
    return text.replace("\xa0", " ")


def test_no_name_makes_a_link_a_script_or_another_node() -> None:
    graph = annotate(nx.DiGraph((name, "t", {"weight": 1}) for name in HOSTILE[:50]), target="t")
    svg = layout(to_pydot(graph, max_nodes=60), "svg")
    tags = {element.tag.removeprefix(SVG) for element in ET.fromstring(svg).iter()}
    assert tags <= {"svg", "g", "title", "desc", "polygon", "path", "ellipse", "text"}
    names = {name for element in ET.fromstring(svg).iter() for name in element.attrib}
    assert not any("href" in name or name.startswith("on") for name in names)


def test_attributes_of_the_graph_never_reach_the_dot() -> None:
    graph = olah()
    graph.nodes["a"]["URL"] = "javascript:alert(1)"
    graph.edges["a", "c"]["label"] = "<b>x</b>"
    graph.graph["node"] = {"shape": "<evil>"}
    text = to_pydot(graph).to_string()
    assert "javascript" not in text
    assert "evil" not in text
    assert "<b>" not in text


def test_a_plain_graph_is_drawn_as_it_is() -> None:
    picture = picture_of(olah())
    names = [node.lines for node in picture.nodes]
    assert names == [("a",), ("c",), ("b",), ("d",), ("e",)]
    assert [(names[e.tail], names[e.head], e.label) for e in picture.edges] == [
        (("a",), ("c",), "1"),
        (("c",), ("e",), "2"),
        (("b",), ("c",), "1"),
        (("b",), ("d",), "1"),
        (("d",), ("e",), "3"),
    ]
    assert picture.legend == []


def computation() -> nx.DiGraph:
    graph = olah()
    graph.graph["edge_meaning"] = "feeds"
    nx.set_node_attributes(graph, {"a": 2, "b": 1, "c": 3, "d": 2, "e": 6}, "value")
    return graph


def test_the_picture_of_backpropagation_shows_values_and_derivatives() -> None:
    picture = picture_of(annotate(computation(), target="e"))
    assert {node.lines for node in picture.nodes} == {
        ("a = 2", "∂e/∂a = 2"),
        ("b = 1", "∂e/∂b = 5"),
        ("c = 3", "∂e/∂c = 2"),
        ("d = 2", "∂e/∂d = 3"),
        ("e = 6", "∂e/∂e = 1"),
    }
    assert sorted(edge.label for edge in picture.edges) == ["1", "1", "1", "2", "3"]
    assert [node.lines[0] for node in picture.nodes if node.is_target] == ["e = 6"]
    assert not any(node.is_source for node in picture.nodes)
    assert picture.legend[0] == "gradient of e: 3 paths from the inputs"


def test_what_is_called_by_its_operation_shows_its_formula() -> None:
    graph = trace(lambda x, y: (x * y - 1) * y, 2, 3)
    titles = {node.lines[0] for node in picture_of(annotate(graph, target="out")).nodes}
    assert titles == {"x = 2", "y = 3", "mul#1 = x * y = 6", "sub#1 = mul#1 - 1 = 5", "out = 15"}
    assert "sub#1 = mul#1 - 1" in {node.lines[0] for node in plain_picture(graph).nodes}
    long = trace(lambda parameters: (math.hypot(parameters, 1.25, 2.25, 3.25) + 1) * 2, 2.0)
    assert "hypot#1" in {node.lines[0] for node in plain_picture(long).nodes}


def test_the_forward_picture_shows_derivatives_by_the_source() -> None:
    picture = picture_of(annotate(computation(), "b"))
    assert ("e = 6", "∂e/∂b = 5") in {node.lines for node in picture.nodes}
    assert [node.lines[0] for node in picture.nodes if node.is_source] == ["b = 1"]


def test_olahs_figure_in_dot() -> None:
    text = to_pydot(annotate(computation(), "b", "e")).to_string()
    assert sorted(re.findall(r"^[a-e] \[label=\"([^\"]*)\"", text, re.MULTILINE)) == [
        "b = 1\\n100 %",
        "c = 3\\n40 %",
        "d = 2\\n60 %",
        "e = 6\\n100 %",
    ]
    edges = re.findall(r"^[a-e] -> [a-e] \[label=\" ([^\"]*) \", penwidth=\"([\d.]+)\"", text, re.MULTILINE)
    assert sorted(edges) == [
        ("1 · 40 %", "2.60"),
        ("1 · 60 %", "3.40"),
        ("2 · 40 %", "2.60"),
        ("3 · 60 %", "3.40"),
    ]
    assert "b feeds e by 2 paths; total 5\\l" in text


def test_sign_is_colour_and_nothing_is_dashed() -> None:
    edges = [("a", "b", 4), ("b", "d", 1), ("a", "c", -2), ("c", "d", 1), ("a", "d", 0)]
    picture = picture_of(annotate(weighted(edges), "a", "d"))
    looks = {edge.label: (edge.color, edge.width, edge.is_dashed) for edge in picture.edges}
    assert looks == {
        "4 · 66.7 %": ("#3085b5", pytest.approx(1 + 4 * 2 / 3), False),
        "1 · 66.7 %": ("#3085b5", pytest.approx(1 + 4 * 2 / 3), False),
        "-2 · -33.3 %": ("#ca8e5f", pytest.approx(1 + 4 / 3), False),
        "1 · -33.3 %": ("#ca8e5f", pytest.approx(1 + 4 / 3), False),
        "0 · 0 %": ("#bebebe", 1, True),
    }
    assert "edge: weight · part of the paths' absolute influences, 6; node: part of them" in picture.legend


def test_where_paths_cancel_parts_are_of_the_absolute_influences() -> None:
    graph = weighted([("a", "b", 2), ("b", "d", 1), ("a", "c", -2), ("c", "d", 1)])
    picture = picture_of(annotate(graph, "a", "d"))
    assert {node.lines for node in picture.nodes} == {("a", "0 %"), ("b", "50 %"), ("c", "-50 %"), ("d", "0 %")}
    assert {edge.color for edge in picture.edges} == {"#478eb6", "#cc8247"}


def test_a_graph_that_fits_is_drawn_whole() -> None:
    graph = annotate(ladder(10), 0, 10)
    assert len(picture_of(graph).edges) == graph.number_of_edges()
    assert "drawn:" not in "".join(picture_of(graph).legend)


def test_of_a_long_path_some_nodes_are_drawn() -> None:
    picture = picture_of(annotate(chain([1] * 5_000), 0, 5_000), max_nodes=10)
    assert [edge.facts["paths"] for edge in picture.edges] == [1] * 9


def test_parallel_edges_are_drawn_one_by_one() -> None:
    picture = picture_of(annotate(parallel_chain([2, 3, 5]), 0, 1))
    assert [edge.label for edge in picture.edges] == ["2 · 20 %", "3 · 30 %", "5 · 50 %"]


def test_no_path_is_a_picture_of_the_two_ends() -> None:
    picture = picture_of(annotate(olah(), "e", "b"))
    assert [(node.lines, node.is_source, node.is_target) for node in picture.nodes] == [
        (("e",), True, False),
        (("b",), False, True),
    ]
    assert picture.legend == ["e has no influence on b"]


def test_a_node_to_itself_is_one_node() -> None:
    picture = picture_of(annotate(olah(), "b", "b"))
    assert [(node.lines, node.is_source, node.is_target) for node in picture.nodes] == [(("b", "100 %"), True, True)]


def test_a_merged_component_is_one_node() -> None:
    graph = weighted([("s", "x", 1.0), ("x", "y", 0.5), ("y", "x", 0.5), ("y", "t", 1.0), ("x", "t", 1.0)])
    picture = picture_of(annotate(graph, "s", "t", cycles="collapse"))
    assert [node.lines for node in picture.nodes] == [("s", "100 %"), ("x + y", "100 %"), ("t", "100 %")]
    assert len(picture.edges) == 3
    solved = picture_of(annotate(graph, "s", "t", cycles="solve"))
    assert len(solved.edges) == 5
    assert solved.legend[0] == "s leads to t by walks, cycles included; total 2"


def test_reports_on_dependencies_use_their_words() -> None:
    graph = annotate(olah(), "b", "e")
    graph.graph["edge_meaning"] = "depends on"
    assert picture_of(graph).legend[0] == "b rests on e by 2 paths; total 5"


def test_the_legend_says_what_weights_mean_where_it_is_known() -> None:
    assert (
        "weights: cost in seconds" in picture_of(annotate(nx.DiGraph(olah(), weight_meaning="cost in seconds"))).legend
    )
    assert not any(line.startswith("weights:") for line in picture_of(annotate(olah())).legend)
    even = "weights: each node passes what reaches it in equal parts along its edges"
    assert even in picture_of(annotate(olah(), weight=weights.even)).legend


def test_numbers_of_every_kind_are_drawn() -> None:
    sympy = pytest.importorskip("sympy")
    x = sympy.Symbol("x")
    symbols = picture_of(annotate(weighted([("a", "b", x), ("b", "c", 2 * x)]), "a", "c"))
    assert [edge.label for edge in symbols.edges] == ["x · 1", "2*x · 1"]
    for ends in ((None, "c"), ("a", None), (None, None)):
        assert len(picture_of(annotate(weighted([("a", "b", x), ("b", "c", 2 * x)]), *ends)).edges) == 2
    exact = picture_of(annotate(weighted([("a", "b", Fraction(1, 3))]), "a", "b"))
    assert exact.edges[0].label == "1/3 · 100 %"
    huge = picture_of(annotate(chain([10**200] * 3), target=3))
    assert huge.nodes[0].lines[1] == "about 1.00e600"
    complexes = picture_of(annotate(weighted([("a", "b", 1j)]), "a", "b"))
    assert complexes.edges[0].width == 1


def test_long_names_are_cut_in_the_middle() -> None:
    assert picture_of(nx.DiGraph([("a" * 100, "b" * 60)])).nodes[0].lines == ("a" * 30 + "…" + "a" * 29,)
    assert picture_of(nx.DiGraph([("a" * 100, "b" * 60)])).nodes[1].lines == ("b" * 60,)


@pytest.mark.parametrize(
    ("thing", "message"),
    [
        (nx.Graph(), "cannot draw an undirected graph: give a networkx DiGraph"),
        ([1, 2], "cannot draw list: give a networkx DiGraph"),
    ],
    ids=["undirected", "no graph"],
)
def test_only_directed_graphs_are_drawn(thing: Any, message: str) -> None:
    with pytest.raises(GraphTypeError, match=message):
        to_pydot(thing)


def test_the_old_limit_of_edges_warns_and_holds() -> None:
    with pytest.warns(DeprecationWarning, match="max_edges= goes with the next version: write max_nodes="):
        dot = to_pydot(annotate(olah(), "b", "e"), max_edges=2)
    assert len(dot.get_edges()) <= 2
    with (
        pytest.warns(DeprecationWarning, match="max_nodes"),
        pytest.raises(UsageError, match="max_edges=0: at least 1"),
    ):
        to_pydot(olah(), max_edges=0)


@pytest.mark.parametrize(
    ("direction", "rankdir", "mermaid"), [("LR", "LR", "LR"), ("TB", None, "TD"), (None, None, "TD")]
)
def test_a_picture_runs_the_way_that_is_asked_for(direction: Any, rankdir: Any, mermaid: str) -> None:
    graph = annotate(olah(), "b", "e")
    assert to_pydot(graph, direction=direction).get_node("graph")[0].get("rankdir") == rankdir
    assert render(graph, "mermaid", direction=direction).startswith(f"flowchart {mermaid}\n".encode())
