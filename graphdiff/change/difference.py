"""A `Difference`: the sets in which two graphs differ, of all nodes or of those that an end reaches.

What one graph has and the other has not: nodes, with the edge that brought each in, and cycles.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff.change.match import Matched, Rename, Side, likely_renames, version_among
from graphdiff.change.overlay import overlay
from graphdiff.change.ways import Reach
from graphdiff.graph.ends import End
from graphdiff.text.names import PLAIN, Edge, Naming
from graphdiff.text.sentences import Words, how_many, words_for
from graphdiff.text.tables import Frame, Result

Mask = NDArray[np.bool_]

#: So many rows of each set are shown as text.
SHOWN = 20


@dataclass(frozen=True)
class Upgrade:
    """A node that both graphs have, with another version or under another label."""

    old: Any
    new: Any
    version_before: str
    version_after: str

    def to_dict(self, naming: Naming = PLAIN) -> dict[str, Any]:
        """Return the upgrade as texts."""
        ends = {"old": naming.node(self.old), "new": naming.node(self.new)}
        return {**ends, "version_before": str(self.version_before), "version_after": str(self.version_after)}

    @property
    def names(self) -> tuple[str, str]:
        """What it is called before and after, without versions."""
        ends = (self.old, self.version_before), (self.new, self.version_after)
        # A label may say its source behind the version: x@1 (git).
        before, after = (str(label).partition(f"@{version}")[0] if version else str(label) for label, version in ends)
        return before, after

    def __str__(self) -> str:
        old, new = self.names
        if not (self.version_before and self.version_after) and self.old != self.new:
            return f"{self.old} is now {self.new}"
        if old != new:
            return f"{old} {self.version_before} is now {new} {self.version_after}"
        return f"{new} {self.version_before} -> {self.version_after}"


@dataclass(frozen=True, eq=False, repr=False)
class Difference(Result):
    """What two graphs have and have not in common, as sets; in pandas the edges that differ.

    Attributes
    ----------
    matched : Matched
        The two graphs, node by node and edge by edge.
    versions : pair of mappings of node to version, or None
        What nodes had as an attribute when the two were compared; None of graphs that have no attributes of nodes.
    end : node, list of nodes, mapping of node to seed, ROOTS, LEAVES or None
        What reaches the nodes that count; None where all count.
    towards : bool
        Whether the end is a target, which these nodes reach.
    reach : Reach or None
        What the end reaches, or what reaches it; None where there is no end.
    """

    matched: Matched
    versions: tuple[Mapping[Any, str] | None, Mapping[Any, str] | None] = field(repr=False)
    end: Any = None
    towards: bool = False
    reach: Reach | None = field(default=None, repr=False)

    @cached_property
    def scope(self) -> tuple[Mask, Mask]:
        """The nodes that count, by number, before and after."""
        if self.reach is not None:
            return self.reach.numbers
        before, after = (side.places >= 0 for side in self.matched.sides)
        return before, after

    # -- nodes

    @cached_property
    def appeared(self) -> list[Entry]:
        """What only the graph after has, or the end reaches only there; each node with the edge that brought it in."""
        return self._entries(self.matched.after, 1)

    @cached_property
    def gone(self) -> list[Entry]:
        """What only the graph before has, or the end reaches only there; each node with the edge that brought it in."""
        return self._entries(self.matched.before, 0)

    def _entries(self, side: Side, which: int) -> list[Entry]:
        own, other = self.scope[which], self.scope[1 - which]
        return brought_in(self.matched, side, own & ~other, own & other, towards=self.towards)

    @cached_property
    def upgraded(self) -> list[Upgrade]:
        """The nodes whose version, or label, changed."""
        before, after = self.matched.sides
        both = np.flatnonzero((before.places >= 0) & (after.places >= 0) & (self.scope[0] | self.scope[1]))
        upgrades = []
        for number in both.tolist():
            old, new = (side.graph.topology.label(int(side.places[number])) for side in (before, after))
            versions = version_among(self.versions[0], old), version_among(self.versions[1], new)
            if versions[0] != versions[1] or (old != new and not versions[0]):
                upgrades.append(Upgrade(old, new, *versions))
        return upgrades

    @cached_property
    def suggested(self) -> list[Rename]:
        """Nodes that are gone and that appeared, and may be the same: give those that are as ``match={old: new}``."""
        before, after = self.matched.sides
        gone = np.flatnonzero(after.places < 0)
        fresh = np.flatnonzero(before.places < 0)
        if not len(gone) or not len(fresh):
            return []
        names = [[self.matched.label(number) for number in numbers.tolist()] for numbers in (gone, fresh)]
        neighbours = [
            dict(zip(labels, _neighbours(side, numbers.tolist()), strict=True))
            for side, labels, numbers in zip((before, after), names, (gone, fresh), strict=True)
        ]
        return likely_renames(names[0], names[1], neighbours[0], neighbours[1])

    # -- cycles and edges

    @cached_property
    def cycles_new(self) -> list[list[Any]]:
        """The cycles that join nodes which no cycle joined before."""
        return new_cycles(self.matched, *self.matched.sides, self.scope[1])

    @cached_property
    def cycles_broken(self) -> list[list[Any]]:
        """The cycles before that join nodes which no cycle joins any more."""
        return new_cycles(self.matched, *self.matched.sides[::-1], self.scope[0])

    @property
    def added(self) -> list[Edge]:
        """The edges that only the graph after has."""
        return self._edges(self.matched.added)

    @property
    def removed(self) -> list[Edge]:
        """The edges that only the graph before has."""
        return self._edges(self.matched.removed)

    @property
    def changed(self) -> list[Edge]:
        """The edges of both whose weight changed."""
        return self._edges(~self.matched.added & ~self.matched.removed)

    @cached_property
    def edges(self) -> NDArray[Any]:
        """Which of the matched edges count: those between nodes that count, on a side that has them."""
        ends = self.matched.tails, self.matched.heads
        inside = [
            mask[ends[0]] & mask[ends[1]] & (n > 0) for mask, n in zip(self.scope, self.matched.counts, strict=True)
        ]
        return np.flatnonzero(inside[0] | inside[1])

    def n_edges(self, mask: Mask) -> int:
        """Return how many of the edges of a mask count."""
        return int(mask[self.edges].sum())

    def _edges(self, mask: Mask) -> list[Edge]:
        return [self.matched.edge_label(edge) for edge in self.edges[mask[self.edges]].tolist()]

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs."""
        return not (len(self.edges) or self.appeared or self.gone or self.upgraded)

    # -- out

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        naming = self.matched.naming
        return {
            "among": None if self.end is None else {"end": naming.end(self.end), "towards": self.towards},
            "appeared": [entry.to_dict(naming) for entry in self.appeared],
            "gone": [entry.to_dict(naming) for entry in self.gone],
            "upgraded": [upgrade.to_dict(naming) for upgrade in self.upgraded],
            "suggested": [rename.to_dict(naming) for rename in self.suggested],
            "cycles_new": list(map(naming.listed, self.cycles_new)),
            "cycles_broken": list(map(naming.listed, self.cycles_broken)),
            "edges": self.edge_records(),
        }

    def edge_records(self) -> list[dict[str, Any]]:
        """Return a record for each edge that differs: its ends as texts, status, and weights."""
        return [self.matched.record(edge) for edge in self.edges.tolist()]

    def to_networkx(self) -> nx.MultiDiGraph:
        """Return the edges that differ, and their ends, as one graph: what `graphdiff.write` draws."""
        among = np.zeros(self.matched.n_numbers, dtype=bool)
        among[self.matched.tails[self.edges]] = True
        among[self.matched.heads[self.edges]] = True
        graph = overlay(self.matched, among)
        kept = [edge for edge in graph.edges if graph.edges[edge]["status"] == "kept"]
        graph.remove_edges_from(kept)
        graph.graph["headline"] = difference_lines(self)[0]
        return graph

    def _frame(self) -> Frame:
        return Frame(self.edge_records())

    def __str__(self) -> str:
        return "\n".join(difference_lines(self))

    def __repr__(self) -> str:
        counts = f"{len(self.appeared):,} appeared, {len(self.gone):,} gone, {len(self.upgraded):,} upgraded"
        return f"<Difference: {counts}; {how_many(len(self.edges), 'edges')} differ>"


