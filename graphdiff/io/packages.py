"""Packages and what they need, become a graph: the same way for every ecosystem.

Two rules hold for all of them. A node is one version of one package: copies of it in several folders, or with several
peers beside it, are one node that has the needs of all. An edge is one kind of need: where packages need each other in
several kinds at once the graph is a MultiDiGraph with the kind as key, else a DiGraph.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import networkx as nx

from graphdiff.errors import FormatError
from graphdiff.io.building import by_kinds, chosen_kinds, described, leave_out, node_ids, note_unmet
from graphdiff.io.documents import text
from graphdiff.kernels.collecting import collector_at_rest

__all__ = ["Need", "package_graph", "place_of"]

Attributes = dict[str, Any]
PackageGraph: TypeAlias = "nx.DiGraph | nx.MultiDiGraph"


class Need(NamedTuple):
    """One package needs another.

    Attributes
    ----------
    tail, head : int
        The places of the two in the list of packages.
    kind : str
        What it is needed for, in the words of the ecosystem; ``""`` where the file does not say.
    attributes : dict
        ``clause`` (the versions that would do), ``optional``, ``marker`` (where it holds), and others.
    """

    tail: int
    head: int
    kind: str = ""
    attributes: Mapping[str, Any] = {}


def package_graph(
    packages: Sequence[Attributes],
    needs: Iterable[Need],
    *,
    name: str,
    format: str,
    known: Collection[str] = (),
    kinds: str | Collection[str] | None = None,
    unmet: Iterable[tuple[int, str]] | None = None,
    absent: str = "not in the file",
) -> PackageGraph:
    """Return the graph of packages; its ids are those of `graphdiff.io.building.node_ids`.

    Parameters
    ----------
    packages : sequence of dict
        Their attributes; each has a ``name`` and a ``version``, and may have a ``source`` or ``path``, which tells
        equal versions apart; ``root`` is there where True.
    needs : iterable of Need
    name : str
        The file's name, for messages.
    format : str
        The title of what was read.
    known : collection of str
        The kinds that the format has.
    kinds : str or collection of str, optional
        Keep only needs of these kinds, and the packages that the roots still reach by them; one text may have several,
        with commas between them.
    unmet : iterable of (int, str), optional
        What is needed and not there, where that can be: the place of the package and the name that it needs. They
        become ``G.graph["unmet"]``, a dict of names to the nodes that require them.
    absent : str
        What is true of these names: it becomes ``G.graph["absent"]``.

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph
        The tail of an edge depends on its head.

    Raises
    ------
    FormatError
        There is no package.
    UsageError
        A kind that the format does not have.

    Examples
    --------
    >>> packages = [{"name": "app", "version": "1", "root": True}, {"name": "left-pad", "version": "1.3.0"}]
    >>> G = package_graph(packages, [Need(0, 1, "dev", {"clause": "^1.0"})], name="x.json", format="x")
    >>> list(G.edges(data=True))
    [('app', 'left-pad', {'clause': '^1.0', 'kind': 'dev'})]
    """
    if not packages:
        raise FormatError(f"{name}: no package in it")
    wanted = chosen_kinds(kinds, known, default=(*known, "")) if kinds else None
    with collector_at_rest():
        ids = _ids(packages)
        edges: dict[tuple[str, str, str], Attributes] = {}
        there: dict[str, int] = {}
        for need in needs:
            there[need.kind] = there.get(need.kind, 0) + 1
            if wanted is None or need.kind in wanted:
                _merge_edge(edges, (ids[need.tail], ids[need.head], need.kind), need.attributes)
        graph = _built(_nodes(ids, packages), edges)
        if kinds:
            _leave_out_what_roots_miss(graph, kinds)
    if wanted and not graph.number_of_edges():
        graph.graph["warnings"] = [_nothing_of(wanted, there, name)]
    if unmet is not None:
        pairs = ((ids[place], wanted) for place, wanted in unmet)
        note_unmet(graph, ((node, wanted) for node, wanted in pairs if node in graph), absent)
    return described(graph, format=format, edge_meaning="depends on", weight_meaning="none")


def _nothing_of(wanted: Collection[str], there: Mapping[str, int], name: str) -> str:
    """Return what to say where kinds leave no edge: which kinds there are."""
    counted = ", ".join(f"{kind or 'of no kind'} ({times:,})" for kind, times in there.items()) or "none"
    kinds = " or ".join(sorted(filter(None, wanted)))
    return f"{name}: nothing that the roots reach is needed by the kind {kinds}; the needs in the file are {counted}"


def place_of(wanted: object, places: Mapping[str, int], where: str) -> int:
    """Return the place of the package that a file names.

    Raises
    ------
    FormatError
        It names what is not there, or it is no text.

    Examples
    --------
    >>> place_of("left-pad@1", {"left-pad@1": 3}, "x.json: needs")
    3
    """
    place = places.get(text(wanted, where))
    if place is None:
        raise FormatError(f"{where}: {wanted!r} is not among the packages")
    return place


def _ids(packages: Sequence[Attributes]) -> list[str]:
    """Return the ids; a version that comes from two places is two versions, told apart as Cargo writes it."""
    origins = [package.get("source") or package.get("path") or "local" for package in packages]
    stated = [(package["name"], package["version"]) for package in packages]
    several: dict[tuple[str, str], set[str]] = {}
    for key, origin in zip(stated, origins, strict=True):
        several.setdefault(key, set()).add(origin)
    return node_ids(
        (name, version if len(several[name, version]) == 1 else f"{version} ({origin})".strip())
        for (name, version), origin in zip(stated, origins, strict=True)
    )


def _nodes(ids: Sequence[str], packages: Sequence[Attributes]) -> dict[str, Attributes]:
    nodes: dict[str, Attributes] = {}
    for node, package in zip(ids, packages, strict=True):
        attributes = {key: value for key, value in package.items() if value not in ("", None)}
        nodes[node] = attributes | nodes.get(node, {})
    return nodes


def _leave_out_what_roots_miss(graph: PackageGraph, kinds: str | Collection[str]) -> None:
    if beyond := _beyond_the_roots(graph):
        graph.remove_nodes_from(beyond)
        leave_out(graph, beyond, by_kinds(kinds))


def _merge_edge(
    edges: dict[tuple[str, str, str], Attributes], edge: tuple[str, str, str], attributes: Mapping[str, Any]
) -> None:
    new = {key: value for key, value in attributes.items() if value not in ("", None, False)}
    if edge[2]:
        new["kind"] = edge[2]
    old = edges.setdefault(edge, new)
    if old is new or old == new:
        return
    # Any of the clauses makes the edge; it is optional, or bound to a place, only if every one of them says so.
    merged = new | old
    for key in ("optional", "marker"):
        if key not in old or key not in new:
            merged.pop(key, None)
    for key in ("clause", "marker"):
        if key in merged:
            both = [*str(old.get(key, "")).split(" | "), str(new.get(key, ""))]
            merged[key] = " | ".join(dict.fromkeys(clause for clause in both if clause))
    edges[edge] = merged


def _built(nodes: Mapping[str, Attributes], edges: Mapping[tuple[str, str, str], Attributes]) -> PackageGraph:
    one_kind_each = len({(tail, head) for tail, head, _ in edges}) == len(edges)
    graph = nx.DiGraph() if one_kind_each else nx.MultiDiGraph()
    graph.add_nodes_from(nodes.items())
    if one_kind_each:
        graph.add_edges_from((tail, head, attributes) for (tail, head, _), attributes in edges.items())
    else:
        graph.add_edges_from((*edge, attributes) for edge, attributes in edges.items())
    return graph


def _beyond_the_roots(graph: PackageGraph) -> list[str]:
    """Return the nodes that no root reaches; none where there are no roots."""
    roots = [node for node, root in graph.nodes(data="root") if root]
    reached = set(roots)
    waiting = roots
    while waiting:
        heads = {head for node in waiting for head in graph.adj[node]} - reached
        reached |= heads
        waiting = list(heads)
    return [node for node in graph if node not in reached] if roots else []
