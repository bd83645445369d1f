"""`table`: the direct, the indirect and the total effect of each source on each target, and how sure they are.

The errors follow from those of the weights by the delta method (`covariance`), or are those of draws of the weights,
as a bootstrap gives them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from itertools import accumulate, product
from typing import Any, Unpack

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import Number
from graphdiff.errors import LimitError, UsageError
from graphdiff.graph.compiled import CompiledGraph, CompileOptions, compiled
from graphdiff.graph.ends import Boundary, End, seeds_of, units
from graphdiff.graph.options import takes_options
from graphdiff.kernels.rows import Ints
from graphdiff.remedies import Keyword
from graphdiff.sums.between import Between, restriction
from graphdiff.sums.cycles import between_mask
from graphdiff.text.names import PLAIN, Naming, members_of
from graphdiff.text.numbers import plain, shorten, shown
from graphdiff.text.sentences import by_weights, how_many
from graphdiff.text.tables import LINES, SHORTEST, WIDTH, Axis, Frame, Result, Sheet, aligned
from graphdiff.whatif.coefficients import Coefficients, PerEdge, as_floats, require_real, weights_of_draws
from graphdiff.whatif.covariance import covariance, reach_of
from graphdiff.whatif.pairs import EFFECTS, Pairs, joined_pairs

__all__ = ["Effect", "Effects", "Spread", "table"]

#: So many pairs are looked at, and so many derivatives or draws of them computed, unless the caller says another.
MAX_CELLS = 25_000_000
#: What is said of how sure an effect is, as columns have it.
FIGURES = ("se", "z", "ci_low", "ci_high")
#: Names of nodes are cut to so many characters in text, and a notebook shows so many rows.
MAX_NAME = 32


@dataclass(frozen=True)
class Spread:
    """How sure an effect is.

    Attributes
    ----------
    standard_error : float
    z : float or None
        The effect in standard errors; None where there is no error.
    low, high : float
        The interval at the table's level.
    """

    standard_error: float
    z: float | None
    low: float
    high: float


@dataclass(frozen=True)
class Effect:
    """The effect of a source on a target.

    Attributes
    ----------
    source, target : node
    direct : number
        The sum of the parallel edges from the source to the target.
    indirect : number
        The total without it; 1 less where the source is the target.
    total : number
    paths : int or None
        None where walks round a cycle are infinitely many.
    spread : mapping of "direct", "indirect" and "total" to Spread
        Empty where nothing was said of the weights' errors.
    """

    source: Any
    target: Any
    direct: Number
    indirect: Number
    total: Number
    paths: int | None
    spread: Mapping[str, Spread]


@dataclass(frozen=True, eq=False)
class _Spreads:
    """Standard errors and intervals of one kind of effect, of all pairs: arrays of shape (n,)."""

    errors: NDArray[Any]
    low: NDArray[Any]
    high: NDArray[Any]

    def at(self, row: int, value: Number) -> Spread:
        error, low, high = (float(column[row]) for column in (self.errors, self.low, self.high))
        return Spread(error, float(value) / error if error else None, low, high)


@dataclass(frozen=True, eq=False, repr=False)
class Effects(Result, Mapping[Any, Effect]):
    """An `Effect` for each pair that a path joins, by ``(source, target)``; in pandas a row a pair.

    Attributes
    ----------
    sources, targets : list of nodes
        Those of each pair, one after the other.
    numbers : mapping of "direct", "indirect" and "total" to list of numbers
    paths : list of int or None
    spreads : mapping
        Errors and intervals by the same names; empty where nothing was said of the weights' errors.
    level : float
        Of the intervals.
    method : str
        How the errors were found, in words; "" without any.
    n_apart : int
        How many pairs are not here because both ends lie in one collapsed cycle, which cannot tell them apart.
    weight_meaning : str
    cycles : str
        The policy.
    """

    sources: list[Any]
    targets: list[Any]
    numbers: Mapping[str, list[Number]]
    paths: list[int | None]
    spreads: Mapping[str, _Spreads]
    level: float
    method: str
    n_apart: int
    weight_meaning: str
    cycles: str = "raise"
    naming: Naming = field(default=PLAIN)

    @cached_property
    def _index(self) -> dict[tuple[Any, Any], int]:
        return {pair: row for row, pair in enumerate(zip(self.sources, self.targets, strict=True))}

    def __getitem__(self, pair: tuple[Any, Any]) -> Effect:
        return self._at(self._index[pair])

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        return iter(self._index)

    def __len__(self) -> int:
        return len(self.sources)

    def _at(self, row: int) -> Effect:
        numbers = {name: self.numbers[name][row] for name in EFFECTS}
        spread = {name: one.at(row, numbers[name]) for name, one in self.spreads.items()}
        return Effect(self.sources[row], self.targets[row], **numbers, paths=self.paths[row], spread=spread)

    @property
    def columns(self) -> list[str]:
        """What the columns are called, in CSV and pandas."""
        figures = [f"{name}_{figure}" for name, figure in product(EFFECTS, FIGURES)] if self.spreads else []
        return ["source", "target", *EFFECTS, "paths", *figures]

    def records(self) -> Iterator[list[Any]]:
        """Yield a row for each pair as plain values, in the order of `columns`."""
        for source, target, *rest in self._rows():
            yield [self.naming.node(source), self.naming.node(target), *map(plain, rest)]

    def _rows(self) -> Iterator[list[Any]]:
        for one in map(self._at, range(len(self))):
            spreads = (one.spread[name] for name in EFFECTS) if one.spread else ()
            figures = [each for s in spreads for each in (s.standard_error, s.z, s.low, s.high)]
            yield [one.source, one.target, one.direct, one.indirect, one.total, one.paths, *figures]

    def to_dict(self) -> dict[str, Any]:
        """Return a record for each pair, as plain values."""
        return {
            "weight_meaning": self.weight_meaning,
            **({"level": self.level, "method": self.method} if self.spreads else {}),
            "pairs": [dict(zip(self.columns, row, strict=True)) for row in self.records()],
            "n_apart": self.n_apart,
        }

    def _frame(self) -> Frame:
        names, columns = self.columns, [list(column) for column in zip(*self._rows(), strict=True)]
        if not columns:
            return Frame({name: [] for name in names})
        # Names stay as they are, and so do counts, beside those that are infinite.
        kept = {name: Axis(column).to_pandas() for name, column in zip(names[:2], columns[:2], strict=True)}
        rest = dict(zip(names[2:], columns[2:], strict=True))
        return Frame({**kept, **rest, "paths": Axis(self.paths).to_pandas()})

    # -- text

    def __repr__(self) -> str:
        return f"<effects of {how_many(len(self), 'pairs')}, {by_weights(self.weight_meaning)}>"

    def __str__(self) -> str:
        return self.text()

    def text(self, top: int | None = None, how: str = "") -> str:
        """Return the report with the first `top` pairs, or those that a screen has room for.

        `how` says behind the number of the others how to see them.
        """
        n_pairs = self._n_on_a_screen() if top is None else min(top, len(self))
        pairs = self._spread_lines(n_pairs) if self.spreads else self._lines(n_pairs)
        rows = [SPREAD_HEAD if self.spreads else HEAD, *pairs]
        lines = aligned(_flush_left(_fitted(rows), 3 if self.spreads else 2)) if len(self) else []
        more = [f"… {len(self) - n_pairs:,} more{how}"] if n_pairs < len(self) else []
        return "\n".join([self._title(), *(f"  {line}" for line in [*lines, *more]), *self._notes()])

    def _n_on_a_screen(self) -> int:
        """Return how many pairs fit: each takes a line, or one for each of its effects and their errors."""
        sizes = (len(_kinds(self._at(row))) if self.spreads else 1 for row in range(len(self)))
        return max(1, sum(1 for used in accumulate(sizes) if used <= LINES)) if len(self) else 0

    def _title(self) -> str:
        pairs = how_many(len(self), "pairs")
        if not len(self):
            pairs = "none" if self.n_apart else "no path leads from a source to a target"
        return f"Effects {by_weights(self.weight_meaning)}: {pairs}"

    def _notes(self) -> list[str]:
        notes = [self.method] if self.method and len(self) else []
        if any(source == target for source, target in self):
            notes.append("Of a node on itself the total is 1 more than both parts: the empty path.")
        if self.cycles == "reduced-form" and None in self.paths:
            notes.append("Round cycles edges are simultaneous equations, (I - A)^-1: no sum over walks.")
        elif None in self.paths:
            notes.append("∞: a cycle lies between, and walks round it are infinitely many.")
        if self.n_apart:
            pairs = how_many(self.n_apart, "pairs")
            notes.append(
                f"Left out: {pairs} within a cycle that counts as one node; why says how such two hang together."
            )
        return notes

    def _names(self, row: int) -> list[str]:
        return [shorten(self.naming.called(end), MAX_NAME) for end in (self.sources[row], self.targets[row])]

    def _lines(self, stop: int | None = None) -> Iterator[list[str]]:
        """Yield a line for each pair."""
        for row in range(len(self))[:stop]:
            numbers = [shown(self.numbers[name][row]) for name in EFFECTS]
            yield [*self._names(row), *numbers, _count(self.paths[row])]

    def _spread_lines(self, stop: int | None = None) -> Iterator[list[str]]:
        """Yield a line for each effect of each pair, without those that are the total or nothing."""
        for row in range(len(self))[:stop]:
            one, names, paths = self._at(row), self._names(row), _count(self.paths[row])
            for name in _kinds(one):
                spread, value = one.spread[name], getattr(one, name)
                figures = spread.standard_error, spread.low, spread.high
                error, low, high = (f"{number:.4g}" for number in figures)
                z = "" if spread.z is None else f"{spread.z:.3g}"
                yield [*names, name, f"{float(value):.4g}", error, z, f"{low} to {high}", paths]
                names, paths = ["", ""], ""

    def _sheet(self) -> Sheet:
        if self.spreads:
            return SPREAD_HEAD, self._spread_lines(), self._title()
        return HEAD, self._lines(), self._title()

    def _repr_html_(self) -> str:
        return super()._repr_html_() + "".join(f"<p>{escape(note)}</p>" for note in self._notes())


HEAD = ["source", "target", *EFFECTS, "paths"]
SPREAD_HEAD = ["source", "target", "effect", "estimate", "std. error", "z", "interval", "paths"]


def _kinds(one: Effect) -> Sequence[str]:
    """Return which effects of a pair are worth a line: where all of the total is direct, or indirect, one is."""
    there = [name for name in ("direct", "indirect") if getattr(one, name) or one.spread[name].standard_error]
    return there if len(there) == 1 and one.source != one.target else [*there, "total"]


def _count(paths: int | None) -> str:
    return "∞" if paths is None else shown(paths)


def _fitted(rows: Iterable[Sequence[str]]) -> list[list[str]]:
    """Return rows whose names, the first two cells, leave room for the others in the columns of a report."""
    listed = list(rows)
    source, target, *others = (max(map(len, column)) for column in zip(*listed, strict=True))
    room = max(SHORTEST, WIDTH - 4 - sum(2 + width for width in others))
    first = min(source, max(room // 2, room - target))
    second = max(room - first, SHORTEST // 2)
    return [[shorten(row[0], first), shorten(row[1], second), *row[2:]] for row in listed]


def _flush_left(rows: Iterable[Sequence[str]], n_columns: int) -> list[list[str]]:
    """Return rows whose first cells are as wide as their columns."""
    listed = list(rows)
    widths = [max(len(row[column]) for row in listed) for column in range(n_columns)]
    return [[*map(str.ljust, row, widths), *row[n_columns:]] for row in listed]


@takes_options
def table(
    graph: nx.DiGraph | CompiledGraph,
    sources: End | None = None,
    targets: End | None = None,
    *,
    sd: PerEdge | None = None,
    cov: Any = None,
    draws: Any = None,
    level: float = 0.95,
    max_cells: int = MAX_CELLS,
    **options: Unpack[CompileOptions],
) -> Effects:
    """Return the direct, the indirect and the total effect of every source on every target that a path leads to.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
    sources, targets : node, list of nodes, ROOTS or LEAVES, optional
        Whatever hashes is one node, a string or a tuple too. Where one side is left out, all that the other leads to,
        or comes from; where both are, every node.
    sd : str, or mapping of edge to number
        The standard deviation of each weight: the edge attribute of that name, or the numbers themselves. 0 says that a
        weight is known. Weights that are one parameter move together: those that a path model makes one
        (``G.graph["equal_parameters"]``), and those of edges with the same ``label``, weight and deviation. All others
        are taken as independent, but for `cov`.
    cov : mapping, DataFrame or array
        The covariance of the weights: ``{(name, name): number}``, where a pair that is missing is 0; a square DataFrame
        with names on both axes, such as lavaan's ``vcov``; or an array in the order in which the edges were given. A
        name is an edge, ``(tail, head)``, the ``label`` of one or of several, which are then one parameter, or text
        such as ``"Y~X"``, ``"F=~X"`` and ``"X -> Y"``. Names of variances and intercepts (``"Y~~Y"``, ``"Y~1"``) are
        left out; variances that it does not have come from `sd`.
    draws : mapping, DataFrame or array
        Draws of the weights, such as a bootstrap gives: a column each, named as in `cov`. Errors are then their
        standard deviations, intervals their percentiles. `sd` says of edges without a column that they are fixed: 0.
    level : float
        Of the intervals.
    max_cells : int
        More pairs, or more derivatives (pairs times edges between) or draws of pairs than this are refused.
    **options
        Those of `graphdiff.compile`, unless the graph is compiled already.

    Returns
    -------
    Effects
        A mapping of ``(source, target)`` to effects, in the order of the ends as given, else in topological order; in
        pandas a row a pair. Only pairs that a path of one edge or more joins are there. Of a collapsed cycle's members
        none has an effect on another here: `n_apart` is how many such pairs are left out (see `graphdiff.routes`).

    Raises
    ------
    UsageError
        If what is said of the weights fits no edge or is no covariance, or a weight that has errors is no real number.
    WeightError
        If the deviation of a weight on the way is missing or negative.
    LimitError
        If it takes more than `max_cells`.
    UnknownNodeError, CycleError, ValueOverflowError
        As `graphdiff.jacobian`.

    Notes
    -----
    The delta method is of the first order, and takes the estimates as normal: for small samples the interval of a
    product is better had from `draws`. The interpolation of percentiles is numpy's own.

    References
    ----------
    M. Sobel, "Asymptotic confidence intervals for indirect effects in structural equation models", Sociological
    Methodology 13 (1982), 290-312.

    Examples
    --------
    >>> import networkx as nx
    >>> G = nx.DiGraph()
    >>> G.add_edge("X", "M", weight=0.5, se=0.1)
    >>> G.add_edge("M", "Y", weight=0.4, se=0.2)
    >>> G.add_edge("X", "Y", weight=0.25, se=0.1)
    >>> effects = table(G, sd="se")
    >>> effects["X", "Y"].indirect, round(effects["X", "Y"].spread["indirect"].standard_error, 4)
    (0.2, 0.1077)
    >>> print(table(G, "X"))
    Effects by weight: 2 pairs
      source  target  direct  indirect  total  paths
      X       M          0.5         0    0.5      1
      X       Y         0.25       0.2   0.45      2
    """
    ready = compiled(graph, options)
    starts, ends = _sides(ready, sources, targets)
    reach_of(level)  # which has to be one
    _require_cells(len(starts) * len(ends), max_cells, f"{len(starts):,} sources by {len(ends):,} targets")
    pairs = joined_pairs(ready, starts, ends)
    spreads, method = _spreads(graph, pairs, sd, cov, draws, level, max_cells)
    label = ready.topology.label
    return Effects(
        sources=[label(place) for place in starts[pairs.rows].tolist()],
        targets=[label(place) for place in ends[pairs.columns].tolist()],
        numbers={"direct": pairs.direct, "indirect": pairs.indirect, "total": pairs.total},
        paths=pairs.paths,
        spreads=spreads,
        level=level,
        method=method,
        n_apart=_n_apart(ready, starts, ends),
        weight_meaning=ready.weight_meaning,
        cycles=ready.cycles,
        naming=ready.topology.naming,
    )


def _sides(graph: CompiledGraph, sources: Any, targets: Any) -> tuple[Ints, Ints]:
    """Return the positions of both sides; for one that is left out what the other reaches, or is reached from."""
    starts, ends = (None if end is None else _positions(graph, end) for end in (sources, targets))
    if starts is None or ends is None:
        between = np.flatnonzero(between_mask(graph, starts, ends)[graph.topology.representative]).tolist()
        starts, ends = (between if end is None else end for end in (starts, ends))
    return np.array(starts, dtype=np.int64), np.array(ends, dtype=np.int64)


def _positions(graph: CompiledGraph, end: Any) -> list[int]:
    """Return the positions of the nodes of one side, each once."""
    if isinstance(end, Mapping):
        raise UsageError("a row of a table has one source and one target: a list of nodes is needed, without seeds")
    if isinstance(end, Boundary):
        return list(seeds_of(graph, end).positions)
    nodes = members_of(end)
    each: list[Any] = [end] if nodes is None else nodes
    return list(dict.fromkeys(graph.topology.position(node) for node in each))


def _require_cells(n_cells: int, max_cells: int, what: str) -> None:
    if n_cells > max_cells:
        raise LimitError(
            f"{what} are {n_cells:,}, more than ",
            Keyword("max_cells", max_cells),
            ": name fewer ",
            Keyword("sources"),
            " or ",
            Keyword("targets"),
        )


def _n_apart(graph: CompiledGraph, starts: Ints, ends: Ints) -> int:
    """Return how many pairs of different nodes have both ends in one collapsed component."""
    if graph.cycles != "collapse":
        return 0
    first = graph.topology.representative
    return int((first[starts][:, None] == first[ends]).sum() - (starts[:, None] == ends).sum())


def _spreads(
    graph: Any, pairs: Pairs, sd: PerEdge | None, cov: Any, draws: Any, level: float, max_cells: int
) -> tuple[dict[str, _Spreads], str]:
    """Return how sure the effects are, and how that was found."""
    if not len(pairs) or (sd is None and cov is None and draws is None):
        return {}, ""
    if draws is not None and cov is not None:
        raise UsageError("draws have a covariance of their own: give ", Keyword("cov"), " or ", Keyword("draws"))
    between = restriction(pairs.graph, *(units(pairs.graph, ends.tolist()) for ends in (pairs.starts, pairs.ends)))
    weights = [*map(arithmetic.finished, arithmetic.listed(arithmetic.taken(pairs.graph.weights, between.edges)))]
    coefficients = Coefficients(graph, pairs.graph.topology, between.edges, weights)
    require_real([*weights, *pairs.total], "a standard error needs")
    if draws is not None:
        return _of_draws(pairs, weights_of_draws(coefficients, as_floats(weights), draws, sd), level, max_cells)
    return _of_derivatives(pairs, between, coefficients, (sd, cov), level, max_cells)


def _of_draws(pairs: Pairs, weights: NDArray[Any], level: float, max_cells: int) -> tuple[dict[str, _Spreads], str]:
    n_draws = len(weights)
    _require_cells(n_draws * len(pairs), max_cells, f"{n_draws:,} draws of {len(pairs):,} pairs")
    bounds = [(1 - level) / 2, (1 + level) / 2]
    spreads = {
        name: _Spreads(values.std(axis=0, ddof=1), *np.quantile(values, bounds, axis=0))
        for name, values in pairs.draws(weights).items()
    }
    return spreads, f"Standard errors and intervals ({100 * level:g} %, percentiles) are those of {n_draws:,} draws."


def _of_derivatives(
    pairs: Pairs,
    between: Between,
    coefficients: Coefficients,
    said: tuple[PerEdge | None, Any],
    level: float,
    max_cells: int,
) -> tuple[dict[str, _Spreads], str]:
    n_edges = len(coefficients.numbers)
    _require_cells(n_edges * len(pairs), max_cells, f"derivatives of {len(pairs):,} pairs by {n_edges:,} edges")
    known = covariance(coefficients, *said)
    errors = pairs.standard_errors(between, known)
    reach, spreads = reach_of(level), {}
    for name, each in errors.items():
        values = as_floats(getattr(pairs, name))
        spreads[name] = _Spreads(each, values - reach * each, values + reach * each)
    taken = "the weights taken as independent" if said[1] is None else "with the weights' covariance"
    if known.labels:
        taken += f", those of one label as one ({', '.join(known.labels)})"
    return spreads, f"Standard errors by the delta method, {taken}; {100 * level:g} % intervals."
