"""The definition itself: every path in turn, the products of the weights along them added up."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import SAFE_INT, Number
from graphdiff.errors import TooManyPathsError
from graphdiff.graph.compiled import CompiledGraph
from graphdiff.kernels import jit, pays
from graphdiff.kernels.sweep import sum_of_products
from graphdiff.sums.between import Between, between, require_apart, total_over
from graphdiff.sums.semirings import SEMIRINGS


def pair(graph: CompiledGraph, source: Hashable, target: Hashable) -> Between:
    """Return what lies between two nodes."""
    first, last = graph.topology.position(source), graph.topology.position(target)
    require_apart(graph, [(first, last)])
    return between(graph, [first], [last])


def _require_countable(part: Between, max_paths: int) -> int:
    """Return how many paths there are, if that is not too many."""
    part.require_no_loops()
    if part.n_paths > max_paths:
        raise TooManyPathsError(part.n_paths, max_paths)
    return part.n_paths


def sum_over_paths(part: Between, max_paths: int = 1_000_000) -> Number:
    """Return the sum of the influences of all paths, each multiplied out for itself.

    Raises
    ------
    TooManyPathsError
        If there are more than `max_paths`.
    """
    n_paths = _require_countable(part, max_paths)
    one, total = part.graph.one_and_zero
    weights = arithmetic.taken(part.graph.weights, part.edges)
    edges: Sequence[Any]
    stack: Sequence[Any]
    if isinstance(weights, np.ndarray) and pays(n_paths) and _fit(part, weights):
        search, index = jit(sum_of_products), part.graph.heads.dtype
        edges = part.ptr.astype(index), part.heads.astype(index), weights, np.array(part.is_target)
        stack = [np.empty(part.n_nodes, dtype=kind) for kind in (index, index, weights.dtype)]
    else:
        search = sum_of_products
        edges = part.ptr.tolist(), part.heads.tolist(), arithmetic.listed(weights), part.is_target
        stack = [[0] * part.n_nodes for _ in range(3)]
    for source in part.sources:
        stack[-1][0] = one
        total = search(*edges, *stack, source, total)
    return total


def _fit(part: Between, weights: NDArray[Any]) -> bool:
    """Return whether the sum over the paths fits into a machine number; what wraps on the way then wraps back."""
    return weights.dtype.kind == "f" or (total_over(part, SEMIRINGS["size"]) or 0) < SAFE_INT
