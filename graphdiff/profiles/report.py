"""What reports say of a profile: sentences in its own unit, what is measured apart from what is estimated."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from graphdiff.arithmetic import Number
from graphdiff.profiles.costs import INCLUSIVE, SELF, Costs, Part, Route
from graphdiff.text.amounts import SECONDS, amount
from graphdiff.text.names import end_text
from graphdiff.text.numbers import chain_of, percent, shorten, shown
from graphdiff.text.sentences import how_many
from graphdiff.showing import and_more
from graphdiff.text.tables import NAME, WIDTH, aligned, in_columns

if TYPE_CHECKING:
    from graphdiff.profiles.ranking import CostRanking, Row
    from graphdiff.profiles.spent import Caller, Spent

__all__ = ["cost_word", "glued_by_imports", "head", "range_text", "route_text", "share_text", "spent_text"]

#: The column of how often functions are called, and what functions are ranked by.
CALLS = "calls"
COLUMNS = (SELF, INCLUSIVE, CALLS)
#: Of so many rows edges are asked what they allow, which takes long for all.
RANGED = 20
#: A route's line is no longer.
ROUTE = 70
#: So many callers are listed.
CALLERS = 5
#: How a component is named in a route: the functions by which it is entered and left are.
PASSED = "…"
#: The functions by which Python imports a module, by their names and the file they are in.
IMPORTS = (
    "_find_and_load",
    "_call_with_frames_removed",
    "_load_unlocked",
    "_handle_fromlist",
    "_gcd_import",
    "exec_module",
)
#: Imports are said to glue a profile together where a component has more than this part of the functions.
GLUED = 0.05


def head(costs: Costs) -> str:
    """Return what was read, in a line: the format, how many functions, what all cost, and what it was measured on."""
    facts = costs.graph.graph
    counts = how_many(len(costs.labels), str(facts.get("node_meaning", "functions")))
    total = facts.get("total")
    amounts = [counts] if total is None else [counts, amount(total, costs.unit)]
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
    """Return a range of parts in per cent, rounded outward; the whole of them without digits.

    Examples
    --------
    >>> range_text(0.598, 0.62175), range_text(0, 1), range_text(0.16, 0.1604)
    ('59.8 to 62.2 %', '0 to 100 %', '16.0 to 16.1 %')
    """
    if (low, high) == (0, 1):
        return f"0 to 100{unit}"
    return f"{math.floor(1000 * low + 1e-6) / 10:.1f} to {math.ceil(1000 * high - 1e-6) / 10:.1f}{unit}"


def route_text(route: Route, width: int = ROUTE) -> str:
    """Return a route in one line."""
    return chain_of([PASSED if function is None else str(function) for function in route.functions], width)


def spent_text(spent: Spent) -> str:
    """Return the report on how much of what a function costs is spent for others."""
    lines = [*(_answer(spent) if spent.sources else _whole(spent))]
    if spent.part.whole:
        lines += _callers(spent)
        lines += _routes(spent)
        lines += _notes(spent)
    return in_columns(lines)


def _name(node: Any) -> str:
    return shorten(str(node), NAME)


def _owned(spent: Spent) -> str:
    """Return whose cost is spoken of: "c's time", "burn's own cost"."""
    return f"{_name(spent.target)}'s {'own ' if spent.by == SELF else ''}{cost_word(spent.costs)}"


def _answer(spent: Spent) -> Iterator[str]:
    """Yield which part is spent for the source."""
    part, source = spent.part, shorten(end_text(spent.source), NAME)
    owned, unit = _owned(spent), spent.costs.unit
    if not part.whole:
        yield f"{_name(spent.target)} costs nothing here ({amount(0, unit)}), so that no part of it is spent for {source}."
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
    return f": no call leads from {shorten(end_text(spent.source), NAME)} to {_name(spent.target)}"


def _allowed(spent: Spent, source: str) -> Iterator[str]:
    """Yield what edges allow, and what it is if calls cost the same."""
    part = spent.part
    low, high = part.bounds or (0.0, 1.0)
    unknown = part.range is not None and part.range.is_open
    end = ": this file cannot tell." if unknown else ", as far as this file tells."
    yield f"{range_text(low, high)} of {_owned(spent)} is spent for {source}{end}"
    if part.estimate is not None:
        mixed = spent.mixed
        calls = (
            "if all calls of a function cost the same"
            if mixed is None
            else f"if all calls of {_name(mixed)} cost the same"
        )
        yield f"  {calls}    {'' if unknown else '≈'}{percent(part.estimate)}"


def _whole(spent: Spent) -> Iterator[str]:
    """Yield what a function costs."""
    costs, target = spent.costs, spent.target
    unit, data = costs.unit, spent.graph.nodes[target]
    whole, own = spent.part.whole, costs.own(target)
    total = costs.graph.graph.get("total")
    of_all = f" ({percent(float(whole) / float(total))} of {amount(total, unit)})" if total else ""
    by_itself = f", {amount(own, unit)} by itself" if own is not None and spent.by != SELF else ""
    calls = data.get("primitive_calls", data.get("calls"))
    often = f"; {_times(calls, whole, unit)}" if calls else ""
    itself = " by itself" if spent.by == SELF else ""
    yield f"{_name(target)} costs {amount(whole, unit)}{itself}{of_all}{by_itself}{often}."


def _times(calls: Number, cost: Number | None, unit: str) -> str:
    """Return how often something is called, and what one call costs."""
    each = "" if cost is None else f", {amount(float(cost) / float(calls), unit)} each"
    return f"called {shown(calls)} time{'s' * (calls != 1)}{each}"


def _callers(spent: Spent) -> Iterator[str]:
    """Yield which functions call the target directly: of a source whether it does, else the costliest."""
    unit = spent.costs.unit
    if spent.sources:
        for caller in spent.callers:
            if caller.calls:
                times = _times(caller.calls, caller.cost, unit).removeprefix("called ")
                yield f"{_name(caller.function)} calls {_name(spent.target)} {times}."
        return
    listed = spent.callers[:CALLERS]
    rows = [_caller_row(caller, unit) for caller in listed]
    if rows:
        yield ""
        yield f"Called by{' ' * 3}(measured)" if any(caller.cost is not None for caller in listed) else "Called by"
        yield from (f"  {line}" for line in aligned(rows))
    if more := len(spent.callers) - len(listed):
        yield f"  … {more:,} more: graphdiff rank FILE {_name(spent.target)}"


def _caller_row(caller: Caller, unit: str) -> list[str]:
    times = _times(caller.calls, caller.cost, unit).removeprefix("called ") if caller.calls else ""
    cost = "" if caller.cost is None else amount(caller.cost, unit)
    return [_name(caller.function), percent(caller.share), cost, times]


def _routes(spent: Spent) -> Iterator[str]:
    """Yield the routes by which most of it comes: on stacks as they were seen, on edges as these estimate."""
    routes = [route for route in spent.routes if len(route.functions) > 1]
    if not routes:
        return
    unit, measured = spent.costs.unit, spent.costs.stacks is not None
    if not spent.sources:
        yield from ("", "Routes" if measured else "Strongest routes, if all calls of a function cost the same")
    rows = []
    for route in routes:
        if measured:
            assert route.cost is not None
            rows.append([route_text(route), amount(route.cost, unit), "" if spent.sources else percent(route.part)])
        else:
            rows.append([route_text(route), f"{'' if _is_forced(spent, route) else '≈'}{percent(route.part)}"])
    lines = [f"  {line}" for line in aligned(rows)]
    yield from [f"{lines[0]}    measured on stacks" if measured and spent.sources else lines[0], *lines[1:]]


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
            f"! {_name(spent.target)} is called within its own calls, which this file counts at every level: what it "
            f"costs with all it calls is not measured{known}; the parts are of what it costs by itself."
        )
    if not spent.part.is_measured:
        yield f"! {_why_open(spent)} Stacks tell them apart (py-spy -f raw, pprof, perf)."
        yield from glued_by_imports(costs)


def _why_open(spent: Spent) -> str:
    costs = spent.costs
    component = costs.components[costs.number(spent.target)]
    inner = [source for source in spent.sources if costs.components[costs.number(source)] == component]
    if inner:
        size = how_many(len(costs.members[component]), "functions")
        return f"{_name(inner[0])} and {_name(spent.target)} are in one cycle of calls ({size})."
    if spent.mixed is None:
        return "Callers are mixed on the way."
    return f"{_name(spent.mixed)}'s callers are mixed."


def glued_by_imports(costs: Costs) -> Iterator[str]:
    """Yield that Python's imports make one component of much of a profile, where they do."""
    if costs.stacks is not None:
        return
    largest: Sequence[int] = max(costs.members.values(), key=len, default=())
    names = [str(costs.graph.nodes[costs.labels[number]].get("name", costs.labels[number])) for number in largest]
    if len(largest) > GLUED * len(costs.labels) and any(name.endswith(IMPORTS) for name in names):
        yield (
            f"! {len(largest):,} of {len(costs.labels):,} functions call each other in one cycle, to which imports tie "
            "them: --hide imports takes these out."
        )


