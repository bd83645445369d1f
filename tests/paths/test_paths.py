"""Paths: listed, counted and ranked, as brute force lists, counts and ranks them."""

from __future__ import annotations

import itertools
from decimal import Decimal
from fractions import Fraction
from typing import Any

import networkx as nx
import pytest
import sympy
from graphs import (
    INTS,
    NUMBERS,
    SEVERAL,
    chain,
    dags,
    diamonds,
    edge_names,
    influence,
    olah,
    parallel_chain,
    queries,
    walks,
    weighted,
)
from hypothesis import given
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff import kernels


def nodes_of(source: Any, edges: Any) -> tuple[Any, ...]:
    """Return the nodes that a walk of `edges` from `source` passes."""
    return (source, *(edge[1] for edge in edges))


class TestListing:
    @given(query=queries(dags()))
    def test_every_path_once_with_its_influence(self, query: tuple[nx.DiGraph, Any, Any]) -> None:
        graph, source, target = query
        listed = list(gd.iter_paths(graph, source, target))
        expected = walks(graph, source, target)
        assert len(listed) == len(expected)
        assert {path.edges for path in listed} == set(expected)
        for path in listed:
            assert path.nodes == nodes_of(source, path.edges)
            assert path.influence == influence(graph, path.edges)

    def test_edges_of_a_plain_graph_are_pairs(self) -> None:
        paths = {path.nodes: path for path in gd.iter_paths(olah(), "b", "e")}
        assert paths["b", "c", "e"].edges == (("b", "c"), ("c", "e"))
        assert paths["b", "d", "e"].influence == 3

    def test_edges_of_a_multigraph_have_their_keys(self) -> None:
        graph = nx.MultiDiGraph()
        graph.add_edge("a", "b", key="left", weight=2)
        graph.add_edge("a", "b", key="right", weight=3)
        found = {path.edges: path.influence for path in gd.iter_paths(graph, "a", "b")}
        assert found == {(("a", "b", "left"),): 2, (("a", "b", "right"),): 3}

    def test_from_a_node_to_itself_is_the_empty_path(self) -> None:
        (path,) = gd.iter_paths(olah(), "c", "c")
        assert (path.nodes, path.edges, path.influence) == (("c",), (), 1)

    def test_no_path_is_an_empty_listing(self) -> None:
        assert list(gd.iter_paths(olah(), "e", "a")) == []
        assert list(gd.iter_paths(olah(), "a", "b")) == []

    def test_a_path_over_an_edge_of_weight_0_is_a_path(self) -> None:
        graph = weighted([("a", "b", 0), ("b", "c", 2)])
        assert [path.influence for path in gd.iter_paths(graph, "a", "c")] == [0]
        assert gd.count_paths(graph, "a", "c") == 1

    def test_it_streams(self) -> None:
        """Nobody lists 2^90 paths: the first ten come at once."""
        paths = gd.iter_paths(diamonds(90), 0, 270, max_paths=2**90)
        assert len({path.edges for path in itertools.islice(paths, 10)}) == 10

    def test_it_is_pruned_to_what_reaches_the_target(self) -> None:
        """2^40 ways lead into a blind alley."""
        graph = diamonds(40)
        graph.add_edge(0, "target", weight=7)
        (path,) = gd.iter_paths(graph, 0, "target")
        assert path.influence == 7

    def test_too_many_are_counted_exactly_and_refused(self) -> None:
        with pytest.raises(gd.errors.TooManyPathsError, match="more than max_paths=1_000_000") as caught:
            next(iter(gd.iter_paths(diamonds(3000), 0, 9000)))
        assert (caught.value.n_paths, caught.value.max_paths) == (2**3000, 1_000_000)

    def test_the_limit_is_inclusive_and_adjustable(self) -> None:
        graph = diamonds(3)
        assert len(list(gd.iter_paths(graph, 0, 9, max_paths=8))) == 8
        with pytest.raises(gd.errors.TooManyPathsError, match=r"8 paths, more than max_paths=7;"):
            list(gd.iter_paths(graph, 0, 9, max_paths=7))

    def test_a_path_is_a_frozen_value(self) -> None:
        (path,) = gd.iter_paths(chain([2, 3]), 0, 2)
        assert path == next(iter(gd.iter_paths(chain([2, 3]), 0, 2)))
        with pytest.raises(AttributeError, match="influence"):
            path.influence = 7

    def test_an_unknown_node_is_named(self) -> None:
        with pytest.raises(gd.errors.UnknownNodeError, match="no node 'z'"):
            list(gd.iter_paths(olah(), "a", "z"))
        for question in (gd.count_paths, gd.strongest_paths):
            with pytest.raises(gd.errors.UnknownNodeError, match="no node 'z'"):
                question(olah(), "a", "z")


