"""The most that flows from one node to another: E. Dinitz's algorithm (1970), a phase of two passes at a time.

An edge and its twin, which leads back, stand at ``twin`` of each other; ``room`` is what each still takes.
"""

from __future__ import annotations

from collections.abc import Callable, MutableSequence, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff.kernels import jit, pays
from graphdiff.kernels.rows import grouped

__all__ = ["max_flow"]


def set_levels(
    ptr: Sequence[int],
    heads: Sequence[int],
    room: Sequence[int],
    source: int,
    sink: int,
    level: MutableSequence[int],
    queue: MutableSequence[int],
) -> bool:
    """Set how many edges with room lead to each node from the source, up to the sink; return whether it is reached."""
    for node in range(len(level)):
        level[node] = -1
    level[source], queue[0] = 0, source
    first, last = 0, 1
    while first < last and level[sink] < 0:
        node = queue[first]
        first += 1
        for edge in range(ptr[node], ptr[node + 1]):
            head = heads[edge]
            if room[edge] > 0 and level[head] < 0:
                level[head] = level[node] + 1
                queue[last] = head
                last += 1
    return level[sink] >= 0


def fill(
    ptr: Sequence[int],
    heads: Sequence[int],
    twin: Sequence[int],
    room: MutableSequence[int],
    source: int,
    sink: int,
    level: Sequence[int],
    cursor: MutableSequence[int],
    way: MutableSequence[int],
) -> int:
    """Fill the shortest ways until each has an edge without room; return how much flows on them."""
    filled, length, node = 0, 0, source
    while True:
        if node == sink:
            least = room[way[0]]
            for at in range(length):
                least = min(least, room[way[at]])
            filled += least
            for at in range(length - 1, -1, -1):
                room[way[at]] -= least
                room[twin[way[at]]] += least
                if room[way[at]] == 0:
                    length = at  # back to the tail of the first edge that is full
            node = heads[twin[way[length]]]
        while cursor[node] < ptr[node + 1]:
            edge = cursor[node]
            if room[edge] > 0 and level[heads[edge]] == level[node] + 1:
                break
            cursor[node] += 1
        if cursor[node] < ptr[node + 1]:
            way[length] = cursor[node]
            node = heads[cursor[node]]
            length += 1
        elif node == source:
            return filled
        else:
            length -= 1
            node = heads[twin[way[length]]]
            cursor[node] += 1


def set_beyond(
    ptr: Sequence[int],
    heads: Sequence[int],
    twin: Sequence[int],
    room: Sequence[int],
    sink: int,
    beyond: MutableSequence[int],
    queue: MutableSequence[int],
) -> None:
    """Set 1 for each node from which edges with room lead to the sink."""
    beyond[sink], queue[0] = 1, sink
    first, last = 0, 1
    while first < last:
        node = queue[first]
        first += 1
        for edge in range(ptr[node], ptr[node + 1]):
            tail = heads[edge]
            if room[twin[edge]] > 0 and beyond[tail] == 0:
                beyond[tail] = 1
                queue[last] = tail
                last += 1


def max_flow(tails: NDArray[Any], heads: NDArray[Any], sizes: NDArray[np.int64], source: int, sink: int) -> int:
    """Return the most that flows from one node to another.

    Parameters
    ----------
    tails, heads : int arrays, shape (n_edges,)
    sizes : int64 array, shape (n_edges,)
        What each edge takes, 0 or more; all together less than 2**63.
    source, sink : int
        Two nodes.

    Examples
    --------
    >>> max_flow(np.array([0, 0, 1, 2]), np.array([1, 2, 3, 3]), np.array([5, 2, 3, 9]), 0, 3)
    5
    """
    return minimum_cut(tails, heads, sizes, source, sink)[0]


def minimum_cut(
    tails: NDArray[Any], heads: NDArray[Any], sizes: NDArray[np.int64], source: int, sink: int, back: int = 0
) -> tuple[int, NDArray[np.bool_]]:
    """Return the most that flows, and a mark of the nodes beyond the smallest cut: of several that nearest the sink.

    Each edge takes so much `back`, too. See `max_flow`; that as much flows as the smallest cut takes is a theorem of
    L. Ford and D. Fulkerson (1956).

    Examples
    --------
    >>> flow, beyond = minimum_cut(np.array([0, 1, 2]), np.array([1, 2, 3]), np.array([5, 1, 1]), 0, 3)
    >>> flow, beyond.tolist()
    (1, [False, False, False, True])
    """
    n_edges, n_nodes = len(tails), 1 + max(int(tails.max(initial=0)), int(heads.max(initial=0)), source, sink)
    ptr, ends, twin, order = _both_ways(n_nodes, tails, heads)
    room = np.concatenate([sizes, np.full(n_edges, back, dtype=np.int64)])[order]
    del order
    arrays: Any = [ptr, ends, twin, room, np.zeros(n_nodes, dtype=np.int64)]
    find: Callable[..., bool] = set_levels
    push: Callable[..., int] = fill
    mark: Callable[..., None] = set_beyond
    if pays(VISITS * n_edges):
        find, push, mark = jit(set_levels), jit(fill), jit(set_beyond)
    else:
        arrays = [array.tolist() for array in arrays]
    ptr, to, twin, room, beyond = arrays
    level, queue, total = beyond.copy(), beyond.copy(), 0
    while find(ptr, to, room, source, sink, level, queue):
        total += int(push(ptr, to, twin, room, source, sink, level, ptr[:-1].copy(), queue))
    mark(ptr, to, twin, room, sink, beyond, queue)
    return total, np.array(beyond, dtype=bool)


def _both_ways(n_nodes: int, tails: NDArray[Any], heads: NDArray[Any]) -> tuple[NDArray[np.int64], ...]:
    """Return each edge and the way back along it, by where they start: rows, ends, the places of twins, and the order.

    What is of no more use is let go of at once: of five million edges each of these is 80 MB.
    """
    starts, ends = (
        np.concatenate(pair, dtype=np.uint64, casting="unsafe") for pair in ((tails, heads), (heads, tails))
    )
    bounds, ends, order = grouped(n_nodes, starts, ends)
    del starts
    order = order.astype(np.int64, copy=False)
    places = np.empty(len(order), dtype=np.int64)
    places[order] = np.arange(len(order))
    twin = places[(order + len(tails)) % max(len(order), 1)]
    return bounds.astype(np.int64), ends.astype(np.int64), twin, order


#: So many times a flow may look at an edge.
VISITS = 10
