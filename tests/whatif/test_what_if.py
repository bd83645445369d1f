"""`what_if`: a total before and after changes, against the same changes made with networkx and every path listed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import networkx as nx
import numpy as np
import pytest
from graphs import (
    FRACTIONS,
    SEVERAL,
    contractions,
    dags,
    diamonds,
    edge_names,
    inverse_totals,
    olah,
    parallel_chain,
    path_sum,
    queries,
    walks,
    ways,
    weighted,
)
from hypothesis import assume, given
from hypothesis import strategies as st

import graphdiff as gd

Query = tuple[nx.MultiDiGraph, Any, Any]
NUMBERS = st.integers(-3, 3) | st.floats(-3, 3)
Changes = dict[str, Any]


@st.composite
def changes(draw: Callable[..., Any], graph: nx.MultiDiGraph, ends: tuple[Any, ...]) -> Changes:
    """Draw changes of every kind that leave a DAG a DAG and its ends alone."""
    order = list(nx.topological_sort(graph))
    nodes = draw(st.lists(st.sampled_from(order), max_size=2, unique=True)) if order else []
    nodes = [node for node in nodes if node not in ends]
    staying = [edge for edge in edge_names(graph) if not {edge[0], edge[1]} & set(nodes)]
    removed = draw(st.lists(st.sampled_from(staying), max_size=3, unique=True)) if staying else []
    left = [edge for edge in staying if edge not in removed]
    touched = draw(st.lists(st.sampled_from(left), max_size=3, unique=True)) if left else []
    order = [*(node for node in order if node not in nodes), "a new node"]
    pairs = [(order[i], order[j]) for j in range(len(order)) for i in range(j)]
    added = draw(st.lists(st.tuples(st.sampled_from(pairs), FRACTIONS), max_size=3)) if pairs else []
    return {
        "remove_nodes": nodes,
        "remove_edges": removed,
        "reweight": {edge: draw(FRACTIONS) for edge in touched},
        "add_edges": [(*pair, weight) for pair, weight in added],
    }


def changed(graph: nx.DiGraph, asked: Changes) -> nx.DiGraph:
    """Return the graph with the changes made by networkx."""
    result = graph.copy()
    result.remove_edges_from(asked.get("remove_edges", ()))
    result.remove_nodes_from(asked.get("remove_nodes", ()))
    for edge, weight in asked.get("reweight", {}).items():
        result.edges[edge]["weight"] = weight
    for tail, head, weight in asked.get("add_edges", ()):
        result.add_edge(tail, head, weight=weight)
    return result


def simplest(graph: nx.DiGraph, edge: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the edge without its key where it is alone."""
    return edge[:2] if graph.number_of_edges(*edge[:2]) == 1 else edge


@SEVERAL
@given(data=st.data(), query=ways(FRACTIONS, max_nodes=6, max_more=7) | queries(dags(FRACTIONS)))
def test_any_changes_together_are_those_of_the_changed_graph(data: st.DataObject, query: Query) -> None:
    graph, source, target = query
    asked = data.draw(changes(graph, (source, target)))
    before = graph.copy()
    named = {**asked, "remove_edges": [simplest(graph, edge) for edge in asked["remove_edges"]]}
    found = gd.what_if(graph, source, target, **named)
    after = changed(graph, asked)
    assert (found.before, found.after) == (path_sum(graph, source, target), path_sum(after, source, target))
    assert found.change == found.after - found.before
    assert found.n_paths_before == len(walks(graph, source, target))
    assert found.n_paths == len(walks(after, source, target))
    reached = [nx.descendants(one, source) | {source} for one in (graph, after)]
    assert set(found.no_longer_reached) == reached[0] - reached[1] - set(asked["remove_nodes"])
    assert set(found.newly_reached) == reached[1] - reached[0]
    assert nx.utils.graphs_equal(graph, before)


