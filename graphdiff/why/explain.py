"""`explain`: one total taken apart, from one forward and one reverse sweep.

What it is made of (paths, edges, nodes), how concentrated it is, how far it can be trusted, and, where it is 0,
which zero it is.
"""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from itertools import accumulate, islice
from typing import Any, Unpack

import networkx as nx
import numpy as np

from graphdiff import arithmetic
from graphdiff.arithmetic import Number
from graphdiff.graph.compiled import CompiledGraph, CompileOptions, compiled
from graphdiff.paths.paths import Path
from graphdiff.paths.strongest import strongest
from graphdiff.sets.bottlenecks import bottlenecks, fewest_edges
from graphdiff.sums.between import Between, between, total_over
from graphdiff.sums.certificate import Certificate, certificate_of, sizes_of
from graphdiff.sums.cycles import Range, components_between, positions_between
from graphdiff.sums.flow import Contributions, Flow, flow_between, path_entropy
from graphdiff.sums.results import largest_first
from graphdiff.sums.semirings import SEMIRINGS
from graphdiff.sums.sweeps import forward_values
from graphdiff.text.names import Edge, node_text
from graphdiff.text.numbers import plain, shown
from graphdiff.text.sentences import words_for
from graphdiff.text.tables import Result
from graphdiff.why.cancellation import Cancellation, cancellation
from graphdiff.why.report import _is_real, _share, explanation_text

#: How many strongest paths an explanation keeps.
STRONGEST = 10


def explain(
    graph: nx.DiGraph | CompiledGraph,
    source: Hashable | None,
    target: Hashable,
    **options: Unpack[CompileOptions],
) -> Explanation:
    """Take the total influence of `source` on `target` apart.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
    source : node, or None
        None is one unit at every root.
    target : node
    **options
        Those of `graphdiff.compile`, unless the graph is compiled already.

    Returns
    -------
    Explanation

    Raises
    ------
    UnknownNodeError, WeightError, CycleError, SameComponentError, ValueOverflowError
        As `graphdiff.total_influence`.

    Examples
    --------
    >>> import networkx as nx
    >>> G = nx.DiGraph()
    >>> G.add_weighted_edges_from([("b", "c", 1), ("b", "d", 1), ("c", "e", 2), ("d", "e", 3)])
    >>> why = explain(G, "b", "e")
    >>> why.total, why.n_paths, round(why.effective_paths, 2)
    (5, 2, 1.96)
    """
    ready = compiled(graph, options)
    found = flow_between(ready, source, target)
    topology = ready.topology
    starts = topology.roots.tolist() if source is None else [topology.position(source)]
    end = topology.position(target)
    part = between(ready, starts, [end])
    sizes = sizes_of((ready, starts, [end]))
    direct = arithmetic.finished(_direct(found, source, target))
    merged, merged_elsewhere = _merged(ready, starts, end)
    edges = Contributions(found.edges, found.total, "edge", topology)
    empty = found.graph.one_and_zero[0] if target == source and not part.loops else 0
    return Explanation(
        source=source,
        target=target,
        total=found.total,
        direct=direct,
        indirect=arithmetic.finished(found.total - direct - empty),
        certificate=certificate_of(part, found, sizes),
        n_paths=None if part.loops else total_over(part, SEMIRINGS["count"]) or 0,
        lengths=_lengths(part),
        effective_paths=None if sizes is None else _effective_paths(ready, part, sizes),
        strongest=[] if sizes is None else list(islice(strongest(part), STRONGEST)),
        edge_contributions=edges,
        node_contributions=Contributions(found.nodes, found.total, "node", topology),
        cancellation=None if sizes is None else cancellation(part, found.total, sizes.total, edges),
        bottlenecks=bottlenecks(part),
        part=part,
        place=None if source is None else _place(ready, starts[0], end),
        zero=_zero_reason(ready, part, found, sizes, (starts, end)) if not found.total else None,
        edge_meaning=ready.edge_meaning,
        weight_meaning=ready.weight_meaning,
        merged=merged,
        merged_elsewhere=merged_elsewhere,
    )


def _lengths(part: Between) -> tuple[int, int] | None:
    if part.loops or not part.targets:
        return None
    return total_over(part, SEMIRINGS["fewest-edges"]), total_over(part, SEMIRINGS["most-edges"])


def _direct(found: Flow, source: Hashable | None, target: Hashable) -> Number:
    """Return the sum of the parallel edges from source to target, which carriers only: a collapsed loop has none."""
    topology, graph = found.graph.topology, found.graph
    zero = graph.one_and_zero[1]
    if source is None:
        return zero
    start, end = topology.position(source), topology.position(target)
    rows = topology.quotient if graph.cycles == "collapse" else topology.rows
    first, last = int(rows.ptr[graph.anchor(start)]), int(rows.ptr[graph.anchor(start) + 1])
    hits = np.flatnonzero(rows.heads[first:last] == graph.anchor(end)) + first
    return sum(arithmetic.listed(arithmetic.taken(graph.weights, rows.edges_at(hits))), start=zero)


