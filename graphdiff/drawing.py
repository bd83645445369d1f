"""`to_pydot`: a graph as DOT, with ids of our own and every text escaped by us.

pydot writes values that look quoted as they are, so all of them are quoted here; no key, id or attribute comes
from the graph, and no HTML-like label, link or tooltip is ever written.
"""

from __future__ import annotations

import networkx as nx
import pydot

from graphdiff.answer import answer_picture
from graphdiff.errors import GraphTypeError, UsageError
from graphdiff.overlay_picture import overlay_picture
from graphdiff.picture import DARK, DrawnEdge, DrawnNode, Picture, clean, plain_picture, quotient_picture
from graphdiff.remedies import Keyword

# The first is there on Windows and macOS, one of the others on Linux; an SVG names all of them.
FONT = "Helvetica,Arial,DejaVu Sans,Liberation Sans,sans-serif"


def to_pydot(graph: nx.DiGraph, *, max_edges: int = 60) -> pydot.Dot:
    """Return a graph as DOT: an annotated one as the picture of its answer, groups as groups, any other as it is.

    Nodes are called n0, n1, …; their names are in the labels, where control characters and lone surrogates
    stand as U+FFFD and names above 60 characters are shortened.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph, or result of `graphdiff.compare`
        A graph from `graphdiff.annotate`, or any other.
    max_edges : int
        Of an annotated graph with more edges between its ends only the strongest paths are drawn, as many as
        fit, and the legend says how much of the influence they cover; of groups the heaviest edges.

    Returns
    -------
    pydot.Dot

    Raises
    ------
    GraphTypeError
        If the graph is undirected, or no graph.

    Examples
    --------
    >>> G = nx.DiGraph()
    >>> G.add_edge("a", "b", weight=0.5)
    >>> print(to_pydot(G).to_string())
    digraph graphdiff {...
    n0 [label="a"];
    n1 [label="b"];
    n0 -> n1 [label=" 0.5 "];
    }
    """
    picture = picture_of(graph, max_edges=max_edges)
    dot = pydot.Dot("graphdiff", graph_type="digraph")
    _set_defaults(dot, picture)
    for number, node in enumerate(picture.nodes):
        dot.add_node(pydot.Node(f"n{number}", **_quoted(_node_attributes(node))))
    for edge in picture.edges:
        dot.add_edge(pydot.Edge(f"n{edge.tail}", f"n{edge.head}", **_quoted(_edge_attributes(edge))))
    return dot


def picture_of(graph: nx.DiGraph, *, max_edges: int = 60) -> Picture:
    """Return what a drawing of the graph shows, whatever its format.

    Examples
    --------
    >>> picture_of(nx.DiGraph([("a", "b")])).nodes[0].lines
    ('a',)
    """
    if hasattr(graph, "to_networkx"):
        graph = graph.to_networkx()
    if not isinstance(graph, nx.DiGraph):
        kind = "an undirected graph" if isinstance(graph, nx.Graph) else type(graph).__name__
        raise GraphTypeError(f"cannot draw {kind}: give a networkx DiGraph, such as annotate(graph, source, target)")
    if max_edges < 1:
        raise UsageError(Keyword("max_edges", max_edges), ": at least one edge has to be drawn")
    if graph.graph.get("quotient"):
        return quotient_picture(graph, max_edges)
    if graph.graph.get("annotation") == "comparison":
        return overlay_picture(graph, max_edges)
    return answer_picture(graph, max_edges) if "annotation" in graph.graph else plain_picture(graph)


def escape(text: str) -> str:
    r"""Return text as it stands between the quotes of DOT, with nothing left in it that Graphviz would interpret.

    Examples
    --------
    >>> print(escape('say "hi" & \\N'))
    say \"hi\" &amp; \\N
    """
    escaped = clean(text).replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')
    return escaped.replace("\n", "\\n")


def _quoted(attributes: dict[str, str]) -> dict[str, str]:
    return {name: f'"{value}"' for name, value in attributes.items()}


def _set_defaults(dot: pydot.Dot, picture: Picture) -> None:
    whole = {
        "fontname": FONT,
        "fontsize": "10",
        "fontcolor": "#444444",
        "pad": "0.2",
        "nodesep": "0.35",
        "ranksep": "0.45",
    }
    if picture.legend:
        legend = "".join(f"{escape(line)}\\l" for line in ["", *picture.legend])
        whole |= {"label": legend, "labelloc": "b", "labeljust": "l"}
    dot.set_graph_defaults(**_quoted(whole))
    box = {"shape": "box", "style": "rounded,filled", "fillcolor": "#ffffff", "color": "#666666"}
    dot.set_node_defaults(**_quoted(box | {"fontname": FONT, "fontsize": "12", "margin": "0.14,0.07"}))
    arrow = {"color": DARK, "fontcolor": "#333333", "arrowsize": "0.7"}
    dot.set_edge_defaults(**_quoted(arrow | {"fontname": FONT, "fontsize": "10"}))


def _node_attributes(node: DrawnNode) -> dict[str, str]:
    attributes = {"label": "\\n".join(map(escape, node.lines))}
    if node.fill != "#ffffff":
        attributes["fillcolor"] = node.fill
    if node.is_source:
        attributes |= {"shape": "ellipse", "style": "filled", "penwidth": "2.5", "color": "#222222"}
    if node.is_target:
        attributes |= {"peripheries": "2", "color": "#222222"}
    return attributes


def _edge_attributes(edge: DrawnEdge) -> dict[str, str]:
    # Blanks keep the label off its edge.
    attributes = {"label": f" {escape(edge.label)} "} if edge.label else {}
    if edge.width != 1:
        attributes["penwidth"] = f"{edge.width:.2f}"
    if edge.color != DARK:
        attributes["color"] = edge.color
    if edge.is_dashed:
        attributes["style"] = "dashed"
    return attributes
