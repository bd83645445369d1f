"""The text of a `ProfileComparison`: the cost before and after, and what moved it, in a few rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphdiff.arithmetic import Number
from graphdiff.showing import and_more
from graphdiff.text.amounts import SECONDS, amount, amount_change
from graphdiff.text.numbers import percent, shorten, shown
from graphdiff.text.sentences import how_many
from graphdiff.text.tables import WIDTH

if TYPE_CHECKING:
    from graphdiff.profiles.comparison import Part, ProfileComparison

__all__ = ["Row", "comparison_text", "headline", "notes", "rows", "whole"]

#: So many rows are shown, none of them smaller than this part of the sum of all sizes; and so many stacks.
SHOWN, SMALLEST, SHOWN_ROUTES = 12, 0.01, 5
#: So many functions a row of a mix names, and so long a name is in a row.
NAMED, NAME = 3, 40
NOISE = "within noise"


@dataclass(frozen=True)
class Row:
    """A row of the report: what moved the cost, by how much, and which part of the change that is."""

    text: str
    change: Number
    size: Number
    is_noise: bool = False


def comparison_text(result: ProfileComparison, top: int | None = None) -> str:
    """Return the report.

    Parameters
    ----------
    result : ProfileComparison
    top : int, optional
        How many rows; by default those that are not small, as many as there is room for.
    """
    lines = [headline(result)]
    lines += _table(result, rows(result, top))
    if result.routes and top != 0:
        lines += ["", "by stack, the last function's own cost", *_routes(result, SHOWN_ROUTES if top is None else top)]
    if result.groups:
        lines += ["", "by group", *_table(result, [Row(str(name), n, abs(n)) for name, n in result.groups.items()][:SHOWN])]
    lines += notes(result)
    return "\n".join(lines)


def headline(result: ProfileComparison) -> str:
    """Return the cost before and after.

    Examples
    --------
    >>> from graphdiff.profiles.comparison import ProfileComparison
    >>> headline(ProfileComparison("main", 7916916, 3921595, "Ir", [], "calls"))
    'main: 7,916,916 -> 3,921,595 Ir (-50.5 %)'
    """
    name = "all functions" if result.main is None else str(result.main)
    old, new = (amount(whole(n, result.unit), result.unit) for n in (result.before, result.after))
    before, unit = old.rpartition(" ")[::2]
    old = before if unit == new.rpartition(" ")[2] else old
    relative = percent(result.relative, "+.1f")
    margin = f"; within {percent(result.margin / result.before, '.1f')} it can be chance" if result.margin and result.before else ""
    of_runs = f", mean of {result.runs} runs before" if result.runs > 1 else ""
    return f"{shorten(name, NAME)}: {old} -> {new} ({relative or 'none before'}{margin}{of_runs})"


def whole(number: Number, unit: str) -> Number:
    """Return an amount as it is shown: of what is counted a whole number."""
    return number if unit in SECONDS or unit == "bytes" else round(number)


# -- rows


def rows(result: ProfileComparison, top: int | None = None) -> list[Row]:
    """Return the rows of a report: parts, those that cancel as one, and what is left as the rest."""
    every = sorted(_every(result), key=lambda row: -abs(row.change))
    size = sum(row.size for row in every)
    shown_rows = [row for row in every if row.size >= SMALLEST * size][:SHOWN] if top is None else every[:top]
    left = [row for row in every if row not in shown_rows]
    return shown_rows + ([Row("the rest", sum(row.change for row in left), sum(row.size for row in left))] if left else [])


def _every(result: ProfileComparison) -> Iterator[Row]:
    mixed = {key for mix in result.mixes for key in mix.keys}
    for part in result.parts:
        if (part.kind, part.caller, part.function) not in mixed:
            yield Row(part_text(part), part.change, abs(part.change), part.is_noise)
    for mix in result.mixes:
        parts = [part for part in result.parts if (part.kind, part.caller, part.function) in set(mix.keys)]
        names = [f"{_name(name)} {_change(result, change)}" for name, change in mix.changes.items()]
        text = f"mix at {_name(mix.function)}: {and_more(', '.join(names[:NAMED]), len(names) - NAMED)}"
        yield Row(text, sum(part.change for part in parts), sum(abs(part.change) for part in parts))


def part_text(part: Part) -> str:
    """Return what a part of a change is, in words.

    Examples
    --------
    >>> from graphdiff.profiles.comparison import Part
    >>> part_text(Part("calls", "costly", "handle", 4800140, 1600000, (10, 5), -2040065))
    'costly calls handle 5 times, not 10'
    """
    name, caller = _name(part.function), _name(part.caller)
    if part.kind == "own":
        return f"{name}'s own cost"
    if part.kind == "rest":
        return "what no call accounts for"
    if part.kind == "shared":
        return f"{name} and what it calls, called by {caller}"
    old, new = part.calls or (0, 0)
    if not old:
        return f"{caller} calls {name} {_times(new)}, which is new"
    if not new:
        return f"{caller} no longer calls {name}, before {_times(old)}"
    return f"{caller} calls {name} {_times(new)}, " + ("as before" if old == new else f"not {_count(old)}")


def _name(label: Any) -> str:
    return shorten(str(label), NAME)


def _times(number: Number) -> str:
    return "once" if number == 1 else f"{_count(number)} times"


def _count(number: Number) -> str:
    """Return how often a call is made: a whole number, unless runs were scaled."""
    return shown(int(number)) if number == int(number) else f"{float(number):,.4g}"


def _change(result: ProfileComparison, number: Number) -> str:
    """Return by how much, without the unit where all numbers have the one of the head."""
    text = amount_change(whole(number, result.unit), result.unit)
    return text if result.unit in SECONDS or result.unit == "bytes" else text.split(" ")[0]


def _table(result: ProfileComparison, listed: Sequence[Row]) -> list[str]:
    cells = [(row.text, _change(result, row.change), _share(result, row.change), row.is_noise) for row in listed]
    if not cells:
        return ["  nothing changed"] if not result.change else []
    widths = [max(len(cell[k]) for cell in cells) for k in range(3)]
    widths[0] = min(widths[0], WIDTH - widths[1] - widths[2] - len(NOISE) - 8)
    return [
        f"  {shorten(text, widths[0]).ljust(widths[0])}  {change.rjust(widths[1])}  {share.rjust(widths[2])}  {NOISE if noise else ''}".rstrip()
        for text, change, share, noise in cells
    ]


def _share(result: ProfileComparison, number: Number) -> str:
    return percent(number / result.change, ".1f") if result.change else ""


def _routes(result: ProfileComparison, top: int) -> list[str]:
    return _table(result, [Row(" > ".join(map(str, each.functions)), each.change, abs(each.change), each.is_noise) for each in result.routes[:top]])


# -- what the numbers are


def notes(result: ProfileComparison) -> list[str]:
    """Return what a reader should know of the numbers."""
    lines = [BASES[result.method]]
    if result.size is not None and result.method == "calls":
        lines[0] += f"; the parts' sizes sum to {float(result.size):.2f} times the change"
    if result.margin is not None:
        lines.append(_noise(result))
    elif result.kind == "sampled":
        lines.append("! the files do not say how many samples they are of, so that noise is not known")
    elif result.unit in SECONDS:
        lines.append("One run each: what differs from run to run is not known; --old FILE gives more runs of OLD.")
    counts = [f"{how_many(len(names), 'functions')} {word}" for names, word in ((result.appeared, "new"), (result.gone, "gone")) if names]
    lines += [", ".join(counts)] if counts else []
    return lines


#: What the parts rest on, in words.
BASES = {
    "calls": "exact",
    "stacks": "measured on stacks: own costs sum to the change; stacks do not count calls",
    "costs": "own costs sum to the change; these files do not say how often calls are made",
    "own": "own costs sum to the change; these files do not say what calls cost",
}


def _noise(result: ProfileComparison) -> str:
    by_runs = f", and what the {result.runs} runs before differ by" if result.runs > 1 else ""
    if result.kind != "sampled":
        return f"{NOISE}: within what the {result.runs} runs before differ by (95 %)"
    return f"{NOISE}: within 2 standard errors of the samples{by_runs}"