def _effective_paths(graph: CompiledGraph, part: Between, sizes: Flow) -> Number | None:
    """Return exp of the entropy; the number of paths itself where each weighs the same."""
    if graph.weight_meaning == "unit" and not part.loops:
        return total_over(part, SEMIRINGS["count"])
    entropy = path_entropy(sizes)
    if entropy is None or entropy < 700:
        return None if entropy is None else math.exp(entropy)
    return Decimal(entropy).exp()


def _place(graph: CompiledGraph, start: int, end: int) -> tuple[int, int] | None:
    """Return the end's place among what the start reaches; None where a cycle elsewhere has no value."""
    loops = components_between(graph, [start]) if graph.cycles != "collapse" else []
    if loops:
        return None
    reached = positions_between(graph, [start], None)
    values = forward_values(graph, {graph.anchor(start): graph.one_and_zero[0]}, among=reached)
    others = [p for p in reached.tolist() if p != graph.anchor(start)]
    if graph.anchor(end) not in others:
        return None
    try:
        larger = sum(abs(values[p]) > abs(values[graph.anchor(end)]) for p in others)
    except TypeError:  # symbols have no order
        return None
    return int(larger) + 1, len(others)


def _merged(graph: CompiledGraph, starts: list[int], end: int) -> tuple[list[list[Any]], list[list[Any]]]:
    """Return the components that count as one node each: on the way, and elsewhere among what is reached."""
    if graph.cycles != "collapse":
        return [], []
    on_the_way = components_between(graph, starts, [end])
    elsewhere = [part for part in components_between(graph, starts) if part not in on_the_way]
    return _members(graph, on_the_way), _members(graph, elsewhere)


def _members(graph: CompiledGraph, ranges: list[Range]) -> list[list[Any]]:
    """Return the members of components of more than one node."""
    labels = graph.topology.labels
    return [list(labels[start:stop]) for start, stop in ranges if stop - start > 1]


def _zero_reason(
    graph: CompiledGraph, part: Between, found: Flow, sizes: Flow | None, ends: tuple[list[int], int]
) -> str:
    """Return which zero a total of 0 is."""
    words = words_for(graph.edge_meaning)
    starts, end = ends
    labels = graph.topology.label
    if not part.sources:
        back = between(graph, [end], starts) if len(starts) == 1 else part
        if back.sources:
            return f"no path from {labels(starts[0])} to {labels(end)}, but one the other way: are the ends swapped?"
        return "no path leads there"
    dead = [(node, step) for node, row in enumerate(part.rows) for step in row if not step[2]]
    if dead and not _path_without_zero(part):
        tail, (head, *_) = dead[0]
        edge = f"{node_text(part.labels[tail])} -> {node_text(part.labels[head])}"
        many = "the only one" if len(dead) == 1 else f"{len(dead):,} such {words.edges}"
        return f"every path has an edge of weight 0, as {edge} ({many} on the way)"
    if sizes is None or not sizes.total:
        return "the products of the weights are too small for a float (underflow); exact=True keeps them"
    if isinstance(found.total, complex):
        return f"paths cancel: their sizes add up to {shown(sizes.total)}"
    half = shown(sizes.total / 2)
    return f"paths cancel: +{half} and -{half}"


def _path_without_zero(part: Between) -> bool:
    """Return whether some path has no edge of weight 0."""
    reached = [False] * part.n_nodes
    for node in part.sources:
        reached[node] = True
    for node, row in enumerate(part.rows):
        if reached[node]:
            for head, _, weight in row:
                reached[head] = reached[head] or bool(weight)
    return any(reached[node] for node in part.targets)


