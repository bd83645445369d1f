"""What lies between two ends whatever the weights: looked for once, for explanations under several weightings."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from itertools import islice
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff.arithmetic import Number
from graphdiff.graph.compiled import CompiledGraph
from graphdiff.graph.ends import End, Seeds
from graphdiff.paths.paths import Path
from graphdiff.paths.shortest import shortest
from graphdiff.sets.bottlenecks import bottlenecks, fewest_edges
from graphdiff.sums.between import Between, ends_of, restriction
from graphdiff.sums.certificate import Certificate, certificate_of
from graphdiff.sums.cycles import Range, components_in, mask_ahead, positions_in
from graphdiff.sums.flow import Flow, flow_through
from graphdiff.sums.straight import Straight
from graphdiff.text.names import Edge
from graphdiff.text.requirements import attributes_of
from graphdiff.why.conditions import Condition, conditions

#: How many of the shortest paths are kept.
SHORTEST = 5


@dataclass(frozen=True, eq=False)
class Ways:
    """The ways from one end to another, each fact computed when it is first asked for.

    Attributes
    ----------
    between : Between
    starts, ends : Seeds
        The ends, by positions in the graph.
    reach : bool array
        The mask of the component positions that the sources reach.
    given : networkx.DiGraph or None
        The graph as it was given, where that is known: it says what each edge asks for.
    """

    between: Between
    starts: Seeds
    ends: Seeds
    reach: NDArray[np.bool_]
    given: nx.DiGraph | None = None

    @classmethod
    def of(cls, graph: CompiledGraph, source: End | None, target: End, given: nx.DiGraph | None = None) -> Ways:
        """Return the ways between two ends; a source of None is all roots.

        Raises
        ------
        UnknownNodeError, SameComponentError, CycleError
            Where they are not there, or the same, or a cycle lies between that the graph's policy refuses.
        """
        starts, ends = ends_of(graph, source, target)
        reach = mask_ahead(graph, starts.positions)
        return cls(restriction(graph, starts, ends, ahead=reach), starts, ends, reach, given)

    @cached_property
    def n_paths(self) -> int | None:
        """How many paths there are; None where a cycle is solved."""
        return None if self.between.loops else self.between.n_paths

    @cached_property
    def lengths(self) -> tuple[int, int] | None:
        """Edges of the shortest and the longest path."""
        if self.between.loops or not self.between.targets:
            return None
        return self.between.lengths

    @cached_property
    def shortest(self) -> list[Path]:
        """The shortest paths, of one length the strongest first, spread evenly; none where walks go round a cycle."""
        return [] if self.between.loops else list(islice(shortest(self.between), SHORTEST))

    @property
    def n_itself(self) -> int:
        """How many nodes are both ends: of each there is a path of no edge."""
        return len(set(self.starts.positions) & set(self.ends.positions))

    @cached_property
    def leading(self) -> list[Path]:
        """The shortest paths that have an edge, as many."""
        if self.between.loops or all(path.edges for path in self.shortest):
            return self.shortest
        return list(islice((path for path in shortest(self.between) if path.edges), SHORTEST))

    @cached_property
    def conditions(self) -> list[Condition]:
        """What every path has an edge of; nothing where the graph as given is not known."""
        if self.given is None or not self.shortest:
            return []
        return conditions(self.between, self.shortest[0], partial(attributes_of, self.given))

    @cached_property
    def bottlenecks(self) -> list[Any]:
        """The nodes that every path passes, the ends left out."""
        return bottlenecks(self.between)

    @cached_property
    def cut(self) -> list[Edge]:
        """The fewest edges that carry everything."""
        return fewest_edges(self.between)

    @cached_property
    def reached(self) -> NDArray[Any] | None:
        """The positions that the source reaches; None where a cycle among them is not merged and has no value."""
        graph = self.between.graph
        if graph.cycles != "collapse" and components_in(graph, self.reach):
            return None
        return positions_in(graph, self.reach)

    @cached_property
    def merged(self) -> tuple[list[list[Any]], list[list[Any]]]:
        """The cycles that count as one node each, by their members: on the way, and elsewhere among what is reached."""
        graph = self.between.graph
        if graph.cycles != "collapse":
            return [], []
        reached = components_in(graph, self.reach)
        here = np.isin([start for start, _ in reached], self.between.positions).tolist()
        return (
            self._members([cycle for cycle, is_here in zip(reached, here, strict=True) if is_here]),
            self._members([cycle for cycle, is_here in zip(reached, here, strict=True) if not is_here]),
        )

    def _members(self, cycles: list[Range]) -> list[list[Any]]:
        labels = self.between.graph.topology.labels
        return [list(labels[start:stop]) for start, stop in cycles if stop - start > 1]


@dataclass(frozen=True, eq=False)
class Swept:
    """What an explanation is of: what lies between two ends, swept.

    Attributes
    ----------
    ways : Ways
        What lies between whatever the weights.
    part : Between
        What lies between the ends.
    sweeps : Flow
        One forward and one reverse sweep through it.
    """

    ways: Ways
    part: Between
    sweeps: Flow

    @property
    def graph(self) -> CompiledGraph:
        """The graph."""
        return self.part.graph

    @property
    def total(self) -> Number:
        """The total influence."""
        return self.sweeps.total

    @property
    def n_paths(self) -> int | None:
        """How many paths there are; None where a cycle is solved."""
        return self.ways.n_paths

    @cached_property
    def certificate(self) -> Certificate | None:
        """How far the total can be trusted."""
        return certificate_of(self.part, self.sweeps)


@dataclass(frozen=True, eq=False)
class Direct:
    """The same between two nodes of a small graph, of which the total and what is proven of it are known before.

    Attributes
    ----------
    graph : CompiledGraph
    source, target : node
    given : networkx.DiGraph or None
        What it was compiled from.
    known : Straight
    """

    graph: CompiledGraph
    source: Any
    target: Any
    given: nx.DiGraph | None
    known: Straight

    @cached_property
    def ways(self) -> Ways:
        """What lies between whatever the weights."""
        return Ways.of(self.graph, self.source, self.target, self.given)

    @property
    def part(self) -> Between:
        """What lies between the ends."""
        return self.ways.between

    @cached_property
    def sweeps(self) -> Flow:
        """One forward and one reverse sweep through it."""
        return flow_through(self.part)

    @property
    def total(self) -> Number:
        """The total influence."""
        return self.known.total

    @property
    def n_paths(self) -> int:
        """How many paths there are."""
        return self.known.n_paths

    @cached_property
    def certificate(self) -> Certificate:
        """How far the total can be trusted."""
        return self.known.certificate
