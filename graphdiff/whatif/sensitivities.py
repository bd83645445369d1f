"""`sensitivities`: what a small change of each weight, or its removal, does to a total: two sweeps for all edges.

The total is linear in each weight alone, so that both follow from the tangents and the adjoints: the derivative is
tangent · adjoint, and removing an edge takes its contribution away. In a component that is solved the walks come round
again, and removing an edge changes the total by -contribution / (1 + weight · T[head, tail]) (J. Sherman, W. Morrison,
"Adjustment of an inverse matrix corresponding to a change in one element of a given matrix", Annals of Mathematical
Statistics 21 (1950), 124-127).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from typing import Any, Unpack

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import Number, Weights
from graphdiff.errors import UsageError
from graphdiff.graph.compiled import CompiledGraph, CompileOptions, compiled
from graphdiff.graph.ends import End, titled
from graphdiff.graph.labels import blocks
from graphdiff.graph.options import takes_options
from graphdiff.graph.topology import Topology, not_there
from graphdiff.sums.between import Between, between_ends
from graphdiff.sums.cycles import whole_walks
from graphdiff.sums.flow import Flow, flow_through
from graphdiff.sums.results import Keyed, in_one_array, largest_first
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
class Sensitivities(Keyed):
    """A `Sensitivity` for each edge on some path from the source to the target; all others change nothing.

    For numpy it is an array of shape (n, 4): weight, derivative, elasticity and removal of each edge, as `to_pandas`.

    Attributes
    ----------
    source, target : node
    total : number
    numbers : int array, shape (n,)
        Which edge of the compiled graph each one is, ascending.
    derivatives, removals : arrays, shape (n,)
    all_weights : array or list
        The weights of all edges of the graph.
    n_merged : int
        How many edges are not here because they lie inside collapsed cycles on the way: ask `what_if` about these.
    weight_meaning, edge_meaning : str
    """

    source: Any
    target: Any
    total: Number
    topology: Topology
    numbers: NDArray[Any]
    derivatives: NDArray[Any]
    removals: NDArray[Any]
    all_weights: Weights
    n_merged: int
    weight_meaning: str
    edge_meaning: str = "unknown"

    @cached_property
    def weights(self) -> NDArray[Any]:
        """The weight of each edge, shape (n,)."""
        return arithmetic.as_array(arithmetic.taken(self.all_weights, self.numbers))

    def _place(self, edge: Any) -> int | None:
        number = self.topology.place(edge)
        if number is None:
            return None
        place = int(np.searchsorted(self.numbers, number))
        return place if place < len(self) and self.numbers[place] == number else None

    def _require(self, edge: Any) -> int:
        place = self._place(edge)
        if place is None:
            raise not_there(self.topology, edge)
        return place

    def _keys(self, places: NDArray[Any] | None = None) -> Iterator[Edge]:
        return self.topology.edge_labels(self.numbers if places is None else self.numbers[places])

    def _value(self, place: int) -> Sensitivity:
        return self._at(np.array([place]))[0]

    def _values(self) -> Iterator[Sensitivity]:
        for start, stop in blocks(len(self)):
            yield from self._at(np.arange(start, stop))

    def __len__(self) -> int:
        return len(self.numbers)

    def _at(self, places: NDArray[Any]) -> list[Sensitivity]:
        """Return the rows at some places."""
        weights = arithmetic.as_array(arithmetic.taken(self.all_weights, self.numbers[places]))
        numbers = (arithmetic.all_finished(each) for each in (weights, self.derivatives[places]))
        naming, total = self.topology.naming, self.total
        rows = zip(self._keys(places), *numbers, map(_known, self.removals[places].tolist()), strict=True)
        return [
            Sensitivity(edge, weight, derivative, weight * derivative / total if total else None, change, naming)
            for edge, weight, derivative, change in rows
        ]

    @property
    def _are_floats(self) -> bool:
        columns = self.weights, self.derivatives, self.removals
        return all(column.dtype.kind == "f" for column in columns) and type(self.total) is float

    @property
    def array(self) -> NDArray[Any]:  # type: ignore[override]
        """Weight, derivative, elasticity and removal of each edge, shape (n, 4); NaN where there is none."""
        if self._are_floats:
            weights = self.weights.astype(np.float64, copy=False)
            with np.errstate(over="ignore", under="ignore", invalid="ignore"):
                parts = weights * self.derivatives / (self.total or math.nan)
            return np.stack([weights, self.derivatives, parts, self.removals], axis=1)
        rows = list(self.values())
        return in_one_array([getattr(row, name) for row in rows for name in COLUMNS]).reshape(len(rows), len(COLUMNS))

    def top(self, k: int = 10) -> list[Sensitivity]:
        """Return the `k` edges whose removal changes the total most, most first; ties in the order of the edges.

        Raises
        ------
        UsageError
            If the changes are symbols, which have no order.
        """
        sizes = self.removals
        missing = (
            np.isnan(sizes)
            if sizes.dtype.kind == "f"
            else np.array([size is None for size in sizes.tolist()], dtype=bool)
        )
        if sizes.dtype.kind == "O" and not arithmetic.have_sizes(sizes[~missing].tolist()):
            raise UsageError("symbols have no order: give the weights numbers to rank them")
        there = np.flatnonzero(~missing)
        places = there[largest_first(sizes[there], k)]
        return self._at(np.concatenate([places, np.flatnonzero(missing)])[:k])

    def to_dict(self) -> dict[str, Any]:
        """Return the total and a record for each edge, as plain values."""
        return {
            **self.topology.naming.ends(self.source, self.target),
            "weight_meaning": self.weight_meaning,
            "total": plain(self.total),
            "edges": [row.to_dict() for row in self.values()],
            "n_merged": self.n_merged,
        }

    def _frame(self) -> Frame:
        if self._are_floats and self.total and not np.isnan(self.removals).any():
            return Frame(dict(zip(COLUMNS, self.array.T, strict=True)), Axis(self, "edge"))
        rows = list(self.values())
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


def _known(number: Number) -> Number | None:
    """Return a number; None for NaN, which stands for it in an array."""
    return None if isinstance(number, float) and math.isnan(number) else number


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
    numbers, derivatives, _ = flow.derived
    source, target = titled(ready, source, target)
    return Sensitivities(
        source=source,
        target=target,
        total=flow.total,
        topology=ready.topology,
        numbers=numbers,
        derivatives=derivatives,
        removals=_removals(flow),
        all_weights=flow.graph.weights,
        n_merged=_merged_edges(between) if ready.cycles == "collapse" else 0,
        weight_meaning=ready.weight_meaning,
        edge_meaning=ready.edge_meaning,
    )


def _removals(flow: Flow) -> NDArray[Any]:
    """Return how the total changes if each edge between is removed."""
    removals = flow.derived[2]
    if not flow.loops:
        return removals
    tails, heads, numbers = flow.used
    graph, weights = flow.graph, arithmetic.as_array(arithmetic.taken(flow.graph.weights, numbers))
    are_floats = removals.dtype.kind == weights.dtype.kind == "f"
    changed: NDArray[Any] = removals.copy() if are_floats else removals.astype(object)
    for start, stop in flow.loops:
        inside = np.flatnonzero((tails >= start) & (tails < stop) & (heads >= start) & (heads < stop))
        solved = whole_walks(graph, start, stop)
        solved = solved if isinstance(solved, np.ndarray) else np.array(solved, dtype=object)
        back = solved[heads[inside] - start, tails[inside] - start]
        left = 1 + weights[inside] * back
        none = np.flatnonzero(left == 0)
        left[none] = 1
        with np.errstate(over="ignore"):
            changed[inside] = removals[inside] / left
        changed[inside[none]] = math.nan if are_floats else None
    return changed


def _merged_edges(between: Between) -> int:
    """Return how many edges lie inside the components with a cycle on the way."""
    topology = between.graph.topology
    count = 0
    for start, stop in topology.cyclic[np.isin(topology.cyclic[:, 0], between.positions)].tolist():
        heads = topology.heads[int(topology.ptr[start]) : int(topology.ptr[stop])]
        count += int(((heads >= start) & (heads < stop)).sum())
    return count
