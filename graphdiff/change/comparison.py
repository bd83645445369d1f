"""A `Comparison`: one total in two graphs, and what moved it, as data; its text is in `report`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import Number
from graphdiff.change.account import with_account
from graphdiff.change.attribution import Attribution
from graphdiff.change.bounds import certificate, remainder_bound, rough
from graphdiff.change.difference import Difference
from graphdiff.change.gains import Gains, gain_records
from graphdiff.change.match import Matched
from graphdiff.change.overlay import ends_marked, names_in, overlay
from graphdiff.change.report import _records, account_of, change_text, comparison_text, footnotes, headline, steps_of
from graphdiff.change.sweeps import Sweeps
from graphdiff.change.ways import NumberedEnd, PathCounts
from graphdiff.graph.networks import marked
from graphdiff.sums.certificate import CERTAIN, Certificate, certain_digits, change_bound, doubt
from graphdiff.sums.results import in_one_array, largest_first
from graphdiff.text.numbers import plain, shown
from graphdiff.text.plots import waterfall
from graphdiff.text.sentences import Words, column_title, words_for
from graphdiff.text.tables import Result, Sheet, first_line, sheet_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def _add_seeds(graph: nx.MultiDiGraph, matched: Matched, end: NumberedEnd, name: str) -> None:
    """Add to the nodes of an end what they count after and before, where that is not 1; those of a cycle are summed."""
    for which, key in ((1, name), (0, f"{name}_before")):
        side = matched.sides[which]
        sums: dict[Any, Number] = {}
        for number, seed in zip(end.numbers, end.counting(side), strict=True):
            node = names_in(matched, [number])[0]
            counts = 0 if seed is None or side.stands[number] < 0 else seed
            sums[node] = sums[node] + counts if node in sums else counts
        for node, seed in sums.items():
            graph.nodes[node][key] = arithmetic.plain(seed)
    for _, data in graph.nodes(data=True):
        if data.get(name) == data.get(f"{name}_before"):
            data.pop(f"{name}_before", None)
        if data.get(name) == 1:
            del data[name]


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(Result):
    """One total influence before and after, and the change taken apart.

    Attributes
    ----------
    source, target : node, list of nodes, mapping of node to seed, ROOTS or LEAVES
        As they were given.
    difference : Difference
        The sets in which what the source reaches differs.
    sweeps : Sweeps
        Tangents and adjoints, before and after.
    node_groups : mapping of node to group, or None
        As given by `by`.
    """

    source: Any
    target: Any
    difference: Difference
    sweeps: Sweeps = field(repr=False)
    node_groups: Mapping[Any, Any] | None = field(default=None, repr=False)

    # -- totals

    @property
    def before(self) -> Number:
        """The total influence in the graph before; a node that is missing there counts 0."""
        return self.sweeps.totals[0]

    @property
    def after(self) -> Number:
        """The total influence in the graph after; a node that is missing there counts 0."""
        return self.sweeps.totals[1]

    @property
    def change(self) -> Number:
        """After minus before."""
        return self.after - self.before

    @property
    def relative(self) -> Number | None:
        """The change as a part of the total before; None where that is 0."""
        return self.change / self.before if self.before else None

    @property
    def missing(self) -> list[str]:
        """Which end is missing where, in words."""
        return self.sweeps.ways.missing

    # -- what moved it

    @property
    def attribution(self) -> Attribution:
        """What each edge that differs did to the total: the mean of both orders, which sums to the change."""
        return self.sweeps.mean

    @property
    def attribution_before_after(self) -> Attribution:
        """The same with tangents before and adjoints after: edges change one after the other, from the target on."""
        return self.sweeps.before_after

    @property
    def attribution_after_before(self) -> Attribution:
        """The same with tangents after and adjoints before: edges change one after the other, from the source on."""
        return self.sweeps.after_before

    @cached_property
    def gains(self) -> Gains | None:
        """Where totals are numbers of paths, those that are gained and lost, by the edge at which they differ first."""
        return Gains.of(self.sweeps)

    @property
    def _counted(self) -> Attribution:
        """What each edge did, in whole paths where totals are numbers of paths."""
        gains = self.gains
        return self.attribution if gains is None else Attribution(in_one_array(gains.paths), self.sweeps.matched)

    @cached_property
    def nodes(self) -> dict[Any, Number]:
        """What the edges that leave each node did together, largest first."""
        return self.attribution.by_tail()

    @cached_property
    def groups(self) -> dict[Any, Number]:
        """What the edges that leave each group of nodes did together (`by`), largest first; empty without groups."""
        return {} if self.node_groups is None else self._counted.by_group(self.node_groups)

    @cached_property
    def diluting(self) -> NDArray[np.bool_]:
        """Mask of the edges whose weight changed only because their node's list is longer or shorter (`even`)."""
        matched = self.sweeps.matched
        if any(side.graph.preset != "even" for side in matched.sides):
            return np.zeros(len(matched.tails), dtype=bool)
        mask: NDArray[np.bool_] = matched.counts[0] == matched.counts[1]
        return mask & ~matched.is_seed

    @cached_property
    def dilution(self) -> dict[Any, Number]:
        """With `even` weights, for each node what its longer or shorter list did by the edges that stayed in it."""
        return self.attribution.by_tail(self.diluting) if self.diluting.any() else {}

    @property
    def remainder(self) -> Number:
        """The change minus the sum of the attribution: 0, for floats up to `remainder_bound`.

        From a node to itself it is 1 or -1 where the node is new or gone: the empty path, times its seeds. Of all
        leaves, which count nothing where they are not, it is 0 then too.
        """
        return self.change - self.attribution.total

    @cached_property
    def remainder_bound(self) -> float | None:
        """How far the remainder of floats can be from 0; 0 for exact numbers, None where cycles are solved."""
        return remainder_bound(self.sweeps)

    @cached_property
    def certificates(self) -> tuple[Certificate | None, Certificate | None]:
        """What is proven about the total before and the total after."""
        before, after = map(certificate, self.sweeps.sides)
        return before, after

    @cached_property
    def error_bound(self) -> float | None:
        """How far the change can be from the exact one, as both totals can; 0 for exact numbers, None if unknown."""
        return change_bound(self.change, (self.before, self.after), self.certificates)

    @cached_property
    def doubts(self) -> list[str]:
        """What a reader should know of the change's certain digits, where they are few; nothing where they are many."""
        if not isinstance(self.change, (float, complex)):
            return []
        size = abs(self.change)
        if not self.attribution.largest(1) or rough(self.sweeps) * 10**CERTAIN <= size:
            return []
        bound = self.error_bound
        if bound and not size and bound * 10**CERTAIN < abs(self.before):  # before and after are certain
            return [f"The change is 0 up to roundings of {bound:.2g}; exact=True (--exact) has none."]
        said = doubt(certain_digits(size, bound), bound, of=" of the change") if bound else None
        return [said] if said else []

    @cached_property
    def in_series(self) -> bool:
        """Whether edges in series changed together, so that the two orders differ and the mean shares their change."""
        first, second = self.attribution_before_after.array, self.attribution_after_before.array
        if "f" not in (first.dtype.kind, second.dtype.kind):
            return bool((first != second).any())
        first, second = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
        return not np.allclose(first, second, rtol=1e-9, atol=1e-12 * float(np.abs(first).max(initial=0)))

    # -- counts

    @property
    def paths(self) -> PathCounts | None:
        """How many paths there are before and after, gained and lost; None where walks go round a cycle."""
        return self.sweeps.ways.counts

    @cached_property
    def places(self) -> tuple[tuple[int, int] | None, tuple[int, int] | None]:
        """The target's place by total among what the source reaches, and how many those are: before and after.

        None where a cycle has no value, of symbols, of several targets, and from the roots.
        """
        return self._place(0), self._place(1)

    def _place(self, which: int) -> tuple[int, int] | None:
        swept, ways = self.sweeps.sides[which], self.sweeps.ways
        if not ways.source.is_named or len(ways.target.numbers) != 1:
            return None
        rivals = ways.rivals(which) if all(swept.ends) else None
        if rivals is None or swept.side.graph.anchor(swept.ends[1].positions[0]) not in rivals:
            return None
        own = swept.tangents[ways.target.numbers[0]]
        try:
            return int((np.abs(swept.tangents[swept.side.numbers[rivals]]) > abs(own)).sum()) + 1, len(rivals)
        except TypeError:  # symbols have no order
            return None

    @property
    def merged(self) -> list[list[Any]]:
        """The cycles of both graphs together that count as one node each in both, on the way."""
        return self.sweeps.ways.merged

    def to_networkx(self) -> nx.MultiDiGraph:
        """Return what lies between the ends in both graphs as one: what `graphdiff.write` draws.

        Nodes and edges have a ``status`` (kept, added, removed, changed), edges ``weight_before``, ``weight_after``
        and ``change``, what they did to the total.
        """
        return self._overlay()

    def _overlay(self, scopes: Sequence[NDArray[np.bool_]] = ()) -> nx.MultiDiGraph:
        matched, ways = self.sweeps.matched, self.sweeps.ways
        done = self.attribution if self.gains is None else Attribution(in_one_array(self.gains.through), matched)
        graph = ends_marked(overlay(matched, ways.among, done, scopes), matched, ways)
        title = column_title(self.weight_meaning)
        totals = f"total, {title}: {shown(self.before)} → {shown(self.after)}, {change_text(self)}"
        graph.graph.update(
            total=self.after, total_before=self.before, headline=f"{headline(self, self._words)}\n{totals}"
        )
        return graph

    def paged(self, max_nodes: int | None = None) -> nx.MultiDiGraph:
        """Return the same with versions, what ends count before and after, and an account of what moved it."""
        ways = self.sweeps.ways
        graph = self._overlay(ways.scopes)
        for name, end in (("source_seed", ways.source), ("target_seed", ways.target)):
            _add_seeds(graph, self.sweeps.matched, end, name)
        sentence, totals = graph.graph["headline"].split("\n")
        graph.graph["headline"] = f"{sentence}\n{totals[0].upper()}{totals[1:]}."
        graph = with_account(graph, self.difference, account_of(self))
        after = self.sweeps.matched.after.graph
        graph.graph.update(cycles=after.cycles, weight_meaning=after.weight_meaning)
        groups = self.node_groups
        if groups is None or groups == self.difference.kinds:  # by which nobody asked
            return graph
        return marked(graph, groups.get, "group")

    def beside(self) -> list[str]:
        """Return which end is missing where, how certain the change is, and what rows of its account are."""
        missing = [f"! {text[0].upper()}{text[1:]}." for text in self.missing]
        return [*missing, *(f"! {text}" for text in self.doubts), *footnotes([self])]

    # -- meanings and output

    @property
    def _words(self) -> Words:
        words = words_for(self.edge_meaning, self.weight_meaning, self.sweeps.matched.after.graph.node_meaning)
        return words.about(self.source, self.target)

    @property
    def edge_meaning(self) -> str:
        """What an edge says."""
        return self.sweeps.matched.after.graph.edge_meaning

    @property
    def weight_meaning(self) -> str:
        """What a weight says."""
        return self.sweeps.matched.after.graph.weight_meaning

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values; of the edges those that did something, largest first."""
        naming = self.sweeps.matched.naming
        orders = (self.attribution_before_after.array, self.attribution_after_before.array)
        edges = [
            {
                **self.attribution.record(edge),
                "before_after": plain(orders[0][edge]),
                "after_before": plain(orders[1][edge]),
            }
            | ({"dilution": True} if self.diluting[edge] else {})
            for edge in self.attribution.largest()
        ]
        return {
            **naming.ends(self.source, self.target),
            "edge_meaning": self.edge_meaning,
            "weight_meaning": self.weight_meaning,
            "before": plain(self.before),
            "after": plain(self.after),
            "change": plain(self.change),
            "relative": plain(self.relative),
            "remainder": plain(self.remainder),
            "remainder_bound": self.remainder_bound,
            "error_bound": self.error_bound,
            "certificates": [None if one is None else one.to_dict() for one in self.certificates],
            "missing": self.missing,
            "paths": None if self.paths is None else {name: plain(n) for name, n in vars(self.paths).items()},
            "places": self.places,
            "edges": edges,
            **({} if self.gains is None else {"paths_by_edge": gain_records(self.gains)}),
            "nodes": _records("node", self.nodes, naming.node),
            "groups": _records("group", self.groups, str),
            "dilution": _records("node", self.dilution, naming.node),
            "cycles_merged": list(map(naming.listed, self.merged)),
            "difference": self.difference.to_dict(),
        }

    def to_pandas(self) -> Any:
        """Return the attribution as a pandas Series, largest first."""
        series = self.attribution.to_pandas()
        return series.iloc[largest_first(series.tolist())]

    def plot(self, *, top: int = 10, axes: Axes | None = None) -> Axes:
        """Draw what the edges that changed did to the total as a waterfall from before to after.

        Parameters
        ----------
        top : int
            So many edges, those that did most, have bars of their own; all others have one together.
        axes : matplotlib.axes.Axes, optional
            What is drawn on; by default a new figure.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        MissingExtraError
            If matplotlib is not installed: the extra ``plot``.
        UsageError
            If the totals are complex, symbols or beyond the floats.

        Examples
        --------
        >>> import networkx as nx
        >>> from graphdiff import compare
        >>> before, after = (nx.DiGraph([("a", "b", {"weight": w}), ("b", "c", {"weight": 2})]) for w in (1, 4))
        >>> [label.get_text() for label in compare(before, after, "a", "c").plot().get_yticklabels()]
        ['before', 'a -> b', 'after']
        """
        ends, title = (self.before, self.after), headline(self, self._words)
        unit = f"total influence, {column_title(self.weight_meaning)}"
        return waterfall(ends, steps_of(self), top, unit=unit, title=title, axes=axes)

    def _sheet(self) -> Sheet:
        return sheet_of(map(self.attribution.record, self.attribution.largest()), first_line(self))

    def __str__(self) -> str:
        return comparison_text([self])

    def __repr__(self) -> str:
        ends = f"{self.source!r} -> {self.target!r}"
        return f"<Comparison: {ends}: {shown(self.before)} before, {shown(self.after)} after>"
