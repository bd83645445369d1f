"""GraphML, by networkx, after every name and value has been made one that XML and its types can hold."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any

import networkx as nx

from graphdiff.picture import clean
from graphdiff.records import apart, graph_attributes, keys_of, require_graph, set_aside, storable

__all__ = ["write_graphml"]


# What no XML may hold; white space is escaped, so that names come back as they were.
UNHELD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def write_graphml(graph: nx.DiGraph) -> bytes:
    """Return a graph as GraphML; ints beyond 64 bits are written as texts, control characters as U+FFFD.

    Edges of a multigraph have ids that no two share, as other tools want them, and their ``key`` as an attribute; the
    graph's attribute ``multigraph`` says so.

    Raises
    ------
    UsageError
        If two nodes would have the same name.

    Examples
    --------
    >>> b'<edge source="a" target="b"' in write_graphml(nx.DiGraph([("a", "b")]))
    True
    """
    require_graph(graph, "graphml")
    names = apart(graph, "graphml", UNHELD)
    keys = keys_of(graph)
    copy = nx.MultiDiGraph(multigraph=True) if graph.is_multigraph() else nx.DiGraph()
    copy.graph.update(_attributes(graph_attributes(graph, names)))
    copy.add_nodes_from((names[node], _attributes(data)) for node, data in graph.nodes(data=True))
    ends = ((names[edge[0]], names[edge[1]]) for edge in graph.edges)
    if graph.is_multigraph():
        rows = ({"key": keys[edge], **_attributes(set_aside(data, ("key",)))} for edge, data in graph.edges.items())
        copy.add_edges_from((*pair, number, row) for number, (pair, row) in enumerate(zip(ends, rows, strict=True)))
    else:
        copy.add_edges_from(
            (*pair, _attributes(data)) for pair, (_, data) in zip(ends, graph.edges.items(), strict=True)
        )
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
