"""What several changes of a profile save together where it has edges only: the range of what they have in common.

A change takes a part of what some of the stacks cost: of those that end with a function, that hold it, or that pass a
call. What two changes both hold is saved once, and how much that is lies between the two bounds of a flow (`ranges`): a
call between two functions is a function of its own there, between its ends. Of more changes than two the bounds are
those of a union of events of which pairs are known: Bonferroni's below, D. Hunter's above ("An upper bound for the
probability of a union", J. Appl. Probab. 13, 1976), where a change of 30 % is met by 30 % of the stacks that it holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from typing import Any, NamedTuple

import networkx as nx

from graphdiff.arithmetic import Number
from graphdiff.profiles.costs import Costs
from graphdiff.profiles.ranges import ALIKE, Range

__all__ = ["Bounds", "Network", "Part", "union"]


class Bounds(NamedTuple):
    """The least and the most that something can be."""

    low: Number
    high: Number

    def times(self, least: Number, most: Number) -> Bounds:
        """Return the bounds of a part of it, which has bounds itself."""
        return Bounds(self.low * least, self.high * most)


class Part(NamedTuple):
    """The stacks that a change is about: those that end with a function, or all that hold it.

    A pair of caller and callee in the place of a function is all that pass this call.
    """

    item: Any
    is_own: bool = False


@dataclass(frozen=True, eq=False)
class Network:
    """A profile as what flows through it.

    Attributes
    ----------
    graph : networkx.DiGraph
        Each function has ``self``, each call ``cost``.
    calls : tuple of (caller, callee)
        Those that are asked about.
    """

    graph: nx.DiGraph
    calls: tuple[tuple[Any, Any], ...]

    @cached_property
    def costs(self) -> Costs:
        """The costs, each call that is asked about as a function of its own between its ends."""
        split = self.graph.copy()
        for call in self.calls:
            cost = self.graph.edges[call]["cost"]
            split.remove_edge(*call)
            split.add_nodes_from([(call, {"self": 0, "inclusive": cost})])
            split.add_edge(call[0], call, cost=cost)
            split.add_edge(call, call[1], cost=cost)
        return Costs(split)

    def component(self, item: Any) -> int:
        """Return the component of a function, or of a call that is asked about."""
        return self.costs.components[self.costs.number(item)]

    def is_inner(self, call: tuple[Any, Any]) -> bool:
        """Return whether a call is part of a recursion."""
        return self.component(call[0]) == self.component(call[1])

    def functions_of(self, component: int) -> list[Any]:
        """Return the functions of a component."""
        labels = (self.costs.labels[number] for number in self.costs.members[component])
        return [label for label in labels if label in self.graph]

    # -- what a part costs

    def cost(self, part: Part) -> Bounds:
        """Return what a part costs, each stack counted once: measured, or the range that recursion leaves."""
        if part.is_own:
            own = self.graph.nodes[part.item]["self"]
            return Bounds(own, own)
        if isinstance(part.item, tuple):
            return self._of_call(part.item)
        return self._of_function(part.item)

    def _of_call(self, call: tuple[Any, Any]) -> Bounds:
        cost = self.graph.edges[call]["cost"]
        if self.costs.counts_every_level and self.is_inner(call):  # a stack counts as often as it passes the call
            return Bounds(0, min(cost, self.costs.sums[self.component(call)]))
        return Bounds(cost, cost)

    def _of_function(self, function: Any) -> Bounds:
        data, component = self.graph.nodes[function], self.component(function)
        members = self.functions_of(component)
        is_recursive = len(members) > 1 or self.graph.has_edge(function, function)
        counts_once = "primitive_calls" in data or not (is_recursive and self.costs.counts_every_level)
        if "inclusive" in data and counts_once:
            return Bounds(data["inclusive"], data["inclusive"])
        most = self.costs.sums[component]
        if len(members) == 1:
            return Bounds(most, most)
        enters: Number = sum(
            cost
            for tail, _, cost in self.graph.in_edges(function, data="cost", default=0)
            if not self.is_inner((tail, function))
        )
        return Bounds(min(most, max(data.get("self", 0), enters)), most)

    # -- what two parts have in common

    def shared(self, one: Part, other: Part) -> Bounds:
        """Return what the stacks cost that are in both parts."""
        if one.is_own and other.is_own:
            return Bounds(0, 0)
        if one.is_own:
            one, other = other, one
        known = self._of_caller(one, other)
        if known is not None:
            return known
        if other.is_own and one.item == other.item:
            return self.cost(other)
        if self.component(one.item) == self.component(other.item):
            return self._inside(one, other)
        there, back = self._on_the_way(one, other), Bounds(0, 0)
        if not (there.high or other.is_own):
            back = self._on_the_way(other, one)
        return there if there.high else back

    def _of_caller(self, one: Part, other: Part) -> Bounds | None:
        """Return what the callee of a call costs itself for this caller, where the file says it."""
        if not (other.is_own and isinstance(one.item, tuple) and one.item[1] == other.item):
            return None
        own = self.graph.edges[one.item].get("self")
        is_alone = len(self.costs.members[self.component(other.item)]) == 1
        is_recursive = not is_alone or self.graph.has_edge(other.item, other.item)
        return None if own is None or is_recursive else Bounds(own, own)

    def ends(self, source: Any, before: Number, parts: Mapping[Any, Number]) -> Bounds:
        """Return the bounds of what is saved for a source, of whose stacks each ends with one function.

        Parts of what stacks cost that end with some functions: the most is the sum, over the sizes of the parts, of a
        flow into all functions of which that much is saved or more; the least is what is left by those into the others.
        """
        start, names, costs = self.costs.number(source), self.costs.labels, self.costs
        owns = {at: before if costs.own(names[at]) is None else own for at, own in enumerate(costs.owns)}
        whole = costs.flows.into(start, before, owns)
        least, most, last = 0 * before, 0 * before, Fraction(0)
        for size in sorted(set(parts.values())):
            reached = {costs.number(item) for item, part in parts.items() if part >= size}
            named = {at: self.graph.nodes[names[at]]["self"] for at in reached}
            others = {at: own - named.get(at, 0) for at, own in owns.items()}
            most += (size - last) * costs.flows.into(start, before, named)
            least += (size - last) * max(0, whole - costs.flows.into(start, before, others))
            last = size
        return Bounds(min(least, most), most)

    def _inside(self, one: Part, other: Part) -> Bounds:
        """Return the bounds of two parts of one component, in which stacks may go any way."""
        first, second = self.cost(one), self.cost(other)
        least = first.low + second.low - self.costs.sums[self.component(one.item)]
        return Bounds(max(0 * least, least), min(first.high, second.high))

    def _on_the_way(self, one: Part, other: Part) -> Bounds:
        """Return what is spent for one part by another that stands below it."""
        start, end = (self.costs.number(part.item) for part in (one, other))
        least, most = (_settled(self.costs.flows.range_for([start], end, whole)) for whole in self.cost(other))
        return Bounds(least.low, most.high)


def _settled(allowed: Range) -> Bounds:
    """Return the bounds of a range; where only rounding is between them, what was measured."""
    if not (isinstance(allowed.high, float) and allowed.is_exact):
        return Bounds(allowed.low, allowed.high)
    slack = ALIKE * float(allowed.whole)
    known = next((each for each in (allowed.whole, 0.0) if abs(allowed.high - float(each)) <= slack), allowed.high)
    return Bounds(known, known)


def union(singles: Sequence[Bounds], pairs: dict[tuple[int, int], Bounds]) -> Bounds:
    """Return the bounds of a union of events, of each of which and of each pair of which the bounds are known.

    Parameters
    ----------
    singles : sequence of Bounds
    pairs : mapping of (int, int) to Bounds
        Of all pairs, the smaller place first.

    Examples
    --------
    >>> union([Bounds(4, 4), Bounds(3, 3)], {(0, 1): Bounds(1, 2)})
    Bounds(low=5, high=6)
    """
    return Bounds(_at_least(singles, pairs), _at_most(singles, pairs))


def _at_least(singles: Sequence[Bounds], pairs: dict[tuple[int, int], Bounds]) -> Number:
    """Return Bonferroni's bound over the events that raise it, the largest first."""
    taken: list[int] = []
    least: Number = 0
    for place in sorted(range(len(singles)), key=lambda each: -singles[each].low):
        more = singles[place].low - sum(pairs[min(place, one), max(place, one)].high for one in taken)
        if more > 0:
            taken.append(place)
            least += more
    return least


def _at_most(singles: Sequence[Bounds], pairs: dict[tuple[int, int], Bounds]) -> Number:
    """Return Hunter's bound: all events, less the largest tree of what pairs have in common."""
    tree = nx.Graph()
    tree.add_weighted_edges_from((*pair, pairs[pair].low) for pair in combinations(range(len(singles)), 2))
    common = nx.maximum_spanning_edges(tree)
    most: Number = sum(single.high for single in singles)
    return most - sum(data["weight"] for *_, data in common)
