"""`Stacks`: all stacks of a profile as one prefix tree of arrays, from which sums are taken once a stack.

A tree node is a stack: the frame it ends with, and the tree node of its caller. The nodes stand level by level, and in
a level by their parents, so that a parent stands before its children and these stand side by side: each pass over the
tree is one array operation a level, with no recursion however deep it is.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import ArrayLike, NDArray

from graphdiff.errors import UsageError
from graphdiff.graph.measured import STACKS
from graphdiff.kernels.rows import each_once
from graphdiff.kernels.stacks import outermost

__all__ = ["MOST", "Stacks", "path_in", "stacks_in", "summed"]

#: No sum of ints may reach this: beyond it the int64 of another sum could wrap.
MOST = 2.0**62
#: So many tree nodes are numbered at once, so that this takes little memory.
CHUNK = 1 << 20
#: Levels of no more tree nodes, on average, are summed one node at a time.
NARROW = 16


@dataclass(frozen=True, eq=False)
class Stacks:
    """A prefix tree of stacks.

    Attributes
    ----------
    parents : int array, shape (n,)
        The tree node of the caller, -1 for the first frame of a stack. It never decreases.
    frames : int array, shape (n,)
        Which function each tree node ends with.
    own : int64 or float64 array, shape (n,)
        What was measured with exactly this stack, 0 or more.
    levels : int array, shape (depth + 1,)
        Where each level starts, and n.
    samples : int64 array, shape (n,), or None
        How many samples had exactly this stack; None where the file does not say.

    Examples
    --------
    >>> stacks = Stacks.of([0, 1, 0, 2, 1, 0], [2, 3, 1], [5, 2, 1])
    >>> stacks.frames.tolist(), stacks.parents.tolist(), stacks.own.tolist()
    ([0, 1, 2, 1], [-1, 0, 0, 2], [1, 5, 0, 2])
    >>> stacks.totals.tolist()
    [8, 5, 2, 2]
    """

    parents: NDArray[Any]
    frames: NDArray[Any]
    own: NDArray[Any]
    levels: NDArray[np.int64]
    samples: NDArray[np.int64] | None = None

    @classmethod
    def of(cls, frames: ArrayLike, lengths: ArrayLike, costs: ArrayLike, samples: ArrayLike | None = None) -> Stacks:
        """Return the tree of stacks; what equal stacks cost adds up, and an empty stack is left out.

        Parameters
        ----------
        frames : ints, shape (sum of lengths,)
            The functions of all stacks, one stack after another, each from its root on.
        lengths : ints, shape (n_stacks,)
        costs : ints or floats, shape (n_stacks,)
        samples : ints, shape (n_stacks,), optional

        Raises
        ------
        UsageError
            If a cost is negative, no number, or they add up to 2**62 or more.
        """
        given, sizes, values = np.asarray(frames), np.asarray(lengths, dtype=np.int64), np.asarray(costs)
        _require_sums(values)
        ends = _tree(given, sizes, np.cumsum(sizes) - sizes)
        parents, labels, levels, at = ends
        there = sizes > 0
        own = summed(values[there], at[there], len(parents))
        if samples is None or (samples is costs and own.dtype.kind == "i"):
            return cls(parents, labels, own, levels, None if samples is None else own)
        counts = np.asarray(samples, dtype=np.int64)[there]
        return cls(parents, labels, own, levels, summed(counts, at[there], len(parents)))

    @classmethod
    def of_tree(
        cls, parents: ArrayLike, frames: ArrayLike, costs: ArrayLike, samples: ArrayLike | None = None
    ) -> Stacks:
        """Return the tree of nodes that are given each with its caller, in any order; equal stacks become one.

        Parameters
        ----------
        parents : ints, shape (n,)
            Which node is the caller, -1 for the first frame of a stack.
        frames : ints, shape (n,)
        costs : ints or floats, shape (n,)
            What was measured with exactly the stack that ends at each node.
        samples : ints, shape (n,), optional

        Raises
        ------
        UsageError
            As `of`; or if a node is among its own callers.

        Examples
        --------
        >>> stacks = Stacks.of_tree([1, -1, 1], [4, 3, 4], [5, 1, 2])
        >>> stacks.frames.tolist(), stacks.parents.tolist(), stacks.own.tolist()
        ([3, 4], [-1, 0], [1, 7])
        """
        callers, labels = np.asarray(parents, dtype=np.int64), np.asarray(frames, dtype=np.int64)
        values = np.asarray(costs)
        _require_sums(values)
        depths = _depths(callers)
        order = np.argsort(depths, kind="stable")
        places = np.empty_like(order)
        places[order] = np.arange(len(order))
        levels = np.searchsorted(depths[order], np.arange(int(depths.max(initial=-1)) + 2))
        above = callers[order]
        counts = None if samples is None else np.asarray(samples, dtype=np.int64)[order]
        tree = cls(np.where(above >= 0, places[above], -1), labels[order], values[order], levels, counts)
        return tree.mapped(np.arange(tree._n_frames))

    @classmethod
    def joined(cls, trees: Sequence[Stacks]) -> Stacks:
        """Return one tree of the stacks of several trees of the same functions; with samples where all have them.

        Examples
        --------
        >>> stacks = Stacks.joined([Stacks.of([0, 1], [2], [5]), Stacks.of([0, 1, 2], [3], [3])])
        >>> stacks.frames.tolist(), stacks.own.tolist()
        ([0, 1, 2], [0, 5, 3])
        """
        if len(trees) == 1:
            return trees[0]
        starts = np.cumsum([0, *map(len, trees)]).tolist()
        parents = [
            np.where(tree.parents >= 0, tree.parents + start, -1) for tree, start in zip(trees, starts, strict=False)
        ]
        counts = [tree.samples for tree in trees if tree.samples is not None]
        return cls.of_tree(
            np.concatenate([np.zeros(0, dtype=np.int64), *parents]),
            np.concatenate([np.zeros(0, dtype=np.int64), *(tree.frames for tree in trees)]),
            np.concatenate([tree.own for tree in trees] or [np.zeros(0, dtype=np.int64)]),
            np.concatenate(counts) if trees and len(counts) == len(trees) else None,
        )

    def __len__(self) -> int:
        return len(self.parents)

    @property
    def total(self) -> Any:
        """What all stacks cost together."""
        return self.own.sum().item() if len(self) else 0

    @property
    def n_samples(self) -> int | None:
        """How many samples there are; None where the file does not say."""
        return None if self.samples is None else int(self.samples.sum())

    @cached_property
    def totals(self) -> NDArray[Any]:
        """What each stack cost with all that it called, shape (n,)."""
        if len(self) < NARROW * len(self.levels):
            sums = self.own.tolist()
            for node, parent in zip(range(len(sums) - 1, -1, -1), self.parents[::-1].tolist(), strict=True):
                if parent >= 0:
                    sums[parent] += sums[node]
            return np.array(sums, dtype=self.own.dtype)
        totals = self.own.copy()
        for start, stop in reversed([*self._levels()][1:]):
            parents = self.parents[start:stop]
            firsts = np.flatnonzero(np.diff(parents, prepend=-2)) if stop - start > 1 else [0]
            totals[parents[firsts]] += np.add.reduceat(totals[start:stop], firsts)
        return totals

    @cached_property
    def outer(self) -> NDArray[np.bool_]:
        """Whether a tree node is the first of its function on the way from its root, shape (n,)."""
        return outermost(self.parents, self.frames)

    def sampled(self) -> Stacks:
        """Return the same stacks with samples in place of what was measured; where samples are known."""
        if self.samples is None:
            raise UsageError("this profile does not say how many samples it is of")
        return replace(self, own=self.samples)

    def texts(self) -> dict[str, str]:
        """Return the tree as texts, which a saved graph holds: of each array its type, then its bytes in base64.

        Examples
        --------
        >>> Stacks.of([0], [1], [5]).texts()
        {'parents': '<i4://///w==', 'frames': '<i4:AAAAAA==', 'own': '<i8:BQAAAAAAAAA='}
        """
        arrays = {"parents": self.parents, "frames": self.frames, "own": self.own, "samples": self.samples}
        little = {
            name: array.astype(array.dtype.newbyteorder("<")) for name, array in arrays.items() if array is not None
        }
        return {name: f"{array.dtype.str}:{b64encode(array.tobytes()).decode()}" for name, array in little.items()}

    # -- which stacks

    def holding(self, frames: ArrayLike) -> NDArray[np.bool_]:
        """Return the mask of the tree nodes that have one of these functions on the way from the root, or are one.

        Examples
        --------
        >>> Stacks.of([0, 1, 0, 2, 1], [2, 3], [5, 2]).holding([2]).tolist()
        [False, False, True, True]
        """
        return self._inherited(np.isin(self.frames, np.asarray(frames)))

    def below(self, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return a mask over the tree nodes with everything below what it has.

        Examples
        --------
        >>> stacks = Stacks.of([0, 1, 0, 2, 1], [2, 3], [5, 2])
        >>> stacks.below(stacks.frames == 2).tolist()
        [False, False, True, True]
        """
        return self._inherited(mask.copy())

    def where(self, mask: NDArray[np.bool_]) -> Stacks:
        """Return only the stacks of a mask over the tree nodes; of the others nothing is left."""
        own = np.where(mask, self.own, 0)
        samples = None if self.samples is None else np.where(mask, self.samples, 0)
        kept = own != 0 if samples is None else (own != 0) | (samples != 0)
        for start, stop in reversed([*self._levels()][1:]):
            kept[self.parents[start:stop][kept[start:stop]]] = True
        return replace(self, own=own, samples=samples)._of_nodes(kept)

    def scaled(self, factors: NDArray[Any]) -> Stacks:
        """Return the stacks with what each cost times its factor, shape (n,)."""
        return replace(self, own=self.own * factors)

    def mapped(self, new_frames: ArrayLike) -> Stacks:
        """Return the stacks with other functions in the place of these; of one that becomes -1 the caller gets it all.

        A stack all of whose functions become -1 is left out.

        Examples
        --------
        >>> stacks = Stacks.of([0, 1, 2, 0, 2], [3, 2], [5, 2]).mapped([0, -1, 2])
        >>> stacks.frames.tolist(), stacks.own.tolist()
        ([0, 2], [0, 7])
        """
        target = np.asarray(new_frames, dtype=np.int64)[self.frames]
        anchors, above, depths = self._visible(target >= 0)
        at = np.full(len(self), -1, dtype=np.int64)
        parts: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
        levels, size = [0], int(target.max(initial=-1)) + 1
        order = np.argsort(depths, kind="stable")
        bounds = np.searchsorted(depths[order], np.arange(1, int(depths.max(initial=0)) + 2))
        for start, stop in pairwise(bounds.tolist()):
            nodes = order[start:stop]
            callers = np.where(above[nodes] >= 0, at[above[nodes]], -1)
            keys, inverse = np.unique((callers + 1) * size + target[nodes], return_inverse=True)
            at[nodes] = levels[-1] + inverse
            parts.append((keys // size - 1, keys % size))
            levels.append(levels[-1] + len(keys))
        places = np.where(anchors >= 0, at[anchors], -1)
        there, n = places >= 0, levels[-1]
        samples = None if self.samples is None else summed(self.samples[there], places[there], n)
        parents, frames = _joined(parts)
        return Stacks(parents, frames, summed(self.own[there], places[there], n), np.array(levels), samples)

    # -- sums, once a stack

    def functions(self, n_functions: int) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return what each function cost by itself and with all it called, each counted once a stack; (n_functions,).

        Examples
        --------
        >>> own, inclusive = Stacks.of([0, 1, 0], [3], [5]).functions(2)
        >>> own.tolist(), inclusive.tolist()
        ([5, 0], [5, 5])
        """
        outer = self.outer
        inclusive = summed(self.totals, self.frames, n_functions, outer)
        return summed(self.own, self.frames, n_functions), inclusive

    def calls(self, n_functions: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[Any]]:
        """Return caller, callee and cost of each call that stacks have, a stack counted once; by caller, then callee.

        Examples
        --------
        >>> [each.tolist() for each in Stacks.of([0, 1, 0, 1], [4], [5]).calls(2)]
        [[0, 1], [1, 0], [5, 5]]
        """
        first = int(self.levels[1]) if len(self) else 0
        chunks = [(start, min(start + CHUNK, len(self))) for start in range(first, len(self), CHUNK)]
        parts = [each_once(self._pairs(n_functions, *chunk)) for chunk in chunks]
        keys = each_once(np.concatenate([np.zeros(0, dtype=np.int64), *parts]))
        ids = np.full(len(self), len(keys), dtype=self.parents.dtype)
        for start, stop in chunks:
            ids[start:stop] = np.searchsorted(keys, self._pairs(n_functions, start, stop))
        outer = outermost(self.parents, ids) & (self.parents >= 0)
        return keys // n_functions, keys % n_functions, summed(self.totals, ids, len(keys), outer)

    def path(self, node: int) -> tuple[int, ...]:
        """Return the functions from the root to a tree node."""
        return path_in(self.parents, self.frames, node)

    # -- inside

    @cached_property
    def _n_frames(self) -> int:
        return int(self.frames.max(initial=-1)) + 1

    def _levels(self) -> Iterator[tuple[int, int]]:
        return pairwise(self.levels.tolist())

    def _pairs(self, size: int, start: int, stop: int) -> NDArray[np.int64]:
        """Return the calls of tree nodes, each as one number; of the first frames of stacks it means nothing."""
        callers = self.frames[self.parents[start:stop]].astype(np.int64)
        pairs: NDArray[np.int64] = callers * size + self.frames[start:stop]
        return pairs

    def _inherited(self, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return a mask with everything below a node that has it."""
        for start, stop in [*self._levels()][1:]:
            mask[start:stop] |= mask[self.parents[start:stop]]
        return mask

    def _of_nodes(self, kept: NDArray[np.bool_]) -> Stacks:
        """Return the tree of some nodes, all callers of which are among them."""
        numbers = np.cumsum(kept) - 1
        parents = self.parents[kept]
        levels = np.concatenate([[0], np.cumsum(kept)])[self.levels]
        levels = levels[: np.searchsorted(levels, levels[-1]) + 1]
        return Stacks(
            np.where(parents >= 0, numbers[parents], -1).astype(self.parents.dtype),
            self.frames[kept],
            self.own[kept],
            levels,
            None if self.samples is None else self.samples[kept],
        )

    def _visible(self, visible: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Return of each tree node the nearest visible one at or above it, the one above it, and its depth among them.

        The depth of what is not visible is 0.
        """
        anchors = np.where(visible, np.arange(len(self)), -1)
        above = np.full(len(self), -1, dtype=np.int64)
        depths = visible.astype(np.int64)
        for start, stop in [*self._levels()][1:]:
            above[start:stop] = anchors[self.parents[start:stop]]
            hidden = ~visible[start:stop]
            anchors[start:stop][hidden] = above[start:stop][hidden]
            found = above[start:stop] >= 0
            depths[start:stop] += np.where(visible[start:stop] & found, depths[above[start:stop]], 0)
        return anchors, above, depths


def stacks_in(graph: nx.DiGraph) -> Stacks | None:
    """Return the stacks that a profile was measured on; None where it has none.

    Examples
    --------
    >>> stacks_in(nx.DiGraph(unit="s")) is None
    True
    """
    stacks = graph.graph.get(STACKS)
    return stacks if isinstance(stacks, Stacks) else None


def path_in(parents: NDArray[Any], frames: NDArray[Any], node: int) -> tuple[int, ...]:
    """Return the functions from the root of a tree to one of its nodes.

    Examples
    --------
    >>> path_in(np.array([-1, 0, 0]), np.array([7, 8, 9]), 2)
    (7, 9)
    """
    way: list[int] = []
    while node >= 0:
        way.append(int(frames[node]))
        node = int(parents[node])
    return tuple(reversed(way))


def _tree(frames: NDArray[Any], sizes: NDArray[np.int64], starts: NDArray[np.int64]) -> tuple[NDArray[Any], ...]:
    """Return parents, frames and levels of the tree, and at which of its nodes each stack ends."""
    at = np.full(len(sizes), -1, dtype=np.int64)
    n_frames = int(frames.max(initial=-1)) + 1
    kind = np.int32 if max(n_frames, len(frames)) < 2**31 else np.int64
    active, levels, parts = np.flatnonzero(sizes), [0], []
    while len(active):
        depth = len(levels) - 1
        keys, inverse = np.unique((at[active] + 1) * n_frames + frames[starts[active] + depth], return_inverse=True)
        at[active] = levels[-1] + inverse
        parts.append(((keys // n_frames - 1).astype(kind), (keys % n_frames).astype(kind)))
        levels.append(levels[-1] + len(keys))
        active = active[sizes[active] > depth + 1]
        if len(active) == 1:
            break
    for stack in active.tolist():  # one alone, which may go on for long
        rest = frames[starts[stack] + len(levels) - 1 : starts[stack] + sizes[stack]]
        nodes = levels[-1] + np.arange(len(rest))
        parts.append((np.concatenate([at[[stack]], nodes[:-1]]).astype(kind), rest.astype(kind)))
        levels.extend((nodes + 1).tolist())
        at[stack] = nodes[-1]
    parents, labels = _joined(parts)
    return parents, labels, np.array(levels), at


def _depths(parents: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many callers each node of a tree has: as far up as is known, each step knows twice as far."""
    depths = (parents >= 0).astype(np.int64)
    above = parents.copy()
    for _ in range(len(parents).bit_length() + 1):
        below = np.flatnonzero(above >= 0)
        if not len(below):
            return depths
        depths[below] += depths[above[below]]
        above[below] = above[above[below]]
    raise UsageError(f"node {above[below[0]]} of its tree, counted from 0, is among its own callers")


def _joined(parts: Sequence[tuple[NDArray[Any], NDArray[Any]]]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return parents and frames of all levels, in as few bytes as hold them."""
    parents, frames = (
        np.concatenate(column) if column else np.zeros(0, dtype=np.int32)
        for column in ([part[place] for part in parts] for place in range(2))
    )
    kind = np.result_type(_small(parents), _small(frames))
    return parents.astype(kind, copy=False), frames.astype(kind, copy=False)


def _small(values: NDArray[Any]) -> NDArray[Any]:
    """Return ints in as few bytes as hold them: half the memory of a large tree."""
    return values.astype(np.int32, copy=False) if values.max(initial=0) < 2**31 else values


def summed(
    values: NDArray[Any], places: NDArray[Any], size: int, mask: NDArray[np.bool_] | None = None
) -> NDArray[Any]:
    """Return the sum of the values of each place, or of those of a mask.

    Of ints exactly, which `numpy.bincount` does in floats.

    Examples
    --------
    >>> summed(np.array([1, 2, 3]), np.array([0, 2, 0]), 3).tolist()
    [4, 0, 2]
    """
    sums = np.zeros(size, dtype=np.float64 if values.dtype.kind == "f" else np.int64)
    for start in range(0, len(values), CHUNK):
        chunk = slice(start, start + CHUNK)
        kept = chunk if mask is None else np.flatnonzero(mask[chunk]) + start
        np.add.at(sums, places[kept].astype(np.intp, copy=False), values[kept])
    return sums


def _require_sums(values: NDArray[Any]) -> None:
    if values.dtype.kind not in "iuf":
        raise UsageError("what stacks cost is ints or floats")
    total = float(values.astype(np.float64).sum())
    if not total < MOST or (values < 0).any():
        raise UsageError("what stacks cost is 0 or more, and less than 2**62 together")
