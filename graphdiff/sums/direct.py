"""Sums straight from a networkx graph: sorted, checked and swept over its own dicts, for one question of a small graph.

A graph that is asked one question is not worth compiling. Nodes come in the order that `kernels.order.peel` gives
them, edges in that of their rows, and sums in the order of `sweeps`, so that the numbers are the same to the bit.
Whatever is out of the ordinary (a cycle, a weight that is missing or no plain number, a node that is not there) is left
to `graphdiff.compile`, which has the words for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import networkx as nx
from numpy.typing import NDArray

from graphdiff.arithmetic import Number
from graphdiff.graph.plain import Node, Plain, in_order, is_plain, is_unmarked
from graphdiff.graph.topology import Topology
from graphdiff.text.names import Edge

__all__ = ["Walk", "direct_count", "direct_total", "walk_for_result", "walk_of"]

#: Of so many nodes a result is made without arrays; beyond, compiling pays even for one question.
MOST_NODES = 2_000


class Walk(Plain):
    """A networkx graph in topological order, to be swept."""

    def __reduce__(self) -> tuple[Any, tuple[Topology]]:
        return _itself, (self.topology,)  # what a pickled result has of the graph

    def _at(self, node: Node) -> dict[Node, Any]:
        values = dict.fromkeys(self.order, self.one - self.one)
        values[node] = self.one
        return values

    def forward(self, source: Node) -> dict[Node, Any]:
        """Return what of a unit at the source reaches each node, in topological order."""
        values, rows, weight = self._at(source), self.rows, self.weight
        for node in self.order:
            value = values[node]
            if value:
                for head, data in rows[node].items():
                    values[head] += value * data[weight]
        return values

    def reverse(self, target: Node) -> dict[Node, Any]:
        """Return what of a unit at each node reaches the target, in topological order."""
        values, rows, weight = self._at(target), self.rows, self.weight
        for node in reversed(self.order):
            value = values[node]
            for head, data in rows[node].items():
                value += data[weight] * values[head]
            values[node] = value
        return values

    def through(self, tangents: Mapping[Node, Any], adjoints: Mapping[Node, Any]) -> list[Any]:
        """Return tangent · weight · adjoint of each edge, row by row."""
        weight, zero = self.weight, self.one - self.one
        return [
            tangent * data[weight] * adjoints[head] + zero
            if tangent and adjoints[head]
            else zero  # else maybe infinite
            for node, tangent in tangents.items()
            for head, data in self.rows[node].items()
        ]

    @cached_property
    def topology(self) -> Topology:
        """The shape of the graph."""
        return self.shape()

    @cached_property
    def places(self) -> dict[Node, int]:
        """The place of each node in the order."""
        return dict(zip(self.order, range(len(self.order)), strict=True))

    @property
    def labels(self) -> Sequence[Node]:
        """The nodes in topological order."""
        return self.order

    def known(self, label: Node) -> int | None:
        """Return the place of a node in the order; None where there is no such node."""
        try:
            return self.places.get(label)
        except TypeError:  # what cannot be hashed is no node
            return None

    def position(self, label: Node) -> int:
        """Return the place of a node in the order, or raise `UnknownNodeError`."""
        place = self.known(label)
        return self.topology.position(label) if place is None else place

    @cached_property
    def _index(self) -> dict[Edge, int]:
        return {edge: place for place, edge in enumerate(self.edge_labels())}

    def place(self, edge: Any) -> int | None:
        """Return where an edge stands in the rows; None where there is no such edge."""
        try:
            return self._index.get(edge)
        except TypeError:
            return None

    def node_labels(self, positions: NDArray[Any] | None = None) -> Iterator[Node]:
        """Yield some nodes, or all in their order."""
        return iter(self.order) if positions is None else map(self.order.__getitem__, positions.tolist())

    def edge_labels(self, edges: NDArray[Any] | None = None) -> Iterator[Edge]:
        """Yield some edges, or all, row by row."""
        if edges is not None:
            return self.topology.edge_labels(edges)
        return ((node, head) for node, row in zip(self.order, self.heads, strict=True) for head in row)


def _itself(topology: Topology) -> Topology:
    return topology


def walk_of(graph: Any, weight: object, ends: tuple[Any, ...]) -> Walk | None:
    """Return a plain graph in topological order, with every weight checked; None where that takes more.

    Parameters
    ----------
    graph : networkx.DiGraph
        Anything else takes more.
    weight : str
        An edge attribute, whose values are all floats or all ints; anything else takes more.
    ends : nodes
        Which it has to have; anything else takes more.

    Examples
    --------
    >>> G = nx.DiGraph()
    >>> G.add_weighted_edges_from([("c", "e", 2), ("b", "c", 1)])
    >>> walk_of(G, "weight", ("b",)).order
    ['b', 'c', 'e']
    """
    return Walk.of(graph, weight) if isinstance(weight, str) and _is_plain(graph, ends) else None


def walk_for_result(graph: Any, options: Mapping[str, Any], *ends: Any) -> Walk | None:
    """Return the same for a result that has a number a node or an edge; None of what is large.

    Examples
    --------
    >>> G = nx.DiGraph([("a", "b", {"weight": 2})])
    >>> walk_for_result(G, {}, "a").forward("a")
    {'a': 1, 'b': 2}
    """
    if not options.keys() <= {"weight"} or not isinstance(graph, nx.DiGraph) or len(graph) > MOST_NODES:
        return None
    return walk_of(graph, options.get("weight", "weight"), ends) if is_unmarked(graph) else None


def direct_total(graph: Any, source: Any, target: Any, weight: object) -> Number | None:
    """Return the total influence of `source` on `target`, every weight checked, or None where that takes more.

    Examples
    --------
    >>> G = nx.DiGraph()
    >>> G.add_weighted_edges_from([("b", "c", 1), ("b", "d", 1), ("c", "e", 2), ("d", "e", 3)])
    >>> direct_total(G, "b", "e", "weight")
    5
    >>> G.add_edge("e", "b", weight=1)
    >>> direct_total(G, "b", "e", "weight") is None
    True
    """
    walk = walk_of(graph, weight, (source, target))
    return None if walk is None else walk.forward(source)[target]


def direct_count(graph: Any, source: Any, target: Any) -> int | None:
    """Return how many paths lead from `source` to `target`, or None where that takes more.

    Examples
    --------
    >>> direct_count(nx.DiGraph([("b", "c"), ("b", "d"), ("c", "e"), ("d", "e")]), "b", "e")
    2
    """
    if not _is_plain(graph, (source, target)):
        return None
    order = in_order(graph)
    if order is None:
        return None
    counts = dict.fromkeys(order, 0)
    counts[source] = 1
    for node in order:
        count = counts[node]
        if count:
            for head in graph._adj[node]:
                counts[head] += count
    return counts[target]


def _is_plain(graph: Any, ends: tuple[Any, ...]) -> bool:
    """Tell whether a graph is one of networkx, to be called by its labels alone, and has some nodes."""
    try:
        return is_plain(graph) and all(end in graph._adj for end in ends)
    except TypeError:  # what cannot be hashed is no node
        return False
