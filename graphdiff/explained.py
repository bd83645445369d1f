"""An `Explanation`: one total taken apart, as data and as text that a person reads in ten seconds.

Several weightings of the same question stand side by side (`explanation_text`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from html import escape
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from graphdiff.arithmetic import Number
from graphdiff.between import Between
from graphdiff.cancellation import Cancellation
from graphdiff.certificate import Certificate
from graphdiff.certified import doubt
from graphdiff.edges import edge_name
from graphdiff.narrow import fewest_edges
from graphdiff.paths import Path, node_text
from graphdiff.phrases import LINE, TITLES, by_weights, ordinal, path_text, path_texts, percent, table
from graphdiff.picture import cut
from graphdiff.results import largest_first, plain, shown
from graphdiff.shares import Contributions
from graphdiff.topology import Edge
from graphdiff.weights import WEIGHTS
from graphdiff.words import Words, how_many, words_for

if TYPE_CHECKING:
    import networkx as nx

#: Paths shown until they carry this part, at most `SHOWN`.
ENOUGH = 0.9
SHOWN = 5
#: In text a cut is looked for among so many edges, and shown where it is no larger than this.
CUT_AMONG, CUT_OF = 10_000, 4
#: Totals from here on are not shown in per cent: an int may be beyond every float.
HUGE = 10**15


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
        """The fewest edges that carry the whole total, of several such sets one that paths use but once, if any is."""
        return fewest_edges(self.part)

    @property
    def coverage(self) -> list[float]:
        """What part of the sum of absolute influences the strongest paths carry, one after the other."""
        whole = self.certificate.abs_sum if self.certificate else abs(self.whole or 0)
        return list(accumulate(float(abs(path.influence) / whole) for path in self.strongest)) if whole else []

    @property
    def whole(self) -> Number | None:
        """What parts are of in text: the total; where signs mix, the sum of absolute influences, None if infinite."""
        if self.cancellation is not None:
            return self.cancellation.positive - self.cancellation.negative
        return None if self.certificate and self.certificate.abs_sum == math.inf else self.total

    def last_steps(self) -> list[tuple[str, Number, float | None]]:
        """Return the nodes that the influence comes through last, each with its contribution and that as a part.

        The largest first. The part is that of `whole`; into a cycle that has the target on it counts as the last step.
        Of symbols and complex numbers there are no parts.
        """
        if self.whole == 0 or not _is_real(self.total):
            return []
        brought: dict[Any, Number] = {}
        for edge, number in self.edge_contributions.into(self.target):
            brought[edge[0]] = brought.get(edge[0], 0) + number
        name = self.part.graph.topology.naming.node
        rows = [(name(node), n, None if self.whole is None else float(n / self.whole)) for node, n in brought.items()]
        return [rows[place] for place in largest_first([row[1] for row in rows])]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values; edges as records, only those that carry something."""
        naming = self.part.graph.topology.naming
        paths = [{**path.to_dict(), "covered": part} for path, part in zip(self.strongest, self.coverage, strict=False)]
        return {
            "source": None if self.source is None else naming.node(self.source),
            "target": naming.node(self.target),
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
            "bottlenecks": naming.listed(self.bottlenecks),
            "cut": [self._edge_record(edge, self.edge_contributions[edge]) for edge in self.cut],
            "cancellation": None if self.cancellation is None else self.cancellation.to_dict(),
            "strongest": paths,
            "edges": [self._edge_record(edge, number) for edge, number in self.edge_contributions.carrying()],
            "nodes": [
                {"node": naming.node(node), "contribution": plain(number), "share": _share(number, self.total)}
                for node, number in self.node_contributions.carrying()
            ],
            "cycles_merged": list(map(naming.listed, self.merged)),
            "cycles_merged_elsewhere": list(map(naming.listed, self.merged_elsewhere)),
        }

    def _edge_record(self, edge: tuple[Any, ...], number: Number) -> dict[str, Any]:
        names = self.part.graph.topology.naming.edge(edge)
        return {**names, "contribution": plain(number), "share": _share(number, self.total)}

    def to_pandas(self) -> Any:
        """Return the edge contributions as a pandas Series, largest first."""
        series = self.edge_contributions.to_pandas()
        return series.iloc[largest_first(series.tolist())]

    def __str__(self) -> str:
        return explanation_text([self])

    def _repr_html_(self) -> str:
        from graphdiff.annotation import annotate
        from graphdiff.drawing import to_pydot
        from graphdiff.layout import layout

        answer = annotate(self.part.graph, self.source, self.target)
        svg = layout(to_pydot(answer), "svg").decode().partition("?>")[2]
        return f"<div><pre>{escape(str(self))}</pre>{svg}</div>"


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
    words = words_for(first.edge_meaning, first.weight_meaning, first.part.graph.node_meaning)
    if first.n_paths == 0:
        return f"{words.none.format(**_ends(first, words))}: {first.zero}"
    lines = [headline(first, words, alone=len(columns) == 1)]
    lines += table([("", [TITLES.get(c.weight_meaning, c.weight_meaning) for c in columns]), *_facts(columns, words)])
    lines += beside
    lines += [*_bottleneck_text(first), *_cut_text(first)]
    lines += [f"! {warning}" for warning in _warnings(columns)]
    lines += ["", *_strongest(columns[-1], graph)] if columns[-1].strongest else []
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
    part = percent(first.total) if in_per_cent else shown(first.total)
    total = words.total.format(**ends, total=shown(first.total), percent=part, weights=first.weight_meaning)
    return f"{total[0].upper()}{total[1:]}.\n{relation}"


