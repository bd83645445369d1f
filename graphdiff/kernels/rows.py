"""Edges in rows: grouped by tail by a counting sort, then the rows put in another order, each in one pass.

Without machine code numpy does the same; the sorts are stable, so both give the same rows.
"""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff.kernels import jit, pays, run

Ints = NDArray[Any]
Row = tuple[Ints, Ints, Ints]

#: So many nodes or edges can be numbered in uint32; more take uint64.
UINT32_COUNT = 2**32


def index_type(count: int) -> type[np.unsignedinteger[Any]]:
    """Return the type that numbers `count` things.

    Examples
    --------
    >>> index_type(10).__name__, index_type(2**40).__name__
    ('uint32', 'uint64')
    """
    return np.uint32 if count <= UINT32_COUNT else np.uint64


def signed_type(count: int) -> type[np.signedinteger[Any]]:
    """Return the type that numbers `count` things, and has a number below 0 for none.

    Examples
    --------
    >>> signed_type(10).__name__, signed_type(2**32).__name__
    ('int32', 'int64')
    """
    return np.int32 if count <= UINT32_COUNT // 2 else np.int64


def each_once(values: Ints) -> Ints:
    """Return the values of an array, each once, ascending.

    As `numpy.unique`, which from 2.3 on puts ints into a hash table: for a million that differ 50 times as long.

    Examples
    --------
    >>> each_once(np.array([3, 1, 3])).tolist(), each_once(np.array([], dtype=int)).tolist()
    ([1, 3], [])
    """
    ordered = np.sort(values, axis=None)
    is_first = np.ones(len(ordered), dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=is_first[1:])
    return ordered[is_first]


# -- kernels


def count(ends: Sequence[int], counts: MutableSequence[int]) -> None:
    """Add to `counts` how often each node is among `ends`."""
    for edge in range(len(ends)):
        counts[ends[edge]] += 1


def place(
    tails: Sequence[int],
    heads: Sequence[int],
    cursor: MutableSequence[int],
    placed: MutableSequence[int],
    numbers: MutableSequence[int],
) -> None:
    """Write heads and edge numbers to the rows of their tails; `cursor` starts as the first place of each row."""
    for edge in range(len(tails)):
        tail = tails[edge]
        here = cursor[tail]
        cursor[tail] = here + 1
        placed[here] = heads[edge]
        numbers[here] = edge


def reorder(
    ids: Sequence[int],
    ptr: Sequence[int],
    heads: Sequence[int],
    numbers: Sequence[int],
    positions: Sequence[int],
    new_ptr: MutableSequence[int],
    new_heads: MutableSequence[int],
    new_numbers: MutableSequence[int],
) -> None:
    """Copy the rows of `ids`, one after the other, and name their heads by position."""
    here = 0
    for position in range(len(ids)):
        node = ids[position]
        for edge in range(ptr[node], ptr[node + 1]):
            new_heads[here] = positions[heads[edge]]
            new_numbers[here] = numbers[edge]
            here += 1
        new_ptr[position + 1] = here


def take(values: Sequence[Any], which: Sequence[int], taken: MutableSequence[Any]) -> None:
    """Write to `taken` the values at the indices `which`."""
    for place in range(len(which)):
        taken[place] = values[which[place]]


def n_in_rows(ptr: Sequence[int], nodes: Sequence[int]) -> int:
    """Return how many edges the rows of some nodes have."""
    size = 0
    for place in range(len(nodes)):
        size += int(ptr[nodes[place] + 1]) - int(ptr[nodes[place]])
    return size


def count_inside(
    ptr: Sequence[int],
    heads: Sequence[int],
    nodes: Sequence[int],
    entering: MutableSequence[int],
    leaving: MutableSequence[int],
) -> None:
    """Count the edges among some nodes that enter each, which has a 0 at first, others -1, and that leave it."""
    for place in range(len(nodes)):
        node = nodes[place]
        for edge in range(ptr[node], ptr[node + 1]):
            if entering[heads[edge]] >= 0:
                entering[heads[edge]] += 1
                leaving[place] += 1


