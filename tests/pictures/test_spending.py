"""What a picture of a profile shows, against counting stack by stack, and against inverted matrices."""

from __future__ import annotations

import random
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from itertools import groupby, pairwise
from typing import Any

import networkx as nx
import numpy as np
import pytest

from graphdiff.pictures.spending import BEFORE, BEHIND, Profile
from graphdiff.profiles.call_graph import Function, from_calls, from_stacks
from graphdiff.profiles.filtering import filter_calls
from graphdiff.profiles.stacks import Stacks

Listed = list[tuple[tuple[str, ...], int]]

NAMES = "abcdefgh"


def profile(listed: Listed) -> nx.DiGraph:
    names = sorted({name for stack, _ in listed for name in stack})
    frames = [names.index(name) for stack, _ in listed for name in stack]
    stacks = Stacks.of(frames, [len(stack) for stack, _ in listed], [cost for _, cost in listed])
    return from_stacks([*map(Function, names)], stacks, unit="samples", kind="sampled", format="folded")


def random_stacks(rng: random.Random) -> Listed:
    return [
        (tuple(rng.choice(NAMES) for _ in range(rng.randint(1, 6))), rng.randint(1, 9))
        for _ in range(rng.randint(3, 9))
    ]


def descending(rng: random.Random) -> Listed:
    """Stacks in which no function is called by one that it calls."""
    return [(tuple(sorted(rng.sample(NAMES, rng.randint(1, 6)))), rng.randint(1, 9)) for _ in range(rng.randint(5, 20))]


def by_hand(listed: Listed, graph: nx.DiGraph, kept: set[str]) -> dict[tuple[Any, Any], int]:
    """What is spent from one drawn box to the next, stack by stack; a box is the frozenset of its members."""
    box = {node: frozenset(nodes) for nodes in nx.strongly_connected_components(graph) for node in nodes}
    drawn = {box[node] for node in kept}
    ways = Counter[tuple[Any, Any]]()
    for stack, cost in listed:
        boxes = [each for each, _ in groupby(box[name] for name in stack)]
        seen = [each for each in boxes if each in drawn]
        steps = {*pairwise(seen)}
        if boxes[0] not in drawn:
            steps.add(("before", seen[0] if seen else "behind"))
        if seen and boxes[-1] not in drawn:
            steps.add((seen[-1], "behind"))
        ways.update(dict.fromkeys(steps, cost))
    return dict(ways)


def named(profile_: Profile, kept: set[str]) -> tuple[dict[tuple[Any, Any], Any], Any]:
    spending = profile_.spending({profile_.place[node] for node in kept})
    names: dict[int, Any] = {BEFORE: "before", BEHIND: "behind"}
    names |= {place: frozenset(nodes) for place, nodes in profile_.members.items()}
    return {(names[tail], names[head]): way for (tail, head), way in spending.ways.items()}, spending


def test_on_stacks_each_way_is_what_the_stacks_cost_that_take_it() -> None:
    rng = random.Random(1)
    for _ in range(150):
        listed = random_stacks(rng)
        graph = profile(listed)
        kept = set(rng.sample(sorted(graph), rng.randint(1, len(graph))))
        ways, spending = named(Profile.of(graph), kept)
        assert {pair: way.cost for pair, way in ways.items()} == by_hand(listed, graph, kept)
        assert not any(way.is_estimate for way in ways.values())
        assert spending.n_hidden == len(graph) - spending.n_functions


def test_on_stacks_self_and_what_leaves_is_inclusive() -> None:
    rng = random.Random(2)
    for _ in range(100):
        graph = profile(random_stacks(rng))
        one = Profile.of(graph)
        spending = one.spending({one.place[node] for node in rng.sample(sorted(graph), 2)} if len(graph) > 1 else {0})
        for place, box in spending.boxes.items():
            leaving = sum(way.cost for (tail, _), way in spending.ways.items() if tail == place)
            assert box.own + leaving == one.inclusive[place]


