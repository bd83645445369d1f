"""`uncertainty`: how uncertain a total is where its weights are: a standard error, or bounds that enclose it.

The standard error is that of the delta method (`covariance`). Bounds enclose the total whatever the weights within
theirs, by a forward sweep over intervals: each product and each sum is rounded outwards (R. Moore, R. Kearfott,
M. Cloud, *Introduction to Interval Analysis*, 2009).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Unpack

import networkx as nx

from graphdiff.arithmetic import Number
from graphdiff.errors import CycleError, UsageError, ValueOverflowError
from graphdiff.graph.compiled import CompiledGraph, CompileOptions, compiled
from graphdiff.graph.ends import End, titled
from graphdiff.graph.options import takes_options
from graphdiff.remedies import Keyword, Remedy
from graphdiff.sums.between import Between, between_ends
from graphdiff.sums.cycles import COLLAPSE, find_cycle
from graphdiff.text.names import PLAIN, Naming
from graphdiff.text.numbers import plain, shown
from graphdiff.text.sentences import words_for
from graphdiff.text.tables import Result, Sheet, first_line, sheet_of
from graphdiff.whatif.coefficients import Coefficients, PerEdge, all_of, as_floats, require_real, wrong
from graphdiff.whatif.covariance import covariance, reach_of
from graphdiff.whatif.sensitivities import Sensitivities, sensitivities_through


@dataclass(frozen=True)
class Uncertainty(Result):
    """A total and how uncertain it is; in pandas a Series of its figures.

    Attributes
    ----------
    source, target : node
    total : number
    standard_error : float or None
        By the delta method; None where no standard deviations were given.
    independent : bool
        Whether the weights were taken as independent, for want of a covariance.
    low, high : float or None
        Bounds that enclose the total for all weights within theirs; None where no bounds were given.
    edge_meaning, weight_meaning : str
    labels : tuple of str
        Of a path model: the labels that make several weights on the way one parameter, whose errors are one.
    """

    source: Any
    target: Any
    total: Number
    standard_error: float | None
    independent: bool
    low: float | None
    high: float | None
    edge_meaning: str
    weight_meaning: str
    naming: Naming = field(default=PLAIN, repr=False, compare=False)
    labels: tuple[str, ...] = ()

    @property
    def z(self) -> float | None:
        """The total in standard errors; None where there is none, or it is 0."""
        return float(self.total) / self.standard_error if self.standard_error else None

    def interval(self, level: float = 0.95) -> Interval:
        """Return the confidence interval that a normal distribution gives.

        Raises
        ------
        UsageError
            If there is no standard error, or `level` is not between 0 and 1.
        """
        if self.standard_error is None:
            raise UsageError("there is no standard error: give ", Keyword("sd"), " or ", Keyword("cov"))
        reach = reach_of(level) * self.standard_error
        return float(self.total) - reach, float(self.total) + reach

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values; with a standard error its 95 % interval too."""
        names = ("total", "standard_error", "z", "independent", "low", "high")
        interval = (None, None) if self.standard_error is None else self.interval()
        return {
            **self.naming.ends(self.source, self.target),
            "edge_meaning": self.edge_meaning,
            "weight_meaning": self.weight_meaning,
            **{name: plain(getattr(self, name)) for name in names},
            "ci_low": interval[0],
            "ci_high": interval[1],
        }

    def __str__(self) -> str:
        words = words_for(self.edge_meaning, self.weight_meaning).about(self.source, self.target)
        ends = {"source": words.named(self.source), "target": words.named(self.target), "weights": self.weight_meaning}
        total = words.total.format(**ends, total=shown(self.total), percent=f"{float(self.total):.1%}")
        return "\n".join([f"{total[0].upper()}{total[1:]}.", *self.sentences()])

    def _sheet(self) -> Sheet:
        return sheet_of([self.to_dict()], first_line(self))

    def beside(self) -> list[str]:
        """Return what is said beside the total itself, and that it may well be 0 where that is so."""
        lines = self.sentences()
        if self.standard_error is None:
            return lines
        low, high = self.interval()
        doubt = "! The 95 % interval holds 0: not even the sign of the total is certain."
        return [*lines, doubt] if low <= 0 <= high and self.standard_error else lines

    def sentences(self) -> list[str]:
        """Return what is said beside the total itself."""
        lines = []
        if self.standard_error is not None:
            low, high = self.interval()
            taken = "the weights taken as independent" if self.independent else "with the weights' covariance"
            if self.labels:
                taken += f", those of one label as one ({', '.join(self.labels)})"
            lines.append(f"Standard error {shown(self.standard_error)}, {taken}; 95 %: {shown(low)} to {shown(high)}.")
        if self.low is not None and self.high is not None:
            lines.append(f"Within the weights' bounds it lies between {shown(self.low)} and {shown(self.high)}.")
        return lines


