"""What is put in at either end of a computation: a direction of its inputs, and how much its outputs count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from graphdiff.errors import UsageError
from graphdiff.operations.space import Array, entries
from graphdiff.remedies import Keyword

if TYPE_CHECKING:
    from graphdiff.operations.network import Operations

__all__ = [
    "Cotangent",
    "Direction",
    "Seeded",
    "cotangent_of",
    "direction_of",
    "fitting",
    "is_float",
    "kind_text",
    "shape_text",
]

#: ``{node: how it moves}``, nodes that move by their own values, or None for all data inputs.
Direction: TypeAlias = Any

#: ``{output: how much each entry counts}``, an output of one entry, an array for the one output, or None for it.
Cotangent: TypeAlias = Any


@dataclass(frozen=True)
class Seeded:
    """What is put in at the inputs.

    Attributes
    ----------
    seeds : dict of int to array
        By position.
    by_value : tuple of str
        The nodes that move by their own values: what comes out is gradient × input.
    """

    seeds: dict[int, Array]
    by_value: tuple[str, ...] = ()


def direction_of(net: Operations, given: Direction) -> Seeded:
    """Return a direction of the inputs.

    Raises
    ------
    UnknownNodeError
        If there is no such node.
    UsageError
        If an array does not fit its node, or a node without a number of its own to move by is to move by its value.
    """
    if isinstance(given, Mapping):
        return Seeded({net.position(name): fitting(net, name, seed, "direction") for name, seed in given.items()})
    names = _moving(net) if given is None else (given,) if isinstance(given, str) else tuple(given)
    positions = [net.position(name) for name in names]
    for name, position in zip(names, positions, strict=True):
        if not is_float(net.operations[position].value):
            raise UsageError(
                f"{name!r} does not hold floats, and does not move: ",
                Keyword("direction", {"NODE": ...}, python='{"NODE": array}'),
                " names a node behind it that does",
            )
    return Seeded({position: net.operations[position].value for position in positions}, names)


def _moving(net: Operations) -> tuple[str, ...]:
    """Return the data inputs that hold floats: those that can move."""
    names = tuple([name for name in net.inputs if is_float(net.value(name))])
    if not names:
        first = next((name for name in net.parameters if is_float(net.value(name))), "NODE")
        raise UsageError(
            "no data input holds floats, so none can move: ",
            Keyword("direction", first),
            " names a node that does, which moves by its own value",
        )
    return names


def cotangent_of(net: Operations, given: Cotangent) -> dict[int, Array]:
    """Return how much each entry of the outputs counts, by position.

    Raises
    ------
    UnknownNodeError, UsageError
        As `direction_of`; or if what counts is not said, and there is not one output of one entry.
    """
    if isinstance(given, Mapping):
        return {net.position(name): fitting(net, name, seed, "cotangent") for name, seed in given.items()}
    name = given if isinstance(given, str) else _only(net)
    position = net.position(name)
    if given is not None and not isinstance(given, str):
        return {position: fitting(net, name, given, "cotangent")}
    if (size := entries(net.operations[position].value)) != 1:
        raise UsageError(
            f"{name!r} has {size:,} entries, {shape_text(net.operations[position].value)}: ",
            Keyword("cotangent", python=f'{{"{name}": array}}'),
            " says how much each counts, 1 the sum of them all",
        )
    return {position: fitting(net, name, 1.0, "cotangent")}


def _only(net: Operations) -> str:
    if len(net.outputs) != 1:
        raise UsageError(
            f"there are {len(net.outputs)} outputs, {', '.join(net.outputs[:5])}: ",
            Keyword("cotangent", net.outputs[0]),
            " names one of them",
        )
    return net.outputs[0]


def fitting(net: Operations, name: str, given: Any, keyword: str) -> Array:
    """Return what a user gave for a node as an array of its kind and shape."""
    value = net.value(name)
    if not is_float(value):
        raise UsageError(
            Keyword(keyword), f" of {name!r}: it holds {kind_text(value)}, and only floats have a derivative"
        )
    try:
        return net.space.like(given, value)
    except (TypeError, ValueError) as error:
        raise UsageError(
            Keyword(keyword), f" of {name!r} does not fit its {shape_text(value)}: {str(error).partition(chr(10))[0]}"
        ) from None


def is_float(value: Array) -> bool:
    """Tell whether a value is an array of floats.

    Examples
    --------
    >>> import numpy as np
    >>> is_float(np.ones(2)), is_float(np.arange(2)), is_float((np.ones(2),))
    (True, False, False)
    """
    return "float" in kind_text(value)


def kind_text(value: Array) -> str:
    """Return what kind of numbers an array holds, as its library says it.

    Examples
    --------
    >>> import numpy as np
    >>> kind_text(np.arange(2)), kind_text(2.0), kind_text((1.0, 2.0))
    ('int64', 'float', 'several arrays')
    """
    if isinstance(value, tuple):
        return "several arrays"
    return str(getattr(value, "dtype", type(value).__name__)).rpartition(".")[2]


def shape_text(value: Array) -> str:
    """Return the shape of an array as a person reads it.

    Examples
    --------
    >>> import numpy as np
    >>> shape_text(np.ones((2, 3))), shape_text(2.0), shape_text((np.ones(2), 1.0))
    ('shape 2×3', 'one number', '2 arrays')
    """
    if isinstance(value, tuple):
        return f"{len(value)} arrays"
    shape = tuple(getattr(value, "shape", ()))
    return f"shape {'×'.join(map(str, shape))}" if shape else "one number"
