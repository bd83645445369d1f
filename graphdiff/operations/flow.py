"""`ArrayFlow`: what passes each edge and node of a computation of arrays, by one forward and one reverse pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from graphdiff.operations.space import Array, entries, inner, norm
from graphdiff.operations.sweeps import adjoints, tangents

if TYPE_CHECKING:
    from graphdiff.operations.network import Operations

__all__ = ["ArrayFlow", "flow_of"]

#: What a graph of contributions says of itself: `graphdiff.compile` refuses it, and pictures take it for a quotient.
FACTS = {"quotient": True, "grouped_by": "operation", "edge_meaning": "feeds", "weight_meaning": "contribution"}


@dataclass(frozen=True, eq=False, repr=False)
class ArrayFlow:
    """What passes each edge and node, as numbers, in the order of the operations.

    Attributes
    ----------
    net : Operations
    direction : Seeded
    cotangent : mapping of int to array
    edges : float array, one an edge
        ⟨J·tangent, adjoint⟩ of each operand in turn.
    nodes : float array, one a node
        ⟨tangent, adjoint⟩.
    norms : float array, one a node
        The Euclidean norm of the adjoint: how much flows back.
    moves : float array, one a node
        The norm of the tangent.
    total : float
        ⟨adjoint, direction⟩ over the inputs that move.
    forward_total : float
        ⟨cotangent, tangent⟩ over the outputs: the same by the other pass.
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
    total: float
    forward_total: float
    gradients: dict[int, Array]

    @cached_property
    def shares(self) -> NDArray[np.float64] | None:
        """What passes each edge as a part of the total; None where that is 0."""
        return self.edges / self.total if self.total else None

    def to_networkx(self) -> nx.MultiDiGraph:
        """Return it as a graph; see `Operations.flow`."""
        net = self.net
        graph = nx.MultiDiGraph(**FACTS, node_meaning="operations", total=self.total)
        graph.graph.update(called=net.called, inputs=list(net.inputs), outputs=list(net.outputs))
        numbers = zip(net.operations, self.nodes.tolist(), self.norms.tolist(), strict=True)
        for operation, contribution, gradient in numbers:
            graph.add_node(operation.name, **_facts(operation.op, operation.value), **operation.about)
            graph.nodes[operation.name].update(self._measured(contribution), gradient=gradient)
        for (tail, head, place), contribution in zip(net.edges, self.edges.tolist(), strict=True):
            graph.add_edge(tail, head, place, operand=place, edges=1, **self._measured(contribution))
        return pictured(graph)

    def _measured(self, contribution: float) -> dict[str, float | None]:
        return {"contribution": contribution, "share": contribution / self.total if self.total else None}


def _facts(op: str, value: Array) -> dict[str, Any]:
    shape = None if isinstance(value, tuple) else tuple(getattr(value, "shape", ()))
    return {"op": op, "shape": shape, "dtype": kind_text(value), "size": entries(value)}


def flow_of(net: Operations, direction: Seeded, cotangent: Mapping[int, Array]) -> ArrayFlow:
    """Return what passes each edge and node.

    Raises
    ------
    DerivativeError
        If what passes an edge is no finite number, with its operation.
    """
    carried = tangents(net.operations, direction.seeds)
    starts = np.cumsum([0, *(len(operation.operands) for operation in net.operations)]).tolist()
    edges = np.zeros(starts[-1])
    nodes, norms, put_in = (np.zeros(len(net.operations)) for _ in range(3))
    gradients: dict[int, Array] = {}
    for position, adjoint, made in adjoints(net.operations, cotangent):
        operation = net.operations[position]
        nodes[position] = inner(net.space, carried[position], adjoint)
        norms[position] = norm(net.space, adjoint)
        put_in[position] = inner(net.space, direction.seeds.get(position), adjoint)
        for place, (operand, back) in enumerate(zip(operation.operands, made, strict=bool(made))):
            edges[starts[position] + place] = inner(net.space, carried[operand], back)
        if operation.maps is None:
            gradients[position] = adjoint
    _require_finite(net, nodes, edges, starts)
    come_out = [inner(net.space, seed, carried[position]) for position, seed in cotangent.items()]
    moves = np.array([norm(net.space, tangent) for tangent in carried])
    totals = fsum(put_in.tolist()), fsum(come_out)
    return ArrayFlow(net, direction, cotangent, edges, nodes, norms, moves, *totals, gradients)


def _require_finite(
    net: Operations, nodes: NDArray[np.float64], edges: NDArray[np.float64], starts: Sequence[int]
) -> None:
    """Raise for the first operation with a contribution that is no finite number."""
    for position, operation in enumerate(net.operations):
        passing = [nodes[position], *edges[starts[position] : starts[position + 1]]]
        if not np.isfinite(passing).all():
            line = operation.about.get("line")
            place = f"line {line}: " if line else ""
            said = f"{place}what passes {operation.name!r} ({operation.op}) is no finite number"
            raise DerivativeError(said, node=operation.name, line=line)
