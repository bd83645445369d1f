"""A `Cut`: what was removed, what it took away, and whether fewer could do it; as data and as text.

`cut`: the fewest edges or nodes whose removal takes a wanted part of a total away, or every path.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, Unpack

import networkx as nx

from graphdiff.arithmetic import Number, is_finite
from graphdiff.errors import SameComponentError, UsageError
from graphdiff.graph.compiled import CompiledGraph, CompileOptions, compiled
from graphdiff.graph.ends import LEAVES, NODES, End, Seeds, titled
from graphdiff.graph.options import takes_options
from graphdiff.limits import require_limits
from graphdiff.remedies import Keyword
from graphdiff.sets.fewest import REAL, Progress, Search, every_path, kept_text, reduced
from graphdiff.sets.flow_model import MAX_UNASKED, fewer
from graphdiff.sets.programme import AUTO, MORE, TIMEOUT, Clock
from graphdiff.sets.strokes import Stroke, strokes
from graphdiff.sums.between import Between, ends_of, restriction
from graphdiff.sums.flow import flow_through
from graphdiff.text.names import PLAIN, Naming, edge_name, members_of, node_text
from graphdiff.text.numbers import percent, plain, shown
from graphdiff.text.requirements import attributes_of, needed_text, requirement_record
from graphdiff.text.sentences import by_weights, how_many, words_for
from graphdiff.text.tables import LINES, Frame, Result, Sheet, in_columns, table

#: By what it is known that fewer cannot do it.
PROOFS = {
    "exact": "every smaller set was ruled out",
    "greedy": "by the greedy bound",
    "integer programme": "integer programme, its bound proven in rationals",
}


@dataclass(frozen=True)
class Cut(Result):
    """A set of edges or nodes without which little enough of a total is left.

    Attributes
    ----------
    source, target : node
    what : {"edges", "nodes"}
    before : number or None
        The total; None where every path was to be cut and a cycle lies on the way: that takes no total.
    wanted : number or None
        By how much it was to become smaller; None where every path was to be cut.
    strokes : list of Stroke
        What is cut, the one that takes most away first.
    method : {"exact", "greedy", "minimum cut", "integer programme"}
    at_least : int or None
        Any set that does it has at least so many members; None where no bound is known.
    n_candidates : int
        From how many edges or nodes it was chosen.
    n_paths : int or None
        How many paths there are; None where a cycle lies on the way.
    edge_meaning, weight_meaning : str
    lacking : {"", "scipy", "size", "time"}
        What kept an integer programme from telling more: scipy is not installed, more than 20,000 edges lie between, or
        there was no time, or no more of it; "" where nothing did.
    kept : mapping of node to str
        Which nodes may not be removed, where nodes are to be, and why: sources, targets, collapsed cycles.
    asks : mapping of edge to mapping
        What each edge that is cut asks for, by its attributes (``kind``, ``clause`` and the like), where it says so.
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
    n_paths: int | None
    edge_meaning: str
    weight_meaning: str
    lacking: str = ""
    kept: Mapping[Any, str] = field(default_factory=dict)
    asks: Mapping[Any, Mapping[str, Any]] = field(default_factory=dict)
    naming: Naming = field(default=PLAIN, repr=False, compare=False)

    def asking(self, graph: nx.DiGraph) -> Cut:
        """Return the cut with what its edges ask for in the graph that it was computed on."""
        if self.what == "nodes":
            return self
        records = {edge: requirement_record(attributes_of(graph, edge)) for edge in self.removed}
        return replace(self, asks={edge: record for edge, record in records.items() if record})

    @property
    def removed(self) -> list[Any]:
        """The edges or nodes that are cut."""
        return [stroke.item for stroke in self.strokes]

    @property
    def after(self) -> Number:
        """The total without them."""
        if self.before is None:
            return 0  # no path is left
        return self.strokes[-1].left if self.strokes else self.before

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            **self.naming.ends(self.source, self.target),
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
            "lacking": self.lacking,
            "n_candidates": self.n_candidates,
            "n_paths": self.n_paths,
            "kept": [{"node": self.naming.node(node), "why": why} for node, why in self.kept.items()],
        }

    def _named(self, item: Any) -> dict[str, Any]:
        if self.what == "nodes":
            return {"node": self.naming.node(item)}
        return {**self.naming.edge(item), **self.asks.get(item, {})}

    def _text(self, item: Any) -> str:
        """Return what is cut as a report names it."""
        if self.what == "nodes":
            return node_text(item)
        return needed_text(edge_name(item), self.asks.get(item, {}), str(item[1]))

    def _frame(self) -> Frame:
        return Frame(self.to_dict()["removed"])

    def __repr__(self) -> str:
        cut = f"cut of {how_many(len(self.strokes), self.what)}"
        return f"<{cut}>" if self.before is None else f"<{cut}: {shown(self.before)} becomes {shown(self.after)}>"

    def __str__(self) -> str:
        return self.text()

    def text(self, top: int | None = None, how: str = "") -> str:
        """Return the report with the first `top` rows, or those that a screen has room for.

        `how` says behind the number of the others how to see them.
        """
        n_rows = LINES if top is None else top
        rows = [(self.what, self._columns()), *((name, cells) for name, *cells in self._rows(n_rows))]
        left_out = len(self.strokes) - n_rows
        more = [f"  … {left_out:,} more{how}"] if left_out > 0 else []
        return in_columns([*self._head(), *(table(rows) if self.strokes else []), *more, *self._notes()])

    def _head(self) -> list[str]:
        words = words_for(self.edge_meaning, self.weight_meaning).about(self.source, self.target)
        ends = {"source": words.named(self.source), "target": words.named(self.target)}
        if self.n_paths == 0:
            return [words.sentence(f"{words.none.format(**ends)}: there is nothing to cut.")]
        weights, what = by_weights(self.weight_meaning), "nodes" if self.what == "nodes" else words.edges
        relation = words.sentence(words.relation.format(**ends))
        if self.n_paths is None:
            relation = f"{relation} by paths with cycles on the way (to cut every path needs no total)."
        else:
            relation = f"{relation} by {how_many(self.n_paths, 'paths')}; total, {weights}: {shown(self.before)}."
        aim = "To cut every path" if self.wanted is None else f"To take {shown(_decimal(self.wanted))} of it away"
        return [
            relation,
            f"{aim}, cut {len(self.strokes):,} of the {self.n_candidates:,} {what} between them:",
        ]

    def _columns(self) -> list[str]:
        return [] if self.before is None else ["takes away", "left"]

    def _rows(self, top: int | None = None) -> list[list[str]]:
        name, strokes = self._text, self.strokes[:top]
        if self.before is None:
            return [[name(stroke.item)] for stroke in strokes]
        return [[name(stroke.item), self._with_part(stroke.alone), self._with_part(stroke.left)] for stroke in strokes]

    def _with_part(self, number: Number) -> str:
        if not self.before:
            return shown(number)
        return f"{shown(number)} ({percent(number / self.before, '.1f')})"

    def _notes(self) -> list[str]:
        if not self.strokes:
            return []
        notes = [self._bound()]
        if self.kept:
            notes.append(f"Not to be taken: {kept_text(self.kept)}.")
        if self.before is None:
            return notes
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
            return f"Fewer cannot do it ({PROOFS[self.method]})."
        chosen = "Chosen greedily" if self.method == "greedy" else "Chosen by an integer programme"
        least = f"any set that does it has at least {self.at_least:,} (no weight is negative)"
        return f"{chosen}; {least}{MORE.get(self.lacking, '')}."

    def _sheet(self) -> Sheet:
        return [self.what, *self._columns()], self._rows(), " ".join(self._head())


