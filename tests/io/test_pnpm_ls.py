"""``pnpm ls -r --json --depth Infinity`` of a workspace as pnpm 12.21 wrote it; addresses and the folder renamed."""

from __future__ import annotations

import io
import json
from typing import Any

import networkx as nx
import pytest
from samples import DATA

from graphdiff.errors import FormatError
from graphdiff.io.read import claiming, read

SAMPLE = DATA / "pnpm/ls.json"
#: What pnpm ls -r --depth Infinity printed as text of each project: who needs whom, under which title.
TREES = {
    ("shop", "escalade"): "dev",
    ("app", "debug"): "normal",
    ("app", "ms@2.0.0"): "normal",
    ("app", "ui"): "normal",
    ("app", "fsevents"): "optional",
    ("ui", "clsx"): "normal",
    ("ui", "debug"): "normal",
    ("ui", "supports-color"): "dev",
    ("debug", "ms@2.1.3"): None,
    ("debug", "supports-color"): None,
    ("supports-color", "has-flag"): None,
}


def listed(*projects: dict[str, Any], **options: str) -> nx.DiGraph:
    return read(io.StringIO(json.dumps(projects)), **options)


def test_who_needs_whom_is_what_pnpm_prints() -> None:
    graph = read(SAMPLE)
    assert {(u, v): kind for u, v, kind in graph.edges(data="kind")} == TREES
    assert type(graph) is nx.DiGraph
    assert graph.edges["app", "ms@2.0.0"]["alias"] == "size"
    assert graph.edges["app", "fsevents"]["optional"] is True
    (warning,) = graph.graph["warnings"]
    assert warning.endswith("ls.json: what no package.json asks for makes no edge: 'escalade'")


def test_the_projects_are_the_roots_by_their_folders() -> None:
    graph = read(SAMPLE)
    assert {node: path for node, path in graph.nodes(data="path") if path} == {
        "shop": ".", "app": "packages/app", "ui": "packages/ui",
    }  # fmt: skip
    assert {node for node, root in graph.nodes(data="root") if root} == {"shop", "app", "ui"}
    assert graph.nodes["debug"] == {"name": "debug", "version": "4.4.3"}


def test_kinds_are_those_of_what_the_projects_ask_for() -> None:
    graph = read(SAMPLE, omit="dev,optional")
    assert set(graph.edges) == {edge for edge, kind in TREES.items() if kind not in ("dev", "optional")}
    assert graph.graph["left_out"]["nodes"] == ["escalade", "fsevents"]


def test_a_project_without_dependencies_first_is_still_told() -> None:
    ms = {"from": "ms", "version": "2.1.3", "license": "MIT"}
    graph = listed(
        {"name": "all", "path": "/w", "private": True},
        {"name": "a", "path": "/w/a", "private": False, "dependencies": {"ms": ms}},
    )
    assert list(graph.edges) == [("a", "ms")]
    assert graph.nodes["ms"]["licence"] == "MIT"


def test_a_link_out_of_the_list_keeps_what_it_needs_and_what_is_missing_is_unmet() -> None:
    link = {
        "from": "b",
        "version": "link:../b",
        "path": "/b",
        "dependencies": {"ms": {"from": "ms", "version": "2.1.3"}},
    }
    gone = {"from": "c", "version": "1.0.0", "missing": True}
    graph = listed({"path": r"C:\w\a", "dependencies": {"b": link, "c": gone}}, format="pnpm-ls")
    assert list(graph.edges) == [(".", "b"), ("b", "ms")]
    assert graph.nodes["b"] == {"name": "b", "path": "../b"}
    assert (graph.graph["unmet"], graph.graph["absent"]) == ({"c": ["."]}, "not installed")


def test_lists_of_older_versions_are_claimed_too() -> None:
    assert claiming(b'[{"name": "a", "path": "/a", "dependencies": {"b": {"version": "1"}}}]') == ["pnpm-ls"]


def test_what_is_wrong_is_refused() -> None:
    with pytest.raises(FormatError, match="no project in it"):
        listed(format="pnpm-ls")
    with pytest.raises(FormatError, match=r"\[0\] has no path"):
        listed({"name": "a", "dependencies": {}}, format="pnpm-ls")
