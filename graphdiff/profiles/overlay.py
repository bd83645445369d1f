"""Two profiles as one graph, as their picture is drawn: what each function and each call cost before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import networkx as nx
import numpy as np

from graphdiff.arithmetic import Number
from graphdiff.errors import UsageError
from graphdiff.graph.measured import STACKS
from graphdiff.profiles.noise import QUANTUM, quantum
from graphdiff.profiles.pairing import paired
from graphdiff.profiles.stacks import Stacks, stacks_in
from graphdiff.text.numbers import plain

__all__ = ["SIDES", "below", "overlaid", "side_of"]

SIDES = ("before", "after")
#: What happened to what one profile has, or both.
STATUS = {(True, True): "kept", (False, True): "added", (True, False): "removed"}
#: What is known of a node, and of an edge, on either side.
OF_NODES, OF_EDGES = ("self", "inclusive", "calls"), ("cost", "calls")
#: What is known of either profile.
OF_PROFILES = ("total", "samples", QUANTUM)
#: What counts how often something happened, and is no cost.
COUNTS = ("calls", "samples")


def overlaid(
    before: nx.DiGraph, after: nx.DiGraph, *, scale: Number = 1, changes: Mapping[Any, Number] | None = None
) -> nx.DiGraph:
    """Return two profiles, whose functions are called alike, as one graph that is drawn as the change.

    Parameters
    ----------
    before, after : networkx.DiGraph
        Profiles in one unit.
    scale : number
        Times which what was measured after counts: of a run that was longer or shorter.
    changes : mapping of function, or (caller, callee), to number, optional
        What each of them did to a cost that is compared.

    Returns
    -------
    networkx.DiGraph, or with changes MultiDiGraph
        Nodes have a ``status`` (kept, added, removed), ``self_before`` and ``self_after``, ``inclusive_…``,
        ``calls_…``, edges ``cost_…`` and ``calls_…``, the graph ``total_…``, ``samples_…`` and ``quantum_…`` (times
        which a cost is its variance), where the profile on that side has them. With changes these are there as
        ``change``, and on edges their ``status`` (kept, changed, added, removed) with ``weight_before`` and
        ``weight_after``.

    Raises
    ------
    UsageError
        If the units differ.

    Examples
    --------
    >>> old, new = nx.DiGraph(unit="s", total=3), nx.DiGraph(unit="s", total=1)
    >>> old.add_nodes_from([("f", {"self": 3})])
    >>> new.add_nodes_from([("g", {"self": 1})])
    >>> overlaid(old, new).nodes(data=True)
    NodeDataView({'f': {'self_before': 3, 'status': 'removed'}, 'g': {'self_after': 1, 'status': 'added'}})
    """
    units = [str(graph.graph["unit"]) for graph in (before, after)]
    if units[0] != units[1]:
        raise UsageError(f"the two profiles differ in unit, {units[0]} before and {units[1]} after")
    names = ("format", "unit", "kind", "edge_meaning", "node_meaning")
    both = nx.DiGraph() if changes is None else _changed(before, after, scale, changes)
    both.graph.update({name: after.graph[name] for name in names if name in after.graph}, annotation="profiles")
    for side, graph, factor in zip(SIDES, (before, after), (1, scale), strict=True):
        for node, data in graph.nodes(data=True):
            both.add_node(node, **_sided(data, OF_NODES, side, factor))
        for tail, head, data in graph.edges(data=True):
            key = ("",) if both.is_multigraph() else ()
            both.add_edge(tail, head, *key, **_sided(data, OF_EDGES, side, factor))
        both.graph |= _sided({**graph.graph, QUANTUM: quantum(graph)}, OF_PROFILES, side, factor)
    for node, data in both.nodes(data=True):
        data["status"] = STATUS[node in before, node in after]
    stacks = [_stacks(graph, [*both], factor) for graph, factor in ((before, 1), (after, scale))]
    if None not in stacks:
        both.graph[STACKS] = tuple(stacks)
    return both


def _stacks(graph: nx.DiGraph, nodes: list[Any], factor: Number) -> Stacks | None:
    """Return the stacks of a profile whose frames are the places of its functions among nodes."""
    stacks = stacks_in(graph)
    if stacks is None:
        return None
    place = {node: number for number, node in enumerate(nodes)}
    frames = np.array([place[node] for node in graph], dtype=np.int64)[stacks.frames]
    return replace(stacks, frames=frames, own=stacks.own if factor == 1 else stacks.own * float(factor))


def below(graph: nx.DiGraph, main: Any) -> nx.DiGraph:
    """Return what a function and all that it calls are in a profile; all of it where that is None.

    On stacks costs are those below the function, on edges those of the whole file.

    Examples
    --------
    >>> G = nx.DiGraph([("start", "main"), ("main", "work"), ("start", "stop")], unit="s", total=3)
    >>> list(below(G, "main")), list(below(G, "gone"))
    (['main', 'work'], [])
    """
    if main is None:
        return graph
    if main in graph and STACKS in graph.graph:
        return _below_on_stacks(graph, main)
    kept = {main, *nx.descendants(graph, main)} if main in graph else set()
    whole = nx.DiGraph(graph.subgraph(kept))
    whole.graph["total"] = graph.nodes[main].get("inclusive", graph.graph.get("total")) if kept else 0
    whole.graph |= _error(graph)
    return whole


def _error(graph: nx.DiGraph) -> dict[str, float]:
    """Return what a part of a profile says of its samples."""
    each = quantum(graph)
    return {} if each is None else {QUANTUM: each}


def _below_on_stacks(graph: nx.DiGraph, main: Any) -> nx.DiGraph:
    every: Stacks = graph.graph[STACKS]
    labels = list(graph)
    inside = every.holding([labels.index(main)])
    places = np.cumsum(inside) - 1
    callers = every.parents[inside]
    parents = np.where((callers >= 0) & inside[callers], places[callers], -1)
    present, frames = np.unique(every.frames[inside], return_inverse=True)
    samples = None if every.samples is None else every.samples[inside]
    stacks = Stacks.of_tree(parents, frames, every.own[inside], samples)
    facts = {"total": stacks.total, "samples": stacks.n_samples, STACKS: stacks}
    known = {name: value for name, value in facts.items() if value is not None}
    part = nx.DiGraph(**graph.graph | known | ({} if stacks.n_samples else _error(graph)))
    kept = [labels[place] for place in present.tolist()]
    for label, own, inclusive in zip(kept, *(each.tolist() for each in stacks.functions(len(kept))), strict=True):
        part.add_nodes_from([(label, graph.nodes[label] | {"self": own, "inclusive": inclusive})])
    for tail, head, cost in zip(*(each.tolist() for each in stacks.calls(len(kept))), strict=True):
        part.add_edge(kept[tail], kept[head], cost=cost)
    return part


def _sided(data: Mapping[str, Any], names: tuple[str, ...], side: str, factor: Number) -> dict[str, Any]:
    """Return what is known of one side; how often something happened is not told of a run that counts otherwise."""
    told = [name for name in names if data.get(name) is not None and (factor == 1 or name not in COUNTS)]
    return {f"{name}_{side}": data[name] if factor == 1 else data[name] * factor for name in told}


def _changed(before: nx.DiGraph, after: nx.DiGraph, factor: Number, changes: Mapping[Any, Any]) -> nx.MultiDiGraph:
    """Return what functions cost by themselves and what calls cost, before and after, and what each of them did."""
    graph = nx.MultiDiGraph(node_meaning="functions")
    pair = paired(before, after).scaled(1, Fraction(factor))
    for label, old, new in zip(pair.labels, *(own.tolist() for own in pair.own), strict=True):
        graph.add_node(label, **_shown(changes.get(label), self_before=old, self_after=new))
    columns = (each.tolist() for each in (pair.tails, pair.heads, *pair.costs))
    for tail, head, old, new in zip(*columns, strict=True):
        if (old or new) and tail != head:
            ends = pair.labels[tail], pair.labels[head]
            status = "added" if not old else "removed" if not new else "kept" if old == new else "changed"
            weights = {name: n for name, n in (("weight_before", old), ("weight_after", new)) if n}
            graph.add_edge(*ends, key="", status=status, **_shown(changes.get(ends), **weights))
    return graph


def _shown(change: Any, **numbers: Any) -> dict[str, Any]:
    """Return numbers as attributes, whole ones as ints."""
    given = {**numbers, **({} if change is None else {"change": change})}
    return {name: int(n) if isinstance(n, float) and n.is_integer() else plain(n) for name, n in given.items()}


def side_of(both: nx.DiGraph, side: str) -> nx.DiGraph:
    """Return one of two profiles on the functions and calls of both; what it does not have costs 0.

    Examples
    --------
    >>> old, new = nx.DiGraph(unit="s", total=3), nx.DiGraph(unit="s", total=1)
    >>> old.add_nodes_from([("f", {"self": 3})])
    >>> new.add_nodes_from([("g", {"self": 1})])
    >>> side_of(overlaid(old, new), "after").nodes(data="self")
    NodeDataView({'f': 0, 'g': 1}, data='self')
    """
    graph = nx.DiGraph(unit=both.graph["unit"], total=both.graph[f"total_{side}"], edge_meaning="calls")
    for node, data in both.nodes(data=True):
        known = {name: data[f"{name}_{side}"] for name in OF_NODES if f"{name}_{side}" in data}
        graph.add_nodes_from([(node, {"self": 0, **known} if known else {"self": 0, "inclusive": 0})])
    for tail, head, data in both.edges(data=True):
        calls = data.get(f"calls_{side}", None if f"cost_{side}" in data else 0)
        known = {} if calls is None else {"calls": calls}
        graph.add_edge(tail, head, cost=data.get(f"cost_{side}", 0), **known)
    stacks = both.graph.get(STACKS)
    if stacks is not None:
        graph.graph[STACKS] = stacks[SIDES.index(side)]
    return graph
