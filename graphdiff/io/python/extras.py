"""Edges that only an extra would bring, which no package asks for: which of them would join two nodes."""

from __future__ import annotations

from typing import Any

import networkx as nx

from graphdiff.graph.ends import Boundary
from graphdiff.text.names import members_of

__all__ = ["joining"]


def joining(graph: nx.DiGraph, source: Any, target: Any) -> list[tuple[str, str, str]]:
    """Return the edges, left out as nothing asks for their extras, any one of which would join source and target.

    Parameters
    ----------
    graph : networkx.DiGraph
        As a reader of Python's packages returns it: ``G.graph["with_extras"]`` lists what was left out.
    source, target : node, list of nodes, mapping of node to seed, ROOTS or LEAVES
        No edge joins more to all roots, or to all leaves; None is these, too.

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
    if (
        not left_out
        or not isinstance(left_out, list)
        or any(end is None or isinstance(end, Boundary) for end in (source, target))
    ):
        return []  # in some files that were written it is a text
    sources, targets = (set(members_of(end) or [end]) for end in (source, target))
    from_source = sources.union(*(nx.descendants(graph, node) for node in sources))
    to_target = targets.union(*(nx.ancestors(graph, node) for node in targets))
    between = [edge for edge in left_out if edge[0] in from_source and edge[1] in to_target]
    return sorted(between, key=lambda edge: edge[0] not in sources or edge[1] not in targets)
