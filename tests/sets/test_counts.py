"""Numbers of paths of any size: what bounds say beside what ints of Python count, edge by edge."""

from __future__ import annotations

import math
import pickle
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from graphs import ENGINES, engine

import graphdiff as gd
from graphdiff.graph.ends import seeds_of
from graphdiff.kernels import available
from graphdiff.sets.counts import Bounds, Census, Count, first_of
from graphdiff.sums.between import restriction
from graphdiff.text.numbers import shown

SEEDS = range(4)


def deep(seed: int, n_nodes: int = 400) -> tuple[gd.CompiledGraph, list[tuple[int, int]]]:
    """Return a chain with many edges a little way ahead: its numbers of paths have some hundred digits."""
    rng = np.random.default_rng(seed)
    tails = rng.integers(0, n_nodes - 1, 8 * n_nodes)
    heads = np.minimum(tails + rng.integers(1, 6, len(tails)), n_nodes - 1)
    chain = np.arange(n_nodes - 1)
    ends = np.concatenate([chain, tails]), np.concatenate([chain + 1, heads])
    return gd.CompiledGraph.from_arrays(*ends), sorted(zip(*(each.tolist() for each in ends), strict=True))


def census(graph: gd.CompiledGraph, source: Any, target: Any) -> Census:
    return Census(restriction(graph, seeds_of(graph, source), seeds_of(graph, target)))


def counted(edges: list[tuple[int, int]], n_nodes: int) -> tuple[list[list[int]], list[int]]:
    """Return the number, the sum of lengths and of squares of the paths from the first node; and how many lead on."""
    before, behind = [[1, 0, 0]] + [[0, 0, 0] for _ in range(n_nodes - 1)], [0] * (n_nodes - 1) + [1]
    for tail, head in edges:
        number, total, square = before[tail]
        more = (number, number + total, square + 2 * total + number)
        before[head] = [old + new for old, new in zip(before[head], more, strict=True)]
    for tail, head in reversed(edges):
        behind[tail] += behind[head]
    return before, behind


def holds(bounds: Bounds, number: int) -> bool:
    """Tell whether a number lies within bounds that are close."""
    least, most = bounds.whole
    return least <= number <= most and (most - least) << 80 <= number


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("seed", SEEDS)
def test_bounds_hold_what_is_counted(seed: int, name: str) -> None:
    with engine(name):
        graph, edges = deep(seed)
        found = census(graph, 0, 399)
        before, behind = counted(edges, 400)
        for node in range(400):
            assert holds(found.before.over([node]), before[node][0])
            assert holds(found.behind.over([node]), behind[node])
        for count, right in zip(found.moments, before[-1], strict=True):
            assert holds(count.bounds, right)
            assert (count.exact, count.told(shown)) == (right, shown(right))
        assert found.n_paths.exact == before[-1][0]
        assert found.before.logs == pytest.approx([math.log2(number) for number, *_ in before], abs=1e-9)
        assert found.through(7, 200).exact == before[7][0] * behind[200]


