"""(3) Small graphs: what a call costs when there is little to compute, before numba is loaded and after."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from functools import partial
from typing import Any

import networkx as nx

import graphdiff as gd
from benchmarks.graphs import EdgeArrays, scattered
from benchmarks.peers import count_loop, dict_loop, networkx_order, part_loops, sorted_dict_loop
from benchmarks.report import Row, Size, compare
from benchmarks.timing import Contestant


def run(size: Size) -> Iterator[Row]:
    """Time public calls on 20, 1,000 and 5,000 edges; the sizes are what is measured, so that they do not scale."""
    graphs = scattered(10, 20), scattered(200, 1_000), scattered(1_000, 5_000)
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
    own: Contestant = partial(gd.total_influence, ready, source, target)
    calls: dict[str, Contestant] = {
        "graphdiff": own,
        "networkx dict loop": lambda: dict_loop(graph, order, source)[target],
    }
    yield from compare("call on a compiled graph", text, calls, size)
    loop: dict[str, Contestant] = {"networkx sort and dict loop": partial(sorted_dict_loop, graph, source, target)}
    yield from compare("compile", text, {"graphdiff": partial(gd.compile, graph), **loop}, size)
    for measure, function, ends, peer in _questions(graph, source, target):
        for form, given in (("one-shot call from networkx", graph), ("on a compiled graph", ready)):
            calls = {"graphdiff": partial(function, given, *ends), **peer}
            yield from compare(f"{measure}, {form}", text, calls, size)


def _questions(
    graph: nx.DiGraph, source: int, target: int
) -> Iterator[tuple[str, Any, tuple[int, ...], dict[str, Contestant]]]:
    """Yield what is asked, the function, its ends, and a plain loop over networkx's dicts that does the same."""
    both = source, target
    loop: dict[str, Contestant] = {"networkx sort and dict loop": partial(sorted_dict_loop, graph, *both)}
    counts: dict[str, Contestant] = {
        "networkx sort and dict loop": lambda: count_loop(graph, networkx_order(graph), source)[target]
    }
    parts: dict[str, Contestant] = {"networkx sort and two dict loops": partial(part_loops, graph, *both)}
    yield "total", gd.total_influence, both, loop
    yield "forward", gd.forward, (source,), loop
    yield "reverse", gd.reverse, (target,), loop
    yield "number of paths", gd.count_paths, both, counts
    yield "contributions of edges as a dict", _parts, both, parts
    yield "explain: total, paths, certificate", _explained, both, parts
    for measure, function in OTHERS.items():
        yield measure, function, both, parts


def _uncertain(graph: Any, source: int, target: int) -> Any:
    sd = dict.fromkeys(graph.edges() if isinstance(graph, gd.CompiledGraph) else graph.edges, 0.1)
    return gd.uncertainty(graph, source, target, sd=sd)


#: What is asked less often of a small graph; there is no peer that does it, so that two loops are its measure.
OTHERS: dict[str, Any] = {
    "what_if without a node": lambda graph, *ends: gd.what_if(graph, *ends, remove_nodes=[sum(ends) // 2]),
    "sensitivities as a dict": lambda graph, *ends: dict(gd.sensitivities(graph, *ends)),
    "uncertainty": _uncertain,
    "strongest path": lambda graph, *ends: gd.strongest_paths(graph, *ends, k=1),
    "diagnose": gd.diagnose,
}


def _parts(graph: Any, source: int, target: int) -> dict[Any, Any]:
    return dict(gd.edge_contributions(graph, source, target))


def _explained(graph: Any, source: int, target: int) -> tuple[Any, ...]:
    why = gd.explain(graph, source, target)
    return why.total, why.n_paths, why.certificate
