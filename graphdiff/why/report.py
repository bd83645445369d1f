"""The text of an `Explanation`: one total taken apart, in words that a person reads in ten seconds.

Several weightings of the same question stand side by side (`explanation_text`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from graphdiff.arithmetic import Number
from graphdiff.errors import count_text
from graphdiff.graph.ends import ROOTS
from graphdiff.graph.presets import WEIGHTS
from graphdiff.paths.paths import Path, path_text, path_texts
from graphdiff.sets.bottlenecks import fewer_edges_than
from graphdiff.showing import and_more
from graphdiff.sums.certificate import Certificate, doubt
from graphdiff.text.names import edge_name, node_text
from graphdiff.text.numbers import ordinal, percent, plain, shorten, shorten_label, shown
from graphdiff.text.sentences import (
    NEEDING,
    TITLES,
    Words,
    by_weights,
    column_title,
    how_many,
    solution,
    ways_round,
    words_for,
)
from graphdiff.text.tables import WIDTH, in_columns, table
from graphdiff.why.cancellation import Cancellation
from graphdiff.why.drivers import drivers_lines
from graphdiff.why.listing import NAME, listing

if TYPE_CHECKING:
    from graphdiff.why.explain import Explanation


#: Paths shown until they carry this part, at most `SHOWN`.
ENOUGH = 0.9

SHOWN = 5

#: Where tokens and features are listed, too.
SHOWN_BESIDE = 3

#: So many first steps are named where there are several targets.
FIRST = 5

#: A step of all paths: its name, what it contributes, and that as a part.
Step: TypeAlias = "tuple[str, Number, float | None]"

#: Columns of the nodes of a path beside its shares.
PATH = 78

#: And of the names of last steps, in all columns together.
STEPS = 36

#: Of the names of a cycle on the way, and of one elsewhere, which has one line.
CYCLE, ELSEWHERE = 48, 28

#: What a row says of errors.
UNEXPLAINED = "errors: what the transcoders do not reconstruct, each as it is; nothing in the graph explains them."

#: A part that is not worth its digits.
NEXT_TO_NONE = "< 0.1 %"

#: In text a cut is looked for among so many edges, and shown where it is no larger than this.
CUT_AMONG, CUT_OF = 10_000, 4

#: What edges mean of which no weights are told unless they are asked for: what is needed.
UNWEIGHTED = NEEDING[:2]

#: Totals from here on are not shown in per cent: an int may be beyond every float.
HUGE = 10**15


def _share(number: Number, total: Number) -> Any:
    return plain(number / total) if total else None


def explanation_text(
    columns: Sequence[Explanation], beside: Iterable[str] = (), figures: Sequence[Explanation] = ()
) -> str:
    """Return the report of one question under one weighting or several.

    Where the weights are presets it opens with the shortest paths, else with the total.

    Parameters
    ----------
    columns : sequence of Explanation
        The same ends, each under another weighting.
    beside : iterable of str
        What else is known of the totals, a line each.
    figures : sequence of Explanation
        Those of the columns whose totals and last steps are shown in a table, where the report opens with the paths;
        without any there is a sentence.
    """
    first = columns[0]
    words = _words(first)
    if first.n_paths == 0:
        stop = "" if str(first.zero).endswith("?") else "."
        return in_columns([words.sentence(f"{words.none.format(**_ends(first, words))}: {first.zero}{stop}")])
    opens_with_paths = first.n_paths and all(map(_is_of_paths, columns))
    tabled = figures if opens_with_paths else columns
    notes = [*_narrow(first), *(f"! {warning}" for warning in _warnings(columns, tabled))]
    if opens_with_paths:
        listed = _paths_lines(first)
        answer = [*listed, *([""] if listed else []), headline(first, words, alone=False)]
        told = [*_influence(columns, asked=not _are_unasked(first, tabled))] if len(tabled) < 2 else []
        lines = [*answer, *notes, *told, *beside, *(["", *_figures(tabled, words)] if tabled else [])]
    else:
        last = columns[-1]
        lists = (drivers_lines(last.drivers, last.weight_meaning), _strongest(last))
        answer = [headline(first, words, alone=len(columns) == 1), *_figures(tabled, words)]
        lines = [*answer, *beside, *notes, *(line for listed in lists if listed for line in ("", *listed))]
    spread = not _are_unasked(first, tabled) or "spread evenly" in "\n".join(lines).lower()
    errors = [UNEXPLAINED] if any(column.from_errors for column in tabled) else []
    footnotes = [*errors, *(_weights_notes(columns) if spread else []), *_cycle_notes(first)]
    return in_columns([*lines, *([""] if footnotes else []), *footnotes])


#: What parts are of in a report, where paths of both signs cancel.
PARTS = "; parts are of their absolute sum, "


def beside_text(column: Explanation) -> list[str]:
    """Return how many paths make the total, how far it is certain as a sum, and what makes it doubtful."""
    if column.n_paths == 0:
        return []
    facts = []
    if column.n_paths != 1 and column.effective_paths is not None:
        many = "walks" if column.n_paths is None else how_many(column.n_paths, "paths")
        facts.append(f"{many}, as concentrated as {_effective_text(column, alone=True)}")
    known = column.certificate
    if known is not None and known.error_bound and not column.zero:
        facts.append(f"certain as a sum to {_certain_text(known)} (±{shown(known.error_bound)} by rounding)")
    if (digits := column.bfloat16_digits) is not None and not column.zero:
        facts.append(f"its weights, of bfloat16, leave {how_many(digits, 'digits')}")
    line = "; ".join(facts)
    lines = [f"{line[0].upper()}{line[1:]}."] if line else []
    warnings = (warning.partition(PARTS) for warning in _warnings([column], [column]))
    cycles = _merged_text(column.merged, 3, CYCLE, "on the way")
    return [*lines, *cycles, *(f"! {text}{'.' if parts else ''}" for text, parts, _ in warnings)]  # amounts in a page


def _is_of_paths(column: Explanation) -> bool:
    """Tell whether the weights are a preset that knows nothing of the edges' own."""
    preset = column.part.graph.preset
    return preset is not None and "weight" not in WEIGHTS[preset].measured


