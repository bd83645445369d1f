"""Edges compiled on the disk beside the same edges compiled in memory, and beside what work that was killed leaves."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import textwrap
from collections import Counter, namedtuple
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv as arrow_csv
from pyarrow import feather, parquet

import graphdiff as gd
from graphdiff.engines import external, external_engine, external_inputs, external_names, peeling
from graphdiff.engines.external_inputs import EdgeFiles
from graphdiff.engines.unfinished import Unfinished
from graphdiff.errors import FormatError, InputError, LimitError, OutputError, UsageError, WeightError

#: Every way that work can take at another memory: what fits, how often edges are read, what is told apart by bits.
Way = namedtuple("Way", "block passes in_rows range_ a_value memory")
PLAIN = Way(external_engine.BLOCK, 50, 4, 2, 3 / 16, "4GB")
WAYS = (
    PLAIN,
    Way(7, 50, 10**9, 2, 3 / 16, "700MB"),
    Way(16, 1, 10**9, 1e-7, 3 / 16, "1GB"),
    Way(5, 2, 4, 1e-6, 10**12, "2GB"),
)


def go(monkeypatch: pytest.MonkeyPatch, way: Way) -> None:
    for module in (external, external_engine, external_names, peeling):
        monkeypatch.setattr(module, "BLOCK", way.block if module is not external_names else 8 * way.block)
    monkeypatch.setattr(peeling, "MOST_PASSES", way.passes)
    monkeypatch.setattr(peeling, "AN_EDGE_IN_ROWS", way.in_rows)
    monkeypatch.setattr(external, "A_RANGE", way.range_)
    monkeypatch.setattr(external_names, "A_VALUE", way.a_value)


def table_of(rows: list[tuple[Any, Any, float]], **types: Any) -> pa.Table:
    tails, heads, weights = zip(*rows, strict=True) if rows else ((), (), ())
    kind = types.get("nodes", pa.string() if rows and isinstance(tails[0], str) else pa.int64())
    return pa.table(
        {"source": pa.array(tails, kind), "target": pa.array(heads, kind), "weight": pa.array(weights, pa.float64())}
    )


def written_as(table: pa.Table, path: Path) -> Path:
    parquet.write_table(table, path)
    return path


def written(rows: list[tuple[Any, Any, float]], path: Path) -> Path:
    return written_as(table_of(rows), path)


def generated(seed: int, *, cyclic: bool) -> list[tuple[Any, Any, float]]:
    """Return edges with signs, some of them parallel, in any order; weights are small, so that walks converge."""
    chance = random.Random(seed)
    n = chance.randint(2, 14)
    names: list[Any] = list(range(-3, n - 3)) if seed % 3 else [chance.choice("aäz€") * k for k in range(1, n + 1)]
    chance.shuffle(names)
    rows = []
    for _ in range(chance.randint(1, 4 * n)):
        tail, head = sorted(chance.sample(range(n), 2))
        if cyclic and chance.random() < 0.2:
            tail, head = head, chance.choice([tail, head])
        rows.append((names[tail], names[head], chance.randint(-8, 8) / 64))
    rows += chance.choices(rows, k=3)
    chance.shuffle(rows)
    return rows


def brute(rows: list[tuple[Any, Any, float]], source: Any, target: Any) -> tuple[Fraction, int]:
    """Return the total and the number of paths by Bauer's formula, walked."""
    ahead: dict[Any, list[tuple[Any, Fraction]]] = {}
    for tail, head, weight in rows:
        ahead.setdefault(tail, []).append((head, Fraction(weight)))
    total, count, stack = Fraction(0), 0, [(source, Fraction(1))]
    while stack:
        node, product = stack.pop()
        if node == target:
            total, count = total + product, count + 1
        stack += [(head, product * weight) for head, weight in ahead.get(node, ())]
    return total, count


def test_graphs_are_the_same_by_every_way_and_as_in_memory(tmp_path: Path) -> None:
    check_generated(range(5), tmp_path)


@pytest.mark.slow
def test_200_graphs_are_the_same_by_every_way_and_as_in_memory(tmp_path: Path) -> None:
    check_generated(range(5, 205), tmp_path)


def check_generated(seeds: range, tmp_path: Path) -> None:
    for seed in seeds:
        cyclic = seed % 2 == 1
        rows = generated(seed, cyclic=cyclic)
        path, made = written(rows, tmp_path / "edges.parquet"), []
        for way in WAYS:
            with pytest.MonkeyPatch.context() as monkeypatch:
                go(monkeypatch, way)
                cycles = "solve" if cyclic else "raise"
                out = tmp_path / "out.gdiff"
                graph = gd.read_edges(path, out=out, memory=way.memory, overwrite=True, cycles=cycles)
            made.append(out.read_bytes())
        assert len(set(made)) == 1, seed
        assert sorted(os.listdir(tmp_path)) == ["edges.parquet", "out.gdiff"]
        check_as_in_memory(rows, graph, gd.read_edges(path, cycles=cycles), cyclic=cyclic)


