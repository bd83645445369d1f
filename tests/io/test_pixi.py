"""``pixi.lock`` by hand after pixi's documentation and tests; the graphs are worked out by hand."""

from __future__ import annotations

import io

import networkx as nx
import pytest
from samples import DATA

from graphdiff.errors import FormatError
from graphdiff.io.read import read

pytest.importorskip("yaml")


def edges(graph: nx.DiGraph) -> dict[tuple[str, str], tuple[str, str]]:
    return {(u, v): (data.get("clause", ""), data.get("marker", "")) for u, v, data in graph.edges(data=True)}


def test_a_lock_is_the_graph_of_all_its_platforms() -> None:
    graph = read(DATA / "pixi/pixi.lock")
    assert edges(graph) == {
        ("python", "libz@1.3.1"): (">=1.3,<2.0a0", "linux-64"),
        ("python", "libz@1.3.0"): (">=1.3,<2.0a0", "win-64"),
        ("yaml_tools", "python"): ("", ""),
        ("colorama", "python"): (">=3.9", "win-64"),
        # Two requirements, one by sys_platform == 'linux', the other by sys_platform != 'linux'.
        ("web", "core"): (">=1.2 | >=1", ""),
        ("web", "colorama"): ("", "win-64"),
        # conda's name of what PyPI calls yaml-tools.
        ("web", "yaml_tools"): ("<1", ""),
        # Only on Linux something asks for core[fast].
        ("core", "speed"): ("", "linux-64"),
    }
    assert graph.graph["unmet"] == {}  # tomli is for Python before 3.11, sphinx for an extra that nothing asks for
    assert graph.graph["edge_meaning"] == "depends on"
    (warning,) = graph.graph["warnings"]
    assert "what is needed of the system makes no edge: '__glibc'" in warning


def test_what_only_an_extra_brings_says_so() -> None:
    data = read(DATA / "pixi/pixi.lock").edges["core", "speed"]
    assert data == {"kind": "extra", "extra": "fast", "optional": True, "marker": "linux-64"}
    needs = "requires_dist: [\"b; extra == 'x'\", b>1]"
    both = f"[{{pypi: x/a, name: a, version: 1, {needs}}}, {{pypi: x/b, name: b, version: 2}}]"
    graph = lock(both, "{default: {packages: {linux-64: [{pypi: x/a, extras: [x]}, {pypi: x/b}]}}}")
    assert graph.edges["a", "b"].keys() <= {"clause"}


def test_what_is_said_of_the_packages() -> None:
    nodes = read(DATA / "pixi/pixi.lock").nodes
    assert nodes["python"] == {
        "name": "python", "version": "3.12.2", "purl": "pkg:conda/python@3.12.2", "licence": "Python-2.0",
        "size": 32312631,
    }  # fmt: skip
    assert nodes["speed"] == {"name": "speed", "version": "1.0", "purl": "pkg:pypi/speed@1.0", "marker": "linux-64"}
    assert nodes["libz@1.3.0"]["marker"] == "win-64"


def lock(packages: str, environments: str) -> nx.DiGraph:
    return read(io.StringIO(f"version: 6\nenvironments: {environments}\npackages: {packages}\n"), format="pixi")


ONE = "[{kind: conda, name: a, version: 1.10, url: x/a, depends: [b]}, {kind: pypi, name: B, version: 2, url: x/b}]"


def test_environments_are_told_apart_and_older_versions_say_what_a_package_is() -> None:
    both, alone = "{linux-64: [{conda: x/a}, {pypi: x/b}]}", "{linux-64: [{conda: x/a}]}"
    graph = lock(ONE, f"{{default: {{packages: {both}}}, test: {{packages: {alone}}}}}")
    assert edges(graph) == {("a", "b"): ("", "default linux-64")}
    assert graph.nodes["b"]["marker"] == "default linux-64"
    assert graph.nodes["a"]["version"] == "1.10"
    assert graph.graph["unmet"] == {"b": ["a"]}


def test_the_environment_may_ask_for_an_extra_and_platforms_have_names() -> None:
    packages = (
        "[{pypi: x/a, name: a, version: 1, requires_dist: [\"b; extra == 'x'\"]}, {pypi: x/b, name: b, version: 1}]"
    )
    within = "{default: {packages: {gpu: [{pypi: x/a, extras: [X]}, {pypi: x/b}]}}}"
    assert edges(lock(packages, within)) == {("a", "b"): ("", "")}
    assert edges(lock(packages, within.replace(", extras: [X]", ""))) == {}
    marked = packages.replace("extra == 'x'", "sys_platform == 'darwin'")
    named = f"{within}\nplatforms: [{{name: gpu, subdir: osx-arm64}}]"
    assert edges(lock(marked, named)) == {("a", "b"): ("", "")}
    assert edges(lock(marked, named.replace("osx-arm64", "win-64"))) == {}


@pytest.mark.parametrize(
    ("packages", "message"),
    [
        ("[]", "'x/a' is not among the packages"),
        ("[{conda: x/a}]", r"packages\[0\] has no name"),
        ("[{conda: x/a, name: a}, {conda: x/a, name: a}]", "'x/a' is listed twice"),
        ("[{conda: x/a, name: a, depends: b}]", "depends: expected a list"),
        ("[{pypi: x/a, name: a, requires_dist: ['?']}]", r"packages\[0\]: no requirement: '\?'"),
    ],
)
def test_a_broken_lock_gets_one_line(packages: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        lock(packages, "{default: {packages: {linux-64: [{conda: x/a}]}}}")


def test_an_empty_lock_is_refused() -> None:
    with pytest.raises(FormatError, match="no package in it"):
        lock("[]", "{default: {packages: {}}}")
