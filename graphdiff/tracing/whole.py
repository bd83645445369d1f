"""Functions of numpy arrays that are kept whole: a node an operation, by the rules of autograd.

autograd (D. Maclaurin, D. Duvenaud, M. Johnson) has the derivatives of numpy's functions, of ``numpy.linalg`` and of
``scipy.special`` in two tables, one a direction. Its tracer notes here what is done, by a node of ours, as its own
`autograd.misc.tracers` do; the tables are asked when something is to be carried.
"""

from __future__ import annotations

import copy
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from importlib import import_module
from typing import Any, NoReturn

import numpy as np

from graphdiff.errors import MissingExtraError, TraceError, UsageError
from graphdiff.operations.network import Operations
from graphdiff.operations.space import NUMPY, Array
from graphdiff.operations.sweeps import Maps, Operation
from graphdiff.tracing.arguments import Leaves, with_leaves
from graphdiff.tracing.failing import failing
from graphdiff.tracing.places import Place, following, is_library, place_of
from graphdiff.tracing.substitutes import substituted
from graphdiff.tracing.tape import cut, distinct_names

try:
    import autograd.numpy as wrapped_numpy
    from autograd import core
    from autograd.differential_operators import make_vjp
    from autograd.numpy.numpy_boxes import ArrayBox
    from autograd.tracer import (
        Node,
        getval,
        isbox,
        new_box,
        notrace_primitives,
        primitive,
        trace_primitives_map,
        trace_stack,
    )
except ImportError:
    raise MissingExtraError("autograd", "arrays") from None

__all__ = ["trace_whole"]

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
        self.is_assigned = False

    def note(
        self, op: str, value: Any, operands: tuple[int, ...] = (), maps: Maps | None = None, place: Place | None = None
    ) -> int:
        """Note an operation; return its position."""
        self.rows.append((op, value, operands, maps, place))
        return len(self.rows) - 1

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


def _about(place: Place | None) -> dict[str, Any]:
    return {} if place is None or place.line is None else {"line": place.line, "file": place.file}


class _Noted(Node):  # type: ignore[misc]
    """A node of autograd's that is on a tape of ours."""

    __slots__ = ["position", "tape"]

    def __init__(self, value: Any, fun: Any, args: Any, kwargs: Any, argnums: tuple[int, ...], parents: Any) -> None:
        self.tape = parents[0].tape
        place = place_of(sys._getframe(1))
        if fun not in core.primitive_vjps:
            raise TraceError(f"{place}: autograd has no derivative of {fun.__name__}: write it out", line=place.line)
        if isinstance(value, np.ndarray) and value.dtype.kind == "c":
            raise TraceError(
                f"{place}: {fun.__name__} makes complex numbers, and arrays are of floats", line=place.line
            )
        operands = tuple([parent.position for parent in parents])
        maps = _Maps(fun, argnums, value, args, kwargs)
        self.position = self.tape.note(fun.__name__.removesuffix("_args"), value, operands, maps, place)

    def initialize_root(self, tape: _Tape, position: int) -> None:
        self.tape, self.position = tape, position


# What has no derivative, as `floor` and `argmax`, is a constant to autograd's own nodes, and so to ours.
notrace_primitives[_Noted] = notrace_primitives[core.VJPNode]


@primitive  # type: ignore[untyped-decorator]
def assign(array: Any, given: Any, index: Any) -> Any:
    """Return a copy of an array with other entries at an index."""
    copied = array.copy()
    copied[index] = given
    return copied


def _kept(adjoint: Any, index: Any) -> Any:
    """Return what of an adjoint belongs to the entries that were not assigned to."""
    return assign(adjoint, 0.0, index)


def _given(adjoint: Any, given: Any, index: Any) -> Any:
    """Return what of an adjoint belongs to what was assigned, added up where that was one for several entries."""
    part, shape = adjoint[index], np.shape(given)
    part = wrapped_numpy.sum(part, axis=tuple(range(np.ndim(part) - len(shape))))
    repeated = tuple([axis for axis, size in enumerate(shape) if size == 1 and np.shape(part)[axis] != 1])
    return wrapped_numpy.sum(part, axis=repeated, keepdims=True) if repeated else part


core.defvjp(
    assign,
    lambda made, array, given, index: lambda adjoint: _kept(adjoint, index),
    lambda made, array, given, index: lambda adjoint: _given(adjoint, given, index),
    argnums=(0, 1),
)
core.defjvp(
    assign,
    lambda tangent, made, array, given, index: _kept(tangent, index),
    lambda tangent, made, array, given, index: assign(np.zeros_like(made), tangent, index),
    argnums=(0, 1),
)


def _set(self: Any, index: Any, given: Any) -> None:
    """Assign to entries of a traced array: it becomes the copy, and its tape knows that it was done."""
    _become(self, assign(self, given, index))


def _become(self: Any, made: Any) -> None:
    self._value, self._node = made._value, made._node
    self._node.tape.is_assigned = True


def _in_place(name: str) -> Callable[[Any, Any], Any]:
    """Return what ``+=`` and its like do: an array is changed under all its names, a number is another one."""

    def changed(self: Any, other: Any) -> Any:
        made = getattr(wrapped_numpy, name)(self, other)
        if self.ndim and made.shape == self.shape:
            _become(self, made)
            return self
        return made

    return changed


#: What Python calls where entries are assigned, and arrays changed in place.
CHANGING = {
    "__setitem__": _set,
    "__iadd__": _in_place("add"),
    "__isub__": _in_place("subtract"),
    "__imul__": _in_place("multiply"),
    "__itruediv__": _in_place("divide"),
    "__ipow__": _in_place("power"),
}


