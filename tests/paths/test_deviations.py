"""Strongest paths over arrays, beside those by the plain enumeration and beside all paths listed by networkx."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from fractions import Fraction
from itertools import islice
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff import sums
from graphdiff.kernels import jit
from graphdiff.paths import deviations, strongest
from graphdiff.sums.between import Between, between_ends

#: Weights that tie, cancel, round, are 0, and leave the floats on the way or for good.
IN_FLOATS = ([1.0], [0.1, 0.2, 0.3, -0.3], [0.5, 0.25], [3, 1, -2, 0], [1, 2])
BEYOND = ([1e-200, 0.25, -0.3], [0.0, 0.5, 1.0, -0.0], [1e200, 1e-200, 3.0], [5e-324, 0.5], [1e160, 2.0, -1e150])
LATER = 40


@st.composite
def questions(draw: Callable[..., Any], pools: tuple[list[Any], ...]) -> Between:
    """Draw what lies between ends of a multigraph without cycles, or with one that counts as one node."""
    weights, size = draw(st.sampled_from(pools)), draw(st.integers(2, 7))
    labels = draw(st.permutations(range(size)))
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(size))
    ends = st.integers(0, size - 1)
    for tail, head in draw(st.lists(st.tuples(ends, ends), min_size=1, max_size=16)):
        loop = {"key": "loop"} if tail == head else {}
        graph.add_edge(labels[min(tail, head)], labels[max(tail, head)], weight=draw(st.sampled_from(weights)), **loop)
    # A 0 among floats may be one that they lost: the plain way looks again by Decimals, which tell equals apart.
    among = [1, 2, -3] if isinstance(weights[0], int) else [1, 2.0, -0.5] + [0.0] * (pools is BEYOND)
    seeds = st.sampled_from(among)
    end = st.one_of(ends, st.lists(ends, min_size=1, max_size=3, unique=True), st.dictionaries(ends, seeds, min_size=1))
    return between_ends(gd.compile(graph, cycles="collapse"), draw(end), draw(end))


def plain(between: Between) -> list[tuple[list[int], list[int], Any]]:
    """Return the first ways by the plain enumeration."""
    ranking = strongest.Ranking(between)
    trails = (ranking.trail(rank) for rank in range(LATER - 1))
    return [trail for trail in trails if trail is not None]


def by_arrays(between: Between, engine: str) -> list[tuple[list[int], list[int], Any]]:
    """Return the first ways over arrays, by machine code or by the same functions in Python, also along all rows."""
    with pytest.MonkeyPatch.context() as patch, np.errstate(over="ignore", invalid="ignore", under="ignore"):
        patch.setattr(deviations, "pays", lambda visits: True)
        patch.setattr(deviations, "jit", jit if engine == "machine code" else lambda kernel: kernel)
        if engine == "along all rows":
            patch.setattr(sums.between, "is_past_memory", lambda heads: True)
        assert deviations.deviations(between) is not None
        ways = islice(strongest.ranked_paths(between), LATER - 1)
        return [(list(map(int, nodes)), list(map(int, edges)), influence) for nodes, edges, influence in ways]


def require(engine: str) -> None:
    """Skip where there is no machine code."""
    if engine == "machine code":
        pytest.importorskip("numba")


def size_of(between: Between, way: tuple[list[int], list[int], Any]) -> Fraction:
    """Return the exact size of a way, without seeds."""
    size = Fraction(1)
    for edge in way[1]:
        size *= abs(Fraction(between.graph.weights[edge]))
    return size


@pytest.mark.parametrize("engine", ["machine code", "Python", "along all rows"])
@given(data=st.data())
def test_paths_order_and_numbers_are_those_of_the_plain_way(engine: str, data: st.DataObject) -> None:
    require(engine)
    between = data.draw(questions(IN_FLOATS))
    assert repr(by_arrays(between, engine)) == repr(plain(between))


@pytest.mark.parametrize("engine", ["Python", "along all rows"])
@given(between=questions(BEYOND))
def test_beyond_the_floats_paths_are_those_of_the_plain_way_but_for_the_order_of_equals(
    engine: str, between: Between
) -> None:
    found, expected = by_arrays(between, engine), plain(between)
    assert len(found) == len(expected)
    if between.entering or between.leaving:
        return
    for way, other in zip(found, expected, strict=True):
        size, wanted = size_of(between, way), size_of(between, other)
        assert abs(size - wanted) <= wanted / 10**13
    if len(found) < LATER - 1:
        assert sorted(map(repr, found)) == sorted(map(repr, expected))


@pytest.mark.parametrize("engine", ["machine code", "Python"])
def test_all_paths_come_the_largest_first(engine: str) -> None:
    require(engine)
    random = np.random.default_rng(1)
    graph = nx.gnp_random_graph(12, 0.9, seed=1, directed=True)
    graph = nx.DiGraph((u, v, {"weight": float(random.uniform(-1, 1))}) for u, v in graph.edges if u < v)
    products = []
    for path in nx.all_simple_paths(graph, 0, 11):
        products.append(Fraction(1))
        for edge in zip(path, path[1:], strict=False):
            products[-1] *= Fraction(graph.edges[edge]["weight"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deviations, "pays", lambda visits: True)
        patch.setattr(deviations, "jit", jit if engine == "machine code" else lambda kernel: kernel)
        found = gd.strongest_paths(graph, 0, 11, k=10**6)
    expected = sorted((float(product) for product in products), key=abs, reverse=True)
    assert len({path.edges for path in found}) == len(found) > 30
    assert [path.influence for path in found] == pytest.approx(expected, rel=1e-12)


def test_ints_beyond_the_floats_go_the_plain_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deviations, "pays", lambda visits: True)
    between = between_ends(gd.compile(nx.DiGraph([(0, 1, {"weight": 2**40}), (1, 2, {"weight": 2**20})])), 0, 2)
    monkeypatch.setattr(deviations, "jit", lambda kernel: kernel)
    assert deviations.deviations(between) is None
    assert [influence for *_, influence in strongest.ranked_paths(between)] == [2**60]


def test_a_path_names_its_nodes_when_asked_and_is_like_any_other() -> None:
    graph = nx.DiGraph([("a", "b", {"weight": 2.0}), ("b", "c", {"weight": 3.0})])
    fresh, other = (gd.strongest_paths(graph, "a", "c")[0] for _ in range(2))
    assert fresh.length == 2
    assert fresh == gd.Path(("a", "b", "c"), (("a", "b"), ("b", "c")), 6.0)
    assert hash(fresh) == hash(other)
    assert pickle.loads(pickle.dumps(other)) == fresh
    with pytest.raises(AttributeError, match="no attribute 'node'"):
        fresh.node  # type: ignore[attr-defined]  # noqa: B018
