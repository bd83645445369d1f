"""What runs inside a task: Arrow batches in, Arrow batches out, whatever the engine that sorted them.

A row is an edge into the node ``id``, with what its tail has come to, or (``step`` 0) what the node itself has come to
so far. Rows are sorted by (id, step, tail, weight): of parallel edges none is before the others but by its weight, and
those of one weight are alike. So the sums do not depend on how rows are spread over partitions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff.arithmetic import SAFE_INT, SMALLEST_NORMAL
from graphdiff.kernels import run
from graphdiff.kernels.folds import levels, push
from graphdiff.kernels.reach import flooded
from graphdiff.kernels.rows import grouped, index_type
from graphdiff.sums.enclosure import ABOVE, ROUNDING, UNDERFLOW

try:
    import pyarrow as pa
except ImportError:
    pa = None

#: The order in which rows are folded.
ORDER = ("id", "step", "tail", "weight")
#: What is summed at each node, beside its id.
SUMS = ("value", "size", "roundings", "lost")


@dataclass(frozen=True)
class Numbers:
    """What nodes and weights are.

    Attributes
    ----------
    is_text : bool
        Whether nodes are text, else they are ints of 64 bits.
    are_ints : bool
        Whether sums are ints of 64 bits, else they are floats.
    modulus : int
        What ints are taken modulo; 0 for none.
    """

    is_text: bool
    are_ints: bool
    modulus: int = 0

    @property
    def node(self) -> pa.DataType:
        """The type of a node."""
        return pa.string() if self.is_text else pa.int64()

    @property
    def number(self) -> pa.DataType:
        """The type of a value and of a weight."""
        return pa.int64() if self.are_ints else pa.float64()

    def schema(self, work: Task) -> pa.Schema:
        """Return the columns that a task makes."""
        kinds = {"node": self.node, "number": self.number, "int": pa.int64(), "float": pa.float64()}
        return pa.schema([(name, kinds[kind]) for name, kind in work.columns.items()])


class Sums:
    """The sums of some places, as arrays that the kernel adds to."""

    def __init__(self, numbers: Numbers, size: int) -> None:
        self.numbers = numbers
        self.value = np.zeros(size, dtype=np.int64 if numbers.are_ints else np.float64)
        self.size, self.lost = np.zeros(size), np.zeros(size)
        self.roundings = np.zeros(size, dtype=np.int64)

    def set(self, places: Any, batch: Any, rows: NDArray[np.int64]) -> None:
        """Write what some rows have to some places."""
        for name in SUMS:
            getattr(self, name)[places] = column(batch, name)[rows]

    def push(self, tails: NDArray[np.int64], heads: NDArray[np.int64], weights: NDArray[Any]) -> None:
        """Fold edges, one after the other."""
        limit = SAFE_INT if self.numbers.are_ints and not self.numbers.modulus else 0.0
        sums = (self.value, self.size, self.roundings, self.lost)
        run(push, len(heads), tails, heads, weights, self.numbers.modulus, limit, SMALLEST_NORMAL, *sums)

    def batch(self, places: Any, ids: Any, awaited: NDArray[np.int64], arrived: NDArray[np.int64]) -> pa.RecordBatch:
        """Return some places as rows of a state."""
        value, size, roundings, lost = (getattr(self, name)[places] for name in SUMS)
        bounds = np.zeros(len(size)) if self.numbers.are_ints else error_bounds(roundings, size, lost)
        return pa.record_batch(
            [ids, *map(pa.array, (awaited, arrived, value, size, roundings, lost, bounds))],
            schema=self.numbers.schema(FOLDED),
        )


def error_bounds(roundings: NDArray[Any], sizes: NDArray[Any], lost: NDArray[Any]) -> NDArray[np.float64]:
    """Return `graphdiff.sums.certificate.error_bound` of many sums at once.

    Examples
    --------
    >>> error_bounds(np.array([0, 2]), np.array([1.0, 1.0]), np.zeros(2)) / ROUNDING
    array([0.        , 2.00000191])
    """
    unit = roundings * ROUNDING
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        bounds = unit / (1 - unit) * sizes + UNDERFLOW * lost
        bounds = bounds * ABOVE + np.where(bounds < SMALLEST_NORMAL, 2 * UNDERFLOW, 0.0)
    return np.where(roundings > 0, bounds, 0.0)


def column(batch: Any, name: str) -> NDArray[Any]:
    """Return a column of numbers as an array."""
    numbers: NDArray[Any] = batch.column(name).to_numpy(zero_copy_only=False) if len(batch) else np.zeros(0)
    return numbers


@dataclass
class _Open:
    """The node that the last batch ended in: the next may have more of its edges."""

    id: Any
    awaited: int
    arrived: int
    sums: Sums


def folded(batches: Iterable[pa.RecordBatch], numbers: Numbers) -> Iterator[pa.RecordBatch]:
    """Fold sorted rows into one row a node, holding no more than a batch."""
    left: _Open | None = None
    for batch in batches:
        if len(batch):
            left, complete = _fold(batch, left, numbers)
            yield complete
    if left is not None:
        yield left.sums.batch(
            [0], pa.array([left.id], numbers.node), np.array([left.awaited]), np.array([left.arrived])
        )


def _fold(batch: pa.RecordBatch, left: _Open | None, numbers: Numbers) -> tuple[_Open, pa.RecordBatch]:
    """Fold a batch, the node that was left open being the first group, and leave open the last one."""
    from pyarrow import compute

    ids, n_rows = batch.column("id"), len(batch)
    fresh = np.ones(n_rows, dtype=bool)
    fresh[0] = left is None or left.id != ids[0].as_py()
    fresh[1:] = compute.not_equal(ids.slice(1), ids.slice(0, n_rows - 1)).to_numpy(zero_copy_only=False)
    group, firsts = np.cumsum(fresh), np.flatnonzero(fresh)
    n_groups = int(group[-1]) + 1
    sums = Sums(numbers, n_rows + n_groups)
    awaited, arrived = np.zeros(n_groups, dtype=np.int64), np.zeros(n_groups, dtype=np.int64)
    awaited[1:] = column(batch, "awaited")[firsts]
    if left is not None:
        awaited[0], arrived[0] = left.awaited, left.arrived
        for name in SUMS:
            getattr(sums, name)[n_rows] = getattr(left.sums, name)[0]
    is_edge = column(batch, "step") == 1
    edges, states = np.flatnonzero(is_edge), np.flatnonzero(~is_edge)
    sums.set(edges, batch, edges)
    sums.set(n_rows + group[states], batch, states)
    sums.push(edges, n_rows + group[edges], column(batch, "weight")[edges])
    arrived += np.bincount(group[edges], minlength=n_groups)
    arrived[group[states]] += column(batch, "arrived")[states]
    return _split(n_rows, sums, ids.take(pa.array(firsts)), left, awaited, arrived)


def _split(
    n_rows: int, sums: Sums, ids: Any, left: _Open | None, awaited: NDArray[np.int64], arrived: NDArray[np.int64]
) -> tuple[_Open, pa.RecordBatch]:
    last, begin = len(awaited) - 1, int(left is None)
    still = Sums(sums.numbers, 1)
    for name in SUMS:
        getattr(still, name)[0] = getattr(sums, name)[n_rows + last]
    if left is not None:
        ids = pa.concat_arrays([pa.array([left.id], ids.type), ids])
    opened = _Open(ids[-1].as_py(), int(awaited[last]), int(arrived[last]), still)
    places = np.arange(n_rows + begin, n_rows + last)
    return opened, sums.batch(places, ids.slice(0, len(ids) - 1), awaited[begin:last], arrived[begin:last])


def walked(batches: Iterable[pa.RecordBatch], numbers: Numbers) -> Iterator[pa.RecordBatch]:
    """Walk chains, each link a row of ``id``, the chain, ``step``, its place, ``head``, and what the first tail has."""
    left: tuple[Any, Sums] | None = None
    for batch in batches:
        if n_rows := len(batch):
            ids, every = batch.column("id"), np.arange(n_rows)
            sums = Sums(numbers, 2 * n_rows + 1)  # of heads, of first tails, of the last head of the batch before
            sums.set(n_rows + every, batch, every)
            tails = np.where(column(batch, "step") == 0, n_rows + every, every - 1)
            if left is not None and left[0] == ids[0].as_py():
                tails[0] = 2 * n_rows
                for name in SUMS:
                    getattr(sums, name)[2 * n_rows] = getattr(left[1], name)[0]
            sums.push(tails, every, column(batch, "weight"))
            last = Sums(numbers, 1)
            for name in SUMS:
                getattr(last, name)[0] = getattr(sums, name)[n_rows - 1]
            left = ids[-1].as_py(), last
            one = np.ones(n_rows, dtype=np.int64)
            yield sums.batch(every, batch.column("head"), one, one)


def finished(batches: Iterable[pa.RecordBatch], numbers: Numbers) -> Iterator[pa.RecordBatch]:
    """Fold all edges that are left, in the order in which the supersteps would have; nodes on and behind cycles lack.

    Rows as those of `folded`, of edges whose tails may be incomplete.
    """
    table = pa.Table.from_batches(list(batches)) if (batches := list(batches)) else None
    if table is None or not len(table):
        return
    is_edge = column(table, "step") == 1
    edges, states = np.flatnonzero(is_edge), np.flatnonzero(~is_edge)
    names, (codes, tails) = _numbered(table.column("id"), table.column("tail"))
    tails, heads, nodes = tails[edges], codes[edges], codes[states]
    sums = Sums(numbers, len(names))
    sums.set(nodes, table, states)
    awaited, begun = np.zeros(len(names), dtype=np.int64), np.zeros(len(names), dtype=bool)
    awaited[codes] = column(table, "awaited")
    begun[nodes] = True
    level = np.zeros(len(names), dtype=np.int64)
    level[nodes] = column(table, "level")[states]
    done = _done(tails, heads, begun, level)
    weights = column(table, "weight")[edges]
    order = np.lexsort((weights, tails, level[tails]))
    order = order[done[tails[order]]]
    sums.push(tails[order], heads[order], weights[order])
    new = np.flatnonzero(done & (np.bincount(heads, minlength=len(names)) > 0))
    yield sums.batch(new, names.take(pa.array(new)), awaited[new], awaited[new])


def _done(
    tails: NDArray[np.int64], heads: NDArray[np.int64], begun: NDArray[np.bool_], level: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return which nodes are complete before a cycle stops it, and write the level of each."""
    n_nodes = len(level)
    ptr, ordered = _rows(n_nodes, tails, heads)
    awaited = np.bincount(heads, minlength=n_nodes).astype(np.int64)
    begin = np.flatnonzero(begun & (awaited == 0))
    queue = np.zeros(n_nodes, dtype=np.int64)
    queue[: len(begin)] = begin
    size = run(levels, len(heads), ptr, ordered, awaited, level, queue, len(begin))
    done = np.zeros(n_nodes, dtype=bool)
    done[queue[:size]] = True
    return done


