"""A million nodes and five million edges: what one asks of a graph, once each, from the imports to the last answer.

All of it is to take less than 30 s and 2 GB. This module imports nothing large: the imports are the first step.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Any

from benchmarks.report import Row, Size

MODULES = "numba", "benchmarks.graphs", "graphdiff.graph.compiled", "graphdiff.sums.influence"


def run(size: Size) -> Iterator[Row]:
    """Time every step once, each beside one pass over the compiled graph, and then all of them together."""
    seconds: dict[str, float] = {}

    def timed(step: str, call: Callable[[], Any]) -> Any:
        start = perf_counter()
        result = call()
        seconds[step] = perf_counter() - start
        return result

    timed("imports", lambda: [importlib.import_module(name) for name in MODULES])
    text, again = _asked(size, timed)
    one_pass = min(_seconds(again) for _ in range(size.repeats))
    seconds["all of it, a whole process"] = sum(seconds.values())
    for step, own in seconds.items():
        yield Row(step, text, own, "graphdiff, one pass", one_pass, one_pass / own)


def _asked(size: Size, timed: Callable[[str, Callable[[], Any]], Any]) -> tuple[str, Callable[[], Any]]:
    """Ask everything once; return what the graph is, and one pass over it."""
    import graphdiff as gd
    from benchmarks.graphs import band

    arrays = timed("edges made", lambda: band(size.of(1_000_000), size.of(5_000_000)))
    ends = arrays.source, arrays.target
    graph = timed("compile", lambda: gd.CompiledGraph.from_arrays(arrays.tails, arrays.heads, arrays.weights))
    why = timed("explain", lambda: gd.explain(graph, *ends))
    timed("total, number of paths, certificate", lambda: (why.total, why.n_paths, why.certificate))
    timed("place, last steps", lambda: (why.place, why.last_steps()))
    timed("top 10 edges and nodes", lambda: (why.edge_contributions.top(10), why.node_contributions.top(10)))
    (edge, _), *_ = timed("shares: top 10", lambda: why.edge_shares.top(10))
    timed("shares: one edge", lambda: why.edge_shares[edge])
    timed("ten strongest paths", lambda: gd.strongest_paths(graph, *ends, k=10))
    timed("prune to 30 nodes", lambda: gd.prune(graph, *ends, max_nodes=30))
    timed("what_if without an edge", lambda: gd.what_if(graph, *ends, remove_edges=[edge]).change)
    timed("sensitivities: top 10", lambda: gd.sensitivities(graph, *ends).top(10))
    timed("cut every path", lambda: gd.cut(graph, *ends))
    return arrays.text, lambda: gd.forward(graph, arrays.source)


def _seconds(call: Callable[[], Any]) -> float:
    start = perf_counter()
    call()
    return perf_counter() - start
