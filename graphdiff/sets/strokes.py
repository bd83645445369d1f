"""What is cut one after the other, the one that takes most away first, and what is left of the total after each.

After each stroke those that share paths with it take less (or more) away. Sweeps over what lies between tell how much,
two a stroke. Of arrays the totals among the strokes do: with t_i what reaches the tail of one, a_i how much its head
counts, w_i its weight and C_ij the total from the head of i to the tail of j, it takes t_i w_i a_i away; and without k

    t_j - t_k w_k C_kj    a_i - C_ik w_k a_k    C_ij - C_ik w_k C_kj

are those of the others, as no path passes k twice (the update of J. Sherman, W. Morrison, "Adjustment of an inverse
matrix corresponding to a change in one element of a given matrix", Ann. Math. Statist. 21 (1950), 124-127, whose
denominator is 1 without cycles). Each update rounds once: n strokes are off by no more than some n + K roundings of the
sum of absolute path influences, where K is what a sweep has. What is left is summed up from what the last one leaves,
which is swept: where every path is cut that is 0, not a rest of roundings.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff.arithmetic import Number
from graphdiff.kernels.rows import Ints
from graphdiff.sets.fewest import Search
from graphdiff.sums.sweeps import checked

__all__ = ["Stroke", "strokes"]

#: Totals among the strokes are held up to so many.
MAX_AMONG = 10_000_000


@dataclass(frozen=True)
class Stroke:
    """One edge or node that is cut.

    Attributes
    ----------
    item : edge or node
    alone : number or None
        By how much the total would become smaller without this alone; None where there is no total.
    left : number or None
        The total without this and all before it.
    """

    item: Any
    alone: Number
    left: Number


def strokes(search: Search, chosen: list[Any]) -> list[Stroke]:
    """Return what was chosen, by totals the one that takes most away first, with what is left after each."""
    if search.total is None or not chosen:
        return [Stroke(item, None, None) for item in chosen]
    among = Among.of(search, chosen)
    pairs = _by_sweeps(search, chosen) if among is None else _by_totals(search, chosen, among)
    return [Stroke(item, search.whole.gain(item), checked(left)) for item, left in pairs]


def _by_sweeps(search: Search, chosen: list[Any]) -> Iterator[tuple[Any, Number]]:
    left = search.whole
    done: list[Any] = []
    waiting = list(chosen)
    while waiting:
        gains = {label: left.gain(label) for label in waiting}
        best = max(waiting, key=lambda label: gains[label] * (1 if search.total >= 0 else -1))
        waiting.remove(best)
        done.append(best)
        left = search.without(done)
        yield best, left.total


def _by_totals(search: Search, chosen: list[Any], among: Among) -> Iterator[tuple[Any, Number]]:
    order, gains = among.taken(1 if search.total >= 0 else -1)
    last = search.without(chosen).total
    left = accumulate(reversed(gains[1:]), initial=last)
    return zip([chosen[place] for place in order], reversed(list(left)), strict=True)


@dataclass(eq=False)
class Among:
    """What strokes take away, and the totals among them; all change with each that is made.

    Attributes
    ----------
    tails, heads : int array, shape (n_strokes,)
        The place of each one's tail in `tangents`, and of its head in `adjoints`; of a node both are the node.
    weights : float array, shape (n_strokes,)
        Of a node 1.
    tangents : float array, shape (n_tails,)
    adjoints : float array, shape (n_heads,)
    totals : float array, shape (n_heads, n_tails)
        From heads to tails; 1 where both are one node.
    """

    tails: Ints
    heads: Ints
    weights: NDArray[Any]
    tangents: NDArray[Any]
    adjoints: NDArray[Any]
    totals: NDArray[Any]

    @classmethod
    def of(cls, search: Search, chosen: list[Any]) -> Among | None:
        """Return those of the whole; None where there are no arrays, or the totals are too many or too large."""
        if search.arrays is None:
            return None
        tails, heads, weights = _ends(search, chosen)
        stops, tail_places = np.unique(tails, return_inverse=True)
        starts, head_places = np.unique(heads, return_inverse=True)
        if len(starts) * len(stops) > MAX_AMONG:
            return None
        with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is looked for below
            totals = search.arrays.totals(starts, stops)
        whole = search.whole
        among = cls(tail_places, head_places, weights, np.array(whole.tangents)[stops], whole.pulled[starts], totals)
        return among if all(np.isfinite(part).all() for part in (among.tangents, among.adjoints, totals)) else None

    def taken(self, sign: int) -> tuple[list[int], list[float]]:
        """Make all strokes, the one first that takes most of this sign away; return them, and what each took."""
        order, gains = [], []
        waiting = np.zeros(len(self.weights))
        for _ in waiting:
            taken = self.tangents[self.tails] * self.weights * self.adjoints[self.heads]
            best = int(np.argmax(sign * taken + waiting))
            waiting[best] = -np.inf
            order.append(best)
            gains.append(float(taken[best]))
            self._make(best)
        return order, gains

    def _make(self, stroke: int) -> None:
        """Take one away from all the others."""
        tail, head, weight = self.tails[stroke], self.heads[stroke], self.weights[stroke]
        before, after = np.flatnonzero(self.totals[:, tail]), np.flatnonzero(self.totals[head])
        entering, leaving = self.totals[before, tail] * weight, self.totals[head, after] * weight
        self.adjoints[before] -= entering * self.adjoints[head]
        self.tangents[after] -= self.tangents[tail] * leaving
        if len(before) and len(after):
            self.totals[np.ix_(before, after)] -= np.outer(entering, self.totals[head, after])


def _ends(search: Search, chosen: list[Any]) -> tuple[Ints, Ints, NDArray[Any]]:
    """Return the tail, the head and the weight of each that was chosen; of a node itself, itself and 1."""
    if search.what == "nodes":
        numbers = {label: node for node, label in enumerate(search.between.labels)}
        nodes = np.array([numbers[label] for label in chosen], dtype=np.int64)
        return nodes, nodes, np.ones(len(nodes))
    arrays = search.arrays
    assert arrays is not None
    edges = np.array([search.places_of(label)[0] for label in chosen], dtype=np.int64)
    return arrays.tails[edges], search.between.heads[edges], arrays.weights[edges]
