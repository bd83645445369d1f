"""Two networks, operation by operation: what each does, takes and holds, and what of that is another.

Operations are matched by name, and by nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np

from graphdiff.errors import UsageError
from graphdiff.operations.ends import kind_text
from graphdiff.operations.network import Operations
from graphdiff.operations.space import entries

__all__ = ["KINDS", "Change", "changes_of", "counts", "is_network", "structure"]

#: What a change can be of, with the title over all of one kind.
KINDS = {
    "added": "Added",
    "removed": "Removed",
    "op": "Another operation",
    "shape": "Another shape or kind of number",
    "attributes": "Other attributes",
    "operands": "Takes what another computes",
    "weights": "Other weights",
    "input": "Other inputs",
    "unknown": "Not known, as weights are in other files",
}
#: What edges and nodes are of a network, and what of its nodes is no text.
MEANINGS, RECORDS = ("feeds", "operations"), ("shape", "attributes", "parameters")
#: What stands for an operand that is stored in the model.
STORED = "(stored)"


@dataclass(frozen=True)
class Change:
    """What is another at one operation.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    node : str
        As it is called after; of one that was removed before.
    before, after : str
        In words; empty where it is not there.
    relative : float or None
        Of weights: the norm of the difference over the norm before; None where it is not known, or that is 0.
    """

    kind: str
    node: str
    before: str = ""
    after: str = ""
    relative: float | None = None


def is_network(graph: Any) -> bool:
    """Tell whether a graph is one of the operations of a network, as `graphdiff.read` gives it of an ONNX model.

    One that was written is not, where its format has texts for shapes and records.

    Examples
    --------
    >>> is_network(nx.DiGraph(edge_meaning="feeds", node_meaning="operations")), is_network(nx.DiGraph())
    (True, False)
    """
    if not isinstance(graph, nx.Graph) or graph.graph.get("quotient"):
        return False
    are_texts = any(isinstance(data.get(name), str) for _, data in graph.nodes(data=True) for name in RECORDS)
    return not are_texts and (graph.graph.get("edge_meaning"), graph.graph.get("node_meaning")) == MEANINGS


def structure(net: Operations) -> nx.MultiDiGraph:
    """Return the operations of a network as a graph such as one of an ONNX model, with what its inputs hold.

    Raises
    ------
    UsageError
        If it is something else.
    """
    if not isinstance(net, Operations):
        raise UsageError("Operations are compared with Operations: trace both")
    graph = nx.MultiDiGraph(edge_meaning="feeds", weight_meaning="none", node_meaning="operations", format=net.called)
    graph.graph["not_compared"] = "constants are no nodes, and are not compared"
    for one in net.operations:
        shape = None if isinstance(one.value, tuple) else tuple(getattr(one.value, "shape", ()))
        graph.add_node(one.name, op=one.op, shape=shape, dtype=kind_text(one.value), **one.about)
        if one.maps is None:
            held = {"name": one.name, "shape": shape, "dtype": kind_text(one.value), "entries": entries(one.value)}
            held |= {"operand": 0, "digest": None, "values": net.space.to_numpy(one.value)}
            graph.nodes[one.name].update(parameters=[held], data=one.name in net.inputs)
    for tail, head, place in net.edges:
        graph.add_edge(tail, head, place, operand=place)
    return graph


def changes_of(graphs: tuple[nx.DiGraph, nx.DiGraph], pairs: Mapping[Any, Any]) -> Iterator[Change]:
    """Yield what is another, operation by operation.

    Parameters
    ----------
    graphs : pair of graphs
    pairs : mapping of node before to node after
        Those that both have.
    """
    before, after = graphs
    same = set(pairs.values())
    for node in after:
        if node not in same:
            yield Change("added", node, after=_described(after, node))
    for node in before:
        if node not in pairs:
            yield Change("removed", node, before=_described(before, node))
    takers = _operands(before, pairs), _operands(after, {})
    for old, new in pairs.items():
        yield from _of_one(before.nodes[old], after.nodes[new], new)
        if takers[0][old] != takers[1][new]:
            yield Change("operands", new, _listed(takers[0][old]), _listed(takers[1][new]))


def _described(graph: nx.DiGraph, node: Any) -> str:
    """Return what a node does, and what comes out."""
    data = graph.nodes[node]
    return f"{data.get('op', '')} {_kind(data)}".strip()


def _kind(data: Mapping[str, Any]) -> str:
    """Return the shape and the kind of number of an array, as a person reads them."""
    shape = data.get("shape")
    sizes = "" if shape is None else "×".join("?" if size is None else str(size) for size in shape) or "one number"
    return f"{sizes} {data.get('dtype') or ''}".strip()


def _operands(graph: nx.DiGraph, names: Mapping[Any, Any]) -> dict[Any, list[str]]:
    """Return what each node takes, in order, by other names where they have any."""
    taken: dict[Any, list[tuple[Any, str]]] = {node: [] for node in graph}
    for tail, head, data in graph.edges(data=True):
        taken[head].append((data.get("operand", 0), str(names.get(tail, tail))))
    for node, data in graph.nodes(data=True):
        held = [one for one in data.get("parameters", ()) if graph.in_degree(node) and "operand" in one]
        taken[node] += [(one["operand"], STORED) for one in held]
    return {node: [name for _, name in sorted(rows)] for node, rows in taken.items()}


def _of_one(old: Mapping[str, Any], new: Mapping[str, Any], node: str) -> Iterator[Change]:
    """Yield what is another at an operation that both have."""
    if old.get("op") != new.get("op"):
        yield Change("op", node, str(old.get("op")), str(new.get("op")))
    if all(data.get("shape") is not None for data in (old, new)) and _kind(old) != _kind(new):
        yield Change("shape", node, _kind(old), _kind(new))
    given = [data.get("attributes") or {} for data in (old, new)]
    for name in sorted(given[0].keys() | given[1].keys()):
        if (values := [one.get(name) for one in given])[0] != values[1]:
            yield Change("attributes", node, f"{name} {_plain(values[0])}", f"{name} {_plain(values[1])}")
    held = [{_slot(one): one for one in data.get("parameters") or ()} for data in (old, new)]
    for slot in held[0].keys() & held[1].keys():
        yield from _of_tensors(held[0][slot], held[1][slot], node, is_data=bool(new.get("data")))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "nothing"


def _plain(value: Any) -> str:
    return "not given" if value is None else str(value)


def _slot(tensor: Mapping[str, Any]) -> Any:
    """Return where an operation holds a tensor: the place among its operands, or the name of an attribute."""
    return tensor.get("operand", tensor["name"])


def _of_tensors(old: Mapping[str, Any], new: Mapping[str, Any], node: str, *, is_data: bool) -> Iterator[Change]:
    kind, name = ("input" if is_data else "weights"), new["name"]
    title = "" if name == node else f"{name} "
    if _kind(old) != _kind(new):
        yield Change(kind, node, f"{title}{_kind(old)}", f"{title}{_kind(new)}", _relative(old, new))
    elif "values" in old and "values" in new:
        if not _are_equal(old["values"], new["values"]):
            yield Change(kind, node, title.strip(), title.strip(), _relative(old, new))
    elif old.get("digest") is None or new.get("digest") is None:
        yield Change("unknown", node, title.strip(), title.strip())
    elif old["digest"] != new["digest"]:
        yield Change(kind, node, title.strip(), title.strip())


def _are_equal(old: Any, new: Any) -> bool:
    old, new = np.asarray(old), np.asarray(new)
    return old.shape == new.shape and bool(((old == new) | ((old != old) & (new != new))).all())


def _relative(old: Mapping[str, Any], new: Mapping[str, Any]) -> float | None:
    """Return the norm of the difference over the norm before; None where it is not known or has no value."""
    if "values" not in old or "values" not in new:
        return None
    before, after = (_numbers(one["values"]) for one in (old, new))
    if before is None or after is None or before.shape != after.shape:
        return None
    # Divided by the largest first, so that no square is beyond the floats.
    size = float(np.abs(before).max(initial=0))
    if not size or not np.isfinite(size):
        return None
    relative = float(np.linalg.norm((after / size - before / size).ravel()) / np.linalg.norm((before / size).ravel()))
    return relative if np.isfinite(relative) else None


def _numbers(values: Any) -> Any:
    array = np.asarray(values)
    return None if array.dtype.kind in "OUSc" else array.astype(np.float64)


def counts(changes: Sequence[Change]) -> dict[str, int]:
    """Return how many operations there are with a change of each kind."""
    nodes = {kind: {change.node for change in changes if change.kind == kind} for kind in KINDS}
    return {kind: len(names) for kind, names in nodes.items()}
