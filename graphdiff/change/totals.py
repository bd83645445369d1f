"""`Changes`: the totals of all nodes from one source, or of one target, before and after, and the places that moved."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff.arithmetic import Number
from graphdiff.change.account import MOST_ROWS, account, with_account
from graphdiff.change.comparison import Comparison
from graphdiff.change.difference import LINES, Difference, difference_lines, scope_title
from graphdiff.change.match import Matched, Side
from graphdiff.change.sweeps import Sweeps
from graphdiff.change.ways import NumberedEnd, Ways
from graphdiff.graph.ends import NODES, End
from graphdiff.sums.results import Numbers, in_one_array, largest_first
from graphdiff.text.names import node_text
from graphdiff.text.numbers import plain, shorten, shown, signed
from graphdiff.text.sentences import by_weights, how_many, words_for
from graphdiff.text.tables import NAME, Frame, Sheet, aligned, first_line, sheet_of

#: So many rows are shown as text, of all weightings together.
SHOWN = 6


@dataclass(frozen=True)
class Moved:
    """A node whose total changed.

    Attributes
    ----------
    node : label
    before, after : number
    place_before, place_after : int or None
        Its place by total, 1 for the largest; None where there is no path.
    """

    node: Any
    before: Number
    after: Number
    place_before: int | None
    place_after: int | None

    @property
    def change(self) -> Number:
        """After minus before."""
        return self.after - self.before


@dataclass(frozen=True, eq=False, repr=False)
class Changes(Numbers, Mapping[Any, Number]):
    """The change of the total of every node that a source reaches, or that reaches a target, without these ends.

    Of `NODES` no end is left out. In pandas a DataFrame of the nodes that moved.

    Attributes
    ----------
    end : node, list of nodes, mapping of node to seed, ROOTS or LEAVES
    towards : bool
        Whether the end is the target.
    difference : Difference
        The sets in which what it reaches, or what reaches it, differs.
    matched : Matched
        The graphs that the totals are of.
    before, after : arrays, shape (n_numbers,)
        The totals; 0 where there is no path or no node.
    """

    end: Any
    towards: bool
    difference: Difference
    matched: Matched = field(repr=False)
    before: NDArray[Any]
    after: NDArray[Any]
    node_groups: Mapping[Any, Any] | None = field(default=None, repr=False)

    def to_networkx(self) -> nx.MultiDiGraph:
        """Return what differs, as `Difference` does: what `graphdiff.write` draws."""
        return self.difference.to_networkx()

    def paged(self, max_nodes: int | None = None) -> nx.MultiDiGraph:
        """Return what a page holds of the difference, and for its account each node whose total changed."""
        graph, after = self.difference.paged(max_nodes), self.matched.after.graph
        names = [name for name in map(self.difference.matched.label, self._own_numbers) if name in graph]
        if names:
            graph.graph["target" if self.towards else "source"] = names[0] if len(names) == 1 else names
        title = scope_title(words_for(after.edge_meaning, after.weight_meaning), self.end, towards=self.towards)
        rows = [
            {"name": node_text(row.node), "total_before": row.before, "total_after": row.after,
             "place": place_text(row), "change": row.change, "ends": [row.node]}
            for row in self.moved[:MOST_ROWS]
        ]  # fmt: skip
        title = f"Totals that changed: {title}, {by_weights(after.weight_meaning)}"
        return with_account(graph, self.difference, account(title, rows) if rows else graph.graph["account"])

    @property
    def _own_numbers(self) -> tuple[int, ...]:
        """The nodes of the end, by their numbers in the graphs as they are; none where all nodes count."""
        plain_graphs = self.difference.matched
        return () if self.end is NODES else NumberedEnd.of(plain_graphs, self.end, plain_graphs).numbers

    def _numbered(self, end: End) -> NumberedEnd:
        return NumberedEnd.of(self.matched, end, self.difference.matched)

    @cached_property
    def _reached(self) -> list[int]:
        """The numbers that have a total, before or after, without the ends themselves, unless all nodes are ends."""
        mask = (self.before != 0) | (self.after != 0)
        if self.end is not NODES:
            mask[list(self._numbered(self.end).numbers)] = False
        return [int(number) for number in np.flatnonzero(mask)]

    @cached_property
    def _labels(self) -> dict[Any, int]:
        return {self.matched.label(number): number for number in self._reached}

    def __getitem__(self, node: Hashable) -> Number:
        number = self.matched.number(node)
        return self.after.item(number) - self.before.item(number)

    @property
    def array(self) -> NDArray[Any]:  # type: ignore[override]
        """The changes, in the order of the nodes."""
        before, after = (totals[self._reached] for totals in (self.before, self.after))
        if before.dtype == after.dtype == np.float64:
            return np.asarray(after - before)
        return in_one_array([new - old for new, old in zip(after.tolist(), before.tolist(), strict=True)])

    def __iter__(self) -> Iterator[Any]:
        return iter(self._labels)

    def __len__(self) -> int:
        return len(self._reached)

    def comparison(self, node: Hashable) -> Comparison:
        """Return what moved the total of one of the nodes."""
        source, target = (node, self.end) if self.towards else (self.end, node)
        ways = Ways.of(self.matched, self._numbered(source), self._numbered(target))
        ways.require_apart()
        return Comparison(source, target, self.difference, Sweeps.of(self.matched, ways).require(), self.node_groups)

    @cached_property
    def moved(self) -> list[Moved]:
        """The nodes whose total or place changed, the largest change first."""
        places = [
            self._places(side, totals)
            for side, totals in zip(self.matched.sides, (self.before, self.after), strict=True)
        ]
        rows = [
            Moved(self.matched.label(number), self.before.item(number), self.after.item(number), old, new)
            for number, old, new in zip(self._reached, *places, strict=True)
        ]
        changed = [row for row in rows if row.before != row.after or row.place_before != row.place_after]
        return [changed[place] for place in largest_first([row.change for row in changed])]

    def _places(self, side: Side, totals: NDArray[Any]) -> list[int | None]:
        """Return the place of each node by size, equal ones the same; a merged component counts as one node."""
        stands = side.stands[self._reached]
        merged = side.graph.cycles == "collapse" and len(stands)
        anchors = stands
        if merged:  # what is not there, at -1, stays so
            anchors = np.append(side.graph.topology.representative.astype(np.int64), -1)[stands]
        sizes = np.array([abs(value) for value in totals[self._reached].tolist()])
        _, first = np.unique(anchors, return_index=True)
        try:
            counted = np.sort(sizes[first])
        except TypeError:  # symbols have no order
            return [None] * len(sizes)
        larger = len(counted) - np.searchsorted(counted, sizes, side="right")
        return [int(place) + 1 if size else None for place, size in zip(larger, sizes, strict=True)]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        naming = self.matched.naming
        return {
            "end": naming.end(self.end),
            "towards": self.towards,
            "weight_meaning": self.matched.after.graph.weight_meaning,
            "moved": [
                {name: plain(value) if name != "node" else naming.node(value) for name, value in vars(row).items()}
                | {"change": plain(row.change)}
                for row in self.moved
            ],
            "difference": self.difference.to_dict(),
        }

    def _sheet(self) -> Sheet:
        rows = ({**vars(row), "node": node_text(row.node), "change": row.change} for row in self.moved)
        return sheet_of(rows, first_line(self))

    def _frame(self) -> Frame:
        return Frame([{**vars(row), "change": row.change} for row in self.moved])

    def __str__(self) -> str:
        return changes_text([self])

    def __repr__(self) -> str:
        way = "towards" if self.towards else "from"
        return f"<Changes {way} {self.end!r}: {how_many(len(self.moved), 'nodes')} moved>"


def place_text(row: Moved) -> str:
    """Return a node's place before and after."""
    old, new = ("none" if place is None else f"{place:,}" for place in (row.place_before, row.place_after))
    return old if old == new else f"{old} -> {new}"


