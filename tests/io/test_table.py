"""Edge tables, beside a loop over their rows: whatever they come as, the graph is the same."""

from __future__ import annotations

import bz2
import gzip
import lzma
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import networkx as nx
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from graphs import ENGINES, engine, weighted
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import csv as arrow_csv
from pyarrow import feather, ipc, parquet

import graphdiff as gd
from graphdiff.errors import FormatError, InputError, LimitError, MissingExtraError, UsageError, WeightError
from graphdiff.graph.compiled import CompiledGraph
from graphdiff.graph.labels import Numbering
from graphdiff.io.table import _is_quicker, read_edges
from graphdiff.kernels import available

Rows = list[tuple[Any, Any, Any]]

ROWS: Rows = [("b", "é", 2.0), ("a", "b", 0.5), ("b", "é", 0.25), ("漢字", "a", -1.0)]


def arrow(rows: Rows) -> pa.Table:
    return pa.table(dict(zip(("source", "target", "weight"), zip(*rows, strict=True), strict=True)))


def in_stream(table: pa.Table, path: Path) -> None:
    with ipc.new_stream(path, table.schema) as stream:
        stream.write_table(table)


def in_file(table: pa.Table, path: Path) -> None:
    with ipc.new_file(path, table.schema) as file:
        file.write_table(table)


def in_gzip(table: pa.Table, path: Path) -> None:
    arrow_csv.write_csv(table, path.with_suffix(".plain"))
    path.write_bytes(gzip.compress(path.with_suffix(".plain").read_bytes()))


FILES: dict[str, Callable[[pa.Table, Path], Any]] = {
    "parquet": parquet.write_table,
    "dictionary.parquet": lambda table, path: parquet.write_table(table, path, row_group_size=2),
    "feather": feather.write_feather,
    "arrow": in_file,
    "arrows": in_stream,
    "csv": arrow_csv.write_csv,
    "csv.gz": in_gzip,
    "tsv": lambda table, path: arrow_csv.write_csv(table, path, arrow_csv.WriteOptions(delimiter="\t")),
}
FRAMES: dict[str, Callable[[pa.Table], Any]] = {
    "pyarrow": lambda table: table,
    "pyarrow, in chunks": lambda table: pa.concat_tables([table.slice(0, 1), table.slice(1)]),
    "pyarrow, views": lambda table: table.set_column(0, "source", table["source"].cast(pa.string_view())),
    "pandas": lambda table: table.to_pandas(),
    "pandas, objects": lambda table: pd.DataFrame(table.to_pydict(), dtype=object).astype({"weight": float}),
    "pandas, categories": lambda table: table.to_pandas().astype({"source": "category"}),
    "polars": pl.DataFrame,
    "polars, lazy": lambda table: pl.DataFrame(table).lazy(),
    "polars, categories": lambda table: pl.DataFrame(table).cast({"source": pl.Categorical}),
    "DuckDB": duckdb.from_arrow,
}


def edges(graph: CompiledGraph) -> Counter[Any]:
    """Return the ends and weights of the edges, whatever keys tell parallel ones apart."""
    return Counter((*edge[:2], weight) for edge, weight in zip(graph.edges(), graph.weights.tolist(), strict=True))


# -- what comes in


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("suffix", FILES)
def test_every_file_is_the_same_graph(name: str, suffix: str, tmp_path: Path) -> None:
    FILES[suffix](arrow(ROWS), tmp_path / f"edges.{suffix}")
    with engine(name):
        graph = read_edges(tmp_path / f"edges.{suffix}")
        assert edges(graph) == Counter(ROWS)
        assert gd.total_influence(graph, "a", "é") == 0.5 * 2.25


@pytest.mark.parametrize("kind", FRAMES)
def test_every_frame_is_the_same_graph(kind: str) -> None:
    graph = read_edges(FRAMES[kind](arrow(ROWS)))
    assert edges(graph) == Counter(ROWS)


NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=3)


@pytest.mark.parametrize("name", ENGINES)
@given(
    rows=st.one_of(
        st.lists(st.tuples(ends, ends, st.integers(-4, 4)), min_size=1, max_size=12)
        for ends in (NAMES, st.integers(-(2**63), 2**63 - 1), st.integers(0, 4))
    )
)
def test_any_table_is_the_graph_of_its_rows(name: str, rows: Rows) -> None:
    with engine(name):
        graph = read_edges(arrow(rows), cycles="collapse")
        assert edges(graph) == Counter(rows)
        expected = nx.MultiDiGraph()
        expected.add_weighted_edges_from(rows)
        assert set(graph.labels) == set(expected)
        assert {type(label) for edge in graph.edges() for label in edge[:2]} == {type(rows[0][0])}
        source = rows[0][0]
        same = gd.compile(expected, cycles="collapse")
        assert dict(gd.forward(graph, source)) == dict(gd.forward(same, source))


def test_ids_count_by_first_appearance_and_all_sources_come_first() -> None:
    for name in ENGINES:
        with engine(name):
            topology = read_edges(arrow([("c", "x", 1), ("a", "y", 1), ("c", "a", 1)])).topology
            assert list(topology.names or ()) == ["c", "a", "x", "y"]


