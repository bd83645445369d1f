"""Forward and reverse accumulation over operations: what is carried is an array, an edge is a linear map.

A. Griewank, A. Walther, "Evaluating Derivatives", 2nd ed. (2008), chapter 3: tangents forward, adjoints in reverse.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from graphdiff.operations.space import Array, added

__all__ = ["Maps", "Operation", "adjoints", "tangents"]


class Maps(Protocol):
    """The derivative of an operation at its operands, as two products; neither needs a matrix."""

    def push(self, tangents: Sequence[Array]) -> Array:
        """Return what these tangents of the operands make together: the sum of J·tangent."""

    def pull(self, adjoint: Array) -> Sequence[Array]:
        """Return what an adjoint makes of each operand's, one after the other: Jᵀ·adjoint; None where it is zero."""


@dataclass(frozen=True, eq=False)
class Operation:
    """A node: what was computed, of what, and how it moves with that.

    Attributes
    ----------
    name, op : str
        Its name in the graph, and what it does.
    value : array, or a tuple of arrays
    operands : tuple of int
        The positions of what it was computed from, one an edge; one that is used twice is there twice.
    maps : Maps or None
        None of an input or a parameter.
    about : mapping of str to anything
        What else is known: ``line``, ``file``, ``module``, ….
    """

    name: str
    op: str
    value: Array
    operands: tuple[int, ...] = ()
    maps: Maps | None = None
    about: Mapping[str, Any] = field(default_factory=dict)


def tangents(operations: Sequence[Operation], seeds: Mapping[int, Array]) -> list[Array]:
    """Return how each value moves when what is put in does; None where it does not."""
    carried: list[Array] = []
    for position, operation in enumerate(operations):
        tangent = seeds.get(position)
        given = [carried[operand] for operand in operation.operands]
        if operation.maps is not None and any(one is not None for one in given):
            tangent = added(tangent, operation.maps.push(given))
        carried.append(tangent)
    return carried


def adjoints(
    operations: Sequence[Operation], seeds: Mapping[int, Array]
) -> Iterator[tuple[int, Array, Sequence[Array]]]:
    """Yield from the last operation to the first its position, its adjoint, and what that makes of each operand's.

    What is zero is left out; what is yielded is kept by nobody else.
    """
    carried = dict(seeds)
    for position in reversed(range(len(operations))):
        operation, adjoint = operations[position], carried.pop(position, None)
        if adjoint is None:
            continue
        made = () if operation.maps is None else operation.maps.pull(adjoint)
        for operand, cotangent in zip(operation.operands, made, strict=bool(made)):
            if cotangent is not None:
                carried[operand] = added(carried.get(operand), cotangent)
        yield position, adjoint, made
