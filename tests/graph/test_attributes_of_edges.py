"""What a table says of its edges beside the weight: kept in their order, found by name and saved; rows that repeat."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.errors import FormatError, UsageError, ValueOverflowError, WeightError
from graphdiff.graph.attributes import Column, column_of

pandas = pytest.importorskip("pandas")
pyarrow = pytest.importorskip("pyarrow")

ROWS = {
    "source": ["m", "x", "x", "x"],
    "target": ["y", "m", "y", "m"],
    "weight": [0.4, 0.5, 0.1, 0.25],
    "se": [0.2, 0.1, 0.3, 0.05],
    "lines": [3, 1, 2, 4],
    "kind": ["late", "first", None, "é"],
    "ok": [True, False, True, False],
}
FRAMES: dict[str, Callable[[Any], Any]] = {
    "pandas": lambda frame: frame,
    "pyarrow": pyarrow.Table.from_pandas,
    "polars": lambda frame: pytest.importorskip("polars").from_pandas(frame),
    "polars, lazy": lambda frame: pytest.importorskip("polars").from_pandas(frame).lazy(),
    "DuckDB": lambda frame: pytest.importorskip("duckdb").from_df(frame),
}
FILES: dict[str, Callable[[Any, Path], Any]] = {
    ".csv": lambda frame, path: frame.to_csv(path, index=False),
    ".csv.gz": lambda frame, path: frame.to_csv(path, index=False),
    ".parquet": lambda frame, path: frame.to_parquet(path),
    ".feather": lambda frame, path: frame.to_feather(path),
}


def _multigraph() -> nx.MultiDiGraph:
    graph = nx.MultiDiGraph()
    for tail, head, *values in zip(*ROWS.values(), strict=True):
        data = dict(zip(list(ROWS)[2:], values, strict=True))
        graph.add_edge(tail, head, **{name: value for name, value in data.items() if value is not None})
    return graph


def _said(graph: gd.CompiledGraph) -> dict[Any, dict[str, Any]]:
    return {
        edge: {name: column[place] for name, column in graph.attributes.items() if column[place] is not None}
        for place, edge in enumerate(graph.edges())
    }


def _same_as_networkx(graph: gd.CompiledGraph) -> None:
    wanted = {edge[:3]: {n: v for n, v in edge[3].items() if n != "weight"} for edge in _edges(_multigraph())}
    assert _said(graph) == wanted
    expected = gd.uncertainty(_multigraph(), "x", "y", sd="se").standard_error
    assert gd.uncertainty(graph, "x", "y", sd="se").standard_error == pytest.approx(expected, rel=1e-14)


def _edges(graph: nx.MultiDiGraph) -> list[Any]:
    return list(graph.edges(keys=True, data=True))


@pytest.mark.parametrize("kind", list(FRAMES))
def test_columns_of_a_frame_stay_with_their_edges(kind: str) -> None:
    _same_as_networkx(gd.read_edges(FRAMES[kind](pandas.DataFrame(ROWS))))


@pytest.mark.parametrize("suffix", list(FILES))
def test_columns_of_a_file_stay_with_their_edges(suffix: str, tmp_path: Path) -> None:
    FILES[suffix](pandas.DataFrame(ROWS), tmp_path / f"edges{suffix}")
    _same_as_networkx(gd.read_edges(tmp_path / f"edges{suffix}"))


@pytest.mark.parametrize("mmap", [True, False])
def test_they_are_saved_and_loaded_and_pickled(tmp_path: Path, mmap: bool) -> None:
    graph = gd.read_edges(pandas.DataFrame(ROWS))
    graph.save(tmp_path / "graph")
    _same_as_networkx(gd.CompiledGraph.load(tmp_path / "graph", mmap=mmap))
    _same_as_networkx(pickle.loads(pickle.dumps(graph)))


def test_results_that_are_graphs_have_them() -> None:
    graph = gd.read_edges(pandas.DataFrame(ROWS))
    noted, same = gd.annotate(graph, "x", "y"), gd.annotate(_multigraph(), "x", "y")
    assert {edge[:3]: edge[3] for edge in _edges(noted)} == {edge[:3]: edge[3] for edge in _edges(same)}
    pruned, same = gd.prune(graph, "x", "y", coverage=1), gd.prune(_multigraph(), "x", "y", coverage=1)
    assert {edge[:3]: edge[3] for edge in _edges(pruned)} == {edge[:3]: edge[3] for edge in _edges(same)}


def test_a_column_is_an_array() -> None:
    columns = gd.read_edges(pandas.DataFrame(ROWS | {"gap": [None, 1, 2, 3]})).attributes
    assert np.asarray(columns["se"]).dtype == np.float64
    assert np.asarray(columns["lines"]).dtype == np.int64
    assert sorted(np.asarray(columns["se"]).tolist()) == sorted(ROWS["se"])
    assert np.isnan(np.asarray(columns["gap"])).sum() == 1
    assert set(np.asarray(columns["kind"])) == {"late", "first", None, "é"}
    assert columns["kind"][1:3] == list(columns["kind"])[1:3]
    assert "text" in repr(columns["kind"])


def test_what_changes_later_changes_no_graph() -> None:
    deviations = np.array([0.1, 0.2])
    frame = pandas.DataFrame({"source": ["a", "b"], "target": ["b", "c"], "se": deviations}, copy=False)
    graph = gd.read_edges(frame)
    deviations[:] = 9
    frame.loc[0, "se"] = 7
    assert list(graph.attributes["se"]) == [0.1, 0.2]
    deviations = np.array([0.1, 0.2])
    graph = gd.CompiledGraph.from_arrays([0, 1], [1, 2], attributes={"se": deviations})
    deviations[:] = 9
    assert list(graph.attributes["se"]) == [0.1, 0.2]


def test_the_columns_that_stay_are_those_that_are_named(tmp_path: Path) -> None:
    frame = pandas.DataFrame(ROWS)
    assert list(gd.read_edges(frame, attributes=["se"]).attributes) == ["se"]
    assert not gd.read_edges(frame, attributes=[]).attributes
    frame.to_csv(tmp_path / "edges.csv", index=False)
    assert list(gd.read_edges(tmp_path / "edges.csv", attributes=["kind", "se"]).attributes) == ["kind", "se"]
    assert list(gd.read_edges(frame, weight="lines", attributes=["weight"]).attributes["weight"]) == [
        0.5,
        0.1,
        0.25,
        0.4,
    ]


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a column that is not there": ({"attributes": ["sd"]}, "the frame has no column 'sd'; it has 'source', 'target'"),
    "a text": ({"attributes": "se"}, 'attributes="se": a list is needed, also of one'),
    "an end": ({"attributes": ["source"]}, "'source' is an end or the weight"),
    "the weight": ({"attributes": ["weight"]}, "'weight' is an end or the weight"),
    "what repeats are": ({"repeats": "sum"}, "repeats=\"sum\": use 'keep' or 'add'"),
}


@pytest.mark.parametrize("what", list(WRONG))
def test_wrong_options_are_refused(what: str) -> None:
    options, message = WRONG[what]
    with pytest.raises(UsageError, match=message):
        gd.read_edges(pandas.DataFrame(ROWS), **options)


ODD = {
    "objects of several kinds": [1, "b", 2.5, None],
    "lists": [[1], [2], [], None],
    "ints beyond 64 bits": np.array([2**63, 1, 2, 3], dtype=np.uint64),
    "durations": pandas.to_timedelta([1, 2, 3, 4], unit="s"),
    "nothing at all": [None, None, None, None],
    "bytes": [b"a", b"b", b"c", b"d"],
}


@pytest.mark.parametrize("what", list(ODD))
def test_what_is_no_attribute_is_left_out_and_refused_where_it_is_asked_for(what: str) -> None:
    frame = pandas.DataFrame(ROWS | {"odd": ODD[what]})
    assert "odd" not in gd.read_edges(frame).attributes
    with pytest.raises(UsageError, match=r"the column 'odd' is .*, and attributes are numbers, yes and no, or text"):
        gd.read_edges(frame, attributes=["odd"])


def test_decimals_are_floats_and_dates_are_text() -> None:
    from decimal import Decimal

    table = pyarrow.table(
        {"u": ["a"], "v": ["b"], "se": [Decimal("0.25")], "when": pyarrow.array([0], pyarrow.date32()), "f": ["x"]}
    )
    table = table.append_column("coded", pyarrow.array(["k"]).dictionary_encode())
    columns = gd.read_edges(table).attributes
    assert {name: column[0] for name, column in columns.items()} == {
        "se": 0.25,
        "when": "1970-01-01",
        "f": "x",
        "coded": "k",
    }


def test_what_is_missing_is_said() -> None:
    graph = gd.read_edges(pandas.DataFrame(ROWS | {"se": [0.2, None, 0.3, 0.1]}))
    with pytest.raises(WeightError, match=r"sd of the edge 'x' -> 'm' .*is missing \(attribute 'se'\)"):
        gd.uncertainty(graph, "x", "y", sd="se")
    with pytest.raises(UsageError, match="sd=\"std\" is no attribute of this graph, whose edges have 'se'"):
        gd.uncertainty(graph, "x", "y", sd="std")
    with pytest.raises(UsageError, match="none were kept with this graph"):
        gd.uncertainty(gd.compile(_multigraph()), "x", "y", sd="se")
    with pytest.raises(WeightError, match="is 'first', not a finite real number"):
        gd.uncertainty(graph, "x", "y", sd="kind")


def test_bounds_are_columns_too() -> None:
    frame = pandas.DataFrame({"u": ["a", "b"], "v": ["b", "c"], "w": [2.0, 3.0], "lo": [1, 2], "hi": [3, 4]})
    found = gd.uncertainty(gd.read_edges(frame), "a", "c", low="lo", high="hi")
    assert (found.low, found.high) == pytest.approx((2.0, 12.0))


class TestArrays:
    def test_bring_attributes_of_any_kind(self) -> None:
        graph = gd.CompiledGraph.from_arrays(
            [1, 0],
            [2, 1],
            [2.0, 3.0],
            attributes={
                "se": np.array([0.5, 0.25], dtype=np.float32),
                "n": [7, None],
                "ok": [True, None],
                "t": ["a", "b"],
            },
        )
        assert _said(graph) == {(0, 1): {"se": 0.25, "t": "b"}, (1, 2): {"se": 0.5, "n": 7, "ok": True, "t": "a"}}

    @pytest.mark.parametrize(
        ("given_column", "message"),
        [
            ([1], "2 edges, but 1 values of the attribute 'x'"),
            (np.ones((2, 2)), "'x' has 2 dimensions"),
            ([1j, 2], "'x' is neither numbers up to 64 bits, nor yes and no, nor text"),
            (["a", 1], "'x' is neither numbers"),
            ([2**64, 1], "'x' is neither numbers"),
            ([[1], [2, 3]], "'x' is neither numbers"),
        ],
    )
    def test_bring_no_others(self, given_column: Any, message: str) -> None:
        with pytest.raises(UsageError, match=message):
            gd.CompiledGraph.from_arrays([0, 1], [1, 2], attributes={"x": given_column})

    def test_bring_names(self) -> None:
        with pytest.raises(UsageError, match="the name of an attribute is text, not 1"):
            gd.CompiledGraph.from_arrays([0], [1], attributes={1: [2]})


VALUES = st.one_of(
    st.lists(st.none() | st.floats(allow_nan=False), min_size=6, max_size=6),
    st.lists(st.none() | st.integers(-(2**63), 2**63 - 1), min_size=6, max_size=6),
    st.lists(st.none() | st.booleans(), min_size=6, max_size=6),
    st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"])), min_size=6, max_size=6),
)


@given(values=VALUES, order=st.permutations(range(6)), gone=st.lists(st.booleans(), min_size=6, max_size=6))
def test_a_column_is_its_values(values: list[Any], order: list[int], gone: list[bool]) -> None:
    column = column_of(values, "x")
    assert list(column) == values
    moved = column.at(np.array(order)).at(np.array([5, 0, 5]))
    assert list(moved) == [values[order[5]], values[order[0]], values[order[5]]]
    assert list(pickle.loads(pickle.dumps(moved))) == list(moved)
    left = column.at(np.array(order)).without(np.array(gone))
    wanted = [None if away else values[number] for number, away in zip(order, gone, strict=True)]
    assert list(left) == wanted
    kept = [value for value in np.asarray(left).tolist() if value is not None and value == value]
    assert kept == [value for value in wanted if value is not None]


@settings(max_examples=40)
@given(values=VALUES)
def test_a_saved_column_is_its_values(values: list[Any], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("saved") / "graph"
    graph = gd.CompiledGraph.from_arrays(
        [0, 0, 1, 1, 2, 2], [1, 2, 2, 3, 3, 3], attributes={"x": values, "0.values": values}
    )
    graph.save(path)
    for mmap in (True, False):
        found = gd.CompiledGraph.load(path, mmap=mmap)
        assert list(found.attributes["x"]) == list(found.attributes["0.values"]) == values
        assert found.edges() == graph.edges()


class TestRepeats:
    def test_are_kept(self) -> None:
        graph = gd.read_edges(pandas.DataFrame(ROWS))
        assert sorted(graph.edges()) == [("m", "y", 0), ("x", "m", 0), ("x", "m", 1), ("x", "y", 0)]
        assert gd.count_paths(graph, "x", "y") == 3

    def test_are_added(self) -> None:
        graph = gd.read_edges(pandas.DataFrame(ROWS), repeats="add")
        assert dict(zip(graph.edges(), graph.weights, strict=True)) == {
            ("m", "y"): 0.4,
            ("x", "m"): 0.75,
            ("x", "y"): 0.1,
        }
        assert gd.count_paths(graph, "x", "y") == 2
        assert _said(graph)["x", "m"] == {}
        assert _said(graph)["m", "y"] == {"se": 0.2, "lines": 3, "kind": "late", "ok": True}

    def test_without_weights_are_counted(self) -> None:
        frame = pandas.DataFrame({"u": ["a", "a", "b"], "v": ["b", "b", "c"]})
        graph = gd.read_edges(frame, repeats="add")
        assert gd.edge_contributions(graph, "a", "c") == {("a", "b"): 2, ("b", "c"): 2}
        assert graph.weight_meaning == "number of rows"

    def test_ints_do_not_wrap_and_exact_floats_are_exact(self) -> None:
        large = pandas.DataFrame({"u": [0, 0], "v": [1, 1], "w": [2**62, 2**62]})
        assert gd.total_influence(gd.read_edges(large, repeats="add"), 0, 1) == 2**63
        small = pandas.DataFrame({"u": [0, 0], "v": [1, 1], "w": [1.0, 2.0**-60]})
        assert gd.total_influence(gd.read_edges(small, repeats="add", exact=True), 0, 1) == 1 + Fraction(1, 2**60)

    def test_beyond_the_floats_are_refused(self) -> None:
        frame = pandas.DataFrame({"u": [0, 0], "v": [1, 1], "w": [1e308, 1e308]})
        with pytest.raises(ValueOverflowError, match="float"):
            gd.read_edges(frame, repeats="add")

    @given(
        rows=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(-4, 4)), min_size=1, max_size=20),
        scale=st.sampled_from([1, 0.25]),
    )
    def test_both_ways_give_the_same_totals(self, rows: list[tuple[int, int, int]], scale: float) -> None:
        rows = [(tail, 1 + max(tail, head), weight) for tail, head, weight in rows]
        columns = {name: [row[place] for row in rows] for place, name in enumerate(("u", "v"))}
        frame = pandas.DataFrame(columns | {"w": [row[2] * scale for row in rows]})
        kept, added = (gd.read_edges(frame, repeats=each) for each in ("keep", "add"))
        sums: dict[Any, float] = {}
        for tail, head, weight in rows:
            sums[tail, head] = sums.get((tail, head), 0) + weight * scale
        assert dict(zip(added.edges(), added.weights, strict=True)) == sums
        assert np.array_equal(np.asarray(gd.forward(kept, rows[0][0])), np.asarray(gd.forward(added, rows[0][0])))


DAMAGES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a text that is not there": lambda arrays: arrays["1.values"].__setitem__(0, 7),
    "a mask of more than yes and no": lambda arrays: arrays["0.absent"].__setitem__(0, 2),
    "a bool of more than yes and no": lambda arrays: arrays["2.values"].__setitem__(0, 2),
    "texts that overlap": lambda arrays: arrays["1.ends"].__setitem__(1, 99),
    "no UTF-8": lambda arrays: arrays["1.text"].__setitem__(0, 255),
}


@pytest.mark.parametrize("what", list(DAMAGES))
def test_damaged_attributes_are_refused(what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from graphdiff.graph import storage

    def damaged(name: str, arrays: dict[str, Any], settings: Any, *, overwrite: bool) -> None:
        arrays = {which: np.array(array) for which, array in arrays.items()}
        DAMAGES[what](arrays)
        write(name, arrays, settings, overwrite=overwrite)

    write = storage.write
    monkeypatch.setattr(storage, "write", damaged)
    columns = {"se": [0.1, 0.2], "kind": ["a", "b"], "ok": [True, False]}
    gd.CompiledGraph.from_arrays([0, 1], [1, 2], attributes=columns).save(tmp_path / "graph")
    with pytest.raises(FormatError, match=r"the attribute '.*' of its edges is not sound"):
        gd.CompiledGraph.load(tmp_path / "graph")


@pytest.mark.parametrize(
    "listed",
    [7, [["se"]], [["se", "colour"]], [["se", "number"], ["se", "number"]], [[1, "number"]], [["se", ["number"]]], []],
    ids=str,
)
def test_attributes_that_are_none_are_refused(listed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from graphdiff.graph import storage

    write = storage.write
    monkeypatch.setattr(
        storage, "write", lambda name, arrays, said, **kw: write(name, arrays, {**said, "attributes": listed}, **kw)
    )
    gd.CompiledGraph.from_arrays([0, 1], [1, 2], attributes={"se": [0.1, 0.2]}).save(tmp_path / "graph")
    with pytest.raises(FormatError, match=r"its settings are not those of a graph|it has not the arrays of a graph"):
        gd.CompiledGraph.load(tmp_path / "graph")


def test_a_file_without_attributes_is_what_it_was(tmp_path: Path) -> None:
    gd.CompiledGraph.from_arrays([0, 0, 1], [1, 1, 2]).save(tmp_path / "graph")
    data = (tmp_path / "graph").read_bytes()
    assert b"attributes" not in data
    assert b'"keys"' not in data


def test_other_processes_are_sent_no_columns() -> None:
    from graphdiff.jacobians.blocks import _nameless

    graph = gd.CompiledGraph.from_arrays([0, 1], [1, 2], attributes={"se": Column(np.array([0.1, 0.2]))})
    assert not _nameless(graph).attributes
