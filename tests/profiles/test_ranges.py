"""The range that edges allow holds what stacks say, and no smaller one does."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import pairwise
from typing import Any

import networkx as nx
import pytest

from graphdiff.profiles.ranges import Flows, Range, flows

Stacks = dict[tuple[int, ...], Any]


def random_stacks(rng: random.Random, n_functions: int, cost: Callable[[], Any], *, recursive: bool) -> Stacks:
    """Stacks of functions: where none is to recur, each calls functions of larger numbers only."""
    stacks: Stacks = {}
    for _ in range(rng.randint(3, 14)):
        picked = [rng.randrange(n_functions) for _ in range(rng.randint(1, 7))]
        stacks[tuple(picked if recursive else sorted(set(picked)))] = cost()
    return stacks


def held(stacks: Stacks, which: Callable[[tuple[int, ...]], bool]) -> Any:
    return sum(cost for stack, cost in stacks.items() if which(stack))


def flows_of(stacks: Stacks, n_functions: int) -> tuple[Flows, list[Any], list[Any], list[int]]:
    """Edges, own and inclusive costs, counted once a stack, by going through all stacks for each."""
    calls = {call for stack in stacks for call in pairwise(stack)}
    costs = []
    for call in sorted(calls):
        costs.append((*call, held(stacks, lambda stack: call in set(pairwise(stack)))))  # noqa: B023
    own = [held(stacks, lambda stack: stack[-1] == f) for f in range(n_functions)]  # noqa: B023
    inclusive = [held(stacks, lambda stack: f in stack) for f in range(n_functions)]  # noqa: B023
    graph = nx.DiGraph(calls)
    graph.add_nodes_from(range(n_functions))
    parts = list(nx.strongly_connected_components(graph))
    components = [next(number for number, part in enumerate(parts) if f in part) for f in range(n_functions)]
    return flows(components, costs, own, inclusive), own, inclusive, components


def spent_for(stacks: Stacks, functions: Iterable[int], target: int, *, by_self: bool) -> Any:
    """What stacks cost in which one of the functions stands above the target, or is it."""
    asked = set(functions)

    def counts(stack: tuple[int, ...]) -> bool:
        if target not in stack or (by_self and stack[-1] != target):
            return False
        last = len(stack) - 1 - stack[::-1].index(target)
        return bool(asked & set(stack[:last])) or target in asked

    return held(stacks, counts)


NUMBERS: dict[str, Callable[[random.Random], Callable[[], Any]]] = {
    "ints": lambda rng: lambda: rng.randint(1, 50),
    "fractions": lambda rng: lambda: Fraction(rng.randint(1, 50), rng.randint(1, 12)),
    "floats": lambda rng: lambda: rng.random() * 10 ** rng.randint(-6, 3),
}


@pytest.mark.parametrize("recursive", [False, True], ids=["no cycles", "cycles"])
@pytest.mark.parametrize("kind", NUMBERS)
def test_the_truth_of_stacks_lies_in_the_range_of_their_edges(kind: str, recursive: bool) -> None:
    rng = random.Random(f"{kind}{recursive}")
    n_pairs, n_narrow = 0, 0
    while n_pairs < 300:
        stacks = random_stacks(rng, 8, NUMBERS[kind](rng), recursive=recursive)
        network, own, inclusive, _ = flows_of(stacks, 8)
        for _ in range(6):
            target, asked = rng.randrange(8), rng.sample(range(8), rng.choice([1, 1, 2]))
            for by_self, whole in ((False, inclusive[target]), (True, own[target])):
                if not whole:
                    continue
                found = network.range_for(asked, target, whole)
                truth = spent_for(stacks, asked, target, by_self=by_self)
                assert found.low <= truth <= found.high
                assert 0 <= found.shares[0] <= found.shares[1] <= 1
                n_narrow += found.high - found.low < whole
                n_pairs += 1
    assert n_narrow > n_pairs / (3 if recursive else 2)


def test_of_whole_numbers_and_rationals_the_bounds_are_reached_by_some_stacks() -> None:
    """Over all ways to lay paths under the same edges, by HiGHS: no smaller range holds them all."""
    optimize = pytest.importorskip("scipy.optimize")
    rng = random.Random(5)
    n_open = 0
    for _ in range(40):
        stacks = random_stacks(rng, 7, lambda: rng.randint(1, 20), recursive=False)
        network, own, inclusive, _ = flows_of(stacks, 7)
        calls = {call for stack in stacks for call in pairwise(stack)}
        graph = nx.DiGraph(calls)
        graph.add_nodes_from(range(7))
        ways = [(a,) for a in range(7)]
        ways += [tuple(way) for a in graph for b in graph if a != b for way in nx.all_simple_paths(graph, a, b)]
        asked, target = rng.sample(range(7), 2)
        if not inclusive[target]:
            continue
        rows = [[call in set(pairwise(way)) for way in ways] for call in calls]
        rows += [[way[-1] == f for way in ways] for f in range(7)]
        sums = [held(stacks, lambda stack: call in set(pairwise(stack))) for call in calls] + own  # noqa: B023
        aim = [float(asked in way and target in way and way.index(asked) < way.index(target)) for way in ways]
        least, most = (
            sign * optimize.linprog([sign * one for one in aim], A_eq=rows, b_eq=sums).fun for sign in (1, -1)
        )
        found = network.range_for([asked], target, inclusive[target])
        assert (found.low, found.high) == (pytest.approx(least, abs=1e-6), pytest.approx(most, abs=1e-6))
        n_open += found.low != found.high
    assert n_open >= 5


def test_mixed_callers_of_which_edges_cannot_tell() -> None:
    """main calls b and d, which both call a, which calls c: b's part of c may be anything."""
    calls = [(0, 1, 50), (0, 2, 50), (1, 3, 50), (2, 3, 50), (3, 4, 50), (3, 5, 50)]
    network = flows(range(6), calls, [0, 0, 0, 0, 50, 50], [100, 50, 50, 100, 50, 50])
    assert network.range_for([1], 4, 50) == Range(0, 50, 50)
    assert network.range_for([1], 4, 50).shares == (0.0, 1.0)
    assert not network.range_for([1], 4, 50).is_exact
    assert network.range_for([3], 4, 50).is_exact
    assert network.range_for([1, 2], 4, 50).is_exact
    assert network.range_for([5], 4, 50) == Range(0, 0, 50)


