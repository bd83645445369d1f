"""Questions that the tools of nine ecosystems answer of their own fresh locks, asked of graphdiff: equal answers.

Each folder of ``data/questions`` has the lock that a tool wrote on 2026-11-29, and what the tool says of it
(``README.md`` there says by which commands): no code of graphdiff made the answers.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from packaging.markers import Marker

import graphdiff as gd

QUESTIONS = Path(__file__).parent / "data/questions"
LOCKS = {
    "berry": "yarn.lock",
    "bundler": "Gemfile.lock",
    "composer": "composer.lock",
    "npm": "package-lock.json",
    "pip-tools": "requirements.txt",
    "pnpm": "pnpm-lock.yaml",
    "poetry": "poetry.lock",
    "uv": "uv.lock",
    "yarn": "yarn.lock",
}
#: Where the tools ran that answer for one environment alone.
LINUX = {"python_version": "3.11", "python_full_version": "3.11.7", "sys_platform": "linux", "platform_system": "Linux"}
#: How a tool writes that any version will do, where its lock has nothing.
ANY = {"*", "Any", ">= 0"}


def answers(tool: str) -> dict[str, Any]:
    text = (QUESTIONS / tool / "answers.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


@cache
def lock(tool: str, **options: Any) -> nx.DiGraph:
    return gd.read(QUESTIONS / tool / LOCKS[tool], **options)


def asked(kind: str) -> list[Any]:
    """Return the questions of a kind: the tool, the name where the question has one, and the tool's answer."""
    return [
        pytest.param(tool, *question.removeprefix(kind).split(), answer, id=f"{tool}: {question}")
        for tool in LOCKS
        for question, answer in answers(tool).items()
        if question.startswith(kind)
    ]


def named(graph: nx.DiGraph, node: Any, *, with_version: bool = True) -> str:
    if is_project(node):
        return "shop"
    data = graph.nodes[node]
    return f"{data['name']}@{data['version']}" if with_version else str(data["name"])


def is_project(node: Any) -> bool:
    """Whether a node is the project itself, which no tool lists among its packages."""
    return node in ("shop", ".", "Gemfile")


def any_version(clause: str) -> str:
    return "*" if clause in ANY else clause


def versions_of(graph: nx.DiGraph, name: str) -> list[Any]:
    return [node for node, data in graph.nodes(data=True) if data.get("name", node) == name]


def test_there_are_as_many_questions_as_a_table_needs() -> None:
    assert sum(len(answers(tool)) for tool in LOCKS) >= 70


@pytest.mark.parametrize(("tool", "packages"), asked("packages"))
def test_which_packages(tool: str, packages: list[str]) -> None:
    graph = lock(tool)
    nodes = [node for node in graph if not is_project(node)]
    if tool == "poetry":  # which shows what this environment gets
        nodes = [n for n in nodes if Marker(graph.nodes[n].get("marker", "python_version > '3'")).evaluate(LINUX)]
    assert sorted(named(graph, node) for node in nodes) == packages


@pytest.mark.parametrize(("tool", "packages"), asked("production"))
def test_which_packages_production_gets(tool: str, packages: list[str]) -> None:
    options = {"markers": ",".join(f"{name}={value}" for name, value in LINUX.items())} if tool == "poetry" else {}
    graph = lock(tool, omit="dev", **options)
    roots = [node for node, root in graph.nodes(data="root") if root]
    reached = {*roots}.union(*(nx.descendants(graph, root) for root in roots)) or {*graph}  # a lock that names no root
    assert sorted(named(graph, node) for node in reached if not is_project(node)) == packages


@pytest.mark.parametrize(("tool", "name", "holders"), asked("who holds"))
def test_who_holds_a_package_and_by_which_range(tool: str, name: str, holders: list[list[str]]) -> None:
    graph = lock(tool)
    with_versions = any("@" in holder for holder, *_ in holders)
    with_ranges = all(ranges for _, *ranges in holders) and tool != "pip-tools"  # whose output has none
    rows = []
    for node in versions_of(graph, name):
        for tail, _, data in graph.in_edges(node, data=True):
            holder = named(graph, tail, with_version=with_versions)
            rows.append([holder, any_version(data.get("clause", "*"))])
    expected = [[holder, *map(any_version, ranges)] for holder, *ranges in holders]
    width = 2 if with_ranges else 1
    assert sorted(row[:width] for row in rows) == sorted(row[:width] for row in expected) != []


@pytest.mark.parametrize(("tool", "name", "number"), asked("paths to"))
def test_by_how_many_paths(tool: str, name: str, number: int) -> None:
    graph = lock(tool)
    assert sum(gd.count_paths(graph, gd.ROOTS, node) for node in versions_of(graph, name)) == number


@pytest.mark.parametrize(("tool", "name", "versions"), asked("versions of"))
def test_which_versions(tool: str, name: str, versions: list[str]) -> None:
    graph = lock(tool)
    assert sorted(named(graph, node) for node in versions_of(graph, name)) == versions


@pytest.mark.parametrize(("tool", "name", "gone"), asked("without"))
def test_what_goes_when_a_package_is_removed(tool: str, name: str, gone: list[str]) -> None:
    graph = lock(tool)
    (node,) = versions_of(graph, name)
    assert sorted(named(graph, one) for one in {node, *gd.exclusive(graph, node)}) == gone
