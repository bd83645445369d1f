"""The standard error of a total by the delta method, from what is said of its weights' deviations and covariance.

It is sqrt(g' C g), with g the derivatives of the total with respect to the weights and C their covariance. For a path
of two steps a, b that is Sobel's sqrt(a² s_b² + b² s_a²) (M. Sobel, "Asymptotic confidence intervals for indirect
effects in structural equation models", Sociological Methodology 13 (1982), 290-312).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

import networkx as nx
import numpy as np

from graphdiff.edges import find_edge
from graphdiff.errors import UsageError, edge_text
from graphdiff.said import PerEdge, is_real, missing, said_of, wrong
from graphdiff.sensitivity import Sensitivities

#: A matrix is taken as symmetric where its entries differ by less than this part.
SYMMETRIC = 1e-8


def standard_error(graph: Any, found: Sensitivities, sd: PerEdge | None, cov: Any) -> float:
    """Return sqrt(g' C g)."""
    try:
        slopes = dict(zip(found.numbers.tolist(), map(float, found.derivatives.tolist()), strict=True))
    except TypeError:
        raise UsageError("a standard error needs real weights") from None
    deviations = {} if sd is None else said_of(graph, found, sd, "sd")
    negative = next((number for number, value in deviations.items() if value < 0), None)
    if negative is not None:
        raise wrong(found.topology.edge_label(negative), "sd", f"is {deviations[negative]!r}, and cannot be negative")
    entries = {(n, n): float(value) ** 2 for n, value in deviations.items()}
    for numbers in equal_parameters(graph, found).values():  # one parameter: they move together
        entries |= {
            (a, b): float(deviations[a] * deviations[b]) for a, b in _pairs(numbers) if {a, b} <= deviations.keys()
        }
    entries |= _covariance(graph, found, cov)
    for number, edge in zip(slopes, found, strict=True):
        if (number, number) not in entries:
            raise missing(edge, "sd" if cov is None else "the variance", sd)
    pairs = [(a, b, value) for (a, b), value in entries.items() if a in slopes and b in slopes]
    variance = math.fsum(slopes[a] * value * slopes[b] * (1 if a == b else 2) for a, b, value in pairs)
    size = math.fsum(abs(slopes[a] * value * slopes[b]) for a, b, value in pairs)
    if variance < -1e-9 * size:
        raise UsageError(f"cov is no covariance: it gives the total a variance of {variance:.3g}")
    return math.sqrt(max(variance, 0.0))


def equal_parameters(graph: Any, found: Sensitivities) -> dict[str, list[int]]:
    """Return the edges on the way whose weights are one parameter of a path model, by its label."""
    labelled = graph.graph.get("equal_parameters") if isinstance(graph, nx.Graph) else None
    if not isinstance(labelled, dict):  # a graph may have an attribute of this name that is not ours
        return {}
    on_the_way = set(found.numbers.tolist())
    numbers = {label: [find_edge(found.topology, edge) for edge in edges] for label, edges in labelled.items()}
    there = {label: [number for number in each if number in on_the_way] for label, each in numbers.items()}
    return {label: each for label, each in there.items() if len(each) > 1}


def _pairs(numbers: Sequence[int]) -> Iterable[tuple[int, int]]:
    return combinations(sorted(numbers), 2)


def _covariance(graph: Any, found: Sensitivities, cov: Any) -> dict[tuple[int, int], float]:
    """Return the entries of a covariance by the numbers of edges, each pair once."""
    if cov is None:
        return {}
    topology = found.topology
    if isinstance(cov, Mapping):
        entries: Iterable[tuple[int, int, Any]] = _listed_pairs(found, cov)
    elif hasattr(cov, "columns") and hasattr(cov, "index"):
        rows, columns = ([find_edge(topology, edge) for edge in axis] for axis in (cov.index, cov.columns))
        entries = _matrix(rows, columns, cov.to_numpy())
    else:
        order = _order(graph, found)
        entries = _matrix(order, order, np.asarray(cov))
    pairs: dict[tuple[int, int], float] = {}
    for a, b, value in entries:
        if not is_real(value) or (a == b and value < 0):
            raise wrong(topology.edge_label(a), "cov", f"and {edge_text(topology.edge_label(b))} is {value!r}")
        key, other = (min(a, b), max(a, b)), float(value)
        if abs(pairs.setdefault(key, other) - other) > SYMMETRIC * abs(other):
            names = " and ".join(edge_text(topology.edge_label(number)) for number in key)
            raise UsageError(f"cov is not symmetric: {names} have {pairs[key]:.6g} and {other:.6g}")
    return pairs


def _listed_pairs(found: Sensitivities, cov: Mapping[Any, Any]) -> Iterable[tuple[int, int, Any]]:
    for pair, value in cov.items():
        if not isinstance(pair, tuple) or len(pair) != 2 or not all(isinstance(edge, tuple) for edge in pair):
            raise UsageError(f"cov has {pair!r}: a mapping of (edge, edge) to number is needed, each edge (tail, head)")
        yield find_edge(found.topology, pair[0]), find_edge(found.topology, pair[1]), value


def _matrix(rows: Sequence[int], columns: Sequence[int], values: Any) -> Iterable[tuple[int, int, Any]]:
    if values.shape != (len(rows), len(columns)) or len(rows) != len(columns):
        raise UsageError(f"cov has shape {values.shape}: a row and a column for each of the {len(rows):,} edges")
    for a, line in zip(rows, values.tolist(), strict=True):
        for b, value in zip(columns, line, strict=True):
            yield a, b, value


def _order(graph: Any, found: Sensitivities) -> list[int]:
    """Return the numbers of all edges in the order in which the graph has them."""
    if not isinstance(graph, nx.Graph):
        return list(range(found.topology.n_edges))
    numbers = {edge: number for number, edge in enumerate(found.topology.edge_labels())}
    return [numbers[edge] for edge in (graph.edges(keys=True) if graph.is_multigraph() else graph.edges)]
