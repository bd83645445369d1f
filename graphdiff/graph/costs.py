"""Weights of a profile's calls: parts of what was measured, found as columns of the topology.

S. Graham, P. Kessler and M. McKusick, "gprof: a call graph execution profiler", SIGPLAN Notices 17(6), 1982, is the
source of `even_calls`, which takes every call of a function to cost the same. The others do without that where costs
of calls were measured.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff.arithmetic import Weights
from graphdiff.errors import UsageError
from graphdiff.graph.attributes import Column, kind_of
from graphdiff.graph.topology import Topology
from graphdiff.remedies import Call, Remedy
from graphdiff.text.numbers import shorten

__all__ = ["even_calls", "how_often", "inclusive", "of_edges", "per_call", "spent"]

Values = NDArray[Any]
#: Of a drawing's nodes: what they spend in functions that are not drawn.
HIDDEN = "hidden"
#: What a profile says of its recursion (``G.graph["recursion"]``) where each level of it is counted, as callgrind does.
EVERY_LEVEL = "every level"


def spent(topology: Topology, cycles: str, exact: bool) -> Weights:
    """Return cost(a, b) / inclusive(b)."""
    _require_all_levels(topology, cycles)
    return _divided(topology, cycles, exact, [of_edges(topology, "cost", cycles)], [inclusive(topology, cycles)])


def per_call(topology: Topology, cycles: str, exact: bool) -> Weights:
    """Return cost(a, b) / calls(a) over inclusive(b) / calls(b)."""
    _require_all_levels(topology, cycles)
    calls = _calls(topology, cycles)
    over = [of_edges(topology, "cost", cycles), _at_heads(topology, cycles, calls)]
    return _divided(topology, cycles, exact, over, [inclusive(topology, cycles)], [_at_tails(topology, cycles, calls)])


def how_often(topology: Topology, cycles: str, exact: bool) -> Weights:
    """Return calls(a, b) / calls(a)."""
    calls = _at_tails(topology, cycles, _calls(topology, cycles))
    return _divided(topology, cycles, exact, [of_edges(topology, "calls", cycles)], [], [calls])


def even_calls(topology: Topology, cycles: str, exact: bool) -> Weights:
    """Return calls(a, b) / calls(b), of a component the calls that enter it."""
    return _divided(topology, cycles, exact, [of_edges(topology, "calls", cycles)], [_entering(topology, cycles)])


def inclusive(topology: Topology, cycles: str) -> Values:
    """Return what each node cost with all it called, by position: its own, or its component's, and what leaves.

    It is not the sum of what enters, so that roots keep their part; a component has it at its first position. What a
    drawing leaves out is in it.
    """
    own, hidden = _of_nodes(topology, "self"), topology.node_attributes.get(HIDDEN)
    if hidden is not None:
        own = own + np.where(hidden.missing, 0, hidden.values)[topology.ids]
    sums = _by_component(topology, cycles, own)
    rows = topology.quotient if cycles == "collapse" else topology.rows
    np.add.at(sums, rows.tails, of_edges(topology, "cost", cycles)[rows.edges])
    return sums


def _require_all_levels(topology: Topology, cycles: str) -> None:
    """Raise `UsageError` where walks round a cycle would be summed and the profile counts a recursive call once.

    What lies below a call that is on the stack already is in the cost of the outer call: summed round the cycle it is
    counted again at each turn.
    """
    if cycles in ("solve", "reduced-form") and len(topology.cyclic) and topology.about.get("recursion") != EVERY_LEVEL:
        start, stop = topology.cyclic.tolist()[0]
        names = shorten(" and ".join(str(topology.label(place)) for place in range(start, min(stop, start + 2))), 60)
        raise UsageError(
            f"in this profile a call within the function's own call is counted once ({names}): to sum walks round the "
            "cycle would count it at every turn, and make callers answerable for more than all",
            Remedy(Call("cycles", "collapse"), "takes what calls itself as one node, which is exact"),
        )


def _calls(topology: Topology, cycles: str) -> Values:
    """Return how often each node was called: what enters it, and what nothing calls ran once."""
    calls = _entering(topology, cycles)
    return np.where(calls == 0, 1, calls)


def _entering(topology: Topology, cycles: str) -> Values:
    rows = topology.quotient if cycles == "collapse" else topology.rows
    calls = of_edges(topology, "calls", cycles)
    sums = np.zeros(topology.n_nodes, dtype=calls.dtype)
    np.add.at(sums, rows.heads, calls[rows.edges])
    return sums


def _by_component(topology: Topology, cycles: str, values: Values) -> Values:
    sums = np.zeros_like(values)
    np.add.at(sums, _first(topology, cycles), values)
    return sums


def _first(topology: Topology, cycles: str) -> Values:
    return topology.representative if cycles == "collapse" else np.arange(topology.n_nodes)


def _at_heads(topology: Topology, cycles: str, values: Values) -> Values:
    at: Values = values[_first(topology, cycles)[topology.heads]]
    return at


def _at_tails(topology: Topology, cycles: str, values: Values) -> Values:
    at: Values = values[_first(topology, cycles)[topology.rows.tails]]
    return at


def _divided(
    topology: Topology,
    cycles: str,
    exact: bool,
    over: Sequence[Values],
    of_heads: Sequence[Values],
    under: Sequence[Values] = (),
) -> Weights:
    """Return products of values of edges over products; 0 on edges within a component, and where nothing is below."""
    below = [*(_at_heads(topology, cycles, values) for values in of_heads), *under]
    edges = (topology.quotient if cycles == "collapse" else topology.rows).edges
    if exact:
        return _fractions(topology.n_edges, edges, over, below)
    parts = [np.prod([values[edges].astype(np.float64) for values in each], axis=0) for each in (over, below)]
    weights = np.zeros(topology.n_edges)
    weights[edges] = np.divide(parts[0], parts[1], out=np.zeros(len(edges)), where=parts[1] != 0)
    return weights


def _fractions(size: int, edges: Values, over: Sequence[Values], below: Sequence[Values]) -> list[Fraction]:
    weights = [Fraction(0)] * size
    over, below = ([values.tolist() for values in each] for each in (over, below))
    for edge in edges.tolist():
        parts = [math.prod((Fraction(values[edge]) for values in each), start=Fraction(1)) for each in (over, below)]
        weights[edge] = parts[0] / parts[1] if parts[1] else Fraction(0)
    return weights


def of_edges(topology: Topology, name: str, cycles: str) -> Values:
    """Return the numbers of the edges; of those that carry nothing they need not be known.

    Raises
    ------
    UsageError
        If they are not known of all others, or are no numbers.

    Examples
    --------
    >>> from graphdiff.graph.compiled import CompiledGraph
    >>> graph = CompiledGraph.from_arrays([0], [1], attributes={"cost": [2.5]})
    >>> of_edges(graph.topology, "cost", "raise")
    array([2.5])
    """
    column = topology.attributes.get(name)
    if column is not None and kind_of(column) == "number" and cycles == "collapse" and column.missing.any():
        inner = np.ones(topology.n_edges, dtype=bool)
        inner[topology.quotient.edges] = False
        column = Column(np.where(column.missing, 0, column.values), column.missing & ~inner)
    return _numbers(column, f"the edges' {name}")


def _of_nodes(topology: Topology, name: str) -> Values:
    return _numbers(topology.node_attributes.get(name), f"the nodes' {name}")[topology.ids]


def _numbers(column: Any, what: str) -> Values:
    numbers = None if column is None else column.numbers
    if numbers is None:
        raise UsageError(f"this preset reads {what}: give it to graphdiff.compile, with the graph")
    values: Values = numbers
    return values
