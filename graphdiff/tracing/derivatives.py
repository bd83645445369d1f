"""The derivatives of numpy's functions, by autograd's rules: each as its two products.

A few rules are ours, where autograd's give an array of another shape than the operand's, or where it has none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from graphdiff.errors import MissingExtraError, TraceError
from graphdiff.operations.space import Array
from graphdiff.tracing.places import Place

try:
    import autograd.numpy as wrapped_numpy
    from autograd import core
    from autograd.differential_operators import make_vjp
    from autograd.tracer import primitive, trace_primitives_map
except ImportError:
    raise MissingExtraError("autograd", "arrays") from None

__all__ = ["NumpyMaps", "assign", "has_rule", "kept"]


@primitive  # type: ignore[untyped-decorator]
def assign(array: Any, given: Any, index: Any) -> Any:
    """Return a copy of an array with other entries at an index."""
    copied = array.copy()
    copied[index] = given
    return copied


def _kept(adjoint: Any, index: Any) -> Any:
    """Return what of an adjoint belongs to the entries that were not assigned to."""
    return assign(adjoint, 0.0, index)


def _back_to(shape: tuple[int, ...]) -> Callable[[Any], Any]:
    """Return what adds up an adjoint over the axes along which an operand of this shape was repeated."""

    def added_up(adjoint: Any) -> Any:
        summed = wrapped_numpy.sum(adjoint, axis=tuple(range(np.ndim(adjoint) - len(shape))))
        repeated = tuple([axis for axis, size in enumerate(shape) if size == 1 and np.shape(summed)[axis] != 1])
        return wrapped_numpy.sum(summed, axis=repeated, keepdims=True) if repeated else summed

    return added_up


core.defvjp(
    assign,
    lambda made, array, given, index: lambda adjoint: _kept(adjoint, index),
    lambda made, array, given, index: lambda adjoint: _back_to(np.shape(given))(adjoint[index]),
    argnums=(0, 1),
)
core.defjvp(
    assign,
    lambda tangent, made, array, given, index: _kept(tangent, index),
    lambda tangent, made, array, given, index: assign(np.zeros_like(made), tangent, index),
    argnums=(0, 1),
)


def _where(argnums: Sequence[int], made: Any, args: Any, kwargs: Any) -> Callable[[Any], list[Any]]:
    condition = args[0]
    chosen = {1: lambda adjoint: wrapped_numpy.where(condition, adjoint, 0.0)}
    chosen[2] = lambda adjoint: wrapped_numpy.where(condition, 0.0, adjoint)
    return lambda adjoint: [_back_to(np.shape(args[number]))(chosen[number](adjoint)) for number in argnums]


def _broadcast(argnums: Sequence[int], made: Any, args: Any, kwargs: Any) -> Callable[[Any], list[Any]]:
    return lambda adjoint: [_back_to(np.shape(args[0]))(adjoint)]


#: Rules in place of autograd's, as its table has them.
OWN: dict[Any, Any] = {trace_primitives_map[np.where]: _where, trace_primitives_map[np.broadcast_to]: _broadcast}


def has_rule(function: Any) -> bool:
    """Tell whether there is a derivative of one of autograd's functions."""
    return function in OWN or function in core.primitive_vjps


def kept(value: Any) -> Any:
    """Return what a function was given, so that nothing changes it later: arrays and what holds them are copied.

    Examples
    --------
    >>> index = [np.array([0, 1]), 2]
    >>> kept(index)[0] is index[0]
    False
    """
    if isinstance(value, np.ndarray):
        return value.copy() if value.flags.writeable or value.base is not None else value
    if type(value) in (list, tuple):
        return type(value)(map(kept, value))
    if isinstance(value, dict):
        return {name: kept(one) for name, one in value.items()}
    return value


class NumpyMaps:
    """The two products of an operation of numpy's, by autograd's rules."""

    __slots__ = ("argnums", "args", "function", "kwargs", "place", "value")

    def __init__(
        self, function: Any, argnums: tuple[int, ...], value: Any, args: Any, kwargs: Mapping[str, Any], place: Place
    ) -> None:
        self.function, self.argnums, self.value, self.place = function, argnums, value, place
        self.args, self.kwargs = args, kwargs

    def _back(self, argnums: Sequence[int]) -> Callable[[Any], Any]:
        rule = OWN.get(self.function) or core.primitive_vjps[self.function]
        back: Callable[[Any], Any] = rule(argnums, self.value, self.args, self.kwargs)
        return back

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Have what a rule fails with say of which operation it is."""
        try:
            yield
        except (
            AssertionError,
            AttributeError,
            IndexError,
            KeyError,
            NotImplementedError,
            TypeError,
            ValueError,
        ) as error:
            name = self.function.__name__.strip("_")
            said = str(error).partition("\n")[0] or type(error).__name__
            raise TraceError(
                f"{self.place}: autograd's derivative of {name} fails ({said}): write it out", line=self.place.line
            ) from error

    def push(self, tangents: Sequence[Array]) -> Array:
        """Return what tangents of the operands make together."""
        given = [(number, one) for number, one in zip(self.argnums, tangents, strict=True) if one is not None]
        numbers, moving = zip(*given, strict=True)
        rule = None if self.function in OWN else core.primitive_jvps.get(self.function)
        with self._told():
            if rule is None:
                return self._by_reverse(numbers, moving)
            return rule(numbers, list(moving), self.value, self.args, self.kwargs)

    def _by_reverse(self, numbers: tuple[int, ...], moving: tuple[Array, ...]) -> Array:
        """Return what `push` does where only the rule of the other direction is there: the transpose of its transpose.

        J. Townsend, "A new trick for calculating Jacobian vector products" (2017).
        """
        pull = self._back(numbers)
        zeros = core.vspace(self.value).zeros()
        made = [
            make_vjp(lambda adjoint, place=place: tuple(pull(adjoint))[place], 0)(zeros)[0](tangent)
            for place, tangent in enumerate(moving)
        ]
        return sum(made[1:], start=made[0])

    def pull(self, adjoint: Array) -> Sequence[Array]:
        """Return what an adjoint makes of each operand's."""
        with self._told():
            return [_dense(one) for one in self._back(self.argnums)(adjoint)]


def _dense(one: Any) -> Any:
    return core.sparse_add(core.vspace(one), None, one) if type(one) in core.sparse_object_types else one
