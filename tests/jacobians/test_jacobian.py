"""The Jacobian: rows are targets, columns are sources, and it says so."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import networkx as nx
import numpy as np
import pytest
from graphs import dags, engine, inverse_totals, olah, queries, weighted
from hypothesis import given

import graphdiff as gd


def two_by_three() -> nx.DiGraph:
    """Return sources x, y over one middle node to targets p, q, r, with y -> r directly too."""
    return weighted([("x", "m", 2), ("y", "m", 3), ("m", "p", 5), ("m", "q", -7), ("m", "r", 11), ("y", "r", 13)])


def entries(jacobian: Any) -> dict[tuple[Any, Any], Any]:
    """Return the entries by (target, source)."""
    return {
        (target, source): jacobian.array[i, j]
        for i, target in enumerate(jacobian.targets)
        for j, source in enumerate(jacobian.sources)
    }


def test_rows_are_targets_and_columns_are_sources() -> None:
    jacobian = gd.jacobian(two_by_three(), sources=["x", "y"], targets=["p", "q", "r"])
    assert jacobian.array.tolist() == [[10, 15], [-14, -21], [22, 46]]
    assert list(jacobian.sources) == ["x", "y"]
    assert list(jacobian.targets) == ["p", "q", "r"]


def test_rows_and_columns_come_in_the_order_asked_for() -> None:
    jacobian = gd.jacobian(two_by_three(), sources=["y", "x"], targets=["r", "p"])
    assert jacobian.array.tolist() == [[46, 22], [15, 10]]


def test_by_default_from_what_nothing_enters_to_what_nothing_leaves() -> None:
    jacobian = gd.jacobian(two_by_three())
    assert entries(jacobian) == {
        ("p", "x"): 10,
        ("p", "y"): 15,
        ("q", "x"): -14,
        ("q", "y"): -21,
        ("r", "x"): 22,
        ("r", "y"): 46,
    }


@given(query=queries(dags()))
def test_defaults_over_generated_graphs(query: tuple[nx.DiGraph, Any, Any]) -> None:
    graph, source, _ = query
    totals = inverse_totals(graph)
    jacobian = gd.jacobian(graph)
    assert set(jacobian.sources) == {node for node in graph if not graph.in_degree(node)}
    assert set(jacobian.targets) == {node for node in graph if not graph.out_degree(node)}
    assert entries(jacobian) == {(t, s): totals[s, t] for t, s in entries(jacobian)}
    column = gd.jacobian(graph, sources=[source])
    assert entries(column) == {(t, source): totals[source, t] for t in jacobian.targets}


def test_nodes_that_a_reader_marked_are_the_roots() -> None:
    graph = two_by_three()
    graph.nodes["y"]["root"] = True
    graph.nodes["m"]["root"] = True
    jacobian = gd.jacobian(graph)
    assert set(jacobian.sources) == {"y", "m"}
    assert entries(jacobian)["r", "y"] == 46


def test_all_members_of_a_component_that_nothing_enters_are_roots() -> None:
    graph = weighted([("a", "b", 0.5), ("b", "a", 0.5), ("b", "t", 1.0)])
    jacobian = gd.jacobian(graph, cycles="solve")
    assert set(jacobian.sources) == {"a", "b"}
    assert entries(jacobian) == pytest.approx({("t", "a"): 2 / 3, ("t", "b"): 4 / 3})


def test_no_member_of_a_component_that_something_enters_or_leaves_is_an_end() -> None:
    graph = weighted([("a", "b", 1.0), ("b", "c", 0.5), ("c", "b", 0.5), ("c", "d", 1.0), ("b", "d", 1.0)])
    jacobian = gd.jacobian(graph, cycles="solve")
    assert (list(jacobian.sources), list(jacobian.targets)) == (["a"], ["d"])
    assert jacobian.array.tolist() == [[2.0]]


def test_all_members_of_a_component_that_nothing_leaves_are_targets() -> None:
    graph = weighted([("s", "a", 1.0), ("a", "b", 0.5), ("b", "a", 0.5)])
    jacobian = gd.jacobian(graph, cycles="solve")
    assert entries(jacobian) == pytest.approx({("a", "s"): 4 / 3, ("b", "s"): 2 / 3})


def test_transposed_it_has_rows_for_sources() -> None:
    jacobian = gd.jacobian(two_by_three(), sources=["x", "y"], targets=["p", "q", "r"])
    assert np.asarray(getattr(jacobian.T, "array", jacobian.T)).tolist() == [[10, -14, 22], [15, -21, 46]]


def test_in_pandas_its_axes_say_what_they_are() -> None:
    frame = gd.jacobian(two_by_three(), sources=["x", "y"], targets=["p", "q", "r"]).to_pandas()
    assert (frame.index.name, frame.columns.name) == ("target", "source")
    assert frame.loc["r", "y"] == 46
    assert frame.shape == (3, 2)


def test_to_dict_is_json_by_target_and_source() -> None:
    plain = json.loads(json.dumps(gd.jacobian(two_by_three()).to_dict()))
    assert plain["r"]["y"] == 46


@pytest.mark.parametrize("width, height", [(1, 40), (40, 1), (3, 40), (40, 3), (20, 20)])
def test_whichever_side_is_smaller_the_numbers_are_the_same(width: int, height: int) -> None:
    """Blocks of columns and of rows: layers of random weights, so that the Jacobian is a matrix product."""
    rng = np.random.default_rng(width * 100 + height)
    first, second = rng.integers(-9, 9, size=(15, width)), rng.integers(-9, 9, size=(height, 15))
    graph = nx.DiGraph()
    for row, column in np.ndindex(first.shape):
        graph.add_edge(("in", column), ("mid", row), weight=int(first[row, column]))
    for row, column in np.ndindex(second.shape):
        graph.add_edge(("mid", column), ("out", row), weight=int(second[row, column]))
    sources = [("in", place) for place in range(width)]
    targets = [("out", place) for place in range(height)]
    assert gd.jacobian(graph, sources=sources, targets=targets).array.tolist() == (second @ first).tolist()
    for *_, data in graph.edges(data=True):
        data["weight"] /= 4
    in_floats = gd.jacobian(graph, sources=sources, targets=targets).array
    assert in_floats.tolist() == (second @ first / 16).tolist()


def test_fractions_stay_fractions() -> None:
    graph = weighted([("a", "b", Fraction(1, 3)), ("b", "c", Fraction(1, 7))])
    assert gd.jacobian(graph).array.tolist() == [[Fraction(1, 21)]]


def test_a_node_may_be_source_and_target() -> None:
    nodes = ["b", "c", "e"]
    jacobian = gd.jacobian(olah(), sources=nodes, targets=nodes)
    assert jacobian.array.tolist() == [[1, 0, 0], [1, 1, 0], [5, 2, 1]]


def test_members_of_one_collapsed_component_cannot_be_told_apart() -> None:
    graph = weighted([("a", "b", 1), ("b", "a", 1), ("b", "t", 3)])
    with pytest.raises(gd.errors.SameComponentError, match="on one cycle"):
        gd.jacobian(graph, sources=["a"], targets=["b"], cycles="collapse")
    assert gd.jacobian(graph, sources=["a", "b"], targets=["t"], cycles="collapse").array.tolist() == [[3, 3]]


@pytest.mark.parametrize(
    ("sources", "targets"),
    [(["x", "y"], ["y"]), (["y", "x"], ["y"]), (["x"], ["y", "x"]), (["y", "x", "y"], ["y"])],
    ids=["the target is the last source", "the first source", "another target", "the same source twice"],
)
def test_no_two_members_of_a_collapsed_cycle_stand_in_one_jacobian(sources: list[str], targets: list[str]) -> None:
    graph = weighted([("s", "x", 2), ("x", "y", 3), ("y", "x", 0.1), ("y", "t", 5)])
    with pytest.raises(gd.errors.SameComponentError, match="'x' and 'y' are on one cycle"):
        gd.jacobian(graph, sources, targets, cycles="collapse")


def test_no_sources_or_no_targets_is_an_empty_table() -> None:
    assert gd.jacobian(olah(), sources=[], targets=["e"]).array.shape == (1, 0)
    assert gd.jacobian(olah(), sources=["a"], targets=[]).array.shape == (0, 1)


def test_an_unknown_node_is_named() -> None:
    with pytest.raises(gd.errors.UnknownNodeError, match="no node 'z'"):
        gd.jacobian(olah(), sources=["a", "z"])
    with pytest.raises(gd.errors.UnknownNodeError, match="no node 'z'"):
        gd.jacobian(olah(), targets=["z"])


def test_a_result_above_one_gibibyte_is_refused_with_its_size() -> None:
    """12,000 x 12,000 float64 are 1.07 GiB."""
    side = 12_000
    hub = 2 * side
    tails = np.concatenate([np.arange(side), np.full(side, hub)])
    heads = np.concatenate([np.full(side, hub), np.arange(side, 2 * side)])
    compiled = gd.CompiledGraph.from_arrays(tails, heads, np.ones(2 * side))
    with pytest.raises(gd.errors.LimitError, match=r"1\.\d+ GiB"):
        gd.jacobian(compiled)


@pytest.mark.parametrize("pairs", [[("a", "b", "c")], [("a",)], [7], None], ids=repr)
def test_pairs_that_are_none_are_refused(pairs: Any) -> None:
    with pytest.raises(gd.errors.UsageError, match=r"pairs are to be \(source, target\)"):
        gd.total_influences(olah(), pairs)


def test_blocks_share_the_labels_of_what_they_have_in_common() -> None:
    graph = nx.DiGraph([(("in", source), ("out", target)) for source in range(20) for target in range(30)])
    first, second, third = gd.iter_jacobian(graph, weight=None, method="forward")
    assert first.targets is second.targets is third.targets
    assert [*first.sources, *second.sources, *third.sources] == gd.jacobian(graph, weight=None).sources


def test_numbas_switch_is_as_it_was_once_the_kernel_is_compiled() -> None:
    """Blocks are compiled with vector instructions joined; nothing else is."""
    config = pytest.importorskip("numba.core.config", exc_type=ImportError)
    before = config.SLP_VECTORIZE
    graph = gd.CompiledGraph.from_arrays([0, 1, 2, 3], [4, 4, 4, 4], np.ones(4, dtype=np.float32))
    with engine("kernels"):
        assert gd.jacobian(graph, [0, 1, 2, 3], [4], method="forward").array.tolist() == [[1, 1, 1, 1]]
    assert before == config.SLP_VECTORIZE
