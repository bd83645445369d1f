"""What a question of a frame costs on Spark: ``python -m benchmarks.shuffled [EDGES [LEVELS [MASTER]]]``.

The bytes that are shuffled an edge and a node, and the seconds a superstep takes, from Spark's own counters. No group
of the others: it needs a session, and Java.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any


def session_of(master: str, partitions: int) -> Any:
    """Return a session whose workers run this Python."""
    os.environ["PYSPARK_PYTHON"] = sys.executable
    from pyspark.sql import SparkSession

    settings = {
        "spark.sql.shuffle.partitions": partitions,
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.ui.retainedStages": 100_000,
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
    }
    builder = SparkSession.builder.master(master)
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


def shuffled(session: Any) -> int:
    """Return how many bytes have been written for shuffles so far."""
    store = session.sparkContext._jsc.sc().statusStore()
    stages = store.stageList(None, False, False, getattr(store, "stageList$default$4")(), None)
    return sum(stages.apply(i).shuffleWriteBytes() for i in range(stages.size()))


def main(given: Sequence[str]) -> None:
    """Measure one forward pass in which every level is a superstep."""
    import graphdiff as gd
    from benchmarks import frames

    n_edges, levels = (int(given[i]) if len(given) > i else default for i, default in enumerate((1_000_000, 12)))
    session = session_of(given[2] if len(given) > 2 else "local[2]", 4)
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "edges.parquet")
        frames.LEVELS = levels
        frames.write(n_edges, path)
        # Ids as hashes, which nothing packs: what is counted is the most that 64 bits a node take.
        columns = "xxhash64(source) AS source", "xxhash64(target) AS target", "weight"
        edges = session.read.parquet(path).selectExpr(*columns)
        first = session.sql("SELECT xxhash64(CAST(0 AS BIGINT))").first()[0]
        moments, bytes_then = [perf_counter()], [shuffled(session)]

        def seen(done: int, n_between: int | None) -> None:
            moments.append(perf_counter())
            bytes_then.append(shuffled(session))
            print(f"{done:>12,} of {n_between}: {moments[-1] - moments[-2]:6.2f} s, "
                  f"{bytes_then[-1] - bytes_then[-2]:>12,} bytes", flush=True)  # fmt: skip

        answer = gd.distributed.forward(edges, first, in_one_task=0, checkpoint=f"{folder}/steps", progress=seen)
        n_nodes = answer.count()
        total = bytes_then[-1] - bytes_then[0]  # the count of the nodes moved next to nothing
        print(f"{n_edges:,} edges, {n_nodes:,} nodes, {len(moments) - 1} steps: {total / n_edges:.1f} bytes an edge")


if __name__ == "__main__":
    main(sys.argv[1:])
