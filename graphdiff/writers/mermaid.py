"""Mermaid: the picture as a flowchart that Markdown pages draw."""

from __future__ import annotations

import re
from collections.abc import Iterable

import networkx as nx

from graphdiff.drawing import picture_of
from graphdiff.picture import DARK, DrawnEdge, DrawnNode, clean

__all__ = ["write_mermaid"]

# What Mermaid, its HTML or its Markdown could take for more than text; the last two would start a list.
SPECIAL = re.compile(r'["#&<>`\\|*_~$;{}\[\]()]|^[-+]|^\d(?=\d*[.)])', re.MULTILINE)


def write_mermaid(graph: nx.DiGraph, *, max_edges: int = 60) -> bytes:
    """Return the drawing as a Mermaid flowchart in UTF-8.

    Examples
    --------
    >>> print(write_mermaid(nx.DiGraph([("a", "b")])).decode())
    flowchart TD
        n0["a"]
        n1["b"]
        n0 --> n1
    """
    picture = picture_of(graph, max_edges=max_edges)
    lines = [
        *(_node(number, node) for number, node in enumerate(picture.nodes)),
        *map(_edge, picture.edges),
        *(f"style n{number} {style}" for number, node in enumerate(picture.nodes) if (style := _node_style(node))),
        *(f"linkStyle {number} {style}" for number, edge in enumerate(picture.edges) if (style := _edge_style(edge))),
    ]
    if picture.legend:
        lines += [f"legend[{_label(picture.legend)}]", "style legend fill:none,stroke:none"]
    return "\n    ".join(["flowchart TD", *lines]).encode() + b"\n"


def _label(lines: Iterable[str]) -> str:
    text = SPECIAL.sub(lambda found: f"#{ord(found[0])};", clean("\n".join(lines)))
    return '"{}"'.format(text.replace("\n", "<br/>"))


def _node(number: int, node: DrawnNode) -> str:
    opening, closing = "[", "]"
    if node.is_source:
        opening, closing = "([", "])"
    elif node.is_target:
        opening, closing = "[[", "]]"
    return f"n{number}{opening}{_label(node.lines)}{closing}"


def _edge(edge: DrawnEdge) -> str:
    arrow = "-.->" if edge.is_dashed else "-->"
    return f"n{edge.tail} {arrow}{f'|{_label([edge.label])}|' if edge.label else ''} n{edge.head}"


def _node_style(node: DrawnNode) -> str:
    # The text's colour is said too: a dark theme would write white on the pale fill.
    return f"fill:{node.fill},color:#000000" if node.fill != "#ffffff" else ""


def _edge_style(edge: DrawnEdge) -> str:
    return f"stroke:{edge.color},stroke-width:{edge.width:.2f}px" if edge.color != DARK else ""
