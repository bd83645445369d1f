"""`sensitivities`: what a small change of each weight, or its removal, does to a total: two sweeps for all edges.

The total is linear in each weight alone, so that both follow from the tangents and the adjoints: the derivative is
tangent · adjoint, and removing an edge takes its contribution away. In a component that is solved the walks come round
again, and removing an edge changes the total by -contribution / (1 + weight · T[head, tail]) (J. Sherman, W. Morrison,
"Adjustment of an inverse matrix corresponding to a change in one element of a given matrix", Annals of Mathematical
Statistics 21 (1950), 124-127).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from typing import Any, Unpack

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import Number
from graphdiff.errors import UsageError
from graphdiff.graph.compiled import CompiledGraph, CompileOptions, compiled
from graphdiff.graph.ends import End, titled
from graphdiff.graph.options import takes_options
from graphdiff.graph.topology import Topology, not_there
from graphdiff.sums.between import Between, between_ends
from graphdiff.sums.cycles import whole_walks
from graphdiff.sums.flow import Flow, flow_through
from graphdiff.sums.results import Numbers, in_one_array
from graphdiff.sums.sweeps import checked_array
from graphdiff.text.names import PLAIN, Edge, Naming, edge_name
from graphdiff.text.notebook import ROWS
from graphdiff.text.numbers import percent, plain, shown
from graphdiff.text.sentences import by_weights, how_many, words_for
from graphdiff.text.tables import Axis, Frame, Sheet, aligned

#: What is said of each edge.
COLUMNS = ("weight", "derivative", "elasticity", "removal")


@dataclass(frozen=True)
class Sensitivity:
    """What one edge does to a total.

    Attributes
    ----------
    edge : tuple
    weight : number
    derivative : number
        d total / d weight: tangent of the tail · adjoint of the head.
    elasticity : number or None
        By what part the total changes where the weight changes by one part: the edge's share. None for a total of 0.
    removal : number or None
        How the total changes if the edge is removed. None where no total is left: a solved component whose walks would
        be infinite without the edge.
    """

    edge: Edge
    weight: Number
    derivative: Number
    elasticity: Number | None
    removal: Number | None
    naming: Naming = field(default=PLAIN, repr=False, compare=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values."""
        return {**self.naming.edge(self.edge), **{name: plain(getattr(self, name)) for name in COLUMNS}}


@dataclass(frozen=True, eq=False, repr=False)
class Sensitivities(Numbers, Mapping[Any, Sensitivity]):
    """A `Sensitivity` for each edge on some path from the source to the target; all others change nothing.

    For numpy it is an array of shape (n, 4): weight, derivative, elasticity and removal of each edge, as `to_pandas`.

    Attributes
    ----------
    source, target : node
    total : number
    numbers : int array, shape (n,)
        Which edge of the compiled graph each one is.
    weights, derivatives, removals : arrays, shape (n,)
    n_merged : int
        How many edges are not here because they lie inside collapsed cycles on the way: ask `what_if` about these.
    weight_meaning, edge_meaning : str
    """

    source: Any
    target: Any
    total: Number
    topology: Topology
    numbers: NDArray[Any]
    weights: NDArray[Any]
    derivatives: NDArray[Any]
    removals: NDArray[Any]
    n_merged: int
    weight_meaning: str
    edge_meaning: str = "unknown"

    @cached_property
    def _index(self) -> dict[Edge, int]:
        return {edge: place for place, edge in enumerate(self.topology.edge_labels(self.numbers))}

    def __getitem__(self, edge: Any) -> Sensitivity:
        place = self._index.get(edge)
        if place is None:
            raise not_there(self.topology, edge)
        return self._at(place)

    def __iter__(self) -> Iterator[Edge]:
        return iter(self._index)

    def __len__(self) -> int:
        return len(self.numbers)

    def _at(self, place: int) -> Sensitivity:
        numbers = (array[place] for array in (self.weights, self.derivatives, self.removals))
        weight, derivative, removal = map(arithmetic.plain, numbers)
        elasticity = weight * derivative / self.total if self.total else None
        edge = self.topology.edge_label(int(self.numbers[place]))
        return Sensitivity(edge, weight, derivative, elasticity, removal, self.topology.naming)

    @property
    def array(self) -> NDArray[Any]:  # type: ignore[override]
        """Weight, derivative, elasticity and removal of each edge, shape (n, 4)."""
        rows = [self._at(place) for place in range(len(self))]
        return in_one_array([getattr(row, name) for row in rows for name in COLUMNS]).reshape(len(rows), len(COLUMNS))

    def top(self, k: int = 10) -> list[Sensitivity]:
        """Return the `k` edges whose removal changes the total most, most first; ties in the order of the edges.

        Raises
        ------
        UsageError
            If the changes are symbols, which have no order.
        """
        try:
            sizes = [-1 if removal is None else abs(removal) for removal in self.removals.tolist()]
            order = sorted(range(len(sizes)), key=lambda place: -sizes[place])
        except TypeError:
            raise UsageError("symbols have no order: give the weights numbers to rank them") from None
        return [self._at(place) for place in order[:k]]

    def to_dict(self) -> dict[str, Any]:
        """Return the total and a record for each edge, as plain values."""
        return {
            **self.topology.naming.ends(self.source, self.target),
            "weight_meaning": self.weight_meaning,
            "total": plain(self.total),
            "edges": [self._at(place).to_dict() for place in range(len(self))],
            "n_merged": self.n_merged,
        }

    def _frame(self) -> Frame:
        rows = [self._at(place) for place in range(len(self))]
        return Frame({name: [getattr(row, name) for row in rows] for name in COLUMNS}, Axis(self, "edge"))

    def __repr__(self) -> str:
        return f"<sensitivities of the total {shown(self.total)} to {how_many(len(self), 'edges')}>"

    def _rows(self, k: int = 10) -> list[list[str]]:
        return [
            [
                edge_name(row.edge),
                shown(row.weight),
                shown(row.derivative),
                percent(row.elasticity, ".1f", _shown(row.elasticity)),
                _shown(row.removal),
            ]
            for row in self.top(k)
        ]

    def __str__(self) -> str:
        rows = self._rows()
        return "\n".join(
            [self._title(), *(f"  {line}" for line in (aligned([HEAD, *rows]) if rows else [])), *self._notes()]
        )

    def _title(self) -> str:
        weights = by_weights(self.weight_meaning)
        rest = "the edges that matter most" if len(self) else "no edge leads from one to the other"
        words = words_for(self.edge_meaning)
        return f"{words.named(self.source)} -> {words.named(self.target)}, {weights}: {shown(self.total)}; {rest}"

    def _notes(self) -> list[str]:
        notes = ["Edges in series share what runs through them: several removed together take it away once."]
        if self.n_merged:
            inside = how_many(self.n_merged, "edges")
            notes.append(f"Left out: {inside} inside cycles that count as one node; ask what_if.")
        return notes if len(self) > 1 else notes[1:]

    def _sheet(self) -> Sheet:
        return HEAD, self._rows(ROWS + 1), self._title()

    def _repr_html_(self) -> str:
        return super()._repr_html_() + "".join(f"<p>{escape(note)}</p>" for note in self._notes())


