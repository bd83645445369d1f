"""pnpm and yarn: one project in three versions of pnpm's file; keys, aliases, links and peers as each writes them."""

from __future__ import annotations

import gzip
from collections import Counter

import networkx as nx
import pytest
import yaml

from graphdiff.errors import FormatError, UsageError
from graphdiff.io.documents import parse_yaml
from graphdiff.io.js.pnpm import read_pnpm
from graphdiff.io.js.yarn_berry import read_yarn_berry
from graphdiff.io.js.yarn_classic import read_yarn_classic
from graphdiff.io.read import read


def bare(key: str) -> tuple[str, str]:
    name, _, version = key.partition("(")[0].lstrip("@").partition("@")
    return ("@" if key.startswith("@") else "") + name, version


# --- pnpm ------------------------------------------------------------------------------------------------------------


def test_the_workspace_of_vue_is_what_pyyaml_and_ten_lines_make_of_it(shared_data):
    path = shared_data / "js/vuejs-core.pnpm-lock.yaml.gz"
    graph = read(path)
    document = yaml.load(gzip.decompress(path.read_bytes()), Loader=yaml.CSafeLoader)
    packages = {bare(key) for key in document["snapshots"]}
    expected = set()
    for key, snapshot in document["snapshots"].items():
        for field in ("dependencies", "optionalDependencies"):
            for name, version in snapshot.get(field, {}).items():
                head = bare(version) if bare(version) in packages else (name, bare(f"x@{version}")[1])
                assert head in packages or version == "link:packages/vue"
                expected.add((bare(key), head if head in packages else "vue"))
    called = {node: (data["name"], data["version"]) for node, data in graph.nodes(data=True) if "version" in data}
    assert set(called.values()) == packages
    projects = [node for node, root in graph.nodes(data="root") if root]
    assert len(projects) == len(document["importers"]) == 18
    assert len(graph) == len(packages) + 18 == 638
    assert {(called[u], called.get(v, v)) for u, v in graph.edges() if u in called} == expected
    stated = sum(len(said) for value in document["importers"].values() for said in value.values())
    assert sum(degree for _, degree in graph.out_degree(projects)) == stated
    assert graph.graph["unmet"] == {}


def test_links_lead_to_projects_by_name(shared_data):
    graph = read(shared_data / "js/vuejs-core.pnpm-lock.yaml.gz")
    assert graph.edges["@vue/compiler-dom", "@vue/compiler-core"] == {"clause": "workspace:*", "kind": "normal"}
    assert graph.nodes["@vue/compiler-core"]["path"] == "packages/compiler-core"


def test_a_peer_that_may_be_missing_is_optional_where_it_is_there():
    lock = b"lockfileVersion: '9.0'\npackages:\n  a@1: {peerDependencies: {b: '>=1', c: '2'}, peerDependenciesMeta: "
    lock += (
        b"{b: {optional: true}}}\nsnapshots:\n  a@1(b@1)(c@2): {dependencies: {b: '1', c: '2'}}\n  b@1: {}\n  c@2: {}\n"
    )
    assert list(read_pnpm(lock, name="x.yaml").edges(data=True)) == [
        ("a", "b", {"clause": ">=1", "optional": True, "kind": "peer"}),
        ("a", "c", {"clause": "2", "kind": "peer"}),
    ]


def test_folders_outside_of_the_workspace_that_are_linked_by_one_name_are_two_packages():
    lock = b"lockfileVersion: '9.0'\nimporters:\n  a: {dependencies: {x: {version: 'link:./x'}}}\n"
    lock += b"  b: {dependencies: {x: {version: 'link:./x'}}}\n"
    assert list(read_pnpm(lock, name="x.yaml").edges()) == [("a", "x@(a/x)"), ("b", "x@(b/x)")]


