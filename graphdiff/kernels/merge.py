"""Two graphs on one set of nodes, row by row: the edges that differ, parallel ones summed; each edge is touched once.

What a row has is kept in a sparse set (P. Briggs, L. Torczon, "An efficient representation for sparse sets", ACM
Letters on Programming Languages and Systems 2, 1993): the slot of an end counts only if it lies in this row's part and
that place says the same end, so that nothing is ever cleared.
"""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence
from typing import Any

#: Where a graph's rows start, heads, weights, the row of each number (-1: none), the number of each head.
Rows = tuple[Sequence[int], Sequence[int], Sequence[Any], Sequence[int], Sequence[int]]


def merge(
    sides: tuple[Rows, Rows],
    slots: MutableSequence[int],
    rows: MutableSequence[int],
    ends: MutableSequence[int],
    sums: tuple[MutableSequence[Any], MutableSequence[Any]],
    counts: tuple[MutableSequence[int], MutableSequence[int]],
) -> int:
    """Write the edges that differ to `ends`, `sums` and `counts`, and return how many there are.

    The edges of the number ``n`` are ``rows[n]:rows[n + 1]``, in the order in which the graph before, then the one
    after, has them.
    """
    kept = 0
    for number in range(len(rows) - 1):
        stop = kept
        for side, (ptr, heads, weights, places, numbers) in enumerate(sides):
            place = places[number]
            if place >= 0:
                for edge in range(ptr[place], ptr[place + 1]):
                    end, weight = numbers[heads[edge]], weights[edge]
                    slot = slots[end]
                    if slot < kept or slot >= stop or ends[slot] != end:
                        slot = slots[end] = stop
                        stop += 1
                        ends[slot] = end
                        counts[0][slot] = counts[1][slot] = 0
                        sums[0][slot] = sums[1][slot] = 0
                    # A first weight is not added to 0, which has no place among numbers of the user's own.
                    sums[side][slot] = sums[side][slot] + weight if counts[side][slot] else weight
                    counts[side][slot] += 1
        for slot in range(kept, stop):
            if sums[0][slot] != sums[1][slot] or counts[0][slot] != counts[1][slot]:
                ends[kept] = ends[slot]
                for each in range(2):
                    sums[each][kept], counts[each][kept] = sums[each][slot], counts[each][slot]
                kept += 1
        rows[number + 1] = kept
    return kept


def lone(
    side: Rows,
    rows: Sequence[int],
    ends: Sequence[int],
    common: MutableSequence[int],
    slots: MutableSequence[int],
    edges: MutableSequence[int],
) -> None:
    """Write to `edges` the edges of one graph without a counterpart: all but the first `common` of each."""
    ptr, heads, _, places, numbers = side
    n_found = 0
    for number in range(len(rows) - 1):
        first, stop, place = rows[number], rows[number + 1], places[number]
        if place < 0 or first == stop:
            continue
        for slot in range(first, stop):
            slots[ends[slot]] = slot
        for edge in range(ptr[place], ptr[place + 1]):
            end = numbers[heads[edge]]
            slot = slots[end]
            if first <= slot < stop and ends[slot] == end:
                if common[slot] > 0:
                    common[slot] -= 1
                else:
                    edges[n_found] = edge
                    n_found += 1
