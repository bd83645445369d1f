"""What lies between sources and targets: a small graph of its own, and sweeps over any semiring on it.

Everything that works path by path, or with numbers that no array holds, runs here: pruned to what a source
reaches and a target can be reached from, in lists, in topological order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import Number
from graphdiff.errors import CycleError, SameComponentError
from graphdiff.graph.compiled import CompiledGraph
from graphdiff.remedies import Keyword, Remedy
from graphdiff.sums.cycles import Range, find_cycle, restricted
from graphdiff.sums.semirings import SEMIRINGS, Semiring
from graphdiff.text.names import Edge

Step = tuple[int, int, Number]


@dataclass(frozen=True, eq=False)
class Between:
    """The nodes and edges on some path from a source to a target, renumbered in the same order.

    Attributes
    ----------
    graph : CompiledGraph
    positions : int array, shape (n_nodes,)
        The position in `graph` of each node here.
    ptr, heads, edges : int arrays
        The edges of node `u` here are ``ptr[u]:ptr[u + 1]``; `edges` numbers them as in the topology.
    sources, targets : list of int
        Where the paths start and end, numbered as here.
    loops : list of (start, stop)
        Components with a cycle between them, as positions in `graph`; only under ``cycles="solve"``.
    """

    graph: CompiledGraph
    positions: NDArray[Any]
    ptr: NDArray[Any]
    heads: NDArray[Any]
    edges: NDArray[Any]
    sources: list[int]
    targets: list[int]
    loops: list[Range]

    @property
    def n_nodes(self) -> int:
        """How many nodes lie between."""
        return len(self.positions)

    @property
    def n_edges(self) -> int:
        """How many edges lie between."""
        return len(self.edges)

    @cached_property
    def n_paths(self) -> int:
        """How many paths lead from the sources to the targets, where no cycle is solved."""
        return total_over(self, SEMIRINGS["count"]) or 0

    @cached_property
    def rows(self) -> list[list[Step]]:
        """The edges of each node as ``(head, edge, weight)``."""
        weights = arithmetic.listed(arithmetic.taken(self.graph.weights, self.edges))
        steps = list(zip(self.heads.tolist(), self.edges.tolist(), weights, strict=True))
        ptr = self.ptr.tolist()
        return [steps[start:stop] for start, stop in zip(ptr, ptr[1:], strict=False)]

    @cached_property
    def is_target(self) -> list[bool]:
        """Whether each node is a target."""
        flags = [False] * self.n_nodes
        for node in self.targets:
            flags[node] = True
        return flags

    @cached_property
    def labels(self) -> list[Any]:
        """The label of each node; of a merged component the frozenset of its members."""
        topology = self.graph.topology
        ids, names = topology.ids[self.positions].tolist(), topology.names
        labels = ids if names is None else [names[number] for number in ids]
        if self.graph.cycles != "collapse":
            return labels
        merged = {
            start: frozenset(topology.labels[start:stop])
            for start, stop in topology.cyclic.tolist()
            if stop - start > 1
        }
        return [merged.get(position, label) for position, label in zip(self.positions.tolist(), labels, strict=True)]

    @cached_property
    def _edge_labels(self) -> dict[int, Edge]:
        return {}

    def edge_label(self, edge: int) -> Edge:
        """Return an edge of the topology by its labels; each is made once."""
        label = self._edge_labels.get(edge)
        if label is None:
            label = self._edge_labels[edge] = self.graph.topology.edge_label(edge)
        return label

    def require_no_loops(self, instead: str = "") -> None:
        """Raise where walks go round a cycle between the ends: there are infinitely many; `instead` is another way."""
        if self.loops:
            raise CycleError(
                find_cycle(self.graph, *self.loops[0]),
                " Its walks are infinitely many",
                Remedy(Keyword("cycles", "collapse"), f"makes it one node{', ' * bool(instead)}{instead}"),
            )


def restriction(
    graph: CompiledGraph, sources: Sequence[int] | None = None, targets: Sequence[int] | None = None
) -> Between:
    """Return what lies between positions; roots and leaves stand in for ends left out.

    Raises
    ------
    CycleError
        If a cycle lies between and the graph's policy is ``"raise"``.
    """
    topology = graph.topology
    starts = sorted({graph.anchor(p) for p in (topology.roots.tolist() if sources is None else sources)})
    ends = sorted({graph.anchor(p) for p in (topology.leaves.tolist() if targets is None else targets)})
    nodes, loops = restricted(graph, starts, ends)
    mask = np.zeros(graph.n_nodes, dtype=bool)
    mask[nodes] = True
    rows = topology.quotient if graph.cycles == "collapse" else topology.rows
    places, bounds = rows.places(nodes)
    heads = rows.heads[places]
    keep = mask[heads]
    local = np.cumsum(mask) - 1
    ptr = np.concatenate([[0], np.cumsum(keep)])[bounds]
    return Between(
        graph=graph,
        positions=nodes,
        ptr=ptr,
        heads=local[heads[keep]],
        edges=rows.edges_at(places[keep]),
        sources=[int(local[p]) for p in starts if mask[p]],
        targets=[int(local[p]) for p in ends if mask[p]],
        loops=loops,
    )


def require_apart(graph: CompiledGraph, pairs: Iterable[Sequence[int]]) -> None:
    """Raise where both ends of a pair of positions lie in one component that is collapsed: it cannot tell them apart.

    Raises
    ------
    SameComponentError
    """
    if graph.cycles != "collapse" or not len(graph.topology.cyclic):
        return
    for source, target in pairs:
        if source != target and graph.anchor(source) == graph.anchor(target):
            raise SameComponentError(graph.topology.label(source), graph.topology.label(target))


def forward_over(between: Between, semiring: Semiring) -> list[Any]:
    """Return, for each node, the sum over the paths from the sources to it; None where there is none."""
    values: list[Any] = [None] * between.n_nodes
    for node in between.sources:
        values[node] = semiring.one
    extend, plus = semiring.extend, semiring.plus
    for node, row in enumerate(between.rows):
        value = values[node]
        if value is not None:
            last = added = None
            for head, _, weight in row:
                if weight is not last:  # where paths are counted, all of them are the same 1
                    last, added = weight, extend(value, weight)
                before = values[head]
                values[head] = added if before is None else plus(before, added)
    return values


def reverse_over(between: Between, semiring: Semiring) -> list[Any]:
    """Return, for each node, the sum over the paths from it to the targets; None where there is none."""
    extend, plus = semiring.extend, semiring.plus
    values: list[Any] = [None] * between.n_nodes
    rows = between.rows
    for node in range(between.n_nodes - 1, -1, -1):
        value = semiring.one if between.is_target[node] else None
        for head, _, weight in rows[node]:
            behind = values[head]
            if behind is not None:
                added = extend(behind, weight)
                value = added if value is None else plus(value, added)
        values[node] = value
    return values


def total_over(between: Between, semiring: Semiring) -> Any:
    """Return the sum over all paths from a source to a target; None where there is none."""
    values = forward_over(between, semiring)
    total = None
    for node in between.targets:
        if values[node] is not None:
            total = values[node] if total is None else semiring.plus(total, values[node])
    return total