@SEVERAL
@given(data=st.data(), query=ways(FRACTIONS, max_nodes=6, max_more=7) | queries(dags(FRACTIONS)))
def test_each_change_alone_is_what_it_does_alone(data: st.DataObject, query: Query) -> None:
    graph, source, target = query
    asked = data.draw(changes(graph, (source, target)))
    found = gd.what_if(graph, source, target, **asked)
    kinds = {"remove node": "remove_nodes", "remove edge": "remove_edges", "add edge": "add_edges"}
    total = path_sum(graph, source, target)
    for change in found.changes:
        if change.what == "reweight":
            one: Changes = {"reweight": {change.item: change.weight_after}}
        elif change.what == "add edge":
            one = {"add_edges": [(*change.item[:2], change.weight_after)]}
        else:
            one = {kinds[change.what]: [change.item]}
        assert change.alone == path_sum(changed(graph, one), source, target) - total


@SEVERAL
@given(data=st.data(), query=ways(NUMBERS, max_nodes=6, max_more=7) | queries(dags()))
def test_ints_and_floats_take_the_changes_too(data: st.DataObject, query: Query) -> None:
    graph, source, target = query
    asked = data.draw(changes(graph, (source, target)))
    found = gd.what_if(graph, source, target, **asked)
    after = changed(graph, asked)
    exact = after.copy()
    for edge in edge_names(after):
        exact.edges[edge]["weight"] = Fraction(after.edges[edge]["weight"])
    assert float(found.after) == pytest.approx(float(path_sum(exact, source, target)), rel=1e-12, abs=1e-9)
    assert float(found.before + found.change) == pytest.approx(float(found.after), rel=1e-12, abs=1e-9)


@SEVERAL
@given(query=queries(contractions()), data=st.data())
def test_solved_cycles(query: Query, data: st.DataObject) -> None:
    graph, source, target = query
    edges = edge_names(graph)
    assume(edges)
    removed = data.draw(st.lists(st.sampled_from(edges), max_size=3, unique=True))
    left = [edge for edge in edges if edge not in removed]
    smaller = {edge: graph.edges[edge]["weight"] / 2 for edge in left[:1]}
    asked = {"remove_edges": removed, "reweight": smaller}
    found = gd.what_if(graph, source, target, cycles="solve", **asked)
    assert found.before == inverse_totals(graph)[source, target]
    assert found.after == inverse_totals(changed(graph, asked))[source, target]
    assert found.change == found.after - found.before


def collapsed(graph: nx.DiGraph, source: Any, target: Any) -> Fraction:
    """Return the total where each strongly connected component is one node, by networkx."""
    parts = nx.condensation(nx.DiGraph(graph))
    place = parts.graph["mapping"]
    small = nx.MultiDiGraph()
    small.add_nodes_from(parts)
    for tail, head, weight in graph.edges(data="weight"):
        if place[tail] != place[head]:
            small.add_edge(place[tail], place[head], weight=weight)
    return Fraction(path_sum(small, place[source], place[target]))


@SEVERAL
@given(query=queries(contractions()), data=st.data())
def test_collapsed_cycles_are_found_anew(query: Query, data: st.DataObject) -> None:
    graph, source, target = query
    edges = edge_names(graph)
    assume(edges)
    asked: Changes = {
        "remove_edges": data.draw(st.lists(st.sampled_from(edges), max_size=3, unique=True)),
        "add_edges": [
            (*pair, 1) for pair in data.draw(st.lists(st.tuples(*[st.sampled_from(list(graph))] * 2), max_size=2))
        ],
    }
    after = changed(graph, asked)
    place = [nx.condensation(nx.DiGraph(one)).graph["mapping"] for one in (graph, after)]
    assume(source == target or all(one[source] != one[target] for one in place))
    found = gd.what_if(graph, source, target, cycles="collapse", **asked)
    assert found.before == collapsed(graph, source, target)
    assert found.after == collapsed(after, source, target)
    assert found.change == found.after - found.before
    for change in found.changes:
        if change.alone is not None:
            one: Changes = (
                {"remove_edges": [change.item]}
                if change.what == "remove edge"
                else {"add_edges": [(*change.item[:2], 1)]}
            )
            assert change.alone == collapsed(changed(graph, one), source, target) - found.before


