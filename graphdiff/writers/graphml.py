"""GraphML, by networkx, after every name and value has been made one that XML and its types can hold."""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Mapping
from typing import Any

import networkx as nx

from graphdiff.picture import clean
from graphdiff.records import apart, graph_attributes, keys_of, require_graph, set_aside, storable

__all__ = ["write_graphml"]


# What no XML may hold; white space is escaped, so that names come back as they were.
UNHELD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

#: Attributes of a graph that networkx takes for the values of nodes and edges that have none.
DEFAULTS = ("node_default", "edge_default")


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
    keys = keys_of(graph, clean)
    copy = nx.MultiDiGraph(multigraph=True) if graph.is_multigraph() else nx.DiGraph()
    copy.graph.update(_of_the_graph(graph_attributes(graph, names)))
    copy.add_nodes_from((names[node], _attributes(data)) for node, data in graph.nodes(data=True))
    ends = ((names[edge[0]], names[edge[1]]) for edge in graph.edges)
    if graph.is_multigraph():
        rows = ({"key": keys[edge], **_attributes(data, ("key", "id"))} for edge, data in graph.edges.items())
        copy.add_edges_from((*pair, number, row) for number, (pair, row) in enumerate(zip(ends, rows, strict=True)))
    else:
        copy.add_edges_from(
            (*pair, _attributes(data)) for pair, (_, data) in zip(ends, graph.edges.items(), strict=True)
        )
    file = io.BytesIO()
    nx.write_graphml_xml(copy, file)
    return file.getvalue()


def _of_the_graph(data: Mapping[Any, Any]) -> dict[str, Any]:
    """Return the attributes of the graph; what networkx's reader leaves there are the defaults of nodes and edges."""
    defaults = {name: _attributes(data[name]) for name in DEFAULTS if isinstance(data.get(name), dict)}
    others = {name: value for name, value in data.items() if name not in defaults}
    return _attributes(others, (*DEFAULTS, "id", "multigraph")) | defaults


def _attributes(data: Mapping[Any, Any], taken: Collection[str] = ()) -> dict[str, Any]:
    return {name: _typed(value) for name, value in set_aside(data, taken, clean).items() if value is not None}


def _typed(value: Any) -> Any:
    held = storable(value)
    if isinstance(held, int) and not -(2**63) <= held < 2**63:
        held = str(value)
    # Between tags XML makes a carriage return a new line.
    return UNHELD.sub("\ufffd", held.replace("\r", "\ufffd")) if isinstance(held, str) else held
