"""All 29,853 labelled DAGs of up to five nodes, by every method, against powers of matrices in plain Python.

A part is always run, which has all those of up to four nodes; the others are nightly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache
from itertools import combinations, permutations, product
from typing import Any

import networkx as nx
import pytest
from graphs import ENGINES, METHODS, engine
from tried import DAGS

import graphdiff as gd

#: How many there are of 1, 2, … nodes (R. W. Robinson, "Counting labeled acyclic digraphs", 1973; OEIS A003024).
COUNTS = (1, 3, 25, 543, 29_281)
ALL = sum(COUNTS)
#: The nightly part is so many tests; one in so many of five nodes is in every run.
PARTS, EVERY = 16, 200

Edges = tuple[tuple[int, int], ...]
Matrix = list[list[Any]]

PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71)
PAIRS = list(permutations(range(5), 2))
#: Each edge has a prime of its own, with a sign, so that no two sets of paths have one sum.
WEIGHTS = {pair: prime * (-1) ** place for place, (pair, prime) in enumerate(zip(PAIRS, PRIMES, strict=True))}


@cache
def labelled_dags(size: int) -> list[Edges]:
    """Return the edges of every DAG on 0..size-1: every set of edges that some order of the nodes leads along.

    Examples
    --------
    >>> labelled_dags(2)
    [(), ((0, 1),), ((1, 0),)]
    """
    found: set[Edges] = set()
    for order in permutations(range(size)):
        ahead = list(combinations(order, 2))
        for kept in product((False, True), repeat=len(ahead)):
            found.add(tuple(sorted(edge for edge, is_kept in zip(ahead, kept, strict=True) if is_kept)))
    return sorted(found)


def summed_powers(size: int, edges: Edges, weights: Callable[[tuple[int, int]], Any]) -> Matrix:
    """Return I + A + A² + … up to the power that is 0: row by row, by Horner's rule."""
    rows = [[weights((tail, head)) if (tail, head) in edges else 0 for head in range(size)] for tail in range(size)]
    unit = [[int(tail == head) for head in range(size)] for tail in range(size)]
    total = unit
    for _ in range(size - 1):
        total = [
            [unit[i][j] + sum(rows[i][k] * total[k][j] for k in range(size) if rows[i][k]) for j in range(size)]
            for i in range(size)
        ]
    return total


