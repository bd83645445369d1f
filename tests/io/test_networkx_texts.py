"""What networkx writes as text, against networkx's own readers, and what may not get through."""

from __future__ import annotations

import io
import time

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphdiff.errors import FormatError, GraphdiffError, GraphTypeError, LimitError
from graphdiff.io.formats import READERS
from graphdiff.io.gml import read_gml
from graphdiff.io.networkx_lists import read_adjacency_list, read_edge_list_with_data, read_multiline_adjacency_list
from graphdiff.io.read import read

NAMES = st.text("abcxyzé_.:/-1", min_size=1, max_size=4).filter(lambda name: name[0] not in "-.:/_1")
# networkx writes larger numbers into GML as texts, and its own reader of lists drops blanks.
VALUES = st.integers(-(2**30), 2**30) | st.floats(-1e9, 1e9) | st.text("ab'é{}", max_size=3)
DATA = st.dictionaries(st.sampled_from(["weight", "kind", "size"]), VALUES, max_size=3)
EDGES = st.lists(st.tuples(NAMES, NAMES, DATA), min_size=1, max_size=8)


def graph_of(kind, edges):
    graph = kind()
    graph.add_edges_from(edges)
    return graph


def written(write, graph, **options) -> bytes:
    file = io.BytesIO()
    write(graph, file, **options)
    return file.getvalue()


def outcome(reader, data: bytes) -> str:
    try:
        reader(data, name="g")
    except GraphdiffError as error:
        return str(error)
    return "graph"


def edges(graph) -> list:
    return sorted(graph.edges(data=True), key=repr)


@given(EDGES, st.sampled_from([nx.DiGraph, nx.MultiDiGraph]))
def test_edges_with_data_come_back(listed, kind) -> None:
    graph = graph_of(kind, listed)
    data = written(nx.write_edgelist, graph)
    found = read_edge_list_with_data(data, name="g")
    assert edges(found) == edges(graph)
    theirs = nx.read_edgelist(io.BytesIO(data), create_using=kind)
    assert edges(found) == edges(theirs)


@given(EDGES, st.sampled_from([nx.DiGraph, nx.MultiDiGraph]))
def test_neighbours_come_back_with_and_without_data(listed, kind) -> None:
    graph = graph_of(kind, listed)
    data = written(nx.write_multiline_adjlist, graph)
    assert READERS["nx-multiline-adjlist"].claims(data)
    found = read_multiline_adjacency_list(data, name="g")
    assert edges(found) == edges(graph) == edges(nx.read_multiline_adjlist(io.BytesIO(data), create_using=kind))
    data = written(nx.write_adjlist, graph)
    assert READERS["nx-adjlist"].claims(data)
    assert not READERS["nx-multiline-adjlist"].claims(data)
    plain = read_adjacency_list(data, name="g")
    assert sorted(plain.edges()) == sorted(nx.read_adjlist(io.BytesIO(data), create_using=kind).edges())
    assert set(plain) == set(graph) != set()


@given(EDGES, st.sampled_from([nx.DiGraph, nx.MultiDiGraph]))
def test_gml_comes_back(listed, kind) -> None:
    graph = graph_of(kind, listed)
    data = written(nx.write_gml, graph)
    found = read_gml(data, name="g")
    assert found.is_multigraph() == graph.is_multigraph()
    assert edges(found) == edges(graph) == edges(nx.read_gml(io.BytesIO(data)))
    assert list(found) == list(graph)


def test_edges_with_the_same_data_have_each_their_own() -> None:
    graph = read_edge_list_with_data(b"a b {'weight': 2}\nb c {'weight': 2}\n", name="g")
    graph["a"]["b"]["weight"] = 5
    assert graph["b"]["c"]["weight"] == 2