@pytest.mark.parametrize("file", ["v5.yaml", "v6.yaml", "v9.yaml"])
def test_one_project_in_every_version_of_the_file(test_data, file):
    graph = read(test_data / "pnpm" / file)
    assert {(u, v): kind for u, v, kind in graph.edges(data="kind")} == {
        (".", "test"): "dev",
        ("packages/app", "@app/tool"): "normal",
        ("packages/app", "b"): "normal",
        ("packages/app", "react-dom"): "normal",
        ("packages/app", "fsevents"): "optional",
        ("@app/tool", "@x/c@2.0.0"): "normal",
        ("b", "@x/c@1.0.1"): "normal",
        ("react-dom", "react"): "peer",
        ("test", "b"): "normal",
        ("test", "fsevents"): "optional",
    }
    assert graph.edges["packages/app", "b"] == {"clause": "npm:b@^1.0.0", "alias": "old-b", "kind": "normal"}
    assert graph.edges["react-dom", "react"]["clause"] == "^18.0.0"
    assert graph.edges["test", "fsevents"]["optional"] is True
    assert graph.nodes["react-dom"]["version"] == "18.2.0"
    assert [node for node, root in graph.nodes(data="root") if root] == [".", "packages/app", "@app/tool"]
    assert graph.graph["unmet"] == {}
    assert "test" not in read(test_data / "pnpm" / file, kinds=["normal", "peer"])


def test_one_project_alone_stands_at_the_top_of_older_files():
    lock = b"lockfileVersion: 5.3\nspecifiers: {a: ^1}\ndependencies: {a: 1.2.0_b@2.0.0}\npackages:\n"
    lock += b"  /a/1.2.0_b@2.0.0: {dependencies: {b: 2.0.0}, peerDependencies: {b: '2'}}\n  /b/2.0.0: {dev: false}\n"
    graph = read_pnpm(lock, name="x.yaml")
    assert list(graph.edges(data="kind")) == [(".", "a", "normal"), ("a", "b", "peer")]


def test_a_package_with_several_sets_of_peers_has_the_needs_of_all():
    lock = b"lockfileVersion: '9.0'\nsnapshots:\n  a@1(b@1): {dependencies: {b: '1'}}\n"
    lock += b"  a@1(b@2): {dependencies: {b: '2'}}\n  b@1: {}\n  b@2: {}\n"
    assert list(read_pnpm(lock, name="x.yaml").edges()) == [("a", "b@1"), ("a", "b@2")]


def test_the_last_document_is_the_projects():
    lock = b"lockfileVersion: '9.0'\nsnapshots: {pnpm@11: {}}\n---\nlockfileVersion: '9.0'\nsnapshots: {a@1: {}}\n"
    assert list(read_pnpm(lock, name="x.yaml")) == [".", "a"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("lockfileVersion: '9.0'\nimporters: {.: {dependencies: {a: {version: b@1}}}}", None),
        ("a: 1", r"^x\.yaml: no lockfileVersion"),
        ("lockfileVersion: 9\nimporters: [a]", r"^x\.yaml: importers: expected names with values, found a list$"),
        ("lockfileVersion: 9\nsnapshots: {a@1: {dependencies: {b: [1]}}}", r"a@1: expected a text, found a list$"),
        ("lockfileVersion: 9\na: b: c", r"^x\.yaml: broken YAML: [^<>]*in line 2, column"),
        ("lockfileVersion: 9\na: &a [1]\nb: *a", r"^x\.yaml, line 3: an alias, which no lock file has$"),
        ("lockfileVersion: 9\na: " + "[" * 70 + "]" * 70, r"^x\.yaml, line 2: YAML nested more than 60 deep$"),
        ("lockfileVersion: 9\n[1]: a", r"a key that is no text$"),
        ("\0", r"^x\.yaml: broken YAML: "),
    ],
)
def test_broken_pnpm_files_get_one_line(content, message):
    if message is None:
        assert read_pnpm(content.encode(), name="x.yaml").graph["unmet"] == {"a": ["."]}
        return
    with pytest.raises(FormatError, match=message) as caught:
        read_pnpm(content.encode(), name="x.yaml")
    assert "\n" not in str(caught.value)


def test_yaml_values_are_what_the_file_has():
    assert parse_yaml(b"a: 1.10\nb: no\nc:\nd: 2024-01-01\n? e\n: [f, {g: h}]\n", "x.yaml") == [
        {"a": "1.10", "b": "no", "c": "", "d": "2024-01-01", "e": ["f", {"g": "h"}]}
    ]


