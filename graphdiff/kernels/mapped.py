"""Arrays that lie in a file: the system is asked for the next part of them while a pass is over the part before.

A pass forwards would be read ahead by the system anyway, as far as the disk's own setting goes; one backwards would
not.
"""

from __future__ import annotations

import mmap
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["in_parts"]

#: Edges of one part; fewer are walked at once.
PART = 1 << 22


def in_parts(
    walk: Callable[[int, int], None],
    ptr: NDArray[Any],
    arrays: tuple[NDArray[Any], ...],
    start: int,
    stop: int,
    step: int,
) -> None:
    """Walk the rows `start` to `stop`, part by part upwards (step 1) or downwards (-1), each read ahead of time.

    Parameters
    ----------
    walk : callable
        Walks the rows from a first to before a last.
    ptr : array, shape (n_rows + 1,)
    arrays : arrays of shape (n_edges,)
        Where they are no part of a map of a file, or are small, all is walked at once.
    """
    maps = [found for array in arrays if len(array) > PART and (found := _map_of(array)) is not None]
    if not maps:
        walk(start, stop)
        return
    from concurrent.futures import ThreadPoolExecutor

    cuts = _cuts(ptr, start, stop)[::step]
    with ThreadPoolExecutor(1) as pool:
        waiting = None
        for here, ahead in zip(cuts, [*cuts[1:], None], strict=True):
            if waiting is not None:
                waiting.result()
            if ahead is not None:
                waiting = pool.submit(_ask, maps, int(ptr[ahead[0]]), int(ptr[ahead[1]]))
            walk(*here)


def _cuts(ptr: NDArray[Any], start: int, stop: int) -> list[tuple[int, int]]:
    """Return the bounds of parts that have about as many edges."""
    wanted = np.arange(int(ptr[start]) + PART, int(ptr[stop]), PART, dtype=ptr.dtype)
    inner = np.unique(np.searchsorted(ptr[start : stop + 1], wanted)) + start
    bounds = [start, *(cut for cut in inner.tolist() if start < cut < stop), stop]
    return list(zip(bounds, bounds[1:], strict=False))


def _map_of(array: NDArray[Any]) -> tuple[mmap.mmap, int, int] | None:
    """Return the map that an array lies in, where in it, and the bytes of an entry; None where it lies in none."""
    owner: Any = array
    while isinstance(owner, (np.ndarray, memoryview)):
        owner = owner.base if isinstance(owner, np.ndarray) else owner.obj
    if not isinstance(owner, mmap.mmap) or not hasattr(mmap, "MADV_WILLNEED"):  # not on Windows
        return None
    first = np.frombuffer(owner, dtype=np.uint8).ctypes.data
    return owner, array.ctypes.data - first, array.itemsize


def _ask(maps: list[tuple[mmap.mmap, int, int]], start: int, stop: int) -> None:
    """Ask the system for entries of some arrays."""
    for owner, offset, size in maps:
        first = (offset + start * size) // mmap.PAGESIZE * mmap.PAGESIZE
        owner.madvise(mmap.MADV_WILLNEED, first, offset + stop * size - first)
