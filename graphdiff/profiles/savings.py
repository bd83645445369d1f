"""`Saving`: one change of a profile, and what several of them save: on its stacks exactly, on its edges as a range.

What changes do to one stack multiplies, so that stacks answer for any number of changes. Edges do not say what changes
have in common: `overlaps` bounds it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations
from typing import Any, NamedTuple

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff.arithmetic import Number
from graphdiff.errors import UnknownEdgeError, UnknownNodeError, UsageError
from graphdiff.graph.measured import STACKS
from graphdiff.profiles.overhead import OVERHEAD
from graphdiff.profiles.overlaps import Bounds, Network, Part, union
from graphdiff.profiles.stacks import Stacks
from graphdiff.remedies import Keyword
from graphdiff.text.numbers import plain

__all__ = ["Answer", "Saving", "on_edges", "on_stacks", "require_node"]

#: Of so many calls hardly anything is left where a stack passes them all.
MANY = 100
#: Of a change of which nothing is known so far.
NOTHING = Bounds(0, 0)


@dataclass(frozen=True)
class Saving:
    """One change.

    Attributes
    ----------
    what : {"faster", "faster_inclusive", "fewer_calls"}
    item : node, or pair of nodes
        The function; of fewer calls caller and callee.
    part : Fraction
        How much less.
    calls : int or None
        How many calls there are of a caller and its callee, where the file says it.
    cost : Bounds
        What the item costs, as far as it is spent for the source: ``low`` and ``high`` are one number where the file
        measured it.
    saved : Bounds
        What this change saves alone.
    """

    what: str
    item: Any
    part: Fraction
    calls: Number | None = None
    cost: Bounds = NOTHING
    saved: Bounds = NOTHING

    @classmethod
    def of(cls, graph: nx.DiGraph, what: str, item: Any, part: Number) -> Saving:
        """Return a change of what is in a profile, of which nothing is known so far."""
        if what == "fewer_calls":
            data = _call(graph, item)
            return cls(what, item, _part(what, item, part), data.get("calls"))
        require_node(graph, item)
        if what == "faster" and "self" not in graph.nodes[item]:
            raise UsageError(f"this file does not say what the code of {item} itself costs")
        return cls(what, item, _part(what, item, part))

    @property
    def about(self) -> Part:
        """Which stacks it is about."""
        return Part(self.item, is_own=self.what == "faster")

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values, of ranges both bounds."""
        is_call = isinstance(self.item, tuple)
        named = {"source": str(self.item[0]), "target": str(self.item[1])} if is_call else {"node": str(self.item)}
        bounds = {
            f"{name}_{end}": plain(number)
            for name, each in (("cost", self.cost), ("saved", self.saved))
            for end, number in zip(("low", "high"), each, strict=True)
        }
        return {"what": self.what, **named, "part": float(self.part), "calls": plain(self.calls), **bounds}


class Answer(NamedTuple):
    """What changes save of a total, in exact numbers.

    `largest` is the largest part of one stack that all changes can save, and so of the total, too; `estimate` is what
    they would save if a function cost the same for all its callers; `samples` how many samples the total is of;
    `reasons` why there is a range: ``"source"`` where it is not known what is spent for it, ``"several"`` where it is
    not known what changes have in common, ``"recursion"`` where one stack may be met more than once. Stacks have no
    range, and the last reason for a call that stacks pass several times. `estimated` says why what all of it rests on
    was not measured, and is empty where it was.
    """

    before: Number
    saved: Bounds
    changes: list[Saving]
    largest: Fraction
    estimate: float | None
    samples: int | None
    reasons: tuple[str, ...]
    estimated: str = ""


def require_node(graph: nx.DiGraph, node: Any) -> None:
    """Raise an error unless a node is in the profile."""
    if node not in graph:
        raise UnknownNodeError(node, graph)


