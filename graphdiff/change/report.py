"""The text of a `Comparison`: what changed, the totals side by side, and what moved them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from graphdiff.arithmetic import REAL, Number
from graphdiff.change.account import MOST_ROWS, account, rest
from graphdiff.change.difference import COLUMNS, LINES, cycle_text, difference_lines, wrapped
from graphdiff.change.gains import Gain
from graphdiff.errors import count_text
from graphdiff.graph.ends import LEAVES, ROOTS
from graphdiff.showing import and_more
from graphdiff.sums.results import largest_first
from graphdiff.text.names import edge_name, node_text
from graphdiff.text.numbers import ordinal, percent, plain, shown, signed
from graphdiff.text.sentences import Words, by_weights, column_title, how_many, ways_round, words_for
from graphdiff.text.tables import hanging, table

if TYPE_CHECKING:
    from graphdiff.change.comparison import Comparison


#: So many edges are shown as text.
SHOWN = 10

#: What edges leave in attribution graphs; and what marks an edge in text, by what happened to it.
KINDS = {"token": "tokens", "feature": "features", "error": "errors", "logit": "logits (probabilities)"}
MARKS = {"added": "+", "removed": "-", "changed": "~"}


def _records(name: str, sums: Mapping[Any, Number], text: Callable[[Any], str]) -> list[dict[str, Any]]:
    return [{name: text(key), "change": plain(number)} for key, number in sums.items()]


# -- text


def comparison_text(columns: Sequence[Comparison], top: int | None = None) -> str:
    """Return the report of one question under one weighting or several: first the sets, then the totals.

    Parameters
    ----------
    columns : sequence of Comparison
        The same ends, each under another weighting.
    top : int, optional
        How many rows of each list; by default as many as there is room for.
    """
    first = columns[0]
    words = words_for(first.edge_meaning, first.weight_meaning, first.sweeps.matched.after.graph.node_meaning).about(
        first.source, first.target
    )
    lines = ["", *wrapped(headline(first, words))]
    lines += table([("", [column_title(c.weight_meaning) for c in columns]), *facts(columns, words)])
    lines += [f"! {text[0].upper()}{text[1:]}." for text in first.missing]
    lines += [f"! {text}" for column in columns for text in column.doubts]
    for column in columns:
        lines += _moved(column, words, SHOWN // len(columns) if top is None else top)
    notes = list(footnotes(columns))
    lines += ["", *notes] if notes else []
    return "\n".join([*difference_lines(first.difference, top, LINES - len(lines)), *lines])


def headline(first: Comparison, words: Words) -> str:
    """Return the sentence over the totals: what the paths became."""
    ends = {"source": words.named(first.source), "target": words.named(first.target)}
    relation = words.relation.format(**ends)
    if first.source is ROOTS:
        relation = f"From {ends['source']} to {ends['target']}"
    counts = first.paths
    if counts is None:
        return words.sentence(f"{relation} by {ways_round(first.sweeps.sides[0].side.graph.cycles)}.")
    if not counts.before and not counts.after:
        return words.sentence(f"{words.none.format(**ends)}, neither before nor after.")
    new = how_many(counts.after, "paths")
    said = f"{relation} by {new}" if counts.after else f"{words.none.format(**ends)} any more"
    changes = f"{count_text(counts.gained)} gained, {count_text(counts.lost)} lost"
    return words.sentence(f"{said}; before it was {count_text(counts.before)} ({changes}).")


def facts(columns: Sequence[Comparison], words: Words) -> list[tuple[str, list[str]]]:
    """Return the rows of the table of totals."""
    rows = [
        ("before", [shown(c.before) for c in columns]),
        ("after", [shown(c.after) for c in columns]),
        ("change", [change_text(c) for c in columns]),
    ]
    if any(any(c.places) for c in columns):
        rows.append((f"place among the {words.needed}", [places_text(c) for c in columns]))
    return rows


def change_text(column: Comparison) -> str:
    """Return the change, with its part of the total before where that is not 0, and whether the sign is another."""
    part = percent(column.relative, "+.3g") if column.change else ""
    known = [part] if part else []
    if _is_turned(column.before, column.after):  # -100 % would say that nothing is left
        known = [*(each for each in known if each != "-100 %"), "sign changed"]
    return signed(column.change) + (f" ({', '.join(known)})" if known else "")


def _is_turned(before: Number, after: Number) -> bool:
    """Tell whether two numbers have signs of which one is the other's opposite."""
    real = isinstance(before, REAL) and isinstance(after, REAL)
    return real and ((before < 0 < after) or (after < 0 < before))


def places_text(column: Comparison) -> str:
    """Return the target's place before and after; nothing where it has none."""
    if not any(column.places):
        return ""
    said = [f"{ordinal(where[0])} of {where[1]:,}" if where else "none" for where in column.places]
    return said[0] if said[0] == said[1] else " -> ".join(said)


class Moving(NamedTuple):
    """An edge that moved a total: a mark, its name, its weights, what it did, and with what together."""

    mark: str
    name: str
    weights: str
    number: Number
    note: str = ""


def moving_rows(column: Comparison, n: int | None) -> list[Moving]:
    """Return the edges that did most; dilution is left out, and paths are counted once, where they begin to differ."""
    matched, edges, gains = column.sweeps.matched, moving_edges(column)[:n], column.gains
    rows = []
    for edge in edges:
        old, new = (shown(w[edge]) if k[edge] else "" for w, k in zip(matched.weights, matched.counts, strict=True))
        weights = f"{old} -> {new}" if old and new else f"{matched.status(edge)} {old or new}"
        if gains is None:
            number, note = column.attribution.array.item(edge), ""
        else:
            gain = gains.gain(edge)
            number, note = gain.paths, _together(gain)
            weights = weights.removesuffix(" 1")  # an edge is one, unless there are parallel ones
        rows.append(Moving(MARKS[matched.status(edge)], _moving_name(column, edge), weights, number, note))
    return rows


