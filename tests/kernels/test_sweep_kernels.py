"""The passes of `kernels.sweep` one by one, against definitions in Fractions and lists of paths."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from kernel_forms import Rows, forms

from graphdiff.kernels import sweep
from graphdiff.kernels.sweep import PARTIALS

SEEDS = range(4)


def exact(numbers: Any) -> list[Fraction]:
    return list(map(Fraction, np.asarray(numbers).tolist()))


@pytest.mark.parametrize("seed", SEEDS)
def test_values_are_pushed_and_pulled_between_two_positions(seed: int) -> None:
    rows = Rows(seed, n_nodes=9, n_edges=30)
    weights = rng_of(seed).integers(-4, 5, rows.n_edges) / 4
    given = rng_of(seed + 100).integers(-3, 4, rows.n_nodes) / 2
    edges = list(zip(rows.tails.tolist(), rows.heads.tolist(), weights.tolist(), strict=True))
    for start, stop in ((0, 9), (2, 7), (4, 4)):
        pushed, pulled = given.tolist(), given.tolist()
        for tail, head, weight in edges:
            if start <= tail < stop:
                pushed[head] += pushed[tail] * weight
        for node in range(stop - 1, start - 1, -1):
            for tail, head, weight in edges:
                if tail == node:
                    pulled[node] += weight * pulled[head]
        for kernel in (sweep.forward, sweep.reverse):
            for form in forms(kernel):
                values = given.copy()
                form(rows.ptr, rows.heads, weights, values, start, stop)
                assert values.tolist() == (pushed if kernel is sweep.forward else pulled)


def rng_of(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_derivatives_are_those_of_the_edges_inside(seed: int) -> None:
    rows = Rows(seed, n_nodes=8, n_edges=24)
    rng = rng_of(seed)
    weights, tangents = rng.integers(-4, 5, rows.n_edges) / 4, rng.integers(-3, 4, 8) / 2
    inside = np.array([True, True, False, True, True, False, True, True])
    nodes = np.flatnonzero(inside)
    adjoints = np.zeros(8)
    adjoints[7], adjoints[4] = 1.0, 0.5
    pulled = adjoints.copy()
    edges = list(zip(rows.tails.tolist(), rows.heads.tolist(), weights.tolist(), strict=True))
    for node in nodes[::-1]:
        pulled[node] += sum(weight * pulled[head] for tail, head, weight in edges if tail == node)
    found = [
        (place, tangents[tail] * pulled[head], -(tangents[tail] * weight * pulled[head]))
        for place, (tail, head, weight) in enumerate(edges)
        if inside[tail] and inside[head]
    ]
    size = sum(bool(inside[tail]) for tail in rows.tails.tolist())
    for form in forms(sweep.derivatives):
        places, products, removals = np.zeros(size, dtype=np.uint32), np.zeros(size), np.zeros(size)
        values = adjoints.copy()
        stop = form(rows.ptr, rows.heads, weights, tangents, values, nodes, inside, places, products, removals)
        assert stop == len(found)
        assert list(zip(places[:stop], products[:stop], removals[:stop], strict=True)) == found
        assert values.tolist() == pulled.tolist()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_negative_weight_counts_where_both_ends_are_inside(seed: int) -> None:
    rows = Rows(seed, n_nodes=6, n_edges=8)
    for place in range(rows.n_edges):
        weights = np.ones(rows.n_edges)
        weights[place] = -1.0
        for kept in ((0, 1, 2, 3, 4, 5), (0, 2, 3, 5), (1, 4), ()):
            inside = np.isin(np.arange(6), kept)
            right = bool(inside[rows.tails[place]] and inside[rows.heads[place]])
            for form in forms(sweep.has_negative):
                assert form(rows.ptr, rows.heads, weights, np.flatnonzero(inside), inside) == right
    for form in forms(sweep.has_negative):
        assert not form(rows.ptr, rows.heads, np.zeros(rows.n_edges), np.arange(6), np.ones(6, dtype=bool))


@pytest.mark.parametrize("first", [1, 2, 3])
@pytest.mark.parametrize("seed", SEEDS)
def test_signs_are_those_of_the_ways(seed: int, first: int) -> None:
    rows = Rows(seed, n_nodes=7, n_edges=10)
    weights = rng_of(seed).choice([-1.0, 0.0, 1.0], rows.n_edges)
    steps = list(zip(rows.tails.tolist(), rows.heads.tolist(), weights.tolist(), strict=True))

    def signs(node: int) -> set[float]:
        own = {1: {1.0}, 2: {-1.0}, 3: {1.0, -1.0}}[first] if node == 6 else set()
        return own | {math.copysign(1, w) * s for tail, head, w in steps if tail == node and w for s in signs(head)}

    right = [(1.0 in signs(node)) + 2 * (-1.0 in signs(node)) for node in range(7)]
    for form in forms(sweep.signs):
        marks = np.zeros(7, dtype=np.int64)
        marks[6] = first
        form(rows.ptr, rows.heads, weights, np.arange(7), marks)
        assert marks.tolist() == right
        some = np.zeros(7, dtype=np.int64)
        some[6] = first
        form(rows.ptr, rows.heads, weights, np.array([5]), some)
        assert some.tolist() == [0] * 5 + [right[5], first]


@pytest.mark.parametrize("seed", SEEDS)
def test_an_entropy_is_added_up_without_rounding(seed: int) -> None:
    rng = rng_of(seed)
    parts, weights = rng.normal(size=50) * 10.0 ** rng.integers(-12, 12, 50), rng.random(50) + 0.1
    parts[7], total = 0.0, 3.0
    terms = [Fraction(float(p) / total * math.log(w)) for p, w in zip(parts, weights, strict=True) if p]
    for form in forms(sweep.entropy):
        partials = np.zeros(64)
        size = form(parts, weights, total, partials)
        assert sum(map(Fraction, partials[:size].tolist())) == sum(terms)
        assert 1 <= size < 12
        assert form(np.zeros(2), np.ones(2), 1.0, partials) == 0


@pytest.mark.parametrize("step", [1, 3, -1, -3])
@pytest.mark.parametrize("one_bit", [True, False])
def test_an_entropy_of_numbers_that_rise_takes_hundreds_of_places_and_no_more_than_there_are(
    step: int, one_bit: bool
) -> None:
    """Small numbers first leave a bit here and there, each a number of its own."""
    rng = rng_of(7)
    exponents = np.arange(-1020, 1)[:: int(np.sign(step))].repeat(abs(step))
    parts = np.ldexp(np.ones(len(exponents)) if one_bit else rng.random(len(exponents)) + 0.5, exponents)
    weights = rng.choice([math.e, 1 / math.e] if one_bit else [0.25, 0.75, 1.5, 3.0], len(parts))
    terms = [Fraction(float(p) * math.log(w)) for p, w in zip(parts, weights, strict=True)]
    for form in forms(sweep.entropy):
        partials = np.zeros(2 * PARTIALS)
        size = form(parts, weights, 1.0, partials)
        assert sum(map(Fraction, partials[:size].tolist())) == sum(terms)
        assert not partials[PARTIALS:].any()
        assert size > 150 if step > 0 else size < 40


def test_an_entropy_of_what_is_no_finite_number_is_none() -> None:
    for form in forms(sweep.entropy):
        for part, weight in ((np.inf, 2.0), (np.nan, 2.0)):
            assert form(np.array([1.0, part]), np.array([2.0, weight]), 1.0, np.zeros(PARTIALS)) == -1


def test_roundings_are_those_of_the_longest_chain() -> None:
    # 0 -> 1 -> 3, 0 -> 2 -> 3 twice, 1 -> 2; 4 plays no part.
    ptr, heads = np.array([0, 2, 4, 6, 7, 7], dtype=np.uint64), np.array([1, 2, 3, 2, 3, 3, 4], dtype=np.uint32)
    put_in, onward = np.array([3, 1, 0, 0, 0]), np.array([np.inf, 10.0, 100.0, 1000.0, 7.0])
    for form in forms(sweep.roundings):
        entering, most = np.array([0, 0, 0, 0, -1], dtype=np.int32), np.zeros(5)
        lost = form(ptr, heads, put_in, onward, 2.5, entering, most)
        # Three seeds are two sums; then a product, and a sum with the seed there; a product and a sum, or two.
        assert most.tolist() == [2.0, 2 + 2.5 + 1, 5.5 + 2.5 + 1, 9 + 2.5 + 2, 0.0]
        assert entering.tolist() == [0, 1, 2, 3, -1]
        assert lost == 1 * 10 + 2 * 100 + 3 * 1000


@pytest.mark.parametrize("n_ends", [1, 3])
def test_paths_to_the_ends_are_counted_up_to_a_limit(n_ends: int) -> None:
    ptr, heads = np.array([0, 3, 5, 6, 6], dtype=np.uint64), np.array([1, 1, 2, 2, 3, 3], dtype=np.uint32)
    ends, counts = np.array([0, 0, 1, n_ends]), np.array([2, 1, 0, 0])
    # 5 reach node 1, 7 node 2, which is an end, and 12 node 3, as often as it is one.
    right = 7 + 12 * n_ends
    for form in forms(sweep.count_between):
        for most in (right, right + 1, 10**9, right - 1, 11, 6, 4):
            here, totals = counts.copy(), np.zeros(1, dtype=np.int64)
            assert form(ptr, heads, ends, here, totals, most) == (most >= right)
            if most >= right:
                assert totals[0] == right
                assert here.tolist() == [0, 0, 0, 0]
        outside, totals = np.array([2, -1, 0, 0]), np.zeros(1, dtype=np.int64)
        assert form(ptr, heads, ends, outside, totals, 100)
        assert (totals[0], outside[1]) == (2 + 2 * n_ends, -1)


def test_shortest_and_longest_paths_by_edges() -> None:
    ptr, heads = np.array([0, 2, 4, 5, 5], dtype=np.uint64), np.array([1, 3, 2, 3, 3], dtype=np.uint32)
    for form in forms(sweep.extremes):
        fewest, longest = np.array([0, 9, 9, 9]), np.array([0, -9, -9, -9])
        form(ptr, heads, fewest, longest)
        assert (fewest.tolist(), longest.tolist()) == ([0, 1, 2, 1], [0, 1, 2, 3])
    for form in forms(sweep.distances):
        fewest = np.array([9, 9, 9, 0])
        form(ptr, heads, fewest, 0, 4)
        assert fewest.tolist() == [1, 1, 1, 0]


@pytest.mark.parametrize("seed", SEEDS)
def test_what_falls_below_floats_is_carried_by_exponents(seed: int) -> None:
    rows = Rows(seed, n_nodes=8, n_edges=20)
    rng = rng_of(seed)
    weights = (rng.integers(0, 9, rows.n_edges) / 8) * 2.0 ** rng.integers(-600, 600, rows.n_edges)
    right = [Fraction(0)] * 8
    right[7], right[3] = Fraction(1), Fraction(3, 8)
    for node in range(7, -1, -1):
        for tail, head, weight in zip(rows.tails.tolist(), rows.heads.tolist(), weights.tolist(), strict=True):
            if tail == node:
                right[node] += Fraction(weight) * right[head]
    for form in forms(sweep.reverse_scaled):
        mantissas, exponents = np.zeros(8), np.zeros(8, dtype=np.int64)
        mantissas[7], mantissas[3] = 1.0, 0.375
        given = (rows.ptr, rows.heads, weights, mantissas, exponents)
        form(*(given if form is not sweep.reverse_scaled else [array.data for array in given]), 0, 8)
        for mantissa, exponent, number in zip(mantissas.tolist(), exponents.tolist(), right, strict=True):
            made = Fraction(mantissa) * Fraction(2) ** exponent
            assert abs(made - number) <= number * Fraction(1, 2**48)
            assert mantissa == 0 or 0.5 <= mantissa < 1


@pytest.mark.parametrize("factors", [[0, 0, 0, 1], [2, 0, 3, 1], [0, 5, 0, 0]])
def test_every_path_to_a_target_is_multiplied_up(factors: list[int]) -> None:
    ptr, heads, weights = [0, 2, 5, 6, 6], [1, 2, 2, 3, 3, 3], [2, 3, 5, 7, 11, 13]
    edges = [(0, 1, 2), (0, 2, 3), (1, 2, 5), (1, 3, 7), (1, 3, 11), (2, 3, 13)]

    def through(node: int) -> int:
        return factors[node] + sum(weight * through(head) for tail, head, weight in edges if tail == node)

    for source, put_in, before in itertools.product((0, 1, 3), (1, -4), (0, 100)):
        stack = [[0] * 4, [0] * 4, [put_in] + [0] * 3]
        found = sweep.sum_of_products(ptr, heads, weights, factors, *stack, source, before)
        assert found == before + put_in * through(source)
