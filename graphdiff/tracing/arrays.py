"""`TracedArray`: an array of traced numbers, on which numpy's functions work element by element.

A function that has a rule is one operation an element. Any other is left to numpy, which calls the elements' own
operators; what numpy then computes on the way is no variable of the user's.

Series and DataFrames of pandas among what a traced function is given and returns; pandas itself is not imported.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NoReturn

import numpy as np

from graphdiff.errors import TraceError
from graphdiff.tracing import composed
from graphdiff.tracing.places import place_of
from graphdiff.tracing.rules import NUMPY, RULES, WITHOUT
from graphdiff.tracing.scalars import AS_ARRAY, Traced, apply, value_of
from graphdiff.tracing.tape import Tape

__all__ = ["elements", "is_frame", "remade"]


#: What tells of values and has no derivative: it works on the values.
PREDICATES = frozenset(
    [
        "equal",
        "not_equal",
        "less",
        "less_equal",
        "greater",
        "greater_equal",
        "isfinite",
        "isinf",
        "isnan",
        "signbit",
        "logical_and",
        "logical_or",
        "logical_not",
        "logical_xor",
    ]
)

#: Functions of numpy that do on objects what Python's operators do.
OPERATORS = frozenset(
    [
        "absolute",
        "add",
        "divide",
        "equal",
        "floor_divide",
        "greater",
        "greater_equal",
        "less",
        "less_equal",
        "multiply",
        "negative",
        "not_equal",
        "positive",
        "power",
        "remainder",
        "square",
        "subtract",
    ]
)


#: numpy's own: those of other libraries may have names of numpy's, and do something else.
_CORE = vars(np).get("_core") or vars(np)["core"]  # of numpy 2, of numpy 1

_UFUNCS = frozenset(one for one in (*vars(np).values(), *vars(_CORE.umath).values()) if isinstance(one, np.ufunc))

#: The rules of scipy.special's functions that are one.
SCIPY = {
    **{name: name for name in ("cbrt", "erf", "erfc", "exp2", "expit", "expm1", "gamma", "log1p")},
    "gammaln": "lgamma",
}


class TracedArray(np.ndarray[Any, Any]):
    """An array of objects, traced numbers among them."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return elementwise(ufunc, method, inputs, options)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return _named(
            self, lambda: _by_numpy(function, super(TracedArray, self).__array_function__, types, args, kwargs)
        )


def _by_numpy(function: Any, implementation: Any, types: Any, args: Any, kwargs: Any) -> Any:
    try:
        return implementation(function, types, args, kwargs)
    except TraceError:
        raise
    except (TypeError, AttributeError) as error:
        raise _not_followed(getattr(function, "__name__", str(function)), error) from error


def _not_followed(name: str, error: Exception) -> TraceError:
    place = place_of(sys._getframe(2))
    return TraceError(f"{place}: numpy's {name} does not take traced numbers ({error}); write it out", line=place.line)


def wrapped(result: Any) -> Any:
    """Return arrays of objects as arrays of traced numbers; of no dimension, as the number."""
    if isinstance(result, tuple):
        return tuple(map(wrapped, result))
    if isinstance(result, np.ndarray) and result.dtype == object:
        return result.view(TracedArray) if result.ndim else result[()]
    return result


def values(array: Any) -> Any:
    """Return the values of an array of traced numbers, as an array that numpy takes for what it is."""
    if isinstance(array, np.ndarray) and array.dtype == object:
        listed = [value_of(element) for element in array.reshape(-1)]
        return np.array(listed).reshape(array.shape) if listed else array.astype(float)
    return value_of(array)