def _moving_name(column: Comparison, edge: int) -> str:
    """Return what is called an edge that moved a total: of one that is what a leaf counts, that."""
    ends = column.sweeps.matched.edge_label(edge)
    if not column.sweeps.matched.is_seed[edge]:
        return edge_name(ends)
    leaf = next(end for end in ends if end is not LEAVES)
    return words_for(column.edge_meaning).seed.format(leaf=node_text(leaf))


def account_of(column: Comparison) -> dict[str, Any]:
    """Return what moved a total, row by row: edges, what leaves count, and lists that are longer or shorter."""
    edges, gains, matched = moving_edges(column), column.gains, column.sweeps.matched
    changes = column.attribution.array.tolist() if gains is None else gains.paths
    told = zip(edges, moving_rows(column, MOST_ROWS), strict=False)
    rows = [
        {"name": row.name, "what": row.weights, "note": row.note, "change": row.number,
         "ends": [end for end in matched.edge_label(edge)[:2] if end is not LEAVES]}
        for edge, row in told
    ]  # fmt: skip
    diluted = list(column.dilution.items()) if gains is None else []
    rows += [
        {"name": list_name(column, node), "change": change, "ends": [node]} for node, change in diluted[:MOST_ROWS]
    ]
    rows = [rows[place] for place in largest_first([row["change"] for row in rows])]
    left = [row["change"] for row in rows[MOST_ROWS:]]
    left += [changes[edge] for edge in edges[MOST_ROWS:]] + [change for _, change in diluted[MOST_ROWS:]]
    rows = rows[:MOST_ROWS] + rest(left)
    if column.remainder and abs(column.remainder) > (column.remainder_bound or 0):
        rows.append({"name": "the empty path, of an end that is new or gone", "change": column.remainder})
    words = words_for(column.edge_meaning, column.weight_meaning).about(column.source, column.target)
    return account(f"{words.moved}, {by_weights(column.weight_meaning)}", rows, column.change)


def steps_of(column: Comparison) -> list[tuple[str, Number]]:
    """Return what moved a total, and by how much, as its account says it, most first: all sum to the change."""
    changes = column.attribution.array.tolist() if column.gains is None else column.gains.paths
    steps = [(_moving_name(column, edge), changes[edge]) for edge in moving_edges(column)]
    lists = column.dilution.items() if column.gains is None else ()
    steps += [(list_name(column, node), change) for node, change in lists]
    return [steps[place] for place in largest_first([change for _, change in steps])]


def moving_edges(column: Comparison) -> list[int]:
    """Return the edges that moved a total, by their numbers, most first."""
    if column.gains is not None:
        return column.gains.largest
    return [edge for edge in column.attribution.largest() if not column.diluting[edge]]


def _together(gain: Gain) -> str:
    """Return with which other edges the paths that begin to differ at one are there, in words."""
    if not gain.joint:
        return ""
    others = and_more(edge_name(gain.others[0]), len(gain.others) - 1)
    some = "" if gain.joint == abs(gain.paths) else f"{gain.joint:,} of them "
    return f"{some}together with {others}"


def _moved(column: Comparison, words: Words, top: int) -> Iterator[str]:
    rows = [(f"{row.mark} {row.name}", row.weights, signed(row.number), row.note) for row in moving_rows(column, top)]
    left = len(moving_edges(column)) - len(rows)
    rows += [(f"… {left:,} more (--all)", "", "", "")] if left > 0 else []
    for node, number in list(column.dilution.items())[: max(1, top // 2)]:
        rows.append((f"  {list_name(column, node)}", "", signed(number), ""))
    if not rows:
        return
    name, weights, width = (max(map(len, cells)) for cells in list(zip(*rows, strict=True))[:3])
    title = f"{words.moved}, {by_weights(column.weight_meaning)}"
    yield from ("", title)
    for row in rows:
        line = f"  {row[0].ljust(name)}  {row[1].ljust(weights)}  {row[2].rjust(width)}  {row[3]}".rstrip()
        yield line if len(line) <= COLUMNS else f"{line[: COLUMNS - 1]}…"
    if column.node_groups is not None:
        is_kind = column.node_groups is column.difference.kinds
        groups = (
            (KINDS.get(group, group) if is_kind else group, n) for group, n in list(column.groups.items())[:SHOWN]
        )
        title = "by what the edges leave" if is_kind else "by group"
        yield from hanging(f"  {title}: ", ", ".join(f"{group} {signed(n)}" for group, n in groups))


def list_name(column: Comparison, node: Any, named: Callable[[str], str] = str) -> str:
    """Return what is called what a list did that is longer or shorter than before."""
    longer = "shorter" if _is_shorter(column, node) else "longer"
    return f"dilution: the {longer} list of {named(node_text(node))}"


def _is_shorter(column: Comparison, node: Any) -> bool:
    """Return whether fewer edges leave a node than before: then those that stay weigh more."""
    matched = column.sweeps.matched
    mine = column.diluting & (matched.tails == matched.number(node))
    return bool((matched.changes[mine] > 0).all())


def footnotes(columns: Sequence[Comparison]) -> Iterator[str]:
    """Yield what a reader should know beside the numbers."""
    if any(column.in_series for column in columns if column.gains is None):
        yield "Edges in series changed together: they share their joint change, in equal parts."
    if any(column.dilution for column in columns):
        yield "dilution: edges that stayed in a list weigh more or less because the list is shorter or longer."
    for members in columns[0].merged[:3]:
        yield f"One node in both graphs, as both together make it a cycle: {cycle_text(members)}."
