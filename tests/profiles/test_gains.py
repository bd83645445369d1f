"""What changes of a profile save, beside sums over the stacks behind it, one by one."""

from __future__ import annotations

import json
import math
import random
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import networkx as nx
import numpy as np
import pytest
import sympy

import graphdiff as gd
from graphdiff.errors import GraphdiffError, GraphTypeError, UsageError
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


# -- as tight as edges allow


def extremes(profile: Profile, changes: dict[str, dict], source: int | None = None) -> tuple[float, float]:
    """Return the least and the most that may be left, over all stacks with such edges: by a linear programme."""
    linprog = pytest.importorskip("scipy.optimize").linprog
    graph = on_edges(profile)
    roots = {stack[0] for stack, _ in profile}
    ways = [[root] for root in sorted(roots)]
    for way in ways:  # which grows
        ways += [[*way, head] for head in range(10) if graph.has_edge(f"f{way[-1]}", f"f{head}")]
    left = [float(left_of([(tuple(way), 1)], source, changes)) for way in ways]
    rows, right = [], []
    for node, own in graph.nodes(data="self"):
        rows.append([float(f"f{way[-1]}" == node) for way in ways])
        right.append(own)
    for tail, head, cost in graph.edges(data="cost"):
        rows.append([float((tail, head) in pairwise(f"f{frame}" for frame in way)) for way in ways])
        right.append(cost)
    ends = [linprog([sign * each for each in left], A_eq=rows, b_eq=right) for sign in (1, -1)]
    return ends[0].fun, -ends[1].fun


def test_of_two_changes_the_range_is_all_that_edges_allow() -> None:
    wide = 0
    for seed in range(60):
        profile = random_profile(seed)
        changes = random_changes(profile, seed, 2)
        result = gains(on_edges(profile), **changes)
        least, most = extremes(profile, changes)
        assert result.low == pytest.approx(least, abs=1e-6), seed
        assert result.high == pytest.approx(most, abs=1e-6), seed
        wide += result.after is None
    assert wide > 5


def test_of_more_changes_the_range_holds_all_that_edges_allow() -> None:
    for seed in range(30):
        profile = random_profile(seed)
        changes = random_changes(profile, seed, 4)
        result = gains(on_edges(profile), **changes)
        least, most = extremes(profile, changes)
        assert result.low <= least + 1e-6
        assert result.high >= most - 1e-6


def own_changes(profile: Profile, seed: int) -> dict[str, dict]:
    chance = random.Random(seed)
    nodes = sorted({f"f{frame}" for stack, _ in profile for frame in stack})
    chosen = chance.sample(nodes, min(len(nodes), chance.randint(2, 4)))
    return {"faster": {node: Fraction(chance.randint(1, 10), 10) for node in chosen}}


def largest_part(changes: dict[str, dict]) -> Fraction:
    """Return the largest part of one stack that changes save; it ends with one function."""
    kept = [1 - part for what in ("faster_inclusive", "fewer_calls") for part in changes.get(what, {}).values()]
    return 1 - math.prod(kept, start=1 - max(changes["faster"].values(), default=Fraction(0)))


@pytest.mark.parametrize("recursive", [False, True])
def test_of_any_source_no_range_passes_what_all_changes_save_of_a_stack(recursive: bool) -> None:
    for seed in range(30):
        profile = random_profile(seed, recursive=recursive)
        several = own_changes(profile, seed) if seed % 2 else random_changes(profile, seed, 2 + seed % 3)
        changes = {"faster_inclusive": {}, "fewer_calls": {}, **several}
        if recursive:
            changes["fewer_calls"] = {}  # one of which a stack may meet more than once
        if not any(changes.values()):
            continue
        graph = on_edges(profile)
        graph.graph.update(unit="samples", kind="sampled", samples=graph.graph["total"])
        for source in sorted({frame for stack, _ in profile for frame in stack}):
            result, truth = gains(graph, f"f{source}", **changes), left_of(profile, source, changes)
            assert result.low - 1e-9 <= float(truth) <= result.high + 1e-9, (seed, source)
            assert result.low >= result.before * (1 - largest_part(changes)) - 1e-9, (seed, source)
            if result.interval is not None:
                assert 0 <= result.interval[0] <= result.interval[1] <= float(largest_part(changes)), (seed, source)


