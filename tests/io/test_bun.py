"""``bun.lock`` as bun 1.4.5 wrote it (``bun install --lockfile-only``) of a project with a workspace."""

from __future__ import annotations

import io
import json
from typing import Any

import networkx as nx
import pytest
from samples import DATA

from graphdiff.errors import FormatError
from graphdiff.io.documents import parse_json_with_comments
from graphdiff.io.read import read

#: What bun why prints of each package: who needs it, by which range, and of which kind.
WHY = {
    ("shop", "debug"): ("2.6.9", "normal"),
    ("debug", "ms@2.0.0"): ("2.0.0", "normal"),
    ("shop", "ms@2.1.3"): ("^2.1.3", "dev"),
    ("shop", "fsevents"): ("^2.3.3", "optional"),
    ("shop", "is-odd"): ("^3.0.1", "normal"),
    ("is-odd", "is-number@6.0.0"): ("^6.0.0", "normal"),
    ("shop", "is-number@7.0.0"): ("npm:is-number@^7.0.0", "normal"),
    ("@shop/ui", "is-number@7.0.0"): ("^7.0.0", "normal"),
    ("@shop/ui", "react-dom"): ("^18.2.0", "normal"),
    ("@shop/ui", "react"): ("^18.0.0", "peer"),
    ("react-dom", "react"): ("^18.3.1", "peer"),
    ("react-dom", "loose-envify"): ("^1.1.0", "normal"),
    ("react-dom", "scheduler"): ("^0.23.2", "normal"),
    ("react", "loose-envify"): ("^1.1.0", "normal"),
    ("scheduler", "loose-envify"): ("^1.1.0", "normal"),
    ("loose-envify", "js-tokens"): ("^3.0.0 || ^4.0.0", "normal"),
}


def lock(packages: dict[str, Any], **project: Any) -> nx.DiGraph:
    document = {"lockfileVersion": 1, "workspaces": {"": {"name": "app", **project}}, "packages": packages}
    return read(io.StringIO(json.dumps(document)))


def test_who_needs_what_is_what_bun_says() -> None:
    graph = read(DATA / "bun/bun.lock")
    assert {(u, v): (d["clause"], d["kind"]) for u, v, d in graph.edges(data=True) if "clause" in d} == WHY
    assert set(graph.edges) == set(WHY)
    assert set(read(DATA / "bun/bun.lock", kinds="all").edges) - set(WHY) == {("shop", "@shop/ui")}
    assert graph.edges["shop", "is-number@7.0.0"]["alias"] == "is-num-alias"
    assert graph.edges["shop", "fsevents"]["optional"] is True
    assert graph.nodes["fsevents"]["marker"] == "os=darwin"
    assert graph.graph["edge_meaning"] == "depends on"
    assert graph.graph["unmet"] == {}


def test_the_project_and_its_workspaces_are_the_roots() -> None:
    graph = read(DATA / "bun/bun.lock")
    assert {node for node, root in graph.nodes(data="root") if root} == {"shop", "@shop/ui"}
    assert graph.nodes["@shop/ui"] == {"name": "@shop/ui", "version": "0.2.0", "path": "packages/ui", "root": True}


def test_kinds_are_chosen_as_with_npm() -> None:
    production = read(DATA / "bun/bun.lock", omit="dev,optional")
    assert {"ms@2.1.3", "fsevents"} == set(read(DATA / "bun/bun.lock")) - set(production)
    assert set(read(DATA / "bun/bun.lock", kinds="dev").edges) == {("shop", "ms@2.1.3")}


def test_the_nearest_package_is_meant() -> None:
    graph = lock(
        {
            "a": ["a@1.0.0", "", {"dependencies": {"c": "1"}}],
            "a/@s/b": ["@s/b@1.0.0", "", {"dependencies": {"c": "2", "d": "1"}}],
            "a/@s/b/c": ["c@2.0.0", "", {}],
            "c": ["c@1.0.0", "", {}],
            # No c, though its key ends in one.
            "a/@s/d": ["@s/d@1.0.0", "", {}],
            "a/d": ["d@1.0.0", "", {"dependencies": {"c": "1"}}],
        },
        dependencies={"a": "1"},
    )
    assert set(graph.edges) == {("app", "a"), ("a", "c@1.0.0"), ("@s/b", "c@2.0.0"), ("@s/b", "d"), ("d", "c@1.0.0")}
    assert graph.nodes["d"]["name"] == "d"


def test_optional_peers_may_miss_and_other_needs_are_named() -> None:
    info = {"peerDependencies": {"p": "1", "q": "1"}, "optionalPeers": ["p"], "os": ["linux", "darwin"], "cpu": "x64"}
    graph = lock({"a": ["a@1.0.0", "", info]}, dependencies={"a": "1"}, optionalDependencies={"z": "1"})
    assert graph.graph["unmet"] == {"q": ["a"]}
    assert graph.nodes["a"]["marker"] == "(os=linux | os=darwin) & cpu=x64"


def test_what_is_in_no_registry_says_where_it_is() -> None:
    needed = {"g": "github:o/g", "f": "file:../f", "n": "npm:@s/m@1"}
    graph = lock(
        {
            "g": ["g@github:o/g#ab12", {"dependencies": {"f": "1"}}, "o-g-ab12"],
            "f": ["f@file:../f", {}],
            "n": ["n@npm:@s/m@1.0.0", "", {"bundled": True}],
        },
        dependencies=needed,
    )
    assert graph.nodes["g"] == {"name": "g", "source": "github:o/g#ab12"}
    assert graph.nodes["f"] == {"name": "f", "path": "../f"}
    assert graph.nodes["@s/m"] == {"name": "@s/m", "version": "1.0.0", "bundled": True}
    assert set(graph.edges) == {("app", "g"), ("app", "f"), ("app", "@s/m"), ("g", "f")}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"lockfileVersion": 1, "workspaces": {}}', "no workspaces with the project"),
        ('{"lockfileVersion": 1, "workspaces": {"": []}}', "expected names with values, found a list"),
        ('{"lockfileVersion": 1, "workspaces": {"": {}}, "packages": {"a": {}}}', "a: expected a list"),
        ('{"lockfileVersion": 1, "workspaces": {"": {}}, "packages": {"a": [1]}}', "a: expected a text"),
        ('{"lockfileVersion": 1,\n // x\n "workspaces": {"": {}} "packages"}', "line 3 column 25"),
    ],
)
def test_a_broken_lock_gets_one_line(text: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        read(io.StringIO(text), format="bun")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": "// no, }", /* yes */ "b": [1, 2, ], }', {"a": "// no, }", "b": [1, 2]}),
        ('["\\", //", 1,\n]// end', ['", //', 1]),
        ("[1, // one,\n /* , */ 2 /* two */ , ]", [1, 2]),
    ],
)
def test_comments_and_last_commas_are_passed_over_save_in_texts(text: str, value: Any) -> None:
    assert parse_json_with_comments(text.encode(), "x.json") == value


@pytest.mark.parametrize("text", ["[1,,]", "[,1]", "[1 /* ]"])
def test_other_commas_and_open_comments_are_none(text: str) -> None:
    with pytest.raises(FormatError, match="broken JSON"):
        parse_json_with_comments(text.encode(), "x.json")
