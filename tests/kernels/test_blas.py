"""BLAS takes one thread where that is quicker on busy cores, and as many as before afterwards."""

from __future__ import annotations

import pytest

from graphdiff.kernels import blas


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return how many threads were set one after the other, of a BLAS that starts with 4."""
    counts = [4]
    monkeypatch.setattr(blas, "_switch", lambda: (lambda: counts[-1], counts.append))
    return counts


def test_middling_matrices_take_one(threads: list[int]) -> None:
    with blas.one_thread(200), blas.one_thread(300):
        assert threads == [4, 1]
    assert threads == [4, 1, 4]


@pytest.mark.parametrize("n_rows", [10, 10_000])
def test_small_and_large_ones_are_left(threads: list[int], n_rows: int) -> None:
    with blas.one_thread(n_rows):
        assert threads == [4]


def test_an_error_puts_them_back(threads: list[int]) -> None:
    with pytest.raises(ZeroDivisionError, match="division"), blas.one_thread(200):
        1 / 0  # noqa: B018
    assert threads == [4, 1, 4]


def test_another_blas_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blas, "_switch", lambda: None)
    with blas.one_thread(200):
        pass
