"""Two profiles of real programs: callgrind's of one in C, cProfile's by a clock of our own, and sampled stacks.

tests/data/planted has the C program, and what callgrind counted of it as it was built with each change:
``gcc -g -O1 -fno-inline planted.c -D…``, ``valgrind --tool=callgrind --toggle-collect=main``; folders left out.
"""

from __future__ import annotations

import cProfile
import json
import math
import random
import shutil
import statistics
import subprocess
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

import graphdiff as gd
from graphdiff.errors import UsageError
from graphdiff.profiles.addition import added
from graphdiff.profiles.call_graph import Function, from_calls, from_stacks
from graphdiff.profiles.comparison import Part, ProfileComparison
from graphdiff.profiles.noise import T, scatter
from graphdiff.profiles.stacks import Stacks

PLANTED = Path(__file__).parents[1] / "data/planted"

#: How the program was built: what that changed, the largest part first.
BUILDS = {
    "burn": ("-DBURN=700", ["burn"]),
    "calls": ("-DCALLS=5", [("costly", "handle")]),
    "both": ("-DBURN=700 -DCALLS=5", [("costly", "handle"), "burn"]),
    "new": ("-DCHECK=300", [("handle", "check")]),
    "gone": ("-DNO_RENDER", [("handle", "render")]),
    "deep": ("-DDEPTH=20", [("rec", "burn")]),
    "heavy": ("-DUNITS=11", [("handle", "burn")]),
    "slower": ("-DBURN=1300 -DCHEAP=80", [("cheap", "handle"), "burn"]),
}


def counted(build: str) -> nx.DiGraph:
    return gd.read(PLANTED / f"{build}.callgrind")


def rebuilt(one: float, other: float, both: float, base: float) -> tuple[float, float]:
    """Return what two changes did, by the cost of a program with each alone and both: the mean of both orders."""
    return (one - base + both - other) / 2, (other - base + both - one) / 2


def keys(found: ProfileComparison) -> list[Any]:
    return [key for key, _ in sorted(found.attribution.items(), key=lambda item: -abs(item[1]))]


@pytest.mark.parametrize(("build", "cause"), [(build, cause) for build, (_, cause) in BUILDS.items()], ids=list(BUILDS))
def test_what_was_planted_comes_first_and_all_parts_sum_to_what_callgrind_counted(build: str, cause: list[Any]) -> None:
    before, after = counted("base"), counted(build)
    found = gd.compare(before, after, "main", exact=True)
    assert (found.before, found.after) == (before.graph["total"], after.graph["total"])
    assert (found.remainder, sum(found.attribution.values())) == (0, found.change)
    assert keys(found)[: len(cause)] == cause
    assert gd.compare(before, after, exact=True).attribution == found.attribution  # main is all of it
    rows = str(found).splitlines()
    assert all(len(row) <= 100 for row in rows)


def test_parts_of_two_changes_are_those_of_rebuilding_with_one_after_the_other_on_average() -> None:
    cost = {build: counted(build).graph["total"] for build in ("base", "burn", "calls", "both")}
    alone = cost["burn"] - cost["base"], cost["calls"] - cost["base"]
    second = cost["both"] - cost["calls"], cost["both"] - cost["burn"]
    found = gd.compare(counted("base"), counted("both"), "main")
    assert found.attribution["burn"] == (alone[0] + second[0]) / 2
    assert found.attribution["costly", "handle"] == pytest.approx((alone[1] + second[1]) / 2, rel=2e-4)


def test_the_report_names_calls_code_and_what_cancels() -> None:
    assert str(gd.compare(counted("base"), counted("both"), "main")).splitlines() == [
        "main: 1,670,687 -> 1,143,334 Ir (-31.6 %)",
        "  costly calls handle 5 times, not 10                          -300,520  57.0 %",
        "  burn's own cost                                              -226,800  43.0 %",
        "  mix at handle: parse +109,375, burn -79,532, render -29,823       +21   0.0 %",
        "  the rest                                                          -54   0.0 %",
        "exact; the parts' sizes sum to 1.41 times the change",
    ]
    assert str(gd.compare(counted("base"), counted("new"), "main")).splitlines()[1:] == [
        "  handle calls check 50 times, which is new  +375,450  100.0 %",
        "  the rest                                        +50    0.0 %",
        "exact; the parts' sizes sum to 1.00 times the change",
        "1 function new: check",
    ]