def _call(graph: nx.DiGraph, call: Any) -> dict[str, Any]:
    """Return what is known of the calls of a caller and a callee."""
    if not (isinstance(call, tuple) and len(call) == 2):
        raise UsageError(Keyword("fewer_calls"), f" is of pairs of caller and callee, not of {call!r}")
    for node in call:
        require_node(graph, node)
    if not graph.has_edge(*call):
        raise UnknownEdgeError(call, list(graph.successors(call[0])), turned=graph.has_edge(call[1], call[0]))
    data: dict[str, Any] = graph.edges[call]
    if "cost" not in data:
        raise UsageError(f"this file does not say what the calls {call[0]} -> {call[1]} cost")
    return data


def _part(what: str, item: Any, part: Number) -> Fraction:
    """Return a part as the decimal fraction that it is written as."""
    try:
        size = Fraction(repr(float(part))) if isinstance(part, (float, np.floating)) else Fraction(part)
    except (TypeError, ValueError, OverflowError):
        size = Fraction(-1)
    if not 0 < size <= 1:
        name = " -> ".join(map(str, item)) if isinstance(item, tuple) else item
        raise UsageError(Keyword(what), f" {name}: a part is more than 0 and at most 1 (0.3 is 30 %), not {part!r}")
    return size


def _largest(changes: Sequence[Saving], parts: Sequence[Fraction]) -> Fraction:
    """Return the largest part of one stack that changes save, by the part of each: a stack ends with one function."""
    of_own = [part for change, part in zip(changes, parts, strict=True) if change.about.is_own]
    kept = (1 - part for change, part in zip(changes, parts, strict=True) if not change.about.is_own)
    return 1 - math.prod(kept, start=1 - max(of_own, default=Fraction(0)))


# -- on stacks


def on_stacks(graph: nx.DiGraph, source: Any, changes: Sequence[Saving]) -> Answer:
    """Return what changes save, from stacks: each leaves of a stack its part, and of several these multiply."""
    stacks: Stacks = graph.graph[STACKS]
    places = {node: place for place, node in enumerate(graph)}
    inside = np.ones(len(stacks), dtype=bool) if source is None else stacks.holding([places[source]])
    own = np.where(inside, stacks.own, 0)
    times = [_times(stacks, places, change) for change in changes]
    known = [
        replace(change, cost=_both(own[count > 0].sum().item()), saved=_both(_saved(own, [change], [count])))
        for change, count in zip(changes, times, strict=True)
    ]
    is_repeated = any(bool((count > 1).any()) for count in times)
    counts = stacks.own if graph.graph["unit"] == "samples" else stacks.samples
    return Answer(
        before=own.sum().item(),
        saved=_both(_saved(own, changes, times)),
        changes=known,
        largest=Fraction(1) if is_repeated else _largest(changes, [change.part for change in changes]),
        estimate=None,
        samples=None if counts is None else int(counts[inside].sum()),
        reasons=("recursion",) if is_repeated else (),
    )


def _both(number: Number) -> Bounds:
    return Bounds(number, number)


def _times(stacks: Stacks, places: Mapping[Any, int], change: Saving) -> NDArray[np.int64]:
    """Return how often a change meets each stack: a function once, a call as often as the stack passes it."""
    if change.what == "faster":
        return np.asarray(stacks.frames == places[change.item], dtype=np.int64)
    if change.what == "faster_inclusive":
        return stacks.holding([places[change.item]]).astype(np.int64)
    tail, head = (places[node] for node in change.item)
    is_call = (stacks.parents >= 0) & (stacks.frames == head) & (stacks.frames[stacks.parents] == tail)
    times: NDArray[np.int64] = is_call.astype(np.int64)
    for start, stop in zip(stacks.levels[1:-1].tolist(), stacks.levels[2:].tolist(), strict=True):
        times[start:stop] += times[stacks.parents[start:stop]]
    return times


def _saved(own: NDArray[Any], changes: Sequence[Saving], times: Sequence[NDArray[np.int64]]) -> Fraction:
    """Return what changes save together: exactly, by what the stacks cost that they meet as often."""
    rows = np.flatnonzero(own)
    kinds = np.zeros(len(rows), dtype=np.int64)
    for count in times:
        _, kinds = np.unique(kinds * (count.max(initial=0) + 1) + count[rows], return_inverse=True)
    order = np.argsort(kinds, kind="stable")
    firsts = np.flatnonzero(np.diff(kinds[order], prepend=-1))
    sums = np.add.reduceat(own[rows[order]], firsts).tolist() if len(rows) else []
    saved = Fraction(0)
    for row, cost in zip(rows[order[firsts]].tolist(), sums, strict=True):
        left = math.prod((1 - change.part) ** int(count[row]) for change, count in zip(changes, times, strict=True))
        saved += Fraction(cost) * (1 - left)
    return saved