def check_as_in_memory(rows: list[Any], graph: Any, memory: Any, *, cyclic: bool) -> None:
    got = zip(graph.edges(), graph.weights.tolist(), strict=True)
    assert Counter((*edge[:2], weight) for edge, weight in got) == Counter(rows)
    assert len(graph.topology.cyclic) == len(memory.topology.cyclic)
    nodes = sorted({end for row in rows for end in row[:2]}, key=str)
    for source, target in [(nodes[0], nodes[-1]), (nodes[-1], nodes[0]), (rows[0][0], rows[-1][1])]:
        ours, theirs = (gd.explain(each, source, target) for each in (graph, memory))
        bound = ours.certificate.error_bound + theirs.certificate.error_bound
        assert abs(ours.total - theirs.total) <= bound
        if not cyclic:
            total, count = brute(rows, source, target)
            assert abs(Fraction(ours.total) - total) <= Fraction(ours.certificate.error_bound)
            assert gd.count_paths(graph, source, target) == count == gd.count_paths(memory, source, target)


def test_nodes_stand_by_level_and_name_and_edges_by_tail_and_row(tmp_path: Path) -> None:
    rows = [("c", "d", 1.0), ("b", "d", 2.0), ("a", "c", 3.0), ("a", "d", 4.0), ("a", "c", 5.0), ("b", "c", 6.0)]
    graph = gd.read_edges(written(rows, tmp_path / "e.parquet"), out=tmp_path / "x.gdiff", memory="1GB")
    assert list(graph.labels) == ["a", "b", "c", "d"]
    assert graph.edges() == [("a", "c", 0), ("a", "d", 0), ("a", "c", 1), ("b", "d", 0), ("b", "c", 0), ("c", "d", 0)]
    assert graph.weights.tolist() == [3.0, 4.0, 5.0, 2.0, 6.0, 1.0]


def test_what_lies_before_on_between_and_behind_cycles_is_in_order(tmp_path: Path) -> None:
    ends = ["in", "a", "a", "b", "b", "a", "b", "m", "m", "x", "x", "y", "y", "x", "y", "out", "out", "end", "z", "in"]
    rows = [(ends[k], ends[k + 1], 0.25) for k in range(0, len(ends), 2)]
    graph = gd.read_edges(written(rows, tmp_path / "e.parquet"), out=tmp_path / "x.gdiff", memory="1GB", cycles="solve")
    assert list(graph.labels) == ["z", "in", "a", "b", "m", "x", "y", "out", "end"]
    assert graph.topology.cyclic.tolist() == [[2, 4], [5, 7]]


@pytest.mark.parametrize("spread", [1, 7, 61, 10**12])
def test_ints_far_apart_are_told_apart(spread: int, tmp_path: Path) -> None:
    ends = np.sort(np.random.default_rng(spread).integers(0, 800, (500, 2)), axis=1) * spread - 10**15
    ends = ends[ends[:, 0] < ends[:, 1]]
    parquet.write_table(pa.table({"source": ends[:, 0], "target": ends[:, 1]}), tmp_path / "e.parquet")
    graph = gd.read_edges(tmp_path / "e.parquet", out=tmp_path / "x.gdiff", memory="1GB")
    assert Counter(edge[:2] for edge in graph.edges()) == Counter(map(tuple, ends.tolist()))
    assert sorted(graph.labels) == list(graph.topology.names) == np.unique(ends).tolist()


@pytest.mark.parametrize("kind", ["csv", "gz", "semicolons", "arrow", "stream", "pattern", "list"])
def test_other_files_give_the_same_bytes(kind: str, tmp_path: Path) -> None:
    rows = generated(3, cyclic=False)
    rows = [(f"n,{a}", f"n,{b}", w) for a, b, w in rows]
    table, out = table_of(rows), tmp_path / "out.gdiff"
    gd.read_edges(written(rows, tmp_path / "e.parquet"), out=out, memory="1GB")
    given: Any = tmp_path / "given"
    if kind in ("csv", "semicolons"):
        arrow_csv.write_csv(table, given, arrow_csv.WriteOptions(delimiter=";" if kind == "semicolons" else ","))
    elif kind == "gz":
        given = tmp_path / "given.csv.gz"
        with pa.output_stream(given) as file:
            arrow_csv.write_csv(table, file)
    elif kind == "arrow":
        feather.write_feather(table, given, chunksize=3)
    elif kind == "stream":
        with pa.ipc.new_stream(given, table.schema) as stream:
            stream.write_table(table)
    else:
        for number, start in enumerate(range(0, len(rows), 5)):
            parquet.write_table(table.slice(start, 5), tmp_path / f"part{number:02}.parquet")
        given = str(tmp_path / "part*.parquet")
        given = sorted(tmp_path.glob("part*")) if kind == "list" else given
    other = tmp_path / "other.gdiff"
    gd.read_edges(given, out=other, memory="1GB")
    assert other.read_bytes() == out.read_bytes()


