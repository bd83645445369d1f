"""The benchmarks: every peer gives graphdiff's numbers, every group runs, and the plot is drawn."""

from __future__ import annotations

import importlib
import json
from dataclasses import asdict
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from graphs import engine

pytest.importorskip("numba", reason="benchmarks are of machine code", exc_type=ImportError)

import graphdiff as gd
from benchmarks import (
    attribution_graphs,
    autodiff,
    groups,
    markdown,
    page,
    peers,
    power_iteration,
    tables,
    timing,
    tracing,
)
from benchmarks.graphs import EdgeArrays, diamonds, layered, preferential, scattered, with_components
from benchmarks.report import Row, Size, table
from benchmarks.timing import allocated, interleaved

TINY = Size(scale=1e-4, repeats=1)
GRAPHS = {
    "layered": layered(200, 1_000, n_layers=10),
    "preferential": preferential(100),
    "diamonds": diamonds(20),
    "scattered": scattered(30, 100),
}


@pytest.fixture(params=GRAPHS)
def arrays(request: pytest.FixtureRequest) -> EdgeArrays:
    return GRAPHS[request.param]


class TestPeersAgree:
    def test_one_pass(self, arrays: EdgeArrays) -> None:
        graph = gd.CompiledGraph.from_arrays(arrays.tails, arrays.heads, arrays.weights)
        with engine("plain Python"):
            expected = gd.forward(graph, arrays.source).array, gd.reverse(graph, arrays.target).array
        in_c = peers.c_sweeps(graph, arrays.source, arrays.target)
        forward = in_c.get("forward", {}) | peers.scipy_forward(graph, arrays.source)
        for call in forward.values():
            np.testing.assert_allclose(call(), expected[0], rtol=1e-12, atol=1e-300)
        for call in peers.c_as_given(graph, arrays).values():
            np.testing.assert_allclose(call(), expected[0][graph.topology.positions], rtol=1e-12, atol=1e-300)
        for call in in_c.get("reverse", {}).values():
            np.testing.assert_allclose(call(), expected[1], rtol=1e-12, atol=1e-300)

    def test_many_columns(self, arrays: EdgeArrays) -> None:
        graph = gd.CompiledGraph.from_arrays(arrays.tails, arrays.heads, arrays.weights)
        sources = graph.labels[:5].tolist()
        found = peers.scipy_columns(graph, sources)()
        np.testing.assert_allclose(found, gd.jacobian(graph, sources, graph.labels.tolist()).array, rtol=1e-12)

    def test_gradients_of_a_traced_program(self) -> None:
        graph = tracing.traced(25)
        adjoints = gd.reverse(graph, graph.graph["outputs"][0])
        for call in tracing.autograd_gradient(25).values():
            np.testing.assert_allclose(call(), [adjoints["x"], adjoints["y"]], rtol=1e-12)

    def test_dict_loops_and_paths(self) -> None:
        arrays = GRAPHS["scattered"]
        graph, ends = arrays.to_networkx(), (arrays.source, arrays.target)
        total = gd.total_influence(graph, *ends)
        order = peers.networkx_order(graph)
        assert peers.sorted_dict_loop(graph, *ends) == pytest.approx(total)
        assert peers.part_loops(graph, *ends) == pytest.approx(dict(gd.edge_contributions(graph, *ends)))
        assert peers.products_of_all_paths(graph, *ends) == pytest.approx(total)
        assert peers.count_loop(graph, order, ends[0])[ends[1]] == gd.count_paths(graph, *ends)
        for call in peers.rustworkx_paths(graph, *ends).values():
            assert len(call()) == gd.count_paths(graph, *ends)

    def test_the_strongest_paths(self) -> None:
        graph = GRAPHS["scattered"].to_networkx()
        ends = GRAPHS["scattered"].source, GRAPHS["scattered"].target
        merged, merged_ends = peers.condensed(graph, ends)
        shortest = peers.shortest_simple_paths(merged, *merged_ends, k=3)
        strongest = gd.strongest_paths(graph, *ends, k=3, weight=gd.weights.even)
        lengths = [sum(merged.edges[edge]["length"] for edge in pairwise(path)) for path in shortest]
        assert [np.exp(-length) for length in lengths] == pytest.approx([path.influence for path in strongest])

    def test_tables(self, tmp_path: Path) -> None:
        arrays = GRAPHS["layered"]
        path = tmp_path / "edges.parquet"
        tables._written(arrays, path)
        ids, names = peers.table_readers(path)["pandas, read and factorize"]()
        graph = gd.read_edges(path)
        assert set(names) == set(graph.labels)
        assert len(ids) == 2 * graph.n_edges

    def test_gradients(self) -> None:
        arrays = GRAPHS["scattered"]
        graph = gd.compile(arrays.to_networkx())
        expected = gd.reverse(graph, arrays.target).array
        for call in autodiff.peers(graph, arrays.target).values():
            np.testing.assert_allclose(np.asarray(call(), dtype=float), expected, rtol=1e-12)