def test_the_profiles_in_data_name_both_changes_of_the_site() -> None:
    data = Path(__file__).parents[2] / "data"
    found = gd.compare(gd.read(data / "site.callgrind"), gd.read(data / "site-after.callgrind"), "main")
    assert keys(found)[:2] == [("export", "render"), "escape"]
    assert found.size == pytest.approx(1.0, abs=1e-3)


def test_a_function_that_costs_the_same_for_each_call_is_not_to_blame_where_its_callers_callers_changed() -> None:
    graphs = {build: counted(f"mixed{build}") for build in ("", "-calls", "-code", "-both")}
    total = {build: graph.graph["total"] for build, graph in graphs.items()}
    causes = dict(
        zip([("fast", "mid"), "work"], rebuilt(*(total[b] for b in ("-calls", "-code", "-both", ""))), strict=True)
    )
    for build, named in (("-calls", [("fast", "mid")]), ("-code", ["work"]), ("-both", list(causes))):
        found = gd.compare(graphs[""], graphs[build], "main", exact=True)
        assert found.remainder == 0
        assert keys(found)[: len(named)] == named
        assert "even" not in found.attribution  # 1,805 Ir a call in all of them
        size = sum(abs(found.attribution[key]) for key in named)
        assert all(abs(change) < 0.001 * size for key, change in found.attribution.items() if key not in named)
    both = gd.compare(graphs[""], graphs["-both"], "main", exact=True)
    for key, part in causes.items():
        assert float(both.attribution[key]) == pytest.approx(part, rel=1e-3)
    text = str(both).splitlines()
    assert text[-2] == "exact; the parts' sizes sum to 8.87 times the change"
    assert text[-1] == "! the parts mostly cancel: each is less sure than the change; measure the changes one at a time"
    assert "mostly cancel" not in str(gd.compare(graphs[""], graphs["-calls"], "main"))


def off_from_rebuilding(tmp_path: Path, program: str, flags: dict[str, Any]) -> dict[tuple[str, str], float]:
    """Return by which part of both sizes the parts of every two changes are off from those of rebuilding."""
    if not (shutil.which("gcc") and shutil.which("valgrind")):
        pytest.skip("gcc and valgrind build and count the program")

    def built(*chosen: str) -> nx.DiGraph:
        name = tmp_path / "".join(chosen or ["base"])
        subprocess.run(["gcc", "-g", "-O1", "-fno-inline", "-o", name, PLANTED / program, *chosen], check=True)
        out = f"--callgrind-out-file={name}.callgrind"
        run = ["valgrind", "--tool=callgrind", "--toggle-collect=main", out, name]
        subprocess.run(run, check=True, capture_output=True)
        return gd.read(f"{name}.callgrind")

    graphs = {chosen: built(*chosen) for n in (0, 1, 2) for chosen in combinations(flags, n)}
    cost = {chosen: graph.graph["total"] for chosen, graph in graphs.items()}
    off: dict[tuple[str, str], float] = {}
    for one, other in combinations(flags, 2):
        found = gd.compare(graphs[()], graphs[one, other], "main", exact=True)
        assert found.remainder == 0
        parts = rebuilt(cost[one,], cost[other,], cost[one, other], cost[()])
        causes = dict(zip((flags[one], flags[other]), parts, strict=True))
        size = sum(map(abs, parts))
        off[one, other] = max(abs(float(found.attribution[key]) - part) / size for key, part in causes.items())
        assert keys(found)[0] in causes
    return off


@pytest.mark.slow
def test_of_every_two_changes_both_come_first_and_are_those_of_rebuilding(tmp_path: Path) -> None:
    flags = {
        "-DBURN=1500": "burn", "-DCALLS=16": ("costly", "handle"), "-DCHEAP=25": ("cheap", "handle"),
        "-DCHECK=4000": ("handle", "check"), "-DNO_RENDER": ("handle", "render"), "-DDEPTH=40": ("rec", "burn"),
    }  # fmt: skip
    off = off_from_rebuilding(tmp_path, "planted.c", flags)
    assert max(off.values()) <= 0.05, off