def test_a_member_of_a_component_has_at_least_what_its_own_calls_cost() -> None:
    """1 and 2 call each other; 3 is called by 1 only, 4 by both, and 1 is what main enters."""
    calls = [(0, 1, 30), (1, 2, 20), (2, 1, 20), (1, 3, 5), (1, 4, 2), (2, 4, 9)]
    network = flows([0, 1, 1, 2, 3], calls, [0, 10, 4, 5, 11], [30, 30, 25, 5, 11])
    assert network.range_for([1], 3, 5) == Range(5, 5, 5)
    assert network.range_for([2], 4, 11) == Range(9, 11, 11)
    assert network.range_for([1], 4, 11) == Range(11, 11, 11)


def test_within_a_component_a_member_gives_no_lower_bound() -> None:
    network = flows([0, 1, 1, 2], [(0, 1, 10), (1, 2, 9), (2, 1, 5), (2, 3, 6)], [0, 2, 2, 6], [10, 10, 9, 6])
    assert network.range_for([2], 1, 10) == Range(0, 9, 10)
    assert network.range_for([1], 3, 6) == Range(6, 6, 6)
    assert network.range_for([2], 3, 6) == Range(6, 6, 6)


def test_what_enters_a_component_at_a_member_is_spent_for_it_there() -> None:
    """0 calls 1, and 3 calls 2, which call each other: of 2's 70 at most the 45 that enter at 2 come past 1."""
    calls = [(0, 1, 30), (3, 2, 45), (1, 2, 90), (2, 1, 80)]
    network = flows([0, 1, 1, 2], calls, [0, 35, 40, 0], [30, 75, 70, 45])
    assert network.range_for([1], 2, 70) == Range(25, 70, 70)
    assert network.range_for([2], 1, 75) == Range(45, 70, 75)
    assert network.range_for([1], 2, 40) == Range(0, 40, 40)


def test_of_a_member_what_it_costs_bounds_what_comes_past_it_where_that_is_measured() -> None:
    calls = [(0, 1, 4), (0, 2, 6), (2, 3, 6)]
    assert flows([0, 1, 1, 2], calls, [0, 2, 2, 6], [10, None, None, 6]).range_for([1], 3, 6) == Range(0, 6, 6)
    assert flows([0, 1, 1, 2], calls, [0, 2, 2, 6], [10, 9, 10, 6]).range_for([1], 3, 6) == Range(5, 6, 6)


def test_costs_that_differ_by_more_than_floats_hold() -> None:
    network = flows([0, 1, 2], [(0, 1, 1e-30), (0, 2, 1e20)], [0.0, 1e-30, 1e20], [1e20, 1e-30, 1e20])
    low, high, _ = network.range_for([0], 2, 1e20)
    assert low <= 1e20 <= high
    assert network.range_for([0], 1, 1e-30) == Range(0, 1e-30, 1e-30)


def test_a_long_chain_of_functions_is_no_recursion() -> None:
    n = 5_000
    calls = [(a, a + 1, 7) for a in range(n - 1)]
    network = flows(range(n), calls, [0] * (n - 1) + [7], [7] * n)
    assert network.range_for([5], n - 1, 7).is_exact
