"""The paths themselves: streamed one by one, counted without listing them, and the strongest first."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import accumulate, islice
from typing import Any, Unpack

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import SAFE_INT, Number
from graphdiff.between import Between, between, total_over
from graphdiff.compiled import CompiledGraph, CompileOptions, compiled, counted
from graphdiff.errors import LimitError, SameComponentError, TooManyPathsError, UsageError
from graphdiff.kernels import jit, pays
from graphdiff.kernels.paths import sum_of_products
from graphdiff.naming import PLAIN, Naming, joined
from graphdiff.ranking import ranked_paths, require_sizes
from graphdiff.remedies import Keyword, Remedy
from graphdiff.results import Influences, plain, shown
from graphdiff.semirings import SEMIRINGS
from graphdiff.sweeps import checked, checked_array, forward_values, reverse_values
from graphdiff.topology import Edge

#: So many strongest paths are looked for, at most, where only a coverage is given.
MAX_COVERING = 100_000
#: And so many of their edges: walks round a cycle that hardly shrink are long.
MAX_COVERING_EDGES = 10_000_000


@dataclass(frozen=True, slots=True)
class Path:
    """One path.

    Attributes
    ----------
    nodes : tuple
        From source to target; a component merged by ``cycles="collapse"`` is the frozenset of its members.
    edges : tuple of tuples
        ``(u, v)``, or ``(u, v, key)`` in a multigraph, as in the graph.
    influence : number
        The product of the weights.
    """

    nodes: tuple[Any, ...]
    edges: tuple[Edge, ...]
    influence: Number
    naming: Naming = field(default=PLAIN, repr=False, compare=False)

    @property
    def length(self) -> int:
        """How many edges the path has."""
        return len(self.edges)

    def to_dict(self) -> dict[str, Any]:
        """Return the path with its nodes and the ends and keys of its edges as texts."""
        return {
            "nodes": self.naming.listed(self.nodes),
            "edges": [self.naming.parts(edge) for edge in self.edges],
            "influence": plain(self.influence),
        }

    def __str__(self) -> str:
        return f"{' -> '.join(map(node_text, self.nodes))}  ({shown(self.influence)})"


def node_text(node: Any) -> str:
    """Return a node as text; a merged component as ``a + b + 2 more``.

    Examples
    --------
    >>> node_text("libc6"), node_text(frozenset(["libgcc-s1", "libc6"]))
    ('libc6', 'libc6 + libgcc-s1')
    """
    if not isinstance(node, frozenset):
        return str(node)
    return joined(map(str, node))


def iter_paths(
    graph: nx.DiGraph | CompiledGraph,
    source: Hashable,
    target: Hashable,
    *,
    max_paths: int = 1_000_000,
    **options: Unpack[CompileOptions],
) -> Iterator[Path]:
    """Yield every path from `source` to `target`, one by one, depth first in the order of the graph's edges.

    Only nodes that reach the target are entered, and the search keeps its own stack, so that neither dead ends
    nor depth can break it. Parallel edges are paths of their own.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
    source, target : nodes
    max_paths : int
        More paths than this are refused before the first one is made; their number is counted exactly.
    **options
        Those of `graphdiff.compile`, unless the graph is compiled already.

    Yields
    ------
    Path

    Raises
    ------
    TooManyPathsError
        If there are more than `max_paths`.
    UnknownNodeError, WeightError, CycleError, SameComponentError
        As `graphdiff.total_influence`.

    Examples
    --------
    >>> import networkx as nx
    >>> G = nx.DiGraph()
    >>> G.add_weighted_edges_from([("b", "c", 1), ("b", "d", 1), ("c", "e", 2), ("d", "e", 3)])
    >>> for path in iter_paths(G, "b", "e"):
    ...     print(path)
    b -> c -> e  (2)
    b -> d -> e  (3)
    """
    part = pair(compiled(graph, options), source, target)
    _require_countable(part, max_paths)
    return _paths(part)


def pair(graph: CompiledGraph, source: Hashable, target: Hashable) -> Between:
    """Return what lies between two nodes."""
    first, last = graph.topology.position(source), graph.topology.position(target)
    if first != last and graph.anchor(first) == graph.anchor(last):
        raise SameComponentError(source, target)
    return between(graph, [first], [last])


def _require_countable(part: Between, max_paths: int) -> int:
    """Return how many paths there are, if that is not too many."""
    part.require_no_loops()
    n_paths: int = total_over(part, SEMIRINGS["count"]) or 0
    if n_paths > max_paths:
        raise TooManyPathsError(n_paths, max_paths)
    return n_paths


def sum_over_paths(part: Between, max_paths: int = 1_000_000) -> Number:
    """Return the sum of the influences of all paths, each multiplied out for itself.

    Raises
    ------
    TooManyPathsError
        If there are more than `max_paths`.
    """
    n_paths = _require_countable(part, max_paths)
    one, total = part.graph.one_and_zero
    weights = arithmetic.taken(part.graph.weights, part.edges)
    edges: Sequence[Any]
    stack: Sequence[Any]
    if isinstance(weights, np.ndarray) and pays(n_paths) and _fit(part, weights):
        search, index = jit(sum_of_products), part.graph.heads.dtype
        edges = part.ptr.astype(index), part.heads.astype(index), weights, np.array(part.is_target)
        stack = [np.empty(part.n_nodes, dtype=kind) for kind in (index, index, weights.dtype)]
    else:
        search = sum_of_products
        edges = part.ptr.tolist(), part.heads.tolist(), arithmetic.listed(weights), part.is_target
        stack = [[0] * part.n_nodes for _ in range(3)]
    for source in part.sources:
        stack[-1][0] = one
        total = search(*edges, *stack, source, total)
    return total


def _fit(part: Between, weights: NDArray[Any]) -> bool:
    """Return whether the sum over the paths fits into a machine number; what wraps on the way then wraps back."""
    return weights.dtype.kind == "f" or (total_over(part, SEMIRINGS["size"]) or 0) < SAFE_INT


def _paths(part: Between) -> Iterator[Path]:
    for nodes, edges, influence in _search(part):
        yield path_of(part, nodes, edges, influence)


def path_of(part: Between, nodes: Sequence[int], edges: Sequence[int], influence: Number) -> Path:
    """Return the path over some nodes, numbered as in `part`, and edges, as in the topology."""
    labels, edge_label = part.labels, part.edge_label
    return Path(
        tuple([labels[node] for node in nodes]),
        tuple([edge_label(edge) for edge in edges]),
        checked(influence),
        part.graph.topology.naming,
    )


def _search(part: Between) -> Iterator[tuple[list[int], list[int], Number]]:
    """Depth first with a stack of its own; yields the nodes and edges of the trail, which the next step changes."""
    rows, is_target = part.rows, part.is_target
    one, _ = part.graph.one_and_zero
    for source in part.sources:
        nodes, edges, products = [source], [-1], [one]
        steps = [iter(rows[source])]
        if is_target[source]:
            yield nodes, edges[1:], one
        while steps:
            step = next(steps[-1], None)
            if step is None:
                for stack in (steps, nodes, edges, products):
                    stack.pop()
                continue
            head, edge, weight = step
            product = products[-1] * weight
            nodes.append(head)
            edges.append(edge)
            products.append(product)
            steps.append(iter(rows[head]))
            if is_target[head]:
                yield nodes, edges[1:], product


def count_paths(
    graph: nx.DiGraph | CompiledGraph,
    source: Hashable | None = None,
    target: Hashable | None = None,
    **options: Unpack[CompileOptions],
) -> int | Influences:
    """Return how many paths there are, exactly, however many, without listing them. Needs no weights.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
    source, target : nodes, optional
    **options
        Those of `graphdiff.compile`, unless the graph is compiled already; `weight` plays no part.

    Returns
    -------
    int, or a mapping of node to int
        With both ends the number of paths between them; with one, a mapping: paths from the source to each
        node, or from each node to the target; with neither, the number of paths from the roots to the leaves.

    Raises
    ------
    UnknownNodeError, CycleError, SameComponentError
        As `graphdiff.total_influence`.

    Examples
    --------
    >>> import networkx as nx
    >>> chain = nx.MultiDiGraph([(i, i + 1) for i in range(40) for _ in range(3)])
    >>> count_paths(chain, 0, 40) == 3**40
    True
    """
    ready = counted(graph, options)
    topology = ready.topology
    if source is not None and target is not None:
        part = pair(ready, source, target)
    elif source is None and target is None:
        part = between(ready)
    else:
        return _counts_from_one_end(ready, source, target)
    part.require_no_loops()
    ends = [ready.anchor(int(part.positions[node])) for node in part.sources]
    if not ends:
        return 0
    values = forward_values(ready, dict.fromkeys(ends, 1), stop=topology.n_nodes)
    return sum(int(values[part.positions[node]]) for node in part.targets)


def _counts_from_one_end(graph: CompiledGraph, source: Hashable | None, target: Hashable | None) -> Influences:
    topology = graph.topology
    every = range(topology.n_nodes)
    if target is None:
        position = topology.position(source)
        between(graph, [position], every).require_no_loops()
        values = forward_values(graph, {graph.anchor(position): 1})
    else:
        position = topology.position(target)
        between(graph, every, [position]).require_no_loops()
        values = reverse_values(graph, {graph.anchor(position): 1})
    array = checked_array(values)
    if graph.cycles == "collapse":
        array = array[topology.representative]
    return Influences(topology, array, "path counts")


def strongest_paths(
    graph: nx.DiGraph | CompiledGraph,
    source: Hashable | None,
    target: Hashable,
    *,
    k: int | None = None,
    coverage: float | None = None,
    **options: Unpack[CompileOptions],
) -> list[Path]:
    """Return the paths with the largest absolute influence, strongest first, without enumerating the others.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
    source : node, or None
        None is all roots.
    target : node
    k : int, optional
        How many; 10 where neither `k` nor `coverage` is given.
    coverage : float, optional
        Stop when the paths so far have this part of the sum of all absolute path influences.
    **options
        Those of `graphdiff.compile`, unless the graph is compiled already.

    Returns
    -------
    list of Path
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
    ready = compiled(graph, options)
    part = between(ready, None, [ready.topology.position(target)]) if source is None else pair(ready, source, target)
    paths = strongest(part)
    if coverage is None:
        return list(islice(paths, 10 if k is None else k))
    return _covering(part, paths, coverage, k)


