"""Each part of a certificate by itself, beside the formula that it is."""

from __future__ import annotations

import math
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.graph.ends import Seeds
from graphdiff.sums import certificate as parts
from graphdiff.sums.between import restriction
from graphdiff.sums.certificate import Certificate, change_bound
from graphdiff.sums.flow import flow, flow_through

U = 2.0**-53


def chain(weights: list[Any], **options: Any) -> gd.CompiledGraph:
    size = len(weights)
    return gd.CompiledGraph.from_arrays(list(range(size)), list(range(1, size + 1)), weights, **options)


def known(value: float, bound: float) -> Certificate:
    return Certificate(value, abs(value), 1.0, bound, 0)


# -- a change of two totals


@pytest.mark.parametrize(
    "change, totals, certificates, expected",
    [
        (1.0, (2.0, 3.0), (known(2.0, 0.25), known(3.0, 0.5)), 0.75 + U * (1 + 2.0**-20)),
        # The certificate is of 2.5, in another order of the sum: what these differ by comes on top.
        (1.0, (2.0, 3.0), (known(2.5, 0.25), known(3.0, 0.5)), 1.25 + U * (1 + 2.0**-20)),
        (-1024.0, (2.0, 3.0), (known(2.0, 0.0), known(3.0, 0.5)), 0.5 + 1024 * U * (1 + 2.0**-20)),
        (1, (2, 3), (known(2, 0.0), known(3, 0.0)), 0.0),
        (1.0, (2.0, 3.0), (known(2.0, 0.25), None), None),
        (1.0, (2.0, 3.0), (None, known(2.0, 0.25)), None),
    ],
)
def test_a_change_is_off_by_what_both_totals_are_and_a_rounding(
    change: float, totals: Any, certificates: Any, expected: float | None
) -> None:
    assert change_bound(change, totals, certificates) == expected


def test_the_rounding_of_a_large_change_is_no_less_than_one() -> None:
    tiny = 2.0**-1000
    bound = change_bound(2.0**60, (1.0, 1.0), (known(1.0, tiny), known(1.0, tiny)))
    assert bound is not None
    assert bound > U * 2.0**60
    assert bound <= U * 2.0**60 * (1 + 2.0**-19)


def test_as_many_certificates_as_totals_are_needed() -> None:
    with pytest.raises(ValueError, match=r"zip\(\) argument 2 is shorter"):
        change_bound(1.0, (2.0, 3.0), (known(2.0, 0.25),))


# -- totals without ends, and bounds in no time


def test_a_total_without_ends_is_an_exact_0() -> None:
    graph = chain([0.5])
    for sources, targets in ((Seeds([]), Seeds([1])), (Seeds([0]), Seeds([]))):
        assert parts.certified((graph, sources, targets)) == Certificate(0, 0, 1.0, 0.0, 15)
        assert parts.rough_bound((graph, sources, targets)) == 0.0


@pytest.mark.parametrize(
    "graph",
    [
        chain([1, 2]),
        chain([Fraction(1, 2)] * 2),
        gd.CompiledGraph.from_arrays([0, 1, 1], [1, 0, 2], [0.5] * 3, cycles="solve"),
    ],
)
def test_a_bound_in_no_time_is_of_floats_without_cycles(graph: gd.CompiledGraph) -> None:
    assert parts.rough_bound((graph, Seeds([0]), Seeds([graph.n_nodes - 1]))) == math.inf


def test_a_bound_in_no_time_counts_every_edge_and_end() -> None:
    graph = chain([0.5, 3.0, -2.0])
    bound = parts.rough_bound((graph, Seeds([0]), Seeds([3])))
    product = parts.COMPLEX_PRODUCT + 1
    n = product * 3 + (1 + product) + 2
    # What underflow takes is nothing beside these.
    assert bound == pytest.approx(n * U / (1 - n * U) * 3.0, rel=1e-5)
    assert bound >= n * U / (1 - n * U) * 3.0
    whole = gd.explain(graph, 0, 3).certificate
    assert whole is not None
    assert bound >= whole.error_bound
    assert parts.rough_bound_of(flow(graph, Seeds([0]), Seeds([3]))) == bound


def test_the_bound_on_a_sum_over_edges_is_gamma_of_its_roundings() -> None:
    made = parts._gamma(np.array([0, 0, 2]), 3)
    for bound, n_edges in zip(made.tolist(), [2, 0, 1], strict=True):
        most = (n_edges + 8) * 4 * U
        assert bound == most / (1 - most)


