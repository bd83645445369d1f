"""Paths of both signs: how much of a total cancels, and where.

One reverse sweep over pairs (strongest positive way, strongest negative way) finds the two strongest paths.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import Number
from graphdiff.kernels import run
from graphdiff.kernels.rows import signed_type
from graphdiff.kernels.strongest import strongest_by_sign
from graphdiff.kernels.sweep import by_sign, signs
from graphdiff.paths.paths import Path, path_of
from graphdiff.sums.between import Between
from graphdiff.sums.certificate import rough_bound_of
from graphdiff.sums.flow import Flow, entropies_by_sign
from graphdiff.text.names import PLAIN
from graphdiff.text.numbers import plain

__all__ = ["Cancellation", "cancellation"]

#: The exponential of more is beyond the floats.
LARGEST_ENTROPY = 700

#: How the signs of ways are marked: those with a positive influence, and with a negative one.
POSITIVE, NEGATIVE = 1, 2


@dataclass(frozen=True, eq=False)
class Cancellation:
    """What paths of both signs make of a total; each part is computed when it is first asked for.

    Attributes
    ----------
    positive, negative : number
        The sum of the positive path influences, and of the negative ones.
    between : Between
    flow : Flow
        What flows through it.
    """

    positive: Number
    negative: Number
    between: Between
    flow: Flow

    @property
    def strongest_positive(self) -> Path | None:
        """The strongest positive path; None where walks go round a cycle, and where all are too small for a float."""
        return self._strongest[0]

    @property
    def strongest_negative(self) -> Path | None:
        """The strongest negative path, likewise."""
        return self._strongest[1]

    @cached_property
    def _strongest(self) -> tuple[Path | None, Path | None]:
        if self.between.loops:
            return None, None
        ways = _Ways.of(self.between)
        return ways.strongest(0), ways.strongest(1)

    @cached_property
    def node(self) -> Any:
        """Where most meets: the node with the largest min of what positive and what negative edges bring, or None."""
        topology, heads = self.between.graph.topology, self.between.graph.topology.heads
        least = np.minimum(*_brought(self.flow, heads, topology.n_nodes))
        if not len(least) or not (most := least.max()):
            return None
        for first, parts in self.flow.blocks():  # of several the one that an edge leads to first
            places = first + np.flatnonzero(parts)
            if len(there := np.flatnonzero(least[heads[places]] == most)):
                return next(topology.node_labels(heads[places[there[:1]]]))
        raise AssertionError

    @property
    def effective_positive(self) -> float | None:
        """The effective number of the positive paths; None beyond the floats."""
        return self._effective[0]

    @property
    def effective_negative(self) -> float | None:
        """The effective number of the negative paths; None beyond the floats."""
        return self._effective[1]

    @cached_property
    def _effective(self) -> list[float | None]:
        return [
            None if entropy is None or entropy > LARGEST_ENTROPY else math.exp(entropy)
            for entropy in entropies_by_sign(self.flow)
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return the sums, the paths and the node as plain values."""
        paths = {"strongest_positive": self.strongest_positive, "strongest_negative": self.strongest_negative}
        return {
            "positive": plain(self.positive),
            "negative": plain(self.negative),
            "effective_positive": self.effective_positive,
            "effective_negative": self.effective_negative,
            **{name: None if path is None else path.to_dict() for name, path in paths.items()},
            "node": None if self.node is None else PLAIN.node(self.node),
        }


def cancellation(between: Between, flow: Flow) -> Cancellation | None:
    """Return how much of a total cancels; None where all paths have one sign, or the numbers have no signs.

    Parameters
    ----------
    between : Between
    flow : Flow
        What flows through it.
    """
    if flow.sizes is None or flow.sizes is flow:
        return None
    total, abs_sum = flow.total, flow.sizes.total
    if isinstance(total, complex) or not abs_sum > abs(total):
        return None
    is_sure = isinstance(total, float) and abs_sum - abs(total) > 4 * rough_bound_of(flow)
    if not (between.loops or is_sure or _have_both_signs(between)):
        return None  # the sums differ by roundings only
    return Cancellation(arithmetic.half(abs_sum + total), arithmetic.half(total - abs_sum), between, flow)


