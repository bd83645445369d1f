"""Which nodes lie on a way: marks pushed along the edges, and marks pulled back.

The dominator tree: for each node the nearest one that every path from the roots to it passes.

T. Lengauer and R. Tarjan, "A fast algorithm for finding dominators in a flowgraph", ACM TOPLAS 1(1), 1979, with
path compression, O(edges · log nodes) however deep the graph. Nodes are called by the time at which a depth-first
search finds them, from 1; 0 is a root above all roots. Both of the paper's loops link nodes to their parents from
the last to the first and ask for the least semidominator on the way up: here that is one kernel, run twice.
"""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from graphdiff.kernels import jit, pays, run
from graphdiff.kernels.rows import Ints, grouped


def push(ptr: Sequence[int], heads: Sequence[int], mark: MutableSequence[Any], start: int) -> None:
    """Mark everything that a marked node reaches; positions are in topological order."""
    for node in range(start, len(mark)):
        if mark[node]:
            for edge in range(ptr[node], ptr[node + 1]):
                mark[heads[edge]] = True


def pull(ptr: Sequence[int], heads: Sequence[int], nodes: Sequence[int], mark: MutableSequence[Any]) -> None:
    """Mark every one of `nodes`, which are in topological order, that reaches a marked node."""
    for place in range(len(nodes) - 1, -1, -1):
        node = nodes[place]
        for edge in range(ptr[node], ptr[node + 1]):
            if mark[heads[edge]]:
                mark[node] = True
                break


def reached(ptr: NDArray[Any], heads: NDArray[Any], starts: NDArray[Any]) -> NDArray[np.bool_]:
    """Return the mask of the positions that some of `starts` reach, themselves included."""
    mark = np.zeros(len(ptr) - 1, dtype=bool)
    if not len(starts):
        return mark
    mark[starts] = True
    first = int(np.min(starts))
    if pays(len(heads)):
        jit(push)(ptr, heads, mark, first)
        return mark
    listed = bytearray(mark.tobytes())
    push(ptr.data, heads.data, listed, first)
    return np.frombuffer(listed, dtype=bool)


def reaching(ptr: NDArray[Any], heads: NDArray[Any], among: NDArray[np.bool_], ends: NDArray[Any]) -> NDArray[np.bool_]:
    """Return the mask of the positions in `among` that reach some of `ends`, themselves included."""
    mark = np.zeros(len(ptr) - 1, dtype=bool)
    mark[ends] = among[ends]
    nodes = np.flatnonzero(among[: int(ends.max()) + 1 if len(ends) else 0])
    if pays(len(heads)):
        jit(pull)(ptr, heads, nodes, mark)
        return mark
    listed = bytearray(mark.tobytes())
    pull(ptr.data, heads.data, nodes.tolist(), listed)
    return np.frombuffer(listed, dtype=bool)


def flood(
    ptr: Sequence[int], heads: Sequence[int], mark: MutableSequence[Any], stack: MutableSequence[int], size: int
) -> None:
    """Mark everything that the first `size` nodes of `stack` reach by nodes not marked yet; any order will do."""
    while size > 0:
        size -= 1
        node = stack[size]
        for edge in range(ptr[node], ptr[node + 1]):
            head = heads[edge]
            if not mark[head]:
                mark[head] = True
                stack[size] = head
                size += 1


def flooded(
    ptr: NDArray[Any], heads: NDArray[Any], starts: NDArray[Any], avoided: int | None = None
) -> NDArray[np.bool_]:
    """Return the mask of what `starts` reach, themselves included, round cycles too; `avoided` is never entered."""
    mark = np.zeros(len(ptr) - 1, dtype=bool)
    mark[starts] = True
    begun = np.flatnonzero(mark)
    if avoided is not None:
        begun = begun[begun != avoided]
        mark[avoided] = True
    stack = np.zeros(len(mark), dtype=np.int64)
    stack[: len(begun)] = begun
    if pays(len(heads)):
        jit(flood)(ptr, heads, mark, stack, len(begun))
    else:
        listed = bytearray(mark.tobytes())
        flood(ptr.data, heads.data, listed, stack.tolist(), len(begun))
        mark = np.frombuffer(listed, dtype=bool).copy()
    if avoided is not None:
        mark[avoided] = False
    return mark


Row: TypeAlias = Sequence[int]

Work: TypeAlias = MutableSequence[int]


def search(ptr: Row, heads: Row, starts: Row, cursor: Work, time: Work, order: Work, parent: Work, trail: Work) -> int:
    """Number the nodes as a depth-first search finds them, and return how many it finds.

    `time` is 0 for each node at first, `cursor` the first edge of each; `order` gets the node of each time,
    `parent` the time of the node that it is found from.
    """
    clock = 0
    for place in range(len(starts)):
        start = starts[place]
        if time[start] != 0:
            continue
        clock += 1
        time[start] = clock
        order[clock] = trail[0] = start
        depth = 1
        while depth > 0:
            node = trail[depth - 1]
            if cursor[node] == ptr[node + 1]:
                depth -= 1
                continue
            head = heads[cursor[node]]
            cursor[node] += 1
            if time[head] == 0:
                clock += 1
                time[head] = clock
                order[clock] = trail[depth] = head
                parent[clock] = time[node]
                depth += 1
    return clock


