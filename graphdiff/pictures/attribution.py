"""The picture of an attribution graph: tokens below in the order of the prompt, logits above, layers as rows.

Of nodes that most of the answer passes many lead to many: the strongest edges are drawn, of each node those by which
most comes and goes first, and how much the others carry at most is said.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby, islice

import networkx as nx

from graphdiff.arithmetic import REAL
from graphdiff.graph.networks import edge_data
from graphdiff.pictures.answer import answer_pictures
from graphdiff.pictures.picture import (
    MAX_NAME,
    DrawnEdge,
    DrawnNode,
    Facts,
    Picture,
    Row,
    plain_picture,
    quotient_pictures,
    title,
)
from graphdiff.pictures.quotient import put_together
from graphdiff.pictures.scale import Signed, largest_of
from graphdiff.pictures.view import View
from graphdiff.text.numbers import short, shorten
from graphdiff.text.sentences import how_many

__all__ = ["attribution_pictures", "group_pictures", "layered"]

#: Where edges are many, one of less than this part of the largest has no label, and is thin.
FAINT = 0.12
#: So many edges all have labels.
FEW = 16
#: Edges of less than this part of the largest are drawn only where nothing more leads to a node, or away from it.
LEAST = 0.06
#: Before all layers, and behind them.
BELOW, ABOVE = -1, 10**9


def attribution_pictures(graph: nx.DiGraph, view: View) -> Iterator[Picture]:
    """Yield pictures of an attribution graph from `graphdiff.annotate`, each with fewer nodes than the one before.

    Of one that is not annotated there is one, of all that it has.

    Examples
    --------
    >>> from graphdiff.pictures.annotate import annotate
    >>> from graphdiff.pictures.view import view_of
    >>> G = nx.DiGraph(edge_meaning="drives", node_title="title")
    >>> G.add_node("E_2_0", kind="token", position=0, title='token "a"@0')
    >>> G.add_node("27_3_0", kind="logit", layer=27, position=0, title='logit "b" (p=1)')
    >>> G.add_edge("E_2_0", "27_3_0", weight=-0.5)
    >>> picture = next(attribution_pictures(annotate(G, "E_2_0", "27_3_0"), view_of()))
    >>> [row.name for row in picture.rows], picture.nodes[0].lines, picture.edges[0].label
    (['tokens', 'logits'], ('"a"@0', '-0.5'), '-0.5')
    """
    if "annotation" not in graph.graph:
        yield _whole(plain_picture(graph))
        return
    few = max(1, view.max_nodes // 6)
    wide = replace(view, max_edges=view.max_nodes**2, max_ends=(max(1, view.max_nodes // 2), few), least_ends=few)
    for picture in answer_pictures(graph, wide):
        yield _inlayered(picture, graph, view.max_edges)


def group_pictures(graph: nx.DiGraph, view: View) -> Iterator[Picture]:
    """Yield pictures of groups of an attribution graph, from `graphdiff.group`, each with fewer than the one before.

    Examples
    --------
    >>> from graphdiff.pictures.view import view_of
    >>> G = nx.DiGraph(quotient=True, edge_meaning="drives")
    >>> G.add_node("a", kind="token", position=0)
    >>> G.add_node("say b", layer=3)
    >>> [row.name for row in next(group_pictures(G, view_of())).rows]
    ['tokens', 'layer 3']
    """
    attribute = "contribution" if graph.graph.get("total") is not None else "weight"
    for picture in quotient_pictures(graph, replace(view, max_edges=view.max_nodes**2), _fewer):
        scale = Signed(attribute, largest_of(attribute, [edge.facts for edge in picture.edges]), 0, has_weights=False)
        edges, left = _chosen(picture.edges, scale, view.max_edges)
        nodes = [_group(node, graph.graph.get("node_title")) for node in picture.nodes]
        legend = [line.replace("edge: share of the total", "edge: what it has of the total") for line in picture.legend]
        legend += ["blue, arrow: for; orange, bar: against", *_numbers(edges, attribute), *_lost(left, attribute)]
        yield replace(picture, nodes=nodes, edges=edges, legend=legend, rows=layered(nodes, edges))


def _chosen(edges: Sequence[DrawnEdge], scale: Signed, max_edges: int) -> tuple[list[DrawnEdge], list[Facts]]:
    """Return the strongest edges as they are drawn, and what is known of the others."""
    ranked = sorted(edges, key=lambda edge: -_size(edge, scale))
    strongest = _strongest(ranked, scale, max_edges)
    drawn = [_drawn(ranked[place], scale, are_few=len(strongest) <= FEW) for place in sorted(strongest)]
    return drawn, [edge.facts for place, edge in enumerate(ranked) if place not in strongest]


def _fewer(graph: nx.DiGraph, n_groups: int) -> nx.DiGraph:
    """Return groups of which the least of each kind are one: logits, tokens, and what stands between them."""
    kinds: dict[str, list[Hashable]] = {"logit": [], "token": [], "group": []}
    for node, kind in graph.nodes(data="kind"):
        kinds[kind if kind in kinds else "group"].append(node)
    n_ends = {"logit": max(1, n_groups // 6), "token": max(1, n_groups // 2)}
    n_between = n_groups - sum(min(n, len(kinds[kind])) for kind, n in n_ends.items())
    rest = {}
    for kind, n in {**n_ends, "group": max(1, n_between)}.items():
        least = sorted(kinds[kind], key=lambda node: _weakness(graph, node))[n:]
        if len(least) > 1:  # of one its own name says more
            rest[kind] = least
    drawn = put_together(graph, {_others(kind, len(nodes)): nodes for kind, nodes in rest.items()})
    for kind, nodes in rest.items():
        layers = [layer for node in nodes if isinstance(layer := graph.nodes[node].get("layer"), int)]
        facts = {"layer": min(layers, default=0)} if kind == "group" else {"kind": kind}
        drawn.nodes[_others(kind, len(nodes))].update(facts)
    return drawn


def _others(kind: str, n_nodes: int) -> str:
    return f"{n_nodes:,} other {kind}s"


def _weakness(graph: nx.DiGraph, node: Hashable) -> float:
    """Return how little a group counts: a logit by its probability, others by what passes their edges."""
    probability = graph.nodes[node].get("probability")
    if isinstance(probability, REAL):
        return -float(probability)
    name = "contribution" if graph.graph.get("total") is not None else "weight"
    edges = (*graph.in_edges(node, data=name), *graph.out_edges(node, data=name))
    return -sum(abs(float(number)) for *_, number in edges if isinstance(number, REAL))


def _group(node: DrawnNode, attribute: str | None) -> DrawnNode:
    """Return a group; a token or logit by itself by what it is called."""
    return replace(node, lines=(title(node.name, node.facts, attribute),)) if "kind" in node.facts else node


def _whole(picture: Picture) -> Picture:
    """Return a picture of a graph as it is, all its edges by their weights."""
    scale = Signed("weight", largest_of("weight", [edge.facts for edge in picture.edges]), 0, has_weights=False)
    edges = [_drawn(edge, scale, are_few=len(picture.edges) <= FEW) for edge in picture.edges]
    legend = ["edge: attribution; width: its size; blue, arrow: positive; orange, bar: negative"]
    return replace(picture, edges=edges, legend=legend, rows=layered(picture.nodes, edges))


def _inlayered(picture: Picture, graph: nx.DiGraph, max_edges: int) -> Picture:
    """Return a picture with its strongest edges, and its nodes in rows."""
    attribute = str(graph.graph["annotation"])
    scale = Signed(attribute, largest_of(attribute, [edge.facts for edge in picture.edges]), 0, has_weights=False)
    edges, left = _chosen(picture.edges, scale, max_edges)
    rows, lost = layered(picture.nodes, edges), _lost(left, attribute)
    legend = [*picture.legend[:-1], *_keys(graph, edges, attribute, rows), *lost, *picture.legend[-1:]]
    facts = {**picture.facts, "drawn": "; ".join(filter(None, [picture.facts.get("drawn"), *lost]))}
    return replace(picture, edges=edges, legend=legend, facts=facts if left else picture.facts, rows=rows)


def _size(edge: DrawnEdge, scale: Signed) -> float:
    """Return how strong an edge is, from 0 to 1; what is no real number has no size, and is as strong as any."""
    return abs(scale.strength(edge.facts)) if isinstance(edge.facts.get(scale.attribute), REAL) else 1.0


def _strongest(ranked: Sequence[DrawnEdge], scale: Signed, max_edges: int) -> set[int]:
    """Return the places of the edges to draw: the first into and out of each node, then the first of all."""
    heads, tails, chosen = set[int](), set[int](), set[int]()
    for place, edge in enumerate(ranked):
        if edge.head not in heads or edge.tail not in tails:
            chosen.add(place)
            heads.add(edge.head)
            tails.add(edge.tail)
    others = (n for n, edge in enumerate(ranked) if n not in chosen and _size(edge, scale) >= LEAST)
    return chosen.union(islice(others, max(0, max_edges - len(chosen))))


def _drawn(edge: DrawnEdge, scale: Signed, *, are_few: bool) -> DrawnEdge:
    """Return an edge as its number asks for; dashed where it stands for ways past others only."""
    drawn = replace(scale.edge(edge.tail, edge.head, dict(edge.facts)), is_dashed=edge.is_dashed, key=edge.key)
    return drawn if are_few or _size(edge, scale) >= FAINT else replace(drawn, label="", width=0.7)


def _keys(graph: nx.DiGraph, edges: Sequence[DrawnEdge], attribute: str, rows: Sequence[Row]) -> Iterator[str]:
    """Yield what numbers are shown, and what is dashed that no other line says."""
    yield from _numbers(edges, attribute)
    if "eliminated" not in graph.graph and any(data.get("eliminated") is True for data in edge_data(graph)):
        yield "dashed: ways past nodes that were taken out, for or against it as their sum is"
    if not all(row.rank for row in rows):
        yield "dashed frame: a supernode"


def _numbers(edges: Sequence[DrawnEdge], attribute: str) -> Iterator[str]:
    """Yield from which on numbers are shown, where not all are."""
    sizes = [abs(edge.facts[attribute]) for edge in edges if edge.label and isinstance(edge.facts.get(attribute), REAL)]
    if sizes and not all(edge.label for edge in edges):
        yield f"numbers from {short(min(sizes))} on"


def _lost(left: Sequence[Facts], attribute: str) -> list[str]:
    """Return how many edges are not drawn, and how much each of them carries at most; nothing where all are."""
    if not left:
        return []
    most = f", {short(largest_of(attribute, left))} at most in each"
    are_real = all(isinstance(row.get(attribute), REAL) and row[attribute] for row in left[:1])
    return [f"not drawn: {how_many(len(left), 'edges')}{most if are_real else ''}"]


def layered(nodes: Sequence[DrawnNode], edges: Sequence[DrawnEdge]) -> list[Row]:
    """Return the nodes row by row, each from the first position of the prompt on; none leads to one of its own row.

    Examples
    --------
    >>> kinds = {"27_3_0": {"kind": "logit"}, "E_2_0": {"kind": "token"}, "3_1_0": {"layer": 3}}
    >>> nodes = [DrawnNode((name,), name=name, facts=facts) for name, facts in kinds.items()]
    >>> [(row.name, row.nodes) for row in layered(nodes, [])]
    [('tokens', (1,)), ('layer 3', (2,)), ('logits', (0,))]
    """
    layers = [_layer(node) for node in nodes]
    depths = [0] * len(nodes)
    for edge in sorted(edges, key=lambda edge: edge.tail):  # nodes stand in an order of the graph
        if edge.tail < edge.head and layers[edge.tail] == layers[edge.head]:
            depths[edge.head] = max(depths[edge.head], depths[edge.tail] + 1)
    order = sorted(range(len(nodes)), key=lambda place: (layers[place], depths[place], _position(nodes[place]), place))
    rows = groupby(order, key=lambda place: (layers[place], depths[place]))
    ends = {(BELOW, 0): Row("tokens", (), "min"), (ABOVE, 0): Row("logits", (), "max")}
    groups: dict[str, list[int]] = {}
    for place in order:
        if isinstance(group := nodes[place].facts.get("supernode"), str):
            groups.setdefault(group, []).append(place)
    frames = [Row(shorten(name, MAX_NAME), tuple(places), "") for name, places in groups.items()]
    return [replace(ends.get(key, Row(f"layer {key[0]}", ())), nodes=tuple(places)) for key, places in rows] + frames


def _layer(node: DrawnNode) -> int:
    """Return the layer of a node; what stands for several ends is where these are."""
    kind, layer = node.facts.get("kind"), node.facts.get("layer")
    if kind == "token" or (kind is None and node.is_source):
        return BELOW
    if kind == "logit" or (kind is None and node.is_target):
        return ABOVE
    return layer if isinstance(layer, int) else BELOW + 1


def _position(node: DrawnNode) -> float:
    """Return where in the prompt a node is, of a logit how improbable; what stands for several is behind all."""
    place = node.facts.get("position")
    if node.facts.get("kind") == "logit":
        place = 1 - node.facts.get("probability", 0)
    return place if isinstance(place, (int, float)) else math.inf
