"""Bounds that enclose a total whatever the weights within theirs: a forward sweep over intervals.

Each product and each sum is rounded outwards (R. Moore, R. Kearfott, M. Cloud, *Introduction to Interval Analysis*,
2009).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from graphdiff.arithmetic import Number
from graphdiff.between import Between
from graphdiff.cycles import COLLAPSE, find_cycle
from graphdiff.errors import CycleError, ValueOverflowError
from graphdiff.said import PerEdge, all_of, wrong
from graphdiff.sensitivity import Sensitivities

Interval = tuple[float, float]
#: Where the lower and the upper end are rounded to, unless 0 makes a sum or product exact.
OUTWARDS = (-math.inf, math.inf)


def intervals(graph: Any, found: Sensitivities, low: PerEdge, high: PerEdge) -> dict[int, Interval]:
    """Return the bounds of each weight on the way as floats, rounded outwards.

    Raises
    ------
    WeightError
        If a bound is missing, or the weight is not within.
    """
    lows, highs = all_of(graph, found, low, "low"), all_of(graph, found, high, "high")
    for number, weight in zip(found.numbers.tolist(), found.weights.tolist(), strict=True):
        if not lows[number] <= weight <= highs[number]:
            bounds = f"{lows[number]!r} to {highs[number]!r}"
            raise wrong(
                found.topology.edge_label(number), "the weight", f"is {weight!r}, not within its bounds {bounds}"
            )
    return {number: (_down(lows[number]), _up(highs[number])) for number in lows}


def _down(number: Number) -> float:
    near = float(number)
    return near if near <= number else math.nextafter(near, -math.inf)


def _up(number: Number) -> float:
    near = float(number)
    return near if near >= number else math.nextafter(near, math.inf)


def enclosure(part: Between, weights: Mapping[int, Interval]) -> Interval:
    """Return bounds of the total, by one sweep over intervals."""
    if part.loops:
        raise CycleError(
            find_cycle(part.graph, *part.loops[0]),
            " Bounds are not carried round a cycle that is solved",
            COLLAPSE,
        )
    values: list[Interval] = [(0.0, 0.0)] * part.n_nodes
    for node in part.sources:
        values[node] = (1.0, 1.0)
    for node, row in enumerate(part.rows):
        for head, edge, _ in row:
            values[head] = _sum(values[head], _product(values[node], weights[edge]))
    low, high = values[part.targets[0]] if part.targets else (0.0, 0.0)
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ValueOverflowError("a bound of the total is larger than the largest float (1.8e308)")
    return low, high


def _sum(a: Interval, b: Interval) -> Interval:
    low, high = (
        x + y if not x or not y else math.nextafter(x + y, way) for x, y, way in zip(a, b, OUTWARDS, strict=True)
    )
    return low, high


def _product(a: Interval, b: Interval) -> Interval:
    if a == (1.0, 1.0):
        return b
    # 0 times an end that has overflowed is 0: the end itself is finite.
    low, high = ([math.nextafter(x * y, way) if x and y else 0.0 for x in a for y in b] for way in OUTWARDS)
    return min(low), max(high)
