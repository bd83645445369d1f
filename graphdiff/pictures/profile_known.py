"""The picture of a profile of which only the numbers themselves are known: groups without stacks, or counts alone.

What is not drawn is left out, as nothing says what of it is spent for whom.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import networkx as nx

from graphdiff.pictures.picture import DrawnEdge, DrawnNode, Picture
from graphdiff.pictures.scale import GREY, ORANGE, mixed
from graphdiff.pictures.sizes import MAX_NAME, SMALLER, cost_text, nodes_of, numbers_of_boxes, text_size, title
from graphdiff.pictures.view import View
from graphdiff.text.numbers import percent, shorten
from graphdiff.text.sentences import how_many

__all__ = ["known_pictures"]


def known_pictures(graph: nx.DiGraph, view: View) -> Iterator[Picture]:
    """Yield pictures of a profile's groups, or of one that counts calls alone, each with fewer boxes.

    Examples
    --------
    >>> from graphdiff.pictures.view import view_of
    >>> G = nx.DiGraph(unit="s", total=3.0, format="cProfile", quotient=True, node_meaning="groups")
    >>> G.add_nodes_from([("a.py", {"self": 1.0, "size": 4}), ("b.py", {"self": 2.0, "size": 1})])
    >>> G.add_edge("a.py", "b.py", cost=2.0, calls=7)
    >>> picture = next(known_pictures(G, view_of()))
    >>> picture.nodes[0].lines, picture.edges[0].label
    (('b.py', '1 function', 'self 2 s (66.7 %)'), '2 s · 7 calls')
    """
    name = "cost" if graph.graph["total"] and any("cost" in data for data in graph.edges.values()) else "calls"
    known = _Known(graph, name)
    order = known.order()
    n_edges = view.max_edges
    for n in numbers_of_boxes(min(view.max_nodes, len(order))):
        yield known.picture(order[:n], n_edges)
        n_edges = round(SMALLER * n_edges)


@dataclass(frozen=True)
class _Known:
    """A graph, and whether its edges are as wide as their cost or as their calls."""

    graph: nx.DiGraph
    name: str

    def order(self) -> list[Any]:
        """Return the nodes, what costs most by itself first, then what is called most."""
        entering = dict.fromkeys(self.graph, 0)
        for _, head, number in self.graph.edges(data=self.name, default=0):
            entering[head] += number
        return sorted(self.graph, key=lambda node: (-self.graph.nodes[node].get("self", 0), -entering[node]))

    def edges(self, drawn: list[Any]) -> list[tuple[Any, Any]]:
        """Return the edges between some nodes, the heaviest first."""
        kept = set(drawn)
        between = [(tail, head) for tail, head in self.graph.edges if tail in kept and head in kept and tail != head]
        return sorted(between, key=lambda edge: -self.graph.edges[edge].get(self.name, 0))

    def picture(self, drawn: list[Any], n_edges: int) -> Picture:
        """Return the picture of some nodes, and of so many edges at most."""
        every = self.edges(drawn)
        edges = every[:n_edges]
        number = {node: n for n, node in enumerate(drawn)}
        largest = max((self.graph.edges[edge].get(self.name, 0) for edge in edges), default=0) or 1
        nodes = [self.node(node) for node in drawn]
        lines = [
            self.edge(number[tail], number[head], self.graph.edges[tail, head], float(largest)) for tail, head in edges
        ]
        extent = f"{len(drawn):,} of {how_many(len(self.graph), nodes_of(self.graph))}"
        extent += f"; the {len(edges):,} heaviest of {len(every):,} edges" if len(edges) < len(every) else ""
        is_whole = len(drawn) == len(self.graph) and len(edges) == len(every)
        facts = self.graph.graph | ({} if is_whole else {"drawn": extent})
        legend = [*title(self.graph), extent, *self.keys()]
        return Picture(nodes, lines, legend, facts, extent, n_nodes=len(self.graph))

    def node(self, node: Any) -> DrawnNode:
        """Return a box with what is known of it."""
        data, total = self.graph.nodes[node], self.graph.graph["total"]
        rows = [shorten(str(node), MAX_NAME)]
        rows += [how_many(data["size"], "functions")] if "size" in data else []
        part = float(data.get("self", 0) / total) if total else 0.0
        if data.get("self"):
            text = cost_text(data["self"], str(self.graph.graph["unit"]))
            rows.append(f"self {'≈ ' * ('estimated' in data)}{text} ({percent(part, '.3g')})")
        rows += [how_many(int(data["calls"]), "calls")] if data.get("calls") else []
        return DrawnNode(tuple(rows), font_size=text_size(part, len(rows)), name=str(node), facts=data)

    def edge(self, tail: int, head: int, data: dict[str, Any], largest: float) -> DrawnEdge:
        """Return an edge as wide as its part of the largest."""
        part = float(data.get(self.name, 0)) / largest
        mark = "≈ " * ("estimated" in data)
        cost = [f"{mark}{cost_text(data['cost'], str(self.graph.graph['unit']))}"] if data.get("cost") else []
        calls = [how_many(int(data["calls"]), "calls")] if data.get("calls") else []
        color = mixed(GREY, ORANGE, part and 0.2 + 0.8 * part)
        return DrawnEdge(tail, head, " · ".join(cost + calls), 1 + 4 * part, color, facts=data)

    def keys(self) -> Iterator[str]:
        """Yield what numbers mean."""
        if self.name == "calls":
            yield "this file does not say what calls cost: width by how many they are"
        else:
            yield "box: what its functions cost by themselves; edge: what calls between two cost with all they call"
