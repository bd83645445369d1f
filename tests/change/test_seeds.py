"""Leaves that count otherwise in one of two graphs: what they count is a part of the account, of which nothing remains.

The oracle is the inverse of I - A, with a node more behind the leaves whose edges have for weights what they count, by
Gauss and fractions.
"""

from __future__ import annotations

import random
import re
from fractions import Fraction
from typing import Any

import networkx as nx
import pytest
import sympy
from graphs import engine

import graphdiff as gd
from graphdiff.errors import UsageError

#: All leaves, as one node of the oracle.
ALL = "all"


def inverse(edges: dict[tuple[Any, Any], Fraction], nodes: list[Any]) -> dict[tuple[Any, Any], Fraction]:
    """Return (I - A)⁻¹ by entry."""
    n = len(nodes)
    rows = [
        [Fraction(i == j) - edges.get((u, v), 0) for j, v in enumerate(nodes)] + [Fraction(i == j) for j in range(n)]
        for i, u in enumerate(nodes)
    ]
    for k in range(n):
        pivot = next(i for i in range(k, n) if rows[i][k])
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [value / rows[k][k] for value in rows[k]]
        for i in range(n):
            if i != k and rows[i][k]:
                rows[i] = [a - rows[i][k] * b for a, b in zip(rows[i], rows[k], strict=True)]
    return {(u, v): rows[i][n + j] for i, u in enumerate(nodes) for j, v in enumerate(nodes)}


def edges_of(graph: nx.DiGraph) -> dict[tuple[Any, Any], Fraction]:
    """Return the edges with parallel ones summed, and one to ALL for each leaf."""
    edges: dict[tuple[Any, Any], Fraction] = {}
    for u, v, weight in graph.edges(data="weight"):
        edges[u, v] = edges.get((u, v), Fraction(0)) + Fraction(weight)
    return edges | {(n, ALL): Fraction(leaf) for n, leaf in graph.nodes(data="leaf") if leaf is not None}


def expected(before: nx.DiGraph, after: nx.DiGraph) -> tuple[Fraction, Fraction, dict[Any, Fraction]]:
    """Return what the roots of either graph reach of all leaves, before and after, and the account of the edges."""
    nodes = [*dict.fromkeys([*before, *after]), ALL]
    old, new = edges_of(before), edges_of(after)
    first, second = inverse(old, nodes), inverse(new, nodes)
    roots = [n for n in nodes if any(n in g and g.nodes[n].get("root") for g in (before, after))]

    def reached(totals: dict[Any, Fraction], node: Any) -> Fraction:
        return sum((totals[root, node] for root in roots), Fraction(0))

    account = {}
    for u, v in dict.fromkeys([*old, *new]):
        change = new.get((u, v), Fraction(0)) - old.get((u, v), Fraction(0))
        both = reached(first, u) * second[v, ALL] + reached(second, u) * first[v, ALL]
        if change:
            account[u, gd.LEAVES if v == ALL else v] = change * both / 2
    return reached(first, ALL), reached(second, ALL), account


def generated(seed: int, *, kind: type = float, multi: bool = False) -> nx.DiGraph:
    """Return layers of nodes whose leaves count by probabilities; of two seeds some nodes, edges and leaves differ."""
    random_ = random.Random(seed)
    graph = (nx.MultiDiGraph if multi else nx.DiGraph)()
    layers = [[f"{layer}_{k}" for k in range(4) if random_.random() < 0.85] for layer in range(4)]
    layers[0], layers[3] = layers[0] or ["0_0"], layers[3] or ["3_0"]
    graph.add_nodes_from(layers[0], root=True)
    for node in layers[3]:
        graph.add_node(node, leaf=random_.choice([0.5, 0.25, 0.125, 1.0]))
    for low, lower in enumerate(layers):
        for node in lower:
            for other in [n for upper in layers[low + 1 :] for n in upper]:
                if random_.random() < 0.6:
                    graph.add_edge(node, other, weight=kind(random_.choice([-8, -3, -1, 1, 2, 5])) / 4)
    return graph


