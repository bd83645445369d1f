"""`ProfileComparison`: what a function cost before and after, and which calls and which code moved it, as data."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import networkx as nx

from graphdiff.arithmetic import Number, added
from graphdiff.errors import UsageError
from graphdiff.graph.lookup import find_node
from graphdiff.graph.networks import marked
from graphdiff.profiles.mixes import Mix
from graphdiff.profiles.noise import deviation, scatter, widest
from graphdiff.profiles.overlay import below, overlaid
from graphdiff.profiles.pairing import require_alike
from graphdiff.profiles.report_comparison import (
    ROWS_BY_CALLS,
    comparison_text,
    count,
    headline,
    noise_percent,
    notes,
    part_text,
)
from graphdiff.profiles.runs import Key, Run, run_of, tidy
from graphdiff.profiles.sides import Side
from graphdiff.profiles.trees import ChangedRoute, Counted, changed_routes
from graphdiff.remedies import Keyword
from graphdiff.text.amounts import amount_change, rounded
from graphdiff.text.numbers import percent, plain
from graphdiff.text.plots import waterfall
from graphdiff.text.tables import Frame, Result, Sheet, first_line, sheet_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Part", "ProfileComparison", "compared"]


#: So many parts are rows of the account that a page has; what the others did is one row more.
MOST_ROWS = 200


@dataclass(frozen=True)
class Part:
    """What moved a cost, and by how much.

    Attributes
    ----------
    kind : {"calls", "own", "mix", "shared", "rest"}
        A call that is made more or less often; a function's own code; what its callers did to a function that costs
        for each call what it did; a call of what others call as well, with all that this one costs; what no call
        accounts for.
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
        """What the part is called in `ProfileComparison.attribution`: a function, a call, "mix at f" or "the rest"."""
        if self.kind == "own":
            return self.function
        if self.kind == "mix":
            return f"mix at {self.function}"
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
        What it cost; of several runs their mean.
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
    runs, runs_after : int
        How many profiles before and after there are.
    scale : str
        How the runs were made alike, in words; empty where they are as they were.
    node_groups : mapping of label to group, or None
    difference : graphdiff.Difference or None
        The sets in which the two profiles differ.
    is_averaged : bool
        Whether costs of calls are averages, as those are that hidden functions made.
    profiles : pair of networkx.DiGraph, or None
        The profiles; of several runs their mean.
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
    runs_after: int = 1
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
        """Return the calls of both profiles as one graph, which `graphdiff.write` draws: those below the function.

        Nodes and edges have what they did, ``change``, and all that `graphdiff.profiles.overlay.overlaid` says.
        """
        changes = {part.key: part.change for part in self.parts}
        pair = [below(profile, self.main) for profile in self.profiles or ()]
        graph = overlaid(*pair, scale=self.factor, changes=changes) if pair else nx.MultiDiGraph()
        ends = {} if self.main is None else {"source": self.main}
        graph.graph.update(total=plain(self.after), unit=self.unit, headline=headline(self), **ends)
        return graph

    def paged(self, max_nodes: int | None = None) -> nx.MultiDiGraph:
        """Return the same with an account of what moved the cost: calls, and functions' own code."""
        graph = self.to_networkx()
        rows = [
            {"name": part_text(part),
             **{f"cost_{name}": plain(getattr(part, name)) for name in ("before", "after")},
             "change": plain(part.change),
             **({} if part.margin is None else {"noise": part.is_noise}),
             "ends": [str(end) for end in (part.caller, part.function) if end is not None]}
            for part in self.parts[:MOST_ROWS]
        ]  # fmt: skip
        rest = [part.change for part in self.parts[MOST_ROWS:]]
        rows += [{"name": f"{len(rest):,} others together", "change": plain(sum(rest))}] if rest else []
        note = f"The change of all rows together is {amount_change(rounded(self.change, self.unit), self.unit)}."
        note += f" {ROWS_BY_CALLS}" * (self.method == "calls")
        graph.graph["account"] = {"title": "What moved it", "note": note, "rows": rows}
        return graph if self.node_groups is None else marked(graph, self.node_groups.get, "group")

    def beside(self) -> list[str]:
        """Return what the parts rest on, and whether the change, or one of them, can be chance."""
        return notes(self)

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
            "runs_after": self.runs_after,
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

    def plot(self, *, top: int = 10, axes: Axes | None = None) -> Axes:
        """Draw what calls and functions did to the cost as a waterfall from before to after, in the profile's unit.

        Parameters
        ----------
        top : int
            So many parts, those that did most, have bars of their own; all others have one together.
        axes : matplotlib.axes.Axes, optional
            What is drawn on; by default a new figure.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        MissingExtraError
            If matplotlib is not installed: the extra ``plot``.
        """
        ends = self.before, self.after
        named = ((" -> ".join(map(str, key)) if isinstance(key, tuple) else str(key), key) for key in self.attribution)
        steps = [(name, self.attribution[key]) for name, key in named if self.attribution[key]]
        what = "all functions" if self.main is None else f"{self.main} with all it calls"
        title = first_line(self)
        return waterfall(ends, steps, top, unit=f"{what}, {self.unit}", title=title, axes=axes)

    def _sheet(self) -> Sheet:
        return sheet_of((part.to_dict() for part in self.parts), first_line(self))

    def __str__(self) -> str:
        return comparison_text(self)

    def __repr__(self) -> str:
        name = "all functions" if self.main is None else f"{self.main!r}"
        return f"<ProfileComparison: {name}: {plain(self.before)} before, {plain(self.after)} {self.unit} after>"


