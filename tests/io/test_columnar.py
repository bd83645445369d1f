"""Tables of edges in Parquet and Arrow: the same graph as from CSV, and as one made with networkx, bit for bit."""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from conftest import Run

import graphdiff as gd
from graphdiff.errors import FormatError, GraphdiffError, GraphTypeError, MissingExtraError, UsageError, WeightError
from graphdiff.graph.views import saved_in
from graphdiff.io import columnar, edge_blocks, frames, source

pa = pytest.importorskip("pyarrow")
from pyarrow import feather, ipc, parquet  # noqa: E402

Columns = dict[str, list[Any]]

ENDS: Columns = {"source": ["a", "b"], "target": ["b", "c"]}


def stream(table: Any, file: Any) -> None:
    with ipc.new_stream(file, table.schema) as writer:
        writer.write_table(table)


WRITERS: dict[str, Any] = {
    "parquet": parquet.write_table,
    "parquet in groups": lambda table, file: parquet.write_table(table, file, row_group_size=2, compression="gzip"),
    "feather": feather.write_feather,
    "arrow stream": stream,
}


def written(columns: Columns | Any, way: str = "parquet") -> bytes:
    file = io.BytesIO()
    WRITERS[way](pa.table(columns), file)
    return file.getvalue()


def view(table: Columns | Any, way: str = "parquet", **options: Any) -> nx.DiGraph:
    return columnar.view_columnar(written(table, way), name="e.parquet", **options)


def in_csv(columns: Columns) -> bytes:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(columns)
    for row in zip(*columns.values(), strict=True):
        rows.writerow(["" if cell is None else repr(cell) if isinstance(cell, float) else cell for cell in row])
    return text.getvalue().encode()


def said(graph: nx.DiGraph) -> Any:
    """Return all that a graph says but what it was read from, in its order and with the types of its values."""
    rows = graph.edges(keys=True, data=True) if graph.is_multigraph() else graph.edges(data=True)
    edges = [(*row[:-1], [(name, type(value), repr(value)) for name, value in row[-1].items()]) for row in rows]
    about = {name: value for name, value in graph.graph.items() if name != "format"}
    return graph.is_multigraph(), list(graph), edges, about


def by_hand(columns: Columns) -> nx.DiGraph:
    """Return the graph of a table as one would make it with networkx."""
    rows = list(zip(columns["source"], columns["target"], columns.get("weight", columns["source"]), strict=True))
    graph: nx.DiGraph = nx.DiGraph() if "weight" in columns else nx.MultiDiGraph()
    for tail, head, weight in rows:
        graph.add_nodes_from([tail, head])
        if "weight" not in columns:
            graph.add_edge(tail, head)
        elif graph.has_edge(tail, head):
            graph.edges[tail, head]["weight"] += weight
        else:
            graph.add_edge(tail, head, weight=weight)
    return graph


def some_columns(number: int) -> Columns:
    """Return a random table of edges that lead forward, some of which repeat."""
    choose = random.Random(number)
    n_nodes, n_rows = choose.randrange(2, 9), choose.randrange(1, 40)
    names: list[Any] = choose.choice([[f"n{place}" for place in range(n_nodes)], list(range(5, 5 + n_nodes))])
    ends = [sorted(choose.sample(range(n_nodes), 2)) for _ in range(n_rows)]
    columns: Columns = {"source": [names[a] for a, _ in ends], "target": [names[b] for _, b in ends]}
    if choose.random() < 0.7:
        some = choose.choice([lambda: choose.randrange(-9, 9), lambda: choose.uniform(-2, 2)])
        columns["weight"] = [some() for _ in ends]
    if choose.random() < 0.5:
        columns["kind"] = [choose.choice(["x", "y", "z"]) for _ in ends]
    return columns


