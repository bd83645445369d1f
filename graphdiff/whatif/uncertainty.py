"""`uncertainty`: how uncertain a total is where its weights are: a standard error, or bounds that enclose it.

What a caller says of each edge beside its weight: an attribute's name, or the numbers themselves.

The standard error of a total by the delta method, from what is said of its weights' deviations and covariance.

It is sqrt(g' C g), with g the derivatives of the total with respect to the weights and C their covariance. For a path
of two steps a, b that is Sobel's sqrt(a² s_b² + b² s_a²) (M. Sobel, "Asymptotic confidence intervals for indirect
effects in structural equation models", Sociological Methodology 13 (1982), 290-312).

Bounds that enclose a total whatever the weights within theirs: a forward sweep over intervals.

Each product and each sum is rounded outwards (R. Moore, R. Kearfott, M. Cloud, *Introduction to Interval Analysis*,
2009).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from statistics import NormalDist
from typing import Any, TypeAlias, Unpack

import networkx as nx
import numpy as np

from graphdiff.arithmetic import Number
from graphdiff.errors import CycleError, UsageError, ValueOverflowError, WeightError, edge_text
from graphdiff.graph.compiled import CompiledGraph, CompileOptions, compiled
from graphdiff.graph.ends import End
from graphdiff.graph.topology import find_edge
from graphdiff.remedies import Keyword, Remedy
from graphdiff.sums.between import Between, between_ends
from graphdiff.sums.cycles import COLLAPSE, find_cycle
from graphdiff.text.names import PLAIN, Edge, Naming, end_text
from graphdiff.text.numbers import plain, shown
from graphdiff.text.sentences import words_for
from graphdiff.text.tables import Result
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
        if not 0 < level < 1:
            raise UsageError(Keyword("level", level), " is not between 0 and 1")
        reach = NormalDist().inv_cdf((1 + level) / 2) * self.standard_error
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
        words = words_for(self.edge_meaning, self.weight_meaning)
        ends = {"source": end_text(self.source), "target": end_text(self.target), "weights": self.weight_meaning}
        total = words.total.format(**ends, total=shown(self.total), percent=f"{float(self.total):.1%}")
        return "\n".join([f"{total[0].upper()}{total[1:]}.", *self.sentences()])

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
        whose labels are edges; or an array in the order of the graph's edges (``list(G.edges)``, with keys in a
        multigraph). Variances that it does not have come from `sd`. Without it the weights are taken as independent,
        but for those that a path model's labels make one parameter (``G.graph["equal_parameters"]``): they move
        together.
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
    _require_real(sensitivities, "a standard error needs" if deviates else "bounds need")
    error = standard_error(graph, sensitivities, sd, cov) if deviates else None
    bounds: tuple[float | None, float | None] = (None, None)
    if low is not None and high is not None:
        bounds = enclosure(between, intervals(graph, sensitivities, low, high))
    return Uncertainty(
        source=source,
        target=target,
        total=sensitivities.total,
        standard_error=error,
        independent=error is not None and cov is None,
        low=bounds[0],
        high=bounds[1],
        edge_meaning=ready.edge_meaning,
        weight_meaning=ready.weight_meaning,
        naming=ready.topology.naming,
        labels=() if sd is None else tuple(equal_parameters(graph, sensitivities)),
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


def _require_real(sensitivities: Sensitivities, what: str) -> None:
    """Raise `UsageError` where a weight or the total is no real number, saying what needs one."""
    wrong = next(
        (number for number in (*sensitivities.weights.tolist(), sensitivities.total) if not is_real(number)), None
    )
    if wrong is not None:
        raise UsageError(f"{what} real weights, not {type(wrong).__name__} ({wrong})")


PerEdge: TypeAlias = "str | Mapping[Any, Number]"


def said_of(graph: Any, sensitivities: Sensitivities, values: PerEdge, what: str) -> dict[int, Number]:
    """Return what an attribute or a mapping says of edges on the way, by their numbers; maybe not of all."""
    if isinstance(values, Mapping):
        given = {find_edge(sensitivities.topology, edge): value for edge, value in values.items()}
        numbers = {number: given[number] for number in sensitivities.numbers.tolist() if number in given}
    elif isinstance(graph, nx.Graph):
        rows = (
            (number, graph.get_edge_data(*edge))
            for number, edge in zip(sensitivities.numbers.tolist(), sensitivities, strict=True)
        )
        numbers = {number: data[values] for number, data in rows if values in data}
    else:
        numbers = _in_column(sensitivities, values, what)
    for number, value in numbers.items():
        if not is_real(value):
            raise wrong(sensitivities.topology.edge_label(number), what, f"is {value!r}, not a finite real number")
    return numbers


def _in_column(sensitivities: Sensitivities, column: str, what: str) -> dict[int, Number]:
    """Return what an attribute of a compiled graph says of edges on the way, by their numbers."""
    columns = sensitivities.topology.attributes
    if not columns:
        raise UsageError(
            Keyword(what, column),
            ": none were kept with this graph (read_edges and from_arrays keep them), and else only a networkx graph "
            "has attributes; give a mapping of edge to number",
        )
    if column not in columns:
        have = ", ".join(map(repr, columns))
        raise UsageError(
            Keyword(what, column),
            f" is no attribute of this graph, whose edges have {have}; or give a mapping of edge to number",
        )
    values = zip(sensitivities.numbers.tolist(), columns[column].listed(sensitivities.numbers), strict=True)
    return {number: value for number, value in values if value is not None}


def is_real(value: Number) -> bool:
    """Return whether a value is a finite real number."""
    try:
        return math.isfinite(value)
    except (TypeError, OverflowError):
        return False


def wrong(edge: Edge, what: str, why: str) -> WeightError:
    """Return the error that says what is wrong with a number of an edge."""
    return WeightError(f"{what} of the edge {edge_text(edge)} {why}", edge=edge)


def all_of(graph: Any, sensitivities: Sensitivities, given: PerEdge, what: str) -> dict[int, Number]:
    """Return what is said of edges on the way, of all of them.

    Raises
    ------
    WeightError
        If nothing is said of one.
    """
    numbers = said_of(graph, sensitivities, given, what)
    for number, edge in zip(sensitivities.numbers.tolist(), sensitivities, strict=True):
        if number not in numbers:
            raise missing(edge, what, given)
    return numbers


def missing(edge: Edge, what: str, said: PerEdge | None) -> WeightError:
    """Return the error that something is not said of an edge."""
    name = f" (attribute {said!r})" if isinstance(said, str) else ""
    known = "; 0 says that its weight is known" if what in ("sd", "the variance") else ""
    return wrong(edge, what, f"is missing{name}{known}")


#: A matrix is taken as symmetric where its entries differ by less than this part.
SYMMETRIC = 1e-8


def standard_error(graph: Any, sensitivities: Sensitivities, sd: PerEdge | None, cov: Any) -> float:
    """Return sqrt(g' C g)."""
    try:
        slopes = dict(zip(sensitivities.numbers.tolist(), map(float, sensitivities.derivatives.tolist()), strict=True))
    except TypeError:
        raise UsageError("a standard error needs real weights") from None
    entries = ({} if sd is None else _variances(graph, sensitivities, sd)) | _covariance(graph, sensitivities, cov)
    for number, edge in zip(slopes, sensitivities, strict=True):
        if (number, number) not in entries:
            raise missing(edge, "sd" if cov is None else "the variance", sd)
    pairs = [(a, b, value) for (a, b), value in entries.items() if a in slopes and b in slopes]
    variance = math.fsum(slopes[a] * value * slopes[b] * (1 if a == b else 2) for a, b, value in pairs)
    size = math.fsum(abs(slopes[a] * value * slopes[b]) for a, b, value in pairs)
    if variance < -1e-9 * size:
        raise UsageError(f"cov is no covariance: it gives the total a variance of {variance:.3g}")
    return math.sqrt(max(variance, 0.0))


def _variances(graph: Any, sensitivities: Sensitivities, sd: PerEdge) -> dict[tuple[int, int], float]:
    """Return the variances that standard deviations give, and the covariances of weights that are one parameter."""
    deviations = said_of(graph, sensitivities, sd, "sd")
    negative = next((number for number, value in deviations.items() if value < 0), None)
    if negative is not None:
        raise wrong(
            sensitivities.topology.edge_label(negative), "sd", f"is {deviations[negative]!r}, and cannot be negative"
        )
    entries = {(n, n): float(value) ** 2 for n, value in deviations.items()}
    for numbers in equal_parameters(graph, sensitivities).values():  # one parameter: they move together
        entries |= {
            (a, b): float(deviations[a] * deviations[b]) for a, b in _pairs(numbers) if {a, b} <= deviations.keys()
        }
    return entries


def equal_parameters(graph: Any, sensitivities: Sensitivities) -> dict[str, list[int]]:
    """Return the edges on the way whose weights are one parameter of a path model, by its label."""
    labelled = graph.graph.get("equal_parameters") if isinstance(graph, nx.Graph) else None
    if not isinstance(labelled, dict):  # a graph may have an attribute of this name that is not ours
        return {}
    on_the_way = set(sensitivities.numbers.tolist())
    numbers = {label: [find_edge(sensitivities.topology, edge) for edge in edges] for label, edges in labelled.items()}
    there = {label: [number for number in each if number in on_the_way] for label, each in numbers.items()}
    return {label: each for label, each in there.items() if len(each) > 1}


def _pairs(numbers: Sequence[int]) -> Iterable[tuple[int, int]]:
    return combinations(sorted(numbers), 2)


def _covariance(graph: Any, sensitivities: Sensitivities, cov: Any) -> dict[tuple[int, int], float]:
    """Return the entries of a covariance by the numbers of edges, each pair once."""
    if cov is None:
        return {}
    topology = sensitivities.topology
    pairs: dict[tuple[int, int], float] = {}
    for a, b, value in _entries(graph, sensitivities, cov):
        if not is_real(value) or (a == b and value < 0):
            raise wrong(topology.edge_label(a), "cov", f"and {edge_text(topology.edge_label(b))} is {value!r}")
        key, other = (min(a, b), max(a, b)), float(value)
        if abs(pairs.setdefault(key, other) - other) > SYMMETRIC * abs(other):
            names = " and ".join(edge_text(topology.edge_label(number)) for number in key)
            raise UsageError(f"cov is not symmetric: {names} have {pairs[key]:.6g} and {other:.6g}")
    return pairs


def _entries(graph: Any, sensitivities: Sensitivities, cov: Any) -> Iterable[tuple[int, int, Any]]:
    """Return the entries of a covariance by the numbers of edges, as they are given."""
    if isinstance(cov, Mapping):
        return _listed_pairs(sensitivities, cov)
    if hasattr(cov, "columns") and hasattr(cov, "index"):
        rows, columns = (
            [find_edge(sensitivities.topology, edge) for edge in axis] for axis in (cov.index, cov.columns)
        )
        return _matrix(rows, columns, cov.to_numpy())
    order = _order(graph, sensitivities)
    return _matrix(order, order, np.asarray(cov))


def _listed_pairs(sensitivities: Sensitivities, cov: Mapping[Any, Any]) -> Iterable[tuple[int, int, Any]]:
    for pair, value in cov.items():
        if not isinstance(pair, tuple) or len(pair) != 2 or not all(isinstance(edge, tuple) for edge in pair):
            raise UsageError(f"cov has {pair!r}: a mapping of (edge, edge) to number is needed, each edge (tail, head)")
        yield find_edge(sensitivities.topology, pair[0]), find_edge(sensitivities.topology, pair[1]), value


def _matrix(rows: Sequence[int], columns: Sequence[int], values: Any) -> Iterable[tuple[int, int, Any]]:
    if values.shape != (len(rows), len(columns)) or len(rows) != len(columns):
        raise UsageError(f"cov has shape {values.shape}: a row and a column for each of the {len(rows):,} edges")
    for a, line in zip(rows, values.tolist(), strict=True):
        for b, value in zip(columns, line, strict=True):
            yield a, b, value


def _order(graph: Any, sensitivities: Sensitivities) -> list[int]:
    """Return the numbers of all edges in the order in which the graph has them."""
    if not isinstance(graph, nx.Graph):
        return list(range(sensitivities.topology.n_edges))
    numbers = {edge: number for number, edge in enumerate(sensitivities.topology.edge_labels())}
    return [numbers[edge] for edge in (graph.edges(keys=True) if graph.is_multigraph() else graph.edges)]


Interval = tuple[float, float]

#: Where the lower and the upper end are rounded to, unless 0 makes a sum or product exact.
OUTWARDS = (-math.inf, math.inf)


def intervals(graph: Any, sensitivities: Sensitivities, low: PerEdge, high: PerEdge) -> dict[int, Interval]:
    """Return the bounds of each weight on the way as floats, rounded outwards.

    Raises
    ------
    WeightError
        If a bound is missing, or the weight is not within.
    """
    lows, highs = all_of(graph, sensitivities, low, "low"), all_of(graph, sensitivities, high, "high")
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
