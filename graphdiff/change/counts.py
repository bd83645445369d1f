"""What a comparison counts beside totals: paths gained and lost, places, and how far an account can be off."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff.change.attribution import Sweeps, reach_mask, swept
from graphdiff.change.match import Matched, Side
from graphdiff.sums.certificate import COMPLEX_PRODUCT, gamma, rounded_up
from graphdiff.sums.cycles import components_between, positions_between
from graphdiff.sums.sweeps import forward_values

Ints = NDArray[Any]


@dataclass(frozen=True)
class PathCounts:
    """How many paths there are, exactly; a path is its edges, whatever their weights.

    Attributes
    ----------
    before, after : int
    gained, lost : int
        Paths that only the graph after has, and those that only the graph before has.
    """

    before: int
    after: int
    gained: int
    lost: int


def path_counts(found: Matched, source: int, target: int) -> PathCounts | None:
    """Return how many paths lead from one number to another, and how many of them only one graph has.

    Returns
    -------
    PathCounts or None
        None where walks go round a cycle: they are infinitely many.
    """
    if any(_has_loops(side, source, target) for side in found.sides):
        return None
    before, after = (_count(side, source, target, np.empty(0, dtype=np.int64)) for side in found.sides)
    common = _count(found.before, source, target, found.before.lone) if after else 0
    return PathCounts(before, after, after - common, before - common)


def _has_loops(side: Side, source: int, target: int) -> bool:
    ends = int(side.stands[source]), int(side.stands[target])
    return (
        side.graph.cycles != "collapse"
        and min(ends) >= 0
        and bool(components_between(side.graph, *([e] for e in ends)))
    )


def _count(side: Side, source: int, target: int, without: Ints) -> int:
    """Return the number of paths that use none of some edges."""
    first, last = int(side.stands[source]), int(side.stands[target])
    if first < 0 or last < 0:
        return 0
    graph = side.graph
    ones = np.ones(graph.n_edges, dtype=np.int64)
    ones[without] = 0
    counted = graph.reweighted(ones)
    return int(forward_values(counted, {graph.anchor(first): 1}, stop=graph.anchor(last))[graph.anchor(last)])


def place(sweeps: Sweeps, which: int) -> tuple[int, int] | None:
    """Return the target's place by total among what the source reaches, and how many those are; None if not known."""
    side = sweeps.matched.sides[which]
    first, last = int(side.stands[sweeps.source]), int(side.stands[sweeps.target])
    if min(first, last) < 0 or (side.graph.cycles != "collapse" and components_between(side.graph, [first])):
        return None
    anchors = positions_between(side.graph, [first], None)
    anchors = anchors[anchors != side.graph.anchor(first)]
    values = sweeps.tangents[which][side.numbers[anchors]]
    own = sweeps.tangents[which][sweeps.target]
    if side.graph.anchor(last) not in anchors:
        return None
    try:
        return int((np.abs(values) > abs(own)).sum()) + 1, len(anchors)
    except TypeError:  # symbols have no order
        return None


def remainder_bound(sweeps: Sweeps) -> float | None:
    """Return how far change and attribution can be from each other by rounding; apart from underflow.

    Every sum of a sweep is off by at most gamma(k) times the same sum of absolute values, where k is the longest chain
    of roundings (`graphdiff.sums.certificate`), here taken as two for each edge that the sweep walks.

    Returns
    -------
    float or None
        0 for exact numbers; None where cycles are solved, and for numbers without a known rounding.
    """
    kinds = {type(number) for number in (*sweeps.totals, *sweeps.mean.array[:1].tolist())}
    if sweeps.loops or not kinds <= {int, float, complex, Fraction}:
        return None
    if kinds <= {int, Fraction}:
        return 0.0
    found = sweeps.matched
    sizes = swept(_absolute(found), sweeps.source, sweeps.target)
    through = [
        float(
            (np.asarray(t[found.tails], dtype=np.float64) * found.sizes) @ np.asarray(a[found.heads], dtype=np.float64)
        )
        for t, a in zip(sizes.tangents, sizes.adjoints[::-1], strict=True)
    ]
    product = COMPLEX_PRODUCT if complex in kinds else 1.0
    roundings = product * (3 * max(_walked(side, sweeps) for side in found.sides) + 8)
    whole = sum(through) / 2 + sum(float(total) for total in sizes.totals)
    return rounded_up(gamma(roundings) * whole)


def _absolute(found: Matched) -> Matched:
    before, after = (replace(side, graph=side.graph.absolute) for side in found.sides)
    return replace(found, before=before, after=after)


def _walked(side: Side, sweeps: Sweeps) -> int:
    """Return twice the number of edges that a sweep of a graph walks at most."""
    most = 0
    for number, towards in ((sweeps.source, False), (sweeps.target, True)):
        position = int(side.stands[number])
        if position >= 0:
            mask = reach_mask(side.graph, position, towards=towards)
            most = max(most, side.graph.topology.rows.n_leaving(np.flatnonzero(mask)))
    return 2 * most


__all__ = ["PathCounts", "path_counts", "place", "remainder_bound"]
