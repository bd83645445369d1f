"""The k best paths by the recursive enumeration algorithm: each node ranks its own ways to the target, lazily.

The next best way from a node is the best of: each edge followed by the best way of its head not yet used with
it. A node's ways are kept in rank order and made only when somebody asks for one more (V. Jiménez, A. Marzal,
1999). A way's size is multiplied up from the target, so rounding keeps the order monotone and ranks are exact. Where
the strongest ways leave the range of the floats, and round cycles, where in the end all do, it is a Decimal.

Round a cycle that is solved, equal sizes (all 0 behind an edge of weight 0) could make each of two nodes' first ways
begin with the other's. Hence equal walks come in the order of their lengths, and the first of each node is one edge
longer than that of its head: it ends, and so does every way that is made of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from fractions import Fraction
from functools import reduce
from heapq import heapify, heappop, heappush
from itertools import accumulate, chain, islice, pairwise
from operator import mul
from typing import Unpack

import networkx as nx
import numpy as np

from graphdiff import arithmetic
from graphdiff.arithmetic import SMALLEST_NORMAL, Number
from graphdiff.errors import CycleError, LimitError, UsageError
from graphdiff.graph.compiled import CompiledGraph, CompileOptions, compiled
from graphdiff.graph.ends import End
from graphdiff.graph.options import takes_options
from graphdiff.kernels import pays
from graphdiff.paths.deviations import SMALLEST, deviations
from graphdiff.paths.paths import Numbers, Path, Paths, path_of
from graphdiff.remedies import Keyword, Remedy
from graphdiff.sums.between import Between, Step, between_ends, total_over
from graphdiff.sums.cycles import COLLAPSE, find_cycle, require_shrinking
from graphdiff.sums.semirings import SEMIRINGS
from graphdiff.sums.sweeps import forward_values, in_range

#: (minus the size, edges of a walk or 0 of a path, place of the head in the graph, edge of the row, rank from the head)
Candidate = tuple[Number, int, int, int, int]

Sizes = list[list[Number]]

Times = Callable[[Number, Number], Number]

END = -1

#: For sizes that no float holds; its exponents have no end that a path could come to.
WIDE = Context(prec=28, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[])

_COMPARABLE = (int, float, complex, Fraction, Decimal, arithmetic.Dyadic)


class Ranking:
    """The ways from every node to the targets, in rank order, made on demand."""

    def __init__(self, between: Between) -> None:
        start: list[Step] = [
            (node, END, 1 if seed is None else arithmetic.finished(seed)) for node, seed in between.starts
        ]
        self.rows = [*between.finished_rows, start]
        self.sizes, self.ends, best, self.times = _sizes(between)
        self.best = [*best, 1]
        self.lengths = [*_lengths(between, self.sizes, self.ends, best, self.times), 0]
        self.walk = 1 if between.loops else 0
        self.factors = [*between.exits, []]
        self.order = between.graph.topology.ids[between.positions].tolist()
        self.ranked: list[list[Candidate]] = [[] for _ in self.rows]
        self.waiting: list[list[Candidate] | None] = [None] * len(self.rows)
        self.unfollowed = [False] * len(self.rows)

    def _candidates(self, node: int) -> list[Candidate]:
        """Return the heap of a node's candidates, made when first asked for."""
        heap = self.waiting[node]
        if heap is None:
            heap = [
                (
                    self.times(self.times(size, self.best[head]), -1),
                    self.lengths[head] + self.walk,
                    self.order[head],
                    slot,
                    0,
                )
                for slot, ((head, *_), size) in enumerate(zip(self.rows[node], self.sizes[node], strict=True))
                if self.best[head] is not None
            ]
            heap += [(self.times(size, -1), 0, END, END - place, 0) for place, size in enumerate(self.ends[node])]
            heapify(heap)
            self.waiting[node] = heap
        return heap

    def way(self, node: int, rank: int) -> Candidate | None:
        """Return a node's way of the given rank, or None where it has fewer.

        Before a node can name one more way, the way it named last must be followed by the next one along the
        same edge, which is a question to that edge's head: a stack, not recursion, as graphs are deep.
        """
        asked = [(node, rank)]
        while asked:
            here, wanted = asked[-1]
            ranked, heap = self.ranked[here], self._candidates(here)
            if len(ranked) > wanted:
                asked.pop()
            elif (question := self._follow(here)) is not None:
                asked.append(question)
            elif heap:
                ranked.append(heappop(heap))
                self.unfollowed[here] = ranked[-1][3] > END
            else:
                asked.pop()
        return self.ranked[node][rank] if len(self.ranked[node]) > rank else None

    def _follow(self, node: int) -> tuple[int, int] | None:
        """Put the follower of the way named last among the candidates, or return what must be known first."""
        if not self.unfollowed[node]:
            return None
        *_, order, slot, used = self.ranked[node][-1]
        head = self.rows[node][slot][0]
        if len(self.ranked[head]) > used + 1:
            behind = self.ranked[head][used + 1]
            size = self.times(self.sizes[node][slot], behind[0])
            heappush(self._candidates(node), (size, behind[1] + self.walk, order, slot, used + 1))
        elif self._candidates(head) or self.unfollowed[head]:
            return head, used + 1
        self.unfollowed[node] = False
        return None

    def trail(self, rank: int) -> tuple[list[int], list[int], Number] | None:
        """Return the nodes, the edges and the influence of the way of the given rank from the start."""
        nodes: list[int] = []
        edges: list[int] = []
        weights: list[Number] = []
        here = len(self.rows) - 1
        size: Number = None
        while (candidate := self.way(here, rank)) is not None:
            own_size, *_, slot, rank = candidate
            size = own_size if size is None else size
            if slot <= END:
                weights.append(arithmetic.finished(self.factors[here][END - slot]))
                break
            here, edge, weight = self.rows[here][slot]
            nodes.append(here)
            edges.append(edge)
            weights.append(weight)
        if not nodes:
            return None
        if isinstance(size, Fraction):  # minus the product without its sign, which is not to be multiplied up again
            negative = sum(weight < 0 for weight in weights) % 2
            return nodes, edges[1:], size if negative else -size
        # The sizes were multiplied up from the target; so is the influence, for the same rounding, unless it leaves
        # the floats on the way that it could take from the source.
        influence = reduce(mul, reversed(weights))
        return nodes, edges[1:], influence if arithmetic.is_finite(influence) else reduce(mul, weights)


