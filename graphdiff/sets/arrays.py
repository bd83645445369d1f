"""What is left of a total without some edges, swept by kernels over arrays: for cuts of large graphs of floats."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff.arithmetic import Number
from graphdiff.kernels import jit
from graphdiff.kernels import sweep as kernel
from graphdiff.sums.between import Between

__all__ = ["Arrays"]


@dataclass(frozen=True, eq=False)
class Arrays:
    """The edges that lie between as arrays, and which go with each candidate: ``edges[i]`` with ``owners[i]``."""

    ptr: NDArray[Any]
    heads: NDArray[Any]
    weights: NDArray[Any]
    tails: NDArray[Any]
    place: dict[int, int]
    labels: list[Any]
    edges: NDArray[Any]
    owners: NDArray[Any]

    @classmethod
    def of(cls, between: Between, candidates: Mapping[Any, Collection[int]]) -> Arrays:
        """Return those of what lies between, and of the edges that go with each candidate."""
        place = {edge: at for at, edge in enumerate(between.edges.tolist())}
        pairs = [(place[edge], at) for at, edges in enumerate(candidates.values()) for edge in edges]
        edges, owners = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
        tails = np.repeat(np.arange(between.n_nodes), np.diff(between.ptr))
        weights = np.asarray(between.graph.weights, dtype=np.float64)[between.edges]
        return cls(between.ptr, between.heads, weights, tails, place, list(candidates), edges, owners)

    def _left(self, gone: Collection[int]) -> NDArray[Any]:
        weights = self.weights.copy()
        weights[[self.place[edge] for edge in gone]] = 0.0
        return weights

    def forward(self, values: list[Number], gone: Collection[int]) -> list[Number]:
        """Return what reaches each node of what is put in."""
        pushed = np.array(values, dtype=np.float64)
        jit(kernel.forward)(self.ptr, self.heads, self._left(gone), pushed, 0, len(pushed))
        values[:] = pushed.tolist()
        return values

    def gains(self, tangents: list[Number], adjoints: list[Number], gone: Collection[int]) -> dict[Any, Number]:
        """Return by how much the total would fall without each candidate that is there."""
        pulled, weights = np.array(adjoints, dtype=np.float64), self._left(gone)
        jit(kernel.reverse)(self.ptr, self.heads, weights, pulled, 0, len(pulled))
        through = np.array(tangents)[self.tails] * weights * pulled[self.heads]
        sums = np.bincount(self.owners, weights=through[self.edges], minlength=len(self.labels))
        there = np.ones(len(through), dtype=bool)
        there[[self.place[edge] for edge in gone]] = False
        left = np.bincount(self.owners, weights=there[self.edges], minlength=len(self.labels))
        return {label: gain for label, gain, any_left in zip(self.labels, sums.tolist(), left, strict=True) if any_left}
