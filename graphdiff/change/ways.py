"""What a question about two graphs asks of their shape, whatever the weights: what an end reaches, and the paths.

Each fact is looked for once, when it is first asked for, and serves sets, totals, pictures and every weighting.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff.change.match import Matched, Side
from graphdiff.graph.ends import Seeds
from graphdiff.sums.between import Between, restriction
from graphdiff.sums.cycles import Range, between_mask, components_in
from graphdiff.sums.sweeps import forward_values

Ints = NDArray[Any]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Reach:
    """What a node reaches in each of two graphs, or what reaches it there.

    Attributes
    ----------
    matched : Matched
    number : int
        The node.
    towards : bool
        Whether it is what reaches the node.
    """

    matched: Matched
    number: int
    towards: bool

    @cached_property
    def masks(self) -> tuple[Mask, Mask]:
        """By position in the graph before and in the one after; nothing where that has no such node."""
        before, after = (self._mask(side) for side in self.matched.sides)
        return before, after

    def _mask(self, side: Side) -> Mask:
        place, graph = int(side.stands[self.number]), side.graph
        if place < 0:
            return np.zeros(graph.n_nodes, dtype=bool)
        ends = (np.arange(graph.n_nodes), [place]) if self.towards else ([place], None)
        mask = between_mask(graph, *ends)
        return mask[graph.topology.representative] if len(graph.topology.cyclic) else mask

    @cached_property
    def numbers(self) -> tuple[Mask, Mask]:
        """The same by number."""
        before, after = (side.by_number(mask) for side, mask in zip(self.matched.sides, self.masks, strict=True))
        return before, after

    @property
    def either(self) -> Mask:
        """By number what either graph has; the node itself always."""
        mask = self.numbers[0] | self.numbers[1]
        mask[self.number] = True
        return mask

    def loops(self, which: int) -> list[Range]:
        """Return the components with a cycle in one of the graphs."""
        return components_in(self.matched.sides[which].graph, self.masks[which])


@dataclass(frozen=True)
class PathCounts:
    """How many paths there are, exactly; a path is its edges, whatever their weights.

    Attributes
    ----------
    before, after : int
    gained, lost : int
        Paths that only the graph after has, and those that only the graph before has.
    """

    before: int
    after: int
    gained: int
    lost: int


@dataclass(frozen=True, eq=False)
class Ways:
    """What lies between two nodes in each of two graphs.

    Attributes
    ----------
    ahead : Reach
        What the source reaches.
    back : Reach
        What reaches the target.
    """

    ahead: Reach
    back: Reach

    @property
    def matched(self) -> Matched:
        """The two graphs, under any weighting."""
        return self.ahead.matched

    @property
    def source(self) -> int:
        """The number of the source."""
        return self.ahead.number

    @property
    def target(self) -> int:
        """The number of the target."""
        return self.back.number

    def places(self, side: Side) -> tuple[int, int]:
        """Return where the ends stand in a graph; -1 where one is missing."""
        return int(side.stands[self.source]), int(side.stands[self.target])

    @property
    def is_one_component(self) -> bool:
        """Whether two ends are members of one merged component, which cannot tell them apart."""
        return self.source != self.target and any(
            side.graph.cycles == "collapse" and min(places) >= 0 and len(set(map(side.graph.anchor, places))) == 1
            for side in self.matched.sides
            for places in (self.places(side),)
        )

    @cached_property
    def among(self) -> Mask:
        """By number, what lies between in either graph, or in both together; the ends too."""
        among: Mask = self.ahead.either & self.back.either
        among[[self.source, self.target]] = True
        return among

    @cached_property
    def missing(self) -> list[str]:
        """Which end is missing where, in words."""
        texts = []
        for side in self.matched.sides:
            for number in dict.fromkeys((self.source, self.target)):
                if side.places[number] < 0:
                    total = "its total there is 0" if side.stands[number] < 0 else "the rest of its cycle stands for it"
                    texts.append(f"the graph {self.matched.when(side)} has no {self.matched.label(number)}: {total}")
        return texts

    def loops(self, which: int) -> list[Range]:
        """Return the components with a cycle between the ends, in one of the graphs."""
        side = self.matched.sides[which]
        if not len(side.graph.topology.cyclic) or min(self.places(side)) < 0:
            return []
        return components_in(side.graph, self.ahead.masks[which] & self.back.masks[which])

    def between(self, which: int) -> Between:
        """Return what lies between in one of the graphs, which has both ends, as a small graph of its own."""
        if which not in self._parts:
            side = self.matched.sides[which]
            start, end = self.places(side)
            self._parts[which] = restriction(side.graph, Seeds([start]), Seeds([end]))
        return self._parts[which]

    @cached_property
    def _parts(self) -> dict[int, Between]:
        return {}

    @cached_property
    def merged(self) -> list[list[Any]]:
        """The cycles of both graphs together that count as one node each in both."""
        cycles: dict[frozenset[Any], list[Any]] = {}
        for which, side in enumerate(self.matched.sides):
            for start, stop in self.loops(which) if side.graph.cycles == "collapse" else []:
                members = list(side.graph.topology.labels[start:stop])
                cycles.setdefault(frozenset(members), members)
        return [members for members in cycles.values() if len(members) > 1]

    def rivals(self, which: int) -> Ints | None:
        """Return the positions of what the source reaches, without itself; None where values are sums over walks.

        A merged component counts as one, at its first position.
        """
        graph, start = self.matched.sides[which].graph, self.places(self.matched.sides[which])[0]
        is_reached = self.ahead.masks[which].copy()
        if graph.cycles != "collapse" and components_in(graph, is_reached):
            return None
        if start >= 0:
            is_reached[graph.anchor(start)] = False
        if graph.cycles == "collapse" and len(graph.topology.cyclic):
            is_reached &= graph.topology.representative == np.arange(graph.n_nodes)
        return np.flatnonzero(is_reached)

    @cached_property
    def most_walked(self) -> int:
        """How many edges a sweep from the source or back from the target walks at most."""
        masks = [(side, reach.masks[which]) for reach in (self.ahead, self.back) for which, side in self._sides]
        return max(side.graph.topology.rows.n_leaving(np.flatnonzero(mask)) for side, mask in masks)

    @property
    def _sides(self) -> list[tuple[int, Side]]:
        return list(enumerate(self.matched.sides))

    @cached_property
    def counts(self) -> PathCounts | None:
        """How many paths lead from end to end; None where walks go round a cycle: they are infinitely many."""
        if any(side.graph.cycles != "collapse" and self.loops(which) for which, side in self._sides):
            return None
        first, second = self.matched.sides
        before, after = self._count(first), self._count(second)
        common = (self._count(first, first.lone) if len(first.lone) else before) if after else 0
        return PathCounts(before, after, after - common, before - common)

    def _count(self, side: Side, without: Ints | tuple[()] = ()) -> int:
        """Return the number of paths in a graph that use none of some edges."""
        start, end = self.places(side)
        if min(start, end) < 0:
            return 0
        graph = side.graph
        ones = np.ones(graph.n_edges, dtype=np.int64)
        ones[np.asarray(without, dtype=np.int64)] = 0
        counted = graph.reweighted(ones)
        return int(forward_values(counted, {graph.anchor(start): 1}, stop=graph.anchor(end))[graph.anchor(end)])
