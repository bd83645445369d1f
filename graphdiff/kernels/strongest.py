"""The strongest way from every node, and the strongest that leaves a way somewhere else than those that are known.

Of two ways from a node the larger comes first, then the one whose next node, then the one whose next edge comes first.
A way's size is multiplied up from its end, so that what is larger at a node is never smaller further up.

Ways lead along the rows of a graph, whatever else is in them: of a node that plays no part ``best`` is -1. Behind its
nodes come one more that all ways end in, and one that they start at; behind its edges those to the one, in the order of
their tails (``stops``), and those from the other: ``ends`` and ``seeds`` have their heads and sizes. With ``powers``
the size of an edge is times 2 to the power of its head less that of its tail, but for heads that are ``zero``.
"""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence
from math import ldexp
from typing import Any

import numpy as np
from numpy.typing import NDArray


def strongest(
    ptr: NDArray[Any],
    heads: NDArray[Any],
    weights: NDArray[Any],
    ends: NDArray[Any],
    seeds: NDArray[Any],
    powers: NDArray[Any],
    zero: NDArray[Any],
    order: NDArray[Any],
    best: NDArray[Any],
    chosen: NDArray[Any],
    nodes: NDArray[Any],
    stops: NDArray[Any],
) -> None:
    """Write the size of the strongest way from each of some nodes, last to first, and then from the start.

    `chosen` takes its first edge, and the first edge of the strongest way by another one; the same where there is none.
    """
    n_nodes, n_edges, later = len(ptr) - 1, len(heads), len(stops)
    for step in range(len(nodes) + 1):
        is_start = step == len(nodes)
        node = n_nodes + 1 if is_start else nodes[len(nodes) - 1 - step]
        extra, begin, n_own = len(stops) if is_start else later, np.int64(0), np.int64(0)
        n_extra = len(ends) - len(stops) if is_start else 0
        if not is_start:
            while extra > 0 and stops[extra - 1] == node:
                extra -= 1
            n_extra, later = later - extra, extra
            begin, n_own = np.int64(ptr[node]), np.int64(ptr[node + 1]) - np.int64(ptr[node])
        first, second, largest, next_largest = begin, begin, -1.0, -1.0
        name, next_name = np.int64(n_nodes), np.int64(n_nodes)  # the heads of these
        for at in range(n_extra + n_own):
            if at < n_extra:
                edge, size = np.int64(n_edges + extra + at), seeds[extra + at]
                head = np.int64(ends[extra + at])
            else:
                edge = begin + at - n_extra
                head, size = np.int64(heads[edge]), abs(np.float64(weights[edge]))
            if best[head] < 0:
                continue
            if len(powers) > 0 and not zero[head]:
                size = ldexp(size, int(powers[head] - powers[node]))
            size = size * best[head]
            if size > largest or (size == largest and order[head] < order[name]):
                second, next_largest, next_name = first, largest, name
                first, largest, name = edge, size, head
            elif size > next_largest or (size == next_largest and order[head] < order[next_name]):
                second, next_largest, next_name = edge, size, head
        best[node] = largest
        chosen[node, 0] = first
        chosen[node, 1] = first if next_largest < 0 else second


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


def largest_sums(
    ptr: NDArray[Any],
    heads: NDArray[Any],
    weights: NDArray[Any],
    best: NDArray[Any],
    nodes: NDArray[Any],
) -> None:
    """Write to `best` of some nodes, last to first, the largest sum of the logarithms of sizes along a way.

    It has at first that of the ends of each, minus infinity where there is none and at nodes that play no part.
    """
    for step in range(len(nodes)):
        node = nodes[len(nodes) - 1 - step]
        largest = best[node]
        for edge in range(ptr[node], ptr[node + 1]):
            largest = max(largest, np.log2(abs(np.float64(weights[edge]))) + best[heads[edge]])
        best[node] = largest


def followed(
    heads: NDArray[Any],
    ends: NDArray[Any],
    chosen: NDArray[Any],
    node: int,
    places: NDArray[Any],
    edges: NDArray[Any],
) -> tuple[Any, Any]:
    """Write the edges of the strongest way from `node` to one that has a place; return how many, and that place."""
    here, length = np.int64(node), 0
    while places[here] < 0:
        edge = np.int64(chosen[here, 0])
        edges[length] = edge
        here = np.int64(heads[edge]) if edge < len(heads) else np.int64(ends[edge - len(heads)])
        length += 1
    return length, places[here]