def keep(
    nodes: Sequence[int],
    ptr: Sequence[int],
    heads: Sequence[int],
    renumbered: Sequence[int],
    kept_ptr: MutableSequence[int],
    kept_heads: MutableSequence[int],
    kept: MutableSequence[int],
) -> int:
    """Copy of the rows of `nodes` the edges whose head has a new number, and return how many those are.

    `renumbered` has -1 for every head that is left out; `kept` gets the places of the edges.
    """
    here = 0
    for place in range(len(nodes)):
        node = nodes[place]
        for edge in range(ptr[node], ptr[node + 1]):
            head = renumbered[heads[edge]]
            if head >= 0:
                kept_heads[here] = head
                kept[here] = edge
                here += 1
        kept_ptr[place + 1] = here
    return here


def number_parallels(
    ptr: Sequence[int], heads: Sequence[int], latest: MutableSequence[int], numbers: MutableSequence[int]
) -> bool:
    """Write to `numbers` how many edges before each one have its ends, and return whether any has.

    `latest` has a zero for each node: one more than the last edge that led there.
    """
    repeated = False
    done = 0
    for row in range(len(ptr) - 1):
        start = done
        for edge in range(ptr[row], ptr[row + 1]):
            head = heads[edge]
            before = latest[head]
            if before > start:
                numbers[done] = numbers[before - 1] + 1
                repeated = True
            done += 1
            latest[head] = done
    return repeated


def has_parallels(ptr: Sequence[int], heads: Sequence[int], latest: MutableSequence[int]) -> bool:
    """Return whether two edges have the same ends; `latest` has a zero for each node."""
    for row in range(len(ptr) - 1):
        for edge in range(ptr[row], ptr[row + 1]):
            head = heads[edge]
            if latest[head] == row + 1:
                return True
            latest[head] = row + 1
    return False


def number_some(
    ptr: Sequence[int],
    heads: NDArray[Any],
    edges: Sequence[int],
    rows: Sequence[int],
    marks: MutableSequence[int],
    counts: MutableSequence[int],
    numbers: MutableSequence[int],
) -> None:
    """Write how many edges before each of some edges, which are in `rows`, have its ends.

    `marks` has a zero for each node: by which look at a row it was last seen there; `counts` how often before then.
    """
    look, current, seen = 0, -1, np.int64(0)  # edges of the current row up to `seen` have been looked at
    for place in range(len(edges)):
        row, edge = rows[place], edges[place]
        if row != current or edge < seen:
            look += 1
            current, seen = row, np.int64(ptr[row])
        while seen <= edge:
            head = heads[seen]
            counts[head] = counts[head] + 1 if marks[head] == look else 0
            marks[head] = look
            seen += 1
        numbers[place] = counts[heads[edge]]


def find_firsts(
    ptr: Sequence[int], heads: Sequence[int], firsts_of: MutableSequence[int], firsts: MutableSequence[int]
) -> bool:
    """Write to `firsts` the first edge with the ends of each one, and return whether that is another for any.

    `firsts_of` has a zero for each node: one more than the first edge of a row that led there.
    """
    repeated = False
    done = 0
    for row in range(len(ptr) - 1):
        start = done
        for edge in range(ptr[row], ptr[row + 1]):
            head = heads[edge]
            first = firsts_of[head]
            if first > start:
                firsts[done] = first - 1
                repeated = True
            else:
                firsts[done] = done
                firsts_of[head] = done + 1
            done += 1
    return repeated


# -- what the rest calls


def counted(n_nodes: int, ends: Ints) -> Ints:
    """Return how often each node is among `ends`, unsigned integers of shape (n_nodes,)."""
    if not pays(len(ends)):
        return np.bincount(ends.astype(np.int64), minlength=n_nodes).astype(index_type(len(ends)))
    counts = np.zeros(n_nodes, dtype=index_type(len(ends)))
    jit(count)(ends, counts)
    return counts


