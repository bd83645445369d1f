"""The arguments of a function that is traced: what holds numbers is looked into, and each has a name."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff.errors import LimitError, UsageError
from graphdiff.remedies import Keyword, Remedy
from graphdiff.tracing.arrays import TracedArray, is_frame, remade
from graphdiff.tracing.scalars import is_scalar

__all__ = ["Leaves", "replaced", "with_leaves"]

#: So many numbers of an array are traced one by one.
MAX_NUMBERS = 1_000_000


@dataclass(frozen=True)
class Leaves:
    """What becomes of the numbers, arrays and frames among the arguments of a call, each by its name.

    Attributes
    ----------
    number, array, frame : callable
        ``(name, value) -> what the function is given``.
    """

    number: Callable[[str, Any], Any]
    array: Callable[[str, NDArray[Any]], Any]
    frame: Callable[[str, Any], Any]


def replaced(
    function: Callable[..., Any],
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    replace: Callable[[str, Any], Any],
    *,
    is_traced: bool = True,
) -> inspect.BoundArguments:
    """Return the arguments of a call, each number in them replaced by ``replace(name, number)``.

    Booleans, texts and other objects stay. An array of the numbers put in is one of traced numbers, or numpy's own.
    """
    kind = TracedArray if is_traced else None
    leaves = Leaves(
        replace,
        lambda name, array: _array_replaced(name, array, leaves, kind),
        lambda name, frame: remade(
            frame, lambda at, one: _replaced(f"{name}{at}", one, leaves), is_traced=kind is not None
        ),
    )
    return with_leaves(function, args, kwargs, leaves)


def with_leaves(
    function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any], leaves: Leaves
) -> inspect.BoundArguments:
    """Return the arguments of a call with other leaves; what holds them is looked into.

    Raises
    ------
    UsageError
        If the function cannot be called so.
    """
    try:
        bound = inspect.signature(function).bind(*args, **kwargs)
        kinds = {name: parameter.kind for name, parameter in bound.signature.parameters.items()}
    except ValueError:  # a function of a library, without a signature
        parameters = [inspect.Parameter("x", inspect.Parameter.VAR_POSITIONAL)]
        bound = inspect.Signature(parameters).bind(*args)
        kinds = {"x": inspect.Parameter.VAR_POSITIONAL}
    except TypeError as error:
        raise UsageError(f"the function cannot be called so: {error}") from None
    for name, value in bound.arguments.items():
        if kinds[name] is inspect.Parameter.VAR_KEYWORD:
            bound.arguments[name] = {key: _replaced(key, one, leaves) for key, one in value.items()}
        else:
            bound.arguments[name] = _replaced(name, value, leaves)
    return bound


def _replaced(name: str, value: Any, leaves: Leaves) -> Any:
    if isinstance(value, bool | np.bool_):
        return value
    if is_scalar(value):
        return leaves.number(name, value)
    if isinstance(value, np.ndarray) and value.dtype.kind in "iufcO":
        return leaves.array(name, value)
    if is_frame(value):
        return leaves.frame(name, value)
    return _members_replaced(name, value, leaves)


def _members_replaced(name: str, value: Any, leaves: Leaves) -> Any:
    """Replace the leaves in a dict, a list, a tuple or a dataclass; anything else stays."""
    if isinstance(value, dict):
        return {key: _replaced(f"{name}.{key}", one, leaves) for key, one in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        named = zip(value._fields, value, strict=True)
        return type(value)(*[_replaced(f"{name}.{field}", one, leaves) for field, one in named])
    if type(value) in (list, tuple):
        return type(value)([_replaced(f"{name}[{index}]", one, leaves) for index, one in enumerate(value)])
    if is_dataclass(value) and not isinstance(value, type):
        copied = copy.copy(value)  # fields of a frozen one, and those that are not given to __init__, included
        for field in fields(value):
            member = _replaced(f"{name}.{field.name}", getattr(value, field.name), leaves)
            object.__setattr__(copied, field.name, member)
        return copied
    return value


def _array_replaced(name: str, value: NDArray[Any], leaves: Leaves, kind: type[TracedArray] | None) -> Any:
    if value.size > MAX_NUMBERS:
        raise LimitError(
            f"{name} has {value.size:,} numbers, and more than {MAX_NUMBERS:,} of an array are not traced one by one",
            Remedy(Keyword("arrays", "whole"), "keeps arrays whole"),
        )
    array = np.empty(value.shape, dtype=object)
    for index, element in np.ndenumerate(value):
        place = f"{name}[{','.join(map(str, index))}]" if index else name
        array[index] = _replaced(place, element, leaves)
    if not array.ndim:
        return array[()]
    return np.array(array.tolist()) if kind is None else array.view(kind)
