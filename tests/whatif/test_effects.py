"""`table`: lavaan's and semopy's own tables, Sobel by hand, sums over listed paths, 1,000 simulated data sets."""

from __future__ import annotations

import csv
import json
import math
import time
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from graphs import QUARTERS, dags, edge_names, influence, inverse_totals, olah, parallel_chain, walks, weighted
from hypothesis import given, settings
from hypothesis import strategies as st

import graphdiff as gd

DATA = Path(__file__).resolve().parents[2] / "data"

#: The covariance of a = ind60 -> dem60, b = dem60 -> dem65, c = ind60 -> dem65 in lavaan's model of political
#: democracy: of the inverse of the expected information at lavaan's estimates, computed by semopy.
DEMOCRACY = [
    [0.15931961180161577, -0.00267955743300498, -0.0108812168478886],
    [-0.00267955743300498, 0.00967291087424156, -0.00590487868216974],
    [-0.0108812168478886, -0.00590487868216974, 0.0489797945447354],
]


def mediation(a: float = 0.474, b: float = 0.788, c: float = 0.036) -> nx.DiGraph:
    """Return lavaan's tutorial example with its standard errors, the labels as lavaan's syntax gives them."""
    graph = nx.DiGraph()
    graph.add_edge("X", "Y", weight=c, se=0.104, label="c")
    graph.add_edge("X", "M", weight=a, se=0.103, label="a")
    graph.add_edge("M", "Y", weight=b, se=0.092, label="b")
    return graph


class TestTheNumbers:
    def test_by_hand(self) -> None:
        effects = gd.table(olah())
        assert {source + target for source, target in effects} == {"ac", "ae", "bc", "bd", "be", "ce", "de"}
        one = effects["b", "e"]
        assert (one.direct, one.indirect, one.total, one.paths) == (0, 5, 5, 2)
        assert (effects["d", "e"].direct, effects["d", "e"].indirect) == (3, 0)
        assert one.spread == {}

    def test_a_pair_without_a_path_is_none(self) -> None:
        effects = gd.table(olah(), ["e", "b"], "b")
        assert len(effects) == 0
        assert ("e", "b") not in effects
        assert ("b", "b") not in effects  # the empty path is no row
        assert "no path leads from a source to a target" in str(effects)
        assert len(effects.to_pandas()) == 0
        assert list(effects.to_pandas().columns) == effects.columns

    def test_paths_that_cancel_are_a_row_of_0(self) -> None:
        one = gd.table(weighted([("x", "m", 1), ("m", "y", 2), ("x", "y", -2)]), "x", "y")["x", "y"]
        assert (one.direct, one.indirect, one.total, one.paths) == (-2, 2, 0, 2)

    def test_parallel_edges_are_added(self) -> None:
        effects = gd.table(parallel_chain([2, 3, 5], [7, 11]))
        assert (effects[0, 1].direct, effects[0, 1].paths) == (10, 3)
        assert (effects[0, 2].direct, effects[0, 2].indirect, effects[0, 2].paths) == (0, 180, 6)
        assert gd.table(parallel_chain([0.1, 0.2, 0.3, 0.7]))[0, 1].indirect == 0  # and not what floats leave

    def test_a_string_and_a_tuple_are_one_node(self) -> None:
        graph = weighted([("ab", "c", 2), ("a", "c", 3), (("a", "c"), "c", 5)])
        assert list(gd.table(graph, "ab")) == [("ab", "c")]
        assert list(gd.table(graph, ("a", "c"), ["c"])) == [(("a", "c"), "c")]
        assert list(gd.table(graph, ["a", "ab", "a"], {"c"})) == [("a", "c"), ("ab", "c")]
        with pytest.raises(gd.errors.UsageError, match="a list of nodes is needed, without seeds"):
            gd.table(graph, {"a": 2})
        with pytest.raises(gd.errors.UnknownNodeError, match="no node 'b'"):
            gd.table(graph, ["b"])

    @settings(max_examples=40)
    @given(graph=dags(QUARTERS))
    def test_sums_over_listed_paths(self, graph: nx.MultiDiGraph) -> None:
        effects = gd.table(graph)
        there = set()
        for source in graph:
            for target in graph:
                paths = [walk for walk in walks(graph, source, target) if walk]
                if not paths:
                    continue
                there.add((source, target))
                one = effects[source, target]
                assert one.paths == len(paths)
                assert one.direct == pytest.approx(sum(influence(graph, p) for p in paths if len(p) == 1), abs=1e-9)
                assert one.indirect == pytest.approx(sum(influence(graph, p) for p in paths if len(p) > 1), abs=1e-9)
                assert one.total == pytest.approx(one.direct + one.indirect, abs=1e-9)
        assert set(effects) == there

    def test_numbers_of_every_type_keep_it(self) -> None:
        sympy = pytest.importorskip("sympy")
        a, b, c = sympy.symbols("a b c")
        for weights in (
            (Fraction(1, 3), Fraction(1, 2), Fraction(1, 7)),
            (Decimal("0.1"), Decimal("0.2"), Decimal("0.3")),
            (1j, 2 + 1j, 3j),
            (2**70, 3, 5),
            (a, b, c),
        ):
            one = gd.table(mediation(*weights), "X", "Y")["X", "Y"]  # type: ignore[arg-type]
            assert one.direct == weights[2]
            assert one.indirect == weights[0] * weights[1]  # type: ignore[operator]
            assert isinstance(one.indirect, sympy.Basic if weights[0] is a else type(one.total))
            json.dumps(gd.table(mediation(*weights)).to_dict())  # type: ignore[arg-type]
        one = gd.table(mediation(0.1, 0.2, 0.3), "X", "Y", exact=True)["X", "Y"]
        assert one.indirect == Fraction(0.1) * Fraction(0.2)
        assert isinstance(one.direct, Fraction)