@pytest.mark.parametrize(
    ("options", "format", "weights"),
    [
        ({}, "networkx edge list", [2.5, 3]),
        ({"data": ["weight"]}, "CSV edge list, first row read as an edge", [2.5, 3]),
        ({"data": False}, "CSV edge list, first row read as an edge", [None, None]),
        ({"delimiter": ","}, "networkx edge list", [2.5, 3]),
        ({"delimiter": ";"}, "networkx edge list", [2.5, 3]),
        ({"delimiter": "\t"}, "networkx edge list", [2.5, 3]),
    ],
)
def test_each_form_of_write_edgelist(options, format, weights, tmp_path) -> None:
    graph = nx.DiGraph([("a", "b", {"weight": 2.5}), ("b", "c", {"weight": 3})])
    for name in ("g.edgelist", "g.edges", "g.csv", "unnamed"):
        (tmp_path / name).write_bytes(written(nx.write_edgelist, graph, **options))
        found = read(tmp_path / name)
        assert [weight for *_, weight in found.edges(data="weight")] == weights
        assert found.graph["format"] == format


def test_lists_of_lonely_nodes_are_told_apart(tmp_path) -> None:
    graph = nx.DiGraph()
    graph.add_nodes_from("ab")
    for write in (nx.write_adjlist, nx.write_multiline_adjlist):
        (tmp_path / "g.adjlist").write_bytes(written(write, graph))
        assert (list(read(tmp_path / "g.adjlist")), read(tmp_path / "g.adjlist").number_of_edges()) == (["a", "b"], 0)


def test_empty_data_is_no_reason_to_take_a_program_for_a_graph() -> None:
    assert READERS["nx-edgelist"].claims(b"a b {}\nb c {}\n")
    assert not READERS["nx-edgelist"].claims(b"struct point {}\nclass line {}\n")
    assert not READERS["nx-edgelist"].claims(b'{"a": 1}\n')


LINES = {
    "a long number": ("a b {'w': " + "9" * 5000 + "}\n", FormatError, "line 1: a number of over 4,300 digits in"),
    "no dict": ("a b {'x': }\n", FormatError, r"^g, line 1: \"\{'x': \}\" is no dict of Python's literals$"),
    "a call": ("a b {'x': __import__('os')}\n", FormatError, r"line 1: .* is no dict of Python's literals$"),
    "numpy's numbers": ("a b {'x': np.float64(1)}\n", FormatError, "is no dict of Python's literals$"),
    "a set": ("a b {'x', 'y'}\n", FormatError, "is no dict with names for keys$"),
    "keys that are numbers": ("a b {1: 2}\n", FormatError, "is no dict with names for keys$"),
    "one node": ("a {'x': 1}\n", FormatError, "^g, line 1: not two nodes and a dict of data: "),
    "the third line": ("a b {}\n# c\nb {}\n", FormatError, "^g, line 3: not two nodes and a dict of data: 'b {}'$"),
    "deep lists": ("a b {'x': " + "[" * 1000 + "]" * 1000 + "}\n", LimitError, "^g, line 1: data of over 65,536 signs"),
    "many signs": ("a b {'x': " + "-" * 10_000 + "1}\n", LimitError, "nested over 50 deep$"),
    "long data": ("a b {'x': '" + "y" * 70_000 + "'}\n", LimitError, "^g, line 1: data of over 65,536 signs"),
}


@pytest.mark.parametrize(("text", "error", "message"), LINES.values(), ids=LINES.keys())
def test_data_that_is_no_literal_is_refused(text, error, message) -> None:
    with pytest.raises(error, match=message):
        read_edge_list_with_data(text.encode(), name="g")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a 2\nb {}\n", "^g, line 1: 'a' has 2 neighbours, and 1 follow$"),
        ("a\n", "^g, line 1: not a node and how many neighbours it has: 'a'$"),
        ("a x\n", "^g, line 1: not a node and how many"),
        ("a -1\n", "^g, line 1: not a node and how many"),
        ("a " + "9" * 5000 + "\n", "^g, line 1: not a node and how many"),
        ("a 1\nb [1]\n", "^g, line 2: '.1.' is no dict with names for keys$"),
        ("# nothing\n", "^g: no node in it$"),
    ],
)
def test_broken_lists_of_neighbours_are_refused(text, message) -> None:
    with pytest.raises(FormatError, match=message):
        read_multiline_adjacency_list(text.encode(), name="g")


