"""Two matched graphs as one networkx graph, for pictures and other tools: what was added, removed, changed or kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.change.attribution import Attribution
from graphdiff.change.match import Matched, Side
from graphdiff.change.ways import Ways
from graphdiff.graph.attributes import records
from graphdiff.graph.particulars import PLACES
from graphdiff.profiles.overlay import STATUS

Ends = tuple[Any, Any, str]


def overlay(
    matched: Matched,
    among: NDArray[np.bool_],
    attribution: Attribution | None = None,
    scopes: Sequence[NDArray[np.bool_]] = (),
) -> nx.MultiDiGraph:
    """Return both graphs as one.

    Parameters
    ----------
    matched : Matched
    among : bool array by number
        The nodes to show.
    attribution : Attribution, optional
        What the edges did.
    scopes : pair of bool arrays by number, optional
        The nodes that count before and after; by default those that each graph has. Of others the graphs say.

    Returns
    -------
    networkx.MultiDiGraph
        A merged component is the frozenset of its members. Nodes and edges have a ``status``: kept, added, removed;
        edges also changed, and have ``weight_before``, ``weight_after`` and, where they did something, ``change``.
        Nodes that both graphs have say where they are ``on_the_way``, if in one alone: only since, or no more.
        A leaf that counts another part than before has in ``seed_change`` what that did. Nodes of attribution graphs
        have their kind, layer, position and title.
    """
    names = _names(matched, among)
    after = matched.after.graph
    graph = nx.MultiDiGraph(annotation="comparison", edge_meaning=after.edge_meaning, node_meaning=after.node_meaning)
    has = matched.before.places >= 0, matched.after.places >= 0
    for number, name in names.items():
        in_scope = [bool(mask[number]) for mask in scopes]
        is_before, is_after = in_scope if any(in_scope) else (bool(mask[number]) for mask in has)
        status = STATUS[is_before, is_after]
        if name not in graph or status == "kept":
            graph.add_node(name, status=status)
            graph.nodes[name].update(_known(matched, number))
            graph.nodes[name].pop("on_the_way", None)
            if status != "kept" and all(mask[number] for mask in has):
                graph.nodes[name]["on_the_way"] = "only since" if status == "added" else "no more"
    for side, name in zip(matched.sides, ("weight_before", "weight_after"), strict=True):
        _add_edges(graph, _edges(side, among, names), name)
    for _, _, data in graph.edges(data=True):
        old, new = data.get("weight_before"), data.get("weight_after")
        status = STATUS[old is not None, new is not None]
        data["status"] = "changed" if status == "kept" and old != new else status
    if attribution is not None:
        _add_changes(graph, attribution, names)
    if (title := after.topology.about.get("node_title")) is not None:
        graph.graph["node_title"] = title
    return graph


def _known(matched: Matched, number: int) -> dict[str, Any]:
    """Return where in a model a node of an attribution graph is, as the graph after says it, if that has the node."""
    side = next(side for side in reversed(matched.sides) if side.places[number] >= 0)
    topology = side.graph.topology
    if side.graph.edge_meaning != "drives" or "kind" not in topology.node_attributes:
        return {}
    ids = topology.ids[side.places[number : number + 1]]
    title = topology.about.get("node_title")
    known = {name: column for name, column in topology.node_attributes.items() if name in {*PLACES, title}}
    return records(known, ids)[0]


def _add_edges(graph: nx.MultiDiGraph, edges: Iterator[tuple[Ends, Any]], name: str) -> None:
    """Add the weights of one graph to the edges, those of parallel ones summed."""
    for ends, weight in edges:
        graph.add_edge(*ends)
        data = graph.edges[ends]
        data[name] = data[name] + weight if name in data else weight


def _add_changes(graph: nx.MultiDiGraph, attribution: Attribution, names: dict[int, Any]) -> None:
    """Add to the edges what they did."""
    matched = attribution.matched
    for edge in attribution.largest():
        tail, head = (names.get(int(ends[edge])) for ends in (matched.tails, matched.heads))
        if matched.is_seed[edge]:
            leaf = head if tail is None else tail
            if leaf is not None:
                graph.nodes[leaf]["seed_change"] = attribution.array.item(edge)
        elif tail is not None and head is not None:
            data = graph.edges[tail, head, "" if matched.keys is None else matched.key_names[int(matched.keys[edge])]]
            data["change"] = data.get("change", 0) + attribution.array.item(edge)


def ends_marked(graph: nx.MultiDiGraph, matched: Matched, ways: Ways) -> nx.MultiDiGraph:
    """Return an overlay that knows the ends of the question."""
    for name, end in (("source", ways.source), ("target", ways.target)):
        names = names_in(matched, end.numbers)
        graph.graph[name] = names[0] if len(end.numbers) == 1 else names
    return graph


def names_in(matched: Matched, numbers: Sequence[int]) -> list[Any]:
    """Return the nodes of the overlay that some numbers are in, each once."""
    mask = np.zeros(matched.n_numbers, dtype=bool)
    mask[list(numbers)] = True
    names = _names(matched, mask)
    return list(dict.fromkeys(names[number] for number in numbers))


def _names(matched: Matched, among: NDArray[np.bool_]) -> dict[int, Any]:
    """Return the name of each number: its label, or the members of its merged component."""
    names = {number: matched.label(number) for number in np.flatnonzero(among).tolist()}
    for side in matched.sides:
        if side.graph.cycles != "collapse":
            continue
        for start, stop in side.graph.topology.cyclic.tolist():
            members = np.flatnonzero((side.stands >= start) & (side.stands < stop))
            if len(members) > 1 and among[members].any():
                name = frozenset(matched.label(number) for number in members.tolist())
                names.update(dict.fromkeys(members[among[members]].tolist(), name))
    return names


def _edges(side: Side, among: NDArray[np.bool_], names: dict[int, Any]) -> Iterator[tuple[Ends, Any]]:
    """Yield the edges of a graph between shown nodes, with their weights; none within what counts as one node."""
    graph = side.graph
    tails, heads = side.numbers[graph.tails], side.numbers[graph.heads]
    used = np.flatnonzero(among[tails] & among[heads])
    weights = arithmetic.listed(arithmetic.taken(graph.weights, used))
    keys = graph.topology.given_keys
    for edge, tail, head, weight in zip(
        used.tolist(), tails[used].tolist(), heads[used].tolist(), weights, strict=True
    ):
        if names[tail] == names[head] and graph.cycles == "collapse":
            continue
        key = keys[edge] if keys is not None else ""
        yield (names[tail], names[head], key if isinstance(key, str) else ""), arithmetic.finished(weight)
