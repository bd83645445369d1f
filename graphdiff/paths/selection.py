"""Which nodes and edges hold a part of the influence on the targets: the rule that prunes attribution graphs.

Every edge counts as its part of the absolute weights that enter its head (`graphdiff.weights.normalised`). Nodes are
the smallest set, by sorting, that holds a part of all nodes' influence on the targets; edges, with parts among these
nodes alone, the smallest that holds a part of all edges'. A node that so loses all that left it, or all that entered
it, goes too. Numbers are floats here, whatever the weights are: they choose, and no total is computed from them.

References
----------
M. Hanna, M. Piotrowski et al., circuit-tracer, ``prune_graph`` in ``circuit_tracer/graph.py``. E. Ameisen et al.,
"Circuit Tracing: Revealing Computational Graphs in Language Models", Transformer Circuits Thread, 2025, appendix.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import Weights
from graphdiff.graph.compiled import CompiledGraph, CyclePolicy
from graphdiff.sums.between import Between
from graphdiff.sums.sweeps import checked_array, reverse_values

__all__ = ["Selection", "among", "holding"]

#: Sums that are equal but for their roundings are taken as equal.
ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class Selection:
    """Nodes and edges that are kept of what lies between.

    Attributes
    ----------
    nodes : bool array, shape (n_nodes,)
    edges : bool array, shape (n_edges,)
        Edges of which both ends are kept.
    """

    nodes: NDArray[np.bool_]
    edges: NDArray[np.bool_]


def tails_of(between: Between) -> NDArray[np.int64]:
    """Return the tail of each edge between, numbered as there."""
    ptr = between.ptr.astype(np.int64)
    return np.repeat(np.arange(between.n_nodes), ptr[1:] - ptr[:-1])


def among(between: Between, kept: Collection[int]) -> Selection:
    """Return some nodes with all edges among them."""
    nodes = np.zeros(between.n_nodes, dtype=bool)
    nodes[list(kept)] = True
    return Selection(nodes, nodes[tails_of(between)] & nodes[between.heads])


def holding(
    between: Between, nodes: float, edges: float, fixed: Collection[int], made: Collection[int] = ()
) -> Selection:
    """Return the smallest sets of nodes, then of edges, that hold a part of the influence on the targets.

    Parameters
    ----------
    between : Between
    nodes, edges : float
        Parts between 0 and 1.
    fixed : collection of int
        Nodes that are kept anyway, numbered as in `between`.
    made : collection of int
        Nodes that are nothing by themselves, as features are: they go where nothing enters them, too.

    Raises
    ------
    CycleError
        If the walks round a cycle between, each step a part of what enters, do not add up.
    """
    tails, heads, n_nodes = tails_of(between), between.heads, between.n_nodes
    parts = _parts_of_all(between.graph)[between.edges]
    scores = _scores(between, tails, parts)
    by_node = np.bincount(tails, weights=scores, minlength=n_nodes).astype(np.float64)
    chosen = _largest(by_node, nodes)
    kept = among(between, {*np.flatnonzero(chosen).tolist(), *fixed})
    weights = arithmetic.taken(between.graph.weights, between.edges[kept.edges])
    inside = np.zeros(between.n_edges)
    inside[kept.edges] = _parts(weights, heads[kept.edges], n_nodes)
    drawn = _largest(_scores(between, tails, inside), edges)
    entered = np.bincount(heads, weights=parts, minlength=n_nodes) > 0
    entered[list(made)] = True
    return _connected(between, Selection(kept.nodes, drawn), entered, fixed)


def _parts_of_all(graph: CompiledGraph) -> NDArray[np.float64]:
    """Return each edge's part of the absolute weights that enter its head; 0 within what is merged."""
    rows = graph.topology.quotient if graph.cycles == "collapse" else graph.topology.rows
    parts = np.zeros(graph.n_edges)
    parts[rows.edges] = _parts(arithmetic.taken(graph.weights, rows.edges), rows.heads, graph.n_nodes)
    return parts


def _parts(numbers: Weights, groups: NDArray[Any], n_groups: int) -> NDArray[np.float64]:
    """Return the part that the size of each number is of those of its group; 0 of what is 0."""
    sizes = _sizes(numbers)
    if isinstance(sizes, np.ndarray):
        sums = checked_array(np.bincount(groups, weights=sizes, minlength=n_groups))[groups]
        parts: NDArray[np.float64] = np.divide(sizes, sums, out=np.zeros(len(sizes)), where=sums > 0)
        return parts
    exact = arithmetic.added(zip(groups.tolist(), sizes, strict=True))
    return np.array(
        [float(size / exact[group]) if size else 0.0 for group, size in zip(groups.tolist(), sizes, strict=True)]
    )


def _sizes(numbers: Weights) -> NDArray[np.float64] | list[Fraction]:
    """Return absolute values: of what is exact as Fractions, whose parts are floats also where they are none."""
    if isinstance(numbers, np.ndarray):
        return np.abs(numbers.astype(np.float64))
    sizes = [arithmetic.size(arithmetic.finished(number)) for number in numbers]
    if any(isinstance(size, float) for size in sizes):
        return np.array(sizes, dtype=np.float64)
    return [Fraction(size) for size in sizes]


def _scores(between: Between, tails: NDArray[np.int64], parts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return of each edge its part times the influence of its head on the targets, the head itself among them."""
    graph = between.graph
    weights = np.zeros(graph.n_edges)
    weights[between.edges] = parts
    cycles: CyclePolicy = "solve" if graph.cycles == "reduced-form" else graph.cycles
    ready = replace(graph, weights=weights, exact=False, cycles=cycles)
    targets = between.seeds[1].positions
    numbers = between.leaving or [1.0] * len(targets)
    shares = _parts(numbers, np.zeros(len(targets), dtype=np.int64), 1)
    seeds = arithmetic.added(zip(targets, shares.tolist(), strict=True))
    values = reverse_values(ready, seeds, between.loops, start=min(between.positions.tolist(), default=0))
    scores: NDArray[np.float64] = parts * np.asarray(values, dtype=np.float64)[between.positions[between.heads]]
    return scores


def _largest(scores: NDArray[np.float64], part: float) -> NDArray[np.bool_]:
    """Return which scores are the largest that together make up a part of all; those as large as the last, too."""
    ranked = np.sort(scores)[::-1]
    reached = np.cumsum(ranked)
    if part == 1 or not scores.any():
        return np.greater(scores, 0)
    last = ranked[np.argmax(reached >= part * reached[-1] * (1 - ROUNDING))]
    is_large: NDArray[np.bool_] = (scores >= last * (1 - ROUNDING)) & (scores > 0)
    return is_large


def _connected(between: Between, kept: Selection, entered: NDArray[np.bool_], fixed: Collection[int]) -> Selection:
    """Return what is left without nodes that nothing leaves, or nothing enters where it has to be `entered`."""
    tails, heads = tails_of(between), between.heads
    nodes, edges = kept.nodes.copy(), kept.edges.copy()
    stays = among(between, fixed).nodes
    while True:
        left, reached = np.zeros_like(nodes), np.zeros_like(nodes)
        left[tails[edges]] = True
        reached[heads[edges]] = True
        lost = nodes & ~stays & ~(left & (reached | ~entered))
        if not lost.any():
            return Selection(nodes, edges)
        nodes &= ~lost
        edges &= nodes[tails] & nodes[heads]