@pytest.mark.parametrize("write", [nx.write_adjlist, nx.write_multiline_adjlist])
@pytest.mark.parametrize(("delimiter", "read_right"), [(" ", True), ("\t", True), (",", False), (";", False)])
def test_neighbours_are_separated_by_blanks_or_the_list_is_refused(write, delimiter, read_right, tmp_path) -> None:
    path = tmp_path / "g.adjlist"
    write(nx.DiGraph([("a", "b"), ("b", "c"), ("a", "c")]), path, delimiter=delimiter)
    if read_right:
        assert list(read(path).edges) == [("a", "b"), ("a", "c"), ("b", "c")]
    else:
        with pytest.raises(FormatError, match=f"'{delimiter}' separates its nodes"):
            read(path)


@pytest.mark.parametrize("nodes", [["f(a,b)", "g;h", "x"], ["a,1", "a,2"]])
def test_names_may_have_what_separates_elsewhere(nodes, tmp_path) -> None:
    path = tmp_path / "g.adjlist"
    graph = nx.DiGraph([tuple(nodes[:2])])
    graph.add_nodes_from(nodes)
    nx.write_adjlist(graph, path)
    assert list(read(path).edges) == list(graph.edges)


def test_an_edge_list_by_tabs_is_read_by_any_suffix(tmp_path) -> None:
    for name in ("g.tsv", "g.csv", "g.edgelist", "g"):
        nx.write_edgelist(nx.DiGraph([("a", "b", {"weight": 2})]), tmp_path / name, delimiter="\t")
        assert list(read(tmp_path / name).edges(data="weight")) == [("a", "b", 2)]


def test_an_empty_list_of_neighbours_is_refused() -> None:
    with pytest.raises(FormatError, match=r"^g: no node in it$"):
        read_adjacency_list(b"# nothing\n", name="g")


# -- GML of other tools

YED = """Creator "yFiles"
Version "2.12"
graph
[
\thierarchic 1
\tdirected 1
\tnode [ id 0 label "a" graphics [ x 1.5 y -2.0 fill "#FFCC00" ] ]
\tnode [ id 1 label "two\nlines" ]
\tedge [ source 0 target 1 label "x &amp; y" graphics [ Line [ point [ x 0.0 ] point [ x 1.0 ] ] ] ]
]
"""
IGRAPH = """Creator "igraph version 0.10"
Version 1
graph
[
  directed 1
  node
  [
    id 0
    name "a"
  ]
  node
  [
    id 1
    name "b"
  ]
  edge
  [
    source 0
    target 1
    weight 2.5e-1
  ]
]
"""


def test_gml_of_other_tools() -> None:
    graph = read_gml(YED.encode(), name="g")
    assert list(graph.edges(data=True)) == [
        ("a", "two\nlines", {"label": "x & y", "graphics": {"Line": {"point": [{"x": 0.0}, {"x": 1.0}]}}})
    ]
    assert graph.nodes["a"] == {"graphics": {"x": 1.5, "y": -2.0, "fill": "#FFCC00"}}
    assert (graph.graph["hierarchic"], graph.graph["format"]) == (1, "GML")
    assert list(read_gml(IGRAPH.encode(), name="g").edges(data="weight")) == [("a", "b", 0.25)]
    for text in (YED, IGRAPH):
        assert READERS["gml"].claims(text.encode())


@pytest.mark.parametrize(
    ("nodes", "names"),
    [
        ('node [ id 5 label "x" ] node [ id 7 label "x" ]', [5, 7]),
        ('node [ id 5 label "x" ] node [ id 7 ]', [5, 7]),
        ('node [ id 5 label "x" ] node [ id 7 label "y" ]', ["x", "y"]),
        ("node [ id 5 label 1 ] node [ id 7 label 2 ]", [1, 2]),
        ('node [ id "5" ] node [ id "7" ]', ["5", "7"]),
    ],
)
def test_a_node_is_its_label_where_all_have_one_of_their_own(nodes, names) -> None:
    assert list(read_gml(f"graph [ directed 1 {nodes} ]".encode(), name="g")) == names


