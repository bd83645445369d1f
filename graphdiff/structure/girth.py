"""The shortest cycle of a strongly connected component, by a search from each node, which then is taken away.

A shortest cycle through a node is found by breadth; when it is known, no other cycle through that node matters, so the
node goes, and with it all that no cycle passes any more. Each search ends at the length that is to be beaten.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

__all__ = ["shortest_cycle"]

#: Edges that are looked at, at most; what is found by then may not be a shortest one.
MAX_STEPS = 5_000_000

Rows = dict[int, set[int]]


def shortest_cycle(arcs: Mapping[int, Mapping[int, float]], max_steps: int = MAX_STEPS) -> tuple[list[int], bool]:
    """Return a shortest cycle of two nodes or more, its first and last the same, and whether it is known to be one.

    Where there is no cycle it is empty.

    Parameters
    ----------
    arcs : mapping
        For every node the nodes that it leads to, loops left out.
    max_steps : int
        So many edges are looked at, at most, once there is some cycle.

    Examples
    --------
    >>> shortest_cycle({0: {1: 1.0}, 1: {2: 1.0, 3: 1.0}, 2: {3: 1.0}, 3: {0: 1.0}})
    ([0, 1, 3, 0], True)
    """
    for tail, heads in arcs.items():  # most often there are two that lead to each other
        for head in heads:
            if tail in arcs[head]:
                return [tail, head, tail], True
    heads_of, tails_of = _rows(arcs)
    best: list[int] = []
    steps = 0
    for node in arcs:
        if node not in heads_of:
            continue
        cycle, looked_at = _through(node, heads_of, len(best) - 2 if best else len(arcs))
        best = cycle or best
        steps += looked_at
        if best and steps > max_steps:
            return best, False
        _take_away(node, heads_of, tails_of)
    return best, True


def _rows(arcs: Mapping[int, Mapping[int, float]]) -> tuple[Rows, Rows]:
    """Return where each node leads to and what leads to it, without those that no cycle passes, for lack of either."""
    heads_of: Rows = {node: set(heads) for node, heads in arcs.items()}
    tails_of: Rows = {node: set() for node in arcs}
    for tail, out in heads_of.items():
        for head in out:
            tails_of[head].add(tail)
    for node in arcs:
        if node in heads_of and not (heads_of[node] and tails_of[node]):
            _take_away(node, heads_of, tails_of)
    return heads_of, tails_of


def _through(node: int, heads_of: Rows, longest: int) -> tuple[list[int], int]:
    """Return a shortest cycle through a node of at most so many edges, if there is one, and the edges looked at."""
    before: dict[int, int] = {}
    waiting = deque([(node, 0)])
    looked_at = 0
    while waiting:
        tail, depth = waiting.popleft()
        if depth == longest:
            break
        for head in sorted(heads_of[tail]):
            looked_at += 1
            if head == node:
                return _way(before, node, tail), looked_at
            if head not in before:
                before[head] = tail
                waiting.append((head, depth + 1))
    return [], looked_at


def _way(before: dict[int, int], node: int, last: int) -> list[int]:
    way = [node, last]
    while way[-1] != node:
        way.append(before[way[-1]])
    return way[::-1]


def _take_away(node: int, heads_of: Rows, tails_of: Rows) -> None:
    """Take a node away, and all that no way leads to or from without it."""
    waiting = [node]
    while waiting:
        gone = waiting.pop()
        if gone not in heads_of:
            continue
        for head in heads_of.pop(gone):
            tails_of[head].discard(gone)
            waiting += [head] if not tails_of[head] else []
        for tail in tails_of.pop(gone):
            if tail in heads_of:
                heads_of[tail].discard(gone)
                waiting += [tail] if not heads_of[tail] else []
