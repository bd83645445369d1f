"""(4) The paths themselves: all of them, and the strongest."""

from __future__ import annotations

from collections.abc import Iterator
from math import comb, log
from pathlib import Path

import numba  # noqa: F401, loaded at the start as after any large graph: all kernels are compiled

import graphdiff as gd
from benchmarks.graphs import scattered
from benchmarks.peers import condensed, products_of_all_paths, rustworkx_paths, shortest_simple_paths
from benchmarks.report import Row, Size, compare

DEBIAN = Path(__file__).parents[1] / "data" / "bookworm.Packages.xz"
ENDS = ("kde-full", "libc6")


def run(size: Size) -> Iterator[Row]:
    """Time all paths of a complete graph (65,536 at full size), and the ten strongest of two thousand million."""
    n_nodes = 8 + round(log(size.of(1024), 2))
    arrays = scattered(n_nodes, comb(n_nodes, 2))
    graph = arrays.to_networkx()
    ready = gd.compile(graph)
    source, target = arrays.source, arrays.target
    calls = {
        "graphdiff": lambda: gd.total_influence(ready, source, target, method="naive"),
        "nx.all_simple_paths, products": lambda: products_of_all_paths(graph, source, target),
        **rustworkx_paths(graph, source, target),
    }
    text = f"{arrays.text}, {gd.count_paths(ready, source, target):,} paths"
    yield from compare("sum over all paths, one by one", text, calls, size)
    yield from _strongest(size)


def _strongest(size: Size) -> Iterator[Row]:
    packages = gd.read(DEBIAN)
    ready = gd.compile(packages, weight=gd.weights.even, cycles="collapse")
    lengths, ends = condensed(packages, ENDS)
    calls = {
        "graphdiff": lambda: gd.strongest_paths(ready, *ENDS, k=10),
        "nx.shortest_simple_paths, pruned": lambda: shortest_simple_paths(lengths, *ends, k=10),
        "graphdiff, 1,000 paths": lambda: gd.strongest_paths(ready, *ENDS, k=1_000),
    }
    text = f"Debian, {' to '.join(ENDS)}, {gd.count_paths(ready, *ENDS):,} paths"
    yield from compare("the ten strongest paths", text, calls, size)