def require_account(before: nx.DiGraph, after: nx.DiGraph) -> gd.Comparison:
    """Require that the exact account is that of the oracle, and return it."""
    old, new, account = expected(before, after)
    exact = gd.compare(before, after, gd.ROOTS, gd.LEAVES, exact=True)
    assert (exact.before, exact.after, exact.remainder, exact.remainder_bound) == (old, new, 0, 0)
    assert {edge: n for edge, n in exact.attribution.items() if n} == {edge: n for edge, n in account.items() if n}
    return exact


@pytest.mark.parametrize("loops", ["plain Python", "kernels"])
def test_nothing_remains_where_probabilities_differ(loops: str) -> None:
    with engine(loops):
        for seed in range(10):
            before, after = generated(seed), generated(seed + 100)
            exact = require_account(before, after)
            floats = gd.compare(before, after, gd.ROOTS, gd.LEAVES)
            assert floats.remainder_bound is not None
            assert abs(floats.remainder) <= floats.remainder_bound < 1e-9
            assert dict(floats.attribution) == pytest.approx({e: float(n) for e, n in exact.attribution.items()})
            for order in (exact.attribution_before_after, exact.attribution_after_before):
                assert order.total == exact.change


@pytest.mark.parametrize(("kind", "multi"), [(int, False), (Fraction, False), (float, True), (int, True)], ids=str)
def test_weights_of_every_kind_go_with_probabilities(kind: Any, multi: bool) -> None:
    for seed in range(6):
        before, after = (generated(seed + more, kind=kind, multi=multi) for more in (0, 100))
        for graph in (before, after):
            if multi:
                graph.add_edges_from([*graph.edges(data=True)][::2])
            for *_, data in graph.edges(data=True) if kind is int else ():
                data["weight"] = int(4 * data["weight"])
        require_account(before, after)
        plain = gd.compare(before, after, gd.ROOTS, gd.LEAVES)
        assert plain.before == pytest.approx(float(gd.total_influence(before, gd.ROOTS, gd.LEAVES, exact=True)))
        assert plain.remainder == pytest.approx(0, abs=1e-9)


def small(weight: Any, **leaves: Any) -> nx.DiGraph:
    """Return r -> a -> each leaf, with one weight on every edge."""
    graph = nx.DiGraph([("r", "a"), *(("a", leaf) for leaf in leaves)])
    nx.set_edge_attributes(graph, weight, "weight")
    graph.nodes["r"]["root"] = True
    nx.set_node_attributes(graph, leaves, "leaf")
    return graph


def test_the_account_has_a_row_for_what_each_leaf_counts() -> None:
    found = gd.compare(small(2, x=0.5, y=0.25, same=1), small(2, x=0.75, z=0.125, same=1), gd.ROOTS, gd.LEAVES)
    assert (found.before, found.after, found.change, found.remainder) == (7, 7.5, 0.5, 0)
    assert dict(found.attribution) == {
        ("a", "y"): -0.5, ("a", "z"): 0.25, ("x", gd.LEAVES): 1, ("y", gd.LEAVES): -0.5, ("z", gd.LEAVES): 0.25,
    }  # fmt: skip
    records = {record["source"]: record for record in found.to_dict()["edges"] if record["target"] == "the leaves"}
    assert {name: (r["status"], r["weight_before"], r["weight_after"]) for name, r in records.items()} == {
        "x": ("changed", 0.5, 0.75), "y": ("removed", 0.25, None), "z": ("added", None, 0.125),
    }  # fmt: skip
    assert re.search(r"~ what x counts +0.5 -> 0.75 +\+1\n", str(found))
    assert found.nodes == {"x": 1, "y": -0.5, "z": 0.25, "a": -0.25}
    assert [set(edge[:2]) for edge in found.to_networkx().edges if gd.LEAVES in edge] == []


