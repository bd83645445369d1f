"""Pairs of a source and a target that a path joins: their totals, what of these is direct, and how that is spread.

One Jacobian has all totals, one more counts the paths. The derivative of a total with respect to a weight is what
reaches the edge's tail, times what its head does to the target: two Jacobians, of the sources on all that lies between
and of that on the targets, have those of all pairs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import Number
from graphdiff.errors import located
from graphdiff.graph.compiled import CompiledGraph
from graphdiff.graph.presets import unit
from graphdiff.graph.topology import Topology
from graphdiff.jacobians.jacobian import jacobian
from graphdiff.jacobians.plan import sweep_of
from graphdiff.kernels.rows import Ints, each_once
from graphdiff.sums.between import Between
from graphdiff.sums.sweeps import checked, in_range
from graphdiff.whatif.coefficients import as_floats
from graphdiff.whatif.covariance import Covariance

__all__ = ["EFFECTS", "Pairs", "joined_pairs"]

#: What a total is made of, and the total.
EFFECTS = ("direct", "indirect", "total")


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of positions that a path of one edge or more joins; those of a source stand together.

    Attributes
    ----------
    graph : CompiledGraph
    starts, ends : int arrays
        The positions that were asked for.
    rows, columns : int arrays, shape (n,)
        Which of the starts and of the ends each pair has.
    total : list of numbers, length n
    paths : list of int or None, length n
        How many there are; None where walks round a cycle are infinitely many.
    """

    graph: CompiledGraph
    starts: Ints
    ends: Ints
    rows: Ints
    columns: Ints
    total: list[Number]
    paths: list[int | None]

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def itself(self) -> NDArray[np.bool_]:
        """Whether the source is the target: the empty path is a part of the total, and neither direct nor indirect."""
        mask: NDArray[np.bool_] = self.starts[self.rows] == self.ends[self.columns]
        return mask

    @cached_property
    def _edges(self) -> tuple[Ints, Ints, Ints]:
        """Where each pair's sum of parallel edges stands, and of each such edge that place and its number."""
        rows = self.graph.topology.quotient if self.graph.cycles == "collapse" else self.graph.topology.rows
        size = self.graph.n_nodes
        first = self.graph.anchors(np.arange(size))
        keys, groups = np.unique(
            first[self.starts[self.rows]] * size + first[self.ends[self.columns]], return_inverse=True
        )
        tails = each_once(first[self.starts])
        places, bounds = rows.places(tails)
        ways = np.repeat(tails, np.diff(bounds)) * size + rows.heads[places].astype(np.int64)
        group = np.searchsorted(keys, ways)
        hit = np.append(keys, -1)[group] == ways
        return groups, group[hit], rows.edges_at(places[hit])

    @cached_property
    def direct(self) -> list[Number]:
        """The sum of the parallel edges from each source to its target; collapsed components as one node."""
        groups, group, edges = self._edges
        weights = arithmetic.listed(arithmetic.taken(self.graph.weights, edges))
        zero = self.graph.one_and_zero[1]
        with in_range():
            sums = arithmetic.added(zip(group.tolist(), weights, strict=True))
            return [checked(sums.get(place, zero)) for place in groups.tolist()]

    @cached_property
    def indirect(self) -> list[Number]:
        """What of each total is neither direct nor the empty path."""
        columns = zip(self.total, self.direct, self.itself.tolist(), strict=True)
        with in_range():
            return [checked(total - direct - (1 if itself else 0)) for total, direct, itself in columns]

    def standard_errors(self, between: Between, known: Covariance) -> dict[str, NDArray[Any]]:
        """Return the standard errors of the effects of all pairs, from the covariance of the weights between."""
        errors = [
            [known.errors(each) for each in (direct, total - direct, total)] for direct, total in self._slopes(between)
        ]
        return dict(zip(EFFECTS, map(np.concatenate, zip(*errors, strict=True)), strict=True))

    def _slopes(self, between: Between) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
        """Yield, source by source, the derivatives of the direct and of the total effects, shape (n_pairs, n_edges)."""
        tails = np.repeat(np.arange(between.n_nodes), np.diff(between.ptr))
        until = totals_between(self.graph, self.starts, between.positions)
        onward = as_floats(totals_between(self.graph, between.positions, self.ends))[between.heads].T
        first, positions = self.graph.anchors(np.arange(self.graph.n_nodes)), between.positions.astype(np.int64)
        own, bounds = np.unique(self.rows, return_index=True)
        for row, columns in zip(own.tolist(), np.split(self.columns, bounds[1:]), strict=True):
            here = positions[tails] == first[self.starts[row]]
            there = positions[between.heads] == first[self.ends[columns]][:, None]
            yield (here & there).astype(np.float64), as_floats(until[row])[tails] * onward[columns]

    def draws(self, weights: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """Return the effects of all pairs in each draw of the weights, shape (n_draws, n).

        Raises
        ------
        CycleError
            If walks do not converge in a draw, which it names.
        """
        groups, group, edges = self._edges
        total = np.empty((len(weights), len(self)))
        direct = np.empty_like(total)
        for number, drawn in enumerate(weights):
            with located(f"draw {number + 1}"):
                totals = totals_between(self.graph.reweighted(drawn), self.starts, self.ends)
            total[number] = totals[self.rows, self.columns]
            direct[number] = np.bincount(group, weights=drawn[edges], minlength=len(self) + 1)[groups]
        return dict(zip(EFFECTS, (direct, total - direct - self.itself, total), strict=True))


def joined_pairs(graph: CompiledGraph, starts: Ints, ends: Ints) -> Pairs:
    """Return the pairs that a path of one edge or more joins; of a collapsed component's own members none.

    Raises
    ------
    CycleError
        If a cycle lies between and the graph's policy is ``"raise"``.
    """
    totals = totals_between(graph, starts, ends)
    counts, endless = _counts(graph, starts, ends)
    topology = graph.topology
    same = topology.representative[starts][:, None] == topology.representative[ends]
    round_a_cycle = same & (graph.cycles != "collapse") & _on_cycles(topology)[starts][:, None]
    rows, columns = np.nonzero(((counts > 0) & ~same) | round_a_cycle)
    walks = (endless | round_a_cycle)[rows, columns].tolist()
    paths = [None if many else count for count, many in zip(counts[rows, columns].tolist(), walks, strict=True)]
    return Pairs(graph, starts, ends, rows, columns, totals[rows, columns].tolist(), paths)


def _counts(graph: CompiledGraph, starts: Ints, ends: Ints) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Return how many paths lead from each start to each end, each component as one node, and where one is not.

    There a cycle lies between that is not collapsed, and walks are infinitely many.
    """
    counted = replace(graph.with_preset(unit), cycles="collapse")
    counts = totals_between(counted, starts, ends)
    loops = graph.topology.cyclic[:, 0]
    if graph.cycles == "collapse" or not len(loops):
        return counts, np.zeros(counts.shape, dtype=bool)
    into, out_of = totals_between(counted, starts, loops) > 0, totals_between(counted, loops, ends) > 0
    return counts, into.astype(np.float64) @ out_of.astype(np.float64) > 0


def _on_cycles(topology: Topology) -> NDArray[np.bool_]:
    """Return whether each position lies on a cycle."""
    mask = np.zeros(topology.n_nodes, dtype=bool)
    for start, stop in topology.cyclic.tolist():
        mask[start:stop] = True
    return mask


def totals_between(graph: CompiledGraph, starts: Ints, ends: Ints) -> NDArray[Any]:
    """Return the totals of positions on positions, shape (n_starts, n_ends); a collapsed component's by its first."""
    label = graph.topology.label
    sources, rows = np.unique(graph.anchors(starts), return_inverse=True)
    targets, columns = np.unique(graph.anchors(ends), return_inverse=True)
    method = sweep_of(len(sources), len(targets))  # eliminations are looked for longer than most of these take
    found = jacobian(graph, [label(place) for place in sources], [label(place) for place in targets], method=method)
    return found.array.T[np.ix_(rows, columns)]
