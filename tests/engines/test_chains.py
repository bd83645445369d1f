"""Chains of frames: the same bits as level by level, in supersteps by the levels without them."""

from __future__ import annotations

import random
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from frames_of_edges import Row, exact, folded, levels_of, many, turned, weight_of

import graphdiff as gd
from graphdiff.errors import CycleError

duckdb = pytest.importorskip("duckdb", reason="frames are asked on DuckDB")
pa = pytest.importorskip("pyarrow", reason="frames are asked on DuckDB")

ask = gd.distributed
N = 300


def frame(rows: list[Row], threads: int = 2) -> Any:
    rows = random.Random(threads).sample(rows, len(rows))
    columns = zip(("source", "target", "weight"), zip(*rows, strict=True), strict=True)
    return duckdb.connect(config={"threads": threads}).from_arrow(pa.table({name: list(each) for name, each in columns}))


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
        rows += [(u, v, draw.uniform(-1, 1)) for u in tails for v in heads if draw.random() < 0.7 or u in (first, last)]
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
    "with weights of zero": [
        *wide("a", "b"), *chain("one", "b", "c", 50), ("c", "d", 0.0), *chain("two", "d", "e", 50), *wide("e", "f"),
    ],
}  # fmt: skip
of_each_shape = pytest.mark.parametrize("rows", SHAPES.values(), ids=SHAPES.keys())


def free_of_chains(rows: list[Row], seed: str) -> int:
    """Return how many levels there are at which a node begins that is inner to no chain."""
    level = levels_of(rows, [seed])
    ins: dict[str, int] = defaultdict(int)
    outs: dict[str, int] = defaultdict(int)
    for tail, head, _ in rows:
        ins[head] += 1
        outs[tail] += 1
    return len({level[node] for node in level if (ins[node], outs[node]) != (1, 1)})


class TestBits:
    @of_each_shape
    def test_those_of_the_definition_in_few_supersteps(self, rows: list[Row]) -> None:
        expected, steps = bits(folded(rows, {"a": 0.7})), []
        answer = ask.forward(frame(rows), {"a": 0.7}, in_one_task=30, progress=lambda done, _: steps.append(done))
        assert bits(values_of(answer)) == expected
        free, n_edges = free_of_chains(rows, "a"), len(rows)
        assert n_edges > 100
        # the loop waits up to the 8th step, or the next power of 2, before it looks for what holds it up
        assert len(steps) <= 16 + 4 * free < N

    @pytest.mark.parametrize("threads", [1, 2, 7, 64])
    @of_each_shape
    def test_on_any_number_of_threads(self, rows: list[Row], threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("graphdiff.engines.duck.BATCH", 2048 if threads == 1 else 5 * threads)
        edges = frame(rows, threads)
        assert bits(values_of(ask.forward(edges, "a", in_one_task=30))) == bits(folded(rows, {"a": 1.0}))
