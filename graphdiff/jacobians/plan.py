"""`plan`: what each way to a Jacobian would cost, counted before anything is computed, and which is taken.

The unit is the multiply-add: one edge in one pass, or one edge joined with another in an elimination. A seed is a
number like any other, so that its product with a weight counts. All is restricted to what lies between the sources
and the targets.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, Unpack

import networkx as nx
import numpy as np

from graphdiff.errors import UsageError, count_text
from graphdiff.graph.compiled import CompiledGraph, CompileOptions, compiled
from graphdiff.graph.ends import LEAVES, ROOTS, Boundary, End, seeds_of, units
from graphdiff.graph.options import takes_options
from graphdiff.jacobians.blocks import Direction, side_by_side
from graphdiff.jacobians.elimination import choose, network
from graphdiff.kernels import n_cores
from graphdiff.kernels.blocks import WIDTH
from graphdiff.kernels.rows import Ints, each_once
from graphdiff.sums.between import Between, restriction
from graphdiff.text.names import PLAIN, Naming, members_of
from graphdiff.text.sentences import how_many
from graphdiff.text.tables import Axis, Frame, Result, Sheet, aligned

EliminationOrder: TypeAlias = str | Sequence[Hashable]

METHODS = ("forward", "reverse", "elimination")
#: A multiply-add of an elimination, in Python's dicts, takes as long as so many of a pass in machine code.
ELIMINATION_COST = 300
#: An edge between takes as long as so many multiply-adds of an elimination: it is put into sets, and its ends into a
#: heap whenever their degree changes. (Measured: 600 passes over 218,501 edges 0.6 s, counting an elimination 6.6 s.)
EDGE_COST = 20
#: Up to so many multiply-adds nothing takes long, and the least count is taken as it is.
SMALL = 1_000
#: The most edges between that an elimination, or products with 0, are counted for.
MAX_COUNTED = 1_000_000
#: The most multiply-adds of an elimination that `plan` counts although it will not be chosen.
MAX_PATIENCE = 1_000_000
#: The most edges between for which it does so.
MAX_PATIENT_EDGES = 100_000
#: The most edges times passes for which products with 0 are counted.
MAX_SPARSE = 100_000_000
#: Bytes that an edge takes in an elimination, about.
EDGE_BYTES = 120


@dataclass(frozen=True)
class Cost:
    """What one method takes.

    Attributes
    ----------
    passes : int or None
        How many sweeps: one a source, or one a target; None of an elimination.
    multiply_adds : int
        Dense: every edge between in every pass.
    sparse : int or None
        Without products with a value that is 0 because no path leads there; None where that is too many to count.
    memory : int
        Bytes beside the graph and the result, about.
    """

    passes: int | None
    multiply_adds: int
    sparse: int | None
    memory: int

    @property
    def least(self) -> int:
        """The smaller of the two counts that is known."""
        return self.multiply_adds if self.sparse is None else self.sparse


@dataclass(frozen=True)
class Plan(Result):
    """The costs of a Jacobian by each method, and the one that is cheapest; ``print(plan)`` shows them.

    In pandas a row for each method.

    Attributes
    ----------
    method : {"forward", "reverse", "elimination"}
        The one that ``jacobian(method="auto")`` takes.
    why : str
        The reason, in words.
    n_sources, n_targets : int
    n_nodes, n_edges : int
        How many lie between.
    costs : mapping of method to Cost
        Without ``"elimination"`` where counting it was given up: `why` says so.
    elimination_order : list of nodes, or None
        The nodes between in the order of their elimination.
    """

    method: str
    why: str
    n_sources: int
    n_targets: int
    n_nodes: int
    n_edges: int
    costs: Mapping[str, Cost]
    elimination_order: list[Any] | None
    naming: Naming = field(default=PLAIN, repr=False, compare=False)

    def ratio(self, method: str) -> float:
        """Return the multiply-adds of a method over those of the one with the fewest."""
        return self.costs[method].least / max(1, min(cost.least for cost in self.costs.values()))

    def _rows(self) -> list[list[str]]:
        return [
            [
                f"{'*' if method == self.method else ' '} {method}",
                "" if cost.passes is None else f"{cost.passes:,}",
                f"{cost.multiply_adds:,}",
                "?" if cost.sparse is None else f"{cost.sparse:,}",
                f"{self.ratio(method):.3g}",
                f"{cost.memory / 2**20:,.3g} MiB",
            ]
            for method, cost in self.costs.items()
        ]

    def __str__(self) -> str:
        lines = [
            f"Jacobian of {how_many(self.n_targets, 'targets')} by {how_many(self.n_sources, 'sources')}, "
            f"{how_many(self.n_nodes, 'nodes')} and {how_many(self.n_edges, 'edges')} between",
            *aligned([_HEAD, *self._rows()]),
            f"{self.method}: {self.why}",
        ]
        if self.elimination_order:
            shown = self.elimination_order[:20]
            more = len(self.elimination_order) - len(shown)
            lines.append(f"elimination order: {', '.join(map(str, shown))}{f', … {more:,} more' if more else ''}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<Plan: {self.method}, {count_text(self.costs[self.method].least)} multiply-adds>"

    def _sheet(self) -> Sheet:
        return _HEAD, self._rows(), f"{self.method}: {self.why}"

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data."""
        order = self.elimination_order
        return {
            **{name: getattr(self, name) for name in self.__dataclass_fields__ if name != "naming"},
            "costs": {method: {**vars(cost), "ratio": self.ratio(method)} for method, cost in self.costs.items()},
            "elimination_order": None if order is None else self.naming.listed(order),
        }

    def _frame(self) -> Frame:
        costs = self.to_dict()["costs"]
        return Frame(list(costs.values()), Axis(costs, "method"))