def _paths_lines(first: Explanation) -> list[str]:
    """Return the paths that the report opens with: those of the graph as it is, and none that has no edge."""
    if not _leads(first):
        return []
    if first.routes is not None:
        return first.routes.nearest_lines()
    return listing(first.ways.leading, _n_leading(first), first.ways.given)


def _leads(first: Explanation) -> bool:
    """Tell whether a path has an edge."""
    return bool(first.ways.leading if first.routes is None else first.routes.nearest)


def _n_leading(first: Explanation) -> int:
    """Return how many paths have an edge."""
    return (first.n_paths or 0) - first.ways.n_itself


def _words(column: Explanation) -> Words:
    words = words_for(column.edge_meaning, column.weight_meaning, column.part.graph.node_meaning)
    return words.about(column.source, column.target)


def _ends(explanation: Explanation, words: Words) -> dict[str, str]:
    source, target = (
        words.named(ROOTS if explanation.source is None else explanation.source),
        words.named(explanation.target),
    )
    return {"source": shorten(source, NAME), "target": shorten(target, NAME)}


def _from_roots(explanation: Explanation) -> bool:
    return explanation.source is None or explanation.source is ROOTS


def headline(first: Explanation, words: Words, *, alone: bool) -> str:
    """Return the sentence that a report opens with: the total where there is one, else the paths."""
    ends = _ends(first, words)
    paths = f"{_paths_text(first)}{_conditions_text(first, words)}"
    relation = words.sentence(f"{words.relation.format(**ends)} by {paths}.")
    if _from_roots(first):
        relation = f"From {words.starts} to {ends['target']}: {paths}."
    if itself := _itself_text(first, words):
        relation = f"{itself}. {relation}" if _leads(first) else f"{itself}: no other path leads there."
    if not alone or first.weight_meaning == "unit":
        return relation
    return f"{_total_text(first, words)}.\n{relation}"