@pytest.mark.slow
def test_of_changes_below_callers_that_ask_for_much_and_little_each_is_that_of_rebuilding(tmp_path: Path) -> None:
    for name, calls in (("more", "-DFAST=20"), ("less", "-DFAST=5")):
        (tmp_path / name).mkdir()
        flags = {calls: ("fast", "mid"), "-DSLOW=300": ("slow", "mid"), "-DWORK=10": "work", "-DEVEN=900": "even"}
        off = off_from_rebuilding(tmp_path / name, "mixed.c", flags)
        assert max(off.values()) <= 0.005, off


# -- cProfile, by a clock that only the program moves on


class Clock:
    now = 0

    def __call__(self) -> int:
        return self.now


def profiled(path: Path, units: int, rounds: int, depth: int) -> nx.DiGraph:
    """Profile a program whose work takes so long, that does it so often, and calls itself so deep."""
    clock = Clock()

    def work(n: int) -> None:
        clock.now += n * units

    def light() -> None:
        work(1)

    def heavy() -> None:
        for _ in range(rounds):
            work(20)

    def again(left: int) -> None:
        clock.now += 5
        if left:
            again(left - 1)

    def main() -> None:
        for _ in range(30):
            light()
        heavy()
        again(depth)

    profile = cProfile.Profile(clock, 0.001)
    profile.runcall(main)
    profile.dump_stats(path)
    return gd.read(path)


def test_of_cprofile_the_call_and_the_code_that_changed_come_first(tmp_path: Path) -> None:
    before, after = (profiled(tmp_path / f"{n}.prof", units, n, 8) for units, n in ((10, 6), (13, 9)))
    found = gd.compare(before, after, "main")
    assert keys(found)[:2] == ["work", ("heavy", "work")] or keys(found)[:2] == [("heavy", "work"), "work"]
    assert found.change == pytest.approx((13 * (30 + 180) - 10 * (30 + 120)) / 1000)
    assert found.remainder == pytest.approx(0, abs=1e-12)
    assert found.attribution["heavy", "work"] > 0 < found.attribution["work"]
    assert "heavy calls work 9 times, not 6" in str(found)
    assert "! one run each: what differs from run to run is not known" in str(found)


def test_of_cprofile_more_recursion_is_its_functions_own_code(tmp_path: Path) -> None:
    before, after = (profiled(tmp_path / f"{n}.prof", 10, 6, n) for n in (8, 30))
    assert keys(gd.compare(before, after, "main"))[:1] == ["again"]


# -- stacks


NAMES = ("main", "light", "heavy", "work", "parse")
ROUTES = {(0, 1, 3): 0.3, (0, 2, 3): 0.4, (0, 2, 4): 0.2, (0,): 0.1}


def sampled(counts: dict[tuple[int, ...], int], unit: str = "samples", kind: str = "sampled", each: int = 1) -> Any:
    frames = [frame for route in counts for frame in route]
    numbers = list(counts.values())
    stacks = Stacks.of(frames, [len(route) for route in counts], [n * each for n in numbers], numbers)
    return from_stacks([Function(name, "a.py") for name in NAMES], stacks, unit=unit, kind=kind, format="made")


def drawn(rng: random.Random, n: int, shares: dict[tuple[int, ...], float]) -> nx.DiGraph:
    return sampled(dict(Counter(rng.choices(list(shares), list(shares.values()), k=n))))


def test_of_stacks_own_costs_and_routes_are_compared() -> None:
    before = sampled({(0, 1, 3): 300, (0, 2, 3): 400, (0, 2, 4): 200, (0,): 100})
    after = sampled({(0, 1, 3): 310, (0, 2, 3): 800, (0, 2, 4): 190, (0,): 100})
    found = gd.compare(before, after, "main")
    assert (found.method, found.before, found.after) == ("stacks", 1000, 1400)
    assert found.attribution == {"work": 410, "parse": -10}
    assert [part.is_noise for part in found.parts] == [False, True]
    assert found.parts[0].margin == pytest.approx(2 * math.sqrt(700 + 1110))
    assert [(route.functions, route.change) for route in found.routes[:1]] == [(("main", "heavy", "work"), 400)]
    text = str(found)
    assert "  work's own cost   +410  102.5 %" in text
    assert "  parse's own cost   -10   -2.5 %  within noise" in text
    assert "  main > heavy > work   +400  100.0 %" in text
    only = gd.compare(before, after, "light")
    assert (only.before, only.after, only.attribution, only.is_noise) == (300, 310, {"work": 10}, True)


