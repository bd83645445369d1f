"""``graphdiff compile --memory``: tables of edges larger than the memory."""

from __future__ import annotations

import gzip
import os
import sys
from pathlib import Path

import pytest
from conftest import Run

import graphdiff as gd
from graphdiff.errors import FormatError


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
    assert "graphdiff: edges: 3, nodes: 3, up to " in done.err
    assert done.err.endswith(f"3 nodes, 3 edges\nwrote {saved}, by amount\n")
    assert "Total influence of a on c along the arrows: 3." in run("why", saved, "a", "c").out
    assert sorted(os.listdir(tmp_path)) == ["1.csv", "2.csv", "x.gdiff"]
    assert "x.gdiff exists; --force replaces it" in run(*given).err
    assert run(*given, "--force", "-w", "unit").status == 0
    graph = gd.CompiledGraph.load(saved)
    assert (graph.preset, graph.cycles) == ("unit", "collapse")


def test_several_files_are_one_name(edges: str, tmp_path: Path, run: Run) -> None:
    first, second, saved = str(tmp_path / "1.csv"), str(tmp_path / "2.csv"), str(tmp_path / "x.gdiff")
    given = ("--memory", "1GB", "--columns", "source=who,target=whom,weight=amount", "-O", saved)
    listed = run("compile", first, second, *given)
    assert listed.status == 2
    assert f"FILE is one name, and {second} another: several are written '{edges}', in quotes" in listed.err
    assert "these words are too many: a 2.csv" in run("compile", first, "a", "2.csv", *given).err
    assert not os.path.exists(saved)
    assert "3 nodes, 3 edges" in run("compile", f"{first}+{second}", *given).err
    missing = run("compile", f"{first}+{tmp_path}/3.csv", *given, "--force")
    assert (missing.status, f"{tmp_path}/3.csv: there is no such file" in missing.err) == (66, True)


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
        (["--kind", "dev"], "--memory compiles a table of edges as it is, by its columns; it does not take: --kind"),
        (["--exact"], "it does not take: --exact"),
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


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (b"b,c\n", "2.csv, line 3: 2 columns, where the first row has 3"),
        (b"b,c,2,3\n", "2.csv, line 3: 4 columns, where the first row has 3"),
        (b'b,"c,2\n', "2.csv, line 3: unexpected end of data"),
        (b"b,\xff,2\n", "2.csv, line 3: it is no UTF-8"),
        (b"b,c,2\n" * 50_000 + b"b,c\n" + b"b,c,2\n" * 10, "2.csv, line 50,003: 2 columns, where the first row has 3"),
    ],
    ids=["short", "long", "open", "no text", "late"],
)
@pytest.mark.parametrize("packed", [False, True], ids=["as it is", "packed"])
def test_a_damaged_row_is_told_with_its_own_file_and_line(
    rows: bytes, told: str, tmp_path: Path, run: Run, *, packed: bool
) -> None:
    suffix, pack = (".gz", gzip.compress) if packed else ("", bytes)
    for number, more in ((1, b""), (2, rows)):
        name = tmp_path / f"{number}.csv{suffix}"
        name.write_bytes(pack(b"source,target,weight\na,b,1\n" + more))
    done = run("compile", str(tmp_path / f"*.csv{suffix}"), "--memory", "1GB", "-O", str(tmp_path / "x.gdiff"))
    assert done.status != 0
    assert told.replace(".csv", f".csv{suffix}") in done.err
    assert "DuckDB" not in done.err
    assert not [name for name in os.listdir(tmp_path) if "gdiff" in name]


def test_what_the_engine_alone_refuses_is_told_in_its_words(
    edges: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from graphdiff.engines.external_engine import Engine

    run = Engine.run
    monkeypatch.setattr(Engine, "run", lambda self, sql: run(self, "SELECT nothing"))
    with pytest.raises(FormatError, match=r"1\.csv: .*nothing"):
        gd.read_edges(edges, source="who", target="whom", weight="amount", out=tmp_path / "x.gdiff", memory="1GB")


@pytest.mark.parametrize("start", [b"\n", b"\r\n", b"\xef\xbb\xbf\n"])
def test_an_empty_first_line_makes_no_edge_of_the_header(start: bytes, tmp_path: Path, run: Run) -> None:
    (tmp_path / "e.csv").write_bytes(start + b"source,target\na,b\n")
    done = run("compile", str(tmp_path / "e.csv"), "--memory", "1GB", "-w", "unit", "-O", str(tmp_path / "x.gdiff"))
    assert "e.csv: its first line is empty; leave it out" in done.err
    assert not (tmp_path / "x.gdiff").exists()


def test_all_files_are_separated_alike(edges: str, tmp_path: Path, run: Run) -> None:
    (tmp_path / "3.csv").write_text("who;whom;amount\na;c;2\n")
    done = run(
        "compile", edges, "--memory", "1GB", "-O", str(tmp_path / "x.gdiff"), "--columns", "source=who,target=whom"
    )
    assert f"{tmp_path}/3.csv are separated by ';', and those of {tmp_path}/1.csv by ','" in done.err


def test_standard_input_is_no_file(tmp_path: Path, run: Run) -> None:
    done = run("compile", "-", "--memory", "1GB", "-O", str(tmp_path / "x.gdiff"))
    assert done.status == 2
    assert "write standard input to one first" in done.err


def test_columns_that_are_not_known_are_asked_for_by_the_option(tmp_path: Path, run: Run) -> None:
    (tmp_path / "e.csv").write_text("a,b,1\nb,c,2\n")
    done = run("compile", str(tmp_path / "e.csv"), "--memory", "1GB", "-O", str(tmp_path / "x.gdiff"))
    assert "give --columns source=NAME,target=NAME of 'a', 'b', '1'" in done.err


def test_a_saved_graph_is_no_table(edges: str, tmp_path: Path, run: Run) -> None:
    saved = str(tmp_path / "x.gdiff")
    columns = "source=who,target=whom,weight=amount"
    assert run("compile", str(tmp_path / "1.csv"), "--columns", columns, "-O", saved).status == 0
    done = run("compile", saved, "--memory", "1GB", "-O", str(tmp_path / "y.gdiff"))
    assert done.status == 65
    assert "x.gdiff is a saved graph already, and no table of edges: CSV, Parquet or Arrow" in done.err
