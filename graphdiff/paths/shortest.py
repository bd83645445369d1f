"""The k shortest paths: the strongest ones by weights under which every edge more weighs more than all else."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, partial
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import Weights
from graphdiff.graph.topology import Rows
from graphdiff.kernels import run
from graphdiff.kernels.mapped import blocks, tails_of, walk_parts
from graphdiff.kernels.rows import signed_type
from graphdiff.kernels.sweep import distances, distances_ahead
from graphdiff.paths.paths import Path, path_of
from graphdiff.paths.strongest import ranked_paths
from graphdiff.sums.between import Between, Chosen

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
    if between.n_edges <= FEW:
        yield from (path for path, _ in _ranked(between, replace(between, entering=None, leaving=None)))
        return
    near = _Near.of(between)
    n_yielded = 0
    for limit in _limits(near.shortest, near.longest):
        sources = [source for source in between.sources if near.behind[near.nodes[source]] <= limit]
        part = replace(between, arcs=near.arcs(limit), sources=sources, entering=None, leaving=None)
        for path, length in islice(_ranked(between, part), n_yielded, None):
            if length > limit:
                break
            n_yielded += 1
            yield path


@dataclass(frozen=True, eq=False)
class _Near:
    """How far the nodes between are from the ends, by rows that may have others, too.

    Attributes
    ----------
    rows : Rows
    nodes : int array
        Where the nodes between stand there.
    ahead, behind : int arrays
        How many edges lead to each node from a source, and from each node to a target, at least; of one that does not
        lie between one of the two is as many as no path has.
    sources : int array
        Where the sources stand in the rows.
    """

    rows: Rows
    nodes: NDArray[Any]
    ahead: NDArray[Any]
    behind: NDArray[Any]
    sources: NDArray[Any]

    @classmethod
    def of(cls, between: Between) -> _Near:
        rows, nodes = between.arcs.swept
        far, size = len(rows.ptr) - 1, len(rows.heads)
        kind = signed_type(2 * far + 2)
        ahead, behind = np.full(far, far, dtype=kind), np.full(far, far, dtype=kind)
        sources = nodes[between.sources]
        ahead[sources] = behind[nodes[between.targets]] = 0
        for kernel, lengths, backwards in ((distances_ahead, ahead, False), (distances, behind, True)):
            walk = partial(run, kernel, size, rows.ptr, rows.heads, lengths)
            walk_parts(walk, rows.ptr, (rows.heads,), 0, far, backwards=backwards)
        return cls(rows, nodes, ahead, behind, sources)

    @property
    def shortest(self) -> int:
        """How many edges the shortest path has."""
        return int(self.behind[self.sources].min())

    @cached_property
    def longest(self) -> int:
        """The most edges that the shortest path by an edge has."""
        inside = ((lengths[lengths < len(self.ahead)]) for _, _, lengths in self._lengths())
        return max((int(lengths.max(initial=0)) for lengths in inside), default=0)

    def _lengths(self) -> Iterator[tuple[int, NDArray[Any], NDArray[Any]]]:
        """Yield the first edge of each block, its tails, and of each edge the length of the shortest path by it."""
        for first, last, row in blocks(self.rows.ptr):
            tails = tails_of(self.rows.ptr, first, last, row)
            yield first, tails, self.ahead[tails] + 1 + self.behind[self.rows.heads[first:last]]

    def arcs(self, limit: float) -> Chosen:
        """Return the edges that paths up to a length have."""
        most = min(limit, len(self.ahead) - 1)
        tails, places = [np.arange(0)], [np.arange(0)]
        for first, tail, lengths in self._lengths():
            chosen = np.flatnonzero(lengths <= most)
            tails.append(tail[chosen])
            places.append(first + chosen)
        there = np.concatenate(places)
        starts, heads = (np.searchsorted(self.nodes, ends) for ends in (np.concatenate(tails), self.rows.heads[there]))
        ptr = np.concatenate([[0], np.cumsum(np.bincount(starts, minlength=len(self.nodes)))])
        return Chosen(ptr, heads, self.rows.edges_at(there))


def _ranked(between: Between, part: Between) -> Iterator[tuple[Path, int]]:
    """Yield the paths of a part, shortest first, with their lengths."""
    edges, spread = part.edges, _spread(part)
    alone = replace(part, arcs=Chosen(part.ptr, part.heads, np.arange(len(edges))))
    for nodes, numbers, _ in ranked_paths(_lengthened(alone, spread)):
        places = np.asarray(numbers, dtype=np.int64)
        parts = arithmetic.listed(arithmetic.taken(spread, places))
        yield path_of(between, nodes, edges[places], math.prod(parts)), len(places)


def _spread(part: Between) -> Weights:
    """Return what part of a unit that is spread evenly each edge of a part takes, as the preset ``even`` has it."""
    topology, is_merged = part.graph.topology, part.graph.cycles == "collapse"
    rows, tails = topology.quotient if is_merged else topology.rows, topology.tails_of(part.edges)
    tails = topology.representative[tails] if is_merged else tails
    counts = rows.ptr[tails + np.ones_like(tails)] - rows.ptr[tails]
    if part.graph.exact:
        return [Fraction(1, count) for count in counts.tolist()]
    return np.asarray(1.0 / counts)


def _limits(shortest: int, longest: int) -> Iterator[float]:
    """Yield up to which length paths are looked for: the first few paths are on few of the edges."""
    more = 0
    while shortest + more < longest:
        yield shortest + more
        more = 2 * more or 1
    yield math.inf


def _lengthened(part: Between, weights: Weights) -> Between:
    """Return the same with weights so small that the weakest path is stronger than any that has an edge more.

    No path has less than the smallest weight to the power of the longest length, and none more than 1. Where all paths
    have one length the weights do as they are.
    """
    smallest = float(np.min(np.asarray(weights), initial=1))
    fewest, longest = part.lengths if part.n_nodes else (0, 0)
    if part.n_edges > FEW and (bits := _bits(smallest, longest) if fewest < longest else 0) <= FEW_BITS:
        floats = np.ldexp(np.asarray(weights, dtype=np.float64), -bits)
        return part.weighed(part.graph.reweighted(floats))
    digits = math.ceil(-math.log10(smallest) * longest) + 1
    lengthened = [Decimal(float(weight)).scaleb(-digits) for weight in arithmetic.listed(weights)]
    return part.weighed(part.graph.reweighted(lengthened))


def _bits(smallest: float, longest: int) -> int:
    return math.ceil(-math.log2(smallest) * longest) + 1


#: By so many powers of two, no more, floats are made smaller: those of any path are compared beyond the floats, too.
FEW_BITS = 900
