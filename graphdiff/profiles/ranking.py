"""`rank` of a profile: which functions cost most, who makes one cost, and where what one costs goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import networkx as nx

from graphdiff.arithmetic import Number, is_number
from graphdiff.errors import UsageError, WeightError
from graphdiff.profiles.costs import INCLUSIVE, SELF, Costs, Part, Route
from graphdiff.profiles.report import CALLS, COLUMNS, RANGED, ranking_text
from graphdiff.profiles.stacks import Stacks
from graphdiff.remedies import Keyword, Remedy
from graphdiff.text.names import members_of
from graphdiff.text.numbers import plain
from graphdiff.text.tables import Axis, Frame, Result

__all__ = ["CostRanking", "Row", "rank_costs"]


@dataclass(frozen=True)
class Row:
    """A function in a ranking: what it costs, or its part of the cost of what was asked for.

    Attributes
    ----------
    node : node
    part : Part or None
        Which part of the one's cost is spent for the other; None where no other is asked for.
    """

    node: Any
    part: Part | None = None


@dataclass(frozen=True, eq=False, repr=False)
class CostRanking(Result):
    """Functions of a profile in order: what `graphdiff.rank` returns of one.

    Attributes
    ----------
    source, target : node or None
        Whose cost is followed down, or up; both None is what each function costs.
    by : {"self", "inclusive", "calls"}
        What is ranked, or what of the target, or of each function, is parted.
    listed : list of Row
        All of them, in order.
    """

    source: Any
    target: Any
    by: str
    listed: list[Row]
    costs: Costs = field(repr=False)

    def __len__(self) -> int:
        return len(self.listed)

    @property
    def asked(self) -> Any:
        """The function that is asked for, if one is."""
        return self.target if self.source is None else self.source

    @property
    def whole(self) -> Number | None:
        """What of the one that is asked for is parted."""
        if self.asked is None:
            return None
        return self.costs.whole(self.asked, INCLUSIVE if self.source is not None else self.by)

    def rows(self, top: int | None = None) -> list[Row]:
        """Return the first rows, each with what edges allow; by default `RANGED`."""
        some = self.listed[: RANGED if top is None else top]
        return [self._ranged(row) for row in some]

    def _ranged(self, row: Row) -> Row:
        part, costs = row.part, self.costs
        if part is None or costs.stacks is not None or part.is_measured or not part.whole:
            return row
        ends = (self.source, row.node) if self.source is not None else (row.node, self.target)
        start, end = map(costs.number, ends)
        return replace(row, part=costs.with_range(part, [start], end))

    # -- what a gate asks

    @property
    def n_ranked(self) -> int:
        """How many functions there are."""
        return len(self.listed)

    @property
    def nodes(self) -> list[Any]:
        """The functions."""
        return [row.node for row in self.listed]

    @property
    def weights(self) -> list[str]:
        """What the numbers are."""
        return [self.by]

    @property
    def influences(self) -> list[list[Number]]:
        """The numbers as a condition of a gate asks for them, a row each.

        Raises
        ------
        UsageError
            If they are estimates.
        """
        if any(row.part is not None and not row.part.is_measured for row in self.listed):
            raise UsageError(
                f"for whom {self.asked} costs is an estimate on the calls of this file, which no condition can be about; "
                "a profile with stacks tells"
            )
        return [[self.number(row) or 0] for row in self.listed]

    def number(self, row: Row) -> Number | None:
        """Return what a row is ranked by, in the unit of the profile."""
        if row.part is not None:
            return row.part.cost if row.part.is_measured else (row.part.estimate or 0.0) * float(row.part.whole)
        return self.figure(row.node, self.by)

    def figure(self, node: Any, name: str) -> Number | None:
        """Return what a function costs by itself or inclusively, or how often it is called; None where not recorded."""
        if name == INCLUSIVE:
            return self.costs.inclusive(node)
        value = self.costs.graph.nodes[node].get(name)
        return value if is_number(value) else None

    @cached_property
    def edge_routes(self) -> dict[int, list[Route]]:
        """The strongest route to each function, as edges estimate it."""
        return self.costs.best_routes(self.costs.beginning, 1)

    def route(self, node: Any) -> Route | None:
        """Return the route by which most comes: to a function, from it to the target, or to it from the source."""
        if self.source is not None or self.target is not None:
            ends = (self.source, node) if self.source is not None else (node, self.target)
            routes = self.costs.routes([ends[0]], ends[1], self.by if self.by != CALLS else INCLUSIVE, 1)
        elif self.costs.stacks is not None:
            routes = self.costs.routes(None, node, self.by if self.by != CALLS else INCLUSIVE, 1)
        else:
            routes = self.edge_routes.get(self.costs.number(node), [])
        return routes[0] if routes else None

    # -- as records

    def to_dict(self, top: int | None = None) -> dict[str, Any]:
        """Return everything as plain values; of the first rows, by default `RANGED`, what edges allow."""
        ranged = self.rows(top)
        named = {
            name: None if node is None else str(node)
            for name, node in (("source", self.source), ("target", self.target))
        }
        return {
            **named,
            "by": self.by,
            "unit": self.costs.unit,
            "whole": plain(self.whole),
            "nodes": [self._record(row) for row in [*ranged, *self.listed[len(ranged) :]]],
        }

    def _record(self, row: Row) -> dict[str, Any]:
        record = {"node": str(row.node), **{name: plain(self.figure(row.node, name)) for name in COLUMNS}}
        if row.part is not None:
            low, high = row.part.bounds or (None, None)
            interval = row.part.interval
            record |= {"cost": plain(row.part.cost), "share": row.part.share, "measured": row.part.is_measured}
            record |= {"least": low, "most": high, "interval_95": None if interval is None else list(interval)}
        return record

    def sheet(self, top: int | None = None) -> list[list[Any]]:
        """Return the titles and the rows of a table."""
        records = self.to_dict(top)["nodes"]
        titles = list(records[0]) if records else ["node", *COLUMNS]
        kept = [title for title in titles if title != "interval_95"]
        return [kept, *([record[title] for title in kept] for record in records)]

    def _frame(self) -> Frame:
        titles, *rows = self.sheet()
        return Frame([row[1:] for row in rows], Axis([row[0] for row in rows], "node"), Axis(titles[1:]))

    def text(self, top: int = RANGED, how: str = "") -> str:
        """Return the report on the first `top` rows; `how` says behind the number of the others how to see them."""
        return ranking_text(self, top, how)

    def __repr__(self) -> str:
        return self.text()


def rank_costs(
    graph: nx.DiGraph, source: Any = None, target: Any = None, *, by: str | None = None, top: int | None = None
) -> CostRanking:
    """Rank the functions of a profile: by what they cost, by how much they make one cost, or by where its cost goes.

    Parameters
    ----------
    graph : networkx.DiGraph
        A profile (`graphdiff.graph.measured`).
    source, target : node, optional
        At most one of them.
    by : {"self", "inclusive", "calls"}, optional
        By default ``"self"``, and of a target ``"inclusive"``.
    top : int, optional
        How many rows.

    Returns
    -------
    CostRanking

    Raises
    ------
    UnknownNodeError
        If the end is not there.
    UsageError
        If both ends are given, or there is no such column.
    WeightError
        If the file does not say what functions or calls cost.

    Examples
    --------
    >>> G = nx.DiGraph(edge_meaning="calls", unit="Ir", total=9, format="callgrind")
    >>> G.add_nodes_from([("main", {"self": 0}), ("a", {"self": 2}), ("b", {"self": 3}), ("work", {"self": 4})])
    >>> G.add_weighted_edges_from([("main", "a", 3), ("main", "b", 6), ("a", "work", 1), ("b", "work", 3)], "cost")
    >>> rank_costs(G).nodes, rank_costs(G, target="work").nodes
    (['work', 'b', 'a', 'main'], ['main', 'b', 'a'])
    """
    if by is not None and by not in COLUMNS:
        raise UsageError(Keyword("by", by), f": of a profile the columns are {', '.join(COLUMNS)}")
    source, target = _one(source, "source"), _one(target, "target")
    costs = Costs(graph)
    if source is None and target is None:
        listed = _all(costs, by or SELF)
    elif by == CALLS:
        listed = _callers(costs, source, target)
    else:
        parts = _towards if target is not None else _from
        listed = parts(costs, target if source is None else source, by or (SELF if target is None else INCLUSIVE))
    return CostRanking(source, target, by or (SELF if target is None else INCLUSIVE), listed[:top], costs)


def _one(end: Any, name: str) -> Any:
    """Return the one function that an end is."""
    several = members_of(end)
    if several is not None and len(several) == 1 and not isinstance(end, dict):
        return several[0]
    if several is not None or type(end).__name__ == "Boundary":
        pair = Remedy(Keyword("", python="graphdiff.explain(G, [a, b], target)"), "takes several callers together")
        raise UsageError("of a profile a ranking has one ", Keyword(name), ", without weights", pair)
    return end


def _sorted(rows: list[Row], number: Callable[[Row], Number | None]) -> list[Row]:
    return sorted(rows, key=lambda row: -float(number(row) or 0))


def _all(costs: Costs, by: str) -> list[Row]:
    """Return every function that has a number of the column."""
    ranking = CostRanking(None, None, by, [], costs)
    rows = [Row(label) for label in costs.labels if ranking.figure(label, by) is not None]
    if not rows and costs.labels:
        raise WeightError(f"no function of this file has {'a cost by itself' if by == SELF else by}: {_have(costs)}")
    return _sorted(rows, lambda row: ranking.figure(row.node, by))


def _have(costs: Costs) -> str:
    names = [name for name in COLUMNS if any(is_number(value) for _, value in costs.graph.nodes(data=name))]
    return f"functions have {' and '.join(names)}" if names else "functions have no numbers"


def _callers(costs: Costs, source: Any, target: Any) -> list[Row]:
    """Return who calls a function directly, or whom it calls, by how often."""
    asked = source if target is None else target
    costs.number(asked)
    edges = costs.graph.in_edges(asked, data=CALLS) if target is not None else costs.graph.out_edges(asked, data=CALLS)
    counts = [(tail if target is not None else head, calls) for tail, head, calls in edges if is_number(calls)]
    if not counts and costs.graph.degree(asked):
        raise WeightError(
            f"this file does not say how often {asked} {'is called' if source is None else 'calls others'}"
        )
    whole = sum(calls for _, calls in counts)
    return _sorted([Row(node, Part(whole, calls)) for node, calls in counts], lambda row: row.part and row.part.cost)


def _towards(costs: Costs, target: Any, by: str) -> list[Row]:
    """Return how much of what a function costs is spent for each that leads to it."""
    end = costs.number(target)
    callers = [costs.number(node) for node in nx.ancestors(costs.graph, target)]
    return _parted(costs, [(number, end) for number in callers], by, towards=True)


def _from(costs: Costs, source: Any, by: str) -> list[Row]:
    """Return how much of what each function costs is spent for one."""
    start = costs.number(source)
    called = [costs.number(node) for node in nx.descendants(costs.graph, source)]
    return _parted(costs, [(start, number) for number in [start, *called]], by, towards=False)


def _parted(costs: Costs, pairs: Sequence[tuple[int, int]], by: str, *, towards: bool) -> list[Row]:
    """Return a row for each pair of functions, the first of which the other's cost is spent for."""
    if not pairs:
        return []
    parts: Iterator[Part | None] = _estimated(costs, pairs, by, towards=towards)
    if costs.stacks is not None:
        parts = _measured(costs, costs.stacks, pairs, by, towards=towards)
    rows = [Row(costs.labels[pair[0 if towards else 1]], part) for pair, part in zip(pairs, parts, strict=True)]
    ranking = CostRanking(None, None, by, [], costs)
    return _sorted(
        [row for row in rows if row.part and (ranking.number(row) or row.part.share is None)], ranking.number
    )


