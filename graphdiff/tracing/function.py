"""Python functions: run once on traced numbers, with the names of their arguments.

While a function is traced, the functions of math, cmath and numpy take traced numbers too.

``math.sin(x)`` asks a number for a float and would lose its derivative. For the time of the trace each function that
has a rule is replaced, in its module and under the names that the traced function's own module and closure have for
it, by one that takes traced numbers and hands plain ones on: other threads get from it what they always get. All names
are put back when the trace is over, also in modules that were imported meanwhile.
"""

from __future__ import annotations

import cmath
import functools
import inspect
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from functools import wraps
from itertools import repeat
from typing import Any

import networkx as nx
import numpy as np

from graphdiff.arithmetic import plain
from graphdiff.errors import TraceError, UsageError
from graphdiff.tracing import composed
from graphdiff.tracing.arguments import replaced
from graphdiff.tracing.arrays import OPERATORS, PREDICATES, TracedArray, as_objects, elements, is_frame, values
from graphdiff.tracing.failing import failing
from graphdiff.tracing.graphs import graph_of
from graphdiff.tracing.places import following
from graphdiff.tracing.rules import MATH, NUMPY, Rule
from graphdiff.tracing.scalars import Traced, apply, is_scalar, python_kind, value_of
from graphdiff.tracing.substitutes import cells_of, plain_function, substituted
from graphdiff.tracing.tape import Tape, complex_space

__all__ = ["accepting", "outputs_of", "trace_function"]


def trace_function(
    function: Callable[..., Any],
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    *,
    rules: Mapping[str, Rule],
    functions: Mapping[str, Callable[..., Any]],
    symbolic: bool,
) -> nx.MultiDiGraph:
    """Return the graph of a call; see `graphdiff.trace`.

    Examples
    --------
    >>> G = trace_function(lambda x: x * x, [3], {}, rules={}, functions={}, symbolic=False)
    >>> list(G.edges(data="weight"))
    [('x', 'out', 3), ('x', 'out', 3)]
    """
    tape = Tape(rules, is_symbolic=symbolic)
    tape.ufuncs.update({one: name for name, one in functions.items() if isinstance(one, np.ufunc)})
    given = replaced(function, args, kwargs, lambda name, value: Traced(tape, tape.input(name, value), plain(value)))
    if not tape.steps:
        raise UsageError(
            "there is no input: none of the arguments holds a number (lists, tuples, dicts, numpy arrays, Series and "
            "DataFrames of pandas are looked into)"
        )
    with following(function), accepting(function, functions) as accepted, failing(tape):
        returned = accepted(*given.args, **given.kwargs)
    outputs = list(outputs_of(returned))
    if not outputs:
        code = getattr(function, "__code__", None)
        place = f"line {code.co_firstlineno} of {code.co_filename}: " if code else ""
        raise TraceError(f"{place}the function returned {type(returned).__name__}, and no number in it")
    numbers = [_number(tape, value) for _, value in outputs]
    called = [f"out{path}" if path.startswith("[") or not path else path for path, _ in outputs]
    _name_outputs(tape, numbers, called)
    graph = graph_of(tape, numbers, format="function")
    _call(graph, called)
    return graph


def _name_outputs(tape: Tape, numbers: Sequence[int], called: Sequence[str]) -> None:
    """Call what is returned and has no name yet by its place in what is returned."""
    used = set(tape.names.values())
    for number, name in zip(numbers, called, strict=True):
        if number not in tape.names and number not in tape.fixed and tape.steps[number].place.name is None:
            while name in used:
                name += "_"
            tape.names[number] = name
            used.add(name)


def _call(graph: nx.MultiDiGraph, called: Sequence[str]) -> None:
    """Have each output that is called by its variable be found by its place in what was returned, too."""
    for node, name in zip(graph.graph["outputs"], called, strict=True):
        if name not in graph:
            graph.nodes[node].setdefault("output", name)


def _number(tape: Tape, value: Any) -> int:
    if type(value) is not Traced:
        return tape.constant(value)
    if value._tape is not tape:
        raise TraceError("the function returned a number of another trace")
    return value._number


