"""`check`: a computation's derivatives by every method, beside those of a method that knows no graph."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from graphdiff.arithmetic import Number
from graphdiff.compiled import CompiledGraph, compile
from graphdiff.influence import total_influence
from graphdiff.jacobians import jacobian
from graphdiff.paths import count_paths
from graphdiff.results import html_table, plain, require_pandas, shown
from graphdiff.tracing import Rules, trace
from graphdiff.tracing.differences import RESOLUTION, Ends, Matrix, evaluation, numerical

__all__ = ["Check", "Compared", "check"]

#: The most paths, from one input to one output and in all, that the naive method is asked for.
MAX_PATHS, MAX_PATHS_IN_ALL = 10_000, 100_000
#: Up to which relative error two methods agree.
TOLERANCES = {"reverse": 1e-9, "naive": 1e-9, "complex step": 1e-9, "central differences": 1e-5}
#: Numbers so much smaller than the largest of a Jacobian are compared as if they were that large.
NEGLIGIBLE = 1e-9


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
class Check:
    """What `graphdiff.check` found; true where all methods agree.

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

    def _repr_html_(self) -> str:
        return html_table(_HEAD, self._rows(), repr(self).partition("\n")[0])

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data."""
        compared = [
            {name: plain(value) for name, value in vars(one).items()} | {"agrees": one.agrees} for one in self.compared
        ]
        ends = {"inputs": list(self.inputs), "outputs": list(self.outputs)}
        return {"agrees": bool(self), **ends, "compared": compared, "left_out": list(self.left_out)}

    def to_pandas(self) -> Any:
        """Return a DataFrame, one row a method."""
        return require_pandas().DataFrame(self.to_dict()["compared"]).set_index("method")


_HEAD = ("method", "worst relative error", "at", "")


def check(program: str | Callable[..., Any], /, *args: Any, rules: Rules | None = None, **kwargs: Any) -> Check:
    """Compare the derivatives of a computation by forward, reverse and naive with those of numerical differences.

    Parameters
    ----------
    program, *args, rules, **kwargs
        As in `graphdiff.trace`. A function is called again, untraced, for every input.

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
    graph = trace(program, *args, rules=rules, **kwargs)
    ready = compile(graph)
    values = graph.nodes(data="value")
    ends = Ends(*(tuple([(name, values[name]) for name in graph.graph[side]]) for side in ("inputs", "outputs")))
    inputs, outputs = ends.names
    forward = jacobian(ready, inputs, outputs, method="forward").array.tolist()
    reverse = jacobian(ready, inputs, outputs, method="reverse").array.tolist()
    matrices: list[tuple[str, Matrix]] = [("reverse", reverse)]
    left_out = []
    naive = _naive(ready, ends)
    if naive is None:
        left_out.append("naive: too many paths")
    else:
        matrices.append(("naive", naive))
    found = numerical(evaluation(program, args, kwargs, rules), ends)
    if isinstance(found, str):
        left_out.append(found)
    else:
        matrices.append(found)
    forward = _as_floats(forward)
    compared = tuple([_compared(name, _as_floats(matrix), forward, ends) for name, matrix in matrices])
    return Check(inputs, outputs, compared, tuple(left_out))


def _as_floats(matrix: Matrix) -> Matrix:
    """Return Decimals as floats, which do not mix with them."""
    return [[float(number) if isinstance(number, Decimal) else number for number in row] for row in matrix]


def _compared(method: str, matrix: Matrix, forward: Matrix, ends: Ends) -> Compared:
    floor = NEGLIGIBLE * max((abs(number) for row in forward for number in row), default=0)
    resolution = RESOLUTION if method == "central differences" else 0.0
    worst = Compared(method, 0.0, None, None, 0, 0)
    inputs, outputs = ends.names
    rows = zip(outputs, matrix, forward, ends.scales(), strict=True)
    for output, name, number, other, scale in (
        (output, *entry) for output, *row in rows for entry in zip(inputs, *row, strict=True)
    ):
        size = max(abs(number), abs(other), floor, resolution * scale)
        error = float(abs(number - other) / size) if size else 0.0
        if worst.input is None or not error <= worst.error:
            worst = Compared(method, error, name, output, number, other)
    return worst


def _naive(graph: CompiledGraph, ends: Ends) -> Matrix | None:
    inputs, outputs = ends.names
    pairs = [[(source, target) for source in inputs] for target in outputs]
    counts = [cast(int, count_paths(graph, *pair)) for row in pairs for pair in row]
    if max(counts, default=0) > MAX_PATHS or sum(counts) > MAX_PATHS_IN_ALL:
        return None
    return [[total_influence(graph, *pair, method="naive") for pair in row] for row in pairs]
