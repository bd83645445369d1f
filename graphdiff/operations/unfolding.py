"""Some arrays of a computation entry by entry: a graph of numbers, of which everything can be asked.

Everything else is eliminated: an edge between two entries is the derivative along all ways that meet no other array
that is unfolded, so every total between what is left stays the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff.errors import LimitError, UsageError
from graphdiff.graph.networks import pictured
from graphdiff.operations.ends import is_float, kind_text
from graphdiff.operations.space import Array, entries
from graphdiff.remedies import Keyword, Remedy

if TYPE_CHECKING:
    from graphdiff.operations.network import Operations

__all__ = ["MAX_ENTRIES", "unfolded"]

#: So many derivatives of an entry by an entry are made at most, where nobody says how many.
MAX_ENTRIES = 100_000


def unfolded(net: Operations, names: Sequence[str], max_entries: int) -> nx.DiGraph:
    """Return a graph of the entries of some nodes; see `Operations.unfold`."""
    places = sorted({net.position(name) for name in names})
    _require_floats(net, places)
    _require_few(net, places, max_entries)
    graph = nx.DiGraph(edge_meaning="feeds", weight_meaning="local derivative")
    labels = {position: _labels(net, position) for position in places}
    for position in places:
        operation = net.operations[position]
        numbers = net.space.to_numpy(operation.value).reshape(-1).tolist()
        for label, number in zip(labels[position], numbers, strict=True):
            graph.add_node(label, op=operation.op, value=number, array=operation.name)
    for position in places:
        for tail, reached in zip(labels[position], _pushed(net, position, places), strict=True):
            for head_position, tangent in reached.items():
                hits = np.flatnonzero(tangent)
                numbers = zip(hits.tolist(), tangent[hits].tolist(), strict=True)
                graph.add_weighted_edges_from((tail, labels[head_position][hit], number) for hit, number in numbers)
    _mark(graph, net, labels)
    return pictured(graph)


def _mark(graph: nx.DiGraph, net: Operations, labels: dict[int, list[str]]) -> None:
    """Mark the ends between which questions are asked by default."""
    for side, mark, ends in (("inputs", "root", (*net.inputs, *net.parameters)), ("outputs", "leaf", net.outputs)):
        graph.graph[side] = [label for end in ends for label in labels.get(net.position(end), ())]
        for label in graph.graph[side]:
            graph.nodes[label][mark] = True


def _labels(net: Operations, position: int) -> list[str]:
    """Return what the entries of a node are called: ``x``, ``x[0]``, ``x[1,2]``."""
    operation = net.operations[position]
    indices = np.ndindex(tuple(getattr(operation.value, "shape", ())))
    return [f"{operation.name}[{','.join(map(str, index))}]" if index else operation.name for index in indices]


def _pushed(net: Operations, start: int, places: Sequence[int]) -> Iterator[dict[int, NDArray[Any]]]:
    """Yield for each entry of a node how the unfolded nodes move with it that meet it first, flat."""
    value = net.operations[start].value
    for entry in range(entries(value)):
        unit = np.zeros(entries(value))
        unit[entry] = 1.0
        carried: dict[int, Array] = {start: net.space.like(unit.reshape(getattr(value, "shape", ())), value)}
        reached: dict[int, NDArray[Any]] = {}
        for position in range(start + 1, places[-1] + 1):
            operation = net.operations[position]
            given = [carried.get(operand) for operand in operation.operands]
            if operation.maps is not None and any(one is not None for one in given):
                moved = operation.maps.push(given)
                if position in places:
                    reached[position] = net.space.to_numpy(moved).reshape(-1)
                else:
                    carried[position] = moved
        yield reached


def _require_floats(net: Operations, places: Sequence[int]) -> None:
    for position in places:
        operation = net.operations[position]
        if not is_float(operation.value):
            raise UsageError(f"{operation.name!r} holds {kind_text(operation.value)}: only floats have derivatives")


def _require_few(net: Operations, places: Sequence[int], max_entries: int) -> None:
    """Refuse more derivatives than are allowed, counted before any is made."""
    sizes = {position: entries(net.operations[position].value) for position in places}
    count = 0
    for start in places:
        behind = {start}
        for position in range(start + 1, places[-1] + 1):
            if behind.intersection(net.operations[position].operands):
                count += sizes[start] * sizes.get(position, 0)
                behind |= {position} - sizes.keys()
    if count > max_entries:
        of = f"{len(places)} nodes of {sum(sizes.values()):,} entries"
        raise LimitError(
            f"{of} have up to {count:,} derivatives, more than {max_entries:,}",
            Remedy(Keyword("max_entries", count), "makes them all; fewer nodes have fewer"),
        )
