"""(6) Time and memory against the number of edges: compiling arrays in random order, one pass, opening a file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numba  # noqa: F401, loaded at the start as after any large graph: all kernels are compiled

import graphdiff as gd
from benchmarks.graphs import EdgeArrays, band
from benchmarks.peers import c_sweeps, scipy_rows
from benchmarks.report import Row, Size, compare, compare_with_memory

#: How many edges there are, ten to a node.
EDGES = (100_000, 1_000_000, 10_000_000, 100_000_000)


def run(size: Size) -> Iterator[Row]:
    """Compile beside scipy's sparse rows, sweep beside C, open beside compiling, on ever larger graphs."""
    for n_edges in map(size.of, EDGES):
        yield from _grown(band(max(2, n_edges // 10), n_edges), size)


def _grown(arrays: EdgeArrays, size: Size) -> Iterator[Row]:
    def compiled() -> gd.CompiledGraph:
        return gd.CompiledGraph.from_arrays(arrays.tails, arrays.heads, arrays.weights)

    # A compilation of many seconds is steady enough by itself.
    once = Size(size.scale, min(size.repeats, 1 + 10_000_000 // len(arrays.tails)))
    compiling = {"graphdiff": compiled, "scipy coo -> csr": lambda: scipy_rows(arrays)}
    yield from compare_with_memory("compile arrays", arrays.text, compiling, once)
    graph = compiled()
    sweeping = {"graphdiff": lambda: gd.forward(graph, arrays.source)}
    sweeping |= c_sweeps(graph, arrays.source, arrays.target).get("forward", {})
    yield from compare_with_memory("forward pass", arrays.text, sweeping, size)
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder) / "edges.graph"
        graph.save(saved)
        opening = {"graphdiff": lambda: gd.CompiledGraph.load(saved), "compile arrays": compiled}
        yield from compare("open a saved graph", arrays.text, opening, once)
