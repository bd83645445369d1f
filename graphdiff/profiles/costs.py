"""`Costs`: a profile ready for questions of for whom it spends, by its stacks where it has them, else by its edges.

Stacks answer exactly. Edges give an estimate, as if each function spent the same parts of its cost whoever calls it,
and the range that they allow (`ranges`). Within a component edges carry nothing; members have what was measured.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff.arithmetic import Number, is_number
from graphdiff.errors import UnknownNodeError, WeightError
from graphdiff.graph.compiled import compile
from graphdiff.graph.costs import EVERY_LEVEL, HIDDEN
from graphdiff.profiles.ranges import Flows, Range, flows
from graphdiff.profiles.stacks import Stacks, stacks_in
from graphdiff.remedies import Call, Keyword, Remedy

__all__ = ["INCLUSIVE", "SELF", "Costs", "Part", "wilson"]

#: What a function costs: with all that it calls, or by itself.
INCLUSIVE, SELF = "inclusive", "self"
#: Samples count the same where what they stand for differs by no more than this part.
ALIKE = 0.01
#: The largest component whose levels of recursion are estimated: that takes a dense matrix.
DENSE = 1000
#: The standard normal quantile of an interval that holds 95 of 100 times.
NORMAL = 1.959964


@dataclass(frozen=True)
class Part:
    """How much of what a function costs is spent for some others.

    Attributes
    ----------
    whole : number
        What the function costs, in the unit of the profile.
    cost : number or None
        What is spent for the others, where that is measured: on stacks, or by edges that leave no choice.
    estimate : float or None
        The part of the whole on edges, if every function spends the same parts of its cost whoever calls it; None
        where nothing says it, as within a component.
    range : Range or None
        What edges allow, where it was asked for.
    samples : tuple of (int, int) or None
        On stacks: how many samples are spent for the others, of how many.
    """

    whole: Number
    cost: Number | None = None
    estimate: float | None = None
    range: Range | None = None
    samples: tuple[int, int] | None = None

    @property
    def share(self) -> float | None:
        """The part of the whole, measured or estimated; None where neither is there or the whole is 0."""
        if self.cost is None or not self.whole:
            return self.estimate if self.whole else None
        return float(self.cost) / float(self.whole)

    @property
    def is_measured(self) -> bool:
        """Whether it is no estimate."""
        return self.cost is not None

    @property
    def about(self) -> Number:
        """What is spent for the others, measured or estimated; 0 where nothing says it."""
        return (self.estimate or 0.0) * float(self.whole) if self.cost is None else self.cost

    @property
    def interval(self) -> tuple[float, float] | None:
        """Of samples between which parts the true one lies 95 of 100 times, if each is drawn by itself."""
        return wilson(*self.samples) if self.samples and self.samples[1] else None

    @property
    def bounds(self) -> tuple[float, float] | None:
        """Between which parts of the whole edges allow it to be; None where they were not asked."""
        return self.range.shares if self.range is not None and self.whole else None


def wilson(hits: float, number: int) -> tuple[float, float]:
    """Return the 95 % interval of a probability that some of a number of draws have shown.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (158), 1927.

    Examples
    --------
    >>> [round(end, 3) for end in wilson(51, 248)], [round(end, 3) for end in wilson(0, 10)]
    ([0.16, 0.26], [0.0, 0.278])
    """
    square = NORMAL**2 / number
    rate = hits / number
    middle = (rate + square / 2) / (1 + square)
    spread = NORMAL * ((rate * (1 - rate) + square / 4) / number) ** 0.5 / (1 + square)
    return max(0.0, middle - spread), min(1.0, middle + spread)


class Costs:
    """Who spends what in a profile.

    Parameters
    ----------
    graph : networkx.DiGraph
        A profile (`graphdiff.graph.measured`).

    Examples
    --------
    >>> G = nx.DiGraph(edge_meaning="calls", unit="Ir", total=10)
    >>> G.add_nodes_from([("main", {"self": 1}), ("a", {"self": 2}), ("b", {"self": 3}), ("work", {"self": 4})])
    >>> G.add_edges_from([("main", "a", {"cost": 4}), ("main", "b", {"cost": 5}), ("a", "work", {"cost": 2}),
    ...     ("b", "work", {"cost": 2})])
    >>> Costs(G).part(["a"], "work").range
    Range(low=2, high=2, whole=4)
    """

    def __init__(self, graph: nx.DiGraph) -> None:
        self.graph = graph
        self.unit = str(graph.graph.get("unit", ""))
        self.labels: list[Any] = list(graph)
        self.numbers = {label: number for number, label in enumerate(self.labels)}

    @property
    def stacks(self) -> Stacks | None:
        """The stacks of the profile, if it has them."""
        return stacks_in(self.graph)

    @cached_property
    def counts(self) -> Stacks | None:
        """The stacks with how many samples had each, where these are known and each counts the same."""
        stacks = self.stacks
        if stacks is None or self.graph.graph.get("kind") != "sampled":
            return None
        if stacks.samples is None:
            return stacks if self.unit == "samples" and stacks.own.dtype.kind in "iu" else None
        seen = stacks.samples > 0
        each = stacks.own[seen] / stacks.samples[seen]
        return stacks.sampled() if len(each) and np.ptp(each) <= ALIKE * each.max() else None

    def number(self, label: Any) -> int:
        """Return the place of a function among the nodes."""
        number = self.numbers.get(label)
        if number is None:
            raise UnknownNodeError(label, self.labels)
        return number

    def _attribute(self, label: Any, name: str) -> Number | None:
        value = self.graph.nodes[label].get(name)
        return value if is_number(value) else None

    def own(self, label: Any) -> Number | None:
        """Return what a function costs by itself; None where the file does not say."""
        return self._attribute(label, SELF)

    def inclusive(self, label: Any) -> Number | None:
        """Return what a function costs with all it calls; None where that is not known, as it may be on a cycle."""
        known, number = self._once(label), self.number(label)
        is_sum = known is None and not self.is_in_component(number) and not self.without_cost
        return self.sums[self.components[number]] if is_sum else known

    def figure(self, numbers: Sequence[int], name: str) -> Number | None:
        """Return what a function costs by itself or inclusively, or how often it is called.

        None where that is not recorded, and of several functions.
        """
        if len(numbers) > 1:
            return None
        label = self.labels[numbers[0]]
        return self.inclusive(label) if name == INCLUSIVE else self._attribute(label, name)

    def _once(self, label: Any) -> Number | None:
        """Return what the file says that a function costs inclusively, unless it adds up all levels of a recursion.

        Of instructions readers say it where all levels are known to be within the first; a sampler that counts each
        level does not tell.
        """
        adds_up = self.counts_every_level and self.graph.graph.get("kind") == "sampled"
        return None if adds_up else self._attribute(label, INCLUSIVE)

    def estimated_inclusive(self, label: Any) -> float | None:
        """Return what a member of a component costs inclusively, estimated from calls counted at every level.

        With A = cost(a, b) over all that b costs at every level, (I - A)^-1 has how many levels of a function there are
        for one that is entered; the estimate takes them to cost the same. None of components beyond `DENSE` members.
        """
        number = self.number(label)
        members = self.members[self.components[number]]
        if not self.counts_every_level or not 1 < len(members) <= DENSE:
            return None
        visits, levels = self._levels(self.components[number])
        place = members.index(number)
        return float(visits[place] / levels[place])

    @cache  # noqa: B019 (it lives as long as one question)
    def _levels(self, component: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return what each member of a component costs at all levels, and how many levels it has for one entered."""
        members = self.members[component]
        place = {self.labels[number]: at for at, number in enumerate(members)}
        visits, inner = np.zeros(len(members)), np.zeros((len(members), len(members)))
        for label, at in place.items():
            visits[at] = float(self.own(label) or 0)
            for _, head, cost in self.graph.out_edges(label, data="cost", default=0):
                visits[at] += float(cost)
                if head in place:
                    inner[at, place[head]] += float(cost)
        parts = np.divide(inner, visits, out=np.zeros_like(inner), where=visits > 0)
        return visits, np.diag(np.linalg.inv(np.eye(len(members)) - parts))

    @property
    def counts_every_level(self) -> bool:
        """Whether a function that calls itself is counted once more at each level."""
        return bool(self.graph.graph.get("recursion") == EVERY_LEVEL)

    def whole(self, label: Any, by: str) -> Number | None:
        """Return what a function costs, by itself or inclusively, as the edges add up to it."""
        if by == SELF:
            return self.own(label)
        number = self.number(label)
        if self.stacks is None and not self.is_in_component(number):
            return self.sums[self.components[number]]
        return self.inclusive(label)

    @property
    def assumes_even_calls(self) -> bool:
        """Whether what calls cost was not measured, but shared out as if all calls of a function cost the same."""
        return bool(self.graph.graph.get("assumes") == "even calls")

    @cached_property
    def is_shared_out(self) -> bool:
        """Whether what calls cost was not measured: a profiler, or what hid functions, took calls to be alike."""
        return self.assumes_even_calls or any("estimated" in data for *_, data in self.graph.edges(data=True))

    # -- edges

    @cached_property
    def components(self) -> list[int]:
        """Of each function the first position of its component in a topological order."""
        topology = compile(self.graph, weight=None, cycles="collapse").topology
        components = np.empty(topology.n_nodes, dtype=np.int64)
        components[topology.ids] = topology.representative
        return [int(component) for component in components]

    @cached_property
    def members(self) -> Mapping[int, list[int]]:
        """The functions of each component."""
        members: dict[int, list[int]] = {}
        for number, component in enumerate(self.components):
            members.setdefault(component, []).append(number)
        return members

    def is_in_component(self, number: int) -> bool:
        """Tell whether a function calls itself through others."""
        return len(self.members[self.components[number]]) > 1

    @cached_property
    def outer(self) -> list[tuple[int, int, Any]]:
        """Caller, callee and cost, or what stands in its place, of each call from one component to another."""
        ends = ((self.numbers[tail], self.numbers[head], cost) for tail, head, cost in self.graph.edges(data="cost"))
        return [call for call in ends if self.components[call[0]] != self.components[call[1]]]

    @cached_property
    def without_cost(self) -> list[tuple[Any, Any]]:
        """The calls from one component to another of which the file does not say what they cost."""
        return [(self.labels[a], self.labels[b]) for a, b, cost in self.outer if not is_number(cost)]

    @cached_property
    def calls(self) -> list[tuple[int, int, Number]]:
        """Caller, callee and cost of each call from one component to another.

        Raises
        ------
        WeightError
            If such a call has no cost.
        """
        if self.without_cost:
            tail, head = self.without_cost[0]
            raise WeightError(
                f"{len(self.without_cost):,} of {len(self.outer):,} calls have no cost in this file, such as "
                f"{tail} -> {head}",
                Remedy(
                    Call("weight", "even-calls", python="graphdiff.weights.even_calls"), "takes all calls to be alike"
                ),
                edge=(tail, head),
            )
        return self.outer

    @cached_property
    def owns(self) -> list[Number]:
        """What each function costs by itself, and in functions that a drawing leaves out; 0 where that is not said."""
        return [(self.own(label) or 0) + (self._attribute(label, HIDDEN) or 0) for label in self.labels]

    @cached_property
    def is_whole(self) -> bool:
        """Whether the calls are all that there were: a drawing may leave some out."""
        return not any(HIDDEN in data for _, data in self.graph.nodes(data=True))

    @cached_property
    def sums(self) -> dict[int, Number]:
        """What each component costs: its functions by themselves, and the calls that leave it."""
        sums: dict[int, Number] = dict.fromkeys(self.components, 0)
        for component, own in zip(self.components, self.owns, strict=True):
            sums[component] += own
        for tail, _, cost in self.calls:
            sums[self.components[tail]] += cost
        return sums

    @cached_property
    def flows(self) -> Flows:
        """What can flow on the edges."""
        return flows(self.components, self.calls, self.owns, list(map(self._once, self.labels)))

    @cached_property
    def entering(self) -> Mapping[int, list[tuple[int, int, float]]]:
        """Of each component the calls that enter it: caller, callee, and the part of the component they cost."""
        entering: dict[int, list[tuple[int, int, float]]] = {}
        for tail, head, cost in self.calls:
            component = self.components[head]
            if cost and self.sums[component]:  # of a file that rounds either may be 0
                part = min(1.0, float(cost) / float(self.sums[component]))  # and this beyond 1
                entering.setdefault(component, []).append((tail, head, part))
        return entering

    def spent_for(self, functions: Collection[int]) -> dict[int, float]:
        """Return which part of each component edges estimate to be spent for the components of some functions."""
        parts = {self.components[function]: 1.0 for function in functions}
        for component in self.in_order(parts):
            if component not in parts:
                steps = self.entering.get(component, ())
                parts[component] = min(
                    1.0, sum(parts.get(self.components[tail], 0.0) * step for tail, _, step in steps)
                )
        return {component: part for component, part in parts.items() if part}

    def spent_on(self, target: int) -> dict[int, float]:
        """Return which part of a function edges estimate to be spent for each component that leads to it."""
        parts = {self.components[target]: 1.0}
        for component in sorted(self.members, reverse=True):
            part = parts.get(component, 0.0)
            for tail, _, step in self.entering.get(component, ()) if part else ():
                caller = self.components[tail]
                parts[caller] = parts.get(caller, 0.0) + part * step
        return {component: min(1.0, part) for component, part in parts.items()}

    def in_order(self, starts: Collection[int]) -> Iterator[int]:
        """Return the components from the first of some on, callers before callees."""
        first = min(starts, default=0)
        return (component for component in sorted(self.members) if component >= first)

    # -- parts

    def component_name(self, numbers: Sequence[int]) -> str:
        """Return what some functions of one component are called: the one that costs most, and how many more.

        Examples
        --------
        >>> G = nx.DiGraph([("a", "b", {"cost": 1}), ("b", "a", {"cost": 1})], edge_meaning="calls", unit="s")
        >>> Costs(G).component_name([0, 1])
        'a + 1 more'
        """
        labels = [self.labels[number] for number in numbers]
        first = max(labels, key=lambda label: float(self._attribute(label, INCLUSIVE) or self.own(label) or 0))
        return f"{first} + {len(labels) - 1:,} more" if len(labels) > 1 else str(first)

    def part(self, sources: Sequence[Any], target: Any, by: str = INCLUSIVE, *, ranged: bool = True) -> Part:
        """Return how much of what a function costs is spent for some functions.

        Parameters
        ----------
        sources : sequence of nodes
        target : node
        by : {"inclusive", "self"}
        ranged : bool
            Whether edges are asked what they allow, which takes two flows.
        """
        numbers, end = [self.number(source) for source in sources], self.number(target)
        if self.stacks is not None:
            return self._on_stacks(self.stacks, numbers, end, by)
        whole = self.required(target, by)
        if end in numbers:
            return Part(whole, whole, 1.0, Range(whole, whole, whole))
        alone = not any(self.is_in_component(number) for number in numbers)  # else its component is not only they
        estimate = self.spent_for(numbers).get(self.components[end], 0.0) if alone else None
        return self.with_range(Part(whole, estimate=estimate), numbers, end) if ranged else Part(whole, None, estimate)

    def with_range(self, part: Part, sources: Sequence[int], target: int) -> Part:
        """Return a part with the range that edges allow; where that leaves no choice it is measured.

        Where calls were not measured nothing is known but the estimate.
        """
        if self.is_shared_out or not self.is_whole:  # other ways may lead through functions that are not drawn
            return part
        allowed = self.flows.range_for(sources, target, part.whole)
        if not allowed.is_exact:
            return Part(part.whole, None, part.estimate, allowed)
        return Part(part.whole, allowed.high, part.estimate, allowed._replace(low=allowed.high))

    def required(self, label: Any, by: str) -> Number:
        """Return what a function costs, or raise `WeightError` where that is not known."""
        whole = self.whole(label, by)
        if whole is None and by == INCLUSIVE:
            remedies = [Remedy(Keyword("by", SELF), "parts what it costs by itself")]
            raise WeightError(f"what {label} costs with all that it calls is not in this file", *remedies)
        if whole is None:
            raise WeightError(f"what {label} costs by itself is not in this file")
        return whole

    # -- stacks

    def mask(self, stacks: Stacks, sources: Sequence[int], target: int, by: str) -> NDArray[np.bool_]:
        """Return the mask of the stacks in which one of some functions stands above a target, or is it."""
        at = (stacks.frames == target) & stacks.holding(sources)
        return at if by == SELF else stacks.below(at)

    def _on_stacks(self, stacks: Stacks, sources: Sequence[int], target: int, by: str) -> Part:
        spent = self.mask(stacks, sources, target, by)
        every = stacks.frames == target if by == SELF else stacks.holding([target])
        counts = self.counts
        samples = None if counts is None else (int(counts.own[spent].sum()), int(counts.own[every].sum()))
        return Part(stacks.own[every].sum().item(), stacks.own[spent].sum().item(), samples=samples)