@takes_options
def uncertainty(
    graph: nx.DiGraph | CompiledGraph,
    source: End,
    target: End,
    *,
    sd: PerEdge | None = None,
    cov: Any = None,
    low: PerEdge | None = None,
    high: PerEdge | None = None,
    **options: Unpack[CompileOptions],
) -> Uncertainty:
    """Return how uncertain the total influence of `source` on `target` is, from how uncertain the weights are.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
    source, target : node, list of nodes, mapping of node to seed, ROOTS or LEAVES
        See `graphdiff.total_influence`; seeds are known without error.
    sd : str, or mapping of edge to number
        The standard deviation of each weight: the edge attribute of that name, or the numbers themselves. 0 says that a
        weight is known. Only edges on the way need one.
    cov : mapping, DataFrame or array
        The covariance of the weights: ``{(edge, edge): number}``, where a pair that is missing is 0; a square DataFrame
        whose labels are edges; or an array in the order in which the edges were given (``list(G.edges)``, with keys
        in a multigraph). Edges may be named as in `graphdiff.table`. Variances that it does not have come from `sd`.
        Without it the weights are taken as independent, but for those that are one parameter and move together: as a
        path model says (``G.graph["equal_parameters"]``), or of edges with the same ``label``, weight and deviation.
    low, high : str, or mapping of edge to number
        Bounds of each weight, given together.
    **options
        Those of `graphdiff.compile`, unless the graph is compiled already.

    Returns
    -------
    Uncertainty

    Raises
    ------
    UsageError
        If nothing is given, `low` without `high`, what is given fits no edge, or a weight is complex or a symbol.
    WeightError
        If a number is missing, negative where it cannot be, or not between its bounds.
    CycleError
        If bounds are asked for and a cycle that is solved lies between: intervals of walks do not close.
    UnknownNodeError, SameComponentError, ValueOverflowError
        As `graphdiff.total_influence`.

    Notes
    -----
    The delta method is of the first order: it is right where standard deviations are small beside the weights, and is 0
    where every derivative is. The enclosure holds always; it is the exact range, up to rounding, where no bound is
    negative, and can be wider than that where signs mix.

    References
    ----------
    M. Sobel, "Asymptotic confidence intervals for indirect effects in structural equation models" (1982).

    Examples
    --------
    >>> import networkx as nx
    >>> G = nx.DiGraph(edge_meaning="causes")
    >>> G.add_edge("x", "m", weight=0.5, se=0.1)
    >>> G.add_edge("m", "y", weight=0.4, se=0.2)
    >>> print(uncertainty(G, "x", "y", sd="se"))
    One unit more of x changes y by 0.2.
    Standard error 0.107703, the weights taken as independent; 95 %: -0.0110946 to 0.411095.
    """
    deviates = sd is not None or cov is not None
    _require_some(deviates, low, high)
    ready = compiled(graph, options)
    between = between_ends(ready, source, target)
    sensitivities = sensitivities_through(between, source, target)
    weights = sensitivities.weights.tolist()
    coefficients = Coefficients(graph, ready.topology, sensitivities.numbers, weights)
    require_real([*weights, sensitivities.total], "a standard error needs" if deviates else "bounds need")
    known = covariance(coefficients, sd, cov) if deviates else None
    bounds: tuple[float | None, float | None] = (None, None)
    if low is not None and high is not None:
        bounds = enclosure(between, intervals(coefficients, sensitivities, low, high))
    source, target = titled(ready, source, target)
    return Uncertainty(
        source=source,
        target=target,
        total=sensitivities.total,
        standard_error=None if known is None else float(known.errors(as_floats(sensitivities.derivatives)[None, :])[0]),
        independent=known is not None and cov is None,
        low=bounds[0],
        high=bounds[1],
        edge_meaning=ready.edge_meaning,
        weight_meaning=ready.weight_meaning,
        naming=ready.topology.naming,
        labels=() if known is None else known.labels,
    )


