"""Vertex elimination: take nodes out one by one, and keep every total between the others.

When a node goes, each edge into it joins each edge out of it: the product goes to the edge from tail to head, which
is added to or made new (fill-in). A loop stands for walks that go round it any number of times, 1 / (1 - w). Eliminate
all between the sources and the targets and the edges left are the Jacobian. One multiply-add for each such join is the
cost, and the order decides how many there are (A. Griewank, A. Walther, *Evaluating Derivatives*, 2nd ed., chapter 9;
U. Naumann, "Optimal accumulation of Jacobian matrices by elimination methods on the dual computational graph", Math.
Program. 99, 2004). The best order is hard to find; Markowitz's rule, the least in-degree times out-degree first, is
usually close.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from itertools import chain
from typing import Any, TypeAlias, Unpack

import networkx as nx

from graphdiff import arithmetic
from graphdiff.arithmetic import Number
from graphdiff.errors import CycleError, LimitError, UsageError
from graphdiff.graph.compiled import CompiledGraph, CompileOptions, Progress, compiled
from graphdiff.graph.labels import require_nodes
from graphdiff.graph.networks import pictured
from graphdiff.graph.options import takes_options
from graphdiff.graph.presets import summed
from graphdiff.remedies import Keyword, Remedy
from graphdiff.sums.between import Between
from graphdiff.sums.sweeps import checked

#: The weights of the edges by tail, then head; parallel edges are one.
Ways: TypeAlias = list[dict[int, Number]]

#: The most nodes that are tried in every order.
MAX_EXHAUSTIVE = 9


# -- counting, without numbers


class Shape:
    """Who leads to whom while nodes go; loops are left out, they multiply nothing in pairs.

    Attributes
    ----------
    into, out : list of set of int
        The tails of the edges into each node, and the heads of those out of it.
    """

    def __init__(self, ways: Ways) -> None:
        self.out = [set(row) for row in ways]
        self.into: list[set[int]] = [set() for _ in ways]
        for tail, heads in enumerate(self.out):
            heads.discard(tail)
            for head in heads:
                self.into[head].add(tail)

    def degree(self, node: int) -> int:
        """Return the Markowitz degree: the multiply-adds that taking `node` out would cost now."""
        return len(self.into[node]) * len(self.out[node])

    def near(self, node: int) -> set[int]:
        """Return the nodes with an edge to or from `node`."""
        return self.into[node] | self.out[node]

    def take_out(self, node: int) -> None:
        """Join every edge into `node` with every edge out of it."""
        tails, heads = self.into[node], self.out[node]
        for tail in tails:
            self.out[tail] |= heads
            self.out[tail] -= {node, tail}
        for head in heads:
            self.into[head] |= tails
            self.into[head] -= {node, head}


Order: TypeAlias = Callable[[Shape, Sequence[int]], Iterable[int]]


def _markowitz(shape: Shape, inner: Sequence[int]) -> Iterator[int]:
    """Yield the node of least degree, again and again; the caller takes it out of `shape`."""
    left = set(inner)
    heap = [(shape.degree(node), node) for node in inner]
    heapify(heap)
    while heap:
        degree, node = heappop(heap)
        if node not in left or degree != shape.degree(node):
            continue  # a newer entry tells the degree that the node has now
        left.discard(node)
        changed = shape.near(node) & left
        yield node
        for other in changed:
            heappush(heap, (shape.degree(other), other))


def _best(shape: Shape, inner: Sequence[int]) -> list[int]:
    """Return an order of least cost: what a node costs depends on which went before, not in which order."""
    if len(inner) > MAX_EXHAUSTIVE:
        raise LimitError(
            f"{len(inner)} nodes lie between, and the best of all orders is looked for among up to {MAX_EXHAUSTIVE}",
            Remedy(Keyword("elimination_order", "markowitz"), "is usually close to it"),
        )
    best: dict[int, tuple[int, list[int]]] = {0: (0, [])}
    for gone in range(1 << len(inner)):
        cost, order = best[gone]
        away = {node for place, node in enumerate(inner) if gone >> place & 1}
        for place, node in enumerate(inner):
            if node in away:
                continue
            tails, heads = _beyond(shape.into, node, away), _beyond(shape.out, node, away)
            after, total = gone | 1 << place, cost + len(tails) * len(heads)
            if after not in best or total < best[after][0]:
                best[after] = total, [*order, node]
    return best[(1 << len(inner)) - 1][1]


def _beyond(steps: Sequence[set[int]], node: int, away: set[int]) -> set[int]:
    """Return the nodes that are next to `node` once those of `away` are gone."""
    seen, ahead = {node}, [node]
    while ahead:
        new = steps[ahead.pop()] - seen
        seen |= new
        ahead += new & away
    return seen - away - {node}


#: The named orders; each chooses from nodes given in topological order, while the shape loses those chosen.
ORDERS: dict[str, Order] = {
    "forward": lambda shape, inner: inner,
    "reverse": lambda shape, inner: reversed(inner),
    "markowitz": _markowitz,
    "best": _best,
}


def count(shape: Shape, chosen: Iterable[int], limit: float = math.inf) -> tuple[list[int], int] | None:
    """Take nodes out of `shape` as they are chosen; return the order and its multiply-adds, None above `limit`."""
    order: list[int] = []
    joins = 0
    for node in chosen:
        joins += shape.degree(node)
        if joins > limit:
            return None
        shape.take_out(node)
        order.append(node)
    return order, joins


# -- eliminating


def take_out(ways: Ways, order: Sequence[int], one: Number, progress: Progress | None = None) -> int | None:
    """Take nodes out of `ways`, in place; return the first whose loop has weight 1, where there is one."""
    tails_of: list[set[int]] = [set() for _ in ways]
    for tail, row in enumerate(ways):
        for head in row:
            tails_of[head].add(tail)
    for done, node in enumerate(order, 1):
        row = ways[node]
        if node in row:
            pivot = one - row.pop(node)
            tails_of[node].discard(node)
            if pivot == 0:
                return node
            row = {head: weight / pivot for head, weight in row.items()}
        _join(ways, tails_of[node], node, row)
        for head in row:
            tails_of[head].discard(node)
            tails_of[head] |= tails_of[node]
        ways[node] = {}
        tails_of[node] = set()
        if progress is not None:
            progress(done, len(order))
    return None


def _join(ways: Ways, tails: Iterable[int], node: int, row: Mapping[int, Number]) -> None:
    """Lead the ways that end at a node on along those that leave it."""
    for tail in tails:
        joined = ways[tail]
        factor = joined.pop(node)
        for head, weight in row.items():
            way = factor * weight
            joined[head] = joined[head] + way if head in joined else way


# -- a Jacobian


@dataclass(frozen=True, eq=False)
class Network:
    """What lies between, ready to be eliminated: no edge enters a source and none leaves a target.

    A source that something enters, or that is a target too, is entered by a new source over an edge of weight 1, so
    that it can be eliminated like any other node; so with targets.

    Attributes
    ----------
    between : Between
    ways : list of dict
        Nodes are numbered as in `between`, the new ends after them.
    inner : list of int
        The nodes to eliminate, in topological order.
    sources, targets : dict of int to int
        The node that stands for each position that is asked about.
    """

    between: Between
    ways: Ways
    inner: list[int]
    sources: dict[int, int]
    targets: dict[int, int]


def network(between: Between) -> Network:
    """Return a fresh network of what lies between."""
    one = between.graph.one_and_zero[0]
    ways = _joined(between.n_nodes, _edges_of(between))
    entered = set(chain.from_iterable(ways))
    left = {tail for tail, row in enumerate(ways) if row}
    is_source = set(between.sources)
    sources, targets = {}, {}
    for node in between.sources:
        alone = node not in entered and not between.is_target[node]
        sources[int(between.positions[node])] = node if alone else _entry(ways, node, one)
    for node in between.targets:
        alone = node not in left and node not in is_source
        targets[int(between.positions[node])] = node if alone else _exit(ways, node, one)
    kept = {*sources.values(), *targets.values()}
    return Network(between, ways, [node for node in range(between.n_nodes) if node not in kept], sources, targets)


def joined_network(between: Between, entering: Sequence[Number], leaving: Sequence[Number]) -> Network:
    """Return the same with one node more before all sources and one behind all targets, between which the total leads.

    Parameters
    ----------
    between : Between
    entering, leaving : sequence of numbers
        The weights of the edges to the sources, and from the targets.
    """
    first, last = between.n_nodes, between.n_nodes + 1
    starts = ((first, node, seed) for node, seed in zip(between.sources, entering, strict=True))
    stops = ((node, last, seed) for node, seed in zip(between.targets, leaving, strict=True))
    ways = _joined(between.n_nodes + 2, chain(_edges_of(between), starts, stops))
    return Network(between, ways, list(range(between.n_nodes)), {first: first}, {last: last})


def _edges_of(between: Between) -> Iterator[tuple[int, int, Number]]:
    return ((tail, head, weight) for tail, row in enumerate(between.rows) for head, _, weight in row)


def _entry(ways: Ways, node: int, one: Number) -> int:
    """Add a node from which an edge of weight 1 enters another; return it."""
    ways.append({node: one})
    return len(ways) - 1


def _exit(ways: Ways, node: int, one: Number) -> int:
    """Add a node to which an edge of weight 1 leaves another; return it."""
    ways[node][len(ways)] = one
    ways.append({})
    return len(ways) - 1


def _joined(n_nodes: int, edges: Iterable[tuple[int, int, Number]]) -> Ways:
    ways: Ways = [{} for _ in range(n_nodes)]
    for tail, head, weight in edges:
        row = ways[tail]
        row[head] = row[head] + weight if head in row else weight
    return ways


def choose(net: Network, order: str | Sequence[Hashable], limit: float = math.inf) -> tuple[list[int], int] | None:
    """Return the nodes between in the order asked for, and its multiply-adds; None above `limit`.

    Raises
    ------
    UsageError
        If the order is no name of one, or leaves a node out.
    LimitError
        If the best of all orders is asked for, and there are too many.
    """
    check_order(order)
    shape = Shape(net.ways)
    if not isinstance(order, str):
        return count(shape, _as_given(net, order), limit)
    return count(shape, ORDERS[order](shape, net.inner), limit)


def check_order(order: str | Sequence[Hashable]) -> None:
    """Raise `UsageError` where `order` is text, but no name of an order."""
    if isinstance(order, str) and order not in ORDERS:
        names = ", ".join(map(repr, ORDERS))
        raise UsageError(Keyword("elimination_order", order), f": use one of {names}, or a list of the nodes between")


def _as_given(net: Network, nodes: Sequence[Hashable]) -> list[int]:
    """Return the nodes of `net` in a user's order; others that he names lie not between, and have no part in it."""
    topology, positions = net.between.graph.topology, net.between.positions.tolist()
    place = {position: node for node, position in enumerate(positions)}
    asked = [place.get(net.between.graph.anchor(topology.position(label))) for label in nodes]
    inner = set(net.inner)
    order = [node for node in dict.fromkeys(asked) if node in inner]
    if missing := inner - set(order):
        names = ", ".join(repr(net.between.labels[node]) for node in sorted(missing)[:5])
        raise UsageError(f"elimination_order leaves out {len(missing):,} of the nodes between: {names}")
    return [node for node in order if node is not None]