def compared(
    before: Side,
    after: Side,
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
    before, after : Side
        One profile or several runs of the same, with functions called alike.
    main : label, optional
        By default all that the profiles measured.
    normalise : str, optional
        ``"total"``, or ``"calls:NAME"``: runs of other lengths count as if all of it cost as much as before, or as if a
        function had been called as often.
    exact : bool
        Whether to count in Fractions.
    groups, difference
        As in `ProfileComparison`.
    """
    for one, other in [(run, after.runs[0]) for run in before.runs] + [(before.runs[0], run) for run in after.runs]:
        require_alike(one, other)
    factor_of, scale = _scaling(before, after, normalise)
    pair = [Counted(side.sum, factor_of(side.sum, len(side.runs))) for side in (before, after)]
    runs = _counted_runs(before, factor_of), _counted_runs(after, factor_of)
    whole = _run(pair[0], pair[1], main, exact=exact)
    spread = Spread.of(pair, runs, main)
    _require_one_method([whole, *spread.befores, *spread.afters])
    factor = pair[1].factor * len(after.runs)
    return ProfileComparison(
        main,
        before=whole.before,
        after=whole.after,
        unit=str(after.sum.graph.get("unit", "")),
        parts=_parts(whole, spread),
        method=whole.method,
        kind=str(after.sum.graph.get("kind", "")),
        margin=widest(deviation(whole.variance), spread.margin()),
        routes=changed_routes(pair, runs, main, ROUTES) if whole.method == "stacks" else [],
        appeared=_only(after.sum, before.sum),
        gone=_only(before.sum, after.sum),
        mixes=whole.mixes,
        runs=len(before.runs),
        runs_after=len(after.runs),
        scale=scale,
        node_groups=groups,
        difference=difference,
        is_averaged=whole.is_averaged,
        profiles=(before.mean, after.mean),
        factor=factor if exact else tidy(float(factor)),
    )


#: So many stacks are in a result.
ROUTES = 50


@dataclass(frozen=True)
class Spread:
    """What moved a cost from each run before to the mean after, and from the mean before to each run after.

    Attributes
    ----------
    befores, afters : lists of Run
        Empty where there is one run on that side.
    """

    befores: list[Run]
    afters: list[Run]

    @classmethod
    def of(cls, pair: Sequence[Counted], runs: tuple[list[Counted], list[Counted]], main: Hashable | None) -> Spread:
        """Return how the runs differ that two profiles are the means of."""
        return cls([_run(run, pair[1], main) for run in runs[0]], [_run(pair[0], run, main) for run in runs[1]])

    def margin(self, key: Key | None = None) -> float | None:
        """Return within what a part of the change can be chance, or all of it, by how runs differ."""

        def change(run: Run) -> Number:
            if key is None:
                return run.after - run.before
            return run.parts[key].change if key in run.parts else 0

        return scatter(list(map(change, self.befores)), list(map(change, self.afters)))


def _counted_runs(side: Side, factor_of: Callable[[nx.DiGraph, int], Any]) -> list[Counted]:
    return [Counted(run, factor_of(run, 1)) for run in side.runs] if len(side.runs) > 1 else []


def _run(before: Counted, after: Counted, main: Hashable | None, *, exact: bool = False) -> Run:
    return run_of(before.graph, after.graph, main, factors=(before.factor, after.factor), exact=exact)


def _require_one_method(runs: Sequence[Run]) -> None:
    methods = sorted({run.method for run in runs})
    if len(methods) > 1:
        raise UsageError(
            f"the profiles of one side do not hold the same: {' and '.join(methods)}; take runs of one kind"
        )


def _only(graph: nx.DiGraph, other: nx.DiGraph) -> list[Hashable]:
    """Return the functions that only one of the profiles has, what costs most first."""
    lone = [node for node in graph if node not in other]
    return sorted(lone, key=lambda node: -(graph.nodes[node].get("inclusive") or 0))


def _parts(whole: Run, spread: Spread) -> list[Part]:
    """Return the parts, the largest first."""
    parts = []
    for key, row in whole.parts.items():
        by_samples = None if whole.variances is None else deviation(whole.variances.get(key, 0.0))
        margin = widest(by_samples, spread.margin(key))
        parts.append(Part(*key, row.before, row.after, row.calls, row.change, margin))
    return sorted((part for part in parts if part.change), key=lambda part: -abs(part.change))


# -- runs of other lengths


def _scaling(before: Side, after: Side, normalise: str | None) -> tuple[Callable[[nx.DiGraph, int], Any], str]:
    """Return times what everything in the sum of some runs counts, and why, in words."""
    if normalise is None:
        return lambda _, n: Fraction(1, n), ""
    kind, _, name = normalise.partition(":")
    if kind not in ("total", "calls") or (kind == "calls") != bool(name):
        raise UsageError(Keyword("normalise", normalise), ": it is total, or calls:NAME with the name of a function")

    def size(graph: nx.DiGraph) -> Fraction:
        return Fraction(_total(graph) if kind == "total" else _calls_of(graph, name))

    if not all(size(run) for side in (before, after) for run in side.runs):
        raise UsageError(Keyword("normalise", normalise), ": in one of the profiles that is 0")
    old, new = (size(side.sum) / len(side.runs) for side in (before, after))
    why = "by the totals" if kind == "total" else f"as if {name} were called {count(old)} times, not {count(new)}"
    return lambda graph, _: old / size(graph), f"after counts {float(old / new):.4g} times, {why}"


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
