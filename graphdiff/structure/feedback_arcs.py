"""Which edges to take out of a strongly connected component, at least weight, so that no cycle is left.

What cannot matter is taken away first, exactly: a node with one way in (or out) that is no cheaper than all its ways
out (in) is joined with its neighbour, and parts that share only one node are solved each for itself. What is left is
solved exactly up to `EXACT_NODES` nodes, beyond by a heuristic with a lower bound.

Orders of the nodes of a cycle in which few edges lead back: the least by dynamic programming, a good one by sifting.

The edges that lead back in an order are a feedback arc set: without them no cycle is left. Every least set is that of
some order. To find it is NP-hard, so beyond some twenty nodes a good one has to do, with a bound that says how good:
cycles that share no weight have to be broken one by one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from random import Random
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

__all__ = [
    "EXACT_NODES",
    "Arcs",
    "Cut",
    "back_arcs",
    "best_order",
    "better_order",
    "disjoint_bound",
    "feedback_arcs",
    "good_order",
    "shortest_way",
    "without_spare",
]


Arc = tuple[int, int]

#: What is left after all reductions is solved exactly up to so many nodes.
EXACT_NODES = 18

#: Edges cut times edges there, up to which spare edges are put back; the bound stops there too.
MAX_WORK = 10_000_000


@dataclass(frozen=True)
class Cut:
    """Edges whose removal leaves no cycle, and the weight that any such set has at least.

    What it would take to know more is "scipy" where that is not installed, "time", or "" where nothing would help.
    """

    arcs: list[Arc]
    bound: float
    lacking: str = ""


class Part:
    """A graph that gets smaller, with, for each of its edges, the edges of the first graph that it stands for."""

    def __init__(self, arcs: Arcs, origins: dict[Arc, list[Arc]]) -> None:
        self.arcs = arcs
        self.origins = origins
        self.tails: dict[int, set[int]] = {node: set() for node in arcs}
        for tail, row in arcs.items():
            for head in row:
                self.tails[head].add(tail)

    def only(self, node: int) -> Arc | None:
        """Return the only edge into (or out of) a node, where it costs no less than to cut all on the other side."""
        out, tails = self.arcs[node], self.tails[node]
        entering = sum(self.arcs[tail][node] for tail in tails)
        leaving = sum(out.values())
        if len(tails) == 1 and entering >= leaving:
            return next(iter(tails)), node
        if len(out) == 1 and leaving >= entering:
            return node, next(iter(out))
        return None

    def join(self, node: int, only: Arc) -> list[Arc]:
        """Join a node with the other end of its only edge in or out; return what became loops, which has to go."""
        loops: list[Arc] = []
        other = only[0] if only[1] == node else only[1]
        self._take(only)
        for arc in [(node, head) for head in self.arcs[node]] + [(tail, node) for tail in self.tails[node]]:
            weight, origins = self._take(arc)
            tail, head = (other if end == node else end for end in arc)
            if tail == head:
                loops += origins
                continue
            self.arcs[tail][head] = self.arcs[tail].get(head, 0) + weight
            self.tails[head].add(tail)
            self.origins.setdefault((tail, head), []).extend(origins)
        del self.arcs[node], self.tails[node]
        return loops

    def _take(self, arc: Arc) -> tuple[float, list[Arc]]:
        tail, head = arc
        self.tails[head].discard(tail)
        return self.arcs[tail].pop(head), self.origins.pop(arc)


def feedback_arcs(arcs: Arcs) -> Cut:
    """Return edges to take out so that no cycle is left.

    Parameters
    ----------
    arcs : dict of dict
        The weight, at least 0, of each edge by its tail and head; no loops.

    Examples
    --------
    >>> feedback_arcs({0: {1: 1.0}, 1: {2: 1.0, 0: 1.0}, 2: {0: 5.0}})
    Cut(arcs=[(0, 1)], bound=1.0, lacking='')
    """
    chosen: list[Arc] = []
    bound: float = 0
    waiting = [_restricted(Part(arcs, {(u, v): [(u, v)] for u in arcs for v in arcs[u]}), set(arcs))]
    while waiting:
        part = waiting.pop()
        pieces = list(_pieces(part))
        if len(pieces) != 1 or len(pieces[0].arcs) < len(part.arcs):
            waiting += pieces
            continue
        piece = pieces[0]
        loops, changed = _reduced(piece)
        chosen += loops
        bound += sum(arcs[tail][head] for tail, head in loops)
        if changed:
            waiting.append(piece)
            continue
        cut = _solved(piece.arcs)
        bound += cut.bound
        chosen += [origin for arc in cut.arcs for origin in piece.origins[arc]]
    return Cut(chosen, bound)


def _pieces(part: Part) -> Iterator[Part]:
    """Yield the strongly connected components, each cut into pieces at the nodes that alone hold it together."""
    graph = nx.DiGraph((tail, head) for tail, row in part.arcs.items() for head in row)
    for members in nx.strongly_connected_components(graph):
        if len(members) > 1:
            inside = ((tail, head) for tail in members for head in part.arcs[tail] if head in members)
            for block in nx.biconnected_components(nx.Graph(inside)):
                yield _restricted(part, block)


def _restricted(part: Part, nodes: set[int]) -> Part:
    arcs = {tail: {head: weight for head, weight in part.arcs[tail].items() if head in nodes} for tail in sorted(nodes)}
    return Part(arcs, {(u, v): list(part.origins[u, v]) for u, row in arcs.items() for v in row})


def _reduced(part: Part) -> tuple[list[Arc], bool]:
    """Join nodes with one way in or out, as far as that loses nothing; return the loops, and whether any was joined."""
    loops: list[Arc] = []
    changed = False
    waiting = list(part.arcs)
    while waiting:
        node = waiting.pop()
        only = part.only(node) if node in part.arcs else None
        if only is not None:
            waiting += {*part.arcs[node], *part.tails[node]}
            loops += part.join(node, only)
            changed = True
    return loops, changed


def _solved(arcs: Arcs) -> Cut:
    if len(arcs) <= EXACT_NODES:
        exact = back_arcs(arcs, best_order(arcs))
        return Cut(exact, sum(arcs[tail][head] for tail, head in exact))
    order = good_order(arcs)
    cut, weight, bound = _cut_by(arcs, order)
    if bound < weight:
        other, less, above = _cut_by(arcs, better_order(arcs, order))
        cut, bound = other if less < weight else cut, max(bound, above)
    return Cut(cut, bound)


def _cut_by(arcs: Arcs, order: list[int]) -> tuple[list[Arc], float, float]:
    """Return the edges that lead back in an order, as far as they are needed, their weight, and a bound."""
    cut = back_arcs(arcs, order)
    looked_at = MAX_WORK // sum(map(len, arcs.values()))
    if len(cut) <= looked_at:
        cut = without_spare(arcs, cut)
    return cut, sum(arcs[tail][head] for tail, head in cut), disjoint_bound(arcs, cut[:looked_at])


Node = int

#: The weight of each edge by its tail and its head.
Arcs = dict[Node, dict[Node, float]]

#: Rounds of sifting, at most; it has mostly settled after five.
ROUNDS = 20

#: How often a part of an order is shuffled and sifted, at most; how many edges all that may look at; how long it is.
TRIES, TRIED_EDGES, WINDOW = 100, 100_000, 60


def back_arcs(arcs: Arcs, order: Iterable[Node]) -> list[Arc]:
    """Return the edges that lead back in an order.

    Examples
    --------
    >>> back_arcs({0: {1: 2.0}, 1: {0: 5.0}}, [1, 0])
    [(0, 1)]
    """
    place = {node: number for number, node in enumerate(order)}
    return [(tail, head) for tail, row in arcs.items() for head in row if place[head] <= place[tail]]


def best_order(arcs: Arcs) -> list[Node]:
    """Return an order with the least weight leading back, by the best order of every subset: 2^n · n steps.

    Examples
    --------
    >>> best_order({0: {1: 1.0}, 1: {2: 1.0}, 2: {0: 5.0}})
    [1, 2, 0]
    """
    nodes = list(arcs)
    size = len(nodes)
    masks = np.arange(1 << size)
    by_count = np.argsort(np.bitwise_count(masks) if hasattr(np, "bitwise_count") else _ones(masks), kind="stable")
    bounds = np.concatenate([[0], np.cumsum([_choose(size, k) for k in range(size + 1)])]).tolist()
    kind = float if sum(sum(row.values()) for row in arcs.values()) < 2**53 else object  # whole numbers stay exact
    backward = [_row_sums([arcs[node].get(other, 0) for other in nodes], kind) for node in nodes]
    least = np.full(1 << size, np.inf, dtype=kind)
    least[0] = 0
    last = np.zeros(1 << size, dtype=np.int8)
    for start, stop in zip(bounds[1:-1], bounds[2:], strict=True):
        chosen = by_count[start:stop]
        for number in range(size):
            holding = chosen[(chosen >> number) & 1 == 1]
            before = holding ^ (1 << number)
            cost = least[before] + backward[number][before]
            better = cost < least[holding]
            least[holding[better]] = cost[better]
            last[holding[better]] = number
    order: list[Node] = []
    mask = (1 << size) - 1
    while mask:
        order.append(nodes[last[mask]])
        mask ^= 1 << int(last[mask])
    return order[::-1]


def _ones(masks: NDArray[np.int64]) -> NDArray[np.int64]:
    return sum(((masks >> bit) & 1 for bit in range(int(masks[-1]).bit_length())), start=np.zeros_like(masks))


def _choose(size: int, count: int) -> int:
    chosen = 1
    for step in range(count):
        chosen = chosen * (size - step) // (step + 1)
    return chosen


def _row_sums(weights: list[float], kind: type) -> NDArray[Any]:
    """Return the sum of the weights of every subset."""
    sums: NDArray[Any] = np.zeros(1, dtype=kind)
    for weight in weights:
        sums = np.concatenate([sums, sums + weight])
    return sums


def good_order(arcs: Arcs) -> list[Node]:
    """Return an order with little weight leading back: greedy, then node after node moved to its best place.

    References
    ----------
    P. Eades, X. Lin, W. F. Smyth, "A fast and effective heuristic for the feedback arc set problem", Information
    Processing Letters 47(6), 1993.

    Examples
    --------
    >>> back_arcs(arcs := {0: {1: 1.0}, 1: {2: 1.0}, 2: {0: 5.0}}, good_order(arcs)) in ([(0, 1)], [(1, 2)])
    True
    """
    into = _turned(arcs)
    return _sifted(arcs, into, _greedy(arcs, into))


def better_order(arcs: Arcs, order: list[Node]) -> list[Node]:
    """Return an order at least as good: parts of it are shuffled and sifted, as long as `TRIED_EDGES` allows.

    Examples
    --------
    >>> sorted(better_order({0: {1: 1.0}, 1: {0: 5.0}}, [0, 1]))
    [0, 1]
    """
    into = _turned(arcs)
    least = _weight_back(arcs, order)
    chance = Random(0)  # the same order every time
    for _ in range(min(TRIES, TRIED_EDGES // max(1, sum(map(len, arcs.values()))))):
        size = chance.randint(2, min(len(order), WINDOW))
        start = chance.randrange(len(order) - size + 1)
        window = order[start : start + size]
        chance.shuffle(window)
        tried = _sifted(arcs, into, [*order[:start], *window, *order[start + size :]])
        weight = _weight_back(arcs, tried)
        if weight <= least:  # of equal ones the new one: it leads on to others
            order, least = tried, weight
    return order


def _turned(arcs: Arcs) -> Arcs:
    into: Arcs = {node: {} for node in arcs}
    for tail, row in arcs.items():
        for head, weight in row.items():
            into[head][tail] = weight
    return into


def _weight_back(arcs: Arcs, order: list[Node]) -> float:
    return sum(arcs[tail][head] for tail, head in back_arcs(arcs, order))


def _greedy(arcs: Arcs, into: Arcs) -> list[Node]:
    """Take away sources to the front and sinks to the back; where there are neither, the node that leads on most."""
    surplus = _surplus(arcs, into)
    degrees = {node: [len(into[node]), len(arcs[node])] for node in arcs}
    front: list[Node] = []
    back: list[Node] = []
    free = deque(node for node, degree in degrees.items() if not all(degree))
    by_surplus = [(-value, node) for node, value in surplus.items()]
    heapify(by_surplus)
    while surplus:
        value, node = (None, free.popleft()) if free else heappop(by_surplus)
        if node not in surplus or value not in (None, -surplus[node]):
            continue  # an entry that is out of date
        (front if degrees[node][1] else back).append(node)
        del surplus[node]
        for other, side, change in _steps(arcs, into, node):
            if other in surplus:
                surplus[other] += change
                heappush(by_surplus, (-surplus[other], other))
                degrees[other][side] -= 1
                if not degrees[other][side]:
                    free.append(other)
    return front + back[::-1]


def _surplus(arcs: Arcs, into: Arcs) -> dict[Node, float]:
    """Return by how much what leaves each node is more than what enters it."""
    return {node: sum(arcs[node].values()) - sum(into[node].values()) for node in arcs}


def _steps(arcs: Arcs, into: Arcs, node: Node) -> Iterator[tuple[Node, int, float]]:
    """Yield each neighbour of a node that goes, the side on which it loses an arc, and how its surplus changes."""
    yield from ((head, 0, weight) for head, weight in arcs[node].items())
    yield from ((tail, 1, -weight) for tail, weight in into[node].items())


def _sifted(arcs: Arcs, into: Arcs, order: list[Node]) -> list[Node]:
    """Move each node to the place where least leads back, until no move helps."""
    key = {node: float(number) for number, node in enumerate(order)}
    keys = sorted(key.values())
    for _ in range(ROUNDS):
        moved = False
        for node in order:
            behind = _best_place(arcs[node], into[node], key, key[node])
            if behind is not None:
                moved = True
                del keys[bisect_left(keys, key[node])]
                key[node] = _key_behind(keys, behind)
                insort(keys, key[node])
        order = sorted(order, key=key.__getitem__)
        if not moved:
            break
        key = {node: float(number) for number, node in enumerate(order)}
        keys = sorted(key.values())
    return order


def _best_place(out: dict[Node, float], into: dict[Node, float], key: dict[Node, float], now: float) -> float | None:
    """Return the key behind which a node has least leading back; None where that is no better than where it is."""
    steps = sorted((key[other], out.get(other, 0) - into.get(other, 0)) for other in out.keys() | into.keys())
    cost: float = 0
    best = here = cost
    behind = -1.0
    for at, step in steps:
        cost += step
        here = cost if at < now else here
        if cost < best:
            best, behind = cost, at
    return behind if (here - best) * 10**12 > abs(here) else None


def _key_behind(keys: list[float], behind: float) -> float:
    """Return a key between one and the next; as halves of halves they suffice for a round."""
    place = bisect_right(keys, behind)
    return (behind + keys[place]) / 2 if place < len(keys) else behind + 1


def without_spare(arcs: Arcs, cut: list[Arc]) -> list[Arc]:
    """Return the edges of a cut that are needed: heavy ones go back first where they close no cycle.

    Examples
    --------
    >>> without_spare({0: {1: 1.0}, 1: {0: 1.0}}, [(0, 1), (1, 0)])
    [(1, 0)]
    """
    kept = {tail: set(row) for tail, row in arcs.items()}
    for tail, head in cut:
        kept[tail].discard(head)
    needed: list[Arc] = []
    for tail, head in sorted(cut, key=lambda arc: -arcs[arc[0]][arc[1]]):
        if shortest_way(kept, head, tail) is None:
            kept[tail].add(head)
        else:
            needed.append((tail, head))
    return needed


def disjoint_bound(arcs: Arcs, cut: Iterable[Arc]) -> float:
    """Return a weight that every cut has at least: that of cycles through the edges of `cut` that share none of it.

    Examples
    --------
    >>> disjoint_bound({0: {1: 3.0}, 1: {0: 2.0, 2: 1.0}, 2: {0: 1.0}}, [(0, 1)])
    3.0
    """
    left = {tail: dict(row) for tail, row in arcs.items()}
    bound: float = 0
    for tail, head in cut:
        while head in left[tail] and (way := shortest_way(left, head, tail)) is not None:
            steps = [(tail, head), *zip(way, way[1:], strict=False)]
            least = min(left[u][v] for u, v in steps)
            bound += least
            for u, v in steps:
                left[u][v] -= least
                if left[u][v] <= 0:
                    del left[u][v]
    return bound


def shortest_way(
    arcs: dict[Node, dict[Node, float]] | dict[Node, set[Node]], start: Node, end: Node
) -> list[Node] | None:
    """Return the nodes of a path with fewest edges; None where there is none."""
    before: dict[Node, Node] = {start: start}
    waiting = deque([start])
    while waiting and end not in before:
        node = waiting.popleft()
        for head in arcs[node]:
            if head not in before:
                before[head] = node
                waiting.append(head)
    if end not in before:
        return None
    way = [end]
    while way[-1] != start:
        way.append(before[way[-1]])
    return way[::-1]
