"""What a networkx graph says beside its edges and weights, as columns: attributes of nodes, of edges, of the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff.errors import UsageError
from graphdiff.graph.attributes import Column, column_of
from graphdiff.graph.encoding import Encoded, encoded
from graphdiff.graph.intake import edge_data
from graphdiff.graph.labels import Texts
from graphdiff.graph.measured import is_attribution, with_texts
from graphdiff.graph.topology import Topology
from graphdiff.graph.views import saved_in

__all__ = ["PLACES", "column_of_any", "with_particulars", "with_places"]

MISSING = object()
#: What an attribution graph says of where its nodes are and what they stand for, which pictures and reports ask for.
PLACES = ("kind", "layer", "position", "token", "probability", "clerp", "supernode")
#: Kinds of which a column holds numbers or texts as they are; all others are encoded.
AS_THEY_ARE = ({int}, {float}, {bool}, {str})


def with_particulars(topology: Topology, graph: nx.DiGraph) -> Topology:
    """Return the shape of a graph with the attributes that the graph has.

    Raises
    ------
    UsageError
        If it is the shape of another graph, or an attribute is no plain value.
    """
    if (saved := saved_in(graph)) is not None:  # as columns already
        if not np.array_equal(saved.topology.ids, topology.ids) or not np.array_equal(
            saved.topology.heads, topology.heads
        ):
            raise UsageError("the attributes are of another graph")
        return replace(
            topology,
            about=with_texts(graph.graph),
            node_attributes=saved.topology.node_attributes,
            attributes=saved.topology.attributes,
        )
    names = range(topology.n_nodes) if topology.names is None else topology.names
    if list(graph) != list(names) or len(graph.edges) != topology.n_edges:
        raise UsageError("the attributes are of another graph")
    order = _edges_in_rows(graph, topology)
    return replace(
        topology,
        about={str(name): value for name, value in with_texts(graph.graph).items()},
        node_attributes=_columns([data for _, data in graph.nodes(data=True)], "nodes"),
        attributes={name: column.at(order) for name, column in _columns(edge_data(graph), "edges").items()},
    )


def with_places(topology: Topology, graph: Any) -> Topology:
    """Return the shape of an attribution graph with where its nodes are; that of any other graph as it is.

    Examples
    --------
    >>> from graphdiff.graph.compiled import compile
    >>> graph = nx.DiGraph(edge_meaning="drives")
    >>> graph.add_node("E_2_0", kind="token", layer="E", note="kept by the graph alone")
    >>> {name: list(column) for name, column in compile(graph).topology.node_attributes.items()}
    {'kind': ['token'], 'layer': ['E']}
    """
    if not isinstance(graph, nx.Graph) or saved_in(graph) is not None or not is_attribution(graph):
        return topology
    title = graph.graph.get("node_title")
    columns = {}
    for name in (*PLACES, *([title] if isinstance(title, str) else [])):
        values = [data.get(name) for data in graph._node.values()]
        plain = [value if type(value) in (int, float, bool, str) else MISSING for value in values]
        if any(value is not MISSING for value in plain):
            columns[name] = column_of_any(plain)
    about = {name: graph.graph[name] for name in ("node_title", "pruned") if graph.graph.get(name) is not None}
    return replace(topology, node_attributes=columns, about={**topology.about, **about})


def _edges_in_rows(graph: nx.DiGraph, topology: Topology) -> NDArray[np.int64]:
    """Return which of the graph's edges, in its own order, each edge of the rows is: within a row they are the same."""
    degrees = np.fromiter((degree for _, degree in graph.out_degree()), dtype=np.int64, count=len(graph))
    first = np.concatenate([[0], np.cumsum(degrees)[:-1]]) if len(degrees) else degrees
    starts, sizes = first[topology.ids], degrees[topology.ids]
    if not np.array_equal(sizes, np.diff(topology.ptr.astype(np.int64))):
        raise UsageError("the attributes are of another graph")
    return np.arange(topology.n_edges) + np.repeat(starts - topology.ptr[:-1].astype(np.int64), sizes)


def _columns(records: Sequence[Mapping[Any, Any]], of: str) -> dict[str, Column]:
    columns: dict[str, Column] = {}
    for name in dict.fromkeys(chain.from_iterable(records)):
        try:
            columns[str(name)] = column_of_any([record.get(name, MISSING) for record in records])
        except UsageError as error:
            raise UsageError(f"the attribute {name!r} of {of}: {error}") from None
    return columns


def column_of_any(values: Sequence[Any]) -> Column:
    """Return values of any plain kinds as a column, from which each comes back as it is; those `MISSING` are missing.

    Raises
    ------
    UsageError
        If one is no plain value.

    Examples
    --------
    >>> list(column_of_any([1, 2.5, ("a", None)])), list(column_of_any(["a", MISSING]))
    ([1, 2.5, ('a', None)], ['a', None])
    """
    absent = np.fromiter((value is MISSING for value in values), dtype=bool, count=len(values))
    there = [value for value in values if value is not MISSING]
    if set(map(type, there)) in AS_THEY_ARE and all(value == value for value in there):
        try:
            return replace(column_of([None if value is MISSING else value for value in values], ""), absent=absent)
        except UsageError:  # an int of more than 64 bits, or a text that is none in UTF-8
            pass
    numbers: dict[str, int] = {}
    places = [numbers.setdefault(encoded(value), len(numbers)) for value in there]
    codes = np.full(len(values), -1, dtype=np.int64)
    codes[~absent] = places
    return Column(codes, absent, Encoded(Texts.of(list(numbers))))
