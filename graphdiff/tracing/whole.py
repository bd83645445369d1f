"""Functions of numpy arrays that are kept whole: a node an operation, by the rules of autograd.

autograd (D. Maclaurin, D. Duvenaud, M. Johnson) has the derivatives of numpy's functions, of ``numpy.linalg`` and of
``scipy.special`` in two tables, one a direction. Its tracer notes here what is done, by a node of ours, as its own
`autograd.misc.tracers` do; the tables are asked when something is to be carried.
"""

from __future__ import annotations

import copy
import inspect
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any, NoReturn

import numpy as np

from graphdiff.errors import GraphdiffError, MissingExtraError, TraceError, UsageError
from graphdiff.operations.network import Operations
from graphdiff.operations.space import NUMPY, Array
from graphdiff.operations.sweeps import Maps, Operation
from graphdiff.tracing.arguments import Leaves, with_leaves
from graphdiff.tracing.derivatives import NumpyMaps, assign, has_rule, kept
from graphdiff.tracing.failing import failing
from graphdiff.tracing.places import Place, following, place_at, place_of, users_frame
from graphdiff.tracing.substitutes import substituted
from graphdiff.tracing.tape import cut, distinct_names

try:
    import autograd.numpy as wrapped_numpy
    from autograd import core
    from autograd.numpy.numpy_boxes import ArrayBox
    from autograd.tracer import Node, isbox, new_box, notrace_primitives, trace_primitives_map, trace_stack
except ImportError:
    raise MissingExtraError("autograd", "arrays") from None

__all__ = ["trace_whole"]

#: Options that autograd hands on, and whose derivative it does not know.
IGNORED = frozenset(["where", "initial", "dtype"])

#: What a reduction by one of numpy's operators is called.
REDUCED = {np.add: "sum", np.multiply: "prod", np.maximum: "max", np.minimum: "min"}

# One trace at a time: autograd's class of arrays is everybody's.
_LOCK = threading.RLock()


class _Tape:
    """What was done so far, in order; `refused` is what a library may have caught."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, Any, tuple[int, ...], Maps | None, Place | None]] = []
        self.names: dict[int, str] = {}
        self.refused: TraceError | None = None
        self.owners: Counter[int] = Counter()

    def note(
        self, op: str, value: Any, operands: tuple[int, ...] = (), maps: Maps | None = None, place: Place | None = None
    ) -> int:
        """Note an operation; return its position."""
        self.rows.append((op, value, operands, maps, place))
        self.owners[id(_root(value))] += 1
        return len(self.rows) - 1

    def is_alone(self, value: Any) -> bool:
        """Tell whether no other array that was computed sees the entries of this one."""
        return _root(value) is value and self.owners[id(value)] == 1

    def operations(self) -> list[Operation]:
        """Return what was done, each by a name of its own: of an input or output, of its variable, or its operation."""
        names = distinct_names([self._base(number) for number in range(len(self.rows))], self.names)
        return [
            Operation(name, op, value, operands, maps, _about(place))
            for name, (op, value, operands, maps, place) in zip(names, self.rows, strict=True)
        ]

    def _base(self, number: int) -> tuple[str, bool]:
        op, *_, place = self.rows[number]
        if number in self.names:
            return self.names[number], False
        return (op, True) if place is None or place.name is None else (cut(place.name), False)


def _root(value: Any) -> Any:
    """Return the array that holds the entries of one."""
    while isinstance(getattr(value, "base", None), np.ndarray):
        value = value.base
    return value


def _about(place: Place | None) -> dict[str, Any]:
    return {} if place is None or place.line is None else {"line": place.line, "file": place.file}


class _Noted(Node):  # type: ignore[misc]
    """A node of autograd's that is on a tape of ours."""

    __slots__ = ["position", "tape"]

    def __init__(self, value: Any, fun: Any, args: Any, kwargs: Any, argnums: tuple[int, ...], parents: Any) -> None:
        self.tape = parents[0].tape
        place = place_of(sys._getframe(1))
        _require_known(fun, value, kwargs, place)
        operands = tuple([parent.position for parent in parents])
        maps = NumpyMaps(fun, argnums, value, kept(args), kept(kwargs), place)
        self.position = self.tape.note(fun.__name__.strip("_").removesuffix("_args"), value, operands, maps, place)

    def initialize_root(self, tape: _Tape, position: int) -> None:
        self.tape, self.position = tape, position


