"""The turns that all reports share: places, percentages, paths in a line, tables of labels and cells."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from graphdiff.arithmetic import Number
from graphdiff.edges import edge_name
from graphdiff.paths import Path, node_text
from graphdiff.picture import cut
from graphdiff.results import shown
from graphdiff.topology import Edge

if TYPE_CHECKING:
    import networkx as nx

#: What a column is called, by the meaning of its weights.
TITLES = {"unit": "counting paths", "even": "spread evenly", "imports": "by statements", "unknown": "by weight"}
#: Names in a line are cut where together they are longer than this, but not below `SHORTEST`.
LINE, SHORTEST = 160, 24


def by_weights(meaning: str) -> str:
    """Return how a title says what the weights are.

    Examples
    --------
    >>> by_weights("even"), by_weights("cost")
    ('spread evenly', 'by cost')
    """
    return TITLES.get(meaning, f"by {meaning}")


def table(rows: Sequence[tuple[str, Sequence[str]]]) -> list[str]:
    """Return rows of a label and cells as lines: labels left, cells right, in columns."""
    label = max(len(name) for name, _ in rows)
    widths = [max(map(len, cells)) for cells in zip(*(cells for _, cells in rows), strict=True)]
    lines = []
    for name, cells in rows:
        body = "   ".join(cell.rjust(width) for cell, width in zip(cells, widths, strict=True))
        lines.append(f"  {name.ljust(label)}   {body}".rstrip())
    return lines


def ordinal(number: int) -> str:
    """Return a place as text.

    Examples
    --------
    >>> [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 42, 113)]
    ['1st', '2nd', '3rd', '4th', '11th', '12th', '42nd', '113th']
    """
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number % 100 not in (11, 12, 13) else "th"
    return f"{number:,}{ending}"


def percent(part: Number) -> str:
    """Return a part of a whole; what a digit behind the point would call 0 as a power of ten.

    Examples
    --------
    >>> percent(0.7788), percent(-0.4), percent(0), percent(4e-119)
    ('77.9 %', '-40.0 %', '0.0 %', '4e-117 %')
    """
    number = 100 * float(part)
    return f"{number:.1f} %" if abs(number) >= 0.05 or not number else f"{number:.0e} %"


def signed(number: Number) -> str:
    """Return a number with its sign.

    Examples
    --------
    >>> signed(0.5), signed(-2), signed(0), signed(10**99)
    ('+0.5', '-2', '0', 'about +1.00e99')
    """
    text = shown(number)
    try:
        if not number > 0:
            return text
    except TypeError:  # complex numbers and symbols have no sign
        return text
    return f"about +{text.removeprefix('about ')}" if text.startswith("about ") else f"+{text}"


def path_text(path: Path, *, short: bool = False) -> str:
    """Return a path's nodes in one line, elided in the middle where it is long; short leaves out the source."""
    names = [node_text(node) for node in path.nodes]
    if short and len(names) > 2:
        names[0] = "…"
    if len(names) > 9:
        names = [*names[:4], f"… {len(names) - 8:,} more …", *names[-4:]]
    if sum(map(len, names)) > LINE:
        names = [cut(name, max(SHORTEST, LINE // len(names))) for name in names]
    return " > ".join(names)


def path_texts(paths: Sequence[Path], graph: nx.DiGraph | None = None, *, short: bool = False) -> list[str]:
    """Return each path in one line; those by the same nodes say which of the edges between them they take.

    Parameters
    ----------
    paths : sequence of Path
    graph : networkx.DiGraph, optional
        What the paths are in: its edges are called by their ``kind``, where they have one, else by their keys.
    short : bool
        Leave out the source on all lines but the first.

    Examples
    --------
    >>> paths = [Path(("a", "b"), (("a", "b", key),), 1) for key in (0, 1)]
    >>> path_texts(paths)
    ['a > b  (by 0)', 'a > b  (by 1)']
    """
    alike: defaultdict[tuple[Any, ...], list[tuple[Edge, ...]]] = defaultdict(list)
    for path in paths:
        alike[path.nodes].append(path.edges)
    ends = {
        nodes: [Counter(edge[:2] for edge in set(step)) for step in zip(*edges, strict=True)]
        for nodes, edges in alike.items()
    }
    return [
        path_text(path, short=short and number > 0) + _by_which(path, ends[path.nodes], graph)
        for number, path in enumerate(paths)
    ]


def _by_which(path: Path, steps: Sequence[Counter[Edge]], graph: nx.DiGraph | None) -> str:
    """Return by which edges a path goes where others by the same nodes go by others: `steps` count them by their ends.

    Two nodes that count as one, being on a cycle, give a step several ends; parallel edges go by their kinds or keys.
    """
    names = []
    for edge, ends in zip(path.edges, steps, strict=True):
        told = [edge_name(edge[:2])] if len(ends) > 1 else []
        if ends[edge[:2]] > 1:
            told.append(str(edge[2] if graph is None else graph.edges[edge].get("kind", edge[2])))
        names += [" ".join(told)] if told else []
    return f"  (by {cut(', '.join(names), LINE // 2)})" if names else ""
