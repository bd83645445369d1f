"""Call graphs that ``gcc -fcallgraph-info`` writes, in the text form of the VCG tool."""

from __future__ import annotations

import re
from collections.abc import Iterator

import networkx as nx

from graphdiff.errors import FormatError
from graphdiff.io.building import described
from graphdiff.io.dot_text import QUOTED
from graphdiff.io.drawings import renamed
from graphdiff.io.source import line_at, text_of
from graphdiff.kernels.collecting import collector_at_rest

__all__ = ["read_vcg"]

# A graph holds its nodes and edges: its beginning and its end are pieces of their own.
PIECE = re.compile(
    rf"\s*+(?:graph:\s*+\{{(?:\s*+title:\s*+{QUOTED})?+"
    rf"|(?P<kind>node|edge):\s*+\{{(?P<fields>(?:[^{{}}\"]++|{QUOTED})*+)\}}|\}})\s*+",
    re.DOTALL,
)
FIELD = re.compile(rf"(\w+)\s*+:\s*+({QUOTED}|[\w.-]++)", re.DOTALL)
NEEDED = {"node": ("title",), "edge": ("sourcename", "targetname")}
STACK = re.compile(r"([0-9]{1,18}) bytes \((\w+)")


def read_vcg(data: bytes, *, name: str) -> nx.MultiDiGraph:
    r"""Read the ``.ci`` files of ``gcc -fcallgraph-info=su,da``: the tail of an edge calls its head.

    Ids are the functions' names, in C++ their signatures, save where two functions have the same one: these go by
    gcc's title, which has the file before what only it can see (``cyc.c:expr``). Each call is an edge.

    Files of several units one after another are one graph.

    Returns
    -------
    networkx.MultiDiGraph
        Nodes have ``title``, ``file``, and where gcc says it ``stack`` (bytes); edges have ``site``.

    Raises
    ------
    FormatError
        A record that does not end, or a node or edge without its names.

    References
    ----------
    .. [1] https://gcc.gnu.org/onlinedocs/gcc/Developer-Options.html, ``-fcallgraph-info``.

    Examples
    --------
    >>> text = b'''graph: { title: "x.c"
    ... node: { title: "main" label: "main\\nx.c:1:5\\n48 bytes (static)" }
    ... edge: { sourcename: "main" targetname: "puts" label: "x.c:2:3" }
    ... }'''
    >>> G = read_vcg(text, name="x.ci")
    >>> list(G.edges(data=True)), G.nodes["main"]
    ([('main', 'puts', {'site': 'x.c:2:3'})], {'title': 'main', 'file': 'x.c:1:5', 'stack': 48})
    """
    graph = nx.MultiDiGraph()
    names: dict[str, str] = {}
    with collector_at_rest():
        for kind, fields in _records(text_of(data), name):
            if kind == "node":
                names[fields["title"]], attributes = _function(fields.get("label", ""))
                graph.add_node(fields["title"], title=fields["title"], **attributes)
            else:
                site = fields.get("label", "")
                graph.add_edge(fields["sourcename"], fields["targetname"], **({"site": site} if site else {}))
    if not graph:
        raise FormatError(f"{name}: a call graph without functions")
    graph = renamed(graph, lambda node, _: names.get(node, ""))
    return described(graph, format="gcc call graph (VCG)", edge_meaning="calls", weight_meaning="none")


def _records(text: str, name: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the nodes and edges in turn, each with its fields."""
    place = 0
    while place < len(text):
        match = PIECE.match(text, place)
        if match is None:
            shown = text[place : place + 40]
            raise FormatError(f"{line_at(text, place, name)}: neither node nor edge, or one without end: {shown!r}")
        if kind := match["kind"]:
            fields = {key: value.strip('"') for key, value in FIELD.findall(match["fields"])}
            if not all(fields.get(needed) for needed in NEEDED[kind]):
                raise FormatError(f"{line_at(text, place, name)}: {kind} without {' and '.join(NEEDED[kind])}")
            yield kind, fields
        place = match.end()


def _function(label: str) -> tuple[str, dict[str, str | int]]:
    """Return the name of a function, and its attributes."""
    function, *lines = label.split(r"\n")
    attributes: dict[str, str | int] = {"file": lines[0]} if lines else {}
    for line in lines[1:]:
        if match := STACK.match(line):
            attributes["stack"] = int(match[1])
    return function, attributes
