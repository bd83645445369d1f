"""GraphML and GEXF: hand-made samples, what networkx writes, and files that are refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphdiff.errors import FormatError, GraphdiffError, GraphTypeError
from graphdiff.io.xml_graphs import read_gexf, read_graphml

Graph = nx.DiGraph | nx.MultiDiGraph
Reader = Callable[..., Graph]

SAMPLES = Path(__file__).parents[1] / "data"
GRAPHML = (SAMPLES / "graphml" / "olah.graphml").read_bytes()
GEXF = (SAMPLES / "gexf" / "olah.gexf").read_bytes()
OLAH = [("a", "c", 1), ("b", "c", 1), ("b", "d", 1), ("c", "e", 2), ("d", "e", 3)]

BOTH = pytest.mark.parametrize("read, sample", [(read_graphml, GRAPHML), (read_gexf, GEXF)], ids=["GraphML", "GEXF"])
WRITERS = pytest.mark.parametrize(
    "read, write", [(read_graphml, nx.write_graphml_xml), (read_gexf, nx.write_gexf)], ids=["GraphML", "GEXF"]
)


@BOTH
def test_the_sample_has_its_edges_from_source_to_target(read: Reader, sample: bytes) -> None:
    graph = read(sample, name="olah")
    assert list(graph.edges(data="weight")) == OLAH
    assert not graph.is_multigraph()


def test_graphml_keeps_declared_types_defaults_and_what_the_file_says_of_itself() -> None:
    graph = read_graphml(GRAPHML, name="olah")
    assert graph.nodes["a"] == {"value": 2, "input": True}
    assert graph.nodes["c"] == {"input": False}
    assert graph["b"]["c"] == {"text": "1", "weight": 1.0}
    assert graph.graph == {"format": "GraphML", "edge_meaning": "feeds", "weight_meaning": "unknown"}


def test_gexf_keeps_ids_as_nodes_labels_as_attributes_and_declared_defaults() -> None:
    graph = read_gexf(GEXF, name="olah")
    assert graph.nodes["a"]["label"] == "input a"
    assert [kind for _, _, kind in graph.edges(data="kind")] == ["plain", "plain", "bold", "plain", "plain"]
    assert (graph.graph["format"], graph.graph["edge_meaning"]) == ("GEXF", "unknown")


@WRITERS
@pytest.mark.parametrize("kind", [nx.DiGraph, nx.MultiDiGraph])
def test_what_networkx_writes_comes_back(
    kind: type[nx.DiGraph], read: Reader, write: Callable[..., None], tmp_path: Path
) -> None:
    graph = kind([("é", "<b>", {"weight": 2.5}), ("<b>", "c d", {"weight": -1.0}), ("é", "<b>", {"weight": 4.0})])
    write(graph, tmp_path / "file")
    back = read((tmp_path / "file").read_bytes(), name="file")
    assert list(back.edges(data="weight")) == list(graph.edges(data="weight"))
    assert back.is_multigraph() == graph.is_multigraph()


def test_a_mutual_edge_of_gexf_leads_both_ways() -> None:
    graph = read_gexf(GEXF.replace(b'id="3"', b'id="3" type="mutual"'), name="olah")
    assert sorted(graph.edges(data="weight")) == sorted([*OLAH, ("e", "c", 2)])


def test_groups_of_yed_are_read_through() -> None:
    text = b"""<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph edgedefault="directed">
    <node id="g" yfiles.foldertype="group"><graph edgedefault="directed"><node id="x"/><node id="y"/>
    <edge source="x" target="y"/></graph></node><node id="z"/><edge source="y" target="z"/></graph></graphml>"""
    assert list(read_graphml(text, name="yed").edges) == [("x", "y"), ("y", "z")]


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_other_encodings_are_read(encoding: str) -> None:
    text = GRAPHML.decode().replace("UTF-8", encoding).replace('"a"', '"é"')
    assert ("é", "c") in read_graphml(text.encode(encoding), name="olah").edges


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>\n'


@BOTH
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused_before_any_entity_is_looked_at(encoding: str, read: Reader, sample: bytes) -> None:
    text = sample.decode().partition("\n")[2]
    with pytest.raises(FormatError, match=r"^olah, line 1: a document type declaration, which is not read; remove it$"):
        read((BOMB + text).encode(encoding), name="olah")


CHANGES = {
    "not closed": (b"</graph>", b"", "olah: broken XML: mismatched tag: line 2[0-9], column 2"),
    "cut off": (GRAPHML[-40:], b"", "olah: broken XML: unclosed token: line [0-9]+, column [0-9]+"),
    "no id": (b'<node id="d"', b"<node", "olah, line 14: the node has no id"),
    "no target": (b'source="b" target="d"', b'source="b"', "olah, line 18: the edge has no target"),
    "a node twice": (
        b'<node id="d"/>',
        b'<node id="d"/><node id="d"/>',
        "olah: 6 nodes and 5 edges in the file make 5 and 5: .*",
    ),
    "a node that is not there": (b'<node id="d"/>', b"", "olah: 4 nodes and 5 edges in the file make 5 and 5: .*"),
    "a second graph": (
        b"</graph>",
        b'</graph><graph edgedefault="directed"><node id="z"/></graph>',
        "olah: 6 nodes and 5 edges in the file make 5 and 5: .*",
    ),
    "a weight that is text": (
        b">2</data></edge>",
        b">two</data></edge>",
        "olah: no GraphML graph: could not convert .*",
    ),
    "an undeclared key": (b'<data key="w">2', b'<data key="x">2', "olah: no GraphML graph: Bad GraphML data: no key x"),
    "an unknown type": (b'"double"', b'"triple"', "olah: no GraphML graph: 'triple'"),
    "another language": (b"graphml.graphdrawing.org/xmlns", b"example.org", "olah: no GraphML graph: .*"),
    "an unknown encoding": (b"UTF-8", b"UTF-80", "olah: broken XML: unknown encoding: UTF-80"),
    "deep nesting": (b"<node id", b"<x>" * 300 + b"<node id", "olah, line 11: elements nested more than 200 deep"),
}


@pytest.mark.parametrize("old, new, message", CHANGES.values(), ids=CHANGES.keys())
def test_a_broken_file_is_refused_in_one_line(old: bytes, new: bytes, message: str) -> None:
    assert old in GRAPHML
    with pytest.raises(FormatError, match=f"^{message}$"):
        read_graphml(GRAPHML.replace(old, new), name="olah")


def test_edges_that_networkx_would_lose_are_noticed() -> None:
    twice = GRAPHML.replace(b"<edge source=", b'<edge id="1" source=').replace(
        b'source="b" target="d"', b'source="b" target="c"'
    )
    with pytest.raises(FormatError, match=r"^olah: 5 nodes and 5 edges in the file make 5 and 4: ids repeat, "):
        read_graphml(twice, name="olah")


def test_a_class_of_attributes_that_gexf_does_not_have_is_refused() -> None:
    with pytest.raises(FormatError, match=r"^olah: no GEXF graph: "):
        read_gexf(GEXF.replace(b'class="edge"', b'class="face"'), name="olah")


@pytest.mark.parametrize(
    "read, sample, old, new, message",
    [
        (
            read_graphml,
            GRAPHML,
            b'"directed"',
            b'"undirected"',
            'line 9: .*; write edgedefault="directed" if it is not',
        ),
        (
            read_graphml,
            GRAPHML,
            b' edgedefault="directed"',
            b"",
            'line 9: .*; write edgedefault="directed" if it is not',
        ),
        (read_gexf, GEXF, b"directed", b"undirected", 'line 4: .*; write defaultedgetype="directed" if it is not'),
        (
            read_graphml,
            GRAPHML,
            b'edge source="b"',
            b'edge directed="false" source="b"',
            "line 17: the edge is undirected; .*",
        ),
        (read_gexf, GEXF, b'edge id="3"', b'edge id="3" type="undirected"', "line 19: the edge is undirected; .*"),
    ],
)
def test_undirected_graphs_and_edges_are_refused_with_a_remedy(
    read: Reader, sample: bytes, old: bytes, new: bytes, message: str
) -> None:
    with pytest.raises(GraphTypeError, match=f"^olah, {message}$"):
        read(sample.replace(old, new), name="olah")


def outcome(read: Reader, data: bytes) -> Graph | GraphdiffError:
    try:
        return read(data, name="olah")
    except GraphdiffError as error:
        return error


PIECES = [b"", b"<", b'"', b"x", b"<node", b"</graph>", b"&amp;", b"directed", b'="', b"attvalue", b"\xff", b"1"]


@BOTH
@given(
    cuts=st.lists(st.tuples(st.integers(0, 1400), st.integers(0, 12), st.sampled_from(PIECES)), min_size=1, max_size=4)
)
def test_a_mutated_file_gives_a_graph_or_one_line(
    read: Reader, sample: bytes, cuts: list[tuple[int, int, bytes]]
) -> None:
    for start, length, piece in cuts:
        sample = sample[:start] + piece + sample[start + length :]
    result = outcome(read, sample)
    if isinstance(result, GraphdiffError):
        assert str(result).startswith("olah")
        assert "\n" not in str(result)
    else:
        assert result.is_directed()


WORDS = [
    b"id",
    b"for",
    b"source",
    b"target",
    b"weight",
    b"double",
    b"int",
    b"string",
    b"key",
    b"default",
    b"edge",
    b"node",
]


@BOTH
@given(swaps=st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from([*WORDS, b"", b"1", b"x"])), max_size=2))
def test_words_taken_for_others_give_a_graph_or_one_line(
    read: Reader, sample: bytes, swaps: list[tuple[bytes, bytes]]
) -> None:
    for old, new in swaps:
        sample = sample.replace(old, new)
    result = outcome(read, sample)
    assert isinstance(result, GraphdiffError) or result.is_directed()
