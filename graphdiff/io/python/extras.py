"""Edges that only an extra would bring, which no package asks for: which of them would join two nodes."""

from __future__ import annotations

from typing import Any

import networkx as nx

__all__ = ["joining"]


def joining(graph: nx.DiGraph, source: Any, target: Any) -> list[tuple[str, str, str]]:
    """Return the edges, left out as nothing asks for their extras, any one of which would join source and target.

    Parameters
    ----------
    graph : networkx.DiGraph
        As a reader of Python's packages returns it: ``G.graph["with_extras"]`` lists what was left out.
    source : node or None
        None is all roots, which no edge joins to more.
    target : node

    Returns
    -------
    list of (tail, head, extra)
        The direct one first.

    Examples
    --------
    >>> left_out = [("web", "tls", "secure"), ("ssl", "app", "x")]
    >>> graph = nx.DiGraph([("app", "web"), ("tls", "ssl")], with_extras=left_out)
    >>> joining(graph, "app", "ssl")
    [('web', 'tls', 'secure')]
    """
    left_out = graph.graph.get("with_extras", [])
    if not isinstance(left_out, list) or source is None:  # in some files that were written it is a text
        return []
    from_source = {source, *nx.descendants(graph, source)}
    to_target = {target, *nx.ancestors(graph, target)}
    between = [edge for edge in left_out if edge[0] in from_source and edge[1] in to_target]
    return sorted(between, key=lambda edge: edge[:2] != (source, target))
