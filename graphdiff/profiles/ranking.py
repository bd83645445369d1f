"""`rank` of a profile: which functions cost most, who makes one cost, and where what one costs goes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import networkx as nx

from graphdiff.arithmetic import Number, is_number
from graphdiff.errors import UsageError, WeightError
from graphdiff.graph.networks import RANKED
from graphdiff.profiles.costs import INCLUSIVE, SELF, Costs, Part
from graphdiff.profiles.filtering import asked
from graphdiff.profiles.report_ranking import (
    CALLS,
    COLUMNS,
    RANGED,
    part_facts,
    ranking_beside,
    ranking_headline,
    ranking_text,
)
from graphdiff.profiles.routes import Route, beginning, best_routes, best_routes_to, routes
from graphdiff.profiles.stacks import Stacks
from graphdiff.remedies import Keyword, Remedy
from graphdiff.text.names import members_of
from graphdiff.text.numbers import plain
from graphdiff.text.tables import Axis, Frame, Result, Sheet, first_line, sheet_of

__all__ = ["CostRanking", "Row", "rank_costs"]


@dataclass(frozen=True)
class Row:
    """A function in a ranking: what it costs, or its part of the cost of what was asked for.

    Attributes
    ----------
    numbers : tuple of int
        The function, or those of a component that edges cannot tell apart, by their places among the nodes.
    name : str
        What it is called.
    part : Part or None
        Which part of the one's cost is spent for the other; None where no other is asked for.
    """

    numbers: tuple[int, ...]
    name: str
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

    def to_networkx(self) -> nx.DiGraph:
        """Return the profile with what was asked, which `graphdiff.write` draws; functions have their ``place``.

        Of a question they have the ``part`` that they are ranked by, whether it is estimated, and what is ``allowed``.
        """
        graph, ranged = asked(self.costs.graph, self.source, self.target), self.rows()
        graph.graph[RANKED] = [
            "place",
            *(sorted(COLUMNS, key=self.by.__ne__) if self.asked is None else ("part", "allowed")),
        ]
        place, before = 0, None
        for count, row in enumerate([*ranged, *self.listed[len(ranged) :]], 1):
            place, before = (place if self.number(row) == before else count), self.number(row)
            known = {"place": place, **part_facts(self, row)}
            for label in (self.costs.labels[number] for number in row.numbers):
                if label in graph:  # of stacks the functions of the question alone
                    graph.nodes[label].update(known)
        return graph

    def headline(self) -> str:
        """Return what is ranked, and what comes first."""
        return ranking_headline(self)

    def beside(self) -> list[str]:
        """Return how the numbers are meant, and what makes them uncertain."""
        return ranking_beside(self)

    @property
    def asked(self) -> Any:
        """The function that is asked for, if one is."""
        return self.target if self.source is None else self.source

    @property
    def whole(self) -> Number | None:
        """What of the one that is asked for is parted."""
        if self.asked is None:
            return None
        if self.by == CALLS:
            return next((row.part.whole for row in self.listed if row.part), 0)
        return self.costs.whole(self.asked, INCLUSIVE if self.source is not None else self.by)

    def rows(self, top: int | None = None) -> list[Row]:
        """Return the first rows, each with what edges allow; by default `RANGED`.

        Functions for which all of the target is spent come beside them, `RANGED` at most: of who makes it cost they say
        nothing.
        """
        full = [row for row in self.listed if self.target is not None and _is_full(row)][:RANGED]
        others = self.listed[len(full) :][: RANGED if top is None else top]
        known = self._ranges
        return [known[row] if row in known else known.setdefault(row, self._ranged(row)) for row in [*full, *others]]

    @cached_property
    def _ranges(self) -> dict[Row, Row]:
        """The rows of which it was asked already what edges allow."""
        return {}

    def _ranged(self, row: Row) -> Row:
        part, costs = row.part, self.costs
        if part is None or costs.stacks is not None or part.is_measured or not part.whole:
            return row
        if self.source is not None:
            return replace(row, part=costs.with_range(part, [costs.number(self.source)], row.numbers[0]))
        return replace(row, part=costs.with_range(part, row.numbers, costs.number(self.target)))

    # -- what a gate asks

    @property
    def n_ranked(self) -> int:
        """How many functions there are."""
        return len(self.listed)

    @property
    def nodes(self) -> list[Any]:
        """The functions; those that edges cannot tell apart as a frozenset."""
        labels = ([self.costs.labels[number] for number in row.numbers] for row in self.listed)
        return [members[0] if len(members) == 1 else frozenset(members) for members in labels]

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
                f"for whom {self.asked} costs is an estimate on the calls of this file, which no condition can be "
                "about; a profile with stacks tells"
            )
        return [[self.number(row) or 0] for row in self.listed]

    @property
    def shares(self) -> list[float]:
        """The same as parts of what is parted, which without an end is the whole profile.

        Raises
        ------
        UsageError
            If they are estimates, or parts of nothing that costs.
        """
        whole = self.costs.graph.graph.get("total") if self.asked is None else self.whole
        if not whole or self.by == CALLS:
            raise UsageError("share is the part of a cost, and here none is asked for, or all is 0")
        return [float(number) / float(whole) for (number,) in self.influences]

    def number(self, row: Row) -> Number | None:
        """Return what a row is ranked by, in the unit of the profile."""
        return self.costs.figure(row.numbers, self.by) if row.part is None else row.part.about

    @cached_property
    def edge_routes(self) -> Mapping[int, Route]:
        """The strongest route from or to each function, as edges estimate it."""
        costs = self.costs
        if self.target is not None:
            return best_routes_to(costs, costs.number(self.target))
        start = None if self.source is None else costs.number(self.source)
        starts = beginning(costs) if start is None else [(start, costs.components[start], 1.0)]
        return {number: ways[0] for number, ways in best_routes(costs, starts, 1).items()}

    def route(self, row: Row) -> Route | None:
        """Return the route by which most comes: to a function, from it to the target, or to it from the source."""
        costs, place = self.costs, row.numbers[0]
        if costs.stacks is None:
            return self.edge_routes.get(place)
        by = INCLUSIVE if self.by == CALLS else self.by
        source = self.source if self.target is None else costs.labels[place]
        end = costs.labels[place] if self.target is None else self.target
        return next(iter(routes(costs, None if source is None else [source], end, by, 1)), None)

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
        record = {"node": row.name, **{name: plain(self.costs.figure(row.numbers, name)) for name in COLUMNS}}
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

    def _sheet(self) -> Sheet:
        titles, *rows = self.sheet()
        return sheet_of((dict(zip(titles, row, strict=True)) for row in rows), first_line(self))

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
        By default ``"self"``, and of a target ``"inclusive"``; of a file that only counts calls ``"calls"``.
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
    by = by or _default(costs, source, target)
    if source is None and target is None:
        listed = _all(costs, by)
    elif by == CALLS:
        listed = _callers(costs, source, target)
    else:
        listed = _parted(costs, source if target is None else target, by, towards=target is not None)
    return CostRanking(source, target, by, listed[:top], costs)


def _default(costs: Costs, source: Any, target: Any) -> str:
    """Return what is ranked, where it is not said: of no one what the file has first."""
    if target is not None:
        return INCLUSIVE
    return SELF if source is not None else next(iter(_columns(costs)), SELF)


def _columns(costs: Costs) -> list[str]:
    """Return the columns of which some function has a number."""
    return [name for name in COLUMNS if any(is_number(value) for _, value in costs.graph.nodes(data=name))]


def _is_full(row: Row) -> bool:
    """Tell whether all of the target is spent for a function; such rows come first."""
    return row.part is not None and (row.part.share or 0.0) > 1 - ALL


#: What an estimate of all of a cost may lack.
ALL = 1e-9


def _one(end: Any, name: str) -> Any:
    """Return the one function that an end is."""
    several = members_of(end)
    if several is not None and len(several) == 1 and not isinstance(end, dict):
        return several[0]
    if several is not None or type(end).__name__ == "Boundary":
        pair = Remedy(Keyword("", python="graphdiff.explain(G, [a, b], target)"), "takes several callers together")
        raise UsageError("of a profile a ranking has one ", Keyword(name), ", without weights", pair)
    return end


def _sorted(costs: Costs, rows: Iterable[Row], number: Callable[[Row], Number | None]) -> list[Row]:
    """Return rows in order, the largest first; of equal ones what costs most by itself, then by name: not as the file.

    So it is the same for all formats.
    """

    def place(row: Row) -> tuple[float, float, str]:
        return -float(number(row) or 0), -sum(float(costs.owns[member]) for member in row.numbers), row.name

    return sorted(rows, key=place)


def _all(costs: Costs, by: str) -> list[Row]:
    """Return every function that has a number of the column."""
    figures = {number: costs.figure([number], by) for number in range(len(costs.labels))}
    known = [number for number, figure in figures.items() if figure is not None]
    if not known and costs.labels:
        have = " and ".join(_columns(costs)) or "no numbers"
        raise WeightError(
            f"no function of this file has {'a cost by itself' if by == SELF else by}: functions have {have}"
        )
    rows = [Row((number,), str(costs.labels[number])) for number in known]
    return _sorted(costs, rows, lambda row: figures[row.numbers[0]])


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
    rows = [Row((costs.number(node),), str(node), Part(whole, calls)) for node, calls in counts]
    return _sorted(costs, rows, lambda row: row.part and row.part.cost)


def _parted(costs: Costs, fixed: Any, by: str, *, towards: bool) -> list[Row]:
    """Return a row for each that leads to a function, or that it leads to: what is spent for the former on the latter.

    Of what a function leads to it is itself the last, with what it costs by itself.
    """
    end = costs.number(fixed)
    others = (nx.ancestors if towards else nx.descendants)(costs.graph, fixed)
    numbers = sorted(map(costs.number, others))
    if costs.stacks is not None:
        parts: Iterator[tuple[tuple[int, ...], Part]] = _measured(
            costs, costs.stacks, end, numbers, by, towards=towards
        )
    else:
        parts = _estimated(costs, end, numbers, by, towards=towards)
    rows = [Row(members, costs.component_name(members), part) for members, part in parts]
    if not towards and (whole := costs.whole(fixed, by)) is not None:
        rows.append(Row((end,), str(fixed), Part(whole, whole)))
    known = [row for row in rows if row.part and row.part.share is not None and row.part.about]
    unknown = [row for row in rows if row.part and row.part.share is None and row.part.whole]
    return [
        *_sorted(costs, known, lambda row: row.part and row.part.about),
        *_sorted(costs, unknown, lambda row: row.part and row.part.whole),
    ]


def _estimated(
    costs: Costs, fixed: int, numbers: Sequence[int], by: str, *, towards: bool
) -> Iterator[tuple[tuple[int, ...], Part]]:
    """Yield the parts as edges estimate them, of each component once; without an estimate of the fixed one's own."""
    shares = costs.spent_on(fixed) if towards else costs.spent_for([fixed])
    together: dict[int, list[int]] = {}
    for number in numbers:
        together.setdefault(costs.components[number], []).append(number)
    for component, members in together.items():
        whole = costs.required(costs.labels[fixed], by) if towards else _whole_of(costs, component, members, by)
        inner = component == costs.components[fixed] or (towards is False and costs.is_in_component(fixed))
        yield tuple(members), Part(whole, estimate=None if inner else shares.get(component, 0.0))


