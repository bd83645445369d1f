"""Cleaning the drawings of tools into the graphs that they are of: names for ids, decoration out, kinds on edges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from typing import Any, TypeVar

import networkx as nx

from graphdiff.readers.building import leave_out
from graphdiff.readers.kinds import chosen_kinds

__all__ = ["of_kinds", "renamed", "told", "without_attributes"]

GraphT = TypeVar("GraphT", nx.DiGraph, nx.MultiDiGraph)


def renamed(graph: GraphT, name_of: Callable[[str, dict[str, Any]], str]) -> GraphT:
    """Return the graph with names for ids; nodes whose name is empty, or not theirs alone, keep their id.

    Examples
    --------
    >>> G = nx.DiGraph([("n0", "n1"), ("n1", "n2")])
    >>> names = {"n0": "app", "n1": "log", "n2": "log"}
    >>> list(renamed(G, lambda node, attributes: names[node]).edges)
    [('app', 'n1'), ('n1', 'n2')]
    """
    names = {node: name_of(node, attributes) for node, attributes in graph.nodes(data=True)}
    times = Counter(names.values())
    chosen = {node: name for node, name in names.items() if name and times[name] == 1}
    kept = names.keys() - chosen.keys()
    chosen = {node: name for node, name in chosen.items() if name not in kept}
    return nx.relabel_nodes(graph, chosen, copy=True)


def told(graph: GraphT, *, format: str, edge_meaning: str) -> GraphT:
    """Return the graph, saying which tool's drawing it was and what its edges mean, save where the file says it.

    Examples
    --------
    >>> told(nx.DiGraph(edge_meaning="unknown"), format="CMake", edge_meaning="depends on").graph
    {'edge_meaning': 'depends on', 'format': 'CMake', 'weight_meaning': 'none'}
    """
    graph.graph["format"] = format
    for key, meaning in (("edge_meaning", edge_meaning), ("weight_meaning", "none")):
        if graph.graph.get(key, "unknown") == "unknown":
            graph.graph[key] = meaning
    return graph


def without_attributes(graph: GraphT, *, nodes: Iterable[str] = (), edges: Iterable[str] = ()) -> GraphT:
    """Return the graph without what says only how its drawing looks; the graph given is changed.

    Examples
    --------
    >>> G = nx.DiGraph()
    >>> G.add_node("a", shape="box", label="a")
    >>> without_attributes(G, nodes=["shape"]).nodes["a"]
    {'label': 'a'}
    """
    for key in nodes:
        for _, attributes in graph.nodes(data=True):
            attributes.pop(key, None)
    for key in edges:
        for _, _, attributes in graph.edges(data=True):
            attributes.pop(key, None)
    return graph


def of_kinds(graph: GraphT, kinds: str | Collection[str] | None) -> GraphT:
    """Return the graph with only the edges whose ``kind`` an option names, and the nodes that these join.

    None leaves it as it is.

    Raises
    ------
    UsageError
        A kind that no edge has.

    Examples
    --------
    >>> G = nx.DiGraph()
    >>> G.add_edge("a", "b", kind="Requires")
    >>> G.add_edge("a", "c", kind="After")
    >>> list(of_kinds(G, "requires").edges)
    [('a', 'b')]
    """
    if kinds is None:
        return graph
    there = dict.fromkeys(kind for _, _, kind in graph.edges(data="kind") if kind)
    wanted = chosen_kinds(kinds, there, default=())
    keyed = {"keys": True} if graph.is_multigraph() else {}
    edges = [edge for edge in graph.edges(data="kind", **keyed) if edge[-1] in wanted]
    kept: GraphT = graph.edge_subgraph(edge[:-1] for edge in edges).copy()
    leave_out(kept, (node for node in graph if node not in kept), {"kinds": kinds})
    return kept