@dataclass(frozen=True, eq=False)
class Explanation(Result):
    """One total influence and what it is made of.

    Attributes
    ----------
    source, target : node
        The ends; a source of None stands for all roots.
    total : number
        The total influence.
    direct, indirect : number
        The sum of the parallel edges source -> target, and the rest.
    certificate : Certificate or None
        How far the total can be trusted.
    n_paths : int or None
        How many paths there are; None where a cycle is solved (infinitely many walks).
    lengths : (int, int) or None
        Edges of the shortest and the longest path.
    effective_paths : number or None
        The effective number of paths: exp of the entropy of their shares of the sum of absolute influences.
    strongest : list of Path
        The ten with the largest absolute influence.
    edge_contributions, node_contributions : mapping of edge or node to number
        The part of the total that runs through each.
    cancellation : Cancellation or None
        Where paths have both signs, what they sum to, the strongest of each, and where most meets.
    bottlenecks : list of nodes
        The nodes that every path passes, the ends left out.
    part : Between
        What lies between the ends.
    place : (int, int) or None
        The target's place by total influence among the nodes that the source reaches, and how many those are;
        a collapsed component counts as one.
    zero : str or None
        Where the total is 0, why.
    edge_meaning, weight_meaning : str
        What an edge and a weight say.
    merged, merged_elsewhere : list of list of nodes
        The cycles that count as one node each: on the way, and elsewhere among what the source reaches.
    """

    source: Any
    target: Any
    total: Number
    direct: Number
    indirect: Number
    certificate: Certificate | None
    n_paths: int | None
    lengths: tuple[int, int] | None
    effective_paths: Number | None
    strongest: list[Path]
    edge_contributions: Contributions = field(repr=False)
    node_contributions: Contributions = field(repr=False)
    cancellation: Cancellation | None
    bottlenecks: list[Any]
    part: Between = field(repr=False)
    place: tuple[int, int] | None
    zero: str | None
    edge_meaning: str
    weight_meaning: str
    merged: list[list[Any]]
    merged_elsewhere: list[list[Any]]

    @property
    def edge_shares(self) -> dict[Any, Number | None]:
        """The share of each edge in the total; None where the total is 0."""
        return self.edge_contributions.shares

    @property
    def node_shares(self) -> dict[Any, Number | None]:
        """The share of each node in the total; None where the total is 0."""
        return self.node_contributions.shares

    @property
    def entropy(self) -> float | None:
        """The entropy, in nats, of the paths' shares of the sum of absolute influences."""
        return None if self.effective_paths is None else float(Decimal(self.effective_paths).ln())

    @cached_property
    def cut(self) -> list[Edge]:
        """The fewest edges that carry the whole total, of several such sets one that paths use but once, if any is."""
        return fewest_edges(self.part)

    @property
    def coverage(self) -> list[float]:
        """What part of the sum of absolute influences the strongest paths carry, one after the other."""
        whole = self.certificate.abs_sum if self.certificate else abs(self.whole or 0)
        return list(accumulate(float(abs(path.influence) / whole) for path in self.strongest)) if whole else []

    @property
    def whole(self) -> Number | None:
        """What parts are of in text: the total; where signs mix, the sum of absolute influences, None if infinite."""
        if self.cancellation is not None:
            return self.cancellation.positive - self.cancellation.negative
        return None if self.certificate and self.certificate.abs_sum == math.inf else self.total

    def last_steps(self) -> list[tuple[str, Number, float | None]]:
        """Return the nodes that the influence comes through last, each with its contribution and that as a part.

        The largest first. The part is that of `whole`; into a cycle that has the target on it counts as the last step.
        Of symbols and complex numbers there are no parts.
        """
        if self.whole == 0 or not _is_real(self.total):
            return []
        brought: dict[Any, Number] = {}
        for edge, number in self.edge_contributions.into(self.target):
            brought[edge[0]] = brought.get(edge[0], 0) + number
        name = self.part.graph.topology.naming.node
        rows = [(name(node), n, None if self.whole is None else float(n / self.whole)) for node, n in brought.items()]
        return [rows[place] for place in largest_first([row[1] for row in rows])]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values; edges as records, only those that carry something."""
        naming = self.part.graph.topology.naming
        paths = [{**path.to_dict(), "covered": part} for path, part in zip(self.strongest, self.coverage, strict=False)]
        return {
            **naming.ends(self.source, self.target),
            "edge_meaning": self.edge_meaning,
            "weight_meaning": self.weight_meaning,
            "total": plain(self.total),
            "direct": plain(self.direct),
            "indirect": plain(self.indirect),
            "n_paths": self.n_paths,
            "shortest": None if self.lengths is None else self.lengths[0],
            "longest": None if self.lengths is None else self.lengths[1],
            "effective_paths": plain(self.effective_paths),
            "entropy": self.entropy,
            "place": None if self.place is None else self.place[0],
            "reached": None if self.place is None else self.place[1],
            "certificate": None if self.certificate is None else self.certificate.to_dict(),
            "zero": self.zero,
            "bottlenecks": naming.listed(self.bottlenecks),
            "cut": [self._edge_record(edge, self.edge_contributions[edge]) for edge in self.cut],
            "cancellation": None if self.cancellation is None else self.cancellation.to_dict(),
            "strongest": paths,
            "edges": [self._edge_record(edge, number) for edge, number in self.edge_contributions.carrying()],
            "nodes": [
                {"node": naming.node(node), "contribution": plain(number), "share": _share(number, self.total)}
                for node, number in self.node_contributions.carrying()
            ],
            "cycles_merged": list(map(naming.listed, self.merged)),
            "cycles_merged_elsewhere": list(map(naming.listed, self.merged_elsewhere)),
        }

    def _edge_record(self, edge: tuple[Any, ...], number: Number) -> dict[str, Any]:
        names = self.part.graph.topology.naming.edge(edge)
        return {**names, "contribution": plain(number), "share": _share(number, self.total)}

    def to_pandas(self) -> Any:
        """Return the edge contributions as a pandas Series, largest first."""
        series = self.edge_contributions.to_pandas()
        return series.iloc[largest_first(series.tolist())]

    def __str__(self) -> str:
        return explanation_text([self])

    def _repr_html_(self) -> str:
        from graphdiff.pictures.annotate import annotate
        from graphdiff.pictures.dot import to_pydot
        from graphdiff.pictures.graphviz import layout

        answer = annotate(self.part.graph, self.source, self.target)
        svg = layout(to_pydot(answer), "svg").decode().partition("?>")[2]
        return f"<div>{super()._repr_html_()}{svg}</div>"
