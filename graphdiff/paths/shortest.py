"""The k shortest paths: the strongest ones by weights under which every edge more weighs more than all else."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import islice

import numpy as np

from graphdiff import arithmetic
from graphdiff.arithmetic import Number, Weights
from graphdiff.graph.presets import even
from graphdiff.paths.paths import Path, path_of
from graphdiff.paths.strongest import ranked_paths
from graphdiff.sums.between import Between, forward_over, reverse_over, total_over
from graphdiff.sums.semirings import SEMIRINGS

#: Of so few edges all are ranked at once.
FEW = 1_000


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
    if between.n_edges <= FEW:
        part = replace(between, entering=None, leaving=None)
        yield from (path for path, _ in _ranked(between, part, spread))
        return
    ahead = np.array(forward_over(between, SEMIRINGS["fewest-edges"]))
    behind = np.array(reverse_over(between, SEMIRINGS["fewest-edges"]))
    tails = np.repeat(np.arange(between.n_nodes), np.diff(between.ptr))
    lengths = ahead[tails] + 1 + behind[between.heads]  # of the shortest path that has the edge
    n_yielded = 0
    for limit in _limits(int(min(behind[between.sources])), max(lengths, default=0)):
        sources = [source for source in between.sources if behind[source] <= limit]
        part = replace(between.keeping(lengths <= limit), sources=sources, entering=None, leaving=None)
        for path, length in islice(_ranked(between, part, spread), n_yielded, None):
            if length > limit:
                break
            n_yielded += 1
            yield path


def _ranked(between: Between, part: Between, spread: Weights) -> Iterator[tuple[Path, int]]:
    """Yield the paths of a part, shortest first, with their lengths."""
    numbers = arithmetic.listed(arithmetic.taken(spread, part.edges))
    parts = dict(zip(part.edges.tolist(), numbers, strict=True))
    for nodes, edges, _ in ranked_paths(_lengthened(part, parts)):
        yield path_of(between, nodes, edges, math.prod(parts[edge] for edge in edges)), len(edges)


def _limits(shortest: int, longest: int) -> Iterator[float]:
    """Yield up to which length paths are looked for: the first few paths are on few of the edges."""
    more = 0
    while shortest + more < longest:
        yield shortest + more
        more = 2 * more or 1
    yield math.inf


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