def test_nodes_of_a_csv_file_are_text_and_weights_are_of_one_kind(tmp_path: Path) -> None:
    path = tmp_path / "edges.csv"
    lines = [f"00{number % 7},x,{number}" for number in range(200_000)]
    path.write_text("\n".join(["Tail,HEAD,W", *lines, '"NA, or not",x,0.5']))
    graph = read_edges(str(path))
    assert graph.weights.dtype == np.float64
    assert set(graph.labels) == {*(f"00{number}" for number in range(7)), "x", "NA, or not"}


def test_the_columns_are_those_that_are_named() -> None:
    frame = pd.DataFrame({"lhs": ["y"], "rhs": ["x"], "est": [0.5], "weight": [7], "source": ["?"], "target": ["?"]})
    assert edges(read_edges(frame, source="rhs", target="lhs", weight="est")) == Counter([("x", "y", 0.5)])
    assert edges(read_edges(frame, source="rhs", target="lhs")) == Counter([("x", "y", 7)])
    with pytest.raises(
        UsageError, match=r"^which columns of the frame are the ends\? give source= and target= of 'lhs', "
    ):
        read_edges(frame)  # two pairs are known


@pytest.mark.parametrize(
    ("tool", "kind", "names"),
    [
        ("lavaan", "op", "lhs,op,rhs"),
        ("lavaan", "op", "rhs,LHS,op"),
        ("semopy", "op", "lval,op,rval"),
        ("OpenMx", "matrix", "matrix,row,col"),
    ],
)
def test_rows_of_a_path_model_are_no_edges_each(tool, kind, names, tmp_path: Path) -> None:
    columns = names.split(",")
    frame = pd.DataFrame({name: ["y", "m"] for name in columns} | {"est": [0.5, 0.25]})
    frame.to_csv(tmp_path / "fit.csv", index=False)
    said = rf"a path model's parameters \({tool}\), of which '{kind}' says which are paths; graphdiff\.read takes these"
    for table in (frame, tmp_path / "fit.csv"):
        with pytest.raises(UsageError, match=said):
            read_edges(table)
        ends = [name for name in columns if name != kind]
        assert edges(read_edges(table, source=ends[0], target=ends[1], weight="est")) == Counter(
            [("y", "y", 0.5), ("m", "m", 0.25)]
        )


def test_without_weights_every_row_is_a_path() -> None:
    graph = read_edges(pd.DataFrame({"from": ["a", "a"], "to": ["b", "b"]}))
    assert (gd.total_influence(graph, "a", "b"), graph.weight_meaning) == (2, "unit")


def test_options_are_those_of_compile() -> None:
    graph = read_edges(arrow([("a", "b", 0.1), ("b", "a", 0.1)]), cycles="solve", exact=True)
    assert gd.total_influence(graph, "a", "b") == gd.total_influence(
        nx.DiGraph([("a", "b", {"weight": 0.1}), ("b", "a", {"weight": 0.1})]), "a", "b", cycles="solve", exact=True
    )


def test_an_empty_table_is_an_empty_graph() -> None:
    for kind in (pa.string(), pa.int64()):
        table = pa.table({"u": pa.array([], kind), "v": pa.array([], kind), "w": pa.array([], pa.float64())})
        for name in ENGINES:
            with engine(name):
                assert len(read_edges(table)) == 0


def test_a_table_is_saved_as_it_was_read(tmp_path: Path) -> None:
    for name in ENGINES:
        with engine(name):
            read_edges(arrow(ROWS)).save(tmp_path / name)
            assert edges(CompiledGraph.load(tmp_path / name, mmap=False)) == Counter(ROWS)


def test_progress_counts_names_up_to_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graphdiff.io.table.SLICE", 3)
    for name in ENGINES:
        told: list[tuple[int, int | None]] = []
        with engine(name):
            read_edges(arrow(ROWS), progress=lambda done, total: told.append((done, total)))  # noqa: B023
        assert told == sorted(told)
        assert told[-1] == (8, 8)


# -- names


@pytest.mark.parametrize("compiled", [available(), False], ids=["where numba is", "plain Python"])
@given(chunks=st.lists(st.lists(st.text("ab", max_size=4) | NAMES, max_size=20), max_size=4), block=st.integers(1, 5))
def test_numbers_are_those_of_first_appearance(compiled: bool, chunks: list[list[str]], block: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("graphdiff.graph.labels.NAMES_AT_ONCE", block)
        patch.setattr("graphdiff.graph.labels.available", lambda: compiled)
        numbering, known = Numbering(), dict[str, int]()
        for chunk in chunks:
            encoded = [name.encode() for name in ["before", *chunk]]
            ends = np.cumsum([0, *map(len, encoded)])
            numbers = numbering.of(np.frombuffer(b"".join(encoded), dtype=np.uint8), ends[1:])
            assert numbers.tolist() == [known.setdefault(name, len(known)) for name in chunk]
    assert list(numbering.labels) == list(known)


INTS = st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 3)


