"""Which nodes of an answer are drawn, and the edges that stand for all others: no total is lost.

Drawn are the nodes that most of the answer passes, as pprof has it (https://github.com/google/pprof). All others are
eliminated: what passes them on its way from one drawn node to the next becomes one edge, so that what enters a drawn
node still is what leaves it. One sweep over what lies between finds these edges; from there on nodes are taken out one
by one. Ends that are too many to be drawn are drawn as one.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import REAL, Number
from graphdiff.graph.ends import ROOTS, Boundary
from graphdiff.jacobians.elimination import ORDERS, Shape, Ways, count, take_out
from graphdiff.paths.bypasses import Way, bypasses, ways_into
from graphdiff.pictures.annotate import SEEDS
from graphdiff.pictures.part import Part
from graphdiff.pictures.picture import DrawnNode, share_text
from graphdiff.pictures.scale import Scale
from graphdiff.pictures.view import View
from graphdiff.sums.between import Between, forward_over, reverse_over, total_over
from graphdiff.sums.cycles import MAX_SOLVED
from graphdiff.sums.levels import Arrays
from graphdiff.sums.semirings import SEMIRINGS, Semiring
from graphdiff.text.names import node_text, texts
from graphdiff.text.numbers import short, shorten
from graphdiff.text.sentences import how_many, words_for

__all__ = ["Dashed", "bounded", "passing"]

#: More multiply-adds are not spent on walks round cycles.
MAX_JOINS = 2_000_000
#: More visits of edges are not spent on which nodes cover most; the largest are drawn then.
MAX_VISITS = 3_000_000

#: Where more ways do not fit, not one node less is tried, but so many times as many.
MANY_WAYS, SMALLER = 10_000, 0.85

#: A box names so many nodes, each by so many characters at most.
MAX_NAMES, MAX_BOXED = 10, 30


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
    fixed, order = _ordered(between, sizes, view)
    n_nodes = _n_fitting(between, order, view)
    if n_nodes < min(view.max_nodes, between.n_nodes, 2 * len(fixed)):  # so many ends that nothing between has room
        fixed, order = _ordered(between, sizes, replace(view, max_ends=(n_nodes // 4, n_nodes // 4)))
        n_nodes = _n_fitting(between, order, view)
    part = _started(between, order[:n_nodes], min(n_nodes, len(fixed)), view)
    return part and part.within(view, with_boxes=with_boxes)


def _ordered(between: Between, sizes: Sequence[Number], view: View) -> tuple[list[int], list[int]]:
    """Return the ends that stay, and all nodes, those that come first first."""
    fixed = _fixed(between, sizes, view)
    order = [*fixed, *sorted(set(range(between.n_nodes)) - set(fixed), key=lambda node: (-sizes[node], node))]
    if between.n_nodes > view.max_nodes and not between.loops:
        order = list(dict.fromkeys([*fixed, *_Cover(between, set(fixed), view).nodes, *order]))
    return fixed, order


def _n_fitting(between: Between, order: list[int], view: View) -> int:
    """Return of how many nodes, the first of an order, the ways fit; few more are left to `Part.within`.

    Ways grow in number as nodes go, until few are left: so it is looked for from above, by steps, then between two.
    """
    n_nodes, beyond = min(view.max_nodes, between.n_nodes), 0
    while not _fits(between, order[:n_nodes], view):
        beyond, n_nodes = n_nodes, int(SMALLER * n_nodes)
    larger = range(n_nodes + 1, beyond)
    return n_nodes + bisect_left(larger, True, key=lambda n: not _fits(between, order[:n], view))


def _fits(between: Between, kept: list[int], view: View) -> bool:
    """Tell whether the ways between kept nodes are not too many; of walks round cycles, to be summed again, too."""
    ways = ways_into(between, kept)
    if sum(tails.bit_count() for tails in ways) > max(MANY_WAYS, view.max_edges):
        return False
    if not between.loops or view.max_joins is None:
        return True
    pattern: Ways = [{} for _ in range(len(kept) + 2)]
    for head, tails in enumerate(ways):
        for tail in range(len(kept) + 1):
            if tails >> tail & 1:
                pattern[tail][head + (head == len(kept))] = 0
    shape = Shape(pattern)
    return count(shape, ORDERS["markowitz"](shape, range(len(kept))), view.max_joins) is not None


def _fixed(between: Between, sizes: Sequence[Number], view: View) -> list[int]:
    """Return the ends, where they are few: they stay; of many those that most passes, where the view wants some."""
    ends = list[int]()
    for nodes, n_most in zip((between.sources, between.targets), view.max_ends, strict=True):
        few = list(dict.fromkeys(nodes))
        if len(few) > n_most:
            few = sorted(few, key=lambda node: (-sizes[node], node))[: view.least_ends]
        ends += few
    return list(dict.fromkeys(ends))


def _started(between: Between, order: list[int], n_fixed: int, view: View) -> Part | None:
    """Return the part of some nodes."""
    kept = set(order)
    direct: dict[tuple[int, int], list[tuple[int, Number]]] = {}
    for tail in order:
        for head, edge, weight in between.rows[tail]:
            if head in kept:
                direct.setdefault((tail, head), []).append((edge, weight))
    ways = _walked(between, kept) if between.loops else bypasses(between, kept, view.progress)
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
    if counted is None:
        return _solved(between, ways, sorted(kept))
    if take_out(ways, counted[0], one) is not None:
        return None
    return {(tail, head): (weight, 0) for tail, row in enumerate(ways) for head, weight in row.items()}


def _solved(between: Between, ways: Ways, kept: list[int]) -> dict[tuple[int, int], Way] | None:
    """Return what `_walked` does, by (I - A)^-1 of the nodes that go: of floats, and where these are not too many."""
    n_nodes, weights = between.n_nodes, between.graph.weights
    if n_nodes > MAX_SOLVED or not isinstance(weights, np.ndarray) or weights.dtype.kind != "f":
        return None
    whole = np.zeros((n_nodes + 2, n_nodes + 2))
    for tail, row in enumerate(ways):
        whole[tail, list(row)] = list(row.values())
    gone = np.setdiff1d(np.arange(n_nodes), kept)
    tails, heads = (np.array([*kept, outside]) for outside in (n_nodes, n_nodes + 1))
    try:
        behind = np.linalg.solve(np.eye(len(gone)) - whole[np.ix_(gone, gone)], whole[np.ix_(gone, heads)])
    except np.linalg.LinAlgError:
        return None
    sums = whole[np.ix_(tails, heads)] + whole[np.ix_(tails, gone)] @ behind
    known = ways_into(between, kept)
    pairs = ((at, to) for at in range(len(tails)) for to in range(len(heads)) if known[to] >> at & 1)
    return {(int(tails[at]), int(heads[to])): (float(sums[at, to]), 0) for at, to in pairs}


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
            left, through = self._rest(chosen)
            if not left or float(left / whole) <= 1 - self.view.coverage:
                break
            inner = set(range(between.n_nodes)).difference(ends, chosen)
            most = max(inner, key=lambda node: (through[node], -node), default=None)
            if most is None or not through[most]:
                break
            chosen.append(most)
        return chosen

    @property
    def _is_small(self) -> bool:
        have_sizes = arithmetic.have_sizes(self.between.graph.weights)
        return have_sizes and self.between.n_edges * self.view.max_nodes <= MAX_VISITS

    def _rest(self, drawn: list[int]) -> tuple[Number, Sequence[Number]]:
        """Return how much passes none of the nodes drawn on its way from end to end, and how much of it each node."""
        if (arrays := self._arrays) is None:
            rest = self.between.keeping(self._past(drawn))
            return total_over(rest, SEMIRINGS["size"]), passing(rest, SEMIRINGS["size"])
        weights = np.where(self._past(drawn), np.abs(arrays.weights), 0.0)
        entering, leaving = self._seeds
        ahead = arrays.forward(entering, weights)
        return float(ahead @ leaving), (ahead * arrays.reverse(leaving, weights)).tolist()

    @cached_property
    def _arrays(self) -> Arrays | None:
        return Arrays.where_faster(self.between)

    @cached_property
    def _seeds(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """The sizes of what is put in at each node, and of how much it counts at the end."""
        sizes = np.zeros((2, self.between.n_nodes))
        for row, seeds in zip(sizes, (self.between.numbered_starts, self.between.numbered_stops), strict=True):
            for node, seed in seeds:
                row[node] += float(abs(seed))
        return sizes[0], sizes[1]

    def _past(self, drawn: list[int]) -> NDArray[np.bool_]:
        """Return a mark of each edge that may be on a way from end to end past the nodes drawn."""
        is_drawn, is_fixed = (np.zeros(self.between.n_nodes, dtype=bool) for _ in range(2))
        is_drawn[drawn] = True
        is_fixed[list(self.fixed)] = True
        tails, heads = np.repeat(np.arange(self.between.n_nodes), np.diff(self.between.ptr)), self.between.heads
        met: NDArray[np.bool_] = is_drawn[tails] | is_drawn[heads] | (is_fixed[tails] & is_fixed[heads])
        return ~met


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
        noun, mark, note = kind.removeprefix("the ").partition(" (")
        text = f"{how_many(n_others, 'other ' * (n_others < len(ends)) + noun)}{mark}{note}"
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