def _require_known(function: Any, value: Any, options: Mapping[str, Any], place: Place) -> None:
    """Refuse what autograd has no derivative of, or would take for something else."""
    name = function.__name__.strip("_")
    if not has_rule(function):
        raise TraceError(f"{place}: autograd has no derivative of {name}: write it out", line=place.line)
    if (kind := np.asarray(value).dtype.kind) != "f":
        made = "complex numbers" if kind == "c" else "whole numbers, which have no derivative"
        raise TraceError(f"{place}: {name} makes {made}, and arrays are of floats", line=place.line)
    for option in IGNORED & options.keys():
        if options[option] is not None and options[option] is not np._NoValue:
            raise TraceError(f"{place}: autograd does not follow {option}= of {name}: write it out", line=place.line)


# What has no derivative, as `floor` and `argmax`, is a constant to autograd's own nodes, and so to ours.
notrace_primitives[_Noted] = notrace_primitives[core.VJPNode]


def _set(self: Any, index: Any, given: Any) -> None:
    """Assign to entries of a traced array, which becomes a copy."""
    _require_alone(self)
    _become(self, assign(self, given, index))


def _require_alone(array: Any) -> None:
    if not array._node.tape.is_alone(array._value):
        place = place_of(sys._getframe(2))
        raise TraceError(
            f"{place}: an array is changed of which another is a view, and a traced one is a copy: write y = …",
            line=place.line,
        )


def _become(array: Any, made: Any) -> None:
    array._value, array._node = made._value, made._node


def _in_place(name: str) -> Callable[[Any, Any], Any]:
    """Return what ``+=`` and its like do: an array is changed under all its names, a number is another one."""

    def changed(self: Any, other: Any) -> Any:
        made = getattr(wrapped_numpy, name)(self, other)
        if not isinstance(self._value, np.ndarray):
            return made
        _require_alone(self)
        if made.shape != self.shape:
            place = place_of(sys._getframe(1))
            raise TraceError(
                f"{place}: what has shape {made.shape} does not fit an array of {self.shape}", line=place.line
            )
        _become(self, made)
        return self

    return changed


#: What Python calls where entries are assigned, and arrays changed in place.
CHANGING = {
    "__setitem__": _set,
    "__iadd__": _in_place("add"),
    "__isub__": _in_place("subtract"),
    "__imul__": _in_place("multiply"),
    "__itruediv__": _in_place("divide"),
    "__ipow__": _in_place("power"),
    "__imod__": _in_place("mod"),
    "__imatmul__": _in_place("matmul"),
}

#: What arrays of numpy have, and autograd's have not.
LACKING = {
    "copy": lambda self, order="C": wrapped_numpy.array(self),
    "__pos__": wrapped_numpy.array,
    "dot": wrapped_numpy.dot,
}


