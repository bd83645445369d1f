"""`check`: a computation's derivatives by every method, beside those of a method that knows no graph.

Derivatives without a graph: the complex step, and central differences extrapolated once.
"""

from __future__ import annotations

import cmath
import copy
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import networkx as nx
import numpy as np

from graphdiff.arithmetic import Number
from graphdiff.errors import GraphdiffError
from graphdiff.graph.compiled import CompiledGraph, compile
from graphdiff.jacobians.jacobian import jacobian
from graphdiff.operations.ends import kind_text
from graphdiff.operations.network import Operations
from graphdiff.paths.paths import count_paths
from graphdiff.sums.influence import total_influence
from graphdiff.text.numbers import plain, shown
from graphdiff.text.tables import Axis, Frame, Result, Sheet
from graphdiff.tracing import Rules, trace
from graphdiff.tracing.agreement import alongs
from graphdiff.tracing.arguments import replaced
from graphdiff.tracing.function import outputs_of

__all__ = ["RESOLUTION", "Check", "Compared", "Ends", "Matrix", "check", "evaluation", "numerical"]


#: The most paths, from one input to one output and in all, that the naive method is asked for.
MAX_PATHS, MAX_PATHS_IN_ALL = 10_000, 100_000

#: Up to which relative error two methods agree.
TOLERANCES = {"reverse": 1e-9, "naive": 1e-9, "library": 1e-9, "complex step": 1e-9, "central differences": 1e-5}

#: What is an error of 1e-4 in single precision counts as one of 1e-9.
SINGLE = 1e-5

#: Numbers so much smaller than the largest of a Jacobian are compared as if they were that large.
NEGLIGIBLE = 1e-9

#: And those so much smaller than the sum of the sizes of what is added up in them: what is left is what was rounded.
CANCELLED = 1e-5


@dataclass(frozen=True)
class Compared:
    """The place where a method is farthest from forward accumulation.

    Attributes
    ----------
    method : str
        A key of `TOLERANCES`.
    error : float
        The relative difference.
    input, output : str or None
        Where; None where there is nothing to compare.
    number, forward : number
        The derivative by the method, and by forward accumulation.
    """

    method: str
    error: float
    input: str | None
    output: str | None
    number: Number
    forward: Number

    @property
    def agrees(self) -> bool:
        """Whether the difference is within what the method can tell."""
        return self.error <= TOLERANCES[self.method]


