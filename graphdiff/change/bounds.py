"""How far a comparison can be off by rounding: both totals, their change, and the account of the edges."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff.arithmetic import in_floats
from graphdiff.change.sweeps import Sweeps, Swept
from graphdiff.errors import located
from graphdiff.sums.certificate import (
    COMPLEX_PRODUCT,
    Certificate,
    certificate_of,
    certified,
    rough_bound,
    rough_bound_of,
    rounded_up,
)
from graphdiff.sums.enclosure import gamma

Ints = NDArray[Any]


def certificate(swept: Swept) -> Certificate | None:
    """Return what is proven about the total of one graph."""
    graph, ends = swept.side.graph, swept.ends
    if any(swept.loops) or not all(ends):
        return certified((graph, *ends))
    return certificate_of(swept.ways.between(swept.which, swept.matched), swept.flows[0])


def rough(sweeps: Sweeps) -> float:
    """Return a bound of the errors of both totals that takes no look at what lies between; infinite without one."""
    return sum(
        rough_bound((swept.side.graph, *swept.ends))
        if any(swept.loops) or not all(swept.ends)
        else rough_bound_of(swept.flows[0])
        for swept in sweeps.sides
    )


def remainder_bound(sweeps: Sweeps) -> float | None:
    """Return how far change and attribution can be from each other by rounding; apart from underflow.

    Every sum of a sweep is off by at most gamma(k) times the same sum of absolute values, where k is the longest chain
    of roundings (`graphdiff.sums.certificate`), here taken as two for each edge that the sweep walks, and for each end.

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
    matched = sweeps.matched
    before, after = map(_sizes, sweeps.sides)
    through = [_through(before[0], matched, after[1]), _through(after[0], matched, before[1])]
    product = COMPLEX_PRODUCT if complex in kinds else 1.0
    if not all(in_floats(side.graph.weights) for side in matched.sides):
        product += 1  # an exact weight beside a seed that is a float is rounded to one first
    n_ends = len(sweeps.ways.source.numbers) + len(sweeps.ways.target.numbers)
    roundings = product * (3 * 2 * sweeps.ways.most_walked + 4 * n_ends)
    return rounded_up(gamma(roundings) * (sum(through) / 2 + (before[2] + after[2])))


def _through(tangents: Ints, matched: Any, adjoints: Ints) -> float:
    """Return the sum, over the edges that differ, of tangent · size · adjoint."""
    ahead, back = (
        np.asarray(column, dtype=np.float64) for column in (tangents[matched.tails], adjoints[matched.heads])
    )
    return float((ahead * matched.sizes) @ back)


def _sizes(swept: Swept) -> tuple[Ints, Ints, float]:
    """Return tangents, adjoints and total of the absolute weights of one graph."""
    with located(swept.matched.when(swept.side)):
        sizes = swept.flows[0].sizes
        if sizes is None or sizes is swept.flows[0]:  # for these kinds of numbers there always are
            return swept.tangents, swept.adjoints, float(swept.total)
        tangents = np.abs(swept.with_alone(swept.source, lambda: sizes.tangents))
        adjoints = np.abs(swept.with_alone(swept.target, lambda: sizes.adjoints))
        return tangents, adjoints, float(sizes.total) if all(swept.ends) else 0.0
