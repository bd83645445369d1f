"""Numbers keep their kind and their value: exact where they can be, refused where they would lie."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pytest
from graphs import ENGINES, INTS, METHODS, chain, dags, engine, inverse_totals, parallel_chain, queries, weighted
from hypothesis import given
from hypothesis import strategies as st

import graphdiff as gd

if TYPE_CHECKING:
    pass

ANY_FLOATS = st.floats(allow_nan=False, allow_infinity=False)


@pytest.fixture(scope="module", params=ENGINES, autouse=True)
def each_engine(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run everything here twice: in plain Python and in the kernels."""
    with engine(request.param):
        yield


class TestInts:
    """Whole numbers are exact, however large: int64 would wrap around without a word."""

    @pytest.mark.parametrize("method", METHODS)
    @pytest.mark.parametrize("power", [31, 32, 52, 53, 54, 61, 62, 63, 64, 200])
    def test_a_product_beyond_int64(self, power: int, method: str) -> None:
        total = gd.total_influence(chain([2**power, 2**power - 1]), 0, 2, method=method)
        assert total == 2**power * (2**power - 1)
        assert isinstance(total, int)

    @pytest.mark.parametrize("method", METHODS)
    @pytest.mark.parametrize("power", [60, 61, 62, 63])
    @pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
    def test_a_sum_that_crosses_int64(self, power: int, count: int, method: str) -> None:
        graph = parallel_chain([2**power - 1] * count, [1])
        assert gd.total_influence(graph, 0, 2, method=method) == count * (2**power - 1)

    @pytest.mark.parametrize("method", METHODS)
    def test_a_partial_sum_that_crosses_int64_though_the_total_is_small(self, method: str) -> None:
        graph = parallel_chain([2**62, 2**62, -(2**62), -(2**62), 1], [3])
        assert gd.total_influence(graph, 0, 2, method=method) == 3

    @pytest.mark.parametrize("method", METHODS)
    def test_the_smallest_int64_has_no_absolute_value_in_int64(self, method: str) -> None:
        assert gd.total_influence(chain([-(2**63), -1]), 0, 2, method=method) == 2**63

    def test_intermediate_values_off_the_way_are_exact_too(self) -> None:
        graph = chain([2**40, 2**40])
        graph.add_edge(0, 9, weight=3)
        assert gd.forward(graph, 0) == {0: 1, 1: 2**40, 2: 2**80, 9: 3}

    @pytest.mark.parametrize("kind", [np.int64, np.int32, np.uint8])
    def test_numpy_ints_are_ints(self, kind: type) -> None:
        graph = chain([kind(100)] * 30)
        assert gd.total_influence(graph, 0, 30) == 100**30

    def test_large_ints_among_numpy_ints(self) -> None:
        graph = chain([np.int64(2**40), np.uint64(2**63), 2**70])
        assert gd.total_influence(graph, 0, 3) == 2**173

    def test_values_of_a_result_do_not_wrap_in_the_users_hands(self) -> None:
        value = gd.forward(chain([2**40]), 0)[1]
        assert value * value * value == 2**120

    def test_a_large_seed_on_small_weights(self) -> None:
        assert gd.forward(chain([3, 5]), {0: 2**70}) == {0: 2**70, 1: 3 * 2**70, 2: 15 * 2**70}
        assert gd.reverse(chain([3, 5]), {2: 2**62 + 1})[0] == 15 * (2**62 + 1)

    def test_a_fractional_seed_on_whole_weights(self) -> None:
        assert gd.forward(chain([3]), {0: 0.5})[1] == 1.5
        assert gd.forward(chain([3]), {0: Fraction(1, 7)})[1] == Fraction(3, 7)

    def test_a_jacobian_beyond_int64(self) -> None:
        assert gd.jacobian(chain([2**62, 2**62])).array.tolist() == [[2**124]]

    def test_an_int_array_is_exact_too(self) -> None:
        table = np.zeros((3, 3), dtype=np.int64)
        table[0, 1] = table[1, 2] = 2**62
        assert gd.total_influence(table, 0, 2) == 2**124


