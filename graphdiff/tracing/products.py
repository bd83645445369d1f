"""The derivative of a function of JAX as two products, by `jax.jvp` and `jax.vjp`; and its arrays.

Of several results those count that can move: whole numbers, booleans and keys have no tangent and no adjoint.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from math import fsum
from typing import Any

import numpy as np

from graphdiff.errors import DerivativeError, MissingExtraError
from graphdiff.operations.ends import kind_text
from graphdiff.operations.space import Array, Space

try:
    import jax
    import jax.numpy as jnp
except ImportError:
    raise MissingExtraError("jax", "jax") from None

__all__ = ["JAX", "ByTranspose", "Member", "Products", "can_move", "first_line"]

#: So many numbers are made double at a time: a copy of all would take longer than the products.
BLOCK = 1 << 15

#: What JAX raises of a primitive that has no such derivative.
_WITHOUT = (NotImplementedError, ValueError, TypeError, AssertionError)


def can_move(value: Any) -> bool:
    """Tell whether a value is an array of floats, or complex, as what is computed between may be."""
    return kind_text(value).startswith(("float", "bfloat", "complex"))


def first_line(error: BaseException) -> str:
    """Return the first line of what an error says."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


def _dot(first: Any, second: Any) -> float:
    """Return the real part of the sum of products, without conjugates: JAX's adjoints of complex numbers are so."""
    one, other = np.asarray(first).reshape(-1), np.asarray(second).reshape(-1)
    blocks = [slice(start, start + BLOCK) for start in range(0, one.size, BLOCK)]
    return fsum(float(np.dot(_double(one[block]), _double(other[block])).real) for block in blocks)


def _double(array: Any) -> Any:
    return array.astype(np.complex128 if array.dtype.kind == "c" else np.float64, copy=False)


def _like(given: Any, array: Any) -> Any:
    return jnp.broadcast_to(jnp.asarray(given, dtype=array.dtype), array.shape)


JAX = Space("jax", _dot, _like, np.asarray)


class Products:
    """The two products of a function of arrays at its operands.

    Attributes
    ----------
    compute : callable
        The function of all operands.
    operands : sequence
        Their values.
    places : sequence of int
        Which of them are nodes.
    count : int
        How many results there are.
    members : sequence of int or None
        Which of several results can move; None of one result.
    called, line : str, int or None
        What it is, and the user's line, for errors.
    """

    __slots__ = ("called", "compute", "count", "line", "members", "operands", "places")

    def __init__(
        self,
        compute: Callable[..., Any],
        operands: Sequence[Any],
        places: Sequence[int],
        value: Any,
        called: str,
        line: int | None,
    ) -> None:
        self.compute, self.operands, self.places = compute, operands, places
        several = isinstance(value, tuple)
        self.count = len(value) if several else 1
        self.members = [place for place, one in enumerate(value) if can_move(one)] if several else None
        self.called, self.line = called, line

    def _of(self, places: Sequence[int]) -> Callable[..., Any]:
        """Return the function of those operands alone, of several results those that can move."""

        def of_some(*given: Any) -> Any:
            whole = list(self.operands)
            for place, one in zip(places, given, strict=True):
                whole[place] = one
            made = self.compute(*whole)
            return made if self.members is None else [made[member] for member in self.members]

        return of_some

    def push(self, tangents: Sequence[Array]) -> Array:
        """Return what these tangents of the operands make together."""
        moving = [(place, one) for place, one in zip(self.places, tangents, strict=True) if one is not None]
        places, given = zip(*moving, strict=True)
        with self._told("forward"):
            return self._results(jax.jvp(self._of(places), [self.operands[place] for place in places], list(given))[1])

    def pull(self, adjoint: Array) -> Sequence[Array]:
        """Return what an adjoint makes of each operand's."""
        with self._told("in reverse"):
            value, back = self._back()
            return list(back(self._adjoint(adjoint, value)))

    def _back(self) -> tuple[Any, Callable[..., Any]]:
        value, back = jax.vjp(self._of(self.places), *[self.operands[place] for place in self.places])
        return value, back

    def _adjoint(self, adjoint: Array, value: Any) -> Any:
        """Return an adjoint as JAX takes it: zeros where a member of several has none."""
        if self.members is None:
            return adjoint
        given = [adjoint[member] for member in self.members]
        return [jnp.zeros_like(one) if part is None else part for part, one in zip(given, value, strict=True)]

    def _results(self, tangent: Any) -> Array:
        """Return what moves of several results at its places, None at the others."""
        if self.members is None:
            return tangent
        places = dict(zip(self.members, tangent, strict=True))
        return tuple([places.get(place) for place in range(self.count)])

    @contextmanager
    def _told(self, way: str) -> Iterator[None]:
        """Within, have JAX's own words for what has no derivative come as our error, with the line."""
        try:
            yield
        except _WITHOUT as error:
            place = f"line {self.line}: " if self.line else ""
            said = f"{place}JAX has no derivative of {self.called!r} {way}: {first_line(error)}"
            raise DerivativeError(said, node=self.called, line=self.line) from error


class ByTranspose(Products):
    """Of what has a rule for reverse only: forward is the transpose of that, which has to be linear."""

    __slots__ = ()

    def push(self, tangents: Sequence[Array]) -> Array:
        """Return what these tangents of the operands make together."""
        with self._told("forward, as the transpose of its own rule"):
            value, back = self._back()
            values = [self.operands[place] for place in self.places]
            given = [jnp.zeros_like(one) if two is None else two for one, two in zip(values, tangents, strict=True)]
            return self._results(jax.linear_transpose(back, value)(tuple(given))[0])


class Member:
    """The map that takes one of several results."""

    __slots__ = ("count", "place")

    def __init__(self, place: int, count: int) -> None:
        self.place, self.count = place, count

    def push(self, tangents: Sequence[Array]) -> Array:
        """Return what these tangents of the operands make together."""
        return tangents[0][self.place]

    def pull(self, adjoint: Array) -> Sequence[Array]:
        """Return what an adjoint makes of each operand's."""
        return [tuple([adjoint if place == self.place else None for place in range(self.count)])]
