"""`routes`: the shortest ways from one node to another on the graph as it is, and the fewest edges that all ways use.

What there is to say between two nodes of one cycle, of which one can neither count the ways nor merge the ends: that
the shortest ones have so many edges, and which edges part the ends. Cycles are never merged here, nor walked round.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import Any, Unpack

import networkx as nx

from graphdiff.graph.compiled import CompiledGraph, CompileOptions, counted
from graphdiff.graph.ends import End, titled
from graphdiff.graph.options import takes_options
from graphdiff.paths.loopless import loopless
from graphdiff.paths.paths import Path, path_of, path_texts
from graphdiff.sets.fewest import Search, every_path
from graphdiff.sums.between import Between, between_ends
from graphdiff.text.names import Edge, edge_name, node_text
from graphdiff.text.numbers import chain_of, plain, shorten
from graphdiff.text.requirements import attributes_of, needed_text, package_name, requirement_record
from graphdiff.text.sentences import how_many, words_for
from graphdiff.text.tables import WIDTH, Frame, Result, Sheet, in_columns
from graphdiff.why.listing import SHOWN as LISTED
from graphdiff.why.listing import listing, path_lines

__all__ = ["Routes", "routes"]

#: How many of the shortest routes are kept, and how many edges of the cut a report lists.
KEPT, SHOWN = 10, 8

#: Longer ones than the shortest are looked for where their edges times all edges between are no more than this.
MAX_SEARCH = 1_000_000

#: Why there is no number.
NO_TOTAL = (
    "No total is given: walks between them go round a cycle without end, and a cycle that counts as one node cannot "
    "tell its members apart."
)


@takes_options
def routes(
    graph: nx.DiGraph | CompiledGraph, source: End, target: End, *, k: int = KEPT, **options: Unpack[CompileOptions]
) -> Routes:
    """Return the shortest routes from `source` to `target` and the fewest edges of which every route uses one.

    Both are found on the graph as it is, so that there is an answer between two nodes of one cycle too, where
    ``cycles="collapse"`` has no total. Needs no weights.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
    source, target : node, list of nodes, mapping of node to seed, ROOTS or LEAVES
        See `graphdiff.total_influence`; a seed plays no part.
    k : int
        How many of the shortest routes are kept, at most; they are counted all.
    **options
        Those of `graphdiff.compile`, unless the graph is compiled already; `weight` and `cycles` play no part.

    Returns
    -------
    Routes

    Raises
    ------
    UnknownNodeError
        As `graphdiff.total_influence`.

    References
    ----------
    L. Ford, D. Fulkerson, "Maximal flow through a network" (1956), for the cut.

    Examples
    --------
    >>> G = nx.DiGraph([("a", "b"), ("b", "c"), ("c", "a"), ("a", "d"), ("d", "c"), ("d", "a")])
    >>> print(routes(G, "b", "d"))
    The only shortest route, of 3 edges:
      b > c > a > d
    <BLANKLINE>
    b leads to d: both are among 4 nodes that all lead to each other.
    Every route uses the edge a -> d.
    No total is given: walks between them go round a cycle without end, and a cycle that counts as one
      node cannot tell its members apart.
    """
    given = graph if isinstance(graph, nx.Graph) else None
    ready = replace(counted(graph, options), cycles="solve")  # so that no cycle is refused, and none is one node
    between = between_ends(ready, source, target)
    source, target = titled(ready, source, target)
    return Routes(source, target, between, given, k)


@dataclass(frozen=True, eq=False, repr=False)
class Routes(Result):
    """The shortest routes between two ends and the fewest edges that part them; in pandas a row for each such edge.

    Each is computed when it is first asked for, and once.

    Attributes
    ----------
    source, target : node, list of nodes, mapping of node to seed, ROOTS or LEAVES
        The ends as they were given.
    part : Between
        What lies between them, cycles and all.
    given : networkx.DiGraph or None
        The graph as it was given, where that is known: it says what each edge asks for.
    k : int
        How many of the shortest routes are kept.
    """

    source: Any
    target: Any
    part: Between
    given: nx.DiGraph | None = None
    k: int = KEPT

    @cached_property
    def _shortest(self) -> Shortest:
        return Shortest.of(self.part)

    @property
    def length(self) -> int | None:
        """How many edges the shortest routes have; None where there is no route."""
        return self._shortest.length

    @property
    def n_shortest(self) -> int:
        """How many routes of that length there are."""
        return self._shortest.number

    @cached_property
    def shortest(self) -> list[Path]:
        """The first `k` of them, in the order of the nodes; their influence, by which they are counted, is 1."""
        steps = islice(self._shortest.routes(), self.k)
        return [path_of(self.part, nodes, edges, 1) for nodes, edges in steps]

    @cached_property
    def _nearest(self) -> list[Path]:
        """One more than `k` of them, where there are so many; without a route of no edge."""
        steps = islice(loopless(self.part), self.k + 1 + len(self.part.sources))
        paths = (path_of(self.part, nodes, edges, 1) for nodes, edges in steps if edges)
        return list(islice(paths, self.k + 1))

    @property
    def _is_searched(self) -> bool:
        return self.length is not None and max(self.length, 1) * self.part.n_edges <= MAX_SEARCH

    @cached_property
    def nearest(self) -> list[Path]:
        """The `k` shortest ways that pass no node twice, longer ones than the shortest, too; of very many only these.

        Where a node is both ends that is no way.
        """
        return self._nearest[: self.k] if self._is_searched else [path for path in self.shortest if path.edges]

    @property
    def n_nearest(self) -> int | None:
        """How many ways pass no node twice; None where they are more than `k`, and not counted."""
        return len(self._nearest) if self._is_searched and len(self._nearest) <= self.k else None

    @cached_property
    def cut(self) -> list[Edge]:
        """The fewest edges of which every route uses one; none where a node is both ends, or there is no route."""
        if set(self.part.sources) & set(self.part.targets):
            return []
        return every_path(Search(self.part, "edges", None))[0]

    @cached_property
    def component(self) -> tuple[Any, ...]:
        """The nodes of the first component that a source and a target share; none where they share none of several."""
        topology, positions = self.part.graph.topology, self.part.positions
        firsts = (topology.representative[positions[ends]].tolist() for ends in (self.part.sources, self.part.targets))
        shared = set.intersection(*map(set, firsts))
        ranges = [(start, stop) for start, stop in topology.cyclic.tolist() if start in shared and stop - start > 1]
        return tuple(topology.labels[slice(*ranges[0])]) if ranges else ()

    @property
    def n_paths(self) -> float | None:
        """How many walks there are where both ends are on one cycle: infinitely many; else it is not known here."""
        return math.inf if self.component else None

    @property
    def total(self) -> None:
        """The total influence, which there is none of here."""
        return None

    @property
    def edge_meaning(self) -> str:
        """What an edge says."""
        return self.part.graph.edge_meaning

    @property
    def weight_meaning(self) -> str:
        """What a weight says: all are 1."""
        return self.part.graph.weight_meaning

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values; the total is None, and a sentence says why."""
        naming = self.part.graph.topology.naming
        return {
            **naming.ends(self.source, self.target),
            "edge_meaning": self.edge_meaning,
            "total": None,
            "n_paths": None,
            "why_no_total": NO_TOTAL if self.component else None,
            "component": naming.listed(self.component),
            "length": self.length,
            "n_shortest": plain(self.n_shortest),
            "shortest_paths": [self.path_record(path) for path in self.shortest],
            "cut": list(map(self._record, self.cut)),
        }

    def path_record(self, path: Path) -> dict[str, Any]:
        """Return a route as plain values: its nodes, and its edges with what each asks for."""
        nodes = self.part.graph.topology.naming.listed(path.nodes)
        return {"nodes": nodes, "steps": list(map(self._record, path.edges))}

    def _record(self, edge: Edge) -> dict[str, Any]:
        return self.part.graph.topology.naming.edge(edge) | requirement_record(attributes_of(self.given, edge))

    def _frame(self) -> Frame:
        return Frame(list(map(self._record, self.cut)))

    def _sheet(self) -> Sheet:
        chains = ([chain_of(list(map(node_text, path.nodes)), WIDTH, " -> "), path.length] for path in self.nearest)
        return ["route", "edges"], chains, self.title()

    def __repr__(self) -> str:
        return f"<Routes: {self.title()}>"

    def __str__(self) -> str:
        return self.text()

    def title(self) -> str:
        """Return how many shortest routes there are, and how long they are."""
        if self.length is None:
            return "No route"
        edges = how_many(self.length, "edges")
        if self.n_shortest == 1:
            return f"The only shortest route, of {edges}"
        return f"The {how_many(self.n_shortest, 'shortest routes')}, of {edges} each"

    def text(self, *, every: bool = False) -> str:
        """Return the report: five routes, or every one that is kept, what parts the ends, and why there is no total."""
        words = words_for(self.edge_meaning, node_meaning=self.part.graph.node_meaning).about(self.source)
        ends = {"source": words.named(self.source), "target": words.named(self.target)}
        if self.length is None:
            return in_columns([f"{words.none.format(**ends)}: no route leads there."])
        relation = words.relation.format(**ends).removesuffix(",")
        together = f": both are among {len(self.component):,} {words.nodes} that all lead to each other"
        return in_columns(
            [
                *self.route_lines(every=every),
                "",
                f"{relation}{together * bool(self.component)}.",
                *self.cut_lines(),
                *([NO_TOTAL] if self.component else []),
            ]
        )

    def route_lines(self, *, every: bool = False) -> Iterator[str]:
        """Yield the title and the first five of the shortest routes, or every one that is kept."""
        if self.length is None:
            yield f"{self.title()}."
            return
        listed, lines = path_lines(self.shortest, self.given)
        if every:
            listed, lines = len(self.shortest), [f"  {text}" for text in path_texts(self.shortest, self.given)]
        yield f"{self.title()}:"
        yield from lines
        if self.n_shortest > listed:
            yield f"  … {self.n_shortest - listed:,} more"

    def nearest_lines(self) -> list[str]:
        """Return the first five of the nearest routes under a title; where all have one length, how many such are."""
        if self.n_nearest is None and self.n_shortest >= len(self.nearest[:LISTED]):
            return list(self.route_lines())
        return listing(self.nearest, self.n_nearest, self.given)

    def cut_lines(self) -> Iterator[str]:
        """Yield the edges of which every route uses one."""
        if len(self.cut) == 1:
            yield f"Every route uses the edge {self._edge_text(self.cut[0])}."
        elif self.cut:
            yield f"Every route uses one of these {len(self.cut):,} edges, and fewer would not do (maximum flow):"
            yield from (f"  {shorten(self._edge_text(edge), WIDTH - 2)}" for edge in self.cut[:SHOWN])
            if len(self.cut) > SHOWN:
                yield f"  … {len(self.cut) - SHOWN:,} more: graphdiff cut lists them"

    def _edge_text(self, edge: Edge) -> str:
        return needed_text(edge_name(edge), attributes_of(self.given, edge), package_name(self.given, edge[1]))