class TestMixtures:
    @pytest.mark.parametrize("method", METHODS)
    def test_one_float_makes_floats(self, method: str) -> None:
        total = gd.total_influence(chain([3, 0.5]), 0, 2, method=method)
        assert total == 1.5
        assert isinstance(total, float)

    def test_an_int_that_float64_would_round_is_refused_beside_a_float(self) -> None:
        with pytest.raises(gd.errors.WeightError, match=r"9007199254740993|9,007,199,254,740,993") as caught:
            gd.compile(chain([0.5, 2**53 + 1]))
        assert caught.value.edge == (1, 2)
        assert gd.total_influence(chain([0.5, 2**53]), 0, 2) == 2.0**52

    @pytest.mark.parametrize("method", METHODS)
    @pytest.mark.parametrize(
        "weights",
        [
            (Fraction(1, 3), Fraction(2, 7)),
            (Decimal("0.1"), Decimal("0.3")),
            (1j, 2 + 3j),
            (Fraction(1, 3), 3),
        ],
        ids=["Fraction", "Decimal", "complex", "Fraction beside int"],
    )
    def test_other_numbers_keep_their_type(self, weights: tuple[Any, Any], method: str) -> None:
        total = gd.total_influence(chain(weights), 0, 2, method=method)
        assert total == weights[0] * weights[1]
        assert isinstance(total, type(weights[0]))

    def test_numbers_that_do_not_multiply_are_refused(self) -> None:
        with pytest.raises(gd.errors.WeightError, match="Decimal"):
            gd.total_influence(chain([Decimal("0.5"), Fraction(1, 3)]), 0, 2)

    def test_exact_arithmetic_takes_real_numbers_only(self) -> None:
        with pytest.raises(gd.errors.GraphdiffError, match="complex"):
            gd.total_influence(chain([1j, 2.0]), 0, 2, exact=True)

    def test_a_sweep_of_decimals_is_exact_to_its_context(self) -> None:
        graph = weighted([("s", "t", Decimal("0.1"))] * 10)
        assert gd.forward(graph, "s")["t"] == Decimal(1)


class TestRefused:
    @pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, np.float64("nan"), complex(math.nan, 1)])
    def test_a_weight_that_is_not_finite(self, bad: Any) -> None:
        graph = weighted([("a", "b", 1.0), ("b", "c", bad)])
        with pytest.raises(gd.errors.WeightError, match=r"(?i)nan|inf") as caught:
            gd.compile(graph)
        assert caught.value.edge == ("b", "c")
        assert "'b'" in str(caught.value)
        assert "'c'" in str(caught.value)

    def test_a_nan_in_an_array(self) -> None:
        with pytest.raises(gd.errors.WeightError, match=r"(?i)nan"):
            gd.compile(np.array([[0, math.nan], [0, 0]]))

    def test_a_nan_from_arrays(self) -> None:
        with pytest.raises(gd.errors.WeightError, match=r"(?i)nan"):
            gd.CompiledGraph.from_arrays(np.array([0]), np.array([1]), np.array([math.nan]))

    @pytest.mark.parametrize("method", METHODS)
    @pytest.mark.parametrize("sign", [1, -1])
    def test_an_overflow_to_infinity(self, method: str, sign: int) -> None:
        with pytest.raises(gd.errors.ValueOverflowError, match="exact"):
            gd.total_influence(chain([1e200, sign * 1e200]), 0, 2, method=method)

    @pytest.mark.parametrize("method", METHODS)
    def test_infinities_that_would_cancel_to_nan(self, method: str) -> None:
        graph = weighted([("s", "x", 1e200), ("s", "y", -1e200), ("x", "t", 1e200), ("y", "t", 1e200)])
        with pytest.raises(gd.errors.ValueOverflowError, match="exact"):
            gd.total_influence(graph, "s", "t", method=method)

    def test_an_overflow_in_whole_sweeps_and_jacobians(self) -> None:
        graph = chain([1e200, 1e200])
        for question, *ends in ((gd.forward, 0), (gd.reverse, 2), (gd.jacobian,)):
            with pytest.raises(gd.errors.ValueOverflowError, match="exact"):
                question(graph, *ends)

    def test_an_overflow_of_a_path(self) -> None:
        with pytest.raises(gd.errors.ValueOverflowError, match="exact"):
            list(gd.iter_paths(chain([1e200, 1e200]), 0, 2))


def test_underflow_depends_on_the_order_and_exact_arithmetic_does_not() -> None:
    graph = chain([1e-200, 1e-200, 1e200, 1e200])
    assert gd.total_influence(graph, 0, 4, method="forward") == 0.0
    with pytest.raises(gd.errors.ValueOverflowError, match="exact"):
        gd.total_influence(graph, 0, 4, method="reverse")
    product = Fraction(1e-200) ** 2 * Fraction(1e200) ** 2
    for method in METHODS:
        assert gd.total_influence(graph, 0, 4, method=method, exact=True) == product


