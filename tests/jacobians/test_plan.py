"""What a plan says: counts made beforehand, the one rule of choice, and text that a person reads."""

from __future__ import annotations

import inspect
import json
from fractions import Fraction
from typing import Any

import networkx as nx
import numpy as np
import pytest
from graphs import NAUMANN, dags, engine, weighted
from hypothesis import given

import graphdiff as gd


def bottleneck(side: int, weight: Any = 1.0) -> nx.DiGraph:
    """Return `side` sources over one node to as many targets."""
    edges = [((kind, i), "m") if kind == "in" else ("m", (kind, i)) for kind in ("in", "out") for i in range(side)]
    return weighted([(tail, head, weight) for tail, head in edges])


def test_naumann_dense_and_sparse() -> None:
    plan = gd.plan(NAUMANN, weight=None)
    counts = {method: (cost.multiply_adds, cost.sparse) for method, cost in plan.costs.items()}
    assert counts == {"forward": (14, 12), "reverse": (14, 12), "elimination": (7, 7)}
    assert (plan.method, plan.elimination_order, plan.ratio("forward")) == ("elimination", [3, 2, 4], 12 / 7)


@given(graph=dags(parallel=True))
def test_sparse_counts_are_the_edges_between_each_source_and_the_targets(graph: nx.DiGraph) -> None:
    nodes = list(graph)
    sources, targets = nodes[::2], nodes[1::2]
    plan = gd.plan(graph, sources, targets)
    above = {t: nx.ancestors(graph, t) | {t} for t in targets}
    below = {s: nx.descendants(graph, s) | {s} for s in sources}

    def edges(starts: list[Any], ends: list[Any]) -> int:
        ahead = set().union(*(below[s] for s in starts))
        back = set().union(*(above[t] for t in ends))
        return sum(tail in ahead and head in back for tail, head in graph.edges())

    assert plan.n_edges == edges(sources, targets)
    assert plan.costs["forward"].sparse == sum(edges([s], targets) for s in sources)
    assert plan.costs["reverse"].sparse == sum(edges(sources, [t]) for t in targets)
    assert plan.costs["forward"].multiply_adds == plan.n_edges * len(sources)


def test_only_what_lies_between_counts() -> None:
    graph = NAUMANN.copy()
    graph.add_edges_from([(4, 7), (8, 3), (8, 9)])
    plan = gd.plan(graph, [0, 1], [5, 6], weight=None)
    assert (plan.n_nodes, plan.n_edges, plan.costs["forward"].multiply_adds) == (7, 7, 14)


@pytest.mark.parametrize("name", ["plain Python", "kernels"])
def test_the_choice_does_not_hang_on_the_engine(name: str) -> None:
    pytest.importorskip("numba")
    with engine(name):
        assert gd.plan(NAUMANN, weight=None).method == "elimination"
        assert gd.plan(bottleneck(200)).method == "forward"
        assert gd.plan(bottleneck(200, Fraction(1, 3))).method == "elimination"
        assert gd.plan(bottleneck(2_000)).method == "forward"


def test_what_is_planned_is_what_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    for name in ("_eliminated", "_blocks"):
        real = inspect.unwrap(gd.jacobian).__globals__[name]
        monkeypatch.setattr(
            f"graphdiff.jacobians.jacobian.{name}", lambda *a, n=name, f=real: (done.append(n), f(*a))[1]
        )
    gd.jacobian(bottleneck(5))
    gd.jacobian(bottleneck(200))
    gd.jacobian(bottleneck(200, Fraction(1, 3)))
    assert done == ["_eliminated", "_blocks", "_eliminated"]
    done.clear()
    one = weighted([("s", "m", 1), ("m", "t", 1), ("s", "n", 1), ("n", "t", 1)])
    for options in ({}, {"elimination_order": ["m", "n"]}):
        gd.jacobian(one, **options)
        assert (gd.plan(one, **options).method, done.pop()) == ("forward", "_blocks")


def test_floats_over_a_long_chain_between_many_ends_are_eliminated() -> None:
    """Each of 700 passes would walk the whole chain."""
    side, length = 700, 3_000
    chain = list(range(length))
    tails = [*chain[:-1], *range(length, length + side), *[length - 1] * side]
    heads = [*chain[1:], *[0] * side, *range(length + side, length + 2 * side)]
    graph = gd.CompiledGraph.from_arrays(tails, heads, np.ones(len(tails)))
    plan = gd.plan(graph)
    assert plan.costs["elimination"].multiply_adds == side * (length - 1) + side * side or plan.method == "forward"
    assert (gd.jacobian(graph).array == 1).all()


