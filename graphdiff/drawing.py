"""`to_pydot`: a graph as DOT that draws it and holds it: every text escaped by us, no link and no HTML ever written.

pydot writes ids, keys and values that look quoted as they are, so all of them are quoted here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeVar

import networkx as nx
import pydot

from graphdiff.answer import answer_picture
from graphdiff.dot_facts import id_of, ids_of, looks_of, quoted, rows_of
from graphdiff.errors import GraphTypeError, UsageError
from graphdiff.overlay_picture import overlay_picture
from graphdiff.picture import DARK, DrawnEdge, DrawnNode, Picture, clean, plain_picture, quotient_picture
from graphdiff.records import OF_THE_FILE
from graphdiff.remedies import Keyword

Part = TypeVar("Part", pydot.Node, pydot.Edge)

# The first is there on Windows and macOS, one of the others on Linux; an SVG names all of them.
FONT = "Helvetica,Arial,DejaVu Sans,Liberation Sans,sans-serif"


class NamedDot(pydot.Dot):  # type: ignore[misc]
    """A drawing in which a node is found by its name, and by its id as pydot has it, which may be in quotes."""

    #: The id of each node by its name.
    ids: Mapping[str, str] = MappingProxyType({})

    def get_node(self, name: str) -> list[pydot.Node]:
        """Return the node of this name or id, in a list; an empty list where there is none."""
        found: list[pydot.Node] = super().get_node(self.ids.get(name, name))
        return found


def to_pydot(graph: nx.DiGraph, *, max_edges: int = 60) -> pydot.Dot:
    """Return a graph as DOT: an annotated one as the picture of its answer, groups as groups, any other as it is.

    The id of a node is its name; ``get_node(name)`` finds it. A name that quotes in DOT cannot hold, or that Graphviz
    would change, has an id n0, n1, … and the attribute ``name``: one with an odd backslash before a quote, a new line
    or its end, with a control character, with what looks like ``&amp;``, with "%" at its start, or of 16,000 bytes.

    What is known of nodes, edges and the graph is there as attributes, and `graphdiff.read` reads it back: of edges
    ``weight`` (floats with all their digits, other numbers as text) and ``key``; what `graphdiff.annotate` has found;
    of the graph ``source``, ``target``, ``total``, ``edge_meaning``, ``weight_meaning`` and ``node_meaning``; and
    what the graph came with. The picture of an answer has the nodes and edges on the way only, and ``drawn`` says how
    many of the graph's these are. The label, which shows the answer, is ours: control characters stand there as
    U+FFFD, and names above 60 characters are shortened. Drawing attributes that the graph came with (color,
    fillcolor, fontcolor, penwidth, fontsize, style, shape, arrows) win over ours; what else Graphviz would take for a
    part of the drawing is called ``own_label``, ``own_width`` and so on. Links and names of files to load (URL, href,
    image, …) are left out.
    Graphviz takes ``weight`` for a wish about its layout; `graphdiff.write` lays out pictures without it.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph, or result of `graphdiff.compare`
        A graph from `graphdiff.annotate`, or any other.
    max_edges : int
        Of an annotated graph with more edges between its ends only the strongest paths are drawn, as many as
        fit, and the legend says how much of the influence they cover; of groups the heaviest edges. Dashed edges carry
        the weight of the paths that are not drawn, so that the total is that of the whole; not so where both ends
        are not one node each, or cycles are solved: then ``drawn`` says what is drawn, and ``total`` is that of the
        whole.

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
    a [label="a"];
    b [label="b"];
    a -> b [label=" 0.5 ", weight="0.5"];
    }
    >>> print(to_pydot(G).get_node("b")[0])
    b [label="b"];
    """
    picture = picture_of(graph, max_edges=max_edges)
    names = [node.name for node in picture.nodes]
    ids = ids_of(names)
    nodes, node_texts = rows_of("node", [node.facts for node in picture.nodes])
    edges, edge_texts = rows_of("edge", [edge.facts for edge in picture.edges])
    keys, key_texts = rows_of("key", [{"key": edge.key} for edge in picture.edges])
    # "format" says how a file was taken: the next file has its own.
    facts = {name: value for name, value in picture.facts.items() if name not in OF_THE_FILE}
    [whole], graph_texts = rows_of("graph", [facts])
    dot = NamedDot("graphdiff", graph_type="digraph")
    like_numbers = [*graph_texts, *node_texts, *edge_texts, *key_texts]
    marks = {"graphdiff": 1} | ({"texts": quoted("\n".join(like_numbers))} if like_numbers else {})
    _set_defaults(dot, picture, whole | marks)
    for id, name, node, row in zip(ids, names, picture.nodes, nodes, strict=True):
        called = {} if id == id_of(name) else {'"name"': quoted(name)}
        looks = _quoted(_node_attributes(node)) | looks_of("node", node.facts)
        dot.add_node(_with(pydot.Node(id), looks | called | row))
    for edge, key, row in zip(picture.edges, keys, edges, strict=True):
        looks = _quoted(_edge_attributes(edge)) | looks_of("edge", edge.facts)
        dot.add_edge(_with(pydot.Edge(ids[edge.tail], ids[edge.head]), looks | key | row))
    dot.ids = dict(zip(names, ids, strict=True))
    return dot


def _with(part: Part, attributes: dict[str, Any]) -> Part:
    """Return a node or edge with attributes; as keywords some would be taken for the parameters of its class."""
    for name, value in attributes.items():
        part.set(name, value)
    return part


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


def _set_defaults(dot: pydot.Dot, picture: Picture, facts: dict[str, Any]) -> None:
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
    # As "graph [...]": not every reader takes a quoted value in an assignment of its own.
    dot.add_node(_with(pydot.Node("graph"), _quoted(whole) | facts))
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