class TestExact:
    """`exact=True` takes every float for the dyadic rational that it is."""

    def test_a_tenth_is_the_float_next_to_it(self) -> None:
        total = gd.total_influence(chain([0.1, 3]), 0, 2, exact=True)
        assert total == Fraction(0.1) * 3
        assert isinstance(total, Fraction)

    @given(query=queries(dags(ANY_FLOATS | INTS, max_nodes=5, max_edges=8)))
    def test_every_method_is_the_inverse_in_fractions(self, query: tuple[nx.DiGraph, Any, Any]) -> None:
        graph, source, target = query
        expected = inverse_totals(graph)[source, target]
        for method in METHODS:
            assert gd.total_influence(graph, source, target, method=method, exact=True) == expected

    def test_whole_results_are_exact(self) -> None:
        graph = weighted([("a", "b", 0.1), ("a", "c", 0.2), ("b", "d", 0.3), ("c", "d", 1e-300)])
        totals = inverse_totals(graph)
        assert gd.forward(graph, "a", exact=True) == {node: totals["a", node] for node in graph}
        assert gd.reverse(graph, "d", exact=True) == {node: totals[node, "d"] for node in graph}
        assert gd.jacobian(graph, exact=True).array.tolist() == [[totals["a", "d"]]]
        contributions = gd.edge_contributions(graph, "a", "d", exact=True)
        assert contributions.total == sum(contributions[edge] for edge in (("a", "b"), ("a", "c")))
        paths = list(gd.iter_paths(graph, "a", "d", exact=True))
        assert sum(path.influence for path in paths) == totals["a", "d"]

    def test_whole_numbers_stay_whole(self) -> None:
        compiled = gd.compile(chain([2, 3, -5]), exact=True)
        assert gd.forward(compiled, 0) == {0: 1, 1: 2, 2: 6, 3: -30}
        assert gd.reverse(compiled, 3)[0] == -30

    def test_a_graph_compiled_for_exact_sums_counts_its_paths(self) -> None:
        compiled = gd.compile(parallel_chain([0.1, 0.2], [0.3]), exact=True)
        assert gd.count_paths(compiled, 0, 2) == gd.count_paths(compiled) == 2
        assert len(list(gd.iter_paths(compiled, 0, 2))) == 2

    def test_walks_around_a_cycle_are_summed_exactly(self) -> None:
        graph = weighted([("a", "b", 0.1), ("b", "a", 0.7), ("b", "c", 0.3)])
        total = gd.total_influence(graph, "a", "c", cycles="solve", exact=True)
        assert total == inverse_totals(graph)["a", "c"]

    def test_a_long_chain_takes_no_gcds(self) -> None:
        """Fractions alone take half a minute here."""
        total = gd.total_influence(chain([0.1] * 2000), 0, 2000, exact=True)
        numerator, denominator = (0.1).as_integer_ratio()
        assert total.denominator == denominator**2000
        assert total.numerator == numerator**2000


def bare(count: int = 3, **attributes: Any) -> nx.DiGraph:
    """Return a chain of `count` edges with these attributes and no weights."""
    graph = nx.path_graph(count + 1, create_using=nx.DiGraph)
    nx.set_edge_attributes(graph, dict.fromkeys(graph.edges, attributes))
    return graph


