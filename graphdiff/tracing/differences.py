"""Derivatives without a graph: the complex step, and central differences extrapolated once."""

from __future__ import annotations

import cmath
import copy
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np

from graphdiff.arithmetic import Number
from graphdiff.errors import GraphdiffError
from graphdiff.tracing import Rules, trace
from graphdiff.tracing.functions import outputs_of, replaced

__all__ = ["RESOLUTION", "Ends", "Matrix", "evaluation", "numerical"]

#: The imaginary step: its square is lost beside any number, so that nothing is subtracted.
COMPLEX_STEP = 1e-30
#: Steps of central differences, times the size of the input: the next where one leads out of the function's domain.
REAL_STEPS = (1e-3, 1e-5, 1e-7)
#: Derivatives so small beside output over input are lost in the last digits that central differences subtract.
RESOLUTION = 1e-6

#: What a computation that does not take a value raises.
_NOT_TAKEN = (
    *(GraphdiffError, ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError),
    np.exceptions.ComplexWarning,
)

Matrix = list[list[Number]]
Evaluate = Callable[[Mapping[str, Number]], list[Number]]


@dataclass(frozen=True)
class Ends:
    """The names and the values of inputs and outputs."""

    inputs: tuple[tuple[str, Number], ...]
    outputs: tuple[tuple[str, Number], ...]

    @property
    def names(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The names alone."""
        return tuple([name for name, _ in self.inputs]), tuple([name for name, _ in self.outputs])

    def scales(self) -> list[list[float]]:
        """Return |output| / |input|: what a difference of the output's last digits makes of a derivative."""
        return [[float(abs(y)) / max(1.0, float(abs(x))) for _, x in self.inputs] for _, y in self.outputs]


def evaluation(
    program: str | Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any], rules: Rules | None
) -> Evaluate:
    """Return a function of the inputs' values that runs the program and returns its outputs."""
    if isinstance(program, str):

        def evaluate(values: Mapping[str, Number]) -> list[Number]:
            graph: nx.MultiDiGraph = trace(program, dict(values), rules=rules)
            return [graph.nodes[name]["value"] for name in graph.graph["outputs"]]

        return evaluate

    def call(values: Mapping[str, Number]) -> list[Number]:
        given = replaced(program, args, kwargs, lambda name, number: _alike(values[name], number), is_traced=False)
        returned = program(*copy.deepcopy(given.args), **copy.deepcopy(given.kwargs))
        return [value for _, value in outputs_of(returned)]

    return call


def _alike(value: Number, given: Number) -> Number:
    """Return a value as a number of numpy where such a one was given."""
    return np.asarray(value)[()] if isinstance(given, np.generic) else value


def numerical(evaluate: Evaluate, ends: Ends) -> tuple[str, Matrix] | str:
    """Return the better of the two numerical methods and its Jacobian, or why there is none."""
    values = dict(ends.inputs)
    central = _columns([_central(evaluate, values, name) for name in values])
    stepped = _columns([_complex_step(evaluate, values, name) for name in values])
    if stepped is not None and central is not None and not _are_near(stepped, central, ends.scales()):
        stepped = None  # complex numbers went in, and did not do what real ones do
    if stepped is not None:
        return "complex step", stepped
    if central is not None:
        return "central differences", central
    return "numerical differences: the computation fails beside this point"


def _columns(columns: Sequence[list[Number] | None]) -> Matrix | None:
    known = [column for column in columns if column is not None]
    return [list(row) for row in zip(*known, strict=True)] if len(known) == len(columns) else None


def _are_near(first: Matrix, second: Matrix, scales: list[list[float]]) -> bool:
    largest = max((abs(number) for row in second for number in row), default=0)
    rows = zip(first, second, scales, strict=True)
    return all(
        abs(a - b) <= 1e-3 * (abs(b) + 1e-3 * largest) + RESOLUTION * scale
        for row in rows
        for a, b, scale in zip(*row, strict=True)
    )


def _complex_step(evaluate: Evaluate, values: Mapping[str, Number], name: str) -> list[Number] | None:
    if any(isinstance(value, complex) for value in values.values()):
        return None
    found = _evaluated(evaluate, {**values, name: complex(values[name], COMPLEX_STEP)})
    return None if found is None else [number.imag / COMPLEX_STEP for number in found]


def _central(evaluate: Evaluate, values: Mapping[str, Number], name: str) -> list[Number] | None:
    centre = complex(values[name]) if isinstance(values[name], complex) else float(values[name])
    for step in REAL_STEPS:
        slopes = list(_slopes(evaluate, values, name, centre, step * max(1.0, abs(centre))))
        if len(slopes) == 2:
            return [(4 * fine - coarse) / 3 for coarse, fine in zip(*slopes, strict=True)]
    return None


def _slopes(
    evaluate: Evaluate, values: Mapping[str, Number], name: str, centre: Number, step: float
) -> Iterator[list[Number]]:
    for half in (step, step / 2):
        above = _evaluated(evaluate, {**values, name: centre + half})
        below = _evaluated(evaluate, {**values, name: centre - half})
        if above is not None and below is not None:
            yield [(a - b) / ((centre + half) - (centre - half)) for a, b in zip(above, below, strict=True)]


def _evaluated(evaluate: Evaluate, values: Mapping[str, Number]) -> list[Number] | None:
    """Return the outputs, or None where the computation does not take these values."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", np.exceptions.ComplexWarning)  # the imaginary part would be lost
            numbers = [complex(number) for number in evaluate(values)]
    except _NOT_TAKEN:
        return None
    if not all(map(cmath.isfinite, numbers)):
        return None
    is_complex = any(isinstance(value, complex) for value in values.values()) or any(one.imag for one in numbers)
    return list(numbers) if is_complex else [number.real for number in numbers]