#: What stands over a ranking of all functions.
TITLES = {
    SELF: "Functions by what they cost by themselves",
    INCLUSIVE: "Functions by what they cost with all they call",
    CALLS: "Functions by how often they are called",
}
#: A name in a ranking is no longer, and a route is not shown in less room.
FUNCTION, ROOM = 36, 16


def ranking_text(ranking: CostRanking, top: int, how: str = "") -> str:
    """Return the report on the first rows of a ranking; `how` says how to see the others."""
    if ranking.asked is None:
        title, lines = TITLES[ranking.by], _functions(ranking, top)
    elif ranking.by == CALLS:
        title, lines = _title_of_calls(ranking), _parts(ranking, top)
    else:
        title, lines = _title_of_parts(ranking), _parts(ranking, top)
    left = len(ranking.listed) - min(top, len(ranking.listed))
    more = [f"… {left:,} more{how}"] if left else []
    notes = in_columns(_ranking_notes(ranking))
    return "\n".join([in_columns([title]), *lines, *more, *(["", notes] if notes else [])])


def _title_of_parts(ranking: CostRanking) -> str:
    word = cost_word(ranking.costs)
    whole = "" if ranking.whole is None else f" ({amount(ranking.whole, ranking.costs.unit)})"
    if ranking.source is not None:
        return f"where {_name(ranking.source)}'s {word} goes{whole}{', by functions themselves' * (ranking.by == SELF)}"
    return f"who makes {_name(ranking.target)} cost{whole}{' by itself' * (ranking.by == SELF)}"


