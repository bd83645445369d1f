"""The numbers that weights may be, each function beside what Python's own numbers say."""

from __future__ import annotations

import math
import operator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphdiff import arithmetic
from graphdiff.arithmetic import Dyadic
from graphdiff.errors import WeightError

FINITE = st.floats(allow_nan=False, allow_infinity=False)
INTS = st.integers(-(2**80), 2**80)


def of(number: float | Fraction) -> Dyadic:
    return Dyadic.of(number)  # type: ignore[arg-type]


# -- dyadics


@given(FINITE | INTS, FINITE | INTS)
def test_dyadics_add_multiply_and_compare_as_the_fractions_that_they_are(left: float, right: float) -> None:
    for combine in (operator.add, operator.mul):
        made = combine(of(left), of(right))
        assert type(made) is Dyadic
        assert made.fraction() == combine(Fraction(left), Fraction(right))
    assert (of(left) < of(right)) == (left < right)
    assert (of(left) == of(right)) == (left == right)
    assert abs(of(left)).fraction() == abs(Fraction(left))
    assert bool(of(left)) == bool(left)


@given(FINITE, INTS, st.fractions())
def test_dyadics_beside_ints_stay_so_and_beside_fractions_are_such(number: float, whole: int, part: Fraction) -> None:
    for made, expected in [
        (of(number) + whole, Fraction(number) + whole),
        (whole + of(number), Fraction(number) + whole),
        (of(number) * whole, Fraction(number) * whole),
        (whole * of(number), Fraction(number) * whole),
    ]:
        assert type(made) is Dyadic
        assert made == expected
    for made, expected in [
        (of(number) + part, Fraction(number) + part),
        (part + of(number), Fraction(number) + part),
        (of(number) * part, Fraction(number) * part),
        (part * of(number), Fraction(number) * part),
    ]:
        assert type(made) is Fraction
        assert made == expected
    assert (of(number) < whole) == (Fraction(number) < whole)
    assert of(0.5) < Fraction(2, 3)


@pytest.mark.parametrize("other", ["a", None, 1j, [1], Decimal(1)])
def test_dyadics_do_not_mix_with_all_else(other: Any) -> None:
    for combine in (operator.add, operator.mul):
        with pytest.raises(TypeError, match=r"unsupported operand|can't multiply"):
            combine(of(0.5), other)


def test_a_dyadic_has_no_hash_and_few_attributes() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(of(1))
    assert (of(0.75).mantissa, of(0.75).exponent) == (3, -2)
    assert (of(6).mantissa, of(6).exponent) == (6, 0)
    assert Dyadic(3, 4).fraction() == 48
    assert Dyadic(3, 0).fraction() == 3
    assert Dyadic(3, -1).fraction() == Fraction(3, 2)


# -- what is a number


class Symbol:
    """What adds and multiplies."""

    def __add__(self, other: Any) -> Any: ...

    def __mul__(self, other: Any) -> Any: ...


class OnlyAdds:
    def __add__(self, other: Any) -> Any: ...


class OnlyMultiplies:
    def __mul__(self, other: Any) -> Any: ...


@pytest.mark.parametrize(
    "value, expected",
    [
        *((number, True) for number in (1, 1.5, Fraction(1), Decimal(1), 1j, True, np.int8(1), np.float32(1))),
        *((number, True) for number in (np.complex64(1), np.bool_(True), Symbol())),
        *((value, False) for value in ("1", b"1", None, [1], (1,), {}, object(), OnlyAdds(), OnlyMultiplies())),
    ],
)
def test_what_adds_and_multiplies_and_has_no_length_is_a_number(value: Any, expected: bool) -> None:
    assert arithmetic.is_number(value) is expected


class NotFinite(Symbol):
    is_finite = False


class PerhapsFinite(Symbol):
    is_finite = None


