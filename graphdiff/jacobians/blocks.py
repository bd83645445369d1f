"""Many passes, in blocks of eight: how a block is computed, and where.

Any numbers go one pass after the other. Floats without a cycle to be solved go eight side by side (`kernels.blocks`),
restricted to what lies between; both ways add in the same order, so that the bits are the same. Blocks share nothing,
so that threads compute them (kernels release the lock of the interpreter), or any other executor, far away: its tasks
carry the path of the saved graph, not the graph.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from queue import Empty, SimpleQueue
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from graphdiff.arithmetic import as_array, in_floats, taken
from graphdiff.graph.compiled import CompiledGraph
from graphdiff.graph.ends import units
from graphdiff.graph.topology import Topology
from graphdiff.kernels import THREADED_VISITS, call_vectorized, n_cores, pays
from graphdiff.kernels import blocks as kernel
from graphdiff.kernels.rows import Ints, each_once
from graphdiff.sums.between import restriction
from graphdiff.sums.cycles import components_between, on_the_way, positions_between
from graphdiff.sums.sweeps import Values, checked_array, forward_values, reverse_values

Direction: TypeAlias = str  # "forward" or "reverse"

#: So few passes are made one by one.
FEWEST = 4
#: Blocks may wait to be taken up to so many bytes.
MAX_WAITING = 2**28


@dataclass(frozen=True)
class Task:
    """Up to eight passes, and what is wanted of them.

    Attributes
    ----------
    seeds : int array, shape (n_seeds,)
        Where each pass begins with 1; places are as `anchored` has them.
    wanted : int array, shape (n_wanted,)
        Where values are wanted.
    lanes : int array, shape (n_wanted,), optional
        Sorted: the pass of which each value is wanted. Without it the values of all passes are.
    """

    seeds: Ints
    wanted: Ints
    lanes: Ints | None = None


#: Computes a task's values, shape (n_wanted, n_seeds), or (n_wanted,) where it has lanes.
Runner: TypeAlias = Callable[[Task], NDArray[Any]]


def tasks(seeds: Ints, wanted: Ints) -> list[Task]:
    """Return passes in blocks of eight."""
    return [Task(seeds[start : start + kernel.WIDTH], wanted) for start in range(0, len(seeds), kernel.WIDTH)]


def side_by_side(graph: CompiledGraph, n_passes: int) -> bool:
    """Return whether so many passes go eight at a time: floats, and work enough for a kernel."""
    weights = graph.carried
    return in_floats(weights) and n_passes >= FEWEST and pays(len(weights) * n_passes)


def run(graph: CompiledGraph, direction: Direction, asked: Sequence[Task], executor: Executor | None) -> Iterator[Any]:
    """Yield the values of each task, in order, as they are computed; few are held at a time.

    Raises
    ------
    ValueOverflowError
        If a value is beyond the largest float.
    CycleError
        If walks round a cycle in between do not converge.
    """
    workers = min(n_cores(), len(asked))
    with ExitStack() as stack:
        if executor is None or isinstance(executor, ThreadPoolExecutor):
            function, lanes = _runner(graph, direction, asked)
            if executor is None and lanes * kernel.WIDTH * len(asked) < THREADED_VISITS:
                yield from map(function, asked)
                return
            executor = executor or stack.enter_context(ThreadPoolExecutor(workers))
        else:
            folder = stack.enter_context(TemporaryDirectory(prefix="graphdiff-", ignore_cleanup_errors=True))
            path = os.path.join(folder, "graph")
            _nameless(graph).save(path)
            function = partial(_opened_and_run, path, direction)
        yield from _in_order(executor, function, asked, workers + 1)


def _in_order(executor: Executor, function: Runner, asked: Sequence[Task], least: int) -> Iterator[Any]:
    """Yield results in the order of the tasks; at least so many are submitted, more up to `MAX_WAITING` bytes."""
    largest = max((8 * len(task.seeds) * len(task.wanted) for task in asked), default=0)
    ahead = max(least, MAX_WAITING // max(largest, 2**20))
    waiting: deque[Future[NDArray[Any]]] = deque()
    try:
        for task in asked:
            waiting.append(executor.submit(function, task))
            if len(waiting) >= ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()


def _nameless(graph: CompiledGraph) -> CompiledGraph:
    """Return the graph without its labels, which tasks do not speak of, and which not every file can hold."""
    shape = graph.topology
    return replace(graph, topology=Topology(shape.ids, shape.ptr, shape.heads, shape.cyclic))


def _opened_and_run(path: str, direction: Direction, task: Task) -> NDArray[Any]:
    """Compute a task in a process that has the file of the graph, but not the graph."""
    return _runner(_opened(path), direction, [task])[0](task)


@lru_cache(maxsize=1)  # a process is given many tasks on one graph
def _opened(path: str) -> CompiledGraph:
    return CompiledGraph.load(path)


def _runner(graph: CompiledGraph, direction: Direction, asked: Sequence[Task]) -> tuple[Runner, int]:
    """Return what computes tasks like those `asked`, and the edges that it visits without the interpreter's lock."""
    if side_by_side(graph, sum(len(task.seeds) for task in asked)):
        seeds = each_once(np.concatenate([task.seeds for task in asked])).tolist()
        wanted = each_once(np.concatenate([task.wanted for task in asked])).tolist()
        ends = (seeds, wanted) if direction == "forward" else (wanted, seeds)
        if graph.cycles == "collapse" or not components_between(graph, *ends):
            lanes = _lanes(graph, direction, *ends)
            return lanes.run, len(lanes.heads)
    return partial(_one_by_one, graph, direction), 0


