"""The graph of Python packages: which needs hold, which version each one means, and what extras do to the edges.

In other ecosystems a lock file has resolved all that, and `graphdiff.io.packages` makes the graph of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

import networkx as nx

from graphdiff.errors import FormatError, UsageError
from graphdiff.io.building import described, leave_out, node_ids, note_unmet
from graphdiff.io.python.requirements import Environment, Package, Requirement, doubts_on, holds, satisfies
from graphdiff.kernels.collecting import collector_at_rest
from graphdiff.remedies import Keyword

__all__ = ["EXTRAS", "PackageGraph", "joined", "python_graph"]

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
#: In place of extras: the node of a root with all of its own extras, where another package needs the root.
OWN = frozenset({"(root)"})
PackageGraph: TypeAlias = "nx.DiGraph | nx.MultiDiGraph"


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
    absent: str = "not in the file",
    options: Mapping[str, str] | None = None,
    left_out: Iterable[Package] = (),
) -> PackageGraph:
    """Return the graph of packages: the tail of an edge depends on its head.

    Several requirements between two packages are one edge; one that always holds takes the place of those that hold
    only with an extra. Where extras are nodes of their own, each extra and each group that needs the other package
    makes an edge, as each makes a line in uv's tree; of several the graph is a MultiDiGraph.

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
    absent : str
        What is true of a package that is needed and not there.
    options : mapping of str to str, optional
        What was asked of the reader, for what is said of packages that it left out: options that leave none out, such
        as ``markers="all"``, are passed over.
    left_out : iterable of Package
        What the reader left out itself.

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph
        ``G.graph["unmet"]`` has what is needed and not there, with who needs it; ``G.graph["with_extras"]`` lists the
        edges that only an extra would add which none asks for, as ``(tail, head, extra)``; ``G.graph["left_out"]``
        has the packages that options left out.

    Raises
    ------
    UsageError
        An `extras` that is not one of the above.
    FormatError
        No package at all, or a marker that cannot be evaluated.
    """
    if extras not in EXTRAS:
        raise UsageError(Keyword("extras", extras), f" is not one of {', '.join(map(repr, EXTRAS))}")
    doubts = [f"{name}: {doubt}" for doubt in doubts_on((options or {}).get("markers", "all"))]
    with collector_at_rest():
        given = list(packages)
        every = [package for package in given if environment is None or holds(package.marker, environment)]
        if not every:
            where = "" if environment is None else " for that environment"
            raise FormatError("; ".join([f"{name}: no package in it{where}", *doubts]))
        needs = _Needs([_holding(package, environment) for package in every], extras)
        graph = _graph(needs, extras, absent, prune=environment is not None)
        chosen = {key: value for key, value in (options or {}).items() if value not in ("all", "requested", "nodes")}
        leave_out(graph, _not_among(graph, [*given, *left_out]), chosen)
    if doubts:
        graph.graph["warnings"] = doubts
    return described(graph, format=format, edge_meaning="depends on", weight_meaning="none")


def joined(packages: Iterable[Package]) -> list[Package]:
    """Return packages with the entries of one as one: files may list a package without extras, and with each again."""
    by_key: dict[tuple[str, str], Package] = {}
    for package in packages:
        key = (package.name, package.version)
        by_key[key] = _joined_two(by_key[key], package) if key in by_key else package
    return list(by_key.values())


def _joined_two(one: Package, other: Package) -> Package:
    """Return two entries of one package as one: without extras and with them, or with different ones."""
    both = one.needs + other.needs
    plain = {need for need in both if need.extra is None}
    needs = [need for need in both if need.extra is None or replace(need, extra=None, kind="normal") not in plain]
    marker = one.marker if one.marker == other.marker else None
    return replace(one, needs=tuple(dict.fromkeys(needs)), provides=one.provides | other.provides, marker=marker)


def _not_among(graph: PackageGraph, packages: Iterable[Package]) -> Iterator[str]:
    """Yield the packages that are not in the graph, each by name and version."""
    there = {(data["name"], data.get("version", "")) for _, data in graph.nodes(data=True)}
    for package in packages:
        if (package.attributes.get("name", package.name), package.version) not in there:
            yield f"{package.name}@{package.version}" if package.version else package.name


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
        places: dict[str, list[int]] = {}
        for place, package in enumerate(self.packages):
            places.setdefault(package.name, []).append(place)
        return places

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
        if self.extras == "none":
            return [set() for _ in self.packages]
        every = self.extras == "all"
        wanted = [set(one.provides) if every or one.root else set(one.asked) for one in self.packages]
        queue = list(range(len(self.packages)))
        while queue:
            place = queue.pop()
            for other, extras in self._asking(place, wanted[place]):
                if not extras <= wanted[other]:
                    wanted[other] |= extras
                    queue.append(other)
        return wanted

    def _asking(self, place: int, wanted: set[str]) -> Iterator[tuple[int, frozenset[str]]]:
        """Yield the packages of which one with the extras `wanted` asks for extras, and those."""
        for need in self.packages[place].needs:
            if need.extras and (need.extra is None or need.extra in wanted):
                yield from ((other, need.extras) for other in self.meant(need))

    @cached_property
    def bringing(self) -> list[set[str]]:
        """The extras of each package that need something."""
        return [{need.extra for need in package.needs if need.extra} for package in self.packages]

    def holding(self) -> Iterator[tuple[int, Requirement]]:
        """Yield the needs that hold with the extras asked for, each with the place of its package."""
        for place, package in enumerate(self.packages):
            yield from ((place, need) for need in package.needs if not need.extra or need.extra in self.wanted[place])

    def unmet(self) -> Iterator[tuple[int, str]]:
        """Yield the needs that hold and no package meets: the place of who needs it, and what."""
        return ((place, need.name) for place, need in self.holding() if not self.meant(need))

    @cached_property
    def twofold(self) -> set[int]:
        """The roots with extras of their own that another package needs too, and needs without those."""
        needed = {head for place, need in self.holding() for head in self.meant(need) if head != place}
        roots = (place for place in needed if self.packages[place].root)
        return {place for place in roots if any(map(_is_own, self.packages[place].needs))}

    def edges(self) -> Iterator[_Edge]:
        """Yield an edge for each need that holds with the extras asked for."""
        for place, need in self.holding():
            yield from (_Edge((place, PLAIN), (head, PLAIN), need) for head in self.meant(need))

    def edges_by_node(self) -> Iterator[_Edge]:
        """Yield the edges where a package with extras is a node of its own, which needs the package without."""
        queue: list[Node] = [(place, PLAIN) for place in range(len(self.packages))]
        queue += [(place, OWN) for place in self.twofold]
        seen = set(queue)
        while queue:
            place, chosen = queue.pop()
            package = self.packages[place]
            if chosen:
                yield _Edge((place, chosen), (place, PLAIN), _without_extras(package, chosen))
            for need in package.needs:
                if self._holds_at(need, place, chosen):
                    for head in self.meant(need):
                        node = (head, PLAIN if head == place else self._closed(head, need.extras))
                        yield _Edge((place, chosen), node, need)
                        if node not in seen:
                            seen.add(node)
                            queue.append(node)

    def _holds_at(self, need: Requirement, place: int, chosen: frozenset[str]) -> bool:
        """Tell whether a need of a package is one of its node with these extras, beside those of the node without."""
        if chosen == OWN:
            return _is_own(need)
        if chosen:
            return need.extra in chosen
        if self.packages[place].root:
            return place not in self.twofold or not _is_own(need)
        return not need.extra or need.extra in self.packages[place].asked

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


def _is_own(need: Requirement) -> bool:
    """Tell whether a need is only of a package with an extra; groups of a root hold wherever uv's tree shows it."""
    return bool(need.extra)


