"""A topological order of the strongly connected components.

Kahn's algorithm takes away, level by level, what nothing enters, then what nothing leaves; only where
something is left over is there a cycle, and only there Tarjan's algorithm looks for components (R. Tarjan,
"Depth-first search and linear graph algorithms", SIAM J. Comput. 1(2), 1972), with a stack of its own.
"""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff.kernels import jit, pays

Ints = NDArray[Any]


def peel(ptr: Sequence[int], heads: Sequence[int], degree: MutableSequence[int], order: MutableSequence[int]) -> int:
    """Kahn: write to `order` the nodes that no cycle leads to, and return how many; `degree` is used up."""
    found = 0
    for node in range(len(degree)):
        if degree[node] == 0:
            order[found] = node
            found += 1
    done = 0
    while done < found:
        node = order[done]
        done += 1
        for edge in range(ptr[node], ptr[node + 1]):
            head = heads[edge]
            degree[head] -= 1
            if degree[head] == 0:
                order[found] = head
                found += 1
    return found


def tarjan(
    ptr: Sequence[int],
    heads: Sequence[int],
    number: MutableSequence[int],
    low: MutableSequence[int],
    cursor: MutableSequence[int],
    trail: MutableSequence[int],
    pending: MutableSequence[int],
    component: MutableSequence[int],
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
    ptr : int64 array, shape (n_nodes + 1,)
        Row pointers: the edges of node `u` are ``ptr[u]:ptr[u + 1]``.
    heads : integer array, shape (n_edges,)

    Returns
    -------
    order : int64 array, shape (n_nodes,)
        Node of each position; the members of a component stand together, in the order of their ids.
    cyclic : int64 array, shape (n_components_with_a_cycle, 2)
        First position and the one after the last, in topological order. A self loop is a cycle.
    """
    order, found = _peeled(n_nodes, ptr, heads)
    if found == n_nodes:
        return order, np.empty((0, 2), dtype=np.int64)
    ahead = order[:found]
    left = np.ones(n_nodes, dtype=bool)
    left[ahead] = False
    tails = np.repeat(np.arange(n_nodes, dtype=np.int64), np.diff(ptr))
    keep = left[tails] & left[heads]
    by_head = np.argsort(heads[keep], kind="stable")
    back_heads = tails[keep][by_head]
    back_ptr = np.zeros(n_nodes + 1, dtype=np.int64)
    np.cumsum(np.bincount(heads[keep], minlength=n_nodes), out=back_ptr[1:])
    back, n_back = _peeled(n_nodes, back_ptr, back_heads)
    # Without their edges the nodes that the first pass took are isolated: the second meets them again.
    behind = back[:n_back][left[back[:n_back]]][::-1]
    left[behind] = False
    core, sizes, loops = _components(n_nodes, ptr, heads, left)
    stops = found + np.cumsum(sizes)
    cyclic = np.stack([stops - sizes, stops], axis=1)
    return np.concatenate([ahead, core, behind]), cyclic[(sizes > 1) | loops]


def _peeled(n_nodes: int, ptr: Ints, heads: Ints) -> tuple[Ints, int]:
    degree = np.bincount(heads, minlength=n_nodes).astype(np.int64)
    if pays(len(heads)):
        order = np.empty(n_nodes, dtype=np.int64)
        return order, jit(peel)(ptr, heads, degree, order)
    listed = [0] * n_nodes
    found = peel(ptr.tolist(), heads.tolist(), degree.tolist(), listed)
    return np.array(listed, dtype=np.int64), found


def _components(n_nodes: int, ptr: Ints, heads: Ints, inside: Ints) -> tuple[Ints, Ints, Ints]:
    """Return the nodes of `inside` by component in topological order, the sizes, and which have a self loop."""
    number = np.where(inside, 0, -1).astype(np.int64)
    component = np.full(n_nodes, -1, dtype=np.int64)
    low, trail, pending = (np.zeros(n_nodes, dtype=np.int64) for _ in range(3))
    if pays(len(heads)):
        count = jit(tarjan)(ptr, heads, number, low, ptr[:-1].copy(), trail, pending, component)
    else:
        listed = component.tolist()
        work = (number.tolist(), low.tolist(), ptr[:-1].tolist(), trail.tolist(), pending.tolist())
        count = tarjan(ptr.tolist(), heads.tolist(), *work, listed)
        component = np.array(listed, dtype=np.int64)
    nodes = np.flatnonzero(inside)
    place = count - 1 - component[nodes]
    by_place = np.argsort(place, kind="stable")
    tails = np.repeat(np.arange(n_nodes, dtype=np.int64), np.diff(ptr))
    loops = np.zeros(count, dtype=bool)
    own = tails[(tails == heads) & inside[tails]]
    loops[count - 1 - component[own]] = True
    return nodes[by_place], np.bincount(place, minlength=count), loops
