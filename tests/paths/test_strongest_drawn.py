"""Strongest paths of drawn graphs beside the list of all paths: each once, largest first, whatever the numbers."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import networkx as nx
import numpy as np
import pytest
import sympy
from graphs import engine, influence, walks, weighted

import graphdiff as gd
from graphdiff.errors import CycleError, UsageError
from graphdiff.paths import deviations, strongest
from graphdiff.sums.between import between_ends

KINDS: dict[str, Any] = {
    "ties": lambda n: float(n % 2 + 1),
    "floats": lambda n: (n - 3) / 4,
    "small": lambda n: (n - 3) * 1e-200,
    "large": lambda n: (n - 3) * 1e60,
    "ints": lambda n: n - 3,
    "Fractions": lambda n: Fraction(n - 3, 5),
    "Decimals": lambda n: Decimal(n - 3) / 4,
    "complex": lambda n: complex(n - 3, 1),
}


def drawn(seed: int, kind: str) -> tuple[nx.MultiDiGraph, list[int], list[int]]:
    """Draw a DAG of 6 nodes with 12 edges, some parallel, and two sources and two targets in any order."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(6).tolist()
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(rng.permutation(6).tolist())
    for tail, head in np.sort(rng.integers(0, 6, (14, 2)), axis=1).tolist():
        if tail != head:
            graph.add_edge(labels[tail], labels[head], weight=KINDS[kind](int(rng.integers(0, 8))))
    ends = [[labels[place] for place in rng.choice(places, 2, replace=False)] for places in ([0, 1, 2], [3, 4, 5])]
    return graph, ends[0], ends[1]


def listed(graph: Any, starts: dict[Any, Any], ends: dict[Any, Any]) -> list[tuple[Any, Any]]:
    """Return every path with what it brings."""
    return [
        (path, starts[s] * influence(graph, path) * ends[t])
        for s in starts
        for t in ends
        for path in walks(graph, s, t)
    ]


def compare(found: list[Any], expected: list[tuple[Any, Any]], kind: str) -> None:
    assert len(found) == len(expected)
    brought = dict(expected)
    for path in found:
        if kind in ("small", "large", "complex", "floats"):
            assert complex(path.influence) == pytest.approx(complex(brought[path.edges]), rel=1e-12, abs=1e-320)
        else:
            assert path.influence == brought[path.edges]
            assert type(path.influence) is type(brought[path.edges])
    sizes = [abs(path.influence) for path in found]
    assert all(a >= b or a == pytest.approx(b, rel=1e-12) for a, b in zip(sizes, sizes[1:], strict=False))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(6))
def test_every_path_comes_once_the_largest_first(seed: int, kind: str) -> None:
    graph, starts, ends = drawn(seed, kind)
    one = KINDS[kind](7) / KINDS[kind](7) if kind != "ints" else 1
    with engine("plain Python"):
        plain = gd.strongest_paths(graph, starts, ends, k=10**6)
        expected = listed(graph, dict.fromkeys(starts, 1), dict.fromkeys(ends, 1))
        compare(plain, expected, kind)
        seeds = {starts[0]: one * 3, starts[1]: one * -2}, {ends[0]: one, ends[1]: one * 5}
        compare(gd.strongest_paths(graph, *seeds, k=10**6), listed(graph, *seeds), kind)
        assert gd.strongest_paths(graph, starts, ends, k=3) == plain[:3]