@SEVERAL
@given(data=st.data(), query=ways(NUMBERS, max_nodes=6, max_more=7) | queries(dags()))
def test_even_keeps_the_other_weights_or_counts_them_anew(data: st.DataObject, query: Query) -> None:
    graph, source, target = query
    asked = data.draw(changes(graph, (source, target)))
    asked = {"remove_nodes": asked["remove_nodes"], "remove_edges": asked["remove_edges"]}
    extra = data.draw(st.booleans()) and "a new node" not in graph
    asked["add_edges"] = [(source, "a new node")] if extra else []
    found = gd.what_if(graph, source, target, weight=gd.weights.even, exact=True, **asked)
    after = changed(graph, {**asked, "add_edges": [(*edge, None) for edge in asked["add_edges"]]})
    degrees = dict(graph.out_degree)
    kept, anew = after.copy(), after.copy()
    for edge in edge_names(after):
        old = degrees[edge[0]] if edge in graph.edges else after.out_degree(edge[0])
        kept.edges[edge]["weight"] = Fraction(1, old)
        anew.edges[edge]["weight"] = Fraction(1, after.out_degree(edge[0]))
    assert found.after == path_sum(kept, source, target)
    assert (found.after if found.recounted is None else found.recounted) == path_sum(anew, source, target)


class TestReadings:
    G = weighted([("a", "b", 1), ("a", "c", 1), ("b", "t", 1), ("c", "t", 1)])

    def test_under_even_a_removed_edge_leaks_or_its_part_goes_to_the_others(self) -> None:
        found = gd.what_if(self.G, "a", "t", remove_edges=[("a", "b")], weight=gd.weights.even)
        assert (found.before, found.after, found.recounted) == (1.0, 0.5, 1.0)
        assert (found.n_paths_before, found.n_paths) == (2, 1)
        assert found.no_longer_reached == ["b"]
        assert "after, weights counted anew" in str(found)

    def test_under_unit_there_is_one_reading(self) -> None:
        assert gd.what_if(self.G, "a", "t", remove_edges=[("a", "b")], weight=None).recounted is None

    def test_an_attribute_called_even_is_no_preset(self) -> None:
        graph = nx.DiGraph()
        graph.add_edge("a", "t", even=0.25)
        graph.add_edge("a", "b", even=0.25)
        assert gd.what_if(graph, "a", "t", remove_edges=[("a", "b")], weight="even").recounted is None

    def test_a_new_edge_takes_the_preset_or_its_own_weight(self) -> None:
        found = gd.what_if(self.G, "a", "t", add_edges=[("a", "t")], weight=gd.weights.even)
        assert (found.after, found.recounted) == (1 + 1 / 3, 1)
        assert found.changes[0].weight_after == 1 / 3
        found = gd.what_if(self.G, "a", "t", add_edges=[("a", "t", 0.5)], weight=gd.weights.even)
        assert (found.after, found.recounted) == (1.5, pytest.approx(2 / 3 + 0.5))


def test_statements_are_counted_anew_too() -> None:
    graph = nx.DiGraph()
    for tail, head, statements in (("a", "b", 1), ("a", "c", 3), ("b", "t", 1), ("c", "t", 2)):
        graph.add_edge(tail, head, statements=statements, imports=0.5)
    found = gd.what_if(graph, "a", "t", remove_edges=[("a", "b")], weight=gd.weights.imports)
    assert (found.before, found.after, found.recounted) == (1.0, 0.75, 1.0)
    found = gd.what_if(graph, "a", "t", add_edges=[("a", "t")], weight=gd.weights.imports)
    assert (found.after, found.recounted) == (1.2, 1.0)
    assert gd.what_if(graph, "a", "t", remove_edges=[("a", "b")], weight="imports").recounted is None


def test_a_small_change_of_a_large_total_keeps_its_digits() -> None:
    graph = weighted([("s", "a", 1e20), ("a", "t", 1.0), ("s", "b", 3.0), ("b", "t", 1 / 3)])
    found = gd.what_if(graph, "s", "t", remove_edges=[("s", "b")])
    assert found.before == found.after == 1e20
    assert found.change == -1.0
    assert " together, more than the change, which is computed by itself; exact=True" in " ".join(str(found).split())
    assert "can be off" not in str(gd.what_if(graph, "s", "t", remove_edges=[("s", "a")]))
    assert "can be off" not in str(gd.what_if(graph, "s", "t", remove_edges=[("s", "b")], exact=True))


def test_names_keep_their_letters_in_the_headline() -> None:
    graph = weighted([("x", "y", 2)])
    assert str(gd.what_if(graph, "x", "y", reweight={("x", "y"): 1})).startswith("With x -> y of 1 instead of 2:\n")


