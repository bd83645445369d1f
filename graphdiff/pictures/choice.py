"""Which nodes of an answer are drawn, and the edges that stand for all others: no total is lost.

Drawn are the nodes that most of the answer passes, as pprof has it (https://github.com/google/pprof). All others are
eliminated: what passes them on its way from one drawn node to the next becomes one edge, so that what enters a drawn
node still is what leaves it. One sweep over what lies between finds these edges; from there on nodes are taken out one
by one. Ends that are too many to be drawn are drawn as one.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any, TypeAlias

import networkx as nx
import numpy as np

from graphdiff import arithmetic
from graphdiff.arithmetic import REAL, Number
from graphdiff.graph.ends import ROOTS, Boundary
from graphdiff.jacobians.elimination import ORDERS, Shape, Ways, count, take_out
from graphdiff.paths.prune import Way, bypasses
from graphdiff.pictures.annotate import SEEDS
from graphdiff.pictures.picture import DrawnNode, share_text
from graphdiff.pictures.scale import Scale
from graphdiff.pictures.view import View
from graphdiff.sums.between import Between, forward_over, reverse_over, total_over
from graphdiff.sums.semirings import SEMIRINGS, Semiring
from graphdiff.text.names import node_text, texts
from graphdiff.text.numbers import short, shorten
from graphdiff.text.sentences import how_many, words_for

__all__ = ["Dashed", "Part", "bounded", "passing", "without_edges"]

#: More multiply-adds are not spent on walks round cycles.
MAX_JOINS = 2_000_000
#: More visits of edges are not spent on which nodes cover most; the largest are drawn then.
MAX_VISITS = 3_000_000

#: A box names so many nodes, each by so many characters at most.
MAX_NAMES, MAX_BOXED = 10, 30

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
        return self.ways[pair][0] - sum(weight for _, weight in self.direct.get(pair, ()))

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
            if seen._fits(replace(view, max_edges=view.max_edges * 2 // 3)):
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
                alike.setdefault((*before[node], frozenset(behind[node])), []).append(node)
        return [(above, nodes) for (above, _), nodes in alike.items() if len(nodes) > 1]

    def _without(self, node: int) -> Part | None:
        """Return the part with one node less; None where it has a loop of weight 1."""
        one, first = self.between.graph.one_and_zero[0], self.between.n_nodes
        steps = [(*pair, *way) for pair, way in self.ways.items() if node in pair]
        loop = self.ways.get((node, node))
        pivot = one if loop is None else one - loop[0]
        if pivot == 0:
            return None
        into: list[Side] = [(tail, weight, n) for tail, head, weight, n in steps if tail != node]
        out: list[Side] = [(head, weight, n) for tail, head, weight, n in steps if head != node]
        into += [(first, one if seed is None else seed, 1) for place, seed in self.between.starts if place == node]
        out += [(first + 1, one if seed is None else seed, 1) for place, seed in self.between.stops if place == node]
        ways = {pair: way for pair, way in self.ways.items() if node not in pair}
        for tail, before, n_before in into:
            factor = before / pivot if loop else before
            for head, behind, n_behind in out:
                _add(ways, (tail, head), factor * behind, n_before * n_behind)
        direct = {pair: edges for pair, edges in self.direct.items() if node not in pair}
        order = [place for place in self.order if place != node]
        return replace(self, order=order, ways=ways, direct=direct, is_whole=False)


def _add(ways: dict[tuple[int, int], Way], pair: tuple[int, int], weight: Number, n_ways: int) -> None:
    if pair in ways:
        before, n_before = ways[pair]
        weight, n_ways = before + weight, n_before + n_ways
    ways[pair] = weight, n_ways


def bounded(between: Between, sizes: Sequence[Number], view: View, *, with_boxes: bool = False) -> Part | None:
    """Return the part to draw: the nodes of largest size, as many as fit.

    Those come first that make `view.coverage` of the answer pass nodes drawn between the ends: one by one that which
    most of the rest passes.

    Parameters
    ----------
    between : Between
    sizes : sequence of numbers
        By node, how much passes it.
    view : View
    with_boxes : bool
        Whether nodes between the same others may be put together where they are too many.

    Returns
    -------
    Part or None
        None where walks round cycles would take too many steps to sum, or have no sum.
    """
    if between.loops:
        between = between.weighed(between.graph.divisible)
    fixed = _fixed(between, view.max_nodes)
    order = [*fixed, *sorted(set(range(between.n_nodes)) - set(fixed), key=lambda node: (-sizes[node], node))]
    if between.n_nodes > view.max_nodes and not between.loops:
        order = list(dict.fromkeys([*fixed, *_Cover(between, set(fixed), view).nodes, *order]))
    part = _started(between, order[: view.max_nodes], len(fixed), view)
    return part and part.within(view, with_boxes=with_boxes)


def _fixed(between: Between, max_nodes: int) -> list[int]:
    """Return the ends, where they are few: they stay."""
    ends = [list(dict.fromkeys(nodes)) for nodes in (between.sources, between.targets)]
    return list(dict.fromkeys(chain(*(nodes for nodes in ends if len(nodes) <= max(1, max_nodes // 4)))))


def _started(between: Between, order: list[int], n_fixed: int, view: View) -> Part | None:
    """Return the part of some nodes."""
    kept = set(order)
    direct: dict[tuple[int, int], list[tuple[int, Number]]] = {}
    for tail in order:
        for head, edge, weight in between.rows[tail]:
            if head in kept:
                direct.setdefault((tail, head), []).append((edge, weight))
    ways = _walked(between, kept) if between.loops else bypasses(between, kept, ())
    if ways is None:
        return None
    is_whole = len(order) == between.n_nodes and between.n_edges <= view.max_edges
    return Part(between, order, n_fixed, ways, direct, is_whole)


def _walked(between: Between, kept: Collection[int]) -> dict[tuple[int, int], Way] | None:
    """Return what `bypasses` does where there are cycles; their walks have no number, which is 0 here."""
    one = between.graph.one_and_zero[0]
    ways: Ways = [{} for _ in range(between.n_nodes + 2)]
    for tail, head, weight in _steps(between, kept):
        ways[tail][head] = ways[tail][head] + weight if head in ways[tail] else weight
    shape = Shape(ways)
    inner = [node for node in range(between.n_nodes) if node not in kept]
    counted = count(shape, ORDERS["markowitz"](shape, inner), MAX_JOINS)
    if counted is None or take_out(ways, counted[0], one) is not None:
        return None
    return {(tail, head): (weight, 0) for tail, row in enumerate(ways) for head, weight in row.items()}


def _steps(between: Between, kept: Collection[int]) -> Iterator[tuple[int, int, Number]]:
    """Yield all edges, and where an end is not drawn what puts in or takes out."""
    one, first = between.graph.one_and_zero[0], between.n_nodes
    yield from ((first, node, one if seed is None else seed) for node, seed in between.starts if node not in kept)
    yield from ((node, first + 1, one if seed is None else seed) for node, seed in between.stops if node not in kept)
    for tail, row in enumerate(between.rows):
        yield from ((tail, head, weight) for head, _, weight in row)


@dataclass(frozen=True, eq=False)
class _Cover:
    """Which nodes are to be drawn so that enough passes them: one by one that which most of the rest passes.

    Attributes
    ----------
    between : Between
    fixed : set of int
        Ends that are drawn: an edge from one to another passes no other node.
    view : View
    """

    between: Between
    fixed: set[int]
    view: View

    @property
    def nodes(self) -> list[int]:
        """The nodes; none where what lies between is too large to look at so often, or has no sizes to compare."""
        between, chosen = self.between, list[int]()
        whole = total_over(between, SEMIRINGS["size"]) if self._is_small else None
        if not whole:
            return chosen
        ends = {*between.sources, *between.targets}
        while len(chosen) < self.view.max_nodes - len(self.fixed):
            rest = self._past(chosen)
            left = total_over(rest, SEMIRINGS["size"])
            if not left or float(left / whole) <= 1 - self.view.coverage:
                break
            through = passing(rest, SEMIRINGS["size"])
            chosen.append(max(set(range(between.n_nodes)) - ends, key=lambda node: (through[node], -node)))
        return chosen

    @property
    def _is_small(self) -> bool:
        have_sizes = arithmetic.have_sizes(self.between.graph.weights)
        return have_sizes and self.between.n_edges * self.view.max_nodes <= MAX_VISITS

    def _past(self, drawn: list[int]) -> Between:
        """Return what passes none of the nodes drawn on its way from end to end."""
        is_drawn, is_fixed = (np.zeros(self.between.n_nodes, dtype=bool) for _ in range(2))
        is_drawn[drawn] = True
        is_fixed[list(self.fixed)] = True
        tails, heads = np.repeat(np.arange(self.between.n_nodes), np.diff(self.between.ptr)), self.between.heads
        return without_edges(self.between, is_drawn[tails] | is_drawn[heads] | (is_fixed[tails] & is_fixed[heads]))


def without_edges(between: Between, gone: Sequence[bool] | np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Between:
    """Return what lies between without some edges; nodes keep their numbers."""
    keep = ~np.asarray(gone, dtype=bool)
    ptr = np.concatenate([[0], np.cumsum(keep)])[between.ptr]
    return replace(between, ptr=ptr, heads=between.heads[keep], edges=between.edges[keep])


def passing(between: Between, semiring: Semiring) -> list[Number]:
    """Return the sum over the paths through each node."""
    ahead, behind = (sweep(between, semiring) for sweep in (forward_over, reverse_over))
    return [
        0 if before is None or after is None else arithmetic.finished(before * after)
        for before, after in zip(ahead, behind, strict=True)
    ]


# -- what stands for what is not drawn


@dataclass(frozen=True)
class Dashed:
    """What is known of the edges that stand for ways through others, and of what stands for ends that are not drawn.

    Attributes
    ----------
    rows : list of dict
        What is known of each node between.
    sums : {"tangent", "adjoint"} to list
        Those that an edge is measured by; one unit at what stands for ends.
    counts : the same of numbers of paths
        Empty where walks go round cycles.
    """

    graph: nx.DiGraph
    rows: list[dict[str, Any]]
    sums: dict[str, list[Any]]
    counts: dict[str, list[Any]]

    @classmethod
    def of(cls, graph: nx.DiGraph, between: Between) -> Dashed:
        """Return what is known of all that lies between."""
        label = between.graph.topology.label
        rows = [graph.nodes[label(position)] for position in between.positions.tolist()]
        sides = {"tangent": ["tangent"], "adjoint": ["adjoint"]}.get(graph.graph["annotation"], ["tangent", "adjoint"])
        sums = {side: [*(row.get(side) for row in rows), 1, 1] for side in sides}
        if between.loops:
            return cls(graph, rows, sums, {})
        counted = replace(between, entering=None, leaving=None)
        sweeps = {"tangent": forward_over, "adjoint": reverse_over}
        counts = {side: [*sweeps[side](counted, SEMIRINGS["count"]), 1, 1] for side in sides}
        return cls(graph, rows, sums, counts)

    def for_boxes(self, part: Part) -> Dashed:
        """Return the same where what boxes of a part are measured by stands at their first nodes."""
        sums = {side: _with_boxes(values, side, part, 0) for side, values in self.sums.items()}
        counts = {side: _with_boxes(values, side, part, 1) for side, values in self.counts.items()}
        return replace(self, sums=sums, counts=counts)

    def box(self, part: Part, node: int, scale: Scale) -> DrawnNode:
        """Return what stands for several nodes: their names, those first that most passes."""
        nodes = part.boxes[node].nodes
        labels = [part.between.labels[place] for place in nodes]
        names = texts(node_text(label) if isinstance(label, frozenset) else label for label in labels)
        facts = {"members": names, **self._shares(self.sums["tangent"][node] * self.sums["adjoint"][node])}
        rows = [f"{shorten(name, MAX_BOXED)}{',' * (name is not names[-1])}" for name in names[:MAX_NAMES]]
        rows = [" ".join(rows[place : place + 2]) for place in range(0, len(rows), 2)]
        rows += [f"and {len(names) - MAX_NAMES:,} more"] if len(names) > MAX_NAMES else []
        lines = *rows, scale.part(facts) or short(facts["contribution"])
        return DrawnNode(lines, scale.fill(facts), name=", ".join(names), facts=facts | {"eliminated": True})

    @property
    def has_both_ends(self) -> bool:
        """Whether the question has both ends; what stands for ends is no answer to one that has not."""
        return len(self.sums) == 2

    def facts(self, pair: tuple[int, int], way: Way) -> dict[str, Any]:
        """Return what is known of all ways from one node to another; as much as of any edge."""
        weight, n_ways = arithmetic.finished(way[0]), way[1]
        facts: dict[str, Any] = {"weight": weight}
        ends = {"tangent": pair[0], "adjoint": pair[1]}
        facts |= {side: values[ends[side]] * weight for side, values in self.sums.items()}
        if self.counts:
            facts["paths"] = n_ways * math.prod(values[ends[side]] for side, values in self.counts.items())
        if self.has_both_ends:
            facts |= self._shares(facts["tangent"] * self.sums["adjoint"][pair[1]])
        return facts

    def _shares(self, contribution: Number) -> dict[str, Any]:
        total = self.graph.graph.get("total")
        return {"contribution": contribution, "share": contribution / total if total else None}

    def end(self, part: Part, node: int, scale: Scale) -> DrawnNode:
        """Return what stands for all sources, or all targets, that are not drawn."""
        between, is_source = part.between, node == part.between.n_nodes
        words = words_for(self.graph.graph.get("edge_meaning", "unknown"))
        name = "source" if is_source else "target"
        is_boundary = isinstance(self.graph.graph.get(name, ROOTS), Boundary)
        kind = (words.starts if is_source else words.ends) if is_boundary else f"{name}s"
        ends = {*(between.sources if is_source else between.targets)}
        n_others = len(ends - {*part.order})
        text = how_many(n_others, f"{'other ' * (n_others < len(ends))}{kind.removeprefix('the ')}")
        while text in self.graph:
            text += "…"
        contribution = sum(self.facts(pair, way)["contribution"] for pair, way in part.ways.items() if node in pair)
        facts = {SEEDS[name]: 1, **self._shares(contribution), "eliminated": True}
        lines = text, scale.part(facts) or short(contribution)
        return DrawnNode(lines, scale.fill(facts), is_source, not is_source, name=text, facts=facts)

    def lines(self, part: Part, view: View, scale: Scale) -> list[str]:
        """Return how much is drawn, and what became of the rest."""
        n_drawn, n_nodes = part.n_named, part.between.n_nodes
        nodes = words_for("unknown", node_meaning=self.graph.graph.get("node_meaning", "unknown")).nodes
        drawn = f"drawn: {n_drawn:,} of {how_many(n_nodes, nodes)} on the way"
        if n_drawn + len(part.others) < min(view.max_nodes, n_nodes):
            drawn += " (more would not fit)"
        adding = "as much enters a node as leaves it" if self.has_both_ends else "every sum is that of the whole"
        is_total = isinstance(scale.whole, REAL) and scale.whole == self.graph.graph.get("total")
        if self.has_both_ends and scale.whole and is_total:
            adding = "all shares add up to 100 %"
            drawn += f"; {share_text(1 - self._past(part))} of the total passes named {nodes}"
        if part.boxes:
            drawn += f"; several in a box: {nodes} between the same others"
        return [drawn, f"an edge adds up the ways past others, dashed where none is direct: {adding}"]

    def _past(self, part: Part) -> Number:
        """Return the share of what passes no node that is drawn between the ends."""
        ends = {*part.between.sources, *part.between.targets, *part.others}
        pairs = [pair for pair in part.ways if ends.issuperset(pair)]
        return sum(self.facts(pair, (part.beside(pair), 0))["share"] for pair in pairs)


def _with_boxes(values: list[Any], side: str, part: Part, which: int) -> list[Any]:
    """Return what nodes are measured by, at the first of each box that of the box."""
    whole = [*values]
    for node, box in part.boxes.items():
        if side == "tangent":
            whole[node] = values[box.before]
        else:
            whole[node] = sum(way[which] * values[place] for way, place in zip(box.into, box.nodes, strict=True))
    return whole