def test_parallel_edges_are_kept_and_meanings_are_those_of_the_file() -> None:
    text = (
        'graph [ directed 1 edge_meaning "calls" node [ id 0 ] node [ id 1 ] edge [ source 0 target 1 weight 1 ]'
        " edge [ source 0 target 1 weight NAN ] edge [ source 1 target 0 weight +INF ] ]"
    )
    graph = read_gml(text.encode(), name="g")
    assert graph.is_multigraph()
    assert graph.number_of_edges() == 3
    assert graph.graph["edge_meaning"] == "calls"
    assert list(
        read_gml(b'graph [ directed 1 node [ id 0 x "_networkx_list_start" x 1 ] ]', name="g").nodes.data("x")
    ) == [(0, [1])]


@pytest.mark.parametrize("text", ["graph [ node [ id 0 ] ]", "graph [ directed 0 ]", 'graph [ directed "1" ]'])
def test_undirected_gml_is_refused(text) -> None:
    with pytest.raises(GraphTypeError, match=r'^g: the graph is undirected; write "directed 1" if its edges lead from'):
        read_gml(text.encode(), name="g")


BROKEN = {
    "an open bracket": ("graph [ directed 1", "^g: broken GML: 1 brackets are not closed$"),
    "a closed bracket too much": ("graph [ directed 1 ] ]", r"^g, line 1: a key is expected, found '\]'$"),
    "a key without a value": ("graph [ directed ]", r"^g, line 1: a value is expected, found '\]'$"),
    "the end": ("graph [ directed", "^g, line 1: a value is expected, found 'the end'$"),
    "an open quote": ('graph [ directed 1\nx "a ]', "^g, line 2: broken GML: "),
    "two graphs": ("graph [ directed 1 ] graph [ directed 1 ]", "^g: 2 graphs in it$"),
    "no graph": ("Version 1", "^g: no graph in it$"),
    "no id": ("graph [ directed 1 node [ x 1 ] ]", r"^g: node\[0\] has no id$"),
    "an id twice": (
        "graph [ directed 1 node [ id 1 ] node [ id 1 ] ]",
        r"^g: node\[1\] has the id 1 of a node",
    ),
    "a strange end": (
        "graph [ directed 1 node [ id 1 ] edge [ source 1 target 2 ] ]",
        "^g: an edge has the target 2",
    ),
    "no end": ("graph [ directed 1 node [ id 1 ] edge [ source 1 ] ]", "^g: an edge has the target None, which is not"),
    "a key twice": (
        "graph [ directed 1 multigraph 1 node [ id 1 ]" + " edge [ source 1 target 1 key 0 ]" * 2 + " ]",
        "^g: two parallel edges have the same key$",
    ),
    "a long number": ("graph [ directed 1 x " + "9" * 5000 + " ]", "^g, line 1: a number of 5,000 digits$"),
    "a number and a word": ("graph [ directed 1x ]", "^g, line 1: broken GML: '1x ]'$"),
}


@pytest.mark.parametrize(("text", "message"), BROKEN.values(), ids=BROKEN.keys())
def test_broken_gml_is_refused_with_its_line(text, message) -> None:
    with pytest.raises(FormatError, match=message):
        read_gml(text.encode(), name="g")


def test_deep_gml_is_refused_at_once() -> None:
    start = time.process_time()
    with pytest.raises(LimitError, match=r"^g, line 1: lists nested over 100 deep$"):
        read_gml(b"graph [ directed 1 " + b"a [ " * 200_000, name="g")
    assert not READERS["gml"].claims(b"x 1 " * 16_000)
    assert not READERS["gml"].claims(b"#" * 65_536)
    assert not READERS["csv"].claims(b"/**/" * 16_384)
    assert time.process_time() - start < 5


@given(st.text('graph[]node edge id source target label directed 1 "\n#.&-', max_size=80) | st.binary(max_size=80))
def test_anything_is_a_graph_or_one_line(text) -> None:
    data = text if isinstance(text, bytes) else text.encode()
    for reader in (read_gml, read_edge_list_with_data, read_adjacency_list, read_multiline_adjacency_list):
        said = outcome(reader, data)
        assert said.startswith("g")
        assert "\n" not in said


def test_the_reported_edge_list(shared_data, run) -> None:
    path = shared_data / "reported" / "09.edgelist"
    assert edges(read(path)) == [("a", "b", {"weight": 2}), ("b", "c", {"weight": 3})]
    assert "total influence of a on c along the arrows: 6" in run("why", str(path), "a", "c").out.lower()