def test_changes_in_series_share_their_change() -> None:
    found = gd.what_if(olah(), "b", "e", remove_edges=[("b", "c"), ("c", "e")])
    assert (found.change, found.alone) == (-2, -4)
    assert "Changes in series share their change" in str(found)
    apart = gd.what_if(olah(), "b", "e", remove_edges=[("b", "c"), ("b", "d")])
    assert (apart.change, apart.alone) == (-5, -5)
    assert "share" not in str(apart)


def test_counts_beyond_every_float() -> None:
    found = gd.what_if(diamonds(1100), 0, 3300, remove_edges=[(0, 1)])
    assert found.change == -(2**1099)
    assert found.n_paths == 2**1099
    assert "in per cent" in str(found)


@pytest.mark.parametrize("third", [1, Fraction(1, 3)])
def test_no_report_prints_hundreds_of_digits(third: Any) -> None:
    graph = nx.MultiDiGraph()
    graph.add_weighted_edges_from((node, node + 1, 100 * third) for node in range(700) for _ in range(3))
    other = graph.copy()
    other.remove_edge(3, 4, 0)
    other.add_edge(0, 700, weight=third)
    ends = 0, 700
    for result in (
        gd.what_if(graph, *ends, remove_edges=[(3, 4, 0), (5, 6, 0)]),
        gd.sensitivities(graph, *ends),
        gd.cut(graph, *ends, part=0.5),
        gd.compare(graph, other, *ends),
        gd.compare(graph, other, 0),
        gd.explain(graph, *ends),
    ):
        assert not re.search(r"\d{25}", str(result)), type(result)
        assert "about " in str(result)
        assert re.search(r"\d{300}", json.dumps(result.to_dict())), type(result)


def test_the_report_of_a_dependency_speaks_of_packages() -> None:
    graph = nx.DiGraph(edge_meaning="depends on", node_meaning="packages")
    graph.add_edges_from([("a", "b"), ("b", "c"), ("a", "c")])
    found = gd.what_if(graph, "a", "c", remove_nodes=["b"], weight=None)
    assert str(found).startswith("Without b:\na rests on c by 1 path still (before: 2).")
    none = gd.what_if(graph, "a", "c", remove_nodes=["b"], remove_edges=[("a", "c")], weight=None)
    assert "a does not rest on c any more (paths before: 2)." in str(none)
    assert "No longer reached from a (1 package): c" in str(none)
    assert "influence" not in str(found) + str(none)


def test_parallel_edges_are_told_apart_by_their_keys() -> None:
    graph = parallel_chain([2, 3, 5], [7])
    assert gd.what_if(graph, 0, 2, remove_edges=[(0, 1, 1)]).after == 49
    with pytest.raises(gd.errors.UsageError, match=r"3 parallel edges 0 -> 1: say which.* by its key: 0, 1, 2"):
        gd.what_if(graph, 0, 2, remove_edges=[(0, 1)])
    added = gd.what_if(graph, 0, 2, add_edges=[(0, 1, 1), (0, 1, 1)])
    assert (added.after, [change.item for change in added.changes]) == (84, [(0, 1, 3), (0, 1, 4)])


def test_a_compiled_graph_of_arrays() -> None:
    graph = gd.CompiledGraph.from_arrays([0, 0, 1, 1], [1, 2, 2, 2], np.array([2.0, 3.0, 5.0, 1.0]))
    found = gd.what_if(graph, 0, 2, remove_edges=[(0, 2)], add_edges=[(0, 3, 2.0), (3, 2, 0.5)])
    assert (found.before, found.after, found.new_nodes) == (15.0, 13.0, [3])
    assert gd.what_if(graph, 0, 2, add_edges=[("x", 2, 1.0)]).new_nodes == ["x"]
    with pytest.raises(gd.errors.UsageError, match=r"2 parallel edges 1 -> 2: say which.* by its key: 0, 1"):
        gd.what_if(graph, 0, 2, remove_edges=[(1, 2)])


