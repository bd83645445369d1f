"""What edges alone allow of a measured part: the least and the most of what f costs that can be spent for a function.

An edge knows what it cost, not for whom: where callers are mixed, the stacks behind the edges may be any that sum to
them. Those that pass some functions are a flow on the graph of components (a stack uses each edge between them once),
no edge carrying more than it cost. So the most is a maximum flow to f, and the least what is left of f by the most that
can come past these functions (L. Ford, D. Fulkerson, "Maximal flow through a network", 1956; networkx's implementation
of Dinitz's algorithm). Both are reached by some stacks. Costs are whole numbers here, so that flows end; what floats
lack is rounded outward.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

import networkx as nx

from graphdiff.arithmetic import Number

__all__ = ["Flows", "Range", "flows"]

#: Sums of floats are off by less than this part of them, of as many terms as a profile may have.
ROUNDED = Fraction(1, 2**32)
#: Bounds of floats that are no further apart than this part of the whole are one number.
ALIKE = 2.0**-20
#: The largest cost in whole numbers, where costs are no whole numbers themselves.
FINE = 2**62


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

    @property
    def is_open(self) -> bool:
        """Whether the edges say nothing."""
        return self.shares == (0.0, 1.0)


@dataclass(frozen=True, eq=False)
class Flows:
    """The costs of a profile in whole units, for any number of questions.

    Attributes
    ----------
    components : sequence of int
        Of each function, in which component of the graph it is.
    calls : list of (int, int, int)
        Caller, callee and cost of each call between two components.
    costs : networkx.DiGraph
        The components, each edge with its ``capacity``.
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

    components: Sequence[int]
    calls: list[tuple[int, int, int]]
    costs: nx.DiGraph
    supplies: list[int]
    most: list[int | None]
    scale: Fraction
    is_exact: bool
    members: list[int] = field(repr=False)
    totals: list[int] = field(repr=False)

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
        end = self.components[target]
        high = min(most, self._through(functions, end))
        low = max(0, least - self._past(functions, end))
        return Range(min(self._in_units(low), whole), min(self._in_units(high), whole), whole)

    def _in_units(self, cost: int) -> Number:
        return cost if self.scale == 1 else Fraction(cost) / self.scale if self.is_exact else float(cost / self.scale)

    def _through(self, functions: Collection[int], end: int) -> int:
        """Return the most that can come to a component from some functions."""
        known = [self.most[function] for function in functions]
        starts: dict[int, int] = {}
        for function, cost in zip(functions, known, strict=True):
            component = self.components[function]
            whole = self.totals[component] if cost is None else cost
            starts[component] = min(self.totals[component], starts.get(component, 0) + whole)
        on_the_way = self._before(end, without=())
        return _most(self.costs, {at: cost for at, cost in starts.items() if at in on_the_way}, end, on_the_way)

    def _past(self, functions: Collection[int], end: int) -> int:
        """Return the most that can come to a component from where stacks begin, past some functions."""
        least: dict[int, int] = {}
        for function in functions:
            component = self.components[function]
            own = self.totals[component] if self.members[component] == 1 else self._least(function)
            least[component] = max(own, least.get(component, 0))
        room = {at: self.totals[at] - own for at, own in least.items() if at != end}
        closed = [at for at, rest in room.items() if rest <= 0]
        on_the_way = self._before(end, without=closed)
        supplies = {at: self.supplies[at] for at in on_the_way if self.supplies[at]}
        narrow = {at: rest for at, rest in room.items() if rest > 0 and at in on_the_way}
        return _most(self._without_calls(set(functions)) if narrow else self.costs, supplies, end, on_the_way, narrow)

    def _without_calls(self, functions: set[int]) -> nx.DiGraph:
        """Return the costs of all calls but those that some functions make or get: what these cost passes them."""
        costs = self.costs.copy()
        for tail, head, size in self.calls:
            if tail in functions or head in functions:
                costs.edges[self.components[tail], self.components[head]]["capacity"] -= size
        return costs

    def _least(self, function: int) -> int:
        """Return what a member of a component costs at least; 0 where that is not known."""
        most = self.most[function]
        return 0 if most is None else most if self.is_exact else math.floor(most * (1 - 2 * ROUNDED))

    def _before(self, end: int, without: Iterable[int]) -> set[int]:
        """Return the components that lead to one, and itself, past those that are closed."""
        closed, reached, waiting = set(without), {end}, [end]
        while waiting:
            for tail in self.costs.predecessors(waiting.pop()):
                if tail not in reached and tail not in closed:
                    reached.add(tail)
                    waiting.append(tail)
        return reached


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
    outer = [(a, b, cost) for a, b, cost in calls if components[a] != components[b]]
    given = [*own, *(cost for *_, cost in outer)]
    scale, is_exact = _scale(given)
    slack = 0 if is_exact else ROUNDED
    n_components = 1 + max(components, default=-1)
    costs = nx.DiGraph()
    costs.add_nodes_from(range(n_components))
    totals, entering, members = ([0] * n_components for _ in range(3))
    sized = [(a, b, math.ceil(Fraction(cost) * scale * (1 + slack))) for a, b, cost in outer]
    for (_, _, cost), (caller, callee, size) in zip(outer, sized, strict=True):
        tail, head = components[caller], components[callee]
        held = costs.get_edge_data(tail, head, {"capacity": 0})
        costs.add_edge(tail, head, capacity=held["capacity"] + size)
        totals[tail] += size
        entering[head] += math.floor(Fraction(cost) * scale)
    for component, cost in zip(components, own, strict=True):
        totals[component] += math.ceil(Fraction(cost) * scale * (1 + slack))
        members[component] += 1
    supplies = [max(0, total - enters) for total, enters in zip(totals, entering, strict=True)]
    most = [None if cost is None else math.ceil(Fraction(cost) * scale * (1 + slack)) for cost in inclusive]
    return Flows(components, sized, costs, supplies, most, scale, is_exact, members, totals)


def _scale(numbers: Sequence[Number]) -> tuple[Fraction, bool]:
    """Return how many whole units one unit is, and whether all numbers are whole then: of rationals the common one."""
    if not any(isinstance(number, float) for number in numbers):
        common = math.lcm(*(Fraction(number).denominator for number in numbers))
        if common < FINE:
            return Fraction(common), True
    largest = max((Fraction(number) for number in numbers), default=Fraction(0))
    return FINE / largest if largest else Fraction(1), False


def _most(
    costs: nx.DiGraph,
    starts: Mapping[int, int],
    end: int,
    among: Collection[int],
    narrow: Mapping[int, int] | None = None,
) -> int:
    """Return the maximum flow from some nodes, each with its supply, to one; narrow nodes let no more through."""
    if not starts or (len(starts) == 1 and end in starts):
        return sum(starts.values())
    narrow = narrow or {}
    network = nx.DiGraph()
    for tail, head, capacity in costs.subgraph(among).edges(data="capacity"):
        network.add_edge(("out", tail) if tail in narrow else tail, head, capacity=capacity)
    for node, room in narrow.items():
        network.add_edge(node, ("out", node), capacity=room)
    for node, supply in starts.items():
        network.add_edge("start", node, capacity=supply)
    if end not in network:
        return 0
    return int(nx.maximum_flow_value(network, "start", end, flow_func=nx.algorithms.flow.dinitz))