def _is_real(number: Number) -> bool:
    return isinstance(number, (int, float, Fraction, Decimal))


def _paths_text(first: Explanation) -> str:
    if first.n_paths is None or first.lengths is None:
        return "infinitely many walks round a cycle"
    shortest, longest = first.lengths
    steps = f"{shortest:,}" if shortest == longest else f"{shortest:,} to {longest:,}"
    return f"{how_many(first.n_paths, 'paths')} of {steps} step{'s' * (longest != 1)}"


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
    steps = [[_step_text(c, *step) for step in c.last_steps()[:2]] for c in columns]
    for number in range(max(map(len, steps), default=0)):
        rows.append(("" if number else "last step", [s[number] if len(s) > number else "" for s in steps]))
    return rows


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
    return f"{cut(name, LINE // 4)}{colon} {known}"


def _bottleneck_text(first: Explanation) -> Iterator[str]:
    """Yield the nodes that every path passes, as far as a line has room."""
    names = [node_text(node) for node in first.bottlenecks[:3]]
    if names:
        more = len(first.bottlenecks) - 3
        yield f"Every path passes {', '.join(names)}{f', and {more:,} more' if more > 0 else ''}."


def _cut_text(first: Explanation) -> Iterator[str]:
    """Yield the fewest edges that carry it all, where they are few, and no more than the list of one of the ends."""
    part = first.part
    if not 0 < part.n_edges <= CUT_AMONG:
        return
    ends = set(part.sources), set(part.targets)
    leaving = sum(tail in ends[0] for tail, row in enumerate(part.rows) for _ in row)
    entering = sum(head in ends[1] for row in part.rows for head, *_ in row)
    if 0 < len(first.cut) < min(leaving, entering, CUT_OF + 1):
        names = ", ".join(map(edge_name, first.cut))
        yield f"Everything runs through {how_many(len(first.cut), 'edges')}: {names}."


def _warnings(columns: Sequence[Explanation]) -> list[str]:
    found = []
    routes = {steps[0][0] for c in columns if (steps := c.last_steps())}
    if len(routes) > 1:
        names = "|".join(c.weight_meaning for c in columns)
        found.append(f"The weightings disagree on the route: choose one with --weight {names}.")
    for column in columns:
        if column.zero and not column.cancellation:
            found.append(f"The total is 0: {column.zero}")
        known = column.certificate
        if known is None or (column.zero and not (known.abs_sum and known.error_bound)):
            continue  # which zero it is says more: no number, or one too small for a float
        said = doubt(known.digits, known.error_bound, condition=f" (condition {known.condition:.2g})")
        found += [said] if said else []
    for column in columns:
        if column.cancellation:
            found += _cancellation_text(column.cancellation, column.total, _listed(columns[-1]))
    return found


def _cancellation_text(found: Cancellation, total: Number, listed: list[Path]) -> Iterator[str]:
    lead = "Paths of both signs cancel in part" if total else "The total is 0: paths of both signs cancel"
    where = f", most of it at {node_text(found.node)}" if found.node is not None else ""
    yield (
        f"{lead}: {shown(found.positive)} and {shown(found.negative)}{where}; "
        f"parts are of their absolute sum, {shown(found.positive - found.negative)}."
    )
    for sign, path in (("positive", found.strongest_positive), ("negative", found.strongest_negative)):
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
    texts = [f"  {text}" for text in path_texts(shown_paths, graph, short=column.source is not None)]
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
            names = "; ".join(cut(node_text(frozenset(members)), LINE // 2) for members in cycles[:3])
            more = f"; and {len(cycles) - 3:,} more" if len(cycles) > 3 else ""
            one = (
                "One cycle counts as one node" if len(cycles) == 1 else f"{len(cycles):,} cycles count as one node each"
            )
            notes.append(f"{one}: {names}{more} ({where}).")
    if first.n_paths is None:
        notes.append('Walks may go round: they are summed exactly (cycles="solve"), and are not paths.')
    return notes
