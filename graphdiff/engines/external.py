"""Edges past memory become a saved graph: names numbered, nodes put in order, edges sorted into rows, all on the disk.

The stages, each of which is done once however often the work is interrupted (`unfinished`):

1. every row is looked at (`external_inputs`): its ends are known and its weight is a number;
2. the names that there are, in ascending order, are the ids (`external_names`);
3. the rows are written as ids and weights, in their order;
4. a topological order of the nodes (`peeling`);
5. the edges sorted by the position of their tail and then by their row, in ranges of tails;
6. labels with their index, and the file as `graphdiff.graph.storage` has it, which takes its place whole.

What comes out depends on the rows only: at every memory limit the file has the same bytes.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff import files
from graphdiff.engines.external_engine import BLOCK, Blocks, Engine
from graphdiff.engines.external_inputs import EdgeFiles, Facts, facts_of
from graphdiff.engines.external_names import Names, labels_of, name_nodes, numbered_rows
from graphdiff.engines.peeling import Room, arranged, pairs
from graphdiff.engines.unfinished import MANIFEST, Unfinished
from graphdiff.errors import FormatError, InputError, LimitError, OutputError
from graphdiff.graph import storage
from graphdiff.graph.compiled import CompiledGraph, CyclePolicy, Progress, check_policy
from graphdiff.graph.topology import Topology
from graphdiff.kernels.external import called
from graphdiff.kernels.rows import count
from graphdiff.remedies import Keyword, Remedy
from graphdiff.text.numbers import size_text

__all__ = ["compile_on_disk", "default_memory"]

#: What the process takes before there is an edge: Python, numpy, machine code, DuckDB and Arrow, and blocks of rows.
AT_REST = 500 << 20
#: The least that is left for the work beside that.
LEAST = 100 << 20
#: What part of the memory that is left the engine is told of: it goes beyond that by what it takes in and gives out.
A_PART = 0.5
#: Bytes a node of the vectors that are in memory at once, at most: its part and position, its state, its row, a queue.
A_NODE = 25
#: Bytes an edge that the engine takes on the disk while it sorts.
SPILLED = 30
#: Ranges of tails are sorted one by one, each of at most so many times the memory.
A_RANGE = 2
#: Bytes a node on the disk: order, rows, labels and their index, and twice what is in the file.
A_NODE_ON_DISK = 60
STAGES = 6


@dataclass
class _Job:
    """The work: what is read, where it lies, what memory there is, and who is told of it."""

    edges: EdgeFiles
    work: Unfinished
    memory: int
    progress: Progress
    say: Callable[[str], None]
    number: int = 0

    @property
    def room(self) -> Room:
        """The memory that there is for vectors and engines."""
        return Room(self.memory - AT_REST, self.engine)

    def engine(self, n_bytes: int) -> Engine:
        """Open an engine with so much memory, of which blocks in flight take part."""
        return Engine(self.work.path, int(A_PART * n_bytes), self.edges.files[0])

    def stage(self, name: str, do: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Return what a stage has found, before or now."""
        found = self.work.found(name)
        if found is None:
            found = do()
            self.work.finish(name, **found)
        self.number += 1
        self.progress(1000 * self.number, 1000 * STAGES)
        return found

    def watched(self, blocks: Blocks, n_rows: int) -> Blocks:
        """Yield blocks, and say how far they are within this stage."""
        done = 0
        for block in blocks:
            yield block
            done += len(block[0])
            self.within(done, n_rows)

    def within(self, done: int, whole: int) -> None:
        """Say how far this stage is."""
        self.progress(1000 * self.number + 999 * done // max(whole, 1), 1000 * STAGES)


def default_memory() -> int:
    """Return half of what the system has for programs, or of what a container may take; what the work needs at least.

    What the system keeps of files counts as free, since it gives that back. Where it does not say, 4 GB.

    References
    ----------
    proc_meminfo(5), MemAvailable; Linux kernel documentation, *Control Group v2*, memory.max.

    Examples
    --------
    >>> default_memory() >= AT_REST + LEAST
    True
    """
    available = _number_in("/proc/meminfo", r"MemAvailable:\s+(\d+) kB")
    allowed = _number_in("/sys/fs/cgroup/memory.max", r"(\d+)")
    there = [size for size in (available and 1024 * available, allowed) if size is not None]
    return max(min(there, default=8_000_000_000) // 2, AT_REST + LEAST)


def _number_in(path: str, pattern: str) -> int | None:
    """Return the number that a file of the system has behind a pattern; None where there is none."""
    with contextlib.suppress(OSError):
        found = re.search(pattern, Path(path).read_text("ascii"))
        return int(found[1]) if found else None
    return None


def compile_on_disk(
    edges: EdgeFiles,
    output: str,
    *,
    memory: int,
    cycles: CyclePolicy = "raise",
    overwrite: bool = False,
    progress: Progress = lambda done, total: None,
    say: Callable[[str], None] = lambda line: None,
) -> None:
    """Compile files of edges to a saved graph within a memory.

    Work that was interrupted goes on where the last stage ended when the same is asked again: its folder is called by
    the output, with ``.unfinished`` after it, and is removed at the end. Other files, or the same with another size or
    time, are begun anew.

    Parameters
    ----------
    edges : EdgeFiles
    output : str
        The saved graph, which is written beside its place and then moved there.
    memory : int
        Bytes of memory of its own that the process may take; what is read and mapped of files is the system's.
    cycles
        As in `graphdiff.compile`, kept for the questions.
    overwrite : bool
        Whether a file that is there is replaced.
    progress : callable
        Called with how much is done and how much there is to do.
    say : callable
        Called with a line of what the work goes on with, and of what it takes on the disk.

    Raises
    ------
    LimitError
        If the memory is too little: for the engine, for one entry a node, or for the components with cycles.
    OutputError
        If the file exists, or the disk has too little room.
    """
    check_policy(cycles)
    if memory < AT_REST + LEAST:
        least = f" is too little: Python, DuckDB and one block of rows take {ceil((AT_REST + LEAST) / 1e6):,} MB"
        raise LimitError(Keyword("memory", memory), least)
    work = {"version": 1, "edges": asdict(edges), "inputs": _stamps(edges.files), "cycles": cycles}
    with Unfinished(os.path.realpath(output), _plain(work)) as unfinished:
        if not _was_saved(unfinished, output):
            files.require_free(output, overwrite=overwrite)
            goes_on = unfinished.is_begun
            if goes_on:
                say(f"going on with what is done in {unfinished.path}")
            with _kept_told(unfinished, say), _unchanged(edges.files, work["inputs"]):
                _compile(_Job(edges, unfinished, memory, progress, say), cycles)
            if goes_on:  # only what lay there can have been written into
                _require_sound(unfinished)
            files.require_free(output, overwrite=overwrite)
            os.replace(unfinished.path / "whole", os.path.realpath(output))
            files.sync_folder(Path(os.path.realpath(output)).parent)
        unfinished.remove()


def _plain(work: dict[str, Any]) -> dict[str, Any]:
    """Return a description as it comes back from JSON."""
    import json

    plain: dict[str, Any] = json.loads(json.dumps(work))
    return plain


def _stamps(names: Sequence[str]) -> list[list[Any]]:
    """Return by what files are known to be the same: where they are, their sizes and times."""
    stamps = []
    for name in names:
        try:
            status = os.stat(name)
        except OSError as error:
            raise InputError.of(name, error) from error
        stamps.append([os.path.realpath(name), status.st_size, status.st_mtime_ns])
    return stamps


@contextlib.contextmanager
def _kept_told(work: Unfinished, say: Callable[[str], None]) -> Iterator[None]:
    """Where the work does not come to its end, say that what is done is kept, and how it goes on."""
    try:
        yield
    except BaseException:
        if work.is_begun:
            say(f"what is done is kept in {work.path}: asking the same again goes on with it")
        raise


@contextlib.contextmanager
def _unchanged(names: Sequence[str], stamps: Any) -> Iterator[None]:
    """Raise `InputError` where a file is another than at the first look, whatever else is said of it then."""

    def require() -> None:
        for name, old, new in zip(names, stamps, _stamps(names), strict=True):
            if old != new:
                raise InputError(f"{name} changed while it was read: ask again once nothing writes it")

    try:
        yield
    except (FormatError, InputError):
        require()
        raise
    require()


def _require_sound(work: Unfinished) -> None:
    """Raise where what is made is no graph, since somebody wrote into the arrays that it is made of."""
    try:
        CompiledGraph.load(str(work.path / "whole"))
    except FormatError as error:
        work.begin_anew()
        raise OutputError(f"{work.path} was damaged while it lay there, and is removed: ask again") from error


def _was_saved(work: Unfinished, output: str) -> bool:
    """Return whether the work was killed after the file had taken its place."""
    if work.found("saved") is None or not os.path.exists(output) or (work.path / "whole").exists():
        return False
    return os.stat(output).st_mtime_ns <= os.stat(work.path / MANIFEST).st_mtime_ns


def _compile(job: _Job, cycles: str) -> None:
    if not (job.work.path / "whole").exists():
        job.work.forget("saved")
    facts = Facts(**job.stage("looked at", lambda: asdict(_looked_at(job))))
    names = Names(**job.stage("named", lambda: asdict(_named(job, facts))))
    _require_memory(job, names.n_nodes)
    _require_disk(job, facts, names)
    job.stage("numbered", lambda: _numbered(job, facts, names))
    job.stage("in order", lambda: _in_order(job, facts, names))
    job.stage("in rows", lambda: _in_rows(job, facts, names))
    job.work.drop("tails", "heads", "weights", "positions")
    job.stage("saved", lambda: _saved(job, facts, names, cycles))


def _looked_at(job: _Job) -> Facts:
    with job.engine(job.room.n_bytes) as engine:
        return facts_of(job.edges, engine)


def _named(job: _Job, facts: Facts) -> Names:
    with job.engine(3 * job.room.n_bytes // 4) as engine:
        return name_nodes(job.work, engine, job.edges, facts, job.room.n_bytes)


def _require_disk(job: _Job, facts: Facts, names: Names) -> None:
    """Say what the work takes on the disk at most, and refuse it where that is not there."""
    if job.work.found("in rows") is not None:
        return
    needed = _needed(facts, names, job.room.n_bytes)
    held = sum(entry.stat().st_size for entry in job.work.path.iterdir() if entry.is_file())
    free = shutil.disk_usage(job.work.path).free + held
    counts = f"edges: {facts.n_rows:,}, nodes: {names.n_nodes:,}"
    line = f"{counts}, up to {size_text(needed)} in {job.work.path} while they are sorted"
    job.say(f"{line}; {size_text(free)} are free")
    if needed > free:
        raise OutputError(f"{line}, and {size_text(free)} are free there: make room, or write to another disk")


def _needed(facts: Facts, names: Names, room: int) -> int:
    """Return how many bytes the work takes on the disk at most: what its arrays take, and what the engine spills."""
    weight = np.dtype(facts.dtype).itemsize
    sorting = SPILLED * facts.n_rows
    spilled = 0 if sorting <= A_PART * room else min(sorting, int(A_PART * A_RANGE * room) + SPILLED * BLOCK)
    arrays = (12 + 2 * weight) * facts.n_rows + A_NODE_ON_DISK * names.n_nodes
    return arrays + max(spilled, 16 * facts.n_rows) + facts.n_bytes + 3 * names.n_bytes


def _require_memory(job: _Job, n_nodes: int) -> None:
    needed = A_NODE * n_nodes + LEAST
    if needed > job.room.n_bytes:
        raise LimitError(
            f"{job.work.output}: {n_nodes:,} nodes take {A_NODE:,} bytes each in memory, and with what is there at "
            f"rest {ceil((needed + AT_REST) / 1e6):,} MB, more than ",
            Keyword("memory", job.memory),
            Remedy(Keyword("memory", f"{ceil((needed + AT_REST) / 1e6)}MB"), "has room for them"),
        )


def _numbered(job: _Job, facts: Facts, names: Names) -> dict[str, Any]:
    work = job.work
    held = int(3 / 16 * (facts.highest - facts.lowest)) if names.how == "marks" else 0
    with (
        job.engine(job.room.n_bytes - held) as engine,
        work.writing("tails") as tails_file,
        work.writing("heads") as heads_file,
        work.writing("weights") as weights_file,
    ):
        rows, n_rows = numbered_rows(work, engine, job.edges, facts, names), 0
        for tails, heads, *weights in job.watched(rows, facts.n_rows):
            n_rows += len(tails)
            tails_file.write(tails.data)
            heads_file.write(heads.data)
            for values in weights:
                weights_file.write(values.astype(facts.dtype, copy=False).data)
    if n_rows != facts.n_rows:
        raise InputError(f"{job.edges.files[0]}: {facts.n_rows:,} rows were {n_rows:,} when they were read again")
    return {}


def _in_order(job: _Job, facts: Facts, names: Names) -> dict[str, Any]:
    n_rows = facts.n_rows
    order = arranged(job.work, names.n_nodes, job.room, lambda n_left: job.within(n_rows - n_left, n_rows))
    job.work.keep("positions", order.positions)
    job.work.keep("ids", order.ids)
    return {"cyclic": order.cyclic.tolist()}


def _in_rows(job: _Job, facts: Facts, names: Names) -> dict[str, Any]:
    """Sort the edges by the position of their tail, then by their row: heads, weights and where rows begin."""
    work, n_nodes = job.work, names.n_nodes
    positions = work.loaded("positions", np.uint32)
    ptr = np.zeros(n_nodes + 1, dtype=np.uint64)
    for tails, _ in pairs(work, "tails", "heads"):
        called(count, positions[tails], ptr[1:])
    np.cumsum(ptr, out=ptr)
    work.keep("ptr", ptr)
    left = job.room.n_bytes - positions.nbytes
    bounds = _bounds(ptr, left)
    del ptr
    has_weights = job.edges.weight is not None
    with work.writing("rows.heads") as heads_file, work.writing("rows.weights") as weights_file:
        for start, stop in bounds:
            with job.engine(left) as engine:
                engine.take(
                    "edges",
                    ("tail", "row", "head", "weight")[: 3 + has_weights],
                    _placed(job, facts, positions, start, stop),
                )
                columns = "head, weight" if has_weights else "head"
                rows = engine.blocks(f"SELECT {columns} FROM edges ORDER BY tail, row")
                for heads, *weights in rows:
                    heads_file.write(heads.data)
                    for values in weights:
                        weights_file.write(values.data)
            job.within(stop, n_nodes)
    if not has_weights:
        _constant(work, job.edges.default_weight, facts)
    return {}


def _bounds(ptr: NDArray[np.uint64], n_bytes: int) -> list[tuple[int, int]]:
    """Return ranges of tails, each with edges of at most some times the memory where no tail has more."""
    n_nodes, n_edges = len(ptr) - 1, int(ptr[-1])
    n_ranges = max(1, ceil(SPILLED * n_edges / (A_RANGE * n_bytes)))
    wanted = np.array([n_edges * number // n_ranges for number in range(1, n_ranges)], dtype=np.uint64)
    cuts = [0, *np.searchsorted(ptr, wanted).tolist(), n_nodes]
    return [(start, stop) for start, stop in zip(cuts, cuts[1:], strict=False) if start < stop]


def _placed(job: _Job, facts: Facts, positions: NDArray[np.uint32], start: int, stop: int) -> Blocks:
    """Yield the edges of a range of tails by the positions of their ends, with the rows that they are of."""
    row = 0
    with open(job.work.file("weights"), "rb") as weights_file:
        for tails, heads in pairs(job.work, "tails", "heads"):
            places, rows = positions[tails], np.arange(row, row + len(tails), dtype=np.uint64)
            row += len(tails)
            weights = np.fromfile(weights_file, dtype=facts.dtype, count=len(tails)) if job.edges.weight else None
            columns: list[NDArray[Any]] = [places, rows, positions[heads]]
            if weights is not None:
                columns.append(weights)
            if stop - start < len(positions):
                inside = (places >= start) & (places < stop)
                columns = [column[inside] for column in columns]
            if len(columns[0]):
                yield tuple(columns)


def _constant(work: Unfinished, default: float | int | None, facts: Facts) -> None:
    """Write the same weight for every edge."""
    block = np.full(BLOCK, 1 if default is None else default, dtype=facts.dtype)
    with work.writing("rows.weights") as file:
        for start in range(0, facts.n_rows, BLOCK):
            file.write(block[: facts.n_rows - start].data)


def _saved(job: _Job, facts: Facts, names: Names, cycles: str) -> dict[str, Any]:
    """Write the graph beside its place."""
    work = job.work
    with job.engine(job.room.n_bytes - 8 * names.n_nodes) as engine:
        labels = labels_of(work, engine, facts, names)
    cyclic = np.array((work.found("in order") or {})["cyclic"], dtype=np.int64).reshape(-1, 2)
    topology = Topology(
        work.array("ids", np.uint32),
        work.array("ptr", np.uint64) if facts.n_rows else np.zeros(names.n_nodes + 1, dtype=np.uint64),
        work.array("rows.heads", np.uint32),
        cyclic,
        labels,
    )
    meaning = job.edges.weight or ("unit" if job.edges.default_weight is None else "unknown")
    settings = {
        "cycles": cycles,
        "exact": False,
        "edge_meaning": "unknown",
        "weight_meaning": meaning,
        "node_meaning": "unknown",
    }
    weights = work.array("rows.weights", np.dtype(facts.dtype))
    storage.save(str(Path(work.path, "whole")), topology, weights, settings, overwrite=True)
    return {}
