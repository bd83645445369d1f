"""What only one of two graphs has, node by node: the way by which it came in, and by which direct dependency.

The direct dependencies are those of the end that is asked about, else of the projects that the reader marked as roots.
Which of them lead to a node is looked for in the graph that has the node, so that each that is named does.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import compress
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from graphdiff.change.match import Matched, Side
from graphdiff.showing import and_more
from graphdiff.text.names import PLAIN, Edge, Naming, edge_name, node_text
from graphdiff.text.sentences import how_many

Mask = NDArray[np.bool_]

#: From the digits of a binary number to bytes that are true or not.
BITS = bytes.maketrans(b"01", b"\0\1")


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
        return {**ends, **self.versions}

    @property
    def versions(self) -> dict[str, str]:
        """Its versions as a record."""
        return {"version_before": str(self.version_before), "version_after": str(self.version_after)}

    @property
    def names(self) -> tuple[str, str]:
        """What it is called before and after, without versions."""
        ends = (self.old, self.version_before), (self.new, self.version_after)
        # A label may say its source behind the version: x@1 (git).
        names = ((node_text(label), version) for label, version in ends)
        before, after = (name.partition(f"@{version}")[0] if version else name for name, version in names)
        return before, after

    def __str__(self) -> str:
        old, new = self.names
        if not (self.version_before and self.version_after) and self.old != self.new:
            return f"{old} is now {new}"
        if old != new:
            return f"{old} {self.version_before} is now {new} {self.version_after}"
        return f"{new} {self.version_before} -> {self.version_after}"


@dataclass(frozen=True)
class Direct:
    """A direct dependency that leads to a node which appeared, or led to one that is gone.

    Attributes
    ----------
    node : label
    status : {"added", "removed", "upgraded", "kept"}
        Added and removed: it is a direct dependency in one of the graphs only.
    upgrade : Upgrade or None
        Its versions, where they differ.
    """

    node: Any
    status: str
    upgrade: Upgrade | None = None

    def to_dict(self, naming: Naming = PLAIN) -> dict[str, Any]:
        """Return it as texts."""
        versions = {} if self.upgrade is None else self.upgrade.versions
        return {"node": naming.node(self.node), "status": self.status, **versions}

    @property
    def change(self) -> str:
        """What changed about it, in words."""
        if self.status in ("added", "removed"):
            return f"{'new' if self.status == 'added' else 'former'} direct dependency"
        return node_text(self.node) if self.upgrade is None else str(self.upgrade)

    def __str__(self) -> str:
        return f"{self.change} {node_text(self.node)}" if self.status in ("added", "removed") else self.change


#: So many nodes of a way, those next to what came in, are written as data, and so many edges.
LONGEST = 32
#: So many edges that it needs together a sentence names.
NAMED = 3


@dataclass(frozen=True, eq=False)
class Entry:
    """A node that one graph has and the other has not; ways to it are made of labels when they are asked for.

    Attributes
    ----------
    node : label
    edge : (tail, head), or None
        The edge that joins it, or what leads to it, to what both graphs have; None where no edge does.
    by : tuple of Direct
        The direct dependencies that lead to it: first the one on `chain`, then those that changed.
    stage : Stage
        Where it stands on the chosen way.
    origins : Origins
    """

    node: Any
    edge: Edge | None
    by: tuple[Direct, ...]
    stage: Stage = field(repr=False)
    origins: Origins = field(repr=False)

    @property
    def way(self) -> tuple[Any, ...]:
        """From the edge to the node: its head first (asked towards a target: its tail), the node last."""
        return self.origins.last(self.stage, self.stage.n_way)

    @property
    def chain(self) -> tuple[Any, ...]:
        """The whole way, with as few other changes as can be, from a root or from the end that is asked about.

        From what both graphs have where neither leads to the node.
        """
        return self.origins.last(self.stage, self.stage.n_chain)

    @property
    def n_together(self) -> int:
        """How many edges `together` has."""
        return self.stage.n_joints if self.by else 0

    @property
    def together(self) -> tuple[Edge, ...]:
        """Edges on `chain` that only this graph has, between nodes of both: without them it had not come by this way.

        The first of a project, to its direct dependency, is not among them.
        """
        return self.origins.joints(self.stage, self.n_together)

    @property
    def upgrades(self) -> tuple[Upgrade, ...]:
        """Those of nodes on `chain` behind the direct dependency."""
        return self.origins.upgrades_on(self.stage)

    @property
    def through(self) -> Upgrade | None:
        """The last of `upgrades`."""
        return self.origins.upgrades.get(self.stage.upgraded)

    def to_dict(self, naming: Naming = PLAIN) -> dict[str, Any]:
        """Return the entry as texts; of long ways, and of many edges, the last `LONGEST`, and how many there are."""
        origins, stage = self.origins, self.stage
        return {
            "node": naming.node(self.node),
            "edge": None if self.edge is None else naming.parts(self.edge),
            "way": naming.listed(origins.last(stage, min(stage.n_way, LONGEST))),
            "chain": naming.listed(origins.last(stage, min(stage.n_chain, LONGEST))),
            "by": [direct.to_dict(naming) for direct in self.by],
            "together": [naming.parts(edge) for edge in origins.joints(stage, min(self.n_together, LONGEST))],
            "lengths": {"way": stage.n_way, "chain": stage.n_chain, "together": self.n_together},
        }


class Stage(NamedTuple):
    """A node on a chosen way, by number, and what of the way up to it is known without following it back.

    Attributes
    ----------
    number, before : int
        The node, and the one before it; -1 where the way starts.
    n_chain, n_way : int
        How many nodes the whole way has, and how many of them lie behind the last that both graphs have.
    first : int
        The first of these.
    direct : int
        The first direct dependency on the way, -1 of none.
    joint, n_joints : int
        To which node the last of the other new steps leads, -1 of none, and how many such steps there are.
    upgraded : int
        The last node behind the direct dependency that has another version, -1 of none.
    """

    number: int = -1
    before: int = -1
    n_chain: int = 0
    n_way: int = 0
    first: int = -1
    direct: int = -1
    joint: int = -1
    n_joints: int = 0
    upgraded: int = -1


@dataclass(frozen=True)
class Directs:
    """The direct dependencies in one graph, and of what, by number.

    Attributes
    ----------
    projects : frozenset of int
    nodes : frozenset of int
        The direct dependencies, `requested` among them.
    requested : frozenset of int
        Roots that are direct dependencies themselves, as what somebody installed is.
    """

    projects: frozenset[int]
    nodes: frozenset[int] = frozenset()
    requested: frozenset[int] = frozenset()

    @classmethod
    def of(cls, side: Side, ends: Collection[int] | None, requested: Collection[Any]) -> Directs:
        """Return those of some ends; of None those of the marked roots.

        Parameters
        ----------
        side : Side
        ends : collection of int, or None
        requested : collection of labels
        """
        topology = side.graph.topology
        roots = ends
        if roots is None:
            roots = side.numbers[topology.roots].tolist() if topology.marked else ()
        own = frozenset(n for n in roots if ends is None and requested and _label(side, n) in requested)
        projects = frozenset(n for n in roots if side.places[n] >= 0) - own
        leaving = np.isin(side.numbers[side.graph.tails], list(projects))
        heads = frozenset(side.numbers[topology.heads[leaving]].tolist())
        return cls(projects, (heads - projects) | own, own)


def _label(side: Side, number: int) -> Any:
    return side.graph.topology.label(int(side.places[number]))


@dataclass(frozen=True, eq=False)
class Origins:
    """Where the nodes come from that only one of two graphs has.

    Attributes
    ----------
    matched : Matched
    which : int
        0 where the graph before has them, 1 for the one after.
    fresh, known : bool arrays by number
        The nodes that only this graph has, and those that both have.
    directs : pair of Directs
        Before and after.
    upgrades : mapping of number to Upgrade
    towards : bool
        Whether influence is followed back, from a target: then an edge brings in its tail.
    """

    matched: Matched
    which: int
    fresh: Mask
    known: Mask
    directs: tuple[Directs, Directs]
    upgrades: Mapping[int, Upgrade]
    towards: bool = False

    @property
    def side(self) -> Side:
        """The graph that has them."""
        return self.matched.sides[self.which]

    def entries(self) -> list[Entry]:
        """Return an entry for each, in order."""
        numbers = np.flatnonzero(self.fresh).tolist()
        return [self._entry(number) for number in numbers]

    def _entry(self, number: int) -> Entry:
        stage = self._stage(number)
        before = self._stages[stage.first].before
        edge = None if before < 0 else self._edge(before, stage.first)
        return Entry(_label(self.side, number), edge, self._by(stage), stage, self)

    def _edge(self, near: int, far: int) -> Edge:
        near, far = (far, near) if self.towards else (near, far)
        return _label(self.side, near), _label(self.side, far)

    # -- along the chosen ways: each node once, however many ways pass it

    @cached_property
    def _stages(self) -> dict[int, Stage]:
        return {-1: Stage()}

    def _stage(self, number: int) -> Stage:
        ahead = []
        while number not in self._stages:
            ahead.append(number)
            number = self._nearer[number]
        for each in reversed(ahead):
            self._stages[each] = self._next(self._stages[self._nearer[each]], each)
        return self._stages[ahead[0] if ahead else number]

    def _next(self, last: Stage, number: int) -> Stage:
        """Return the stage of a node behind another."""
        near = last.number
        starts = near < 0 or bool(self.known[near])
        is_direct = last.direct < 0 and number in self.directs[self.which].nodes
        is_joint = (near, number) in self._joint and not self._is_first(near, number)
        inherited = -1 if is_direct else last.upgraded
        return Stage(
            number,
            near,
            last.n_chain + 1,
            1 if starts else last.n_way + 1,
            number if starts else last.first,
            number if is_direct else last.direct,
            number if is_joint else last.joint,
            last.n_joints + is_joint,
            number if number in self.upgrades and not is_direct else inherited,
        )

    def last(self, stage: Stage, n: int) -> tuple[Any, ...]:
        """Return the labels of the last nodes of the way to a stage, that of the stage last."""
        labels = []
        for _ in range(n):
            labels.append(_label(self.side, stage.number))
            stage = self._stages[stage.before]
        return tuple(reversed(labels))

    def joints(self, stage: Stage, n: int) -> tuple[Edge, ...]:
        """Return the last of the other new steps on the way to a stage."""
        edges = []
        for _ in range(n):
            at = self._stages[stage.joint]
            edges.append(self._edge(at.before, at.number))
            stage = self._stages[at.before]
        return tuple(reversed(edges))

    def upgrades_on(self, stage: Stage) -> tuple[Upgrade, ...]:
        """Return what has another version on the way to a stage, behind the direct dependency."""
        upgrades = []
        while stage.upgraded >= 0:
            upgrades.append(self.upgrades[stage.upgraded])
            stage = self._stages[self._stages[stage.upgraded].before]
        return tuple(reversed(upgrades))

    # -- ways

    @cached_property
    def _steps(self) -> dict[int, list[int]]:
        """The edges on ways to fresh nodes, by where they come from."""
        nears, fars = self._ends(self.side)
        order = np.argsort(fars, kind="stable")
        nears, ptr = nears[order], np.searchsorted(fars[order], np.arange(self.matched.n_numbers + 1))
        counts = self.fresh | self.known
        stack = np.flatnonzero(self.fresh).tolist()
        steps: dict[int, list[int]] = {}
        seen = set(stack)
        while stack:
            far = stack.pop()
            for near in nears[ptr[far] : ptr[far + 1]].tolist():
                if counts[near]:
                    steps.setdefault(near, []).append(far)
                    stack += [] if near in seen else [near]
                    seen.add(near)
        return steps

    def _ends(self, side: Side) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return where the edges of a graph come from and lead to, as they are followed."""
        tails, heads = side.numbers[side.graph.tails], side.numbers[side.graph.heads]
        return (heads, tails) if self.towards else (tails, heads)

    @cached_property
    def _joint(self) -> set[tuple[int, int]]:
        """The steps that only this graph has, between nodes of both."""
        there = {
            (near, far) for near, fars in self._steps.items() for far in fars if self.known[near] and self.known[far]
        }
        nears, fars = self._ends(self.matched.sides[1 - self.which])
        nodes = np.zeros(self.matched.n_numbers, dtype=bool)
        nodes[list({near for near, _ in there})] = True
        used = nodes[nears]
        return there - set(zip(nears[used].tolist(), fars[used].tolist(), strict=True))

    @cached_property
    def _nearer(self) -> dict[int, int]:
        """For each node on a chosen way the one before it; -1 where the way starts."""
        directs = self.directs[self.which]
        starts = sorted(directs.projects | directs.requested)
        nearer = self._searched(starts) if starts else {}
        fresh = np.flatnonzero(self.fresh).tolist()
        left = {number for number in fresh if number not in nearer}
        return nearer | self._from_known(left) if left else nearer

    def _searched(self, starts: Iterable[int]) -> dict[int, int]:
        """Return the ways with the fewest other changes, then by what changed itself, then the shortest: Dijkstra's."""
        nearer: dict[int, int] = {}
        heap = [(0, int(start in self._kept), 0, start, -1) for start in starts]
        while heap:
            joint, kept, length, node, before = heapq.heappop(heap)
            if node in nearer:
                continue
            nearer[node] = before
            for far in self._steps.get(node, ()):
                if far not in nearer:
                    unchanged = self._is_first(node, far) and far in self._kept
                    is_other = (node, far) in self._joint
                    heapq.heappush(heap, (joint + is_other, kept + unchanged, length + 1, far, node))
        return nearer

    def _from_known(self, left: set[int]) -> dict[int, int]:
        """Return the shortest ways to nodes that no start leads to: from what both graphs have, else none."""
        crossing = [
            (far, near) for near, fars in self._steps.items() if self.known[near] for far in fars if far in left
        ]
        nearer: dict[int, int] = {}
        for far, near in sorted(crossing, key=lambda step: step[1]):
            nearer.setdefault(far, near)
        queue = deque(nearer)
        while queue:
            near = queue.popleft()
            for far in self._steps.get(near, ()):
                if far in left and far not in nearer:
                    nearer[far] = near
                    queue.append(far)
        known = dict.fromkeys((near for _, near in crossing), -1)
        return dict.fromkeys(left, -1) | known | nearer

    def _is_first(self, near: int, far: int) -> bool:
        """Tell whether a step leads from a project to a direct dependency."""
        directs = self.directs[self.which]
        return near in directs.projects and far in directs.nodes

    @cached_property
    def _kept(self) -> frozenset[int]:
        """The direct dependencies that both graphs have alike."""
        return (self.directs[0].nodes & self.directs[1].nodes) - self.upgrades.keys()

    # -- direct dependencies

    def _by(self, stage: Stage) -> tuple[Direct, ...]:
        key = self._reached.get(stage.number, 0), stage.direct
        if key not in self._listed:
            bits = f"{key[0]:b}"[::-1].encode().translate(BITS)
            numbers = list(compress(self._places, bits))
            numbers.sort(key=stage.direct.__ne__)
            self._listed[key] = tuple(map(self._direct.__getitem__, numbers))
        return self._listed[key]

    @cached_property
    def _listed(self) -> dict[tuple[int, int], tuple[Direct, ...]]:
        """The direct dependencies by which of them lead to a node, and which first."""
        return {}

    @cached_property
    def _places(self) -> dict[int, int]:
        """The place of each direct dependency on ways to fresh nodes among the bits of `_reached`: kept ones last."""
        nodes = () if self.towards else self.directs[self.which].nodes
        ranked = sorted((n in self._kept, n) for n in nodes if self._is_on_a_way(n))
        return {number: place for place, (_, number) in enumerate(ranked)}

    def _is_on_a_way(self, number: int) -> bool:
        return number in self._steps or bool(self.fresh[number])

    @cached_property
    def _direct(self) -> dict[int, Direct]:
        return {number: self._direct_of(number) for number in self._places}

    def _direct_of(self, number: int) -> Direct:
        label = _label(self.side, number)
        if number not in self.directs[1 - self.which].nodes:
            return Direct(label, ("removed", "added")[self.which], self.upgrades.get(number))
        upgrade = self.upgrades.get(number)
        return Direct(label, "kept" if upgrade is None else "upgraded", upgrade)

    @cached_property
    def _reached(self) -> dict[int, int]:
        """By which direct dependencies each node on a way is reached, as bits: pushed along the components in order."""
        bits = {number: 1 << place for number, place in self._places.items()}
        if not bits:
            return {}
        components: dict[int, list[int]] = {}
        component = self.side.graph.topology.representative
        for number in {*self._steps, *np.flatnonzero(self.fresh).tolist()}:
            components.setdefault(int(component[self.side.places[number]]), []).append(number)
        for _, members in sorted(components.items()):
            union = 0
            for number in members:
                union |= bits.get(number, 0)
            for far in (far for number in members for far in self._steps.get(number, ())):
                bits[far] = bits.get(far, 0) | union  # the other members of a component, too
        return bits


