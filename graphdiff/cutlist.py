"""A `Cut`: what was removed, what it took away, and whether fewer could do it; as data and as text."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from graphdiff.arithmetic import Number
from graphdiff.edges import edge_name
from graphdiff.naming import PLAIN, Naming
from graphdiff.paths import node_text
from graphdiff.phrases import by_weights, table
from graphdiff.results import html_table, plain, require_pandas, shown
from graphdiff.words import how_many, words_for


@dataclass(frozen=True)
class Stroke:
    """One edge or node that is cut.

    Attributes
    ----------
    item : edge or node
    alone : number
        By how much the total would become smaller without this alone.
    left : number
        The total without this and all before it.
    """

    item: Any
    alone: Number
    left: Number


@dataclass(frozen=True)
class Cut:
    """A set of edges or nodes without which little enough of a total is left.

    Attributes
    ----------
    source, target : node
    what : {"edges", "nodes"}
    before : number
        The total.
    wanted : number or None
        By how much it was to become smaller; None where every path was to be cut.
    strokes : list of Stroke
        What is cut, the one that takes most away first.
    method : {"exact", "greedy", "minimum cut"}
    at_least : int or None
        Any set that does it has at least so many members; None where no bound is known.
    n_candidates : int
        From how many edges or nodes it was chosen.
    n_paths : int
        How many paths there are.
    edge_meaning, weight_meaning : str
    """

    source: Any
    target: Any
    what: str
    before: Number
    wanted: Number | None
    strokes: list[Stroke]
    method: str
    at_least: int | None
    n_candidates: int
    n_paths: int
    edge_meaning: str
    weight_meaning: str
    naming: Naming = field(default=PLAIN, repr=False, compare=False)

    @property
    def removed(self) -> list[Any]:
        """The edges or nodes that are cut."""
        return [stroke.item for stroke in self.strokes]

    @property
    def after(self) -> Number:
        """The total without them."""
        return self.strokes[-1].left if self.strokes else self.before

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            "source": self.naming.node(self.source),
            "target": self.naming.node(self.target),
            "edge_meaning": self.edge_meaning,
            "weight_meaning": self.weight_meaning,
            "what": self.what,
            "before": plain(self.before),
            "wanted": plain(self.wanted),
            "after": plain(self.after),
            "removed": [
                {**self._named(stroke.item), "alone": plain(stroke.alone), "left": plain(stroke.left)}
                for stroke in self.strokes
            ],
            "method": self.method,
            "at_least": self.at_least,
            "n_candidates": self.n_candidates,
            "n_paths": self.n_paths,
        }

    def _named(self, item: Any) -> dict[str, str]:
        if self.what == "nodes":
            return {"node": self.naming.node(item)}
        return self.naming.edge(item)

    def to_pandas(self) -> Any:
        """Return what is cut as a DataFrame, a row each."""
        return require_pandas().DataFrame(self.to_dict()["removed"])

    def __repr__(self) -> str:
        return f"<cut of {how_many(len(self.strokes), self.what)}: {shown(self.before)} becomes {shown(self.after)}>"

    def __str__(self) -> str:
        rows = [(self.what, ["takes away", "left"]), *((name, cells) for name, *cells in self._rows())]
        return "\n".join([*self._head(), *(table(rows) if self.strokes else []), *self._notes()])

    def _head(self) -> list[str]:
        words = words_for(self.edge_meaning, self.weight_meaning)
        ends = {"source": self.source, "target": self.target}
        if not self.n_paths:
            return [f"{words.none.format(**ends)}: there is nothing to cut."]
        weights = by_weights(self.weight_meaning)
        relation = f"{words.relation.format(**ends)} by {how_many(self.n_paths, 'paths')}"
        aim = "To cut every path" if self.wanted is None else f"To take {shown(_decimal(self.wanted))} of it away"
        return [
            f"{relation}; total, {weights}: {shown(self.before)}.",
            f"{aim}, cut {how_many(len(self.strokes), self.what)} of {self.n_candidates:,}:",
        ]

    def _rows(self) -> list[list[str]]:
        name = node_text if self.what == "nodes" else edge_name
        return [
            [name(stroke.item), self._with_part(stroke.alone), self._with_part(stroke.left)] for stroke in self.strokes
        ]

    def _with_part(self, number: Number) -> str:
        if not self.before:
            return shown(number)
        return f"{shown(number)} ({float(number / self.before):.1%})".replace("%", " %")

    def _notes(self) -> list[str]:
        if not self.strokes:
            return []
        notes = [self._bound()]
        # One after the other each takes away less than alone, unless no path passes two of them.
        before = [self.before, *(stroke.left for stroke in self.strokes)]
        lost = [old - stroke.left for old, stroke in zip(before, self.strokes, strict=False)]
        if any(
            abs(stroke.alone - part) * 10**9 > abs(self.before) for stroke, part in zip(self.strokes, lost, strict=True)
        ):
            notes.append(
                "takes away: each alone. What runs through several of them in series they share, and it counts once."
            )
        if self.weight_meaning == "even":
            notes.append("All others keep their weights; what_if counts them anew.")
        return notes

    def _bound(self) -> str:
        number = len(self.strokes)
        if self.at_least is None:
            return "Chosen greedily. No bound: where signs mix, fewer might do, and more may undo it."
        if number == 1:
            return "Fewer cannot do it."
        if self.method == "minimum cut":
            return f"Fewer cannot do it: {number:,} paths share no such {self.what.removesuffix('s')} (maximum flow)."
        if self.at_least == number:
            how = "every smaller set was ruled out" if self.method == "exact" else "by the greedy bound"
            return f"Fewer cannot do it ({how})."
        return f"Chosen greedily; any set that does it has at least {self.at_least:,} (no weight is negative)."

    def _repr_html_(self) -> str:
        return html_table([self.what, "takes away", "left"], self._rows(), " ".join(self._head()))


def _decimal(number: Number) -> Number:
    """Return a fraction, which a part of a whole total often is, as a decimal number."""
    if not isinstance(number, Fraction) or number.denominator == 1:
        return number
    return Decimal(number.numerator) / number.denominator
