"""Functions of math and numpy that are several operations, written in the operations that they are made of.

Each takes traced numbers beside plain ones; a number that only counts, such as the ``i`` of ``ldexp``, is plain.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import reduce
from itertools import starmap
from operator import mul
from typing import Any

from graphdiff.tracing.scalars import Traced, apply, value_of

__all__ = ["FUNCTIONS"]


def log(x: Any, base: Any = None) -> Any:
    """Return the logarithm, natural or to a base."""
    return one("log", x) if base is None else one("log", x) / one("log", base)


def prod(factors: Iterable[Any], *, start: Any = 1) -> Any:
    """Return the product, one factor after the other, so that zeros among them do no harm."""
    listed = list(factors)
    return reduce(mul, listed, start) if start != 1 or not listed else reduce(mul, listed)


def fsum(terms: Iterable[Any]) -> Any:
    """Return the sum, rounded once."""
    listed = list(terms)
    return apply("fsum", *listed) if any_traced(listed) else math.fsum(listed)


def sumprod(left: Iterable[Any], right: Iterable[Any]) -> Any:
    """Return the sum of the products of pairs."""
    return fsum(starmap(mul, zip(left, right, strict=True)))


def dist(left: Iterable[Any], right: Iterable[Any]) -> Any:
    """Return the distance of two points."""
    differences = [a - b for a, b in zip(left, right, strict=True)]
    return apply("hypot", *differences) if any_traced(differences) else math.hypot(*differences)


def fma(x: Any, y: Any, z: Any) -> Any:
    """Return x * y + z."""
    return x * y + z


def ldexp(x: Any, i: int) -> Any:
    """Return x * 2**i."""
    return x * 2.0**i


def modf(x: Any) -> tuple[Any, Any]:
    """Return the part behind the point, and the whole part."""
    whole = apply("trunc", x)
    return x - whole, whole


def frexp(x: Any) -> tuple[Any, int]:
    """Return the mantissa, and the exponent as a plain number."""
    _, exponent = math.frexp(value_of(x))
    return x * 2.0**-exponent, exponent


def clip(x: Any, low: Any = None, high: Any = None) -> Any:
    """Return x held between two bounds."""
    x = x if low is None else apply("max", x, low)
    return x if high is None else apply("min", x, high)


def one(op: str, x: Any) -> Any:
    """Apply a rule of one operand to a number that may be plain."""
    return apply(op, x) if type(x) is Traced else getattr(math, op)(x)


def any_traced(operands: Iterable[Any]) -> bool:
    """Return whether a traced number is among operands."""
    return any(type(operand) is Traced for operand in operands)


#: By the name in math, and in numpy where that has one. `divmod` is Python's own.
FUNCTIONS: dict[str, Callable[..., Any]] = {
    function.__name__: function for function in (log, prod, fsum, sumprod, dist, fma, ldexp, modf, frexp, clip)
}
