"""Python's resolutions that are no locks: what ``pip install --report`` and ``pip-compile`` write, as the tools wrote it.

``report.json`` is what pip 26.3 wrote for ``pip install --dry-run --ignore-installed --report report.json
'requests[socks]' rich`` on Python 3.11, without descriptions and addresses.
"""

from __future__ import annotations

import io
import json
from pathlib import Path

import networkx as nx
import pytest

from graphdiff.io.read import read

DATA = Path(__file__).parents[1] / "data" / "python"

#: What pipdeptree 4.2.15 prints of the environment in which pip installed these, without requests[socks].
INSTALLED = {
    ("markdown-it-py", "mdurl"): "~=0.1",
    ("requests", "certifi"): ">=2023.5.7",
    ("requests", "charset-normalizer"): "<4,>=2",
    ("requests", "idna"): "<4,>=2.5",
    ("requests", "urllib3"): "<3,>=1.26",
    ("rich", "markdown-it-py"): ">=2.2.0",
    ("rich", "pygments"): "<3.0.0,>=2.13.0",
}


def roots(graph: nx.DiGraph) -> set[str]:
    return {node for node, root in graph.nodes(data="root") if root}


# -- pip install --report


def test_a_report_is_the_tree_of_what_would_be_installed() -> None:
    graph = read(DATA / "report.json")
    with_extra = {("requests", "pysocks"): "!=1.5.7,>=1.5.6"}
    assert {(u, v): clause for u, v, clause in graph.edges(data="clause")} == INSTALLED | with_extra
    assert graph.edges["requests", "pysocks"] == {
        "kind": "extra", "extra": "socks", "marker": 'extra == "socks"', "clause": "!=1.5.7,>=1.5.6", "optional": True,
    }  # fmt: skip
    assert graph.graph["edge_meaning"] == "depends on"
    assert graph.graph["node_meaning"] == "packages"
    assert graph.graph["unmet"] == {}
    assert graph.nodes["pygments"] == {"name": "Pygments", "version": "2.21.0", "licence": "BSD-2-Clause"}


def test_what_was_named_to_pip_are_the_roots() -> None:
    graph = read(DATA / "report.json")
    assert roots(graph) == {"requests", "rich"}
    assert {node for node, asked in graph.nodes(data="requested") if asked} == {"requests", "rich"}


@pytest.mark.parametrize("extras", ["requested", "nodes", "all"])
def test_an_extra_that_was_asked_of_pip_counts(extras: str) -> None:
    assert read(DATA / "report.json", extras=extras).has_edge("requests", "pysocks")
    assert not read(DATA / "report.json", extras="none").has_edge("requests", "pysocks")


def test_an_extra_that_nobody_asked_for_does_not() -> None:
    graph = read(DATA / "report.json")
    assert ("urllib3", "pysocks", "socks") in graph.graph["with_extras"]
    assert not graph.has_edge("urllib3", "pysocks")


def test_what_is_installed_already_is_said_to_be_missing_from_the_report() -> None:
    document = json.loads((DATA / "report.json").read_text())
    document["install"] = [one for one in document["install"] if one["metadata"]["name"] != "idna"]
    graph = read(io.StringIO(json.dumps(document)))
    assert graph.graph["unmet"] == {"idna": ["requests"]}
    assert "--ignore-installed" in graph.graph["absent"]


def test_markers_hold_for_the_environment_of_the_report() -> None:
    document = json.loads((DATA / "report.json").read_text())
    rich = next(one["metadata"] for one in document["install"] if one["metadata"]["name"] == "rich")
    rich["requires_dist"].append("idna; sys_platform == 'win32'")
    assert not read(io.StringIO(json.dumps(document))).has_edge("rich", "idna")
    document["environment"]["sys_platform"] = "win32"
    assert read(io.StringIO(json.dumps(document))).edges["rich", "idna"]["marker"] == 'sys_platform == "win32"'
