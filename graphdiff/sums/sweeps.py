"""Forward and reverse accumulation: every edge once, over any kind of number.

Float and int weights go through a compiled kernel where that pays, all others through the same additions in
plain Python; both give the same bits. Between two positions a sweep walks only the edges that leave that range.
"""

from __future__ import annotations

import decimal
import math
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from functools import partial
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import SAFE_INT, Dyadic, Number
from graphdiff.errors import LimitError, ValueOverflowError
from graphdiff.graph.compiled import CompiledGraph
from graphdiff.kernels import FEW, jit, pays
from graphdiff.kernels import sweep as kernel
from graphdiff.kernels.blas import one_thread
from graphdiff.kernels.mapped import walk_parts
from graphdiff.remedies import Keyword, Remedy
from graphdiff.sums.cycles import Range, walks
from graphdiff.sums.factors import Factor

Values: TypeAlias = "list[Any] | NDArray[Any]"
Row: TypeAlias = list[tuple[int, Number]]
Companion: TypeAlias = Callable[[CompiledGraph, Mapping[int, Number]], Values]

#: The most work that exact sums of floats may take, in machine words.
MAX_EXACT_WORDS = 2e10


def forward_values(
    graph: CompiledGraph,
    seeds: Mapping[int, Number],
    loops: Sequence[Range] = (),
    *,
    stop: int | None = None,
    among: NDArray[Any] | None = None,
) -> Values:
    """Push seeds forward: the value of each position is its seed plus value times weight over its in-edges.

    Parameters
    ----------
    graph : CompiledGraph
    seeds : mapping of position to number
    loops : ranges of positions
        The components whose walks are summed (`cycles.on_the_way`).
    stop : int, optional
        The first position whose edges need not be walked.
    among : int array, optional
        In order, the positions whose values are wanted, where that is all that lies between; spares the others.

    Returns
    -------
    list or array, shape (n_nodes,)
    """
    graph, prepared = _prepared(graph, seeds, loops)
    engine = _engine(graph, prepared, among, lambda sizes, seeds: forward_values(sizes, seeds, stop=stop))
    cursor = _component_start(graph, min(prepared) if prepared else 0)
    end = graph.n_nodes if stop is None else stop
    for start, after in loops:
        if cursor <= start <= end:
            engine.push(cursor, start)
            _solve_forward(graph, engine.values, start, after)
            cursor = start
    engine.push(cursor, end)
    return engine.values


def reverse_values(
    graph: CompiledGraph,
    seeds: Mapping[int, Number],
    loops: Sequence[Range] = (),
    *,
    start: int = 0,
    among: NDArray[Any] | None = None,
) -> Values:
    """Pull seeds back: the value of each position is its seed plus weight times value over its out-edges.

    Parameters
    ----------
    graph : CompiledGraph
    seeds : mapping of position to number
    loops : ranges of positions
        The components whose walks are summed (`cycles.on_the_way`).
    start : int, optional
        The first position whose value is wanted.
    among : int array, optional
        In order, the positions whose values are wanted, where that is all that lies between; spares the others.

    Returns
    -------
    list or array, shape (n_nodes,)
    """
    graph, prepared = _prepared(graph, seeds, loops)
    engine = _engine(graph, prepared, among, lambda sizes, seeds: reverse_values(sizes, seeds, start=start))
    first = _component_start(graph, start)
    cursor = _component_end(graph, max(prepared, default=-1))
    for begin, after in reversed(loops):
        if first <= begin < cursor:
            engine.pull(begin, cursor)
            _solve_reverse(graph, engine.values, begin, after)
            cursor = begin
    engine.pull(first, max(cursor, first))
    return engine.values


def place_in_lists(graph: CompiledGraph, end: object) -> int | None:
    """Return the position of an end that is one node, where few edges are swept in lists; None for all else.

    Examples
    --------
    >>> place_in_lists(CompiledGraph.from_arrays([0, 1], [1, 2]), 1)
    1
    """
    if not (graph.is_few and isinstance(end, (str, int))) or pays(graph.n_edges, graph.walked[0]):
        return None
    return graph.topology.known(end)


def forward_from(graph: CompiledGraph, place: int) -> list[Number]:
    """Push a unit at a position forward, in lists.

    Examples
    --------
    >>> forward_from(CompiledGraph.from_arrays([0, 1], [1, 2], [2.0, 3.0]), 0)
    [1.0, 2.0, 6.0]
    """
    lists = _one_in_lists(graph, place)
    lists.push(place, graph.n_nodes)
    return lists.values


def reverse_from(graph: CompiledGraph, place: int) -> list[Number]:
    """Pull a unit at a position back, in lists.

    Examples
    --------
    >>> reverse_from(CompiledGraph.from_arrays([0, 1], [1, 2], [2.0, 3.0]), 2)
    [6.0, 3.0, 1.0]
    """
    lists = _one_in_lists(graph, place)
    lists.pull(0, place + 1)
    return lists.values


