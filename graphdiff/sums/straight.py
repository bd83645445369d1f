"""A total, how many paths make it and how far it is certain, in three walks over lists: for few edges, and two nodes.

The numbers are those of `Flow`, `Between` and `certificate_of`, in the same order of sums, without what lies between.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

from graphdiff.arithmetic import SMALLEST_NORMAL, Number
from graphdiff.graph.compiled import CompiledGraph
from graphdiff.kernels import pays
from graphdiff.kernels import sweep as kernel
from graphdiff.sums.certificate import LARGE, Certificate, certified_by, error_bound

__all__ = ["Straight", "straight"]

#: What is asked of arrays, kernels or not, costs as much as so many times the work in lists.
ARRAYS = 8

Rows: TypeAlias = list[list[tuple[int, Number]]]


class Straight(NamedTuple):
    """What is known of a total: how many paths make it, the sum of their absolute influences, and its error's bound."""

    total: Number
    n_paths: int
    abs_sum: Number
    error_bound: float

    @property
    def certificate(self) -> Certificate:
        """What is proven about the total."""
        return certified_by(self.total, self.abs_sum, self.error_bound)


def straight(graph: CompiledGraph, source: Any, target: Any) -> Straight | None:
    """Return what is known of the total between two nodes; None where that takes more.

    Where the graph is not few, an end is no single node or not there, no path leads from one to the other, or floats
    may leave their range, upwards or downwards.

    Examples
    --------
    >>> graph = CompiledGraph.from_arrays([0, 0, 1], [1, 2, 2], [2.0, -1.0, 3.0])
    >>> known = straight(graph, 0, 2)
    >>> known.total, known.n_paths, known.abs_sum, known.certificate.digits
    (5.0, 2, 7.0, 15)
    """
    if not (graph.is_few and isinstance(source, (str, int)) and isinstance(target, (str, int))):
        return None
    if pays(graph.n_edges // ARRAYS):
        return None
    start, stop = map(graph.topology.known, (source, target))
    if start is None or stop is None or start >= stop:
        return None
    one, zero = graph.one_and_zero
    totals, sizes, counts = _ahead(graph.listed_rows, start, stop, one, zero)
    if not counts[stop]:
        return None
    bound = _bound(graph, start, stop, sizes, counts) if type(one) is float else 0.0
    if bound is None:
        return None
    return Straight(totals[stop], counts[stop], sizes[stop], bound)


def _ahead(
    rows: Rows, start: int, stop: int, one: Number, zero: Number
) -> tuple[list[Number], list[Number], list[int]]:
    """Return the sums over the paths to each node, the sums of their absolute values, and how many paths there are."""
    totals, sizes, counts = [zero] * len(rows), [zero] * len(rows), [0] * len(rows)
    totals[start], sizes[start], counts[start] = one, one, 1
    for node in range(start, stop):
        if count := counts[node]:
            total, size = totals[node], sizes[node]
            for head, weight in rows[node]:
                totals[head] += total * weight
                sizes[head] += size * abs(weight)
                counts[head] += count
    return totals, sizes, counts


def _bound(graph: CompiledGraph, start: int, stop: int, sizes: list[float], counts: list[int]) -> float | None:
    """Return the bound of the error of floats; None where one may leave its range, or has fallen below it."""
    onward, entering = _behind(graph.listed_rows, start, stop, counts)
    if any(not node and size < SMALLEST_NORMAL for node, size in zip(entering, onward, strict=True)):
        return None
    if not max(*sizes, *onward) < LARGE:
        return None
    rows, nothing = (graph.topology.ptr.tolist(), graph.topology.heads.tolist()), [0] * len(sizes)
    most = [0.0] * len(sizes)
    lost = kernel.roundings(*rows, nothing, onward, 1.0, entering, most)  # at the source the one seed is no sum
    return error_bound(most[stop], sizes[stop], lost)


def _behind(rows: Rows, start: int, stop: int, counts: list[int]) -> tuple[list[float], list[int]]:
    """Return what a unit at each node between makes at the target in absolute values, and 0 at these nodes, else -1."""
    onward, entering = [0.0] * len(rows), [-1] * len(rows)
    onward[stop], entering[stop] = 1.0, 0
    for node in range(stop - 1, start - 1, -1):
        if counts[node]:
            for head, weight in rows[node]:
                if not entering[head]:
                    onward[node] += abs(weight) * onward[head]
                    entering[node] = 0
    return onward, entering
