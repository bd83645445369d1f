"""The k shortest paths: the strongest ones by weights under which every edge more weighs more than all else."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from graphdiff import arithmetic
from graphdiff.arithmetic import Number
from graphdiff.graph.presets import even
from graphdiff.paths.paths import Path, path_of
from graphdiff.paths.strongest import ranked_paths
from graphdiff.sums.between import Between, total_over
from graphdiff.sums.semirings import SEMIRINGS


def shortest(between: Between) -> Iterator[Path]:
    """Yield the paths between two ends lazily, shortest first; of one length the strongest first, spread evenly.

    Seeds play no part. The influence of a path is the part of one unit spread evenly that comes by it.

    Raises
    ------
    CycleError
        Where walks go round a cycle between the ends.

    Examples
    --------
    >>> from graphdiff.graph.compiled import CompiledGraph
    >>> from graphdiff.sums.between import between_ends
    >>> graph = CompiledGraph.from_arrays([0, 0, 0, 1, 2, 2, 3], [1, 2, 3, 4, 4, 3, 4])
    >>> [(path.nodes, round(path.influence, 3)) for path in shortest(between_ends(graph, 0, 4))]
    [((0, 1, 4), 0.333), ((0, 3, 4), 0.333), ((0, 2, 4), 0.167), ((0, 2, 3, 4), 0.167)]
    """
    between.require_no_loops()
    if not between.n_nodes:
        return
    spread = between.graph.with_preset(even).weights
    numbers = arithmetic.listed(arithmetic.taken(spread, between.edges))
    parts = dict(zip(between.edges.tolist(), numbers, strict=True))
    lengthened = _lengthened(replace(between, entering=None, leaving=None), parts)
    for nodes, edges, _ in ranked_paths(lengthened):
        yield path_of(between, nodes, edges, math.prod(parts[edge] for edge in edges))


def _lengthened(between: Between, parts: dict[int, Number]) -> Between:
    """Return the same with weights so small that the weakest path is stronger than any that has an edge more.

    No path has less than the smallest part to the power of the longest length, and none more than 1.
    """
    longest = total_over(between, SEMIRINGS["most-edges"])
    digits = math.ceil(-math.log10(min(parts.values(), default=1)) * longest) + 1
    weights: list[Number] = [0] * between.graph.topology.n_edges
    for edge, part in parts.items():
        weights[edge] = Decimal(float(part)).scaleb(-digits)
    return between.weighed(between.graph.reweighted(weights))
