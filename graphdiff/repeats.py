"""Parallel edges made one, with the sum of their weights: what ``read_edges(…, repeats="add")`` does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import SAFE_INT, Weights
from graphdiff.compiled import CompiledGraph
from graphdiff.kernels.rows import parallels, pointers
from graphdiff.sweeps import checked_array
from graphdiff.weights import unit

__all__ = ["added"]


def added(graph: CompiledGraph) -> CompiledGraph:
    """Return a graph in which parallel edges are one, in the place of the first and with the sum of their weights.

    Edges made of several have no attributes. Floats are summed as floats, unless the graph is exact.

    Raises
    ------
    ValueOverflowError
        If a sum is beyond the floats.

    Examples
    --------
    >>> graph = added(CompiledGraph.from_arrays([0, 0, 1], [1, 1, 2], [1.0, 2.0, 0.5]))
    >>> graph.edges(), graph.weights
    ([(0, 1), (1, 2)], array([3. , 0.5]))
    """
    shape = graph.topology
    numbers = parallels(shape.ptr, shape.heads)
    if numbers is None:
        return graph
    tails = shape.rows.tails
    order = np.argsort(tails.astype(np.int64) * shape.n_nodes + shape.heads.astype(np.int64), kind="stable")
    starts = np.flatnonzero(numbers[order] == 0)
    first = order[starts]  # of each pair, by tail and head
    by_row = np.argsort(first)
    kept = first[by_row]
    sums = arithmetic.taken(_sums(arithmetic.taken(graph.weights, order), starts), by_row)
    several = np.diff(starts, append=len(order))[by_row] > 1
    topology = replace(
        shape,
        ptr=pointers(np.bincount(tails[kept].astype(np.int64), minlength=shape.n_nodes)),
        heads=shape.heads[kept],
        attributes={name: column.at(kept).without(several) for name, column in shape.attributes.items()},
    )
    meaning = "number of rows" if graph.weight_meaning == unit.name else graph.weight_meaning
    return replace(graph, topology=topology, weights=sums, weight_meaning=meaning)


def _sums(weights: Weights, starts: NDArray[Any]) -> Weights:
    """Return the sums of the weights from each start to the next."""
    if isinstance(weights, np.ndarray) and weights.dtype.kind == "f":
        with np.errstate(over="ignore"):  # what leaves the floats is an error of ours
            return checked_array(np.add.reduceat(weights.astype(np.float64), starts))
    if isinstance(weights, np.ndarray) and np.abs(weights.astype(np.float64)).sum() < SAFE_INT:
        return np.add.reduceat(weights, starts)
    listed = arithmetic.listed(weights)
    stops = [*starts[1:].tolist(), len(listed)]
    sums = [sum(listed[a + 1 : b], start=listed[a]) for a, b in zip(starts.tolist(), stops, strict=True)]
    return arithmetic.unify(sums) if isinstance(weights, np.ndarray) else sums
