"""`prune`: the strongest part of what lies between two nodes, and the rest as edges, every total the same.

What is left out is eliminated: all ways from one kept node to another that pass none become one edge. One sweep finds
them all, which carries, for each node that is left out, the sum over the ways to it from each kept node.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any, TypeAlias, Unpack

import networkx as nx

from graphdiff import arithmetic
from graphdiff.arithmetic import Number
from graphdiff.errors import UsageError
from graphdiff.graph.compiled import CompiledGraph, CompileOptions, compiled
from graphdiff.graph.ends import End
from graphdiff.graph.labels import require_nodes
from graphdiff.graph.options import takes_options
from graphdiff.graph.presets import summed
from graphdiff.paths.strongest import covering, require_coverage, require_sizes
from graphdiff.remedies import Keyword, Remedy
from graphdiff.sums.between import Between, ends_of, forward_over, restriction, reverse_over
from graphdiff.sums.semirings import SEMIRINGS
from graphdiff.sums.sweeps import checked

#: The sum of the products over some ways, and the number of these.
Way: TypeAlias = tuple[Number, int]
#: Ways by the node at their other end.
Ways: TypeAlias = dict[int, Way]

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
    **options: Unpack[CompileOptions],
) -> nx.MultiDiGraph:
    """Return the strongest part of what lies between two ends; totals between the nodes kept are unchanged.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
    source, target : node, list of nodes, mapping of node to seed, ROOTS or LEAVES
        See `graphdiff.total_influence`; all of them that lie between are kept.
    coverage : float, optional
        Keep the nodes of the strongest paths that have this part of the sum of absolute path influences; 0.9 where
        neither is given.
    max_nodes : int, optional
        Keep the nodes that most of it runs through, so many at most, the ends among them; at least as many as these.
    **options
        Those of `graphdiff.compile`, unless the graph is compiled already.

    Returns
    -------
    networkx.MultiDiGraph
        The nodes kept, with the edges between them and their attributes. What paths through other nodes carry from
        one kept node to another is one edge more, ``eliminated=True``, with its ``weight`` and its number of
        ``paths``. Edges that are on no path from the source to the target are left out. A merged component is one
        node, the frozenset of its members, unless it holds an end.

    Raises
    ------
    UsageError
        If `coverage` is no part, or `max_nodes` leaves no room for the ends.
    LimitError
        If the 10,000 strongest paths do not cover so much.
    CycleError
        If a cycle lies between, unless it is collapsed.
    UnknownNodeError, WeightError, SameComponentError
        As `graphdiff.total_influence`.

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
    """
    require_coverage(coverage)
    ready = compiled(graph, options)
    seeds = ends_of(ready, source, target)
    between, ends = restriction(ready, *seeds), [*seeds[0].positions, *seeds[1].positions]
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
    return _as_graph(graph, between, kept, ends)


def _on_strongest(between: Between, coverage: float) -> set[int]:
    """Return the nodes of the strongest paths that have a part of the sum of sizes; the ends always."""
    instead = Remedy(Keyword("max_nodes"), "keeps the nodes that most of it runs through")
    # Nine tenths are enough where 0.9, as a float a little more, is asked for.
    paths = covering(between, coverage * (1 - 1e-12), None, instead, MAX_COVERING)
    places = {label: node for node, label in enumerate(between.labels)}
    return {*between.sources, *between.targets, *(places[node] for path in paths for node in path.nodes)}


def _largest(between: Between, kept: Collection[int], max_nodes: int) -> set[int]:
    """Return those of `kept` that most runs through; the ends always."""
    ends = {*between.sources, *between.targets}
    ahead, behind = (sweep(between, SEMIRINGS["size"]) for sweep in (forward_over, reverse_over))
    inner = sorted(set(kept) - ends, key=lambda node: (-arithmetic.finished(ahead[node] * behind[node]), node))
    return ends | set(inner[: max_nodes - len(ends)])


def bypasses(between: Between, kept: Collection[int], drawn: Collection[int]) -> dict[tuple[int, int], Way]:
    """Return what leads from one kept node to another besides the drawn edges, passing no kept node.

    Parameters
    ----------
    between : Between
        Without cycles that are solved.
    kept : collection of int
        Nodes, numbered as in `between`.
    drawn : collection of int
        Edges between kept nodes, numbered as in the topology, that stand for themselves.

    Returns
    -------
    dict
        ``{(tail, head): (sum of the products, number of ways)}``. All sources that are not kept are one tail,
        ``between.n_nodes``, and all targets that are not are one head, the number after it.
    """
    arrived: dict[int, Ways] = {}
    carried = _started(between, kept)
    for node, row in enumerate(between.rows):
        ways = carried.pop(node, {})
        if node not in kept:
            for seed in between.exits[node]:
                _arrive(arrived, between.n_nodes + 1, ways, seed)
        for head, edge, weight in row:
            if edge in drawn:
                continue
            if head in kept:
                _arrive(arrived, head, ways, weight)
            else:
                _carry(carried.setdefault(head, {}), ways, weight)
    return {(tail, head): way for tail in sorted(arrived) for head, way in sorted(arrived[tail].items())}


def _started(between: Between, kept: Collection[int]) -> dict[int, Ways]:
    """Return the empty way at each kept node, and at each other source what is put in there."""
    one = between.graph.one_and_zero[0]
    carried: dict[int, Ways] = {node: {node: (one, 1)} for node in kept}
    for node, seed in between.starts:
        if node not in kept:
            _bring(carried.setdefault(node, {}), between.n_nodes, one if seed is None else seed, 1)
    return carried


def _arrive(arrived: dict[int, Ways], head: int, ways: Ways, weight: Number) -> None:
    """Add ways, each a step of this weight longer, to those that end at a head, by the tails that they start at."""
    for tail, (value, count) in ways.items():
        _bring(arrived.setdefault(tail, {}), head, value * weight, count)


def _carry(sums: Ways, ways: Ways, weight: Number) -> None:
    """Add ways, each a step of this weight longer, to those of the same tails that are on their way."""
    for tail, (value, count) in ways.items():
        _bring(sums, tail, value * weight, count)


def _bring(sums: Ways, key: int, value: Number, count: int) -> None:
    """Add ways to those that have the same other end."""
    before, counted = sums.get(key, (0, 0))
    sums[key] = before + value, counted + count


def _as_graph(graph: nx.DiGraph | CompiledGraph, between: Between, kept: set[int], ends: list[int]) -> nx.MultiDiGraph:
    """Return the kept nodes and the edges between them, drawn and eliminated."""
    labels = _labels(between, ends)
    named = [labels[node] for node in sorted(kept)] or [between.graph.topology.label(place) for place in ends]
    require_nodes(named)
    edges = _edges_among(between, kept)
    given = graph if isinstance(graph, nx.DiGraph) else None
    meaning = summed(between.graph.weight_meaning)
    meanings = {"edge_meaning": between.graph.edge_meaning, "node_meaning": between.graph.node_meaning}
    pruned = nx.MultiDiGraph(weight_meaning=meaning, **meanings)
    known: dict[Any, dict[str, Any]] = dict(given.nodes(data=True)) if given is not None and between.n_nodes else {}
    pruned.add_nodes_from((name, known.get(name, {})) for name in named)
    rest = bypasses(between, kept, {edge for _, _, edge, _ in edges})
    for tail, head, key, data in _records(between, given, labels, edges):
        # Edges of several members of a merged node may have one key.
        pruned.add_edge(tail, head, None if pruned.has_edge(tail, head, key) else key, **data)
    pruned.add_edges_from(
        (labels[tail], labels[head], {"weight": checked(weight), "paths": count, "eliminated": True})
        for (tail, head), (weight, count) in rest.items()
    )
    return pruned


def _labels(between: Between, ends: list[int]) -> dict[int, Any]:
    """Return the label of each node; of a merged component that holds one end that end's, which was asked about."""
    labels, graph = dict(enumerate(between.labels)), between.graph
    places = {position: node for node, position in enumerate(between.positions.tolist())}
    held = [(places[graph.anchor(end)], end) for end in dict.fromkeys(ends) if graph.anchor(end) in places]
    alone = Counter(node for node, _ in held)
    return labels | {node: graph.topology.label(end) for node, end in held if alone[node] == 1}


def _edges_among(between: Between, kept: Collection[int]) -> list[tuple[int, int, int, Number]]:
    """Return tail, head, number and weight of each edge between kept nodes."""
    rows = ((node, between.rows[node]) for node in sorted(kept))
    return [(node, head, edge, weight) for node, row in rows for head, edge, weight in row if head in kept]


def _records(
    between: Between, given: nx.DiGraph | None, labels: dict[int, Any], edges: list[tuple[int, int, int, Number]]
) -> Iterator[tuple[Any, Any, Any, dict[str, Any]]]:
    for tail, head, edge, weight in edges:
        name = between.edge_label(edge)
        data = between.graph.topology.attributes_at(edge) if given is None else given.get_edge_data(*name) or {}
        key = name[2] if len(name) == 3 else 0
        yield labels[tail], labels[head], key, {**data, "weight": arithmetic.finished(weight)}
