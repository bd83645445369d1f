"""The inverse of I - A with a proof: an approximate inverse, and how far it can be from being one.

Where some R has ||I - R M|| < 1, in the largest sum over a row, M is regular. With G = I - R M its inverse is
(I - G)^-1 R, hence |M^-1| v is, entry by entry, at most w + g · max(w) / (1 - max(g)), with w = |R| v and g the sums of
the rows of |G| (S. Rump, "Verification methods: Rigorous results using floating-point arithmetic", Acta Numerica 19
(2010), 287-449, section 10.1). What rounds on the way counts: parallel weights that were added, 1 less the diagonal,
the products and sums of R M in any order.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROUNDING = 2.0**-53

#: The smallest float. A product can lose half of it below the smallest normal one, which is no float.
UNDERFLOW = 2.0**-1074

#: What makes a bound that was computed with up to some 2**31 roundings one that holds.
ABOVE = 1 + 2.0**-20


@dataclass(frozen=True, eq=False)
class Inverse:
    """An approximate inverse of I - A.

    Attributes
    ----------
    approximate : float or complex array, shape (n, n)
    misses : array, shape (n,)
        The sums of the rows of |I - approximate · (I - A)|, at most; NaN where nothing is known.
    condition : float
        How many times larger than roundings of 1 and of the weights what they make can be: the largest row sum of
        |(I - A)^-1| (I + |A|), about (R. Skeel, "Scaling for numerical stability in Gaussian elimination", 1979).
    """

    approximate: NDArray[Any]
    misses: NDArray[np.float64]
    condition: float

    @property
    def is_proven(self) -> bool:
        """Whether I - A is proven to be regular."""
        return bool(self.misses.max() < 1)  # not so of NaN

    def onward(self, sizes: NDArray[np.float64]) -> NDArray[np.float64]:
        """Bound what the exact inverse makes of numbers of such sizes at most.

        Examples
        --------
        >>> inverse = enclosed_inverse(1, np.array([0]), np.array([3.0]))
        >>> inverse.approximate.tolist(), inverse.is_proven, inverse.onward(np.array([1.0])).round(5).tolist()
        ([[-0.5]], True, [0.5])
        """
        lost = (len(sizes) + 4) * UNDERFLOW
        there = np.abs(self.approximate) @ sizes * ABOVE + lost
        bound: NDArray[np.float64] = (there + self.misses * (there.max() / (1 - self.misses.max()))) * ABOVE + lost
        return bound


def enclosed_inverse(size: int, places: NDArray[Any], weights: NDArray[Any]) -> Inverse:
    """Return an approximate inverse of I - A with what it misses.

    Parameters
    ----------
    size : int
        How many rows A has.
    places : int array
        Where in the flat matrix each weight stands; those at one place are added.
    weights : float or complex array
    """
    identity = np.eye(size)
    with np.errstate(all="ignore"):  # what is no number proves nothing
        matrix = identity - summed(places, weights, size * size).reshape(size, size)
        sizes = identity + np.bincount(places, np.abs(weights), size * size).reshape(size, size)
        most = int(np.bincount(places, minlength=1).max())
        try:
            approximate = np.linalg.inv(matrix)
        except np.linalg.LinAlgError:
            return Inverse(identity, np.full(size, np.nan), math.inf)
        # A complex product is sqrt(5) roundings, four cover it. No entry of I - A is further off than its sizes say.
        grown = np.abs(approximate) @ sizes.sum(axis=1)
        missed = np.abs(identity - approximate @ matrix).sum(axis=1)
        missed += (gamma(4 * (size + 8)) + gamma(4 * (most + 4))) * grown
        return Inverse(approximate, missed * ABOVE + 8 * size * (size + 8) * UNDERFLOW, float(grown.max()))


def summed(places: NDArray[Any], values: NDArray[Any], size: int) -> NDArray[Any]:
    """Return the sums of the values at each of so many places, real or complex."""
    if values.dtype.kind != "c":
        return np.bincount(places, values, size)
    return np.bincount(places, values.real, size) + 1j * np.bincount(places, values.imag, size)


def gamma(roundings: float) -> float:
    """Return the part of a sum of absolute values that so many roundings in a row can make; infinite for too many."""
    unit = roundings * ROUNDING
    return unit / (1 - unit) if unit < 1 else math.inf
