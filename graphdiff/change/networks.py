"""`NetworkComparison`: what changed between two networks, and where their gradients go."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import networkx as nx

from graphdiff.change.difference import Difference
from graphdiff.change.layers import KINDS, Change, changes_of, counts
from graphdiff.errors import UsageError, of_both
from graphdiff.operations.flow import ArrayFlow
from graphdiff.operations.network import Operations
from graphdiff.text.names import edge_name
from graphdiff.text.numbers import percent, shown
from graphdiff.text.sentences import how_many
from graphdiff.text.tables import Frame, Result, Sheet, aligned, in_columns, sheet_of

__all__ = ["NetworkComparison", "flows_of", "network_text", "sentences"]

#: So many rows of each list a report has.
ROWS = 12
#: How operations are counted in a line by what is another of them.
WITH = {
    "op": "with another op",
    "shape": "with another shape",
    "attributes": "with other attributes",
    "operands": "with other operands",
    "weights": "with other weights",
    "input": "with other inputs",
    "unknown": "with weights that are not known",
}
#: A name that is a number among those that do the same.
NUMBERED = re.compile(r"#\d+\Z")


@dataclass(frozen=True, eq=False, repr=False)
class NetworkComparison(Result):
    """What changed between two networks, operation by operation; in pandas a row for each change.

    Operations are matched by their names, and where `match` says so. Of `Operations` constants are no nodes, and so
    not compared.

    Attributes
    ----------
    difference : Difference
        The sets of operations and edges in which they differ.
    graphs : pair of networkx.MultiDiGraph
        The operations before and after.
    flows : pair of ArrayFlow, or None
        What passes each edge before and after, where a total was asked for or is there.
    why_no_total : str
        Why there is none, where it was not asked for.

    Examples
    --------
    >>> import numpy as np
    >>> from graphdiff import compare, trace
    >>> def loss(x, w):
    ...     h = np.tanh(x @ w)
    ...     return np.sum(h)
    >>> x, w = np.ones(2), np.ones((2, 3))
    >>> nets = [trace(loss, x, w * scale, arrays="whole") for scale in (1.0, 0.5)]
    >>> moved = compare(*nets, "x")
    >>> [(change.kind, change.node, change.relative) for change in moved.changes]
    [('input', 'w', 0.5)]
    >>> round(moved.before, 4), round(moved.after, 4)
    (0.4239, 1.2599)
    """

    difference: Difference
    graphs: tuple[nx.MultiDiGraph, nx.MultiDiGraph] = field(repr=False)
    flows: tuple[ArrayFlow, ArrayFlow] | None = None
    why_no_total: str = ""

    @cached_property
    def changes(self) -> list[Change]:
        """What is another, in the order of `KINDS` and of the operations."""
        found = list(changes_of(self.graphs, dict(self.difference.common())))
        order = list(KINDS)
        return sorted(found, key=lambda change: order.index(change.kind))

    def of(self, kind: str) -> list[Change]:
        """Return the changes of one kind: ``"added"``, ``"shape"``, ``"weights"``, …"""
        return [change for change in self.changes if change.kind == kind]

    # -- totals

    @property
    def before(self) -> float | None:
        """The total before; None where there is none."""
        return None if self.flows is None else self.flows[0].total

    @property
    def after(self) -> float | None:
        """The total after; None where there is none."""
        return None if self.flows is None else self.flows[1].total

    @property
    def change(self) -> float | None:
        """After minus before; None where there is no total."""
        return None if self.flows is None else self.flows[1].total - self.flows[0].total

    @cached_property
    def inputs(self) -> dict[str, tuple[float, float]]:
        """What each input gives of the totals before and after: the changes add up to that of the total."""
        return self._both(lambda flow: flow.inputs)

    @cached_property
    def edges(self) -> dict[tuple[str, str, int], tuple[float, float]]:
        """What passes each edge before and after, 0 where it is not; over a cut of both these add up to the totals."""
        return self._both(lambda flow: flow.edge_contributions)

    @cached_property
    def modules(self) -> dict[str, tuple[float, float]]:
        """What enters each module before and after."""
        return self._both(lambda flow: flow.by("module"))

    def _both(self, numbers: Callable[[ArrayFlow], Mapping[Any, float]]) -> dict[Any, tuple[float, float]]:
        """Return numbers by name before and after, those that changed most first."""
        if self.flows is None:
            return {}
        before, after = (numbers(flow) for flow in self.flows)
        rows = {name: (before.get(name, 0.0), after.get(name, 0.0)) for name in {**before, **after}}
        return dict(sorted(rows.items(), key=lambda row: -abs(row[1][1] - row[1][0])))

    # -- out

    def headline(self) -> str:
        """Return how much changed, in one line."""
        found = counts(self.changes)
        if not any(found.values()):
            return "no operation, shape or weight differs"
        rest = [f"{found[kind]:,} {text}" for kind, text in WITH.items() if found[kind]]
        return ", ".join([f"{how_many(found['added'], 'operations')} added, {found['removed']:,} removed", *rest])

    def beside(self) -> list[str]:
        """Return how operations were matched."""
        lines = ["operations are matched by name", *filter(None, [self.graphs[1].graph.get("not_compared")])]
        numbered = [str(node) for node in self.graphs[1] if NUMBERED.search(str(node))]
        if numbered and any(change.kind in ("added", "removed", "op") for change in self.changes):
            lines.append(
                f"! names such as {numbered[0]} count those of one kind: behind one that was added or removed they are "
                "those of others"
            )
        return lines

    def __str__(self) -> str:
        return network_text(self)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        made: dict[str, Any] = {"headline": self.headline(), "changes": [vars(change) for change in self.changes]}
        if self.flows is not None:
            made |= {"before": self.before, "after": self.after, "change": self.change}
            made["inputs"] = _records(self.inputs)
            made["modules"] = _records(self.modules)
            made["edges"] = _records({edge_name(edge): pair for edge, pair in self.edges.items()})
        elif self.why_no_total:
            made["why_no_total"] = self.why_no_total
        return made

    def to_networkx(self) -> nx.MultiDiGraph:
        """Return the edges that differ, and their ends, as one graph: what `graphdiff.write` draws."""
        graph = self.difference.to_networkx()
        graph.graph["headline"] = self.headline()
        return graph

    def paged(self, max_nodes: int | None = None) -> nx.MultiDiGraph:
        """Return both as one graph for a page."""
        graph = self.difference.paged(max_nodes)
        graph.graph["headline"] = f"{self.headline()}."
        return graph

    def _frame(self) -> Frame:
        return Frame([vars(change) for change in self.changes])

    def _sheet(self) -> Sheet:
        return sheet_of([vars(change) for change in self.changes], self.headline())


def _records(rows: Mapping[str, tuple[float, float]]) -> list[dict[str, Any]]:
    return [{"name": name, "before": old, "after": new, "change": new - old} for name, (old, new) in rows.items()]


def flows_of(
    nets: tuple[Operations, Operations], source: Any, target: Any
) -> tuple[tuple[ArrayFlow, ArrayFlow] | None, str]:
    """Return what passes each edge of both, or why there is no total where none was asked for.

    Raises
    ------
    UsageError, UnknownNodeError
        As `Operations.contributions`, where one was.
    """
    try:
        return of_both(lambda net: net.contributions(source, target), nets), ""
    except UsageError as error:
        if source is not None or target is not None:
            raise
        return None, str(error)


# -- text


def network_text(found: NetworkComparison, top: int | None = None) -> str:
    """Return the report, with so many rows of each list."""
    return in_columns(_lines(found, ROWS if top is None else top))


def sentences(texts: Iterable[str]) -> list[str]:
    """Return texts as sentences, also those that are warnings.

    Examples
    --------
    >>> sentences(["! names such as Conv#1"])
    ['Names such as Conv#1.']
    """
    plain = (text.removeprefix("! ") for text in texts)
    return [f"{text[:1].upper()}{text[1:]}." for text in plain]


def _lines(found: NetworkComparison, top: int) -> Iterator[str]:
    yield from sentences([found.headline(), *found.beside()])
    for kind, title in KINDS.items():
        rows = [_cells(change) for change in found.of(kind)]
        yield from _section(title, rows, top, left=(0, 1, 2, 3))
    if found.flows is not None:
        yield ""
        question = found.flows[1].headline().rpartition(": ")[0]
        yield f"{question}: {shown(found.before)} → {shown(found.after)}, change {shown(found.change)}"
        yield from _section("What inputs give of it", _numbers(found.inputs), top)
        yield from _section("What enters modules", _numbers(found.modules), top)
        edges = {edge_name(edge): pair for edge, pair in found.edges.items() if pair[0] != pair[1]}
        yield from _section("What passes edges, those that changed most", _numbers(edges), top)
    elif found.why_no_total:
        yield ""
        yield f"No total: {found.why_no_total}"


def _cells(change: Change) -> tuple[str, ...]:
    """Return a change as cells: the operation, what it was, what it is, and by how much."""
    if change.kind in ("added", "removed"):
        return (change.node, change.after or change.before)
    pair = change.before if change.before == change.after else f"{change.before} → {change.after}"
    by = "" if change.relative is None else f"by {percent(change.relative)} of their norm"
    return (change.node, *filter(None, (pair, by)))


def _numbers(rows: Mapping[str, tuple[float, float]]) -> list[tuple[str, ...]]:
    return [(name, f"{shown(old)} → {shown(new)}", shown(new - old)) for name, (old, new) in rows.items()]


def _section(title: str, rows: Sequence[tuple[str, ...]], top: int, left: Sequence[int] = (0,)) -> Iterator[str]:
    if not rows:
        return
    yield ""
    yield title
    width = max(map(len, rows[:top]), default=0)
    padded = [(*row, *[""] * (width - len(row))) for row in rows[:top]]
    yield from (f"  {line}" for line in (aligned(padded, left=left) if padded else ()))
    if len(rows) > top:
        yield f"  … {how_many(len(rows) - top, 'more rows')} (--all)"
