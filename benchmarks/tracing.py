"""(9) Traced computations: trace and one gradient beside HIPS autograd, many operations, and the sweep alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from importlib.util import find_spec

import networkx as nx
import numba  # noqa: F401, loaded at the start as after any large graph: all kernels are compiled

import graphdiff as gd
from benchmarks.report import Row, Size, compare
from benchmarks.timing import Contestant

Number = float
#: Operations in one turn of the program: two products, a sine and a sum.
PER_TURN = 4


def program(x: Number, y: Number, sin: Callable[[Number], Number], turns: int) -> Number:
    """Return a number that hangs on two in `PER_TURN` operations a turn, none of them on the same numbers."""
    for _ in range(turns):
        z = x * y
        x = sin(z) + 0.1
        y = y * 0.999
    return x


def run(size: Size) -> Iterator[Row]:
    """Time 10^4 and 10^5 operations."""
    few, many = (max(1, size.of(operations) // PER_TURN) for operations in (10_000, 100_000))
    yield from _gradients(few, size)
    yield from _gradients(many, size)
    yield from _alone(many, size)


def traced(turns: int) -> nx.MultiDiGraph:
    """Return the graph of the program."""
    return gd.trace(lambda x, y: program(x, y, math.sin, turns), 0.5, 0.7)


def _gradients(turns: int, size: Size) -> Iterator[Row]:
    def own() -> object:
        graph = traced(turns)
        return gd.reverse(graph, graph.graph["outputs"][0])

    calls: dict[str, Contestant] = {"graphdiff": own, **autograd_gradient(turns)}
    calls["graphdiff, the trace alone"] = lambda: traced(turns)
    yield from compare("trace and one gradient", f"{PER_TURN * turns:,} operations", calls, size)


def autograd_gradient(turns: int) -> dict[str, Contestant]:
    """Return the gradient by autograd, where that is installed."""
    if not find_spec("autograd"):
        return {}
    import autograd
    import autograd.numpy as anp

    gradient = autograd.grad(lambda x, y: program(x, y, anp.sin, turns), (0, 1))
    return {"HIPS autograd": lambda: gradient(0.5, 0.7)}


def _alone(turns: int, size: Size) -> Iterator[Row]:
    """The sweep over a traced graph beside the same sweep over a graph that came as arrays."""
    graph = gd.compile(traced(turns))
    output = next(name for name in reversed(graph.labels) if name == f"x#{turns}")
    arrays = gd.CompiledGraph.from_arrays(graph.tails, graph.heads, graph.weights)
    place = graph.labels.index(output)
    calls = {"graphdiff": lambda: gd.reverse(graph, output), "from arrays": lambda: gd.reverse(arrays, place)}
    yield from compare("reverse pass over a traced graph", f"{graph.n_edges:,} edges", calls, size)