def require_coverage(coverage: float | None) -> None:
    """Raise `UsageError` where a coverage is given that is no part of a whole."""
    if coverage is not None and not 0 <= coverage <= 1:
        raise UsageError(Keyword("coverage", coverage), ": a part between 0 and 1")


def strongest(part: Between) -> Iterator[Path]:
    """Yield the paths between two ends lazily, strongest first."""
    for nodes, edges, influence in ranked_paths(part):
        yield path_of(part, nodes, edges, influence)


def _sum_of_sizes(part: Between) -> Number:
    """Return the sum of the absolute influences of all paths or walks."""
    if not part.loops:
        return arithmetic.finished(total_over(part, SEMIRINGS["size"]) or 0)
    graph = part.graph.absolute.divisible
    ends = [
        dict.fromkeys(part.positions[nodes].tolist(), graph.one_and_zero[0]) for nodes in (part.sources, part.targets)
    ]
    values = forward_values(graph, ends[0], part.loops)
    return sum(float(values[position]) for position in ends[1])


def covered(part: Between, paths: Iterable[Path]) -> list[float]:
    """Return what part of the sum of all absolute influences the paths carry, one after the other.

    Nothing where that sum is 0 or beyond the floats.
    """
    whole = _sum_of_sizes(part)
    if not 0 < whole < math.inf:
        return []
    return list(accumulate(float(abs(path.influence) / whole) for path in paths))


def _covering(part: Between, paths: Iterator[Path], coverage: float, k: int | None) -> list[Path]:
    require_sizes(part, "the strongest paths need")
    whole = _sum_of_sizes(part)
    # Floats get the benefit of their roundings; what is exact is compared exactly.
    wanted = coverage * whole * (1 - 1e-12) if isinstance(whole, float) else Fraction(coverage) * Fraction(whole)
    found: list[Path] = []
    covered: Number = 0
    n_edges = 0
    while covered < wanted and (k is None or len(found) < k):
        if k is None and (len(found) == MAX_COVERING or n_edges > MAX_COVERING_EDGES):
            raise LimitError(
                f"the {len(found):,} strongest paths carry only {float(covered / whole):.1%} of the influence",
                Remedy(Keyword("k", 100), "lists the strongest alone"),
            )
        path = next(paths, None)
        if path is None:
            break
        found.append(path)
        n_edges += path.length
        covered += abs(path.influence)
    return found
