"""The text of an `Explanation`: one total taken apart, in words that a person reads in ten seconds.

Several weightings of the same question stand side by side (`explanation_text`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from graphdiff.arithmetic import Number
from graphdiff.graph.ends import ROOTS
from graphdiff.graph.presets import WEIGHTS
from graphdiff.paths.paths import LINE, Path, path_text, path_texts
from graphdiff.sets.bottlenecks import fewer_edges_than
from graphdiff.sums.certificate import doubt
from graphdiff.text.names import edge_name, end_text, node_text
from graphdiff.text.numbers import ordinal, percent, plain, shorten, shown
from graphdiff.text.sentences import (
    TITLES,
    Words,
    by_weights,
    column_title,
    how_many,
    solution,
    ways_round,
    words_for,
)
from graphdiff.text.tables import table
from graphdiff.why.cancellation import Cancellation

if TYPE_CHECKING:
    import networkx as nx

    from graphdiff.why.explain import Explanation


#: Paths shown until they carry this part, at most `SHOWN`.
ENOUGH = 0.9

SHOWN = 5

#: In text a cut is looked for among so many edges, and shown where it is no larger than this.
CUT_AMONG, CUT_OF = 10_000, 4

#: Totals from here on are not shown in per cent: an int may be beyond every float.
HUGE = 10**15


def _share(number: Number, total: Number) -> Any:
    return plain(number / total) if total else None


def explanation_text(
    columns: Sequence[Explanation], beside: Iterable[str] = (), graph: nx.DiGraph | None = None
) -> str:
    """Return the report of one question under one weighting or several.

    Parameters
    ----------
    columns : sequence of Explanation
        The same ends, each under another weighting.
    beside : iterable of str
        What else is known of the totals, a line each.
    graph : networkx.DiGraph, optional
        What the paths are in: it says of what kind parallel edges are.
    """
    first = columns[0]
    words = words_for(first.edge_meaning, first.weight_meaning, first.part.graph.node_meaning).about(first.source)
    if first.n_paths == 0:
        return f"{words.none.format(**_ends(first, words))}: {first.zero}"
    lines = [headline(first, words, alone=len(columns) == 1)]
    lines += table([("", [column_title(c.weight_meaning) for c in columns]), *_facts(columns, words)])
    lines += beside
    lines += [*_bottleneck_text(first), *_cut_text(first)]
    lines += [f"! {warning}" for warning in _warnings(columns)]
    lines += ["", *_strongest(columns[-1], graph)] if columns[-1].strongest else []
    footnotes = _footnotes(columns, words)
    return "\n".join([*lines, *([""] if footnotes else []), *footnotes])


def _ends(explanation: Explanation, words: Words) -> dict[str, str]:
    source = words.starts if _from_roots(explanation) else end_text(explanation.source)
    return {"source": source, "target": words.named(explanation.target)}


def _from_roots(explanation: Explanation) -> bool:
    return explanation.source is None or explanation.source is ROOTS


def headline(first: Explanation, words: Words, *, alone: bool) -> str:
    """Return the sentence that a report opens with: the total where there is one, else the paths."""
    ends = _ends(first, words)
    paths = _paths_text(first)
    relation = f"{words.relation.format(**ends)} by {paths}."
    if _from_roots(first):
        relation = f"From {words.starts} to {ends['target']}: {paths}."
    if not alone or first.weight_meaning == "unit":
        return relation
    in_per_cent = _is_real(first.total) and abs(first.total) < HUGE
    part = percent(first.total) if in_per_cent else shown(first.total)
    total = words.total.format(**ends, total=shown(first.total), percent=part, weights=first.weight_meaning)
    return f"{total[0].upper()}{total[1:]}.\n{relation}"


def _is_real(number: Number) -> bool:
    return isinstance(number, (int, float, Fraction, Decimal))


def _paths_text(first: Explanation) -> str:
    if first.n_paths is None or first.lengths is None:
        return ways_round(first.part.graph.cycles)
    shortest, longest = first.lengths
    steps = f"{shortest:,}" if shortest == longest else f"{shortest:,} to {longest:,}"
    return f"{how_many(first.n_paths, 'paths')} of {steps} step{'s' * (longest != 1)}"


def _facts(columns: Sequence[Explanation], words: Words) -> list[tuple[str, list[str]]]:
    rows = [("total", [shown(c.total) for c in columns])]
    if any(c.direct for c in columns):
        rows.append(("directly", [shown(c.direct) for c in columns]))
        rows.append(("through others", [shown(c.indirect) for c in columns]))
        if any(c.empty for c in columns):
            rows.append(("being it itself", [shown(c.empty) for c in columns]))
    rows += _places(columns, words)
    if any(c.effective_paths is not None for c in columns):
        rows.append(("as concentrated as", [_effective_text(c) for c in columns]))
    return [*rows, *_last_steps(columns)]


def _places(columns: Sequence[Explanation], words: Words) -> Iterator[tuple[str, list[str]]]:
    placed = next((c.place for c in columns if c.place), None)
    if placed and placed[1] > 1:
        yield f"place among the {placed[1]:,} {words.needed}", [ordinal(c.place[0]) if c.place else "" for c in columns]


def _last_steps(columns: Sequence[Explanation]) -> Iterator[tuple[str, list[str]]]:
    steps = [[_step_text(c, *step) for step in c.last_steps()[:2]] for c in columns]
    for number, texts in enumerate(zip_longest(*steps, fillvalue="")):
        yield "" if number else "last step", list(texts)


def _effective_text(column: Explanation) -> str:
    number = column.effective_paths
    if number is None:
        return ""
    if isinstance(number, int):
        text = shown(number)
    else:
        text = f"{number:,.1f}".removesuffix(".0") if number < 1e6 else f"about {number:.2e}".replace("e+", "e")
    aside = ", signs aside" if column.cancellation else ""
    kind = "walk" if column.n_paths is None else "path"
    return f"{text} equal {kind}{'s' * (text != '1')}{aside}"


def _step_text(column: Explanation, name: str, contribution: Number, part: float | None) -> str:
    """Return a last step with its part, and its contribution where that is not a part of the total."""
    known = "" if part is None else percent(part)
    if column.whole != column.total:
        known = f"{shown(contribution)} ({known})" if known else shown(contribution)
    colon = ":" if column.whole != column.total else ""
    return f"{shorten(name, LINE // 4)}{colon} {known}"


def _bottleneck_text(first: Explanation) -> Iterator[str]:
    """Yield the nodes that every path passes, as far as a line has room."""
    names = [node_text(node) for node in first.bottlenecks[:3]]
    if names:
        more = len(first.bottlenecks) - 3
        yield f"Every path passes {', '.join(names)}{f', and {more:,} more' if more > 0 else ''}."


def _cut_text(first: Explanation) -> Iterator[str]:
    """Yield the fewest edges that carry it all, where they are few, and no more than the list of one of the ends."""
    between = first.part
    if not 0 < between.n_edges <= CUT_AMONG:
        return
    ends = set(between.sources), set(between.targets)
    leaving = sum(tail in ends[0] for tail, row in enumerate(between.rows) for _ in row)
    entering = sum(head in ends[1] for row in between.rows for head, *_ in row)
    if fewer_edges_than(min(leaving, entering, CUT_OF + 1), between):
        names = ", ".join(map(edge_name, first.cut))
        yield f"Everything runs through {how_many(len(first.cut), 'edges')}: {names}."


def _warnings(columns: Sequence[Explanation]) -> list[str]:
    warnings = []
    routes = {steps[0][0] for c in columns if (steps := c.last_steps())}
    if len(routes) > 1:
        names = "|".join(c.weight_meaning for c in columns)
        warnings.append(f"The weightings disagree on the route: choose one with --weight {names}.")
    for column in columns:
        warnings += _doubts(column)
    for column in columns:
        if column.cancellation:
            warnings += _cancellation_text(column.cancellation, column.total, _listed(columns[-1]))
    return warnings


def _doubts(column: Explanation) -> Iterator[str]:
    """Yield which zero a total is, and how few of its digits are certain."""
    if column.zero and not column.cancellation:
        yield f"The total is 0: {column.zero}"
    known = column.certificate
    if known is None or (column.zero and not (known.abs_sum and known.error_bound)):
        return  # which zero it is says more: no number, or one too small for a float
    few = doubt(known.digits, known.error_bound, condition=f" (condition {known.condition:.2g})")
    if few:
        yield few


def _cancellation_text(cancellation: Cancellation, total: Number, listed: list[Path]) -> Iterator[str]:
    lead = "Paths of both signs cancel in part" if total else "The total is 0: paths of both signs cancel"
    where = f", most of it at {node_text(cancellation.node)}" if cancellation.node is not None else ""
    yield (
        f"{lead}: {shown(cancellation.positive)} and {shown(cancellation.negative)}{where}; "
        f"parts are of their absolute sum, {shown(cancellation.positive - cancellation.negative)}."
    )
    for sign, path in (("positive", cancellation.strongest_positive), ("negative", cancellation.strongest_negative)):
        if path is not None and path not in listed:
            yield f"The strongest {sign} path, {shown(path.influence)}: {path_text(path)}."


def _enough(column: Explanation) -> int:
    """Return how many of the strongest paths carry enough."""
    covered = column.coverage
    return next((n for n, part in enumerate(covered, 1) if part >= ENOUGH - 1e-12), len(covered))


def _listed(column: Explanation) -> list[Path]:
    """Return the paths that the report lists."""
    return column.strongest[: min(_enough(column), SHOWN)]


def _strongest(column: Explanation, graph: nx.DiGraph | None) -> list[str]:
    covered = column.coverage
    if not covered:
        return []
    enough, shown_paths = _enough(column), _listed(column)
    parts = [covered[0], *(b - a for a, b in zip(covered, covered[1:], strict=False))]
    if column.cancellation:
        parts = [-part if path.influence < 0 else part for path, part in zip(column.strongest, parts, strict=True)]
    kind = "walks" if column.n_paths is None else "paths"
    title = f"Strongest {kind}, {by_weights(column.weight_meaning)}"
    texts = [f"  {text}" for text in path_texts(shown_paths, graph, short=len(column.part.sources) == 1)]
    width = max(len(title), *map(len, texts))
    lines = [f"{title.ljust(width)}    share   so far"]
    lines += [
        f"{text.ljust(width)}  {percent(part):>7}  {percent(sum_so_far):>7}"
        for text, part, sum_so_far in zip(texts, parts, covered, strict=False)
    ]
    whole = "infinitely many walks" if column.n_paths is None else how_many(column.n_paths, "paths")
    if len(shown_paths) != column.n_paths:
        lines.append(f"  {enough} of {whole} {'carries' if enough == 1 else 'carry'} {percent(covered[enough - 1])}.")
    return lines


def _footnotes(columns: Sequence[Explanation], words: Words) -> list[str]:
    notes = []
    for column in columns:
        if column.weight_meaning in ("even", "imports"):
            notes.append(f"{TITLES[column.weight_meaning]}: {WEIGHTS[column.weight_meaning].meaning}.")
    first = columns[0]
    for where, cycles in (("on the way", first.merged), ("not on the way", first.merged_elsewhere)):
        if cycles:
            names = "; ".join(shorten(node_text(frozenset(members)), LINE // 2) for members in cycles[:3])
            more = f"; and {len(cycles) - 3:,} more" if len(cycles) > 3 else ""
            one = (
                "One cycle counts as one node" if len(cycles) == 1 else f"{len(cycles):,} cycles count as one node each"
            )
            notes.append(f"{one}: {names}{more} ({where}).")
    if first.n_paths is None:
        notes.append(solution(first.part.graph.cycles))
    return notes
