"""How long the paths are, which nodes and edges they use, and what listing them would cost: no path is listed.

All of it is as exact integers would have it (`graphdiff.sets.counts`), rounded once at the last division.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from graphdiff.sets.counts import LOG_ERROR, Census, Count, first_of
from graphdiff.sums.between import Between
from graphdiff.text.numbers import plain

__all__ = [
    "Cost",
    "Lengths",
    "Passage",
    "Passages",
    "lengths_of",
    "passages_of",
    "quotient",
]

#: Edges times longest path up to which the paths are counted length by length.
MAX_HISTOGRAM = 10**7

Ends: TypeAlias = tuple[NDArray[Any], NDArray[Any]]
Found: TypeAlias = "tuple[Passage | None, tuple[Any, ...]]"
Told = TypeVar("Told")


def quotient(numerator: int, denominator: int) -> int | float:
    """Return numerator / denominator of any size: a float, or whole where it is beyond the floats.

    Examples
    --------
    >>> quotient(18, 6), quotient(10**400, 4) == 10**400 // 4
    (3.0, True)
    """
    beyond = numerator.bit_length() - denominator.bit_length() >= sys.float_info.max_exp - 1
    return numerator // denominator if beyond else numerator / denominator


@dataclass(frozen=True)
class Lengths:
    """The lengths of all paths, in edges.

    Attributes
    ----------
    shortest, longest : int
    mean, std : float
        Exact until the last division (and root); `std` is the standard deviation of all paths, not of a sample.
    steps : Count
        The sum of the lengths, as `total` where it is counted.
    histogram : dict of int to int, or None
        The number of paths of each length; None where edges times longest path is above 10⁷.
    """

    shortest: int
    longest: int
    mean: float
    std: float
    steps: Count = field(repr=False)
    histogram: dict[int, int] | None

    @property
    def total(self) -> int:
        """The sum of the lengths."""
        return self.steps.exact

    def to_dict(self) -> dict[str, Any]:
        """Return the figures; the histogram with its lengths as text."""
        histogram = self.histogram
        if histogram is not None:
            counts = {str(length): plain(count) for length, count in histogram.items()}
        return {
            **{name: getattr(self, name) for name in ("shortest", "longest", "mean", "std")},
            "total": plain(self.total),
            "histogram": None if histogram is None else counts,
        }


def lengths_of(census: Census) -> Lengths:
    """Return the lengths of the paths between two ends, of which there is at least one.

    Examples
    --------
    >>> from graphdiff.sums.between import restriction
    >>> from graphdiff.graph.compiled import CompiledGraph
    >>> lengths_of(Census(restriction(CompiledGraph.from_arrays([0, 0, 1], [1, 2, 2])))).histogram
    {1: 1, 2: 1}
    """
    between = census.between
    number, total, _ = census.moments
    shortest, longest = between.lengths
    counted = between.n_edges * longest <= MAX_HISTOGRAM
    return Lengths(
        shortest=shortest,
        longest=longest,
        mean=total.part_of(number),
        std=_deviation(*census.moments) if shortest < longest else 0.0,
        steps=total,
        histogram=_histogram(between, number.bounds.whole[1].bit_length(), longest) if counted else None,
    )


def _deviation(number: Count, total: Count, squares: Count) -> float:
    """Return the root of the mean square less the squared mean: of bounds, where both have the same."""
    counts = number, total, squares
    (n, t, s), (n_most, t_most, s_most) = (
        [getattr(count.bounds, end) for count in counts] for end in ("least", "most")
    )
    least, most = (n * s - t_most * t_most) / (n_most * n_most), (n_most * s_most - t * t) / (n * n)
    if least == most:
        return math.sqrt(least)
    n, t, s = (count.exact for count in counts)
    return math.sqrt((n * s - t * t) / (n * n))


def _histogram(between: Between, n_bits: int, longest: int) -> dict[int, int]:
    """Count the paths of each length, in one sweep; all together they have no more bits than `n_bits`.

    The counts of a node by length are the digits of one int, so wide that none carries: a step shifts it, and two
    ways add. Each int is dropped as soon as it is passed on: on deep graphs all of them would be gigabytes.
    """
    width = n_bits // 8 + 1
    values = [0] * between.n_nodes
    for node in between.sources:  # members of a collapsed component are one node several times
        values[node] += 1
    counted = Counter(between.targets)
    total = 0
    ptr, heads = between.ptr.tolist(), between.heads.tolist()
    for node in range(between.n_nodes):
        value, values[node] = values[node], 0
        total += value * counted[node]
        value <<= 8 * width
        for head in heads[ptr[node] : ptr[node + 1]]:
            values[head] += value
    digits = total.to_bytes(width * (longest + 1), "little")
    counts = (int.from_bytes(digits[start : start + width], "little") for start in range(0, len(digits), width))
    return {length: count for length, count in enumerate(counts) if count}


@dataclass(frozen=True)
class Passage:
    """A node or an edge, and how many of the paths go through it.

    Attributes
    ----------
    label : node or edge
        A component with a cycle is the frozenset of its members.
    count : Count
        Of paths, as `n_paths` where they are counted.
    share : float
        Of all paths.
    parallel : bool
        Whether there are other edges with the same ends between, from which its key tells it.
    """

    label: Any
    count: Count = field(repr=False)
    share: float
    parallel: bool = False

    @property
    def n_paths(self) -> int:
        """How many paths go through."""
        return self.count.exact


@dataclass(frozen=True)
class Passages:
    """Where most paths go through, and where all do; sources and targets themselves are left out.

    Attributes
    ----------
    node, edge : Passage or None
        The ones with most paths, the first in topological order of several; None where there is none.
    bottleneck_nodes, bottleneck_edges : tuple
        Those that every path uses, in topological order.
    """

    node: Passage | None
    edge: Passage | None
    bottleneck_nodes: tuple[Any, ...]
    bottleneck_edges: tuple[Any, ...]


def passages_of(census: Census) -> Passages:
    """Return where the paths between two ends go through.

    Examples
    --------
    >>> from graphdiff.sums.between import restriction
    >>> from graphdiff.graph.compiled import CompiledGraph
    >>> passages_of(Census(restriction(CompiledGraph.from_arrays([0, 0, 1], [1, 2, 2])))).node
    Passage(label=1, share=0.5, parallel=False)
    """
    between = census.between
    tails = np.repeat(np.arange(between.n_nodes), np.diff(between.ptr))
    is_inner = np.ones(between.n_nodes, dtype=bool)
    is_inner[[*between.sources, *between.targets]] = False
    inner = np.flatnonzero(is_inner)
    on_nodes, crossing = on_every_path(between)

    def passages(ends: Ends, on_all: NDArray[np.bool_], label: Callable[[int], Any]) -> Found:
        if not len(on_all):
            return None, ()
        place, count = _busiest(census, ends, on_all)
        alike = (ends[0] == ends[0][place]) & (ends[1] == ends[1][place])
        names = [label(other)[:2] for other in np.flatnonzero(alike).tolist()] if alike.sum() > 1 else []
        parallel = names.count(label(place)[:2]) > 1 if names else False
        busiest = Passage(label(place), count, count.part_of(census.n_paths), parallel)
        return busiest, tuple([label(other) for other in np.flatnonzero(on_all).tolist()])

    node, bottleneck_nodes = passages((inner, inner), on_nodes[inner], lambda place: between.label(inner[place]))
    edge, bottleneck_edges = passages(
        (tails, between.heads), crossing[tails] == 1, lambda place: between.edge_label(int(between.edges[place]))
    )
    return Passages(node, edge, bottleneck_nodes, bottleneck_edges)


def on_every_path(between: Between) -> tuple[NDArray[np.bool_], NDArray[Any]]:
    """Return the mask of the nodes that every path uses, and how many edges cross the gap after each node.

    All edges lie on a path and lead forward in the topological order, so that a node is on every path where no edge
    leaps over it, and an edge where no other crosses the gap after its tail. Sources and targets are edges too: from
    a place before all nodes, and to a place behind them.
    """
    entering, leaving = between.degrees[0] + between.n_starts, between.degrees[1] + between.n_stops
    crossing = np.cumsum(leaving - entering) + len(between.sources)
    return crossing - leaving == 0, crossing


def _busiest(census: Census, ends: Ends, on_all: NDArray[np.bool_]) -> tuple[int, Count]:
    """Return the first place that most paths pass, and how many do: those to its tail times those on from its head."""
    if on_all.any():
        return int(np.argmax(on_all)), census.n_paths
    before, behind = census.before, census.behind
    logs = before.logs[ends[0]] + behind.logs[ends[1]]
    near = np.flatnonzero(logs >= logs.max() - LOG_ERROR)
    if len(near) > 1:  # of parallel edges only the first
        _, first = np.unique(ends[0][near] * census.between.n_nodes + ends[1][near], return_index=True)
        near = near[np.sort(first)]
    pairs = list(zip(ends[0][near].tolist(), ends[1][near].tolist(), strict=True))
    ((place, bounds),) = first_of(
        1,
        logs[near],
        lambda at: before.over(pairs[at][:1]) * behind.over(pairs[at][1:]),
        lambda places: census.exactly_through([pairs[at] for at in places]),
    )
    count = Count(bounds) if bounds.is_exact else census.through(*pairs[place])
    return int(near[place]), count


@dataclass(frozen=True)
class Cost:
    """What each method pays for the total, in multiply-adds.

    Attributes
    ----------
    steps : Count
        One for each edge of each path, as `naive` where they are counted: what listing the paths takes.
    forward, reverse : int
        One for each edge between: a sweep touches each edge once.

    Examples
    --------
    >>> from graphdiff.sets.counts import Bounds
    >>> Cost(Count(Bounds(18, 18)), forward=6, reverse=6).ratio
    3.0
    """

    steps: Count = field(repr=False)
    forward: int
    reverse: int

    @property
    def naive(self) -> int:
        """One for each edge of each path."""
        return self.steps.exact

    @property
    def ratio(self) -> int | float | None:
        """How many times the work of a sweep listing the paths is; whole beyond the floats, None without edges."""
        return self.ratio_told(lambda ratio: ratio) if self.forward else None

    def ratio_told(self, say: Callable[[int | float], Told]) -> Told:
        """Return what is said of the ratio, without counting where bounds tell as much."""
        return self.steps.told(lambda steps: say(quotient(steps, self.forward)))

    def to_dict(self) -> dict[str, Any]:
        """Return the costs and their ratio."""
        ratio = plain(self.ratio) if isinstance(self.ratio, int) else self.ratio
        return {
            "naive": plain(self.naive),
            "forward": self.forward,
            "reverse": self.reverse,
            "ratio": ratio,
        }
