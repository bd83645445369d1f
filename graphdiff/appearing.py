"""What one graph has and the other has not: nodes, with the edge that brought each in, and cycles."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff.matching import Matched, Side
from graphdiff.naming import PLAIN, Naming
from graphdiff.topology import Edge

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Entry:
    """A node that one graph has and the other has not.

    Attributes
    ----------
    node : label
    edge : (tail, head), or None
        The edge that joins it, or what leads to it, to what both graphs have; None where no edge does.
    way : tuple of labels
        From the edge to the node: its head first (asked towards a target: its tail), the node last.
    """

    node: Any
    edge: Edge | None
    way: tuple[Any, ...]

    def to_dict(self, naming: Naming = PLAIN) -> dict[str, Any]:
        """Return the entry as texts."""
        edge = None if self.edge is None else naming.parts(self.edge)
        return {"node": naming.node(self.node), "edge": edge, "way": naming.listed(self.way)}


def brought_in(found: Matched, side: Side, fresh: Mask, known: Mask, *, towards: bool = False) -> list[Entry]:
    """Return the fresh nodes of a graph, each with the edge that brought it in.

    Parameters
    ----------
    found : Matched
    side : Side
        The graph that has them.
    fresh, known : bool arrays by number
        The nodes that only this graph has, and those that both have.
    towards : bool
        Whether influence is followed back, from a target: then an edge brings in its tail.
    """
    numbers = np.flatnonzero(fresh)
    if not len(numbers):
        return []
    nears, fars, ptr = _steps(side, fresh, towards=towards)
    crossing = known[nears] & fresh[fars]
    origin: dict[int, tuple[int, int]] = {}
    for near, far in zip(nears[crossing].tolist(), fars[crossing].tolist(), strict=True):
        origin.setdefault(far, (near, -1))
    queue = deque(origin)
    while queue:
        node = queue.popleft()
        for far in fars[ptr[node] : ptr[node + 1]].tolist():
            if far not in origin and fresh[far]:
                origin[far] = (node, node)
                queue.append(far)
    return [_entry(found, number, origin, towards=towards) for number in numbers.tolist()]


def _steps(side: Side, fresh: Mask, *, towards: bool) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return the edges that lead into fresh nodes, sorted by where they come from, and where each node's start."""
    graph = side.graph
    tails, heads = side.numbers[graph.tails], side.numbers[graph.heads]
    nears, fars = (heads, tails) if towards else (tails, heads)
    leading = fresh[fars]
    nears, fars = nears[leading], fars[leading]
    order = np.argsort(nears, kind="stable")
    nears, fars = nears[order], fars[order]
    return nears, fars, np.searchsorted(nears, np.arange(len(fresh) + 1))


def _entry(found: Matched, number: int, origin: dict[int, tuple[int, int]], *, towards: bool) -> Entry:
    way, edge = [number], None
    while way[-1] in origin:
        near, parent = origin[way[-1]]
        if parent < 0:
            edge = (way[-1], near) if towards else (near, way[-1])
            break
        way.append(parent)
    labels = tuple([found.label(node) for node in reversed(way)])
    return Entry(labels[-1], None if edge is None else (found.label(edge[0]), found.label(edge[1])), labels)


def new_cycles(found: Matched, old: Side, new: Side, scope: Mask) -> list[list[Any]]:
    """Return the cycles of one graph that join nodes which no cycle of the other joins, as lists of nodes.

    Parameters
    ----------
    found : Matched
    old, new : Side
        The graph that has not these cycles, and the one that has.
    scope : bool array by number
        A cycle counts that has a node here.
    """
    component = -1 - np.arange(found.n_numbers)
    for start, stop in old.graph.topology.cyclic.tolist():
        component[old.numbers[start:stop]] = start
    cycles = []
    for start, stop in new.graph.topology.cyclic.tolist():
        members = new.numbers[start:stop]
        before = component[members]
        joined = len(members) > 1 and (before != before[0]).any()
        if scope[members].any() and (joined or before[0] < 0):
            cycles.append([found.label(number) for number in members.tolist()])
    return cycles
