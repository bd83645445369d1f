"""Frames of Spark have the bits of the definition, on any number of partitions, whatever becomes of an executor.

On a cluster of two executors on this machine; skipped, saying so, without PySpark or Java.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from frames_of_edges import Row, exact, folded, many

import graphdiff as gd
from graphdiff.errors import CycleError, UnknownNodeError, WeightError

pytest.importorskip("pyspark", reason="frames of Spark need pyspark")
duckdb = pytest.importorskip("duckdb", reason="what Spark says is compared with DuckDB")
if shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
    pytest.skip("frames of Spark need Java: Debian's default-jre-headless is enough", allow_module_level=True)

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
ask = gd.distributed
INTS, FLOATS = many(100, floats=False), many(100, floats=True)


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        from pyspark.sql import SparkSession

        builder = SparkSession.builder.master("local-cluster[2,1,1024]").config("spark.ui.enabled", "false")
        builder = builder.config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1")
        started = builder.config("spark.sql.shuffle.partitions", "3").getOrCreate()
        started.sparkContext.setLogLevel("OFF")
        yield started
        started.stop()


def frame(session: Any, rows: list[Row]) -> Any:
    return session.createDataFrame(rows, ["source", "target", "weight"])


def bits(values: dict[Any, Any]) -> dict[Any, Any]:
    return {node: value.hex() if isinstance(value, float) else value for node, value in values.items()}


def values_of(answer: Any) -> dict[Any, Any]:
    return {row["node"]: row["value"] for row in answer.collect()}


@pytest.mark.parametrize(
    "graphs, n_parts", [(FLOATS, 1), (FLOATS, 2), (INTS, 7), (FLOATS, 7), (FLOATS, 64)],
    ids=["1, floats", "2, floats", "7, ints", "7, floats", "64, floats"],
)  # fmt: skip
def test_any_number_of_partitions_has_the_bits_of_the_definition(
    session: Any, graphs: tuple[list[Row], dict[Any, Any]], n_parts: int, tmp_path: Path
) -> None:
    rows, seeds = graphs
    session.conf.set("spark.sql.shuffle.partitions", n_parts)
    shuffled = frame(session, random.Random(n_parts).sample(rows, len(rows))).repartition(n_parts)
    try:
        few = 1500 if n_parts == 64 else 0  # so many tasks a step take their time
        answer = ask.forward(shuffled, seeds, in_one_task=few, checkpoint=str(tmp_path))
    finally:
        session.conf.set("spark.sql.shuffle.partitions", 3)
    assert bits(values_of(answer)) == bits(folded(rows, seeds))


def test_the_certificate_is_that_of_duckdb(session: Any, tmp_path: Path) -> None:
    rows, seeds = FLOATS
    pa = pytest.importorskip("pyarrow")

    names = ("source", "target", "weight")
    table = pa.table({name: list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)})
    on_duckdb = sorted(ask.forward(table, seeds).fetchall())
    on_spark = ask.forward(frame(session, rows), seeds, checkpoint=str(tmp_path))
    assert on_spark.columns == ["node", "value", "abs_sum", "error_bound"]
    assert sorted(map(tuple, on_spark.collect())) == on_duckdb


def test_chains_take_no_superstep_a_level(session: Any, tmp_path: Path) -> None:
    wide = [(i, j, 0.9 / (j - i)) for i in range(12) for j in range(i + 1, i + 4)]
    chain = [(i, i + 1, (-1) ** i * (1 + 1 / i)) for i in range(100, 5100)]
    rows = [*wide, (3, 100, 0.3), *chain, (5100, 14, 0.7), (14, 5200, 0.1), (5200, 5201, -0.3)]
    steps: list[int] = []
    answer = ask.forward(
        frame(session, rows), 0, checkpoint=str(tmp_path), in_one_task=1, progress=lambda done, _: steps.append(done)
    )
    assert bits(values_of(answer)) == bits(folded(rows, {0: 1.0}))
    assert len(steps) < 50


def test_the_other_questions(session: Any, tmp_path: Path) -> None:
    rows = [("b", "c", 1), ("b", "d", 1), ("c", "e", 2), ("d", "e", 3), ("x", "d", 1)]
    edges, folders = frame(session, rows), iter(str(tmp_path / str(number)) for number in range(9))
    assert values_of(ask.reverse(edges, "e", source="b", checkpoint=next(folders))) == {"b": 5, "c": 2, "d": 3, "e": 1}
    passed = ask.edge_contributions(edges, "b", "e", checkpoint=next(folders))
    assert sorted((r["source"], r["target"], r["contribution"]) for r in passed.collect()) == [
        ("b", "c", 2), ("b", "d", 3), ("c", "e", 2), ("d", "e", 3),
    ]  # fmt: skip
    assert ask.count_paths(edges, "b", "e", checkpoint=next(folders)) == 2


def test_what_is_refused(session: Any, tmp_path: Path) -> None:
    edges = frame(session, [("a", "b", 1.0), ("b", "c", 2.0), ("c", "b", 1.0)])
    with pytest.raises(CycleError, match=r"cycle: (b -> c -> b|c -> b -> c)"):
        ask.forward(edges, "a", checkpoint=str(tmp_path / "cycle"))
    with pytest.raises(UnknownNodeError, match="no node 'A'; did you mean 'a'"):
        ask.forward(edges, "A", checkpoint=str(tmp_path / "unknown"))
    with pytest.raises(WeightError, match=r"the row 'a' -> 'b' has no weight \(1 such row of 2\)"):
        ask.forward(frame(session, [("a", "b", None), ("b", "c", 1.0)]), "a", checkpoint=str(tmp_path / "weight"))
    kept = [
        path.name
        for name in ("unknown", "weight")
        if (tmp_path / name).exists()
        for path in (tmp_path / name).iterdir()
    ]
    assert kept == []


def test_the_code_of_the_page_runs(session: Any, tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "past-one-machine.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```py\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    for name in ("edges.parquet", "steps"):  # Java stays in the folder in which it was started
        assert f'"{name}"' in block
        block = block.replace(f'"{name}"', repr(str(tmp_path / name)))
    duckdb.sql("SELECT 0 AS source, 3 AS target, 0.5::DOUBLE AS weight").write_parquet(str(tmp_path / "edges.parquet"))
    names: dict[str, Any] = {}
    exec(block, names)
    assert values_of(names["answer"]) == {0: 1.0, 3: 0.5}


# -- a million edges, one node with 300,000 of them, an executor that dies

WIDTH, LEVELS, HUB = 7_000, 10, 10_000_000
EDGES = f"""
    SELECT CASE WHEN head < {WIDTH} THEN 0
                ELSE (head // {WIDTH} - 1) * {WIDTH} + (i * 7919) % {WIDTH} END::BIGINT AS source,
           head AS target, ((i * 104729) % 2000003)::DOUBLE / 1000000 - 1 AS weight
    FROM (SELECT i, (i // 10 + 1)::BIGINT AS head FROM range({WIDTH * LEVELS * 10}) t(i))
    UNION ALL SELECT i % 60000, {HUB}, (i % 1009)::DOUBLE / 1000 - 0.5 FROM range(300000) t(i)
"""


def executors() -> list[int]:
    """Return the processes below this one that are executors."""
    parents, executing = {}, []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(path.name)] = int((path / "stat").read_text().rpartition(")")[2].split()[1])
            if b"CoarseGrainedExecutorBackend" in (path / "cmdline").read_bytes():
                executing.append(int(path.name))
        except OSError:  # it has ended
            continue
    return [number for number in executing if os.getpid() in ancestors(number, parents)]


def ancestors(number: int, parents: dict[int, int]) -> set[int]:
    above = set()
    while number := parents.get(number, 0):
        above.add(number)
    return above


class Crashed(Exception):
    pass


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="executors are found in /proc")
def test_a_million_edges_with_an_executor_killed_have_the_same_bits(session: Any, tmp_path: Path) -> None:
    edges = duckdb.sql(EDGES)
    edges.write_parquet(str(tmp_path / "edges.parquet"))
    assert edges.shape[0] == 1_000_000
    expected = {node: (value, bound) for node, value, _, bound in ask.forward(edges, 0, in_one_task=0).fetchall()}
    on_spark, options = session.read.parquet(str(tmp_path / "edges.parquet")), {"checkpoint": str(tmp_path / "steps")}
    first: list[int] = []
    sums: list[int] = []

    def crash(done: int, n_between: int | None) -> None:
        first.append(done)
        if done:
            sums.append(done)
        if len(sums) == 4:
            os.kill(executors()[0], signal.SIGKILL)
            raise Crashed

    with pytest.raises(Crashed):
        ask.forward(on_spark, 0, in_one_task=0, progress=crash, **options)
    second: list[int] = []

    def kill(done: int, n_between: int | None) -> None:
        second.append(done)
        if len(second) == 2:  # while the question goes on
            os.kill(executors()[0], signal.SIGKILL)

    answer = ask.forward(on_spark, 0, in_one_task=0, progress=kill, **options)
    assert second[0] > sums[-1]
    assert len(second) < len(first)
    found = {row["node"]: (row["value"], row["error_bound"]) for row in answer.collect()}
    assert found == expected
    assert HUB in found


def test_sixty_levels(session: Any, tmp_path: Path) -> None:
    rows = [(i, j, 0.9 / (j - i)) for i in range(60) for j in (i + 1, i + 2)]
    steps: list[int] = []
    answer = ask.forward(
        frame(session, rows), 0, checkpoint=str(tmp_path), in_one_task=10, progress=lambda done, _: steps.append(done)
    )
    assert bits(values_of(answer)) == bits(folded(rows, {0: 1.0}))
    assert float(exact(rows, {0: 1.0})[61]) == pytest.approx(values_of(answer)[61])
    assert len(steps) > 60
