"""The stacks of several profiles as one prefix tree, so that what each stack cost stands side by side: `Route`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff.graph.measured import STACKS
from graphdiff.profiles.noise import deviation, of_stacks, scatter, widest
from graphdiff.profiles.pairing import scaled
from graphdiff.profiles.stacks import Stacks, path_in

__all__ = ["ChangedRoute", "Counted", "Forest", "changed_routes", "stacks_of", "united"]

Values = NDArray[Any]


@dataclass(frozen=True)
class ChangedRoute:
    """One stack, and what its last function cost by itself there.

    Attributes
    ----------
    functions : tuple of labels
        From the root on.
    before, after, change : numbers
    margin : number or None
        A change within this can be chance; None where no run says anything about that.
    """

    functions: tuple[Any, ...]
    before: float
    after: float
    change: float
    margin: float | None

    @property
    def is_noise(self) -> bool:
        """Whether the change can be chance."""
        return self.margin is not None and abs(self.change) <= self.margin

    def to_dict(self) -> dict[str, Any]:
        """Return the route as plain values."""
        return {**vars(self), "functions": list(map(str, self.functions))}


class Counted(NamedTuple):
    """A profile, and times what everything in it counts: an int or a Fraction."""

    graph: nx.DiGraph
    factor: Any


@dataclass(frozen=True, eq=False)
class Forest:
    """One prefix tree for several profiles.

    Attributes
    ----------
    parents, frames : int arrays, shape (n,)
        As in `Stacks`.
    places : list of int arrays
        Of each profile, which node of this tree each of its own tree nodes is.
    """

    parents: Values
    frames: Values
    places: list[Values]

    def column(self, which: int, values: Values) -> NDArray[np.float64]:
        """Return what one of the profiles has for its tree nodes, by the nodes of this tree; 0 where it has none."""
        column = np.zeros(len(self.parents))
        column[self.places[which]] = values
        return column

    def path(self, node: int) -> tuple[int, ...]:
        """Return the functions from the root to a tree node."""
        return path_in(self.parents, self.frames, node)


def united(trees: Sequence[Stacks], functions: Sequence[Values]) -> Forest:
    """Return the stacks of several profiles as one tree.

    Parameters
    ----------
    trees : sequence of Stacks
    functions : sequence of int arrays
        Of each profile, which function each of its frames is.

    Examples
    --------
    >>> old, new = Stacks.of([0, 1], [2], [5]), Stacks.of([1, 0], [2], [3])
    >>> forest = united([old, new], [np.array([0, 1]), np.array([1, 0])])
    >>> [forest.path(node) for node in range(2)], forest.column(0, old.own).tolist(), forest.column(1, new.own).tolist()
    ([(0,), (0, 1)], [0.0, 5.0], [0.0, 3.0])
    """
    labels = [which[tree.frames].astype(np.int64) for tree, which in zip(trees, functions, strict=True)]
    size = 1 + max((int(each.max(initial=0)) for each in labels), default=0)
    places = [np.zeros(len(tree), dtype=np.int64) for tree in trees]
    parents, frames, n = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)], 0
    for level in range(max((len(tree.levels) for tree in trees), default=1) - 1):
        spans = [
            slice(*tree.levels[[level, level + 1]]) if level + 1 < len(tree.levels) else slice(0) for tree in trees
        ]
        keys = [
            (_callers(tree, at, span) + 1) * size + each[span]
            for tree, at, each, span in zip(trees, places, labels, spans, strict=True)
        ]
        known, inverse = np.unique(np.concatenate(keys), return_inverse=True)
        for at, span in zip(places, spans, strict=True):
            width = len(at[span])
            at[span], inverse = n + inverse[:width], inverse[width:]
        parents.append(known // size - 1)
        frames.append(known % size)
        n += len(known)
    return Forest(np.concatenate(parents), np.concatenate(frames), places)


def _callers(tree: Stacks, places: Values, span: slice) -> Values:
    """Return which node of the united tree calls each of a level; -1 for none."""
    parents = tree.parents[span]
    return np.where(parents >= 0, places[parents], -1)


def stacks_of(graph: nx.DiGraph, main: Any) -> Stacks:
    """Return the stacks of a profile that hold a function, or all of them."""
    stacks: Stacks = graph.graph[STACKS]
    if main is None:
        return stacks
    return stacks.where(stacks.holding([place for place, label in enumerate(graph) if label == main]))


def changed_routes(
    pair: Sequence[Counted], runs: tuple[Sequence[Counted], Sequence[Counted]], main: Any, top: int
) -> list[ChangedRoute]:
    """Return the stacks whose own cost changed most.

    Parameters
    ----------
    pair : pair of Counted
        The profiles before and after, with stacks.
    runs : pair of lists of Counted
        The runs that they are the means of; none where they are one run.
    main : label or None
        What stacks have to hold to count.
    top : int
    """
    every = [*pair, *runs[0], *runs[1]]
    labels = list(dict.fromkeys(label for graph, _ in every for label in graph))
    numbers = {label: number for number, label in enumerate(labels)}
    trees = [stacks_of(graph, main) for graph, _ in every]
    forest = united(trees, [np.array([numbers[label] for label in graph], dtype=np.int64) for graph, _ in every])
    before, after, *others = [
        forest.column(k, scaled(tree.own, factor))
        for k, (tree, (_, factor)) in enumerate(zip(trees, every, strict=True))
    ]
    chosen = np.argsort(-np.abs(after - before), kind="stable")[:top]
    spread = _variances(forest, pair, trees[:2])
    routes = []
    for node in chosen[after[chosen] != before[chosen]].tolist():
        old, new, *each = (float(column[node]) for column in (before, after, *others))
        by_samples = None if spread is None else deviation(float(spread[node]))
        n = len(runs[0])
        margin = widest(by_samples, scatter([new - one for one in each[:n]], [one - old for one in each[n:]]))
        names = tuple(labels[frame] for frame in forest.path(node))
        routes.append(ChangedRoute(names, old, new, new - old, margin))
    return routes


def _variances(forest: Forest, pair: Sequence[Counted], trees: Sequence[Stacks]) -> Values | None:
    """Return the variance of the change of each stack."""
    each = [of_stacks(graph, tree) for (graph, _), tree in zip(pair, trees, strict=True)]
    columns = [
        forest.column(k, column * float(pair[k].factor) ** 2) for k, column in enumerate(each) if column is not None
    ]
    return columns[0] + columns[1] if len(columns) == len(each) else None
