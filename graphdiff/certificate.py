"""How far a computed total can be from the exact one.

Every product and every addition rounds once; along the longest chain of roundings K the error is at most
gamma(K) · S, where gamma(k) = k·u / (1 - k·u), u = 2**-53 and S is the sum of the absolute path influences
(N. Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed., chapter 3).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np

from graphdiff.arithmetic import Number
from graphdiff.between import Between
from graphdiff.results import plain
from graphdiff.sweeps import Values

ROUNDING = 2.0**-53
#: The most that one product can lose below the smallest normal float.
UNDERFLOW = 2.0**-1075


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
        What lies between the ends, without cycles that are solved.
    value : number
        The total.
    abs_sum : float
        The sum of the absolute path influences.
    adjoints : list or array
        The sums of the absolute path influences to the targets, by position.

    Returns
    -------
    Certificate or None
        None where cycles are solved, and for numbers without a known rounding (Decimal, symbols).
    """
    exact = isinstance(value, (int, Fraction))
    if part.loops or isinstance(value, Decimal) or not (exact or isinstance(value, (float, complex))):
        return None
    bound = 0.0 if exact else _error_bound(part, float(abs_sum), adjoints)
    size = abs(value)
    condition = 1.0 if not abs_sum else math.inf if not size else float(abs_sum / size)
    digits = 15 if not bound else 0 if not size else max(0, min(15, math.floor(math.log10(float(size) / bound))))
    return Certificate(value, abs_sum, condition, bound, digits)


def _error_bound(part: Between, abs_sum: float, adjoints: Values) -> float:
    in_degree = np.bincount(part.heads, minlength=part.n_nodes).tolist()
    roundings = [0] * part.n_nodes
    positions = part.positions.tolist()
    lost = 0.0
    for node, row in enumerate(part.rows):
        roundings[node] += in_degree[node]
        for head, *_ in row:
            roundings[head] = max(roundings[head], roundings[node])
            lost += float(adjoints[positions[head]])
    most = max((roundings[node] for node in part.targets), default=0) + len(part.targets) - 1
    gamma = most * ROUNDING / (1 - most * ROUNDING)
    # The bound itself is computed with roundings, all of them small beside one part in 2**20.
    return (gamma * abs_sum + UNDERFLOW * lost) * (1 + 2.0**-20) if most else 0.0
