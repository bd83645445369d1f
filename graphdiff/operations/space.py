"""What the sweeps ask of arrays: to be added, multiplied entry by entry, and made of what a user gives.

An operation with several results has a tuple of arrays for a value; a tangent or an adjoint that is zero is None.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import hypot, isfinite, prod, sqrt
from typing import Any, TypeAlias

import numpy as np

__all__ = ["NUMPY", "Array", "Space", "added", "entries", "inner", "norm"]

#: An array of the library that computes, a tuple of such, or None for zero.
Array: TypeAlias = Any


@dataclass(frozen=True)
class Space:
    """The arrays of one library.

    Attributes
    ----------
    library : str
        Its name, as reports say it.
    dot : callable
        ``(array, array) -> float``: the sum of the products of their entries, in double precision.
    like : callable
        ``(given, array) -> array``: what a user gave, of the kind of `array` and broadcast to its shape; raises
        ValueError or TypeError where it is none of that.
    to_numpy : callable
        ``(array) -> numpy.ndarray``.
    """

    library: str
    dot: Callable[[Array, Array], float]
    like: Callable[[Any, Array], Array]
    to_numpy: Callable[[Array], Any]


def _dot(first: Any, second: Any) -> float:
    first, second = np.asarray(first), np.asarray(second)
    return float(np.vdot(first.astype(np.float64, copy=False), second.astype(np.float64, copy=False)))


def _like(given: Any, array: Any) -> Any:
    return np.broadcast_to(np.asarray(given, dtype=np.asarray(array).dtype), np.shape(array))


#: By this arrays are scaled whose squares are beyond the floats.
SMALL = 2.0**-600

NUMPY = Space("numpy", _dot, _like, np.asarray)


def added(first: Array, second: Array) -> Array:
    """Return a sum; a tuple's member by member.

    Examples
    --------
    >>> added(None, 2.0), added((1.0, None), (2.0, 3.0))
    (2.0, (3.0, 3.0))
    """
    if first is None or second is None:
        return second if first is None else first
    if isinstance(first, tuple):
        return tuple([added(one, other) for one, other in zip(first, second, strict=True)])
    return first + second


def inner(space: Space, first: Array, second: Array) -> float:
    """Return the sum of the products of all entries.

    Examples
    --------
    >>> inner(NUMPY, np.array([1.0, 2.0]), np.array([3.0, 4.0])), inner(NUMPY, None, np.ones(2))
    (11.0, 0.0)
    """
    if first is None or second is None:
        return 0.0
    if isinstance(first, tuple):
        return sum(inner(space, one, other) for one, other in zip(first, second, strict=True))
    return space.dot(first, second)


def norm(space: Space, array: Array) -> float:
    """Return the Euclidean norm of all entries.

    Examples
    --------
    >>> norm(NUMPY, np.array([[3.0], [4.0]])), norm(NUMPY, np.array([3e200]))
    (5.0, 3e+200)
    """
    if isinstance(array, tuple):
        return hypot(*[norm(space, one) for one in array])
    conjugate = array.conj() if "complex" in str(getattr(array, "dtype", "")) else array
    square = inner(space, array, conjugate)
    if isfinite(square):
        return sqrt(square)
    scaled = array * SMALL  # its square is beyond the floats, and it may not be
    return sqrt(inner(space, scaled, scaled)) / SMALL


def entries(value: Array) -> int:
    """Return how many numbers a value has.

    Examples
    --------
    >>> entries(np.ones((2, 3))), entries((np.ones(2), 1.0))
    (6, 3)
    """
    if isinstance(value, tuple):
        return sum(map(entries, value))
    return prod(getattr(value, "shape", ()))
