"""By which routes most of a function comes: on stacks as they were seen, on edges as these estimate it."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from graphdiff.arithmetic import Number
from graphdiff.profiles.costs import INCLUSIVE, SELF, Costs
from graphdiff.profiles.stacks import Stacks

__all__ = ["Route", "beginning", "best_routes", "best_routes_to", "routes"]

#: Where routes begin: a function, None of a component of several, the component, and which part of it begins there.
Start: TypeAlias = "tuple[int | None, int, float]"


class Route(NamedTuple):
    """Functions from caller to callee, what of the last one comes this way, and as a part of all that does.

    `cost` is measured on stacks, and None where edges estimate the part; None stands in `functions` where a component
    lies on the way.
    """

    functions: tuple[str | None, ...]
    part: float
    cost: Number | None = None
    samples: int | None = None


#: What stacks that begin in a function cost counts where it is more than this part of the function.
BEGINS = 1e-9


def routes(costs: Costs, sources: Sequence[Any] | None, target: Any, by: str = INCLUSIVE, top: int = 3) -> list[Route]:
    """Return the routes by which most of a function comes, from the roots or from some functions.

    On stacks a route begins where the stack begins. Edges say none of a member of a component: what of that comes
    by it they cannot tell.
    """
    end = costs.number(target)
    numbers = None if sources is None else [costs.number(source) for source in sources]
    if costs.stacks is not None:
        return _measured_routes(costs, costs.stacks, numbers, end, by, top)
    if any(costs.is_in_component(number) for number in numbers or ()):
        return []
    starts = beginning(costs) if numbers is None else [(each, costs.components[each], 1.0) for each in numbers]
    return best_routes(costs, starts, top).get(end, [])


def _measured_routes(
    costs: Costs, stacks: Stacks, sources: Sequence[int] | None, target: int, by: str, top: int
) -> list[Route]:
    at = stacks.frames == target
    if sources is not None:
        at &= stacks.holding(sources)
    if by == INCLUSIVE:
        above = stacks.parents >= 0
        above[above] = stacks.below(at)[stacks.parents[above]]
        at &= ~above
    spent, counts = (
        None if each is None else each.own if by == SELF else each.totals for each in (stacks, costs.counts)
    )
    assert spent is not None
    nodes = np.flatnonzero(at & (spent > 0))
    whole = spent[at].sum().item()
    order = nodes[np.argsort(-spent[nodes], kind="stable")[:top]].tolist()
    return [
        Route(
            tuple(costs.labels[frame] for frame in stacks.path(node)),
            spent[node].item() / whole,
            spent[node].item(),
            None if counts is None else int(counts[node]),
        )
        for node in order
    ]


def beginning(costs: Costs) -> list[Start]:
    """Where stacks begin, and which part of the component they cost; of several members it is not known which."""
    starts: list[Start] = []
    for component, members in costs.members.items():
        supply, total = costs.flows.supplies[component], costs.flows.totals[component]
        if total and supply > BEGINS * total:
            starts.append((members[0] if len(members) == 1 else None, component, supply / total))
    return starts


def best_routes(costs: Costs, starts: Sequence[Start], top: int) -> dict[int, list[Route]]:
    """Return the routes by which edges estimate that most of each function comes from where they start.

    Parameters
    ----------
    starts : sequence of (int or None, int, float)
        The function, its component, and which part of that begins there.
    top : int
        How many for each function.
    """
    best: dict[int, list[tuple[float, tuple[Any, ...]]]] = {}
    for component in costs.in_order([component for _, component, _ in starts]):
        ways: list[tuple[float, tuple[Any, ...]]]
        ways = [(part, (start,)) for start, at, part in starts if at == component]
        for tail, head, step in costs.entering.get(component, ()):
            ways += [(part * step, (way, tail, head)) for part, way in best.get(costs.components[tail], ())]
        if ways:
            best[component] = heapq.nlargest(top, ways, key=lambda way: way[0])
    return {
        number: [Route(_unwound(costs, way, number), part) for part, way in best[component]]
        for number, component in enumerate(costs.components)
        if component in best
    }


def best_routes_to(costs: Costs, target: int) -> dict[int, Route]:
    """Return the route by which edges estimate that most of one function comes, from each that leads to it.

    Of members of a component none is said: which of them the route begins with is not known.
    """
    best: dict[int, tuple[float, Any]] = {costs.components[target]: (1.0, None)}
    for component in sorted(costs.members, reverse=True):
        part, way = best.get(component, (0.0, None))
        for tail, head, step in costs.entering.get(component, ()) if part else ():
            caller = costs.components[tail]
            if part * step > best.get(caller, (0.0, None))[0]:
                best[caller] = (part * step, (tail, head, way))
    return {
        members[0]: Route(_passed(costs, members[0], _calls_of(best[component][1]), target), best[component][0])
        for component, members in costs.members.items()
        if component in best and len(members) == 1
    }


def _unwound(costs: Costs, way: tuple[Any, ...], last: int) -> tuple[str | None, ...]:
    """Return the functions on a way to one, from the first on."""
    steps: list[tuple[int, int]] = []
    while len(way) == 3:
        way, *step = way
        steps.append((step[0], step[1]))
    return _passed(costs, way[0], reversed(steps), last)


def _passed(costs: Costs, first: int | None, calls: Iterable[tuple[int, int]], last: int) -> tuple[str | None, ...]:
    """Return the functions that calls pass, one after the other; None where that is a component."""
    numbers: list[int | None] = [first]
    for tail, head in (*calls, (last, last)):
        if numbers[-1] not in (tail, None):
            numbers.append(None)
        numbers += [number for number in dict.fromkeys((tail, head)) if number != numbers[-1]]
    return tuple(None if number is None else costs.labels[number] for number in numbers)


def _calls_of(way: Any) -> Iterator[tuple[int, int]]:
    """Yield the calls of a way that is a call and the rest of the way."""
    while way is not None:
        tail, head, way = way
        yield tail, head
