"""What lies between sources and targets: a small graph of its own, and sweeps over any semiring on it.

Everything that works path by path, or with numbers that no array holds, runs here: pruned to what a source
reaches and a target can be reached from, in lists, in topological order.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import repeat
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import Number
from graphdiff.errors import ROUTES, CycleError, SameComponentError, UsageError
from graphdiff.graph.compiled import CompiledGraph
from graphdiff.graph.ends import LEAVES, ROOTS, Boundary, End, Seeds, seeds_of, weighed
from graphdiff.graph.labels import Once, OnceOfMany
from graphdiff.graph.topology import Rows
from graphdiff.kernels import run
from graphdiff.kernels import sweep as kernel
from graphdiff.kernels.mapped import is_past_memory
from graphdiff.kernels.rows import count_inside, index_type, signed_type
from graphdiff.remedies import Keyword, Remedy
from graphdiff.sums.cycles import Range, find_cycle, restricted, solving
from graphdiff.sums.semirings import Semiring
from graphdiff.text.names import Edge

Step = tuple[int, int, Number]


class Arcs(Protocol):
    """Edges in rows, by the numbers of their nodes: those of node `u` are ``ptr[u]:ptr[u + 1]``."""

    @property
    def ptr(self) -> NDArray[Any]:
        """Where the rows start, and where the last one ends."""

    @property
    def heads(self) -> NDArray[Any]:
        """The head of each edge."""

    @property
    def edges(self) -> NDArray[Any]:
        """Which edge of the topology each one is."""

    @property
    def walked(self) -> tuple[Rows, NDArray[Any]]:
        """Rows in which these edges are, with or without others, and where the nodes stand there."""

    @property
    def is_past_memory(self) -> bool:
        """Whether the rows are in a file that may be more than the memory."""

    @property
    def swept(self) -> tuple[Rows, NDArray[Any]]:
        """These edges alone; in the rows of a file that may be more than the memory with others."""


@dataclass(frozen=True, eq=False)
class Chosen:
    """Some edges in rows, in arrays of their own."""

    ptr: NDArray[Any]
    heads: NDArray[Any]
    edges: NDArray[Any]

    @property
    def walked(self) -> tuple[Rows, NDArray[Any]]:
        """These rows, and the numbers of the nodes."""
        return _rows_of(self), np.arange(len(self.ptr) - 1)

    swept = walked
    is_past_memory = False


@dataclass(frozen=True, eq=False)
class Inside:
    """All edges of a graph among some positions; the rows are made when they are first asked for, being long.

    Attributes
    ----------
    rows : Rows
    positions : int array
        In order. The sweeps and some kernels get by with them.
    """

    rows: Rows
    positions: NDArray[Any]

    @cached_property
    def _made(self) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        numbers = np.full(len(self.rows.ptr) - 1, -1, dtype=np.int64)
        numbers[self.positions] = np.arange(len(self.positions))
        return self.rows.among(self.positions, numbers)

    @property
    def ptr(self) -> NDArray[Any]:
        """Where the rows start, and where the last one ends."""
        return self._made[0]

    @property
    def heads(self) -> NDArray[Any]:
        """The head of each edge, numbered among the positions."""
        return self._made[1]

    @property
    def edges(self) -> NDArray[Any]:
        """Which edge of the topology each one is."""
        return self._made[2]

    @property
    def walked(self) -> tuple[Rows, NDArray[Any]]:
        """All rows of the graph, and the positions."""
        return self.rows, self.positions

    @property
    def swept(self) -> tuple[Rows, NDArray[Any]]:
        """The edges between alone; all rows where they may be more than the memory."""
        return self.walked if self.is_past_memory else (_rows_of(self), np.arange(len(self.positions)))

    @property
    def is_past_memory(self) -> bool:
        """Whether the graph is in a file that may be more than the memory."""
        return is_past_memory(self.rows.heads)


def _rows_of(arcs: Arcs) -> Rows:
    """Return edges in rows of their own, in the types that those of graphs have."""
    ptr = arcs.ptr.astype(np.uint64)
    return Rows(ptr, arcs.heads.astype(index_type(len(ptr) - 1)), arcs.edges)


@dataclass(frozen=True, eq=False)
class Between:
    """The nodes and edges on some path from a source to a target, renumbered in the same order.

    Attributes
    ----------
    graph : CompiledGraph
    positions : int array, shape (n_nodes,)
        The position in `graph` of each node here.
    arcs : Arcs
        The edges, as `ptr`, `heads` and `edges`.
    sources, targets : list of int
        Where the paths start and end, numbered as here; members of one collapsed component are one node several times.
    entering, leaving : list of numbers, or None
        The seeds of the sources and of the targets, which every path is multiplied by; None is one unit at each.
    loops : list of (start, stop)
        Components with a cycle between them, as positions in `graph`; only under ``cycles="solve"``.
    """

    graph: CompiledGraph
    positions: NDArray[Any]
    arcs: Arcs
    sources: list[int]
    targets: list[int]
    loops: list[Range]
    entering: list[Number] | None = None
    leaving: list[Number] | None = None

    @property
    def ptr(self) -> NDArray[Any]:
        """Where the edges of each node start: those of node `u` are ``ptr[u]:ptr[u + 1]``."""
        return self.arcs.ptr

    @property
    def heads(self) -> NDArray[Any]:
        """The head of each edge, numbered as here."""
        return self.arcs.heads

    @property
    def edges(self) -> NDArray[Any]:
        """Which edge of the topology each edge is."""
        return self.arcs.edges

    @property
    def n_nodes(self) -> int:
        """How many nodes lie between."""
        return len(self.positions)

    @cached_property
    def n_edges(self) -> int:
        """How many edges lie between."""
        return int(self.degrees[1].sum()) if self.is_past_memory else len(self.edges)

    @property
    def is_past_memory(self) -> bool:
        """Whether the edges, which are in a file, may be more than the memory."""
        return self.arcs.is_past_memory

    @property
    def degrees(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """How many edges enter each node, and how many leave it."""
        if not self.is_past_memory:
            return np.bincount(self.heads, minlength=self.n_nodes), np.diff(self.ptr)
        rows, nodes = self.arcs.swept
        kind = signed_type(len(rows.heads))
        entering, leaving = np.full(len(rows.ptr) - 1, -1, dtype=kind), np.zeros(len(nodes), dtype=kind)
        entering[nodes] = 0
        run(count_inside, len(rows.heads), rows.ptr, rows.heads, nodes, entering, leaving)
        return entering[nodes], leaving

    @cached_property
    def n_paths(self) -> int:
        """How many paths lead from the sources to the targets, where no cycle is solved."""
        rows, nodes = self.arcs.walked

        def put_in() -> tuple[NDArray[Any], ...]:
            counts, ends = np.full(len(rows.ptr) - 1, -1), np.zeros(len(rows.ptr) - 1, dtype=np.int32)
            counts[nodes] = 0
            np.add.at(counts, nodes[self.sources], 1)
            np.add.at(ends, nodes[self.targets], 1)
            return ends, counts, np.zeros(1, dtype=np.int64)

        return int(exact_sums(kernel.count_between, rows, put_in)[-1][0])

    @cached_property
    def lengths(self) -> tuple[int, int]:
        """How many edges the shortest and the longest path have, of which there is at least one."""
        rows, nodes = self.arcs.walked
        size = len(rows.ptr) - 1
        # What no path makes up for.
        fewest, longest = (np.full(size, far, dtype=signed_type(size + 1)) for far in (size, -size))
        longest[nodes], fewest[nodes[self.sources]] = 0, 0
        run(kernel.extremes, len(rows.heads), rows.ptr, rows.heads, fewest, longest)
        ends = nodes[self.targets]
        return int(fewest[ends].min()), int(longest[ends].max())

    @property
    def n_starts(self) -> NDArray[np.int64]:
        """How many sources each node is: of a collapsed component several members may be."""
        return np.bincount(np.array(self.sources, dtype=np.int64), minlength=self.n_nodes).astype(np.int64)

    @property
    def n_stops(self) -> NDArray[np.int64]:
        """How many targets each node is."""
        return np.bincount(np.array(self.targets, dtype=np.int64), minlength=self.n_nodes).astype(np.int64)

    @cached_property
    def rows(self) -> list[list[Step]]:
        """The edges of each node as ``(head, edge, weight)``."""
        weights = arithmetic.listed(arithmetic.taken(self.graph.weights, self.edges))
        steps = list(zip(self.heads.tolist(), self.edges.tolist(), weights, strict=True))
        ptr = self.ptr.tolist()
        return [steps[start:stop] for start, stop in zip(ptr, ptr[1:], strict=False)]

    @cached_property
    def steps(self) -> list[set[int]]:
        """The heads of the edges of each node."""
        heads, ptr = self.heads.tolist(), self.ptr.tolist()
        return [set(heads[start:stop]) for start, stop in zip(ptr, ptr[1:], strict=False)]

    @cached_property
    def finished_rows(self) -> list[list[Step]]:
        """The same with weights as callers see them."""
        if isinstance(self.graph.weights, np.ndarray):
            return self.rows
        return [[(head, edge, arithmetic.finished(weight)) for head, edge, weight in row] for row in self.rows]

    @cached_property
    def is_target(self) -> list[bool]:
        """Whether each node is a target."""
        flags = [False] * self.n_nodes
        for node in self.targets:
            flags[node] = True
        return flags

    @property
    def starts(self) -> Iterator[tuple[int, Number | None]]:
        """Each source with its seed; None is one unit."""
        return zip(self.sources, self.entering or repeat(None), strict=False)

    @property
    def stops(self) -> Iterator[tuple[int, Number | None]]:
        """Each target with its seed; None is one unit."""
        return zip(self.targets, self.leaving or repeat(None), strict=False)

    @property
    def seeds(self) -> tuple[Seeds, Seeds]:
        """The sources and the targets, where sweeps keep their values."""
        sources, targets = (self.positions[nodes].tolist() for nodes in (self.sources, self.targets))
        return Seeds(sources, self.entering), Seeds(targets, self.leaving)

    @property
    def numbered_starts(self) -> Iterator[tuple[int, Number]]:
        """Each source with its seed as callers see it; one unit is 1."""
        return ((node, 1 if seed is None else arithmetic.finished(seed)) for node, seed in self.starts)

    @property
    def numbered_stops(self) -> Iterator[tuple[int, Number]]:
        """Each target with its seed as callers see it; one unit is 1."""
        return ((node, 1 if seed is None else arithmetic.finished(seed)) for node, seed in self.stops)

    @property
    def given_seeds(self) -> list[Number]:
        """All seeds that are no unit."""
        return [*(self.entering or ()), *(self.leaving or ())]

    @cached_property
    def exits(self) -> list[list[Number]]:
        """The seeds of the targets at each node: mostly none."""
        seeds: list[list[Number]] = [[] for _ in range(self.n_nodes)]
        for node, seed in self.stops:
            seeds[node].append(1 if seed is None else seed)
        return seeds

    @cached_property
    def labels(self) -> list[Any]:
        """The label of each node; of a merged component the frozenset of its members."""
        return self._labels_at(self.positions)

    def _labels_at(self, positions: NDArray[Any]) -> list[Any]:
        titled, ids = self.graph.topology.titled, self.graph.topology.ids[positions].tolist()
        labels = [titled[number] for number in ids]
        if not (merged := self._merged):
            return labels
        return [merged.get(position, label) for position, label in zip(positions.tolist(), labels, strict=True)]

    def label(self, node: int) -> Any:
        """Return the label of one node, as in `labels`; each is made once."""
        return self.node_names.at([node])[0]

    @cached_property
    def _merged(self) -> dict[int, frozenset[Any]]:
        """The members of each component that is one node, by its position."""
        topology = self.graph.topology
        ranges = topology.cyclic.tolist() if self.graph.cycles == "collapse" else []
        return {start: frozenset(topology.labels[start:stop]) for start, stop in ranges if stop - start > 1}

    @cached_property
    def node_names(self) -> Once:
        """The labels of some nodes, where not all are wanted."""
        return self._once(self.n_nodes, self.labels_of)

    def labels_of(self, nodes: NDArray[Any]) -> list[Any]:
        """Return the labels of some nodes, as in `labels`."""
        return self._labels_at(self.positions[nodes])

    @cached_property
    def edge_names(self) -> Once:
        """The edges of the topology by their labels."""
        return self._once(self.graph.topology.n_edges, self.graph.topology.edge_labels)

    @property
    def _once(self) -> type[Once]:
        return OnceOfMany if is_past_memory(self.graph.topology.heads) else Once

    def edge_label(self, edge: int) -> Edge:
        """Return an edge of the topology by its labels; each is made once."""
        label: Edge = self.edge_names.at([edge])[0]
        return label

    def weighed(self, graph: CompiledGraph) -> Between:
        """Return the same under the weights of another graph of its shape."""
        entering, leaving = (weighed(graph, seeds) for seeds in (self.entering, self.leaving))
        return replace(self, graph=graph, entering=entering, leaving=leaving)

    def keeping(self, keep: NDArray[np.bool_]) -> Between:
        """Return the same with only some of its edges, of which `keep` has a mark each; nodes keep their numbers."""
        ptr = np.concatenate([[0], np.cumsum(keep)])[self.ptr]
        return replace(self, arcs=Chosen(ptr, self.heads[keep], self.edges[keep]))

    def require_no_loops(self, instead: str = "") -> None:
        """Raise where walks go round a cycle between the ends: there are infinitely many; `instead` is another way."""
        if self.loops:
            collapse = Remedy(Keyword("cycles", "collapse"), f"makes it one node{', ' * bool(instead)}{instead}")
            cycle = find_cycle(self.graph, *self.loops[0])
            raise CycleError(cycle, " Its walks are infinitely many", ROUTES if self._are_together() else collapse)

    def _are_together(self) -> bool:
        """Tell whether a source and a target are on one cycle, which as one node could not tell them apart."""
        first = self.graph.topology.representative
        sources, targets = (set(first[seeds.positions].tolist()) for seeds in self.seeds)
        return any(start in sources and start in targets for start, _ in self.loops)


def restriction(
    graph: CompiledGraph,
    sources: Seeds | None = None,
    targets: Seeds | None = None,
    *,
    ahead: NDArray[np.bool_] | None = None,
) -> Between:
    """Return what lies between seeds at positions; roots and leaves stand in for ends left out.

    `ahead` is the mask of what the sources reach, where that is known (`cycles.mask_ahead`).

    Raises
    ------
    CycleError
        If a cycle lies between and the graph's policy is ``"raise"``.
    """
    topology = graph.topology
    starts = (seeds_of(graph, ROOTS) if sources is None else sources).anchored(graph)
    ends = (seeds_of(graph, LEAVES) if targets is None else targets).anchored(graph)
    nodes, loops = restricted(graph, starts.positions, ends.positions, ahead=ahead)
    first, last = (_among(nodes, seeds) for seeds in (starts, ends))
    return Between(
        graph=graph,
        positions=nodes,
        arcs=Inside(topology.quotient if graph.cycles == "collapse" else topology.rows, nodes),
        sources=[*first.positions],
        targets=[*last.positions],
        loops=loops,
        entering=first.numbers,
        leaving=last.numbers,
    )


def _among(nodes: NDArray[Any], seeds: Seeds) -> Seeds:
    """Return the seeds that lie between, numbered as there."""
    if not len(nodes):
        return Seeds([], None if seeds.numbers is None else [])
    places = np.searchsorted(nodes, seeds.positions)
    there = nodes.take(places, mode="clip") == seeds.positions
    numbers = None if seeds.numbers is None else [n for n, kept in zip(seeds.numbers, there, strict=True) if kept]
    return Seeds(places[there].tolist(), numbers)


def ends_of(graph: CompiledGraph, source: End | None, target: End | None) -> tuple[Seeds, Seeds]:
    """Return the seeds of the ends of a question; None is one unit at every root, or the sum of all leaves.

    Raises
    ------
    UnknownNodeError, UsageError
        As `seeds_of`.
    SameComponentError
        If a source and a target are two nodes of one component that is collapsed.
    """
    starts = seeds_of(graph, ROOTS if source is None else source)
    ends = seeds_of(graph, LEAVES if target is None else target)
    _require_one_arithmetic(starts, ends)
    collapsed = graph.cycles == "collapse" and len(graph.topology.cyclic)
    if collapsed and not any(end is None or isinstance(end, Boundary) for end in (source, target)):
        members: dict[int, list[int]] = {}
        for position in starts.positions:
            members.setdefault(graph.anchor(position), []).append(position)
        require_apart(graph, ((s, t) for t in ends.positions for s in members.get(graph.anchor(t), ())))
    return starts, ends


def _require_one_arithmetic(starts: Seeds, ends: Seeds) -> None:
    """Raise `UsageError` where the seeds of the two ends do not multiply, as a Decimal and a float do not."""
    if starts.numbers and ends.numbers:
        try:
            _ = starts.numbers[0] * ends.numbers[0]
        except TypeError:
            given = (arithmetic.finished(numbers[0]) for numbers in (starts.numbers, ends.numbers))
            kinds = " and ".join(type(seed).__name__ for seed in given)
            raise UsageError(f"the seeds of the source and of the target do not multiply: {kinds}") from None


def between_ends(graph: CompiledGraph, source: End | None, target: End | None) -> Between:
    """Return what lies between the ends of a question; None is all roots, or all leaves.

    Examples
    --------
    >>> between_ends(CompiledGraph.from_arrays([0, 0, 1], [1, 2, 2]), [0, 1], {2: 5}).leaving
    [5]
    """
    return restriction(graph, *ends_of(graph, source, target))


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
            ends = map(graph.topology.label, (source, target))
            raise SameComponentError(*ends, *solving(graph, graph.anchor(source)))


#: Ints of the machine stay below this, so that one more can be added and be told from it.
MOST = 2**62 - 1


def exact_sums(
    sweep: Callable[..., bool], rows: Rows, put_in: Callable[[], tuple[NDArray[Any], ...]], *bounds: int
) -> tuple[Sequence[int] | NDArray[Any], ...]:
    """Return what a sweep over ints makes of some columns: in ints of the machine, else of Python where it stops.

    Parameters
    ----------
    sweep : callable
        Takes rows, their heads, the columns, `bounds` and the most that it may make, and returns whether it did.
    rows : Rows
    put_in : callable
        Returns the columns; again where it stops, which takes less memory than a copy of each.
    *bounds : int

    Examples
    --------
    >>> rows = Rows(np.array([0, 70, 140, 140]), np.repeat([1, 2], 70))
    >>> for start in (1, 2**50):
    ...     (counts,) = exact_sums(kernel.push_counts, rows, lambda: (np.array([start, 0, 0]),), 0, 3)
    ...     int(counts[2]) == 4900 * start
    True
    True
    """
    columns = put_in()
    if run(sweep, len(rows.heads), rows.ptr, rows.heads, *columns, *bounds, MOST):
        return columns
    del columns
    exact = [column.tolist() for column in put_in()]
    sweep(rows.ptr.data, rows.heads.data, *exact, *bounds, math.inf)
    return tuple(exact)


def _put_in(between: Between, semiring: Semiring, seeds: Iterable[tuple[int, Number | None]]) -> list[Any]:
    """Return the values of the nodes before a sweep: what is put in at the ends, None elsewhere."""
    values: list[Any] = [None] * between.n_nodes
    for node, seed in seeds:
        value, before = semiring.seeded(semiring.one, seed), values[node]
        values[node] = value if before is None else semiring.plus(before, value)
    return values


def forward_over(between: Between, semiring: Semiring) -> list[Any]:
    """Return, for each node, the sum over the paths from the sources to it; None where there is none."""
    values = _put_in(between, semiring, between.starts)
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
    values = _put_in(between, semiring, between.stops)
    rows = between.rows
    for node in range(between.n_nodes - 1, -1, -1):
        value = values[node]
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
    for node, seed in between.stops:
        if values[node] is not None:
            value = semiring.seeded(values[node], seed)
            total = value if total is None else semiring.plus(total, value)
    return total