def totals(net: Network, order: Sequence[int], progress: Progress | None = None) -> Ways:
    """Eliminate what lies between, using up `net.ways`; what is left leads from sources to targets."""
    stuck = take_out(net.ways, order, net.between.graph.one_and_zero[0], progress)
    if stuck is not None:
        raise _no_pivot(net.between.labels[stuck])
    return net.ways


# -- a graph with fewer nodes


@takes_options
def eliminate(
    graph: nx.DiGraph | CompiledGraph,
    nodes: Iterable[Hashable],
    *,
    progress: Progress | None = None,
    **options: Unpack[CompileOptions],
) -> nx.DiGraph:
    """Return the graph without some nodes, every total influence between the others unchanged.

    Each path through an eliminated node becomes an edge; edges between the same two nodes become one, their weights
    added. Nodes are taken out by Markowitz's rule, least in-degree times out-degree first, so that few edges are made.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
    nodes : nodes
        Those to take out.
    progress : callable, optional
        Called with the number of nodes taken out and the number of all.
    **options
        Those of `graphdiff.compile`, unless the graph is compiled already. Cycles are no reason to refuse: nothing is
        summed to the end here, and walks round an eliminated node are 1 / (1 - w), as in (I - A)^-1.

    Returns
    -------
    networkx.DiGraph
        Nodes and graph attributes are those of `graph`; every edge has a ``weight`` and nothing else. Ints become
        Fractions where a cycle runs through an eliminated node.

    Raises
    ------
    CycleError
        If a loop of weight 1 would have to be divided by 1 - 1.
    UsageError
        If the graph has cycles and its policy is ``"collapse"``, whose totals are not those of its walks.
    UnknownNodeError, WeightError, ValueOverflowError
        As `graphdiff.total_influence`.

    References
    ----------
    A. Griewank, A. Walther, *Evaluating Derivatives*, 2nd ed. (2008), chapter 9.

    Examples
    --------
    >>> import networkx as nx
    >>> G = nx.DiGraph()
    >>> G.add_weighted_edges_from([("b", "c", 1), ("b", "d", 1), ("c", "e", 2), ("d", "e", 3)])
    >>> list(eliminate(G, ["c", "d"]).edges(data="weight"))
    [('b', 'e', 5)]
    """
    ready = compiled(graph, options)
    topology = ready.topology
    gone = list(dict.fromkeys(topology.position(node) for node in nodes))
    if ready.cycles == "collapse" and len(topology.cyclic):
        raise UsageError(
            Keyword("cycles", "collapse"), " counts no walks round a cycle, and eliminate keeps them all; leave it out"
        )
    if any(start <= position < stop for start, stop in topology.cyclic.tolist() for position in gone):
        ready = ready.divisible
    edges = zip(topology.rows.tails.tolist(), topology.heads.tolist(), arithmetic.listed(ready.weights), strict=True)
    ways = _joined(ready.n_nodes, edges)
    shape = Shape(ways)
    counted = count(shape, _markowitz(shape, gone))
    assert counted is not None
    stuck = take_out(ways, counted[0], ready.one_and_zero[0], progress)
    if stuck is not None:
        raise _no_pivot(topology.label(stuck))
    return _as_graph(graph, ready, ways, set(gone))


