"""What is left of a total without some edges, swept over arrays: for cuts of large graphs of floats.

By kernels where these pay. Where not, and few edges follow one another, all edges from nodes as far from the start are
taken at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff.arithmetic import Number
from graphdiff.kernels import jit, pays
from graphdiff.kernels import sweep as kernel
from graphdiff.sums.between import Between

__all__ = ["Arrays"]

#: How many sweeps a cut takes, some.
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
        return np.asarray(self.between.graph.weights, dtype=np.float64)[self.between.edges]

    @cached_property
    def tails(self) -> NDArray[Any]:
        """The tail of each edge."""
        return np.repeat(np.arange(self.between.n_nodes), np.diff(self.between.ptr))

    @property
    def in_machine_code(self) -> bool:
        """Whether kernels pay."""
        return pays(SWEEPS * self.between.n_edges)

    @property
    def is_shallow(self) -> bool:
        """Whether steps over levels are faster than plain Python."""
        return len(self.levels) * LEVEL < self.between.n_edges

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

    def forward(self, values: list[Number], weights: NDArray[Any]) -> list[Number]:
        """Return what reaches each node of what is put in, under some weights."""
        pushed = np.array(values, dtype=np.float64)
        if self.in_machine_code:
            jit(kernel.forward)(self.between.ptr, self.between.heads, weights, pushed, 0, len(pushed))
        else:
            for edges, tails, heads in self.levels:
                np.add.at(pushed, heads, weights[edges] * pushed[tails])
        return list(pushed.tolist())

    def through(self, tangents: list[Number], adjoints: list[Number], weights: NDArray[Any]) -> Sequence[Number]:
        """Return what flows through each edge, under some weights."""
        pulled = np.array(adjoints, dtype=np.float64)
        if self.in_machine_code:
            jit(kernel.reverse)(self.between.ptr, self.between.heads, weights, pulled, 0, len(pulled))
        else:
            for edges, tails, heads in reversed(self.levels):
                np.add.at(pulled, tails, weights[edges] * pulled[heads])
        # Python's floats, made only of those that are looked at.
        return memoryview(np.array(tangents)[self.tails] * weights * pulled[self.between.heads])