def ranked_paths(between: Between) -> Iterator[tuple[Numbers, Numbers, Number]]:
    """Yield the nodes, edges and influence of every path or walk, largest |influence| first.

    Raises
    ------
    UsageError
        If the weights have no order, as symbols.
    CycleError
        If walks can grow without end, so that none is the strongest.
    """
    require_sizes(between, "the strongest paths need")
    for start, stop in between.loops:
        require_shrinking(between.graph, start, stop)
    rank = 0
    if (arrays := deviations(between)) is not None:
        for way, size in arrays.ranked():
            if arrays.relative and size < SMALLEST:
                break
            yield *arrays.trail(way), arrays.influence(way)
            rank += 1
        else:
            return
    ranking = Ranking(between)
    while (trail := ranking.trail(rank)) is not None:
        yield trail
        rank += 1


def require_sizes(between: Between, what: str) -> None:
    """Raise `UsageError`, saying what needs them, unless the weights have sizes that compare, as symbols have not."""
    weights = between.graph.weights
    some = () if isinstance(weights, np.ndarray) else (weight for row in between.rows for *_, weight in row)
    numbers = chain(some, between.given_seeds)
    wrong = next((number for number in numbers if not isinstance(number, _COMPARABLE)), None)
    if wrong is not None:
        raise UsageError(f"{what} numbers that compare, not {type(wrong).__name__} ({wrong})")


def _sizes(between: Between) -> tuple[Sizes, Sizes, list[Number], Times]:
    """Return the sizes of the edges and, last, the sources, by rows; of the targets; of the strongest way from each
    node, if any; and what multiplies them.
    """
    with in_range():
        sizes = _sizes_of_edges(between)
        sizes.append([_size(seed) for _, seed in between.numbered_starts])
        ends = [*(list(map(_size, seeds)) for seeds in between.exits), []]
        if not (between.loops and _have_floats(sizes)):
            best = _best(between, sizes, ends, mul)
            first = [best[node] * size for node, size in zip(between.sources, sizes[-1], strict=True)]
            if _are_as_they_are([*best, *first]):
                return sizes, ends, best, mul
    wide, far = ([list(map(arithmetic.wide, row)) for row in rows] for rows in (sizes, ends))
    return wide, far, _best(between, wide, far, WIDE.multiply), WIDE.multiply


def _sizes_of_edges(between: Between) -> Sizes:
    if not arithmetic.in_floats(between.graph.weights):
        return [[_size(weight) for *_, weight in row] for row in between.rows]
    sizes, ptr = np.abs(arithmetic.taken(between.graph.weights, between.edges)).tolist(), between.ptr.tolist()
    return [sizes[start:stop] for start, stop in pairwise(ptr)]