def test_exact_floats_stay_exact() -> None:
    graph = weighted([("a", "b", 0.1), ("b", "c", 0.3)])
    found = gd.what_if(graph, "a", "c", reweight={("a", "b"): 0.2}, exact=True)
    assert found.after == Fraction(0.2) * Fraction(0.3)
    assert found.change == (Fraction(0.2) - Fraction(0.1)) * Fraction(0.3)
    even = gd.what_if(graph, "a", "c", reweight={("a", "b"): 0.1}, exact=True, weight=gd.weights.even)
    assert even.after == Fraction(0.1)


def test_symbols() -> None:
    sympy = pytest.importorskip("sympy")
    x, y, z = sympy.symbols("x y z")
    found = gd.what_if(weighted([("a", "b", x), ("b", "c", y)]), "a", "c", reweight={("b", "c"): z})
    assert sympy.expand(found.change - (x * z - x * y)) == 0
    assert "x*z" in str(found)


def test_no_change_changes_nothing() -> None:
    found = gd.what_if(olah(), "b", "e")
    assert (found.before, found.after, found.change, found.changes) == (5, 5, 0, [])
    assert str(found).startswith("No change:")


def test_a_cycle_that_an_edge_makes_is_refused_or_collapsed() -> None:
    graph = weighted([("s", "a", 1), ("a", "b", 1), ("b", "t", 1)])
    with pytest.raises(gd.errors.CycleError, match="the graph has a cycle: a -> b -> a"):
        gd.what_if(graph, "s", "t", add_edges=[("b", "a", 1)])
    found = gd.what_if(graph, "s", "t", add_edges=[("b", "a", 1)], cycles="collapse")
    assert (found.before, found.after, found.changes[0].alone) == (1, 1, None)


def test_a_cycle_off_the_way_is_no_reason_to_refuse() -> None:
    graph = weighted([("s", "t", 2), ("s", "a", 1), ("a", "b", 1), ("b", "a", 1)])
    found = gd.what_if(graph, "s", "t", remove_edges=[("b", "a")], add_edges=[("a", "x", 1)])
    assert (found.before, found.after, found.change) == (2, 2, 0)
    found = gd.what_if(graph, "s", "t", add_edges=[("a", "c", 1)])
    assert (found.change, found.newly_reached, found.new_nodes) == (0, ["c"], ["c"])


def test_the_record_is_plain_and_the_table_has_a_row_a_change() -> None:
    pytest.importorskip("pandas")
    found = gd.what_if(olah(), "b", "e", remove_nodes=["c"], reweight={("d", "e"): Fraction(1, 3)})
    record = json.loads(json.dumps(found.to_dict()))
    assert record["after"] == "1/3"
    assert record["changes"][0] == {
        "what": "remove node",
        "node": "c",
        "weight_before": None,
        "weight_after": None,
        "alone": -2,
    }
    assert list(found.to_pandas()["what"]) == ["remove node", "reweight"]
    assert repr(found) == "<what if: 5 becomes 1/3, change -14/3>"
    assert "&gt;" in gd.what_if(olah(), "b", "e", remove_edges=[("d", "e")])._repr_html_()


