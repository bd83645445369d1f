"""Many sweeps over what lies between two ends, of one shape and several weights, as arrays of floats.

By kernels where these pay. Where not, and few edges follow one another, all edges from nodes as far from the start are
taken at once, as in a network of layers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import Number
from graphdiff.kernels import jit, pays
from graphdiff.kernels import sweep as kernel
from graphdiff.kernels.rows import Ints, each_once
from graphdiff.sums.between import Between

__all__ = ["Arrays"]

#: How many sweeps a question takes, some.
SWEEPS = 10

#: A step over all edges of a level takes as long as so many edges in plain Python.
LEVEL = 50


@dataclass(frozen=True, eq=False)
class Arrays:
    """The edges that lie between as arrays."""

    between: Between

    @cached_property
    def weights(self) -> NDArray[Any]:
        """The weight of each edge."""
        weights: NDArray[Any] = np.asarray(self.between.graph.weights, dtype=np.float64)[self.between.edges]
        return weights

    @cached_property
    def tails(self) -> NDArray[Any]:
        """The tail of each edge."""
        return np.repeat(np.arange(self.between.n_nodes), np.diff(self.between.ptr))

    @cached_property
    def are_single(self) -> bool:
        """Whether no two edges have the same ends."""
        return len(each_once(self.tails * self.between.n_nodes + self.between.heads)) == self.between.n_edges

    @property
    def in_machine_code(self) -> bool:
        """Whether kernels pay."""
        return pays(SWEEPS * self.between.n_edges)

    @classmethod
    def where_faster(cls, between: Between) -> Arrays | None:
        """Return the arrays of what lies between where they are faster than plain Python; None of other numbers.

        Examples
        --------
        >>> import networkx as nx
        >>> from graphdiff.graph.compiled import compile
        >>> from graphdiff.sums.between import between_ends
        >>> G = nx.DiGraph([(0, n) for n in range(1, 500)] + [(n, 500) for n in range(1, 500)])
        >>> arrays = Arrays.where_faster(between_ends(compile(G, weight=lambda u, v, data: 0.5), 0, 500))
        >>> float(arrays.forward([1] + 500 * [0], arrays.weights)[-1])
        124.75
        """
        weights = between.graph.weights
        if not (isinstance(weights, np.ndarray) and arithmetic.in_floats(weights)):
            return None
        arrays = cls(between)
        return arrays if arrays.in_machine_code or len(arrays.levels) * LEVEL < between.n_edges else None

    @cached_property
    def levels(self) -> list[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]]:
        """The edges, with their tails and heads, by how many edges lead to their tails at most."""
        ptr, heads = self.between.ptr.tolist(), self.between.heads
        level = np.zeros(self.between.n_nodes, dtype=np.int64)
        for node in range(self.between.n_nodes):
            row = heads[ptr[node] : ptr[node + 1]]
            level[row] = np.maximum(level[row], level[node] + 1)
        of_edges = level[self.tails]
        order = np.argsort(of_edges, kind="stable")
        parts = np.split(order, np.flatnonzero(np.diff(of_edges[order])) + 1)
        return [(edges, self.tails[edges], heads[edges]) for edges in parts]

    def forward(self, values: Sequence[Number] | NDArray[Any], weights: NDArray[Any]) -> NDArray[Any]:
        """Return what reaches each node of what is put in, under some weights."""
        pushed = np.array(values, dtype=np.float64)
        if self.in_machine_code:
            jit(kernel.forward)(self.between.ptr, self.between.heads, weights, pushed, 0, len(pushed))
        else:
            for edges, tails, heads in self.levels:
                np.add.at(pushed, heads, weights[edges] * pushed[tails])
        return pushed

    def reverse(self, values: Sequence[Number] | NDArray[Any], weights: NDArray[Any]) -> NDArray[Any]:
        """Return how much each node counts at the end, under some weights."""
        pulled = np.array(values, dtype=np.float64)
        if self.in_machine_code:
            jit(kernel.reverse)(self.between.ptr, self.between.heads, weights, pulled, 0, len(pulled))
        else:
            for edges, tails, heads in reversed(self.levels):
                np.add.at(pulled, tails, weights[edges] * pulled[heads])
        return pulled

    def totals(self, starts: Ints, stops: Ints) -> NDArray[Any]:
        """Return the total from each start to each stop, shape (n_starts, n_stops); 1 from a node to itself.

        By as many sweeps as there are of those that are fewer.
        """
        if len(starts) < len(stops):
            rows = [self.forward(self._unit(node), self.weights)[stops] for node in starts.tolist()]
            return np.array(rows).reshape(len(starts), len(stops))
        columns = [self.reverse(self._unit(node), self.weights)[starts] for node in stops.tolist()]
        return np.array(columns).reshape(len(stops), len(starts)).T.copy()

    def _unit(self, node: int) -> NDArray[Any]:
        values = np.zeros(self.between.n_nodes)
        values[node] = 1.0
        return values
