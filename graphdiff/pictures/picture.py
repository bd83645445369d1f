"""What a drawing shows, before any format: labels, widths and colours of nodes and edges, and a legend."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import networkx as nx

from graphdiff.arithmetic import REAL, Number
from graphdiff.pictures.quotient import made_cyclic, merged
from graphdiff.pictures.view import Direction, View
from graphdiff.text.names import Edge, Titled, end_text
from graphdiff.text.numbers import MAX_NUMBER, percent, short, shorten, shown, size_text
from graphdiff.text.records import keys_of, names_of
from graphdiff.text.sentences import how_many, words_for

#: Names longer than this are cut.
MAX_NAME = 60

#: Labels of features longer than this are cut.
MAX_CLERP = 36

#: Formulas longer than this are left out.
MAX_FORMULA = 30

#: The size of a node's text where nothing else is said, in points.
FONT_SIZE = 12.0

#: The colour of an edge of which nothing is known.
DARK = "#555555"


#: What is true of groups in general.
LOOSE = "what enters a box need not lead to what leaves it, so no totals are computed on boxes"

#: What is known of a node, an edge or a graph, by name.
Facts: TypeAlias = Mapping[Any, Any]


@dataclass(frozen=True, slots=True)
class DrawnNode:
    """A node: its lines of text, its fill, whether it is an end of the question; its name, and what is known of it.

    `font_size` is that of its text, in points, which makes it as large as that; dashed is what stands for others.
    """

    lines: tuple[str, ...]
    fill: str = "#ffffff"
    is_source: bool = False
    is_target: bool = False
    font_size: float = FONT_SIZE
    is_dashed: bool = False
    name: str = field(default="", repr=False)
    facts: Facts = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class DrawnEdge:
    """An edge between two places in the list of nodes; dashed where nothing flows, or where it stands for others.

    Its head is a bar where it is against what it leads to: that is told without colour, too.
    """

    tail: int
    head: int
    label: str
    width: float = 1.0
    color: str = DARK
    is_dashed: bool = False
    is_against: bool = field(default=False, repr=False)
    key: str | int | None = field(default=None, repr=False)
    facts: Facts = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Row:
    """Nodes that stand beside one another, by their places, and what the row is called.

    They stand in this order where they are the first or the last of all rows (`rank` is min or max). Where they are
    the members of a group they stand in several rows, within a frame (`rank` is empty).
    """

    name: str
    nodes: tuple[int, ...]
    rank: str = "same"


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
    extent : str
        How much of a profile is drawn.
    rows : list of Row
        From the bottom to the top, where layers are rows; such a picture grows upwards. Frames of groups behind them.
    n_nodes : int
        How many nodes there are to draw in all; 0 where all are drawn.
    """

    nodes: list[DrawnNode]
    edges: list[DrawnEdge]
    legend: list[str] = field(default_factory=list)
    facts: Facts = field(default_factory=dict)
    extent: str = ""
    rows: list[Row] = field(default_factory=list)
    n_nodes: int = 0

    def directions(self, view: View) -> Sequence[Direction]:
        """Return the directions to try, the best first."""
        return ("BT",) if self.rows and not view.direction else view.directions

    def to_networkx(self) -> nx.MultiDiGraph:
        """Return what is drawn as a graph, with all that is known of it; nodes are called by their names.

        Examples
        --------
        >>> list(plain_picture(nx.DiGraph([("a", "b")])).to_networkx().edges)
        [('a', 'b', 0)]
        """
        graph = nx.MultiDiGraph(**self.facts)
        graph.add_nodes_from((node.name, node.facts) for node in self.nodes)
        for edge in self.edges:
            tail, head = (self.nodes[end].name for end in (edge.tail, edge.head))
            key = None if graph.has_edge(tail, head, edge.key) else edge.key
            graph.edges[tail, head, graph.add_edge(tail, head, key)].update(edge.facts)  # which may have a "self"
        return graph


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
    called = graph.graph.get("node_title")
    nodes = [DrawnNode((title(name, data, called),), name=name, facts=data) for name, data in names]
    return Picture(nodes, edges, facts=graph.graph)