def _one_in_lists(graph: CompiledGraph, place: int) -> _Lists:
    graph.walked[0] += graph.n_edges
    return _Lists(graph, {place: graph.one_and_zero[0]}, None)


def _component_start(graph: CompiledGraph, position: int) -> int:
    """Return the first position of the component of `position`."""
    return int(graph.topology.representative[position]) if len(graph.topology.cyclic) else position


def _component_end(graph: CompiledGraph, position: int) -> int:
    """Return the position after the last one in the component of `position`."""
    cyclic = graph.topology.cyclic
    if not len(cyclic):
        return position + 1
    place = int(np.searchsorted(cyclic[:, 0], position, side="right")) - 1
    return max(position + 1, int(cyclic[place, 1])) if place >= 0 else position + 1


# -- engines


def _prepared(
    graph: CompiledGraph, seeds: Mapping[int, Number], loops: Sequence[Range]
) -> tuple[CompiledGraph, dict[int, Number]]:
    """Return the graph and the seeds in one arithmetic."""
    are_plain = {*map(type, seeds.values())} <= {int, float}
    prepared = dict(seeds) if are_plain else {node: arithmetic.plain(seed) for node, seed in seeds.items()}
    if graph.exact:
        if loops or any(not isinstance(seed, (int, float, Dyadic)) for seed in prepared.values()):
            return graph.divisible, {node: Fraction(arithmetic.finished(seed)) for node, seed in prepared.items()}
        exact = {node: Dyadic.of(seed) if isinstance(seed, float) else seed for node, seed in prepared.items()}
        if graph.n_edges**2 > MAX_EXACT_WORDS:  # below, no depth could make it too long
            _require_quick(graph)
        return graph, exact
    return (graph.divisible if loops else graph), prepared


class _Lists:
    """The sweeps in plain Python, over any numbers."""

    __slots__ = ("nodes", "rows", "values")

    def __init__(self, graph: CompiledGraph, seeds: Mapping[int, Number], among: NDArray[Any] | None) -> None:
        _, zero = graph.one_and_zero
        self.values: list[Number] = [zero] * graph.n_nodes
        for node, seed in seeds.items():
            self.values[node] = zero + seed
        self.nodes: list[int] | None = None if among is None else among.tolist()
        self.rows: Mapping[int, Row] | Sequence[Row] = ()
        if among is None or graph.n_edges <= FEW:
            self.rows = graph.listed_rows
        else:
            self.rows = dict(zip(among.tolist(), graph.rows_at(among), strict=True))

    def _span(self, start: int, stop: int) -> Sequence[int]:
        """Return the positions from `start` to `stop` whose values are wanted."""
        if self.nodes is None:
            return range(start, stop)
        return self.nodes[bisect_left(self.nodes, start) : bisect_left(self.nodes, stop)]

    def push(self, start: int, stop: int) -> None:
        """Push the values of positions `start` to `stop` along their edges, first to last."""
        values, rows = self.values, self.rows
        try:
            for node in self._span(start, stop):
                value = values[node]
                if value:
                    for head, weight in rows[node]:
                        values[head] += value * weight
        except decimal.Overflow:
            raise _decimal_overflow() from None

    def pull(self, start: int, stop: int) -> None:
        """Pull values back to positions `start` to `stop` along their edges, last to first."""
        values, rows = self.values, self.rows
        try:
            for node in reversed(self._span(start, stop)):
                value = values[node]
                for head, weight in rows[node]:
                    value += weight * values[head]
                values[node] = value
        except decimal.Overflow:
            raise _decimal_overflow() from None


class _Arrays:
    """The same sweeps by the kernels, over machine numbers."""

    __slots__ = ("edges", "sized", "values")

    def __init__(self, graph: CompiledGraph, seeds: Mapping[int, Number], weights: NDArray[Any], sized: bool) -> None:
        kind = graph.kind or weights.dtype
        self.values = np.zeros(graph.n_nodes, dtype=np.promote_types(kind, np.int64))  # float64 for float32
        places = np.fromiter(seeds, dtype=np.int64, count=len(seeds))
        self.values[places] = np.fromiter(seeds.values(), dtype=self.values.dtype, count=len(seeds))
        rows = graph.carriers
        self.edges = (rows.ptr, rows.heads, weights)
        self.sized = (True,) if sized else ()

    def push(self, start: int, stop: int) -> None:
        """Push the values of positions `start` to `stop` along their edges, first to last."""
        self._walk(kernel.forward, start, stop, backwards=False)

    def pull(self, start: int, stop: int) -> None:
        """Pull values back to positions `start` to `stop` along their edges, last to first."""
        self._walk(kernel.reverse, start, stop, backwards=True)

    def _walk(self, walk: Callable[..., None], start: int, stop: int, *, backwards: bool) -> None:
        step = partial(jit(walk), *self.edges, self.values)
        ptr, *arrays = self.edges
        walk_parts(lambda *rows: step(*rows, *self.sized), ptr, arrays, start, stop, backwards=backwards)


