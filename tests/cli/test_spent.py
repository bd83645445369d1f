"""``rank`` and ``why`` on profiles: text, JSON, CSV, conditions, and what is refused."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from conftest import Run

PROFILES = Path(__file__).parents[1] / "data" / "profiles"
BURN, TRAP, STACKS = (str(PROFILES / name) for name in ("calls.callgrind", "trap.prof", "trap.folded"))


def test_the_first_line_says_what_was_read_and_on_what(run: Run) -> None:
    assert run("why", BURN, "rec", "burn").out.splitlines() == [
        "callgrind · 12 functions, 6,327,879 Ir · edges only",
        "",
        "31.7 % of burn's cost is spent for rec (1,968,492 Ir of 6,208,912 Ir; its calls leave no choice).",
        "rec calls burn 41 times, 48,012 Ir each.",
        "  rec > burn  31.7 %",
    ]
    assert run("why", STACKS, "b", "c").out.splitlines()[2:] == [
        "21.2 % of c's time is spent for b (22 of 104 samples; 95 %: 14 to 30 %).",
        "  <module> (trap.py) > main (trap.py) > b > a > c  22 samples    measured on stacks",
    ]


def test_one_name_is_what_it_costs_and_who_calls_it(run: Run) -> None:
    lines = run("why", BURN, "burn").out.splitlines()
    assert " ".join(lines[2:4]) == (
        "burn costs 6,208,912 Ir (98.1 % of 6,327,879 Ir), 6,208,912 Ir by itself; called 76 times, 81,696 Ir   each."
    )
    assert lines[5:9] == [
        "Called by",
        "  render  36.1 %  2,240,180 Ir  15 times, 149,345 Ir each",
        "  parse   32.2 %  2,000,240 Ir  20 times, 100,012 Ir each",
        "  rec     31.7 %  1,968,492 Ir  41 times,  48,012 Ir each",
    ]


def test_calls_within_a_functions_own_calls_are_no_part_of_its_cost_where_they_are_counted_again(run: Run) -> None:
    lines = run("why", BURN, "rec").out.splitlines()
    assert " ".join(lines[2:4]) == (
        "rec costs 1,969,103 Ir (31.1 % of 6,327,879 Ir), 611 Ir by itself; called 1 time, 1,969,103 Ir each,   and 40 "
        "times within its own calls."
    )
    assert lines[5:9] == [
        "Called by",
        "  main  100.0 %   1,969,103 Ir    1 time, 1,969,103 Ir each",
        "  rec            39,381,980 Ir  40 times,   984,550 Ir each",
        "! What calls within rec's cycle cost is counted again at every level, and no share of its cost.",
    ]
    (result,) = json.loads(run("why", BURN, "rec", "-o", "json").out)["results"]
    assert [caller["share"] for caller in result["callers"]] == [1.0, None]
    once = run("why", str(PROFILES / "run.prof"), "rec").out  # a call within is counted once: a part
    assert "  rec    83.0 %  29.44 us  5 times, 5.889 us each" in once
    assert "again" not in once


def test_names_make_room_for_the_strongest_route(run: Run) -> None:
    for words in (("--by", "inclusive"), ("--by", "self"), ("--by", "calls"), ("--by", "inclusive", "-n", "4")):
        title, *rows = run("rank", BURN, *words).out.splitlines()[3:]
        assert title.endswith("strongest route")
        assert max(map(len, rows)) <= 100
    assert "\n(below mai…l_main.h)  " in run("rank", BURN, "--by", "inclusive").out


def test_where_numbers_leave_no_room_for_routes_that_is_said(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "callgrind.out"
    cost = 123_456_789_012_345
    path.write_text(f"events: Ir\nfn=main\n1 {cost}\ncfn=work\ncalls=1234567 1\n1 {cost}\nfn=work\n1 {cost}\n")
    out = run("rank", str(path), "--by", "inclusive").out
    assert out.splitlines()[3].endswith("per call")
    assert out.splitlines()[-1] == "No room for the strongest routes: graphdiff why FILE FUNCTION has them."


def test_what_a_call_costs_inclusively_is_of_those_that_are_not_within_others(run: Run) -> None:
    lines = run("rank", BURN, "--by", "inclusive").out.splitlines()
    (rec,) = (line.split() for line in lines if line.startswith("rec "))
    assert "41/1" in rec
    assert lines[-1] == "calls a/b: of a calls b are not within the function's own calls; per call is of these."
    assert "41/1" not in run("rank", BURN).out


def test_what_was_said_is_in_json_and_csv(run: Run) -> None:
    record = json.loads(run("why", BURN, "costly", "burn", "-o", "json").out)
    (result,) = record["results"]
    assert (record["kind"], result["measured"], result["cost"], result["mixed"]) == ("why", False, None, "handle")
    assert result["least"] < result["share"] < result["most"]
    titles, row = csv.reader(io.StringIO(run("why", BURN, "costly", "burn", "-o", "csv").out))
    assert dict(zip(titles, row, strict=True))["measured"] == "False"
    ranking = json.loads(run("rank", BURN, "burn", "-o", "json").out)
    assert [node["node"] for node in ranking["nodes"] if node["measured"]][-3:] == ["render", "parse", "rec"]
    listed = list(csv.DictReader(io.StringIO(run("rank", STACKS, "c", "-o", "csv").out)))
    assert {row["node"]: row["cost"] for row in listed}["d"] == "82"
    everything = json.loads(run("rank", BURN, "-o", "json").out)
    assert everything["nodes"][0] == {"node": "burn", "self": 6208912, "inclusive": 6208912, "calls": 76}


def test_columns_of_a_ranking(run: Run) -> None:
    by_self = run("rank", BURN, "--top", "2").out.splitlines()
    assert by_self[2:] == [
        "Functions by what they cost by themselves",
        "function                  self     inclusive  calls   per call  strongest route",
        "burn      6,208,912 Ir  98.1 %  6,208,912 Ir     76  81,696 Ir  … > main > rec  ≈32 %",
        "parse         94,210 Ir  1.5 %  2,094,450 Ir     20   4,710 Ir  … > main > costly > handle  ≈83 %",
        "… 10 more: --top 12",
    ]
    by_calls = run("rank", BURN, "--by", "calls", "--top", "2").out.splitlines()
    assert by_calls[4].split()[:2] == ["burn", "6,208,912"]
    goes = run("rank", BURN, "-s", "handle").out.splitlines()
    assert goes[2:4] == [
        "where handle's cost goes (4,358,545 Ir)",
        "  burn    97.3 %  exact  4,240,420 Ir  through render",
    ]
    assert run("rank", BURN, "burn", "--by", "calls").out.splitlines()[2:4] == [
        "who calls burn directly (76 calls)",
        "  rec     53.9 %  41",
    ]


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (("why", BURN, "rec", "burn", "--fail-if", "share > 30 %"), 1, "share > 0.3 is met: 0.317043 (spent)"),
        (("why", BURN, "rec", "burn", "--fail-if", "share > 0.4"), 0, ""),
        (("why", BURN, "rec", "burn", "--fail-if", "total > 1968491"), 1, "is met: 1,968,492 (spent)"),
        (("why", BURN, "rec", "burn", "--fail-if", "total > 1968492"), 0, ""),
        (("why", BURN, "burn", "--fail-if", "share > 98.1 %"), 1, "share > 0.981 is met: 0.9812 (spent)"),
        (("why", STACKS, "b", "c", "--fail-if", "total >= 22"), 1, "total >= 22 is met: 22 (spent)"),
        (("why", TRAP, "b", "c", "--fail-if", "share > 0.2"), 2, "is not measured: the calls in this file allow"),
        (("why", TRAP, "b", "c", "--fail-if", "total > 0.2"), 2, "is not measured: the calls in this file allow"),
        (("why", BURN, "rec", "burn", "--fail-if", "paths > 3"), 2, "of a profile conditions are about total or share"),
        (("rank", BURN, "--fail-if", "share > 98 %"), 1, "share > 0.98 is met: 0.9812 (burn, self)"),
        (("rank", STACKS, "-s", "b", "--fail-if", "share > 82 %"), 1, "met: 0.826772 (e, "),
        (("rank", BURN, "--group", "file", "--fail-if", "total > 6e6"), 1, "(/src/calls.c, self)"),
        (("rank", BURN, "--group", "file", "--fail-if", "share > 1"), 2, "of groups conditions are about total"),
        (("rank", STACKS, "c", "--fail-if", "share >= 21 %"), 1, "is met: "),
        (("rank", BURN, "--by", "calls", "--fail-if", "share > 1 %"), 2, "share is the part of a cost"),
        (("why", BURN, "rec", "burn", "-w", "unit", "--fail-if", "share > 1 %"), 2, "share is the part of a cost"),
        (("rank", BURN, "-w", "unit", "--fail-if", "share > 1 %"), 2, "share is the part of a cost"),
        (("rank", BURN, "--fail-if", "total > 6e6"), 1, "total > 6e+06 is met: 6,208,912 (burn, self)"),
        (("rank", BURN, "--fail-if", "share > 15"), 2, "a share is between 0 and 1, or in per cent: share > 15 %"),
        (("rank", BURN, "--fail-if", "share < 150 %"), 2, "a share is between 0 and 1, or in per cent: share < 15 %"),
        (("why", BURN, "burn", "--fail-if", "share > -1"), 2, "a share is between 0 and 1, or in per cent"),
        (("rank", BURN, "--fail-if", "share > 100 %"), 0, ""),
        (("rank", BURN, "--by", "foo"), 2, "the columns here are self, inclusive, calls (as measured, without other"),
        (("rank", TRAP, "c", "--fail-if", "total > 1"), 2, "is an estimate on the calls of this file"),
    ],
)
def test_conditions_are_about_what_was_measured(run: Run, words: tuple[str, ...], status: int, says: str) -> None:
    done = run(*words)
    assert done[0] == status
    assert says in done.err


def test_what_profiles_do_not_tell_is_refused(run: Run) -> None:
    for words, says in (
        (("why", BURN, "rec", "nothing"), "no node 'nothing'"),
        (("rank", BURN, "-t", "burn", "-t", "rec"), "of a profile a ranking has one --target"),
        (("why", BURN, "-s", "rec"), "of a profile one function is asked for"),
    ):
        assert says in run(*words).err


def test_walks_are_summed_of_calls_that_are_counted_at_every_level_only(run: Run) -> None:
    every = run("why", BURN, "rec", "burn", "--cycles", "solve").out
    assert "\nCounted again at every level of a recursion, 665.8 % of burn's cost is spent for rec.\n" in every
    again = "\nspent: counted again at every level of a recursion, so that a part may be more than 1.\n"
    for ends in ((), ("burn",), ("-s", "rec")):
        assert again in run("rank", BURN, *ends, "--cycles", "solve").out
    assert again not in run("rank", BURN, "burn", "--cycles", "collapse").out
    assert again not in run("rank", BURN, "burn", "--cycles", "solve", "-w", "even").out
    once = run("why", str(PROFILES / "run.prof"), "main", "rec", "--cycles", "solve")
    assert once.status == 2
    assert "a call within the function's own call is counted once (rec)" in once.err
    assert "--cycles collapse takes what calls itself as one node, which is exact" in once.err.replace("\n", " ")


@pytest.mark.parametrize(
    "given",
    [
        ("--cycles", "solve", "-n", "5"),
        ("-n", "5", "--cycles=solve"),
        ("--cycles", "collapse", "-n", "5", "--cycles", "solve"),
    ],
    ids=" ".join,
)
def test_a_line_to_copy_has_an_option_once(run: Run, given: tuple[str, ...]) -> None:
    path = str(PROFILES / "run.prof")
    done = run("rank", path, *given)
    assert f"; graphdiff rank {path} -n 5 --cycles collapse takes" in done.err
    assert run("rank", path, "-n", "5", "--cycles", "collapse").status == 0


def test_of_calls_walks_that_do_not_converge_are_not_offered(run: Run) -> None:
    told = run("rank", str(PROFILES / "run.prof"), "-w", "calls").err
    assert "cycles collapse makes it one node" in told
    assert "solve" not in told
    assert "reduced-form" not in told


@pytest.mark.parametrize("weight", ["how-often", "per-call", "even-calls"])
def test_samples_count_no_calls(run: Run, weight: str) -> None:
    done = run("rank", STACKS, "c", "-w", weight)
    assert done.status == 65
    assert done.err == (
        f"graphdiff: this file counts samples and no calls, and {weight} is of how often functions are called; "
        f"graphdiff rank {STACKS} c -w spent takes what calls cost\n"
    )


def test_average_calls_have_a_sentence_of_their_own(run: Run) -> None:
    words = run("why", BURN, "costly", "burn", "-w", "per-call").out.replace("\n", " ")
    assert "One call of costly spends on burn what 43.1272 average calls of it cost" in words
    assert (
        "\nWhat one call of each spends on burn, in its average calls\n"
        in run("rank", BURN, "burn", "-w", "per-call").out
    )
    goes = run("rank", BURN, "-s", "costly", "-w", "per-call").out
    assert "\nWhat one call of costly spends on each, in average calls of it\n" in goes


def test_other_weights_are_asked_as_of_any_graph(run: Run) -> None:
    assert "weights: spent, as asked" in run("rank", BURN, "burn", "-w", "spent").out
    assert "reach" in run("rank", BURN, "burn", "--by", "reach").out


@pytest.mark.parametrize(
    "words",
    [
        "--by inclusive", "--by calls", "--by strange", "--value size", "burn", "-s main", "-w spent",
        "--default-weight 0", "--cycles solve", "--exact",
    ],
)  # fmt: skip
def test_of_groups_without_stacks_one_thing_is_known(run: Run, words: str) -> None:
    done = run("rank", BURN, "--group", "file", *words.split())
    assert done.status == 2
    assert "of groups of functions without stacks only what these cost by themselves is known" in done.err
    assert run("rank", BURN, "--group", "file", "--by", "self").out == run("rank", BURN, "--group", "file").out


@pytest.mark.parametrize("option", ["focus", "ignore", "hide"])
def test_a_pattern_of_nothing_is_refused(run: Run, option: str) -> None:
    done = run("rank", STACKS, f"--{option}", "")
    assert done.status == 2
    assert f"--{option} '': a text of nothing is in all functions: name some" in done.err