def pointers(sizes: Ints) -> Ints:
    """Return where rows of these sizes start, and where the last one ends: uint64, shape (n_rows + 1,)."""
    ptr = np.zeros(len(sizes) + 1, dtype=np.uint64)
    np.cumsum(sizes, out=ptr[1:], dtype=np.uint64)
    return ptr


def grouped(n_nodes: int, tails: Ints, heads: Ints) -> Row:
    """Group edges by tail, within a row in their own order.

    Parameters
    ----------
    n_nodes : int
    tails, heads : unsigned integer arrays, shape (n_edges,)

    Returns
    -------
    ptr : uint64 array, shape (n_nodes + 1,)
    heads : uint32 (or uint64) array, shape (n_edges,)
    numbers : uint32 (or uint64) array, shape (n_edges,)
        Which of the edges as given each one is.
    """
    ptr = pointers(counted(n_nodes, tails))
    head_type, number_type = index_type(n_nodes), index_type(len(tails))
    if np.all(tails[1:] >= tails[:-1]):
        return ptr, heads.astype(head_type, copy=False), np.arange(len(tails), dtype=number_type)
    if not pays(len(tails)):
        by_tail = np.argsort(tails, kind="stable")
        return ptr, heads[by_tail].astype(head_type), by_tail.astype(number_type)
    placed, numbers = np.empty(len(tails), dtype=head_type), np.empty(len(tails), dtype=number_type)
    jit(place)(tails, heads, ptr[:-1].astype(number_type), placed, numbers)
    return ptr, placed, numbers


def reordered(ids: Ints, ptr: Ints, heads: Ints, numbers: Ints) -> Row:
    """Put the rows of nodes in the order `ids`, and name heads by their place in it."""
    positions = np.empty(len(ids), dtype=heads.dtype)
    positions[ids] = np.arange(len(ids), dtype=heads.dtype)
    if not pays(len(heads)):
        sizes = np.diff(ptr)[ids]
        new_ptr = pointers(sizes)
        places = np.arange(len(heads)) + np.repeat(
            (ptr[:-1][ids] - new_ptr[:-1]).astype(np.int64), sizes.astype(np.int64)
        )
        return new_ptr, positions[heads[places]], numbers[places]
    new_ptr, new_heads, new_numbers = np.zeros_like(ptr), np.empty_like(heads), np.empty_like(numbers)
    jit(reorder)(ids, ptr, heads, numbers, positions, new_ptr, new_heads, new_numbers)
    return new_ptr, new_heads, new_numbers


def kept_among(ptr: Ints, heads: Ints, nodes: Ints, renumbered: Ints) -> Row:
    """Return the edges of the rows of `nodes` whose head has a new number, -1 being none.

    Returns
    -------
    ptr : int64 array, shape (len(nodes) + 1,)
    heads : int64 array, shape (n_kept,)
        By their new numbers.
    places : int64 array, shape (n_kept,)
        Where each one stands among the edges as given.

    Examples
    --------
    >>> ptr, heads = np.array([0, 2, 3, 3], dtype=np.uint64), np.array([1, 2, 2], dtype=np.uint32)
    >>> [array.tolist() for array in kept_among(ptr, heads, np.array([0, 2]), np.array([0, -1, 1]))]
    [[0, 1, 1], [1], [1]]
    """
    begins = ptr[nodes].astype(np.int64)
    sizes = ptr[nodes + 1].astype(np.int64) - begins
    n_edges = int(sizes.sum())
    if not pays(n_edges):
        bounds = np.concatenate([[0], np.cumsum(sizes)])
        places = np.arange(n_edges) + np.repeat(begins - bounds[:-1], sizes)
        new = renumbered[heads[places]]
        inside = new >= 0
        return np.concatenate([[0], np.cumsum(inside)])[bounds], new[inside], places[inside]
    kept_ptr, kept_heads, kept = (np.empty(size, dtype=np.int64) for size in (len(nodes) + 1, n_edges, n_edges))
    kept_ptr[0] = 0
    n_kept = jit(keep)(nodes, ptr, heads, renumbered, kept_ptr, kept_heads, kept)
    return kept_ptr, kept_heads[:n_kept], kept[:n_kept]


