"""Kernels as they are and as machine code, and random edges to run them on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from graphdiff import kernels

Kernel = Callable[..., Any]

# Of numpy 1, an unsigned number plus an int of Python is a float, which indexes nothing in the plain form on arrays.
PLAIN = np.lib.NumpyVersion(np.__version__) >= "2.0.0"


def forms(kernel: Kernel) -> list[Kernel]:
    """Return the kernel as it is and as machine code, where that can be had."""
    plain = [kernel] if PLAIN or not kernels.available() else []
    return [*plain, kernels.jit(kernel)] if kernels.available() else plain


class Rows:
    """Random edges in rows, with numbers that no exchange of two of them leaves alike."""

    def __init__(self, seed: int, n_nodes: int = 7, n_edges: int = 16, *, forward_only: bool = True) -> None:
        rng = np.random.default_rng(seed)
        ends = rng.integers(0, n_nodes, (n_edges, 2))
        ends = np.sort(ends, axis=1) if forward_only else ends
        ends = ends[ends[:, 0] != ends[:, 1]]
        ends = ends[np.argsort(ends[:, 0], kind="stable")]
        self.tails, self.heads = ends[:, 0], ends[:, 1].astype(np.uint32)
        self.ptr = np.searchsorted(self.tails, np.arange(n_nodes + 1)).astype(np.uint64)
        self.numbers = rng.normal(size=len(ends))
        self.n_nodes, self.n_edges, self.rng = n_nodes, len(ends), rng

    def columns(self, width: int) -> Any:
        return self.rng.normal(size=(self.n_nodes, width) if width > 1 else self.n_nodes)
