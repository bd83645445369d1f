"""(7) Two large graphs compared: matching, row by row, by itself; then one total and what moved it, in passes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numba  # noqa: F401, loaded at the start as after any large graph: all kernels are compiled
import numpy as np

import graphdiff as gd
from benchmarks.graphs import EdgeArrays, layered, preferential
from benchmarks.peers import sparse_difference
from benchmarks.report import Row, Size, compare
from graphdiff.change.compare import Pair
from graphdiff.change.match import matched

#: The part of the edges whose weight changes, and one edge in so many that is gone.
CHANGED = {"1 % of the weights changed": 0.01, "all weights changed": 1.0}
GONE = 10_000


def run(size: Size) -> Iterator[Row]:
    """Compare a graph with itself a little later."""
    for arrays in (layered(size.of(1_000_000), size.of(10_000_000)), preferential(size.of(1_000_000))):
        for name, part in CHANGED.items():
            yield from _compared(arrays, later(arrays, part), f"{arrays.text}, {name}", size)


def later(arrays: EdgeArrays, part: float) -> EdgeArrays:
    """Return the same graph with a part of the weights changed and a few edges gone."""
    rng = np.random.default_rng(3)
    weights = arrays.weights.copy()
    chosen = rng.random(len(weights)) < part
    weights[chosen] *= 1.25
    kept = np.flatnonzero(rng.integers(0, GONE, len(weights)))
    return replace(arrays, tails=arrays.tails[kept], heads=arrays.heads[kept], weights=weights[kept])


def _compared(old: EdgeArrays, new: EdgeArrays, text: str, size: Size) -> Iterator[Row]:
    graphs = [gd.CompiledGraph.from_arrays(each.tails, each.heads, each.weights) for each in (old, new)]
    once = Size(size.scale, min(size.repeats, 3))
    matching = {"graphdiff": lambda: matched(*graphs, {}), "scipy, A' - A": sparse_difference(*graphs)}
    yield from compare("match two graphs", text, matching, once)
    pair = Pair((graphs[0], graphs[1]), matched(*graphs, {}), {})
    asked = {"graphdiff": _question(pair, old), "one forward pass": lambda: gd.forward(graphs[0], old.source)}
    yield from compare("compare one total, matched", text, asked, size)


def _question(pair: Pair, arrays: EdgeArrays) -> Callable[[], object]:
    def question() -> object:
        return pair.comparison(arrays.source, arrays.target).attribution

    return question
