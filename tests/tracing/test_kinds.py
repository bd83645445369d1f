"""What a traced number is for programs that ask: the branch that runs is the plain one, or `check` says that it is not.

Each function of the tables gives 2·a where the question is answered as for the plain number, and 7·a where it is not.
"""

from __future__ import annotations

import collections
import copy
import functools
import json
import math
import numbers
import operator
from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.tracing.scalars import Traced

Question = Callable[[Any], bool]


def derivative(function: Any, *args: Any) -> Any:
    graph = gd.trace(function, *args)
    return gd.total_influence(graph, graph.graph["inputs"][0], graph.graph["outputs"][0])


def branching(question: Question) -> Callable[[Any], Any]:
    return lambda a: a * 2 if question(a) else a * 7


ANSWERED_AS_FOR_THE_NUMBER: dict[str, tuple[Question, Any]] = {
    "int or float": (lambda a: isinstance(a, (int, float)), 3.0),
    "an int is an int": (lambda a: isinstance(a, int) and not isinstance(a, float), 3),
    "a float is no int": (lambda a: not isinstance(a, int), 3.0),
    "a number": (lambda a: isinstance(a, numbers.Number), 3.0),
    "real": (lambda a: isinstance(a, numbers.Real) and isinstance(a, numbers.Complex), 3.0),
    "integral": (lambda a: isinstance(a, numbers.Integral) and isinstance(a, numbers.Rational), 3),
    "a float is not rational": (lambda a: not isinstance(a, numbers.Rational), 3.0),
    "complex": (lambda a: isinstance(a, complex) and not isinstance(a, float), 3 + 1j),
    "a Fraction": (lambda a: isinstance(a, Fraction) and isinstance(a, numbers.Rational), Fraction(3, 2)),
    "a Decimal": (lambda a: isinstance(a, Decimal), Decimal("1.5")),
    "its class": (lambda a: a.__class__ is float, 3.0),
    "a scalar to numpy": (lambda a: bool(np.isscalar(a)), 3.0),
    "not iterable": (lambda a: not isinstance(a, Iterable) and not np.iterable(a) and not hasattr(a, "__iter__"), 3.0),
    "without length": (lambda a: not hasattr(a, "__len__") and not isinstance(a, collections.abc.Sized), 3.0),
    "without value, unit or shape": (lambda a: not any(hasattr(a, one) for one in ("value", "unit", "shape")), 3.0),
    "no text, bool or array": (lambda a: not isinstance(a, (str, bool, np.ndarray)), 3.0),
    "a float by division": (lambda a: isinstance(a / 2, float) and isinstance(a**-1 * 4, float), 3),
    "no float by division of a Fraction": (lambda a: isinstance(a / 2, Fraction), Fraction(3)),
    "an int by rounding": (lambda a: isinstance(round(a), int) and isinstance(math.floor(a), int), 3.3),
    "a float by rounding to digits": (lambda a: isinstance(round(a, 1), float), 3.33),
    "an int by rounding an int": (lambda a: isinstance(round(a, 1), int), 33),
    "a float of math": (lambda a: isinstance(math.fabs(a), float) and isinstance(math.pow(a, 2), float), 3),
    "numpy's number": (lambda a: isinstance(a, np.floating) and isinstance(a, float), np.float64(3)),
    "numpy's number by arithmetic": (lambda a: isinstance(1 + a * 2, np.float64), np.float64(3)),
    "numpy's function": (lambda a: isinstance(np.sin(a), np.floating), 3.0),
    "numpy's floor": (lambda a: isinstance(np.floor(a), float) and isinstance(np.sign(a), np.floating), 3.3),
    "math's function of numpy's number": (lambda a: not isinstance(math.sin(a), np.generic), np.float64(3)),
    "Python's number": (lambda a: not isinstance(a, np.generic) and not isinstance(a + 1, np.generic), 3.0),
    "numpy's attributes": (lambda a: (a.shape, a.ndim, a.size) == ((), 0, 1) and a.item() == 3, np.float64(3)),
    "whole": (lambda a: a.is_integer() and not (a / 2).is_integer(), 3.0),
    "close": (lambda a: bool(np.isclose(a, 3.0)) and bool(np.allclose([a, 1], [3, 1])), 3.0),
    "not close": (lambda a: not np.isclose(a, 3.1) and not math.isclose(a, 3.1, rel_tol=1e-3), 3.0),
    "equal arrays": (lambda a: np.array_equal([a, 2], np.array([3, 2.0])) and not np.array_equal(a, 4), 3.0),
    "real to numpy": (lambda a: bool(np.isreal(a)) and bool(np.isrealobj(a)), 3.0),
    "complex to numpy": (lambda a: bool(np.iscomplexobj(a)) and bool(np.iscomplex(a)), 3 + 1j),
    "a fraction before it": (lambda a: Fraction(1, 2) < a and Fraction(7, 2) >= a and Fraction(3) == a, 3),
    "a fraction before a float": (lambda a: Fraction(1, 2) < a <= Fraction(3) and Fraction(1, 2) != a, 3.0),
    "found by value": (lambda a: a in [1, 3.0] and {3.0: True}[a] and [0, 3.0].index(a) == 1, 3.0),
}


