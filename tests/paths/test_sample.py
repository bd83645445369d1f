"""`sample_paths`: draws come as often as the influences of the listed paths say."""

from __future__ import annotations

import math
from collections import Counter
from fractions import Fraction
from typing import Any

import networkx as nx
import pytest
from graphs import FRACTIONS, INTS, QUARTERS, dags, diamonds, influence, parallel_chain, queries, walks, weighted
from hypothesis import given, settings

import graphdiff as gd
from graphdiff.errors import CycleError, LimitError, SameComponentError, UsageError
from graphdiff.paths import sample


@given(query=queries(dags(INTS | FRACTIONS) | dags(INTS | QUARTERS)))
def test_every_draw_is_a_path_that_carries_something(query: Any) -> None:
    graph, source, target = query
    sizes = {walk: abs(influence(graph, walk)) for walk in walks(graph, source, target)}
    if not any(sizes.values()):
        with pytest.raises(UsageError, match="no path from the source to the target carries any influence"):
            gd.sample_paths(graph, source, target, 1)
        return
    for path in gd.sample_paths(graph, source, target, 20, seed=1):
        assert sizes[path.edges]
        assert path.influence == influence(graph, path.edges)
        assert path.nodes == (source, *(edge[1] for edge in path.edges))


@settings(max_examples=15)
@given(query=queries(dags(INTS, max_nodes=5)))
def test_frequencies_are_the_shares(query: Any) -> None:
    """A chi-square test, far beyond any chance: 60 draws of 2,000 paths would pass it 999,999 times in a million."""
    graph, source, target = query
    sizes = {walk: abs(influence(graph, walk)) for walk in walks(graph, source, target)}
    whole = sum(sizes.values())
    if not whole:
        return
    drawn = Counter(path.edges for path in gd.sample_paths(graph, source, target, 2_000, seed=7))
    shares = {walk: size / whole for walk, size in sizes.items() if size}
    assert drawn.keys() <= shares.keys()
    distance = sum((drawn[walk] - 2_000 * share) ** 2 / (2_000 * share) for walk, share in shares.items())
    freedom = max(1, len(shares) - 1)
    assert distance < freedom + 6 * math.sqrt(2 * freedom) + 20


def test_parallel_edges_are_told_apart() -> None:
    graph = parallel_chain([1, 9], [1, 1])
    drawn = Counter(path.edges[0][2] for path in gd.sample_paths(graph, 0, 2, 1_000, seed=0))
    assert 860 < drawn[1] < 940


def test_a_seed_draws_the_same_again() -> None:
    graph = diamonds(10)
    first, again, other = (gd.sample_paths(graph, 0, 30, 5, seed=seed) for seed in (1, 1, 2))
    assert first == again != other


def test_more_paths_than_any_float_counts() -> None:
    graph = diamonds(2_000)
    (path,) = gd.sample_paths(graph, 0, 6_000, 1, seed=3)
    assert path.length == 4_000
    assert path.influence == 1


def test_from_all_roots() -> None:
    graph = weighted([("a", "c", 1), ("b", "c", 3)])
    drawn = Counter(path.nodes[0] for path in gd.sample_paths(graph, None, "c", 1_000, seed=5))
    assert 690 < drawn["b"] < 810


def test_walks_round_a_cycle_come_as_often_as_they_weigh() -> None:
    """Stay in a with 1/2: of the walks from a to b, half go round not once, a quarter once, and so on."""
    graph = weighted([("a", "a", Fraction(1, 2)), ("a", "b", Fraction(1, 2))])
    drawn = Counter(path.length for path in gd.sample_paths(graph, "a", "b", 4_000, seed=2, cycles="solve"))
    for rounds in range(4):
        assert drawn[rounds + 1] / 4_000 == pytest.approx(0.5 ** (rounds + 1), abs=0.03)


def test_a_target_that_walks_pass_through_and_come_back_to() -> None:
    graph = weighted([("a", "b", 1.0), ("b", "a", 0.5)])
    drawn = Counter(path.length for path in gd.sample_paths(graph, "a", "b", 4_000, seed=2, cycles="solve"))
    assert drawn[1] / 4_000 == pytest.approx(0.5, abs=0.03)
    assert drawn[3] / 4_000 == pytest.approx(0.25, abs=0.03)


def test_what_cannot_be_drawn() -> None:
    graph = weighted([("a", "b", 1.0), ("b", "a", 1.0), ("b", "c", 1.0)])
    with pytest.raises(CycleError, match="a -> b -> a"):
        gd.sample_paths(graph, "a", "c", 1)
    with pytest.raises(CycleError, match=r"do not shrink: .*absolute weights is 1"):
        gd.sample_paths(graph, "a", "c", 1, cycles="solve")
    with pytest.raises(SameComponentError, match="on one cycle"):
        gd.sample_paths(graph, "a", "b", 1, cycles="collapse")
    assert gd.sample_paths(graph, "a", "c", 1, cycles="collapse")[0].nodes == (frozenset({"a", "b"}), "c")
    with pytest.raises(UsageError, match="n=-1: a number of paths, 0 or more"):
        gd.sample_paths(nx.DiGraph(graph), "a", "c", -1)


def test_symbols_have_no_size() -> None:
    sympy = pytest.importorskip("sympy")
    graph = weighted([("a", "b", sympy.Symbol("x") * sympy.I)])
    assert gd.sample_paths(weighted([("a", "b", 2 + 1j)]), "a", "b", 1)[0].influence == 2 + 1j
    with pytest.raises(UsageError, match="paths are drawn by numbers that compare"):
        gd.sample_paths(graph, "a", "b", 1)


def test_complex_walks_are_drawn_by_their_size() -> None:
    graph = weighted([("a", "b", 0.5j), ("b", "a", 0.5 + 0j), ("b", "c", 1 + 0j)])
    lengths = [path.length for path in gd.sample_paths(graph, "a", "c", 200, seed=1, cycles="solve")]
    assert 130 < lengths.count(2) < 170  # three quarters do not go round


def test_walks_stop_where_they_have_too_many_edges_together(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = weighted([("a", "a", 0.5), ("a", "b", 1)])
    monkeypatch.setattr(sample, "MAX_STEPS", 500)
    assert len(gd.sample_paths(graph, "a", "b", 20, seed=1, cycles="solve")) == 20
    with pytest.raises(LimitError, match="walks of more than 500 edges together were drawn: round a cycle they hardly"):
        gd.sample_paths(graph, "a", "b", 1000, seed=1, cycles="solve")
    assert len(gd.sample_paths(parallel_chain([0.5, 0.5]), 0, 1, 1000, seed=1)) == 1000  # paths end by themselves
