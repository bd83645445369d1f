"""What `rank` says of a profile: a table of all functions, or of the parts of one's cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from graphdiff.arithmetic import Number
from graphdiff.profiles.costs import INCLUSIVE, SELF, Part
from graphdiff.profiles.report import (
    assumption,
    callers_text,
    cost_each,
    cost_word,
    glued_by_imports,
    name_of,
    range_text,
)
from graphdiff.showing import and_more
from graphdiff.text.amounts import SECONDS, amount
from graphdiff.text.numbers import percent, shorten, shown
from graphdiff.text.sentences import how_many
from graphdiff.text.tables import WIDTH, aligned, aligned_at, hanging, in_columns

if TYPE_CHECKING:
    from graphdiff.profiles.ranking import CostRanking, Row

__all__ = ["CALLS", "COLUMNS", "EXACT", "RANGED", "part_facts", "ranking_beside", "ranking_headline", "ranking_text"]

#: The column of how often functions are called, and what functions are ranked by.
CALLS = "calls"
COLUMNS = (SELF, INCLUSIVE, CALLS)
#: Of so many rows edges are asked what they allow, which takes long for all.
RANGED = 20
#: What stands over a ranking of all functions.
TITLES = {
    SELF: "Functions by what they cost by themselves",
    INCLUSIVE: "Functions by what they cost with all they call",
    CALLS: "Functions by how often they are called",
}
#: A name is no longer where parts are ranked, and where functions are, which have more columns.
PARTED, FUNCTION = 36, 30
#: But no shorter than this, to make room for routes.
SHORTEST = 16
#: A route is not shown in less room.
ROOM = 20
#: So many functions are named for which all of a cost is spent.
COMMON = 3
#: What is said of a part of which edges leave no choice.
EXACT = "exact"
#: What stands over the routes.
ROUTES = "strongest route"


def ranking_text(ranking: CostRanking, top: int, how: str = "") -> str:
    """Return the report on the first rows of a ranking; `how` says how to see the others."""
    rows = ranking.rows(top)
    lines = _functions(ranking, rows) if ranking.asked is None else _parts(ranking, rows)
    left = len(ranking.listed) - len(rows)
    more = [f"… {left:,} more{how}"] if left else []
    crowded = ranking.asked is None and ROUTES not in lines[0]
    full = [f"No room for the {ROUTES}s: graphdiff why FILE FUNCTION has them."] if crowded else []
    notes = in_columns([*_notes(ranking, rows), *full])
    return "\n".join([in_columns([_title(ranking)]), *lines, *more, *(["", notes] if notes else [])])


def ranking_headline(ranking: CostRanking) -> str:
    """Return what is ranked, and what comes first."""
    title = _title(ranking)
    alone = next((row for row in ranking.rows() if not _is_all(row.part)), None)
    first = f": {shorten(alone.name, PARTED)} first" if alone is not None else ""
    return f"{title[0].upper()}{title[1:]}{first}"


def ranking_beside(ranking: CostRanking) -> list[str]:
    """Return how the numbers are meant, and what makes them uncertain."""
    return [*_notes(ranking, ranking.rows())]


def part_facts(ranking: CostRanking, row: Row) -> dict[str, Any]:
    """Return the part that a row is ranked by, whether it is an estimate, and between what it lies, in words."""
    part = row.part
    if part is None or part.share is None:
        return {}
    scale = _scale(ranking, part)
    allowed = "" if ranking.by == CALLS else _bounds(ranking, part, scale)
    return {
        "part": part.share * scale,
        **({} if part.is_measured else {"part_estimated": True}),
        **({"allowed": allowed if allowed == EXACT else f"{allowed} %"} if allowed else {}),
    }


def _scale(ranking: CostRanking, part: Part) -> float:
    """Return what a part of a function's cost is multiplied by to be one of the source's."""
    return float(part.whole) / float(ranking.whole) if ranking.target is None and ranking.whole else 1.0


def _title(ranking: CostRanking) -> str:
    asked, costs = ranking.asked, ranking.costs
    if asked is None:
        return f"{_nodes(ranking).capitalize()}{TITLES[ranking.by].removeprefix('Functions')}"
    name = name_of(asked)
    if ranking.by == CALLS:
        calls = how_many(int(ranking.whole or 0), "calls")
        return (
            f"what {name} calls directly ({calls})"
            if ranking.target is None
            else f"who calls {name} directly ({calls})"
        )
    whole = "" if ranking.whole is None else f" ({amount(ranking.whole, costs.unit)})"
    if ranking.target is None:
        return f"where {name}'s {cost_word(costs)} goes{whole}"
    return f"who makes {name} cost{whole}{' by itself' if ranking.by == SELF else ''}"


def _nodes(ranking: CostRanking) -> str:
    """Return what is ranked, in the plural: functions, or what these are grouped by."""
    return str(ranking.costs.graph.graph.get("node_meaning", "functions"))


# -- all functions


def _functions(ranking: CostRanking, rows: Sequence[Row]) -> list[str]:
    """Return the table of all functions: what each costs, how often it is called, and by which route."""
    names = [name for name in COLUMNS if any(ranking.costs.figure(row.numbers, name) is not None for row in rows)]
    per_call = ["per call"] if CALLS in names and _parted(ranking) in names else []
    figures = [
        [*(_figure(ranking, row, name) for name in names), *(_per_call(ranking, row) for _ in per_call)] for row in rows
    ]
    numbers = aligned([[*names, *per_call], *figures], left=None)
    length = max(SHORTEST, min(FUNCTION, WIDTH - len(numbers[0]) - ROOM - 4))
    functions = [how_many(1, _nodes(ranking)).partition(" ")[2], *(shorten(row.name, length) for row in rows)]
    table = aligned(list(zip(functions, numbers, strict=True)), left=(0, 1))
    room = WIDTH - 2 - max(map(len, table))
    routes = [ROUTES, *(_route_to(ranking, row, room) for row in rows)] if room >= ROOM else []
    return _beside(table, routes)


def _parted(ranking: CostRanking) -> str:
    """Return whether a call is taken to cost what the function does by itself, or inclusively."""
    return SELF if ranking.by == SELF else INCLUSIVE


def _per_call(ranking: CostRanking, row: Row) -> str:
    """Return what one call costs: inclusively of those that are not within the function's own calls."""
    costs = ranking.costs
    calls = _outer_calls(ranking, row) or costs.figure(row.numbers, CALLS)
    cost = costs.figure(row.numbers, _parted(ranking))
    return cost_each(cost, calls, costs.unit) if cost is not None and calls and calls > 0 else ""


