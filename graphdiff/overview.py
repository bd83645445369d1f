"""What was read: a graph's size, what its edges say and carry, its roots and leaves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import chain
from typing import Any

import networkx as nx

from graphdiff import arithmetic
from graphdiff.arithmetic import Number
from graphdiff.attributes import drawing_names
from graphdiff.between import Between
from graphdiff.compiled import CompiledGraph
from graphdiff.extract import edge_data
from graphdiff.paths import node_text
from graphdiff.results import plain, shown
from graphdiff.words import how_many, words_for

__all__ = ["EdgeAttribute", "Overview", "overview_of"]

#: How many roots and leaves are kept.
TOP = 10
#: How many of them a report lists.
SHOWN = 5
BLOCK = 1 << 12


@dataclass(frozen=True)
class EdgeAttribute:
    """A numeric attribute of the edges: its range, and how many edges have no number under that name.

    Examples
    --------
    >>> print(EdgeAttribute("weight", 0.5, 3, missing=2))
    weight 0.5 to 3 (2 missing)
    """

    name: str
    smallest: Number
    largest: Number
    missing: int

    def __str__(self) -> str:
        missing = f" ({self.missing:,} missing)" if self.missing else ""
        return f"{self.name} {shown(self.smallest)} to {shown(self.largest)}{missing}"


@dataclass(frozen=True)
class Overview:
    """What was read.

    Attributes
    ----------
    n_nodes, n_edges : int
        As read, every node of a cycle counted.
    edge_meaning, weight_meaning, node_meaning : str
        What an edge and a weight say, and what nodes are called.
    attributes : tuple of EdgeAttribute, or None
        The numeric attributes of the edges; None where the graph was compiled already, or was an array.
    examples : tuple of nodes
        The first, the middle and the last node in topological order.
    n_roots, n_leaves, n_cycles : int
        How many roots and leaves there are, and how many components with a cycle.
    roots, leaves : tuple of (node, int)
        The ten with most paths: from the root to any leaf, from any root to the leaf. A component with a cycle is
        the frozenset of its members.
    """

    n_nodes: int
    n_edges: int
    edge_meaning: str
    weight_meaning: str
    node_meaning: str
    attributes: tuple[EdgeAttribute, ...] | None
    examples: tuple[Any, ...]
    n_roots: int
    n_leaves: int
    n_cycles: int
    roots: tuple[tuple[Any, int], ...]
    leaves: tuple[tuple[Any, int], ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the figures, with attributes, roots and leaves as records."""
        attributes = None
        if self.attributes is not None:
            attributes = [{name: plain(value) for name, value in a.__dict__.items()} for a in self.attributes]
        ends = {
            side: [{"node": node_text(node), "n_paths": plain(count)} for node, count in tops]
            for side, tops in (("roots", self.roots), ("leaves", self.leaves))
        }
        examples = [str(node) for node in self.examples]
        return {**self.__dict__, "attributes": attributes, "examples": examples, **ends}

    def rows(self) -> Iterator[tuple[str, str]]:
        """Yield the lines of a report."""
        words = words_for(self.edge_meaning, node_meaning=self.node_meaning)
        counts = f"{how_many(self.n_nodes, words.nodes)}, {how_many(self.n_edges, words.edges)}"
        yield "read", f"{counts} ({words.arrow})"
        yield "names", ", ".join(map(str, self.examples))
        if self.attributes is not None:
            yield "numbers on edges", "; ".join(map(str, self.attributes)) or "none"
        for side, number, tops in (("roots", self.n_roots, self.roots), ("leaves", self.n_leaves, self.leaves)):
            listed = ", ".join(f"{node_text(node)} ({shown(count)})" for node, count in tops[:SHOWN])
            yield side, f"{number:,}{'; most paths' if number > SHOWN else ''}: {listed}"


def overview_of(graph: Any, part: Between, before: list[int], behind: list[int]) -> Overview:
    """Return what was read.

    Parameters
    ----------
    graph : networkx graph, CompiledGraph or array
        As it was given.
    part : Between
        What lies between its roots and its leaves.
    before, behind : list of int
        The number of paths from the roots to each node, and from each node to the leaves.

    Examples
    --------
    >>> from graphdiff.between import between
    >>> from graphdiff.compiled import CompiledGraph
    >>> graph = CompiledGraph.from_arrays([0, 0, 1], [1, 2, 2])
    >>> overview_of(graph, between(graph), before=[1, 1, 2], behind=[2, 1, 1]).roots
    ((0, 2),)
    """
    read = part.graph
    topology = read.topology
    places = sorted({0, topology.n_nodes // 2, topology.n_nodes - 1}) if topology.n_nodes else []
    return Overview(
        n_nodes=topology.n_nodes,
        n_edges=topology.n_edges,
        edge_meaning=read.edge_meaning,
        weight_meaning=graph.weight_meaning if isinstance(graph, CompiledGraph) else _weight_meaning(graph),
        node_meaning=read.node_meaning,
        attributes=tuple(_numeric(graph)) if isinstance(graph, nx.Graph) else None,
        examples=tuple([topology.label(place) for place in places]),
        n_roots=len(topology.roots),
        n_leaves=len(topology.leaves),
        n_cycles=len(topology.cyclic),
        roots=_top(part, part.sources, behind),
        leaves=_top(part, part.targets, before),
    )


def _weight_meaning(graph: Any) -> str:
    return str(graph.graph.get("weight_meaning", "unknown")) if isinstance(graph, nx.Graph) else "unknown"


def _top(part: Between, ends: list[int], counts: list[int]) -> tuple[tuple[Any, int], ...]:
    return tuple([(part.labels[node], counts[node]) for node in nlargest(TOP, ends, key=counts.__getitem__)])


def _numeric(graph: nx.Graph) -> Iterator[EdgeAttribute]:
    """Yield the attributes that are a number on some edge."""
    data, left_out = edge_data(graph), drawing_names(graph)
    for name, values in _columns(data).items():
        kinds = set(map(type, values))
        real = {kind for kind in kinds if issubclass(kind, arithmetic.REAL) and kind is not bool}
        if kinds != {int}:
            numbers = (value for value in values if type(value) in real) if real else ()
            values = [arithmetic.plain(number) for number in numbers if arithmetic.is_finite(number)]
        if values and name not in left_out:
            yield EdgeAttribute(str(name), min(values), max(values), len(data) - len(values))


def _columns(data: Sequence[Mapping[Any, Any]]) -> dict[Any, list[Any]]:
    """Return the values under each name, taken in blocks that stay in the processor's caches."""
    columns: dict[Any, list[Any]] = {}
    for start in range(0, len(data), BLOCK):
        block = data[start : start + BLOCK]
        for name in dict.fromkeys(chain.from_iterable(block)):
            columns.setdefault(name, []).extend([row[name] for row in block if name in row])
    return columns
