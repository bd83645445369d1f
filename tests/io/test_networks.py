"""ONNX models: the operations and tensors that onnx itself has, published path counts, and files that are broken."""

from __future__ import annotations

import csv
import json
import math
import random
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Run

import graphdiff as gd
from graphdiff.errors import FormatError, MissingExtraError, UnknownNodeError, UsageError

onnx = pytest.importorskip("onnx", reason="onnx is not there")
helper, numpy_helper, TensorProto = onnx.helper, onnx.numpy_helper, onnx.TensorProto

MODELS = ("light_inception_v1", "light_resnet50", "light_squeezenet", "light_vgg19", "pytorch_operator_conv")


def ends(*names: str) -> list[Any]:
    return [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 2]) for name in names]


def model(nodes: list[Any], inputs: Any = ("x",), outputs: Any = ("y",), stored: Any = (), **more: Any) -> Any:
    """Return a model of these operations on matrices of two columns; stored tensors by name."""
    tensors = [numpy_helper.from_array(np.asarray(array), name) for name, array in dict(stored).items()]
    graph = helper.make_graph(nodes, "g", ends(*inputs), ends(*outputs), tensors, **more)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])


def read(made: Any, tmp_path: Path, **options: Any) -> Any:
    path = tmp_path / "model.onnx"
    path.write_bytes(made if isinstance(made, bytes) else made.SerializeToString())
    return gd.read(path, **options)


def op(kind: str, takes: str, makes: str, name: str = "", **attributes: Any) -> Any:
    return helper.make_node(kind, takes.split(","), makes.split(","), name=name, **attributes)


W = np.array([[1.0, 2.0], [3.0, 4.0]], dtype=np.float32)


def residual() -> Any:
    nodes = [
        op("MatMul", "x,w", "a", "/layers.0/lin/MatMul"),
        op("Relu", "a", "b", "/layers.0/Relu"),
        op("Add", "a,b", "s", "/layers.0/Add"),
        op("Softmax", "s", "y", axis=1),
    ]
    return model(nodes, stored={"w": W})


@pytest.mark.parametrize("name", MODELS)
def test_operations_edges_and_paths_are_those_of_published_models(name: str, shared_data: Path) -> None:
    truth = json.loads((shared_data / "onnx" / f"{name}.truth.json").read_text())
    graph = gd.read(shared_data / "onnx" / f"{name}.onnx")
    operations = [node for node, op in graph.nodes(data="op") if op not in ("input", "output")]
    between = graph.subgraph(operations)
    assert (len(between), between.number_of_edges()) == (truth["op_nodes"], truth["op_edges"])
    with (shared_data / "onnx" / f"{name}.edges.csv").open() as file:
        rows = [(row["tensor"], int(row["input_slot"])) for row in csv.DictReader(file)]
    assert sorted((data["tensor"], data["operand"]) for *_, data in between.edges(data=True)) == sorted(rows)
    paths = {out: str(gd.count_paths(graph, truth["data_input"], out)) for out in truth["outputs"]}
    assert paths == truth["paths_data_input_to_output"]


