"""What reports say of a profile: sentences in its own unit, what is measured apart from what is estimated."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from graphdiff.arithmetic import Number
from graphdiff.profiles.costs import SELF, Costs, Part
from graphdiff.profiles.filtering import NAMED, matching
from graphdiff.profiles.routes import Route
from graphdiff.text.amounts import SECONDS, amount, rounded
from graphdiff.text.names import end_text
from graphdiff.text.numbers import chain_lines, percent, shorten, shown
from graphdiff.text.sentences import how_many
from graphdiff.text.tables import NAME, aligned, aligned_at, in_columns

if TYPE_CHECKING:
    from graphdiff.profiles.spent import Caller, Spent

__all__ = ["beside_text", "cost_word", "glued_by_imports", "head", "headline", "range_text", "share_text", "spent_text"]

#: A route that is no longer stands beside what comes by it, with that it was measured behind it; others below.
ROUTE, BESIDE, BELOW = 78, 56, 94
#: So many callers are listed, with names that are no longer.
CALLERS, CALLER = 5, 44
#: How a component is named in a route: the functions by which it is entered and left are.
PASSED = "(cycle)"
#: Imports are said to glue a profile together where a component has more than this part of the functions, and so many.
GLUED, FEW = 0.05, 9


def head(costs: Costs) -> str:
    """Return what was read, in a line: the format, how many functions, what all cost, and what it was measured on."""
    facts = costs.graph.graph
    counts = how_many(len(costs.labels), str(facts.get("node_meaning", "functions")))
    total = facts.get("total")
    amounts = [counts] if total is None else [counts, amount(rounded(total, costs.unit), costs.unit)]
    if costs.counts is not None and costs.unit != "samples":
        amounts.append(how_many(int(costs.counts.own.sum()), "samples"))
    event = facts.get("event")
    named = f"{', '.join(amounts)}{f' of {event}' if event and event not in (costs.unit, 'samples') else ''}"
    on = "edges only" if costs.stacks is None else "stacks"
    return " · ".join([str(facts.get("format", "profile")), named, on])


def cost_word(costs: Costs) -> str:
    """Return what a profile measures: "time", or "cost"."""
    facts = costs.graph.graph
    sampled_time = costs.unit == "samples" and facts.get("kind") == "sampled" and facts.get("event") in TIMES
    return "time" if costs.unit in SECONDS or sampled_time else "cost"


#: Events of which samples are taken as time goes on; None where the file does not say of which.
TIMES = (
    None,
    "samples",
    "cpu",
    "wall",
    "cpu-clock",
    "task-clock",
    "cycles",
    "cpu-cycles",
    "cpu-clock:u",
    "cycles:u",
    "cycles:ppp",
)


def share_text(part: Part) -> str:
    """Return the part of the whole, marked where it is an estimate; nothing where it is not known.

    Examples
    --------
    >>> share_text(Part(10, cost=3)), share_text(Part(10, estimate=0.25)), share_text(Part(10))
    ('30.0 %', '≈25.0 %', '')
    """
    share = part.share
    return "" if share is None else f"{'' if part.is_measured else '≈'}{percent(share)}"


def range_text(low: float, high: float, unit: str = " %") -> str:
    """Return a range of parts in per cent, rounded outward; without digits where it is nearly all of them.

    Examples
    --------
    >>> range_text(0.598, 0.62175), range_text(0.003, 1), range_text(0.16, 0.1604)
    ('59.8 to 62.2 %', '0 to 100 %', '16.0 to 16.1 %')
    """
    if low < 0.01 and high > 0.99:
        return f"0 to 100{unit}"
    return f"{math.floor(1000 * low + 1e-6) / 10:.1f} to {math.ceil(1000 * high - 1e-6) / 10:.1f}{unit}"


def _names(route: Route) -> list[str]:
    return [PASSED if function is None else str(function) for function in route.functions]


def callers_text(functions: Sequence[str | None], width: int) -> str:
    """Return the last functions of a route in one line, as many as there is room for.

    Examples
    --------
    >>> callers_text(["main", "parse", "burn"], 20), callers_text(["main", "parse", "burn"], 16)
    ('main > parse > burn', '… > parse > burn')
    """
    names = [PASSED if function is None else str(function) for function in functions]
    if len(" > ".join(names)) <= width:
        return " > ".join(names)
    text = shorten(names[-1], max(1, width - len("… > ")))
    for name in reversed(names[:-1]):
        if len(f"… > {name} > {text}") > width:
            break
        text = f"{name} > {text}"
    return f"… > {text}" if len(names) > 1 else text


def spent_text(spent: Spent) -> str:
    """Return the report on how much of what a function costs is spent for others."""
    lines = [*(_answer(spent) if spent.sources else _whole(spent))]
    if spent.part.whole:
        lines += _callers(spent)
        lines += _routes(spent)
        lines += _notes(spent)
    return in_columns(lines)


def headline(spent: Spent) -> str:
    """Return the first sentence of the report."""
    return next(_answer(spent) if spent.sources else _whole(spent))


def beside_text(spent: Spent) -> list[str]:
    """Return how much the file allows it to be, what it is if calls cost the same, and what makes it uncertain."""
    part, unit = spent.part, spent.costs.unit
    if not part.whole:
        return []
    answer = [*_answer(spent)][1:] if spent.sources else []
    lines = [line.strip().replace("    ", ": ").replace("if", "If", 1) for line in answer]
    if part.range is not None and not part.is_measured:
        low, high = (amount(end, unit) for end in part.range[:2])
        lines.insert(0, f"The calls in this file allow {low} to {high} of {amount(part.whole, unit)}.")
    return [*lines, *_notes(spent)]


def name_of(node: Any) -> str:
    """Return a function as a sentence names it."""
    return shorten(str(node), NAME)


def _owned(spent: Spent) -> str:
    """Return whose cost is spoken of: "c's time", "burn's own cost"."""
    return f"{name_of(spent.target)}'s {'own ' if spent.by == SELF else ''}{cost_word(spent.costs)}"


def _answer(spent: Spent) -> Iterator[str]:
    """Yield which part is spent for the source."""
    part, source = spent.part, shorten(end_text(spent.source), NAME)
    owned, unit = _owned(spent), spent.costs.unit
    if not part.whole:
        nothing = f"{name_of(spent.target)} costs nothing here ({amount(0, unit)})"
        yield f"{nothing}, so that no part of it is spent for {source}."
    elif spent.costs.is_shared_out and not part.is_measured:
        yield from _assumed(spent, source)
    elif not part.is_measured:
        yield from _allowed(spent, source)
    elif not part.cost:
        yield f"Nothing of {owned} is spent for {source}{_why_nothing(spent)}."
    else:
        yield f"{share_text(part)} of {owned} is spent for {source} ({_of_how_much(spent)})."


def _of_how_much(spent: Spent) -> str:
    """Return how much was measured of how much, and how far samples tell."""
    part, unit = spent.part, spent.costs.unit
    assert part.cost is not None
    if part.samples is None:
        known = "on stacks" if spent.costs.stacks is not None else "its calls leave no choice"
        return f"{amount(part.cost, unit)} of {amount(part.whole, unit)}; {known}"
    hits, number = part.samples
    samples = f"{hits:,} of {how_many(number, 'samples')}"
    low, high = part.interval or (0.0, 1.0)
    if unit != "samples":
        samples = f"{amount(part.cost, unit)} of {amount(part.whole, unit)}, {samples}"
    return f"{samples}; 95 %: {100 * low:.0f} to {100 * high:.0f} %"


def _why_nothing(spent: Spent) -> str:
    import networkx as nx

    if any(nx.has_path(spent.graph, source, spent.target) for source in spent.sources):
        return ""
    return f": no call leads from {shorten(end_text(spent.source), NAME)} to {name_of(spent.target)}"


def _allowed(spent: Spent, source: str) -> Iterator[str]:
    """Yield what edges allow, and what it is if calls cost the same."""
    part = spent.part
    low, high = part.bounds or (0.0, 1.0)
    unknown = range_text(low, high) == range_text(0, 1)
    end = ": this file cannot tell." if unknown else ", as far as this file tells."
    yield f"{range_text(low, high)} of {_owned(spent)} is spent for {source}{end}"
    if part.estimate is not None:
        mixed = spent.mixed
        calls = (
            "if all calls of a function cost the same"
            if mixed is None
            else f"if all calls of {name_of(mixed)} cost the same"
        )
        yield f"  {calls}    {'' if unknown else '≈'}{percent(part.estimate)}"


def _assumed(spent: Spent, source: str) -> Iterator[str]:
    """Yield what it is by an assumption of the profiler, which measured no cost of calls."""
    if spent.part.estimate is None:
        yield f"Which part of {_owned(spent)} is spent for {source} is not known: both are in one cycle of calls."
    else:
        share = share_text(spent.part)
        yield f"{share} of {_owned(spent)} is spent for {source}, if all calls of a function cost the same."


def assumption(costs: Costs) -> str:
    """Return why no cost of a call is measured, and what would tell."""
    if costs.assumes_even_calls:
        name = costs.graph.graph.get("format", "the profiler")
        return f"{name} takes calls to cost the same and measures none: stacks tell how they differ."
    return "What hidden functions cost is shared out as if all calls were average: stacks tell whose it is."


def _whole(spent: Spent) -> Iterator[str]:
    """Yield what a function costs."""
    costs, target = spent.costs, spent.target
    unit, data = costs.unit, spent.graph.nodes[target]
    whole, own = spent.part.whole, costs.own(target)
    total = costs.graph.graph.get("total")
    of_all = f" ({percent(float(whole) / float(total))} of {amount(total, unit)})" if total else ""
    by_itself = f", {amount(own, unit)} by itself" if own is not None and spent.by != SELF else ""
    every = data.get("calls")
    calls = data.get("primitive_calls", every)
    within = f", and {_how_often(every - calls)} within its own calls" if calls and every and every != calls else ""
    often = f"; called {_times(calls, whole, unit)}{within}" if calls else ""
    itself = " by itself" if spent.by == SELF else ""
    yield f"{name_of(target)} costs {amount(whole, unit)}{itself}{of_all}{by_itself}{often}."


def _times(calls: Number, cost: Number | None, unit: str) -> str:
    """Return how often something is called, and what one call costs."""
    return _how_often(calls) if cost is None else f"{_how_often(calls)}, {cost_each(cost, calls, unit)} each"


def _how_often(calls: Number) -> str:
    return f"{shown(calls)} time{'s' * (calls != 1)}"


def cost_each(cost: Number, calls: Number, unit: str) -> str:
    """Return what one of some calls costs, with its unit; what is counted without digits where it is large.

    Examples
    --------
    >>> cost_each(6_208_912, 76, "Ir"), cost_each(10, 4, "samples"), cost_each(1, 4, "s")
    ('81,696 Ir', '2.5 samples', '250 ms')
    """
    one = float(cost) / float(calls)
    return amount(round(one) if abs(one) >= 100 and unit not in SECONDS else one, unit)


def _callers(spent: Spent) -> Iterator[str]:
    """Yield which functions call the target directly: of a source whether it does, else the costliest."""
    unit = spent.costs.unit
    if spent.sources:
        for caller in spent.callers:
            if caller.calls:
                times = _times(caller.calls, caller.cost, unit)
                yield f"{name_of(caller.function)} calls {name_of(spent.target)} {times}."
        return
    listed = spent.callers[:CALLERS]
    if listed:
        yield ""
        shared = " (as if all its calls cost the same)" if spent.costs.is_shared_out else ""
        yield f"Called by{shared}"
        often = aligned_at([_times(each.calls, each.cost, unit) if each.calls else "" for each in listed], ", ")
        cells = [[*_caller_cells(each, unit), text] for each, text in zip(listed, often, strict=True)]
        yield from (f"  {line}" for line in aligned(cells))
    if more := len(spent.callers) - len(listed):
        yield f"  … {more:,} more: graphdiff rank FILE {name_of(spent.target)}"
    if any(spent.is_again(caller.function) for caller in listed):
        yield (
            f"! What calls within {name_of(spent.target)}'s cycle cost is counted again at every level, and no share "
            "of its cost."
        )


def _caller_cells(caller: Caller, unit: str) -> list[str]:
    cost = "" if caller.cost is None else amount(caller.cost, unit)
    return [shorten(str(caller.function), CALLER), percent(caller.share), cost]


def _routes(spent: Spent) -> Iterator[str]:
    """Yield the routes by which most of it comes: on stacks as they were seen, on edges as these estimate."""
    routes = [route for route in spent.routes if len(route.functions) > 1]
    if not routes:
        return
    measured = spent.costs.stacks is not None
    if not spent.sources:
        yield from ("", "Routes" if measured else "Strongest routes, if all calls of a function cost the same")
    chains = [_names(route) for route in routes]
    figures = [_figures(spent, route) for route in routes]
    behind = "    measured on stacks" if measured and spent.sources else ""
    if max(len(" > ".join(names)) for names in chains) <= (BESIDE if behind else ROUTE):
        lines = aligned([[" > ".join(names), *row] for names, row in zip(chains, figures, strict=True)])
        yield from (f"  {line}{'' if place else behind}" for place, line in enumerate(lines))
        return
    for place, (names, line) in enumerate(zip(chains, aligned(figures, left=None), strict=True)):
        yield f"  {line}{'' if place else behind}"
        yield from (f"    {part}" for part in chain_lines(names, BELOW))


def _figures(spent: Spent, route: Route) -> list[str]:
    """Return what comes by a route: measured with its unit, or the part that is estimated."""
    if route.cost is None:
        return [f"{'' if _is_forced(spent, route) else '≈'}{percent(route.part)}"]
    return [amount(route.cost, spent.costs.unit), *([] if spent.sources else [percent(route.part)])]


def _is_forced(spent: Spent, route: Route) -> bool:
    """Tell whether a route is all that is measured, so that it is measured too."""
    share = spent.part.share
    return spent.part.is_measured and share is not None and math.isclose(route.part, share, rel_tol=1e-9)


def _notes(spent: Spent) -> Iterator[str]:
    """Yield what makes the answer uncertain, and what would tell."""
    costs = spent.costs
    if spent.by == SELF:
        about = costs.estimated_inclusive(spent.target)
        known = "" if about is None else f" (an estimate: {amount(round(about), costs.unit)})"
        yield (
            f"! {name_of(spent.target)} is on a cycle of calls, and what it costs with all it calls is not in this "
            f"file{known}; the parts are of what it costs by itself."
        )
    if not spent.part.is_measured and costs.is_shared_out:
        yield f"! {assumption(costs)}"
    elif not spent.part.is_measured:
        yield f"! {_why_open(spent)} Stacks tell them apart (py-spy -f raw, pprof, perf)."
        yield from glued_by_imports(costs)


def _why_open(spent: Spent) -> str:
    costs = spent.costs
    component = costs.components[costs.number(spent.target)]
    inner = [source for source in spent.sources if costs.components[costs.number(source)] == component]
    if inner:
        size = how_many(len(costs.members[component]), "functions")
        return f"{name_of(inner[0])} and {name_of(spent.target)} are in one cycle of calls ({size})."
    if spent.mixed is None:
        return "Callers are mixed on the way."
    return f"{name_of(spent.mixed)}'s callers are mixed."


def glued_by_imports(costs: Costs) -> Iterator[str]:
    """Yield that Python's imports make one component of much of a profile, where they do."""
    if costs.stacks is not None:
        return
    largest: Sequence[int] = max(costs.members.values(), key=len, default=())
    if len(largest) <= max(FEW, GLUED * len(costs.labels)):
        return
    if matching(costs.graph, "hide", NAMED["imports"])[largest].any():
        yield (
            f"! {len(largest):,} of {len(costs.labels):,} functions call each other in one cycle, to which imports tie "
            "them: --hide imports takes these out."
        )
