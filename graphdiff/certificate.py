"""How far a computed total can be from the exact one.

Every product and every addition rounds once; along the longest chain of roundings K the error is at most
gamma(K) · S, where gamma(k) = k·u / (1 - k·u), u = 2**-53 and S is the sum of the absolute path influences
(N. Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed., chapter 3). A complex sum counts as one rounding
too, a complex product as sqrt(5) of them (R. Brent, C. Percival, P. Zimmermann, "Error bounds on complex floating-point
multiplication", Mathematics of Computation 76, 2007). That is where nothing falls below the smallest normal float; a
product that does loses another 2**-1075, a complex one, of four real products, sqrt(2) · 2**-1074.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import SMALLEST_NORMAL, Number
from graphdiff.between import Between
from graphdiff.results import plain
from graphdiff.sweeps import Values

ROUNDING = 2.0**-53
#: The smallest float. A product can lose half of it below the smallest normal one, which is no float.
UNDERFLOW = 2.0**-1074
#: The roundings that a product of complex numbers counts as, and the smallest floats that it can lose.
COMPLEX_PRODUCT = math.sqrt(5) * (1 + 2.0**-52)
COMPLEX_UNDERFLOW = math.sqrt(2) * (1 + 2.0**-52)


@dataclass(frozen=True)
class Certificate:
    """What is proven about a total.

    Attributes
    ----------
    value : number
        The total.
    abs_sum : number
        The sum of the absolute path influences.
    condition : float
        abs_sum / abs(value): how much cancellation magnifies errors; inf where value = 0 < abs_sum.
    error_bound : float
        The exact total is within this of the value; 0 for exact numbers.
    digits : int
        Significant decimal digits that are certain, at most 15; 0 where none is.
    """

    value: Number
    abs_sum: Number
    condition: float
    error_bound: float
    digits: int

    def to_dict(self) -> dict[str, object]:
        """Return the fields as plain numbers."""
        return {name: plain(getattr(self, name)) for name in self.__dataclass_fields__}


def certificate(part: Between, value: Number, abs_sum: Number, adjoints: Values) -> Certificate | None:
    """Return what is proven about a total by one forward sweep.

    Parameters
    ----------
    part : Between
        What lies between the ends, without cycles that are solved (`solved_certificate`).
    value : number
        The total.
    abs_sum : float
        The sum of the absolute path influences.
    adjoints : list or array
        The sums of the absolute path influences to the targets, by position.

    Returns
    -------
    Certificate or None
        None for numbers without a known rounding (Decimal, symbols).
    """
    exact = isinstance(value, (int, Fraction))
    if isinstance(value, Decimal) or not (exact or isinstance(value, (float, complex))):
        return None
    product, underflow = (COMPLEX_PRODUCT, COMPLEX_UNDERFLOW) if isinstance(value, complex) else (1.0, 1.0)
    bound = 0.0 if exact else _error_bound(part, float(abs_sum), adjoints, product, underflow)
    return _certified(value, abs_sum, bound)


def _error_bound(part: Between, abs_sum: float, adjoints: Values, product: float, underflow: float) -> float:
    """Bound the error; a product counts as so many roundings, and loses so many smallest floats."""
    in_degree = np.bincount(part.heads, minlength=part.n_nodes).tolist()
    roundings = [0.0] * part.n_nodes
    onward = _onward(part, adjoints)
    lost = 0.0
    for node, row in enumerate(part.rows):
        if in_degree[node]:
            roundings[node] += product + in_degree[node] - 1
        for head, *_ in row:
            roundings[head] = max(roundings[head], roundings[node])
            lost += onward[head]
    most = max((roundings[node] for node in part.targets), default=0.0) + len(part.targets) - 1
    return rounded_up(gamma(most) * abs_sum + UNDERFLOW * (underflow * lost)) if most > 0 else 0.0


def gamma(roundings: float) -> float:
    """Return the part of a sum of absolute values that so many roundings in a row can make; infinite for too many."""
    unit = roundings * ROUNDING
    return unit / (1 - unit) if unit < 1 else math.inf


def rounded_up(bound: float) -> float:
    """Return a bound that was computed with roundings, all of them small beside one part in 2**20, as one that holds.

    Below the smallest normal float they are small beside no part, but each is at most half of the smallest float.
    """
    return bound * (1 + 2.0**-20) + (2 * UNDERFLOW if bound < SMALLEST_NORMAL else 0.0)


def _onward(part: Between, adjoints: Values) -> list[float]:
    """Return what |A| makes at the targets of a unit at each node; again in Decimals where floats fell below theirs."""
    onward = [float(adjoints[position]) for position in part.positions.tolist()]
    if min(onward, default=1.0) >= SMALLEST_NORMAL:
        return onward
    wide = [Decimal(int(is_target)) for is_target in part.is_target]
    for node in range(part.n_nodes - 1, -1, -1):
        for head, _, weight in part.rows[node]:
            wide[node] += Decimal(arithmetic.size(weight)) * wide[head]
    return [float(value) for value in wide]


class Solved(NamedTuple):
    """By position: the tangents, the adjoints of |A|, and what |A| makes of a unit at every node between."""

    tangents: Values
    sizes: Values
    spread: Values


def solved_certificate(part: Between, value: Number, abs_sum: Number, found: Solved) -> Certificate | None:
    """Return what is proven about a total over walks, whatever the way in which it was computed.

    The tangents x should satisfy x = seed + A^T x. What they miss it by, r, is computed, with a bound on its roundings;
    the total is then off by at most the sum of |r| times what |A| makes of a unit at each node. That is at most any z
    with z >= target + |A| z (R. Varga, *Matrix Iterative Analysis*, 2nd ed., section 3.5: the inverse of an M-matrix is
    not negative); one is made of the sizes, lifted a little by what |A| makes of a unit at every node, and checked
    entry by entry.

    Parameters
    ----------
    part : Between
    value, abs_sum : number
        The total, and the sum of the absolute influences of the walks.
    found : Solved
        The sweeps.

    Returns
    -------
    Certificate or None
        None for numbers that are exact or have no known rounding, and where no such z is found.
    """
    exact = isinstance(value, (int, Fraction))
    if not (exact or isinstance(value, (float, complex))):
        return None
    if exact:
        return _certified(value, abs_sum, 0.0)
    system = _System.of(part)
    missed, most, lift = (np.array([values[p] for p in part.positions.tolist()]) for values in found)
    reached = float(np.abs(missed[part.targets]).sum())
    added = gamma(len(part.targets) - 1) * reached
    missed = system.missed(missed)
    for share in (1e-12, 1e-9, 1e-6):
        candidate = most + share * lift * max(1.0, float(most.max(initial=0.0)))
        if system.is_enough(candidate):
            return _certified(value, abs_sum, rounded_up(float(missed @ candidate) + added))
    return None


def _certified(value: Number, abs_sum: Number, bound: float) -> Certificate:
    size = abs(value)
    condition = 1.0 if not abs_sum else math.inf if not size else float(abs_sum / size)
    return Certificate(value, abs_sum, condition, bound, certain_digits(size, bound))


def certain_digits(size: Number, bound: float) -> int:
    """Return how many decimal digits of a number of some size are certain, at most 15.

    Examples
    --------
    >>> certain_digits(1.0, 1e-7), certain_digits(1.0, 2.0), certain_digits(1.0, 0.0)
    (7, 0, 15)
    """
    if not bound:
        return 15
    return 0 if float(size) <= bound else math.floor(min(15, math.log10(float(size) / bound)))


@dataclass(frozen=True)
class _System:
    """The edges between as arrays, for sums over all edges into or out of each node."""

    tails: NDArray[Any]
    heads: NDArray[Any]
    weights: NDArray[Any]
    sources: NDArray[Any]
    targets: NDArray[Any]

    @classmethod
    def of(cls, part: Between) -> _System:
        tails = np.repeat(np.arange(part.n_nodes), np.diff(part.ptr))
        ends = np.zeros((2, part.n_nodes))
        ends[0, part.sources] = ends[1, part.targets] = 1.0
        weights = np.asarray(arithmetic.taken(part.graph.weights, part.edges))
        return cls(tails, part.heads, weights.astype(np.result_type(weights, np.float64)), *ends)

    def missed(self, tangents: NDArray[Any]) -> NDArray[Any]:
        """Bound, for each node, by how much the tangents miss what the edges into it bring."""
        brought = tangents[self.tails] * self.weights
        size = len(tangents)
        residual = self.sources - tangents + _summed(self.heads, brought, size)
        sizes = self.sources + np.abs(tangents) + np.bincount(self.heads, np.abs(brought), size)
        missed: NDArray[Any] = np.abs(residual) + _gamma(self.heads, size) * sizes + 2 * UNDERFLOW * len(self.heads)
        return missed

    def is_enough(self, candidate: NDArray[Any]) -> bool:
        """Return whether z >= target + |A| z holds, whatever the roundings."""
        size = len(candidate)
        passed = np.bincount(self.tails, np.abs(self.weights) * candidate[self.heads], size)
        return bool((self.targets + passed + _gamma(self.tails, size) * (1 + passed) <= candidate).all())


def _summed(places: NDArray[Any], values: NDArray[Any], size: int) -> NDArray[Any]:
    if values.dtype.kind != "c":
        return np.bincount(places, values, size)
    return np.bincount(places, values.real, size) + 1j * np.bincount(places, values.imag, size)


def _gamma(places: NDArray[Any], size: int) -> NDArray[Any]:
    """Return the bound on the roundings of a sum over the edges at each node: products, sums, and some to spare."""
    most = (np.bincount(places, minlength=size) + 8) * ROUNDING * 4  # a complex product counts as sqrt(5) of them
    return most / (1 - most)
