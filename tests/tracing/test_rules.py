"""The table of derivatives: nothing of math and numpy is forgotten, and every rule is right."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from graphdiff_oracles import BINARY, UNARY, derivative, sympy

import graphdiff as gd
from graphdiff.errors import DerivativeError, TraceError
from graphdiff.tracing import composed
from graphdiff.tracing.arrays import PREDICATES
from graphdiff.tracing.function import TELLING
from graphdiff.tracing.rules import MATH, NUMPY, RULES, WITHOUT
from graphdiff.tracing.scalars import apply
from graphdiff.tracing.spaces import digamma

#: Elementwise functions of numpy that are not ufuncs and follow from operations, and what to compute with them.
BY_OPERATIONS: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "sinc": (np.sinc, lambda x: sympy.sin(sympy.pi * x) / (sympy.pi * x)),
    "where": (lambda x: np.where(x > 0, x * x, x), lambda x: x**2),
    "mean": (lambda x: np.mean(x * x), lambda x: x**2),
    "var": (lambda x: np.var(np.append(x, 2.0)), lambda x: (x - 2) ** 2 / 4),
    "dot": (lambda x: np.dot(x, x), lambda x: x**2),
    "cumprod": (lambda x: np.cumprod(np.append(x, x))[-1], lambda x: x**2),
    "polyval": (lambda x: np.polyval([2.0, 1.0, 0.5], x), lambda x: 2 * x**2 + x),
}

LINEAR: list[tuple[str, tuple[Any, ...], tuple[float, ...]]] = [
    ("abs", (-2.0,), (-1,)),
    ("abs", (0.0,), (0,)),
    ("max", (1.0, 2.0), (0, 1)),
    ("max", (2.0, 2.0), (0.5, 0.5)),
    ("max", (2.0, 2.0, 2.0, 1.0), (1 / 3, 1 / 3, 1 / 3, 0)),
    ("min", (1.0, 2.0), (1, 0)),
    ("min", (2.0, 2.0), (0.5, 0.5)),
    ("copysign", (3.0, -2.0), (-1, 0)),
    ("copysign", (-3.0, -2.0), (1, 0)),
    ("floor", (1.5,), (0,)),
    ("ceil", (1.5,), (0,)),
    ("trunc", (-1.5,), (0,)),
    ("trunc", (0.0,), (0,)),
    ("round", (1.4,), (0,)),
    ("round_to", (1.44, 1), (0, 0)),
    ("sign", (-3.0,), (0,)),
    ("heaviside", (2.0, 0.5), (0, 0)),
    ("mod", (7.5, 2.0), (1, -3)),
    ("mod", (-7.5, 2.0), (1, 4)),
    ("fmod", (-7.5, 2.0), (1, 3)),
    ("fmod", (0.0, 2.0), (1, 0)),
    ("math_remainder", (7.5, 2.0), (1, -4)),
    ("floor_divide", (7.5, 2.0), (0, 0)),
    ("conj", (1.5,), (1,)),
    ("real", (1.5,), (1,)),
    ("imag", (1.5,), (0,)),
    ("hypot", (0.0, 0.0), (0, 0)),
]


def gradient(function: Callable[..., Any], *point: Any, **options: Any) -> list[Any]:
    graph = gd.trace(function, *point, **options)
    adjoints = gd.reverse(graph, graph.graph["outputs"][0])
    return [adjoints[name] for name in graph.graph["inputs"]]


def own(op: str) -> Callable[..., Any]:
    """Return the function that applies a rule."""
    return lambda *operands: apply(op, *operands)


class TestNothingIsForgotten:
    def test_every_function_of_math_is_in_one_table(self) -> None:
        for name, function in vars(math).items():
            if callable(function) and not name.startswith("_"):
                tables = [name in table for table in (MATH, composed.FUNCTIONS, TELLING, WITHOUT)]
                assert sum(tables) == 1, name

    def test_every_elementwise_function_of_numpy_is_in_one_table(self) -> None:
        products = {"matmul", "matvec", "vecdot", "vecmat", "divmod"}
        for name in dir(np):
            function = getattr(np, name)
            if isinstance(function, np.ufunc):
                own_name = function.__name__
                tables = [
                    own_name in table
                    for table in (NUMPY, composed.FUNCTIONS.keys() - {"log"}, PREDICATES, WITHOUT, products)
                ]
                assert sum(tables) == 1, name

    def test_every_rule_has_a_test(self) -> None:
        tested = {
            *UNARY,
            *BINARY,
            "neg",
            "copy",
            "fsum",
            "rint",
            "floordiv",
            "remainder",
            *(name for name, *_ in LINEAR),
        }
        assert set(RULES) <= tested


class TestSmoothRules:
    @pytest.mark.parametrize("op", UNARY)
    def test_one_operand(self, op: str) -> None:
        form, points = UNARY[op]
        x = sympy.Symbol("x", real=True)
        for point in points:
            exact = derivative(form(x), x, {x: point})
            assert gradient(own(op), point)[0] == pytest.approx(exact, rel=2e-14, abs=1e-15), point

    @pytest.mark.parametrize("op", BINARY)
    def test_two_operands(self, op: str) -> None:
        form, points = BINARY[op]
        a, b = sympy.symbols("a b", real=True)
        for point in points:
            at = dict(zip((a, b), point, strict=True))
            exact = [derivative(form(a, b), symbol, at) for symbol in (a, b)]
            assert gradient(own(op), *point) == pytest.approx(exact, rel=2e-14, abs=1e-15), point

    @pytest.mark.parametrize("op", [op for op in UNARY if op not in ("gamma", "lgamma", "erf", "erfc", "cbrt")])
    def test_complex_operands(self, op: str) -> None:
        form, _ = UNARY[op]
        z = sympy.Symbol("z")
        point = 0.4 + 0.3j
        exact = complex(sympy.diff(form(z), z).subs(z, sympy.Rational(0.4) + sympy.I * sympy.Rational(0.3)).evalf(30))
        graph = gd.trace(own(op), point)
        assert gradient(own(op), point)[0] == pytest.approx(exact, rel=1e-14)
        value = complex(form(z).subs(z, sympy.Rational(0.4) + sympy.I * sympy.Rational(0.3)).evalf(30))
        assert graph.nodes["out"]["value"] == pytest.approx(value, rel=1e-14)

    @pytest.mark.parametrize("name", [name for name in MATH if name in UNARY])
    def test_the_functions_of_math_take_them(self, name: str) -> None:
        function, point = getattr(math, name), UNARY[name][1][0]
        graph = gd.trace(lambda x: getattr(math, name)(x), point)
        assert graph.nodes["out"]["op"] == name
        assert graph.nodes["out"]["value"] == function(point)

    @pytest.mark.parametrize("name", [name for name, op in NUMPY.items() if op in UNARY and hasattr(np, name)])
    def test_the_functions_of_numpy_take_numbers_arrays_and_arrays_of_objects(self, name: str) -> None:
        op, function = NUMPY[name], getattr(np, name)
        point = UNARY[op][1][0]
        expected = gradient(own(op), point)
        assert gradient(function, point) == expected
        assert gradient(lambda x: function(x)[0], np.array([point])) == expected
        assert gradient(lambda x: function(np.array([x, 0.5], dtype=object)[:1])[0], point) == expected

    @pytest.mark.parametrize("name", [name for name, op in NUMPY.items() if op in BINARY and hasattr(np, name)])
    def test_the_functions_of_numpy_take_two(self, name: str) -> None:
        op, function = NUMPY[name], getattr(np, name)
        point = BINARY[op][1][0]
        expected = gradient(own(op), *point)
        assert gradient(function, *point) == expected
        assert gradient(lambda x, y: function(x, y)[0], np.array([point[0]]), np.array([point[1]])) == expected
        assert gradient(lambda x, y: function(np.array([x]), np.array([y]))[0], *point) == expected
        assert gradient(lambda x: function(x, point[1]), point[0]) == expected[:1]

    def test_the_functions_of_cmath_give_complex_numbers(self) -> None:
        graph = gd.trace(lambda x: cmath.sqrt(x), -4.0)
        assert graph.nodes["out"]["value"] == 2j
        assert gd.reverse(graph, "out")["x"] == 1 / 4j

    @pytest.mark.parametrize("name", BY_OPERATIONS)
    def test_other_functions_of_numpy_follow_from_operations(self, name: str) -> None:
        function, form = BY_OPERATIONS[name]
        x = sympy.Symbol("x", real=True)
        exact = derivative(form(x), x, {x: 0.75})
        assert gradient(lambda x: np.sum(function(x)), np.array([0.75]))[0] == pytest.approx(exact, rel=1e-14)

    def test_digamma_to_50_digits(self) -> None:
        for x in (-7.3, -0.5, 1e-3, 0.5, 1.0, 1.4616, 3.3, 9.99, 10.0, 1e4):
            exact = float(sympy.digamma(sympy.Rational(x)).evalf(50))
            assert digamma(x) == pytest.approx(exact, rel=1e-14, abs=2e-15)


class TestKinksAndJumps:
    @pytest.mark.parametrize("name, point, expected", LINEAR)
    def test_partials(self, name: str, point: tuple[Any, ...], expected: tuple[float, ...]) -> None:
        op = {"round": "rint", "floor_divide": "floordiv", "math_remainder": "remainder"}.get(name, name)
        assert gradient(own(op), *point) == pytest.approx(list(expected))

    def test_the_one_behind_a_heaviside(self) -> None:
        assert gradient(lambda h: np.heaviside(0.0, h), 0.5) == [1]

    @pytest.mark.parametrize(
        "op, point",
        [
            ("floor", 2.0),
            ("ceil", 2.0),
            ("trunc", -2.0),
            ("rint", 2.5),
            ("sign", 0.0),
            ("log", 0.0),
            ("log", -1.0),
            ("sqrt", 0.0),
            ("sqrt", -1.0),
            ("cbrt", 0.0),
            ("reciprocal", 0.0),
            ("asin", 1.0),
            ("asin", 2.0),
            ("acos", -1.0),
            ("acosh", 1.0),
            ("atanh", 1.0),
            ("exp", 1e4),
            ("gamma", 0.0),
            ("gamma", -1.0),
            ("lgamma", -2.0),
            ("log1p", -1.0),
        ],
    )
    def test_points_without_derivative_name_node_and_line(self, op: str, point: float) -> None:
        def function(x: Any) -> Any:
            y = apply(op, x)
            return y * 2

        with pytest.raises(DerivativeError, match=r"y = .* has no (value|derivative) at x = ") as caught:
            gd.trace(function, point)
        line = function.__code__.co_firstlineno + 1
        assert (caught.value.node, caught.value.line) == ("y", line)
        assert f"line {line} of {__file__}" in str(caught.value)

    @pytest.mark.parametrize(
        "op, point",
        [
            ("div", (1, 0)),
            ("div", (1.0, 0.0)),
            ("mod", (4.0, 2.0)),
            ("mod", (4.0, 0.0)),
            ("fmod", (4.0, 2.0)),
            ("remainder", (3.0, 2.0)),
            ("floordiv", (4.0, 2.0)),
            ("copysign", (1.0, 0.0)),
            ("heaviside", (0.0, 0.5)),
            ("pow", (0.0, -1.0)),
            ("pow", (0.0, 0.5)),
            ("pow", (0.0, 0.0)),
            ("pow", (-8.0, 1 / 3)),
            ("pow", (-8.0, 2.0)),
        ],
    )
    def test_pairs_without_derivative(self, op: str, point: tuple[Any, Any]) -> None:
        with pytest.raises(DerivativeError, match=r"has no (value|derivative) at x = "):
            gd.trace(lambda x, y: own(op)(x, y), *point)

    def test_an_exponent_that_is_held_fixed_needs_no_derivative(self) -> None:
        assert gradient(lambda x: x**2, -8) == [-16]
        assert gradient(lambda x: x**0, 0) == [0]
        assert gradient(lambda x: x**1, 0) == [1]
        with pytest.raises(DerivativeError, match="the base must be positive where the exponent varies"):
            gd.trace(lambda x, y: x**y, -8.0, 2.0)

    @pytest.mark.parametrize("op", ["abs", "real", "imag", "conj", "cbrt", "floor", "gamma"])
    def test_what_is_not_holomorphic_has_no_complex_derivative(self, op: str) -> None:
        with pytest.raises(DerivativeError, match="complex"):
            gd.trace(own(op), 1 + 2j)

    @pytest.mark.parametrize("name", [name for name in WITHOUT if hasattr(math, name)])
    def test_what_has_no_derivative_is_refused(self, name: str) -> None:
        with pytest.raises((TraceError, TypeError)):
            gd.trace(lambda x: getattr(math, name)(x) * x, 4)

    @pytest.mark.parametrize("name", ["gcd", "left_shift", "spacing", "invert", "nextafter"])
    def test_of_numpy_too(self, name: str) -> None:
        function = getattr(np, name)
        with pytest.raises(TraceError, match=f"{function.__name__} has no derivative: it "):
            gd.trace(lambda x: function(*[x] * function.nin), 4)