def next_after(
    ptr: NDArray[Any],
    heads: NDArray[Any],
    weights: NDArray[Any],
    ends: NDArray[Any],
    seeds: NDArray[Any],
    powers: NDArray[Any],
    zero: NDArray[Any],
    order: NDArray[Any],
    best: NDArray[Any],
    way: NDArray[Any],
    start: int,
    after: int,
    extra: int,
    n_extra: int,
) -> tuple[Any, Any, Any]:
    """Return what `leaving` does of the ways that leave before one edge of `way` by an edge that comes after another.

    Of the edges that leave there the first `n_extra` are those from `extra` on that `ends` and `seeds` are of.
    """
    n_nodes, n_edges = len(ptr) - 1, len(heads)

    def head_of(edge: Any) -> Any:
        return np.int64(heads[edge]) if edge < n_edges else np.int64(ends[edge - n_edges])

    def size_of(edge: Any, tail: Any) -> Any:
        size, head = (
            abs(np.float64(weights[edge])) if edge < n_edges else np.float64(seeds[edge - n_edges]),
            head_of(edge),
        )
        is_scaled = len(powers) > 0 and not zero[head]
        return ldexp(size, int(powers[head] - powers[tail])) if is_scaled else size

    def tail_of(place: int) -> Any:
        return np.int64(n_nodes + 1) if place == 0 else head_of(np.int64(way[place - 1]))

    used, node = np.int64(after), tail_of(start)
    chosen, largest = used, -1.0
    limit, rank = size_of(used, node) * best[head_of(used)], order[head_of(used)]
    begin, n_own = np.int64(0), np.int64(0)
    if node < n_nodes:
        begin, n_own = np.int64(ptr[node]), np.int64(ptr[node + 1]) - np.int64(ptr[node])
    for at in range(n_extra + n_own):
        edge = np.int64(n_edges + extra + at if at < n_extra else begin + at - n_extra)
        head = head_of(edge)
        if best[head] < 0:
            continue
        size, name = size_of(edge, node) * best[head], order[head]
        is_later = size < limit or (size == limit and (name > rank or (name == rank and edge > used)))
        if is_later and (size > largest or (size == largest and name < order[head_of(chosen)])):
            chosen, largest = edge, size
    for place in range(start - 1, -1, -1):
        largest *= size_of(np.int64(way[place]), tail_of(place))
    return np.int64(-1) if chosen == used else np.int64(start), chosen, largest


def leaving(
    heads: NDArray[Any],
    weights: NDArray[Any],
    ends: NDArray[Any],
    seeds: NDArray[Any],
    powers: NDArray[Any],
    zero: NDArray[Any],
    order: NDArray[Any],
    best: NDArray[Any],
    chosen: NDArray[Any],
    way: NDArray[Any],
    start: int,
    stop: int,
) -> tuple[Any, Any, Any]:
    """Return where the next way leaves a known one, by which edge, and its size from the source; -1 where none does.

    It leaves before one of the edges `start` to `stop` of `way`, which are the first of the strongest ways there.
    """
    n_edges, source = len(heads), len(best) - 1

    def head_of(edge: Any) -> Any:
        return np.int64(heads[edge]) if edge < n_edges else np.int64(ends[edge - n_edges])

    def size_of(edge: Any, tail: Any) -> Any:
        size, head = (
            abs(np.float64(weights[edge])) if edge < n_edges else np.float64(seeds[edge - n_edges]),
            head_of(edge),
        )
        is_scaled = len(powers) > 0 and not zero[head]
        return ldexp(size, int(powers[head] - powers[tail])) if is_scaled else size

    at, edge, largest = np.int64(-1), np.int64(0), -1.0
    for place in range(stop - 1, -1, -1):
        used = np.int64(way[place])
        node = np.int64(source) if place == 0 else head_of(np.int64(way[place - 1]))
        largest *= size_of(used, node)
        rival = np.int64(chosen[node, 1])
        if place >= start and rival != used:
            size = size_of(rival, node) * best[head_of(rival)]
            name, named = order[head_of(rival)], order[head_of(used)]
            if at < 0 or size > largest or (size == largest and (name < named or (name == named and rival < used))):
                at, edge, largest = np.int64(place), rival, size
    return at, edge, largest
