"""Which zero a total of 0 is: no path, an edge of weight 0 on every path, paths that cancel, or underflow."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.graph.ends import Seeds
from graphdiff.kernels import mapped
from graphdiff.kernels.reach import flooded, reached
from graphdiff.kernels.rows import grouped
from graphdiff.showing import and_more
from graphdiff.sums.between import Between, restriction
from graphdiff.sums.flow import Flow
from graphdiff.text.names import node_text
from graphdiff.text.numbers import shown
from graphdiff.text.sentences import words_for

__all__ = ["zero_reason"]

#: So many other roots are named.
SHOWN = 3


def zero_reason(between: Between, flow: Flow, starts: Seeds, ends: Seeds) -> str:
    """Return which zero a total of 0 is.

    Parameters
    ----------
    between : Between
    flow : Flow
        What flows through it.
    starts, ends : Seeds

    Examples
    --------
    >>> from graphdiff.graph.compiled import CompiledGraph
    >>> from graphdiff.sums.flow import flow_through
    >>> ends = Seeds([1]), Seeds([0])
    >>> between = restriction(CompiledGraph.from_arrays([0], [1]), *ends)
    >>> zero_reason(between, flow_through(between), *ends)
    'no path from 1 to 0, but one the other way: are the ends swapped?'
    """
    if not between.sources:
        return _no_path(between, starts, ends)
    if between.is_past_memory and _are_live(between):
        return _cancelled(flow)
    weights = arithmetic.taken(between.graph.weights, between.edges)
    live = weights != 0 if isinstance(weights, np.ndarray) else np.array([bool(weight) for weight in weights])
    if not live.all() and not _path_along(between, live, between.sources, between.targets):
        return _dead_edge(between, np.flatnonzero(~live))
    seeded = ([node for node, seed in seeds if seed is None or seed] for seeds in (between.starts, between.stops))
    if not _path_along(between, live, *seeded):
        return "every path begins or ends at a node whose seed is 0"
    return _cancelled(flow)


def _are_live(between: Between) -> bool:
    """Return whether no weight in a file is 0, and no seed, as a look at blocks of them shows."""
    weights = np.asarray(between.graph.weights)
    blocks = (weights[first:last] for first, last, _ in mapped.blocks(between.graph.topology.ptr))
    return all(between.given_seeds) and all(bool(block.all()) for block in blocks)


def _cancelled(flow: Flow) -> str:
    """Say that paths cancel, or that their products are too small."""
    sizes = flow.sizes
    if sizes is None:
        return "what comes round a cycle cancels, or is too small for a float" if flow.loops else "paths cancel"
    if not sizes.total:
        return "the products of the weights are too small for a float (underflow); exact=True (--exact) keeps them"
    if isinstance(flow.total, complex):
        return f"paths cancel: their sizes add up to {shown(sizes.total)}"
    half = shown(sizes.total / 2)
    return f"paths cancel: +{half} and -{half}"


def _no_path(between: Between, starts: Seeds, ends: Seeds) -> str:
    labels = between.graph.topology.label
    if len(starts.positions) == len(ends.positions) == 1 and restriction(between.graph, ends, starts).sources:
        first, last = (node_text(labels(seeds.positions[0])) for seeds in (starts, ends))
        return f"no path from {first} to {last}, but one the other way: are the ends swapped?"
    others = _other_roots(between, starts, ends)
    return f"no path leads there, but from {others}" if others else "no path leads there"


def _other_roots(between: Between, starts: Seeds, ends: Seeds) -> str:
    """Return the other members of a workspace from which there is a path, where a member is asked about; else ""."""
    topology = between.graph.topology
    roots = set(topology.roots.tolist()) if topology.marked else set()
    if not roots.issuperset(starts.positions):
        return ""
    ptr, tails, _ = grouped(topology.n_nodes, topology.heads, topology.rows.tails)
    mask = flooded(ptr, tails, np.array(ends.positions, dtype=np.int64))
    others = [root for root in sorted(roots.difference(starts.positions, ends.positions)) if mask[root]]
    return and_more(", ".join(node_text(topology.label(root)) for root in others[:SHOWN]), len(others) - SHOWN)


def _dead_edge(between: Between, dead: NDArray[Any]) -> str:
    """Say that every path has one of the edges of weight 0, given by their places."""
    tail = int(np.searchsorted(between.ptr, dead[0], side="right")) - 1
    edge = f"{node_text(between.label(tail))} -> {node_text(between.label(int(between.heads[dead[0]])))}"
    edges = words_for(between.graph.edge_meaning).edges
    many = "the only one" if len(dead) == 1 else f"{len(dead):,} such {edges}"
    return f"every path has an edge of weight 0, as {edge} ({many} on the way)"


def _path_along(between: Between, edges: NDArray[np.bool_], sources: list[int], targets: list[int]) -> bool:
    """Return whether some path from one of the sources to one of the targets has no edge but those of a mask."""
    arcs = between.keeping(edges).arcs
    return bool(reached(arcs.ptr, arcs.heads, np.array(sources, dtype=np.int64))[targets].any())