def test_direct_calls_are_told_from_ways_by_others() -> None:
    listed: Listed = [(("a", "b", "c"), 3), (("a", "c"), 1), (("a", "b", "d"), 1)]
    ways, spending = named(Profile.of(profile(listed)), {"a", "c", "d"})
    a, c, d = (frozenset(name) for name in "acd")
    assert ways[a, c].is_direct
    assert not ways[a, d].is_direct
    assert (ways[a, c].cost, ways[a, d].cost) == (4, 1)
    assert spending.n_dashed == 1


# -- without stacks


def calls_only(listed: Listed) -> nx.DiGraph:
    graph = profile(listed)
    return from_calls(
        {Function(node): {"self": float(data["self"]), "inclusive": float(data["inclusive"])}
         for node, data in graph.nodes(data=True)},
        {(Function(tail), Function(head)): {"cost": float(cost), "calls": 2}
         for tail, head, cost in graph.edges(data="cost")},
        unit="s", total=float(graph.graph["total"]), kind="counted", format="cProfile",
    )  # fmt: skip


def inverted(graph: nx.DiGraph, kept: list[str]) -> np.ndarray[Any, Any]:
    """What flows between drawn functions, directly or by hidden ones, by a dense inverse."""
    names = sorted(graph)
    whole = np.array([graph.nodes[name]["inclusive"] for name in names])
    parts = np.zeros((len(names), len(names)))
    for tail, head, cost in graph.edges(data="cost"):
        parts[names.index(tail), names.index(head)] = cost / whole[names.index(head)]
    seen = [names.index(name) for name in kept]
    hidden = [n for n in range(len(names)) if n not in seen]
    through = np.linalg.inv(np.eye(len(hidden)) - parts[np.ix_(hidden, hidden)])
    every = parts[np.ix_(seen, seen)] + parts[np.ix_(seen, hidden)] @ through @ parts[np.ix_(hidden, seen)]
    flows: np.ndarray[Any, Any] = every * whole[seen]
    return flows


def test_on_calls_ways_by_others_are_what_averages_make_them() -> None:
    rng = random.Random(4)
    for _ in range(60):
        graph = calls_only(descending(rng))
        kept = sorted(rng.sample(sorted(graph), rng.randint(1, len(graph))))
        ways, spending = named(Profile.of(graph), set(kept))
        flows = inverted(graph, kept)
        for row, tail in enumerate(kept):
            for column, head in enumerate(kept):
                way = ways.get((frozenset(tail), frozenset(head)))
                assert (way.cost if way else 0) == pytest.approx(flows[row, column], abs=1e-9)
        for place, box in spending.boxes.items():
            leaving = sum(way.cost for (tail, _), way in spending.ways.items() if tail == place)
            assert box.own + leaving == pytest.approx(box.inclusive)


def test_on_calls_what_is_direct_alone_is_measured_and_the_rest_is_an_estimate() -> None:
    graph = calls_only([(("a", "b", "c"), 3), (("a", "c"), 1), (("a", "b", "d"), 1)])
    ways, _ = named(Profile.of(graph), {"a", "b", "d"})
    a, b, c, d = (frozenset(name) for name in "abcd")
    assert (ways[a, b].cost, ways[a, b].calls, ways[a, b].is_estimate) == (4.0, 2, False)
    assert (ways[b, d].cost, ways[b, d].is_estimate) == (1.0, False)
    ways, _ = named(Profile.of(graph), {"a", "c", "d"})
    assert ways[a, c].is_estimate
    assert ways[a, c].calls is None
    assert ways[a, c].is_direct


