"""A graph straight from networkx's dicts: in topological order, its weights all floats or all ints.

A small graph is taken out of its dicts quicker in lists than in arrays. Nodes come in the order that
`kernels.order.peel` gives them, edges in that of their rows. Whatever is out of the ordinary (a cycle, a weight that is
missing or no plain number, marks of nodes) is left to `graphdiff.graph.intake`, which has the words for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate, chain
from math import isfinite
from typing import Any, Self, TypeAlias

import networkx as nx
import numpy as np

from graphdiff import arithmetic
from graphdiff.arithmetic import Number, Weights
from graphdiff.graph.topology import Topology
from graphdiff.graph.views import DiGraph, saved_in
from graphdiff.kernels import FEW
from graphdiff.kernels.rows import index_type

__all__ = ["Node", "Plain", "few_in", "in_order", "is_plain", "is_unmarked"]

Node: TypeAlias = Any
Rows: TypeAlias = Mapping[Node, Mapping[Node, Mapping[str, Any]]]

#: What a graph or a node says that only `graphdiff.graph.intake` knows what to do with.
OF_GRAPHS = {"quotient", "node_title", "unmet", "left_out"}
OF_NODES = {"root", "leaf", "output"}
#: Meanings of edges of which more is known than their weights.
KNOWN_BESIDE = ("depends on", "drives")
NO_CYCLES = np.empty((0, 2), dtype=np.int64)


@dataclass(eq=False)
class Plain:
    """A networkx graph in topological order.

    Attributes
    ----------
    rows : mapping of node to mapping of head to attributes
        The graph's own.
    order : list of node
    weight : str
        The attribute of edges.
    one : 1 or 1.0
    numbers : list of numbers
        The weights, row by row in `order`.
    names : list of node
        In the graph's own order.
    heads : list of tuple
        The heads of each node in `order`, as they were.
    """

    rows: Rows
    order: list[Node]
    weight: str
    one: Number
    numbers: list[Number]
    names: list[Node]
    heads: list[tuple[Node, ...]]

    @classmethod
    def of(cls, graph: nx.DiGraph, weight: str) -> Self | None:
        """Return a graph that `is_plain` in order, with every weight checked; None where that takes more.

        Examples
        --------
        >>> G = nx.DiGraph()
        >>> G.add_weighted_edges_from([("c", "e", 2), ("b", "c", 1)])
        >>> Plain.of(G, "weight").order
        ['b', 'c', 'e']
        """
        order, rows = in_order(graph), graph._adj
        if order is None:
            return None
        try:
            numbers = [data[weight] for node in order for data in rows[node].values()]
        except (KeyError, TypeError):  # an edge without the weight, or attributes that have none
            return None
        kinds = set(map(type, numbers)) or {float}
        # Where the sum is finite all are; it may overflow on its own, though.
        if kinds == {float} and (isfinite(sum(numbers)) or all(map(isfinite, numbers))):
            one: Number = 1.0
        elif kinds == {int}:
            one = 1
        else:
            return None
        return cls(rows, order, weight, one, numbers, list(rows), list(map(tuple, map(rows.__getitem__, order))))

    def weights(self) -> Weights:
        """Return the weights as `graphdiff.compile` has them."""
        return np.array(self.numbers, dtype=np.float64) if type(self.one) is float else arithmetic.unify(self.numbers)

    def shape(self) -> Topology:
        """Return the shape of the graph as `graphdiff.compile` makes it."""
        count, sizes = len(self.order), list(map(len, self.heads))
        ids = list(map(dict(zip(self.names, range(count), strict=True)).__getitem__, self.order))
        places = dict(zip(self.order, range(count), strict=True))
        heads = list(map(places.__getitem__, chain.from_iterable(self.heads)))
        of_id = dict(zip(ids, sizes, strict=True))
        first = [0, *accumulate(map(of_id.__getitem__, range(count)))]
        given = list(chain.from_iterable(map(range, map(first.__getitem__, ids), map(first[1:].__getitem__, ids))))
        return Topology.of_rows(
            ids=np.array(ids, dtype=np.int64),
            ptr=np.array([0, *accumulate(sizes)], dtype=np.uint64),
            heads=np.array(heads, dtype=index_type(count)),
            cyclic=NO_CYCLES,
            names=self.names,
            given=np.array(given, dtype=index_type(len(given))),
        )


def few_in(graph: Any, weight: object) -> Plain | None:
    """Return what `graphdiff.compile` is given in order, where that is a plain graph of few nodes and edges.

    Examples
    --------
    >>> G = nx.DiGraph([("a", "b", {"weight": 2}), ("b", "c", {"weight": 3})])
    >>> few_in(G, "weight").weights(), few_in(G, None), few_in(nx.MultiDiGraph(G), "weight")
    (array([2, 3]), None, None)
    """
    if not isinstance(weight, str) or not is_plain(graph) or not is_unmarked(graph):
        return None
    if len(graph._adj) + sum(map(len, graph._adj.values())) > FEW or graph.graph.get("edge_meaning") in KNOWN_BESIDE:
        return None
    return Plain.of(graph, weight)


def in_order(graph: nx.DiGraph) -> list[Node] | None:
    """Return the nodes in topological order, by Kahn's algorithm; None where there is a cycle.

    Examples
    --------
    >>> in_order(nx.DiGraph([("c", "e"), ("b", "c")])), in_order(nx.DiGraph([("b", "b")]))
    (['b', 'c', 'e'], None)
    """
    rows = graph._adj
    waiting = {node: len(row) for node, row in graph._pred.items()}
    order = [node for node, entering in waiting.items() if not entering]
    for node in order:
        for head in rows[node]:
            left = waiting[head]
            if left == 1:
                order.append(head)
            else:
                waiting[head] = left - 1
    return order if len(order) == len(waiting) else None


def is_plain(graph: Any) -> bool:
    """Tell whether a graph is one of networkx, to be called by its labels alone.

    Examples
    --------
    >>> is_plain(nx.DiGraph()), is_plain(nx.DiGraph(quotient=True)), is_plain(nx.MultiDiGraph())
    (True, False, False)
    """
    return type(graph) in (nx.DiGraph, DiGraph) and OF_GRAPHS.isdisjoint(graph.graph) and saved_in(graph) is None


def is_unmarked(graph: nx.DiGraph) -> bool:
    """Tell whether no node of a graph says more than its label.

    Examples
    --------
    >>> is_unmarked(nx.DiGraph([("a", "b")]))
    True
    """
    about = graph._node.values()
    return not any(about) or all(OF_NODES.isdisjoint(data) for data in about)
