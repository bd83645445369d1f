"""The picture of a difference: added green, removed red and dashed, changed blue, as wide as what they did.

Every mark is said twice, by colour and by line, sign or word, so that no kind of colour vision is needed.
"""

from __future__ import annotations

from typing import Any

import networkx as nx

from graphdiff.arithmetic import REAL
from graphdiff.pictures.picture import MAX_NAME, DrawnEdge, DrawnNode, Picture
from graphdiff.text.names import node_text, texts
from graphdiff.text.numbers import short, shorten
from graphdiff.text.records import distinct

# M. Okabe, K. Ito, "Color Universal Design" (2008): bluish green, vermillion and blue differ to everyone.
GREEN, RED, BLUE, GREY = "#009e73", "#d55e00", "#0072b2", "#bbbbbb"
COLORS = {"added": GREEN, "removed": RED, "changed": BLUE, "kept": GREY}
FILLS = {"added": "#d5f0e6", "removed": "#fbe3d3", "kept": "#ffffff"}
NODE_MARKS = {"added": ("+ new",), "removed": ("− gone",), "kept": ()}


def overlay_picture(graph: nx.MultiDiGraph, max_edges: int) -> Picture:
    """Return the picture of a graph from `overlay`.

    Parameters
    ----------
    graph : networkx.MultiDiGraph
    max_edges : int
        Of more edges those that did most are drawn, with a way from the source and on to the target, as many as fit.

    Examples
    --------
    >>> G = nx.MultiDiGraph(annotation="comparison")
    >>> G.add_nodes_from("ab", status="kept")
    >>> _ = G.add_edge("a", "b", key="", status="removed", weight_before=2)
    >>> overlay_picture(G, 60).edges[0].label
    '− 2'
    """
    edges = _chosen(graph, max_edges)
    ends = {end: graph.graph[end] for end in ("source", "target") if end in graph.graph}
    used = {*ends.values(), *(node for edge in edges for node in edge[:2])}
    shown_nodes = [node for node in graph if node in used]
    place = {node: number for number, node in enumerate(shown_nodes)}
    names = distinct(texts(node_text(node) for node in shown_nodes))
    largest = max((_size(graph.edges[edge]) for edge in edges), default=0.0)
    drawn = [_edge(place[edge[0]], place[edge[1]], edge[2], graph.edges[edge], largest) for edge in edges]
    nodes = [_node(graph, node, name) for node, name in zip(shown_nodes, names, strict=True)]
    left = graph.number_of_edges() - len(edges)
    facts = graph.graph | {end: names[place[node]] for end, node in ends.items()}
    return Picture(nodes, drawn, _legend(graph, left), facts | ({"edges_not_drawn": left} if left else {}))


def _size(data: dict[str, Any]) -> float:
    change = data.get("change")
    return abs(float(change)) if isinstance(change, REAL) else 0.0


def _chosen(graph: nx.MultiDiGraph, max_edges: int) -> list[Any]:
    """Return the edges to draw: all that fit, else those that did most and the shortest ways through them."""
    every = list(graph.edges(keys=True))
    if len(every) <= max_edges:
        return every
    chosen: dict[Any, None] = {}
    differing = [edge for edge in every if graph.edges[edge]["status"] != "kept"]
    for edge in sorted(differing, key=lambda edge: -_size(graph.edges[edge])):
        grown = chosen | dict.fromkeys([*_way(graph, graph.graph.get("source"), edge[0]), edge])
        grown |= dict.fromkeys(_way(graph, edge[1], graph.graph.get("target")))
        if chosen and len(grown) > max_edges:
            break
        chosen = grown
    return [edge for edge in every if edge in chosen]


def _way(graph: nx.MultiDiGraph, start: Any, end: Any) -> list[Any]:
    """Return the edges of a shortest way, if there is one."""
    if start is None or end is None or not nx.has_path(graph, start, end):
        return []
    nodes = nx.shortest_path(graph, start, end)
    return [(tail, head, min(graph[tail][head])) for tail, head in zip(nodes, nodes[1:], strict=False)]


def _node(graph: nx.MultiDiGraph, node: Any, name: str) -> DrawnNode:
    status = graph.nodes[node].get("status", "kept")
    return DrawnNode(
        lines=(shorten(name, MAX_NAME), *NODE_MARKS[status]),
        fill=FILLS[status],
        is_source="source" in graph.graph and node == graph.graph["source"],
        is_target="target" in graph.graph and node == graph.graph["target"],
        name=name,
        facts=graph.nodes[node],
    )


def _edge(tail: int, head: int, key: str, data: dict[str, Any], largest: float) -> DrawnEdge:
    status = data["status"]
    old, new = (short(data[name]) if name in data else "" for name in ("weight_before", "weight_after"))
    label = {"added": f"+ {new}", "removed": f"− {old}", "changed": f"{old} → {new}", "kept": new}[status]
    if "change" in data:
        label += f" · {_signed(data['change'])}"
    width = 1.0 if status == "kept" else 1.5 + (4 * _size(data) / largest if largest else 0)
    return DrawnEdge(tail, head, label, width, COLORS[status], status == "removed", key=key or None, facts=data)


def _signed(number: Any) -> str:
    text = short(number).replace("-", "−", 1)
    return f"+{text}" if isinstance(number, REAL) and number > 0 else text


def _legend(graph: nx.MultiDiGraph, n_left: int) -> list[str]:
    keys = str(graph.graph.get("headline", "")).splitlines()
    keys += [f"{n_left:,} more edges are not drawn"] if n_left else []
    keys += ["green, +: added; red, dashed, −: removed; blue, →: changed; grey: as before"]
    if "total" in graph.graph:
        keys.append("edge: weight · what it did to the total, which its width shows too")
        keys.append("bold ellipse: source; double border: target")
    return keys
