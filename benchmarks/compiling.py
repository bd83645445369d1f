"""(2) From networkx, and from arrays, to something that can be swept."""

from __future__ import annotations

from collections.abc import Iterator

import networkx as nx
import numba  # noqa: F401, loaded at the start as after any large graph: all kernels are compiled

import graphdiff as gd
from benchmarks.graphs import EdgeArrays, layered
from benchmarks.peers import scipy_rows
from benchmarks.report import Row, Size, compare_with_memory


def run(size: Size) -> Iterator[Row]:
    """Time compile beside scipy's matrices, which are neither sorted nor checked."""
    arrays = layered(size.of(100_000), size.of(1_000_000))
    yield from _from_networkx(arrays.by_source, "inserted by source", size)
    yield from _from_networkx(arrays, "inserted in random order", size)
    large = layered(size.of(1_000_000), size.of(10_000_000))
    calls = {
        "graphdiff": lambda: gd.CompiledGraph.from_arrays(large.tails, large.heads, large.weights),
        "scipy coo -> csr": lambda: scipy_rows(large),
    }
    yield from compare_with_memory("compile arrays", large.text, calls, size)


def _from_networkx(arrays: EdgeArrays, inserted: str, size: Size) -> Iterator[Row]:
    graph = arrays.to_networkx()
    calls = {
        "graphdiff": lambda: gd.compile(graph),
        "nx.to_scipy_sparse_array": lambda: nx.to_scipy_sparse_array(graph),
    }
    yield from compare_with_memory("compile a networkx graph", f"{arrays.text}, {inserted}", calls, size)
