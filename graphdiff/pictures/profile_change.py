"""The picture of two profiles: what costs more is orange, what costs less green, as wide and as large as the change.

The same functions are drawn of both, and what is not drawn is dashed as in the picture of one, so that each side adds
up. Of sampled profiles what is within two standard errors stays grey.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import networkx as nx

from graphdiff.arithmetic import Number
from graphdiff.graph.networks import IN_GROUP
from graphdiff.pictures.picture import DrawnEdge, DrawnNode, Picture
from graphdiff.pictures.scale import FAINT, GREEN, GREY, RED, WHITE, mixed
from graphdiff.pictures.sizes import (
    LEAST,
    MANY,
    MAX_NAME,
    SMALLEST,
    box_name,
    cost_text,
    dashed_text,
    members_rows,
    nodes_of,
    numbers_of_boxes,
    spare_name,
    text_size,
)
from graphdiff.pictures.spending import BEHIND, Box, Pair, Profile, Spending, Way, in_order
from graphdiff.pictures.view import View
from graphdiff.profiles.noise import ERRORS, QUANTUM
from graphdiff.profiles.overlay import SIDES, side_of
from graphdiff.text.amounts import rounded
from graphdiff.text.numbers import percent, shorten
from graphdiff.text.sentences import how_many

__all__ = ["change_pictures"]

NOTHING = Way(0)
#: What is written in a box by what happened to its function.
MARKS = {"kept": [], "added": ["+ new"], "removed": ["− gone"]}


def change_pictures(graph: nx.DiGraph, view: View) -> Iterator[Picture]:
    """Yield pictures of two profiles as one graph (`graphdiff.profiles.overlay`), each with fewer functions.

    Examples
    --------
    >>> from graphdiff.pictures.view import view_of
    >>> from graphdiff.profiles.overlay import overlaid
    >>> old, new = (nx.DiGraph(unit="s", total=total, edge_meaning="calls") for total in (4.0, 3.0))
    >>> for graph, cost in ((old, 3.0), (new, 2.0)):
    ...     graph.add_nodes_from([("main", {"self": 1.0}), ("work", {"self": cost, "calls": 5})])
    ...     graph.add_edge("main", "work", cost=cost, calls=5)
    >>> picture = next(change_pictures(overlaid(old, new), view_of()))
    >>> picture.nodes[1].lines, picture.edges[0].label
    (('work', 'self 3 → 2 s', '5 calls'), '3 → 2 s · 5 calls')
    """
    sides = [Profile.of(side_of(graph, side)) for side in SIDES]
    order = _order(sides)
    for n in numbers_of_boxes(view.max_nodes - 1 if len(order) > view.max_nodes else len(order)):
        drawn = [side.spending(order[:n]) for side in sides]
        pairs = {pair for spending in drawn for pair in spending.ways if min(pair) >= 0}
        if n <= LEAST or len(pairs) <= view.max_edges:
            yield _Change(graph, sides, drawn).picture()


def _order(sides: list[Profile]) -> list[int]:
    """Return the boxes, where most begins first, then those at which the change parts, meets and stays."""
    old, new = sides
    pairs = sorted(old.calls.keys() | new.calls.keys())
    moved = {pair: abs(new.calls.get(pair, NOTHING).cost - old.calls.get(pair, NOTHING).cost) for pair in pairs}
    fixed = list(dict.fromkeys([*new.ends(), *old.ends()]))
    every = in_order(_moved(old.own, new.own), _moved(old.inclusive, new.inclusive), moved, fixed)
    return [place for place in every if place in fixed or old.inclusive[place] or new.inclusive[place]]


def _moved(before: dict[int, Number], after: dict[int, Number]) -> dict[int, Number]:
    return {place: abs(after[place] - cost) for place, cost in before.items()}


@dataclass(frozen=True, eq=False)
class _Change:
    """Two profiles, and what is drawn of each."""

    graph: nx.DiGraph
    sides: list[Profile]
    drawn: list[Spending]

    def picture(self) -> Picture:
        """Return the picture."""
        places = sorted({place for spending in self.drawn for place in spending.boxes})
        nodes = [self.node(place) for place in places]
        pairs = sorted({pair for spending in self.drawn for pair in spending.ways}, key=self.key)
        for end in sorted({min(pair) for pair in pairs if min(pair) < 0} | {e for p in pairs for e in p if e < 0}):
            places.append(end)
            nodes.append(self.rest(end))
        number = {place: n for n, place in enumerate(places)}
        edges = [self.edge(number, pair, is_many=len(pairs) > MANY) for pair in pairs]
        text = self.drawn_text(pairs)
        legend = [*self.title(), text, *self.keys(pairs)]
        facts = self.graph.graph | {"drawn": text, "notes": [*self.as_one()]}
        return Picture(nodes, edges, legend, facts, text, n_nodes=len(_order(self.sides)))

    def as_one(self) -> Iterator[str]:
        """Yield how many functions count as one, as they call each other, and how many are left out."""
        sizes = {place: len(members) for place, members in self.sides[0].members.items()}
        merged = [size for size in sizes.values() if size > 1]
        n_idle = len(self.graph) - sum(sizes[place] for place in _order(self.sides))
        told = [f"{sum(merged):,} of them call each other, and count as {len(merged):,}"] if merged else []
        told += [f"not here: {n_idle:,} without cost"] if n_idle else []
        if told:
            yield f"{how_many(len(self.graph), nodes_of(self.graph))} were measured; {'; '.join(told)}."

    @staticmethod
    def key(pair: Pair) -> tuple[bool, Pair]:
        """Return by what ways are in order: those of functions that are not drawn stand last."""
        return min(pair) < 0, pair

    @property
    def unit(self) -> str:
        """Of all that was measured."""
        return str(self.graph.graph["unit"])

    @cached_property
    def largest(self) -> float:
        """What is full strength: the larger of both totals' change and the largest change of a box."""
        moved = [float(abs(box.inclusive - self.boxes(place)[1 - n].inclusive))
                 for n, spending in enumerate(self.drawn) for place, box in spending.boxes.items()]  # fmt: skip
        return max(moved, default=0.0)

    @cached_property
    def quanta(self) -> list[float]:
        """Times which a cost is its variance, before and after; nothing where one side does not say that."""
        quanta = [self.graph.graph.get(f"{QUANTUM}_{side}") for side in SIDES]
        return [] if None in quanta else [float(each) for each in quanta]

    def boxes(self, place: int) -> tuple[Box, Box]:
        """Return a box before and after."""
        old, new = (spending.boxes.get(place) for spending in self.drawn)
        members = (old or new or Box((), 0, 0)).members
        return old or Box(members, 0, 0), new or Box(members, 0, 0)

    def ways(self, pair: Pair) -> tuple[Way, Way]:
        """Return a way before and after."""
        old, new = (spending.ways.get(pair, NOTHING) for spending in self.drawn)
        return old, new

    def margin(self, before: Number, after: Number) -> float:
        """Return within what a change of sampled costs may be chance."""
        variance = sum(abs(float(cost)) * each for cost, each in zip((before, after), self.quanta, strict=False))
        return ERRORS * math.sqrt(variance)

    def strength(self, before: Number, after: Number) -> float:
        """Return how strongly a change is drawn, from -1 to 1; 0 where it may be chance."""
        change = float(after - before)
        return 0.0 if not self.largest or abs(change) <= self.margin(before, after) else change / self.largest

    def both(self, before: Number, after: Number) -> str:
        """Return two costs as one text."""
        old, new = (cost_text(_mean(cost, self.unit), self.unit) for cost in (before, after))
        if old == new:
            return new
        number, _, unit = old.partition(" ")
        return f"{number if new.endswith(f' {unit}') else old} → {new}"

    def node(self, place: int) -> DrawnNode:
        """Return a box with what it cost before and after."""
        old, new = self.boxes(place)
        members = old.members
        rows = (
            [shorten(members[0], MAX_NAME), *self.marks(members[0])]
            if len(members) == 1
            else members_rows(self.graph, members, lambda member: shorten(member, MAX_NAME))
        )
        if old.own or new.own:
            rows.append(f"self {self.both(old.own, new.own)}")
        if (old.own, new.own) != (old.inclusive, new.inclusive):
            rows.append(f"inclusive {self.both(old.inclusive, new.inclusive)}")
        rows += _calls_text(old.calls, new.calls)
        strength = self.strength(old.inclusive, new.inclusive)
        fill = mixed(WHITE, RED if strength > 0 else GREEN, 0.6 * min(1.0, abs(strength)))
        size = text_size(abs(float(new.own - old.own)) / self.largest if self.largest else 0.0, len(rows))
        facts: dict[str, Any] = {f"{name}_{side}": getattr(box, name if name != "self" else "own")
                                 for name in ("self", "inclusive")
                                 for side, box in zip(SIDES, (old, new), strict=True)}  # fmt: skip
        if len(members) > 1:
            facts["members"] = list(members)
        else:
            data = self.graph.nodes[members[0]]
            facts |= {name: data[name] for name in ("status", IN_GROUP) if name in data}
        is_asked = self.graph.graph.get("source") in members
        return DrawnNode(tuple(rows), fill, is_asked, font_size=size, name=box_name(members), facts=facts)

    def marks(self, member: str) -> list[str]:
        """Return what marks a function that only one of both has."""
        return MARKS[self.graph.nodes[member]["status"]]

    def rest(self, end: int) -> DrawnNode:
        """Return what stands for the functions that are not drawn."""
        old, new = (sum(way.cost for pair, way in spending.ways.items() if end in pair) for spending in self.drawn)
        name = f"other {nodes_of(self.graph)}" if end == BEHIND else "other callers"
        name = spare_name(self.graph, name)
        return DrawnNode((name, self.both(old, new)), font_size=SMALLEST, is_dashed=True, name=name)

    def edge(self, number: dict[int, int], pair: Pair, *, is_many: bool) -> DrawnEdge:
        """Return an edge as wide as the change."""
        old, new = self.ways(pair)
        strength = self.strength(old.cost, new.cost)
        is_direct = old.is_direct or new.is_direct
        calls = _calls_text(*(None if not way.is_direct and way.cost else way.calls for way in (old, new)))
        label = " · ".join(["≈ " * (old.is_estimate or new.is_estimate) + self.both(old.cost, new.cost), *calls])
        color = mixed(GREY, RED if strength > 0 else GREEN, strength and 0.3 + 0.7 * min(1.0, abs(strength)))
        is_faint = is_many and abs(strength) < FAINT
        width = 0.6 if is_faint else 1 + 5 * min(1.0, abs(strength))
        costs = {f"cost_{side}": way.cost for side, way in zip(SIDES, (old, new), strict=True)}
        facts = {name: cost for name, cost in costs.items() if cost} or costs
        tail, head = (number[end] for end in pair)
        return DrawnEdge(tail, head, "" if is_faint else label, width, color, not is_direct, facts=facts)

    def title(self) -> Iterator[str]:
        """Yield what was asked, and what both are of."""
        headline = str(self.graph.graph.get("headline", ""))
        yield from headline.splitlines()
        old, new = (side.total for side in self.sides)
        relative = f" ({percent(float((new - old) / old), '+.3g')})" if old else ""
        total = (
            "" if headline else f" · total {self.both(old, new)}{relative}"
        )  # which a headline says of what is drawn
        yield f"{self.graph.graph.get('format', 'profile')}{total}"

    def drawn_text(self, pairs: list[Pair]) -> str:
        """Return how much is drawn."""
        names = {name for spending in self.drawn for box in spending.boxes.values() for name in box.members}
        n_dashed = sum(not any(way.is_direct for way in self.ways(pair)) for pair in pairs)
        return f"{len(names):,} of {how_many(len(self.graph), nodes_of(self.graph))}{dashed_text(n_dashed)}"

    def keys(self, pairs: list[Pair]) -> Iterator[str]:
        """Yield what colours and sizes mean."""
        yield "before → after; orange: costs more, green: less; size by the change of self, width by that of the cost"
        if self.quanta:
            yield "grey, white: within two standard errors"
        if any(way.is_estimate for pair in pairs for way in self.ways(pair)):
            yield "≈: as if all calls of a function cost the same (these profiles have no stacks)"


def _mean(cost: Number, unit: str) -> Number:
    """Return a cost that may be a mean as reports round it, if that leaves anything of it."""
    return (rounded(cost, unit) or cost) if isinstance(cost, float) else cost


def _calls_text(before: Number | None, after: Number | None) -> list[str]:
    """Return how often something was called before and after, where that is known."""
    if before is None and after is None:
        return []
    if before == after or before is None or after is None:
        return [how_many(int(after if after is not None else before or 0), "calls")] if before == after else []
    return [f"{before:,} → {how_many(int(after), 'calls')}"]
