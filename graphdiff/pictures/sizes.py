"""How large and how named boxes of profiles are, and how costs are written there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import networkx as nx

from graphdiff.arithmetic import Number
from graphdiff.text.amounts import SECONDS, amount
from graphdiff.text.names import node_text
from graphdiff.text.numbers import percent
from graphdiff.text.sentences import how_many

__all__ = [
    "LEAST",
    "SMALLER",
    "box_name",
    "cost_text",
    "dashed_text",
    "members_rows",
    "nodes_of",
    "numbers_of_boxes",
    "part_text",
    "spare_name",
    "text_size",
    "title",
]

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


def numbers_of_boxes(n: int) -> Iterator[int]:
    """Yield how many boxes the first picture has, and each next one that is tried where it does not fit.

    Examples
    --------
    >>> list(numbers_of_boxes(6)), list(numbers_of_boxes(2))
    ([6, 5, 4, 3], [2])
    """
    yield n
    while (n := min(n - 1, round(SMALLER * n))) >= LEAST:
        yield n


def box_name(members: Sequence[str]) -> str:
    """Return what a box of one function, or of several, is called in full.

    Examples
    --------
    >>> box_name(["main"])
    'main'
    """
    return members[0] if len(members) == 1 else node_text(frozenset(members))


def members_rows(graph: nx.DiGraph, members: Sequence[str], row: Callable[[str], str]) -> list[str]:
    """Return the rows of a box of functions that call each other: how many they are, and the first of them.

    Examples
    --------
    >>> members_rows(nx.DiGraph(), ["a", "b"], str.upper)
    ['2 functions that call each other', 'A', 'B']
    """
    rows = [f"{how_many(len(members), nodes_of(graph))} that call each other", *map(row, members[:MAX_MEMBERS])]
    n_more = len(members) - MAX_MEMBERS
    return [*rows, *([f"and {n_more:,} more"] if n_more > 0 else [])]


def spare_name(graph: nx.DiGraph, name: str) -> str:
    """Return the name of what stands for functions that are not drawn, unlike that of any function.

    Examples
    --------
    >>> spare_name(nx.DiGraph([("other callers", "f")]), "other callers")
    'other callers…'
    """
    while name in graph:
        name += "…"
    return name


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
