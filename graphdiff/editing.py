"""A compiled graph with some edges and nodes removed, reweighted or added: each wish checked, then a new graph.

Ids stay what they were, new nodes come after them, and a removed node stays as one without edges: what stands
by id can be compared before and after. Under a preset of `graphdiff.weights` the other edges keep the weights
that they had, or all are counted anew on the changed shape.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import Dyadic, Number, Weights
from graphdiff.compiled import CompiledGraph
from graphdiff.edits import Edit, Step, Wishes, equal, preset_of, preset_weights
from graphdiff.errors import WeightError
from graphdiff.topology import Topology, arrange, in_rows, keys_at


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
    preset = preset_of(graph)
    if preset is None:
        kept = replace(after, weights=placed(graph, after.weights, explicit))
        return Edited(graph, kept, None, wishes.edits, new_nodes)
    anew = preset_weights(preset, after)
    bare = [place for place in given if place not in explicit]
    by_preset = arithmetic.listed(arithmetic.taken(anew, np.array(bare, dtype=np.int64)))
    filled = dict(zip(bare, map(arithmetic.finished, by_preset), strict=True))
    kept = replace(after, weights=placed(graph, after.weights, explicit | filled))
    recounted = replace(after, weights=placed(graph, anew, explicit))
    differs = not equal(recounted.weights, kept.weights)
    edits = _filled(wishes.edits, list(filled.values()))
    return Edited(graph, kept, recounted if differs else None, edits, new_nodes)


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
    keys = None if old.keys is None else [*keys_at(old.keys, kept), *(step.edge[2] for step in added)]
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


def _joined(weights: Weights, n_added: int) -> Weights:
    """Return weights with room for those of the new edges."""
    if isinstance(weights, np.ndarray):
        return np.concatenate([weights, np.zeros(n_added, dtype=weights.dtype)])
    return [*weights, *[0] * n_added]


def placed(graph: CompiledGraph, weights: Weights, values: Mapping[int, Number]) -> Weights:
    """Return weights with those at some places replaced, all of one kind.

    Raises
    ------
    WeightError
        If a new number does not mix with the others.
    """
    if not values:
        return weights
    reals = all(isinstance(value, (int, float)) for value in values.values())
    if isinstance(weights, np.ndarray) and weights.dtype.kind == "f" and reals:
        array = weights.astype(np.float64)
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
