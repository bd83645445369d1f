"""Cargo and Go: counts of paths and closures equal those of cargo tree and go list."""

from __future__ import annotations

import gzip
import io
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

import graphdiff as gd
from graphdiff.errors import FormatError, LimitError
from graphdiff.io.cargo import read_cargo_lock, read_cargo_metadata
from graphdiff.io.go import read_go_list, read_go_mod_graph
from graphdiff.io.read import read
from graphdiff.io.snyk import read_snyk

METADATA = "rust/debian-cargo.cargo-metadata.json.gz"
FIXTURES = {
    "rust/cargo-metadata.metadata1.json": (32, 43),
    "rust/cargo-metadata.metadata2.json": (28, 40),
    "rust/cargo-metadata.guppy_78cb7e8.json.gz": (214, 518),
    "rust/cargo-metadata.libra.json.gz": (515, 2117),
    "rust/metadata_cycle1.json": (2, 2),
    "rust/metadata_cycle2.json": (4, 5),
    "rust/metadata_cycle_features.json": (2, 2),
    "rust/metadata_dups.json": (5, 4),
    METADATA: (146, 313),
}


def document(path: Path) -> Any:
    return json.loads(gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes())


def full_names(graph: nx.DiGraph) -> dict[str, str]:
    return {node: f"{data['name']} {data['version']}" for node, data in graph.nodes(data=True)}


def components(graph: nx.DiGraph) -> list[int]:
    return sorted(len(part) for part in nx.strongly_connected_components(graph) if len(part) > 1)


# --- Cargo -----------------------------------------------------------------------------------------------------------


def test_there_are_as_many_paths_as_cargo_tree_has_lines(shared_data):
    truth = json.loads((shared_data / "rust/debian-cargo.paths.truth.json").read_text())
    graph = read(shared_data / METADATA, kinds="normal")
    called = full_names(graph)
    counted = {called[node]: count for node, count in gd.count_paths(graph, "demo").items() if count}
    assert counted == truth["paths"]
    assert sum(counted.values()) == truth["lines"] == 750
    assert nx.dag_longest_path_length(graph) == truth["longest_path_edges"] == 10


def test_each_line_of_the_tree_that_is_not_deduplicated_is_a_path(shared_data):
    lines = (shared_data / "rust/debian-cargo.cargo-tree.no-dedupe.target-all.txt").read_text().splitlines()
    shown = Counter(match[1] for line in lines if (match := re.search(r"([\w-]+ v[^ ]+)", line)))
    graph = read(shared_data / METADATA, kinds="normal")
    counts = gd.count_paths(graph, "demo")
    assert {name.replace(" ", " v"): counts[node] for node, name in full_names(graph).items()} == shown


@pytest.mark.parametrize("file", FIXTURES)
def test_packages_and_dependencies_are_those_of_resolve(shared_data, file):
    graph, said = read(shared_data / file), document(shared_data / file)
    pairs = {(node["id"], dep["pkg"]) for node in said["resolve"]["nodes"] for dep in node["deps"]}
    assert (len(graph), len(set(graph.edges()))) == FIXTURES[file] == (len(said["packages"]), len(pairs))
    kinds = Counter(
        kind["kind"] or "normal"
        for node in said["resolve"]["nodes"]
        for dep in node["deps"]
        for kind in {entry["kind"]: entry for entry in dep.get("dep_kinds", ())}.values()
    )
    assert not kinds or kinds == Counter(kind for *_, kind in graph.edges(data="kind"))
    roots = {graph.nodes[node]["name"] for node, root in graph.nodes(data="root") if root}
    members = [package["name"] for package in said["packages"] if package["id"] in said["workspace_members"]]
    assert roots == set(members)


@pytest.mark.parametrize(
    ("file", "parts"),
    [
        ("rust/cargo-metadata.libra.json.gz", []),
        ("rust/cargo-metadata.guppy_78cb7e8.json.gz", [2]),
        ("rust/metadata_cycle1.json", [2]),
        ("rust/metadata_cycle2.json", [2, 2]),
        ("rust/metadata_dups.json", []),
    ],
)
def test_components_are_those_that_the_readme_names(shared_data, file, parts):
    assert components(read(shared_data / file)) == parts


def test_the_cycle_of_guppy_is_one_of_dev_dependencies(shared_data):
    assert components(read(shared_data / "rust/cargo-metadata.guppy_78cb7e8.json.gz", kinds=["normal", "build"])) == []


def test_the_lock_file_and_the_metadata_are_the_same_graph_but_for_kinds(shared_data, test_data):
    for lock, metadata in (
        (shared_data / "rust/debian-cargo.Cargo.lock", shared_data / METADATA),
        (test_data / "rust/Cargo.lock", test_data / "rust/metadata.json"),
    ):
        by_lock, by_metadata = read(lock), read(metadata)
        assert set(by_lock) == set(by_metadata)
        # A package's dev-dependency on itself is not in the lock.
        assert set(by_lock.edges()) == {(tail, head) for tail, head in by_metadata.edges() if tail != head}
        assert dict(by_lock.nodes(data="root")) == dict(by_metadata.nodes(data="root"))


