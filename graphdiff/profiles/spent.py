"""`why` of a profile: how much of what a function costs is spent for others, by which routes, how far it is known."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import networkx as nx

from graphdiff.arithmetic import Number, is_number
from graphdiff.errors import UsageError
from graphdiff.graph.ends import LEAVES, NODES, ROOTS
from graphdiff.profiles.costs import INCLUSIVE, SELF, Costs, Part
from graphdiff.profiles.filtering import asked
from graphdiff.profiles.report import beside_text, headline, spent_text
from graphdiff.profiles.routes import Route, routes
from graphdiff.remedies import Keyword, Remedy
from graphdiff.text.names import members_of
from graphdiff.text.numbers import plain
from graphdiff.text.tables import Axis, Frame, Result, Sheet, first_line, sheet_of

__all__ = ["Caller", "Spent", "spent_for"]

#: So many routes are looked for.
ROUTES = 3


class Caller(NamedTuple):
    """A function that calls another directly: which part of its cost, how often, and what that costs."""

    function: Any
    share: float | None
    cost: Number | None
    calls: Number | None


@dataclass(frozen=True, eq=False, repr=False)
class Spent(Result):
    """How much of what a function costs is spent for others: what `graphdiff.explain` returns of a profile.

    Attributes
    ----------
    source : node, list of nodes, or None
        For whom; None is for all that leads to the target.
    target : node
    by : {"inclusive", "self"}
        Of what the target costs with all it calls, or, where that is not measured, of what it costs by itself.
    """

    source: Any
    target: Any
    by: str
    costs: Costs = field(repr=False)

    @property
    def graph(self) -> nx.DiGraph:
        """The profile."""
        return self.costs.graph

    @property
    def sources(self) -> list[Any]:
        """The functions that it is spent for; none where the source is left out."""
        several = members_of(self.source)
        return ([] if self.source is None else [self.source]) if several is None else several

    @cached_property
    def part(self) -> Part:
        """What is spent for the source; without one all of it."""
        if self.sources:
            return self.costs.part(self.sources, self.target, self.by)
        return self.costs.part([self.target], self.target, self.by)

    @cached_property
    def routes(self) -> list[Route]:
        """The routes by which most of it comes."""
        return routes(self.costs, self.sources or None, self.target, self.by, ROUTES)

    @cached_property
    def callers(self) -> list[Caller]:
        """The functions that call the target directly, those within its own calls last, the costliest first.

        Without a source it is all of them.
        """
        asked = self.sources or list(self.graph.predecessors(self.target))
        known = [self._caller(node) for node in asked if self.graph.has_edge(node, self.target)]
        return sorted(known, key=lambda caller: (self.is_again(caller.function), -float(caller.cost or 0)))

    def _caller(self, node: Any) -> Caller:
        data = self.graph.get_edge_data(node, self.target)
        cost, calls = (data[name] if is_number(data.get(name)) else None for name in ("cost", "calls"))
        whole = self.costs.inclusive(self.target)
        share = None if cost is None or not whole or self.is_again(node) else float(cost) / float(whole)
        return Caller(node, share, cost, calls)

    def is_again(self, caller: Any) -> bool:
        """Tell whether what the target costs for a caller is counted again, being within the target's own calls."""
        places = [self.costs.components[self.costs.number(node)] for node in (caller, self.target)]
        return self.costs.counts_every_level and places[0] == places[1]

    @cached_property
    def mixed(self) -> Any:
        """The function between source and target whose callers are mixed and that costs most there; None without any.

        Part of what it costs is spent for the source, and part of it is the target's.
        """
        costs, end = self.costs, self.costs.number(self.target)
        if costs.stacks is not None or not self.sources:
            return None
        starts = [costs.number(source) for source in self.sources]
        coming, going = costs.spent_for(starts), costs.spent_on(end)
        reach = {
            component: going.get(component, 0.0) * part
            for component, part in coming.items()
            if part < 1 and component not in {costs.components[end], *(costs.components[start] for start in starts)}
            and going.get(component, 0.0) * float(costs.sums[costs.components[end]]) < float(costs.sums[component])
        }  # fmt: skip
        component = max(reach, key=lambda each: reach[each], default=None)
        if component is None or not reach[component]:
            return None
        return costs.labels[max(costs.members[component], key=lambda number: float(costs.owns[number]))]

    @property
    def total(self) -> Number:
        """What of the target's cost is spent for the source, in the file's unit, as a condition of a gate asks for it.

        Raises
        ------
        UsageError
            If it is not measured.
        """
        if self.part.cost is not None:
            return self.part.cost
        low, high = self.part.bounds or (0.0, 1.0)
        raise UsageError(
            f"which part of {self.target} is spent for {' and '.join(map(str, self.sources))} is not measured: the "
            f"calls in this file allow {low:.3g} to {high:.3g}; a profile with stacks tells"
        )

    @property
    def share(self) -> float:
        """The same as a part of what the target costs; without a source what that costs, as a part of the profile.

        Raises
        ------
        UsageError
            If it is not measured, or there is no cost.
        """
        whole = self.part.whole if self.sources else self.graph.graph.get("total")
        if not whole:
            raise UsageError(f"what {self.target} costs is 0, or nothing in this file: of that there is no share")
        return float(self.total) / float(whole)

    @property
    def weight_meaning(self) -> str:
        """What the weights are: parts of what was measured."""
        return "spent"

    def to_networkx(self) -> nx.DiGraph:
        """Return the profile with what was asked, which `graphdiff.write` draws."""
        return asked(self.graph, self.source, self.target)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        part = self.part
        low, high = part.bounds or (None, None)
        interval = part.interval or (None, None)
        return {
            "source": None if self.source is None else (self.sources if members_of(self.source) else str(self.source)),
            "target": str(self.target),
            "by": self.by,
            "unit": self.costs.unit,
            "whole": plain(part.whole),
            "cost": None if part.cost is None else plain(part.cost),
            "share": part.share,
            "measured": part.is_measured,
            "least": low,
            "most": high,
            "samples": None if part.samples is None else list(part.samples),
            "interval_95": None if part.interval is None else list(interval),
            "mixed": None if part.is_measured or self.mixed is None else str(self.mixed),
            "callers": [
                {"function": str(c.function), "share": c.share, "cost": plain(c.cost), "calls": plain(c.calls)}
                for c in self.callers
            ],
            "routes": [
                {"functions": list(r.functions), "share": r.part, "cost": plain(r.cost), "samples": r.samples}
                for r in self.routes
            ],
        }

    def rows(self) -> list[list[Any]]:
        """Return the table of CSV: the answer in one row."""
        names = ("source", "target", "by", "unit", "whole", "cost", "share", "measured", "least", "most")
        record = self.to_dict()
        return [list(names), [record[name] for name in names]]

    def _frame(self) -> Frame:
        titles, row = self.rows()
        return Frame([row], None, Axis(titles))

    def _sheet(self) -> Sheet:
        titles, row = self.rows()
        return sheet_of([dict(zip(titles, row, strict=True))], first_line(self))

    def headline(self) -> str:
        """Return the answer in one line."""
        return headline(self)

    def beside(self) -> list[str]:
        """Return how much the file allows it to be, and what makes it uncertain."""
        return beside_text(self)

    def text(self) -> str:
        """Return the report."""
        return spent_text(self)

    def __repr__(self) -> str:
        return self.text()


