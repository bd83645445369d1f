"""What is kept of the tensors in an ONNX model: names, shapes, how many entries, and a digest of them.

Entries are never taken for more than a file holds, and none are read from another file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from math import prod
from typing import Any

from graphdiff.errors import FormatError

__all__ = [
    "attributes_of",
    "graphs_in",
    "is_elsewhere",
    "kind_of_tensor",
    "record",
    "require_texts",
    "shape_and_kind",
    "sparse_record",
]

#: Numbers of 2 bits are the smallest: so many are in a byte.
MOST_IN_A_BYTE = 4
#: So much of a SHA-256 is kept, in hexadecimal digits.
DIGITS = 32
#: What numpy calls kinds of numbers that ONNX calls otherwise.
KINDS = {"float": "float32", "double": "float64"}
TYPED = ("float_data", "int32_data", "int64_data", "double_data", "uint64_data", "string_data")


def kind_of_tensor(number: int) -> str:
    """Return what numpy calls a kind of number that ONNX has by its own."""
    from onnx import TensorProto

    if number not in TensorProto.DataType.values():
        return f"kind {number}"
    name = str(TensorProto.DataType.Name(number)).lower()
    return KINDS.get(name, name)


def record(tensor: Any, name: str, *, keep: bool = False) -> dict[str, Any]:
    """Return what is kept of a tensor; with its entries as an array where they are to be kept.

    Raises
    ------
    FormatError
        If it does not hold what it declares.
    """
    shape = tuple(tensor.dims)
    made = {"name": name, "shape": shape, "dtype": kind_of_tensor(tensor.data_type), "entries": prod(shape)}
    if tensor.data_location == tensor.EXTERNAL:
        places = [entry.value for entry in tensor.external_data if entry.key == "location"]
        return made | {"digest": None, "external": "".join(places[:1])}
    _require_held(tensor, made)
    if tensor.data_type == tensor.STRING:
        return made | {"digest": _digest(made, b"\0".join(tensor.string_data))}
    values = _values(tensor, made)
    return made | {"digest": _digest(made, values.tobytes())} | ({"values": values} if keep else {})


def _require_held(tensor: Any, made: dict[str, Any]) -> None:
    """Raise where a tensor declares entries that it cannot hold, before anything is made of its shape."""
    held = len(tensor.raw_data) * MOST_IN_A_BYTE + sum(MOST_IN_A_BYTE * len(getattr(tensor, name)) for name in TYPED)
    if min(made["shape"], default=0) < 0 or made["entries"] > held:
        raise FormatError(f"the tensor {made['name']!r} declares the shape {made['shape']}, and does not hold so much")


def _values(tensor: Any, made: dict[str, Any]) -> Any:
    from onnx import numpy_helper

    try:
        return numpy_helper.to_array(tensor)
    except (ValueError, TypeError, KeyError) as error:
        raise FormatError(f"the tensor {made['name']!r} is broken: {error}") from None


def sparse_record(tensor: Any) -> dict[str, Any]:
    """Return what is kept of a sparse tensor."""
    shape = tuple(tensor.dims)
    made = {"name": tensor.values.name, "shape": shape, "dtype": kind_of_tensor(tensor.values.data_type)}
    made["entries"] = prod(tensor.values.dims)
    parts = (tensor.values, tensor.indices)
    if any(part.data_location == part.EXTERNAL for part in parts):
        return made | {"digest": None, "external": "another file"}
    return made | {"digest": _digest(made, b"".join(_values(part, made).tobytes() for part in parts))}


def _digest(made: dict[str, Any], content: bytes) -> str:
    head = f"{made['dtype']} {made['shape']} ".encode()
    return hashlib.sha256(head + content).hexdigest()[:DIGITS]


def attributes_of(node: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the attributes of an operation as plain values, and what is kept of those that are tensors."""
    plain: dict[str, Any] = {}
    tensors: list[dict[str, Any]] = []
    for one in node.attribute:
        if one.type in (one.TENSOR, one.TENSORS):
            tensors += [record(tensor, one.name) for tensor in ([one.t] if one.type == one.TENSOR else one.tensors)]
        else:
            plain[one.name] = _plain(one)
    return plain, tensors


def _plain(one: Any) -> Any:
    """Return an attribute that is no tensor: of what is neither number nor text a digest."""
    from onnx import AttributeProto as Kinds

    if one.ref_attr_name:
        return f"the function's {one.ref_attr_name}"
    simple: dict[Any, Callable[[], Any]] = {
        Kinds.INT: lambda: one.i,
        Kinds.FLOAT: lambda: one.f,
        Kinds.STRING: lambda: one.s.decode("utf-8", "replace"),
        Kinds.INTS: lambda: list(one.ints),
        Kinds.FLOATS: lambda: list(one.floats),
        Kinds.STRINGS: lambda: [text.decode("utf-8", "replace") for text in one.strings],
    }
    if one.type in simple:
        return simple[one.type]()
    return hashlib.sha256(one.SerializeToString(deterministic=True)).hexdigest()[:DIGITS]


def graphs_in(node: Any) -> Iterator[Any]:
    """Yield the graphs that an operation holds, as If, Loop and Scan do."""
    for one in node.attribute:
        if one.type == one.GRAPH:
            yield one.g
        yield from one.graphs


def _messages(message: Any) -> Iterator[Any]:
    """Yield a message of protocol buffers and all in it."""
    yield message
    for kind, value in message.ListFields():
        if kind.message_type:
            for member in [value] if hasattr(value, "ListFields") else value:
                yield from _messages(member)


def is_elsewhere(model: Any) -> bool:
    """Tell whether a tensor anywhere in a model is in another file."""
    tensors = (one for one in _messages(model) if one.DESCRIPTOR.name == "TensorProto")
    return any(one.data_location == one.EXTERNAL for one in tensors)


def require_texts(model: Any) -> None:
    """Raise where a name anywhere in a model is no text: protocol buffers then give its bytes."""
    for one in _messages(model):
        for kind, value in one.ListFields():
            texts = value if isinstance(value, Sequence) and not isinstance(value, str | bytes) else [value]
            if kind.type == kind.TYPE_STRING and any(isinstance(text, bytes) for text in texts):
                raise FormatError(f"a name in it ({one.DESCRIPTOR.name}.{kind.name}) is no UTF-8: it is broken")


def shape_and_kind(kind: Any) -> tuple[tuple[int | str | None, ...] | None, str | None]:
    """Return the shape and the kind of number of a type; None of what is not known, or is no tensor."""
    if kind.WhichOneof("value") != "tensor_type":
        return None, kind.WhichOneof("value")
    tensor = kind.tensor_type
    dtype = kind_of_tensor(tensor.elem_type) if tensor.elem_type else None
    if not tensor.HasField("shape"):
        return None, dtype
    sizes = [(dim, dim.WhichOneof("value")) for dim in tensor.shape.dim]
    return tuple([getattr(dim, which) if which else None for dim, which in sizes]), dtype
