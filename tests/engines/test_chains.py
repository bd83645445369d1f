"""Chains of frames: the same bits as level by level, in supersteps by the levels without them."""

from __future__ import annotations

import random
from collections import defaultdict
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from frames_of_edges import Row, exact, folded, levels_of, many, turned

import graphdiff as gd
from graphdiff.engines.folding import Numbers, walked
from graphdiff.errors import CycleError

duckdb = pytest.importorskip("duckdb", reason="frames are asked on DuckDB")
pa = pytest.importorskip("pyarrow", reason="frames are asked on DuckDB")

ask = gd.distributed
N = 300


def frame(rows: list[Row], threads: int = 2) -> Any:
    rows = random.Random(threads).sample(rows, len(rows))
    columns = zip(("source", "target", "weight"), zip(*rows, strict=True), strict=True)
    return duckdb.connect(config={"threads": threads}).from_arrow(
        pa.table({name: list(each) for name, each in columns})
    )


def bits(values: dict[Any, Any]) -> dict[Any, Any]:
    return {node: value.hex() if isinstance(value, float) else value for node, value in values.items()}


def values_of(answer: Any) -> dict[Any, Any]:
    return dict(answer.project("node, value").fetchall())


def chain(name: str, tail: str, head: str, length: int) -> list[Row]:
    """Return so many edges from a node to another, with as many weights of both signs, and no product too small."""
    draw = random.Random(name)
    nodes = [tail, *(f"{name} {place}" for place in range(length - 1)), head]
    return [(u, v, draw.choice([-1, 1]) * draw.uniform(0.97, 1.03)) for u, v in pairwise(nodes)]


def wide(first: str, last: str, levels: int = 5, width: int = 20) -> list[Row]:
    """Return a wide part between two nodes, all nodes of a level with edges to many of the next."""
    draw = random.Random(f"{first} {last}")
    rows: list[Row] = []
    layers = [[first], *([f"{first} {level} {i}" for i in range(width)] for level in range(levels)), [last]]
    for tails, heads in pairwise(layers):
        rows += [
            (u, v, draw.uniform(-1, 1)) for u in tails for v in heads if draw.random() < 0.7 or {u, v} & {first, last}
        ]
    return rows


