"""Large components with a cycle, banded and scattered: solved for one source, beside scipy's own ways."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numba  # noqa: F401, loaded at the start as after any large graph
import numpy as np
from scipy import sparse
from scipy.sparse.linalg import gmres, spsolve

import graphdiff as gd
from benchmarks.report import Row, Size, compare
from benchmarks.timing import Contestant


def run(size: Size) -> Iterator[Row]:
    """Time the first and the next question about a component of 140,000 nodes."""
    n_nodes = size.of(140_000)
    yield from _solved("banded", n_nodes, 5, size, lambda equations, put_in: spsolve(equations.tocsc(), put_in))
    yield from _solved(
        "scattered", n_nodes, n_nodes, size, lambda equations, put_in: gmres(equations, put_in, rtol=1e-12)[0]
    )


def _solved(name: str, n_nodes: int, width: int, size: Size, peer: Any) -> Iterator[Row]:
    """A ring with three more edges from every node, up to `width` nodes ahead: rows add up to 0.95."""
    ring, random = np.arange(n_nodes), np.random.default_rng(0)
    tails = np.tile(ring, 4)
    heads = np.concatenate([(ring + 1) % n_nodes, (tails[n_nodes:] + random.integers(1, width, 3 * n_nodes)) % n_nodes])
    weights = np.full(len(tails), 0.95 / 4)
    graph = gd.CompiledGraph.from_arrays(tails, heads, weights, cycles="solve")
    matrix = sparse.csr_array((weights, (heads, tails)), shape=(n_nodes, n_nodes))
    equations = (sparse.eye_array(n_nodes) - matrix).tocsr()
    put_in = np.zeros(n_nodes)
    put_in[0] = 1.0
    passes: dict[str, Contestant] = {
        "graphdiff": lambda: gd.forward(replace(graph, topology=graph.topology), 0),
        "graphdiff, asked again": lambda: gd.forward(graph, 0),
        "scipy, without a proof": lambda: peer(equations, put_in),
    }
    yield from compare(
        "first question", f"one component, {name}, {n_nodes:,} nodes, {len(tails):,} edges", passes, size
    )
