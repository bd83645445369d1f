"""What nodes are called: by the reader's row, by the file where it says so, and kept wherever a graph goes."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from conftest import Run

import graphdiff as gd
from graphdiff.io.formats import READERS
from graphdiff.text.sentences import how_many, words_of

SYSTEMD = 'digraph systemd {\n"a.service"->"b.target" [color="green"];\n"b.target"->"c.mount" [color="black"];\n}\n'
TERRAFORM = (
    'digraph {\ncompound = "true"\nsubgraph "root" {\n"[root] aws_a.x (expand)" -> "[root] aws_b.y (expand)"\n}\n}\n'
)
GO = "app golang.org/x/text@v0.3.0\ngolang.org/x/text@v0.3.0 golang.org/x/tools@v0.1.0\n"


def test_every_format_of_one_tool_says_what_its_nodes_are() -> None:
    untold = {key for key, reader in READERS.items() if reader.nodes == "unknown"}
    networkx = {"gml", "nx-edgelist", "nx-adjlist", "nx-multiline-adjlist"}
    assert (
        untold
        == {"dot", "csv", "graphml", "gexf", "json", "adjacency", "pajek", "expr", "gdiff", "parquet", "arrow"}
        | networkx
    )


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        (SYSTEMD, "3 units"),
        (TERRAFORM, "2 resources"),
        (GO, "3 modules"),
        ("digraph { a -> b }", "2 nodes"),
        ("digraph { edge_meaning=\"depends on\"; a -> b }", "2 nodes"),
        ("digraph { node_meaning=crews; edge_meaning=calls; a -> b }", "2 crews"),
        ("digraph { edge_meaning=calls; a -> b }", "2 functions"),
    ],
)  # fmt: skip
def test_by_format_or_by_the_file_itself(text: str, counted: str) -> None:
    graph = gd.read(io.StringIO(text))
    assert how_many(len(graph), words_of(graph).nodes) == counted


def test_no_verb_calls_units_packages(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "units.dot"
    path.write_text(SYSTEMD.replace('"c.mount" [color="black"]', '"a.service" [color="black"]'))
    picture = tmp_path / "units.json"
    for arguments in (
        ["why", str(path), "a.service", "b.target", "--cycles", "solve", "-w", "even", "--default-weight", "1"],
        ["rank", str(path)],
        ["diagnose", str(path)],
        ["cycles", str(path)],
        ["what-if", str(path), "a.service", "b.target", "--remove-node", "b.target"],
        ["draw", str(path), "-O", str(picture)],
    ):
        done = run(*arguments)
        assert "package" not in done.out
    assert "units" in run("rank", str(path)).out
    assert '"node_meaning": "units"' in picture.read_text()


@pytest.mark.parametrize("suffix", ["json", "graphml"])
def test_formats_that_keep_attributes_of_the_graph_keep_it(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"graph.{suffix}"
    gd.write(gd.read(io.StringIO(GO)), path)
    assert gd.read(path).graph["node_meaning"] == "modules"


def test_graphs_made_of_a_graph_keep_it(tmp_path: Path) -> None:
    graph = gd.read(io.StringIO(GO))
    first, middle, last = graph
    compiled = gd.compile(graph, weight=None)
    compiled.save(tmp_path / "saved")
    made: list[Any] = [
        gd.eliminate(compiled, [middle]),
        gd.annotate(compiled, first, last),
        gd.prune(compiled, first, last),
        gd.compare(compiled, compiled, first, last).to_networkx(),
    ]
    assert [one.graph["node_meaning"] for one in made] == ["modules"] * 4
    assert gd.CompiledGraph.load(tmp_path / "saved").node_meaning == "modules"
    assert gd.group(compiled, len).graph["node_meaning"] == "groups"


def test_a_graph_of_ones_own_says_it_in_its_attributes() -> None:
    graph = nx.DiGraph([("app", "log"), ("log", "app")], edge_meaning="depends on", node_meaning="services")
    assert "1. 2 services, 2 edges: " in str(gd.find_cycles(graph, weight=None))
    assert "2 services, 2 dependencies" in str(gd.diagnose(graph))
