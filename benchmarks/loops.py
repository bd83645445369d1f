"""Large components with a cycle, banded, scattered, a mesh, dense, with signs or phases, beside scipy's own ways."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numba  # noqa: F401, loaded at the start as after any large graph
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import gmres, spsolve

import graphdiff as gd
from benchmarks.report import Row, Size, compare
from benchmarks.timing import Contestant


def run(size: Size) -> Iterator[Row]:
    """Time the first and the next question about components of 140,000 nodes, and of 10,000 dense ones."""
    n_nodes = size.of(140_000)
    yield from _solved("banded", n_nodes, _ahead(n_nodes, 5), size, _spsolve)
    yield from _solved("banded, signs", n_nodes, _ahead(n_nodes, 5), size, _spsolve, signs=1.3)
    yield from _solved("scattered", n_nodes, _ahead(n_nodes, n_nodes), size, _gmres)
    yield from _solved("mesh", n_nodes, _mesh(n_nodes), size, _spsolve)
    yield from _turned(n_nodes, size)
    yield from _dense(size.of(10_000), size)


def _spsolve(equations: Any, put_in: Any) -> Any:
    return spsolve(equations.tocsc(), put_in)


def _gmres(equations: Any, put_in: Any) -> Any:
    return gmres(equations, put_in, rtol=1e-12)[0]


def _ahead(n_nodes: int, width: int) -> NDArray[np.int64]:
    """Return the heads of a ring with three more edges from every node, up to `width` nodes ahead."""
    ring, random = np.arange(n_nodes), np.random.default_rng(0)
    return np.concatenate([ring + 1, np.tile(ring, 3) + random.integers(1, width, 3 * n_nodes)]) % n_nodes


def _mesh(n_nodes: int) -> NDArray[np.int64]:
    """Return the heads of a mesh: the nodes before and behind, and those of the rows before and behind."""
    steps = 1, -1, int(n_nodes**0.5), -int(n_nodes**0.5)
    return np.concatenate([(np.arange(n_nodes) + step) % n_nodes for step in steps])


def _graph(n_nodes: int, heads: NDArray[np.int64], weights: NDArray[Any]) -> gd.CompiledGraph:
    return gd.CompiledGraph.from_arrays(np.tile(np.arange(n_nodes), 4), heads, weights, cycles="solve")


def _solved(
    name: str, n_nodes: int, heads: NDArray[np.int64], size: Size, peer: Any, *, signs: float = 0.0
) -> Iterator[Row]:
    """Compare on four edges a node that add up to 0.95; with signs, which alone make walks end, to so much more."""
    weights = np.full(4 * n_nodes, 0.95 / 4)
    if signs:
        weights *= signs * np.random.default_rng(1).choice([-1.0, 1.0], 4 * n_nodes)
    graph = _graph(n_nodes, heads, weights)
    matrix = sparse.csr_array((weights, (heads, np.tile(np.arange(n_nodes), 4))), shape=(n_nodes, n_nodes))
    yield from _asked(name, graph, lambda put_in: peer((sparse.eye_array(n_nodes) - matrix).tocsr(), put_in), size)


def _asked(name: str, graph: gd.CompiledGraph, peer: Any, size: Size) -> Iterator[Row]:
    put_in = np.zeros(graph.n_nodes)
    put_in[0] = 1.0
    passes: dict[str, Contestant] = {
        "graphdiff": lambda: gd.forward(replace(graph, topology=graph.topology), 0),
        "graphdiff, asked again": lambda: gd.forward(graph, 0),
        "graphdiff, certificate": lambda: gd.explain(graph, 0, 1).certificate,
        "scipy, without a proof": lambda: peer(put_in),
    }
    about = f"one component, {name}, {graph.n_nodes:,} nodes, {graph.n_edges:,} edges"
    yield from compare("first question", about, passes, size)


def _turned(n_nodes: int, size: Size) -> Iterator[Row]:
    """Compare on complex weights."""
    tails, heads = np.tile(np.arange(n_nodes), 4), _ahead(n_nodes, 5)
    weights = 0.95 / 4 * np.exp(1j * np.random.default_rng(1).uniform(0, 6, 4 * n_nodes))
    columns = (column.tolist() for column in (tails, heads, weights))
    graph = gd.compile(list(zip(*columns, strict=True)), cycles="solve")
    matrix = sparse.csr_array((weights, (heads, tails)), shape=(n_nodes, n_nodes))
    equations = (sparse.eye_array(n_nodes) - matrix).tocsr()
    yield from _asked("banded, complex", graph, lambda put_in: _spsolve(equations, put_in), size)


def _dense(n_nodes: int, size: Size) -> Iterator[Row]:
    """Compare on a Leontief matrix: what a sector buys of every other is 0.3 to 0.8 of what it makes."""
    random = np.random.default_rng(0)
    bought = random.random((n_nodes, n_nodes))
    bought *= random.uniform(0.3, 0.8, n_nodes) / bought.sum(0)
    equations = np.eye(n_nodes) - bought.T
    graph = gd.compile(bought, cycles="solve")
    once = replace(size, repeats=1)  # minutes a round
    yield from _asked("dense", graph, lambda put_in: np.linalg.solve(equations, put_in), once)