def _without_extras(package: Package, chosen: frozenset[str]) -> Requirement:
    """Return the need of a package with extras for itself without them."""
    return Requirement(package.name, kind="extra", extra="" if chosen == OWN else _joined(chosen))


def _graph(needs: _Needs, extras: str, absent: str, *, prune: bool) -> PackageGraph:
    edges = _edges(needs, extras)
    nodes = _nodes(needs, edges, extras, prune=prune)
    labels = _labels(needs.packages, nodes)
    graph = _edges_each(edges, labels) if extras == "nodes" else _edges_merged(edges, labels)
    graph.add_nodes_from((labels[node], _attributes(needs.packages[node[0]])) for node in nodes)
    for node in _roots(needs, extras):
        graph.nodes[labels[node]]["root"] = True
    here = {place: label for (place, chosen), label in labels.items() if not chosen}
    note_unmet(graph, ((here[place], wanted) for place, wanted in needs.unmet() if place in here), absent)
    kept_out = {(here[t], here[h], extra) for t, h, extra in needs.left_out() if t in here and h in here}
    graph.graph["with_extras"] = sorted(edge for edge in kept_out if not graph.has_edge(*edge[:2]))
    return graph


def _edges(needs: _Needs, extras: str) -> list[_Edge]:
    edges = needs.edges_by_node() if extras == "nodes" else needs.edges()
    return [edge for edge in edges if edge.tail != edge.head]