def _rows(n_nodes: int, tails: NDArray[np.int64], heads: NDArray[np.int64]) -> tuple[NDArray[Any], NDArray[Any]]:
    kind = index_type(n_nodes)
    ptr, ordered, _ = grouped(n_nodes, tails.astype(kind), heads.astype(kind))
    return ptr, ordered


def _numbered(*columns: Any) -> tuple[pa.Array, list[NDArray[np.int64]]]:
    """Return the distinct values of some columns in order, and the columns as places in them."""
    from pyarrow import compute

    encoded = pa.chunked_array([chunk for each in columns for chunk in each.chunks]).dictionary_encode()
    encoded = encoded.combine_chunks()
    order = compute.sort_indices(encoded.dictionary).to_numpy()
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    codes = rank[encoded.indices.to_numpy()]
    ends = np.cumsum([len(each) for each in columns])
    return encoded.dictionary.take(pa.array(order)), np.split(codes, ends[:-1])


def spread(batches: Iterable[pa.RecordBatch], numbers: Numbers) -> Iterator[pa.RecordBatch]:
    """Return all that is reached over rows of ``tail`` and ``id``, from those whose ``step`` is 0 on."""
    table = pa.Table.from_batches(list(batches)) if (batches := list(batches)) else None
    if table is None or not len(table):
        return
    names, (heads, tails) = _numbered(table.column("id"), table.column("tail"))
    is_edge = column(table, "step") == 1
    ptr, ordered = _rows(len(names), tails[is_edge], heads[is_edge])
    mark = flooded(ptr, ordered, heads[~is_edge])
    yield pa.record_batch([names.take(pa.array(np.flatnonzero(mark)))], schema=numbers.schema(SPREAD))


