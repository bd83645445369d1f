"""A graph, or what flows through its edges, as a matrix of ``scipy.sparse``: entry ``[i, j]`` is the edge i -> j.

scipy is imported only when a matrix is asked for.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import SAFE_INT, Weights
from graphdiff.errors import MissingExtraError, UsageError, ValueOverflowError
from graphdiff.graph.topology import Topology
from graphdiff.kernels.rows import each_once, grouped, parallels
from graphdiff.remedies import Keyword

__all__ = ["csr_of", "numeric", "sparse_matrix"]

#: Up to so many nodes and edges scipy numbers them in int32.
INT32_COUNT = 2**31 - 1


def csr_of(parts: Any, **options: Any) -> Any:
    """Return a ``csr_array`` of what scipy makes one of.

    Raises
    ------
    MissingExtraError
        If scipy is not installed.

    Examples
    --------
    >>> csr_of(np.array([[0, 2], [0, 0]])).nnz
    1
    """
    try:
        from scipy.sparse import csr_array
    except ImportError:
        raise MissingExtraError("scipy", "sparse") from None
    return csr_array(parts, **options)


def numeric(values: Weights) -> NDArray[Any]:
    """Return numbers as an array of a kind that scipy has: ints of 64 bits, floats or complex numbers.

    Raises
    ------
    UsageError
        If they are others, as Fractions and symbols.

    Examples
    --------
    >>> numeric([1j, 2]).dtype, numeric(np.array([[1, 2]], dtype=object)).dtype
    (dtype('complex128'), dtype('int64'))
    """
    if isinstance(values, np.ndarray) and values.dtype != object:
        return values
    listed = np.reshape(np.asarray(values, dtype=object), -1).tolist()
    numbers = arithmetic.unify(list(map(arithmetic.finished, listed)))
    if not isinstance(numbers, np.ndarray) and set(map(type, numbers)) == {complex}:
        numbers = np.array(numbers, dtype=np.complex128)
    if not isinstance(numbers, np.ndarray):
        kind = type(numbers[0]).__name__
        kind = "ints beyond 64 bits" if kind == "int" else f"numbers of the type {kind}"
        raise UsageError(f"scipy.sparse holds ints of 64 bits, floats and complex numbers, and there are {kind}")
    return numbers.reshape(np.shape(values))


def sparse_matrix(topology: Topology, values: Weights, nodes: Iterable[Hashable] | None) -> Any:
    """Return a number of every edge as a ``csr_array``, those of parallel edges added.

    Parameters
    ----------
    topology : Topology
    values : array or list of numbers, shape (n_edges,)
        In the order of the rows.
    nodes : iterable of nodes, or None
        What the rows and columns are of, every node once; None is the order in which the nodes were given.

    Raises
    ------
    MissingExtraError
        If scipy is not installed.
    UsageError
        If the numbers are of a kind that scipy has not, or `nodes` has not every node once.
    UnknownNodeError
        If `nodes` has another.
    ValueOverflowError
        If the sum of parallel edges is beyond the numbers of that kind.
    """
    size, rows = topology.n_nodes, topology.rows
    numbers = numeric(values)
    several = parallels(topology.ptr, topology.heads) is not None
    if several:
        numbers = _with_room(numbers)
    places = topology.ids if nodes is None else _places(topology, [nodes] if isinstance(nodes, str) else list(nodes))
    places = places.astype(rows.heads.dtype)
    tails, heads = places[rows.tails], places[rows.heads]
    _, _, by_head = grouped(size, heads, tails)
    ptr, columns, by_tail = grouped(size, tails[by_head], heads[by_head])
    kind = np.int32 if max(size, len(heads)) <= INT32_COUNT else np.int64
    parts = numbers[by_head[by_tail]], columns.astype(kind), ptr.astype(kind)
    matrix = csr_of(parts, shape=(size, size))
    if several:
        matrix.sum_duplicates()  # in the order of the edges: the sort is stable
        if not np.isfinite(matrix.data).all():
            raise ValueOverflowError("the sum of the weights of parallel edges is beyond the floats")
    return matrix


def _with_room(numbers: NDArray[Any]) -> NDArray[Any]:
    """Return numbers that can be added: floats as float64; ints only where no sum of them can wrap."""
    if numbers.dtype == np.int64 and np.abs(numbers.astype(np.float64)).sum() >= SAFE_INT:
        raise ValueOverflowError("the sum of the weights of parallel edges may be beyond the ints of 64 bits")
    return numbers.astype(np.float64) if numbers.dtype == np.float32 else numbers


def _places(topology: Topology, nodes: list[Hashable]) -> NDArray[Any]:
    """Return the place of each position in a list of all nodes."""
    positions = np.array([topology.position(node) for node in nodes], dtype=np.int64)
    distinct = len(each_once(positions))
    if not distinct == len(positions) == topology.n_nodes:
        named = f" has {len(positions):,} nodes, {distinct:,} of them distinct"
        raise UsageError(Keyword("nodes"), f"{named}: each of the graph's {topology.n_nodes:,} is needed once")
    places = np.empty_like(positions)
    places[positions] = np.arange(len(positions))
    return places
