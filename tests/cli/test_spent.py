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
        "  rec     31.7 %  1,968,492 Ir   41 times, 48,012 Ir each",
    ]


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
        (("why", BURN, "rec", "burn", "--fail-if", "total > 0.3"), 1, "total > 0.3 is met: 0.317043 (spent)"),
        (("why", BURN, "rec", "burn", "--fail-if", "total > 0.4"), 0, ""),
        (("why", STACKS, "b", "c", "--fail-if", "total >= 0.2"), 1, "total >= 0.2 is met"),
        (("why", TRAP, "b", "c", "--fail-if", "total > 0.2"), 2, "is not measured: the calls in this file allow"),
        (("why", BURN, "rec", "burn", "--fail-if", "paths > 3"), 2, "of a profile conditions are about total"),
        (("rank", BURN, "--fail-if", "total > 6e6"), 1, "total > 6e+06 is met: 6,208,912 (burn, self)"),
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
    once = run("why", str(PROFILES / "run.prof"), "main", "rec", "--cycles", "solve")
    assert once.status == 2
    assert "a call within the function's own call is counted once (rec)" in once.err
    assert "--cycles collapse takes what calls itself as one node, which is exact" in once.err.replace("\n", " ")


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
