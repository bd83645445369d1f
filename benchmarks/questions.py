"""(5) Questions of large graphs beside a forward pass of the same, and of small ones beside a plain loop over dicts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

import numba  # noqa: F401, loaded at the start as after any large graph: all kernels are compiled

import graphdiff as gd
from benchmarks.graphs import EdgeArrays, deep, layered, scattered
from benchmarks.peers import sorted_dict_loop
from benchmarks.report import Row, Size, compare


def run(size: Size) -> Iterator[Row]:
    """Time questions of 20 and 1,000 edges, which do not scale, and of one and five million."""
    for n_nodes, n_edges in ((10, 20), (200, 1_000)):
        yield from _small(scattered(n_nodes, n_edges), size)
    for n_nodes, n_edges in ((200_000, 1_000_000), (1_000_000, 5_000_000)):
        yield from _large(layered(size.of(n_nodes), size.of(n_edges), n_layers=8), size)
    # Of many layers, and deep, where numbers of paths have ten thousands of digits.
    for arrays in (
        layered(size.of(105_000), size.of(5_250_000), n_layers=50),
        deep(size.of(200_000), size.of(1_200_000)),
        deep(size.of(200_000), size.of(2_200_000)),
    ):
        yield from _large(arrays, size, ("diagnose", "diagnose, and its report"))


def _answers(graph: Any, source: Any, target: Any, *names: str) -> list[Any]:
    why = gd.explain(graph, source, target)
    parts = [getattr(why, name) for name in names]
    return [part() if callable(part) else part for part in parts]


def _questions(graph: Any, source: Any, target: Any) -> dict[str, Callable[[], Any]]:
    """Return the questions that are asked of graphs of any size."""
    parts = ("total", "certificate", "place", "last_steps")
    return {
        "explain: total": lambda: _answers(graph, source, target, "total"),
        "explain: total, certificate, place, last steps": lambda: _answers(graph, source, target, *parts),
        "explain: the same and the number of paths": lambda: _answers(graph, source, target, *parts, "n_paths"),
        "sensitivities": lambda: gd.sensitivities(graph, source, target),
        "diagnose": lambda: gd.diagnose(graph, source, target),
        "diagnose, and its report": lambda: str(gd.diagnose(graph, source, target)),
    }


def _large(arrays: EdgeArrays, size: Size, names: Collection[str] | None = None) -> Iterator[Row]:
    """Time all questions of a graph, or some."""
    graph = gd.CompiledGraph.from_arrays(arrays.tails, arrays.heads, arrays.weights)
    questions = _questions(graph, arrays.source, arrays.target)
    for name, question in questions.items():
        if names is None or name in names:
            calls = {"graphdiff": question, "graphdiff, one pass": lambda: gd.forward(graph, arrays.source)}
            yield from compare(name, arrays.text, calls, size)


def _small(arrays: EdgeArrays, size: Size) -> Iterator[Row]:
    graph = arrays.to_networkx()
    source, target = arrays.source, arrays.target
    middle = next(node for node in graph if node not in (source, target))
    questions = {
        "explain: total, number of paths, certificate": lambda: _answers(
            graph, source, target, "total", "n_paths", "certificate"
        ),
        **_questions(graph, source, target),
        "what_if without a node": lambda: gd.what_if(graph, source, target, remove_nodes=[middle]),
    }
    for name, question in questions.items():
        calls = {
            "graphdiff": question,
            "networkx sort and dict loop": lambda: sorted_dict_loop(graph, source, target),
        }
        yield from compare(name, arrays.text, calls, size)
