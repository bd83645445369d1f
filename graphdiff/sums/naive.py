"""The definition itself: every path in turn, the products of the weights along them added up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import SAFE_INT, Number
from graphdiff.errors import TooManyPathsError
from graphdiff.kernels import jit, pays
from graphdiff.kernels.sweep import sum_of_products
from graphdiff.sums.between import Between, total_over
from graphdiff.sums.semirings import SEMIRINGS


def _require_countable(between: Between, max_paths: int) -> int:
    """Return how many paths there are, if that is not too many."""
    between.require_no_loops()
    if between.n_paths > max_paths:
        raise TooManyPathsError(between.n_paths, max_paths)
    return between.n_paths


def sum_over_paths(between: Between, max_paths: int = 1_000_000) -> Number:
    """Return the sum of the influences of all paths, each multiplied out for itself.

    Raises
    ------
    TooManyPathsError
        If there are more than `max_paths`.
    """
    n_paths = _require_countable(between, max_paths)
    one, total = between.graph.one_and_zero
    weights = arithmetic.taken(between.graph.weights, between.edges)
    edges: Sequence[Any]
    stack: Sequence[Any]
    factors = [arithmetic.in_order(seeds) for seeds in between.exits]  # a place that is no target has none: 0
    if isinstance(weights, np.ndarray) and pays(n_paths) and _fit(between, weights):
        search, index = jit(sum_of_products), between.graph.heads.dtype
        edges = between.ptr.astype(index), between.heads.astype(index), weights, np.array(factors, dtype=weights.dtype)
        stack = [np.empty(between.n_nodes, dtype=kind) for kind in (index, index, weights.dtype)]
    else:
        search = sum_of_products
        edges = between.ptr.tolist(), between.heads.tolist(), arithmetic.listed(weights), factors
        stack = [[0] * between.n_nodes for _ in range(3)]
    for source, seed in between.starts:
        stack[-1][0] = one if seed is None else seed
        total = search(*edges, *stack, source, total)
    return total


def _fit(between: Between, weights: NDArray[Any]) -> bool:
    """Return whether the sum over the paths fits into a machine number; what wraps on the way then wraps back."""
    kind = float if weights.dtype.kind == "f" else int
    if not all(isinstance(seed, kind) for seed in between.given_seeds):
        return False
    return weights.dtype.kind == "f" or (total_over(between, SEMIRINGS["size"]) or 0) < SAFE_INT
