"""The picture of a profile: boxes as large as what functions cost by themselves, edges as wide as what calls cost.

It looks as those of pprof and gprof2dot do, and as there what is not drawn is dashed; but no cost is lost: of each box
self and what leaves it are its inclusive cost.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import networkx as nx

from graphdiff.arithmetic import Number
from graphdiff.pictures.picture import DrawnEdge, DrawnNode, Picture
from graphdiff.pictures.profile_known import known_pictures
from graphdiff.pictures.scale import FAINT, GREY, ORANGE, PALE_ORANGE, WHITE, mixed
from graphdiff.pictures.sizes import (
    LEAST,
    MANY,
    MAX_MEMBER,
    MAX_NAME,
    SMALLEST,
    box_name,
    cost_text,
    dashed_text,
    members_rows,
    nodes_of,
    numbers_of_boxes,
    part_text,
    spare_name,
    text_size,
    title,
)
from graphdiff.pictures.spending import BEFORE, BEHIND, Box, Profile, Spending, Way, in_order
from graphdiff.pictures.view import View
from graphdiff.text.amounts import amount
from graphdiff.text.numbers import percent, shorten
from graphdiff.text.sentences import how_many

__all__ = ["asked_text", "profile_pictures"]


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
    if not graph.graph["total"] or not any("cost" in data for data in graph.edges.values()):
        yield from known_pictures(graph, view)
        return
    profile = Profile.of(graph, graph.graph.get("source"), graph.graph.get("target"))
    fixed = profile.ends()
    costs = {pair: way.cost for pair, way in profile.calls.items()}
    every = in_order(profile.own, profile.inclusive, costs, fixed)
    order = [place for place in every if place in fixed or profile.inclusive[place]]
    for n in numbers_of_boxes(view.max_nodes - 1 if len(order) > view.max_nodes else len(order)):
        spending = profile.spending(order[:n])
        if n <= LEAST or sum(min(pair) >= 0 for pair in spending.ways) <= view.max_edges:
            yield _picture(graph, profile, spending)


def _picture(graph: nx.DiGraph, profile: Profile, spending: Spending) -> Picture:
    look = Look(str(graph.graph["unit"]), profile.asked_total, max((b.own for b in spending.boxes.values()), default=0))
    places = [*spending.boxes]
    nodes = [look.node(spending.boxes[place], profile, place) for place in places]
    for end, text in ((BEFORE, "callers"), (BEHIND, nodes_of(graph))):
        if any(end in pair for pair in spending.ways):
            places.append(end)
            nodes.append(look.rest(spending, end, f"other {text}", graph))
    number = {place: n for n, place in enumerate(places)}
    edges = [look.edge(number[tail], number[head], way) for (tail, head), way in spending.ways.items()]
    edges = [_faint(edge, look) for edge in edges] if len(edges) > MANY else edges
    drawn = _drawn_text(profile, spending)
    legend = [*title(graph), *_question(profile, look), drawn, *_keys(profile, spending)]
    is_whole = spending.n_functions == len(graph) and not spending.n_dashed
    facts = graph.graph | ({} if is_whole else {"drawn": drawn})
    return Picture(nodes, edges, legend, facts, drawn, n_nodes=len(graph))


def _faint(edge: DrawnEdge, look: Look) -> DrawnEdge:
    """Return an edge thin and without its label, where it costs little."""
    least = FAINT if edge.is_dashed else FAINT / 4
    return replace(edge, label="", width=0.6) if look.part(edge.facts["cost"]) < least else edge


def _drawn_text(profile: Profile, spending: Spending) -> str:
    """Return how much is drawn: functions, and what these cost by themselves."""
    text = f"{spending.n_functions:,} of {how_many(profile.n_functions, nodes_of(profile.graph))}"
    text += f" ({spending.n_joined:,} in boxes of several)" if spending.n_joined else ""
    if profile.total and profile.target is None and not profile.is_shared_out:
        text += f", {percent(float(spending.own / profile.total), '.0f')} of the total"
    return text + dashed_text(spending.n_dashed)


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
        share = f" ({part_text(self.part(cost))})" if self.total else ""
        return f"{'≈ ' * is_estimate}{cost_text(cost, self.unit)}{share}"

    def node(self, box: Box, profile: Profile, place: int) -> DrawnNode:
        """Return a box with its numbers."""
        is_source, is_target = (place == profile.place.get(end) for end in (profile.source, profile.target))
        rows = self._rows(box, profile, is_target=is_target)
        facts: dict[str, Any] = {"self": box.own, "inclusive": box.inclusive}
        facts |= {"calls": box.calls} if box.calls is not None else {}
        facts |= {"members": list(box.members)} if len(box.members) > 1 else {}
        facts |= {"estimated": True} if box.is_estimate else {}
        is_by_self = _colour(profile) == "self" and not (is_target or profile.is_shared_out)
        fill = mixed(WHITE, PALE_ORANGE, self.part(box.own if is_by_self else box.inclusive))
        size, name = self.size(box.own, len(rows)), box_name(box.members)
        return DrawnNode(tuple(rows), fill, is_source, is_target, size, name=name, facts=facts)

    def _rows(self, box: Box, profile: Profile, *, is_target: bool) -> list[str]:
        """Return what a box says: its functions, what they cost and how often they are called."""
        has_own = bool(box.own) and not profile.is_shared_out and not is_target
        rows = [shorten(box.members[0], MAX_NAME)] if len(box.members) == 1 else self._members(box, profile)
        if has_own:
            rows.append(f"self {self.text(box.own, is_estimate=box.is_estimate)}")
        if box.inclusive != box.own or not has_own:
            is_part = profile.is_shared_out or profile.target is not None
            text = self.text(box.inclusive, is_estimate=profile.is_shared_out and box.is_estimate)
            rows.append(text if is_part else f"inclusive {text}")
        return [*rows, *([] if box.calls is None else [how_many(int(box.calls), "calls")])]

    def size(self, own: Number, n_rows: int) -> float:
        """Return the size of the text of a box by what it costs by itself."""
        return text_size(float(own / self.largest) if self.largest else 0.0, n_rows)

    def _members(self, box: Box, profile: Profile) -> list[str]:
        def row(member: str) -> str:
            inclusive = profile.graph.nodes[member].get("inclusive")
            is_known = inclusive is not None and not profile.is_shared_out
            return f"{shorten(member, MAX_MEMBER)}{f'  {amount(inclusive, self.unit)}' if is_known else ''}"

        return members_rows(profile.graph, box.members, row)

    def rest(self, spending: Spending, end: int, name: str, graph: nx.DiGraph) -> DrawnNode:
        """Return what stands for the functions that are not drawn."""
        cost = sum(way.cost for pair, way in spending.ways.items() if end in pair)
        rows = (f"{spending.n_hidden:,} {name}" if end == BEHIND else name, self.text(cost))
        facts = {"eliminated": True}
        return DrawnNode(rows, font_size=SMALLEST, is_dashed=True, name=spare_name(graph, name), facts=facts)

    def edge(self, tail: int, head: int, way: Way) -> DrawnEdge:
        """Return an edge as wide as what it costs; a little of many has no label."""
        part = self.part(way.cost)
        label = f"{'≈ ' * way.is_estimate}{cost_text(way.cost, self.unit)}"
        label += f" · {how_many(int(way.calls), 'calls')}" if way.calls is not None else ""
        color = mixed(GREY, ORANGE, part and 0.2 + 0.8 * part)
        facts: dict[str, Any] = {"cost": way.cost}
        facts |= {"calls": way.calls} if way.calls is not None else {}
        facts |= {"estimated": True} if way.is_estimate else {}
        facts |= {} if way.is_direct else {"eliminated": True}
        return DrawnEdge(tail, head, label, 1 + 5 * part, color, not way.is_direct, facts=facts)


def asked_text(graph: nx.DiGraph) -> str:
    """Return what was asked of a profile, and the answer where there is one, in a sentence; nothing without an end.

    Examples
    --------
    >>> G = nx.DiGraph(unit="s", total=4.0, edge_meaning="calls", target="work", whole=3.0)
    >>> G.add_nodes_from([("main", {"self": 1.0, "inclusive": 4.0}), ("work", {"self": 3.0, "inclusive": 3.0})])
    >>> G.add_edge("main", "work", cost=3.0, calls=5)
    >>> asked_text(G), asked_text(nx.DiGraph(G, source="main"))
    ('who makes work cost', "3 s of work's 3 s are spent for main (100 %)")
    """
    profile = Profile.of(graph, graph.graph.get("source"), graph.graph.get("target"))
    return next(_question(profile, Look(str(graph.graph["unit"]), profile.asked_total, 0)), "")


def _colour(profile: Profile) -> str:
    """Return what colours a box: self, or by default inclusive."""
    return str(profile.graph.graph.get("colour", "inclusive"))


def _question(profile: Profile, look: Look) -> Iterator[str]:
    """Yield what was asked, and the answer."""
    source, target = (None if end is None else shorten(str(end), MAX_NAME) for end in (profile.source, profile.target))
    if target is None:
        yield from () if source is None else (f"what {source}'s cost is spent on",)
        return
    whole = profile.graph.graph.get("whole")
    if source is not None and profile.is_shared_out and profile.are_together:
        yield f"{source} and {target} call each other: what is spent for which this profile does not tell"
        return
    spent_for = look.text(profile.asked_total, is_estimate=profile.is_total_estimate).partition(" (")[0]
    share = f" ({percent(float(profile.asked_total / whole), '.3g')})" if whole else ""
    of_all = f" of {target}'s {amount(whole, look.unit)}" if whole is not None else f" of {target}'s cost"
    yield f"who makes {target} cost" if source is None else f"{spent_for}{of_all} are spent for {source}{share}"


def _keys(profile: Profile, spending: Spending) -> Iterator[str]:
    if profile.target is not None:
        yield f"box: what of {shorten(str(profile.target), MAX_NAME)}'s cost passes it; colour by that"
    elif profile.is_shared_out:
        yield f"box: what it costs for {shorten(str(profile.source), MAX_NAME)}; colour by that"
    else:
        yield f"box: what a function costs itself and with all it calls; size by self, colour by {_colour(profile)}"
    dashed = "; dashed: by what is not drawn, so that self and what leaves is inclusive" if spending.n_dashed else ""
    yield f"edge: what calls cost; width by cost{dashed}"
    if profile.n_unknown:
        yield f"{how_many(profile.n_unknown, 'edges')} of which the file does not say the cost left out"
    ways, boxes = spending.ways.values(), spending.boxes.values()
    if any(way.is_estimate for way in ways) or any(box.is_estimate for box in boxes):
        yield "≈: as if all calls of a function cost the same (this profile has no stacks)"