def _decimal(number: Number) -> Number:
    """Return a fraction, which a part of a whole total often is, as a decimal number."""
    if not isinstance(number, Fraction) or number.denominator == 1:
        return number
    return Decimal(number.numerator) / number.denominator


@takes_options
def cut(
    graph: nx.DiGraph | CompiledGraph,
    source: End,
    target: End,
    *,
    part: float | None = None,
    amount: Number | None = None,
    what: str = "edges",
    timeout: float | Literal["auto"] | None = AUTO,
    progress: Progress = None,
    **options: Unpack[CompileOptions],
) -> Cut:
    """Return the fewest edges or nodes to remove so that less of the influence of `source` on `target` is left.

    To cut every path takes no total: it is asked of the graph as it is, cycles included, whatever the policy.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
        It is not changed. All other edges keep their weights.
    source, target : node, list of nodes, mapping of node to seed, ROOTS, LEAVES or NODES
        See `graphdiff.total_influence`. They are not removed, save that nodes of a list or a mapping as target may be,
        such as vulnerable packages: what ends there is gone with one. From all nodes (`NODES`) any other node may be
        removed, a leaf and a collapsed cycle too; the targets are no sources then, and no weight may be negative.
    part : float, optional
        What part of the total is to go, above 0 and up to 1: 0.5 is half of it.
    amount : number, optional
        By how much the total is to become smaller in absolute value. With neither, every path is cut.
    what : {"edges", "nodes"}
        What may be removed. Where a part is asked for, a collapsed cycle is not removed as a node.
    timeout : float, None or "auto"
        How many seconds an integer programme may take (HiGHS, where scipy is installed): above 20 candidates it looks
        for fewer than the greedy choice where they might do, and proves how many have to be. None is no limit; "auto"
        is 60 up to 2,000 edges between the ends, above there is no programme.
    progress : callable, optional
        Called with the number of sets tried and how many there are; or with the seconds passed, and how many there are.
    **options
        Those of `graphdiff.compile`, unless the graph is compiled already.

    Returns
    -------
    Cut
        ``.removed`` lists them; ``.method`` is ``"exact"`` up to 20 candidates, ``"greedy"`` or ``"integer programme"``
        above, ``"minimum cut"`` where every path is cut; ``.at_least`` is how many any such set must have, None where
        no bound is known, and ``.lacking`` what it would take to know more.

    Raises
    ------
    UsageError
        If both or neither fitting `part` and `amount` are given, the weights are no real numbers, or no set of nodes
        takes so much away.
    CycleError
        If a part is asked for and a cycle that is solved lies between: infinitely many walks pass an edge.
    UnknownNodeError, WeightError, SameComponentError, ValueOverflowError
        As `graphdiff.total_influence`.

    References
    ----------
    L. Ford, D. Fulkerson, "Maximal flow through a network" (1956), for every path.
    L. Wolsey, "An analysis of the greedy algorithm for the submodular set covering problem", Combinatorica 2 (1982).

    Examples
    --------
    >>> import networkx as nx
    >>> G = nx.DiGraph()
    >>> G.add_weighted_edges_from([("b", "c", 1), ("b", "d", 1), ("c", "e", 2), ("d", "e", 3)])
    >>> cut(G, "b", "e", part=0.5).removed
    [('b', 'd')]
    >>> len(cut(G, "b", "e").removed)
    2
    >>> G.add_edge("d", "b", weight=2)
    >>> sorted(cut(G, "b", "e").removed)
    [('c', 'e'), ('d', 'e')]
    """
    _check(part, amount, what)
    require_limits(timeout=None if timeout == AUTO else timeout)
    ready = compiled(graph, options)
    every = part is None and amount is None
    asked = replace(ready, cycles="solve") if every else ready  # no cycle is refused, and none is one node
    with _without_part("amount" if part is None else "part"):
        lies = _lying(asked, source, target, every)
    targets_stay = members_of(target) is None and not (source is NODES and target is LEAVES)
    search = _search(lies, what, every, targets_stay=targets_stay, everywhere=source is NODES)
    total = search.total
    wanted = None if every else _wanted(total, part, amount)
    chosen, method, at_least, lacking = _chosen(search, wanted, timeout, progress)
    source, target = titled(ready, source, target)
    answer = Cut(
        source=source,
        target=target,
        what=what,
        before=total,
        wanted=wanted,
        strokes=strokes(search, chosen),
        method=method,
        at_least=at_least,
        n_candidates=search.n_candidates,
        n_paths=None if lies.loops else lies.n_paths,
        edge_meaning=ready.edge_meaning,
        weight_meaning=ready.weight_meaning,
        lacking=lacking,
        kept=search.kept,
        naming=ready.topology.naming,
    )
    return answer.asking(graph) if isinstance(graph, nx.Graph) else answer


