"""What a question about two graphs asks of their shape, whatever the weights: what its ends reach, and the paths.

Each fact is looked for once, when it is first asked for, and serves sets, totals, pictures and every weighting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import Number
from graphdiff.change.match import Matched, Side
from graphdiff.errors import SameComponentError, UsageError, located
from graphdiff.graph.ends import LEAVES, NODES, Boundary, End, Seeds, placed, require_marked, weighed
from graphdiff.remedies import Keyword, Remedy
from graphdiff.sums.between import Between, restriction
from graphdiff.sums.cycles import Range, between_mask, components_in
from graphdiff.sums.sweeps import forward_values
from graphdiff.text.names import node_text

Ints = NDArray[Any]
Mask = NDArray[np.bool_]
#: The seeds of some nodes in one of the graphs; None of one that does not count there.
Counting: TypeAlias = tuple[Number | None, ...]


@dataclass(frozen=True)
class NumberedEnd:
    """An end of a question about two graphs, by the numbers of its nodes.

    Attributes
    ----------
    numbers : tuple of int
    seeds : pair of tuples of numbers, or None
        One for each node, before and after; None is one unit at each. A node that does not count there, as a leaf of
        one graph only, has None.
    is_named : bool
        Whether the nodes were named; else they are all roots, or all leaves, of either graph.
    """

    numbers: tuple[int, ...]
    seeds: tuple[Counting, Counting] | None = None
    is_named: bool = True

    @classmethod
    def of(cls, graphs: Matched, end: End, plain: Matched) -> NumberedEnd:
        """Return an end by numbers.

        Parameters
        ----------
        graphs : Matched
        end : node, list of nodes, mapping of node to seed, ROOTS or LEAVES
            A node may be one that only one of the graphs has.
        plain : Matched
            The two graphs as they are: their roots are meant by ROOTS, those of either. Each cycle that is merged in
            `graphs` is one root.
        """
        if not isinstance(end, Boundary):
            seeds = placed(end, graphs.number)
            return cls(tuple(seeds.positions), None if seeds.numbers is None else (tuple(seeds.numbers),) * 2)
        for side in plain.sides:
            with located(plain.when(side)):
                require_marked(side.graph, end)
        if end is LEAVES and any(side.graph.topology.leaf_seeds for side in plain.sides):
            return cls._counted(graphs, plain)
        ends = {int(number) for side in plain.sides for number in side.numbers[end.of(side.graph.topology)]}
        numbers = [number if graphs is plain else graphs.number(plain.label(number)) for number in sorted(ends)]
        if end is NODES:  # of these each counts, merged or not
            return cls(tuple(numbers), is_named=False)
        apart = {tuple(_anchor(side, number) for side in graphs.sides): number for number in reversed(numbers)}
        return cls(tuple(sorted(apart.values())), is_named=False)

    @classmethod
    def _counted(cls, graphs: Matched, plain: Matched) -> NumberedEnd:
        """Return the leaves of graphs that say what each counts."""
        before, after = (_leaf_seeds(side) for side in plain.sides)
        for side, own, other in ((plain.before, before, after), (plain.after, after, before)):
            if None in own.values() and None not in other.values():
                raise UsageError(
                    f"the leaves {plain.when(side)} count 1 each, and those of the other graph what it says",
                    Remedy(Keyword("target"), "names those that are meant"),
                )
        numbers = sorted(before.keys() | after.keys())
        seeds = tuple(map(before.get, numbers)), tuple(map(after.get, numbers))
        places = numbers if graphs is plain else [graphs.number(plain.label(number)) for number in numbers]
        return cls(tuple(places), seeds, is_named=False)

    @property
    def kinds(self) -> tuple[type, ...]:
        """The types of the seeds: 1 and 1.0 are the same key of a dict."""
        return tuple(type(seed) for seeds in self.seeds or () for seed in seeds)

    def counting(self, side: Side) -> Counting:
        """Return the seed of each node in one of the graphs; None where it does not count there."""
        return (1,) * len(self.numbers) if self.seeds is None else self.seeds[side.which]

    def given(self, side: Side) -> Seeds:
        """Return where the nodes stand in one of the graphs, with their seeds; none of those it has not."""
        places = side.stands[list(self.numbers)].tolist()
        pairs = zip(places, self.counting(side), strict=True)
        kept = [(place, seed) for place, seed in pairs if place >= 0 and seed is not None]
        return Seeds([place for place, _ in kept], None if self.seeds is None else [seed for _, seed in kept])

    def weighed(self, graphs: Matched) -> NumberedEnd:
        """Return the same with seeds in the arithmetic of both graphs: a graph without edges has none of its own."""
        if self.seeds is None:
            return self
        before, after = (_weighed(graphs, seeds) for seeds in self.seeds)
        return replace(self, seeds=(before, after))

    def alone(self, graphs: Matched, side: Side) -> dict[int, Number]:
        """Return the seeds of the nodes that one of the graphs has not, by number, at each that is merged with them."""
        places = side.stands[list(self.numbers)].tolist()
        alone = zip(self.numbers, self.counting(side), places, strict=True)
        seeds = {number: arithmetic.finished(seed) for number, seed, place in alone if place < 0 and seed is not None}
        return _at_all_members(graphs.sides[1 - side.which], seeds)


def _at_all_members(side: Side, seeds: dict[int, Number]) -> dict[int, Number]:
    """Return seeds of nodes that only one of two graphs has, at all members of their components where it merges them.

    The other graph has no member of such a component: of one it had, its place would stand for the others.
    """
    topology = side.graph.topology
    if not seeds or side.graph.cycles != "collapse" or not len(topology.cyclic):
        return seeds
    at = arithmetic.added((_anchor(side, number), seed) for number, seed in seeds.items())
    members = np.flatnonzero(np.isin(topology.representative, list(at)))
    first = topology.representative[members].tolist()
    return dict(zip(side.numbers[members].tolist(), map(at.__getitem__, first), strict=True))


def _leaf_seeds(side: Side) -> dict[int, float | None]:
    """Return the leaves of one of the graphs by number, with what each counts; None where the graph does not say."""
    topology = side.graph.topology
    if not topology.leaf_seeds:
        return dict.fromkeys(side.numbers[topology.leaves].tolist())
    return dict(
        zip(side.numbers[topology.positions[list(topology.marked_leaves)]].tolist(), topology.leaf_seeds, strict=True)
    )


def _weighed(graphs: Matched, seeds: Counting) -> Counting:
    """Return seeds in the arithmetic of both graphs."""
    numbers: Sequence[Number] = [seed for seed in seeds if seed is not None]
    for side in graphs.sides:
        numbers = weighed(side.graph, numbers) or []
    ready = iter(numbers)
    return tuple([None if seed is None else next(ready) for seed in seeds])


def _anchor(side: Side, number: int) -> int:
    """Return where the value of a number is kept in one of the graphs; -1 where it has none."""
    place = int(side.stands[number])
    return side.graph.anchor(place) if place >= 0 else -1


@dataclass(frozen=True, eq=False)
class Reach:
    """What some nodes reach in each of two graphs, or what reaches them there.

    Attributes
    ----------
    matched : Matched
    ends : tuple of int
        The numbers of the nodes.
    towards : bool
        Whether it is what reaches them.
    """

    matched: Matched
    ends: tuple[int, ...]
    towards: bool

    @cached_property
    def masks(self) -> tuple[Mask, Mask]:
        """By position in the graph before and in the one after; nothing where that has none of the nodes."""
        before, after = (self._mask(side) for side in self.matched.sides)
        return before, after

    def _mask(self, side: Side) -> Mask:
        places, graph = side.stands[list(self.ends)], side.graph
        places = places[places >= 0]
        if not len(places):
            return np.zeros(graph.n_nodes, dtype=bool)
        mask = between_mask(graph, *((np.arange(graph.n_nodes), places) if self.towards else (places, None)))
        return mask[graph.topology.representative] if len(graph.topology.cyclic) else mask

    @cached_property
    def numbers(self) -> tuple[Mask, Mask]:
        """The same by number."""
        before, after = (side.by_number(mask) for side, mask in zip(self.matched.sides, self.masks, strict=True))
        return before, after

    @property
    def either(self) -> Mask:
        """By number what either graph has; the nodes themselves always."""
        mask = self.numbers[0] | self.numbers[1]
        mask[list(self.ends)] = True
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


def _spread(known: Mask, tails: Ints, heads: Ints) -> Mask:
    """Return known nodes and all that edges lead to from them."""
    met = known.copy()
    while True:
        fresh = heads[met[tails] & ~met[heads]]
        if not len(fresh):
            return met
        met[fresh] = True


@dataclass(frozen=True, eq=False)
class Ways:
    """What lies between two ends in each of two graphs.

    Attributes
    ----------
    source, target : NumberedEnd
    ahead : Reach
        What the source reaches.
    back : Reach
        What reaches the target.
    """

    source: NumberedEnd
    target: NumberedEnd
    ahead: Reach
    back: Reach

    @classmethod
    def of(cls, graphs: Matched, source: NumberedEnd, target: NumberedEnd) -> Ways:
        """Return the ways between two ends."""
        ahead, back = (
            Reach(graphs, end.numbers, towards=towards) for end, towards in ((source, False), (target, True))
        )
        return cls(source, target, ahead, back)

    @property
    def matched(self) -> Matched:
        """The two graphs, under any weighting."""
        return self.ahead.matched

    def require_apart(self) -> None:
        """Raise where a source and a target are two members of one merged component: it cannot tell them apart.

        Raises
        ------
        SameComponentError
        """
        if not (self.source.is_named and self.target.is_named):
            return
        for side in self.matched.sides if self.matched.after.graph.cycles == "collapse" else ():
            members: dict[int, list[int]] = {}
            for number in self.source.numbers:
                members.setdefault(_anchor(side, number), []).append(number)
            members.pop(-1, None)
            pairs = ((s, t) for t in self.target.numbers for s in members.get(_anchor(side, t), ()) if s != t)
            for pair in pairs:
                raise SameComponentError(*map(self.matched.label, pair))

    @cached_property
    def among(self) -> Mask:
        """By number, what lies between in either graph, or in both together; the ends too.

        A way of which a part is in one graph alone and the rest in the other carries nothing in either, but an edge on
        it has a part in the account: tangents and adjoints of it are of different graphs.
        """
        ends = [(side.numbers[side.graph.tails], side.numbers[side.graph.heads]) for side in self.matched.sides]
        tails, heads = (np.concatenate(each) for each in zip(*ends, strict=True))
        among = _spread(self.ahead.either, tails, heads) & _spread(self.back.either, heads, tails)
        among[[*self.source.numbers, *self.target.numbers]] = True
        return among

    @property
    def scopes(self) -> tuple[Mask, Mask]:
        """By number, what lies between in each of the graphs; the ends too, where it has them."""
        before, after = (ahead & back for ahead, back in zip(self.ahead.numbers, self.back.numbers, strict=True))
        ends = [*self.source.numbers, *self.target.numbers]
        for mask, side in zip((before, after), self.matched.sides, strict=True):
            mask[ends] = side.places[ends] >= 0
        return before, after

    @cached_property
    def missing(self) -> list[str]:
        """Which named end is missing where, in words."""
        ends = [end for end in (self.source, self.target) if end.is_named]
        counts = {number: len(end.numbers) == 1 for end in ends for number in end.numbers}
        return [
            self._missing(side, number, alone=alone)
            for side in self.matched.sides
            for number, alone in counts.items()
            if side.places[number] < 0
        ]

    def _missing(self, side: Side, number: int, *, alone: bool) -> str:
        nothing = "its total there is 0" if alone else "it counts 0 there"
        why = nothing if side.stands[number] < 0 else "the rest of its cycle stands for it"
        return f"the graph {self.matched.when(side)} has no {node_text(self.matched.label(number))}: {why}"

    def loops(self, which: int) -> list[Range]:
        """Return the components with a cycle between the ends, in one of the graphs."""
        side = self.matched.sides[which]
        if not len(side.graph.topology.cyclic):
            return []
        return components_in(side.graph, self.ahead.masks[which] & self.back.masks[which])

    def between(self, which: int, graphs: Matched) -> Between:
        """Return what lies between in one of the graphs, under any weighting of both, as a small graph of its own."""
        if which not in self._parts:
            side = self.matched.sides[which]
            self._parts[which] = restriction(side.graph, self.source.given(side), self.target.given(side))
        return self._parts[which].weighed(graphs.sides[1 - which].graph).weighed(graphs.sides[which].graph)

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
        """Return the positions of what the sources reach, without these; None where values are sums over walks.

        A merged component counts as one, at its first position.
        """
        graph = self.matched.sides[which].graph
        is_reached = self.ahead.masks[which].copy()
        if graph.cycles != "collapse" and components_in(graph, is_reached):
            return None
        is_reached[self.source.given(self.matched.sides[which]).anchored(graph).positions] = False
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
        graph = side.graph
        starts, ends = (Seeds(end.given(side).positions).anchored(graph) for end in (self.source, self.target))
        if not (starts and ends):
            return 0
        ones = np.ones(graph.n_edges, dtype=np.int64)
        ones[np.asarray(without, dtype=np.int64)] = 0
        counted = graph.reweighted(ones)
        counts = forward_values(counted, starts.at(1), stop=ends.positions[-1])
        return sum(int(counts[position]) for position in ends.positions)