def _title_of_calls(ranking: CostRanking) -> str:
    whole = ranking.listed[0].part.whole if ranking.listed and ranking.listed[0].part else 0
    if ranking.source is not None:
        return f"what {_name(ranking.source)} calls directly ({how_many(int(whole), 'calls')})"
    return f"who calls {_name(ranking.target)} directly ({how_many(int(whole), 'calls')})"


def _functions(ranking: CostRanking, top: int) -> list[str]:
    """Return the table of all functions: what each costs, how often it is called, and by which route."""
    rows = ranking.listed[:top]
    names = [name for name in COLUMNS if any(ranking.figure(row.node, name) is not None for row in rows)]
    each = ranking.by if ranking.by != CALLS else INCLUSIVE
    per_call = ["per call"] if CALLS in names and each in names else []
    cells = [["function", *names, *per_call]]
    for row in rows:
        figures = [_figure(ranking, row.node, name) for name in names]
        calls = ranking.figure(row.node, "primitive_calls" if each == INCLUSIVE else CALLS) or ranking.figure(
            row.node, CALLS
        )
        cost = ranking.figure(row.node, each)
        one = amount(float(cost) / float(calls), ranking.costs.unit) if cost is not None and calls else ""
        cells.append([shorten(str(row.node), FUNCTION), *figures, *([one] if per_call else [])])
    table = aligned(cells)
    room = WIDTH - 2 - max(map(len, table))
    if room < ROOM + len("  100.0 %"):
        return table
    routes = ["strongest route", *(_route_to(ranking, row.node, room) for row in rows)]
    width = max(map(len, table))
    return [f"{line.ljust(width)}  {route}".rstrip() for line, route in zip(table, routes, strict=True)]


def _figure(ranking: CostRanking, node: Any, name: str) -> str:
    """Return what a function costs, with its part of the total where that is what is ranked by."""
    value = ranking.figure(node, name)
    costs = ranking.costs
    if value is None and name == INCLUSIVE:
        about = costs.estimated_inclusive(node)
        return "" if about is None else f"≈{amount(round(about), costs.unit)}"
    if value is None:
        return ""
    if name == CALLS:
        return shown(value)
    total = costs.graph.graph.get("total")
    part = f"  {percent(float(value) / float(total))}" if total and name == ranking.by else ""
    return f"{amount(value, costs.unit)}{part}"


def _route_to(ranking: CostRanking, node: Any, room: int) -> str:
    """Return the route by which most of a function comes, without it, and which part of it that is."""
    route = ranking.route(node)
    if route is None or len(route.functions) < 2:
        return ""
    part = f"  {'' if ranking.costs.stacks is not None or route.part > 1 - 1e-6 else '≈'}{percent(route.part, '.0f')}"
    return f"{route_text(route._replace(functions=route.functions[:-1]), room - len(part))}{part}"


