"""What a whole graph is grouped by where nobody says: parts of names, or who alone keeps a node."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from graphdiff.graph.compiled import CompiledGraph
from graphdiff.graph.ends import ROOTS, seeds_of
from graphdiff.kernels.reach import dominated_sums, dominator_tree
from graphdiff.text.sentences import how_many

__all__ = ["Keepers", "prefix", "scopes"]

#: What parts a name into scopes: the first of these that is in it.
SEPARATORS = ("/", "::", ":", ".")

#: Names have so many parts at most that are looked at.
MAX_PARTS = 8
#: What keeps more of all nodes than this is looked into.
PART = 0.25
#: What keeps no more than this of all nodes is put together with its like.
LITTLE = 0.02
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
        Nothing for a node that several keep; of what is put together a text.
    keeps : dict of node to int
        How many the node alone keeps, itself included, of those of which some have boxes of their own.
    """

    keepers: Mapping[Hashable, Hashable]
    keeps: Mapping[Hashable, int]
    __name__ = "what alone keeps a node"

    @classmethod
    def of(cls, graph: CompiledGraph, max_groups: int) -> Keepers:
        """Return what keeps each node: a root, what that needs itself, and of what keeps most what that needs."""
        tree = _Dominators.of(graph, max_groups)
        split = {0}
        while largest := tree.largest(split):
            n_now, n_then = (len({*tree.boxes(nodes).values()}) for nodes in (split, split | {largest}))
            if n_then >= max_groups and n_now >= PART * max_groups:  # of few groups more are better, if not all fit
                break
            split.add(largest)
        label = graph.topology.label
        names = {place: label(position) for place, position in enumerate(tree.order) if place}
        names |= {-place: f"others of {name}" for place, name in names.items() if place in split}
        keeps = {names[place]: tree.sizes[place] for place in split if place}
        return cls({names[place]: names[box] for place, box in tree.kept(split)}, keeps)

    def __call__(self, node: Hashable) -> Hashable:
        """Return the group of a node."""
        return self.keepers.get(node, "(kept by several)")

    def legend(self, nodes: str) -> str:
        """Return what a box of a picture is, in the plural that nodes have."""
        small = any(str(keeper).startswith("others of ") for keeper in set(self.keepers.values()))
        text = f"a box: {how_many(1, nodes).replace('1', 'a', 1)} and what only it keeps (all paths to these pass it)"
        text += "; 1 of n: the others are drawn apart" if any(n > 1 for n in self.keeps.values()) else ""
        return f"{text}; others of a box: what keeps little, put together" if small else text


@dataclass(frozen=True, eq=False)
class _Dominators:
    """The dominator tree below all roots, 0: above each node the last that all paths to it pass.

    Attributes
    ----------
    order, above, sizes : list of int
        By index: the position of the node in the graph, its parent's index, and how many it dominates, itself included.
    is_direct, is_needed : list of bool
        Whether the parent itself leads to the node, and whether a root does.
    max_groups : int
    """

    order: list[int]
    above: list[int]
    sizes: list[int]
    is_direct: list[bool]
    is_needed: list[bool]
    max_groups: int

    @classmethod
    def of(cls, graph: CompiledGraph, max_groups: int) -> _Dominators:
        """Return the tree of a graph; what roots need has boxes of its own where there are not too many."""
        rows, roots = graph.topology.rows, seeds_of(graph, ROOTS).positions
        found, dominator = dominator_tree(rows.ptr, rows.heads, np.array(roots, dtype=np.int64))
        order, above = found.tolist(), dominator.tolist()
        sizes = dominated_sums(dominator, np.ones(len(order), dtype=np.int64)).tolist()
        edges = set(zip(rows.tails.tolist(), rows.heads.tolist(), strict=True)) | {(-1, root) for root in roots}
        starts = set(roots)
        needed = {head for tail, head in edges if tail in starts}
        is_direct = [(order[over], here) in edges for here, over in zip(order, above, strict=True)]
        if len(starts | needed) > max_groups:
            needed = {order[place] for place, over in enumerate(above) if over and order[over] in starts} & needed
        return cls(order, above, sizes, is_direct, [here in needed for here in order], max_groups)

    @property
    def little(self) -> int:
        """So many at most are little."""
        return max(1, int(LITTLE * len(self.order)))

    def tops(self, split: set[int]) -> list[int]:
        """Return what those that are split keep alone and lead to, and what roots need."""
        is_top = [direct or needed for direct, needed in zip(self.is_direct, self.is_needed, strict=True)]
        return [place for place in range(1, len(self.order)) if self.above[place] in split and is_top[place]]

    def boxes(self, split: set[int]) -> dict[int, int]:
        """Return the box of each of these: its own, or minus what is split for those of this that keep little.

        What a root needs has a box of its own, unless these are too many.
        """
        small = [place for place in self.tops(split) if self.above[place] and self.sizes[place] <= self.little]
        own = {place: place for place in self.tops(split)}
        for among in ([place for place in small if not self.is_needed[place]], small):
            n_small = Counter(self.above[place] for place in among)
            boxes = own | {place: -self.above[place] for place in among if n_small[self.above[place]] > 1}
            if len({*boxes.values()}) < self.max_groups:
                break
        return boxes

    def largest(self, split: set[int]) -> int:
        """Return the root that keeps most and is not split, else what keeps most of much; 0 where there is none."""
        tops = [place for place in self.tops(split) if place not in split and self.sizes[place] > 1]
        roots = [place for place in tops if not self.above[place] and self.is_direct[place]]
        above_much = {self.above[place] for place, size in enumerate(self.sizes) if size > self.little}
        much = [place for place in tops if place in above_much and self.sizes[place] > PART * len(self.order)]
        return max(roots or much, key=self.sizes.__getitem__, default=0)

    def kept(self, split: set[int]) -> Iterator[tuple[int, int]]:
        """Yield each node that one alone keeps, with its box."""
        boxes = self.boxes(split)
        for place in range(1, len(self.order)):
            box = boxes.get(place) or (0 if self.above[place] in split else boxes.get(self.above[place], 0))
            if box:
                boxes[place] = box
                yield place, box


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
    ['shop', 'mail', 'web', '(kept by several)']
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
