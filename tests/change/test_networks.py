"""Networks compared: what was planted is what is told, totals are those of numpy, the command line says the same."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from conftest import Run

import graphdiff as gd
from graphdiff.change.networks import NetworkComparison
from graphdiff.errors import UnknownNodeError, UsageError

RNG = np.random.default_rng(11)
X, W, V = RNG.normal(size=(3, 2)), RNG.normal(size=(2, 4)), RNG.normal(size=(4, 4))


def plain(x: Any, w: Any, v: Any) -> Any:
    h = np.tanh(x @ w)
    k = np.tanh(h @ v)
    return np.sum(k)


def skipping(x: Any, w: Any, v: Any) -> Any:
    h = np.tanh(x @ w)
    k = np.tanh(h @ v)
    s = h + k
    return np.sum(s)


def sines(x: Any, w: Any, v: Any) -> Any:
    h = np.sin(x @ w)
    k = np.tanh(h @ v)
    return np.sum(k)


def traced(function: Any, *args: Any) -> Any:
    pytest.importorskip("autograd", reason="autograd is not there")
    return gd.trace(function, *args, arrays="whole")


def compared(before: Any, after: Any, *ends: Any, **options: Any) -> NetworkComparison:
    answer: Any = gd.compare(before, after, *ends, **options)
    assert isinstance(answer, NetworkComparison)
    return answer


def rows(answer: NetworkComparison) -> list[tuple[Any, ...]]:
    return [(change.kind, change.node, change.before, change.after) for change in answer.changes]


class TestOperations:
    def test_a_skip_is_an_operation_and_another_operand(self) -> None:
        answer = compared(traced(plain, X, W, V), traced(skipping, X, W, V))
        assert rows(answer) == [("added", "s", "", "add 3×4 float64"), ("operands", "out", "k", "s")]
        back = compared(traced(skipping, X, W, V), traced(plain, X, W, V))
        assert [row[:2] for row in rows(back)] == [("removed", "s"), ("operands", "out")]

    def test_another_operation_of_the_same_name(self) -> None:
        assert rows(compared(traced(plain, X, W, V), traced(sines, X, W, V))) == [("op", "h", "tanh", "sin")]

    def test_another_shape(self) -> None:
        answer = compared(traced(plain, X, W, V), traced(plain, X, W[:, :3], V[:3]))
        assert {change.node for change in answer.of("shape")} >= {"w", "h", "v"}
        [w, _] = answer.of("input")
        assert (w.before, w.after, w.relative) == ("2×4 float64", "2×3 float64", None)

    def test_weights_by_the_norm_of_what_is_another(self) -> None:
        other = V + RNG.normal(size=V.shape) * 1e200
        answer = compared(traced(plain, X, W, V * 1e200), traced(plain, X, W, other))
        [change] = answer.changes
        expected = np.linalg.norm(other / 1e200 - V) / np.linalg.norm(V)
        assert (change.kind, change.node) == ("input", "v")
        assert change.relative == pytest.approx(expected, rel=1e-12)
        [from_zero] = compared(traced(plain, X, W, V * 0), traced(plain, X, W, V)).changes
        assert from_zero.relative is None

    def test_nothing_differs(self) -> None:
        answer = compared(traced(plain, X, W, V), traced(plain, X.copy(), W, V))
        assert (answer.changes, answer.change) == ([], 0.0)
        assert str(answer).startswith("No operation, shape or weight differs.\nOperations are matched by name.\nConst")

    def test_totals_are_those_of_differences(self) -> None:
        """Gradient × input of x, by central differences of numpy's own functions."""
        answer = compared(traced(plain, X, W, V), traced(skipping, X, W * 2, V), "x")
        step = 1e-6

        def total(function: Any, w: Any) -> float:
            return float(function(X * (1 + step), w, V) - function(X * (1 - step), w, V)) / (2 * step)

        expected = total(plain, W), total(skipping, W * 2)
        assert (answer.before, answer.after) == pytest.approx(expected, rel=1e-7)
        assert answer.change == pytest.approx(expected[1] - expected[0], rel=1e-7)

    def test_what_inputs_and_cuts_give_adds_up_to_the_change(self) -> None:
        answer = compared(traced(plain, X, W, V), traced(skipping, X, W * 2, V))
        assert sum(new - old for old, new in answer.inputs.values()) == pytest.approx(answer.change, rel=1e-12)
        cut = [pair for (_, head, _), pair in answer.edges.items() if head == "out"]
        assert len(cut) == 2
        assert sum(new - old for old, new in cut) == pytest.approx(answer.change, rel=1e-12)
        changes = [abs(new - old) for old, new in answer.edges.values()]
        assert changes == sorted(changes, reverse=True)

    def test_a_cotangent_and_a_direction(self) -> None:
        nets = traced(lambda x: x * 2.0, X), traced(lambda x: x * x, X)
        answer = compared(*nets, {"x": np.ones_like(X)}, {"out": np.eye(3, 2)})
        assert (answer.before, answer.after) == pytest.approx((4.0, 2 * (X[0, 0] + X[1, 1])), rel=1e-12)

    def test_without_a_total_it_is_said_why(self) -> None:
        nets = traced(lambda x: x * 2.0, X), traced(lambda x: x + x, X)
        answer = compared(*nets)
        assert answer.change is None
        assert "No total: before: 'out' has 6 entries" in str(answer)
        assert "why_no_total" in answer.to_dict()
        with pytest.raises(UsageError, match="'out' has 6 entries"):
            gd.compare(*nets, "x")

    def test_names_that_were_given_are_matched(self) -> None:
        def renamed(x: Any, w: Any, v: Any) -> Any:
            hidden = np.tanh(x @ w)
            k = np.tanh(hidden @ v)
            return np.sum(k)

        nets = traced(plain, X, W, V), traced(renamed, X, W, V)
        assert {row[0] for row in rows(compared(*nets))} == {"added", "removed", "operands"}
        assert rows(compared(*nets, match={"h": "hidden"})) == []

    def test_what_is_no_such_network_is_refused(self) -> None:
        net = traced(plain, X, W, V)
        with pytest.raises(UsageError, match="Operations are compared with Operations"):
            gd.compare(net, nx.DiGraph([("a", "b")]))
        with pytest.raises(UsageError, match="is of graphs with weights"):
            gd.compare(net, net, weight=None)
        with pytest.raises(UnknownNodeError, match="no node 'z'"):
            gd.compare(net, net, "z")

    def test_out(self, tmp_path: Path) -> None:
        answer = compared(traced(plain, X, W, V), traced(skipping, X, W * 2, V))
        assert list(answer.to_pandas()["kind"]) == ["added", "operands", "input"]
        assert json.loads(json.dumps(answer.to_dict()))["change"] == answer.change
        assert "s" in answer.to_networkx()
        for name in ("changed.html", "changed.svg"):
            gd.write(answer, tmp_path / name)
            assert (tmp_path / name).stat().st_size > 1000


