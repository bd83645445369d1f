"""How an edge is named from outside: found by its ends and its key, told apart from parallel ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphdiff.errors import UnknownEdgeError, UnknownNodeError, UsageError, edge_text
from graphdiff.topology import Edge, Topology, keys_at


def find_edge(topology: Topology, edge: Any) -> int:
    """Return which edge of the topology `edge` is.

    Parameters
    ----------
    topology : Topology
    edge : (tail, head) or (tail, head, key)

    Raises
    ------
    UsageError
        If it is no tuple of two or three, or parallel edges are meant and no key says which.
    UnknownNodeError, UnknownEdgeError
        If it is not in the graph.
    """
    if not isinstance(edge, (tuple, list)) or len(edge) not in (2, 3):
        raise UsageError(
            f"{edge!r} is no edge: a list of edges is needed, each (tail, head), or (tail, head, key) in a multigraph"
        )
    tail, head = topology.position(edge[0]), topology.position(edge[1])
    first, last = int(topology.ptr[tail]), int(topology.ptr[tail + 1])
    places = (np.flatnonzero(topology.heads[first:last] == head) + first).tolist()
    if len(edge) == 3:
        keys = topology.keys
        places = [] if keys is None else [place for place in places if keys[place] == edge[2]]
    if not places:
        raise _unknown(topology, tuple(edge), tail, head)
    if len(places) > 1:
        raise _ambiguous(topology, tuple(edge), places)
    return int(places[0])


def not_there(topology: Topology, edge: Any) -> KeyError:
    """Return why a mapping of edges has no such key: no such edge, where that is so, else the key alone."""
    if isinstance(edge, tuple) and len(edge) in (2, 3):
        try:
            find_edge(topology, edge)
        except (UnknownNodeError, UnknownEdgeError) as error:
            return error
        except UsageError:  # parallel edges: each has a key of its own here
            pass
    return KeyError(edge)


def _unknown(topology: Topology, edge: Edge, tail: int, head: int) -> UnknownEdgeError:
    heads = topology.heads[int(topology.ptr[tail]) : int(topology.ptr[tail + 1])]
    back = topology.heads[int(topology.ptr[head]) : int(topology.ptr[head + 1])]
    names = list(dict.fromkeys(topology.label(place) for place in heads.tolist()))
    return UnknownEdgeError(edge, names, turned=tail in back and head not in heads)


def _ambiguous(topology: Topology, edge: Edge, places: list[int]) -> UsageError:
    shown = keys_at(topology.keys or (), np.array(places[:10]))
    keys = ", ".join(map(repr, shown)) + (", …" if len(places) > 10 else "")
    return UsageError(
        f"{len(places)} parallel edges {edge_text(edge)}: say which, (tail, head, key), by its key: {keys}"
    )


def named_parts(edge: Edge) -> Edge:
    """Return what names an edge: its ends, and its key unless it is 0, the key of the first or only one in networkx.

    Examples
    --------
    >>> named_parts(("a", "b", 0)), named_parts(("a", "b", 1))
    (('a', 'b'), ('a', 'b', 1))
    """
    return edge[:2] if len(edge) == 3 and edge[2] == 0 else edge


def edge_name(edge: Edge) -> str:
    """Return an edge as a report names it.

    Examples
    --------
    >>> edge_name(("a", "b")), edge_name(("a", "b", 0)), edge_name(("a", "b", 1))
    ('a -> b', 'a -> b', 'a -> b (1)')
    """
    tail, head, *key = named_parts(edge)
    return f"{tail} -> {head}{f' ({key[0]})' if key else ''}"