def _outer_calls(ranking: CostRanking, row: Row) -> Number | None:
    """Return how many calls are not within the function's own, where a call is taken inclusively and some are."""
    figure = ranking.costs.figure
    outer = figure(row.numbers, "primitive_calls") if _parted(ranking) == INCLUSIVE else None
    return outer if outer and outer != figure(row.numbers, CALLS) else None


def _figure(ranking: CostRanking, row: Row, name: str) -> str:
    """Return what a function costs, with its part of the total where that is what is ranked by."""
    costs = ranking.costs
    value = costs.figure(row.numbers, name)
    if value is None:
        about = costs.estimated_inclusive(costs.labels[row.numbers[0]]) if name == INCLUSIVE else None
        return "" if about is None else f"≈{amount(round(about), costs.unit)}"
    if name == CALLS:
        outer = _outer_calls(ranking, row)
        return shown(value) if outer is None else f"{shown(value)}/{shown(outer)}"
    total = costs.graph.graph.get("total")
    part = f"  {percent(float(value) / float(total), '.1f')}" if total and name == ranking.by else ""
    return f"{amount(value, costs.unit)}{part}"


def _route_to(ranking: CostRanking, row: Row, room: int) -> str:
    """Return the route by which most of a function comes, without it, and which part of it that is."""
    route = ranking.route(row)
    if route is None or len(route.functions) < 2:
        return ""
    measured = ranking.costs.stacks is not None or route.part > 1 - 1e-6
    part = f"  {'' if measured else '≈'}{percent(route.part, '.0f')}"
    return f"{callers_text(route.functions[:-1], room - len(part))}{part}"


# -- parts of one function's cost


def _parts(ranking: CostRanking, rows: Sequence[Row]) -> list[str]:
    """Return the table of parts: of what, how far edges or samples allow it, and the strongest route."""
    common = [row for row in rows if ranking.target is not None and ranking.by != CALLS and _is_all(row.part)]
    others = [row for row in rows if row not in common]
    table = [f"  {line}" for line in aligned(_aligned_ranges([_cells(ranking, row) for row in others]), left=(0, 2))]
    room = WIDTH - 2 - max(map(len, table), default=0)
    routes = [_through(ranking, row, room) for row in others] if room >= ROOM and ranking.by != CALLS else []
    names = and_more(", ".join(shorten(row.name, PARTED) for row in common[:COMMON]), len(common) - COMMON)
    return [*_beside(table, routes), *(hanging("  all of it is spent for ", names) if common else [])]


def _is_all(part: Part | None) -> bool:
    """Tell whether all is spent for a function: then it says nothing of who makes the target cost."""
    return part is not None and part.is_measured and part.cost == part.whole


