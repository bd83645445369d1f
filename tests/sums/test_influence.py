"""Every method is the same number: the sum over the paths, an entry of (I - W)^-1."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any

import networkx as nx
import pytest
import sympy
from graphs import (
    ENGINES,
    METHODS,
    QUARTERS,
    all_dags,
    chain,
    contractions,
    dags,
    engine,
    influence,
    inverse_totals,
    parallel_chain,
    path_sum,
    queries,
    walks,
    weighted,
)
from hypothesis import given
from hypothesis import strategies as st

import graphdiff as gd

EXACT_TYPES = (int, float, Fraction)


@pytest.fixture(scope="module", params=ENGINES, autouse=True)
def each_engine(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run everything here twice: in plain Python and in the kernels."""
    with engine(request.param):
        yield


class TestOracles:
    """What everything is compared with agrees with itself."""

    @given(queries(dags()))
    def test_the_sum_over_paths_is_the_inverse(self, query: tuple[nx.DiGraph, Any, Any]) -> None:
        graph, source, target = query
        assert path_sum(graph, source, target) == inverse_totals(graph)[source, target]

    @given(queries(contractions()))
    def test_the_sum_over_walks_tends_to_the_inverse(self, query: tuple[nx.DiGraph, Any, Any]) -> None:
        graph, source, target = query
        total = inverse_totals(graph)[source, target]
        for length in range(4):
            rest = total - sum(influence(graph, walk) for walk in walks(graph, source, target, length))
            assert abs(rest) <= 4 * Fraction(3, 4) ** (length + 1)


@pytest.mark.parametrize("method", METHODS)
@given(query=queries(dags()))
def test_total_is_the_entry_of_the_inverse(query: tuple[nx.DiGraph, Any, Any], method: str) -> None:
    graph, source, target = query
    total = gd.total_influence(graph, source, target, method=method)
    assert total == inverse_totals(graph)[source, target]
    assert isinstance(total, EXACT_TYPES)


@pytest.mark.parametrize("cycles", ["raise", "collapse", "solve"])
@given(query=queries(dags()))
def test_without_cycles_the_policies_do_not_differ(query: tuple[nx.DiGraph, Any, Any], cycles: str) -> None:
    graph, source, target = query
    assert gd.total_influence(graph, source, target, cycles=cycles) == path_sum(graph, source, target)


@given(graph=dags())
def test_sweeps_are_a_row_and_a_column_of_the_inverse(graph: nx.DiGraph) -> None:
    totals = inverse_totals(graph)
    compiled = gd.compile(graph)
    for node in graph:
        assert dict(gd.forward(compiled, node)) == {other: totals[node, other] for other in graph}
        assert dict(gd.reverse(compiled, node)) == {other: totals[other, node] for other in graph}


@given(graph=dags())
def test_jacobian_is_the_transposed_inverse(graph: nx.DiGraph) -> None:
    totals = inverse_totals(graph)
    nodes = list(graph)
    jacobian = gd.jacobian(graph, sources=nodes, targets=nodes)
    assert jacobian.array.tolist() == [[totals[source, target] for source in nodes] for target in nodes]


@given(graph=dags())
def test_forward_is_reverse_on_the_transposed_graph(graph: nx.DiGraph) -> None:
    transposed = graph.reverse()
    for node in graph:
        assert dict(gd.forward(graph, node)) == dict(gd.reverse(transposed, node))


@given(graph=dags(), data=st.data())
def test_sweeps_are_linear_in_their_seeds(graph: nx.DiGraph, data: st.DataObject) -> None:
    totals = inverse_totals(graph)
    seeds = data.draw(st.dictionaries(st.sampled_from(list(graph)), QUARTERS, min_size=1))
    forward, reverse = gd.forward(graph, seeds), gd.reverse(graph, seeds)
    for node in graph:
        down = sum(Fraction(seed) * totals[start, node] for start, seed in seeds.items())
        up = sum(Fraction(seed) * totals[node, end] for end, seed in seeds.items())
        # Quarters times fractions such as 1/7 are rounded: all other kinds are exact in float64.
        assert forward[node] == pytest.approx(float(down), rel=1e-13, abs=1e-10)
        assert reverse[node] == pytest.approx(float(up), rel=1e-13, abs=1e-10)


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_all_labelled_dags(size: int) -> None:
    graphs = all_dags(size)
    assert len(graphs) == {1: 1, 2: 3, 3: 25, 4: 543}[size]
    for graph in graphs:
        compiled = gd.compile(graph)
        for source, target in product(graph, repeat=2):
            expected = path_sum(graph, source, target)
            got = {method: gd.total_influence(compiled, source, target, method=method) for method in METHODS}
            assert got == dict.fromkeys(METHODS, expected), (list(graph.edges), source, target)
            assert gd.count_paths(compiled, source, target) == len(walks(graph, source, target))