def _neighbours(side: Side, numbers: list[int]) -> list[set[tuple[str, int]]]:
    """Return, for some nodes, the numbers that an edge joins them to, and in which direction."""
    topology = side.graph.topology
    neighbours: dict[int, set[tuple[str, int]]] = {number: set() for number in numbers}
    tails, heads = side.numbers[side.graph.tails], side.numbers[topology.heads]
    wanted = np.zeros(len(side.places), dtype=bool)
    wanted[numbers] = True
    for ends, others, way in ((tails, heads, "to"), (heads, tails, "from")):
        hits = wanted[ends]
        for number, other in zip(ends[hits].tolist(), others[hits].tolist(), strict=True):
            neighbours[number].add((way, other))
    return list(neighbours.values())


# -- text


def difference_lines(difference: Difference) -> list[str]:
    """Return the sets as text, one line a row; each set of at most 20 rows."""
    words = words_for(difference.matched.after.graph.edge_meaning)
    among = ""
    if difference.end is not None:
        among = f"{scope_title(words, difference.end, towards=difference.towards)}: "
    head = f"{among}{counts_text(difference)}."
    return [
        head[0].upper() + head[1:],
        *_section("Appeared", entry_rows(difference.appeared, "by the new")),
        *_section("Gone", entry_rows(difference.gone, "lost with")),
        *_section("Upgraded", map(str, difference.upgraded)),
        *_section("New cycles", map(cycle_text, difference.cycles_new)),
        *_section("Broken cycles", map(cycle_text, difference.cycles_broken)),
        *_section(
            "Renamed? (--match OLD=NEW, match={old: new})", (f"{r.old} -> {r.new}" for r in difference.suggested)
        ),
    ]


