"""`compare`: what changed between two graphs, and which edges moved a total, exactly."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias, Unpack, cast, overload

import networkx as nx

from graphdiff.change.comparison import Comparison
from graphdiff.change.difference import Difference
from graphdiff.change.layers import is_network, structure
from graphdiff.change.match import Matched, matched, renamed, requested_in, versions_in
from graphdiff.change.networks import NetworkComparison, flows_of
from graphdiff.change.overlay import ends_marked, overlay
from graphdiff.change.prompts import identified, kinds_in
from graphdiff.change.sweeps import Sweeps, swept_all
from graphdiff.change.totals import Changes
from graphdiff.change.union import merged
from graphdiff.change.ways import NumberedEnd, Reach, Ways
from graphdiff.errors import UnknownNodeError, UsageError, of_both
from graphdiff.graph.attributes import no_attribute
from graphdiff.graph.compiled import CompiledGraph, CompileOptions, compiled
from graphdiff.graph.ends import Boundary, End
from graphdiff.graph.measured import is_profile
from graphdiff.graph.options import takes_options
from graphdiff.operations.network import Operations
from graphdiff.pictures.group import group_of_name
from graphdiff.pictures.sketch import apart
from graphdiff.profiles.comparison import ProfileComparison, compared
from graphdiff.profiles.pairing import aligned, are_profiles
from graphdiff.profiles.sides import Side, sides
from graphdiff.remedies import Keyword, Remedy
from graphdiff.text.names import end_text, members_of

By: TypeAlias = str | int | Callable[[Any], Hashable] | None
Given: TypeAlias = "nx.DiGraph | CompiledGraph"
#: Of profiles several runs, which a graph's type does not tell: nor, then, that the answer is a `ProfileComparison`.
Runs: TypeAlias = "Given | Sequence[nx.DiGraph]"
Answer: TypeAlias = "Difference | NetworkComparison | Changes | Comparison"


@dataclass(frozen=True, eq=False)
class Pair:
    """Two graphs, compiled and matched once, for any number of questions.

    Attributes
    ----------
    given : pair of graphs
        As they were given, for the attributes of their nodes.
    plain : Matched
        The two graphs as they are: what appeared, what is gone.
    pairs : mapping of label before to label after
        The nodes that are the same under another label.
    first : Pair, optional
        The same two graphs under another weighting: what does not depend on weights is looked for there.
    """

    given: tuple[Any, Any]
    plain: Matched
    pairs: Mapping[Any, Any]
    first: Pair | None = None

    @cached_property
    def ready(self) -> Matched:
        """The two graphs as totals are computed on them: collapsed alike."""
        if self.first is None:
            return merged(self.plain, self.pairs)
        known = self.first.ready
        return self.plain if known is self.first.plain else merged(self.plain, self.pairs, known)

    @cached_property
    def versions(self) -> tuple[Mapping[Any, str] | None, Mapping[Any, str] | None]:
        """The versions of the nodes, before and after, as they are now: the graphs may change, results do not."""
        if self.first is not None:
            return self.first.versions
        before, after = map(versions_in, self.given)
        return before, after

    @cached_property
    def requested(self) -> tuple[Set[Any], Set[Any]]:
        """The roots, before and after, that are direct dependencies themselves, as they are now."""
        if self.first is not None:
            return self.first.requested
        before, after = map(requested_in, self.given)
        return before, after

    @cached_property
    def kinds(self) -> Mapping[Any, str] | None:
        """The kinds of the nodes of attribution graphs, as they are now; None of other graphs."""
        return kinds_in(*self.given) if self.first is None else self.first.kinds

    def reweighted(self, before: CompiledGraph, after: CompiledGraph) -> Pair:
        """Return the same two graphs under another weighting, which shares with this one what both have in common."""
        have = [side.graph for side in self.plain.sides]
        if any(old.topology is not new.topology for old, new in zip(have, (before, after), strict=True)):
            return Pair(self.given, matched(before, after, self.pairs), self.pairs)
        return Pair(self.given, self.plain.reweighted(before, after), self.pairs, self)

    def answer(self, source: End | None, target: End | None, by: By) -> Answer:
        """Return what `compare` returns."""
        source, target = map(self._titled, (source, target))
        if source is not None and target is not None:
            return self.comparison(source, target, by)
        if source is not None:
            return self.changes(source, by, towards=False)
        if target is not None:
            return self.changes(target, by, towards=True)
        difference = self.difference(by)
        if all(map(is_network, self.given)):
            return NetworkComparison(difference, self.given)
        return difference

    def _titled(self, end: Any) -> Any:
        """Return an end with the titles of its nodes, by which reports call them, where the graphs have any."""
        if end is None or isinstance(end, Boundary) or all(s.graph.topology.titles is None for s in self.plain.sides):
            return end
        nodes = members_of(end)
        if nodes is None:
            return self.plain.titled(end)
        labels = list(map(self.plain.titled, nodes))
        return dict(zip(labels, end.values(), strict=True)) if isinstance(end, Mapping) else labels

    def difference(self, by: By = None) -> Difference:
        """Return the sets in which the two graphs differ."""
        if by is not None:
            raise UsageError(Keyword("by", by), ": a change of totals is summed over groups; name a source or a target")
        return Difference(self.plain, self.versions, self.requested, kinds=self.kinds)

    def changes(self, end: End, by: By = None, *, towards: bool) -> Changes:
        """Return the changes of all totals from a source, or towards a target."""
        graphs = self.ready
        totals = swept_all(graphs, self._numbered(graphs, end), towards=towards)
        return Changes(end, towards, self._among(end, towards=towards), graphs, *totals, self.groups(by))

    def comparison(self, source: End, target: End, by: By = None) -> Comparison:
        """Return the change of one total, and what moved it."""
        graphs = self.ready
        first, last = (self._numbered(graphs, end) for end in (source, target))
        ways = Ways(first, last, self._reach(graphs, first, towards=False), self._reach(graphs, last, towards=True))
        ways.require_apart()
        ways = self._known.setdefault((first, last, first.kinds, last.kinds), ways)
        sweeps = Sweeps.of(graphs, ways).require()
        return Comparison(source, target, self._among(source, towards=False), sweeps, self.groups(by))

    def sketch(self, source: End, target: End) -> nx.MultiDiGraph:
        """Return what lies between two nodes of one cycle in both graphs as one, without numbers: for pictures."""
        before, after = (apart(side.graph) for side in self.plain.sides)
        graphs = matched(before, after, self.pairs)
        ways = Ways.of(graphs, self._numbered(graphs, source), self._numbered(graphs, target))
        graph = ends_marked(overlay(graphs, ways.among), graphs, ways)
        ends = " and ".join(end_text(graph.graph[name]) for name in ("source", "target"))
        graph.graph["headline"] = graph.graph["not_computed"] = f"no total, before or after: {ends} are on one cycle"
        return graph

    def labels_in_each(self, end: End) -> tuple[list[Any], list[Any]]:
        """Return the nodes of an end by their labels before and after; of a graph those that it has."""
        numbered = NumberedEnd.of(self.plain, end, self.plain)
        before, after = (
            [side.graph.topology.label(place) for place in numbered.given(side).positions] for side in self.plain.sides
        )
        return before, after

    def _among(self, end: End, *, towards: bool) -> Difference:
        reach = self._reach(self.plain, self._numbered(self.plain, end), towards=towards)
        return Difference(self.plain, self.versions, self.requested, end, towards, reach, self.kinds)

    def _numbered(self, graphs: Matched, end: End) -> NumberedEnd:
        """Return an end by its numbers in the plain graphs or in the ready ones."""
        return NumberedEnd.of(graphs, end, self.plain)

    def _reach(self, graphs: Matched, end: NumberedEnd, *, towards: bool) -> Reach:
        """Return what an end reaches, or what reaches it, in the plain graphs or in the ready ones."""
        key = graphs is self.plain, end.numbers, towards
        reach: Reach = self._known.setdefault(key, Reach(graphs, end.numbers, towards))
        return reach

    @cached_property
    def _known(self) -> dict[Any, Any]:
        """What has been asked of the shape of the two graphs so far, whatever the weights."""
        return {} if self.first is None else self.first._known

    def groups(self, by: By) -> Mapping[Any, Any] | None:
        """Return the group of each node: of attribution graphs, unless others are asked for, its kind; else None."""
        if by is None:
            return self.kinds
        labels = [self.ready.label(number) for number in range(self.ready.n_numbers)]
        if not isinstance(by, str):
            name_of = group_of_name(by)
            return {label: name_of(label) for label in labels}
        groups = {label: self._attribute(label, by) for label in labels}
        if labels and all(group is None for group in groups.values()):
            raise no_attribute(by, [graph for graph in self.given if isinstance(graph, nx.Graph)])
        return groups

    def _attribute(self, label: Any, name: str) -> Any:
        for graph in self.given[::-1]:
            if not isinstance(graph, nx.Graph):
                raise UsageError(
                    Keyword("by", name), ": a compiled graph has no node attributes; give a function of the node"
                )
            if label in graph:
                return graph.nodes[label].get(name)
        return None


def paired(before: Given, after: Given, match: Mapping[Any, Any] | None, options: CompileOptions) -> Pair:
    """Return two graphs compiled and matched.

    Raises
    ------
    UsageError
        If they are compiled with different policies.
    """
    old, new = of_both(lambda graph: compiled(graph, options), (before, after))
    if (old.cycles, old.exact) != (new.cycles, new.exact):
        raise UsageError(
            "the two graphs are compiled with ",
            Keyword("cycles", old.cycles),
            f" and {new.cycles!r}: choose one for both",
        )
    pairs = renamed(before, after, match or {})
    return Pair((before, after), matched(old, new, pairs), pairs)


def weighted(
    given: tuple[nx.DiGraph, nx.DiGraph],
    weightings: Iterable[tuple[CompiledGraph, CompiledGraph]],
    match: Mapping[Any, Any],
) -> list[Pair]:
    """Return two graphs, matched, under each of some weightings: what these have in common is looked for once.

    Parameters
    ----------
    given : pair of graphs
    weightings : iterable of pairs of CompiledGraph
    match : mapping of label before to label after
    """
    pairs: list[Pair] = []
    for before, after in weightings:
        if pairs:
            pairs.append(pairs[0].reweighted(before, after))
        else:
            renames = renamed(*given, match)
            pairs.append(Pair(given, matched(before, after, renames), renames))
    return pairs


@overload
def compare(  # type: ignore[overload-overlap]
    before: Runs,
    after: Runs,
    source: None = None,
    target: None = None,
    *,
    by: By = None,
    match: Mapping[Any, Any] | None = None,
    normalise: str | None = None,
    **options: Unpack[CompileOptions],
) -> Difference: ...
@overload
def compare(  # type: ignore[overload-overlap]
    before: Runs,
    after: Runs,
    source: None,
    target: End,
    *,
    by: By = None,
    match: Mapping[Any, Any] | None = None,
    normalise: str | None = None,
    **options: Unpack[CompileOptions],
) -> Changes: ...
@overload
def compare(  # type: ignore[overload-overlap]
    before: Runs,
    after: Runs,
    source: End,
    target: None = None,
    *,
    by: By = None,
    match: Mapping[Any, Any] | None = None,
    normalise: str | None = None,
    **options: Unpack[CompileOptions],
) -> Changes: ...
@overload
def compare(  # type: ignore[overload-overlap]
    before: Runs,
    after: Runs,
    source: None = None,
    *,
    target: Hashable,
    by: By = None,
    match: Mapping[Any, Any] | None = None,
    normalise: str | None = None,
    **options: Unpack[CompileOptions],
) -> Changes: ...
@overload
def compare(
    before: Runs,
    after: Runs,
    source: End,
    target: End,
    *,
    by: By = None,
    match: Mapping[Any, Any] | None = None,
    normalise: str | None = None,
    **options: Unpack[CompileOptions],
) -> Comparison: ...
@takes_options
def compare(
    before: Runs,
    after: Runs,
    source: End | None = None,
    target: End | None = None,
    *,
    by: By = None,
    match: Mapping[Any, Any] | None = None,
    normalise: str | None = None,
    **options: Unpack[CompileOptions],
) -> Difference | Changes | Comparison | ProfileComparison:
    """Return what changed between two graphs, and which edges moved a total, by how much: exactly, and in full.

    Parameters
    ----------
    before, after : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
        Of profiles either may be a list: several runs, of which the means are compared, and which tell what is noise.
    source, target : node, list of nodes, mapping of node to seed, ROOTS or LEAVES, optional
        See `graphdiff.total_influence`; by their labels in either graph. A node that one graph has not counts 0 there.
        Roots and leaves are those of either graph, in both; a cycle of both together that is collapsed is one.
    by : str, int or callable, optional
        Groups of nodes, as those of `graphdiff.group`: by a node attribute, by so many parts of their names, or by a
        function of the node. An edge counts for the group that it leaves.
    match : mapping of label before to label after, optional
        Nodes that are the same under another label. Nodes of one ``name`` and another ``version`` (node attributes, or
        ids such as ``name@1.0`` where there is one of a name on either side) are matched without it;
        `Difference.suggested` has likely ones. Functions of profiles are matched by name and file, and of attribution
        graphs tokens by position and text, features of one dictionary by layer and index (at the same position, or at
        the one other position that each graph has them at), errors by layer and position, logits by what they say.
    normalise : str, optional
        Of two profiles whose runs were of other lengths: ``"total"`` takes everything after times what makes the totals
        equal, ``"calls:NAME"`` what makes a function's calls as many as before.
    **options
        Those of `graphdiff.compile`, unless both graphs are compiled already. Under ``cycles="collapse"`` what is one
        component in the union of both graphs is one node in both, so that totals may differ from those of each alone.

    Returns
    -------
    Comparison, Changes or Difference
        With both ends a `Comparison`: ``before``, ``after``, ``change``, and ``attribution``, a mapping of edge to its
        part of the change. With one, `Changes`: a mapping of every node to the change of its total. With neither a
        `Difference`: what appeared, what is gone, and what cycles are new. The first two have a ``difference`` too.

        Of two profiles, unless weights are asked for, a `ProfileComparison`: what the one function that is named, or
        all of them, cost before and after, and which calls and which code moved it. Of two `Operations`, with a
        direction for `source` and a cotangent for `target`, and of two ONNX models without ends, a `NetworkComparison`:
        which operations were added, removed, changed, whose weights are others, and of `Operations` where that moved
        what passes.

        Edges are matched by tail and head, parallel ones summed, or by key where keys are strings.

    Raises
    ------
    UnknownNodeError
        If neither graph has a node.
    UsageError
        If `match` names nodes that are not there or that both graphs have; if no node has the attribute `by`, or there
        is no end and so no total; if one graph is a profile, or two are of different units, kinds or events.
    WeightError, CycleError, SameComponentError, ValueOverflowError
        As `graphdiff.total_influence`.

    References
    ----------
    R. Miller, P. Blair, *Input-Output Analysis*, 2nd ed. (2009), chapter 13: structural decomposition.
    E. Dietzenbacher, B. Los, "Structural decomposition techniques: sense and sensitivity", Economic Systems Research
    10 (1998): the mean of the two polar forms.

    Examples
    --------
    >>> old = nx.DiGraph()
    >>> old.add_weighted_edges_from([("b", "c", 1), ("b", "d", 1), ("c", "e", 2), ("d", "e", 3)])
    >>> new = old.copy()
    >>> new.remove_edge("b", "c")
    >>> new.edges["d", "e"]["weight"] = 4
    >>> found = compare(old, new, "b", "e")
    >>> found.before, found.after, dict(found.attribution)
    (5, 4, {('b', 'c'): -2, ('d', 'e'): 1})
    """
    if isinstance(before, Operations) or isinstance(after, Operations):
        _require_no_others(options, by=by, normalise=normalise)
        return cast(Comparison, of_operations(before, after, source, target, match))
    befores, afters = _runs(before), _runs(after)
    if are_costs(befores, afters, options):
        exact = bool(options.get("exact"))
        main = one_function([end for end in (source, target) if end is not None])
        return compared_costs(
            Side.of(befores), Side.of(afters), main, by=by, match=match, normalise=normalise, exact=exact
        )
    if normalise is not None or len(befores) * len(afters) != 1:
        several = "several graphs before are" if len(befores) > 1 else "several graphs after are"
        what = several if normalise is None else Keyword("normalise", normalise)
        raise UsageError(what, " of the cost of one function, or of all, in profiles")
    old, new = befores[0], afters[0]
    old, match = on_one_set(old, new, match)
    if source is target is None and is_network(old) and is_network(new):  # no weight is asked for
        options = {"weight": None, **options}
    return cast(Comparison, paired(old, new, match, options).answer(source, target, by))


def of_operations(before: Any, after: Any, source: Any, target: Any, match: Any) -> NetworkComparison:
    """Return what changed between two `Operations`, for a direction of their inputs and a cotangent."""
    graphs = of_both(structure, (before, after))
    difference = paired(*graphs, match, {"weight": None}).difference()
    flows, why_not = flows_of((before, after), source, target)
    return NetworkComparison(difference, graphs, flows, why_not)


def _require_no_others(options: Mapping[str, Any], **given: Any) -> None:
    """Raise where something is given that is not asked of operations."""
    for name in [*options, *(name for name, value in given.items() if value is not None)]:
        raise UsageError(Keyword(name), " is of graphs with weights, not of Operations: leave it out")


def on_one_set(before: Any, after: Any, match: Mapping[Any, Any] | None) -> tuple[Any, Mapping[Any, Any] | None]:
    """Return the graph before and which of its nodes have another label after, where what they are says it.

    Functions of profiles are called alike; of attribution graphs it is said which node is which.
    """
    both = before, after
    if all(isinstance(each, nx.Graph) and is_profile(each) for each in both):
        return aligned(before, after, match), None
    if kinds_in(*both) is not None:
        return identified(before, after, match)
    return before, match


def _runs(side: Any) -> list[Any]:
    """Return the graphs of a list; anything else, such as a list of edges, is one graph."""
    several = isinstance(side, (list, tuple)) and any(isinstance(each, nx.Graph) for each in side)
    return [*side] if several else [side]


def are_costs(befores: Sequence[Any], afters: Sequence[Any], options: Mapping[str, Any]) -> bool:
    """Return whether what profiles measured is compared: all are profiles, and no weights are given.

    Raises
    ------
    UsageError
        If some are profiles and others not, or an option is given that is of weights.
    """
    if "weight" in options or not are_profiles(befores, afters):
        return False
    if options.get("cycles") == "collapse":  # as those of profiles are
        options = {name: value for name, value in options.items() if name != "cycles"}
    for name in options.keys() & {"default_weight", "cycles"}:
        spent = Keyword("weight", "spent", python="graphdiff.weights.spent")
        raise UsageError(
            Keyword(name),
            " is of weights, and what profiles measured is compared by none: leave it out",
            Remedy(spent, "compares them as graphs"),
        )
    return True


def one_function(ends: Sequence[Any]) -> Any:
    """Return the function whose cost is compared; None where no end is given.

    Raises
    ------
    UsageError
        If it is not one.
    """
    if len(ends) > 1 or any(members_of(end) is not None for end in ends):
        spent = Keyword("weight", "spent", python="graphdiff.weights.spent")
        raise UsageError(
            "of two profiles the cost of one function is compared, or without a name that of all",
            Remedy(spent, "compares the part of one function that, by the averages of calls, is spent for another"),
        )
    return ends[0] if ends else None


def compared_costs(
    before: Side,
    after: Side,
    main: Any = None,
    *,
    by: By = None,
    match: Mapping[Any, Any] | None = None,
    normalise: str | None = None,
    exact: bool = False,
) -> ProfileComparison:
    """Return what moved the cost of a function, or of all, between profiles: what `compare` returns of them.

    Parameters
    ----------
    before, after : Side
        One profile, or several runs of the same.
    main : label, optional
    by, match, normalise, exact
        As in `compare`.
    """
    before, after = sides(before, after, match)
    if main is not None and not any(main in side.sum for side in (before, after)):
        raise UnknownNodeError(main, [*after.sum])
    pair = paired(before.sum, after.sum, None, {"weight": None, "cycles": "collapse"})
    return compared(
        before, after, main, normalise=normalise, exact=exact, groups=pair.groups(by), difference=pair.difference()
    )