@contextmanager
def _without_part(keyword: str) -> Iterator[None]:
    """Have the error on two nodes of one cycle, which have no total to take a part of, say what there is to cut."""
    try:
        yield
    except SameComponentError as error:
        instead = "; without ", Keyword(keyword), " every path is cut"
        raise SameComponentError(error.source, error.target, *instead) from error


def _chosen(
    search: Search, wanted: Number | None, timeout: float | Literal["auto"] | None, progress: Progress
) -> tuple[list[Any], str, int | None, str]:
    """Return what is cut, how it was found, how many it takes at least, and what kept that from being known better."""
    if wanted is None:
        return (*every_path(search), "")
    most_left = abs(search.total) - wanted
    chosen, method, at_least = reduced(search, most_left, progress)
    if at_least is None or at_least >= len(chosen) or not search.is_positive:
        return chosen, method, at_least, ""
    is_large = search.between.n_edges > MAX_UNASKED
    clock = None if is_large and timeout == AUTO else Clock(TIMEOUT if timeout == AUTO else timeout, progress)
    chosen, at_least, lacking = fewer(search, most_left, chosen, at_least, clock)
    is_solved = clock is not None and lacking not in ("scipy", "size")
    return chosen, "integer programme" if is_solved else method, at_least, lacking


def _lying(graph: CompiledGraph, source: End, target: End, every: bool) -> Between:
    """Return what lies between the ends; raise `UsageError` where a node is both and every path is to be cut."""
    starts, ends = ends_of(graph, source, target)
    if source is NODES:  # what is an end already has no way to it
        there = {graph.anchor(position) for position in ends.positions}
        starts = Seeds([position for position in starts.positions if graph.anchor(position) not in there])
    is_one = len(starts.positions) == len(ends.positions) == 1
    if (every or is_one) and (both := set(starts.positions) & set(ends.positions)):
        node = graph.topology.label(both.pop())
        raise UsageError(f"the empty path from {node!r} to itself has no edge to cut")
    return restriction(graph, starts, ends)


