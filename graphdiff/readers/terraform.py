"""The drawing that ``terraform graph`` makes of resources, and that terraform-graph-beautifier makes of it."""

from __future__ import annotations

from typing import Any

import networkx as nx

from graphdiff.readers.dot import read_dot
from graphdiff.readers.dot_names import renamed, told, without_attributes

__all__ = ["read_terraform"]

LOOKS = ("label", "shape", "style", "fontname")
EDGE_LOOKS = ("color", "penwidth", "style", "shape")


def read_terraform(data: bytes, *, name: str, **limits: Any) -> nx.DiGraph | nx.MultiDiGraph:
    """Read ``terraform graph``: the tail of an edge needs its head, which is made first.

    Ids are without ``[root]`` and ``(expand)``, which say nothing of a resource; ``(close)`` stays, as closing a
    provider is a step of its own. Terraform's ``root`` is the root. An edge that ``-draw-cycles`` marks has
    ``cycle=True``.

    Parameters
    ----------
    data : bytes
        The content.
    name : str
        The file's name, for messages.
    **limits
        What `graphdiff.readers.dot.read_dot` takes.

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph

    Raises
    ------
    FormatError, GraphTypeError, LimitError, UsageError
        As `graphdiff.readers.dot.read_dot`.

    References
    ----------
    .. [1] https://developer.hashicorp.com/terraform/cli/commands/graph

    Examples
    --------
    >>> text = b'digraph { "[root] aws_vpc.main (expand)" -> "[root] var.region" }'
    >>> list(read_terraform(text, name="x.dot").edges)
    [('aws_vpc.main', 'var.region')]
    """
    graph = renamed(read_dot(data, name=name, **limits), lambda node, _: _address(node))
    for _, _, attributes in graph.edges(data=True):
        if attributes.get("color") == "red":
            attributes["cycle"] = True
    if "root" in graph:
        graph.nodes["root"]["root"] = True
    without_attributes(graph, nodes=LOOKS, edges=EDGE_LOOKS)
    return told(graph, format="terraform graph (DOT)", edge_meaning="depends on")


def _address(node: str) -> str:
    # Attributes are read as text, so that a backslash before a quote is still there in an id.
    address = node.replace('\\"', '"').removeprefix("[root] ").removesuffix(" (expand)")
    return address.removeprefix("module.root.")
