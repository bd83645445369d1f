"""What a picture of a profile shows: functions, and what is spent on the ways from one to the next, drawn or not.

Functions that call each other are one box. Those are drawn at which costs part or meet, and those that cost by
themselves, by pprof's score (google/pprof, internal/graph/graph.go, entropyScore). With stacks every way is measured;
with calls only those without a function between are, and the others take each call of a function to cost the same.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff.arithmetic import Number, added
from graphdiff.graph.compiled import CompiledGraph, compile
from graphdiff.graph.ends import Seeds
from graphdiff.graph.presets import spent
from graphdiff.paths.bypasses import bypasses
from graphdiff.profiles.stacks import Stacks, stacks_in
from graphdiff.sums.between import Between, forward_over, restriction, reverse_over
from graphdiff.sums.semirings import SEMIRINGS

__all__ = ["Box", "Profile", "Spending", "Way", "in_order", "score"]

#: What no caller accounts for is more than rounding in the file.
ROUNDING = 1e-6

#: Where ways start that come from functions that are not drawn, and where those end that stay in such.
BEFORE, BEHIND = -1, -2

Pair = tuple[int, int]


@dataclass(frozen=True)
class Box:
    """A function, or several that call each other: their names, what is theirs, and what they cost with what they call.

    `calls` is how often a function was called, where that is known; an estimate has costs that averages give it.
    """

    members: tuple[str, ...]
    own: Number
    inclusive: Number
    calls: Number | None = None
    is_estimate: bool = False


@dataclass(frozen=True)
class Way:
    """What is spent on the way from one box to another, and its calls, where all of these are direct and counted."""

    cost: Number
    calls: Number | None = None
    is_direct: bool = False
    is_estimate: bool = False


@dataclass(frozen=True)
class Spending:
    """What is drawn.

    Attributes
    ----------
    boxes : dict of int to Box
        Callers before those that they call.
    ways : dict of (tail, head) to Way
        `BEFORE` and `BEHIND` stand for functions that are not drawn.
    n_hidden : int
        How many functions are not drawn.
    """

    boxes: Mapping[int, Box]
    ways: Mapping[Pair, Way]
    n_hidden: int

    @property
    def n_functions(self) -> int:
        """How many functions are drawn, those in a box of several among them."""
        return sum(len(box.members) for box in self.boxes.values())

    @property
    def n_joined(self) -> int:
        """How many of these are in a box of several."""
        return sum(len(box.members) for box in self.boxes.values() if len(box.members) > 1)

    @property
    def n_dashed(self) -> int:
        """How many edges stand for ways by functions that are not drawn."""
        return sum(not way.is_direct for way in self.ways.values())

    @property
    def own(self) -> Number:
        """What the drawn functions cost by themselves."""
        return sum(box.own for box in self.boxes.values())


@dataclass(frozen=True)
class Known:
    """What calls measure of a question from a source to a target, with no call taken for an average one.

    Attributes
    ----------
    before : set of int
        What is spent for the source alone.
    whole, behind : set of int
        What costs nothing but the target; and that of which it is known how much of the target it costs.
    only : set of pairs
        Calls that are all of what the function called costs.
    """

    before: set[int] = field(default_factory=set)
    whole: set[int] = field(default_factory=set)
    behind: set[int] = field(default_factory=set)
    only: set[Pair] = field(default_factory=set)

    def reaches(self, pair: Pair) -> bool:
        """Tell whether it is known how much of the target calls cost."""
        return pair[1] in self.whole or (pair in self.only and pair[1] in self.behind)


@dataclass(frozen=True, eq=False)
class Profile:
    """A profile whose functions that call each other are one; each is known by a number, callers before callees.

    Attributes
    ----------
    graph : networkx.DiGraph
    ready : CompiledGraph
        By what of a function is spent for each caller, components collapsed.
    source, target : node or None
        Of a question on a profile without stacks.
    """

    graph: nx.DiGraph
    ready: CompiledGraph
    source: Hashable | None = None
    target: Hashable | None = None

    @classmethod
    def of(cls, graph: nx.DiGraph, source: Hashable | None = None, target: Hashable | None = None) -> Profile:
        """Return a profile, compiled; where a file does not say what a call costs, nothing is spent by it."""
        known = nx.DiGraph()
        known.add_nodes_from((node, {"self": data.get("self", 0)}) for node, data in graph.nodes(data=True))
        known.add_edges_from((tail, head, {"cost": cost}) for tail, head, cost in graph.edges(data="cost", default=0))
        return cls(graph, compile(known, weight=spent, cycles="collapse"), source, target)

    @cached_property
    def place(self) -> dict[Hashable, int]:
        """The number of each function."""
        topology = self.ready.topology
        return dict(zip(topology.labels, topology.representative.tolist(), strict=True))

    @cached_property
    def members(self) -> dict[int, list[Hashable]]:
        """The functions of each number, in order, the costliest first."""
        boxes: dict[int, list[Hashable]] = {}
        for node, place in sorted(self.place.items(), key=lambda item: item[1]):
            boxes.setdefault(place, []).append(node)
        for nodes in boxes.values():
            nodes.sort(key=lambda node: -self.graph.nodes[node].get("inclusive", 0))
        return boxes

    @cached_property
    def own(self) -> dict[int, Number]:
        """What each costs by itself."""
        return {
            place: sum(self.graph.nodes[node].get("self", 0) for node in nodes) for place, nodes in self.members.items()
        }

    @cached_property
    def calls(self) -> dict[Pair, Way]:
        """What each calls, without what stays inside."""
        rows: dict[Pair, Way] = {}
        for tail, head, data in self.graph.edges(data=True):
            pair = self.place[tail], self.place[head]
            if pair[0] != pair[1]:
                way = Way(data.get("cost", 0), data.get("calls"), True, bool(data.get("estimated")))
                rows[pair] = _joined(rows[pair], way) if pair in rows else way
        return rows

    @property
    def n_unknown(self) -> int:
        """Of how many calls between boxes the file does not say what they cost."""
        ends = (
            (self.place[tail], self.place[head]) for tail, head, cost in self.graph.edges(data="cost") if cost is None
        )
        return sum(tail != head for tail, head in ends)

    @cached_property
    def leaving(self) -> dict[int, Number]:
        """What each spends on others."""
        return added((tail, way.cost) for (tail, _), way in self.calls.items())

    @cached_property
    def entering(self) -> dict[int, Number]:
        """What is spent on each by its callers."""
        return added((head, way.cost) for (_, head), way in self.calls.items())

    @cached_property
    def inclusive(self) -> dict[int, Number]:
        """What each costs with all that it calls."""
        return {place: own + self.leaving.get(place, 0) for place, own in self.own.items()}

    @cached_property
    def roots(self) -> dict[int, Number]:
        """Where callers do not account for what is spent: how much they do not."""
        lacking = {place: whole - self.entering.get(place, 0) for place, whole in self.inclusive.items()}
        return {place: lack for place, lack in lacking.items() if float(lack) > ROUNDING * float(self.inclusive[place])}

    def ends(self) -> list[int]:
        """Return what is drawn in any case: the ends of a question, else where most begins."""
        asked = [self.place[end] for end in (self.source, self.target) if end is not None]
        return asked or sorted(self.roots, key=lambda place: -self.roots[place])[:1]

    @property
    def stacks(self) -> Stacks | None:
        """What the profile was measured on, where that is there."""
        return stacks_in(self.graph)

    @property
    def is_shared_out(self) -> bool:
        """Whether it is the picture of a question that only averages answer."""
        return self.stacks is None and (self.source is not None or self.target is not None)

    @property
    def is_total_estimate(self) -> bool:
        """Whether all that the picture is of is known by averages only."""
        ends = [self.place[end] for end in (self.source, self.target) if end is not None]
        return self.is_shared_out and not (ends[0] in self.known.behind and ends[-1] in self.known.before)

    @property
    def are_together(self) -> bool:
        """Whether both ends are in one box."""
        ends = [self.place[end] for end in (self.source, self.target) if end is not None]
        return len(ends) == 2 and ends[0] == ends[1]

    def spending(self, kept: Collection[int]) -> Spending:
        """Return what is spent among some boxes, and by those that are not drawn."""
        order = sorted(kept)
        drawn, ways = self._estimated(order) if self.stacks is None else self._measured(order, self.stacks)
        n_hidden = self.n_functions - sum(len(box.members) for box in drawn.values())
        seen = {pair: way for pair, way in ways.items() if float(way.cost) > ROUNDING**2 * float(self.total)}
        return Spending(drawn, seen, n_hidden)

    @property
    def n_functions(self) -> int:
        """How many functions there are; on the way, where averages answer a question."""
        if not self.is_shared_out:
            return len(self.graph)
        return sum(len(self.members[place]) for place in self.between.positions.tolist())

    @property
    def total(self) -> Number:
        """All that was measured."""
        total: Number = self.graph.graph["total"]
        return total

    def box(self, place: int) -> Box:
        """Return a box as it was measured."""
        nodes = self.members[place]
        alone = self.graph.nodes[nodes[0]] if len(nodes) == 1 else {}
        inclusive = alone.get("inclusive", self.inclusive[place])
        is_estimate = any("estimated" in self.graph.nodes[node] for node in nodes)
        return Box(tuple(map(str, nodes)), self.own[place], inclusive, alone.get("calls"), is_estimate)

    def _measured(self, order: list[int], stacks: Stacks) -> tuple[dict[int, Box], dict[Pair, Way]]:
        """Return what stacks say of boxes without all other functions."""
        number = {place: n for n, place in enumerate(order)}
        frames = np.array([number.get(self.place[node], -1) for node in self.graph])
        seen = stacks.mapped(frames)
        callers = np.where(seen.parents >= 0, seen.frames[seen.parents], -1)
        hidden = np.where(seen.frames == callers, len(order), seen.frames)
        seen = replace(seen, frames=hidden).mapped([*range(len(order)), -1])
        own, inclusive = (column.tolist() for column in seen.functions(len(order)))
        tails, heads, costs = (column.tolist() for column in seen.calls(len(order)))
        ways: dict[Pair, Way] = {}
        for tail, head, cost in zip(tails, heads, costs, strict=True):
            pair = order[tail], order[head]
            ways[pair] = Way(cost, None, pair in self.calls)
        entering = added((head, way.cost) for (_, head), way in ways.items())
        first = self._first(stacks, frames)
        for n, place in enumerate(order):
            ways[place, BEHIND] = Way(own[n] - self.own[place])
            ways[BEFORE, place] = Way(inclusive[n] - entering.get(place, 0) - first.get(n, 0))
        ways[BEFORE, BEHIND] = Way(stacks.total - seen.total)
        return {place: self.box(place) for place in order}, ways

    @staticmethod
    def _first(stacks: Stacks, frames: NDArray[Any]) -> dict[int, Number]:
        """Return what the stacks cost that begin with each box."""
        n_first = int(stacks.levels[1]) if len(stacks) else 0
        return added(zip(frames[stacks.frames[:n_first]].tolist(), stacks.totals[:n_first].tolist(), strict=True))

    def _estimated(self, order: list[int]) -> tuple[dict[int, Box], dict[Pair, Way]]:
        """Return what calls say: what has functions between is shared out as if all calls of these cost the same."""
        between = self.between
        local = {position: node for node, position in enumerate(between.positions.tolist())}
        kept = {local[place]: place for place in order if place in local}
        names = kept | {between.n_nodes: BEFORE, between.n_nodes + 1: BEHIND}
        tangents, adjoints = ([*sums, 1, 1] for sums in self.sweeps)
        ways: dict[Pair, Way] = {}
        for (tail, head), (weight, n_ways) in bypasses(between, kept).items():
            pair = names[tail], names[head]
            direct = self.calls.get(pair)
            cost = tangents[tail] * weight * adjoints[head]
            is_alone = direct is not None and n_ways == self.n_calls[pair]
            if is_alone and direct is not None and not self.is_shared_out:
                ways[pair] = direct
            else:
                is_measured = is_alone and pair[0] in self.known.before and self.known.reaches(pair)
                ways[pair] = Way(cost, None, direct is not None, is_estimate=not is_measured)
        boxes = {place: self.box(place) for place in kept.values()}
        if self.is_shared_out:
            boxes = {
                place: replace(
                    boxes[place],
                    inclusive=tangents[node] * adjoints[node],
                    calls=None,
                    is_estimate=place not in self.known.before or place not in self.known.behind,
                )
                for node, place in kept.items()
            }
        return boxes, ways

    @cached_property
    def known(self) -> Known:
        """Of a question, what calls measure of it."""
        ends = [self.place[end] for end in (self.source, self.target) if end is not None]
        is_exact = not self.graph.graph.get("assumes") and not any(way.is_estimate for way in self.calls.values())
        if not self.is_shared_out or not is_exact or any(len(self.members[place]) > 1 for place in ends):
            return Known()
        known = Known()
        rows = [*zip(self.between.positions.tolist(), *self.sweeps, strict=True)]
        between = {place for place, _, _ in rows}
        for place, part, spent_on in sorted(rows, reverse=True):
            if math.isclose(part, 1):
                known.before.add(place)
            if math.isclose(spent_on, self.inclusive[place]):
                known.whole.add(place)
            called = [pair for pair in self._leaving_pairs.get(place, ()) if pair[1] in between]
            known.only.update(pair for pair in called if math.isclose(self.calls[pair].cost, self.inclusive[pair[1]]))
            if place in known.whole or all(map(known.reaches, called)):
                known.behind.add(place)
        if len(ends) == 2 and (ends[0] in known.behind or ends[1] in known.before):
            known.behind.add(ends[0])
            known.before.add(ends[1])
        return known

    @cached_property
    def _leaving_pairs(self) -> dict[int, list[Pair]]:
        pairs: dict[int, list[Pair]] = {}
        for pair in self.calls:
            pairs.setdefault(pair[0], []).append(pair)
        return pairs

    @property
    def asked_total(self) -> Number:
        """All that the picture is of: of a question what is spent on the target for the source."""
        if not self.is_shared_out:
            return self.total
        ends = [*self.between.positions.tolist()], *self.sweeps
        of_source = {place: tangent * adjoint for place, tangent, adjoint in zip(*ends, strict=True)}
        total: Number = of_source.get(self.place[self.source if self.source is not None else self.target], 0)
        return total  # 0 where nothing costs anything, or nothing leads from the one to the other

    @cached_property
    def n_calls(self) -> dict[Pair, int]:
        """How many calls of one function by another there are between two boxes."""
        pairs = ((self.place[tail], self.place[head]) for tail, head in self.graph.edges)
        counts = added((pair, 1) for pair in pairs if pair[0] != pair[1])
        return {pair: int(count) for pair, count in counts.items()}

    @cached_property
    def between(self) -> Between:
        """What lies between where spending begins and where it ends."""
        if self.source is not None:
            starts = Seeds([self.place[self.source]], [1.0])
        else:
            parts = [float(lack / self.inclusive[place]) for place, lack in self.roots.items()]
            starts = Seeds([*self.roots], parts)
        if self.target is not None:
            stops = {self.place[self.target]: float(self.inclusive[self.place[self.target]])}
        else:
            stops = {place: float(own) for place, own in self.own.items() if own}
        return restriction(self.ready, starts, Seeds([*stops], [*stops.values()]))

    @cached_property
    def sweeps(self) -> tuple[list[Any], list[Any]]:
        """What part of each lies on the way, and what is spent from it on."""
        tangents, adjoints = (sweep(self.between, SEMIRINGS["sum-product"]) for sweep in (forward_over, reverse_over))
        return tangents, adjoints


def in_order(
    own: Mapping[int, Number], inclusive: Mapping[int, Number], calls: Mapping[Pair, Number], fixed: Sequence[int]
) -> list[int]:
    """Return the boxes, those that are fixed first, then those that a picture says most with.

    Examples
    --------
    >>> in_order({0: 1, 1: 0, 2: 8}, {0: 9, 1: 8, 2: 8}, {(0, 1): 8, (1, 2): 8}, [0])
    [0, 2, 1]
    """
    entering: dict[int, list[Number]] = defaultdict(list)
    leaving: dict[int, list[Number]] = defaultdict(list)
    for (tail, head), cost in calls.items():
        leaving[tail].append(cost)
        entering[head].append(cost)
    scores = {place: score(cost, inclusive[place], entering[place], leaving[place]) for place, cost in own.items()}
    return [*fixed, *sorted(scores.keys() - set(fixed), key=lambda place: (-scores[place], place))]


def score(own: Number, inclusive: Number, entering: Iterable[Number], leaving: Iterable[Number]) -> float:
    """Return how much a function says in a picture: what it costs by itself, and how costs part or meet at it.

    Examples
    --------
    >>> score(0, 8, [8], [8]), score(0, 8, [8], [4, 4]), score(8, 8, [8], [])
    (0.0, 8.0, 8.0)
    """
    parts = _entropy([float(cost) for cost in entering]) + _entropy([float(own), *map(float, leaving)])
    return parts * float(inclusive) + float(own)


def _entropy(costs: list[float]) -> float:
    whole = sum(costs)
    return -sum(cost / whole * math.log2(cost / whole) for cost in costs if cost > 0) + 0.0 if whole > 0 else 0.0


def _joined(one: Way, other: Way) -> Way:
    calls = None if one.calls is None or other.calls is None else one.calls + other.calls
    return Way(one.cost + other.cost, calls, True, one.is_estimate or other.is_estimate)