def test_what_a_sample_stands_for_counts_in_the_noise() -> None:
    pair = (sampled({(0, 1, 3): n, (0, 2, 3): 400}, "ns", each=10**7) for n in (300, 330))
    found = gd.compare(*pair)
    assert found.parts[0].change == 30 * 10**7
    assert found.parts[0].margin == pytest.approx(2 * 10**7 * math.sqrt(700 + 730))


def test_two_samplings_of_one_program_are_within_noise_19_times_in_20() -> None:
    rng = random.Random(1)
    trials = [gd.compare(drawn(rng, 500, ROUTES), drawn(rng, 500, ROUTES), "heavy").is_noise for _ in range(120)]
    assert 0.93 <= sum(trials) / len(trials) <= 1


def test_several_runs_before_measure_what_runs_differ_by() -> None:
    runs = [sampled({(0, 1, 3): n, (0, 2, 3): 400}) for n in (260, 300, 340)]
    found = gd.compare(runs, sampled({(0, 1, 3): 380, (0, 2, 3): 400}), "light")
    assert (found.runs, found.before, found.change) == (3, 300, 80)
    assert found.margin == pytest.approx(T[1] * 40 * math.sqrt(4 / 3))
    assert found.is_noise
    assert "mean of 3 runs before" in str(found)
    assert not gd.compare(runs[1], sampled({(0, 1, 3): 380, (0, 2, 3): 400}), "light").is_noise


def test_of_several_runs_on_both_sides_means_are_compared_and_noise_is_welchs_interval() -> None:
    light = [260, 300, 340], [380, 420, 400, 410]
    before, after = ([sampled({(0, 1, 3): n, (0, 2, 3): 400}) for n in side] for side in light)
    found = gd.compare(before, after, "light", exact=True)
    assert (found.runs, found.runs_after) == (3, 4)
    assert (found.before, found.after, found.remainder) == (300, Fraction(1610, 4), 0)
    parts = [statistics.variance(side) / len(side) for side in light]
    freedom = sum(parts) ** 2 / (parts[0] ** 2 / 2 + parts[1] ** 2 / 3)
    assert found.margin == pytest.approx(T[int(freedom) - 1] * math.sqrt(sum(parts)))
    assert found.routes[0].margin == pytest.approx(found.margin)
    assert "mean of 3 runs before and 4 after" in str(found)
    assert gd.compare(after, before, "light").margin == pytest.approx(found.margin)
    assert gd.compare(before[0], after, "light").margin == pytest.approx(T[2] * statistics.stdev(light[1]) * 1.25**0.5)


def test_runs_that_are_alike_change_nothing_however_many_there_are() -> None:
    runs = [counted("base")] * 3
    found = gd.compare(runs, counted("both"), "main")
    assert found.attribution == gd.compare(counted("base"), counted("both"), "main").attribution
    assert str(found).splitlines()[1] == str(gd.compare(runs[0], counted("both"), "main")).splitlines()[1]
    assert gd.compare(runs, runs[0]).attribution == {}
    total = counted("base").graph["total"]
    assert found.to_networkx().graph["total_before"] == total
    assert found.to_networkx().nodes["main"]["inclusive_before"] == total


def test_a_function_that_one_run_lacks_cost_nothing_in_it() -> None:
    runs = [sampled({(0, 1, 3): 10}), sampled({(0, 2, 4): 30})]
    found = gd.compare(runs, sampled({(0, 1, 3): 10, (0, 2, 4): 10}))
    assert (found.before, found.attribution) == (20, {"work": 5, "parse": -5})
    assert not found.appeared + found.gone