HEAD = ["edge", "weight", "derivative", "elasticity", "if removed"]


def _shown(number: Number | None) -> str:
    return "" if number is None else shown(number)


@takes_options
def sensitivities(
    graph: nx.DiGraph | CompiledGraph, source: End, target: End, **options: Unpack[CompileOptions]
) -> Sensitivities:
    """Return what every edge does to the total influence of `source` on `target`, from two sweeps.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
    source, target : node, list of nodes, mapping of node to seed, ROOTS or LEAVES
        See `graphdiff.total_influence`.
    **options
        Those of `graphdiff.compile`, unless the graph is compiled already.

    Returns
    -------
    Sensitivities
        A mapping of edge to derivative, elasticity and the change if it is removed, with ``.top(k)``. Edges inside
        collapsed cycles carry nothing and are left out; removing one may break its cycle, which `what_if` computes.

    Raises
    ------
    UnknownNodeError, WeightError, CycleError, SameComponentError, ValueOverflowError
        As `graphdiff.total_influence`.

    References
    ----------
    J. Sherman, W. Morrison, "Adjustment of an inverse matrix corresponding to a change in one element of a given
    matrix" (1950), for edges on cycles that are solved.

    Examples
    --------
    >>> import networkx as nx
    >>> G = nx.DiGraph()
    >>> G.add_weighted_edges_from([("b", "c", 1), ("b", "d", 1), ("c", "e", 2), ("d", "e", 3)])
    >>> found = sensitivities(G, "b", "e")
    >>> found["b", "d"].derivative, found["b", "d"].elasticity, found.top(1)[0].removal
    (3, 0.6, -3)
    """
    ready = compiled(graph, options)
    return sensitivities_through(between_ends(ready, source, target), source, target)


def sensitivities_through(between: Between, source: End, target: End) -> Sensitivities:
    """Return the same from what is known to lie between the ends."""
    ready, flow = between.graph, flow_through(between)
    numbers = flow.used[2]
    source, target = titled(ready, source, target)
    return Sensitivities(
        source=source,
        target=target,
        total=flow.total,
        topology=ready.topology,
        numbers=numbers,
        weights=arithmetic.as_array(arithmetic.taken(flow.graph.weights, numbers)),
        derivatives=_derivatives(flow),
        removals=_removals(flow),
        n_merged=_merged_edges(between) if ready.cycles == "collapse" else 0,
        weight_meaning=ready.weight_meaning,
        edge_meaning=ready.edge_meaning,
    )


def _derivatives(flow: Flow) -> NDArray[Any]:
    """Return tangent · adjoint of each edge; ints as Python's, for beside an edge of weight 0 nothing bounds them."""
    tangents, adjoints = (
        arithmetic.listed(arithmetic.taken(values, places))
        for values, places in zip((flow.tangents, flow.adjoints), flow.used, strict=False)
    )
    return checked_array([a * b for a, b in zip(tangents, adjoints, strict=True)] or np.zeros(0))


def _removals(flow: Flow) -> NDArray[Any]:
    """Return how the total changes if each edge between is removed."""
    tails, heads, numbers = flow.used
    graph = flow.graph
    removals: NDArray[Any] = -flow.edges[numbers]
    if not flow.loops:
        return removals
    changed: NDArray[Any] = removals.astype(object)
    for start, stop in flow.loops:
        inside = np.flatnonzero((tails >= start) & (tails < stop) & (heads >= start) & (heads < stop))
        for place in inside.tolist():
            back = arithmetic.plain(
                whole_walks(graph, start, stop)[int(heads[place]) - start][int(tails[place]) - start]
            )
            weight = arithmetic.listed(arithmetic.taken(graph.weights, numbers[[place]]))[0]
            left = 1 + weight * back
            changed[place] = arithmetic.plain(removals[place]) / left if left else None
    return changed


def _merged_edges(between: Between) -> int:
    """Return how many edges lie inside the components with a cycle on the way."""
    topology, here = between.graph.topology, set(between.positions.tolist())
    count = 0
    for start, stop in topology.cyclic.tolist():
        if start in here:
            heads = topology.heads[int(topology.ptr[start]) : int(topology.ptr[stop])]
            count += int(((heads >= start) & (heads < stop)).sum())
    return count
