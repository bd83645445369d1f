"""The text of a `ProfileComparison`: the cost before and after, and what moved it, in a few rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphdiff.arithmetic import Number
from graphdiff.showing import and_more
from graphdiff.text.amounts import SECONDS, amount, amount_change, rounded
from graphdiff.text.numbers import percent, shorten, shown
from graphdiff.text.sentences import how_many
from graphdiff.text.tables import WIDTH, in_columns

if TYPE_CHECKING:
    from graphdiff.profiles.comparison import Part, ProfileComparison

__all__ = [
    "NOISE",
    "ROWS_BY_CALLS",
    "Row",
    "change_text",
    "comparison_text",
    "count",
    "headline",
    "notes",
    "part_text",
    "rows",
    "share_text",
]

#: So many rows are shown, none of them smaller than this part of the sum of all sizes; and so many stacks.
SHOWN, SMALLEST, SHOWN_ROUTES = 12, 0.01, 5
#: So many functions a row of a mix names, and so long a name is in a row, or each of two.
NAMED, NAME, NAME_OF_TWO = 3, 40, 28
NOISE = "within noise"
#: From sizes of so many times the change on, a small error of a part is a large one of the change.
SEVERAL = 3
#: From so many times on the parts of the change in per cent say nothing.
CANCELLED = 100


@dataclass(frozen=True)
class Row:
    """A row of the report: what moved the cost, by how much, what its parts' sizes sum to, and whether it is chance."""

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
    lines = [headline(result), *_table(result, rows(result, top))]
    if routes := _route_rows(result, SHOWN_ROUTES if top is None else top):
        lines += ["", "by stack, the last function's own cost", *_table(result, routes)]
    groups = [Row(str(name), number, abs(number)) for name, number in result.groups.items()]
    if groups:
        lines += ["", "by group", *_table(result, groups[: SHOWN if top is None else top])]
    return "\n".join([*lines, in_columns(notes(result))])


def headline(result: ProfileComparison) -> str:
    """Return the cost before and after.

    Examples
    --------
    >>> from graphdiff.profiles.comparison import ProfileComparison
    >>> headline(ProfileComparison("main", 7916916, 3921595, "Ir", [], "calls"))
    'main: 7,916,916 -> 3,921,595 Ir (-50.5 %)'
    """
    name = "all functions" if result.main is None else str(result.main)
    old, new = (amount(rounded(number, result.unit), result.unit) for number in (result.before, result.after))
    number, _, unit = old.rpartition(" ")
    facts = [percent(result.relative, "+.1f") or "none before"]
    facts += [f"noise: up to {noise_percent(result)}"] if result.margin is not None and result.before else []
    facts += [f"mean of {_runs(result)}"] if max(result.runs, result.runs_after) > 1 else []
    return f"{shorten(name, NAME)}: {number if new.endswith(f' {unit}') else old} -> {new} ({'; '.join(facts)})"


def noise_percent(result: ProfileComparison) -> str:
    """Return up to which part of the cost before a change can be chance."""
    return percent(None if result.margin is None or not result.before else result.margin / result.before, ".1f")


# -- rows


def rows(result: ProfileComparison, top: int | None = None) -> list[Row]:
    """Return the rows of a report, the largest first: parts, those that cancel as one, and what is left as the rest."""
    every = sorted(_every(result), key=lambda row: -abs(row.change))
    least = SMALLEST * sum(row.size for row in every)
    shown_rows = every[:top]
    if top is None:
        shown_rows = [row for row in every if row.size >= least][:SHOWN] or every[:SHOWN_ROUTES]
    if len(shown_rows) == len(every):
        return shown_rows
    left = [row for row in every if row not in shown_rows]
    return [*shown_rows, Row("the rest", sum(row.change for row in left), sum(row.size for row in left))]


def _every(result: ProfileComparison) -> Iterator[Row]:
    parts = {(part.kind, part.caller, part.function): part for part in result.parts}
    for mix in result.mixes:
        changes = [parts.pop(key).change for key in mix.keys if key in parts]
        names = [f"{_name(name)} {change_text(result, change)}" for name, change in mix.changes.items()]
        text = f"mix at {_name(mix.function)}: {and_more(', '.join(names[:NAMED]), len(names) - NAMED)}"
        yield Row(text, sum(changes), sum(map(abs, changes)))
    yield from (Row(part_text(part), part.change, abs(part.change), part.is_noise) for part in parts.values())


def part_text(part: Part) -> str:
    """Return what a part of a change is, in words.

    Examples
    --------
    >>> from graphdiff.profiles.comparison import Part
    >>> part_text(Part("calls", "costly", "handle", 4800140, 1600000, (10, 5), -2040065))
    'costly calls handle 5 times, not 10'
    """
    name, caller = (_name(end, NAME if part.caller is None else NAME_OF_TWO) for end in (part.function, part.caller))
    if part.kind == "own":
        return f"{name}'s own cost"
    if part.kind == "mix":
        return f"mix at {name}"
    if part.kind == "rest":
        return "what no call accounts for"
    if part.kind == "shared":
        return f"{name} and what it calls, called by {caller}"
    if part.calls is None:
        return f"{caller} calls {name}, which is new" if part.after else f"{caller} no longer calls {name}"
    old, new = part.calls
    if not old:
        return f"{caller} calls {name} {_times(new)}, which is new"
    if not new:
        return f"{caller} no longer calls {name}, before {_times(old)}"
    return f"{caller} calls {name} {_times(new)}, " + ("as before" if old == new else f"not {count(old)}")


