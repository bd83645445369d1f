"""The graphs that are measured, made as arrays: edges in random order, ids that say nothing about the order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import networkx as nx
import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class EdgeArrays:
    """An acyclic graph as arrays of shape (n_edges,), with the two ends that are asked about."""

    name: str
    n_nodes: int
    tails: Ints
    heads: Ints
    weights: NDArray[np.float64]
    source: int
    target: int

    @property
    def text(self) -> str:
        """Name and size."""
        return f"{self.name}, {self.n_nodes:,} nodes, {len(self.tails):,} edges"

    @cached_property
    def by_source(self) -> EdgeArrays:
        """The same graph with its edges grouped by source."""
        order = np.argsort(self.tails, kind="stable")
        return replace(self, tails=self.tails[order], heads=self.heads[order], weights=self.weights[order])

    def to_networkx(self) -> nx.DiGraph:
        """Return the same graph in networkx, its edges inserted in this order; of parallel edges the last one stays."""
        graph = nx.DiGraph()
        graph.add_nodes_from(range(self.n_nodes))
        graph.add_weighted_edges_from(zip(self.tails.tolist(), self.heads.tolist(), self.weights.tolist(), strict=True))
        return graph


def layered(n_nodes: int, n_edges: int, n_layers: int = 100) -> EdgeArrays:
    """Return random edges from each layer to the next; the source feeds the first one, the last feeds the target."""
    rng = np.random.default_rng(1)
    width = max(1, n_nodes // n_layers)
    inner = 2 + width * n_layers
    layer = rng.integers(0, n_layers - 1, n_edges)
    tails = 2 + layer * width + rng.integers(0, width, n_edges)
    heads = 2 + (layer + 1) * width + rng.integers(0, width, n_edges)
    first, last = np.arange(2, 2 + width), np.arange(inner - width, inner)
    tails = np.concatenate([tails, np.zeros(width, dtype=np.int64), last])
    heads = np.concatenate([heads, first, np.ones(width, dtype=np.int64)])
    return _shuffled("(a) layered", inner, tails, heads, (0, 1), rng)


def preferential(n_nodes: int, degree: int = 10) -> EdgeArrays:
    """Return a graph where every node is fed by older ones, each chosen in proportion to its degree.

    A feeder is an end of an older edge, drawn at random: Batagelj and Brandes, "Efficient generation of large
    random networks", Phys. Rev. E 71 (2005), with the chains of references followed all at once.
    """
    rng = np.random.default_rng(2)
    heads = np.repeat(np.arange(1, n_nodes), degree)
    ends = rng.integers(0, np.maximum(1, 2 * degree * (heads - 1)))  # the even end of an edge is its head
    while len(referring := np.flatnonzero(ends % 2 == 1)):
        ends[referring] = ends[ends[referring] // 2]
    tails = heads[ends // 2]
    tails[:degree] = 0
    return _shuffled("(b) preferential", n_nodes, tails, heads, (0, n_nodes - 1), rng)


def band(n_nodes: int, n_edges: int) -> EdgeArrays:
    """Return random edges that lead up to 1,000 nodes ahead, made in little more memory than they take."""
    rng = np.random.default_rng(5)
    ids = rng.permutation(n_nodes)
    tails = rng.integers(0, n_nodes - 1, n_edges)
    heads = rng.integers(1, 1_001, n_edges)
    heads += tails
    np.minimum(heads, n_nodes - 1, out=heads)
    tails[0] = 0
    for ends in (tails, heads):
        np.take(ids, ends, out=ends, mode="clip")  # the other modes copy
    weights = rng.random(n_edges)
    weights *= 2 * n_nodes / n_edges
    return EdgeArrays("band", n_nodes, tails, heads, weights, int(ids[0]), int(ids[-1]))


def diamonds(n_diamonds: int) -> EdgeArrays:
    """Return a chain of diamonds: two levels and four edges each, and twice as many paths with every one."""
    top = 3 * np.arange(n_diamonds)
    tails = np.concatenate([top, top, top + 1, top + 2])
    heads = np.concatenate([top + 1, top + 2, top + 3, top + 3])
    last = 3 * n_diamonds
    return _shuffled("(c) diamonds", last + 1, tails, heads, (0, last), np.random.default_rng(3))


def with_components(n_nodes: int, n_edges: int, n_components: int) -> EdgeArrays:
    """Return a chain through all nodes, random edges a little way ahead, and edges back that close the components.

    Each of the components is 2 to 200 nodes of the chain.
    """
    rng = np.random.default_rng(5)
    spacing = n_nodes // n_components
    first = spacing * np.arange(n_components) + spacing // 2
    last = first + rng.integers(1, min(200, spacing // 2), n_components)
    tails = rng.integers(0, n_nodes - 1, n_edges - n_nodes + 1 - n_components)
    heads = np.minimum(tails + rng.integers(1, 1000, len(tails)), n_nodes - 1)
    chain = np.arange(n_nodes - 1)
    ends = np.concatenate([tails, chain, last]), np.concatenate([heads, chain + 1, first])
    return _shuffled(f"{n_components:,} components", n_nodes, *ends, (0, n_nodes - 1), rng)


def deep(n_nodes: int, n_edges: int) -> EdgeArrays:
    """Return a chain through all nodes, and random edges up to 50 nodes ahead: long paths, of which there are many."""
    rng = np.random.default_rng(6)
    chain = np.arange(n_nodes - 1)
    tails = rng.integers(0, n_nodes - 1, n_edges - len(chain))
    heads = np.minimum(tails + rng.integers(1, 51, len(tails)), n_nodes - 1)
    ends = np.concatenate([chain, tails]), np.concatenate([chain + 1, heads])
    return _shuffled("deep", n_nodes, *ends, (0, n_nodes - 1), rng)


def scattered(n_nodes: int, n_edges: int) -> EdgeArrays:
    """Return a chain through all nodes, and edges drawn at random from all others that lead ahead."""
    rng = np.random.default_rng(4)
    tails, heads = np.triu_indices(n_nodes, 1)
    ahead = np.flatnonzero(heads - tails > 1)
    chosen = np.concatenate(
        [np.flatnonzero(heads - tails == 1), rng.choice(ahead, n_edges - n_nodes + 1, replace=False)]
    )
    return _shuffled("scattered", n_nodes, tails[chosen], heads[chosen], (0, n_nodes - 1), rng)


def _shuffled(
    name: str, n_nodes: int, tails: Ints, heads: Ints, ends: tuple[int, int], rng: np.random.Generator
) -> EdgeArrays:
    """Give nodes new ids, edges a random order, and weights that average: no depth makes a sum vanish or explode."""
    ids = rng.permutation(n_nodes)
    sizes = rng.uniform(0.5, 1.5, len(tails))
    weights = sizes / np.bincount(heads, sizes, minlength=n_nodes)[heads]
    order = rng.permutation(len(tails))
    source, target = ids[list(ends)].tolist()
    return EdgeArrays(name, n_nodes, ids[tails][order], ids[heads][order], weights[order], source, target)
