"""The picture of two attribution graphs: what moved the total, in the rows of a prompt's picture.

Blue raised the total, orange, which ends in a bar, lowered it. What only the graph before has is dashed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import networkx as nx

from graphdiff.arithmetic import REAL
from graphdiff.pictures.attribution import layered
from graphdiff.pictures.difference import NODE_MARKS, ends_in, overlay_pictures
from graphdiff.pictures.picture import DrawnEdge, DrawnNode, Picture, title
from graphdiff.pictures.scale import Signed, largest_of
from graphdiff.pictures.view import View
from graphdiff.text.names import end_text, node_text, texts
from graphdiff.text.numbers import short
from graphdiff.text.records import distinct
from graphdiff.text.sentences import how_many

#: What an edge is, where its ends do not say it.
MARKS = {"added": " new", "removed": " gone"}


@dataclass(frozen=True)
class _Row:
    """A row of the account: an edge, or of a leaf what it counts; the nodes it is between, and what it did."""

    edge: tuple[Any, Any, str] | None
    nodes: tuple[Any, ...]
    facts: Mapping[str, Any]

    @property
    def size(self) -> Any:
        """How much it did; of symbols and complex numbers, which have no order, 1."""
        change = self.facts["change"]
        return abs(change) if isinstance(change, REAL) else 1


def prompt_pictures(graph: nx.MultiDiGraph, view: View) -> Iterator[Picture]:
    """Yield pictures of two attribution graphs as one, from a comparison, each with fewer edges than the one before.

    Parameters
    ----------
    graph : networkx.MultiDiGraph
    view : View
        Of more nodes or edges those that did most are drawn.

    Examples
    --------
    >>> from graphdiff.pictures.view import view_of
    >>> G = nx.MultiDiGraph(annotation="comparison", edge_meaning="drives", total=2)
    >>> G.add_node("t", kind="token", status="kept")
    >>> G.add_node("l", kind="logit", status="added", seed_change=1)
    >>> _ = G.add_edge("t", "l", key="", status="added", weight_after=2, change=-3)
    >>> picture = next(prompt_pictures(G, view_of()))
    >>> [node.lines for node in picture.nodes], picture.edges[0].label
    ([('t',), ('l', '+ new', 'probability: +1')], '-3')
    """
    if "total" not in graph.graph:  # nothing moved one: what differs
        for picture in overlay_pictures(graph, view):
            yield replace(picture, rows=layered(picture.nodes, picture.edges))
        return
    rows = _account(graph)
    n_nodes, n_rows = view.max_nodes, view.max_edges
    while n_rows:
        drawn = _chosen(rows, n_nodes, n_rows)
        kept = set(map(id, drawn))
        yield _picture(graph, drawn, [row for row in rows if id(row) not in kept])
        n_rows, n_nodes = min(n_rows, len(drawn)) * 5 // 6, max(2, n_nodes * 5 // 6)


def _account(graph: nx.MultiDiGraph) -> list[_Row]:
    """Return what did something to the total, largest first."""
    rows = [
        _Row(None, (node,), {"change": change})
        for node, change in graph.nodes(data="seed_change")
        if change is not None
    ]
    edges = graph.edges(keys=True, data=True)
    rows += [_Row((u, v, key), (u, v), data) for u, v, key, data in edges if data.get("change")]
    return sorted(rows, key=lambda row: -row.size)


def _chosen(rows: Sequence[_Row], max_nodes: int, max_rows: int) -> list[_Row]:
    """Return the first rows that are between so many nodes; of those behind them what is between the same."""
    nodes: set[Any] = set()
    chosen = []
    for row in rows:
        if len(nodes.union(row.nodes)) <= max_nodes:
            nodes.update(row.nodes)
            chosen.append(row)
        if len(chosen) == max_rows:
            break
    return chosen


def _picture(graph: nx.MultiDiGraph, drawn: Sequence[_Row], left: Sequence[_Row]) -> Picture:
    ends = {name: ends_in(graph, name) for name in ("source", "target") if name in graph.graph}
    used = {node for row in drawn for node in row.nodes}
    shown_nodes = [node for node in graph if node in used]
    place = {node: number for number, node in enumerate(shown_nodes)}
    names = distinct(texts(node if isinstance(node, str) else node_text(node) for node in shown_nodes))
    nodes = [_node(graph, node, name, ends) for node, name in zip(shown_nodes, names, strict=True)]
    scale = Signed("change", largest_of("change", [row.facts for row in drawn]), 0, has_weights=False)
    edges = [_edge(row, graph, place, scale) for row in drawn if row.edge is not None]
    facts = graph.graph | {name: end_text(members) for name, members in ends.items()}
    facts |= {"edges_not_drawn": len(left)} if left else {}
    return Picture(nodes, edges, _legend(graph, drawn, left), facts, rows=layered(nodes, edges))


def _node(graph: nx.MultiDiGraph, node: Any, name: str, ends: Mapping[str, Sequence[Any]]) -> DrawnNode:
    data = graph.nodes[node]
    status = data.get("status", "kept")
    counts = [f"probability: {_signed(data['seed_change'])}"] if "seed_change" in data else []
    return DrawnNode(
        lines=(title(name, data, graph.graph.get("node_title")), *NODE_MARKS[status], *counts),
        is_source=node in ends.get("source", ()),
        is_target=node in ends.get("target", ()),
        is_dashed=status == "removed",
        name=name,
        facts=data,
    )


def _edge(row: _Row, graph: nx.MultiDiGraph, place: Mapping[Any, int], scale: Signed) -> DrawnEdge:
    tail, head = row.nodes
    data, is_between_kept = dict(row.facts), all(graph.nodes[node].get("status") == "kept" for node in row.nodes)
    edge = scale.edge(place[tail], place[head], data)
    mark = MARKS.get(data["status"], "") if is_between_kept else ""
    key = row.edge[2] if row.edge else ""
    return replace(edge, label=edge.label + mark, is_dashed=data["status"] == "removed", key=key or None)


def _signed(number: Any) -> str:
    return f"+{short(number)}" if isinstance(number, REAL) and number > 0 else short(number)


def _legend(graph: nx.MultiDiGraph, drawn: Sequence[_Row], left: Sequence[_Row]) -> list[str]:
    keys = str(graph.graph.get("headline", "")).splitlines()
    if left:
        counts = f"{len(drawn):,} of {how_many(len(drawn) + len(left), 'changes')}"
        keys.append(f"drawn: {counts}; none of the others did over {short(left[0].facts['change']).removeprefix('-')}")
    return [
        *keys,
        "number: what the edge did to the total; width: how much; blue, arrow: raised it; orange, bar: lowered it",
        "dashed: gone; probability: what the change of a logit's probability did",
        "bold ellipse: source; double border: target",
    ]
