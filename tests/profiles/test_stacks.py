"""The prefix tree of stacks against counting each stack by itself, in Python."""

from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from graphdiff import kernels
from graphdiff.errors import UsageError
from graphdiff.profiles.stacks import Stacks

Listed = list[tuple[tuple[int, ...], int]]


def stacks_of(listed: Listed, *, counted: bool = False) -> Stacks:
    frames = [frame for stack, _ in listed for frame in stack]
    samples = [1] * len(listed) if counted else None
    return Stacks.of(
        np.array(frames, dtype=np.int64), [len(stack) for stack, _ in listed], [c for _, c in listed], samples
    )


def listed_stacks(rng: random.Random, n_functions: int = 5) -> Listed:
    return [
        (tuple(rng.randrange(n_functions) for _ in range(rng.randint(1, 7))), rng.randint(0, 9))
        for _ in range(rng.randint(0, 30))
    ]


def as_listed(stacks: Stacks) -> Counter[tuple[int, ...]]:
    return Counter({stacks.path(node): cost for node, cost in enumerate(stacks.own.tolist()) if cost})


def counted(listed: Listed) -> Counter[tuple[int, ...]]:
    sums: Counter[tuple[int, ...]] = Counter()
    for stack, cost in listed:
        sums[stack] += cost
    return +sums


SETS = [listed_stacks(random.Random(seed)) for seed in range(200)]


@pytest.fixture(params=["plain", "machine code"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = request.param == "machine code"
    if machine and not kernels.available():
        pytest.skip("numba is not there")
    monkeypatch.setattr("graphdiff.kernels.stacks.pays", lambda visits: machine)


def test_stacks_come_out_as_they_went_in() -> None:
    for listed in SETS:
        stacks = stacks_of(listed)
        assert as_listed(stacks) == counted(listed)
        assert (np.diff(stacks.parents) >= 0).all()
        assert stacks.total == sum(cost for _, cost in listed)


def test_a_function_and_a_call_count_once_a_stack(engine: None) -> None:
    for listed in SETS:
        own, inclusive = Counter[int](), Counter[int]()
        calls: Counter[tuple[int, int]] = Counter()
        for stack, cost in listed:
            own[stack[-1]] += cost
            inclusive.update(dict.fromkeys(stack, cost))
            calls.update(dict.fromkeys(pairwise(stack), cost))
        stacks = stacks_of(listed)
        sums = stacks.functions(5)
        assert sums[0].tolist() == [own[f] for f in range(5)]
        assert sums[1].tolist() == [inclusive[f] for f in range(5)]
        tails, heads, costs = (each.tolist() for each in stacks.calls(5))
        assert dict(zip(zip(tails, heads, strict=True), costs, strict=True)) == dict(calls)


def test_masks_and_what_they_keep() -> None:
    for listed in SETS:
        stacks = stacks_of(listed)
        kept = stacks.where(stacks.holding([1, 2]))
        assert as_listed(kept) == counted([(s, c) for s, c in listed if {1, 2} & {*s}])
        assert set(map(kept.path, range(len(kept)))) == {
            s[: n + 1] for s, c in listed if c and {1, 2} & {*s} for n in range(len(s))
        }


def test_other_functions_in_the_place_of_these() -> None:
    new = [0, -1, 0, 3, 1]
    for listed in SETS:
        shortened = [(tuple(new[f] for f in s if new[f] >= 0), c) for s, c in listed]
        stacks = stacks_of(listed, counted=True).mapped(new)
        assert as_listed(stacks) == counted([(s, c) for s, c in shortened if s])
        assert stacks.n_samples == sum(bool(s) for s, _ in shortened)
        again = stacks_of([(s, c) for s, c in shortened if s], counted=True)
        for name in ("parents", "frames", "own", "levels", "samples"):
            assert getattr(stacks, name).tolist() == getattr(again, name).tolist()


def test_a_stack_of_a_hundred_thousand_frames() -> None:
    depth = 100_000
    stacks = Stacks.of(np.arange(depth) % 7, [depth], [3])
    own, inclusive = stacks.functions(7)
    assert own.sum() == 3
    assert inclusive.tolist() == [3] * 7
    assert stacks.mapped([0, -1, -1, -1, -1, -1, -1]).totals.tolist() == [3] * (depth // 7 + 1)


@pytest.mark.parametrize("costs", [[-1], [float("nan")], [2**62], [float("inf")]])
def test_costs_that_do_not_add_up(costs: list[float]) -> None:
    with pytest.raises(UsageError, match=r"less than 2\*\*62 together"):
        Stacks.of([0], [1], costs)


@pytest.mark.parametrize("narrow", [0, 10**9])
def test_totals_are_the_own_of_all_that_begin_alike_in_narrow_trees_and_wide_ones(
    narrow: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graphdiff.profiles.stacks.NARROW", narrow)
    for listed in SETS:
        stacks = stacks_of(listed)
        for node, total in enumerate(stacks.totals.tolist()):
            path = stacks.path(node)
            assert total == sum(cost for stack, cost in listed if stack[: len(path)] == path)
