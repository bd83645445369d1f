"""Each kernel by itself, as plain Python and as machine code, against loops over edges one by one."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import networkx as nx
import numpy as np
import pytest
from graphs import ENGINES, engine
from kernel_forms import Kernel, Rows, forms

import graphdiff as gd
from graphdiff import kernels
from graphdiff.kernels import blocks, order, reach, sweep
from graphdiff.kernels.prefetch import known_to_numba, prefetch

SEEDS = range(6)


@pytest.mark.parametrize("seed", SEEDS)
def test_products_through_edges(seed: int) -> None:
    rows = Rows(seed)
    tangents, adjoints = rows.columns(1), rows.columns(1)
    tangents[1] = 0
    for start, stop in ((0, rows.n_nodes), (2, 5), (3, 3)):
        right = [
            tangents[t] * w * adjoints[h] if start <= t < stop else 0.0
            for t, h, w in zip(rows.tails, rows.heads, rows.numbers, strict=True)
        ]
        for kernel in forms(blocks.through):
            values = np.zeros(rows.n_edges)
            kernel(rows.ptr, rows.heads, rows.numbers, tangents, adjoints, values, start, stop)
            assert values.tolist() == right


@pytest.mark.parametrize("seed", SEEDS)
def test_the_mean_of_two_products_takes_each_column_with_its_own(seed: int) -> None:
    rows = Rows(seed)
    tangents, adjoints = rows.columns(2), rows.columns(2)
    tangents[1], tangents[2, 0], tangents[3, 1] = 0, 0, 0
    for start, stop in ((0, rows.n_nodes), (2, 5)):
        right = [
            tangents[t, 0] * w * adjoints[h, 0] / 2 + tangents[t, 1] * w * adjoints[h, 1] / 2
            if start <= t < stop
            else 0.0
            for t, h, w in zip(rows.tails, rows.heads, rows.numbers, strict=True)
        ]
        for kernel in forms(blocks.through_both):
            values = np.zeros(rows.n_edges)
            kernel(rows.ptr, rows.heads, rows.numbers, tangents, adjoints, values, start, stop)
            assert values.tolist() == right


@pytest.mark.parametrize("kernel", [blocks.through, blocks.through_both])
def test_nothing_flows_from_where_nothing_comes_even_to_what_has_overflowed(kernel: Kernel) -> None:
    width = 1 if kernel is blocks.through else 2
    ptr, heads = np.array([0, 1, 2, 2], dtype=np.uint64), np.array([2, 2], dtype=np.uint32)
    tangents, adjoints = np.zeros((3, width)), np.full((3, width), np.inf)
    tangents[1] = 1.0
    if width == 1:
        tangents, adjoints = tangents[:, 0], adjoints[:, 0]
    for form in forms(kernel):
        values = np.zeros(2)
        with np.errstate(all="ignore"):
            form(ptr, heads, np.array([2.0, 3.0]), tangents, adjoints, values, 0, 3)
        assert values.tolist() == [0.0, np.inf]


def test_what_flows_through_each_edge_of_a_sweep() -> None:
    for seed in SEEDS:
        rows = Rows(seed)
        tangents, adjoints = rows.columns(1), rows.columns(1)
        tangents[2], adjoints[4] = 0, 0
        right = [
            tangents[t] * w * adjoints[h] if tangents[t] and adjoints[h] else 0.0
            for t, h, w in zip(rows.tails, rows.heads, rows.numbers, strict=True)
        ]
        for kernel in forms(sweep.through):
            parts = np.zeros(rows.n_edges)
            kernel(rows.ptr, rows.heads, rows.numbers, tangents, adjoints, parts)
            assert parts.tolist() == right


def test_weights_that_are_sized_count_by_their_absolute_values() -> None:
    for seed in SEEDS:
        rows = Rows(seed)
        weights, sizes = rows.numbers - 0.5, np.abs(rows.numbers - 0.5)
        assert (weights < 0).any()
        columns = np.abs(rows.columns(1)), np.abs(rows.columns(1))
        for kernel in (sweep.forward, sweep.reverse):
            for form in forms(kernel):
                right, found = columns[0].copy(), columns[0].copy()
                form(rows.ptr, rows.heads, sizes, right, 0, len(right))
                form(rows.ptr, rows.heads, weights, found, 0, len(found), True)
                assert found.tolist() == right.tolist()
        for form in forms(sweep.through):
            right, found = np.zeros(rows.n_edges), np.zeros(rows.n_edges)
            form(rows.ptr, rows.heads, sizes, *columns, right)
            form(rows.ptr, rows.heads, weights, *columns, found, 0, 0, True)
            assert found.tolist() == right.tolist()


def test_what_flows_through_edges_is_the_same_from_any_edge_on() -> None:
    for seed in SEEDS:
        rows = Rows(seed)
        tangents, adjoints = rows.columns(1), rows.columns(1)
        right = [tangents[t] * w * adjoints[h] for t, h, w in zip(rows.tails, rows.heads, rows.numbers, strict=True)]
        for form in forms(sweep.through):
            for first in range(rows.n_edges):
                parts = np.zeros(min(3, rows.n_edges - first))
                row = int(np.searchsorted(rows.ptr, np.uint64(first), side="right")) - 1
                form(rows.ptr, rows.heads, rows.numbers, tangents, adjoints, parts, first, row)
                assert parts.tolist() == right[first : first + 3]


def test_parts_are_added_at_heads_by_their_signs() -> None:
    for form in forms(sweep.by_sign):
        positive, negative = np.zeros(3), np.array([0.0, 0.5, 0.0])
        form(np.array([1, 2, 1, 1, 2]), np.array([2.0, -3.0, -0.25, 4.0, 0.0]), positive, negative)
        assert (positive.tolist(), negative.tolist()) == ([0.0, 6.0, 0.0], [0.0, 0.75, 3.0])


@pytest.mark.parametrize("zero", ["tangent", "adjoint"])
def test_an_edge_off_the_way_carries_nothing_even_where_sums_have_overflowed(zero: str) -> None:
    ptr, heads = np.array([0, 1, 1], dtype=np.uint64), np.array([1], dtype=np.uint32)
    tangents, adjoints = np.array([np.inf, 0.0]), np.array([0.0, 0.0])
    if zero == "tangent":
        tangents, adjoints = np.array([0.0, 0.0]), np.array([0.0, np.inf])
    for kernel in forms(sweep.through):
        parts = np.zeros(1)
        kernel(ptr, heads, np.array([2.0]), tangents, adjoints, parts)
        assert parts.tolist() == [0.0]


def test_a_node_that_is_not_reached_pushes_nothing_even_along_what_is_no_number() -> None:
    ptr, heads = np.array([0, 1, 2, 2], dtype=np.uint64), np.array([2, 2], dtype=np.uint32)
    for kernel in forms(sweep.forward):
        values = np.array([1.0, 0.0, 0.0])
        kernel(ptr, heads, np.array([3.0, np.inf]), values, 0, 3)
        assert values.tolist() == [1.0, 0.0, 3.0]


@pytest.mark.parametrize("n_edges", [1, 63, 64, 65, 66, 150])
def test_a_pass_asks_early_for_what_comes_and_never_for_what_is_no_edge(n_edges: int) -> None:
    ptr = np.arange(n_edges + 2, dtype=np.uint64)  # an edge a node, so that a row ends after each edge
    ptr[-1] = n_edges
    heads = np.minimum(np.arange(n_edges) + 1 + np.arange(n_edges) % 3, n_edges).astype(np.uint32)
    weights = np.linspace(0.3, 1.7, n_edges)
    right = [1.0] + [0.1] * n_edges
    for tail, (head, weight) in enumerate(zip(heads.tolist(), weights.tolist(), strict=True)):
        right[head] += right[tail] * weight
    for kernel in forms(sweep.forward):
        values = np.array([1.0] + [0.1] * n_edges)
        kernel(ptr, heads, weights, values, 0, n_edges + 1)
        assert values.tolist() == right


def test_machine_code_has_the_instruction_that_asks_early() -> None:
    numba = pytest.importorskip("numba", reason="numba is not installed", exc_type=ImportError)
    known_to_numba()
    compiled = numba.njit(lambda values: prefetch(values, 1))
    compiled(np.zeros(2))
    assert "call void @llvm.prefetch" in next(iter(compiled.inspect_llvm().values()))


@pytest.mark.parametrize("seed", SEEDS)
def test_eight_columns_are_pulled_each_from_its_own_seed(seed: int) -> None:
    rows = Rows(seed, n_nodes=9, n_edges=30)
    seeds = np.array([8, 7, 6, 5, 8, 3, 9, 2], dtype=np.uint64)  # 9 is no node: a column of zeros
    for start, stop in ((0, 9), (2, 9)):
        right = np.zeros((9, 8))
        for node in reversed(range(start, stop)):
            for lane, seed_node in enumerate(seeds.tolist()):
                total = 1.0 if node == seed_node else 0.0
                for tail, head, weight in zip(rows.tails, rows.heads, rows.numbers, strict=True):
                    if tail == node:
                        total += weight * right[head, lane]
                right[node, lane] = total
        for kernel in forms(blocks.pull):
            values = np.full((9, 8), 5.0)
            values[stop:] = 0
            kernel(rows.ptr, rows.heads, rows.numbers, values, seeds, np.uint64(start), np.uint64(stop))
            assert values[start:stop].tolist() == right[start:stop].tolist()
            assert (values[:start] == 5.0).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_graph_turned_round(seed: int) -> None:
    rows = Rows(seed, n_nodes=9, n_edges=30)
    for kernel in forms(blocks.turn):
        ptr, heads, weights = np.zeros_like(rows.ptr), np.empty_like(rows.heads), np.empty_like(rows.numbers)
        kernel(rows.ptr, rows.heads, rows.numbers, ptr, heads, weights)
        found = [
            (8 - int(heads[edge]), 8 - node, weights[edge])
            for node in range(9)
            for edge in range(int(ptr[node]), int(ptr[node + 1]))
        ]
        edges = zip(rows.tails.tolist(), rows.heads.tolist(), rows.numbers.tolist(), strict=True)
        # By heads, the last first; those into a node in the order in which pushing adds them up.
        assert found == sorted(edges, key=lambda edge: (-edge[1], edge[0]))
        assert int(ptr[-1]) == rows.n_edges


@pytest.mark.parametrize("seed", SEEDS)
def test_every_path_is_multiplied_up_and_added_in_its_turn(seed: int) -> None:
    rows = Rows(seed, n_nodes=7, n_edges=14)
    weights = [Fraction(number) for number in (rows.numbers * 64).round().tolist()]
    ahead: dict[int, list[tuple[int, Fraction]]] = {node: [] for node in range(7)}
    for tail, head, weight in zip(rows.tails.tolist(), rows.heads.tolist(), weights, strict=True):
        ahead[tail].append((head, weight))
    targets = [False, False, False, True, False, True, True]

    def from_here(node: int, product: Fraction) -> Fraction:
        own = product if targets[node] else Fraction(0)
        return own + sum((from_here(head, product * weight) for head, weight in ahead[node]), start=Fraction(0))

    for source in range(7):
        right = from_here(source, Fraction(1)) + 7
        room = [0] * 8, [0] * 8, [Fraction(1)] * 8
        given = rows.ptr.tolist(), rows.heads.tolist(), weights, targets
        assert sweep.sum_of_products(*given, *room, source, Fraction(7)) == right
        arrays = (rows.ptr.astype(np.int64), rows.heads.astype(np.int64), np.array(weights, dtype=np.int64))
        for kernel in forms(sweep.sum_of_products)[1:]:
            work = np.zeros(8, dtype=np.int64), np.zeros(8, dtype=np.int64), np.ones(8, dtype=np.int64)
            assert kernel(*arrays, np.array(targets), *work, source, 7) == right


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("seed", SEEDS)
def test_marks_follow_the_edges_both_ways(seed: int, name: str) -> None:
    rows = Rows(seed, n_nodes=12, n_edges=18)
    graph = nx.DiGraph()
    graph.add_nodes_from(range(12))
    graph.add_edges_from(zip(rows.tails.tolist(), rows.heads.tolist(), strict=True))
    with engine(name):
        for starts in ([0], [3, 5], [11], []):
            ahead = set(starts).union(*(nx.descendants(graph, node) for node in starts))
            mask = reach.reached(rows.ptr, rows.heads, np.array(starts, dtype=np.int64))
            assert set(np.flatnonzero(mask).tolist()) == ahead
            for ends in ([11], [7, 9], []):
                behind = set(ends).union(*(nx.ancestors(graph, node) for node in ends))
                # What is among the positions looked at is closed forwards.
                found = reach.reaching(rows.ptr, rows.heads, mask, np.array(ends, dtype=np.int64))
                assert set(np.flatnonzero(found).tolist()) == ahead & behind


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_flood_goes_round_cycles_and_never_into_what_is_avoided(seed: int, name: str) -> None:
    rows = Rows(seed, n_nodes=12, n_edges=20, forward_only=False)
    graph = nx.DiGraph()
    graph.add_nodes_from(range(12))
    graph.add_edges_from(zip(rows.tails.tolist(), rows.heads.tolist(), strict=True))
    with engine(name):
        for starts in ([0], [3, 5], [1, 2, 4], []):
            right = set(starts).union(*(nx.descendants(graph, node) for node in starts))
            mask = reach.flooded(rows.ptr, rows.heads, np.array(starts, dtype=np.int64))
            assert set(np.flatnonzero(mask).tolist()) == right
            for avoided in (0, 5, 11):
                left = graph.copy()
                left.remove_node(avoided)
                begun = [node for node in starts if node != avoided]
                right = set(begun).union(*(nx.descendants(left, node) for node in begun))
                mask = reach.flooded(rows.ptr, rows.heads, np.array(starts, dtype=np.int64), avoided)
                assert set(np.flatnonzero(mask).tolist()) == right


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("seed", range(12))
def test_components_come_in_an_order_that_no_edge_leads_back_in(seed: int, name: str) -> None:
    n_nodes = 300 if seed > 8 else 14
    rows = Rows(seed, n_nodes=n_nodes, n_edges=n_nodes + 6, forward_only=seed % 3 == 0)
    graph = nx.DiGraph()
    graph.add_nodes_from(range(n_nodes))
    graph.add_edges_from(zip(rows.tails.tolist(), rows.heads.tolist(), strict=True))
    with engine(name):
        found, cyclic = order.topological(n_nodes, rows.ptr, rows.heads)
    place = {node: position for position, node in enumerate(found.tolist())}
    assert sorted(place) == list(range(n_nodes))
    parts = [set(found[start:stop].tolist()) for start, stop in cyclic.tolist()]
    right = [part for part in nx.strongly_connected_components(graph) if len(part) > 1]
    assert sorted(map(sorted, parts)) == sorted(map(sorted, right))
    start_of = {node: start for start, stop in cyclic.tolist() for node in found[start:stop].tolist()}
    for tail, head in graph.edges:
        assert start_of.get(tail, place[tail]) <= start_of.get(head, place[head])
    assert (np.diff(cyclic[:, 0]) > 0).all()


def test_a_self_loop_is_a_component_with_a_cycle() -> None:
    ptr, heads = np.array([0, 1, 3, 3], dtype=np.uint64), np.array([1, 1, 2], dtype=np.uint32)
    for name in ENGINES:
        with engine(name):
            found, cyclic = order.topological(3, ptr, heads)
        assert found.tolist() == [0, 1, 2]
        assert cyclic.tolist() == [[1, 2]]


@pytest.mark.parametrize("name", ENGINES)
def test_the_same_head_in_two_rows_is_no_parallel(name: str) -> None:
    with engine(name):
        graph = gd.CompiledGraph.from_arrays([0, 1, 3, 3], [1, 2, 2, 4], [1, 2, 3, 4])
        assert set(graph.edges()) == {(0, 1), (1, 2), (3, 2), (3, 4)}
        assert dict(gd.exclusive_sizes(graph, roots=[0, 1, 3])) == {0: 0, 1: 0, 2: 0, 3: 1, 4: 0}


def paths_in(rows: Rows) -> list[list[int]]:
    """Return every path, of one node or more, as its nodes."""
    found, waiting = [], [[node] for node in range(rows.n_nodes)]
    while waiting:
        path = waiting.pop()
        found.append(path)
        waiting += [[*path, int(h)] for t, h in zip(rows.tails, rows.heads, strict=True) if t == path[-1]]
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_counts_and_lengths_are_those_of_the_paths(seed: int) -> None:
    rows = Rows(seed)
    starts, ends = np.array([2, 1, 0, 0, 0, 0, 0]), np.array([0, 0, 0, 0, 1, 0, 3])
    paths = [(path, starts[path[0]]) for path in paths_in(rows) if starts[path[0]]]
    lengths = [len(path) - 1 for path, often in paths for _ in range(often * ends[path[-1]])]
    for form in forms(sweep.count_between):
        total = np.zeros(1, dtype=np.int64)
        assert form(rows.ptr, rows.heads, ends, starts.copy(), total, 10**6)
        assert total.tolist() == [len(lengths)]
    for form in forms(sweep.push_wide):
        totals = ends @ pushed(form, rows, starts)[0]
        assert totals.tolist() == [len(lengths), sum(lengths), sum(length**2 for length in lengths)]


def pushed(form: Kernel, rows: Rows, starts: Any) -> tuple[Any, Any, Any]:
    """Return what `push_wide` makes of numbers that are put in: two floats each, and the powers."""
    highs, lows, powers = np.zeros((rows.n_nodes, 3)), np.zeros((rows.n_nodes, 3)), np.zeros(rows.n_nodes, dtype=int)
    highs[:, 0] = starts
    form(rows.ptr, rows.heads, highs, lows, powers, np.empty(3), np.empty(3))
    return highs, lows, powers


@pytest.mark.parametrize("start", [2.0**100, 2.0**511, 2.0**540, 2.0**1000])
@pytest.mark.parametrize("seed", SEEDS)
def test_two_floats_and_a_power_are_ints_of_106_bits(seed: int, start: float) -> None:
    """The first node puts in a large number, the others small ones, so that each is beside others of other powers."""
    rows = Rows(seed)
    starts = np.array([start, 1, 1, 3, 1, 1, 1])
    exact = [[int(number), 0, 0] for number in starts]
    for tail, head in zip(rows.tails.tolist(), rows.heads.tolist(), strict=True):
        number, total, square = exact[tail]
        for column, more in enumerate((number, total + number, square + 2 * total + number)):
            exact[head][column] += more
    for form in forms(sweep.push_wide):
        for high, low, power, right in zip(*(each.tolist() for each in pushed(form, rows, starts)), exact, strict=True):
            for one, other, whole in zip(high, low, right, strict=True):
                made = (Fraction(one) + Fraction(other)) * 2 ** (sweep.WIDTH * power)
                assert abs(made - whole) <= Fraction(whole, 2**100)
                assert made == whole or whole >= 2**104


@pytest.mark.parametrize("seed", SEEDS)
def test_what_plays_no_part_is_not_counted(seed: int) -> None:
    rows = Rows(seed)
    through = [path for path in paths_in(rows) if path[0] == 0 and 3 not in path]
    for form in forms(sweep.count_between):
        total, ends = np.zeros(1, dtype=np.int64), np.array([1, 1, 1, 0, 1, 1, 1])
        assert form(rows.ptr, rows.heads, ends, np.array([1, 0, 0, -1, 0, 0, 0]), total, 10**6)
        assert total.tolist() == [len(through)]
        assert not form(rows.ptr, rows.heads, ends, np.array([9, 0, 0, -1, 0, 0, 0]), total, 8)


@pytest.mark.parametrize("seed", SEEDS)
def test_distances_from_ahead(seed: int) -> None:
    rows = Rows(seed)
    lead = [[path for path in paths_in(rows) if path[0] == 1 and path[-1] == node] for node in range(rows.n_nodes)]
    for form in forms(sweep.distances_ahead):
        fewest = np.array([7, 0, 7, 7, 7, 7, 7])
        form(rows.ptr, rows.heads, fewest, 0, 4)
        form(rows.ptr, rows.heads, fewest, 4, 7)
        assert fewest.tolist() == [min((len(path) - 1 for path in paths), default=7) for paths in lead]


@pytest.mark.parametrize("seed", SEEDS)
def test_distances_from_behind(seed: int) -> None:
    rows = Rows(seed)
    lead = [[path for path in paths_in(rows) if path[0] == node and path[-1] == 6] for node in range(rows.n_nodes)]
    for form in forms(sweep.distances):
        fewest = np.array([90, 90, 90, 90, 90, 90, 0])
        form(rows.ptr, rows.heads, fewest, 4, 7)
        form(rows.ptr, rows.heads, fewest, 0, 4)
        right = [min((len(path) - 1 for path in paths), default=90) for paths in lead]
        assert [min(near, 90) for near in fewest.tolist()] == right


@pytest.mark.parametrize("seed", SEEDS)
def test_floats_with_room_are_the_fractions_that_fall_below_all_floats(seed: int) -> None:
    rows = Rows(seed)
    weights = np.abs(rows.numbers) * 1e-290
    weights[::3] = 1e300
    exact = [Fraction(0)] * 6 + [Fraction(1)]
    for tail, head, weight in reversed(list(zip(rows.tails, rows.heads, weights.tolist(), strict=True))):
        exact[tail] += Fraction(weight) * exact[head]
    for form in forms(sweep.reverse_scaled):
        mantissas, exponents = np.array([0, 0, 0, 0, 0, 0, 0.5]), np.array([0, 0, 0, 0, 0, 0, 1])
        columns = rows.ptr, rows.heads, np.where(np.arange(len(weights)) % 2, weights, -weights), mantissas, exponents
        for part in ((4, 7), (0, 4)):
            form(*((column.data for column in columns) if form is sweep.reverse_scaled else columns), *part)
        for right, mantissa, exponent in zip(exact, mantissas.tolist(), exponents.tolist(), strict=True):
            assert abs(Fraction(mantissa) * Fraction(2) ** exponent - right) <= right * Fraction(2) ** -48


@pytest.mark.parametrize("n_parallel", [1, 2, 70])
def test_counts_that_machine_ints_do_not_hold_go_on_as_those_of_python(n_parallel: int) -> None:
    chain = np.repeat(np.arange(40), n_parallel)
    graph = gd.CompiledGraph.from_arrays(chain, chain + 1)
    for name in ENGINES:
        with engine(name):
            assert gd.explain(graph, 0, 40).n_paths == n_parallel**40
            counted = gd.diagnose(graph, 0, 40)
            assert (counted.n_paths, counted.cost.naive) == (n_parallel**40, 40 * n_parallel**40)
            assert counted.lengths is not None
            assert (counted.lengths.mean, counted.lengths.std, counted.lengths.shortest) == (40.0, 0.0, 40)


def test_threads_are_as_many_as_cores_that_the_process_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 7)
    monkeypatch.setattr("os.sched_getaffinity", lambda process: {3, 5}, raising=False)
    assert kernels.n_cores() == 2
    monkeypatch.delattr("os.sched_getaffinity")
    assert kernels.n_cores() == 7
