"""`Traced`: a number that notes on a tape what is done with it.

Arithmetic makes new nodes; comparisons, truth and ``isinstance`` are those of the value, so that branches and loops run
as they would. What would lose the derivative without a word, such as ``float(x)``, is refused. As ``__class__`` is that
of the value, ``type(x) is Traced`` is the question here whether a number is traced.
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, NoReturn

import numpy as np

from graphdiff.arithmetic import Number, plain
from graphdiff.errors import TraceError
from graphdiff.tracing.places import INSTALLED, is_library, place_of
from graphdiff.tracing.rules import NUMPY, RULES
from graphdiff.tracing.spaces import Space, is_symbol
from graphdiff.tracing.tape import Tape

#: Libraries that make numbers of their own of every number that they know, by its digits, text or hash.
_OF_OTHER_NUMBERS = ("mpmath", "sympy")
_NUMBERS = (int, float, Fraction, Decimal, complex, np.number, np.bool_)


def is_scalar(value: object) -> bool:
    """Return whether a value can be an operand: a number or a symbol.

    Examples
    --------
    >>> is_scalar(2.5), is_scalar("2.5"), is_scalar([2.5])
    (True, False, False)
    """
    return type(value) is not Traced and (isinstance(value, _NUMBERS) or is_symbol(value))


#: What numpy asks of a number as of an array: `graphdiff.tracing.arrays`, which is made of scalars, puts it here.
AS_ARRAY: dict[str, Callable[..., Any]] = {}


class Traced:
    """A number on a tape."""

    # No attribute has a name that programs ask numbers for (`hasattr(x, "value")`).
    __slots__ = ("_number", "_tape", "_value")

    #: By which the numbers of sympy leave what is to be done to this one.
    _op_priority = 1e9

    def __init__(self, tape: Tape, number: int, value: Number) -> None:
        self._tape = tape
        self._number = number
        self._value = value

    @property  # type: ignore[misc]
    def __class__(self) -> Any:  # for isinstance, match, singledispatch
        kind = self._tape.kind(self._number, self._value)
        caller = sys._getframe(1)
        if caller.f_globals.get("__name__", "").partition(".")[0] in _OF_OTHER_NUMBERS:
            return Traced
        if issubclass(kind, np.generic) and is_library(caller.f_code.co_filename):
            return type(kind(0).item())  # libraries make plain numbers of those of numpy
        return kind

    # -- what does not go

    def _refuse(self, what: str, **words: str) -> NoReturn:
        place = place_of(sys._getframe(2))
        name = self._tape.name(self._number)
        error = TraceError(f"{place}: {_LOST[what].format(name=name, **words)}", node=name, line=place.line)
        self._tape.refused = self._tape.refused or error
        raise error

    def __float__(self) -> float:
        self._refuse("float")

    def __int__(self) -> int:
        self._refuse("int")

    def __complex__(self) -> complex:
        self._refuse("complex")

    def __index__(self) -> int:  # noqa: PLE0305, it raises
        kind = self._tape.kind(self._number, self._value)
        if not issubclass(kind, int | np.integer):  # as any float does
            raise TypeError(f"{kind.__name__!r} object cannot be interpreted as an integer")
        self._refuse("index")

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        self._refuse("pickle")

    @property
    def __sympy__(self) -> bool:
        self._refuse("sympy")

    def __getattr__(self, name: str) -> Any:
        kind = self._tape.kind(self._number, self._value)
        if name.startswith("__") or name == "dtype" or not hasattr(kind, name):  # numpy makes a plain number by dtype
            raise AttributeError(f"{kind.__name__!r} object has no attribute {name!r}")
        if issubclass(kind, np.generic) and name in _OF_NUMPY:
            return AS_ARRAY["attribute"](self, name)
        return self._refuse("attribute", attribute=name)

    # -- what goes by the value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __copy__(self) -> Traced:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Traced:
        return self

    def __hash__(self) -> int:
        caller = sys._getframe(1).f_code.co_filename
        if any(folder in caller for folder in INSTALLED) and is_library(caller):
            self._refuse("hash")  # of what a library computed once for all numbers of this value
        return hash(self._value)

    def __repr__(self) -> str:
        return f"<{self._tape.name(self._number)} = {self._value}>"

    def __str__(self) -> str:
        if (
            sys._getframe(1).f_globals.get("__name__", "").startswith("sympy.")
        ):  # which makes ints numbers by their text
            self._refuse("sympy")
        return str(self._value)

    def __format__(self, spec: str) -> str:
        return format(self._value, spec)

    @property
    def real(self) -> Any:
        """The real part; of a real number the number."""
        return apply("real", self)

    @property
    def imag(self) -> Any:
        """The imaginary part; of a real number 0."""
        return apply("imag", self)

    def is_integer(self) -> bool:
        """Return whether the value is whole."""
        value = self._value
        return bool(value.is_integer()) if isinstance(value, float) else bool(value % 1 == 0)

    def __pos__(self) -> Traced:
        return self

    def __round__(self, digits: int | None = None) -> Any:
        return python_kind(apply("rint", self)) if digits is None else apply("round_to", self, digits)

    def __divmod__(self, other: Any) -> Any:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> Any:
        return other // self, other % self

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return AS_ARRAY["elementwise"](ufunc, method, inputs, options)


_LOST = {
    "float": "float() of {name} would lose the derivative: write math.f(x) or numpy.f(x) for a function, f'{{x}}' for "
    "text, and give an array that holds traced numbers dtype=object",
    "int": "int() of {name} would lose the derivative: a number that counts is a constant; "
    "trace(lambda x: f(x, n), x) holds n fixed",
    "complex": "complex() of {name} would lose the derivative: give a complex number as the input",
    "index": "{name} is used as an index or a count, and a traced number is neither: "
    "trace(lambda x: f(x, n), x) holds n fixed",
    "pickle": "{name} cannot be pickled: it belongs to its trace, in this process",
    "sympy": "sympy would lose the derivative of {name}: write math.f(x); trace(..., symbolic=True) gives symbols",
    "hash": "a library looks {name} up by its value, and would lose the derivative",
    "attribute": "{name}.{attribute} would lose the derivative: write it in operators and functions of math and numpy, "
    "or give rules={{name: (function, partial, …)}}",
}

#: What numbers of numpy have of arrays that is followed.
_OF_NUMPY = frozenset(
    [
        *("T", "flatten", "item", "ndim", "ravel", "repeat", "reshape", "shape", "size", "squeeze", "transpose"),
        *("all", "any", "argmax", "argmin", "clip", "cumprod", "cumsum", "max", "mean", "min", "prod", "round"),
        *("std", "sum", "var"),
    ]
)


def apply(op: str, *operands: Any, m: Space | None = None) -> Any:
    """Apply a rule to operands of which at least one is traced, and return the traced result.

    Raises
    ------
    DerivativeError
        If there is no value or no derivative here.
    TraceError
        If an operand is no number, or belongs to another trace.
    """
    tape = _tape_of(operands, op)
    values: list[Number] = []
    numbers: list[int] = []
    of_numpy = False
    for operand in operands:
        if type(operand) is Traced:
            values.append(operand._value)
            numbers.append(operand._number)
            continue
        if type(operand) not in (float, int):
            of_numpy = of_numpy or isinstance(operand, np.generic)
            operand = plain(operand) if is_scalar(operand) else _refuse_operand(operand, op)
        values.append(operand)
        numbers.append(tape.constant(operand))
    number, value = tape.operate(op, values, tuple(numbers), place_of(sys._getframe(1)), m)
    if of_numpy or tape.kinds or type(value) is Fraction:
        tape.settle_kind(number, of_numpy=of_numpy)
    return Traced(tape, number, value)


def _tape_of(operands: Sequence[Any], op: str) -> Tape:
    tapes = [operand._tape for operand in operands if type(operand) is Traced]
    if not tapes:
        raise TraceError(f"{op}: none of the operands is traced")
    for operand in operands:
        if type(operand) is Traced and operand._tape is not tapes[0]:
            _refuse_operand(operand, op)
    return tapes[0]


def _refuse_operand(operand: object, op: str) -> NoReturn:
    place = place_of(sys._getframe(2))
    if type(operand) is Traced:
        raise TraceError(f"{place}: {op} of numbers of two traces; a trace within a trace is not followed")
    raise TraceError(f"{place}: {op} takes numbers, not {type(operand).__name__}", line=place.line)


def python_kind(result: Traced, *, is_whole: bool = True) -> Traced:
    """Return a result of Python's own functions: no number of numpy, and a float where it is not a whole number's."""
    tape, value = result._tape, result._value
    if is_whole or not isinstance(value, int | Fraction):
        tape.kinds.pop(result._number, None)
    else:
        tape.kinds[result._number] = float
    return result


def value_of(operand: Any) -> Any:
    """Return the value of a traced number; anything else as it is."""
    return operand._value if type(operand) is Traced else operand


# -- operators


def _binary(op: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
    def ahead(self: Traced, other: Any) -> Any:
        return apply(op, self, other) if type(other) is Traced or is_scalar(other) else NotImplemented

    def behind(self: Traced, other: Any) -> Any:
        return apply(op, other, self) if is_scalar(other) else NotImplemented

    return ahead, behind


def _unary(op: str) -> Callable[[Traced], Any]:
    return lambda self: apply(op, self)


def _whole(op: str) -> Callable[[Traced], Any]:
    return lambda self: python_kind(apply(op, self))


def _compared(compare: Callable[[Any, Any], Any]) -> Callable[[Traced, Any], Any]:
    def comparison(self: Traced, other: Any) -> Any:
        if not (type(other) is Traced or is_scalar(other)):
            return NotImplemented
        result = compare(self._value, value_of(other))
        if isinstance(result, bool | np.bool_):
            return result
        try:  # two symbols are compared where they can be
            return bool(result)
        except TypeError:
            place = place_of(sys._getframe(1))
            raise TraceError(
                f"{place}: {result} is true for some values only: give the inputs values", line=place.line
            ) from None

    return comparison


OPERATORS = {
    "add": "add", "sub": "sub", "mul": "mul", "truediv": "div", "pow": "pow", "floordiv": "floordiv", "mod": "mod",
}  # fmt: skip
for _name, _op in OPERATORS.items():
    _ahead, _behind = _binary(_op)
    setattr(Traced, f"__{_name}__", _ahead)
    setattr(Traced, f"__r{_name}__", _behind)
for _name in ("neg", "abs"):
    setattr(Traced, f"__{_name}__", _unary(_name))
for _name in ("floor", "ceil", "trunc"):
    setattr(Traced, f"__{_name}__", _whole(_name))
for _name in ("eq", "ne", "lt", "le", "gt", "ge"):
    setattr(Traced, f"__{_name}__", _compared(getattr(operator, _name)))
# numpy calls a method of the function's name on each element of an array of objects.
for _name, _op in NUMPY.items():
    _rule = RULES[_op]
    if len(_rule.partials) == 1 and not _rule.is_variadic:
        setattr(Traced, _name, _unary(_op))
for _name in ("arctan2", "hypot", "fmod", "copysign"):
    setattr(Traced, _name, _binary(NUMPY[_name])[0])
