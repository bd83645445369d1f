"""What is written and read again: the same nodes, edges, weights to the bit, meanings and totals, or a refusal.

The expected names and numbers are made by the rules in words, with no code of graphdiff.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from graphs import contractions, dags, diamonds, queries, weighted
from hypothesis import given, settings
from hypothesis import strategies as st

from graphdiff import annotate, read, total_influence
from graphdiff.errors import FormatError, UsageError
from graphdiff.io.write import render

ROUNDS = settings(max_examples=60, deadline=None)
#: Seconds for each graph go to Graphviz's parser, which is a process of its own.
FEWER = settings(max_examples=25, deadline=None)

PIECES = [
    *("a", "B1", "1", "-2.5", "1e5", "true", "own_label", "", " ", "\\", '"', "\n", "#", ",", ";", "<b>", "&amp;", "&"),
    *("%", "é", "日本", "🙂", "\x01", "\x02", "\t", "\r", "\x7f", "\ud800", "\u2028", "node", "n0", "n1", ":", "->"),
]
TEXTS = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=4).map("".join),
    st.text(max_size=8),
    st.sampled_from(["x" * 20_000, "long \\" * 4_000]),
)
LABELS = st.one_of(TEXTS, st.integers(-3, 12))
NUMBERS: dict[str, st.SearchStrategy[Any]] = {
    "ints": st.integers(-(2**62), 2**62),
    "large ints": st.integers(-(2**90), 2**90),
    "floats": st.floats(allow_nan=False, allow_infinity=False),
    "tiny floats": st.floats(-1e-300, 1e-300),
    "ints and floats": st.one_of(st.integers(-(2**50), 2**50), st.floats(-1e6, 1e6)),
    "fractions": st.fractions(max_denominator=50),
}
VALUES = st.one_of(TEXTS, st.integers(-5, 5), st.floats(-1, 1), st.booleans())


@st.composite
def multigraphs(draw: Callable[..., Any]) -> nx.MultiDiGraph:
    """Draw a graph with names of every kind, parallel edges with keys, loops, and attributes that look like others."""
    labels = draw(st.lists(LABELS, min_size=1, max_size=5, unique=True))
    numbers = draw(st.sampled_from(list(NUMBERS.values())))
    graph = nx.MultiDiGraph(edge_meaning="calls", weight_meaning=draw(TEXTS) or "cost", title=draw(TEXTS))
    graph.add_nodes_from((label, {"version": draw(VALUES), "label": draw(TEXTS)}) for label in labels)
    keys = st.one_of(st.integers(0, 9), st.sampled_from(["x", "0", 'k"', "<k>"]))
    for tail, head in draw(st.lists(st.tuples(st.sampled_from(labels), st.sampled_from(labels)), max_size=6)):
        graph.add_edge(tail, head, draw(keys), weight=draw(numbers), kind=draw(VALUES))
    return graph


def named(graph: nx.DiGraph) -> dict[Any, str]:
    """Return the name of each node in a file: its text; of what is no text, its type too where texts are the same."""
    texts = [str(node) for node in graph]
    twins = len(set(texts)) < len(texts)
    return {node: node if isinstance(node, str) else f"{node} (int)" if twins else str(node) for node in graph}


def back(graph: nx.DiGraph, format: str, **options: Any) -> nx.DiGraph:
    return read(io.BytesIO(render(graph, format, **options)), format=format)


def distinct_names(graph: nx.DiGraph) -> bool:
    return len(set(named(graph).values())) == len(graph)


@FEWER
@given(graph=multigraphs())
def test_dot_gives_back_every_name_number_text_and_key(graph: nx.MultiDiGraph) -> None:
    again = back(graph, "dot")
    names = named(graph)
    if distinct_names(graph):
        assert list(again) == list(names.values())
    names = dict(zip(graph, again, strict=True))
    for node, data in graph.nodes(data=True):
        assert {key: repr(value) for key, value in again.nodes[names[node]].items()} == {
            key: repr(value) for key, value in data.items()
        }
    found = sorted((u, v, repr(data["weight"]), repr(data["kind"])) for u, v, data in again.edges(data=True))
    wanted = sorted(
        (names[u], names[v], _held(data["weight"]), repr(data["kind"])) for u, v, data in graph.edges(data=True)
    )
    assert found == wanted
    for name in ("edge_meaning", "weight_meaning", "title"):
        assert again.graph[name] == graph.graph[name]
    if again.number_of_edges():
        keys = [(names[u], names[v], str(key)) for u, v, key in graph.edges(keys=True)]
        if len(set(keys)) == len(keys):
            assert {(u, v, repr(k)) for u, v, k in again.edges(keys=True)} == {
                (names[u], names[v], repr(k)) for u, v, k in graph.edges(keys=True)
            }


def _held(weight: Any) -> str:
    """Return a weight as it must come back: a Fraction as its text, which of a whole one is like a number's."""
    return repr(str(weight)) if isinstance(weight, Fraction) else repr(weight)