def scope_title(words: Words, end: End, *, towards: bool, quoted: Callable[[str], str] = str) -> str:
    """Return what is reached from an end, or reaches it, in words."""
    name = quoted(words.named(end))
    return (words.rank_towards if towards else words.about(end).rank_from).format(source=name, target=name)


def counts_text(difference: Difference) -> str:
    """Return how many nodes and edges differ, in one line."""
    if difference.is_empty:
        return "nothing differs"
    words = words_for(difference.matched.after.graph.edge_meaning)
    added, removed = (difference.n_edges(mask) for mask in (difference.matched.added, difference.matched.removed))
    changed = len(difference.edges) - added - removed
    counts = [
        f"{len(difference.appeared):,} appeared, {len(difference.gone):,} gone",
        *([f"{len(difference.upgraded):,} upgraded"] if difference.upgraded else []),
        f"{how_many(added, words.edges)} added, {removed:,} removed",
        *([f"{changed:,} changed"] if changed else []),
    ]
    return ", ".join(counts)


def entry_rows(entries: Sequence[Entry], word: str) -> Iterator[str]:
    """Yield a row for each edge that brought nodes in, with these nodes; nodes that no edge brought in come last."""
    by_edge: dict[Edge | None, list[Entry]] = {}
    for entry in entries:
        by_edge.setdefault(entry.edge, []).append(entry)
    for edge, brought in sorted(by_edge.items(), key=lambda item: item[0] is None):
        nodes = sorted(brought, key=lambda entry: len(entry.way))
        names = ", ".join(str(entry.node) for entry in nodes[:6])
        more = f" and {len(nodes) - 6:,} more" if len(nodes) > 6 else ""
        yield f"{names}{more}" + ("" if edge is None else f": {word} {edge[0]} -> {edge[1]}")


def cycle_text(members: Sequence[Any]) -> str:
    """Return a cycle in one line.

    Examples
    --------
    >>> cycle_text(["b", "a"])
    'a + b'
    """
    names = sorted(map(str, members))
    return " + ".join(names[:5]) + (f" + {len(names) - 5:,} more" if len(names) > 5 else "")