class TestWhatIsRead:
    def test_nodes_edges_and_what_is_known_of_them(self, tmp_path: Path) -> None:
        graph = read(residual(), tmp_path)
        first, relu, add, soft = "/layers.0/lin/MatMul", "/layers.0/Relu", "/layers.0/Add", "Softmax#1"
        assert list(graph) == ["x", first, relu, add, soft, "y"]
        edges = [(tail, head, data["tensor"], data["operand"]) for tail, head, data in graph.edges(data=True)]
        expected = [("x", first, "x", 0), (first, relu, "a", 0), (first, add, "a", 0), (relu, add, "b", 1)]
        expected += [(add, soft, "s", 0), (soft, "y", "y", 0)]
        assert sorted(edges) == sorted(expected)
        assert graph.nodes[first]["module"] == "layers.0.lin"
        assert graph.nodes[first]["shape"] == ("n", 2)
        assert graph.nodes[first]["dtype"] == "float32"
        assert graph.edges["x", first, 0]["shape"] == ("n", 2)
        assert graph.nodes[soft]["attributes"] == {"axis": 1}
        meanings = {key: graph.graph[key] for key in ("edge_meaning", "weight_meaning", "node_meaning", "format")}
        assert list(meanings.values()) == ["feeds", "none", "operations", "ONNX"]
        assert gd.count_paths(graph, "x", "y") == 2

    def test_what_is_stored_stands_with_what_takes_it(self, tmp_path: Path) -> None:
        data = read(residual(), tmp_path, tensors="keep").nodes["/layers.0/lin/MatMul"]
        [held] = data["parameters"]
        assert data["n_parameters"] == held["entries"] == 4
        assert (held["name"], held["operand"], held["shape"], held["dtype"]) == ("w", 1, (2, 2), "float32")
        assert np.array_equal(held["values"], W)

    def test_a_digest_is_of_the_entries_not_of_how_they_are_stored(self, tmp_path: Path) -> None:
        digests = []
        for raw in (True, False):
            made = model([op("MatMul", "x,w", "y")])
            given = W.tobytes() if raw else W.ravel().tolist()
            made.graph.initializer.append(helper.make_tensor("w", TensorProto.FLOAT, (2, 2), given, raw=raw))
            digests.append(read(made, tmp_path).nodes["MatMul#1"]["parameters"][0]["digest"])
        other = model([op("MatMul", "x,w", "y")], stored={"w": W + 1})
        digests.append(read(other, tmp_path).nodes["MatMul#1"]["parameters"][0]["digest"])
        assert digests[0] == digests[1] != digests[2]

    def test_an_end_that_is_called_as_an_operation_says_what_it_is(self, tmp_path: Path) -> None:
        graph = read(model([op("Relu", "x", "y", "y"), op("Neg", "x", "z", "x")], outputs=("y", "z")), tmp_path)
        assert set(graph) == {"x (input)", "x", "y", "y (output)", "z"}

    def test_numbers_of_unnamed_operations_pass_over_names_that_are_taken(self, tmp_path: Path) -> None:
        graph = read(model([op("Relu", "x", "a", "Relu#1"), op("Relu", "a", "y")]), tmp_path)
        assert [node for node, kind in graph.nodes(data="op") if kind == "Relu"] == ["Relu#1", "Relu#2"]

    def test_operands_that_are_left_out_are_none(self, tmp_path: Path) -> None:
        graph = read(model([op("Clip", "x,,m", "y")], inputs=("x", "m")), tmp_path)
        assert [data["operand"] for *_, data in graph.in_edges("Clip#1", data=True)] == [0, 2]

    def test_a_graph_inside_an_operation_is_one_node_with_what_it_takes_from_around(self, tmp_path: Path) -> None:
        inner = [helper.make_graph([op("Add", "a,w", one)], one, [], ends(one)) for one in ("p", "q")]
        nodes = [op("Relu", "x", "a"), op("If", "c", "y", "fork", then_branch=inner[0], else_branch=inner[1])]
        made = model(nodes, stored={"w": W})
        made.graph.input.append(helper.make_tensor_value_info("c", TensorProto.BOOL, []))
        graph = read(made, tmp_path)
        assert {(tail, data.get("inside", False)) for tail, _, data in graph.in_edges("fork", data=True)} == {
            ("c", False), ("Relu#1", True),
        }  # fmt: skip
        assert [held["name"] for held in graph.nodes["fork"]["parameters"]] == ["w"]
        [warning] = graph.graph["warnings"]
        assert warning.endswith("fork (If) holds 2 graphs of 2 operations, and is one node")

    def test_tensors_in_other_files_are_not_read(self, tmp_path: Path) -> None:
        (tmp_path / "w.bin").write_bytes(W.tobytes())
        made = model([op("MatMul", "x,w", "y")])
        tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=(2, 2), data_location=TensorProto.EXTERNAL)
        tensor.external_data.add(key="location", value="w.bin")
        made.graph.initializer.append(tensor)
        graph = read(made, tmp_path, tensors="keep")
        [held] = graph.nodes["MatMul#1"]["parameters"]
        assert held["digest"] is None
        assert "values" not in held
        assert "1 stored tensor in other files (w.bin), which are not read" in graph.graph["warnings"][-1]
        with pytest.raises(UsageError, match="tensors are in other files"):
            read(made, tmp_path, values={"x": W})

    def test_it_is_known_by_its_content_too(self, tmp_path: Path) -> None:
        path = tmp_path / "network.bin"
        path.write_bytes(residual().SerializeToString())
        assert gd.read(path).graph["format"] == "ONNX"

    def test_every_verb_takes_it(self, run: Run, tmp_path: Path) -> None:
        path = str(tmp_path / "model.onnx")
        Path(path).write_bytes(residual().SerializeToString())
        why = run("why", path, "x", "y")
        assert (why.status, "x feeds y by 2 paths" in why.out) == (0, True)
        rank = run("rank", path, "-s", "x")
        assert (rank.status, "radient" in rank.out) == (0, False)
        for verb in ("diagnose", "draw"):
            assert run(verb, path).status == 0


