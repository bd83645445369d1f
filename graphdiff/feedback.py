"""`find_cycles`: the strongly connected components, each with the edges whose removal breaks it at least weight."""

from __future__ import annotations

import math
from typing import Any, Unpack

import networkx as nx
import numpy as np

from graphdiff import arithmetic
from graphdiff.arc_order import shortest_way
from graphdiff.arithmetic import Number
from graphdiff.compiled import CompiledGraph, CompileOptions, compiled
from graphdiff.cycle_report import Breaking, Component, CycleReport
from graphdiff.errors import UsageError, ValueOverflowError
from graphdiff.feedback_arcs import feedback_arcs
from graphdiff.remedies import Keyword, Remedy

__all__ = ["find_cycles"]


def find_cycles(graph: nx.DiGraph | CompiledGraph, **options: Unpack[CompileOptions]) -> CycleReport:
    """Return the strongly connected components that have cycles, with the edges to take out at least weight.

    The least weight is found exactly where what is left of a component, after reductions that lose nothing, has at
    most 18 nodes; beyond that by a heuristic, with a bound below that says how much less any other set could weigh.
    Often the two are equal, and then it is least. Edges of the kind that ``G.graph["not_run"]`` names are on no cycle:
    imports under ``TYPE_CHECKING`` alone, unless the graph was read with ``kinds="all"``.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
    **options
        Those of `graphdiff.compile`, unless the graph is compiled already. Absolute weights count: what it costs to
        take an edge out, such as the number of import statements; ``weight=None`` looks for the fewest edges.
        `cycles` does not matter.

    Returns
    -------
    CycleReport

    Raises
    ------
    WeightError
        If a weight is missing or no number.
    UsageError
        If a weight is no real number.

    References
    ----------
    P. Eades, X. Lin, W. F. Smyth, "A fast and effective heuristic for the feedback arc set problem", Information
    Processing Letters 47(6), 1993.

    Examples
    --------
    >>> G = nx.DiGraph()
    >>> G.add_weighted_edges_from([("a", "b", 3), ("b", "c", 2), ("c", "a", 1), ("c", "b", 1), ("c", "d", 1)])
    >>> print(find_cycles(G))
    1 component with cycles, 3 nodes in all; without 2 edges of weight 2 there are none
    <BLANKLINE>
    1. 3 nodes, 4 edges: a, b, c
       without 2 edges of weight 2 it has no cycle (no set weighs less):
         c -> a, weight 1
         c -> b, weight 1
       a cycle: c -> a -> b -> c
    """
    graph, not_run = _running(graph)
    ready = compiled(graph, options)
    _require_real(ready)
    ranges = sorted(ready.topology.cyclic.tolist(), key=lambda both: both[0] - both[1])
    components = tuple([_component(graph, ready, start, stop) for start, stop in ranges])
    return CycleReport(components, ready.edge_meaning, ready.weight_meaning, ready.node_meaning, not_run)


def _running(graph: nx.DiGraph | CompiledGraph) -> tuple[nx.DiGraph | CompiledGraph, int]:
    """Return the graph without the edges that do nothing when the program runs, and how many these are."""
    if not isinstance(graph, nx.DiGraph) or "not_run" not in graph.graph:
        return graph, 0
    keyed = {"keys": True} if graph.is_multigraph() else {}
    idle = [edge[:-1] for edge in graph.edges(data="kind", **keyed) if edge[-1] == graph.graph["not_run"]]
    left = graph.copy()
    left.remove_edges_from(idle)
    return left, len(idle)


def _require_real(graph: CompiledGraph) -> None:
    wrong = next(
        (w for w in map(arithmetic.finished, arithmetic.listed(graph.weights)) if not isinstance(w, arithmetic.REAL)),
        None,
    )
    if wrong is not None:
        raise UsageError(
            f"what an edge costs must be a real number, not {type(wrong).__name__} ({wrong})",
            Remedy(Keyword("weight", "unit", python="None"), "looks for the fewest edges"),
        )


def _component(graph: Any, ready: CompiledGraph, start: int, stop: int) -> Component:
    topology = ready.topology
    rows = topology.rows
    edges, bounds = rows.places(np.arange(start, stop))
    heads = rows.heads[edges].astype(np.int64)
    tails = np.repeat(np.arange(start, stop), np.diff(bounds))
    inside = (heads >= start) & (heads < stop)
    weights = [abs(arithmetic.finished(w)) for w in arithmetic.listed(arithmetic.taken(ready.weights, edges[inside]))]
    _require_floats(weights)
    arcs: dict[int, dict[int, float]] = {node: {} for node in range(start, stop)}
    steps = list(zip(tails[inside].tolist(), heads[inside].tolist(), edges[inside].tolist(), weights, strict=True))
    for tail, head, _, weight in steps:
        if tail != head:
            arcs[tail][head] = arcs[tail].get(head, 0.0) + float(weight)
    cut = feedback_arcs(arcs)
    gone = set(cut.arcs)
    taken = [step for step in steps if step[:2] in gone or step[0] == step[1]]
    taken.sort(key=lambda step: -step[3])
    first = taken[0]
    way = [first[0]] if first[0] == first[1] else shortest_way(arcs, first[1], first[0]) or []
    return Component(
        members=tuple(topology.labels[start:stop]),
        n_edges=len(steps),
        breaking=tuple([_breaking(graph, ready, edge) for _, _, edge, _ in taken]),
        weight=sum((weight for *_, weight in taken), start=0),
        bound=cut.bound + sum(float(weight) for tail, head, _, weight in taken if tail == head),
        cycle=tuple([topology.label(place) for place in [first[0], *way]]),
        naming=topology.naming,
    )


def _require_floats(weights: list[Number]) -> None:
    """Raise unless the weights add up to a float: the search is in floats, and compares their sums."""
    try:
        whole = sum(map(float, weights))
    except OverflowError:
        whole = math.inf
    if not math.isfinite(whole):
        raise ValueOverflowError("the weights on cycles add up to more than the largest float (1.8e308)")


def _breaking(graph: Any, ready: CompiledGraph, edge: int) -> Breaking:
    label = ready.topology.edge_label(edge)
    weight = arithmetic.plain(arithmetic.finished(arithmetic.listed(ready.weights[edge : edge + 1])[0]))
    data = graph.get_edge_data(*label) if isinstance(graph, nx.Graph) else {}
    lines = data.get("lines", ())
    said = (lines,) if isinstance(lines, str) else tuple(map(str, lines))
    return Breaking(label, weight, said, ready.topology.naming)
