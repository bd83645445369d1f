"""The change of a total, edge by edge, exactly: T' - T is the sum of tangent'(u) · change of w(u, v) · adjoint(v).

Tangents come from one graph and adjoints from the other: that is L' - L = L'(A' - A)L = L(A' - A)L' of structural
decomposition analysis (R. Miller, P. Blair, *Input-Output Analysis*, 2nd ed., 2009, chapter 13). Either order is
exact; where edges in series changed together they share their joint change differently, and the mean of both, the
average of the polar forms, favours neither (E. Dietzenbacher, B. Los, "Structural decomposition techniques: sense and
sensitivity", Economic Systems Research 10, 1998).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import SAFE_INT, Number
from graphdiff.change.match import Matched, Side
from graphdiff.errors import located
from graphdiff.graph.compiled import CompiledGraph
from graphdiff.kernels import jit, pays, together
from graphdiff.kernels.blocks import through, through_both
from graphdiff.sums.cycles import Range, between_mask, on_the_way
from graphdiff.sums.results import Named
from graphdiff.sums.sweeps import checked, checked_array, forward_values, reverse_values
from graphdiff.text.numbers import plain, shown

Ints = NDArray[Any]


@dataclass(frozen=True, eq=False, repr=False)
class Attribution(Named):
    """What each edge that changed did to a total; the numbers sum to the total's change.

    Attributes
    ----------
    array : array, shape (n_edges,)
        In the order of the edges that `matched` found different.
    matched : Matched
    """

    array: NDArray[Any]
    matched: Matched

    @cached_property
    def _index(self) -> dict[Any, int]:
        return {self.matched.edge_label(edge): edge for edge in range(len(self.array))}

    def __getitem__(self, edge: Any) -> Number:
        return arithmetic.plain(self.array[self._index[edge]])

    def __iter__(self) -> Iterator[Any]:
        return iter(self._index)

    def __len__(self) -> int:
        return len(self.array)

    @property
    def total(self) -> Number:
        """The sum, which is the change of the total."""
        if self.array.dtype.kind == "f":
            return math.fsum(self.array.tolist())
        return arithmetic.plain(sum(self.array.tolist()))

    def largest(self, n: int | None = None) -> list[int]:
        """Return the edges that did something, by their numbers, largest first and ties in order; at most `n`."""
        used = np.flatnonzero(self.array)
        if self.array.dtype.kind in "fi":
            order = np.argsort(-np.abs(self.array[used].astype(np.float64)), kind="stable")
            return [int(edge) for edge in used[order[:n]].tolist()]
        sized = [(edge, _size(self.array[edge])) for edge in used.tolist()]
        return [edge for edge, _ in sorted(sized, key=lambda pair: -pair[1])][:n]

    def top(self, n: int = 10) -> list[tuple[Any, Number]]:
        """Return the `n` edges that did most, largest first, with what they did."""
        return [(self.matched.edge_label(edge), self.array.item(edge)) for edge in self.largest(n)]

    def by_tail(self, chosen: NDArray[np.bool_] | None = None) -> dict[Any, Number]:
        """Return the sums over the edges that leave each node, of all or of some edges; largest first."""
        used = self.array != 0 if chosen is None else (self.array != 0) & chosen
        edges = np.flatnonzero(used)
        return self._grouped(edges, [self.matched.label(tail) for tail in self.matched.tails[edges].tolist()])

    def by_group(self, groups: Mapping[Any, Any]) -> dict[Any, Number]:
        """Return the sums over the edges that leave each group of nodes, given as ``{node: group}``."""
        edges = np.flatnonzero(self.array)
        tails = [self.matched.label(tail) for tail in self.matched.tails[edges].tolist()]
        return self._grouped(edges, [groups[tail] for tail in tails])

    def _grouped(self, edges: Ints, names: list[Any]) -> dict[Any, Number]:
        sums: dict[Any, Number] = {}
        for name, number in zip(names, self.array[edges].tolist(), strict=True):
            sums[name] = sums[name] + number if name in sums else number
        return dict(sorted(sums.items(), key=lambda item: -_size(item[1])))

    def to_dict(self) -> list[dict[str, Any]]:
        """Return a record for each edge that did something, largest first."""
        return [self.record(edge) for edge in self.largest()]

    def record(self, edge: int) -> dict[str, Any]:
        """Return what is known of an edge: its ends and key as texts, status, weights, and what it did."""
        found = self.matched
        old, new = (None if not n[edge] else plain(w[edge]) for w, n in zip(found.weights, found.counts, strict=True))
        said = {"status": found.status(edge), "weight_before": old, "weight_after": new}
        return {**found.naming.edge(found.edge_label(edge)), **said, "change": plain(self.array[edge])}

    def titles(self) -> tuple[str, str]:
        """Return what a key and what a number is called."""
        return "edge", "change"

    def caption(self) -> str:
        """Return what the numbers are parts of."""
        return f"parts of {shown(self.total)}"

    def __repr__(self) -> str:
        return f"<change of {shown(self.total)} by {len(self):,} edges: {self._first()}>"


def _size(number: Number) -> float:
    """Return how large a number is, for an order; symbols are all the same."""
    try:
        return float(abs(number))
    except (TypeError, OverflowError):
        return math.inf


@dataclass(frozen=True, eq=False)
class Sweeps:
    """Four sweeps between two nodes, by number: tangents and adjoints, before and after.

    Attributes
    ----------
    matched : Matched
    source, target : int
        As numbers.
    tangents, adjoints : pair of arrays, shape (n_numbers,)
    totals : pair of numbers
        0 where an end is missing.
    loops : bool
        Whether a cycle was solved.
    """

    matched: Matched
    source: int
    target: int
    tangents: tuple[Ints, Ints]
    adjoints: tuple[Ints, Ints]
    totals: tuple[Number, Number]
    loops: bool

    @cached_property
    def before_after(self) -> Attribution:
        """What each edge did: tangents before, adjoints after."""
        return self._through(self.tangents[0], self.adjoints[1])

    @cached_property
    def after_before(self) -> Attribution:
        """What each edge did: tangents after, adjoints before."""
        return self._through(self.tangents[1], self.adjoints[0])

    @cached_property
    def mean(self) -> Attribution:
        """The mean of both orders."""
        found = self.matched
        columns = [*self.tangents, found.changes, *self.adjoints]
        if pays(len(found.tails)) and all(column.dtype == np.float64 for column in columns):
            # Side by side, so that what an edge needs of a node lies in one cache line.
            ahead, back = np.stack(self.tangents, axis=1), np.stack(self.adjoints[::-1], axis=1)
            return Attribution(_by_rows(through_both, found, ahead, back), found)
        return Attribution(_halves(self.before_after.array, self.after_before.array), self.matched)

    def _through(self, tangents: Ints, adjoints: Ints) -> Attribution:
        return Attribution(_products(self.matched, tangents, adjoints), self.matched)


def swept(found: Matched, source: int, target: int) -> Sweeps:
    """Return the sweeps from one number and towards another, in both graphs.

    Raises
    ------
    CycleError
        If a cycle lies on the way, also where the way leads through an edge that only one graph has, and the
        policy is ``"raise"``.
    """
    sides = (found.sides, found.sides[::-1])
    n_visits = 2 * sum(side.graph.n_edges for side in found.sides)
    before, after = together([partial(_both_ways, found, pair, source, target) for pair in sides], n_visits)
    (tangents, adjoints, totals), loops = zip(before[:3], after[:3], strict=True), before[3] or after[3]
    return Sweeps(found, source, target, tangents, adjoints, totals, loops)


def _both_ways(found: Matched, sides: tuple[Side, Side], source: int, target: int) -> tuple[Ints, Ints, Number, bool]:
    """Return tangents, adjoints and total of the first graph, and whether a cycle was solved."""
    side = sides[0]
    with located(found.when(side)):
        ahead, back = (_loops(found, sides, source, target, towards=towards) for towards in (False, True))
        tangents, adjoints = _swept(side, source, ahead, forward_values), _swept(side, target, back, reverse_values)
        both = side.stands[source] >= 0 and side.stands[target] >= 0
        total = checked(arithmetic.plain(tangents[target])) if both else 0
    return tangents, adjoints, total, bool(ahead or back)


def swept_all(found: Matched, number: int, *, towards: bool) -> tuple[Ints, Ints]:
    """Return the totals of every number from one, or towards one, before and after; 0 where one is missing.

    Raises
    ------
    CycleError
        If a cycle lies on the way and the policy is ``"raise"``.
    """
    columns = []
    for side in found.sides:
        place = int(side.stands[number])
        if place < 0:
            columns.append(np.zeros(found.n_numbers, dtype=np.int64))
            continue
        with located(found.when(side)):
            loops = on_the_way(side.graph, None, [place]) if towards else on_the_way(side.graph, [place], None)
            columns.append(_swept(side, number, loops, reverse_values if towards else forward_values))
    return columns[0], columns[1]


def _swept(side: Side, number: int, loops: list[Range], values: Any) -> Ints:
    """Return tangents or adjoints by number; where the node is missing, 1 at itself alone."""
    place = int(side.stands[number])
    if place < 0:
        alone = np.zeros(len(side.stands), dtype=np.int64)
        alone[number] = 1
        return alone
    graph = side.graph
    array = checked_array(values(graph, {graph.anchor(place): graph.one_and_zero[0]}, loops))
    if graph.cycles == "collapse" and len(graph.topology.cyclic):
        array = array[graph.topology.representative]
    return side.by_number(array)


def _loops(found: Matched, sides: tuple[Side, Side], source: int, target: int, *, towards: bool = False) -> list[Range]:
    """Return the components of the first graph that the sweep from the source, or back from the target, must solve.

    These lie between the ends, or on the way to an edge that changed and that goes on to the target in the other graph.
    """
    side, other = sides
    graph = side.graph
    if not len(graph.topology.cyclic):
        return []
    near, far = (found.heads, found.tails) if towards else (found.tails, found.heads)
    end, start = (source, target) if towards else (target, source)
    going_on = _connected(other, end, towards=not towards)[far]
    wanted = side.stands[np.append(np.unique(near[going_on]), end)]
    first, last = [side.stands[start]], wanted[wanted >= 0]
    if first[0] < 0:
        return []
    return on_the_way(graph, last, first) if towards else on_the_way(graph, first, last)


def _connected(side: Side, number: int, *, towards: bool) -> NDArray[np.bool_]:
    """Return the mask of the numbers that reach a number, or that it reaches; itself always."""
    mask = np.zeros(len(side.stands), dtype=bool)
    mask[number] = True
    place = int(side.stands[number])
    if place >= 0:
        mask |= side.by_number(reach_mask(side.graph, place, towards=towards))
    return mask


def reach_mask(graph: CompiledGraph, place: int, *, towards: bool) -> NDArray[np.bool_]:
    """Return the mask of the positions that reach a position, or that it reaches."""
    every = np.arange(graph.n_nodes)
    mask = between_mask(graph, *((every, [place]) if towards else ([place], None)))
    return mask[graph.topology.representative] if len(graph.topology.cyclic) else mask


def _products(found: Matched, tangents: Ints, adjoints: Ints) -> NDArray[Any]:
    """Return tangent · change · adjoint of each edge."""
    tails, heads, changes = found.tails, found.heads, found.changes
    kinds = {array.dtype.kind for array in (tangents, changes, adjoints)}
    if kinds == {"f"} and pays(len(tails)):
        return _by_rows(through, found, tangents, adjoints)
    if kinds <= {"f", "i"} and "f" in kinds:
        with np.errstate(over="ignore", invalid="ignore"):  # what leaves the floats is an error of ours
            return checked_array(tangents[tails] * changes * adjoints[heads] + 0.0)
    if kinds == {"i"} and math.prod(float(np.abs(a).max(initial=0)) for a in (tangents, changes, adjoints)) < SAFE_INT:
        return tangents[tails] * changes * adjoints[heads]
    columns = (tangents[tails].tolist(), changes.tolist(), adjoints[heads].tolist())
    return checked_array([t * c * a if t and a else 0 for t, c, a in zip(*columns, strict=True)])


def _by_rows(kernel: Callable[..., None], found: Matched, tangents: Ints, adjoints: Ints) -> NDArray[Any]:
    """Return the products of each edge by a kernel, large ones in two halves at once."""
    n_edges, n_rows = len(found.heads), found.n_numbers
    values = np.zeros(n_edges)
    half = int(np.searchsorted(found.rows, n_edges // 2))
    columns = found.rows, found.heads, found.changes, tangents, adjoints, values
    together([partial(jit(kernel), *columns, *part) for part in ((0, half), (half, n_rows))], n_edges)
    return checked_array(values)


def _halves(first: NDArray[Any], second: NDArray[Any]) -> NDArray[Any]:
    if first.dtype.kind == "f" and second.dtype.kind == "f":
        return first / 2 + second / 2
    return arithmetic.as_array([arithmetic.half(a + b) for a, b in zip(first.tolist(), second.tolist(), strict=True)])


__all__ = ["Attribution", "Sweeps", "reach_mask", "swept", "swept_all"]
