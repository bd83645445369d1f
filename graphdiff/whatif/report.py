"""The text of a `WhatIf`: a total before and after changes; several weightings stand side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from graphdiff.arithmetic import Number
from graphdiff.errors import count_text
from graphdiff.text.names import node_text
from graphdiff.text.numbers import percent, shown
from graphdiff.text.sentences import Words, column_title, how_many, ways_round, words_for
from graphdiff.text.tables import in_columns, table

if TYPE_CHECKING:
    from graphdiff.whatif.what_if import WhatIf


#: So many nodes, and so many changes, are named in a report.
NAMED = 8


# -- as text


def what_if_text(columns: Sequence[WhatIf]) -> str:
    """Return the report of the same changes under one weighting or several."""
    first = columns[0]
    words = words_for(first.edge_meaning, first.weight_meaning, first.node_meaning).about(first.source, first.target)
    names = _names(columns)
    more = len(first.changes) - NAMED
    title = ", ".join([*names, *([f"{more:,} more changes"] if more > 0 else [])]) or "no change"
    lines = [f"{title[0].upper()}{title[1:]}:", words.sentence(_paths(first, words))]
    rows = [("", [column_title(c.weight_meaning) for c in columns]), *_facts(columns)]
    nodes = _nodes(first, words)
    doubts = [f"! {text}" for column in columns for text in column.doubts]
    return in_columns([*lines, *table(rows), *doubts, *_series(columns), *([""] if nodes else []), *nodes])


def _names(columns: Sequence[WhatIf]) -> list[str]:
    """Return the changes as text, with their weights where these are the same in all columns."""
    names = []
    for changes in zip(*(column.changes[:NAMED] for column in columns), strict=True):
        texts = [str(change) for change in changes]
        names.append(texts[0] if len(set(texts)) == 1 else changes[0].name)
    return names


def _paths(first: WhatIf, words: Words) -> str:
    ends = {"source": words.named(first.source), "target": words.named(first.target)}
    if first.n_paths is None or first.n_paths_before is None:
        return f"{words.relation.format(**ends)} by {ways_round(first.ends[0].graph.cycles)}."
    before = count_text(first.n_paths_before)
    if not first.n_paths:
        any_more = " any more" if first.n_paths_before else ""
        return f"{words.none.format(**ends)}{any_more} (paths before: {before})."
    still = " still" if first.n_paths_before else ""
    paths = how_many(first.n_paths, "paths")
    return f"{words.relation.format(**ends)} by {paths}{still} (before: {before})."


def _facts(columns: Sequence[WhatIf]) -> list[tuple[str, list[str]]]:
    rows = [(name, [shown(getattr(c, name)) for c in columns]) for name in ("before", "after", "change")]
    rows.append(("in per cent", [percent(c.relative, "+.1f") for c in columns]))
    if any(c.recounted is not None for c in columns):
        rows.append(("after, weights counted anew", _cells(c.recounted for c in columns)))
        parts = [None if c.recounted is None or not c.before else c.recounted / c.before - 1 for c in columns]
        rows.append(("in per cent", [percent(part, "+.1f") for part in parts]))
    return rows


def _series(columns: Sequence[WhatIf]) -> list[str]:
    """Return what each change does alone, and why that need not add up."""
    first = columns[0]
    if len(first.changes) < 2 or all(change.alone is None for column in columns for change in column.changes):
        return []
    rows = [("Each change alone", ["" for _ in columns])]
    for number, name in enumerate(_names(columns)):
        rows.append((f"  {name}", _cells(column.changes[number].alone for column in columns)))
    notes = []
    if any(column.alone is not None and _differ(column.alone, column.change) for column in columns):
        rows.append(("  alone they would add up to", _cells(column.alone for column in columns)))
        notes = [
            "Changes in series share their change: what runs through several of them counts once, not once for each."
        ]
    return ["", *table(rows), *notes]


def _cells(numbers: Iterable[Number | None]) -> list[str]:
    return ["" if number is None else shown(number) for number in numbers]


def _differ(alone: Number, change: Number) -> bool:
    try:
        return bool(abs(alone - change) * 10**9 > max(abs(alone), abs(change)))  # ints may be beyond every float
    except TypeError:  # symbols have no order
        return bool(alone != change)


def _nodes(first: WhatIf, words: Words) -> list[str]:
    lines = []
    for title, nodes in (
        (f"No longer reached from {words.named(first.source)}", first.no_longer_reached),
        (f"Newly reached from {words.named(first.source)}", first.newly_reached),
        ("Not in the graph before", first.new_nodes),
    ):
        if nodes:
            more = f", … {len(nodes) - NAMED:,} more" if len(nodes) > NAMED else ""
            names = ", ".join(map(node_text, nodes[:NAMED]))
            lines.append(f"{title} ({how_many(len(nodes), words.nodes)}): {names}{more}")
    return lines