def _name(label: Any, length: int = NAME) -> str:
    return shorten(str(label), length)


def _times(number: Number) -> str:
    return "once" if number == 1 else f"{count(number)} times"


def count(number: Number) -> str:
    """Return how often a call is made: a whole number, unless runs were scaled, or it is a mean."""
    return shown(int(number)) if number == int(number) else f"{float(number):,.4g}"


def change_text(result: ProfileComparison, number: Number) -> str:
    """Return by how much, without the unit where all numbers have the one of the head."""
    text = amount_change(rounded(number, result.unit), result.unit)
    return text if result.unit in SECONDS or result.unit == "bytes" else text.split(" ")[0]


def share_text(result: ProfileComparison, number: Number) -> str:
    """Return which part of the change that is; empty where hardly any change is left of what the parts did."""
    if result.size is None or result.size >= CANCELLED:
        return ""
    return percent(number / result.change, ".1f").replace("-0.0 %", "0.0 %")


def _table(result: ProfileComparison, listed: Sequence[Row]) -> list[str]:
    if not listed:
        return [] if result.change else ["  nothing changed"]
    changes = [change_text(result, row.change) for row in listed]
    shares = [share_text(result, row.change) for row in listed]
    wide, part = max(map(len, changes)), max(map(len, shares))
    room = WIDTH - wide - part - 6 - (len(NOISE) + 2) * any(row.is_noise for row in listed)
    texts = [row.text if len(row.text) <= room else shorten(row.text, room) for row in listed]
    width = max(map(len, texts))
    return [
        f"  {text.ljust(width)}  {change.rjust(wide)}  {share.rjust(part)}  {NOISE * row.is_noise}".rstrip()
        for row, text, change, share in zip(listed, texts, changes, shares, strict=True)
    ]


def _route_rows(result: ProfileComparison, top: int) -> list[Row]:
    return [
        Row(_route_text(list(map(_name, each.functions))), each.change, abs(each.change), each.is_noise)
        for each in result.routes[:top]
    ]


def _route_text(names: list[str]) -> str:
    """Return a route in half a line: its first function, and as many of the last as there is room for.

    Examples
    --------
    >>> _route_text(["main", *"abcdefghijklmnopq"]), _route_text(["main", "a"])
    ('main > … > e > f > g > h > i > j > k > l > m > n > o > p > q', 'main > a')
    """
    room = 60
    for start in range(1, len(names)):
        text = " > ".join([names[0], *(["…"] if start > 1 else []), *names[start:]])
        if len(text) <= room:
            return text
    return " > ".join(names[:1] if len(names) == 1 else [names[0], "…", names[-1]])


# -- what the numbers are


def notes(result: ProfileComparison) -> list[str]:
    """Return what a reader should know of the numbers."""
    lines = [AVERAGED if result.is_averaged else BASES[result.method]]
    if result.size is not None and result.method == "calls":
        lines[0] += f"; the parts' sizes sum to {float(result.size):.2f} times the change"
    if result.margin is not None:
        lines.append(_noise(result))
    elif result.kind == "sampled":
        lines.append("! these files do not say how many samples they are of: what is noise is not known")
    if max(result.runs, result.runs_after) == 1 and (result.unit in SECONDS or result.kind == "sampled"):
        lines.append(
            "! one run each: what differs from run to run is not known (several on a side say it: old.1+old.2)"
        )
    both = ((result.appeared, "new"), (result.gone, "gone"))
    counts = [f"{how_many(len(names), 'functions')} {word}: {_listed(names)}" for names, word in both if names]
    is_unsure = result.method == "calls" and result.size is not None and result.size >= SEVERAL
    return lines + counts + [UNSURE] * is_unsure


def _listed(names: Sequence[Any]) -> str:
    return and_more(", ".join(map(_name, names[:NAMED])), len(names) - NAMED)


#: What the parts rest on, in words.
BASES = {
    "calls": "exact",
    "stacks": "own costs sum to the change, measured on stacks, which do not count calls",
    "costs": "own costs sum to the change; no numbers of calls are known of what was measured",
    "own": "own costs sum to the change; what calls cost is not known",
}

ROWS_BY_CALLS = (
    "What a row did is not its cost after less that before: a call did what its number did, at the mean of what one "
    "cost before and after; own code what more or fewer calls of it do not explain."
)

UNSURE = "! the parts mostly cancel: each is less sure than the change; measure the changes one at a time"

AVERAGED = "adds up; what hidden functions cost is shared among their callers by averages"


def _noise(result: ProfileComparison) -> str:
    by_runs = f"what {_runs(result)} differ by (95 %)" if max(result.runs, result.runs_after) > 1 else ""
    by_samples = "2 standard errors of the samples" if result.kind == "sampled" else ""
    return f"{NOISE}: within {' and '.join(filter(None, (by_samples, by_runs)))}"


def _runs(result: ProfileComparison) -> str:
    """Return how many runs there are on a side that has several.

    Examples
    --------
    >>> from graphdiff.profiles.comparison import ProfileComparison
    >>> _runs(ProfileComparison("main", 2, 1, "s", [], "calls", runs=3, runs_after=2))
    '3 runs before and 2 after'
    """
    if result.runs == 1:
        return f"{result.runs_after:,} runs after"
    return f"{result.runs:,} runs before" + (f" and {result.runs_after:,} after" if result.runs_after > 1 else "")
