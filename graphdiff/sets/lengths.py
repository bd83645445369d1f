"""How long the paths are, which nodes and edges they use, and what listing them would cost: no path is listed.

Everything is an exact integer until the last division, so that a count of a thousand digits is as good as any.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from graphdiff.kernels import sweep as kernel
from graphdiff.sums.between import Between, exact_sums
from graphdiff.text.numbers import plain

__all__ = [
    "Cost",
    "Lengths",
    "Passage",
    "Passages",
    "lengths_of",
    "passages_of",
    "paths_before",
    "paths_behind",
    "quotient",
]

#: Edges times longest path up to which the paths are counted length by length.
MAX_HISTOGRAM = 10**7

#: More than the logarithm to base 2 of any count can be wrong.
LOG_ERROR = 1e-6

Counts: TypeAlias = "Sequence[int] | NDArray[Any]"
Ends: TypeAlias = tuple[NDArray[Any], NDArray[Any]]
Found: TypeAlias = "tuple[Passage | None, tuple[Any, ...]]"


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
    total : int
        The sum of the lengths.
    histogram : dict of int to int, or None
        The number of paths of each length; None where edges times longest path is above 10⁷.
    """

    shortest: int
    longest: int
    mean: float
    std: float
    total: int
    histogram: dict[int, int] | None

    def to_dict(self) -> dict[str, Any]:
        """Return the figures; the histogram with its lengths as text."""
        histogram = self.histogram
        if histogram is not None:
            counts = {str(length): plain(count) for length, count in histogram.items()}
        return {
            **self.__dict__,
            "total": plain(self.total),
            "histogram": None if histogram is None else counts,
        }


def paths_before(between: Between) -> Counts:
    """Return how many paths lead from the sources to each node.

    Examples
    --------
    >>> from graphdiff.sums.between import restriction
    >>> from graphdiff.graph.compiled import CompiledGraph
    >>> list(map(int, paths_before(restriction(CompiledGraph.from_arrays([0, 0, 1], [1, 2, 2])))))
    [1, 1, 2]
    """
    return exact_sums(kernel.count, between.ptr, between.heads, between.n_starts)[0]


def paths_behind(between: Between) -> Counts:
    """Return how many paths lead from each node to the targets.

    Examples
    --------
    >>> from graphdiff.sums.between import restriction
    >>> from graphdiff.graph.compiled import CompiledGraph
    >>> list(map(int, paths_behind(restriction(CompiledGraph.from_arrays([0, 0, 1], [1, 2, 2])))))
    [2, 1, 1]
    """
    return exact_sums(kernel.count_back, between.ptr, between.heads, between.n_stops)[0]


def lengths_of(between: Between) -> Lengths:
    """Return the lengths of the paths in `between`, of which there is at least one.

    Examples
    --------
    >>> from graphdiff.sums.between import restriction
    >>> from graphdiff.graph.compiled import CompiledGraph
    >>> lengths_of(restriction(CompiledGraph.from_arrays([0, 0, 1], [1, 2, 2]))).histogram
    {1: 1, 2: 1}
    """
    nothing = np.zeros(between.n_nodes, dtype=np.int64)
    columns = between.n_stops, between.n_starts, nothing, nothing, np.zeros(3, dtype=np.int64)
    *_, totals = exact_sums(kernel.moments, between.ptr, between.heads, *columns)
    number, total, squares = map(int, totals)
    shortest, longest = between.lengths
    counted = between.n_edges * longest <= MAX_HISTOGRAM
    return Lengths(
        shortest=shortest,
        longest=longest,
        mean=total / number,
        std=math.sqrt((number * squares - total * total) / (number * number)),
        total=total,
        histogram=_histogram(between, number, longest) if counted else None,
    )