def through(batches: Iterable[pa.RecordBatch], numbers: Numbers) -> Iterator[pa.RecordBatch]:
    """Return what passes each edge: tangent · weight · adjoint, the sum of its absolute values, and its bound."""
    for batch in batches:
        tangent, weight, adjoint = (column(batch, name) for name in ("t_value", "weight", "a_value"))
        (t_size, a_size), (t_lost, a_lost) = (
            [column(batch, f"{end}_{name}") for end in "ta"] for name in ("size", "lost")
        )
        factor = np.abs(weight.astype(np.float64))
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            size = t_size * factor * a_size
            passed = tangent * weight * adjoint
            lost = factor * (t_lost * a_size + a_lost * t_size + UNDERFLOW * t_lost * a_lost)
            tiny = np.minimum(np.abs(tangent * weight), np.abs(passed)) < SMALLEST_NORMAL
            lost += np.where(tiny & (size > 0), a_size + a_lost + 1, 0.0)
        roundings = column(batch, "t_roundings") + column(batch, "a_roundings") + 2
        bounds = np.zeros(len(size)) if numbers.are_ints else error_bounds(roundings, size, lost)
        made = [batch.column(name) for name in ("source", "target", "weight")]
        yield pa.record_batch([*made, *map(pa.array, (passed, size, bounds))], schema=numbers.schema(THROUGH))


