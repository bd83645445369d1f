"""`sketch`: what is known of a question to which a cycle on the way leaves no whole answer.

A cycle that is refused, or of which no value is known, leaves open what lies behind it from the source and before it
from the target, and the total. All other numbers are those of `annotate`; the picture says what it lacks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Unpack

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff.errors import CycleError, LimitError, chain_text
from graphdiff.graph.compiled import CompiledGraph, CompileOptions, compiled
from graphdiff.graph.ends import End, Seeds
from graphdiff.graph.options import takes_options
from graphdiff.graph.presets import WEIGHTS
from graphdiff.kernels.reach import reached, reaching
from graphdiff.pictures.annotate import Column, Measures, adjoints_of, measured, tangents_of
from graphdiff.sums.between import ends_of
from graphdiff.sums.cycles import Range, between_mask, components_in, find_cycle, walks
from graphdiff.sums.sweeps import Values, checked_array, forward_values, reverse_values
from graphdiff.text.sentences import how_many


@takes_options
def sketch(
    graph: nx.DiGraph | CompiledGraph,
    source: End | None = None,
    target: End | None = None,
    **options: Unpack[CompileOptions],
) -> nx.DiGraph | nx.MultiDiGraph:
    """Return what `graphdiff.annotate` does, without the numbers that cycles on the way leave open.

    To be asked where `graphdiff.annotate` refuses for a cycle.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
    source, target : node, list of nodes, mapping of node to seed, ROOTS or LEAVES, optional
        See `graphdiff.total_influence`.
    **options
        Those of `graphdiff.compile`, unless the graph is compiled already. Where the two ends are on one cycle that is
        collapsed, no cycle is.

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph
        With both ends, or neither, there is no total and no share, and ``annotation`` is ``weight``; a node or edge has
        ``tangent`` and ``adjoint`` where they are known. With one end each has ``tangent`` (``adjoint``) where it is
        known. ``not_computed`` says what is not, and names the cycle.

    Raises
    ------
    UnknownNodeError, WeightError, ValueOverflowError
        As `graphdiff.annotate`.

    Examples
    --------
    >>> G = nx.DiGraph()
    >>> G.add_weighted_edges_from([("a", "b", 2), ("b", "c", 3), ("c", "b", 5), ("a", "d", 7)])
    >>> known = sketch(G, "a")
    >>> dict(known.nodes(data="tangent")), known.graph["not_computed"]
    ({'a': 1, 'b': None, 'c': None, 'd': 7}, 'no number of 2 of 4 nodes: the cycle b -> c -> b is on the way')
    """
    ready = apart(compiled(graph, options))
    way = _Way.of(ready, source, target)
    tangents, adjoints = way.tangents, way.adjoints
    nodes = {"tangent": tangents, "adjoint": adjoints}
    edges = {"tangent": tangents_of(ready, tangents), "adjoint": adjoints_of(ready, adjoints)}
    main = "weight" if way.is_whole else "tangent" if target is None else "adjoint"
    kept = list(nodes) if way.is_whole else [main]
    measures = Measures(main, {name: nodes[name] for name in kept}, {name: edges[name] for name in kept}, None)
    copy = measured(graph, ready, (source, target), measures)
    if way.open:
        copy.graph["not_computed"] = way.text(nodes.get(main))
    return copy


def apart(graph: CompiledGraph) -> CompiledGraph:
    """Return the graph without any cycle collapsed: a picture of two nodes of one shows them, and no number of it.

    Examples
    --------
    >>> from graphdiff.graph.compiled import compile
    >>> apart(compile(nx.DiGraph([("a", "b"), ("b", "a")]), weight=None, cycles="collapse")).cycles
    'raise'
    """
    if graph.cycles != "collapse":
        return graph
    preset = graph.preset
    whole = replace(graph, cycles="raise")
    return whole if preset is None else whole.with_preset(WEIGHTS[preset])


@dataclass(frozen=True, eq=False)
class _Way:
    """What lies between the ends of a question, with the cycles that have a value and those that have none.

    Attributes
    ----------
    starts, ends : Seeds, or None
        None where that end is left out, and the other is not.
    solved, open : list of (start, stop)
    """

    graph: CompiledGraph
    starts: Seeds | None
    ends: Seeds | None
    between: NDArray[np.bool_]
    solved: list[Range]
    open: list[Range]

    @classmethod
    def of(cls, graph: CompiledGraph, source: End | None, target: End | None) -> _Way:
        starts, ends = ends_of(graph, source, target)
        is_whole = (source is None) == (target is None)
        asked = starts if source is not None or is_whole else None, ends if target is not None or is_whole else None
        mask = between_mask(graph, *(None if seeds is None else seeds.positions for seeds in asked))
        loops = components_in(graph, mask)
        solved = [loop for loop in loops if _has_value(graph, loop)]
        rest = [loop for loop in loops if loop not in solved]
        return cls(graph, *asked, mask[graph.topology.representative], solved, rest)

    @property
    def is_whole(self) -> bool:
        """Whether the question has both ends, or is of all roots and leaves."""
        return self.starts is not None and self.ends is not None

    @property
    def tangents(self) -> Column:
        """The influence on each position that no open cycle leads to; None elsewhere."""
        if self.starts is None:
            return [None] * self.graph.n_nodes
        values = forward_values(self.graph, self.starts.at(self.graph.one_and_zero[0]), self.solved)
        rows = self.graph.topology.quotient
        return self._known(values, reached(rows.ptr, rows.heads, self._openings))

    @property
    def adjoints(self) -> Column:
        """The influence of each position that leads to no open cycle; None elsewhere."""
        if self.ends is None:
            return [None] * self.graph.n_nodes
        values = reverse_values(self.graph, self.ends.at(self.graph.one_and_zero[0]), self.solved)
        rows = self.graph.topology.quotient
        everywhere = np.ones(self.graph.n_nodes, dtype=bool)
        return self._known(values, reaching(rows.ptr, rows.heads, everywhere, self._openings))

    @property
    def _openings(self) -> NDArray[Any]:
        return np.array([start for start, _ in self.open], dtype=np.int64)

    def _known(self, values: Values, behind: NDArray[np.bool_]) -> Column:
        known = ~behind[self.graph.topology.representative]
        if self.is_whole:
            known &= self.between
        some = checked_array([value for value, is_known in zip(list(values), known, strict=True) if is_known])
        numbers = iter(some.tolist())
        return [next(numbers) if is_known else None for is_known in known.tolist()]

    def text(self, numbers: Column | None) -> str:
        """Return what is not computed, and why."""
        cycle = f"the cycle {chain_text(find_cycle(self.graph, *self.open[0]))} is on the way"
        if numbers is None:
            return f"no total and no shares: {cycle}"
        return f"no number of {numbers.count(None):,} of {how_many(len(numbers), 'nodes')}: {cycle}"


def _has_value(graph: CompiledGraph, loop: Range) -> bool:
    """Return whether the policy gives a cycle a value."""
    if graph.cycles == "raise":
        return False
    try:
        walks(graph.divisible, *loop)
    except (CycleError, LimitError):
        return False
    return True
