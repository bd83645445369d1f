"""Graphs in JSON: hand-made samples, what networkx writes, real files of other shapes, and broken ones."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from conftest import Run
from hypothesis import given
from hypothesis import strategies as st

from graphdiff.errors import FormatError, GraphdiffError, GraphTypeError
from graphdiff.io.json_graphs import read_json
from graphdiff.io.read import read as read_any

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


def node_link(graph: Graph) -> Any:
    return nx.node_link_data(graph, edges="links")


@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS.keys())
@pytest.mark.parametrize("write", [node_link, nx.adjacency_data])
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


@pytest.mark.parametrize("write", [node_link, nx.adjacency_data])
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


# --- what other tools call ends and ids ------------------------------------------------------------------------------


@pytest.mark.parametrize("ends", [("source", "target"), ("from", "to"), ("src", "dst"), ("tail", "head"), ("u", "v")])
@pytest.mark.parametrize("key", ["id", "node_id", "key", "name", "label"])
@pytest.mark.parametrize("kind", ["links", "edges"])
def test_known_names_of_ends_and_ids_are_read(ends: tuple[str, str], key: str, kind: str) -> None:
    nodes = [{key: "a", "group": 1}, {key: "b", "group": 1}]
    graph = read({"nodes": nodes, kind: [{ends[0]: "a", ends[1]: "b", "weight": 2.5}]})
    assert list(graph.edges(data=True)) == [("a", "b", {"weight": 2.5})]
    assert set(graph) == {"a", "b"}


def test_the_id_is_that_by_which_all_ends_are_nodes() -> None:
    nodes = [{"id": 1, "node_id": "x", "name": "a"}, {"id": 2, "node_id": "y", "name": "b"}]
    assert list(read({"nodes": nodes, "links": [{"source": "x", "target": "y"}]}).edges) == [("x", "y")]
    assert list(read({"nodes": nodes, "links": [{"source": "b", "target": "a"}]}).edges) == [("b", "a")]
    assert list(read({"nodes": nodes, "links": [{"source": 2, "target": 1}]}).edges) == [(2, 1)]
    assert list(read({"nodes": nodes, "links": []})) == [1, 2]
    assert list(read({"nodes": [{"name": "a"}, {"name": "b"}], "links": []})) == [0, 1]


LOOKED_FOR = {
    "an edge by other names": (
        {"nodes": ENDS, "links": [{"a": "a", "b": "b", "weight": 1}]},
        r"links\[0\] has no 'source' and no other known end \(source/target, from/to, .*\); it has a, b, weight",
    ),
    "an edge with one end": (
        {"nodes": ENDS, "edges": [{"from": "a", "dest": "b"}]},
        r"edges\[0\] has no 'to'; it has from, dest",
    ),
    "a later edge by other names": (
        {"nodes": ENDS, "edges": [{"from": "a", "to": "b"}, {"source": "a", "target": "b"}]},
        r"edges\[1\] has no 'from'; it has source, target",
    ),
    "ends of another type than the ids": (
        {"nodes": [{"id": 1}, {"id": 2}], "links": [{"source": "1", "target": "2"}]},
        "an edge has the end '1', which is not among the nodes, which go by 'id': 1, 2",
    ),
    "no id that is known": (
        {"nodes": [{"uuid": "x", "size": 1}], "links": [{"source": "x", "target": "x"}]},
        "an edge has the end 'x', which is not among the nodes: these have no 'id', 'node_id', 'key', 'name', 'label' "
        "that is its; the first has uuid, size",
    ),
    "a node without the id that others have": (
        {"nodes": [{"id": "a"}, {"name": "b"}], "links": [{"source": "a", "target": "a"}]},
        r"nodes\[1\] has no 'id', as others have; it has name",
    ),
    "elements of another shape": (
        {"elements": {"vertices": []}},
        "elements has neither nodes nor edges; it has vertices",
    ),
    "an element without data": (
        {"elements": {"nodes": [{"id": "a"}]}},
        r"elements.nodes\[0\] has no data; it has id",
    ),
}


@pytest.mark.parametrize(("document", "message"), LOOKED_FOR.values(), ids=LOOKED_FOR)
def test_an_error_names_what_was_looked_for_and_what_is_there(document: Any, message: str) -> None:
    with pytest.raises(FormatError, match=f"^g.json: {message}$"):
        read(document)


@pytest.mark.parametrize("flat", [False, True])
def test_cytoscape_keeps_nodes_and_edges_in_data(flat: bool) -> None:
    nodes = [{"data": {"id": "a", "size": 3}, "position": {"x": 1}}, {"data": {"id": "b"}}]
    edges = [{"data": {"id": "e", "source": "a", "target": "b", "weight": 0.5}}]
    graph = read({"elements": nodes + edges if flat else {"nodes": nodes, "edges": edges}, "style": []})
    assert list(graph.edges(data="weight")) == [("a", "b", 0.5)]
    assert (graph.nodes["a"], graph.graph["format"]) == ({"size": 3}, "Cytoscape JSON")


def test_what_networkx_writes_for_cytoscape_is_read() -> None:
    graph = nx.DiGraph([("a", "b", {"weight": 2}), ("b", "c", {"weight": 3})])
    assert list(read(nx.cytoscape_data(graph)).edges(data="weight")) == list(graph.edges(data="weight"))


def test_graphologys_attributes_are_those_of_nodes_and_edges() -> None:
    document = {
        "options": {"type": "directed", "multi": False},
        "nodes": [{"key": "a", "attributes": {"size": 1}}, {"key": "b"}],
        "edges": [{"key": "e", "source": "a", "target": "b", "attributes": {"weight": 4}}],
    }
    graph = read(document)
    assert [*graph.edges(data="weight")] == [("a", "b", 4)]
    assert graph.nodes["a"]["size"] == 1
    with pytest.raises(GraphTypeError, match=r"^g.json: the graph is undirected; "):
        read(document | {"options": {"type": "undirected"}})
    with pytest.raises(GraphTypeError, match=r"^g.json: edges\[0\] is undirected, which has no influence"):
        read(document | {"edges": [document["edges"][0] | {"undirected": True}]})  # type: ignore[index]


@pytest.mark.parametrize("nodes", [{"a": {"label": "A"}, "b": {}}, [{"id": "a", "label": "A"}, {"id": "b"}]])
def test_the_json_graph_format_has_its_graph_within(nodes: Any) -> None:
    document = {"graph": {"directed": True, "nodes": nodes, "edges": [{"source": "a", "target": "b", "relation": "r"}]}}
    graph = read(document)
    assert list(graph.edges(data=True)) == [("a", "b", {"relation": "r"})]
    assert graph.nodes["a"]["label"] == "A"
    document["graph"]["directed"] = False
    with pytest.raises(GraphTypeError, match=r"^g.json: the graph is undirected; "):
        read(document)


def test_edges_without_nodes_are_told() -> None:
    with pytest.raises(FormatError, match=r"^g.json: it has edges, but no nodes that these join; it has edges, name$"):
        read({"edges": [{"from": "a", "to": "b"}], "name": "x"})


# --- objects that may be adjacency, and are not known to be -----------------------------------------------------------

MERELY_POSSIBLE = {
    "esbuild's fields": ({"inputs": {"a.js": {"bytes": 1}}, "outputs": {"a.js": {"bytes": 1}}}, "inputs is a field"),
    "nx's fields": ({"modules": {"nodes": 1, "dependencies": 2}}, "modules is a field"),
    "lists of a project": ({"files": ["a"], "keywords": ["b"]}, "files is a field that tools write"),
    "a task graph by a field's name": ({"dependencies": ["build"], "build": []}, "dependencies is a field"),
    "counts": (
        {"main": {"lines": 20, "branches": 3}, "utils": {"lines": 10}},
        "none of the names that stand directly in its values is a key",
    ),
    "series": (
        {"loss": [1, 2, 3], "accuracy": [0, 1, 1]},
        "none of the names that stand directly in its values is a key",
    ),
    "times of phases": (
        {"parse": {"wall": 2.0}, "emit": {"wall": 1.0}},
        "none of the names that stand directly in its values is a key",
    ),
    "a setting": ({"ignorePaths": ["dist"]}, "none of the names that stand directly in its values is a key"),
    "a command": ({"command": ["/bin/ls", "-l"]}, "none of the names that stand directly in its values is a key"),
    "a table by columns": ({"source": ["a", "b"], "target": ["b", "c"]}, "which are columns of a table of edges"),
    "itself alone": ({"a": {"a": 1}}, "none of the names that stand directly in its values is a key"),
}


@pytest.mark.parametrize(("document", "seen"), MERELY_POSSIBLE.values(), ids=MERELY_POSSIBLE)
def test_what_may_be_adjacency_is_refused_with_the_option_that_reads_it(document: Any, seen: str) -> None:
    with pytest.raises(
        FormatError, match=f"^g.json: {SHAPE}: .*{seen}.*; format=.adjacency. takes every key as a node$"
    ):
        read(document)


@pytest.mark.parametrize("document", [{"results": [{"a": 1}]}, {"rules": {"a": "off"}}, {"results": []}])
def test_no_option_is_named_that_would_not_read_it(document: Any) -> None:
    with pytest.raises(FormatError, match=f"^g.json: {SHAPE}: it has [a-z]+, and [a-z]+ is a field that tools write$"):
        read(document)


def test_nodes_may_be_named_like_columns() -> None:
    assert list(read({"u": ["v"], "v": ["w"]}).edges) == [("u", "v"), ("v", "w")]


def test_adjacency_that_is_asked_for_takes_every_key() -> None:
    document = {"files": ["keywords", "x"], "graph": {"files": 0.5}}
    graph = read_any(io.BytesIO(json.dumps(document).encode()), format="adjacency")
    assert list(graph.edges(data="weight")) == [
        ("files", "keywords", None),
        ("files", "x", None),
        ("graph", "files", 0.5),
    ]
    with pytest.raises(FormatError, match="the value of 'version' is neither list nor object"):
        read_any(io.BytesIO(b'{"version": 1}'), format="adjacency")


def test_parallel_edges_of_a_dictionary_of_dictionaries_are_not_merged() -> None:
    graph = nx.MultiDiGraph([("a", "b", {"weight": 2}), ("a", "b", {"weight": 3})])
    with pytest.raises(FormatError, match=r"'a' -> 'b' has attributes that are objects or lists$"):
        read(nx.to_dict_of_dicts(graph))


@pytest.mark.parametrize("graph", [nx.gn_graph(9, seed=1), nx.path_graph(4, create_using=nx.DiGraph)])
def test_dictionaries_of_networkx_are_read(graph: nx.DiGraph) -> None:
    named = nx.relabel_nodes(graph, str)
    nx.set_edge_attributes(named, 2.0, "weight")
    for document in (nx.to_dict_of_lists(named), nx.to_dict_of_dicts(named)):
        assert set(read(document).edges) == set(named.edges)


# --- what is nearly JSON ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{"a": ["b"],}', r"a comma before a closing bracket, which JSON does not have: line 1 column 1[23] .*"),
        (b'{"a": ["b",\n ]}', "a comma before a closing bracket, which JSON does not have: line .*"),
        (b'{// x\n"a": ["b"]}', "a comment, which JSON does not have: line 1 column 2 .*"),
        (b'{"a": /* x */ ["b"]}', "a comment, which JSON does not have: line 1 column 7 .*"),
        (b'{"a": ["b"]}\n{"b": ["c"]}\n', "Extra data: a second value behind the first, as JSON lines have: line 2 .*"),
        (b"{'a': ['b']}", "Expecting property name enclosed in double quotes: line 1 .*"),
        (b'{"a": {"b": 1' + b"0" * 5000 + b"}}", "a number of more than 4,300 digits"),
        (b'{"a": ["b"], "a": ["c"]}', "the key 'a' twice in one object"),
        (b'{"a": ["b\n"]}', "Invalid control character at: line 1 .*"),
    ],
)
def test_what_is_nearly_json_gets_one_true_line(data: bytes, said: str) -> None:
    with pytest.raises(FormatError, match=f"^g.json: broken JSON: {said}$"):
        read(data)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_encodings_are_read_or_named(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "g.json"
    path.write_bytes('{"a": ["é"], "é": []}'.encode(encoding))
    if encoding in ("utf-16-le", "utf-32"):
        with pytest.raises(FormatError, match=r"g\.json is UTF-(16 without|32; iconv -f UTF-32)"):
            read_any(path)
    else:
        assert list(read_any(path).edges) == [("a", "é")]


def test_half_a_character_is_a_name_and_harms_no_report(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "g.json"
    path.write_text('{"\\ud800": ["b"], "b": ["c\\udfff"]}')
    assert len(read_any(path)) == 3
    for output in ("text", "json"):
        assert run("diagnose", str(path), "-o", output).status == 0


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
