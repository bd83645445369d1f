"""ONNX models: which operation feeds which, with what is known of the tensors between them.

Nothing of a model is run unless values are asked for, and then by ``onnx.reference``; no other file is read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import networkx as nx

from graphdiff.errors import FormatError, MissingExtraError, UnknownNodeError, UsageError
from graphdiff.io.tensors import (
    attributes_of,
    graphs_in,
    is_elsewhere,
    record,
    require_texts,
    shape_and_kind,
    sparse_record,
)
from graphdiff.remedies import Keyword
from graphdiff.text.sentences import how_many

__all__ = ["read_onnx"]

#: So many names are listed in a message.
LISTED = 5
#: What the reference implementation raises on models and inputs that do not fit it.
NOT_COMPUTED = (
    RuntimeError, TypeError, ValueError, LookupError, AttributeError, ArithmeticError, AssertionError, MemoryError,
)  # fmt: skip


def read_onnx(
    data: bytes, *, name: str, tensors: str = "digest", values: Mapping[str, Any] | None = None
) -> nx.MultiDiGraph:
    """Read an ONNX model: the tail of an edge is an operation that makes a tensor, its head one that takes it.

    A node is an operation, by its name, or where it has none by what it does and the how manieth it is of these
    (``Conv#3``); or an input or output of the model, by its name, with ``(input)`` or ``(output)`` behind it where
    another node has that. What is stored in the model is no node, but stands with the operation that takes it. An If,
    Loop or Scan is one node, with the graphs in it. There are no weights: an ONNX file has no derivatives; for these
    convert it to PyTorch or JAX, and trace that.

    Parameters
    ----------
    tensors : {"digest", "keep"}
        Of each stored tensor a digest, or its entries too: then `graphdiff.compare` says by how much they changed.
    values : mapping of input to array, optional
        What goes in: each node then has what comes out of it as ``value``, computed by ``onnx.reference``.

    Returns
    -------
    networkx.MultiDiGraph
        Edges have ``tensor``, ``operand`` (which one of the head's), ``shape`` and ``dtype``, as far as they are given
        or ONNX infers them. Nodes have ``op``, ``shape``, ``dtype``, ``attributes``, ``domain`` where it is not
        ONNX's own, ``module`` where their name is a path, ``n_parameters`` and ``parameters``: a record of each tensor
        stored for it, with ``name``, ``operand``, ``shape``, ``dtype``, ``entries``, ``digest``.

    Raises
    ------
    MissingExtraError
        onnx is not there.
    FormatError
        If it is broken, has a cycle, or two operations of one name.
    UsageError, UnknownNodeError
        If `values` are not those of its inputs, or it cannot be computed.

    Examples
    --------
    >>> import graphdiff as gd
    >>> graph = gd.read("squeezenet.onnx")  # doctest: +SKIP
    >>> gd.count_paths(graph, "data_0", "softmaxout_1")  # doctest: +SKIP
    256
    """
    if tensors not in ("digest", "keep"):
        raise UsageError(Keyword("tensors", tensors), ": it is 'digest' or 'keep'")
    model = _parsed(data, name)
    try:
        require_texts(model)
        network = _Network(model.graph, keep=tensors == "keep")
        graph = network.made()
    except FormatError as error:
        raise FormatError(f"{name}: {error}") from None
    graph.graph.update(_facts(model))
    _require_no_cycle(graph, name)
    if values is not None:
        _put_values(graph, network, model, values)
    warnings = [*_inferred(graph, network, model), *network.told(), *_told_of_functions(model)]
    if warnings:
        graph.graph["warnings"] = [f"{name}: {warning}" for warning in warnings]
    return graph


def _parsed(data: bytes, name: str) -> Any:
    try:
        import onnx
        from google.protobuf.message import DecodeError
    except ImportError:
        raise MissingExtraError("onnx", "onnx") from None
    model = onnx.ModelProto()
    try:
        model.ParseFromString(data)
    except DecodeError:
        raise FormatError(f"{name} is no ONNX model, or is broken or cut off: it is not whole") from None
    if not model.HasField("graph") or not (model.graph.node or model.graph.output):
        raise FormatError(f"{name} is no ONNX model: it has no operations")
    return model


def _facts(model: Any) -> dict[str, Any]:
    facts = {"format": "ONNX", "edge_meaning": "feeds", "weight_meaning": "none", "node_meaning": "operations"}
    opsets = {one.domain or "ai.onnx": one.version for one in model.opset_import}
    return facts | {"producer": f"{model.producer_name} {model.producer_version}".strip(), "opsets": opsets}


def _require_no_cycle(graph: nx.MultiDiGraph, name: str) -> None:
    if not nx.is_directed_acyclic_graph(graph):
        nodes = [edge[0] for edge in nx.find_cycle(graph)]
        listed = nodes if len(nodes) <= LISTED else [*nodes[:LISTED], f"… {len(nodes) - LISTED:,} more …"]
        raise FormatError(f"{name} is no ONNX model that can be computed: a cycle {' -> '.join([*listed, nodes[0]])}")


@dataclass
class _Network:
    """The graph of a model in the making.

    Attributes
    ----------
    source : GraphProto
    keep : bool
        Whether entries of stored tensors are kept.
    stored : dict of str to record
        The stored tensors by name.
    makers : dict of str to str
        The node that makes each tensor.
    names : list of str
        That of each operation, in the order of the file.
    """

    source: Any
    keep: bool
    stored: dict[str, dict[str, Any]] = field(default_factory=dict)
    makers: dict[str, str] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    ends: dict[str, dict[str, str]] = field(default_factory=dict)
    graph: nx.MultiDiGraph = field(default_factory=nx.MultiDiGraph)

    def made(self) -> nx.MultiDiGraph:
        """Return the graph."""
        self._store()
        self.names = list(_names(self.source.node))
        taken = set(self.names)
        inputs = [one.name for one in self.source.input if one.name not in self.stored]
        self.ends = {"input": _free(inputs, "input", taken)}
        self.ends["output"] = _free([one.name for one in self.source.output], "output", taken)
        self._add_nodes()
        for node, label in zip(self.source.node, self.names, strict=True):
            captured = sorted(set().union(*map(_captured, graphs_in(node)))) if any(graphs_in(node)) else []
            self._lead(label, [*node.input, *captured], len(node.input))
        for tensor, label in self.ends["output"].items():
            self._lead(label, [tensor], 1)
        for _, data in self.graph.nodes(data=True):
            if "parameters" in data:
                data["n_parameters"] = sum(one["entries"] for one in data["parameters"])
        return self.graph

    def _store(self) -> None:
        for tensor in self.source.initializer:
            self._keep(record(tensor, tensor.name, keep=self.keep))
        for tensor in self.source.sparse_initializer:
            self._keep(sparse_record(tensor))

    def _keep(self, made: dict[str, Any]) -> None:
        if made["name"] in self.stored:
            raise FormatError(f"two stored tensors are called {made['name']!r}")
        self.stored[made["name"]] = made

    def _add_nodes(self) -> None:
        for tensor, label in self.ends["input"].items():
            self.graph.add_node(label, op="input", root=True)
            self._make(tensor, label)
        for node, label in zip(self.source.node, self.names, strict=True):
            self.graph.add_node(label, **_about(node, label))
            for tensor in filter(None, node.output):
                self._make(tensor, label)
        for label in self.ends["output"].values():
            self.graph.add_node(label, op="output", leaf=True)

    def _make(self, tensor: str, label: str) -> None:
        if tensor in self.makers or tensor in self.stored:
            raise FormatError(f"the tensor {tensor!r} is made twice, by {label!r} and another")
        self.makers[tensor] = label

    def _lead(self, label: str, tensors: Iterable[str], n_operands: int) -> None:
        """Lead tensors to a node: stored ones stand with it, the others are edges; those behind are used inside it."""
        for place, tensor in enumerate(tensors):
            if tensor in self.stored:
                self.graph.nodes[label].setdefault("parameters", []).append(self.stored[tensor] | {"operand": place})
            elif tensor in self.makers:
                inside = {} if place < n_operands else {"inside": True}
                self.graph.add_edge(self.makers[tensor], label, tensor=tensor, operand=place, **inside)
            elif tensor:
                raise FormatError(f"{label!r} takes the tensor {tensor!r}, which nothing makes: it is broken")

    def told(self) -> Iterator[str]:
        """Yield what is not in the graph."""
        for node, label in zip(self.source.node, self.names, strict=True):
            if inner := list(graphs_in(node)):
                sizes = how_many(len(inner), "graphs"), how_many(sum(len(one.node) for one in inner), "operations")
                yield f"{label} ({node.op_type}) holds {sizes[0]} of {sizes[1]}, and is one node"
        away = sorted(str(one["external"]) for one in self.stored.values() if "external" in one)
        if away:
            stored = how_many(len(away), "stored tensors")
            yield f"{stored} in other files ({away[0]}), which are not read: shapes alone are known"


def _names(nodes: Iterable[Any]) -> Iterator[str]:
    """Yield the name of each operation: its own, or what it does with a number that no other name has."""
    given = Counter(node.name for node in nodes if node.name)
    twice = [name for name, times in given.items() if times > 1]
    if twice:
        raise FormatError(f"{len(twice)} names are those of several operations each, such as {twice[0]!r}")
    numbers: Counter[str] = Counter()
    for node in nodes:
        name = node.name
        while not name or (not node.name and name in given):
            numbers[node.op_type] += 1
            name = f"{node.op_type}#{numbers[node.op_type]}"
        yield name


def _free(tensors: Iterable[str], kind: str, taken: set[str]) -> dict[str, str]:
    """Return the name of a node for each of these ends, which no other node has."""
    names: dict[str, str] = {}
    for tensor in tensors:
        label = tensor
        while label in taken:
            label += f" ({kind})"
        if tensor in names:
            raise FormatError(f"two {kind}s are called {tensor!r}")
        names[tensor] = label
        taken.add(label)
    return names


def _captured(graph: Any) -> set[str]:
    """Return the tensors that a graph inside an operation takes from around it."""
    made = {one.name for one in (*graph.input, *graph.initializer)}
    made |= {one.values.name for one in graph.sparse_initializer}
    made |= {tensor for node in graph.node for tensor in node.output}
    taken = {tensor for node in graph.node for tensor in node.input} | {one.name for one in graph.output}
    taken = taken.union(*(_captured(inner) for node in graph.node for inner in graphs_in(node)))
    return taken - made - {""}


def _about(node: Any, label: str) -> dict[str, Any]:
    plain, tensors = attributes_of(node)
    module = ".".join(filter(None, node.name.split("/")[:-1]))
    about = {"op": node.op_type, "domain": node.domain, "module": module, "attributes": plain, "parameters": tensors}
    return {name: value for name, value in about.items() if value}


def _told_of_functions(model: Any) -> Iterator[str]:
    names = [one.name for one in model.functions]
    if names:
        yield f"its own functions ({', '.join(names[:LISTED])}) are one node where they are called"


# -- what is known of tensors


def _inferred(graph: nx.MultiDiGraph, network: _Network, model: Any) -> Iterator[str]:
    """Put shapes and kinds of numbers on edges and nodes; yield why they are not known. It empties the model."""
    from onnx import shape_inference

    _empty(model)
    try:
        known = shape_inference.infer_shapes(model).graph
    except (shape_inference.InferenceError, RuntimeError, ValueError) as error:
        known = model.graph
        yield f"onnx infers no shapes of it: {str(error).strip().partition(chr(10))[0]}"
    kinds = {one.name: shape_and_kind(one.type) for one in (*known.value_info, *known.input, *known.output)}
    for _, _, data in graph.edges(data=True):
        _put(data, kinds.get(data["tensor"]))
    first = {label: tensor for tensor, label in reversed(network.makers.items())}
    first |= {label: tensor for tensor, label in network.ends["output"].items()}
    for label, data in graph.nodes(data=True):
        _put(data, kinds.get(first.get(label, "")))


def _put(data: dict[str, Any], known: tuple[Any, Any] | None) -> None:
    for name, value in zip(("shape", "dtype"), known or (), strict=False):
        if value is not None:
            data[name] = value


#: Tensors of fewer entries may be shapes, which inferring needs.
SMALL = 4096


def _empty(model: Any) -> None:
    """Take from a model the large tensors that are stored in it, and say of each what it is, as of an input."""
    from onnx import helper

    source, named = model.graph, {one.name for one in model.graph.input}
    large = [one for one in source.initializer if one.ByteSize() > SMALL and one.data_type]
    kept = [one for one in source.initializer if not (one.ByteSize() > SMALL and one.data_type)]
    source.input.extend(
        helper.make_tensor_value_info(one.name, one.data_type, list(one.dims)) for one in large if one.name not in named
    )
    del source.initializer[:]
    source.initializer.extend(kept)


def _put_values(graph: nx.MultiDiGraph, network: _Network, model: Any, values: Mapping[str, Any]) -> None:
    """Compute the model at these inputs, and put on each node what it makes first."""
    results = _computed(network, model, values)
    for tensor, label in reversed(network.makers.items()):
        if results.get(tensor) is not None:
            graph.nodes[label]["value"] = results[tensor]
    for tensor, label in network.ends["output"].items():
        graph.nodes[label]["value"] = results[tensor]


def _computed(network: _Network, model: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    from onnx.reference import ReferenceEvaluator

    if not isinstance(values, Mapping):
        raise UsageError(Keyword("values", python="{INPUT: array}"), " takes an array for each input, in Python")
    inputs = network.ends["input"]
    for name in values:
        if name not in inputs:
            raise UnknownNodeError(name, inputs)
    missing = [name for name in inputs if name not in values]
    if missing:
        raise UsageError(Keyword("values", python="{INPUT: array}"), f": there is none of {missing[0]!r}")
    if is_elsewhere(model):
        raise UsageError(Keyword("values"), ": some of its tensors are in other files, which are not read")
    try:
        return dict(ReferenceEvaluator(model).run(None, dict(values), intermediate=True))
    except NOT_COMPUTED as error:
        text = str(error).partition("\n")[0] or type(error).__name__
        raise UsageError(f"onnx.reference cannot compute it at these inputs: {text}") from error
