"""The search for the fewest edges or nodes without which little enough of a total is left.

Every path: a maximum flow with a capacity of 1 on each edge (or node) is as large as the smallest cut (L. Ford,
D. Fulkerson, "Maximal flow through a network", 1956; for nodes K. Menger, 1927).

A part of it is a covering problem. Where no weight is negative, what a set takes away is the influence of the paths
that it meets: a sum over paths, so it grows with the set, and an edge takes away the less the more is cut already (it
is monotone and submodular). Hence, if S is cut already and r is still to be taken away, any set that does it has at
least m members, with m the fewest gains beside S that sum to r. The largest m over the steps of the greedy choice is
the bound reported. It is never weaker than what the greedy choice guarantees in general, k <= 1 + m·ln(wanted / r
before its last step), which needs no more than r <= m · largest gain at each step (L. Wolsey, "An analysis of the
greedy algorithm for the submodular set covering problem", Combinatorica 2 (1982), 385-393, doi:10.1007/BF02579435).
Where signs mix, removing an edge can make the total larger: nothing of this holds, and there is no bound.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import accumulate, combinations
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import Number
from graphdiff.errors import UsageError, edge_text
from graphdiff.paths.strongest import sum_of_sizes
from graphdiff.sets.bottlenecks import beyond_cut
from graphdiff.showing import and_more
from graphdiff.sums.between import Between
from graphdiff.sums.levels import Arrays
from graphdiff.text.names import node_text

#: Up to so many candidates every set that might do is tried; above, the choice is greedy.
MAX_EXACT = 20

#: Up to so many edges between the ends a cut of all paths is looked at, too, where a part is to go.
MAX_MEETING = 50_000

#: Floats count as equal within this part of the sum of absolute influences.
CLOSE = 1e-12

REAL = (int, float, Fraction, Decimal)

#: Why a cycle that counts as one node may not be removed.
MERGED = "cycle that counts as one node"

Progress = Callable[[int, int | None], None] | None

Edges = frozenset[int]


@dataclass(frozen=True)
class Search:
    """What may be removed, and what is left of the total without it.

    Each candidate, an edge or a node, is the set of edges that are gone with it: of a node those that leave it, which
    all paths through it take; of a target those that enter it. No source is removed, nor a target where these stay, nor
    a cycle that counts as one node, save where the paths from all nodes are asked for: there any node may be.
    """

    between: Between
    what: str
    total: Number  # None where a cycle lies between, and every path is to be met
    targets_stay: bool = True
    everywhere: bool = False

    @property
    def rows(self) -> list[list[tuple[int, int, Number]]]:
        """The edges of each node as ``(head, edge, weight)``, weights as callers see them."""
        return self.between.finished_rows

    @cached_property
    def candidates(self) -> dict[Any, Edges]:
        """What may be removed, by its label."""
        between = self.between
        if self.what == "edges":
            edges = map(frozenset, between.edges.reshape(-1, 1).tolist())
            return dict(zip(between.graph.topology.edge_labels(between.edges), edges, strict=True))
        entering = self._entering
        return {
            label: entering.get(node) or frozenset(edge for _, edge, _ in self.rows[node])
            for node, label in enumerate(between.labels)
            if node not in self._staying
        }

    @cached_property
    def place(self) -> dict[int, int]:
        """The place of each edge among those between."""
        return {edge: place for place, edge in enumerate(self.between.edges.tolist())}

    @cached_property
    def places(self) -> dict[Any, list[int]]:
        """The places of the edges that are gone with each candidate."""
        return {label: [self.place[edge] for edge in edges] for label, edges in self.candidates.items()}

    @cached_property
    def arrays(self) -> Arrays | None:
        """The edges as arrays, where kernels walk them faster than Python; None elsewhere."""
        return Arrays.where_faster(self.between)

    @cached_property
    def _staying(self) -> dict[int, str]:
        """The nodes that may not be removed, each with the reason."""
        between = self.between
        targets = dict.fromkeys(between.targets if self.targets_stay else (), "target")
        if self.everywhere:
            return targets
        sources = dict.fromkeys(between.sources, "source")
        merged = {node: MERGED for node, label in enumerate(between.labels) if self.is_merged(label)}
        return sources | targets | merged | targets | sources  # in this order, the last reason counts

    @property
    def kept(self) -> dict[Any, str]:
        """The nodes that may not be removed, where nodes are to be, by their labels, each with the reason."""
        labels = self.between.labels
        return {labels[node]: why for node, why in self._staying.items()} if self.what == "nodes" else {}

    @property
    def _entering(self) -> dict[int, Edges]:
        """The edges that enter each target."""
        edges: dict[int, set[int]] = {node: set() for node in self.between.targets}
        for row in self.rows:
            for head, edge, _ in row:
                if head in edges:
                    edges[head].add(edge)
        return {node: frozenset(entering) for node, entering in edges.items()}

    def is_merged(self, label: Any) -> bool:
        """Return whether a label is that of a cycle that counts as one node."""
        topology = self.between.graph.topology
        return isinstance(label, frozenset) and (topology.names is None or label not in topology.names)

    @cached_property
    def entering(self) -> list[Number]:
        """What is put in at each node."""
        return _added(self.between.n_nodes, self.between.numbered_starts)

    @cached_property
    def leaving(self) -> list[Number]:
        """How much each node counts at the end."""
        return _added(self.between.n_nodes, self.between.numbered_stops)

    @cached_property
    def slack(self) -> Number:
        """How far sums of floats may be off."""
        if not isinstance(self.total, float):
            return 0
        return CLOSE * float(sum_of_sizes(self.between))

    @cached_property
    def is_positive(self) -> bool:
        """Whether no weight and no seed is negative."""
        weights = arithmetic.taken(self.between.graph.weights, self.between.edges)
        if isinstance(weights, np.ndarray):
            are_positive = bool((weights >= 0).all())
        else:
            are_positive = all(arithmetic.finished(weight) >= 0 for weight in weights)
        return are_positive and all(arithmetic.finished(seed) >= 0 for seed in self.between.given_seeds)

    def require_real(self) -> None:
        """Raise unless every weight is a real number."""
        for row in () if isinstance(self.between.graph.weights, np.ndarray) else self.rows:
            for _, edge, weight in row:
                if not isinstance(weight, REAL):
                    name = edge_text(self.between.edge_label(edge))
                    raise UsageError(f"a cut needs real weights, and that of the edge {name} is {weight!r}")
        for seed in map(arithmetic.finished, self.between.given_seeds):
            if not isinstance(seed, REAL):
                raise UsageError(f"a cut needs real seeds, and one is {seed!r}")

    def require_positive(self) -> None:
        """Raise unless no weight is negative: then what is lost grows with what is removed."""
        for row in self.rows:
            for _, edge, weight in row:
                if weight < 0:
                    name = edge_text(self.between.edge_label(edge))
                    raise UsageError(
                        f"of the paths of all nodes a part is lost where no weight is negative: {name} has {weight}"
                    )

    @cached_property
    def whole(self) -> Rest:
        """What is there before anything is removed."""
        return Rest(self, frozenset())

    def without(self, chosen: Iterable[Any]) -> Rest:
        """Return what is left without some candidates."""
        return Rest(self, self.gone(chosen))

    def gone(self, chosen: Iterable[Any]) -> Edges:
        """Return the edges that are gone with some candidates."""
        return frozenset().union(*(self.candidates[label] for label in chosen))


def _added(size: int, seeds: Iterable[tuple[int, Number]]) -> list[Number]:
    values: list[Number] = [0] * size
    for node, seed in seeds:
        values[node] += seed
    return values


@dataclass(frozen=True, eq=False)
class Rest:
    """What is left of a total without some edges, and what each further candidate would take away; from two sweeps."""

    search: Search
    gone: Edges

    @cached_property
    def weights(self) -> NDArray[Any]:
        """The weights in the arrays of the search, 0 of what is gone."""
        assert self.search.arrays is not None
        weights = self.search.arrays.weights.copy()
        weights[[self.search.place[edge] for edge in self.gone]] = 0.0
        return weights

    @cached_property
    def tangents(self) -> list[Number]:
        """What reaches each node of one unit at the source."""
        values = list(self.search.entering)
        if self.search.arrays is not None:
            return list(self.search.arrays.forward(values, self.weights).tolist())
        for node, row in enumerate(self.search.rows):
            value = values[node]
            if value:
                for head, edge, weight in row:
                    if edge not in self.gone:
                        values[head] += value * weight
        return values

    @property
    def total(self) -> Number:
        """The total that is left."""
        if not self.search.between.targets:
            return self.search.total
        tangents = self.tangents
        return sum(tangents[node] * seed for node, seed in self.search.between.numbered_stops)

    @cached_property
    def pulled(self) -> NDArray[Any]:
        """How much each node counts at the end, of what the search has as arrays."""
        assert self.search.arrays is not None
        return self.search.arrays.reverse(self.search.leaving, self.weights)

    @cached_property
    def through(self) -> Sequence[Number]:
        """What flows through each edge, in the order of those between; 0 where it is gone."""
        between, tangents = self.search.between, self.tangents
        if (arrays := self.search.arrays) is not None:
            # Python's floats, made only of those that are looked at.
            return memoryview(np.array(tangents)[arrays.tails] * self.weights * self.pulled[between.heads])
        adjoints = list(self.search.leaving)
        through: list[Number] = [0] * between.n_edges
        for node in range(between.n_nodes - 1, -1, -1):
            for place, (head, edge, weight) in enumerate(self.search.rows[node], int(between.ptr[node])):
                if edge not in self.gone:
                    adjoints[node] += weight * adjoints[head]
                    through[place] = tangents[node] * weight * adjoints[head]
        return through

    @cached_property
    def gains(self) -> dict[Any, Number]:
        """By how much the total would fall without each candidate that is there."""
        there = [label for label, edges in self.search.candidates.items() if not edges <= self.gone]
        return {label: self.gain(label) for label in there}

    def gain(self, label: Any) -> Number:
        """Return by how much the total would fall without a candidate."""
        return sum(map(self.through.__getitem__, self.search.places[label]))


# -- every path


def every_path(search: Search) -> tuple[list[Any], str, int | None]:
    """Return the fewest candidates that meet every path, how they were found, and that fewer do not."""
    chosen = _minimum_cut(search, lambda weight: True)
    if chosen is None:
        raise UsageError(_no_nodes(search))
    return chosen, "minimum cut", len(chosen)


def _no_nodes(search: Search) -> str:
    left = "there are" if search.total is None else f"{search.without(search.candidates).total!r} is left, by"
    return (
        f"no set of nodes does it: without all {len(search.candidates):,} that may be removed {left} "
        f"paths that pass none of them, such as {' > '.join(_path_of_kept(search))}; not to be removed are "
        f"{kept_text(search.kept)}; cut edges"
    )


def _path_of_kept(search: Search) -> list[str]:
    """Return a shortest path that no node of which may be removed, by its nodes; nothing where there is none."""
    between = search.between
    staying = {node for node, label in enumerate(between.labels) if label in search.kept}
    steps = {node: {head for head, *_ in between.rows[node] if head in staying} for node in staying}
    tree = nx.DiGraph([(-1, node) for node in between.sources] + [(node, -2) for node in between.targets])
    tree.add_edges_from((tail, head) for tail, heads in steps.items() for head in heads)
    path = nx.shortest_path(tree, -1, -2) if nx.has_path(tree, -1, -2) else []
    return [node_text(between.labels[node]) for node in path[1:-1]]


def kept_text(kept: Mapping[Any, str]) -> str:
    """Return which nodes stay, and why; of each reason the first.

    Examples
    --------
    >>> kept_text({"a": "source", "b": "target", "c": "target", frozenset("xy"): MERGED})
    'a (source), b and 1 more (target), x + y (cycle that counts as one node)'
    """
    groups: dict[str, list[str]] = {}
    for label, why in kept.items():
        groups.setdefault(why, []).append(node_text(label))
    return ", ".join(f"{and_more(names[0], len(names) - 1)} ({why})" for why, names in groups.items())


def _minimum_cut(search: Search, counts: Callable[[Number], bool]) -> list[Any] | None:
    """Return the fewest candidates that meet every path of edges that count; None where no set does."""
    if not search.between.targets:
        return []
    steps = [(tail, head, edge) for tail, row in enumerate(search.rows) for head, edge, weight in row if counts(weight)]
    return _nodes_across(search, steps) if search.what == "nodes" else _edges_across(search, steps)


def _edges_across(search: Search, steps: list[tuple[int, int, int]]) -> list[Any] | None:
    ends = [tail for tail, *_ in steps], [head for _, head, _ in steps]
    across = beyond_cut(search.between, ends, [1] * len(steps))
    if across is None:
        return None
    beyond = set(across.tolist())
    return [search.between.edge_label(edge) for tail, head, edge in steps if tail not in beyond and head in beyond]


def _nodes_across(search: Search, steps: list[tuple[int, int, int]]) -> list[Any] | None:
    """Do the same where each node is an edge of its own, to ``~node``, and all others hold any flow.

    Of a target it is the one from ``~node``, so that paths end where it is left.
    """
    labels = search.between.labels
    room = {node for node, label in enumerate(labels) if label in search.candidates}
    targets = set(search.between.targets)
    doors = [(~node, node) if node in targets else (node, ~node) for node in range(len(labels))]
    pairs = [*doors, *((doors[tail][1], doors[head][0]) for tail, head, _ in steps)]
    sizes = [1 if node in room else -1 for node in range(len(doors))] + [-1] * len(steps)
    across = beyond_cut(search.between, ([tail for tail, _ in pairs], [head for _, head in pairs]), sizes)
    if across is None:
        return None
    beyond = set(across.tolist())
    return [labels[node] for node in sorted(room) if doors[node][0] not in beyond and doors[node][1] in beyond]


# -- a part of it


def reduced(search: Search, most_left: Number, progress: Progress) -> tuple[list[Any], str, int | None]:
    """Return a set that leaves at most so much, how it was found, and how many any such set has at least."""
    greedy, at_least = _greedy(search, most_left)
    proven = greedy is not None and len(greedy) <= at_least
    skips = proven or (greedy is not None and search.between.n_edges > MAX_MEETING)
    whole = None if skips else _minimum_cut(search, bool)
    known = [chosen for chosen in (greedy, whole) if chosen is not None]
    if not known:
        raise UsageError(_no_nodes(search))
    best = min(known, key=len)
    if len(search.candidates) > MAX_EXACT:
        bound = min(at_least, len(best)) if search.is_positive or len(best) == 1 else None
        return best, "greedy", bound
    smaller = _smallest(search, most_left, range(at_least, len(best)), progress)
    best = smaller or best
    return best, "exact", len(best)


def _enough(search: Search, left: Number, most_left: Number) -> bool:
    if search.is_positive and not most_left:  # sums of what is not negative are 0 only where nothing is left
        return not left
    return bool(abs(left) <= most_left + search.slack)


def _greedy(search: Search, most_left: Number) -> tuple[list[Any] | None, int]:
    """Return what the greedy choice takes, None where it leads nowhere, and the bound (1 where signs mix)."""
    chosen: list[Any] = []
    left, at_least = search.total, 1
    rest = search.whole
    while not _enough(search, left, most_left):
        gains = rest.gains
        best = _best(search, gains, left)
        if best is None or abs(left - gains[best]) >= abs(left):
            return None, at_least
        if search.is_positive:
            at_least = max(at_least, _fewest(gains.values(), abs(left) - most_left - search.slack))
        chosen.append(best)
        rest = search.without(chosen)
        left = rest.total
    return chosen, at_least


def _best(search: Search, gains: dict[Any, Number], left: Number) -> Any | None:
    """Return the candidate without which least is left; None where there is none."""
    if search.is_positive:
        return max(gains, key=gains.__getitem__, default=None)
    return min(gains, key=lambda label: abs(left - gains[label]), default=None)


def _fewest(gains: Iterable[Number], wanted: Number) -> int:
    """Return how many of the gains, the largest first, sum to what is wanted."""
    ranked = sorted(gains, reverse=True)
    sums = accumulate(ranked)
    return next((number for number, so_far in enumerate(sums, 1) if so_far >= wanted), len(ranked))


def _smallest(search: Search, most_left: Number, sizes: range, progress: Progress) -> list[Any] | None:
    """Return the first of the smallest sets of these sizes that leaves little enough; None where none does."""
    gains = search.whole.gains
    ranked = sorted(gains, key=lambda label: -abs(gains[label]))
    wanted = abs(search.total) - most_left - search.slack
    tried, n_sets = 0, sum(math.comb(len(ranked), size) for size in sizes)
    for size in sizes:
        for chosen in combinations(ranked, size):
            tried += 1
            if progress is not None and tried % 1000 == 0:
                progress(tried, n_sets)
            if search.is_positive and sum(gains[label] for label in chosen) < wanted:
                continue  # together they take away at most what each takes alone
            if _enough(search, search.without(chosen).total, most_left):
                return list(chosen)
    return None
