"""Texts that nodes have, such as licences, counted: how many nodes have each, which, and through whom they come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat, zip_longest
from textwrap import wrap
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff.errors import UsageError
from graphdiff.graph.attributes import attribute_kinds, drawing_names
from graphdiff.graph.compiled import CompiledGraph, counted
from graphdiff.graph.ends import ROOTS, Boundary, End
from graphdiff.graph.networks import network_of
from graphdiff.graph.topology import Topology
from graphdiff.kernels.reach import flooded
from graphdiff.remedies import Keyword
from graphdiff.sets.cost import NOT_STATED, SPELLINGS, text_at
from graphdiff.sets.sets import root_positions
from graphdiff.showing import and_more
from graphdiff.text.names import PLAIN, Naming, node_text
from graphdiff.text.sentences import Words, how_many, words_of
from graphdiff.text.tables import Axis, Frame, Result, Sheet, aligned

__all__ = ["Tallied", "Tally", "has_texts", "tally"]

#: How many rows a report has; how wide it is, and how much of that a text takes.
TOP, WIDTH, LONGEST = 20, 100, 40
TITLES = ("which", "through whom")


@dataclass(frozen=True)
class Tallied:
    """One text, and the nodes that have it.

    Attributes
    ----------
    text : str or None
        None is of the nodes that have none.
    nodes : list of nodes
    through : list of nodes
        Those by which the source comes to any of them.
    """

    text: str | None
    nodes: list[Any]
    through: list[Any]

    def __len__(self) -> int:
        return len(self.nodes)

    @property
    def title(self) -> str:
        """The text, or that there is none."""
        return NOT_STATED if self.text is None else self.text


@dataclass(frozen=True, eq=False, repr=False)
class Tally(Result):
    """What `graphdiff.tally` returns; printed it is a table, in pandas a row for each text.

    Attributes
    ----------
    value : str
    source : node, list of nodes or ROOTS
    rows : list of Tallied
        Those with the most nodes first; the nodes that have no text last.
    n_nodes : int
        How many nodes are counted: what the source reaches. The source itself is not, nor are roots that are marked.
    direct : bool
        Whether `through` are the nodes that the source leads to directly; else they are roots of which none is marked.
    """

    value: str
    source: Any
    rows: list[Tallied]
    n_nodes: int
    direct: bool
    words: Words = field(repr=False)
    naming: Naming = field(default=PLAIN, repr=False)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Tallied]:
        return iter(self.rows)

    @property
    def nodes(self) -> list[Any]:
        """All that are counted."""
        return [node for row in self.rows for node in row.nodes]

    @property
    def columns(self) -> list[str]:
        """The titles of the table."""
        return [self.value, self.words.nodes, *TITLES]

    def records(self) -> Iterator[list[Any]]:
        """Yield the table as files hold it, names with semicolons between them."""
        for row in self.rows:
            names = ("; ".join(self.naming.listed(nodes)) for nodes in (row.nodes, row.through))
            yield [row.title, len(row), *names]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            "value": self.value,
            "source": self.naming.end(self.source),
            "n_nodes": self.n_nodes,
            "counts": [
                {
                    "text": row.text,
                    "n_nodes": len(row),
                    "nodes": self.naming.listed(row.nodes),
                    "through": self.naming.listed(row.through),
                }
                for row in self.rows
            ],
        }

    def text(self, top: int = TOP, how: str = "") -> str:
        """Return the report on the first `top` rows; `how` says behind the number of the others how to see them."""
        shown = self.rows[:top]
        texts = [line for row in shown for line in _wrapped(row.title, LONGEST)]
        counts = [self.words.nodes, *(f"{len(row):,}" for row in shown)]
        left = WIDTH - max(map(len, [self.value, *texts])) - max(map(len, counts)) - 6
        needed = [max((len(_named(nodes, left)) for nodes in column), default=0) for column in self._names(shown)]
        rooms = [max(left // 2, left - other) for other in reversed(needed)]
        names = (map(_named, column, repeat(room)) for column, room in zip(self._names(shown), rooms, strict=True))
        rows = [[self.value, self.words.nodes, *TITLES]]
        for row, count, *both in zip(shown, counts[1:], *names, strict=True):
            cells = [_wrapped(row.title, LONGEST), [count], *map(_wrapped, both, rooms)]
            rows += map(list, zip_longest(*cells, fillvalue=""))
        lines = [self.title(), *aligned(rows, left=(0, 2, 3))]
        if len(self.rows) > top:
            lines.append(f"… {len(self.rows) - top:,} more{how}")
        return "\n".join([*lines, "", self.note()])

    def _names(self, rows: Sequence[Tallied]) -> list[list[list[Any]]]:
        return [[row.nodes for row in rows], [row.through for row in rows]]

    def title(self) -> str:
        """Return what is counted, in a line."""
        nodes = how_many(self.n_nodes, self.words.nodes)
        return f"{nodes} reached from {self._start}, by {self.value}"

    def note(self) -> str:
        """Return what the last column says."""
        if self.direct:
            return f"through whom: what {self._start} {'lead' if self.source is ROOTS else 'leads'} to directly."
        return f"through whom: {self.words.nodes} that nothing leads to; none is marked as a root."

    @property
    def _start(self) -> str:
        return self.words.named(self.source)

    def __str__(self) -> str:
        return self.text()

    __repr__ = __str__

    def _frame(self) -> Frame:
        return Frame(list(self.records()), None, Axis(self.columns))

    def _sheet(self) -> Sheet:
        return self.columns, self.records(), self.title()


def _wrapped(text: str, room: int) -> list[str]:
    """Return a text in lines that have room: what is copied from a report is cut where it has blanks, if anywhere."""
    return wrap(text, room, break_on_hyphens=False)


def _named(nodes: Sequence[Any], room: int) -> str:
    """Return as many names as a column has room for, at least one whole, and how many more there are."""
    names = list(map(node_text, nodes))
    for shown in range(min(len(names), room // 3), 0, -1):
        more = and_more("", len(names) - shown)
        text = ", ".join(names[:shown])
        if len(text) + len(more) <= room or shown == 1:
            return text + more
    return ""


def tally(graph: nx.DiGraph | CompiledGraph, value: str = "licence", source: End | None = None) -> Tally:
    """Count the nodes by a text that they have: how many have each, which, and through whom the source comes to them.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
    value : str
        A node attribute; ``"licence"`` is found as ``"license"``, too, and the other way round.
    source : node, list of nodes or ROOTS, optional
        Only what it reaches is counted, itself left out; by default all that the roots reach. Roots are left out where
        they are marked: what a file is about is none of its packages.

    Returns
    -------
    Tally

    Raises
    ------
    UnknownNodeError
        If the source is not in the graph.
    UsageError
        If no node has the attribute, or the source has seeds.

    Examples
    --------
    >>> G = nx.DiGraph([("app", "web"), ("web", "html"), ("app", "json")], edge_meaning="depends on")
    >>> nx.set_node_attributes(G, {"web": "MIT", "html": "BSD-3-Clause", "json": "MIT"}, "licence")
    >>> tally(G, source="app")
    3 nodes reached from app, by licence
    licence       nodes  which      through whom
    MIT               2  web, json  web, json
    BSD-3-Clause      1  html       web
    <BLANKLINE>
    through whom: what app leads to directly.
    """
    network = network_of(graph)
    ready = counted(network, {})
    texts = _texts(network, ready.topology, value)
    of_roots = source is None or isinstance(source, Boundary)
    direct = bool(ready.topology.marked) or not of_roots
    reached, through = _reached(ready, root_positions(ready, source), direct=direct)
    return Tally(
        value,
        ROOTS if source is None else source,
        _tallied(ready.topology, texts, reached, through),
        len(reached),
        direct,
        words_of(network),
        ready.topology.naming,
    )


def has_texts(graph: nx.DiGraph, attribute: str) -> bool:
    """Tell whether nodes say something in words under an attribute, or its other spelling.

    Examples
    --------
    >>> G = nx.DiGraph()
    >>> G.add_node("a", license="MIT", size=3)
    >>> has_texts(G, "licence"), has_texts(G, "size")
    (True, False)
    """
    names = (attribute, SPELLINGS.get(attribute, attribute))
    return any(isinstance(data.get(name), str) for _, data in graph.nodes(data=True) for name in names)


def _texts(graph: nx.DiGraph, topology: Topology, attribute: str) -> list[str]:
    """Return what the node at each position says; "" of those that say nothing."""
    texts = [text_at(graph.nodes[label], attribute) for label in topology.labels]
    if not any(texts):
        have = ", ".join(attribute_kinds([data for _, data in graph.nodes(data=True)], drawing_names(graph)))
        raise UsageError(
            Keyword("value", attribute), f": no node says anything of this; nodes have: {have or 'no attributes'}"
        )
    return texts


def _reached(ready: CompiledGraph, starts: NDArray[Any], *, direct: bool) -> tuple[list[int], list[int]]:
    """Return the positions that are counted, and those through which they come: what starts lead to, or themselves."""
    rows = ready.topology.rows
    counted_here = flooded(rows.ptr, rows.heads, starts)
    if not direct:
        return np.flatnonzero(counted_here).tolist(), starts.tolist()
    counted_here[starts] = False
    through = np.setdiff1d(rows.heads[rows.places(starts)[0]], starts)
    return np.flatnonzero(counted_here).tolist(), through.tolist()


def _tallied(topology: Topology, texts: list[str], reached: list[int], through: list[int]) -> list[Tallied]:
    """Return the nodes by their texts, and through whom each comes: which texts a node leads to are bits of an int."""
    nodes: dict[str, list[int]] = {}
    for place in reached:
        nodes.setdefault(texts[place], []).append(place)
    bits = _led_to(topology, {place: 1 << number for number, places in enumerate(nodes.values()) for place in places})
    first, label = topology.representative.tolist(), topology.label
    rows = [
        Tallied(
            text or None,
            list(map(label, places)),
            [label(place) for place in through if bits[first[place]] >> number & 1],
        )
        for number, (text, places) in enumerate(nodes.items())
    ]
    return sorted(rows, key=lambda row: (row.text is None, -len(row), row.title))


def _led_to(topology: Topology, own: Mapping[int, int]) -> list[int]:
    """Return for each position, at the first of its component, the bits of all that it leads to and its own."""
    bits = [0] * topology.n_nodes
    first = topology.representative.tolist()
    for place, bit in own.items():
        bits[first[place]] |= bit
    ptr, heads = topology.quotient.ptr.tolist(), topology.quotient.heads.tolist()
    for node in range(topology.n_nodes - 1, -1, -1):
        for head in heads[ptr[node] : ptr[node + 1]]:
            bits[node] |= bits[head]
    return bits