@pytest.mark.parametrize("format", ["dot", "json", "graphml", "csv"])
@pytest.mark.parametrize(
    "name",
    ["x\\y", "\\<a\\>", "\\\\", "\\n", "C:\\new\\u0041", "own_x", "1.0", "true", "[root] x", "a\n#b", 20_000 * "x"],
)
def test_a_name_alone_comes_back(format: str, name: str) -> None:
    if (format, name) == ("csv", "a\n#b"):
        name = "a\n b"  # a line that starts with "#" is a comment there
    again = back(nx.DiGraph([(name, "t")], graph_name=name), format)
    assert list(again.edges) == [(name, "t")]
    assert again.graph.get("graph_name", name) == name


def test_what_we_write_of_a_tools_graph_is_no_longer_the_tools_drawing(tmp_path: Path) -> None:
    graph = nx.DiGraph([("[root] a", "[root] b"), ("legendNode0", "clusterLegend")])
    (tmp_path / "x.dot").write_bytes(render(graph, "dot"))
    again = read(tmp_path / "x.dot")
    assert (again.graph["format"], set(again.edges)) == ("DOT", set(graph.edges))


@ROUNDS
@given(graph=multigraphs())
def test_json_gives_back_every_name_number_text_and_key(graph: nx.MultiDiGraph) -> None:
    again = back(graph, "json")
    assert [repr(node) for node in again] == [repr(node) for node in graph]
    for node, data in graph.nodes(data=True):
        assert repr(again.nodes[node]) == repr(data)
    found = sorted((repr(u), repr(v), repr(data["weight"])) for u, v, data in again.edges(data=True))
    assert found == sorted((repr(u), repr(v), _held(data["weight"])) for u, v, data in graph.edges(data=True))
    assert {name: again.graph[name] for name in ("edge_meaning", "weight_meaning", "title")} == graph.graph


NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@ROUNDS
@given(graph=multigraphs())
def test_graphml_gives_back_names_and_weights_or_refuses_names_that_it_would_merge(graph: nx.MultiDiGraph) -> None:
    names = {node: NO_XML.sub("\ufffd", name) for node, name in named(graph).items()}
    if distinct_names(graph) and len(set(names.values())) < len(graph):
        with pytest.raises(UsageError, match=r"graphml would make the nodes .* one"):
            render(graph, "graphml")
        return
    try:
        again = back(graph, "graphml")
    except UsageError:
        assert not distinct_names(graph)
        return
    if distinct_names(graph):
        assert list(again) == list(names.values())
    names = dict(zip(graph, again, strict=True))
    found = sorted((u, v, repr(data["weight"])) for u, v, data in again.edges(data=True))
    assert found == sorted((names[u], names[v], _in_graphml(data["weight"])) for u, v, data in graph.edges(data=True))
    assert again.graph["edge_meaning"] == "calls"
    wanted = {(names[u], names[v], str(key)) for u, v, key in graph.edges(keys=True)}
    if len(wanted) == graph.number_of_edges():
        assert {(u, v, str(key)) for u, v, key in again.edges(keys=True)} == wanted


def _in_graphml(weight: Any) -> str:
    """Return a weight as it must come back: ints beyond 64 bits are texts."""
    return repr(str(weight)) if isinstance(weight, int) and not -(2**63) <= weight < 2**63 else _held(weight)


