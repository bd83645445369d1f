"""Which tree node is the first of its kind on the way from its root: one walk down and up the tree."""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff.kernels import jit, pays

__all__ = ["outermost"]

CHUNK = 1 << 20


def mark_outermost(
    parents: Sequence[int],
    kinds: Sequence[int],
    below: Sequence[int],
    open_: MutableSequence[int],
    first: MutableSequence[Any],
) -> None:
    """Mark the nodes above which no other is of their kind.

    Children stand side by side from ``below[node]`` on, if they are the node's. `open_` counts how many nodes of each
    kind are on the way to the one where the walk is.
    """
    size = len(parents)
    node = 0 if size else -1
    while node >= 0:
        first[node] = open_[kinds[node]] == 0
        open_[kinds[node]] += 1
        child = below[node]
        if child < size and parents[child] == node:
            node = child
            continue
        # Up, to the next node beside one that is done.
        while node >= 0:
            open_[kinds[node]] -= 1
            if node + 1 < size and parents[node + 1] == parents[node]:
                node += 1
                break
            node = parents[node]


def outermost(parents: NDArray[Any], kinds: NDArray[Any]) -> NDArray[np.bool_]:
    """Return the mask of the tree nodes above which no other is of their kind.

    Parameters
    ----------
    parents : int array, shape (n,)
        Never decreasing; -1 for roots.
    kinds : int array, shape (n,)
        0 or more.

    Examples
    --------
    >>> outermost(np.array([-1, 0, 1]), np.array([0, 1, 0])).tolist()
    [True, True, False]
    """
    size = len(parents)
    # In the parents' own type and by parts: 64-bit ints of all nodes at once take as much memory as the tree.
    below = np.empty(size, dtype=parents.dtype)
    for start in range(0, size, CHUNK):
        stop = min(start + CHUNK, size)
        below[start:stop] = np.searchsorted(parents, np.arange(start, stop, dtype=parents.dtype))
    open_, first = np.zeros(int(kinds.max(initial=-1)) + 1, dtype=np.int64), np.zeros(size, dtype=bool)
    if pays(size):
        jit(mark_outermost)(parents, kinds, below, open_, first)
        return first
    marked = bytearray(size)
    mark_outermost(parents.tolist(), kinds.tolist(), below.tolist(), open_.tolist(), marked)
    return np.frombuffer(marked, dtype=bool)
