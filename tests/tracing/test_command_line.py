"""Expressions on the command line: every verb takes one in place of a file, and errors say what to do."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from conftest import Run

OLAH = ("expr:e = (a + b) * (b + 1)", "--set", "a=2", "--set", "b=1")


def test_why_gives_the_derivative(run: Run) -> None:
    status, out, _ = run("why", *OLAH, "b", "e")
    assert status == 0
    assert "expression · 6 nodes, 6 edges · a -> b: a feeds b" in out
    assert "Derivative: d e / d b = 5.\nb feeds e by 2 paths of 2 steps." in out
    assert "From the inputs to e: 3 paths of 2 steps." in run("why", *OLAH, "e")[1]


def test_rank_leaves_constants_out(run: Run) -> None:
    document = json.loads(run("rank", *OLAH, "--target", "e", "-o", "json")[1])
    values = {one["node"]: one["values"]["local derivative"] for one in document["nodes"]}
    assert values == {"a": 2, "b": 5, "a + b": 2, "b + 1": 3}


def test_jacobian_diagnose_and_paths(run: Run) -> None:
    document = json.loads(run("jacobian", *OLAH, "-o", "json")[1])
    assert document["results"][0]["jacobian"] == {"e": {"a": 2, "b": 5}}
    assert (
        "Paths from the inputs to e\n  paths             3 over 5 nodes" in run("diagnose", *OLAH, "--target", "e")[1]
    )
    assert "        3      2   60.0 %  b > b + 1 > e" in run("paths", *OLAH, "b", "e")[1]
    assert (
        "Derivative: d out / d a * b = 2."
        in run("why", "expr:(a * b) ** 2", "--set", "a=1", "--set", "b=1", "a * b", "out")[1]
    )


def test_draw_is_the_picture_of_every_lecture(run: Run, tmp_path: Path) -> None:
    status, _, err = run("draw", *OLAH, "--target", "e", "-O", str(tmp_path / "e.svg"))
    assert (status, "wrote" in err) == (0, True)
    texts = {
        (one.text or "").strip()
        for one in ElementTree.parse(tmp_path / "e.svg").iter("{http://www.w3.org/2000/svg}text")
    }
    assert {"a = 2", "b = 1", "a + b = 3", "b + 1 = 2", "e = 6"} <= texts
    assert {"∂e/∂a = 2", "∂e/∂b = 5", "∂e/∂(a + b) = 2", "∂e/∂(b + 1) = 3", "∂e/∂e = 1"} <= texts
    assert {"1", "2", "3"} <= texts


@pytest.mark.parametrize("suffix", ["dot", "png", "mmd", "json", "csv", "graphml"])
def test_every_format_is_written(run: Run, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"e.{suffix}"
    assert run("draw", *OLAH, "--target", "e", "-O", str(path))[0] == 0
    assert path.stat().st_size > 100


def test_exact_and_fractions(run: Run) -> None:
    assert "d out / d a = 1/3" in run("why", "expr:a * b", "--set", "a=2", "--set", "b=1/3", "a", "out")[1]
    document = json.loads(run("jacobian", "expr:a * b", "--set", "a=2.0", "--set", "b=0.1", "--exact", "-o", "json")[1])
    assert document["results"][0]["jacobian"]["out"]["a"] == "3602879701896397/36028797018963968"


@pytest.mark.parametrize(
    "arguments, status, message",
    [
        (("why", "expr:__import__('os')", "a", "e"), 65, "line 1, column 12: text in quotes is no arithmetic"),
        (("why", "expr:" + "(" * 10_000, "a", "e"), 75, "line 1, column 101: brackets in brackets"),
        (("why", "expr:10**10**10", "a", "e"), 75, "line 1, column 1: an exact number of"),
        (("why", "expr:a * b", "--set", "a=2", "a", "out"), 65, "give b=… (on the command line --set b=…)"),
        (("why", "expr:log(a)", "--set", "a=0", "a", "out"), 65, "line 1, column 1: log(a) has no value at a = 0"),
        (("why", "expr:a", "--set", "a=2", "--set", "c=3", "a", "a"), 2, "c: not in the expression; its names are a"),
        (("why", "expr:a*2", "--set", "a=two", "a", "out"), 2, "a=two: 'two' is no number, such as 2, 0.5"),
        (("why", "expr:a*2", "--set", "a=1e400", "a", "out"), 2, "a=1e400: a finite number is needed"),
        (("why", "expr:a*2", "--set", "a=1e999999999", "a", "out"), 2, "a=1e999999999: a finite number is needed"),
        (("why", "expr:a*2", "--set", "a=" + "9" * 9_999, "a", "out"), 2, "9: a finite number is needed"),
        (("why", "expr:a*2", "--set", "a=nan", "a", "out"), 2, "a=nan: a finite number is needed"),
        (("why", "expr:a + 1e400", "--set", "a=1", "a", "out"), 65, "line 1, column 5: a number beyond the floats"),
        (("why", "expr:a*2", "--set", "a=2", "--set", "a=3", "a", "out"), 2, "--set a=3: a is given twice"),
        (("why", "expr:a*2", "--set", "a", "a", "out"), 2, "--set a: NAME=NUMBER is expected, as in --set a=2"),
        (("why", *OLAH, "b", "f"), 2, "no node 'f'"),
    ],
)  # fmt: skip
def test_errors_are_one_line(run: Run, arguments: tuple[str, ...], status: int, message: str) -> None:
    found, out, err = run(*arguments)
    assert (found, out) == (status, "")
    assert message in err
    assert err.count("\n") == 1


def test_help_says_it(run: Run) -> None:
    assert 'graphdiff draw "expr:e = (a + b) * (b + 1)" --set a=2' in run("draw", "--help")[1]
    assert "expr:" in run("--help")[1]
    assert "--set a=2" in run("why", "--help")[1]
