"""A topological order of the strongly connected components.

Kahn's algorithm takes away, level by level, what nothing enters, then what nothing leaves; only where
something is left over is there a cycle, and only there Tarjan's algorithm looks for components (R. Tarjan,
"Depth-first search and linear graph algorithms", SIAM J. Comput. 1(2), 1972), with a stack of its own.
"""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence
from typing import Any, TypeAlias

import numpy as np

from graphdiff.kernels import jit, pays
from graphdiff.kernels.rows import Ints, counted, grouped, pointers

Row: TypeAlias = Sequence[int]
Work: TypeAlias = MutableSequence[int]

#: Levels of so many nodes are quicker in numpy than in a loop of Python.
WIDE = 64


def peel(ptr: Row, heads: Row, degree: Work, order: Work, done: int, ready: int) -> int:
    """Kahn: write to `order` the nodes that no cycle leads to, first in first out, and return how many.

    Of `order` the first `ready` nodes are there already, and the edges of the first `done` are taken away;
    `degree` is used up.
    """
    while done < ready:
        node = order[done]
        done += 1
        for edge in range(ptr[node], ptr[node + 1]):
            head = heads[edge]
            degree[head] -= 1
            if degree[head] == 0:
                order[ready] = head
                ready += 1
    return ready


def tarjan(
    ptr: Row, heads: Row, number: Work, low: Work, cursor: Work, trail: Work, pending: Work, component: Work
) -> int:
    """Tarjan: write the component of every node with ``number == 0``; components come last to first.

    Nodes with ``number == -1`` are left out. All work arrays have one entry a node; `cursor` starts as the
    first edge of each node. Returns how many components there are.
    """
    clock = 0
    components = 0
    pending_size = 0
    for start in range(len(number)):
        if number[start] != 0:
            continue
        clock += 1
        number[start] = low[start] = clock
        trail[0] = pending[pending_size] = start
        depth = 1
        pending_size += 1
        while depth > 0:
            node = trail[depth - 1]
            if cursor[node] < ptr[node + 1]:
                head = heads[cursor[node]]
                cursor[node] += 1
                if number[head] == 0:
                    clock += 1
                    number[head] = low[head] = clock
                    trail[depth] = pending[pending_size] = head
                    depth += 1
                    pending_size += 1
                elif number[head] > 0 and component[head] < 0:
                    low[node] = min(low[node], number[head])
                continue
            depth -= 1
            if depth > 0:
                low[trail[depth - 1]] = min(low[trail[depth - 1]], low[node])
            if low[node] == number[node]:
                while component[node] < 0:
                    pending_size -= 1
                    component[pending[pending_size]] = components
                components += 1
    return components


def topological(n_nodes: int, ptr: Ints, heads: Ints) -> tuple[Ints, Ints]:
    """Return a topological order of the nodes, and the ranges of it that are components with a cycle.

    Parameters
    ----------
    n_nodes : int
    ptr : uint64 array, shape (n_nodes + 1,)
        Row pointers: the edges of node `u` are ``ptr[u]:ptr[u + 1]``.
    heads : unsigned integer array, shape (n_edges,)

    Returns
    -------
    order : int64 array, shape (n_nodes,)
        Node of each position; the members of a component stand together, in the order of their ids.
    cyclic : int64 array, shape (n_components_with_a_cycle, 2)
        First position and the one after the last, in topological order. A self loop is a cycle.
    """
    order, n_peeled = _peeled(n_nodes, ptr, heads)
    if n_peeled == n_nodes:
        return order, np.empty((0, 2), dtype=np.int64)
    ahead = order[:n_peeled]
    left, tails, heads = _remaining(n_nodes, ptr, heads, ahead)
    behind_first, n_behind = _peeled(len(left), *grouped(len(left), heads, tails)[:2])
    behind = behind_first[:n_behind][::-1]
    core, sizes, loops = _components(len(left), tails, heads, behind)
    stops = n_peeled + np.cumsum(sizes)
    cyclic = np.stack([stops - sizes, stops], axis=1)
    return np.concatenate([ahead, left[core], left[behind]]), cyclic[(sizes > 1) | loops]


