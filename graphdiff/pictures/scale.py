"""How strongly nodes and edges of an answer are drawn: width and colour by their part of the whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import networkx as nx

from graphdiff.arithmetic import REAL, Number
from graphdiff.graph.measured import is_attribution
from graphdiff.pictures.picture import DrawnEdge, share_text
from graphdiff.text.numbers import short

# Two ends of a scale that differ to every kind of colour vision (M. Okabe, K. Ito, "Color Universal Design", 2008).
Color = tuple[int, int, int]
#: Where edges are many, one of less than this part of the whole has no label.
FAINT = 0.02
BLUE, ORANGE, GREY = (0, 114, 178), (213, 94, 0), (190, 190, 190)
RED, GREEN = (213, 94, 0), (0, 158, 115)
PALE_BLUE, PALE_ORANGE, WHITE = (140, 196, 232), (250, 190, 130), (255, 255, 255)


@dataclass(frozen=True)
class Scale:
    """How strongly a node or edge is drawn: its number in `attribute`, where `largest` is full strength.

    Attributes
    ----------
    attribute : str
    largest : number
    whole : number
        What contributions are parts of.
    has_weights : bool
        Whether an edge says its weight beside its part of the whole.
    """

    attribute: str
    largest: Number
    whole: Number
    has_weights: bool

    def part(self, data: dict[str, Any]) -> str | None:
        """Return what part of the whole goes through; None where values are no contributions, or the whole is 0."""
        known = bool(self.whole) and self.attribute == "contribution" and "contribution" in data
        return share_text(data["contribution"] / self.largest) if known else None

    def label(self, data: dict[str, Any]) -> str:
        """Return what stands at an edge."""
        part = self.part(data)
        return " · ".join(filter(None, [short(data["weight"]) if self.has_weights or not part else "", part]))

    def strength(self, data: Mapping[str, Any]) -> float:
        """Return a number from -1 to 1; 0 where there is no real number."""
        value = data.get(self.attribute)
        are_real = isinstance(value, REAL) and isinstance(self.largest, REAL)
        return max(-1.0, min(1.0, float(value / self.largest))) if are_real else 0.0

    def fill(self, data: dict[str, Any]) -> str:
        """Return the colour that a node is filled with."""
        return _hex(WHITE, PALE_BLUE, PALE_ORANGE, self.strength(data))

    def edge(self, tail: int, head: int, data: dict[str, Any]) -> DrawnEdge:
        """Return an edge between two places in a list of nodes."""
        strength = self.strength(data)
        width, nothing = 1 + 4 * abs(strength), data.get(self.attribute) == 0
        return DrawnEdge(tail, head, self.label(data), width, _edge_color(strength), is_dashed=nothing, facts=data)

    def faint(self, edge: DrawnEdge) -> DrawnEdge:
        """Return an edge thin, light and without its label, where it has a small part of the whole."""
        value = edge.facts.get("contribution")
        if self.attribute != "contribution" or not isinstance(value, REAL) or abs(self.strength(edge.facts)) >= FAINT:
            return edge
        return replace(edge, label="", width=0.6, color=_hex(WHITE, GREY, GREY, 0.8))


class Signed(Scale):
    """How strongly the parts of an attribution graph are drawn: for is blue, against is orange and ends in a bar.

    What runs through a node or edge is said by its number, not as a share: of much that cancels a share says little.
    """

    def part(self, data: dict[str, Any]) -> str | None:
        """Return what runs through, with its sign; None where that is not known."""
        value = data.get(self.attribute)
        if value is None:
            return None
        return f"+{short(value)}" if isinstance(value, REAL) and value > 0 else short(value)

    def edge(self, tail: int, head: int, data: dict[str, Any]) -> DrawnEdge:
        """Return an edge between two places in a list of nodes."""
        return replace(super().edge(tail, head, data), is_dashed=False, is_against=self.strength(data) < 0)

    def faint(self, edge: DrawnEdge) -> DrawnEdge:
        """Return an edge as it is: which are too many is seen when all are known."""
        return edge


def scale_of(graph: nx.DiGraph, rows: Iterable[dict[str, Any]], whole: Number, *, has_weights: bool) -> Scale:
    """Return the scale of a graph from `graphdiff.annotate`: full is the whole, or the largest of what is asked.

    Parameters
    ----------
    graph : networkx.DiGraph
    rows : iterable of dict
        What is known of the nodes that are drawn.
    whole : number
        What contributions are parts of.
    has_weights : bool
        As in `Scale`.

    Examples
    --------
    >>> graph = nx.DiGraph(annotation="adjoint")
    >>> scale_of(graph, [{"adjoint": -4}, {"adjoint": 2}], 0, has_weights=True).strength({"adjoint": 2})
    0.5
    """
    main = graph.graph["annotation"]
    is_signed = is_attribution(graph)
    if main == "contribution" and whole and not is_signed:
        return Scale("contribution", whole, whole, has_weights)
    largest = largest_of(main, rows)
    return Signed(main, largest, whole, False) if is_signed else Scale(main, largest, whole, has_weights)


def largest_of(attribute: str, rows: Iterable[Mapping[str, Any]]) -> Number:
    """Return the largest size of a number of some rows; 1 where there is none but 0.

    Examples
    --------
    >>> largest_of("share", [{"share": 0.5}, {"share": -2}, {}]), largest_of("share", [])
    (2, 1)
    """
    sizes = [abs(row[attribute]) for row in rows if isinstance(row.get(attribute), REAL)]
    return max(sizes, default=0) or 1


def _edge_color(strength: float) -> str:
    """Return the colour of an edge; from 0 the ends of the scale are a step away, so that a little is seen."""
    return _hex(GREY, BLUE, ORANGE, strength and strength * 0.75 + (0.25 if strength > 0 else -0.25))


def mixed(base: Color, end: Color, strength: float) -> str:
    """Return the colour that lies so far from one to another.

    Examples
    --------
    >>> mixed(WHITE, (0, 0, 0), 0.5)
    '#808080'
    """
    return _hex(base, end, end, strength)


def _hex(base: Color, positive: Color, negative: Color, strength: float) -> str:
    """Return the colour that lies so far from `base` towards the colour of the sign."""
    end = positive if strength >= 0 else negative
    return "#" + "".join(f"{round(a + (b - a) * abs(strength)):02x}" for a, b in zip(base, end, strict=True))