def test_cargos_own_lock_file_has_as_many_packages_and_dependencies_as_lines(shared_data):
    content = (shared_data / "rust/cargo.Cargo.lock").read_text()
    graph = read(shared_data / "rust/cargo.Cargo.lock")
    assert len(graph) == content.count("[[package]]") == 550
    assert graph.number_of_edges() == len(re.findall(r'^ "', content, re.MULTILINE)) == 1688


def test_edges_have_kind_clause_target_and_whether_a_feature_brings_them(test_data):
    graph = read(test_data / "rust/metadata.json")
    assert type(graph) is nx.MultiDiGraph
    assert {edge: data for *edge, data in graph.edges(keys=True, data=True) for edge in [tuple(edge)]} == {
        ("app", "log@0.4.20", "normal"): {"kind": "normal", "clause": "^0.4"},
        ("app", "log@0.3.9", "normal"): {"kind": "normal", "clause": "^0.3", "optional": True},
        ("app", "cc", "normal"): {"kind": "normal", "clause": "^1.0", "marker": "cfg(windows)"},
        ("app", "cc", "build"): {"kind": "build", "clause": "^1"},
        ("app", "app", "dev"): {"kind": "dev", "clause": "*"},
        ("log@0.3.9", "log@0.4.20", "normal"): {"kind": "normal", "clause": "^0.4.1"},
    }
    assert graph.nodes["log@0.4.20"]["licence"] == "MIT OR Apache-2.0"
    assert type(read(test_data / "rust/metadata.json", kinds="normal")) is nx.DiGraph
    assert set(read(test_data / "rust/metadata.json", kinds="build")) == {"app", "cc"}


def test_a_version_from_git_and_from_the_registry_is_two_packages(shared_data):
    graph = read(shared_data / "rust/cargo-metadata.libra.json.gz")
    twins = sorted(node for node in graph if str(node).startswith("x25519-dalek"))
    assert [node.partition("+")[0] for node in twins] == ["x25519-dalek@0.5.2 (git", "x25519-dalek@0.5.2 (registry"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"packages": [], "resolve": null}', r"^x: no resolve in it; cargo metadata without --no-deps writes"),
        (
            '{"packages": [{"id": "b"}], "resolve": {"nodes": [{"id": "a"}]}}',
            r"^x: resolve\.nodes: 'a' is not among the packages$",
        ),
        ('{"packages": {}, "resolve": {}}', r"^x: packages: expected a list, found names with values$"),
        ('{"packages": [], "resolve": {}}', r"^x: no package in it$"),
        ('{"packages": [', r"^x: broken JSON"),
    ],
)
def test_broken_metadata_gets_one_line(content, message):
    with pytest.raises(FormatError, match=message):
        read_cargo_metadata(content.encode(), name="x")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[[package]\n", r"^x: broken TOML: .*line 1"),
        ("a = " + "[\n" * 5000, r"^x: (TOML nested too deep|broken TOML)"),
        ("", r"^x: no package in it$"),
        ("[[package]]\nversion = '1'", r"^x: package\[0\] has no name$"),
        ("package = 'a'", r"^x: package: expected a list, found the text 'a'$"),
        ("[[package]]\nname = 'a'\ndependencies = ['b']", r"^x: a: dependencies: 'b' is not among the packages$"),
        ("[[package]]\nname = 'a'\ndependencies = [1]", r"^x: a: dependencies: expected a text, found a number$"),
    ],
)
def test_broken_lock_files_get_one_line(content, message):
    with pytest.raises(FormatError, match=message):
        read_cargo_lock(content.encode(), name="x")


def test_a_lock_file_of_2017_has_its_project_in_a_table_of_its_own():
    lock = b'[root]\nname = "app"\nversion = "0.1.0"\ndependencies = ["a 1.0.0 (registry+x)"]\n\n'
    lock += b'[[package]]\nname = "a"\nversion = "1.0.0"\nsource = "registry+x"\n'
    graph = read(io.BytesIO(lock))
    assert list(graph.edges()) == [("app", "a")]
    assert graph.nodes["app"]["root"] is True


def test_a_lock_file_has_no_endless_lines():
    with pytest.raises(LimitError, match=r"^x: a line of over 10,000 bytes, which no lock file has$"):
        read_cargo_lock(b"a = '" + b"a" * 10_000 + b"'", name="x")


# --- Go --------------------------------------------------------------------------------------------------------------