@given(pairs=st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=20) | st.lists(st.tuples(INTS, INTS), min_size=1))
def test_names_have_the_same_numbers_however_they_are_made(pairs: list[tuple[Any, Any]]) -> None:
    columns = dict(zip(("source", "target"), map(list, zip(*pairs, strict=True)), strict=True))
    table = pa.table({**columns, "weight": [1.0] * len(pairs)})
    expected = read_edges(table)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("graphdiff.io.table.MANY", 0)
        patch.setattr("graphdiff.io.table.SHORT", 100)
        patch.setattr("graphdiff.io.table.SLICE", 3)
        ours = read_edges(table)
    assert ours.edges() == expected.edges()
    assert list(ours.labels) == list(expected.labels)
    assert list(ours.topology.names or ()) == list(expected.topology.names or ())


def test_only_many_short_names_are_numbered_by_our_own_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graphdiff.io.table.MANY", 4)
    monkeypatch.setattr("graphdiff.io.table.available", lambda: True)
    short, long = (pa.array(names, type=pa.large_string()) for names in (["a" * 16, "a" * 32], ["a" * 16, "a" * 42]))
    assert _is_quicker(short, 4)
    assert not _is_quicker(short, 2)
    assert not _is_quicker(long, 4)
    assert _is_quicker(pa.array([1]), 4)
    assert not _is_quicker(pa.array([date(2026, 1, 1)]), 4)


def test_there_is_room_for_many_names_and_long_ones() -> None:
    names = [f"{number % 5_000}" for number in range(20_000)] + ["x" * 100_000, "7"]
    ends = np.cumsum([0, *map(len, names)])
    numbering = Numbering()
    numbers = numbering.of(np.frombuffer("".join(names).encode(), dtype=np.uint8), ends)
    assert numbers.tolist() == [*(number % 5_000 for number in range(20_000)), 5_000, 7]
    assert list(numbering.labels) == [*map(str, range(5_000)), "x" * 100_000]


def test_names_of_one_hash_are_told_apart() -> None:
    def alike(text: Any, ends: Any, start: Any, hashes: Any) -> None:
        hashes[:] = 3

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("graphdiff.graph.labels.hash_names", alike)
        patch.setattr("graphdiff.graph.labels.available", lambda: False)
        numbers = Numbering().of(np.frombuffer(b"abacabba", dtype=np.uint8), np.array([0, 1, 2, 3, 5, 6, 8]))
    assert numbers.tolist() == [0, 1, 0, 2, 1, 3]


def test_a_name_without_end_is_refused() -> None:
    with pytest.raises(LimitError, match="16,777,216 bytes; names may have up to 16,777,215"):
        Numbering().of(np.zeros(2**24, dtype=np.uint8), np.array([0, 2**24]))


# -- what is refused