def _itself_text(first: Explanation, words: Words) -> str:
    """Return which targets are sources themselves, as a sentence without its full stop; nothing where none is."""
    topology = first.part.graph.topology
    starts = set(first.ways.starts.positions)
    both = sorted(topology.naming.called(topology.label(place)) for place in starts & set(first.ways.ends.positions))
    if not both:  # but one is on a cycle with a source
        return ""
    names = and_more(", ".join(shorten(name, NAME) for name in both[:3]), len(both) - 3)
    kind = words.starts.removeprefix("the ") if _from_roots(first) else "sources"
    if len(both) > 1:
        return f"{names} are {kind} themselves"
    only = not _from_roots(first) and len(starts) == 1
    article = "the" if only else "an" if kind[0] in "aeiou" else "a"
    return f"{names} is {article} {kind.removesuffix('s')} itself"


def _total_text(column: Explanation, words: Words) -> str:
    """Return the total as a sentence without its full stop."""
    in_per_cent = _is_real(column.total) and abs(column.total) < HUGE
    part = percent(column.total) if in_per_cent else shown(column.total)
    ends = _ends(column, words)
    total = words.total.format(**ends, total=shown(column.total), percent=part, weights=column.weight_meaning)
    if column.weight_meaning == "spent" and column.n_paths is None:  # walks: only of a profile that counts every level
        total = f"counted again at every level of a recursion, {total}"
    return f"{total[0].upper()}{total[1:]}"


def _conditions_text(first: Explanation, words: Words) -> str:
    """Return on what all paths stand; `how_many` knows how one edge is called."""
    edge = how_many(1, words.edges).removeprefix("1 ")
    texts = [condition.text(edge) for condition in first.conditions]
    every = "all " if first.n_paths != 1 else ""
    return f", {every}{' and '.join(texts)}" if texts else ""


def _are_unasked(first: Explanation, tabled: Sequence[Explanation]) -> bool:
    """Tell whether nobody has asked for the weightings: where edges say what is needed these are not in the file."""
    return not tabled and bool(first.part.graph.preset) and first.edge_meaning in UNWEIGHTED


def _influence(columns: Sequence[Explanation], *, asked: bool) -> Iterator[str]:
    """Yield the total of one unit spread, if asked, and by what most comes where most paths go by another node."""
    spread = columns[-1]
    if spread.weight_meaning == "unit":
        return
    if asked:
        words = _words(spread)
        place, others = spread.place or (1, 1)
        among = f" ({ordinal(place)} of {how_many(others, words.nodes)})" if others > 1 else ""
        yield f"{_total_text(spread, words)}{among}."
    by_paths, by_parts = ({name: (number, part) for name, number, part in c.last_steps()} for c in (columns[0], spread))
    route = next(iter(by_parts), "")
    if _are_several(spread):
        yield from _first_steps(spread, "By" if asked else "Spread evenly, by")
    elif route != next(iter(by_paths), ""):
        as_one = _as_one(columns[0])
        paths = f"{how_many(_n_leading(columns[0]), 'paths')}{as_one}{',' * bool(as_one)}"
        goes = f"{shown(by_paths[route][0])} of {paths} {'goes' if by_paths[route][0] == 1 else 'go'}"
        label = spread.part.graph.topology.label
        sources = {spread.part.graph.topology.naming.called(label(place)) for place in spread.ways.starts.positions}
        by = "directly from" if route in sources else "by"
        comes = f"{percent(by_parts[route][1])} comes {by} {shorten_label(route, NAME)}, by which {goes}"
        itself = f"{percent(float(spread.empty / spread.total))} is {_target(spread)} itself, " if spread.empty else ""
        yield f"Spread evenly, {itself}{comes}."


def _target(column: Explanation) -> str:
    return _ends(column, _words(column))["target"]


def _first_steps(spread: Explanation, by: str) -> Iterator[str]:
    """Yield by which first steps the most comes, where there are several."""
    steps = spread.first_steps()
    if len(steps) > 1 and steps[0][2] is not None:
        parts = [f"{shorten_label(name, NAME)} {percent(part)}" for name, _, part in steps[:FIRST]]
        yield f"{by} first steps: {and_more(', '.join(parts), len(steps) - FIRST)}."


def _is_real(number: Number) -> bool:
    return isinstance(number, (int, float, Fraction, Decimal))