def parallels(ptr: Ints, heads: Ints) -> Ints | None:
    """Return how many edges before each one in its row have its head, int64; None where no two edges have both ends.

    Examples
    --------
    >>> parallels(np.array([0, 3, 3]), np.array([1, 0, 1]))
    array([0, 0, 1])
    """
    if pays(len(heads)):
        numbers, latest = np.zeros(len(heads), dtype=np.int64), np.zeros(len(ptr) - 1, dtype=np.int64)
        return numbers if jit(number_parallels)(ptr, heads, latest, numbers) else None
    order, begins = _by_ends(ptr, heads)
    numbers, places = np.empty(len(order), dtype=np.int64), np.arange(len(order))
    numbers[order] = places - begins
    return numbers if numbers.any() else None


def are_parallels(ptr: Ints, heads: Ints) -> bool:
    """Return whether any two edges have both ends.

    Examples
    --------
    >>> are_parallels(np.array([0, 3, 3]), np.array([1, 0, 1])), are_parallels(np.array([0, 2, 2]), np.array([1, 0]))
    (True, False)
    """
    return run(has_parallels, len(heads), ptr, heads, np.zeros(len(ptr) - 1, dtype=np.int64))


def parallels_at(ptr: Ints, heads: Ints, edges: Ints) -> Ints:
    """Return of some edges how many before each one in its row have its head, int64.

    Examples
    --------
    >>> parallels_at(np.array([0, 3, 3]), np.array([1, 0, 1]), np.array([2, 0]))
    array([1, 0])
    """
    rows = np.searchsorted(ptr, edges.astype(ptr.dtype), side="right") - 1
    marks, counts = (np.zeros(len(ptr) - 1, dtype=np.int64) for _ in range(2))
    numbers = np.empty(len(edges), dtype=np.int64)
    run(number_some, len(edges), ptr, heads, edges.astype(np.int64), rows, marks, counts, numbers)
    return numbers


def first_parallels(ptr: Ints, heads: Ints) -> Ints | None:
    """Return the first edge in the row of each one that has its head; None where no two edges have both ends.

    Examples
    --------
    >>> first_parallels(np.array([0, 3, 3]), np.array([1, 0, 1])).tolist()
    [0, 1, 0]
    """
    firsts = np.empty(len(heads), dtype=index_type(len(heads)))
    if pays(len(heads)):
        return firsts if jit(find_firsts)(ptr, heads, np.zeros(len(ptr) - 1, dtype=np.int64), firsts) else None
    order, begins = _by_ends(ptr, heads)
    firsts[order] = order[begins]
    return firsts if (firsts != np.arange(len(firsts))).any() else None


def _by_ends(ptr: Ints, heads: Ints) -> tuple[Ints, Ints]:
    """Return edges ordered by both ends, and where in that order those begin that have the ends of each."""
    sizes: Ints = np.diff(ptr.astype(np.int64))
    tails = np.repeat(np.arange(len(ptr) - 1), sizes)
    order = np.lexsort((heads, tails))  # stable, so that edges with the same ends keep their order
    starts = np.ones(len(order), dtype=bool)
    starts[1:] = (tails[order][1:] != tails[order][:-1]) | (heads[order][1:] != heads[order][:-1])
    return order, np.maximum.accumulate(np.where(starts, np.arange(len(order)), 0))


def taken(values: NDArray[Any], which: Ints) -> NDArray[Any]:
    """Return the values at the indices `which`."""
    if not pays(len(which)):
        return values[which]
    chosen = np.empty(len(which), dtype=values.dtype)
    jit(take)(values, which, chosen)
    return chosen
