"""What is not drawn of an answer, as edges that carry its weight: the picture keeps the total of the whole."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import networkx as nx

from graphdiff import arithmetic
from graphdiff.arithmetic import REAL, Number
from graphdiff.between import Between, forward_over, reverse_over, total_over
from graphdiff.pruning import bypasses
from graphdiff.semirings import SEMIRINGS
from graphdiff.weights import unit

__all__ = ["Bypass", "others_of", "rest_of"]


@dataclass(frozen=True)
class Bypass:
    """Ways from one drawn node to another through nodes that are not drawn; of what is drawn, its share."""

    tail: int
    head: int
    n_paths: int
    share: float
    facts: dict[str, Any]


def rest_of(graph: nx.DiGraph, part: Between, drawn: Between, used: list[int], whole: Number) -> list[Bypass]:
    """Return what stands for the paths through nodes that are not drawn, the largest share first."""
    if part.loops or not isinstance(graph.graph.get("total"), REAL) or not whole:
        return []
    found = bypasses(part, set(used), set(drawn.edges.tolist()))
    ahead, behind = (sweep(part, SEMIRINGS["count"]) for sweep in (forward_over, reverse_over))
    rest = [
        _bypass(graph, part, (tail, head), weight, (ways, ahead[tail] * ways * behind[head]), whole)
        for (tail, head), (weight, ways) in found.items()
    ]
    return sorted(rest, key=lambda bypass: -abs(bypass.share))


def _bypass(
    graph: nx.DiGraph, part: Between, ends: tuple[int, int], weight: Number, counts: tuple[int, int], whole: Number
) -> Bypass:
    """Return an edge for ways from one drawn node to another: so many ways, on so many paths; as known as any edge."""
    label = part.graph.topology.label
    tail, head = (graph.nodes[label(int(part.positions[end]))] for end in ends)
    weight = arithmetic.finished(weight)
    contribution, total = tail["tangent"] * weight * head["adjoint"], graph.graph["total"]
    facts = {
        "weight": weight,
        "tangent": tail["tangent"] * weight,
        "adjoint": weight * head["adjoint"],
        "contribution": contribution,
        "share": contribution / total if total else None,
        "paths": counts[1],
        "eliminated": True,
    }
    return Bypass(*ends, counts[0], float(contribution / whole), facts)


def others_of(graph: nx.DiGraph, part: Between, drawn: Between, dashed: list[Bypass], whole: Number) -> Bypass:
    """Return what the total of the drawn and dashed edges lacks as one edge from the source to the target."""
    weight = graph.graph["total"] - _sum_with(drawn, [(way.tail, way.head, way.facts["weight"]) for way in dashed])
    counted = replace(drawn, graph=drawn.graph.with_preset(unit))
    n_paths = total_over(part, SEMIRINGS["count"]) - _sum_with(
        counted, [(way.tail, way.head, way.n_paths) for way in dashed]
    )
    return _bypass(graph, part, (part.sources[0], part.targets[0]), weight, (n_paths, n_paths), whole)


def _sum_with(drawn: Between, dashed: list[tuple[int, int, Number]]) -> Number:
    """Return the sum over all paths of drawn and dashed edges."""
    steps = [[(head, weight) for head, _, weight in row] for row in drawn.rows]
    for tail, head, weight in dashed:
        steps[tail].append((head, weight))
    values: list[Number] = [int(node in drawn.sources) for node in range(drawn.n_nodes)]
    for node, row in enumerate(steps):
        for head, weight in row:
            values[head] += values[node] * weight
    return arithmetic.finished(sum(values[node] for node in drawn.targets))
