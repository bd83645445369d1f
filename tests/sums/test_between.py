"""What lies between ends: which nodes and edges, their names, their seeds, and sums over it by hand."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from graphs import weighted

import graphdiff as gd
from graphdiff.errors import CycleError, SameComponentError, UsageError
from graphdiff.graph.ends import Seeds
from graphdiff.graph.topology import Rows
from graphdiff.kernels import sweep as kernel
from graphdiff.sums.between import (
    MOST,
    Between,
    between_ends,
    ends_of,
    exact_sums,
    forward_over,
    require_apart,
    restriction,
    reverse_over,
    total_over,
)
from graphdiff.sums.semirings import SEMIRINGS

#: Two ways from s to t, one edge out of them, one into them.
EDGES = [("s", "a", 2), ("a", "t", 3), ("s", "b", 5), ("b", "t", 7), ("a", "out", 11), ("in", "b", 13)]
#: A cycle between s and t.
ROUND = [("s", "x", 3.0), ("x", "y", 0.5), ("y", "x", 0.5), ("y", "t", 2.0), ("s", "t", 7.0)]


def graph_of(edges: Any = EDGES, **options: Any) -> gd.CompiledGraph:
    return gd.compile(weighted(edges), **options)


def named(between: Between) -> set[tuple[Any, Any, Any]]:
    labels = between.labels
    return {(labels[tail], labels[head], w) for tail, row in enumerate(between.rows) for head, _, w in row}


def test_only_what_is_on_a_path_lies_between() -> None:
    between = between_ends(graph_of(), "s", "t")
    assert set(between.labels) == {"s", "a", "b", "t"}
    assert named(between) == {("s", "a", 2), ("a", "t", 3), ("s", "b", 5), ("b", "t", 7)}
    assert [between.label(node) for node in range(between.n_nodes)] == between.labels
    assert between.labels_of(np.array([3, 0])) == [between.labels[3], between.labels[0]]
    assert [between.labels[node] for node in between.sources] == ["s"]
    assert [between.labels[node] for node in between.targets] == ["t"]
    assert {between.edge_label(edge) for row in between.rows for _, edge, _ in row} == {e[:2] for e in EDGES[:4]}
    assert (between.n_paths, between.lengths, between.loops) == (2, (2, 2), [])
    assert (between.entering, between.leaving) == (None, None)
    assert all(between.label(0) is between.label(0) for _ in range(2))


def test_ends_left_out_are_all_roots_and_all_leaves() -> None:
    graph = graph_of()
    everything = between_ends(graph, None, None)
    assert named(everything) == set(EDGES)
    assert {everything.labels[node] for node in everything.sources} == {"s", "in"}
    assert {everything.labels[node] for node in everything.targets} == {"t", "out"}
    assert named(restriction(graph)) == set(EDGES)
    to_t = restriction(graph, None, Seeds([graph.topology.position("t")]))
    assert named(to_t) == set(EDGES) - {("a", "out", 11)}
    from_s = restriction(graph, Seeds([graph.topology.position("s")]))
    assert named(from_s) == set(EDGES) - {("in", "b", 13)}
    ahead = np.zeros(graph.n_nodes, dtype=bool)
    ahead[[graph.topology.position(name) for name in ("s", "a", "t")]] = True
    position = Seeds([graph.topology.position("s")])
    assert named(restriction(graph, position, ahead=ahead)) == {("s", "a", 2), ("a", "t", 3)}


def test_ends_that_no_path_joins_have_nothing_between() -> None:
    between = between_ends(graph_of(), "t", {"s": 5})
    assert (between.n_nodes, between.n_edges, between.sources, between.targets) == (0, 0, [], [])
    assert (between.entering, between.leaving) == (None, [])
    assert (between_ends(graph_of(), {"t": 2}, "s").entering, total_over(between, SEMIRINGS["count"])) == ([], None)
    assert between.n_paths == 0


def test_only_seeds_between_are_kept_in_their_order() -> None:
    between = between_ends(graph_of(), {"t": 9, "a": 4, "in": 6, "s": 8}, {"out": 3, "s": 2})
    assert [between.labels[node] for node in between.sources] == ["s", "a"]
    assert between.entering == [8, 4]
    assert [between.labels[node] for node in between.targets] == ["s", "out"]
    assert between.leaving == [2, 3]
    # 4 · 11 · 3, 8 · 2 · 11 · 3, and at s itself 8 · 2.
    assert total_over(between, SEMIRINGS["sum-product"]) == 132 + 528 + 16
    last = between_ends(graph_of(), ["s", "in"], ["a", "t"])
    assert total_over(last, SEMIRINGS["sum-product"]) == 2 + 6 + 35 + 91


def test_members_of_a_merged_component_are_one_node_several_times() -> None:
    graph = graph_of(ROUND, cycles="collapse")
    between = between_ends(graph, ["x", "y"], "t")
    assert between.labels == [frozenset({"x", "y"}), "t"]
    assert between.sources == [0, 0]
    assert between.n_starts.tolist() == [2, 0]
    assert between.n_paths == 2
    assert total_over(between, SEMIRINGS["sum-product"]) == 4.0
    assert [between.label(node) for node in (1, 0)] == ["t", frozenset({"x", "y"})]
    assert named(between) == {(frozenset({"x", "y"}), "t", 2.0)}
    solved = between_ends(graph_of(ROUND, cycles="solve"), "x", "t")
    assert solved.labels == ["x", "y", "t"]
    assert named(solved) == {("x", "y", 0.5), ("y", "x", 0.5), ("y", "t", 2.0)}
    loop = graph_of([("s", "s", 0.5), ("s", "t", 1.0)], cycles="collapse")
    assert between_ends(loop, "s", "t").labels == ["s", "t"]


def test_two_ends_on_one_collapsed_cycle_are_told_apart_by_what_solves_it() -> None:
    graph = graph_of(ROUND, cycles="collapse")
    told = (
        r"^'x' and 'y' are on one cycle, .* makes it one node, .*; cycles=\"solve\" keeps every node; graphdiff.routes"
    )
    for source, target in (("x", "y"), (["s", "x"], ["t", "y"]), ({"x": 1.0}, {"t": 1.0, "y": 2.0})):
        with pytest.raises(SameComponentError, match=told):
            ends_of(graph, source, target)
    for source, target in (("x", "x"), ("x", "t"), (["s", "x"], "t"), (None, "x"), ("x", None), ("s", gd.LEAVES)):
        ends_of(graph, source, target)
    assert ends_of(graph_of(ROUND, cycles="solve"), "x", "y")[1].positions
    at = graph.topology.position
    require_apart(graph, [(at("x"), at("x")), (at("s"), at("y")), (at("s"), at("t"))])
    with pytest.raises(SameComponentError, match="'y' and 'x' are on one cycle"):
        require_apart(graph, [(at("s"), at("y")), (at("y"), at("x"))])
    for other in (graph_of(ROUND, cycles="solve"), graph_of(cycles="collapse")):
        require_apart(other, [(1, 2), (2, 1)])


def test_seeds_that_do_not_multiply_are_refused_by_their_types() -> None:
    graph = gd.compile(weighted([("s", "t", 1)]), weight=None)
    told = "^the seeds of the source and of the target do not multiply: Decimal and float$"
    with pytest.raises(UsageError, match=told):
        ends_of(graph, {"s": Decimal(1)}, {"t": 1.5})
    starts, ends = ends_of(graph, {"s": Fraction(1, 2)}, {"t": 3})
    assert (starts.numbers, ends.numbers) == ([Fraction(1, 2)], [3])
    starts, ends = ends_of(graph, {"s": Decimal(1)}, "t")
    assert (starts.numbers, ends.numbers) == ([Decimal(1)], None)


def test_infinitely_many_walks_are_refused_with_what_can_be_done() -> None:
    graph = graph_of(ROUND, cycles="solve")
    round_trip = "the graph has a cycle: x -> y -> x. Its walks are infinitely many; "
    merged = 'cycles="collapse" makes it one node'
    for between, instead, told in (
        (between_ends(graph, "s", "t"), "", merged),
        (between_ends(graph, "s", "t"), "or else", f"{merged}, or else"),
        (between_ends(graph, "x", "y"), "or else", "graphdiff.routes says how they lead to each other"),
        (between_ends(graph, "x", "x"), "", "graphdiff.routes says how they lead to each other"),
        (between_ends(graph, "x", "t"), "", merged),
        (between_ends(graph, "s", "y"), "", merged),
    ):
        with pytest.raises(CycleError) as caught:
            between.require_no_loops(instead)
        assert str(caught.value).startswith(round_trip + told)
        assert str(caught.value) in (round_trip + told, f"{round_trip}{told}, which needs no total")
    between_ends(graph_of(), "s", "t").require_no_loops()


def test_some_of_the_edges_keep_the_numbers_of_the_nodes() -> None:
    between = between_ends(graph_of(), "s", "t")
    weights = [w for row in between.rows for _, _, w in row]
    kept = between.keeping(np.array([w in (2, 3, 7) for w in weights]))
    assert named(kept) == {("s", "a", 2), ("a", "t", 3), ("b", "t", 7)}
    assert (kept.n_nodes, kept.sources, kept.targets) == (between.n_nodes, between.sources, between.targets)
    assert total_over(kept, SEMIRINGS["sum-product"]) == 6
    assert kept.n_paths == 1
    none = between.keeping(np.zeros(4, dtype=bool))
    assert (none.n_edges, none.n_paths, total_over(none, SEMIRINGS["count"])) == (0, 0, None)


def test_the_same_under_other_weights() -> None:
    graph = graph_of([(u, v, float(w)) for u, v, w in EDGES])
    between = between_ends(graph, {"s": -2.0}, {"t": 3.0})
    other = between.weighed(graph.absolute)
    assert (other.graph, other.entering, other.leaving) == (graph.absolute, [-2.0], [3.0])
    assert named(other) == named(between)
    exact = between.weighed(gd.compile(weighted(EDGES), exact=True))
    assert (exact.entering, exact.leaving) == ([-2], [3])
    plain = between_ends(graph, "s", "t").weighed(graph.absolute)
    assert (plain.entering, plain.leaving) == (None, None)


# -- sums


@pytest.mark.parametrize("start", [1, 2**50, MOST // 4900, MOST // 4900 + 1])
def test_counts_are_exact_in_ints_of_the_machine_or_of_python(start: int) -> None:
    rows = Rows(np.array([0, 70, 140, 140]), np.repeat([1, 2], 70))
    columns = lambda: (np.array([0, 0, 1]), np.array([start, 0, 0]), np.array([0]))  # noqa: E731
    *_, total = exact_sums(kernel.count_between, rows, columns)
    assert int(total[0]) == 4900 * start
    assert isinstance(total, list) == (4900 * start > MOST)


def test_most_is_the_largest_that_one_more_is_told_from() -> None:
    assert MOST == 2**62 - 1


def test_sums_over_what_lies_between_by_hand() -> None:
    between = between_ends(graph_of([*EDGES, ("s", "t", 2)]), {"s": 10}, {"t": -1})
    place = {label: node for node, label in enumerate(between.labels)}
    ahead, back = (sweep(between, SEMIRINGS["sum-product"]) for sweep in (forward_over, reverse_over))
    assert {label: ahead[node] for label, node in place.items()} == {"s": 10, "a": 20, "b": 50, "t": 430}
    assert {label: back[node] for label, node in place.items()} == {"s": -43, "a": -3, "b": -7, "t": -1}
    assert total_over(between, SEMIRINGS["sum-product"]) == -430
    counted = between_ends(graph_of([*EDGES, ("s", "t", 2)]), ["s", "a"], ["t", "a"])
    assert total_over(counted, SEMIRINGS["count"]) == 3 + 1 + 1 + 1
    assert forward_over(counted, SEMIRINGS["count"])[counted.labels.index("a")] == 2
    assert reverse_over(counted, SEMIRINGS["count"])[counted.labels.index("a")] == 2
    assert total_over(counted, SEMIRINGS["fewest-edges"]) == 0
    assert total_over(counted, SEMIRINGS["max-plus"]) == 12


def test_nodes_that_no_sum_reaches_have_none() -> None:
    between = restriction(graph_of(), Seeds([0]), Seeds([0]))
    none = between.keeping(np.zeros(between.n_edges, dtype=bool))
    assert forward_over(none, SEMIRINGS["count"]) == [1]
    graph = graph_of([("s", "a", math.inf), ("a", "t", 1)], weight=lambda u, v, data: 1)
    cut = between_ends(graph, "s", "t").keeping(np.array([False, True]))
    assert forward_over(cut, SEMIRINGS["count"]) == [1, None, None]
    assert reverse_over(cut, SEMIRINGS["count"]) == [None, 1, 1]
    assert total_over(cut, SEMIRINGS["count"]) is None


def test_parallel_edges_of_one_weight_are_several() -> None:
    graph = gd.CompiledGraph.from_arrays([0, 0, 0, 1, 1], [1, 1, 1, 2, 2], [2, 2, 3, 5, 5])
    between = between_ends(graph, 0, 2)
    assert total_over(between, SEMIRINGS["sum-product"]) == 70
    assert total_over(between, SEMIRINGS["count"]) == 6
