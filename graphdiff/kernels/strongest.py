"""The strongest way from every node, and the strongest that leaves a way somewhere else than those that are known.

Of two ways from a node the larger comes first, then the one whose next node, then the one whose next edge comes first.
A way's size is multiplied up from its end, so that what is larger at a node is never smaller further up.
"""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff.kernels.sweep import ONE


def joined(
    ptr: NDArray[Any],
    heads: NDArray[Any],
    edges: NDArray[Any],
    weights: NDArray[Any],
    stops: NDArray[Any],
    new_heads: NDArray[Any],
    sizes: NDArray[Any],
    numbers: NDArray[Any],
) -> None:
    """Copy the rows of edges, and the size of each one's weight, to where the longer rows that they are in stop."""
    for node in range(len(ptr) - 1):
        edge, end = np.uint64(ptr[node]), np.uint64(ptr[node + 1])
        here = np.uint64(stops[node]) - (end - edge)
        while edge < end:
            new_heads[here] = heads[edge]
            sizes[here] = abs(np.float64(weights[edges[edge]]))
            numbers[here] = edges[edge]
            edge += ONE
            here += ONE


def strongest(
    ptr: NDArray[Any],
    heads: NDArray[Any],
    sizes: NDArray[Any],
    order: NDArray[Any],
    best: NDArray[Any],
    chosen: NDArray[Any],
    start: int,
    stop: int,
) -> None:
    """Write the size of the strongest way from positions `start` to `stop`, last to first.

    `chosen` takes its first edge, and the first edge of the strongest way by another one; the same where there is none.
    """
    node, begin = np.uint64(stop), np.uint64(start)
    while node > begin:
        node -= ONE
        edge, end = np.uint64(ptr[node]), np.uint64(ptr[node + ONE])
        first, second, largest, next_largest = edge, edge, -1.0, -1.0
        while edge < end:
            size = sizes[edge] * best[heads[edge]]
            if size > largest or (size == largest and order[heads[edge]] < order[heads[first]]):
                second, next_largest = first, largest
                first, largest = edge, size
            elif size > next_largest or (size == next_largest and order[heads[edge]] < order[heads[second]]):
                second, next_largest = edge, size
            edge += ONE
        best[node] = largest
        chosen[node, 0] = first
        chosen[node, 1] = second


def strongest_by_sign(
    ptr: Sequence[int],
    heads: Sequence[int],
    weights: Sequence[Any],
    nodes: Sequence[int],
    positive: MutableSequence[Any],
    negative: MutableSequence[Any],
    by_positive: MutableSequence[int],
    by_negative: MutableSequence[int],
) -> None:
    """Write the sizes of the strongest positive and negative way from each of `nodes`, and their first edges.

    The sizes are what the ends put in at first, and 0 elsewhere; the edges are -1 at first, which is none.
    """
    for place in range(len(nodes) - 1, -1, -1):
        node = nodes[place]
        plus, minus = positive[node], negative[node]
        for edge in range(ptr[node], ptr[node + 1]):
            head, weight = heads[edge], weights[edge]
            same, other = positive[head], negative[head]
            if weight < 0:
                weight, same, other = -weight, other, same
            same, other = weight * same, weight * other
            if same > plus:
                plus = same
                by_positive[node] = edge
            if other > minus:
                minus = other
                by_negative[node] = edge
        positive[node], negative[node] = plus, minus


def largest_sums(ptr: NDArray[Any], heads: NDArray[Any], lengths: NDArray[Any], best: NDArray[Any], stop: int) -> None:
    """Write to `best` of positions up to `stop`, last to first, the largest sum of the lengths along a way."""
    node = np.uint64(stop)
    while node > np.uint64(0):
        node -= ONE
        edge, end = np.uint64(ptr[node]), np.uint64(ptr[node + ONE])
        largest = -np.inf
        while edge < end:
            largest = max(largest, lengths[edge] + best[heads[edge]])
            edge += ONE
        best[node] = largest


def followed(
    heads: NDArray[Any], chosen: NDArray[Any], node: int, places: NDArray[Any], edges: NDArray[Any]
) -> tuple[Any, Any]:
    """Write the edges of the strongest way from `node` to one that has a place; return how many, and that place."""
    here, length = np.uint64(node), np.uint64(0)
    while places[here] < 0:
        edge = chosen[here, 0]
        edges[length] = edge
        here = np.uint64(heads[edge])
        length += ONE
    return length, places[here]


def next_after(
    ptr: NDArray[Any],
    heads: NDArray[Any],
    sizes: NDArray[Any],
    order: NDArray[Any],
    best: NDArray[Any],
    way: NDArray[Any],
    source: int,
    start: int,
    after: int,
) -> tuple[Any, Any, Any]:
    """Return the same of the ways that leave before the edge `start` of `way` by one that comes after another."""
    place, used, chosen, largest = np.uint64(start), np.uint64(after), np.uint64(after), -1.0
    node = np.uint64(source) if place == np.uint64(0) else np.uint64(heads[way[place - ONE]])
    limit, rank = sizes[used] * best[heads[used]], order[heads[used]]
    edge, end = np.uint64(ptr[node]), np.uint64(ptr[node + ONE])
    while edge < end:
        size, name = sizes[edge] * best[heads[edge]], order[heads[edge]]
        is_later = size < limit or (size == limit and (name > rank or (name == rank and edge > used)))
        if is_later and (size > largest or (size == largest and name < order[heads[chosen]])):
            chosen, largest = edge, size
        edge += ONE
    while place > np.uint64(0):
        place -= ONE
        largest *= sizes[way[place]]
    return np.int64(-1) if chosen == used else np.int64(start), chosen, largest


def leaving(
    ptr: NDArray[Any],
    heads: NDArray[Any],
    sizes: NDArray[Any],
    order: NDArray[Any],
    best: NDArray[Any],
    chosen: NDArray[Any],
    way: NDArray[Any],
    source: int,
    start: int,
    stop: int,
) -> tuple[Any, Any, Any]:
    """Return where the next way leaves a known one, by which edge, and its size from the source; -1 where none does.

    It leaves before one of the edges `start` to `stop` of `way`, which are the first of the strongest ways there.
    """
    place, begin = np.uint64(stop), np.uint64(start)
    at, edge, largest = np.int64(-1), np.uint64(0), -1.0
    while place > begin:
        place -= ONE
        used = np.uint64(way[place])
        node = np.uint64(source) if place == np.uint64(0) else np.uint64(heads[way[place - ONE]])
        largest *= sizes[used]
        rival = np.uint64(chosen[node, 1])
        if rival != used:
            size = sizes[rival] * best[heads[rival]]
            name, named = order[heads[rival]], order[heads[used]]
            if at < 0 or size > largest or (size == largest and (name < named or (name == named and rival < used))):
                at, edge, largest = np.int64(place), rival, size
    while place > np.uint64(0):
        place -= ONE
        largest *= sizes[way[place]]
    return at, edge, largest
