"""Both ends of a question, as every verb takes them: after the file, or by ``-s`` and ``-t``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Run

from graphdiff.cli.nodes import Ends

#: The verbs that take ends, with what their files are; and those that cannot do without both.
VERBS = dict.fromkeys(("why", "rank", "what-if", "cut", "paths", "draw", "diagnose"), ("model.csv",))
VERBS |= {"compare": ("model.csv", "model.csv"), "why --formula": ("model.csv",)}
NEED_BOTH = ("what-if", "cut", "paths", "why --formula")
ONE_END = [verb for verb in VERBS if verb not in NEED_BOTH]
TWO_ENDS = [verb for verb in VERBS if verb != "rank"]


@pytest.fixture(autouse=True)
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model.csv").write_text("source,target,weight\ns,a,2\ns,b,3\na,t,5\nb,t,7\nr,a,11\nb,u,13\n")
    monkeypatch.chdir(tmp_path)


def asked(run: Run, verb: str, *ends: str) -> str:
    """Return what a verb prints of some ends."""
    done = run(*verb.split(), *VERBS[verb], *ends, "-w", "weight")
    assert done.status == 0, done.err
    return done.out


@pytest.mark.parametrize("verb", TWO_ENDS)
def test_two_names_are_the_source_and_the_target_however_they_are_given(run: Run, verb: str) -> None:
    out = asked(run, verb, "s", "t")
    assert out
    for ends in (["-s", "s", "-t", "t"], ["--target", "t", "--source", "s"], ["t", "-s", "s"]):
        assert asked(run, verb, *ends) == out
    assert asked(run, verb, "s", "u") != out


@pytest.mark.parametrize("verb", ONE_END)
def test_one_name_is_the_target(run: Run, verb: str) -> None:
    out = asked(run, verb, "t")
    assert out == asked(run, verb, "-t", "t")
    assert out != asked(run, verb, "-t", "u")


@pytest.mark.parametrize("verb", ["rank", "draw", "diagnose", "compare"])
def test_a_source_alone_is_given_by_its_option(run: Run, verb: str) -> None:
    assert asked(run, verb, "-s", "b") == asked(run, verb, "--source", "b") != asked(run, verb, "b")


def test_the_target_of_a_rank_is_its_target(run: Run) -> None:
    record = json.loads(run("rank", "model.csv", "t", "-o", "json").out)
    assert (record["source"], record["target"]) == (None, "t")
    assert {row["node"]: row["values"]["weight"] for row in record["nodes"]} == {"a": 5, "b": 7, "s": 31, "r": 55}


def test_names_of_a_jacobian_are_its_columns_and_rows(run: Run) -> None:
    record = json.loads(run("jacobian", "model.csv", "-s", "s", "-s", "b", "-t", "t", "-t", "u", "-o", "json").out)
    assert record["results"][0]["jacobian"] == {"t": {"s": 31, "b": 7}, "u": {"s": 39, "b": 13}}
    record = json.loads(run("jacobian", "model.csv", "s", "t", "-o", "json").out)
    assert record["results"][0]["jacobian"] == {"t": {"s": 31}}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    "ends, told",
    [
        (["s", "t", "-t", "u"], "the target is given twice: 't' after FILE, and -t u"),
        (["t", "-t", "u"], "the target is given twice: 't' after FILE, and -t u"),
        (["s", "t", "-s", "b"], "the source is given twice: 's' after FILE, and -s b"),
        (["s", "a", "t"], "3 nodes given: after FILE stand SOURCE and TARGET; several are -s a -s b -t x -t y"),
    ],
)
def test_an_end_is_given_in_one_way(run: Run, verb: str, ends: list[str], told: str) -> None:
    done = run(*verb.split(), *VERBS[verb], *ends)
    assert (done.status, done.out, done.err) == (2, "", f"graphdiff: {told}\n")


@pytest.mark.parametrize("verb", TWO_ENDS)
@pytest.mark.parametrize("ends", [["s", "frm"], ["-s", "s", "-t", "t", "-t", "frm"], ["-s", "frm", "-t", "t"]])
def test_names_are_looked_up_with_those_that_were_meant(run: Run, verb: str, ends: list[str], tmp_path: Path) -> None:
    with (tmp_path / "model.csv").open("a") as file:
        file.write("s,form,1\n")
    done = run(*verb.split(), *VERBS[verb], *ends)
    assert (done.status, done.out) == (2, "")
    assert "no node 'frm'; did you mean 'form'?" in done.err


def test_several_names_are_a_list_without_repeats() -> None:
    ends = Ends(("a", "b", "A"), ("t",))
    assert ends.nodes(str.upper) == (["A", "B"], "T")
    assert Ends().nodes(str.upper) == (None, None)


@pytest.mark.parametrize("verb", NEED_BOTH)
@pytest.mark.parametrize("ends", [[], ["t"], ["-s", "s"]])
def test_a_verb_that_needs_both_says_so(run: Run, verb: str, ends: list[str]) -> None:
    done = run(*verb.split(), *VERBS[verb], *ends)
    assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
    assert "needs a source and a target: FILE SOURCE TARGET, or -s NODE -t NODE" in done.err


def test_why_needs_a_target(run: Run) -> None:
    done = run("why", "model.csv", "-s", "s")
    assert (done.status, done.out) == (2, "")
    assert done.err == "graphdiff: why needs a target: FILE [SOURCE] TARGET, or -s NODE -t NODE\n"
