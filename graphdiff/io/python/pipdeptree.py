"""What pipdeptree prints with ``--json`` and ``--json-tree``, as version 2 writes it and as version 4 does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import networkx as nx

from graphdiff.absences import listed_few
from graphdiff.errors import FormatError
from graphdiff.io.building import described
from graphdiff.io.documents import Record, mappings, parse_json, required_text
from graphdiff.io.python.requirements import canonical, satisfies
from graphdiff.kernels.collecting import collector_at_rest

__all__ = ["read_pipdeptree"]


class _Edge(NamedTuple):
    tail: Record
    head: Record


def read_pipdeptree(data: bytes, *, name: str) -> nx.DiGraph:
    """Read pipdeptree's JSON, flat or as a tree: the tail of an edge depends on its head.

    A tree may repeat a package with what is below it (version 2) or leave out what it has shown before (version 4):
    the graph has each edge that stands somewhere in it.

    Returns
    -------
    networkx.DiGraph
        Nodes have ``name`` (as written), ``version``, and ``missing`` where it is not installed; edges ``kind``,
        ``clause``, ``extra`` and ``optional``.

    Raises
    ------
    FormatError
        Broken JSON, JSON of another shape, or a tree made with ``--reverse``.

    Examples
    --------
    >>> flat = b'''[{"package": {"key": "a", "package_name": "A", "installed_version": "1"}, "dependencies": [
    ...     {"key": "b", "package_name": "b", "installed_version": "2", "required_version": ">1"}]}]'''
    >>> list(read_pipdeptree(flat, name="tree.json").edges(data="clause"))
    [('a', 'b', '>1')]
    """
    document = parse_json(data, name)
    with collector_at_rest():
        packages: list[Record] = []
        edges = list(_walk(document, name, packages))
        _check_direction(edges, name)
        graph = nx.DiGraph()
        for package in [*packages, *(edge.head for edge in edges)]:
            graph.add_node(_key(package), **_attributes(package))
        for tail, head in edges:
            _add_edge(graph, _key(tail), _key(head), head)
    if not graph:
        raise FormatError(f"{name}: no package in it")
    if missing := [node for node, there in graph.nodes(data="missing") if there]:
        graph.graph["warnings"] = [f"{name}: required but not installed, and nodes all the same: {listed_few(missing)}"]
    return described(graph, format="pipdeptree", edge_meaning="depends on", weight_meaning="none")


def _walk(document: Any, name: str, packages: list[Record]) -> Iterator[_Edge]:
    """Yield the edges, and list the packages that stand at the top; a tree is walked without calling oneself."""
    stack: list[tuple[str, Record, Record | None]] = [(where, entry, None) for where, entry in mappings(document, name)]
    stack.reverse()
    while stack:
        where, entry, parent = stack.pop()
        package = _package(entry, where)
        if parent is None:
            packages.append(package)
        else:
            yield _Edge(parent, package)
        below = list(mappings(entry.get("dependencies"), f"{where}.dependencies"))
        stack += [(path, one, package) for path, one in reversed(below)]


def _package(entry: Record, where: str) -> Record:
    package = entry.get("package", entry)
    if not isinstance(package, dict):
        raise FormatError(f"{where}: package is no object")
    required_text(package, "key", where)
    return package


def _key(package: Record) -> str:
    return canonical(package["key"])


def _attributes(package: Record) -> Record:
    version = str(package.get("installed_version", "?"))
    there = {"version": version} if version != "?" else {"missing": True}
    return {"name": str(package.get("package_name", package["key"])), **there}


def _clause(package: Record) -> str:
    clause = str(package.get("required_version", "Any"))
    return "" if clause in ("Any", "?", "None") else clause


def _add_edge(graph: nx.DiGraph, tail: str, head: str, dependency: Record) -> None:
    extra = dependency.get("extra")
    before = graph.get_edge_data(tail, head)
    if tail == head or (before is not None and (extra or before["kind"] == "normal")):
        return
    with_extra = {"kind": "extra", "extra": str(extra), "optional": True} if extra else {"kind": "normal"}
    graph.add_edge(tail, head)
    graph[tail][head].clear()
    graph[tail][head].update(with_extra)
    if _clause(dependency):
        graph[tail][head]["clause"] = _clause(dependency)


def _check_direction(edges: list[_Edge], name: str) -> None:
    """Refuse a tree of ``--reverse``: what an entry requires is then the one above it, which alone has that version."""
    fitting = [
        tuple(
            satisfies(str(end.get("installed_version")), wanted, where=f"{name}: {_key(end)}") for end in (head, tail)
        )
        for tail, head in edges
        if (wanted := _clause(head))
    ]
    if any(ahead is False for ahead, _ in fitting) and all(behind is not False for _, behind in fitting):
        raise FormatError(f"{name}: made with pipdeptree --reverse, whose arrows are turned round: leave --reverse out")
