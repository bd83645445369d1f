"""The fewest candidates without which little enough of a total is left, as an integer programme of what flows.

Of each node, `f` is the part of what reaches it that still does, and of each edge, `g` the part that still leaves its
tail: `g >= f of its tail - z` where a candidate with `z` takes the edge away, `f >= sum of share · g` over the edges
that enter the node. What the targets get is to be little enough. No weight is negative, so more flow never helps: the
least `f` is what a sweep finds.

Rows are added: where a set S lacks something, what each further candidate takes away beside S has to sum to that, since
what a set takes away is monotone and submodular (G. Nemhauser, L. Wolsey, "Maximizing submodular set functions:
formulations and analysis of algorithms", Annals of Discrete Mathematics 11, 1981); and none has to take more.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff.arithmetic import Number
from graphdiff.sets.fewest import Rest, Search
from graphdiff.sets.programme import Clock, Programme, Rational, Row, has_solver

__all__ = ["MAX_EDGES", "MAX_UNASKED", "fewer"]

#: Up to so many edges between the ends there is a programme.
MAX_EDGES = 20_000
#: Up to so many there is one where nobody has said how long it may take: of some more it mostly takes all its time.
MAX_UNASKED = 2_000
#: How many sets are looked at for a solution.
MAX_SETS = 30
#: Shares are rounded down to parts of this: that lets more sets through, so what none of them beats is proven.
FINE = 2**60
#: More than sums of floats over so many edges may be off by, in parts of them: a hundredfold.
ROUNDED = Fraction(1, 10**9)
#: What is lacking is asked for where it is more than this part of the total; what counts as no part of a candidate.
FINE_LACK, NOTHING = Fraction(1, 10**6), 1e-6


def fewer(
    search: Search, most_left: Number, best: list[Any], at_least: int, clock: Clock | None
) -> tuple[list[Any], int, str]:
    """Return the fewest candidates that leave so little, how many any such set has at least, and what is lacking.

    Parameters
    ----------
    search : Search
        No weight is negative.
    most_left : number
        What may be left of the total.
    best : list
        A set that does it.
    at_least : int
        How many any such set is known to have.
    clock : Clock or None
        None where no time is to be spent.

    Returns
    -------
    tuple of (list, int, str)
        The last is "" where nothing would help to know more, "scipy" where that is not installed, "size" or "time".
    """
    if clock is None:
        return best, at_least, "time"
    if not has_solver():
        return best, at_least, "scipy"
    if search.between.n_edges > MAX_EDGES:
        return best, at_least, "size"
    programme = _programme(search, most_left)
    programme.rows.extend(programme.violated(np.zeros(len(programme.costs))))
    _, bound = programme.relaxed(len(best), clock)
    at_least = max(at_least, bound)
    if at_least < len(best):
        best = _solved(search, most_left, programme, best, clock)
        at_least = programme.proven(len(best), at_least, clock)
    return best, at_least, "" if at_least == len(best) or clock.left else "time"


def _solved(search: Search, most_left: Number, programme: Programme, best: list[Any], clock: Clock) -> list[Any]:
    """Return the smaller of a set and of what HiGHS finds, which graphdiff's own sweeps have to confirm."""
    labels = list(search.candidates)
    tried = replace(programme, rows=[*programme.rows])
    while clock.left and (values := tried.solved(clock)) is not None:
        chosen = [label for label, value in zip(labels, values.tolist(), strict=False) if value > 0.5]
        rest = search.without(chosen)
        lack = abs(rest.total) - most_left - search.slack
        if len(chosen) >= len(best) or lack <= 0:
            return min(best, chosen, key=len)
        tried.rows.append(_needed(search, rest, Fraction(lack)))  # of floats, and maybe small: no proof
    return best