def test_where_a_cycle_lies_between_passes_are_planned() -> None:
    graph = weighted([("a", "b", 0.5), ("b", "a", 0.5), ("b", "c", 1.0), ("b", "d", 1.0), ("x", "a", 1.0)])
    plan = gd.plan(graph, ["x", "a"], ["c", "d"], cycles="solve")
    assert plan.method == "forward"
    assert "where a cycle lies between" in plan.why
    with pytest.raises(gd.errors.CycleError, match="has a cycle"):
        gd.plan(graph, ["x", "a"], ["c", "d"])


def test_merged_components_take_part_under_the_name_of_a_member() -> None:
    graph = weighted([("s", "a", 2), ("a", "b", 7), ("b", "a", 7), ("b", "t", 3), ("r", "a", 1), ("a", "u", 1)])
    plan = gd.plan(graph, ["s", "r"], ["t", "u"], cycles="collapse")
    assert plan.elimination_order == ["a"]
    for order in (["a"], ["b"]):
        found = gd.jacobian(
            graph, ["s", "r"], ["t", "u"], cycles="collapse", method="elimination", elimination_order=order
        )
        assert found.array.tolist() == [[6, 3], [2, 1]]


def test_it_prints_as_a_table() -> None:
    lines = str(gd.plan(NAUMANN, weight=None)).splitlines()
    assert lines[0] == "Jacobian of 2 targets by 2 sources, 7 nodes and 7 edges between"
    assert lines[1].split() == ["method", "passes", "multiply-adds", "without", "zeros", "ratio", "memory"]
    assert lines[4].split()[:5] == ["*", "elimination", "7", "7", "1"]
    assert lines[-1] == "elimination order: 3, 2, 4"
    assert repr(gd.plan(NAUMANN, weight=None)) == "<Plan: elimination, 7 multiply-adds>"
    assert "<table>" in gd.plan(NAUMANN, weight=None)._repr_html_()


def test_it_is_data() -> None:
    plan = gd.plan(NAUMANN, weight=None)
    plain = json.loads(json.dumps(plan.to_dict()))
    assert plain["costs"]["forward"]["sparse"] == 12
    assert plain["elimination_order"] == ["3", "2", "4"]
    frame = plan.to_pandas()
    assert frame.loc["elimination", "multiply_adds"] == 7
    assert frame.index.name == "method"


def test_an_order_that_is_none() -> None:
    with pytest.raises(gd.errors.UsageError, match="elimination_order=\"random\": use one of 'forward', 'reverse'"):
        gd.plan(NAUMANN, weight=None, elimination_order="random")
    with pytest.raises(gd.errors.UsageError, match="leaves out 2 of the nodes between: 3, 4"):
        gd.plan(NAUMANN, weight=None, elimination_order=[2])
    with pytest.raises(gd.errors.UnknownNodeError, match="no node 99"):
        gd.plan(NAUMANN, weight=None, elimination_order=[2, 3, 4, 99])
    with pytest.raises(gd.errors.LimitError, match="12 nodes lie between"):
        gd.plan(nx.path_graph(14, create_using=nx.DiGraph), weight=None, elimination_order="best")


def test_planning_takes_no_longer_than_what_is_planned(monkeypatch: pytest.MonkeyPatch) -> None:
    """To count an elimination over many edges takes longer than some hundred passes."""
    rng = np.random.default_rng(0)
    ends = np.sort(rng.integers(0, 40_000, (2, 200_000)), axis=0)
    tails, heads = ends[:, ends[0] < ends[1]]
    graph = gd.CompiledGraph.from_arrays(tails, heads, np.full(len(tails), 0.125))
    monkeypatch.delattr("graphdiff.jacobians.plan.network")
    plan = gd.plan(graph, range(600), range(38_000, 40_000))
    assert (plan.method, list(plan.costs)) == ("forward", ["forward", "reverse"])
    assert "takes longer, for each of 1" in plan.why
    monkeypatch.delattr("graphdiff.jacobians.jacobian.planned")
    assert gd.jacobian(graph, range(600), range(39_990, 40_000), method="auto").array.shape == (10, 600)


def test_products_with_zero_are_not_counted_over_very_many_edges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graphdiff.jacobians.plan.MAX_COUNTED", 5)
    assert gd.plan(NAUMANN, weight=None).costs["forward"].sparse is None
