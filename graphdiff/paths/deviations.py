"""The k best paths over arrays: each leaves one that is known, and goes on by the strongest way from there.

One sweep from the targets gives the strongest way from every node. Behind a path that is yielded, the paths that are
not fall into groups: those that leave it before its part, within its part, or at the node where it left its own parent
by an edge still later (E. Lawler, 1972). The best of a group takes one walk along the path that is left, and a heap
has the best of each: no list of all edges, and no heap a node.

Sizes are multiplied up from the target, as `paths.strongest.Ranking` does it, with the same roundings: rounding keeps
the order, so that two paths compare as their parts behind the node where they part do, ties and all. Where the
strongest ways leave the floats, every size is taken relative to that of the strongest way from the same node, by powers
of two that the sums of logarithms give: no rounding but that of one multiplication an edge.

References
----------
W. Hoffman, R. Pavley, "A method for the solution of the Nth best path problem", J. ACM 6(4), 1959. E. Lawler, "A
procedure for computing the k best solutions to discrete optimization problems", Management Science 18(7), 1972.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from heapq import heappop, heappush
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import EXACT_INT, SMALLEST_NORMAL, Number
from graphdiff.graph.topology import Rows
from graphdiff.kernels import jit, pays
from graphdiff.kernels import strongest as kernel
from graphdiff.kernels.rows import index_type, signed_type
from graphdiff.sums.between import Between

__all__ = ["Deviations", "deviations"]

#: Below this, of the strongest, a size that is taken relative to it may have lost digits.
SMALLEST = 4 * SMALLEST_NORMAL

Way = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Deviations:
    """The ways between along the rows of a graph, with a node more for all targets and one more for all sources.

    Attributes
    ----------
    between : Between
    rows : Rows
        Edges by tail, with others that do not lie between; node ``n`` is the end of all ways, ``n + 1`` their start.
    nodes : int array
        Where in the rows the nodes between stand.
    weights : array
        In the order of the rows.
    stops : int array
        The tails of the edges to the end, ascending: they come behind all others, then those from the start.
    ends, seeds : arrays
        The heads and sizes of these.
    numbers : int array
        Which target or source each of these is.
    powers, zero : int array and bool array of shape (n + 2,), or empty
        Where sizes are relative to that of the strongest way from the same node, but for a factor below 2: by which
        power of two each is, and whether it is 0.
    order : int array, shape (n + 2,)
        By which equal ways come: places in the graph, the end first.
    best : float array, shape (n + 2,)
        The size of the strongest way from each node; -1 of those that do not lie between.
    chosen : int array, shape (n + 2, 2)
        Its first edge, and the first edge of the strongest way by another one; the same where there is none.
    """

    between: Between
    rows: Rows
    nodes: NDArray[Any]
    weights: NDArray[Any]
    stops: NDArray[np.int64]
    ends: NDArray[np.int64]
    seeds: NDArray[np.float64]
    numbers: NDArray[Any]
    powers: NDArray[np.int32]
    zero: NDArray[np.bool_]
    order: NDArray[Any]
    best: NDArray[np.float64]
    chosen: NDArray[Any]

    @property
    def relative(self) -> bool:
        """Whether sizes are relative."""
        return len(self.powers) > 0

    @property
    def end(self) -> int:
        """Where all ways end."""
        return len(self.rows.ptr) - 1

    @property
    def source(self) -> int:
        """Where all ways start."""
        return self.end + 1

    def ranked(self) -> Iterator[tuple[Way, float]]:
        """Yield the edges of each way and its size, the strongest first."""
        if not len(self.between.sources):
            return
        heap: list[_Leaving] = []
        way, size = self.strongest, float(self.best[self.source])
        self._push(heap, way, 0, len(way))
        yield way, size
        while heap:
            found = heappop(heap)
            way = found.taken
            yield way, found.size
            left, place = found.way, found.place
            self._push(heap, left, found.start, place)
            self._push_next(heap, found)
            self._push(heap, left, place + 1, found.stop)
            self._push(heap, way, place + 1, len(way))

    def _push(self, heap: list[_Leaving], way: Way, start: int, stop: int) -> None:
        """Put the strongest of the ways that leave a known one between two of its edges on the heap, if any does."""
        if start < stop:
            place, edge, size = jit(kernel.leaving)(*self._arrays, self.chosen, way, start, stop)
            if place >= 0:
                heappush(heap, _Leaving(self, way, start, stop, place, int(edge), size))

    def _push_next(self, heap: list[_Leaving], found: _Leaving) -> None:
        """Put the next of the ways that leave a known one where another did on the heap, if there is one."""
        way, start = found.way, found.place
        extra = slice(len(self.stops), len(self.ends))  # where ways start
        if start:
            node = int(self._heads(way[start - 1 : start])[0])
            extra = slice(*np.searchsorted(self.stops, [node, node + 1]).tolist())
        leaving = way, start, found.edge, extra.start, extra.stop - extra.start
        place, edge, size = jit(kernel.next_after)(self.rows.ptr, *self._arrays, *leaving)
        if place >= 0:
            heappush(heap, _Leaving(self, way, start, start + 1, place, int(edge), size))

    @property
    def _arrays(self) -> tuple[NDArray[Any], ...]:
        return self.rows.heads, *self._sized, self.order, self.best

    @property
    def _sized(self) -> tuple[NDArray[Any], ...]:
        return self.weights, self.ends, self.seeds, self.powers, self.zero

    def _heads(self, edges: Way) -> NDArray[np.int64]:
        """Return the heads of some edges."""
        return self._of(edges, self.rows.heads, self.ends).astype(np.int64)

    def _of(self, edges: Way, own: NDArray[Any], extra: NDArray[Any]) -> NDArray[Any]:
        """Return what some edges have of what those of the graph, and those behind them, have."""
        size = len(self.rows.heads)
        is_own = edges < size
        found = np.empty(len(edges), dtype=np.result_type(own, extra))
        found[is_own], found[~is_own] = own[edges[is_own]], extra[edges[~is_own].astype(np.int64) - size]
        return found

    def _sizes(self, way: Way, place: int) -> NDArray[np.float64]:
        """Return the sizes of the edges of a way from one of them on."""
        edges = way[place:]
        sizes = np.abs(self._of(edges, self.weights, self.seeds).astype(np.float64))
        if not self.relative:
            return sizes
        heads, before = self._heads(edges), self._heads(way[place - 1 : place]) if place else [self.source]
        shifts = self.powers[heads] - self.powers[np.concatenate([before, heads[:-1]])]
        shifts[self.zero[heads]] = 0
        scaled: NDArray[np.float64] = np.ldexp(sizes, shifts)
        return scaled

    @cached_property
    def _space(self) -> Way:
        return np.empty(len(self.nodes) + 2, dtype=self.chosen.dtype)

    @cached_property
    def strongest(self) -> Way:
        """The edges of the strongest way of all."""
        places = np.full(self.end + 2, -1, dtype=signed_type(self.end + 2))
        places[self.end] = 0
        length, _ = self._follow(self.source, places)
        return self._space[:length].copy()

    def _follow(self, start: int, places: NDArray[Any]) -> tuple[int, int]:
        """Write the strongest way from a node to one that has a place; return its length, and that place."""
        length, place = jit(kernel.followed)(self.rows.heads, self.ends, self.chosen, start, places, self._space)
        return int(length), int(place)

    @cached_property
    def _places(self) -> NDArray[Any]:
        """Where on the strongest way of all each node is; -1 is nowhere."""
        places = np.full(self.end + 2, -1, dtype=signed_type(self.end + 2))
        places[self._heads(self.strongest)] = np.arange(1, len(self.strongest) + 1)
        return places

    def leaving(self, way: Way, place: int, edge: int) -> Way:
        """Return the way that leaves another by an edge and goes on as the strongest does."""
        step = np.array([edge], dtype=way.dtype)
        length, there = self._follow(int(self._heads(step)[0]), self._places)
        return np.concatenate([way[:place], step, self._space[:length], self.strongest[there:]])

    def behind(self, way: Way, place: int) -> tuple[float, int, int]:
        """Return by what a way comes among those from the node before one of its edges."""
        edge = int(way[place])
        return (
            -float(np.multiply.accumulate(self._sizes(way, place)[::-1])[-1]),
            int(self.order[self._heads(way[place : place + 1])[0]]),
            edge,
        )

    def trail(self, way: Way) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return the nodes of a way, numbered as between, and its edges, as in the topology."""
        edges = self.rows.edges_at(way[1:-1].astype(np.int64))
        return np.searchsorted(self.nodes, self._heads(way[:-1])), edges

    def influence(self, way: Way) -> Number:
        """Return the product of the weights, multiplied up from the target as sizes are."""
        between, last = self.between, self.numbers[way[[0, -1]].astype(np.int64) - len(self.rows.heads)].tolist()
        enters, leaves = (
            1 if seeds is None else arithmetic.finished(seeds[place])
            for seeds, place in zip((between.entering, between.leaving), last, strict=True)
        )
        weights = self.weights[way[1:-1]]
        weights = weights.astype(np.promote_types(weights.dtype, np.int64), copy=False)  # float64 for float32
        if not len(weights):
            return leaves * enters
        with np.errstate(over="ignore", invalid="ignore"):
            product = (
                np.multiply.accumulate(np.concatenate([weights[-1:] * leaves, weights[-2::-1]]))[-1].item() * enters
            )
            if arithmetic.is_finite(product):
                return product
            return np.multiply.accumulate(np.concatenate([weights[:1] * enters, weights[1:]]))[-1].item() * leaves


