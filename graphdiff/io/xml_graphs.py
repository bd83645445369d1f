"""GraphML and GEXF: networkx reads them, after one pass that refuses what networkx would take amiss or lose."""

from __future__ import annotations

import io
import re
import warnings
from collections import Counter
from collections.abc import Callable
from typing import Any
from xml.parsers import expat

import networkx as nx

from graphdiff.errors import FormatError, GraphTypeError
from graphdiff.io.building import described, told_in_part
from graphdiff.kernels.collecting import collector_at_rest
from graphdiff.showing import in_our_words

__all__ = ["read_gexf", "read_graphml"]

#: What GEXF 1.3 has other than 1.2 of what networkx reads, and networkx before 3.6 does not know: its namespace.
_GEXF_1_3 = re.compile(rb"""(xmlns\s*=\s*["'])http://gexf\.net/1\.3(?=["'])""")

# Deeper files are attacks: networkx descends into nested groups by recursion.
DEEPEST = 200
NEEDED_ATTRIBUTES = {"node": ("id",), "edge": ("source", "target")}
# What networkx's readers raise where a value is not of its declared type, or a declaration is missing.
MISFITS = (nx.NetworkXError, ValueError, KeyError, TypeError, AttributeError, RuntimeError)


def read_graphml(data: bytes, *, name: str) -> nx.DiGraph | nx.MultiDiGraph:
    """Read GraphML: an edge leads from its source to its target; values have the types that the file declares.

    Declared defaults are filled in. Parallel edges are kept; in a file by `graphdiff.write` with their keys. The graph
    attributes ``edge_meaning`` and ``weight_meaning`` of the file say what its edges and weights mean.

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph
        Nodes are the ids of the file, as text; a multigraph where there are parallel edges.

    Raises
    ------
    FormatError
        Broken XML, a document type declaration, or what is no GraphML graph; the line is named where it can be.
    GraphTypeError
        The graph, or an edge of it, is undirected.

    Examples
    --------
    >>> text = b'''<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph edgedefault="directed">
    ... <node id="a"/><node id="b"/><edge source="a" target="b"/></graph></graphml>'''
    >>> list(read_graphml(text, name="two.graphml").edges)
    [('a', 'b')]
    """
    outline = _Outline(name, direction="edgedefault", undirected_edge=("directed", "false"))
    graph = _read(nx.read_graphml, data, outline, "GraphML")
    # Which graphdiff alone says, of a picture, too.
    return told_in_part(_keyed(graph), name) if graph.graph.pop("multigraph", None) is True else graph


def _keyed(graph: nx.DiGraph | nx.MultiDiGraph) -> nx.MultiDiGraph:
    """Return a graph that `graphdiff.write` has written as the multigraph that it was: its keys are attributes."""
    multi = nx.MultiDiGraph(**graph.graph)
    multi.add_nodes_from(graph.nodes(data=True))
    for tail, head, data in graph.edges(data=True):
        if not graph.is_multigraph():
            data.pop("id", None)
        key = multi.add_edge(tail, head, data.pop("key", None))
        multi.edges[tail, head, key].update(data)
    return multi


def read_gexf(data: bytes, *, name: str) -> nx.DiGraph | nx.MultiDiGraph:
    """Read GEXF: an edge leads from its source to its target, a mutual one both ways.

    Declared defaults are filled in. Parallel edges are kept. The weight is the edge's ``weight``.

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph
        Nodes are the ids of the file, as text, with attribute ``label``; a multigraph where there are parallel
        edges.

    Raises
    ------
    FormatError
        Broken XML, a document type declaration, or what is no GEXF graph; the line is named where it can be.
    GraphTypeError
        The graph, or an edge of it, is undirected.

    Examples
    --------
    >>> text = b'''<gexf xmlns="http://gexf.net/1.3" version="1.3"><graph defaultedgetype="directed">
    ... <nodes><node id="a"/><node id="b"/></nodes>
    ... <edges><edge source="a" target="b" weight="2"/></edges></graph></gexf>'''
    >>> list(read_gexf(text, name="two.gexf").edges(data="weight"))
    [('a', 'b', 2.0)]
    """
    outline = _Outline(name, direction="defaultedgetype", undirected_edge=("type", "undirected"))
    return _read(nx.read_gexf, _GEXF_1_3.sub(rb"\1http://www.gexf.net/1.2draft", data, count=1), outline, "GEXF")