SHAPES = {
    "in the middle": [*wide("a", "b"), *chain("one", "b", "c", N), *wide("c", "d")],
    "at the start": [*chain("one", "a", "b", N), *wide("b", "c")],
    "at the end": [*wide("a", "b"), *chain("one", "b", "c", N)],
    "in parallel": [*wide("a", "z"), *(row for n in range(4) for row in chain(f"{n}", "a", "z", N + n // 2))],
    "into a hub that feeds others": [
        *wide("a", "z"), *chain("one", "a 1 3", "a 4 2", N), *chain("two", "a 0 1", "z", N // 2), *wide("z", "end"),
        *chain("three", "a 0 1", "end", 40),
    ],
    "from chain to chain": [
        *wide("a", "b"), *chain("one", "b", "c", N), *chain("two", "b", "c", 70), *chain("three", "c", "d", N),
        ("b", "c", 0.5), ("c", "d", 0.25), *wide("d", "e"),
    ],
    "beside a ladder into one node": [  # levels of which those of ends of chains are the same, one less and one more
        *((f"l{i}" if i else "a", f"l{i + step}", 0.5 + 0.02 * (i * 7 % 5 - 2)) for i in range(30) for step in (1, 2)),
        *((f"l{i}", "z", (-1) ** i * (0.3 + 0.01 * i)) for i in range(1, 30)),
        *(row for n in range(18, 24) for row in chain(f"{n % 5} {n}", "a", "z", n)), ("z", "y", 0.1),
    ],
    "with weights of zero": [
        *wide("a", "b"), *chain("one", "b", "c", 50), ("c", "d", 0.0), *chain("two", "d", "e", 50), *wide("e", "f"),
    ],
}  # fmt: skip
ALL: list[Row] = [(f"{name}/{u}", f"{name}/{v}", weight) for name, rows in SHAPES.items() for u, v, weight in rows]
SEEDS = {f"{name}/a": 0.7 for name in SHAPES}
EXPECTED = bits(folded(ALL, SEEDS))


def free_of_chains(rows: list[Row], seed: str) -> int:
    """Return how many levels there are at which a node begins that is inner to no chain."""
    level = levels_of(rows, [seed])
    ins: dict[str, int] = defaultdict(int)
    outs: dict[str, int] = defaultdict(int)
    for tail, head, _ in rows:
        ins[head] += 1
        outs[tail] += 1
    return len({level[node] for node in level if (ins[node], outs[node]) != (1, 1)})


class TestSupersteps:
    @pytest.mark.parametrize("name", ["at the start", "in parallel", "from chain to chain"])
    def test_they_are_those_of_the_levels_without_chains(self, name: str) -> None:
        rows, steps = SHAPES[name], []
        answer = ask.forward(frame(rows), "a", in_one_task=30, progress=lambda *counts: steps.append(counts))
        assert bits(values_of(answer)) == bits(folded(rows, {"a": 1.0}))
        n_sums = sum(n_edges is not None for _, n_edges in steps)
        assert n_sums <= free_of_chains(rows, "a") + 4 < 25
        assert len(steps) - n_sums < 25  # what holds the search up is looked for at the 8th step, the 16th, ...
        assert [done for done, _ in steps] == sorted(done for done, _ in steps)
        assert steps[-1] == (len(rows), len(rows))

    def test_short_chains_are_walked_level_by_level(self, tmp_path: Path) -> None:
        rows = [(0, 1, 1), *((i, i + 1, 2) for i in range(1, 12)), (0, 12, 1), (12, 13, 5)]
        kept: set[str] = set()
        answer = ask.forward(
            frame(rows), 0, in_one_task=0, checkpoint=str(tmp_path),
            progress=lambda *_: kept.update(path.name for path in tmp_path.iterdir()),
        )  # fmt: skip
        assert values_of(answer)[13] == (2**11 + 1) * 5
        assert not [name for name in kept if "links" in name]


class TestBits:
    @pytest.mark.parametrize("threads", [1, 2, 7, 64])
    def test_any_number_of_threads_has_those_of_the_definition(
        self, threads: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("graphdiff.engines.duck.BATCH", 2048 if threads == 1 else 50 * threads)
        assert bits(values_of(ask.forward(frame(ALL, threads), SEEDS, in_one_task=30))) == EXPECTED

    @pytest.mark.parametrize("in_one_task", [0, 40])
    @pytest.mark.parametrize("floats", [False, True])
    def test_many_graphs_of_which_every_short_chain_is_walked(
        self, floats: bool, in_one_task: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("graphdiff.engines.chains.LONG", 1)
        monkeypatch.setattr("graphdiff.engines.duck.BATCH", 5)
        rows, seeds = many(100, floats=floats)
        answer = ask.forward(frame(rows), seeds, in_one_task=in_one_task)
        assert bits(values_of(answer)) == bits(folded(rows, seeds))

    @pytest.mark.parametrize("n_rows", [1, 2, 3, 7])
    def test_batches_of_any_size_have_the_same(self, n_rows: int) -> None:
        draw = random.Random(5)
        rows = [
            {"id": name, "step": place, "head": f"{name}{place}", "weight": draw.uniform(-1, 1), "value": first,
             "size": abs(first), "roundings": 3, "lost": 2.0}
            for name, first, length in (("p", 0.7, 9), ("q", -0.3, 1), ("r", 0.1, 11)) for place in range(length)
        ]  # fmt: skip
        batches = pa.Table.from_pylist(rows).to_batches(max_chunksize=n_rows)
        found = [row for batch in walked(batches, Numbers(True, False)) for row in batch.to_pylist()]
        value = 0.0
        for row, made in zip(rows, found, strict=True):
            value = (value if row["step"] else row["value"]) * row["weight"]
            assert (made["id"], made["value"], made["roundings"]) == (row["head"], value, 4 + row["step"])

    def test_the_certificate_is_that_without_chains(self, monkeypatch: pytest.MonkeyPatch) -> None:
        rows = SHAPES["into a hub that feeds others"]
        by_chain = sorted(ask.forward(frame(rows), "a", in_one_task=30).fetchall())
        assert by_chain == sorted(ask.forward(frame(rows), "a").fetchall())
        truth = exact(rows, {"a": 1})
        assert all(abs(Fraction(value) - truth[node]) <= Fraction(bound) for node, value, _, bound in by_chain)
        monkeypatch.setattr("graphdiff.engines.chains.LONG", 10**6)
        short = [row for row in rows if not {row[0][:3], row[1][:3]} & {"one", "two"}]
        level_by_level = sorted(ask.forward(frame(short), "a", in_one_task=0).fetchall())
        monkeypatch.undo()
        assert sorted(ask.forward(frame(short), "a", in_one_task=0).fetchall()) == level_by_level


class TestQuestions:
    ROWS = SHAPES["from chain to chain"]

    def test_against_the_arrows(self) -> None:
        answer = ask.reverse(frame(self.ROWS), "e", source="a", in_one_task=30)
        assert bits(values_of(answer)) == bits(folded(turned(self.ROWS), {"e": 1.0}))

    def test_contributions(self) -> None:
        few = sorted(ask.edge_contributions(frame(self.ROWS), "a", "e", in_one_task=30).fetchall())
        assert few == sorted(ask.edge_contributions(frame(self.ROWS), "a", "e").fetchall())
        assert len(few) == len(self.ROWS)

    def test_paths(self) -> None:
        paths = gd.count_paths([row[:2] for row in self.ROWS], "a", "e")
        assert paths > 2**40
        prime = 2**31 - 1
        assert ask.count_paths(frame(self.ROWS), "a", "e", in_one_task=30, modulus=prime) == paths % prime

    def test_ends_within_a_chain(self) -> None:
        rows = chain("one", "a", "b", 200)
        level = [f"one {place}" for place in range(199)]
        seeds = {level[10]: 1.0, level[100]: 0.3}
        answer = ask.forward(frame(rows), seeds, target=level[150], in_one_task=0)
        between = rows[11:151]
        assert bits(values_of(answer)) == bits(folded(between, seeds))

    def test_a_cycle_behind_a_chain_and_one_that_holds_a_chain(self) -> None:
        rows = [*chain("one", "a", "b", 50), ("b", "c", 1.0), ("c", "b", 1.0)]
        with pytest.raises(CycleError, match=r"cycle: (b -> c -> b|c -> b -> c)\. It lies"):
            ask.forward(frame(rows), "a", in_one_task=0)
        rows = [("a", "b", 1.0), *chain("one", "b", "b", 50), *chain("elsewhere", "x", "x", 50)]
        with pytest.raises(CycleError, match=r"cycle: (b|one \d+)\. That is one of its members"):
            ask.forward(frame(rows), "a", in_one_task=0)
        rows = [*chain("one", "a", "b", 50), *chain("elsewhere", "x", "x", 50)]
        assert bits(values_of(ask.forward(frame(rows), "a", in_one_task=0))) == bits(folded(rows, {"a": 1.0}))


class TestCheckpoint:
    class Stopped(Exception):
        pass

    @pytest.mark.parametrize("in_one_task", [30, 10**6])
    @pytest.mark.parametrize(
        ("name", "stop"), [("into a hub that feeds others", 17), ("into a hub that feeds others", 27),
                           ("beside a ladder into one node", 22), ("beside a ladder into one node", 35)]
    )  # fmt: skip
    def test_a_repeated_call_goes_on(self, name: str, stop: int, in_one_task: int, tmp_path: Path) -> None:
        rows, steps = SHAPES[name], []

        def stopped(done: int, n_edges: int | None) -> None:
            steps.append((done, n_edges))
            if len(steps) == stop:
                raise self.Stopped

        with pytest.raises(self.Stopped):
            ask.forward(frame(rows), "a", in_one_task=30, checkpoint=str(tmp_path), progress=stopped)
        assert (steps[-1][1] is None) is (stop == 17)
        assert [path for path in tmp_path.iterdir() if path.name.endswith("_links")]
        (ahead,) = tmp_path.glob("*_ahead") if stop > 17 else [None]
        if ahead is not None:
            of, level = duckdb.read_parquet(f"{ahead}/*.parquet"), levels_of(rows, ["a"])
            assert all(level[node] == told for node, told in of.project("id, level").fetchall())
        answer = ask.forward(frame(rows, 7), "a", in_one_task=in_one_task, checkpoint=str(tmp_path))
        assert bits(values_of(answer)) == bits(folded(rows, {"a": 1.0}))
