"""Every cell of the table of cycle policies: what is refused, what is merged, what is summed."""

from __future__ import annotations

import gzip
import json
import warnings
from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pytest
import sympy
from graphs import ENGINES, METHODS, contractions, engine, influence, inverse_totals, queries, walks, weighted
from hypothesis import given

import graphdiff as gd

if TYPE_CHECKING:
    from pathlib import Path

HALF = Fraction(1, 2)
CYCLE = frozenset({"b", "c"})
SWEEPS = ("forward", "reverse", "auto")


@pytest.fixture(scope="module", params=ENGINES, autouse=True)
def each_engine(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run everything here twice: in plain Python and in the kernels."""
    with engine(request.param):
        yield


def around() -> nx.DiGraph:
    """Return a -> (b <-> c) -> d with a way round, and a part e -> f that no cycle touches.

    Of the cycle's walks b -> c -> b, each turn is worth 1/2 * 1/3 = 1/6.
    """
    return weighted(
        [
            ("a", "b", 2),
            ("b", "c", HALF),
            ("c", "b", Fraction(1, 3)),
            ("b", "d", 5),
            ("c", "d", 7),
            ("a", "d", 11),
            ("e", "f", 13),
            ("e", "d", 17),
            ("a", "f", 19),
        ]
    )


def with_self_loop(weight: Any = HALF) -> nx.DiGraph:
    """Return a -> b -> c where b has an edge to itself."""
    return weighted([("a", "b", 2), ("b", "b", weight), ("b", "c", 3)])


class TestRaise:
    """The default: refused only where a cycle lies on a way asked about."""

    @pytest.mark.parametrize("source", ["a", "b", "c"])
    def test_forward_is_refused_where_the_source_reaches_a_cycle(self, source: str) -> None:
        with pytest.raises(gd.errors.CycleError, match=r"b -> c -> b|c -> b -> c"):
            gd.forward(around(), source)

    @pytest.mark.parametrize("source", ["d", "e", "f"])
    def test_forward_elsewhere_is_the_sum(self, source: str) -> None:
        totals = inverse_totals(around())
        assert gd.forward(around(), source) == {node: totals[source, node] for node in around()}

    @pytest.mark.parametrize("target", ["b", "c", "d"])
    def test_reverse_is_refused_where_a_cycle_reaches_the_target(self, target: str) -> None:
        with pytest.raises(gd.errors.CycleError, match=r"b -> c -> b|c -> b -> c"):
            gd.reverse(around(), target)

    @pytest.mark.parametrize("target", ["a", "e", "f"])
    def test_reverse_elsewhere_is_the_sum(self, target: str) -> None:
        totals = inverse_totals(around())
        assert gd.reverse(around(), target) == {node: totals[node, target] for node in around()}

    @pytest.mark.parametrize("method", METHODS)
    def test_a_pair_is_refused_where_a_cycle_lies_between(self, method: str) -> None:
        for source, target in product("abc", "bcd"):
            with pytest.raises(gd.errors.CycleError, match="the graph has a cycle"):
                gd.total_influence(around(), source, target, method=method)

    @pytest.mark.parametrize("method", METHODS)
    def test_any_other_pair_is_the_sum(self, method: str) -> None:
        totals = inverse_totals(around())
        between = set(product("abc", "bcd"))
        for pair in set(product(around(), repeat=2)) - between:
            assert gd.total_influence(around(), *pair, method=method) == totals[pair]

    def test_jacobian_is_refused_where_a_cycle_lies_between(self) -> None:
        with pytest.raises(gd.errors.CycleError, match="the graph has a cycle"):
            gd.jacobian(around())
        with pytest.raises(gd.errors.CycleError, match="the graph has a cycle"):
            gd.jacobian(around(), sources=["a", "e"], targets=["d", "f"])

    def test_jacobian_elsewhere_is_the_sum(self) -> None:
        assert gd.jacobian(around(), sources=["a", "e"], targets=["f"]).array.tolist() == [[19, 13]]
        assert gd.jacobian(around(), sources=["e"], targets=["d", "f"]).array.tolist() == [[17], [13]]

    @pytest.mark.parametrize("question", ["count_paths", "strongest_paths", "edge_contributions", "node_contributions"])
    def test_paths_and_shares_follow_the_same_rule(self, question: str) -> None:
        ask = getattr(gd, question)
        with pytest.raises(gd.errors.CycleError, match="the graph has a cycle"):
            ask(around(), "a", "d")
        ask(around(), "e", "d")

    def test_listing_follows_the_same_rule(self) -> None:
        with pytest.raises(gd.errors.CycleError, match="the graph has a cycle"):
            list(gd.iter_paths(around(), "a", "d"))
        (path,) = gd.iter_paths(around(), "a", "f")
        assert (path.nodes, path.edges, path.influence) == (("a", "f"), (("a", "f"),), 19)

    def test_counts_of_one_end_follow_the_sweeps(self) -> None:
        with pytest.raises(gd.errors.CycleError, match="the graph has a cycle"):
            gd.count_paths(around(), source="a")
        with pytest.raises(gd.errors.CycleError, match="the graph has a cycle"):
            gd.count_paths(around(), target="d")
        assert gd.count_paths(around(), source="e")["f"] == 1
        assert gd.count_paths(around(), target="f")["a"] == 1

    def test_a_self_loop_is_a_cycle(self) -> None:
        with pytest.raises(gd.errors.CycleError, match="b -> b"):
            gd.total_influence(with_self_loop(), "a", "c")
        with pytest.raises(gd.errors.CycleError, match="b -> b"):
            gd.total_influence(with_self_loop(), "b", "b")
        assert gd.total_influence(with_self_loop(), "c", "c") == 1

    def test_the_error_names_the_cycle_and_what_each_remedy_does(self) -> None:
        graph = weighted([("a", "b", 0.25), ("b", "a", 1.0)])
        with pytest.raises(gd.errors.CycleError, match="the graph has a cycle") as caught:
            gd.total_influence(graph, "a", "b")
        assert caught.value.cycle in (["a", "b", "a"], ["b", "a", "b"])
        text = str(caught.value)
        assert "\n" not in text
        assert 'cycles="solve"' in text
        assert "spectral radius 0.5" in text
        assert 'cycles="collapse"' in text

    def test_a_long_cycle_is_named_in_short(self) -> None:
        ring = weighted([(i, (i + 1) % 500, 0.5) for i in range(500)])
        with pytest.raises(gd.errors.CycleError, match="more") as caught:
            gd.forward(ring, 0)
        assert len(str(caught.value)) < 400
        assert caught.value.cycle[0] == caught.value.cycle[-1]
        assert all(ring.has_edge(*edge) for edge in nx.utils.pairwise(caught.value.cycle))

    @given(graph=contractions())
    def test_the_rule_over_generated_graphs(self, graph: nx.MultiDiGraph) -> None:
        totals = inverse_totals(graph)
        reach = {node: {node} | nx.descendants(graph, node) for node in graph}
        rings = [part for part in nx.strongly_connected_components(graph) if is_ring(graph, part)]
        compiled = gd.compile(graph)
        for source, target in product(graph, repeat=2):
            between = any(part & reach[source] and target in reach[next(iter(part))] for part in rings)
            if between:
                with pytest.raises(gd.errors.CycleError, match="the graph has a cycle"):
                    gd.total_influence(compiled, source, target)
            else:
                assert gd.total_influence(compiled, source, target) == totals[source, target]


def is_ring(graph: nx.DiGraph, component: set[Any]) -> bool:
    """Return whether a strongly connected component has a cycle."""
    return len(component) > 1 or any(graph.has_edge(node, node) for node in component)


def condensed(graph: nx.DiGraph) -> tuple[nx.MultiDiGraph, dict[Any, int]]:
    """Return the graph of components with every edge between them kept, and each node's component.

    networkx's own condensation drops the weights and merges parallel edges.
    """
    member = {}
    for index, component in enumerate(nx.strongly_connected_components(graph)):
        member |= dict.fromkeys(component, index)
    quotient = nx.MultiDiGraph()
    quotient.add_nodes_from(member.values())
    for tail, head, weight in graph.edges(data="weight"):
        if member[tail] != member[head]:
            quotient.add_edge(member[tail], member[head], weight=weight)
    return quotient, member


class TestCollapse:
    """gprof's rule: a component is one node, inner edges carry nothing, each member reads its value."""

    def test_forward_into_the_cycle(self) -> None:
        assert gd.forward(around(), "a", cycles="collapse") == {
            "a": 1,
            "b": 2,
            "c": 2,
            "d": 2 * (5 + 7) + 11,
            "e": 0,
            "f": 19,
        }

    @pytest.mark.parametrize("member", ["b", "c"])
    def test_forward_from_a_member_is_from_the_component(self, member: str) -> None:
        result = gd.forward(around(), member, cycles="collapse")
        assert (result["b"], result["c"], result["d"], result["a"]) == (1, 1, 12, 0)

    def test_reverse_through_the_cycle(self) -> None:
        assert gd.reverse(around(), "d", cycles="collapse") == {
            "a": 35,
            "b": 12,
            "c": 12,
            "d": 1,
            "e": 17,
            "f": 0,
        }

    def test_seeds_of_two_members_add(self) -> None:
        assert gd.forward(around(), {"b": 2, "c": 3}, cycles="collapse")["d"] == 60
        assert gd.reverse(around(), {"b": 2, "c": 3}, cycles="collapse")["a"] == 10

    @pytest.mark.parametrize("method", METHODS)
    def test_pairs(self, method: str) -> None:
        def total(source: str, target: str) -> Any:
            return gd.total_influence(around(), source, target, method=method, cycles="collapse")

        assert (total("a", "d"), total("a", "b"), total("a", "c")) == (35, 2, 2)
        assert (total("b", "d"), total("c", "d"), total("d", "b")) == (12, 12, 0)

    @pytest.mark.parametrize("method", METHODS)
    def test_two_members_cannot_be_told_apart(self, method: str) -> None:
        with pytest.raises(gd.errors.SameComponentError, match=r"; graphdiff\.routes says how they lead"):
            gd.total_influence(around(), "b", "c", method=method, cycles="collapse")

    @pytest.mark.parametrize("method", METHODS)
    def test_a_member_on_itself_is_1(self, method: str) -> None:
        for node in around():
            assert gd.total_influence(around(), node, node, method=method, cycles="collapse") == 1

    @pytest.mark.parametrize("method", METHODS)
    def test_a_self_loop_carries_nothing(self, method: str) -> None:
        graph = with_self_loop()
        assert gd.total_influence(graph, "a", "c", method=method, cycles="collapse") == 6
        assert gd.total_influence(graph, "b", "b", method=method, cycles="collapse") == 1

    def test_a_path_shows_the_component_and_the_original_edges(self) -> None:
        paths = {path.edges: path for path in gd.iter_paths(around(), "a", "d", cycles="collapse")}
        by_b = paths[("a", "b"), ("b", "d")]
        by_c = paths[("a", "b"), ("c", "d")]
        assert by_b.nodes == by_c.nodes == ("a", CYCLE, "d")
        assert (by_b.influence, by_c.influence, paths[(("a", "d"),)].influence) == (10, 14, 11)
        assert len(paths) == 3

    def test_a_node_with_a_self_loop_is_shown_as_itself(self) -> None:
        (path,) = gd.iter_paths(with_self_loop(), "a", "c", cycles="collapse")
        assert path.nodes == ("a", "b", "c")

    def test_a_path_that_begins_in_the_component(self) -> None:
        paths = list(gd.iter_paths(around(), "b", "d", cycles="collapse"))
        assert {path.edges for path in paths} == {(("b", "d"),), (("c", "d"),)}
        assert {path.nodes for path in paths} == {(CYCLE, "d")}

    def test_counts(self) -> None:
        assert gd.count_paths(around(), "a", "d", cycles="collapse") == 3
        assert gd.count_paths(around(), "b", "d", cycles="collapse") == 2
        counts = gd.count_paths(around(), source="a", cycles="collapse")
        assert {node: counts[node] for node in "abcdef"} == dict(zip("abcdef", (1, 1, 1, 3, 0, 1), strict=True))

    def test_strongest(self) -> None:
        strongest = gd.strongest_paths(around(), "a", "d", k=2, cycles="collapse")
        assert [path.influence for path in strongest] == [14, 11]
        assert strongest[0].nodes == ("a", CYCLE, "d")

    def test_contributions(self) -> None:
        edges = gd.edge_contributions(around(), "a", "d", cycles="collapse")
        assert edges.total == 35
        assert [edges[edge] for edge in (("a", "b"), ("b", "d"), ("c", "d"), ("a", "d"))] == [24, 10, 14, 11]
        assert edges.get(("b", "c"), 0) == edges.get(("c", "b"), 0) == 0
        assert gd.node_contributions(around(), "a", "d", cycles="collapse")["c"] == 24

    @given(graph=contractions())
    def test_every_pair_is_that_of_the_components(self, graph: nx.MultiDiGraph) -> None:
        quotient, member = condensed(graph)
        totals = inverse_totals(quotient)
        compiled = gd.compile(graph, cycles="collapse")
        for source, target in product(graph, repeat=2):
            if source != target and member[source] == member[target]:
                with pytest.raises(gd.errors.SameComponentError, match="on one cycle"):
                    gd.total_influence(compiled, source, target)
                continue
            expected = totals[member[source], member[target]]
            assert gd.total_influence(compiled, source, target) == expected
            assert gd.total_influence(compiled, source, target, method="naive") == expected
            counted = len(walks(quotient, member[source], member[target]))
            assert gd.count_paths(compiled, source, target) == counted

    def test_even_counts_the_edges_that_leave_the_component(self) -> None:
        graph = around()
        totals = gd.forward(graph, "b", weight=gd.weights.even, cycles="collapse")
        assert totals["d"] == 1.0
        graph.add_edge("c", "f")
        totals = gd.forward(graph, "b", weight=gd.weights.even, cycles="collapse")
        assert (totals["d"], totals["f"]) == pytest.approx((2 / 3, 1 / 3))
        assert gd.forward(graph, "a", weight=gd.weights.even, cycles="collapse")["c"] == pytest.approx(1 / 3)


class TestSolve:
    """Every node kept, walks summed exactly."""

    @given(graph=contractions())
    def test_sweeps_pairs_and_jacobian_are_the_inverse(self, graph: nx.MultiDiGraph) -> None:
        totals = inverse_totals(graph)
        compiled = gd.compile(graph, cycles="solve")
        nodes = list(graph)
        for node in nodes:
            assert gd.forward(compiled, node) == {other: totals[node, other] for other in nodes}
            assert gd.reverse(compiled, node) == {other: totals[other, node] for other in nodes}
        jacobian = gd.jacobian(compiled, sources=nodes, targets=nodes).array.tolist()
        assert jacobian == [[totals[source, target] for source in nodes] for target in nodes]

    @pytest.mark.parametrize("method", SWEEPS)
    @given(query=queries(contractions()))
    def test_floats_are_close_to_the_inverse(self, query: tuple[Any, Any, Any], method: str) -> None:
        graph, source, target = query
        expected = inverse_totals(graph)[source, target]
        for *_, data in graph.edges(data=True):
            data["weight"] = float(data["weight"])
        total = gd.total_influence(graph, source, target, method=method, cycles="solve")
        assert total == pytest.approx(float(expected), rel=1e-12, abs=1e-13)

    @pytest.mark.parametrize("method", SWEEPS)
    def test_a_node_on_a_cycle_acts_on_itself_more_than_once(self, method: str) -> None:
        def total(source: str, target: str) -> Any:
            return gd.total_influence(around(), source, target, method=method, cycles="solve")

        assert total("b", "b") == total("c", "c") == Fraction(6, 5)
        assert total("b", "c") == HALF * Fraction(6, 5)

    @pytest.mark.parametrize("method", SWEEPS)
    def test_a_self_loop_is_a_geometric_series(self, method: str) -> None:
        assert gd.total_influence(with_self_loop(), "a", "c", method=method, cycles="solve") == 12

    def test_seeds_on_the_cycle_add(self) -> None:
        totals = inverse_totals(around())
        result = gd.forward(around(), {"b": 2, "c": 3}, cycles="solve")
        assert result == {node: 2 * totals["b", node] + 3 * totals["c", node] for node in around()}

    def test_an_inverse_of_edges_both_ways_through_several_cycles(self) -> None:
        graph = weighted([(i, (i + 1) % 4, Fraction(1, i + 2)) for i in range(4)])
        graph.add_edge(3, 10, weight=5)
        graph.add_weighted_edges_from((10 + i, 10 + (i + 1) % 3, Fraction(-1, i + 2)) for i in range(3))
        totals = inverse_totals(graph)
        for pair in product(graph, repeat=2):
            assert gd.total_influence(graph, *pair, cycles="solve") == totals[pair]

    def test_infinitely_many_walks_are_neither_listed_nor_counted(self) -> None:
        with pytest.raises(gd.errors.CycleError, match="cycle"):
            list(gd.iter_paths(around(), "a", "d", cycles="solve"))
        with pytest.raises(gd.errors.CycleError, match="cycle"):
            gd.count_paths(around(), "a", "d", cycles="solve")
        assert len(list(gd.iter_paths(around(), "e", "d", cycles="solve"))) == 1
        assert gd.count_paths(around(), "e", "d", cycles="solve") == 1

    def test_the_naive_method_is_refused_with_them(self) -> None:
        with pytest.raises(gd.errors.CycleError, match="cycle"):
            gd.total_influence(around(), "a", "d", method="naive", cycles="solve")
        assert gd.total_influence(around(), "a", "f", method="naive", cycles="solve") == 19

    def test_the_strongest_are_walks(self) -> None:
        best = walks(around(), "a", "d", max_length=12)
        expected = sorted((influence(around(), walk) for walk in best), reverse=True)[:6]
        strongest = gd.strongest_paths(around(), "a", "d", k=6, cycles="solve")
        assert [path.influence for path in strongest] == expected
        assert all(influence(around(), path.edges) == path.influence for path in strongest)
        assert ("a", "b", "c", "b", "d") in {path.nodes for path in strongest}

    def test_shares_are_expected_crossings_and_may_exceed_1(self) -> None:
        graph = weighted([("a", "b", 1), ("b", "c", Fraction(9, 10)), ("c", "b", 1), ("c", "d", 1)])
        shares = gd.node_contributions(graph, "a", "d", cycles="solve").shares
        assert shares["b"] == 10
        assert gd.edge_contributions(graph, "a", "d", cycles="solve").shares["b", "c"] == 10

    @pytest.mark.parametrize("weights", [(2, 2), (2.0, 2.0), (8.0, 0.5), (-8.0, 0.5)])
    def test_a_spectral_radius_above_1_is_refused_with_the_number(self, weights: tuple[Any, Any]) -> None:
        graph = weighted([("a", "b", weights[0]), ("b", "a", weights[1]), ("b", "c", 1), ("x", "y", 3)])
        for source, target in (("a", "b"), ("a", "c"), ("b", "b")):
            with pytest.raises(gd.errors.GraphdiffError, match=r"spectral radius.* 2\b"):
                gd.total_influence(graph, source, target, cycles="solve")
        assert gd.total_influence(graph, "x", "y", cycles="solve") == 3

    @pytest.mark.parametrize("weight", [1, 1.0, 1 - 1e-12])
    def test_a_spectral_radius_of_1_is_refused(self, weight: float) -> None:
        ring = weighted([("a", "b", weight), ("b", "c", 1), ("c", "a", 1)])
        with pytest.raises(gd.errors.GraphdiffError, match=r"spectral radius.* (1|0\.999)"):
            gd.forward(ring, "a", cycles="solve")

    def test_a_spectral_radius_close_to_1_is_solved(self) -> None:
        graph = with_self_loop(1 - 2**-20)
        assert gd.total_influence(graph, "a", "c", cycles="solve") == pytest.approx(6 * 2**20, rel=1e-9)

    def test_large_norms_with_a_small_spectral_radius_are_solved(self) -> None:
        graph = weighted([("a", "b", 1000.0), ("b", "a", 0.0004), ("b", "c", 1.0)])
        total = gd.total_influence(graph, "a", "c", cycles="solve")
        assert total == pytest.approx(1000 / (1 - 0.4), rel=1e-12)

    def test_where_signs_cancel_there_is_a_total_but_no_strongest_walk(self) -> None:
        """The spectral radius is 0.6 * sqrt(2) = 0.85, that of the absolute weights 1.2."""
        table = np.array([[0.6, 0.6], [-0.6, 0.6]])
        inverse = np.linalg.inv(np.eye(2) - table)
        for i, j in product(range(2), repeat=2):
            total = gd.total_influence(table, i, j, cycles="solve")
            assert total == pytest.approx(inverse[i, j], rel=1e-12)
        with pytest.raises(gd.errors.GraphdiffError, match="strongest"):
            gd.strongest_paths(table, 0, 1, cycles="solve")

    def test_symbols_are_solved_formally(self) -> None:
        w = sympy.Symbol("w")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            total = gd.total_influence(with_self_loop(w), "a", "c", cycles="solve")
        assert sympy.simplify(total - 6 / (1 - w)) == 0


def test_an_unknown_policy_is_refused() -> None:
    with pytest.raises(gd.errors.UsageError, match="cycles"):
        gd.compile(around(), cycles="ignore")


@pytest.fixture(scope="module")
def imports(shared_data: Path) -> nx.DiGraph:
    """Return networkx's own import graph, as grimp reads it: 579 modules, 278 of them on one cycle."""
    packed = (shared_data / "python/imports/grimp.networkx.json.gz").read_bytes()
    listed = json.loads(gzip.decompress(packed))
    graph = nx.DiGraph()
    graph.add_nodes_from(listed["nodes"])
    graph.add_edges_from((tail, head) for tail, head, _ in listed["edges"])
    assert max(map(len, nx.strongly_connected_components(graph))) == 278
    return graph


class TestImportsOfNetworkx:
    def test_even_passes_on_no_more_than_a_node_receives_and_no_less(self, imports: nx.DiGraph) -> None:
        components = nx.condensation(imports)
        ends = [min(components.nodes[c]["members"]) for c in components if not components.out_degree(c)]
        compiled = gd.compile(imports, weight=gd.weights.even, cycles="collapse")
        for source in imports:
            received = gd.forward(compiled, source)
            assert sum(received[end] for end in ends) == pytest.approx(1, rel=1e-12)

    def test_solve_is_the_dense_inverse(self, imports: nx.DiGraph) -> None:
        nodes = list(imports)
        table = nx.to_numpy_array(imports, weight=None)
        table /= np.maximum(table.sum(axis=1, keepdims=True), 1)
        inverse = np.linalg.inv(np.eye(len(nodes)) - table)
        compiled = gd.compile(imports, weight=gd.weights.even, cycles="solve")
        jacobian = gd.jacobian(compiled, sources=nodes, targets=nodes)
        np.testing.assert_allclose(jacobian.array, inverse.T, rtol=1e-11, atol=1e-13)
        for place in range(0, len(nodes), 100):
            row = gd.forward(compiled, nodes[place])
            column = gd.reverse(compiled, nodes[place])
            assert [row[node] for node in nodes] == pytest.approx(inverse[place], rel=1e-11, abs=1e-13)
            assert [column[node] for node in nodes] == pytest.approx(inverse[:, place], rel=1e-11, abs=1e-13)


LARGE: dict[str, list[tuple[str, str, Any]]] = {
    "floats that add up to infinity": [("a", "b", 1e308), ("a", "b", 1e308), ("b", "a", -1.0)],
    "ints that no float holds": [("a", "b", 10**400), ("b", "a", -1)],
}


@pytest.mark.parametrize("what", LARGE)
def test_weights_that_are_too_large_for_eigenvalues(what: str) -> None:
    graph = nx.MultiDiGraph()
    graph.add_weighted_edges_from(LARGE[what])
    with pytest.raises(gd.errors.ValueOverflowError, match="weights on a cycle"):
        gd.total_influence(graph, "a", "b", cycles="solve")
    with pytest.raises(gd.errors.CycleError, match=r'a -> b -> a. cycles="solve" sums its walks; cycles="collapse"'):
        gd.total_influence(graph, "a", "b")