def test_of_own_code_the_range_of_any_source_is_all_that_edges_allow() -> None:
    wide = 0
    for seed in range(12):
        profile = random_profile(seed)
        changes = {"faster_inclusive": {}, "fewer_calls": {}, **own_changes(profile, seed)}
        for source in sorted({frame for stack, _ in profile for frame in stack}):
            result = gains(on_edges(profile), f"f{source}", **changes)
            least, most = extremes(profile, changes, source)
            assert result.low == pytest.approx(least, abs=1e-6), (seed, source)
            assert result.high == pytest.approx(most, abs=1e-6), (seed, source)
            wide += result.after is None
    assert wide > 10


def test_two_functions_of_which_every_stack_ends_with_one_save_a_part_of_each() -> None:
    graph = on_edges([((0, 1, 2), 4), ((0, 2, 3), 5)])  # where b calls c for a, or for main
    graph.graph.update(unit="samples", kind="sampled", samples=9)
    answer = gains(graph, "f1", faster={"f2": 0.5, "f3": 0.5})
    assert answer.after == 2
    assert answer.interval is not None
    assert "a range" not in str(answer)
    one = gains(graph, "f1", faster={"f2": 0.5, "f3": 0.25})
    assert (one.low, one.high) == (2, 3)


def test_of_nested_functions_no_more_is_saved_than_of_a_stack_that_holds_them_all() -> None:
    answer = gains(on_edges([((0, 1, 2), 8)]), faster_inclusive={"f0": 0.5, "f1": 0.5, "f2": 0.5})
    assert answer.low == 1


def test_functions_that_do_not_say_what_they_cost_may_cost_all_there_is() -> None:
    graph = on_edges([((0, 1, 2), 6), ((0, 1, 2, 3), 4), ((0, 2, 3), 6)])
    del graph.nodes["f2"]["self"]
    answer = gains(graph, "f1", faster={"f3": 0.5, "f1": 0.5})
    assert (answer.low, answer.high) == (5, 8)
    del graph.edges["f1", "f2"]["cost"], graph.edges["f0", "f1"]["cost"]
    with pytest.raises(UsageError, match="does not say what the calls"):
        gains(graph, "f1", faster={"f3": 0.5, "f1": 0.5})


def as_if_alike(profile: Profile, changes: dict[str, dict]) -> float:
    """Return what would be left if each function spent its cost alike for all callers: way by way from the roots on."""
    graph = on_edges(profile)
    inclusive = dict(graph.nodes(data="inclusive"))
    ways = []
    for node, cost in inclusive.items():
        supply = cost - sum(data["cost"] for *_, data in graph.in_edges(node, data=True))
        ways.append(([int(node[1:])], supply / cost if cost else 0))
    left = 0.0
    for way, part in ways:  # which grows
        node = f"f{way[-1]}"
        left += part * graph.nodes[node]["self"] * float(left_of([(tuple(way), 1)], None, changes))
        for head in graph.successors(node):
            if inclusive[head]:
                ways.append(([*way, int(head[1:])], part * graph.edges[node, head]["cost"] / inclusive[head]))
    return left


def test_the_estimate_is_as_if_functions_cost_the_same_for_all_callers() -> None:
    estimates = 0
    for seed in range(60):
        profile = random_profile(seed)
        changes = random_changes(profile, seed, 2)
        result = gains(on_edges(profile), **changes)
        if result.estimate is not None:
            estimates += 1
            assert result.estimate == pytest.approx(as_if_alike(profile, changes), abs=1e-6), seed
    assert estimates > 5


# -- what is said


def small(**facts: object) -> nx.DiGraph:
    graph = nx.DiGraph(edge_meaning="calls", unit="s", total=2.0, kind="counted", **facts)
    graph.add_nodes_from(
        [
            ("main", {"self": 0.25, "inclusive": 2.0}),
            ("a", {"self": 0.25, "inclusive": 1.0}),
            ("b", {"self": 0.25, "inclusive": 0.75}),
            ("c", {"self": 1.25, "inclusive": 1.25}),
        ]
    )
    graph.add_edge("main", "a", cost=1.0, calls=1)
    graph.add_edge("main", "b", cost=0.75, calls=3)
    graph.add_edge("a", "c", cost=0.75, calls=7)
    graph.add_edge("b", "c", cost=0.5)
    return graph


