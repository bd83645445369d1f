"""Whom everybody rests on: one unit from every node, spread evenly, and through whom it comes.

What reaches a node is its own unit, and of each node before it what reaches that, in equal parts along its edges.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from graphdiff import arithmetic
from graphdiff.arithmetic import Number
from graphdiff.graph.compiled import CompiledGraph

__all__ = ["RELIANCE", "last_steps"]

#: What the column is called.
RELIANCE = "reliance"


def last_steps(
    graph: CompiledGraph, values: Any, positions: Iterable[int], top: int = 3
) -> Iterator[list[tuple[Any, Number]]]:
    """Yield for each position the nodes before it that most comes through, with the parts of all that reaches it.

    Parameters
    ----------
    graph : CompiledGraph
    values : sequence of numbers
        What reaches each position. Of a collapsed component it is that of the whole, and steps within are none.
    positions : iterable of int
    top : int
        How many nodes, at most; those with a part above 0.

    Examples
    --------
    >>> graph = CompiledGraph.from_arrays([0, 0, 1], [1, 2, 2], [0.5, 0.5, 1.0], labels=["app", "web", "json"])
    >>> list(last_steps(graph, [1.0, 1.5, 3.0], [2]))
    [[('web', 0.5), ('app', 0.16666666666666666)]]
    """
    topology = graph.topology
    first = topology.representative if graph.cycles == "collapse" else np.arange(graph.n_nodes)
    into = first[topology.heads]
    order = np.argsort(into, kind="stable")
    bounds = np.searchsorted(into[order], np.arange(graph.n_nodes + 1))
    for position in positions:
        here = int(first[position])
        edges = order[bounds[here] : bounds[here + 1]]
        tails = topology.tails_of(edges).tolist()
        weights = arithmetic.listed(arithmetic.taken(graph.weights, edges))
        carried: dict[int, Number] = {}
        for tail, weight in zip(tails, weights, strict=True):
            part = values[tail] * arithmetic.finished(weight)
            if part:
                carried[tail] = carried.get(tail, 0) + part
        most = sorted(carried, key=lambda tail: -carried[tail])[:top]
        yield [(topology.label(tail), carried[tail] / values[position]) for tail in most]
