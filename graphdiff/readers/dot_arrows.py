"""Edges of DOT that are drawn otherwise than written, by ``dir``: told, or read as drawn.

Graphviz draws ``a -> b [dir=back]`` with its arrowhead at a, as doxygen's graphs of callers have it. No reader turns an
edge round unasked: the file's order is read, and how many edges are drawn otherwise is said.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from graphdiff.errors import GraphTypeError
from graphdiff.remedies import Keyword

__all__ = ["as_drawn", "is_torchviz", "told_arrows"]

#: Every other value, and none, has the arrowhead at the head.
OTHERWISE = ("back", "both", "none")
#: The nodes' defaults in what torchviz writes: the only tool whose lines without an arrowhead are known.
TORCHVIZ = re.compile(
    r"\bnode \[align=left fontname=monospace fontsize=10 height=0\.2 ranksep=0\.1 shape=box style=filled\]"
)
SAVED = "saved"
OPTION = "--follow-arrows (in Python follow_arrows=True)"
HEAD_CHARS = 1 << 12

Ends = tuple[str, str]
Row = dict[str, Any]


def is_torchviz(text: str) -> bool:
    """Tell whether a DOT text is what torchviz writes of PyTorch's backward graph."""
    return TORCHVIZ.search(text[:HEAD_CHARS]) is not None


def told_arrows(rows: Iterable[Row], name: str, *, torchviz: bool) -> Iterator[str]:
    """Yield what is said of the edges that are drawn otherwise than they are written and read.

    Examples
    --------
    >>> print(*told_arrows([{"dir": "back"}, {"dir": "back"}, {}], "x.dot", torchviz=False))
    x.dot: 2 of 3 edges are drawn otherwise than written (2 dir=back) and read as written, tail -> head; ...
    """
    listed = list(rows)
    times = Counter(row["dir"] for row in listed if row.get("dir") in OTHERWISE)
    if torchviz and (n_saved := times.pop("none", 0)):
        yield (
            f"{name}: {_are(n_saved)} drawn without an arrowhead (dir=none), from an operation to a tensor that it "
            f"saved for the backward pass, and read so, with kind=saved; {OPTION} leaves them out"
        )
    if number := sum(times.values()):
        counted = ", ".join(f"{times[kind]:,} dir={kind}" for kind in OTHERWISE if times[kind])
        yield (
            f"{name}: {_are(number, f' of {len(listed):,}')} drawn otherwise than written ({counted}) and read as "
            f"written, tail -> head; {OPTION} reads them as drawn"
        )


def _are(number: int, of: str = "") -> str:
    return f"{number:,}{of} edges are" if number > 1 else f"1{of} {'edges' if of else 'edge'} is"


def as_drawn(edges: Sequence[tuple[Ends, Row]], name: str, *, torchviz: bool) -> Iterator[tuple[Ends, Row]]:
    """Yield the edges as their arrows go: ``dir=back`` turned round, ``dir=both`` both ways.

    Raises
    ------
    GraphTypeError
        An edge without an arrowhead (``dir=none``), which is undirected; torchviz's are left out, being no flow.

    Examples
    --------
    >>> edges = [(("a", "b"), {"dir": "back", "headport": "n"}), (("c", "d"), {"dir": "both"})]
    >>> list(as_drawn(edges, "x.dot", torchviz=False))
    [(('b', 'a'), {'tailport': 'n'}), (('c', 'd'), {}), (('d', 'c'), {})]
    """
    lines = [pair for pair, row in edges if row.get("dir") == "none"]
    if lines and not torchviz:
        tail, head = lines[0]
        raise GraphTypeError(
            f"{name}: of {len(edges):,} edges {len(lines):,} without an arrowhead to follow (dir=none), such as "
            f"{tail!r} -> {head!r}; without ",
            Keyword("follow_arrows"),
            " they are read as written",
        )
    for (tail, head), row in edges:
        way = row.get("dir", "")
        straight = {key: value for key, value in row.items() if key != "dir" or way not in OTHERWISE}
        if way not in ("back", "none"):
            yield (tail, head), straight
        if way in ("back", "both"):
            yield (head, tail), _turned(straight)


def _turned(row: Row) -> Row:
    """Return the attributes of an edge for its other direction: what is said of its ends changes places."""
    other = {"tail": "head", "head": "tail"}
    ends = {key: f"{other[key[:4]]}{key[4:]}" for key in row if key[:4] in other}
    return {ends.get(key, key): value for key, value in row.items()}
