"""The tape: every operation as it ran, its operands by number, its value and its partials."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from graphdiff.arithmetic import Number, plain
from graphdiff.errors import DerivativeError, GraphdiffError, LimitError, TraceError, count_text
from graphdiff.text.numbers import shown
from graphdiff.tracing.places import NOWHERE, Place
from graphdiff.tracing.rules import RULES, Rule
from graphdiff.tracing.spaces import COMPLEX, Space, Undefined, space_of

#: What numpy makes of Python's numbers.
_OF_NUMPY = {int: np.int64, float: np.float64, complex: np.complex128}
#: How an operation that is no rule is called.
INPUT, CONSTANT = "input", "const"
#: What happens in a computation that has no value or no derivative.
FAILURES = (ArithmeticError, ValueError)
#: The longest exact number, in bits, that a trace makes unless told otherwise.
MAX_BITS = 1_000_000
#: Names and formulas longer than this are cut.
MAX_TEXT = 60


class Step(NamedTuple):
    """One node of the graph to be: an input, a constant or an operation."""

    op: str
    value: Number
    operands: tuple[int, ...]
    partials: tuple[Number, ...] | None
    place: Place


class Tape:
    """What was computed so far, in order.

    Attributes
    ----------
    steps : list of Step
    names : dict of int to str
        The names that are fixed: of inputs and of outputs.
    indices : dict of int to str or None
        Of elements of arrays their place, such as ``[0,1]``; None where they were computed on the way to one.
    fixed : set of int
        Constants, and what was made of constants alone.
    rules : mapping of str to Rule
    is_symbolic : bool
        Whether partials are made afterwards, as symbols.
    max_bits : int
        The longest exact number.
    kinds : dict of int to type
        What a number is for ``isinstance``, where that is not the type of its value: numbers of numpy are kept as
        Python's, and what is exact here is a float in Python, such as ``1 / 2``.
    refused : TraceError or None
        What was refused first, which a program may have caught.
    """

    def __init__(
        self, rules: Mapping[str, Rule] | None = None, *, is_symbolic: bool = False, max_bits: int = MAX_BITS
    ) -> None:
        self.steps: list[Step] = []
        self.names: dict[int, str] = {}
        self.indices: dict[int, str | None] = {}
        self.rules: Mapping[str, Rule] = {**RULES, **(rules or {})}
        self.is_symbolic = is_symbolic
        self.max_bits = max_bits
        self.fixed: set[int] = set()
        self.ufuncs: dict[Any, str] = {}
        self.kinds: dict[int, type] = {}
        self.refused: TraceError | None = None
        self._constants: dict[Any, int] = {}

    def input(self, name: str, value: Number) -> int:
        """Take in an input, and return its number."""
        self.names[len(self.steps)] = name
        if isinstance(value, np.generic):
            self.kinds[len(self.steps)] = type(value)
        value = plain(value)
        return self._append(Step(INPUT, value, (), (), NOWHERE))

    def named_constant(self, name: str, value: Number) -> int:
        """Take in a constant that has a name of its own, and return its number."""
        self.fixed.add(len(self.steps))
        return self._append(Step(CONSTANT, value, (), (), Place(name, None)))

    def constant(self, value: Number) -> int:
        """Return the number of a constant; equal ones of one type are one node."""
        key = (type(value), value or repr(value))  # 0.0 and -0.0 are equal, and two
        number = self._constants.get(key)
        if number is None:
            number = self._constants[key] = self._append(Step(CONSTANT, value, (), (), NOWHERE))
            self.fixed.add(number)
        return number

    def operate(
        self, op: str, values: Sequence[Number], numbers: tuple[int, ...], place: Place, m: Space | None = None
    ) -> tuple[int, Number]:
        """Compute an operation and note it; return its number and its value.

        Parameters
        ----------
        op : str
            A key of the rules.
        values, numbers
            The operands, and their numbers.
        place : Place
        m : Space, optional
            The functions to take; by default those that the operands need.

        Raises
        ------
        DerivativeError
            If there is no value or no derivative.
        LimitError
            If the value is too long.
        """
        rule = self.rules[op]
        m = m or space_of(values)
        fixed = [number in self.fixed for number in numbers]
        try:
            if op == "pow":
                self._check_power(values[0], values[1], place)
            value = rule.value(m, *values)
        except (*FAILURES, TypeError) as error:
            raise self._without_value(op, values, numbers, place, m, error) from error
        if type(value) is not float:
            self._check_size(value, place)
        elif value - value != 0.0 and all(map(_is_finite, values)):
            raise self._failure("value", op, values, numbers, place, OverflowError("beyond the floats"))
        try:
            partials = rule.derive(m, values, value, fixed) if rule.is_linear or not self.is_symbolic else None
        except FAILURES as error:
            raise self._failure("derivative", op, values, numbers, place, error) from error
        number = len(self.steps)
        self.steps.append(Step(op, value, numbers, partials, place))
        if False not in fixed:
            self.fixed.add(number)
        return number, value

    def _check_power(self, base: Number, exponent: Number, place: Place) -> None:
        if isinstance(base, int | Fraction) and isinstance(exponent, int) and abs(base) != 1:
            self._check_bits(abs(exponent) * (_bits(base) - 1), place)

    def _check_size(self, value: Number, place: Place) -> None:
        if isinstance(value, int | Fraction):
            self._check_bits(_bits(value), place)

    def _check_bits(self, bits: int, place: Place) -> None:
        if bits > self.max_bits:
            raise LimitError(
                f"{place}: an exact number of {count_text(bits)} bits, more than {self.max_bits:,}; floats stay short: "
                "2.0 instead of 2"
            )

    def _append(self, step: Step) -> int:
        self.steps.append(step)
        return len(self.steps) - 1

    # -- what numbers are for isinstance

    def kind(self, number: int, value: Number) -> type:
        """Return the type that a number would have in the plain program."""
        return self.kinds.get(number) or type(value)

    def settle_kind(self, number: int, *, of_numpy: bool) -> None:
        """Note what a result is, where that is not the type of its value; `of_numpy` where numpy made it."""
        op, value, operands, _, _ = self.steps[number]
        kind = type(value)
        of = [self.kind(operand, self.steps[operand].value) for operand in operands]
        if kind is Fraction and Fraction not in of:
            kind = float
        elif kind is int and op != "round_to" and any(issubclass(one, float) for one in of):
            kind = float  # of numpy's rint and sign
        if of_numpy or any(issubclass(one, np.generic) for one in of):
            kind = _OF_NUMPY.get(kind, kind)
        if kind is not type(value):
            self.kinds[number] = kind

    # -- what it says

    def name(self, number: int) -> str:
        """Return what a step is called before all names are known: its variable, its constant, or its operation."""
        step = self.steps[number]
        if step.op == CONSTANT:
            return step.place.name or constant_text(step.value)
        return self.names.get(number) or step.place.name or step.op

    def formula(self, op: str, operands: Sequence[str]) -> str:
        """Return an operation written out.

        Examples
        --------
        >>> Tape().formula("mul", ["a", "b"])
        'a * b'
        """
        rule = self.rules[op]
        if not rule.is_variadic:
            return rule.text.format(*operands)
        return rule.text.format(", ".join([*operands[:5], *(["…"] if len(operands) > 5 else [])]))

    def _failure(
        self, what: str, op: str, values: Sequence[Number], numbers: Sequence[int], place: Place, error: Exception
    ) -> DerivativeError:
        operands = [self.name(number) for number in numbers]
        named = zip(operands, values, numbers, strict=True)
        at = ", ".join([f"{name} = {shown(value)}" for name, value, number in named if number not in self.fixed])
        reason = f" ({error})" if isinstance(error, Undefined | OverflowError) else ""
        formula = place.text or self.formula(op, operands)
        name = place.name if place.name not in (None, formula) else None
        written = formula if name is None else f"{name} = {formula}"
        return DerivativeError(
            f"{place}: {written} has no {what} at {at or 'these constants'}{reason}",
            node=name or formula,
            line=place.line,
        )

    def _without_value(
        self, op: str, values: Sequence[Number], numbers: Sequence[int], place: Place, m: Space, error: Exception
    ) -> GraphdiffError:
        if isinstance(error, TypeError):
            return self._mixture(op, numbers, place, m, error)
        return self._failure("value", op, values, numbers, place, error)

    def _mixture(self, op: str, numbers: Sequence[int], place: Place, m: Space, error: Exception) -> TraceError:
        formula = place.text or self.formula(op, [self.name(number) for number in numbers])
        reason = "it hangs on the values: give the inputs values" if m.title == "symbolic" else str(error)
        return TraceError(f"{place}: {formula}: {reason}", node=place.name or formula, line=place.line)

    # -- names

    def node_names(self) -> list[str]:
        """Return a distinct name for every step.

        Of several results with one name the last has it as it is, as the variable does when all is over, and those
        before are ``x#1``, ``x#2``, …; where an input has that name it keeps it. A result that was stored to no
        variable is called by its operation: ``mul#1``.
        """
        return distinct_names([self._base(number) for number in range(len(self.steps))], self.names)

    def _base(self, number: int) -> tuple[str, bool]:
        """Return what a step is called, and whether it has to have a number behind that."""
        step = self.steps[number]
        if number in self.names:
            return self.names[number], False
        if step.op == CONSTANT:
            return step.place.name or constant_text(step.value), False
        index = self.indices.get(number, "")
        if step.place.name is None or index is None:
            return step.op, True
        return cut(step.place.name) + index, False


def distinct_names(bases: Sequence[tuple[str, bool]], fixed: Mapping[int, str]) -> list[str]:
    """Return a distinct name for each step, as `Tape.node_names` says.

    Parameters
    ----------
    bases : sequence of (str, bool)
        What each is called, and whether it has to have a number behind that.
    fixed : mapping of int to str
        The names that are kept.

    Examples
    --------
    >>> distinct_names([("x", False), ("h", False), ("mul", True), ("h", False)], {0: "x"})
    ['x', 'h#1', 'mul#1', 'h']
    """
    used = set(fixed.values())
    left, taken = Counter(bases), Counter[str]()
    names: list[str] = []
    for number, base in enumerate(bases):
        left[base] -= 1
        name, is_numbered = base
        if number not in fixed and (is_numbered or left[base] or name in used):
            name = _next_free(name, taken, used)
        used.add(name)
        names.append(name)
    return names


def _next_free(name: str, taken: Counter[str], used: Collection[str]) -> str:
    while True:
        taken[name] += 1
        numbered = f"{name}#{taken[name]}"
        if numbered not in used:
            return numbered


def cut(text: str) -> str:
    """Return text of at most `MAX_TEXT` characters: of a longer one the start and the end."""
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 21]}…{text[-20:]}"


def constant_text(value: Number) -> str:
    """Return a constant as it is written; a long one shortened.

    Examples
    --------
    >>> constant_text(0.1), constant_text(2**20000)
    ('0.1', 'about 3.98e6020')
    """
    if isinstance(value, int) and value.bit_length() > 10_000:
        return shown(value)
    return cut(str(value))


def _is_finite(number: Number) -> bool:
    return not isinstance(number, float) or math.isfinite(number)


def _bits(number: int | Fraction) -> int:
    return max(number.numerator.bit_length(), number.denominator.bit_length())


def complex_space(values: Iterable[Number]) -> Space:
    """Return the functions of cmath, or those of symbols where there are any."""
    space = space_of(values)
    return COMPLEX if space.title == "real" else space
