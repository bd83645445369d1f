"""Routes that pass no node twice, on a graph as it is, cycles and all: shortest first, one after the other.

J. Yen, "Finding the k shortest loopless paths in a network", Management Science 17(11), 1971, without the same work
twice, as E. Lawler has it (1972): a route is left only from where it left the one before. Each search for the rest of a
route is led by how far off the targets are at least (A*).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from typing import Any

from graphdiff.sums.between import Between

#: To which node, and over which edge; no edge leads to the first node, nor out of the last.
Step = tuple[int, int]
NONE = -1


def loopless(between: Between) -> Iterator[tuple[list[int], list[int]]]:
    """Yield the nodes and the edges of each route that passes no node twice, those with fewest edges first.

    Parameters
    ----------
    between : Between
        With its cycles: made under ``cycles="solve"``.

    Examples
    --------
    >>> from graphdiff.graph.compiled import CompiledGraph
    >>> from graphdiff.sums.between import between_ends
    >>> graph = CompiledGraph.from_arrays([0, 1, 2, 0], [1, 2, 1, 2], cycles="solve")
    >>> [(nodes, edges) for nodes, edges in loopless(between_ends(graph, 0, 2))]
    [([0, 2], [1]), ([0, 1, 2], [0, 2])]
    """
    field = _Field.of(between)
    numbers = count()
    branches: dict[Step, Any] = {}
    waiting: list[tuple[int, int, list[Step], int, dict[Step, Any]]] = []

    def push(steps: list[Step], left: int, branch: dict[Step, Any]) -> None:
        """Put the shortest way on from the first steps among those that wait, if there is one."""
        rest = field.onward(steps, branch)
        if rest is not None:
            heappush(waiting, (len(steps) + len(rest), next(numbers), [*steps, *rest], left, branch))

    push([], 0, branches)
    while waiting:
        *_, steps, left, branch = heappop(waiting)
        nodes, edges = zip(*steps[:-1], strict=True)
        yield [*nodes], [*edges[1:]]
        for place in range(left, len(steps)):
            behind: dict[Step, Any] = {}
            branch[steps[place]] = behind
            push(steps[:place], place, branch)
            branch = behind


@dataclass(frozen=True)
class _Field:
    """Where one can go from each node; from the last but one in the list to the sources, from targets to the last."""

    rows: list[list[Step]]
    ahead: list[int]

    @classmethod
    def of(cls, between: Between) -> _Field:
        start = len(between.rows)
        rows = [[(head, edge) for head, edge, _ in row] for row in between.rows]
        for target in dict.fromkeys(between.targets):
            rows[target].append((start + 1, NONE))
        rows += [[(source, NONE) for source in dict.fromkeys(between.sources)], []]
        return cls(rows, _distances(rows, start + 1))

    def onward(self, steps: list[Step], taken: Collection[Step]) -> list[Step] | None:
        """Return the shortest rest of a route that passes none of its nodes again and begins with no step taken."""
        end = len(self.rows) - 1
        start = steps[-1][0] if steps else end - 1
        passed = {node for node, _ in steps} | {end - 1}
        lengths = {start: 0}
        came: dict[int, tuple[int, int]] = {}
        numbers = count()
        waiting = [(self.ahead[start], self.ahead[start], next(numbers), start)]
        while waiting:
            _, _, _, here = heappop(waiting)
            if here == end:
                return _trail(came, start, end)
            for head, edge in self.rows[here]:
                length = lengths[here] + 1
                if (
                    head in passed
                    or length >= lengths.get(head, length + 1)
                    or (here == start and (head, edge) in taken)
                ):
                    continue
                lengths[head] = length
                came[head] = here, edge
                heappush(waiting, (length + self.ahead[head], self.ahead[head], next(numbers), head))
        return None


def _trail(came: dict[int, tuple[int, int]], start: int, end: int) -> list[Step]:
    """Return the steps from one node to another, each by the edge that it came over."""
    steps: list[Step] = []
    while end != start:
        tail, edge = came[end]
        steps.append((end, edge))
        end = tail
    return steps[::-1]


def _distances(rows: list[list[Step]], end: int) -> list[int]:
    """Return how many steps each node is off the end; all lead there."""
    tails: list[list[int]] = [[] for _ in rows]
    for tail, row in enumerate(rows):
        for head, _ in row:
            tails[head].append(tail)
    ahead = [len(rows)] * len(rows)
    ahead[end] = 0
    waiting = deque([end])
    while waiting:
        here = waiting.popleft()
        for tail in tails[here]:
            if ahead[tail] == len(rows):
                ahead[tail] = ahead[here] + 1
                waiting.append(tail)
    return ahead
