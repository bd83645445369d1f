"""Cells that a spreadsheet would run: told apart from names and numbers, and only when asked for."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import networkx as nx
import pytest
from conftest import Run

import graphdiff as gd
from graphdiff.errors import UsageError
from graphdiff.io.write import render
from graphdiff.showing import for_spreadsheets

RUN = [
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1",
    "-",
    "+",
    "-inf",
    "=",
    "-5a",
    "--5",
]
LEFT = ["a=b", "angular@1", "1+1", "-5", "+5", "-.5", "-5.", "-1e-7", "+1E5", "-1/3", "", " =1", "'=1", "#x", "é"]


@pytest.mark.parametrize("text", RUN)
def test_a_text_that_would_run_gets_a_quote_mark(text: str) -> None:
    assert for_spreadsheets(text) == f"'{text}"


@pytest.mark.parametrize("cell", [*LEFT, -5, -0.5, None, True])
def test_what_would_not_run_is_as_it_was(cell: object) -> None:
    assert for_spreadsheets(cell) is cell


def graph() -> nx.DiGraph:
    made = nx.DiGraph()
    made.add_edge("@angular/core", "=cmd()", weight=-5, **{"+note": "-x"})
    return made


def test_names_come_back_as_they_were_without_it() -> None:
    again = gd.read(io.BytesIO(render(graph(), "csv")), format="csv")
    assert list(again.edges(data=True)) == [("@angular/core", "=cmd()", {"weight": -5, "+note": "-x"})]


def test_the_writer_marks_names_attributes_and_columns() -> None:
    rows = list(csv.reader(io.StringIO(render(graph(), "csv", spreadsheet_safe=True).decode())))
    assert rows == [["source", "target", "weight", "'+note"], ["'@angular/core", "'=cmd()", "-5", "'-x"]]
    with pytest.raises(UsageError, match=r"^format dot takes no option spreadsheet_safe=: it is for csv$"):
        render(graph(), "dot", spreadsheet_safe=True)


VERBS = {
    "why": ["@a", "+c"],
    "rank": ["--source", "@a"],
    "paths": ["@a", "+c"],
    "what-if": ["@a", "+c"],
    "cut": ["@a", "+c"],
    "diagnose": [],
    "cycles": [],
    "jacobian": [],
    "draw": ["@a", "+c"],
    "compare": ["b.csv"],
}


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_marks_what_it_prints(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str) -> None:
    back = "+c,@a,1\n" if verb == "cycles" else ""
    (tmp_path / "a.csv").write_text(f"source,target,weight\n@a,=b,-2\n=b,+c,3\n{back}")
    (tmp_path / "b.csv").write_text("source,target,weight\n-z,=b,1\n")
    monkeypatch.chdir(tmp_path)
    plain, safe = (run(verb, "a.csv", *VERBS[verb], "-o", "csv", *option) for option in ((), ("--spreadsheet-safe",)))
    assert (plain.status, safe.status, safe.err) == (0, 0, plain.err)
    cells = [cell for row in csv.reader(io.StringIO(safe.out)) for cell in row]
    assert cells == [for_spreadsheets(cell) for row in csv.reader(io.StringIO(plain.out)) for cell in row]
    assert (verb == "diagnose") or any(cell.startswith("'") for cell in cells)


def test_what_is_no_csv_refuses_it(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("source,target\na,b\n")
    told = run("why", str(path), "a", "b", "--spreadsheet-safe")
    assert (told.status, told.err) == (2, "graphdiff: --spreadsheet-safe is for csv, and text is printed: -o csv\n")
    told = run("draw", str(path), "-O", str(tmp_path / "a.svg"), "--spreadsheet-safe")
    assert (told.status, told.err) == (2, "graphdiff: format svg takes no option --spreadsheet-safe: it is for csv\n")
