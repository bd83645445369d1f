"""(1) One pass over large compiled graphs, forward and reverse, beside C, scipy and networkx."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numba  # noqa: F401, loaded at the start as after any large graph: all kernels are compiled

import graphdiff as gd
from benchmarks.graphs import EdgeArrays, band, diamonds, layered, preferential, with_components
from benchmarks.peers import c_as_given, c_sweeps, dict_loop, networkx_order, scipy_forward
from benchmarks.report import Row, Size, compare


def run(size: Size) -> Iterator[Row]:
    """Time passes over (a), (b), a deep graph and (c), and over a tenth of (a) for the peer that takes dicts."""
    yield from _beside_arrays(layered(size.of(1_000_000), size.of(10_000_000)), size)
    yield from _beside_arrays(preferential(size.of(1_000_000)), size)
    yield from _beside_arrays(band(size.of(1_000_000), size.of(5_000_000)), size)
    yield from _beside_arrays(diamonds(size.of(1_000_000)), size)
    yield from _around_cycles(with_components(size.of(1_000_000), size.of(5_000_000), size.of(1_000)), size)
    yield from _beside_dicts(layered(size.of(100_000), size.of(1_000_000)), size)


def _beside_arrays(arrays: EdgeArrays, size: Size) -> Iterator[Row]:
    graph = gd.CompiledGraph.from_arrays(arrays.tails, arrays.heads, arrays.weights)
    compiled_c = c_sweeps(graph, arrays.source, arrays.target)
    passes = {
        "graphdiff": lambda: gd.forward(graph, arrays.source),
        **compiled_c.get("forward", {}),
        **c_as_given(graph, arrays),
        **scipy_forward(graph, arrays.source),
    }
    yield from compare("forward pass", arrays.text, passes, size)
    passes = {
        "graphdiff": lambda: gd.reverse(graph, arrays.target),
        **compiled_c.get("reverse", {}),
        "graphdiff forward": lambda: gd.forward(graph, arrays.source),
    }
    yield from compare("reverse pass", arrays.text, passes, size)
    shares = {
        "graphdiff": lambda: gd.edge_contributions(graph, arrays.source, arrays.target),
        "graphdiff, one pass": lambda: gd.forward(graph, arrays.source),
    }
    yield from compare("what flows through every edge", arrays.text, shares, size)


def _beside_dicts(arrays: EdgeArrays, size: Size) -> Iterator[Row]:
    graph = arrays.by_source.to_networkx()
    ready, order = gd.compile(graph), networkx_order(graph)
    passes = {
        "graphdiff": lambda: gd.forward(ready, arrays.source),
        "networkx dict loop": lambda: dict_loop(graph, order, arrays.source),
    }
    yield from compare("forward pass", arrays.text, passes, size)


def _around_cycles(arrays: EdgeArrays, size: Size) -> Iterator[Row]:
    """The first question finds what lies on the way and solves it; the next ones know."""
    graph = gd.CompiledGraph.from_arrays(arrays.tails, arrays.heads, arrays.weights, cycles="solve")
    passes = {
        "graphdiff": lambda: gd.forward(replace(graph, topology=replace(graph.topology)), arrays.source),
        "graphdiff, asked again": lambda: gd.forward(graph, arrays.source),
    }
    yield from compare('first question, cycles="solve"', arrays.text, passes, size)
