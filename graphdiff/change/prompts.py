"""Two attribution graphs on one set of nodes: which token, feature, error and logit of one is which of the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import networkx as nx

from graphdiff.graph.measured import is_attribution

__all__ = ["identified", "kinds_in", "of_one_dictionary"]

#: By what a node of each kind is known in another graph: attributes, and what is left over by fewer of them, where one
#: node on either side has these. A feature is one of its dictionary, and no other's.
KNOWN_BY: dict[Any, list[tuple[str, ...]]] = {
    "token": [("position", "token")],
    "logit": [("token", "vocabulary"), ("token",)],
    "feature": [("feature_type", "layer", "feature", "position"), ("feature_type", "layer", "feature")],
    "error": [("feature_type", "layer", "position")],
}

#: Any other kind, as biases, is known by its place.
BY_PLACE: list[tuple[str, ...]] = [("feature_type", "layer", "position")]


def kinds_in(*graphs: Any) -> dict[Any, str] | None:
    """Return the kind of each node of attribution graphs, by kind; None unless all are such.

    Examples
    --------
    >>> graph = nx.DiGraph(edge_meaning="drives")
    >>> graph.add_nodes_from([("27_9_1", {"kind": "logit"}), ("E_2_0", {"kind": "token"})])
    >>> kinds_in(graph), kinds_in(nx.DiGraph())
    ({'E_2_0': 'token', '27_9_1': 'logit'}, None)
    """
    if not all(isinstance(graph, nx.Graph) and is_attribution(graph) for graph in graphs):
        return None
    kinds = {node: str(kind) for graph in graphs for node, kind in graph.nodes(data="kind") if kind}
    order = {kind: place for place, kind in enumerate([*KNOWN_BY, *kinds.values()][::-1])}
    return dict(sorted(kinds.items(), key=lambda item: -order[item[1]]))


def of_one_dictionary(before: nx.DiGraph, after: nx.DiGraph) -> bool:
    """Return whether two attribution graphs are of one model, and their features of one dictionary.

    Examples
    --------
    >>> of_one_dictionary(nx.DiGraph(model="gemma-2-2b"), nx.DiGraph(model="qwen3-4b"))
    False
    """
    if before.graph.get("model") != after.graph.get("model"):
        return False
    named = {graph.graph.get("dictionary") for graph in (before, after)} - {None}
    return len(named) < 2


def identified(
    before: nx.DiGraph, after: nx.DiGraph, match: Mapping[Any, Any] | None = None
) -> tuple[nx.DiGraph, dict[Any, Any]]:
    """Return the graph before and which of its nodes are which after, where they are called otherwise there.

    Parameters
    ----------
    before, after : networkx.DiGraph
        Attribution graphs.
    match : mapping of label before to label after, optional
        Nodes that are the same whatever is known of them.

    Returns
    -------
    before : networkx.DiGraph
        A node that goes by the id of another one after is called ``ID (before)``.
    pairs : mapping of label before to label after

    Examples
    --------
    >>> old, new = nx.DiGraph(), nx.DiGraph()
    >>> for graph, position in ((old, 4), (new, 6)):
    ...     graph.add_node(f"3_7_{position}", kind="feature", layer=3, feature=7, position=position)
    ...     graph.add_node("0_2_1", kind="error" if graph is old else "feature", layer=0, feature=2, position=1)
    >>> before, pairs = identified(old, new)
    >>> list(before), pairs
    (['3_7_4', '0_2_1 (before)'], {'3_7_4': '3_7_6'})
    """
    pairs = dict(match or {})
    taken = {*pairs.values()}
    left = [[node for node in before if node not in pairs], [node for node in after if node not in taken]]
    for kind in {data.get("kind"): None for _, data in (*before.nodes(data=True), *after.nodes(data=True))}:
        if kind != "feature" or of_one_dictionary(before, after):
            pairs |= _of_kind(
                kind, *(_those(graph, nodes, kind) for graph, nodes in zip((before, after), left, strict=True))
            )
    names = {node: _free(node, before, after) for node in before if node in after and pairs.get(node) != node}
    renamed = {names.get(old, old): new for old, new in pairs.items()}
    return _relabelled(before, names, pairs), {old: new for old, new in renamed.items() if old != new}


def _relabelled(before: nx.DiGraph, names: Mapping[Any, str], pairs: Mapping[Any, Any]) -> nx.DiGraph:
    """Return a graph with other names for some nodes, in titles too where they are not those of a node after."""
    if not names:
        return before
    graph, attribute = nx.relabel_nodes(before, names), before.graph.get("node_title")
    for old, new in names.items():
        if old not in pairs and isinstance(title := graph.nodes[new].get(attribute), str):
            graph.nodes[new][attribute] = f"{title} (before)"
    return graph


def _those(graph: nx.DiGraph, nodes: Iterable[Any], kind: Any) -> dict[Any, Mapping[str, Any]]:
    """Return the attributes of the nodes of a kind."""
    return {node: data for node in nodes if (data := graph.nodes[node]).get("kind") == kind}


def _of_kind(kind: Any, old: dict[Any, Mapping[str, Any]], new: dict[Any, Mapping[str, Any]]) -> dict[Any, Any]:
    """Return the pairs among the nodes of one kind."""
    pairs: dict[Any, Any] = {}
    for names in KNOWN_BY.get(kind, BY_PLACE):
        before, after = _by_key(old, pairs, names), _by_key(new, {*pairs.values()}, names)
        both = [key for key in before if key in after and len(before[key]) == 1 == len(after[key])]
        pairs |= {before[key][0]: after[key][0] for key in both}
    return pairs


def _by_key(
    nodes: Mapping[Any, Mapping[str, Any]], taken: Iterable[Any], names: tuple[str, ...]
) -> dict[Any, list[Any]]:
    """Return the nodes that are not taken by what they are known by; one of which that is not known by its id."""
    keys: dict[Any, list[Any]] = defaultdict(list)
    for node, data in nodes.items():
        if node not in taken:
            key = tuple([data.get(name) for name in names])
            is_known = None not in key[names[0] == "feature_type" :]
            keys[key if is_known else (node,)].append(node)
    return keys


def _free(node: Any, *graphs: nx.DiGraph) -> str:
    """Return a name for a node that no graph has."""
    name = f"{node} (before)"
    while any(name in graph for graph in graphs):
        name += " (before)"
    return name
