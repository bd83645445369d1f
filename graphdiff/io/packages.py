"""Packages and what they need, become a graph: the same way for every ecosystem.

Two rules hold for all of them. A node is one version of one package: copies of it in several folders, or with several
peers beside it, are one node that has the needs of all. An edge is one kind of need: where packages need each other in
several kinds at once the graph is a MultiDiGraph with the kind as key, else a DiGraph.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

import networkx as nx

from graphdiff.errors import FormatError
from graphdiff.graph.networks import filled
from graphdiff.io.building import by_kinds, chosen_kinds, described, leave_out, node_ids, note_unmet
from graphdiff.io.documents import text

__all__ = ["Need", "Targets", "beyond_the_roots", "keep_what_roots_reach", "package_graph", "place_of"]

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
    apart: Collection[str] = (),
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
    apart : collection of str
        Kinds that are read only where `kinds` names them: what they say of two packages is no dependency.
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
    wanted = chosen_kinds(kinds, known, default={*known, ""} - {*apart}) if kinds else None
    ids = _ids(packages)
    listed = list(needs)
    there = {need.kind for need in listed}
    left_out = there & {*apart} if wanted is None else there - wanted
    chosen = [need for need in listed if need.kind not in left_out] if left_out else listed
    graph = _built(_nodes(ids, packages), ids, chosen)
    if kinds:
        keep_what_roots_reach(graph, kinds)
    if wanted and not graph.number_of_edges():
        graph.graph["warnings"] = [_nothing_of(wanted, Counter(need.kind for need in listed), name)]
    if unmet is not None:
        pairs = ((ids[place], wanted) for place, wanted in unmet)
        note_unmet(graph, ((node, wanted) for node, wanted in pairs if node in graph), absent)
    return described(graph, format=format, edge_meaning="depends on", weight_meaning="none")


def _nothing_of(wanted: Collection[str], there: Mapping[str, int], name: str) -> str:
    """Return what to say where kinds leave no edge: which kinds there are."""
    counted = ", ".join(f"{kind or 'of no kind'} ({times:,})" for kind, times in there.items()) or "none"
    kinds = " or ".join(sorted(filter(None, wanted)))
    return f"{name}: nothing that the roots reach is needed by the kind {kinds}; the needs in the file are {counted}"


@dataclass
class Targets:
    """Packages of several targets (frameworks, platforms), and on which of them one needs another by which versions.

    A target with a slash is one of a framework's: ``net8.0/win-x64`` is what differs from ``net8.0``.

    Examples
    --------
    >>> targets = Targets([])
    >>> log, core = (targets.add("net8.0", {"name": name, "version": "1"}) for name in ("Log", "Core"))
    >>> targets.need("net8.0", log, "core", ">= 1")
    >>> list(targets.graph("x.json", "x").edges(data="clause"))
    [('Log', 'Core', '>= 1')]
    """

    attributes: list[Attributes]
    places: dict[tuple[str, str], int] = field(default_factory=dict)
    by_target: dict[str, dict[str, int]] = field(default_factory=dict)
    needs: dict[tuple[int, int], dict[str, str]] = field(default_factory=dict)
    extras: dict[tuple[int, int], set[str]] = field(default_factory=dict)
    unmet: dict[tuple[int, str], None] = field(default_factory=dict)

    def add(self, target: str, attributes: Attributes) -> int:
        """Return the place of a package, which a target has; names are the same whatever their capitals."""
        called = attributes["name"].lower()
        place = self.places.setdefault((called, attributes["version"]), len(self.attributes))
        if place == len(self.attributes):
            self.attributes.append(attributes)
        self.by_target.setdefault(target, {})[called] = place
        return place

    def need(self, target: str, tail: int, called: str, clause: str, extra: str = "") -> None:
        """Note that a package, or an extra of it, needs that of a name; what a system has not its framework has."""
        framework = target.partition("/")[0]
        heads = (self.by_target.get(one, {}).get(called.lower()) for one in (target, framework))
        head = next((place for place in heads if place is not None), None)
        if head is None:
            self.unmet[tail, called] = None
        else:
            self.needs.setdefault((tail, head), {}).setdefault(target, clause)
            self.extras.setdefault((tail, head), set()).add(extra)

    def graph(self, name: str, format: str) -> PackageGraph:
        """Return the graph of all targets: an edge has as ``marker`` those for which it holds, where not for all."""
        frameworks = [target for target in self.by_target if "/" not in target]
        needs = (Need(*ends, *self._said(ends, clauses, frameworks)) for ends, clauses in self.needs.items())
        return package_graph(self.attributes, needs, name=name, format=format, unmet=self.unmet)

    def _said(self, ends: tuple[int, int], clauses: Mapping[str, str], frameworks: list[str]) -> tuple[str, Attributes]:
        """Return the kind of a need and its attributes: of extras where no package needs it without."""
        said = {
            "clause": " | ".join(dict.fromkeys(filter(None, clauses.values()))),
            "marker": _where(clauses, frameworks),
        }
        if "" in self.extras[ends]:
            return "", said
        return "extra", said | {"extra": ",".join(sorted(self.extras[ends])), "optional": True}

    def unneeded(self, target: str) -> Iterator[int]:
        """Yield the packages of a target that none needs there."""
        needed = {head for (_, head), clauses in self.needs.items() if target in clauses}
        yield from (place for place in self.by_target.get(target, {}).values() if place not in needed)


def _where(targets: Mapping[str, str], frameworks: list[str]) -> str:
    """Return the targets for which an edge holds, by their frameworks where these have it; nothing where all have.

    Examples
    --------
    >>> _where({"net8.0": "", "net8.0/win-x64": "", "net9.0/win-x64": ""}, ["net8.0", "net9.0"])
    'net8.0 | net9.0/win-x64'
    """
    there = [target for target in targets if target in frameworks or target.partition("/")[0] not in targets]
    return "" if set(frameworks) <= set(there) else " | ".join(there)


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
    stated = [(package["name"], package["version"]) for package in packages]
    if len(set(stated)) == len(stated):
        return node_ids(stated)
    repeated = {key: set[str]() for key, times in Counter(stated).items() if times > 1}
    for key, package in zip(stated, packages, strict=True):
        if key in repeated:
            repeated[key].add(_origin(package))
    several = {key for key, origins in repeated.items() if len(origins) > 1}
    for place, key in enumerate(stated) if several else ():
        if key in several:
            stated[place] = (key[0], f"{key[1]} ({_origin(packages[place])})".strip())
    return node_ids(stated)


def _origin(package: Attributes) -> str:
    origin: str = package.get("source") or package.get("path") or "local"
    return origin


def _nodes(ids: Sequence[str], packages: Sequence[Attributes]) -> dict[str, Attributes]:
    nodes: dict[str, Attributes] = {}
    for node, package in zip(ids, packages, strict=True):
        attributes = {key: value for key, value in package.items() if value or value not in ("", None)}
        nodes[node] = attributes | nodes[node] if node in nodes else attributes
    return nodes


def keep_what_roots_reach(graph: PackageGraph, kinds: str | Collection[str]) -> None:
    """Take the nodes out of a graph of some kinds of edges that no root reaches by them, and note which these are.

    Examples
    --------
    >>> G = nx.DiGraph([("app", "a")])
    >>> G.add_node("app", root=True)
    >>> G.add_node("b")
    >>> keep_what_roots_reach(G, "normal")
    >>> list(G), G.graph["left_out"]
    (['app', 'a'], {'nodes': ['b'], 'by': {'kinds': 'normal'}})
    """
    if beyond := beyond_the_roots(graph):
        graph.remove_nodes_from(beyond)
        leave_out(graph, beyond, by_kinds(kinds))


def _built(nodes: dict[str, Attributes], ids: Sequence[str], needs: Iterable[Need]) -> PackageGraph:
    """Return the graph of the needs, in their order from both ends."""
    rows: dict[str, dict[str, Any]] = {node: {} for node in nodes}
    entering: dict[str, dict[str, Any]] = {node: {} for node in nodes}
    parallel: dict[tuple[str, str], dict[str, Attributes]] = {}  # by kind, where two need each other in several
    for place, needed, kind, attributes in needs:
        tail, head = ids[place], ids[needed]
        new = {key: value for key, value in attributes.items() if value or value not in ("", None, False)}
        if kind:
            new["kind"] = kind
        row = rows[tail]
        if head not in row:
            row[head] = entering[head][tail] = new
            continue
        old = row[head]
        if (tail, head) in parallel or old.get("kind", "") != kind:
            by_kind = parallel.setdefault((tail, head), {old.get("kind", ""): old})
            by_kind[kind] = _merged(by_kind[kind], new) if kind in by_kind else new
        else:
            row[head] = entering[head][tail] = _merged(old, new)
    if not parallel:
        return filled(nx.DiGraph(), nodes, rows, entering)
    for tail, row in rows.items():
        for head, attributes in row.items():
            by_kind = parallel.get((tail, head)) or {attributes.get("kind", ""): attributes}
            row[head] = entering[head][tail] = by_kind
    return filled(nx.MultiDiGraph(), nodes, rows, entering)


def _merged(old: Attributes, new: Attributes) -> Attributes:
    """Return what two needs of one kind say together.

    Any of the clauses makes the edge; it is optional, or bound to a place, only if every one of them says so.
    """
    if old == new:
        return old
    merged = new | old
    for key in ("optional", "marker"):
        if key not in old or key not in new:
            merged.pop(key, None)
    for key in ("clause", "marker"):
        if key in merged:
            both = [*str(old.get(key, "")).split(" | "), str(new.get(key, ""))]
            merged[key] = " | ".join(dict.fromkeys(clause for clause in both if clause))
    return merged


def beyond_the_roots(graph: PackageGraph) -> list[str]:
    """Return the nodes that no root reaches; none where there are no roots."""
    roots = [node for node, root in graph.nodes(data="root") if root]
    reached = set(roots)
    waiting = roots
    while waiting:
        heads = {head for node in waiting for head in graph.adj[node]} - reached
        reached |= heads
        waiting = list(heads)
    return [node for node in graph if node not in reached] if roots else []