#: What cannot be changed, and what the error says.
MISTAKES: dict[str, tuple[Changes, type[Exception], str]] = {
    "unknown node": ({"remove_nodes": ["z"]}, gd.errors.UnknownNodeError, "no node 'z'"),
    "an end": ({"remove_nodes": ["b"]}, gd.errors.UsageError, "'b' cannot be removed: the question is about it"),
    "unknown edge": (
        {"remove_edges": [("b", "e")]},
        gd.errors.UnknownEdgeError,
        "no edge 'b' -> 'e'; 'b' leads to 'c', 'd'",
    ),
    "edge of a leaf": ({"remove_edges": [("e", "e")]}, gd.errors.UnknownEdgeError, "none leaves 'e'"),
    "edge turned round": ({"remove_edges": [("c", "b")]}, gd.errors.UnknownEdgeError, "one the other way"),
    "key without keys": (
        {"remove_edges": [("b", "c", 0)]},
        gd.errors.UnknownEdgeError,
        r"no edge 'b' -> 'c' \(key 0\)",
    ),
    "one edge for a list": ({"remove_edges": ("b", "c")}, gd.errors.UsageError, "'b' is no edge: a list of edges"),
    "one node for a list": ({"remove_nodes": "c"}, gd.errors.UsageError, "remove_nodes=.c.: a list is needed"),
    "removed and reweighted": (
        {"remove_edges": [("b", "c")], "reweight": {("b", "c"): 1}},
        gd.errors.UsageError,
        "'b' -> 'c' is removed too",
    ),
    "edge of a removed node": (
        {"remove_nodes": ["c"], "remove_edges": [("b", "c")]},
        gd.errors.UsageError,
        "'b' -> 'c' goes with the removed node 'c'",
    ),
    "edge to a removed node": (
        {"remove_nodes": ["c"], "add_edges": [("b", "c", 1)]},
        gd.errors.UsageError,
        "touches the removed node 'c'",
    ),
    "edge that is there": ({"add_edges": [("b", "c", 1)]}, gd.errors.UsageError, "is there already: reweight it"),
    "added twice": ({"add_edges": [("b", "e", 1), ("b", "e", 2)]}, gd.errors.UsageError, "is there already"),
    "added without a weight": ({"add_edges": [("b", "e")]}, gd.errors.UsageError, "needs a weight"),
    "no triple": ({"add_edges": ["be"]}, gd.errors.UsageError, "'be' is no edge to add"),
    "no hashable": ({"add_edges": [("b", [1], 1)]}, gd.errors.UsageError, r"\[1\] cannot be a node"),
    "no mapping": ({"reweight": [("b", "c")]}, gd.errors.UsageError, "reweight takes a mapping"),
    "text for a weight": ({"reweight": {("b", "c"): "1"}}, gd.errors.WeightError, "is '1', not a finite number"),
    "NaN": ({"add_edges": [("b", "e", float("nan"))]}, gd.errors.WeightError, "is nan, not a finite number"),
    "kinds that do not mix": (
        {"reweight": {("b", "c"): __import__("decimal").Decimal(1), ("c", "e"): Fraction(1, 2)}},
        gd.errors.WeightError,
        "do not mix",
    ),
    "an int that floats round": (
        {"reweight": {("b", "c"): 2**60, ("c", "e"): 0.5}},
        gd.errors.WeightError,
        "above 2\\*\\*53",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_what_cannot_be_changed_is_said(name: str) -> None:
    asked, error, text = MISTAKES[name]
    with pytest.raises(error, match=text):
        gd.what_if(olah(), "b", "e", **asked)


def test_the_way_of_the_backdoor(test_data: Any) -> None:
    """The xz story: without the patch that made openssh-server load libsystemd0."""
    graph = gd.read(test_data.parents[1] / "data" / "openssh-server.Packages")
    even = gd.compile(graph, weight=gd.weights.even, cycles="collapse")
    found = gd.what_if(even, "openssh-server", "liblzma5", remove_edges=[("libsystemd0", "liblzma5")])
    assert (found.n_paths_before, found.n_paths, found.no_longer_reached) == (26, 24, [])
    assert float(found.relative) == pytest.approx(-0.7788, abs=5e-5)
    direct = gd.what_if(even, "openssh-server", "liblzma5", remove_edges=[("openssh-server", "libsystemd0")])
    assert direct.n_paths == 25
    assert float(direct.relative) == pytest.approx(-0.70796, abs=5e-5)


@given(
    graph=dags(st.integers(-3, 4), max_edges=8, max_nodes=6), seeds=st.lists(st.integers(-2, 5), min_size=2, max_size=2)
)
def test_a_node_that_a_mapping_gives_a_weight_is_gone_with_what_ends_there(
    graph: nx.MultiDiGraph, seeds: list[int]
) -> None:
    """As on a graph with one node more, to which the targets lead."""
    order = list(nx.topological_sort(graph))
    assume(len(order) >= 3)
    targets = dict(zip(order[-2:], seeds, strict=True))
    larger = graph.copy()
    larger.add_weighted_edges_from((node, "sink", seed) for node, seed in targets.items())
    for removed in order[1:]:
        answer = gd.what_if(graph, order[0], targets, remove_nodes=[removed])
        rest = larger.copy()
        rest.remove_node(removed)
        assert (answer.before, answer.after) == (path_sum(larger, order[0], "sink"), path_sum(rest, order[0], "sink"))
        assert answer.change == answer.changes[0].alone == answer.after - answer.before
    with pytest.raises(gd.errors.UsageError, match="cannot be removed: the question is about it"):
        gd.what_if(graph, order[0], order[-1], remove_nodes=order[-1:])
