"""The certificate against exact rationals: thousands of graphs, and sums that cancel to almost nothing."""

from __future__ import annotations

import math
from fractions import Fraction
from statistics import median
from typing import Any

import networkx as nx
import numpy as np
import pytest

import graphdiff as gd


def exact_sums(graph: nx.MultiDiGraph, source: int, target: int) -> tuple[Fraction, Fraction]:
    """Return the total and the sum of sizes, by a plain loop in Fractions over nodes numbered in their order."""
    sums = dict.fromkeys(graph, Fraction(0)) | {source: Fraction(1)}
    sizes = dict(sums)
    for tail in sorted(graph):
        for _, head, weight in graph.out_edges(tail, data="weight"):
            sums[head] += sums[tail] * Fraction(weight)
            sizes[head] += sizes[tail] * abs(Fraction(weight))
    return sums[target], sizes[target]


def drawn(rng: np.random.Generator) -> nx.MultiDiGraph:
    """Return a DAG of up to 30 nodes, 0 its source and the last its target, weights of both signs and many sizes."""
    size = int(rng.integers(3, 31))
    ends = np.sort(rng.integers(0, size, (int(rng.integers(size, 5 * size)), 2)), axis=1)
    graph = nx.MultiDiGraph([(node, node + 1) for node in range(size - 1)])
    graph.add_edges_from(ends[ends[:, 0] < ends[:, 1]].tolist())
    for _, _, data in graph.edges(data=True):
        data["weight"] = float(rng.normal()) * 10.0 ** float(rng.integers(-3, 4))
    return graph


def cancelling(rng: np.random.Generator) -> nx.MultiDiGraph:
    """Return a graph whose total is about eps² of its parts: w (1 + e)(1 - e) - w, with e down to 2^-52."""
    graph, last = nx.MultiDiGraph(), 0
    for step in range(int(rng.integers(1, 4))):
        weight, tiny = float(rng.normal()), 2.0 ** -int(rng.integers(20, 53))
        start, above, below, last = last, 3 * step + 1, 3 * step + 2, 3 * step + 3
        graph.add_weighted_edges_from([(start, above, weight * (1 + tiny)), (above, last, 1 - tiny)])
        graph.add_weighted_edges_from([(start, below, -weight), (below, last, 1.0)])
    return graph


def errors_and_bounds(graphs: list[nx.MultiDiGraph]) -> list[tuple[float, float, float]]:
    """Return error, bound and condition of each, once the bound and the condition are found right."""
    found = []
    for graph in graphs:
        source, target = min(graph), max(graph)
        known: Any = gd.explain(graph, source, target).certificate
        exact, size = exact_sums(graph, source, target)
        error = abs(Fraction(known.value) - exact)
        assert error <= Fraction(known.error_bound)
        if known.digits:
            assert error <= abs(exact) * 2 * Fraction(10) ** -known.digits
        if exact:
            found.append((float(error), known.error_bound, float(size / abs(exact))))
    return found


@pytest.mark.parametrize("count", [200, pytest.param(3_000, marks=pytest.mark.slow)])
def test_the_bound_holds_and_is_not_far_from_the_error(count: int) -> None:
    rng = np.random.default_rng(1)
    found = errors_and_bounds([drawn(rng) for _ in range(count)])
    assert median(bound / error for error, bound, _ in found if error) < 100


def test_where_almost_everything_cancels_no_digit_is_promised_that_is_not_there() -> None:
    rng = np.random.default_rng(2)
    found = errors_and_bounds([cancelling(rng) for _ in range(200)])
    assert max(condition for *_, condition in found) > 1e30


# -- below the smallest normal float


@pytest.mark.parametrize("power", [500, 520, 537])
def test_what_underflow_takes_is_in_the_bound(power: int) -> None:
    rng = np.random.default_rng(5)
    lost = 0
    for _ in range(200):
        first, second = ((1 + rng.random(2)) * 2.0**-power).tolist()
        graph = nx.MultiDiGraph()
        graph.add_weighted_edges_from([(0, 1, first), (1, 2, second), (2, 3, 2.0**1000)])
        known: Any = gd.explain(graph, 0, 3).certificate
        exact, size = exact_sums(graph, 0, 3)
        error = abs(Fraction(known.value) - exact)
        assert error <= Fraction(known.error_bound)
        lost += error > 8 * Fraction(2) ** -53 * size  # more than all roundings together
    assert (lost > 100) == (power > 500)


def test_a_bound_below_the_normal_floats_is_not_rounded_to_0() -> None:
    graph = nx.MultiDiGraph()
    graph.add_weighted_edges_from([(0, 1, 1e-200), (1, 2, 1e-200), (2, 3, 0.25)])
    known: Any = gd.explain(graph, 0, 3).certificate
    assert (known.value, known.digits) == (0.0, 0)
    assert known.error_bound > 0


