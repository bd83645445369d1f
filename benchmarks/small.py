"""(3) Small graphs: what a call costs when there is little to compute, before numba is loaded and after."""

from __future__ import annotations

import importlib
from collections.abc import Iterator

import graphdiff as gd
from benchmarks.graphs import EdgeArrays, scattered
from benchmarks.peers import dict_loop, networkx_order, sorted_dict_loop
from benchmarks.report import Row, Size, compare


def run(size: Size) -> Iterator[Row]:
    """Time public calls on 20 and 5,000 edges; the sizes are what is measured, so that they do not scale."""
    graphs = scattered(10, 20), scattered(1_000, 5_000)
    for arrays in graphs:
        yield from _calls(arrays, "numba not loaded", size)
    importlib.import_module("numba")
    for arrays in graphs:
        yield from _calls(arrays, "numba loaded", size)


def _calls(arrays: EdgeArrays, state: str, size: Size) -> Iterator[Row]:
    source, target = arrays.source, arrays.target
    graph = arrays.to_networkx()
    ready, order = gd.compile(graph), networkx_order(graph)
    text = f"(d) {arrays.text}, {state}"
    calls = {
        "graphdiff": lambda: gd.total_influence(ready, source, target),
        "networkx dict loop": lambda: dict_loop(graph, order, source)[target],
    }
    yield from compare("call on a compiled graph", text, calls, size)
    calls = {
        "graphdiff": lambda: gd.total_influence(graph, source, target),
        "networkx sort and dict loop": lambda: sorted_dict_loop(graph, source, target),
    }
    yield from compare("one-shot call from networkx", text, calls, size)