@pytest.mark.parametrize("name", ANSWERED_AS_FOR_THE_NUMBER)
def test_the_branch_is_that_of_the_plain_number(name: str) -> None:
    question, value = ANSWERED_AS_FOR_THE_NUMBER[name]
    assert question(value)
    assert derivative(branching(question), value) == 2


def test_elements_of_arrays_are_numbers_of_numpy() -> None:
    assert derivative(lambda x: branching(lambda a: isinstance(a, np.floating))(x[0]), np.array([3.0])) == 2
    assert derivative(lambda x: branching(lambda a: isinstance(a, np.integer))(x[0]), np.array([3])) == 2
    assert derivative(lambda x: branching(lambda a: isinstance(np.sum(x), np.float64))(x[0]), np.array([3.0])) == 2
    assert derivative(lambda x: x[0].item() * 2 + x[0].sum() + x[0].mean(), np.array([3.0])) == 4


@functools.singledispatch
def dispatched(x: Any) -> Any:
    return x * 7


@dispatched.register
def _(x: float) -> Any:
    return x * 2


@dispatched.register
def _(x: int) -> Any:
    return x * 3


def matched(x: Any) -> Any:
    match x:
        case int():
            return x * 3
        case float(y):
            return y * 2
        case complex(real=0.0):
            return x * 5
        case _:
            return x * 7


def test_singledispatch_and_match_go_by_the_value() -> None:
    assert [derivative(function, value) for function in (dispatched, matched) for value in (3.0, 3)] == [2, 3, 2, 3]
    assert derivative(matched, Fraction(1, 2)) == 7


class Remembering:
    """Whose method knows 4 for the square of 2."""

    @functools.cache  # noqa: B019
    def squared(self, n: Any) -> Any:
        return n * n

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Remembering)

    def __hash__(self) -> int:
        return 1


Remembering().squared(2.0)


#: What a traced number cannot be told from without being one: the README's table of traps.
TRAPS: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "its type": (branching(lambda a: type(a) is float), (3.0,)),
    "its type among some": (branching(lambda a: type(a) in (int, float)), (3.0,)),
    "a subclass": (branching(lambda a: issubclass(type(a), float)), (3.0,)),
    "the kind of an array": (lambda x: branching(lambda a: x.dtype.kind == "f")(x[0]), (np.array([3.0]),)),
    "a duck": (branching(lambda a: not hasattr(a, "__index__")), (3.0,)),
    "a root of its own": (branching(lambda a: not hasattr(a, "sqrt")), (3.0,)),
    "a tie": (lambda a, b: max(a, b), (2.0, 2.0)),
    "a method that remembers": (lambda a: Remembering().squared(a), (2.0,)),
    "a text of it": (lambda a: float(f"{a}") * a, (3.0,)),
    "a text of it read as another number": (lambda a: Decimal(str(a)) and float(str(a)), (3.0,)),
    "one entry for two equal numbers": (lambda a, b: sum({a, b}), (2.0, 2.0)),
    "a table by value": (lambda a, b: (lambda t: [t.setdefault(v, v * v) for v in (a, b)][1])({}), (2.0, 2.0)),
}  # fmt: skip


@pytest.mark.parametrize("name", TRAPS)
def test_check_reports_a_trap(name: str) -> None:
    function, args = TRAPS[name]
    assert not gd.check(function, *args)


