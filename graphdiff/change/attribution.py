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
from graphdiff.change.match import Matched
from graphdiff.kernels import jit, pays, together
from graphdiff.kernels.blocks import through, through_both
from graphdiff.sums.results import Named, largest_first
from graphdiff.sums.sweeps import checked_array, in_range
from graphdiff.text.numbers import plain, shown

Ints = NDArray[Any]


@dataclass(frozen=True, eq=False, repr=False)
class Attribution(Named):
    """What each edge that changed did to a total; the numbers sum to the total's change.

    Attributes
    ----------
    array : array, shape (n_edges,)
        In the order of the edges that `matched` found different, those to or from `LEAVES` among them: what a leaf
        counts, where that changed.
    matched : Matched
    """

    array: NDArray[Any]
    matched: Matched

    @cached_property
    def _index(self) -> dict[Any, int]:
        return {self.matched.edge_label(edge): edge for edge in range(len(self.array))}

    def _place(self, edge: Any) -> int | None:
        return self._index.get(edge)

    def _keys(self, places: Ints | None = None) -> Iterator[Any]:
        return map(self.matched.edge_label, range(len(self)) if places is None else places.tolist())

    @property
    def total(self) -> Number:
        """The sum, which is the change of the total."""
        if self.array.dtype.kind == "f":
            return math.fsum(self.array.tolist())
        return arithmetic.plain(arithmetic.in_order(self.array.tolist()))

    def largest(self, n: int | None = None) -> list[int]:
        """Return the edges that did something, by their numbers, largest first and ties in order; at most `n`."""
        edges, sizes = self._sized
        places: list[int] = edges[largest_first(sizes, n)].tolist()
        return places

    @cached_property
    def _sized(self) -> tuple[Ints, NDArray[np.float64]]:
        """The edges that did something, and how large that is."""
        used = np.flatnonzero(self.array)
        numbers = self.array[used]
        exact = numbers.dtype.kind in "fi"
        return used, np.abs(numbers.astype(np.float64)) if exact else np.array([_size(n) for n in numbers.tolist()])

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
        return self._grouped(edges, [groups.get(tail, tail) for tail in tails])

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
        return {**self.matched.record(edge), "change": plain(self.array[edge])}

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


def products(matched: Matched, tangents: Ints, adjoints: Ints) -> Ints:
    """Return tangent · change · adjoint of each edge."""
    columns = tangents, matched.changes, adjoints
    kinds = {column.dtype.kind for column in columns}
    if kinds == {"f"} and pays(len(matched.tails)):
        return _by_rows(through, matched, tangents, adjoints)
    if "f" in kinds and kinds <= {"f", "i"}:
        with np.errstate(over="ignore", invalid="ignore"):  # what leaves the floats is an error of ours
            return checked_array(tangents[matched.tails] * matched.changes * adjoints[matched.heads] + 0.0)
    if kinds == {"i"} and math.prod(float(np.abs(column).max(initial=0)) for column in columns) < SAFE_INT:
        return tangents[matched.tails] * matched.changes * adjoints[matched.heads]
    numbers = tangents[matched.tails].tolist(), matched.changes.tolist(), adjoints[matched.heads].tolist()
    with in_range():
        return checked_array([t * c * a if t and a else 0 for t, c, a in zip(*numbers, strict=True)])


def are_swept_at_once(matched: Matched, *columns: Ints) -> bool:
    """Return whether a kernel makes the mean of both orders in one pass."""
    return pays(len(matched.tails)) and all(column.dtype == np.float64 for column in (matched.changes, *columns))


def products_of_both(matched: Matched, tangents: tuple[Ints, Ints], adjoints: tuple[Ints, Ints]) -> Ints:
    """Return the mean of both orders by a kernel."""
    # Side by side, so that what an edge needs of a node lies in one cache line.
    return _by_rows(through_both, matched, np.stack(tangents, axis=1), np.stack(adjoints[::-1], axis=1))


def _by_rows(kernel: Callable[..., None], matched: Matched, tangents: Ints, adjoints: Ints) -> Ints:
    """Return the products of each edge by a kernel, large ones in two halves at once."""
    n_edges, n_rows = len(matched.heads), len(matched.rows) - 1
    values = np.zeros(n_edges)
    half = int(np.searchsorted(matched.rows, n_edges // 2))
    columns = matched.rows, matched.heads, matched.changes, tangents, adjoints, values
    together([partial(jit(kernel), *columns, *part) for part in ((0, half), (half, n_rows))], n_edges)
    return checked_array(values)


def halves(first: Ints, second: Ints) -> Ints:
    """Return the mean of two arrays, in their own kind of number."""
    if first.dtype.kind == "f" and second.dtype.kind == "f":
        return first / 2 + second / 2
    return arithmetic.as_array([arithmetic.half(a + b) for a, b in zip(first.tolist(), second.tolist(), strict=True)])
