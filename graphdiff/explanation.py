"""`explain`: one total taken apart, from one forward and one reverse sweep.

What it is made of (paths, edges, nodes), how concentrated it is, how far it can be trusted, and, where it is 0,
which zero it is.
"""

from __future__ import annotations

import math
from collections.abc import Hashable
from decimal import Decimal
from itertools import islice
from typing import Any, Unpack

import networkx as nx
import numpy as np

from graphdiff import arithmetic
from graphdiff.arithmetic import Number
from graphdiff.between import Between, between, total_over
from graphdiff.cancellation import cancellation
from graphdiff.certified import certificate_of, sizes_of
from graphdiff.compiled import CompiledGraph, CompileOptions, compiled
from graphdiff.cycles import Range, components_between, positions_between
from graphdiff.explained import Explanation
from graphdiff.narrow import bottlenecks
from graphdiff.paths import node_text, strongest
from graphdiff.results import shown
from graphdiff.semirings import SEMIRINGS
from graphdiff.shares import Contributions, Flow, flow_between, path_entropy
from graphdiff.sweeps import forward_values
from graphdiff.words import words_for

#: How many strongest paths an explanation keeps.
STRONGEST = 10


def explain(
    graph: nx.DiGraph | CompiledGraph,
    source: Hashable | None,
    target: Hashable,
    **options: Unpack[CompileOptions],
) -> Explanation:
    """Take the total influence of `source` on `target` apart.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
    source : node, or None
        None is one unit at every root.
    target : node
    **options
        Those of `graphdiff.compile`, unless the graph is compiled already.

    Returns
    -------
    Explanation

    Raises
    ------
    UnknownNodeError, WeightError, CycleError, SameComponentError, ValueOverflowError
        As `graphdiff.total_influence`.

    Examples
    --------
    >>> import networkx as nx
    >>> G = nx.DiGraph()
    >>> G.add_weighted_edges_from([("b", "c", 1), ("b", "d", 1), ("c", "e", 2), ("d", "e", 3)])
    >>> why = explain(G, "b", "e")
    >>> why.total, why.n_paths, round(why.effective_paths, 2)
    (5, 2, 1.96)
    """
    ready = compiled(graph, options)
    found = flow_between(ready, source, target)
    topology = ready.topology
    starts = topology.roots.tolist() if source is None else [topology.position(source)]
    end = topology.position(target)
    part = between(ready, starts, [end])
    sizes = sizes_of((ready, starts, [end]))
    direct = arithmetic.finished(_direct(found, source, target))
    merged, merged_elsewhere = _merged(ready, starts, end)
    edges = Contributions(found.edges, found.total, "edge", topology)
    empty = found.graph.one_and_zero[0] if target == source and not part.loops else 0
    return Explanation(
        source=source,
        target=target,
        total=found.total,
        direct=direct,
        indirect=arithmetic.finished(found.total - direct - empty),
        certificate=certificate_of(part, found, sizes),
        n_paths=None if part.loops else total_over(part, SEMIRINGS["count"]) or 0,
        lengths=_lengths(part),
        effective_paths=None if sizes is None else _effective_paths(ready, part, sizes),
        strongest=[] if sizes is None else list(islice(strongest(part), STRONGEST)),
        edge_contributions=edges,
        node_contributions=Contributions(found.nodes, found.total, "node", topology),
        cancellation=None if sizes is None else cancellation(part, found.total, sizes.total, edges),
        bottlenecks=bottlenecks(part),
        part=part,
        place=None if source is None else _place(ready, starts[0], end),
        zero=_zero_reason(ready, part, found, sizes, (starts, end)) if not found.total else None,
        edge_meaning=ready.edge_meaning,
        weight_meaning=ready.weight_meaning,
        merged=merged,
        merged_elsewhere=merged_elsewhere,
    )


def _lengths(part: Between) -> tuple[int, int] | None:
    if part.loops or not part.targets:
        return None
    return total_over(part, SEMIRINGS["fewest-edges"]), total_over(part, SEMIRINGS["most-edges"])