def spent_for(graph: nx.DiGraph, source: Any, target: Any) -> Spent:
    """Return how much of what a function of a profile costs is spent for others.

    Parameters
    ----------
    graph : networkx.DiGraph
        A profile (`graphdiff.graph.measured`).
    source : node, list of nodes, ROOTS or None
        For whom; `ROOTS` and None are for all.
    target : node

    Returns
    -------
    Spent

    Raises
    ------
    UnknownNodeError
        If an end is not there.
    UsageError
        If the target is no function, or the source has weights.
    WeightError
        If calls have no cost.

    Examples
    --------
    >>> G = nx.DiGraph(edge_meaning="calls", unit="Ir", total=9, format="callgrind")
    >>> G.add_nodes_from([("main", {"self": 0}), ("a", {"self": 2}), ("b", {"self": 3}), ("work", {"self": 4})])
    >>> G.add_weighted_edges_from([("main", "a", 3), ("main", "b", 6), ("a", "work", 1), ("b", "work", 3)], "cost")
    >>> spent_for(G, "a", "work").part.cost
    1
    """
    if isinstance(target, (list, dict, set)) and len(target) == 1:
        (target,) = target
    if target is None or target is LEAVES:
        ranked = Remedy(Keyword("", python="graphdiff.rank(G, source=…)"), "says where its cost goes")
        raise UsageError("of a profile one function is asked for: give a ", Keyword("target"), ranked)
    if isinstance(source, dict) or source is NODES or members_of(target) is not None or target in (ROOTS, NODES):
        raise UsageError(
            "of a profile it is asked how much of one function is spent for others: weights, all nodes and several "
            "targets have no such part"
        )
    costs = Costs(graph)
    start = None if source is ROOTS else source
    spent = Spent(start, target, _known(costs, target), costs)
    assert spent.part  # so that what is refused is refused here
    return spent


def _known(costs: Costs, target: Any) -> str:
    """Return what of a function is measured: what it costs inclusively, else by itself."""
    costs.number(target)
    return SELF if costs.inclusive(target) is None and costs.own(target) is not None else INCLUSIVE