_HEAD = ("  method", "passes", "multiply-adds", "without zeros", "ratio", "memory")


@takes_options
def plan(
    graph: nx.DiGraph | CompiledGraph,
    sources: End | None = None,
    targets: End | None = None,
    *,
    elimination_order: EliminationOrder = "markowitz",
    **options: Unpack[CompileOptions],
) -> Plan:
    """Return what `graphdiff.jacobian` would do and what it would cost, without doing it.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
    sources, targets : nodes, optional
        As in `graphdiff.jacobian`.
    elimination_order : {"markowitz", "forward", "reverse", "best"} or list of nodes
        The order that is counted for elimination: least in-degree times out-degree first; along the arrows; against
        them; the best of all, for up to 9 nodes between; or one's own.
    **options
        Those of `graphdiff.compile`, unless the graph is compiled already.

    Returns
    -------
    Plan
        Forward takes one pass a source, reverse one a target, elimination one multiply-add for each path of two edges
        that it replaces. The least count is taken for exact numbers and symbols, and where there are up to 1,000
        edges times passes; else a multiply-add of elimination, in Python's dicts, is weighed as 300 of a pass, in
        machine code, and an edge between as 20 of those. Where that decides, an elimination over more than 100,000
        edges is not counted.

    Raises
    ------
    UsageError
        If the order has no such name, or leaves a node out.
    LimitError
        If the best of all orders is asked for and there are too many nodes.
    UnknownNodeError, WeightError, CycleError
        As `graphdiff.total_influence`.

    References
    ----------
    U. Naumann, "Optimal accumulation of Jacobian matrices by elimination methods on the dual computational graph",
    Math. Program. 99 (2004); its figure 1 is the example.

    Examples
    --------
    >>> import networkx as nx
    >>> G = nx.DiGraph([(0, 2), (1, 2), (2, 3), (2, 4), (3, 4), (4, 5), (4, 6)])
    >>> print(plan(G, weight=None))
    Jacobian of 2 targets by 2 sources, 7 nodes and 7 edges between
      method       passes  multiply-adds  without zeros  ratio       memory
      forward           2             14             12   1.71  ... MiB
      reverse           2             14             12   1.71  ... MiB
    * elimination                      7              7      1  ... MiB
    elimination: the fewest multiply-adds
    elimination order: 3, 2, 4
    """
    ready = compiled(graph, options)
    return planned(ready, *asked(ready, sources, targets), elimination_order, patience=MAX_PATIENCE)


def asked(graph: CompiledGraph, sources: End | None, targets: End | None) -> tuple[Ints, Ints]:
    """Return the positions of sources and targets; roots and leaves stand in for those left out.

    Of these, one member of a collapsed component stands for all.
    """
    topology = graph.topology

    def positions(nodes: End) -> Ints:
        if isinstance(nodes, Mapping):
            raise UsageError("a row or a column is one node: a list of nodes is needed, without seeds")
        if isinstance(nodes, Boundary):
            return np.array(seeds_of(graph, nodes).positions, dtype=np.int64)
        several = members_of(nodes)  # one may stand twice: it is a column or a row each time
        each: list[Any] = [nodes] if several is None else several
        return np.array([topology.position(node) for node in each], dtype=np.int64)

    starts = each_once(graph.anchors(topology.roots)) if sources is None or sources is ROOTS else positions(sources)
    ends = each_once(graph.anchors(topology.leaves)) if targets is None or targets is LEAVES else positions(targets)
    return starts, ends


