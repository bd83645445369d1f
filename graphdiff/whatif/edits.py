"""Changes that are asked for, each checked against the graph that it is to change.

A compiled graph with some edges and nodes removed, reweighted or added: each wish checked, then a new graph.

Ids stay what they were, new nodes come after them, and a removed node stays as one without edges: what stands
by id can be compared before and after. Under a preset of `graphdiff.weights` the other edges keep the weights
that they had, or all are counted anew on the changed shape.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import Dyadic, Number, Weights
from graphdiff.errors import UsageError, WeightError, edge_text, node_named
from graphdiff.graph.compiled import CompiledGraph
from graphdiff.graph.labels import Integers
from graphdiff.graph.presets import WEIGHTS
from graphdiff.graph.topology import Topology, arrange, find_edge, in_rows, keys_at
from graphdiff.remedies import Keyword
from graphdiff.text.names import Edge


@dataclass(frozen=True)
class Step:
    """One edge that is another afterwards.

    Attributes
    ----------
    edge : tuple
        Its label.
    tail, head : int
        The ids of its ends.
    number : int or None
        Which edge of the unchanged topology it is; None for a new one.
    before, after : number or None
        Its weight; None where it is not there.
    """

    edge: Edge
    tail: int
    head: int
    number: int | None
    before: Number | None
    after: Number | None


@dataclass(frozen=True)
class Edit:
    """One change that was asked for: ``"remove edge"``, ``"remove node"``, ``"reweight"`` or ``"add edge"``."""

    what: str
    item: Any
    steps: tuple[Step, ...]


@dataclass
class Wishes:
    """The changes as they are collected, and the new nodes that they bring."""

    graph: CompiledGraph
    edits: list[Edit] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)
    new_nodes: dict[Any, int] = field(default_factory=dict)

    def take(
        self,
        remove_edges: Iterable[Any],
        remove_nodes: Iterable[Hashable],
        reweight: Mapping[Any, Number],
        add_edges: Iterable[Any],
        keep: frozenset[Hashable],
    ) -> None:
        """Check and collect the changes; `keep` are nodes that cannot be removed."""
        for name, given in (("remove_edges", remove_edges), ("remove_nodes", remove_nodes), ("add_edges", add_edges)):
            if isinstance(given, str):
                raise UsageError(Keyword(name, given), ": a list is needed, also of one")
        _remove_nodes(self, remove_nodes, keep)
        _remove_edges(self, remove_edges)
        _reweight(self, reweight)
        _add_edges(self, add_edges)

    def steps(self, what: str) -> list[Step]:
        """Return the steps of one kind of change."""
        return [step for edit in self.edits if edit.what == what for step in edit.steps]

    def existing(self, number: int, after: Number | None) -> Step:
        """Return the step of an edge that is there."""
        topology = self.graph.topology
        tail, head = int(topology.tails_of(np.array([number]))[0]), int(topology.heads[number])
        ids = topology.ids
        weight = arithmetic.finished(arithmetic.listed(arithmetic.taken(self.graph.weights, np.array([number])))[0])
        return Step(topology.edge_label(number), int(ids[tail]), int(ids[head]), number, weight, after)

    def node_id(self, label: Hashable) -> int:
        """Return the id of a node, of a new one too."""
        try:
            return int(self.graph.topology.ids[self.graph.topology.position(label)])
        except LookupError:
            try:
                return self.new_nodes.setdefault(label, self.graph.n_nodes + len(self.new_nodes))
            except TypeError:
                raise UsageError(f"{label!r} cannot be a node: it is not hashable") from None


def _remove_nodes(wishes: Wishes, nodes: Iterable[Hashable], keep: frozenset[Hashable]) -> None:
    topology = wishes.graph.topology
    for node in dict.fromkeys(nodes):
        position = topology.position(node)
        label = topology.label(position)
        if node in keep:
            raise UsageError(f"{node_named(label)} cannot be removed: the question is about it")
        leaving = range(int(topology.ptr[position]), int(topology.ptr[position + 1]))
        numbers = {*leaving, *np.flatnonzero(topology.heads == position).tolist()}
        steps = tuple([wishes.existing(number, None) for number in sorted(numbers)])
        wishes.gone |= numbers
        wishes.edits.append(Edit("remove node", label, steps))


def _remove_edges(wishes: Wishes, edges: Iterable[Any]) -> None:
    removed = {edit.item for edit in wishes.edits if edit.what == "remove node"}
    for number in dict.fromkeys([find_edge(wishes.graph.topology, edge) for edge in edges]):
        step = wishes.existing(number, None)
        ends = [node for node in step.edge[:2] if node in removed]
        if ends:
            raise UsageError(f"{edge_text(step.edge)} goes with the removed node {node_named(ends[0])}: leave it out")
        wishes.gone.add(number)
        wishes.edits.append(Edit("remove edge", step.edge, (step,)))


def _reweight(wishes: Wishes, weights: Mapping[Any, Number]) -> None:
    if not isinstance(weights, Mapping):
        raise UsageError("reweight takes a mapping of edge to number: {(tail, head): weight}")
    seen: set[int] = set()
    for edge, weight in weights.items():
        number = find_edge(wishes.graph.topology, edge)
        if number in wishes.gone or number in seen:
            raise UsageError(f"{edge_text(edge)} is {'reweighted twice' if number in seen else 'removed too'}")
        seen.add(number)
        step = wishes.existing(number, _number(edge, weight))
        wishes.edits.append(Edit("reweight", step.edge, (step,)))


def _add_edges(wishes: Wishes, edges: Iterable[Any]) -> None:
    topology = wishes.graph.topology
    removed = {edit.item for edit in wishes.edits if edit.what == "remove node"}
    used: dict[tuple[int, int], list[Hashable]] = {}
    for given in edges:
        label, weight = _wished(wishes, given)
        tail, head = wishes.node_id(label[0]), wishes.node_id(label[1])
        if gone := [node for node in label if node in removed]:
            raise UsageError(f"the new edge {edge_text(label)} touches the removed node {node_named(gone[0])}")
        keys = used.setdefault((tail, head), _keys_between(wishes, tail, head))
        if keys and topology.keys is None:
            raise UsageError(f"{edge_text(label)} is there already: reweight it")
        if topology.keys is not None:
            label = (*label, _new_key(keys))
        keys.append(label[-1])
        step = Step(label, tail, head, None, None, None if weight is None else _number(label, weight))
        wishes.edits.append(Edit("add edge", label, (step,)))


def _wished(wishes: Wishes, given: Any) -> tuple[tuple[Any, ...], Number | None]:
    """Return the ends and the weight of an edge to add; without a weight where a preset gives it one."""
    if not isinstance(given, (tuple, list)) or len(given) not in (2, 3):
        raise UsageError(f"{given!r} is no edge to add: a list is needed, each (tail, head, weight)")
    label, weight = tuple(given[:2]), given[2] if len(given) == 3 else None
    if weight is None and not _is_counted(wishes.graph):
        raise UsageError(f"the new edge {edge_text(label)} needs a weight: (tail, head, weight)")
    return label, weight


def _keys_between(wishes: Wishes, tail: int, head: int) -> list[Hashable]:
    """Return the keys of the edges between two ids that stay, or their numbers where there are no keys."""
    topology = wishes.graph.topology
    if max(tail, head) >= topology.n_nodes:
        return []
    start, end = int(topology.positions[tail]), int(topology.positions[head])
    first, last = int(topology.ptr[start]), int(topology.ptr[start + 1])
    places = [p for p in range(first, last) if topology.heads[p] == end and p not in wishes.gone]
    return list(places) if topology.keys is None else [topology.keys[place] for place in places]


def _new_key(keys: Sequence[Hashable]) -> int:
    """Return the key that networkx would give."""
    key = len(keys)
    while key in keys:
        key += 1
    return key


def _number(edge: Any, weight: Number) -> Number:
    if not (arithmetic.is_number(weight) and arithmetic.is_finite(weight)):
        raise WeightError(f"the weight of the edge {edge_text(edge)} is {weight!r}, not a finite number", edge=edge)
    return arithmetic.plain(weight)


@dataclass(frozen=True)
class Edited:
    """A graph and what it becomes.

    Attributes
    ----------
    before, after : CompiledGraph
        `after` keeps the weights of all edges that were not asked about.
    recounted : CompiledGraph or None
        `after` with the preset's weights counted anew; None where that changes nothing.
    edits : list of Edit
    new_nodes : list
        Nodes that an added edge brought.
    """

    before: CompiledGraph
    after: CompiledGraph
    recounted: CompiledGraph | None
    edits: list[Edit]
    new_nodes: list[Any]


def edited(
    graph: CompiledGraph,
    *,
    remove_edges: Iterable[Any] = (),
    remove_nodes: Iterable[Hashable] = (),
    reweight: Mapping[Any, Number] | None = None,
    add_edges: Iterable[Any] = (),
    keep: Iterable[Hashable] = (),
) -> Edited:
    """Return the graph with the changes made.

    Parameters
    ----------
    graph : CompiledGraph
    remove_edges, remove_nodes, reweight, add_edges
        As in `graphdiff.what_if`.
    keep : nodes
        Those that cannot be removed: the ends of the question.

    Raises
    ------
    UsageError, UnknownNodeError, UnknownEdgeError, WeightError
        Each names the edge or node and says what is wrong with it.
    """
    # No weights are floats; so that new ones of any kind keep theirs, none are taken as ints.
    wishes = Wishes(graph if graph.n_edges else graph.reweighted(np.zeros(0, dtype=np.int64), graph.weight_meaning))
    wishes.take(remove_edges, remove_nodes, reweight or {}, add_edges, frozenset(keep))
    return _made(wishes)


def _made(wishes: Wishes) -> Edited:
    graph = wishes.graph
    kept = np.ones(graph.n_edges, dtype=bool)
    kept[list(wishes.gone)] = False
    numbers = np.flatnonzero(kept)
    added = wishes.steps("add edge")
    topology, order = _arranged(graph.topology, numbers, added, list(wishes.new_nodes))
    places = np.empty(len(order), dtype=np.int64)  # where each edge, as given, stands in the new rows
    places[order] = np.arange(len(order))
    reweighted = {step.number: step.after for step in wishes.steps("reweight") if step.number is not None}
    given = {int(places[np.searchsorted(numbers, number)]): weight for number, weight in reweighted.items()}
    given |= {int(place): step.after for step, place in zip(added, places[len(numbers) :], strict=True)}
    same = in_rows(_joined(arithmetic.taken(graph.weights, numbers), len(added)), order)
    return _weighted(wishes, replace(graph, topology=topology, weights=same), given)


def _weighted(wishes: Wishes, after: CompiledGraph, given: dict[int, Number | None]) -> Edited:
    """Return the new graph with the weights that were given, by their places; None stands for the preset's."""
    graph = wishes.graph
    explicit = {place: weight for place, weight in given.items() if weight is not None}
    new_nodes = list(wishes.new_nodes)
    if not _is_counted(graph):
        kept = replace(after, weights=placed(graph, after.weights, explicit))
        return Edited(graph, kept, None, wishes.edits, new_nodes)
    anew = after.with_preset(WEIGHTS[str(graph.preset)]).weights
    bare = [place for place in given if place not in explicit]
    by_preset = arithmetic.listed(arithmetic.taken(anew, np.array(bare, dtype=np.int64)))
    filled = dict(zip(bare, map(arithmetic.finished, by_preset), strict=True))
    kept = replace(after, weights=placed(graph, after.weights, explicit | filled))
    recounted = replace(after, weights=placed(graph, anew, explicit))
    differs = not arithmetic.equal(recounted.weights, kept.weights)
    edits = _filled(wishes.edits, list(filled.values()))
    return Edited(graph, kept, recounted if differs else None, edits, new_nodes)