@pytest.mark.parametrize("way", WRITERS)
@pytest.mark.parametrize("first", range(0, 24, 8))
def test_tables_are_the_graph_of_networkx_and_of_csv(way: str, first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "BATCH", 3)
    monkeypatch.setattr(edge_blocks, "SLICE", 4)
    for number in range(first, first + 8):
        columns = some_columns(number)
        graph, made = view(columns, way), by_hand(columns)
        read = columnar.read_columnar(written(columns, way), name="e.parquet")
        assert saved_in(graph) is not None
        assert said(read) == said(graph)
        weight = "weight" if "weight" in columns else None
        compiled = [gd.compile(each, weight=weight) for each in (graph, made, read)]
        texts = columns | {end: list(map(str, columns[end])) for end in ("source", "target")}
        of_csv = edge_blocks.view_edge_list(in_csv(columns), name="e.parquet")
        assert said(of_csv) == said(view(texts, way))
        compiled.append(gd.compile(of_csv, weight=weight))
        assert len({tuple(map(str, each.labels)) for each in compiled}) == 1
        assert len({each.weights.tobytes() for each in compiled}) == 1
        assert len({each.heads.tobytes() + each.topology.ptr.tobytes() for each in compiled}) == 1
        ends = columns["source"][0], columns["target"][-1]
        totals = [gd.total_influence(each, *ends) for each in compiled[:3]]
        totals.append(gd.total_influence(compiled[3], *map(str, ends)))
        assert len({(type(total), repr(total)) for total in totals}) == 1


