"""A `WhatIf`: a total before and after changes, as data and as text; several weightings stand side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from typing import Any

from graphdiff.arithmetic import Number
from graphdiff.certificate import Certificate
from graphdiff.certified import Ends, certified, change_bound, doubt, rough_bound
from graphdiff.edges import edge_name
from graphdiff.errors import count_text
from graphdiff.naming import PLAIN, Naming
from graphdiff.phrases import TITLES, table
from graphdiff.results import plain, require_pandas, shown
from graphdiff.words import Words, how_many, words_for

#: So many nodes, and so many changes, are named in a report.
NAMED = 8


@dataclass(frozen=True)
class Change:
    """One change that was asked about.

    Attributes
    ----------
    what : {"remove edge", "remove node", "reweight", "add edge"}
    item : edge or node
    weight_before, weight_after : number or None
        Of an edge; None where it is not there.
    alone : number or None
        How the total changes if nothing else is changed; None where a cycle is solved, or where this alone would make
        or break one.
    """

    what: str
    item: Any
    weight_before: Number | None
    weight_after: Number | None
    alone: Number | None
    naming: Naming = field(default=PLAIN, repr=False, compare=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values."""
        named = {"node": self.naming.node(self.item)} if self.what == "remove node" else self.naming.edge(self.item)
        numbers = {name: plain(getattr(self, name)) for name in ("weight_before", "weight_after", "alone")}
        return {"what": self.what, **named, **numbers}

    @property
    def name(self) -> str:
        """The change in words, without numbers."""
        item = str(self.item) if self.what == "remove node" else edge_name(self.item)
        return {"add edge": f"with {item}", "reweight": f"with {item} reweighted"}.get(self.what, f"without {item}")

    def __str__(self) -> str:
        if self.what == "add edge":
            return f"{self.name} of {shown(self.weight_after)}"
        if self.what == "reweight":
            return f"with {edge_name(self.item)} of {shown(self.weight_after)} instead of {shown(self.weight_before)}"
        return self.name


@dataclass(frozen=True)
class WhatIf:
    """A total influence before and after changes.

    Attributes
    ----------
    source, target : node
    before, after, change : number
        The total, and by how much it changes; all other edges keep their weights.
    recounted : number or None
        The total after where the preset's weights (`weights.even`) are counted anew on the changed graph; None where
        that makes no difference.
    changes : list of Change
        One by one.
    n_paths_before, n_paths : int or None
        How many paths there were, and are still; None where a cycle is solved.
    no_longer_reached, newly_reached : list of nodes
        What the source reaches only before (removed nodes left out), and only after.
    new_nodes : list
        Nodes that an added edge brought.
    edge_meaning, weight_meaning, node_meaning : str
    ends : pair of Ends
        Where the two totals are, for their certificates.
    """

    source: Any
    target: Any
    before: Number
    after: Number
    change: Number
    recounted: Number | None
    changes: list[Change]
    n_paths_before: int | None
    n_paths: int | None
    no_longer_reached: list[Any]
    newly_reached: list[Any]
    new_nodes: list[Any]
    edge_meaning: str
    weight_meaning: str
    node_meaning: str
    ends: tuple[Ends, Ends] = field(repr=False, compare=False)
    naming: Naming = field(default=PLAIN, repr=False, compare=False)

    @cached_property
    def certificates(self) -> tuple[Certificate | None, Certificate | None]:
        """What is proven about the total before and the total after."""
        before, after = map(certified, self.ends)
        return before, after

    @property
    def doubts(self) -> list[str]:
        """What a reader should know where rounding can be larger than the change, so that before and after hide it."""
        if not self.change or not isinstance(self.change, (float, complex)):
            return []
        if sum(map(rough_bound, self.ends)) < abs(self.change):
            return []
        bound = change_bound(0.0, (self.before, self.after), self.certificates)
        if not bound or bound < abs(self.change):
            return []
        hidden = (
            f"before and after can be off by {bound:.2g} together, more than the change, which is computed by itself; "
            "exact=True (--exact) has no error."
        )
        return [doubt(0, bound) or hidden] if bound == float("inf") else [hidden]

    @property
    def relative(self) -> Number | None:
        """The change as a part of the total before; None where that is 0."""
        return self.change / self.before if self.before else None

    @property
    def alone(self) -> Number | None:
        """What the changes would add up to, each alone; None where one of them has no such number."""
        parts = [change.alone for change in self.changes if change.alone is not None]
        return sum(parts, start=0 * self.change) if len(parts) == len(self.changes) else None

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        numbers = ("before", "after", "change", "relative", "recounted", "n_paths_before", "n_paths")
        nodes = ("no_longer_reached", "newly_reached", "new_nodes")
        return {
            "source": self.naming.node(self.source),
            "target": self.naming.node(self.target),
            "edge_meaning": self.edge_meaning,
            "weight_meaning": self.weight_meaning,
            **{name: plain(getattr(self, name)) for name in numbers},
            "certificates": [None if one is None else one.to_dict() for one in self.certificates],
            "changes": [change.to_dict() for change in self.changes],
            **{name: self.naming.listed(getattr(self, name)) for name in nodes},
        }

    def to_pandas(self) -> Any:
        """Return the changes as a DataFrame, a row each."""
        pandas = require_pandas()
        return pandas.DataFrame([change.to_dict() for change in self.changes])

    def __repr__(self) -> str:
        return f"<what if: {shown(self.before)} becomes {shown(self.after)}, change {shown(self.change)}>"

    def __str__(self) -> str:
        return what_if_text([self])

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"