# -- one after the other


def _one_by_one(graph: CompiledGraph, direction: Direction, task: Task) -> NDArray[Any]:
    one_pass = _forward if direction == "forward" else _reverse
    columns = []
    for lane, seed in enumerate(task.seeds.tolist()):
        wanted = task.wanted if task.lanes is None else task.wanted[task.lanes == lane]
        values = one_pass(graph, seed, wanted.tolist()) if len(wanted) else []
        picked = values[wanted] if isinstance(values, np.ndarray) else [values[place] for place in wanted.tolist()]
        columns.append(checked_array(picked))
    return joined(columns, 1 if task.lanes is None else 0)


def _forward(graph: CompiledGraph, seed: int, wanted: list[int]) -> Values:
    loops = on_the_way(graph, [seed], wanted)
    return forward_values(graph, {seed: graph.one_and_zero[0]}, loops, stop=max(wanted))


def _reverse(graph: CompiledGraph, seed: int, wanted: list[int]) -> Values:
    loops = on_the_way(graph, wanted, [seed])
    return reverse_values(graph, {seed: graph.one_and_zero[0]}, loops, start=min(wanted))


def joined(parts: Sequence[NDArray[Any]], axis: int) -> NDArray[Any]:
    """Put vectors or blocks below each other (axis 0) or side by side (1), as numbers of a kind that holds them all."""
    if len({part.dtype for part in parts}) > 1:
        numbers = as_array([number for part in parts for number in part.ravel().tolist()])
        cuts = np.cumsum([part.size for part in parts])[:-1]
        parts = [some.reshape(part.shape) for some, part in zip(np.split(numbers, cuts), parts, strict=True)]
    return np.column_stack(parts) if axis else np.concatenate(parts)


# -- eight side by side


@dataclass(frozen=True, eq=False)
class Lanes:
    """Rows to pull along, eight columns at a time.

    Attributes
    ----------
    ptr, heads, weights : arrays
        The edges between, or all where that is most of them; for forward passes turned round (`kernels.blocks.turn`).
    turned : bool
        Whether row ``u`` here is that of ``n - 1 - u``.
    positions : int array, or None
        In order, the position of each row before it was turned; None where every position has its row.
    spare : queue of arrays
        Values that no block is using: of shape (n + 1, 8), the last row 0 for what is not between.
    """

    ptr: NDArray[Any]
    heads: NDArray[Any]
    weights: NDArray[Any]
    turned: bool
    positions: NDArray[Any] | None
    spare: SimpleQueue[NDArray[Any]] = field(default_factory=SimpleQueue)

    @property
    def size(self) -> int:
        """How many rows there are."""
        return len(self.ptr) - 1

    def rows(self, places: Ints) -> Ints:
        """Return the row of each position; `size` for one that is not between."""
        rows = places
        if self.positions is not None:
            rows_at = np.searchsorted(self.positions, places)
            rows = np.where(np.append(self.positions, -1)[rows_at] == places, rows_at, self.size)
        return np.where(rows < self.size, self.size - 1 - rows, rows) if self.turned else rows

    def run(self, task: Task) -> NDArray[Any]:
        """Compute the values of a task of up to eight passes."""
        starts, wanted = self.rows(task.seeds), self.rows(task.wanted)
        stop = 1 + starts[starts < self.size].max(initial=-1)
        seeds = np.full(kernel.WIDTH, self.size, dtype=np.uint64)
        seeds[: len(starts)] = starts
        values = self._taken()
        values[stop:] = 0
        bounds = np.uint64(wanted.min(initial=self.size)), np.uint64(stop)
        call_vectorized(kernel.pull, self.ptr, self.heads, self.weights, values, seeds, *bounds)
        picked = checked_array(values[wanted, : len(starts)] if task.lanes is None else values[wanted, task.lanes])
        self.spare.put(values)
        return picked

    def _taken(self) -> NDArray[Any]:
        try:
            return self.spare.get_nowait()
        except Empty:
            return _aligned(self.size + 1)


def _aligned(n_rows: int) -> NDArray[Any]:
    """Return an array of shape (n_rows, 8) with each row in one line of the cache."""
    line = 8 * kernel.WIDTH
    raw = np.empty(line * (n_rows + 1), dtype=np.uint8)
    first = -raw.ctypes.data % line
    return raw[first : first + line * n_rows].view(np.float64).reshape(n_rows, kernel.WIDTH)


def _lanes(graph: CompiledGraph, direction: Direction, sources: Sequence[int], targets: Sequence[int]) -> Lanes:
    turned = direction == "forward"
    if len(positions_between(graph, sources, targets)) > graph.n_nodes / 2:
        if turned:
            return Lanes(*graph.turned, turned, None)
        return Lanes(graph.carriers.ptr, graph.carriers.heads, np.asarray(graph.carried), turned, None)
    between = restriction(graph, units(graph, sources), units(graph, targets))
    heads = between.heads.astype(graph.topology.heads.dtype)
    rows = between.ptr.astype(np.uint64), heads, np.asarray(taken(graph.weights, between.edges))
    ptr, heads, weights = kernel.turned(*rows) if turned else rows
    return Lanes(ptr, heads, weights, turned, between.positions)
