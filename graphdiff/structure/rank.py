"""`rank`: every node by its total influence from a source or on a target, beside the sets it stands for.

A sum over paths counts a shared node once a path, a set counts it once: the columns stand side by side, as they
often disagree. Sets are sized for the rows that are returned only, unless they give the order.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice, repeat
from typing import Any, Unpack, cast

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff.arithmetic import Number, in_order
from graphdiff.errors import UsageError
from graphdiff.graph.attributes import adds_up, attribute_kinds, drawing_names
from graphdiff.graph.compiled import CompiledGraph, CompileOptions, compiled
from graphdiff.graph.ends import LEAVES, NODES, ROOTS, Boundary, End, Seeds, seeds_of, titled, units
from graphdiff.graph.measured import asks_costs, is_profile, kinds_by_position
from graphdiff.graph.networks import RANKED, marked
from graphdiff.graph.options import takes_options
from graphdiff.graph.presets import even, spent
from graphdiff.graph.topology import Topology
from graphdiff.operations.network import Operations
from graphdiff.operations.ranking import rank_arrays
from graphdiff.pictures.annotate import from_end_to_end, swept
from graphdiff.pictures.group import By, by_text, naming_of
from graphdiff.profiles.ranking import rank_costs
from graphdiff.profiles.report_ranking import COLUMNS
from graphdiff.remedies import Keyword, Remedy
from graphdiff.sets.sets import RowSets, root_positions, values_at
from graphdiff.structure.reliance import RELIANCE, last_steps
from graphdiff.structure.replacement import ReplacementScores, scores_where_known
from graphdiff.sums.between import Between, restriction
from graphdiff.sums.influence import forward, reverse
from graphdiff.sums.results import Numbers, in_one_array, largest_first
from graphdiff.text.names import PLAIN, Naming, node_text
from graphdiff.text.numbers import percent, plain, shorten, shorten_label, shown
from graphdiff.text.sentences import Words, words_for
from graphdiff.text.tables import NAME, WIDTH, Axis, Frame, Sheet, aligned, in_columns

__all__ = ["SETS", "SUMS", "Ranking", "rank"]

Progress = Callable[[int, int | None], None]
#: The columns of sets: how many nodes each node reaches, and how many of them would go with it.
SETS = ("reach", "exclusive")
#: Before the name of a value: its sum over what a node reaches, and over the node and what would go with it.
SUMS = ("reach", "gone")
#: The column of groups: how many nodes of each are ranked.
MEMBERS = "members"
#: How many rows a report has.
TOP = 20
#: A name is not shortened below this, so that a row is no longer than a report is wide.
SHORTEST = 24
#: So much of a row is kept for through whom most comes.
THROUGH = 38


@dataclass(frozen=True, eq=False, repr=False)
class Ranking(Numbers):
    """Nodes in order, column by column: what `graphdiff.rank` returns; in pandas a row for each node.

    Attributes
    ----------
    source, target : node, list of nodes, mapping of node to seed, ROOTS, LEAVES or None
        Where the influence comes from, or goes to; both None is from all roots together.
    by : str
        The column that gives the order.
    nodes : list of nodes
        A merged component is the frozenset of its members.
    places : list of int
        From 1; equal absolute values share a place.
    weights : list of str
        The titles of the columns of influences, one a weighting; of two with one title the second is ``"even (2)"``.
    influences : list of lists of numbers
        In each row one number for each of `weights`.
    sizes : dict of str to array, shape (n_rows,)
        The columns of sizes by their titles: of sets, and of sums of a value over them.
    n_ranked, n_nodes : int
        How many nodes are ranked in all, and how many the graph has.
    edge_meaning, node_meaning : str
        What an edge says, and what nodes are called.
    value : str or None
        The attribute that is added up.
    without_value : int
        How many nodes do not have it, and count as 0.
    through : list of lists of (node, number)
        By reliance, for each row the nodes before it that most comes through, with their parts of it.
    grouped_by : str or None
        What the rows are groups of nodes by: then each number is the sum over the members.
    counted_again : list of str
        Those of `weights` that are parts of a profile's costs, summed over walks round its cycles.
    scores : ReplacementScores or None
        Of what drives the logits of an attribution graph: how much of it is explained.
    drawn : callable or None
        Gives the graph of `to_networkx`.
    """

    source: Any
    target: Any
    by: str
    nodes: list[Any]
    places: list[int]
    weights: list[str]
    influences: list[list[Number]]
    sizes: dict[str, NDArray[Any]]
    n_ranked: int
    n_nodes: int
    edge_meaning: str = "unknown"
    node_meaning: str = "unknown"
    value: str | None = None
    without_value: int = 0
    naming: Naming = field(default=PLAIN, repr=False)
    through: list[list[tuple[Any, Number]]] = field(default_factory=list, repr=False)
    counted_again: list[str] = field(default_factory=list, repr=False)
    scores: ReplacementScores | None = field(default=None, repr=False)
    grouped_by: str | None = None
    drawn: Callable[[], nx.DiGraph] | None = field(default=None, repr=False)

    def __len__(self) -> int:
        return len(self.nodes)

    @property
    def array(self) -> NDArray[Any]:  # type: ignore[override]
        """The influences, shape (n_rows, n_weights): a row a node, a column a weighting."""
        numbers = [number for row in self.influences for number in row]
        return in_one_array(numbers).reshape(len(self), len(self.weights))

    @property
    def _words(self) -> Words:
        return words_for(self.edge_meaning, self.weights[0], self.node_meaning).about(self.source)

    def to_networkx(self) -> nx.DiGraph:
        """Return the graph annotated with what is ranked, by the last weighting: what `graphdiff.write` draws.

        Nodes that are ranked have their ``place``, their influences and their sizes, too; `RANKED` names these.

        Raises
        ------
        UsageError
            If it is not known of which graph the ranking is.
        """
        if self.drawn is None:
            raise UsageError("this ranking does not hold its graph: rank it again, or write it as json")
        graph = self.drawn()
        if self.grouped_by is not None:
            return graph
        graph.graph[RANKED] = names = ["place", *self.weights, *self._size_names]
        for place, node, *numbers in self.rows():
            known = dict(zip(names, [place, *numbers], strict=True))
            for member in node if isinstance(node, frozenset) and node not in graph else (node,):
                graph.nodes[member].update(known)
        return graph

    def headline(self) -> str:
        """Return what is ranked, and what comes first."""
        first = [node for place, node in zip(self.places, self.nodes, strict=True) if place == 1]
        by = "" if self.by in self.weights else f", by {self.by}"
        return f"{self.title()}{by}{f': {shorten_label(node_text(first[0]), NAME)} first' if len(first) == 1 else ''}"

    def beside(self) -> list[str]:
        """Return what the columns are."""
        apart = ["! Places, and numbers of whole groups, are in the report below."] * (self.grouped_by is not None)
        return [*apart, *self.notes()]

    @property
    def _size_names(self) -> list[str]:
        """The titles of the sizes as names."""
        return [title.replace(" ", "_") for title in self.sizes]

    @property
    def columns(self) -> list[str]:
        """The titles of `rows`."""
        return ["place", "node", *self.weights, *self.sizes]

    def rows(self) -> Iterator[list[Any]]:
        """Yield the place, the node and the numbers of each row."""
        sizes = [column.tolist() for column in self.sizes.values()]
        for place, node, numbers, *more in zip(self.places, self.nodes, self.influences, *sizes, strict=True):
            yield [place, node, *numbers, *more]

    def records(self) -> Iterator[list[Any]]:
        """Yield the rows as files hold them: nodes as texts, numbers as JSON has them."""
        return ([place, self.naming.node(node), *map(plain, numbers)] for place, node, *numbers in self.rows())

    def sheet(self) -> Iterator[list[Any]]:
        """Yield the titles and the rows of a table, with a column of text for whom most comes through."""
        if not self.through:
            yield from [self.columns, *self.records()]
            return
        yield [*self.columns, "through"]
        for record, steps in zip(self.records(), self.through, strict=True):
            yield [*record, _steps_text(steps)]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        split = 2 + len(self.weights)
        return {
            **self.naming.ends(self.source, self.target),
            "by": self.by,
            "nodes": [
                {
                    "place": row[0],
                    "node": row[1],
                    "values": dict(zip(self.weights, row[2:split], strict=True)),
                    **dict(zip(self._size_names, row[split:], strict=True)),
                    **more,
                }
                for row, more in zip(self.records(), self._through_records(), strict=False)
            ],
            **({} if self.scores is None else {"scores": self.scores.to_dict()}),
        }

    def _through_records(self) -> Iterator[dict[str, Any]]:
        """Yield what a row says of whom most comes through; nothing where that is not known."""
        for steps in self.through:
            yield {"through": [{"node": self.naming.node(node), "part": plain(part)} for node, part in steps]}
        yield from repeat({}, len(self) - len(self.through))

    def title(self) -> str:
        """Return what is ranked, in a line."""
        words = self._words
        if self.target is not None:
            text = words.rank_towards.format(target=shorten(words.named(self.target), NAME))
        elif self.source is not None and self.source is not ROOTS:
            text = words.rank_from.format(source=shorten(words.named(self.source), NAME))
        else:
            nodes = words.nodes if self.grouped_by is None else "groups"
            text = f"{nodes} by what reaches them from {words.starts}"
        return text[0].upper() + text[1:]

    def text(self, top: int = TOP, how: str = "") -> str:
        """Return the report on the first `top` rows; `how` says behind the number of the others how to see them."""
        rows = list(islice(self.rows(), top))
        room = WIDTH - THROUGH * bool(self.through)
        table = self._table(rows)
        if (wider := max(map(len, table)) - room) > 0:
            longest = min(WIDTH, max(len(node_text(row[1])) for row in rows))  # a cell has no more
            table = self._table(rows, max(SHORTEST, longest - wider))
        if self.through:
            room = WIDTH - 2 - len(table[0])
            steps = ["through", *(_steps_text(step, room) for step in self.through)]
            table = [f"{line}  {text}" for line, text in zip(table, steps, strict=False)]
        left_out = self.n_ranked - len(rows)
        more = [f"… {left_out:,} more{how}"] if left_out else []
        return "\n".join([in_columns([self.title()]), *table, *more, "", in_columns(self.notes())])

    def _table(self, rows: list[Any], length: int | None = None) -> list[str]:
        """Return the rows as lines, with names of nodes that are no longer than this."""
        names = (node_text(row[1]) for row in rows)
        short = names if length is None else (shorten_label(name, length) for name in names)
        cells = [[f"{row[0]:,}", name, *map(shown, row[2:])] for row, name in zip(rows, short, strict=True)]
        return aligned([self.columns, *cells], left=1)

    def notes(self) -> Iterator[str]:
        """Yield what stands below the table."""
        words = self._words
        start = words.starts if self.source is None or self.through else shorten(words.named(self.source), NAME)
        if self.through:
            yield "reliance: one unit from each of all, spread evenly; through: the last step of most of it."
        for title in self.counted_again:
            yield f"{title}: counted again at every level of a recursion, so that a part may be more than 1."
        if self.grouped_by is not None:
            each = "one unit from each" if self.target is not None else "what reaches each"
            yield f"by {self.grouped_by}: of a group the sum over its members, {each}."
        else:
            yield f"reach: {words.needed}, each counted once;"
            yield f"exclusive: those that go with it, being reached from {start} by it only."
        if self.edge_meaning == "drives" and self.target is not None:
            yield "Each row is what the node does by itself; what runs through it from the tokens is in why and draw."
        if self.value is not None:
            reach, gone = (f"{name} {self.value}" for name in SUMS)
            yield f"{reach}: of those that it reaches; {gone}: of those that go with it, and its own."
        if self.without_value:
            lack = "has no {} and counts" if self.without_value == 1 else "have no {} and count"
            of = f"{self.without_value:,} of {self.n_nodes:,} {words.nodes}"
            yield f"! {of} {lack.format(self.value)} as 0."
        if self.scores is not None:
            yield self.scores.line()

    def __repr__(self) -> str:
        return self.text()

    def _frame(self) -> Frame:
        rows = [[place, *numbers] for place, _, *numbers in self.rows()]
        return Frame(rows, Axis(self.nodes, "node"), Axis(["place", *self.columns[2:]]))

    def _sheet(self) -> Sheet:
        rows = ([place, node_text(node), *map(shown, numbers)] for place, node, *numbers in self.rows())
        return self.columns, rows, self.title()


@takes_options
def rank(
    graph: nx.DiGraph | CompiledGraph,
    source: End | None = None,
    target: End | None = None,
    *,
    by: str | None = None,
    value: str | None = None,
    group: By | None = None,
    only: str | None = None,
    top: int | None = None,
    weightings: Sequence[CompiledGraph] = (),
    progress: Progress | None = None,
    **options: Unpack[CompileOptions],
) -> Ranking:
    """Rank the nodes by total influence: from a source, towards a target, or from all roots together.

    Beside the sums over paths stand sets, in which each node counts once: reach is how many nodes a node reaches,
    exclusive how many of them would go with it, since nothing else leads to them from the source or else the roots.

    A profile without other weights is ranked by what it measured, which gives a `CostRanking`: by what functions cost
    by themselves, inclusively, or how often they are called (`by`); towards a target who makes it cost, and how far
    the file tells; from a source where its cost goes. `Operations` are ranked by what passes them between a direction
    of the inputs and a cotangent of the outputs, or, by ``"gradient"``, by how much flows back: an `ArrayRanking`.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
    source, target : node, list of nodes, mapping of node to seed, ROOTS or LEAVES, optional
        At most one of them: see `graphdiff.total_influence`. Without any, of an attribution graph what drives its
        logits, each as probable as it is. What it does not reach (what does not reach the target)
        is left out, and so is the node itself; of several those that lead to none of the others, and logits, which
        count by their probabilities, from `LEAVES` as well. So are the constants
        of a trace, unless the graph is compiled: nothing is derived by them.
    by : str, optional
        The column that gives the order, largest absolute value first: a weighting's meaning, such as ``"even"`` or
        ``"weight"``, ``"reach"``, ``"exclusive"``, or with a value ``"reach size"`` or ``"gone size"``. By default the
        first. ``"reliance"`` is whom all nodes rest on: one unit from each (`NODES`), spread evenly, in place of the
        weightings, with the nodes before it that most of it comes through.
    value : str, optional
        A node attribute to add up, such as ``"size"``: two columns more, of what a node reaches, and of what would
        go with it and the node itself. A node without counts as 0.
    group : str, int or callable, optional
        Groups of nodes, as those of `graphdiff.group`: each by the sum over its members, such as an attribution graph's
        ``"supernode"``.
    only : str, optional
        Only nodes of this ``kind``, by places among themselves: of an attribution graph ``"token"``, ``"feature"``,
        ``"error"`` or ``"logit"``.
    top : int, optional
        How many rows; all by default. Sets are sized for these only, which is quick up to 64.
    weightings : sequence of CompiledGraph, optional
        The same graph compiled by several weightings, to stand side by side; in place of the options.
    progress : callable, optional
        Told ``(nodes done, nodes)`` while sets are sized.
    **options
        Those of `graphdiff.compile`, unless the graph is compiled already.

    Returns
    -------
    Ranking, of a profile CostRanking, of Operations ArrayRanking
        With ``nodes``, ``places`` and the columns, ``to_pandas()`` and ``to_dict()``; printed it is a table.

    Raises
    ------
    UnknownNodeError
        If the end is not in the graph.
    CycleError
        If a cycle lies on the way and the graph's policy is ``"raise"``.
    UsageError
        If both ends are given, there is no column `by`, no node has a number under the name `value`, `top` is negative,
        or `weightings` are of different graphs.
    TypeError
        If there are options beside a compiled graph.

    Examples
    --------
    >>> G = nx.DiGraph([("app", "web"), ("web", "html"), ("web", "json"), ("app", "json"), ("html", "bs4")])
    >>> rank(G, "app", weight=None)
    Influence of app
    place  node  unit  reach  exclusive
        1  json     2      0          0
        2  web      1      3          2
        2  html     1      1          1
        2  bs4      1      0          0
    <BLANKLINE>
    reach: nodes it reaches, each counted once;
    exclusive: those that go with it, being reached from app by it only.
    >>> ranking = rank(G, by="reliance", weight=None)
    >>> ranking.nodes[0], ranking.through[0]
    ('bs4', [('html', 0.6363636363636364)])
    >>> rank(G, "app", by="exclusive", weight=None).nodes
    ['web', 'html', 'json', 'bs4']
    """
    _require_count(top)
    if isinstance(graph, Operations):
        return cast(Ranking, rank_arrays(graph.contributions(source, target), by, top))
    _require_one_end(source, target)
    if asks_costs(graph, options) and not weightings and value is group is only is None and by in (None, *COLUMNS):
        # Which graphs are profiles no type says.
        return cast(Ranking, rank_costs(graph, source, target, by=by, top=top))
    asked = _asked(_all_compiled(graph, weightings, options), source, target, _renamed(by, value))
    _require_no_group(group, value, relies=asked.relies)
    is_measured = isinstance(graph, nx.Graph) and is_profile(graph)
    column = _column_of(asked.by, _titles(asked.weights, value, group), measured=is_measured)
    rows, first = _reached(graph, asked.ready, asked.source, asked.target), asked.ready[0]
    rows = rows if only is None else _of_kind(rows, only, graph, first.topology)
    values = None if value is None else _values_of(graph, value)
    if group is None:
        sized = _set_columns(graph, first, source, value, values, progress)
    else:
        rows, sized = _grouped(rows, naming_of(graph, group))
    order, places, sizes = _ordered(rows, column, sized, top)
    source, target = titled(first, asked.source, asked.target)
    return Ranking(
        source=source,
        target=target,
        by=asked.by or asked.weights[0],
        nodes=[rows[number].node for number in order],
        places=places,
        weights=asked.weights,
        influences=[rows[number].influences for number in order],
        sizes=sizes,
        n_ranked=len(rows),
        n_nodes=first.n_nodes,
        edge_meaning=first.edge_meaning,
        node_meaning=first.node_meaning,
        value=value,
        without_value=0 if values is None else first.n_nodes - len(values),
        naming=first.topology.naming,
        through=_steps(first, [rows[number].position for number in order]) if asked.relies else [],
        counted_again=[title for title, each in zip(asked.weights, asked.ready, strict=True) if _counts_again(each)],
        scores=scores_where_known(graph, options, first) if target is LEAVES else None,
        grouped_by=None if group is None else by_text(group),
        drawn=partial(_drawn, graph, asked, group),
    )


@dataclass(frozen=True)
class _Asked:
    """What is ranked: by which weightings, from which end or towards which, and whether it is whom all rest on."""

    ready: list[CompiledGraph]
    weights: list[str]
    source: End | None
    target: End | None
    by: str | None
    relies: bool

    @property
    def ends(self) -> tuple[Any, Any]:
        """Both ends, for a picture."""
        return from_end_to_end(self.ready[0].edge_meaning, self.source, self.target)


def _asked(ready: list[CompiledGraph], source: End | None, target: End | None, by: str | None) -> _Asked:
    """Return what is ranked where some ends are given, and an order."""
    weights = _distinct([each.weight_meaning for each in ready])
    if by == RELIANCE and by not in weights:
        _require_no_ends(source, target)
        return _Asked([ready[0].with_preset(even)], [RELIANCE], NODES, None, by, relies=True)
    if source is None and target is None and _is_attribution(ready[0]):
        target = LEAVES
    return _Asked(ready, weights, source, target, by, relies=False)


def _is_attribution(graph: CompiledGraph) -> bool:
    """Tell whether what drives the leaves is asked where no end is given: of the logits of an attribution graph."""
    return graph.edge_meaning == "drives" and bool(graph.topology.marked_leaves)


def _counts_again(graph: CompiledGraph) -> bool:
    """Tell whether weights are parts of costs, and walks are summed: only of a profile that counts every level."""
    return graph.weight_meaning == spent.name and graph.cycles != "collapse" and bool(len(graph.topology.cyclic))


def _steps(graph: CompiledGraph, positions: list[int]) -> list[list[tuple[Any, Number]]]:
    """Return whom most comes through to each position, of one unit from every node."""
    return list(last_steps(graph, forward(graph, NODES).array.tolist(), positions))


def _steps_text(steps: list[tuple[Any, Number]], room: float = math.inf) -> str:
    """Return the first two steps where there is room for them, else the first."""
    parts = [(node_text(node), f" {percent(part, '.0f')}") for node, part in steps[:2]]
    text = ", ".join(map("".join, parts))
    if len(text) <= room or not parts:
        return text
    name, part = parts[0]
    return f"{shorten_label(name, max(SHORTEST, int(room) - len(part)))}{part}"


def _require_no_ends(source: Any, target: Any) -> None:
    if source is not None or target is not None:
        end = Keyword("target" if source is None else "source")
        raise UsageError(Keyword("by", RELIANCE), " is what all nodes rest on: leave out ", end)


def _require_no_group(group: Any, value: Any, *, relies: bool) -> None:
    if group is not None and (value is not None or relies):
        other = Keyword("value", value) if value is not None else Keyword("by", RELIANCE)
        raise UsageError(
            Keyword("group", group), " adds up influences, and ", other, " is of single nodes: leave out one"
        )


def _require_one_end(source: Any, target: Any) -> None:
    if source is not None and target is not None:
        pair = Remedy(Keyword("", python="graphdiff.explain(G, source, target)"), "explains one pair")
        raise UsageError("a ranking has a ", Keyword("source"), " or a ", Keyword("target"), ", not both", pair)


def _require_count(top: Any) -> None:
    if top is not None and not (isinstance(top, (int, np.integer)) and top >= 0):
        raise UsageError(Keyword("top", top), ": a number of rows, 0 or more")


def _distinct(titles: list[str]) -> list[str]:
    """Return titles of which no two are the same: an attribute may be called as a preset is."""
    counts = [titles[:place].count(title) for place, title in enumerate(titles)]
    return [f"{title} ({count + 1})" if count else title for title, count in zip(titles, counts, strict=True)]


@dataclass(frozen=True)
class _Row:
    """A node, or a merged component: where it stands in the compiled graph, and its influences."""

    position: int
    node: Any
    influences: list[Number]


Sized = dict[str, Callable[[NDArray[np.int64]], NDArray[Any]]]


def _all_compiled(graph: Any, weightings: Sequence[Any], options: CompileOptions) -> list[CompiledGraph]:
    """Return the graph compiled by each weighting.

    Raises
    ------
    UsageError
        If they are not of the same graph: a position would be another node in each.
    """
    ready = [compiled(each, options) for each in weightings or [graph]]
    first = ready[0].topology
    others = [graph, *ready] if isinstance(graph, CompiledGraph) else ready
    if not all(_are_alike(first, each.topology) for each in others):
        raise UsageError(Keyword("weightings"), " are of different graphs")
    if weightings and isinstance(graph, nx.Graph) and {*graph} != {*first.labels}:
        raise UsageError(Keyword("weightings"), " are of another graph")
    return ready


def _are_alike(one: Topology, other: Topology) -> bool:
    """Tell whether a position is the same node in both, with the same edges."""
    arrays = (np.array_equal(getattr(one, name), getattr(other, name)) for name in ("ids", "ptr", "heads"))
    return one is other or (all(arrays) and list(one.labels) == list(other.labels))


def _titles(weights: list[str], value: str | None, group: Any) -> list[str]:
    """Return what the columns of numbers are called."""
    sets = SETS if group is None else (MEMBERS,)
    return [*weights, *sets, *(f"{name} {value}" for name in SUMS if value)]


def _column_of(by: str | None, titles: list[str], *, measured: bool) -> int:
    if by is None:
        return 0
    if by not in titles:
        costs = f"{', '.join(COLUMNS)} (as measured, without other weights), " if measured else ""
        raise UsageError(Keyword("by", by), f": the columns here are {costs}{', '.join(titles)}")
    return titles.index(by)


def _renamed(by: str | None, value: str | None) -> str | None:
    """Return the name of a column; of one that has another now, with a warning."""
    if value is None or by != f"exclusive {value}":
        return by
    note = f"the column exclusive {value} is now gone {value}, which counts the node itself: write by='gone {value}'"
    warnings.warn(note, DeprecationWarning, stacklevel=4)
    return f"gone {value}"


def _reached(graph: Any, ready: list[CompiledGraph], source: Any, target: Any) -> list[_Row]:
    """Return a row for every node that is reached; a merged component is one row."""
    first = ready[0]
    if target is not None:
        columns = [reverse(each, target).array.tolist() for each in ready]
        ends = seeds_of(first, target)
        reached = restriction(first, units(first, range(first.n_nodes)), ends)
    else:
        columns = [forward(each, ROOTS if source is None else source).array.tolist() for each in ready]
        ends = seeds_of(first, ROOTS if source is None else source)
        reached = restriction(first, ends, units(first, range(first.n_nodes)))
    asked = target if source is None else source
    is_whole = asked is None or isinstance(asked, Boundary)
    weighs_leaves = asked is LEAVES and bool(first.topology.leaf_seeds)
    own = () if is_whole and not weighs_leaves else _apart(reached, ends, towards=target is not None)
    constants = _constants(graph)
    return [
        _Row(position, node, [column[position] for column in columns])
        for position, node in zip(reached.positions.tolist(), reached.labels, strict=True)
        if position not in own and node not in constants
    ]


def _drawn(graph: nx.DiGraph | CompiledGraph, asked: _Asked, group: By | None) -> nx.DiGraph:
    """Return the graph with what is ranked, and the groups that are."""
    drawn = swept(graph, asked.ready[-1], asked.ends)
    return drawn if group is None else marked(drawn, naming_of(graph, group), by_text(group))


def _of_kind(rows: list[_Row], only: str, graph: Any, topology: Topology) -> list[_Row]:
    """Return the rows of the nodes of a kind."""
    kinds = kinds_by_position(topology, graph if isinstance(graph, nx.DiGraph) else None)
    if only not in kinds.values():
        have = ", ".join(sorted(map(str, {*kinds.values()})))
        raise UsageError(Keyword("only", only), f": nodes are of the kinds {have}" if have else ": nodes have no kind")
    return [row for row in rows if kinds.get(row.position) == only]


def _grouped(rows: list[_Row], name_of: Callable[[Any], Any]) -> tuple[list[_Row], Sized]:
    """Return a row for each group, with the sums over its members, and what gives how many these are."""
    members: dict[Any, list[_Row]] = {}
    for row in rows:
        members.setdefault(name_of(row.node), []).append(row)
    groups = [
        _Row(
            place,
            name,
            [in_order(column[1:], column[0]) for column in zip(*(row.influences for row in inside), strict=True)],
        )
        for place, (name, inside) in enumerate(members.items())
    ]
    counts = np.array(list(map(len, members.values())), dtype=np.int64)
    return groups, {MEMBERS: counts.__getitem__}


def _apart(reached: Between, ends: Seeds, *, towards: bool) -> set[int]:
    """Return the positions of the ends that are only that: none of them comes from, or leads to, another end."""
    anchors = set(ends.anchored(reached.graph).positions)
    joined = np.flatnonzero(np.diff(reached.ptr)) if towards else reached.heads
    return anchors if len(anchors) == 1 else anchors - set(reached.positions[joined].tolist())


def _constants(graph: Any) -> set[Any]:
    """Return the constants of a trace: nothing is derived by them."""
    nodes = graph.nodes(data="op") if isinstance(graph, nx.Graph) else ()
    return {node for node, op in nodes if op == "const"}


def _ordered(
    rows: list[_Row], column: int, sized: Sized, top: int | None
) -> tuple[list[int], list[int], dict[str, NDArray[Any]]]:
    """Return which rows come first by a column, their places, and the sizes of their sets."""
    positions = np.array([row.position for row in rows], dtype=np.int64)
    if not rows or column < len(rows[0].influences):
        order, places = _by_size([row.influences[column] for row in rows], top)
        return order, places, {title: size(positions[order]) for title, size in sized.items()}
    ordering = list(sized)[column - len(rows[0].influences)]
    numbers = sized[ordering](positions)
    order, places = _by_size(numbers.tolist(), top)
    sizes = {title: numbers[order] if title == ordering else size(positions[order]) for title, size in sized.items()}
    return order, places, sizes


def _by_size(numbers: Sequence[Number], top: int | None) -> tuple[list[int], list[int]]:
    """Return the indices of numbers by size, largest first, and the place of each; equal sizes share one."""
    order = largest_first(numbers, top)
    places: list[int] = []
    for count, number in enumerate(order, 1):
        tied = bool(places) and abs(numbers[order[count - 2]]) == abs(numbers[number])
        places.append(places[-1] if tied else count)
    return order, places


def _set_columns(
    graph: Any,
    ready: CompiledGraph,
    source: Any,
    value: str | None,
    values: dict[Any, Any] | None,
    progress: Progress | None,
) -> Sized:
    """Return what gives the columns of sizes by their titles: counts of nodes, and sums of a value where asked for."""
    topology = ready.topology
    starts = root_positions(ready, list(source) if isinstance(source, Mapping) else source)
    sets, ones = RowSets(ready, starts, progress), values_at(topology, None)
    sized: Sized = dict(zip(SETS, [partial(sets.reach, ones), partial(sets.going, ones)], strict=True))
    if values is not None:
        own = values_at(topology, dict.fromkeys(graph, 0) | values)
        reach, gone = (f"{name} {value}" for name in SUMS)
        sized |= {reach: partial(sets.reach, own), gone: lambda rows: sets.going(own, rows) + sets.itself(own, rows)}
    return sized


def _values_of(graph: Any, name: str) -> dict[Any, Any]:
    """Return the number of each node that has one; where none has, say which attributes nodes have."""
    if not isinstance(graph, nx.Graph):
        raise UsageError(
            Keyword("value", name),
            f": a {type(graph).__name__} has no attributes of nodes",
            Remedy(Keyword("weightings", python="[compiled]"), "beside the networkx graph has both"),
        )
    numbers = {node: number for node, number in graph.nodes(data=name) if adds_up(number)}
    if not numbers:
        have = ", ".join(attribute_kinds([data for _, data in graph.nodes(data=True)], drawing_names(graph)))
        raise UsageError(
            Keyword("value", name), f": no node has a number of this name; nodes have: {have or 'no attributes'}"
        )
    return numbers