def test_many_rows_are_numbered_by_machine_code_as_few_are(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = [some_columns(number) for number in range(20)]
    expected = [said(view(each)) for each in columns]
    monkeypatch.setattr("graphdiff.io.table.MANY", 0)
    assert [said(view(each)) for each in columns] == expected


def test_columns_and_rows_are_chosen_as_in_csv() -> None:
    columns: Columns = {
        "lhs": ["y", "z", "y", "u"],
        "op": ["~", "~~", "~", "~"],
        "rhs": ["x", "x", "w", "y"],
        "est": [0.5, 3.0, 2.0, 1.0],
    }
    for options in (
        {"columns": "source=rhs,target=lhs,weight=est"},
        {"columns": "source=rhs,target=lhs,weight=est", "where": "op=~"},
        {"columns": "source=3,target=1", "where": ["op!=~", "est=3"]},
        {"columns": {"source": "rhs", "target": "lhs"}, "where": ["est=1", "est=2", "op=~"]},
    ):
        of_csv = edge_blocks.view_edge_list(in_csv(columns), name="e.parquet", **options)
        assert said(view(columns, **options)) == said(of_csv)


def test_cells_that_are_empty_and_weights_of_every_kind() -> None:
    ends: Columns = {"source": ["a", "b", "b"], "target": ["b", "c", "c"]}
    for weights in (
        pa.array([1, None, 2]),
        pa.array([True, False, True]),
        pa.array([0.5, 1.5, 2], pa.float32()),
        pa.array([1, 2, 3], pa.uint8()),
        pa.array([1, 2, 3]).cast(pa.decimal128(22, 2)),
        pa.array([None, None, None]),
    ):
        values = [None if cell is None else float(cell) for cell in weights.to_pylist()]
        made = by_hand(ends | {"weight": [1.0 if value is None else value for value in values]})
        graph = view(ends | {"weight": weights})
        there = {(u, v): w for u, v, w in graph.edges(data="weight")}
        if None not in values:
            assert there == {(u, v): w for u, v, w in made.edges(data="weight")}
        else:
            assert there["b", "c"] is None


def test_days_are_text_and_ends_of_a_dictionary_are_what_they_stand_for() -> None:
    days = pa.array([0, 1], pa.date32())
    assert list(view({"source": days[:1], "target": days[1:]})) == ["1970-01-01", "1970-01-02"]
    coded = {
        end: pa.array(names).dictionary_encode() for end, names in (("source", ["a", "b"]), ("target", ["b", "c"]))
    }
    assert list(view(coded, "feather").edges()) == [("a", "b"), ("b", "c")]


#: What is refused, and a part of what is said.
BAD: dict[str, tuple[Any, type[GraphdiffError], str]] = {
    "no ends": ({"one": ["a"], "two": ["b"]}, FormatError, r"they are 'one', 'two'; columns=\"source=one,target=two\""),
    "two pairs of ends": (
        {"from": ["a"], "to": ["b"], "src": ["a"], "dst": ["b"]},
        FormatError,
        r"more than one pair of ends: 'src', 'dst' and 'from', 'to'; columns=\"source=src,target=dst\"",
    ),
    "a source that is missing": (ENDS | {"source": ["a", None]}, FormatError, "row 2: the source is missing; leave"),
    "a target that is empty": (ENDS | {"target": ["b", ""]}, FormatError, "row 2: the target is empty"),
    "text and ints": (ENDS | {"target": [1, 2]}, UsageError, "one of its ends is large_string, the other int64; make"),
    "ends that are floats": (ENDS | {"source": [0.5, 1]}, UsageError, "'source' is double, and nodes are text, .*cast"),
    "weights in text": (ENDS | {"weight": ["1", "2"]}, WeightError, "'weight' is string, and weights are .*; cast it"),
    "a weight that is NaN": (ENDS | {"w": [1.0, float("nan")]}, WeightError, "row 2: the weight in 'w' is nan; leave"),
    "an infinite one": (ENDS | {"w": [float("inf"), 1.0]}, WeightError, "row 1: the weight in 'w' is inf; leave"),
    "ints beyond 64 bits": (ENDS | {"w": pa.array([1, 2**63], pa.uint64())}, WeightError, "'w' is uint64, .*; cast it"),
    "a sum beyond 64 bits": (
        {"source": ["a", "a"], "target": ["b", "b"], "w": [2**62, 2**62]},
        WeightError,
        "a sum of rows that repeat an edge is beyond 64 bits; make its weights floats",
    ),
    "undirected": (ENDS | {"Type": ["Directed", "Undirected"]}, GraphTypeError, "row 2: an edge of the type 'Undir"),
    "no rows": ({"u": pa.array([], pa.string()), "v": pa.array([], pa.string())}, FormatError, "no edge below"),
    "a path model": (
        {"lhs": ["y"], "op": ["~"], "rhs": ["x"], "est": [1.0]},
        FormatError,
        "a path model's parameters .*, of which 'op' says which are paths; graphdiff reads these from CSV; columns=",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
@pytest.mark.parametrize("way", WRITERS)
def test_what_is_refused_is_told_with_the_row_and_a_way_out(what: str, way: str) -> None:
    columns, error, message = BAD[what]
    with pytest.raises(error, match=f"^e.parquet.*{message}"):
        view(columns, way)


def test_conditions_that_leave_no_row_and_columns_that_are_not_there() -> None:
    with pytest.raises(FormatError, match=r"no row is left by where=\"kind=z\"; 'kind' has 'x', 'y'"):
        view(ENDS | {"kind": ["x", "y"]}, where="kind=z")
    with pytest.raises(UsageError, match="has no column 'kid'; did you mean 'kind'"):
        view(ENDS | {"kind": ["x", "y"]}, where="kid=z")
    with pytest.raises(UsageError, match="has no column 'est'; it has 'source', 'target'"):
        view(ENDS, columns="source=source,target=target,weight=est")


def test_damage_is_told(tmp_path: Path) -> None:
    for way in WRITERS:
        data = written(ENDS, way)
        for cut in (9, len(data) // 2, len(data) - 3):
            path = tmp_path / "cut.bin"
            path.write_bytes(data[:cut])
            with pytest.raises(FormatError, match=r"cut\.bin"):
                gd.read(path)


def test_without_pyarrow_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    data = written(ENDS)
    monkeypatch.setattr(frames, "pa", None)
    with pytest.raises(MissingExtraError, match="pyarrow: pip install narwhals pyarrow"):
        gd.read(io.BytesIO(data))


def test_the_command_line_reads_them_as_csv(run: Run, tmp_path: Path) -> None:
    columns = {"from": ["a", "a", "b", "a"], "to": ["b", "c", "c", "b"], "value": [0.5, 2.0, 3.0, 0.25]}
    for way, name in (("parquet", "e.parquet"), ("feather", "e.feather"), ("arrow stream", "e.arrows")):
        (tmp_path / name).write_bytes(written(columns, way))
    (tmp_path / "e.csv").write_bytes(in_csv(columns))
    for verb in (["why"], ["paths"], ["rank"], ["cut"], ["what-if", "--remove-edge", "a", "b"], ["table"]):
        ends = ["a", "c"] if verb[0] not in ("rank", "table") else ["-s", "a"] if verb[0] == "table" else ["a"]
        told = {}
        for name in ("e.csv", "e.parquet", "e.feather", "e.arrows"):
            done = run(verb[0], str(tmp_path / name), *ends, *verb[1:])
            assert done.status == 0, done.err
            told[name] = done.out.replace("edge list in Arrow columns", "CSV edge list").replace(name, "e.csv")
        assert len(set(told.values())) == 1
    bad = {"one": ["a", "b"], "two": ["b", "c"], "effect": [1.0, 2.0]}
    (tmp_path / "bad.parquet").write_bytes(written(bad))
    done = run("why", str(tmp_path / "bad.parquet"), "a", "c")
    assert (done.status, "--columns source=one,target=two says which" in done.err) == (65, True)
    done = run("why", str(tmp_path / "bad.parquet"), "a", "c", "--columns", "source=one,target=two,weight=effect")
    assert "Total influence of a on c along the arrows: 2." in done.out


def test_files_are_mapped_and_content_that_comes_otherwise_is_read(tmp_path: Path) -> None:
    path = tmp_path / "e.bin"
    path.write_bytes(written(ENDS))
    assert source.mapped(path, max_bytes=10) is None
    assert source.mapped(io.BytesIO(path.read_bytes()), max_bytes=None) is None
    assert said(gd.read(path)) == said(gd.read(io.BytesIO(path.read_bytes())))
    path.with_suffix(".csv").write_bytes(b"source,target\na,b\n")
    assert source.mapped(path.with_suffix(".csv"), max_bytes=None) is None
    with pytest.raises(gd.errors.LimitError, match="holds more than 10 bytes"):
        gd.read(path, max_bytes=10)


@pytest.mark.parametrize("number", range(10))
def test_labels_are_taken_in_any_order(number: int) -> None:
    choose = random.Random(number)
    names = ["", "a", "ß", "a longer name", *map(str, range(choose.randrange(40)))]
    order = np.array(choose.sample(range(len(names)), choose.randrange(1, len(names))))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("graphdiff.graph.labels.BLOCK", 3)
        taken = gd.graph.labels.Texts.of(names).at(order)
    assert list(taken) == [names[place] for place in order]
    assert names[order[0]] in taken
    assert "none" not in taken


@pytest.mark.parametrize("way", ["parquet", "parquet in groups", "arrow stream"])
@pytest.mark.parametrize(
    "names", [["source", "target", "x", "x"], ["q", "q", "q", "x"], ["source", "target", "target", "x"]]
)
def test_columns_of_one_name_are_refused_whatever_they_are(way: str, names: list[str]) -> None:
    """Found by fuzzing: a KeyError of pyarrow's came out where no end had the name."""
    table = pa.table([["a", "b"], ["b", "c"], [1, 2], [3, 4]], names=names)
    twice = next(name for name in names if names.count(name) > 1)
    with pytest.raises(UsageError, match=rf"^e\.parquet has {names.count(twice)} columns named '{twice}'; rename one$"):
        view(table, way)


@pytest.mark.parametrize("kind", ["parquet", "arrow"])
def test_a_table_without_columns_is_refused(kind: str, tmp_path: Path) -> None:
    """Found by fuzzing: an IndexError came out of a file with rows and no columns."""
    path = tmp_path / f"e.{kind}"
    rows = pa.table({"x": [1, 2]}).select([])
    parquet.write_table(rows, path) if kind == "parquet" else feather.write_feather(rows, path, compression=None)
    with pytest.raises(FormatError, match=rf"e\.{kind} has no columns$"):
        gd.read(path, format=kind)


def test_a_column_that_is_both_ends_by_its_name_and_by_its_number_is_refused() -> None:
    """Found by fuzzing: a KeyError of pyarrow's came out; from CSV each row was a loop."""
    table = pa.table({":": [1, 2], "1": [2, 3]})
    with pytest.raises(UsageError, match=r'^columns="source=1,target=2" says a column of e\.parquet twice$'):
        view(table, "parquet", columns="source=1,target=2")
