"""What edges past memory need of machine code: one block of them at a time beside vectors of one entry a node.

The state of the nodes is two numbers each, side by side because both are asked for at once: how many edges still enter
it, and its level, the most edges of a way to it from where nothing enters.
"""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff.kernels import available, jit
from graphdiff.kernels.prefetch import prefetch

#: Edges ahead of which memory is asked for what they need.
AHEAD = 32


def mark(values: Sequence[int], lowest: int, marks: MutableSequence[int]) -> None:
    """Set the bit of every value, counted from the lowest; eight to a byte."""
    for place in range(len(values)):
        offset = values[place] - lowest
        marks[offset >> 3] |= 1 << (offset & 7)


def rank(
    values: Sequence[int],
    lowest: int,
    marks: Sequence[int],
    before: Sequence[int],
    sizes: Sequence[int],
    ids: MutableSequence[int],
) -> None:
    """Write how many marked values are smaller than each; `before` counts those before every eighth byte.

    `sizes` has the number of bits of each byte that there can be.
    """
    for place in range(len(values)):
        offset = values[place] - lowest
        byte = offset >> 3
        smaller = before[byte >> 3] + sizes[marks[byte] & ((1 << (offset & 7)) - 1)]
        for whole in range(byte >> 3 << 3, byte):
            smaller += sizes[marks[whole]]
        ids[place] = smaller


def count_entering(heads: Sequence[int], state: MutableSequence[int]) -> bool:
    """Count the edges that enter each node; False where they are more than the state has room for."""
    for edge in range(len(heads)):
        place = 2 * heads[edge]
        state[place] += 1
        if state[place] == 0:
            return False
    return True


def peel_block(
    tails: Sequence[int],
    heads: Sequence[int],
    state: MutableSequence[int],
    kept_tails: MutableSequence[int],
    kept_heads: MutableSequence[int],
) -> int:
    """Take away the edges of nodes that nothing enters any more, keep the others, and return how many these are."""
    kept = 0
    early = len(tails) - AHEAD
    for edge in range(len(tails)):
        if edge < early:
            prefetch(state, 2 * tails[edge + AHEAD])
            prefetch(state, 2 * heads[edge + AHEAD])
        tail, head = 2 * tails[edge], 2 * heads[edge]
        if state[tail] == 0:
            level = state[tail + 1] + 1
            if state[head + 1] < level:
                state[head + 1] = level
            state[head] -= 1
        else:
            kept_tails[kept] = tails[edge]
            kept_heads[kept] = heads[edge]
            kept += 1
    return kept


def peel_rows(
    ptr: Sequence[int], heads: Sequence[int], state: MutableSequence[int], queue: MutableSequence[int], ready: int
) -> int:
    """Do the same to edges in rows, looked up row by row; the first `ready` of the queue are what nothing enters.

    Returns how many edges have been taken away.
    """
    done = gone = 0
    while done < ready:
        node = queue[done]
        done += 1
        level = state[2 * node + 1] + 1
        for edge in range(ptr[node], ptr[node + 1]):
            head = 2 * heads[edge]
            if state[head + 1] < level:
                state[head + 1] = level
            state[head] -= 1
            gone += 1
            if state[head] == 0:
                queue[ready] = heads[edge]
                ready += 1
    return gone


def count_levels(state: Sequence[int], parts: Sequence[int], part: int, counts: MutableSequence[int]) -> None:
    """Count the nodes of one part by their level, each at the place after its own."""
    for node in range(len(parts)):
        if parts[node] == part:
            counts[state[2 * node + 1] + 1] += 1


def place_levels(
    state: Sequence[int],
    parts: Sequence[int],
    part: int,
    cursor: MutableSequence[int],
    positions: MutableSequence[int],
    first: int,
    step: int,
) -> None:
    """Give the nodes of one part their positions by level, then by id: up from `first` by 1, or down from it by -1.

    `cursor` has how many of them have a lower level than each.
    """
    for place in range(len(parts)):
        node = place if step > 0 else len(parts) - 1 - place
        if parts[node] == part:
            level = state[2 * node + 1]
            positions[node] = first + step * cursor[level]
            cursor[level] += 1


def called(kernel: Any, *arrays: Any) -> Any:
    """Call a kernel: in machine code where numba is there, else on the arrays' memory as Python reads it.

    Examples
    --------
    >>> marks = np.zeros(2, dtype=np.uint8)
    >>> called(mark, np.array([7, 12]), 4, marks)
    >>> marks.tolist()
    [8, 1]
    """
    if available():
        return jit(kernel)(*arrays)
    return kernel(*(each.data if isinstance(each, np.ndarray) else each for each in arrays))


def n_largest_level(state: NDArray[Any]) -> int:
    """Return the largest level of all nodes.

    Examples
    --------
    >>> n_largest_level(np.array([0, 3, 1, 2], dtype=np.uint32))
    3
    """
    return int(state[1::2].max(initial=0))
