"""Which tree node is the first of its kind on the way from its root: one walk down and up the tree."""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff.kernels import jit, pays

__all__ = ["outermost"]


def mark_outermost(
    parents: Sequence[int],
    kinds: Sequence[int],
    cursor: MutableSequence[int],
    ends: Sequence[int],
    open_: MutableSequence[int],
    first: MutableSequence[Any],
) -> None:
    """Mark the nodes above which no other is of their kind.

    The children of a node are ``cursor[node]`` to ``ends[node]``; `open_` counts how many nodes of each kind are on
    the way to the one where the walk is.
    """
    for root in range(len(parents)):
        if parents[root] >= 0:
            break
        first[root] = open_[kinds[root]] == 0
        open_[kinds[root]] += 1
        node = root
        while node >= 0:
            if cursor[node] < ends[node]:
                child = cursor[node]
                cursor[node] += 1
                first[child] = open_[kinds[child]] == 0
                open_[kinds[child]] += 1
                node = child
            else:
                open_[kinds[node]] -= 1
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
    bounds = np.searchsorted(parents, np.arange(size + 1))
    open_, first = np.zeros(int(kinds.max(initial=-1)) + 1, dtype=np.int64), np.zeros(size, dtype=bool)
    if pays(size):
        jit(mark_outermost)(parents, kinds, bounds[:-1].copy(), bounds[1:], open_, first)
        return first
    marked = bytearray(size)
    cursor, ends = bounds[:-1].tolist(), bounds[1:].tolist()
    mark_outermost(parents.tolist(), kinds.tolist(), cursor, ends, open_.tolist(), marked)
    return np.frombuffer(marked, dtype=bool)
