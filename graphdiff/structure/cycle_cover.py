"""The least weight of edges that meet every cycle of a component, as an integer programme.

A cycle is a row: of its edges one goes at least. There are too many to write down, so those are added that the
solution so far leaves whole, and it is solved again (HiGHS has no callback for that). First in fractions, which mostly
come out whole, and whose duals prove a bound: cycles that together take no more of an edge than it weighs.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff.sets.programme import Clock, Programme, Row, has_solver
from graphdiff.structure.feedback_arcs import MAX_WORK, Arcs, Cut, back_arcs, feedback_arcs, good_order, without_spare

__all__ = ["least_arcs"]

Arc = tuple[int, int]

#: Of how many nodes the ways are looked for at once.
BLOCK = 100
#: What an edge counts as beside its part, so that of equal ways that with fewest edges is taken; what is no part.
HOP, NOTHING, HALF = 1e-9, 1e-6, 0.5
EXACTLY = Fraction(0)


def least_arcs(arcs: Arcs, clock: Clock, within: Fraction = EXACTLY) -> Cut:
    """Return edges to take out so that no cycle is left, of least weight where that can be found in time.

    Parameters
    ----------
    arcs : dict of dict
        The weight, a whole number, at least 0, of each edge by its tail and head; no loops.
    clock : Clock
    within : Fraction
        What part of the weight the bound may be below it, where that came of rounding.

    Examples
    --------
    >>> least_arcs({0: {1: 1}, 1: {2: 1, 0: 1}, 2: {0: 5}}, Clock(60.0))
    Cut(arcs=[(0, 1)], bound=1, lacking='')
    """
    cut = feedback_arcs(arcs)
    if cut.bound >= _weight(arcs, cut.arcs):
        return cut
    if not has_solver():
        return replace(cut, lacking="scipy")
    return _Cover(arcs, cut, clock, within).cut()


def _weight(arcs: Arcs, chosen: list[Arc]) -> Any:
    return sum(arcs[tail][head] for tail, head in chosen)


class _Cover:
    """The programme of one component, with the best cut so far and the best bound."""

    def __init__(self, arcs: Arcs, cut: Cut, clock: Clock, within: Fraction) -> None:
        self.arcs, self.clock = arcs, clock
        self.edges = [(tail, head) for tail, row in arcs.items() for head in row]
        self.column = {edge: number for number, edge in enumerate(self.edges)}
        costs: list[Any] = [arcs[tail][head] for tail, head in self.edges]
        self.programme = Programme(costs, [True] * len(costs), [], self._violated)
        self.known: set[frozenset[int]] = set()
        self.best, self.bound = cut.arcs, int(cut.bound)
        self.within = within

    @property
    def goal(self) -> Any:
        """What is to be proven: the weight of the best cut, or as close to it as floats are to be told apart."""
        weight = _weight(self.arcs, self.best)
        return weight - math.floor(weight * self.within)

    def cut(self) -> Cut:
        """Return the best cut, with what any weighs at least."""
        self.programme.rows.extend(self._violated(np.zeros(len(self.edges))))
        _, bound = self.programme.relaxed(self.goal, self.clock)
        self.bound = max(self.bound, bound)
        if self.bound < self.goal:
            self._solve()
        if self.bound < self.goal:
            self.bound = self.programme.proven(self.goal, self.bound, self.clock)
        return Cut(self.best, self.bound, "" if self.bound >= self.goal or self.clock.left else "time")

    def _solve(self) -> None:
        """Solve in whole numbers until no cycle is left, or time is over."""
        while self.clock.left and (values := self.programme.solved(self.clock)) is not None:
            more = self._violated(np.round(values))
            if not more:
                break
            self.programme.rows.extend(more)

    def _try(self, chosen: list[Arc]) -> None:
        """Keep a cut where it is one and weighs less."""
        gone = set(chosen)
        if nx.is_directed_acyclic_graph(nx.DiGraph(edge for edge in self.edges if edge not in gone)):
            needed = without_spare(self.arcs, chosen) if len(gone) * len(self.edges) <= MAX_WORK else chosen
            self.best = min(self.best, needed, key=lambda cut: _weight(self.arcs, cut))

    def _rounded(self, values: NDArray[Any]) -> list[Arc]:
        """Return the edges that lead back in an order for which an edge costs what the solution leaves of it."""
        left: Arcs = {tail: {} for tail in self.arcs}
        largest = max(self.programme.costs)
        for (tail, head), value in zip(self.edges, values.tolist(), strict=True):
            left[tail][head] = max(0.0, 1.0 - value) * (self.arcs[tail][head] / largest)
        return back_arcs(self.arcs, good_order(left))

    def _violated(self, values: NDArray[Any]) -> list[Row]:
        """Return the cycles, no row yet, of which the solution takes less than 1; keep the cut that it leads to."""
        self._try(self._rounded(values))
        self._try([edge for edge, value in zip(self.edges, values.tolist(), strict=True) if value > HALF])
        rows: list[Row] = []
        for cycle in self._left_whole(np.maximum(values, 0.0)):
            columns = frozenset(self.column[arc] for arc in cycle)
            if columns not in self.known:
                self.known.add(columns)
                rows.append((dict.fromkeys(columns, 1), 1))
        return rows

    def _left_whole(self, values: NDArray[Any]) -> Iterator[list[Arc]]:
        """Yield for each edge the shortest cycle through it, where that is shorter than 1, as far as time allows."""
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import dijkstra

        names = list(self.arcs)
        place = {node: number for number, node in enumerate(names)}
        ends = np.array([(place[tail], place[head]) for tail, head in self.edges], dtype=np.int32).T
        steps = csr_array((values + HOP, (ends[0], ends[1])), shape=(len(names),) * 2)
        lengths = dict(zip(self.edges, values.tolist(), strict=True))
        tails: dict[int, list[int]] = {node: [] for node in names}
        for tail, head in self.edges:
            tails[head].append(tail)
        for first in range(0, len(names), BLOCK):
            self.clock.tell()
            if not self.clock.left:
                return
            heads = range(first, min(first + BLOCK, len(names)))
            far, before = dijkstra(steps, indices=list(heads), return_predecessors=True, limit=1.0)
            for row, start in enumerate(heads):
                head = names[start]
                for tail in tails[head]:
                    if far[row, place[tail]] + lengths[tail, head] < 1 - NOTHING:
                        yield self._cycle(names, before[row], start, place[tail])

    def _cycle(self, names: list[int], before: NDArray[Any], start: int, end: int) -> list[Arc]:
        """Return the way from a start to an end, and the edge back."""
        way = [end]
        while way[-1] != start:
            way.append(int(before[way[-1]]))
        nodes = [names[number] for number in reversed(way)]
        return [*zip(nodes, nodes[1:], strict=False), (nodes[-1], nodes[0])]
