"""Files compiled on the disk beside the same read in memory, whatever they, their folders and columns are called."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import csv, feather, parquet

import graphdiff as gd
from graphdiff.engines import external
from graphdiff.errors import FormatError, GraphdiffError, InputError, OutputError, UsageError, WeightError

ROWS = {"source": ["a", "b"], "target": ["b", "c"], "weight": [2.0, 3.0]}


def edges(graph: gd.CompiledGraph) -> list[tuple[Any, ...]]:
    return sorted((*edge[:2], weight) for edge, weight in zip(graph.edges(), graph.weights.tolist(), strict=True))


def write(path: Path, columns: dict[str, Any] = ROWS) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    table = columns if isinstance(columns, pa.Table) else pa.table(columns)
    if path.suffix == ".csv":
        csv.write_csv(table, path)
    elif path.suffix == ".arrow":
        feather.write_feather(table, path)
    else:
        parquet.write_table(table, path)
    return path


def on_disk(given: Any, tmp_path: Path, **options: Any) -> gd.CompiledGraph:
    return gd.read_edges(given, out=tmp_path / "out" / "x.gdiff", memory="1GB", overwrite=True, **options)


@pytest.fixture(autouse=True)
def out(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()


def test_a_frame_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="out= takes paths of files, not Table"):
        on_disk(pa.table(ROWS), tmp_path)


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".arrow"])
@pytest.mark.parametrize("folder", ["weight=7", "source=prod", "target=zz", "weight=0.5", "source=2024-01-01/target=x"])
def test_a_folder_is_no_column(folder: str, suffix: str, tmp_path: Path) -> None:
    path = write(tmp_path / folder / f"e{suffix}")
    assert edges(on_disk(path, tmp_path)) == edges(gd.read_edges(path)) == [("a", "b", 2.0), ("b", "c", 3.0)]
    assert edges(on_disk(str(tmp_path / "*" / "**" / f"e{suffix}"), tmp_path)) == edges(gd.read_edges(path))


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".arrow"])
@pytest.mark.parametrize(("name", "other"), [("g[1]", "g1"), ("g*", "g9"), ("g?", "g9"), ("g{1,2}", "g1")])
def test_a_name_of_a_file_is_no_pattern(name: str, other: str, suffix: str, tmp_path: Path) -> None:
    path = write(tmp_path / f"{name}{suffix}")
    write(tmp_path / f"{other}{suffix}", {**ROWS, "weight": [100.0, 100.0]})
    assert edges(on_disk(path, tmp_path)) == edges(gd.read_edges(path)) == [("a", "b", 2.0), ("b", "c", 3.0)]


@pytest.mark.parametrize(
    ("text", "weight", "expected"),
    [
        ("from,to,x,x,x_1\na,b,2,3,4\n", "x_1", 4),
        (",from,to,column0\n0,a,b,2\n", "column0", 2),
        ("from,to,w ,w\na,b,9,2\n", "w", 2),
        ("from,to,w ,w\na,b,9,2\n", "w ", 9),
        (" from,from,to,w\nx,a,b,2\n", "w", 2),
        ("from,to,W,w\na,b,9,2\n", "w", 2),
        ("from,to,rowid,s,t\na,b,9,7,8\n", "rowid", 9),
        ("from,to,w\na,b,2", "w", 2),
    ],
)
def test_columns_are_called_as_the_header_has_them(text: str, weight: str, expected: int, tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text(text)
    (tmp_path / "first.csv").write_text(f"from,to,{weight},more\nq,r,1,1\n")
    roles = {"source": "from", "target": "to", "weight": weight}
    assert edges(gd.read_edges(tmp_path / "e.csv", **roles)) == [("a", "b", expected)]
    assert edges(on_disk(tmp_path / "e.csv", tmp_path, **roles)) == [("a", "b", expected)]
    assert edges(on_disk([tmp_path / "first.csv", tmp_path / "e.csv"], tmp_path, **roles))[0] == ("a", "b", expected)


def test_a_column_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    first = write(tmp_path / "a.csv")
    (tmp_path / "b.csv").write_text("source,target,weight,weight\na,b,1,2\n")
    with pytest.raises(UsageError, match=r"b\.csv has 2 columns named 'weight'; rename one"):
        on_disk([first, tmp_path / "b.csv"], tmp_path)


def test_blanks_beside_quotes_are_as_in_memory(tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text('source,target,weight\na, "b",2\n"b",c,3\n')
    assert edges(on_disk(tmp_path / "e.csv", tmp_path)) == edges(gd.read_edges(tmp_path / "e.csv"))


@pytest.mark.parametrize("end", [",", ",,"])
def test_a_comma_more_is_a_column_more(end: str, tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text("source,target,weight\n" + "a,b,1\n" * 40_000 + f"b,c,2{end}\n")
    with pytest.raises(FormatError, match=r"line 40,002: \d columns, where the first row has 3"):
        on_disk(tmp_path / "e.csv", tmp_path)


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress], ids=["gzip", "bzip2", "xz"])
@pytest.mark.parametrize("name", ["e.csv", "e.txt", "e.csv.gz"])
def test_packed_files_are_known_by_what_they_are(pack: Callable[[bytes], bytes], name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(pack(b"source,target,weight\na,b,1\n"))
    assert edges(on_disk(tmp_path / name, tmp_path)) == [("a", "b", 1)]


ODD: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "bool and int": ({"weight": [True, False]}, {"weight": [5, 6]}),
    "int and text": ({"weight": [1, 2]}, {"weight": ["5", "6"]}),
    "int and float": ({"weight": [1, 2]}, {"weight": [0.5, 1.5]}),
    "text and int ends": ({"source": ["1", "2"], "target": ["2", "3"]}, {"source": [1, 2], "target": [2, 3]}),
    "int and float ends": ({"source": [1, 2], "target": [2, 3]}, {"source": [1.0, 2.0], "target": [2.0, 3.0]}),
    "signed and unsigned": (
        {"weight": pa.array([1, 2], pa.int64())}, {"weight": pa.array([2**63 + 1, 2], pa.uint64())},
    ),
}  # fmt: skip


@pytest.mark.parametrize("suffix", [".parquet", ".arrow"])
@pytest.mark.parametrize("what", ODD)
def test_no_cell_is_made_what_it_is_not(what: str, suffix: str, tmp_path: Path) -> None:
    paths = [write(tmp_path / f"{number}{suffix}", {**ROWS, **own}) for number, own in enumerate(ODD[what])]
    for given in (paths, paths[::-1]):
        with pytest.raises(GraphdiffError, match=r"and in others of the files it is not; make all of one kind"):
            on_disk(given, tmp_path)


@pytest.mark.parametrize("suffix", [".parquet", ".arrow"])
def test_what_loses_nothing_may_differ(suffix: str, tmp_path: Path) -> None:
    first = {**ROWS, "weight": pa.array([0.5, 0.25], pa.float32()), "z": [1, 2]}
    second = {
        "weight": [0.1, 0.3],
        "target": pa.array(["b", "c"]).dictionary_encode(),
        "source": pa.array(["a", "b"], pa.large_string()),
    }
    paths = [write(tmp_path / f"{number}{suffix}", each) for number, each in enumerate((first, second))]
    expected = [("a", "b", 0.1), ("a", "b", 0.5), ("b", "c", 0.25), ("b", "c", 0.3)]
    assert edges(on_disk(paths, tmp_path)) == edges(on_disk(paths[::-1], tmp_path)) == expected
    ints = [{**ROWS, "weight": pa.array([1, 2], kind)} for kind in (pa.int8(), pa.int64(), pa.uint32())]
    paths = [write(tmp_path / f"i{number}{suffix}", each) for number, each in enumerate(ints)]
    assert on_disk(paths, tmp_path).weights.tolist() == [1, 1, 1, 2, 2, 2]


@pytest.mark.parametrize("columns", [{"weight": [None, 2**53 + 1]}, {"weight": ["", str(2**53 + 1)]}])
def test_a_float_for_empty_cells_rounds_no_int(columns: dict[str, Any], tmp_path: Path) -> None:
    path = write(tmp_path / ("e.csv" if "" in columns["weight"] else "e.parquet"), {**ROWS, **columns})
    with pytest.raises(WeightError, match=r"row 2: the weight in 'weight' is 9007199254740993, which no float is"):
        on_disk(path, tmp_path, default_weight=0.5)
    assert on_disk(path, tmp_path, default_weight=5).weights.tolist() == [5, 2**53 + 1]
    for wrong in (float("nan"), float("inf")):
        with pytest.raises(WeightError, match=r"default_weight=(nan|inf): a finite number"):
            on_disk(path, tmp_path, default_weight=wrong)


@pytest.mark.parametrize("stage", range(1, external.STAGES))
def test_a_file_that_changes_meanwhile_makes_no_graph(stage: int, tmp_path: Path) -> None:
    path = write(tmp_path / "e.parquet", {"source": ["a", "b", "c"], "target": ["b", "c", "d"], "weight": [2, 3, 4]})

    def change(done: int, total: int) -> None:
        if done >= 1000 * stage and not changed:
            changed.append(done)
            write(path, {"source": ["a", "b", "c"], "target": ["b", "X", "d"], "weight": [2, 3, 4]})
            os.utime(path, (1, 1))

    changed: list[int] = []
    with pytest.raises(InputError, match=r"e\.parquet( changed while it was read|: 3 rows were \d when)"):
        on_disk(path, tmp_path, progress=change)
    assert not (tmp_path / "out" / "x.gdiff").exists()
    assert edges(on_disk(path, tmp_path)) == [("a", "b", 2), ("b", "X", 3), ("c", "d", 4)]


@pytest.mark.parametrize("is_link", [False, True], ids=["a folder", "a link"])
def test_a_folder_that_no_work_left_is_not_touched(tmp_path: Path, *, is_link: bool) -> None:
    path, beside = write(tmp_path / "e.parquet"), tmp_path / "out" / "x.gdiff.unfinished"
    real = tmp_path / "real" if is_link else beside
    (real / "mine").mkdir(parents=True)
    (real / "precious.txt").write_text("x")
    if is_link:
        beside.symlink_to(real)
    with pytest.raises(OutputError, match=r"x\.gdiff\.unfinished is none that work left: move it away"):
        on_disk(path, tmp_path)
    assert sorted(os.listdir(real)) == ["mine", "precious.txt"]


def test_a_file_that_appears_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    path, output = write(tmp_path / "e.parquet"), tmp_path / "out" / "x.gdiff"

    def appear(done: int, total: int) -> None:
        output.write_text("mine")

    with pytest.raises(OutputError, match="exists"):
        gd.read_edges(path, out=output, memory="1GB", progress=appear)
    assert output.read_text() == "mine"


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress], ids=["gzip", "bzip2", "xz"])
def test_a_packed_file_that_is_cut_off_is_damaged_and_named(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    whole = pack(b"source,target,weight\n" + b"".join(b"a%d,b%d,%d\n" % (n, n * n, n) for n in range(400_000)))
    (tmp_path / "e.csv").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FormatError, match=r"e\.csv(, line [\d,]+)?: "):
        on_disk(tmp_path / "e.csv", tmp_path)