class _Outline:
    """What one pass over the elements tells: whether they are sound, and how many nodes and edges there are."""

    def __init__(self, name: str, *, direction: str, undirected_edge: tuple[str, str]) -> None:
        self.name = name
        self.direction = direction
        self.undirected_edge = undirected_edge
        self.counts: Counter[str] = Counter()
        self._depth = 0
        self._parser = expat.ParserCreate(namespace_separator="}")
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def scan(self, data: bytes) -> None:
        try:
            self._parser.Parse(data, True)
        except FormatError:
            raise
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise FormatError(f"{self.name}: broken XML: {error}") from error

    def _here(self) -> str:
        return f"{self.name}, line {self._parser.CurrentLineNumber}"

    def _refuse_doctype(self, *_: object) -> None:
        raise FormatError(f"{self._here()}: a document type declaration, which is not read; remove it")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise FormatError(f"{self._here()}: elements nested more than {DEEPEST} deep")
        element = tag.rpartition("}")[2]
        self.counts[element] += 1
        for needed in NEEDED_ATTRIBUTES.get(element, ()):
            if needed not in attributes:
                raise FormatError(f"{self._here()}: the {element} has no {needed}")
        if element == "graph" and attributes.get(self.direction) != "directed":
            raise GraphTypeError(
                f'{self._here()}: the graph is undirected; write {self.direction}="directed" if it is not'
            )
        if element == "edge":
            self._check_edge(attributes)

    def _check_edge(self, attributes: dict[str, str]) -> None:
        key, undirected = self.undirected_edge
        if attributes.get(key) == undirected:
            raise GraphTypeError(
                f'{self._here()}: the edge is undirected; without {key}="{undirected}" it has a direction'
            )
        # GEXF's word for an edge both ways, which networkx makes two of.
        self.counts["edge"] += attributes.get("type") == "mutual"

    def _end(self, _: str) -> None:
        self._depth -= 1


def _read(
    reader: Callable[[Any], nx.DiGraph | nx.MultiDiGraph], data: bytes, outline: _Outline, title: str
) -> nx.DiGraph | nx.MultiDiGraph:
    outline.scan(data)
    try:
        with collector_at_rest(), warnings.catch_warnings():
            # Of ports and undeclared types, which change no edge.
            warnings.simplefilter("ignore")
            graph = reader(io.BytesIO(data))
    except MISFITS as error:
        raise FormatError(f"{outline.name}: no {title} graph: {in_our_words(error)}") from error
    expected, read = (outline.counts["node"], outline.counts["edge"]), (len(graph), graph.number_of_edges())
    if expected != read:
        raise FormatError(
            f"{outline.name}: {expected[0]} nodes and {expected[1]} edges in the file make {read[0]} and {read[1]}: "
            "ids repeat, edges lead to nodes that are not there, or there are several graphs"
        )
    _fill_in_defaults(graph)
    return described(graph, format=title)


def _fill_in_defaults(graph: nx.DiGraph | nx.MultiDiGraph) -> None:
    """Give nodes and edges the defaults that networkx leaves in graph attributes."""
    node_default = graph.graph.pop("node_default", {})
    edge_default = graph.graph.pop("edge_default", {})
    for _, attributes in graph.nodes(data=True):
        attributes.update(node_default | attributes)
    for _, _, attributes in graph.edges(data=True):
        attributes.update(edge_default | attributes)
