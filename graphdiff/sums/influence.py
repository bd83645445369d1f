"""`total_influence`, `forward`, `reverse`: the one formula by its three methods."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import mul
from typing import Any, Unpack

import networkx as nx

from graphdiff import arithmetic
from graphdiff.arithmetic import Number
from graphdiff.errors import UsageError
from graphdiff.graph.compiled import CompiledGraph, CompileOptions, compiled
from graphdiff.graph.ends import End, Seeds, seeds_of
from graphdiff.graph.options import takes_options
from graphdiff.remedies import Keyword
from graphdiff.sums.between import ends_of, restriction
from graphdiff.sums.cycles import on_the_way
from graphdiff.sums.direct import Walk, direct_total, walk_for_result
from graphdiff.sums.naive import sum_over_paths
from graphdiff.sums.results import Influences
from graphdiff.sums.sweeps import (
    Values,
    checked,
    checked_array,
    checked_list,
    forward_from,
    forward_values,
    place_in_lists,
    reverse_from,
    reverse_values,
)


@takes_options
def total_influence(
    graph: nx.DiGraph | CompiledGraph,
    source: End,
    target: End,
    *,
    method: str = "auto",
    **options: Unpack[CompileOptions],
) -> Number:
    """Return the sum, over all paths from `source` to `target`, of the products of the weights along them.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
        An edge u -> v with weight w says that one unit at u makes w units at v, directly.
    source, target : node, list of nodes, mapping of node to seed, ROOTS or LEAVES
        Several sources put a unit in at each, several targets add up; a mapping says how much is put in at each
        source, or how much each target counts. `graphdiff.ROOTS`, `graphdiff.LEAVES` and `graphdiff.NODES` are all
        roots, all leaves and all nodes.
        A string is one node, and so is a tuple. The answer is that of a graph with a node before the sources and one
        behind the targets, whose edges have the seeds for weights.
    method : {"auto", "forward", "reverse", "naive"}
        One pass from the source, one pass back from the target, or each path in turn. All give the same
        number; ``"naive"`` is the definition, and refuses more than a million paths.
    **options
        Those of `graphdiff.compile`, unless the graph is compiled already.

    Returns
    -------
    number
        A float for float weights, an int for ints, else what the weights add up to. 0 where no path leads
        from the source to the target; 1 from a node to itself, by the empty path.

    Raises
    ------
    UnknownNodeError, WeightError, CycleError, SameComponentError, TooManyPathsError, ValueOverflowError
        Where the question has no answer; each says which and what to do.

    References
    ----------
    C. Olah, "Calculus on Computational Graphs: Backpropagation" (2015).

    Examples
    --------
    e = (a + b)(b + 1) at a = 2, b = 1, with the local derivatives on the edges:

    >>> import networkx as nx
    >>> G = nx.DiGraph()
    >>> G.add_weighted_edges_from(
    ...     [("a", "c", 1), ("b", "c", 1), ("b", "d", 1), ("c", "e", 2), ("d", "e", 3)])
    >>> total_influence(G, "b", "e")
    5
    >>> total_influence(G, {"a": 1, "b": 10}, ["d", "e"])
    62
    """
    sums = METHODS.get(method)
    if sums is None:
        raise UsageError(Keyword("method", method), f": use one of {', '.join(map(repr, METHODS))}")
    if sums is _forward and not isinstance(graph, CompiledGraph) and options.keys() <= {"weight"}:
        total = direct_total(graph, source, target, options.get("weight", "weight"))
        if total is not None:
            return checked(total)
    ready = compiled(graph, options)
    return checked(sums(ready, *ends_of(ready, source, target)))


def _naive(graph: CompiledGraph, sources: Seeds, targets: Seeds) -> Number:
    return sum_over_paths(restriction(graph, sources, targets))


def _forward(graph: CompiledGraph, sources: Seeds, targets: Seeds) -> Number:
    first, last = (seeds.anchored(graph) for seeds in (sources, targets))
    loops = on_the_way(graph, first.positions, last.positions)
    one, zero = graph.one_and_zero
    stop = max(last.positions, default=0)
    return _read(forward_values(graph, first.at(one), loops, stop=stop), last, zero)


def _reverse(graph: CompiledGraph, sources: Seeds, targets: Seeds) -> Number:
    first, last = (seeds.anchored(graph) for seeds in (sources, targets))
    loops = on_the_way(graph, first.positions, last.positions)
    one, zero = graph.one_and_zero
    start = min(first.positions, default=graph.n_nodes)
    return _read(reverse_values(graph, last.at(one), loops, start=start), first, zero)


def _read(values: Values, seeds: Seeds, zero: Number) -> Number:
    """Return the sum of the values at some seeds, each times its number."""
    numbers = [arithmetic.plain(values[position]) for position in seeds.positions]
    if seeds.numbers is not None:
        numbers = list(map(mul, numbers, seeds.numbers))
    return arithmetic.in_order(numbers[1:], numbers[0]) if numbers else zero


#: The methods of `total_influence`. Forward skips what the source does not reach, so it is the quicker one.
METHODS: dict[str, Callable[[CompiledGraph, Seeds, Seeds], Number]] = {
    "auto": _forward,
    "naive": _naive,
    "forward": _forward,
    "reverse": _reverse,
}


@takes_options
def forward(
    graph: nx.DiGraph | CompiledGraph,
    source: End,
    **options: Unpack[CompileOptions],
) -> Influences:
    """Return the total influence of `source` on every node: the tangents, in one pass.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
    source : node, list of nodes, mapping of node to seed, ROOTS or LEAVES
        What is put in: see `graphdiff.total_influence`.
    **options
        Those of `graphdiff.compile`, unless the graph is compiled already.

    Returns
    -------
    Influences
        A mapping in topological order. A node that the source does not reach reads 0.

    Raises
    ------
    UnknownNodeError, WeightError, CycleError, ValueOverflowError
        Where the question has no answer; each says which and what to do.

    Examples
    --------
    >>> import networkx as nx
    >>> G = nx.DiGraph()
    >>> G.add_weighted_edges_from([("b", "c", 1), ("b", "d", 1), ("c", "e", 2), ("d", "e", 3)])
    >>> dict(forward(G, "b"))
    {'b': 1, 'c': 1, 'd': 1, 'e': 5}
    """
    if (walk := walk_for_result(graph, options, source)) is not None:
        return _walked(walk, walk.forward(source), "tangents")
    ready = compiled(graph, options)
    if (place := place_in_lists(ready, source)) is not None:
        return Influences(ready.topology, checked_list(forward_from(ready, place)), "tangents")
    seeds = seeds_of(ready, source).anchored(ready)
    loops = on_the_way(ready, sources=seeds.positions)
    return _result(ready, forward_values(ready, seeds.at(ready.one_and_zero[0]), loops), "tangents")


@takes_options
def reverse(
    graph: nx.DiGraph | CompiledGraph,
    target: End,
    **options: Unpack[CompileOptions],
) -> Influences:
    """Return the total influence of every node on `target`: the adjoints, in one pass.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
    target : node, list of nodes, mapping of node to seed, ROOTS or LEAVES
        What is added up: see `graphdiff.total_influence`.
    **options
        Those of `graphdiff.compile`, unless the graph is compiled already.

    Returns
    -------
    Influences
        A mapping in topological order. A node that does not reach the target reads 0.

    Raises
    ------
    UnknownNodeError, WeightError, CycleError, ValueOverflowError
        Where the question has no answer; each says which and what to do.

    Examples
    --------
    >>> import networkx as nx
    >>> G = nx.DiGraph()
    >>> G.add_weighted_edges_from([("b", "c", 1), ("b", "d", 1), ("c", "e", 2), ("d", "e", 3)])
    >>> dict(reverse(G, "e"))
    {'b': 5, 'c': 2, 'd': 3, 'e': 1}
    """
    if (walk := walk_for_result(graph, options, target)) is not None:
        return _walked(walk, walk.reverse(target), "adjoints")
    ready = compiled(graph, options)
    if (place := place_in_lists(ready, target)) is not None:
        return Influences(ready.topology, checked_list(reverse_from(ready, place)), "adjoints")
    seeds = seeds_of(ready, target).anchored(ready)
    loops = on_the_way(ready, targets=seeds.positions)
    return _result(ready, reverse_values(ready, seeds.at(ready.one_and_zero[0]), loops), "adjoints")


def _result(graph: CompiledGraph, values: Values, what: str) -> Influences:
    array = checked_array(values)
    if graph.cycles == "collapse" and len(graph.topology.cyclic):
        array = array[graph.topology.representative]
    array.flags.writeable = False
    return Influences(graph.topology, array, what)


def _walked(walk: Walk, values: Mapping[Any, Number], what: str) -> Influences:
    return Influences(walk, checked_list(list(values.values())), what)
