"""A comparison as Markdown, for a pull request: the totals and what moved them first, long sets folded away."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from graphdiff.change.comparison import Comparison
from graphdiff.change.difference import Difference, counts_text, cycle_text, kind_sections, scope_title
from graphdiff.change.entries import Entry, entry_rows
from graphdiff.change.layers import KINDS
from graphdiff.change.networks import NetworkComparison, sentences
from graphdiff.change.report import change_text, footnotes, headline, list_name, moving_rows, places_text
from graphdiff.change.totals import Changes, place_text
from graphdiff.profiles.comparison import ProfileComparison
from graphdiff.profiles.report_comparison import NOISE, notes, rows, share_text
from graphdiff.profiles.report_comparison import change_text as cost_text
from graphdiff.profiles.report_comparison import headline as cost_headline
from graphdiff.showing import and_more
from graphdiff.text.names import node_text
from graphdiff.text.numbers import percent, shown, signed
from graphdiff.text.sentences import TITLES, how_many, words_for

#: So many rows a table has; sets of more than `FOLDED` are folded.
ROWS, FOLDED = 50, 10
#: What Markdown could take for more than text, mentions and numbers of issues too.
SPECIAL = re.compile(r"[\\`*_\[\]<>|~@&#$]")


def comparison_markdown(
    results: Sequence[Comparison] | Sequence[Changes] | Difference | NetworkComparison, top: int | None = None
) -> str:
    """Return the Markdown of one question, under one weighting or several; so many rows of each table, else 50.

    Examples
    --------
    >>> import networkx as nx
    >>> from graphdiff import compare
    >>> old, new = nx.DiGraph([("a", "b")]), nx.DiGraph([("a", "b"), ("b", "c")])
    >>> print(comparison_markdown(compare(old, new, weight=None)))
    ### 1 appeared, 0 gone, 1 edge added, 0 removed
    <BLANKLINE>
    **Appeared**
    <BLANKLINE>
    | nodes | by |
    | --- | --- |
    | `c` | the new b → c |
    """
    section = partial(_section, top=ROWS if top is None else top)
    if isinstance(results, NetworkComparison):
        return "\n".join(_networks(results, section))
    if isinstance(results, Difference):
        return "\n".join(_sets(results, section))
    first = results[0]
    sets = _sets(first.difference, section)
    if isinstance(first, Changes):
        parts = [line for column in results if isinstance(column, Changes) for line in _changes(column, section)]
        return "\n".join([*sets, *parts])
    columns = [column for column in results if isinstance(column, Comparison)]
    return "\n".join([*_totals(columns, section), *sets, *_notes(columns)])


def costs_markdown(found: ProfileComparison, top: int | None = None) -> str:
    """Return the Markdown of what a function cost in two profiles, and what moved that.

    Examples
    --------
    >>> from graphdiff.profiles.comparison import Part
    >>> parts = [Part("own", None, "f", 7, 9, None, 2)]
    >>> print(costs_markdown(ProfileComparison("main", 10, 12, "Ir", parts, "calls")))
    ### main: 10 -&#62; 12 Ir (+20.0 %)
    <BLANKLINE>
    **What moved it**
    <BLANKLINE>
    |  | change |  |
    | --- | --- | --- |
    | f's own cost | +2 | 100.0 % |
    <BLANKLINE>
    _exact; the parts' sizes sum to 1.00 times the change_
    """
    listed = [
        (escaped(row.text), cost_text(found, row.change), NOISE if row.is_noise else share_text(found, row.change))
        for row in rows(found, top)
    ]
    groups = [(code(group), cost_text(found, number)) for group, number in found.groups.items()]
    section = partial(_section, top=len(listed) + 1)
    scale = [found.scale] if found.scale else []
    lines = [f"### {escaped(cost_headline(found))}", *section("What moved it", ("", "change", ""), listed)]
    lines += partial(_section, top=ROWS if top is None else top)("By group", ("group", "did"), groups)
    return "\n".join([*lines, *(line for note in (*scale, *notes(found)) for line in ("", f"_{escaped(note)}_"))])


def code(text: object) -> str:
    r"""Return text as Markdown shows it unchanged, also in a table: nothing in it is a mark-up, a link or a mention.

    Examples
    --------
    >>> code("@scope/a|b"), code("tick`s")
    ('`@scope/a\\|b`', '`` tick`s ``')
    """
    plain = " ".join(str(text).split()).replace("|", "\\|")
    if "`" not in plain:
        return f"`{plain}`"
    fence = "`" * (1 + max(len(run) for run in _runs(plain)))
    return f"{fence} {plain} {fence}"


def escaped(text: str) -> str:
    """Return text in a sentence with nothing in it that Markdown would interpret.

    Examples
    --------
    >>> escaped("*@a*")
    '&#42;&#64;a&#42;'
    """
    return SPECIAL.sub(lambda match: f"&#{ord(match[0])};", " ".join(text.split()))


def quoted(lines: Iterable[str]) -> list[str]:
    """Return sentences as a quotation over a report; nothing for none.

    Examples
    --------
    >>> quoted(["appeared > 5 is met: 33"])
    ['> appeared &#62; 5 is met: 33', '']
    """
    listed = [f"> {escaped(line)}" for line in lines]
    return ["\\\n".join(listed), ""] if listed else []


def _runs(text: str) -> list[str]:
    return "".join(sign if sign == "`" else " " for sign in text).split()


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], top: int = ROWS) -> list[str]:
    listed = list(rows)
    lines = [f"| {' | '.join(cells)} |" for cells in [head, ["---"] * len(head), *listed[:top]]]
    return [*lines, *([f"\n… {len(listed) - top:,} more"] if len(listed) > top else [])]


#: `_section` with so many rows.
Section = Callable[[str, Sequence[str], Sequence[Sequence[str]]], list[str]]


def _section(title: str, head: Sequence[str], rows: Sequence[Sequence[str]], *, top: int) -> list[str]:
    """Return a titled table, folded where it is long; nothing for an empty one."""
    if not rows:
        return []
    if len(rows) <= FOLDED:
        return ["", f"**{title}**", "", *_table(head, rows, top)]
    summary = f"<details><summary><b>{title}</b> ({len(rows):,})</summary>"
    return ["", summary, "", *_table(head, rows, top), "", "</details>"]


def _networks(found: NetworkComparison, section: Section) -> list[str]:
    """Return what is another between two networks, a table a kind."""
    lines = [f"### {found.headline()}", "", *sentences(found.beside())]
    for kind, title in KINDS.items():
        rows = [
            (*(code(text) if text else "" for text in (change.node, change.before, change.after)), _by(change.relative))
            for change in found.of(kind)
        ]
        lines += section(title, ("operation", "before", "after", "by"), rows)
    return lines


def _by(relative: float | None) -> str:
    return "" if relative is None else percent(relative)


def _sets(difference: Difference, section: Section) -> list[str]:
    after = difference.matched.after.graph
    words = words_for(after.edge_meaning, "unit", node_meaning=after.node_meaning)
    nodes, node = words.nodes, how_many(1, words.nodes).removeprefix("1 ")
    among = ""
    if difference.end is not None:
        title = scope_title(words, difference.end, towards=difference.towards, quoted=code)
        among = f"{title[0].upper()}{title[1:]}: "
    head = f"### {among}{counts_text(difference)}"
    if difference.kinds:
        listed = kind_sections(difference, difference.kinds, in_all=True)
        return [
            head,
            *(line for title, rows in listed for line in section(title, (nodes,), [(code(r),) for r in rows])),
        ]
    tables = [
        ("Appeared", "by", _entries(difference.appeared, ("the new", ""), difference.names_directs)),
        ("Gone", "with", _entries(difference.gone, ("the former", ""), difference.names_directs)),
    ]
    return [
        head,
        *(line for title, by, rows in tables for line in section(title, (nodes, by), rows)),
        *section("Upgraded", (node, "before", "after"), [_upgrade(each) for each in difference.upgraded]),
        *section("New cycles", ("cycle",), [(code(cycle_text(members)),) for members in difference.cycles_new]),
        *section("Broken cycles", ("cycle",), [(code(cycle_text(members)),) for members in difference.cycles_broken]),
        *section(
            "Renamed?",
            ("before", "after"),
            [(code(node_text(each.old)), code(node_text(each.new))) for each in difference.suggested],
        ),
    ]


def _entries(entries: Iterable[Entry], words: tuple[str, str], direct: bool) -> list[tuple[str, str]]:
    """Return the rows of what came in, or went, together: the names, and by what, as the text has it."""
    return [
        (
            and_more(", ".join(map(code, row.names[:FOLDED])), len(row.names) - FOLDED),
            escaped((row.what + row.where).replace(" -> ", " → ")),
        )
        for row in entry_rows(entries, words, direct=direct)
    ]


def _upgrade(each: Any) -> tuple[str, str, str]:
    before, after = each.names
    old = (
        f"{'' if before == after else f'{before} '}{each.version_before}"
        if each.version_before
        else node_text(each.old)
    )
    return code(after), code(old), code(each.version_after or node_text(each.new))


def _totals(columns: Sequence[Comparison], section: Section) -> Iterator[str]:
    first = columns[0]
    words = words_for(first.edge_meaning, first.weight_meaning).about(first.source, first.target)
    yield f"## {code(words.named(first.source))} → {code(words.named(first.target))}"
    yield ""
    yield escaped(headline(first, words))
    yield ""
    rows = [(_title(c), shown(c.before), shown(c.after), change_text(c), places_text(c)) for c in columns]
    head, n = ("weights", "before", "after", "change", "place"), 5 if any(row[4] for row in rows) else 4
    yield from _table(head[:n], [row[:n] for row in rows])
    for text in first.missing:
        yield from ("", f"> {code(text)}")
    for text in (text for column in columns for text in column.doubts):
        yield from ("", f"> {escaped(text)}")
    for column in columns:
        yield from _moved(column, section)
    yield ""


def _title(column: Comparison | Changes) -> str:
    meaning = column.weight_meaning if isinstance(column, Comparison) else column.matched.after.graph.weight_meaning
    return TITLES.get(meaning, code(meaning))


def _moved(column: Comparison, section: Section) -> list[str]:
    words = words_for(column.edge_meaning, column.weight_meaning)
    rows = [
        (row.mark, code(row.name), row.weights, f"{signed(row.number)} {code(row.note) if row.note else ''}".rstrip())
        for row in moving_rows(column, ROWS)
    ]
    rows += [("", list_name(column, node, code), "", signed(n)) for node, n in column.dilution.items()]
    groups = [(code(group), signed(number)) for group, number in column.groups.items()]
    return [
        *section(f"{words.moved}, {_title(column)}", ("", "edge", "weight", "did"), rows),
        *section(f"By group, {_title(column)}", ("group", "did"), groups),
    ]


def _changes(column: Changes, section: Section) -> list[str]:
    rows = [
        (code(node_text(row.node)), shown(row.before), shown(row.after), signed(row.change), place_text(row))
        for row in column.moved
        if row.before != row.after
    ]
    return section(f"Totals, {_title(column)}", ("node", "before", "after", "change", "place"), rows)


def _notes(columns: Sequence[Comparison]) -> list[str]:
    return [line for note in footnotes(columns) for line in ("", f"_{note}_")]
