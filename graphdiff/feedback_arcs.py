"""Which edges to take out of a strongly connected component, at least weight, so that no cycle is left.

What cannot matter is taken away first, exactly: a node with one way in (or out) that is no cheaper than all its ways
out (in) is joined with its neighbour, and parts that share only one node are solved each for itself. What is left is
solved exactly up to `EXACT_NODES` nodes, beyond by a heuristic with a lower bound.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import networkx as nx

from graphdiff.arc_order import Arcs, back_arcs, best_order, better_order, disjoint_bound, good_order, without_spare

__all__ = ["EXACT_NODES", "Cut", "feedback_arcs"]

Arc = tuple[int, int]
#: What is left after all reductions is solved exactly up to so many nodes.
EXACT_NODES = 18
#: Edges cut times edges there, up to which spare edges are put back; the bound stops there too.
MAX_WORK = 10_000_000


@dataclass(frozen=True)
class Cut:
    """Edges whose removal leaves no cycle, and the least weight that any such set has at least."""

    arcs: list[Arc]
    bound: float


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
            self.arcs[tail][head] = self.arcs[tail].get(head, 0.0) + weight
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
    Cut(arcs=[(0, 1)], bound=1.0)
    """
    chosen: list[Arc] = []
    bound = 0.0
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
