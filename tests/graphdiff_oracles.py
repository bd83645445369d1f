"""What traces are compared with: sympy's derivatives to 50 digits, by a table that shares nothing with the rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

sympy = pytest.importorskip("sympy", reason="the oracle of derivatives")

Number = Any
DIGITS = 50

#: Every smooth function of one operand: its sympy form, and points inside its domain.
UNARY: dict[str, tuple[Callable[[Any], Any], tuple[float, ...]]] = {
    "sin": (sympy.sin, (-2.0, 0.0, 0.3, 5.0)),
    "cos": (sympy.cos, (-2.0, 0.1, 5.0)),
    "tan": (sympy.tan, (-1.2, 0.0, 0.4, 2.0)),
    "asin": (sympy.asin, (-0.999, 0.0, 0.5, 0.999)),
    "acos": (sympy.acos, (-0.999, 0.0, 0.5, 0.999)),
    "atan": (sympy.atan, (-30.0, 0.0, 0.5, 1e5)),
    "sinh": (sympy.sinh, (-3.0, 0.0, 0.5)),
    "cosh": (sympy.cosh, (-3.0, 0.2, 0.5)),
    "tanh": (sympy.tanh, (-15.0, -3.0, 0.0, 0.5, 8.0)),
    "asinh": (sympy.asinh, (-30.0, 0.0, 0.5)),
    "acosh": (sympy.acosh, (1.0001, 2.0, 50.0)),
    "atanh": (sympy.atanh, (-0.99, 0.0, 0.5)),
    "exp": (sympy.exp, (-20.0, 0.0, 3.0)),
    "exp2": (lambda x: 2**x, (-20.0, 0.0, 3.0)),
    "expit": (lambda x: 1 / (1 + sympy.exp(-x)), (-20.0, -0.5, 0.0, 3.0)),
    "expm1": (lambda x: sympy.exp(x) - 1, (-2.0, 1e-9, 3.0)),
    "log": (sympy.log, (1e-9, 0.5, 70.0)),
    "log2": (lambda x: sympy.log(x) / sympy.log(2), (1e-9, 0.5, 70.0)),
    "log10": (lambda x: sympy.log(x) / sympy.log(10), (1e-9, 0.5, 70.0)),
    "log1p": (lambda x: sympy.log(1 + x), (-0.9, 1e-9, 70.0)),
    "sqrt": (sympy.sqrt, (1e-9, 0.5, 70.0)),
    "cbrt": (lambda x: sympy.sign(x) * sympy.Abs(x) ** sympy.Rational(1, 3), (-8.0, 0.5, 70.0)),
    "square": (lambda x: x**2, (-8.0, 0.0, 70.0)),
    "reciprocal": (lambda x: 1 / x, (-8.0, 0.01, 70.0)),
    "erf": (sympy.erf, (-3.0, 0.0, 0.5)),
    "erfc": (sympy.erfc, (-3.0, 0.0, 5.0)),
    "gamma": (sympy.gamma, (-2.5, -0.3, 0.2, 3.7, 20.0)),
    "lgamma": (lambda x: sympy.log(sympy.Abs(sympy.gamma(x))), (0.2, 3.7, 200.0)),
    "degrees": (lambda x: x * 180 / sympy.pi, (-3.0, 0.5)),
    "radians": (lambda x: x * sympy.pi / 180, (-3.0, 0.5)),
}

#: Every smooth function of two operands, and pairs of points.
BINARY: dict[str, tuple[Callable[[Any, Any], Any], tuple[tuple[float, float], ...]]] = {
    "add": (lambda a, b: a + b, ((1.5, -2.0),)),
    "sub": (lambda a, b: a - b, ((1.5, -2.0),)),
    "mul": (lambda a, b: a * b, ((1.5, -2.0), (0.0, 3.0))),
    "div": (lambda a, b: a / b, ((1.5, -2.0), (0.0, 3.0))),
    "pow": (lambda a, b: a**b, ((1.5, -2.5), (0.2, 3.0), (7.0, 0.0))),
    "atan2": (sympy.atan2, ((1.5, -2.0), (-1.0, 0.5), (0.0, 2.0))),
    "hypot": (lambda a, b: sympy.sqrt(a**2 + b**2), ((3.0, 4.0), (-1e-3, 2.0))),
    "logaddexp": (lambda a, b: sympy.log(sympy.exp(a) + sympy.exp(b)), ((1.5, -2.0), (30.0, -20.0))),
    "logaddexp2": (lambda a, b: sympy.log(2**a + 2**b) / sympy.log(2), ((1.5, -2.0), (30.0, -20.0))),
}


def derivative(form: Any, symbol: Any, point: dict[Any, float]) -> float:
    """Return the derivative at a point, from 50 digits."""
    exact = {name: sympy.Rational(value) for name, value in point.items()}
    return float(sympy.diff(form, symbol).subs(exact).evalf(DIGITS))