def few_arranged(n_nodes: int, tails: Row, heads: Row) -> tuple[list[int], list[int], list[int]] | None:
    """Do in lists, for few edges, what `topological` and `rows.reordered` do; None where there is a cycle.

    Returns
    -------
    ids : list, length n_nodes
        The node of each position.
    sizes : list, length n_nodes
        How many edges leave each position.
    numbers : list, length n_edges
        Which of the edges as given each edge of the rows is.

    Examples
    --------
    >>> few_arranged(3, [1, 0, 1], [2, 2, 0])
    ([1, 0, 2], [2, 1, 0], [0, 2, 1])
    """
    rows: list[list[int]] = [[] for _ in range(n_nodes)]
    degree = [0] * n_nodes
    for edge, (tail, head) in enumerate(zip(tails, heads, strict=True)):
        rows[tail].append(edge)
        degree[head] += 1
    ids = [node for node in range(n_nodes) if not degree[node]]
    for node in ids:
        for edge in rows[node]:
            head = heads[edge]
            degree[head] -= 1
            if not degree[head]:
                ids.append(head)
    if len(ids) < n_nodes:
        return None
    return ids, [len(rows[node]) for node in ids], [edge for node in ids for edge in rows[node]]


def _peeled(n_nodes: int, ptr: Ints, heads: Ints) -> tuple[Ints, int]:
    """Return the nodes that no cycle leads to, in the order of `peel`, with room for the others; and how many."""
    degree = counted(n_nodes, heads)
    order = np.empty(n_nodes, dtype=np.int64)
    free = np.flatnonzero(degree == 0)
    order[: len(free)] = free
    if pays(len(heads)):
        return order, jit(peel)(ptr, heads, degree, order, 0, len(free))
    done, ready = _levels_peeled(ptr.astype(np.int64), heads, degree, order, len(free))
    # Lists would be quicker to index, but what is left over is seldom worth making them.
    views: tuple[Any, Any, Any, Any] = (ptr.data, heads.data, degree.data, order.data)
    return order, peel(*views, done, ready)


def _levels_peeled(ptr: Ints, heads: Ints, degree: Ints, order: Ints, ready: int) -> tuple[int, int]:
    """Do as `peel` does, level by level, up to the first level too narrow for numpy; return `done` and `ready`."""
    done = 0
    met_last = np.empty(len(degree), dtype=np.int64)
    one = degree.dtype.type(1)  # a plain 1 would be cast for every edge
    while ready - done >= WIDE:
        level = order[done:ready]
        done = ready
        sizes = ptr[level + 1] - ptr[level]
        ends = np.cumsum(sizes)
        met = heads[np.arange(ends[-1]) + np.repeat(ptr[level] - ends + sizes, sizes)].astype(np.int64)
        np.subtract.at(degree, met, one)
        # A node is free where it is met for the last time.
        met_last[met] = np.arange(len(met))
        free = met[(degree[met] == 0) & (met_last[met] == np.arange(len(met)))]
        order[done : done + len(free)] = free
        ready += len(free)
    return done, ready


def _remaining(n_nodes: int, ptr: Ints, heads: Ints, ahead: Ints) -> tuple[Ints, Ints, Ints]:
    """Return the nodes not in `ahead`, and the tails and heads of their edges as indices of these nodes.

    Where no cycle leads is all ahead, so that no edge leads from the others back there.
    """
    remains = np.ones(n_nodes, dtype=bool)
    remains[ahead] = False
    left = np.flatnonzero(remains)
    local = np.empty_like(heads, shape=n_nodes)
    local[left] = np.arange(len(left))
    sizes = np.diff(ptr).astype(np.int64)
    tails = np.repeat(np.arange(len(left), dtype=heads.dtype), sizes[left])
    return left, tails, local[heads[np.repeat(remains, sizes)]]


def _components(n_nodes: int, tails: Ints, heads: Ints, behind: Ints) -> tuple[Ints, Ints, Ints]:
    """Return the nodes not in `behind` by component in topological order, the sizes, and which have a self loop."""
    inside = np.ones(n_nodes, dtype=bool)
    inside[behind] = False
    number = np.where(inside, 0, -1)
    component = np.full(n_nodes, -1, dtype=np.int64)
    low, trail, pending = (np.zeros(n_nodes, dtype=np.int64) for _ in range(3))
    ptr = pointers(counted(n_nodes, tails)).astype(np.int64)
    arrays = (ptr, heads, number, low, ptr[:-1].copy(), trail, pending, component)
    if pays(len(heads)):
        n_found = jit(tarjan)(*arrays)
    else:
        listed = [array.tolist() for array in arrays]
        n_found = tarjan(*listed)
        component = np.array(listed[-1])
    nodes = np.flatnonzero(inside)
    place = n_found - 1 - component
    by_place = np.argsort(place[nodes], kind="stable")
    loops = np.zeros(n_found, dtype=bool)
    loops[place[tails[(tails == heads) & inside[tails]]]] = True
    return nodes[by_place], np.bincount(place[nodes], minlength=n_found), loops