@dataclass(slots=True, eq=False)
class _Leaving:
    """The strongest of the ways that leave another between its edges `start` and `stop`, by an edge at a place."""

    among: Deviations
    way: Way
    start: int
    stop: int
    place: int
    edge: int
    size: float

    @property
    def taken(self) -> Way:
        """The edges that it takes."""
        return self.among.leaving(self.way, self.place, self.edge)

    def __lt__(self, other: _Leaving) -> bool:
        if self.size != other.size:
            return self.size > other.size
        ours, theirs = self.taken, other.taken
        length = min(len(ours), len(theirs))
        parting = int(np.argmax(ours[:length] != theirs[:length]))
        return self.among.behind(ours, parting) < self.among.behind(theirs, parting)


def deviations(between: Between) -> Deviations | None:
    """Return the ways between for ranking over arrays; None where other numbers, or walks, need the plain way."""
    weights = between.graph.weights
    if between.loops or not isinstance(weights, np.ndarray):
        return None
    # Of a file the edges between are not counted for it: that takes a pass.
    if not pays(len(weights) if between.is_past_memory else between.n_edges):
        return None
    kinds = (int, float) if weights.dtype.kind == "f" else (int,)
    seeds = [*map(arithmetic.finished, between.given_seeds)]
    if not all(isinstance(seed, kinds) and abs(seed) <= EXACT_INT for seed in seeds if not isinstance(seed, float)):
        return None
    if weights.dtype.kind != "f" and any(isinstance(seed, float) for seed in seeds):
        return None
    rows, nodes = between.arcs.swept
    in_rows = weights if rows.chosen is None else weights[rows.chosen]
    order = np.full(len(rows.ptr) + 1, -1, dtype=signed_type(len(rows.ptr)))
    order[nodes] = between.graph.topology.ids[between.positions]
    at_ends = _at_ends(between, nodes, len(rows.ptr) - 1)
    powers, zero, best = np.empty(0, dtype=np.int32), np.empty(0, dtype=bool), np.empty(0)
    ways = Deviations(between, rows, nodes, in_rows, *at_ends, powers, zero, order, best, np.empty((0, 2)))
    return _swept(ways)