def _is_counted(graph: CompiledGraph) -> bool:
    """Return whether the weights are counted on the graph, so that another graph has others; measured ones stay."""
    return graph.preset is not None and not WEIGHTS[graph.preset].measured


def _filled(edits: list[Edit], weights: list[Number]) -> list[Edit]:
    """Return the edits with the weights of new edges that brought none."""
    rest = iter(weights)
    return [
        replace(edit, steps=(replace(edit.steps[0], after=next(rest)),))
        if edit.what == "add edge" and edit.steps[0].after is None
        else edit
        for edit in edits
    ]


def _arranged(
    old: Topology, kept: NDArray[Any], added: list[Step], new_nodes: list[Any]
) -> tuple[Topology, NDArray[Any]]:
    """Return the new topology, and which edge, the kept ones first, each edge of its rows is."""
    kind = old.heads.dtype
    tails = np.concatenate([old.ids[old.tails_of(kept)], [step.tail for step in added]]).astype(kind)
    heads = np.concatenate([old.ids[old.heads[kept]], [step.head for step in added]]).astype(kind)
    keys = None if old.keys is None else _with_keys(keys_at(old.keys, kept), [step.edge[2] for step in added])
    names = old.names
    if new_nodes:
        names = [*(range(old.n_nodes) if names is None else names), *new_nodes]
    topology, order = arrange(
        old.n_nodes + len(new_nodes),
        tails,
        heads,
        names=names,
        keys=keys,
        marked=old.marked,
        marked_leaves=old.marked_leaves,
        also_called=old.also_called,
    )
    if old.counts is not None:  # a new edge counts 1
        counts = np.concatenate([np.asarray(old.counts)[kept], np.ones(len(added))])
        topology = replace(topology, counts=in_rows(counts, order))
    return topology, order


