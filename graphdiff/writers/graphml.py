"""GraphML, by networkx, after every name and value has been made one that XML and its types can hold."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import networkx as nx

from graphdiff.picture import clean
from graphdiff.records import graph_attributes, names_of, require_graph, storable

__all__ = ["write_graphml"]


def write_graphml(graph: nx.DiGraph) -> bytes:
    """Return a graph as GraphML; ints beyond 64 bits are written as texts.

    Examples
    --------
    >>> b'<edge source="a" target="b"' in write_graphml(nx.DiGraph([("a", "b")]))
    True
    """
    require_graph(graph, "graphml")
    names = {node: clean(name) for node, name in names_of(graph).items()}
    copy = nx.MultiDiGraph() if graph.is_multigraph() else nx.DiGraph()
    copy.graph.update(_attributes(graph_attributes(graph, names)))
    copy.add_nodes_from((names[node], _attributes(data)) for node, data in graph.nodes(data=True))
    copy.add_edges_from((names[tail], names[head], _attributes(data)) for tail, head, data in graph.edges(data=True))
    file = io.BytesIO()
    nx.write_graphml_xml(copy, file)
    return file.getvalue()


def _attributes(data: Mapping[Any, Any]) -> dict[str, Any]:
    return {clean(str(name)): _typed(value) for name, value in data.items() if value is not None}


def _typed(value: Any) -> Any:
    held = storable(value)
    if isinstance(held, int) and not -(2**63) <= held < 2**63:
        held = str(value)
    return clean(held) if isinstance(held, str) else held