def _direct(found: Flow, source: Hashable | None, target: Hashable) -> Number:
    """Return the sum of the parallel edges from source to target, which carriers only: a collapsed loop has none."""
    topology, graph = found.graph.topology, found.graph
    zero = graph.one_and_zero[1]
    if source is None:
        return zero
    start, end = topology.position(source), topology.position(target)
    rows = topology.quotient if graph.cycles == "collapse" else topology.rows
    first, last = int(rows.ptr[graph.anchor(start)]), int(rows.ptr[graph.anchor(start) + 1])
    hits = np.flatnonzero(rows.heads[first:last] == graph.anchor(end)) + first
    return sum(arithmetic.listed(arithmetic.taken(graph.weights, rows.edges_at(hits))), start=zero)


def _effective_paths(graph: CompiledGraph, part: Between, sizes: Flow) -> Number | None:
    """Return exp of the entropy; the number of paths itself where each weighs the same."""
    if graph.weight_meaning == "unit" and not part.loops:
        return total_over(part, SEMIRINGS["count"])
    entropy = path_entropy(sizes)
    if entropy is None or entropy < 700:
        return None if entropy is None else math.exp(entropy)
    return Decimal(entropy).exp()


def _place(graph: CompiledGraph, start: int, end: int) -> tuple[int, int] | None:
    """Return the end's place among what the start reaches; None where a cycle elsewhere has no value."""
    loops = components_between(graph, [start]) if graph.cycles != "collapse" else []
    if loops:
        return None
    reached = positions_between(graph, [start], None)
    values = forward_values(graph, {graph.anchor(start): graph.one_and_zero[0]}, among=reached)
    others = [p for p in reached.tolist() if p != graph.anchor(start)]
    if graph.anchor(end) not in others:
        return None
    try:
        larger = sum(abs(values[p]) > abs(values[graph.anchor(end)]) for p in others)
    except TypeError:  # symbols have no order
        return None
    return int(larger) + 1, len(others)


def _merged(graph: CompiledGraph, starts: list[int], end: int) -> tuple[list[list[Any]], list[list[Any]]]:
    """Return the components that count as one node each: on the way, and elsewhere among what is reached."""
    if graph.cycles != "collapse":
        return [], []
    on_the_way = components_between(graph, starts, [end])
    elsewhere = [part for part in components_between(graph, starts) if part not in on_the_way]
    return _members(graph, on_the_way), _members(graph, elsewhere)


def _members(graph: CompiledGraph, ranges: list[Range]) -> list[list[Any]]:
    """Return the members of components of more than one node."""
    labels = graph.topology.labels
    return [list(labels[start:stop]) for start, stop in ranges if stop - start > 1]


def _zero_reason(
    graph: CompiledGraph, part: Between, found: Flow, sizes: Flow | None, ends: tuple[list[int], int]
) -> str:
    """Return which zero a total of 0 is."""
    words = words_for(graph.edge_meaning)
    starts, end = ends
    labels = graph.topology.label
    if not part.sources:
        back = between(graph, [end], starts) if len(starts) == 1 else part
        if back.sources:
            return f"no path from {labels(starts[0])} to {labels(end)}, but one the other way: are the ends swapped?"
        return "no path leads there"
    dead = [(node, step) for node, row in enumerate(part.rows) for step in row if not step[2]]
    if dead and not _path_without_zero(part):
        tail, (head, *_) = dead[0]
        edge = f"{node_text(part.labels[tail])} -> {node_text(part.labels[head])}"
        many = "the only one" if len(dead) == 1 else f"{len(dead):,} such {words.edges}"
        return f"every path has an edge of weight 0, as {edge} ({many} on the way)"
    if sizes is None or not sizes.total:
        return "the products of the weights are too small for a float (underflow); exact=True keeps them"
    if isinstance(found.total, complex):
        return f"paths cancel: their sizes add up to {shown(sizes.total)}"
    half = shown(sizes.total / 2)
    return f"paths cancel: +{half} and -{half}"


def _path_without_zero(part: Between) -> bool:
    """Return whether some path has no edge of weight 0."""
    reached = [False] * part.n_nodes
    for node in part.sources:
        reached[node] = True
    for node, row in enumerate(part.rows):
        if reached[node]:
            for head, _, weight in row:
                reached[head] = reached[head] or bool(weight)
    return any(reached[node] for node in part.targets)