@pytest.mark.parametrize(
    "value, expected",
    [
        *((number, True) for number in (0, 10**400, True, 1.5, -0.0, 1e308, 1 + 1j, Decimal("1e9999"), Fraction(1, 3))),
        *((number, False) for number in (math.inf, -math.inf, math.nan, complex(0, math.inf), complex(math.nan, 0))),
        *((number, False) for number in (Decimal("inf"), Decimal("nan"), Decimal("snan"), np.float64("nan"))),
        *((number, False) for number in (np.float32("nan"), np.complex128(complex(math.nan, 1)))),
        (np.float64(1), True), (np.int64(1), True), (Symbol(), True), (NotFinite(), False), (PerhapsFinite(), True),
    ],
)  # fmt: skip
def test_finite_is_what_is_neither_nan_nor_infinite(value: Any, expected: bool) -> None:
    assert arithmetic.is_finite(value) is expected


@pytest.mark.parametrize(
    "given, expected",
    [
        (1, 1), (1.5, 1.5), (True, 1), (np.bool_(True), 1), (np.int8(3), 3), (np.uint64(2**63), 2**63),
        (np.float32(0.5), 0.5),
        (np.float64(0.1), 0.1), (np.complex64(1 + 2j), 1 + 2j), (Fraction(1, 2), Fraction(1, 2)), (Decimal(2),
        Decimal(2)), (1j, 1j),
    ],
)  # fmt: skip
def test_plain_numbers_are_of_python(given: Any, expected: Any) -> None:
    made = arithmetic.plain(given)
    assert (made, type(made)) == (expected, type(expected))


# -- one kind for all


def kind_of(weights: Any) -> str:
    """Return the dtype of an array, of a list the types in it."""
    if isinstance(weights, np.ndarray):
        return str(weights.dtype)
    return ", ".join(sorted({type(weight).__name__ for weight in weights}))


@pytest.mark.parametrize(
    "values, kind",
    [
        ([1.5, 2.0], "float64"), ([], "float64"), ([1, 2], "int64"), ([1, -(2**63)], "int64"), ([2**63 - 1], "int64"),
        ([1, 2**63], "int"), ([1, -(2**63) - 1], "int"), ([1, 0.5], "float64"), ([2**53, 0.5], "float64"),
        ([-(2**53), 0.5], "float64"), ([0.5, Fraction(1, 3)], "float64"), ([0.5, Decimal("0.1")], "float64"),
        ([True, False], "int64"), ([np.int8(1), 2], "int64"), ([np.float32(1), 2], "float64"), ([np.bool_(True),
        0.5], "float64"),
        ([1, Fraction(1, 3)], "Fraction"), ([1, Decimal("0.1")], "Decimal"), ([1, 1j], "complex"),
        ([1.5, 1j], "complex"),
        ([np.complex64(1), 1.5], "complex"),
        ([1, 1.5, 1j], "complex"), ([1, Symbol()], "Symbol, int"), ([Fraction(1), 1j], "Fraction, complex"),
    ],
)  # fmt: skip
def test_weights_of_several_kinds_are_of_the_one_that_holds_them_all(values: list[Any], kind: str) -> None:
    made = arithmetic.unify(values)
    assert kind_of(made) == kind
    for value, was in zip(made, values, strict=True):
        assert isinstance(was, Symbol) or complex(value) == complex(was)


@pytest.mark.parametrize(
    "values, error, told",
    [
        ([2**53 + 1, 0.5], OverflowError, r"^the int 9,007,199,254,740,993 beside floats is above 2\*\*53 and would"),
        ([0.5, -(2**53) - 1], OverflowError, r"^the int -9,007,199,254,740,993 beside floats is above 2\*\*53"),
        ([0.5, Fraction(10) ** 400], OverflowError, r"^Fraction of many digits is beyond the floats that it"),
        ([Decimal(1),
        Fraction(1)], WeightError, r"^Decimal and Fraction do not mix in one sum; choose one kind"),
        ([Decimal(1), 1j, Fraction(1)], WeightError, r"^Decimal and Fraction, complex do not mix in one sum"),
        ([Decimal(1), 1, 1j], WeightError, r"^Decimal and complex do not mix in one sum"),
    ],
)  # fmt: skip
def test_kinds_that_do_not_mix_are_refused(values: list[Any], error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told):
        arithmetic.unify(values)


def test_a_sum_of_one_kind_is_required_of_decimals_only() -> None:
    for values in ([Decimal(1)], [Decimal(1), 2], [Fraction(1), 1j], [1], []):
        arithmetic.require_one_sum(values)


# -- exact numbers


