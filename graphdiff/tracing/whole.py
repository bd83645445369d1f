"""Functions of numpy arrays that are kept whole: a node an operation, by the rules of autograd.

autograd (D. Maclaurin, D. Duvenaud, M. Johnson) has the derivatives of numpy's functions, of ``numpy.linalg`` and of
``scipy.special`` in two tables, one a direction; here its tracer notes what is done, and the tables are asked later.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from autograd import core
from autograd import numpy as wrapped_numpy
from autograd.numpy.numpy_boxes import ArrayBox
from autograd.tracer import Node, new_box, trace_stack

from graphdiff.operations.network import Operations
from graphdiff.operations.space import NUMPY, Array
from graphdiff.operations.sweeps import Maps, Operation
from graphdiff.tracing.places import following, place_of

__all__ = ["trace_whole"]

#: What a reduction by one of numpy's operators is called.
REDUCED = {np.add: "sum", np.multiply: "prod", np.maximum: "max", np.minimum: "min"}


class _Tape:
    """What was done so far, in order."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self.taken: dict[str, int] = {}

    def note(
        self,
        name: str | None,
        op: str,
        value: Any,
        operands: tuple[int, ...] = (),
        maps: Maps | None = None,
        **about: Any,
    ) -> int:
        """Note an operation; return its position."""
        title = name or op
        count = self.taken.get(title, 0)
        self.taken[title] = count + 1
        self.operations.append(Operation(f"{title}#{count}" if count else title, op, value, operands, maps, about))
        return len(self.operations) - 1


class _Noted(Node):  # type: ignore[misc]
    """A node of autograd's that is on a tape of ours."""

    __slots__ = ["position", "tape"]

    def __init__(
        self, value: Any, fun: Any, args: Any, kwargs: Any, parent_argnums: tuple[int, ...], parents: Any
    ) -> None:
        self.tape = parents[0].tape
        place = place_of(sys._getframe(1))
        about = {"line": place.line, "file": place.file} if place.line else {}
        operands = tuple([parent.position for parent in parents])
        maps = _Maps(fun, parent_argnums, value, args, kwargs)
        self.position = self.tape.note(place.name, fun.__name__, value, operands, maps, **about)

    def initialize_root(self, tape: _Tape, position: int) -> None:
        self.tape, self.position = tape, position


class _Maps:
    """The two products of an operation of numpy's, by autograd's rules."""

    __slots__ = ("argnums", "args", "function", "kwargs", "value")

    def __init__(self, function: Any, argnums: tuple[int, ...], value: Any, args: Any, kwargs: Any) -> None:
        self.function, self.argnums, self.value = function, argnums, value
        self.args, self.kwargs = args, kwargs

    def push(self, tangents: Sequence[Array]) -> Array:
        given = [(number, one) for number, one in zip(self.argnums, tangents, strict=True) if one is not None]
        numbers, moving = tuple(zip(*given, strict=True))
        rule = core.primitive_jvps.get(self.function)
        if rule is not None:
            return rule(numbers, list(moving), self.value, self.args, self.kwargs)
        return self._by_reverse(numbers, moving)

    def _by_reverse(self, numbers: tuple[int, ...], moving: tuple[Array, ...]) -> Array:
        """Return what `push` does where only the other rule is there: the transpose of its transpose."""
        pull = core.primitive_vjps[self.function](numbers, self.value, self.args, self.kwargs)
        zeros = core.vspace(self.value).zeros()
        total = None
        for place, tangent in enumerate(moving):
            back, _ = core.make_vjp(lambda adjoint, place=place: list(pull(adjoint))[place], zeros)
            made = back(tangent)
            total = made if total is None else total + made
        return total

    def pull(self, adjoint: Array) -> Sequence[Array]:
        made = core.primitive_vjps[self.function](self.argnums, self.value, self.args, self.kwargs)(adjoint)
        return [_dense(one) for one in made]


def _dense(one: Any) -> Any:
    return core.sparse_add(core.vspace(one), None, one) if type(one) in core.sparse_object_types else one


def trace_whole(function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> Operations:
    """Return the operations of a call on arrays; see `graphdiff.trace`."""
    tape = _Tape()
    with trace_stack.new_trace() as level:
        given = []
        for number, array in enumerate(args):
            position = tape.note(f"x{number}", "input", np.asarray(array))
            given.append(new_box(np.asarray(array), level, _Noted.new_root(tape, position)))
        inputs = tuple([operation.name for operation in tape.operations])
        with following(function), _accepting():
            returned = function(*given, **kwargs)
    outputs = (tape.operations[returned._node.position].name,)
    return Operations(tape.operations, inputs, (), outputs, NUMPY, getattr(function, "__name__", "a function"))


@contextmanager
def _accepting() -> Iterator[None]:
    ArrayBox.__array_function__ = _by_rule
    try:
        yield
    finally:
        del ArrayBox.__array_function__


def _by_rule(self: Any, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
    place = wrapped_numpy
    for name in function.__module__.split(".")[1:]:
        place = getattr(place, name, place)
    known = getattr(place, function.__name__, None)
    return NotImplemented if known is None else known(*args, **kwargs)
