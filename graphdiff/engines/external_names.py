"""The names of nodes as ids: the place of each among all names in ascending order, ints by value, text by its bytes.

So the ids depend on the names that there are and on nothing else: neither on the order of the rows nor on the memory.

Ints of no wide range are told apart by a bit each, in memory; all other names by the engine, on the disk.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from graphdiff.engines.external_engine import BLOCK, Blocks, Engine, text_in_sql
from graphdiff.engines.external_inputs import EdgeFiles, Facts
from graphdiff.engines.unfinished import Unfinished
from graphdiff.errors import LimitError
from graphdiff.graph.labels import Integers, Texts
from graphdiff.kernels.external import called, mark, rank

__all__ = ["Marks", "Names", "labels_of", "name_nodes", "numbered_rows"]

#: How many bits of each byte are set.
SIZES = np.array([byte.bit_count() for byte in range(256)], dtype=np.uint8)
#: Bytes a value of the range of ints: a bit each, and a count of four bytes for every 64 of them.
A_VALUE = 3 / 16
#: Ids are ints of 32 bits.
MOST_NODES = 2**32


@dataclass(frozen=True)
class Marks:
    """Which ints of a range there are, and so the place of each among them."""

    lowest: int
    marks: NDArray[np.uint8]

    @classmethod
    def of(cls, blocks: Blocks, facts: Facts) -> Marks:
        """Look at all ends of all rows."""
        marks = np.zeros((facts.highest - facts.lowest + 64) // 64 * 8, dtype=np.uint8)
        for ends in blocks:
            for values in ends:
                called(mark, values, facts.lowest, marks)
        return cls(facts.lowest, marks)

    def before(self) -> NDArray[np.uint32]:
        """Return how many ints there are before every 64."""
        sizes = np.zeros(len(self.marks) // 8 + 1, dtype=np.uint32)
        for start in range(0, len(self.marks), BLOCK):
            block = SIZES[self.marks[start : start + BLOCK]].reshape(-1, 8)
            sizes[start // 8 + 1 : start // 8 + 1 + len(block)] = block.sum(axis=1)
        return np.cumsum(sizes, out=sizes)

    def values(self) -> Iterator[NDArray[np.int64]]:
        """Yield the ints that there are, ascending."""
        for start in range(0, len(self.marks), BLOCK):
            bits = np.unpackbits(self.marks[start : start + BLOCK], bitorder="little")
            yield np.flatnonzero(bits) + (self.lowest + 8 * start)


@dataclass(frozen=True)
class Names:
    """How many nodes there are, and how they are told apart.

    As ``"range"`` where they are 0, 1, …; else ``"marks"``, by bits, or ``"joined"``, by the engine. Of text `n_bytes`
    are those of all names.
    """

    n_nodes: int
    how: str
    n_bytes: int = 0


def name_nodes(work: Unfinished, engine: Engine, edges: EdgeFiles, facts: Facts, room: int) -> Names:
    """Write the names that there are into the folder, in their order; bits take a quarter of `room` bytes at most.

    Raises
    ------
    LimitError
        If there are more than 2**32 nodes.
    """
    if facts.are_ints and (facts.highest - facts.lowest + 1) * A_VALUE < room / 4:
        query = f"SELECT {facts.ends} FROM {edges.rows(engine)}"
        marks = Marks.of(engine.blocks(query), facts)
        n_nodes = int(marks.before()[-1])
        work.keep("marks", marks.marks)
        is_range = facts.lowest == 0 and n_nodes == facts.highest + 1 and facts.n_rows
        names = Names(n_nodes, "range" if is_range else "marks")
    else:
        where = text_in_sql(str(work.file("names")))
        ends = f"SELECT {facts.ends} FROM {edges.rows(engine)}"
        one_by_one = f"SELECT unnest([s, t]) AS name FROM ({ends})"
        work.wrote("names")
        engine.run(f"COPY (SELECT DISTINCT name FROM ({one_by_one}) ORDER BY name) TO {where} (FORMAT parquet)")
        size = "0" if facts.are_ints else "sum(strlen(name))"
        n_nodes, n_bytes = engine.run(f"SELECT count(*), {size} FROM read_parquet({where})")[0]
        names = Names(int(n_nodes), "joined", int(n_bytes or 0))
    if names.n_nodes > MOST_NODES:
        raise LimitError(f"{engine.name}: {names.n_nodes:,} nodes; a graph that is made on disk has up to 2**32")
    return names


def numbered_rows(work: Unfinished, engine: Engine, edges: EdgeFiles, facts: Facts, names: Names) -> Blocks:
    """Yield the rows, in their order, as ids of the ends and weights; without weights where the files have none."""
    weight = "" if edges.weight is None else f", {facts.weight} AS w"
    rows = f"SELECT {facts.ends}{weight} FROM {edges.rows(engine)}"
    if names.how != "joined":
        yield from _ranked(work, engine.blocks(rows), facts, names)
        return
    # Of batches the engine knows no number, and would hold the rows in memory, not the names: so they are a file first.
    engine.run(f"COPY ({rows}) TO {text_in_sql(str(work.file('ends')))} (FORMAT parquet)")
    listed, ends = (
        f"read_parquet({text_in_sql(str(work.file(name)))}, file_row_number = true)" for name in ("names", "ends")
    )
    named = f"SELECT name, CAST(file_row_number AS UINTEGER) AS id FROM {listed}"
    yield from engine.blocks(
        f"SELECT a.id, b.id{', w' if weight else ''} FROM {ends} AS e "
        f"JOIN ({named}) AS a ON e.s = a.name JOIN ({named}) AS b ON e.t = b.name ORDER BY e.file_row_number"
    )
    work.drop("ends")


def _ranked(work: Unfinished, blocks: Blocks, facts: Facts, names: Names) -> Blocks:
    marks = Marks(facts.lowest, work.loaded("marks", np.uint8))
    before = marks.before()
    for *ends, in_weights in ((block[0], block[1], block[2:]) for block in blocks):
        ids = []
        for values in ends:
            if names.how == "range":
                ids.append(values.astype(np.uint32))
                continue
            ids.append(np.empty(len(values), dtype=np.uint32))
            called(rank, values, facts.lowest, marks.marks, before, SIZES, ids[-1])
        yield ids[0], ids[1], *in_weights


def labels_of(work: Unfinished, engine: Engine, facts: Facts, names: Names) -> Texts | Integers | None:
    """Return the labels by id, as arrays in the folder; None where the ids are the labels.

    Of text the hashes are sorted in memory, 8 bytes a node.
    """
    if names.how == "range":
        return None
    if facts.are_ints:
        with work.writing("values") as file:
            for values in _values(work, engine, facts, names):
                file.write(values.data)
        work.keep("order", np.arange(names.n_nodes, dtype=np.uint32))
        return Integers(work.array("values"), work.array("order", np.uint32))
    hashed = np.empty(names.n_nodes, dtype=np.uint64)
    listed = f"SELECT name FROM read_parquet({text_in_sql(str(work.file('names')))})"
    done, size = 0, np.int64(0)
    with work.writing("text") as text, work.writing("ends") as ends:
        ends.write(np.zeros(1, dtype=np.int64).data)
        for some, bounds in engine.texts(listed):
            text.write(some.data)
            ends.write((bounds[1:] + size).data)
            raw, at = some.tobytes(), bounds.tolist()
            hashes = np.fromiter((crc32(raw[a:b]) for a, b in zip(at, at[1:], strict=False)), np.uint64, len(at) - 1)
            hashed[done : done + len(hashes)] = hashes << np.uint64(32) | np.arange(
                done, done + len(hashes), dtype=np.uint64
            )
            done, size = done + len(hashes), size + bounds[-1]
    hashed.sort()
    with work.writing("hashes") as hashes_file, work.writing("order") as order:
        for start in range(0, len(hashed), BLOCK):
            block = hashed[start : start + BLOCK]
            hashes_file.write((block >> np.uint64(32)).astype(np.uint32).data)
            order.write(block.astype(np.uint32).data)
    lookup = work.array("hashes", np.uint32), work.array("order", np.uint32)
    return Texts(work.array("text", np.uint8), work.array("ends"), lookup)


def _values(work: Unfinished, engine: Engine, facts: Facts, names: Names) -> Iterator[NDArray[Any]]:
    if names.how == "marks":
        yield from Marks(facts.lowest, work.loaded("marks", np.uint8)).values()
        return
    for (values,) in engine.blocks(f"SELECT name FROM read_parquet({text_in_sql(str(work.file('names')))})"):
        yield values
