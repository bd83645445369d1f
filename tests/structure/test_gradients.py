"""Gradient flow: recurrent chains that vanish, explode or hold, dead edges, and adjoints by brute force."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
import sympy
from graphs import QUARTERS, chain, dags, influence, olah, parallel_chain, queries, walks, weighted
from hypothesis import given

import graphdiff as gd
from graphdiff.errors import ValueOverflowError
from graphdiff.structure.diagnose import diagnose
from graphdiff.structure.gradients import GradientFlow, Layer, RootFlow


def flow(graph: Any, target: Any, source: Any = None, **options: Any) -> GradientFlow:
    """Return the gradient flow, which must be there."""
    found = diagnose(graph, source, target, **options).gradient_flow
    assert found is not None
    return found


def recurrent(steps: int, factor: float, skip: float = 0) -> nx.DiGraph:
    """Return h0 -> h1 -> ... -> loss with one input x used at every step, and perhaps skips from h to loss."""
    graph = nx.DiGraph(edge_meaning="feeds")
    states = [f"h{step}" for step in range(steps)]
    for tail, head in zip(states, [*states[1:], "loss"], strict=True):
        graph.add_edge(tail, head, weight=factor)
        graph.add_edge("x", tail, weight=1.0)
        if skip and head != "loss":
            graph.add_edge(tail, "loss", weight=skip)
    return graph


class TestAgainstBruteForce:
    @given(query=queries(dags(QUARTERS)))
    def test_layers_roots_and_dead_edges(self, query: tuple[nx.DiGraph, Any, Any]) -> None:
        graph, _, target = query
        if not graph.number_of_edges():
            return
        found = flow(graph, target)
        roots = {node for node, degree in graph.in_degree() if not degree} - {target}
        steps = nx.single_source_shortest_path_length(graph.reverse(), target)
        sizes = {}
        for node in steps:
            paths = walks(graph, node, target)
            living = [path for path in paths if all(graph.edges[edge]["weight"] for edge in path)]
            sizes[node] = abs(sum(influence(graph, path) for path in paths)) if living else None
        assert {root.node: (root.depth, root.size) for root in found.roots} == {
            root: (steps[root], sizes[root]) for root in roots & steps.keys()
        }
        for depth in range(max(steps.values()) + 1):
            nodes = [node for node in steps if steps[node] == depth and node not in roots]
            alive = [sizes[node] for node in nodes if sizes[node] is not None]
            figures = (np.median(alive), min(alive), max(alive)) if alive else (None,) * 3
            expected = [Layer(depth, len(nodes), len(nodes) - len(alive), *figures)] if nodes else []
            assert [layer for layer in found.layers if layer.depth == depth] == expected
        dead = {edge for edge in graph.edges(keys=True) if not graph.edges[edge]["weight"] and edge[1] in steps}
        assert set(found.dead_edges) == dead

    @pytest.mark.parametrize("name", ["rnn_tanh_12", "lotka_volterra_rk4_20", "black_scholes"])
    def test_gradients_of_jax(self, shared_data: Path, name: str) -> None:
        folder = shared_data / "compgraph"
        stored = json.loads((folder / f"jax.{name}.graph.json").read_text())
        truth = json.loads((folder / f"jax.{name}.truth.json").read_text())["grad"]
        graph = nx.MultiDiGraph(edge_meaning="feeds")
        graph.add_edges_from((e["src"], e["dst"], {"weight": e["weight"]}) for e in stored["edges"])
        target = stored["output"]
        sizes = {root.node: root.size for root in flow(graph, target).roots}
        for node, gradient in truth.items():
            assert sizes.get(node, 0) == pytest.approx(abs(gradient), rel=1e-12)


class TestVerdict:
    def test_vanishing(self) -> None:
        found = flow(recurrent(40, 0.5), "loss")
        assert found.factor == pytest.approx(0.5, rel=1e-12)
        assert found.exploding is None
        assert found.vanishing is not None
        assert (found.vanishing.depth, found.vanishing.node) == (20, "h20")
        assert found.vanishing.size == 2**-20
        assert found.verdict() == "vanishing from 20 steps on (h20: 9.53674e-07); 0.5 times a step"

    def test_exploding(self) -> None:
        found = flow(recurrent(40, 2.0), "loss")
        assert found.factor == pytest.approx(2, rel=1e-12)
        assert found.vanishing is None
        assert found.exploding is not None
        assert (found.exploding.depth, found.exploding.node) == (20, "h20")

    def test_a_skip_connection_keeps_it_steady(self) -> None:
        found = flow(recurrent(40, 0.5, skip=1.0), "loss")
        assert (found.vanishing, found.exploding) == (None, None)
        assert [layer.depth for layer in found.layers] == [0, 1]
        residual = flow(parallel_chain(*[[0.5, 0.5]] * 40), 40)
        assert residual.verdict() == "steady: every median is within 1e-06 and 1e+06; 1 times a step"

    def test_one_input_of_every_step_is_no_explosion(self) -> None:
        found = flow(recurrent(3_000_000 // 1_000, 1.0), "loss", exploding=1_000)
        assert found.roots == (RootFlow("x", 2, 3_000.0),)
        assert found.exploding is None
        assert found.factor == 1

    def test_limits_are_adjustable(self) -> None:
        found = flow(recurrent(40, 0.5), "loss", vanishing=0.3)
        assert found.vanishing is not None
        assert found.vanishing.depth == 2
        assert flow(recurrent(40, 2.0), "loss", exploding=1e300).exploding is None

    def test_a_limit_must_be_passed(self) -> None:
        assert flow(chain([1.0, 0.25, 1.0]), 3, vanishing=0.25).vanishing is None
        assert flow(chain([1.0, 4.0, 1.0]), 3, exploding=4).exploding is None

    def test_beyond_the_floats(self) -> None:
        found = flow(recurrent(2_000, 2.0), "loss")
        assert found.layers[-1].median == math.inf
        assert found.factor == pytest.approx(2, rel=1e-12)
        assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["layers"][-1]["median"] == "inf"

    def test_underflow_vanishes_and_is_not_dead(self) -> None:
        found = flow(recurrent(2_000, 0.5), "loss")
        assert (found.layers[-1].median, found.layers[-1].n_dead, found.dead_edges) == (0, 0, ())
        assert found.vanishing is not None

    def test_infinities_of_both_signs(self) -> None:
        graph = weighted([("r", "a", 1.0), ("a", "b", 1e300), ("a", "c", -1e300), ("b", "d", 1e300), ("c", "d", 1e300)])
        assert flow(graph, "d").layers[-1].median == math.inf

    def test_the_most_extreme_node_is_the_example(self) -> None:
        graph = weighted([("r", f"n{i}", 1.0) for i in range(3)] + [(f"n{i}", "t", 10.0 ** (6 + i)) for i in range(3)])
        found = flow(graph, "t")
        assert found.exploding is not None
        assert (found.exploding.depth, found.exploding.node, found.exploding.size) == (1, "n2", 1e8)
        for tail, head in graph.in_edges("t"):
            graph.edges[tail, head]["weight"] = 1 / graph.edges[tail, head]["weight"]
        found = flow(graph, "t")
        assert found.vanishing is not None
        assert (found.vanishing.node, found.vanishing.size) == ("n2", 1e-8)


class TestDeadEdges:
    def test_dead_is_not_vanishing(self) -> None:
        graph = recurrent(10, 1.0)
        graph.edges["h4", "h5"]["weight"] = 0.0
        graph.add_edge("h9", "elsewhere", weight=0.0)
        found = flow(graph, "loss")
        assert found.dead_edges == (("h4", "h5"),)
        assert (found.vanishing, found.factor) == (None, 1)
        assert [layer.n_dead for layer in found.layers] == [0] * 6 + [1] * 5
        assert found.layers[-1].median is None
        assert "dead edges: 1 with local derivative 0: h4 -> h5" in str(found)

    def test_a_dead_root(self) -> None:
        found = flow(chain([0.0, 1.0]), 2)
        assert found.roots == (RootFlow(0, 2, None),)
        assert "root 0: dead, 2 steps away" in str(found)

    def test_one_dead_path_of_two_kills_nothing(self) -> None:
        graph = weighted([("r", "a", 1.0), ("a", "t", 0.0), ("a", "b", 3.0), ("b", "t", 1.0)])
        found = flow(graph, "t")
        assert found.layers[1] == Layer(1, 2, 0, 2.0, 1.0, 3.0)

    def test_cancelled_is_not_dead(self) -> None:
        graph = weighted([("r", "a", 1.0), ("a", "b", 1.0), ("a", "c", -1.0), ("b", "t", 2.5), ("c", "t", 2.5)])
        found = flow(graph, "t")
        assert (found.layers[2].median, found.layers[2].n_dead) == (0, 0)
        assert found.vanishing is not None
        assert found.vanishing.depth == 2

    def test_many_are_listed_in_part(self) -> None:
        found = flow(weighted([(f"r{i}", "t", 0) for i in range(30)]), "t")
        assert "dead edges: 30 with local derivative 0" in str(found)
        assert str(found).count("root r") == 6
        assert "roots: 30: the three largest and smallest are shown" in str(found)


class TestEnds:
    def test_a_source_stands_for_the_roots(self) -> None:
        found = flow(recurrent(10, 0.5), "loss", source="h5")
        assert found.roots == (RootFlow("h5", 5, 2**-5),)
        assert [layer.depth for layer in found.layers] == [0, 1, 2, 3, 4]

    def test_from_a_node_to_itself(self) -> None:
        found = flow(olah(), "e", source="e")
        assert (found.roots, found.layers, found.factor) == ((), (Layer(0, 1, 0, 1.0, 1.0, 1.0),), None)

    def test_collapsed_cycle(self) -> None:
        graph = weighted([("r", "a", 1.0), ("a", "b", 5.0), ("b", "a", 5.0), ("b", "t", 2.0)])
        found = flow(graph, "t")
        assert found.layers[1] == Layer(1, 1, 0, 2.0, 2.0, 2.0)
        assert found.roots == (RootFlow("r", 2, 2.0),)

    def test_none_without_weights_a_target_or_a_path(self) -> None:
        plain = nx.DiGraph(olah().edges)
        for graph, ends, options in (
            (olah(), ("b",), {}),
            (olah(), (), {}),
            (olah(), ("e", "b"), {}),
            (plain, ("b", "e"), {}),
            (olah(), ("b", "e"), {"weight": None}),
            (olah(), ("b", "e"), {"weight": gd.weights.even}),
            (gd.compile(olah(), weight=gd.weights.even), ("b", "e"), {}),
            (gd.compile(plain, weight=None), ("b", "e"), {}),
        ):
            assert diagnose(graph, *ends, **options).gradient_flow is None
        assert "gradient          not known: the edges carry no numbers as weights" in str(diagnose(plain, "b", "e"))


class TestKindsOfNumbers:
    @pytest.mark.parametrize("kind", [int, float, Fraction, Decimal, complex, sympy.Integer])
    @pytest.mark.parametrize("options", [{}, {"cycles": "solve"}])
    def test_all_are_read_as_floats(self, kind: Any, options: Any) -> None:
        graph = olah()
        for edge, weight in nx.get_edge_attributes(graph, "weight").items():
            graph.edges[edge]["weight"] = kind(weight)
        assert {root.node: root.size for root in flow(graph, "e", **options).roots} == {"a": 2, "b": 5}

    def test_exact(self) -> None:
        assert flow(recurrent(40, 0.5), "loss", exact=True) == flow(recurrent(40, 0.5), "loss")

    def test_complex_sizes(self) -> None:
        assert flow(weighted([("r", "a", 1j), ("a", "t", 3 + 4j)]), "t").layers[1].median == 5

    def test_symbols(self) -> None:
        assert diagnose(weighted([("r", "t", sympy.Symbol("w"))]), target="t").gradient_flow is None

    def test_compiled_and_matrix(self) -> None:
        matrix = np.array([[0, 0.5, 0], [0, 0, 0.5], [0, 0, 0]])
        found = flow(matrix, 2)
        assert found == flow(gd.compile(matrix), 2)
        assert found.roots == (RootFlow(0, 2, 0.25),)

    def test_a_weight_beyond_the_floats(self) -> None:
        with pytest.raises(ValueOverflowError, match="a weight is larger than the largest float"):
            diagnose(chain([10**400, 1]), target=2)


class TestReport:
    def test_in_the_diagnosis(self) -> None:
        text = str(diagnose(recurrent(3, 0.5), target="loss"))
        assert "gradient          steady: every median is within 1e-06 and 1e+06; 0.5 times a step" in text
        assert "steps  nodes  |adjoint|  smallest  largest" in text
        assert "        2      1       0.25      0.25     0.25" in text
        assert "root x            0.875, 2 steps away" in text

    def test_twelve_lines_of_many(self) -> None:
        found = flow(recurrent(500, 1.0), "loss")
        assert [line.split()[0] for line in found.table()][::6] == ["steps", "227", "500"]
        assert len(found.table()) == 13

    def test_records(self) -> None:
        graph = recurrent(30, 0.5)
        graph.edges["x", "h3"]["weight"] = 0.0
        record = json.loads(json.dumps(diagnose(graph, target="loss").to_dict()))["gradient_flow"]
        assert record["layers"][1] == {
            "depth": 1, "n_nodes": 1, "n_dead": 0, "median": 0.5, "smallest": 0.5, "largest": 0.5,
        }  # fmt: skip
        assert record["roots"] == [{"node": "x", "depth": 2, "size": pytest.approx(1 - 2**-27)}]
        assert record["vanishing"] == {"depth": 20, "node": "h10", "size": 2**-20}
        assert record["exploding"] is None
        assert record["limits"] == [1e-6, 1e6]
        assert record["dead_edges"] == [{"source": "x", "target": "h3"}]

    def test_pandas_html_and_repr(self) -> None:
        found = flow(recurrent(5, 0.5), "loss")
        frame = found.to_pandas()
        assert frame["median"].to_dict() == {depth: 0.5**depth for depth in range(6)}
        assert "<td>0.03125</td>" in found._repr_html_()
        assert found._repr_html_() in diagnose(recurrent(5, 0.5), target="loss")._repr_html_()
        assert repr(found).startswith("<GradientFlow over 6 depths: steady")

    def test_deep(self) -> None:
        assert len(flow(chain([1.0] * 30_000), 30_000).layers) == 30_000


def test_every_small_dag_of_zeros_and_ones() -> None:
    pairs = [(i, j) for j in range(4) for i in range(j)]
    for weights in product((None, 0.0, 1.0), repeat=len(pairs)):
        edges = [(*pair, weight) for pair, weight in zip(pairs, weights, strict=True) if weight is not None]
        if not edges or edges[-1][1] != 3:
            continue
        living = {3}
        for tail, head, weight in reversed(edges):
            if weight and head in living:
                living.add(tail)
        graph = weighted(edges)
        found = flow(graph, 3)
        n_dead = sum(layer.n_dead for layer in found.layers) + sum(root.size is None for root in found.roots)
        assert n_dead == len((nx.ancestors(graph, 3) | {3}) - living)


class TestSeveralTargets:
    @pytest.mark.parametrize("seeds", [{"t": 1.0, "u": 1.0}, {"t": 2.0, "u": -3.0}, {"t": 0.5, "u": 0.0}])
    def test_adjoints_are_those_of_the_seeded_sum(self, seeds: dict[str, float]) -> None:
        """And the limits are told by the largest seed, as if the target were their sum in units of it."""
        edges = [("x", "a", 0.5), ("a", "b", -0.25), ("b", "t", 2.0), ("a", "u", 3.0), ("x", "u", -1.0)]
        graph = weighted(edges)
        found = flow(graph, seeds)
        adjoints = {node: sum(gd.total_influence(graph, node, t) * seed for t, seed in seeds.items()) for node in graph}
        assert {root.node: root.size for root in found.roots} == {"x": pytest.approx(abs(adjoints["x"]))}
        near = {"a": 1, "b": 1, "t": 0, "u": 0}
        for layer in found.layers:
            sizes = sorted(abs(adjoints[node]) for node, depth in near.items() if depth == layer.depth)
            assert (layer.smallest, layer.largest) == (pytest.approx(sizes[0]), pytest.approx(sizes[-1]))
            assert layer.median == pytest.approx(float(np.median(sizes)))
        assert found.start == max(map(abs, seeds.values()))

    def test_a_list_is_a_unit_each(self) -> None:
        graph = weighted([("x", "a", 0.5), ("a", "t", 2.0), ("a", "u", 3.0)])
        assert flow(graph, ["t", "u"]) == flow(graph, {"t": 1, "u": 1}) == flow(graph, gd.LEAVES)
        assert flow(graph, ["t"]) == flow(graph, "t")

    @pytest.mark.parametrize("seed", [1e9, 1e-9])
    def test_what_vanishes_or_explodes_is_told_in_units_of_the_seeds(self, seed: float) -> None:
        steady, vanishing = (flow(recurrent(10, factor), {"loss": seed}) for factor in (1.0, 0.01))
        assert steady.vanishing is steady.exploding is None
        assert steady.factor == pytest.approx(1.0)
        assert "the largest seed" in steady.verdict()
        assert vanishing.vanishing is not None
        assert vanishing.vanishing.depth == 4
        assert vanishing.factor == pytest.approx(0.01)

    def test_other_numbers(self) -> None:
        graph = weighted([("x", "a", Fraction(1, 2)), ("a", "t", 2)])
        assert flow(graph, {"t": Fraction(1, 3)}).roots[0].size == pytest.approx(1 / 3)
        assert flow(graph, {"t": 3.0}, exact=True).roots[0].size == pytest.approx(3.0)
        assert flow(graph, {"t": 1j}).roots[0].size == pytest.approx(1.0)
        assert diagnose(graph, None, {"t": sympy.Symbol("k")}).gradient_flow is None
