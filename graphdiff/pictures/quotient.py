"""Quotients: groups put together, and the cycles that only the grouping makes."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence, Set
from typing import Any

import networkx as nx

__all__ = ["SEEDS", "in_order", "made_cyclic", "merged", "put_together"]

#: What marks a group that holds an end of the question.
SEEDS = {"source_seed", "target_seed"}

#: What adds up where groups, or edges between them, become one; what one of several groups keeps does not.
SUMMED = (
    *("members", "size", "inner_edges", "total_size", "without_size", *sorted(SEEDS)),
    *("edges", "weight", "contribution", "share"),
)


def merged(graph: nx.DiGraph, max_groups: int) -> nx.DiGraph:
    """Return a quotient with so many groups at most: the smallest, those without an end first, are one.

    Examples
    --------
    >>> G = nx.DiGraph()
    >>> G.add_nodes_from([("a", {"size": 3}), ("b", {"size": 1}), ("c", {"size": 2})])
    >>> G.add_weighted_edges_from([("a", "b", 1), ("a", "c", 2), ("b", "c", 4)])
    >>> merged(G, 2).nodes(data="size"), list(merged(G, 2).edges(data="weight"))
    (NodeDataView({'a': 3, '2 other groups': 3}, data='size'), [('a', '2 other groups', 3)])
    """
    if len(graph) <= max_groups:
        return graph
    ranked = sorted(graph, key=lambda node: (not SEEDS & graph.nodes[node].keys(), -graph.nodes[node].get("size", 1)))
    rest = ranked[max(1, max_groups - 1) :]
    return put_together(graph, {f"{len(rest):,} other groups": rest})


def put_together(graph: nx.DiGraph, groups: Mapping[str, Sequence[Hashable]]) -> nx.DiGraph:
    """Return a quotient in which some groups are one, by what that is called: numbers are added up.

    Examples
    --------
    >>> G = nx.DiGraph()
    >>> G.add_nodes_from([("a", {"size": 3}), ("b", {"size": 1, "note": "b"}), ("c", {"size": 2})])
    >>> G.add_weighted_edges_from([("a", "b", 1), ("a", "c", 2), ("b", "c", 4)])
    >>> whole = put_together(G, {"others": ["b", "c"]})
    >>> whole.nodes["others"], list(whole.edges(data="weight"))
    ({'size': 3, 'inner_edges': 1}, [('a', 'others', 3)])
    """
    name_of = {node: node for node in graph} | {node: name for name, nodes in groups.items() for node in nodes}
    whole = nx.DiGraph(**graph.graph)
    real = {frozenset(map(name_of.__getitem__, nodes)) for nodes in graph.graph.get("real_cycles", ())}
    whole.graph["real_cycles"] = in_order(dict.fromkeys(name_of.values()), real)
    for node, data in graph.nodes(data=True):
        if node == (name := name_of[node]):
            whole.add_nodes_from([(node, data)])  # which may have a "self", as no keyword may be called
        else:
            whole.add_node(name)
            _add_up(whole.nodes[name], data)
    for tail, head, data in graph.edges(data=True):
        ends = name_of[tail], name_of[head]
        if ends[0] == ends[1]:
            if tail != head:
                inside = whole.nodes[ends[0]]
                inside["inner_edges"] = inside.get("inner_edges", 0) + data.get("edges", 1)
        elif whole.has_edge(*ends):
            _add_up(whole.edges[ends], data)
        else:
            whole.add_edges_from([(*ends, data)])
    return whole


def _add_up(row: dict[str, Any], more: Mapping[str, Any]) -> None:
    """Add the numbers and the members of a group, or of an edge, to those of another, and what both are."""
    for name in [name for name in SUMMED if more.get(name) is not None]:
        row[name] = row[name] + more[name] if row.get(name) is not None else more[name]
    if more.get("eliminated") is not True:
        row.pop("eliminated", None)


def in_order(names: Iterable[Hashable], sets: Iterable[Set[Hashable]], *, least: int = 2) -> list[list[Hashable]]:
    """Return sets of so many names at least as lists, each and all in the order of the names.

    Examples
    --------
    >>> in_order("abcd", [{"d", "c"}, {"b"}, {"c", "a"}])
    [['a', 'c'], ['c', 'd']]
    """
    places = {name: place for place, name in enumerate(names)}
    lists = [sorted(inside, key=places.__getitem__) for inside in sets if len(inside) >= least]
    return sorted(lists, key=lambda inside: [places[name] for name in inside])


def made_cyclic(quotient: nx.DiGraph, real: Iterable[Sequence[Hashable]]) -> list[list[list[Hashable]]]:
    """Return the groups on cycles of a quotient that cycles of the graph do not account for, in parts.

    Parameters
    ----------
    quotient : networkx.DiGraph
    real : iterable of sequences of groups
        Those that each cycle of the graph runs through.

    Returns
    -------
    list of lists of lists
        For each component that only the grouping makes one its groups: those that cycles of the graph join together.

    Examples
    --------
    >>> quotient = nx.DiGraph([("a", "b"), ("b", "a"), ("b", "c"), ("c", "a"), ("d", "e"), ("e", "d")])
    >>> made_cyclic(quotient, [["a", "b"], ["d", "e"]])
    [[['a', 'b'], ['c']]]
    """
    tied = nx.Graph()
    tied.add_nodes_from(quotient)
    for groups in real:
        nx.add_path(tied, groups)
    components = [inside for inside in nx.strongly_connected_components(quotient) if len(inside) > 1]
    made = []
    for inside in in_order(quotient, components):
        parts = list(nx.connected_components(tied.subgraph(inside)))
        if len(parts) > 1:
            made.append(in_order(inside, parts, least=1))
    return made
