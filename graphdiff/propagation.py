"""`uncertainty`: how uncertain a total is where its weights are: a standard error, or bounds that enclose it."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from html import escape
from statistics import NormalDist
from typing import Any, Unpack

import networkx as nx

from graphdiff.arithmetic import Number
from graphdiff.between import between
from graphdiff.compiled import CompiledGraph, CompileOptions, compiled
from graphdiff.covariance import equal_parameters, standard_error
from graphdiff.enclosure import Interval, enclosure, intervals
from graphdiff.errors import UsageError
from graphdiff.naming import PLAIN, Naming
from graphdiff.remedies import Keyword, Remedy
from graphdiff.results import plain, require_pandas, shown
from graphdiff.said import PerEdge, is_real
from graphdiff.sensitivity import Sensitivities, sensitivities
from graphdiff.words import words_for


@dataclass(frozen=True)
class Uncertainty:
    """A total and how uncertain it is.

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
            "source": self.naming.node(self.source),
            "target": self.naming.node(self.target),
            "edge_meaning": self.edge_meaning,
            "weight_meaning": self.weight_meaning,
            **{name: plain(getattr(self, name)) for name in names},
            "ci_low": interval[0],
            "ci_high": interval[1],
        }

    def to_pandas(self) -> Any:
        """Return a pandas Series."""
        return require_pandas().Series(self.to_dict())

    def __str__(self) -> str:
        words = words_for(self.edge_meaning, self.weight_meaning)
        ends = {"source": self.source, "target": self.target, "weights": self.weight_meaning}
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

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"


def uncertainty(
    graph: nx.DiGraph | CompiledGraph,
    source: Hashable,
    target: Hashable,
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
    source, target : nodes
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
    if sd is None and cov is None and low is None and high is None:
        raise UsageError(
            "standard deviations or bounds are needed",
            Remedy(Keyword("sd"), "or cov= gives a standard error"),
            Remedy(Keyword("low"), "and high= give bounds"),
        )
    if (low is None) != (high is None):
        raise UsageError(Keyword("high" if high is None else "low"), " is missing: bounds are given together")
    ready = compiled(graph, options)
    found = sensitivities(ready, source, target)
    _require_real(found, "bounds need" if sd is None and cov is None else "a standard error needs")
    error = None if sd is None and cov is None else standard_error(graph, found, sd, cov)
    bounds: tuple[float | None, float | None] = (None, None)
    if low is not None and high is not None:
        part = between(ready, [ready.topology.position(source)], [ready.topology.position(target)])
        bounds = enclosure(part, intervals(graph, found, low, high))
    return Uncertainty(
        source=source,
        target=target,
        total=found.total,
        standard_error=error,
        independent=error is not None and cov is None,
        low=bounds[0],
        high=bounds[1],
        edge_meaning=ready.edge_meaning,
        weight_meaning=ready.weight_meaning,
        naming=ready.topology.naming,
        labels=() if sd is None else tuple(equal_parameters(graph, found)),
    )


def _require_real(found: Sensitivities, what: str) -> None:
    """Raise `UsageError` where a weight or the total is no real number, saying what needs one."""
    wrong = next((number for number in (*found.weights.tolist(), found.total) if not is_real(number)), None)
    if wrong is not None:
        raise UsageError(f"{what} real weights, not {type(wrong).__name__} ({wrong})")
