"""Changes that are asked for, each checked against the graph that it is to change."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from graphdiff import arithmetic
from graphdiff.arithmetic import Number, Weights
from graphdiff.compiled import CompiledGraph
from graphdiff.edges import find_edge
from graphdiff.errors import UsageError, WeightError, edge_text
from graphdiff.remedies import Keyword
from graphdiff.topology import Edge
from graphdiff.weights import WEIGHTS, Preset


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
        if node in keep:
            raise UsageError(f"{node!r} cannot be removed: the question is about it")
        leaving = range(int(topology.ptr[position]), int(topology.ptr[position + 1]))
        numbers = {*leaving, *np.flatnonzero(topology.heads == position).tolist()}
        steps = tuple([wishes.existing(number, None) for number in sorted(numbers)])
        wishes.gone |= numbers
        wishes.edits.append(Edit("remove node", node, steps))


def _remove_edges(wishes: Wishes, edges: Iterable[Any]) -> None:
    removed = {edit.item for edit in wishes.edits if edit.what == "remove node"}
    for number in dict.fromkeys([find_edge(wishes.graph.topology, edge) for edge in edges]):
        step = wishes.existing(number, None)
        ends = [node for node in step.edge[:2] if node in removed]
        if ends:
            raise UsageError(f"{edge_text(step.edge)} goes with the removed node {ends[0]!r}: leave it out")
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
        if not isinstance(given, (tuple, list)) or len(given) not in (2, 3):
            raise UsageError(f"{given!r} is no edge to add: a list is needed, each (tail, head, weight)")
        label, weight = tuple(given[:2]), given[2] if len(given) == 3 else None
        if weight is None and preset_of(wishes.graph) is None:
            raise UsageError(f"the new edge {edge_text(label)} needs a weight: (tail, head, weight)")
        tail, head = wishes.node_id(label[0]), wishes.node_id(label[1])
        if gone := [node for node in label if node in removed]:
            raise UsageError(f"the new edge {edge_text(label)} touches the removed node {gone[0]!r}")
        keys = used.setdefault((tail, head), _keys_between(wishes, tail, head))
        if keys and topology.keys is None:
            raise UsageError(f"{edge_text(label)} is there already: reweight it")
        if topology.keys is not None:
            label = (*label, _new_key(keys))
        keys.append(label[-1])
        step = Step(label, tail, head, None, None, None if weight is None else _number(label, weight))
        wishes.edits.append(Edit("add edge", label, (step,)))


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


# -- presets


def preset_of(graph: CompiledGraph) -> Preset | None:
    """Return the preset that the weights come from; an attribute may bear its name, so the numbers are compared."""
    preset = WEIGHTS.get(graph.weight_meaning)
    if preset is not None and preset.counts_by and graph.topology.counts is None:
        return None
    return preset if preset is not None and equal(preset_weights(preset, graph), graph.weights) else None


def preset_weights(preset: Preset, graph: CompiledGraph) -> Weights:
    """Return the weights of a preset in the arithmetic of a graph."""
    weights = preset.compute(graph.topology, graph.cycles, graph.exact)
    return arithmetic.exactly(weights) if graph.exact else weights


def equal(left: Weights, right: Weights) -> bool:
    """Return whether two lists of weights are the same numbers."""
    if isinstance(left, np.ndarray) and isinstance(right, np.ndarray):
        return np.array_equal(left, right)
    return arithmetic.listed(left) == arithmetic.listed(right)