@dataclass(frozen=True)
class Task:
    """What runs inside a task.

    Attributes
    ----------
    function : callable
    rows : {"in order", "together", "anywhere"}
        Sorted by `ORDER`, those of one ``id`` in one place; or all in one place; or wherever they are.
    columns : dict of str to {"node", "number", "int", "float"}
        What it makes.
    """

    function: Callable[[Iterable[pa.RecordBatch], Numbers], Iterator[pa.RecordBatch]]
    rows: str
    columns: dict[str, str]


#: What is known of a node: it is complete where ``arrived`` = ``awaited``.
STATE = {
    "id": "node", "awaited": "int", "arrived": "int", "value": "number", "size": "float", "roundings": "int",
    "lost": "float", "error_bound": "float",
}  # fmt: skip
PASSED = {
    "source": "node", "target": "node", "weight": "number", "value": "number", "size": "float", "error_bound": "float"
}  # fmt: skip
FOLDED = Task(folded, "in order", STATE)
WALKED = Task(walked, "in order", STATE)
SPREAD = Task(spread, "together", {"id": "node"})
THROUGH = Task(through, "anywhere", PASSED)
#: By name.
TASKS = {
    "folded": FOLDED, "walked": WALKED, "finished": Task(finished, "together", STATE), "spread": SPREAD,
    "through": THROUGH,
}  # fmt: skip
