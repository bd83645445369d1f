"""GML: keys with values, in square brackets, as networkx, igraph, Gephi and yEd write them."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import networkx as nx

from graphdiff.errors import FormatError, GraphTypeError, LimitError
from graphdiff.io.building import described
from graphdiff.io.source import line_at, text_of
from graphdiff.kernels.collecting import collector_at_rest

__all__ = ["read_gml"]

TOKEN = re.compile(
    r'(?P<blank>\s+|#[^\n]*)|"(?P<text>[^"]*)"|(?P<open>\[)|(?P<close>\])'
    r"|(?P<real>[+-]?(?:\d+\.\d*|\.\d+|\d+(?=[Ee]))(?:[Ee][+-]?\d+)?(?![\w.])|[+-]INF\b)"
    r"|(?P<whole>[+-]?\d+(?![\w.]))|(?P<word>[A-Za-z_][\w.-]*)"
)
#: How deep lists may nest.
MAX_DEPTH = 100
#: What networkx puts in front of a list of one value, so that it is known as a list.
LIST_START = "_networkx_list_start"
#: Keys of edges that are no attributes.
END_KEYS = ("source", "target")

Pairs = list[tuple[str, Any]]


class Token(NamedTuple):
    """A piece of the file, of which kind it is, and where it stands."""

    kind: str
    text: str
    start: int


def read_gml(data: bytes, *, name: str) -> nx.DiGraph | nx.MultiDiGraph:
    """Read a directed graph in GML; an edge leads from its source to its target.

    A node is its label where all nodes have one and no two the same, as networkx writes and reads them, else its
    ``name`` (igraph) by the same rule, else its id. Repeated keys are lists, keys in brackets dicts. Repeated edges are
    kept as parallel ones.

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph
        A multigraph where the file says so, or where edges repeat.

    Raises
    ------
    FormatError
        Broken GML, no graph or several, nodes without an id or with one twice, an edge without an end that is there.
    GraphTypeError
        The graph is undirected: it does not say ``directed 1``.
    LimitError
        Lists nest over 100 deep.

    Examples
    --------
    >>> text = 'graph [directed 1 node [id 0 label "a"] node [id 1 label "b"] edge [source 0 target 1 weight 2]]'
    >>> list(read_gml(text.encode(), name="g.gml").edges(data="weight"))
    [('a', 'b', 2)]
    """
    with collector_at_rest():
        graphs = [value for key, value in _parsed(text_of(data), name) if key == "graph" and isinstance(value, list)]
        if len(graphs) != 1:
            raise FormatError(f"{name}: {len(graphs) or 'no'} graph{'s' * (len(graphs) > 1)} in it")
        graph = _graph(graphs[0], name)
    return described(graph, format="GML")


# -- from text to nested pairs


def _parsed(text: str, name: str) -> Pairs:
    """Return the keys and values of the file; a list in brackets is a list of pairs itself."""
    open_lists: list[Pairs] = [[]]
    tokens = _tokens(text, name)
    for token in tokens:
        if token.kind == "close" and len(open_lists) > 1:
            open_lists.pop()
        elif token.kind == "word":
            value = next(tokens, Token("close", "the end", len(text)))
            if value.kind == "open":
                open_lists[-1].append((token.text, []))
                open_lists.append(open_lists[-1][-1][1])
                if len(open_lists) > MAX_DEPTH:
                    raise LimitError(f"{line_at(text, value.start, name)}: lists nested over {MAX_DEPTH} deep")
            else:
                open_lists[-1].append((token.text, _value(value, text, name)))
        else:
            raise FormatError(f"{line_at(text, token.start, name)}: a key is expected, found {token.text[:40]!r}")
    if len(open_lists) > 1:
        raise FormatError(f"{name}: broken GML: {len(open_lists) - 1} brackets are not closed")
    return open_lists[0]


def _tokens(text: str, name: str) -> Iterator[Token]:
    start = 0
    while start < len(text):
        token = TOKEN.match(text, start)
        if token is None:
            raise FormatError(f"{line_at(text, start, name)}: broken GML: {text[start : start + 40].strip()!r}")
        kind = str(token.lastgroup)
        if kind != "blank":
            yield Token(kind, token[kind], start)
        start = token.end()


def _value(token: Token, text: str, name: str) -> Any:
    if token.kind == "text":
        return html.unescape(token.text)
    if token.kind == "close":
        raise FormatError(f"{line_at(text, token.start, name)}: a value is expected, found {token.text[:40]!r}")
    if token.kind == "word":  # networkx takes bare words for ids and labels, and these for numbers
        return {"NAN": math.nan, "INF": math.inf}.get(token.text, token.text)
    try:
        return int(token.text) if token.kind == "whole" else float(token.text)
    except ValueError:
        raise FormatError(f"{line_at(text, token.start, name)}: a number of {len(token.text):,} digits") from None


# -- from pairs to the graph


def _graph(pairs: Pairs, name: str) -> nx.DiGraph | nx.MultiDiGraph:
    attributes = _attributes([pair for pair in pairs if pair[0] not in ("node", "edge")])
    if attributes.pop("directed", 0) != 1:
        raise GraphTypeError(
            f'{name}: the graph is undirected; write "directed 1" if its edges lead from source to target'
        )
    nodes = _nodes([value for key, value in pairs if key == "node"], name)
    names = _names(nodes)
    edges = [_edge(value, names, name) for key, value in pairs if key == "edge"]
    return _filled(attributes, {names[id_]: data for id_, data in nodes.items()}, edges, name)


def _filled(
    about: dict[str, Any],
    nodes: dict[Any, dict[str, Any]],
    edges: list[tuple[Any, Any, dict[str, Any]]],
    name: str,
) -> nx.DiGraph | nx.MultiDiGraph:
    is_multigraph = about.pop("multigraph", 0) == 1
    repeats = len({edge[:2] for edge in edges}) < len(edges)
    graph = nx.MultiDiGraph() if is_multigraph or repeats else nx.DiGraph()
    graph.graph.update(about)
    graph.add_nodes_from(nodes.items())
    if is_multigraph:
        keyed = [(tail, head, _key(data.pop("key", None)), data) for tail, head, data in edges]
        graph.add_edges_from(keyed)
    else:
        graph.add_edges_from(edges)
    if graph.number_of_edges() < len(edges):
        raise FormatError(f"{name}: two parallel edges have the same key")
    return graph


def _key(key: Any) -> Any:
    return str(key) if isinstance(key, (dict, list)) else key


def _nodes(listed: list[Any], name: str) -> dict[Any, dict[str, Any]]:
    nodes: dict[Any, dict[str, Any]] = {}
    for number, pairs in enumerate(listed):
        data = _attributes(pairs) if isinstance(pairs, list) else {}
        id_ = data.pop("id", None)
        if not isinstance(id_, (int, float, str)):
            raise FormatError(f"{name}: node[{number}] has no id")
        if id_ in nodes:
            raise FormatError(f"{name}: node[{number}] has the id {id_!r} of a node before it")
        nodes[id_] = data
    return nodes


def _names(nodes: dict[Any, dict[str, Any]]) -> dict[Any, Any]:
    """Return what each node is called, by its id."""
    for key in ("label", "name"):
        labels = [data.get(key) for data in nodes.values()]
        if all(isinstance(label, (int, float, str)) and label != "" for label in labels) and len(set(labels)) == len(
            labels
        ):
            for data in nodes.values():
                del data[key]
            return dict(zip(nodes, labels, strict=True))
    return {id_: id_ for id_ in nodes}


def _edge(pairs: Any, names: dict[Any, Any], name: str) -> tuple[Any, Any, dict[str, Any]]:
    data = _attributes(pairs) if isinstance(pairs, list) else {}
    ends = [data.pop(end, None) for end in END_KEYS]
    for end, id_ in zip(END_KEYS, ends, strict=True):
        if not isinstance(id_, (int, float, str)) or id_ not in names:
            raise FormatError(f"{name}: an edge has the {end} {id_!r}, which is not among the nodes")
    return names[ends[0]], names[ends[1]], data


def _attributes(pairs: Pairs) -> dict[str, Any]:
    """Return pairs as a dict: of a key that repeats a list, of what is in brackets a dict."""
    gathered: dict[str, list[Any]] = {}
    for key, value in pairs:
        gathered.setdefault(key, []).append(_plain(value))
    attributes: dict[str, Any] = {}
    for key, values in gathered.items():
        is_list = len(values) > 1 or values == [LIST_START]
        attributes[key] = [value for value in values if value != LIST_START] if is_list else values[0]
    return attributes


def _plain(value: Any) -> Any:
    # As deep as lists may nest, and no deeper.
    return _attributes(value) if isinstance(value, list) else value
