"""The edges in which two graphs on one set of nodes differ, paired by tail and head, and by keys that are strings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import SAFE_INT, Weights
from graphdiff.graph.compiled import CompiledGraph
from graphdiff.kernels import jit, pays
from graphdiff.kernels.merge import lone, merge
from graphdiff.kernels.rows import index_type

Ints = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Numbered:
    """A graph whose nodes have numbers.

    Attributes
    ----------
    graph : CompiledGraph
    numbers : int array, shape (n_nodes of the graph,)
        The number of the node at each position.
    places : int array, shape (n_numbers,)
        The position of each number; -1 where this graph has no such node.
    """

    graph: CompiledGraph
    numbers: Ints
    places: Ints


@dataclass(frozen=True, eq=False)
class Pairs:
    """The edges that differ, by tail, in the order in which the graph before, then the one after, has them.

    Attributes
    ----------
    rows : int array, shape (n_numbers + 1,)
        The edges that leave the number ``n`` are ``rows[n]:rows[n + 1]``.
    heads : int array, shape (n_edges,)
        As numbers.
    weights : pair of arrays, shape (n_edges,)
        Before and after, parallel edges summed; 0 where the edge is not there.
    counts : pair of int arrays, shape (n_edges,)
        How many parallel edges there are before and after.
    lone : pair of int arrays
        The edges of each graph without a counterpart in the other; of parallel ones those that are too many.
    keys : int array, shape (n_edges,), or None
        Which of `key_names` each edge has; 0 is none.
    key_names : list of str
    """

    rows: Ints
    heads: Ints
    weights: tuple[Ints, Ints]
    counts: tuple[Ints, Ints]
    lone: tuple[Ints, Ints]
    keys: Ints | None = None
    key_names: Sequence[str] = ()


def paired_edges(before: Numbered, after: Numbered) -> Pairs:
    """Return the edges in which two graphs differ.

    Raises
    ------
    WeightError
        If the weights of the two graphs do not add up, as Decimal and float.
    """
    both = before, after
    key_names = _key_names(both)
    if not key_names:
        return _pairs(both, [each.graph.topology.heads for each in both], [each.numbers for each in both])
    heads, known = _heads_with_keys(both, key_names)
    own = np.arange(len(known), dtype=after.numbers.dtype)
    pairs = _pairs(both, heads, [own, own])
    numbers, keys = np.divmod(known[pairs.heads], len(key_names))
    return replace(pairs, heads=numbers.astype(own.dtype), keys=keys, key_names=key_names)


# -- keys


def _key_names(both: Sequence[Numbered]) -> list[str]:
    """Return the texts among the keys of two multigraphs, behind one for all that are none; nothing without any."""
    keys = [each.graph.topology.given_keys for each in both]
    if keys[0] is None or keys[1] is None:  # keys by position say nothing of what an edge is
        return []
    names = dict.fromkeys(key for key in (*keys[0], *keys[1]) if isinstance(key, str))
    return ["", *names] if names else []


def _heads_with_keys(both: Sequence[Numbered], key_names: Sequence[str]) -> tuple[list[Ints], Ints]:
    """Return a number for the head and key of each edge of two graphs, and for each such number what it stands for."""
    codes = {name: code for code, name in enumerate(key_names) if code}
    combined = []
    for each in both:
        topology = each.graph.topology
        keys = [codes.get(key, 0) if isinstance(key, str) else 0 for key in topology.given_keys or ()]
        combined.append(each.numbers[topology.heads].astype(np.int64) * len(key_names) + np.array(keys, dtype=np.int64))
    known, numbers = np.unique(np.concatenate(combined), return_inverse=True)
    heads = numbers.astype(both[1].numbers.dtype)
    return [heads[: len(combined[0])], heads[len(combined[0]) :]], known


# -- rows


@dataclass(frozen=True)
class _Engine:
    """Machine code over arrays, or plain Python over lists."""

    compiled: bool

    def given(self, column: Weights) -> Any:
        """Return numbers to read; as arrays all read-only, which is part of their type for numba."""
        if not self.compiled:
            return arithmetic.listed(column)
        view = np.asarray(column).view()
        view.flags.writeable = False
        return view

    def made(self, size: int, kind: Any) -> Any:
        """Return room to write to; memory that is not written to is not taken."""
        return np.empty(size, dtype=kind) if self.compiled else [0] * size

    def run(self, kernel: Callable[..., Any], *columns: Any) -> Any:
        """Call a kernel."""
        return (jit(kernel) if self.compiled else kernel)(*columns)


def _pairs(both: Sequence[Numbered], heads: Sequence[Ints], numbers: Sequence[Ints]) -> Pairs:
    """Return the edges that differ; heads of one number are the same."""
    weights, kind = _of_one_kind(*(each.graph.weights for each in both))
    n_edges, places = sum(map(len, weights)), [each.places for each in both]
    engine = _Engine(kind.kind != "O" and pays(n_edges))
    columns = ([each.graph.topology.ptr for each in both], heads, weights, places, numbers)
    sides = tuple(tuple(map(engine.given, side)) for side in zip(*columns, strict=True))
    edge = index_type(n_edges)
    rows = engine.made(len(places[0]) + 1, edge)
    slots = engine.made(max(len(places[0]), *map(len, numbers)), edge)
    kinds = (numbers[1].dtype, kind, kind, edge, edge)
    room = [engine.made(n_edges, each) for each in kinds]
    rows[0] = 0
    kept = engine.run(merge, sides, slots, rows, room[0], tuple(room[1:3]), tuple(room[3:]))
    ends, old, new, *counts = (_first(some, kept, each) for some, each in zip(room, kinds, strict=True))
    common = np.minimum(*counts)
    alone = [
        _lone(engine, side, (rows, ends, common, slots), int((count - common).sum()))
        for side, count in zip(sides, counts, strict=True)
    ]
    return Pairs(np.asarray(rows), ends, (old, new), (counts[0], counts[1]), (alone[0], alone[1]))


def _first(column: Any, size: int, kind: Any) -> Ints:
    """Return the first numbers of what was written as an array; few are copied, to let go of what was reserved."""
    if isinstance(column, np.ndarray):  # memory that was never written to was never taken
        return column[:size].copy() if 8 * size < len(column) else column[:size]
    array = np.empty(size, dtype=kind)
    array[:] = column[:size]
    return array


def _lone(engine: _Engine, side: Any, pairs: tuple[Any, Ints, Ints, Any], n_lone: int) -> Ints:
    """Return the edges of one graph that have no counterpart."""
    rows, ends, common, slots = pairs
    kind = common.dtype
    alone = engine.made(n_lone, kind)
    if n_lone:
        given = (ends, common.copy()) if engine.compiled else (ends.tolist(), common.tolist())
        engine.run(lone, side, rows, *given, slots, alone)
    return np.asarray(alone, dtype=kind)


# -- weights


def _of_one_kind(old: Weights, new: Weights) -> tuple[list[Weights], Any]:
    """Return the weights of two graphs as numbers of one kind, and the kind of their sums."""
    if isinstance(old, np.ndarray) and isinstance(new, np.ndarray) and _safe(old, new):
        common = np.promote_types(old.dtype, new.dtype)
        return [old.astype(common, copy=False), new.astype(common, copy=False)], np.promote_types(common, np.int64)
    weights: list[Weights] = [list(map(arithmetic.finished, arithmetic.listed(each))) for each in (old, new)]
    arithmetic.require_one_sum([*weights[0], *weights[1]])
    return weights, np.dtype(object)


def _safe(old: NDArray[Any], new: NDArray[Any]) -> bool:
    """Return whether sums of these weights are machine numbers: floats, or ints that cannot wrap."""
    whole = [np.abs(each.astype(np.float64, copy=False)).sum() for each in (old, new) if each.dtype.kind == "i"]
    if len(whole) == 1:  # ints beside floats
        return bool(whole[0] < arithmetic.EXACT_INT)
    return bool(sum(whole) < SAFE_INT)


__all__ = ["Numbered", "Pairs", "paired_edges"]
