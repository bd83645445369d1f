"""What leads from one drawn node to another over nodes that are not drawn: a sum and a number of ways each.

One sweep finds them all, which carries, for each node that is not drawn, the sum over the ways to it from each that is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from graphdiff.arithmetic import Number
from graphdiff.sums.between import Between
from graphdiff.sums.levels import Arrays

__all__ = ["Way", "bypasses", "ways_into"]

#: The sum of the products over some ways, and the number of these.
Way: TypeAlias = tuple[Number, int]
#: Ways by the node at their other end.
Ways: TypeAlias = dict[int, Way]

Progress: TypeAlias = Callable[[int, int | None], None]

#: More numbers are not held at once, of all nodes.
MAX_HELD = 10_000_000


def bypasses(between: Between, kept: Collection[int], progress: Progress | None = None) -> dict[tuple[int, int], Way]:
    """Return what leads from one kept node to another, edges too, passing no kept node.

    Parameters
    ----------
    between : Between
        Without cycles that are solved.
    kept : collection of int
        Nodes, numbered as in `between`.
    progress : callable, optional
        Is told how many nodes have been gone through, and how many there are.

    Returns
    -------
    dict
        ``{(tail, head): (sum of the products, number of ways)}``. All sources that are not kept are one tail,
        ``between.n_nodes``, and all targets that are not are one head, the number after it.
    """
    if len(kept) == between.n_nodes:
        return _direct(between)
    if between.n_nodes * len(kept) <= MAX_HELD and (arrays := Arrays.where_faster(between)):
        return _in_arrays(arrays, sorted(kept))
    arrived: dict[int, Ways] = {}
    carried = _started(between, kept)
    for node, row in enumerate(between.rows):
        ways = carried.pop(node, {})
        if progress is not None:
            progress(node, between.n_nodes)
        if node not in kept:
            for seed in between.exits[node]:
                _arrive(arrived, between.n_nodes + 1, ways, seed)
        for head, _, weight in row:
            if head in kept:
                _arrive(arrived, head, ways, weight)
            else:
                _carry(carried.setdefault(head, {}), ways, weight)
    return {(tail, head): way for tail in sorted(arrived) for head, way in sorted(arrived[tail].items())}


def ways_into(between: Between, kept: Sequence[int]) -> list[int]:
    """Return from which kept nodes ways lead to each of them that pass no kept one, whatever the weights.

    Parameters
    ----------
    between : Between
    kept : sequence of int
        Nodes, numbered as in `between`.

    Returns
    -------
    list of int
        For each kept node, and behind them for all targets that are not kept, the bits of the places in `kept` of its
        tails; the one bit more is of all sources that are not kept.
    """
    bits = {node: 1 << place for place, node in enumerate(kept)}
    tails = [0] * (between.n_nodes + 1)
    for node in set(between.sources).difference(bits):
        tails[node] = 1 << len(kept)
    hidden_ends = set(between.targets).difference(bits)
    before: list[int] = []
    while before != tails:  # where walks go round one sweep is not enough
        before = tails.copy() if between.loops else tails
        for node, heads in enumerate(between.steps):
            leaving = bits.get(node, tails[node])
            for head in heads:
                tails[head] |= leaving
            if node in hidden_ends:
                tails[-1] |= leaving
    return [tails[node] for node in (*kept, -1)]


def _direct(between: Between) -> dict[tuple[int, int], Way]:
    """Return the edges, parallel ones added up."""
    arrived: dict[int, Ways] = {}
    for node, row in enumerate(between.rows):
        for head, _, weight in row:
            _bring(arrived.setdefault(node, {}), head, weight, 1)
    return {(tail, head): way for tail, row in arrived.items() for head, way in sorted(row.items())}


def _started(between: Between, kept: Collection[int]) -> dict[int, Ways]:
    """Return the empty way at each kept node, and at each other source what is put in there."""
    one = between.graph.one_and_zero[0]
    carried: dict[int, Ways] = {node: {node: (one, 1)} for node in kept}
    for node, seed in between.starts:
        if node not in kept:
            _bring(carried.setdefault(node, {}), between.n_nodes, one if seed is None else seed, 1)
    return carried


def _arrive(arrived: dict[int, Ways], head: int, ways: Ways, weight: Number) -> None:
    """Add ways, each a step of this weight longer, to those that end at a head, by the tails that they start at."""
    for tail, (value, count) in ways.items():
        _bring(arrived.setdefault(tail, {}), head, value * weight, count)


def _carry(sums: Ways, ways: Ways, weight: Number) -> None:
    """Add ways, each a step of this weight longer, to those of the same tails that are on their way."""
    for tail, (value, count) in ways.items():
        _bring(sums, tail, value * weight, count)


def _bring(sums: Ways, key: int, value: Number, count: int) -> None:
    """Add ways to those that have the same other end."""
    before, counted = sums.get(key, (0, 0))
    sums[key] = before + value, counted + count


# -- the same of floats, by rows of an array: what comes to each node from each tail, added in the same order


def _in_arrays(arrays: Arrays, kept: list[int]) -> dict[tuple[int, int], Way]:
    between = arrays.between
    tails, heads = [*kept, between.n_nodes], [*kept, between.n_nodes + 1]
    sums, counts = _sums(arrays, kept)[heads].tolist(), _counts(between, kept)
    pairs = ((at, to) for at in range(len(tails)) for to in range(len(heads)) if counts[to][at])
    return {(tails[at], heads[to]): (sums[to][at], counts[to][at]) for at, to in pairs}


def _sums(arrays: Arrays, kept: list[int]) -> NDArray[Any]:
    """Return by head and tail what all ways from tail to head carry."""
    between, own = arrays.between, {node: column for column, node in enumerate(kept)}
    sums = np.zeros((between.n_nodes + 2, len(kept) + 1))
    for node, seed in between.numbered_starts:
        if node not in own:
            sums[node, -1] += float(seed)
    ptr = between.ptr.tolist()
    for node in range(between.n_nodes):
        edges = slice(ptr[node], ptr[node + 1])
        if node in own:
            np.add.at(sums[:, own[node]], between.heads[edges], arrays.weights[edges])
        elif arrays.are_single:
            sums[between.heads[edges]] += arrays.weights[edges, None] * sums[node]
        else:
            np.add.at(sums, between.heads[edges], arrays.weights[edges, None] * sums[node])
    for node, seed in between.numbered_stops:
        if node not in own:
            sums[-1] += sums[node] * float(seed)
    return sums


def _counts(between: Between, kept: list[int]) -> list[list[int]]:
    """Return by kept head, and behind all, how many ways lead there from each tail.

    The numbers are the digits of one int at each node: an edge is one addition. No digit grows beyond the number of all
    paths, as each way is a part of another.
    """
    width = between.n_paths.bit_length() // 8 + 1
    digits = {node: 1 << 8 * width * column for column, node in enumerate(kept)}
    packed, behind = [0] * between.n_nodes, 0
    for node in between.sources:
        packed[node] += 0 if node in digits else 1 << 8 * width * len(kept)
    for node, row in enumerate(between.rows):
        leaving = digits.get(node, packed[node])
        for head, *_ in row:
            packed[head] += leaving
    for node in between.targets:
        behind += 0 if node in digits else packed[node]
    texts = [
        number.to_bytes(width * (len(kept) + 1), "little") for number in (*(packed[node] for node in kept), behind)
    ]
    places = range(0, width * (len(kept) + 1), width)
    return [[int.from_bytes(text[place : place + width], "little") for place in places] for text in texts]
