"""DOT that graphdiff has written, read back: names, numbers, texts and keys as they were, without the drawing."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, TypedDict

import networkx as nx

from graphdiff.dot_facts import read_row, unescaped

__all__ = ["Columns", "Parsed", "is_own", "own_graph"]

Columns = dict[str, list[str]]


class Parsed(TypedDict):
    """One graph as `dot_child.parse` hands it back."""

    nodes: list[str]
    tails: list[int]
    heads: list[int]
    keys: list[str]
    graph_columns: Columns
    node_columns: Columns
    edge_columns: Columns


def is_own(parsed: Parsed) -> bool:
    """Tell whether graphdiff has written a graph: its attribute ``graphdiff`` says so.

    Examples
    --------
    >>> from graphdiff.readers.dot_child import parse
    >>> is_own(parse("digraph { graph [graphdiff=1] a }")), is_own(parse("digraph graphdiff { a }"))
    (True, False)
    """
    return parsed["graph_columns"].get("graphdiff") == ["1"]


def own_graph(parsed: Parsed) -> nx.DiGraph | nx.MultiDiGraph:
    r"""Return the graph that was written.

    Examples
    --------
    >>> from graphdiff.readers.dot_child import parse
    >>> text = r'digraph { graph [graphdiff=1] n0 [name="a\\\\", label="a"]; n0 -> b [weight=2, key=x, color=red] }'
    >>> G = own_graph(parse(text))
    >>> list(G.edges(keys=True, data=True))
    [('a\\\\', 'b', 'x', {'weight': 2})]
    """
    as_texts = set(unescaped(parsed["graph_columns"].get("texts", [""])[0]).split("\n"))
    ids = parsed["nodes"]
    called = parsed["node_columns"].get("name", [""] * len(ids))
    names = [unescaped(name) if name else id for id, name in zip(ids, called, strict=True)]
    node_rows = _rows("node", parsed["node_columns"], len(names), as_texts)
    edge_rows = _rows("edge", parsed["edge_columns"], len(parsed["tails"]), as_texts)
    ends = [(names[tail], names[head]) for tail, head in zip(parsed["tails"], parsed["heads"], strict=True)]
    is_multi = any(parsed["keys"]) or len(set(ends)) < len(ends)
    graph = nx.MultiDiGraph() if is_multi else nx.DiGraph()
    [whole] = _rows("graph", parsed["graph_columns"], 1, as_texts)
    graph.graph.update(whole)
    graph.add_nodes_from(zip(names, node_rows, strict=True))
    if not is_multi:
        graph.add_edges_from((*pair, row) for pair, row in zip(ends, edge_rows, strict=True))
        return graph
    for (tail, head), raw, row in zip(ends, parsed["keys"], edge_rows, strict=True):
        key = graph.add_edge(tail, head, read_row("key", [("key", raw)], as_texts).get("key"))
        graph.edges[tail, head, key].update(row)
    return graph


def _rows(kind: str, columns: Columns, size: int, as_texts: Collection[str]) -> Iterator[dict[str, Any]]:
    for row in zip(*columns.values(), strict=True) if columns else [()] * size:
        yield read_row(kind, zip(columns, row, strict=True), as_texts)