def test_one_change_is_one_line() -> None:
    assert str(gains(small(), "main", faster={"c": 0.4})) == (
        "main: 2 -> 1.5 s (-25.0 %)    c's own code costs 1.25 s: measured"
    )
    assert str(gains(small(), faster_inclusive={"a": 1})) == (
        "total: 2 -> 1 s (-50.0 %)    a with all it calls costs 1 s: measured"
    )


def test_fewer_calls_say_what_they_assume() -> None:
    assert str(gains(small(), "main", fewer_calls={("main", "b"): 0.5})).split("\n") == [
        "main: 2 -> 1.625 s (-18.8 %)    the 3 calls cost 750 ms: measured",
        "  assumes that the calls that go cost what the 3 cost on average",
    ]
    all_gone = str(gains(small(), "main", fewer_calls={("b", "c"): 1}))
    assert all_gone == "main: 2 -> 1.5 s (-25.0 %)    these calls cost 500 ms: measured"


def test_another_function_than_the_root_has_the_part_that_is_spent_for_it() -> None:
    assert gains(small(), "b", faster={"c": 1}).after == pytest.approx(0.25)  # only a and b call c
    between = gains(mixed(), "b", faster={"c": 0.5})
    assert (between.low, between.high) == pytest.approx((0.5, 0.75))  # d can spend all on e that a asks of c
    assert str(between).split("\n") == [
        "b: 750 -> 500 to 750 ms (-33.3 to 0.0 %)    c's own code costs 0 s to 500 ms",
        "  a range: edges do not say how much of it is spent for b; stacks do",
        "  ≈-16.7 % if a function costs the same for all its callers",
    ]


def mixed() -> nx.DiGraph:
    """Return a profile in which both callers of d may be the one for whom it calls c."""
    graph = small()
    graph.remove_edges_from([("a", "c"), ("b", "c")])
    graph.add_nodes_from(
        [
            ("c", {"self": 0.5, "inclusive": 0.5}),
            ("e", {"self": 0.5, "inclusive": 0.5}),
            ("d", {"self": 0.0, "inclusive": 1.0}),
        ]
    )
    graph.add_edge("a", "d", cost=0.5)
    graph.add_edge("b", "d", cost=0.5)
    graph.add_edge("d", "c", cost=0.5)
    graph.add_edge("d", "e", cost=0.5)
    graph.nodes["a"]["self"] = 0.5
    return graph


def test_several_changes_are_a_range_and_a_line_each() -> None:
    answer = gains(mixed(), "main", faster={"c": 0.5}, fewer_calls={("a", "d"): 1})
    assert (answer.low, answer.high) == pytest.approx((1.25, 1.5))
    assert answer.estimate == pytest.approx(1.375)
    assert str(answer).split("\n") == [
        "main: 2 -> 1.25 to 1.5 s (-37.5 to -25.0 %)",
        "  each alone                  cost   saves",
        "  c 50 % faster             500 ms  250 ms  12.5 %",
        "  100 % fewer calls a -> d  500 ms  500 ms  25.0 %",
        "  a range: what several changes hold is saved once, and edges do not say how much; stacks do",
        "  ≈-31.2 % if a function costs the same for all its callers",
    ]


def test_a_sampled_profile_says_between_what_it_lies() -> None:
    stacks = [((0, 1), 51), ((0, 2), 197)]
    graph = with_stacks(stacks)
    graph.graph.update(unit="samples", kind="sampled", threads=2)
    result = gains(graph, "f0", faster={"f1": 1})
    assert result.interval == pytest.approx((0.160, 0.260), abs=0.0005)
    assert result.samples == 248
    assert str(result).split("\n") == [
        "f0: 248 -> 197 samples (-20.6 %)    f1's own code costs 51 samples: measured on stacks",
        "  248 samples; 95 %: -16.0 to -26.0 %, at least: runs differ by more than that",
        "  CPU time of 2 threads; wall time may gain less",
    ]
    half = gains(graph, "f0", faster={"f1": 0.5}).interval
    assert half == pytest.approx((0.080, 0.130), abs=0.0005)


def test_a_call_of_a_recursion_goes_as_often_as_a_stack_passes_it() -> None:
    profile: Profile = [((0, 1, 1, 1), 16), ((0,), 4)]
    result = gains(with_stacks(profile), fewer_calls={("f1", "f1"): 0.5})
    assert result.after == 4 + 16 // 4
    assert "n-th power" in str(result)
    edges = gains(on_edges(profile), fewer_calls={("f1", "f1"): 0.5})
    assert (edges.low, edges.high) == (4, 12)
    assert "in a recursion one stack may hold it several times" in str(edges)