def _are_as_they_are(sizes: Iterable[Number]) -> bool:
    """Return whether no float and no Decimal is so small or so large that it is not what was multiplied up."""
    return all(
        SMALLEST_NORMAL <= size < math.inf if isinstance(size, float) else size.is_normal()
        for size in sizes
        if isinstance(size, (float, Decimal))
    )


def _have_floats(sizes: Sizes) -> bool:
    return any(isinstance(size, float) for row in sizes for size in row)


def _size(number: Number) -> Number:
    return arithmetic.size(arithmetic.finished(number))


def _best(between: Between, sizes: Sizes, ends: Sizes, times: Times) -> list[Number]:
    """Return the size of the strongest way from each node to a target; None where there is none."""
    best: list[Number] = [max(ends[node], default=None) for node in range(between.n_nodes)]
    if between.loops and max(map(max, filter(None, sizes[:-1])), default=0) <= 1:
        return _best_round_cycles(between, sizes, best, times)
    for _ in range(between.n_nodes + 1 if between.loops else 1):  # round cycles a pass need not be the last one
        before = list(best)
        for node in range(between.n_nodes - 1, -1, -1):
            for (head, *_), size in zip(between.rows[node], sizes[node], strict=True):
                if best[head] is not None:
                    product = times(size, best[head])
                    best[node] = product if best[node] is None else max(best[node], product)
        if best == before or not between.loops:
            return best
    raise _growing(between)


def _best_round_cycles(between: Between, sizes: Sizes, best: list[Number], times: Times) -> list[Number]:
    """Return the same where no edge makes a walk stronger: the strongest that waits is final (E. Dijkstra, 1959)."""
    enter = _entering(between, sizes)
    waiting = [(times(size, -1), node) for node, size in enumerate(best) if size is not None]
    heapify(waiting)
    while waiting:
        largest, head = heappop(waiting)
        if times(largest, -1) == best[head]:  # else it waits for a larger one, too
            for node, size in enter[head]:
                product = times(size, best[head])
                if best[node] is None or product > best[node]:
                    best[node] = product
                    heappush(waiting, (times(product, -1), node))
    return best


def _lengths(between: Between, sizes: Sizes, far: Sizes, best: list[Number], times: Times) -> list[int]:
    """Return, of walks, how many edges the shortest of the strongest has from each node; of paths 0."""
    lengths = [0] * between.n_nodes
    if not between.loops:
        return lengths
    enter = _entering(between, sizes)
    ends = [node for node in dict.fromkeys(between.targets) if best[node] == max(far[node])]
    known = set(ends)
    for head in ends:  # the list grows while it is walked: in breadth, so that the first way found is the shortest
        for node, size in enter[head]:
            if node not in known and times(size, best[head]) == best[node]:
                known.add(node)
                lengths[node] = lengths[head] + 1
                ends.append(node)
    if any(size is not None and node not in known for node, size in enumerate(best)):
        raise _growing(between)
    return lengths


def _entering(between: Between, sizes: Sizes) -> list[list[tuple[int, Number]]]:
    """Return, for each node, the tails of the edges that enter it, and their sizes."""
    enter: list[list[tuple[int, Number]]] = [[] for _ in range(between.n_nodes)]
    for node, row in enumerate(between.rows):
        for (head, *_), size in zip(row, sizes[node], strict=True):
            enter[head].append((node, size))
    return enter


def _growing(between: Between) -> CycleError:
    """Return the error that no walk is the strongest, which rounding hid from `require_shrinking`."""
    return CycleError(find_cycle(between.graph, *between.loops[0]), " No walk round it is the strongest", COLLAPSE)


#: So many strongest paths are looked for, at most, where only a coverage is given.
MAX_COVERING = 100_000

#: And so many of their edges: walks round a cycle that hardly shrink are long.
MAX_COVERING_EDGES = 10_000_000


