"""Proven bounds of an inverse and of a spectral radius beside the formulas that they are, rounding by rounding."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from graphdiff.graph.sparse import csr_of
from graphdiff.sums import enclosure, radius
from graphdiff.sums.enclosure import ABOVE, UNDERFLOW, Inverse, enclosed_inverse, summed
from graphdiff.sums.radius import bounds, by_powers, spectral_radius

U = 2.0**-53
EXACT = 4 * U


def gamma(count: float) -> float:
    return count * U / (1 - count * U)


def near(number: Any) -> Any:
    return pytest.approx(number, rel=EXACT, abs=0)


def test_gamma_is_infinite_where_roundings_may_be_all() -> None:
    assert enclosure.gamma(1) == U / (1 - U)
    assert enclosure.gamma(2**52) == 1.0
    assert enclosure.gamma(2**51) == near(1 / 3)
    assert (enclosure.gamma(2**53), enclosure.gamma(2**54), enclosure.gamma(0)) == (math.inf, math.inf, 0.0)


def test_numbers_at_one_place_are_added() -> None:
    places = np.array([2, 0, 2])
    assert summed(places, np.array([1.0, 2.0, 4.0]), 4).tolist() == [2, 0, 5, 0]
    assert summed(places, np.array([1 + 2j, 3j, 5 - 7j]), 4).tolist() == [3j, 0, 6 - 5j, 0]


@pytest.mark.parametrize("turned", [1, 1j])
@pytest.mark.parametrize("weights", [[0.5], [2.0, -1.5]])
def test_what_an_inverse_misses_counts_every_rounding(weights: list[float], turned: complex) -> None:
    numbers = np.array(weights) * turned if turned != 1 else np.array(weights)
    made = enclosed_inverse(1, np.zeros(len(weights), dtype=int), numbers)
    exact = 1 / (1 - 0.5 * turned)
    grown = abs(exact) * (1 + sum(map(abs, weights)))
    assert made.approximate[0, 0] == near(exact)
    missed = (gamma(4 * 9) + gamma(4 * (len(weights) + 4))) * grown
    if turned == 1:
        assert made.misses[0] == near(missed * ABOVE)
    assert missed <= made.misses[0] <= missed * ABOVE + 4 * U
    assert made.condition == near(grown)
    assert made.is_proven
    # Without an edge nothing is added up.
    assert enclosed_inverse(1, np.array([], dtype=int), np.array([])).misses[0] == near(
        2 * (gamma(36) + gamma(16)) * ABOVE / 2
    )


def test_rows_that_are_not_alike_miss_each_their_own() -> None:
    made = enclosed_inverse(2, np.array([1, 2]), np.array([8.0, 0.0625]))
    # I - A = [[1, -8], [-1/16, 1]], whose inverse is [[2, 16], [1/8, 2]].
    assert made.approximate.tolist() == [[2.0, 16.0], [0.125, 2.0]]
    grown = np.array([2 * 9 + 16 * 1.0625, 0.125 * 9 + 2 * 1.0625])
    expected = (gamma(4 * 10) + gamma(4 * 5)) * grown * ABOVE
    assert made.misses.tolist() == near(expected.tolist())
    assert made.condition == grown.max()


def test_what_is_singular_is_not_proven() -> None:
    made = enclosed_inverse(2, np.array([0, 3]), np.array([1.0, 1.0]))
    assert made.approximate.tolist() == [[1, 0], [0, 1]]
    assert np.isnan(made.misses).all()
    assert (made.condition, made.is_proven, made.misses.shape) == (math.inf, False, (2,))
    assert not Inverse(np.eye(1), np.array([1.0]), 1.0).is_proven
    assert Inverse(np.eye(1), np.array([1 - U]), 1.0).is_proven


def test_what_an_exact_inverse_makes_of_sizes_is_bounded_from_above() -> None:
    made = Inverse(np.array([[2.0, -4.0], [0.5, 0.0]]), np.array([0.5, 0.25]), 1.0)
    lost = 6 * UNDERFLOW
    there = np.array([2 * 3 + 4 * 5, 0.5 * 3]) * ABOVE + lost
    expected = (there + np.array([0.5, 0.25]) * (there.max() / 0.5)) * ABOVE + lost
    assert made.onward(np.array([3.0, 5.0])).tolist() == expected.tolist()
    nothing = made.onward(np.zeros(2))
    assert nothing.tolist() == [6 * UNDERFLOW + 0.5 * 12 * UNDERFLOW + 6 * UNDERFLOW, (6 + 3 + 6) * UNDERFLOW]


# -- spectral radius


def test_ratios_bound_the_radius_of_sizes() -> None:
    table = np.array([[0.0, 2.0], [0.5, 0.0]])
    lower, upper, vector = bounds(table.__matmul__, 2, 10.0)
    assert (lower, upper, vector.tolist()) == (0.5, 2.0, [1, 1])  # below the limit nothing more is looked for
    lower, upper, vector = bounds(table.__matmul__, 2, 0.0, rounds=2)
    # 1, 1 -> 2, 0.5; with the identity 3, 1.5, as 1, 0.5 -> 1, 0.5.
    assert (lower, upper, vector.tolist()) == (1.0, 1.0, [1.0, 0.5])
    assert bounds(table.__matmul__, 2, 0.0, rounds=1)[:2] == (0.5, 2.0)
    assert bounds(table.__matmul__, 2, 1.0)[:2] == (1.0, 1.0)
    assert bounds(table.__matmul__, 2, 2.0)[:2] == (1.0, 1.0)
    one = bounds(np.array([[0.0, 0.0], [1.0, 0.0]]).__matmul__, 2, 0.0, rounds=500)
    assert one[0] == 0
    assert one[2].min() >= 1e-100
    assert spectral_radius(np.array([[0.0, -2.0], [2.0, 0.0]])) == pytest.approx(2)


def test_one_power_bounds_the_radius_by_its_norm() -> None:
    for off in (0.0, 0.5):
        whole = (0.25 * (1 + gamma(36)) + off) * (1 + 2.0**-50)
        found = by_powers(np.array([[0.25]]), off, np.ones(1), 1.0, 1e9)
        assert found == (near(whole * (1 + 2.0**-50)), near(1 / (1 - whole) * (1 + 2.0**-20)))
    assert by_powers(np.array([[0.25]]), 0.75, np.ones(1), 1.0, 1e9)[1] == math.inf
    weighed = by_powers(np.array([[0.0, 4.0], [0.0, 0.0]]), 0.0, np.array([1.0, 0.125]), 1.0, 1e9)
    assert weighed[0] == near(0.5 * (1 + gamma(40)) * (1 + 2.0**-50) ** 2)


@pytest.mark.parametrize("off", [0.0, 0.0625])
def test_the_square_is_off_by_what_both_factors_are(off: float) -> None:
    table = np.array([[0.0, 3.0], [0.0625, 0.0]])
    norm = 3 * (1 + gamma(40))
    whole = (norm + off) * (1 + 2.0**-50)
    more = (2 * norm * off + off**2 + gamma(40) * norm**2) * (1 + 2.0**-20)
    square = (0.1875 * (1 + gamma(40)) + more) * (1 + 2.0**-50)
    for matrix in (table, csr_of(table)):
        found = by_powers(matrix, off, np.ones(2), 1.0, 1e9)
        if isinstance(matrix, np.ndarray):
            expected = (1 + whole) / (1 - square) * (1 + 2.0**-20)
            assert found == (near(square**0.5 * (1 + 2.0**-50)), near(expected))
        assert found == pytest.approx(by_powers(table, off, np.ones(2), 1.0, 1e9), rel=1e-13)


def test_powers_are_looked_at_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    table = np.array([[0.0, 2.0], [0.125, 0.0]])
    monkeypatch.setattr(radius, "MAX_POWER", 1)
    assert by_powers(table, 0.0, np.ones(2), 1.0, 1e9) == (near(2 * (1 + gamma(40)) * (1 + 2.0**-50) ** 2), math.inf)
    monkeypatch.setattr(radius, "MAX_POWER", 2)
    assert by_powers(table, 0.0, np.ones(2), 1.0, 1e9)[1] < math.inf


@pytest.mark.parametrize("rows", [1, 2, 1024])
def test_a_square_is_sparse_as_long_as_few_entries_are_there(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(radius, "ROWS", rows)
    full = csr_of(np.ones((3, 3)))
    for dense, is_sparse in ((1.0, True), (8.99 / 9, False), (0.5, False)):
        monkeypatch.setattr(radius, "DENSE", dense)
        squared = radius._squared(full, 1e9)
        assert isinstance(squared, np.ndarray) != is_sparse
        assert np.asarray(squared if isinstance(squared, np.ndarray) else squared.toarray()).tolist() == [[3.0] * 3] * 3
    turned = csr_of(np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]))
    assert radius._squared(turned, 72).nnz == 3  # too few bytes for a dense one
    assert radius._squared(turned, 71) is None
    assert radius._squared(full, 143) is None
    monkeypatch.setattr(radius, "DENSE", 0.0)
    assert isinstance(radius._squared(turned, 144), np.ndarray)
    monkeypatch.setattr(radius, "DENSE", 1.0)
    monkeypatch.setattr(radius, "MAX_PRODUCTS", 27)
    assert not isinstance(radius._squared(full, 1e9), np.ndarray)
    monkeypatch.setattr(radius, "MAX_PRODUCTS", 26)
    assert isinstance(radius._squared(full, 1e9), np.ndarray)
    assert radius._squared(np.eye(2), 64) is not None
    assert radius._squared(np.eye(2), 63) is None
    assert radius._squared(np.eye(2) * 1j, 127) is None


def test_norms_and_longest_rows_are_of_all_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    table = np.array([[0.0, -2.0, 0.0], [1.0, 0.0, 1.0], [0.0, 0.0, 0.5]])
    vector = np.array([1.0, 2.0, 4.0])
    for rows in (1, 2, 3):
        monkeypatch.setattr(radius, "ROWS", rows)
        for matrix, longest in ((table, 3), (csr_of(table), 2)):
            assert (radius._norm(matrix, vector), radius._longest(matrix)) == (4.0, longest)


def test_what_leaves_the_floats_bounds_nothing_and_warns_of_nothing() -> None:
    large = np.array([[0.0, 1e308], [1e308, 1e308]])
    lower, upper, _ = bounds(large.__matmul__, 2, 1.0)
    assert lower >= 1e308
    assert upper == np.inf or upper >= 1e308
    assert by_powers(large, 0.0, np.ones(2), 1.0, 1e9) == (np.inf, np.inf)
    assert not enclosed_inverse(2, np.array([1, 2]), np.array([1e308, 1e308])).misses.max() > 1


def test_what_the_product_with_the_matrix_misses_counts() -> None:
    weights = np.array([0.9, 0.3, 0.7, 0.1])
    made = enclosed_inverse(2, np.arange(4), weights)
    matrix = np.eye(2) - weights.reshape(2, 2)
    residual = np.abs(np.eye(2) - made.approximate @ matrix).sum(axis=1)
    assert residual.max() > 0
    grown = np.abs(made.approximate) @ (np.eye(2) + weights.reshape(2, 2)).sum(axis=1)
    expected = (residual + (gamma(40) + gamma(20)) * grown) * ABOVE
    assert made.misses.tolist() == near(expected.tolist())


def test_thirty_vectors_are_looked_at() -> None:
    seen = []
    bounds(lambda vector: (seen.append(1), vector * [1.0, 2.0])[1], 2, 0.0)
    assert len(seen) == 30
