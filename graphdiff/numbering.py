"""Distinct names numbered in the order of their first appearance, chunk after chunk, with no object a name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff.errors import LimitError
from graphdiff.kernels import available, jit
from graphdiff.kernels.names import LONGEST, hash_names, number_names, touch
from graphdiff.labels import Texts

__all__ = ["Numbering"]

#: Names whose places are touched together: what they need fits the second cache.
BLOCK = 1 << 11


class Numbering:
    """The names met so far; twice the room is made where there is no more.

    Examples
    --------
    >>> names = Numbering()
    >>> names.of(np.frombuffer(b"abba", dtype=np.uint8), np.arange(5)).tolist(), list(names.labels)
    ([0, 1, 1, 0], ['a', 'b'])
    """

    def __init__(self) -> None:
        self._make_room(1 << 10, 1 << 14)

    def _make_room(self, n_names: int, n_bytes: int) -> None:
        self._table = np.zeros((2 * n_names, 2), dtype=np.uint64)
        self._store = np.empty(n_bytes, dtype=np.uint8)
        self._ends = np.zeros(n_names + 1, dtype=np.int64)
        self._known = np.uint64(0)

    @property
    def labels(self) -> Texts:
        """The names by number."""
        ends = self._ends[: int(self._known) + 1].copy()
        return Texts(self._store[: ends[-1]].copy(), ends)

    def of(self, text: NDArray[Any], ends: NDArray[Any]) -> NDArray[np.uint32]:
        """Return the numbers of names, one after the other in `text`; new ones get the next numbers.

        Raises
        ------
        LimitError
            If a name is longer than 16 MiB.
        """
        longest = int(np.diff(ends).max(initial=0))
        if longest > LONGEST:
            raise LimitError(f"a name of {longest:,} bytes; names may have up to {int(LONGEST):,}")
        numbers = np.empty(len(ends) - 1, dtype=np.uint32)
        hashes = np.empty(min(BLOCK, len(numbers)), dtype=np.uint64)
        start = 0
        while start < len(numbers):
            block = hashes[: len(numbers) - start]
            done = self._numbered(text, ends, np.uint64(start), block, numbers[start : start + len(block)])
            start += done
            if done < len(block):
                self._double(longest)
        return numbers

    def _numbered(
        self, text: NDArray[Any], ends: NDArray[Any], start: np.uint64, hashes: NDArray[Any], numbers: NDArray[Any]
    ) -> int:
        _run(hash_names)(text, ends, start, hashes)
        _run(touch)(hashes, self._table, self._store)
        kept = (self._table, self._store, self._ends, self._known)
        done, known = _run(number_names)(text, ends, start, hashes, *kept, numbers)
        self._known = np.uint64(known)
        return int(done)

    def _double(self, longest: int) -> None:
        """Number the names met so far once more, in twice the room."""
        old = self.labels
        self._make_room(2 * (len(self._ends) - 1), 2 * len(self._store) + longest)
        self.of(old.text, old.ends)


def _run(kernel: Callable[..., Any]) -> Callable[..., Any]:
    """Return a kernel in machine code; as it is where there is no numba."""
    return jit(kernel) if available() else kernel
