"""Graphs in JSON: hand-made samples, what networkx writes, real files of other shapes, and broken ones."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphdiff.errors import FormatError, GraphdiffError, GraphTypeError
from graphdiff.readers.json_graphs import read_json

Graph = nx.DiGraph | nx.MultiDiGraph
OLAH = [("a", "c", 1), ("b", "c", 1), ("b", "d", 1), ("c", "e", 2), ("d", "e", 3)]


def read(document: Any) -> Graph:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return read_json(data, name="g.json")


@pytest.mark.parametrize("shape", ["node-link", "adjacency", "mapping"])
def test_the_sample_has_its_edges_from_source_to_target(shape: str, test_data: Path) -> None:
    graph = read((test_data / "json" / f"olah.{shape}.json").read_bytes())
    assert list(graph.edges(data="weight")) == OLAH
    assert list(graph) == ["a", "b", "c", "d", "e"]
    assert not graph.is_multigraph()


def test_what_the_file_says_of_itself_stays(test_data: Path) -> None:
    graph = read((test_data / "json" / "olah.node-link.json").read_bytes())
    meanings = {"format": "node-link JSON", "edge_meaning": "feeds", "weight_meaning": "local derivative"}
    assert graph.graph == meanings
    assert graph.nodes["a"] == {"value": 2}
    graph = read((test_data / "json" / "olah.adjacency.json").read_bytes())
    assert graph.graph == {"format": "adjacency JSON", "edge_meaning": "feeds", "weight_meaning": "unknown"}


GRAPHS = {
    "plain": nx.DiGraph([("a", "b", {"weight": 2}), ("b", 1, {"weight": 0.5, "colour": "red"})]),
    "tuples as nodes": nx.DiGraph([((0, 0), (0, 1)), ((0, 1), (1, 1))]),
    "parallel edges with keys": nx.MultiDiGraph(
        [("a", "b", "x", {"w": 1}), ("a", "b", "y", {"w": 2}), ("b", "c", 0, {})]
    ),
    "a node by itself": nx.empty_graph(["a", "b"], create_using=nx.DiGraph),
}


@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS.keys())
@pytest.mark.parametrize("write", [nx.node_link_data, nx.adjacency_data])
def test_what_networkx_writes_comes_back(write: Any, graph: Graph) -> None:
    back = read(write(graph))
    assert nx.utils.graphs_equal(back, graph) or back.adj == graph.adj
    assert list(back.nodes) == list(graph.nodes)
    assert type(back) is type(graph)


def test_links_may_be_called_edges_flags_may_be_missing_and_nodes_count_where_they_have_no_id() -> None:
    graph = read({"nodes": [{"name": "x"}, {"name": "y"}], "edges": [{"source": 0, "target": 1}]})
    assert list(graph.edges) == [(0, 1)]
    assert graph.nodes[0] == {"name": "x"}


def test_repeated_edges_are_parallel_even_where_the_file_denies_it() -> None:
    edges = [{"source": "a", "target": "b", "weight": weight} for weight in (1, 2)]
    graph = read({"multigraph": False, "nodes": [{"id": "a"}, {"id": "b"}], "links": edges})
    assert [weight for _, _, weight in graph.edges(data="weight")] == [1, 2]


def test_a_mapping_may_hold_lists_weights_or_attributes_and_its_nodes_are_texts() -> None:
    graph = read({"1": [2, "b"], "b": {"c": 0.5}, "c": {"d": {"weight": 3, "kind": "x"}}, "e": []})
    assert list(graph.edges(data=True)) == [
        ("1", "2", {}),
        ("1", "b", {}),
        ("b", "c", {"weight": 0.5}),
        ("c", "d", {"weight": 3, "kind": "x"}),
    ]
    assert "e" in graph
    assert graph.graph["format"] == "adjacency JSON"


def test_repeats_in_a_list_are_parallel_edges() -> None:
    assert read({"a": ["b", "b"]}).number_of_edges("a", "b") == 2


def test_a_byte_order_mark_and_latin_1_are_read() -> None:
    assert list(read('\ufeff{"a": ["é"]}'.encode()).edges) == [("a", "é")]
    assert list(read('{"a": ["é"]}'.encode("latin-1")).edges) == [("a", "é")]


def test_not_a_number_is_left_to_compile() -> None:
    [(_, _, weight)] = read(b'{"a": {"b": NaN}, "b": {}}').edges(data="weight")
    assert weight != weight


SHAPE = (
    r"neither node-link data \(nodes, links or edges\) nor adjacency data \(nodes, adjacency\) nor a mapping of nodes "
    "to lists or weights"
)
ENDS = [{"id": "a"}, {"id": "b"}]
BROKEN = {
    "broken JSON": (b'{"a": [', "broken JSON: Expecting value: line 1 column 8 .*"),
    "nested too deep": (b'{"a":' + b"[" * 200_000, "JSON nested too deep"),
    "a number of thousands of digits": (
        b'{"a": {"b": ' + b"9" * 5000 + b"}}",
        "broken JSON: a number of more than 4,300 digits",
    ),
    "a key twice": (b'{"a": ["b"], "a": ["c"]}', "broken JSON: the key 'a' twice in one object"),
    "no object": ([1, 2], f"{SHAPE}: it is a list"),
    "an empty object": ({}, SHAPE),
    "an object of another kind": ({"name": "x", "dependencies": {"y": "^1.0"}}, f"{SHAPE}: it has name, dependencies"),
    "lists of lists": ({"a": [["b", 1]]}, f"{SHAPE}: no value in it names anything"),
    "texts as weights": ({"a": {"b": "heavy"}, "b": {}}, f"{SHAPE}: what 'a' points at is no name with a weight"),
    "nodes that are no list": ({"nodes": {"a": 1}, "links": []}, "nodes: expected a list, found .*"),
    "a node that is no object": ({"nodes": ["a"], "links": []}, r"nodes\[0\]: expected names with values, found .*"),
    "a node twice": ({"nodes": [*ENDS, {"id": "a"}], "links": []}, r"nodes\[2\] has the id 'a' of a node before it"),
    "a node without a name": ({"nodes": [{"id": None}], "links": []}, r"nodes\[0\] has no id"),
    "an object as a node": (
        {"nodes": [{"id": {}}], "links": []},
        r"nodes\[0\] has an id that is no text, number or flat list",
    ),
    "edges as lists": ({"nodes": ENDS, "edges": [["a", "b", 2]]}, r"edges\[0\]: expected names with values, found .*"),
    "an edge without a target": (
        {"nodes": ENDS, "links": [{"source": "a"}]},
        r"links\[0\] has no 'target'; it has source",
    ),
    "a stranger as an end": (
        {"nodes": ENDS, "links": [{"source": "a", "target": "x"}]},
        "an edge has the end 'x', which is not among the nodes, which go by 'id': 'a', 'b'",
    ),
    "rows missing": (
        {"nodes": ENDS, "adjacency": [[]]},
        "adjacency is not a list with one row for each of the 2 nodes",
    ),
    "a row that is no list": ({"nodes": ENDS, "adjacency": [[], 1]}, r"adjacency\[1\]: expected a list, found .*"),
    "a neighbour without a name": ({"nodes": ENDS, "adjacency": [[], [{}]]}, r"adjacency\[1\]\[0\] has no id"),
    "attributes of the graph as a text": (
        {"nodes": [], "links": [], "graph": "x"},
        "graph is neither an object nor a list of pairs",
    ),
    "a key of two edges": (
        {"multigraph": True, "nodes": ENDS, "links": [{"source": "a", "target": "b", "key": 0}] * 2},
        "two parallel edges have the same key",
    ),
    "a list as a key": (
        {"multigraph": True, "nodes": ENDS, "links": [{"source": "a", "target": "b", "key": []}]},
        "the key of an edge from 'a' to 'b' is no text or number",
    ),
}


@pytest.mark.parametrize("document, message", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_document_is_refused_in_one_line(document: Any, message: str) -> None:
    with pytest.raises(FormatError, match=f"^g.json: {message}$"):
        read(document)


@pytest.mark.parametrize("write", [nx.node_link_data, nx.adjacency_data])
def test_an_undirected_graph_is_refused_with_a_remedy(write: Any) -> None:
    with pytest.raises(GraphTypeError, match=r'^g.json: the graph is undirected; write "directed": true if '):
        read(write(nx.path_graph(3)))


@pytest.mark.parametrize(
    "node, ends, ids",
    [
        ({"name": "a"}, "a", ["a"]),
        ({"label": "a", "name": "b"}, "a", ["a"]),
        ({"id": 7, "name": "a"}, 7, [7]),
        ({"name": "a"}, 0, [0]),
    ],
)
def test_nodes_without_ids_go_by_name_or_label_where_all_edges_do(node: Any, ends: Any, ids: list[Any]) -> None:
    assert list(read({"nodes": [node], "links": [{"source": ends, "target": ends}]})) == ids


@pytest.mark.parametrize("file, nodes, edges", [("demo-1", 10, 13), ("demo-2", 24, 27)])
def test_terraform_graphs_of_blast_radius(file: str, nodes: int, edges: int, shared_data: Path) -> None:
    graph = read((shared_data / "terraform" / f"blast-radius.{file}.json").read_bytes())
    assert (len(graph), graph.number_of_edges()) == (nodes, edges)
    assert all(node.startswith("[root] ") for node in graph)


@pytest.mark.parametrize(
    "file",
    [
        "python/imports/grimp.networkx.json.gz",
        "python/imports/pydeps.grimp.show-deps.json",
        "python/jupyterlab.pipdeptree.json",
        "sbom/SBOM__cern-lhc-vdm-editor-e564943__bom.json",
        "js/dependency-cruiser.npm-ls-all.json",
        "go/expected-modgraph.json",
    ],
)
def test_real_json_of_other_shapes_is_refused(file: str, shared_data: Path) -> None:
    data = (shared_data / file).read_bytes()
    with pytest.raises(FormatError, match=r"^g\.json: "):
        read(gzip.decompress(data) if file.endswith(".gz") else data)


def outcome(data: bytes) -> Graph | GraphdiffError:
    try:
        return read(data)
    except GraphdiffError as error:
        return error


KEYS = st.sampled_from(
    ["nodes", "links", "edges", "adjacency", "graph", "id", "source", "target", "key", "multigraph", "a"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2) | st.floats() | st.sampled_from(["a", "b", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
RECORDS = st.lists(st.dictionaries(KEYS, VALUES, max_size=3), max_size=3)
DOCUMENTS = st.fixed_dictionaries(
    {"nodes": RECORDS},
    optional={
        "links": RECORDS,
        "adjacency": st.lists(RECORDS, max_size=3),
        "multigraph": st.booleans(),
        "graph": VALUES,
    },
)


@given((VALUES | DOCUMENTS).map(lambda document: json.dumps(document).encode()) | st.binary(max_size=60))
def test_anything_gives_a_graph_or_one_line(data: bytes) -> None:
    result = outcome(data)
    if isinstance(result, GraphdiffError):
        assert str(result).startswith("g.json")
        assert "\n" not in str(result)
    else:
        assert result.is_directed()