# --- yarn ------------------------------------------------------------------------------------------------------------


def test_yarn_classic_finds_a_package_by_each_range_that_asks_for_it(test_data):
    graph = read(test_data / "yarn/classic.lock", format="yarn")
    assert set(graph) == {"@x/c@1.0.1", "@x/c@2.0.0", "b", "fsevents", "test"}
    assert list(graph.edges(data=True)) == [
        ("b", "@x/c@1.0.1", {"clause": "^1.0.0", "kind": "normal"}),
        ("test", "@x/c@2.0.0", {"clause": "^2.0.0", "kind": "normal"}),
        ("test", "b", {"clause": "npm:b@^1.0.0", "alias": "old-b", "kind": "normal"}),
        ("test", "fsevents", {"clause": "^2.0.0", "optional": True, "kind": "optional"}),
    ]
    assert graph.graph["unmet"] == {"gone": ["test"]}
    assert list(read(test_data / "yarn/classic.lock", kinds="optional").edges()) == [("test", "fsevents")]


def test_yarn_berry_has_workspaces_protocols_patches_and_peers(test_data):
    graph = read(test_data / "yarn/berry.lock")
    assert {(u, v): kind for u, v, kind in graph.edges(data="kind")} == {
        ("@app/tool", "@x/c@2.0.0"): "normal",
        ("app", "@app/tool"): "normal",
        ("app", "fsevents"): "optional",
        ("app", "b"): "normal",
        ("app", "react"): "normal",
        ("app", "react-dom"): "normal",
        ("app", "typescript"): "normal",
        ("b", "@x/c@1.0.1"): "normal",
        ("b", "react"): "normal",  # by a resolution: no key asks for ^17, and there is one react
        ("react-dom", "react"): "peer",  # app, which needs react-dom, needs react beside it
    }
    assert [node for node, root in graph.nodes(data="root") if root] == ["@app/tool", "app"]
    assert graph.nodes["fsevents"]["marker"] == "os=darwin"
    assert graph.edges["app", "b"]["alias"] == "old-b"


def test_ranges_without_a_protocol_mean_npm():
    lock = b"__metadata: {version: 4}\n'a@npm:^1': {resolution: 'a@npm:1.0.0', version: 1.0.0, dependencies: {b: ^2}}\n"
    lock += b"'b@npm:^2': {resolution: 'b@npm:2.1.0', version: 2.1.0}\n'b@npm:^3': {resolution: 'b@npm:3.0.0', "
    assert list(read_yarn_berry(lock + b"version: 3.0.0}\n", name="yarn.lock").edges()) == [("a", "b@2.1.0")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a@^1:\nversion 1", r"^x, line 2: not a line of a yarn\.lock: 'version 1'$"),
        ('  version "1"', r"^x, line 1: not a line"),
        ("# yarn lockfile v1\n", r"^x: no package in it$"),
    ],
)
def test_broken_yarn_files_get_one_line(content, message):
    with pytest.raises(FormatError, match=message):
        read_yarn_classic(content.encode(), name="x")


def test_an_entry_of_yarn_berry_without_resolution():
    with pytest.raises(FormatError, match=r"^x: 'a@npm:1' has no resolution such as name@npm:1\.0\.0$"):
        read_yarn_berry(b"'a@npm:1': {version: 1}", name="x")


def test_yarn_berry_does_not_know_dev(test_data):
    with pytest.raises(UsageError, match=r"^no edge is of the kind 'dev'; there are normal, optional, peer$"):
        read(test_data / "yarn/berry.lock", kinds="dev")


def test_the_same_packages_by_npm_and_by_yarn_are_the_same_nodes(test_data):
    # A package with one name and one version has one id, whoever installed it.
    yarn, pnpm = read(test_data / "yarn/classic.lock"), read(test_data / "pnpm/v9.yaml")
    shared = {"@x/c@1.0.1", "@x/c@2.0.0", "b", "fsevents", "test"}
    assert shared <= set(yarn) & set(pnpm)
    assert nx.has_path(pnpm, "test", "@x/c@1.0.1")
    assert Counter(data["name"] for _, data in yarn.nodes(data=True))["@x/c"] == 2
