"""Many questions at once: a Jacobian, one too large to hold, or any pairs; by whichever way is the cheapest."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from itertools import pairwise
from typing import Any, Unpack

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff.errors import LimitError, UsageError
from graphdiff.graph.compiled import CompiledGraph, CompileOptions, Progress, compiled
from graphdiff.graph.ends import End, units
from graphdiff.graph.options import takes_options
from graphdiff.jacobians.blocks import Direction, Task, joined, run, tasks
from graphdiff.jacobians.elimination import check_order, choose, network, totals
from graphdiff.jacobians.plan import EliminationOrder, asked, elimination_may_pay, planned, sweep_of
from graphdiff.kernels.blocks import WIDTH
from graphdiff.kernels.rows import Ints, each_once
from graphdiff.remedies import Keyword, Remedy
from graphdiff.sums.between import require_apart, restriction
from graphdiff.sums.cycles import Range, components_between, on_the_way, walks
from graphdiff.sums.results import Jacobian
from graphdiff.sums.sweeps import checked_array

METHODS = ("auto", "forward", "reverse", "elimination")

#: The largest result, in bytes.
MAX_BYTES = 2**30


@takes_options
def jacobian(
    graph: nx.DiGraph | CompiledGraph,
    sources: End | None = None,
    targets: End | None = None,
    *,
    method: str = "auto",
    elimination_order: EliminationOrder = "markowitz",
    executor: Executor | None = None,
    progress: Progress | None = None,
    **options: Unpack[CompileOptions],
) -> Jacobian:
    """Return the total influence of every source on every target.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
    sources : node, list of nodes or ROOTS, optional
        The roots where left out: nodes that the reader marked, else what nothing enters. Of a collapsed
        component one member stands for all.
    targets : node, list of nodes or LEAVES, optional
        Where left out, what nothing leaves.
    method : {"auto", "forward", "reverse", "elimination"}
        One pass a source, one pass a target, or eliminate all that lies between, node by node; all give the same
        numbers, floats up to rounding. ``"auto"`` takes the cheapest: `graphdiff.plan` tells which and why.
    elimination_order : {"markowitz", "forward", "reverse", "best"} or list of nodes
        As in `graphdiff.plan`.
    executor : concurrent.futures.Executor, optional
        Where blocks of eight passes run; by default in threads, one for each processor. Other processes are not sent
        the graph: it is saved in the folder for temporary files (which machines must share, where there are
        several), and each task names that file.
    progress : callable, optional
        Called with the number of passes done, or of nodes eliminated, and the number of all.
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
        If the result would be larger than 1 GiB: `graphdiff.iter_jacobian` goes through it in blocks.
    UsageError
        If there is no such method or order; or if other processes are asked to compute with numbers that no file of
        arrays can hold.
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
    <Jacobian: 1 target (rows) x 2 sources (columns)>
    >>> J["e", "b"]
    5
    """
    ready = compiled(graph, options)
    starts, ends = asked(ready, sources, targets)
    _require_small(len(starts), len(ends))
    chosen, order = _chosen(ready, starts, ends, method, elimination_order)
    if chosen == "elimination":
        array = _eliminated(ready, starts, ends, order, progress)
    else:
        blocks = _blocks(ready, starts, ends, chosen, executor, progress)
        parts = [block for _, block in blocks]
        array = joined(parts, 1 if chosen == "forward" else 0) if parts else np.zeros((len(ends), len(starts)))
    return Jacobian(array, _labels(ready, ends), _labels(ready, starts), naming=ready.topology.naming)


@takes_options
def iter_jacobian(
    graph: nx.DiGraph | CompiledGraph,
    sources: End | None = None,
    targets: End | None = None,
    *,
    method: str = "auto",
    executor: Executor | None = None,
    progress: Progress | None = None,
    **options: Unpack[CompileOptions],
) -> Iterator[Jacobian]:
    """Go through a Jacobian too large to hold, in blocks of up to eight columns or rows.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
    sources, targets : nodes, optional
        As in `jacobian`.
    method : {"auto", "forward", "reverse"}
        Forward yields columns, up to eight sources with all targets; reverse rows, up to eight targets with all
        sources; auto those of which there are fewer.
    executor, progress
        As in `jacobian`.
    **options
        Those of `graphdiff.compile`, unless the graph is compiled already.

    Returns
    -------
    iterator of Jacobian
        In the order of the sources, or of the targets. Blocks are computed a little ahead of those taken: about one
        for each processor, or as many as fill 256 MiB.

    Raises
    ------
    UsageError
        If there is no such method.
    UnknownNodeError, WeightError, CycleError, SameComponentError, ValueOverflowError
        As `graphdiff.total_influence`.

    Examples
    --------
    >>> import networkx as nx
    >>> G = nx.DiGraph([(source, "sum") for source in range(20)])
    >>> [block.array.shape for block in iter_jacobian(G, weight=None, method="forward")]
    [(1, 8), (1, 8), (1, 4)]
    """
    if method not in ("auto", "forward", "reverse"):
        raise UsageError(Keyword("method", method), ": blocks are made 'forward' or 'reverse', or 'auto'")
    ready = compiled(graph, options)
    starts, ends = asked(ready, sources, targets)
    direction = sweep_of(len(starts), len(ends)) if method == "auto" else method
    blocks = _blocks(ready, starts, ends, direction, executor, progress)
    columns, rows, naming = _labels(ready, starts), _labels(ready, ends), ready.topology.naming
    if direction == "forward":
        return (Jacobian(block, rows, columns[chosen], naming=naming) for chosen, block in blocks)
    return (Jacobian(block, rows[chosen], columns, naming=naming) for chosen, block in blocks)


@takes_options
def total_influences(
    graph: nx.DiGraph | CompiledGraph,
    pairs: Iterable[tuple[Hashable, Hashable]],
    *,
    executor: Executor | None = None,
    progress: Progress | None = None,
    **options: Unpack[CompileOptions],
) -> NDArray[Any]:
    """Return the total influence of the source on the target of each pair.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
    pairs : iterable of (source, target)
    executor, progress
        As in `jacobian`; there is one pass for each of the different sources, or targets where they are fewer.
    **options
        Those of `graphdiff.compile`, unless the graph is compiled already.

    Returns
    -------
    array, shape (n_pairs,)
        In the order of the pairs; float64, int64 or objects. Memory beside it is bounded by the blocks at work.

    Raises
    ------
    UsageError
        If a pair is not one of two nodes.
    UnknownNodeError, WeightError, CycleError, SameComponentError, ValueOverflowError
        As `graphdiff.total_influence`.

    Examples
    --------
    >>> import networkx as nx
    >>> G = nx.DiGraph()
    >>> G.add_weighted_edges_from([("b", "c", 1), ("b", "d", 1), ("c", "e", 2), ("d", "e", 3)])
    >>> total_influences(G, [("b", "e"), ("e", "b"), ("c", "e"), ("b", "b")])
    array([5, 0, 2, 1])
    """
    ready = compiled(graph, options)
    position = ready.topology.position
    try:
        ends = np.array([(position(s), position(t)) for s, t in pairs], dtype=np.int64).reshape(-1, 2)
    except (TypeError, ValueError) as error:
        raise UsageError(f"pairs are to be (source, target), one after the other: {error}") from error
    require_apart(ready, ends.tolist())
    sources, targets = ready.anchors(ends[:, 0]), ready.anchors(ends[:, 1])
    direction = sweep_of(len(each_once(sources)), len(each_once(targets)))
    seeds, wanted = (sources, targets) if direction == "forward" else (targets, sources)
    by_seed = np.argsort(seeds, kind="stable")
    todo = _grouped(seeds[by_seed], wanted[by_seed])
    loops = components_between(ready, sources.tolist(), targets.tolist())
    for seed, others in _by_seed(todo) if loops else ():
        _require_walks(ready, *((seed, others) if direction == "forward" else (others, seed)))
    parts = list(_told(run(ready, direction, todo, executor), todo, progress))
    if not parts:
        return np.zeros(0)
    numbers = joined(parts, 0)
    result = np.empty_like(numbers)
    result[by_seed] = numbers
    return result


def _grouped(seeds: Ints, wanted: Ints) -> list[Task]:
    """Return tasks of eight passes each, for pairs that are sorted by their seeds."""
    different, lanes = np.unique(seeds, return_inverse=True)
    cuts = np.searchsorted(lanes, np.arange(0, len(different) + WIDTH, WIDTH)).tolist()
    return [
        Task(different[WIDTH * block :][:WIDTH], wanted[start:stop], lanes[start:stop] - WIDTH * block)
        for block, (start, stop) in enumerate(pairwise(cuts))
    ]


def _by_seed(todo: Sequence[Task]) -> Iterator[tuple[list[int], list[int]]]:
    for task in todo:
        for lane, seed in enumerate(task.seeds.tolist()):
            yield [seed], task.wanted[task.lanes == lane].tolist()


# -- sweeps


def _blocks(
    graph: CompiledGraph,
    starts: Ints,
    ends: Ints,
    direction: Direction,
    executor: Executor | None,
    progress: Progress | None,
) -> Iterator[tuple[slice, NDArray[Any]]]:
    """Return an iterator over columns (forward) or rows (reverse), each block with its place."""
    require_apart(graph, _alike(graph, starts.tolist(), ends.tolist()))
    _require_walks(graph, starts.tolist(), ends.tolist())
    seeds, wanted = (starts, ends) if direction == "forward" else (ends, starts)
    todo = tasks(graph.anchors(seeds), graph.anchors(wanted))
    blocks = _told(run(graph, direction, todo, executor), todo, progress)
    places = (slice(start, start + WIDTH) for start in range(0, len(seeds), WIDTH))
    return zip(places, blocks if direction == "forward" else (block.T for block in blocks), strict=True)


def _told(results: Iterator[NDArray[Any]], todo: Sequence[Task], progress: Progress | None) -> Iterator[NDArray[Any]]:
    """Pass results on, and tell how many passes are done."""
    done, total = 0, sum(len(task.seeds) for task in todo)
    for task, result in zip(todo, results, strict=True):
        done += len(task.seeds)
        if progress is not None:
            progress(done, total)
        yield result


# -- elimination


def _eliminated(
    graph: CompiledGraph, starts: Ints, ends: Ints, order: EliminationOrder, progress: Progress | None
) -> NDArray[Any]:
    sources, targets = starts.tolist(), ends.tolist()
    loops = _require_walks(graph, sources, targets)
    net = network(restriction(graph.divisible if loops else graph, units(graph, sources), units(graph, targets)))
    chosen = choose(net, order)
    assert chosen is not None
    ways, zero = totals(net, chosen[0], progress), graph.one_and_zero[1]
    rows = [ways[net.sources[anchor]] if anchor in net.sources else {} for anchor in graph.anchors(starts).tolist()]
    heads = [net.targets.get(anchor, -1) for anchor in graph.anchors(ends).tolist()]
    numbers = [row.get(head, zero) for head in heads for row in rows]
    return checked_array(numbers).reshape(len(ends), len(starts)) if numbers else np.zeros((len(ends), len(starts)))


# -- what may be asked


def _chosen(
    graph: CompiledGraph, starts: Ints, ends: Ints, method: str, order: EliminationOrder
) -> tuple[str, EliminationOrder]:
    """Return the method to take, and the order if it is elimination."""
    check_order(order)
    if method not in METHODS:
        raise UsageError(Keyword("method", method), f": use one of {', '.join(map(repr, METHODS))}")
    if method != "auto":
        return method, order
    if isinstance(order, str) and order == "markowitz" and not elimination_may_pay(graph, min(len(starts), len(ends))):
        return sweep_of(len(starts), len(ends)), order
    plan = planned(graph, starts, ends, order)
    return plan.method, order if plan.elimination_order is None else plan.elimination_order


def _labels(graph: CompiledGraph, positions: Ints) -> list[Any]:
    return [graph.topology.titled[number] for number in graph.topology.ids[positions].tolist()]


def _require_small(n_sources: int, n_targets: int) -> None:
    size = 8 * n_sources * n_targets
    if size > MAX_BYTES:
        raise LimitError(
            f"a Jacobian of {n_targets:,} targets by {n_sources:,} sources takes {size / 2**30:,.1f} GiB, more than "
            "1 GiB; name fewer: ",
            Keyword("sources"),
            " or ",
            Keyword("targets"),
            Remedy(Keyword("", python="graphdiff.iter_jacobian"), "goes through it in blocks"),
        )


def _alike(graph: CompiledGraph, starts: Sequence[int], ends: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the pairs of a start and an end whose values a sweep keeps at one position."""
    members: dict[int, list[int]] = {}
    for start in reversed(starts):
        members.setdefault(graph.anchor(start), []).append(start)
    for end in ends:
        yield from ((start, end) for start in members.get(graph.anchor(end), ()))


def _require_walks(graph: CompiledGraph, starts: Sequence[int], ends: Sequence[int]) -> list[Range]:
    """Return the components to solve between positions; refuse here, where nodes have names, what cannot be solved."""
    loops = on_the_way(graph, starts, ends)
    for loop in loops:
        walks(graph.divisible, *loop)
    return loops
