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
from dataclasses import dataclass
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
from graphdiff.kernels.rows import index_type
from graphdiff.sums.between import Between

__all__ = ["Deviations", "deviations"]

#: Below this, of the strongest, a size that is taken relative to it may have lost digits.
SMALLEST = 4 * SMALLEST_NORMAL

Way = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Deviations:
    """The ways between as arrays, with a node more for all sources and one more for all targets.

    Attributes
    ----------
    between : Between
    ptr, heads, sizes : arrays
        The edges by tail; node ``n`` is the end of all ways, node ``n + 1`` where they start.
    numbers : int array
        Which edge of the topology each is; of those to the end and from the start which target or source.
    order : int array, shape (n_nodes + 2,)
        By which equal ways come: places in the graph, the end first.
    best : float array, shape (n_nodes + 2,)
        The size of the strongest way from each node.
    chosen : int array, shape (n_nodes + 2, 2)
        Its first edge, and the first edge of the strongest way by another one; the same where there is none.
    relative : bool
        Whether sizes are relative to that of the strongest way from the same node, but for a factor below 2.
    """

    between: Between
    ptr: NDArray[Any]
    heads: NDArray[Any]
    sizes: NDArray[np.float64]
    numbers: NDArray[Any]
    order: NDArray[Any]
    best: NDArray[np.float64]
    chosen: NDArray[Any]
    relative: bool

    @property
    def source(self) -> int:
        """Where all ways start."""
        return self.between.n_nodes + 1

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
            place, edge, size = jit(kernel.leaving)(*self._arrays, self.chosen, way, self.source, start, stop)
            if place >= 0:
                heappush(heap, _Leaving(self, way, start, stop, place, int(edge), size))

    def _push_next(self, heap: list[_Leaving], found: _Leaving) -> None:
        """Put the next of the ways that leave a known one where another did on the heap, if there is one."""
        way, start = found.way, found.place
        place, edge, size = jit(kernel.next_after)(*self._arrays, way, self.source, start, found.edge)
        if place >= 0:
            heappush(heap, _Leaving(self, way, start, start + 1, place, int(edge), size))

    @property
    def _arrays(self) -> tuple[NDArray[Any], ...]:
        return self.ptr, self.heads, self.sizes, self.order, self.best

    @cached_property
    def _space(self) -> Way:
        return np.empty(self.between.n_nodes + 2, dtype=self.chosen.dtype)

    @cached_property
    def strongest(self) -> Way:
        """The edges of the strongest way of all."""
        places = np.full(self.between.n_nodes + 2, -1)
        places[self.between.n_nodes] = 0
        length, _ = jit(kernel.followed)(self.heads, self.chosen, self.source, places, self._space)
        return self._space[:length].copy()

    @cached_property
    def _places(self) -> NDArray[np.int64]:
        """Where on the strongest way of all each node is; -1 is nowhere."""
        places = np.full(self.between.n_nodes + 2, -1)
        places[self.heads[self.strongest]] = np.arange(1, len(self.strongest) + 1)
        return places

    def leaving(self, way: Way, place: int, edge: int) -> Way:
        """Return the way that leaves another by an edge and goes on as the strongest does."""
        start, space = int(self.heads[edge]), self._space
        length, there = jit(kernel.followed)(self.heads, self.chosen, start, self._places, space)
        step = np.array([edge], dtype=way.dtype)
        return np.concatenate([way[:place], step, space[:length], self.strongest[there:]])

    def behind(self, way: Way, place: int) -> tuple[float, int, int]:
        """Return by what a way comes among those from the node before one of its edges."""
        edge = int(way[place])
        return (
            -float(np.multiply.accumulate(self.sizes[way[place:]][::-1])[-1]),
            int(self.order[self.heads[edge]]),
            edge,
        )

    def trail(self, way: Way) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return the nodes of a way, numbered as between, and its edges, as in the topology."""
        return self.heads[way[:-1]], self.numbers[way[1:-1]]

    def influence(self, way: Way) -> Number:
        """Return the product of the weights, multiplied up from the target as sizes are."""
        between, last = self.between, [int(number) for number in self.numbers[way[[0, -1]]]]
        enters, leaves = (
            1 if seeds is None else arithmetic.finished(seeds[place])
            for seeds, place in zip((between.entering, between.leaving), last, strict=True)
        )
        weights = between.graph.weights[self.numbers[way[1:-1]]]
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
    if between.loops or not isinstance(weights, np.ndarray) or not pays(between.n_edges):
        return None
    kinds = (int, float) if weights.dtype.kind == "f" else (int,)
    seeds = [*map(arithmetic.finished, between.given_seeds)]
    if not all(isinstance(seed, kinds) and abs(seed) <= EXACT_INT for seed in seeds if not isinstance(seed, float)):
        return None
    if weights.dtype.kind != "f" and any(isinstance(seed, float) for seed in seeds):
        return None
    return _swept(between, *_joined(between))


Edges = tuple[NDArray[Any], NDArray[Any], NDArray[np.float64], NDArray[Any]]


def _joined(between: Between) -> Edges:
    """Return the edges in rows, with those to the end of all ways first in theirs, and those from the start last."""
    n_nodes = between.n_nodes
    stops = sorted(enumerate(between.numbered_stops), key=lambda stop: (stop[1][0], -stop[0]))
    places = [place for place, _ in stops]
    ends = np.array([node for _, (node, _) in stops], dtype=np.int64)
    counts = np.bincount(ends, minlength=n_nodes + 2) if len(ends) else np.zeros(n_nodes + 2, dtype=np.int64)
    counts[n_nodes + 1] = len(between.sources)
    ptr = np.concatenate([between.ptr, [between.ptr[-1]] * 2]).astype(np.int64) + np.concatenate(
        [[0], np.cumsum(counts)]
    )
    n_edges, begin = int(ptr[-1]), int(ptr[-2])
    heads = np.empty(n_edges, dtype=index_type(n_edges))
    sizes, numbers = np.empty(n_edges), np.empty(n_edges, dtype=np.int64)
    weights = between.graph.weights
    jit(kernel.joined)(between.ptr, between.heads, between.edges, weights, ptr[1:], heads, sizes, numbers)
    to_end = ptr[ends] + np.arange(len(ends)) - np.searchsorted(ends, ends)
    heads[to_end], numbers[to_end] = n_nodes, places
    sizes[to_end] = [abs(float(seed)) for _, (_, seed) in stops]
    heads[begin:], numbers[begin:] = between.sources, np.arange(n_edges - begin)
    sizes[begin:] = [abs(float(seed)) for _, seed in between.numbered_starts]
    return ptr.astype(np.uint64), heads, sizes, numbers


def _swept(
    between: Between, ptr: NDArray[Any], heads: NDArray[Any], sizes: NDArray[np.float64], numbers: NDArray[Any]
) -> Deviations | None:
    n_nodes = between.n_nodes
    order = np.concatenate([between.graph.topology.ids[between.positions], [-1, -1]]).astype(np.int64)
    best, chosen = _best(ptr, heads, sizes, order)
    begin = int(ptr[n_nodes + 1])
    with np.errstate(invalid="ignore"):  # a way beyond the floats
        entered = sizes[begin:] * best[heads[begin:]]
    least, most = min(best.min(), entered.min(initial=1)), best.max()
    in_floats = arithmetic.in_floats(between.graph.weights)
    if not in_floats and not most <= EXACT_INT:
        return None
    relative = in_floats and not (least >= SMALLEST_NORMAL and most < math.inf)
    if relative:
        sizes = _scaled(ptr, heads, sizes)
        best, chosen = _best(ptr, heads, sizes, order)
    return Deviations(between, ptr, heads, sizes, numbers, order, best, chosen, relative)


def _best(
    ptr: NDArray[Any], heads: NDArray[Any], sizes: NDArray[np.float64], order: NDArray[Any]
) -> tuple[NDArray[np.float64], NDArray[Any]]:
    """Return the size of the strongest way from each node, and by which edges it and the next one go."""
    end = len(ptr) - 3
    best, chosen = np.ones(end + 2), np.zeros((end + 2, 2), dtype=index_type(len(heads)))
    for start, stop in ((0, end), (end + 1, end + 2)):
        jit(kernel.strongest)(ptr, heads, sizes, order, best, chosen, start, stop)
    return best, chosen


def _scaled(ptr: NDArray[Any], heads: NDArray[Any], sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return sizes by which the strongest way from every node has about the size 1, or 0 where that is its size.

    Each is multiplied by a power of two, and those of all ways from a node by the same: their order is as it was.
    """
    n_nodes = len(ptr) - 3
    logs = np.zeros(n_nodes + 2)
    with np.errstate(divide="ignore"):
        lengths = np.log2(sizes)
    jit(kernel.largest_sums)(ptr, heads, lengths, logs, n_nodes)
    logs[n_nodes + 1] = np.max(lengths[int(ptr[-2]) :] + logs[heads[int(ptr[-2]) :]], initial=-math.inf)
    is_zero = np.isneginf(logs)
    powers = np.rint(np.where(is_zero, 0, logs)).astype(np.int32)
    tails: NDArray[Any] = Rows(ptr, heads).tails
    shifts = powers[heads] - powers[tails]
    shifts[is_zero[heads]] = 0
    scaled: NDArray[np.float64] = np.ldexp(sizes, shifts)
    return scaled
