"""dependency-cruiser: its JSON against its own DOT and its own words on cycles."""

from __future__ import annotations

import gzip
import json

import networkx as nx
import pytest

from graphdiff.errors import FormatError
from graphdiff.io.js.dependency_cruiser import read_dependency_cruiser
from graphdiff.io.read import read

WEBPACK = "js/webpack5-lib.depcruise"


@pytest.fixture(scope="module")
def webpack(shared_data):
    return read(shared_data / f"{WEBPACK}.json.gz")


def test_modules_imports_and_components_are_those_of_the_readme(webpack):
    assert (len(webpack), webpack.number_of_edges()) == (1218, 4166)
    parts = [len(part) for part in nx.strongly_connected_components(webpack) if len(part) > 1]
    assert sorted(parts) == [2, 2, 2, 2, 588]
    said = {"format": "dependency-cruiser", "edge_meaning": "imports", "weight_meaning": "none"}
    assert webpack.graph == {**said, "node_meaning": "modules"}


def test_the_tools_drawing_has_the_same_edges_but_for_a_module_that_imports_itself(webpack, shared_data):
    drawn = read(shared_data / f"{WEBPACK}.dot.gz")
    own = "node_modules/minimizer-webpack-plugin/dist/utils.js"
    assert set(webpack) == set(drawn)
    assert set(webpack.edges()) - set(drawn.edges()) == {(own, own)}
    assert not set(drawn.edges()) - set(webpack.edges())
    assert drawn.graph["edge_meaning"] == "imports"


def test_what_the_tool_calls_circular_lies_within_a_component(webpack):
    component = {node: place for place, part in enumerate(nx.strongly_connected_components(webpack)) for node in part}
    within = {(tail, head) for tail, head in webpack.edges() if component[tail] == component[head]}
    # The tool stops at a cycle that it knows, so not every edge of a component is marked.
    circular = {(tail, head) for tail, head, circular in webpack.edges(data="circular") if circular}
    assert circular < within
    assert len({tail for tail, _ in circular}) > 590


def test_edges_have_what_the_file_says(webpack, shared_data):
    document = json.loads(gzip.decompress((shared_data / f"{WEBPACK}.json.gz").read_bytes()))
    for module in document["modules"]:
        for said in module["dependencies"]:
            data = webpack.edges[module["source"], said["resolved"]]
            assert data["types"] == ", ".join(said["dependencyTypes"])
            assert data.get("dynamic", False) == said["dynamic"]


def test_the_mock_of_its_own_tests(shared_data):
    graph = read(shared_data / "js/dependency-cruiser-2022-07-17-focus-me.json")
    assert (len(graph), graph.number_of_edges()) == (356, 593)
    assert nx.is_directed_acyclic_graph(graph)
    drawn = read(shared_data / "js/dependency-cruiser-2022-07-17-focus-me.dot")
    assert (len(drawn), drawn.number_of_edges()) == (151, 240)  # the drawing takes folders together


def test_two_imports_of_a_module_are_one_edge_with_the_types_of_both():
    said = b"""{"modules": [{"source": "a", "dependencies": [{"resolved": "b", "dependencyTypes": ["local", "require"]},
    {"resolved": "b", "dependencyTypes": ["local", "import"], "dynamic": true}]}, {"source": "c", "orphan": true}]}"""
    graph = read_dependency_cruiser(said, name="x")
    assert list(graph.edges(data=True)) == [("a", "b", {"types": "local, require, import", "dynamic": True})]
    assert graph.nodes["c"] == {"file": "c", "orphan": True}


def test_modules_and_imports_have_the_rules_that_they_break_and_the_figures_that_were_asked_for():
    said = {
        "modules": [
            {
                "source": "src/a.js",
                "instability": 0.5,
                "experimentalStats": {"topLevelStatementCount": 3, "size": 120},
                "rules": [{"name": "no-orphans", "severity": "warn"}, {"name": "small", "severity": "error"}],
                "dependencies": [
                    {"resolved": "fs", "rules": [{"name": "no-core", "severity": "error"}]},
                    {"resolved": "fs", "rules": [{"name": "once", "severity": "error"}]},
                ],
            },
            {"source": "fs", "coreModule": True, "dependencyTypes": ["core"], "dependencies": []},
        ]
    }
    graph = read_dependency_cruiser(json.dumps(said).encode(), name="x")
    assert graph.nodes["src/a.js"] == {
        "file": "src/a.js",
        "rules": "no-orphans, small",
        "size": 120,
        "instability": 0.5,
    }
    assert graph.nodes["fs"] == {"types": "core", "coreModule": True}
    assert graph.edges["src/a.js", "fs"] == {"rules": "no-core, once"}


def test_modules_have_what_the_file_says(webpack):
    assert webpack.nodes["crypto"] == {"types": "core, require", "coreModule": True}
    chunk = "node_modules/webpack/lib/Chunk.js"
    assert webpack.nodes[chunk] == {"file": chunk, "package": "webpack"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"modules": []}', r"^x: no modules in it$"),
        ('{"modules": [{"dependencies": []}]}', r"^x: modules\[0\] has no source$"),
        (
            '{"modules": [{"source": "a", "dependencies": [{}]}]}',
            r"^x: modules\[0\]\.dependencies\[0\] has no resolved$",
        ),
        ('{"modules": [3]}', r"^x: modules\[0\]: expected names with values, found a number$"),
        ('{"modules"', r"^x: broken JSON"),
    ],
)
def test_broken_files_get_one_line(content, message):
    with pytest.raises(FormatError, match=message):
        read_dependency_cruiser(content.encode(), name="x")