class TestSymbols:
    """Olah's X => Y => Z by three parallel edges each, with Greek letters for weights."""

    step1 = sympy.symbols("alpha beta gamma")
    step2 = sympy.symbols("delta epsilon zeta")
    factored = sum(step1) * sum(step2)

    @pytest.mark.parametrize("method", ["forward", "reverse", "auto"])
    def test_a_sweep_comes_out_factored(self, method: str) -> None:
        total = gd.total_influence(parallel_chain(self.step1, self.step2), 0, 2, method=method)
        assert total == self.factored
        assert str(total) == "(alpha + beta + gamma)*(delta + epsilon + zeta)"

    def test_so_does_each_sweep_whole(self) -> None:
        graph = parallel_chain(self.step1, self.step2)
        assert gd.forward(graph, 0)[2] == gd.reverse(graph, 2)[0] == self.factored

    def test_listing_the_paths_comes_out_expanded(self) -> None:
        total = gd.total_influence(parallel_chain(self.step1, self.step2), 0, 2, method="naive")
        assert total == sympy.expand(self.factored)

    def test_a_diamond(self) -> None:
        a, b, c, d = sympy.symbols("a b c d")
        graph = weighted([("s", "x", a), ("s", "y", b), ("x", "t", c), ("y", "t", d)])
        for method in METHODS:
            assert gd.total_influence(graph, "s", "t", method=method) == a * c + b * d


FLOATS = st.floats(-100, 100).filter(lambda number: number == 0 or abs(number) > 1e-3)


def error_bounds(graph: nx.DiGraph, source: Any) -> dict[Any, tuple[Fraction, Fraction]]:
    """Return for every node its exact total and Higham's bound on the rounding error of a forward sweep.

    The bound is gamma(K) * S, with K the largest number of roundings on a way and S the sum of the
    absolute path influences (Accuracy and Stability of Numerical Algorithms, chapter 3).
    """
    total = dict.fromkeys(graph, Fraction(0)) | {source: Fraction(1)}
    size = dict(total)
    roundings = dict.fromkeys(graph, 0)
    for node in nx.topological_sort(graph):
        entering = [(tail, Fraction(weight)) for tail, _, weight in graph.in_edges(node, data="weight")]
        total[node] += sum(total[tail] * weight for tail, weight in entering)
        size[node] += sum(size[tail] * abs(weight) for tail, weight in entering)
        roundings[node] = max((roundings[tail] for tail, _ in entering), default=0) + len(entering)
    unit = Fraction(1, 2**53)
    gamma = {node: count * unit / (1 - count * unit) for node, count in roundings.items()}
    return {node: (total[node], gamma[node] * size[node]) for node in graph}


@given(query=queries(dags(FLOATS, max_nodes=10, max_edges=30)))
def test_floats_keep_to_the_proven_bound(query: tuple[nx.DiGraph, Any, Any]) -> None:
    graph, source, _ = query
    forward, reverse = gd.forward(graph, source), gd.reverse(graph.reverse(), source)
    for node, (total, bound) in error_bounds(graph, source).items():
        assert abs(Fraction(forward[node]) - total) <= bound
        assert abs(Fraction(reverse[node]) - total) <= bound


