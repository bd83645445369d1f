"""NuGet's files, by hand after its documentation and its sources; the graphs are worked out by hand."""

from __future__ import annotations

import io
import json
from typing import Any

import networkx as nx
import pytest
from samples import DATA

from graphdiff.errors import FormatError
from graphdiff.io.read import read

SHOP = "nuget/packages.lock.json", "nuget/project.assets.json", "nuget/Shop.deps.json"


def edges(graph: nx.DiGraph) -> dict[tuple[str, str], tuple[str, str]]:
    return {(u, v): (data.get("clause", ""), data.get("marker", "")) for u, v, data in graph.edges(data=True)}


def roots(graph: nx.DiGraph) -> list[str]:
    return [node for node, root in graph.nodes(data="root") if root]


def test_a_lock_is_the_graph_of_all_its_frameworks() -> None:
    old, new, windows = ".NETFramework,Version=v4.8", "net8.0", "net8.0/win-x64"
    graph = read(DATA / SHOP[0])
    assert edges(graph) == {
        (".", "Acme.Log"): ("[3.1.0, )", ""),
        (".", "shop.model"): ("", ""),
        ("Acme.Log", "Acme.Core@1.0.0"): ("1.0.0", old),
        ("Acme.Log", "Acme.Core@1.2.0"): ("1.0.0", new),
        ("Acme.Log", "Acme.Compat"): ("2.0.0", old),
        ("Acme.Log", "runtime.win.Acme.Log"): ("3.1.1", windows),
        ("shop.model", "Acme.Core@1.0.0"): ("[1.0.0, )", old),
        ("shop.model", "Acme.Core@1.2.0"): ("[1.0.0, )", new),
        ("shop.model", "shop.base"): ("[1.0.0, )", new),
    }
    assert roots(graph) == ["."]
    assert graph.nodes["Acme.Core@1.2.0"] == {"name": "Acme.Core", "version": "1.2.0"}
    assert graph.graph["edge_meaning"] == "depends on"
    assert graph.graph["unmet"] == {}


def test_assets_have_the_project_and_what_its_file_asks_for() -> None:
    graph = read(DATA / SHOP[1])
    assert edges(graph) == {
        ("Shop", "Acme.Log"): (">= 3.1.0", ""),
        ("Shop", "Shop.Model"): (">= 1.0.0", ""),
        ("Acme.Log", "Acme.Core"): ("1.0.0", ""),
        ("Acme.Log", "runtime.win.Acme.Log"): ("3.1.1", "net8.0/win-x64"),
        ("Shop.Model", "Acme.Core"): ("1.0.0", ""),
        ("Shop.Model", "Shop.Base"): ("1.0.0", ""),
    }
    assert roots(graph) == ["Shop"]
    assert graph.nodes["Shop"] == {"name": "Shop", "version": "2.0.0", "root": True}
    assert graph.nodes["Shop.Model"]["path"] == "../Shop.Model/Shop.Model.csproj"
    assert "path" not in graph.nodes["Acme.Log"]


def test_a_program_says_what_it_was_built_with_and_no_ranges() -> None:
    graph = read(DATA / SHOP[2])
    expected = {("Shop", "Acme.Log"), ("Shop", "Shop.Model"), ("Acme.Log", "Acme.Core"), ("Shop.Model", "Acme.Core")}
    assert edges(graph) == dict.fromkeys(expected, ("", ""))
    assert roots(graph) == ["Shop"]


def lock(**targets: Any) -> nx.DiGraph:
    return read(io.StringIO(json.dumps({"version": 1, "dependencies": targets})), format="nuget-lock")


def test_names_are_the_same_whatever_their_capitals_and_what_is_missing_is_named() -> None:
    graph = lock(
        net8={
            "A.Lib": {
                "type": "Direct",
                "requested": "[1, )",
                "resolved": "1.0",
                "dependencies": {"b.LIB": "1", "c": "2"},
            },
            "B.Lib": {"type": "Transitive", "resolved": "1.0"},
        }
    )
    assert set(graph.edges) == {(".", "A.Lib"), ("A.Lib", "B.Lib")}
    assert graph.graph["unmet"] == {"c": ["A.Lib"]}


@pytest.mark.parametrize(
    ("format", "text", "message"),
    [
        ("nuget-lock", '{"version": 1}', "no package in it"),
        ("nuget-lock", '{"dependencies": {"net8.0": {"a": []}}}', "net8.0: a: expected names with values"),
        ("nuget-assets", '{"targets": {}}', "no package in it"),
        ("nuget-assets", '{"targets": {"net8.0": {"/1": {}}}}', "/1 has no name"),
        ("nuget-assets", '{"targets": {"x": {"a/1": {}}}, "projectFileDependencyGroups": {"x": [1]}}', "list of texts"),
    ],
)
def test_a_broken_file_gets_one_line(format: str, text: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        read(io.StringIO(text), format=format)