def _histogram(between: Between, n_paths: int, longest: int) -> dict[int, int]:
    """Count the paths of each length, in one sweep.

    The counts of a node by length are the digits of one int, so wide that none carries: a step shifts it, and two
    ways add. Each int is dropped as soon as it is passed on: on deep graphs all of them would be gigabytes.
    """
    width = n_paths.bit_length() // 8 + 1
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
    n_paths : int
    share : float
        Of all paths.
    parallel : bool
        Whether there are other edges with the same ends between, from which its key tells it.
    """

    label: Any
    n_paths: int
    share: float
    parallel: bool = False


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


def passages_of(between: Between, before: Counts, behind: Counts) -> Passages:
    """Return where the paths of `between` go through.

    Parameters
    ----------
    between : Between
    before, behind : sequences of int
        The number of paths from the sources to each node, and from each node to the targets.

    Examples
    --------
    >>> from graphdiff.sums.between import restriction
    >>> from graphdiff.graph.compiled import CompiledGraph
    >>> between = restriction(CompiledGraph.from_arrays([0, 0, 1], [1, 2, 2]))
    >>> passages_of(between, paths_before(between), paths_behind(between)).node
    Passage(label=1, n_paths=1, share=0.5, parallel=False)
    """
    tails = np.repeat(np.arange(between.n_nodes), np.diff(between.ptr))
    is_inner = np.ones(between.n_nodes, dtype=bool)
    is_inner[[*between.sources, *between.targets]] = False
    inner = np.flatnonzero(is_inner)
    on_nodes, crossing = on_every_path(between)
    n_paths = sum(int(before[node]) for node in between.targets)

    def passages(ends: Ends, on_all: NDArray[np.bool_], label: Callable[[int], Any]) -> Found:
        busiest_edge = _busiest(ends, on_all, before, behind)
        if busiest_edge is None:
            return None, ()
        alike = (ends[0] == ends[0][busiest_edge[0]]) & (ends[1] == ends[1][busiest_edge[0]])
        names = [label(place)[:2] for place in np.flatnonzero(alike).tolist()] if alike.sum() > 1 else []
        parallel = names.count(label(busiest_edge[0])[:2]) > 1 if names else False
        busiest = Passage(label(busiest_edge[0]), busiest_edge[1], busiest_edge[1] / n_paths, parallel)
        return busiest, tuple([label(place) for place in np.flatnonzero(on_all).tolist()])

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
    entering = np.bincount(between.heads, minlength=between.n_nodes) + between.n_starts
    leaving = np.diff(between.ptr) + between.n_stops
    crossing = np.cumsum(leaving - entering) + len(between.sources)
    return crossing - leaving == 0, crossing


def _busiest(ends: Ends, on_all: NDArray[np.bool_], before: Counts, behind: Counts) -> tuple[int, int] | None:
    """Return the first place with the largest product of ``before[tail]`` and ``behind[head]``, and the product.

    Products of thousand-digit counts take long: only those are made that are the largest by their logarithms.
    """
    if not len(on_all):
        return None
    tails, heads = ends
    candidates = np.flatnonzero(on_all)[:1]
    if not len(candidates):
        logs = list(map(_logs, (before, behind)))
        sizes = logs[0][tails] + logs[1][heads]
        candidates = np.flatnonzero(sizes >= sizes.max() - LOG_ERROR)

    def product(place: int) -> int:
        return int(before[tails[place]]) * int(behind[heads[place]])

    place = max(candidates.tolist(), key=product)
    return place, product(place)


def _logs(counts: Counts) -> NDArray[np.float64]:
    if isinstance(counts, np.ndarray):
        return np.log2(counts.astype(np.float64))
    return np.array([math.log2(count) for count in counts])


@dataclass(frozen=True)
class Cost:
    """What each method pays for the total, in multiply-adds.

    Attributes
    ----------
    naive : int
        One for each edge of each path.
    forward, reverse : int
        One for each edge between: a sweep touches each edge once.

    Examples
    --------
    >>> Cost(naive=18, forward=6, reverse=6).ratio
    3.0
    """

    naive: int
    forward: int
    reverse: int

    @property
    def ratio(self) -> int | float | None:
        """How many times the work of a sweep listing the paths is; whole beyond the floats, None without edges."""
        return quotient(self.naive, self.forward) if self.forward else None

    def to_dict(self) -> dict[str, Any]:
        """Return the costs and their ratio."""
        ratio = plain(self.ratio) if isinstance(self.ratio, int) else self.ratio
        return {
            "naive": plain(self.naive),
            "forward": self.forward,
            "reverse": self.reverse,
            "ratio": ratio,
        }