# -- on edges


def on_edges(graph: nx.DiGraph, source: Any, changes: Sequence[Saving]) -> Answer:
    """Return what changes save, from what functions and calls cost: measured, or a range."""
    network = Network(graph, tuple(change.item for change in changes if change.what == "fewer_calls"))
    before = graph.graph["total"] if source is None else _cost_of(network, source)
    if source is not None or len(changes) > 1:
        _require_costs(network)
    whole = None if source is None else Part(source)
    costs = [network.cost(each.about) if whole is None else network.shared(whole, each.about) for each in changes]
    parts = [Bounds(each.part, _most(network, each)) for each in changes]
    singles = [cost.times(*part) for cost, part in zip(costs, parts, strict=True)]
    pairs = _pairs(network, [each.about for each in changes], costs, parts, source)
    largest = _largest(changes, [part.high for part in parts])
    saved = _bounded(network, source, changes, (before, largest), (singles, pairs))
    known = [
        replace(change, cost=cost, saved=single) for change, cost, single in zip(changes, costs, singles, strict=True)
    ]
    return Answer(
        before=before,
        saved=saved,
        changes=known,
        largest=largest,
        estimate=_estimate(network, source, changes) if saved.low != saved.high else None,
        samples=_samples(graph, before),
        reasons=_reasons(network, known, parts),
        estimated=_estimated(network, source, changes),
    )


def _pairs(
    network: Network, abouts: Sequence[Part], costs: Sequence[Bounds], parts: Sequence[Bounds], source: Any
) -> dict[tuple[int, int], Bounds]:
    """Return what each two changes save both of.

    A union is least where its events are, less what these have in common at most; and the other way round.
    """
    pairs: dict[tuple[int, int], Bounds] = {}
    for i, j in combinations(range(len(abouts)), 2):
        common = _common(network, (abouts[i], abouts[j]), (costs[i], costs[j]), source)
        pairs[i, j] = common.times(parts[i].high * parts[j].high, parts[i].low * parts[j].low)
    return pairs


def _samples(graph: nx.DiGraph, cost: Number) -> int | None:
    """Return how many samples a part of the total is of, where the file says of how many that is."""
    samples, total = graph.graph.get("samples"), graph.graph["total"]
    return round(samples * Fraction(cost) / Fraction(total) if total else 0) if isinstance(samples, int) else None


def _bounded(
    network: Network,
    source: Any,
    changes: Sequence[Saving],
    most: tuple[Number, Fraction],
    events: tuple[list[Bounds], dict[tuple[int, int], Bounds]],
) -> Bounds:
    """Return the bounds of what changes save together, from those of each and of each pair.

    Changes of functions' own code exclude each other, and have bounds together if what they are a part of is spent for
    a source: no less is saved with other changes, and no more than what these save beside.
    """
    (before, largest), (singles, pairs) = most, events
    saved = union(singles, pairs)
    least, highs = saved.low, [saved.high, before * largest]
    own = {change.item: change.part for change in changes if change.about.is_own}
    if source is not None and len(own) > 1:
        ends = network.ends(source, before, own)
        least = max(least, ends.low)
        others = [at for at, change in enumerate(changes) if not change.about.is_own]
        beside = {(i, j): pairs[others[i], others[j]] for i, j in combinations(range(len(others)), 2)}
        highs.append(ends.high + union([singles[at] for at in others], beside).high)
    return Bounds(min(least, *highs), min(highs))