def elementwise(ufunc: Any, method: str, inputs: Sequence[Any], options: dict[str, Any]) -> Any:
    """Do what a function of numpy does, on traced numbers and arrays of them."""
    name = ufunc.__name__
    if name in PREDICATES and ufunc in _UFUNCS:
        return getattr(ufunc, method)(*map(values, inputs), **options)
    plain = [as_objects(one) for one in inputs]
    options = _plain_options(options)
    if method == "reduce" and options.keys() <= {"axis", "keepdims"} and (op := _variadic(ufunc)):
        return _named(plain[0], lambda: wrapped(_reduced(op, ufunc, plain[0], **options)))
    first = next((one for one in map(_first_traced, plain) if one is not None), None)
    function = _followed(ufunc, method, first)
    if function is None and first is None:  # an array of objects without a traced number among them
        return getattr(ufunc, method)(*plain, **options)
    if function is None:
        place = place_of(sys._getframe(1))
        reason = WITHOUT.get(name, "graphdiff has no rule for it: give rules={name: (function, partial, …)}")
        raise TraceError(f"{place}: {name} has no derivative: {reason}", line=place.line)
    return _named(plain if first is None else first, lambda: wrapped(getattr(function, method)(*plain, **options)))


def _variadic(ufunc: Any) -> str:
    """Return the rule of many operands that a function of numpy is; nothing where it is none."""
    op = NUMPY.get(ufunc.__name__, "") if ufunc in _UFUNCS else ""
    return op if op in RULES and RULES[op].is_variadic else ""


def _followed(ufunc: Any, method: str, first: Traced | None) -> Any:
    """Return what is called for a function of numpy, so that each step is traced; None where it has no rule."""
    if method != "__call__" and ufunc.__name__ in OPERATORS and ufunc in _UFUNCS:
        return ufunc
    return _objectwise({} if first is None else first._tape.ufuncs, ufunc, ufunc.__name__)


def as_objects(one: Any) -> Any:
    """Return an operand as numpy's plain array of objects; what is no number or array as it is."""
    if isinstance(one, np.ndarray):
        return one.view(np.ndarray) if one.dtype == object else one.astype(object)
    if type(one) is Traced:
        array = np.empty((), dtype=object)
        array[()] = one
        return array
    return np.asarray(one, dtype=object) if isinstance(one, list | tuple) and _holds_traced(one) else one


def _refused(self: TracedArray, *args: Any, **options: Any) -> NoReturn:
    place = place_of(sys._getframe(1))
    raise TraceError(f"{place}: an array of traced numbers has no bytes of numbers to look at", line=place.line)


for _name in ("dump", "dumps", "tobytes", "tofile"):
    setattr(TracedArray, _name, _refused)


def attribute(number: Traced, name: str) -> Any:
    """Return what a number has of arrays: that of an array of no dimension."""
    value = getattr(as_objects(number).view(TracedArray), name)
    return (lambda *args, **kwargs: wrapped(value(*args, **kwargs))) if callable(value) else wrapped(value)


def _holds_traced(listed: Sequence[Any]) -> bool:
    return any(type(one) is Traced or (isinstance(one, list | tuple) and _holds_traced(one)) for one in listed)


def _plain_options(options: dict[str, Any]) -> dict[str, Any]:
    """Return the options without a type of numbers, and with plain arrays to write to, if any."""
    kept = {name: value for name, value in options.items() if name not in ("dtype", "out")}
    written = options.get("out") or ()
    written = written if isinstance(written, tuple) else (written,)
    if any(one is not None for one in written):
        kept["out"] = tuple([one.view(np.ndarray) if isinstance(one, TracedArray) else one for one in written])
    return kept


def _first_traced(array: Any) -> Traced | None:
    if not isinstance(array, np.ndarray):
        return array if type(array) is Traced else None
    return next((one for one in array.reshape(-1) if type(one) is Traced), None)


def _objectwise(ufuncs: Mapping[Any, str], ufunc: Any, name: str) -> Any:
    """Return a function of numpy's on objects: by its rule, by what it is composed of, or numpy's own."""
    op = ufuncs.get(ufunc) or (NUMPY.get(name) if ufunc in _UFUNCS else _of_scipy(ufunc, name))
    if op is not None:
        return np.frompyfunc(lambda *operands: _one(op, ufunc, operands), ufunc.nin, 1)
    if ufunc in _UFUNCS and (name in composed.FUNCTIONS or name == "divmod"):
        function: Callable[..., Any] = divmod if name == "divmod" else composed.FUNCTIONS[name]
        return np.frompyfunc(function, ufunc.nin, ufunc.nout)
    takes_objects = all(set(kinds) <= {"O", "-", ">"} for kinds in ufunc.types)  # numpy.vectorize makes such
    return ufunc if takes_objects or name in ("matmul", "vecdot", "matvec", "vecmat") else None


