"""(4) Results: what it takes to look at one, beside a bare `numpy.argpartition` and a look into a dict."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import numpy as np

import graphdiff as gd
from benchmarks.graphs import layered
from benchmarks.report import Row, Size, compare, compare_each

#: So many entries are looked up in one measurement.
LOOKED_UP = 1_000
#: In graphs of up to so many edges, entries are held against one dict of all.
IN_A_DICT = 2_000_000


def run(size: Size) -> Iterator[Row]:
    """Time the entries of results of graphs of 20,000, 2 million and 20 million edges."""
    for n_nodes, n_edges in ((2_000, 20_000), (200_000, 2_000_000), (2_000_000, 20_000_000)):
        yield from _looks(size.of(n_nodes), size.of(n_edges), size)


def _looks(n_nodes: int, n_edges: int, size: Size) -> Iterator[Row]:
    arrays = layered(n_nodes, n_edges, n_layers=min(100, n_nodes))
    graph = gd.CompiledGraph.from_arrays(arrays.tails, arrays.heads, arrays.weights)
    edges = gd.edge_contributions(graph, arrays.source, arrays.target)
    text = arrays.text
    for name, result in {"forward": gd.forward(graph, arrays.source), "edges": edges, "shares": edges.shares}.items():
        numbers = result.array
        least = max(len(numbers) - 3, 0)

        def partition(numbers: Any = numbers, least: int = least) -> Any:
            return np.argpartition(np.abs(numbers), least)

        looks = {f"{name}: {what}": look for what, look in _whole(result).items()}
        yield from compare_each(text, looks, {"numpy argpartition": partition}, size)
    if n_edges <= IN_A_DICT:
        yield from _lookups(edges, text, size)


def _whole(result: Any) -> dict[str, Callable[[], Any]]:
    """Return looks at a result that go over all its numbers."""
    return {
        "top(3)": lambda: result.top(3),
        "top(1000)": lambda: result.top(1_000),
        "repr": lambda: repr(result),
        "len": lambda: len(result),
        "table in a notebook": result._repr_html_,
        "first five items": lambda: list(islice(result.items(), 5)),
    }


def _lookups(edges: Any, text: str, size: Size) -> Iterator[Row]:
    known = dict(edges.items())
    some = [key for key, _ in edges.top(LOOKED_UP)]
    calls: dict[str, Callable[[], Any]] = {
        "graphdiff": lambda: [edges[key] for key in some],
        "dict": lambda: [known[key] for key in some],
    }
    yield from compare(f"edges: {len(some):,} looked up", text, calls, size)
    calls = {
        "graphdiff": lambda: [edges.shares[key] for key in some],
        "dict": lambda: [known[key] / edges.total for key in some],
    }
    yield from compare(f"shares: {len(some):,} looked up", text, calls, size)
    calls = {"graphdiff": lambda: dict(edges.items()), "dict": lambda: dict(known.items())}
    yield from compare("edges: all as a dict", text, calls, size)
