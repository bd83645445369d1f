"""`annotate`: the numbers of one question as attributes of the nodes and edges of a copy of the graph."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, Unpack

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import Number
from graphdiff.graph.compiled import CompiledGraph, CompileOptions, compiled
from graphdiff.graph.ends import LEAVES, ROOTS, Boundary, End, Seeds, seeds_of
from graphdiff.graph.measured import is_profile
from graphdiff.graph.networks import filled, pictured, shape_of
from graphdiff.graph.options import takes_options
from graphdiff.graph.presets import unit
from graphdiff.operations.network import Operations
from graphdiff.profiles.filtering import asked
from graphdiff.sums.between import between_ends
from graphdiff.sums.cycles import on_the_way
from graphdiff.sums.flow import Flow, flow_through
from graphdiff.sums.influence import forward, reverse
from graphdiff.sums.sweeps import Values, checked_array
from graphdiff.text.names import Edge, members_of
from graphdiff.text.sentences import NEEDING

#: The attribute of a node that says what is put in there, or how much it counts, where an end is no single node.
SEEDS = {"source": "source_seed", "target": "target_seed"}

#: The attributes that `annotate` sets on nodes and edges; those of a graph that is annotated again are dropped.
ATTRIBUTES = ("tangent", "adjoint", "contribution", "share", "paths", *SEEDS.values())

Column: TypeAlias = list[Any]
Ends: TypeAlias = "tuple[End | None, End | None]"


@dataclass(frozen=True)
class Measures:
    """What is known of each position and of each edge, column by column; None where a number has no meaning.

    Attributes
    ----------
    main : {"contribution", "tangent", "adjoint"}
        The column that answers the question.
    nodes, edges : mapping of attribute name to numbers
        In the order of the compiled graph.
    total : number or None
        The total influence, where the question has one.
    """

    main: str
    nodes: dict[str, Column]
    edges: dict[str, Column]
    total: Number | None


@takes_options
def annotate(
    graph: nx.DiGraph | CompiledGraph,
    source: End | None = None,
    target: End | None = None,
    **options: Unpack[CompileOptions],
) -> nx.DiGraph | nx.MultiDiGraph:
    """Return a copy of the graph whose nodes and edges carry the numbers of one question.

    With both ends the question is what flows from the source to the target, with neither what flows from all
    roots to all leaves. With the target alone it is d target / d node, the picture of backpropagation, with
    the source alone d node / d source. `graphdiff.write` draws the result.

    A profile, without options, is drawn as what was measured: of its stacks those from the source to the target are
    left, of a profile without stacks everything, and only ``annotation``, ``source`` and ``target`` are new.

    Of `Operations` it is their `flow`, from a direction of the inputs to a cotangent of the outputs.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph, CompiledGraph or Operations
        Of a CompiledGraph the copy has the nodes and edges, and the attributes of edges that were kept with it.
    source, target : node, list of nodes, mapping of node to seed, ROOTS or LEAVES, optional
        See `graphdiff.total_influence`.
    **options
        Those of `graphdiff.compile`, unless the graph is compiled already.

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph
        Of nodes and edges the attributes are

        ``tangent``
            Total influence of the source on the node; of an edge the part of its head's that comes by it.
            Not with the target alone.
        ``adjoint``
            Total influence of the node on the target; of an edge the part of its tail's that leaves by it.
            Not with the source alone.
        ``contribution``, ``share``
            The part of the total that runs through the node or edge, in the total's unit and as a fraction of
            it (none where the total is 0). With both ends, or neither.
        ``paths``
            The number of paths through the node or edge: between the ends, from the source as far as here, or
            from here to the target. Not where walks go round a cycle, as they are infinitely many.
        ``weight``
            Of edges: the weight that was used.
        ``source_seed``, ``target_seed``
            What is put in at a source, and how much a target counts; only where an end is no single node.

        Where a node or edge is on no path between the ends, contribution, share and paths are 0, and it has neither
        tangent nor adjoint. The graph's attributes say what was asked: ``source`` and ``target`` as given (a file names
        them in a text), ``total`` (with both ends or neither), ``annotation`` (the attribute that answers:
        ``contribution``, ``tangent`` or ``adjoint``), ``cycles``, ``edge_meaning``, ``weight_meaning`` and
        ``node_meaning``; all others are the graph's own. Attributes of these names that it had are replaced.

    Raises
    ------
    UnknownNodeError, WeightError, CycleError, SameComponentError, ValueOverflowError
        As `graphdiff.total_influence`, `graphdiff.forward` and `graphdiff.reverse`.

    Examples
    --------
    >>> import networkx as nx
    >>> G = nx.DiGraph()
    >>> G.add_weighted_edges_from([("b", "c", 1), ("b", "d", 1), ("c", "e", 2), ("d", "e", 3)])
    >>> annotate(G, target="e").nodes(data="adjoint")
    NodeDataView({'b': 5, 'c': 2, 'd': 3, 'e': 1}, data='adjoint')
    >>> annotate(G, "b", "e").edges["d", "e"]
    {'weight': 3, 'tangent': 3, 'adjoint': 3, 'contribution': 3, 'share': 0.6, 'paths': 1}
    """
    if isinstance(graph, Operations):
        return graph.flow(source, target)
    if not options and isinstance(graph, nx.DiGraph) and is_profile(graph):
        first, last = (None if isinstance(end, Boundary) else end for end in (source, target))
        return asked(graph, first, last)
    return swept(graph, compiled(graph, options), (source, target))


def swept(graph: nx.DiGraph | CompiledGraph, ready: CompiledGraph, ends: Ends) -> nx.DiGraph | nx.MultiDiGraph:
    """Return what `annotate` does, of a graph that is compiled already and has more attributes than are kept with it.

    Parameters
    ----------
    graph, ready, ends
        As `answered` takes them.
    """
    is_one = (ends[0] is None) != (ends[1] is None)
    return answered(graph, ready, ends, None if is_one else flow_through(between_ends(ready, *ends)))


def from_end_to_end(edge_meaning: str, source: End | None, target: End | None) -> Ends:
    """Return both ends of what is drawn with one end given, roots or leaves: of what is needed, or drives a model.

    There the picture is of who rests on the target, and the edge that all paths use is the strongest. Elsewhere, as in
    a computation, one end is a question of its own: the gradient.

    Examples
    --------
    >>> from_end_to_end("depends on", None, "b"), from_end_to_end("feeds", None, "b")
    ((graphdiff.ROOTS, 'b'), (None, 'b'))
    """
    if edge_meaning != "drives" and (edge_meaning not in NEEDING or source is target is None):
        return source, target
    return ROOTS if source is None else source, LEAVES if target is None else target


def answered(
    graph: nx.DiGraph | CompiledGraph,
    ready: CompiledGraph,
    ends: Ends,
    sweeps: Flow | None,
) -> nx.DiGraph | nx.MultiDiGraph:
    """Return what `annotate` does from sweeps that are made already; None where one end is left out.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
    ready : CompiledGraph
        The graph compiled.
    ends : (source, target)
        As `annotate` takes them.
    sweeps : Flow or None
        From the source to the target.
    """
    measures = _measures(ready, *ends) if sweeps is None else _flow_measures(ready, sweeps)
    counts = _path_counts(ready, ends, sweeps, measures)
    whole = replace(measures, nodes=measures.nodes | counts.nodes, edges=measures.edges | counts.edges)
    return measured(graph, ready, ends, whole)


def measured(
    graph: nx.DiGraph | CompiledGraph,
    ready: CompiledGraph,
    ends: Ends,
    measures: Measures,
) -> nx.DiGraph | nx.MultiDiGraph:
    """Return a copy of the graph with what was measured, and what was asked."""
    source, target = ends
    copy, edges = (_unmarked(graph), []) if isinstance(graph, nx.Graph) else shape_of(ready.topology)
    weights = arithmetic.all_finished(ready.weights)
    labels = ready.topology.labels
    _set((copy.nodes[label] for label in labels), measures.nodes)
    named = edges or ready.topology.edge_labels()
    kept = {name: list(column) for name, column in ready.attributes.items() if name not in ATTRIBUTES}
    _set(_rows_of(copy, named), kept | {"weight": weights} | measures.edges)
    for name, end in zip(SEEDS, ends, strict=True):
        _set_seeds(copy, ready, end, SEEDS[name])
    asked = {"source": _kept(source), "target": _kept(target), "total": measures.total, "annotation": measures.main}
    names = ("edge_meaning", "weight_meaning", "node_meaning", "cycles")
    meanings = {name: getattr(ready, name) for name in names}
    copy.graph.update({name: value for name, value in (asked | meanings).items() if value is not None})
    return pictured(copy)


def _kept(end: End | None) -> Any:
    """Return an end as it is, whatever becomes of the list or the mapping that was given."""
    return dict(end) if isinstance(end, Mapping) else end if members_of(end) is None else members_of(end)


def _set_seeds(copy: nx.DiGraph, graph: CompiledGraph, end: End | None, name: str) -> None:
    """Mark the nodes of an end that is no single node with their seeds."""
    if end is None or not (isinstance(end, Boundary) or members_of(end) is not None):
        return
    seeds = seeds_of(graph, end)
    for position, seed in zip(seeds.positions, seeds.numbers or [1] * len(seeds.positions), strict=True):
        copy.nodes[graph.topology.label(position)][name] = arithmetic.finished(seed)


# -- the numbers


def _measures(graph: CompiledGraph, source: End | None, target: End | None) -> Measures:
    """Return the tangents from a source, or the adjoints of a target."""
    if source is not None:
        tangents = forward(graph, source).array.tolist()
        return Measures("tangent", {"tangent": tangents}, {"tangent": tangents_of(graph, tangents)}, None)
    adjoints = reverse(graph, Boundary.LEAVES if target is None else target).array.tolist()
    return Measures("adjoint", {"adjoint": adjoints}, {"adjoint": adjoints_of(graph, adjoints)}, None)


def _through(flow: Flow) -> Measures:
    nodes, edges = ({"contribution": values.tolist()} for values in (flow.nodes, flow.edges))
    return Measures("contribution", nodes, edges, flow.total)


def _flow_measures(graph: CompiledGraph, flow: Flow) -> Measures:
    positions, numbers = flow.places, flow.used[2]
    tangents, adjoints = (_on_the_way(graph, positions, values) for values in (flow.tangents, flow.adjoints))
    kept = set(numbers.tolist())
    sides = {"tangent": tangents_of(graph, tangents), "adjoint": adjoints_of(graph, adjoints)}
    edges = {
        name: [value if edge in kept else None for edge, value in enumerate(column)] for name, column in sides.items()
    }
    through, whole = _through(flow), flow.total
    for columns in (through.nodes, through.edges):
        columns["share"] = [value / whole if whole else None for value in columns["contribution"]]
    nodes = {"tangent": tangents, "adjoint": adjoints} | through.nodes
    return Measures("contribution", nodes, edges | through.edges, whole)


def _on_the_way(graph: CompiledGraph, positions: NDArray[Any], values: Values) -> Column:
    """Return the value of each position that is among `positions`, or whose component is."""
    some = checked_array(arithmetic.taken(values, positions))
    known = dict(zip(positions.tolist(), some.tolist(), strict=True))
    return [known.get(graph.anchor(position)) for position in range(graph.n_nodes)]


def tangents_of(graph: CompiledGraph, tangents: Column) -> Column:
    """Return of each edge the part of its head's tangent that comes by it, where its tail's is known."""
    return [None if tangents[tail] is None else tangents[tail] * weight for tail, _, weight in _steps(graph)]


def adjoints_of(graph: CompiledGraph, adjoints: Column) -> Column:
    """Return of each edge the part of its tail's adjoint that leaves by it, where its head's is known."""
    return [None if adjoints[head] is None else weight * adjoints[head] for _, head, weight in _steps(graph)]


def _steps(graph: CompiledGraph) -> Iterator[tuple[int, int, Number]]:
    """Yield tail, head and weight of each edge; 0 for the weight of one that a collapsed component hides."""
    hidden = ~graph.topology.leaving if graph.cycles == "collapse" else [False] * graph.n_edges
    weights = arithmetic.all_finished(graph.weights)
    carried = [0 if inner else weight for inner, weight in zip(hidden, weights, strict=True)]
    return zip(graph.tails.tolist(), graph.heads.tolist(), carried, strict=True)


def _path_counts(graph: CompiledGraph, ends: Ends, sweeps: Flow | None, measures: Measures) -> Measures:
    """Return the numbers of paths as columns: what the question answers with weight 1 on every edge."""
    if sweeps.loops if sweeps is not None else _has_loops(graph, ends):
        return Measures("paths", {}, {}, None)
    if _counts_paths(graph) and not any(isinstance(end, Mapping) for end in ends):
        counts = measures
    elif sweeps is None:
        source, target = (list(end) if isinstance(end, Mapping) else end for end in ends)
        counts = _measures(graph.with_preset(unit), source, target)
    else:
        counted, starts, stops = graph.with_preset(unit), sweeps.starts.positions, sweeps.ends.positions
        counts = _through(replace(sweeps, graph=counted, starts=Seeds(starts), ends=Seeds(stops)))
    return Measures("paths", {"paths": counts.nodes[counts.main]}, {"paths": counts.edges[counts.main]}, counts.total)


def _counts_paths(graph: CompiledGraph) -> bool:
    """Return whether every weight is the int 1."""
    weights = graph.weights
    return isinstance(weights, np.ndarray) and weights.dtype.kind == "i" and bool((weights == 1).all())


def _has_loops(graph: CompiledGraph, ends: Ends) -> bool:
    return bool(on_the_way(graph, *(None if end is None else seeds_of(graph, end).positions for end in ends)))


# -- the copy


def _unmarked(graph: nx.DiGraph) -> nx.DiGraph:
    """Return a copy without the attributes of an earlier question."""
    marks = frozenset(ATTRIBUTES)

    def attributes(data: dict[str, Any]) -> dict[str, Any]:
        return dict(data) if marks.isdisjoint(data) else {name: data[name] for name in data if name not in marks}

    def edges(entry: dict[Any, Any]) -> dict[Any, Any]:
        return {key: attributes(data) for key, data in entry.items()} if graph.is_multigraph() else attributes(entry)

    copy = graph.__class__()
    asked = {"source", "target", "total", "not_computed"}
    copy.graph.update({name: value for name, value in graph.graph.items() if name not in asked})
    rows = {tail: {head: edges(entry) for head, entry in row.items()} for tail, row in graph.adjacency()}
    return filled(copy, {node: attributes(data) for node, data in graph.nodes(data=True)}, rows)


def _rows_of(graph: nx.DiGraph, edges: Iterable[Edge]) -> Iterator[dict[str, Any]]:
    """Yield the attributes of some edges."""
    rows = dict(graph.adjacency())
    if graph.is_multigraph():
        return (rows[tail][head][key] for tail, head, key in edges)
    return (rows[tail][head] for tail, head in edges)


def _set(rows: Iterable[dict[str, Any]], columns: dict[str, Column]) -> None:
    """Write each column's numbers into the attributes of the nodes or edges."""
    rows = list(rows)
    for name, column in columns.items():
        for data, value in zip(rows, column, strict=True):
            if value is not None:
                data[name] = value
