"""The picture of a profile: boxes as large as what functions cost by themselves, edges as wide as what calls cost.

It looks as those of pprof and gprof2dot do, and as there what is not drawn is dashed; but no cost is lost: of each box
self and what leaves it are its inclusive cost.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Any

import networkx as nx

from graphdiff.arithmetic import Number
from graphdiff.pictures.picture import DrawnEdge, DrawnNode, Picture
from graphdiff.pictures.scale import FAINT, GREY, ORANGE, PALE_ORANGE, WHITE, mixed
from graphdiff.pictures.spending import BEFORE, BEHIND, Box, Pair, Profile, Spending, Way, score
from graphdiff.pictures.view import View
from graphdiff.text.amounts import amount
from graphdiff.text.names import node_text
from graphdiff.text.numbers import percent, shorten
from graphdiff.text.sentences import how_many

__all__ = ["profile_pictures"]

#: Names are shortened to so many characters, those of members to fewer.
MAX_NAME, MAX_MEMBER = 44, 36
#: So many members are named.
MAX_MEMBERS = 8
#: The text of a box, in points: where nothing is its own, and of the one with most of its own.
SMALLEST, LARGEST = 10.0, 22.0
#: The next picture has so many of the boxes of one that does not fit; none has fewer than the least.
SMALLER, LEAST = 0.85, 3


def profile_pictures(graph: nx.DiGraph, view: View) -> Iterator[Picture]:
    """Yield pictures of a profile from `graphdiff.annotate`, each with fewer functions than the one before.

    Examples
    --------
    >>> from graphdiff.pictures.view import view_of
    >>> G = nx.DiGraph(unit="s", total=4.0, edge_meaning="calls", format="cProfile", annotation="profile")
    >>> G.add_nodes_from([("main", {"self": 1.0, "inclusive": 4.0}), ("work", {"self": 3.0, "inclusive": 3.0})])
    >>> G.add_edge("main", "work", cost=3.0, calls=5)
    >>> picture = next(profile_pictures(G, view_of()))
    >>> picture.nodes[1].lines, picture.edges[0].label
    (('work', 'self 3 s (75 %)'), '3 s · 5 calls')
    """
    profile = Profile.of(graph, graph.graph.get("source"), graph.graph.get("target"))
    order = _order(profile)
    n = min(view.max_nodes - 1, len(order)) if len(order) > view.max_nodes else len(order)
    drew = False
    while n >= LEAST or not drew:
        spending = profile.spending(order[:n])
        fits = sum(min(pair) >= 0 for pair in spending.ways) <= view.max_edges
        if fits or n <= LEAST:
            drew = True
            yield _picture(graph, profile, spending)
        n = min(n - 1, round(SMALLER * n))


def _order(profile: Profile) -> list[int]:
    """Return the boxes, those first that a picture says most with: ends, then where costs part, meet and stay."""
    ins: dict[int, list[Number]] = {}
    outs: dict[int, list[Number]] = {}
    for (tail, head), way in profile.calls.items():
        ins.setdefault(head, []).append(way.cost)
        outs.setdefault(tail, []).append(way.cost)
    scores = {
        place: score(own, profile.inclusive[place], ins.get(place, ()), outs.get(place, ()))
        for place, own in profile.own.items()
    }
    fixed = profile.ends()
    others = sorted(scores.keys() - set(fixed), key=lambda place: (-scores[place], place))
    return [*fixed, *(place for place in others if profile.inclusive[place])]


def _picture(graph: nx.DiGraph, profile: Profile, spending: Spending) -> Picture:
    look = Look(str(graph.graph["unit"]), profile.total, max((box.own for box in spending.boxes.values()), default=0))
    places = [*spending.boxes]
    nodes = [look.node(spending.boxes[place], profile, place) for place in places]
    for end, text in ((BEFORE, "callers"), (BEHIND, "functions")):
        if any(end in pair for pair in spending.ways):
            places.append(end)
            nodes.append(look.rest(spending, end, f"other {text}", graph))
    number = {place: n for n, place in enumerate(places)}
    edges = [look.edge(number[tail], number[head], way) for (tail, head), way in spending.ways.items()]
    drawn = drawn_text(graph, spending, profile.total)
    return Picture(nodes, edges, [_title(graph), drawn, *_keys(profile, spending)], graph.graph | {"drawn": drawn})


def drawn_text(graph: nx.DiGraph, spending: Spending, total: Number) -> str:
    """Return how much is drawn."""
    nodes = str(graph.graph.get("node_meaning", "functions"))
    text = f"{spending.n_functions:,} of {how_many(len(graph), nodes)}"
    if total:
        text += f", {percent(float(spending.own / total), '.0f')} of the total"
    if spending.n_dashed:
        stand = "stands" if spending.n_dashed == 1 else "stand"
        text += f"; {how_many(spending.n_dashed, 'dashed edges')} {stand} for the rest"
    return text


@dataclass(frozen=True)
class Look:
    """How boxes and edges look: `total` is full strength, `largest` the most that one costs by itself."""

    unit: str
    total: Number
    largest: Number

    def part(self, cost: Number) -> float:
        """Return which part of the total something is."""
        return min(1.0, float(cost / self.total)) if self.total else 0.0

    def text(self, cost: Number, *, is_estimate: bool = False) -> str:
        """Return a cost with its unit and its part of the total."""
        share = f" ({percent(self.part(cost), '.3g')})" if self.total else ""
        return f"{'≈ ' * is_estimate}{amount(cost, self.unit)}{share}"

    def node(self, box: Box, profile: Profile, place: int) -> DrawnNode:
        """Return a box with its numbers."""
        is_part = profile.is_asked
        name = shorten(box.members[0], MAX_NAME)
        rows = [name] if len(box.members) == 1 else self._members(box, profile)
        if box.own and not is_part:
            rows.append(f"self {self.text(box.own)}")
        if box.inclusive != box.own or not box.own or is_part:
            rows.append(f"inclusive {self.text(box.inclusive, is_estimate=is_part)}")
        if box.calls is not None:
            rows.append(how_many(int(box.calls), "calls"))
        ends = {end: place == profile.place.get(getattr(profile, end)) for end in ("source", "target")}
        facts: dict[str, Any] = {"self": box.own, "inclusive": box.inclusive}
        facts |= {"calls": box.calls} if box.calls is not None else {}
        facts |= {"members": list(box.members)} if len(box.members) > 1 else {}
        fill = mixed(WHITE, PALE_ORANGE, self.part(box.inclusive))
        label = box.members[0] if len(box.members) == 1 else node_text(frozenset(box.members))
        return DrawnNode(tuple(rows), fill, ends["source"], ends["target"], self.size(box.own), name=label, facts=facts)

    def size(self, own: Number) -> float:
        """Return the size of the text that makes the area of a box grow by what it costs by itself."""
        part = float(own / self.largest) if self.largest else 0.0
        return float((SMALLEST**2 + (LARGEST**2 - SMALLEST**2) * part) ** 0.5)

    def _members(self, box: Box, profile: Profile) -> list[str]:
        rows = [f"{how_many(len(box.members), 'functions')} that call each other"]
        for member in box.members[:MAX_MEMBERS]:
            inclusive = profile.graph.nodes[member].get("inclusive")
            known = f"  {amount(inclusive, self.unit)}" if inclusive is not None else ""
            rows.append(f"{shorten(member, MAX_MEMBER)}{known}")
        n_more = len(box.members) - MAX_MEMBERS
        return [*rows, *([f"and {n_more:,} more"] if n_more > 0 else [])]

    def rest(self, spending: Spending, end: int, name: str, graph: nx.DiGraph) -> DrawnNode:
        """Return what stands for the functions that are not drawn."""
        cost = sum(way.cost for pair, way in spending.ways.items() if end in pair)
        rows = (f"{spending.n_hidden:,} {name}" if end == BEHIND else name, self.text(cost))
        while name in graph:
            name += "…"
        return DrawnNode(rows, font_size=SMALLEST, is_dashed=True, name=name, facts={"eliminated": True})

    def edge(self, tail: int, head: int, way: Way) -> DrawnEdge:
        """Return an edge as wide as what it costs; a little of many has no label."""
        part = self.part(way.cost)
        label = f"{'≈ ' * way.is_estimate}{amount(way.cost, self.unit)}"
        label += f" · {how_many(int(way.calls), 'calls')}" if way.calls is not None else ""
        color = mixed(GREY, ORANGE, part and 0.2 + 0.8 * part)
        facts: dict[str, Any] = {"cost": way.cost}
        facts |= {"calls": way.calls} if way.calls is not None else {}
        facts |= {"estimated": True} if way.is_estimate else {}
        facts |= {} if way.is_direct else {"eliminated": True}
        is_faint = part < FAINT and not way.is_direct
        return DrawnEdge(tail, head, "" if is_faint else label, 0.6 if is_faint else 1 + 5 * part, color,
                         not way.is_direct, facts=facts)  # fmt: skip


def _title(graph: nx.DiGraph) -> str:
    facts = graph.graph
    parts = [str(facts.get("format", "profile")), f"total {amount(facts['total'], facts['unit'])}"]
    return " · ".join([*parts, *facts.get("filters", ())])


def _keys(profile: Profile, spending: Spending) -> Iterator[str]:
    yield "box: what a function costs itself and with all it calls; size by self, colour by inclusive"
    dashed = "; dashed: by functions not drawn, so that self and what leaves is inclusive" if spending.n_dashed else ""
    yield f"edge: what calls cost; width by cost{dashed}"
    if any(way.is_estimate for way in spending.ways.values()):
        yield "≈: as if all calls of a function cost the same (this profile has no stacks)"