def _violated(search: Search, most_left: Fraction, values: NDArray[Any]) -> Iterator[Row]:
    """Yield what sets that a solution leans to still need, where it does not have it."""
    parts = values[: len(search.candidates)]
    labels = list(search.candidates)
    steps = sorted({part for part in parts.round(6).tolist() if part > NOTHING}, reverse=True)
    for part in [math.inf, *steps[:MAX_SETS]]:
        rest = search.without(labels[at] for at in np.flatnonzero(parts >= part - NOTHING).tolist())
        lack = Fraction(rest.total) * (1 - ROUNDED) - most_left
        if lack <= FINE_LACK * Fraction(search.total):
            return
        row, least = _needed(search, rest, lack)
        if sum(float(number) * parts[at] for at, number in row.items()) < 1 - NOTHING:
            yield row, least


def _needed(search: Search, rest: Rest, lack: Fraction) -> Row:
    """Return what parts of what is lacking the candidates take away, each no more than all of it, rounded up."""
    gains = rest.gains
    parts = ((at, Fraction(gains.get(label, 0)) * (1 + ROUNDED) / lack) for at, label in enumerate(search.candidates))
    return {at: min(Fraction(1), -_floor(-part)) for at, part in parts if part}, 1


def _programme(search: Search, most_left: Number) -> Programme:
    """Return the programme: a variable for each candidate, each node that is reached, and each edge that carries."""
    between = search.between
    reaching = _reaching(search)
    column = count(len(search.candidates))
    flows = {node: next(column) for node, value in enumerate(reaching) if value}
    taking: dict[int, list[int]] = {}
    for number, places in enumerate(search.candidates.values()):
        for place in places:
            taking.setdefault(place, []).append(number)
    entering: dict[int, dict[int, Rational]] = {node: {} for node in flows}
    rows: list[Row] = []
    for tail, at in flows.items():
        for place, (head, _, weight) in enumerate(search.rows[tail], int(between.ptr[tail])):
            if weight:
                entered = next(column)
                rows.append(({entered: 1, at: -1, **dict.fromkeys(taking.get(place, ()), 1)}, 0))
                entering[head][entered] = -_floor(Fraction(weight) * reaching[tail] / reaching[head])
    own = dict.fromkeys(flows, Fraction(0))
    for node, seed in between.numbered_starts:
        if seed:
            own[node] += Fraction(seed)
    for node, at in flows.items():
        rows.append(({at: 1, **entering[node]}, _floor(own[node] / reaching[node])))
    rows.append(_little_enough(search, most_left, reaching, flows))
    n_columns, n_candidates = next(column), len(search.candidates)
    costs = [1] * n_candidates + [0] * (n_columns - n_candidates)
    allowed = _allowed(search, most_left)
    return Programme(costs, list(map(bool, costs)), rows, lambda values: list(_violated(search, allowed, values)))


def _allowed(search: Search, most_left: Number) -> Fraction:
    """Return what may be left, with how far floats may be off."""
    return Fraction(most_left) + 2 * Fraction(search.slack)


def _reaching(search: Search) -> list[Fraction]:
    """Return what reaches each node, in rationals."""
    values = [Fraction(0)] * search.between.n_nodes
    for node, seed in search.between.numbered_starts:
        values[node] += Fraction(seed)
    for tail, row in enumerate(search.rows):
        for head, _, weight in row:
            values[head] += values[tail] * Fraction(weight)
    return values


def _little_enough(
    search: Search, most_left: Number, reaching: list[Fraction], flows: dict[int, int]
) -> tuple[dict[int, Rational], Fraction]:
    """Return the row that the targets get no more than so much, in parts of the total."""
    parts: dict[int, Fraction] = {}
    for node, seed in search.between.numbered_stops:
        if node in flows:
            parts[flows[node]] = parts.get(flows[node], Fraction(0)) + Fraction(seed) * reaching[node]
    total = sum(parts.values(), start=Fraction(0))
    left = _allowed(search, most_left) / total
    return {column: -_floor(part / total) for column, part in parts.items()}, -_floor(left) - Fraction(1, FINE)


def _floor(share: Fraction) -> Fraction:
    return Fraction(math.floor(share * FINE), FINE)
