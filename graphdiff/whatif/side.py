"""`Side`: one of the graphs before and after a change, with what lies between the ends and what flows through it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from graphdiff import arithmetic
from graphdiff.arithmetic import Number
from graphdiff.graph.compiled import CompiledGraph
from graphdiff.graph.ends import End, Seeds, units
from graphdiff.sums.between import Between, ends_of, restriction
from graphdiff.sums.certificate import Certificate, certificate_of
from graphdiff.sums.cycles import between_mask, components_in, positions_in
from graphdiff.sums.flow import Flow, flow_through
from graphdiff.sums.sweeps import Values

__all__ = ["Side"]


@dataclass(frozen=True, eq=False)
class Side:
    """One of the two graphs, asked the same question: what lies between the ends, and what flows through it."""

    graph: CompiledGraph
    sources: Seeds
    targets: Seeds

    @classmethod
    def of(cls, graph: CompiledGraph, source: End, target: End) -> Side:
        """Return the side of a graph, its total computed.

        Raises
        ------
        UnknownNodeError, CycleError, SameComponentError, ValueOverflowError
            As `graphdiff.total_influence`.
        """
        side = cls(graph, *ends_of(graph, source, target))
        _ = side.sweeps.total
        return side

    @cached_property
    def between(self) -> Between:
        """What lies between the ends."""
        return restriction(self.graph, self.sources, self.targets)

    @cached_property
    def sweeps(self) -> Flow:
        """What flows through it."""
        return flow_through(self.between)

    @property
    def total(self) -> Number:
        """The total."""
        return self.sweeps.total

    def total_of(self, graph: CompiledGraph) -> Number:
        """Return the total with the weights of a graph of the same shape."""
        return flow_through(replace(self.between, graph=graph)).total

    @cached_property
    def certificate(self) -> Certificate | None:
        """What is proven about the total."""
        return certificate_of(self.between, self.sweeps)

    @property
    def n_paths(self) -> int | None:
        """How many paths there are; None where a cycle is solved."""
        return None if self.between.loops else self.between.n_paths

    def places(self, ids: list[int]) -> list[int]:
        """Return the positions of nodes that are here."""
        topology = self.graph.topology
        return [int(topology.positions[number]) for number in ids if number < topology.n_nodes]

    def tangents(self, tails: list[int]) -> dict[int, Number] | None:
        """Return what reaches some nodes, by id, from the sources; None where a cycle forbids it."""
        sweeps = self._through(self.sources, units(self.graph, [*self.targets.positions, *self.places(tails)]))
        return None if sweeps is None else self._at(sweeps.tangents, tails)

    def adjoints(self, heads: list[int]) -> dict[int, Number] | None:
        """Return what of one unit at some nodes, by id, reaches the targets; None where a cycle forbids it."""
        sweeps = self._through(units(self.graph, [*self.sources.positions, *self.places(heads)]), self.targets)
        return None if sweeps is None else self._at(sweeps.adjoints, heads)

    def _through(self, starts: Seeds, ends: Seeds) -> Flow | None:
        """Return the sweeps between more ends, where these do not lie between already."""
        graph = self.graph
        starts, ends = starts.anchored(graph), ends.anchored(graph)
        if {*starts.positions, *ends.positions} <= set(self.between.positions.tolist()):
            return self.sweeps
        mask = between_mask(graph, starts.positions, ends.positions)
        loops = components_in(graph, mask) if graph.cycles != "collapse" else []
        if loops and graph.cycles == "raise":
            return None
        return Flow(graph.divisible if loops else graph, starts, ends, loops, positions_in(graph, mask))

    def _at(self, values: Values, ids: list[int]) -> dict[int, Number]:
        graph, positions = self.graph, self.graph.topology.positions
        known = [number for number in ids if number < graph.n_nodes]
        return {number: _plain(values[graph.anchor(int(positions[number]))]) for number in known}


def _plain(value: Number) -> Number:
    return arithmetic.finished(arithmetic.plain(value))
