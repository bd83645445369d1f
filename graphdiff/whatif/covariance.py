"""The covariance of the weights, and the delta method: the error of what is computed from them.

The error of a function of the weights is, to the first order, sqrt(g' C g), with g its derivatives with respect to the
weights and C their covariance. For a path of two steps a, b that is Sobel's sqrt(a² s_b² + b² s_a²) (M. Sobel,
"Asymptotic confidence intervals for indirect effects in structural equation models", Sociological Methodology 13
(1982), 290-312).

Parameters vary, not edges: weights that are one parameter of a model are as two with the same deviation that are wholly
correlated.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff.arithmetic import Number
from graphdiff.errors import UsageError, WeightError, edge_text
from graphdiff.kernels.rows import each_once
from graphdiff.remedies import Keyword
from graphdiff.text.names import Edge
from graphdiff.whatif.coefficients import (
    Coefficients,
    PerEdge,
    as_floats,
    beyond_floats,
    by_edge,
    is_real,
    missing,
    said_of,
    wrong,
)

__all__ = ["Covariance", "covariance", "reach_of"]

#: A matrix is taken as symmetric where its entries differ by less than this part.
SYMMETRIC = 1e-8
#: Of a correlation matrix of n weights that was printed with six digits, no eigenvalue is below -n times this.
POSSIBLE = 1e-6


@dataclass(frozen=True, eq=False)
class Covariance:
    """The covariance of n weights, of which some have to do with each other.

    Attributes
    ----------
    variances : array, shape (n,)
    linked : int array, shape (k,)
        Those that have a covariance with another.
    between : array, shape (k, k)
        Their covariances; 0 on the diagonal.
    labels : tuple of str
        Of those that are one parameter, where standard deviations were given.
    """

    variances: NDArray[Any]
    linked: NDArray[Any]
    between: NDArray[Any]
    labels: tuple[str, ...] = ()

    def errors(self, slopes: NDArray[Any]) -> NDArray[Any]:
        """Return sqrt(g' C g) for each row g of derivatives, an array of shape (m, n)."""
        with np.errstate(over="ignore", invalid="ignore"):
            among = slopes[:, self.linked]
            squares = slopes**2 @ self.variances + ((among @ self.between) * among).sum(axis=1)
        if not np.isfinite(squares).all():
            raise beyond_floats()
        errors: NDArray[Any] = np.sqrt(np.maximum(squares, 0))
        return errors


def covariance(coefficients: Coefficients, sd: PerEdge | None, cov: Any) -> Covariance:
    """Return the covariance of the weights on the way.

    Raises
    ------
    WeightError
        If the variance of one is missing, or negative.
    UsageError
        If there is no such covariance: it is not symmetric, or has a negative eigenvalue; or it is of other edges.
    """
    deviations = {} if sd is None else _deviations(coefficients, sd)
    shared = coefficients.shared(deviations) if deviations else []
    entries = _variances(deviations, shared)
    if cov is not None:
        entries |= _covariances(coefficients, cov)
    for number, edge in zip(coefficients.numbers.tolist(), coefficients.edges, strict=True):
        if (number, number) not in entries:
            raise missing(edge, "sd" if cov is None else "the variance", sd)
    numbers, every = _matrix(entries)
    if cov is not None:
        _require_possible(every)
    among = _among(every, np.searchsorted(numbers, coefficients.numbers))
    return replace(among, labels=tuple(dict.fromkeys(label for label, _ in shared)))


def _matrix(entries: Mapping[tuple[int, int], float]) -> tuple[NDArray[Any], Covariance]:
    """Return the edges whose variance is known, in order, and their covariance."""
    keys = np.array(list(entries), dtype=np.int64).reshape(-1, 2)
    values = np.fromiter(entries.values(), dtype=np.float64, count=len(entries))
    own = keys[:, 0] == keys[:, 1]
    order = np.argsort(keys[own, 0])
    numbers = keys[own, 0][order]
    off = ~own & np.isin(keys, numbers).all(axis=1)
    linked = each_once(keys[off])
    rows, columns = np.searchsorted(linked, keys[off]).T
    between = np.zeros((len(linked), len(linked)))
    between[rows, columns] = between[columns, rows] = values[off]
    return numbers, Covariance(values[own][order], np.searchsorted(numbers, linked), between)


def _among(every: Covariance, chosen: NDArray[Any]) -> Covariance:
    """Return the covariance of some of the weights, in their order."""
    place = np.full(len(every.variances), -1)
    place[chosen] = np.arange(len(chosen))
    kept = np.flatnonzero(place[every.linked] >= 0)
    return Covariance(every.variances[chosen], place[every.linked[kept]], every.between[np.ix_(kept, kept)])


def _require_possible(every: Covariance) -> None:
    """Refuse a matrix that no weights can have, by its smallest eigenvalue.

    Whether one is negative does not depend on the units of the weights (J. Sylvester's law of inertia): it is looked
    for among those of the correlations, where one tolerance is good for all. Cholesky's factors are there just where
    none is.
    """
    variances = every.variances[every.linked]
    scale = np.where(variances > 0, np.sqrt(variances), 1)
    correlations = (every.between + np.diag(variances)) / scale[:, None] / scale
    try:
        np.linalg.cholesky(correlations + POSSIBLE * len(scale) * np.eye(len(scale)))
    except np.linalg.LinAlgError:
        values = np.linalg.eigvalsh(every.between + np.diag(variances))
        raise UsageError(
            f"cov is no covariance: its smallest eigenvalue is {values[0]:.3g} (the largest {values[-1]:.3g}), and "
            "that of a covariance is not negative"
        ) from None


def _deviations(coefficients: Coefficients, sd: PerEdge) -> dict[int, Number]:
    """Return the standard deviations of weights on the way; maybe not of all."""
    deviations = said_of(coefficients, sd, "sd")
    negative = next((number for number, value in deviations.items() if value < 0), None)
    if negative is not None:
        edge = coefficients.topology.edge_label(negative)
        raise wrong(edge, "sd", f"is {deviations[negative]!r}, and cannot be negative")
    return deviations


def _variances(
    deviations: Mapping[int, Number], shared: Sequence[tuple[str, Sequence[int]]]
) -> dict[tuple[int, int], float]:
    """Return the variances that standard deviations give, and the covariances of weights that are one parameter."""
    floats = dict(zip(deviations, as_floats(list(deviations.values())).tolist(), strict=True))
    entries = {(number, number): value * value for number, value in floats.items()}
    for _, numbers in shared:  # they move together
        pairs = combinations(sorted(numbers), 2)
        entries |= {(a, b): floats[a] * floats[b] for a, b in pairs if {a, b} <= floats.keys()}
    if not all(map(math.isfinite, entries.values())):
        raise beyond_floats()
    return entries


def _covariances(coefficients: Coefficients, cov: Any) -> dict[tuple[int, int], float]:
    """Return the entries of a covariance by the numbers of edges, each pair once, the smaller number first."""
    if isinstance(cov, Mapping):
        return _listed(coefficients, cov)
    rows, columns, values = _square(coefficients, cov)
    numbers = sorted(rows)
    if numbers != sorted(columns):
        raise UsageError("cov has other names for its rows than for its columns")
    ordered = np.ix_([rows[number] for number in numbers], [columns[number] for number in numbers])
    matrix = as_floats(values[ordered])
    _require_symmetric(coefficients, numbers, matrix)
    first, second = np.triu_indices(len(numbers))
    pairs = zip(np.array(numbers)[first].tolist(), np.array(numbers)[second].tolist(), strict=True)
    return dict(zip(pairs, matrix[first, second].tolist(), strict=True))


def _square(coefficients: Coefficients, cov: Any) -> tuple[dict[int, int], dict[int, int], NDArray[Any]]:
    """Return in which row and in which column of a matrix each edge is, and the matrix."""
    if hasattr(cov, "columns") and hasattr(cov, "index"):
        axes = [[coefficients.named(name, "cov") for name in axis] for axis in (cov.index, cov.columns)]
        values = cov.to_numpy()
    else:
        axes = [[[number] for number in coefficients.order.tolist()]] * 2
        values = np.asarray(cov)
    if values.shape != tuple(map(len, axes)) or values.shape[0] != values.shape[1]:
        raise UsageError(f"cov has shape {values.shape}: a row and a column for each of the {len(axes[0]):,} edges")
    topology = coefficients.topology
    return by_edge(axes[0], values, topology, "cov"), by_edge(axes[1], values.T, topology, "cov"), values


def _require_symmetric(coefficients: Coefficients, numbers: Sequence[int], matrix: NDArray[Any]) -> None:
    """Refuse entries that are none, variances below 0, and covariances that are not the same both ways."""
    with np.errstate(invalid="ignore"):
        bad = ~np.isfinite(matrix) | (np.diag(matrix) < 0) & np.eye(len(matrix), dtype=bool)
        uneven = np.abs(matrix - matrix.T) > SYMMETRIC * np.abs(matrix)
    for mask, error in ((bad, _no_entry), (uneven, _uneven)):
        if mask.any():
            row, column = np.argwhere(mask)[0]
            edges = [coefficients.topology.edge_label(numbers[place]) for place in (row, column)]
            raise error(edges, float(matrix[row, column]), float(matrix[column, row]))


def _no_entry(edges: Sequence[Edge], value: Any, _: Any = None) -> WeightError:
    return wrong(edges[0], "cov", f"and {edge_text(edges[1])} is {value!r}")


def _uneven(edges: Sequence[Edge], one: float, other: float) -> UsageError:
    names = " and ".join(map(edge_text, edges))
    return UsageError(f"cov is not symmetric: {names} have {one:.6g} and {other:.6g}")


def _listed(coefficients: Coefficients, cov: Mapping[Any, Any]) -> dict[tuple[int, int], float]:
    """Return the same of a mapping of pairs."""
    label = coefficients.topology.edge_label
    pairs: dict[tuple[int, int], float] = {}
    for pair, value in cov.items():
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise UsageError(f"cov has {pair!r}: a mapping of (edge, edge) to number is needed")
        for a, b in product(*(coefficients.named(name, "cov") for name in pair)):
            if not is_real(value) or (a == b and value < 0):
                raise _no_entry([label(a), label(b)], value)
            key, other = (min(a, b), max(a, b)), float(value)
            if abs(pairs.setdefault(key, other) - other) > SYMMETRIC * abs(other):
                raise _uneven([label(number) for number in key], pairs[key], other)
    return pairs


def reach_of(level: float) -> float:
    """Return how many standard errors an interval of this level reaches to either side, under a normal distribution.

    Examples
    --------
    >>> round(reach_of(0.95), 3)
    1.96
    """
    if not 0 < level < 1:
        raise UsageError(Keyword("level", level), " is not between 0 and 1")
    return NormalDist().inv_cdf((1 + level) / 2)
