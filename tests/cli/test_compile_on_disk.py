"""``graphdiff compile --memory``: tables of edges larger than the memory."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from conftest import Run

import graphdiff as gd


@pytest.fixture
def edges(tmp_path: Path) -> str:
    (tmp_path / "1.csv").write_text("who,whom,amount\na,b,2\nb,c,0.5\n")
    (tmp_path / "2.csv").write_text("who,whom,amount\na,c,2\n")
    return str(tmp_path / "*.csv")


def test_a_pattern_of_files_is_compiled_and_asked(edges: str, tmp_path: Path, run: Run) -> None:
    saved = str(tmp_path / "x.gdiff")
    given = ("compile", edges, "--memory", "1GB", "--columns", "source=who,target=whom,weight=amount", "-O", saved)
    done = run(*given)
    assert (done.status, done.out) == (0, "")
    assert "3 edges take up to 0.0 GB in" in done.err
    assert done.err.endswith(f"3 nodes, 3 edges\nwrote {saved}, by amount\n")
    assert "Total influence of a on c along the arrows: 3." in run("why", saved, "a", "c").out
    assert sorted(os.listdir(tmp_path)) == ["1.csv", "2.csv", "x.gdiff"]
    assert "x.gdiff exists; --force replaces it" in run(*given).err
    assert run(*given, "--force", "-w", "unit").status == 0
    graph = gd.CompiledGraph.load(saved)
    assert (graph.preset, graph.cycles) == ("unit", "collapse")


def test_what_is_missing_is_named_before_a_file_is_looked_at(
    edges: str, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)  # type: ignore[arg-type]
    done = run("compile", edges, "--memory", "1GB", "-O", str(tmp_path / "x.gdiff"))
    assert (done.status, done.err) == (69, "graphdiff: this needs duckdb and pyarrow: pip install duckdb pyarrow\n")
    assert sorted(os.listdir(tmp_path)) == ["1.csv", "2.csv"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--kind", "dev"], "--memory compiles a table of edges as it is, by its columns; it does not take: kinds"),
        (["--exact"], "it does not take: exact"),
        (["--memory", "lots"], "--memory lots is no size: an int of bytes"),
        (["--memory", "1MB"], "--memory 1000000 is too little: Python, DuckDB"),
        (["-w", "even"], "on disk weights are a column: even is made in memory; --weight unit counts paths"),
    ],
)
def test_what_it_does_not_take(options: list[str], told: str, edges: str, tmp_path: Path, run: Run) -> None:
    columns = "source=who,target=whom,weight=amount" if "-w" not in options else "source=who,target=whom"
    done = run("compile", edges, "--memory", "1GB", "--columns", columns, "-O", str(tmp_path / "x.gdiff"), *options)
    assert done.status != 0
    assert told in done.err
    assert not (tmp_path / "x.gdiff").exists()
