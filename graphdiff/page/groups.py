"""A whole graph by groups that open in the page: what is in them as far as a page holds it, all that runs between."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import networkx as nx

from graphdiff import arithmetic
from graphdiff.graph.networks import IN_GROUP
from graphdiff.pictures.dot import pictures_of
from graphdiff.pictures.group import Grouping
from graphdiff.pictures.picture import DrawnEdge, DrawnNode, Picture
from graphdiff.pictures.quotient import merged
from graphdiff.pictures.view import View
from graphdiff.text.names import texts
from graphdiff.text.numbers import shorten
from graphdiff.text.records import names_of
from graphdiff.text.sentences import how_many, words_for

__all__ = ["groups_picture"]

#: So many groups that stay closed are named.
NAMED = 4
#: A name of one is no longer.
LENGTH = 30


def groups_picture(quotient: nx.DiGraph, view: View) -> Picture:
    """Return what a page has of groups: their nodes, and of the largest groups, if these are too many, one node each.

    Examples
    --------
    >>> from graphdiff.pictures.group import group
    >>> from graphdiff.pictures.view import view_of
    >>> Q = group(nx.DiGraph([("a.x", "a.y"), ("a.y", "b.z"), ("a.x", "b.z")]), 1, weight=None)
    >>> [node.name for node in groups_picture(Q, view_of(max_nodes=2)).nodes]
    ['a', 'b.z']
    """
    grouping: Grouping = quotient.grouping
    few = merged(quotient, min(view.max_nodes, math.isqrt(view.max_edges)))  # so closed ones fit
    others = next((name for name in few if name not in quotient), None)
    names = [name if name in few else others for name in grouping.names]
    pairs = list(zip(*(ends.tolist() for ends in _ends(grouping)), strict=True))
    opened = _Opened(few, grouping, names, _closed(names, pairs, others, view), pairs)
    ready, said = grouping.ready, opened.said()
    facts = {name: value for name, value in few.graph.items() if name not in ("quotient", "member_meaning")}
    facts |= {"node_meaning": ready.node_meaning, "n_edges": ready.n_edges, **({"drawn": said} if said else {})}
    facts["node_title"] = getattr(grouping.graph, "graph", {}).get("node_title")
    legend = [*next(pictures_of(quotient, view)).legend, *([said] if said else [])]
    return Picture(list(opened.nodes()), list(opened.edges()), legend, facts, n_nodes=ready.n_nodes)


def _ends(grouping: Grouping) -> tuple[Any, Any]:
    """Return the tails and the heads of the edges, by position."""
    return grouping.ready.topology.rows.tails, grouping.ready.topology.heads


def _closed(names: list[Any], pairs: list[tuple[int, int]], others: Any, view: View) -> set[Any]:
    """Return the groups that stay closed: the largest, until all else is no more than a page holds."""
    sizes = Counter(names)
    left = iter(sorted((name for name, size in sizes.items() if size > 1), key=lambda name: -sizes[name]))
    closed = set() if others is None else {others}
    while sum(1 if name in closed else size for name, size in sizes.items()) > view.max_nodes or (
        _n_links(names, closed, pairs) > view.max_edges
    ):
        if (name := next(left, None)) is None:
            break
        closed.add(name)
    return closed


def _n_links(names: list[Any], closed: Collection[Any], pairs: list[tuple[int, int]]) -> int:
    """Return how many links there are where some groups are closed."""
    box = [(name,) if name in closed else place for place, name in enumerate(names)]
    return len({(box[tail], box[head]) for tail, head in pairs})


@dataclass(frozen=True, eq=False)
class _Opened:
    """The nodes of a graph, those of closed groups as one.

    Attributes
    ----------
    quotient : networkx.DiGraph
    names : list
        The group of each node, by position.
    closed : set
    pairs : list of (tail, head)
        The edges, by position.
    """

    quotient: nx.DiGraph
    grouping: Grouping
    names: list[Any]
    closed: Collection[Any]
    pairs: list[tuple[int, int]]

    def said(self) -> str:
        """Return which groups do not open, and why; nothing where all do."""
        if not self.closed:
            return ""
        called, groups, asked = names_of(self.quotient), self.quotient.nodes, self.quotient.graph
        largest = sorted(self.closed, key=lambda name: -groups[name]["size"])
        words = words_for(asked["edge_meaning"], node_meaning=asked["member_meaning"])
        inside = how_many(sum(groups[name]["size"] for name in largest), words.nodes)
        listed = ", ".join(shorten(called[name], LENGTH) for name in largest[:NAMED])
        more = f" and {len(largest) - NAMED:,} more" if len(largest) > NAMED else ""
        stay = "1 group stays" if len(largest) == 1 else f"{len(largest):,} groups stay"
        return f"{stay} closed, as a page does not hold their {inside}: {listed}{more}"

    @property
    def boxes(self) -> list[Any]:
        """What stands for each node, by position: its closed group in a tuple, or its position."""
        return [(name,) if name in self.closed else place for place, name in enumerate(self.names)]

    def nodes(self) -> Iterator[DrawnNode]:
        """Yield what stands for nodes, in the order of `boxes`."""
        called, topology = names_of(self.quotient), self.grouping.ready.topology
        names, graph = texts(topology.labels), self.grouping.graph
        for box in dict.fromkeys(self.boxes):
            if isinstance(box, tuple):
                name, data = called[box[0]], dict(self.quotient.nodes[box[0]])
                members = list(map(str, data["members"]))
                facts = data | {"members": members, "n_members": data.pop("size"), IN_GROUP: name}
            else:
                name, data = names[box], graph.nodes[topology.label(box)] if isinstance(graph, nx.Graph) else {}
                facts = data | {IN_GROUP: called[self.names[box]]}
            yield DrawnNode((name,), name=name, facts=facts)

    def edges(self) -> Iterator[DrawnEdge]:
        """Yield what runs between boxes, added up; of one edge what else is known of it."""
        boxes, ready = self.boxes, self.grouping.ready
        place = {box: number for number, box in enumerate(dict.fromkeys(boxes))}
        sums: dict[tuple[int, int], tuple[Any, int, int]] = {}
        weights = map(arithmetic.finished, arithmetic.listed(ready.weights))
        for edge, ((tail, head), weight) in enumerate(zip(self.pairs, weights, strict=True)):
            pair = place[boxes[tail]], place[boxes[head]]
            if boxes[tail] != boxes[head] or not isinstance(boxes[tail], tuple):
                before, _, count = sums.get(pair, (None, 0, 0))
                sums[pair] = before + weight if count else weight, edge, count + 1
        is_counted = ready.weight_meaning == "unit" and all(count == 1 for _, _, count in sums.values())
        for (tail, head), (weight, edge, count) in sums.items():
            more = {"edges": count} if count > 1 else self._known(edge)
            yield DrawnEdge(tail, head, "", facts=more | ({} if is_counted else {"weight": weight}))

    def _known(self, edge: int) -> dict[str, Any]:
        """Return what the graph has of an edge."""
        graph, label = self.grouping.graph, self.grouping.ready.topology.edge_label(edge)
        return dict(graph.get_edge_data(*label)) if isinstance(graph, nx.Graph) else {}
