"""Vertex elimination: nodes go, every total between the others stays, and the counts are those of the literature."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations
from typing import Any

import networkx as nx
import numpy as np
import pytest
from graphs import NAUMANN, SEVERAL, contractions, dags, inverse_totals, olah, path_sum, weighted
from hypothesis import given
from hypothesis import strategies as st

import graphdiff as gd

LION = nx.DiGraph([("0a", 1), ("0b", 1), (1, 2), (1, 5), (2, "3a"), (2, "3b"), (2, 4), (2, 5)])
"""A node of size 2 is two nodes: scalars count as the products of matrices do."""


def joins(graph: nx.DiGraph, order: Any) -> int:
    """Count multiply-adds by taking nodes out of a networkx graph: shares no code with graphdiff."""
    left, count = graph.copy(), 0
    for node in order:
        into, out = list(left.predecessors(node)), list(left.successors(node))
        left.remove_node(node)
        left.add_edges_from((tail, head) for tail in into for head in out)
        count += len(into) * len(out)
    return count


@st.composite
def with_some(draw: Any, graphs: st.SearchStrategy[nx.DiGraph]) -> tuple[nx.DiGraph, list[Any]]:
    """Draw a graph and some of its nodes."""
    graph = draw(graphs)
    return graph, draw(st.lists(st.sampled_from(list(graph)), unique=True))


@SEVERAL
@given(drawn=with_some(dags()))
def test_every_total_between_the_others_is_unchanged(drawn: tuple[nx.DiGraph, list[Any]]) -> None:
    graph, gone = drawn
    left = gd.eliminate(graph, gone)
    assert list(left) == [node for node in graph if node not in gone]
    before, after = inverse_totals(graph), inverse_totals(left)
    assert after == {ends: before[ends] for ends in after}


@SEVERAL
@given(drawn=with_some(contractions()))
def test_with_cycles_too(drawn: tuple[nx.DiGraph, list[Any]]) -> None:
    graph, gone = drawn
    before, after = inverse_totals(graph), inverse_totals(gd.eliminate(graph, gone))
    assert after == {ends: before[ends] for ends in after}


def test_a_loop_is_divided_by_one_minus_its_weight() -> None:
    left = gd.eliminate(weighted([("a", "b", 3), ("b", "b", 5), ("b", "c", 7)]), ["b"])
    assert list(left.edges(data="weight")) == [("a", "c", Fraction(-21, 4))]


def test_walks_that_diverge_are_summed_as_the_inverse_has_them() -> None:
    graph = weighted([("a", "b", 2), ("b", "a", 2), ("a", "c", 1)])
    assert inverse_totals(gd.eliminate(graph, ["b"]))["a", "c"] == inverse_totals(graph)["a", "c"] == Fraction(-1, 3)


def test_a_loop_of_weight_one_is_refused() -> None:
    with pytest.raises(gd.errors.CycleError, match=r"b -> b.*1 / \(1 - w\), and their weight w is 1"):
        gd.eliminate(weighted([("a", "b", 3), ("b", "b", 1.0), ("b", "c", 7)]), ["b"])


def test_a_loop_of_weight_one_that_comes_up_is_refused() -> None:
    graph = weighted([("a", "b", 2), ("b", "a", Fraction(1, 2)), ("b", "c", 1)])
    with pytest.raises(gd.errors.CycleError, match="keep this node"):
        gd.eliminate(graph, ["a", "b"])


def test_ints_stay_ints_away_from_cycles() -> None:
    graph = weighted([("a", "b", 2), ("b", "c", 3), ("x", "y", 5), ("y", "x", 7)])
    weights = nx.get_edge_attributes(gd.eliminate(graph, ["b"]), "weight")
    assert weights == {("a", "c"): 6, ("x", "y"): 5, ("y", "x"): 7}
    assert {type(weight) for weight in weights.values()} == {int}


def test_floats_taken_exactly_become_fractions() -> None:
    left = gd.eliminate(weighted([("a", "b", 0.1), ("b", "c", 3.0)]), ["b"], exact=True)
    assert left.edges["a", "c"]["weight"] == Fraction(0.1) * 3


def test_symbols_stay_symbols() -> None:
    sympy = pytest.importorskip("sympy")
    x, y, z = sympy.symbols("x y z")
    left = gd.eliminate(weighted([("a", "b", x), ("b", "b", y), ("b", "c", z)]), ["b"])
    assert sympy.simplify(left.edges["a", "c"]["weight"] - x * z / (1 - y)) == 0


def test_parallel_edges_are_one_and_paths_that_cancel_leave_an_edge_of_weight_zero() -> None:
    graph = nx.MultiDiGraph([("a", "b", {"weight": 2}), ("a", "b", {"weight": 3}), ("b", "c", {"weight": 1})])
    graph.add_edge("a", "c", weight=-5)
    assert list(gd.eliminate(graph, []).edges(data="weight")) == [("a", "b", 5), ("a", "c", -5), ("b", "c", 1)]
    assert list(gd.eliminate(graph, ["b"]).edges(data="weight")) == [("a", "c", 0)]


def test_attributes_and_meanings_are_kept() -> None:
    graph = olah()
    graph.graph.update(edge_meaning="computation", weight_meaning="local derivative", title="Olah")
    graph.nodes["e"]["colour"] = "red"
    left = gd.eliminate(graph, ["c"])
    assert left.graph == graph.graph
    assert left.nodes["e"] == {"colour": "red"}
    assert gd.compile(left).weight_meaning == "local derivative"


@pytest.mark.parametrize("preset", [gd.weights.unit, gd.weights.even])
def test_weights_of_a_preset_are_no_preset_any_more(preset: Any) -> None:
    graph = nx.DiGraph([("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")])
    left = gd.eliminate(graph, ["b", "c"], weight=preset)
    assert gd.compile(left).weight_meaning == f"{preset.name}, summed"
    assert left.edges["a", "d"]["weight"] == gd.total_influence(graph, "a", "d", weight=preset)


def test_a_compiled_graph_loses_nodes_too() -> None:
    left = gd.eliminate(gd.compile(olah()), ["c", "d"])
    assert dict(left.edges) == {("a", "e"): {"weight": 2}, ("b", "e"): {"weight": 5}}


def test_collapsed_cycles_an_unknown_node_and_an_overflow_are_refused() -> None:
    with pytest.raises(gd.errors.UsageError, match="counts no walks round a cycle"):
        gd.eliminate(weighted([("a", "b", 1), ("b", "a", 1)]), ["a"], cycles="collapse")
    with pytest.raises(gd.errors.UnknownNodeError, match="no node 'z'"):
        gd.eliminate(olah(), ["z"])
    with pytest.raises(gd.errors.ValueOverflowError, match="larger than the largest float"):
        gd.eliminate(weighted([("a", "b", 1e200), ("b", "c", 1e200)]), ["b"])


@pytest.mark.parametrize(
    ("graph", "order", "count", "nodes"),
    [
        pytest.param(NAUMANN, "forward", 10, [2, 3, 4], id="Naumann 2004 figure 1, vertex forward"),
        pytest.param(NAUMANN, "reverse", 10, [4, 3, 2], id="Naumann 2004 figure 1, vertex reverse"),
        pytest.param(NAUMANN, "best", 7, [3, 2, 4], id="Naumann 2004 figure 1, best"),
        pytest.param(NAUMANN, "markowitz", 7, [3, 2, 4], id="Naumann 2004 figure 1, Markowitz"),
        pytest.param(NAUMANN, [2, 4, 3], 14, [2, 4, 3], id="Naumann 2004 figure 1, an order of one's own"),
        pytest.param(LION, "best", 12, [1, 2], id="lion, best vertex elimination"),
        pytest.param(LION, "reverse", 12, [2, 1], id="lion, vertex reverse"),
    ],
)
def test_counts_of_the_literature(graph: nx.DiGraph, order: Any, count: int, nodes: list[int]) -> None:
    plan = gd.plan(graph, weight=None, elimination_order=order)
    assert (plan.costs["elimination"].multiply_adds, plan.elimination_order) == (count, nodes)


@given(graph=dags(st.just(1), max_nodes=7, max_edges=12, parallel=False))
def test_the_best_order_is_the_best_of_all(graph: nx.DiGraph) -> None:
    sources = [node for node in graph if not graph.in_degree(node) and graph.out_degree(node)]
    targets = [node for node in graph if not graph.out_degree(node) and graph.in_degree(node)]
    inner = [node for node in graph if graph.in_degree(node) and graph.out_degree(node)]
    counts = {order: joins(graph, order) for order in permutations(inner)}
    plans = {name: gd.plan(graph, sources, targets, elimination_order=name) for name in ("best", "markowitz")}
    assert plans["best"].costs["elimination"].multiply_adds == min(counts.values())
    for plan in plans.values():
        assert plan.elimination_order is not None
        assert plan.costs["elimination"].multiply_adds == counts[tuple(plan.elimination_order)]


def test_markowitz_takes_the_least_degree_at_every_step() -> None:
    graph = nx.gnp_random_graph(40, 0.2, seed=3, directed=True)
    graph = nx.DiGraph((tail, head) for tail, head in graph.edges if tail < head)
    order = gd.plan(graph, weight=None).elimination_order
    assert order is not None
    left, waiting = graph.copy(), set(order)
    for node in order:
        degrees = {other: left.in_degree(other) * left.out_degree(other) for other in waiting}
        assert degrees[node] == min(degrees.values())
        into, out = list(left.predecessors(node)), list(left.successors(node))
        left.remove_node(node)
        left.add_edges_from((tail, head) for tail in into for head in out)
        waiting.discard(node)


def test_a_source_on_the_way_is_eliminated_behind_a_new_one() -> None:
    graph = weighted([("a", "b", 2), ("b", "c", 3), ("c", "d", 5)])
    jacobian = gd.jacobian(graph, ["a", "b"], ["c", "d"], method="elimination")
    assert jacobian.array.tolist() == [[6, 3], [30, 15]]
    assert path_sum(graph, "a", "d") == jacobian["d", "a"]


def test_progress_counts_the_nodes_that_are_gone() -> None:
    told: list[tuple[int, int | None]] = []
    gd.eliminate(NAUMANN, [3, 2], weight=None, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]
    told.clear()
    gd.jacobian(NAUMANN, weight=None, method="elimination", progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_a_loop_of_weight_one_is_refused_with_the_way_out() -> None:
    """The walks converge, and another order sums them."""
    graph = weighted(
        [("s", "a", 1.0), ("a", "a", 1.0), ("a", "b", 0.75), ("b", "a", -1.0), ("b", "b", -0.75), ("b", "t", 1.0)]
    )
    total = float(inverse_totals(graph)["s", "t"])
    options: dict[str, Any] = {"sources": ["s"], "targets": ["t"], "cycles": "solve", "method": "elimination"}
    with pytest.raises(gd.errors.CycleError, match=r"a -> a.*or eliminate others"):
        gd.jacobian(graph, elimination_order=["a", "b"], **options)
    assert gd.jacobian(graph, elimination_order=["b", "a"], **options).array == pytest.approx(total)


def test_an_order_may_be_an_array() -> None:
    order = np.array([3, 2, 4])
    assert gd.plan(NAUMANN, weight=None, elimination_order=order).elimination_order == [3, 2, 4]
    assert gd.jacobian(NAUMANN, weight=None, elimination_order=order).array.tolist() == [[2, 2], [2, 2]]
