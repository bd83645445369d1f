"""The kernels and plain Python: which one runs, and that both give the same bits."""

from __future__ import annotations

import gc
import sys
import weakref
from fractions import Fraction
from typing import Any

import networkx as nx
import numpy as np
import pytest
from graphs import INTS, dags, engine, influence, parallel_chain, queries, walks
from hypothesis import given
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff import kernels
from graphdiff.graph.ends import Seeds
from graphdiff.kernels import sweep
from graphdiff.sums.between import restriction
from graphdiff.sums.naive import sum_over_paths
from graphdiff.sums.sweeps import checked_array, forward_values, reverse_values

FLOATS = st.floats(-1e3, 1e3)
WEIGHTS = st.one_of(st.just(FLOATS), st.just(INTS)).flatmap(lambda kind: dags(kind, max_nodes=9, max_edges=30))


def both(question: Any) -> tuple[Any, Any]:
    """Return the answers of the two engines, as text: bits, and types, count."""
    with engine("plain Python"):
        plain = repr(question())
    with engine("kernels"):
        return plain, repr(question())


def path_total(graph: nx.DiGraph, source: Any, target: Any) -> Any:
    """Return the sum of the products over the paths, in the order in which they are found."""
    total: Any = 0
    for walk in walks(graph, source, target):
        total = total + influence(graph, walk)
    return total


@given(queries(WEIGHTS))
def test_all_paths_give_the_same_bits_in_both(query: tuple[nx.DiGraph, Any, Any]) -> None:
    plain, compiled = both(lambda: gd.total_influence(*query, method="naive"))
    assert plain == compiled


@given(queries(dags(INTS, max_nodes=9, max_edges=30)))
def test_all_paths_add_up_to_the_definition(query: tuple[nx.DiGraph, Any, Any]) -> None:
    plain, compiled = both(lambda: gd.total_influence(*query, method="naive"))
    assert Fraction(plain) == Fraction(compiled) == path_total(*query)


@pytest.mark.parametrize(
    ("steps", "total"),
    [
        pytest.param([[2**31, 1]] * 2, (2**31 + 1) ** 2, id="just within int64"),
        pytest.param([[2**40, -(2**40)]] * 3, 0, id="paths beyond int64 that cancel"),
        pytest.param([[2**40]] * 3, 2**120, id="far beyond int64"),
        pytest.param([[2**62] * 2], 2**63, id="just beyond it"),
        pytest.param([[2**62], [4, -4]], 0, id="two of them"),
        pytest.param([[2**62], [4], [0]], 0, id="a product that passes int64 on its way to 0"),
        pytest.param([[-(2**63)], [1]], -(2**63), id="the smallest int64"),
        pytest.param([[Fraction(1, 3)] * 3] * 2, Fraction(1), id="fractions"),
        pytest.param([], 1, id="the empty path"),
    ],
)
def test_all_paths_of_a_chain(steps: list[list[Any]], total: Any) -> None:
    graph = parallel_chain(*steps)
    graph.add_node(0)
    question = gd.compile(graph) if steps else gd.compile(graph, weight=None)
    assert both(lambda: gd.total_influence(question, 0, len(steps), method="naive")) == (repr(total),) * 2


def test_several_ends_add_up() -> None:
    graph = gd.CompiledGraph.from_arrays([0, 0, 1, 1, 2], [1, 2, 2, 3, 3], [2.0, 3.0, 5.0, 7.0, 11.0])
    places = [graph.topology.position(node) for node in range(4)]
    part = restriction(graph, Seeds(places[:2]), Seeds(places[2:]))
    from_0, from_1 = 2 * 5 + 3 + 2 * 7 + 3 * 11 + 2 * 5 * 11, 5 + 7 + 5 * 11
    assert both(lambda: sum_over_paths(part)) == (repr(float(from_0 + from_1)),) * 2


