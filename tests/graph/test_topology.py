"""A topology: every node a place in topological order, every edge a place in the rows; the same by every way."""

from __future__ import annotations

import sys
from collections import deque
from typing import Any

import networkx as nx
import numpy as np
import pytest
from graphs import ENGINES, engine
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from graphdiff.graph.topology import Topology, arrange
from graphdiff.kernels import order, rows

Ends = list[tuple[int, int]]

#: Counts of nodes and the ends of edges, in any order, with loops, parallel edges and nodes without any.
EDGES = st.integers(1, 12).flatmap(
    lambda n: st.tuples(st.just(n), st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=3 * n))
)


def arranged(n_nodes: int, ends: Ends, kind: Any = np.uint64) -> Topology:
    tails, heads = np.array(ends, dtype=kind).reshape(-1, 2).T
    return arrange(n_nodes, tails, heads)[0]


def first_in_first_out(n_nodes: int, ends: Ends) -> list[int]:
    """Return Kahn's order by a queue: at first the free nodes by id, then each as its last edge is taken away."""
    waiting = [sum(head == node for _, head in ends) for node in range(n_nodes)]
    queue = deque(node for node in range(n_nodes) if not waiting[node])
    order = []
    while queue:
        order.append(node := queue.popleft())
        for tail, head in ends:
            if tail == node:
                waiting[head] -= 1
                if not waiting[head]:
                    queue.append(head)
    return order


def random_ends(n_nodes: int, n_edges: int, *, back: int) -> Ends:
    """Draw edges that lead on in a shuffled order of the nodes, and `back` of them that lead anywhere."""
    rng = np.random.default_rng(n_edges + back)
    ends = np.sort(rng.integers(0, n_nodes, (n_edges, 2)), axis=1)
    ends = ends[ends[:, 0] < ends[:, 1]]
    ends = rng.permutation(n_nodes)[np.concatenate([ends, rng.integers(0, n_nodes, (back, 2))])]
    return [(tail, head) for tail, head in rng.permutation(ends).tolist()]


def arrays_of(topology: Topology) -> dict[str, list[Any]]:
    names = ("ids", "ptr", "heads", "cyclic", "leaving", "roots", "leaves")
    plain = {name: np.asarray(getattr(topology, name)).tolist() for name in names}
    for name in ("outer", "quotient"):
        part = getattr(topology, name)
        plain |= {f"{name} {field}": getattr(part, field).tolist() for field in ("ptr", "heads", "edges", "tails")}
    return plain