def test_levels_of_recursion_that_all_count_are_no_cost() -> None:
    graph = nx.DiGraph(edge_meaning="calls", unit="Ir", total=100, kind="counted", recursion="every level")
    graph.add_nodes_from([("main", {"self": 10, "inclusive": 100}), ("a", {"self": 40, "inclusive": 300})])
    graph.add_nodes_from([("b", {"self": 50, "inclusive": 250})])
    for tail, head, cost in (("main", "a", 90), ("a", "b", 250), ("b", "a", 210)):
        graph.add_edge(tail, head, cost=cost, calls=1)
    assert gains(graph, "main", faster={"b": 0.5}).after == 75
    assert gains(graph, "main", faster_inclusive={"a": 0.5}).after == 55  # whatever enters the recursion enters a
    range_of_b = gains(graph, "main", faster_inclusive={"b": 0.5})
    assert (range_of_b.low, range_of_b.high) == (55, 75)
    with pytest.raises(UsageError, match="b is recursive, and this file counts its cost at every level"):
        gains(graph, "b", faster={"b": 0.5})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"faster": {"c": 30}}, r"faster= c: a part is more than 0 and at most 1 \(0.3 is 30 %\), not 30"),
        ({"faster": {"c": 0}}, "a part is more than 0"),
        ({"faster": {"c": float("nan")}}, "a part is more than 0"),
        ({"faster": {"c": "x"}}, "a part is more than 0"),
        ({"faster": {"d": 0.5}}, "no node 'd'"),
        ({"faster": {"bare": 0.5}}, "this file does not say what the code of bare itself costs"),
        ({"fewer_calls": {("c", "a"): 0.5}}, "no edge 'c' -> 'a', but one the other way"),
        ({"fewer_calls": {"a": 0.5}}, "fewer_calls= is of pairs of caller and callee, not of 'a'"),
        ({"fewer_calls": {("c", "bare"): 0.5}}, "this file does not say what the calls c -> bare cost"),
        ({"faster": {"a": 0.5, "c": 0.5}}, "does not say what the calls c -> bare cost, nor what else is spent"),
        ({}, "no change is given: faster=, faster_inclusive= or fewer_calls="),
    ],
)
def test_what_is_not_there_is_refused(changes: dict, message: str) -> None:
    graph = small()
    graph.add_edge("c", "bare", calls=2)
    with pytest.raises(GraphdiffError, match=message):
        gains(graph, **changes)


def test_a_graph_without_costs_is_no_profile() -> None:
    plain = nx.DiGraph([("a", "b")])
    for asked in ({"faster": {"b": 0.5}}, {"remove_edges": [("a", "b")]}):
        with pytest.raises(UsageError, match=r"this graph is no profile.*: give a source and a target="):
            gd.what_if(plain, "a", **asked)
    with pytest.raises(UsageError, match="this graph is no profile"):
        gains(plain, faster={"b": 0.5})


def test_results_are_plain_values() -> None:
    record = gains(mixed(), "main", faster={"c": 0.4}, fewer_calls={("a", "d"): 1}).to_dict()
    assert (record["source"], record["unit"]) == ("main", "s")
    assert record["after"] is None
    assert record["low"] < record["high"]
    assert [each["what"] for each in record["changes"]] == ["faster", "fewer_calls"]
    assert record["changes"][1]["cost_low"] == 0.5
    frame = gains(small(), "main", faster={"c": 0.4}).to_pandas()
    assert frame.loc[0, "node"] == "c"


def test_fractions_stay_fractions() -> None:
    graph = small()
    for data in (*(data for _, data in graph.nodes(data=True)), *(data for *_, data in graph.edges(data=True))):
        data.update({name: Fraction(number) / 3 for name, number in data.items()})
    graph.graph["total"] = Fraction(2, 3)
    assert gains(graph, "main", faster={"c": Fraction(1, 7)}).change == -Fraction(5, 84)


def test_removed_calls_and_functions_of_a_profile_cost_nothing() -> None:
    graph = small()
    assert gd.what_if(graph, "main", remove_edges=[("main", "a")]).after == 1.0
    assert gd.what_if(graph, remove_nodes=["c"]).after == 0.75
    assert gd.what_if(graph, gd.ROOTS, faster={"c": 1}).source is None
    for wrong in ({"target": "c"}, {"reweight": {("a", "c"): 2}}, {"add_edges": [("a", "b", 1)]}, {"exact": True}):
        with pytest.raises(UsageError, match=r"target=|leave out exact="):
            gd.what_if(graph, "main", faster={"c": 0.5}, **wrong)


