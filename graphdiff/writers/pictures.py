"""DOT, SVG and PNG: the drawing as it is, or laid out."""

from __future__ import annotations

import networkx as nx

from graphdiff.drawing import to_pydot
from graphdiff.layout import layout

__all__ = ["write_dot", "write_png", "write_svg"]


def write_dot(graph: nx.DiGraph, *, max_edges: int = 60) -> bytes:
    """Return the drawing as DOT in UTF-8.

    Examples
    --------
    >>> write_dot(nx.DiGraph([("a", "b")])).startswith(b"digraph graphdiff {")
    True
    """
    text: str = to_pydot(graph, max_edges=max_edges).to_string()
    return text.encode()


def write_svg(graph: nx.DiGraph, *, max_edges: int = 60, timeout: float = 60.0, max_memory: int = 2**31) -> bytes:
    """Return the drawing as SVG.

    Examples
    --------
    >>> b"<svg " in write_svg(nx.DiGraph([("a", "b")]))
    True
    """
    return layout(to_pydot(graph, max_edges=max_edges), "svg", timeout=timeout, max_memory=max_memory)


def write_png(graph: nx.DiGraph, *, max_edges: int = 60, timeout: float = 60.0, max_memory: int = 2**31) -> bytes:
    """Return the drawing as PNG, at 144 dots to the inch.

    Examples
    --------
    >>> write_png(nx.DiGraph([("a", "b")]))[1:4]
    b'PNG'
    """
    return layout(to_pydot(graph, max_edges=max_edges), "png", timeout=timeout, max_memory=max_memory)
