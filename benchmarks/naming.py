"""(13) Names to numbers: by first appearance, chunk after chunk, beside pyarrow's `dictionary_encode`."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numba  # noqa: F401, loaded at the start as after any large graph: all kernels are compiled
import numpy as np
import pyarrow as pa

from benchmarks.report import Row, Size, compare
from graphdiff.graph.labels import Numbering
from graphdiff.io.frames import text_and_ends

#: How many names are in a chunk: what a row group of Parquet has.
CHUNK = 1 << 17
#: What a long name has before its number: a path of a module, or the coordinates of a package.
LONG = "org.example.some.namespace.of.several.parts:artifact-"
#: Of how many names one is new.
KINDS = {"few": lambda count: 1_000, "many": lambda count: count // 10, "all distinct": lambda count: count}


def run(size: Size) -> Iterator[Row]:
    """Number up to ten million names, of which a thousand, a tenth or all are distinct, short and long ones."""
    for count in (100_000, 1_000_000, 10_000_000):
        for prefix in ("p-", LONG):
            for kind, distinct in KINDS.items():
                n_names = size.of(count)
                chunks = names(n_names, min(n_names, max(1, distinct(n_names))), prefix)
                graph = f"{n_names:,} {'short' if prefix == 'p-' else 'long'} names, {kind}"
                ways = {"graphdiff": lambda: numbered(chunks), "pyarrow": lambda: encoded(chunks)}  # noqa: B023
                peaks = [peak(call) for call in ways.values()]
                for row in compare("names to numbers", graph, ways, size):
                    yield replace(row, peak_mib=peaks[0], peer_peak_mib=peaks[1])


def names(count: int, distinct: int, prefix: str) -> list[Any]:
    """Return chunks of names, all of `distinct` first in an order of their own, then any of them."""
    rng = np.random.default_rng(1)
    chosen = np.concatenate([rng.permutation(distinct), rng.integers(0, distinct, count - distinct)])
    texts = pa.array([f"{prefix}{number:07d}" for number in range(distinct)], type=pa.large_string())
    return [texts.take(pa.array(chosen[start : start + CHUNK])) for start in range(0, count, CHUNK)]


def numbered(chunks: list[Any]) -> tuple[Any, Any]:
    """Return the numbers and the distinct names, as `graphdiff.read_edges` makes them."""
    numbering = Numbering()
    numbers = np.concatenate([numbering.of(*text_and_ends(chunk)) for chunk in chunks])
    return numbers, numbering.labels


def encoded(chunks: list[Any]) -> tuple[Any, Any]:
    """Return the same from pyarrow."""
    whole = pa.chunked_array(chunks).dictionary_encode().combine_chunks()
    return whole.indices.to_numpy(), text_and_ends(whole.dictionary)


def peak(call: Callable[[], object]) -> float:
    """Return how many MiB a call had allocated at most, those of numpy and those of Arrow."""
    before = pa.default_memory_pool()
    pool = pa.proxy_memory_pool(before)
    pa.set_memory_pool(pool)
    tracemalloc.start()
    try:
        call()
        return (tracemalloc.get_traced_memory()[1] + pool.max_memory()) / 2**20
    finally:
        tracemalloc.stop()
        pa.set_memory_pool(before)
