"""Which nodes lie on a way: marks pushed along the edges, and marks pulled back."""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff.kernels import jit, pays


def push(ptr: Sequence[int], heads: Sequence[int], mark: MutableSequence[Any], start: int) -> None:
    """Mark everything that a marked node reaches; positions are in topological order."""
    for node in range(start, len(mark)):
        if mark[node]:
            for edge in range(ptr[node], ptr[node + 1]):
                mark[heads[edge]] = True


def pull(ptr: Sequence[int], heads: Sequence[int], nodes: Sequence[int], mark: MutableSequence[Any]) -> None:
    """Mark every one of `nodes`, which are in topological order, that reaches a marked node."""
    for place in range(len(nodes) - 1, -1, -1):
        node = nodes[place]
        for edge in range(ptr[node], ptr[node + 1]):
            if mark[heads[edge]]:
                mark[node] = True
                break


def reached(ptr: NDArray[Any], heads: NDArray[Any], starts: NDArray[Any]) -> NDArray[np.bool_]:
    """Return the mask of the positions that some of `starts` reach, themselves included."""
    mark = np.zeros(len(ptr) - 1, dtype=bool)
    if not len(starts):
        return mark
    mark[starts] = True
    first = int(np.min(starts))
    if pays(len(heads)):
        jit(push)(ptr, heads, mark, first)
        return mark
    listed = bytearray(mark.tobytes())
    push(ptr.data, heads.data, listed, first)
    return np.frombuffer(listed, dtype=bool)


def reaching(ptr: NDArray[Any], heads: NDArray[Any], among: NDArray[np.bool_], ends: NDArray[Any]) -> NDArray[np.bool_]:
    """Return the mask of the positions in `among` that reach some of `ends`, themselves included."""
    mark = np.zeros(len(ptr) - 1, dtype=bool)
    mark[ends] = among[ends]
    nodes = np.flatnonzero(among[: int(ends.max()) + 1 if len(ends) else 0])
    if pays(len(heads)):
        jit(pull)(ptr, heads, nodes, mark)
        return mark
    listed = bytearray(mark.tobytes())
    pull(ptr.data, heads.data, nodes.tolist(), listed)
    return np.frombuffer(listed, dtype=bool)


def flood(
    ptr: Sequence[int], heads: Sequence[int], mark: MutableSequence[Any], stack: MutableSequence[int], size: int
) -> None:
    """Mark everything that the first `size` nodes of `stack` reach by nodes not marked yet; any order will do."""
    while size > 0:
        size -= 1
        node = stack[size]
        for edge in range(ptr[node], ptr[node + 1]):
            head = heads[edge]
            if not mark[head]:
                mark[head] = True
                stack[size] = head
                size += 1


def flooded(
    ptr: NDArray[Any], heads: NDArray[Any], starts: NDArray[Any], avoided: int | None = None
) -> NDArray[np.bool_]:
    """Return the mask of what `starts` reach, themselves included, round cycles too; `avoided` is never entered."""
    mark = np.zeros(len(ptr) - 1, dtype=bool)
    mark[starts] = True
    begun = np.flatnonzero(mark)
    if avoided is not None:
        begun = begun[begun != avoided]
        mark[avoided] = True
    stack = np.zeros(len(mark), dtype=np.int64)
    stack[: len(begun)] = begun
    if pays(len(heads)):
        jit(flood)(ptr, heads, mark, stack, len(begun))
    else:
        listed = bytearray(mark.tobytes())
        flood(ptr.data, heads.data, listed, stack.tolist(), len(begun))
        mark = np.frombuffer(listed, dtype=bool).copy()
    if avoided is not None:
        mark[avoided] = False
    return mark