def changes_text(columns: Sequence[Changes], top: int | None = None) -> str:
    """Return the report on the same end under one weighting or several: first the sets, then the nodes that moved."""
    shown_rows = SHOWN // len(columns) if top is None else top
    lines = [line for column in columns for line in ("", *changes_lines(column, shown_rows))]
    return "\n".join([*difference_lines(columns[0].difference, top, LINES - len(lines)), *lines])


def changes_lines(changes: Changes, top: int) -> list[str]:
    """Return the nodes that moved most as text."""
    graph = changes.matched.after.graph
    words = words_for(graph.edge_meaning, graph.weight_meaning)
    title = scope_title(words, changes.end, towards=changes.towards)
    if not changes.moved:
        return [f"{title[0].upper()}{title[1:]}, {by_weights(graph.weight_meaning)}: no total changed."]
    rows = [("node", "before", "after", "change", "place")]
    changed = [row for row in changes.moved if row.before != row.after]
    for row in changed[:top]:
        rows.append(
            (
                shorten(node_text(row.node), NAME),
                shown(row.before),
                shown(row.after),
                signed(row.change),
                place_text(row),
            )
        )
    more = [f"… {len(changed) - top:,} more (--all)"] if len(changed) > top else []
    others = len(changes.moved) - len(changed)
    more += [f"{how_many(others, 'others')} changed {'its' if others == 1 else 'their'} place only."] if others else []
    return [
        f"{title[0].upper()}{title[1:]}, {by_weights(graph.weight_meaning)}: {len(changed):,} changed",
        *aligned(rows),
        *more,
    ]
