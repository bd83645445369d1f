"""Cycles broken by an integer programme: the least weight against all orders of twelve nodes, above planted ones."""

from __future__ import annotations

import sys
from fractions import Fraction
from functools import cache
from random import Random
from typing import Any

import networkx as nx
import pytest
from graphs import weighted
from hypothesis import given, settings
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.errors import UsageError
from graphdiff.structure import feedback_arcs as arcs_module

KINDS: dict[str, Any] = {
    "ints": lambda number: number,
    "floats": lambda number: number / 10,
    "fractions": lambda number: Fraction(number, 7),
    "ints beyond the floats": lambda number: number * 10**17 + number % 2,
    "floats far apart": lambda number: float(number) * 2.0 ** (40 * (number % 2)),
}


@pytest.fixture
def heuristic(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have no component solved by its orders."""
    pytest.importorskip("scipy")
    monkeypatch.setattr(arcs_module, "EXACT_NODES", 0)


def random_graph(number: int, weight: Any, n_nodes: int = 12) -> nx.DiGraph:
    chance = Random(number)
    graph = nx.DiGraph()
    for _ in range(chance.randint(30, 90)):
        tail, head = chance.sample(range(n_nodes), 2)
        graph.add_edge(tail, head, weight=weight(chance.randint(1, 9)))
    return graph


def least_back(graph: nx.DiGraph) -> Any:
    """Return the least weight that leads back in any order: of every set of nodes, the last of them tried in turn."""
    rows = [[(1 << head, data["weight"]) for head, data in graph.adj.get(node, {}).items()] for node in range(12)]

    @cache
    def least(chosen: int) -> Any:
        nodes = [node for node in range(12) if chosen >> node & 1]
        return min(
            (least(chosen & ~(1 << node)) + sum((w for bit, w in rows[node] if chosen & bit), 0) for node in nodes),
            default=0,
        )

    return least((1 << 12) - 1)


@pytest.mark.usefixtures("heuristic")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("number", range(4))
def test_the_least_of_twelve_nodes_is_found_and_proven(number: int, kind: str) -> None:
    graph = random_graph(number, KINDS[kind])
    report = gd.find_cycles(graph)
    graph.remove_edges_from(report.breaking)
    assert nx.is_directed_acyclic_graph(graph)
    least = least_back(random_graph(number, KINDS[kind]))
    if "float" in kind and "beyond" not in kind:
        assert report.weight == pytest.approx(least, rel=1e-12)
    else:
        assert report.weight == least
    for component in report.components:
        assert component.bound <= component.weight
        assert component.is_least or "beyond" in kind


def planted(seed: int, size: int = 60, n_cycles: int = 25) -> tuple[nx.DiGraph, int]:
    """Return a graph whose least cut is known: cycles that share no weight, each closed by an edge of its weight."""
    chance = Random(seed)
    order = list(range(size))
    chance.shuffle(order)
    graph = nx.DiGraph()
    for _ in range(4 * size):
        first, last = sorted(chance.sample(range(size), 2))
        graph.add_edge(order[first], order[last], weight=chance.randint(0, 2))
    known = 0
    for _ in range(n_cycles):
        way = sorted(chance.sample(range(size), chance.randint(3, 6)))
        if graph.has_edge(order[way[-1]], order[way[0]]):
            continue
        weight = chance.randint(1, 5)
        for first, last in zip(way, way[1:], strict=False):
            here = graph.get_edge_data(order[first], order[last], {"weight": 0})["weight"]
            graph.add_edge(order[first], order[last], weight=here + weight)
        graph.add_edge(order[way[-1]], order[way[0]], weight=weight)
        known += weight
    return graph, known


@pytest.mark.parametrize("seed", range(5))
def test_a_planted_optimum_is_found_and_proven(seed: int) -> None:
    pytest.importorskip("scipy")
    graph, known = planted(seed)
    report = gd.find_cycles(graph)
    assert report.weight == known
    assert all(component.is_least for component in report.components)
    graph.remove_edges_from(report.breaking)
    assert nx.is_directed_acyclic_graph(graph)


def hard() -> nx.DiGraph:
    """Return a graph for which the heuristic's bound is too low."""
    chance = Random(0)
    pairs = [chance.choice([(tail, head), (head, tail)]) for head in range(12) for tail in range(head)]
    return weighted([(tail, head, 1) for tail, head in pairs])


@pytest.mark.usefixtures("heuristic")
def test_without_scipy_the_report_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    with_scipy = gd.find_cycles(hard())
    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
    component = gd.find_cycles(hard()).components[0]
    assert component.bound < with_scipy.components[0].bound == with_scipy.weight <= component.weight
    assert (component.lacking, component.to_dict()["lacking"]) == ("scipy", "scipy")
    assert f"(any set weighs at least {component.bound}; pip install scipy to know more)" in component.verdict()


@pytest.mark.usefixtures("heuristic")
def test_where_time_is_over_the_cut_holds_and_the_report_says_so() -> None:
    graph = hard()
    report = gd.find_cycles(graph, timeout=1e-6)
    component = report.components[0]
    assert component.bound <= gd.find_cycles(graph).weight <= component.weight
    assert component.lacking == "time"
    assert "; a longer timeout may tell more)" in " ".join(str(report).split())
    assert max(map(len, str(report).splitlines())) <= 100
    graph.remove_edges_from(report.breaking)
    assert nx.is_directed_acyclic_graph(graph)


def test_a_limit_is_a_number_of_seconds() -> None:
    with pytest.raises(UsageError, match="timeout=-1 is no limit"):
        gd.find_cycles(hard(), timeout=-1)


@pytest.mark.usefixtures("heuristic")
def test_ctrl_c_gets_through() -> None:
    def press(done: int, whole: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match=r"^$"):
        gd.find_cycles(hard(), progress=press)


@settings(max_examples=10)
@given(
    weights=st.lists(st.integers(1, 3) | st.fractions(Fraction(1, 9), 2, max_denominator=9), min_size=30, max_size=30)
)
def test_loops_and_parallel_edges_count(weights: list[Any]) -> None:
    pytest.importorskip("scipy")
    graph = nx.MultiDiGraph()
    chance = Random(5)
    for weight in weights:
        graph.add_edge(chance.randrange(5), chance.randrange(5), weight=weight)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arcs_module, "EXACT_NODES", 0)
        hard_way = gd.find_cycles(graph)
    easy_way = gd.find_cycles(graph)
    assert hard_way.weight == easy_way.weight
    assert [one.bound for one in hard_way.components] == [one.bound for one in easy_way.components]
    graph.remove_edges_from(hard_way.breaking)
    assert nx.is_directed_acyclic_graph(graph)


def test_edges_are_put_back_only_as_far_as_that_takes_little_work(
    heuristic: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from graphdiff.structure import cycle_cover

    monkeypatch.setattr(cycle_cover, "MAX_WORK", 0)
    monkeypatch.setattr(cycle_cover, "without_spare", None)
    graph = random_graph(3, KINDS["ints"])
    (component,) = gd.find_cycles(graph).components
    left = graph.copy()
    left.remove_edges_from(one.edge for one in component.breaking)
    assert nx.is_directed_acyclic_graph(left)
    assert component.bound <= component.weight == sum(one.weight for one in component.breaking)