NO_CSV = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]|\n(?=#)")


@ROUNDS
@given(graph=multigraphs())
def test_csv_gives_back_names_and_weights_or_refuses(graph: nx.MultiDiGraph) -> None:
    names = {node: NO_CSV.sub("\ufffd", name) for node, name in named(graph).items()}
    try:
        data = render(graph, "csv")
    except UsageError:
        assert "" in names.values() or len(set(names.values())) < len(names)
        return
    if not graph.number_of_edges():
        return
    if any(isinstance(weight, Fraction) and weight.denominator > 1 for *_, weight in graph.edges(data="weight")):
        with pytest.raises(FormatError, match="is not a number"):
            read(io.BytesIO(data), format="csv")
        return
    again = read(io.BytesIO(data), format="csv")
    found = sorted((u, v, float(data["weight"])) for u, v, data in again.edges(data=True))
    wanted = sorted((names[u], names[v], float(data["weight"])) for u, v, data in graph.edges(data=True))
    assert found == wanted
    ints = {type(weight) for *_, weight in graph.edges(data="weight")} == {int}
    if ints:
        assert sorted(weight for *_, weight in again.edges(data="weight")) == sorted(
            weight for *_, weight in graph.edges(data="weight")
        )


# -- annotated graphs and their pictures


TOTALS = ("edge_meaning", "weight_meaning", "node_meaning", "total", "source", "target", "annotation", "cycles")


@FEWER
@given(question=queries(dags(st.integers(-4, 4))), limit=st.sampled_from([2, 3, 30]))
def test_the_total_of_a_picture_is_that_of_the_whole(question: tuple[nx.DiGraph, Any, Any], limit: int) -> None:
    graph, source, target = question
    names = {node: f"v{place}" for place, node in enumerate(graph)}
    graph, source, target = nx.relabel_nodes(graph, names), names[source], names[target]
    marked = annotate(graph, source, target)
    again = back(marked, "dot", max_nodes=limit)
    assert total_influence(again, source, target) == marked.graph["total"] == total_influence(graph, source, target)
    assert {name: again.graph[name] for name in TOTALS} == {name: marked.graph[name] for name in TOTALS}
    for *_, data in again.edges(data=True):
        assert {"weight", "contribution", "paths"} <= data.keys()


@FEWER
@given(question=queries(contractions()))
def test_the_total_of_merged_and_solved_cycles_comes_back(question: tuple[nx.MultiDiGraph, Any, Any]) -> None:
    graph, source, target = question
    names = {node: f"v{place}" for place, node in enumerate(graph)}
    graph, source, target = nx.relabel_nodes(graph, names), names[source], names[target]
    for *_, data in graph.edges(data=True):
        data["weight"] = float(data["weight"])
    solved = annotate(graph, source, target, cycles="solve")
    again = back(solved, "dot")
    assert total_influence(again, source, target, cycles="solve") == pytest.approx(solved.graph["total"], abs=1e-12)
    for format in ("json", "graphml", "csv"):
        if format != "csv" or (graph.in_degree(target) and graph.out_degree(source)):
            again = back(solved, format)
            assert total_influence(again, source, target, cycles="solve") == pytest.approx(
                solved.graph["total"], abs=1e-12
            )
    component = next(part for part in nx.strongly_connected_components(graph) if source in part)
    if source == target or target in component:
        return
    merged = annotate(graph, source, target, cycles="collapse")
    again = back(merged, "dot")
    assert total_influence(again, source, target) == pytest.approx(merged.graph["total"], abs=1e-12)


def test_a_pruned_picture_of_a_million_million_paths_has_the_total_and_the_paths_of_the_whole() -> None:
    graph = diamonds(40)
    for number, (*_, data) in enumerate(graph.edges(data=True)):
        data["weight"] = 1 + number % 3
    marked = annotate(graph, 0, 120)
    again = back(marked, "dot", max_nodes=31)
    assert total_influence(again, "0", "120") == total_influence(graph, 0, 120)
    assert again.graph["drawn"].startswith("drawn: 31 of 121 nodes on the way; 100 % of the total passes ")
    assert [data["share"] for *_, data in again.edges(data=True)] == [1] * again.number_of_edges()
    assert {data["paths"] for *_, data in again.edges(data=True)} == {2**40}


@pytest.mark.parametrize("format", ["dot", "json", "graphml", "csv"])
def test_what_is_drawn_is_written_in_every_format(format: str) -> None:
    graph = diamonds(20)
    marked = annotate(graph, 0, 60)
    again = back(marked, format, max_nodes=4)
    assert len(again) == 4
    assert total_influence(again, "0", "60") == 2**20
    assert {data["eliminated"] for *_, data in again.edges(data=True)} <= {True, "true", "True"}
    assert len(back(marked, format)) == (61 if format != "dot" else 30)


@pytest.mark.parametrize(
    ("edges", "ends", "cycles", "drawn"),
    [
        ([("s", "t"), ("t", "z")], ("s", "t"), "raise", "on the way: 2 of 3 nodes, 1 of 2 edges"),
        ([("s", "t"), ("z", "t")], ("s", None), "raise", "on the way: 2 of 3 nodes, 1 of 2 edges"),
        ([("t", "s"), ("s", "z")], ("s", "t"), "raise", "on the way: 0 of 3 nodes, 0 of 2 edges"),
        ([("s", "a"), ("a", "s"), ("a", "t")], ("s", "t"), "collapse", "on the way: 3 of 3 nodes, 1 of 3 edges"),
        ([("s", "a"), ("a", "t"), ("s", "t")], ("s", "t"), "raise", None),
        ([("s", "a"), ("s", "t")], (None, None), "raise", None),
    ],
)
def test_a_picture_says_what_of_the_graph_is_not_on_the_way(edges, ends, cycles, drawn) -> None:
    graph = nx.DiGraph()
    graph.add_edges_from(edges, weight=0.5)
    marked = annotate(graph, *ends, cycles=cycles)
    assert back(marked, "dot").graph.get("drawn") == drawn
    assert set(back(marked, "json")) == set(graph)


def test_a_dashed_edge_is_known_as_any_other_edge() -> None:
    graph = weighted([("s", "a", 3), ("a", "t", 5), ("s", "b", 1), ("b", "c", 2), ("c", "t", 1), ("b", "t", 1)])
    again = back(annotate(graph, "s", "t"), "dot", max_nodes=3)
    [dashed] = [data for *_, data in again.edges(data=True) if data.get("eliminated")]
    assert dashed == {
        "weight": 3, "tangent": 3, "adjoint": 3, "contribution": 3, "share": 3 / 18, "paths": 2, "eliminated": True,
    }  # fmt: skip


def test_where_paths_cancel_a_pruned_picture_has_the_total_of_0() -> None:
    graph = weighted([("s", "a", 2), ("a", "t", 3), ("s", "b", -2), ("b", "t", 3)])
    again = back(annotate(graph, "s", "t"), "dot", max_nodes=3)
    assert total_influence(again, "s", "t") == 0
    assert sorted(weight for *_, weight in again.edges(data="weight")) == [-6, 2, 3]


@pytest.mark.parametrize("kind", [nx.DiGraph, nx.MultiDiGraph])
def test_edges_of_merged_nodes_stay_apart(kind: type[nx.DiGraph]) -> None:
    graph = kind()
    graph.add_weighted_edges_from([("s", "x", 1), ("x", "y", 1), ("y", "x", 1), ("x", "t", 2), ("y", "t", 3)])
    marked = annotate(graph, "s", "t", cycles="collapse")
    again = back(marked, "dot")
    assert sorted(again.edges(data="weight")) == [("s", "x + y", 1), ("x + y", "t", 2), ("x + y", "t", 3)]
    assert total_influence(again, "s", "t") == marked.graph["total"] == 5
    assert again.nodes["x + y"]["members"] == ["x", "y"]


def test_a_dashed_edge_in_the_middle_knows_what_reaches_it_and_what_leaves_it() -> None:
    graph = nx.MultiDiGraph()
    edges = [("s", "a", 2), ("s", "a", 4), ("a", "x", 3), ("x", "b", 1), ("a", "y", 1), ("y", "b", 1), ("b", "t", 5)]
    graph.add_weighted_edges_from(edges)
    again = back(annotate(graph, "s", "t"), "dot", max_nodes=4)
    [dashed] = [data for *_, data in again.edges(data=True) if data.get("eliminated")]
    assert dashed == {
        "weight": 4, "tangent": 24, "adjoint": 20, "contribution": 120, "share": 1.0, "paths": 4, "eliminated": True,
    }  # fmt: skip


def test_a_multigraph_without_parallel_edges_stays_one() -> None:
    graph = nx.MultiDiGraph()
    graph.add_edge("a", "b", "x", weight=2)
    for format in ("dot", "json", "graphml", "csv"):
        again = back(graph, format)
        assert list(again.edges(keys=True, data=True)) == [("a", "b", "x", {"weight": 2})]


def test_a_column_called_key_in_another_place_is_none() -> None:
    table = b"source,target,weight,key\na,b,2,x\na,b,3,y\n"
    assert list(read(io.BytesIO(table), format="csv").edges(data="weight")) == [("a", "b", 5)]
    table = b"source,target,key,weight\na,b,x,2\na,b,x,3\n"  # and two edges of one key add
    assert list(read(io.BytesIO(table), format="csv").edges(data="weight")) == [("a", "b", 5)]


@pytest.mark.parametrize("format", ["dot", "json", "graphml", "csv"])
@pytest.mark.parametrize("weighted_too", [True, False])
@pytest.mark.parametrize(
    "keys",
    [
        ("\x01", "\x02"),
        ("01", "1"),
        ("1.0", "1"),
        ("1e2", "100"),
        ("-0", "0"),
        ("", "x"),
        ("", 0),
        ("a\r", "a\x85"),
        (" a", "a"),
    ],
    ids=ascii,
)
def test_keys_that_look_alike_keep_parallel_edges_apart(format: str, weighted_too: bool, keys: tuple[Any, ...]) -> None:
    graph = nx.MultiDiGraph()
    for number, key in enumerate(keys):
        graph.add_edge("a", "b", key, **{"weight" if weighted_too else "size": number + 1})
    again = back(graph, format)
    assert again.is_multigraph()
    found = [tuple(data.values()) for *_, data in again.edges(data=True)]
    assert found == [(1,), (2,)]
    if not any("\x00" <= mark < " " or mark == "\x85" for key in keys for mark in str(key)):
        assert [str(key) for *_, key in again.edges(keys=True)] == [str(key) for key in keys]


@pytest.mark.parametrize("format", ["dot", "json", "graphml", "csv"])
@pytest.mark.parametrize(
    "data",
    [
        {1: "int", "1": "text"},
        {"source": 1, "own_source": 2},
        {"own_source": 2, "source": 1, "own_own_source": 3},
        {"a\x01": 1, "a\x02": 2, "a\ufffd": 3},
        {None: 1, "None": 2},
    ],
    ids=ascii,
)
def test_attributes_whose_names_become_one_are_all_kept(format: str, data: dict[Any, Any]) -> None:
    graph = nx.DiGraph()
    graph.add_edge("a", "b", weight=0.5)
    graph.edges["a", "b"].update(data)
    graph.nodes["a"].update(data)
    graph.graph.update({name: value for name, value in data.items() if name not in ("source", "target")})
    again = back(graph, format)
    found = {**again.edges["a", "b"]}
    assert found.pop("weight") == 0.5
    assert sorted(map(str, found.values())) == sorted(map(str, data.values()))
    for name, value in data.items():
        if isinstance(name, str) and name.isprintable() and name != "source":
            assert found[name] == value
    if format != "csv":
        assert sorted(map(str, again.nodes["a"].values())) == sorted(map(str, data.values()))
        assert len(again.graph.keys() - {"format", "edge_meaning", "node_meaning", "weight_meaning"}) == len(
            graph.graph
        )


def test_names_of_attributes_that_graphml_and_networkx_use_are_ours() -> None:
    graph = nx.MultiDiGraph(id="g", multigraph="no", node_default="d", edge_default=3)
    graph.add_edge("a", "b", "k", id="e7", weight=2)
    graph.edges["a", "b", "k"]["key"] = "own"
    again = back(graph, "graphml")
    assert {name: value for name, value in again.graph.items() if name.startswith("own_")} == {
        "own_id": "g",
        "own_multigraph": "no",
        "own_node_default": "d",
        "own_edge_default": 3,
    }
    assert list(again.edges(keys=True, data=True)) == [("a", "b", "k", {"own_id": "e7", "own_key": "own", "weight": 2})]
    assert not back(nx.DiGraph([("a", "b")], multigraph=True), "graphml").is_multigraph()


def test_what_networkx_has_read_from_graphml_is_written_with_its_defaults() -> None:
    text = """<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
    <key id="c" for="node" attr.name="color" attr.type="string"><default>red\x09</default></key>
    <graph edgedefault="directed"><node id="a"><data key="c">blue</data></node><node id="b"/>
    <edge source="a" target="b"/></graph></graphml>"""
    graph = nx.read_graphml(io.BytesIO(text.encode()))
    assert graph.graph["node_default"] == {"color": "red\t"}
    again = back(graph, "graphml")
    assert dict(again.nodes(data=True)) == {"a": {"color": "blue"}, "b": {"color": "red\t"}}
    assert list(back(nx.read_graphml(io.BytesIO(render(again, "graphml"))), "graphml")) == ["a", "b"]


@pytest.mark.parametrize("text", ["1.0", "[]", "true", "7", "-1e5"])
def test_texts_like_numbers_are_texts_also_under_a_name_of_two_lines(text: str) -> None:
    graph = nx.DiGraph(**{"a\nb": text})
    graph.add_edge("a", "b", **{"a\nb": text, "b": text})
    graph.add_node("a", **{"a\nb": text})
    again = back(graph, "dot")
    assert again.edges["a", "b"] == {"a\nb": text, "b": text}
    assert again.nodes["a"] == {"a\nb": text}
    assert again.graph["a\nb"] == text


def test_only_the_graphs_own_defaults_are_left_out_of_dot() -> None:
    graph = nx.DiGraph(node={"shape": "box"}, edge="x")
    graph.add_edge("a", "b", node={"a": 1}, edge={})
    again = back(graph, "dot")
    assert again.edges["a", "b"] == {"node": "{'a': 1}", "edge": "{}"}
    assert "node" not in again.graph
    assert again.graph["edge"] == "x"


@pytest.mark.parametrize("name", ["a\tb", "a\nb", "a\x7fb", "a\x85b", "\tb"])
def test_in_graphml_the_ends_of_the_question_are_called_as_the_nodes(name: str) -> None:
    graph = weighted([(name, "b", 2), ("b", f"{name}2", 3)])
    again = back(annotate(graph, name, f"{name}2"), "graphml")
    assert (again.graph["source"], again.graph["target"]) == (name, f"{name}2")
    assert list(again) == [name, "b", f"{name}2"]


def test_texts_in_graphml_keep_what_xml_holds() -> None:
    graph = nx.DiGraph()
    graph.add_edge("a", "b", note="\ta\nb\x7f\x9f ", other="\r\x01\ufffe\ud800")
    assert back(graph, "graphml").edges["a", "b"] == {"note": "\ta\nb\x7f\x9f ", "other": "\ufffd" * 4}


def test_dashed_edges_add_up_ways_whatever_their_sign() -> None:
    lower = [0.9, -0.95, *([0.5] * 8), 0.01, -0.02]
    graph = nx.DiGraph()
    for place, weight in enumerate(lower):
        for way, size in (("upper", 1), ("lower", weight)):
            graph.add_weighted_edges_from([(place, f"{way} {place}", size), (f"{way} {place}", place + 1, 1)])
    again = back(annotate(graph, 0, len(lower)), "dot", max_nodes=len(lower) + 1)
    dashed = [(u, v, data["weight"]) for u, v, data in again.edges(data=True) if data.get("eliminated")]
    # What all paths pass is drawn, 13 nodes, so that of each pair of ways one edge is left.
    assert sorted((int(u), int(v)) for u, v, _ in dashed) == [(place, place + 1) for place in range(12)]
    assert [weight for *_, weight in sorted(dashed, key=lambda way: int(way[0]))] == pytest.approx(
        [1 + x for x in lower]
    )
    assert {data["paths"] for *_, data in again.edges(data=True)} == {2**12}
    total = again.graph["total"]
    assert all(
        data["share"] == pytest.approx(data["contribution"] / total, rel=1e-12)
        for *_, data in again.edges(data=True)
        if data.get("eliminated")
    )
    assert total_influence(again, "0", "12") == pytest.approx(total_influence(graph, 0, 12), rel=1e-12)


@pytest.mark.parametrize("number", [2**63 - 1, 2**63, 2**64 - 1, -(2**63), -(2**63) - 1])
def test_an_int_in_graphml_is_a_number_as_far_as_its_type_holds_it(number: int) -> None:
    graph = weighted([("a", "b", number)])
    held = number if -(2**63) <= number < 2**63 else str(number)
    assert back(graph, "graphml").edges["a", "b"] == {"weight": held}
    assert (b'attr.type="long"' in render(graph, "graphml")) == isinstance(held, int)


@pytest.mark.parametrize("format", ["dot", "json", "graphml"])
@pytest.mark.parametrize("name", ["absent", "left_out", "unmet", "warnings"])
def test_what_was_said_of_one_file_is_not_said_of_the_next(format: str, name: str) -> None:
    graph = nx.DiGraph([("a", "b")], **{name: ["of x"], "title": "t"})
    again = back(graph, format)
    assert name not in again.graph
    assert again.graph["title"] == "t"
