"""What each call, and each function's own code, did to what a function costs with all that it calls: exactly, in full.

Of a call what counts is how often it is made: the change of its number times the mean of what one cost before and
after. What calls *into* a function so account for is taken off its own code and the calls that it makes, in the parts
that these have of what it costs; what is left is what they did themselves. All of it sums to the change, as each
function costs what its own code and its calls do. A cycle of functions is one function here: its inner calls carry
nothing, and a change in them is one of its functions' own code.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff.arithmetic import Number, plain
from graphdiff.errors import UsageError
from graphdiff.graph.topology import Topology, arrange
from graphdiff.profiles.pairing import Paired, Two
from graphdiff.showing import and_more

__all__ = ["Attribution", "Shape", "attributed"]

Values = NDArray[Any]
Mask = NDArray[np.bool_]

#: A function that costs more than what enters it accounts for is called from elsewhere, too, if it is by this part:
#: less is how files round.
SLACK = 0.01


@dataclass(frozen=True, eq=False)
class Shape:
    """The components of two profiles together, and what each costs.

    Attributes
    ----------
    paired : Paired
        With costs of calls.
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

    def sums(self, components: Values, values: Values) -> Values:
        """Return the sum of the values of each component, by its number."""
        sums: Values = self.paired.zeros
        np.add.at(sums, components, values)
        return sums

    @cached_property
    def inclusive(self) -> Two:
        """What each component cost with all that it called, before and after: its own and what leaves it."""
        assert self.paired.costs is not None
        old, new = (
            self.sums(self.component, own) + self.sums(self.callers, cost[self.calls])
            for own, cost in zip(self.paired.own, self.paired.costs, strict=True)
        )
        return old, new

    @cached_property
    def entering(self) -> Two:
        """What the calls that enter each component cost, before and after."""
        assert self.paired.costs is not None
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
        raise UsageError(
            f"{self.paired.labels[main]} is on a cycle with {and_more(', '.join(names[:3]), len(names) - 3)}, which is "
            "entered elsewhere, too: these files do not tell what it costs alone. Without its name the whole of both is "
            "compared; stacks (py-spy -f raw, pprof, perf) tell it"
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
    rest : number
        What no call and no function accounts for: calls that the file lacks, and how it rounds.
    expected : array, by component
        What the calls that enter a component did by being made more or less often.
    """

    before: Number
    after: Number
    own: Values
    calls: Values
    shared: Values
    rest: Number
    expected: Values

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
    assert paired.costs is not None
    inside = np.ones(len(shape.component), dtype=bool) if main is None else shape.within(main)
    counted = _counted(paired) if by_calls else paired.costs[0] * 0
    leaves = inside[shape.callers]
    enters = leaves.copy() if main is None else leaves | (shape.callees == shape.component[main])
    count = np.where(enters, counted[shape.calls], 0)
    expected = shape.sums(shape.callees, count)
    both = shape.inclusive[0] + shape.inclusive[1]
    rate = _ratio(expected, both)
    mine = inside[shape.component]
    own = np.where(mine, paired.own[1] - paired.own[0] - rate[shape.component] * (paired.own[0] + paired.own[1]), 0)
    costs = [cost[shape.calls] for cost in paired.costs]
    calls, shared = paired.costs[0] * 0, paired.costs[0] * 0
    calls[shape.calls] = count - np.where(leaves, rate[shape.callers] * (costs[0] + costs[1]), 0)
    outside = leaves & ~inside[shape.callees]
    shared[shape.calls] = np.where(outside, costs[1] - costs[0] - count, 0)
    total = _totals(shape, main)
    return Attribution(*total, own, calls, shared, _rest(shape, main, inside, expected, both), expected)


def _totals(shape: Shape, main: int | None) -> tuple[Number, Number]:
    if main is None:
        return plain(shape.paired.own[0].sum()), plain(shape.paired.own[1].sum())
    before, after = (plain(cost[shape.component[main]]) for cost in shape.inclusive)
    return before, after


def _counted(paired: Paired) -> Values:
    """Return, of each call, the change of its number times the mean of what one costs; one that is new has one side."""
    assert paired.costs is not None
    assert paired.calls is not None
    each = [_ratio(cost, number) for cost, number in zip(paired.costs, paired.calls, strict=True)]
    there = [number != 0 for number in paired.calls]
    mean = np.where(there[0] & there[1], (each[0] + each[1]) / 2, each[0] + each[1])  # without calls it is 0
    change: Values = (paired.calls[1] - paired.calls[0]) * mean
    return change


def _ratio(over: Values, under: Values) -> Values:
    """Return quotients; 0 where there is nothing to divide by."""
    ratio: Values = over * 0
    there = np.flatnonzero(under)
    ratio[there] = over[there] / under[there]
    return ratio


def _rest(shape: Shape, main: int | None, inside: Mask, expected: Values, both: Values) -> Number:
    """Return what the change has beside its parts: by how much functions cost more than calls of them account for."""
    lost = np.where(both == 0, expected, 0)  # calls of what costs nothing
    if main is None:
        return plain(-lost.sum())
    below = inside.copy()
    below[shape.component[main]] = False
    old, new = (cost - entering for cost, entering in zip(shape.inclusive, shape.entering, strict=True))
    return plain((np.where(below, old - new, 0) - np.where(inside, lost, 0)).sum())