class Asked:
    """A DAG, its totals, and every way to ask for them."""

    def __init__(self, size: int, edges: Edges) -> None:
        self.nodes = range(size)
        self.graph = nx.DiGraph()
        self.graph.add_nodes_from(self.nodes)
        self.graph.add_weighted_edges_from((*edge, WEIGHTS[edge]) for edge in edges)
        self.compiled = gd.compile(self.graph)
        self.totals = summed_powers(size, edges, WEIGHTS.__getitem__)
        self.counts = summed_powers(size, edges, lambda edge: 1)

    @property
    def pairs(self) -> Iterator[tuple[int, int]]:
        return product(self.nodes, self.nodes)

    @property
    def joined(self) -> list[tuple[int, int]]:
        """The pairs with a path between them, of which there may be one of no edge."""
        return [(source, target) for source, target in self.pairs if self.counts[source][target]]

    def total(self) -> None:
        for method, (source, target) in product(METHODS, self.joined):
            assert gd.total_influence(self.compiled, source, target, method=method) == self.totals[source][target]

    def totals_of_pairs(self) -> None:
        found = gd.total_influences(self.compiled, list(self.pairs))
        assert [*found] == [self.totals[source][target] for source, target in self.pairs]

    def sweeps(self) -> None:
        for node in self.nodes:
            tangents, adjoints = gd.forward(self.compiled, node), gd.reverse(self.compiled, node)
            assert [tangents[other] for other in self.nodes] == self.totals[node]
            assert [adjoints[other] for other in self.nodes] == [row[node] for row in self.totals]

    def jacobians(self) -> None:
        turned = [list(column) for column in zip(*self.totals, strict=True)]
        for method in ("auto", "forward", "reverse", "elimination"):
            assert gd.jacobian(self.compiled, self.nodes, self.nodes, method=method).array.tolist() == turned
        for method in ("forward", "reverse"):
            blocks = list(gd.iter_jacobian(self.compiled, self.nodes, self.nodes, method=method))
            found = {
                (block.targets[i], block.sources[j]): block.array[i, j]
                for block in blocks
                for i, j in product(*map(range, block.array.shape))
            }
            assert found == {(i, j): turned[i][j] for i, j in self.pairs}

    def orders(self) -> None:
        """Every order of elimination, between the first and the last node."""
        last = self.nodes[-1]
        if not last:
            return
        between = [node for node in self.nodes[1:-1] if self.counts[0][node] and self.counts[node][last]]
        for order in ("forward", "reverse", "markowitz", "best", *map(list, permutations(between))):
            found = gd.jacobian(self.compiled, [0], [last], method="elimination", elimination_order=order).array
            assert found.tolist() == [[self.totals[0][last]]]

    def eliminated(self) -> None:
        inner = list(self.nodes[1:-1])
        left = gd.eliminate(self.graph, inner)
        assert gd.total_influence(left, 0, self.nodes[-1]) == self.totals[0][self.nodes[-1]]

    def paths(self) -> None:
        for source in self.nodes:
            counts = gd.count_paths(self.compiled, source)
            assert [counts[node] for node in self.nodes] == self.counts[source]
        for source, target in self.joined:
            count, total = self.counts[source][target], self.totals[source][target]
            assert gd.count_paths(self.compiled, source, target) == count
            listed = list(gd.iter_paths(self.compiled, source, target))
            assert (len(listed), sum(path.influence for path in listed)) == (count, total)
            if source:
                continue
            strongest = gd.strongest_paths(self.compiled, source, target, k=count + 1)
            assert (len(strongest), sum(path.influence for path in strongest)) == (count, total)
            sizes = [abs(path.influence) for path in strongest]
            assert sizes == sorted((abs(path.influence) for path in listed), reverse=True)

    def factored(self) -> None:
        assert gd.factored(self.compiled, 0, self.nodes[-1]).value() == self.totals[0][self.nodes[-1]]

    def semirings(self) -> None:
        found = gd.accumulate(self.compiled, 0)
        assert [found[node] for node in self.nodes] == self.totals[0]

    def policies(self) -> None:
        for cycles in ("collapse", "solve", "reduced-form"):
            found = gd.forward(self.graph, 0, cycles=cycles)
            assert [found[node] for node in self.nodes] == self.totals[0]

    def kinds(self) -> None:
        """Halves, by floats and exactly; fractions; whole numbers beyond any machine's."""
        for factor, options in ((0.5, {}), (0.5, {"exact": True}), (Fraction(1, 3), {}), (2**70, {})):
            graph = gd.compile(self.graph, weight=lambda u, v, data, by=factor: data["weight"] * by, **options)
            edges = tuple(self.graph.edges)
            right = summed_powers(len(self.nodes), edges, lambda e, by=factor: WEIGHTS[e] * Fraction(by))
            found = gd.forward(graph, 0)
            assert [Fraction(found[node]) for node in self.nodes] == right[0]
            found = gd.reverse(graph, 0)
            assert [Fraction(found[node]) for node in self.nodes] == [row[0] for row in right]


WAYS = [way for name, way in vars(Asked).items() if callable(way) and not name.startswith("_")]


def ask_all(size: int, chosen: list[Edges], name: str) -> int:
    """Ask all of some DAGs by one engine, and return how many these are."""
    with engine(name):
        for edges in chosen:
            asked = Asked(size, edges)
            for way in WAYS:
                try:
                    way(asked)
                except Exception as error:
                    error.add_note(f"{way.__name__} of {size} nodes with the edges {edges}, {name}")
                    raise
    return len(chosen)


@pytest.mark.parametrize("size", range(1, 6))
def test_small_dags(size: int, record_property: Callable[[str, object], None]) -> None:
    dags = labelled_dags(size)
    assert len(dags) == COUNTS[size - 1]
    step = (1, 1, 1, 5, EVERY)[size - 1]
    number = sum(ask_all(size, dags[start :: 2 * step], name) for start, name in zip((0, step), ENGINES, strict=True))
    record_property("cases", (DAGS, number))


@pytest.mark.nightly
@pytest.mark.parametrize("part", range(PARTS))
def test_every_dag_of_up_to_five_nodes(part: int, record_property: Callable[[str, object], None]) -> None:
    """Those of a part by one of the two engines in turn; that both have the same bits is tested beside the kernels."""
    parts = [labelled_dags(size)[part::PARTS] for size in range(1, 6)]
    number = sum(ask_all(size, dags, ENGINES[part % 2]) for size, dags in enumerate(parts, start=1))
    record_property("cases", (DAGS, number))


def test_the_parts_are_all_there_are() -> None:
    assert sum(len(labelled_dags(size)[part::PARTS]) for size in range(1, 6) for part in range(PARTS)) == ALL == 29_853
