"""Pajek networks: hand-worked sections, what networkx writes, and lines that do not fit."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphdiff.errors import FormatError, GraphdiffError, GraphTypeError
from graphdiff.io.pajek import read_pajek


def read(text: str | bytes) -> nx.DiGraph | nx.MultiDiGraph:
    return read_pajek(text if isinstance(text, bytes) else text.encode(), name="e.net")


def test_the_sample_has_its_labels_its_arcs_and_their_weights(test_data: Path) -> None:
    graph = read((test_data / "pajek" / "olah.net").read_bytes())
    assert list(graph.edges(data=True)) == [
        ("a", "c", {"weight": 1}),
        ("b", "c", {"weight": 1, "c": "Blue"}),
        ("b", "d", {"weight": 1}),
        ("c", "e", {"weight": 2}),
        ("d", "e", {"weight": 3}),
    ]
    assert dict(graph.nodes(data="id")) == {"a": 1, "b": 2, "c": 3, "d": 4, "e": 5}
    assert graph.graph == {"format": "Pajek", "edge_meaning": "unknown", "weight_meaning": "unknown"}


def test_an_arc_leads_from_its_first_vertex_to_its_second() -> None:
    assert list(read("*Vertices 2\n1 a\n2 b\n*Arcs\n1 2\n").edges(data=True)) == [("a", "b", {})]


def test_lists_of_arcs_and_vertices_without_lines() -> None:
    graph = read("*network x\n*vertices 3\n*arcslist\n1 2 3\n2 3\n*edges\n")
    assert list(graph.edges) == [("1", "2"), ("1", "3"), ("2", "3")]


def test_a_matrix_is_row_to_column_and_zero_is_no_arc() -> None:
    graph = read("*Vertices 2\n1 a\n2 b\n*Matrix\n0 0.5\n-1 0\n")
    assert list(graph.edges(data="weight")) == [("a", "b", 0.5), ("b", "a", -1)]


def test_repeated_arcs_are_parallel_edges() -> None:
    graph = read("*Vertices 2\n*Arcs\n1 2 3\n1 2 4\n")
    assert graph.is_multigraph()
    assert [weight for _, _, weight in graph.edges(data="weight")] == [3, 4]


def test_partitions_and_comments_are_passed_by() -> None:
    graph = read("% by hand\n*Vertices 2\n1 a\n% more\n2 b\n*Arcs :1 'likes'\n1 2 1\n*Partition x\n*Vector y\n0.1\n")
    assert list(graph.edges) == [("a", "b")]


def test_what_networkx_writes_comes_back(tmp_path: Path) -> None:
    graph = nx.MultiDiGraph([("a b", "c", {"weight": 2.5}), ("c", "é", {"weight": 1.0}), ("c", "é", {"weight": 3.0})])
    nx.write_pajek(graph, tmp_path / "g.net")
    back = read((tmp_path / "g.net").read_bytes())
    assert list(back.edges(data="weight")) == list(graph.edges(data="weight"))


BAD_LINES = {
    "no vertices at all": ("*Network x\n", "e.net: no \\*Vertices in it"),
    "vertices without a number": ("*Vertices\n", "e.net, line 1: no number of vertices, or of a vertex: ''"),
    "a number of thousands of digits": ("*Vertices " + "9" * 5000, "e.net, line 1: no number of vertices.*"),
    "a vertex beyond the number": (
        "*Vertices 1\n1 a\n*Arcs\n1 2\n",
        "e.net, line 4: no vertex 2: they are numbered from 1 to 1",
    ),
    "arcs before vertices": ("*Arcs\n1 2\n", "e.net, line 2: no vertex 1: they are numbered from 1 to 0"),
    "a vertex by its label": ("*Vertices 2\n1 a\n2 b\n*Arcs\na b\n", "e.net, line 5: no number of .* a vertex: 'a'"),
    "a vertex twice": ("*Vertices 2\n1 a\n1 b\n", "e.net, line 3: a second vertex 1"),
    "a label twice": ("*Vertices 2\n1 a\n2 a\n", "e.net, line 3: vertex 2 has the label 'a' of vertex 1"),
    "a weight that is text": ("*Vertices 2\n*Arcs\n1 2 heavy\n", "e.net, line 3: the weight 'heavy' is not a number"),
    "an arc with one end": ("*Vertices 2\n*Arcs\n1\n", "e.net, line 3: an arc has two vertices"),
    "a short row": ("*Vertices 2\n*Matrix\n1\n", "e.net, line 3: 1 values in a matrix row of 2"),
    "a row too many": ("*Vertices 1\n*Matrix\n0\n1\n", "e.net, line 4: no vertex 2: .*"),
    "a second network": ("*Vertices 1\n*Arcs\n*Vertices 1\n", "e.net, line 3: a second network; keep one in the file"),
}


@pytest.mark.parametrize("text, message", BAD_LINES.values(), ids=BAD_LINES.keys())
def test_a_line_that_does_not_fit_is_refused(text: str, message: str) -> None:
    with pytest.raises(FormatError, match=f"^{message}$"):
        read(text)


@pytest.mark.parametrize("section", ["*Edges", "*edgeslist"])
def test_undirected_edges_are_refused_with_a_remedy(section: str) -> None:
    with pytest.raises(GraphTypeError, match=r"^e.net, line 3: \*Edges are undirected; list them under \*Arcs, "):
        read(f"*Vertices 2\n{section}\n1 2\n")


def outcome(text: str | bytes) -> nx.DiGraph | nx.MultiDiGraph | GraphdiffError:
    try:
        return read(text)
    except GraphdiffError as error:
        return error


LINES = st.sampled_from(
    ["*Vertices 3", "*Arcs", "*Arcslist", "*Matrix", "*Edges", "1 a", '2 "b', "1 2", "1 2 x", "0 1 0", "%", "*", '""']
)


@given(st.lists(LINES, max_size=8).map("\n".join) | st.binary(max_size=100))
def test_anything_gives_a_graph_or_one_line(text: str | bytes) -> None:
    result = outcome(text)
    if isinstance(result, GraphdiffError):
        assert str(result).startswith("e.net")
        assert "\n" not in str(result)
    else:
        assert result.is_directed()
