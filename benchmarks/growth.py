"""(6) Time and memory against the number of edges: compiling arrays in random order, then one pass."""

from __future__ import annotations

from collections.abc import Iterator

import numba  # noqa: F401, loaded at the start as after any large graph: all kernels are compiled

import graphdiff as gd
from benchmarks.graphs import band
from benchmarks.peers import c_sweeps, scipy_rows
from benchmarks.report import Row, Size, compare_with_memory

#: How many edges there are, ten to a node.
EDGES = (100_000, 1_000_000, 10_000_000, 100_000_000)


def run(size: Size) -> Iterator[Row]:
    """Compile beside scipy's sparse rows and sweep beside C, on ever larger graphs."""
    for n_edges in map(size.of, EDGES):
        yield from _grown(n_edges, Size(size.scale, min(size.repeats, 1 + 10_000_000 // n_edges)))


def _grown(n_edges: int, size: Size) -> Iterator[Row]:
    arrays = band(max(2, n_edges // 10), n_edges)
    compiling = {
        "graphdiff": lambda: gd.CompiledGraph.from_arrays(arrays.tails, arrays.heads, arrays.weights),
        "scipy coo -> csr": lambda: scipy_rows(arrays),
    }
    yield from compare_with_memory("compile arrays", arrays.text, compiling, size)
    graph = compiling["graphdiff"]()
    assert isinstance(graph, gd.CompiledGraph)
    sweeping = {"graphdiff": lambda: gd.forward(graph, arrays.source)}
    sweeping |= c_sweeps(graph, arrays.source, arrays.target).get("forward", {})
    yield from compare_with_memory("forward pass", arrays.text, sweeping, size)
