"""An SVG by Graphviz told in words: a role, a title and a description, and nodes and edges by their names, not ids."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from graphdiff.pictures.picture import DrawnEdge, Picture
from graphdiff.showing import and_more, harmless
from graphdiff.text.sentences import how_many

# Graphviz numbers nodes and edges as they come, from 1 on, and titles them by their ids, which hold no "<".
TITLED = re.compile(rb'(<g id="(graph|node|edge|clust)(\d+)" class="\w+"[^>]*>\n)<title>([^<]*)</title>\n')
#: Of rows and frames, which we name by their places.
PLACE = re.compile(rb"(?:row|cluster_)(\d+)")
#: How many nodes, and edges, a description names.
NAMED = 30


def described(svg: bytes, picture: Picture) -> bytes:
    r"""Return the SVG of a picture with what a screen reader says of it, and a pointer shows.

    Examples
    --------
    >>> import networkx as nx
    >>> from graphdiff.pictures.picture import plain_picture
    >>> svg = b'<svg width="1pt">\n<g id="node2" class="node">\n<title>n1</title>\n</g>\n</svg>'
    >>> print(described(svg, plain_picture(nx.DiGraph([("a", "%b")]))).decode())
    <svg width="1pt" role="img">
    <title>2 nodes, 1 edge</title>
    <desc>Nodes: a; %b. Edges: a -&gt; %b.</desc>
    <g id="node2" class="node">
    <title>%b</title>
    </g>
    </svg>
    """
    counts = f"{how_many(len(picture.nodes), 'nodes')}, {how_many(len(picture.edges), 'edges')}"
    title, *legend = picture.legend or [counts]
    told = ". ".join([*legend, *_listed("Nodes", [" ".join(node.lines) for node in picture.nodes])])
    edges = _listed("Edges", [_edge(picture, edge) for edge in picture.edges])
    head = f"<title>{_text(title)}</title>\n<desc>{_text('. '.join([told, *edges]) if told else '')}.</desc>\n"
    whole = TITLED.sub(lambda match: match[1] + _titled(picture, match), svg)
    end = whole.index(b">", whole.index(b"<svg "))
    return whole[:end] + b' role="img">\n' + head.encode() + whole[end + 2 :]


def _titled(picture: Picture, match: re.Match[bytes]) -> bytes:
    """Return the title of a part; none of what is the whole, or is there for the layout alone."""
    kind, place = match[2], int(match[3]) - 1
    name = ""
    if kind == b"node" and place < len(picture.nodes):
        name = picture.nodes[place].name
    elif kind == b"edge" and place < len(picture.edges):
        name = _edge(picture, picture.edges[place])
    elif row := PLACE.match(match[4]):
        name = picture.rows[int(row[1])].name
    return f"<title>{_text(name)}</title>\n".encode() if name else b""


def _edge(picture: Picture, edge: DrawnEdge) -> str:
    """Return an edge by its ends' names, with what stands at it."""
    ends = f"{picture.nodes[edge.tail].name} -> {picture.nodes[edge.head].name}"
    return f"{ends}: {edge.label}" if edge.label else ends


def _listed(what: str, names: Sequence[str]) -> list[str]:
    return [f"{what}: {and_more('; '.join(names[:NAMED]), len(names) - NAMED)}"] if names else []


def _text(text: str) -> str:
    return escape(" ".join(harmless(text).split()), quote=False)