def _at_ends(
    between: Between, nodes: NDArray[Any], end: int
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return the tails of the edges to the end, and of these and those from the start the heads, sizes and numbers."""
    stops = sorted(enumerate(between.numbered_stops), key=lambda stop: (stop[1][0], -stop[0]))
    tails = nodes[np.array([node for _, (node, _) in stops], dtype=np.int64)]
    starts = nodes[np.array(between.sources, dtype=np.int64)]
    seeds = [abs(float(seed)) for _, (_, seed) in stops] + [abs(float(seed)) for _, seed in between.numbered_starts]
    numbers = [place for place, _ in stops] + list(range(len(starts)))
    heads = np.concatenate([np.full(len(tails), end), starts])
    return tails, heads, np.array(seeds, dtype=np.float64), np.array(numbers, dtype=np.int64)


def _swept(ways: Deviations) -> Deviations | None:
    """Return the ways with the strongest from each node; None of ints beyond those that floats hold."""
    ways = _with_best(ways)
    begin = len(ways.stops)
    with np.errstate(invalid="ignore"):  # a way beyond the floats
        entered = ways.seeds[begin:] * ways.best[ways.ends[begin:]]
    best, start = ways.best[ways.nodes], ways.best[ways.source]
    least, most = np.minimum(best.min(initial=1), start), np.maximum(best.max(initial=1), start)
    least = min(least, entered.min(initial=1))
    del best
    in_floats = arithmetic.in_floats(ways.between.graph.weights)
    if not in_floats and not most <= EXACT_INT:
        return None
    if in_floats and not (least >= SMALLEST_NORMAL and most < math.inf):
        ways = replace(ways, best=np.empty(0), chosen=np.empty((0, 2)))  # let go of before there are others
        return _with_best(_scaled(ways))
    return ways


def _with_best(ways: Deviations) -> Deviations:
    """Return the same with the size of the strongest way from each node, and by which edges it and the next one go."""
    best = np.full(ways.end + 2, -1.0)
    best[ways.end] = 1.0
    chosen = np.zeros((ways.end + 2, 2), dtype=index_type(len(ways.rows.heads) + len(ways.ends)))
    arrays = ways.rows.ptr, ways.rows.heads, *ways._sized, ways.order, best, chosen
    jit(kernel.strongest)(*arrays, ways.nodes, ways.stops)
    return replace(ways, best=best, chosen=chosen)


def _scaled(ways: Deviations) -> Deviations:
    """Return the same with sizes by which the strongest way from every node has about the size 1, or 0 if that is it.

    Each is multiplied by a power of two, and those of all ways from a node by the same: their order is as it was.
    """
    logs = np.full(ways.end + 2, -math.inf)
    with np.errstate(divide="ignore"):
        seeds, begin = np.log2(ways.seeds), len(ways.stops)
        np.maximum.at(logs, ways.stops, seeds[:begin])
        logs[ways.end] = 0.0
        jit(kernel.largest_sums)(ways.rows.ptr, ways.rows.heads, ways.weights, logs, ways.nodes)
    logs[ways.source] = np.max(seeds[begin:] + logs[ways.ends[begin:]], initial=-math.inf)
    zero = np.isneginf(logs)
    logs[zero] = 0
    return replace(ways, powers=np.rint(logs, out=logs).astype(np.int32), zero=zero)
