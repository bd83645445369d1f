"""The table of derivatives: one line a rule, its name, how it is written, its value, its partials.

`m` is the space of the operands (`graphdiff.tracing.spaces`); a partial is told the operands and the result `r`. A
kink has the subgradient in the middle: 0 for ``abs`` at 0, equal parts for ``max`` and ``min`` at a tie. A step such
as ``floor`` has the derivative 0 and, where it jumps, none. Where a partial cannot be computed, there is none.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from graphdiff.arithmetic import Number
from graphdiff.errors import UsageError
from graphdiff.tracing.spaces import Space, flat

__all__ = ["MATH", "NUMPY", "RULES", "WITHOUT", "Rule", "user_rules"]


@dataclass(frozen=True, slots=True)
class Rule:
    """How an operation is computed and derived.

    Attributes
    ----------
    text : str
        The operation written out, ``{}`` for each operand; ``{}`` once for all of them where there are any number.
    value : callable
        ``(m, *operands) -> number``.
    partials : tuple of callables
        One an operand, ``(m, *operands, r) -> number``. Of a rule for any number of operands only one, for all of
        them at once: ``(m, operands, r) -> numbers``.
    is_linear : bool
        Whether it is linear between kinks and jumps, so that its symbolic form is that of the side it is on.
    is_variadic : bool
        Whether it takes any number of operands.
    """

    text: str
    value: Callable[..., Number]
    partials: tuple[Callable[..., Any], ...]
    is_linear: bool = False
    is_variadic: bool = False

    def derive(self, m: Space, operands: Sequence[Number], r: Number, fixed: Sequence[bool]) -> tuple[Number, ...]:
        """Return the partials by the operands, 0 by those that are held fixed."""
        if self.is_variadic:
            partials = self.partials[0](m, operands, r)
            return tuple([0 if held else partial for partial, held in zip(partials, fixed, strict=True)])
        if len(fixed) == 2:  # nearly all
            (by_a, by_b), (a_is_held, b_is_held) = self.partials, fixed
            a, b = operands
            return (0 if a_is_held else by_a(m, a, b, r), 0 if b_is_held else by_b(m, a, b, r))
        return tuple([0 if held else by(m, *operands, r) for by, held in zip(self.partials, fixed, strict=True)])


def _smooth(text: str, value: Callable[..., Number], *partials: Callable[..., Number]) -> Rule:
    return Rule(text, value, partials)


def _linear(text: str, value: Callable[..., Number], *partials: Callable[..., Number]) -> Rule:
    return Rule(text, value, partials, is_linear=True)


def _any(
    text: str, value: Callable[..., Number], partials: Callable[..., list[Number]], *, is_linear: bool = False
) -> Rule:
    return Rule(text, value, (partials,), is_linear, is_variadic=True)


def _parts(xs: Sequence[Number], r: Number) -> list[Number]:
    """Return the parts of those that are the largest, or the smallest: equal parts at a tie."""
    tied = sum(x == r for x in xs)
    part = Fraction(1, tied) if tied > 1 else 1
    return [part if x == r else 0 for x in xs]


def _power_partial(m: Space, a: Number, b: Number, r: Number) -> Number:
    return 0 if b == 0 else b * m.power(a, b - 1)


def _is_half(x: Number, digits: int) -> bool:
    """Return whether a number lies just between two that are rounded to some digits."""
    return 2 * (Fraction(x) * Fraction(10) ** digits % 1) == 1


# fmt: off
RULES: dict[str, Rule] = {
    "add": _smooth("{} + {}", lambda m, a, b: a + b, lambda m, a, b, r: 1, lambda m, a, b, r: 1),
    "sub": _smooth("{} - {}", lambda m, a, b: a - b, lambda m, a, b, r: 1, lambda m, a, b, r: -1),
    "mul": _smooth("{} * {}", lambda m, a, b: a * b, lambda m, a, b, r: b, lambda m, a, b, r: a),
    "div": _smooth("{} / {}", lambda m, a, b: m.divide(a, b), lambda m, a, b, r: m.divide(1, b), lambda m, a, b, r: m.divide(-r, b)),
    "pow": _smooth("{} ** {}", lambda m, a, b: m.power(a, b), _power_partial, lambda m, a, b, r: m.power_slope(a, b, r)),
    "neg": _smooth("-{}", lambda m, x: -x, lambda m, x, r: -1),
    "copy": _smooth("{}", lambda m, x: x, lambda m, x, r: 1),
    "square": _smooth("square({})", lambda m, x: x * x, lambda m, x, r: 2 * x),
    "reciprocal": _smooth("reciprocal({})", lambda m, x: m.divide(1, x), lambda m, x, r: -r * r),
    "sqrt": _smooth("sqrt({})", lambda m, x: m.sqrt(x), lambda m, x, r: 1 / (2 * r)),
    "cbrt": _smooth("cbrt({})", lambda m, x: m.cbrt(x), lambda m, x, r: 1 / (3 * r * r)),
    "hypot": _any("hypot({})", lambda m, *xs: m.hypot(*xs), lambda m, xs, r: [x / r if r else 0 for x in xs]),
    "fsum": _any("fsum({})", lambda m, *xs: m.fsum(xs), lambda m, xs, r: [1] * len(xs)),
    "exp": _smooth("exp({})", lambda m, x: m.exp(x), lambda m, x, r: r),
    "exp2": _smooth("exp2({})", lambda m, x: m.exp2(x), lambda m, x, r: r * m.ln2),
    "expm1": _smooth("expm1({})", lambda m, x: m.expm1(x), lambda m, x, r: m.exp(x)),
    "log": _smooth("log({})", lambda m, x: m.log(x), lambda m, x, r: 1 / x),
    "log2": _smooth("log2({})", lambda m, x: m.log2(x), lambda m, x, r: 1 / (x * m.ln2)),
    "log10": _smooth("log10({})", lambda m, x: m.log10(x), lambda m, x, r: 1 / (x * m.ln10)),
    "log1p": _smooth("log1p({})", lambda m, x: m.log1p(x), lambda m, x, r: 1 / (1 + x)),
    "expit": _smooth("expit({})", lambda m, x: m.logistic(x), lambda m, x, r: r * m.logistic(-x)),
    "logaddexp": _smooth("logaddexp({}, {})", lambda m, a, b: m.logaddexp(a, b), lambda m, a, b, r: m.logistic(a - b), lambda m, a, b, r: m.logistic(b - a)),
    "logaddexp2": _smooth("logaddexp2({}, {})", lambda m, a, b: m.logaddexp(a * m.ln2, b * m.ln2) / m.ln2, lambda m, a, b, r: m.logistic((a - b) * m.ln2), lambda m, a, b, r: m.logistic((b - a) * m.ln2)),
    "sin": _smooth("sin({})", lambda m, x: m.sin(x), lambda m, x, r: m.cos(x)),
    "cos": _smooth("cos({})", lambda m, x: m.cos(x), lambda m, x, r: -m.sin(x)),
    "tan": _smooth("tan({})", lambda m, x: m.tan(x), lambda m, x, r: 1 + r * r),
    "asin": _smooth("asin({})", lambda m, x: m.asin(x), lambda m, x, r: 1 / m.sqrt((1 - x) * (1 + x))),
    "acos": _smooth("acos({})", lambda m, x: m.acos(x), lambda m, x, r: -1 / m.sqrt((1 - x) * (1 + x))),
    "atan": _smooth("atan({})", lambda m, x: m.atan(x), lambda m, x, r: 1 / (1 + x * x)),
    "atan2": _smooth("atan2({}, {})", lambda m, y, x: m.atan2(y, x), lambda m, y, x, r: x / (x * x + y * y), lambda m, y, x, r: -y / (x * x + y * y)),
    "sinh": _smooth("sinh({})", lambda m, x: m.sinh(x), lambda m, x, r: m.cosh(x)),
    "cosh": _smooth("cosh({})", lambda m, x: m.cosh(x), lambda m, x, r: m.sinh(x)),
    "tanh": _smooth("tanh({})", lambda m, x: m.tanh(x), lambda m, x, r: m.sech2(x)),
    "asinh": _smooth("asinh({})", lambda m, x: m.asinh(x), lambda m, x, r: 1 / m.sqrt(1 + x * x)),
    "acosh": _smooth("acosh({})", lambda m, x: m.acosh(x), lambda m, x, r: 1 / (m.sqrt(x - 1) * m.sqrt(x + 1))),
    "atanh": _smooth("atanh({})", lambda m, x: m.atanh(x), lambda m, x, r: 1 / ((1 - x) * (1 + x))),
    "degrees": _smooth("degrees({})", lambda m, x: m.degrees(x), lambda m, x, r: 180 / m.pi),
    "radians": _smooth("radians({})", lambda m, x: m.radians(x), lambda m, x, r: m.pi / 180),
    "erf": _smooth("erf({})", lambda m, x: m.erf(x), lambda m, x, r: 2 * m.exp(-x * x) / m.sqrt(m.pi)),
    "erfc": _smooth("erfc({})", lambda m, x: m.erfc(x), lambda m, x, r: -2 * m.exp(-x * x) / m.sqrt(m.pi)),
    "gamma": _smooth("gamma({})", lambda m, x: m.gamma(x), lambda m, x, r: r * m.digamma(x)),
    "lgamma": _smooth("lgamma({})", lambda m, x: m.lgamma(x), lambda m, x, r: m.digamma(x)),
    # linear between kinks: the subgradient in the middle
    "abs": _linear("abs({})", lambda m, x: m.size(x), lambda m, x, r: m.sign(x)),
    "max": _any("max({})", lambda m, *xs: max(xs), lambda m, xs, r: _parts(xs, r), is_linear=True),
    "min": _any("min({})", lambda m, *xs: min(xs), lambda m, xs, r: _parts(xs, r), is_linear=True),
    # linear between jumps: no derivative at one
    "copysign": _linear("copysign({}, {})", lambda m, a, b: m.copysign(a, b), lambda m, a, b, r: m.sign(a) * m.sign(b) + flat(b != 0 or a == 0), lambda m, a, b, r: flat(b != 0 or a == 0)),
    "floor": _linear("floor({})", lambda m, x: m.floor(x), lambda m, x, r: flat(x != r)),
    "ceil": _linear("ceil({})", lambda m, x: m.ceil(x), lambda m, x, r: flat(x != r)),
    "trunc": _linear("trunc({})", lambda m, x: m.trunc(x), lambda m, x, r: flat(x != r or x == 0)),
    "rint": _linear("round({})", lambda m, x: round(x), lambda m, x, r: flat(2 * abs(x - r) != 1)),
    "round_to": _linear("round({}, {})", lambda m, x, digits: round(x, digits), lambda m, x, digits, r: flat(not _is_half(x, digits)), lambda m, x, digits, r: 0),
    "sign": _linear("sign({})", lambda m, x: m.sign(x), lambda m, x, r: flat(x != 0)),
    "heaviside": _linear("heaviside({}, {})", lambda m, x, h: h if x == 0 else (x > 0) + 0, lambda m, x, h, r: flat(x != 0), lambda m, x, h, r: (x == 0) + 0),
    "floordiv": _linear("{} // {}", lambda m, a, b: a // b, lambda m, a, b, r: flat(a % b != 0), lambda m, a, b, r: flat(a % b != 0)),
    "mod": _linear("{} % {}", lambda m, a, b: a % b, lambda m, a, b, r: 1 + flat(r != 0), lambda m, a, b, r: flat(r != 0) - a // b),
    "fmod": _linear("fmod({}, {})", lambda m, a, b: m.fmod(a, b), lambda m, a, b, r: 1 + flat(r != 0 or a == 0), lambda m, a, b, r: flat(r != 0 or a == 0) - m.trunc(a / b)),
    "remainder": _linear("remainder({}, {})", lambda m, a, b: m.remainder(a, b), lambda m, a, b, r: 1 + flat(2 * abs(r) != abs(b)), lambda m, a, b, r: flat(2 * abs(r) != abs(b)) - round((a - r) / b)),
    # parts of complex numbers: of real ones only
    "conj": _smooth("conj({})", lambda m, x: x.conjugate(), lambda m, x, r: m.part(x, 1)),
    "real": _smooth("real({})", lambda m, x: x.real, lambda m, x, r: m.part(x, 1)),
    "imag": _smooth("imag({})", lambda m, x: x.imag, lambda m, x, r: m.part(x, 0)),
}
# fmt: on

_SAME = (
    "acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh degrees erf erfc exp exp2 expm1 floor fmod "
    "gamma hypot lgamma log10 log1p log2 pow radians remainder sin sinh sqrt tan tanh trunc"
)

#: The rule of each function of math that is one (those of `graphdiff.tracing.composed` are made of several).
MATH: dict[str, str] = {name: name for name in _SAME.split() if hasattr(math, name)} | {"fabs": "abs"}

#: The rule of each of numpy's elementwise functions that is one.
NUMPY: dict[str, str] = {
    **{name: op for name, op in MATH.items() if name not in ("erf", "erfc", "gamma", "lgamma", "remainder")},
    **{
        name: name
        for name in [
            "add",
            "log",
            "heaviside",
            "logaddexp",
            "logaddexp2",
            "reciprocal",
            "rint",
            "sign",
            "square",
            "cbrt",
            "exp2",
        ]
    },
    **{f"arc{name[1:]}": name for name in ("acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh")},
    "absolute": "abs",
    "conjugate": "conj",
    "deg2rad": "radians",
    "divide": "div",
    "float_power": "pow",
    "floor_divide": "floordiv",
    "fmax": "max",
    "fmin": "min",
    "maximum": "max",
    "minimum": "min",
    "multiply": "mul",
    "negative": "neg",
    "positive": "copy",
    "power": "pow",
    "rad2deg": "degrees",
    "remainder": "mod",
    "subtract": "sub",
}

#: The rules of operators, whose names no rule of a user's may have.
OPERATORS = ("add", "sub", "mul", "div", "pow", "neg", "copy", "floordiv", "mod")

#: What is no function of real numbers with a derivative, in math and among numpy's elementwise functions, and why.
WITHOUT: dict[str, str] = {
    **dict.fromkeys(["comb", "factorial", "gcd", "isqrt", "lcm", "perm"], "it is one of whole numbers"),
    **dict.fromkeys(["nextafter", "spacing", "ulp"], "it tells of floats, not of numbers"),
    **dict.fromkeys(
        [
            "bitwise_and",
            "bitwise_count",
            "bitwise_invert",
            "bitwise_left_shift",
            "bitwise_not",
            "bitwise_or",
            "bitwise_right_shift",
            "bitwise_xor",
            "invert",
            "left_shift",
            "right_shift",
        ],
        "it is one of bits",
    ),
    **dict.fromkeys(["isnat", "datetime_as_string"], "it is one of dates"),
    "i0": "its derivative, the Bessel function of order 1, is not there",
}


def user_rules(given: Mapping[str, Sequence[Callable[..., Number]]]) -> dict[str, Rule]:
    """Return a user's table ``{name: (function, partial by the first operand, by the second, …)}`` as rules.

    Raises
    ------
    UsageError
        If a row has another form, or the name of an operator.
    """
    for name, row in given.items():
        if name in OPERATORS:
            raise UsageError(f"rules: {name!r} is the name of an operator; choose another")
        if not isinstance(row, Sequence) or len(row) < 2 or not all(map(callable, row)):
            raise UsageError(f"rules[{name!r}]: a tuple of a function and its partials is needed, one for each operand")
    return {name: _user_rule(name, *row) for name, row in given.items()}


def _user_rule(name: str, value: Callable[..., Any], *partials: Callable[..., Any]) -> Rule:
    return Rule(
        f"{name}({', '.join(['{}'] * len(partials))})",
        lambda m, *operands: value(*operands),
        tuple([_without_space(partial) for partial in partials]),
    )


def _without_space(partial: Callable[..., Number]) -> Callable[..., Number]:
    return lambda m, *operands_and_result: partial(*operands_and_result[:-1])
