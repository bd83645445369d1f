"""Two graphs on one set of nodes: which node is which, and which edges were added, removed or changed.

A node's *number* is its position in the graph before; nodes that only the graph after has come behind. Edges are
matched by one sort of both graphs' edges by tail and head: equal ones then stand side by side, the first graph's first.
Parallel edges count as one, their weights summed, unless their keys are strings, which name them.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import Weights
from graphdiff.compiled import CompiledGraph
from graphdiff.errors import UnknownNodeError, UsageError
from graphdiff.kernels.rows import grouped, index_type
from graphdiff.labels import Texts
from graphdiff.numbering import Numbering
from graphdiff.topology import Edge, Topology

Ints = NDArray[Any]
#: Below this no sum of int64 weights can wrap.
SAFE_INT = 2.0**62


@dataclass(frozen=True, eq=False)
class Side:
    """One of the two graphs.

    Attributes
    ----------
    graph : CompiledGraph
    numbers : int array, shape (n_nodes of the graph,)
        The number of the node at each position.
    places : int array, shape (n_numbers,)
        The position of each number; -1 where this graph has no such node.
    lone : int array
        Its edges that the other graph has not; of parallel ones those that are too many.
    stands : int array, shape (n_numbers,)
        Where the value of each number stands: its place, or, of a node that only the other graph has, that of
        another member of the merged component; -1 where there is none.
    """

    graph: CompiledGraph
    numbers: Ints
    places: Ints
    lone: Ints
    stands: Ints

    def by_number(self, values: Ints) -> Ints:
        """Return values, given by position, by number; 0 where this graph has no such node."""
        if self.is_whole:
            return values[self.stands]
        found = np.zeros(len(self.stands), dtype=values.dtype)
        there = np.flatnonzero(self.stands >= 0)
        found[there] = values[self.stands[there]]
        return found

    @cached_property
    def is_whole(self) -> bool:
        """Whether every number has a value here."""
        return bool((self.stands >= 0).all())


@dataclass(frozen=True, eq=False)
class Matched:
    """Two graphs, matched; the edges are those that differ, in the order of their tails' and heads' numbers.

    Attributes
    ----------
    before, after : Side
    tails, heads : int arrays, shape (n_edges,)
        The ends of each edge, as numbers.
    weights : pair of arrays, shape (n_edges,)
        Before and after, parallel edges summed; 0 where the edge is not there.
    counts : pair of int arrays, shape (n_edges,)
        How many parallel edges there are before and after.
    sizes : array, shape (n_edges,)
        The absolute weights of both graphs, summed.
    keys : int array, shape (n_edges,), or None
        Which of `key_names` each edge has; 0 is none.
    """

    before: Side
    after: Side
    tails: Ints
    heads: Ints
    weights: tuple[Ints, Ints]
    counts: tuple[Ints, Ints]
    sizes: Ints
    keys: Ints | None = None
    key_names: Sequence[str] = ()

    @property
    def n_numbers(self) -> int:
        """How many nodes the two graphs have together."""
        return len(self.before.places)

    @property
    def sides(self) -> tuple[Side, Side]:
        """Before and after."""
        return self.before, self.after

    @cached_property
    def changes(self) -> Ints:
        """By how much each weight changed."""
        old, new = self.weights
        return new - old

    @property
    def added(self) -> NDArray[np.bool_]:
        """Mask of the edges that only the graph after has."""
        mask: NDArray[np.bool_] = self.counts[0] == 0
        return mask

    @property
    def removed(self) -> NDArray[np.bool_]:
        """Mask of the edges that only the graph before has."""
        mask: NDArray[np.bool_] = self.counts[1] == 0
        return mask

    def status(self, edge: int) -> str:
        """Return what happened to an edge: added, removed or changed."""
        return "added" if not self.counts[0][edge] else "removed" if not self.counts[1][edge] else "changed"

    def label(self, number: int) -> Any:
        """Return a node by its label after, or before where it is gone."""
        side = self.after if self.after.places[number] >= 0 else self.before
        return side.graph.topology.label(int(side.places[number]))

    def number(self, label: Hashable) -> int:
        """Return the number of a node, by its label after or before.

        Raises
        ------
        UnknownNodeError
            If neither graph has it.
        """
        for side in (self.after, self.before):
            try:
                return int(side.numbers[side.graph.topology.position(label)])
            except UnknownNodeError as error:
                unknown = error
        raise unknown

    def edge_label(self, edge: int) -> Edge:
        """Return an edge by its labels, with its key where that is a string."""
        ends = self.label(int(self.tails[edge])), self.label(int(self.heads[edge]))
        if self.keys is None or not self.keys[edge]:
            return ends
        return (*ends, self.key_names[int(self.keys[edge])])


def matched(before: CompiledGraph, after: CompiledGraph, renamed: Mapping[Any, Any]) -> Matched:
    """Match the nodes and edges of two graphs.

    Parameters
    ----------
    before, after : CompiledGraph
    renamed : mapping of label before to label after
        The nodes that are the same under another label; all others are matched by label.

    Raises
    ------
    UnknownNodeError, UsageError
        If a renamed node is not there, or has a namesake.
    WeightError
        If the weights of the two graphs do not add up, as Decimal and float.

    Examples
    --------
    >>> old = CompiledGraph.from_arrays([0, 0], [1, 2], [2.0, 3.0])
    >>> new = CompiledGraph.from_arrays([0, 1], [1, 2], [2.5, 1.0])
    >>> found = matched(old, new, {})
    >>> [(found.edge_label(edge), found.status(edge)) for edge in range(3)]
    [((0, 1), 'changed'), ((0, 2), 'removed'), ((1, 2), 'added')]
    """
    numbers = _numbers(before.topology, after.topology, renamed)
    return _matched_edges(_of_no_kind(before), _of_no_kind(after), numbers)


def _of_no_kind(graph: CompiledGraph) -> CompiledGraph:
    """Return a graph without edges with ints for weights, which mix with every kind; any other as it is."""
    return graph if graph.n_edges else graph.reweighted(np.empty(0, dtype=np.int64), graph.weight_meaning)


# -- nodes


def _numbers(before: Topology, after: Topology, renamed: Mapping[Any, Any]) -> Ints:
    """Return the number of each position after."""
    found = _same_labels(before, after)
    if len(set(renamed.values())) < len(renamed):
        raise UsageError("match: two nodes before cannot be one node after")
    for old, new in renamed.items():
        place, position = before.position(old), after.position(new)
        if found[position] >= 0 or (found == place).any():
            raise UsageError(f"match: {old!r} -> {new!r}: both graphs have {new if found[position] >= 0 else old!r}")
        found[position] = place
    fresh = np.flatnonzero(found < 0)
    found[fresh] = before.n_nodes + np.arange(len(fresh))
    return found.astype(index_type(before.n_nodes + len(fresh)))


def _same_labels(before: Topology, after: Topology) -> Ints:
    """Return the position before of each position after; -1 where there is no such label."""
    if before.names is None and after.names is None:
        known = after.ids < before.n_nodes
        found = np.full(after.n_nodes, -1, dtype=np.int64)
        found[known] = before.positions[after.ids[known]]
        return found
    if isinstance(before.names, Texts) and isinstance(after.names, Texts):
        return _same_texts(before, after, before.names, after.names)
    labels = [side.labels.tolist() if isinstance(side.labels, np.ndarray) else side.labels for side in (before, after)]
    places = dict(zip(labels[0], range(before.n_nodes), strict=True))
    return np.fromiter((places.get(label, -1) for label in labels[1]), dtype=np.int64, count=after.n_nodes)


def _same_texts(before: Topology, after: Topology, old: Texts, new: Texts) -> Ints:
    names = Numbering()
    first, second = names.of(old.text, old.ends), names.of(new.text, new.ends)
    places = np.full(1 + max(first.max(initial=0), second.max(initial=0)), -1, dtype=np.int64)
    places[first] = before.positions
    return places[second[after.ids]]


# -- edges


def _matched_edges(before: CompiledGraph, after: CompiledGraph, numbers: Ints) -> Matched:
    n_numbers = max(before.n_nodes, 1 + int(numbers.max(initial=0)) if len(numbers) else 0)
    kind = index_type(n_numbers)
    tails = np.concatenate([before.tails.astype(kind), numbers[after.tails].astype(kind)])
    heads = np.concatenate([before.heads.astype(kind), numbers[after.heads].astype(kind)])
    codes, key_names = _key_codes(before.topology.keys, after.topology.keys)
    order, tails, heads = _sorted(n_numbers, tails, heads, codes)
    keys = None if codes is None else codes[order]
    starts = _starts(tails, heads, keys)
    is_after = order >= before.n_edges
    sizes = np.diff(starts, append=len(order))
    counts_after = np.add.reduceat(is_after, starts, dtype=np.int64) if len(starts) else sizes
    counts = sizes - counts_after, counts_after
    old, new, absolute = _sums(before.weights, after.weights, order, is_after, starts)
    which = np.flatnonzero((old != new) | (counts[0] != counts[1]))
    lone = _lone(order, starts, counts)
    places = [_places(each, n_numbers) for each in (np.arange(before.n_nodes), numbers)]
    sides = (
        Side(before, np.arange(before.n_nodes), places[0], lone[0], places[0]),
        Side(after, numbers, places[1], lone[1] - before.n_edges, places[1]),
    )
    first = starts[which]
    return Matched(
        *sides,
        tails=tails[first],
        heads=heads[first],
        weights=(old[which], new[which]),
        counts=(counts[0][which], counts[1][which]),
        sizes=absolute[which],
        keys=None if keys is None else keys[first],
        key_names=key_names,
    )


def _places(numbers: Ints, n_numbers: int) -> Ints:
    places = np.full(n_numbers, -1, dtype=np.int64)
    places[numbers] = np.arange(len(numbers))
    return places


def _key_codes(old: Sequence[Any] | None, new: Sequence[Any] | None) -> tuple[Ints | None, list[str]]:
    """Return a code for the key of every edge of both graphs, 0 for those that are no strings; None without any."""
    if old is None or new is None:
        return None, []
    names: dict[Any, int] = {}
    keys = [key if isinstance(key, str) else None for key in (*old, *new)]
    for key in keys:
        if key is not None:
            names.setdefault(key, len(names) + 1)
    if not names:
        return None, []
    return np.array([names.get(key, 0) for key in keys], dtype=np.uint32), ["", *names]


def _sorted(n_numbers: int, tails: Ints, heads: Ints, codes: Ints | None) -> tuple[Ints, Ints, Ints]:
    """Return the order of the edges by tail, head and key, and their tails and heads in it: a stable counting sort."""
    by_key = None if codes is None else np.argsort(codes, kind="stable")
    if by_key is not None:
        tails, heads = tails[by_key], heads[by_key]
    ptr, tails, by_head = grouped(n_numbers, heads, tails)
    heads = _repeated(n_numbers, ptr, heads.dtype)
    ptr, heads, by_tail = grouped(n_numbers, tails, heads)
    tails = _repeated(n_numbers, ptr, heads.dtype)
    order = by_head[by_tail]
    return (order if by_key is None else by_key[order]), tails, heads


def _repeated(n_numbers: int, ptr: Ints, kind: Any) -> Ints:
    """Return the number of the row that each place of the rows is in."""
    sizes: Ints = np.diff(ptr.astype(np.int64))
    return np.repeat(np.arange(n_numbers, dtype=kind), sizes)


def _starts(tails: Ints, heads: Ints, keys: Ints | None) -> Ints:
    """Return where another edge starts in the order."""
    fresh = np.ones(len(tails), dtype=bool)
    fresh[1:] = (tails[1:] != tails[:-1]) | (heads[1:] != heads[:-1])
    if keys is not None:
        fresh[1:] |= keys[1:] != keys[:-1]
    return np.flatnonzero(fresh)


def _lone(order: Ints, starts: Ints, counts: tuple[Ints, Ints]) -> tuple[Ints, Ints]:
    """Return the edges of each graph without a counterpart in the other."""
    uneven = np.flatnonzero(counts[0] != counts[1])
    first, old, new = starts[uneven], counts[0][uneven], counts[1][uneven]
    common = np.minimum(old, new)
    return order[_ranges(first + common, old - common)], order[_ranges(first + old + common, new - common)]


def _ranges(starts: Ints, sizes: Ints) -> Ints:
    """Return the ints of several ranges, one after the other."""
    ends = np.cumsum(sizes)
    total = int(ends[-1]) if len(ends) else 0
    places: Ints = np.arange(total) + np.repeat(starts - (ends - sizes), sizes)
    return places


# -- weights


def _sums(old: Weights, new: Weights, order: Ints, is_after: Ints, starts: Ints) -> tuple[Ints, Ints, Ints]:
    """Return the weight of each edge before and after, parallel ones summed, and the sum of the absolute ones."""
    if isinstance(old, np.ndarray) and isinstance(new, np.ndarray) and _safe(old, new):
        kind = np.promote_types(np.promote_types(old.dtype, new.dtype), np.int64)
        weights = np.concatenate([old, new]).astype(kind, copy=False)[order]
        zero = kind.type(0)
        if len(starts) == len(order):
            return np.where(is_after, zero, weights), np.where(is_after, weights, zero), np.abs(weights)
        sums = [np.where(is_after, zero, weights), np.where(is_after, weights, zero), np.abs(weights)]
        return tuple(np.add.reduceat(each, starts) for each in sums)  # type: ignore[return-value]
    return _sums_of_objects(old, new, order, starts)


def _safe(old: NDArray[Any], new: NDArray[Any]) -> bool:
    """Return whether sums of these weights are machine numbers: floats, or ints that cannot wrap."""
    whole = [np.abs(each.astype(np.float64, copy=False)).sum() for each in (old, new) if each.dtype.kind == "i"]
    if len(whole) == 1:  # ints beside floats
        return bool(whole[0] < arithmetic.EXACT_INT)
    return bool(sum(whole) < SAFE_INT)


def _sums_of_objects(old: Weights, new: Weights, order: Ints, starts: Ints) -> tuple[Ints, Ints, Ints]:
    sums: list[list[Any]] = [[0] * len(starts) for _ in range(2)]
    weights = [list(map(arithmetic.finished, arithmetic.listed(each))) for each in (old, new)]
    arithmetic.require_one_sum([*weights[0], *weights[1]])
    bounds = [*starts.tolist(), len(order)]
    edges = order.tolist()
    for group in range(len(starts)):
        for edge in edges[bounds[group] : bounds[group + 1]]:
            side = int(edge >= len(weights[0]))
            weight = weights[side][edge - side * len(weights[0])]
            sums[side][group] = sums[side][group] + weight if sums[side][group] else weight
    first, second = map(_objects, sums)
    return first, second, np.zeros(len(starts))


def _objects(values: list[Any]) -> NDArray[Any]:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array