class TestGraphs:
    def test_the_ends_are_joined_and_the_sizes_are_those_asked_for(self, arrays: EdgeArrays) -> None:
        graph = gd.CompiledGraph.from_arrays(arrays.tails, arrays.heads, arrays.weights)
        assert not len(graph.topology.cyclic)
        assert graph.n_nodes == arrays.n_nodes
        assert gd.total_influence(graph, arrays.source, arrays.target) > 0

    def test_components_are_as_many_as_asked_for(self) -> None:
        arrays = with_components(2_000, 6_000, 10)
        graph = gd.CompiledGraph.from_arrays(arrays.tails, arrays.heads, arrays.weights, cycles="solve")
        assert len(graph.topology.cyclic) == 10


@pytest.mark.parametrize(
    "group", sorted(set(groups.GROUPS) - {"attribution", "folded", "page", "pprof", "processes", "real", "tracing"})
)
def test_every_group_runs(group: str) -> None:
    rows = list(importlib.import_module(f"benchmarks.{group}").run(TINY))
    assert rows or (group in ("autodiff", "networks") and not (find_spec("torch") or find_spec("jax")))
    assert all(row.seconds > 0 and row.ratio > 0 for row in rows)
    assert len(table(rows).splitlines()) == len(rows) + 1


def test_pages_are_beside_what_peers_write_of_the_same_file(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[list[str]] = []

    def compared(measure: str, title: str, commands: dict[str, list[str]], size: Size) -> list[Row]:
        written.append(list(commands))
        Path(commands["graphdiff"][-1]).write_bytes(b"x" * 2000)
        return [Row(measure, title, 1.0, who, 2.0, 2.0) for who in commands if who == "dot -Tsvg"]

    monkeypatch.setattr(page, "compare_processes", compared)
    monkeypatch.setattr(page, "_beside", lambda folder: None)
    monkeypatch.setattr(page, "_piped", lambda dot, folder: (("true",), dot))
    rows = list(page.run(TINY))
    assert [commands[0] for commands in written] == ["graphdiff", "graphdiff"]
    assert [row.graph for row in rows] == ["graph, 0 kB; 2 : 0 kB"]


def test_a_group_is_measured_in_a_process_of_its_own() -> None:
    rows, peak = groups.measured_apart("small", TINY)
    cold = [row.graph.endswith("numba not loaded") for row in rows]
    assert cold == sorted(cold, reverse=True)
    assert sum(cold) == len(cold) / 2
    assert peak > 10


def test_contestants_take_turns() -> None:
    calls: list[str] = []
    rounds = interleaved({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, repeats=2)
    assert set(rounds.seconds) == {"a", "b"}
    assert [len(times) for times in rounds.seconds.values()] == [2, 2]


def test_slow_contestants_have_fewer_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing, "LONG", 0.0)
    assert len(interleaved({"a": int}, repeats=7).seconds["a"]) == 3
    assert len(interleaved({"a": int}, repeats=2).seconds["a"]) == 2


def test_the_rows_of_several_runs_are_one_table() -> None:
    runs = [
        {"date": day, "groups": {"sweeps": {"rows": [asdict(Row("pass", "a graph", seconds, "C", 0.1, ratio))]}}}
        for day, seconds, ratio in (("2026-11-24", 0.002, 4.0), ("2026-11-23", 0.003, 0.5), ("2026-11-22", 0.9, 2.0))
    ]
    assert list(markdown.lines(runs)) == ["| pass; a graph | 3 ms | C: 2 x slower | 2026-11-24 | `sweeps` |"]
    assert list(markdown.lines(runs[1:2])) == ["| pass; a graph | 3 ms | C: 2 x faster | 2026-11-23 | `sweeps` |"]


def test_what_a_call_keeps_and_what_it_took() -> None:
    held, peak = allocated(lambda: np.zeros(2**17 + int(np.zeros(2**20).sum())))
    assert held == pytest.approx(1, abs=0.1)
    assert peak == pytest.approx(8, abs=1.5)


def test_the_plot_says_the_slopes(tmp_path: Path) -> None:
    plot: Any = pytest.importorskip("benchmarks.plot", reason="matplotlib is not installed", exc_type=ImportError)
    rows = []
    for edges in (1_000, 10_000):
        for measure in ("compile arrays", "forward pass", "open a saved graph"):
            seconds, graph = edges * 1e-6, f"band, 10 nodes, {edges:,} edges"
            rows.append(asdict(Row(measure, graph, seconds, "C", seconds, 1.0, peak_mib=1.0, held_mib=float(edges))))
    results = tmp_path / "results.json"
    results.write_text(json.dumps({"groups": {"growth": {"rows": rows}}}))
    plot.main(results, tmp_path / "growth.svg")
    assert (tmp_path / "growth.svg").read_text().count("<svg") == 1
    assert plot.slope(*plot.curve(rows, "compile arrays", "seconds")) == pytest.approx(1)
    assert plot.slope(*plot.curve(rows, "compile arrays", "peak_mib")) == pytest.approx(0, abs=1e-9)


class TestAttributionGraphs:
    def test_they_have_the_sizes_asked_for_and_lead_upwards(self) -> None:
        document = attribution_graphs.document(200, 2_000)
        layers = {node["node_id"]: node for node in document["nodes"]}
        assert (len(layers), len(document["links"])) == (200, 2_000)
        assert {link["weight"] > 0 for link in document["links"]} == {False, True}
        entered, left = ({link[end] for link in document["links"]} for end in ("target", "source"))
        for label, node in layers.items():
            if node["activation"] is not None:
                assert label in entered & left
        for link in document["links"]:
            tail, head = layers[link["source"]], layers[link["target"]]
            assert tail["ctx_idx"] <= head["ctx_idx"]
            assert tail["layer"] == "E" or int(tail["layer"]) < int(head["layer"])
        assert document == attribution_graphs.document(200, 2_000)

    def test_another_prompt_has_another_token_and_fewer_features(self, tmp_path: Path) -> None:
        document = attribution_graphs.document(200, 2_000)
        graphs = []
        for number, each in enumerate((document, attribution_graphs.another(document))):
            attribution_graphs.write(tmp_path / f"{number}.json", each)
            graphs.append(gd.read(tmp_path / f"{number}.json"))
        assert graphs[1].graph["prompt"] == graphs[0].graph["prompt"].replace("Dallas", "Oakland")
        assert 130 < graphs[1].number_of_nodes() < 200

    def test_the_power_iteration_is_the_total_influence_of_normalised_weights(self, tmp_path: Path) -> None:
        document = attribution_graphs.document(200, 2_000)
        attribution_graphs.write(tmp_path / "x.json", document)
        ids, weights, probabilities = power_iteration.matrix(document)
        adjoints = gd.reverse(gd.read(tmp_path / "x.json"), gd.LEAVES, weight=gd.weights.normalised)
        expected = power_iteration.influence(weights, probabilities) + probabilities  # and the empty path
        np.testing.assert_allclose([adjoints[label] for label in ids], expected, rtol=1e-12)
