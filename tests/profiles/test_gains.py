"""What changes of a profile save, beside sums over the stacks behind it, one by one."""

from __future__ import annotations

import math
import random
from fractions import Fraction
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest

from graphdiff.profiles.call_graph import Function, from_stacks
from graphdiff.profiles.gains import gains
from graphdiff.profiles.stacks import Stacks

Profile = list[tuple[tuple[int, ...], int]]


def random_profile(seed: int, *, recursive: bool = False) -> Profile:
    """Return stacks of functions 0, 1, … with what each cost; 0 is at the root of most of them."""
    chance = random.Random(seed)
    size = chance.randint(4, 8)
    stacks = []
    for _ in range(chance.randint(3, 25)):
        if recursive:
            tail = [chance.randrange(1, size) for _ in range(chance.randint(0, 6))]
        else:
            tail = sorted(chance.sample(range(1, size), chance.randint(0, size - 1)))
        root = [0] if chance.random() < 0.9 or not tail else []
        stacks.append((tuple(root + tail), chance.randint(0, 100)))
    return stacks


def with_stacks(profile: Profile) -> nx.DiGraph:
    frames = np.array([frame for stack, _ in profile for frame in stack])
    lengths, costs = (np.array(each) for each in ([len(stack) for stack, _ in profile], [cost for _, cost in profile]))
    functions = [Function(f"f{number}") for number in range(10)]
    return from_stacks(functions, Stacks.of(frames, lengths, costs), unit="Ir", kind="counted", format="made")


def on_edges(profile: Profile) -> nx.DiGraph:
    """Return what a file without stacks says of them: each function and each call counted once a stack."""
    graph = nx.DiGraph(edge_meaning="calls", unit="Ir", kind="counted", total=sum(cost for _, cost in profile))
    for stack, cost in profile:
        for frame in set(stack):
            graph.add_node(f"f{frame}")
            graph.nodes[f"f{frame}"].setdefault("self", 0)
            graph.nodes[f"f{frame}"].setdefault("inclusive", 0)
            graph.nodes[f"f{frame}"]["inclusive"] += cost
        graph.nodes[f"f{stack[-1]}"]["self"] += cost
        for tail, head in set(pairwise(stack)):
            graph.add_edge(f"f{tail}", f"f{head}")
            graph.edges[f"f{tail}", f"f{head}"].setdefault("cost", 0)
            graph.edges[f"f{tail}", f"f{head}"]["cost"] += cost
    return graph


def random_changes(profile: Profile, seed: int, count: int) -> dict[str, dict]:
    chance = random.Random(seed)
    nodes = sorted({f"f{frame}" for stack, _ in profile for frame in stack})
    calls = sorted({(f"f{a}", f"f{b}") for stack, _ in profile for a, b in pairwise(stack)})
    changes: dict[str, dict] = {"faster": {}, "faster_inclusive": {}, "fewer_calls": {}}
    for _ in range(count):
        what = chance.choice(list(changes) if calls else ["faster", "faster_inclusive"])
        item = chance.choice(calls if what == "fewer_calls" else nodes)
        changes[what][item] = Fraction(chance.randint(1, 10), 10)
    return changes


def left_of(profile: Profile, source: int | None, changes: dict[str, dict]) -> Fraction:
    """Return what the stacks cost after the changes, stack by stack."""
    left = Fraction(0)
    for stack, cost in profile:
        if source is not None and source not in stack:
            continue
        names = [f"f{frame}" for frame in stack]
        factors = [1 - part for item, part in changes["faster"].items() if names[-1] == item]
        factors += [1 - part for item, part in changes["faster_inclusive"].items() if item in names]
        factors += [(1 - part) ** [*pairwise(names)].count(item) for item, part in changes["fewer_calls"].items()]
        left += cost * math.prod(factors, start=Fraction(1))
    return left


@pytest.mark.parametrize("recursive", [False, True])
def test_stacks_answer_as_the_sum_stack_by_stack(recursive: bool) -> None:
    for seed in range(60):
        profile = random_profile(seed, recursive=recursive)
        changes = random_changes(profile, seed, 1 + seed % 4)
        source = None if seed % 2 else profile[0][0][0]
        result = gains(with_stacks(profile), None if source is None else f"f{source}", **changes)
        assert result.after == pytest.approx(float(left_of(profile, source, changes)), abs=1e-9)
        assert result.before == sum(cost for stack, cost in profile if source is None or source in stack)


@pytest.mark.parametrize("recursive", [False, True])
def test_the_range_of_edges_holds_what_stacks_know(recursive: bool) -> None:
    exact = 0
    for seed in range(150):
        profile = random_profile(seed, recursive=recursive)
        changes = random_changes(profile, seed, 1 + seed % 4)
        source = None if seed % 3 else profile[0][0][0]
        result = gains(on_edges(profile), None if source is None else f"f{source}", **changes)
        truth = left_of(profile, source, changes)
        assert result.low <= float(truth) + 1e-9, (seed, changes)
        assert result.high >= float(truth) - 1e-9, (seed, changes)
        exact += result.after is not None
    assert 30 < exact < 150


def test_one_change_is_a_part_of_what_was_measured() -> None:
    for seed in range(40):
        profile = random_profile(seed)
        changes = random_changes(profile, seed, 1)
        result = gains(on_edges(profile), **changes)
        assert result.after == pytest.approx(float(left_of(profile, None, changes)), abs=1e-9)
        assert result.estimate is None
