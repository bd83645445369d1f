"""What calls and code did to a cost: in fractions, against sums over dicts, and on programs with a planted change."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import networkx as nx
import pytest

import graphdiff as gd
from graphdiff.errors import UsageError
from graphdiff.profiles.attribution import ALIKE, SAME, STEADY
from graphdiff.profiles.comparison import ProfileComparison

# -- programs whose cost is known


#: What a function costs by itself: once, and for each of what it is given; and whom it calls: how often, if that grows
#: with what it is given, and with how much (the same, double, or so much).
Program = dict[str, tuple[int, int, list[list[Any]]]]


def made_program(rng: random.Random) -> Program:
    names = [f"f{number}" for number in range(rng.randint(5, 10))]
    program: Program = {}
    for place, name in enumerate(names):
        later = names[place + 1 :]
        called = rng.sample(later, min(len(later), rng.randint(1, 3)))
        calls = [
            [each, rng.randint(1, 4), rng.choice("=====+>"), rng.choice(["same", "same", "double", rng.randint(1, 20)])]
            for each in called
        ]
        program[name] = rng.randint(1, 50), rng.choice([0, 0, 1, 3, 10]), calls
    return program


def times(call: list[Any], given: int) -> int:
    _, number, how, _ = call
    return int(number) * {"=": 1, "+": 1 + given // 4, ">": int(given > 5)}[how]


def passed(call: list[Any], given: int) -> int:
    return {"same": given, "double": min(2 * given, 200)}.get(call[3], call[3])


def profile(program: Program, **facts: Any) -> nx.DiGraph:
    """Run a program and count, as callgrind does."""
    cost: dict[tuple[str, int], int] = {}

    def inclusive(name: str, given: int) -> int:
        if (name, given) not in cost:
            once, each, calls = program[name]
            below = sum(times(call, given) * inclusive(call[0], passed(call, given)) for call in calls)
            cost[name, given] = once + each * given + below
        return cost[name, given]

    graph = nx.DiGraph(edge_meaning="calls", unit="Ir", kind="counted", **facts)
    visits: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    visits["f0"][1] = 1
    for name, (once, each, calls) in program.items():  # callers stand first
        for given, number in visits[name].items():
            graph.add_node(name)
            graph.nodes[name]["self"] = graph.nodes[name].get("self", 0) + number * (once + each * given)
            for call in calls:
                if n := number * times(call, given):
                    visits[call[0]][passed(call, given)] += n
                    graph.add_edge(name, call[0])
                    data = graph.edges[name, call[0]]
                    data["calls"] = data.get("calls", 0) + n
                    data["cost"] = data.get("cost", 0) + n * inclusive(call[0], passed(call, given))
    return graph


def planted(program: Program, rng: random.Random) -> tuple[Program, Any]:
    """Return a program of which one function's code, or one call's number, is another, and which."""
    name = rng.choice(list(program))
    once, each, calls = program[name]
    other = dict(program)
    if calls and rng.random() < 0.5:
        which = rng.randrange(len(calls))
        grown = [[*call[:1], 2 * call[1], *call[2:]] if n == which else call for n, call in enumerate(calls)]
        other[name] = once, each, grown
        return other, (name, calls[which][0])
    other[name] = 2 * once, 2 * each, calls
    return other, name


# -- the oracle: the definition, in dicts


def by_definition(before: nx.DiGraph, after: nx.DiGraph) -> dict[Any, Fraction]:
    """Return the parts of the change of all that two profiles without cycles cost."""
    union = nx.compose(before, after)
    number = {
        (graph, a, b): Fraction(data["calls"]) for graph in (before, after) for a, b, data in graph.edges(data=True)
    }
    cost = {(graph, a, b): Fraction(data["cost"]) for graph in (before, after) for a, b, data in graph.edges(data=True)}
    own = {(graph, f): Fraction(n) for graph in (before, after) for f, n in graph.nodes(data="self")}
    both = (before, after)
    changes: dict[Any, Fraction] = defaultdict(Fraction)
    parts: dict[Any, Fraction] = {}
    for f in nx.topological_sort(union):
        entries = [sum(number.get((g, a, f), 0) for a in union.pred[f]) if union.pred[f] else 1 for g in both]
        spent = {d: [cost.get((g, f, d), Fraction(0)) for g in both] for d in union[f]}
        spent[None] = [own.get((g, f), Fraction(0)) for g in both]  # by its own code
        rises = [
            cost[after, a, f] / number[after, a, f] - cost[before, a, f] / number[before, a, f]
            for a in union.pred[f]
            if all(number.get((g, a, f)) for g in both)
        ]
        expected = expectations(changes[f], spent, entries, rises)
        for d in union[f]:
            n = [number.get((g, f, d), Fraction(0)) for g in both]
            prices = [cost[g, f, d] / k for g, k in zip(both, n, strict=True) if k]
            price = sum(prices) / len(prices)
            did = (n[1] - n[0]) * price - expected[d]
            if all(entries):
                often = n[0] / entries[0], n[1] / entries[1]
                if abs(often[1] - often[0]) <= SAME * sum(often):
                    did = (often[1] - often[0]) * sum(entries) / 2 * price
            else:
                did = Fraction(0)
            parts[f, d] = did
            changes[d] += expected[d] + did
        parts[f] = spent[None][1] - spent[None][0] - expected[None]
        parts[f"mix at {f}"] = sum(expected.values()) - changes[f]
    return {key: part for key, part in parts.items() if part}


def expectations(
    change: Fraction, spent: dict[Any, list[Fraction]], entries: list[Fraction], rises: list[Fraction]
) -> dict[Any, Fraction]:
    """Return what each thing that a function spends for should change by: as calls do, or its part of what is left."""
    expected = {}
    common = (min(rises) + max(rises)) / 2 if len(rises) > 1 else Fraction(0)
    if len(rises) > 1 and max(rises) - min(rises) > ALIKE * min(map(abs, rises)):
        common = Fraction(0)
    for thing, costs in spent.items():
        if all(entries):
            each = [cost / n for cost, n in zip(costs, entries, strict=True)]
            rise = each[1] - each[0]
            if abs(rise) <= STEADY * sum(each) or (common and abs(rise - common) <= ALIKE * abs(common)):
                expected[thing] = (entries[1] - entries[0]) * sum(each) / 2
    left = change - sum(expected.values())
    others = {thing: sum(costs) for thing, costs in spent.items() if thing not in expected}
    most = sum(others.values())
    left = min(max(left, -most), most)
    return expected | {thing: left * costs / most for thing, costs in others.items() if most}


def test_parts_are_those_of_the_definition_and_sum_to_the_change_in_fractions() -> None:
    rng = random.Random(3)
    for _ in range(150):
        program = made_program(rng)
        other = made_program(rng) if rng.random() < 0.3 else planted(planted(program, rng)[0], rng)[0]
        before, after = profile(program), profile(other)
        found = gd.compare(before, after, exact=True)
        assert found.change == sum(n for _, n in after.nodes(data="self")) - sum(
            n for _, n in before.nodes(data="self")
        )
        assert found.remainder == 0
        assert found.attribution == by_definition(before, after)


def test_what_calls_did_that_code_of_the_same_cost_a_call_does_not_bear_out_is_a_mix() -> None:
    before = graph_of(
        {"main": 0, "light": 0, "heavy": 0, "mid": 20, "work": 1100},
        {"main light": (120, 1), "main heavy": (1000, 1), "light mid": (120, 10), "heavy mid": (1000, 10),
         "mid work": (1100, 20)},
    )  # fmt: skip
    after = graph_of(  # twice as many calls of heavy, that are dearer: the code of mid and work is cheaper as much
        {"main": 0, "light": 0, "heavy": 0, "mid": 30, "work": 1650},
        {"main light": (80, 1), "main heavy": (1600, 1), "light mid": (80, 10), "heavy mid": (1600, 20),
         "mid work": (1650, 30)},
    )  # fmt: skip
    found = gd.compare(before, after, "main", exact=True)
    assert (found.change, found.remainder) == (560, 0)
    assert found.attribution == {("heavy", "mid"): 900, "mix at mid": -340}
    assert [row.split("  ")[1] for row in str(found).splitlines()[1:3]] == [
        "heavy calls mid 20 times, not 10",
        "mix at mid",
    ]
    assert found.parts[1].to_dict()["part"] == "mix"
    assert gd.compare(before, after, "main").attribution == {("heavy", "mid"): 900, "mix at mid": -340}


def test_floats_are_the_fractions_up_to_rounding() -> None:
    rng = random.Random(4)
    for _ in range(30):
        program = made_program(rng)
        before, after = profile(program), profile(planted(program, rng)[0])
        exact, floats = (gd.compare(before, after, "f0", exact=exact) for exact in (True, False))
        for key, part in exact.attribution.items():
            assert floats.attribution.get(key, 0) == pytest.approx(
                float(part), rel=1e-9, abs=1e-9 * float(exact.before)
            )


def largest(found: ProfileComparison) -> Any:
    return max(found.attribution.items(), key=lambda item: abs(item[1]))[0]


def test_of_one_planted_change_it_is_the_first_part() -> None:
    rng = random.Random(5)
    hits = trials = 0
    for _ in range(300):
        program = made_program(rng)
        other, cause = planted(program, rng)
        found = gd.compare(profile(program), profile(other), "f0")
        if abs(found.change) < 0.02 * found.before:
            continue
        trials += 1
        hits += largest(found) == cause
    assert trials > 130
    assert hits >= 0.99 * trials


@pytest.mark.parametrize("kind", [int, float, Fraction, Decimal])
def test_all_real_numbers_are_compared(kind: Callable[[Any], Any]) -> None:
    before, after = BEFORE.copy(), AFTER.copy()
    for graph in (before, after):
        for _, _, data in graph.edges(data=True):
            data["cost"] = kind(data["cost"])
        for _, data in graph.nodes(data=True):
            data["self"] = kind(data["self"])
    assert gd.compare(before, after, "main").attribution == {("main", "work"): 30, ("main", "shared"): 10}


def test_ints_that_floats_cannot_hold_are_counted_exactly() -> None:
    before, after = (graph_of({"main": 2**70 + n, "work": 1}, {"main work": (1, 1)}) for n in (0, 5))
    assert gd.compare(before, after, "main").attribution == {"main": 5}


def test_parallel_calls_are_refused() -> None:
    with pytest.raises(gd.errors.GraphTypeError, match="add up the calls that are parallel"):
        gd.compare(nx.MultiDiGraph(BEFORE), nx.MultiDiGraph(AFTER), "main")


# -- a function among others


def graph_of(own: dict[str, Any], calls: dict[str, tuple[Any, int]], **facts: Any) -> nx.DiGraph:
    """Return a profile of what functions cost, and of calls ``"a b": (cost, calls)``."""
    graph = nx.DiGraph(edge_meaning="calls", unit="Ir", kind="counted", **facts)
    graph.add_nodes_from((name, {"self": cost}) for name, cost in own.items())
    graph.add_edges_from((*pair.split(), {"cost": cost, "calls": n}) for pair, (cost, n) in calls.items())
    return graph


BEFORE = graph_of(
    {"start": 1, "main": 2, "work": 30, "other": 3, "shared": 40},
    {
        "start main": (52, 1), "start other": (23, 1), "main work": (30, 3), "main shared": (20, 2),
        "other shared": (20, 2),
    },
)  # fmt: skip
AFTER = graph_of(
    {"start": 1, "main": 2, "work": 60, "other": 3, "shared": 60},
    {
        "start main": (92, 1), "start other": (33, 1), "main work": (60, 6), "main shared": (30, 2),
        "other shared": (30, 2),
    },
)  # fmt: skip


def test_what_others_lead_to_as_well_is_a_part_of_its_own() -> None:
    found = gd.compare(BEFORE, AFTER, "main", exact=True)
    assert (found.before, found.after, found.remainder) == (52, 92, 0)
    assert found.attribution == {("main", "work"): 30, ("main", "shared"): 10}
    assert {part.kind for part in found.parts} == {"calls", "shared"}
    assert "shared and what it calls, called by main" in str(found)
    assert gd.compare(BEFORE, AFTER, exact=True).attribution == {("main", "work"): 30, "shared": 20}


def test_what_calls_do_not_account_for_is_called_from_elsewhere_too() -> None:
    before = graph_of({"main": 2, "work": 30}, {"main work": (10, 1)})
    after = graph_of({"main": 2, "work": 60}, {"main work": (20, 1)})
    found = gd.compare(before, after, "main", exact=True)
    assert [(part.kind, part.key, part.change) for part in found.parts] == [("shared", ("main", "work"), 10)]
    assert gd.compare(before, after, exact=True).attribution == {"work": 30}


def test_a_call_made_nearly_as_often_for_each_call_of_its_caller_did_nothing_but_that() -> None:
    light, heavy, own = ("main light", (1000, 1)), ("main heavy", (9000, 1)), {"main": 0, "light": 0, "heavy": 0}
    before = graph_of(
        {**own, "mid": 0, "work": 10000},
        {
            light[0]: light[1],
            heavy[0]: heavy[1],
            "light mid": (1000, 100),
            "heavy mid": (9000, 100),
            "mid work": (10000, 200),
        },
    )
    after = graph_of(
        {**own, "mid": 0, "work": 5500},
        {
            light[0]: light[1],
            "main heavy": (4500, 1),
            "light mid": (1000, 100),
            "heavy mid": (4500, 50),
            "mid work": (5500, 151),
        },
    )
    found = gd.compare(before, after, "main", exact=True)
    assert found.attribution["heavy", "mid"] == -4500
    assert abs(found.attribution["mid", "work"]) < 60  # one call in 151
    assert abs(found.attribution["work"]) < 60


def test_calls_of_the_function_itself_count() -> None:
    after = graph_of({"start": 1, "main": 4}, {"start main": (4, 2)})
    found = gd.compare(graph_of({"start": 1, "main": 2}, {"start main": (2, 1)}), after, "main", exact=True)
    assert found.attribution == {("start", "main"): 2}


def test_a_cycle_is_one_function_and_its_members_have_code_of_their_own() -> None:
    before = graph_of({"main": 1, "a": 10, "b": 20}, {"main a": (30, 1), "a b": (25, 4), "b a": (15, 3)})
    after = graph_of({"main": 1, "a": 10, "b": 50}, {"main a": (60, 1), "a b": (55, 9), "b a": (15, 8)})
    found = gd.compare(before, after, "main", exact=True)
    assert found.attribution == {"b": 30}
    with pytest.raises(UsageError, match="b is on a cycle with a, which is entered elsewhere, too"):
        gd.compare(before, after, "b")
    assert gd.compare(before, after, "a", exact=True).attribution == {"b": 30}


@pytest.mark.parametrize("side", ["new", "gone"])
def test_a_function_that_only_one_side_has_is_what_its_call_did(side: str) -> None:
    without = graph_of({"main": 1, "leaf": 5}, {"main leaf": (5, 1)})
    with_it = graph_of(
        {"main": 1, "mid": 4, "leaf": 15}, {"main leaf": (5, 1), "main mid": (14, 2), "mid leaf": (10, 2)}
    )
    pair = (without, with_it) if side == "new" else (with_it, without)
    found = gd.compare(*pair, "main", exact=True)
    assert found.attribution == {("main", "mid"): 14 if side == "new" else -14}
    assert (found.appeared, found.gone) == ((["mid"], []) if side == "new" else ([], ["mid"]))
    assert ("main calls mid 2 times, which is new" if side == "new" else "main no longer calls mid") in str(found)


def test_what_calls_of_a_file_do_not_account_for_is_said() -> None:
    before = graph_of({"main": 1, "leaf": 1000}, {"main leaf": (999, 1)})
    after = graph_of({"main": 1, "leaf": 1000}, {"main leaf": (995, 1)})
    found = gd.compare(before, after, "main", exact=True)
    assert (found.change, found.remainder) == (-4, 0)
    assert [(part.kind, part.change) for part in found.parts if part.kind == "rest"] == [("rest", -4)]


def test_calls_that_cost_nothing_and_functions_of_no_cost_are_no_division_by_zero() -> None:
    before = graph_of({"main": 0, "leaf": 0}, {"main leaf": (0, 0)})
    after = graph_of({"main": 3, "leaf": 0}, {"main leaf": (0, 7)})
    found = gd.compare(before, after, "main")
    assert (found.before, found.relative, found.attribution, found.remainder) == (0, None, {"main": 3}, 0)


def test_a_long_chain_of_calls_is_no_recursion() -> None:
    def chain(cost: int) -> nx.DiGraph:
        names = [f"f{n}" for n in range(3000)]
        own = dict.fromkeys(names, 1) | {names[-1]: cost}
        return graph_of(own, {f"{a} {b}": (2999 - n - 1 + cost, 1) for n, (a, b) in enumerate(pairwise(names))})

    assert gd.compare(chain(1), chain(9), "f0").attribution == {"f2999": 8}


# -- where parts cancel


def test_where_the_callers_differ_parts_that_cancel_are_one_row() -> None:
    program: Program = {
        "f0": (1, 0, [["light", 40, "=", 1], ["heavy", 10, "=", 10]]),
        "light": (1, 0, [["handle", 1, "=", "same"]]),
        "heavy": (1, 0, [["handle", 1, "=", "same"]]),
        "handle": (5, 0, [["burn", 1, "+", 1], ["parse", 2, "=", "same"]]),
        "burn": (1000, 0, []),
        "parse": (10, 50, []),
    }
    other = dict(program) | {"f0": (1, 0, [["light", 40, "=", 1], ["heavy", 5, "=", 10]])}
    found = gd.compare(profile(program), profile(other), "f0")
    assert largest(found) == ("f0", "heavy")
    assert [mix.function for mix in found.mixes] == ["handle"]
    rows = str(found).splitlines()
    assert rows[1].split("  ")[1] == "f0 calls heavy 5 times, not 10"
    assert rows[2].startswith("  mix at handle: ")
    assert abs(sum(found.mixes[0].changes.values())) < 0.05 * abs(found.mixes[0].changes["parse"])


def test_code_that_changed_where_the_callers_differ_is_no_mix() -> None:
    program: Program = {
        "f0": (1, 0, [["light", 40, "=", 1], ["heavy", 10, "=", 10]]),
        "light": (1, 0, [["handle", 1, "=", "same"]]),
        "heavy": (1, 0, [["handle", 1, "=", "same"]]),
        "handle": (5, 0, [["burn", 1, "=", 1], ["parse", 2, "=", "same"]]),
        "burn": (1000, 0, []),
        "parse": (10, 50, []),
    }
    other = dict(program) | {"f0": (1, 0, [["light", 40, "=", 1], ["heavy", 9, "=", 10]]), "parse": (100, 90, [])}
    found = gd.compare(profile(program), profile(other), "f0")
    assert largest(found) == "parse"
    assert not any(key == ("own", None, "parse") for mix in found.mixes for key in mix.keys)
    both = dict(other) | {"burn": (3000, 0, [])}
    assert not gd.compare(profile(program), profile(both), "f0").mixes


# -- refused


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda g: g.graph.update(unit="s"), "differ in unit, Ir before and s after"),
        (lambda g: g.graph.update(kind="sampled"), "differ in kind, counted before and sampled after"),
        (lambda g: g.graph.update(event="Dr"), 'differ in event, Ir before and Dr after: event="Dr" names one'),
        (lambda g: g.graph.pop("unit"), "before is a profile, and after is none: compare two profiles"),
        (lambda g: g.nodes["main"].update(self=float("nan")), "what is self is no finite real number: nan"),
        (lambda g: g.edges["main", "work"].update(cost=1j), "a call's cost is no finite real number: 1j"),
    ],
)
def test_what_cannot_be_compared_is_refused(change: Callable[[nx.DiGraph], Any], message: str) -> None:
    before, after = BEFORE.copy(), AFTER.copy()
    before.graph["event"] = "Ir"
    change(after)
    with pytest.raises(gd.errors.GraphdiffError, match=message):
        gd.compare(before, after, "main")