def test_runs_of_other_lengths_are_each_made_alike_where_that_is_asked() -> None:
    before = [sampled({(0, 1, 3): n * 300, (0, 2, 3): n * 700}) for n in (1, 2, 3)]
    after = [sampled({(0, 1, 3): n * 450, (0, 2, 3): n * 550}) for n in (5, 7)]
    found = gd.compare(before, after, "light", normalise="total")
    assert (found.before, found.after) == (600, 900)
    assert found.scale == "after counts 0.3333 times, by the totals"


def test_built_in_functions_are_the_same_wherever_they_are_in_memory() -> None:
    before, after = (
        from_calls({Function(name, "~"): {"self": 2.0}}, {}, unit="s", total=2.0, kind="counted", format="pstats")
        for name in (f"<built-in method __new__ of type object at {place}>" for place in ("0x7f3c6e45ea00", "0x7a"))
    )
    found = gd.compare(before, after)
    assert (found.change, found.appeared, found.gone) == (0, [], [])
    both = added([before, after], ["a", "b"])
    assert list(both.nodes(data="self")) == [("<built-in method __new__ of type object>", 4.0)]


def test_one_run_has_no_spread_and_two_have_students_factor_of_one_degree() -> None:
    assert pytest.approx((math.tan(0.475 * math.pi), 0.95 * math.sqrt(2 / (1 - 0.95**2))), rel=1e-3) == T[:2]
    assert scatter([3.0]) is None
    assert scatter([1.0, 1.0]) == 0


@pytest.mark.slow
def test_students_factors_are_those_of_the_distribution() -> None:
    scipy_stats = pytest.importorskip("scipy.stats")
    assert pytest.approx([float(scipy_stats.t.ppf(0.975, n + 1)) for n in range(len(T))], rel=1e-3) == list(T)


def test_files_that_do_not_say_how_many_samples_say_so() -> None:
    def unknown(cost: int) -> nx.DiGraph:
        stacks = Stacks.of([0, 1], [2], [cost])
        return from_stacks([Function("a"), Function("b")], stacks, unit="s", kind="sampled", format="made")

    found = gd.compare(unknown(5), unknown(6))
    assert (found.margin, found.is_noise) == (None, False)
    assert "! these files do not say how many samples they are of: what is noise is not known" in str(found)


def test_deep_stacks_are_shortened_in_text_only() -> None:
    functions = [Function(f"function_{n:03}") for n in range(300)]

    def deep(cost: int) -> nx.DiGraph:
        stacks = Stacks.of(range(300), [300], [cost])
        return from_stacks(functions, stacks, unit="samples", kind="sampled", format="made")

    found = gd.compare(deep(10), deep(90))
    assert len(found.routes[0].functions) == 300
    assert "function_000 > … > function_298 > function_299" in str(found)
    assert all(len(row) <= 100 for row in str(found).splitlines())


def test_parts_of_hardly_any_change_have_no_per_cent() -> None:
    """Per cent of a change that is left over of parts 100 times as large say nothing."""
    parts = [Part("own", None, "f", 0, 50, None, 50), Part("own", None, "g", 51, 0, None, -51)]
    table = str(ProfileComparison("main", 1000, 999, "Ir", parts, "calls")).splitlines()[1:3]
    assert table == ["  g's own cost  -51", "  f's own cost  +50"]
    parts[1] = Part("own", None, "g", 48, 0, None, -48)
    table = str(ProfileComparison("main", 1000, 1002, "Ir", parts, "calls")).splitlines()[1:3]
    assert [row.split()[-2:] for row in table] == [["2500.0", "%"], ["-2400.0", "%"]]


# -- lengths of runs, groups, forms


def test_runs_of_other_lengths_are_made_alike_by_total_or_by_calls() -> None:
    before = sampled({(0, 1, 3): 300, (0, 2, 3): 700})
    after = sampled({(0, 1, 3): 900, (0, 2, 3): 1100})
    found = gd.compare(before, after, normalise="total")
    assert (found.before, found.after, found.change) == (1000, 1000, 0)
    assert found.scale == "after counts 0.5 times, by the totals"
    assert gd.compare(before, after, "light", normalise="total").change == 150
    calls = gd.compare(counted("base"), counted("slower"), "main", normalise="calls:handle", exact=True)
    assert calls.after == Fraction(counted("slower").graph["total"]) * 50 / 90
    assert (calls.remainder, calls.scale) == (0, "after counts 0.5556 times, as if handle were called 50 times, not 90")


