"""Several versions of a package, or packages that a pattern means, together: who asks for each, and by which range.

From one count of paths from the source and one search for the nearest way, however many there are.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff.errors import SameComponentError, UsageError
from graphdiff.graph.compiled import CompiledGraph, counted
from graphdiff.graph.ends import ROOTS, End
from graphdiff.graph.lookup import find_nodes
from graphdiff.graph.networks import network_of
from graphdiff.kernels.reach import flooded
from graphdiff.paths.paths import count_paths
from graphdiff.pictures.annotate import swept
from graphdiff.pictures.sketch import sketch
from graphdiff.sets.sets import exclusive_sizes, root_positions
from graphdiff.sums.between import between_ends
from graphdiff.text.ecosystems import admits, ecosystem_of, version_order
from graphdiff.text.names import PLAIN, Edge, Naming, node_text, split_version
from graphdiff.text.requirements import needed_text, package_name, requirement_record
from graphdiff.text.sentences import Words, words_of
from graphdiff.text.tables import Axis, Frame, Result, Sheet
from graphdiff.why.blocks import ROUTED, holding_lines, summary, versions_text
from graphdiff.why.routes import Routes

__all__ = ["Need", "Version", "Versions", "explain_versions"]


@dataclass(frozen=True)
class Need:
    """An edge, and what its tail asks for.

    Attributes
    ----------
    edge : tuple
        The edge in the graph.
    name : str
        The package that it asks for.
    requirement : dict
        What the file says of it: ``clause`` (the range), ``kind``, ``extra``, ``marker``, ``optional``.
    holds_back : bool or None
        Whether its range keeps out the newest version of the package that is there; None where that is not known, and
        of the newest itself.
    """

    edge: Edge
    name: str
    requirement: dict[str, Any]
    holds_back: bool | None = None

    @property
    def by(self) -> str:
        """The node that asks, with what it asks for in brackets."""
        return needed_text(node_text(self.edge[0]), self.requirement, self.name)

    @property
    def met(self) -> str:
        """The node that is asked for, with what is asked in brackets."""
        return needed_text(node_text(self.edge[1]), self.requirement, self.name)

    def to_dict(self, naming: Naming = PLAIN) -> dict[str, Any]:
        """Return the edge and what it asks for as plain values."""
        return {**naming.edge(self.edge), **self.requirement}


@dataclass(frozen=True)
class Version:
    """One version of a package: how the source comes to it.

    Attributes
    ----------
    node : node
    name, version, marker : str
        What the file says of it; the version may be that of its id, the marker says where it is there at all.
    n_paths : int
        How many paths lead there; a component with a cycle counts as one node.
    by_cycles : bool
        Whether one does, on the way.
    is_source : bool
        Whether it is a source itself, of which one of the paths has no edge.
    path : list of Need
        The edges of a shortest path; none where there is no path, and of a source itself.
    needs : list of Need
        Those that ask for it directly, of what the source reaches: first those that hold it back; of these and of the
        others first a source itself, then those through which most paths go.
    n_exclusive : int or None
        How many other nodes would go with it; None where the roots are not known.
    """

    node: Any
    name: str
    version: str
    marker: str
    n_paths: int
    by_cycles: bool
    is_source: bool
    path: list[Need]
    needs: list[Need]
    n_exclusive: int | None

    @property
    def holding(self) -> list[Need]:
        """Those whose ranges keep out the newest version."""
        return [need for need in self.needs if need.holds_back]

    def to_dict(self, naming: Naming = PLAIN) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            "node": naming.node(self.node),
            "name": self.name,
            "version": self.version,
            "marker": self.marker or None,
            "n_paths": self.n_paths,
            "cycles_as_one": self.by_cycles,
            "shortest": [need.to_dict(naming) for need in self.path],
            "required_by": [{**need.to_dict(naming), "holds_back": need.holds_back} for need in self.needs],
            "n_exclusive": self.n_exclusive,
        }


@dataclass(frozen=True, eq=False, repr=False)
class Versions(Result):
    """What `graphdiff.explain_versions` returns; printed it is a report, in pandas a row for each that asks for one.

    Attributes
    ----------
    name : str
        The name or pattern that was asked for.
    source : node, list of nodes, ROOTS
    versions : list of Version
        By name, of each the newest first.
    by_markers : bool
        Whether of each package an environment has one version only: the others are for other environments.
    """

    name: str
    source: Any
    versions: list[Version]
    by_markers: bool
    words: Words
    naming: Naming = field(default=PLAIN, repr=False)
    ready: CompiledGraph | None = field(default=None, repr=False)
    given: nx.DiGraph | None = field(default=None, repr=False)

    def routes(self, version: Version) -> Routes:
        """Return the shortest ways from the source to a version, on the graph as it is."""
        if self.ready is None:
            raise UsageError("these versions were not made by explain_versions, which keeps the graph that they are in")
        ready = replace(self.ready, cycles="solve")
        return Routes(self.source, version.node, between_ends(ready, self.source, version.node), self.given)

    def to_networkx(self) -> nx.DiGraph:
        """Return the graph annotated with the paths from the source to all versions: what `graphdiff.write` draws.

        Where a version is on one cycle with the source, there are no numbers of it, as `routes` has none.

        Raises
        ------
        UsageError
            If the versions were made by hand, so that it is not known in which graph they are.
        """
        if self.ready is None or self.given is None:
            raise UsageError("these versions do not hold the graph that they are in: ask explain_versions again")
        ends = self.source, [version.node for version in self.versions]
        try:
            return swept(self.given, self.ready, ends)
        except SameComponentError:
            return sketch(self.given, *ends, weight=None, cycles="collapse")

    def __len__(self) -> int:
        return len(self.versions)

    def __iter__(self) -> Iterator[Version]:
        return iter(self.versions)

    @cached_property
    def names(self) -> list[str]:
        """The names of the packages."""
        return list(dict.fromkeys(version.name for version in self.versions))

    @property
    def start(self) -> str:
        """What the source is called."""
        return self.words.named(self.source)

    def to_dict(self, *, every: bool = False) -> dict[str, Any]:
        """Return everything as plain values; of every version more of the shortest routes where they are asked for."""
        return {
            "name": self.name,
            "source": self.naming.end(self.source),
            "by_markers": self.by_markers,
            "results": [version.to_dict(self.naming) | self._routes(version, every) for version in self.versions],
        }

    def _routes(self, version: Version, every: bool) -> dict[str, Any]:
        if not every or len(self) > ROUTED:
            return {}
        routes = self.routes(version)
        return {"shortest_paths": [routes.path_record(path) for path in routes.nearest]}

    def rows(self) -> Iterator[list[Any]]:
        """Yield a row for each node that asks for a version; of one for which none does, a row without it."""
        for one in self.versions:
            own = [self.naming.node(one.node), one.name, one.version, one.n_paths]
            for need in one.needs:
                said = [need.requirement.get(name, "") for name in COLUMNS[5:-1]]
                yield [*own, self.naming.node(need.edge[0]), *said, need.holds_back]
            if not one.needs:
                yield [*own, *[""] * (len(COLUMNS) - len(own))]

    def _frame(self) -> Frame:
        return Frame(list(self.rows()), None, Axis(COLUMNS))

    def _sheet(self) -> Sheet:
        return COLUMNS, self.rows(), summary(self)

    def headline(self) -> str:
        """Return which versions there are, and by whom each is held back."""
        return " ".join(map(str.strip, summary(self).split("\n")))

    def beside(self) -> list[str]:
        """Return who holds back which version."""
        return holding_lines(self)

    def __repr__(self) -> str:
        return f"<{summary(self)}>"

    def __str__(self) -> str:
        return versions_text(self)


#: Of the rows.
COLUMNS = [
    "node", "name", "version", "n_paths", "required_by", "clause", "kind", "extra", "marker", "optional", "holds_back",
]  # fmt: skip


def explain_versions(graph: nx.DiGraph | CompiledGraph, name: str, source: End | None = None) -> Versions:
    """Explain all nodes that a name or a pattern means: who asks for each, by which range, and the nearest way there.

    Which of several versions is held back is told where the ranges are known to keep out the newest one there: those of
    npm, Cargo and Python, by ``G.graph["ecosystem"]`` or the package URLs of the nodes.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
        What is said of nodes and edges is in their attributes: ``name``, ``version``,
        ``clause`` and the like.
    name : str
        A name that several nodes have, or a pattern such as ``"@babel/*"``; one that a single node has will do.
    source : node, list of nodes or ROOTS, optional
        From where; by default from the roots.

    Returns
    -------
    Versions

    Raises
    ------
    UnknownNodeError
        If nothing has this name.
    UsageError
        If the source has seeds.

    Examples
    --------
    >>> G = nx.DiGraph(edge_meaning="depends on", ecosystem="npm")
    >>> for node, version in (("ms@2.1.3", "2.1.3"), ("ms@1.0.0", "1.0.0")):
    ...     G.add_node(node, name="ms", version=version)
    >>> G.add_edge("app", "ms@2.1.3", clause="^2.0.0")
    >>> G.add_edge("app", "send")
    >>> G.add_edge("send", "ms@1.0.0", clause="~1.0.0")
    >>> print(explain_versions(G, "ms"))
    ms: 2 versions, 2.1.3 by 1 path, 1.0.0 held back by send (~1.0.0)
    <BLANKLINE>
    ms@2.1.3: 1 path from the roots
      needed by     app (^2.0.0)
    <BLANKLINE>
    ms@1.0.0: 1 path from the roots
      held back by  send (~1.0.0)
      shortest      app > send > ms@1.0.0 (~1.0.0)
    """
    network = network_of(graph)
    nodes = find_nodes(network, name)
    starts = ROOTS if source is None else source
    ready = counted(network, {"cycles": "collapse"})
    ways = _Ways.of(ready, network, starts)
    packages = _sorted([_Package.of(network, node) for node in nodes])
    by_markers = _split_by_markers(packages, network)
    newest = {(one.name, one.ecosystem): one.version for one in reversed(packages)}
    versions = [_version(one, newest[one.name, one.ecosystem], ways, by_markers) for one in packages]
    return Versions(name, starts, versions, by_markers, words_of(network), ready.topology.naming, ready, network)


@dataclass(frozen=True)
class _Package:
    node: Any
    name: str
    version: str
    marker: str
    ecosystem: str

    @classmethod
    def of(cls, graph: nx.DiGraph, node: Any) -> _Package:
        data = graph.nodes[node]
        name, version = split_version(node)
        return cls(
            node,
            str(data.get("name") or name or node),
            str(data.get("version") or version),
            str(data.get("marker") or ""),
            ecosystem_of(graph.graph, data),
        )


def _sorted(packages: list[_Package]) -> list[_Package]:
    """Return packages by name, of each the newest first."""
    newest_first = sorted(packages, key=lambda one: version_order(one.version, one.ecosystem), reverse=True)
    return sorted(newest_first, key=lambda one: (one.name, one.ecosystem))


def _split_by_markers(packages: list[_Package], graph: nx.DiGraph) -> bool:
    """Tell whether the versions are for different environments: one of Python's has one version of a name only.

    Versions that extras keep apart are not, nor those of which the file does not say where they are there.
    """
    counts = Counter(one.name for one in packages)
    several = [one for one in packages if counts[one.name] > 1]
    return bool(several) and all(one.ecosystem == "pypi" and _is_bound(one, graph) for one in several)


def _is_bound(one: _Package, graph: nx.DiGraph) -> bool:
    """Tell whether a marker says in which environments a package is there: its own, or one of each edge to it."""
    markers = [one.marker] if one.marker else [data.get("marker") for *_, data in graph.in_edges(one.node, data=True)]
    return bool(markers) and all(marker and "extra" not in str(marker) for marker in markers)


@dataclass(frozen=True)
class _Ways:
    """How the source comes to each node: how often, over which edge first, and what hangs on it alone."""

    ready: CompiledGraph
    graph: nx.DiGraph
    starts: set[int]
    counts: Any
    nearest: dict[int, int]
    reached: NDArray[np.bool_]
    behind_cycles: NDArray[np.bool_]
    exclusive: Any

    @classmethod
    def of(cls, ready: CompiledGraph, graph: nx.DiGraph, source: Any) -> _Ways:
        starts = root_positions(ready, source)
        rows = ready.topology.rows
        known = bool(ready.topology.marked)
        reached = flooded(rows.ptr, rows.heads, starts)
        return cls(
            ready,
            graph,
            {*starts.tolist()},
            count_paths(ready, source),
            _nearest(ready, starts.tolist()),
            reached,
            flooded(rows.ptr, rows.heads, _on_cycles(ready, reached)),
            exclusive_sizes(ready) if known else None,
        )

    def path(self, node: Any) -> list[Need]:
        """Return the edges of a shortest path to a node."""
        topology = self.ready.topology
        edges: list[Edge] = []
        place = topology.position(node)
        while place in self.nearest:
            row = self.nearest[place]
            edges.append(topology.edge_label(int(topology.rows.edges_at(np.array([row]))[0])))
            place = int(np.searchsorted(topology.rows.ptr, row, side="right")) - 1
        return [self.need(edge) for edge in reversed(edges)]

    def need(self, edge: Edge, holds_back: bool | None = None) -> Need:
        """Return an edge with what it asks for."""
        requirement = requirement_record(self.graph.get_edge_data(*edge))
        return Need(edge, package_name(self.graph, edge[1]), requirement, holds_back)

    def rank(self, node: Any) -> tuple[bool, int]:
        """Return by what those that ask for a node are sorted: the sources first, then by how many paths lead there."""
        return self.ready.topology.position(node) not in self.starts, -int(self.counts[node])

    def entering(self, node: Any) -> Iterator[tuple[Edge, dict[str, Any]]]:
        """Yield the edges to a node from what the source reaches, with what each says."""
        multi = self.graph.is_multigraph()
        edges = self.graph.in_edges(node, keys=True, data=True) if multi else self.graph.in_edges(node, data=True)
        for *edge, data in edges:
            if edge[0] != node and self.reached[self.ready.topology.position(edge[0])]:
                yield tuple(edge), data


def _on_cycles(ready: CompiledGraph, among: NDArray[np.bool_]) -> NDArray[Any]:
    """Return the positions of those that are on a cycle with others."""
    on_cycles = np.zeros(len(among), dtype=bool)
    for start, stop in ready.topology.cyclic.tolist():
        on_cycles[start:stop] = stop - start > 1
    return np.flatnonzero(on_cycles & among)


def _nearest(ready: CompiledGraph, starts: list[int]) -> dict[int, int]:
    """Return where in the rows the last edge of a shortest path to each position is; of the starts there is none."""
    ptr, heads = (array.tolist() for array in (ready.topology.rows.ptr, ready.topology.rows.heads))
    came: dict[int, int] = dict.fromkeys(starts, -1)
    waiting = deque(starts)
    while waiting:
        place = waiting.popleft()
        for row in range(ptr[place], ptr[place + 1]):
            if heads[row] not in came:
                came[heads[row]] = row
                waiting.append(heads[row])
    return {place: row for place, row in came.items() if row >= 0}


def _version(one: _Package, newest: str, ways: _Ways, by_markers: bool) -> Version:
    needs = [
        ways.need(edge, None if by_markers else _holds_back(one, newest, data))
        for edge, data in ways.entering(one.node)
    ]
    place = ways.ready.topology.position(one.node)
    needs.sort(key=lambda need: (not need.holds_back, *ways.rank(need.edge[0])))
    return Version(
        one.node,
        one.name,
        one.version,
        one.marker,
        int(ways.counts[one.node]),
        bool(ways.behind_cycles[place]),
        place in ways.starts,
        ways.path(one.node),
        needs,
        None if ways.exclusive is None else int(ways.exclusive[one.node]),
    )


def _holds_back(one: _Package, newest: str, data: dict[str, Any]) -> bool | None:
    """Tell whether a range keeps out the newest version; None where it is this one, or that is not known."""
    clause = data.get("clause")
    if newest == one.version or not isinstance(clause, str):
        return None
    taken = admits(clause, newest, one.ecosystem)
    return None if taken is None else not taken
