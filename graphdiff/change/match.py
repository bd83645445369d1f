"""Two graphs on one set of nodes: which node is which, and which edges were added, removed or changed.

A node's *number* is its position in the graph before; nodes that only the graph after has come behind. Edges are
matched by tail and head, row by row. Parallel edges count as one, their weights summed, unless their keys are strings,
which name them.

Which node of one graph is which of the other, where their labels differ: versions, given pairs, likely ones.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff.change.edges import Numbered, paired_edges
from graphdiff.errors import UnknownNodeError, UsageError
from graphdiff.graph.compiled import CompiledGraph
from graphdiff.graph.ends import LEAVES
from graphdiff.graph.labels import Integers, Numbering, Texts
from graphdiff.graph.lookup import Names, find_node
from graphdiff.graph.topology import Topology
from graphdiff.kernels.rows import index_type
from graphdiff.text.names import PLAIN, Edge, Naming, split_version
from graphdiff.text.numbers import plain

Ints = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Side(Numbered):
    """One of the two graphs.

    Attributes
    ----------
    lone : int array
        Its edges that the other graph has not; of parallel ones those that are too many.
    stands : int array, shape (n_numbers,)
        Where the value of each number stands: its place, or, of a node that only the other graph has, that of
        another member of the merged component; -1 where there is none.
    which : int
        0 for the graph before, 1 for the one after.
    """

    lone: Ints
    stands: Ints
    which: int

    def by_number(self, values: Ints) -> Ints:
        """Return values, given by position, by number; 0 where this graph has no such node."""
        if self.is_whole:
            return values[self.stands]
        spread = np.zeros(len(self.stands), dtype=values.dtype)
        there = np.flatnonzero(self.stands >= 0)
        spread[there] = values[self.stands[there]]
        return spread

    @cached_property
    def is_whole(self) -> bool:
        """Whether every number has a value here."""
        return bool((self.stands >= 0).all())


@dataclass(frozen=True, eq=False)
class Matched:
    """Two graphs, matched; the edges are those that differ, by tail, in the order in which the rows have them.

    Attributes
    ----------
    before, after : Side
    rows : int array, shape (n_numbers + 1,)
        The edges that leave the number ``n`` are ``rows[n]:rows[n + 1]``.
    tails, heads : int arrays, shape (n_edges,)
        The ends of each edge, as numbers.
    weights : pair of arrays, shape (n_edges,)
        Before and after, parallel edges summed; 0 where the edge is not there.
    counts : pair of int arrays, shape (n_edges,)
        How many parallel edges there are before and after.
    keys : int array, shape (n_edges,), or None
        Which of `key_names` each edge has; 0 is none.
    """

    before: Side
    after: Side
    rows: Ints
    tails: Ints
    heads: Ints
    weights: tuple[Ints, Ints]
    counts: tuple[Ints, Ints]
    keys: Ints | None = None
    key_names: Sequence[str] = ()

    @property
    def n_numbers(self) -> int:
        """How many nodes the two graphs have together."""
        return len(self.before.places)

    @property
    def sides(self) -> tuple[Side, Side]:
        """Before and after."""
        return self.before, self.after

    @property
    def has_leaves(self) -> bool:
        """Whether all leaves are a number more, behind the nodes: what a leaf counts is an edge then, too."""
        return len(self.rows) > self.n_numbers + 1

    @property
    def is_seed(self) -> NDArray[np.bool_]:
        """Mask of the edges that are what a leaf counts."""
        mask: NDArray[np.bool_] = (self.tails == self.n_numbers) | (self.heads == self.n_numbers)
        return mask

    def when(self, side: Side) -> str:
        """Return which of the two graphs a side is, in a word."""
        return "after" if side.which else "before"

    @cached_property
    def changes(self) -> Ints:
        """By how much each weight changed."""
        old, new = self.weights
        return new - old

    @property
    def sizes(self) -> Ints:
        """The absolute weights of both graphs, summed."""
        return np.abs(self.weights[0]) + np.abs(self.weights[1])

    @property
    def added(self) -> NDArray[np.bool_]:
        """Mask of the edges that only the graph after has."""
        mask: NDArray[np.bool_] = self.counts[0] == 0
        return mask

    @property
    def removed(self) -> NDArray[np.bool_]:
        """Mask of the edges that only the graph before has."""
        mask: NDArray[np.bool_] = self.counts[1] == 0
        return mask

    def status(self, edge: int) -> str:
        """Return what happened to an edge: added, removed or changed."""
        return "added" if not self.counts[0][edge] else "removed" if not self.counts[1][edge] else "changed"

    def label(self, number: int) -> Any:
        """Return a node by its label after, or before where it is gone; LEAVES for all leaves."""
        if number == self.n_numbers:
            return LEAVES
        side = self.after if self.after.places[number] >= 0 else self.before
        return side.graph.topology.label(int(side.places[number]))

    def number(self, label: Hashable) -> int:
        """Return the number of a node, by its label after or before.

        Raises
        ------
        UnknownNodeError
            If neither graph has it.
        """
        side, place = self._placed(label)
        return int(side.numbers[place])

    def titled(self, label: Hashable) -> Any:
        """Return the label of a node, after or before, with its title where it has one.

        Raises
        ------
        UnknownNodeError
            If neither graph has it.
        """
        side, place = self._placed(label)
        return side.graph.topology.label(place)

    def _placed(self, label: Hashable) -> tuple[Side, int]:
        """Return the graph that has a label, and where the node stands in it."""
        for side in (self.after, self.before):
            try:
                return side, side.graph.topology.position(label)
            except UnknownNodeError as error:
                unknown = error
        raise unknown

    @cached_property
    def naming(self) -> Naming:
        """How the nodes of both graphs are called in records."""
        kinds = {type(side.graph.topology.names) for side in self.sides}
        if kinds <= {Texts} or kinds <= {Integers, type(None)}:
            return PLAIN
        return Naming.of(label for side in self.sides for label in side.graph.topology.labels)

    def reweighted(self, before: CompiledGraph, after: CompiledGraph) -> Matched:
        """Return the same two graphs under another weighting: their nodes are those that are known."""
        old, new = (
            Numbered(graph, side.numbers, side.places) for graph, side in zip((before, after), self.sides, strict=True)
        )
        return _paired(old, new, (self.before.stands, self.after.stands))

    def edge_label(self, edge: int) -> Edge:
        """Return an edge by its labels, with its key where that is a string."""
        ends = self.label(int(self.tails[edge])), self.label(int(self.heads[edge]))
        if self.keys is None or not self.keys[edge]:
            return ends
        return (*ends, self.key_names[int(self.keys[edge])])

    def record(self, edge: int) -> dict[str, Any]:
        """Return an edge as texts, what happened to it, and its weights."""
        old, new = (plain(w[edge]) if n[edge] else None for w, n in zip(self.weights, self.counts, strict=True))
        ends = self.naming.edge(self.edge_label(edge))
        return {**ends, "status": self.status(edge), "weight_before": old, "weight_after": new}


def matched(before: CompiledGraph, after: CompiledGraph, renamed: Mapping[Any, Any]) -> Matched:
    """Match the nodes and edges of two graphs.

    Parameters
    ----------
    before, after : CompiledGraph
    renamed : mapping of label before to label after
        The nodes that are the same under another label; all others are matched by label.

    Raises
    ------
    UnknownNodeError, UsageError
        If a renamed node is not there, or has a namesake.
    WeightError
        If the weights of the two graphs do not add up, as Decimal and float.

    Examples
    --------
    >>> old = CompiledGraph.from_arrays([0, 0], [1, 2], [2.0, 3.0])
    >>> new = CompiledGraph.from_arrays([0, 1], [1, 2], [2.5, 1.0])
    >>> found = matched(old, new, {})
    >>> [(found.edge_label(edge), found.status(edge)) for edge in range(3)]
    [((0, 1), 'changed'), ((0, 2), 'removed'), ((1, 2), 'added')]
    """
    numbers = _numbers(before.topology, after.topology, renamed)
    n_numbers = before.n_nodes + int((numbers >= before.n_nodes).sum())
    own = np.arange(before.n_nodes, dtype=numbers.dtype)
    old, new = (Numbered(graph, each, _places(each, n_numbers)) for graph, each in ((before, own), (after, numbers)))
    return _paired(old, new, (old.places, new.places))


def _paired(before: Numbered, after: Numbered, stands: tuple[Ints, Ints]) -> Matched:
    """Return two graphs with the same numbers, and the edges in which they differ."""
    old, new = (replace(each, graph=_of_no_kind(each.graph)) for each in (before, after))
    pairs = paired_edges(old, new)
    return Matched(
        Side(old.graph, old.numbers, old.places, pairs.lone[0], stands[0], 0),
        Side(new.graph, new.numbers, new.places, pairs.lone[1], stands[1], 1),
        rows=pairs.rows,
        tails=np.repeat(np.arange(len(old.places), dtype=new.numbers.dtype), np.diff(pairs.rows)),
        heads=pairs.heads,
        weights=pairs.weights,
        counts=pairs.counts,
        keys=pairs.keys,
        key_names=pairs.key_names,
    )


def _of_no_kind(graph: CompiledGraph) -> CompiledGraph:
    """Return a graph without edges with ints for weights, which mix with every kind; any other as it is."""
    return graph if graph.n_edges else graph.reweighted(np.empty(0, dtype=np.int64), graph.weight_meaning)


# -- nodes


def _numbers(before: Topology, after: Topology, renamed: Mapping[Any, Any]) -> Ints:
    """Return the number of each position after."""
    numbers = _same_labels(before, after)
    if len(set(renamed.values())) < len(renamed):
        raise UsageError("match: two nodes before cannot be one node after")
    for old, new in renamed.items():
        place, position = before.position(old), after.position(new)
        if numbers[position] >= 0 or (numbers == place).any():
            raise UsageError(f"match: {old!r} -> {new!r}: both graphs have {new if numbers[position] >= 0 else old!r}")
        numbers[position] = place
    fresh = np.flatnonzero(numbers < 0)
    numbers[fresh] = before.n_nodes + np.arange(len(fresh))
    return numbers.astype(index_type(before.n_nodes + len(fresh)))


def _same_labels(before: Topology, after: Topology) -> Ints:
    """Return the position before of each position after; -1 where there is no such label."""
    if before.names is None and after.names is None:
        known = after.ids < before.n_nodes
        numbers = np.full(after.n_nodes, -1, dtype=np.int64)
        numbers[known] = before.positions[after.ids[known]]
        return numbers
    if isinstance(before.names, Texts) and isinstance(after.names, Texts):
        return _same_texts(before, after, before.names, after.names)
    labels = [side.labels.tolist() if isinstance(side.labels, np.ndarray) else side.labels for side in (before, after)]
    places = dict(zip(labels[0], range(before.n_nodes), strict=True))
    return np.fromiter((places.get(label, -1) for label in labels[1]), dtype=np.int64, count=after.n_nodes)


def _same_texts(before: Topology, after: Topology, old: Texts, new: Texts) -> Ints:
    names = Numbering()
    first, second = names.of(old.text, old.ends), names.of(new.text, new.ends)
    places = np.full(1 + max(first.max(initial=0), second.max(initial=0)), -1, dtype=np.int64)
    places[first] = before.positions
    return places[second[after.ids]]


def _places(numbers: Ints, n_numbers: int) -> Ints:
    places = np.full(n_numbers, -1, dtype=np.int64)
    places[numbers] = np.arange(len(numbers))
    return places


#: So many nodes that are gone, and so many that appeared, are looked at for likely renames.
MAX_LOOKED_AT = 200

#: Names this much alike, or neighbours of which this part is shared, make a rename likely.
ALIKE, SHARED = 0.75, 0.5


@dataclass(frozen=True)
class Rename:
    """A node that may be the same under another label.

    Attributes
    ----------
    old, new : labels
    likeness : float
        How much the names are alike, from 0 to 1.
    shared : float
        What part of the neighbours of both they have in common, from 0 to 1.
    """

    old: Any
    new: Any
    likeness: float
    shared: float

    def to_dict(self, naming: Naming = PLAIN) -> dict[str, Any]:
        """Return the rename as plain values."""
        ends = {"old": naming.node(self.old), "new": naming.node(self.new)}
        return {**ends, "likeness": self.likeness, "shared": self.shared}


def version_of(graph: Any, node: Hashable) -> str:
    """Return the version of a node of a networkx graph: the attribute, else what its id says; empty if neither does."""
    if not isinstance(graph, nx.Graph) or node not in graph:
        return ""
    version = graph.nodes[node].get("version")
    return split_version(node)[1] if version is None else str(version)


def versions_in(graph: Any) -> dict[Any, str] | None:
    """Return the versions that nodes of a networkx graph have as an attribute now; None of any other graph."""
    if not isinstance(graph, nx.Graph):
        return None
    return {node: str(version) for node, version in graph.nodes(data="version") if version is not None}


def requested_in(graph: Any) -> frozenset[Any]:
    """Return the nodes of a networkx graph that were asked to be installed now; none of any other graph."""
    if not isinstance(graph, nx.Graph):
        return frozenset()
    return frozenset(node for node, requested in graph.nodes(data="requested") if requested is True)


def version_among(versions: Mapping[Any, str] | None, node: Hashable) -> str:
    """Return what `version_of` returned when `versions_in` looked."""
    if versions is None:
        return ""
    return versions[node] if node in versions else split_version(node)[1]


def name_of(graph: nx.DiGraph, node: Hashable) -> str:
    """Return the name of a node without its version: the attribute ``name``, or what stands before ``@version``.

    Examples
    --------
    >>> G = nx.DiGraph()
    >>> G.add_node("left-pad@1.3.0", version="1.3.0")
    >>> name_of(G, "left-pad@1.3.0"), name_of(G, "left-pad")
    ('left-pad', '')
    """
    if node not in graph:
        return ""
    data = graph.nodes[node]
    if data.get("name") and data.get("version"):
        return str(data["name"])
    version = version_of(graph, node)
    return (
        node.removesuffix(f"@{version}") if version and isinstance(node, str) and node.endswith(f"@{version}") else ""
    )


def renamed(before: Any, after: Any, match: Mapping[Any, Any]) -> dict[Any, Any]:
    """Return the labels before of nodes with another label after: those of `match`, then those of another version.

    Of several versions of one name those that both graphs have are matched, then the lowest with the lowest; where
    only the ids say the versions, nodes are matched if there is but one on either side.

    Examples
    --------
    >>> old, new = nx.DiGraph(), nx.DiGraph()
    >>> old.add_node("a@1.9", name="a", version="1.9")
    >>> new.add_node("a@1.10", name="a", version="1.10")
    >>> renamed(old, new, {})
    {'a@1.9': 'a@1.10'}
    """
    pairs = dict(match)
    if not (isinstance(before, nx.Graph) and isinstance(after, nx.Graph)):
        return pairs
    old, new = _by_name(before, {*after, *pairs}), _by_name(after, {*before, *pairs.values()})
    for name in old.keys() & new.keys():
        told = [graph.nodes[node] for graph, nodes in ((before, old[name]), (after, new[name])) for node in nodes]
        if len(told) == 2 or all("version" in attributes for attributes in told):
            pairs.update(_same_or_next(before, after, old[name], new[name]))
    return pairs


def _same_or_next(before: nx.DiGraph, after: nx.DiGraph, old: list[Any], new: list[Any]) -> dict[Any, Any]:
    """Return the pairs of one name: first those of one version, then the others from the lowest version on."""
    versions = {version_of(after, node): node for node in new}
    # Several nodes may have one version, from another source each: a node is taken once.
    pairs = {node: versions.pop(version) for node in old if (version := version_of(before, node)) in versions}
    left = [node for node in old if node not in pairs], [node for node in new if node not in pairs.values()]
    return pairs | dict(zip(_by_version(before, left[0]), _by_version(after, left[1]), strict=False))


def _by_name(graph: nx.DiGraph, taken: set[Any]) -> dict[str, list[Any]]:
    """Return the nodes that are not taken and have a name and a version, by their names."""
    names: dict[str, list[Any]] = {}
    for node in graph:
        if node not in taken and (name := name_of(graph, node)):
            names.setdefault(name, []).append(node)
    return names


def _by_version(graph: nx.DiGraph, nodes: list[Any]) -> list[Any]:
    return sorted(nodes, key=lambda node: _natural(version_of(graph, node)))


def _natural(version: str) -> list[tuple[int, int, str]]:
    """Return a key by which 1.9 comes before 1.10; of two numbers, however long, the longer one is larger."""
    parts = re.findall(r"0*([0-9]+)|([^0-9]+)", version)
    return [(1, len(number), number) if number else (0, 0, text) for number, text in parts]


def named_pair(graphs: tuple[nx.DiGraph, nx.DiGraph], text: str) -> tuple[Any, Any]:
    """Return the two nodes of ``OLD=NEW``; names may have signs of equality of their own.

    Raises
    ------
    UsageError, UnknownNodeError
        If it says no two nodes.

    Examples
    --------
    >>> named_pair((nx.DiGraph([("a=b", "c")]), nx.DiGraph([("d=e", "c")])), "a=b=d=e")
    ('a=b', 'd=e')
    """
    parts = text.split("=")
    error: Exception = UsageError(f"--match {text}: OLD=NEW")
    for place in range(1, len(parts)):
        try:
            return find_node(graphs[0], "=".join(parts[:place])), find_node(graphs[1], "=".join(parts[place:]))
        except UnknownNodeError as unknown:
            error = unknown
    raise error


def in_either(graphs: tuple[nx.DiGraph, nx.DiGraph], name: str) -> Any:
    """Return the end that a name means in the graph after, or else in the one before; an error is that of the first.

    Raises
    ------
    UnknownNodeError
        If neither has it.

    Examples
    --------
    >>> graphs = nx.DiGraph([("a", "b")]), nx.DiGraph([("b", "c")])
    >>> [in_either(graphs, name) for name in "abc"]
    ['a', 'b', 'c']
    """
    try:
        return Names(graphs[1]).end(name)
    except UnknownNodeError as unknown:
        try:
            return Names(graphs[0]).end(name)
        except UnknownNodeError:
            raise unknown from None


def likely_renames(
    gone: Sequence[Any], appeared: Sequence[Any], old: Mapping[Any, set[Any]], new: Mapping[Any, set[Any]]
) -> list[Rename]:
    """Return the pairs of nodes that look like one under two labels, the likeliest first, each node once.

    Parameters
    ----------
    gone, appeared : sequences of labels
    old, new : mappings of label to its neighbours
        Neighbours that both graphs have, by one name for both.
    """
    pairs = ((a, b) for b in appeared[:MAX_LOOKED_AT] for a in gone[:MAX_LOOKED_AT])
    renames = [each for a, b in pairs if (each := _rename(a, b, old.get(a, set()), new.get(b, set())))]
    chosen: list[Rename] = []
    used: set[tuple[int, Any]] = set()
    for rename in sorted(renames, key=lambda pair: -(pair.likeness + pair.shared)):
        if not used & {(0, rename.old), (1, rename.new)}:
            used |= {(0, rename.old), (1, rename.new)}
            chosen.append(rename)
    return chosen


def _rename(old: Any, new: Any, before: set[Any], after: set[Any]) -> Rename | None:
    """Return the two as a likely rename: names alike, or two neighbours in common and more; else None."""
    common = len(before & after)
    shared = common / len(before | after) if common > 1 else 0.0
    matcher = difflib.SequenceMatcher(None, str(old), str(new), autojunk=False)
    alike = matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE
    return Rename(old, new, round(matcher.ratio(), 3), round(shared, 3)) if alike or shared >= SHARED else None
