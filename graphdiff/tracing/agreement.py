"""Whether the derivatives of a computation of arrays agree: both passes, the library's own gradient, differences.

Arrays are compared along one direction an input, with entries of either sign: a wrong entry of a gradient shows there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from graphdiff.errors import GraphdiffError
from graphdiff.operations.ends import is_float, kind_text
from graphdiff.operations.network import Operations
from graphdiff.operations.space import Array, inner

__all__ = ["Along", "alongs"]

#: Steps of central differences, times the size of the input's entries: the second halves the first, to extrapolate.
STEPS = (1e-3, 5e-4)
#: The seed of the directions: any will do, and the same each time.
SEED = 20_15


class Along:
    """The derivative of the outputs together along a direction of one input, by each method.

    Attributes
    ----------
    input : str
    numbers : dict of str to float
        By method; "forward" is what the others are held against.
    size : float
        The sum of the sizes of what is added up in it.
    """

    def __init__(self, name: str, numbers: dict[str, float], size: float) -> None:
        self.input, self.numbers, self.size = name, numbers, size


def alongs(net: Operations) -> Iterator[Along]:
    """Yield for each input and parameter that holds floats what each method says.

    Examples
    --------
    >>> from graphdiff import trace
    >>> for along in alongs(trace(lambda x: np.sum(x**3), np.array([1.0, 2.0]), arrays="whole")):
    ...     print(along.input, list(along.numbers))
    x ['forward', 'reverse', 'central differences']
    """
    draws = np.random.default_rng(SEED)
    cotangent = {name: _drawn(net, name, draws) for name in net.outputs if is_float(net.value(name))}
    adjoints = net.reverse(cotangent)
    library = {} if net.reference is None else net.reference(cotangent)
    for name in (*net.inputs, *net.parameters):
        if not is_float(net.value(name)):
            continue
        direction = _drawn(net, name, draws)
        moved = net.forward({name: direction})
        forward = sum(inner(net.space, seed, moved.get(output)) for output, seed in cotangent.items())
        numbers = {"forward": forward, "reverse": inner(net.space, direction, adjoints.get(name))}
        if name in library:
            numbers["library"] = inner(net.space, direction, library[name])
        if net.again is not None and kind_text(net.value(name)) in ("float", "float64"):
            slope = _slope(net, name, direction, cotangent)
            numbers |= {} if slope is None else {"central differences": slope}
        sizes = [np.abs(net.space.to_numpy(one)).reshape(-1) for one in (direction, adjoints.get(name, direction * 0))]
        yield Along(name, numbers, float(sizes[0].astype(float) @ sizes[1].astype(float)))


def _drawn(net: Operations, name: str, draws: np.random.Generator) -> Array:
    value = net.value(name)
    return net.space.like(draws.choice([-1.0, 1.0], size=tuple(getattr(value, "shape", ()))), value)


def _slope(net: Operations, name: str, direction: Array, cotangent: dict[str, Any]) -> float | None:
    """Return the central difference along a direction, extrapolated once; None where the computation fails beside it.

    L. F. Richardson, "The deferred approach to the limit" (1927).
    """
    value = net.value(name)
    entries = np.abs(net.space.to_numpy(value))
    scale = float(entries.max(initial=0.0)) or 1.0
    slopes = []
    for step in STEPS:
        size = step * min(scale, 1.0)
        try:
            ends = [_weighed(net.at({name: value + sign * size * direction}), cotangent) for sign in (1, -1)]
        except GraphdiffError:  # another branch, or outside the function's domain
            return None
        slopes.append((ends[0] - ends[1]) / (2 * size))
    return (4 * slopes[1] - slopes[0]) / 3


def _weighed(net: Operations, cotangent: dict[str, Any]) -> float:
    return sum(inner(net.space, seed, net.value(name)) for name, seed in cotangent.items())
