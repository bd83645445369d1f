"""The kernels of strongest ways one by one, against lists of all ways."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from kernel_forms import Rows, forms

from graphdiff.kernels import strongest

SEEDS = range(6)


def ways(rows: Rows, weights: Any, node: int, end: int) -> list[tuple[tuple[int, ...], float]]:
    """Return every way from a node to the end: its edges, and the product of their weights from the end on."""
    found: list[tuple[tuple[int, ...], float]] = [((), 1.0)] if node == end else []
    for edge in range(int(rows.ptr[node]), int(rows.ptr[node + 1])):
        for rest, product in ways(rows, weights, int(rows.heads[edge]), end):
            found.append(((edge, *rest), weights[edge] * product))
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_the_strongest_way_of_either_sign(seed: int) -> None:
    rows = Rows(seed, n_nodes=6, n_edges=12)
    weights = np.random.default_rng(seed).integers(-3, 4, rows.n_edges) / 2
    for form in forms(strongest.strongest_by_sign):
        for put_in in (1.0, 2.0):
            positive, negative = np.zeros(6), np.zeros(6)
            by_positive, by_negative = np.full(6, -1), np.full(6, -1)
            positive[5] = put_in
            form(rows.ptr, rows.heads, weights, np.arange(6), positive, negative, by_positive, by_negative)
            for node in range(6):
                products = [put_in * product for _, product in ways(rows, weights, node, 5)]
                assert positive[node] == max((p for p in products if p > 0), default=0.0)
                assert negative[node] == max((-p for p in products if p < 0), default=0.0)
                for by, size in ((by_positive, positive), (by_negative, negative)):
                    assert (by[node] >= 0) == (size[node] > 0 and node != 5)
                    if by[node] >= 0:
                        assert rows.ptr[node] <= by[node] < rows.ptr[node + 1]
    some = np.zeros(6)
    some[5] = 1.0
    for form in forms(strongest.strongest_by_sign):
        positive, by = some.copy(), np.full(6, -1)
        form(rows.ptr, rows.heads, np.abs(weights) + 1, np.array([4]), positive, np.zeros(6), by, np.full(6, -1))
        assert not positive[:4].any()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_largest_sums_along_ways(seed: int) -> None:
    rows = Rows(seed, n_nodes=6, n_edges=12)
    lengths = np.random.default_rng(seed).integers(-4, 5, rows.n_edges) / 2.0

    def sums(node: int) -> list[float]:
        if node == 5:
            return [0.0]
        steps = range(int(rows.ptr[node]), int(rows.ptr[node + 1]))
        return [lengths[edge] + rest for edge in steps for rest in sums(int(rows.heads[edge]))]

    for form in forms(strongest.largest_sums):
        best = np.zeros(6)
        form(rows.ptr, rows.heads, lengths, best, 5)
        assert best.tolist() == [max(sums(node), default=-math.inf) for node in range(6)]


def test_the_two_strongest_first_edges_of_each_node_and_what_follows() -> None:
    # 0 has three ways to 3: by 1 (edge 0), by 2 (edge 1), and 3 itself (edge 2); 1 and 2 one each; 3 is the end.
    ptr = np.array([0, 3, 4, 5, 5], dtype=np.uint64)
    heads = np.array([1, 2, 3, 3, 3], dtype=np.uint32)
    order = np.array([0, 7, 4, -1])
    for sizes, first, second in (
        ([2.0, 3.0, 1.0, 1.0, 1.0], 1, 0),
        ([2.0, 2.0, 2.0, 1.0, 1.0], 2, 1),  # ties: by the order of the heads
        ([2.0, 2.0, 1.0, 1.0, 1.0], 1, 0),
        ([0.0, 0.0, 0.0, 1.0, 1.0], 2, 1),
        ([1.0, 4.0, 2.0, 3.0, 0.25], 0, 2),
    ):
        for form in forms(strongest.strongest):
            best, chosen = np.ones(4), np.zeros((4, 2), dtype=np.uint32)
            form(ptr, heads, np.array(sizes), order, best, chosen, 0, 3)
            assert chosen[0].tolist() == [first, second]
            assert (chosen[1].tolist(), chosen[2].tolist()) == ([3, 3], [4, 4])
            assert best.tolist() == [sizes[first] * ([*sizes[3:], 1.0][heads[first] - 1]), sizes[3], sizes[4], 1.0]
            untouched = np.ones(4)
            form(ptr, heads, np.array(sizes), order, untouched, np.zeros((4, 2), dtype=np.uint32), 2, 3)
            assert untouched.tolist() == [1, 1, sizes[4], 1]
        for form in forms(strongest.followed):
            places, edges = np.array([-1, -1, -1, 9]), np.zeros(4, dtype=np.uint32)
            length, place = form(heads, chosen, 0, places, edges)
            assert (int(place), int(length)) == (9, 1 if first == 2 else 2)
            assert edges[: int(length)].tolist() == [first, *({0: [3], 1: [4], 2: []}[first])]
            places[1] = places[2] = 5
            assert [int(n) for n in form(heads, chosen, 0, places, edges)] == [1, 9 if first == 2 else 5]


def test_ways_that_leave_another_come_by_size_then_by_order() -> None:
    # A chain 0 -> 1 -> 2 with the edges 0 and 3 that are the strongest, and others beside them to the end 2.
    ptr = np.array([0, 3, 6, 6], dtype=np.uint64)
    heads = np.array([1, 2, 2, 2, 2, 2], dtype=np.uint32)
    order, best = np.array([0, 1, -1]), np.array([0.0, 4.0, 1.0])
    sizes = np.array([2.0, 5.0, 5.0, 4.0, 3.0, 3.0])
    way = np.array([0, 3], dtype=np.uint32)
    chosen = np.array([[0, 1], [3, 4], [0, 0]], dtype=np.uint32)
    arrays = ptr, heads, sizes, order, best
    for form in forms(strongest.leaving):
        # By edge 1 at once: 5; by edge 4 after edge 0: 2 · 3 = 6.
        assert [float(n) for n in form(*arrays, chosen, way, 0, 0, 2)] == [1, 4, 6]
        assert [float(n) for n in form(*arrays, chosen, way, 0, 0, 1)] == [0, 1, 5]
        assert [float(n) for n in form(*arrays, chosen, way, 0, 1, 2)] == [1, 4, 6]
        alone = np.array([[0, 0], [3, 3], [0, 0]], dtype=np.uint32)
        assert form(*arrays, alone, way, 0, 0, 2)[0] < 0
        even = np.array([2.0, 6.0, 5.0, 4.0, 3.0, 3.0])
        # Both 6: at the first node the end comes before the node 1, which the way takes.
        assert [float(n) for n in form(ptr, heads, even, order, best, chosen, way, 0, 0, 2)] == [0, 1, 6]
        later = np.array([0, -2, -1])
        assert [float(n) for n in form(ptr, heads, even, later, best, chosen, way, 0, 0, 2)] == [1, 4, 6]
    for form in forms(strongest.next_after):
        # Equal ones come one after the other, then none.
        assert [float(n) for n in form(*arrays, way, 0, 0, 1)] == [0, 2, 5]
        assert form(*arrays, way, 0, 0, 2)[0] < 0
        assert [float(n) for n in form(*arrays, way, 0, 0, 0)] == [0, 1, 5]
        assert [float(n) for n in form(*arrays, way, 0, 1, 4)] == [1, 5, 6]
        assert [float(n) for n in form(*arrays, way, 0, 1, 3)] == [1, 4, 6]
        assert form(*arrays, way, 0, 1, 5)[0] < 0
