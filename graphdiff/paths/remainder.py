"""What leads from one kept node to another besides the kept edges, over no kept node: a sum and a number of ways each.

These are totals of another graph: without the kept edges, and with every kept node split into one that is left, with
its own number, and one that is entered, numbered after all. Its Jacobian, from the former to the latter, takes any
numbers and walks round cycles, and goes in blocks by machine code where they are floats.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import SAFE_INT, Number
from graphdiff.errors import LimitError
from graphdiff.graph.compiled import CompiledGraph
from graphdiff.graph.topology import Topology, arrange, in_rows
from graphdiff.jacobians.jacobian import jacobian
from graphdiff.kernels import pays
from graphdiff.kernels.rows import index_type
from graphdiff.paths.selection import Selection, tails_of
from graphdiff.remedies import Keyword, Remedy
from graphdiff.sums.between import Between
from graphdiff.sums.sweeps import forward_values

__all__ = ["remainder"]

#: So many edges may stand for what is left out.
MAX_EDGES = 10_000_000
#: Among more edges ways are counted only where machine numbers hold how many there are.
MAX_COUNTED = 250_000
#: Counts of ways are held in so many bytes at once, about.
MAX_BYTES = 2**28


@dataclass(frozen=True, eq=False)
class _Split:
    """The edges that are not kept, with kept nodes split in two.

    Attributes
    ----------
    tails, heads : int arrays, shape (n_edges,)
        In topological order of the tails.
    nodes : list of int
        The kept nodes.
    n_nodes : int
        How many nodes there were: the kept node ``nodes[i]`` is entered at ``n_nodes + i``.
    """

    tails: NDArray[Any]
    heads: NDArray[Any]
    nodes: list[int]
    n_nodes: int

    @property
    def size(self) -> int:
        """How many nodes there are."""
        return self.n_nodes + len(self.nodes)


def remainder(between: Between, kept: Selection) -> Iterator[tuple[int, int, Number, int | None]]:
    """Yield tail, head, sum of the products and number of the ways between kept nodes that kept edges are not.

    Parameters
    ----------
    between : Between
    kept : Selection

    Returns
    -------
    iterator of (int, int, number, int or None)
        Nodes are numbered as in `between`; no number of ways where walks go round a cycle, nor among more than 250,000
        edges where it may be 2**62 or more, and no sum of these is 0.

    Raises
    ------
    LimitError
        If more than 10,000,000 may be needed.
    ValueOverflowError, CycleError
        As `graphdiff.jacobian`.
    """
    split = _split(between, kept)
    is_left, is_entered = (_marked(split.size, ends) for ends in (split.tails, split.heads))
    starts = [node for node in split.nodes if is_left[node]]
    stops = (np.flatnonzero(is_entered[split.n_nodes :]) + split.n_nodes).tolist()
    if len(starts) * len(stops) > MAX_EDGES:
        raise LimitError(
            f"between {len(split.nodes):,} nodes that are kept more than {MAX_EDGES:,} edges may be needed for what is "
            "left out",
            Remedy(Keyword("nodes"), "of a smaller part keeps fewer"),
        )
    topology, numbers = arrange(split.size, split.tails, split.heads)
    weights = in_rows(arithmetic.taken(between.graph.weights, between.edges[~kept.edges]), numbers)
    graph = CompiledGraph(topology, weights, between.graph.cycles if between.loops else "raise", between.graph.exact)
    method = "forward" if len(starts) < len(stops) else "reverse"
    totals = dict(zip(stops, jacobian(graph, starts, stops, method=method).array.tolist(), strict=True))
    columns = {start: column for column, start in enumerate(starts)}
    for tail, stop, n_ways in _walks(starts, stops) if between.loops else _ways(split, topology, starts, stops):
        number = totals[stop][columns[tail]]
        if n_ways or number != 0:
            yield tail, split.nodes[stop - split.n_nodes], number, n_ways


def _split(between: Between, kept: Selection) -> _Split:
    nodes = np.flatnonzero(kept.nodes)
    entered = np.arange(between.n_nodes)
    entered[nodes] = between.n_nodes + np.arange(len(nodes))
    index = index_type(between.n_nodes + len(nodes))
    tails, heads = tails_of(between)[~kept.edges], entered[between.heads[~kept.edges]]
    return _Split(tails.astype(index), heads.astype(index), nodes.tolist(), between.n_nodes)


def _marked(size: int, nodes: NDArray[Any]) -> NDArray[np.bool_]:
    mask = np.zeros(size, dtype=bool)
    mask[nodes] = True
    return mask


def _walks(starts: list[int], stops: list[int]) -> Iterator[tuple[int, int, None]]:
    """Yield every pair: how many ways lead from one to the other is not counted."""
    return ((start, stop, None) for stop in stops for start in starts)


def _ways(
    split: _Split, topology: Topology, starts: list[int], stops: list[int]
) -> Iterator[tuple[int, int, int | None]]:
    """Yield each two kept nodes, as numbered where they are left and entered, with the number of ways, if any."""
    counted = CompiledGraph(topology, np.ones(len(split.tails), dtype=np.int64), "raise")
    if not pays(len(split.tails)) or not _fit(counted, split.nodes):
        yield from _packed_ways(split) if len(split.tails) <= MAX_COUNTED else _walks(starts, stops)
        return
    method = "forward" if len(starts) < len(stops) else "reverse"
    numbers = jacobian(counted, starts, stops, method=method).array
    for column, start in enumerate(starts):
        for row in np.flatnonzero(numbers[:, column]).tolist():
            yield start, stops[row], int(numbers[row, column])


def _fit(counted: CompiledGraph, nodes: list[int]) -> bool:
    """Return whether the number of ways from all of some nodes together to any node is a machine number."""
    sizes = forward_values(counted.sizes, {int(counted.topology.positions[node]): 1.0 for node in nodes})
    return float(np.max(sizes, initial=0.0)) < SAFE_INT


def _packed_ways(split: _Split) -> Iterator[tuple[int, int, int]]:
    """Yield the same for numbers of any size.

    The numbers of ways to a node, from every kept one, are the digits of one int: an edge is one addition.
    """
    edges = list(zip(split.tails.tolist(), split.heads.tolist(), strict=True))
    most = max(_counted(split.size, dict.fromkeys(split.nodes, 1), edges), default=0)
    width = most.bit_length() // 8 + 1
    at_once = 1 + MAX_BYTES // (width * (split.size + 1))
    for first in range(0, len(split.nodes), at_once):
        starts = split.nodes[first : first + at_once]
        digits = {node: 1 << 8 * width * place for place, node in enumerate(starts)}
        for stop, packed in enumerate(_counted(split.size, digits, edges)[split.n_nodes :], split.n_nodes):
            text = packed.to_bytes(width * len(starts), "little")
            is_way = np.frombuffer(text, dtype=np.uint8).reshape(-1, width).any(axis=1)
            for place in np.flatnonzero(is_way).tolist():
                yield starts[place], stop, int.from_bytes(text[width * place :][:width], "little")


def _counted(n_nodes: int, seeds: Mapping[int, int], edges: Iterable[tuple[int, int]]) -> list[int]:
    """Return of each node its seed and what comes to it over the edges, which are in topological order."""
    counts = [0] * n_nodes
    for node, seed in seeds.items():
        counts[node] = seed
    for tail, head in edges:
        if counts[tail]:
            counts[head] += counts[tail]
    return counts