def test_exact_weights_are_the_numbers_that_they_were() -> None:
    floats = arithmetic.exactly(np.array([0.1, -2.5]))
    assert kind_of(floats) == "Dyadic"
    assert arithmetic.all_finished(floats) == [Fraction(0.1), Fraction(-5, 2)]
    ints = np.array([1, 2])
    assert arithmetic.exactly(ints) is ints
    large = [1, 2**70]
    assert arithmetic.exactly(large) is large
    assert arithmetic.exactly([1, Fraction(1, 3), Decimal("0.1")]) == [1, Fraction(1, 3), Fraction(1, 10)]
    assert kind_of(arithmetic.exactly([1, Decimal("0.1")])) == "Fraction"
    assert kind_of(arithmetic.exactly([True, 1])) == "Fraction"
    for wrong, name in ((1j, "complex"), (Symbol(), "Symbol"), (0.5, "float")):
        with pytest.raises(WeightError, match=f"^exact=True needs real numbers, not {name}$"):
            arithmetic.exactly([1, wrong])


@pytest.mark.parametrize(
    "weights, divides",
    [
        (np.array([1.5]), True), (np.array([1]), False), ([Fraction(1)], True), ([Decimal(1), 1j], True),
        ([Fraction(1), 1], False),
        ([Dyadic(1, 0)], False), ([], True),
    ],
)  # fmt: skip
def test_weights_divide_as_they_are_or_as_fractions(weights: Any, divides: bool) -> None:
    assert arithmetic.are_divisible(weights) is divides
    made = arithmetic.as_fractions(weights)
    assert made == arithmetic.all_finished(weights)
    assert not any(isinstance(weight, (int, Dyadic)) for weight in made)


# -- sums and lists


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(-9, 9))), st.sampled_from(["f8", "i8", "list"]))
def test_numbers_of_one_place_are_added_in_the_order_of_places(pairs: list[tuple[int, int]], kind: str) -> None:
    places = np.array([place for place, _ in pairs], dtype=np.int64)
    numbers: Any = [number for _, number in pairs]
    once, sums = arithmetic.added_at(places, numbers if kind == "list" else np.array(numbers, dtype=kind))
    expected: dict[int, int] = {}
    for place, number in pairs:
        expected[place] = expected.get(place, 0) + number
    # What is in order stays as it is: its places repeat nothing.
    assert once.tolist() == list(expected)
    assert list(sums) == list(expected.values())
    assert arithmetic.added(pairs) == expected
    assert list(arithmetic.added(pairs)) == list(expected)


def test_floats_that_are_added_at_their_places_are_an_array() -> None:
    once, sums = arithmetic.added_at(np.array([7, 5, 7]), np.array([0.5, 1.0, 2.0]))
    assert (once.tolist(), kind_of(sums), list(sums)) == ([7, 5], "float64", [2.5, 1.0])
    once, whole = arithmetic.added_at(np.array([7, 5, 7]), np.array([1, 2, 3]))
    assert (str(once.dtype), whole) == ("int64", [4, 2])
    places, numbers = np.array([5, 7]), [1, 2]
    assert arithmetic.added_at(places, numbers)[0] is places
    assert arithmetic.added_at(np.array([5, 5]), [1, 2])[1] == [3]


def test_weights_are_equal_as_numbers() -> None:
    assert arithmetic.equal(np.array([1.0, 2.0]), np.array([1, 2]))
    assert not arithmetic.equal(np.array([1.0, 2.0]), np.array([1.0]))
    assert arithmetic.equal(np.array([0.5]), [Dyadic(1, -1)])
    assert arithmetic.equal([Dyadic(1, -1)], [Fraction(1, 2)])
    assert not arithmetic.equal([1, 2], [1])
    assert not arithmetic.equal([1], np.array([2]))