def _paths_text(first: Explanation) -> str:
    """Return how many paths there are, and how long; of those of the graph as it is where these are known."""
    if first.n_paths is None or first.lengths is None:
        return ways_round(first.part.graph.cycles)
    number, routes = _n_leading(first), first.routes
    if not _leads(first):
        return how_many(0, "paths")
    if routes is None:
        return f"{_counted(number, (first.ways.leading[0].length, first.lengths[1]))}{_as_one(first)}"
    if routes.n_nearest is None:
        return f"{how_many(number, 'paths')}{_as_one(first)}"
    counted = _counted(routes.n_nearest, (routes.nearest[0].length, routes.nearest[-1].length))
    return counted if routes.n_nearest == number else f"{counted} ({count_text(number)}{_as_one(first)})"


def _counted(number: int, lengths: tuple[int, int]) -> str:
    shortest, longest = lengths
    steps = f"{shortest:,}" if shortest == longest else f"{shortest:,} to {longest:,}"
    return f"{how_many(number, 'paths')} of {steps} step{'s' * (longest != 1)}"


def _as_one(first: Explanation) -> str:
    """Return what is said next to a number of paths that counts cycles as one node each."""
    return ", each cycle as one node" if first.merged else ""


def _figures(columns: Sequence[Explanation], words: Words) -> list[str]:
    """Return the table of the totals, each weighting in a column."""
    return table([("", [column_title(column.weight_meaning) for column in columns]), *_facts(columns, words)])


def _facts(columns: Sequence[Explanation], words: Words) -> list[tuple[str, list[str]]]:
    rows = [("total", [shown(c.total) for c in columns]), *_account(columns)]
    if any(c.direct for c in columns):
        rows.append(("directly", [shown(c.direct) for c in columns]))
        rows.append(("through others", [shown(c.indirect) for c in columns]))
        if any(c.empty for c in columns):
            rows.append(("being it itself", [shown(c.empty) for c in columns]))
    rows += _places(columns, words)
    if any(c.effective_paths is not None for c in columns):
        rows.append(("as concentrated as", [_effective_text(c, alone=len(columns) == 1) for c in columns]))
    has_first = _are_several(columns[0]) and not any(c.drivers for c in columns)
    first = _rows_of_steps("first step", [c.first_steps(2) for c in columns], columns) if has_first else ()
    if any(c.from_errors for c in columns):
        rows.append(("besides, from errors", [_errors_text(c, alone=len(columns) == 1) for c in columns]))
    if len(columns) > 1 and any(c.drivers for c in columns):  # these say more, with whole names
        return rows
    return [*rows, *_rows_of_steps("last step", [c.last_steps(2) for c in columns], columns), *first]


def _account(columns: Sequence[Explanation]) -> Iterator[tuple[str, list[str]]]:
    """Yield what speaks for the target of an attribution graph, and against it, and how sure the sum is."""
    if columns[0].edge_meaning != "drives":
        return
    accounts = [c.cancellation for c in columns]
    if any(accounts):
        alone = len(columns) == 1
        for title, side in (("speaks for it", "positive"), ("speaks against it", "negative")):
            texts = ["" if one is None else _side_text(one, side, alone=alone) for one in accounts]
            yield title, texts
    if any(c.certificate for c in columns):
        yield "certain as a sum", [_certain_text(c.certificate) for c in columns]
    if any(c.bfloat16_digits is not None for c in columns):
        digits = (c.bfloat16_digits for c in columns)
        texts = ["" if n is None else how_many(n, "digits") if n else "no digit" for n in digits]
        yield "certain (bfloat16)" if len(columns) > 1 else "certain of bfloat16 weights", texts


def _side_text(account: Cancellation, side: str, *, alone: bool) -> str:
    """Return the sum of the paths of one sign, and as how many equal ones they are as concentrated."""
    number = getattr(account, f"effective_{side}")
    return f"{shown(getattr(account, side))}{'' if number is None else f' by {_equal_text(number, alone=alone)}'}"


def _errors_text(column: Explanation, *, alone: bool) -> str:
    if column.from_errors is None:
        return ""
    return str(column.from_errors) if alone else shown(column.from_errors.total)


def _certain_text(known: Certificate | None) -> str:
    if known is None:
        return ""
    return (how_many(known.digits, "digits") if known.digits else "no digit") if known.error_bound else "exact"