@pytest.mark.parametrize("method", METHODS)
def test_an_unknown_node_is_named_with_the_nearest(method: str) -> None:
    graph = weighted([("weights", "loss", 2)])
    with pytest.raises(gd.errors.UnknownNodeError, match=r"no node 'los'; did you mean 'loss'\?"):
        gd.total_influence(graph, "weights", "los", method=method)
    with pytest.raises(gd.errors.UnknownNodeError, match=r"no node 'weight'; did you mean 'weights'\?"):
        gd.total_influence(graph, "weight", "loss", method=method)


def test_an_unhashable_node_is_unknown() -> None:
    with pytest.raises(gd.errors.UnknownNodeError, match="no node"):
        gd.total_influence(weighted([("a", "b", 2)]), [["a"]], "b")


def test_an_unknown_seed_is_named() -> None:
    graph = weighted([("a", "b", 2)])
    with pytest.raises(gd.errors.UnknownNodeError, match="no node 'c'"):
        gd.forward(graph, {"a": 1, "c": 1})
    with pytest.raises(gd.errors.UnknownNodeError, match="no node 'c'"):
        gd.reverse(graph, {"b": 1, "c": 1})


@pytest.mark.parametrize("seed", [math.nan, math.inf, "one", None])
def test_a_seed_that_is_no_finite_number_is_refused(seed: Any) -> None:
    for sweep, node in ((gd.forward, 0), (gd.reverse, 2)):
        with pytest.raises(gd.errors.UsageError, match="seed"):
            sweep(chain([2.0, 3.0]), {node: seed})


def test_an_unknown_method_is_refused() -> None:
    with pytest.raises(gd.errors.UsageError, match="method"):
        gd.total_influence(weighted([("a", "b", 2)]), "a", "b", method="sideways")


class TestSweepResult:
    """What `forward` and `reverse` return."""

    graph = weighted([("c", "b", 5), ("b", "a", -2), ("c", "a", 1), ("x", "b", 1)])

    def test_a_node_that_is_not_reached_reads_0(self) -> None:
        assert gd.forward(self.graph, "c")["x"] == 0
        assert gd.reverse(self.graph, "x") == {"x": 1, "c": 0, "b": 0, "a": 0}

    def test_keys_are_in_topological_order(self) -> None:
        place = {node: index for index, node in enumerate(gd.forward(self.graph, "c"))}
        assert all(place[tail] < place[head] for tail, head in self.graph.edges)
        assert set(place) == set(self.graph)

    def test_array_and_labels_are_the_mapping(self) -> None:
        result = gd.forward(self.graph, "c")
        assert dict(zip(result.labels, result.array.tolist(), strict=True)) == dict(result)

    def test_top_ranks_by_absolute_value(self) -> None:
        assert gd.forward(self.graph, "c").top(2) == [("a", -9), ("b", 5)]
        assert len(gd.forward(self.graph, "c").top(10)) <= 4

    def test_to_pandas_is_a_series_by_node(self) -> None:
        assert gd.forward(self.graph, "c").to_pandas().to_dict() == {"c": 1, "b": 5, "a": -9, "x": 0}

    def test_to_dict_is_json(self) -> None:
        result = gd.forward(weighted([(1, ("a", None), 3)]), 1)
        assert json.loads(json.dumps(result.to_dict())) == {"1": 1, "('a', None)": 3}

    def test_repr_of_a_large_result_is_short(self) -> None:
        assert len(repr(gd.forward(chain([1] * 5000), 0))) < 500

    def test_html_escapes_the_labels(self) -> None:
        html = gd.forward(weighted([("<script>&", "b", 1)]), "<script>&")._repr_html_()
        assert "&lt;script&gt;&amp;" in html
        assert "<script>" not in html

    def test_a_missing_key_is_a_key_error(self) -> None:
        with pytest.raises(KeyError, match="nowhere"):
            gd.forward(self.graph, "c")["nowhere"]


@pytest.mark.parametrize("seed", [10**400, 2**53 + 1], ids=["beyond floats", "that would be rounded"])
def test_an_int_seed_that_floats_cannot_hold_is_refused_beside_them(seed: int) -> None:
    with pytest.raises(gd.errors.UsageError, match="beside float"):
        gd.forward(weighted([("a", "b", 0.5)]), {"a": seed})


