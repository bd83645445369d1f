"""``conda-lock.yml`` by hand after conda-lock's documentation and tests; the graph is worked out by hand."""

from __future__ import annotations

import io

import networkx as nx
import pytest
from samples import DATA

from graphdiff.errors import FormatError
from graphdiff.io.read import read

pytest.importorskip("yaml")


def test_a_lock_is_the_graph_of_all_its_platforms() -> None:
    graph = read(DATA / "conda/conda-lock.yml")
    edges = {(u, v): (data.get("clause", ""), data.get("marker", "")) for u, v, data in graph.edges(data=True)}
    assert edges == {
        ("app-tools", "python"): (">=3.12,<3.13.0a0", ""),
        ("app-tools", "zlib@1.3.1"): ("", "linux-64"),
        ("app-tools", "zlib@1.30"): ("", "win-64"),
        ("app-tools", "colorama"): ("*", "win-64"),
        ("colorama", "python"): (">=3.9", "win-64"),
        ("python", "zlib@1.3.1"): (">=1.3,<2.0a0", "linux-64"),
        ("python", "zlib@1.30"): (">=1.3,<2.0a0", "win-64"),
        ("web", "python"): (">=3.9", "linux-64"),
        ("web", "core"): (">=1.2,<2", "linux-64"),
    }
    assert graph.graph["edge_meaning"] == "depends on"
    assert graph.graph["unmet"] == {}
    (warning,) = graph.graph["warnings"]
    assert "what is needed of the system makes no edge: '__glibc'" in warning


def test_what_is_said_of_the_packages() -> None:
    nodes = read(DATA / "conda/conda-lock.yml").nodes
    assert nodes["colorama"] == {
        "name": "colorama", "version": "0.4.6", "purl": "pkg:conda/colorama@0.4.6", "groups": "dev", "optional": True,
        "marker": "win-64",
    }  # fmt: skip
    assert nodes["python"] == {
        "name": "python", "version": "3.12.2", "purl": "pkg:conda/python@3.12.2", "groups": "main",
    }  # fmt: skip
    # It is listed twice, once for development.
    assert nodes["zlib@1.3.1"]["groups"] == "main,dev"
    assert "optional" not in nodes["zlib@1.3.1"]
    assert nodes["core"]["purl"] == "pkg:pypi/core@1.5.0"


def lock(*packages: str) -> nx.DiGraph:
    return read(
        io.StringIO("version: 1\npackage:\n" + "".join(f"- {{{one}}}\n" for one in packages)), format="conda-lock"
    )


def test_what_is_not_in_the_lock_is_named() -> None:
    graph = lock("name: a, version: '1', manager: pip, platform: osx-64, dependencies: {b: '>1'}")
    assert graph.graph["unmet"] == {"b": ["a"]}


@pytest.mark.parametrize(
    ("package", "message"),
    [
        ("name: a, manager: conda", r"package\[0\] has no platform"),
        ("manager: conda, platform: x", r"package\[0\] has no name"),
        ("name: a, manager: apt, platform: x", "the manager 'apt' is neither conda nor pip"),
        ("name: a, manager: pip, platform: x, dependencies: [b]", "dependencies: expected names with values"),
    ],
)
def test_a_broken_lock_gets_one_line(package: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        lock(package)
    with pytest.raises(FormatError, match="no package in it"):
        lock()
