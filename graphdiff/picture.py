"""What a drawing shows, before any format: labels, widths and colours of nodes and edges, and a legend.

An annotated graph is drawn as its answer: what lies between the ends, a merged component as one node, and of
much only the strongest paths. Any other graph is drawn as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import networkx as nx
import numpy as np

from graphdiff.arithmetic import Number
from graphdiff.between import SEMIRINGS, Between, between, total_over
from graphdiff.compiled import compile
from graphdiff.errors import GraphTypeError, UsageError, count_text
from graphdiff.paths import node_text
from graphdiff.ranking import ranked_paths
from graphdiff.results import shown, texts
from graphdiff.words import words_for

#: Names longer than this are cut.
MAX_NAME = 60
#: So many strongest paths are looked at, at most, for those that fit into `max_edges`.
MAX_RANKED = 1_000

# Two ends of one scale that differ to every kind of colour vision (M. Okabe, K. Ito, "Color Universal Design", 2008).
BLUE, ORANGE = (0, 114, 178), (213, 94, 0)
PALE_BLUE, PALE_ORANGE = (140, 196, 232), (250, 190, 130)
WHITE, GREY = (255, 255, 255), (200, 200, 200)

# Control characters, lone surrogates and noncharacters: no XML may hold them.
UNPRINTABLE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

Color = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class DrawnNode:
    """A node: its lines of text, its fill, and whether it is an end of the question."""

    lines: tuple[str, ...]
    fill: str = "#ffffff"
    is_source: bool = False
    is_target: bool = False


@dataclass(frozen=True, slots=True)
class DrawnEdge:
    """An edge between two places in the list of nodes; `is_faint` where nothing flows through it."""

    tail: int
    head: int
    label: str
    width: float = 1.0
    color: str = "#555555"
    is_faint: bool = False


@dataclass(frozen=True)
class Picture:
    """All that a drawing shows.

    Attributes
    ----------
    nodes : list of DrawnNode
    edges : list of DrawnEdge
    legend : list of str
        One line each: what was asked, what came out, what the marks mean.
    """

    nodes: list[DrawnNode]
    edges: list[DrawnEdge]
    legend: list[str]


@dataclass(frozen=True)
class Scale:
    """How strongly a node or edge is drawn: its number in `attribute`, where `largest` is full strength."""

    attribute: str
    largest: float

    def __call__(self, data: dict[str, Any]) -> float:
        """Return a number from -1 to 1; 0 where there is none."""
        return max(-1.0, min(1.0, _real(data.get(self.attribute)) / self.largest))


def picture_of(graph: nx.DiGraph, *, max_edges: int = 60) -> Picture:
    """Return what a drawing of a graph shows.

    Parameters
    ----------
    graph : networkx.DiGraph or networkx.MultiDiGraph
        From `graphdiff.annotate`, or any other.
    max_edges : int
        Of an annotated graph with more edges between the ends only the strongest paths are drawn, as many as
        fit; at least one.

    Examples
    --------
    >>> G = nx.DiGraph()
    >>> G.add_edge("a", "b", weight=0.5)
    >>> picture_of(G).edges
    [DrawnEdge(tail=0, head=1, label='0.5', width=1.0, color='#555555', is_faint=False)]
    """
    if not isinstance(graph, nx.DiGraph):
        kind = "the undirected graph" if isinstance(graph, nx.Graph) else f"a {type(graph).__name__}"
        raise GraphTypeError(f"cannot draw {kind}: give a networkx DiGraph, such as annotate(graph, source, target)")
    if max_edges < 1:
        raise UsageError(f"max_edges={max_edges}: at least one edge has to be drawn")
    return _answer(graph, max_edges) if "annotation" in graph.graph else _plain(graph)


def clean(text: str) -> str:
    """Return text without what no picture can show: control characters and lone surrogates become U+FFFD.

    Examples
    --------
    >>> clean("a\\x00b")
    'a\ufffdb'
    """
    return UNPRINTABLE.sub("\ufffd", text)


def _plain(graph: nx.DiGraph) -> Picture:
    place = {node: number for number, node in enumerate(graph)}
    edges = [
        DrawnEdge(place[u], place[v], "" if weight is None else _short(weight))
        for u, v, weight in graph.edges(data="weight")
    ]
    return Picture([DrawnNode((_cut(name),)) for name in texts(graph)], edges, [])


# -- an annotated graph


def _answer(graph: nx.DiGraph, max_edges: int) -> Picture:
    """Return the picture of an annotated graph."""
    part = _asked(graph)
    drawn = _strongest_part(part, max_edges)
    used = sorted({*drawn.heads.tolist(), *np.flatnonzero(np.diff(drawn.ptr)).tolist(), *part.sources, *part.targets})
    place = {node: number for number, node in enumerate(used)}
    names = texts([node_text(label) if isinstance(label, frozenset) else label for label in part.labels])
    rows = [graph.nodes[graph_label(part, node)] for node in used]
    scale, fills = _scale(graph, rows, drawn)
    describe = _NODE_TEXTS[graph.graph["annotation"]]
    marked = _marked(graph, part)
    nodes = [
        DrawnNode(
            (_cut(names[node]), *describe(graph, names[node], data)),
            _mixed(WHITE, PALE_BLUE, PALE_ORANGE, fills(data)),
            node in marked[0],
            node in marked[1],
        )
        for node, data in zip(used, rows, strict=True)
    ]
    edges = [_edge(graph, drawn, place[tail], place[head], edge, scale) for tail, head, edge in _ends(drawn)]
    return Picture(nodes, edges, _legend(graph, part, drawn))
