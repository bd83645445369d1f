"""Eight passes at once: a node's eight values are one line of the cache, fetched once an edge.

There is one loop, which pulls values back along the edges. Forward is the same loop over the same graph with every
arrow, and the order of the positions, turned round (`turned`): pulling writes each line once, where pushing would
read and write one for every edge.

What flows through edges that come in rows with a number each: one product an edge.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff.kernels import jit

ZERO = np.uint64(0)

ONE = np.uint64(1)  # unsigned indices spare the check for wraparound

#: Columns in a block: eight float64 are a line of the cache.
WIDTH = 8


def pull(
    ptr: NDArray[Any],
    heads: NDArray[Any],
    weights: NDArray[Any],
    values: NDArray[Any],
    seeds: NDArray[Any],
    start: np.uint64,
    stop: np.uint64,
) -> None:
    """Write the values of positions `start` to `stop`, last to first: column `k` begins with 1 at ``seeds[k]``.

    `values` has shape (n_nodes, 8); its rows from `stop` on are read. What stood in the others does not matter.
    """
    # Eight names, not a loop: the sums stay in registers.
    s0, s1, s2, s3, s4, s5, s6, s7 = seeds
    node = stop
    while node > start:
        node -= ONE
        a, b = 1.0 if node == s0 else 0.0, 1.0 if node == s1 else 0.0
        c, d = 1.0 if node == s2 else 0.0, 1.0 if node == s3 else 0.0
        e, f = 1.0 if node == s4 else 0.0, 1.0 if node == s5 else 0.0
        g, h = 1.0 if node == s6 else 0.0, 1.0 if node == s7 else 0.0
        edge = ptr[node]
        end = ptr[node + ONE]
        while edge < end:
            head, weight = heads[edge], weights[edge]
            a += weight * values[head, 0]
            b += weight * values[head, 1]
            c += weight * values[head, 2]
            d += weight * values[head, 3]
            e += weight * values[head, 4]
            f += weight * values[head, 5]
            g += weight * values[head, 6]
            h += weight * values[head, 7]
            edge += ONE
        values[node, 0], values[node, 1], values[node, 2], values[node, 3] = a, b, c, d
        values[node, 4], values[node, 5], values[node, 6], values[node, 7] = e, f, g, h


def turn(
    ptr: NDArray[Any],
    heads: NDArray[Any],
    weights: NDArray[Any],
    turned_ptr: NDArray[Any],
    turned_heads: NDArray[Any],
    turned_weights: NDArray[Any],
) -> None:
    """Write the graph with every edge turned round, position ``u`` becoming ``n_nodes - 1 - u``.

    `turned_ptr` holds zeros at first. Edges into a node keep the order that pushing along them would have.
    """
    size = np.uint64(len(ptr)) - ONE
    n_edges = ptr[size]
    edge = ZERO
    while edge < n_edges:
        turned_ptr[size - heads[edge]] += ONE
        edge += ONE
    node = ZERO
    while node < size:  # from here on the entry after a node is where its next edge goes, and ends as it should
        turned_ptr[node + ONE] += turned_ptr[node]
        node += ONE
    node = size
    while node > ZERO:
        turned_ptr[node] = turned_ptr[node - ONE]
        node -= ONE
    node = ZERO
    while node < size:
        edge = ptr[node]
        while edge < ptr[node + ONE]:
            place = turned_ptr[size - heads[edge]]
            turned_heads[place] = size - ONE - node
            turned_weights[place] = weights[edge]
            turned_ptr[size - heads[edge]] = place + ONE
            edge += ONE
        node += ONE


def turned(
    ptr: NDArray[Any], heads: NDArray[Any], weights: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return the graph with every edge, and the order of its positions, turned round."""
    rows = np.zeros_like(ptr), np.empty_like(heads), np.empty_like(weights)
    jit(turn)(ptr, heads, weights, *rows)
    return rows


def through(
    rows: NDArray[Any],
    heads: NDArray[Any],
    numbers: NDArray[Any],
    tangents: NDArray[Any],
    adjoints: NDArray[Any],
    values: NDArray[Any],
    start: int,
    stop: int,
) -> None:
    """Write tangent · number · adjoint of the edges that leave `start` to `stop` to `values`, zeros at first."""
    ends = rows[1:]  # without numba and with numpy 1, an int and ONE make a float
    for node in range(np.uint64(start), np.uint64(stop)):
        tangent = tangents[node]
        if tangent != 0:
            for edge in range(rows[node], ends[node]):
                values[edge] = tangent * numbers[edge] * adjoints[heads[edge]]


def through_both(
    rows: NDArray[Any],
    heads: NDArray[Any],
    numbers: NDArray[Any],
    tangents: NDArray[Any],
    adjoints: NDArray[Any],
    values: NDArray[Any],
    start: int,
    stop: int,
) -> None:
    """Write the mean of two such products; tangents and adjoints stand side by side, shape (n_nodes, 2)."""
    ends = rows[1:]
    for node in range(np.uint64(start), np.uint64(stop)):
        first, second = tangents[node, 0], tangents[node, 1]
        if first != 0 or second != 0:
            for edge in range(rows[node], ends[node]):
                number, head = numbers[edge], heads[edge]
                values[edge] = first * number * adjoints[head, 0] / 2 + second * number * adjoints[head, 1] / 2