def _parts(ranking: CostRanking, top: int) -> list[str]:
    """Return the table of parts: of what, how far edges or samples allow it, and the strongest route."""
    rows = ranking.rows(top)
    common = [row for row in rows if _is_all(ranking, row)]
    cells = [_part_cells(ranking, row) for row in rows if row not in common]
    lines = [f"  {line}" for line in aligned(cells)] if cells else []
    room = WIDTH - 2 - max(map(len, lines), default=0)
    if room >= ROOM and ranking.by != CALLS:
        routes = [_steps(ranking, row, room) for row in rows if row not in common]
        width = max(map(len, lines), default=0)
        lines = [f"{line.ljust(width)}  {route}".rstrip() for line, route in zip(lines, routes, strict=True)]
    if common:
        names = and_more(", ".join(_name(row.node) for row in common[:CALLERS]), len(common) - CALLERS)
        lines += [f"  all of it   {names}"]
    return lines


def _is_all(ranking: CostRanking, row: Row) -> bool:
    """Tell whether all of the target is spent for a function: then it says nothing of who makes it cost."""
    return (
        ranking.source is None
        and ranking.by != CALLS
        and row.part is not None
        and row.part.is_measured
        and row.part.cost == row.part.whole
    )


def _part_cells(ranking: CostRanking, row: Row) -> list[str]:
    part, whole = row.part, ranking.whole
    assert part is not None
    if ranking.by == CALLS:
        return [_name(row.node), share_text(part), shown(part.cost or 0)]
    scale = float(part.whole) / float(whole) if ranking.source is not None and whole else 1.0
    share = part.share
    text = "" if share is None else f"{'' if part.is_measured else '≈'}{percent(share * scale)}"
    cost = (
        ""
        if ranking.source is None or share is None
        else f"{'' if part.is_measured else '≈'}{_amount_of(part, ranking)}"
    )
    return [
        shorten(str(row.node), FUNCTION),
        text,
        _bounds_text(ranking, part, scale),
        *([cost] if ranking.source is not None else []),
    ]


def _amount_of(part: Part, ranking: CostRanking) -> str:
    unit = ranking.costs.unit
    value = part.cost if part.cost is not None else (part.estimate or 0.0) * float(part.whole)
    return amount(round(value) if unit not in SECONDS and not part.is_measured else value, unit)


def _bounds_text(ranking: CostRanking, part: Part, scale: float) -> str:
    if ranking.costs.stacks is not None:
        interval = part.interval
        return (
            ""
            if interval is None or ranking.source is not None
            else f"{100 * interval[0]:.0f} to {100 * interval[1]:.0f}"
        )
    if part.is_measured:
        return "exact"
    if part.bounds is None:
        return ""
    low, high = (min(1.0, end * scale) for end in part.bounds)
    return range_text(low, high, "")


def _steps(ranking: CostRanking, row: Row, room: int) -> str:
    """Return the functions behind the first one on the strongest route, or that the call is direct."""
    route = ranking.route(row.node)
    if route is None or len(route.functions) < 2:
        return ""
    names = list(route.functions)
    if ranking.costs.stacks is not None:
        start = ranking.source if ranking.source is not None else row.node
        names = names[max(place for place, name in enumerate(names) if name == start or place == 0) :]
    return "directly" if len(names) == 2 else f"> {route_text(route._replace(functions=tuple(names[1:])), room - 2)}"


def _ranking_notes(ranking: CostRanking) -> Iterator[str]:
    """Yield how what stands beside the parts is meant."""
    costs = ranking.costs
    if ranking.asked is not None and ranking.by != CALLS:
        shares = [row.part for row in ranking.listed if row.part is not None]
        if costs.stacks is not None and any(part.samples for part in shares) and ranking.source is None:
            yield "Measured on stacks; behind each part what samples of this number allow (95 %)."
        elif any(not part.is_measured for part in shares):
            yield "≈: if all calls of a function cost the same; behind it what the calls in this file allow."
    elif (
        ranking.by == INCLUSIVE
        and costs.counts_every_level
        and any(map(costs.estimated_inclusive, ranking.nodes[:RANGED]))
    ):
        yield "≈: an estimate, as this file counts calls within a function's own calls at every level."
    if ranking.by != SELF or ranking.asked is not None:
        yield from glued_by_imports(costs)