# -- what leaves the range of floats


@pytest.mark.parametrize(
    "weights, is_bounded",
    [
        ([1000] * 110, True),  # ints have no range
        ([Fraction(1000)] * 110, True),
        ([1000.0] * 102, False),
        ([1000.0] * 50 + [0.001] * 50, True),
        ([1000.0] * 102 + [0.001] * 102, False),  # what reaches the middle does
        ([0.001] * 50 + [1000.0] * 50, True),
        ([0.001] * 102 + [1000.0] * 102, False),  # what leads on from it does
        ([0.5, 2.0], True),
    ],
)
def test_what_may_leave_the_range_of_floats(weights: list[Any], is_bounded: bool) -> None:
    between = restriction(chain(weights), Seeds([0]), Seeds([len(weights)]))
    assert parts.is_bounded(between, flow_through(between)) is is_bounded


def test_what_passes_a_cycle_is_bounded_by_the_product_of_both_ways() -> None:
    ends = [(0, 1), (1, 2), (2, 1), (2, 3)]
    for weights, is_bounded in (([1e50, 0.5, 0.5, 1e50], True), ([1e100, 0.5, 0.5, 1e100], False)):
        graph = gd.CompiledGraph.from_arrays(*zip(*ends, strict=True), weights, cycles="solve")  # type: ignore[misc]
        between = restriction(graph, Seeds([0]), Seeds([3]))
        assert parts.is_bounded(between, flow_through(between)) is is_bounded


def test_the_largest_value_between_is_of_what_lies_there() -> None:
    between: Any = SimpleNamespace(positions=np.array([1, 3]))
    assert parts._most(np.array([9.0, 2.0, 8.0, 4.0]), between) == 4.0
    assert parts._most([9, 2, 8, Fraction(7, 2)], between) == Fraction(7, 2)
    nothing: Any = SimpleNamespace(positions=np.array([], dtype=int))
    assert parts._most(np.array([9.0]), nothing) == 0.0
    assert parts._most([9], nothing) == 0.0


# -- how adjoints are off that miss their equations


@pytest.mark.parametrize("seed", range(6))
def test_how_far_adjoints_are_off_is_bounded_from_above_and_near(seed: int) -> None:
    rng = np.random.default_rng(seed)
    tails, heads = np.triu_indices(7, 1)
    weights = rng.normal(size=len(tails))
    # From 4 back to 2: a cycle in the middle.
    ends = [*tails.tolist(), 4], [*heads.tolist(), 2]
    graph = gd.CompiledGraph.from_arrays(*ends, [*weights.tolist(), 0.01], cycles="solve")
    between = restriction(graph, Seeds([0]), Seeds([6]))
    assert between.n_nodes == 7
    missed = rng.random(7)
    off = parts._off(between, graph, missed)
    expected = through_between(between, graph, missed)
    assert (off >= expected * (1 - 1e-12)).all()
    assert (off <= expected * 20).all()


def through_between(between: Any, graph: gd.CompiledGraph, missed: Any) -> Any:
    """Return the same by the edges out of each component and the exact inverse of each component, dense."""
    n = between.n_nodes
    weights = np.zeros((n, n))
    tails = np.repeat(np.arange(n), np.diff(between.ptr))
    for tail, head, weight in zip(
        tails.tolist(), between.heads.tolist(), np.asarray(graph.weights)[between.edges].tolist(), strict=True
    ):
        weights[tail, head] += weight
    places = np.searchsorted(between.positions, np.array(between.loops)).tolist()
    inner = np.zeros((n, n))
    for start, after in places:
        inner[start:after, start:after] = weights[start:after, start:after]
    # The inverse of each component as it is, the edges between components by their sizes.
    inverse = np.abs(np.linalg.inv(np.eye(n) - inner))
    outer = np.abs(weights - inner)
    return np.linalg.inv(np.eye(n) - inverse @ outer) @ inverse @ np.asarray(missed)


def test_what_underflow_takes_is_in_how_far_adjoints_are_off() -> None:
    graph = chain([0.5, 0.5])
    between = restriction(graph, Seeds([0]), Seeds([2]))
    off = parts._off(between, graph, np.zeros(3))
    assert (off >= 0).all()
    assert off[0] > 0
    assert off[2] == 0
