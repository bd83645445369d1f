"""`jacobian`: many sources to many targets, one pass for each of whichever side is smaller."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, TypeAlias, Unpack

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff.arithmetic import as_array
from graphdiff.compiled import CompiledGraph, CompileOptions, compiled
from graphdiff.cycles import on_the_way
from graphdiff.errors import LimitError, SameComponentError
from graphdiff.results import Jacobian
from graphdiff.sweeps import Values, checked_array, forward_values, reverse_values

Progress: TypeAlias = Callable[[int, int | None], None]

#: The largest result, in bytes.
MAX_BYTES = 2**30


def jacobian(
    graph: nx.DiGraph | CompiledGraph,
    sources: Iterable[Hashable] | None = None,
    targets: Iterable[Hashable] | None = None,
    *,
    progress: Callable[[int, int | None], None] | None = None,
    **options: Unpack[CompileOptions],
) -> Jacobian:
    """Return the total influence of every source on every target.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
    sources : nodes, optional
        The roots where left out: nodes that the reader marked, else what nothing enters. Of a collapsed
        component one member stands for all.
    targets : nodes, optional
        Where left out, what nothing leaves.
    progress : callable, optional
        Called with the number of passes done and the number of all.
    **options
        Those of `graphdiff.compile`, unless the graph is compiled already.

    Returns
    -------
    Jacobian
        ``array`` has shape (n_targets, n_sources): rows are targets, columns are sources, as in calculus;
        ``.T`` is the other way round.

    Raises
    ------
    LimitError
        If the result would be larger than 1 GiB.
    UnknownNodeError, WeightError, CycleError, SameComponentError, ValueOverflowError
        As `graphdiff.total_influence`.

    Notes
    -----
    The Leontief inverse L = (I - A)^-1, with ``A[i, j]`` the input of i per unit of output of j, is
    ``jacobian(A, nodes, nodes, cycles="solve").T.array``: `compile` takes ``A[i, j]`` as the edge i -> j, so
    that rows of ``.T`` are the sectors that deliver. lavaan's ``beta`` has the arrows the other way,
    ``beta[i, j]`` the effect of j on i: ``jacobian(beta.T, nodes, nodes).array`` is its matrix of total
    effects, (I - beta)^-1.

    Examples
    --------
    >>> import networkx as nx
    >>> G = nx.DiGraph()
    >>> G.add_weighted_edges_from(
    ...     [("a", "c", 1), ("b", "c", 1), ("b", "d", 1), ("c", "e", 2), ("d", "e", 3)])
    >>> J = jacobian(G)
    >>> J
    <Jacobian: 1 targets (rows) x 2 sources (columns)>
    >>> J["e", "b"]
    5
    """
    ready = compiled(graph, options)
    topology = ready.topology
    starts = _distinct(ready, topology.roots) if sources is None else [topology.position(node) for node in sources]
    ends = _distinct(ready, topology.leaves) if targets is None else [topology.position(node) for node in targets]
    _require_small(len(starts), len(ends))
    _require_apart(ready, starts, ends)
    passes = _by_source if len(starts) <= len(ends) else _by_target
    array = passes(ready, starts, ends, progress or _silent)
    return Jacobian(array, [topology.label(p) for p in ends], [topology.label(p) for p in starts])


def _distinct(graph: CompiledGraph, positions: NDArray[Any]) -> list[int]:
    """Return positions without those that a collapsed component makes equal to an earlier one."""
    return list(dict.fromkeys(map(graph.anchor, positions.tolist())))


def _require_small(n_sources: int, n_targets: int) -> None:
    size = 8 * n_sources * n_targets
    if size > MAX_BYTES:
        raise LimitError(
            f"a Jacobian of {n_targets:,} targets by {n_sources:,} sources takes {size / 2**30:,.1f} GiB, more than "
            "1 GiB; name fewer sources= or targets="
        )


def _require_apart(graph: CompiledGraph, starts: Sequence[int], ends: Sequence[int]) -> None:
    """Refuse two members of one collapsed component."""
    if graph.cycles != "collapse" or not len(graph.topology.cyclic):
        return
    members: dict[int, int] = {graph.anchor(position): position for position in starts}
    for end in ends:
        start = members.get(graph.anchor(end), end)
        if start != end:
            raise SameComponentError(graph.topology.label(start), graph.topology.label(end))


def _silent(done: int, total: int | None) -> None:
    """Tell nobody."""


def _by_source(graph: CompiledGraph, starts: Sequence[int], ends: Sequence[int], progress: Progress) -> Any:
    one = graph.one_and_zero[0]
    anchors = [graph.anchor(position) for position in ends]
    columns = []
    for done, start in enumerate(starts):
        progress(done, len(starts))
        loops = on_the_way(graph, [start], ends)
        columns.append(_picked(forward_values(graph, {graph.anchor(start): one}, loops), anchors))
    return _stacked(columns, len(ends)).T


def _by_target(graph: CompiledGraph, starts: Sequence[int], ends: Sequence[int], progress: Progress) -> Any:
    one = graph.one_and_zero[0]
    anchors = [graph.anchor(position) for position in starts]
    rows = []
    for done, end in enumerate(ends):
        progress(done, len(ends))
        loops = on_the_way(graph, starts, [end])
        rows.append(_picked(reverse_values(graph, {graph.anchor(end): one}, loops), anchors))
    return _stacked(rows, len(starts))


def _picked(values: Values, positions: Sequence[int]) -> Any:
    picked = values[positions] if isinstance(values, np.ndarray) else [values[position] for position in positions]
    return checked_array(picked)


def _stacked(vectors: list[Any], width: int) -> Any:
    """Stack vectors into a matrix of the one kind that holds all of them."""
    if not vectors:
        return np.zeros((0, width))
    kinds = {vector.dtype for vector in vectors}
    if len(kinds) > 1:
        return as_array([number for vector in vectors for number in vector.tolist()]).reshape(len(vectors), width)
    return np.stack(vectors)