@pytest.mark.parametrize("name", ENGINES)
class TestArrange:
    @given(edges=EDGES)
    def test_the_rows_hold_every_edge_once_in_the_order_given(self, name: str, edges: tuple[int, Ends]) -> None:
        n_nodes, ends = edges
        tails, heads = np.array(ends, dtype=np.uint64).reshape(-1, 2).T
        with engine(name):
            topology, places = arrange(n_nodes, tails, heads, keys=range(len(ends)))
        ids, numbers = topology.ids.tolist(), places.tolist()
        assert topology.keys == numbers
        assert sorted(ids) == list(range(n_nodes))
        assert sorted(numbers) == list(range(len(ends)))
        assert [(ids[u], ids[v]) for u, v in zip(topology.rows.tails, topology.heads, strict=True)] == [
            ends[number] for number in numbers
        ]
        for start, stop in zip(topology.ptr.tolist(), topology.ptr.tolist()[1:], strict=False):
            assert numbers[start:stop] == sorted(numbers[start:stop])

    @given(edges=EDGES)
    def test_components_stand_together_in_topological_order(self, name: str, edges: tuple[int, Ends]) -> None:
        n_nodes, ends = edges
        with engine(name):
            topology = arranged(n_nodes, ends)
        graph = nx.DiGraph(ends)
        cyclic = {frozenset(part) for part in nx.strongly_connected_components(graph)}
        cyclic = {part for part in cyclic if len(part) > 1 or all(graph.has_edge(node, node) for node in part)}
        found = [topology.ids[start:stop].tolist() for start, stop in topology.cyclic.tolist()]
        assert {frozenset(part) for part in found} == cyclic
        assert found == [sorted(part) for part in found]
        tails, heads = topology.rows.tails, topology.heads
        assert all(topology.representative[tails] <= topology.representative[heads])
        assert (topology.representative[tails] == topology.representative[heads]).tolist() == [
            any({topology.ids[u], topology.ids[v]} <= part for part in cyclic)
            for u, v in zip(tails, heads, strict=True)
        ]

    @given(edges=EDGES)
    def test_what_no_cycle_leads_to_comes_first_in_first_out(self, name: str, edges: tuple[int, Ends]) -> None:
        n_nodes, ends = edges
        expected = first_in_first_out(n_nodes, ends)
        with engine(name):
            assert arranged(n_nodes, ends).ids.tolist()[: len(expected)] == expected

    @pytest.mark.parametrize("kind", [np.uint32, np.uint64])
    def test_ids_of_any_width_give_the_same(self, name: str, kind: Any) -> None:
        ends = random_ends(50, 200, back=3)
        with engine(name):
            assert arrays_of(arranged(50, ends, kind)) == arrays_of(arranged(50, ends))

    @pytest.mark.parametrize("back", [0, 40])
    def test_more_than_32_bits_can_number_are_numbered_by_64(
        self, name: str, back: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ends = random_ends(60, 200, back=back)
        with engine(name):
            short = arranged(60, ends)
            monkeypatch.setattr(rows, "UINT32_COUNT", 10)
            long = arranged(60, ends)
        assert (short.heads.dtype, long.heads.dtype) == (np.uint32, np.uint64)
        assert arrays_of(long) == arrays_of(short)

    def test_no_edges_and_no_nodes(self, name: str) -> None:
        with engine(name):
            assert arranged(0, []).n_nodes == 0
            assert arranged(3, []).ids.tolist() == [0, 1, 2]

    def test_a_long_way_needs_no_deep_stack(self, name: str) -> None:
        steps = list(range(30_000))
        with engine(name):
            line = arranged(30_000, list(zip(steps[1:], steps[:-1], strict=True)))
            ring = arranged(30_000, list(zip(steps, steps[1:] + steps[:1], strict=True)))
        assert line.ids.tolist() == steps[::-1]
        assert ring.cyclic.tolist() == [[0, 30_000]]


class TestEveryWayIsTheSame:
    @pytest.mark.parametrize("back", [0, 5, 800])
    @pytest.mark.parametrize("grouped", [False, True], ids=["edges in any order", "edges by tail"])
    def test_plain_python_and_kernels(self, back: int, grouped: bool) -> None:
        ends = random_ends(3_000, 8_000, back=back)
        if grouped:
            ends.sort(key=lambda edge: edge[0])
        found = []
        for name in ENGINES:
            with engine(name):
                found.append(arrays_of(arranged(3_000, ends)))
        assert found[0] == found[1]

    @given(edges=EDGES, wide=st.integers(1, 12))
    def test_levels_in_numpy_and_one_node_after_the_other(self, edges: tuple[int, Ends], wide: int) -> None:
        with pytest.MonkeyPatch.context() as patch, engine("plain Python"):
            patch.setattr(order, "WIDE", wide)
            in_levels = arranged(*edges)
            patch.setattr(order, "WIDE", sys.maxsize)
            assert arrays_of(arranged(*edges)) == arrays_of(in_levels)


def test_rows_know_which_edges_they_hold() -> None:
    topology = arranged(4, [(0, 1), (1, 0), (1, 2), (2, 3), (2, 3)])
    places = np.array([2, 0])
    assert topology.outer.edges.tolist() == [2, 3, 4]
    assert topology.outer.edges_at(places).tolist() == [4, 2]
    assert topology.rows.edges.tolist() == [0, 1, 2, 3, 4]
    assert topology.rows.edges_at(places).tolist() == [2, 0]


class TestMemory:
    def test_an_edge_takes_four_bytes_beside_its_weight(self) -> None:
        assert arranged(50, random_ends(50, 200, back=0)).heads.itemsize == 4

    def test_where_no_cycle_is_all_rows_are_the_same_arrays(self) -> None:
        topology = arranged(50, random_ends(50, 200, back=0))
        for part in (topology.rows, topology.outer, topology.quotient):
            assert part.ptr is topology.ptr
            assert part.heads is topology.heads
            assert part.chosen is None

    @pytest.mark.parametrize("name", ["ids", "ptr", "heads", "cyclic", "representative", "positions"])
    def test_arrays_are_read_only(self, name: str) -> None:
        array: NDArray[Any] = getattr(arranged(5, [(0, 1), (1, 0)]), name)
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
