"""`cut`: the fewest edges or nodes whose removal takes a wanted part of a total away, or every path."""

from __future__ import annotations

from collections.abc import Hashable
from decimal import Decimal
from fractions import Fraction
from typing import Unpack

import networkx as nx

from graphdiff.arithmetic import Number, is_finite
from graphdiff.between import between, total_over
from graphdiff.compiled import CompiledGraph, CompileOptions, compiled
from graphdiff.cutlist import Cut
from graphdiff.errors import UsageError
from graphdiff.influence import total_influence
from graphdiff.remedies import Keyword
from graphdiff.removal import REAL, Progress, Search, every_path, reduced, strokes
from graphdiff.results import shown
from graphdiff.semirings import SEMIRINGS


def cut(
    graph: nx.DiGraph | CompiledGraph,
    source: Hashable,
    target: Hashable,
    *,
    part: float | None = None,
    amount: Number | None = None,
    what: str = "edges",
    progress: Progress = None,
    **options: Unpack[CompileOptions],
) -> Cut:
    """Return the fewest edges or nodes to remove so that less of the influence of `source` on `target` is left.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
        It is not changed. All other edges keep their weights.
    source, target : nodes
    part : float, optional
        What part of the total is to go, above 0 and up to 1: 0.5 is half of it.
    amount : number, optional
        By how much the total is to become smaller in absolute value. With neither, every path is cut.
    what : {"edges", "nodes"}
        What may be removed. A collapsed cycle is never removed as a node, nor are the two ends.
    progress : callable, optional
        Called with the number of sets tried and how many there are.
    **options
        Those of `graphdiff.compile`, unless the graph is compiled already.

    Returns
    -------
    Cut
        ``.removed`` lists them; ``.method`` is ``"exact"`` up to 20 candidates, ``"greedy"`` above, ``"minimum cut"``
        where every path is cut; ``.at_least`` is how many any such set must have, None where no bound is known.

    Raises
    ------
    UsageError
        If both or neither fitting `part` and `amount` are given, the weights are no real numbers, or no set of nodes
        takes so much away.
    CycleError
        If a cycle that is solved lies between: infinitely many walks pass an edge.
    UnknownNodeError, WeightError, SameComponentError, ValueOverflowError
        As `graphdiff.total_influence`.

    References
    ----------
    L. Wolsey, "An analysis of the greedy algorithm for the submodular set covering problem", Combinatorica 2 (1982).

    Examples
    --------
    >>> import networkx as nx
    >>> G = nx.DiGraph()
    >>> G.add_weighted_edges_from([("b", "c", 1), ("b", "d", 1), ("c", "e", 2), ("d", "e", 3)])
    >>> cut(G, "b", "e", part=0.5).removed
    [('b', 'd')]
    >>> len(cut(G, "b", "e").removed)
    2
    """
    _check(source, target, part, amount, what)
    ready = compiled(graph, options)
    total = total_influence(ready, source, target)
    lies = between(ready, [ready.topology.position(source)], [ready.topology.position(target)])
    lies.require_no_loops("what_if and sensitivities sum its walks")
    search = Search(lies, what, total)
    search.require_real()
    if part is None and amount is None:
        chosen, method, at_least = every_path(search)
        wanted = None
    else:
        wanted = _wanted(total, part, amount)
        chosen, method, at_least = reduced(search, abs(total) - wanted, progress)
    return Cut(
        source=source,
        target=target,
        what=what,
        before=total,
        wanted=wanted,
        strokes=list(strokes(search, chosen)),
        method=method,
        at_least=at_least,
        n_candidates=len(search.candidates),
        n_paths=total_over(lies, SEMIRINGS["count"]) or 0,
        edge_meaning=ready.edge_meaning,
        weight_meaning=ready.weight_meaning,
        naming=ready.topology.naming,
    )


def _check(source: Hashable, target: Hashable, part: Number, amount: Number, what: str) -> None:
    """Raise `UsageError` where no graph could make the question right."""
    if what not in ("edges", "nodes"):
        raise UsageError(Keyword("what", what), ": use 'edges' or 'nodes'")
    if part is not None and amount is not None:
        raise UsageError("give ", Keyword("part"), " or ", Keyword("amount"), ", not both")
    for name, value in (("part", part), ("amount", amount)):
        if value is not None and not (isinstance(value, REAL) and is_finite(value)):
            raise UsageError(Keyword(name, value), " is not a finite real number")
    if part is not None and not 0 < part <= 1:
        raise UsageError(Keyword("part", part), " is not above 0 and up to 1, the whole")
    if source == target:
        raise UsageError(f"the empty path from {source!r} to itself has no edge to cut")


def _wanted(total: Number, part: Number | None, amount: Number | None) -> Number:
    """Return by how much the total is to become smaller, in its kind of number."""
    given: Number = Fraction(str(amount if part is None else part))  # 0.9 means nine tenths
    if isinstance(total, float):
        given = float(given)
    elif isinstance(total, Decimal):
        given = Decimal(given.numerator) / given.denominator
    wanted = given if part is None else abs(total) * given
    if not 0 < wanted <= abs(total):
        size = f"the total is {shown(total)}" if total else "the total is 0, of which nothing can be taken away"
        raise UsageError(f"cannot take {amount if part is None else part} away: {size}")
    return wanted