# -- as text


def what_if_text(columns: Sequence[WhatIf]) -> str:
    """Return the report of the same changes under one weighting or several."""
    first = columns[0]
    words = words_for(first.edge_meaning, first.weight_meaning, first.node_meaning)
    names = _names(columns)
    more = len(first.changes) - NAMED
    title = ", ".join([*names, *([f"{more:,} more changes"] if more > 0 else [])]) or "no change"
    lines = [f"{title[0].upper()}{title[1:]}:", f"{_paths(first, words)}"]
    rows = [("", [TITLES.get(c.weight_meaning, c.weight_meaning) for c in columns]), *_facts(columns)]
    nodes = _nodes(first, words)
    doubts = [f"! {text}" for column in columns for text in column.doubts]
    return "\n".join([*lines, *table(rows), *doubts, *_series(columns), *([""] if nodes else []), *nodes])


def _names(columns: Sequence[WhatIf]) -> list[str]:
    """Return the changes as text, with their weights where these are the same in all columns."""
    found = []
    for changes in zip(*(column.changes[:NAMED] for column in columns), strict=True):
        texts = [str(change) for change in changes]
        found.append(texts[0] if len(set(texts)) == 1 else changes[0].name)
    return found


def _paths(first: WhatIf, words: Words) -> str:
    ends = {"source": first.source, "target": first.target}
    if first.n_paths is None or first.n_paths_before is None:
        return f"{words.relation.format(**ends)} by walks round a cycle, summed exactly."
    before = count_text(first.n_paths_before)
    if not first.n_paths:
        any_more = " any more" if first.n_paths_before else ""
        return f"{words.none.format(**ends)}{any_more} (paths before: {before})."
    still = " still" if first.n_paths_before else ""
    paths = how_many(first.n_paths, "paths")
    return f"{words.relation.format(**ends)} by {paths}{still} (before: {before})."


def _facts(columns: Sequence[WhatIf]) -> list[tuple[str, list[str]]]:
    rows = [(name, [shown(getattr(c, name)) for c in columns]) for name in ("before", "after", "change")]
    rows.append(("in per cent", [_percent(c.relative) for c in columns]))
    if any(c.recounted is not None for c in columns):
        cells = ["" if c.recounted is None else shown(c.recounted) for c in columns]
        rows.append(("after, weights counted anew", cells))
        parts = [None if c.recounted is None or not c.before else c.recounted / c.before - 1 for c in columns]
        rows.append(("in per cent", [_percent(part) for part in parts]))
    return rows


def _percent(part: Number | None) -> str:
    try:
        return "" if part is None else f"{float(part):+.1%}".replace("%", " %")
    except (TypeError, ValueError, OverflowError):  # complex numbers, symbols, counts beyond the floats
        return ""


def _series(columns: Sequence[WhatIf]) -> list[str]:
    """Return what each change does alone, and why that need not add up."""
    first = columns[0]
    if len(first.changes) < 2 or all(change.alone is None for column in columns for change in column.changes):
        return []
    rows = [("Each change alone", ["" for _ in columns])]
    for number, name in enumerate(_names(columns)):
        alone = [column.changes[number].alone for column in columns]
        rows.append((f"  {name}", ["" if part is None else shown(part) for part in alone]))
    sums = [(column.alone, column.change) for column in columns]
    notes = []
    if any(alone is not None and _differ(alone, change) for alone, change in sums):
        texts = ["" if alone is None else shown(alone) for alone, _ in sums]
        rows.append(("  alone they would add up to", texts))
        notes = [
            "Changes in series share their change: what runs through several of them counts once, not once for each."
        ]
    return ["", *table(rows), *notes]


def _differ(alone: Number, change: Number) -> bool:
    try:
        return bool(abs(alone - change) * 10**9 > max(abs(alone), abs(change)))  # ints may be beyond every float
    except TypeError:  # symbols have no order
        return bool(alone != change)


def _nodes(first: WhatIf, words: Words) -> list[str]:
    lines = []
    for title, nodes in (
        (f"No longer reached from {first.source}", first.no_longer_reached),
        (f"Newly reached from {first.source}", first.newly_reached),
        ("Not in the graph before", first.new_nodes),
    ):
        if nodes:
            more = f", … {len(nodes) - NAMED:,} more" if len(nodes) > NAMED else ""
            lines.append(f"{title} ({how_many(len(nodes), words.nodes)}): {', '.join(map(str, nodes[:NAMED]))}{more}")
    return lines