def lowest(
    ptr: Row, items: Row, parent: Row, semi: Row, lowered: Work, best: Work, above: Work, trail: Work, lowest_item: Work
) -> None:
    """For each node, last to first, find for each of its items the best node on the item's way up; then link the node.

    The way up ends before the first node that is not linked; best is the node with the least `semi`. It goes to
    `lowest_item`, its `semi` to `lowered` of the node if it is less.
    """
    for node in range(len(parent) - 1, -1, -1):
        for place in range(ptr[node], ptr[node + 1]):
            item = here = items[place]
            depth = 0
            while above[here] >= 0 and above[above[here]] >= 0:
                trail[depth] = here
                depth += 1
                here = above[here]
            while depth > 0:  # compress: every node on the way hangs under its end, and knows the best up to there
                depth -= 1
                here = trail[depth]
                up = above[here]
                if semi[best[up]] < semi[best[here]]:
                    best[here] = best[up]
                above[here] = above[up]
            lowest_item[place] = best[item]
            lowered[node] = min(lowered[node], semi[best[item]])
        above[node] = parent[node]


def settle(semi: Row, lowest_item: Row, dominator: Work) -> None:
    """Write the immediate dominator of each node, first to last, given the best node between it and its `semi`."""
    for node in range(1, len(semi)):
        same = semi[lowest_item[node]] == semi[node]
        dominator[node] = semi[node] if same else dominator[lowest_item[node]]


def climb(dominator: Row, sums: MutableSequence[Any]) -> None:
    """Add to the sum of each node those of all that it dominates."""
    for node in range(len(dominator) - 1, 0, -1):
        sums[dominator[node]] += sums[node]


def dominator_tree(ptr: Ints, heads: Ints, starts: Ints) -> tuple[Ints, Ints]:
    """Return the nodes that some of `starts` reach, and the immediate dominator of each.

    Parameters
    ----------
    ptr : uint64 array, shape (n_nodes + 1,)
    heads : unsigned integer array, shape (n_edges,)
    starts : int64 array
        The roots.

    Returns
    -------
    order : int64 array, shape (n_reached + 1,)
        Nodes in the order of a depth-first search, from index 1; index 0 is the root above the roots, and holds -1.
    dominator : int64 array, shape (n_reached + 1,)
        The index, in `order`, of each one's immediate dominator, which is less than its own; 0 for index 0.

    Examples
    --------
    >>> ptr, heads = np.array([0, 2, 3, 4, 4], dtype=np.uint64), np.array([1, 2, 3, 3], dtype=np.uint32)
    >>> [array.tolist() for array in dominator_tree(ptr, heads, np.array([0]))]
    [[-1, 0, 1, 3, 2], [0, 0, 1, 1, 1]]
    """
    n_nodes = len(ptr) - 1
    time, order, parent, trail = (np.zeros(n_nodes + 1, dtype=np.int64) for _ in range(4))
    cursor = ptr[:-1].astype(np.int64)
    n_found = run(search, len(heads), ptr.astype(np.int64), heads, starts, cursor, time, order, parent, trail) + 1
    order, parent = order[:n_found], parent[:n_found]
    order[0], parent[0] = -1, -1
    into, tails = _entering(n_found, ptr, heads, time, time[starts])
    semi = np.arange(n_found)
    _lowest(into, tails, parent, semi, semi)
    by_semi, nodes, _ = grouped(n_found, semi[1:].astype(np.uint64), np.arange(1, n_found, dtype=np.uint64))
    lowest_item = np.zeros(n_found, dtype=np.int64)
    lowest_item[nodes] = _lowest(by_semi.astype(np.int64), nodes, parent, semi, semi.copy())
    dominator = np.zeros(n_found, dtype=np.int64)
    run(settle, n_found, semi, lowest_item, dominator)
    return order, dominator


def dominated_sums(dominator: Ints, values: Ints) -> Ints:
    """Return, for each index, the sum of its own value and of the values of all that it dominates."""
    sums = values.copy()
    run(climb, len(dominator), dominator, sums)
    return sums


def _entering(n_found: int, ptr: Ints, heads: Ints, time: Ints, roots: Ints) -> tuple[Ints, Ints]:
    """Return the edges, by the time of their head, that lead to it from what was found, and from 0 to the roots."""
    tails = np.repeat(time[:-1], np.diff(ptr).astype(np.int64))
    known = tails > 0
    ends = np.concatenate([time[heads[known]], roots]).astype(np.uint64)
    starts = np.concatenate([tails[known], np.zeros_like(roots)]).astype(np.uint64)
    into, placed, _ = grouped(n_found, ends, starts)
    return into.astype(np.int64), placed


def _lowest(ptr: Ints, items: Ints, parent: Ints, semi: Ints, lowered: Ints) -> Ints:
    above, trail = np.full(len(parent), -1, dtype=np.int64), np.zeros(len(parent), dtype=np.int64)
    lowest_item = np.zeros(len(items), dtype=np.int64)
    run(lowest, len(items), ptr, items, parent, semi, lowered, np.arange(len(parent)), above, trail, lowest_item)
    return lowest_item
