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
from itertools import accumulate, chain, combinations
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

Places = frozenset[int]

#: Python's, or floats in an array.
Numbers = Sequence[Number] | NDArray[np.float64]


@dataclass(frozen=True)
class Search:
    """What may be removed, and what is left of the total without it.

    Each candidate, an edge or a node, is the places of the edges between that are gone with it: of a node those that
    leave it, which all paths through it take; of a target those that enter it. No source is removed, nor a target where
    these stay, nor a cycle that counts as one node, save where the paths from all nodes are asked for: there any node
    may be.
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
    def candidates(self) -> dict[Any, Sequence[int]]:
        """What may be removed, by its label."""
        between = self.between
        if self.what == "edges":
            places = zip(range(between.n_edges))
            return dict(zip(between.graph.topology.edge_labels(between.edges), places, strict=True))
        entering, ptr = self._entering, between.ptr.tolist()
        return {
            label: entering.get(node) or range(ptr[node], ptr[node + 1])
            for node, label in enumerate(between.labels)
            if node not in self._staying
        }

    @cached_property
    def _taking(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Which candidate takes an edge away, and the place of this; an edge may be taken by several."""
        if self.what == "edges":
            return (np.arange(self.between.n_edges),) * 2
        places = list(self.candidates.values())
        numbers = np.repeat(np.arange(len(places)), list(map(len, places)))
        return numbers, np.fromiter(chain.from_iterable(places), dtype=np.int64, count=len(numbers))

    def summed(self, through: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what each candidate takes away of what flows through the edges."""
        numbers, places = self._taking
        return np.bincount(numbers, through[places], minlength=self.n_candidates).astype(np.float64)

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
        if self.what != "nodes":
            return {}
        labels = self.between.labels
        return {labels[node]: why for node, why in self._staying.items()}

    @property
    def _entering(self) -> dict[int, list[int]]:
        """The places of the edges that enter each target."""
        places: dict[int, list[int]] = {node: [] for node in self.between.targets}
        for place, head in enumerate(self.between.heads.tolist()):
            if head in places:
                places[head].append(place)
        return places

    def is_merged(self, label: Any) -> bool:
        """Return whether a label is that of a cycle that counts as one node."""
        topology = self.between.graph.topology
        return isinstance(label, frozenset) and (topology.names is None or label not in topology.names)

    @cached_property
    def entering(self) -> Numbers:
        """What is put in at each node."""
        return self._added(self.between.numbered_starts)

    @cached_property
    def leaving(self) -> Numbers:
        """How much each node counts at the end."""
        return self._added(self.between.numbered_stops)

    def _added(self, seeds: Iterable[tuple[int, Number]]) -> Numbers:
        values: list[Number] = [0] * self.between.n_nodes
        for node, seed in seeds:
            values[node] += seed
        return values if self.arrays is None else np.array(values, dtype=np.float64)

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

    def gone(self, chosen: Iterable[Any]) -> Places:
        """Return the places of the edges that are gone with some candidates."""
        return frozenset().union(*map(self.places_of, chosen))

    def places_of(self, label: Any) -> Sequence[int]:
        """Return the places of the edges that are gone with a candidate; of a few edges no index of all is made."""
        if self.what == "nodes":
            return self.candidates[label]
        number = self.between.graph.topology.place(label)
        assert number is not None
        edges, order = self.between.edges, self._by_number
        at = int(np.searchsorted(edges, number, sorter=order))
        return (at if order is None else int(order[at]),)

    @cached_property
    def _by_number(self) -> NDArray[np.int64] | None:
        """The places of the edges by the numbers of these; None where they stand so."""
        edges = self.between.edges
        return None if np.all(edges[1:] >= edges[:-1]) else np.argsort(edges, kind="stable")

    @property
    def n_candidates(self) -> int:
        """How many may be removed."""
        return self.between.n_edges if self.what == "edges" else len(self.candidates)


@dataclass(frozen=True, eq=False)
class Rest:
    """What is left of a total without some edges, and what each further candidate would take away; from two sweeps."""

    search: Search
    gone: Places

    @cached_property
    def weights(self) -> NDArray[Any]:
        """The weights in the arrays of the search, 0 of what is gone."""
        assert self.search.arrays is not None
        weights = self.search.arrays.weights.copy()
        weights[list(self.gone)] = 0.0
        return weights

    @cached_property
    def tangents(self) -> Sequence[Number]:
        """What reaches each node of one unit at the source."""
        if self.search.arrays is not None:  # Python's floats, made only of those that are looked at
            return self.search.arrays.forward(self.search.entering, self.weights).data
        values = list(self.search.entering)
        for node, row in enumerate(self.search.rows):
            value = values[node]
            if value:
                for place, (head, _, weight) in enumerate(row, int(self.search.between.ptr[node])):
                    if place not in self.gone:
                        values[head] += value * weight
        return values

    @property
    def total(self) -> Number:
        """The total that is left."""
        if not self.search.between.targets:
            return self.search.total
        tangents = self.tangents
        return arithmetic.in_order(tangents[node] * seed for node, seed in self.search.between.numbered_stops)

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
            return memoryview(np.array(tangents)[arrays.tails] * self.weights * self.pulled[between.heads])
        adjoints = list(self.search.leaving)
        through: list[Number] = [0] * between.n_edges
        for node in range(between.n_nodes - 1, -1, -1):
            for place, (head, _, weight) in enumerate(self.search.rows[node], int(between.ptr[node])):
                if place not in self.gone:
                    adjoints[node] += weight * adjoints[head]
                    through[place] = tangents[node] * weight * adjoints[head]
        return through

    @cached_property
    def taken(self) -> Numbers:
        """By how much the total would fall without each candidate, in their order; 0 of what is gone."""
        if self.search.arrays is not None:
            return self.search.summed(np.asarray(self.through))
        return list(map(self.gain, self.search.candidates))

    @property
    def gains(self) -> dict[Any, Number]:
        """The same by label, of those that are there."""
        taken = zip(self.search.candidates.items(), self.taken, strict=True)
        return {label: number for (label, places), number in taken if not self.gone.issuperset(places)}

    def gain(self, label: Any) -> Number:
        """Return by how much the total would fall without a candidate."""
        return arithmetic.in_order(map(self.through.__getitem__, self.search.places_of(label)))


# -- every path


def every_path(search: Search) -> tuple[list[Any], str, int | None]:
    """Return the fewest candidates that meet every path, how they were found, and that fewer do not."""
    chosen = _minimum_cut(search)
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


def _minimum_cut(search: Search, *, alive: bool = False) -> list[Any] | None:
    """Return the fewest candidates that meet every path; `alive`: of edges of no weight 0. None where none do."""
    between = search.between
    if not between.targets:
        return []
    places = np.flatnonzero(_weights(between)) if alive else np.arange(between.n_edges)
    ends = np.repeat(np.arange(between.n_nodes), np.diff(between.ptr))[places], between.heads[places].astype(np.int64)
    return _nodes_across(search, ends) if search.what == "nodes" else _edges_across(search, ends, places)


def _weights(between: Between) -> NDArray[np.bool_]:
    """Return which edges between have a weight that is not 0."""
    weights = arithmetic.taken(between.graph.weights, between.edges)
    if isinstance(weights, np.ndarray):
        return np.not_equal(weights, 0)
    return np.array([bool(arithmetic.finished(weight)) for weight in weights], dtype=bool)


Ends = tuple[NDArray[np.int64], NDArray[np.int64]]


def _edges_across(search: Search, ends: Ends, places: NDArray[np.int64]) -> list[Any] | None:
    between = search.between
    beyond = beyond_cut(between, ends, np.ones(len(places), dtype=np.int64))
    if beyond is None:
        return None
    is_beyond = np.zeros(between.n_nodes, dtype=bool)
    is_beyond[beyond[beyond < between.n_nodes]] = True
    across = places[~is_beyond[ends[0]] & is_beyond[ends[1]]]
    return list(between.edge_names.at(between.edges[across].tolist()))


def _nodes_across(search: Search, ends: Ends) -> list[Any] | None:
    """Do the same where each node is an edge of its own, to ``~node``, and all others hold any flow.

    Of a target it is the one from ``~node``, so that paths end where it is left.
    """
    labels = search.between.labels
    room = np.array([label in search.candidates for label in labels], dtype=bool)
    nodes = np.arange(len(labels))
    doors = np.stack([nodes, ~nodes])
    targets = list(set(search.between.targets))
    doors[:, targets] = doors[::-1, targets]
    into, out = doors
    sizes = np.concatenate([np.where(room, 1, -1), np.full(len(ends[0]), -1)])
    pairs = np.concatenate([into, out[ends[0]]]), np.concatenate([out, into[ends[1]]])
    nodes_beyond = beyond_cut(search.between, pairs, sizes)
    if nodes_beyond is None:
        return None
    beyond = set(nodes_beyond.tolist())
    across = (node for node in np.flatnonzero(room).tolist() if into[node] not in beyond and out[node] in beyond)
    return [labels[node] for node in across]


# -- a part of it


def reduced(search: Search, most_left: Number, progress: Progress) -> tuple[list[Any], str, int | None]:
    """Return a set that leaves at most so much, how it was found, and how many any such set has at least."""
    greedy, at_least = _greedy(search, most_left)
    proven = greedy is not None and len(greedy) <= at_least
    skips = proven or (greedy is not None and search.between.n_edges > MAX_MEETING)
    whole = None if skips else _minimum_cut(search, alive=True)
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
    labels = list(search.candidates)
    chosen: list[Any] = []
    left, at_least = search.total, 1
    rest = search.whole
    while not _enough(search, left, most_left):
        taken = rest.taken
        best = _best(search, taken, left) if labels else None
        if best is None or abs(left - taken[best]) >= abs(left):
            return None, at_least
        if search.is_positive:
            at_least = max(at_least, _fewest(taken, abs(left) - most_left - search.slack))
        chosen.append(labels[best])
        rest = Rest(search, rest.gone.union(search.places_of(labels[best])))
        left = rest.total
    return chosen, at_least


def _best(search: Search, taken: Numbers, left: Number) -> int:
    """Return the number of the candidate without which least is left."""
    if isinstance(taken, np.ndarray):
        return int(np.argmax(taken) if search.is_positive else np.argmin(np.abs(left - taken)))
    if search.is_positive:
        return max(range(len(taken)), key=taken.__getitem__)
    return min(range(len(taken)), key=lambda number: abs(left - taken[number]))


def _fewest(taken: Numbers, wanted: Number) -> int:
    """Return how many of some numbers, the largest first, sum to what is wanted."""
    if isinstance(taken, np.ndarray):
        enough = np.cumsum(np.sort(taken)[::-1]) >= wanted
        return 1 + int(np.argmax(enough)) if enough.any() else len(taken)
    sums = accumulate(sorted(taken, reverse=True))
    return next((number for number, so_far in enumerate(sums, 1) if so_far >= wanted), len(taken))


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
