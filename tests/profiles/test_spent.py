"""For whom a function costs: parts on stacks and on edges, against stacks that are counted one by one."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

import graphdiff as gd
from graphdiff.errors import UnknownNodeError, UsageError, WeightError
from graphdiff.profiles.call_graph import Function, from_calls, from_stacks
from graphdiff.profiles.costs import INCLUSIVE, SELF, Costs
from graphdiff.profiles.ranking import rank_costs
from graphdiff.profiles.routes import best_routes_to, routes
from graphdiff.profiles.spent import spent_for
from graphdiff.profiles.stacks import Stacks

DATA = Path(__file__).parents[1] / "data" / "profiles"
Listed = list[tuple[tuple[int, ...], int]]


def random_listed(rng: random.Random, *, recursive: bool) -> Listed:
    listed = []
    for _ in range(rng.randint(4, 12)):
        picked = [rng.randrange(7) for _ in range(rng.randint(1, 6))]
        listed.append((tuple(picked if recursive else sorted(set(picked))), rng.randint(1, 30)))
    return listed


def profile_of(listed: Listed, *, kind: str = "counted", unit: str = "Ir") -> nx.DiGraph:
    frames = [frame for stack, _ in listed for frame in stack]
    stacks = Stacks.of(frames, [len(stack) for stack, _ in listed], [cost for _, cost in listed])
    return from_stacks([Function(name) for name in "abcdefg"], stacks, unit=unit, kind=kind, format="stacks")


def without_stacks(graph: nx.DiGraph) -> nx.DiGraph:
    edges_only = graph.copy()
    del edges_only.graph["stacks"]
    return edges_only


def truth(listed: Listed, caller: int, target: int, by: str) -> tuple[int, int]:
    """What is spent for the caller, and all, stack by stack."""
    spent = whole = 0
    for stack, cost in listed:
        if target not in stack or (by == SELF and stack[-1] != target):
            continue
        whole += cost
        last = len(stack) - 1 - stack[::-1].index(target)
        spent += cost * (caller == target or caller in stack[:last])
    return spent, whole


@pytest.mark.parametrize("by", [INCLUSIVE, SELF])
@pytest.mark.parametrize("recursive", [False, True], ids=["no cycles", "cycles"])
def test_parts_on_stacks_are_counted_and_edges_allow_them(recursive: bool, by: str) -> None:
    rng = random.Random(f"{recursive}{by}")
    n_exact = 0
    for _ in range(25):
        listed = random_listed(rng, recursive=recursive)
        graph = profile_of(listed)
        measured, edges = Costs(graph), Costs(without_stacks(graph))
        for caller, target in ((a, b) for a in "abcdefg" for b in "abcdefg" if a in graph and b in graph):
            spent, whole = truth(listed, "abcdefg".index(caller), "abcdefg".index(target), by)
            part = measured.part([caller], target, by)
            assert (part.cost, part.whole, part.is_measured) == (spent, whole, True)
            allowed = edges.part([caller], target, by)
            assert allowed.range is not None
            assert allowed.whole == whole
            assert allowed.range.low <= spent <= allowed.range.high
            if allowed.is_measured:
                assert allowed.cost == spent
                n_exact += 1
            if allowed.estimate is not None:
                low, high = allowed.range.low, allowed.range.high
                assert low - 1e-9 <= allowed.estimate * whole <= high + 1e-9
    assert n_exact > 50


@pytest.mark.parametrize("recursive", [False, True], ids=["no cycles", "cycles"])
def test_rankings_have_the_part_of_every_function(recursive: bool) -> None:
    rng = random.Random(recursive)
    for _ in range(25):
        listed = random_listed(rng, recursive=recursive)
        graph = profile_of(listed)
        for by in (INCLUSIVE, SELF):
            asked = rng.choice(list(graph))
            towards, from_one = rank_costs(graph, target=asked, by=by), rank_costs(graph, asked, by=by)
            for ranking, pair in ((towards, lambda x: (x, asked)), (from_one, lambda x: (asked, x))):  # noqa: B023
                numbers = {row.name: row.part.cost for row in ranking.listed if row.part}
                for other in graph:
                    spent, _ = truth(listed, *map("abcdefg".index, pair(other)), by)
                    if other != asked:
                        assert numbers.get(other, 0) == spent
                costs = [row.part.cost for row in ranking.listed if row.part]
                assert costs == sorted(costs, reverse=True)


def test_estimates_on_edges_are_the_totals_of_spent() -> None:
    """`Costs` sums in its own order; the sweeps of the library are the other way to them."""
    rng = random.Random(11)
    for _ in range(10):
        graph = without_stacks(profile_of(random_listed(rng, recursive=False)))
        costs = Costs(graph)
        compiled = gd.compile(graph, weight=gd.weights.spent, cycles="collapse")
        for target in graph:
            adjoints = gd.reverse(compiled, target)
            for caller in graph:
                part = costs.part([caller], target, ranged=False)
                assert part.share == pytest.approx(adjoints[caller])


def test_a_range_without_room_is_one_number() -> None:
    ranking = gd.rank(gd.read(DATA / "run.prof"))
    for target in ranking.nodes[:5]:
        parts = [row.part for row in gd.rank(ranking.costs.graph, target=target).rows() if row.part.is_measured]
        assert parts
        assert all(part.bounds == (part.share, part.share) for part in parts)


def test_several_callers_are_taken_together() -> None:
    listed: Listed = [((0, 1, 3), 5), ((0, 2, 3), 7), ((0, 1, 2, 3), 1), ((0, 3), 2)]
    graph = profile_of(listed)
    assert spent_for(graph, ["b", "c"], "d").part.cost == 13
    edges = spent_for(without_stacks(graph), ["b", "c"], "d")
    assert (edges.part.cost, edges.part.range and edges.part.range.is_exact) == (13, True)


@pytest.mark.parametrize("kind", [Fraction, float, int])
def test_amounts_keep_their_type(kind: Any) -> None:
    main, a, b = (Function(name) for name in ("main", "a", "b"))
    graph = from_calls(
        {main: {"self": kind(0)}, a: {"self": kind(2)}, b: {"self": kind(3)}},
        {(main, a): {"cost": kind(5)}, (a, b): {"cost": kind(3)}},
        unit="s", total=kind(5), kind="counted", format="x",
    )  # fmt: skip
    part = spent_for(graph, "a", "b").part
    assert part.cost == 3
    assert part.whole == 3
    assert spent_for(graph, None, "main").part.whole == 5


def test_what_a_drawing_leaves_out_is_in_what_a_function_costs_and_not_its_own() -> None:
    main, a = Function("main"), Function("a")
    graph = from_calls(
        {main: {"self": 1}, a: {"self": 2, "hidden": 4}}, {(main, a): {"cost": 6}},
        unit="s", total=7, kind="sampled", format="x",
    )  # fmt: skip
    part = spent_for(graph, "main", "a").part
    assert (part.whole, part.estimate, part.range) == (6, 1.0, None)
    assert rank_costs(graph, target="a", by=SELF).listed[0].part.whole == 2  # type: ignore[union-attr]


# -- recursion


def alternating(levels: int) -> nx.DiGraph:
    """even and odd call each other, 1 unit each at every level; calls cost at each level what is below."""
    even, odd, main = Function("even"), Function("odd"), Function("main")
    cost = {(even, odd): sum(range(levels - 1, 0, -2)), (odd, even): sum(range(levels - 2, 0, -2))}
    return from_calls(
        {main: {"self": 0, "inclusive": levels}, even: {"self": levels / 2}, odd: {"self": levels / 2}},
        {(main, even): {"cost": levels}, **{call: {"cost": number} for call, number in cost.items()}},
        unit="Ir", total=levels, kind="counted", format="callgrind", recursion="every level",
    )  # fmt: skip


def test_of_calls_counted_at_every_level_what_a_member_costs_is_an_estimate() -> None:
    graph = alternating(16)
    costs = Costs(graph)
    assert costs.inclusive("even") is None
    assert costs.estimated_inclusive("even") == pytest.approx(16)
    assert costs.estimated_inclusive("odd") == pytest.approx(15, rel=0.06)
    text = str(rank_costs(graph, by="self"))
    assert "≈16 Ir" in text
    assert "≈ an estimate: this file counts calls within a function's own calls at every level." in text
    spent = spent_for(graph, "main", "odd")
    assert spent.by == SELF
    assert spent.part.cost == 8
    says = "odd is on a cycle of calls, and what it costs with all it calls is not in this file (an estimate: 14 Ir);"
    assert says in spent.text().replace("\n  ", " ")
    with pytest.raises(WeightError, match='odd costs with all that it calls is not in this file; by="self" parts'):
        rank_costs(graph, target="odd")
    assert rank_costs(graph, target="odd", by=SELF).nodes == ["main", "even"]


def test_walks_round_calls_that_are_counted_once_are_not_summed() -> None:
    graph = profile_of([((0, 1, 2, 1, 2), 5), ((0, 1, 3), 2)])
    with pytest.raises(UsageError, match=r"counted once \(b and c\).*more than all; cycles=\"collapse\" takes"):
        gd.explain(graph, "a", "c", cycles="solve", weight=gd.weights.spent)
    every = alternating(16)
    solved = gd.compile(every, weight=gd.weights.spent, cycles="solve")
    assert gd.total_influence(solved, "main", "even") * 8 + gd.total_influence(
        solved, "main", "odd"
    ) * 8 == pytest.approx(16)


def test_of_the_same_stacks_the_component_spends_for_its_members_what_they_cost() -> None:
    """inclusive = self + exits, in whole numbers, of components of random stacks."""
    rng = random.Random(400)
    for _ in range(100):
        listed = random_listed(rng, recursive=True)
        graph = profile_of(listed)
        costs = Costs(without_stacks(graph))
        for members in costs.members.values():
            labels = {costs.labels[number] for number in members}
            held = sum(cost for stack, cost in listed if labels & {"abcdefg"[frame] for frame in stack})
            assert costs.sums[costs.components[members[0]]] == held


# -- routes


def test_routes_on_stacks_are_the_stacks_that_cost_most() -> None:
    graph = profile_of([((0, 1, 3), 5), ((0, 2, 3), 7), ((0, 1, 3, 4), 4), ((3,), 1)])
    assert [(route.functions, route.cost) for route in routes(Costs(graph), None, "d")] == [
        (("a", "b", "d"), 9), (("a", "c", "d"), 7), (("d",), 1),
    ]  # fmt: skip
    assert [route.cost for route in routes(Costs(graph), ["b"], "d", SELF)] == [5]


def test_from_a_function_no_route_leads_to_itself() -> None:
    graph, again = (profile_of([((0, 1, 2), 5), ((0, 1), 3), *more]) for more in ([], [((0, 1, 2, 1), 2)]))
    for profile in (graph, without_stacks(graph), again):
        rows = rank_costs(profile, source="b").text().splitlines()
        assert [row.split()[0] for row in rows if "through" in row or "directly" in row] == ["c"]


def test_routes_on_edges_pass_components_and_end_where_they_are_asked_for() -> None:
    graph = without_stacks(profile_of([((0, 1, 2, 1, 3), 6), ((0, 2, 1, 2, 3), 2), ((0, 3), 1)]))
    (best, *_), others = routes(Costs(graph), ["a"], "d"), 0
    assert best.functions == ("a", "b", "d")
    assert best.part <= 1
    assert others == 0
    assert routes(Costs(graph), ["b"], "d") == []


def test_routes_to_a_function_are_those_from_each_to_it() -> None:
    rng = random.Random(3)
    n_routes = 0
    for _ in range(20):
        graph = without_stacks(profile_of(random_listed(rng, recursive=False)))
        costs = Costs(graph)
        for target in graph:
            together = best_routes_to(costs, costs.number(target))
            for caller in graph:
                (alone,) = routes(costs, [caller], target, top=1) or [None]
                route = together.get(costs.number(caller))
                assert (route is None) == (alone is None)
                if route is not None and alone is not None:
                    assert route.part == pytest.approx(alone.part)
                    assert (route.functions[0], route.functions[-1]) == (caller, target)
                    assert all(call in graph.edges for call in pairwise(route.functions))
                    n_routes += 1
    assert n_routes > 100


# -- what is refused


def test_what_has_no_part_is_refused() -> None:
    graph = profile_of([((0, 1), 5)])
    with pytest.raises(UnknownNodeError, match="no node 'bb'"):
        spent_for(graph, "a", "bb")
    with pytest.raises(UnknownNodeError, match="no node 'zz'"):
        spent_for(graph, "zz", "b")
    with pytest.raises(UsageError, match="one function is asked for"):
        spent_for(graph, "a", None)
    with pytest.raises(UsageError, match="several targets have no such part"):
        spent_for(graph, "a", ["a", "b"])
    with pytest.raises(UsageError, match="a ranking has one target=, without weights"):
        rank_costs(graph, target=["a", "b"])
    with pytest.raises(UsageError, match="the columns are self, inclusive, calls"):
        rank_costs(graph, by="reach")


def test_a_file_that_only_counts_calls_says_no_cost() -> None:
    main, work = Function("main"), Function("work")
    graph = from_calls(
        {main: {"calls": 1}, work: {"calls": 3}}, {(main, work): {"calls": 3}},
        unit="calls", total=4, kind="counted", format="x",
    )  # fmt: skip
    assert rank_costs(graph).nodes == ["work", "main"]
    assert [row.part and row.part.cost for row in rank_costs(graph, target="work", by="calls").listed] == [3]
    with pytest.raises(WeightError, match="1 of 1 calls have no cost in this file, such as main -> work"):
        spent_for(graph, "main", "work")
    with pytest.raises(WeightError, match="no function of this file has inclusive: functions have calls"):
        rank_costs(graph, by="inclusive")


def test_costs_that_a_profiler_shared_out_evenly_are_no_measure() -> None:
    main, a, b, work = (Function(name) for name in ("main", "a", "b", "work"))
    graph = from_calls(
        {main: {"self": 0.0}, a: {"self": 1.0}, b: {"self": 1.0}, work: {"self": 2.0}},
        {(main, a): {"cost": 2.0}, (main, b): {"cost": 2.0}, (a, work): {"cost": 1.0}, (b, work): {"cost": 1.0}},
        unit="s", total=4.0, kind="sampled", format="gprof", assumes="even calls",
    )  # fmt: skip
    spent = spent_for(graph, "a", "work")
    assert not spent.part.is_measured
    assert "≈50.0 % of work's time is spent for a, if all calls of a function cost the same." in str(spent)
    assert "exact" not in str(rank_costs(graph, target="work"))


def test_what_hidden_functions_cost_is_no_measure_on_edges() -> None:
    graph = gd.filter_calls(gd.read(DATA / "calls.callgrind"), hide="^handle$")
    spent = spent_for(graph, "costly", "burn")
    assert (spent.part.is_measured, spent.part.range) == (False, None)
    assert "! What hidden functions cost is shared out as if all calls were average" in str(spent)
    assert "exact" not in str(rank_costs(graph, target="burn"))


# -- samples


def test_samples_have_an_interval_and_other_numbers_none() -> None:
    listed: Listed = [((0, 1, 3), 51), ((0, 2, 3), 197)]
    sampled = spent_for(profile_of(listed, kind="sampled", unit="samples"), "b", "d")
    assert sampled.part.samples == (51, 248)
    assert "20.6 % of d's time is spent for b (51 of 248 samples; 95 %: 16 to 26 %)." in str(sampled)
    assert "a > b > d  51 samples    measured on stacks" in str(sampled)
    counted = spent_for(profile_of(listed), "b", "d")
    assert counted.part.interval is None
    assert "20.6 % of d's cost is spent for b (51 Ir of 248 Ir; on stacks)." in str(counted)


def test_samples_that_stand_for_different_times_have_no_interval() -> None:
    for costs, known in (([5.0, 20.0], (5, 25)), ([9.0, 20.0], None)):
        stacks = Stacks.of([0, 1, 0, 2, 1], [2, 3], costs, [5, 20])
        graph = from_stacks([Function(name) for name in "abc"], stacks, unit="ms", kind="sampled", format="x")
        assert spent_for(graph, ["a"], "b").part.samples == (None if known is None else (25, 25))
        assert np.isclose(spent_for(graph, ["c"], "b").part.share or 0, costs[1] / sum(costs))


# -- a program whose callers are mixed (snakeviz, issue 112)


def test_the_trap_of_mixed_callers() -> None:
    stacks, edges = gd.read(DATA / "trap.folded"), gd.read(DATA / "trap.prof")
    measured = spent_for(stacks, "b", "c").part
    assert measured.share == pytest.approx(0.2, abs=0.05)
    part = spent_for(edges, "b", "c").part
    assert part.estimate == pytest.approx(0.5, abs=0.01)
    low, high = part.bounds or (1, 0)
    assert low <= 0.2 <= high
    text = str(spent_for(edges, "b", "c"))
    assert text.startswith("0 to 100 % of c's time is spent for b: this file cannot tell.\n")
    assert "  if all calls of a cost the same    50.3 %\n" in text
    assert "! a's callers are mixed. Stacks tell them apart (py-spy -f raw, pprof, perf)." in text


def test_who_makes_burn_cost_in_a_program_under_callgrind() -> None:
    graph = gd.read(DATA / "calls.callgrind")
    assert str(rank_costs(graph, target="burn")).splitlines()[:7] == [
        "who makes burn cost (6,208,912 Ir)",
        "  handle   68.3 %  exact         through render",
        "  costly  ≈56.7 %  56.4 to 58.4  through handle > render",
        "  render   36.1 %  exact         directly",
        "  parse    32.2 %  exact         directly",
        "  rec      31.7 %  exact         directly",
        "  cheap   ≈11.5 %   9.9 to 11.9  through handle > render",
    ]
    # calls.c: 10 calls of handle by costly burn 22000 each, and twice that more in every other one; cheap's are alike.
    costly, cheap, rec = 10 * 22000 + 5 * 44000, 10 * 3000 * 3, 41 * 6000
    for caller, steps in (("costly", costly), ("cheap", cheap), ("rec", rec)):
        low, high = spent_for(graph, caller, "burn").part.bounds or (1, 0)
        assert low - 1e-3 <= steps / (costly + cheap + rec) <= high + 1e-3


# -- what reports say


def glued(n: int) -> nx.DiGraph:
    """Functions that import each other in a ring, called by main; the last calls work."""
    frozen = "<frozen importlib._bootstrap>"
    ring = [Function(f"step{number}", frozen) for number in range(n)]
    main, work = Function("main", "run.py"), Function("work", "run.py")
    calls = {(a, b): {"cost": 5.0} for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)}
    return from_calls(
        {main: {"self": 1.0}, work: {"self": 3.0}, **{each: {"self": 0.5, "inclusive": 4.0} for each in ring}},
        {(main, ring[0]): {"cost": 3.0 + n / 2}, **calls, (ring[-1], work): {"cost": 3.0}},
        unit="s", total=4.0 + n / 2, kind="counted", format="pstats",
    )  # fmt: skip


def test_a_profile_that_imports_tie_together_says_so() -> None:
    graph = glued(12)
    says = "! 12 of 14 functions call each other in one cycle, to which imports tie them: --hide imports takes"
    assert says in str(rank_costs(graph, by="inclusive"))
    ranking = str(rank_costs(graph, "step3"))
    assert says in ranking
    assert "! step3 is in a cycle of 12 functions, within which edges cannot tell." in ranking
    assert says not in str(rank_costs(glued(8), by="inclusive"))  # few functions in a cycle are what they are
    asked = spent_for(graph, "step3", "step5")
    assert "! step3 and step5 are in one cycle of calls (12 functions)." in str(asked)
    assert asked.part.estimate is None
    towards = rank_costs(graph, target="work")
    assert [len(row.numbers) for row in towards.listed] == [1, 12]
    assert "all of it is spent for main, step0 + 11 more" in str(towards)


def test_results_are_plain_values_tables_and_html() -> None:
    graph = gd.read(DATA / "calls.callgrind")
    spent, ranking = gd.explain(graph, "costly", "burn"), gd.rank(graph, target="burn")
    assert isinstance(spent, gd.Spent)
    assert isinstance(ranking, gd.CostRanking)
    assert spent.to_pandas().iloc[0]["target"] == "burn"
    assert list(ranking.to_pandas().loc[["render", "parse"], "cost"]) == [2240180, 2000240]
    assert "<pre>" in spent._repr_html_()
    assert "costly" in ranking._repr_html_()
    assert len(gd.rank(graph, target="burn", top=2)) == 2
    assert gd.rank(graph, weight=gd.weights.spent, cycles="collapse").columns[:2] == ["place", "node"]