def test_without_onnx_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = residual().SerializeToString()
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(MissingExtraError, match="this needs onnx: pip install onnx"):
        read(made, tmp_path)


class TestValues:
    def test_each_operation_has_what_it_makes(self, tmp_path: Path) -> None:
        x = np.array([[1.0, -2.0]], dtype=np.float32)
        graph = read(residual(), tmp_path, values={"x": x})
        a = x @ W
        s = a + np.maximum(a, 0)
        y = np.exp(s - s.max()) / np.exp(s - s.max()).sum()
        assert np.allclose(graph.nodes["/layers.0/Add"]["value"], s)
        assert np.allclose(graph.nodes["y"]["value"], y)

    def test_what_does_not_fit_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(UnknownNodeError, match="no node 'z'"):
            read(residual(), tmp_path, values={"z": W})
        with pytest.raises(UsageError, match="there is none of 'x'"):
            read(residual(), tmp_path, values={})
        with pytest.raises(UsageError, match="cannot compute it"):
            read(residual(), tmp_path, values={"x": np.ones((1, 5), dtype=np.float32)})
        with pytest.raises(UsageError, match="takes an array for each input"):
            read(residual(), tmp_path, values="x")
        with pytest.raises(UsageError, match="'digest' or 'keep'"):
            read(residual(), tmp_path, tensors="all")


def huge(**fields: Any) -> Any:
    made = model([op("MatMul", "x,w", "y")])
    made.graph.initializer.append(TensorProto(name="w", **fields))
    return made


BROKEN = {
    "text": (b"hello world\nhello", "is no ONNX model"),
    "no graph": (b"\x08\x03", "it has no operations"),
    "a cycle": (
        model([op("Add", "x,b", "a", "p"), op("Relu", "a", "b", "q")], outputs=("b",)),
        "cycle [pq] -> [pq] -> ",
    ),
    "two names": (model([op("Relu", "x", "a", "p"), op("Relu", "a", "y", "p")]), "several operations each.*'p'"),
    "made twice": (model([op("Relu", "x", "y"), op("Neg", "x", "y")]), "'y' is made twice"),
    "made by nothing": (model([op("Relu", "z", "y")]), "'z', which nothing makes"),
    "two stored": (model([op("MatMul", "x,w", "y")], stored={"w": W}), ""),
    "huge": (huge(data_type=1, dims=(2**40, 2**20), raw_data=b"1234"), "does not hold so much"),
    "negative": (huge(data_type=1, dims=(-1, 4), raw_data=b"1234"), "does not hold so much"),
    "another size": (huge(data_type=1, dims=(3,), raw_data=b"12345678"), "'w' is broken"),
    "no such kind": (huge(data_type=99, dims=(1,), raw_data=b"1234"), "'w' is broken"),
    "huge int4": (huge(data_type=22, dims=(2**50,), int32_data=[1]), "does not hold so much"),
}
BROKEN["two stored"][0].graph.initializer.append(numpy_helper.from_array(W, "w"))
BROKEN["two stored"] = (BROKEN["two stored"][0], "two stored tensors are called 'w'")


@pytest.mark.parametrize("case", BROKEN)
def test_broken_models_are_refused(case: str, tmp_path: Path) -> None:
    made, text = BROKEN[case]
    with pytest.raises(FormatError, match=text):
        read(made, tmp_path)


def test_whatever_is_done_to_the_bytes_is_read_or_refused(tmp_path: Path) -> None:
    """Cut off anywhere, and with bytes of it changed at random: no other error, no crash."""
    whole, chance = residual().SerializeToString(), random.Random(5)
    refused = 0
    for trial in range(400):
        data = bytearray(whole)
        if trial % 2:
            del data[chance.randrange(1, len(data)) :]
        for _ in range(chance.randrange(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            read(bytes(data), tmp_path)
        except FormatError:
            refused += 1
    assert 100 < refused < 400


def test_paths_are_counted_beyond_the_floats(tmp_path: Path) -> None:
    nodes = [op("Add", f"t{place},t{place}", f"t{place + 1}") for place in range(100)]
    graph = read(model(nodes, inputs=("t0",), outputs=("t100",)), tmp_path)
    assert gd.count_paths(graph, "t0", "t100") == 2**100
    assert math.isclose(gd.total_influence(graph, "t0", "t100", weight=None), 2.0**100)
