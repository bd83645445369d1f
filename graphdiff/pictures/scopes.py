"""What a whole graph is grouped by where nobody says: parts of names, or who alone keeps a node."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import networkx as nx
import numpy as np

from graphdiff.graph.compiled import CompiledGraph, compile
from graphdiff.graph.ends import ROOTS, seeds_of
from graphdiff.kernels.reach import dominator_tree
from graphdiff.pictures.group import prefix

__all__ = ["Keepers", "scopes"]

#: Names have so many parts at most that are looked at.
MAX_PARTS = 8
#: A version behind a name, whose points part nothing.
VERSION = re.compile(r"(?<=.)@[^@/]*\Z")
#: What parts names of packages, and those of modules and functions.
PARTED, PARTED_BY_POINTS = re.compile(r"[^/:@]/|:"), re.compile(r"[./:]")


@dataclass(frozen=True)
class Keepers:
    """Who alone keeps a node: the direct dependency of the only root, or the root, that every path to it passes.

    Attributes
    ----------
    keepers : dict of node to node
        Itself of a root and of a direct dependency; none where several keep a node.
    """

    keepers: Mapping[Hashable, Hashable]
    __name__ = "what alone keeps a node: the direct dependency, or the root, that every path to it passes"

    @classmethod
    def of(cls, graph: CompiledGraph) -> Keepers:
        """Return who keeps each node."""
        rows, label = graph.topology.rows, graph.topology.label
        roots = seeds_of(graph, ROOTS).positions
        order, dominator = dominator_tree(rows.ptr, rows.heads, np.array(roots, dtype=np.int64))
        above, direct = 0, set(roots)
        if len(roots) == 1:  # alone it keeps everything
            above, direct = 1, {roots[0], *rows.heads[int(rows.ptr[roots[0]]) : int(rows.ptr[roots[0] + 1])].tolist()}
        places: list[int] = []
        for place, over in enumerate(dominator.tolist()):
            places.append(place if over == above or place <= above else places[over])
        kept = zip(order[1:].tolist(), order[places[1:]].tolist(), strict=True)
        return cls({label(position): label(keeper) for position, keeper in kept if keeper in direct})

    def __call__(self, node: Hashable) -> Hashable:
        """Return the group of a node."""
        return self.keepers.get(node, "(kept by several)")


def scopes(graph: nx.DiGraph, max_groups: int) -> int | Keepers:
    """Return what `graphdiff.group` is to group a whole graph by.

    Where most names have parts, these: as many as make no more than so many groups, and more than one. Else, as of
    packages, who alone keeps each.

    Parameters
    ----------
    graph : networkx.DiGraph
    max_groups : int

    Examples
    --------
    >>> G = nx.DiGraph([("app.a.x", "app.b.y"), ("app.b.y", "app.b.z")], edge_meaning="imports")
    >>> scopes(G, 30)
    2
    >>> H = nx.DiGraph([("shop", "web"), ("shop", "mail"), ("web", "http"), ("mail", "tls"), ("http", "tls")])
    >>> [scopes(H, 30)(node) for node in ("shop", "mail", "http", "tls")]
    ['shop', 'mail', 'web', '(kept by several)']
    """
    names = [VERSION.sub("", str(node)) for node in graph]
    mark = PARTED if graph.graph.get("edge_meaning") == "depends on" else PARTED_BY_POINTS
    if 2 * sum(1 for name in names if mark.search(name)) > len(names):
        counts = {parts: len({prefix(name, parts) for name in names}) for parts in range(1, MAX_PARTS)}
        several = {parts: n for parts, n in counts.items() if 1 < n < len(graph)}
        if several:
            fitting = [parts for parts, n in several.items() if n <= max_groups]
            return max(fitting, key=several.__getitem__, default=min(several))
    return Keepers.of(compile(graph, weight=None, cycles="collapse"))
