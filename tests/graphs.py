"""What the core is compared with: oracles that share no code with it, hand-worked graphs, strategies.

Two oracles, both straight from the definition and both slow: walks listed one by one, and (I - W)^-1 by
Gauss-Jordan in Fractions. They are checked against each other in `test_methods`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from itertools import pairwise, product
from math import prod
from types import ModuleType
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st

METHODS = ("naive", "forward", "reverse", "auto")

Node = Hashable
Walk = tuple[tuple[Any, ...], ...]

NAUMANN = nx.DiGraph([(0, 2), (1, 2), (2, 3), (2, 4), (3, 4), (4, 5), (4, 6)])


#: Identities that everything else stands on are tried on hundreds of graphs.
SEVERAL = settings(max_examples=200)

ENGINES = ("plain Python", "kernels")


@contextmanager
def engine(name: str) -> Iterator[None]:
    """Have every loop run in plain Python, or every one in its compiled kernel, however small the graph."""
    limit = 0 if name == "kernels" else sys.maxsize
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("graphdiff.kernels.COLD_VISITS", limit)
        patch.setattr("graphdiff.kernels.WARM_VISITS", limit)
        yield


def as_python(patch: pytest.MonkeyPatch, *modules: ModuleType) -> None:
    """Have modules run the Python that their kernels are made of, on arrays, as if machine code paid."""
    if np.lib.NumpyVersion(np.__version__) < "2.0.0":
        pytest.skip("of numpy 1, an unsigned number plus an int of Python is a float, which indexes nothing")

    def unsigned(each: Any) -> Any:
        return each.astype(np.uint64) if getattr(each, "dtype", None) == np.int64 and each.ndim else each

    def jit(kernel: Callable[..., Any]) -> Callable[..., Any]:
        # Where rows start, as in a compiled graph; the other columns are written to.
        return lambda ptr, *others: kernel(unsigned(ptr), *others)

    for module in modules:
        patch.setattr(module, "jit", jit)
        patch.setattr(module, "pays", lambda visits, before=0: True)


# ---------------------------------------------------------------------------------------------- oracles


def edge_names(graph: nx.DiGraph) -> list[tuple[Any, ...]]:
    """Return the edges as graphdiff names them: (u, v), or (u, v, key) in a multigraph.

    Examples
    --------
    >>> edge_names(nx.DiGraph([("a", "b")])), edge_names(nx.MultiDiGraph([("a", "b")]))
    ([('a', 'b')], [('a', 'b', 0)])
    """
    return list(graph.edges(keys=True)) if graph.is_multigraph() else list(graph.edges)


def walks(graph: nx.DiGraph, source: Node, target: Node, max_length: int | None = None) -> list[Walk]:
    """Return every walk of at most `max_length` edges; on a DAG, by default, every path.

    Examples
    --------
    >>> walks(nx.DiGraph([("a", "b"), ("b", "c"), ("a", "c")]), "a", "c")
    [(('a', 'c'),), (('a', 'b'), ('b', 'c'))]
    """
    out: dict[Node, list[tuple[Any, ...]]] = {node: [] for node in graph}
    for edge in edge_names(graph):
        out[edge[0]].append(edge)
    found: list[Walk] = []
    begun: list[tuple[Node, Walk]] = [(source, ())]
    for _ in range(1 + (len(graph) - 1 if max_length is None else max_length)):
        found += [walk for node, walk in begun if node == target]
        begun = [(edge[1], (*walk, edge)) for node, walk in begun for edge in out[node]]
    return found


def influence(graph: nx.DiGraph, walk: Walk, weight: str = "weight") -> Any:
    """Return the product of the weights along `walk`, from its source on.

    Examples
    --------
    >>> graph = weighted([("a", "b", 2), ("b", "c", 5)])
    >>> influence(graph, (("a", "b"), ("b", "c"))), influence(graph, ())
    (10, 1)
    """
    return prod((graph.edges[edge][weight] for edge in walk), start=1)


def path_sum(graph: nx.DiGraph, source: Node, target: Node) -> Any:
    """Return the sum over all paths of a DAG of the product of the weights: the definition itself."""
    return sum((influence(graph, walk) for walk in walks(graph, source, target)), start=0)


def inverse_totals(graph: nx.DiGraph) -> dict[tuple[Node, Node], Fraction]:
    """Return (I - W)^-1 in Fractions, by (source, target).

    Examples
    --------
    >>> inverse_totals(weighted([("a", "a", Fraction(1, 2))]))
    {('a', 'a'): Fraction(2, 1)}
    """
    nodes = list(graph)
    place = {node: index for index, node in enumerate(nodes)}
    size = len(nodes)
    left = [[Fraction(row == column) for column in range(size)] for row in range(size)]
    right = [row[:] for row in left]
    for tail, head, weight in graph.edges(data="weight"):
        left[place[tail]][place[head]] -= Fraction(weight)
    for column in range(size):
        pivot = next(row for row in range(column, size) if left[row][column])
        for rows in (left, right):
            rows[column], rows[pivot] = rows[pivot], rows[column]
        scale = left[column][column]
        for rows in (left, right):
            rows[column] = [entry / scale for entry in rows[column]]
        for row in set(range(size)) - {column}:
            factor = left[row][column]
            for rows in (left, right):
                rows[row] = [a - factor * b for a, b in zip(rows[row], rows[column], strict=True)]
    return {(s, t): right[place[s]][place[t]] for s, t in product(nodes, nodes)}


def reduced(rows: list[list[Fraction]]) -> list[list[Fraction]] | None:
    """Return rows of equations, right sides behind, after elimination by Gauss and Jordan; None without a pivot."""
    for column in range(len(rows)):
        pivot = next((row for row in range(column, len(rows)) if rows[row][column]), None)
        if pivot is None:
            return None
        rows[column], rows[pivot] = rows[pivot], rows[column]
        rows[column] = [entry / rows[column][column] for entry in rows[column]]
        for row in range(len(rows)):
            factor = rows[row][column]
            if row != column and factor:
                rows[row] = [a - factor * b for a, b in zip(rows[row], rows[column], strict=True)]
    return rows


def path_counts(tails: Iterable[int], heads: Iterable[int], starts: Iterable[int], size: int) -> list[int]:
    """Return the number of paths from `starts` to each of 0..size-1, by a plain depth-first order.

    Examples
    --------
    >>> path_counts([0, 0, 1], [1, 1, 2], [0], 3)
    [1, 2, 2]
    """
    following: list[list[int]] = [[] for _ in range(size)]
    waiting = [0] * size
    for tail, head in zip(tails, heads, strict=True):
        following[tail].append(head)
        waiting[head] += 1
    counts = [0] * size
    for start in starts:
        counts[start] += 1
    ready = [node for node in range(size) if not waiting[node]]
    while ready:
        node = ready.pop()
        for head in following[node]:
            counts[head] += counts[node]
            waiting[head] -= 1
            if not waiting[head]:
                ready.append(head)
    return counts


# --------------------------------------------------------------------------------- hand-worked graphs


def weighted(edges: Iterable[tuple[Any, Any, Any]]) -> nx.DiGraph:
    """Return a DiGraph of (tail, head, weight), or a MultiDiGraph where an edge comes twice."""
    edges = list(edges)
    parallel = len({(tail, head) for tail, head, _ in edges}) < len(edges)
    graph = nx.MultiDiGraph() if parallel else nx.DiGraph()
    for tail, head, weight in edges:
        graph.add_edge(tail, head, weight=weight)
    return graph


def parallel_chain(*steps: Sequence[Any]) -> nx.MultiDiGraph:
    """Return 0 => 1 => 2 => ... with one edge for every weight of a step.

    Examples
    --------
    >>> parallel_chain([2, 3, 5], [7, 11, 13]).number_of_edges()
    6
    """
    graph = nx.MultiDiGraph()
    for place, weights in enumerate(steps):
        graph.add_edges_from((place, place + 1, {"weight": weight}) for weight in weights)
    return graph


def olah() -> nx.DiGraph:
    """Return Olah's e = (a + b)(b + 1) at a = 2, b = 1, with c = a + b and d = b + 1."""
    return weighted([("a", "c", 1), ("b", "c", 1), ("b", "d", 1), ("c", "e", 2), ("d", "e", 3)])