def test_the_module_graph_has_the_requirements_line_by_line(shared_data):
    path = shared_data / "go/go-mod-graph.go-mod-graph-chart.txt"
    graph = read(path)
    lines = {tuple(line.split()) for line in path.read_text().splitlines()}
    called = {
        node: f"{d['name']}@{d['version']}" if "version" in d else d["name"] for node, d in graph.nodes(data=True)
    }
    assert {(called[tail], called[head]) for tail, head in graph.edges()} == lines
    assert {
        (called[tail], f"{graph.nodes[head]['name']}@{clause}") for tail, head, clause in graph.edges(data="clause")
    } == lines
    assert (len(graph), len(lines), components(graph)) == (108, 182, [2, 2])
    assert {frozenset(part) for part in nx.strongly_connected_components(graph) if len(part) > 1} == {
        frozenset({f"github.com/ugorji/go@{version}", f"github.com/ugorji/go/codec@{version}"})
        for version in ("v1.1.7", "v1.2.2")
    }
    assert [node for node, root in graph.nodes(data="root") if root] == ["go-mod-graph-charting"]


def test_closures_of_the_standard_library_are_as_large_as_go_list_says(shared_data):
    graph = read(shared_data / "go/go1.19-std.go-list.json.gz")
    lines = (shared_data / "go/go1.19-std.transitive-deps-count.truth.txt").read_text().splitlines()
    truth = {package: int(count) for package, count in map(str.split, lines)}
    assert len(truth) == 240
    # "C" is no package: for an import of it cgo adds three others, which go list counts and the file does not have.
    using = [package for package in graph.predecessors("C") if package != "runtime/cgo"]
    assert using == ["net", "os/signal/internal/pty", "os/user", "plugin"]
    graph.add_edges_from((package, added) for package in using for added in ("runtime/cgo", "syscall", "unsafe"))
    graph.remove_node("C")
    assert {package: len(nx.descendants(graph, package)) for package in truth} == truth
    assert components(graph) == []


def test_the_two_lists_of_the_standard_library_have_the_same_imports(shared_data):
    graph, table = read(shared_data / "go/go1.19-std.go-list.json.gz"), read(shared_data / "go/go1.19-std.imports.txt")
    assert set(graph.edges()) == set(table.edges())
    # Five packages import nothing and are imported by none: a list of edges does not have them.
    assert (len(table), table.number_of_edges(), len(nx.create_empty_copy(graph)) - len(table)) == (236, 1643, 5)
    assert (graph.graph["edge_meaning"], table.graph["edge_meaning"]) == ("imports", "unknown")


def test_snyks_graph_joins_its_pruned_nodes_and_is_its_tree(shared_data):
    graphs = [read(shared_data / f"go/expected-{file}.json") for file in ("gomodules-depgraph", "tree")]
    for graph in graphs:
        assert set(graph) == set(graphs[0])
        assert set(graph.edges()) == set(graphs[0].edges())
        assert (len(graph), graph.number_of_edges()) == (14, 20)
    said = json.loads((shared_data / "go/expected-gomodules-depgraph.json").read_text())
    package = {node["nodeId"]: node["pkgId"] for node in said["graph"]["nodes"]}
    pairs = {(n["pkgId"], package[d["nodeId"]]) for n in said["graph"]["nodes"] for d in n["deps"]}
    called = {node: f"{data['name']}@{data['version']}" for node, data in graphs[0].nodes(data=True)}
    assert {(called[tail], called[head]) for tail, head in graphs[0].edges()} == pairs


def test_go_samples(test_data):
    modules, packages = read(test_data / "go/mod-graph.txt"), read(test_data / "go/list.json")
    assert list(modules.edges()) == [
        ("example.com/app", "example.com/lib"),
        ("example.com/app", "golang.org/x/text@v0.3.0"),
        ("example.com/app", "go"),
        ("example.com/lib", "golang.org/x/text@v0.2.0"),
    ]
    assert list(packages.edges()) == [("app", "fmt"), ("app", "vendor/golang.org/x/net"), ("fmt", "io")]
    assert packages.nodes["app"] == {"file": "/src/app", "module": "example.org/app", "version": "v1.2.0"}
    assert packages.nodes["io"] == {"standard": True}


def test_broken_lists_of_go_get_one_line():
    with pytest.raises(FormatError, match=r"^x, line 2: not two modules but 'a b c'$"):
        read_go_mod_graph(b"a b@v1\na b c\n", name="x")
    with pytest.raises(FormatError, match=r"^x: package 2 has no ImportPath$"):
        read_go_list(b'{"ImportPath": "a"} {}', name="x")
    with pytest.raises(FormatError, match=r"^x: the package None of a node is not among the pkgs$"):
        read_snyk(b'{"graph": {"nodes": [{"nodeId": "a"}]}}', name="x")
    with pytest.raises(FormatError, match=r"^x: deps: 'b' is not among the packages$"):
        read_snyk(
            b'{"pkgs": [{"id": "a", "info": {"name": "a"}}],'
            b'"graph": {"nodes": [{"nodeId": "n", "pkgId": "a", "deps": [{"nodeId": "b"}]}]}}',
            name="x",
        )
