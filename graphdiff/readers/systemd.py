"""The drawing that ``systemd-analyze dot`` makes of units."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import networkx as nx

from graphdiff.readers.dot import read_dot
from graphdiff.readers.dot_names import of_kinds, told, without_attributes

__all__ = ["read_systemd"]

# The colour legend of systemd-analyze(1): the property of the unit that an edge is.
COLOURS = {
    "green": "After",
    "black": "Requires",
    "darkblue": "Requisite",
    "gold": "BindsTo",
    "grey66": "Wants",
    "red": "Conflicts",
}


def read_systemd(
    data: bytes, *, name: str, kinds: str | Collection[str] | None = None, **limits: Any
) -> nx.DiGraph | nx.MultiDiGraph:
    """Read ``systemd-analyze dot``: the tail of an edge has the property ``kind`` with its head as value.

    An edge's ``kind`` is told by its colour. ``After`` is an order and ``Conflicts`` the opposite of a need: both are
    read, as systemd too counts them among a unit's dependencies, and ``kinds="Requires,Wants"`` leaves them out. Two
    units that are joined by several properties have an edge for each.

    Parameters
    ----------
    data : bytes
        The content.
    name : str
        The file's name, for messages.
    kinds : str or collection of str, optional
        Only edges of these kinds, separated by commas: After, Requires, Requisite, BindsTo, Wants, Conflicts.
    **limits
        What `graphdiff.readers.dot.read_dot` takes.

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph
        Edges have ``kind``.

    Raises
    ------
    FormatError, GraphTypeError, LimitError, UsageError
        As `graphdiff.readers.dot.read_dot`; or no edge is of one of the `kinds`.

    References
    ----------
    .. [1] systemd-analyze(1), ``systemd-analyze dot``.

    Examples
    --------
    >>> text = b'digraph systemd { "a.service"->"b.socket" [color="green"]; "a.service"->"b.socket" [color="grey66"]; }'
    >>> list(read_systemd(text, name="x.dot", kinds="wants").edges(data=True))
    [('a.service', 'b.socket', {'kind': 'Wants'})]
    """
    graph = read_dot(data, name=name, **limits)
    for _, _, attributes in graph.edges(data=True):
        colour = str(attributes.get("color", ""))
        attributes["kind"] = COLOURS.get(colour, colour or "unknown")
    without_attributes(graph, edges=("color",))
    return told(of_kinds(graph, kinds), format="systemd units (DOT)", edge_meaning="depends on")
