"""What `explain` says beside the number: where all of it passes, what cancels, and how far walks are certain."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from typing import Any

import networkx as nx
import numpy as np
import pytest
from graphs import (
    ENGINES,
    FRACTIONS,
    INTS,
    SEVERAL,
    contractions,
    dags,
    engine,
    influence,
    inverse_totals,
    queries,
    walks,
    weighted,
)
from hypothesis import example, given, settings
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff import kernels
from graphdiff.errors import GraphdiffError, count_text
from graphdiff.graph.compiled import POLICIES


@given(query=queries(dags(INTS)))
def test_bottlenecks_are_on_every_path(query: Any) -> None:
    graph, source, target = query
    paths = [{node for edge in walk for node in edge[:2]} for walk in walks(graph, source, target)]
    expected = set.intersection(*paths) - {source, target} if paths else set()
    assert set(gd.explain(graph, source, target).bottlenecks) == expected


@settings(max_examples=150)
@given(query=queries(dags(INTS, max_nodes=6, max_edges=9)))
def test_the_cut_is_the_smallest_set_that_every_path_uses(query: Any) -> None:
    graph, source, target = query
    paths = [set(walk) for walk in walks(graph, source, target)]
    why = gd.explain(graph, source, target)
    if source == target or not paths:
        assert why.cut == []
        return
    assert all(path & set(why.cut) for path in paths)
    used = sorted(set.union(*paths), key=str)
    smaller = combinations(used, len(why.cut) - 1)
    assert not any(all(path & set(chosen) for path in paths) for chosen in smaller)
    crossed_once = (
        chosen for chosen in combinations(used, len(why.cut)) if all(len(path & set(chosen)) == 1 for path in paths)
    )
    if next(crossed_once, None) is not None:
        assert all(len(path & set(why.cut)) == 1 for path in paths)
        assert sum(why.edge_contributions[edge] for edge in why.cut) == why.total


def test_a_cut_that_paths_cross_once_comes_before_one_that_some_cross_twice() -> None:
    names = [("s", "a"), ("a", "b"), ("b", "d"), ("d", "t"), ("a", "d"), ("a", "t"), ("b", "t"), ("s", "d")]
    why = gd.explain(weighted([(*edge, 1) for edge in names]), "s", "t")
    assert why.cut == [("s", "a"), ("s", "d")]  # not s -> a and d -> t: s -> a -> d -> t runs through both
    assert sum(why.edge_shares[edge] for edge in why.cut) == 1


def test_of_several_cuts_the_one_nearest_the_target() -> None:
    graph = weighted([("a", "b", 1), ("b", "c", 1), ("b", "d", 1), ("c", "e", 1), ("d", "e", 1), ("e", "f", 1)])
    assert gd.explain(graph, "a", "f").cut == [("e", "f")]
    parallel = nx.MultiDiGraph(weighted([("a", "b", 1), ("b", "c", 1)]))
    parallel.add_edge("b", "c", weight=1)
    assert gd.explain(parallel, "a", "c").cut == [("a", "b", 0)]
    roots = weighted([("a", "c", 1), ("b", "c", 1)])
    assert gd.explain(roots, None, "c").cut == [("a", "c"), ("b", "c")]


@given(query=queries(dags(INTS | FRACTIONS)))
def test_the_parts_that_cancel_are_those_of_the_listed_paths(query: Any) -> None:
    graph, source, target = query
    sizes = {walk: influence(graph, walk) for walk in walks(graph, source, target)}
    found = gd.explain(graph, source, target).cancellation
    positive = sum(size for size in sizes.values() if size > 0)
    negative = sum(size for size in sizes.values() if size < 0)
    if not positive or not negative:
        assert found is None
        return
    assert (found.positive, found.negative) == (positive, negative)
    assert found.strongest_positive.influence == max(sizes.values())
    assert found.strongest_negative.influence == min(sizes.values())
    for path in (found.strongest_positive, found.strongest_negative):
        assert sizes[path.edges] == path.influence
    brought = dict.fromkeys(graph, (0, 0))
    for edge, number in gd.edge_contributions(graph, source, target).items():
        plus, minus = brought[edge[1]]
        brought[edge[1]] = (plus + max(number, 0), minus - min(number, 0))
    most = max(min(pair) for pair in brought.values())
    assert most == (min(brought[found.node]) if found.node is not None else 0)


def test_the_report_names_what_cancels_and_where() -> None:
    graph = weighted([("a", "b", 2.5), ("b", "d", 1.0), ("a", "c", 1.5), ("c", "d", -1.0), ("d", "e", 1.0)])
    text = str(gd.explain(graph, "a", "e"))
    line = "Paths of both signs cancel in part: 2.5 and -1.5, most of it at d; parts are of their absolute sum, 4."
    assert line in text.replace("\n  ", " ")
    assert gd.explain(graph, "a", "e").bottlenecks == ["d"]
    record = gd.explain(graph, "a", "e").to_dict()
    assert record["cancellation"]["strongest_negative"]["nodes"] == ["a", "c", "d", "e"]
    assert record["cut"] == [{"source": "d", "target": "e", "contribution": 1.0, "share": 1.0}]
    assert record["bottlenecks"] == ["d"]


class TestPartsWhereSignsMix:
    """x > m > y is worth 2.5, x > n > y -1.5, x > y 0.25: their sizes add up to 4.25, they themselves to 1.25."""

    EDGES = (("x", "m", 2.5), ("m", "y", 1.0), ("x", "n", 1.5), ("n", "y", -1.0), ("x", "y", 0.25))

    def test_last_steps_are_contributions_and_their_part_of_the_absolute_sum(self) -> None:
        why = gd.explain(weighted(self.EDGES), "x", "y")
        assert why.last_steps() == [("m", 2.5, 2.5 / 4.25), ("n", -1.5, -1.5 / 4.25), ("x", 0.25, 0.25 / 4.25)]
        assert re.search(r"last step +m: 2\.5 \(58\.8 %\)\n +n: -1\.5 \(-35\.3 %\)\n", str(why))

    def test_no_part_exceeds_the_whole_and_signs_are_told(self) -> None:
        text = str(gd.explain(weighted(self.EDGES), "x", "y"))
        assert all(abs(float(part)) <= 100 for part in re.findall(r"(-?[\d.]+) %", text))
        assert "equal paths, signs aside\n" in text
        assert re.search(r"  … > n > y +-35\.3 % +94\.1 %", text)

    def test_what_cancels_to_0_is_told_once(self) -> None:
        text = str(gd.explain(weighted([*self.EDGES[:-1], ("x", "y", -1)]), "x", "y"))
        assert "! The total is 0: paths of both signs cancel: 2.5 and -2.5, most of it at y; parts are of" in text
        assert text.count("cancel") == 1
        assert re.search(r"last step +m: 2\.5 \(50\.0 %\)", text)

    def test_where_sizes_have_no_finite_sum_there_are_contributions_only(self) -> None:
        edges = [("s", "a", 1.0), ("a", "b", 0.9), ("b", "a", -0.9), ("a", "a", 0.9), ("b", "t", 1.0)]
        why = gd.explain(weighted(edges), "s", "t", cycles="solve")
        assert why.last_steps() == [("b", pytest.approx(why.total), None)]
        assert re.search(rf"last step +b: {why.total:.6g}\n", str(why))


class TestTheCutInText:
    """Three edges leave s; two ways through the middle, m -> p and c -> f; three edges enter t."""

    def test_what_is_narrower_than_both_ends_is_told(self) -> None:
        steps = ("sa", "sb", "sc", "am", "bm", "mp", "pd", "pe", "cf", "dt", "et", "ft")
        why = gd.explain(weighted([(*step, 1) for step in steps]), "s", "t")
        assert "\nEach path uses one of these 2 edges: m -> p, f -> t.\n" in str(why)

    def test_the_edges_at_an_end_are_told_already(self) -> None:
        steps = ("sa", "sb", "sc", "am", "bm", "cm", "mt", "ct")
        assert " edge" not in str(gd.explain(weighted([(*step, 1) for step in steps]), "s", "t"))

    def test_one_edge_is_in_the_singular(self) -> None:
        edges = [("s", "a"), ("s", "b"), ("a", "p"), ("b", "p"), ("p", "q"), ("q", "c"), ("q", "d"), ("c", "t")]
        graph = weighted([(u, v, 1) for u, v in [*edges, ("d", "t")]])
        assert "\nEvery path uses the edge p -> q.\n" in str(gd.explain(graph, "s", "t"))


class TestWalks:
    @given(query=queries(contractions()))
    def test_the_exact_total_is_within_the_certificate(self, query: Any) -> None:
        graph, source, target = query
        floats = nx.MultiDiGraph(graph)
        for _, _, data in floats.edges(data=True):
            data["weight"] = float(data["weight"])
        exact = nx.MultiDiGraph(floats)
        for _, _, data in exact.edges(data=True):
            data["weight"] = Fraction(data["weight"])
        why = gd.explain(floats, source, target, cycles="solve")
        error = abs(Fraction(why.total) - inverse_totals(exact)[source, target])
        assert why.certificate is not None
        assert error <= why.certificate.error_bound
        assert not why.total or why.certificate.error_bound <= 1e-9 * abs(why.certificate.abs_sum)

    def test_close_to_divergence_the_bound_still_holds(self) -> None:
        for radius in (0.9, 0.999, 0.999999, 0.9999999):
            graph = weighted([("a", "b", 1.0), ("b", "a", radius), ("b", "c", 0.1), ("c", "b", -0.3), ("b", "d", 1.0)])
            exact = weighted([(u, v, Fraction(w)) for u, v, w in graph.edges(data="weight")])
            known = gd.explain(graph, "a", "d", cycles="solve").certificate
            error = abs(Fraction(known.value) - inverse_totals(exact)["a", "d"])
            assert error <= known.error_bound

    def test_complex_weights(self) -> None:
        graph = weighted([("a", "b", 0.5 + 0.1j), ("b", "a", 0.3j), ("b", "c", 1.0 + 0j)])
        known = gd.explain(graph, "a", "c", cycles="solve").certificate
        assert known.value == pytest.approx((0.5 + 0.1j) / (1 - (0.5 + 0.1j) * 0.3j))
        assert known.error_bound < 1e-12

    def test_exact_numbers_have_no_error(self) -> None:
        graph = weighted([("a", "b", Fraction(1, 2)), ("b", "a", Fraction(1, 3)), ("b", "c", 1)])
        known = gd.explain(graph, "a", "c", cycles="solve").certificate
        assert (known.value, known.error_bound, known.digits) == (Fraction(3, 5), 0, 15)

    def test_where_sizes_have_no_finite_sum_the_total_has_its_bound(self) -> None:
        """Round a and b walks of both signs: their sum converges, that of their sizes does not."""
        graph = nx.MultiDiGraph()
        graph.add_weighted_edges_from([("a", "b", 0.9), ("a", "b", -0.4), ("b", "a", 0.9), ("b", "c", 1.0)])
        why = gd.explain(graph, "a", "c", cycles="solve")
        assert why.total == pytest.approx(0.5 / (1 - 0.45))
        assert (why.certificate.abs_sum, why.certificate.digits) == (math.inf, 13)
        assert (why.effective_paths, why.strongest, why.cancellation) == (None, [], None)
        assert "No error bound" not in str(why)


def test_the_picture_stands_beside_the_text_in_a_notebook() -> None:
    html = gd.explain(weighted([("a", "<b>", 2), ("<b>", "c", 3)]), "a", "c")._repr_html_()
    assert html.startswith("<table><caption>a leads to c by 1 path; total 6</caption>")
    assert "<td>a -&gt; &lt;b&gt; -&gt; c</td><td>6</td><td>100.0 %</td>" in html
    assert html.count("<svg") == 1
    assert "<b>" not in html
    assert "<?xml" not in html


def test_the_picture_of_symbols_from_all_roots() -> None:
    x = pytest.importorskip("sympy").Symbol("x")
    why = gd.explain(weighted([("a", "b", x), ("b", "c", 2), ("a", "c", x)]), None, "c")
    assert "Total influence of the roots on c along the arrows: 3*x." in why._repr_html_()


class TestFloatsAtTheirLimits:
    def test_exact_floats_with_a_direct_edge(self) -> None:
        why = gd.explain(weighted([("a", "b", 0.1), ("a", "c", 0.2), ("c", "b", 0.3)]), "a", "b", exact=True)
        assert why.direct == Fraction(0.1)
        assert why.indirect == Fraction(0.2) * Fraction(0.3)

    @pytest.mark.parametrize(
        "sizes",
        [
            (1.3e-162, 1.7e-160, 1e300),
            (1.3e-170, 1.7e-160, 1e300),
            (1e200, 1e100, 1e-200, 1e-200, 1e-150, 1e200),
        ],
    )
    def test_the_bound_covers_underflow(self, sizes: tuple[float, ...]) -> None:
        edges = [(node, node + 1, size) for node, size in enumerate(sizes)]
        exact = Fraction(1)
        for size in sizes:
            exact *= Fraction(size)
        known = gd.explain(weighted(edges), 0, len(sizes)).certificate
        assert abs(Fraction(known.value) - exact) <= Fraction(known.error_bound)

    def test_a_total_that_is_0_by_rounding_is_not_certain(self) -> None:
        graph = weighted([("a", "b", 1e16), ("b", "d", 1.0), ("a", "c", -1e16), ("c", "d", 1.0), ("a", "d", 1.0)])
        assert "No digit is certain: the error can be" in str(gd.explain(graph, "a", "d"))

    def test_totals_beyond_the_floats_are_told(self) -> None:
        graph = nx.MultiDiGraph([(node, node + 1, {"weight": 1}) for node in range(700) for _ in range(3)])
        assert "about 9.66e333" in str(gd.explain(graph, 0, 700))

    def test_what_every_path_passes_and_the_two_strongest_are_told(self) -> None:
        edges = [("a", "b", 2), ("a", "c", -3), ("b", "m", 1), ("c", "m", 1), ("m", "z", 1)]
        text = str(gd.explain(weighted(edges), "a", "z"))
        assert "\nEvery path passes m.\n" in text
        assert "The strongest" not in text  # they are listed
        many = weighted([*edges, *(("a", f"n{i}", -1) for i in range(9)), *((f"n{i}", "m", 2.5) for i in range(9))])
        assert "! The strongest positive path, 2: a > b > m > z." in str(gd.explain(many, "a", "z"))

    @SEVERAL
    @given(query=queries(dags(INTS)))
    def test_the_entropy_is_that_of_the_listed_paths(self, query: Any) -> None:
        graph, source, target = query
        sizes = [abs(influence(graph, walk)) for walk in walks(graph, source, target)]
        why = gd.explain(graph, source, target)
        if not sum(sizes):
            assert why.entropy is None
            return
        expected = -sum(size / sum(sizes) * math.log(size / sum(sizes)) for size in sizes if size)
        assert why.entropy == pytest.approx(expected, abs=1e-9)


def test_what_decimals_cover_is_of_the_absolute_sum() -> None:
    graph = weighted([("a", "b", Decimal("0.1")), ("b", "c", Decimal(3)), ("a", "c", Decimal("-0.1"))])
    why = gd.explain(graph, "a", "c")
    assert why.coverage == [0.75, 1.0]
    assert re.search(r"a > c +-25.0 %  100.0 %", str(why))


def test_a_total_that_is_0_by_a_weight_of_0_is_not_called_uncertain() -> None:
    why = str(gd.explain(weighted([("a", "b", 0.0), ("b", "c", 2.0)]), "a", "c"))
    assert "! The total is 0: every path has an edge of weight 0, as a -> b (the only one on the way)" in why
    assert "certain" not in why


@pytest.mark.parametrize(
    ("edges", "source", "target", "expected"),
    [
        ([("s", "t", 3)], {"s": 0.5}, {"t": 0.25, "s": 2.0}, (Fraction(11, 8), Fraction(3, 8), 0)),
        ([], {"s": 0.5}, {"t": 0.25, "s": 2.0}, (1, 0, 0)),
        ([("s", "t", Fraction(0))], {"s": 0.5}, {"t": 0.25, "s": 2.0}, (1, 0, 0)),
    ],
    ids=["ints", "no edge", "a fraction of 0"],
)
@pytest.mark.parametrize("exact", [True, False])
def test_parts_of_seeds_that_are_floats(edges: Any, source: Any, target: Any, expected: Any, exact: bool) -> None:
    graph = nx.DiGraph()
    graph.add_nodes_from("st")
    graph.add_weighted_edges_from(edges)
    why = gd.explain(graph, source, target, exact=exact)
    assert (why.total, why.direct, why.indirect) == expected
    assert isinstance(why.total, float) is not exact
    assert str(why)
    assert why.certificate is not None
    assert why.certificate.error_bound >= 0


def _looked_at(graph: gd.CompiledGraph, source: Any, target: Any) -> list[Any]:
    """Return what an explanation and the questions beside it say, or the error that they raise."""
    try:
        why = gd.explain(graph, source, target)
        sensitive = gd.sensitivities(graph, source, target)
        read = gd.diagnose(graph, source, target)
        numbers = [np.asarray(sensitive.derivatives).tolist(), np.asarray(sensitive.removals).tolist()]
        certificate = None if why.certificate is None else why.certificate.to_dict()
        parts = [
            why.total,
            certificate,
            why.place,
            why.last_steps(),
            why.n_paths,
            why.edge_contributions.array.tolist(),
            why.node_contributions.array.tolist(),
            why.effective_paths,
            why.lengths,
            why.first_steps(),
            why.cancellation and why.cancellation.to_dict(),
            why.bottlenecks,
            why.cut,
            why.zero,
            [path.edges for path in why.shortest],
        ]
        return [*parts, list(sensitive), numbers, read.to_dict()]
    except GraphdiffError as error:
        return [type(error), str(error)]


def _generated(seed: int, kind: str, cycles: Any) -> gd.CompiledGraph:
    rng = np.random.default_rng(seed)
    tails, heads = rng.integers(0, 9, (2, 22))  # parallel edges, self loops and cycles
    if seed % 3:
        tails, heads = np.minimum(tails, heads), np.maximum(tails, heads)
        tails, heads = tails[tails < heads], heads[tails < heads]
    weights: Any = {
        "float": rng.uniform(0.01, 0.2, len(tails)),
        "mixed": rng.uniform(-0.2, 0.2, len(tails)),
        "tiny": rng.uniform(0.5, 1, len(tails)) * 10.0 ** rng.integers(-170, 100, len(tails)),
        "int": rng.integers(-3, 4, len(tails)),
        "Fraction": [Fraction(int(number), 40) for number in rng.integers(-3, 4, len(tails))],
    }[kind]
    return gd.CompiledGraph.from_arrays(tails, heads, weights, n_nodes=9, cycles=cycles)


def test_a_sum_of_sizes_that_roundings_made_negative_has_no_entropy() -> None:
    graph = _generated(507, "tiny", "solve")
    assert gd.explain(graph, 0, 8).effective_paths is None


@settings(max_examples=60, deadline=None)
@example(507, "tiny", "solve")  # a tangent below 0 at an edge that leads nowhere
@example(144, "tiny", "solve")  # what would bound the error leaves the floats
@given(
    st.integers(0, 2**32 - 1), st.sampled_from(["float", "mixed", "tiny", "int", "Fraction"]), st.sampled_from(POLICIES)
)
def test_kernels_and_plain_python_give_the_same_bits(seed: int, kind: str, cycles: Any) -> None:
    graph = _generated(seed, kind, cycles)
    ends = (0, 8) if seed % 2 else ({0: 2, 1: 3}, [7, 8])
    answers = []
    for name in ENGINES:
        with engine(name):
            answers.append(_looked_at(replace(graph, topology=replace(graph.topology)), *ends))
    assert repr(answers[0]) == repr(answers[1])


def test_explain_computes_neither_the_strongest_paths_nor_the_cut_before_they_are_asked_for() -> None:
    n_nodes = 4_000
    tails = np.repeat(np.arange(n_nodes - 2), 2)
    heads = tails + np.tile([1, 2], n_nodes - 2)
    for name in ENGINES:
        with engine(name):
            why = gd.explain(gd.CompiledGraph.from_arrays(tails, heads, np.full(len(tails), 0.55)), 0, n_nodes - 2)
            assert (why.certificate, why.place, why.last_steps()) != (None, None, [])
            assert not {"strongest", "effective_paths"} & set(vars(why))
            assert "rows" not in vars(why.part)


def layers(n_layers: int, size: int, negative: float, *, parallel: bool = False) -> gd.CompiledGraph:
    """Return a graph whose layers lead to the next with floats, from a source 0 to a target that comes last."""
    rng = np.random.default_rng(1)
    tails = np.concatenate([np.zeros(size, dtype=int), np.repeat(1 + np.arange(n_layers * size), 3)])
    inner = 1 + size * (1 + np.arange(n_layers * size) // size)
    heads = np.concatenate(
        [1 + np.arange(size), (inner[:, None] + rng.integers(0, size, (n_layers * size, 3))).ravel()]
    )
    target = 1 + n_layers * size
    heads = np.minimum(heads, target)
    if parallel:
        tails, heads = np.append(tails, tails[:9]), np.append(heads, heads[:9])
    weights = rng.uniform(0.2, 0.4, len(tails)) * np.where(rng.random(len(tails)) < negative, -1, 1)
    return gd.CompiledGraph.from_arrays(tails, heads, weights, n_nodes=target + 1)


PARTS_OF_EVERY_SIZE = (
    "total", "certificate", "place", "n_paths", "direct", "empty", "indirect", "lengths", "own_lengths",
    "effective_paths", "entropy", "strongest", "coverage", "shortest", "routes", "conditions", "edge_contributions",
    "edge_shares", "node_contributions", "node_shares", "cancellation", "whole", "from_errors", "drivers",
    "bfloat16_digits", "bottlenecks", "zero", "cut", "merged", "merged_elsewhere",
)  # fmt: skip


@pytest.mark.parametrize("negative", [0.0, 0.2, 1.0])
@pytest.mark.parametrize("parallel", [False, True])
def test_no_part_makes_a_list_of_the_edges_of_a_graph_of_floats(negative: float, parallel: bool) -> None:
    graph = layers(5, 700, negative, parallel=parallel)
    with engine("kernels"):
        why = gd.explain(graph, 0, graph.n_nodes - 1)
        for name in PARTS_OF_EVERY_SIZE:
            getattr(why, name)
        assert set(PARTS_OF_EVERY_SIZE) >= set(vars(why)) - {"source", "target", "basis", "ways", "part", "sweeps"}
        if why.cancellation is not None:
            why.cancellation.to_dict()
        assert (why.last_steps(3), why.first_steps(2)) == (why.last_steps()[:3], why.first_steps()[:2])
        assert str(why)
        assert gd.sensitivities(graph, 0, graph.n_nodes - 1).top(3)
    if kernels.available():  # plain Python goes over lists
        assert not {"rows", "finished_rows", "steps", "labels"} & set(vars(why.part))


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(ENGINES))
def test_the_strongest_of_each_sign_is_the_largest_of_all_paths(seed: int, engine_name: str) -> None:
    rng = np.random.default_rng(seed)
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(6))
    for tail, head in np.sort(rng.integers(0, 6, (9, 2))).tolist():
        if tail < head:
            graph.add_edge(tail, head, weight=float(rng.choice([0.0, 0.5, -0.75, 1.25, 3.0, -2.0])))
    starts, ends = {0: 2.0, 1: -0.5}, {5: 1.5, 4: -1.0}
    sizes = [
        starts[source] * influence(graph, walk) * ends[target]
        for source in starts
        for target in ends
        for walk in walks(graph, source, target)
    ]
    with engine(engine_name):
        account = gd.explain(graph, starts, ends).cancellation
        assert (account is None) == (max(sizes, default=0) <= 0 or min(sizes, default=0) >= 0)
        if account is not None:
            strongest = account.strongest_positive, account.strongest_negative
            assert [path.influence for path in strongest if path] == [max(sizes), min(sizes)]


@pytest.mark.parametrize("engine_name", ENGINES)
def test_paths_of_both_signs_that_no_float_holds_cancel_without_a_strongest(engine_name: str) -> None:
    n_steps = 1200
    tails = np.repeat(np.arange(n_steps), 4)
    graph = gd.CompiledGraph.from_arrays(tails, tails + 1, np.tile([0.45, 0.45, 0.45, -0.35], n_steps))
    with engine(engine_name):
        why = gd.explain(graph, 0, n_steps)  # 4 ** 1200 paths, the strongest worth 0.45 ** 1200
        account = why.cancellation
        assert account is not None
        assert (why.total, why.whole) == (pytest.approx(1.0), pytest.approx(1.7**n_steps))
        assert (account.strongest_positive, account.strongest_negative) == (None, None)


def test_sources_on_one_cycle_take_each_first_step_once() -> None:
    graph = weighted([("a", "b", 0.5), ("b", "a", 0.5), ("b", "t", 1.0), ("a", "u", 1.0), ("u", "t", 1.0)])
    why = gd.explain(graph, ["a", "b"], "t", cycles="solve")
    assert sum(number for _, number, _ in why.first_steps()) == pytest.approx(float(why.total))


@pytest.mark.parametrize("n_diamonds", [60, 61, 62, 63])
@pytest.mark.parametrize("engine_name", ENGINES)
def test_paths_are_counted_beyond_the_ints_of_the_machine(n_diamonds: int, engine_name: str) -> None:
    starts = 2 * np.arange(n_diamonds)
    tails, heads = np.concatenate([starts, starts, starts + 1]), np.concatenate([starts + 1, starts + 2, starts + 2])
    with engine(engine_name):
        graph = gd.CompiledGraph.from_arrays(tails, heads, np.ones(len(tails)))
        assert gd.explain(graph, 0, 2 * n_diamonds).n_paths == 2**n_diamonds
        read = gd.diagnose(graph, 0, 2 * n_diamonds)
        assert (read.n_paths, read.lengths.total) == (2**n_diamonds, 3 * n_diamonds * 2 ** (n_diamonds - 1))


@pytest.mark.parametrize("count", [3**70_000, 7**40_000, 2**400_000], ids=["3", "7", "2"])
def test_counts_of_very_many_digits_are_written_by_their_first(count: int) -> None:
    number = count_text(-count).removeprefix("about -")
    digits = int(number.partition("e")[2])
    lead = count // 10 ** (digits - 6)
    assert 10**6 <= lead < 10**7
    assert abs(float(number.partition("e")[0]) - lead / 1e6) <= 0.0101
