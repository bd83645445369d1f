"""Maven, its depgraph plugin, Gradle and Bazel: one tree in four shapes, modules joined, what was left out put back."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import networkx as nx
import pytest

from graphdiff.errors import FormatError, LimitError, UsageError
from graphdiff.io.bazel import read_bazel
from graphdiff.io.dot import meanings_of
from graphdiff.io.maven import parsed, read_maven
from graphdiff.io.read import read

SHAPES = ["tree.dot", "tree.graphml", "tree.tgf", "tree.json"]
DEPGRAPH = "java/depgraph-maven-plugin"


def edges(graph: nx.DiGraph) -> set[tuple[str, str]]:
    return set(graph.edges())


# --- Maven -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", SHAPES)
def test_two_modules_are_one_graph_in_every_shape(test_data, file):
    graph = read(test_data / "java" / file)
    assert {(tail, head): kind for tail, head, kind in graph.edges(data="kind")} == {
        ("org.x:app", "org.x:lib"): "compile",
        ("org.x:app", "junit:junit"): "test",
        ("org.x:lib", "junit:junit"): "test",
        ("org.x:lib", "org.y:fast:zip:natives"): "runtime",
        ("junit:junit", "org.hamcrest:hamcrest-core"): "test",
    }
    assert [node for node, root in graph.nodes(data="root") if root] == ["org.x:app", "org.x:lib"]
    assert dict(graph.nodes(data="version"))["org.y:fast:zip:natives"] == "2.0"
    assert graph.graph == {
        "format": "Maven dependency tree",
        "edge_meaning": "depends on",
        "weight_meaning": "none",
        "node_meaning": "artifacts",
        "ecosystem": "maven",
    }


@pytest.mark.parametrize("file", SHAPES)
def test_the_content_alone_tells_the_shape(test_data, file):
    content = (test_data / "java" / file).read_bytes()
    assert edges(read(io.BytesIO(content))) == edges(read(test_data / "java" / file))


def test_scopes_are_chosen_as_kinds(test_data):
    graph = read(test_data / "java/tree.tgf", kinds=["compile", "runtime"])
    assert edges(graph) == {("org.x:app", "org.x:lib"), ("org.x:lib", "org.y:fast:zip:natives")}
    with pytest.raises(
        UsageError, match=r"^no edge is of the kind 'dev'; there are compile, runtime, provided, system, test,"
    ):
        read(test_data / "java/tree.tgf", kinds="dev")


def test_real_modules_are_joined(shared_data):
    graph = read(shared_data / "java/fossa-multideptree.dot")
    rng = "org.apache.commons:commons-rng-"
    assert {tail for tail, head in edges(graph) if head == f"{rng}core"} == {f"{rng}simple"}
    # In its own tree the simple module needs the core to compile, in that of the sampling module to test.
    assert graph.edges[f"{rng}simple", f"{rng}core"]["kind"] == "compile"
    assert (len(graph), graph.number_of_edges()) == (8, 13)
    assert nx.has_path(graph, f"{rng}sampling", f"{rng}client-api")
    lines = re.findall(r'"(\S+)" -> "(\S+)"', (shared_data / "java/fossa-multideptree.dot").read_text())
    names = {tuple(":".join(end.split(":")[:2]) for end in pair) for pair in lines}
    assert edges(graph) == names


@pytest.mark.parametrize(
    ("file", "nodes", "count"),
    [
        ("fossa-deptree.dot", 6, 5),
        ("output-without-labels.txt", 3, 2),
        ("output-without-labels-with-env-var.txt", 3, 2),
        ("sample-dependency-tree-dot-with-metaversions.txt", 16, 15),
        ("mvn-tree-dot-verbose-conflict.txt", 5, 5),
    ],
)
def test_real_trees_in_logs(shared_data, file, nodes, count):
    graph = read(shared_data / "java" / file)
    assert (len(graph), graph.number_of_edges(), graph.graph["edge_meaning"]) == (nodes, count, "depends on")
    assert sum(bool(root) for _, root in graph.nodes(data="root")) == 1


def test_a_conflict_leads_to_the_version_that_won(shared_data):
    graph = read(shared_data / "java/mvn-tree-dot-verbose-conflict.txt")
    assert graph.nodes["org.slf4j:slf4j-api"]["version"] == "1.7.30"
    assert graph.edges["ch.qos.logback:logback-classic", "org.slf4j:slf4j-api"] == {
        "kind": "runtime",
        "clause": "1.7.32",
        "omitted": "conflict",
    }


@pytest.mark.parametrize(
    ("label", "name", "version", "scope", "rest"),
    [
        ("g:a:jar:1.0", "g:a", "1.0", "", ("", "", False)),
        ("g:a:pom:1.0:import", "g:a", "1.0", "import", ("", "", False)),
        ("g:a:war:1.0", "g:a:war", "1.0", "", ("", "", False)),
        ("g:a:jar:tests:1.0", "g:a:jar:tests", "1.0", "", ("", "", False)),
        ("g:a:jar:tests:1.0:test", "g:a:jar:tests", "1.0", "test", ("", "", False)),
        ("g:a:jar:${v}:test", "g:a", "${v}", "test", ("", "", False)),
        ("g:a:jar:1.0:compile (optional)", "g:a", "1.0", "compile", ("", "", True)),
        ("g:a:jar:1.0:compile (version managed from 0.9)", "g:a", "1.0", "compile", ("0.9", "", False)),
        ("(g:a:jar:1.0:test - omitted for duplicate)", "g:a", "1.0", "test", ("", "duplicate", False)),
        ("(g:a:jar:1.0:test - omitted for cycle)", "g:a", "1.0", "test", ("", "cycle", False)),
        ("(g:a:jar:2:test - version managed from 3; omitted for conflict with 1)", "g:a", "1", "test",
         ("3", "conflict", False)),
    ],
)  # fmt: skip
def test_labels(label, name, version, scope, rest):
    artifact = parsed(label, "x")
    assert (artifact.name, artifact.version, artifact.scope) == (name, version, scope)
    assert artifact[3:] == rest


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            'digraph "g:a:jar:1" { "g:a:jar:1" -> "b" }',
            r"^x: 'b' is no artifact such as group:artifact:jar:1\.0:compile$",
        ),
        ("1 g:a:jar:1\n#\n1 2 compile", r"^x, line 3: neither an artifact nor an edge between two: '1 2 compile'$"),
        ('{"groupId": "g", "children": 5}', r"^x: children: expected a list, found a number$"),
        ('{"groupId": "g"}', r"^x: 'g' is no artifact"),
        ('{"groupId": "g", "artifactId": [', r"^x: broken JSON"),
        ("<graphml>", r"^x: broken XML"),
        ("", r"^x: no artifact tree in it, in none of the shapes dot, graphml, tgf and json$"),
        ('digraph "g:a:jar:1" {\n "g:a:jar:1" -> "g:b:jar:1:test" ;', r"^x, line 2: not the DOT of a Maven tree"),
        ('digraph "g:a:jar:1" {\n a -> b }', r"^x, line 1: not the DOT of a Maven tree; format=\"dot\" reads any$"),
    ],
)
def test_broken_trees_get_one_line(content, message):
    with pytest.raises(FormatError, match=message):
        read_maven(content.encode(), name="x")


def test_a_tree_of_one_module_alone():
    said = b'{"groupId": "g", "artifactId": "a", "version": "1", "type": "jar", "scope": ""}'
    assert list(read_maven(said, name="x")) == ["g:a"]
    assert list(read_maven(b'digraph "g:a:jar:1" {\n }', name="x")) == ["g:a"]


# --- depgraph-maven-plugin -------------------------------------------------------------------------------------------


def test_the_plugins_json_has_the_edges_of_its_dot_and_those_that_its_dot_leaves_out(shared_data):
    folder = shared_data / DEPGRAPH
    files = sorted(folder.glob("*graph_*.json"))
    assert len(files) == 5
    for file in files:
        graph, drawn = read(file), read(file.with_suffix(".dot"))
        assert graph.graph["edge_meaning"] == drawn.graph["edge_meaning"] == "depends on"
        assert set(graph) == set(drawn)
        included = {(u, v) for u, v, said in graph.edges(data="resolution") if said == "INCLUDED"}
        assert included == edges(drawn)
        stated = json.loads(file.read_text()).get("dependencies", [])
        assert edges(graph) == {(said["from"], said["to"]) for said in stated}


def test_what_lost_a_conflict_has_its_version_as_clause(shared_data):
    graph = read(shared_data / f"{DEPGRAPH}/depgraph-maven-plugin-test__graph_module-3.json")
    edge = graph.edges["com.github.ferstl:module-2:jar", "org.apache.commons:commons-lang3:jar"]
    assert edge == {"resolution": "OMITTED_FOR_CONFLICT", "clause": "3.12.0"}
    assert [node for node, root in graph.nodes(data="root") if root] == ["com.github.ferstl:module-3:jar"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            '{"graphName": "x", "artifacts": []}',
            r"^the open file: no package in it; by its content it was taken as depgraph$",
        ),
        ('{"graphName": "x", "artifacts": [{"version": "1"}]}', r"an artifact has no id; by its content"),
        (
            '{"graphName": "x", "artifacts": [{"id": "a"}], "dependencies": [{"from": "a"}]}',
            r"to: None is not among the packages; by its content",
        ),
    ],
)
def test_broken_json_of_the_plugin_gets_one_line(content, message):
    with pytest.raises(FormatError, match=message):
        read(io.BytesIO(content.encode()))


# --- Gradle and Bazel ------------------------------------------------------------------------------------------------


def test_gradles_projects_depend_on_each_other(test_data):
    graph = read(test_data / "java/gradle.dot")
    assert edges(graph) == {(":app", ":core:data"), (":app", ":core:ui"), (":core:ui", ":core:data")}
    assert graph.graph["edge_meaning"] == "depends on"


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ('digraph "dependency-cruiser output"{\n a -> b }', "imports"),
        ('digraph "G" {\n  // Node Definitions:\n', "depends on"),
        ('digraph "G" {\nedge ["dir"="forward"]\n"a" ["fillcolor"="#ff7043","label"="a"]', "depends on"),
        ('digraph {\n":a" -> ":b:c"\n}', "depends on"),
        ("digraph { a -> b }", None),
        ('digraph { "a" -> ":b" }', None),
    ],
)
def test_tools_that_are_told_by_their_dot(text, meaning):
    assert meanings_of(text).get("edge_meaning") == meaning


def test_bazels_factored_targets_are_nodes_again(test_data):
    graph = read(test_data / "java/bazel.dot")
    assert edges(graph) == {
        ("//app:app", "//lib:lib"),
        ("//app:app", "//conf:x"),
        ("//lib:lib", "//lib:a.cc"),
        ("//lib:lib", "//lib:b.cc"),
    }
    assert graph.edges["//app:app", "//conf:x"] == {"label": "//conditions:windows"}
    assert graph.graph["edge_meaning"] == "depends on"


def test_bazel_says_when_it_does_not_name_all_targets():
    with pytest.raises(FormatError, match=r"^x: //:a and others are one node that does not name them all; bazel query"):
        read_bazel(rb'digraph mygraph { "//:a\n...and 3 more items" }', name="x")


def test_factored_targets_do_not_multiply_without_end():
    many = r"\n".join(f"//:{number}" for number in range(3000))
    with pytest.raises(LimitError, match="more than 5,000,000 edges"):
        read_bazel(f'digraph mygraph {{ "{many}" -> "{many}\\n//:x" }}'.encode(), name="x")


def test_as_drawn_on_request(test_data: Path):
    graph = read(test_data / "java/tree.dot", format="dot")
    assert "org.x:lib:jar:1.0:compile" in graph
    assert graph.graph["format"] == "DOT"
