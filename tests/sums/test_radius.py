"""Bounds of the spectral radius beside eigenvalues, and of the inverse that follows beside the inverse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from graphdiff.graph.sparse import csr_of
from graphdiff.sums import radius
from graphdiff.sums.radius import bounds, by_powers


def drawn(seed: int, size: int, own: float, *, phases: bool = False) -> NDArray[np.complex128]:
    """Return a matrix, half of it 0, of a spectral radius; its rows are of any size."""
    random = np.random.default_rng(seed)
    table = random.standard_normal((size, size)) * (random.random((size, size)) < 0.5) + 0j
    if phases:
        table *= np.exp(6j * random.random((size, size)))
    table *= own / np.abs(np.linalg.eigvals(table)).max()
    scale = np.exp(2 * random.standard_normal(size))
    table *= scale[:, None] / scale
    return table if phases else table.real


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("own", [0.5, 0.99, 1.0001, 1.5])
def test_no_bound_is_below_an_eigenvalue_nor_above_the_inverse(seed: int, own: float) -> None:
    table = drawn(seed, 20, own, phases=bool(seed % 2))
    sizes = np.abs(table)
    lower, upper, vector = bounds(sizes.__matmul__, 20, 1.0)
    assert lower <= np.abs(np.linalg.eigvals(sizes)).max() * (1 + 1e-12) <= upper * (1 + 1e-9)
    at_most, most = by_powers(table, 0.0, vector, 1.0, 1e9)
    assert own <= at_most * (1 + 1e-9)
    assert (at_most < 1) == (most < np.inf) == (own < 1)
    if own < 1:
        inverse, put_in = np.abs(np.linalg.inv(np.eye(20) - table)), np.random.default_rng(seed).random(20)
        assert (inverse @ put_in <= vector * most * (put_in / vector).max() * (1 + 1e-9)).all()


def known_of(own: float) -> tuple[NDArray[Any], NDArray[np.float64]]:
    table = drawn(4, 10, own)
    return table, bounds(np.abs(table).__matmul__, 10, 1.0)[2]


def test_of_sparse_and_of_dense_matrices_it_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    table, vector = known_of(0.95)
    expected = by_powers(table, 0.0, vector, 1.0, 1e9)
    assert expected[0] < 1
    for rows, dense in ((7, 2.0), (1024, 2.0), (7, 0.6)):  # in blocks, never dense, dense after the first square
        monkeypatch.setattr(radius, "ROWS", rows)
        monkeypatch.setattr(radius, "DENSE", dense)
        assert by_powers(csr_of(table), 0.0, vector, 1.0, 1e9) == pytest.approx(expected, rel=1e-9)


def test_what_weights_are_off_by_counts() -> None:
    table, vector = known_of(0.999)
    known, _ = by_powers(table, 0.0, vector, 1.0, 1e9)
    assert known < 1
    assert by_powers(table, 0.01, vector, 1.0, 1e9)[1] == np.inf


def test_powers_that_do_not_fit_prove_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    table, vector = known_of(0.999)
    for most in (2 * 8 * 10**2 - 1, 100):
        assert (
            by_powers(table, 0.0, vector, 1.0, most)[1] == by_powers(csr_of(table), 0.0, vector, 1.0, most)[1] == np.inf
        )
    assert by_powers(table, 0.0, vector, 1.0, 2 * 8 * 10**2)[1] < np.inf
    monkeypatch.setattr(radius, "MAX_PRODUCTS", 0)
    monkeypatch.setattr(radius, "DENSE", 2.0)
    assert by_powers(csr_of(table), 0.0, vector, 1.0, 100)[1] == np.inf


def test_powers_beyond_the_floats_prove_nothing() -> None:
    assert by_powers(np.full((2, 2), 1e60), 0.0, np.ones(2), 1.0, 1e9)[1] == np.inf
    assert by_powers(np.full((2, 2), 1e200), 0.0, np.ones(2), 1.0, 1e9) == (np.inf, np.inf)