def _with_keys(keys: Sequence[Hashable], new: list[Hashable]) -> Sequence[Hashable]:
    """Return the keys of edges with those of new ones, which are ints."""
    if isinstance(keys, Integers):
        return Integers(np.concatenate([keys.values, np.array(new, dtype=keys.values.dtype)]))
    return [*keys, *new]


def _joined(weights: Weights, n_added: int) -> Weights:
    """Return weights with room for those of the new edges."""
    if isinstance(weights, np.ndarray):
        return np.concatenate([weights, np.zeros(n_added, dtype=weights.dtype)])
    return [*weights, *[0] * n_added]


def _are_floats(weights: Weights, values: Iterable[Number]) -> bool:
    """Return whether weights are floats, and stay floats with some more numbers."""
    floats = isinstance(weights, np.ndarray) and weights.dtype.kind == "f"
    return floats and all(isinstance(value, (int, float)) for value in values)


def placed(graph: CompiledGraph, weights: Weights, values: Mapping[int, Number]) -> Weights:
    """Return weights with those at some places replaced, all of one kind.

    Raises
    ------
    WeightError
        If a new number does not mix with the others.
    """
    if not values:
        return weights
    if _are_floats(weights, values.values()):
        array = np.asarray(weights, dtype=np.float64).copy()
        array[list(values)] = [float(value) for value in values.values()]
        return array
    listed = list(arithmetic.listed(weights))
    for place, value in values.items():
        listed[place] = Dyadic.of(value) if graph.exact and isinstance(value, float) else value
    if graph.exact and set(map(type, listed)) <= {int, Dyadic}:
        return listed
    try:
        return arithmetic.exactly(list(map(arithmetic.finished, listed))) if graph.exact else arithmetic.unify(listed)
    except OverflowError as error:
        raise WeightError(str(error)) from None