def _reasons(network: Network, changes: Sequence[Saving], parts: Sequence[Bounds]) -> tuple[str, ...]:
    """Return why what is saved may be a range."""
    is_known = [
        len({*network.cost(change.about)}) == len({*part}) == 1 for change, part in zip(changes, parts, strict=True)
    ]
    is_ranged = [len({*change.cost}) > 1 for change in changes]
    reasons = {
        "recursion": not all(is_known),
        "source": any(known and ranged for known, ranged in zip(is_known, is_ranged, strict=True)),
        "several": len(changes) > 1,
    }
    return tuple(reason for reason, holds in reasons.items() if holds)


def _estimated(network: Network, source: Any, changes: Sequence[Saving]) -> str:
    """Return why costs that an answer rests on were not measured; nothing where they were."""
    facts = network.graph.graph
    if any(str(sentence).startswith("hide ") for sentence in facts.get("filters", ())):
        return "what hidden functions cost is shared among their callers by averages"
    if source is None and all(change.about.is_own for change in changes):
        return ""
    if network.costs.assumes_even_calls:
        return "this file takes all calls of a function to cost the same"
    return "of what calls cost the profiler's own is taken off by averages" if OVERHEAD in facts else ""


def _cost_of(network: Network, source: Any) -> Number:
    """Return what the source costs with all it calls, where the file says it."""
    cost = network.cost(Part(source))
    if cost.low != cost.high:
        raise UsageError(
            f"{source} is recursive, and this file counts its cost at every level: ask of a function that calls it, "
            "or of the whole profile by naming none"
        )
    return cost.low


def _require_costs(network: Network) -> None:
    """Raise an error unless the costs of calls say how much of one function is spent for another."""
    for tail, head, cost in network.graph.edges(data="cost"):
        if cost is None and not network.is_inner((tail, head)):
            raise UsageError(
                f"this file does not say what the calls {tail} -> {head} cost, nor what else is spent for whom: ask "
                "for one change of the whole profile, by naming no function"
            )


def _most(network: Network, change: Saving) -> Fraction:
    """Return the largest part of a stack that a change saves: of recursive calls it may pass all that there are."""
    if change.what != "fewer_calls" or not network.is_inner(change.item):
        return change.part
    if not isinstance(change.calls, int) or change.calls > MANY:
        return Fraction(1)
    return 1 - (1 - change.part) ** change.calls


def _common(network: Network, parts: tuple[Part, Part], costs: tuple[Bounds, Bounds], source: Any) -> Bounds:
    """Return what two parts have in common as far as it is spent for the source, of whose share `costs` are."""
    common = network.shared(*parts)
    if source is None:
        return common
    beside = min(network.cost(part).high - cost.low for part, cost in zip(parts, costs, strict=True))
    return Bounds(max(0, common.low - beside), min(common.high, costs[0].high, costs[1].high))


def _estimate(network: Network, source: Any, changes: Sequence[Saving]) -> float:
    """Return what changes would save if each function cost the same for all its callers: one sweep over the calls."""
    costs, saved = network.costs, 0.0
    lost = {change.about: float(change.part) for change in changes}
    sizes, supplies = costs.flows.totals, costs.flows.supplies
    begins = {at: supplies[at] / sizes[at] for at in costs.members if sizes[at]}
    if source is not None:
        begins = {network.component(source): 1.0}
    parts: dict[int, float] = {}  # of each component, what is left of its cost
    for component, members in sorted(costs.members.items()):
        entering = costs.entering.get(component, ())
        part = begins.get(component, 0.0) + sum(parts[costs.components[tail]] * step for tail, _, step in entering)
        labels, total = [costs.labels[number] for number in members], float(costs.sums[component])
        parts[component] = part * _left(network, [Part(label) for label in labels], lost, total)
        saved += (part - parts[component]) * total
        own = sum(float(costs.own(label) or 0) * lost.get(Part(label, is_own=True), 0.0) for label in labels)
        saved += parts[component] * own
    return saved


def _left(network: Network, members: Sequence[Part], lost: Mapping[Part, float], total: float) -> float:
    """Return what changes of members with all they call leave of their component, which costs a total."""
    losses = [lost[part] * float(network.cost(part).high) / total for part in members if total and part in lost]
    return math.prod(1 - loss for loss in losses)
