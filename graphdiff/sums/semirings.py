"""What can be added up over paths without listing them: one table of semirings.

A sweep over a semiring visits each edge once, whatever is added up: influence, a number of paths, the strongest
path, the longest one, an entropy (M. Mohri, "Semiring frameworks and algorithms for shortest-distance problems",
J. Automata, Languages and Combinatorics 7(3), 2002).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from graphdiff.arithmetic import Number, finished

__all__ = ["SEMIRINGS", "Semiring"]

Pair: TypeAlias = tuple[Number, Number]
Moments: TypeAlias = tuple[int, int, int]


@dataclass(frozen=True)
class Semiring:
    """Two functions and two constants.

    Attributes
    ----------
    zero : object
        The value where no path leads.
    one : object
        The value of the empty path.
    extend : callable
        ``(value, weight) -> value`` of every path, made longer by an edge of this weight.
    plus : callable
        ``(value, value) -> value`` of two sets of paths together; associative and commutative, and ``extend``
        distributes over it.
    counts_edges : bool
        Whether ``extend`` counts edges: the seed of an end is none. Else paths are extended by it as by a weight.

    Examples
    --------
    >>> widest = Semiring(0, math.inf, min, max)  # the largest weight of the narrowest edge
    >>> widest.plus(widest.extend(widest.one, 3), widest.extend(widest.one, 5))
    5
    """

    zero: Any
    one: Any
    extend: Callable[[Any, Number], Any]
    plus: Callable[[Any, Any], Any]
    counts_edges: bool = False

    def seeded(self, value: Any, seed: Number | None) -> Any:
        """Return the value of paths behind an end with a seed; None is one unit, which changes nothing."""
        return value if seed is None or self.counts_edges else self.extend(value, seed)


def _added(a: Number, b: Number) -> Number:
    return a + b


def _pairs_added(a: Pair, b: Pair) -> Pair:
    return a[0] + b[0], a[1] + b[1]


def _moments_added(a: Moments, b: Moments) -> Moments:
    return a[0] + b[0], a[1] + b[1], a[2] + b[2]


def _log_added(a: float, b: float) -> float:
    """Return log(exp(a) + exp(b)), of which neither exp need be a float."""
    low, high = sorted((a, b))
    return high if low == -math.inf else high + math.log1p(math.exp(low - high))


def _valued_and_sized(pair: Pair, weight: Number) -> Pair:
    return pair[0] * weight, pair[1] * abs(weight)


def _expected(pair: Pair, weight: Number) -> Pair:
    """Extend the sum of sizes, and the sum of size · log size (J. Eisner, "Parameter estimation", ACL 2002)."""
    size = abs(weight)
    return pair[0] * size, pair[1] * size + (pair[0] * size * math.log(finished(size)) if size else 0)


def _longer(moments: Moments, weight: Number) -> Moments:
    """Make every path one edge longer: number, sum and sum of squares of the lengths."""
    number, total, squares = moments
    return number, total + number, squares + 2 * total + number


#: By the names that `graphdiff.accumulate` takes.
SEMIRINGS: dict[str, Semiring] = {
    # the total influence
    "sum-product": Semiring(0, 1, lambda value, weight: value * weight, _added),
    # the sum of the absolute path influences
    "size": Semiring(0, 1, lambda value, weight: value * abs(weight), _added),
    # both of these
    "value-and-size": Semiring((0, 0), (1, 1), _valued_and_sized, _pairs_added),
    # the number of paths
    "count": Semiring(0, 1, lambda value, weight: value, _added),
    # the absolute influence of the strongest path
    "max-product": Semiring(0, 1, lambda value, weight: value * abs(weight), max),
    # the length of the shortest path, and of the longest, the critical one: weights are lengths
    "min-plus": Semiring(math.inf, 0, _added, min),
    "max-plus": Semiring(-math.inf, 0, _added, max),
    # the same, each edge of length 1
    "fewest-edges": Semiring(math.inf, 0, lambda value, weight: value + 1, min, counts_edges=True),
    "most-edges": Semiring(-math.inf, 0, lambda value, weight: value + 1, max, counts_edges=True),
    # whether a path leads there over edges whose weight is not 0
    "boolean": Semiring(False, True, lambda value, weight: value and bool(weight), lambda a, b: a or b),
    # the logarithm of the total: weights are logarithms
    "log-sum-exp": Semiring(-math.inf, 0.0, _added, _log_added),
    # T, the sum of sizes, and R, of size · log size: the entropy of the paths' shares is log T - R / T
    "expectation": Semiring((0, 0), (1, 0), _expected, _pairs_added),
    # how many paths, the sum and the sum of squares of their lengths in edges
    "lengths": Semiring((0, 0, 0), (1, 0, 0), _longer, _moments_added, counts_edges=True),
}
