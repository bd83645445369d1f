"""`accumulate`: one sweep over any semiring, from a source or back from a target."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Unpack

import networkx as nx
import numpy as np

from graphdiff import arithmetic
from graphdiff.errors import UsageError
from graphdiff.graph.compiled import CompiledGraph, CompileOptions, compiled
from graphdiff.graph.ends import End, seeds_of, units
from graphdiff.graph.options import takes_options
from graphdiff.remedies import Keyword
from graphdiff.sums.between import Between, forward_over, restriction, reverse_over
from graphdiff.sums.results import Influences
from graphdiff.sums.semirings import SEMIRINGS, Semiring
from graphdiff.sums.sweeps import checked, in_range


class Accumulated(Influences):
    """A value for every node, in topological order: numbers, or what else a semiring adds up."""

    def top(self, n: int = 10) -> list[tuple[Any, Any]]:
        """Return the first `n` nodes in topological order: values of a semiring need not have a size."""
        return [(self.topology.label(position), self.array[position]) for position in range(min(n, len(self)))]


@takes_options
def accumulate(
    graph: nx.DiGraph | CompiledGraph,
    source: End | None = None,
    target: End | None = None,
    *,
    semiring: str | Semiring = "sum-product",
    **options: Unpack[CompileOptions],
) -> Accumulated:
    """Return, for every node, what the paths from `source` to it, or from it to `target`, add up to in a semiring.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
    source, target : node, list of nodes, mapping of node to seed, ROOTS or LEAVES
        One of them: see `graphdiff.total_influence`. Back from a target the value of a path is extended from its end.
        A seed extends the paths as a weight does, but where edges are counted.
    semiring : str or Semiring
        ``"sum-product"`` (what `forward` returns, here for any numbers in plain Python), ``"size"``,
        ``"value-and-size"``, ``"count"``, ``"max-product"`` (the strongest path), ``"min-plus"`` (the shortest),
        ``"max-plus"`` (the critical one), ``"fewest-edges"``, ``"most-edges"``, ``"boolean"`` (reach),
        ``"log-sum-exp"``, ``"expectation"`` (for the entropy), ``"lengths"``; or one's own.
    **options
        Those of `graphdiff.compile`, unless the graph is compiled already.

    Returns
    -------
    Accumulated
        A mapping; a node that the source does not reach, or that does not reach the target, has the semiring's zero.

    Raises
    ------
    UsageError
        If not one end is given, if there is no semiring of this name, or it does not take numbers like these, as
        complex ones have no order.
    UnknownNodeError, WeightError, CycleError, ValueOverflowError
        As `graphdiff.forward`; a cycle that is solved is refused too, as a semiring need not have a limit.

    Examples
    --------
    >>> import networkx as nx
    >>> G = nx.DiGraph()
    >>> G.add_weighted_edges_from([("b", "c", 1), ("b", "d", 1), ("c", "e", 2), ("d", "e", -3)])
    >>> [accumulate(G, "b", semiring=name)["e"] for name in ("sum-product", "size", "count", "min-plus")]
    [-1, 5, 2, -2]
    >>> dict(accumulate(G, target="e", semiring="most-edges"))
    {'b': 2, 'c': 1, 'd': 1, 'e': 0}
    >>> narrowest = Semiring(0, float("inf"), min, max)
    >>> accumulate(G, "b", semiring=narrowest)["e"]
    1
    """
    chosen = SEMIRINGS.get(semiring) if isinstance(semiring, str) else semiring
    if not isinstance(chosen, Semiring):
        raise UsageError(
            Keyword("semiring", semiring), f": use one of {', '.join(map(repr, SEMIRINGS))}, or a Semiring"
        )
    if (source is None) == (target is None):
        raise UsageError("give ", Keyword("source"), " or ", Keyword("target"), ": a sweep starts at one end")
    ready = compiled(graph, options)
    ready = ready.divisible if ready.exact else ready  # a user's functions get Fractions
    every = units(ready, range(ready.n_nodes))
    if target is None:
        between, sweep = restriction(ready, seeds_of(ready, source), every), forward_over
    else:
        between, sweep = restriction(ready, every, seeds_of(ready, target)), reverse_over
    between.require_no_loops()
    array = np.empty(ready.n_nodes, dtype=object)
    sums = _named_sums(between, sweep, semiring) if isinstance(semiring, str) else sweep(between, chosen)
    values = dict(zip(between.positions.tolist(), sums, strict=True))
    for position in range(ready.n_nodes):  # one by one: numpy would take tuples apart
        array[position] = _checked(values.get(position, chosen.zero), chosen)
    if ready.cycles == "collapse":
        array = array[ready.topology.representative]
    array.flags.writeable = False
    return Accumulated(ready.topology, array, semiring if isinstance(semiring, str) else "values")


def _named_sums(between: Between, sweep: Callable[[Between, Semiring], list[Any]], name: str) -> list[Any]:
    """Return the sums of a semiring of ours, whose functions do not take every kind of number."""
    try:
        with in_range():
            return sweep(between, SEMIRINGS[name])
    except TypeError:
        kinds = sorted({type(weight).__name__ for row in between.rows for *_, weight in row})
        raise UsageError(
            Keyword("semiring", name), f" does not take weights of the type {' and '.join(kinds)}"
        ) from None


def _checked(value: Any, semiring: Semiring) -> Any:
    """Return a value with its numbers finished, or raise where one has left the floats."""
    if isinstance(value, tuple):
        return tuple([checked(number) for number in value])
    given = isinstance(value, bool) or value == semiring.zero or value == semiring.one  # which may be infinite
    return checked(value) if not given and arithmetic.is_number(value) else value
