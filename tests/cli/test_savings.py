"""`graphdiff what-if` of a profile."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

SERVE = str(Path(__file__).parents[1] / "data" / "profiles" / "serve.callgrind")


def test_one_function_and_what_it_costs_after_a_change(run) -> None:
    done = run("what-if", SERVE, "main", "--fewer-calls", "costly", "handle", "50%")
    assert done.out.splitlines() == [
        "callgrind · 12 functions, 6,530,656 Ir · edges only",
        "",
        "main: 6,530,656 -> 4,403,946 Ir (-32.6 %)    the 10 calls cost 4,253,420 Ir: measured",
        "  assumes that the calls that go cost what the 10 cost on average",
    ]
    by_option = run("what-if", SERVE, "-s", "main", "--fewer-calls", "costly", "handle", "0.5")
    assert by_option.out == done.out
    all_of_it = run("what-if", SERVE, "--faster-inclusive", "handle", "10 %").out
    assert "\ntotal: 6,530,656 -> 6,017,750 Ir" in all_of_it


def test_removals_are_of_costs(run) -> None:
    whole = run("what-if", SERVE, "main", "--fewer-calls", "costly", "handle", "100%").out
    assert run("what-if", SERVE, "main", "--remove-edge", "costly", "handle").out == whole
    inclusive = run("what-if", SERVE, "main", "--faster-inclusive", "handle", "100%").out
    assert run("what-if", SERVE, "main", "--remove-node", "handle").out == inclusive


def test_between_two_functions_calls_are_weighed_by_what_they_cost(run) -> None:
    assert "weights: per-call" in run("what-if", SERVE, "main", "burn", "--reweight", "costly", "handle", "5").out
    assert "weights: per-call" in run("what-if", SERVE, "main", "burn").out


def test_as_json_and_csv(run) -> None:
    several = (
        "main",
        "--faster",
        "burn",
        "30%",
        "--faster",
        "parse",
        "30%",
        "--fewer-calls",
        "costly",
        "handle",
        "50%",
    )
    record = json.loads(run("what-if", SERVE, *several, "-o", "json").out)
    assert record["kind"] == "gains"
    assert record["before"] == 6_530_656
    assert record["after"] is None
    assert record["low"] < record["estimate"] < record["high"]
    assert [change["what"] for change in record["changes"]] == ["faster", "faster", "fewer_calls"]
    head, row = run("what-if", SERVE, "main", "--remove-edge", "costly", "handle", "-o", "csv").out.splitlines()
    assert dict(zip(head.split(","), row.split(","), strict=True))["after"] == "2277236"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["main"], "of a profile a change is asked for: --faster F 30%; rank FILE says what costs most"),
        (["main", "--faster", "burn", "30"], "'30' is no part: write 30% or 0.3, of 100% at most"),
        (["main", "--faster", "burn", "x%"], "'x%' is no part"),
        (["main", "--faster", "brn", "30%"], "no node 'brn'; did you mean 'burn'?"),
        (["main", "--faster", "burn", "30%", "--faster", "burn", "20%"], "--faster is given twice for burn"),
        (["main", "--fewer-calls", "handle", "costly", "1%"], "no edge 'handle' -> 'costly', but one the other way"),
        (
            ["main", "burn", "--faster", "burn", "30%"],
            "a saving is asked of one function: FILE FUNCTION, or FILE alone",
        ),
        (["main", "--add", "cheap", "burn", "2"], "--reweight and --add are asked of SOURCE and TARGET"),
        (
            ["main", "--faster", "burn", "30%", "-w", "how-often"],
            "how-often counts calls, and calls of one function do not cost the same: it says nothing of costs "
            "(halving calls that cost 60 % can look like 1 %); leave out --weight",
        ),
        (
            ["main", "--faster", "burn", "30%", "-w", "even"],
            "is a part of what the file measured, by no weights: leave out --weight",
        ),
    ],
)
def test_what_is_no_question_is_refused(run, words: list[str], message: str) -> None:
    done = run("what-if", SERVE, *words)
    assert done.status == 2 or "no node" in message
    assert message in done.err


def test_a_graph_that_is_no_profile_has_no_costs(run, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("source,target,weight\na,b,1\n")
    assert "this graph is no profile" in run("what-if", str(file), "a", "--faster", "b", "30%").err


@pytest.mark.parametrize(
    ("option", "named"),
    [
        ("-w spent", "--weight"),
        ("-w per-call", "--weight"),
        ("--cycles solve", "--cycles"),
        ("--default-weight 0", "--default-weight"),
        ("--exact", "--exact"),
    ],
)
def test_a_saving_is_of_no_weights(run, option: str, named: str) -> None:
    done = run("what-if", SERVE, "main", "--faster", "burn", "30%", *option.split())
    assert done.status == 2
    assert f"a saving is a part of what the file measured, by no weights: leave out {named}" in done.err
