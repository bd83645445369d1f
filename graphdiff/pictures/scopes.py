"""What a whole graph is grouped by where nobody says: parts of names, or who alone keeps a node."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from graphdiff.graph.compiled import CompiledGraph
from graphdiff.graph.ends import ROOTS, seeds_of
from graphdiff.kernels.reach import dominated_sums, dominator_tree

__all__ = ["Keepers", "prefix", "scopes"]

#: What parts a name into scopes: the first of these that is in it.
SEPARATORS = ("/", "::", ":", ".")

#: Names have so many parts at most that are looked at.
MAX_PARTS = 8
#: What keeps more of all nodes than this is looked into.
PART = 0.25
#: A version behind a name, whose points part nothing.
VERSION = re.compile(r"(?<=.)@[^@/]*\Z")
#: What parts names of packages, and those of modules and functions.
PARTED, PARTED_BY_POINTS = re.compile(r"[^/:@]/|:"), re.compile(r"[./:]")


@dataclass(frozen=True)
class Keepers:
    """Which node alone keeps a node: every path to it from the roots passes that.

    Attributes
    ----------
    keepers : dict of node to node
        Nothing for a node that several keep.
    """

    keepers: Mapping[Hashable, Hashable]
    __name__ = "what alone keeps a node, as all paths to it pass that"

    @classmethod
    def of(cls, graph: CompiledGraph, max_groups: int) -> Keepers:
        """Return what keeps each node: a root, or where that keeps more than a part of all, what it needs itself."""
        tree = _Dominators.of(graph)
        split = {0}
        while (largest := tree.largest(split)) and tree.sizes[largest] > PART * len(tree.order):
            n_now, n_then = (len(tree.tops(nodes)) for nodes in (split, split | {largest}))
            if n_then >= max_groups and n_now >= PART * max_groups:  # of few groups more are better, if not all fit
                break
            split.add(largest)
        label = graph.topology.label
        return cls({label(place): label(keeper) for place, keeper in tree.kept(split)})

    def __call__(self, node: Hashable) -> Hashable:
        """Return the group of a node."""
        return self.keepers.get(node, "(kept by several)")


@dataclass(frozen=True, eq=False)
class _Dominators:
    """The dominator tree below all roots, 0: above each node the last that all paths to it pass.

    Attributes
    ----------
    order, above, sizes : list of int
        By index: the position of the node in the graph, its parent's index, and how many it dominates, itself included.
    is_direct : list of bool
        Whether the parent itself leads to the node.
    """

    order: list[int]
    above: list[int]
    sizes: list[int]
    is_direct: list[bool]

    @classmethod
    def of(cls, graph: CompiledGraph) -> _Dominators:
        """Return the tree of a graph."""
        rows, roots = graph.topology.rows, seeds_of(graph, ROOTS).positions
        found, dominator = dominator_tree(rows.ptr, rows.heads, np.array(roots, dtype=np.int64))
        order, above = found.tolist(), dominator.tolist()
        sizes = dominated_sums(dominator, np.ones(len(order), dtype=np.int64)).tolist()
        edges = set(zip(rows.tails.tolist(), rows.heads.tolist(), strict=True)) | {(-1, root) for root in roots}
        return cls(order, above, sizes, [(order[over], here) in edges for here, over in zip(order, above, strict=True)])

    def tops(self, split: set[int]) -> list[int]:
        """Return what those that are split keep alone and lead to."""
        return [place for place in range(1, len(self.order)) if self.above[place] in split and self.is_direct[place]]

    def largest(self, split: set[int]) -> int:
        """Return which of these keeps most, and is not split; 0 for none that keeps another."""
        tops = [place for place in self.tops(split) if place not in split and self.sizes[place] > 1]
        return max(tops, key=self.sizes.__getitem__, default=0)

    def kept(self, split: set[int]) -> Iterator[tuple[int, int]]:
        """Yield each node that one alone keeps, with that one."""
        tops = {place: place for place in self.tops(split)}
        for place in range(1, len(self.order)):
            keeper = tops.get(place) or (0 if self.above[place] in split else tops.get(self.above[place], 0))
            if keeper:
                tops[place] = keeper
                yield self.order[place], self.order[keeper]


def prefix(name: str, depth: int) -> str:
    """Return the first `depth` parts of a name.

    Examples
    --------
    >>> prefix("a.b.c", 2), prefix("src/a.js", 1), prefix("std::io::Read", 2), prefix("/usr/lib/x", 1)
    ('a.b', 'src', 'std::io', '/usr')
    """
    separator = next((mark for mark in SEPARATORS if mark in name), SEPARATORS[-1])
    lead = separator if name.startswith(separator) else ""
    return lead + separator.join(name.removeprefix(lead).split(separator)[:depth])


def scopes(graph: CompiledGraph, max_groups: int) -> int | Keepers:
    """Return what `graphdiff.group` is to group a whole graph by.

    Where most names have parts, these: as many as make no more than so many groups, and more than one. Else, as of
    packages, what alone keeps each.

    Parameters
    ----------
    graph : CompiledGraph
    max_groups : int

    Examples
    --------
    >>> import networkx as nx
    >>> from graphdiff.graph.compiled import compile
    >>> G = nx.DiGraph([("app.a.x", "app.b.y"), ("app.b.y", "app.b.z")], edge_meaning="imports")
    >>> scopes(compile(G, weight=None), 30)
    2
    >>> H = nx.DiGraph([("shop", "web"), ("shop", "mail"), ("web", "http"), ("mail", "tls"), ("http", "tls")])
    >>> by = scopes(compile(H, weight=None), 30)
    >>> [by(node) for node in ("shop", "mail", "http", "tls")]
    ['shop', 'mail', 'http', '(kept by several)']
    """
    names = [VERSION.sub("", str(node)) for node in graph.topology.labels]
    mark = PARTED if graph.edge_meaning == "depends on" else PARTED_BY_POINTS
    if 2 * sum(1 for name in names if mark.search(name)) > len(names):
        counts = {parts: len({prefix(name, parts) for name in names}) for parts in range(1, MAX_PARTS)}
        several = {parts: n for parts, n in counts.items() if 1 < n < len(names)}
        if several:
            fitting = [parts for parts, n in several.items() if n <= max_groups]
            return max(fitting, key=several.__getitem__, default=min(several))
    return Keepers.of(graph, max_groups)
