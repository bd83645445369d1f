"""What keeps a node: the edges without those that take it only where another edge brings it, as optional peers do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from graphdiff.graph.topology import Rows, Topology
from graphdiff.kernels.reach import dominator_tree, flooded
from graphdiff.kernels.rows import counted, pointers

__all__ = ["keeping", "taking_along"]


def keeping(topology: Topology, rows: Rows, starts: NDArray[np.int64]) -> Rows:
    """Return the rows without the edges that keep nothing (`Topology.loose`), where another edge keeps their head.

    What only such edges lead to, as where an option left out who brings it, is kept by them.

    Parameters
    ----------
    topology : Topology
    rows : Rows
        All of its edges, or those between its components (`Topology.quotient`).
    starts : int64 array
        The roots.

    Examples
    --------
    >>> import networkx as nx
    >>> from graphdiff.graph.compiled import compile
    >>> G = nx.DiGraph([("app", "ws"), ("app", "tool"), ("tool", "util")], edge_meaning="depends on")
    >>> G.add_edge("ws", "util", kind="peer", optional=True)
    >>> shape = compile(G, weight=None).topology
    >>> len(keeping(shape, shape.rows, shape.roots).heads)
    3
    """
    if topology.loose is None:
        return rows
    firm = without(rows, topology.loose[rows.edges])
    alone = ~flooded(firm.ptr, firm.heads, starts)[rows.heads]
    return without(rows, topology.loose[rows.edges] & ~alone)


def without(rows: Rows, mask: NDArray[np.bool_]) -> Rows:
    """Return the rows without the edges of a mask."""
    sizes = counted(len(rows.ptr) - 1, rows.tails[~mask])
    return Rows(pointers(sizes), rows.heads[~mask], rows.edges[~mask])


def taking_along(topology: Topology, starts: NDArray[np.int64], ends: Sequence[int]) -> dict[int, list[int]]:
    """Return for each position with which some of `ends` would go those that would, itself among them.

    Examples
    --------
    >>> import networkx as nx
    >>> from graphdiff.graph.compiled import compile
    >>> shape = compile(nx.DiGraph([("app", "web"), ("web", "html")]), weight=None).topology
    >>> taking_along(shape, shape.roots, [2])
    {2: [2], 1: [2], 0: [2]}
    """
    rows = keeping(topology, topology.rows, starts)
    order, dominator = dominator_tree(rows.ptr, rows.heads, starts)
    times = np.zeros(topology.n_nodes, dtype=np.int64)
    times[order[1:]] = np.arange(1, len(order))
    going: dict[int, list[int]] = {}
    for end in ends:
        time = int(times[end])
        while time:
            going.setdefault(int(order[time]), []).append(end)
            time = int(dominator[time])
    return going
