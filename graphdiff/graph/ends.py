"""Where influence starts and where it is read off: what callers may give as a source or a target, in one place.

Several ends are what a super source (or sink) is, a node more with an edge to each of them whose weight is its seed.
The sweeps put the seeds in and read them off; no graph is copied for it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import Dyadic, Number
from graphdiff.errors import UsageError
from graphdiff.graph.compiled import CompiledGraph
from graphdiff.graph.topology import Topology
from graphdiff.kernels.rows import each_once
from graphdiff.remedies import Keyword, Remedy
from graphdiff.text.names import members_of

__all__ = [
    "LEAVES",
    "NODES",
    "ROOTS",
    "Boundary",
    "End",
    "Seeds",
    "lacks",
    "placed",
    "require_marked",
    "seeds_of",
    "titled",
    "units",
    "weighed",
]


class Boundary(Enum):
    """All roots of a graph, all its leaves, or all its nodes, as an end.

    Of a component with a cycle that nothing enters all members are roots; where it is collapsed it is one. Of all nodes
    each member counts, collapsed or not. Leaves that a file weighs, as an attribution graph its logits by their
    probabilities, count as much each.

    Examples
    --------
    >>> ROOTS
    graphdiff.ROOTS
    """

    ROOTS = "the roots"
    LEAVES = "the leaves"
    NODES = "all nodes"

    def __repr__(self) -> str:
        return f"graphdiff.{self.name}"

    def __str__(self) -> str:
        return self.value

    def of(self, topology: Topology) -> NDArray[Any]:
        """Return the positions that are meant in a graph; of a collapsed component those of all its members."""
        if self is Boundary.NODES:
            return np.arange(topology.n_nodes)
        return topology.roots if self is Boundary.ROOTS else topology.leaves


ROOTS, LEAVES, NODES = Boundary.ROOTS, Boundary.LEAVES, Boundary.NODES

#: A node, a list of nodes, a mapping of node to seed, `ROOTS`, `LEAVES` or `NODES`.
End: TypeAlias = "Hashable | list[Any] | Mapping[Any, Number] | Boundary"


@dataclass(frozen=True)
class Seeds:
    """The ends of one side by positions, and how much is put in (or counts) at each.

    Attributes
    ----------
    positions : sequence of int
    numbers : list of numbers, or None
        One for each position; None is one unit at each.
    """

    positions: Sequence[int]
    numbers: list[Number] | None = None

    def __bool__(self) -> bool:
        return len(self.positions) > 0

    def anchored(self, graph: CompiledGraph) -> Seeds:
        """Return the same where the sweeps keep values, in order; members of one collapsed component stay apart."""
        if len(self.positions) == 1:
            return Seeds([graph.anchor(self.positions[0])], self.numbers)
        places = graph.anchors(self.positions)
        order = np.argsort(places, kind="stable")
        numbers = None if self.numbers is None else [self.numbers[place] for place in order.tolist()]
        return Seeds(places[order].tolist(), numbers)

    def at(self, one: Number) -> dict[int, Number]:
        """Return what is put in at each position, where a unit is `one`; what meets at one adds up."""
        if self.numbers is None and len(alike := dict.fromkeys(self.positions, one)) == len(self.positions):
            return alike
        return arithmetic.added(zip(self.positions, self.numbers or [one] * len(self.positions), strict=True))

    @property
    def sizes(self) -> Seeds:
        """The same with the absolute values."""
        return Seeds(self.positions, self.numbers and [arithmetic.size(_finished(number)) for number in self.numbers])

    @property
    def are_sizes(self) -> bool:
        """Whether no number is negative, complex or a symbol."""
        return all(isinstance(number, arithmetic.REAL) and number >= 0 for number in self.numbers or ())

    @property
    def are_floats(self) -> bool:
        """Whether machine floats can hold every number."""
        return all(isinstance(number, float) for number in self.numbers or ())

    @property
    def have_sizes(self) -> bool:
        """Whether every number has an absolute value, as symbols have not."""
        return self.numbers is None or arithmetic.have_sizes(self.numbers)


def _finished(number: Number) -> Number:
    return arithmetic.finished(arithmetic.plain(number))


def units(graph: CompiledGraph, positions: Sequence[int] | NDArray[Any]) -> Seeds:
    """Return one unit at each of some positions, where the sweeps keep values; each place once, in order.

    Examples
    --------
    >>> units(CompiledGraph.from_arrays([0, 1], [1, 2]), [2, 0, 2]).positions
    [0, 2]
    """
    return Seeds(each_once(graph.anchors(positions)).tolist())


def seeds_of(graph: CompiledGraph, end: End) -> Seeds:
    """Return the positions that an end means, and their seeds.

    Parameters
    ----------
    graph : CompiledGraph
    end : node, list of nodes, mapping of node to seed, ROOTS or LEAVES
        Whatever hashes is a node, a string or a tuple too; a set counts as a list.

    Raises
    ------
    UnknownNodeError
        If a node is not there.
    UsageError
        If a node stands twice, or a seed is no finite number that goes with the weights.

    Examples
    --------
    >>> graph = CompiledGraph.from_arrays([0, 1], [2, 2], labels=["a", "b", "ab"])
    >>> [graph.labels[place] for place in seeds_of(graph, "ab").positions]
    ['ab']
    >>> seeds_of(graph, {"a": 2, "b": -1}).numbers, seeds_of(graph, ROOTS).numbers
    ([2, -1], None)
    """
    position = graph.topology.position
    if isinstance(end, (str, int)):  # spares most questions the rest
        return Seeds([position(end)])
    if isinstance(end, Boundary):
        require_marked(graph, end)
        topology = graph.topology
        if end is LEAVES and topology.leaf_seeds:
            positions = topology.positions[list(topology.marked_leaves)].tolist()
            return Seeds(positions, weighed(graph, topology.leaf_seeds))
        positions = end.of(topology)
        return Seeds(positions.tolist()) if end is NODES else units(graph, positions)
    if hasattr(end, "to_dict") and hasattr(end, "index") and not isinstance(end, Mapping):
        raise UsageError("a Series is no end: give dict(series), which gives nodes their seeds, or list(series)")
    seeds = placed(end, position)
    return Seeds(seeds.positions, weighed(graph, seeds.numbers))


#: What the ends of an attribution graph are.
DRIVING = {ROOTS: ("tokens", "source"), LEAVES: ("logits", "target")}


def lacks(graph: CompiledGraph, end: Any) -> bool:
    """Tell whether a graph is an attribution graph without tokens, or logits, which alone are its roots and leaves.

    Examples
    --------
    >>> lacks(CompiledGraph.from_arrays([0], [1]), ROOTS)
    False
    """
    topology = graph.topology
    if graph.edge_meaning != "drives" or topology.titles is None or end not in (ROOTS, LEAVES):
        return False
    return not (topology.marked if end is ROOTS else topology.marked_leaves)


def require_marked(graph: CompiledGraph, end: Boundary) -> None:
    """Raise `UsageError` where an attribution graph has none of the nodes that an end means.

    Examples
    --------
    >>> require_marked(CompiledGraph.from_arrays([0], [1]), ROOTS)
    """
    if lacks(graph, end):
        kind, which = DRIVING[end]
        raise UsageError(
            f"the graph has no {kind}, which alone are {end} of an attribution graph",
            Remedy(Keyword(which), f"names the nodes that are meant as the {which}"),
        )


def titled(graph: CompiledGraph, *ends: Any) -> tuple[Any, ...]:
    """Return ends with the titles of their nodes, by which reports call them, where the graph has any.

    Examples
    --------
    >>> import networkx as nx
    >>> from graphdiff.graph.compiled import compile
    >>> G = nx.DiGraph(node_title="title")
    >>> G.add_edge("E_2_0", "27_9_0", weight=1)
    >>> G.nodes["E_2_0"]["title"] = 'token "<bos>"@0'
    >>> source, target = titled(compile(G), "E_2_0", ["27_9_0"])
    >>> source, source.called, target
    ('E_2_0', 'token "<bos>"@0', ['27_9_0'])
    """
    topology = graph.topology
    return ends if topology.titles is None else tuple(_titled(topology, end) for end in ends)


def _titled(topology: Topology, end: Any) -> Any:
    if end is None or isinstance(end, Boundary):
        return end
    nodes = members_of(end)
    labels = [topology.label(topology.position(node)) for node in ([end] if nodes is None else nodes)]
    if nodes is None:
        return labels[0]
    return dict(zip(labels, end.values(), strict=True)) if isinstance(end, Mapping) else labels


def placed(end: Hashable | list[Any] | Mapping[Any, Number], position: Callable[[Any], int]) -> Seeds:
    """Return where the nodes of an end are, each with its seed as it was given.

    Raises
    ------
    UsageError
        If a node stands twice.

    Examples
    --------
    >>> placed({"a": 2, "b": 0.5}, {"a": 7, "b": 3}.__getitem__)
    Seeds(positions=[7, 3], numbers=[2, 0.5])
    """
    nodes = members_of(end)
    if nodes is None:
        return Seeds([position(end)])
    positions = list(map(position, nodes))
    if len(set(positions)) < len(positions):
        first = dict(zip(reversed(positions), reversed(range(len(positions))), strict=True))
        twice = next(node for number, node in enumerate(nodes) if first[positions[number]] < number)
        raise UsageError(f"the node {twice!r} stands twice; a mapping gives each node its seed")
    return Seeds(positions, list(end.values()) if isinstance(end, Mapping) else None)


def weighed(graph: CompiledGraph, numbers: Sequence[Number] | None) -> list[Number] | None:
    """Return seeds, checked, in the arithmetic of a graph's weights.

    Raises
    ------
    UsageError
        If one is no finite number that goes with the weights.
    """
    if numbers is None:
        return None
    seeds = [_seed(graph, number) for number in numbers]
    kinds = {type(seed): seed for seed in seeds}
    try:
        _ = sum(kinds.values())
    except TypeError:
        raise UsageError(f"the seeds do not add up: {' and '.join(sorted(kind.__name__ for kind in kinds))}") from None
    return seeds


def _seed(graph: CompiledGraph, seed: Number) -> Number:
    """Return a checked seed in the arithmetic of the weights: beside floats a real one is a float too."""
    if not (arithmetic.is_number(seed) and arithmetic.is_finite(seed)):
        raise UsageError(f"the seed {seed!r} is not a finite number")
    seed = arithmetic.plain(seed)
    if arithmetic.in_floats(graph.weights):
        return _in_float(seed)
    if graph.exact and isinstance(seed, float):
        return Dyadic.of(seed)
    divides = graph.exact or graph.cycles == "solve"
    if divides and isinstance(seed, Decimal) and isinstance(graph.weights, np.ndarray):  # ints, which become fractions
        return Fraction(seed)
    one = Dyadic(1, 0) if graph.exact and not isinstance(graph.weights, np.ndarray) else graph.one_and_zero[0]
    try:
        _ = one * seed + one
    except TypeError:
        kinds = type(_finished(one)).__name__, type(seed).__name__
        raise UsageError(f"the seed {seed!r} does not go with the weights: {kinds[0]} and {kinds[1]}") from None
    return seed


def _in_float(seed: Number) -> Number:
    if isinstance(seed, (float, complex)):
        return seed
    try:
        as_float: Number = arithmetic.plain(arithmetic.unify([seed, 1.0])[0])
    except OverflowError as error:
        raise UsageError(f"the seed beside float weights: {error}") from None
    return as_float
