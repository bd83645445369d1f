"""``nx graph --file=graph.json`` as nx 24.0 wrote it of four projects, one of which tests another."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from samples import DATA

from graphdiff.errors import FormatError
from graphdiff.io.read import claiming, read

#: What the settings of the projects say: package.json, and implicitDependencies of the tests.
EDGES = {("shop-e2e", "shop"): "implicit", ("shop", "ui"): "static", ("ui", "price"): "static"}


def graph_of(dependencies: dict[str, list[str]], **others: Any) -> nx.DiGraph:
    listed = {
        tail: [{"source": tail, "target": head, "type": "static"} for head in heads]
        for tail, heads in dependencies.items()
    }
    document = {
        "nodes": {"app": {"name": "app", "type": "app"}, "ui": {"type": "lib"}},
        "dependencies": listed,
        **others,
    }
    return read(io.StringIO(json.dumps(document)))


def test_the_edges_are_those_of_the_settings() -> None:
    graph = read(DATA / "nx/graph.json")
    assert {(u, v): kind for u, v, kind in graph.edges(data="kind")} == EDGES
    assert set(graph) == {"shop-e2e", "shop", "ui", "price"}
    assert graph.graph["node_meaning"] == "projects"
    assert list(read(DATA / "nx/graph.json", omit="implicit").edges) == [("shop", "ui"), ("ui", "price")]


def test_a_project_has_what_the_file_says() -> None:
    assert read(DATA / "nx/graph.json").nodes["ui"] == {
        "name": "ui", "version": "0.3.0", "type": "lib", "path": "libs/ui", "tags": "npm:public, scope:shop, type:ui",
    }  # fmt: skip


def test_nx_keeps_the_packages_in_its_own_folder_too() -> None:
    packages = {
        "npm:react": {"type": "npm", "name": "npm:react", "data": {"version": "18.3.1", "packageName": "react"}}
    }
    graph = graph_of({"app": ["ui", "npm:react"]}, externalNodes=packages)
    assert list(graph.edges) == [("app", "ui"), ("app", "npm:react")]
    assert graph.nodes["npm:react"] == {"name": "npm:react", "version": "18.3.1", "type": "npm"}


def test_what_is_not_in_the_file_is_unmet() -> None:
    graph = graph_of({"app": ["ui", "npm:react"]})
    assert list(graph.edges) == [("app", "ui")]
    assert graph.graph["unmet"] == {"npm:react": ["app"]}


def test_what_is_wrong_is_refused() -> None:
    with pytest.raises(FormatError, match="'lib' is not among the projects"):
        graph_of({"lib": ["ui"]})
    with pytest.raises(FormatError, match="no project in it"):
        read(io.StringIO('{"graph": {"nodes": {}, "dependencies": {}}}'), format="nx")


NODE = {"name": "app", "type": "app", "data": {"root": "apps/app"}}


@pytest.mark.parametrize(
    "document",
    [
        {"graph": {"nodes": {"app": NODE}, "dependencies": {"app": []}}},
        {"version": "6.0", "nodes": {"app": NODE}, "externalNodes": {}, "dependencies": {"app": []}},
        {"graph": {"dependencies": {"a": [{"source": "a", "target": "b"}]}, "nodes": {"a": {"type": "x"}}}},
    ],
)
def test_both_files_of_nx_are_claimed(document: dict[str, Any]) -> None:
    assert claiming(json.dumps(document).encode()) == ["nx"]


def test_what_was_reported_is_read(shared_data: Path) -> None:
    assert list(read(shared_data / "reported/04.json").edges) == [("app", "ui")]