def swept(graph: gd.CompiledGraph, seeds: list[float], start: int, stop: int) -> tuple[list[float], list[float]]:
    """Return the seeds pushed along, and pulled back along, the edges of some positions, one by one."""
    edges = list(zip(graph.tails.tolist(), graph.heads.tolist(), np.asarray(graph.weights).tolist(), strict=True))
    pushed, pulled = seeds.copy(), seeds.copy()
    for tail, head, weight in edges:
        if start <= tail < stop:
            pushed[head] += pushed[tail] * weight
    for node in reversed(range(start, stop)):
        for tail, head, weight in edges:
            if tail == node:
                pulled[tail] += weight * pulled[head]
    return pushed, pulled


@given(dags(FLOATS, max_nodes=9, max_edges=30), st.data())
def test_the_kernels_of_a_sweep_from_any_position_to_any(graph: nx.MultiDiGraph, data: st.DataObject) -> None:
    compiled = gd.compile(graph)
    size = compiled.n_nodes
    start = data.draw(st.integers(0, size))
    stop = data.draw(st.integers(start, size))
    seeds = data.draw(st.lists(FLOATS, min_size=size, max_size=size))
    arrays = compiled.topology.ptr, compiled.topology.heads, np.asarray(compiled.weights)
    expected = swept(compiled, seeds, start, stop)
    for kernel, values in zip((sweep.forward, sweep.reverse), expected, strict=True):
        forms = [kernel, kernels.jit(kernel)] if kernels.available() else [kernel]
        for form in forms:
            own = np.array(seeds)
            form(*arrays, own, start, stop)
            assert own.tolist() == values


class TestWhichEnginePays:
    """numba is loaded for much work: at once, or in many small sweeps of one graph."""

    @pytest.fixture(autouse=True)
    def not_loaded(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Pretend that numba is installed and not loaded yet."""
        monkeypatch.setattr(kernels, "available", lambda: True)
        monkeypatch.delitem(sys.modules, "numba", raising=False)

    def test_a_large_sweep_does_at_once(self) -> None:
        assert kernels.pays(kernels.COLD_VISITS)
        assert not kernels.pays(kernels.COLD_VISITS - 1)

    def test_many_small_ones_do_in_the_end(self) -> None:
        before = kernels.COLD_VISITS * kernels.REPEATS
        assert kernels.pays(20, before)
        assert not kernels.pays(20, before // 2)

    def test_a_graph_counts_its_own_sweeps(self) -> None:
        graph = gd.CompiledGraph.from_arrays([0, 1], [1, 2], [2.0, 3.0])
        forward_values(graph, {0: 1.0})
        reverse_values(graph, {2: 1.0})
        assert graph.walked == [4]
        assert graph.reweighted(np.array([1.0, 1.0])).walked == [0]

    def test_only_what_is_walked_is_counted(self) -> None:
        graph = gd.CompiledGraph.from_arrays([0, 0, 1, 1], [1, 1, 2, 3], [2.0, 3.0, 5.0, 7.0])
        assert forward_values(graph, {0: 1.0}, among=np.array([0, 1]))[1] == 5
        assert graph.walked == [4]
        assert reverse_values(graph, {1: 1.0}, among=np.array([0]))[0] == 5
        assert graph.walked == [6]


def test_a_graph_that_was_solved_goes_with_its_last_name() -> None:
    graph = gd.CompiledGraph.from_arrays([0, 1, 1], [1, 0, 2], [0.5, 0.5, 3.0], cycles="solve")
    assert gd.forward(graph, 0)[2] == pytest.approx(2.0)
    gone = weakref.ref(graph)
    gc.disable()
    try:
        del graph
        assert gone() is None
    finally:
        gc.enable()


def test_values_whose_sum_overflows_are_finite_all_the_same() -> None:
    values = np.full(20, 1e308)
    assert checked_array(values) is values
    for bad in (np.inf, -np.inf, np.nan):
        values[7] = bad
        with pytest.raises(gd.errors.ValueOverflowError, match="larger than the largest float"):
            checked_array(values)
