"""The numbers that weights may be: one kind for all edges of a graph, chosen once, exact where asked.

Floats are float64 arrays, ints int64 arrays while they fit, and everything else with ``+`` and ``*`` a list of
objects that keep their type. A float is a dyadic rational: exact sums of floats need no gcd (`Dyadic`).
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from operator import add
from typing import Any, TypeAlias, TypeGuard, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from graphdiff.errors import WeightError, count_text
from graphdiff.remedies import Keyword

#: A number of any kind: int, float, Fraction, Decimal, complex, or a symbol. Which it is follows from the weights, of
#: which a graph's type says nothing: so that nobody need convert what he knows, a checker takes it as it is used.
Number: TypeAlias = Any
Weights: TypeAlias = NDArray[Any] | list[Any]
Key = TypeVar("Key")

#: Ints above this beside floats would lose digits without a word.
EXACT_INT = 2**53
#: Below this no sum of int64 numbers can wrap.
SAFE_INT = 2.0**62
SMALLEST_NORMAL = 2.0**-1022
#: Real numbers of any kind; numpy's complex ones are numbers to numpy too.
REAL = (int, float, Fraction, Decimal, np.integer, np.floating)
_FIELDS = (Fraction, Decimal, complex)
_REAL = (int, float, Fraction, Decimal)


class Dyadic:
    """The number ``mantissa * 2**exponent``, exact under ``+`` and ``*``, with no gcd."""

    __slots__ = ("exponent", "mantissa")

    def __init__(self, mantissa: int, exponent: int) -> None:
        self.mantissa = mantissa
        self.exponent = exponent

    @classmethod
    def of(cls, number: float) -> Dyadic:
        """Return a float or an int as it is, without rounding."""
        numerator, denominator = number.as_integer_ratio()
        return cls(numerator, 1 - denominator.bit_length())

    def __add__(self, other: Dyadic | int) -> Dyadic:
        if not isinstance(other, Dyadic):
            if not isinstance(other, int):
                return self.fraction() + other if isinstance(other, Fraction) else NotImplemented
            other = Dyadic(other, 0)
        shift = self.exponent - other.exponent
        if shift >= 0:
            return Dyadic((self.mantissa << shift) + other.mantissa, other.exponent)
        return Dyadic(self.mantissa + (other.mantissa << -shift), self.exponent)

    __radd__ = __add__

    def __mul__(self, other: Dyadic | int) -> Dyadic:
        if isinstance(other, Dyadic):
            return Dyadic(self.mantissa * other.mantissa, self.exponent + other.exponent)
        if isinstance(other, int):
            return Dyadic(self.mantissa * other, self.exponent)
        return self.fraction() * other if isinstance(other, Fraction) else NotImplemented

    __rmul__ = __mul__

    def __abs__(self) -> Dyadic:
        return Dyadic(abs(self.mantissa), self.exponent)

    def __bool__(self) -> bool:
        return self.mantissa != 0

    def __eq__(self, other: object) -> bool:
        return self.fraction() == (other.fraction() if isinstance(other, Dyadic) else other)

    def __lt__(self, other: Dyadic | int) -> bool:
        return bool(self.fraction() < finished(other))

    __hash__ = None  # type: ignore[assignment]

    def fraction(self) -> Fraction:
        """Return the same number as a Fraction."""
        if self.exponent >= 0:
            return Fraction(self.mantissa << self.exponent)
        return Fraction(self.mantissa, 1 << -self.exponent)


def is_number(value: object) -> bool:
    """Return whether `value` can be a weight: it adds and multiplies, and is no text and no container.

    Examples
    --------
    >>> is_number(2.5), is_number("2.5"), is_number(None)
    (True, False, False)
    """
    if isinstance(value, (*_REAL, complex, np.number, np.bool_)):
        return True
    return hasattr(value, "__add__") and hasattr(value, "__mul__") and not hasattr(value, "__len__")


def are_finite(numbers: NDArray[Any]) -> bool:
    """Return whether no number of an array is infinite or NaN; no mask as long as the array is made.

    Examples
    --------
    >>> are_finite(np.array([1.0, -0.0])), are_finite(np.array([1.0, np.nan])), are_finite(np.array([]))
    (True, False, True)
    """
    # NaN is the smallest and the largest of all.
    return bool(np.isfinite(numbers.min(initial=0)) and np.isfinite(numbers.max(initial=0)))


def is_finite(value: Number) -> bool:
    """Return whether a number is neither NaN nor infinite; symbols count as finite."""
    if type(value) is int:  # spares most numbers the rest
        return True
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, complex):
        return cmath.isfinite(value)
    if isinstance(value, Decimal):
        return value.is_finite()
    return getattr(value, "is_finite", True) is not False and bool(value == value)


def plain(value: Number) -> Number:
    """Return a numpy number or a bool as the Python number that it is."""
    if type(value) in (float, int):  # spares nearly all numbers the rest
        return value
    if isinstance(value, np.floating):
        return float(value)
    if isinstance(value, np.complexfloating):
        return complex(value)
    if isinstance(value, (np.number, np.bool_)):
        value = value.item()
    return int(value) if isinstance(value, bool) else value


def unify(values: Sequence[Number]) -> Weights:
    """Return numbers as the one kind that holds them all: float64 array, int64 array or list of objects.

    Any float among real numbers makes all of them floats.

    Raises
    ------
    OverflowError
        If an int above 2**53 stands beside floats.
    WeightError
        If the kinds do not add up, as Decimal and Fraction.
    """
    kinds = set(map(type, values))
    if kinds <= {float}:
        return np.array(values, dtype=np.float64)
    if kinds == {int}:
        return _ints(values)
    if any(issubclass(kind, (np.number, np.bool_, bool)) for kind in kinds):
        return unify([plain(value) for value in values])
    if float in kinds and all(issubclass(kind, _REAL) for kind in kinds):
        return _floats(values)
    require_one_sum(values)
    field = next((field for field in _FIELDS if field in kinds and kinds <= {field, int, float}), None)
    return list(values if field is None else map(field, values))


def _floats(values: Sequence[Number]) -> NDArray[np.float64]:
    large = next((value for value in values if isinstance(value, int) and abs(value) > EXACT_INT), None)
    if large is not None:
        raise OverflowError(f"the int {count_text(large)} beside floats is above 2**53 and would be rounded")
    return np.array([_as_float(value) for value in values])


def require_one_sum(values: Iterable[Number]) -> None:
    """Raise `WeightError` if the kinds of some numbers do not add up, as Decimal and Fraction."""
    kinds = set(map(type, values))
    if {Decimal} < kinds and not kinds <= {Decimal, int}:
        others = ", ".join(sorted(kind.__name__ for kind in kinds - {Decimal, int}))
        raise WeightError(f"Decimal and {others} do not mix in one sum; choose one kind of number")


def _as_float(value: Number) -> float:
    try:
        return float(value)
    except OverflowError:
        kind = type(value).__name__
        raise OverflowError(f"{kind} of many digits is beyond the floats that it stands beside") from None


def _ints(values: Sequence[int]) -> Weights:
    if min(values) >= -(2**63) and max(values) < 2**63:
        return np.array(values, dtype=np.int64)
    return list(values)


def exactly(weights: Weights) -> Weights:
    """Return the same weights in exact arithmetic: ints as they are, floats as `Dyadic`, the rest as Fractions.

    Raises
    ------
    WeightError
        If a weight is no real number.
    """
    if isinstance(weights, np.ndarray):
        return [Dyadic.of(weight) for weight in weights.tolist()] if weights.dtype.kind == "f" else weights
    wrong = next((weight for weight in weights if not isinstance(weight, (int, Fraction, Decimal))), None)
    if wrong is not None:
        raise WeightError(Keyword("exact", True), f" needs real numbers, not {type(wrong).__name__}")
    return weights if all(type(weight) is int for weight in weights) else [Fraction(weight) for weight in weights]


def are_divisible(weights: Weights) -> bool:
    """Return whether weights divide as they are: whether `as_fractions` leaves them."""
    if isinstance(weights, np.ndarray):
        return weights.dtype.kind == "f"
    return not any(isinstance(weight, (int, Dyadic)) for weight in weights)


def as_fractions(weights: Weights) -> list[Any]:
    """Return ints and Dyadics as Fractions, for division; other objects as they are."""
    return [Fraction(w) if isinstance(w, int) else finished(w) for w in listed(weights)]


def added(pairs: Iterable[tuple[Key, Number]]) -> dict[Key, Number]:
    """Return the sums of the numbers that have the same key, in the order in which keys come first.

    Examples
    --------
    >>> added([("a", 1), ("b", 2), ("a", 3)])
    {'a': 4, 'b': 2}
    """
    sums: dict[Key, Number] = {}
    for key, number in pairs:
        sums[key] = sums[key] + number if key in sums else number
    return sums


def in_order(numbers: Iterable[Number], start: Number = 0) -> Number:
    """Return the sum of numbers, each added to those before it, as kernels do; `sum` compensates, from Python 3.12 on.

    Examples
    --------
    >>> in_order([1e16, 1.0, -1e16])
    0.0
    """
    return reduce(add, numbers, start)


def added_at(places: NDArray[Any], numbers: Weights) -> tuple[NDArray[Any], Weights]:
    """Return the places, without repetitions and in the order in which they come first, and the sums of their numbers.

    Examples
    --------
    >>> added_at(np.array([7, 5, 7]), [1, 2, 3])
    (array([7, 5]), [4, 2])
    """
    if bool((places[1:] > places[:-1]).all()):
        return places, numbers
    if in_floats(numbers):
        once, first, which = np.unique(places, return_index=True, return_inverse=True)
        order = np.argsort(first)
        return once[order], np.bincount(which, numbers)[order]
    sums = added(zip(places.tolist(), listed(numbers), strict=True))
    return np.array(list(sums), dtype=np.int64), list(sums.values())


def in_floats(weights: Weights) -> TypeGuard[NDArray[Any]]:
    """Return whether weights are an array of floats."""
    return isinstance(weights, np.ndarray) and weights.dtype.kind == "f"


def equal(left: Weights, right: Weights) -> bool:
    """Return whether two lists of weights are the same numbers."""
    if isinstance(left, np.ndarray) and isinstance(right, np.ndarray):
        return np.array_equal(left, right)
    return list(map(finished, listed(left))) == list(map(finished, listed(right)))


def listed(weights: Weights) -> list[Any]:
    """Return weights as a list of Python numbers."""
    return weights.tolist() if isinstance(weights, np.ndarray) else weights


def all_finished(weights: Weights) -> list[Any]:
    """Return weights as a list of the numbers that a caller gets."""
    # An array holds no Dyadic.
    return weights.tolist() if isinstance(weights, np.ndarray) else list(map(finished, weights))


def taken(weights: Weights, which: NDArray[Any]) -> Weights:
    """Return the weights at the indices `which`."""
    if isinstance(weights, np.ndarray):
        return cast("NDArray[Any]", weights[which])
    return [weights[index] for index in which.tolist()]


def finished(value: Number) -> Number:
    """Return a number as a caller gets it: a Dyadic becomes a Fraction."""
    return value.fraction() if isinstance(value, Dyadic) else value


def size(number: Number) -> Number:
    """Return the absolute value; of a complex number below the normal floats, where it rounds coarsely, the next float.

    Raises
    ------
    OverflowError
        If that of a complex number is larger than the largest float.

    Examples
    --------
    >>> size(-2), size(3 + 4j), size(5e-324 + 5e-324j)
    (2, 5.0, 1e-323)
    """
    absolute = abs(number)
    if isinstance(number, complex) and 0 < absolute < SMALLEST_NORMAL and number.real and number.imag:
        return math.nextafter(absolute, math.inf)
    return absolute


def wide(number: Number) -> Decimal:
    """Return a real number as a Decimal, whose exponents have room where floats have none.

    Examples
    --------
    >>> wide(0.5), wide(Fraction(1, 4))
    (Decimal('0.5'), Decimal('0.25'))
    """
    return Decimal(number.numerator) / number.denominator if isinstance(number, Fraction) else Decimal(number)


def have_sizes(weights: Weights) -> bool:
    """Return whether the weights have absolute values: symbols have none."""
    return isinstance(weights, np.ndarray) or all(isinstance(weight, (*_REAL, complex, Dyadic)) for weight in weights)


def are_sizes(weights: Weights) -> bool:
    """Return whether the weights are their own absolute values, in type and last digit.

    Those of Decimals are rounded, and those of dyadics are Fractions: so are then a sum of nothing and the empty path.

    Examples
    --------
    >>> are_sizes(np.array([0.5, 2.0])), are_sizes([Fraction(1, 2), Fraction(-1, 3)])
    (True, False)
    """
    if isinstance(weights, np.ndarray):
        return bool(weights.min(initial=0) >= 0)  # which needs no memory
    return bool(weights) and all(isinstance(weight, (int, Fraction)) and weight > 0 for weight in weights)


def half(number: Number) -> Number:
    """Return a half in the number's own kind; of an odd int a Fraction.

    Examples
    --------
    >>> half(6), half(3), half(0.5)
    (3, Fraction(3, 2), 0.25)
    """
    if isinstance(number, int):
        return Fraction(number, 2) if number % 2 else number // 2
    return number / 2


def one_and_zero(weights: Weights) -> tuple[Number, Number]:
    """Return 1 and 0 in the type that the weights have all in common, else the ints.

    Examples
    --------
    >>> one_and_zero([Fraction(1, 3)])
    (Fraction(1, 1), Fraction(0, 1))
    """
    if isinstance(weights, np.ndarray):
        return (1.0, 0.0) if weights.dtype.kind == "f" else (1, 0)
    kinds = set(map(type, weights))
    if len(kinds) == 1 and (kind := kinds.pop()) in _FIELDS:
        return kind(1), kind(0)
    return 1, 0


def as_array(values: Iterable[Number]) -> NDArray[Any]:
    """Return finished numbers as an array: float64, int64 where all fit, else objects.

    Examples
    --------
    >>> as_array([1, 2]).dtype, as_array([2**70]).dtype
    (dtype('int64'), dtype('O'))
    """
    if isinstance(values, np.ndarray):
        return values
    done = [finished(value) for value in values]
    kinds = set(map(type, done))
    if any(issubclass(kind, np.generic) for kind in kinds):
        done = [plain(value) for value in done]
        kinds = set(map(type, done))
    if kinds == {float}:
        return np.array(done, dtype=np.float64)
    if kinds == {int} and min(done) >= -(2**63) and max(done) < 2**63:
        return np.array(done, dtype=np.int64)
    array = np.empty(len(done), dtype=object)
    array[:] = done
    return array