def _places(columns: Sequence[Explanation], words: Words) -> Iterator[tuple[str, list[str]]]:
    placed = next((c.place for c in columns if c.place), None)
    if placed and placed[1] > 1:
        yield f"place among the {placed[1]:,} {words.needed}", [ordinal(c.place[0]) if c.place else "" for c in columns]


def _are_several(column: Explanation) -> bool:
    return len(column.ways.ends.positions) > 1


def _rows_of_steps(
    title: str, steps: Sequence[Sequence[Step]], columns: Sequence[Explanation]
) -> Iterator[tuple[str, list[str]]]:
    length = STEPS // len(columns)
    cells = [[_step_text(c, length, *step) for step in listed] for c, listed in zip(columns, steps, strict=True)]
    for number, texts in enumerate(zip_longest(*cells, fillvalue="")):
        yield "" if number else title, list(texts)


def _effective_text(column: Explanation, *, alone: bool) -> str:
    number = column.effective_paths
    if number is None:
        return ""
    aside = ", signs aside" if column.cancellation else ""
    return f"{_equal_text(number, 'walk' if column.n_paths is None else 'path', alone=alone)}{aside}"


def _equal_text(number: Number, kind: str = "path", *, alone: bool) -> str:
    """Return an effective number of paths; two beside each other have no room to say that a large one is rounded."""
    if isinstance(number, int):
        text = shown(number)
    else:
        rounded = f"{'about ' * alone}{number:.2e}".replace("e+", "e")
        text = f"{number:,.1f}".removesuffix(".0") if number < 1e6 else rounded
    return f"{text} equal {kind}{'s' * (text != '1')}"


def _step_text(column: Explanation, length: int, name: str, contribution: Number, part: float | None) -> str:
    """Return a last step with its part, and its contribution where that is not a part of the total."""
    known = "" if part is None else _part_text(column, part)
    if column.whole != column.total:
        known = f"{shown(contribution)} ({known})" if known and known != NEXT_TO_NONE else shown(contribution)
    colon = ":" if column.whole != column.total else ""
    return f"{shorten_label(name, length)}{colon} {known}"


