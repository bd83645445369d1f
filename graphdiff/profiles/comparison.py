"""`ProfileComparison`: what a function cost before and after, and which calls and which code moved it, as data."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

import networkx as nx

from graphdiff.arithmetic import Number, added
from graphdiff.errors import UsageError
from graphdiff.graph.lookup import find_node
from graphdiff.profiles.mixes import Mix
from graphdiff.profiles.noise import deviation, scatter, widest
from graphdiff.profiles.overlay import overlaid
from graphdiff.profiles.pairing import require_alike
from graphdiff.profiles.report_comparison import comparison_text, headline, noise_percent
from graphdiff.profiles.runs import Key, Measured, Run, run_of
from graphdiff.profiles.trees import ChangedRoute, changed_routes
from graphdiff.remedies import Keyword
from graphdiff.text.numbers import percent, plain
from graphdiff.text.tables import Frame, Result

__all__ = ["Part", "ProfileComparison", "compared"]


@dataclass(frozen=True)
class Part:
    """What moved a cost, and by how much.

    Attributes
    ----------
    kind : {"calls", "own", "shared", "rest"}
        A call that is made more or less often; a function's own code; a call of what others call as well, with all
        that this one costs; what no call accounts for.
    caller : label or None
        Of a call.
    function : label or None
        What is called, or whose code it is.
    before, after : numbers
        What the call cost with all that it led to, or the function's own code.
    calls : pair of numbers, or None
        How often the call was made, before and after.
    change : number
        What it did to the total: these sum to the total's change.
    margin : number or None
        A change within this can be chance; None where no run says anything about that.
    """

    kind: str
    caller: Hashable | None
    function: Hashable | None
    before: Number
    after: Number
    calls: tuple[Number, Number] | None
    change: Number
    margin: Number | None = None

    @property
    def is_noise(self) -> bool:
        """Whether the change can be chance."""
        return self.margin is not None and bool(abs(self.change) <= self.margin)

    @property
    def key(self) -> Any:
        """What the part is called in `ProfileComparison.attribution`: a function, a call, or ``"the rest"``."""
        if self.kind == "own":
            return self.function
        return "the rest" if self.kind == "rest" else (self.caller, self.function)

    def to_dict(self) -> dict[str, Any]:
        """Return the part as plain values."""
        record = {"part": self.kind, "caller": _text(self.caller), "function": _text(self.function)}
        calls = self.calls or (None, None)
        record |= {"calls_before": plain(calls[0]), "calls_after": plain(calls[1])}
        record |= {name: plain(getattr(self, name)) for name in ("before", "after", "change", "margin")}
        return record | ({} if self.margin is None else {"noise": self.is_noise})


def _text(label: Hashable | None) -> str | None:
    return None if label is None else str(label)


@dataclass(frozen=True, eq=False, repr=False)
class ProfileComparison(Result):
    """What a function costs with all that it calls in two profiles, and the change taken apart.

    Attributes
    ----------
    main : label or None
        The function; None is all that the profiles measured.
    before, after : numbers
        What it cost; of several profiles before their mean.
    unit : str
        Of all numbers.
    parts : list of Part
        What moved it, the largest first; they sum to the change.
    method : {"calls", "stacks", "costs", "own"}
        What the parts rest on: numbers and costs of calls; stacks; costs of calls without their numbers; or what
        functions cost by themselves alone.
    margin : number or None
        A change within this can be chance; None where no run says anything about that.
    routes : list of ChangedRoute
        Where there are stacks, those that changed most.
    appeared, gone : lists of labels
        The functions that only the profile after has, or only that before, what costs most first.
    runs : int
        How many profiles before there are.
    scale : str
        How the runs were made alike, in words; empty where they are as they were.
    node_groups : mapping of label to group, or None
    difference : graphdiff.Difference or None
        The sets in which the two profiles differ.
    is_averaged : bool
        Whether costs of calls are averages, as those are that hidden functions made.
    profiles : pair of networkx.DiGraph, or None
        The profiles; of several before the first.
    factor : number
        Times which the profile after counts.
    """

    main: Hashable | None
    before: Number
    after: Number
    unit: str
    parts: list[Part]
    method: str
    kind: str = "counted"
    margin: Number | None = None
    routes: list[ChangedRoute] = field(default_factory=list)
    appeared: list[Hashable] = field(default_factory=list)
    gone: list[Hashable] = field(default_factory=list)
    mixes: list[Mix] = field(default_factory=list)
    runs: int = 1
    scale: str = ""
    node_groups: Mapping[Any, Any] | None = None
    difference: Any = None
    is_averaged: bool = False
    profiles: tuple[nx.DiGraph, nx.DiGraph] | None = None
    factor: Number = 1

    @property
    def change(self) -> Number:
        """After minus before."""
        return self.after - self.before

    @property
    def relative(self) -> Number | None:
        """The change as a part of what it cost before; None where that is 0."""
        return self.change / self.before if self.before else None

    @property
    def is_noise(self) -> bool:
        """Whether the change can be chance: it is within two standard errors, or within what runs differ by."""
        return self.margin is not None and bool(abs(self.change) <= self.margin)

    @property
    def attribution(self) -> dict[Any, Number]:
        """What each call ``(caller, callee)`` and each own code did, largest first: the sum is the change."""
        return added((part.key, part.change) for part in self.parts)

    @property
    def remainder(self) -> Number:
        """The change minus the sum of the parts: 0, of floats up to their rounding."""
        return self.change - sum(part.change for part in self.parts)

    @property
    def size(self) -> Number | None:
        """How many times the change the parts' sizes sum to: 1 where all move it the same way; None of no change."""
        return sum(abs(part.change) for part in self.parts) / abs(self.change) if self.change else None

    @cached_property
    def groups(self) -> dict[Any, Number]:
        """What the parts did by group of the function that calls, or whose code it is, largest first."""
        groups = self.node_groups
        if groups is None:
            return {}
        ends = ((part.caller if part.caller is not None else part.function, part.change) for part in self.parts)
        sums = added((groups.get(end, "the rest"), change) for end, change in ends)
        return dict(sorted(sums.items(), key=lambda item: -abs(item[1])))

    @property
    def noise_text(self) -> str:
        """What is said of a change that can be chance."""
        return f"{percent(self.relative, '+.1f')} is within noise, which is up to {noise_percent(self)}"

    def to_networkx(self) -> nx.MultiDiGraph:
        """Return the calls of both profiles as one graph, which `graphdiff.write` draws.

        Nodes and edges have what they did, ``change``, and all that `graphdiff.profiles.overlay.overlaid` says.
        """
        changes = {part.key: part.change for part in self.parts}
        graph = nx.MultiDiGraph()
        if self.profiles is not None:
            graph = overlaid(*self.profiles, scale=self.factor, changes=changes)
        ends = {} if self.main is None else {"source": self.main}
        graph.graph.update(total=plain(self.after), unit=self.unit, headline=headline(self), **ends)
        return graph

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values, the parts largest first."""
        numbers = {name: plain(getattr(self, name)) for name in ("before", "after", "change", "relative", "margin")}
        return {
            "function": _text(self.main),
            "unit": self.unit,
            **numbers,
            "noise": self.is_noise,
            "remainder": plain(self.remainder),
            "runs_before": self.runs,
            "normalised": self.scale or None,
            "rests_on": self.method,
            "parts": [part.to_dict() for part in self.parts],
            "routes": [route.to_dict() for route in self.routes],
            "mixes": [mix.to_dict() for mix in self.mixes],
            "groups": [{"group": str(group), "change": plain(n)} for group, n in self.groups.items()],
            "appeared": list(map(str, self.appeared)),
            "gone": list(map(str, self.gone)),
            **({} if self.difference is None else {"difference": self.difference.to_dict()}),
        }

    def _frame(self) -> Frame:
        return Frame([part.to_dict() for part in self.parts])

    def __str__(self) -> str:
        return comparison_text(self)

    def __repr__(self) -> str:
        name = "all functions" if self.main is None else f"{self.main!r}"
        return f"<ProfileComparison: {name}: {plain(self.before)} before, {plain(self.after)} {self.unit} after>"


def compared(
    befores: Sequence[nx.DiGraph],
    after: nx.DiGraph,
    main: Hashable | None = None,
    *,
    normalise: str | None = None,
    exact: bool = False,
    groups: Mapping[Any, Any] | None = None,
    difference: Any = None,
) -> ProfileComparison:
    """Return what a function cost before and after, and what moved it.

    Parameters
    ----------
    befores : sequence of networkx.DiGraph
        One profile or several runs of the same, aligned with the profile after.
    after : networkx.DiGraph
    main : label, optional
        By default all that the profiles measured.
    normalise : str, optional
        ``"total"``, or ``"calls:NAME"``: runs of other lengths count as if all of it cost as much as in the first
        profile before, or as if a function had been called as often.
    exact : bool
        Whether to count in Fractions.
    groups, difference
        As in `ProfileComparison`.
    """
    graphs = [*befores, after]
    factors, scale = _factors(graphs, normalise, exact=exact)
    runs = _runs(befores, after, main, factors, exact=exact)
    first = runs[0]
    return ProfileComparison(
        main,
        before=_mean([run.before for run in runs]),
        after=first.after,
        unit=str(after.graph.get("unit", "")),
        parts=_parts(runs),
        method=first.method,
        kind=str(after.graph.get("kind", "")),
        margin=_margin([run.variance for run in runs], [run.after - run.before for run in runs]),
        routes=changed_routes(graphs, main, factors, ROUTES) if first.method == "stacks" else [],
        appeared=_only(after, befores),
        gone=_only(befores[0], [after]),
        mixes=first.mixes,
        runs=len(runs),
        scale=scale,
        node_groups=groups,
        difference=difference,
        is_averaged=first.is_averaged,
        profiles=(befores[0], after),
        factor=factors[-1],
    )


def _runs(
    befores: Sequence[nx.DiGraph], after: nx.DiGraph, main: Hashable | None, factors: Sequence[Any], *, exact: bool
) -> list[Run]:
    """Return what moved the cost from each of the profiles before."""
    for before in befores:
        require_alike(before, after)
    runs = [
        run_of(before, after, main, factors=(factor, factors[-1]), exact=exact)
        for before, factor in zip(befores, factors, strict=False)
    ]
    methods = sorted({run.method for run in runs})
    if len(methods) > 1:
        raise UsageError(f"the profiles before do not hold the same: {' and '.join(methods)}; take runs of one kind")
    return runs


#: So many stacks are in a result.
ROUTES = 50


def _mean(numbers: Sequence[Number]) -> Number:
    return numbers[0] if len(numbers) == 1 else sum(numbers) / len(numbers)


def _only(graph: nx.DiGraph, others: Sequence[nx.DiGraph]) -> list[Hashable]:
    """Return the functions that only one of the profiles has, what costs most first."""
    lone = [node for node in graph if all(node not in other for other in others)]
    return sorted(lone, key=lambda node: -(graph.nodes[node].get("inclusive") or 0))


def _margin(variances: Sequence[float | None], changes: Sequence[Number]) -> float | None:
    """Return within what a mean of changes can be chance, by the samples and by how runs differ."""
    known = [variance for variance in variances if variance is not None]
    return widest(deviation(max(known)) if len(known) == len(variances) else None, scatter(changes))


def _parts(runs: Sequence[Run]) -> list[Part]:
    """Return the parts of the mean of some runs, the largest first."""
    keys = dict.fromkeys(key for run in runs for key in run.parts)
    parts = [_part(key, [run.parts.get(key) for run in runs], [run.variances for run in runs]) for key in keys]
    return sorted((part for part in parts if part.change), key=lambda part: -abs(part.change))


def _part(key: Key, rows: Sequence[Measured | None], variances: Sequence[Mapping[Key, float] | None]) -> Part:
    known = [row for row in rows if row is not None]
    changes = [0 if row is None else row.change for row in rows]
    calls = [row.calls for row in known if row.calls is not None]
    return Part(
        *key,
        _mean([row.before for row in known]),
        known[0].after,
        (_mean([old for old, _ in calls]), calls[0][1]) if calls else None,
        _mean(changes),
        _margin([None if each is None else each.get(key, 0.0) for each in variances], changes),
    )


# -- runs of other lengths


def _factors(graphs: Sequence[nx.DiGraph], normalise: str | None, *, exact: bool) -> tuple[list[Any], str]:
    """Return times what each profile counts, and why, in words."""
    if normalise is None:
        return [1] * len(graphs), ""
    kind, _, name = normalise.partition(":")
    if kind not in ("total", "calls") or (kind == "calls") != bool(name):
        raise UsageError(Keyword("normalise", normalise), ": it is total, or calls:NAME with the name of a function")
    sizes = [_total(graph) if kind == "total" else _calls_of(graph, name) for graph in graphs]
    if not all(sizes):
        raise UsageError(Keyword("normalise", normalise), ": in one of the profiles that is 0")
    factors = [Fraction(sizes[0]) / Fraction(size) for size in sizes]
    why = "by the totals" if kind == "total" else f"as if {name} were called {sizes[0]:,} times, not {sizes[-1]:,}"
    return (factors if exact else list(map(float, factors))), f"after counts {float(factors[-1]):.4g} times, {why}"


def _total(graph: nx.DiGraph) -> Number:
    return sum(own or 0 for _, own in graph.nodes(data="self"))


def _calls_of(graph: nx.DiGraph, name: str) -> Number:
    """Return how often a function is called, by its own count or those of its callers."""
    node = find_node(graph, name)
    calls = graph.nodes[node].get("calls")
    if calls is None:
        each = [data.get("calls") for _, _, data in graph.in_edges(node, data=True)]
        calls = None if not each or None in each else sum(each)
    if calls is None:
        raise UsageError(
            Keyword("normalise", f"calls:{name}"), f": this profile does not say how often {node} is called; ",
            Keyword("normalise", "total"), " takes the totals",
        )  # fmt: skip
    return calls