@pytest.mark.skipif(not available(), reason="numba is not installed")
def test_reports_count_nothing_that_bounds_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a graph whose numbers no float holds, no number is counted before it is asked for; then it is exact."""
    graph, edges = deep(1, 4_000)
    with engine("kernels"):
        with monkeypatch.context() as patched:
            for name in ("exactly_before", "exactly_behind", "_moments"):
                patched.setattr(Census, name, None)
            found = gd.diagnose(graph, 0, 3_999)
            text = str(found)
            assert "<Diagnosis: Paths from 0 to 3999: about " in repr(found)
        before, behind = counted(edges, 4_000)
        number, total, square = before[-1]
        assert number > 2**1024
        assert f"{shown(number)} over 4,000 nodes" in text
        assert f"naive {shown(total)}" in text
        assert found.lengths is not None
        assert (found.lengths.mean, found.lengths.total) == (total / number, total)
        assert found.lengths.std == math.sqrt((number * square - total * total) / (number * number))
        assert (found.n_paths, found.cost.naive, found.cost.ratio) == (number, total, total // len(edges))
        passage = found.passages.edge
        assert passage is not None
        largest = max(before[tail][0] * behind[head] for tail, head in edges)
        assert (passage.n_paths, passage.share) == (largest, largest / number)


@pytest.mark.parametrize("name", ENGINES)
def test_of_equal_numbers_beyond_the_floats_the_first_is_the_busiest(name: str) -> None:
    """A chain of 700 diamonds: half of all paths pass each of the two nodes between two ends."""
    top = 3 * np.arange(700)
    tails, heads = np.concatenate([top, top, top + 1, top + 2]), np.concatenate([top + 1, top + 2, top + 3, top + 3])
    graph = gd.CompiledGraph.from_arrays(np.append(tails, 0), np.append(heads, 2100))  # so that none is on every path
    with engine(name):
        found = gd.diagnose(graph, 0, 2100)
        assert found.n_paths == 2**700 + 1
        assert found.passages.node is not None
        assert (found.passages.node.label, found.passages.node.n_paths) == (3, 2**700)
        assert found.passages.edge is not None
        assert (found.passages.edge.label, found.passages.edge.share) == ((0, 1), 2**699 / (2**700 + 1))


@pytest.mark.parametrize("name", ENGINES)
def test_the_ends_with_most_paths(name: str) -> None:
    """Thirty leaves behind a chain of 800 steps of two edges each: every third has as many paths as two others."""
    steps = np.repeat(np.arange(800), 2)
    leaves = np.arange(801, 831)
    n_edges = 1 + np.arange(30) // 3
    tails = np.concatenate([steps, np.full(n_edges.sum(), 800)])
    graph = gd.CompiledGraph.from_arrays(tails, np.concatenate([steps + 1, np.repeat(leaves, n_edges)]))
    right = sorted(zip(leaves.tolist(), n_edges.tolist(), strict=True), key=lambda leaf: -leaf[1])[:10]
    with engine(name):
        seen = gd.diagnose(graph).overview
        assert seen is not None
        assert seen.leaves == tuple((leaf, n * 2**800) for leaf, n in right)
        assert seen.roots == ((0, int(n_edges.sum()) * 2**800),)


def test_what_is_not_counted_yet_can_be_pickled() -> None:
    graph, _ = deep(2)
    found = gd.diagnose(graph)
    again = pickle.loads(pickle.dumps(found))
    assert again.to_dict() == found.to_dict()


def test_what_bounds_leave_open_is_counted() -> None:
    told = [Count(Bounds(9, 10), lambda: 9), Count(Bounds(9, 9)), Count(Bounds(10**30, 10**30 + 1), lambda: 10**30)]
    assert [count.told(lambda number: number // 10) for count in told[:2]] == [0, 0]
    assert told[2].told(shown) == "about 1.00e30"
    assert told[0].part_of(told[1]) == 1.0
    wide = Count(Bounds(2**200, 2**200 + 1, shift=300), lambda: 2**500)
    assert told[1].part_of(wide) == 9 / 2**500
    assert Fraction(wide.part_of(told[1])) == Fraction(2**500 / 9)


def test_overlapping_bounds_are_told_apart_by_counting() -> None:
    bounds = [Bounds(5, 9), Bounds(6, 8), Bounds(1, 2), Bounds(7, 7)]
    asked: list[list[int]] = []

    def exactly(places: list[int]) -> list[int]:
        asked.append(places)
        return [[6, 8, 2, 7][place] for place in places]

    logs = np.zeros(4)
    assert [place for place, _ in first_of(2, logs, bounds.__getitem__, exactly)] == [1, 3]
    assert [place for place, _ in first_of(4, logs, bounds.__getitem__, exactly)] == [1, 3, 0, 2]
    assert asked == [[0, 1, 2, 3]] * 2
    assert first_of(1, np.array([0.0, 1.0]), [Bounds(1, 1), Bounds(2, 3)].__getitem__, exactly) == [(1, Bounds(2, 3))]
    assert len(asked) == 2