class TestCycles:
    def test_raise_refuses_where_one_lies_between(self) -> None:
        graph = weighted([("a", "b", 0.5), ("b", "a", 0.5), ("b", "c", 1.0), ("c", "d", 2.0)])
        with pytest.raises(gd.errors.CycleError, match="a -> b -> a"):
            gd.table(graph)
        assert gd.table(graph, "c")["c", "d"].direct == 2
        with pytest.raises(gd.errors.CycleError, match="a -> b -> a"):
            gd.table(graph, targets="d")

    def test_collapse_leaves_out_what_it_cannot_tell_apart(self) -> None:
        graph = weighted([("s", "a", 2), ("a", "b", 3), ("b", "a", 5), ("b", "t", 7), ("a", "t", 11)])
        effects = gd.table(graph, cycles="collapse")
        assert effects.n_apart == 2
        assert "Left out: 2 pairs within a cycle that counts as one node; why says how such two hang" in str(effects)
        one = effects["s", "t"]
        assert (one.total, one.direct, one.indirect, one.paths) == (36, 0, 36, 2)
        assert effects["a", "t"].direct == effects["b", "t"].direct == 18  # as gd.explain has it
        assert gd.explain(graph, "a", "t", cycles="collapse").direct == 18
        within = gd.table(graph, "a", "b", cycles="collapse")
        assert (len(within), within.n_apart) == (0, 1)
        assert str(within).startswith("Effects by weight: none\nLeft out: 1 pair within a cycle")
        assert gd.table(graph, ["s", "a"], "b", cycles="collapse").n_apart == 1

    @settings(max_examples=40)
    @given(seed=st.integers(0, 10_000))
    def test_solve_sums_all_walks(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        edges = [
            (u, v, Fraction(int(rng.integers(-3, 4)), 16)) for u in range(5) for v in range(5) if rng.random() < 0.4
        ]
        graph = weighted(edges)
        graph.add_nodes_from(range(5))
        right, effects = inverse_totals(graph), gd.table(graph, cycles="solve")
        reach = {node: nx.descendants(graph, node) for node in graph}
        back = {node for node in graph if graph.has_edge(node, node) or any(node in reach[v] for v in graph[node])}
        joined = {(s, t) for s in graph for t in graph if (t in reach[s] if s != t else s in back)}
        assert set(effects) == joined
        for source, target in joined:
            one = effects[source, target]
            assert one.total == right[source, target]
            assert one.direct == graph.get_edge_data(source, target, default={"weight": 0})["weight"]
            assert one.indirect == one.total - one.direct - (source == target)
            between = ({source} | reach[source]) & ({target} | {v for v in graph if target in reach[v]})
            assert (one.paths is None) == bool(between & back)

    def test_derivatives_through_a_solved_cycle(self) -> None:
        graph = weighted([("a", "b", 0.5), ("b", "a", 0.25), ("b", "c", 1.0)])
        sd = dict.fromkeys(graph.edges, 0.001)
        effects = gd.table(graph, cycles="solve", sd=sd)
        for (source, target), one in effects.items():
            same = gd.uncertainty(graph, source, target, sd=sd, cycles="solve")
            assert one.spread["total"].standard_error == pytest.approx(same.standard_error, rel=1e-12)
        # T[a, a] = 1 / (1 - p q), p = 1/2, q = 1/4: dT/dp = q / (1 - p q)², dT/dq = p / (1 - p q)²
        right = 1e-3 * math.hypot(0.25, 0.5) / (1 - 0.125) ** 2
        assert effects["a", "a"].spread["indirect"].standard_error == pytest.approx(right, rel=1e-12)
        assert "∞" in str(effects)


# ------------------------------------------------------------------------------------------- the errors


class TestTheDeltaMethod:
    def test_sobel_by_hand(self) -> None:
        """a = .474 (.103), b = .788 (.092): sqrt(.474² .092² + .788² .103²) = .09214, z = .373512 / .09214 = 4.054."""
        one = gd.table(mediation(), sd="se")["X", "Y"].spread["indirect"]
        assert one.standard_error == pytest.approx(math.sqrt(0.474**2 * 0.092**2 + 0.788**2 * 0.103**2), rel=1e-12)
        assert one.z == pytest.approx(4.0539, abs=5e-4)
        assert (one.low, one.high) == pytest.approx((0.37351 - 1.96 * 0.09214, 0.37351 + 1.96 * 0.09214), abs=1e-4)

    def test_direct_indirect_and_total_of_a_fork_by_hand(self) -> None:
        """x -> m -> y and x -> n -> y: the indirect effect a b + d e, cov(b, e) = .01."""
        graph = weighted([("x", "m", 2.0), ("m", "y", 3.0), ("x", "n", 5.0), ("n", "y", 7.0), ("x", "y", 11.0)])
        sd = {("x", "m"): 0.1, ("m", "y"): 0.2, ("x", "n"): 0.3, ("n", "y"): 0.4, ("x", "y"): 0.5}
        cov = {(("m", "y"), ("n", "y")): 0.01, (("x", "y"), ("m", "y")): -0.02}
        one = gd.table(graph, "x", "y", sd=sd, cov=cov)["x", "y"].spread
        indirect = 3**2 * 0.1**2 + 2**2 * 0.2**2 + 7**2 * 0.3**2 + 5**2 * 0.4**2 + 2 * 2 * 5 * 0.01
        assert one["direct"].standard_error == pytest.approx(0.5)
        assert one["indirect"].standard_error == pytest.approx(math.sqrt(indirect))
        assert one["total"].standard_error == pytest.approx(math.sqrt(indirect + 0.5**2 - 2 * 2 * 0.02))

    def test_two_edges_of_one_label_are_one_parameter(self) -> None:
        """Of (b²)' = 2 b: two weights of one label are not sqrt(2) b s, as two of their own, but 2 b s."""
        graph = weighted([("x", "m", 0.5), ("m", "y", 0.5)])
        nx.set_edge_attributes(graph, 0.1, "se")
        apart = gd.table(graph, "x", "y", sd="se")["x", "y"].spread["total"]
        assert apart.standard_error == pytest.approx(math.sqrt(2) * 0.5 * 0.1)
        graph.graph["equal_parameters"] = {"a == b": [("x", "m"), ("m", "y")]}
        effects = gd.table(graph, "x", "y", sd="se")
        assert effects["x", "y"].spread["total"].standard_error == pytest.approx(2 * 0.5 * 0.1)
        assert "those of one label as one (a == b)" in str(effects)
        del graph.graph["equal_parameters"]
        nx.set_edge_attributes(graph, "b", "label")
        assert "those of one label as one (b)" in str(gd.table(graph, "x", "y", sd="se"))
        for form in ({"sd": "se"}, {"cov": {("b", "b"): 0.01}}, {"sd": "se", "cov": {("b", "b"): 0.01}}):
            one = gd.table(graph, "x", "y", **form)["x", "y"].spread["total"]  # type: ignore[arg-type]
            assert one.standard_error == pytest.approx(2 * 0.5 * 0.1)
        assert gd.uncertainty(graph, "x", "y", sd="se").standard_error == pytest.approx(2 * 0.5 * 0.1)

    def test_one_label_of_different_weights_or_errors_is_no_parameter(self) -> None:
        """As the labels of a drawing, which say what an edge is."""
        for changed in ({"weight": 0.4}, {"se": 0.2}):
            graph = weighted([("x", "m", 0.5), ("m", "y", 0.5)])
            nx.set_edge_attributes(graph, {edge: {"se": 0.1, "label": "calls"} for edge in graph.edges})
            graph.edges["m", "y"].update(changed)
            effects = gd.table(graph, "x", "y", sd="se")
            a, b = graph.edges["x", "m"], graph.edges["m", "y"]
            right = math.hypot(a["weight"] * b["se"], b["weight"] * a["se"])
            assert effects["x", "y"].spread["total"].standard_error == pytest.approx(right)
            assert "one label" not in str(effects)

    @settings(max_examples=30)
    @given(graph=dags(QUARTERS), seed=st.integers(0, 2**32 - 1))
    def test_numerical_derivatives(self, graph: nx.MultiDiGraph, seed: int) -> None:
        """Of direct, indirect and total effects, path by path, with a covariance of all edges."""
        rng, edges = np.random.default_rng(seed), edge_names(graph)
        if not edges:
            return
        root = rng.normal(size=(len(edges), len(edges))) * 0.1
        cov, step = root @ root.T, Fraction(1, 2**20)
        for (source, target), one in gd.table(graph, cov=cov).items():
            paths = [walk for walk in walks(graph, source, target) if walk]
            chosen = {"direct": [p for p in paths if len(p) == 1], "indirect": [p for p in paths if len(p) > 1]}
            chosen["total"] = paths
            for name, some in chosen.items():
                slopes = []
                for edge in edges:
                    moved = graph.copy()
                    moved.edges[edge]["weight"] = Fraction(graph.edges[edge]["weight"]) + step
                    before, after = (sum(influence(g, p) for p in some) for g in (graph, moved))
                    slopes.append(float((after - Fraction(before)) / step))
                right = math.sqrt(max(0.0, np.array(slopes) @ cov @ np.array(slopes)))
                assert one.spread[name].standard_error == pytest.approx(right, rel=1e-6, abs=1e-9)

    def test_a_pair_is_as_uncertain_as_uncertainty_says(self) -> None:
        for (source, target), one in gd.table(mediation(), sd="se", cov={("b", "c"): -0.004}).items():
            same = gd.uncertainty(mediation(), source, target, sd="se", cov={("b", "c"): -0.004})
            assert one.spread["total"].standard_error == pytest.approx(same.standard_error, rel=1e-12)
            assert (one.spread["total"].low, one.spread["total"].high) == pytest.approx(same.interval(), rel=1e-12)

    def test_collapsed_cycles_and_ints_and_exact_numbers(self) -> None:
        graph = weighted([("s", "a", 2), ("a", "b", 3), ("b", "a", 5), ("b", "t", 7), ("a", "t", 11), ("s", "t", 1)])
        sd = dict.fromkeys(graph.edges, Fraction(1, 10))
        one = gd.table(graph, "s", "t", sd=sd, cycles="collapse")["s", "t"]
        right = 0.1 * math.sqrt(18**2 + 2**2 + 2**2)
        assert one.spread["indirect"].standard_error == pytest.approx(right)
        assert one.spread["total"].standard_error == pytest.approx(math.sqrt(right**2 + 0.01))
        exactly = gd.table(mediation(), sd="se", exact=True)["X", "Y"]
        assert exactly.spread["total"].standard_error == pytest.approx(math.hypot(0.104, 0.09213714), rel=1e-6)


class TestCovariances:
    def test_in_every_form(self) -> None:
        pandas = pytest.importorskip("pandas")
        labels, edges = ["a", "b", "c"], [("X", "M"), ("M", "Y"), ("X", "Y")]
        matrix = np.array(DEMOCRACY) / 10
        graph = mediation()
        right = [matrix[labels.index(graph.edges[e]["label"])] for e in graph.edges]
        in_order = [[row[edges.index(other)] for other in graph.edges] for row in right]
        forms = [
            in_order,
            pandas.DataFrame(matrix, labels, labels),
            pandas.DataFrame(matrix, *[pandas.Index(edges, tupleize_cols=False)] * 2),
            pandas.DataFrame(matrix, ["M~X", "Y ~ M", "X -> Y"], ["M ~ X", "M->Y", "c"])[["c", "M ~ X", "M->Y"]],
            {(a, b): matrix[i, j] for i, a in enumerate(labels) for j, b in enumerate(labels) if i <= j},
        ]
        errors = [gd.table(graph, cov=cov)["X", "Y"].spread["total"].standard_error for cov in forms]
        slopes = np.array([0.788, 0.474, 1])
        assert errors == pytest.approx([math.sqrt(slopes @ matrix @ slopes)] * len(forms), rel=1e-12)

    def test_variances_of_no_path_are_left_out_and_other_names_refused(self) -> None:
        cov: dict[Any, float] = {
            ("a", "a"): 0.01,
            ("b", "b"): 0.01,
            ("c", "c"): 0.01,
            ("Y~~Y", "Y~~Y"): -3.0,
            ("Y~1", "a"): 9.0,
        }
        assert gd.table(mediation(), cov=cov)["X", "M"].spread["direct"].standard_error == pytest.approx(0.1)
        with pytest.raises(gd.errors.UsageError, match=r"cov names 'd', which is no label of an edge and no edge"):
            gd.table(mediation(), sd="se", cov={("a", "d"): 0.1})
        with pytest.raises(gd.errors.UsageError, match=r"cov names 'Y ~ N'.*; did you mean .*'Y~M'"):
            gd.table(mediation(), sd="se", cov={("a", "Y ~ N"): 0.1})

    def test_parallel_edges_need_their_key(self) -> None:
        graph = parallel_chain([2.0, 3.0])
        with pytest.raises(gd.errors.UsageError, match=r"that is 2 edges: '0 -> 1 \(key 0\)', '0 -> 1 \(key 1\)'"):
            gd.table(graph, cov={("1~0", "1~0"): 0.1})
        cov = {("0 -> 1 (key 0)", "0 -> 1 (key 0)"): 0.09, ("0 -> 1 (key 1)", "0 -> 1 (key 1)"): 0.16}
        assert gd.table(graph, cov=cov)[0, 1].spread["direct"].standard_error == pytest.approx(0.5)

    def test_an_impossible_one_is_refused_by_its_smallest_eigenvalue(self) -> None:
        """[[1, 2], [2, 1]] has the eigenvalues 3 and -1."""
        cov = {("a", "a"): 1.0, ("b", "b"): 1.0, ("a", "b"): 2.0}
        with pytest.raises(gd.errors.UsageError, match=r"its smallest eigenvalue is -1 \(the largest 3\)"):
            gd.table(mediation(), sd="se", cov=cov)
        # Units of very different sizes do not hide it.
        cov = {("a", "a"): 1e-12, ("b", "b"): 1e6, ("a", "b"): 2e-3}
        with pytest.raises(gd.errors.UsageError, match=r"its smallest eigenvalue is -3e-12"):
            gd.table(mediation(), sd="se", cov=cov)
        with pytest.raises(gd.errors.UsageError, match=r"cov is not symmetric: .* have 0\.1 and 0\.2"):
            gd.table(mediation(), sd="se", cov={("a", "b"): 0.1, ("b", "a"): 0.2})
        # One that is singular, or was printed with six digits, is a covariance.
        printed = np.round(np.outer([1, 2, 3], [1, 2, 3]) / 7, 6)
        assert gd.table(mediation(), cov=printed)["X", "Y"].spread["total"].standard_error > 0

    def test_a_name_twice_with_different_numbers(self) -> None:
        pandas = pytest.importorskip("pandas")
        names = ["a", "a", "b", "c"]
        twice = pandas.DataFrame(np.eye(4)[[0, 0, 2, 3]][:, [0, 0, 2, 3]], names, names)
        assert gd.table(mediation(), cov=twice)["X", "M"].spread["direct"].standard_error == 1
        with pytest.raises(gd.errors.UsageError, match="cov has the edge 'X' -> 'M' twice, with different numbers"):
            gd.table(mediation(), cov=pandas.DataFrame(np.eye(4), names, names))
        with pytest.raises(gd.errors.UsageError, match="other names for its rows than for its columns"):
            gd.table(mediation(), cov=pandas.DataFrame(np.eye(2), ["a", "b"], ["a", "c"]))


class TestDraws:
    def test_errors_and_percentiles_are_those_of_the_draws(self) -> None:
        rng = np.random.default_rng(4)
        draws = {"a": rng.normal(0.474, 0.1, 500), "b": rng.normal(0.788, 0.1, 500), "c": rng.normal(0.036, 0.1, 500)}
        one = gd.table(mediation(), draws=draws, level=0.9)["X", "Y"]
        products = draws["a"] * draws["b"]
        assert one.indirect == pytest.approx(0.474 * 0.788)  # of the weights, not of the draws
        assert one.spread["indirect"].standard_error == pytest.approx(np.std(products, ddof=1), rel=1e-9)
        low, high = np.percentile(products, [5, 95])
        assert (one.spread["indirect"].low, one.spread["indirect"].high) == pytest.approx((low, high), rel=1e-9)
        total = np.percentile(products + draws["c"], [5, 95])
        assert (one.spread["total"].low, one.spread["total"].high) == pytest.approx(tuple(total), rel=1e-9)
        assert one.spread["direct"].standard_error == pytest.approx(np.std(draws["c"], ddof=1), rel=1e-9)

    def test_in_every_form(self) -> None:
        pandas = pytest.importorskip("pandas")
        rows = np.array([[0.1, 0.5, 0.7], [0.2, 0.4, 0.9], [0.0, 0.6, 0.8]])  # of c, a, b, as the graph has them
        forms = [rows, rows.tolist(), pandas.DataFrame(rows, columns=["c", "M~X", "M -> Y"])]
        forms.append({("X", "Y"): rows[:, 0], "a": rows[:, 1], "b": rows[:, 2], "Y~~Y": [1, 2, 3]})
        errors = [gd.table(mediation(), draws=draws)["X", "Y"].spread["total"].standard_error for draws in forms]
        right = np.std(rows[:, 0] + rows[:, 1] * rows[:, 2], ddof=1)
        assert errors == pytest.approx([right] * len(forms))

    def test_what_is_fixed_says_so(self) -> None:
        draws = {"a": [0.4, 0.5, 0.6], "b": [0.7, 0.8, 0.9]}
        with pytest.raises(gd.errors.UsageError, match="no column of the edge 'X' -> 'Y'; sd= where it has 0"):
            gd.table(mediation(), draws=draws)
        one = gd.table(mediation(), draws=draws, sd={("X", "Y"): 0})["X", "Y"].spread
        assert one["direct"].standard_error == 0
        assert one["direct"].z is None
        assert one["total"].standard_error == pytest.approx(one["indirect"].standard_error)

    def test_round_a_cycle(self) -> None:
        graph = weighted([("a", "b", 0.5), ("b", "a", 0.25)])
        draws = {("a", "b"): [0.5, 0.4, 0.3], ("b", "a"): [0.2, 0.3, 0.4]}
        one = gd.table(graph, "a", "b", draws=draws, cycles="solve")["a", "b"].spread["total"]
        assert one.standard_error == pytest.approx(np.std([0.5 / 0.9, 0.4 / 0.88, 0.3 / 0.88], ddof=1))
        again = gd.table(graph, "a", draws=draws, cycles="solve")["a", "a"].spread["indirect"]
        assert again.low == pytest.approx(np.percentile([0.1 / 0.9, 0.12 / 0.88, 0.12 / 0.88], 2.5))
        with pytest.raises(gd.errors.CycleError, match=r"^draw 2: "):
            gd.table(graph, "a", "b", draws={("a", "b"): [0.5, 3.0], ("b", "a"): [0.2, 2.0]}, cycles="solve")

    @pytest.mark.parametrize(
        ("draws", "text"),
        [
            ({"a": [1.0], "b": [1.0], "c": [1.0]}, "draws has 1 rows: two or more are needed"),
            ({}, "draws has 0 rows"),
            ({"a": [1.0, math.nan], "b": [1, 2], "c": [1, 2]}, "draws: 'a' is nan in row 2; leave that draw out"),
            ({"a": [1, 2, 3], "b": [1, 2], "c": [1, 2]}, "columns of different lengths"),
            ({"a": [1, 2], "M~X": [1, 3]}, "draws has the edge 'X' -> 'M' twice, with different numbers"),
            ({"q": [1, 2]}, "draws names 'q', which is no label"),
            (np.ones((5, 2)), r"draws has shape \(5, 2\): a row a draw, a column for each of the 3 edges"),
        ],
    )
    def test_what_are_no_draws(self, draws: Any, text: str) -> None:
        with pytest.raises(gd.errors.UsageError, match=text):
            gd.table(mediation(), draws=draws)


class TestRefusals:
    def test_what_has_no_errors(self) -> None:
        with pytest.raises(gd.errors.UsageError, match="a standard error needs real weights, not complex"):
            gd.table(mediation(1j), sd="se")
        with pytest.raises(gd.errors.WeightError, match=r"sd of the edge 'X' -> 'Y' is missing \(attribute 'error'\)"):
            gd.table(mediation(), sd="error")
        with pytest.raises(gd.errors.WeightError, match="cannot be negative"):
            gd.table(mediation(), sd=dict.fromkeys(mediation().edges, -1.0))
        with pytest.raises(gd.errors.UsageError, match="draws have a covariance of their own"):
            gd.table(mediation(), cov=np.eye(3), draws=np.ones((2, 3)))
        with pytest.raises(gd.errors.UsageError, match="level=95 is not between 0 and 1"):
            gd.table(mediation(), level=95)
        with pytest.raises(gd.errors.ValueOverflowError, match="larger than the largest float"):
            gd.table(weighted([(0, 1, 1e200), (1, 2, 1e-200)]), sd={(0, 1): 1e200, (1, 2): 1e200})
        with pytest.raises(gd.errors.ValueOverflowError, match="larger than the largest float"):
            gd.table(weighted([(0, 1, 10**400), (1, 2, 1)]), sd={(0, 1): 1, (1, 2): 1})

    def test_an_overflow_between_direct_and_total(self) -> None:
        graph = weighted([("x", "y", -1.5e308), *(e for m in "mn" for e in (("x", m, 1.2e154), (m, "y", 1e154)))])
        assert math.isfinite(gd.total_influence(graph, "x", "y"))
        with pytest.raises(gd.errors.ValueOverflowError, match="a sum over the paths is larger"):
            gd.table(graph, "x", "y")

    def test_limits_are_stated_and_adjustable(self) -> None:
        graph = mediation()
        with pytest.raises(gd.errors.LimitError, match="3 sources by 3 targets are 9, more than max_cells=8: name"):
            gd.table(graph, max_cells=8)
        assert len(gd.table(graph, max_cells=9, sd="se")) == 3
        assert len(gd.table(graph, targets="M", max_cells=2)) == 1  # of those that lead to M
        with pytest.raises(gd.errors.LimitError, match="of 2 pairs by 3 edges are 6, more than max_cells=5"):
            gd.table(graph, "X", sd="se", max_cells=5)
        with pytest.raises(gd.errors.LimitError, match="9 draws of 2 pairs are 18, more than max_cells=17"):
            gd.table(graph, "X", draws=np.ones((9, 3)), max_cells=17)


# ------------------------------------------------------------------------------------------ how it looks


class TestOutput:
    def test_text(self) -> None:
        assert str(gd.table(mediation(), "X")).splitlines() == [
            "Effects by weight: 2 pairs",
            "  source  target  direct  indirect     total  paths",
            "  X       M        0.474         0     0.474      1",
            "  X       Y        0.036  0.373512  0.409512      2",
        ]
        assert str(gd.table(mediation(), sd="se", level=0.9)).splitlines() == [
            "Effects by weight: 3 pairs",
            "  source  target  effect    estimate  std. error      z           interval  paths",
            "  X       M       direct       0.474       0.103    4.6   0.3046 to 0.6434      1",
            "  X       Y       direct       0.036       0.104  0.346  -0.1351 to 0.2071      2",
            "                  indirect    0.3735     0.09214   4.05    0.222 to 0.5251",
            "                  total       0.4095      0.1389   2.95    0.181 to 0.6381",
            "  M       Y       direct       0.788       0.092   8.57   0.6367 to 0.9393      1",
            "Standard errors by the delta method, the weights taken as independent; 90 % intervals.",
        ]

    def test_long_names_are_cut_in_text_alone(self) -> None:
        graph = weighted([("x" * 90, "y" * 90, 1)])
        assert max(map(len, str(gd.table(graph)).splitlines())) < 110
        assert gd.table(graph).to_dict()["pairs"][0]["source"] == "x" * 90

    def test_record_frame_and_notebook(self) -> None:
        pytest.importorskip("pandas")
        effects = gd.table(mediation(), sd="se")
        frame = effects.to_pandas()
        assert list(frame.columns[:6]) == ["source", "target", "direct", "indirect", "total", "paths"]
        assert list(frame.columns[6:10]) == ["direct_se", "direct_z", "direct_ci_low", "direct_ci_high"]
        record = json.loads(json.dumps(effects.to_dict()))
        assert [record["level"], record["n_apart"], len(record["pairs"])] == [0.95, 0, 3]
        assert record["pairs"][1]["indirect_z"] == pytest.approx(frame["indirect_z"][1])
        assert record["pairs"][0]["indirect_z"] is None  # there is none to be unsure of
        html = effects._repr_html_()
        assert html.count("<tr>") == 6
        assert "delta method" in html
        assert repr(effects) == "<effects of 3 pairs, by weight>"
        mixed = gd.table(weighted([(1, 2.5, 0.5), (2.5, 2.5, 0.5), (1, "a", 0.5)]), cycles="solve").to_pandas()
        assert mixed[["source", "target", "paths"]].to_numpy().tolist() == [
            [1, "a", 1],
            [1, 2.5, None],
            [2.5, 2.5, None],
        ]
        assert [type(node) for node in mixed["source"]] == [int, int, float]
        many = gd.table(weighted([(u, v, 1) for u in range(12) for v in range(12, 24)]))
        assert "The first 20 rows; to_pandas() has all." in many._repr_html_()

    def test_a_compiled_graph_and_its_kept_columns(self) -> None:
        compiled = gd.CompiledGraph.from_arrays([0, 0, 1], [2, 1, 2], [0.036, 0.474, 0.788], labels=["X", "M", "Y"])
        cov = {("Y~M", "Y~M"): 0.092**2, ("M~X", "M~X"): 0.103**2, ("Y~X", "Y~X"): 0.104**2}
        one = gd.table(compiled, cov=cov)["X", "Y"].spread["indirect"]
        assert one.standard_error == pytest.approx(0.09213714, rel=1e-6)
        with pytest.raises(TypeError, match="compiled already"):
            gd.table(compiled, weight="w")


def test_thirty_by_thirty_pairs_on_500_edges_take_a_fraction_of_a_second() -> None:
    rng = np.random.default_rng(3)
    edges = [(u, v) for u in range(100) for v in range(u + 1, 100)]
    chosen = rng.choice(len(edges), 500, replace=False)
    graph = nx.DiGraph()
    for place in chosen.tolist():
        graph.add_edge(*edges[place], weight=float(rng.normal()), se=0.1)
    began = time.process_time()
    effects = gd.table(graph, list(range(30)), list(range(70, 100)), sd="se")
    assert time.process_time() - began < 1
    assert len(effects) > 800
    for pair in list(effects)[::97]:
        same = gd.uncertainty(graph, *pair, sd="se").standard_error
        assert effects[pair].spread["total"].standard_error == pytest.approx(same, rel=1e-9)


# ------------------------------------------------------------------------------------- other tools' tables


def parameters(path: Path) -> dict[tuple[str, str, str], dict[str, str]]:
    with path.open(newline="") as file:
        return {(row["lhs"], row["op"], row["rhs"]): row for row in csv.DictReader(file)}


def assert_equal(one: float, spread: Any, row: dict[str, str], rel: float = 1e-6) -> None:
    """Assert that an effect and its errors are those of a row of lavaan."""
    assert one == pytest.approx(float(row["est"]), rel=1e-10)
    assert spread.standard_error == pytest.approx(float(row["se"]), rel=rel)
    assert spread.z == pytest.approx(float(row["z"]), rel=rel)
    assert (spread.low, spread.high) == pytest.approx((float(row["ci.lower"]), float(row["ci.upper"])), rel=10 * rel)


class TestOtherTools:
    def test_all_effects_of_lavaans_mediation(self, shared_data: Path) -> None:
        """In the regression of Y on X and M the covariance of b and c is -a var(b)."""
        path = shared_data / "pathmodels" / "lavaan_mediation.parameterEstimates.csv"
        rows, model = parameters(path), gd.read(path)
        a, var_b = float(rows["M", "~", "X"]["est"]), float(rows["Y", "~", "M"]["se"]) ** 2
        effects = gd.table(model, sd="se", cov={("b", "c"): -a * var_b})
        assert set(effects) == {("X", "M"), ("X", "Y"), ("M", "Y")}
        one = effects["X", "Y"]
        assert_equal(one.direct, one.spread["direct"], rows["Y", "~", "X"])
        assert_equal(one.indirect, one.spread["indirect"], rows["ab", ":=", "a*b"])
        assert_equal(one.total, one.spread["total"], rows["total", ":=", "c+(a*b)"])
        for pair in (("X", "M"), ("M", "Y")):
            assert_equal(effects[pair].total, effects[pair].spread["direct"], rows[pair[1], "~", pair[0]])

    def test_all_effects_of_lavaans_political_democracy(self, shared_data: Path) -> None:
        folder = shared_data / "pathmodels"
        path = folder / "lavaan_politicaldemocracy.parameterEstimates.csv"
        rows, model = parameters(path), gd.read(path)
        cov = {(m, n): DEMOCRACY[i][j] for i, m in enumerate("abc") for j, n in enumerate("abc")}
        effects = gd.table(model, sd="se", cov={**cov, ("dem60=~y2", "dem60=~y2"): 0.09})
        assert effects["dem60", "y2"].spread["direct"].standard_error == pytest.approx(0.3)
        one = effects["ind60", "dem65"]
        assert one.paths == 2
        assert_equal(one.direct, one.spread["direct"], rows["dem65", "~", "ind60"])
        assert_equal(one.indirect, one.spread["indirect"], rows["ind", ":=", "a*b"])
        assert_equal(one.total, one.spread["total"], rows["tot", ":=", "c+a*b"])
        with (folder / "lavaan_politicaldemocracy.total_effects_I-B_inv.csv").open(newline="") as file:
            totals = {row[""]: row for row in csv.DictReader(file)}
        for source, target in (("ind60", "dem60"), ("ind60", "dem65"), ("dem60", "dem65")):
            assert effects[source, target].total == pytest.approx(float(totals[target][source]), rel=1e-10)
        fixed = effects["dem60", "y1"].spread["direct"]  # a loading of 1 is known
        assert (fixed.standard_error, fixed.z) == (0, None)

    def test_semopys_table_gives_the_same(self, tmp_path: Path) -> None:
        """The columns and signs of semopy's ``inspect()``; its loadings are paths from the latent, too."""
        path = tmp_path / "inspect.csv"
        path.write_text(
            "lval,op,rval,Estimate,Std. Err,z-value,p-value\n"
            "dem60,~,ind60,1.482379,0.399024,3.715017,0.000203\ndem65,~,dem60,0.837574,0.098446,8.507992,0.0\n"
            "dem65,~,ind60,0.571912,0.221383,2.583364,0.009784\ny5,~,dem65,1.0,-,-,-\n"
            "dem60,~~,dem60,3.950849,0.920451,4.292296,0.000018\n"
        )
        effects = gd.table(gd.read(path), sd="Std. Err")
        assert effects["ind60", "dem65"].indirect == pytest.approx(1.482379 * 0.837574)
        right = math.sqrt((1.482379 * 0.098446) ** 2 + (0.837574 * 0.399024) ** 2)
        assert effects["ind60", "dem65"].spread["indirect"].standard_error == pytest.approx(right)
        assert effects["ind60", "y5"].spread["total"].standard_error == pytest.approx(math.hypot(right, 0.221383))

    def test_blau_and_duncan(self) -> None:
        """Published effects on the occupation of 1962: P. Blau, O. D. Duncan (1967), figure 5.1."""
        effects = gd.table(gd.read(DATA / "blau-duncan.csv"), targets="Y", weight="coefficient")
        found = {source: (one.direct, one.indirect, one.total) for (source, _), one in effects.items()}
        assert found["X"] == pytest.approx((0.115, 0.20736556, 0.32236556))
        assert found["V"] == pytest.approx((0, 0.1604684, 0.1604684))
        assert found["U"] == pytest.approx((0.394, 0.12364, 0.51764))


def regressed(rng: np.random.Generator, n: int) -> tuple[nx.DiGraph, dict[Any, float]]:
    """Return the estimates of a simulated mediation by least squares, and the covariance of these."""
    a, b, c = 0.5, 0.7, 0.3
    x = rng.normal(size=n)
    m = a * x + rng.normal(size=n)
    y = c * x + b * m + rng.normal(size=n)
    (found_a,), cov_a = _least_squares(x[:, None], m)
    (found_b, found_c), cov_bc = _least_squares(np.column_stack([m, x]), y)
    cov = {("a", "a"): cov_a[0, 0], ("b", "b"): cov_bc[0, 0], ("c", "c"): cov_bc[1, 1], ("b", "c"): cov_bc[0, 1]}
    return mediation(found_a, found_b, found_c), cov


def _least_squares(columns: Any, values: Any) -> tuple[Any, Any]:
    inverse = np.linalg.inv(columns.T @ columns)
    found = inverse @ columns.T @ values
    rest = values - columns @ found
    return found, inverse * (rest @ rest) / (len(values) - columns.shape[1])


def test_the_interval_covers_near_its_level_on_1000_simulated_data_sets() -> None:
    """950 of 1,000, give or take 6.9 by chance: within four of these. Taken as independent the total is not."""
    rng = np.random.default_rng(2012)
    right = {"direct": 0.3, "indirect": 0.35, "total": 0.65}
    covered = dict.fromkeys(right, 0)
    alone = 0
    for _ in range(1000):
        model, cov = regressed(rng, 200)
        spread = gd.table(model, "X", "Y", cov=cov)["X", "Y"].spread
        for name, value in right.items():
            covered[name] += spread[name].low <= value <= spread[name].high
        del cov["b", "c"]
        apart = gd.table(model, "X", "Y", cov=cov)["X", "Y"].spread["total"]
        alone += apart.low <= right["total"] <= apart.high
    assert {name: abs(count - 950) <= 28 for name, count in covered.items()} == dict.fromkeys(right, True), covered
    assert alone > covered["total"] + 15, (alone, covered)


def test_workspace_members_by_packages_of_a_lock(tmp_path: Path) -> None:
    """Of each member on each package: whether it asks for it itself, and by how many ways through others."""
    path = tmp_path / "uv.lock"
    path.write_text(
        'version = 1\n[manifest]\nmembers = ["api", "worker"]\n'
        + "".join(
            f'[[package]]\nname = "{name}"\nversion = "1.0"\n'
            f"source = {{ {'virtual' if name in ('api', 'worker') else 'registry'} = \"x\" }}\n"
            f"dependencies = [{', '.join(f'{{ name = {need!r} }}' for need in needs)}]\n".replace("'", '"')
            for name, needs in {
                "api": ["web", "log"], "worker": ["log"], "web": ["core", "log"], "log": ["core"], "core": [],
            }.items()
        )
    )  # fmt: skip
    lock = gd.read(path)
    members = [node for node in lock if node.startswith(("api", "worker"))]
    packages = [node for node in lock if node not in members]
    effects = gd.table(lock, members, packages, weight=gd.weights.unit, cycles="collapse")
    names = {(s.split("@")[0], t.split("@")[0]): (one.direct, one.indirect) for (s, t), one in effects.items()}
    assert names == {
        ("api", "web"): (1, 0), ("api", "log"): (1, 1), ("api", "core"): (0, 3),
        ("worker", "log"): (1, 0), ("worker", "core"): (0, 1),
    }  # fmt: skip
    assert all(one.paths == one.total for one in effects.values())


def test_an_array_of_covariances_is_in_the_order_as_given_of_every_form_of_a_graph() -> None:
    rows = [("b", "c", 3.0), ("a", "b", 2.0)]
    graph = nx.DiGraph()
    graph.add_weighted_edges_from(rows)
    for form in (graph, rows, gd.compile(graph), {"b": {"c": 3.0}, "a": {"b": 2.0}}):
        effects = gd.table(form, cov=np.diag([4.0, 1.0]))
        assert effects["a", "c"].spread["total"].standard_error == 5.0
        assert gd.uncertainty(form, "a", "c", cov=np.diag([4.0, 1.0])).standard_error == 5.0


class TestText:
    def test_a_screen_of_pairs_or_as_many_as_wanted(self) -> None:
        graph = weighted([("a", n, 1) for n in range(40)])
        effects = gd.table(graph)
        assert str(effects).count("\n  a  ") == 25
        assert str(effects).endswith("\n  … 15 more")
        assert effects.text(3, ": --top 40").endswith("  1\n  … 37 more: --top 40")
        assert effects.text(40) == effects.text(99)
        assert effects.text(40).count("\n  a  ") == 40

    def test_each_effect_with_its_error_takes_a_line_of_the_screen(self) -> None:
        graph = weighted([(n, m, 0.5) for n in range(7) for m in range(n + 1, 7)])
        effects = gd.table(graph, sd=dict.fromkeys(graph.edges, 0.1))
        lines = str(effects).split("\n")
        assert 20 <= sum("interval" not in line and " to " in line for line in lines) <= 25
        assert any(line.startswith("  … ") for line in lines)
        assert len(effects.text(21).split("\n")) > 50
        assert "more" not in effects.text(21)