def ladder(size: int) -> nx.DiGraph:
    """Return the Fibonacci DAG: i -> i + 1 and i -> i + 2."""
    return weighted([(i, j, 1) for i in range(size) for j in (i + 1, i + 2) if j <= size])


def complete_dag(size: int) -> nx.DiGraph:
    """Return every edge i -> j with i < j: 2^(size - 2) paths from first to last."""
    return weighted([(i, j, 1) for i in range(size) for j in range(i + 1, size)])


def lattice(side: int) -> nx.DiGraph:
    """Return side x side nodes with arrows right and down: C(2(side - 1), side - 1) paths across."""
    cells = product(range(side), range(side))
    steps = [((i, j), head) for i, j in cells for head in ((i + 1, j), (i, j + 1))]
    return weighted([(tail, head, 1) for tail, head in steps if max(head) < side])


def diamonds(count: int) -> nx.DiGraph:
    """Return a chain of `count` diamonds, from 0 to 3 * count: 2^count paths."""
    graph = nx.DiGraph()
    for top in range(0, 3 * count, 3):
        for middle in (top + 1, top + 2):
            graph.add_edge(top, middle, weight=1)
            graph.add_edge(middle, top + 3, weight=1)
    return graph


def all_dags(size: int) -> list[nx.DiGraph]:
    """Return every labelled DAG on 0..size-1, each edge with its own prime (or minus it) for a weight.

    Examples
    --------
    >>> [len(all_dags(size)) for size in (1, 2, 3)]
    [1, 3, 25]
    """
    pairs = [(i, j) for i, j in product(range(size), repeat=2) if i != j]
    weights = dict(zip(pairs, (2, -3, 5, 7, -11, 13, 17, -19, 23, 29, 31, -37), strict=False))
    graphs = []
    for chosen in product((False, True), repeat=len(pairs)):
        graph = nx.DiGraph()
        graph.add_nodes_from(range(size))
        graph.add_edges_from(
            (*pair, {"weight": weights[pair]}) for pair, kept in zip(pairs, chosen, strict=True) if kept
        )
        if nx.is_directed_acyclic_graph(graph):
            graphs.append(graph)
    return graphs


