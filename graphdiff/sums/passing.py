"""What flows through the edges of a file that may be more than the memory: multiplied when it is asked for.

All of it is asked block by block; a number an edge is made only for who wants an array of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff.graph.topology import Rows
from graphdiff.kernels import jit, mapped
from graphdiff.kernels import sweep as kernel

__all__ = ["Passing"]


@dataclass(frozen=True, eq=False)
class Passing:
    """Tangent · weight · adjoint of each edge of some rows, which are all edges of a topology.

    Attributes
    ----------
    rows : Rows
    weights : float array, shape (n_edges,)
    sized : bool
        Whether they count by their absolute values.
    tangents, adjoints : float arrays, shape (n_nodes,)

    Examples
    --------
    >>> rows = Rows(np.array([0, 1, 2, 2], dtype=np.uint64), np.array([1, 2], dtype=np.uint32))
    >>> passing = Passing(rows, np.array([2.0, -3.0]), True, np.array([1.0, 2.0, 6.0]), np.array([6.0, 3.0, 1.0]))
    >>> passing.item(1), list(passing.blocks())
    (6.0, [(0, array([6., 6.]))])
    """

    rows: Rows
    weights: NDArray[Any]
    sized: bool
    tangents: NDArray[np.float64]
    adjoints: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.weights)

    def between(self, first: int, last: int) -> NDArray[np.float64]:
        """Return the numbers of the edges from one to before another."""
        row = int(np.searchsorted(self.rows.ptr, np.array(first, dtype=self.rows.ptr.dtype), side="right")) - 1
        parts = np.zeros(last - first)
        self._write(parts, first, row)
        return parts

    def blocks(self) -> Iterator[tuple[int, NDArray[np.float64]]]:
        """Yield the first edge of each block and the numbers, in memory that the next block takes."""
        memory = np.empty(min(mapped.PART, len(self)))
        for first, last, row in mapped.blocks(self.rows.ptr):
            parts = memory[: last - first]
            parts.fill(0.0)
            self._write(parts, first, row)
            yield first, parts

    def at(self, edges: NDArray[Any]) -> NDArray[np.float64]:
        """Return the numbers of some edges."""
        tails = np.searchsorted(self.rows.ptr, edges.astype(self.rows.ptr.dtype), side="right") - 1
        tangents, adjoints, weights = self.tangents[tails], self.adjoints[self.rows.heads[edges]], self.weights[edges]
        with np.errstate(invalid="ignore", over="ignore"):
            parts = np.where((tangents != 0) & (adjoints != 0), tangents * weights * adjoints, 0.0)
        return (np.abs(parts) if self.sized else parts) + 0.0  # no 0 has a sign

    def item(self, edge: int) -> float:
        """Return the number of one edge."""
        return float(self.at(np.array([edge]))[0])

    def _write(self, parts: NDArray[np.float64], first: int, row: int) -> None:
        edges = self.rows.ptr, self.rows.heads, self.weights
        jit(kernel.through)(*edges, self.tangents, self.adjoints, parts, first, row, self.sized)