def _whole_of(costs: Costs, component: int, members: Sequence[int], by: str) -> Number:
    """Return what the functions of a component cost together."""
    return costs.sums[component] if by == INCLUSIVE else sum(costs.owns[number] for number in members)


def _measured(
    costs: Costs, stacks: Stacks, fixed: int, numbers: Sequence[int], by: str, *, towards: bool
) -> Iterator[tuple[tuple[int, ...], Part]]:
    """Yield the parts as stacks have them: of all at once, but of two of one component one by one.

    In stacks that hold both, one of another component stands above, as a call leads from it to the other and none back.
    """
    mask = stacks.frames == fixed if towards and by == SELF else stacks.holding([fixed])
    both = [each for each in (stacks, costs.counts) if each is not None]
    held = [each.where(mask).functions(len(costs.labels))[towards or by == INCLUSIVE] for each in both]
    every = [each.functions(len(costs.labels))[by == INCLUSIVE] for each in both]
    for number in numbers:
        if costs.components[number] == costs.components[fixed]:
            ends = (number, fixed) if towards else (fixed, number)
            yield (number,), costs.part([costs.labels[ends[0]]], costs.labels[ends[1]], by)
            continue
        spent = [column[number].item() for column in held]
        whole = [column[fixed if towards else number].item() for column in every]
        yield (number,), Part(whole[0], spent[0], samples=(spent[1], whole[1]) if len(both) > 1 else None)