def sweep_of(n_sources: int, n_targets: int) -> Direction:
    """Return the direction that takes fewer passes."""
    return "forward" if n_sources <= n_targets else "reverse"


def elimination_may_pay(graph: CompiledGraph, n_passes: int) -> bool:
    """Return whether elimination could be the cheapest, before anything is counted."""
    return n_passes > ELIMINATION_COST * EDGE_COST or (n_passes > 1 and _unweighed(graph, n_passes))


def _unweighed(graph: CompiledGraph, n_passes: int) -> bool:
    """Return whether multiply-adds cost about the same in every method."""
    return not isinstance(graph.weights, np.ndarray) or graph.n_edges * n_passes <= SMALL


def planned(
    graph: CompiledGraph, starts: Ints, ends: Ints, elimination_order: EliminationOrder, *, patience: int = -1
) -> Plan:
    """Return the plan of a Jacobian between positions, elimination counted up to `patience` where it cannot win."""
    between = restriction(graph, units(graph, starts.tolist()), units(graph, ends.tolist()))
    costs = {"forward": _sweep_cost(between, starts, "forward"), "reverse": _sweep_cost(between, ends, "reverse")}
    sweep = sweep_of(len(starts), len(ends))
    budget = costs[sweep].least
    if not _unweighed(graph, min(len(starts), len(ends))):
        budget = budget // ELIMINATION_COST - EDGE_COST * between.n_edges
    if between.n_edges > MAX_PATIENT_EDGES:
        patience = -1
    method, why, order = str(sweep), "the fewest multiply-adds", None
    counted = _counted(between, elimination_order, max(budget, patience))
    if isinstance(counted, str):
        why = f"the fewer passes; elimination {counted}"
    else:
        order, joins = counted
        costs["elimination"] = Cost(None, joins, joins, EDGE_BYTES * (between.n_edges + joins))
        if min(len(starts), len(ends)) == 1:
            why = "one pass is enough"
        elif joins < budget:
            method = "elimination"
        elif joins < costs[sweep].least:
            why = f"quicker: in elimination a multiply-add takes more than {ELIMINATION_COST} times as long"
    labels = None if order is None else [graph.topology.label(between.positions[node]) for node in order]
    sizes = len(starts), len(ends), between.n_nodes, between.n_edges
    return Plan(method, why, *sizes, costs, labels, graph.topology.naming)


def _counted(between: Between, order: EliminationOrder, limit: int) -> tuple[list[int], int] | str:
    """Return the order and the multiply-adds of an elimination, or why it was not counted."""
    if between.loops:
        return "is not weighed where a cycle lies between"
    if between.n_edges > MAX_COUNTED:
        return f"is not weighed beyond {MAX_COUNTED:,} edges between"
    if limit < 0:
        return f"takes longer, for each of {between.n_edges:,} edges between is looked at many times"
    choice = choose(network(between), order, limit)
    return f"takes more than {limit:,} multiply-adds" if choice is None else choice


def _sweep_cost(between: Between, seeds: Ints, direction: Direction) -> Cost:
    graph, n_passes = between.graph, len(seeds)
    if side_by_side(graph, n_passes):
        at_once = min(n_cores(), -(-n_passes // WIDTH))
        memory = 8 * WIDTH * between.n_nodes * at_once + (12 * between.n_edges if direction == "forward" else 0)
    else:
        memory = 8 * graph.n_nodes
    dense = between.n_edges * n_passes
    sparse = (
        None
        if dense > MAX_SPARSE or between.n_edges > MAX_COUNTED or between.loops
        else _sparse(between, seeds, direction)
    )
    return Cost(n_passes, dense, sparse, memory)


def _sparse(between: Between, seeds: Ints, direction: Direction) -> int:
    """Count edges that something passes along: each node holds the set of the passes that reach it, as bits."""
    bits = [0] * between.n_nodes
    place = {position: node for node, position in enumerate(between.positions.tolist())}
    for number, seed in enumerate(seeds.tolist()):
        node = place.get(between.graph.anchor(seed))
        if node is not None:
            bits[node] |= 1 << number
    tails = np.repeat(np.arange(between.n_nodes), np.diff(between.ptr)).tolist()
    steps = zip(tails, between.heads.tolist(), strict=True)
    if direction == "reverse":
        steps = zip(between.heads.tolist()[::-1], tails[::-1], strict=True)
    visits = 0
    for before, after in steps:
        visits += bits[before].bit_count()
        bits[after] |= bits[before]
    return visits
