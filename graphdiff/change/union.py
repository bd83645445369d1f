"""Two collapsed graphs with the same components: what is one node in their union is one node in both.

Otherwise an edge that closes or breaks a cycle would change what the nodes are, and no account of edges could
add up. A preset such as `even` is counted anew on the merged components.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff.change.match import Matched, Side, matched
from graphdiff.graph.compiled import CompiledGraph
from graphdiff.graph.presets import WEIGHTS
from graphdiff.graph.topology import in_rows, keys_at
from graphdiff.kernels.order import topological
from graphdiff.kernels.rows import grouped, reordered

Ints = NDArray[Any]


def merged(apart: Matched, renamed: Mapping[Any, Any], known: Matched | None = None) -> Matched:
    """Return the same two graphs with the components of their union merged in both, where they are collapsed.

    Parameters
    ----------
    apart : Matched
    renamed : mapping of label before to label after
    known : Matched, optional
        What this returned for them under another weighting.
    """
    if apart.before.graph.cycles != "collapse":
        return apart
    presets = [side.graph.preset for side in apart.sides]
    if known is not None and None not in presets:
        graphs = [
            side.graph.with_preset(WEIGHTS[str(preset)]) for side, preset in zip(known.sides, presets, strict=True)
        ]
        return _without_inner(known.reweighted(graphs[0], graphs[1]))
    order, ranges = _union_order(apart)
    if not len(ranges):
        return apart
    before, after = (_laid_out(side, order, ranges) for side in apart.sides)
    again = matched(before, after, renamed)
    members = _members(apart, again, order, ranges)
    sides = [replace(side, stands=_stands(side, members)) for side in again.sides]
    return _without_inner(replace(again, before=sides[0], after=sides[1]))


def _union_order(graphs: Matched) -> tuple[Ints, Ints]:
    """Return the numbers in a topological order of the union's components, and the ranges that are cycles."""
    kind = graphs.after.numbers.dtype
    tails = np.concatenate([side.numbers.astype(kind)[side.graph.tails] for side in graphs.sides])
    heads = np.concatenate([side.numbers.astype(kind)[side.graph.heads] for side in graphs.sides])
    ptr, heads, _ = grouped(graphs.n_numbers, tails, heads)
    return topological(graphs.n_numbers, ptr, heads)


def _laid_out(side: Side, order: Ints, ranges: Ints) -> CompiledGraph:
    """Return a graph with its nodes in the union's order and the union's components for its own."""
    graph, topology = side.graph, side.graph.topology
    present = side.places[order] >= 0
    positions = side.places[order][present].astype(topology.heads.dtype)
    ptr, heads, edges = reordered(
        positions, topology.ptr, topology.heads, np.arange(topology.n_edges, dtype=topology.heads.dtype)
    )
    own = np.concatenate([[0], np.cumsum(present)])[ranges].reshape(-1, 2)
    laid_out = replace(
        topology,
        ids=topology.ids[positions],
        ptr=ptr,
        heads=heads,
        cyclic=own[own[:, 1] > own[:, 0]],
        given_keys=None if topology.given_keys is None else keys_at(topology.given_keys, edges),
        counts=None if topology.counts is None else in_rows(topology.counts, edges),
        attributes={name: column.at(edges) for name, column in topology.attributes.items()},
        given=None,
    )
    new = replace(graph, topology=laid_out, weights=in_rows(graph.weights, edges))
    return new if graph.preset is None else new.with_preset(WEIGHTS[graph.preset])


def _members(graphs: Matched, again: Matched, order: Ints, ranges: Ints) -> list[Ints]:
    """Return the new numbers of the members of each component."""
    new = np.empty(graphs.n_numbers, dtype=np.int64)
    for old_side, new_side in zip(graphs.sides, again.sides, strict=True):
        topology = new_side.graph.topology
        positions = old_side.graph.topology.positions[topology.ids]
        new[old_side.numbers[positions]] = new_side.numbers
    return [new[order[start:stop]] for start, stop in ranges.tolist()]


def _stands(side: Side, members: list[Ints]) -> Ints:
    """Return where values stand: that of a node that is missing with the others of its component."""
    stands = side.places.copy()
    for numbers in members:
        there = stands[numbers] >= 0
        if there.any():
            stands[numbers[~there]] = stands[numbers[there][0]]
    return stands


def _without_inner(graphs: Matched) -> Matched:
    """Return the matched graphs without the edges inside a component: they carry nothing."""
    inner = np.zeros(len(graphs.tails), dtype=bool)
    for side in graphs.sides:
        first = side.by_number(side.graph.topology.representative.astype(np.int64))
        both = (side.stands[graphs.tails] >= 0) & (side.stands[graphs.heads] >= 0)
        inner |= both & (first[graphs.tails] == first[graphs.heads])
    keep = ~inner
    old, new = graphs.weights
    return replace(
        graphs,
        rows=np.append(0, np.cumsum(keep))[graphs.rows],
        tails=graphs.tails[keep],
        heads=graphs.heads[keep],
        weights=(old[keep], new[keep]),
        counts=(graphs.counts[0][keep], graphs.counts[1][keep]),
        keys=None if graphs.keys is None else graphs.keys[keep],
    )