def _engine(
    graph: CompiledGraph, seeds: Mapping[int, Number], among: NDArray[Any] | None, companion: Companion
) -> _Lists | _Arrays:
    """Return the values at the start, with the passes that change them."""
    (weights, sized), walked = graph.swept, graph.walked
    visits = len(weights) if among is None else graph.carriers.n_leaving(among)
    if isinstance(weights, np.ndarray) and pays(visits, walked[0]) and _fits(graph, seeds, companion):
        return _Arrays(graph, seeds, weights, sized)
    walked[0] += visits
    return _Lists(graph, seeds, among)


def _fits(graph: CompiledGraph, seeds: Mapping[int, Number], companion: Companion) -> bool:
    """Return whether machine numbers can hold the sweep: ints only if no partial sum can wrap."""
    kinds = {*map(type, seeds.values())}
    if graph.in_floats:
        return all(issubclass(kind, (int, float, Fraction)) for kind in kinds)
    if not all(issubclass(kind, int) for kind in kinds):
        return False
    sizes = companion(graph.sizes, {node: float(abs(seed)) for node, seed in seeds.items()})
    return float(np.max(sizes, initial=0.0)) < SAFE_INT


def _solve_forward(graph: CompiledGraph, values: Values, start: int, stop: int) -> None:
    entering = values[start:stop]
    if any(entering):
        matrix = walks(graph, start, stop)
        if isinstance(matrix, Factor):
            values[start:stop] = _like(values, matrix.ahead(entering))
        elif isinstance(matrix, np.ndarray):
            with one_thread(stop - start):
                values[start:stop] = _like(values, np.asarray(entering) @ matrix)
        else:
            values[start:stop] = [_dot(entering, column) for column in zip(*matrix, strict=True)]


def _solve_reverse(graph: CompiledGraph, values: Values, start: int, stop: int) -> None:
    leaving = values[start:stop]
    if any(leaving):
        matrix = walks(graph, start, stop)
        if isinstance(matrix, Factor):
            values[start:stop] = _like(values, matrix.back(leaving))
        elif isinstance(matrix, np.ndarray):
            with one_thread(stop - start):
                values[start:stop] = _like(values, matrix @ np.asarray(leaving))
        else:
            values[start:stop] = [_dot(row, leaving) for row in matrix]


def _like(values: Values, result: NDArray[Any]) -> Values:
    return result if isinstance(values, np.ndarray) else result.tolist()


def _dot(left: Iterable[Number], right: Iterable[Number]) -> Number:
    return arithmetic.in_order(a * b for a, b in zip(left, right, strict=True) if a and b)


# -- what may come out


def _require_quick(graph: CompiledGraph) -> None:
    """Refuse exact sums of floats that would run too long, by the growth of their mantissas."""
    if graph.exact_words > MAX_EXACT_WORDS:
        raise LimitError(
            Keyword("exact", True),
            f" would take about {graph.exact_words / 2e8:,.0f} s here: sums of floats over deep graphs grow by some 53 "
            "bits a step; leave it out for float64 with its error bound",
        )


def checked(value: Number) -> Number:
    """Return a finished number, or raise where a sum has left the range of its type."""
    if type(value) is float and math.isfinite(value):  # spares nearly all numbers the rest
        return value
    value = arithmetic.finished(value)
    if isinstance(value, (float, complex)) and not arithmetic.is_finite(value):
        raise overflow()
    return value


def checked_list(values: list[Number]) -> list[Number]:
    """Return numbers that are all floats or all ints, or raise where a float has left the range."""
    if values and type(values[0]) is float and not (math.isfinite(sum(values)) or all(map(math.isfinite, values))):
        raise overflow()
    return values


def checked_array(values: Values) -> NDArray[Any]:
    """Return finished numbers as an array, or raise where one has left the range of its type."""
    if isinstance(values, list) and set(map(type, values)) == {float}:
        values = np.array(values)
    if isinstance(values, np.ndarray):
        with np.errstate(over="ignore", invalid="ignore"):
            # Where the sum is finite all are, and a sum needs no memory; it may overflow on its own, though.
            finite = values.dtype.kind != "f" or math.isfinite(values.sum()) or bool(np.isfinite(values).all())
    else:
        finite = all(math.isfinite(v) if type(v) is float else arithmetic.is_finite(v) for v in values if v)
    if not finite:
        raise overflow()
    return arithmetic.as_array(values)


@contextmanager
def in_range() -> Iterator[None]:
    """Raise our own error where a number leaves the range of its type."""
    try:
        yield
    except decimal.Overflow:
        raise _decimal_overflow() from None
    except OverflowError:
        raise overflow() from None


def overflow() -> ValueOverflowError:
    """Return the error that a sum has left the range of its type."""
    return ValueOverflowError(
        "a sum over the paths is larger than the largest float (1.8e308)",
        Remedy(Keyword("exact", True), "has no such limit"),
    )


def _decimal_overflow() -> ValueOverflowError:
    return ValueOverflowError(
        "a sum over the paths is larger than the largest Decimal of the context",
        Remedy(Keyword("exact", True), "has no such limit"),
    )
