"""Paths gained and lost, by the edge at which each begins to differ: whole numbers, where an attribution would halve.

A path that only the graph after has starts on edges of both graphs and takes one that is new; by that first one it is
counted, and once. So it is, with edges that are gone, for paths that only the graph before has. A path that takes
several such edges is there by all of them together: how many do is said beside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from graphdiff.change.match import Matched
from graphdiff.change.sweeps import Sweeps, by_number
from graphdiff.change.ways import NumberedEnd
from graphdiff.sums.sweeps import forward_values, reverse_values
from graphdiff.text.names import Edge


@dataclass(frozen=True)
class Gain:
    """The paths that begin to differ at one edge.

    Attributes
    ----------
    edge : int
        Its number among the edges that differ.
    paths : int
        How many are gained; lost ones count below 0.
    joint : int
        How many of them take other edges that differ as well.
    others : list of edges
        These, those that most of them take first.
    """

    edge: int
    paths: int
    joint: int
    others: list[Edge]


@dataclass(frozen=True, eq=False)
class Gains:
    """The paths between two ends that only one of two graphs has.

    Attributes
    ----------
    sweeps : Sweeps
        With a weight of 1 on every edge, of ends without seeds, and with no cycle to solve on the way.
    """

    sweeps: Sweeps

    @classmethod
    def of(cls, sweeps: Sweeps) -> Gains | None:
        """Return them where totals are numbers of paths; else None."""
        ends = sweeps.ways.source, sweeps.ways.target
        are_counts = all(side.graph.preset == "unit" for side in sweeps.matched.sides)
        return cls(sweeps) if are_counts and not any(end.seeds for end in ends) and sweeps.ways.counts else None

    @property
    def matched(self) -> Matched:
        """The two graphs."""
        return self.sweeps.matched

    @cached_property
    def largest(self) -> list[int]:
        """The edges at which paths begin to differ, by their numbers, most first."""
        counts = {edge: abs(number) for edge, number in enumerate(self.paths) if number}
        return sorted(counts, key=lambda edge: -counts[edge])

    @cached_property
    def paths(self) -> list[int]:
        """How many paths begin to differ at each edge; those that are lost below 0."""
        starting = self._common[0]
        return [n * starting[tail] * self._reaching[n > 0][head] for n, tail, head in self._edges]

    @cached_property
    def through(self) -> list[int]:
        """How many paths that differ take each edge, wherever they begin to: a path counts at each that it takes."""
        starting = [tangents.tolist() for tangents in self.sweeps.tangents]
        return [n * starting[n > 0][tail] * self._reaching[n > 0][head] for n, tail, head in self._edges]

    def gain(self, edge: int) -> Gain:
        """Return what begins to differ at an edge, and with which others."""
        n, tail, head = self._edges[edge]
        starting, ending = self._common
        joint = abs(self.paths[edge] - n * starting[tail] * ending[head])
        return Gain(edge, self.paths[edge], joint, self._others(edge) if joint else [])

    def _others(self, edge: int) -> list[Edge]:
        is_gained, _, head = self._edges[edge]
        behind = self._swept([head], towards=False)
        counts = {
            other: behind[tail] * abs(n) * self._reaching[n > 0][head]
            for other, (n, tail, head) in enumerate(self._edges)
            if n * is_gained > 0 and behind[tail]
        }
        taken = sorted((other for other, count in counts.items() if count), key=lambda other: -counts[other])
        return [self.matched.edge_label(other) for other in taken]

    @cached_property
    def _edges(self) -> list[tuple[int, int, int]]:
        """How many more parallel ones there are after, the tail and the head of each edge that differs."""
        before, after = (counts.tolist() for counts in self.matched.counts)
        more = [new - old for old, new in zip(before, after, strict=True)]
        return list(zip(more, self.matched.tails.tolist(), self.matched.heads.tolist(), strict=True))

    @cached_property
    def _reaching(self) -> tuple[list[int], list[int]]:
        """By number, the paths to the target before and after."""
        before, after = (adjoints.tolist() for adjoints in self.sweeps.adjoints)
        return before, after

    @cached_property
    def _common(self) -> tuple[list[int], list[int]]:
        """By number, the paths from the source and to the target along edges of both graphs."""
        ways = self.sweeps.ways
        return self._swept(ways.source.numbers, towards=False), self._swept(ways.target.numbers, towards=True)

    def _swept(self, numbers: Sequence[int], *, towards: bool) -> list[int]:
        """Return, by number, the paths from some nodes, or to them, along edges of both graphs."""
        side, end = self.matched.before, NumberedEnd(tuple(numbers))
        counts, seeds = np.zeros(self.matched.n_numbers, dtype=np.int64), end.given(side)
        if seeds:
            ones = np.ones(side.graph.n_edges, dtype=np.int64)
            ones[side.lone] = 0
            sweep = reverse_values if towards else forward_values
            counts = by_number(side, sweep(side.graph.reweighted(ones), seeds.anchored(side.graph).at(1)))
        values: list[int] = counts.tolist()
        for number, paths in end.alone(self.matched, side).items():
            values[number] = int(paths)
        return values


def gain_records(gains: Gains) -> list[dict[str, Any]]:
    """Return a record for each edge at which paths begin to differ, most first: what happened to it, and how many."""
    return [
        {**gains.matched.naming.edge(gains.matched.edge_label(edge)), "status": gains.matched.status(edge),
         "paths": gains.paths[edge]}
        for edge in gains.largest
    ]  # fmt: skip