def test_functions_of_jax_by_module() -> None:
    """The total of each is JAX's own gradient times the input, and so is what enters the first module."""
    jax = pytest.importorskip("jax", reason="JAX is not there")

    def net(w: Any, x: Any, skip: float) -> Any:
        with jax.named_scope("first"):
            h = jax.numpy.tanh(x @ w)
        with jax.named_scope("second"):
            k = jax.numpy.tanh(h @ h.T)
        return jax.numpy.sum(k) + skip * jax.numpy.sum(h)

    with jax.enable_x64(True) if hasattr(jax, "enable_x64") else jax.experimental.enable_x64():
        nets = [gd.trace(net, W * scale, X, skip, backend="jax") for scale, skip in ((1.0, 0.0), (1.5, 1.0))]
        answer = compared(*nets, "x")
        expected = [float((jax.grad(net, 1)(W * s, X, skip) * X).sum()) for s, skip in ((1.0, 0.0), (1.5, 1.0))]
    assert (answer.before, answer.after) == pytest.approx(tuple(expected), rel=1e-12)
    assert answer.modules["first"] == pytest.approx(tuple(expected), rel=1e-12)
    assert [change.relative for change in answer.of("input") if change.node == "w"] == [0.5]


class TestModels:
    """Two ONNX models: what lutzroeder/netron#1543 and #1544 ask for."""

    @pytest.fixture
    def files(self, tmp_path: Path) -> list[str]:
        """Return the paths of a model, of one with a skip and other weights, and of one that is wider."""
        return [
            model(tmp_path / name, *args)
            for name, *args in (("a.onnx", 2, 1.0, 0), ("b.onnx", 2, 1.5, 1), ("c.onnx", 3, 1.0, 0))
        ]

    def test_added_rewired_and_other_weights(self, files: list[str]) -> None:
        before, after = (gd.read(file) for file in files[:2])
        assert rows(compared(before, after)) == [
            ("added", "/skip/Add", "", "Add n×2 float32"),
            ("attributes", "/Softmax", "axis -1", "axis 1"),
            ("operands", "/Softmax", "/l/MatMul", "/skip/Add"),
            ("weights", "/l/MatMul", "w", "w"),
        ]
        assert {row[0] for row in rows(compared(after, before))} == {"removed", "attributes", "operands", "weights"}
        assert rows(compared(before, before)) == []

    def test_by_how_much_where_tensors_are_kept(self, files: list[str]) -> None:
        before, after = (gd.read(file, tensors="keep") for file in files[:2])
        [change] = compared(before, after).of("weights")
        assert change.relative == 0.5

    def test_another_shape(self, files: list[str]) -> None:
        answer = compared(*(gd.read(file) for file in (files[0], files[2])))
        assert rows(answer)[0] == ("shape", "/l/MatMul", "n×2 float32", "n×3 float32")
        assert ("weights", "/l/MatMul", "w 2×2 float32", "w 2×3 float32") in rows(answer)

    def test_one_that_was_written_has_texts_and_is_compared_as_any_graph(
        self, files: list[str], tmp_path: Path
    ) -> None:
        graph = gd.read(files[0])
        gd.write(graph, tmp_path / "a.json")
        assert gd.compare(graph, gd.read(tmp_path / "a.json"), weight=None).is_empty

    def test_with_ends_paths_are_compared(self, files: list[str]) -> None:
        before, after = (gd.read(file) for file in files[:2])
        answer = gd.compare(before, after, "x", "y", weight=None)
        assert (answer.before, answer.after) == (1, 2)

    def test_what_is_not_read_is_not_known(self, files: list[str]) -> None:
        before, after = (gd.read(file) for file in files[:2])
        del after.nodes["/l/MatMul"]["parameters"][0]["digest"]
        answer = compared(before, after)
        assert [change.node for change in answer.of("unknown")] == ["/l/MatMul"]
        assert "1 with weights that are not known" in answer.headline()

    def test_the_command_line(self, run: Run, files: list[str]) -> None:
        text = run("compare", *files[:2], "--tensors", "keep")
        head = "1 operation added, 0 removed, 1 with other attributes, 1 with other operands, 1 with other weights."
        assert head in text.out
        assert "  /l/MatMul  w  by 50.0 % of their norm" in text.out
        table = list(csv.DictReader(io.StringIO(run("compare", *files[:2], "-o", "csv").out)))
        assert [row["kind"] for row in table] == ["added", "attributes", "operands", "weights"]
        document = json.loads(run("compare", *files[:2], "-o", "json").out)
        assert next(row["node"] for row in document["results"][0]["changes"]) == "/skip/Add"
        assert "| `/Softmax` | `axis -1` | `axis 1` |  |" in run("compare", *files[:2], "-o", "markdown").out
        assert run("compare", *files[:2], "--fail-if", "appeared > 0").status == 1
        assert run("compare", *files[:2], "--fail-if", "gone > 0").status == 0


def model(path: Path, width: int, scale: float, n_skips: int) -> str:
    """Write a model of a matrix product and a softmax, with a skip past nothing where there is one; return its path."""
    onnx = pytest.importorskip("onnx", reason="onnx is not there")
    make, kind = onnx.helper.make_node, onnx.TensorProto.FLOAT
    w = onnx.numpy_helper.from_array(np.full((2, width), scale, np.float32), "w")
    nodes = [make("MatMul", ["x", "w"], ["a"], name="/l/MatMul")]
    nodes += [make("Add", ["a", "a"], ["s"], name="/skip/Add")] * n_skips
    nodes += [make("Softmax", ["s" if n_skips else "a"], ["y"], name="/Softmax", axis=1 if n_skips else -1)]
    ends = [onnx.helper.make_tensor_value_info(*end) for end in (("x", kind, ["n", 2]), ("y", kind, ["n", width]))]
    graph = onnx.helper.make_graph(nodes, "g", ends[:1], ends[1:], [w])
    path.write_bytes(onnx.helper.make_model(graph).SerializeToString())
    return str(path)
