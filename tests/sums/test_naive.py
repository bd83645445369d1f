"""The definition itself, path by path: in lists, and on arrays by the Python that the kernel is made of."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from graphs import as_python, diamonds, engine, path_sum, weighted

import graphdiff as gd
from graphdiff.arithmetic import SAFE_INT
from graphdiff.errors import CycleError, TooManyPathsError
from graphdiff.sums import naive
from graphdiff.sums.between import between_ends
from graphdiff.sums.naive import sum_over_paths

EDGES = [("s", "a", 2), ("s", "b", -3), ("a", "b", 4), ("a", "t", 5), ("b", "t", 7), ("s", "t", 1), ("b", "u", 11)]
MOST = int(SAFE_INT)


@pytest.fixture(params=["lists", "arrays"])
def walked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with engine("plain Python"):
        if request.param == "arrays":
            as_python(monkeypatch, naive)
        yield request.param


@pytest.mark.parametrize("kind", [int, float, Fraction, complex])
def test_the_sum_is_that_of_all_paths(walked: str, kind: Any) -> None:
    graph = weighted([(u, v, kind(w)) for u, v, w in EDGES])
    compiled = gd.compile(graph)
    for source in ("s", "a", "t"):
        for target in ("t", "u", "s"):
            found = sum_over_paths(between_ends(compiled, source, target))
            assert found == path_sum(graph, source, target)
    assert sum_over_paths(between_ends(compiled, {"s": kind(2), "a": kind(-1)}, {"t": kind(3), "u": kind(5)})) == 3 * (
        2 * path_sum(graph, "s", "t") - path_sum(graph, "a", "t")
    ) + 5 * (2 * path_sum(graph, "s", "u") - path_sum(graph, "a", "u"))
    assert sum_over_paths(between_ends(compiled, ["s", "a"], ["t", "t"][:1])) == path_sum(graph, "s", "t") + path_sum(
        graph, "a", "t"
    )


def test_arrays_are_taken_where_they_hold_the_sum(walked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    if walked == "arrays":
        monkeypatch.setattr(naive, "jit", lambda kernel: lambda *given: asked.append(given) or kernel(*listed(given)))
    graph = weighted([(u, v, float(w)) for u, v, w in EDGES])
    between = between_ends(gd.compile(graph), {"s": 2.0}, {"t": 3.0})
    assert sum_over_paths(between) == 6 * path_sum(graph, "s", "t")
    assert len(asked) == (walked == "arrays")
    for ptr, heads, weights, factors, edges, ends, products, *_ in asked:
        index = between.graph.heads.dtype
        assert ptr.dtype == heads.dtype == edges.dtype == ends.dtype == index
        assert weights.dtype == factors.dtype == products.dtype == np.float64
        assert len(edges) == len(ends) == len(products) == between.n_nodes
        assert sorted(factors.tolist()) == [0, 0, 0, 3]


def listed(given: tuple[Any, ...]) -> Iterator[Any]:
    return (each.tolist() if isinstance(each, np.ndarray) else each for each in given)


@pytest.mark.parametrize(
    "weights, seeds, fits",
    [
        ([MOST // 2 - 1, MOST // 2], ({}, {}), True),
        ([MOST // 2, MOST // 2], ({}, {}), False),
        ([MOST // 2, -MOST // 2], ({}, {}), False),
        ([1, 2], ({"s": 3}, {"t": 5}), True),
        ([1, 2], ({"s": MOST}, {}), False),
        ([1, 2], ({"s": 0.5}, {}), False),
        ([1, 2], ({}, {"t": Fraction(1, 2)}), False),
        ([0.5, 2.0], ({"s": 0.5}, {}), True),
        ([0.5, 2.0], ({}, {"t": 1j}), False),
        ([1e300, 1e300], ({}, {}), True),
    ],
)
def test_a_sum_fits_where_sizes_stay_below_what_wraps(weights: Any, seeds: Any, fits: bool) -> None:
    graph = gd.CompiledGraph.from_arrays([0, 0], [1, 1], np.array(weights))
    starts, ends = ({{"s": 0, "t": 1}[name]: seed for name, seed in end.items()} for end in seeds)
    between = between_ends(graph, starts or 0, ends or 1)
    assert bool(naive._fit(between, np.array(weights)[between.edges])) == fits
    nothing = between_ends(graph, 1, 0)
    assert naive._fit(nothing, np.array(weights)[nothing.edges])


def test_more_paths_than_allowed_are_counted_and_refused() -> None:
    between = between_ends(gd.compile(diamonds(3)), 0, 9)
    assert sum_over_paths(between, 8) == sum_over_paths(between) == 8
    with pytest.raises(TooManyPathsError, match="8 paths, more than max_paths=7") as caught:
        sum_over_paths(between, 7)
    assert (caught.value.n_paths, caught.value.max_paths) == (8, 7)
    with pytest.raises(TooManyPathsError, match="max_paths=1_000_000"):
        sum_over_paths(between_ends(gd.compile(diamonds(20)), 0, 60))
    loop = gd.compile(weighted([("s", "s", 0.5), ("s", "t", 1.0)]), cycles="solve")
    with pytest.raises(CycleError, match="infinitely many"):
        sum_over_paths(between_ends(loop, "s", "t"))
