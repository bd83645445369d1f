"""JSON: a graph as node-link data, or a result; either says which version of the layout it has."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import networkx as nx

from graphdiff.errors import UsageError
from graphdiff.paths import Path
from graphdiff.records import graph_attributes, keys_of, names_of, require_graph, set_aside, storable

__all__ = ["SCHEMA", "document", "finite", "write_json"]

#: The version of the layout, which goes up when a reader of the old one would go wrong.
SCHEMA = 1


def write_json(thing: Any) -> bytes:
    """Return a graph, a result, or a list of paths as JSON in ASCII.

    Examples
    --------
    >>> json.loads(write_json(nx.DiGraph([("a", "b")])))["edges"]
    [{'source': 'a', 'target': 'b'}]
    """
    return json.dumps(document(thing), indent=1, allow_nan=False).encode() + b"\n"


def document(thing: Any) -> dict[str, Any]:
    """Return what the JSON of a graph or a result says: ``graphdiff`` (the version), ``kind``, and the content.

    A graph has networkx's node-link keys, so that `graphdiff.read` and `networkx.node_link_graph` (with
    ``edges="edges"``) read it. Nodes that are neither texts nor ints are written as texts, and so is every value that
    is no number, text or bool; attributes that are called as an end or an id is get ``own_`` before their names. The
    kind of a result is its type's name in lower case, its content is under ``result``.

    Examples
    --------
    >>> document([Path(("a", "b"), (("a", "b"),), 2)])
    {'graphdiff': 1, 'kind': 'paths', 'result': [{'nodes': ['a', 'b'], 'edges': [['a', 'b']], 'influence': 2}]}
    """
    if isinstance(thing, nx.Graph):
        return {"graphdiff": SCHEMA, "kind": "graph", **_node_link(thing)}
    if hasattr(thing, "to_dict"):
        kind, result = type(thing).__name__.lower(), thing.to_dict()
    elif isinstance(thing, Sequence) and all(isinstance(item, Path) for item in thing):
        kind, result = "paths", [path.to_dict() for path in thing]
    else:
        raise UsageError(f"cannot write {type(thing).__name__} as json: give a graph, a result or a list of paths")
    return {"graphdiff": SCHEMA, "kind": kind, "result": finite(result)}


def _node_link(graph: nx.DiGraph) -> dict[str, Any]:
    require_graph(graph, "json")
    plain = all(type(node) in (str, int) for node in graph)
    ids = {node: node for node in graph} if plain else names_of(graph)
    keys = keys_of(graph)
    ends = ("source", "target", "key") if graph.is_multigraph() else ("source", "target")
    return {
        "directed": True,
        "multigraph": graph.is_multigraph(),
        "graph": _attributes(graph_attributes(graph, ids)),
        "nodes": [{"id": ids[node], **_attributes(set_aside(data, ("id",)))} for node, data in graph.nodes(data=True)],
        "edges": [
            {
                **dict(zip(ends, (ids[edge[0]], ids[edge[1]], keys.get(edge)), strict=False)),
                **_attributes(set_aside(data, ends)),
            }
            for edge, data in graph.edges.items()
        ],
    }


def _attributes(data: Mapping[Any, Any]) -> dict[str, Any]:
    return {name: _value(value) for name, value in set_aside(data).items()}


def _value(value: Any) -> Any:
    """Return an attribute; a list of texts, such as the source lines of an import, stays a list."""
    if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
        return list(value)
    return None if value is None else storable(value)


def finite(result: Any) -> Any:
    """Return plain data with NaN and infinity, which JSON lacks, as texts."""
    return json.loads(json.dumps(result), parse_constant=str)
