"""The k shortest paths: the strongest ones by weights under which every edge more weighs more than all else."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import Number, Weights
from graphdiff.graph.presets import even
from graphdiff.kernels import run
from graphdiff.kernels.sweep import distances, extremes
from graphdiff.paths.paths import Path, path_of
from graphdiff.paths.strongest import ranked_paths
from graphdiff.sums.between import Between

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
    ahead, behind = _distances(between)
    tails = np.repeat(np.arange(between.n_nodes), np.diff(between.ptr))
    lengths = ahead[tails] + 1 + behind[between.heads]  # of the shortest path that has the edge
    n_yielded = 0
    for limit in _limits(int(min(behind[between.sources])), int(lengths.max(initial=0))):
        sources = [source for source in between.sources if behind[source] <= limit]
        part = replace(between.keeping(lengths <= limit), sources=sources, entering=None, leaving=None)
        for path, length in islice(_ranked(between, part, spread), n_yielded, None):
            if length > limit:
                break
            n_yielded += 1
            yield path


def _distances(between: Between) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return how many edges lead to each node from a source, and from each node to a target, at least."""
    far, size = between.n_nodes, between.n_edges
    ahead, behind, longest = np.full(far, far), np.full(far, far), np.zeros(far, dtype=np.int64)
    ahead[between.sources] = behind[between.targets] = 0
    run(extremes, size, between.ptr, between.heads, ahead, longest)
    run(distances, size, between.ptr, between.heads, behind)
    return ahead, behind


def _ranked(between: Between, part: Between, spread: Weights) -> Iterator[tuple[Path, int]]:
    """Yield the paths of a part, shortest first, with their lengths."""
    for nodes, edges, _ in ranked_paths(_lengthened(part, spread)):
        parts = arithmetic.listed(arithmetic.taken(spread, np.asarray(edges, dtype=np.int64)))
        yield path_of(between, nodes, edges, math.prod(parts)), len(edges)


def _limits(shortest: int, longest: int) -> Iterator[float]:
    """Yield up to which length paths are looked for: the first few paths are on few of the edges."""
    more = 0
    while shortest + more < longest:
        yield shortest + more
        more = 2 * more or 1
    yield math.inf


def _lengthened(part: Between, spread: Weights) -> Between:
    """Return the same with weights so small that the weakest path is stronger than any that has an edge more.

    No path has less than the smallest weight to the power of the longest length, and none more than 1. Where all paths
    have one length the weights do as they are.
    """
    weights = arithmetic.taken(spread, part.edges)
    smallest = float(np.min(np.asarray(weights), initial=1))
    fewest, longest = part.lengths if part.n_nodes else (0, 0)
    if part.n_edges > FEW and (bits := _bits(smallest, longest) if fewest < longest else 0) <= FEW_BITS:
        floats = np.zeros(part.graph.topology.n_edges)
        floats[part.edges] = np.ldexp(np.asarray(weights, dtype=np.float64), -bits)
        return part.weighed(part.graph.reweighted(floats))
    digits = math.ceil(-math.log10(smallest) * longest) + 1
    lengthened: list[Number] = [0] * part.graph.topology.n_edges
    for edge, weight in zip(part.edges.tolist(), arithmetic.listed(weights), strict=True):
        lengthened[edge] = Decimal(float(weight)).scaleb(-digits)
    return part.weighed(part.graph.reweighted(lengthened))


def _bits(smallest: float, longest: int) -> int:
    return math.ceil(-math.log2(smallest) * longest) + 1


#: By so many powers of two, no more, floats are made smaller: those of any path are compared beyond the floats, too.
FEW_BITS = 900