def test_what_underflow_takes_counts_by_what_it_would_have_become_where_that_underflows_too() -> None:
    """The adjoint of 4 is 1e-400, no float; what was lost at 2 would all the same have become 1e200 times as much."""
    graph = nx.MultiDiGraph()
    weights = [1e-200, 1e-200, 1e300, 1e300, 1e-200, 1e-200]
    graph.add_weighted_edges_from((node, node + 1, weight) for node, weight in enumerate(weights))
    known: Any = gd.explain(graph, 0, len(weights)).certificate
    exact, _ = exact_sums(graph, 0, len(weights))
    assert known.value == 0.0 < float(exact) <= known.error_bound


def test_a_sum_that_is_exact_is_certain() -> None:
    graph = nx.MultiDiGraph()
    graph.add_node(0)
    graph.add_edge(1, 0, weight=0.1)
    known: Any = gd.explain(graph, 0, 0).certificate
    assert (known.value, known.error_bound, known.digits, known.condition) == (1.0, 0.0, 15, 1.0)


def test_each_part_of_the_bound_counts_as_it_says() -> None:
    graph = nx.MultiDiGraph()
    graph.add_weighted_edges_from([(0, 1, 0.5), (0, 1, 0.25), (0, 1, 0.125), (1, 2, 3.0)])
    known: Any = gd.explain(graph, 0, 2).certificate
    assert known.abs_sum == 2.625
    # Three roundings on the way to 1, one to 2: products and sums, the first sum of each node is to 0.
    assert known.error_bound == pytest.approx(4 * 2.0**-53 * 2.625, rel=2e-6, abs=0)
    graph.add_weighted_edges_from([(3, 2, 1.0)])  # not on the way
    assert gd.explain(graph, 0, 2).certificate == known


# -- round cycles


def solved_exactly(weights: list[list[Fraction]], source: int, target: int) -> Fraction:
    """Return an entry of (I - A)^-1 by Cramer's rule on determinants of minors, for matrices of up to four nodes."""

    def determinant(rows: list[list[Fraction]]) -> Fraction:
        if not rows:
            return Fraction(1)
        return sum(
            ((-1) ** place * entry * determinant([row[:place] + row[place + 1 :] for row in rows[1:]]))
            for place, entry in enumerate(rows[0])
        )

    size = len(weights)
    matrix = [[Fraction(row == column) - weights[row][column] for column in range(size)] for row in range(size)]
    minor = [
        [matrix[row][column] for column in range(size) if column != source] for row in range(size) if row != target
    ]
    return (-1) ** (source + target) * determinant(minor) / determinant(matrix)


@pytest.mark.parametrize("scale", [0.2, 0.33, 1e-160])
def test_the_bound_of_walks_holds_and_is_near(scale: float) -> None:
    rng = np.random.default_rng(9)
    for _ in range(100):
        size = int(rng.integers(2, 5))
        weights = np.clip(rng.normal(size=(size, size)), -0.7, 0.7) * scale
        graph = gd.compile(weights, cycles="solve")
        known: Any = gd.explain(graph, 0, size - 1).certificate
        exact = solved_exactly([[Fraction(entry) for entry in row] for row in weights.tolist()], 0, size - 1)
        error = abs(Fraction(known.value) - exact)
        assert error <= Fraction(known.error_bound)
        assert known.error_bound <= 1e-12


def test_a_candidate_is_enough_only_with_room_for_roundings() -> None:
    from graphdiff.sums.certificate import _System

    half = np.array([0.5, 0.5])
    ends = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    system = _System(np.array([0, 1]), np.array([1, 0]), half, *ends)
    right = np.array([2 / 3, 4 / 3])  # what |A| makes at the second node of a unit at each
    assert not system.is_enough(right)
    assert not system.is_enough(right - 1e-9)
    assert system.is_enough(right + 1e-9)
    assert not system.is_enough(right + np.array([1e-9, -1e-9]))
    assert not system.is_enough(right + np.array([-1e-9, 1e-9]))
    assert not system.is_enough(np.zeros(2))


def test_what_tangents_miss_is_bounded_from_above() -> None:
    from graphdiff.sums.certificate import _System

    system = _System(
        np.array([0, 1]), np.array([1, 0]), np.array([0.5, 0.5]), np.array([1.0, 0.0]), np.array([0.0, 1.0])
    )
    right = np.array([4 / 3, 2 / 3])
    missed = system.missed(right)
    assert (missed > 0).all()
    assert (missed < 1e-13).all()
    assert system.missed(right + np.array([0.0, 0.25])).tolist() == pytest.approx([0.125, 0.25])


def test_no_bound_is_proven_where_no_candidate_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = gd.compile(np.array([[0.0, 0.5], [0.5, 0.0]]), cycles="solve")
    assert gd.explain(graph, 0, 1).certificate is not None
    monkeypatch.setattr("graphdiff.sums.certificate._System.is_enough", lambda self, candidate: False)
    assert gd.explain(graph, 0, 1).certificate is None