def _cells(ranking: CostRanking, row: Row) -> list[str]:
    """Return the name, the part of what was asked for, what it may be, and of a source how much it is."""
    part, name = row.part, shorten(row.name, PARTED)
    assert part is not None
    if ranking.by == CALLS:
        return [name, percent(part.share), shown(part.cost or 0)]
    scale = _scale(ranking, part)
    mark = "" if part.is_measured else "≈"
    share = "" if part.share is None else f"{mark}{percent(part.share * scale, '.1f')}"
    cells = [name, share, _bounds(ranking, part, scale)]
    return cells if ranking.target is not None else [*cells, f"{mark}{_cost(ranking, part)}" if share else ""]


def _cost(ranking: CostRanking, part: Part) -> str:
    unit = ranking.costs.unit
    return amount(part.about if part.is_measured or unit in SECONDS else round(part.about), unit)


def _bounds(ranking: CostRanking, part: Part, scale: float) -> str:
    """Return between which parts the edges allow it, or on stacks the samples; that edges leave no choice."""
    if ranking.costs.stacks is not None:
        ends = part.interval if ranking.target is not None else None
        return "" if ends is None else f"{100 * ends[0]:.0f} to {100 * ends[1]:.0f}"
    if part.is_measured:
        return EXACT
    low, high = part.bounds or (None, None)
    return "" if low is None or high is None else range_text(min(1.0, low * scale), min(1.0, high * scale), "")


def _aligned_ranges(cells: Sequence[list[str]]) -> list[list[str]]:
    """Return the rows with the ends of their ranges below each other."""
    ranges = aligned_at([row[2] for row in cells], " to ")
    return [[*row[:2], each, *row[3:]] for row, each in zip(cells, ranges, strict=True)]


def _through(ranking: CostRanking, row: Row, room: int) -> str:
    """Return through which functions most comes from one end to the other, or that the call is direct."""
    route = ranking.route(row)
    if route is None or row.numbers == (ranking.costs.number(ranking.asked),):
        return ""
    names = list(route.functions)
    if ranking.costs.stacks is not None:  # there a route begins where the stack does
        start = ranking.source if ranking.target is None else row.name
        names = names[max((at for at, name in enumerate(names[:-1]) if name == start), default=0) :]
    if len(names) < 2:
        return ""
    return f"through {callers_text(names[1:-1], room - len('through '))}" if names[1:-1] else "directly"


def _beside(table: Sequence[str], texts: Sequence[str]) -> list[str]:
    """Return the lines of a table with a column of texts, if there is one."""
    width = max(map(len, table), default=0)
    return [
        f"{line.ljust(width)}  {text}".rstrip() for line, text in zip(table, texts or [""] * len(table), strict=True)
    ]


def _notes(ranking: CostRanking, rows: Sequence[Row]) -> Iterator[str]:
    """Yield how what stands beside the parts is meant, and what makes them uncertain."""
    parts = [row.part for row in rows if row.part is not None and ranking.by != CALLS]
    yield from _of_parts(ranking, parts)
    yield from _of_recursion(ranking, rows)
    if parts or ranking.by == INCLUSIVE:
        yield from glued_by_imports(ranking.costs)


def _of_parts(ranking: CostRanking, parts: Sequence[Part]) -> Iterator[str]:
    """Yield what parts rest on: stacks, or what calls are taken to cost."""
    if ranking.target is not None and any(part.interval for part in parts):
        yield "Measured on stacks; behind each part what so many samples allow (95 %)."
    if all(part.is_measured or part.estimate is None for part in parts):
        return
    if ranking.costs.is_shared_out:
        yield f"≈ {assumption(ranking.costs)}"
    else:
        yield "≈ if all calls of a function cost the same; behind it what the calls in this file allow."


def _of_recursion(ranking: CostRanking, rows: Sequence[Row]) -> Iterator[str]:
    """Yield what functions that call themselves through others leave open."""
    costs, source = ranking.costs, ranking.source
    if ranking.asked is None and any(_outer_calls(ranking, row) for row in rows):
        yield "calls a/b: of a calls b are not within the function's own calls; per call is of these."
    is_of_all = ranking.asked is None and costs.counts_every_level
    if is_of_all and any(costs.figure(row.numbers, INCLUSIVE) is None for row in rows):
        yield "≈ an estimate: this file counts calls within a function's own calls at every level."
    if ranking.target is None and source is not None and costs.is_in_component(costs.number(source)):
        size = len(costs.members[costs.components[costs.number(source)]])
        yield f"! {name_of(source)} is in a cycle of {size:,} functions, within which edges cannot tell."
