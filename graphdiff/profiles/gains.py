"""`gains`: what a profile's total gains if functions get faster, or are called less often.

A change takes a part of what some stacks cost: of those that end with a function, that hold it, or that pass a call. Of
one change that is a part of a cost that the file has measured. What several changes do to one stack multiplies, so that
stacks answer exactly; from edges alone comes the range of what the changes have in common (`overlaps`).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import chain
from typing import Any

import networkx as nx

from graphdiff import arithmetic
from graphdiff.arithmetic import Number
from graphdiff.errors import GraphTypeError, UsageError
from graphdiff.graph.measured import STACKS, is_profile
from graphdiff.profiles.costs import wilson
from graphdiff.profiles.overlaps import Bounds
from graphdiff.profiles.ranges import ALIKE
from graphdiff.profiles.report_gains import gains_text
from graphdiff.profiles.savings import Answer, Saving, on_edges, on_stacks, require_node
from graphdiff.remedies import Keyword
from graphdiff.text.numbers import plain
from graphdiff.text.tables import Frame, Result, Sheet, first_line, sheet_of

__all__ = ["Gains", "gains"]


#: What functions and calls cost, and the numbers that are parted as they are.
COSTS, EXACT = ("self", "inclusive", "cost"), (int, float, Fraction)


def gains(
    graph: nx.DiGraph,
    source: Hashable | None = None,
    *,
    faster: Mapping[Any, Number] | None = None,
    faster_inclusive: Mapping[Any, Number] | None = None,
    fewer_calls: Mapping[tuple[Any, Any], Number] | None = None,
) -> Gains:
    """Return what becomes of a profile's total, or of what a function costs with all it calls.

    Parameters
    ----------
    graph : networkx.DiGraph
        A profile, such as `graphdiff.read` makes of its file.
    source : node, optional
        The function in question; the whole profile where it is left out.
    faster : mapping of function to part
        By which part of its cost the function's own code gets faster: 0.3 is 30 %, 1 all of it.
    faster_inclusive : mapping of function to part
        The same of the function with all that it calls.
    fewer_calls : mapping of (caller, callee) to part
        Which part of the calls there will not be.

    Returns
    -------
    Gains

    Raises
    ------
    UsageError
        If the graph is no profile, a part is none, or the file does not have what a change is about.
    GraphTypeError
        If calls are parallel edges.
    UnknownNodeError, UnknownEdgeError
        If a function or a call is not in the profile.

    Examples
    --------
    >>> G = nx.DiGraph(edge_meaning="calls", unit="Ir", total=100, kind="counted")
    >>> G.add_nodes_from([("main", {"self": 10, "inclusive": 100}), ("f", {"self": 90, "inclusive": 90})])
    >>> G.add_edge("main", "f", cost=90, calls=3)
    >>> print(gains(G, "main", faster={"f": 0.3}))
    main: 100 -> 73 Ir (-27.0 %)    f's own code costs 90 Ir: measured
    """
    if not isinstance(graph, nx.DiGraph) or not is_profile(graph):
        raise UsageError("this graph is no profile: what a change of a function saves is a part of what was measured")
    graph = _in_real_numbers(graph)
    given = {"faster": faster, "faster_inclusive": faster_inclusive, "fewer_calls": fewer_calls}
    changes = [
        Saving.of(graph, what, item, part) for what, each in given.items() for item, part in (each or {}).items()
    ]
    if not changes:
        raise UsageError("no change is given: ", Keyword("faster"), ", ", Keyword("faster_inclusive"), " or ",
                         Keyword("fewer_calls"))  # fmt: skip
    if source is not None:
        require_node(graph, source)
    answer = (on_stacks if STACKS in graph.graph else on_edges)(graph, source, changes)
    return _gains(graph, source, answer)


def _gains(graph: nx.DiGraph, source: Any, answer: Answer) -> Gains:
    """Return the result in numbers of the profile's kind, with what is known of samples and threads."""
    finish, before = _finisher(graph), answer.before
    left = Bounds(before - answer.saved.high, before - answer.saved.low)
    low, high = _finished(left, before, finish)
    savings = [
        replace(each, cost=_finished(each.cost, before, finish), saved=_finished(each.saved, before, finish))
        for each in answer.changes
    ]
    estimate = None
    if answer.estimate is not None and low != high:
        estimate = min(max(float(before) - answer.estimate, float(low)), float(high))
    interval = None
    if graph.graph.get("kind") == "sampled" and answer.samples and before:
        interval = _interval(answer)
    threads = graph.graph.get("threads", 1)
    return Gains(
        source=source,
        before=finish(before),
        low=low,
        high=high,
        savings=savings,
        unit=graph.graph["unit"],
        has_stacks=STACKS in graph.graph,
        estimate=estimate,
        interval=interval,
        samples=answer.samples,
        threads=threads if isinstance(threads, int) else len(threads),
        reasons=answer.reasons,
        estimated=answer.estimated,
    )


