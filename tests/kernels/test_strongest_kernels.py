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
    powers = np.random.default_rng(seed).integers(-4, 5, rows.n_edges)
    weights = np.where(powers % 3, 1, -1) * 2.0**powers  # of which the sizes count

    def sums(node: int) -> list[float]:
        steps = range(int(rows.ptr[node]), int(rows.ptr[node + 1]))
        return [0.0 if node == 5 else -math.inf] + [
            powers[edge] + rest for edge in steps for rest in sums(int(rows.heads[edge]))
        ]

    for form in forms(strongest.largest_sums):
        best = np.full(6, -math.inf)
        best[5] = 0.0
        form(rows.ptr, rows.heads, weights, best, np.arange(6))
        assert best.tolist() == [max(sums(node)) for node in range(6)]


#: Nothing is scaled.
PLAIN = np.empty(0, dtype=np.int32), np.empty(0, dtype=bool)


def test_the_two_strongest_first_edges_of_each_node_and_what_follows() -> None:
    # 0 has three ways to 3: by 1 (edge 0), by 2 (edge 1), and 3 itself (edge 2); 1 and 2 one each. Edge 5 leads from 3
    # to the end, which is 4, and edge 6 from the start, which is 5, to 0.
    ptr = np.array([0, 3, 4, 5, 5], dtype=np.uint64)
    heads = np.array([1, 2, 3, 3, 3], dtype=np.uint32)
    ends, seeds, stops = np.array([4, 0]), np.array([0.5, 3.0]), np.array([3])
    order = np.array([0, 7, 4, 2, -1, -1])
    for sizes, first, second in (
        ([2.0, -3.0, 1.0, -1.0, 1.0], 1, 0),  # of which the sizes count
        ([2.0, 2.0, 2.0, 1.0, 1.0], 2, 1),  # ties: by the order of the heads
        ([2.0, 2.0, 1.0, 1.0, 1.0], 1, 0),
        ([0.0, 0.0, 0.0, 1.0, 1.0], 2, 1),
        ([1.0, 4.0, 2.0, 3.0, 0.25], 0, 2),
    ):
        arrays = ptr, heads, np.array(sizes), ends, seeds, *PLAIN, order
        then = [0.5 * abs(size) for size in (*sizes[3:], 1.0)]  # from 1, 2 and 3 on
        largest = abs(sizes[first]) * then[heads[first] - 1]
        for form in forms(strongest.strongest):
            best, chosen = np.array([-1.0, -1.0, -1.0, -1.0, 1.0, -1.0]), np.zeros((6, 2), dtype=np.uint32)
            form(*arrays, best, chosen, np.arange(4), stops)
            assert chosen[[0, 1, 2, 3, 5]].tolist() == [[first, second], [3, 3], [4, 4], [5, 5], [6, 6]]
            assert best.tolist() == [largest, *then, 1.0, 3 * largest]
            part = np.array([-1.0, -1.0, -1.0, -1.0, 1.0, -1.0])
            form(*arrays, part, np.zeros((6, 2), dtype=np.uint32), np.array([2, 3]), stops)
            assert part.tolist() == [-1, -1, *then[1:], 1, -1]
        for form in forms(strongest.followed):
            places, edges = np.array([-1, -1, -1, -1, 9, -1]), np.zeros(6, dtype=np.uint32)
            length, place = form(heads, ends, chosen, 5, places, edges)
            assert int(place) == 9
            assert edges[: int(length)].tolist() == [6, first, *({0: [3], 1: [4], 2: []}[first]), 5]
            places[1] = places[2] = 5
            assert [int(n) for n in form(heads, ends, chosen, 0, places, edges)] == ([2, 9] if first == 2 else [1, 5])


