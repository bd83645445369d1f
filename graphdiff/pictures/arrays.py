"""The picture of what flows between arrays: the operations that most of it passes, and the others in boxes.

What passes an edge is a number of its own, and no product along a path. So nothing is made up past what is not drawn:
edges between boxes are sums of edges, and over every cut between the ends they still add up to the total.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from math import fsum
from typing import Any

import networkx as nx

from graphdiff.pictures.picture import (
    LOOSE,
    MAX_NAME,
    DrawnEdge,
    DrawnNode,
    Picture,
    cycles_lines,
    quotient_facts,
    share_text,
)
from graphdiff.pictures.quotient import SEEDS
from graphdiff.pictures.scale import Signed, largest_of
from graphdiff.pictures.view import View
from graphdiff.text.numbers import short, shorten, shown
from graphdiff.text.sentences import how_many

__all__ = ["flow_pictures"]

#: Where an edge has so many times the total, that is what is left of much, and shares of it say little.
LARGEST_SHARE = 100
#: Of one group its facts, of several put together these.
OF_BOXES = ("members", "size", "inner_edges", "contribution", "share", *sorted(SEEDS))


def flow_pictures(graph: nx.DiGraph, view: View) -> Iterator[Picture]:
    """Yield pictures of what flows between arrays, each with fewer boxes than the one before.

    What nothing passes is left out. Where more is left than fits, operations in a chain are one box, and what lies
    between the same of those that most passes is another.

    Parameters
    ----------
    graph : networkx.DiGraph or networkx.MultiDiGraph
        From `Operations.flow`, or groups of it from `graphdiff.group`.
    view : View

    Examples
    --------
    >>> from graphdiff.pictures.view import view_of
    >>> facts = {"weight_meaning": "contribution", "total": 10.0, "answer": "gradient of y along x: 10"}
    >>> G = nx.MultiDiGraph(quotient=True, grouped_by="operation", **facts)
    >>> for _ in "xx":
    ...     _ = G.add_edge("x", "y", contribution=5.0, share=0.5)
    >>> [edge.label for edge in next(flow_pictures(G, view_of())).edges]
    ['50 %', '50 %']
    """
    carrying = _carrying(graph)
    n_boxes, n_edges = view.max_nodes, view.max_edges
    while n_boxes > 1:
        drawn = _fitting(carrying, n_boxes)
        yield _picture(graph, carrying, drawn, n_edges)
        n_boxes, n_edges = (min(n - 1, n * 5 // 6) for n in (min(n_boxes, len(drawn)), n_edges))


def _carrying(graph: nx.DiGraph) -> nx.MultiDiGraph:
    """Return the edges by which something passes with their ends; the ends of the question where there are none.

    Where nothing is left in the end also those by which 0 passes on the way there.
    """
    inside = set() if graph.graph.get("total") else _between(graph)
    edges = [edge for edge in graph.edges(data=True) if edge[2]["contribution"] or inside.issuperset(edge[:2])]
    touched = {end for edge in edges for end in edge[:2]} or {node for node in graph if _is_end(graph.nodes[node])}
    carrying = nx.MultiDiGraph(**graph.graph)
    carrying.add_nodes_from((node, data) for node, data in graph.nodes(data=True) if node in touched)
    carrying.add_edges_from(edges)
    return carrying


def _between(graph: nx.DiGraph) -> set[Hashable]:
    """Return all nodes on a way from an end of the question to another."""
    sides = [[node for node, data in graph.nodes(data=True) if name in data] for name in ("source_seed", "target_seed")]
    ahead, behind = (
        set(chain.from_iterable(nx.bfs_tree(around, end) for end in ends))
        for around, ends in zip((graph, graph.reverse(copy=False)), sides, strict=True)
    )
    return ahead & behind


def _is_end(data: Mapping[str, Any]) -> bool:
    return not SEEDS.isdisjoint(data)


# -- fewer boxes


@dataclass(frozen=True)
class _Box:
    """Nodes that are drawn as one."""

    name: str
    nodes: Sequence[Hashable]
    is_chain: bool = False


def _fitting(carrying: nx.MultiDiGraph, n_boxes: int) -> nx.MultiDiGraph:
    """Return so many boxes at most: those that most passes by themselves, the ends first."""
    if len(carrying) <= n_boxes:
        return carrying
    chained = _together(carrying, _chains(carrying))
    sizes = {node: float(f"{_passing(chained, node):.6g}") for node in chained}  # not ranked by rounding
    ranked = sorted(chained, key=lambda node: -sizes[node])
    ends = [node for node in ranked if _is_end(chained.nodes[node])][: max(2, n_boxes // 2)]
    ranked = [*ends, *(node for node in ranked if node not in ends)]
    drawn, n_kept = chained, n_boxes
    while len(drawn) > n_boxes and n_kept >= 0:
        drawn = _together(chained, _others(chained, {*ranked[:n_kept]}))
        n_kept -= 1
    return drawn


def _passing(graph: nx.MultiDiGraph, node: Hashable) -> float:
    """Return how much enters a node or leaves it, whichever is more, without regard to signs."""
    sides = (graph.in_edges(node, data="contribution"), graph.out_edges(node, data="contribution"))
    return max(fsum(abs(edge[2]) for edge in side) for side in sides)


def _chains(graph: nx.MultiDiGraph) -> list[_Box]:
    """Return the operations with one way in and one out that follow one another."""

    def is_link(node: Hashable) -> bool:
        return graph.in_degree(node) == 1 == graph.out_degree(node) and not _is_end(graph.nodes[node])

    links = graph.subgraph([node for node in graph if is_link(node)])
    starts = [node for node in graph if node in links and not links.in_degree(node)]
    chains = [[start, *(head for _, head in nx.dfs_edges(links, start))] for start in starts]
    return [_Box(f"{nodes[0]} … {nodes[-1]}", nodes, is_chain=True) for nodes in chains if len(nodes) > 1]


def _others(graph: nx.MultiDiGraph, kept: set[Hashable]) -> list[_Box]:
    """Return boxes of the nodes that are not kept: those between the same ones, the last before and the first behind.

    Where a graph has no cycle its boxes have none: along an edge neither the last before nor the first behind goes
    back, and past a node that is kept both go on.
    """
    if not nx.is_directed_acyclic_graph(graph):
        return [_Box(_box_name(graph, "others", None), [node for node in graph if node not in kept])]
    order = list(nx.topological_sort(graph))
    place = {node: number for number, node in enumerate(order)}
    before, behind = dict.fromkeys(order, -1), dict.fromkeys(order, len(order))
    for node in order:
        before[node] = max([place[u] if u in kept else before[u] for u in graph.predecessors(node)], default=-1)
    for node in reversed(order):
        nexts = [place[v] if v in kept else behind[v] for v in graph.successors(node)]
        behind[node] = min(nexts, default=len(order))
    boxes: dict[tuple[int, int], list[Hashable]] = {}
    for node in graph:
        if node not in kept:
            boxes.setdefault((before[node], behind[node]), []).append(node)
    called = [*order, None]  # which both -1 and what is behind all stand for
    rows = [(called[first], called[last], nodes) for (first, last), nodes in boxes.items()]
    return [_Box(_box_name(graph, first, last), nodes) for first, last, nodes in rows if len(nodes) > 1]


def _box_name(graph: nx.MultiDiGraph, first: Hashable, last: Hashable) -> str:
    name = " ".join(f"{word} {node}" for word, node in (("after", first), ("before", last)) if node is not None)
    while name in graph:
        name += "…"
    return name


def _together(graph: nx.MultiDiGraph, boxes: Iterable[_Box]) -> nx.MultiDiGraph:
    """Return a graph in which the nodes of each box are one; parallel edges of a box are added up, all others stay."""
    box_of = {node: box for box in boxes for node in box.nodes}
    whole = nx.MultiDiGraph(**graph.graph)
    for node, data in graph.nodes(data=True):
        if (box := box_of.get(node)) is None:
            whole.add_nodes_from([(node, data)])
        elif box.name not in whole:
            whole.add_nodes_from([(box.name, _box_facts(graph, box))])
    for tail, head, data in graph.edges(data=True):
        pair = [box_of[end].name if end in box_of else end for end in (tail, head)]
        if pair[0] == pair[1] and tail != head:
            whole.nodes[pair[0]]["inner_edges"] += data.get("edges", 1)
        elif (tail in box_of or head in box_of) and whole.has_edge(*pair):
            row = whole.edges[(*pair, 0)]
            row.update((name, row[name] + data[name]) for name in _summed(data))
            row.pop("operand", None)
        else:
            whole.add_edges_from([(*pair, dict(data))])
    for box in boxes:
        entering = [row for *_, row in whole.in_edges(box.name, data=True)]
        whole.nodes[box.name].update((name, sum(row[name] for row in entering)) for name in _summed(*entering))
    return whole


def _summed(*rows: Mapping[str, Any]) -> list[str]:
    names = ("edges", "contribution", "share")
    return [name for name in names if rows and all(row.get(name) is not None for row in rows)]


def _box_facts(graph: nx.MultiDiGraph, box: _Box) -> dict[str, Any]:
    """Return what is known of nodes that are one: whose they are, how many, and where they are."""
    rows = [graph.nodes[node] for node in box.nodes]
    members = [str(name) for node, row in zip(box.nodes, rows, strict=True) for name in row.get("members", (node,))]
    inner = sum(row.get("inner_edges", 0) for row in rows)
    facts = {"members": members, "size": len(members), "inner_edges": inner, "is_chain": box.is_chain}
    if n_ends := sum(map(_is_end, rows)):
        facts["n_ends"] = n_ends
        facts |= {"source_seed": sum(row.get("source_seed", 0) for row in rows)} if n_ends == len(rows) else {}
    modules = [str(row["module"]).split(".") for row in rows if "module" in row]
    if len(modules) == len(rows) and (common := _common(modules)):
        facts["module"] = ".".join(common)
    return facts


def _common(paths: Sequence[Sequence[str]]) -> list[str]:
    """Return the parts that all of some paths begin with."""
    common = []
    for parts in zip(*paths, strict=False):
        if len({*parts}) > 1:
            break
        common.append(parts[0])
    return common


# -- what is drawn of them


def _picture(graph: nx.DiGraph, carrying: nx.MultiDiGraph, drawn: nx.MultiDiGraph, max_edges: int) -> Picture:
    rows = sorted(drawn.edges(data=True), key=lambda edge: -abs(edge[2]["contribution"]))[:max_edges]
    touched = {end for edge in rows for end in edge[:2]}
    nodes = [node for node in drawn if node in touched or not rows]
    place = {node: number for number, node in enumerate(nodes)}
    attribute = "share" if _has_shares(carrying) else "contribution"
    scale = Signed(attribute, largest_of(attribute, [row for *_, row in rows]), 0, has_weights=False)
    edges = [_edge(place[tail], place[head], row, scale) for tail, head, row in rows]
    legend = [*_legend(graph, attribute, edges), *_extent(graph, carrying, drawn)]
    if (n_left := drawn.number_of_edges() - len(rows)) > 0:
        least = short(abs(rows[-1][2]["contribution"]))
        legend.append(f"not drawn: {how_many(n_left, 'edges')}, each with {least} at most")
    legend += cycles_lines(drawn)
    boxes = [_node(drawn, node) for node in nodes]
    return Picture(boxes, edges, legend, facts=quotient_facts(graph.graph), n_nodes=len(graph))


def _has_shares(graph: nx.MultiDiGraph) -> bool:
    """Tell whether all edges have shares, none of them many times the total."""
    shares = [share for *_, share in graph.edges(data="share")]
    return all(share is not None and abs(share) <= LARGEST_SHARE for share in shares)


def _edge(tail: int, head: int, row: Mapping[str, Any], scale: Signed) -> DrawnEdge:
    number = row[scale.attribute]
    label = share_text(number) if scale.attribute == "share" else short(number)
    return replace(scale.edge(tail, head, dict(row)), label=label)


def _node(graph: nx.MultiDiGraph, node: Hashable) -> DrawnNode:
    data = graph.nodes[node]
    facts = {name: value for name, value in data.items() if name not in ("is_chain", "n_ends")}
    shape, members = data.get("shape"), data.get("members", ())
    name = shorten(str(node), MAX_NAME)
    is_box = "is_chain" in data
    count = _count(len(members), data.get("n_ends", 0))
    if shape is not None:
        lines: tuple[str, ...] = name, "×".join(map(str, shape)) or "one number"
    elif is_box and not data["is_chain"]:
        lines = (shorten(data["module"], MAX_NAME), count) if "module" in data else (count,)
    else:
        lines = name, *([count] if members else [])
    if members:
        facts["members"] = list(map(str, members))
    is_source, is_target = (f"{end}_seed" in data for end in ("source", "target"))
    return DrawnNode(lines, "#ffffff", is_source, is_target, is_dashed=is_box, name=str(node), facts=facts)


def _count(n_members: int, n_ends: int) -> str:
    """Return how many nodes a box has: operations, unless ends are among them, which are none."""
    if n_members and n_members == n_ends:
        return how_many(n_members, "others") + " that move"
    return how_many(n_members, "nodes" if n_ends else "operations")


def _legend(graph: nx.DiGraph, attribute: str, edges: Sequence[DrawnEdge]) -> Iterator[str]:
    asked = graph.graph
    yield str(asked.get("answer", f"what flows between arrays: {shown(asked.get('total', 0))} in all"))
    if asked.get("grouped_by", "operation") != "operation":
        yield f"grouped by {asked['grouped_by']}; {LOOSE}"
    is_share = attribute == "share"
    yield f"edge: what passes it, {'as a share of that' if is_share else 'in the same unit'}"
    if any(edge.is_against for edge in edges):
        signs = ("with the total", "against it") if is_share else ("above 0", "below 0")
        yield f"blue, arrow: {signs[0]}; orange, bar: {signs[1]}"
    yield "bold ellipse: what moves; double border: what counts"


def _extent(graph: nx.DiGraph, carrying: nx.MultiDiGraph, drawn: nx.MultiDiGraph) -> Iterator[str]:
    """Yield how many of how many nodes are drawn, and what the boxes are."""
    is_grouped = graph.graph.get("grouped_by", "operation") != "operation"
    nodes = "groups" if is_grouped else "nodes"
    boxes = [data for _, data in drawn.nodes(data=True) if "is_chain" in data]
    n_alone, n_idle = len(drawn) - len(boxes), len(graph) - len(carrying)
    if not boxes and not n_idle:
        return
    idle = f"; {n_idle:,} carry nothing" if n_idle else ""
    yield f"drawn: {n_alone:,} of {how_many(len(graph), nodes)} by themselves{idle}"
    if any(box["is_chain"] for box in boxes):
        yield f"a box with two names: {nodes} in a chain, each the only way from one to the next"
    if not all(box["is_chain"] for box in boxes):
        yield f"a box with a number: {nodes} between the same others, edges added up"