@dataclass(frozen=True)
class Gains(Result):
    """What a total gains by changes; in pandas a row for each change.

    Attributes
    ----------
    source : node or None
        Whose cost it is, with all it calls; None for the whole profile.
    before : number
    after, change : number or None
        None where the file leaves a range.
    low, high : number
        The least and the most that is left after the changes; `after`, where that is known.
    estimate : number or None
        What would be left if a function cost the same for all its callers; None where the file knows.
    interval : tuple of float, or None
        Of a sampled profile between which parts of `before` the saving lies (95 %), by the number of samples alone.
    savings : list of Saving
        Change by change.
    samples : int or None
        How many samples `before` is of.
    has_stacks : bool
        Whether the answer is from stacks.
    unit : str
    threads : int
        Of how many threads the costs are, at least.
    reasons : tuple of str
        Why there may be a range: see `savings.Answer`.
    estimated : str
        Why the costs it rests on were not measured, as gprof shares them out by counts of calls; empty where they were.
    """

    source: Any
    before: Number
    low: Number
    high: Number
    savings: list[Saving]
    unit: str
    has_stacks: bool
    estimate: Number | None = None
    interval: tuple[float, float] | None = None
    samples: int | None = None
    threads: int = 1
    reasons: tuple[str, ...] = field(default=(), repr=False)
    estimated: str = ""

    @property
    def after(self) -> Number | None:
        """What is left, where the file knows it."""
        return self.low if self.low == self.high else None

    @property
    def change(self) -> Number | None:
        """By how much the total changes, where the file knows it."""
        return None if self.after is None else self.after - self.before

    @property
    def relative(self) -> float | None:
        """The change as a part of the total before; None where that is 0, or the file leaves a range."""
        return float(self.change / self.before) if self.before and self.change is not None else None

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        names = ("before", "after", "change", "relative", "low", "high", "estimate")
        return {
            "source": None if self.source is None else str(self.source),
            "unit": self.unit,
            **{name: plain(getattr(self, name)) for name in names},
            "interval": None if self.interval is None else list(self.interval),
            "samples": self.samples,
            "has_stacks": self.has_stacks,
            "threads": self.threads,
            "estimated": self.estimated,
            "changes": [saving.to_dict() for saving in self.savings],
        }

    def rows(self) -> list[list[Any]]:
        """Return the table of CSV: the answer in one row."""
        record = self.to_dict()
        names = ("source", "unit", "before", "after", "change", "relative", "low", "high", "estimate", "samples")
        return [list(names), [record[name] for name in names]]

    def _frame(self) -> Frame:
        return Frame([saving.to_dict() for saving in self.savings])

    def _sheet(self) -> Sheet:
        return sheet_of((saving.to_dict() for saving in self.savings), first_line(self))

    def __repr__(self) -> str:
        return f"<Gains: {first_line(self)}>"

    def __str__(self) -> str:
        return gains_text(self)


# -- numbers of the profile's kind


def _in_real_numbers(graph: nx.DiGraph) -> nx.DiGraph:
    """Return the profile with all costs ints, floats or Fractions: as it is, where they are."""
    if graph.is_multigraph():
        raise GraphTypeError("a profile has one edge from a function to another: add up the calls that are parallel")
    if all(type(cost) in EXACT for cost in (graph.graph["total"], *_costs_of(graph))):
        return graph
    made = graph.copy()
    made.graph["total"] = _real(made.graph["total"])
    for data in (*made.nodes.values(), *made.edges.values()):
        data |= {name: _real(data[name]) for name in COSTS if name in data}
    return made


def _costs_of(graph: nx.DiGraph) -> Iterator[Any]:
    for data in chain(graph.nodes.values(), graph.edges.values()):
        for name in COSTS:
            if name in data:
                yield data[name]


def _real(cost: Number) -> Number:
    cost = arithmetic.plain(cost)
    if type(cost) in EXACT:
        return cost
    try:
        return Fraction(cost)
    except (TypeError, ValueError, OverflowError):
        raise UsageError(f"{cost!r} is no cost: a saving is a part of a real number") from None


def _finisher(graph: nx.DiGraph) -> Callable[[Number], Number]:
    """Return what makes an exact number one of the profile's kind: of ints an int where it is one, else a float."""
    costs = [graph.graph.get("total"), *(own for _, own in graph.nodes(data="self"))]
    if any(isinstance(cost, float) for cost in costs):
        return float
    is_rational = any(isinstance(cost, Fraction) for cost in costs)

    def finish(number: Number) -> Number:
        exact = Fraction(number)
        return exact.numerator if exact.denominator == 1 else exact if is_rational else float(exact)

    return finish


def _finished(bounds: Bounds, before: Number, finish: Callable[[Number], Number]) -> Bounds:
    """Return bounds as numbers of the profile's kind; of floats one number where only rounding is between them."""
    low, high = (finish(max(0, number)) for number in bounds)
    if isinstance(high, float) and high - float(low) <= ALIKE * float(before):
        return Bounds(high, high)
    return Bounds(low, high)


def _interval(answer: Answer) -> tuple[float, float]:
    """Return between which parts of the total the saving lies, by the number of samples.

    No sample saves more than the largest part that all changes at once can save of one, and of all such savings the one
    that each sample has wholly or not at all varies most.
    """
    assert answer.samples
    most = float(answer.largest)
    low, high = (
        min(1.0, float(Fraction(saved) / Fraction(answer.before)) / most) * answer.samples for saved in answer.saved
    )
    return most * wilson(low, answer.samples)[0], most * wilson(high, answer.samples)[1]
