"""The k best paths by the recursive enumeration algorithm: each node ranks its own ways to the target, lazily.

The next best way from a node is the best of: each edge followed by the best way of its head not yet used with
it. A node's ways are kept in rank order and made only when somebody asks for one more (V. Jiménez, A. Marzal,
1999). A way's size is multiplied up from the target, so rounding keeps the order monotone and ranks are exact.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from heapq import heapify, heappop, heappush
from operator import mul

from graphdiff import arithmetic
from graphdiff.arithmetic import Number
from graphdiff.between import Between, Step, reverse_over
from graphdiff.cycles import require_shrinking
from graphdiff.errors import UsageError
from graphdiff.semirings import SEMIRINGS

#: (minus the size, place of the head in the graph, which edge of the row, rank of the way from the head)
Candidate = tuple[Number, int, int, int]
END = -1
_COMPARABLE = (int, float, complex, Fraction, Decimal, arithmetic.Dyadic)


class Ranking:
    """The ways from every node to the targets, in rank order, made on demand."""

    def __init__(self, part: Between) -> None:
        weights = [[(head, edge, arithmetic.finished(weight)) for head, edge, weight in row] for row in part.rows]
        start: list[Step] = [(node, END, 1) for node in part.sources]
        self.rows = [*weights, start]
        self.best = [*map(arithmetic.finished, _best(part)), 1]
        self.is_target = [*part.is_target, False]
        self.order = part.graph.topology.ids[part.positions].tolist()
        self.ranked: list[list[Candidate]] = [[] for _ in self.rows]
        self.waiting: list[list[Candidate] | None] = [None] * len(self.rows)
        self.unfollowed = [False] * len(self.rows)

    def _candidates(self, node: int) -> list[Candidate]:
        """Return the heap of a node's candidates, made when first asked for."""
        heap = self.waiting[node]
        if heap is None:
            heap = [
                (-(abs(weight) * self.best[head]), self.order[head], slot, 0)
                for slot, (head, _, weight) in enumerate(self.rows[node])
                if self.best[head] is not None
            ]
            if self.is_target[node]:
                heap.append((-1, END, END, 0))
            heapify(heap)
            self.waiting[node] = heap
        return heap

    def way(self, node: int, rank: int) -> Candidate | None:
        """Return a node's way of the given rank, or None where it has fewer.

        Before a node can name one more way, the way it named last must be followed by the next one along the
        same edge, which is a question to that edge's head: a stack, not recursion, as graphs are deep.
        """
        asked = [(node, rank)]
        while asked:
            here, wanted = asked[-1]
            ranked, heap = self.ranked[here], self._candidates(here)
            if len(ranked) > wanted:
                asked.pop()
            elif (question := self._follow(here)) is not None:
                asked.append(question)
            elif heap:
                ranked.append(heappop(heap))
                self.unfollowed[here] = ranked[-1][2] != END
            else:
                asked.pop()
        return self.ranked[node][rank] if len(self.ranked[node]) > rank else None

    def _follow(self, node: int) -> tuple[int, int] | None:
        """Put the follower of the way named last among the candidates, or return what must be known first."""
        if not self.unfollowed[node]:
            return None
        _, order, slot, used = self.ranked[node][-1]
        head, _, weight = self.rows[node][slot]
        if len(self.ranked[head]) > used + 1:
            size = abs(weight) * self.ranked[head][used + 1][0]
            heappush(self._candidates(node), (size, order, slot, used + 1))
        elif self._candidates(head) or self.unfollowed[head]:
            return head, used + 1
        self.unfollowed[node] = False
        return None

    def trail(self, rank: int) -> tuple[list[int], list[int], Number] | None:
        """Return the nodes, the edges and the influence of the way of the given rank from the start."""
        nodes: list[int] = []
        edges: list[int] = []
        weights: list[Number] = []
        here = len(self.rows) - 1
        while (candidate := self.way(here, rank)) is not None:
            _, _, slot, rank = candidate
            if slot == END:
                break
            here, edge, weight = self.rows[here][slot]
            nodes.append(here)
            edges.append(edge)
            weights.append(weight)
        if not nodes:
            return None
        # The sizes were multiplied up from the target; so is the influence, for the same rounding, unless it leaves
        # the floats on the way that it could take from the source.
        influence = reduce(mul, reversed(weights))
        return nodes, edges[1:], influence if arithmetic.is_finite(influence) else reduce(mul, weights)


def ranked_paths(part: Between) -> Iterator[tuple[list[int], list[int], Number]]:
    """Yield the nodes, edges and influence of every path or walk, largest |influence| first.

    Raises
    ------
    UsageError
        If the weights have no order, as symbols.
    CycleError
        If walks can grow without end, so that none is the strongest.
    """
    require_sizes(part, "the strongest paths need")
    for start, stop in part.loops:
        require_shrinking(part.graph, start, stop)
    ranking = Ranking(part)
    rank = 0
    while (trail := ranking.trail(rank)) is not None:
        yield trail
        rank += 1


def require_sizes(part: Between, what: str) -> None:
    """Raise `UsageError`, saying what needs them, unless the weights have sizes that compare, as symbols have not."""
    wrong = next((w for row in part.rows for *_, w in row if not isinstance(w, _COMPARABLE)), None)
    if wrong is not None:
        raise UsageError(f"{what} numbers that compare, not {type(wrong).__name__} ({wrong})")


def _best(part: Between) -> list[Number]:
    """Return the size of the strongest way from each node to a target; None where there is none."""
    finished = SEMIRINGS["max-product"]
    best = reverse_over(part, finished)
    for _ in range(part.n_nodes if part.loops else 0):  # round cycles a pass need not be the last one
        before = list(best)
        for node in range(part.n_nodes - 1, -1, -1):
            for head, _, weight in part.rows[node]:
                if best[head] is not None:
                    size = best[head] * abs(weight)
                    best[node] = size if best[node] is None else max(best[node], size)
        if best == before:
            break
    return best
