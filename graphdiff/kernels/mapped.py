"""Arrays that lie in a file, block by block: the system is asked for the next part while a pass is over one.

On two cores a pass forwards over 13 GB takes 22 s so, and 30 s where the system reads ahead by itself; plain reading 15
to 21 s. Backwards the system does not read ahead at all. To say that the file is read in order (``MADV_SEQUENTIAL``)
makes a pass backwards ten times as long, and parts of four times the size both as long as without asking.
"""

from __future__ import annotations

import mmap
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff.kernels.passes import tell

__all__ = ["blocks", "is_past_memory", "tails_of", "walk_parts"]

#: Edges of one part; fewer are walked at once.
PART = 1 << 20


def is_past_memory(array: NDArray[Any]) -> bool:
    """Return whether an array is large and part of a map of a file: others as long may be more than the memory."""
    return len(array) > PART and _map_of(array) is not None


def blocks(ptr: NDArray[Any]) -> Iterator[tuple[int, int, int]]:
    """Yield the first edge of each block, that after its last one, and the row of the first; a row may be in several.

    Examples
    --------
    >>> list(blocks(np.array([0, 2, 2, PART + 5], dtype=np.uint64))) == [(0, PART, 0), (PART, PART + 5, 2)]
    True
    """
    n_edges = int(ptr[-1])
    starts = np.arange(0, n_edges, PART, dtype=ptr.dtype)
    rows = np.searchsorted(ptr, starts, side="right") - 1
    last = 0
    try:
        for first, row in zip(starts.tolist(), rows.tolist(), strict=True):
            last = min(first + PART, n_edges)
            yield first, last, row
            tell(last, n_edges)
    finally:
        if last < n_edges:  # nobody wants the others
            tell(n_edges, n_edges)


def tails_of(ptr: NDArray[Any], first: int, last: int, row: int) -> NDArray[np.int64]:
    """Return the row of each edge of a block.

    Examples
    --------
    >>> tails_of(np.array([0, 2, 2, 5], dtype=np.uint64), 1, 4, 0).tolist()
    [0, 2, 2]
    """
    after = int(np.searchsorted(ptr, np.array(last, dtype=ptr.dtype)))
    bounds = np.clip(ptr[row : after + 1].astype(np.int64), first, last)
    return np.repeat(np.arange(row, after), np.diff(bounds))


def walk_parts(
    walk: Callable[[int, int], None],
    ptr: NDArray[Any],
    arrays: Sequence[NDArray[Any]],
    start: int,
    stop: int,
    *,
    backwards: bool,
) -> None:
    """Walk the rows `start` to `stop`, part by part from the first on or from the last on, each read ahead of time.

    Parameters
    ----------
    walk : callable
        Walks the rows from a first to before a last.
    ptr : array, shape (n_rows + 1,)
    arrays : arrays of shape (n_edges,)
        Where they are no part of a map of a file, or are small, all is walked at once.
    backwards : bool
        Whether the last rows come first.
    """
    maps = [found for array in arrays if len(array) > PART and (found := _map_of(array)) is not None]
    if not maps:
        walk(start, stop)
        return
    from concurrent.futures import ThreadPoolExecutor

    parts = _cuts(ptr, start, stop)[:: -1 if backwards else 1]
    done, n_edges = 0, int(ptr[stop] - ptr[start])
    with ThreadPoolExecutor(1) as pool:
        asked = None
        for here, after in zip(parts, [*parts[1:], None], strict=True):
            if asked is not None:
                asked.result()
            if after is not None:
                asked = pool.submit(_ask, maps, int(ptr[after[0]]), int(ptr[after[1]]))
            walk(*here)
            done += int(ptr[here[1]] - ptr[here[0]])
            tell(done, n_edges)


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