@takes_options
def strongest_paths(
    graph: nx.DiGraph | CompiledGraph,
    source: End | None,
    target: End,
    *,
    k: int | None = None,
    coverage: float | None = None,
    **options: Unpack[CompileOptions],
) -> Paths:
    """Return the paths with the largest absolute influence, strongest first, without enumerating the others.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
    source, target : node, list of nodes, mapping of node to seed, ROOTS or LEAVES
        See `graphdiff.total_influence`; a path's influence is multiplied by the seeds of its ends. A source of None is
        all roots.
    k : int, optional
        How many; 10 where neither `k` nor `coverage` is given.
    coverage : float, optional
        Stop when the paths so far have this part of the sum of all absolute path influences.
    **options
        Those of `graphdiff.compile`, unless the graph is compiled already.

    Returns
    -------
    Paths, a list of Path
        Ties come in the graph's node order, those of size 0 in that of what follows the 0. Under ``cycles="solve"``
        these are walks: they may go round, and of equal ones, as behind an edge of weight 0, the shorter comes first.

    Raises
    ------
    LimitError
        If only `coverage` is given and more than 100,000 paths, or paths of more than ten million edges together, would
        be needed.
    UnknownNodeError, WeightError, CycleError, SameComponentError
        As `graphdiff.total_influence`.

    References
    ----------
    V. Jiménez, A. Marzal, "Computing the K shortest paths: a new algorithm and an experimental comparison",
    Algorithm Engineering (1999): the recursive enumeration algorithm, here on products and with a stack.

    Examples
    --------
    >>> import networkx as nx
    >>> G = nx.DiGraph()
    >>> G.add_weighted_edges_from([("b", "c", 1), ("b", "d", 1), ("c", "e", 2), ("d", "e", -3)])
    >>> print(strongest_paths(G, "b", "e", k=1)[0])
    b -> d -> e  (-3)
    """
    if k is not None and (not isinstance(k, int) or k < 0):
        raise UsageError(Keyword("k", k), ": a number of paths, 0 or more")
    require_coverage(coverage)
    return Paths(strongest_through(between_ends(compiled(graph, options), source, target), k, coverage))


def strongest_through(between: Between, k: int | None, coverage: float | None) -> list[Path]:
    """Return the strongest of the paths between two ends: so many, or as many as carry so much."""
    if coverage is None:
        return list(islice(strongest(between), 10 if k is None else k))
    return covering(between, coverage, k, [Remedy(Keyword("k", 100), "lists the strongest alone")])


def require_coverage(coverage: float | None) -> None:
    """Raise `UsageError` where a coverage is given that is no part of a whole."""
    if coverage is not None and not 0 <= coverage <= 1:
        raise UsageError(Keyword("coverage", coverage), ": a part between 0 and 1")


def strongest(between: Between) -> Iterator[Path]:
    """Yield the paths between two ends lazily, strongest first."""
    for nodes, edges, influence in ranked_paths(between):
        yield path_of(between, nodes, edges, influence)


def sum_of_sizes(between: Between) -> Number:
    """Return the sum of the absolute influences of all paths or walks."""
    if not (between.loops or _sums_by_kernel(between)):
        return arithmetic.finished(total_over(between, SEMIRINGS["size"]) or 0)
    graph = between.graph.absolute.divisible if between.loops else between.graph.absolute
    sources, targets = (seeds.sizes for seeds in between.seeds)
    values = forward_values(graph, sources.at(graph.one_and_zero[0]), between.loops)
    sizes = targets.numbers or [1] * len(targets.positions)
    return sum(float(values[position]) * float(size) for position, size in zip(targets.positions, sizes, strict=True))


def _sums_by_kernel(between: Between) -> bool:
    floats = arithmetic.in_floats(between.graph.weights) and all(seeds.are_floats for seeds in between.seeds)
    return floats and pays(between.n_edges)


def covered(between: Between, paths: Iterable[Path]) -> list[float]:
    """Return what part of the sum of all absolute influences the paths carry, one after the other.

    Nothing where that sum is 0 or beyond the floats.
    """
    whole = sum_of_sizes(between)
    if not 0 < whole < math.inf:
        return []
    return list(accumulate(float(abs(path.influence) / whole) for path in paths))


def covering(
    between: Between, coverage: float, k: int | None, instead: Sequence[Remedy], most: int = MAX_COVERING
) -> list[Path]:
    """Return the strongest paths that have a part of the sum of sizes; at most `k`, where that is given.

    Raises
    ------
    LimitError
        If more than `most` would be needed, or too many edges.
    """
    require_sizes(between, "the strongest paths need")
    whole = sum_of_sizes(between)
    # Floats get the benefit of their roundings; what is exact is compared exactly.
    wanted = coverage * whole * (1 - 1e-12) if isinstance(whole, float) else Fraction(coverage) * Fraction(whole)
    ranked = strongest(between)
    paths: list[Path] = []
    covered: Number = 0
    n_edges = 0
    while covered < wanted and (k is None or len(paths) < k):
        if k is None and (len(paths) == most or n_edges > MAX_COVERING_EDGES):
            carried = f"the {len(paths):,} strongest paths carry only {float(covered / whole):.1%} of the influence"
            raise LimitError(carried, *instead)
        path = next(ranked, None)
        if path is None:
            break
        paths.append(path)
        n_edges += path.length
        covered += abs(path.influence)
    return paths