def _brought(flow: Flow, heads: NDArray[Any], n_nodes: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return what positive edges bring to each node, and the size of what negative ones do, added in their order."""
    positive, negative = np.zeros(n_nodes), np.zeros(n_nodes)
    for first, parts in flow.blocks():
        if parts.dtype.kind == "f":
            run(by_sign, len(parts), heads[first : first + len(parts)], parts, positive, negative)
        else:  # ints as Python's, which do not wrap
            exact = parts.astype(object)
            positive, negative = (_added(heads, sign * exact, n_nodes) for sign in (1, -1))
    return positive, negative


def _added(heads: NDArray[Any], parts: NDArray[Any], n_nodes: int) -> NDArray[Any]:
    """Return the sums of the parts above 0 at each head."""
    chosen = np.flatnonzero(parts > 0)
    sums = np.zeros(n_nodes, dtype=object)
    np.add.at(sums, heads[chosen], parts[chosen])
    return sums


@dataclass(frozen=True, eq=False)
class _Edges:
    """The edges of some nodes in rows, as kernels walk them: floats as an array, other numbers as a list.

    Attributes
    ----------
    ptr, heads : int arrays
    weights : float array or list
    nodes : int array
        Those that lie between, in order.
    """

    ptr: NDArray[Any]
    heads: NDArray[Any]
    weights: Any
    nodes: NDArray[Any]
    numbers: NDArray[Any] | None

    @classmethod
    def of(cls, between: Between) -> _Edges:
        weights = between.graph.weights
        if arithmetic.in_floats(weights):
            rows, nodes = between.arcs.walked
            in_rows = weights if rows.chosen is None else arithmetic.taken(weights, rows.chosen)
            return cls(rows.ptr, rows.heads, in_rows, nodes, rows.chosen)
        numbers = arithmetic.all_finished(arithmetic.taken(weights, between.edges))
        return cls(between.ptr, between.heads, numbers, np.arange(between.n_nodes), between.edges)

    def walk(self, kernel: Any, *columns: Any) -> None:
        """Run a kernel over them, which changes some columns."""
        edges = self.ptr, self.heads, self.weights, self.nodes
        if isinstance(self.weights, np.ndarray):
            run(kernel, len(self.heads), *edges, *columns)
        else:
            kernel(*(getattr(each, "data", each) for each in (*edges, *columns)))

    def column(self, values: dict[int, Number]) -> Any:
        """Return a number for each node of the rows: those of some nodes between, and 0."""
        column: Any = np.zeros(len(self.ptr) - 1) if isinstance(self.weights, np.ndarray) else [0] * len(self.nodes)
        for node, value in values.items():
            column[self.nodes[node]] = value
        return column


def _have_both_signs(between: Between) -> bool:
    """Return whether some path is positive, and some negative."""
    edges = _Edges.of(between)
    marks = np.zeros(len(edges.ptr) - 1, dtype=np.int8)
    for node, seed in between.numbered_stops:
        marks[edges.nodes[node]] |= POSITIVE if seed > 0 else NEGATIVE if seed < 0 else 0
    edges.walk(signs, marks)
    both = 0
    for node, seed in between.numbered_starts:
        mark = int(marks[edges.nodes[node]])
        both |= mark if seed > 0 else (mark & POSITIVE) << 1 | mark >> 1 if seed < 0 else 0
    return both == POSITIVE | NEGATIVE


@dataclass(frozen=True, eq=False)
class _Ways:
    """The strongest positive and the strongest negative way from each node to a target.

    Attributes
    ----------
    between : Between
    edges : _Edges
    sizes, first : pairs of columns
        Of the positive ways and of the negative ones the sizes, and the first edges; -1 where there is none.
    """

    between: Between
    edges: _Edges
    sizes: tuple[Any, Any]
    first: tuple[Any, Any]

    @classmethod
    def of(cls, between: Between) -> _Ways:
        edges = _Edges.of(between)
        ends: tuple[dict[int, Number], dict[int, Number]] = {}, {}
        for node, seed in between.numbered_stops:
            ends[seed < 0][node] = max(ends[seed < 0].get(node, 0), abs(seed))
        sizes = edges.column(ends[0]), edges.column(ends[1])
        none = len(edges.ptr) - 1, -1, signed_type(len(edges.heads))
        first = np.full(*none), np.full(*none)
        edges.walk(strongest_by_sign, *sizes, *first)
        return cls(between, edges, sizes, first)

    def strongest(self, sign: int) -> Path | None:
        """Return the strongest way of a sign from a source, 0 is positive; None where its size is 0."""
        ways = [
            (abs(seed) * self.sizes[sign ^ (seed < 0)][self.edges.nodes[node]], node, seed)
            for node, seed in self.between.numbered_starts
        ]
        size, node, seed = max(ways, key=itemgetter(0))
        return self._followed(node, seed, sign ^ (seed < 0)) if size else None

    def _followed(self, node: int, seed: Number, sign: int) -> Path:
        """Return the way of a sign from a node as a path."""
        edges, between = self.edges, self.between
        here, places = edges.nodes[node], list[int]()
        positions, influence = [here], arithmetic.finished(between.graph.one_and_zero[0]) * seed
        while (edge := int(self.first[sign][here])) >= 0:
            weight = arithmetic.listed(edges.weights[edge : edge + 1])[0]
            influence, sign = influence * weight, sign ^ (weight < 0)
            here = int(edges.heads[edge])
            positions.append(here)
            places.append(edge)
        last = int(np.searchsorted(edges.nodes, here))
        seeds = (end for at, end in between.numbered_stops if at == last and (end < 0) == sign)
        influence *= max(seeds, key=abs)
        numbers = np.array(places, dtype=np.int64) if edges.numbers is None else edges.numbers[places]
        return path_of(between, np.searchsorted(edges.nodes, positions).tolist(), numbers.tolist(), influence)
