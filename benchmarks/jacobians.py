"""(6) Many columns at once: Jacobians beside scipy's triangular solver, and on two threads."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numba  # noqa: F401, loaded at the start as after any large graph: all kernels are compiled

import graphdiff as gd
from benchmarks.graphs import EdgeArrays, layered, preferential
from benchmarks.peers import scipy_columns
from benchmarks.report import Row, Size, compare

COLUMNS = 32
TARGETS = 1_000
#: Sources stand in the first layer, behind the few nodes in the midst of the graph that nothing happens to enter.
AFTER = 100


def run(size: Size) -> Iterator[Row]:
    """Time 32 columns over (a) and (b), each from its own source to the thousand nodes that come last."""
    yield from _columns(layered(size.of(1_000_000), size.of(10_000_000)), size)
    yield from _columns(preferential(size.of(1_000_000)), size)


def _columns(arrays: EdgeArrays, size: Size) -> Iterator[Row]:
    graph = gd.CompiledGraph.from_arrays(arrays.tails, arrays.heads, arrays.weights)
    sources, targets = graph.labels[AFTER : AFTER + COLUMNS].tolist(), graph.labels[-TARGETS:].tolist()
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(2) as two:
        calls = {
            "graphdiff": lambda: gd.jacobian(graph, sources, targets, method="forward"),
            "scipy spsolve_triangular, 32 right sides": scipy_columns(graph, sources),
            "graphdiff, one thread": lambda: gd.jacobian(graph, sources, targets, method="forward", executor=one),
            "graphdiff, one pass a column": lambda: [gd.forward(graph, source) for source in sources],
        }
        yield from compare(f"Jacobian, {COLUMNS} columns", arrays.text, calls, size)
        calls = {
            "graphdiff": lambda: gd.jacobian(graph, sources, targets, method="forward", executor=two),
            "graphdiff, one thread": lambda: gd.jacobian(graph, sources, targets, method="forward", executor=one),
        }
        yield from compare("two threads over blocks", arrays.text, calls, size)
