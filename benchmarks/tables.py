"""(7) Tables of edges with names, from a Parquet file to a compiled graph, and from a saved graph to an answer."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numba  # noqa: F401, loaded at the start as after any large graph: all kernels are compiled
import pyarrow
from pyarrow import parquet

import graphdiff as gd
from benchmarks.graphs import EdgeArrays, layered
from benchmarks.peers import table_readers
from benchmarks.report import Row, Size, compare


def run(size: Size) -> Iterator[Row]:
    """Time ten million edges between a million names, read and numbered; then the same graph saved and opened."""
    arrays = layered(size.of(1_000_000), size.of(10_000_000))
    with tempfile.TemporaryDirectory() as folder:
        table, saved = Path(folder) / "edges.parquet", Path(folder) / "edges.graph"
        _written(arrays, table)
        reading = {"graphdiff": lambda: gd.read_edges(table), **table_readers(table)}
        yield from compare("Parquet with names", arrays.text, reading, size)
        gd.read_edges(table).save(saved)
        source = _name(arrays.source)
        asking = {
            "graphdiff": lambda: gd.forward(gd.CompiledGraph.load(saved), source),
            "graphdiff, read into memory": lambda: gd.forward(gd.CompiledGraph.load(saved, mmap=False), source),
        }
        yield from compare("open a saved graph, one pass", arrays.text, asking, size)


def _name(node: int) -> str:
    return f"package-{node:07d}"


def _written(arrays: EdgeArrays, path: Path) -> None:
    names = pyarrow.array([_name(node) for node in range(arrays.n_nodes)])
    columns = {"source": names.take(pyarrow.array(arrays.tails)), "target": names.take(pyarrow.array(arrays.heads))}
    parquet.write_table(pyarrow.table({**columns, "weight": arrays.weights}), path)