# -- text


def entry_rows(entries: Iterable[Entry], words: tuple[str, str], *, direct: bool) -> Iterator[Row]:
    """Yield a row for nodes that came in together; those that no edge brought in last.

    Parameters
    ----------
    entries : iterable of Entry
    words : pair of str
        What stands before an edge that brought them in, and before a direct dependency that did.
    direct : bool
        Whether direct dependencies are named, where they are known; else the edges.
    """
    rows: dict[tuple[Any, ...], list[Entry]] = {}
    for entry in entries:
        joint = entry.stage.joint if entry.by else -1  # on one tree of ways all others are known by the last
        rows.setdefault((entry.by if direct else (), entry.edge, joint), []).append(entry)
    places: dict[Any, int] = {}
    for by, _, _ in rows:
        places.setdefault(by[:1], len(places))
    for (by, edge, _), brought in sorted(rows.items(), key=lambda row: (row[0][1] is None, places[row[0][0][:1]])):
        nodes = sorted(brought, key=lambda entry: entry.stage.n_way)
        names = tuple([node_text(entry.node) for entry in nodes])
        if by:
            yield row_of_direct(names, nodes[0], words[1])
        else:
            yield Row(names, "" if edge is None else f"{words[0]} {edge_name(edge)}")


class Row(NamedTuple):
    """Nodes that came in together: their names, what brought them in, and by which edge where that is not said yet."""

    names: tuple[str, ...]
    what: str
    where: str = ""


def row_of_direct(names: tuple[str, ...], entry: Entry, word: str) -> Row:
    """Return by which direct dependency nodes came in, what changed about it, and where the way is new."""
    first, more = entry.by[0], len(entry.by) - 1
    is_itself = entry.node == first.node
    if is_itself and len(names) == 1:
        text = first.change + (f", and by {more:,} more" if more else "")
    else:
        text = f"{word} {first}".lstrip() + (f" and {how_many(more, 'more direct dependencies')}" if more else "")
    if entry.n_together:
        edges = entry.origins.joints(entry.stage, min(entry.n_together, NAMED))
        text += f" together with {and_more(' and '.join(map(edge_name, edges)), entry.n_together - NAMED)}"
    if first.status == "kept" and entry.through:
        text += f", through {entry.through}"
    return Row(names, text, "" if is_itself or entry.edge is None else f" ({edge_name(entry.edge)})")
