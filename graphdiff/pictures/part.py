"""What is drawn of an answer: nodes, and all ways between them; one node less, or several as one, and no total is lost.

A node goes by vertex elimination. Nodes that one node alone leads to, and that lead to the same nodes, are one box.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TypeAlias

from graphdiff.arithmetic import Number, in_order
from graphdiff.paths.bypasses import Way
from graphdiff.pictures.view import View
from graphdiff.sums.between import Between

__all__ = ["Box", "Part"]

#: Of edges that fit so many are drawn where boxes make room.
ROOMY = 2 / 3

#: An edge into or out of a node that goes: its other end, its weight, and how many ways it stands for.
Side: TypeAlias = tuple[int, Number, int]


@dataclass(frozen=True, eq=False)
class Box:
    """Nodes that are drawn as one: those that one node leads to, and that lead to the same nodes.

    Attributes
    ----------
    nodes : list of int
    before : int
        What alone leads to them.
    into : list of (weight, number of ways)
        The ways from that to each of them.
    """

    nodes: list[int]
    before: int
    into: list[Way]


@dataclass(frozen=True, eq=False)
class Part:
    """Nodes that are drawn, and all that leads from one to another without passing a third.

    Attributes
    ----------
    between : Between
    order : list of int
        The nodes drawn, numbered as in `between`; those that go first stand last.
    n_fixed : int
        So many, from the start of `order`, are ends that stay.
    ways : dict of (tail, head) to (weight, number of ways)
        Edges, and ways through other nodes. ``between.n_nodes`` is where they come from if they start at a source that
        is not drawn, and the number after it where they end at a target that is not.
    direct : dict of (tail, head) to list of (edge, weight)
        The edges among them, numbered as in the topology.
    is_whole : bool
        Whether all nodes and edges are to be drawn as they are.
    boxes : dict of int to Box
        What stands for several nodes, by the one of them that is in `order`.
    """

    between: Between
    order: list[int]
    n_fixed: int
    ways: dict[tuple[int, int], Way]
    direct: dict[tuple[int, int], list[tuple[int, Number]]]
    is_whole: bool
    boxes: dict[int, Box] = field(default_factory=dict)

    @property
    def n_named(self) -> int:
        """How many nodes are drawn, in boxes or alone."""
        return len(self.order) + sum(len(box.nodes) - 1 for node, box in self.boxes.items() if node in self.order)

    @property
    def others(self) -> list[int]:
        """What stands for sources and for targets that are not drawn."""
        first = self.between.n_nodes
        return sorted({node for pair in self.ways for node in pair if node >= first})

    @property
    def inner_ways(self) -> list[tuple[int, int]]:
        """The ways from one drawn node to another."""
        return sorted(pair for pair in self.ways if max(pair) < self.between.n_nodes)

    def passes_others(self, pair: tuple[int, int]) -> bool:
        """Return whether some ways from one to the other pass nodes that are not drawn, or start or end in a box."""
        if not self.boxes.keys().isdisjoint(pair):
            return True
        n_ways, direct = self.ways[pair][1], self.direct.get(pair, ())
        return n_ways != len(direct) if n_ways or not direct else self.beside(pair) != 0

    def beside(self, pair: tuple[int, int]) -> Number:
        """Return the weight of the ways through other nodes."""
        return self.ways[pair][0] - in_order(weight for _, weight in self.direct.get(pair, ()))

    def fewer(self, n: int) -> Part:
        """Return the part with so many nodes, where these are not less than stay; a loop of weight 1 keeps its node."""
        part = self
        for node in reversed(self.order[self.n_fixed :]):
            if len(part.order) > n:
                part = part._without(node) or part
        return part

    def within(self, view: View, *, with_boxes: bool) -> Part:
        """Return the part with as many nodes as there are edges to draw for, some of them put together if need be."""
        part = seen = self
        while not seen._fits(view):
            seen = part.in_boxes() if with_boxes else part
            if seen._fits(replace(view, max_edges=int(ROOMY * view.max_edges))):
                break
            smaller = part.fewer(len(part.order) - 1)
            if smaller is part:
                break
            part = seen = smaller
        return seen

    def _fits(self, view: View) -> bool:
        return len(self.ways) <= view.max_edges and len(self.order) + len(self.others) <= view.max_nodes

    def in_boxes(self) -> Part:
        """Return the part with those in one box that one node alone leads to, and that lead to the same nodes.

        One unit at the box is one at what leads to it, so that no weight is divided and every total stays.
        """
        one = self.between.graph.one_and_zero[0]
        boxes = {
            nodes[0]: Box(nodes, before, [self.ways[before, node] for node in nodes]) for before, nodes in self._alike()
        }
        place = {node: first for first, box in boxes.items() for node in box.nodes}
        ways: dict[tuple[int, int], Way] = {}
        direct: dict[tuple[int, int], list[tuple[int, Number]]] = {}
        for (tail, head), (weight, n_ways) in self.ways.items():
            if head in place:
                ways[tail, place[head]] = one, 1
            elif tail in place:
                into, n_into = self.ways[boxes[place[tail]].before, tail]
                _add(ways, (place[tail], head), into * weight, n_into * n_ways)
            else:
                ways[tail, head] = weight, n_ways
        for (tail, head), edges in self.direct.items():
            direct.setdefault((place.get(tail, tail), place.get(head, head)), []).extend(edges)
        order = [node for node in self.order if place.get(node, node) == node]
        return replace(self, order=order, ways=ways, direct=direct, is_whole=False, boxes=boxes)

    def _alike(self) -> list[tuple[int, list[int]]]:
        """Return each node that alone leads to several nodes which lead to the same, with these."""
        before: dict[int, set[int]] = {}
        behind: dict[int, set[int]] = {}
        for tail, head in self.ways:
            before.setdefault(head, set()).add(tail)
            behind.setdefault(tail, set()).add(head)
        ends = {*self.between.sources, *self.between.targets}
        alike: dict[tuple[int, frozenset[int]], list[int]] = {}
        for node in self.order[self.n_fixed :]:
            if node not in ends and len(before[node]) == 1 and node not in before[node]:
                alike.setdefault((min(before[node]), frozenset(behind[node])), []).append(node)
        return [(above, nodes) for (above, _), nodes in alike.items() if len(nodes) > 1]

    def _without(self, node: int) -> Part | None:
        """Return the part with one node less; None where it has a loop of weight 1."""
        one = self.between.graph.one_and_zero[0]
        loop = self.ways.get((node, node))
        pivot = one if loop is None else one - loop[0]
        if pivot == 0:
            return None
        ways = {pair: way for pair, way in self.ways.items() if node not in pair}
        out = self._sides(node, 1)
        for tail, before, n_before in self._sides(node, 0):
            factor = before / pivot if loop else before
            for head, behind, n_behind in out:
                _add(ways, (tail, head), factor * behind, n_before * n_behind)
        direct = {pair: edges for pair, edges in self.direct.items() if node not in pair}
        order = [place for place in self.order if place != node]
        return replace(self, order=order, ways=ways, direct=direct, is_whole=False)

    def _sides(self, node: int, end: int) -> list[Side]:
        """Return what leads into a node, by end 0, or out of it, by end 1, from or to ends not drawn, too."""
        one, outside = self.between.graph.one_and_zero[0], self.between.n_nodes + end
        seeds = self.between.stops if end else self.between.starts
        steps = [(pair[end], *way) for pair, way in self.ways.items() if pair[1 - end] == node != pair[end]]
        return steps + [(outside, one if seed is None else seed, 1) for place, seed in seeds if place == node]


def _add(ways: dict[tuple[int, int], Way], pair: tuple[int, int], weight: Number, n_ways: int) -> None:
    if pair in ways:
        before, n_before = ways[pair]
        weight, n_ways = before + weight, n_before + n_ways
    ways[pair] = weight, n_ways