@pytest.mark.parametrize(
    ("normalise", "message"),
    [
        ("calls", "it is total, or calls:NAME"),
        ("totals", "it is total, or calls:NAME"),
        ("calls:work", "does not say how often work is called"),
        ("calls:x", "no node 'x'"),
    ],
)
def test_what_runs_cannot_be_made_alike_by_is_refused(normalise: str, message: str) -> None:
    graph = sampled({(0, 1, 3): 300})
    with pytest.raises(gd.errors.GraphdiffError, match=message):
        gd.compare(graph, graph, normalise=normalise)


def test_what_is_for_profiles_only_is_refused_of_other_graphs() -> None:
    graph = nx.DiGraph([("a", "b")])
    with pytest.raises(UsageError, match='normalise="total" of the cost of one function, or of all, in profiles'):
        gd.compare(graph, graph, normalise="total")
    with pytest.raises(UsageError, match="several graphs before are of the cost of one function"):
        gd.compare([graph, graph], graph)
    stacks = sampled({(0, 3): 5}, "Ir", "counted")
    with pytest.raises(UsageError, match="the profiles of one side do not hold the same: costs and stacks"):
        gd.compare([counted("base"), stacks], stacks)


def test_costs_of_calls_without_their_numbers_give_own_costs() -> None:
    before, after = counted("base"), counted("both")
    for graph in (before, after):
        for _, _, data in graph.edges(data=True):
            del data["calls"]
    found = gd.compare(before, after, "main", exact=True)
    assert (found.method, found.remainder) == ("costs", 0)
    assert all(part.kind == "own" for part in found.parts)
    for graph in (before, after):
        for _, _, data in graph.edges(data=True):
            del data["cost"]
    assert gd.compare(before, after, exact=True).method == "own"
    with pytest.raises(UsageError, match="do not say what each call costs, and so not what main costs"):
        gd.compare(before, after, "main")


def test_a_call_whose_number_is_not_known_did_nothing_by_it_unless_it_is_new() -> None:
    before, after = counted("base"), counted("both")
    for graph in (before, after):
        del graph.edges["handle", "burn"]["calls"]
    found = gd.compare(before, after, "main", exact=True)
    assert (found.method, found.remainder) == ("calls", 0)
    assert ("handle", "burn") not in found.attribution
    assert set(keys(found)[:2]) == {("costly", "handle"), "burn"}
    new = counted("new")
    del new.edges["handle", "check"]["calls"]
    found = gd.compare(before, new, "main", exact=True)
    assert found.attribution["handle", "check"] == 375450
    assert "handle calls check, which is new" in str(found)


def test_averages_of_hidden_functions_are_not_called_exact() -> None:
    pair = [gd.filter_calls(counted(build), hide="^handle$") for build in ("base", "both")]
    found = gd.compare(*pair, "main")
    assert "adds up; what hidden functions cost is shared among their callers by averages" in str(found)
    assert "exact" not in str(found)
    assert found.remainder == pytest.approx(0, abs=1e-6)


def test_groups_sum_the_parts_of_the_functions_that_call_or_whose_code_it_is() -> None:
    found = gd.compare(counted("base"), counted("both"), "main", by="file", exact=True)
    assert sum(found.groups.values()) == found.change
    assert "by group" in str(found)
    by_letter = gd.compare(counted("base"), counted("both"), "main", by=lambda name: name[0], exact=True)
    assert by_letter.groups["b"] == found.attribution["burn"]


def test_a_result_has_every_form() -> None:
    found = gd.compare(counted("base"), counted("new"), "main")
    record = json.loads(json.dumps(found.to_dict()))
    assert (record["function"], record["unit"], record["change"], record["rests_on"]) == ("main", "Ir", 375500, "calls")
    assert record["parts"][0] == {
        "part": "calls", "caller": "handle", "function": "check", "calls_before": 0, "calls_after": 50, "before": 0,
        "after": 375450, "change": 375450, "margin": None,
    }  # fmt: skip
    assert record["difference"]["appeared"][0]["node"] == "check"
    assert repr(found) == "<ProfileComparison: 'main': 1670687 before, 2046187 Ir after>"
    drawn_graph = found.to_networkx()
    assert drawn_graph.nodes["check"]["status"] == "added"
    assert drawn_graph.edges["handle", "check", ""]["change"] == 375450
    assert "<pre>main: 1,670,687" in found._repr_html_()
    assert list(found.to_pandas()["function"][:1]) == ["check"]


