"""(4) The paths themselves: all of them, the strongest, and what a graph is without some."""

from __future__ import annotations

from collections.abc import Iterator
from math import comb, log
from pathlib import Path

import numba  # noqa: F401, loaded at the start as after any large graph: all kernels are compiled

import graphdiff as gd
from benchmarks.graphs import EdgeArrays, layered, scattered
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
    yield from _of_millions(layered(size.of(1_000_000), size.of(5_000_000), n_layers=8), size)
    yield from _of_millions(layered(size.of(105_000), size.of(5_250_000), n_layers=50), size)
    yield from _without_one(scattered(2_000, 10_000), size)
    yield from _without_one(layered(2_000, 10_000, n_layers=50), size)


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


def _of_millions(arrays: EdgeArrays, size: Size) -> Iterator[Row]:
    """Time questions of five million edges beside one pass over them."""
    graph = gd.CompiledGraph.from_arrays(arrays.tails, arrays.heads, arrays.weights)
    ends = arrays.source, arrays.target
    edge = gd.strongest_paths(graph, *ends, k=1)[0].edges[0]
    questions = {
        "the ten strongest paths": lambda: gd.strongest_paths(graph, *ends, k=10),
        "the thousand strongest paths": lambda: gd.strongest_paths(graph, *ends, k=1_000),
        "those that cover a part, a thousand at most": lambda: gd.strongest_paths(graph, *ends, coverage=0.5, k=1_000),
        "prune to 30 nodes": lambda: gd.prune(graph, *ends, max_nodes=30),
        "prune to a thousandth of the influence": lambda: gd.prune(graph, *ends, nodes=0.001, edges=0.5),
        "what_if without an edge": lambda: gd.what_if(graph, *ends, remove_edges=[edge]),
    }
    for name, question in questions.items():
        calls = {"graphdiff": question, "graphdiff, one pass": lambda: gd.forward(graph, ends[0])}
        yield from compare(name, arrays.text, calls, size)


def _without_one(arrays: EdgeArrays, size: Size) -> Iterator[Row]:
    """Time what is left without an edge, and which to cut, of 10,000 edges, which do not scale, beside one pass."""
    graph = gd.CompiledGraph.from_arrays(arrays.tails, arrays.heads, arrays.weights)
    ends = arrays.source, arrays.target
    edge = gd.strongest_paths(graph, *ends, k=1)[0].edges[0]
    questions = {
        "what_if without an edge": lambda: gd.what_if(graph, *ends, remove_edges=[edge]),
        "cut every path": lambda: gd.cut(graph, *ends),
        "cut half of it": lambda: gd.cut(graph, *ends, part=0.5),
    }
    for name, question in questions.items():
        calls = {"graphdiff": question, "graphdiff, one pass": lambda: gd.forward(graph, ends[0])}
        yield from compare(name, arrays.text, calls, size)
