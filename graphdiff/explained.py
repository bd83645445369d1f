"""An `Explanation`: one total taken apart, as data and as text that a person reads in ten seconds.

Several weightings of the same question stand side by side (`explanation_text`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from html import escape
from itertools import accumulate
from typing import Any

from graphdiff.arithmetic import Number
from graphdiff.between import Between
from graphdiff.cancellation import Cancellation
from graphdiff.certificate import Certificate
from graphdiff.errors import count_text
from graphdiff.narrow import fewest_edges
from graphdiff.paths import Path, node_text
from graphdiff.picture import cut
from graphdiff.results import plain, shown
from graphdiff.shares import Contributions
from graphdiff.topology import Edge
from graphdiff.weights import WEIGHTS
from graphdiff.words import Words, words_for

#: What a column is called, by the meaning of its weights.
TITLES = {"unit": "counting paths", "even": "spread evenly", "imports": "by statements"}
#: Paths shown until they carry this part, at most `SHOWN`.
ENOUGH = 0.9
SHOWN = 5
#: Names in a line are cut where together they are longer than this, but not below `SHORTEST`.
LINE, SHORTEST = 160, 24
#: Totals from here on are not shown in per cent: an int may be beyond every float.
HUGE = 10**15
#: Below so many certain digits a report says so.
CERTAIN = 6


@dataclass(frozen=True, eq=False)
class Explanation:
    """One total influence and what it is made of.

    Attributes
    ----------
    source, target : node
        The ends; a source of None stands for all roots.
    total : number
        The total influence.
    direct, indirect : number
        The sum of the parallel edges source -> target, and the rest.
    certificate : Certificate or None
        How far the total can be trusted.
    n_paths : int or None
        How many paths there are; None where a cycle is solved (infinitely many walks).
    lengths : (int, int) or None
        Edges of the shortest and the longest path.
    effective_paths : number or None
        The effective number of paths: exp of the entropy of their shares of the sum of absolute influences.
    strongest : list of Path
        The ten with the largest absolute influence.
    edge_contributions, node_contributions : mapping of edge or node to number
        The part of the total that runs through each.
    cancellation : Cancellation or None
        Where paths have both signs, what they sum to, the strongest of each, and where most meets.
    bottlenecks : list of nodes
        The nodes that every path passes, the ends left out.
    part : Between
        What lies between the ends.
    place : (int, int) or None
        The target's place by total influence among the nodes that the source reaches, and how many those are;
        a collapsed component counts as one.
    zero : str or None
        Where the total is 0, why.
    edge_meaning, weight_meaning : str
        What an edge and a weight say.
    merged, merged_elsewhere : list of list of nodes
        The cycles that count as one node each: on the way, and elsewhere among what the source reaches.
    """

    source: Any
    target: Any
    total: Number
    direct: Number
    indirect: Number
    certificate: Certificate | None
    n_paths: int | None
    lengths: tuple[int, int] | None
    effective_paths: Number | None
    strongest: list[Path]
    edge_contributions: Contributions = field(repr=False)
    node_contributions: Contributions = field(repr=False)
    cancellation: Cancellation | None
    bottlenecks: list[Any]
    part: Between = field(repr=False)
    place: tuple[int, int] | None
    zero: str | None
    edge_meaning: str
    weight_meaning: str
    merged: list[list[Any]]
    merged_elsewhere: list[list[Any]]

    @property
    def edge_shares(self) -> dict[Any, Number | None]:
        """The share of each edge in the total; None where the total is 0."""
        return self.edge_contributions.shares

    @property
    def node_shares(self) -> dict[Any, Number | None]:
        """The share of each node in the total; None where the total is 0."""
        return self.node_contributions.shares

    @property
    def entropy(self) -> float | None:
        """The entropy, in nats, of the paths' shares of the sum of absolute influences."""
        return None if self.effective_paths is None else float(Decimal(self.effective_paths).ln())

    @cached_property
    def cut(self) -> list[Edge]:
        """The fewest edges that carry the whole total, of several such sets the one nearest the target."""
        return fewest_edges(self.part)

    @property
    def coverage(self) -> list[float]:
        """What part of the sum of absolute influences the strongest paths carry, one after the other."""
        whole = self.certificate.abs_sum if self.certificate else abs(self.total)
        return list(accumulate(float(abs(path.influence) / whole) for path in self.strongest)) if whole else []

    def last_steps(self) -> list[tuple[str, float]]:
        """Return the nodes that the influence comes through last, with their part of what arrives, largest first.

        Of symbols and complex numbers there are no parts.
        """
        if not self.total or not _is_real(self.total):
            return []
        parts: dict[str, float] = {}
        for edge, number in self.edge_contributions.into(self.target):
            parts[str(edge[0])] = parts.get(str(edge[0]), 0.0) + float(number / self.total)
        return sorted(parts.items(), key=lambda item: -abs(item[1]))

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values; edges as records, only those that carry something."""
        paths = [{**path.to_dict(), "covered": part} for path, part in zip(self.strongest, self.coverage, strict=False)]
        return {
            "source": None if self.source is None else str(self.source),
            "target": str(self.target),
            "edge_meaning": self.edge_meaning,
            "weight_meaning": self.weight_meaning,
            "total": plain(self.total),
            "direct": plain(self.direct),
            "indirect": plain(self.indirect),
            "n_paths": self.n_paths,
            "shortest": None if self.lengths is None else self.lengths[0],
            "longest": None if self.lengths is None else self.lengths[1],
            "effective_paths": plain(self.effective_paths),
            "entropy": self.entropy,
            "place": None if self.place is None else self.place[0],
            "reached": None if self.place is None else self.place[1],
            "certificate": None if self.certificate is None else self.certificate.to_dict(),
            "zero": self.zero,
            "bottlenecks": [node_text(node) for node in self.bottlenecks],
            "cut": [_edge_record(edge, self.edge_contributions[edge], self.total) for edge in self.cut],
            "cancellation": None if self.cancellation is None else self.cancellation.to_dict(),
            "strongest": paths,
            "edges": [_edge_record(edge, number, self.total) for edge, number in self.edge_contributions.carrying()],
            "nodes": [
                {"node": str(node), "contribution": plain(number), "share": _share(number, self.total)}
                for node, number in self.node_contributions.carrying()
            ],
            "cycles_merged": [[str(node) for node in members] for members in self.merged],
            "cycles_merged_elsewhere": [[str(node) for node in members] for members in self.merged_elsewhere],
        }

    def to_pandas(self) -> Any:
        """Return the edge contributions as a pandas Series, largest first."""
        series = self.edge_contributions.to_pandas()
        return series.reindex(series.abs().sort_values(ascending=False).index)

    def __str__(self) -> str:
        return explanation_text([self])

    def _repr_html_(self) -> str:
        from graphdiff.annotation import annotate
        from graphdiff.drawing import to_pydot
        from graphdiff.layout import layout

        answer = annotate(self.part.graph, self.source, self.target)
        svg = layout(to_pydot(answer), "svg").decode().partition("?>")[2]
        return f"<div><pre>{escape(str(self))}</pre>{svg}</div>"


def _edge_record(edge: tuple[Any, ...], number: Number, total: Number) -> dict[str, Any]:
    names = dict(zip(("source", "target", "key"), map(str, edge), strict=False))
    return {**names, "contribution": plain(number), "share": _share(number, total)}


def _share(number: Number, total: Number) -> Any:
    return plain(number / total) if total else None


def explanation_text(columns: Sequence[Explanation]) -> str:
    """Return the report of one question under one weighting or several.

    Parameters
    ----------
    columns : sequence of Explanation
        The same ends, each under another weighting.
    """
    first = columns[0]
    words = words_for(first.edge_meaning, first.weight_meaning)
    if first.n_paths == 0:
        return f"{words.none.format(**_ends(first, words))}: {first.zero}"
    lines = [headline(first, words, alone=len(columns) == 1)]
    lines += table([("", [TITLES.get(c.weight_meaning, c.weight_meaning) for c in columns]), *_facts(columns, words)])
    lines += [f"! {warning}" for warning in _warnings(columns)]
    lines += ["", *_strongest(columns[-1])] if columns[-1].strongest else []
    footnotes = _footnotes(columns, words)
    return "\n".join([*lines, *([""] if footnotes else []), *footnotes])


def _ends(explanation: Explanation, words: Words) -> dict[str, str]:
    source = words.starts if explanation.source is None else str(explanation.source)
    return {"source": source, "target": str(explanation.target)}


def headline(first: Explanation, words: Words, *, alone: bool) -> str:
    """Return the sentence that a report opens with: the total where there is one, else the paths."""
    ends = _ends(first, words)
    paths = _paths_text(first)
    relation = f"{words.relation.format(**ends)} by {paths}."
    if first.source is None:
        relation = f"From {words.starts} to {first.target}: {paths}."
    if not alone or first.weight_meaning == "unit":
        return relation
    in_per_cent = _is_real(first.total) and abs(first.total) < HUGE
    percent = f"{float(first.total):.1%}".replace("%", " %") if in_per_cent else shown(first.total)
    total = words.total.format(**ends, total=shown(first.total), percent=percent, weights=first.weight_meaning)
    return f"{total[0].upper()}{total[1:]}.\n{relation}"


def _is_real(number: Number) -> bool:
    return isinstance(number, (int, float, Fraction, Decimal))


def _paths_text(first: Explanation) -> str:
    if first.n_paths is None or first.lengths is None:
        return "infinitely many walks round a cycle"
    shortest, longest = first.lengths
    steps = f"{shortest:,}" if shortest == longest else f"{shortest:,} to {longest:,}"
    paths = "1 path" if first.n_paths == 1 else f"{count_text(first.n_paths)} paths"
    return f"{paths} of {steps} step{'s' * (longest != 1)}"


def table(rows: Sequence[tuple[str, Sequence[str]]]) -> list[str]:
    """Return rows of a label and cells as lines: labels left, cells right, in columns."""
    label = max(len(name) for name, _ in rows)
    widths = [max(map(len, cells)) for cells in zip(*(cells for _, cells in rows), strict=True)]
    lines = []
    for name, cells in rows:
        body = "   ".join(cell.rjust(width) for cell, width in zip(cells, widths, strict=True))
        lines.append(f"  {name.ljust(label)}   {body}".rstrip())
    return lines


def _facts(columns: Sequence[Explanation], words: Words) -> list[tuple[str, list[str]]]:
    rows = [("total", [shown(c.total) for c in columns])]
    if any(c.direct for c in columns):
        rows.append(("directly", [shown(c.direct) for c in columns]))
        rows.append(("through others", [shown(c.indirect) for c in columns]))
    placed = next((c.place for c in columns if c.place), None)
    if placed and placed[1] > 1:
        places = [ordinal(c.place[0]) if c.place else "" for c in columns]
        rows.append((f"place among the {placed[1]:,} {words.needed}", places))
    if any(c.effective_paths is not None for c in columns):
        rows.append(("as concentrated as", [_effective_text(c) for c in columns]))
    narrow = [", ".join(node_text(node) for node in c.bottlenecks[:3]) for c in columns]
    if any(narrow):
        more = len(columns[0].bottlenecks) - 3
        rows.append(("every path passes", [f"{text}, and {more:,} more" if more > 0 else text for text in narrow]))
    steps = [
        [f"{cut(name, LINE // 4)} {part:.1%}".replace("%", " %") for name, part in c.last_steps()[:2]] for c in columns
    ]
    for number in range(max(map(len, steps), default=0)):
        rows.append(("" if number else "last step", [s[number] if len(s) > number else "" for s in steps]))
    return rows


def _effective_text(column: Explanation) -> str:
    number = column.effective_paths
    if number is None:
        return ""
    text = count_text(number) if isinstance(number, int) else f"{number:,.1f}" if number < 1e6 else f"{number:.3g}"
    return f"{text.removesuffix('.0')} equal path{'s' * (text not in ('1', '1.0'))}"


def ordinal(number: int) -> str:
    """Return a place as text.

    Examples
    --------
    >>> [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 42, 113)]
    ['1st', '2nd', '3rd', '4th', '11th', '12th', '42nd', '113th']
    """
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number % 100 not in (11, 12, 13) else "th"
    return f"{number:,}{ending}"


def _warnings(columns: Sequence[Explanation]) -> list[str]:
    found = []
    routes = {steps[0][0] for c in columns if (steps := c.last_steps())}
    if len(routes) > 1:
        names = "|".join(c.weight_meaning for c in columns)
        found.append(f"The weightings disagree on the route: choose one with --weight {names}.")
    for column in columns:
        if column.zero:
            found.append(f"The total is 0: {column.zero}")
        known = column.certificate
        if known is None or (column.zero and not known.error_bound):
            continue
        if math.isinf(known.error_bound):
            found.append(
                "No error bound is proven: the absolute influences of the walks have no finite sum; "
                "exact=True (--exact) has no error."
            )
        elif known.digits < CERTAIN:
            found.append(
                f"Only {known.digits} digits are certain: the error can be {known.error_bound:.2g} "
                f"(condition {known.condition:.2g}); exact=True (--exact) has none."
            )
        elif column.cancellation:
            found += _cancellation_text(column.cancellation, known)
    return found


def _cancellation_text(found: Cancellation, known: Certificate) -> Iterator[str]:
    where = f", most of it at {node_text(found.node)}" if found.node is not None else ""
    yield (
        f"Paths of both signs cancel in part: {shown(found.positive)} and {shown(found.negative)}{where}; "
        f"the parts below are of their absolute sum, {shown(known.abs_sum)}."
    )
    for sign, path in (("positive", found.strongest_positive), ("negative", found.strongest_negative)):
        if path is not None:
            yield f"The strongest {sign} path, {shown(path.influence)}: {path_text(path)}."


def _strongest(column: Explanation) -> list[str]:
    covered = column.coverage
    if not covered:
        return []
    enough = next((n for n, part in enumerate(covered, 1) if part >= ENOUGH - 1e-12), len(covered))
    shown_paths = column.strongest[: min(enough, SHOWN)]
    parts = [covered[0], *(b - a for a, b in zip(covered, covered[1:], strict=False))]
    title = f"Strongest paths, {TITLES.get(column.weight_meaning, 'by ' + column.weight_meaning)}"
    texts = [f"  {path_text(path, short=bool(n) and column.source is not None)}" for n, path in enumerate(shown_paths)]
    width = max(len(title), *map(len, texts))
    lines = [f"{title.ljust(width)}    share   so far"]
    lines += [
        f"{text.ljust(width)}  {_percent(part)}  {_percent(sum_so_far)}"
        for text, part, sum_so_far in zip(texts, parts, covered, strict=False)
    ]
    whole = "infinitely many walks" if column.n_paths is None else f"{count_text(column.n_paths)} paths"
    if len(shown_paths) != column.n_paths:
        lines.append(f"  {enough} of {whole} carry {covered[enough - 1]:.1%}.".replace("%", " %"))
    return lines


def _percent(part: float) -> str:
    return f"{100 * part:5.1f} %" if part >= 0.0005 or not part else f"{100 * part:5.0e} %"


def path_text(path: Path, *, short: bool = False) -> str:
    """Return a path's nodes in one line, elided in the middle where it is long; short leaves out the source."""
    names = [node_text(node) for node in path.nodes]
    if short and len(names) > 2:
        names[0] = "…"
    if len(names) > 9:
        names = [*names[:4], f"… {len(names) - 8:,} more …", *names[-4:]]
    if sum(map(len, names)) > LINE:
        names = [cut(name, max(SHORTEST, LINE // len(names))) for name in names]
    return " > ".join(names)


def _footnotes(columns: Sequence[Explanation], words: Words) -> list[str]:
    notes = []
    for column in columns:
        if column.weight_meaning in ("even", "imports"):
            notes.append(f"{TITLES[column.weight_meaning]}: {WEIGHTS[column.weight_meaning].meaning}.")
    first = columns[0]
    for where, cycles in (("on the way", first.merged), ("not on the way", first.merged_elsewhere)):
        if cycles:
            names = "; ".join(cut(node_text(frozenset(members)), LINE // 2) for members in cycles[:3])
            more = f"; and {len(cycles) - 3:,} more" if len(cycles) > 3 else ""
            one = (
                "One cycle counts as one node" if len(cycles) == 1 else f"{len(cycles):,} cycles count as one node each"
            )
            notes.append(f"{one}: {names}{more} ({where}).")
    if first.n_paths is None:
        notes.append('Walks may go round: they are summed exactly (cycles="solve"), and are not paths.')
    return notes
