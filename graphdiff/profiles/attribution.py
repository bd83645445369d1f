"""What each call, and each function's own code, did to what a function costs with all that it calls: exactly, in full.

What changes in the calls *into* a function is expected to change its own code and its calls in the parts that these
have of what it costs. What a call does beyond that it did itself, and so on down, callers first. All of it sums to the
change, whatever is said of each call, as a function costs what its own code and its calls do.

Of a call, what is said is how much its number did: the change of that number times the mean of what one cost before
and after. Where the caller's callers are not alike (one asks for much, one for little) a mean is off, so that a call
that is made as often as before for each call of its caller passes on what is expected, and did nothing itself.

What costs the same as before for each call of a function, of its own code and its calls, was not touched, nor does it
depend on who calls: it is expected to change as these calls do, and the rest of the function has what is left. The same
holds of what became dearer for each call by as much as the calls of all callers did: that alone was touched. Nothing is
expected to change by more than it costs: what goes beyond that is a mix of callers that the costs do not bear out.

A cycle of functions is one function here: its inner calls carry nothing, and a change in them is one of its functions'
own code.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from graphdiff.arithmetic import Number, plain
from graphdiff.errors import UsageError
from graphdiff.graph.topology import Topology, arrange
from graphdiff.profiles.pairing import Paired, Two
from graphdiff.remedies import Keyword, Remedy
from graphdiff.showing import and_more

__all__ = ["Attribution", "Shape", "attributed"]

Values = NDArray[Any]
Mask = NDArray[np.bool_]

#: A function that costs more than what enters it accounts for is called from elsewhere, too, if it is by this part:
#: less is how files round.
SLACK = 0.01
#: So much more or less often for each call of its caller, a call is made as often as before.
SAME = 0.025
#: By no more than this part of before and after dearer or cheaper for each call of its function, it was not touched.
STEADY = 0.0005
#: By no more than this part apart, calls by several functions became dearer by the same.
ALIKE = 0.01
#: What is less than this part of what a function costs is how floats round.
ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Shape:
    """The components of two profiles together, and what each costs.

    Attributes
    ----------
    paired : Paired
        Calls inside a component need no costs.
    topology : Topology
        Of both profiles together.
    """

    paired: Paired
    topology: Topology

    @classmethod
    def of(cls, paired: Paired) -> Shape:
        """Return the shape of two profiles."""
        ends = (each.astype(np.uint32) for each in (paired.tails, paired.heads))
        return cls(paired, arrange(len(paired.labels), *ends)[0])

    @cached_property
    def component(self) -> Values:
        """The component of each function: a number that is larger the later it stands in topological order."""
        first: Values = self.topology.representative[self.topology.positions].astype(np.int64)
        return first

    @cached_property
    def calls(self) -> Values:
        """The calls from one component to another, by their numbers, in topological order of the caller."""
        ends = self.component[self.paired.tails], self.component[self.paired.heads]
        leaving = np.flatnonzero(ends[0] != ends[1])
        order: Values = leaving[np.argsort(ends[0][leaving], kind="stable")]
        return order

    @property
    def callers(self) -> Values:
        """The component that each of these calls leaves."""
        callers: Values = self.component[self.paired.tails[self.calls]]
        return callers

    @property
    def callees(self) -> Values:
        """The component that each of these calls enters."""
        callees: Values = self.component[self.paired.heads[self.calls]]
        return callees

    @property
    def none(self) -> Values:
        """A zero for each of these calls, of the kind that the numbers are."""
        zeros: Values = self.paired.own[0][:0].sum() + np.zeros(len(self.calls), dtype=self.paired.own[0].dtype)
        return zeros

    def sums(self, components: Values, values: Values) -> Values:
        """Return the sum of the values of each component, by its number."""
        sums: Values = self.paired.zeros
        np.add.at(sums, components, values)
        return sums

    @cached_property
    def inclusive(self) -> Two:
        """What each component cost with all that it called, before and after: its own and what leaves it."""
        old, new = (
            self.sums(self.component, own) + self.sums(self.callers, cost[self.calls])
            for own, cost in zip(self.paired.own, self.paired.costs, strict=True)
        )
        return old, new

    @cached_property
    def entering(self) -> Two:
        """What the calls that enter each component cost, before and after."""
        old, new = (self.sums(self.callees, cost[self.calls]) for cost in self.paired.costs)
        return old, new

    @cached_property
    def is_root(self) -> Mask:
        """Whether a component costs more than what enters it accounts for: it is called from elsewhere, too."""
        mask = np.zeros(len(self.component), dtype=bool)
        most = np.maximum(*self.inclusive)
        for cost, entering in zip(self.inclusive, self.entering, strict=True):
            mask |= cost - entering > most * SLACK
        return mask

    def require_alone(self, main: int) -> None:
        """Raise unless what a function costs with all that it calls is told apart from what others on a cycle cost.

        Raises
        ------
        UsageError
            If other functions of a cycle that it is on are called from outside of that.
        """
        component = self.component[main]
        members = np.flatnonzero(self.component == component)
        entered = self.calls[self.callees == component]
        if len(members) == 1 or not (self.is_root[component] or (self.paired.heads[entered] != main).any()):
            return
        names = [str(self.paired.labels[number]) for number in members.tolist() if number != main]
        importing = Keyword("", python='graphdiff.filter_calls(G, hide="imports")')
        raise UsageError(
            f"{self.paired.labels[main]} is on a cycle with {and_more(', '.join(names[:3]), len(names) - 3)}, which is "
            "entered elsewhere, too: these files do not tell what it costs alone. Without its name the whole of both "
            "is compared; stacks (py-spy -f raw, pprof, perf) tell it",
            Remedy(importing, "leaves out Python's importing, which makes most cycles"),
        )

    def within(self, main: int) -> Mask:
        """Return the components that only a function leads to, and its own: what they cost is spent for it alone."""
        inside = np.zeros(len(self.component), dtype=bool)
        start = int(self.component[main])
        callers = defaultdict(list)
        for caller, callee in zip(self.callers.tolist(), self.callees.tolist(), strict=True):
            callers[callee].append(caller)
        inside[start] = True
        for component in sorted(callers):
            if component > start and not self.is_root[component]:
                inside[component] = all(inside[caller] for caller in callers[component])
        return inside


@dataclass(frozen=True, eq=False)
class Attribution:
    """What moved the cost of a function, or of a whole profile.

    Attributes
    ----------
    before, after : numbers
        What it cost with all that it called.
    own : array, shape (n_functions,)
        What the own code of each function did.
    calls : array, shape (n_calls,)
        What each call did by being made more or less often.
    shared : array, shape (n_calls,)
        What did the functions that a call leads to and that others than `main` lead to as well: by this call, they and
        all that they call, which this file does not tell apart.
    mixed : array, by component
        What calls into a function did that its code and its calls, which cost for each call what they did, do not bear
        out: its callers are not alike.
    rest : number
        What no call and no function accounts for: calls that the file lacks, and how it rounds.
    moved : array, by component
        What the calls that enter a component changed in it.
    """

    before: Number
    after: Number
    own: Values
    calls: Values
    shared: Values
    mixed: Values
    rest: Number
    moved: Values

    @property
    def change(self) -> Number:
        """After minus before."""
        return self.after - self.before


def attributed(shape: Shape, main: int | None = None, *, by_calls: bool = True) -> Attribution:
    """Return what moved the cost of a function with all that it calls, or of the whole.

    Parameters
    ----------
    shape : Shape
    main : int, optional
        The function; by default all that both profiles measured.
    by_calls : bool
        Whether it is known how often calls are made. Where it is not, there is only what functions cost by themselves.
    """
    paired = shape.paired
    inside = np.ones(len(shape.component), dtype=bool) if main is None else shape.within(main)
    leaves = inside[shape.callers]
    flow = _flow(shape, main, inside) if by_calls else _Flow.none(shape)
    own = np.where(inside[shape.component], paired.own[1] - paired.own[0] - flow.own, 0)
    calls, shared = paired.costs[0] * 0, paired.costs[0] * 0
    calls[shape.calls] = flow.did
    changes = (paired.costs[1] - paired.costs[0])[shape.calls]
    shared[shape.calls] = np.where(leaves & ~inside[shape.callees], changes - flow.passed, 0)
    over = np.where(inside, -flow.left, 0)
    both = shape.inclusive[0] + shape.inclusive[1]
    is_rest = (np.abs(over) <= ROUNDING * both) | (both == 0)  # rounding, and calls of what costs nothing
    rest = plain(_unaccounted(shape, main, inside) + np.where(is_rest, over, 0).sum())
    return Attribution(*_totals(shape, main), own, calls, shared, np.where(is_rest, 0, over), rest, flow.moved)


def _totals(shape: Shape, main: int | None) -> tuple[Number, Number]:
    if main is None:
        return plain(shape.paired.own[0].sum()), plain(shape.paired.own[1].sum())
    before, after = (plain(cost[shape.component[main]]) for cost in shape.inclusive)
    return before, after


def _unaccounted(shape: Shape, main: int | None, inside: Mask) -> Number:
    """Return by how much less than before functions cost beyond what calls of them account for."""
    if main is None:
        return 0
    below = inside.copy()
    below[shape.component[main]] = False
    old, new = (cost - entering for cost, entering in zip(shape.inclusive, shape.entering, strict=True))
    return np.where(below, old - new, 0).sum()


class _Flow(NamedTuple):
    """What each call between components did, and passed on, and what is expected of own code, by function.

    And by component what was passed on to it, and what of that is expected of nothing in it.
    """

    did: Values
    passed: Values
    own: Values
    moved: Values
    left: Values

    @classmethod
    def none(cls, shape: Shape) -> _Flow:
        """Return that of calls of which the numbers are not known."""
        zeros = shape.paired.zeros
        return cls(shape.none, shape.none, zeros, zeros, zeros)


def _flow(shape: Shape, main: int | None, inside: Mask) -> _Flow:
    """Return what is expected of calls and code, callers first."""
    paired, start = shape.paired, -1 if main is None else int(shape.component[main])
    counted, steady = _counted(shape), _steady(shape)
    loose = np.where(steady.is_steady_call, 0, (paired.costs[0] + paired.costs[1])[shape.calls])
    rows = (shape.callers, shape.callees, *counted, steady.calls, loose)
    moved, free, fixed = paired.zeros.tolist(), steady.free.tolist(), steady.fixed.tolist()
    did, passed = shape.none, shape.none
    for row, (caller, callee, count, oftener, is_other, change, cost) in enumerate(
        zip(*(column.tolist() for column in rows), strict=True)
    ):
        if not (inside[caller] or callee == start):
            continue
        expected = change if inside[caller] else 0
        if inside[caller] and cost and free[caller]:
            expected = _within(moved[caller] - fixed[caller], free[caller]) * cost / free[caller]
        passed[row] = count if is_other or not inside[caller] else expected + oftener
        did[row] = passed[row] - expected
        moved[callee] += passed[row]
    sums, zeros = paired.zeros, paired.zeros
    sums[:] = moved
    open_changes, most = sums - steady.fixed, steady.free
    spread = np.maximum(np.minimum(open_changes, most), -most)
    rate = np.where(steady.is_steady_own, 0, _ratio(spread, most)[shape.component])
    own = zeros + steady.own + rate * (paired.own[0] + paired.own[1])
    return _Flow(did, passed, own, sums, open_changes - spread)


def _within(change: Number, most: Number) -> Number:
    """Return a change, but no more than what changes costs."""
    return max(min(change, most), -most)


class _Steady(NamedTuple):
    """What costs the same for each call of its function as before, and how such calls are expected to change it.

    Of own code by function, of calls between components; and by component what all of these are expected to do, and
    what all else costs before and after.
    """

    is_steady_own: Mask
    own: Values
    is_steady_call: Mask
    calls: Values
    fixed: Values
    free: Values


def _steady(shape: Shape) -> _Steady:
    """Return what costs the same for each call of its function as before, or as much more as calls of that cost all."""
    paired, component, callers = shape.paired, shape.component, shape.callers
    assert paired.calls is not None
    entries = [_entries(shape, number) for number in paired.calls]
    known = (entries[0] != 0) & (entries[1] != 0) & _entered_by_counted(shape)
    dearer = _dearer(shape)

    def same(costs: Sequence[Values], ends: Values) -> tuple[Mask, Values, Values]:
        each = [_ratio(cost, number[ends]) for cost, number in zip(costs, entries, strict=True)]
        rise, by_all = each[1] - each[0], dearer[ends]
        is_all = (by_all != 0) & (np.abs(rise - by_all) <= ALIKE * np.abs(by_all))
        is_same = known[ends] & (is_all | (np.abs(rise) <= STEADY * (each[0] + each[1])))
        change = (entries[1] - entries[0])[ends] * (each[0] + each[1]) / 2
        return is_same, np.where(is_same, change, 0), np.where(is_same, 0, costs[0] + costs[1])

    is_own, own, free_own = same(paired.own, component)
    is_call, calls, free_calls = same([cost[shape.calls] for cost in paired.costs], callers)
    fixed = shape.sums(component, own) + shape.sums(callers, calls)
    free = shape.sums(component, free_own) + shape.sums(callers, free_calls)
    return _Steady(is_own, own, is_call, calls, fixed, free)


def _dearer(shape: Shape) -> Values:
    """Return by how much one call of each component became dearer, where that is the same for several callers; or 0."""
    paired, callees = shape.paired, shape.callees
    assert paired.calls is not None
    each = [
        _ratio(cost[shape.calls], number[shape.calls]) for cost, number in zip(paired.costs, paired.calls, strict=True)
    ]
    both = np.flatnonzero((paired.calls[0][shape.calls] != 0) & (paired.calls[1][shape.calls] != 0))
    rises: dict[int, list[Number]] = defaultdict(list)
    for callee, rise in zip(callees[both].tolist(), (each[1] - each[0])[both].tolist(), strict=True):
        rises[callee].append(rise)
    dearer = paired.zeros
    for callee, of_callers in rises.items():
        low, high = min(of_callers), max(of_callers)
        if len(of_callers) > 1 and high - low <= ALIKE * min(abs(low), abs(high)):
            dearer[callee] = (low + high) / 2
    return dearer


def _counted(shape: Shape) -> tuple[Values, Values, Mask]:
    """Return what a call did by its number, by how much oftener it is made for each call of its caller, and if it is.

    Both times the mean of what one costs; of what is new or gone what it costs on the side that has it. A call of which
    the number is not known did nothing by that, unless it is new or gone.
    """
    paired = shape.paired
    assert paired.calls is not None
    costs, calls = ([column[shape.calls] for column in pair] for pair in (paired.costs, paired.calls))
    each = [_ratio(cost, number) for cost, number in zip(costs, calls, strict=True)]
    there = (calls[0] != 0) & (calls[1] != 0)
    mean = np.where(there, (each[0] + each[1]) / 2, each[0] + each[1])  # without calls it is 0
    entries = [_entries(shape, number)[shape.callers] for number in paired.calls]
    often = [_ratio(number, of_caller) for number, of_caller in zip(calls, entries, strict=True)]
    change = often[1] - often[0]
    is_counted, is_whole = paired.is_counted[shape.calls], _entered_by_counted(shape)[shape.callers]
    is_known = (entries[0] != 0) & (entries[1] != 0) & is_whole
    oftener = np.where(is_known & is_counted, change * (entries[0] + entries[1]) / 2 * mean, 0)
    is_other = ~is_whole | (is_known & (np.abs(change) > SAME * (often[0] + often[1])))
    lone = ~is_counted & ((costs[0] == 0) | (costs[1] == 0))
    count = np.where(lone, costs[1] - costs[0], (calls[1] - calls[0]) * mean)
    return count, oftener, lone | (is_counted & is_other)


def _entered_by_counted(shape: Shape) -> Mask:
    """Return the components of which it is known how often they are called."""
    mask = np.ones(len(shape.component), dtype=bool)
    mask[shape.callees[~shape.paired.is_counted[shape.calls]]] = False
    return mask


def _entries(shape: Shape, numbers: Values) -> Values:
    """Return how often each component is called; what nothing calls, in neither profile, ran once."""
    entries = shape.sums(shape.callees, numbers[shape.calls])
    called = np.zeros(len(entries), dtype=bool)
    called[shape.callees] = True
    return np.where(called, entries, 1)


def _ratio(over: Values, under: Values) -> Values:
    """Return quotients; 0 where there is nothing to divide by."""
    ratio: Values = over * 0
    there = np.flatnonzero(under)
    ratio[there] = over[there] / under[there]
    return ratio
