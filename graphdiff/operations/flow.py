"""`ArrayFlow`: what passes each edge and node of a computation of arrays, by one forward and one reverse pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import fsum
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff.errors import DerivativeError
from graphdiff.graph.networks import pictured
from graphdiff.operations.ends import Seeded, kind_text
from graphdiff.operations.report import beside, headline, report
from graphdiff.operations.space import Array, entries, inner, norm
from graphdiff.operations.sweeps import Operation, adjoints, tangents
from graphdiff.text.tables import Frame, Result, Sheet, sheet_of

if TYPE_CHECKING:
    from graphdiff.operations.network import Operations

__all__ = ["ArrayFlow", "flow_of"]

#: What a graph of contributions says of itself: `graphdiff.compile` refuses it, and pictures take it for a quotient.
FACTS = {
    "quotient": True,
    "grouped_by": "operation",
    "edge_meaning": "feeds",
    "weight_meaning": "contribution",
    "node_meaning": "operations",
    "member_meaning": "operations",
}


@dataclass(frozen=True, eq=False, repr=False)
class ArrayFlow(Result):
    """What passes each edge and node of a computation of arrays; in pandas a row for each edge.

    Attributes
    ----------
    net : Operations
    direction : Seeded
        What is put in, by position.
    cotangent : mapping of int to array
        How much the outputs count, by position.
    edges : float array, shape (n_edges,)
        ⟨J·tangent, adjoint⟩ of each operand in turn, in the total's unit.
    nodes : float array, shape (n_nodes,)
        ⟨tangent, adjoint⟩.
    norms, moves : float array, shape (n_nodes,)
        The Euclidean norms of the adjoint, how much flows back, and of the tangent.
    put_in : dict of int to float
        ⟨adjoint, direction⟩ of each node that is put in, by position: what it gives of the total.
    forward_total : float
        ⟨cotangent, tangent⟩ over the outputs: the same by the forward pass.
    gradients : dict of int to array
        The adjoints of inputs and parameters, by position.
    """

    net: Operations
    direction: Seeded
    cotangent: Mapping[int, Array]
    edges: NDArray[np.float64]
    nodes: NDArray[np.float64]
    norms: NDArray[np.float64]
    moves: NDArray[np.float64]
    put_in: dict[int, float]
    forward_total: float
    gradients: dict[int, Array]

    @cached_property
    def total(self) -> float:
        """How much what counts moves, by the reverse pass."""
        return fsum(self.put_in.values())

    @cached_property
    def n_paths(self) -> int:
        """How many ways lead from what moves to what counts, operation by operation."""
        counts: list[int] = []
        for position, operation in enumerate(self.net.operations):
            counts.append((position in self.direction.seeds) + sum(counts[operand] for operand in operation.operands))
        return sum(counts[position] for position in self.cotangent)

    @cached_property
    def edge_contributions(self) -> dict[tuple[str, str, int], float]:
        """What passes each edge (operand, operation, place), in the total's unit."""
        return dict(zip(self.net.edges, self.edges.tolist(), strict=True))

    @cached_property
    def node_contributions(self) -> dict[str, float]:
        """What passes each node."""
        return dict(zip(self.net, self.nodes.tolist(), strict=True))

    @property
    def edge_shares(self) -> dict[tuple[str, str, int], float | None]:
        """What passes each edge as a part of the total; None where that is 0."""
        return {edge: self.share(number) for edge, number in self.edge_contributions.items()}

    @property
    def node_shares(self) -> dict[str, float | None]:
        """What passes each node as a part of the total; None where that is 0."""
        return {node: self.share(number) for node, number in self.node_contributions.items()}

    @property
    def gradient_norms(self) -> dict[str, float]:
        """The norm of the gradient at each node: what flows back."""
        return dict(zip(self.net, self.norms.tolist(), strict=True))

    @property
    def inputs(self) -> dict[str, float]:
        """What each node that is put in gives of the total."""
        return {self.net.operations[position].name: number for position, number in self.put_in.items()}

    @property
    def difference(self) -> float:
        """By how much the two passes differ, as a part of the sum of what passes the seeds: rounding."""
        size = sum(map(abs, self.put_in.values())) or abs(self.forward_total)
        return abs(self.total - self.forward_total) / size if size else 0.0

    def share(self, contribution: float) -> float | None:
        """Return a part of the total; None where that is 0."""
        return contribution / self.total if self.total else None

    def by(self, attribute: str, depth: int | None = None) -> dict[str, float]:
        """Return what enters each group of operations from outside it.

        Parameters
        ----------
        attribute : str
            What operations are grouped by: ``"module"``, ``"scope"``, ``"step"``, ``"op"``, ….
        depth : int, optional
            How many of the dotted parts of that count.

        Returns
        -------
        dict of str to float
            In the total's unit, in the order of the computation; operations without it are in no group.
        """
        groups = [_group(operation, attribute, depth) for operation in self.net.operations]
        entering: dict[str, float] = {}
        steps = ((operand, head) for head, one in enumerate(self.net.operations) for operand in one.operands)
        for (tail, head), number in zip(steps, self.edges.tolist(), strict=True):
            if groups[head] is not None and groups[head] != groups[tail]:
                entering[groups[head]] = entering.get(groups[head], 0.0) + number
        return entering

    def to_networkx(self) -> nx.MultiDiGraph:
        """Return it as a graph; see `Operations.flow`."""
        net = self.net
        graph = nx.MultiDiGraph(**FACTS, total=self.total)
        graph.graph.update(called=net.called, inputs=list(net.inputs), outputs=list(net.outputs))
        outputs = [net.operations[position].name for position in self.cotangent]
        graph.graph.update(source=list(self.inputs), target=outputs, answer=self.headline())
        numbers = zip(net.operations, self.nodes.tolist(), self.norms.tolist(), strict=True)
        for operation, contribution, gradient in numbers:
            facts = _facts(operation.op, operation.value) | dict(operation.about)
            graph.add_nodes_from([(operation.name, facts | self._measured(contribution) | {"gradient": gradient})])
        for name, number in self.inputs.items():
            graph.nodes[name]["source_seed"] = number
        for name in outputs:
            graph.nodes[name]["target_seed"] = 1
        for (tail, head, place), contribution in self.edge_contributions.items():
            graph.add_edge(tail, head, place, operand=place, edges=1, **self._measured(contribution))
        return pictured(graph)

    def _measured(self, contribution: float) -> dict[str, Any]:
        return {"contribution": contribution, "share": self.share(contribution)}

    def __repr__(self) -> str:
        return f"<ArrayFlow: {self.headline()}>"

    def headline(self) -> str:
        """Return the answer in one line."""
        return headline(self)

    def beside(self) -> list[str]:
        """Return how sure it is, and what the numbers are."""
        return beside(self)

    def __str__(self) -> str:
        return report(self)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data, the arrays by their norms."""
        rows = [
            {"source": tail, "target": head, "operand": place, **self._measured(number)}
            for (tail, head, place), number in self.edge_contributions.items()
        ]
        nodes = [
            {"node": name, **self._measured(number), "gradient": gradient}
            for (name, number), gradient in zip(self.node_contributions.items(), self.norms.tolist(), strict=True)
        ]
        totals = {"total": self.total, "forward_total": self.forward_total, "inputs": self.inputs}
        return {"computation": self.net.called, **totals, "edges": rows, "nodes": nodes}

    def _frame(self) -> Frame:
        return Frame(self.to_dict()["edges"])

    def _sheet(self) -> Sheet:
        return sheet_of(self.to_dict()["edges"], self.headline())


def _group(operation: Operation, attribute: str, depth: int | None) -> Any:
    name = operation.op if attribute == "op" else operation.about.get(attribute)
    return name if name is None or depth is None else ".".join(str(name).split(".")[:depth])


def _facts(op: str, value: Array) -> dict[str, Any]:
    shape = None if isinstance(value, tuple) else tuple(getattr(value, "shape", ()))
    return {"op": op, "shape": shape, "dtype": kind_text(value), "entries": entries(value), "size": 1}


def flow_of(net: Operations, direction: Seeded, cotangent: Mapping[int, Array]) -> ArrayFlow:
    """Return what passes each edge and node.

    Raises
    ------
    DerivativeError
        If what passes an edge is no finite number, with its operation.
    """
    with np.errstate(over="ignore", invalid="ignore"):  # what is no finite number is told with its operation
        flow = _swept(net, direction, cotangent)
    _require_finite(flow)
    return flow


def _swept(net: Operations, direction: Seeded, cotangent: Mapping[int, Array]) -> ArrayFlow:
    carried = tangents(net.operations, direction.seeds)
    starts = net.edge_starts
    edges = np.zeros(starts[-1])
    nodes, norms = np.zeros(len(net.operations)), np.zeros(len(net.operations))
    put_in = dict.fromkeys(direction.seeds, 0.0)
    gradients: dict[int, Array] = {}
    for position, adjoint, made in adjoints(net.operations, cotangent):
        operation = net.operations[position]
        nodes[position] = inner(net.space, carried[position], adjoint)
        norms[position] = norm(net.space, adjoint)
        if position in put_in:
            put_in[position] = inner(net.space, direction.seeds[position], adjoint)
        for place, (operand, back) in enumerate(zip(operation.operands, made, strict=bool(made))):
            edges[starts[position] + place] = inner(net.space, carried[operand], back)
        if operation.maps is None:
            gradients[position] = adjoint
    come_out = [inner(net.space, seed, carried[position]) for position, seed in cotangent.items()]
    moves = np.array([norm(net.space, tangent) for tangent in carried])
    return ArrayFlow(net, direction, cotangent, edges, nodes, norms, moves, put_in, fsum(come_out), gradients)


def _require_finite(flow: ArrayFlow) -> None:
    """Raise for the first operation with a contribution that is no finite number."""
    numbers = np.concatenate([flow.nodes, flow.edges])
    if np.isfinite(numbers).all():
        return
    moving, counting = (np.flatnonzero(~np.isfinite(sizes)) for sizes in (flow.moves, flow.norms))
    first = moving[0] if moving.size else counting[-1] if counting.size else np.flatnonzero(~np.isfinite(flow.nodes))[0]
    operation = flow.net.operations[first]
    line = operation.about.get("line")
    place = f"line {line}: " if line else ""
    said = f"{place}what passes {operation.name!r} ({operation.op}) is no finite number"
    raise DerivativeError(said, node=operation.name, line=line)
