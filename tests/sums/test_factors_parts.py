"""Parts of what solves a large component: the cost of its factors, and the order of the ways that are tried."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from graphdiff.errors import LimitError
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
    assert len(others) == 1
    assert factors._dense not in others
    for way in (*quick, *others):
        solve = way(matrix)
        assert np.allclose(np.asarray(solve(right, False)), expected, rtol=1e-12, atol=0)


# -- what bounds and improves a solution, beside exact numbers

UNIT = Fraction(1, 2**53)
LEAST = Fraction(1, 2**1074)
#: Rows of A, with signs; exact in floats.
TABLE = [[0.0, 0.5, -0.25], [0.125, 0.0, 0.5], [0.0, -0.25, 0.0]]


def equations(table: Any = TABLE, way: Any = None, roundings: Any = ([40.0] * 3, [36.0] * 3)) -> factors.Equations:
    matrix = np.array(table)
    solve = way or (lambda b, turned: np.linalg.solve(np.eye(len(matrix)) - (matrix.T if turned else matrix), b))
    return factors.Equations(matrix, np.abs(matrix), tuple(np.array(each) for each in roundings), solve)


def test_an_end_counts_its_edges_and_some_more() -> None:
    assert factors._roundings(4, np.array([0, 0, 2])).tolist() == [40.0, 32.0, 36.0, 32.0]


def test_many_bounds_of_roundings_are_what_one_is() -> None:
    counts = np.array([1.0, 32.0, 1e6])
    for count, bound in zip(counts.tolist(), factors.gamma_of(counts).tolist(), strict=True):
        exact = Fraction(count) * UNIT
        assert exact / (1 - exact) <= Fraction(bound) <= exact / (1 - exact) * (1 + Fraction(1, 10**6))


def test_what_a_vector_passes_on_is_bounded_from_above_and_what_is_left_from_below() -> None:
    vector, counts = [1.0, 3.0, 0.7], [40.0, 36.0, 32.0]
    most, left = equations(roundings=(counts, [1e9] * 3)).passed(np.array(vector))
    for row, z, count, high, low in zip(TABLE, vector, counts, most.tolist(), left.tolist(), strict=True):
        onward = sum(abs(Fraction(a)) * Fraction(b) for a, b in zip(row, vector, strict=True))
        slack = Fraction(count) * UNIT * (onward + Fraction(z))
        assert onward < Fraction(high)
        assert Fraction(high) - onward == pytest.approx(slack, rel=0.05, abs=0)
        assert Fraction(z) - onward - Fraction(low) == pytest.approx(slack, rel=0.05, abs=0)
    most, left = equations(roundings=(counts, counts)).passed(np.zeros(3))
    assert most.tolist() == [count * 2.0**-1074 for count in counts]
    assert left.tolist() == [-count * 2.0**-1074 for count in counts]


@pytest.mark.parametrize("turned", [False, True])
def test_what_a_solution_misses_is_a_part_of_what_meets_there(turned: bool) -> None:
    table = [[TABLE[j][i] for j in range(3)] for i in range(3)] if turned else TABLE
    given, solution = [1.0, 0.0, -2.0], [1.5, 0.25, -2.0]
    expected, parts = [], []
    for row, b, x in zip(table, given, solution, strict=True):
        brought = [Fraction(a) * Fraction(s) for a, s in zip(row, solution, strict=True)]
        expected.append(Fraction(b) - Fraction(x) + sum(brought))
        parts.append(abs(expected[-1]) / (abs(Fraction(b)) + abs(Fraction(x)) + sum(map(abs, brought))))
    missed, error = equations()._missed(np.array(given), np.array(solution), turned)
    assert missed.tolist() == expected
    assert error == pytest.approx(float(max(parts)), rel=1e-14, abs=0)
    found = equations()._missed(np.array(given) * 1j, np.array(solution) * 1j, turned)
    assert (found[0].tolist(), found[1]) == ([complex(0, number) for number in expected], error)


def test_what_fell_below_the_smallest_float_is_no_fault() -> None:
    one = equations([[0.0]], roundings=([2.0], [3.0]))
    for turned, count in ((False, 2), (True, 3)):
        lost = 64 * count * 2.0**-1074
        assert one._missed(np.array([lost]), np.array([0.0]), turned)[1] == 0
        assert one._missed(np.array([lost + 2.0**-1074]), np.array([0.0]), turned)[1] > 0
    assert one._missed(np.array([0.0]), np.array([0.0]), False)[1] == 0


@pytest.mark.parametrize("exponent", [-1000, -1, 0, 1, 1000])
def test_a_solution_is_scaled_as_what_is_put_in(exponent: int) -> None:
    given, asked = np.array([1.0, 0.5, -0.25]), []

    def way(put_in: Any, turned: bool) -> Any:
        asked.append(float(np.abs(put_in).max()))
        return np.linalg.solve(np.eye(3) - np.array(TABLE), put_in)

    for factor in (1.0, 1j):
        expected = np.linalg.solve(np.eye(3) - np.array(TABLE), given) * factor
        found = equations(way=way).solved(np.ldexp(given, exponent) * factor, False)
        assert np.allclose(found / 2.0**exponent, expected, rtol=1e-15, atol=0)
        assert asked[0] == 0.5
        asked.clear()


def test_nothing_and_what_left_the_floats_are_not_solved() -> None:
    def way(put_in: Any, turned: bool) -> Any:
        raise AssertionError

    assert equations(way=way).solved(np.zeros(3), False).tolist() == [0, 0, 0]
    for wrong in (np.inf, -np.inf, np.nan, complex(0, np.inf)):
        assert np.isinf(equations(way=way).solved(np.array([1.0, wrong, 0.0]), False)).all()


def test_a_way_that_gives_nothing_is_refused_with_what_is_missing() -> None:
    with pytest.raises(LimitError, match=r"of 3 nodes are not summed well enough: 1 of what meets .*, and 9e-13 may"):
        equations(way=lambda put_in, turned: np.zeros_like(put_in)).solved(np.ones(3), False)


def test_a_way_is_asked_no_more_often_than_it_helps() -> None:
    calls = []

    def way(put_in: Any, turned: bool) -> Any:
        calls.append(turned)
        share = 1 - 2.0**-20 if len(calls) < 3 else 1
        return share * np.linalg.solve(np.eye(3) - np.array(TABLE).T, put_in)

    found = equations(way=way).solved(np.array([1.0, 0.5, 0.25]), True)
    assert np.allclose(found, np.linalg.solve(np.eye(3) - np.array(TABLE).T, [1.0, 0.5, 0.25]), rtol=1e-15, atol=0)
    assert calls in ([True] * 3, [True] * 4)


def test_parallel_edges_are_added_and_many_make_a_dense_table() -> None:
    tails, heads, weights = np.array([0, 0, 1, 2]), np.array([1, 1, 2, 0]), np.array([0.5, 0.25, 1.0, -1.0])
    expected = [[0, 0.75, 0], [0, 0, 1], [-1, 0, 0]]
    few = factors._matrix(3, tails, heads, weights)
    many = factors._matrix(3, *(np.tile(each, 3) for each in (tails, heads)), np.tile(weights / 3, 3))
    for matrix in (few, many):
        assert np.allclose(matrix if isinstance(matrix, np.ndarray) else matrix.toarray(), expected, rtol=1e-15, atol=0)
    whole = np.arange(1.0, 10.0)
    dense = factors._matrix(3, np.repeat(np.arange(3), 3), np.tile(np.arange(3), 3), whole)
    assert isinstance(dense, np.ndarray)
    assert dense.tolist() == whole.reshape(3, 3).tolist()
    assert dense.flags.f_contiguous


def test_where_signs_alone_make_walks_converge_an_inverse_is_bounded_by_powers() -> None:
    tails, heads = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    found = factors.factored(2, tails, heads, np.array([0.6, 0.6, -0.6, 0.6]), 1.0)  # |A| has the radius 1.2, A 0.85
    assert isinstance(found, factors.Factor)
    assert found.sizes is None
    assert 0.848 < found.radius < 1
    inverse = np.abs(np.linalg.inv(np.eye(2) - np.array([[0.6, 0.6], [-0.6, 0.6]])))
    for put_in in ([1.0, 0.0], [0.0, 1.0], [0.25, 3.0]):
        most = found.onward(np.array(put_in))
        assert (inverse @ put_in <= most).all()
        assert (most <= 40 * np.max(put_in)).all()
    assert np.isinf(found.onward(np.array([1.0, np.inf]))).all()


def test_an_order_that_fills_little_is_found_where_edges_are_scattered() -> None:
    size = 400
    star = np.zeros((size, size))
    star[0, :] = star[:, 0] = 1
    order, work = factors._order(csr_of(star))
    assert order is not None
    assert sorted(order.tolist()) == list(range(size))
    assert work <= 2 * size  # eliminated from its point on it would be a third of size**3
    random = np.random.default_rng(2)
    rows = csr_of((np.ones(3 * size), tuple(random.integers(0, size, (2, 3 * size)))), shape=(size, size))
    order, work = factors._order(rows)
    assert order is not None
    assert work < factors._filled((rows + rows.T).tocsr(), np.arange(size))[1]


def test_the_envelope_is_counted_from_the_first_entry_of_each_row_to_the_diagonal() -> None:
    pattern = csr_of(np.array([[1.0, 0, 0, 1], [0, 1, 0, 0], [0, 1, 1, 0], [1, 0, 0, 1]]))
    assert factors._envelope(pattern, np.arange(4)) == 1 + 3
    assert factors._envelope(pattern, np.array([1, 0, 3, 2])) == 3 + 1


def test_a_good_solution_is_improved_no_further_and_one_beyond_the_floats_neither() -> None:
    calls = []

    def way(put_in: Any, turned: bool) -> Any:
        calls.append(turned)
        return put_in * len(calls) if np.isfinite(put_in).all() else put_in

    nothing = [[0.0, 0.0], [0.0, 0.0]]
    assert equations(nothing, way, ([32.0] * 2, [32.0] * 2)).solved(np.array([1.0, 0.5]), False).tolist() == [1.0, 0.5]
    assert calls == [False]
    calls.clear()
    with pytest.raises(LimitError, match="not summed well enough"):
        equations(way=lambda b, turned: (calls.append(turned), b * np.nan)[1]).solved(np.ones(3), True)
    assert calls == [True]


def test_a_slow_way_goes_on_until_enough() -> None:
    exact = equations().way
    slow = equations(way=lambda put_in, turned: 0.4 * exact(put_in, turned))
    assert np.allclose(slow.solved(np.ones(3), False), exact(np.ones(3), False), rtol=1e-11, atol=0)


RING_OF_SIGNS = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]), np.array([0.6, 0.6, -0.6, 0.6])


def test_a_way_that_fails_in_one_direction_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(wrong: bool, fault: float) -> Any:
        def one_way(matrix: Any) -> Any:
            good = factors._dense(matrix)
            return lambda put_in, turned: good(put_in, turned) * (fault if turned is wrong else 1)

        return one_way

    for wrong, fault in ((False, 0.0), (True, 0.0), (False, np.nan), (True, np.inf)):
        ways = [failing(wrong, fault), factors._dense]
        monkeypatch.setattr(factors, "_ways", lambda sizes, ways=ways: iter(ways))
        found = factors.factored(2, *RING_OF_SIGNS, 1.0)
        assert isinstance(found, factors.Factor)
        inverse = np.linalg.inv(np.eye(2) - np.array([[0.6, 0.6], [-0.6, 0.6]]))
        assert np.allclose(found.ahead([1.0, 0.0]), inverse[0], rtol=1e-13, atol=0)
        assert np.allclose(found.back([1.0, 0.0]), inverse[:, 0], rtol=1e-13, atol=0)


def test_the_bound_by_powers_is_rounded_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(factors, "by_powers", lambda *given: (0.5, 3.0))
    found = factors.factored(2, *RING_OF_SIGNS, 1.0)
    assert isinstance(found, factors.Factor)
    assert found.radius == 0.5
    assert found.witness / found.left == pytest.approx([3.0 * (1 + 2.0**-20)] * 2, rel=1e-12, abs=0)


def test_what_is_not_proven_says_between_what_it_lies() -> None:
    one = np.array([0])
    assert factors.factored(1, one, one, np.array([1.5]), 1.0) == factors.Unproven(1.5, 1.5)
    found = factors.factored(2, *RING_OF_SIGNS[:2], np.array([0.9, 0.9, -0.9, 0.9]), 1.0)
    assert isinstance(found, factors.Unproven)
    assert 1.79 < found.at_least <= 1.8 + 1e-12
    assert 0.9 * 2**0.5 - 1e-12 <= found.at_most < 2


def test_what_a_positive_inverse_passes_on_is_bounded_closely() -> None:
    """A chain with a way back: from its start much comes to its end, and little the other way."""
    tails, heads = np.array([0, 1, 2, 3, 0]), np.array([1, 2, 3, 0, 2])
    weights = np.array([0.9, 0.8, 0.7, 0.1, 0.3])
    table = np.zeros((4, 4))
    np.add.at(table, (tails, heads), weights)
    found = factors.factored(4, tails, heads, weights, 1.0)
    assert isinstance(found, factors.Factor)
    for put_in in np.eye(4):
        exact = np.linalg.inv(np.eye(4) - table) @ put_in
        most = found.onward(put_in)
        assert (exact <= most).all()
        assert np.allclose(most, exact, rtol=1e-5, atol=0)


def test_of_a_grid_less_is_filled_by_minimum_degree() -> None:
    from scipy.sparse.csgraph import reverse_cuthill_mckee

    side = 30
    places = np.arange(side * side).reshape(side, side)
    tails = np.concatenate([places[:, :-1].ravel(), places[:-1].ravel()])
    heads = np.concatenate([places[:, 1:].ravel(), places[1:].ravel()])
    pattern = csr_of((np.ones(len(tails)), (tails, heads)), shape=(side * side,) * 2)
    pattern = (pattern + pattern.T).tocsr()
    order, work = factors._order(pattern)
    assert order is not None
    assert sorted(order.tolist()) == list(range(side * side))
    by_band = factors._filled(pattern, reverse_cuthill_mckee(pattern, symmetric_mode=True))
    by_degree = factors._filled(pattern, order)
    assert by_degree[0] < 0.7 * by_band[0]
    assert by_degree[1] == work < by_band[1]


def test_a_matrix_is_dense_where_its_entries_are_as_many_and_it_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    tails, heads = (each.ravel() for each in np.mgrid[:3, :3])
    monkeypatch.setattr(factors, "MAX_BYTES", 8 * 3**2)
    assert isinstance(factors._matrix(3, tails, heads, np.ones(9)), np.ndarray)
    assert not isinstance(factors._matrix(3, tails, heads, np.ones(9) * 1j), np.ndarray)
    monkeypatch.setattr(factors, "MAX_BYTES", 8 * 3**2 - 1)
    assert not isinstance(factors._matrix(3, tails, heads, np.ones(9)), np.ndarray)
    monkeypatch.undo()
    parallel = factors._matrix(9, np.zeros(81, dtype=int), np.ones(81, dtype=int), np.full(81, 0.25))
    assert not isinstance(parallel, np.ndarray)
    assert (parallel.nnz, parallel[0, 1]) == (1, 81 / 4)


@pytest.mark.parametrize("exponent", [-1000, -300, 0, 300])
@pytest.mark.parametrize("turned", [False, True])
def test_iteration_sums_small_and_large_numbers_alike(exponent: int, turned: bool) -> None:
    matrix = tridiagonal(50) - csr_of(np.eye(50, k=2) / 8)
    right = np.arange(1.0, 51.0)
    dense = np.eye(50) - (matrix.T if turned else matrix).toarray()
    solve = factors._iterated(matrix)
    found = np.ldexp(solve(np.ldexp(right, exponent), turned), -exponent)
    assert np.allclose(found, np.linalg.solve(dense, right), rtol=1e-7, atol=0)
    assert not solve(np.zeros(50), turned).any()


def test_an_order_by_minimum_degree_is_a_matter_of_the_pattern_alone() -> None:
    size = 30
    random = np.random.default_rng(5)
    ends = tuple(random.integers(0, size, (2, 60)))
    pattern = csr_of((np.ones(60), ends), shape=(size, size))
    pattern = (pattern + pattern.T).tocsr()
    plain = factors._minimum_degree(pattern).tolist()
    for large in (2.0 * size, 1e300):
        assert factors._minimum_degree(pattern * large).tolist() == plain


def test_without_signs_what_is_not_proven_is_not_tried_by_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(factors, "_by_signs", lambda *given: pytest.fail("there are no signs"))
    ring = np.array([0, 1, 2]), np.array([1, 2, 0])
    assert isinstance(factors.factored(3, *ring, np.full(3, 0.5), 1.0), factors.Factor)
    for weight in (1 - 2.0**-53, 1.0, 1.25):
        assert isinstance(factors.factored(3, *ring, np.full(3, weight), 1.0), factors.Unproven)


def test_pivots_are_exchanged_where_they_are_small() -> None:
    """By the diagonal alone an entry of 2**-30 is divided by, and the digits of the others are lost."""
    matrix = csr_of(np.array([[1 - 2.0**-30, -1.0, 0.0], [-1.0, 1 / 3, 0.25], [0.0, 0.2, 0.7]]))
    right = np.array([0.1, 0.7, 0.3])
    exact = np.linalg.solve(np.eye(3) - matrix.toarray(), right)
    assert np.allclose(factors._sparse(matrix, np.arange(3), 1.0)(right, False), exact, rtol=1e-14, atol=0)
    [way] = factors._pivoting(abs(matrix))
    assert np.allclose(way(matrix)(right, False), exact, rtol=1e-14, atol=0)
    assert not np.allclose(factors._sparse(matrix, np.arange(3))(right, False), exact, rtol=1e-11, atol=0)


def test_a_factor_fits_by_its_entries_on_both_sides_and_on_the_diagonal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(factors, "MAX_BYTES", 12 * (2 * 50 + 7))
    assert factors._fits(50, 7)
    assert not factors._fits(51, 7)
    assert not factors._fits(50, 8)


def test_where_no_way_sums_them_well_enough_it_is_said_with_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(factors, "_ways", lambda sizes: iter([lambda matrix: lambda put_in, turned: 0 * put_in]))
    monkeypatch.setattr(factors, "_pivoting", lambda sizes: iter(()))
    told = (
        r"round a cycle of 2 nodes converge, and no way within 1 GiB sums them well enough; "
        r"graphdiff\.sums\.factors\.MAX_BYTES is that limit"
    )
    with pytest.raises(LimitError, match=told):
        factors.factored(2, *RING_OF_SIGNS, 1.0)


def test_what_a_solution_is_short_of_is_added_to_a_bound() -> None:
    """Near a radius of 1 a small backward error is a large part of the solution: the witness bounds it."""
    answers = iter([1 - 2.0**-12, 0.0, 0.0])
    sizes, witness = [[1 - 2.0**-30]], np.ones(1)
    once = equations(sizes, lambda put_in, turned: next(answers) * put_in * 2.0**30, ([36.0], [36.0]))
    found = factors.Factor(once, once, witness, once.passed(witness)[1], 1 - 2.0**-31)
    [most] = found.onward(np.ones(1))
    assert 2.0**30 <= most <= 2.0**30 * (1 + 2.0**-10)
    assert next(answers, None) == 0.0


def test_a_way_that_fails_for_positive_weights_is_not_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = lambda matrix: lambda put_in, turned: 0 * put_in  # noqa: E731
    monkeypatch.setattr(factors, "_ways", lambda sizes: iter([nothing, factors._dense]))
    found = factors.factored(3, np.array([0, 1, 2]), np.array([1, 2, 0]), np.full(3, 0.5), 1.0)
    assert isinstance(found, factors.Factor)
    assert found.back([1.0, 0.0, 0.0]) == pytest.approx([8 / 7, 2 / 7, 4 / 7], rel=1e-14, abs=0)


def test_the_first_witness_that_proves_it_is_taken() -> None:
    calls = []

    def way(put_in: Any, turned: bool) -> Any:
        calls.append(put_in)
        return 2 * put_in

    witness, left, radius = factors._witness(equations([[0.5]], way, ([36.0], [36.0])), 1.0)
    assert (witness.tolist(), left.tolist()) == ([2.0], pytest.approx([1.0], rel=1e-13, abs=0))
    assert 0.5 <= radius < 0.5 + 1e-12
    assert len(calls) == 1