def test_a_picture_is_of_what_the_function_calls_and_of_several_runs_of_their_mean() -> None:
    before = [sampled({(0, 1, 3): n, (0, 2, 3): 400, (0, 3): 7}) for n in (260, 340)]
    graph = gd.compare(before, sampled({(0, 1, 3): 380, (0, 2, 3): 400}), "light").to_networkx()
    assert set(graph) == {"light", "work"}
    assert [graph.nodes["work"][f"self_{side}"] for side in ("before", "after")] == [300, 380]
    assert [graph.graph[f"total_{side}"] for side in ("before", "after")] == [300, 380]
    pair = counted("base"), counted("both")
    graph = gd.compare(*pair, "rec").to_networkx()
    assert set(graph) == {"rec", *nx.descendants(pair[0], "rec")}
    assert graph.graph["total_before"] == pair[0].nodes["rec"]["inclusive"]
    gone = gd.compare(counted("new"), counted("base"), "check").to_networkx()
    assert gone.nodes["check"]["status"] == "removed"


def test_two_ends_or_weights_ask_about_paths_as_of_other_graphs() -> None:
    before, after = counted("base"), counted("both")
    both = gd.compare(before, after, "main", "burn", weight=gd.weights.spent, cycles="collapse")
    assert isinstance(both, gd.Comparison)
    assert isinstance(gd.compare(before, after, weight=None), gd.Difference)


@pytest.mark.parametrize("change", [lambda f: ["main", "costly"], lambda f: {"main": 2}])
def test_one_function_is_asked_for(change: Callable[[Any], Any]) -> None:
    with pytest.raises(UsageError, match="the cost of one function is compared, or without a name that of all"):
        gd.compare(counted("base"), counted("both"), change(None))


def test_a_function_that_neither_has_is_refused() -> None:
    with pytest.raises(gd.errors.UnknownNodeError, match="no node 'mian'; did you mean 'main'"):
        gd.compare(counted("base"), counted("both"), "mian")


def test_stacks_united_keep_what_each_profile_has() -> None:
    from graphdiff.profiles.trees import united

    rng = np.random.default_rng(2)
    for _ in range(30):
        trees, listed = [], []
        for _ in range(2):
            stacks = [tuple(rng.integers(0, 4, rng.integers(1, 6)).tolist()) for _ in range(20)]
            costs = rng.integers(0, 9, 20).tolist()
            trees.append(Stacks.of([f for stack in stacks for f in stack], list(map(len, stacks)), costs))
            sums: Counter[Any] = Counter()
            for stack, cost in zip(stacks, costs, strict=True):
                sums[stack] += cost
            listed.append(sums)
        order = np.array([2, 0, 3, 1])
        forest = united(trees, [np.arange(4), order])
        for k, (tree, sums) in enumerate(zip(trees, listed, strict=True)):
            column = forest.column(k, tree.own)
            own = {forest.path(node): column[node] for node in np.flatnonzero(column).tolist()}
            names = np.arange(4) if k == 0 else order
            assert own == {tuple(names[list(stack)].tolist()): cost for stack, cost in sums.items() if cost}


def test_options_of_weights_are_none_of_what_was_measured() -> None:
    graph = nx.DiGraph(edge_meaning="calls", unit="Ir", total=3, kind="counted")
    graph.add_nodes_from([("main", {"self": 3, "inclusive": 3})])
    for options in ({"cycles": "solve"}, {"default_weight": 0}):
        with pytest.raises(
            UsageError, match=r"= is of weights.*: leave it out; weight=graphdiff.weights.spent compares"
        ):
            gd.compare(graph, graph, "main", **options)
    assert gd.compare(graph, graph, "main", cycles="collapse").before == 3
