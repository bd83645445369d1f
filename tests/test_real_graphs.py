"""Real graphs from real tools, against what those tools say: path counts and gradients."""

from __future__ import annotations

import csv
import gzip
import json
import lzma
from collections import Counter
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from graphs import path_counts, weighted

import graphdiff as gd


def truth(folder: Path, name: str) -> Any:
    return json.loads((folder / f"{name}.truth.json").read_text())


def edge_rows(path: Path) -> list[dict[str, str]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def multiplier(shared_data: Path) -> tuple[nx.MultiDiGraph, list[int], list[int]]:
    """Return the gates, the inputs and the gates that the outputs read (once for each output)."""
    folder = shared_data / "circuits"
    graph = nx.MultiDiGraph()
    for row in edge_rows(folder / "multiplier.edges.csv.gz"):
        graph.add_edge(int(row["source"]), int(row["target"]), weight=int(row["weight"]))
    header, *rest = (folder / "multiplier.aig").read_bytes().split(b"\n")
    _, _, n_inputs, _, n_outputs, _ = header.split()
    outputs = [int(literal) // 2 for literal in rest[: int(n_outputs)]]
    return graph, list(range(1, int(n_inputs) + 1)), outputs


class TestCircuit:
    """A 64-bit multiplier of the EPFL benchmarks: 27,062 gates, -1 on every inverted wire."""

    def test_paths_from_inputs_to_outputs(self, multiplier: Any, shared_data: Path) -> None:
        graph, inputs, outputs = multiplier
        expected = int(truth(shared_data / "circuits", "multiplier")["total_paths_inputs_to_outputs"])
        ones = gd.forward(graph, dict.fromkeys(inputs, 1), weight=None)
        assert sum(ones[gate] for gate in outputs) == expected
        back = gd.reverse(graph, Counter(outputs), weight=None)
        assert sum(back[gate] for gate in inputs) == expected

    def test_counting_agrees_by_every_way_round(self, multiplier: Any, shared_data: Path) -> None:
        graph, inputs, outputs = multiplier
        expected = int(truth(shared_data / "circuits", "multiplier")["total_paths_inputs_to_outputs"])
        whole = graph.copy()
        whole.add_edges_from(("in", gate) for gate in inputs)
        whole.add_edges_from((gate, "out") for gate in outputs)
        assert gd.count_paths(whole, "in", "out") == expected
        assert gd.count_paths(whole, source="in")["out"] == gd.count_paths(whole, target="out")["in"] == expected

    def test_signed_sums_are_exact(self, multiplier: Any) -> None:
        """Paths with an even number of inversions less those with an odd one, by a plain loop."""
        graph, inputs, _ = multiplier
        sums = dict.fromkeys(graph, 0) | dict.fromkeys(inputs, 1)
        for gate in nx.topological_sort(graph):
            for tail, _, weight in graph.in_edges(gate, data="weight"):
                sums[gate] += sums[tail] * weight
        assert gd.forward(graph, dict.fromkeys(inputs, 1)) == sums


@pytest.mark.parametrize("name", ["light_inception_v1", "light_resnet50", "light_squeezenet", "light_vgg19"])
def test_paths_through_a_neural_network(name: str, shared_data: Path) -> None:
    """From the first operation that is no constant, which takes the data, to the last one."""
    rows = edge_rows(shared_data / "onnx" / f"{name}.edges.csv")
    graph = nx.MultiDiGraph([(row["source"], row["target"]) for row in rows])
    operations = sorted(graph, key=lambda node: int(node.split(":")[0]))
    start = next(node for node in operations if not node.endswith(":ConstantOfShape"))
    (paths,) = truth(shared_data / "onnx", name)["paths_data_input_to_output"].values()
    assert gd.count_paths(graph, start, operations[-1]) == int(paths)
    for method in ("naive", "forward", "reverse"):
        assert gd.total_influence(graph, start, operations[-1], weight=None, method=method) == int(paths)


@pytest.mark.parametrize("name", ["google-pprof", "networkx", "git-git"])
class TestGitHistory:
    """Every commit points at its parents."""

    def history(self, shared_data: Path, name: str) -> nx.DiGraph:
        text = lzma.decompress((shared_data / "gitdag" / f"{name}.commits.xz").read_bytes()).decode()
        graph = nx.DiGraph()
        for commit, *parents in map(str.split, text.splitlines()):
            graph.add_node(commit)
            graph.add_edges_from((commit, parent) for parent in parents)
        return graph

    def test_paths_from_head_to_every_root(self, name: str, shared_data: Path) -> None:
        expected = truth(shared_data / "gitdag", name)
        graph = self.history(shared_data, name)
        head = next(iter(graph))
        assert len(graph) == expected["commits"]
        counts = gd.count_paths(graph, source=head)
        assert {root: str(counts[root]) for root in expected["paths_head_to_root"]} == expected["paths_head_to_root"]
        for root, count in expected["paths_head_to_root"].items():
            assert gd.count_paths(graph, head, root) == int(count)

    def test_sweeps_with_unit_weights_are_the_same_numbers(self, name: str, shared_data: Path) -> None:
        expected = truth(shared_data / "gitdag", name)["paths_head_to_root"]
        compiled = gd.compile(self.history(shared_data, name), weight=gd.weights.unit)
        head = next(iter(self.history(shared_data, name)))
        root, count = next(iter(expected.items()))
        assert gd.total_influence(compiled, head, root, method="forward") == int(count)
        assert gd.total_influence(compiled, head, root, method="reverse") == int(count)


@pytest.mark.parametrize("name", ["networkx", "libgit2"])
class TestGitObjects:
    """Commits, trees and blobs as arrays: a graph without labels."""

    def arrays(self, shared_data: Path, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        data = np.load(shared_data / "large" / f"{name}.git-objects.npz")
        return data["src"], data["dst"], data["kind"]

    def test_paths_from_the_head_tree_to_files(self, name: str, shared_data: Path) -> None:
        expected = truth(shared_data / "large", f"{name}.git-objects")
        tails, heads, kinds = self.arrays(shared_data, name)
        compiled = gd.CompiledGraph.from_arrays(tails, heads, np.ones(len(tails)))
        tree = expected["head_tree_node"]
        result = gd.forward(compiled, tree)
        blobs = np.flatnonzero(kinds == 2)
        assert sum(result[blob] for blob in blobs.tolist()) == expected["paths_head_tree_to_blobs"]
        assert result.array.sum() == sum(result.values())

    def test_counts_from_the_first_commit_are_those_of_a_plain_loop(self, name: str, shared_data: Path) -> None:
        tails, heads, kinds = self.arrays(shared_data, name)
        compiled = gd.CompiledGraph.from_arrays(tails, heads, np.ones(len(tails)))
        counted = gd.count_paths(compiled, source=0)
        expected = path_counts(tails.tolist(), heads.tolist(), [0], len(kinds))
        assert [counted[node] for node in range(len(kinds))] == expected
        assert min(expected) > 0, "everything is reached from the first commit"


JAX = (
    "black_scholes",
    "kepler_newton8",
    "lighthouse",
    "lotka_volterra_rk4_20",
    "rnn_tanh_12",
    "rosenbrock5",
    "speelpenning10",
)


def computation(shared_data: Path, name: str) -> tuple[nx.MultiDiGraph, Any]:
    """Return the graph of local derivatives that jax evaluated, and its description."""
    described = json.loads((shared_data / "compgraph" / f"jax.{name}.graph.json").read_text())
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(node["id"] for node in described["nodes"])
    for edge in described["edges"]:
        graph.add_edge(edge["src"], edge["dst"], weight=edge["weight"])
    return graph, described


@pytest.mark.parametrize("name", JAX)
class TestGradients:
    def test_reverse_is_jax_grad(self, name: str, shared_data: Path) -> None:
        graph, described = computation(shared_data, name)
        adjoint = gd.reverse(graph, described["output"])
        for node, derivative in truth(shared_data / "compgraph", f"jax.{name}")["grad"].items():
            assert adjoint[node] == pytest.approx(derivative, rel=1e-12, abs=1e-14)

    def test_so_are_forward_exact_and_the_jacobian(self, name: str, shared_data: Path) -> None:
        graph, described = computation(shared_data, name)
        gradient = truth(shared_data / "compgraph", f"jax.{name}")["grad"]
        output = described["output"]
        jacobian = gd.jacobian(graph, sources=list(gradient), targets=[output])
        assert jacobian.array[0].tolist() == pytest.approx(list(gradient.values()), rel=1e-12, abs=1e-14)
        node, derivative = next(iter(gradient.items()))
        assert gd.forward(graph, node)[output] == pytest.approx(derivative, rel=1e-12)
        exact = gd.total_influence(graph, node, output, exact=True)
        assert float(exact) == pytest.approx(derivative, rel=1e-12)


@pytest.mark.parametrize("name", ["mlp_3_4_2", "mlp_8_16_16_4"])
def test_a_neural_network_neuron_by_neuron_is_torchs_jacobian(name: str, shared_data: Path) -> None:
    rows = edge_rows(shared_data / "compgraph" / f"torch.{name}.neurons.csv")
    graph = weighted([(row["source"], row["target"], float(row["weight"])) for row in rows])
    expected = truth(shared_data / "compgraph", f"torch.{name}.neurons")
    for jacobian in (
        gd.jacobian(graph, sources=expected["inputs"], targets=expected["outputs"]).array,
        gd.jacobian(graph).to_pandas().loc[expected["outputs"], expected["inputs"]].to_numpy(),
    ):
        np.testing.assert_allclose(jacobian, expected["jacobian_out_by_in"], rtol=1e-12, atol=1e-15)


def path_model(shared_data: Path, name: str) -> nx.DiGraph:
    rows = edge_rows(shared_data / "pathmodels" / name)
    return weighted([(row["source"], row["target"], float(row["weight"])) for row in rows])


class TestPathModels:
    def test_mediation(self, shared_data: Path) -> None:
        expected = truth(shared_data / "pathmodels", "lavaan")["mediation"]
        graph = path_model(shared_data, "lavaan_mediation.edges.csv")
        assert gd.total_influence(graph, "X", "Y") == pytest.approx(expected["total_X_Y"], rel=1e-12)
        paths = {path.nodes: path.influence for path in gd.iter_paths(graph, "X", "Y")}
        assert paths["X", "M", "Y"] == pytest.approx(expected["ab"], rel=1e-12)

    def test_political_democracy(self, shared_data: Path) -> None:
        expected = truth(shared_data / "pathmodels", "lavaan")["politicaldemocracy"]
        graph = path_model(shared_data, "lavaan_politicaldemocracy.edges.csv")
        total = gd.total_influence(graph, "ind60", "dem65")
        assert total == pytest.approx(expected["total_ind60_dem65"], rel=1e-12)
        direct = graph.edges["ind60", "dem65"]["weight"]
        assert total - direct == pytest.approx(expected["indirect"], rel=1e-12)

    def test_lavaans_beta_is_the_transpose(self, shared_data: Path) -> None:
        pandas = pytest.importorskip("pandas")
        folder = shared_data / "pathmodels"
        beta = pandas.read_csv(folder / "lavaan_politicaldemocracy.beta.csv", index_col=0)
        totals = pandas.read_csv(folder / "lavaan_politicaldemocracy.total_effects_I-B_inv.csv", index_col=0)
        nodes = list(beta.index)
        frame = gd.jacobian(beta.T, sources=nodes, targets=nodes).to_pandas()
        np.testing.assert_allclose(frame.to_numpy(), totals.to_numpy(), rtol=1e-12, atol=1e-15)

    def test_an_input_output_table_of_48_industries(self, shared_data: Path) -> None:
        """Cyclic throughout: every industry buys from every other, and from itself."""
        folder = shared_data / "pathmodels"
        graph = path_model(shared_data, "pymrio_test.A.edges.csv.gz")
        with gzip.open(folder / "pymrio_test.L.truth.csv.gz", "rt") as lines:
            nodes = lines.readline().removeprefix("#").strip().split(",")
            inverse = np.loadtxt(lines, delimiter=",")
        jacobian = gd.jacobian(graph, sources=nodes, targets=nodes, cycles="solve")
        np.testing.assert_allclose(jacobian.array.T, inverse, rtol=1e-10, atol=1e-15)
        with pytest.raises(gd.errors.CycleError, match="the graph has a cycle"):
            gd.jacobian(graph, sources=nodes, targets=nodes)


def test_a_dependency_tree_lists_every_package_once_a_path(shared_data: Path) -> None:
    """pipdeptree's expanded tree names a package once for every path from a root."""
    expected = truth(shared_data / "python", "jupyterlab.paths")
    listed = json.loads((shared_data / "python" / "jupyterlab.pipdeptree-2.23.json").read_text())
    graph = nx.DiGraph()
    for entry in listed:
        graph.add_node(entry["package"]["key"])
        graph.add_edges_from((entry["package"]["key"], needed["key"]) for needed in entry["dependencies"])
    assert (len(graph), graph.number_of_edges()) == (expected["nodes"], expected["edges"])
    counts = gd.forward(graph, dict.fromkeys(expected["roots"], 1), weight=None)
    assert dict(counts) == expected["paths"]