def title(name: str, data: Mapping[str, Any], attribute: str | None = None) -> str:
    r"""Return a node's name; of one that is called by its operation also its formula, where that is short.

    Of a token or a logit it is the text alone, as its place and its border say the rest, of a feature with a label
    that and its id.

    Parameters
    ----------
    name : str
    data : mapping
        What is known of the node.
    attribute : str, optional
        The one that says what reports call it.

    Examples
    --------
    >>> title("mul#1", {"op": "mul", "label": "x * y"}), title("c", {"op": "add", "label": "a + b"})
    ('mul#1 = x * y', 'c')
    >>> title("E_2_0", {"kind": "token", "title": 'token "<bos>"@0'}, "title")
    '"<bos>"@0'
    >>> title("20_15_8", {"kind": "feature", "clerp": "Texas", "title": 'feature 20_15_8 "Texas"'}, "title")
    'Texas\n20_15_8'
    """
    called = data.get(attribute or "")
    if isinstance(called, str):
        kind = data.get("kind")
        if kind == "feature" and data.get("clerp"):
            return f"{shorten(str(data['clerp']), MAX_CLERP)}\n{shorten(name, MAX_NAME)}"
        return shorten(called.removeprefix(f"{kind} ") if kind in ("token", "logit") else called, MAX_NAME)
    formula = str(data.get("label", ""))
    if name.startswith(f"{data.get('op')}#") and len(formula) <= MAX_FORMULA:
        return f"{name} = {formula}"
    return shorten(name, MAX_NAME)