def test_of_a_question_what_has_several_callers_is_shared_out() -> None:
    """Of c's 4, 3 come by b, of which a's calls are 4 in 6; only a's own calls of c are known to be for a."""
    listed: Listed = [(("a", "b", "c"), 2), (("e", "b", "c"), 1), (("a", "b"), 2), (("e", "b"), 1), (("a", "c"), 1)]
    one = Profile.of(calls_only(listed), "a", "c")
    ways, spending = named(one, {"a", "b", "c"})
    a, b, c = (frozenset(name) for name in "abc")
    assert one.asked_total == pytest.approx(1 + 3 * 4 / 6)
    assert {pair: way.cost for pair, way in ways.items()} == pytest.approx({(a, b): 2.0, (b, c): 2.0, (a, c): 1.0})
    assert {pair for pair, way in ways.items() if not way.is_estimate} == {(a, c)}
    assert all(box.is_estimate for box in spending.boxes.values())
    ways, spending = named(Profile.of(calls_only(listed), None, "c"), {"a", "b", "c"})
    assert {pair for pair, way in ways.items() if not way.is_estimate} == {(a, c), (b, c)}
    assert {box.members[0] for box in spending.boxes.values() if not box.is_estimate} == {"b", "c"}


def for_whom(listed: Listed, graph: nx.DiGraph, source: str | None, target: str | None) -> Counter[Any]:
    """What of the target is spent for the source in each box and by each call, stack by stack."""
    box = {node: frozenset(nodes) for nodes in nx.strongly_connected_components(graph) for node in nodes}
    spent = Counter[Any]()
    for stack, cost in listed:
        first = 0 if source is None else stack.index(source) if source in stack else len(stack)
        rest = stack[first:]
        if not rest or target not in (None, *rest):
            continue
        way = rest if target is None else rest[: rest.index(target) + 1]
        boxes = [each for each, _ in groupby(box[name] for name in way)]
        spent.update(dict.fromkeys([*boxes, *pairwise(boxes)], cost))
    return spent


@pytest.mark.parametrize("stacks", [descending, random_stacks])
def test_of_a_question_what_is_called_measured_is_so_in_the_stacks(stacks: Any) -> None:
    rng = random.Random(5)
    n_measured = 0
    for _ in range(250):
        listed = stacks(rng)
        graph = calls_only(listed)
        source, target = rng.choice([None, *graph]), rng.choice([None, *graph])
        kept = set(rng.sample(sorted(graph), rng.randint(2, len(graph)))) if len(graph) > 1 else set(graph)
        if source == target or (source and target and not nx.has_path(graph, source, target)):
            continue
        ways, spending = named(Profile.of(graph, source, target), kept)
        truth = for_whom(listed, graph, source, target)
        known = {pair: way.cost for pair, way in ways.items() if not way.is_estimate}
        known |= {frozenset(box.members): box.inclusive for box in spending.boxes.values() if not box.is_estimate}
        assert known == pytest.approx({each: truth[each] for each in known})
        n_measured += len(known)
    assert n_measured > 20


def test_costs_that_are_not_recorded_are_counted_as_such() -> None:
    graph = calls_only([(("a", "b"), 3)])
    graph.add_edge("a", "z", calls=5)
    one = Profile.of(graph)
    assert one.n_unknown == 1
    assert one.inclusive[one.place["a"]] == 3.0


@pytest.mark.parametrize("kind", [float, Fraction, Decimal, int])
def test_every_kind_of_number_is_drawn_and_hidden(kind: type) -> None:
    graph = calls_only([(("a", "b", "c"), 3), (("a", "b", "d"), 1), (("e", "b", "c"), 2)])
    for data in (*graph.nodes.values(), *graph.edges.values(), graph.graph):
        data.update(
            (name, kind(value)) for name, value in data.items() if name in ("self", "inclusive", "cost", "total")
        )
    ways, _ = named(Profile.of(graph), {"a", "c", "e"})
    a, c, e = (frozenset(name) for name in "ace")
    assert [float(ways[pair].cost) for pair in ((a, c), (e, c))] == pytest.approx([20 / 6, 10 / 6])
    left = filter_calls(graph, hide="^b$")
    assert {edge: float(left.edges[edge]["cost"]) for edge in (("a", "c"), ("e", "d"))} == pytest.approx(
        {("a", "c"): 20 / 6, ("e", "d"): 2 / 6}
    )