@pytest.mark.parametrize("kind", ["ties", "floats", "ints", "small", "large"])
@pytest.mark.parametrize("seed", range(8))
def test_over_arrays_ways_are_those_of_the_plain_enumeration(seed: int, kind: str, monkeypatch: Any) -> None:
    graph, starts, ends = drawn(seed, kind)
    monkeypatch.setattr(deviations, "jit", lambda kernel: kernel)
    for given in ((starts, ends), ({starts[0]: 2, starts[1]: -3}, {ends[0]: 4, ends[1]: 1})):
        between = between_ends(gd.compile(graph), *given)
        with engine("plain Python"):
            plain = [(list(map(int, n)), list(map(int, e)), w) for n, e, w in strongest.ranked_paths(between)]
        with pytest.MonkeyPatch.context() as patch, np.errstate(all="ignore"):
            patch.setattr(deviations, "pays", lambda visits: True)
            assert deviations.deviations(between) is not None
            by_arrays = [(list(map(int, n)), list(map(int, e)), w) for n, e, w in strongest.ranked_paths(between)]
        if kind in ("small", "large"):  # equal ones may come in another order
            assert sorted(map(repr, by_arrays)) == sorted(map(repr, plain))
        else:
            assert repr(by_arrays) == repr(plain)


def test_numbers_that_do_not_compare_are_refused_by_what_needs_them() -> None:
    x = sympy.Symbol("x")
    told = r"^the strongest paths need numbers that compare, not Symbol \(x\)$"
    with pytest.raises(UsageError, match=told):
        gd.strongest_paths(weighted([("a", "b", 2), ("b", "c", x)]), "a", "c")
    with pytest.raises(UsageError, match=told):
        gd.strongest_paths(weighted([("a", "b", Fraction(2))]), {"a": x}, "b")
    between = between_ends(gd.compile(weighted([("a", "b", x)])), "a", "b")
    with pytest.raises(UsageError, match=r"^this needs numbers that compare, not Symbol \(x\)$"):
        strongest.require_sizes(between, "this needs")


def test_walks_that_do_not_shrink_have_no_strongest() -> None:
    graph = weighted([("a", "b", 1.0), ("b", "b", 1.0), ("b", "c", 1.0)])
    error = strongest._growing(
        between_ends(
            gd.compile(weighted([("a", "b", 1.0), ("b", "b", 0.5), ("b", "c", 1.0)]), cycles="solve"), "a", "c"
        )
    )
    told = "the graph has a cycle: b -> b. No walk round it is the strongest"
    assert str(error) == f'{told}; cycles="collapse" makes it one node'
    with pytest.raises(CycleError, match="No walk round it is the strongest, for they do not shrink"):
        gd.strongest_paths(graph, "a", "c", cycles="solve")


def test_paths_cover_parts_of_the_whole_one_after_the_other() -> None:
    graph = weighted([("s", "a", 3.0), ("a", "t", 1.0), ("s", "b", -1.0), ("b", "t", 4.0), ("s", "t", 1.0)])
    between = between_ends(gd.compile(graph), "s", "t")
    paths = gd.strongest_paths(graph, "s", "t", k=9)
    assert [path.influence for path in paths] == [-4, 3, 1]
    assert strongest.covered(between, paths) == [0.5, 0.875, 1.0]
    assert len(gd.strongest_paths(graph, "s", "t", coverage=0.5)) == 1
    assert len(gd.strongest_paths(graph, "s", "t", coverage=0.51)) == 2
    assert len(gd.strongest_paths(graph, "s", "t", coverage=1.0)) == 3
    assert strongest.covered(between_ends(gd.compile(weighted([("s", "t", 0.0)])), "s", "t"), paths) == []


def test_walks_round_a_cycle_come_largest_first() -> None:
    graph = weighted([("s", "x", 2.0), ("x", "y", 0.5), ("y", "x", -0.5), ("y", "t", 3.0), ("x", "t", 0.1)])
    found = gd.strongest_paths(graph, "s", "t", k=5, cycles="solve")
    expected = [3.0, -0.75, 0.2, 0.1875, -0.05]
    assert [path.influence for path in found] == pytest.approx(expected)
    assert found[1].nodes == ("s", "x", "y", "x", "y", "t")
    assert math.fsum(path.influence for path in gd.strongest_paths(graph, "s", "t", k=60, cycles="solve")) == (
        pytest.approx(gd.total_influence(graph, "s", "t", cycles="solve"))
    )