def _no_pivot(label: Any) -> CycleError:
    return CycleError(
        [label, label],
        f" Eliminating {label!r} sums the walks round it, 1 / (1 - w), and their weight w is 1: keep this node, or "
        "eliminate others of its cycles before it",
    )


def _as_graph(graph: nx.DiGraph | CompiledGraph, ready: CompiledGraph, ways: Ways, gone: set[int]) -> nx.DiGraph:
    """Return ways as a networkx graph, nodes in the order of the graph that they come from."""
    topology = ready.topology
    places = [place for place in topology.positions.tolist() if place not in gone]
    labels = {place: topology.label(place) for place in places}
    require_nodes(labels.values())
    result = nx.DiGraph()
    if isinstance(graph, nx.DiGraph):
        result.graph.update(graph.graph)
        result.add_nodes_from((label, graph.nodes[label]) for label in labels.values())
    else:
        result.add_nodes_from(labels.values())
    result.graph["edge_meaning"] = ready.edge_meaning
    if ready.node_meaning != "unknown":
        result.graph["node_meaning"] = ready.node_meaning
    result.graph["weight_meaning"] = summed(ready.weight_meaning)
    result.add_edges_from(
        (labels[tail], labels[head], {"weight": checked(weight)})
        for tail in places
        for head, weight in ways[tail].items()
    )
    return pictured(result)
