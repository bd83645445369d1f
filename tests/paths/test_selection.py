"""`prune(nodes=, edges=)`: circuit-tracer's nodes and edges, and beside them edges that keep every total.

The oracle restates `prune_graph` of circuit-tracer from its formulas on dense matrices of Fractions: rows are what is
moved, columns what moves it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import networkx as nx
import pytest
from graphs import engine, inverse_totals, path_sum, walks, weighted

import graphdiff as gd
from graphdiff.errors import CycleError, LimitError, UsageError

Matrix = list[list[Fraction]]

# ---------------------------------------------------------------------------------------------- the oracle


def normalised(matrix: Matrix) -> Matrix:
    return [[abs(w) / (sum(map(abs, row)) or 1) for w in row] for row in matrix]


def on_logits(matrix: Matrix, logits: list[Fraction]) -> list[Fraction]:
    """Return logits · (A + A² + …), step by step, as circuit-tracer adds it up."""
    size = range(len(matrix))
    current, total = logits, [Fraction(0)] * len(matrix)
    while any(current := [sum((current[i] * matrix[i][j] for i in size), Fraction(0)) for j in size]):
        total = [before + more for before, more in zip(total, current, strict=True)]
    return total


def threshold(scores: list[Fraction], part: Fraction) -> Fraction:
    ranked = sorted(scores, reverse=True)
    reached = Fraction(0)
    for score in ranked:
        reached += score
        if reached >= part * sum(ranked):
            break
    return score


def circuit_tracer(
    matrix: Matrix, kinds: list[str], logits: list[Fraction], parts: tuple[Fraction, Fraction]
) -> tuple[set[int], set[tuple[int, int]]]:
    """Return the nodes kept, and the edges as (tail, head)."""
    size = range(len(matrix))
    scores = on_logits(normalised(matrix), logits)
    least = threshold(scores, parts[0])
    nodes = {i for i in size if kinds[i] in ("token", "logit") or (scores[i] >= least and scores[i])}
    inside = normalised([[matrix[i][j] if {i, j} <= nodes else Fraction(0) for j in size] for i in size])
    reads = [a + b for a, b in zip(on_logits(inside, logits), logits, strict=True)]
    by_edge = {(j, i): inside[i][j] * reads[i] for i in size for j in size}
    least = threshold(list(by_edge.values()), parts[1])
    edges = {edge for edge, score in by_edge.items() if score >= least and score}
    while True:
        lost = {i for i in nodes if kinds[i] in ("feature", "error") and not any(tail == i for tail, _ in edges)}
        lost |= {i for i in nodes if kinds[i] == "feature" and not any(head == i for _, head in edges)}
        if not lost:
            return nodes, edges
        nodes -= lost
        edges = {edge for edge in edges if not lost & set(edge)}


# ---------------------------------------------------------------------------------------------- graphs


def as_graph(matrix: Matrix, kinds: list[str], logits: list[Fraction], kind: Callable[[Fraction], Any]) -> nx.DiGraph:
    graph = nx.DiGraph(edge_meaning="drives")
    for i, what in enumerate(kinds):
        graph.add_node(i, kind=what)
        if what == "token":
            graph.nodes[i]["root"] = True
        if what == "logit":
            graph.nodes[i]["leaf"] = float(logits[i])
    for head, row in enumerate(matrix):
        graph.add_edges_from((tail, head, {"weight": kind(w)}) for tail, w in enumerate(row) if w)
    return graph


def attribution(seed: int, top: int = 4) -> tuple[Matrix, list[str], list[Fraction]]:
    """Return a random attribution graph: tokens, errors and features by layer, logits, signed and with ties."""
    chosen = random.Random(seed)
    layers = [["token"] * chosen.randint(1, 3)]
    layers += [
        ["error"] * chosen.randint(0, 2) + ["feature"] * chosen.randint(1, 4) for _ in range(chosen.randint(1, 4))
    ]
    layers += [["logit"] * chosen.randint(1, 3)]
    kinds = [kind for layer in layers for kind in layer]
    depth = [number for number, layer in enumerate(layers) for _ in layer]
    matrix = [[Fraction(0)] * len(kinds) for _ in kinds]
    for head, what in enumerate(kinds):
        before = [tail for tail in range(len(kinds)) if depth[tail] < depth[head] and kinds[tail] != "logit"]
        if what in ("feature", "logit"):
            for tail in chosen.sample(before, chosen.randint(1, len(before))):
                matrix[head][tail] = Fraction(chosen.choice([-1, 1]) * chosen.randint(1, top), chosen.randint(1, 3))
    logits = [Fraction(chosen.randint(1, 4), 16) if what == "logit" else Fraction(0) for what in kinds]
    return matrix, kinds, logits


def kept_edges(pruned: nx.MultiDiGraph) -> set[tuple[Any, Any]]:
    return {(tail, head) for tail, head, data in pruned.edges(data=True) if not data.get("eliminated")}


PARTS = [(0.8, 0.98), (0.5, 0.8), (0.3, 0.5), (0.95, 0.6), (1, 1), (0.8, 1), (0, 0)]


# ---------------------------------------------------------------------------------------------- the same choice


@pytest.mark.parametrize("first", range(0, 84, 21))
def test_nodes_and_edges_are_circuit_tracers(first: int) -> None:
    for seed in range(first, first + 21):
        nodes, edges = PARTS[seed % len(PARTS)]
        question = attribution(seed)
        parts = Fraction(str(nodes)), Fraction(str(edges))
        for kind in (Fraction, float):
            pruned = gd.prune(as_graph(*question, kind), gd.NODES, gd.LEAVES, nodes=nodes, edges=edges)
            assert (set(pruned), kept_edges(pruned)) == circuit_tracer(*question, parts), (seed, nodes, edges, kind)


def test_their_own_test_graph() -> None:
    rows = {11: (1, 3, 6, 8), 3: (0, 1, 6), 1: (9, 10), 0: (9,)}
    graph = weighted([(tail, head, 10.0) for head, tails in rows.items() for tail in tails])
    graph.add_nodes_from(range(12))
    nx.set_node_attributes(graph, {9: True, 10: True}, "root")
    graph.nodes[11]["leaf"] = 1.0
    pruned = gd.prune(graph, gd.NODES, gd.LEAVES, nodes=0.8, edges=0.98)
    assert set(pruned) == {1, 3, 6, 8, 9, 10, 11}
    assert kept_edges(pruned) == {(1, 11), (3, 11), (6, 11), (8, 11), (1, 3), (6, 3), (9, 1), (10, 1)}
    assert [edge for edge in pruned.edges(data=True) if "eliminated" in edge[2]] == [
        (9, 3, {"weight": 100.0, "paths": 1, "eliminated": True})
    ]


def test_a_token_without_influence_and_a_logit_that_nothing_drives_stay() -> None:
    graph = as_graph(
        [[Fraction(0)] * 4, [Fraction(0)] * 4, [Fraction(1), *[Fraction(0)] * 3], [Fraction(0)] * 4],
        ["token", "token", "logit", "logit"], [Fraction(0), Fraction(0), Fraction(1, 2), Fraction(1, 4)], float,
    )  # fmt: skip
    assert set(gd.prune(graph, gd.NODES, gd.LEAVES, nodes=0.8)) == {0, 1, 2, 3}
    assert set(gd.prune(graph, gd.ROOTS, gd.LEAVES, nodes=0.8)) == {0, 1, 2, 3}
    assert set(gd.prune(graph, [0, 1], 2, nodes=0.8)) == {0, 1, 2}


# ---------------------------------------------------------------------------------------------- the same totals


@pytest.mark.parametrize("first", range(0, 28, 14))
def test_totals_and_paths_among_all_nodes_kept_stay(first: int) -> None:
    for seed in range(first, first + 14):
        nodes, edges = PARTS[seed % len(PARTS)]
        graph = as_graph(*attribution(seed), Fraction)
        pruned = gd.prune(graph, gd.NODES, gd.LEAVES, nodes=nodes, edges=edges)
        counted = nx.MultiDiGraph(pruned)
        for *_, data in counted.edges(data=True):
            data["weight"] = data.get("paths", 1)
        for tail in pruned:
            for head in pruned:
                assert path_sum(pruned, tail, head) == path_sum(graph, tail, head)
                if tail != head and (head in gd.reverse(graph, gd.LEAVES)):
                    assert path_sum(counted, tail, head) == len(walks(graph, tail, head))


def test_one_source_prunes_what_lies_between() -> None:
    ways = [("s", "u"), ("u", "p"), ("p", "t"), ("s", "v"), ("v", "q"), ("q", "t")]
    graph = weighted([(tail, head, 2) for tail, head in ways])
    assert set(gd.prune(graph, "s", "t", nodes=0.9)) == {*"suvpqt"}
    graph.add_edge("x", "p", weight=-18)  # so that u is only a tenth of what moves p
    pruned = gd.prune(graph, "s", "t", nodes=0.9)
    assert set(pruned) == {*"svqt"}  # p, which u alone leads to, goes with it
    assert pruned.edges["s", "t", 0] == {"weight": 8, "paths": 1, "eliminated": True}
    assert pruned.graph["eliminated"] == 1
    assert [*gd.prune(graph, "s", "t", nodes=0).edges(data="weight")] == [("s", "t", 16)]


NUMBERS: dict[str, Callable[[Fraction], Any]] = {
    "float": float,
    "int": lambda w: int(6 * w),
    "Fraction": Fraction,
    "Decimal": lambda w: Decimal(int(6 * w)) / 8,
    "complex": lambda w: complex(float(w), 1.0),
    "beyond floats": lambda w: int(6 * w) * 10**400,
}


@pytest.mark.parametrize("kind", NUMBERS)
@pytest.mark.parametrize("exact", [False, True])
def test_numbers_of_every_kind_keep_their_totals(kind: str, exact: bool) -> None:
    if exact and kind == "complex":
        pytest.skip("complex numbers have no exact arithmetic")
    graph = as_graph(*attribution(5), NUMBERS[kind])
    target = {node: 1 for node, leaf in graph.nodes(data="leaf") if leaf}
    pruned = gd.prune(graph, gd.NODES, target, nodes=0.6, edges=0.7, exact=exact)
    assert pruned.graph["eliminated"] > 3
    assert len(pruned) < len(graph)
    for root in (node for node, root in graph.nodes(data="root") if root):
        total = gd.total_influence(graph, root, target, exact=exact)
        again = gd.total_influence(pruned, root, target, exact=exact)
        assert type(again) is type(total)
        assert again == (total if kind not in ("float", "complex") or exact else pytest.approx(total, rel=1e-12))


def test_parallel_edges_are_chosen_one_by_one() -> None:
    graph = nx.MultiDiGraph()
    graph.add_edge("a", "b", key="large", weight=8, kind="x")
    graph.add_edge("a", "b", key="small", weight=-2)
    graph.add_edge("b", "c", key="only", weight=3)
    pruned = gd.prune(graph, "a", "c", edges=0.9)
    assert [*pruned.edges(keys=True, data=True)] == [
        ("a", "b", "large", {"weight": 8, "kind": "x"}),
        ("a", "b", 1, {"weight": -2, "paths": 1, "eliminated": True}),
        ("b", "c", "only", {"weight": 3}),
    ]


@pytest.mark.parametrize("name", ["plain Python", "kernels"])
def test_floats_in_blocks_and_counts_beyond_64_bits(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = random.Random(1)
    graph = nx.DiGraph()
    for layer in range(25):
        graph.add_weighted_edges_from(
            ((layer, i), (layer + 1, j), chosen.uniform(-1, 1)) for i in range(8) for j in range(8)
        )
    target = {(25, j): 0.25 * (j + 1) for j in range(8)}
    with engine(name):
        pruned = gd.prune(graph, gd.ROOTS, target, nodes=0.25, edges=0.5)
    n_paths = max(data.get("paths", 1) for *_, data in pruned.edges(data=True))
    assert 8 < len(pruned) < 60
    total = gd.total_influence(graph, gd.ROOTS, target)
    assert gd.total_influence(pruned, gd.ROOTS, target) == pytest.approx(total, rel=1e-9)
    counted = nx.MultiDiGraph(pruned)
    for *_, data in counted.edges(data=True):
        data["weight"] = data.get("paths", 1)
    assert n_paths > 2**64
    assert gd.total_influence(counted, gd.ROOTS, [*target]) == 8**26
    monkeypatch.setattr("graphdiff.paths.remainder.MAX_BYTES", 1)
    again = gd.prune(graph, gd.ROOTS, target, nodes=0.25, edges=0.5)
    assert {edge[:2]: edge[2].get("paths") for edge in again.edges(data=True)} == {
        edge[:2]: edge[2].get("paths") for edge in pruned.edges(data=True)
    }


# ---------------------------------------------------------------------------------------------- cycles


def test_walks_round_cycles_keep_their_totals() -> None:
    steps = [("a", "b", 3), ("b", "c", 2), ("c", "b", 1), ("c", "d", 2), ("a", "d", 1), ("b", "e", 1), ("e", "d", 1)]
    graph = weighted([(tail, head, Fraction(weight, 4)) for tail, head, weight in steps])
    graph.add_edge("e", "e", weight=Fraction(1, 2))
    totals = inverse_totals(graph)
    with pytest.raises(CycleError, match=r"a cycle: (b -> c -> b|e -> e)"):
        gd.prune(graph, "a", "d", nodes=0.5)
    for nodes in (0.1, 0.4, 0.6, 0.8, 1):
        pruned = gd.prune(graph, "a", "d", nodes=nodes, edges=0.8, cycles="solve")
        assert not any("paths" in data for *_, data in pruned.edges(data=True))
        for tail in pruned:
            for head in pruned:
                assert gd.total_influence(pruned, tail, head, cycles="solve") == totals[tail, head]
    merged = gd.prune(graph, "a", "d", nodes=1, edges=1, cycles="collapse")
    assert set(merged) == {"a", frozenset("bc"), "e", "d"}
    total = gd.total_influence(graph, "a", "d", cycles="collapse")
    for nodes in (0.1, 0.5, 1):
        pruned = gd.prune(graph, "a", "d", nodes=nodes, edges=0.5, cycles="collapse")
        assert gd.total_influence(pruned, "a", "d") == total


# ---------------------------------------------------------------------------------------------- what is kept, and said


def test_a_compiled_graph_keeps_its_marks() -> None:
    graph = as_graph(*attribution(7), float)
    pruned = gd.prune(gd.compile(graph), gd.NODES, gd.LEAVES, nodes=0.8, edges=0.98)
    assert set(pruned) == set(gd.prune(graph, gd.NODES, gd.LEAVES, nodes=0.8, edges=0.98))
    total = gd.total_influence(graph, gd.ROOTS, gd.LEAVES)
    assert gd.total_influence(pruned, gd.ROOTS, gd.LEAVES) == pytest.approx(total, rel=1e-12)


def test_weights_of_a_preset_are_the_pruned_weights() -> None:
    graph = as_graph(*attribution(3), Fraction)
    pruned = gd.prune(graph, gd.NODES, gd.LEAVES, nodes=0.5, weight=None)
    root = next(node for node, root in graph.nodes(data="root") if root)
    assert gd.total_influence(pruned, root, gd.LEAVES) == gd.total_influence(graph, root, gd.LEAVES, weight=None)
    assert pruned.graph["weight_meaning"] == "unit, summed"


def test_what_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = weighted([("a", "b", 1.0), ("b", "c", 1.0), ("a", "c", 1.0)])
    with pytest.raises(UsageError, match=r"nodes=1\.5: a part between 0 and 1"):
        gd.prune(graph, "a", "c", nodes=1.5)
    with pytest.raises(UsageError, match=r"edges=-0\.5: a part between 0 and 1"):
        gd.prune(graph, "a", "c", edges=-0.5)
    with pytest.raises(UsageError, match="coverage= and nodes= are two rules; give one"):
        gd.prune(graph, "a", "c", coverage=0.5, nodes=0.5)
    with pytest.raises(UsageError, match="max_nodes= and edges= are two rules; give one"):
        gd.prune(graph, "a", "c", max_nodes=3, edges=0.5)
    monkeypatch.setattr("graphdiff.paths.remainder.MAX_EDGES", 0)
    with pytest.raises(LimitError, match=r"more than 0 edges may be needed.*nodes= of a smaller part keeps fewer"):
        gd.prune(graph, "a", "c", nodes=0)
    sympy = pytest.importorskip("sympy")
    with pytest.raises(UsageError, match="the strongest part is known by numbers"):
        gd.prune(weighted([("a", "b", sympy.Symbol("x"))]), "a", "b", nodes=0.8)
