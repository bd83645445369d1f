"""A topological order of edges that do not fit the memory: vectors of one entry a node in it, edges streamed past.

Kahn's algorithm in passes. What nothing enters is taken away with its edges; the edges that are left are written down
and are the next pass's. An edge that comes later than the one that freed its tail goes in the same pass, so that few
passes do. What many leave over, such as a chain whose edges are listed from its end, is sorted by the tail, and peeled
by looking rows up. Then the same backwards: what nothing leaves. The rest, the components with cycles and what lies
between them, must fit the memory.

The order does not depend on the passes: first what no cycle leads to, by the longest way to it from where nothing
enters and then by id; then the rest; then what leads to no cycle, by the longest way from it, descending.
(A. B. Kahn, "Topological sorting of large networks", CACM 5(11), 1962; semi-external: node vectors in memory.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff.engines.external_engine import BLOCK, Blocks, Engine
from graphdiff.engines.unfinished import Unfinished
from graphdiff.errors import LimitError
from graphdiff.kernels.external import (
    called,
    count_entering,
    count_levels,
    n_largest_level,
    peel_block,
    peel_rows,
    place_levels,
)
from graphdiff.kernels.order import topological
from graphdiff.kernels.rows import count, grouped
from graphdiff.remedies import Keyword

__all__ = ["Arrangement", "Room", "arranged", "pairs"]

#: How often all edges that are left are read before rows are looked up.
MOST_PASSES = 50
#: Bytes that an edge that is left takes where its row is looked up, once it is in memory, and a node beside.
AN_EDGE_IN_ROWS, A_NODE_IN_ROWS = 4, 25
#: Bytes that a node and an edge of the rest take while its components are sought.
A_NODE_OF_THE_REST, AN_EDGE_OF_THE_REST = 100, 40
AHEAD, REST, BEHIND = 0, 1, 2


@dataclass(frozen=True)
class Room:
    """The memory that there is, and how an engine is opened that keeps within what is left of it."""

    n_bytes: int
    engine: Callable[[int], Engine]


@dataclass(frozen=True)
class Arrangement:
    """The position of each id, the id at each position, and the ranges of positions that are components with cycles."""

    positions: NDArray[np.uint32]
    ids: NDArray[np.uint32]
    cyclic: NDArray[np.int64]


def pairs(work: Unfinished, tails: str, heads: str) -> Blocks:
    """Yield the edges of two arrays of the folder, block by block."""
    with open(work.file(tails), "rb") as first, open(work.file(heads), "rb") as second:
        while len(block := np.fromfile(first, dtype=np.uint32, count=BLOCK)):
            yield block, np.fromfile(second, dtype=np.uint32, count=BLOCK)


def arranged(work: Unfinished, n_nodes: int, room: Room, told: Callable[[int], None]) -> Arrangement:
    """Put the nodes of the edges ``tails`` and ``heads`` of the folder into order.

    `told` is called after each pass, with how many edges are left.

    Raises
    ------
    LimitError
        If the rest does not fit the memory.
    """
    parts = np.full(n_nodes, REST, dtype=np.uint8)
    positions = np.empty(n_nodes, dtype=np.uint32)
    state = _peeled(work, n_nodes, ("tails", "heads"), room, told)
    parts[state[::2] == 0] = AHEAD
    n_ahead = _placed(state, parts, AHEAD, positions, 0, 1)
    cyclic = np.empty((0, 2), dtype=np.int64)
    if n_ahead < n_nodes:
        _kept(work, parts, ("tails", "heads"), ("left.tails", "left.heads"))
        # Turned round, what nothing enters is what nothing left.
        state = _peeled(work, n_nodes, ("left.heads", "left.tails"), room, told)
        parts[(state[::2] == 0) & (parts == REST)] = BEHIND
        n_behind = _placed(state, parts, BEHIND, positions, n_nodes - 1, -1)
        del state
        if n_ahead + n_behind < n_nodes:
            cyclic = _rest_placed(work, parts, positions, n_ahead, room)
        work.drop("left.tails", "left.heads")
    ids = np.empty(n_nodes, dtype=np.uint32)
    for start in range(0, n_nodes, BLOCK):
        some = positions[start : start + BLOCK]
        ids[some] = np.arange(start, start + len(some), dtype=np.uint32)
    return Arrangement(positions, ids, cyclic)


def _peeled(
    work: Unfinished,
    n_nodes: int,
    ends: tuple[str, str],
    room: Room,
    told: Callable[[int], None],
) -> NDArray[np.uint32]:
    """Return how many edges enter each node still, once all is taken away that can be, and its level.

    `ends` are the arrays of the tails and heads, which stay as they are.
    """
    state = np.zeros(2 * n_nodes, dtype=np.uint32)
    n_left = 0
    for _, heads in pairs(work, *ends):
        n_left += len(heads)
        if not called(count_entering, heads, state):
            raise LimitError(f"{work.output}: a node with 2**32 edges on one side; up to that are counted")
    passes = n_before = 0
    left = ends
    while n_left and n_left != n_before:
        if passes == MOST_PASSES or (passes and n_left * AN_EDGE_IN_ROWS < room.n_bytes - A_NODE_IN_ROWS * n_nodes):
            work.drop(*(name for name in _passes() if name not in left))
            _by_rows(work, left, state, n_left, room)
            break
        kept = (_passes()[passes % 2 * 2], _passes()[passes % 2 * 2 + 1])
        n_before, n_left = n_left, _pass(work, left, kept, state)
        passes, left = passes + 1, kept
        told(n_left)
    work.drop(*_passes())
    return state


def _passes() -> list[str]:
    """Return what the edges are called that passes have left: those of every other pass."""
    return [f"pass{number}.{end}" for number in (0, 1) for end in ("tails", "heads")]


def _pass(work: Unfinished, ends: tuple[str, str], kept: tuple[str, str], state: NDArray[np.uint32]) -> int:
    """Look at all edges that are left, write down those that stay, and return how many these are."""
    n_kept = 0
    kept_tails, kept_heads = np.empty(BLOCK, dtype=np.uint32), np.empty(BLOCK, dtype=np.uint32)
    with work.writing(kept[0]) as tails_file, work.writing(kept[1]) as heads_file:
        for tails, heads in pairs(work, *ends):
            size = called(peel_block, tails, heads, state, kept_tails, kept_heads)
            tails_file.write(kept_tails[:size].data)
            heads_file.write(kept_heads[:size].data)
            n_kept += size
    return n_kept


def _by_rows(work: Unfinished, ends: tuple[str, str], state: NDArray[np.uint32], n_left: int, room: Room) -> None:
    """Peel what is left row by row: sorted by the tail on the disk, and looked up where it lies."""
    n_nodes = len(state) // 2
    ptr = np.zeros(n_nodes + 1, dtype=np.uint64)
    with room.engine(room.n_bytes - state.nbytes - ptr.nbytes - 4 * n_nodes) as engine, work.writing("rows") as file:
        # Both ends in one number take a third less on the disk than two columns.
        engine.take(
            "edges_left", ("edge",), ((tails.astype(np.uint64) << 32 | heads,) for tails, heads in pairs(work, *ends))
        )
        for (edges,) in engine.blocks("SELECT edge FROM edges_left ORDER BY edge"):
            called(count, edges >> 32, ptr[1:])
            file.write(edges.astype(np.uint32).data)
    np.cumsum(ptr, out=ptr)
    queue = np.empty(n_nodes, dtype=np.uint32)
    ready = 0
    for start in range(0, n_nodes, BLOCK):
        stop = min(start + BLOCK, n_nodes)
        free = np.flatnonzero((state[2 * start : 2 * stop : 2] == 0) & (ptr[start:stop] < ptr[start + 1 : stop + 1]))
        queue[ready : ready + len(free)] = free + start
        ready += len(free)
    heads = work.array("rows", np.uint32)
    called(peel_rows, ptr, heads, state, queue, ready)
    del heads
    work.drop("rows")


def _placed(
    state: NDArray[np.uint32], parts: NDArray[np.uint8], part: int, positions: NDArray[np.uint32], first: int, step: int
) -> int:
    """Give the nodes of one part their positions, by level and by id; return how many they are."""
    cursor = np.zeros(n_largest_level(state) + 2, dtype=np.uint32)
    called(count_levels, state, parts, part, cursor)
    np.cumsum(cursor, out=cursor)
    n_placed = int(cursor[-1])
    called(place_levels, state, parts, part, cursor, positions, first, step)
    return n_placed


def _kept(work: Unfinished, parts: NDArray[np.uint8], ends: tuple[str, str], kept: tuple[str, str]) -> None:
    """Write down the edges between two nodes of the rest."""
    with work.writing(kept[0]) as tails_file, work.writing(kept[1]) as heads_file:
        for tails, heads in _rest(work, parts, ends):
            tails_file.write(tails.data)
            heads_file.write(heads.data)


def _rest(work: Unfinished, parts: NDArray[np.uint8], ends: tuple[str, str]) -> Iterator[tuple[Any, ...]]:
    for tails, heads in pairs(work, *ends):
        inside = (parts[tails] == REST) & (parts[heads] == REST)
        yield tails[inside], heads[inside]


def _rest_placed(
    work: Unfinished, parts: NDArray[np.uint8], positions: NDArray[np.uint32], first: int, room: Room
) -> NDArray[np.int64]:
    """Give the nodes of the rest their positions from `first` on, and return the components with cycles."""
    ends = ("left.tails", "left.heads")
    n_edges = sum(len(tails) for tails, _ in _rest(work, parts, ends))
    nodes = np.flatnonzero(parts == REST)
    needed = A_NODE_OF_THE_REST * len(nodes) + AN_EDGE_OF_THE_REST * n_edges + 5 * len(parts)
    if needed > room.n_bytes:
        raise LimitError(
            f"{work.output}: {len(nodes):,} nodes and {n_edges:,} edges lie on cycles or between them, and are looked "
            f"through in memory: some {needed / 1e6:,.0f} MB beside {room.n_bytes / 1e6:,.0f} MB; give a larger ",
            Keyword("memory"),
            ", or leave out edges that close cycles",
        )
    local = np.zeros(len(parts), dtype=np.uint32)
    local[nodes] = np.arange(len(nodes), dtype=np.uint32)
    tails, heads = np.empty(n_edges, dtype=np.uint32), np.empty(n_edges, dtype=np.uint32)
    done = 0
    for some_tails, some_heads in _rest(work, parts, ends):
        stop = done + len(some_tails)
        tails[done:stop], heads[done:stop] = local[some_tails], local[some_heads]
        done = stop
    del local
    ptr, heads, _ = grouped(len(nodes), tails, heads)
    order, cyclic = topological(len(nodes), ptr, heads)
    positions[nodes[order]] = np.arange(first, first + len(nodes), dtype=np.uint32)
    return cyclic + first
