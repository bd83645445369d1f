"""Where parts of a change cancel because a function's callers are not alike.

That calls into a function are made more or less often changes what it calls in the parts that these have on average.
Where its callers ask for different things that is off, for one callee up and for another down. With everything that
only this function leads to, such parts cancel: nothing but the mix of callers changed there.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from graphdiff.arithmetic import Number, added
from graphdiff.profiles.attribution import Attribution, Shape

__all__ = ["Mix", "mixes"]

#: Parts cancel where their sum is no more than this part of the sum of their sizes.
CANCELLED = 0.05
#: Parts below this part of the sum of all sizes are not looked at.
SMALL = 0.001
#: So many large parts may stand beside parts that cancel.
BESIDE = 2


class _Found(NamedTuple):
    """A part of a change: its size and sign, what kind it is, its place, and which function it is said of."""

    change: Number
    kind: str
    place: int
    function: int


@dataclass(frozen=True)
class Mix:
    """Parts of a change that cancel, as the callers of a function are not alike.

    Attributes
    ----------
    function : label
    keys : list of Key
        The parts.
    changes : dict of label to number
        What they did by function that is called, the largest first.
    """

    function: Any
    keys: list[tuple[str, Any, Any]]
    changes: dict[Any, Number]

    def to_dict(self) -> dict[str, Any]:
        """Return the mix as plain values."""
        keys = [
            {"part": kind, "caller": caller and str(caller), "function": str(name)} for kind, caller, name in self.keys
        ]
        return {"function": str(self.function), "parts": keys}


def mixes(shape: Shape, moved: Attribution) -> list[Mix]:
    """Return the parts of a change that cancel below a function that is called more or less often than before."""
    bags = _bags(shape, moved)
    above = _dominators(shape)
    smallest = SMALL * sum(abs(each.change) for bag in bags.values() for each in bag)
    found = []
    for component in sorted(above, reverse=True):
        bag = sorted(bags.pop(component, []), key=lambda each: -abs(each.change))
        if moved.moved[component] and (n := _cancelling(bag, smallest)) is not None:
            found.append(_mix(shape, component, bag[n:]))
            bag = bag[:n]
        if bag and above[component] >= 0:
            bags[above[component]] += bag
    return found


def _bags(shape: Shape, moved: Attribution) -> dict[int, list[_Found]]:
    """Return the parts that are not small by the component whose code they are, or that calls."""
    pair = shape.paired
    columns = (("own", moved.own, None, np.arange(len(pair.labels))), ("calls", moved.calls, pair.tails, pair.heads))
    sizes = sum(np.abs(column).sum() for _, column, *_ in columns)
    bags: dict[int, list[_Found]] = defaultdict(list)
    for kind, column, tails, functions in columns:
        for place in np.flatnonzero(np.abs(column) > SMALL * sizes).tolist():
            function = int(functions[place])
            owner = function if tails is None else int(tails[place])
            bags[int(shape.component[owner])].append(_Found(column.item(place), kind, place, function))
    return bags


def _cancelling(bag: list[_Found], smallest: Number) -> int | None:
    """Return behind how many of some parts, largest first, the others cancel; None where they do not."""
    for n in range(min(BESIDE, len(bag)) + 1):
        changes = [each.change for each in bag[n:]]
        size = sum(map(abs, changes))
        if len(changes) > 1 and size > smallest and abs(sum(changes)) <= CANCELLED * size:
            return n
    return None


def _mix(shape: Shape, component: int, bag: list[_Found]) -> Mix:
    labels, pair = shape.paired.labels, shape.paired
    members = [labels[number] for number in np.flatnonzero(shape.component == component).tolist()]
    keys = [
        (each.kind, None if each.kind == "own" else labels[pair.tails[each.place]], labels[each.function])
        for each in bag
    ]
    changes = added((labels[each.function], each.change) for each in bag)
    return Mix(members[0], keys, dict(sorted(changes.items(), key=lambda item: -abs(item[1]))))


def _dominators(shape: Shape) -> dict[int, int]:
    """Return of each component the nearest one that all ways into it pass; -1 for none.

    K. Cooper, T. Harvey, K. Kennedy, "A simple, fast dominance algorithm" (2001), in one pass as there is no cycle.
    """
    callers: dict[int, list[int]] = defaultdict(list)
    for caller, callee in zip(shape.callers.tolist(), shape.callees.tolist(), strict=True):
        callers[callee].append(caller)
    above: dict[int, int] = {}
    for component in np.unique(shape.component).tolist():
        ways = callers[component]
        nearest = -1 if shape.is_root[component] or not ways else ways[0]
        for caller in ways[1:]:
            nearest = _common(above, nearest, caller)
        above[component] = nearest
    return above


def _common(above: dict[int, int], first: int, second: int) -> int:
    """Return the nearest component that is above both, or one of them; a caller has a smaller number."""
    while first != second:
        if first > second:
            first = above[first]
        else:
            second = above[second]
    return first