@pytest.mark.parametrize(
    ("weights", "options", "expected"),
    [
        (pa.array([1, 2, 3], pa.int32()), {}, np.array([1, 2, 3])),
        (pa.array([0.5, 1.5, 2.5], pa.float32()), {}, np.array([0.5, 1.5, 2.5], dtype=np.float32)),
        (pa.array([True, False, True]), {}, np.array([1, 0, 1])),
        (pa.array([1, None, 3]), {"default_weight": 7}, np.array([1, 7, 3])),
        (pa.array([1, None, 3]), {"default_weight": np.int64(7)}, np.array([1, 7, 3])),
        (pa.array([1, None, 3]), {"default_weight": -(2**63)}, np.array([1, -(2**63), 3])),
        (pa.array([1.5, None, 3]), {"default_weight": 2**53}, np.array([1.5, 2.0**53, 3])),
        (pa.array([1, None, 3], pa.float32()), {"default_weight": 1e300}, np.array([1, 1e300, 3])),
        (pa.array([1, None, 3]), {"default_weight": 0.5}, np.array([1, 0.5, 3])),
        (pa.array([1, 2, 3]), {"weight": gd.weights.unit}, np.array([1, 1, 1])),
        (pa.array(["x", "y", "z"]), {}, np.array([1, 1, 1])),
    ],
)
def test_weights_have_the_kind_that_they_have_in_memory(
    weights: pa.Array, options: dict[str, Any], expected: Any, tmp_path: Path
) -> None:
    name = "kind" if weights.type == pa.string() else "weight"
    parquet.write_table(pa.table({"source": [5, 6, 7], "target": [6, 7, 8], name: weights}), tmp_path / "e.parquet")
    graph = gd.read_edges(tmp_path / "e.parquet", out=tmp_path / "x.gdiff", memory="1GB", **options)
    memory = gd.read_edges(tmp_path / "e.parquet", **options)
    assert graph.weights.tolist() == expected.tolist()
    assert graph.weights.dtype == expected.dtype == memory.weights.dtype
    assert (graph.weight_meaning, graph.preset) == (memory.weight_meaning, memory.preset)


def test_a_chain_whose_rows_stand_from_its_end_and_one_component(tmp_path: Path) -> None:
    check_chain_and_component(20_000, 10_000, tmp_path)


@pytest.mark.slow
def test_a_chain_of_ten_million_and_one_component_of_a_million(tmp_path: Path) -> None:
    check_chain_and_component(10**7, 10**6, tmp_path)


def check_chain_and_component(n_chain: int, n_component: int, tmp_path: Path) -> None:
    tails = np.arange(n_chain)[::-1]
    parquet.write_table(
        pa.table({"source": tails, "target": tails + 1, "weight": np.ones(n_chain)}), tmp_path / "c.parquet"
    )
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(peeling, "AN_EDGE_IN_ROWS", 10**9)  # no passes are spared
        graph = gd.read_edges(tmp_path / "c.parquet", out=tmp_path / "c.gdiff", memory="1GB")
    assert (graph.topology.ids == np.arange(n_chain + 1)).all()
    assert gd.total_influence(graph, 0, n_chain) == 1.0
    tails = np.arange(n_component)
    heads = (tails + 1) % n_component
    parquet.write_table(
        pa.table({"source": tails, "target": heads, "weight": np.ones(n_component)}), tmp_path / "r.parquet"
    )
    ring = gd.read_edges(tmp_path / "r.parquet", out=tmp_path / "r.gdiff", memory="1GB", cycles="collapse")
    assert ring.topology.cyclic.tolist() == [[0, n_component]]


# -- what is refused


def refused(table: pa.Table, tmp_path: Path, **options: Any) -> Any:
    path = tmp_path / "e.parquet"
    parquet.write_table(table, path)
    return lambda: gd.read_edges(path, out=tmp_path / "x.gdiff", **{"memory": "1GB", **options})


ROWS = {"source": ["a", "b"], "target": ["b", "c"]}