def _narrow(first: Explanation) -> Iterator[str]:
    """Yield the nodes that every path passes, as far as a line has room, and the fewest edges of which each uses one.

    These where they are few, and no more than the list of one of the ends.
    """
    names = [_passed(node, first) for node in first.bottlenecks[:3]]
    if names and first.n_paths != 1:
        more = len(first.bottlenecks) - 3
        yield f"Every path passes {', '.join(names)}{f', and {more:,} more' if more > 0 else ''}."
    between = first.part
    if not 0 < between.n_edges <= CUT_AMONG:
        return
    leaving = int(np.diff(between.ptr)[list(set(between.sources))].sum())
    entering = int(np.isin(between.heads, between.targets).sum())
    if fewer_edges_than(min(leaving, entering, CUT_OF + 1), between):
        edges = [shorten(edge_name(edge), WIDTH // 2) for edge in first.cut]
        one_of = f"Each path uses one of these {len(edges)} edges:" if len(edges) > 1 else "Every path uses the edge"
        yield f"{one_of} {', '.join(edges)}."


def _passed(node: Any, first: Explanation) -> str:
    """Return the name of a node that every path passes; of a cycle a path need not pass each member."""
    name = shorten_label(node_text(node), NAME)
    is_cycle = isinstance(node, frozenset) and node not in first.part.graph.topology.labels
    return f"the cycle {name}" if is_cycle else name


def _warnings(columns: Sequence[Explanation], tabled: Sequence[Explanation]) -> list[str]:
    warnings = []
    routes = {steps[0][0] for c in tabled if (steps := c.last_steps(1))}
    if len(routes) > 1:
        names = "|".join(c.weight_meaning for c in tabled)
        warnings.append(f"The weightings disagree on the route: choose one with --weight {names}.")
    for column in columns:
        warnings += _doubts(column)
    # Of an attribution graph the account has both sides of each weighting; the last is in the logits' unit.
    for column in columns[-1:] if columns[0].edge_meaning == "drives" else columns:
        if column.cancellation:
            warnings += _cancellation_text(column, column.cancellation, _listed(columns[-1]))
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


def _cancellation_text(column: Explanation, cancellation: Cancellation, listed: list[Path]) -> Iterator[str]:
    lead = "Paths of both signs cancel in part" if column.total else "The total is 0: paths of both signs cancel"
    tabled = column.edge_meaning == "drives"  # which has both sums in rows
    sums = "" if tabled else f": {shown(cancellation.positive)} and {shown(cancellation.negative)}"
    where = f", most of it at {node_text(cancellation.node)}" if cancellation.node is not None else ""
    whole = shown(cancellation.positive - cancellation.negative)
    yield f"{lead}{sums}{where}{PARTS}{whole}."
    for sign, path in (("positive", cancellation.strongest_positive), ("negative", cancellation.strongest_negative)):
        if path is not None and path.edges not in [each.edges for each in listed]:
            yield f"The strongest {sign} path, {shown(path.influence)}: {path_text(path)}."


def _enough(column: Explanation) -> int:
    """Return how many of the strongest paths carry enough."""
    covered = column.coverage
    return next((n for n, part in enumerate(covered, 1) if part >= ENOUGH - 1e-12), len(covered))


def _listed(column: Explanation) -> list[Path]:
    """Return the paths that the report lists."""
    return column.strongest[: min(_enough(column), SHOWN_BESIDE if column.drivers else SHOWN)]


def _strongest(column: Explanation) -> list[str]:
    covered = column.coverage
    if not covered:
        return []
    enough, shown_paths = _enough(column), _listed(column)
    parts = [covered[0], *(b - a for a, b in zip(covered, covered[1:], strict=False))]
    if column.cancellation:
        parts = [-part if path.influence < 0 else part for path, part in zip(column.strongest, parts, strict=True)]
    kind = "walks" if column.n_paths is None else "paths"
    title = f"Strongest {kind}, {by_weights(column.weight_meaning)}"
    one_source = len(column.part.sources) == 1
    texts = [f"  {text}" for text in path_texts(shown_paths, column.ways.given, short=one_source, width=PATH)]
    width = max(len(title), *map(len, texts))
    lines = [f"{title.ljust(width)}    share   so far"]
    lines += [
        f"{text.ljust(width)}  {_part_text(column, part):>7}  {_part_text(column, sum_so_far):>7}"
        for text, part, sum_so_far in zip(texts, parts, covered, strict=False)
    ]
    whole = "infinitely many walks" if column.n_paths is None else how_many(column.n_paths, "paths")
    if len(shown_paths) != column.n_paths:
        carried = _part_text(column, covered[enough - 1]).replace("<", "less than")
        lines.append(f"  {enough} of {whole} {'carries' if enough == 1 else 'carry'} {carried}.")
    return lines


def _part_text(column: Explanation, part: float) -> str:
    """Return a part in per cent; of attribution graphs, where no path tells the story, not how small a part is."""
    return NEXT_TO_NONE if column.edge_meaning == "drives" and 0 < abs(part) < 0.0005 else percent(part)


def _weights_notes(columns: Sequence[Explanation]) -> Iterator[str]:
    for column in columns:
        if column.weight_meaning in ("even", "imports"):
            yield f"{TITLES[column.weight_meaning]}: {WEIGHTS[column.weight_meaning].meaning}."


def _cycle_notes(first: Explanation) -> Iterator[str]:
    """Yield which cycles count as one node each, and how one that is solved is."""
    yield from _merged_text(first.merged, 3, CYCLE, "on the way")
    if first.n_paths is None:
        yield solution(first.part.graph.cycles)
    yield from _merged_text(first.merged_elsewhere, 1, ELSEWHERE, "not on the way")


def _merged_text(cycles: Sequence[Sequence[Any]], most: int, length: int, where: str) -> Iterator[str]:
    """Yield the note on cycles that count as one node each, of which so many are named, so long."""
    if not cycles:
        return
    names = "; ".join(shorten_label(node_text(frozenset(members)), length) for members in cycles[:most])
    more = f"; and {len(cycles) - most:,} more" if len(cycles) > most else ""
    one = "One cycle counts as one node" if len(cycles) == 1 else f"{len(cycles):,} cycles count as one node each"
    yield f"{one}: {names}{more} ({where})."
