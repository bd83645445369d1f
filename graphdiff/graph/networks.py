"""Any graph as one of networkx, for what draws and writes: with its weights and attributes."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import networkx as nx
import numpy as np

from graphdiff import arithmetic
from graphdiff.graph.attributes import records
from graphdiff.graph.compiled import CompiledGraph
from graphdiff.graph.forms import is_form
from graphdiff.graph.intake import Edges, from_graph
from graphdiff.graph.labels import require_nodes
from graphdiff.graph.topology import Topology
from graphdiff.graph.views import DiGraph, MultiDiGraph, pictured
from graphdiff.text.names import Edge
from graphdiff.text.tables import Result

__all__ = [
    "IN_GROUP", "RANKED", "DiGraph", "MultiDiGraph", "edge_data", "filled", "marked", "network", "network_of",
    "pictured", "shape_of",
]  # fmt: skip

GraphT = TypeVar("GraphT", nx.DiGraph, nx.MultiDiGraph)

#: The attribute of a graph that names the attributes which a ranking adds: those of a merged component are its own.
RANKED = "ranked_by"

MEANINGS = ("edge_meaning", "weight_meaning", "node_meaning")


#: The attribute that says in which group a node is, where a page is to draw groups at first.
IN_GROUP = "in_group"


def marked(graph: nx.DiGraph, name_of: Callable[[Any], Any], text: str) -> nx.DiGraph | nx.MultiDiGraph:
    """Return a graph that is ours after each node was told its group, and the graph what these are made by.

    Parameters
    ----------
    graph : networkx.DiGraph
    name_of : callable
        Gives the group of a node; None where it has none.
    text : str
        What groups are made by, in words.

    Examples
    --------
    >>> marked(nx.DiGraph([("web.a", "web.b")]), lambda node: node[:3], "team").nodes["web.b"]
    {'in_group': 'web'}
    """
    for node, data in graph.nodes(data=True):
        if (name := name_of(node)) is not None:
            data[IN_GROUP] = str(name)
    graph.graph["grouped_by"] = text
    return graph


def network(labels: Sequence[Hashable], edges: Iterable[Edge], multigraph: bool) -> nx.DiGraph | nx.MultiDiGraph:
    """Return a networkx graph of some nodes and edges by their names, which have nothing else.

    Raises
    ------
    UsageError
        If a label is none that networkx takes.

    Examples
    --------
    >>> network(["a", "b"], [("a", "b", "x")], True).edges(keys=True)
    OutMultiEdgeView([('a', 'b', 'x')])
    """
    require_nodes(labels)
    graph = nx.MultiDiGraph() if multigraph else nx.DiGraph()
    graph.add_nodes_from(labels)
    # Of three networkx takes an empty key for attributes.
    graph.add_edges_from((*edge, {}) for edge in edges)
    return graph


def shape_of(topology: Topology) -> tuple[nx.DiGraph | nx.MultiDiGraph, list[Edge]]:
    """Return a networkx graph of a shape with what is known of its nodes, and the edges by name in the shape's order.

    Examples
    --------
    >>> graph, edges = shape_of(CompiledGraph.from_arrays([0], [1], labels=["a", "b"]).topology)
    >>> list(graph), edges
    (['a', 'b'], [('a', 'b')])
    """
    labels = range(topology.n_nodes) if topology.names is None else topology.names
    edges = list(topology.edge_labels())
    graph = network(labels, edges, topology.keys is not None)
    known = records(topology.node_attributes, np.arange(topology.n_nodes)) if topology.node_attributes else ()
    for data, attributes in zip(graph._node.values(), known, strict=False):
        data.update(attributes)
    if "node_title" in topology.about:
        graph.graph["node_title"] = topology.about["node_title"]
    return graph, edges


def filled(
    graph: GraphT,
    nodes: Mapping[Any, dict[str, Any]],
    rows: Mapping[Any, dict[Any, Any]],
    entering: Mapping[Any, dict[Any, Any]] | None = None,
) -> GraphT:
    """Return an empty graph with nodes and edges in it; the dicts that are given become its own.

    Parameters
    ----------
    graph : networkx.DiGraph or networkx.MultiDiGraph
        Its rows are plain dicts, as networkx makes them.
    nodes : mapping of node to dict
        The attributes of every node.
    rows : mapping of node to dict
        For every node its edges: a dict from head to the edge's attributes; in a multigraph from head to a dict from
        key to attributes.
    entering : mapping of node to dict, optional
        The same edges by their heads, where those into a node are in another order than the rows are.

    Examples
    --------
    >>> rows = {"a": {"b": {0: {"kind": "x"}, 1: {}}}, "b": {}}
    >>> G = filled(nx.MultiDiGraph(), {"a": {}, "b": {"size": 1}}, rows)
    >>> list(G.edges(keys=True, data=True)), list(G.predecessors("b"))
    ([('a', 'b', 0, {'kind': 'x'}), ('a', 'b', 1, {})], ['a'])
    """
    if entering is None:
        entering = {node: {} for node in nodes}
        for tail, row in rows.items():
            for head, entry in row.items():
                entering[head][tail] = entry
    graph._node.update(nodes)
    graph._adj.update(rows)
    graph._pred.update(entering)
    return graph


def edge_data(graph: nx.DiGraph | nx.MultiDiGraph) -> Iterator[dict[str, Any]]:
    """Yield the attributes of each edge; networkx takes thrice as long, and yields the ends with them.

    Examples
    --------
    >>> list(edge_data(nx.MultiDiGraph([("a", "b", {"weight": 1}), ("a", "b", {"weight": 2})])))
    [{'weight': 1}, {'weight': 2}]
    """
    for _, row in graph.adjacency():
        for entry in row.values():
            yield from entry.values() if graph.is_multigraph() else (entry,)


def network_of(thing: Any) -> Any:
    """Return a compiled graph, or one of another form, as a graph of networkx; anything else as it is.

    Raises
    ------
    GraphTypeError
        If it is of such a form, and no graph.

    Examples
    --------
    >>> network_of([("a", "b", 2)]).edges(data=True)
    OutEdgeDataView([('a', 'b', {'weight': 2})])
    """
    if isinstance(thing, CompiledGraph):
        return _of_compiled(thing)
    if isinstance(thing, (nx.Graph, Result)) or not is_form(thing):
        return thing
    return _of_edges(from_graph(thing))


def _of_compiled(compiled: CompiledGraph) -> nx.DiGraph | nx.MultiDiGraph:
    topology = compiled.topology
    graph, edges = shape_of(topology)
    weights = map(arithmetic.finished, arithmetic.listed(compiled.weights))
    for place, (edge, weight) in enumerate(zip(edges, weights, strict=True)):
        graph.get_edge_data(*edge).update(topology.attributes_at(place) | {"weight": weight})
    meanings = {name: getattr(compiled, name) for name in MEANINGS}
    graph.graph.update({name: meaning for name, meaning in meanings.items() if meaning != "unknown"})
    return graph


def _of_edges(edges: Edges) -> nx.DiGraph | nx.MultiDiGraph:
    labels = range(edges.n_nodes) if edges.names is None else edges.names
    named = [edges.label(number) for number in range(edges.n_edges)]
    graph = network(labels, named, edges.keys is not None)
    data: Iterable[Mapping[str, Any]] = edges.records
    if edges.weights is not None:
        data = ({"weight": weight} for weight in arithmetic.listed(edges.weights))
    for edge, attributes in zip(named, data, strict=True):
        graph.get_edge_data(*edge).update(attributes)
    return graph
