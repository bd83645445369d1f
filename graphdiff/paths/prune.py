"""`prune`: the strongest part of what lies between two ends, and the rest as edges, every total the same.

What is left out is eliminated: all ways from one kept node to another that pass none become one edge.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import repeat
from typing import Any, Unpack

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import Number
from graphdiff.errors import UsageError
from graphdiff.graph.compiled import CompiledGraph, CompileOptions, compiled
from graphdiff.graph.ends import NODES, End
from graphdiff.graph.labels import require_nodes
from graphdiff.graph.measured import kinds_by_position
from graphdiff.graph.networks import pictured
from graphdiff.graph.options import takes_options
from graphdiff.graph.presets import summed
from graphdiff.graph.topology import Topology
from graphdiff.kernels.collecting import collector_at_rest
from graphdiff.paths.remainder import remainder
from graphdiff.paths.selection import Selection, among, holding, tails_of
from graphdiff.paths.strongest import covering, require_coverage, require_sizes
from graphdiff.remedies import Keyword, Remedy
from graphdiff.sums.between import Between, ends_of, forward_over, restriction, reverse_over
from graphdiff.sums.semirings import SEMIRINGS
from graphdiff.sums.sweeps import forward_values, reverse_values
from graphdiff.text.numbers import percent

#: So many strongest paths are looked at, at most, for those that cover a part of the influence.
MAX_COVERING = 10_000


@takes_options
def prune(
    graph: nx.DiGraph | CompiledGraph,
    source: End,
    target: End,
    *,
    coverage: float | None = None,
    max_nodes: int | None = None,
    nodes: float | None = None,
    edges: float | None = None,
    **options: Unpack[CompileOptions],
) -> nx.MultiDiGraph:
    """Return the strongest part of what lies between two ends; totals between the nodes kept are unchanged.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
    source, target : node, list of nodes, mapping of node to seed, ROOTS, LEAVES or NODES
        See `graphdiff.total_influence`; all of them that lie between are kept. With NODES as the source all that lead
        to the target lie between, and the roots are kept.
    coverage : float, optional
        Keep the nodes of the strongest paths that have this part of the sum of absolute path influences; 0.9 where
        nothing is given.
    max_nodes : int, optional
        Keep the nodes that most of it runs through, so many at most, the ends among them; at least as many as these.
    nodes, edges : float, optional
        Keep the fewest nodes that hold this part of all nodes' influence on the target, then the fewest edges that
        hold this part of all edges' among them, as attribution graphs are pruned (Notes); a graph of any size. One
        that is left out is 1. All ends are kept, also those that no path leads from or to.
    **options
        Those of `graphdiff.compile`, unless the graph is compiled already.

    Returns
    -------
    networkx.MultiDiGraph
        The nodes kept, with the edges kept and their attributes. What all else carries from one kept node to another
        is one edge more, ``eliminated=True``, with its ``weight`` and its number of ``paths`` (none where walks go
        round a cycle, nor among more than 250,000 edges where it may be 2**62 or more). Edges that are on no path from
        the source to the target are left out. A merged component is one node, the frozenset of its members, unless it
        holds an end. The graph's attributes stay, and ``eliminated``
        is how many edges are.

    Raises
    ------
    UsageError
        If `coverage`, `nodes` or `edges` is no part, `max_nodes` leaves no room for the ends, or two rules are given.
    LimitError
        If the 10,000 strongest paths do not cover so much; if more than 10,000,000 edges might be made.
    CycleError
        If a cycle lies between, unless it is collapsed; with `nodes` or `edges` it may be solved.
    UnknownNodeError, WeightError, SameComponentError
        As `graphdiff.total_influence`.

    Notes
    -----
    `nodes` and `edges` choose as circuit-tracer does: an edge counts as its part of the absolute weights that enter
    its head (`graphdiff.weights.normalised`), a node as the total influence that it so has on the target, an edge as
    its part times that of its head, with parts among the nodes kept. The largest are taken until they hold what is
    asked, with those as large as the last; a node that has lost all edges that left it, or all that entered it, goes,
    and so does a feature of an attribution graph that nothing entered.
    Of an attribution graph ``prune(G, NODES, LEAVES, nodes=0.8, edges=0.98)`` has circuit-tracer's nodes and edges,
    with their signed weights; what circuit-tracer drops is in the edges with ``eliminated``.

    References
    ----------
    M. Hanna, M. Piotrowski et al., circuit-tracer, ``prune_graph`` in ``circuit_tracer/graph.py``.

    Examples
    --------
    >>> import networkx as nx
    >>> G = nx.DiGraph()
    >>> G.add_weighted_edges_from(
    ...     [("a", "b", 9), ("b", "d", 1), ("a", "c", 1), ("c", "d", 1)])
    >>> pruned = prune(G, "a", "d")
    >>> list(pruned.edges(data="weight"))
    [('a', 'b', 9), ('a', 'd', 1), ('b', 'd', 1)]
    >>> pruned.edges["a", "d", 0]
    {'weight': 1, 'paths': 1, 'eliminated': True}
    >>> prune(G, "a", "d", nodes=0.5).edges["a", "d", 0]
    {'weight': 10, 'paths': 2, 'eliminated': True}
    """
    ready = compiled(graph, options)
    starts, stops = ends_of(ready, source, target)
    between = restriction(ready, starts, stops)
    ends = [*(ready.topology.roots.tolist() if source is NODES else starts.positions), *stops.positions]
    places = _places(between, ends)
    beside = [end for end in ends if end not in places]
    if nodes is None and edges is None:
        kept = _strongest_part(between, coverage, max_nodes)
        return _as_graph(graph, between, among(between, kept), ends, [] if kept else beside)
    if coverage is not None or max_nodes is not None:
        given = Keyword("max_nodes" if coverage is None else "coverage")
        raise UsageError(given, " and ", Keyword("edges" if nodes is None else "nodes"), " are two rules; give one")
    require_sizes(between, "the strongest part is known by")
    parts = _part("nodes", nodes), _part("edges", edges)
    made = _features(ready, graph, between) if ready.edge_meaning == "drives" else []
    pruned = _as_graph(graph, between, holding(between, *parts, set(places.values()), made), ends, beside)
    sizes = [percent(part, "g") for part in parts]
    pruned.graph["pruned_to"] = f"nodes that hold {sizes[0]} of the influence and edges that hold {sizes[1]}"
    return pruned


def _features(ready: CompiledGraph, graph: Any, between: Between) -> list[int]:
    """Return which of the nodes between are features."""
    kinds = kinds_by_position(ready.topology, graph if isinstance(graph, nx.DiGraph) else None)
    return [node for node, position in enumerate(between.positions.tolist()) if kinds.get(position) == "feature"]


def _part(name: str, part: float | None) -> float:
    """Return a part that is asked for, 1 where none is."""
    if part is not None and not 0 <= part <= 1:
        raise UsageError(Keyword(name, part), ": a part between 0 and 1")
    return 1.0 if part is None else float(part)


def _strongest_part(between: Between, coverage: float | None, max_nodes: int | None) -> set[int]:
    """Return the nodes that the strongest paths pass, or most runs through; the ends always."""
    require_coverage(coverage)
    least = max(2, len({*between.sources, *between.targets}))
    if max_nodes is not None and max_nodes < least:
        raise UsageError(Keyword("max_nodes", max_nodes), f": at least {least}, for the source and the target")
    between.require_no_loops("and strongest_paths lists its strongest walks")
    require_sizes(between, "the strongest part is known by")
    if coverage is None and max_nodes is None:
        coverage = 0.9
    kept = _on_strongest(between, coverage) if coverage is not None else set(range(between.n_nodes))
    if max_nodes is not None and len(kept) > max_nodes:
        kept = _largest(between, kept, max_nodes)
    return kept


def _on_strongest(between: Between, coverage: float) -> set[int]:
    """Return the nodes of the strongest paths that have a part of the sum of sizes; the ends always."""
    instead = [
        Remedy(Keyword("max_nodes"), "keeps the nodes that most of it runs through"),
        Remedy(Keyword("nodes"), "keeps those that hold a part of the influence, in graphs of any size"),
    ]
    # Nine tenths are enough where 0.9, as a float a little more, is asked for.
    paths = covering(between, coverage * (1 - 1e-12), None, instead, MAX_COVERING)
    places = {label: node for node, label in enumerate(between.labels)}
    return {*between.sources, *between.targets, *(places[node] for path in paths for node in path.nodes)}


def _largest(between: Between, kept: Collection[int], max_nodes: int) -> set[int]:
    """Return those of `kept` that most runs through; the ends always."""
    ends = {*between.sources, *between.targets}
    inner = np.array(sorted(set(kept) - ends), dtype=np.int64)
    through = _sizes_through(between)
    if isinstance(through, np.ndarray):
        order = inner[np.argsort(-through[inner], kind="stable")].tolist()
    else:
        order = sorted(inner.tolist(), key=lambda node: (-through[node], node))
    return ends | set(order[: max_nodes - len(ends)])


def _sizes_through(between: Between) -> NDArray[np.float64] | list[Number]:
    """Return the sum of the sizes of all paths through each node."""
    graph = between.graph
    if arithmetic.in_floats(graph.weights) and all(seeds.are_floats for seeds in between.seeds):
        sources, targets = (seeds.sizes.at(1.0) for seeds in between.seeds)
        sums = (sweep(graph.absolute, seeds) for sweep, seeds in ((forward_values, sources), (reverse_values, targets)))
        ahead, behind = (np.asarray(values, dtype=np.float64)[between.positions] for values in sums)
        with np.errstate(over="ignore", invalid="ignore"):
            return np.asarray(ahead * behind)
    ways = (sweep(between, SEMIRINGS["size"]) for sweep in (forward_over, reverse_over))
    return [arithmetic.finished(ahead * behind) for ahead, behind in zip(*ways, strict=True)]


# -- the graph


def _as_graph(
    graph: nx.DiGraph | CompiledGraph, between: Between, kept: Selection, ends: list[int], beside: Iterable[int]
) -> nx.MultiDiGraph:
    """Return the kept nodes and the edges between them, kept and eliminated, with the positions `beside` alone."""
    nodes = np.flatnonzero(kept.nodes).tolist()
    labels = _labels(between, ends, nodes)
    named = [labels[node] for node in nodes]
    named += dict.fromkeys(map(between.graph.topology.label, beside))
    require_nodes(named)
    given = graph if isinstance(graph, nx.DiGraph) else None
    pruned = nx.MultiDiGraph()
    pruned.graph |= {
        **({} if given is None else given.graph),
        "weight_meaning": summed(between.graph.weight_meaning),
        "edge_meaning": between.graph.edge_meaning,
        "node_meaning": between.graph.node_meaning,
    }
    known = _marks(between.graph.topology) if given is None else dict(given.nodes(data=True))
    pruned.add_nodes_from((name, known.get(name, {})) for name in named)
    for tail, head, key, data in _records(between, given, labels, kept):
        # Edges of several members of a merged node may have one key.
        pruned.add_edge(tail, head, None if pruned.has_edge(tail, head, key) else key, **data)
    drawn = set(pruned.edges())
    with collector_at_rest():
        for tail, head, weight, n_ways in remainder(between, kept):
            pair, paths = (labels[tail], labels[head]), {} if n_ways is None else {"paths": n_ways}
            pruned.add_edge(*pair, None if pair in drawn else 0, weight=weight, **paths, eliminated=True)
    pruned.graph.pop("pruned_to", None)  # an earlier one's
    if n_eliminated := pruned.number_of_edges() - int(kept.edges.sum()):
        pruned.graph["eliminated"] = n_eliminated
    return pictured(pruned)


def _marks(topology: Topology) -> dict[Any, dict[str, Any]]:
    """Return as attributes of nodes which ones a compiled graph has marked as roots and as leaves."""
    names = range(topology.n_nodes) if topology.names is None else topology.names
    seeds = topology.leaf_seeds or repeat(True)
    marks: dict[Any, dict[str, Any]] = {names[number]: {"root": True} for number in topology.marked}
    for number, seed in zip(topology.marked_leaves, seeds, strict=False):
        marks.setdefault(names[number], {})["leaf"] = seed
    return marks


def _places(between: Between, ends: Iterable[int]) -> dict[int, int]:
    """Return which node between each end is that lies between, or whose component does."""
    anchors = {end: between.graph.anchor(end) for end in dict.fromkeys(ends)}
    nodes = np.searchsorted(between.positions, list(anchors.values())).tolist()
    return {
        end: node
        for (end, anchor), node in zip(anchors.items(), nodes, strict=True)
        if node < between.n_nodes and between.positions[node] == anchor
    }


def _labels(between: Between, ends: list[int], nodes: Sequence[int]) -> dict[int, Any]:
    """Return the label of some nodes; of a merged component that holds one end that end's, which was asked about."""
    labels = dict(zip(nodes, between.node_names.at(nodes), strict=True))
    held = [(node, end) for end, node in _places(between, ends).items()]
    alone = Counter(node for node, _ in held)
    return labels | {node: between.graph.topology.label(end) for node, end in held if alone[node] == 1}


def _records(
    between: Between, given: nx.DiGraph | None, labels: dict[int, Any], kept: Selection
) -> Iterator[tuple[Any, Any, Any, dict[str, Any]]]:
    """Yield tail, head, key and attributes of each edge that is kept."""
    edges = between.edges[kept.edges]
    weights = arithmetic.listed(arithmetic.taken(between.graph.weights, edges))
    ends = tails_of(between)[kept.edges].tolist(), between.heads[kept.edges].tolist()
    for tail, head, edge, weight in zip(*ends, edges.tolist(), weights, strict=True):
        name = between.edge_label(edge)
        data = between.graph.topology.attributes_at(edge) if given is None else given.get_edge_data(*name) or {}
        key = name[2] if len(name) == 3 else 0
        yield labels[tail], labels[head], key, {**data, "weight": arithmetic.finished(weight)}