def _require_some(deviates: bool, low: PerEdge | None, high: PerEdge | None) -> None:
    """Raise `UsageError` where nothing is said of the weights, or one bound without the other."""
    if not deviates and low is None and high is None:
        raise UsageError(
            "standard deviations or bounds are needed",
            Remedy(Keyword("sd"), "or cov= gives a standard error"),
            Remedy(Keyword("low"), "and high= give bounds"),
        )
    if (low is None) != (high is None):
        raise UsageError(Keyword("high" if high is None else "low"), " is missing: bounds are given together")


Interval = tuple[float, float]

#: Where the lower and the upper end are rounded to, unless 0 makes a sum or product exact.
OUTWARDS = (-math.inf, math.inf)


def intervals(
    coefficients: Coefficients, sensitivities: Sensitivities, low: PerEdge, high: PerEdge
) -> dict[int, Interval]:
    """Return the bounds of each weight on the way as floats, rounded outwards.

    Raises
    ------
    WeightError
        If a bound is missing, or the weight is not within.
    """
    lows, highs = all_of(coefficients, low, "low"), all_of(coefficients, high, "high")
    for number, weight in zip(sensitivities.numbers.tolist(), sensitivities.weights.tolist(), strict=True):
        if not lows[number] <= weight <= highs[number]:
            bounds = f"{lows[number]!r} to {highs[number]!r}"
            raise wrong(
                sensitivities.topology.edge_label(number),
                "the weight",
                f"is {weight!r}, not within its bounds {bounds}",
            )
    return {number: (_down(lows[number]), _up(highs[number])) for number in lows}


def _down(number: Number) -> float:
    near = float(number)
    return near if near <= number else math.nextafter(near, -math.inf)


def _up(number: Number) -> float:
    near = float(number)
    return near if near >= number else math.nextafter(near, math.inf)


def enclosure(between: Between, weights: Mapping[int, Interval]) -> Interval:
    """Return bounds of the total, by one sweep over intervals."""
    if between.loops:
        raise CycleError(
            find_cycle(between.graph, *between.loops[0]),
            " Bounds are not carried round a cycle that is solved",
            COLLAPSE,
        )
    values: list[Interval] = [(0.0, 0.0)] * between.n_nodes
    for node, seed in between.numbered_starts:
        values[node] = _sum(values[node], (_down(seed), _up(seed)))
    for node, row in enumerate(between.rows):
        for head, edge, _ in row:
            values[head] = _sum(values[head], _product(values[node], weights[edge]))
    total = (0.0, 0.0)
    for node, seed in between.numbered_stops:
        total = _sum(total, values[node] if seed == 1 else _product(values[node], (_down(seed), _up(seed))))
    low, high = total
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ValueOverflowError("a bound of the total is larger than the largest float (1.8e308)")
    return low, high


def _sum(a: Interval, b: Interval) -> Interval:
    low, high = (
        x + y if not x or not y else math.nextafter(x + y, way) for x, y, way in zip(a, b, OUTWARDS, strict=True)
    )
    return low, high


def _product(a: Interval, b: Interval) -> Interval:
    if a == (1.0, 1.0):
        return b
    # 0 times an end that has overflowed is 0: the end itself is finite.
    low, high = ([math.nextafter(x * y, way) if x and y else 0.0 for x in a for y in b] for way in OUTWARDS)
    return min(low), max(high)