def quotient_pictures(
    graph: nx.DiGraph, view: View, fewer: Callable[[nx.DiGraph, int], nx.DiGraph] | None = None
) -> Iterator[Picture]:
    """Yield pictures of a graph from `graphdiff.group`: members of a group, and what the edges add up to.

    Each has fewer groups than the one before. Of more than fit the smallest are drawn as one; of more edges than fit
    the heaviest are drawn; groups that none of them touches are left out then, and where edges are shares of a total.

    Parameters
    ----------
    graph : networkx.DiGraph
    view : View
    fewer : callable, optional
        Makes of a quotient one with so many groups, by default `merged`.

    Examples
    --------
    >>> from graphdiff.pictures.view import view_of
    >>> G = nx.DiGraph(quotient=True, grouped_by="layer")
    >>> G.add_node("web", size=2)
    >>> next(quotient_pictures(G, view_of())).nodes[0].lines
    ('web', '2 members')
    """
    n_groups, n_edges = view.max_nodes, view.max_edges
    while n_groups > 1:
        drawn = (fewer or merged)(graph, n_groups)
        yield _quotient_picture(drawn, n_edges, len(graph))
        n_groups, n_edges = (min(n - 1, n * 5 // 6) for n in (min(n_groups, len(drawn)), n_edges))


def _quotient_picture(graph: nx.DiGraph, max_edges: int, n_groups: int) -> Picture:
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
    # Shares are parts of a whole; of weights that are all the same none is large.
    least = min(sizes.values(), default=0.0) if attribute == "weight" else 0.0
    meaning = str(asked.get("weight_meaning"))
    edges = [
        _quotient_edge(
            place[u],
            place[v],
            data,
            (sizes[u, v] - least) / largest,
            _quotient_label(data[attribute], attribute, meaning),
        )
        for u, v, data in graph.edges(data=True)
        if (u, v) in drawn
    ]
    legend = _quotient_legend(graph, attribute)
    if len(drawn) < len(heaviest):
        part = sum(sizes[edge] for edge in drawn) / sum(sizes.values())
        legend.append(f"drawn: the {len(drawn):,} heaviest of {len(heaviest):,} edges, {share_text(part)} of their sum")
    drawn_nodes = [_quotient_node(graph, names[node], node) for node in nodes]
    return Picture(drawn_nodes, edges, legend, facts=quotient_facts(asked), n_nodes=n_groups)


def _heaviest(sizes: dict[Edge, float], attribute: str) -> list[Edge]:
    """Return the edges from the heaviest on; without those of a share of 0."""
    kept = [edge for edge, size in sizes.items() if size or attribute == "weight"]
    return sorted(kept, key=lambda edge: -sizes[edge])


def _touched(graph: nx.DiGraph, edges: set[Edge]) -> list[Hashable]:
    """Return the ends of some edges, in the order of the graph."""
    ends = {node for edge in edges for node in edge}
    return [node for node in graph if node in ends]


def quotient_facts(asked: dict[str, Any]) -> Facts:
    """Return what a quotient says of itself, its ends by their names.

    Examples
    --------
    >>> quotient_facts({"quotient": True, "source": ["x", "y"]})
    {'quotient': True, 'source': 'x and y'}
    """
    return asked | {end: end_text(asked[end]) for end in ("source", "target") if end in asked}


def _size(number: Number) -> float:
    return abs(float(number)) if isinstance(number, REAL) else 1.0


def _quotient_node(graph: nx.DiGraph, name: str, node: object) -> DrawnNode:
    data = graph.nodes[node]
    size = data.get("size", 1)
    members = data.get("members", ())
    is_source, is_target = (f"{end}_seed" in data for end in ("source", "target"))
    called = node.called if isinstance(node, Titled) else name
    lines = shorten(called, MAX_NAME), _how_large(size, data, _members_word(graph.graph))
    facts = {**data, **({"members": list(map(str, members))} if members else {})}
    return DrawnNode(lines, "#ffffff", is_source, is_target, name=name, facts=facts)


def _how_large(n_members: int, data: Mapping[str, Any], members: str) -> str:
    """Return how many members a group has, and how many bytes these, where they have sizes; of one its bytes."""
    n_kept = data.get("keeps", n_members)
    count = f"{n_members:,} of {how_many(n_kept, members)}" if n_kept > n_members else how_many(n_members, members)
    if "total_size" not in data:
        return count
    lack = f", {data['without_size']:,} without a size" if data.get("without_size") else ""
    size = size_text(data["total_size"]) + lack
    return size if n_kept == 1 else f"{count} · {size}"


def _members_word(asked: Mapping[str, Any]) -> str:
    """Return what the members of groups are called."""
    meanings = (str(asked.get(name, "unknown")) for name in ("edge_meaning", "member_meaning"))
    edge_meaning, node_meaning = meanings
    nodes = words_for(edge_meaning, node_meaning=node_meaning).nodes
    return "members" if nodes == "nodes" else nodes


def _quotient_edge(tail: int, head: int, data: dict[str, Any], strength: float, label: str) -> DrawnEdge:
    is_dashed = data.get("eliminated") is True
    return DrawnEdge(tail, head, label, 1 + 4 * strength, is_dashed=is_dashed, facts=data)


def _quotient_label(number: Number, attribute: str, meaning: str) -> str:
    """Return what stands at an edge; nothing where it stands for one edge that counts as 1."""
    if attribute == "share":
        return share_text(number)
    return "" if meaning == "unit" and number == 1 else short(number)


def _quotient_legend(graph: nx.DiGraph, attribute: str) -> list[str]:
    asked = graph.graph
    ends = " to ".join(end_text(asked.get(end, f"all {end}s")) for end in ("source", "target"))
    legend = [asked.get("boxes") or f"grouped by {asked.get('grouped_by', 'a function')}; {LOOSE}"]
    if attribute == "share":
        legend.append(f"edge: share of the total {shown(asked['total'])}, {ends}")
    elif asked.get("weight_meaning") == "unit":
        legend.append("number at an arrow: how many edges it stands for, where not one")
    else:
        legend.append(f"edge: sum of the weights ({asked.get('weight_meaning', 'unknown')}), direct only")
    if asked.keys() & {"source", "target"}:
        legend.append("bold ellipse: group of the source; double border: group of the target")
    return [*legend, *pruned_lines(asked), *cycles_lines(graph)]


def pruned_lines(asked: Facts) -> list[str]:
    r"""Return what a graph says of how `graphdiff.prune` made it, in words; nothing where it did not.

    Examples
    --------
    >>> print(*pruned_lines({"eliminated": 2, "pruned_to": "nodes that hold 80 % of the influence"}), sep="\n")
    pruned to nodes that hold 80 % of the influence
    dashed: ways past what was left out, added up, in 2 edges; what cancels within one counts on neither side
    """
    n_edges = asked.get("eliminated")
    past = f"dashed: ways past what was left out, added up, in {how_many(n_edges, 'edges')}" if n_edges else ""
    return [
        *([f"pruned to {asked['pruned_to']}"] if "pruned_to" in asked else []),
        *([f"{past}; what cancels within one counts on neither side"] if past else []),
    ]


def cycles_lines(graph: nx.DiGraph) -> Iterator[str]:
    """Yield which cycles between groups are cycles of the graph itself, and which the grouping made.

    Examples
    --------
    >>> list(cycles_lines(nx.DiGraph([("a", "b"), ("b", "a")], real_cycles=[])))
    ['cyclic only by the grouping: a, b']
    """
    names = names_of(graph)
    real = graph.graph.get("real_cycles")
    if not isinstance(real, list):  # of a graph that was read again: which they are is not known
        return
    if real:
        groups = "; ".join(shorten(", ".join(names[group] for group in inside), 2 * MAX_NAME) for inside in real)
        yield f"cyclic in the graph itself: {groups}"
    if made := made_cyclic(graph, real):
        groups = "; ".join(
            shorten(", ".join(" + ".join(names[group] for group in part) for part in parts), 2 * MAX_NAME)
            for parts in made
        )
        yield f"cyclic only by the grouping: {groups}"


def share_text(share: Number) -> str:
    """Return a share as a percentage; of a symbol the share itself.

    Examples
    --------
    >>> from fractions import Fraction
    >>> share_text(0.70796), share_text(Fraction(2, 5)), share_text(-0.00012), share_text(-0.0)
    ('70.8 %', '40 %', '-0.012 %', '0 %')
    """
    return percent(float(share) + 0.0, ".3g") if isinstance(share, REAL) else shorten(str(share), MAX_NUMBER)