class _Maps:
    """The two products of an operation of numpy's, by autograd's rules."""

    __slots__ = ("argnums", "args", "function", "kwargs", "value")

    def __init__(self, function: Any, argnums: tuple[int, ...], value: Any, args: Any, kwargs: Any) -> None:
        self.function, self.argnums, self.value = function, argnums, value
        self.args, self.kwargs = args, kwargs

    def push(self, tangents: Sequence[Array]) -> Array:
        given = [(number, one) for number, one in zip(self.argnums, tangents, strict=True) if one is not None]
        numbers, moving = zip(*given, strict=True)
        rule = core.primitive_jvps.get(self.function)
        if rule is None:
            return self._by_reverse(numbers, moving)
        return rule(numbers, list(moving), self.value, self.args, self.kwargs)

    def _by_reverse(self, numbers: tuple[int, ...], moving: tuple[Array, ...]) -> Array:
        """Return what `push` does where only the rule of the other direction is there: the transpose of its transpose.

        J. Townsend, "A new trick for calculating Jacobian vector products" (2017).
        """
        pull = core.primitive_vjps[self.function](numbers, self.value, self.args, self.kwargs)
        zeros = core.vspace(self.value).zeros()
        made = [
            make_vjp(lambda adjoint, place=place: tuple(pull(adjoint))[place], 0)(zeros)[0](tangent)
            for place, tangent in enumerate(moving)
        ]
        return sum(made[1:], start=made[0])

    def pull(self, adjoint: Array) -> Sequence[Array]:
        made = core.primitive_vjps[self.function](self.argnums, self.value, self.args, self.kwargs)(adjoint)
        return [_dense(one) for one in made]


def _dense(one: Any) -> Any:
    return core.sparse_add(core.vspace(one), None, one) if type(one) in core.sparse_object_types else one


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
    with _LOCK, trace_stack.new_trace() as level:
        leaves = _leaves(tape, level)
        bound = with_leaves(function, args, kwargs, leaves)
        inputs = tuple(tape.names.values())
        if not inputs:
            raise UsageError("there is no input: none of the arguments holds a float or an array of floats")
        with following(function), _accepting(function, tape, level) as accepted, failing(tape, ArrayBox):
            returned = accepted(*bound.args, **bound.kwargs)
    if tape.is_assigned:
        _require_same(function, args, kwargs, returned)
    outputs = [_output(tape, path, one) for path, one in _returned(returned)]
    if not any(position in range(len(inputs)) or tape.rows[position][3] for position in outputs):
        raise TraceError(
            f"the function returned {type(returned).__name__}, and no array in it that follows of an input"
        )
    operations = tape.operations()

    def again(values: Mapping[str, Array]) -> Operations:
        other = with_leaves(function, args, kwargs, Leaves(values.get, values.get, values.get))
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
            return noted(name, np.asarray(value))
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


@contextmanager
def _accepting(function: Callable[..., Any], tape: _Tape, level: int) -> Iterator[Callable[..., Any]]:
    """Have numpy's functions take traced arrays, also where they are no ufuncs; yield what to call."""
    by_ufunc = ArrayBox.__array_ufunc__
    ArrayBox.__array_function__ = _by_name
    for name, method in CHANGING.items():
        setattr(ArrayBox, name, method)
    ArrayBox.__array_ufunc__ = lambda self, ufunc, method, *inputs, **options: _of_ufunc(ufunc, method, inputs, options)
    try:
        pairs, modules = [*_of_scipy(), *_making(tape, level)], [np, sys.modules.get("scipy.special")]
        with substituted(function, pairs, filter(None, modules)) as accepted:
            yield accepted
    finally:
        for name in ("__array_function__", *CHANGING):
            delattr(ArrayBox, name)
        ArrayBox.__array_ufunc__ = by_ufunc


#: What makes arrays that are filled later.
MAKING = ("empty", "empty_like", "full", "full_like", "ones", "ones_like", "zeros", "zeros_like")


def _making(tape: _Tape, level: int) -> Iterator[tuple[Any, Any]]:
    """Yield what makes arrays, each with what makes a constant of the tape, to which traced arrays can be assigned."""

    def recording(make: Any) -> Any:
        @wraps(make)
        def made(*args: Any, **options: Any) -> Any:
            array = make(*map(getval, args), **{name: getval(one) for name, one in options.items()})
            frame = sys._getframe(1)
            if array.dtype.kind != "f" or is_library(frame.f_code.co_filename):
                return array
            return new_box(array, level, _Noted.new_root(tape, tape.note("const", array, place=place_of(frame))))

        return made

    yield from ((getattr(np, name), recording(getattr(np, name))) for name in MAKING)


def _require_same(function: Callable[..., Any], args: Any, kwargs: Any, returned: Any) -> None:
    """Refuse where the function gives something else untraced: numpy's views share their numbers, ours are copies."""
    plain = function(*copy.deepcopy(args), **copy.deepcopy(dict(kwargs)))
    pairs = zip(_returned(plain), _returned(returned), strict=True)
    if not all(np.array_equal(one, getval(other), equal_nan=True) for (_, one), (_, other) in pairs):
        raise TraceError(
            "the function gives something else when it is run without being traced: where entries of an array are "
            "assigned, another name may see them in numpy (a view), or it draws random numbers"
        )


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
        options = {name: value for name, value in options.items() if name in ("axis", "keepdims")}
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
    known = getattr(module, function.__name__, None)
    if known is None:
        place = place_of(sys._getframe(1))
        raise TraceError(f"{place}: autograd does not know numpy's {function.__name__}: write it out", line=place.line)
    return known(*args, **kwargs)