def _nodes(needs: _Needs, edges: Sequence[_Edge], extras: str, *, prune: bool) -> list[Node]:
    """Return a node for each package and for each with extras; with `prune` only those that the roots reach."""
    plain: list[Node] = [(place, PLAIN) for place in range(len(needs.packages))]
    nodes = list(dict.fromkeys([*plain, *(edge.tail for edge in edges)]))
    if not prune or not any(package.root for package in needs.packages):
        return nodes
    kept = _reached(edges, _roots(needs, extras))
    return [node for node in nodes if node in kept]


def _roots(needs: _Needs, extras: str) -> list[Node]:
    """Return the nodes of the roots: those with their own extras, where these are nodes of their own."""
    twofold = needs.twofold if extras == "nodes" else ()
    return [(place, OWN if place in twofold else PLAIN) for place, package in enumerate(needs.packages) if package.root]


def _edges_merged(edges: Iterable[_Edge], labels: Mapping[Node, str]) -> nx.DiGraph:
    graph = nx.DiGraph()
    graph.add_nodes_from(labels.values())
    for tail, head, need in edges:
        if tail in labels:
            _add_edge(graph, labels[tail], labels[head], need)
    return graph


def _edges_each(edges: Iterable[_Edge], labels: Mapping[Node, str]) -> PackageGraph:
    """Return an edge for each extra and group that needs a package; the two are the key where there are several."""
    parts: dict[str, nx.DiGraph] = {}
    for edge in edges:
        subgraph = parts.setdefault(_part_of(edge.need), nx.DiGraph())
        if edge.tail in labels:
            _add_edge(subgraph, labels[edge.tail], labels[edge.head], edge.need)
    ends = [pair for subgraph in parts.values() for pair in subgraph.edges]
    graph = nx.DiGraph() if len(set(ends)) == len(ends) else nx.MultiDiGraph()
    graph.add_nodes_from(labels.values())
    for key, subgraph in parts.items():
        keyed = {"key": key} if graph.is_multigraph() else {}
        for tail, head, data in subgraph.edges(data=True):
            graph.add_edge(tail, head, **keyed, **data)
    return graph


def _part_of(need: Requirement) -> str:
    return f"group:{need.group}" if need.group else f"extra:{need.extra}" if need.extra else ""


def _reached(edges: Iterable[_Edge], roots: Sequence[Node]) -> set[Node]:
    graph = nx.DiGraph([edge[:2] for edge in edges])
    graph.add_nodes_from(roots)
    return set(roots).union(*(nx.descendants(graph, root) for root in roots))


def _labels(packages: Sequence[Package], nodes: Sequence[Node]) -> dict[Node, str]:
    ids = node_ids((packages[place].name, packages[place].version) for place, _ in nodes)
    return {node: _labelled(label, node[1]) for node, label in zip(nodes, ids, strict=True)}


def _labelled(label: str, chosen: frozenset[str]) -> str:
    if chosen == OWN:
        return f"{label} (root)"
    return f"{label}[{_joined(chosen)}]" if chosen else label


def _attributes(package: Package) -> dict[str, Any]:
    attributes = {"name": package.name, "version": package.version, **package.attributes}
    return {key: value for key, value in attributes.items() if value not in (None, "")}


def _add_edge(graph: nx.DiGraph, tail: str, head: str, need: Requirement) -> None:
    attributes = {
        "kind": need.kind,
        "extra": need.extra,
        "group": need.group,
        "marker": str(need.marker) if need.marker else None,
        "clause": need.clause,
        "optional": True if need.extra else None,
    }
    new = {key: value for key, value in attributes.items() if value}
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
