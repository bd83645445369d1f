"""The picture of a difference: added green, removed red and dashed, changed blue, as wide as what they did.

Every mark is said twice, by colour and by line, sign or word, so that no kind of colour vision is needed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import chain
from typing import Any

import networkx as nx

from graphdiff.arithmetic import REAL
from graphdiff.pictures.picture import MAX_NAME, DrawnEdge, DrawnNode, Picture
from graphdiff.pictures.view import View
from graphdiff.text.names import end_text, node_text, texts
from graphdiff.text.numbers import short, shorten
from graphdiff.text.records import distinct

# M. Okabe, K. Ito, "Color Universal Design" (2008): bluish green, vermilion and blue differ to everyone.
GREEN, RED, BLUE, GREY = "#009e73", "#d55e00", "#0072b2", "#bbbbbb"
COLORS = {"added": GREEN, "removed": RED, "changed": BLUE, "kept": GREY}
FILLS = {"added": "#d5f0e6", "removed": "#fbe3d3", "kept": "#ffffff"}
NODE_MARKS = {"added": ("+ new",), "removed": ("− gone",), "kept": ()}


def overlay_pictures(graph: nx.MultiDiGraph, view: View) -> Iterator[Picture]:
    """Yield pictures of a graph from `overlay`, each with fewer edges than the one before.

    Parameters
    ----------
    graph : networkx.MultiDiGraph
    view : View
        Of more nodes or edges those that did most are drawn, with a way from the source and on to the target, as many
        as fit.

    Examples
    --------
    >>> from graphdiff.pictures.view import view_of
    >>> G = nx.MultiDiGraph(annotation="comparison")
    >>> G.add_nodes_from("ab", status="kept")
    >>> _ = G.add_edge("a", "b", key="", status="removed", weight_before=2)
    >>> next(overlay_pictures(G, view_of())).edges[0].label
    '− 2'
    """
    n_nodes, n_edges = view.max_nodes, view.max_edges
    while n_edges:
        edges = _chosen(graph, n_nodes, n_edges)
        yield _overlay_picture(graph, edges, n_nodes)
        n_edges, n_nodes = min(n_edges, len(edges)) * 5 // 6, max(2, n_nodes * 5 // 6)


def _overlay_picture(graph: nx.MultiDiGraph, edges: list[Any], max_nodes: int) -> Picture:
    ends = {name: ends_in(graph, name) for name in ("source", "target") if name in graph.graph}
    used = {*chain(*ends.values()), *(node for edge in edges for node in edge[:2])}
    left = graph.number_of_edges() - len(edges)
    lone = [] if left else [node for node in nx.isolates(graph) if node not in used]
    used.update(lone[: max(0, max_nodes - len(used))])
    shown_nodes = [node for node in graph if node in used]
    place = {node: number for number, node in enumerate(shown_nodes)}
    names = distinct(texts(node_text(node) for node in shown_nodes))
    largest = max((_size(graph.edges[edge]) for edge in edges), default=0.0)
    drawn = [_edge(place[edge[0]], place[edge[1]], edge[2], graph.edges[edge], largest) for edge in edges]
    drawn_nodes = [_node(graph, node, name, ends) for node, name in zip(shown_nodes, names, strict=True)]
    facts = graph.graph | {name: end_text([names[place[node]] for node in nodes]) for name, nodes in ends.items()}
    facts |= {"edges_not_drawn": left} if left else {}
    return Picture(drawn_nodes, drawn, _legend(graph, left), facts, n_nodes=len(graph))


def ends_in(graph: nx.MultiDiGraph, name: str) -> list[Any]:
    """Return the nodes of an end; none where there is no such end.

    Examples
    --------
    >>> ends_in(nx.MultiDiGraph(source="a"), "source"), ends_in(nx.MultiDiGraph(), "target")
    (['a'], [])
    """
    end = graph.graph.get(name)
    return [] if end is None else end if isinstance(end, list) else [end]


def _size(data: dict[str, Any]) -> float:
    change = data.get("change")
    return abs(float(change)) if isinstance(change, REAL) else 0.0


def _chosen(graph: nx.MultiDiGraph, max_nodes: int, max_edges: int) -> list[Any]:
    """Return the edges to draw: all that fit, else those that did most and the shortest ways through them."""
    every = list(graph.edges(keys=True))
    if len(every) <= max_edges and len({node for edge in every for node in edge[:2]}) <= max_nodes:
        return every
    chosen: dict[Any, None] = {}
    ahead, back = _steps(graph, ends_in(graph, "source")), _steps(graph.reverse(copy=False), ends_in(graph, "target"))
    differing = [edge for edge in every if graph.edges[edge]["status"] != "kept"]
    for edge in sorted(differing, key=lambda edge: -_size(graph.edges[edge])):
        behind = [(tail, head, key) for head, tail, key in _way(back, edge[1])]
        grown = chosen | dict.fromkeys([*_way(ahead, edge[0]), edge, *behind])
        if chosen and (len(grown) > max_edges or len({node for edge in grown for node in edge[:2]}) > max_nodes):
            break
        chosen = grown
    return [edge for edge in every if edge in chosen]


def _steps(graph: nx.MultiDiGraph, starts: list[Any]) -> dict[Any, Any]:
    """Return, of each node that some nodes reach, the last edge of a shortest way from one of them; None of these."""
    steps: dict[Any, Any] = dict.fromkeys(starts)
    queue = deque(steps)
    while queue:
        node = queue.popleft()
        for head, parallel in graph[node].items():
            if head not in steps:
                steps[head] = (node, head, min(parallel))
                queue.append(head)
    return steps


def _way(steps: dict[Any, Any], node: Any) -> Iterator[Any]:
    """Yield the edges of a shortest way to a node, if there is one, the last first."""
    while (edge := steps.get(node)) is not None:
        yield edge
        node = edge[0]


def _node(graph: nx.MultiDiGraph, node: Any, name: str, ends: dict[str, list[Any]]) -> DrawnNode:
    status = graph.nodes[node].get("status", "kept")
    return DrawnNode(
        lines=(shorten(name, MAX_NAME), *NODE_MARKS[status]),
        fill=FILLS[status],
        is_source=node in ends.get("source", ()),
        is_target=node in ends.get("target", ()),
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