def _estimated(costs: Costs, pairs: Sequence[tuple[int, int]], by: str, *, towards: bool) -> Iterator[Part | None]:
    """Yield the parts as edges estimate them, of two of one component without an estimate; None where it is not known.

    Raises
    ------
    WeightError
        If it is not known what the target costs.
    """
    fixed = pairs[0][1 if towards else 0]
    shares = costs.spent_on(fixed) if towards else costs.spent_for([fixed])
    for start, end in pairs:
        whole = costs.required(costs.labels[end], by) if towards else costs.whole(costs.labels[end], by)
        first, last = costs.components[start], costs.components[end]
        if whole is None:
            yield None
        elif start == end:
            yield Part(whole, whole)
        elif first == last:
            yield Part(whole)
        else:
            yield Part(
                whole, estimate=shares.get(first, 0.0) * costs.of_component(start) if towards else shares.get(last, 0.0)
            )


def _measured(
    costs: Costs, stacks: Stacks, pairs: Sequence[tuple[int, int]], by: str, *, towards: bool
) -> Iterator[Part]:
    """Yield the parts as stacks have them: of all pairs at once, but of two of one component one by one.

    In stacks that hold both, one of another component stands above, as a call leads from it to the other and none back.
    """
    fixed = pairs[0][1 if towards else 0]
    mask = stacks.frames == fixed if towards and by == SELF else stacks.holding([fixed])
    size = len(costs.labels)
    held = [None if each is None else each.where(mask).functions(size) for each in (stacks, costs.counts)]
    every = [None if each is None else each.functions(size) for each in (stacks, costs.counts)]
    column = int(towards or by == INCLUSIVE)  # own costs, or inclusive ones
    for start, end in pairs:
        if start == end or costs.components[start] == costs.components[end]:
            yield costs.part([costs.labels[start]], costs.labels[end], by)
            continue
        place = start if towards else end
        spent, of = ([None if sums is None else sums[at][number].item() for sums in both] for both, at, number in (
            (held, column, place), (every, int(by == INCLUSIVE), end)
        ))  # fmt: skip
        yield Part(of[0], spent[0], samples=None if spent[1] is None else (spent[1], of[1]))
