"""The keys of parallel edges of a file that may be more than the memory: counted of those that are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff.graph.labels import BLOCK, Indexed, Integers
from graphdiff.kernels.rows import parallels_at

__all__ = ["Parallels"]


@dataclass(frozen=True, eq=False)
class Parallels(Indexed):
    """How many edges before each one have its ends: 0, 1, … as networkx has it.

    Attributes
    ----------
    ptr, heads : arrays
        The edges in rows.

    Examples
    --------
    >>> keys = Parallels(np.array([0, 3, 3]), np.array([1, 0, 1]))
    >>> keys[2], list(keys)
    (1, [0, 0, 1])
    """

    ptr: NDArray[Any]
    heads: NDArray[Any]

    def __len__(self) -> int:
        return len(self.heads)

    def __iter__(self) -> Iterator[int]:
        for start in range(0, len(self), BLOCK):
            yield from self.at(np.arange(start, min(start + BLOCK, len(self))))

    def at(self, edges: NDArray[Any]) -> Integers:
        """Return the keys of some edges."""
        return Integers(parallels_at(self.ptr, self.heads, edges))

    def _label(self, number: int) -> int:
        return int(self.at(np.array([number])).values[0])