def outputs_of(returned: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the numbers in what was returned, each with its place: nothing for one, else ``[0]`` or a key."""
    if type(returned) is Traced or (is_scalar(returned) and not isinstance(returned, bool)):
        yield path, returned
        return
    for element, place in _elements(returned, path):
        yield from outputs_of(element, place)


def _elements(returned: Any, path: str) -> Iterator[tuple[Any, str]]:
    """Yield what is in an array, a frame, a mapping or a list, each with its place."""
    if isinstance(returned, np.ndarray):
        places = ((element, index) for index, element in np.ndenumerate(returned))
        yield from ((element, f"{path}[{','.join(map(str, index))}]" if index else path) for element, index in places)
    elif is_frame(returned):
        yield from ((element, f"{path}{at}") for at, element in elements(returned))
    elif isinstance(returned, Mapping):
        yield from ((value, f"{path}.{key}" if path else str(key)) for key, value in returned.items())
    elif isinstance(returned, list | tuple):
        yield from ((value, f"{path}[{place}]") for place, value in enumerate(returned))


# -- inputs


#: Functions of math that tell of values.
TELLING = ("isclose", "isfinite", "isinf", "isnan")

#: Functions of numpy that do, of numbers, lists and arrays.
TELLING_OF_ARRAYS = (
    "allclose",
    "array_equal",
    "array_equiv",
    "isclose",
    "iscomplex",
    "iscomplexobj",
    "isreal",
    "isrealobj",
)

#: Functions of math whose result is an int.
WHOLE = ("ceil", "floor", "trunc")

#: What Fraction does by looking into the other number, which it asks for with `isinstance`.
OF_FRACTIONS = (
    *("__add__", "__sub__", "__mul__", "__truediv__", "__floordiv__", "__mod__", "__divmod__", "__pow__"),
    *("__eq__", "__lt__", "__le__", "__gt__", "__ge__"),
)


@contextmanager
def accepting(function: Callable[..., Any], rules: Mapping[str, Callable[..., Any]]) -> Iterator[Callable[..., Any]]:
    """Have math, cmath, numpy and the functions of a user's rules take traced numbers; yield what to call.

    Parameters
    ----------
    function : callable
        The one to be traced: the names in its module and closure are looked through.
    rules : mapping of str to callable
        The functions that have a rule of that name.
    """
    pairs = [*_replacements(rules), *_remembering(function)]
    modules = [math, cmath, np, *(sys.modules.get(getattr(one, "__module__", None) or "") for one in rules.values())]
    with substituted(function, pairs, filter(None, modules), _of_fractions) as accepted:
        yield accepted


def _of_fractions(is_put: bool) -> Iterator[None]:
    """Return what, when it is gone through, has Fraction's methods leave traced numbers to these, or as they were."""
    own = [vars(Fraction)[name] for name in OF_FRACTIONS]
    methods = list(map(_deferring, own)) if is_put else own
    return map(setattr, repeat(Fraction), OF_FRACTIONS, methods)


def _deferring(method: Callable[..., Any]) -> Callable[..., Any]:
    """Return a method of a number that leaves a traced number on the other side to that one's own."""

    @wraps(method)
    def deferring(self: Any, other: Any, *more: Any) -> Any:
        return NotImplemented if type(other) is Traced else method(self, other, *more)

    return deferring


# -- what takes their place


def _replacements(rules: Mapping[str, Callable[..., Any]]) -> Iterator[tuple[Any, Any]]:
    for name, op in MATH.items():
        yield getattr(math, name), _by_rule(getattr(math, name), op)
        if hasattr(cmath, name):
            yield getattr(cmath, name), _by_rule(getattr(cmath, name), op, is_complex=True)
    for name, function in composed.FUNCTIONS.items():
        if hasattr(math, name):
            yield getattr(math, name), _by_composition(getattr(math, name), function)
    for module in (math, cmath):
        yield from ((getattr(module, name), _of_values(getattr(module, name))) for name in TELLING)
    yield from ((getattr(np, name), _of_values(getattr(np, name))) for name in TELLING_OF_ARRAYS)
    for name in (*NUMPY, *PREDICATES, *composed.FUNCTIONS):
        ufunc = getattr(np, name, None)
        if isinstance(ufunc, np.ufunc) and ufunc.__name__ not in OPERATORS:
            yield ufunc, _OfObjects(ufunc)
    yield from ((function, _by_own_rule(function, name)) for name, function in rules.items())


def _by_rule(function: Callable[..., Any], op: str, *, is_complex: bool = False) -> Callable[..., Any]:
    @wraps(function)
    def accepted(*operands: Any) -> Any:
        if not composed.any_traced(operands):
            return function(*operands)
        result = apply(op, *operands, m=complex_space(map(value_of, operands)) if is_complex else None)
        return python_kind(result, is_whole=op in WHOLE)

    return accepted


def _by_own_rule(function: Callable[..., Any], op: str) -> Callable[..., Any]:
    @wraps(function)
    def accepted(*operands: Any, **named: Any) -> Any:
        if not composed.any_traced([*operands, *named.values()]):
            return function(*operands, **named)
        return apply(op, *_in_order(function, operands, named))

    return accepted


def _in_order(function: Callable[..., Any], operands: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
    """Return the operands of a call, those given by name and by default at their places."""
    try:
        bound = inspect.signature(function).bind(*operands, **named)
    except ValueError:  # a function of a library, without a signature
        return operands
    bound.apply_defaults()
    return bound.args


def _by_composition(function: Callable[..., Any], composition: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def accepted(*operands: Any, **options: Any) -> Any:
        listed = [list(one) if type(one) is not Traced and np.iterable(one) else one for one in operands]
        flat = [part for one in (*listed, *options.values()) for part in (one if isinstance(one, list) else [one])]
        return (composition if composed.any_traced(flat) else function)(*listed, **options)

    return accepted


def _of_values(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def accepted(*operands: Any, **options: Any) -> Any:
        told = {name: _value(option) for name, option in options.items()}
        return function(*map(_value, operands), **told)

    return accepted


def _value(one: Any) -> Any:
    return values(as_objects(one)) if isinstance(one, list | tuple | np.ndarray) else value_of(one)


def _remembering(function: Callable[..., Any]) -> Iterator[tuple[Any, Any]]:
    """Yield what `functools.cache` made among the names of a function, each with one that knows traced numbers apart.

    The cache itself takes a traced number for any other number of that value, and keeps it when the trace is over.
    """
    cells = [cell.cell_contents for cell in cells_of(function)]
    named = getattr(plain_function(function), "__globals__", {}).values()
    kept = {id(one): one for one in (function, *cells, *named) if type(one) is _CACHE}
    yield from ((one, _remembered(one)) for one in kept.values())


_CACHE = type(functools.cache(lambda: None))


def _remembered(cached: Any) -> Callable[..., Any]:
    results: dict[Any, Any] = {}

    @wraps(cached)
    def remembered(*operands: Any, **named: Any) -> Any:
        if not composed.any_traced([*operands, *named.values()]):
            return cached(*operands, **named)
        key = (*map(_identity, operands), *((name, _identity(one)) for name, one in named.items()))
        if key not in results:
            results[key] = cached.__wrapped__(*operands, **named)
        return results[key]

    return remembered


def _identity(one: Any) -> tuple[Any, ...]:
    return (Traced, one._number) if type(one) is Traced else (type(one), one)


class _OfObjects:
    """A function of numpy that takes plain arrays of objects for arrays of traced numbers."""

    __module__ = "numpy"  # by which it is pickled, and so copied: as numpy's function of the name

    def __init__(self, ufunc: Any) -> None:
        self._ufunc = ufunc

    @property  # type: ignore[misc]
    def __class__(self) -> Any:  # for isinstance
        return np.ufunc

    def __reduce__(self) -> str:
        return str(self._ufunc.__name__)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ufunc, name)

    def __call__(self, *operands: Any, **options: Any) -> Any:
        return self._ufunc(*map(_as_traced, operands), **options)


def _as_traced(one: Any) -> Any:
    if isinstance(one, list | tuple):
        one = as_objects(one)
    return one.view(TracedArray) if isinstance(one, np.ndarray) and one.dtype == object else one