class TestCounting:
    @given(graph=dags())
    def test_every_pair_and_every_end(self, graph: nx.MultiDiGraph) -> None:
        counted = {(s, t): len(walks(graph, s, t)) for s, t in itertools.product(graph, repeat=2)}
        compiled = gd.compile(graph)
        for node in graph:
            assert gd.count_paths(compiled, source=node) == {other: counted[node, other] for other in graph}
            assert gd.count_paths(compiled, target=node) == {other: counted[other, node] for other in graph}
            for other in graph:
                assert gd.count_paths(compiled, node, other) == counted[node, other]
        roots = [node for node in graph if not graph.in_degree(node)]
        leaves = [node for node in graph if not graph.out_degree(node)]
        assert gd.count_paths(compiled) == sum(counted[pair] for pair in itertools.product(roots, leaves))

    @pytest.mark.parametrize("steps", [39, 40, 41, 200])
    def test_counts_pass_int64(self, steps: int) -> None:
        graph = parallel_chain(*[[1] * 3] * steps)
        assert gd.count_paths(graph, 0, steps) == gd.count_paths(graph) == 3**steps
        assert gd.count_paths(graph, source=0)[steps] == gd.count_paths(graph, target=steps)[0] == 3**steps

    @pytest.mark.parametrize("steps", [61, 62, 63, 64, 65])
    def test_counts_pass_powers_of_two(self, steps: int) -> None:
        graph = diamonds(steps)
        assert gd.count_paths(graph, 0, 3 * steps) == 2**steps
        assert gd.count_paths(graph, source=0)[3 * steps] == 2**steps

    @pytest.mark.parametrize("by", ["plain", "compiled", "machine code", "Python on arrays"])
    @given(graph=dags(max_edges=16), modulus=st.sampled_from([2, 3, 7, 10**9 + 7, 2**61 - 1, 2**62]), data=st.data())
    def test_modulo_a_number_they_are_the_exact_ones(
        self, by: str, graph: nx.MultiDiGraph, modulus: int, data: st.DataObject
    ) -> None:
        """Each edge is sixty-four, so that no int of the machine holds what eleven in a row make."""
        if by == "machine code":
            pytest.importorskip("numba")
        graph = nx.MultiDiGraph([(u, v) for u, v, *_ in graph.edges for _ in range(64)])
        if not graph:
            return
        graph.add_edge(0, 0, key="a cycle by itself")
        ends = st.sampled_from([*graph])
        source, target = data.draw(ends), data.draw(st.one_of(ends, st.lists(ends, min_size=1, unique=True)))
        asked = graph if by == "plain" else gd.compile(graph, weight=None, cycles="collapse")
        options: Any = {"cycles": "collapse"} if by == "plain" else {}
        with pytest.MonkeyPatch.context() as patch:
            if by != "plain":
                patch.setattr(kernels, "pays", lambda visits: by == "machine code")
            exact = gd.count_paths(asked, source, target, **options)
            assert gd.count_paths(asked, source, target, modulus=modulus, **options) == exact % modulus
            for end in ({"source": source}, {"target": target}):
                counts = gd.count_paths(asked, **end, **options)
                found = gd.count_paths(asked, **end, modulus=modulus, **options)
                assert dict(found) == {node: count % modulus for node, count in counts.items()}

    @pytest.mark.parametrize("modulus", [2**62, 2**61 - 1, 10**9 + 7])
    @pytest.mark.parametrize("machine", [True, False])
    def test_modulo_numbers_near_the_largest_nothing_wraps(
        self, modulus: int, machine: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if machine:
            pytest.importorskip("numba")
        monkeypatch.setattr(kernels, "pays", lambda visits: machine)
        graph = gd.compile(nx.MultiDiGraph([(i, i + 1) for i in range(90) for _ in range(9)]), weight=None)
        assert gd.count_paths(graph, 0, 90) == 9**90
        assert gd.count_paths(graph, 0, 90, modulus=modulus) == 9**90 % modulus
        assert gd.count_paths(graph, 0)[89] == gd.count_paths(graph, target=90)[1] == 9**89
        assert gd.count_paths(graph, 0, modulus=modulus)[89] == 9**89 % modulus
        assert gd.count_paths(graph, target=90, modulus=modulus)[1] == 9**89 % modulus

    @pytest.mark.parametrize("modulus", [1, -5, 2**62 + 1, True, 7.0])
    def test_what_a_modulus_is(self, modulus: Any) -> None:
        with pytest.raises(gd.errors.UsageError, match=r"modulus=.*: an int from 2 to 2\*\*62"):
            gd.count_paths(olah(), "a", "e", modulus=modulus)

    def test_a_count_is_a_plain_int(self) -> None:
        assert type(gd.count_paths(olah(), "b", "e")) is int
        assert type(gd.count_paths(olah(), source="b")["e"]) is int
        assert type(gd.count_paths(olah())) is int

    def test_roots_to_leaves(self) -> None:
        assert gd.count_paths(olah()) == 3

    def test_an_isolated_node_is_a_path(self) -> None:
        graph = olah()
        graph.add_node("alone")
        assert gd.count_paths(graph) == 4


class TestDepth:
    """Graphs deeper than any recursion, and counts longer than any machine word."""

    def test_a_chain_of_100000_nodes(self) -> None:
        size = 100_000
        graph = chain([1] * (size - 1))
        compiled = gd.compile(graph)
        assert gd.count_paths(compiled, 0, size - 1) == 1
        for method in ("naive", "forward", "reverse", "auto"):
            assert gd.total_influence(compiled, 0, size - 1, method=method) == 1
        (path,) = gd.iter_paths(compiled, 0, size - 1)
        assert len(path.edges) == size - 1
        assert gd.strongest_paths(compiled, 0, size - 1, k=3) == [path]
        assert gd.edge_contributions(compiled, 0, size - 1).total == 1

    def test_a_ring_of_100000_nodes(self) -> None:
        ring = nx.cycle_graph(100_000, create_using=nx.DiGraph)
        ring.add_edge("start", 0)
        ring.add_edge(99_999, "end")
        with pytest.raises(gd.errors.CycleError, match="the graph has a cycle"):
            gd.count_paths(ring, "start", "end")
        assert gd.count_paths(ring, "start", "end", cycles="collapse") == 1

    def test_a_chain_of_3000_diamonds(self) -> None:
        compiled = gd.compile(diamonds(3000), weight=None)
        assert gd.count_paths(compiled, 0, 9000) == 2**3000
        assert gd.total_influence(compiled, 0, 9000) == 2**3000
        assert gd.count_paths(compiled, source=0)[8997] == 2**2999
        strongest = gd.strongest_paths(compiled, 0, 9000, k=2)
        assert [len(path.edges) for path in strongest] == [6000, 6000]
        shares = gd.edge_contributions(compiled, 0, 9000).shares
        assert shares[0, 1] == 0.5


def ranked(graph: nx.DiGraph, source: Any, target: Any) -> list[Any]:
    """Return all paths, strongest first, ties by the graph's order of nodes and edges, edge by edge.

    Behind an edge of weight 0 the larger rest of a path comes first.
    """
    place = {node: index for index, node in enumerate(graph)}
    order = {edge: index for index, edge in enumerate(edge_names(graph))}

    def key(path: Any) -> tuple[Any, ...]:
        sizes = (abs(influence(graph, path[start:])) for start in range(len(path)))
        return tuple((-size, place[edge[1]], order[edge]) for size, edge in zip(sizes, path, strict=True))

    return sorted(walks(graph, source, target), key=key)


class TestStrongest:
    @SEVERAL
    @given(query=queries(dags(st.sampled_from(list(NUMBERS.values())).flatmap(lambda numbers: numbers))))
    def test_the_k_best_are_the_head_of_the_sorted_listing(self, query: tuple[nx.DiGraph, Any, Any]) -> None:
        graph, source, target = query
        # Fractions among floats are rounded: each path is then ranked by floats, and so is the oracle.
        kinds = {type(weight) for *_, weight in graph.edges(data="weight")}
        if {float, Fraction} <= kinds:
            return
        expected = ranked(graph, source, target)
        for k in (1, 2, 3, 1000):
            strongest = gd.strongest_paths(graph, source, target, k=k)
            assert [path.edges for path in strongest] == expected[:k]
            for path in strongest:
                assert path.influence == influence(graph, path.edges)
                assert path.nodes == nodes_of(source, path.edges)

    @given(query=queries(dags(st.sampled_from([-1, 1, 1, 2, 0]), max_nodes=6, max_edges=12)))
    def test_ties_follow_the_graphs_order(self, query: tuple[nx.DiGraph, Any, Any]) -> None:
        graph, source, target = query
        strongest = gd.strongest_paths(graph, source, target, k=1000)
        assert [path.edges for path in strongest] == ranked(graph, source, target)

    def test_ties_follow_the_order_of_insertion_not_of_topology(self) -> None:
        graph = nx.DiGraph()
        graph.add_nodes_from("sxytz")
        graph.add_edges_from(["sz", "zx", "sy", "sx", "yt", "xt"], weight=1)
        strongest = gd.strongest_paths(graph, "s", "t")
        assert ["".join(path.nodes) for path in strongest] == ["sxt", "syt", "szxt"]

    @given(query=queries(dags(INTS, max_nodes=6, max_edges=12)), percent=st.integers(1, 100))
    def test_coverage_takes_no_more_than_it_needs(self, query: tuple[Any, Any, Any], percent: int) -> None:
        graph, source, target = query
        sizes = [abs(influence(graph, path)) for path in ranked(graph, source, target)]
        wanted = Fraction(percent, 100) * sum(sizes)
        if wanted in itertools.accumulate(sizes):
            return
        needed = sum(covered < wanted for covered in itertools.accumulate(sizes, initial=0) if sizes)
        strongest = gd.strongest_paths(graph, source, target, coverage=percent / 100)
        assert [abs(path.influence) for path in strongest] == sizes[:needed]

    def test_ten_by_default(self) -> None:
        graph = parallel_chain(list(range(1, 31)))
        assert [path.influence for path in gd.strongest_paths(graph, 0, 1)] == list(range(30, 20, -1))

    def test_a_negative_influence_counts_by_its_size(self) -> None:
        graph = parallel_chain([3, -5, 4], [-2, 1])
        found = [path.influence for path in gd.strongest_paths(graph, 0, 2, k=4)]
        assert found == [10, -8, -6, -5]

    def test_two_minuses_beat_a_plus(self) -> None:
        graph = parallel_chain([-3, 2], [-3, 2], [-3, 2])
        assert [path.influence for path in gd.strongest_paths(graph, 0, 3, k=2)] == [-27, 18]

    @pytest.mark.parametrize("cycles", ["raise", "collapse", "solve"])
    @pytest.mark.parametrize("loop", [[], [("a", "a", 0.5)]])
    def test_symbols_cover_no_part(self, cycles: Any, loop: list[Any]) -> None:
        x = pytest.importorskip("sympy").Symbol("x")
        graph = weighted([("a", "b", x), ("b", "c", x), *(loop if cycles == "solve" else [])])
        with pytest.raises(
            gd.errors.UsageError, match=r"the strongest paths need numbers that compare, not Symbol \(x\)"
        ):
            gd.strongest_paths(graph, "a", "c", coverage=0.5, cycles=cycles)

    def test_coverage_of_a_half_and_of_all(self) -> None:
        graph = parallel_chain([4, 2, 1, 1])
        assert [path.influence for path in gd.strongest_paths(graph, 0, 1, coverage=0.5)] == [4]
        assert [path.influence for path in gd.strongest_paths(graph, 0, 1, coverage=0.6)] == [4, 2]
        assert [path.influence for path in gd.strongest_paths(graph, 0, 1, coverage=1.0)] == [4, 2, 1, 1]

    @pytest.mark.parametrize("kind", [int, float, Fraction, Decimal, complex])
    def test_any_number_that_has_a_size_is_ranked(self, kind: type) -> None:
        graph = parallel_chain([kind(1), kind(3), kind(-2)], [kind(4)])
        strongest = gd.strongest_paths(graph, 0, 2)
        assert [path.influence for path in strongest] == [12, -8, 4]
        assert {type(path.influence) for path in strongest} == {kind}

    def test_exact_sums_of_floats_are_ranked_too(self) -> None:
        graph = weighted([("a", "b", 0.1), ("b", "c", 0.3), ("a", "c", 0.2)])
        strongest = gd.strongest_paths(graph, "a", "c", exact=True)
        assert [path.influence for path in strongest] == [Fraction(0.2), Fraction(0.1) * Fraction(0.3)]
        assert gd.strongest_paths(graph, "a", "c", exact=True, coverage=0.5) == strongest[:1]

    def test_symbols_have_no_order(self) -> None:
        with pytest.raises(gd.errors.UsageError, match="compare"):
            gd.strongest_paths(weighted([("a", "b", sympy.Symbol("w"))]), "a", "b")

    def test_coverage_of_more_than_any_float(self) -> None:
        """2^2000 equal paths: three of them cover next to nothing."""
        assert len(gd.strongest_paths(diamonds(2000), 0, 6000, coverage=0.5, k=3)) == 3

    def test_it_does_not_enumerate(self) -> None:
        """2^200 paths; the best is the one of the larger weights, the next ones differ at one diamond."""
        graph = diamonds(200)
        for edge in graph.edges:
            graph.edges[edge]["weight"] = 2 if edge[1] % 3 == 1 else 1
        best, second, *_ = gd.strongest_paths(graph, 0, 600, k=5)
        assert (best.influence, second.influence) == (2**200, 2**199)

    def test_no_path_is_an_empty_list(self) -> None:
        assert gd.strongest_paths(olah(), "e", "a") == []

    def test_from_a_node_to_itself_is_the_empty_path(self) -> None:
        (path,) = gd.strongest_paths(olah(), "c", "c")
        assert (path.nodes, path.edges, path.influence) == (("c",), (), 1)

    @pytest.mark.parametrize("options", [{"k": -1}, {"k": 2.5}, {"coverage": -0.5}, {"coverage": 1.5}])
    def test_nonsense_is_refused(self, options: dict[str, Any]) -> None:
        with pytest.raises(gd.errors.UsageError, match=next(iter(options))):
            gd.strongest_paths(olah(), "b", "e", **options)
