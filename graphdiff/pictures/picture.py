"""What a drawing shows, before any format: labels, widths and colours of nodes and edges, and a legend.

What is not drawn of an answer, as edges that carry its weight: the picture keeps the total of the whole.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import networkx as nx

from graphdiff import arithmetic
from graphdiff.arithmetic import REAL, Number
from graphdiff.graph.presets import unit
from graphdiff.paths.prune import bypasses
from graphdiff.sums.between import Between, forward_over, reverse_over, total_over
from graphdiff.sums.semirings import SEMIRINGS
from graphdiff.text.names import Edge, end_text
from graphdiff.text.numbers import MAX_NUMBER, percent, short, shorten, shown
from graphdiff.text.records import keys_of, names_of

__all__ = ["Bypass", "others_of", "rest_of"]


#: Names longer than this are cut.
MAX_NAME = 60

#: Formulas longer than this are left out.
MAX_FORMULA = 30

#: The colour of an edge of which nothing is known.
DARK = "#555555"


#: What is known of a node, an edge or a graph, by name.
Facts: TypeAlias = Mapping[Any, Any]


@dataclass(frozen=True, slots=True)
class DrawnNode:
    """A node: its lines of text, its fill, whether it is an end of the question; its name, and what is known of it."""

    lines: tuple[str, ...]
    fill: str = "#ffffff"
    is_source: bool = False
    is_target: bool = False
    name: str = field(default="", repr=False)
    facts: Facts = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class DrawnEdge:
    """An edge between two places in the list of nodes; dashed where nothing flows, or where it stands for others."""

    tail: int
    head: int
    label: str
    width: float = 1.0
    color: str = DARK
    is_dashed: bool = False
    key: str | int | None = field(default=None, repr=False)
    facts: Facts = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True)
class Picture:
    """All that a drawing shows.

    Attributes
    ----------
    nodes : list of DrawnNode
    edges : list of DrawnEdge
    legend : list of str
        One line each: what was asked, what came out, what the marks mean.
    facts : mapping
        What is known of the whole, by name.
    """

    nodes: list[DrawnNode]
    edges: list[DrawnEdge]
    legend: list[str] = field(default_factory=list)
    facts: Facts = field(default_factory=dict)


def plain_picture(graph: nx.DiGraph) -> Picture:
    """Return the picture of a graph as it is: its nodes and edges, and the edges' weights.

    Examples
    --------
    >>> G = nx.DiGraph()
    >>> G.add_edge("a", "b", weight=0.5)
    >>> plain_picture(G).edges
    [DrawnEdge(tail=0, head=1, label='0.5', width=1.0, color='#555555', is_dashed=False)]
    """
    place = {node: number for number, node in enumerate(graph)}
    keys = keys_of(graph)
    edges = [
        DrawnEdge(
            place[edge[0]],
            place[edge[1]],
            "" if data.get("weight") is None else short(data["weight"]),
            key=keys.get(edge),
            facts=data,
        )
        for edge, data in graph.edges.items()
    ]
    names = zip(names_of(graph).values(), graph.nodes.values(), strict=True)
    nodes = [DrawnNode((title(name, data),), name=name, facts=data) for name, data in names]
    return Picture(nodes, edges, facts=graph.graph)


def title(name: str, data: Mapping[str, Any]) -> str:
    """Return a node's name; of one that is called by its operation also its formula, where that is short.

    Examples
    --------
    >>> title("mul#1", {"op": "mul", "label": "x * y"}), title("c", {"op": "add", "label": "a + b"})
    ('mul#1 = x * y', 'c')
    """
    formula = str(data.get("label", ""))
    if name.startswith(f"{data.get('op')}#") and len(formula) <= MAX_FORMULA:
        return f"{name} = {formula}"
    return shorten(name, MAX_NAME)


def quotient_picture(graph: nx.DiGraph, max_edges: int) -> Picture:
    """Return the picture of a graph from `graphdiff.group`: how many members a group has, what the edges add up to.

    Of more than `max_edges` edges the heaviest are drawn; groups that none of them touches are left out then, and
    where the edges are shares of a total.

    Examples
    --------
    >>> G = nx.DiGraph(quotient=True, grouped_by="layer")
    >>> G.add_node("web", size=2)
    >>> quotient_picture(G, 60).nodes[0].lines
    ('web', '2 members')
    """
    asked = graph.graph
    attribute = "share" if asked.get("total") else "weight"
    sizes = {(u, v): _size(data[attribute]) for u, v, data in graph.edges(data=True)}
    heaviest = _heaviest(sizes, attribute)
    drawn = set(heaviest[:max_edges])
    is_whole = attribute == "weight" and len(drawn) == len(sizes)
    nodes = list(graph) if is_whole else _touched(graph, drawn)
    names = names_of(graph)
    place = {node: number for number, node in enumerate(nodes)}
    largest = max(sizes.values(), default=0.0) or 1.0
    edges = [
        _quotient_edge(place[u], place[v], data, sizes[u, v] / largest, attribute)
        for u, v, data in graph.edges(data=True)
        if (u, v) in drawn
    ]
    legend = _quotient_legend(asked, attribute)
    if len(drawn) < len(heaviest):
        legend.append(f"drawn: the {len(drawn):,} heaviest of {len(heaviest):,} edges")
    drawn_nodes = [_quotient_node(graph, names[node], node) for node in nodes]
    return Picture(drawn_nodes, edges, legend, facts=_quotient_facts(asked))


def _heaviest(sizes: dict[Edge, float], attribute: str) -> list[Edge]:
    """Return the edges from the heaviest on; without those of a share of 0."""
    kept = [edge for edge, size in sizes.items() if size or attribute == "weight"]
    return sorted(kept, key=lambda edge: -sizes[edge])


def _touched(graph: nx.DiGraph, edges: set[Edge]) -> list[Hashable]:
    """Return the ends of some edges, in the order of the graph."""
    ends = {node for edge in edges for node in edge}
    return [node for node in graph if node in ends]


def _quotient_facts(asked: dict[str, Any]) -> Facts:
    """Return what a quotient says of itself, its ends by their names."""
    return asked | {end: end_text(asked[end]) for end in ("source", "target") if end in asked}


def _size(number: Number) -> float:
    return abs(float(number)) if isinstance(number, REAL) else 1.0


def _quotient_node(graph: nx.DiGraph, name: str, node: object) -> DrawnNode:
    data = graph.nodes[node]
    size = data.get("size", 1)
    members = data.get("members", ())
    is_source, is_target = (f"{end}_seed" in data for end in ("source", "target"))
    lines = shorten(name, MAX_NAME), f"{size:,} member{'s' * (size != 1)}"
    facts = {**data, **({"members": list(map(str, members))} if members else {})}
    return DrawnNode(lines, "#ffffff", is_source, is_target, name=name, facts=facts)


def _quotient_edge(tail: int, head: int, data: dict[str, Any], strength: float, attribute: str) -> DrawnEdge:
    number = data[attribute]
    label = share_text(number) if attribute == "share" else short(number)
    return DrawnEdge(tail, head, label, 1 + 4 * strength, facts=data)


def _quotient_legend(asked: dict[str, Any], attribute: str) -> list[str]:
    ends = " to ".join(end_text(asked.get(end, f"all {end}s")) for end in ("source", "target"))
    legend = [f"grouped by {asked.get('grouped_by', 'a function')}: for looking at, no totals are computed on it"]
    if attribute == "share":
        legend.append(f"edge: share of the total {shown(asked['total'])}, {ends}")
    else:
        legend.append(f"edge: sum of the weights ({asked.get('weight_meaning', 'unknown')}), direct only")
    if asked.keys() & {"source", "target"}:
        legend.append("bold ellipse: group of the source; double border: group of the target")
    made = [shorten(", ".join(map(str, groups)), 2 * MAX_NAME) for groups in asked.get("cyclic", ())]
    return [*legend, *([f"cyclic only by the grouping: {'; '.join(made)}"] if made else [])]


def share_text(share: Number) -> str:
    """Return a share as a percentage; of a symbol the share itself.

    Examples
    --------
    >>> from fractions import Fraction
    >>> share_text(0.70796), share_text(Fraction(2, 5)), share_text(-0.00012), share_text(-0.0)
    ('70.8 %', '40 %', '-0.012 %', '0 %')
    """
    return percent(float(share) + 0.0, ".3g") if isinstance(share, REAL) else shorten(str(share), MAX_NUMBER)


@dataclass(frozen=True)
class Bypass:
    """Ways from one drawn node to another through nodes that are not drawn; of what is drawn, its share."""

    tail: int
    head: int
    n_paths: int
    share: float
    facts: dict[str, Any]


def rest_of(graph: nx.DiGraph, between: Between, drawn: Between, used: list[int], whole: Number) -> list[Bypass]:
    """Return what stands for the paths through nodes that are not drawn, the largest share first."""
    if between.loops or not isinstance(graph.graph.get("total"), REAL) or not whole:
        return []
    rests = bypasses(between, set(used), set(drawn.edges.tolist()))
    ahead, behind = (sweep(between, SEMIRINGS["count"]) for sweep in (forward_over, reverse_over))
    rest = [
        _bypass(graph, between, (tail, head), weight, (ways, ahead[tail] * ways * behind[head]), whole)
        for (tail, head), (weight, ways) in rests.items()
    ]
    return sorted(rest, key=lambda bypass: -abs(bypass.share))


def _bypass(
    graph: nx.DiGraph, between: Between, ends: tuple[int, int], weight: Number, counts: tuple[int, int], whole: Number
) -> Bypass:
    """Return an edge for ways from one drawn node to another: so many ways, on so many paths; as known as any edge."""
    label = between.graph.topology.label
    tail, head = (graph.nodes[label(int(between.positions[end]))] for end in ends)
    weight = arithmetic.finished(weight)
    contribution, total = tail["tangent"] * weight * head["adjoint"], graph.graph["total"]
    facts = {
        "weight": weight,
        "tangent": tail["tangent"] * weight,
        "adjoint": weight * head["adjoint"],
        "contribution": contribution,
        "share": contribution / total if total else None,
        "paths": counts[1],
        "eliminated": True,
    }
    return Bypass(*ends, counts[0], float(contribution / whole), facts)


def others_of(graph: nx.DiGraph, between: Between, drawn: Between, dashed: list[Bypass], whole: Number) -> Bypass:
    """Return what the total of the drawn and dashed edges lacks: of one source and one target as an edge."""
    weights = [(way.tail, way.head, way.facts["weight"]) for way in dashed]
    counted = replace(_unseeded(drawn), graph=drawn.graph.with_preset(unit))
    n_paths = between.n_paths - _sum_with(counted, [(way.tail, way.head, way.n_paths) for way in dashed])
    ends = between.sources[0], between.targets[0]
    if len(between.sources) > 1 or len(between.targets) > 1:
        lacking = graph.graph["total"] - _sum_with(drawn, weights)
        return Bypass(*ends, n_paths, float(lacking / whole), {})
    total = graph.graph["total"]
    if between.given_seeds:
        total = arithmetic.finished(total_over(_unseeded(between), SEMIRINGS["sum-product"]) or 0)
    weight = total - _sum_with(_unseeded(drawn), weights)
    return _bypass(graph, between, ends, weight, (n_paths, n_paths), whole)


def _unseeded(between: Between) -> Between:
    """Return the same with one unit at each end."""
    return replace(between, entering=None, leaving=None)


def _sum_with(drawn: Between, dashed: list[tuple[int, int, Number]]) -> Number:
    """Return the sum over all paths of drawn and dashed edges."""
    steps = [[(head, weight) for head, _, weight in row] for row in drawn.rows]
    for tail, head, weight in dashed:
        steps[tail].append((head, weight))
    values: list[Number] = [0] * drawn.n_nodes
    for node, seed in drawn.numbered_starts:
        values[node] += seed
    for node, row in enumerate(steps):
        for head, weight in row:
            values[head] += values[node] * weight
    return arithmetic.finished(sum(values[node] * seed for node, seed in drawn.numbered_stops))