@pytest.mark.parametrize(
    ("columns", "options", "error", "match"),
    [
        ({}, {"source": "from", "target": "target"}, UsageError, "has no column 'from'"),
        ({"target": ["b", None]}, {}, FormatError, r"e.parquet, row 2: the target is missing; leave such rows out"),
        ({"weight": [1.0, None]}, {}, WeightError, r"row 2: the weight in 'weight' is missing; .*default_weight=1"),
        ({"weight": [float("nan"), 1.0]}, {}, WeightError, r"row 1: the weight in 'weight' is nan; leave"),
        ({"weight": [1.0, float("-inf")]}, {}, WeightError, r"row 2: the weight in 'weight' is -inf"),
        ({"weight": ["x", "y"]}, {"weight": "weight"}, WeightError, r"column 'weight' is string, .*; cast it"),
        ({"amount": [1.0, 2.0]}, {}, WeightError, r"none is known to be their weight: amount; weight=\"amount\" takes"),
        ({"target": [1, 2]}, {}, UsageError, r"one of its ends is text, the other ints; make both the same"),
        ({"source": [0.5, 1], "target": [1.0, 2]}, {}, UsageError, r"'source' is double, and nodes .* text or ints"),
        ({}, {"repeats": "add"}, UsageError, r"out= keeps every row as an edge: leave repeats=\"add\" out"),
        ({}, {"exact": True}, UsageError, r"out= has no fractions: compile what is read of it with exact=True"),
        ({}, {"attributes": ["x"]}, UsageError, r"keeps the ends and one weight: leave attributes= out"),
        ({}, {"weight": gd.weights.even}, UsageError, r"on disk weights are a column: even is made in memory"),
        ({}, {"memory": "much"}, UsageError, r'memory="much" is no size'),
        ({}, {"memory": "100MB"}, LimitError, r"memory=100_000_000 is too little: Python, DuckDB and one block"),
        ({}, {"cycles": "ignore"}, UsageError, r'cycles="ignore": use one of'),
        ({}, {"weight": "source"}, UsageError, r"the column 'source' is two of source=, target=, weight="),
        ({"weight": [1, None]}, {"default_weight": 2**63}, WeightError, r"=9_2.* is beyond the ints of 64 bits"),
        ({}, {"default_weight": -(2**63) - 1}, WeightError, r"=-9_2.* is beyond the ints of 64 bits"),
        ({"weight": [1.5, None]}, {"default_weight": 2**53 + 1}, WeightError, r"=9_0.* beside floats is above 2\*\*53"),
        ({"weight": [1.5, None]}, {"default_weight": 10**400}, WeightError, r"beside floats is above 2\*\*53"),
        ({"weight": pa.array([1, 2**64 - 1], pa.uint64())}, {}, WeightError, r"is 1844.*, which is beyond the ints of"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_is_left(
    columns: dict[str, Any], options: dict[str, Any], error: type[Exception], match: str, tmp_path: Path
) -> None:
    with pytest.raises(error, match=match):
        refused(pa.table({**ROWS, **columns}), tmp_path, **options)()
    assert os.listdir(tmp_path) == ["e.parquet"]


@pytest.mark.parametrize(
    ("text", "match"),
    [
        (
            "source,target,weight\na,b,1\nb,c,one\n",
            r"e.csv, row 2: the weight in 'weight' is 'one', which is no number",
        ),
        ("source,target,weight\na,b,0.5\nb,c,9007199254740993\n", r"row 2: .* is 9007199254740993, which no float is"),
        ("source,target,weight\na,b,1_0\n", r"row 1: the weight in 'weight' is '1_0', which is no number"),
        ("source,target,weight\na,b,\u0661\n", r"row 1: the weight in 'weight' is '\u0661', which is no number"),
        ("source,target,weight\na,b,nan\n", r"row 1: the weight in 'weight' is nan; leave such rows out"),
    ],
)
def test_weights_of_csv_that_are_none(text: str, match: str, tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text(text)
    with pytest.raises(WeightError, match=match):
        gd.read_edges(tmp_path / "e.csv", out=tmp_path / "x.gdiff", memory="1GB")


def test_columns_may_have_any_names_and_there_may_be_no_row(tmp_path: Path) -> None:
    path = tmp_path / "e.parquet"
    parquet.write_table(pa.table({"t": ["a", "a"], "s": ["b", "c"], "row": [1.0, 2.0], "w": [3.0, 4.0]}), path)
    graph = gd.read_edges(path, source="t", target="s", weight="row", out=tmp_path / "x.gdiff", memory="1GB")
    assert (graph.edges(), graph.weights.tolist()) == ([("a", "b"), ("a", "c")], [1.0, 2.0])
    for kind in (pa.string(), pa.int64()):
        graph = gd.read_edges(
            written_as(table_of([], nodes=kind), path), out=tmp_path / "x.gdiff", memory="1GB", overwrite=True
        )
        assert (graph.n_nodes, graph.n_edges, graph.weights.dtype) == (0, 0, np.float64)


def test_ints_of_csv_stay_ints(tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text('source,target,weight\n1,"b ""x""",9223372036854775807\n"b ""x""",c,-2\n')
    graph = gd.read_edges(tmp_path / "e.csv", out=tmp_path / "x.gdiff", memory="1GB")
    assert graph.weights.tolist() == [2**63 - 1, -2]
    assert list(graph.labels) == ["1", 'b "x"', "c"]


def test_files_that_are_not_there_or_of_two_kinds(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\*: there is no such file"):
        gd.read_edges(str(tmp_path / "none*"), out=tmp_path / "x.gdiff")
    written(generated(1, cyclic=False), tmp_path / "e.parquet")
    (tmp_path / "e.csv").write_text("source,target\na,b\n")
    with pytest.raises(UsageError, match=r"e.parquet is parquet, and .*e.csv csv; give files of one kind"):
        gd.read_edges(str(tmp_path / "e.*"), out=tmp_path / "x.gdiff")
    with pytest.raises(UsageError, match="is given twice"):
        gd.read_edges([tmp_path / "e.csv", tmp_path / "e.csv"], out=tmp_path / "x.gdiff")
    with pytest.raises(UsageError, match=r"memory= is of out=: give both"):
        gd.read_edges(tmp_path / "e.csv", memory="1GB")


def test_what_does_not_fit_is_refused_with_its_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written([("a", "b", 1.0), ("b", "a", 1.0)], tmp_path / "e.parquet")
    out = tmp_path / "x.gdiff"
    with monkeypatch.context() as patch:
        patch.setattr(peeling, "A_NODE_OF_THE_REST", 10**9)
        with pytest.raises(
            LimitError, match=r"2 nodes and 2 edges lie on cycles or between them.*some 2,000 MB beside 4"
        ):
            gd.read_edges(path, out=out, memory="1GB")
    with monkeypatch.context() as patch:
        patch.setattr(external, "A_NODE", 10**9)
        with pytest.raises(
            LimitError,
            match=r"2 nodes take 1,000,000,000 bytes each in memory.* memory=1_000_000_000; memory=\"2630MB\" has room",
        ):
            gd.read_edges(path, out=out, memory="1GB")
    shutil.rmtree(f"{out}.unfinished")
    with monkeypatch.context() as patch:
        patch.setattr(external, "A_NODE_ON_DISK", 10**15)
        with pytest.raises(
            OutputError,
            match=r"edges: 2, nodes: 2, up to .* TB in .*unfinished while they are sorted, and .* [MGT]B are",
        ):
            gd.read_edges(path, out=out, memory="1GB")
    gd.read_edges(path, out=out, memory="1GB")  # which goes on from there
    with pytest.raises(OutputError, match=r"x.gdiff exists; overwrite=True replaces it"):
        gd.read_edges(path, out=out, memory="1GB")


# -- work that is interrupted


class Interrupted(BaseException):
    """What no handler expects."""


def test_work_goes_on_where_it_was_interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_interrupted(tmp_path, monkeypatch, every=5)


@pytest.mark.slow
def test_work_goes_on_wherever_it_was_interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_interrupted(tmp_path, monkeypatch, every=1)


def check_interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, every: int) -> None:
    rows = generated(5, cyclic=True)
    path, out = written(rows, tmp_path / "e.parquet"), tmp_path / "x.gdiff"
    gd.read_edges(path, out=out, memory="1GB")
    expected = out.read_bytes()
    out.unlink()
    calls: list[str] = []
    watch(monkeypatch, calls, stop_at=None)
    gd.read_edges(path, out=out, memory="1GB")
    n_calls = len(calls)
    assert n_calls > 15
    for stop_at in range(1, n_calls + 1, every):
        out.unlink(missing_ok=True)
        with monkeypatch.context() as patch:
            watch(patch, [], stop_at=stop_at)
            with pytest.raises(Interrupted):
                gd.read_edges(path, out=out, memory="1GB")
        again: list[str] = []
        with monkeypatch.context() as patch:
            watch(patch, again, stop_at=None)
            gd.read_edges(path, out=out, memory="1GB")
        assert out.read_bytes() == expected
        assert len(again) <= n_calls
        assert sorted(os.listdir(tmp_path)) == ["e.parquet", "x.gdiff"]


def watch(monkeypatch: pytest.MonkeyPatch, calls: list[str], stop_at: int | None) -> None:
    """Note what is written, and interrupt at one of these moments."""

    def noted(owner: Any, name: str) -> None:
        before = getattr(owner, name)

        def call(*arguments: Any, **options: Any) -> Any:
            calls.append(name)
            if len(calls) == stop_at:
                raise Interrupted
            return before(*arguments, **options)

        monkeypatch.setattr(owner, name, call)

    for owner, name in ((Unfinished, "writing"), (Unfinished, "finish"), (Unfinished, "remove"), (os, "replace")):
        noted(owner, name)


def test_other_rows_are_begun_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, out = written([("a", "b", 1.0)], tmp_path / "e.parquet"), tmp_path / "x.gdiff"
    with monkeypatch.context() as patch:
        patch.setattr(external, "_saved", lambda *arguments: (_ for _ in ()).throw(Interrupted))
        with pytest.raises(Interrupted):
            gd.read_edges(path, out=out, memory="1GB")
    written([("a", "c", 3.0), ("a", "b", 2.0)], path)
    assert gd.read_edges(path, out=out, memory="1GB").edges() == [("a", "c"), ("a", "b")]


def stopped(path: Path, out: Path, stage: str = "in order") -> Path:
    """Interrupt the work before a stage, and return its folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(external, f"_{stage.replace(' ', '_')}", lambda *_: (_ for _ in ()).throw(Interrupted))
        with pytest.raises(Interrupted):
            gd.read_edges(path, out=out, memory="1GB")
    return Path(f"{out}.unfinished")


@pytest.mark.parametrize("stage", ["in order", "in rows", "saved"])
def test_no_stage_that_has_ended_is_done_again(stage: str, tmp_path: Path) -> None:
    path, out = written(generated(5, cyclic=True), tmp_path / "e.parquet"), tmp_path / "x.gdiff"
    gd.read_edges(path, out=out, memory="1GB")
    expected = out.read_bytes()
    out.unlink()
    # Within the stage, once it has begun to write: what it writes anew, or removes, is no damage.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Unfinished, "finish", lambda self, name, **found: ended(self, name, found, stage))
        with pytest.raises(Interrupted):
            gd.read_edges(path, out=out, memory="1GB")
    stages = ["looked at", "named", "numbered", "in order", "in rows", "saved"]
    with pytest.MonkeyPatch.context() as patch:
        for done in stages[: stages.index(stage)]:
            patch.setattr(external, f"_{done.replace(' ', '_')}", lambda *_: pytest.fail("done again"))
        gd.read_edges(path, out=out, memory="1GB")
    assert out.read_bytes() == expected


FINISH = Unfinished.finish


def ended(work: Unfinished, name: str, found: dict[str, Any], stage: str) -> None:
    if name == stage:
        raise Interrupted
    FINISH(work, name, **found)


@pytest.mark.parametrize("name", ["batches_of", "_placed"])
def test_ctrl_c_within_what_the_engine_reads_is_ctrl_c(name: str, tmp_path: Path) -> None:
    path, out = written(generated(5, cyclic=True), tmp_path / "e.parquet"), tmp_path / "x.gdiff"
    module = external_inputs if name == "batches_of" else external
    before = getattr(module, name)

    def interrupted(*arguments: Any) -> Iterator[Any]:
        yield next(before(*arguments))
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, name, interrupted)
        with pytest.raises(KeyboardInterrupt):
            gd.read_edges(path, out=out, memory="1GB")
    assert not out.exists()
    assert gd.read_edges(path, out=out, memory="1GB").n_edges


@contextmanager
def interrupted_behind(*_: Any) -> Iterator[None]:
    """Interrupt once all is made, and before it takes its place."""
    yield
    raise Interrupted


def lost(file: Path) -> None:
    file.unlink()


def cut(file: Path) -> None:
    with open(file, "r+b") as opened:
        opened.truncate(file.stat().st_size // 2)


@pytest.mark.parametrize("text", [True, False], ids=["text", "ints"])
@pytest.mark.parametrize("damage", [lost, cut])
@pytest.mark.parametrize("stage", ["in order", "in rows", "saved"])
def test_what_is_gone_or_cut_of_what_is_done_is_made_anew(stage: str, damage: Any, text: bool, tmp_path: Path) -> None:
    rows = [
        (str(tail) if text else tail, str(head) if text else head, w) for tail, head, w in generated(5, cyclic=True)
    ]
    path, out = written(rows, tmp_path / "e.parquet"), tmp_path / "x.gdiff"
    gd.read_edges(path, out=out, memory="1GB")
    expected = out.read_bytes()
    out.unlink()
    folder = stopped(path, out, stage)
    names = sorted(file.name for file in folder.glob("*.array") if file.stat().st_size > 1)
    assert len(names) >= 3
    for name in names:
        damage(folder / name)
        gd.read_edges(path, out=out, memory="1GB")
        assert out.read_bytes() == expected
        out.unlink()
        assert stopped(path, out, stage) == folder


def test_what_somebody_wrote_into_is_no_graph_and_leaves_none(tmp_path: Path) -> None:
    path, out = written([("a", "b", 1.0), ("b", "c", 2.0)], tmp_path / "e.parquet"), tmp_path / "x.gdiff"
    folder = stopped(path, out, "saved")
    heads = folder / "rows.heads.array"
    heads.write_bytes(bytes(heads.stat().st_size))
    with pytest.raises(
        OutputError, match=r"x.gdiff.unfinished was damaged while it lay there, and is removed: ask again"
    ):
        gd.read_edges(path, out=out, memory="1GB")
    assert os.listdir(tmp_path) == ["e.parquet"]
    assert gd.total_influence(gd.read_edges(path, out=out, memory="1GB"), "a", "c") == 2


def test_a_saved_file_that_was_removed_is_saved_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, out = written([("a", "b", 1.0), ("b", "c", 2.0)], tmp_path / "e.parquet"), tmp_path / "x.gdiff"
    with monkeypatch.context() as patch:
        patch.setattr(external, "_unchanged", interrupted_behind)
        with pytest.raises(Interrupted):
            gd.read_edges(path, out=out, memory="1GB")
    (tmp_path / "x.gdiff.unfinished" / "whole").unlink()
    assert gd.total_influence(gd.read_edges(path, out=out, memory="1GB"), "a", "c") == 2


@pytest.mark.parametrize("name", ["notes.txt", "lock.txt", "whole.gdiff"])
def test_a_folder_with_a_file_of_somebody_is_left_alone(name: str, tmp_path: Path) -> None:
    path, out = written([("a", "b", 1.0)], tmp_path / "e.parquet"), tmp_path / "x.gdiff"
    folder = tmp_path / "x.gdiff.unfinished"
    folder.mkdir()
    for each in ("lock", name):
        (folder / each).write_text("mine")
    with pytest.raises(OutputError, match="is none that work left: move it away"):
        gd.read_edges(path, out=out, memory="1GB")
    assert sorted(os.listdir(folder)) == sorted(["lock", name])


def test_it_is_said_what_is_kept_and_what_goes_on(tmp_path: Path) -> None:
    path, out = written([("a", "b", 1.0)], tmp_path / "e.parquet"), tmp_path / "x.gdiff"
    edges = EdgeFiles((str(path),), "parquet", "source", "target", "weight")
    said: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(external, "_in_rows", lambda *_: (_ for _ in ()).throw(Interrupted))
        with pytest.raises(Interrupted):
            external.compile_on_disk(edges, str(out), memory=10**9, say=said.append)
    folder = f"{out}.unfinished"
    assert said[-1] == f"what is done is kept in {folder}: asking the same again goes on with it"
    assert len(said) == 2
    said.clear()
    external.compile_on_disk(edges, str(out), memory=10**9, say=said.append)
    assert said[0] == f"going on with what is done in {folder}"
    assert gd.total_influence(gd.CompiledGraph.load(out), "a", "b") == 1


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
@pytest.mark.parametrize("step", range(3))
def test_a_file_that_goes_away_or_changes_is_told_as_that(suffix: str, step: int, tmp_path: Path) -> None:
    path, out = tmp_path / f"e{suffix}", tmp_path / "x.gdiff"
    table = table_of([(node, node + 1, 1.0) for node in range(50)])
    write = parquet.write_table if suffix == ".parquet" else arrow_csv.write_csv
    for change, match in ((lost, "No such file or directory"), (cut, "changed while it was read: ask again once")):
        write(table, path)
        calls: list[int] = []

        def changed(done: int, whole: int | None, calls: list[int] = calls, change: Any = change) -> None:
            if len(calls) == step:
                change(path)
            calls.append(done)

        with pytest.raises(InputError, match=match):
            gd.read_edges(path, out=out, memory="1GB", progress=changed)
        assert not out.exists()


@pytest.mark.parametrize(
    ("out", "error", "match"),
    [
        ("", OutputError, "^'' is no name of a file"),
        ("x\0", OutputError, r"^'x\\x00' is no name of a file"),
        (b"x.gdiff", UsageError, "^out= takes the path of a file, not bytes"),
        (3, UsageError, "^out= takes the path of a file, not int"),
        (["x"], UsageError, "^out= takes the path of a file, not list"),
        ("nowhere/x.gdiff", OutputError, "nowhere/x.gdiff: No such file or directory"),
    ],
)
def test_what_is_no_name_of_a_file_is_told(
    out: Any, error: Any, match: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    written([("a", "b", 1.0)], tmp_path / "e.parquet")
    with pytest.raises(error, match=match):
        gd.read_edges("e.parquet", out=out, memory="1GB", overwrite=True)
    assert os.listdir(tmp_path) == ["e.parquet"]


@pytest.mark.parametrize("nodes", ["text", "far apart", "near"])
def test_what_is_said_of_the_disk_is_enough_and_no_multiple(nodes: str, tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    ends = random.integers(0, 20_000, (2, 300_000)) * (10**12 if nodes == "far apart" else 1)
    columns = [pa.array([f"node-{end}" for end in some]) if nodes == "text" else some for some in ends.tolist()]
    path, said, held = tmp_path / "e.parquet", [""], [0]
    parquet.write_table(pa.table({"source": columns[0], "target": columns[1], "weight": random.random(300_000)}), path)
    edges = EdgeFiles((str(path),), "parquet", "source", "target", "weight")

    def watched(done: int, whole: int | None) -> None:
        folder = Path(f"{tmp_path}/x.gdiff.unfinished")
        held.append(sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(external, "size_text", lambda size: said.append(size) or str(size))
        external.compile_on_disk(
            edges, str(tmp_path / "x.gdiff"), memory=700_000_000, cycles="collapse", progress=watched
        )
    needed = int(said[1])
    assert max(held) <= needed <= 4 * max(held)


def test_two_at_once_are_refused(tmp_path: Path) -> None:
    path, out = written([("a", "b", 1.0)], tmp_path / "e.parquet"), tmp_path / "x.gdiff"
    with Unfinished(str(out), {}), pytest.raises(OutputError, match=r"another process makes .*x.gdiff just now"):
        gd.read_edges(path, out=out, memory="1GB")


@pytest.mark.parametrize("stage", ["numbered", pytest.param("in rows", marks=pytest.mark.slow)])
def test_a_killed_process_leaves_what_the_next_one_goes_on_with(stage: str, tmp_path: Path) -> None:
    path, out = written(generated(7, cyclic=False), tmp_path / "e.parquet"), tmp_path / "x.gdiff"
    gd.read_edges(path, out=out, memory="1GB")
    expected = out.read_bytes()
    out.unlink()
    script = f"""
        import os, signal
        import graphdiff as gd
        from graphdiff.engines.unfinished import Unfinished
        finish = Unfinished.finish
        def killed(self, stage, **found):
            if stage == {stage!r}:
                os.kill(os.getpid(), signal.SIGKILL)
            finish(self, stage, **found)
        Unfinished.finish = killed
        gd.read_edges({str(path)!r}, out={str(out)!r}, memory="1GB")
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], cwd=Path(gd.__file__).parent.parent, check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert not out.exists()
    gd.read_edges(path, out=out, memory="1GB")
    assert out.read_bytes() == expected
    assert sorted(os.listdir(tmp_path)) == ["e.parquet", "x.gdiff"]


def test_a_name_that_begins_as_a_comment_does_is_a_name(tmp_path: Path) -> None:
    (tmp_path / "1.csv").write_text("source,target,weight\n#13,b,3\n1,c,4\n2,e,5\n")
    graph = gd.read_edges(tmp_path / "1.csv", weight="weight", out=tmp_path / "x.gdiff", memory="1GB")
    assert len(graph.heads) == 3
    assert gd.total_influence(graph, "#13", "b") == 3


@pytest.mark.parametrize(
    ("column", "values"), [("weight", [2**53 + 1, 1.5]), ("source", [1, "1"])], ids=["weights", "ends"]
)
def test_files_of_other_types_are_refused(column: str, values: list[object], tmp_path: Path) -> None:
    for number, value in enumerate(values):
        target = "b" if isinstance(value, str) else 7 if column == "source" else "b"
        row = {"source": ["a"], "target": [target], "weight": [2.0], column: [value]}
        parquet.write_table(pa.table(row), tmp_path / f"{number}.parquet")
    with pytest.raises(UsageError, match=f"the column '{column}' is .*, and in others of the files it is not"):
        gd.read_edges(str(tmp_path / "*.parquet"), weight="weight", out=tmp_path / "x.gdiff", memory="1GB")


def test_a_file_that_is_read_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "1.csv"
    path.write_text("source,target,weight\na,b,3\n")
    with pytest.raises(UsageError, match="that file is read; write to another"):
        gd.read_edges(path, weight="weight", out=path, memory="1GB", overwrite=True)
    assert path.read_text().startswith("source")


def test_progress_goes_on_within_the_passes_of_the_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go(monkeypatch, PLAIN._replace(passes=1000, in_rows=10**9))
    path = written([(node, node + 1, 1.0) for node in range(20)[::-1]], tmp_path / "chain.parquet")
    told: list[tuple[int, int | None]] = []
    ends = {"source": "source", "target": "target", "weight": "weight"}
    gd.read_edges(path, **ends, out=tmp_path / "x.gdiff", memory="1GB", progress=lambda *step: told.append(step))
    shares = [done / whole for done, whole in told if whole]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    in_order = [share for share in shares if 3 / 6 < share < 4 / 6]
    assert len(set(in_order)) == 20  # one edge a pass


@pytest.mark.parametrize(
    ("meminfo", "allowed", "expected"),
    [
        ("MemFree: 100 kB\nMemAvailable:   8000000 kB\n", None, 4_096_000_000),
        ("MemFree: 100 kB\nMemAvailable:   8000000 kB\n", "max\n", 4_096_000_000),
        ("MemFree: 100 kB\nMemAvailable:   8000000 kB\n", "2000000000\n", 1_000_000_000),
        ("MemAvailable: 900000 kB\n", "2000000000\n", external.AT_REST + external.LEAST),
        (None, "3000000000\n", 1_500_000_000),
        (None, None, 4_000_000_000),
        ("MemFree: 100 kB\n", None, 4_000_000_000),
    ],
)
def test_the_memory_where_none_is_given_is_half_of_what_there_is(
    meminfo: str | None, allowed: str | None, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {"/proc/meminfo": meminfo, "/sys/fs/cgroup/memory.max": allowed}

    def read_text(path: Path, encoding: str) -> str:
        text = told[str(path)]
        if text is None:
            raise FileNotFoundError(path)
        return text

    monkeypatch.setattr(Path, "read_text", read_text)
    assert external.default_memory() == expected


def test_a_disk_that_is_full_is_told_with_its_number(tmp_path: Path) -> None:
    """A limit of the size of files, which the system tells as it tells that a disk is full."""
    path = written([(node, node + 1, 1.0) for node in range(30_000)], tmp_path / "e.parquet")
    code = (
        "import graphdiff as gd, resource, signal, sys\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "try: gd.read_edges(sys.argv[1], source='source', target='target', weight='weight', out=sys.argv[2])\n"
        "except gd.errors.OutputError as error: print(error.errno, error.strerror)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path), str(tmp_path / "x.gdiff")], capture_output=True, text=True, check=False
    )
    assert done.stdout == "27 File too large\n", done.stderr
    assert not (tmp_path / "x.gdiff").exists()