class TestArithmetic:
    def test_fractions_on_the_left(self) -> None:
        def function(a: Any) -> Any:
            return Fraction(1, 2) * a + Fraction(1, 3) / a - (Fraction(2, 3) - a) + Fraction(9, 2) % a

        assert derivative(function, 4) == Fraction(1, 2) - Fraction(1, 48) + 1 - 1
        assert derivative(function, Fraction(4)) == Fraction(1, 2) - Fraction(1, 48) + 1 - 1
        assert derivative(function, 4.0) == pytest.approx(0.5 - 1 / 48)
        assert derivative(lambda a: divmod(Fraction(9, 2), a)[1] + Fraction(3) ** a, 2.0) == pytest.approx(
            -2 + 9 * math.log(3)
        )
        assert (Fraction(1, 2) * 4, Fraction.__mul__(Fraction(1, 2), 4)) == (2, 2)
        assert Fraction.__mul__.__module__ == "fractions"
        assert not hasattr(Fraction.__mul__, "__wrapped__")

    def test_decimals_of_their_own_and_ints(self) -> None:
        assert derivative(lambda a: Decimal("0.5") * a + 3 / a, Decimal(2)) == Decimal("-0.25")
        assert gd.check(lambda a: a * a, Decimal("1.5"))

    def test_operators_sums_and_orders(self) -> None:
        assert derivative(lambda a: functools.reduce(operator.mul, [a, 2.0, a]), 3.0) == 12
        assert derivative(lambda a: sum([a, 2 * a], a) + True * a + (True + True) * a + (a > 2) * a, 3.0) == 8
        assert derivative(lambda a: sorted([a, 1.0, 2 * a], key=lambda v: -v)[0] * a, 3.0) == 12
        assert derivative(lambda a: max(a, 1.0, key=lambda v: -v) + min([a, 9.0]) * a, 3.0) == 6
        assert derivative(lambda a: a * 2 if 1 < a < 6 <= 7 else a * 3, 5.5) == 2

    @pytest.mark.parametrize("value, digits", [(2.675, 2), (1.005, 2), (5.015, 2), (0.285, 2), (26.75, -1), (-2.4, 0)])
    def test_rounding_to_digits_is_pythons(self, value: float, digits: int) -> None:
        graph = gd.trace(lambda a: round(a, digits), value)
        assert graph.nodes["out"]["value"] == round(value, digits)
        assert gd.total_influence(graph, "a", "out") == 0

    def test_between_two_roundings_there_is_no_derivative(self) -> None:
        with pytest.raises(gd.errors.DerivativeError, match="it jumps here"):
            gd.trace(lambda a: round(a, 0), 2.5)

    def test_copies(self) -> None:
        assert derivative(lambda x: (copy.deepcopy(x) * x.copy()).sum(), np.array([2.0])) == 4

    def test_functions_that_remember_know_traced_numbers_apart(self) -> None:
        squared(2.0)
        assert derivative(lambda a: squared(a), 2.0) == 4
        graph = gd.trace(lambda a, b: squared(a) * 3 + squared(b) + squared(n=3.0), 2.0, 2.0)
        assert gd.jacobian(graph).to_dict() == {"out": {"a": 12.0, "b": 4.0}}
        assert type(squared(2.0)) is float
        graph = gd.trace(lambda a: fibonacci(a, 60), 2.0)
        assert gd.total_influence(graph, "a", graph.graph["outputs"][0]) == 1548008755920
        assert len(graph) < 200


@functools.cache
def squared(n: Any) -> Any:
    return n * n


@functools.cache
def fibonacci(a: Any, n: int) -> Any:
    return a * n if n < 2 else fibonacci(a, n - 1) + fibonacci(a, n - 2)


def test_a_trace_of_a_traced_number_is_refused() -> None:
    def outer(a: Any) -> Any:
        return gd.total_influence(gd.trace(lambda b: b * b, a), "b", "out") * a

    with pytest.raises(gd.errors.UsageError, match="there is no input"):
        gd.trace(outer, 2.0)


def test_the_name_of_a_traced_numbers_own_attributes_is_nobodys() -> None:
    assert not [name for name in Traced.__slots__ if not name.startswith("_")]


def test_what_is_printed_and_written_is_the_value() -> None:
    def function(a: Any) -> Any:
        assert f"{a:.1f} {a!s} {'%s' % a}" == "2.5 2.5 2.5"  # noqa: UP031
        assert json.dumps({"a": a}, default=str) == '{"a": "2.5"}'
        return a

    gd.trace(function, 2.5)