class TestMissingWeights:
    """networkx takes 1 for a missing weight without a word; here the edge is named."""

    def test_none_of_the_edges_has_one(self) -> None:
        with pytest.raises(gd.errors.WeightError, match="none of the 3 edges has 'weight'") as caught:
            gd.compile(bare(imports=2, kind="direct"))
        text = str(caught.value)
        assert "weight=None" in text
        assert "imports (3 of 3, numbers)" in text
        assert "kind (3 of 3, text)" in text or "kind (text)" in text
        assert "\n" not in text
        assert caught.value.count == 3

    def test_some_of_the_edges_have_none(self) -> None:
        graph = weighted([("a", "b", 1), ("c", "d", 2)])
        graph.add_edges_from([("b", "c"), ("d", "e")], cost=3)
        with pytest.raises(gd.errors.WeightError, match=r"no 'weight'.*4.*cost.*default_weight") as caught:
            gd.compile(graph)
        assert caught.value.edge in (("b", "c"), ("d", "e"))
        assert caught.value.count == 2
        assert all(repr(end) in str(caught.value) for end in caught.value.edge)

    def test_the_edge_of_a_multigraph_has_its_key(self) -> None:
        graph = nx.MultiDiGraph()
        graph.add_edge("a", "b", key="left", weight=1)
        graph.add_edge("a", "b", key="right")
        with pytest.raises(gd.errors.WeightError, match="right") as caught:
            gd.compile(graph)
        assert caught.value.edge == ("a", "b", "right")

    @pytest.mark.parametrize("bad", ["3", "", None, [1], {"w": 1}])
    def test_a_weight_that_is_no_number(self, bad: Any) -> None:
        graph = weighted([("a", "b", 1), ("b", "c", bad)])
        with pytest.raises(gd.errors.WeightError, match=r"'b'.*'c'") as caught:
            gd.compile(graph)
        assert caught.value.edge == ("b", "c")
        assert caught.value.count == 1

    def test_text_does_not_pass_with_a_default_either(self) -> None:
        with pytest.raises(gd.errors.WeightError, match="'3'"):
            gd.compile(weighted([("a", "b", "3")]), default_weight=1)

    def test_a_default_weight_fills_in(self) -> None:
        graph = weighted([("a", "b", 5)])
        graph.add_edge("b", "c")
        assert gd.total_influence(graph, "a", "c", default_weight=3) == 15
        assert gd.total_influence(graph, "a", "c", default_weight=0.5) == 2.5

    def test_a_default_weight_is_checked_too(self) -> None:
        with pytest.raises(gd.errors.GraphdiffError, match=r"(?i)nan"):
            gd.compile(bare(), default_weight=math.nan)

    def test_another_attribute(self) -> None:
        assert gd.total_influence(bare(imports=2), 0, 3, weight="imports") == 8
        with pytest.raises(gd.errors.WeightError, match="none of the 3 edges has 'import'"):
            gd.compile(bare(imports=2), weight="import")

    def test_none_counts_paths(self) -> None:
        assert gd.total_influence(bare(), 0, 3, weight=None) == 1

    def test_counting_needs_no_weights(self) -> None:
        assert gd.count_paths(bare(), 0, 3) == 1
        assert gd.count_paths(bare(weight="text"), 0, 3) == 1

    def test_a_callable_sees_both_ends_and_the_attributes(self) -> None:
        def weight(u: int, v: int, data: dict[str, int]) -> int:
            return (u + 10 * v) * data["imports"]

        assert gd.total_influence(bare(imports=2), 0, 3, weight=weight) == (10 * 2) * (21 * 2) * (32 * 2)

    def test_a_callable_sees_every_parallel_edge(self) -> None:
        graph = parallel_chain([2, 3], [5])
        assert gd.total_influence(graph, 0, 2, weight=lambda u, v, data: 10 * data["weight"]) == 2500

    @pytest.mark.parametrize("bad", ["3", None, math.nan])
    def test_a_callable_that_returns_no_number(self, bad: Any) -> None:
        with pytest.raises(gd.errors.WeightError, match="weight") as caught:
            gd.compile(bare(), weight=lambda u, v, data: bad)
        assert caught.value.edge == (0, 1)


class TestPresets:
    def test_unit_is_1_on_every_edge(self) -> None:
        assert gd.total_influence(parallel_chain([7, 8], [9]), 0, 2, weight=gd.weights.unit) == 2

    def test_even_is_one_over_the_out_degree_parallel_edges_included(self) -> None:
        graph = nx.MultiDiGraph([("a", "b"), ("a", "b"), ("a", "c"), ("b", "c"), ("b", "d")])
        result = gd.forward(graph, "a", weight=gd.weights.even)
        assert result == pytest.approx({"a": 1, "b": 2 / 3, "c": 2 / 3, "d": 1 / 3})

    def test_a_name_is_always_an_attribute(self) -> None:
        graph = bare(even=3, unit=2)
        assert gd.total_influence(graph, 0, 3, weight="even") == 27
        assert gd.total_influence(graph, 0, 3, weight="unit") == 8

    def test_even_counts_the_edges_inside_a_component_where_they_are_walked(self) -> None:
        """One unit at a goes round until it has left for t."""
        graph = nx.DiGraph([("a", "b"), ("b", "a"), ("b", "t")])
        total = gd.total_influence(graph, "a", "t", weight=gd.weights.even, cycles="solve")
        assert total == pytest.approx(1, rel=1e-14)

    def test_even_counts_edges_into_a_cycle_too(self) -> None:
        """Counted on the graph as read, before anything is cut out of it."""
        graph = nx.DiGraph([("a", "b"), ("a", "x"), ("x", "y"), ("y", "x")])
        for cycles in ("raise", "solve", "collapse"):
            assert gd.total_influence(graph, "a", "b", weight=gd.weights.even, cycles=cycles) == 0.5


