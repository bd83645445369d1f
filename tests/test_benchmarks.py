"""The benchmarks: every peer gives graphdiff's numbers, every group runs, and the plot is drawn."""

from __future__ import annotations

import importlib
import json
from dataclasses import asdict
from importlib.util import find_spec
from itertools import combinations, pairwise
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
    watching,
)
from benchmarks.__main__ import main
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


def run_of(scale: float = 1.0, **ratios: list[float]) -> dict[str, Any]:
    """Return what --json writes of one run, with a measure by each name whose rounds have these ratios."""
    rows = [
        asdict(Row(measure, "a graph", 1.0, "C", 1.0, float(np.median(rounds)), ratios=tuple(rounds)))
        for measure, rounds in ratios.items()
    ]
    return {"size": {"scale": scale, "repeats": 7}, "groups": {"sweeps": {"rows": rows}}}


STEADY = [2.00, 2.02, 1.98, 2.01, 1.99, 2.03, 1.97]
WIDE = [2.0, 3.0, 1.0, 2.5, 1.5, 2.8, 1.2]


class TestWatching:
    """Which ratio got worse by more than its noise."""

    @pytest.mark.parametrize("n_before, n_now", [(1, 1), (2, 4), (5, 3), (4, 4)])
    def test_orders_by_their_pairs(self, n_before: int, n_now: int) -> None:
        size = n_before + n_now
        expected = [0] * (n_before * n_now + 1)
        for now in combinations(range(size), n_now):
            before = set(range(size)) - set(now)
            expected[sum(one < other for one in now for other in before)] += 1
        assert watching.pair_counts(n_before, n_now) == dict(enumerate(expected))

    def test_tables_of_the_count_of_mann_and_whitney(self) -> None:
        """Critical values of U for two-sided 1 % as statistics books print them."""
        printed = {(5, 5): 0, (5, 8): 2, (6, 6): 2, (7, 7): 4, (8, 8): 7, (10, 10): 16, (20, 20): 105}
        assert {sizes: watching.dropped(*sizes) for sizes in printed} == printed

    def test_what_got_worse_is_told_with_how_much(self) -> None:
        found = watching.compare([run_of(a=STEADY, b=STEADY)], [run_of(a=[each / 1.5 for each in STEADY], b=STEADY)])
        (shift,) = found.worse
        assert (shift.key, shift.times) == (("sweeps", "a", "a graph", "C"), pytest.approx(1.5, rel=0.01))
        assert 1.45 < shift.low < 1.5 < shift.high < 1.55
        assert "1 worse, 0 better, 1 within their noise.\nOne run on a side: " in str(found)

    def test_what_got_better_is_no_alarm(self) -> None:
        found = watching.compare([run_of(a=STEADY)], [run_of(a=[1.2 * each for each in STEADY])])
        assert (found.worse, len(found.better)) == ([], 1)

    def test_the_same_shift_is_within_a_wide_noise(self) -> None:
        found = watching.compare([run_of(a=WIDE)], [run_of(a=[each / 1.2 for each in WIDE])])
        assert (found.worse, found.better) == ([], [])
        assert watching.compare([run_of(a=WIDE)], [run_of(a=[each / 4 for each in WIDE])]).worse

    def test_few_rounds_are_not_judged_and_several_runs_are(self) -> None:
        before, now = run_of(a=[2.0, 2.1, 2.2]), run_of(a=[1.0, 1.1, 1.2])
        found = watching.compare([before], [now])
        assert (found.judged, found.few) == ((), (("sweeps", "a", "a graph", "C"),))
        assert "1 with fewer than 5 rounds on a side" in str(found)
        assert watching.compare([before] * 2, [now] * 2).worse

    def test_of_five_runs_their_medians_are_the_samples(self) -> None:
        """Runs differ by more than their rounds: one run that all rounds of fall on is one sample."""
        runs = [run_of(a=[level] * 7) for level in (2.0, 2.1, 1.9, 2.05, 1.95)]
        assert watching.samples(runs)["sweeps", "a", "a graph", "C"] == [2.0, 2.1, 1.9, 2.05, 1.95]
        assert len(watching.samples(runs[:4])["sweeps", "a", "a graph", "C"]) == 28

    def test_one_run_that_was_disturbed_is_no_change(self) -> None:
        """As measured on a busy machine: all rounds of one run were off, and those of the next were not."""
        calm, disturbed = run_of(a=STEADY), run_of(a=[each / 5 for each in STEADY])
        assert watching.compare([calm], [disturbed]).worse
        assert watching.compare([calm, calm], [disturbed, calm]).worse == []

    def test_chance_alone_is_rarely_called_worse(self) -> None:
        random = np.random.default_rng(1)
        names = [f"m{number}" for number in range(2_000)]
        sides = [run_of(**{name: np.exp(random.normal(0, 0.1, 7)).tolist() for name in names}) for _ in range(2)]
        found = watching.compare(sides[:1], sides[1:])
        assert 0 < len(found.worse) + len(found.better) < 0.01 * len(names)

    def test_what_is_on_one_side_only_is_named(self) -> None:
        said = str(watching.compare([run_of(a=STEADY, old=STEADY)], [run_of(a=STEADY, new=STEADY)]))
        assert "Only before: sweeps · old · a graph · C" in said
        assert "Only now: sweeps · new · a graph · C" in said

    @pytest.mark.parametrize(
        "now, message",
        [(run_of(0.01, a=STEADY), r"scales 0\.01, 1\.0"), (run_of(b=STEADY), "no measure is on both sides")],
    )
    def test_what_cannot_be_compared_is_refused(self, now: dict[str, Any], message: str) -> None:
        with pytest.raises(watching.NotComparableError, match=message):
            watching.compare([run_of(a=STEADY)], [now])

    def test_the_command(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        slower = [each / 2 for each in STEADY]
        for name, rounds in {"a": STEADY, "b-1": slower, "b-2": slower}.items():
            (tmp_path / f"{name}.json").write_text(json.dumps(run_of(forward=rounds)))
        before, now = str(tmp_path / "a.json"), str(tmp_path / "b-*.json")
        assert main(["--compare", before, now]) == 1
        out = capsys.readouterr().out
        assert "forward  a graph  C     2 x faster  1 x faster  2 x as long" in out
        assert main(["--compare", now, before]) == 0
        assert main(["--compare", before, str(tmp_path / "c.json")]) == 2
        assert "no file" in capsys.readouterr().err

    def test_the_command_takes_no_group_beside(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit, match="2"):
            main(["--compare", "a.json", "b.json", "small"])
        assert "takes no group" in capsys.readouterr().err

    def test_measured_rounds_are_kept(self) -> None:
        rounds = timing.Rounds({"graphdiff": [1.0, 2.0, 4.0], "C": [2.0, 2.0, 2.0]})
        assert rounds.ratios("C") == (2.0, 1.0, 0.5)
        assert rounds.ratio("C") == 1.0


def test_a_file_that_is_no_json_is_not_comparable(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n")
    with pytest.raises(watching.NotComparableError, match=r"t\.csv is no JSON of `python -m benchmarks --json`"):
        watching.runs_of(str(path))
