"""How many paths there are, however many: bounds by sweeps over floats, and the numbers themselves when asked for.

A deep graph has numbers of paths of ten thousands of digits, and to add two takes as long as all of them. Where kernels
pay each is kept as two floats (its leading 106 bits: T. Dekker, "A floating-point technique for extending the available
precision", Numerische Mathematik 18 (1971), 224-242) and a power of 2**512. Nothing is ever subtracted, so that every
step is off by less than 2**-100 of what it makes, and the whole by less than as many of these as steps can follow one
another: fewer than there are edges and four times nodes. Numbers below 2**104 are exact. What is said of a number is
said of its bounds where these say the same; else, and where it is asked for, it is counted in ints.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import accumulate
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from graphdiff.graph.topology import Rows
from graphdiff.kernels import jit, pays
from graphdiff.kernels import sweep as kernel
from graphdiff.kernels.rows import Ints, grouped, index_type
from graphdiff.sums.between import Between

__all__ = ["Bounds", "Census", "Count", "Sums", "first_of"]

Told = TypeVar("Told")

#: How many times a census looks at each edge, some.
VISITS = 4

#: More than the logarithm to base 2 of any number can be wrong.
LOG_ERROR = 1e-6

#: Below this the floats hold whole numbers exactly.
EXACT = 2**104

#: A step of a sweep is off by less than one of so many parts.
STEP = 100

#: So many bits behind the point of what is not whole are kept.
FINE = 256


@dataclass(frozen=True)
class Bounds:
    """Between which a whole number lies: ``least`` and ``most``, both times ``2**shift``.

    Examples
    --------
    >>> (Bounds(3, 3) * Bounds(5, 6, shift=2)).whole
    (60, 72)
    """

    least: int
    most: int
    shift: int = 0

    def __mul__(self, other: Bounds) -> Bounds:
        return Bounds(self.least * other.least, self.most * other.most, self.shift + other.shift)

    @property
    def whole(self) -> tuple[int, int]:
        """Both of them."""
        return self.least << self.shift, self.most << self.shift

    @property
    def is_exact(self) -> bool:
        """Whether the number is known."""
        return self.least == self.most


@dataclass(frozen=True, eq=False)
class Count:
    """A number of paths, within bounds; the number itself is counted when it is asked for.

    Attributes
    ----------
    bounds : Bounds
    counted : callable, or None
        Counts it; None where the bounds are one.

    Examples
    --------
    >>> Count(Bounds(2**100, 2**100 + 1), lambda: 2**100).told(float) == 2.0**100
    True
    """

    bounds: Bounds
    counted: Callable[[], int] | None = None

    @cached_property
    def exact(self) -> int:
        """The number itself."""
        return self.bounds.whole[0] if self.bounds.is_exact or self.counted is None else self.counted()

    def told(self, say: Callable[[int], Told]) -> Told:
        """Return what is said of the number by what never falls where it grows: of its bounds, if both say the same."""
        least, most = self.bounds.whole
        if self.bounds.is_exact or (told := say(least)) != say(most):
            return say(self.exact)
        return told

    def part_of(self, whole: Count) -> float:
        """Return the number as a part of another, rounded once."""
        ours, theirs = self.bounds, whole.bounds
        up, down = max(0, ours.shift - theirs.shift), max(0, theirs.shift - ours.shift)
        least, most = (ours.least << up) / (theirs.most << down), (ours.most << up) / (theirs.least << down)
        return least if least == most else self.exact / whole.exact


class Sums(Protocol):
    """A number for each node."""

    @property
    def logs(self) -> NDArray[np.float64]:
        """The logarithms to base 2."""

    def over(self, nodes: Collection[int]) -> Bounds:
        """Return the sum of the numbers of some nodes, each as often as it is there."""


@dataclass(frozen=True, eq=False)
class _Listed:
    """Numbers as Python has them."""

    numbers: Sequence[int]

    @property
    def logs(self) -> NDArray[np.float64]:
        return np.array([math.log2(number) for number in self.numbers])

    def over(self, nodes: Collection[int]) -> Bounds:
        total = sum(map(self.numbers.__getitem__, nodes))
        return Bounds(total, total)


@dataclass(frozen=True, eq=False)
class _Swept:
    """Numbers as two floats and a power of ``2**512`` each.

    Attributes
    ----------
    highs, lows : float arrays, shape (n_nodes, n_columns)
    powers : int array, shape (n_nodes,)
    steps : int
        More than follow one another.
    """

    highs: NDArray[np.float64]
    lows: NDArray[np.float64]
    powers: NDArray[np.int64]
    steps: int

    @property
    def logs(self) -> NDArray[np.float64]:
        logs: NDArray[np.float64] = np.log2(self.highs[:, 0]) + kernel.WIDTH * self.powers
        return logs

    def over(self, nodes: Collection[int], column: int = 0) -> Bounds:
        chosen = np.fromiter(nodes, dtype=np.int64, count=len(nodes))
        power = int(self.powers[chosen].max(initial=0))
        if not power:
            total = sum(map(int, self.highs[chosen, column])) + sum(map(int, self.lows[chosen, column]))
            return Bounds(total, total) if total < EXACT else self._around(total, 0)
        total = 0
        for behind in (0, 1):  # what is a power more behind is less than a step is off
            there = chosen[self.powers[chosen] == power - behind]
            fine = math.ldexp(1.0, FINE - behind * kernel.WIDTH)
            total += sum(
                int(word * fine) for words in (self.highs, self.lows) for word in words[there, column].tolist()
            )
        return self._around(total, power * kernel.WIDTH - FINE)

    def _around(self, total: int, shift: int) -> Bounds:
        error = ((total * (self.steps + 1)) >> STEP) + 1
        return Bounds(total - error, total + error, shift)


@dataclass(frozen=True, eq=False)
class Census:
    """The numbers of the paths between two ends.

    Examples
    --------
    >>> from graphdiff.sums.between import restriction
    >>> from graphdiff.graph.compiled import CompiledGraph
    >>> census = Census(restriction(CompiledGraph.from_arrays([0, 0, 1], [1, 2, 2])))
    >>> [count.exact for count in census.moments], census.through(1, 1).exact
    ([2, 3, 5], 1)
    """

    between: Between

    @cached_property
    def _in_floats(self) -> bool:
        return pays(VISITS * self.between.n_edges)

    @cached_property
    def before(self) -> Sums:
        """How many paths lead to each node."""
        if self._in_floats:
            return self._swept
        return _Listed([*self.exactly_before(range(self.between.n_nodes)).values()])

    @cached_property
    def _swept(self) -> _Swept:
        """How many paths lead to each node, the sum of their lengths, and that of the squares of these."""
        between = self.between
        return _sums(between.ptr, between.heads, between.n_starts, 3)

    @cached_property
    def behind(self) -> Sums:
        """How many paths lead on from each node."""
        if not self._in_floats:
            return _Listed([*self.exactly_behind(range(self.between.n_nodes)).values()])
        turned = self._turned
        sums = _sums(turned.ptr, turned.heads, self.between.n_stops[::-1], 1)
        return _Swept(sums.highs[::-1], sums.lows[::-1], sums.powers[::-1], sums.steps)

    @property
    def _turned(self) -> Rows:
        """The edges the other way round, by nodes numbered the other way round."""
        between = self.between
        index = index_type(between.n_nodes)
        last = index(max(0, between.n_nodes - 1))
        sizes: Ints = np.diff(between.ptr.astype(np.int64))
        tails = last - np.repeat(np.arange(between.n_nodes, dtype=index), sizes)
        return Rows(*grouped(between.n_nodes, last - between.heads.astype(index), tails))

    @cached_property
    def n_paths(self) -> Count:
        """How many paths there are."""
        return Count(self.before.over(self.between.targets), partial(getattr, self.between, "n_paths"))

    @cached_property
    def moments(self) -> tuple[Count, Count, Count]:
        """How many paths there are, the sum of their lengths, and that of the squares of these."""
        if not self._in_floats:
            number, total, squares = (Count(Bounds(each, each)) for each in self._moments)
            return number, total, squares
        bounds = (self._swept.over(self.between.targets, column) for column in (1, 2))
        total, squares = (Count(each, partial(self._moment, column)) for column, each in enumerate(bounds, 1))
        return self.n_paths, total, squares

    def _moment(self, which: int) -> int:
        return self._moments[which]

    @cached_property
    def _moments(self) -> tuple[int, int, int]:
        """The same, counted."""
        between, ends = self.between, self.between.n_stops.tolist()
        ptr, heads, numbers = between.ptr.tolist(), between.heads.tolist(), between.n_starts.tolist()
        sums, squares = [0] * len(numbers), [0] * len(numbers)
        totals = [0, 0, 0]
        for node, (number, times) in enumerate(zip(numbers, ends, strict=True)):
            total, square = sums[node], squares[node]
            numbers[node] = sums[node] = squares[node] = 0  # of deep graphs all of them would be gigabytes
            if times:
                totals = [old + times * new for old, new in zip(totals, (number, total, square), strict=True)]
            square += 2 * total + number
            total += number
            for head in heads[ptr[node] : ptr[node + 1]]:
                numbers[head] += number
                sums[head] += total
                squares[head] += square
        return totals[0], totals[1], totals[2]

    def exactly_before(self, nodes: Collection[int]) -> dict[int, int]:
        """Return how many paths lead to some nodes, counted."""
        return _counted(self.between.ptr, self.between.heads, self.between.n_starts, nodes)

    def exactly_behind(self, nodes: Collection[int]) -> dict[int, int]:
        """Return how many paths lead on from some nodes, counted."""
        turned, last = self._turned, self.between.n_nodes - 1
        counts = _counted(turned.ptr, turned.heads, self.between.n_stops[::-1], {last - node for node in nodes})
        return {last - node: number for node, number in reversed(counts.items())}

    def exactly_through(self, pairs: Sequence[tuple[int, int]]) -> list[int]:
        """Return of each pair how many paths lead to the first node times how many lead on from the second, counted."""
        before = self.exactly_before({tail for tail, _ in pairs})
        behind = self.exactly_behind({head for _, head in pairs})
        return [before[tail] * behind[head] for tail, head in pairs]

    def through(self, tail: int, head: int) -> Count:
        """Return how many paths lead to a node times how many lead on from another."""
        bounds = self.before.over([tail]) * self.behind.over([head])
        return Count(bounds, partial(self._through, tail, head))

    def _through(self, tail: int, head: int) -> int:
        return self.exactly_through([(tail, head)])[0]


def _sums(ptr: Ints, heads: Ints, starts: NDArray[np.int64], n_columns: int) -> _Swept:
    """Push what is put in at the starts along all edges."""
    highs, powers = np.zeros((len(starts), n_columns)), np.zeros(len(starts), dtype=np.int64)
    highs[:, 0] = starts
    lows = np.zeros_like(highs)
    jit(kernel.push_wide)(ptr, heads, highs, lows, powers, np.empty(n_columns), np.empty(n_columns))
    return _Swept(highs, lows, powers, len(heads) + 4 * len(starts))


def _counted(ptr: Ints, heads: Ints, starts: NDArray[np.int64], nodes: Collection[int]) -> dict[int, int]:
    """Return how many paths lead from the starts to some nodes, in their order; all others are dropped at once."""
    bounds, ends, numbers, wanted = ptr.tolist(), heads.tolist(), starts.tolist(), set(nodes)
    kept = {}
    for node, number in enumerate(numbers):
        numbers[node] = 0  # of deep graphs all of them would be gigabytes
        if node in wanted:
            kept[node] = number
        for head in ends[bounds[node] : bounds[node + 1]]:
            numbers[head] += number
    return kept


def first_of(
    n: int, logs: NDArray[np.float64], bounds: Callable[[int], Bounds], exactly: Callable[[list[int]], Sequence[int]]
) -> list[tuple[int, Bounds]]:
    """Return the places and the bounds of the `n` largest numbers, equal ones as they come.

    Parameters
    ----------
    n : int
        1 or more.
    logs : float array
        The logarithm to base 2 of each number.
    bounds : callable
        Returns between which the number at a place lies.
    exactly : callable
        Returns the numbers at some places: asked where bounds do not tell.

    Examples
    --------
    >>> first_of(2, np.array([1.0, 2.0, 2.0]), lambda place: Bounds(place + 3, place + 3), lambda places: [])
    [(2, Bounds(least=5, most=5, shift=0)), (1, Bounds(least=4, most=4, shift=0))]
    """
    least = np.partition(logs, -n)[-n] if len(logs) > n else -math.inf
    places = np.flatnonzero(logs >= least - LOG_ERROR).tolist()
    known = list(map(bounds, places))
    base = min((each.shift for each in known), default=0)
    ranges = [(each.least << each.shift - base, each.most << each.shift - base) for each in known]
    order = sorted(range(len(places)), key=lambda at: -ranges[at][0])
    if not all(each.is_exact for each in known) and _overlap([ranges[at] for at in order], n):
        numbers = exactly(places)
        order = sorted(range(len(places)), key=lambda at: -numbers[at])
        known = [Bounds(number, number) for number in numbers]
    return [(places[at], known[at]) for at in order[:n]]


def _overlap(ranges: list[tuple[int, int]], n: int) -> bool:
    """Tell whether one of the first `n` ranges reaches down to one that comes after it."""
    most = list(accumulate((most for _, most in reversed(ranges)), max))[::-1]
    return any(least <= other for (least, _), other in zip(ranges[:n], most[1:], strict=False))