def _search(lies: Between, what: str, every: bool, *, targets_stay: bool, everywhere: bool) -> Search:
    """Return what may be removed, with the total; without where every path is to go and a cycle lies between."""
    if every and lies.loops:
        return Search(lies, what, None, targets_stay, everywhere)
    total = flow_through(lies).total
    lies.require_no_loops("what_if and sensitivities sum its walks")
    search = Search(lies, what, total, targets_stay, everywhere)
    search.require_real()
    if everywhere and not every:
        search.require_positive()
    return search


def _check(part: Number, amount: Number, what: str) -> None:
    """Raise `UsageError` where no graph could make the question right."""
    if what not in ("edges", "nodes"):
        raise UsageError(Keyword("what", what), ": use 'edges' or 'nodes'")
    if part is not None and amount is not None:
        raise UsageError("give ", Keyword("part"), " or ", Keyword("amount"), ", not both")
    for name, value in (("part", part), ("amount", amount)):
        if value is not None and not (isinstance(value, REAL) and is_finite(value)):
            raise UsageError(Keyword(name, value), " is not a finite real number")
    if part is not None and not 0 < part <= 1:
        raise UsageError(Keyword("part", part), " is not above 0 and up to 1, the whole")


def _wanted(total: Number, part: Number | None, amount: Number | None) -> Number:
    """Return by how much the total is to become smaller, in its kind of number."""
    given: Number = Fraction(str(amount if part is None else part))  # 0.9 means nine tenths
    if isinstance(total, float):
        given = float(given)
    elif isinstance(total, Decimal):
        given = Decimal(given.numerator) / given.denominator
    wanted = given if part is None else abs(total) * given
    if not 0 < wanted <= abs(total):
        size = f"the total is {shown(total)}" if total else "the total is 0, of which nothing can be taken away"
        raise UsageError(f"cannot take {amount if part is None else part} away: {size}")
    return wanted
