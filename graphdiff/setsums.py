"""Sums over sets for many nodes at once: over what each reaches, by bits, and over what each dominates, by a tree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff.compiled import CompiledGraph
from graphdiff.kernels.dominators import dominated_sums, dominator_tree
from graphdiff.kernels.reach import flooded
from graphdiff.topology import Rows, Topology

__all__ = ["Progress", "dominated", "reached_sums", "row_sizes"]

Progress = Callable[[int, int | None], None]

#: Up to so many nodes are followed one by one; of more, bits for all nodes are swept along the edges together.
FEW = 64
#: Bytes that those bits may take at a time.
BITS_MEMORY = 1 << 28


def dominated(rows: Rows, starts: NDArray[Any], own: NDArray[Any]) -> NDArray[Any]:
    """Return for each position the sum of the values of what it dominates, itself included.

    Where no start leads it is the value itself.
    """
    order, dominator = dominator_tree(rows.ptr, rows.heads, starts)
    values = np.zeros(len(order), dtype=own.dtype)
    values[1:] = own[order[1:]]
    sums = own.copy()
    sums[order[1:]] = dominated_sums(dominator, values)[1:]
    return sums


def reached_sums(
    topology: Topology,
    positions: NDArray[Any],
    own: NDArray[Any],
    ones: bool,
    progress: Progress | None = None,
) -> NDArray[Any]:
    """Return, for each of `positions`, the sum of the values of what it reaches, itself included.

    Parameters
    ----------
    topology : Topology
    positions : int array
    own : array, shape (n_nodes,)
        The value of each position.
    ones : bool
        Whether every value is 1.
    progress : callable, optional
    """
    if len(positions) <= FEW:
        rows = topology.rows
        each = [own[flooded(rows.ptr, rows.heads, np.array([place]))].sum() for place in positions.tolist()]
        return np.array(each, dtype=own.dtype)
    size = max(64, 8 * (BITS_MEMORY // topology.n_nodes) // 64 * 64)
    sums = np.zeros(len(positions), dtype=own.dtype)
    first = topology.representative[positions]
    for start in range(0, topology.n_nodes, size):
        stop = min(start + size, topology.n_nodes)
        bits = _reached_bits(topology, start, stop)
        if ones:
            sums += np.fromiter((bits[place].bit_count() for place in first.tolist()), np.int64, len(first))
        else:
            sums += np.array([_sum_of(bits[place], own[start:stop]) for place in first.tolist()], dtype=own.dtype)
        if progress is not None:
            progress(stop, topology.n_nodes)
    return sums


def _reached_bits(topology: Topology, start: int, stop: int) -> list[int]:
    """Return for each position, at the first of its component, one bit for each of a block that it reaches.

    Python's ints are the bits: one `|` joins thousands of them, and nothing need be compiled for it.
    """
    bits = [0] * topology.n_nodes
    for place, first in enumerate(topology.representative[start:stop].tolist()):
        bits[first] |= 1 << place
    ptr, heads = topology.quotient.ptr.data, topology.quotient.heads.data
    for node in range(stop - 1, -1, -1):
        found = bits[node]
        for edge in range(ptr[node], ptr[node + 1]):
            found |= bits[heads[edge]]
        bits[node] = found
    return bits


def _sum_of(bits: int, values: NDArray[Any]) -> Any:
    raw = np.frombuffer(bits.to_bytes((len(values) + 7) // 8, "little"), dtype=np.uint8)
    return values[np.unpackbits(raw, count=len(values), bitorder="little").astype(bool)].sum()


def row_sizes(
    graph: CompiledGraph,
    positions: NDArray[Any],
    starts: NDArray[Any],
    own: NDArray[Any],
    progress: Progress | None = None,
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return reach and exclusive of some positions; where cycles are collapsed each stands for its component.

    Parameters
    ----------
    graph : CompiledGraph
    positions, starts : int arrays
        The rows of a ranking, and the roots.
    own : array, shape (n_nodes,)
        What to add up: the value of each position.
    progress : callable, optional
    """
    topology, rows, weight = graph.topology, graph.topology.rows, own
    if graph.cycles == "collapse":
        first = topology.representative
        rows, starts = topology.quotient, np.unique(first[starts])
        weight = np.zeros_like(own)
        np.add.at(weight, first, own)
    reach = reached_sums(topology, positions, own, bool((own == 1).all()), progress)
    return reach - weight[positions], (dominated(rows, starts, weight) - weight)[positions]
