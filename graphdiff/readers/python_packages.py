"""The graph of Python packages: which needs hold, which version each one means, and what extras do to the edges.

In other ecosystems a lock file has resolved all that, and `graphdiff.readers.packages` makes the graph of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import networkx as nx

from graphdiff.errors import FormatError, UsageError
from graphdiff.readers.building import collector_at_rest, described, node_ids
from graphdiff.readers.requirements import Environment, Package, Requirement, holds, satisfies
from graphdiff.remedies import Keyword

__all__ = ["EXTRAS", "python_graph"]

#: What the option ``extras`` can be.
EXTRAS = {
    "requested": "edges of the extras that some package asks for",
    "nodes": "the same, but from a node of its own for a package with extras, as uv's tree counts paths",
    "none": "no edges of extras",
    "all": "edges of all extras, asked for or not",
}

#: One node: the place of a package, and in ``nodes`` the extras that make it a node of its own.
Node = tuple[int, frozenset[str]]
PLAIN: frozenset[str] = frozenset()


class _Edge(NamedTuple):
    tail: Node
    head: Node
    need: Requirement


def python_graph(
    packages: Iterable[Package],
    *,
    name: str,
    format: str,
    extras: str = "requested",
    environment: Environment | None = None,
) -> nx.DiGraph:
    """Return the graph of packages: the tail of an edge depends on its head.

    Several requirements between two packages are one edge; one that always holds takes the place of those that hold
    only with an extra.

    Parameters
    ----------
    packages : iterable of Package
    name : str
        The file's name, for messages.
    format : str
        The title of what was read.
    extras : {"requested", "nodes", "none", "all"}
        See `EXTRAS`. The extras of a root count as asked for.
    environment : mapping, optional
        Where given, markers are evaluated in it: what does not hold there makes no edge, and where the file has
        roots, what they do not reach is left out.

    Returns
    -------
    networkx.DiGraph
        ``G.graph["unmet"]`` counts the needs that no package meets; ``G.graph["with_extras"]`` lists the edges that
        only an extra would add which none asks for, as ``(tail, head, extra)``.

    Raises
    ------
    UsageError
        An `extras` that is not one of the above.
    FormatError
        No package at all, or a marker that cannot be evaluated.
    """
    if extras not in EXTRAS:
        raise UsageError(Keyword("extras", extras), f" is not one of {', '.join(map(repr, EXTRAS))}")
    with collector_at_rest():
        every = [package for package in packages if environment is None or holds(package.marker, environment)]
        if not every:
            raise FormatError(f"{name}: no package in it" + ("" if environment is None else " for that environment"))
        needs = _Needs([_holding(package, environment) for package in every], extras)
        graph = _graph(needs, extras, prune=environment is not None)
    return described(graph, format=format, edge_meaning="depends on", weight_meaning="none")


def _holding(package: Package, environment: Environment | None) -> Package:
    if environment is None:
        return package
    held = (_need_there(need, environment) for need in package.needs)
    return replace(package, needs=tuple(need for need in held if need))


def _need_there(need: Requirement, environment: Environment) -> Requirement | None:
    """Return the need if it holds: without any extra if it can, else with its own."""
    if need.marker is not None and need.extra and holds(need.marker, environment):
        return replace(need, extra=None, kind="normal")
    return need if holds(need.marker, environment, extra=need.extra) else None


@dataclass(frozen=True)
class _Needs:
    """The packages by name, and which extras of each are asked for."""

    packages: Sequence[Package]
    extras: str

    @cached_property
    def by_name(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for place, package in enumerate(self.packages):
            found.setdefault(package.name, []).append(place)
        return found

    def meant(self, need: Requirement) -> list[int]:
        """Return the packages that a need means: all versions that will do, or all where none is known to."""
        places = self.by_name.get(need.name, [])
        if len(places) < 2:
            return places
        if need.version:
            places = [place for place in places if self.packages[place].version == need.version] or places
        if len(places) > 1 and need.clause:
            places = [p for p in places if satisfies(self.packages[p].version, need.clause, where=need.name)] or places
        return places

    @cached_property
    def wanted(self) -> list[set[str]]:
        """The extras of each package that are asked for, by a package or by what its own extras need."""
        every = self.extras == "all"
        wanted = [set(package.provides) if every or package.root else set() for package in self.packages]
        queue = list(range(len(self.packages))) if self.extras != "none" else []
        while queue:
            place = queue.pop()
            for need in self.packages[place].needs:
                if need.extras and (need.extra is None or need.extra in wanted[place]):
                    for other in self.meant(need):
                        if not need.extras <= wanted[other]:
                            wanted[other] |= need.extras
                            queue.append(other)
        return wanted

    @cached_property
    def bringing(self) -> list[set[str]]:
        """The extras of each package that need something."""
        return [{need.extra for need in package.needs if need.extra} for package in self.packages]

    def holding(self) -> Iterator[tuple[int, Requirement]]:
        """Yield the needs that hold with the extras asked for, each with the place of its package."""
        for place, package in enumerate(self.packages):
            yield from ((place, need) for need in package.needs if not need.extra or need.extra in self.wanted[place])

    def n_unmet(self) -> int:
        """Return how many needs hold that no package meets."""
        return sum(not self.meant(need) for _, need in self.holding())

    def edges(self) -> Iterator[_Edge]:
        """Yield an edge for each need that holds with the extras asked for."""
        for place, need in self.holding():
            yield from (_Edge((place, PLAIN), (head, PLAIN), need) for head in self.meant(need))

    def edges_by_node(self) -> Iterator[_Edge]:
        """Yield the edges where a package with extras is a node of its own, which needs the package without."""
        queue: list[Node] = [(place, frozenset()) for place in range(len(self.packages))]
        seen = set(queue)
        while queue:
            place, chosen = queue.pop()
            package = self.packages[place]
            if chosen:
                yield _Edge(
                    (place, chosen), (place, PLAIN), Requirement(package.name, kind="extra", extra=_joined(chosen))
                )
            taken = chosen or {None}
            for need in package.needs:
                if need.extra in taken or (package.root and not chosen):
                    for head in self.meant(need):
                        node = (head, PLAIN if head == place else self._closed(head, need.extras))
                        yield _Edge((place, chosen), node, need)
                        if node not in seen:
                            seen.add(node)
                            queue.append(node)

    def _closed(self, place: int, asked: frozenset[str]) -> frozenset[str]:
        """Return those of some extras that need something, and those of the same package that they need."""
        package = self.packages[place]
        chosen = asked & self.bringing[place]
        while True:
            more = [need.extras for need in package.needs if need.name == package.name and need.extra in chosen]
            closed = chosen.union(*more) & self.bringing[place]
            if closed == chosen:
                return closed
            chosen = closed

    def left_out(self) -> Iterator[tuple[int, int, str]]:
        """Yield the edges of the extras that none asks for, where what they need is there."""
        for place, package in enumerate(self.packages):
            for need in package.needs:
                if need.extra and need.extra not in self.wanted[place]:
                    yield from ((place, head, need.extra) for head in self.meant(need) if head != place)


def _graph(needs: _Needs, extras: str, *, prune: bool) -> nx.DiGraph:
    edges = [edge for edge in (needs.edges_by_node() if extras == "nodes" else needs.edges()) if edge[0] != edge[1]]
    plain: list[Node] = [(place, frozenset()) for place in range(len(needs.packages))]
    nodes = list(dict.fromkeys([*plain, *(edge.tail for edge in edges)]))
    if prune and any(package.root for package in needs.packages):
        kept = _reached(edges, [node for node in plain if needs.packages[node[0]].root])
        nodes = [node for node in nodes if node in kept]
    labels = _labels(needs.packages, nodes)
    graph = nx.DiGraph(unmet=needs.n_unmet())
    graph.add_nodes_from((labels[node], _attributes(needs.packages[node[0]])) for node in nodes)
    for tail, head, need in edges:
        if tail in labels:
            _add_edge(graph, labels[tail], labels[head], need)
    here = {place: label for (place, chosen), label in labels.items() if not chosen}
    kept_out = {(here[t], here[h], extra) for t, h, extra in needs.left_out() if t in here and h in here}
    graph.graph["with_extras"] = sorted(edge for edge in kept_out if not graph.has_edge(*edge[:2]))
    return graph


def _reached(edges: Iterable[_Edge], roots: Sequence[Node]) -> set[Node]:
    graph = nx.DiGraph([edge[:2] for edge in edges])
    graph.add_nodes_from(roots)
    return set(roots).union(*(nx.descendants(graph, root) for root in roots))


def _labels(packages: Sequence[Package], nodes: Sequence[Node]) -> dict[Node, str]:
    ids = node_ids((packages[place].name, packages[place].version) for place, _ in nodes)
    return {node: f"{label}[{_joined(node[1])}]" if node[1] else label for node, label in zip(nodes, ids, strict=True)}


def _attributes(package: Package) -> dict[str, Any]:
    said = {"name": package.name, "version": package.version, **package.attributes}
    if package.root:
        said["root"] = True
    return {key: value for key, value in said.items() if value not in (None, "")}


def _add_edge(graph: nx.DiGraph, tail: str, head: str, need: Requirement) -> None:
    said = {
        "kind": need.kind,
        "extra": need.extra,
        "group": need.group,
        "marker": str(need.marker) if need.marker else None,
        "clause": need.clause,
        "optional": True if need.extra else None,
    }
    new = {key: value for key, value in said.items() if value}
    before = graph.get_edge_data(tail, head)
    if before is None or (before["kind"] != "normal" and need.kind == "normal"):
        graph.add_edge(tail, head)
        graph[tail][head].clear()
        graph[tail][head].update(new)
    elif before["kind"] == need.kind:
        _merge(before, new)


def _merge(before: dict[str, Any], new: dict[str, Any]) -> None:
    """Put a second requirement of the same kind into an edge: with either extra, where either marker holds."""
    if "extra" in before:
        before["extra"] = _joined({*before["extra"].split(","), *new["extra"].split(",")})
    for key, between in (("marker", " or "), ("clause", " | ")):
        both = list(dict.fromkeys([before.pop(key, None), new.get(key)]))
        if all(both):
            before[key] = between.join(both)


def _joined(extras: Iterable[str]) -> str:
    return ",".join(sorted(extras))
