"""`total_influence`, `forward`, `reverse`: the one formula by its three methods.

One total straight from a networkx graph: sort, check and sum in a single walk over its own dicts.

A graph that is asked one question is not worth compiling. Nodes come in the order that `kernels.order.peel` gives
them, and sums in the order of `sweeps`, so that the number is the same to the bit. Whatever is out of the ordinary
(a cycle, a weight that is missing or no plain number, a node that is not there) is left to `graphdiff.compile`,
which has the words for it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, Unpack

import networkx as nx

from graphdiff.arithmetic import Number, added, in_floats, is_finite, is_number, unify
from graphdiff.errors import UsageError
from graphdiff.graph.compiled import CompiledGraph, CompileOptions, compiled
from graphdiff.graph.options import takes_options
from graphdiff.graph.views import saved_in
from graphdiff.remedies import Keyword
from graphdiff.sums.between import require_apart, restriction
from graphdiff.sums.cycles import on_the_way
from graphdiff.sums.naive import sum_over_paths
from graphdiff.sums.results import Influences
from graphdiff.sums.sweeps import Values, checked, checked_array, forward_values, reverse_values


@takes_options
def total_influence(
    graph: nx.DiGraph | CompiledGraph,
    source: Hashable,
    target: Hashable,
    *,
    method: str = "auto",
    **options: Unpack[CompileOptions],
) -> Number:
    """Return the sum, over all paths from `source` to `target`, of the products of the weights along them.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
        An edge u -> v with weight w says that one unit at u makes w units at v, directly.
    source, target : nodes
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
    """
    sums = METHODS.get(method)
    if sums is None:
        raise UsageError(Keyword("method", method), f": use one of {', '.join(map(repr, METHODS))}")
    if sums is _forward and not isinstance(graph, CompiledGraph) and options.keys() <= {"weight"}:
        total = direct_total(graph, source, target, options.get("weight", "weight"))
        if total is not None:
            return checked(total)
    ready = compiled(graph, options)
    first, last = ready.topology.position(source), ready.topology.position(target)
    require_apart(ready, [(first, last)])
    return checked(sums(ready, first, last))


def _naive(graph: CompiledGraph, source: int, target: int) -> Number:
    return sum_over_paths(restriction(graph, [source], [target]))


def _forward(graph: CompiledGraph, source: int, target: int) -> Number:
    loops = on_the_way(graph, [source], [target])
    first, last = graph.anchor(source), graph.anchor(target)
    return _at(forward_values(graph, {first: graph.one_and_zero[0]}, loops, stop=last), last)


def _reverse(graph: CompiledGraph, source: int, target: int) -> Number:
    loops = on_the_way(graph, [source], [target])
    first, last = graph.anchor(source), graph.anchor(target)
    return _at(reverse_values(graph, {last: graph.one_and_zero[0]}, loops, start=first), first)


def _at(values: Values, position: int) -> Number:
    return values[position] if isinstance(values, list) else values[position].item()


#: The methods of `total_influence`. Forward skips what the source does not reach, so it is the quicker one.
METHODS: dict[str, Callable[[CompiledGraph, int, int], Number]] = {
    "auto": _forward,
    "naive": _naive,
    "forward": _forward,
    "reverse": _reverse,
}


@takes_options
def forward(
    graph: nx.DiGraph | CompiledGraph,
    source: Hashable | Mapping[Any, Number],
    **options: Unpack[CompileOptions],
) -> Influences:
    """Return the total influence of `source` on every node: the tangents, in one pass.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
    source : node, or mapping of node to number
        A mapping is a seed: what is put in at several nodes at once.
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
    ready = compiled(graph, options)
    seeds = _seeds(ready, source)
    loops = on_the_way(ready, sources=list(seeds))
    return _result(ready, forward_values(ready, _anchored(ready, seeds), loops), "tangents")


