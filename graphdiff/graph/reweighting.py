"""Other weights for the edges of a graph that is compiled: checked as `compile` does, and put in the order of its rows.

They come as an array in the order in which the edges were given, or by the names of the edges.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff.arithmetic import Number, Weights
from graphdiff.errors import UsageError, WeightError
from graphdiff.graph.intake import Edges, checked, checked_array, listed
from graphdiff.graph.topology import Topology, find_edge, in_rows

__all__ = ["in_order_of_rows"]

_MISSING = object()


def in_order_of_rows(topology: Topology, weights: Any) -> Weights:
    """Return checked weights in the order of the rows of a graph.

    Parameters
    ----------
    topology : Topology
    weights : array of numbers, or mapping of edge to number
        An array, or another sequence, is in the order in which the edges were given. A mapping, or a Series of pandas
        with a MultiIndex, has every edge once, as ``(tail, head)`` or ``(tail, head, key)``.

    Raises
    ------
    UsageError
        If they are no such thing, too few or too many, an edge is named twice, or parallel edges are meant and no key
        says which.
    UnknownNodeError, UnknownEdgeError
        If a name is that of no edge.
    WeightError
        If an edge has no weight, or one that is no finite number.
    """
    is_series = getattr(getattr(weights, "index", None), "nlevels", 1) > 1
    if isinstance(weights, Mapping) or is_series:
        values = _of_series(topology, weights) if is_series else _of_each(topology, weights)
        return checked(_edges(topology), _by_name(topology, weights.items()) if values is None else values)
    values = listed(weights)
    if len(values) != topology.n_edges:
        raise UsageError(f"{topology.n_edges:,} edges, but {len(values):,} weights")
    if topology.given is None:
        raise UsageError(
            "the order in which the edges of this graph were given is not known (it comes of a saved one): give the "
            "weights as a mapping, edge to number"
        )
    if isinstance(values, np.ndarray):
        if (array := checked_array(values)) is not None:
            return in_rows(array, topology.given)
        values = values.tolist()
    return checked(_edges(topology), in_rows(values, topology.given))


def _of_each(topology: Topology, weights: Mapping[Any, Number]) -> list[Number] | None:
    """Return the weights of all edges, in the order of the rows; None where these are not the names of them all."""
    if len(weights) != topology.n_edges:
        return None
    values = [weights.get(edge, _MISSING) for edge in topology.edge_labels()]
    return None if any(value is _MISSING for value in values) else values


def _of_series(topology: Topology, weights: Any) -> NDArray[Any] | None:
    """Return the same of a Series of pandas, looking up each node once and no edge; None where that does not do."""
    index = weights.index
    if index.nlevels != 2 or topology.keys is not None or len(index) != topology.n_edges:
        return None
    known = [np.array([_position(topology, label) for label in level], dtype=np.int64) for level in index.levels]
    tails, heads = (np.append(known[end], -1)[index.codes[end]] for end in (0, 1))  # the last one is of no label
    ends = [np.stack(pair).astype(np.int64) for pair in ((topology.rows.tails, topology.heads), (tails, heads))]
    in_rows, named = (np.lexsort(pair[::-1]) for pair in ends)
    if not np.array_equal(ends[0][:, in_rows], ends[1][:, named]):
        return None
    places = np.empty(topology.n_edges, dtype=np.int64)
    places[in_rows] = named
    values = np.asarray(weights)[places]
    return values.astype(np.float64) if values.dtype.kind == "f" else values  # as its items are


def _position(topology: Topology, label: Any) -> int:
    position = topology.known(label)
    return -1 if position is None else position


def _by_name(topology: Topology, named: Iterable[tuple[Any, Number]]) -> list[Number]:
    """Return the same whatever name they are given by, or raise what is wrong with one."""
    values: list[Number] = [_MISSING] * topology.n_edges
    for edge, weight in named:
        known = topology.place(edge)
        place = find_edge(topology, edge) if known is None else known
        if values[place] is not _MISSING:
            raise UsageError(f"the edge {_edges(topology).text(place)} is given twice")
        values[place] = weight
    missing = [place for place, value in enumerate(values) if value is _MISSING]
    if missing:
        has = "has no weight" if len(missing) == 1 else "have no weight"
        raise WeightError(
            f"{len(missing):,} of the {topology.n_edges:,} edges {has} in the mapping, the first is "
            f"{_edges(topology).text(missing[0])}",
            edge=topology.edge_label(missing[0]),
            count=len(missing),
        )
    return values


def _edges(topology: Topology) -> Edges:
    """Return the edges in the order of the rows, for what an error says of one."""
    ids, rows = topology.ids, topology.rows
    return Edges(topology.n_nodes, (ids[rows.tails], ids[rows.heads]), topology.names, topology.keys)