def trace_whole(function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> Operations:
    """Return the operations of a call on arrays; see `graphdiff.trace`.

    Raises
    ------
    UsageError
        If no argument holds floats, or something that cannot be kept whole.
    TraceError
        If something would lose the derivative, with the line of the function.

    Examples
    --------
    >>> net = trace_whole(lambda x: np.sum(np.exp(x)), [np.zeros(3)], {})
    >>> list(net), net.reverse()["x"]
    (['x', 'exp#1', 'out'], array([1., 1., 1.]))
    """
    if not callable(function):
        raise UsageError(f"arrays are kept whole of a function, not of {type(function).__name__}")
    tape = _Tape()
    own = with_leaves(
        function, args, kwargs, Leaves(_untouched, _copied, _untouched)
    )  # what is changed later is no input
    with _LOCK, trace_stack.new_trace() as level:
        bound = with_leaves(function, own.args, own.kwargs, _leaves(tape, level))
        inputs = tuple(tape.names.values())
        if not inputs:
            raise UsageError("there is no input: none of the arguments holds a float or an array of floats")
        with _own_errors(function, own), following(function), _accepting(function) as accepted, failing(tape, ArrayBox):
            returned = accepted(*bound.args, **bound.kwargs)
    outputs = [_output(tape, path, one) for path, one in _returned(returned)]
    if not any(position in range(len(inputs)) or tape.rows[position][3] for position in outputs):
        raise TraceError(f"the function returned {_kind(returned)}, and no array in it that follows of an input")
    operations = tape.operations()

    def again(values: Mapping[str, Array]) -> Operations:
        leaves = Leaves(lambda name, value: values[name][()] if name in values else value, values.get, values.get)
        other = with_leaves(function, own.args, own.kwargs, leaves)
        return trace_whole(function, other.args, other.kwargs)

    return Operations(
        operations=operations,
        inputs=inputs,
        parameters=(),
        outputs=tuple([operations[position].name for position in outputs]),
        space=NUMPY,
        called=getattr(function, "__name__", type(function).__name__),
        again=again,
    )


def _leaves(tape: _Tape, level: int) -> Leaves:
    """Return what becomes of arguments: floats and arrays of floats are inputs, whole numbers stay what they are."""

    def noted(name: str, value: Any) -> Any:
        position = tape.note("input", value)
        tape.names[position] = name
        return new_box(value, level, _Noted.new_root(tape, position))

    def number(name: str, value: Any) -> Any:
        if isinstance(value, float | np.floating):
            return noted(name, value if isinstance(value, np.floating) else np.float64(value))
        if isinstance(value, int | np.integer):
            return value
        raise UsageError(f"{name} is of {type(value).__name__}: arrays that are kept whole are of floats")

    def array(name: str, value: Any) -> Any:
        if value.dtype.kind in "iu":
            return value
        if type(value) is not np.ndarray:
            raise UsageError(f"{name} is a {type(value).__name__}, which is not kept whole: give numpy.asarray of it")
        if value.dtype.kind != "f":
            raise UsageError(f"{name} is an array of {value.dtype}: arrays that are kept whole are of floats")
        return noted(name, value)

    def frame(name: str, value: Any) -> NoReturn:
        raise UsageError(f"{name} is a {type(value).__name__}, which is not kept whole: give its to_numpy()")

    return Leaves(number, array, frame)


def _returned(returned: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the arrays in what was returned, each with its place: nothing for one, else ``[0]`` or a key."""
    if isinstance(returned, Mapping):
        for key, one in returned.items():
            yield from _returned(one, f"{path}.{key}" if path else str(key))
    elif isinstance(returned, list | tuple):
        for place, one in enumerate(returned):
            yield from _returned(one, f"{path}[{place}]")
    elif isbox(returned) or isinstance(returned, float | np.floating | np.ndarray):
        yield path, returned


def _output(tape: _Tape, path: str, one: Any) -> int:
    """Return where an output is; what follows of no input is a constant. It is called by its place, if by nothing."""
    if not isbox(one):
        position = tape.note("const", np.asarray(one))
    elif one._node.tape is not tape:
        raise TraceError("the function returned an array of another trace")
    else:
        position = one._node.position
    place = tape.rows[position][4]
    name = f"out{path}" if path.startswith("[") or not path else path
    if position not in tape.names and (place is None or place.name is None) and name not in tape.names.values():
        tape.names[position] = name
    return position


def _untouched(name: str, value: Any) -> Any:
    return value


def _copied(name: str, value: Any) -> Any:
    return kept(value)


def _kind(returned: Any) -> str:
    return "a constant array" if isbox(returned) else type(returned).__name__


@contextmanager
def _own_errors(function: Callable[..., Any], own: inspect.BoundArguments) -> Iterator[None]:
    """Have a program fail as it does without being traced, where it does; else say where arrays cannot be traced."""
    try:
        yield
    except Exception as error:  # whatever the program or a library raises
        cause = error.__cause__ if isinstance(error, TraceError) else error
        if cause is None or isinstance(cause, GraphdiffError):
            raise
        try:
            function(*copy.deepcopy(own.args), **copy.deepcopy(own.kwargs))
        except type(cause) as plain:
            raise plain from None
        if error is not cause:
            raise
        raise _of_tracing(error) from error


def _of_tracing(error: Exception) -> TraceError:
    """Return as one of ours an error that is there only where a program is traced."""
    frame_and_place = users_frame(error)
    place = None if frame_and_place is None else place_at(frame_and_place[0].f_code, frame_and_place[1])
    said = f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
    return TraceError(
        f"{f'{place}: ' if place else ''}only traced it fails with {said}; into an array that numpy made nothing "
        "traced can be written: make a list and numpy.stack it",
        line=place.line if place else None,
    )


@contextmanager
def _accepting(function: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    """Have numpy's functions take traced arrays, also where they are no ufuncs; yield what to call."""
    methods = CHANGING | LACKING | {"__array_function__": _by_name}
    methods["__array_ufunc__"] = lambda self, ufunc, method, *inputs, **options: _of_ufunc(
        ufunc, method, inputs, options
    )
    before = {name: vars(ArrayBox).get(name) for name in methods}
    for name, method in methods.items():
        setattr(ArrayBox, name, method)
    try:
        with substituted(function, _of_scipy(), filter(None, [sys.modules.get("scipy.special")])) as accepted:
            yield accepted
    finally:
        for name, method in before.items():
            if method is None:
                delattr(ArrayBox, name)
            else:
                setattr(ArrayBox, name, method)


def _of_scipy() -> Iterator[tuple[Any, Any]]:
    """Yield functions of ``scipy.special`` that are no ufuncs, each with one by autograd's rules."""
    special = sys.modules.get("scipy.special")
    if special is not None:
        logsumexp = import_module("autograd.scipy.special").logsumexp
        yield special.logsumexp, logsumexp
        yield special.log_softmax, lambda x, axis=None: x - logsumexp(x, axis=axis, keepdims=True)
        yield special.softmax, lambda x, axis=None: wrapped_numpy.exp(x - logsumexp(x, axis=axis, keepdims=True))


def _of_ufunc(ufunc: Any, method: str, inputs: Any, options: dict[str, Any]) -> Any:
    """Do by autograd's rules what one of numpy's functions of elements does."""
    place = place_of(sys._getframe(2))
    if options.get("out") is not None:
        raise TraceError(f"{place}: {ufunc.__name__} writes into an array, and a traced one cannot be: write y = …")
    if method == "reduce" and ufunc in REDUCED:
        return getattr(wrapped_numpy, REDUCED[ufunc])(*inputs, **{"axis": 0} | options)
    known = trace_primitives_map.get(ufunc)
    if method != "__call__" or known is None:
        name = ufunc.__name__ if method == "__call__" else f"{ufunc.__name__}.{method}"
        raise TraceError(f"{place}: autograd has no derivative of {name}: write it out", line=place.line)
    return known(*inputs, called_by_autograd_dispatcher=True, **options)


def _by_name(self: Any, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
    """Do by autograd's rules what a function of numpy does; it is found by its name."""
    module = wrapped_numpy
    for name in function.__module__.split(".")[1:]:
        module = getattr(module, name, module)
    known, name = getattr(module, function.__name__, None), function.__name__
    place = place_of(sys._getframe(1))
    if known is None:
        raise TraceError(f"{place}: autograd does not know numpy's {name}: write it out", line=place.line)
    is_plain = getattr(known, "fun", None) is not None and not any(map(isbox, args))
    if is_plain or (name.startswith("full") and _fills(args, kwargs)):
        raise TraceError(f"{place}: autograd does not follow what {name} is given so: write it out", line=place.line)
    return known(*args, **kwargs)


def _fills(args: Any, kwargs: Mapping[str, Any]) -> bool:
    """Tell whether an array is to be filled with a traced number, of which autograd loses the derivative."""
    return any(map(isbox, args[1:])) or isbox(kwargs.get("fill_value"))
