"""One total straight from a networkx graph: sort, check and sum in a single walk over its own dicts.

A graph that is asked one question is not worth compiling. Nodes come in the order that `kernels.order.peel` gives
them, and sums in the order of `sweeps`, so that the number is the same to the bit. Whatever is out of the ordinary
(a cycle, a weight that is missing or no plain number, a node that is not there) is left to `graphdiff.compile`,
which has the words for it.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import networkx as nx

from graphdiff.arithmetic import Number

Adjacency = dict[Hashable, dict[Hashable, dict[Any, Any]]]


def direct_total(graph: Any, source: Hashable, target: Hashable, weight: object) -> Number | None:
    """Return the total influence of `source` on `target`, every weight checked, or None where that takes more.

    Parameters
    ----------
    graph : networkx.DiGraph
        Anything else takes more.
    source, target : nodes
    weight : str
        An edge attribute, whose values are all floats or all ints; anything else takes more.

    Returns
    -------
    float, int or None

    Examples
    --------
    >>> G = nx.DiGraph()
    >>> G.add_weighted_edges_from([("b", "c", 1), ("b", "d", 1), ("c", "e", 2), ("d", "e", 3)])
    >>> direct_total(G, "b", "e", "weight")
    5
    >>> G.add_edge("e", "b", weight=1)
    >>> direct_total(G, "b", "e", "weight") is None
    True
    """
    if type(graph) is not nx.DiGraph or graph.graph.get("quotient") or not isinstance(weight, str):
        return None
    rows: Adjacency = dict(graph.adjacency())
    try:
        if source in rows and target in rows:
            return _swept(rows, dict(graph.in_degree), source, target, weight)
    except (KeyError, TypeError):  # an edge without the weight, or a node that cannot be hashed
        pass
    return None


def _swept(
    rows: Adjacency, waiting: dict[Hashable, int], source: Hashable, target: Hashable, weight: str
) -> Number | None:
    """Push one unit forward while Kahn's algorithm sorts; `waiting` is used up."""
    kind = next((type(data[weight]) for row in rows.values() for data in row.values()), float)
    if kind not in (float, int):
        return None
    values = dict.fromkeys(rows, kind(0))
    values[source] = kind(1)
    unlike = kind(0)
    ready = [node for node in rows if not waiting[node]]
    for node in ready:
        value = values[node]
        for head, data in rows[node].items():
            number = data[weight]
            if type(number) is not kind:
                return None
            unlike += number - number  # stays 0 unless a number is infinite or none
            values[head] += value * number
            waiting[head] -= 1
            if not waiting[head]:
                ready.append(head)
    return values[target] if len(ready) == len(rows) and unlike == 0 else None
