"""The functions of each kind of number under one set of names: real, complex and symbolic.

A rule is written once, ``lambda m, x: m.sin(x)``, and `space_of` picks the `m` that its operands need. A function that
a kind of number does not have raises `Undefined`.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

from graphdiff.arithmetic import Number
from graphdiff.errors import MissingExtraError


class Undefined(ValueError):
    """There is no value, or no derivative, here; the text says why."""


class Space:
    """Functions by name; a name that is missing says so when it is called for."""

    def __init__(self, title: str, **functions: Any) -> None:
        self.title = title
        self.__dict__.update(functions)

    def __getattr__(self, name: str) -> Any:
        raise Undefined(f"{name} is not known for {self.title} numbers")


def flat(between_jumps: bool) -> int:
    """Return 0, the derivative between two jumps, or raise `Undefined` at one."""
    if not between_jumps:
        raise Undefined("it jumps here")
    return 0


# -- real numbers


def divide(a: Number, b: Number) -> Number:
    """Return a / b; of two ints the exact Fraction.

    Examples
    --------
    >>> divide(1, 3), divide(1.0, 4)
    (Fraction(1, 3), 0.25)
    """
    return Fraction(a, b) if isinstance(a, int) and isinstance(b, int) else a / b


def power(a: Number, b: Number) -> Number:
    """Return a**b, exact where the base is and the exponent is an int.

    Examples
    --------
    >>> power(2, -3), power(2.0, 0.5)
    (Fraction(1, 8), 1.4142135623730951)
    """
    if isinstance(a, int) and isinstance(b, int) and b < 0:
        return Fraction(a) ** b
    result = a**b
    if isinstance(result, complex) and not isinstance(a, complex) and not isinstance(b, complex):
        raise Undefined("a negative base to a power that is not whole is complex; give complex numbers")
    return result


def _sign(x: Number) -> int:
    return int(x > 0) - int(x < 0)


def _real_slope(a: Number, b: Number, r: Number) -> Number:
    """Return d a**b / db."""
    if a > 0:
        return r * math.log(a)
    if a == 0 and b > 0:
        return 0.0
    raise Undefined("the base must be positive where the exponent varies")


def digamma(x: float) -> float:
    """Return the logarithmic derivative of the gamma function.

    By reflection below 1/2, by recurrence up to 10 and by nine terms of the asymptotic series from there, to a few
    units of a float's last place. M. Abramowitz, I. Stegun, "Handbook of Mathematical Functions" (1964), 6.3.

    Examples
    --------
    >>> round(digamma(1.0), 12)  # minus Euler's constant
    -0.577215664902
    """
    x = float(x)
    if x < 0.5:
        # The tangent of the part behind the point keeps its digits where x is large.
        return digamma(1.0 - x) - math.pi / math.tan(math.pi * math.fmod(x, 1.0))
    total = 0.0
    while x < 10.0:
        total -= 1.0 / x
        x += 1.0
    square = 1.0 / (x * x)
    series = 0.0
    for term in _DIGAMMA:
        series = series * square + term
    return total + math.log(x) - 0.5 / x - series * square


#: Bernoulli numbers B(2k) / (2k), k from 9 down to 1.
_DIGAMMA = (
    43867 / 14364, -3617 / 8160, 1 / 12, -691 / 32760, 1 / 132, -1 / 240, 1 / 252, -1 / 120, 1 / 12,
)  # fmt: skip


def _sech2(x: float) -> float:
    return 1.0 / math.cosh(x) ** 2 if abs(x) < 350 else 0.0


def _logistic(x: float) -> float:
    small = math.exp(-abs(x))
    return (1.0 if x >= 0 else small) / (1.0 + small)


def _logaddexp(a: float, b: float) -> float:
    return max(a, b) + math.log1p(math.exp(-abs(a - b)))


#: Of math and of cmath.
_SHARED = [
    "acos", "acosh", "asin", "asinh", "atan", "atanh", "cos", "cosh", "exp", "log", "log10", "sin", "sinh", "sqrt",
    "tan", "tanh",
]  # fmt: skip
_REAL_ONLY = [
    "atan2",
    "cbrt",
    "ceil",
    "copysign",
    "degrees",
    "erf",
    "erfc",
    "exp2",
    "expm1",
    "fabs",
    "floor",
    "fmod",
    "fsum",
    "gamma",
    "hypot",
    "lgamma",
    "log1p",
    "log2",
    "radians",
    "remainder",
    "trunc",
]

REAL = Space(
    "real",
    **{name: getattr(math, name) for name in (*_SHARED, *_REAL_ONLY) if hasattr(math, name)},
    pi=math.pi,
    ln2=math.log(2),
    ln10=math.log(10),
    size=abs,
    sign=_sign,
    part=lambda x, part: part,
    divide=divide,
    power=power,
    power_slope=_real_slope,
    digamma=digamma,
    sech2=_sech2,
    logistic=_logistic,
    logaddexp=_logaddexp,
)

# -- complex numbers


def _complex_expm1(z: complex) -> complex:
    z = complex(z)
    half = math.sin(z.imag / 2)
    grown = math.expm1(z.real)
    return complex(grown * math.cos(z.imag) - 2 * half * half, (grown + 1) * math.sin(z.imag))


def _complex_log1p(z: complex) -> complex:
    z = complex(z)
    return complex(
        math.log1p(z.real * (2 + z.real) + z.imag * z.imag) / 2 if abs(z) < 0.5 else math.log(abs(1 + z)),
        math.atan2(z.imag, 1 + z.real),
    )


def _holomorphic(what: str) -> Callable[..., Any]:
    def refuse(*operands: Number) -> Number:
        raise Undefined(f"{what} has no complex derivative")

    return refuse


def _complex_slope(a: Number, b: Number, r: Number) -> Number:
    if a == 0:
        return flat(b.real > 0)
    return r * cmath.log(a)


COMPLEX = Space(
    "complex",
    **{name: getattr(cmath, name) for name in _SHARED},
    pi=math.pi,
    ln2=math.log(2),
    ln10=math.log(10),
    exp2=lambda z: cmath.exp(z * math.log(2)),
    expm1=_complex_expm1,
    log1p=_complex_log1p,
    log2=lambda z: cmath.log(z) / math.log(2),
    degrees=lambda z: z * (180 / math.pi),
    radians=lambda z: z * (math.pi / 180),
    size=abs,
    sign=_holomorphic("the absolute value"),
    part=_holomorphic("a part of a complex number"),
    divide=lambda a, b: a / b,
    power=lambda a, b: a**b,
    power_slope=_complex_slope,
    sech2=lambda z: 1 / cmath.cosh(z) ** 2,
    logistic=lambda z: 1 / (1 + cmath.exp(-z)),
    logaddexp=lambda a, b: a + _complex_log1p(cmath.exp(b - a)),
    hypot=lambda *zs: cmath.sqrt(sum(z * z for z in zs)),
    fsum=sum,
)

# -- symbols


def sympy_module() -> Any:
    """Return sympy, or raise an error that says how to get it."""
    try:
        import sympy
    except ImportError:
        raise MissingExtraError("sympy", "symbolic") from None
    return sympy


def symbolic_space() -> Space:
    """Return the functions of sympy under the names of math."""
    s = sympy_module()
    return Space(
        "symbolic",
        **{
            name: getattr(s, name) for name in (*_SHARED, "atan2", "erf", "erfc", "gamma", "digamma") if name != "log10"
        },
        pi=s.pi,
        ln2=s.log(2),
        ln10=s.log(10),
        log10=lambda x: s.log(x) / s.log(10),
        log2=lambda x: s.log(x) / s.log(2),
        log1p=lambda x: s.log(1 + x),
        exp2=lambda x: 2**x,
        expm1=lambda x: s.exp(x) - 1,
        cbrt=lambda x: s.sign(x) * s.Abs(x) ** s.Rational(1, 3),
        lgamma=s.loggamma,
        degrees=lambda x: x * 180 / s.pi,
        radians=lambda x: x * s.pi / 180,
        size=s.Abs,
        fabs=s.Abs,
        sign=s.sign,
        part=lambda x, part: part,
        divide=lambda a, b: a / s.sympify(b),
        power=lambda a, b: a**b,
        power_slope=lambda a, b, r: r * s.log(a),
        sech2=lambda x: 1 / s.cosh(x) ** 2,
        logistic=lambda x: 1 / (1 + s.exp(-x)),
        logaddexp=lambda a, b: s.log(s.exp(a) + s.exp(b)),
        hypot=lambda *xs: s.sqrt(sum(x**2 for x in xs)),
        fsum=sum,
    )


def is_symbol(value: object) -> bool:
    """Return whether a value is an expression of sympy's.

    Asked of its type: what ``free_symbols`` computes grows with the written length, which can be exponential.

    Examples
    --------
    >>> is_symbol(2.5)
    False
    """
    return hasattr(type(value), "free_symbols")


def space_of(operands: Iterable[Number]) -> Space:
    """Return the functions that numbers need: symbols before complex before real ones.

    Examples
    --------
    >>> space_of([1, 2.5]).title, space_of([1, 2j]).title
    ('real', 'complex')
    """
    space = REAL
    for operand in operands:
        if type(operand) is float:
            continue
        if isinstance(operand, complex):
            space = COMPLEX
        elif is_symbol(operand):
            return symbolic_space()
    return space