def test_a_decimal_seed_beside_floats_is_a_float() -> None:
    assert gd.forward(weighted([("a", "b", 0.5)]), {"a": Decimal(3)})["b"] == 1.5


def test_exact_sums_of_fractions_beside_floats_round_neither() -> None:
    graph = weighted([("a", "b", Fraction(1, 3)), ("b", "c", 0.5)])
    assert gd.total_influence(graph, "a", "c", exact=True) == Fraction(1, 6)
    assert gd.total_influence(graph, "a", "c") == 1 / 3 * 0.5
    ring = weighted([("a", "b", Fraction(1, 3)), ("b", "a", 0.5), ("b", "c", 1)])
    assert gd.total_influence(ring, "a", "c", exact=True, cycles="solve") == Fraction(2, 5)


SWEEPS = ("forward", "reverse")


@pytest.mark.parametrize("method", SWEEPS)
@pytest.mark.parametrize("kind", [int, float, Fraction])
def test_seeds_of_either_end_multiply_what_is_read(method: Any, kind: Any) -> None:
    edges = [("a", "c", 2), ("b", "c", 3), ("c", "d", 5), ("c", "e", -7), ("a", "e", 11)]
    graph = weighted([(u, v, kind(w)) for u, v, w in edges])

    def total(source: Any, target: Any) -> Any:
        return gd.total_influence(graph, source, target, method=method)

    assert total({"a": kind(3), "b": kind(-2)}, "d") == 0
    assert total({"a": kind(3)}, {"d": kind(2), "e": kind(-1)}) == 60 - 3 * (11 - 14)
    assert total(["a", "b"], ["d", "e"]) == 10 + 11 - 14 + 15 - 21
    assert total("a", {"b": kind(2)}) == 0
    assert total({"e": kind(4)}, {"e": kind(3)}) == 12


@pytest.mark.parametrize("method", SWEEPS)
def test_what_lies_beyond_either_end_is_neither_summed_nor_refused(method: Any) -> None:
    far = Decimal("9e999999")
    graph = weighted([("x", "y", far), ("y", "s", far), ("s", "t", Decimal(2)), ("t", "u", far), ("u", "v", far)])
    assert gd.total_influence(graph, "s", "t", method=method) == 2
    before = weighted([("x", "y", 1.0), ("y", "x", 1.0), ("y", "t", 5.0), ("s", "t", 2.0)])
    assert gd.total_influence(before, "s", "t", method=method) == 2
    after = weighted([("x", "y", 1.0), ("y", "x", 1.0), ("s", "x", 5.0), ("s", "t", 2.0)])
    assert gd.total_influence(after, "s", "t", method=method) == 2


def test_sweeps_are_called_by_what_they_carry_and_cannot_be_written_to() -> None:
    graph = weighted([("a", "b", 2.0), ("b", "c", 3.0), ("c", "b", 0.0)])
    for sweep, what in ((gd.forward, "tangents"), (gd.reverse, "adjoints")):
        found = sweep(graph, "b", cycles="solve")
        assert repr(found).startswith(f"<{what} ")
        assert not found.array.flags.writeable
        assert found["b"] == 1
    assert dict(gd.forward(graph, "a", cycles="solve")) == {"a": 1, "b": 2, "c": 6}
    assert dict(gd.forward(graph, "a", cycles="collapse")) == {"a": 1, "b": 2, "c": 2}
    assert dict(gd.reverse(graph, "c", cycles="solve")) == {"a": 6, "b": 3, "c": 1}


@pytest.mark.parametrize("method", ["forward", "reverse", "auto"])
def test_a_cycle_between_the_ends_is_gone_round_by_either_sweep(method: Any) -> None:
    graph = weighted([("s", "x", 3.0), ("x", "y", 0.5), ("y", "x", 0.5), ("y", "t", 4.0), ("t", "u", 1.0)])
    assert gd.total_influence(graph, "s", "t", method=method, cycles="solve") == pytest.approx(8)
    with pytest.raises(gd.errors.CycleError, match="x -> y -> x"):
        gd.total_influence(graph, "s", "t", method=method)
    assert gd.total_influence(graph, "t", "u", method=method) == 1