def _section(title: str, rows: Iterable[str]) -> list[str]:
    listed = list(rows)
    if not listed:
        return []
    more = [f"  … {how_many(len(listed) - SHOWN, 'more rows')}"] if len(listed) > SHOWN else []
    return ["", title, *(f"  {row}" for row in listed[:SHOWN]), *more]


@dataclass(frozen=True)
class Entry:
    """A node that one graph has and the other has not.

    Attributes
    ----------
    node : label
    edge : (tail, head), or None
        The edge that joins it, or what leads to it, to what both graphs have; None where no edge does.
    way : tuple of labels
        From the edge to the node: its head first (asked towards a target: its tail), the node last.
    """

    node: Any
    edge: Edge | None
    way: tuple[Any, ...]

    def to_dict(self, naming: Naming = PLAIN) -> dict[str, Any]:
        """Return the entry as texts."""
        edge = None if self.edge is None else naming.parts(self.edge)
        return {"node": naming.node(self.node), "edge": edge, "way": naming.listed(self.way)}


def brought_in(matched: Matched, side: Side, fresh: Mask, known: Mask, *, towards: bool = False) -> list[Entry]:
    """Return the fresh nodes of a graph, each with the edge that brought it in.

    Parameters
    ----------
    matched : Matched
    side : Side
        The graph that has them.
    fresh, known : bool arrays by number
        The nodes that only this graph has, and those that both have.
    towards : bool
        Whether influence is followed back, from a target: then an edge brings in its tail.
    """
    numbers = np.flatnonzero(fresh)
    if not len(numbers):
        return []
    nears, fars, ptr = _steps(side, fresh, towards=towards)
    crossing = known[nears] & fresh[fars]
    origin: dict[int, tuple[int, int]] = {}
    for near, far in zip(nears[crossing].tolist(), fars[crossing].tolist(), strict=True):
        origin.setdefault(far, (near, -1))
    queue = deque(origin)
    while queue:
        node = queue.popleft()
        for far in fars[ptr[node] : ptr[node + 1]].tolist():
            if far not in origin and fresh[far]:
                origin[far] = (node, node)
                queue.append(far)
    return [_entry(matched, number, origin, towards=towards) for number in numbers.tolist()]


def _steps(side: Side, fresh: Mask, *, towards: bool) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return the edges that lead into fresh nodes, sorted by where they come from, and where each node's start."""
    graph = side.graph
    tails, heads = side.numbers[graph.tails], side.numbers[graph.heads]
    nears, fars = (heads, tails) if towards else (tails, heads)
    leading = fresh[fars]
    nears, fars = nears[leading], fars[leading]
    order = np.argsort(nears, kind="stable")
    nears, fars = nears[order], fars[order]
    return nears, fars, np.searchsorted(nears, np.arange(len(fresh) + 1))


def _entry(matched: Matched, number: int, origin: dict[int, tuple[int, int]], *, towards: bool) -> Entry:
    way, edge = [number], None
    while way[-1] in origin:
        near, parent = origin[way[-1]]
        if parent < 0:
            edge = (way[-1], near) if towards else (near, way[-1])
            break
        way.append(parent)
    labels = tuple([matched.label(node) for node in reversed(way)])
    return Entry(labels[-1], None if edge is None else (matched.label(edge[0]), matched.label(edge[1])), labels)


def new_cycles(matched: Matched, old: Side, new: Side, scope: Mask) -> list[list[Any]]:
    """Return the cycles of one graph that join nodes which no cycle of the other joins, as lists of nodes.

    Parameters
    ----------
    matched : Matched
    old, new : Side
        The graph that has not these cycles, and the one that has.
    scope : bool array by number
        A cycle counts that has a node here.
    """
    component = -1 - np.arange(matched.n_numbers)
    for start, stop in old.graph.topology.cyclic.tolist():
        component[old.numbers[start:stop]] = start
    cycles = []
    for start, stop in new.graph.topology.cyclic.tolist():
        members = new.numbers[start:stop]
        before = component[members]
        joined = len(members) > 1 and (before != before[0]).any()
        if scope[members].any() and (joined or before[0] < 0):
            cycles.append([matched.label(number) for number in members.tolist()])
    return cycles
