"""Parts of what solves a large component: the cost of its factors, and the order of the ways that are tried."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from graphdiff.graph.sparse import csr_of

pytest.importorskip("scipy", reason="scipy is not installed")

from graphdiff.sums import factors


def tridiagonal(size: int) -> Any:
    return csr_of(np.eye(size, k=1) / 4 + np.eye(size, k=-1) / 4)


def test_entries_and_work_of_a_factor_are_counted_beforehand() -> None:
    # An arrow: eliminated from its point on everything is filled, from the other end nothing is.
    arrow = np.eye(5)
    arrow[0, :] = arrow[:, 0] = 1
    entries, work = factors._filled(csr_of(arrow), np.array([1, 2, 3, 4, 0]))
    assert (entries, work) == (4, 4.0)
    entries, work = factors._filled(csr_of(arrow), np.arange(5))
    assert (entries, work) == (4 + 3 + 2 + 1, 16.0 + 9 + 4 + 1)


def test_ways_are_tried_the_quickest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = tridiagonal(6)
    right = np.arange(6.0)
    expected = np.linalg.solve(np.eye(6) - matrix.toarray(), right)
    quick = list(factors._ways(matrix))
    assert len(quick) == 1
    assert factors._iterated not in quick
    assert list(factors._ways(np.eye(3))) == [factors._dense]
    monkeypatch.setattr(factors, "MAX_QUICK", -1)
    assert list(factors._ways(matrix)) == [factors._iterated, factors._dense]
    monkeypatch.setattr(factors, "MAX_BYTES", 8 * 6**2)
    assert list(factors._ways(matrix)) == [factors._iterated, factors._dense]
    monkeypatch.setattr(factors, "MAX_BYTES", 8 * 6**2 - 1)
    first, *others = factors._ways(matrix)
    assert first is factors._iterated
    for way in (*quick, *others):
        solve = way(matrix)
        assert np.allclose(np.asarray(solve(right, False)), expected, rtol=1e-12)
