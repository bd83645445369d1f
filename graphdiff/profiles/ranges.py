"""What edges alone allow of a measured part: the least and the most of what f costs that can be spent for a function.

An edge knows what it cost, not for whom: where callers are mixed, the stacks behind the edges may be any that sum to
them. Those that pass some functions are a flow on the graph of components (a stack uses each edge between them once),
no edge carrying more than it cost. So the most is a maximum flow to f, and the least what is left of f by the most that
can come past these functions (L. Ford, D. Fulkerson, "Maximal flow through a network", 1956). Without cycles both are
reached by some stacks; within a component only what enters it at a function is proven to be spent for that. Costs are
whole numbers here, so that flows end; what floats lack is rounded outward.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from graphdiff.arithmetic import Number
from graphdiff.kernels.flows import max_flow

__all__ = ["Flows", "Range", "flows"]

#: Sums of floats are off by less than this part of them, of as many terms as a profile may have.
ROUNDED = Fraction(1, 2**32)
#: Bounds of floats that are no further apart than this part of the whole are one number.
ALIKE = 2.0**-20
#: What all costs add up to in whole numbers is less than this, so that no sum leaves an int64.
FINE = 2**61


class Range(NamedTuple):
    """The least and the most of `whole` that can be spent for some functions, in the unit of the profile."""

    low: Number
    high: Number
    whole: Number

    @property
    def is_exact(self) -> bool:
        """Whether the edges leave no choice."""
        if isinstance(self.high, float):
            return bool(self.high - float(self.low) <= ALIKE * float(self.whole))
        return bool(self.high == self.low)

    @property
    def shares(self) -> tuple[float, float]:
        """Both as parts of the whole, which is not 0; no part is beyond 0 and 1."""
        low, high = (float(Fraction(cost) / Fraction(self.whole)) for cost in (self.low, self.high))
        return max(0.0, min(low, 1.0)), max(0.0, min(high, 1.0))


@dataclass(frozen=True, eq=False)
class Flows:
    """The costs of a profile in whole units, for any number of questions.

    Attributes
    ----------
    components : int array, shape (n_functions,)
        In which component of the graph each function is.
    callers, callees : int arrays, shape (n_calls,)
        The functions of each call from one component to another.
    sizes : int64 array, shape (n_calls,)
        What it cost.
    supplies : list of int
        What stacks that begin in each component cost.
    totals : list of int
        What each component costs: its functions by themselves, and the calls that leave it.
    members : list of int
        How many functions each component has.
    most : list of int or None
        What each function costs inclusively, rounded up; None where that is not known.
    scale : Fraction
        How many whole units are one unit of the profile.
    is_exact : bool
        Whether nothing was rounded.
    """

    components: NDArray[np.int64]
    callers: NDArray[np.int64]
    callees: NDArray[np.int64]
    sizes: NDArray[np.int64]
    supplies: list[int]
    totals: list[int]
    members: list[int]
    most: list[int | None]
    scale: Fraction
    is_exact: bool

    def range_for(self, functions: Collection[int], target: int, whole: Number) -> Range:
        """Return how much of `whole`, which is what the target costs inclusively or by itself, is spent for functions.

        Parameters
        ----------
        functions : collection of int
            Of a stack that holds one of them above the target, the cost is spent for them.
        target : int
        whole : number
            In the unit of the profile, as it is measured.

        Examples
        --------
        >>> one = flows([0, 1, 2, 3], [(0, 1, 5), (0, 2, 5), (1, 3, 5), (2, 3, 5)], [0, 0, 0, 10], [10, 5, 5, 10])
        >>> one.range_for([1], 3, 10)
        Range(low=5, high=5, whole=10)
        """
        if target in functions:
            return Range(whole, whole, whole)
        least, most = math.floor(Fraction(whole) * self.scale), math.ceil(Fraction(whole) * self.scale)
        end = int(self.components[target])
        high = min(most, self._through(functions, end))
        low = max(0, least - self._past(functions, end))
        return Range(min(self._in_units(low), whole), min(self._in_units(high), whole), whole)

    def into(self, function: int, whole: Number, owns: Mapping[int, Number]) -> Number:
        """Return the most that stacks which hold a function and end with some others can cost.

        Parameters
        ----------
        function : int
        whole : number
            What all stacks that hold it cost.
        owns : mapping of int to number
            What the functions that the stacks are to end with cost by themselves.

        Examples
        --------
        >>> one = flows([0, 1, 2, 3], [(0, 1, 4), (0, 2, 5), (1, 2, 4), (2, 3, 5)], [0, 0, 4, 5], [9, 4, 9, 5])
        >>> one.into(1, 4, {2: 4}), one.into(1, 4, {2: 4, 3: 5}), one.into(0, 9, {2: 4, 3: 5})
        (4, 4, 9)
        """
        slack, sinks = 0 if self.is_exact else ROUNDED, dict[int, int]()
        supply = _up(whole, self.scale, slack)
        for other, own in owns.items():
            component = int(self.components[other])
            sinks[component] = min(supply, sinks.get(component, 0) + _up(own, self.scale, slack))
        begin, end = len(self.totals), len(self.totals) + 1
        ends, caps = (np.fromiter(each, dtype=np.int64) for each in (sinks, sinks.values()))
        most = max_flow(
            np.concatenate([self.components[self.callers], [begin], ends]),
            np.concatenate([self.components[self.callees], [self.components[function]], np.full(len(ends), end)]),
            np.concatenate([self.sizes, [supply], caps]),
            begin,
            end,
        )
        return min(self._in_units(most), whole)

    def _in_units(self, cost: int) -> Number:
        return cost if self.scale == 1 else Fraction(cost) / self.scale if self.is_exact else float(cost / self.scale)

    def _through(self, functions: Collection[int], end: int) -> int:
        """Return the most that can come to a component from some functions."""
        starts: dict[int, int] = {}
        for function in functions:
            component, known = int(self.components[function]), self.most[function]
            whole = self.totals[component] if known is None else known
            starts[component] = min(self.totals[component], starts.get(component, 0) + whole)
        return self._flow(starts, end, np.ones(len(self.sizes), dtype=bool), {})

    def _past(self, functions: Collection[int], end: int) -> int:
        """Return the most that can come to a component from where stacks begin, past some functions.

        What is not theirs of a component may pass it, but for calls that they make or get.
        """
        least: dict[int, int] = {}
        for function in functions:
            component = int(self.components[function])
            own = self.totals[component] if self.members[component] == 1 else self._least(function)
            least[component] = max(own, least.get(component, 0))
        room = {at: max(0, self.totals[at] - own) for at, own in least.items() if at != end}
        asked = np.fromiter(functions, dtype=np.int64)
        theirs = np.isin(self.callers, asked) | np.isin(self.callees, asked)
        starts = {at: supply for at, supply in enumerate(self.supplies) if supply}
        return self._flow(starts, end, ~theirs, room)

    def _least(self, function: int) -> int:
        """Return what a member of a component costs at least; 0 where that is not known."""
        most = self.most[function]
        return 0 if most is None else most if self.is_exact else math.floor(most * (1 - 2 * ROUNDED))

    def _flow(self, starts: Mapping[int, int], end: int, kept: NDArray[np.bool_], room: Mapping[int, int]) -> int:
        """Return the maximum flow from components, each with its supply, to one, by some of the calls.

        Those with `room` let no more through: they are two nodes, and calls leave the second.
        """
        n, source = len(self.totals), 2 * len(self.totals)
        tails, heads = self.components[self.callers[kept]], self.components[self.callees[kept]]
        narrow, begin = (np.fromiter(each, dtype=np.int64) for each in (room, starts))
        tails = np.where(np.isin(tails, narrow), tails + n, tails)
        added = [*room.values(), *starts.values()]
        return max_flow(
            np.concatenate([tails, narrow, np.full(len(begin), source)]),
            np.concatenate([heads, narrow + n, begin]),
            np.concatenate([self.sizes[kept], np.array(added, dtype=np.int64)]),
            source,
            end,
        )


def flows(
    components: Sequence[int],
    calls: Iterable[tuple[int, int, Number]],
    own: Sequence[Number],
    inclusive: Sequence[Number | None],
) -> Flows:
    """Return what flows in a profile.

    Parameters
    ----------
    components : sequence of int, one a function
        In which component of the graph of calls each function is, from 0.
    calls : iterable of (int, int, number)
        Caller, callee and cost; within a component they carry nothing.
    own, inclusive : sequences of numbers, one a function
        What each costs by itself and inclusively; None where that is not known.

    Returns
    -------
    Flows
    """
    places = np.asarray(components, dtype=np.int64)
    outer = [(a, b, cost) for a, b, cost in calls if components[a] != components[b]]
    scale, is_exact = _scale([*own, *(cost for *_, cost in outer)])
    slack = 0 if is_exact else ROUNDED
    totals, entering, members = ([0] * (1 + max(components, default=-1)) for _ in range(3))
    sizes = [_up(cost, scale, slack) for *_, cost in outer]
    for (caller, callee, cost), size in zip(outer, sizes, strict=True):
        totals[components[caller]] += size
        entering[components[callee]] += math.floor(Fraction(cost) * scale)
    for component, cost in zip(components, own, strict=True):
        totals[component] += _up(cost, scale, slack)
        members[component] += 1
    supplies = [max(0, total - enters) for total, enters in zip(totals, entering, strict=True)]
    most = [None if cost is None else _up(cost, scale, slack) for cost in inclusive]
    callers, callees = (np.array([call[at] for call in outer], dtype=np.int64) for at in (0, 1))
    array = np.array(sizes, dtype=np.int64)
    return Flows(places, callers, callees, array, supplies, totals, members, most, scale, is_exact)


def _up(cost: Number, scale: Fraction, slack: Any) -> int:
    """Return a cost in whole units, rounded up."""
    units: Fraction = Fraction(cost) * scale * (1 + slack)
    return math.ceil(units)


def _scale(numbers: Sequence[Number]) -> tuple[Fraction, bool]:
    """Return how many whole units one unit is, and whether all numbers are whole then: of rationals the common one."""
    fractions = list(map(Fraction, numbers))
    whole = sum(fractions, start=Fraction(0))
    if not any(isinstance(number, float) for number in numbers):
        common = math.lcm(*(number.denominator for number in fractions))
        if common * whole < FINE:
            return Fraction(common), True
    return Fraction(FINE, 2) / whole if whole else Fraction(1), False
