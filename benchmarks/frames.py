"""Twenty million edges in Parquet, in sixty levels, asked on DuckDB within 1 GB, beside the same read into memory.

Without duckdb and pyarrow nothing is measured. Every level is a superstep: none is spared by what fits one task.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter

from benchmarks.report import Row, Size

LEVELS = 60
PER_NODE = 10
MEMORY = "1GB"

#: Node 0 leads to the rest of the first level, every other node has ten edges from the level before its own.
EDGES = """
    SELECT CASE WHEN head < {width} THEN 0
                ELSE (head // {width} - 1) * {width} + hash(i) % {width} END::BIGINT AS source,
           head AS target, (hash(i * 7 + 1) % 2000001)::DOUBLE / 1000000 - 1 AS weight
    FROM (SELECT i, (i // {per_node} + 1)::BIGINT AS head FROM range({n_edges}) t(i))
"""


def run(size: Size) -> Iterator[Row]:
    """Time a forward pass over the frame, once, and the same in memory."""
    if find_spec("duckdb") is None or find_spec("pyarrow") is None:
        return
    import duckdb

    import graphdiff as gd

    n_edges = size.of(20_000_000)
    text = f"{n_edges:,} edges, {LEVELS} levels"
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "edges.parquet")
        write(n_edges, path)
        session = duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": str(Path(folder) / "spilled")})
        session.execute("SET enable_progress_bar = false")
        edges = session.read_parquet(path)
        levels: list[int] = []
        own, answer = timed(
            lambda: gd.distributed.forward(edges, 0, in_one_task=0, progress=lambda done, _: levels.append(done))
        )
        peer, values = timed(lambda: gd.forward(gd.read_edges(path), 0))
        values = dict(values)
        assert all(
            abs(value - values[node]) <= bound * 2 + 1e-300 for node, value, _, bound in answer.limit(1000).fetchall()
        )
        yield Row(f"DuckDB, {MEMORY}, {len(levels)} steps", text, own, "read into memory and asked", peer, peer / own)


def write(n_edges: int, path: str) -> None:
    """Write the edges."""
    import duckdb

    width = max(1, n_edges // PER_NODE // LEVELS)
    made = EDGES.format(width=width, per_node=PER_NODE, n_edges=n_edges)
    duckdb.connect().execute(f"COPY ({made}) TO '{path}' (FORMAT parquet)")


def timed(call: Callable[[], object]) -> tuple[float, object]:
    """Return the seconds that a call takes, and what it returns."""
    start = perf_counter()
    result = call()
    return perf_counter() - start, result