# ------------------------------------------------------------------------------------------ strategies

LABELS = st.one_of(
    st.integers(-3, 10**20),
    st.text(max_size=3),
    st.tuples(st.integers(0, 3), st.text(max_size=1)),
    st.frozensets(st.integers(0, 5), max_size=2),
    st.binary(max_size=2),
)
INTS = st.integers(-4, 4)
FRACTIONS = st.fractions(-3, 3, max_denominator=7)
QUARTERS = st.integers(-12, 12).map(lambda quarters: quarters / 4)
"""Floats whose sums of products over a small DAG are exact in float64: equality is the test."""
NUMBERS = {
    "ints": INTS,
    "fractions": FRACTIONS,
    "floats": QUARTERS,
    "ints and floats": INTS | QUARTERS,
    "ints and fractions": INTS | FRACTIONS,
}


@st.composite
def dags(
    draw: Callable[..., Any],
    weights: st.SearchStrategy[Any] | None = None,
    *,
    max_nodes: int = 7,
    max_edges: int = 14,
    parallel: bool = True,
) -> nx.DiGraph:
    """Draw a DAG, shuffled, with labels of mixed types that say nothing about the order."""
    if weights is None:
        weights = draw(st.sampled_from(list(NUMBERS.values())))
    labels = draw(st.lists(LABELS, min_size=1, max_size=max_nodes, unique=True))
    pairs = [(labels[i], labels[j]) for j in range(len(labels)) for i in range(j)]
    chosen = draw(st.lists(st.sampled_from(pairs), max_size=max_edges, unique=not parallel)) if pairs else []
    graph = nx.MultiDiGraph() if parallel else nx.DiGraph()
    graph.add_nodes_from(draw(st.permutations(labels)))
    graph.add_edges_from((*pair, {"weight": draw(weights)}) for pair in chosen)
    return graph


@st.composite
def contractions(draw: Callable[..., Any], max_nodes: int = 5, max_edges: int = 10) -> nx.MultiDiGraph:
    """Draw a graph that may have cycles, in Fractions so small that every walk sum converges absolutely."""
    labels = draw(st.lists(LABELS, min_size=1, max_size=max_nodes, unique=True))
    ends = st.sampled_from(labels)
    edges = draw(st.lists(st.tuples(ends, ends, st.integers(-3, 3)), max_size=max_edges))
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(labels)
    graph.add_edges_from((u, v, {"weight": Fraction(w, 4 * max_edges)}) for u, v, w in edges)
    return graph


@st.composite
def ways(
    draw: Callable[..., Any], weights: st.SearchStrategy[Any], *, max_nodes: int = 5, max_more: int = 4
) -> tuple[nx.MultiDiGraph, Node, Node]:
    """Draw a DAG in which every node is on a way from the first to the last, and these two."""
    size = draw(st.integers(2, max_nodes))
    pairs = [(i, j) for j in range(size) for i in range(j)]
    graph = nx.MultiDiGraph()
    for tail, head in [*pairwise(range(size)), *draw(st.lists(st.sampled_from(pairs), max_size=max_more))]:
        graph.add_edge(tail, head, weight=draw(weights))
    return graph, 0, size - 1


@st.composite
def queries(draw: Callable[..., Any], graphs: st.SearchStrategy[nx.DiGraph]) -> tuple[nx.DiGraph, Node, Node]:
    """Draw a graph and two of its nodes."""
    graph = draw(graphs)
    ends = st.sampled_from(list(graph))
    return graph, draw(ends), draw(ends)


def chain(weights: Sequence[Any]) -> nx.DiGraph:
    """Return 0 -> 1 -> 2 -> ... with these weights."""
    places = pairwise(range(len(weights) + 1))
    return weighted([(tail, head, weight) for (tail, head), weight in zip(places, weights, strict=True)])
