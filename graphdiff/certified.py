"""Certificates of totals by their ends, and whether a change between two totals is above what is certain of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import numpy as np

from graphdiff import arithmetic
from graphdiff.arithmetic import Number
from graphdiff.between import Between, between
from graphdiff.certificate import (
    COMPLEX_PRODUCT,
    COMPLEX_UNDERFLOW,
    ROUNDING,
    UNDERFLOW,
    Certificate,
    Solved,
    certificate,
    gamma,
    rounded_up,
    solved_certificate,
)
from graphdiff.compiled import CompiledGraph
from graphdiff.cycles import on_the_way
from graphdiff.errors import CycleError
from graphdiff.shares import Flow, flow
from graphdiff.sweeps import reverse_values

__all__ = ["Ends", "certificate_of", "certified", "change_bound", "doubt", "has_sizes", "rough_bound", "sizes_of"]

#: Below so many certain digits a report says so.
CERTAIN = 6

#: A graph, and the positions of the sources and of the targets in it.
Ends = tuple[CompiledGraph, list[int], list[int]]


def has_sizes(graph: CompiledGraph) -> bool:
    """Return whether the weights have absolute values: symbols have none."""
    if isinstance(graph.weights, np.ndarray):
        return True
    kinds = (int, float, complex, Decimal, Fraction, arithmetic.Dyadic)
    return all(isinstance(weight, kinds) for weight in graph.weights)


def sizes_of(ends: Ends) -> Flow | None:
    """Return the flow of absolute values; None where there are none, or walks whose sizes have no finite sum."""
    graph, starts, targets = ends
    if not has_sizes(graph):
        return None
    try:
        return flow(graph.absolute, starts, targets)
    except CycleError:  # the walks themselves have been summed
        return None


def certificate_of(part: Between, found: Flow, sizes: Flow | None) -> Certificate | None:
    """Return what is proven about the total of a flow; None for numbers without a known rounding."""
    if sizes is None:
        infinite = part.loops and has_sizes(part.graph)
        bound, digits = (0.0, 15) if isinstance(found.total, (int, Fraction)) else (math.inf, 0)
        return Certificate(found.total, math.inf, math.inf, bound, digits) if infinite else None
    if not part.loops:
        return certificate(part, found.total, sizes.total, sizes.adjoints)
    graph = part.graph.absolute
    spread = reverse_values(graph, dict.fromkeys(part.positions.tolist(), graph.one_and_zero[0]), part.loops)
    return solved_certificate(part, found.total, sizes.total, Solved(found.tangents, sizes.adjoints, spread))


def certified(ends: Ends) -> Certificate | None:
    """Return what is proven about the total between some positions; a total of 0 without sources or targets is exact.

    Examples
    --------
    >>> certified((CompiledGraph.from_arrays([0, 1], [1, 2], [0.5, 0.5]), [0], [2])).value
    0.25
    """
    if not (ends[1] and ends[2]):
        return Certificate(0, 0, 1.0, 0.0, 15)
    return certificate_of(between(*ends), flow(*ends), sizes_of(ends))


def change_bound(change: Number, totals: Sequence[Number], known: Sequence[Certificate | None]) -> float | None:
    """Return how far a difference of two totals can be off: what both can be, and one rounding more.

    Examples
    --------
    >>> change_bound(1.0, (2.0, 3.0), [Certificate(2.0, 2.0, 1.0, 0.25, 0), Certificate(3.0, 3.0, 1.0, 0.5, 0)]) > 0.75
    True
    """
    bounds = []
    for total, one in zip(totals, known, strict=True):
        if one is None:
            return None
        # Another order of the same sum has another rounding: the certificate is of its own value.
        bounds.append(one.error_bound and one.error_bound + float(abs(total - one.value)))
    return sum(bounds) + ROUNDING * float(abs(change)) * (1 + 2.0**-20) if any(bounds) else 0.0


def rough_bound(ends: Ends) -> float:
    """Return a bound of the error of a total in no time for large graphs; infinite where it takes a certificate."""
    if not (ends[1] and ends[2]):
        return 0.0
    sizes = None if on_the_way(*ends) else sizes_of(ends)
    if sizes is None or not isinstance(sizes.total, float):
        return math.inf
    n_edges = ends[0].n_edges
    # Each edge is a product and a sum; what underflow takes anywhere comes on by at most the largest adjoint.
    most_onward = float(np.max(sizes.adjoints, initial=0.0))
    lost = UNDERFLOW * (COMPLEX_UNDERFLOW * n_edges * most_onward)
    return rounded_up(gamma((COMPLEX_PRODUCT + 1) * n_edges + 2) * sizes.total + lost)


def doubt(digits: int, bound: float, *, of: str = "", condition: str = "") -> str | None:
    """Return what a report says where few digits are certain; None where many are.

    Examples
    --------
    >>> doubt(1, 0.25)
    'Only 1 digit is certain: the error can be 0.25; exact=True (--exact) has none.'
    """
    if math.isinf(bound):
        return (
            "No error bound is proven: the absolute influences of the walks have no finite sum; "
            "exact=True (--exact) has no error."
        )
    if digits >= CERTAIN:
        return None
    lead = {0: f"No digit{of} is", 1: f"Only 1 digit{of} is"}.get(digits, f"Only {digits} digits{of} are")
    return f"{lead} certain: the error can be {bound:.2g}{condition}; exact=True (--exact) has none."