def test_between_two_functions_a_profile_is_asked_by_what_calls_cost() -> None:
    graph = small()
    graph.edges["b", "c"]["calls"] = 1
    answer = gd.what_if(graph, "main", "c", remove_edges=[("a", "c")])
    assert answer.weight_meaning == "per-call"
    assert answer.before == pytest.approx(8.0)  # all of c's eight calls, each worth its mean
    assert answer.change == pytest.approx(-0.75 / (1.25 / 8))
    assert answer.recounted is None


def test_costs_that_counts_of_calls_shared_out_are_not_measured() -> None:
    graph = small(assumes="even calls")
    assert str(gains(graph, faster={"c": 0.4})).endswith("c's own code costs 1.25 s: measured")
    answer = gains(graph, "main", fewer_calls={("main", "a"): 1})
    assert answer.estimated
    assert str(answer).split("\n") == [
        "main: 2 -> 1 s (-50.0 %)    the call costs 1 s",
        "  an estimate: this file takes all calls of a function to cost the same",
    ]


def test_a_call_that_is_made_once_can_be_left_out_of_some_runs() -> None:
    answer = gains(small(), fewer_calls={("main", "a"): 0.25})
    assert str(answer).split("\n")[1] == "  it is called once: in 25 % of the runs it is not"
    profile: Profile = [((0, 1, 1), 16), ((0,), 4)]
    graph = on_edges(profile)
    graph.edges["f1", "f1"]["calls"] = 1  # which no stack passes twice
    assert gains(graph, fewer_calls={("f1", "f1"): 0.5}).after == 12


def test_reports_fit_a_screen() -> None:
    graph = small()
    name = "a_function_of_a_name_that_is_longer_than_most_names_of_functions_are (a_file_of_a_long_name.py:123)"
    graph = nx.relabel_nodes(graph, {"a": name, "c": f"{name} too", "main": f"{name} once more"})
    several = {"faster": {f"{name} too": 0.3, "b": 0.1}, "fewer_calls": {(f"{name} once more", name): 0.5}}
    for source in (None, f"{name} once more", name):
        for changes in (several, {"faster": {f"{name} too": 0.3}}, {"faster_inclusive": {f"{name} too": 0.3}}):
            assert max(map(len, str(gains(graph, source, **changes)).split("\n"))) <= 100


def test_what_hidden_functions_cost_is_shared_out_by_averages() -> None:
    graph = gd.filter_calls(mixed(), hide="d")
    answer = gains(graph, faster={"c": 0.5})
    assert str(answer).split("\n")[1:] == [
        "  an estimate: what hidden functions cost is shared among their callers by averages"
    ]


@pytest.mark.parametrize(
    "kind", [Decimal, Fraction, np.float64, np.float32, sympy.Rational, lambda cost: np.int64(100 * cost)]
)
def test_costs_are_any_real_numbers(kind: Any) -> None:
    graph = in_numbers(kind)
    whole = float(graph.graph["total"])
    assert float(gains(graph, "main", faster={"c": 0.5}).after) == pytest.approx(0.875 * whole)
    answer = gains(graph, "main", faster={"c": 0.5}, fewer_calls={("a", "d"): 1})
    assert (float(answer.low), float(answer.high)) == pytest.approx((0.625 * whole, 0.75 * whole))
    assert "after" in json.dumps(answer.to_dict())


def in_numbers(kind: Any) -> nx.DiGraph:
    graph = mixed()
    for data in (*graph.nodes.values(), *graph.edges.values()):
        data.update({name: kind(cost) for name, cost in data.items() if name != "calls"})
    graph.graph["total"] = kind(2.0)
    return graph


def test_costs_that_have_no_parts_are_refused() -> None:
    for kind in (complex, lambda cost: cost * sympy.Symbol("x")):
        with pytest.raises(UsageError, match="is no cost: a saving is a part of a real number"):
            gains(in_numbers(kind), "main", faster={"c": 0.5})
    with pytest.raises(GraphTypeError, match="one edge from a function to another"):
        gains(nx.MultiDiGraph(small()), "main", faster={"c": 0.5})
