"""How large and how named boxes of profiles are, and how costs are written there."""

from __future__ import annotations

import networkx as nx

from graphdiff.arithmetic import Number
from graphdiff.text.amounts import SECONDS, amount
from graphdiff.text.numbers import percent
from graphdiff.text.sentences import how_many

__all__ = ["cost_text", "dashed_text", "nodes_of", "part_text", "text_size", "title"]

#: Names are shortened to so many characters, those of members to fewer.
MAX_NAME, MAX_MEMBER = 44, 36
#: So many members are named.
MAX_MEMBERS = 8
#: The text of a box, in points: where nothing is its own, and of the one with most of its own.
SMALLEST, LARGEST = 10.0, 22.0
#: Of more rows each takes less room, so that a box is no larger for them.
FEW_ROWS = 3
#: Of more edges those of small parts have no label.
MANY = 30
#: Of what is counted as much as this is rounded.
WHOLE = 100
#: The next picture has so many of the boxes of one that does not fit; none has fewer than the least.
SMALLER, LEAST = 0.85, 3


def cost_text(cost: Number, unit: str) -> str:
    """Return a cost with its unit, of an estimate of what is counted no part of one.

    Examples
    --------
    >>> cost_text(1968491.3, "Ir"), cost_text(12.25, "s"), cost_text(0.25, "samples")
    ('1,968,491 Ir', '12.25 s', '0.25 samples')
    """
    return amount(round(cost) if isinstance(cost, float) and unit not in SECONDS and cost >= WHOLE else cost, unit)


def part_text(part: float) -> str:
    """Return a part of the whole as a percentage, of next to nothing that it is that.

    Examples
    --------
    >>> part_text(0.12345), part_text(0.00002), part_text(0.0)
    ('12.3 %', 'under 0.01 %', '0 %')
    """
    return "under 0.01 %" if 0 < part < 1e-4 else percent(part, ".3g")


def dashed_text(n_dashed: int) -> str:
    """Return how many edges stand for what is not drawn.

    Examples
    --------
    >>> dashed_text(2), dashed_text(0)
    ('; 2 dashed edges stand for the rest', '')
    """
    if not n_dashed:
        return ""
    return f"; {how_many(n_dashed, 'dashed edges')} {'stands' if n_dashed == 1 else 'stand'} for the rest"


def text_size(part: float, n_rows: int) -> float:
    """Return the size of the text that makes the area of a box grow by its part of the largest.

    Examples
    --------
    >>> text_size(0, 3), text_size(1, 3)
    (10.0, 22.0)
    """
    area = (LARGEST**2 - SMALLEST**2) * part * min(1.0, FEW_ROWS / n_rows)
    return float((SMALLEST**2 + area) ** 0.5)


def title(graph: nx.DiGraph) -> list[str]:
    """Return the lines of what a picture is of: the format, all that was measured, and what was left out.

    Examples
    --------
    >>> title(nx.DiGraph(format="cProfile", total=2.0, unit="s"))
    ['cProfile · total 2 s']
    """
    facts = graph.graph
    head = f"{facts.get('format', 'profile')} · total {amount(facts['total'], facts['unit'])}"
    return [head, *facts.get("filters", ())]


def nodes_of(graph: nx.DiGraph) -> str:
    """Return what the nodes are, in the plural: functions, or what these are grouped by.

    Examples
    --------
    >>> nodes_of(nx.DiGraph()), nodes_of(nx.DiGraph(node_meaning="files"))
    ('functions', 'files')
    """
    return str(graph.graph.get("node_meaning", "functions"))
