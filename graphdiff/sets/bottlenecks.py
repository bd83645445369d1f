"""Where a total is narrow: the nodes that every path passes, and the fewest edges that carry it all."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from graphdiff.kernels.flows import minimum_cut
from graphdiff.sets.lengths import on_every_path
from graphdiff.sums.between import Between
from graphdiff.text.names import Edge

__all__ = ["beyond_cut", "bottlenecks", "fewer_edges_than", "fewest_edges"]


def bottlenecks(between: Between) -> list[Any]:
    """Return the nodes that every path passes, in order, the ends left out; none where walks go round a cycle.

    Examples
    --------
    >>> from graphdiff.sums.between import restriction
    >>> from graphdiff.graph.compiled import CompiledGraph
    >>> bottlenecks(restriction(CompiledGraph.from_arrays([0, 0, 1, 2, 3], [1, 2, 3, 3, 4])))
    [3]
    """
    if between.loops or not between.n_nodes:
        return []
    on_all, _ = on_every_path(between)
    ends = {*between.sources, *between.targets}
    return [between.label(node) for node in np.flatnonzero(on_all).tolist() if node not in ends]


def fewer_edges_than(limit: int, between: Between) -> bool:
    """Return whether fewer than so many edges carry everything: whether no so many paths are without a common edge.

    By K. Menger's theorem (1927). To find a few paths takes far less than to find the fewest edges.

    Examples
    --------
    >>> from graphdiff.sums.between import restriction
    >>> from graphdiff.graph.compiled import CompiledGraph
    >>> between = restriction(CompiledGraph.from_arrays([0, 0, 1, 2, 3], [1, 2, 3, 3, 4]))
    >>> fewer_edges_than(2, between), fewer_edges_than(1, between)
    (True, False)
    """
    if set(between.sources) & set(between.targets):
        return False  # no edges part the ends
    entering: list[list[tuple[int, int]]] = [[] for _ in range(between.n_nodes)]
    for tail, row in enumerate(between.rows):
        for head, edge, _ in row:
            entering[head].append((tail, edge))
    used: set[int] = set()
    for _ in range(limit):
        further = _further_path(between, entering, used)
        if not further:
            return True
        used ^= further  # an edge that is gone back is free again
    return False


def _further_path(between: Between, entering: list[list[tuple[int, int]]], used: set[int]) -> set[int]:
    """Return the edges of a way from the sources to the targets, along free edges and back along used ones, if any."""
    came_by = {node: (node, -1) for node in between.sources}
    reached = list(between.sources)
    for node in reached:  # the list grows while it is walked
        if between.is_target[node]:
            way = set()
            while came_by[node][1] >= 0:
                node, edge = came_by[node]
                way.add(edge)
            return way
        free = [(head, edge) for head, edge, _ in between.rows[node] if edge not in used]
        for other, edge in [*free, *(step for step in entering[node] if step[1] in used)]:
            if other not in came_by:
                came_by[other] = node, edge
                reached.append(other)
    return set()


def fewest_edges(between: Between) -> list[Edge]:
    """Return the fewest edges that all paths use, of several such sets one that paths use but once, nearest the target.

    Where every path uses one of them once, their contributions sum to the total; where no set so small is like that,
    paths that use two count twice.

    Examples
    --------
    >>> from graphdiff.sums.between import restriction
    >>> from graphdiff.graph.compiled import CompiledGraph
    >>> fewest_edges(restriction(CompiledGraph.from_arrays([0, 0, 1, 2, 3], [1, 2, 3, 3, 4])))
    [(3, 4)]
    """
    if not between.n_edges or set(between.sources) & set(between.targets):
        return []  # no edges part the ends
    tails = np.repeat(np.arange(between.n_nodes), np.diff(between.ptr))
    sizes = np.full(between.n_edges, between.n_edges + 1)
    # To cross twice a path must come back: as seldom as so few edges allow.
    beyond = np.zeros(between.n_nodes, dtype=bool)
    across = beyond_cut(between, (tails, between.heads), sizes, back=1)
    beyond[[] if across is None else across] = True
    crossing = between.edges[beyond[between.heads] & ~beyond[tails]]
    return list(between.graph.topology.edge_labels(crossing))


def beyond_cut(
    between: Between, ends: tuple[ArrayLike, ArrayLike], sizes: ArrayLike, *, back: int = 0
) -> NDArray[np.int64] | None:
    """Return what lies beyond the smallest cut between the ends, of several that nearest the targets; None without any.

    See `graphdiff.kernels.flows.minimum_cut`.

    Parameters
    ----------
    between : Between
        What has the ends.
    ends : pair of int sequences
        The tail and the head of each edge; numbers that are no nodes between are other nodes.
    sizes : sequence of int
        How much each edge takes; -1 is without a bound.
    back : int, default 0
        How much each takes the other way round.
    """
    takes = np.asarray(sizes, dtype=np.int64)
    bounded = int(takes[takes >= 0].sum()) + back * len(takes)
    groups = [np.asarray(each, dtype=np.int64) for each in (*ends, between.sources, between.targets)]
    first = min(int(group.min(initial=0)) for group in groups)
    source = 1 + max(int(group.max(initial=0)) for group in groups) - first
    tails, heads, starts, stops = (group - first if first else group for group in groups)
    flow, beyond = minimum_cut(
        np.concatenate([tails, np.full(len(starts), source), stops]),
        np.concatenate([heads, starts, np.full(len(stops), source + 1)]),
        # More than all that has a bound is as good as any flow.
        np.concatenate([np.where(takes < 0, bounded + 1, takes), np.full(len(starts) + len(stops), bounded + 1)]),
        source,
        source + 1,
        back,
    )
    return None if flow > bounded else np.flatnonzero(beyond[:source]) + first