@takes_options
def reverse(
    graph: nx.DiGraph | CompiledGraph,
    target: Hashable | Mapping[Any, Number],
    **options: Unpack[CompileOptions],
) -> Influences:
    """Return the total influence of every node on `target`: the adjoints, in one pass.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
    target : node, or mapping of node to number
        A mapping is a seed: the weighted sum of several targets.
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
    ready = compiled(graph, options)
    seeds = _seeds(ready, target)
    loops = on_the_way(ready, targets=list(seeds))
    return _result(ready, reverse_values(ready, _anchored(ready, seeds), loops), "adjoints")


def _seeds(graph: CompiledGraph, nodes: Hashable | Mapping[Any, Number]) -> dict[int, Number]:
    if isinstance(nodes, Mapping):
        return {graph.topology.position(node): _seed(graph, seed) for node, seed in nodes.items()}
    return {graph.topology.position(nodes): graph.one_and_zero[0]}


def _seed(graph: CompiledGraph, seed: Number) -> Number:
    """Return a checked seed; beside float weights a real seed is a float too."""
    if not (is_number(seed) and is_finite(seed)):
        raise UsageError(f"the seed {seed!r} is not a finite number")
    if not in_floats(graph.weights) or isinstance(seed, (float, complex)):
        return seed
    try:
        as_float: Number = unify([seed, 1.0])[0]
    except OverflowError as error:
        raise UsageError(f"the seed beside float weights: {error}") from None
    return as_float


def _anchored(graph: CompiledGraph, seeds: Mapping[int, Number]) -> dict[int, Number]:
    """Move seeds to where the sweeps keep them; those of one collapsed component add."""
    return added((graph.anchor(position), seed) for position, seed in seeds.items())


def _result(graph: CompiledGraph, values: Values, what: str) -> Influences:
    array = checked_array(values)
    if graph.cycles == "collapse" and len(graph.topology.cyclic):
        array = array[graph.topology.representative]
    array.flags.writeable = False
    return Influences(graph.topology, array, what)


Adjacency = dict[Hashable, dict[Hashable, dict[Any, Any]]]


def direct_total(graph: Any, source: Hashable, target: Hashable, weight: object) -> Number | None:
    """Return the total influence of `source` on `target`, every weight checked, or None where that takes more.

    Parameters
    ----------
    graph : networkx.DiGraph
        Anything else takes more.
    source, target : nodes
    weight : str
        An edge attribute, whose values are all floats or all ints; anything else takes more.

    Returns
    -------
    float, int or None

    Examples
    --------
    >>> G = nx.DiGraph()
    >>> G.add_weighted_edges_from([("b", "c", 1), ("b", "d", 1), ("c", "e", 2), ("d", "e", 3)])
    >>> direct_total(G, "b", "e", "weight")
    5
    >>> G.add_edge("e", "b", weight=1)
    >>> direct_total(G, "b", "e", "weight") is None
    True
    """
    is_plain = type(graph) is nx.DiGraph and not graph.graph.get("quotient") and saved_in(graph) is None
    if not is_plain or not isinstance(weight, str):
        return None
    rows: Adjacency = dict(graph.adjacency())
    try:
        if source in rows and target in rows:
            return _swept(rows, dict(graph.in_degree), source, target, weight)
    except (KeyError, TypeError):  # an edge without the weight, or a node that cannot be hashed
        pass
    return None


def _swept(
    rows: Adjacency, waiting: dict[Hashable, int], source: Hashable, target: Hashable, weight: str
) -> Number | None:
    """Push one unit forward while Kahn's algorithm sorts; `waiting` is used up."""
    kind = next((type(data[weight]) for row in rows.values() for data in row.values()), float)
    if kind not in (float, int):
        return None
    values = dict.fromkeys(rows, kind(0))
    values[source] = kind(1)
    unlike = kind(0)
    ready = [node for node in rows if not waiting[node]]
    for node in ready:
        value = values[node]
        for head, data in rows[node].items():
            number = data[weight]
            if type(number) is not kind:
                return None
            unlike += number - number  # stays 0 unless a number is infinite or none
            values[head] += value * number
            waiting[head] -= 1
            if not waiting[head]:
                ready.append(head)
    return values[target] if len(ready) == len(rows) and unlike == 0 else None
