"""(5) Questions of large graphs beside a forward pass of the same, and of small ones beside a plain loop over dicts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

import numba  # noqa: F401, loaded at the start as after any large graph: all kernels are compiled
import numpy as np

import graphdiff as gd
from benchmarks.graphs import EdgeArrays, deep, layered, scattered
from benchmarks.peers import sorted_dict_loop
from benchmarks.report import Row, Size, compare


def run(size: Size) -> Iterator[Row]:
    """Time questions of 20 and 1,000 edges, which do not scale, of one and five million, and of a large cycle."""
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
    yield from _banded(size.of(140_000), size)


def _answers(graph: Any, source: Any, target: Any, *names: str) -> list[Any]:
    why = gd.explain(graph, source, target)
    parts = [getattr(why, name) for name in names]
    return [part(10) if callable(part) else part for part in parts]


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


#: What an explanation has, beside the parts that are asked for together.
PARTS = (
    "lengths", "effective_paths", "edge_contributions", "node_contributions", "bottlenecks", "first_steps", "strongest",
    "shortest", "cut", "cancellation", "__str__",
)  # fmt: skip


def _large(arrays: EdgeArrays, size: Size, names: Collection[str] | None = None) -> Iterator[Row]:
    """Time questions of floats, of both signs, and the parts of an explanation of these; or some, of floats."""
    signs = np.where(np.random.default_rng(1).random(len(arrays.weights)) < 0.2, -1, 1)
    kinds = [("", arrays.weights), *([(", both signs", arrays.weights * signs)] if names is None else [])]
    for kind, weights in kinds:
        graph = gd.CompiledGraph.from_arrays(arrays.tails, arrays.heads, weights)
        questions = _questions(graph, arrays.source, arrays.target)
        if kind:
            questions |= {f"explain: {part.strip('_')}": _part_of(graph, arrays, part) for part in PARTS}
            questions |= _tables(graph, arrays)
        for name in questions if names is None else names:
            question = questions[name]
            yield from _beside_a_pass(f"{name}{kind}", arrays, graph, question, size)


def _part_of(graph: Any, arrays: EdgeArrays, part: str) -> Callable[[], Any]:
    return lambda: (
        _answers(graph, arrays.source, arrays.target, part)
        if part != "__str__"
        else str(gd.explain(graph, arrays.source, arrays.target))
    )


def _tables(graph: Any, arrays: EdgeArrays) -> dict[str, Callable[[], Any]]:
    """Return what is asked of sensitivities, and the same graph with weights by name."""
    sensitive = gd.sensitivities(graph, arrays.source, arrays.target)
    named = dict(zip(graph.topology.edge_labels(), graph.weights.tolist(), strict=True))
    return {
        "sensitivities: top(10)": lambda: sensitive.top(10),
        "sensitivities: as an array": lambda: sensitive.array,
        "with_weights, a dict of all edges": lambda: graph.with_weights(named),
    }


def _beside_a_pass(name: str, arrays: EdgeArrays, graph: Any, question: Callable[[], Any], size: Size) -> Iterator[Row]:
    calls = {"graphdiff": question, "graphdiff, one pass": lambda: gd.forward(graph, arrays.source)}
    yield from compare(name, arrays.text, calls, size)


def _banded(n_nodes: int, size: Size) -> Iterator[Row]:
    """Time an explanation of walks round one component, up to 4 nodes on or back a step, with its strongest walks."""
    rng = np.random.default_rng(1)
    tails = np.repeat(np.arange(n_nodes), 4)
    heads = np.clip(tails + rng.choice([-4, -3, -2, -1, 1, 2, 3, 4], len(tails)), 0, n_nodes - 1)
    tails, heads = np.append(tails, np.arange(n_nodes)), np.append(heads, np.arange(1, n_nodes + 1) % n_nodes)
    graph = gd.CompiledGraph.from_arrays(tails, heads, np.full(len(tails), 0.95 / 5), cycles="solve")
    calls = {
        "graphdiff": lambda: _answers(graph, 0, n_nodes // 2, "total", "certificate", "strongest"),
        "graphdiff, forward": lambda: gd.forward(graph, 0),
    }
    yield from compare("explain on a cycle: total, certificate, strongest", f"{n_nodes:,} nodes, banded", calls, size)


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