def test_symbols_and_complex_numbers_leave_nothing_either() -> None:
    w = sympy.Symbol("w")
    found = gd.compare(small(w, x=0.5), small(w, x=0.75, y=1.0), gd.ROOTS, gd.LEAVES)
    assert sympy.simplify(found.remainder) == 0
    assert sympy.simplify(found.attribution["x", gd.LEAVES] - w**2 / 4) == 0
    found = gd.compare(small(2j, x=0.5), small(1 + 1j, x=0.75, y=1.0), gd.ROOTS, gd.LEAVES)
    assert found.change == found.attribution.total == 2 + 3.5j


def test_leaves_as_a_source_and_a_leaf_that_is_new_as_the_source_itself() -> None:
    before, after = small(3, x=0.5, y=0.25), small(3, x=1.0)
    for graph in (before, after):
        graph.add_edge("x", "end", weight=5)
    before.add_edge("y", "end", weight=7)
    found = gd.compare(before, after, gd.LEAVES, "end")
    assert (found.before, found.after, found.remainder) == (4.25, 5, 0)
    assert dict(found.attribution) == {
        ("a", "y"): 0, ("y", "end"): -0.875, (gd.LEAVES, "x"): 2.5, (gd.LEAVES, "y"): -0.875,
    }  # fmt: skip
    assert found.groups == {}
    itself = gd.compare(small(3, x=0.5), small(3, x=0.5, new=0.125), "new", gd.LEAVES)
    assert (itself.before, itself.after, itself.remainder) == (0, 0.125, 0)


def test_a_graph_without_leaves_of_its_own_counts_none() -> None:
    empty = nx.DiGraph()
    found = gd.compare(empty, small(2.0, x=0.5), gd.ROOTS, gd.LEAVES)
    assert (found.before, found.after, found.remainder) == (0, 2, 0)


def test_leaves_that_count_one_each_beside_leaves_that_count_otherwise_are_refused() -> None:
    with pytest.raises(UsageError, match="the leaves after count 1 each, and those of the other graph what it says"):
        gd.compare(small(2, x=0.5), small(2, x=True), gd.ROOTS, gd.LEAVES)
    assert gd.compare(small(2, x=True), small(3, x=True), gd.ROOTS, gd.LEAVES).change == 5


@pytest.mark.parametrize("cycles", ["collapse", "solve"])
def test_cycles_on_the_way_leave_nothing(cycles: Any) -> None:
    before, after = small(0.5, x=0.5, y=0.25), small(0.5, x=0.75)
    before.add_edge("x", "a", weight=0.25)
    after.add_edges_from([("a", "a"), ("x", "a")], weight=0.125)
    found = gd.compare(before, after, gd.ROOTS, gd.LEAVES, cycles=cycles)
    for graph, total in ((before, found.before), (after, found.after)):
        if cycles == "solve":
            assert total == pytest.approx(gd.total_influence(graph, gd.ROOTS, gd.LEAVES, cycles=cycles))
    assert found.remainder == pytest.approx(0, abs=1e-12)
    assert found.attribution["x", gd.LEAVES] != 0


def test_changes_of_all_totals_count_each_leaf_by_its_own_graph() -> None:
    before, after = generated(3), generated(103)
    changes = gd.compare(before, after, target=gd.LEAVES, exact=True)
    for node in changes:
        old, new = (gd.total_influence(g, node, gd.LEAVES, exact=True) if node in g else 0 for g in (before, after))
        assert changes[node] == new - old
        assert changes.comparison(node).remainder == 0


def test_what_a_leaf_counts_is_no_dilution() -> None:
    found = gd.compare(small(1, x=0.5, y=1.0), small(1, x=0.75), gd.ROOTS, gd.LEAVES, weight=gd.weights.even)
    assert not found.diluting[[edge for edge, name in enumerate(found.attribution) if gd.LEAVES in name]].any()
    assert found.dilution == {"a": 0.3125}
    assert found.remainder == 0