QUESTIONS: dict[str, tuple[str, ...]] = {
    "compile": (),
    "total_influence": ("a", "d"),
    "forward": ("a",),
    "reverse": ("d",),
    "jacobian": (),
    "table": (),
    "iter_paths": ("a", "d"),
    "count_paths": (),
    "strongest_paths": ("a", "d"),
    "edge_contributions": ("a", "d"),
    "node_contributions": ("a", "d"),
}


def ask(question: str, graph: nx.Graph) -> Any:
    """Ask the public function of that name about the graph, to the end."""
    answer = getattr(gd, question)(graph, *QUESTIONS[question])
    return list(answer) if question == "iter_paths" else answer


@pytest.mark.parametrize("question", list(QUESTIONS))
def test_the_graph_is_never_changed(question: str) -> None:
    graph = weighted([("a", "b", 0.1), ("a", "b", 2), ("b", "d", 0.3), ("a", "d", 1)])
    graph.graph["name"] = "kept"
    before = copy.deepcopy(graph)
    ask(question, graph)
    assert graph.graph == before.graph
    assert list(graph.nodes(data=True)) == list(before.nodes(data=True))
    assert list(graph.edges(keys=True, data=True)) == list(before.edges(keys=True, data=True))


@pytest.mark.parametrize("question", list(QUESTIONS))
@pytest.mark.parametrize("kind", [nx.Graph, nx.MultiGraph])
def test_an_undirected_graph_is_refused_with_a_remedy(question: str, kind: type[nx.Graph]) -> None:
    graph = kind()
    graph.add_edge("a", "d", weight=1)
    with pytest.raises(gd.errors.GraphTypeError, match=r"undirected.*(to_directed|DiGraph)"):
        ask(question, graph)


@pytest.mark.parametrize("thing", [None, 3, "a -> b", {"a", "b"}, object()])
def test_what_is_no_graph_is_refused(thing: Any) -> None:
    with pytest.raises(gd.errors.GraphTypeError, match="DiGraph"):
        gd.compile(thing)


def test_a_weight_that_gives_no_weights_is_refused() -> None:
    with pytest.raises(gd.errors.UsageError, match="weight=3: an edge attribute's name"):
        gd.compile(weighted([("a", "b", 1)]), weight=3)  # type: ignore[arg-type]


def test_decimals_beyond_their_context_are_refused() -> None:
    graph = chain([Decimal("1e999999"), Decimal("1e999999")])
    for question in (gd.total_influence, gd.explain, gd.strongest_paths, gd.edge_contributions, gd.sensitivities):
        with pytest.raises(gd.errors.ValueOverflowError, match="Decimal of the context; exact=True has no such limit"):
            question(graph, 0, 2)
    for question in (gd.forward, gd.accumulate):
        with pytest.raises(gd.errors.ValueOverflowError, match="Decimal of the context; exact=True has no such limit"):
            question(graph, 0)
    with pytest.raises(gd.errors.ValueOverflowError, match="Decimal of the context; exact=True has no such limit"):
        gd.reverse(graph, 2)


@pytest.mark.parametrize("kind", [np.clongdouble, np.complex64, np.longdouble, np.float16, np.uint64, np.int8])
def test_numbers_of_numpy_that_python_has_no_name_for(kind: Any) -> None:
    expected: Any = complex(3) if np.issubdtype(kind, np.complexfloating) else 3
    arrays = gd.CompiledGraph.from_arrays([0, 1, 0], [1, 2, 2], np.array([1, 2, 1], dtype=kind))
    for graph, ends in (
        (weighted([("a", "b", kind(1)), ("b", "c", kind(2)), ("a", "c", kind(1))]), "ac"),
        (arrays, (0, 2)),
    ):
        total = gd.total_influence(graph, *ends)
        assert (total, type(total)) == (
            expected,
            type(expected) if kind in (np.clongdouble, np.complex64) else type(total),
        )
        assert type(total) in (int, float, complex)
        assert gd.explain(graph, *ends).total == expected
