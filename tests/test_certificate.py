"""The certificate against exact rationals: thousands of graphs, and sums that cancel to almost nothing."""

from __future__ import annotations

from fractions import Fraction
from statistics import median
from typing import Any

import networkx as nx
import numpy as np
import pytest

import graphdiff as gd


def exact_sums(graph: nx.MultiDiGraph, source: int, target: int) -> tuple[Fraction, Fraction]:
    """Return the total and the sum of sizes, by a plain loop in Fractions over nodes numbered in their order."""
    sums = dict.fromkeys(graph, Fraction(0)) | {source: Fraction(1)}
    sizes = dict(sums)
    for tail in sorted(graph):
        for _, head, weight in graph.out_edges(tail, data="weight"):
            sums[head] += sums[tail] * Fraction(weight)
            sizes[head] += sizes[tail] * abs(Fraction(weight))
    return sums[target], sizes[target]


def drawn(rng: np.random.Generator) -> nx.MultiDiGraph:
    """Return a DAG of up to 30 nodes, 0 its source and the last its target, weights of both signs and many sizes."""
    size = int(rng.integers(3, 31))
    ends = np.sort(rng.integers(0, size, (int(rng.integers(size, 5 * size)), 2)), axis=1)
    graph = nx.MultiDiGraph([(node, node + 1) for node in range(size - 1)])
    graph.add_edges_from(ends[ends[:, 0] < ends[:, 1]].tolist())
    for _, _, data in graph.edges(data=True):
        data["weight"] = float(rng.normal()) * 10.0 ** float(rng.integers(-3, 4))
    return graph


def cancelling(rng: np.random.Generator) -> nx.MultiDiGraph:
    """Return a graph whose total is about eps² of its parts: w (1 + e)(1 - e) - w, with e down to 2^-52."""
    graph, last = nx.MultiDiGraph(), 0
    for step in range(int(rng.integers(1, 4))):
        weight, tiny = float(rng.normal()), 2.0 ** -int(rng.integers(20, 53))
        start, above, below, last = last, 3 * step + 1, 3 * step + 2, 3 * step + 3
        graph.add_weighted_edges_from([(start, above, weight * (1 + tiny)), (above, last, 1 - tiny)])
        graph.add_weighted_edges_from([(start, below, -weight), (below, last, 1.0)])
    return graph


def errors_and_bounds(graphs: list[nx.MultiDiGraph]) -> list[tuple[float, float, float]]:
    """Return error, bound and condition of each, once the bound and the condition are found right."""
    found = []
    for graph in graphs:
        source, target = min(graph), max(graph)
        known: Any = gd.explain(graph, source, target).certificate
        exact, size = exact_sums(graph, source, target)
        error = abs(Fraction(known.value) - exact)
        assert error <= Fraction(known.error_bound)
        if known.digits:
            assert error <= abs(exact) * 2 * Fraction(10) ** -known.digits
        if exact:
            found.append((float(error), known.error_bound, float(size / abs(exact))))
    return found


@pytest.mark.parametrize("count", [200, pytest.param(3_000, marks=pytest.mark.slow)])
def test_the_bound_holds_and_is_not_far_from_the_error(count: int) -> None:
    rng = np.random.default_rng(1)
    found = errors_and_bounds([drawn(rng) for _ in range(count)])
    assert median(bound / error for error, bound, _ in found if error) < 100


def test_where_almost_everything_cancels_no_digit_is_promised_that_is_not_there() -> None:
    rng = np.random.default_rng(2)
    found = errors_and_bounds([cancelling(rng) for _ in range(200)])
    assert max(condition for *_, condition in found) > 1e30
