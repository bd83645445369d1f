"""Bounds of integer programmes: whatever the duals are they hold, and branches prove them, against every choice."""

from __future__ import annotations

import sys
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphdiff.sets.programme import Clock, Programme, Row, has_solver

COSTS = st.integers(0, 9) | st.just(2**53 + 1) | st.integers(10**30, 10**30 + 5)
COVER = st.lists(st.sets(st.integers(0, 5), min_size=1, max_size=4), min_size=1, max_size=6)


def least(costs: list[int], cover: list[set[int]]) -> int:
    """Return the least cost of all choices of six that meet every set."""
    choices = (choice for choice in product([0, 1], repeat=6) if all(any(choice[at] for at in one) for one in cover))
    return min(sum(cost for cost, taken in zip(costs, choice, strict=True) if taken) for choice in choices)


def programme(costs: list[int], cover: list[set[int]]) -> Programme:
    return Programme(costs, [True] * 6, [(dict.fromkeys(one, 1), 1) for one in cover])


@given(costs=st.lists(COSTS, min_size=6, max_size=6), cover=COVER, data=st.data())
def test_no_duals_prove_too_much(costs: list[int], cover: list[set[int]], data: Any) -> None:
    duals = data.draw(st.lists(st.floats(0, 2.0 * max(costs) + 1), min_size=len(cover), max_size=len(cover)))
    assert programme(costs, cover).bound(duals) <= least(costs, cover)


@settings(max_examples=10)
@given(costs=st.lists(st.integers(1, 9), min_size=6, max_size=6), cover=COVER, more=st.integers(0, 3))
def test_branches_prove_the_least_cost_and_never_more(costs: list[int], cover: list[set[int]], more: int) -> None:
    pytest.importorskip("scipy")
    best = least(costs, cover)
    assert programme(costs, cover).proven(best, 0, Clock(60.0)) == best
    assert programme(costs, cover).proven(best + more, 0, Clock(60.0)) == best


def test_what_is_fixed_counts_in_a_bound() -> None:
    pair = programme([1, 5, 1, 1, 1, 1], [{0, 1}])
    assert (pair.bound([1.0]), pair.bound([5.0], {0: 0}), pair.bound([0.0], {1: 1})) == (1, 5, 5)


def test_rows_that_are_violated_are_added_until_none_is() -> None:
    pytest.importorskip("scipy")
    pairs: list[Row] = [({0: 1, 1: 1}, 1), ({1: 1, 2: 1}, 1), ({0: 1, 2: 1}, 1)]
    waiting = pairs[1:]
    odd = Programme([1, 1, 1], [True] * 3, pairs[:1], lambda values: [waiting.pop()] if waiting else [])
    values, bound = odd.relaxed(3, Clock(60.0))
    assert (sorted(values.tolist()) if values is not None else None, bound) == ([0.5, 0.5, 0.5], 2)
    assert len(odd.rows) == 3


def test_no_time_proves_what_was_known_and_says_so() -> None:
    pytest.importorskip("scipy")
    clock = Clock(1e-9)
    assert programme([1] * 6, [{0, 1}]).proven(1, 0, clock) == 0
    assert clock.left == 0


def test_what_is_raised_within_comes_out_and_ctrl_c_gets_through() -> None:
    def fail() -> None:
        raise ZeroDivisionError("within")

    with pytest.raises(ZeroDivisionError, match="within"):
        Clock(None).run(fail)

    def press(done: int, whole: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match=r"^$"):
        Clock(None, press).run(lambda: None)


def test_the_seconds_are_told() -> None:
    told: list[tuple[int, int | None]] = []
    Clock(2.5, lambda done, whole: told.append((done, whole))).run(lambda: None)
    assert set(told) == {(0, 3)}
    assert Clock(None).limit == {}


def test_without_scipy_there_is_no_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
    assert not has_solver()