def test_a_candidate_below_0_proves_nothing() -> None:
    graph = nx.DiGraph()
    graph.add_weighted_edges_from(
        [(0, 1, 1e-200), (0, 2, 1e-308), (1, 2, -1e200), (2, 0, 1e300), (2, 3, 1e-308), (0, 3, 0.0)]
    )
    result = gd.what_if(graph, 0, 3, remove_edges=[(0, 3)], cycles="solve")
    assert result.certificates == (None, None)
    assert result.to_dict()["certificates"] == [None, None]


def test_roundings_in_a_row_and_bounds_rounded_up() -> None:
    from graphdiff.arithmetic import SMALLEST_NORMAL
    from graphdiff.sums.certificate import gamma, rounded_up

    unit = 2.0**-53
    assert (gamma(0), gamma(1), gamma(2.5)) == (0.0, unit / (1 - unit), 2.5 * unit / (1 - 2.5 * unit))
    assert gamma(2.0**53) == gamma(2.0**54) == float("inf")
    assert gamma(2.0**52) == 1.0
    assert 1.0 < rounded_up(1.0) < 1.00001
    assert rounded_up(SMALLEST_NORMAL) == SMALLEST_NORMAL * (1 + 2.0**-20)
    assert rounded_up(0.0) == 1e-323
    assert rounded_up(5e-324) == 1.5e-323


def test_a_sum_over_several_targets_round_cycles_counts_its_own_roundings() -> None:
    from graphdiff.graph.ends import Seeds
    from graphdiff.sums.certificate import certified

    graph = gd.compile(np.array([[0.0, 0.5, 1e3], [0.25, 0.0, 1e3], [0.0, 0.0, 0.5]]), cycles="solve")
    places = [graph.topology.position(node) for node in range(3)]
    known: Any = certified((graph, Seeds(places[:1]), Seeds(places[1:])))
    each: list[Any] = [certified((graph, Seeds(places[:1]), Seeds([place]))) for place in places[1:]]
    assert known.value == pytest.approx(sum(one.value for one in each))
    assert known.error_bound >= 2.0**-53 * sum(abs(one.value) for one in each)
    half: Any = certified((graph, Seeds(places[:1]), Seeds([places[1]])))
    assert half.error_bound < known.error_bound


def test_a_condition_is_the_sum_of_sizes_by_the_size_of_the_total() -> None:
    graph = nx.MultiDiGraph()
    graph.add_weighted_edges_from([(0, 1, 3.0), (0, 1, -1.0), (1, 2, -0.5)])
    known: Any = gd.explain(graph, 0, 2).certificate
    assert (known.value, known.abs_sum, known.condition) == (-1.0, 2.0, 2.0)
    graph.add_edge(0, 1, weight=-2.0)
    assert gd.explain(graph, 0, 2).certificate.condition == float("inf")


def test_an_exact_total_is_exact_also_where_sizes_of_walks_have_no_sum() -> None:
    matrix = np.array([[0.0, 0.75, 1.0], [-0.75, 0.75, 1.0], [0.0, 0.0, 0.0]])
    known: Any = gd.explain(matrix, 0, 2, cycles="solve", exact=True).certificate
    assert (known.error_bound, known.digits, known.abs_sum) == (0.0, 15, float("inf"))
    rounded: Any = gd.explain(matrix, 0, 2, cycles="solve").certificate
    assert abs(Fraction(rounded.value) - known.value) <= rounded.error_bound < 1e-12
    assert (rounded.digits, rounded.abs_sum) == (13, float("inf"))
    assert float(known.value) == pytest.approx(rounded.value)


def test_nothing_to_lose_is_no_bad_condition() -> None:
    """Where every path has an edge of weight 0 nothing cancels: the total is as certain as the weights are."""
    graph = nx.MultiDiGraph()
    graph.add_weighted_edges_from([(0, 1, 0.0), (1, 2, 3.0)])
    known: Any = gd.explain(graph, 0, 2).certificate
    assert (known.value, known.abs_sum, known.condition) == (0.0, 0.0, 1.0)


def test_a_condition_beyond_the_floats_is_infinite() -> None:
    graph = nx.DiGraph()
    for n in range(170):
        graph.add_weighted_edges_from([(f"n{n}", f"p{n}", Fraction(1, 2)), (f"p{n}", f"n{n + 1}", 1)])
        graph.add_weighted_edges_from([(f"n{n}", f"m{n}", Fraction(-49, 100)), (f"m{n}", f"n{n + 1}", 1)])
    why = gd.explain(graph, "n0", "n170")
    assert why.total == Fraction(1, 100) ** 170
    assert why.certificate is not None
    assert why.certificate.condition == math.inf
    assert "170" in str(why)
