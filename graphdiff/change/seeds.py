"""Leaves that count otherwise after than before, as edges: what each counts is the weight of an edge to all leaves.

That is what a super sink is, a node more with an edge from each leaf. So the change of what a leaf counts, of the
probability of a logit, is a part of the change of a total like that of any edge, and the account adds up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import Number
from graphdiff.change.match import Matched
from graphdiff.change.ways import NumberedEnd

__all__ = ["with_seeds"]


class Step(NamedTuple):
    """A leaf that counts otherwise, as an edge by numbers: before which row it comes, and what it counts."""

    place: int
    tail: int
    head: int
    seeds: tuple[Number | None, Number | None]


def with_seeds(matched: Matched, source: NumberedEnd, target: NumberedEnd) -> Matched:
    """Return matched graphs with an edge more for each leaf that counts otherwise: from it, or to it as a source.

    Parameters
    ----------
    matched : Matched
    source, target : NumberedEnd
        With seeds in the arithmetic of both graphs.

    Returns
    -------
    Matched
        All leaves are the number `matched.n_numbers`; the same, where no leaf counts otherwise.
    """
    leaves = matched.n_numbers
    steps = [Step(int(matched.rows[tail + 1]), tail, leaves, seeds) for tail, seeds in _differing(target)]
    steps += [Step(len(matched.tails), leaves, head, seeds) for head, seeds in _differing(source)]
    if not steps:
        return matched
    steps.sort(key=lambda step: step[:3])
    places = [step.place for step in steps]
    more = np.bincount([step.tail + 1 for step in steps], minlength=leaves + 2).cumsum()
    old, new = ([step.seeds[which] for step in steps] for which in (0, 1))
    return replace(
        matched,
        rows=np.append(matched.rows, matched.rows[-1]) + more,
        tails=np.insert(matched.tails, places, [step.tail for step in steps]),
        heads=np.insert(matched.heads, places, [step.head for step in steps]),
        weights=(_with(matched.weights[0], places, old), _with(matched.weights[1], places, new)),
        counts=(_counted(matched.counts[0], places, old), _counted(matched.counts[1], places, new)),
        keys=None if matched.keys is None else np.insert(matched.keys, places, 0),
    )


def _differing(end: NumberedEnd) -> Iterator[tuple[int, tuple[Number | None, Number | None]]]:
    """Yield the nodes that count otherwise after than before, in order, with their seeds."""
    for number, old, new in sorted(zip(end.numbers, *(end.seeds or ((), ())), strict=False), key=lambda each: each[0]):
        seeds = tuple(None if seed is None else arithmetic.finished(arithmetic.plain(seed)) for seed in (old, new))
        if seeds[0] != seeds[1]:
            yield number, (seeds[0], seeds[1])


def _with(weights: NDArray[Any], places: Sequence[int], seeds: Sequence[Number | None]) -> NDArray[Any]:
    """Return weights with seeds at some places, in one type that loses nothing of either."""
    numbers = [0 if seed is None else seed for seed in seeds]
    is_same = weights.dtype == np.float64 and all(type(number) in (int, float) for number in numbers)
    return np.insert(weights if is_same else weights.astype(object), places, numbers)


def _counted(counts: NDArray[Any], places: Sequence[int], seeds: Sequence[Number | None]) -> NDArray[Any]:
    return np.insert(counts, places, [0 if seed is None else 1 for seed in seeds])