def change_text(before: Routes, after: Routes) -> str:
    """Return the report on the routes before and after a change.

    Examples
    --------
    >>> G = nx.DiGraph([("a", "b"), ("b", "c"), ("c", "a"), ("a", "d"), ("d", "c")])
    >>> H = nx.DiGraph([("a", "b"), ("b", "c")])
    >>> print(change_text(routes(G, "b", "d"), routes(H, "b", "a")))
    Before
    The only shortest route, of 3 edges:
      b > c > a > d
    Every route uses the edge a -> d.
    <BLANKLINE>
    After
    No route.
    <BLANKLINE>
    No total is given: walks between them go round a cycle without end, and a cycle that counts as one
      node cannot tell its members apart.
    """
    reason = [NO_TOTAL] if before.component or after.component else []
    parts = [["Before", *before.route_lines(), *before.cut_lines(), ""], ["After", *after.route_lines()]]
    return in_columns([*parts[0], *parts[1], *after.cut_lines(), "", *reason])


@dataclass(frozen=True, eq=False)
class Shortest:
    """The routes with fewest edges: those that take one step nearer the targets each time.

    Attributes
    ----------
    part : Between
    length : int or None
        None where no target is reached.
    ahead : dict of int to int
        How many edges lead from the sources to each node, at least.
    number_from : dict of int to int
        For each node on such a route how many lead on from it, exactly.
    """

    part: Between
    length: int | None
    ahead: dict[int, int]
    number_from: dict[int, int]

    @classmethod
    def of(cls, part: Between) -> Shortest:
        """Return them, by a search by breadth."""
        ahead = dict.fromkeys(part.sources, 0)
        order = list(ahead)
        for node in order:  # the list grows while it is walked
            for head, _, _ in part.rows[node]:
                if head not in ahead:
                    ahead[head] = ahead[node] + 1
                    order.append(head)
        ends = [node for node in dict.fromkeys(part.targets) if node in ahead]
        length = min((ahead[node] for node in ends), default=None)
        number_from = {node: 1 for node in ends if ahead[node] == length}
        for node in reversed(order):
            onward = sum(number_from.get(head, 0) for head, _, _ in part.rows[node] if ahead[head] == ahead[node] + 1)
            if onward:
                number_from[node] = onward
        return cls(part, length, ahead, number_from)

    @property
    def number(self) -> int:
        """How many routes there are."""
        return sum(self.number_from.get(node, 0) for node in dict.fromkeys(self.part.sources))

    def routes(self) -> Iterator[tuple[Sequence[int], Sequence[int]]]:
        """Yield the nodes and the edges of each, depth first."""
        sources = [node for node in dict.fromkeys(self.part.sources) if node in self.number_from]
        waiting: list[tuple[list[int], list[int]]] = [([node], []) for node in reversed(sources)]
        while waiting:
            nodes, edges = waiting.pop()
            if len(edges) == self.length:
                yield nodes, edges
            steps = [step for step in self.part.rows[nodes[-1]] if self._is_nearer(nodes[-1], step[0])]
            waiting += [([*nodes, head], [*edges, edge]) for head, edge, _ in reversed(steps)]

    def _is_nearer(self, tail: int, head: int) -> bool:
        return head in self.number_from and self.ahead[head] == self.ahead[tail] + 1
