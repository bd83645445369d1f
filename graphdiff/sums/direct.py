"""Sums straight from a networkx graph: sorted, checked and swept over its own dicts, for one question of a small graph.

A graph that is asked one question is not worth compiling. Nodes come in the order that `kernels.order.peel` gives
them, edges in that of their rows, and sums in the order of `sweeps`, so that the numbers are the same to the bit.
Whatever is out of the ordinary (a cycle, a weight that is missing or no plain number, a node that is not there) is left
to `graphdiff.compile`, which has the words for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from typing import Any, TypeAlias

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff.arithmetic import Number
from graphdiff.graph.networks import DiGraph
from graphdiff.graph.topology import Topology
from graphdiff.graph.views import saved_in
from graphdiff.kernels.rows import index_type, pointers
from graphdiff.text.names import Edge

__all__ = ["Walk", "direct_count", "direct_total", "walk_for_result", "walk_of"]

Node: TypeAlias = Any
Rows: TypeAlias = Mapping[Node, Mapping[Node, Mapping[str, Any]]]

#: Of so many nodes a result is made without arrays; beyond, compiling pays even for one question.
MOST_NODES = 2_000
#: What a graph or a node says that only a compiled graph knows what to do with.
OF_GRAPHS = {"quotient", "node_title", "unmet", "left_out"}
OF_NODES = {"root", "leaf", "output"}


@dataclass(frozen=True, eq=False)
class Walk:
    """A networkx graph in topological order, its weights all floats or all ints.

    Attributes
    ----------
    rows : mapping of node to mapping of head to attributes
        The graph's own.
    order : list of node
    weight : str
        The attribute of edges.
    one : 1 or 1.0
    names : list of node
        In the graph's own order.
    heads : list of tuple
        The heads of each node in `order`, as they were.
    """

    rows: Rows
    order: list[Node]
    weight: str
    one: Number
    names: list[Node]
    heads: list[tuple[Node, ...]]

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
            tangent * data[weight] * adjoints[head] if tangent and adjoints[head] else zero  # else it may be infinite
            for node, tangent in tangents.items()
            for head, data in self.rows[node].items()
        ]

    @property
    def labels(self) -> Sequence[Node]:
        """The nodes in topological order."""
        return self.order

    @cached_property
    def _places(self) -> dict[Node, int]:
        return {node: place for place, node in enumerate(self.order)}

    def known(self, label: Node) -> int | None:
        """Return the place of a node in the order; None where there is no such node."""
        try:
            return self._places.get(label)
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

    @cached_property
    def topology(self) -> Topology:
        """The shape of the graph, as `graphdiff.compile` makes it."""
        places = self._places
        heads = [places[head] for row in self.heads for head in row]
        sizes = list(map(len, self.heads))
        numbers = {node: number for number, node in enumerate(self.names)}
        return Topology(
            ids=np.array([numbers[node] for node in self.order], dtype=np.int64),
            ptr=pointers(np.array(sizes, dtype=np.uint64)),
            heads=np.array(heads, dtype=index_type(len(sizes))),
            cyclic=np.empty((0, 2), dtype=np.int64),
            names=self.names,
        )


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
    if not isinstance(weight, str) or not _is_plain(graph, ends):
        return None
    order, rows = _in_order(graph), graph._adj
    if order is None:
        return None
    try:
        numbers = [data[weight] for node in order for data in rows[node].values()]
    except (KeyError, TypeError):  # an edge without the weight, or attributes that have none
        return None
    kinds = set(map(type, numbers)) or {float}
    if kinds == {float}:
        if not all(map(isfinite, numbers)):
            return None
    elif kinds != {int}:
        return None
    kind = kinds.pop()
    return Walk(rows, order, weight, kind(1), list(rows), [tuple(rows[node]) for node in order])


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
    if any(data and not OF_NODES.isdisjoint(data) for data in graph._node.values()):
        return None
    return walk_of(graph, options.get("weight", "weight"), ends)


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
    order = _in_order(graph)
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


def _in_order(graph: nx.DiGraph) -> list[Node] | None:
    """Return the nodes in topological order, by Kahn's algorithm; None where there is a cycle."""
    waiting = {node: len(row) for node, row in graph._pred.items()}
    order = [node for node, entering in waiting.items() if not entering]
    for node in order:
        for head in graph._adj[node]:
            if waiting[head] == 1:
                order.append(head)
            else:
                waiting[head] -= 1
    return order if len(order) == len(waiting) else None


def _is_plain(graph: Any, ends: tuple[Any, ...]) -> bool:
    """Tell whether a graph is one of networkx, to be called by its labels alone, and has some nodes."""
    if type(graph) not in (nx.DiGraph, DiGraph) or saved_in(graph) is not None:
        return False
    if not OF_GRAPHS.isdisjoint(graph.graph):
        return False
    try:
        return all(end in graph._adj for end in ends)
    except TypeError:  # what cannot be hashed is no node
        return False
