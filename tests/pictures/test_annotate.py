"""`annotate` against sums over listed paths."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from graphs import dags, edge_names, influence, olah, path_sum, queries, walks, weighted
from hypothesis import given
from hypothesis import strategies as st

from graphdiff import LEAVES, ROOTS, CompiledGraph, annotate, compile, read, trace, weights, write
from graphdiff.errors import CycleError, SameComponentError, UnknownNodeError
from graphdiff.pictures.dot import picture_of

FOUR = ("source and target", "target", "source", "neither")


def visited(walk: Any, start: Any) -> list[Any]:
    return [start, *(edge[1] for edge in walk)]


def about(expected: Any) -> Any:
    return pytest.approx(float(expected), rel=1e-12, abs=1e-12)


@given(queries(dags()))
def test_between_two_nodes_every_number_is_a_sum_over_listed_paths(query: Any) -> None:
    graph, source, target = query
    marked = annotate(graph, source, target)
    paths = walks(graph, source, target)
    total = sum(influence(graph, path) for path in paths)
    assert marked.graph["total"] == total
    for node, data in marked.nodes(data=True):
        through = [path for path in paths if node in visited(path, source)]
        assert data["contribution"] == sum(influence(graph, path) for path in through)
        assert data["paths"] == len(through)
        assert ("share" in data) == bool(total)
        if total:
            assert float(data["share"]) == about(Fraction(data["contribution"]) / Fraction(total))
        assert ("tangent" in data) == ("adjoint" in data) == bool(through)
        if through:
            assert (data["tangent"], data["adjoint"]) == (path_sum(graph, source, node), path_sum(graph, node, target))
    for edge in edge_names(graph):
        data = marked.edges[edge]
        through = [path for path in paths if edge in path]
        assert data["contribution"] == sum(influence(graph, path) for path in through)
        assert data["paths"] == len(through)
        assert ("tangent" in data) == ("adjoint" in data) == bool(through)
        if through:
            weight = graph.edges[edge]["weight"]
            assert data["tangent"] == path_sum(graph, source, edge[0]) * weight
            assert data["adjoint"] == weight * path_sum(graph, edge[1], target)


@given(queries(dags()))
def test_with_one_end_every_number_is_a_sum_over_the_paths_to_it_or_from_it(query: Any) -> None:
    graph, source, target = query
    ahead, back = annotate(graph, source), annotate(graph, target=target)
    for node in graph:
        assert ahead.nodes[node]["tangent"] == path_sum(graph, source, node)
        assert ahead.nodes[node]["paths"] == len(walks(graph, source, node))
        assert back.nodes[node]["adjoint"] == path_sum(graph, node, target)
        assert back.nodes[node]["paths"] == len(walks(graph, node, target))
    for edge in edge_names(graph):
        weight = graph.edges[edge]["weight"]
        assert ahead.edges[edge]["tangent"] == path_sum(graph, source, edge[0]) * weight
        assert ahead.edges[edge]["paths"] == len(walks(graph, source, edge[0]))
        assert back.edges[edge]["adjoint"] == weight * path_sum(graph, edge[1], target)
        assert back.edges[edge]["paths"] == len(walks(graph, edge[1], target))


@given(dags())
def test_with_no_end_it_is_all_roots_to_all_leaves(graph: nx.DiGraph) -> None:
    marked = annotate(graph)
    roots = [node for node in graph if not graph.in_degree(node)]
    leaves = [node for node in graph if not graph.out_degree(node)]
    paths = [(root, path) for root in roots for leaf in leaves for path in walks(graph, root, leaf)]
    assert marked.graph["total"] == sum(influence(graph, path) for _, path in paths)
    for node, data in marked.nodes(data=True):
        through = [path for root, path in paths if node in visited(path, root)]
        assert data["paths"] == len(through) > 0
        assert data["contribution"] == sum(influence(graph, path) for path in through)


def test_the_figure_of_backpropagation() -> None:
    marked = annotate(olah(), target="e")
    assert dict(marked.nodes(data="adjoint")) == {"e": 1, "c": 2, "d": 3, "a": 2, "b": 5}
    said = {name: marked.graph.get(name) for name in ("source", "target", "total", "annotation", "cycles")}
    assert said == {"source": None, "target": "e", "total": None, "annotation": "adjoint", "cycles": "raise"}


def test_the_graph_given_stays_as_it_is_and_the_copy_keeps_its_attributes() -> None:
    graph = olah()
    graph.graph["format"] = "DOT"
    graph.nodes["a"]["value"] = 2
    marked = annotate(graph, "b", "e")
    assert marked.nodes["a"]["value"] == 2
    assert marked.graph["format"] == "DOT"
    assert nx.utils.graphs_equal(graph, _again(olah(), format="DOT"))
    assert set(graph.edges["a", "c"]) == {"weight"}


def _again(graph: nx.DiGraph, **attributes: Any) -> nx.DiGraph:
    graph.graph.update(attributes)
    graph.nodes["a"]["value"] = 2
    return graph


def test_annotating_again_leaves_nothing_of_the_first_question() -> None:
    twice = annotate(annotate(olah(), "b", "e"), target="e")
    assert nx.utils.graphs_equal(twice, annotate(olah(), target="e"))


def test_the_weight_that_was_used_stands_on_the_edges() -> None:
    graph = nx.DiGraph([("a", "b"), ("a", "c"), ("b", "c")])
    marked = annotate(graph, "a", "c", weight=weights.even)
    assert dict(marked.edges) == {
        ("a", "b"): {"weight": 0.5, "tangent": 0.5, "adjoint": 0.5, "contribution": 0.5, "share": 0.5, "paths": 1},
        ("a", "c"): {"weight": 0.5, "tangent": 0.5, "adjoint": 0.5, "contribution": 0.5, "share": 0.5, "paths": 1},
        ("b", "c"): {"weight": 1.0, "tangent": 0.5, "adjoint": 1.0, "contribution": 0.5, "share": 0.5, "paths": 1},
    }
    assert marked.graph["weight_meaning"] == "even"


def test_paths_that_cancel_have_contributions_and_no_shares() -> None:
    graph = weighted([("a", "b", 2), ("b", "d", 1), ("a", "c", -2), ("c", "d", 1)])
    marked = annotate(graph, "a", "d")
    assert marked.graph["total"] == 0
    assert dict(marked.nodes(data="contribution")) == {"a": 0, "b": 2, "c": -2, "d": 0}
    assert not any("share" in data for _, data in marked.nodes(data=True))


def test_a_compiled_graph_becomes_a_graph_of_its_nodes_and_edges() -> None:
    marked = annotate(compile(olah()), "b", "e")
    assert {edge: data["contribution"] for edge, data in marked.edges.items()} == {
        ("a", "c"): 0,
        ("b", "c"): 2,
        ("b", "d"): 3,
        ("c", "e"): 2,
        ("d", "e"): 3,
    }


def test_parallel_edges_of_arrays_stay_apart() -> None:
    marked = annotate(CompiledGraph.from_arrays([0, 0, 1], [1, 1, 2], [2, 3, 5]), 0, 2)
    assert sorted(marked.edges(data="contribution")) == [(0, 1, 10), (0, 1, 15), (1, 2, 25)]
    assert all(type(node) is int for node in marked)


def test_counts_beyond_64_bits_are_exact() -> None:
    chain = nx.MultiDiGraph([(i, i + 1) for i in range(60) for _ in range(3)])
    assert annotate(chain, 0, 60, weight=None).nodes[30]["paths"] == 3**60


def loop() -> nx.DiGraph:
    return weighted([("s", "x", 1.0), ("x", "y", 0.5), ("y", "x", 0.5), ("y", "t", 1.0), ("x", "t", 1.0)])


def test_a_collapsed_component_gives_each_member_its_value_and_hides_its_inner_edges() -> None:
    marked = annotate(loop(), "s", "t", cycles="collapse")
    assert marked.nodes["x"] == marked.nodes["y"]
    assert marked.nodes["x"] == {"tangent": 1.0, "adjoint": 2.0, "contribution": 2.0, "share": 1.0, "paths": 2}
    assert marked.edges["x", "y"] == {"weight": 0.5, "contribution": 0.0, "share": 0.0, "paths": 0}
    assert annotate(loop(), target="t", cycles="collapse").edges["x", "y"]["adjoint"] == 0


def test_solved_walks_have_no_number() -> None:
    marked = annotate(loop(), "s", "t", cycles="solve")
    # x = 1 / (1 - 1/4), each step round brings half of it to y and a quarter back.
    assert marked.nodes["x"]["tangent"] == about(4 / 3)
    assert marked.graph["total"] == about(2)
    assert not any("paths" in data for _, data in marked.nodes(data=True))
    assert "paths" not in annotate(loop(), "s", cycles="solve").edges["x", "y"]


@pytest.mark.parametrize("ends", [("s", "t"), ("s", None), (None, "t"), (None, None)], ids=FOUR)
def test_a_cycle_on_the_way_is_refused(ends: Any) -> None:
    with pytest.raises(CycleError, match="the graph has a cycle: x -> y -> x"):
        annotate(loop(), *ends)


def test_a_cycle_off_the_way_changes_nothing() -> None:
    graph = loop()
    graph.add_edge("s", "t", weight=3.0)
    graph.add_edge("r", "s", weight=3.0)
    assert annotate(graph, "r", "s").graph["total"] == 3.0


def test_members_of_one_component_cannot_be_told_apart() -> None:
    with pytest.raises(SameComponentError, match="are on one cycle"):
        annotate(loop(), "x", "y", cycles="collapse")


def test_an_unknown_node_is_named() -> None:
    with pytest.raises(UnknownNodeError, match="no node 'los'"):
        annotate(olah(), "los")


# ------------------------------------------------------------------------------------------ several ends


def with_one_end_each(graph: nx.DiGraph, sources: dict[Any, Any], targets: dict[Any, Any]) -> nx.DiGraph:
    """Return the graph with a node before the sources and one behind the targets, whose edges weigh their seeds."""
    whole = graph.copy()
    whole.add_weighted_edges_from(("before", node, seed) for node, seed in sources.items())
    whole.add_weighted_edges_from((node, "behind", seed) for node, seed in targets.items())
    return whole


def ends_of(draw: Any, graph: nx.DiGraph) -> dict[Any, Any]:
    nodes = draw(st.lists(st.sampled_from(list(graph)), min_size=1, max_size=3, unique=True))
    return {node: draw(st.sampled_from([1, 2, -3, Fraction(1, 2)])) for node in nodes}


@given(dags(), st.data())
def test_seeds_are_weights_of_edges_from_one_node_before_and_to_one_behind(graph: nx.DiGraph, data: Any) -> None:
    sources, targets = ends_of(data.draw, graph), ends_of(data.draw, graph)
    asked, whole = annotate(graph, sources, targets), with_one_end_each(graph, sources, targets)
    one = annotate(whole, "before", "behind")
    assert asked.graph["total"] == one.graph["total"]
    assert (asked.graph["source"], asked.graph["target"]) == (sources, targets)
    for node in graph:
        assert asked.nodes[node].get("contribution", 0) == one.nodes[node]["contribution"]
        assert asked.nodes[node]["paths"] == one.nodes[node]["paths"]
    for edge in edge_names(graph):
        for name in ("contribution", "paths"):
            assert asked.edges[edge].get(name) == one.edges[edge].get(name)
        shares = [each.edges[edge].get("share") for each in (asked, one)]  # of ints floats, of Fractions these
        assert shares[0] == (shares[1] if shares[1] is None else pytest.approx(float(shares[1]), rel=1e-15))


@given(dags(), st.data())
def test_a_list_is_one_unit_at_each_also_with_one_end(graph: nx.DiGraph, data: Any) -> None:
    nodes = dict.fromkeys(ends_of(data.draw, graph), 1)
    whole = with_one_end_each(graph, nodes, nodes)
    for asked, one, name in (
        (annotate(graph, list(nodes)), annotate(whole, "before"), "tangent"),
        (annotate(graph, target=list(nodes)), annotate(whole, target="behind"), "adjoint"),
    ):
        assert asked.graph["annotation"] == one.graph["annotation"] == name
        assert {node: row[name] for node, row in asked.nodes.items()} == {node: one.nodes[node][name] for node in graph}
        assert [asked.nodes[node]["paths"] for node in graph] == [one.nodes[node]["paths"] for node in graph]


def test_all_roots_are_marked_with_their_seeds() -> None:
    marked = annotate(olah(), ROOTS, "e")
    assert marked.graph["total"] == path_sum(olah(), "a", "e") + path_sum(olah(), "b", "e")
    assert marked.graph["source"] is ROOTS
    assert {node for node, data in marked.nodes(data=True) if "source_seed" in data} == {"a", "b"}
    assert marked.graph["target"] == "e"
    assert annotate(olah(), ROOTS, LEAVES).graph["total"] == annotate(olah()).graph["total"]
    assert picture_of(marked).legend[0].startswith("from the roots to e: 3 paths; total ")


@pytest.mark.parametrize("cycles", ["collapse", "solve"])
def test_several_ends_on_cycles(cycles: str) -> None:
    graph = weighted(
        [("s", "a", 0.5), ("a", "b", 0.25), ("b", "a", 0.5), ("b", "t", 2.0), ("r", "b", 3.0), ("a", "t", 1.0)]
    )
    marked = annotate(graph, ["s", "r"], "t", cycles=cycles)
    whole = annotate(with_one_end_each(graph, {"s": 1.0, "r": 1.0}, {}), "before", "t", cycles=cycles)
    assert marked.graph["total"] == about(whole.graph["total"])
    for edge in graph.edges:
        assert marked.edges[edge].get("contribution", 0) == about(whole.edges[edge].get("contribution", 0))


def test_the_picture_marks_and_names_every_end() -> None:
    graph = weighted([("s", "a", 2), ("r", "a", 3), ("a", "t", 5), ("a", "u", 7), ("x", "a", 1)])
    picture = picture_of(annotate(graph, ["s", "r"], ["t", "u"]))
    assert {node.name for node in picture.nodes if node.is_source} == {"s", "r"}
    assert {node.name for node in picture.nodes if node.is_target} == {"t", "u"}
    assert picture.legend[0] == "s and r lead to t and u by 4 paths; total 60"
    assert (picture.facts["source"], picture.facts["target"]) == ("s and r", "t and u")
    lone = picture_of(annotate(graph, ["t", "u"], ["s", "x"]))
    assert [(node.name, node.is_source, node.is_target) for node in lone.nodes] == [
        ("t", True, False), ("u", True, False), ("s", False, True), ("x", False, True)
    ]  # fmt: skip
    weighed = picture_of(annotate(graph, {"s": 2, "r": -1}, "t"))
    assert weighed.legend[0] == "s and r (weighted) lead to t by 2 paths; total 5"


@pytest.mark.parametrize("suffix", ["json", "dot", "graphml"])
def test_several_ends_come_back_from_a_file(tmp_path: Path, suffix: str) -> None:
    graph = weighted([("s", "a", 2), ("r", "a", 3), ("a", "t", 5)])
    marked, path = annotate(graph, ["s", "r"], "t"), tmp_path / f"graph.{suffix}"
    write(marked, path)
    again = read(path)
    assert (again.graph["source"], again.graph["target"], again.graph["total"]) == ("s and r", "t", 25)
    assert picture_of(again).legend[0].endswith(" to t by 2 paths; total 25")


def test_derivatives_of_several_outputs() -> None:
    traced = trace("c = a * b; d = a + b", a=2, b=3)
    lines = [line for node in picture_of(annotate(traced, target=["c", "d"])).nodes for line in node.lines]
    assert "∂(c and d)/∂a = 4" in lines