def _of_scipy(ufunc: Any, name: str) -> str | None:
    special = sys.modules.get("scipy.special")
    return SCIPY.get(name) if getattr(special, name, None) is ufunc else None


def _reduced(op: str, ufunc: Any, array: Any, axis: Any = 0, keepdims: bool = False) -> Any:
    """Apply a rule of any number of operands along axes: one operation, so that a tie is shared in equal parts."""
    axes = range(array.ndim) if axis is None else np.atleast_1d(axis) % array.ndim
    rest = [place for place in range(array.ndim) if place not in axes]
    rows = array.transpose(*rest, *axes).reshape(*(array.shape[place] for place in rest), -1)
    result = np.empty(rows.shape[:-1], dtype=object)
    for index in np.ndindex(result.shape):
        operands = list(rows[index])
        result[index] = apply(op, *operands) if composed.any_traced(operands) else ufunc.reduce(np.array(operands))
    if keepdims:
        result = result.reshape([1 if place in axes else size for place, size in enumerate(array.shape)])
    return result


def _one(op: str, ufunc: Any, operands: Sequence[Any]) -> Any:
    if any(type(operand) is Traced for operand in operands):
        return apply(op, *operands)
    return ufunc(*operands)


def _named(holder: Any, compute: Callable[[], Any]) -> Any:
    """Compute, and give the elements of the result their place: what came up on the way has no name of its own."""
    first = _first_traced(holder)
    if first is None:
        return wrapped(compute())
    tape: Tape = first._tape
    start = len(tape.steps)
    result = compute()
    kept: dict[int, str] = {}
    if type(result) is Traced:
        kept[result._number] = ""
    elif isinstance(result, np.ndarray) and result.dtype == object:
        kept = {
            element._number: f"[{','.join(map(str, index))}]"
            for index, element in np.ndenumerate(result)
            if type(element) is Traced
        }
    for number in range(start, len(tape.steps)):
        tape.indices[number] = kept.get(number)
        if number in kept:
            tape.settle_kind(number, of_numpy=True)
    return wrapped(result)


def is_frame(value: object) -> bool:
    """Return whether a value is a Series or a DataFrame.

    Examples
    --------
    >>> is_frame([1.0, 2.0])
    False
    """
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(value, pandas.Series | pandas.DataFrame)


def remade(frame: Any, remake: Callable[[str, Any], Any], *, is_traced: bool) -> Any:
    """Return the frame with ``remake(place, element)`` for every element; traced numbers are objects to pandas."""
    import pandas

    made = dict(elements(frame))
    entries = iter([remake(place, element) for place, element in made.items()])
    if isinstance(frame, pandas.Series):
        return pandas.Series(list(entries), index=frame.index, name=frame.name, dtype=object if is_traced else None)
    columns = {number: _column([next(entries) for _ in frame.index], is_traced) for number in range(frame.shape[1])}
    return pandas.DataFrame(columns, index=frame.index).set_axis(frame.columns, axis=1)


def elements(frame: Any) -> Iterator[tuple[str, Any]]:
    """Yield the elements, column by column, each with its place: ``[row]``, ``[row,column]``."""
    rows = _labels(frame.index)
    if frame.ndim == 1:
        yield from zip((f"[{row}]" for row in rows), frame.to_numpy(), strict=True)
        return
    for number, column in enumerate(_labels(frame.columns)):
        yield from zip((f"[{row},{column}]" for row in rows), frame.iloc[:, number].to_numpy(), strict=True)


def _labels(index: Iterable[Any]) -> list[str]:
    """Return labels as text; their places where two would be the same."""
    texts = list(map(str, index))
    return texts if len(set(texts)) == len(texts) else list(map(str, range(len(texts))))


def _column(entries: list[Any], is_traced: bool) -> Any:
    if not is_traced:
        return entries
    column = np.empty(len(entries), dtype=object)
    column[:] = entries
    return column


AS_ARRAY.update(attribute=attribute, elementwise=elementwise)