def test_sizes_are_relative_to_those_of_the_strongest_ways() -> None:
    # 0 -> 1 by edges of 2**-600 and 2**-601; from 1 to the end, which is 2, by edge 2; from the start, 3, by edge 3.
    ptr, heads = np.array([0, 2, 2], dtype=np.uint64), np.array([1, 1], dtype=np.uint32)
    ends, seeds = np.array([2, 0]), np.array([2.0**-600, 1.0])
    powers, zero = np.array([-1200, -600, 0, -1200], dtype=np.int32), np.zeros(4, dtype=bool)
    for form in forms(strongest.strongest):
        best, chosen = np.array([-1.0, -1.0, 1.0, -1.0]), np.zeros((4, 2), dtype=np.uint32)
        arrays = ptr, heads, np.array([2.0**-601, 2.0**-600]), ends, seeds, powers, zero, np.array([0, 1, -1, -1])
        form(*arrays, best, chosen, np.arange(2), np.array([1]))
        assert best.tolist() == [1, 1, 1, 1]
        assert chosen.tolist()[0] == [1, 0]


def test_ways_that_leave_another_come_by_size_then_by_order() -> None:
    # A chain 0 -> 1 -> 2 with the edges 0 and 3 that are the strongest, and others beside them to 2. Edge 6 leads from
    # there to the end, which is 3, and edges 7 and 8 from the start, which is 4, to 0 and to 1.
    ptr = np.array([0, 3, 6, 6], dtype=np.uint64)
    heads = np.array([1, 2, 2, 2, 2, 2], dtype=np.uint32)
    ends, seeds = np.array([3, 0, 1]), np.array([1.0, 1.0, 0.5])
    order, best = np.array([0, 1, -1, -2, -2]), np.array([8.0, 4.0, 1.0, 1.0, 8.0])
    sizes = np.array([2.0, -5.0, 5.0, 4.0, 3.0, -3.0])
    way = np.array([7, 0, 3, 6], dtype=np.uint32)
    chosen = np.array([[0, 1], [3, 4], [6, 6], [0, 0], [7, 7]], dtype=np.uint32)
    arrays = heads, sizes, ends, seeds, *PLAIN, order, best
    for form in forms(strongest.leaving):
        # By edge 1 at once: 5; by edge 4 after edge 0: 2 · 3 = 6.
        assert [float(n) for n in form(*arrays, chosen, way, 0, 4)] == [2, 4, 6]
        assert [float(n) for n in form(*arrays, chosen, way, 0, 2)] == [1, 1, 5]
        assert [float(n) for n in form(*arrays, chosen, way, 2, 3)] == [2, 4, 6]
        alone = np.array([[0, 0], [3, 3], [6, 6], [0, 0], [7, 7]], dtype=np.uint32)
        assert form(*arrays, alone, way, 0, 4)[0] < 0
        from_two = np.array([[0, 0], [3, 3], [6, 6], [0, 0], [7, 8]], dtype=np.uint32)
        assert [float(n) for n in form(*arrays, from_two, way, 0, 4)] == [0, 8, 2]
        even = np.array([2.0, 6.0, 5.0, 4.0, 3.0, 3.0])
        # Both 6: at the first node 2 comes before the node 1, which the way takes.
        both = heads, even, ends, seeds, *PLAIN
        assert [float(n) for n in form(*both, order, best, chosen, way, 0, 4)] == [1, 1, 6]
        later = np.array([0, -2, -1, -2, -2])
        assert [float(n) for n in form(*both, later, best, chosen, way, 0, 4)] == [2, 4, 6]
    for form in forms(strongest.next_after):
        # Equal ones come one after the other, then none.
        at = ptr, *arrays, way
        assert [float(n) for n in form(*at, 1, 1, 0, 0)] == [1, 2, 5]
        assert form(*at, 1, 2, 0, 0)[0] < 0
        assert [float(n) for n in form(*at, 1, 0, 0, 0)] == [1, 1, 5]
        assert [float(n) for n in form(*at, 2, 4, 0, 0)] == [2, 5, 6]
        assert [float(n) for n in form(*at, 2, 3, 0, 0)] == [2, 4, 6]
        assert form(*at, 2, 5, 0, 0)[0] < 0
        assert [float(n) for n in form(*at, 0, 7, 1, 2)] == [0, 8, 2]
        assert form(*at, 0, 8, 1, 2)[0] < 0