def test_lists_of_weights_are_of_python_numbers() -> None:
    assert arithmetic.in_floats(np.array([1.0]))
    assert not arithmetic.in_floats(np.array([1]))
    assert not arithmetic.in_floats([1.0])
    given = [Dyadic(1, -1), 2]
    assert arithmetic.listed(given) is given
    assert arithmetic.all_finished(given) == [Fraction(1, 2), 2]
    assert type(arithmetic.all_finished(given)[0]) is Fraction
    assert [type(number) for number in arithmetic.listed(np.array([1, 2]))] == [int, int]
    assert arithmetic.taken([1, 2, 3], np.array([2, 0])) == [3, 1]
    assert arithmetic.taken(np.array([1, 2, 3]), np.array([2, 0])).tolist() == [3, 1]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "values, kind",
    [
        ([1.5], "float64"), ([1, 2], "int64"), ([2**63 - 1, -(2**63)], "int64"), ([2**63], "object"),
        ([-(2**63) - 1], "object"),
        ([1, 1.5], "object"), ([np.float32(1), 2.0], "float64"), ([np.int8(1)], "int64"), ([Dyadic(1, -1)], "object"),
        ([], "object"), ([True], "object"), ([1j], "object"), ([np.bool_(True)], "int64"),
    ],
)  # fmt: skip
def test_finished_numbers_are_an_array_of_the_kind_that_holds_them(values: list[Any], kind: str) -> None:
    made = arithmetic.as_array(values)
    assert str(made.dtype) == kind
    assert made.tolist() == [arithmetic.finished(value) for value in values]
    assert not any(isinstance(value, Dyadic) for value in made.tolist())
    assert arithmetic.as_array(made) is made


# -- sizes


@pytest.mark.parametrize(
    "number, expected",
    [
        (-2, 2), (-0.5, 0.5), (Fraction(-1, 3), Fraction(1, 3)), (3 + 4j, 5.0), (5e-324 + 5e-324j, 1e-323), (0j, 0.0),
        (5e-324j, 5e-324), (complex(5e-324, 0), 5e-324), (-5e-324, 5e-324),
        (complex(arithmetic.SMALLEST_NORMAL, arithmetic.SMALLEST_NORMAL), abs(complex(2.0**-1022, 2.0**-1022))),
    ],
)  # fmt: skip
def test_a_size_is_no_less_than_the_number(number: Any, expected: Any) -> None:
    assert arithmetic.size(number) == expected
    assert type(arithmetic.size(number)) is type(expected)


@pytest.mark.parametrize(
    "weights, have, are",
    [
        (np.array([0.5, 2.0]), True, True), (np.array([0.0]), True, True), (np.array([-0.5, 1.0]), True, False),
        ([Fraction(1, 2), 2], True, True), ([Fraction(1), Fraction(0)], True, False), ([Decimal(1)], True, False),
        ([], True, False),
        ([Dyadic(1, 0)], True, False), ([1j], True, False), ([Symbol()], False, False), ([1, Symbol()], False, False),
    ],
)  # fmt: skip
def test_which_weights_have_sizes_and_which_are_their_own(weights: Any, have: bool, are: bool) -> None:
    assert arithmetic.have_sizes(weights) is have
    assert arithmetic.are_sizes(weights) is are


@pytest.mark.parametrize(
    "weights, one",
    [
        (np.array([0.5]), 1.0), (np.array([1]), 1), ([Fraction(1, 3)], Fraction(1)), ([Decimal(2)], Decimal(1)),
        ([1j, 2j], 1 + 0j),
        ([Fraction(1), 1], 1), ([2**70], 1), ([Dyadic(1, 0)], 1), ([], 1), ([Symbol()], 1),
    ],
)  # fmt: skip
def test_one_and_zero_are_of_the_kind_that_all_weights_are(weights: Any, one: Any) -> None:
    made = arithmetic.one_and_zero(weights)
    assert made == (one, 0)
    assert [type(number) for number in made] == [type(one)] * 2


@pytest.mark.parametrize(
    "number, expected",
    [(0.5, "0.5"), (3, "3"), (Fraction(1, 4), "0.25"), (Fraction(10) ** 400, "1e400"), (Decimal(2), "2")],
)
def test_a_decimal_has_room(number: Any, expected: str) -> None:
    assert arithmetic.wide(number) == Decimal(expected)
    assert type(arithmetic.wide(number)) is Decimal


@pytest.mark.parametrize(
    "number, expected", [(6, 3), (3, Fraction(3, 2)), (-3, Fraction(-3, 2)), (0.5, 0.25), (1j, 0.5j), (0, 0)]
)
def test_half_of_a_number_is_of_its_kind(number: Any, expected: Any) -> None:
    assert arithmetic.half(number) == expected
    assert type(arithmetic.half(number)) is type(expected)