@dataclass(frozen=True, repr=False)
class Check(Result):
    """What `graphdiff.check` found; true where all methods agree. In pandas a row for each method.

    Attributes
    ----------
    inputs, outputs : tuple of str
    compared : tuple of Compared
        One a method, each beside forward accumulation.
    left_out : tuple of str
        The methods that were not feasible, each with the reason.
    """

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    compared: tuple[Compared, ...]
    left_out: tuple[str, ...] = ()

    @property
    def worst(self) -> Compared:
        """The method that is farthest from forward, in proportion to what it can tell."""
        return max(self.compared, key=lambda one: one.error / TOLERANCES[one.method])

    def __bool__(self) -> bool:
        return all(one.agrees for one in self.compared)

    def _rows(self) -> list[tuple[str, str, str, str]]:
        return [
            (
                one.method,
                f"{one.error:.1e}",
                "" if one.input is None else f"d {one.output} / d {one.input}",
                "agrees" if one.agrees else f"DIFFERS: {shown(one.number)}, forward {shown(one.forward)}",
            )
            for one in self.compared
        ]

    def __repr__(self) -> str:
        ends = ((self.outputs, "output"), (self.inputs, "input"))
        counts = " by ".join(f"{len(names):,} {word}{'s' * (len(names) != 1)}" for names, word in ends)
        table = [_HEAD, *self._rows()]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in table]
        verdict = "all methods agree with forward" if self else "the methods DIFFER"
        return "\n".join([f"{verdict}: {counts}", *(f"  {line}" for line in [*lines, *self.left_out])])

    def _sheet(self) -> Sheet:
        return _HEAD, self._rows(), repr(self).partition("\n")[0]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data."""
        compared = [
            {name: plain(value) for name, value in vars(one).items()} | {"agrees": one.agrees} for one in self.compared
        ]
        ends = {"inputs": list(self.inputs), "outputs": list(self.outputs)}
        return {"agrees": bool(self), **ends, "compared": compared, "left_out": list(self.left_out)}

    def _frame(self) -> Frame:
        records = self.to_dict()["compared"]
        return Frame(records, Axis([record.pop("method") for record in records], "method"))


_HEAD = ("method", "worst relative error", "at", "")


def check(
    program: str | Callable[..., Any],
    /,
    *args: Any,
    rules: Rules | None = None,
    arrays: str = "scalars",
    backend: str | None = None,
    **kwargs: Any,
) -> Check:
    """Compare the derivatives of a computation by forward, reverse and naive with those of numerical differences.

    Parameters
    ----------
    program, *args, rules, arrays, backend, **kwargs
        As in `graphdiff.trace`. A function is called again, untraced, for every input. Arrays that are kept whole are
        compared along one direction an input, also with the gradient of the library that computed, where it has one.

    Returns
    -------
    Check
        Each method's worst relative error beside forward, and where. The naive method takes part where there are up
        to 10,000 paths between two ends. The numerical method is the complex step, exact to rounding, where the
        computation takes complex numbers and what it gives is no nonsense beside central differences, as for ``abs``;
        else central differences extrapolated once, good to some nine digits.

    Raises
    ------
    The errors of `graphdiff.trace`.

    References
    ----------
    W. Squire, G. Trapp, "Using complex variables to estimate derivatives of real functions", SIAM Review 40 (1998).

    Examples
    --------
    >>> check("e = (a + b) * (b + 1)", a=2, b=1)
    all methods agree with forward: 1 output by 2 inputs
      method        worst relative error  at
      reverse       0.0e+00               d e / d a  agrees
      naive         0.0e+00               d e / d a  agrees
      complex step  0.0e+00               d e / d a  agrees
    """
    graph = trace(program, *args, rules=rules, arrays=arrays, backend=backend, **kwargs)
    if isinstance(graph, Operations):
        return _check_of_arrays(graph)
    ready = compile(graph)
    values = graph.nodes(data="value")
    ends = Ends(*(tuple([(name, values[name]) for name in graph.graph[side]]) for side in ("inputs", "outputs")))
    inputs, outputs = map(list, ends.names)
    forward, sizes = (
        _as_floats(jacobian(each, inputs, outputs, method="forward").array.tolist()) for each in (ready, ready.absolute)
    )
    reverse = jacobian(ready, inputs, outputs, method="reverse").array.tolist()
    matrices: list[tuple[str, Matrix]] = [("reverse", reverse)]
    left_out = []
    naive = _naive(ready, ends)
    if naive is None:
        left_out.append("naive: too many paths")
    else:
        matrices.append(("naive", naive))
    differences = numerical(evaluation(program, args, kwargs, rules), ends)
    if isinstance(differences, str):
        left_out.append(differences)
    else:
        matrices.append(differences)
    compared = tuple([_compared(name, _as_floats(matrix), forward, sizes, ends) for name, matrix in matrices])
    return Check(*ends.names, compared, tuple(left_out))


def _check_of_arrays(net: Operations) -> Check:
    """Compare the derivatives along a direction of each input, of the outputs added up with signs."""
    compared: dict[str, Compared] = {}
    outputs, counted = " ± ".join(net.outputs), list(alongs(net))
    floor = NEGLIGIBLE * max((along.size for along in counted), default=0.0)  # of what is 0 but for rounding
    for along in counted:
        forward, size = along.numbers["forward"], max(along.size, floor) or 1.0
        single = "32" in kind_text(net.value(along.input)) or "16" in kind_text(net.value(along.input))
        for method, number in along.numbers.items():
            error = abs(number - forward) / size * (SINGLE if single else 1.0)
            worst = compared.get(method)
            if method != "forward" and (worst is None or not error <= worst.error):
                compared[method] = Compared(method, error, along.input, outputs, number, forward)
    without = [along.input for along in counted if "central differences" not in along.numbers]
    left_out = (f"central differences: not of {', '.join(without)}",) if without else ()
    return Check(tuple([along.input for along in counted]), net.outputs, tuple(compared.values()), left_out)


def _as_floats(matrix: Matrix) -> Matrix:
    """Return Decimals as floats, which do not mix with them."""
    return [[float(number) if isinstance(number, Decimal) else number for number in row] for row in matrix]


def _compared(method: str, matrix: Matrix, forward: Matrix, sizes: Matrix, ends: Ends) -> Compared:
    floor = NEGLIGIBLE * max((abs(number) for row in forward for number in row), default=0)
    resolution = RESOLUTION if method == "central differences" else 0.0
    worst = Compared(method, 0.0, None, None, 0, 0)
    inputs, outputs = ends.names
    rows = zip(outputs, matrix, forward, sizes, ends.scales(), strict=True)
    for output, name, number, other, added, scale in (
        (output, *entry) for output, *row in rows for entry in zip(inputs, *row, strict=True)
    ):
        size = max(abs(number), abs(other), floor, CANCELLED * added, resolution * scale)
        error = float(abs(number - other) / size) if size else 0.0
        if worst.input is None or not error <= worst.error:
            worst = Compared(method, error, name, output, number, other)
    return worst


def _naive(graph: CompiledGraph, ends: Ends) -> Matrix | None:
    inputs, outputs = ends.names
    pairs = [[(source, target) for source in inputs] for target in outputs]
    counts = [count_paths(graph, *pair) for row in pairs for pair in row]
    if max(counts, default=0) > MAX_PATHS or sum(counts) > MAX_PATHS_IN_ALL:
        return None
    return [[total_influence(graph, *pair, method="naive") for pair in row] for row in pairs]


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
    outputs = _evaluated(evaluate, {**values, name: complex(values[name], COMPLEX_STEP)})
    return None if outputs is None else [number.imag / COMPLEX_STEP for number in outputs]


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