BAD: dict[str, tuple[Any, type[Exception], str]] = {
    "a missing source": (arrow([("a", "b", 1), (None, "c", 1)]), FormatError, "row 2: the source is missing"),
    "a missing target": (arrow([("a", None, 1)]), FormatError, "row 1: the target is missing"),
    "a missing weight": (arrow([("a", "b", 1), ("b", "c", None)]), WeightError, "row 2: the weight .* is missing"),
    "NaN": (arrow([("a", "b", 1.0), ("b", "c", float("nan"))]), WeightError, "row 2: the weight in 'weight' is nan"),
    "infinity": (arrow([("a", "b", float("-inf"))]), WeightError, "row 1: the weight in 'weight' is -inf"),
    "text weights": (
        arrow([("a", "b", "7")]),
        WeightError,
        "'weight' is string, and weights are floats, ints,",
    ),
    "days as weights": (arrow([("a", "b", date(2024, 5, 1))]), WeightError, "'weight' is date32"),
    "floats as nodes": (
        arrow([(0.5, 1.5, 1)]),
        UsageError,
        "'source' is double, and nodes are text, ints, dates",
    ),
    "truths as nodes": (
        arrow([(True, False, 1)]),
        UsageError,
        "'source' is bool, and nodes are text, ints, dates",
    ),
    "a missing day": (arrow([(date(2024, 5, 1), None, 1)]), FormatError, "row 1: the target is missing"),
    "a day and a time": (
        arrow([(date(2024, 5, 1), datetime(2024, 5, 1), 1)]),
        UsageError,
        r"one of its ends is date32\[day\], the other timestamp\[us\]; make both the same",
    ),
    "nanoseconds": (
        pa.table({"u": pa.array([1], pa.timestamp("ns")), "v": pa.array([2000], pa.timestamp("ns"))}),
        UsageError,
        "'u' has times with nanoseconds, which Python's datetime has not; make it text or ints",
    ),
    "a year beyond": (
        pa.table({"u": pa.array([2**60], pa.timestamp("us")), "v": pa.array([0], pa.timestamp("us"))}),
        FormatError,
        "out of range",
    ),
    "text and ints": (arrow([("a", 1, 1)]), UsageError, "one of its ends is large_string, the other int64"),
    "large ints": (
        pa.table({"u": pa.array([2**63], pa.uint64()), "v": pa.array([1], pa.uint64())}),
        FormatError,
        "9223372036854775808",
    ),
    "no ends": (pd.DataFrame({"x": ["a"], "y": ["b"]}), UsageError, "give source= and target= of 'x', 'y'"),
    "no frame": (7, UsageError, "takes a path or a data frame, not int"),
    "mixed objects": (
        pd.DataFrame({"u": ["a", 1], "v": ["b", "c"]}, dtype=object),
        FormatError,
        "the frame, row 2: .u. is 1",
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_tables_are_refused_with_the_row(what: str) -> None:
    table, kind, message = BAD[what]
    with pytest.raises(kind, match=message):
        read_edges(table)


def test_a_refused_weight_names_its_edge() -> None:
    with pytest.raises(WeightError, match="row 2") as caught:
        read_edges(arrow([("a", "b", 1.0), ("b", "c", float("nan"))]))
    assert caught.value.edge == ("b", "c")


OPTIONS: dict[str, tuple[dict[str, str], str]] = {
    "no such column": ({"weight": "est"}, "has no column 'est'; it has 'source', 'target', 'weight'"),
    "one end": ({"source": "source"}, "both source= and target=, or neither"),
    "one column twice": (
        {"source": "source", "target": "source"},
        "the column 'source' is two of source=, target=, weight=",
    ),
    "an end as weight": (
        {"source": "source", "target": "target", "weight": "target"},
        "the column 'target' is two of source=, target=, weight=",
    ),
    "a known end as weight": ({"weight": "source"}, "the column 'source' is two of source=, target=, weight="),
    "no such policy": ({"cycles": "ignore"}, "cycles=.ignore."),
}


@pytest.mark.parametrize("what", OPTIONS)
def test_bad_options_are_refused(what: str) -> None:
    options, message = OPTIONS[what]
    with pytest.raises(UsageError, match=message):
        read_edges(arrow(ROWS), **options)  # type: ignore[arg-type]


BAD_FILES: dict[str, tuple[bytes, str]] = {
    "an empty end": (b"u,v,w\na,b,1\n,c,1\n", "row 2: the u is missing"),
    "a row too long": (b"u,v\na,b\na,b,c\n", "Expected 2 columns, got 3"),
    "a damaged Parquet file": (b"PAR1" + bytes(50), "Parquet"),
    "a damaged Arrow file": (b"ARROW1" + bytes(50), "Arrow file"),
    "a damaged Arrow stream": (b"\xff\xff\xff\xff" + bytes(50), "."),
    "no UTF-8": (b"u,v\n\xff,b\n", "UTF8"),
}


@pytest.mark.parametrize("what", BAD_FILES)
def test_damaged_files_are_refused(what: str, tmp_path: Path) -> None:
    data, message = BAD_FILES[what]
    (tmp_path / "edges").write_bytes(data)
    with pytest.raises(FormatError, match=message):
        read_edges(tmp_path / "edges")


def test_weights_of_a_csv_file_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    (tmp_path / "edges.csv").write_text("u,v,w\na,b,NA\n")
    with pytest.raises(WeightError, match="'w' is string"):
        read_edges(tmp_path / "edges.csv")
    (tmp_path / "edges.csv").write_text("u,v,w\na,b,1\na,c,\n")
    with pytest.raises(WeightError, match="row 2: the weight in 'w' is missing"):
        read_edges(tmp_path / "edges.csv")


def test_a_csv_file_without_a_header_is_refused(tmp_path: Path) -> None:
    (tmp_path / "edges.csv").write_text("a,b,1\nb,c,2\n")
    with pytest.raises(UsageError, match="give source= and target= of 'a', 'b', '1'"):
        read_edges(tmp_path / "edges.csv")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        read_edges(tmp_path / "none.parquet")
    with pytest.raises(InputError, match="null"):
        read_edges("a\0b")


def test_the_extra_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "narwhals", None)
    with pytest.raises(MissingExtraError, match=r"narwhals: pip install narwhals pyarrow"):
        read_edges(arrow(ROWS).to_pandas())
    monkeypatch.setattr("graphdiff.io.frames.pa", None)
    with pytest.raises(MissingExtraError, match=r"pyarrow: pip install narwhals pyarrow"):
        read_edges("edges.csv")


# -- CSV as it comes


CSVS: dict[str, tuple[bytes, set[Any]]] = {
    "a newline within a column's name": (b'"my\nnote",source,target\nx,a,b\n', {("a", "b", 1)}),
    "a newline within a name": (b'source,target\n"a\n1","b, ""2"""\n', {("a\n1", 'b, "2"', 1)}),
    "empty lines first": (b"\n\r\nsource,target\na,b\n", {("a", "b", 1)}),
    "lines that end as on an old Mac": (b"source,target\ra,b\r", {("a", "b", 1)}),
    "a byte-order mark": (b'\xef\xbb\xbf"source","target"\na,b\n', {("a", "b", 1)}),
    "a header and no row": (b"source,target,weight\n", set()),
    "gzip by its content": (gzip.compress(b"source,target\na,b\n"), {("a", "b", 1)}),
    "bzip2 by its content": (bz2.compress(b"source,target\na,b\n"), {("a", "b", 1)}),
    "xz": (lzma.compress(b"source,target\na,b\n"), {("a", "b", 1)}),
    "a long header": (
        f"{','.join(f'column {number}' for number in range(20_000))},source,target\n{'1,' * 20_000}a,b\n".encode(),
        {("a", "b", 1)},
    ),
    "large ints": (b"u,v,w\na,b,9223372036854775807\n", {("a", "b", 2**63 - 1)}),
    "large ints beside floats that are exact": (
        b"u,v,w\na,b,9007199254740994\na,c,0.5\n",
        {("a", "b", 2.0**53 + 2), ("a", "c", 0.5)},
    ),
    "large floats": (b"u,v,w\na,b,1e300\n", {("a", "b", 1e300)}),
}


@pytest.mark.parametrize("what", CSVS)
def test_csv_as_it_comes(what: str, tmp_path: Path) -> None:
    data, expected = CSVS[what]
    (tmp_path / "edges").write_bytes(data)
    assert set(edges(read_edges(tmp_path / "edges"))) == expected


BAD_CSVS: dict[str, tuple[bytes, type[Exception], str]] = {
    "nothing": (b"", FormatError, "edges is empty"),
    "empty lines": (b"\n\n", FormatError, "edges is empty"),
    "a header without an end": (b"x" * 2**20, FormatError, "edges has no header"),
    "UTF-16": ("source,target\na,b\n".encode("utf-16"), FormatError, "header is no UTF-8"),
    "a column twice": (b"source,target,source\na,b,c\n", UsageError, "has 2 columns named 'source'"),
    "a weight twice": (b"u,v,w,w\na,b,1,2\n", UsageError, "has 2 columns named 'w'"),
    "xz cut off": (lzma.compress(b"source,target\na,b\n")[:40], FormatError, "edges: "),
    "a column too many to name": (
        f"{','.join(f'column {number}' for number in range(200))}\n".encode(),
        UsageError,
        r"'column 9', and 190 more$",
    ),
    "ints beyond 64 bits": (b"u,v,w\na,b,1\na,c,9223372036854775809\n", WeightError, "row 2: .* 9223372036854775809"),
    "ints beside floats that no float is": (
        b"u,v,w\na,b,0.5\na,c,1e300\na,d,-9007199254740993\n",
        WeightError,
        "row 3: .* -9007199254740993",
    ),
}


@pytest.mark.parametrize("what", BAD_CSVS)
def test_csv_that_would_be_misread_is_refused(what: str, tmp_path: Path) -> None:
    data, kind, message = BAD_CSVS[what]
    (tmp_path / "edges").write_bytes(data)
    with pytest.raises(kind, match=message):
        read_edges(tmp_path / "edges")


# -- Arrow as it comes


def dictionary(values: list[Any], indices: list[Any]) -> Any:
    return pa.DictionaryArray.from_arrays(pa.array(indices, pa.int32()), pa.array(values))


def spoiled(path: Path, old: bytes, new: bytes) -> None:
    data = path.read_bytes()
    assert data.count(old) == 1
    path.write_bytes(data.replace(old, new))


def test_a_dictionary_may_hold_what_is_missing() -> None:
    table = pa.table({"source": dictionary(["a", None], [0, 1]), "target": ["x", "y"]})
    with pytest.raises(FormatError, match="row 2: the source is missing"):
        read_edges(table)
    numbers = pa.table({"source": dictionary([7, None], [0, 1]), "target": [1, 2]})
    with pytest.raises(FormatError, match="row 2: the source is missing"):
        read_edges(numbers)


TWICE = pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"]), pa.array(["c"])], names=["source", "target", "source"])
OTHERS = pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"]), *[pa.array(["c"])] * 2], names=["u", "v", "x", "x"])


def test_columns_of_one_name_are_refused_where_they_are_asked_for(tmp_path: Path) -> None:
    parquet.write_table(TWICE, tmp_path / "edges.parquet")
    for table in (TWICE, tmp_path / "edges.parquet"):
        with pytest.raises(UsageError, match="has 2 columns named 'source'"):
            read_edges(table)
    with pytest.raises(UsageError, match="source"):
        read_edges(pd.DataFrame([["a", "b", "c"]], columns=["source", "target", "source"]))
    assert read_edges(OTHERS).edges() == [("a", "b")]


@pytest.mark.parametrize("kind", ["record batch", "reader"])
def test_other_things_of_pyarrow_are_frames_too(kind: str) -> None:
    batch = pa.record_batch({"source": ["a"], "target": ["b"]})
    frame = batch if kind == "record batch" else pa.RecordBatchReader.from_batches(batch.schema, [batch])
    assert read_edges(frame).edges() == [("a", "b")]


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("suffix", ["arrow", "arrows", "parquet"])
def test_text_that_is_none_is_refused(suffix: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / f"edges.{suffix}"
    writers = {"arrow": in_file, "arrows": in_stream}
    write = writers.get(
        suffix,
        lambda table, path: parquet.write_table(
            table, path, write_statistics=False, use_dictionary=False, compression="none"
        ),
    )
    write(pa.table({"source": ["QQQQ"], "target": ["b"]}), path)
    spoiled(path, b"QQQQ", b"QQ\xff\xfe")
    with engine(name), pytest.raises(FormatError, match="UTF8"):
        read_edges(path)


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("suffix", ["arrow", "arrows"])
def test_offsets_beyond_the_text_are_refused(suffix: str, name: str, tmp_path: Path) -> None:
    """Whoever followed them would read what is not theirs."""
    path = tmp_path / f"edges.{suffix}"
    ends = np.array([0, 7, 12, 16], dtype=np.int32)
    text = pa.StringArray.from_buffers(3, pa.py_buffer(ends), pa.py_buffer(b"q" * 16))
    {"arrow": in_file, "arrows": in_stream}[suffix](pa.table({"source": text, "target": ["x", "y", "z"]}), path)
    spoiled(path, ends.tobytes(), np.array([0, 7, 2**30, 16], dtype=np.int32).tobytes())
    with engine(name), pytest.raises(FormatError, match="offset"):
        read_edges(path)


SEVERAL: dict[str, tuple[dict[str, list[Any]], str]] = {
    "ends": ({"source": ["a", None, 1], "target": ["b", "b", "c"]}, "row 3: 'source' is 1, a number, below text; make"),
    "weights": (
        {"source": ["a", "a", "b"], "target": ["b", "b", "c"], "weight": [1, 2.5, "x"]},
        "row 3: 'weight' is 'x', text, below a number; make all of one kind",
    ),
}


@pytest.mark.parametrize("what", SEVERAL)
def test_the_cell_of_another_kind_is_told(what: str) -> None:
    columns, message = SEVERAL[what]
    with pytest.raises(FormatError, match=f"^the frame, {message}"):
        read_edges(pd.DataFrame(columns))


def test_a_missing_weight_and_a_column_of_text_are_told_with_a_way_out() -> None:
    with pytest.raises(WeightError, match=r"missing; leave such rows out; default_weight=1 stands for empty cells$"):
        read_edges(arrow([("a", "b", 0.5), ("b", "c", None)]))
    with pytest.raises(WeightError, match=r"or yes and no; row 2, 'n/a', is no number; cast it$"):
        read_edges(arrow([("a", "b", "0.5"), ("b", "c", "n/a")]))
    with pytest.raises(UsageError, match="no column 'wieght'; did you mean 'weight'"):
        read_edges(arrow(ROWS), weight="wieght")


def test_frames_that_no_arrow_table_holds_are_refused() -> None:
    huge = pd.DataFrame({"u": ["a", "b"], "v": ["b", "c"], "w": [1, 2**70]}, dtype=object)
    with pytest.raises(FormatError, match="too large"):
        read_edges(huge)
    surrogate = pd.DataFrame({"u": pd.Series(["\ud800"], dtype=object), "v": ["b"]})
    with pytest.raises(FormatError, match="surrogates"):
        read_edges(surrogate)
    sparse = pd.DataFrame({"u": ["a"], "v": ["b"], "w": pd.arrays.SparseArray([1.0])})
    with pytest.raises(FormatError, match="Sparse"):
        read_edges(sparse)
    with pytest.raises(UsageError, match="named by text; rename 0"):
        read_edges(pd.DataFrame([["a", "b"]]), source=0, target=1)  # type: ignore[arg-type]
    assert len(read_edges(pd.DataFrame({"source": [], "target": []}))) == 0


# -- kinds of weights, and of nodes


@pytest.mark.parametrize("kind", FRAMES)
@pytest.mark.parametrize(
    ("weights", "right"),
    [
        ([Decimal("0.1"), Decimal("2.50")], Decimal("0.2500")),
        ([True, False], 0),
        ([True, True], 1),
        ([2**40, 2**21], 2**61),
        ([0.5, 0.25], 0.125),
    ],
)
def test_weights_keep_their_kind(kind: str, weights: list[Any], right: Any) -> None:
    if kind == "pandas, objects":
        frame: Any = pd.DataFrame({"source": ["a", "b"], "target": ["b", "c"], "weight": weights}, dtype=object)
    else:
        frame = FRAMES[kind](arrow([("a", "b", weights[0]), ("b", "c", weights[1])]))
    total = gd.total_influence(read_edges(frame), "a", "c")
    assert (total, type(total)) == (right, type(right))
    assert str(total) == str(right)


def test_decimals_of_duckdb_and_yes_and_no_of_a_csv_file_are_weights(tmp_path: Path) -> None:
    graph = read_edges(duckdb.sql("select 'a' as u, 'b' as v, 1.5 as w"))
    assert repr(graph.weights) == "[Decimal('1.5')]"
    (tmp_path / "e.csv").write_text("u,v,w\na,b,true\nb,c,false\n")
    assert read_edges(tmp_path / "e.csv").weights.tolist() == [1, 0]
    path = tmp_path / "e.parquet"
    parquet.write_table(arrow([("a", "b", Decimal("0.1"))]), path)
    assert repr(read_edges(path).weights) == "[Decimal('0.1')]"


GAPS: dict[str, tuple[list[Any], Any, list[Any]]] = {
    "ints by an int": ([1, None], 3, [1, 3]),
    "ints by a float": ([1, None], 0.5, [1.0, 0.5]),
    "ints by a whole float": ([1, None], 2.0, [1.0, 2.0]),
    "ints by a decimal": ([1, None], Decimal(2), [1, Decimal(2)]),
    "ints by one of numpy": ([1, None], np.int32(2), [1, 2]),
    "ints by a fraction": ([1, None], Fraction(1, 3), [1, Fraction(1, 3)]),
    "ints by a large int": ([1, None], 2**70, [1, 2**70]),
    "floats by an int": ([0.5, None], 3, [0.5, 3.0]),
    "floats by a fraction": ([0.5, None], Fraction(1, 4), [0.5, 0.25]),
    "yes by yes": ([True, None], True, [1, 1]),
    "yes by a float": ([True, None], 0.5, [1.0, 0.5]),
    "decimals by a decimal": ([Decimal("0.1"), None], Decimal("0.25"), [Decimal("0.1"), Decimal("0.25")]),
    "decimals by an int": ([Decimal("0.1"), None], 3, [Decimal("0.1"), Decimal(3)]),
    "nothing by a decimal": ([None, None], Decimal("0.1"), [Decimal("0.1"), Decimal("0.1")]),
    "nothing by a float": ([None, None], 0.5, [0.5, 0.5]),
    "floats by a complex number": ([0.5, None], 1j, [0.5 + 0j, 1j]),
}


@pytest.mark.parametrize("kind", ["pyarrow", "pandas, objects", "polars", "DuckDB"])
@pytest.mark.parametrize("what", GAPS)
def test_an_empty_cell_has_the_default_weight(kind: str, what: str) -> None:
    weights, default, right = GAPS[what]
    table = arrow([("a", "b", weights[0]), ("b", "c", weights[1])])
    if kind == "pandas, objects":
        frame: Any = pd.DataFrame(table.to_pydict(), dtype=object)
    else:
        frame = FRAMES[kind](table)
    graph = read_edges(frame, default_weight=default)
    same = gd.compile(weighted([("a", "b", right[0]), ("b", "c", right[1])]))
    assert repr(graph.weights) == repr(same.weights)
    with pytest.raises(WeightError, match=r"^the frame, row [12]: the weight in 'weight' is missing; leave such"):
        read_edges(frame)


def test_the_default_stays_exact_in_float32_and_large_ints_are_not_rounded() -> None:
    ends = {"u": ["a", "b"], "v": ["b", "c"]}
    single = pa.table({**ends, "w": pa.array([0.1, None], pa.float32())})
    assert read_edges(single, default_weight=0.1).weights.tolist() == [float(np.float32(0.1)), 0.1]
    assert read_edges(single, default_weight=0.5).weights.dtype == np.float32
    with pytest.raises(WeightError, match=r"beside floats is above 2\*\*53"):
        read_edges(pa.table({**ends, "w": [2**53 + 1, None]}), default_weight=0.5)


@pytest.mark.parametrize(
    ("default", "message"),
    [
        ("x", r"^the weight of the edge 'b' -> 'c' is 'x', not a finite number$"),
        (float("nan"), r"^the weight of the edge 'b' -> 'c' is nan, not a finite number$"),
        (float("inf"), r"the weight .* is inf$"),
    ],
)
def test_a_default_that_is_no_weight_is_refused(default: Any, message: str) -> None:
    with pytest.raises(WeightError, match=message):
        read_edges(arrow([("a", "b", 0.5), ("b", "c", None)]), default_weight=default)


def test_without_a_column_of_weights_all_have_the_default() -> None:
    frame = pd.DataFrame({"from": ["a", "b"], "to": ["b", "c"]})
    assert gd.total_influence(read_edges(frame, default_weight=0.5), "a", "c") == 0.25
    assert gd.total_influence(read_edges(frame, default_weight=Fraction(1, 3)), "a", "c") == Fraction(1, 9)


SHARED = [("a", "b", 3), ("a", "c", 1), ("b", "c", 1), ("b", "c", 1), ("c", "a", 1), ("c", "d", 2)]


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("kind", FRAMES)
@pytest.mark.parametrize("cycles", ["raise", "collapse", "solve"])
@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("preset", [gd.weights.even, gd.weights.unit, gd.weights.imports])
def test_a_preset_is_that_of_compile(name: str, kind: str, cycles: Any, exact: bool, preset: Any) -> None:
    frame = FRAMES[kind](arrow(SHARED))
    if preset is gd.weights.imports:
        named = arrow(SHARED).rename_columns(["source", "target", "statements"])
        frame = named if kind not in ("polars", "DuckDB") else FRAMES[kind](named)
    same = nx.MultiDiGraph()
    same.add_edges_from((*ends, {"statements": weight}) for *ends, weight in SHARED)
    with engine(name):
        graph = read_edges(frame, weight=preset, cycles=cycles, exact=exact)
        right = gd.compile(same, weight=preset, cycles=cycles, exact=exact)
        listed = [sorted(zip(each.edges(), map(repr, each.divisible.weights), strict=True)) for each in (graph, right)]
        assert listed[0] == listed[1]
        assert (graph.preset, graph.exact, graph.weight_meaning) == (right.preset, exact, preset.name)


def test_parts_of_parallel_rows_add() -> None:
    graph = read_edges(arrow(SHARED), weight=gd.weights.even, repeats="add", cycles="collapse")
    kept = read_edges(arrow(SHARED), weight=gd.weights.even, cycles="collapse")
    assert gd.total_influence(graph, "a", "d") == gd.total_influence(kept, "a", "d") == 1
    assert (graph.n_edges, graph.weight_meaning, graph.preset) == (5, "even, summed", None)


def test_what_rows_that_are_one_edge_share_out_by_is_not_known() -> None:
    frame = arrow(SHARED).rename_columns(["source", "target", "statements"])
    graph = read_edges(frame, weight=gd.weights.imports, repeats="add", cycles="collapse")
    with pytest.raises(UsageError, match=r"^the preset imports reads the edges' statements"):
        graph.with_preset(gd.weights.imports)


def test_the_imports_are_those_of_a_column() -> None:
    with pytest.raises(UsageError, match=r"has no column 'statements'; it has 'source', 'target', 'weight'$"):
        read_edges(arrow(ROWS), weight=gd.weights.imports)
    frame = arrow([("a", "b", 0)]).rename_columns(["source", "target", "statements"])
    with pytest.raises(WeightError, match=r"^the edge .* has 0 statements"):
        read_edges(frame, weight=gd.weights.imports)


def test_a_weight_is_a_column_or_a_preset() -> None:
    with pytest.raises(UsageError, match=r"^weight=7: the name of a column, or a preset of graphdiff.weights$"):
        read_edges(arrow(ROWS), weight=7)  # type: ignore[arg-type]


DAYS = [date(2024, 5, 1), date(2024, 5, 2), date(2024, 4, 30)]
TIMES = [datetime(2024, 5, 1, 12, 30), datetime(2024, 5, 2, 0, 0, 0, 5), datetime(1969, 12, 31, 23)]
ZONED = [moment.replace(tzinfo=UTC) for moment in TIMES]


@pytest.mark.parametrize("kind", ["pyarrow", "pyarrow, in chunks", "pandas", "polars", "polars, lazy", "DuckDB"])
@pytest.mark.parametrize("labels", [DAYS, TIMES, ZONED], ids=["days", "times", "times with a zone"])
def test_days_and_times_are_nodes(kind: str, labels: list[Any]) -> None:
    first, second, third = labels
    frame = FRAMES[kind](arrow([(first, second, 2), (second, third, 3), (first, third, 1)]))
    graph = read_edges(frame)
    assert gd.total_influence(graph, first, third) == 7
    assert dict(gd.forward(graph, first)) == {first: 1, second: 2, third: 7}
    assert {type(label) for label in graph.labels} == {type(first)}
    assert gd.strongest_paths(graph, first, third)[0].nodes == (first, second, third)


def test_days_of_pandas_are_found_by_its_own_moments() -> None:
    frame = pd.DataFrame({"from": pd.to_datetime(["2024-05-01"]), "to": pd.to_datetime(["2024-05-02"]), "w": [2]})
    assert gd.total_influence(read_edges(frame), pd.Timestamp("2024-05-01"), datetime(2024, 5, 2)) == 2


@pytest.mark.parametrize("kind", FRAMES)
def test_other_columns_stay_in_every_frame(kind: str) -> None:
    table = arrow(ROWS).append_column("kind", pa.array(["x", None, "y", "x"]))
    table = table.append_column("dev", pa.array([True, False, None, True])).append_column(
        "n", pa.array([1, 2, 3, None])
    )
    if kind == "pandas, objects":
        frame: Any = pd.DataFrame(table.to_pydict(), dtype=object)
    else:
        frame = FRAMES[kind](table)
    graph = read_edges(frame)
    names = ("source", "target", "weight", "kind", "dev", "n")
    rows = set(zip(*(table[name].to_pylist() for name in names), strict=True))
    kept = zip(*(graph.attributes[name] for name in names[3:]), strict=True)
    ends = [edge[:2] for edge in graph.edges()]
    assert {(*e, w, *v) for e, w, v in zip(ends, graph.weights.tolist(), kept, strict=True)} == rows


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"Is a directory$"):
        read_edges(tmp_path)


def test_numbers_of_which_none_is_known_to_be_the_weight_are_refused() -> None:
    frame = pd.DataFrame({"from": ["a", "b"], "to": ["b", "c"], "beta": [0.5, 0.2], "se": [0.1, 0.1]})
    with pytest.raises(
        gd.errors.WeightError, match=r'known to be their weight: beta, se; weight="beta" takes that number'
    ):
        gd.read_edges(frame)
    assert gd.total_influence(gd.read_edges(frame, weight="beta"), "a", "c") == pytest.approx(0.1)
    assert gd.total_influence(gd.read_edges(frame, weight=gd.weights.unit), "a", "c") == 1
    assert gd.read_edges(frame.drop(columns="beta")).n_edges == 2


def test_a_file_without_columns_is_refused(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(pytest.importorskip("pyarrow").table({}), tmp_path / "none.parquet")
    with pytest.raises(FormatError, match=r"none\.parquet has no columns$"):
        gd.read_edges(tmp_path / "none.parquet")
