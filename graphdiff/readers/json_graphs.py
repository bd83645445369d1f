"""Graphs in JSON: node-link data, adjacency data, and plain mappings from a node to what it points at."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import networkx as nx

from graphdiff.errors import FormatError, GraphTypeError
from graphdiff.readers.building import collector_at_rest, described
from graphdiff.readers.documents import Record, mappings, parse_json

__all__ = ["read_json"]

NO_SHAPE = (
    "neither node-link data (nodes, links or edges) nor adjacency data (nodes, adjacency) nor a mapping of nodes to "
    "lists or weights"
)

Edge = tuple[Hashable, Hashable, Record]


def read_json(data: bytes, *, name: str) -> nx.DiGraph | nx.MultiDiGraph:
    """Read node-link data, adjacency data or a plain mapping; an edge leads from source to target.

    Node-link data has ``nodes`` and ``links`` or ``edges``, as networkx and d3 write them; where no node has an
    ``id``, a node is its ``name`` or ``label`` if all edges go by these, else its position. Adjacency data has
    ``nodes`` and ``adjacency``. A plain mapping is ``{"a": ["b", "c"]}``, ``{"a": {"b": 2.0}}`` (weights) or
    ``{"a": {"b": {"weight": 2.0}}}``; its nodes are texts. Without ``"directed"`` a graph counts as directed.
    Repeated edges are kept as parallel ones. The ``edge_meaning`` and ``weight_meaning`` in the file's ``graph`` say
    what its edges and weights mean.

    Parameters
    ----------
    data : bytes
        The decompressed file.
    name : str
        The file's name, for messages.

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph
        A multigraph where the file says so, or where edges repeat.

    Raises
    ------
    FormatError
        Broken JSON, or JSON of another shape; what is wrong with the first bad node or edge is said.
    GraphTypeError
        The file says that it is undirected.

    Examples
    --------
    >>> list(read_json(b'{"a": {"b": 2.0, "c": 0.5}}', name="g.json").edges(data="weight"))
    [('a', 'b', 2.0), ('a', 'c', 0.5)]
    """
    with collector_at_rest():
        document = _parsed(data, name)
        if document.get("directed") is False:
            raise GraphTypeError(
                f'{name}: the graph is undirected; write "directed": true if its edges lead from source to target'
            )
        if "nodes" in document and ("links" in document or "edges" in document):
            return described(_node_link(document, name), format="node-link JSON")
        if "nodes" in document and "adjacency" in document:
            return described(_adjacency(document, name), format="adjacency JSON")
        return described(_mapping(document, name), format="adjacency JSON")


def _parsed(data: bytes, name: str) -> Record:
    document = parse_json(data, name)
    if not isinstance(document, dict) or not document:
        raise FormatError(f"{name}: {NO_SHAPE}")
    return document


def _node_link(document: Record, name: str) -> nx.DiGraph | nx.MultiDiGraph:
    kind = "links" if "links" in document else "edges"
    nodes = _nodes(document, name, key=_id_key(document, kind))
    edges: list[Edge] = []
    for where, record in mappings(document[kind], f"{name}: {kind}"):
        for end in ("source", "target"):
            if end not in record:
                raise FormatError(f"{where} has no {end!r}")
        attributes = {key: value for key, value in record.items() if key not in ("source", "target")}
        edges.append((_label(record["source"], where), _label(record["target"], where), attributes))
    return _graph(document, nodes, edges, name)


def _adjacency(document: Record, name: str) -> nx.DiGraph | nx.MultiDiGraph:
    nodes = _nodes(document, name)
    rows = document["adjacency"]
    if not isinstance(rows, list) or len(rows) != len(nodes):
        raise FormatError(f"{name}: adjacency is not a list with one row for each of the {len(nodes)} nodes")
    edges: list[Edge] = []
    for position, (tail, row) in enumerate(zip(nodes, rows, strict=True)):
        for where, record in mappings(row, f"{name}: adjacency[{position}]"):
            attributes = {key: value for key, value in record.items() if key != "id"}
            edges.append((tail, _label(record.get("id"), where), attributes))
    return _graph(document, nodes, edges, name)


def _mapping(document: Record, name: str) -> nx.DiGraph | nx.MultiDiGraph:
    edges: list[Edge] = []
    for tail, heads in document.items():
        if not isinstance(heads, list | dict):
            raise FormatError(f"{name}: {NO_SHAPE}")
        for head in heads:
            said = heads[head] if isinstance(heads, dict) else {}
            attributes = {"weight": said} if type(said) in (int, float) else said
            if type(head) not in (int, str) or not isinstance(attributes, dict):
                raise FormatError(f"{name}: {NO_SHAPE}")
            edges.append((tail, str(head), attributes))
    nodes: dict[Hashable, Record] = {label: {} for edge in edges for label in edge[:2]}
    return _graph({}, {label: {} for label in document} | nodes, edges, name)


def _id_key(document: Record, kind: str) -> str:
    """Return what the ids of the nodes are called."""
    nodes, edges = [
        [record for record in listed if isinstance(record, dict)] if isinstance(listed := document[part], list) else []
        for part in ("nodes", kind)
    ]
    if not any("id" in record for record in nodes):
        ends = [end for record in edges for end in (record.get("source"), record.get("target"))]
        for key in ("name", "label"):
            names = {name for record in nodes if isinstance(name := record.get(key), str)}
            if ends and all(isinstance(end, str) and end in names for end in ends):
                return key
    return "id"


def _nodes(document: Record, name: str, *, key: str = "id") -> dict[Hashable, Record]:
    nodes: dict[Hashable, Record] = {}
    for position, (where, record) in enumerate(mappings(document["nodes"], f"{name}: nodes")):
        label = _label(record.get(key, position), where)
        if label in nodes:
            raise FormatError(f"{where} has the id {label!r} of a node before it")
        nodes[label] = {key: value for key, value in record.items() if key != "id"}
    return nodes


def _label(value: Any, where: str) -> Hashable:
    """Return `value` as a node; lists are tuples, as networkx writes them."""
    label = tuple(value) if isinstance(value, list) else value
    try:
        hash(label)
    except TypeError as error:
        raise FormatError(f"{where} has an id that is no text, number or flat list") from error
    if label is None:
        raise FormatError(f"{where} has no id")
    return label


def _graph(
    document: Record, nodes: Mapping[Hashable, Record], edges: Sequence[Edge], name: str
) -> nx.DiGraph | nx.MultiDiGraph:
    strangers = {label: None for edge in edges for label in edge[:2] if label not in nodes}
    if strangers:
        raise FormatError(f"{name}: an edge has the end {next(iter(strangers))!r}, which is not among the nodes")
    keyed = document.get("multigraph") is True
    repeats = len({edge[:2] for edge in edges}) < len(edges)
    graph = nx.MultiDiGraph() if keyed or repeats else nx.DiGraph()
    graph.graph.update(_graph_attributes(document, name))
    graph.add_nodes_from(nodes.items())
    graph.add_edges_from([_with_key(edge, name) for edge in edges] if keyed else edges)
    if graph.number_of_edges() < len(edges):
        raise FormatError(f"{name}: two parallel edges have the same key")
    return graph


def _graph_attributes(document: Record, name: str) -> Record:
    try:
        return dict(document.get("graph", {}))
    except (TypeError, ValueError) as error:
        raise FormatError(f"{name}: graph is neither an object nor a list of pairs") from error


def _with_key(edge: Edge, name: str) -> tuple[Hashable, Hashable, Hashable, Record]:
    tail, head, attributes = edge
    key = attributes.pop("key", None)
    if isinstance(key, list | dict):
        raise FormatError(f"{name}: the key of an edge from {tail!r} to {head!r} is no text or number")
    return tail, head, key, attributes
