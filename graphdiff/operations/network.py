"""`Operations`: a computation of whole arrays, as `graphdiff.trace` makes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, zip_longest
from math import isfinite
from typing import Any

import networkx as nx
import numpy as np

from graphdiff.errors import DerivativeError, TraceError, UnknownNodeError, UsageError
from graphdiff.graph.forms import NotScalar
from graphdiff.operations import ends
from graphdiff.operations.flow import ArrayFlow, flow_of
from graphdiff.operations.space import Array, Space, norm
from graphdiff.operations.sweeps import Operation, adjoints, tangents
from graphdiff.operations.unfolding import MAX_ENTRIES, unfolded
from graphdiff.remedies import Keyword

__all__ = ["Operations"]

#: What the library that computed gives for a gradient: of cotangents by output the adjoints of all inputs by name.
Reference = Callable[[Mapping[str, Array]], Mapping[str, Array]]
#: What computes the same with other values of some inputs.
Again = Callable[[Mapping[str, Array]], "Operations"]


@dataclass(frozen=True, eq=False, repr=False)
class Operations(NotScalar):
    """A computation of whole arrays: a node for each operation, an edge for each operand.

    An edge is a linear map, given by its two products, vector into it and cotangent back. What passes it is one number,
    its contribution: exact, by one forward and one reverse pass over the operations, without a Jacobian.

    Attributes
    ----------
    operations : sequence of Operation
        In the order in which they were computed.
    inputs, parameters, outputs : tuple of str
        The data that went in, what is learned or held, and what was returned.
    space : Space
        The arrays of the library that computed.
    called : str
        What was traced, in words.
    reference : callable, optional
        The library's own gradient, for `graphdiff.check`.
    again : callable, optional
        Computes the same with other values of inputs, by their names: what `at` does.

    Examples
    --------
    >>> import numpy as np
    >>> from graphdiff import trace
    >>> net = trace(lambda x, w: np.sum(np.tanh(x @ w)), np.ones(2), np.ones((2, 3)), arrays="whole")
    >>> net
    <Operations of <lambda>: 3 operations on 2 inputs, 4 edges>
    """

    refusal = (
        "the nodes of Operations are whole arrays, and their edges maps of arrays, not numbers: explain, annotate, "
        "group, rank, diagnose and compare take them as they are; their unfold(NODE, …) makes a graph of the entries "
        "of nodes, of which everything can be asked"
    )

    operations: Sequence[Operation]
    inputs: tuple[str, ...]
    parameters: tuple[str, ...]
    outputs: tuple[str, ...]
    space: Space
    called: str = ""
    reference: Reference | None = None
    again: Again | None = None

    def __repr__(self) -> str:
        ends_text = f"{len(self.inputs):,} input{'s' * (len(self.inputs) != 1)}"
        if self.parameters:
            ends_text += f" and {len(self.parameters):,} parameter{'s' * (len(self.parameters) != 1)}"
        computed = sum(operation.maps is not None for operation in self.operations)
        return f"<Operations of {self.called}: {computed:,} operations on {ends_text}, {len(self.edges):,} edges>"

    def __len__(self) -> int:
        return len(self.operations)

    def __iter__(self) -> Iterator[str]:
        return iter(self.index)

    def __contains__(self, name: Any) -> bool:
        return name in self.index

    @cached_property
    def index(self) -> dict[str, int]:
        """The position of each node by its name."""
        return {operation.name: position for position, operation in enumerate(self.operations)}

    @cached_property
    def edges(self) -> list[tuple[str, str, int]]:
        """Each edge as (operand, operation, place among the operands), in the order of the operations."""
        names = [operation.name for operation in self.operations]
        return [
            (names[operand], operation.name, place)
            for operation in self.operations
            for place, operand in enumerate(operation.operands)
        ]

    @cached_property
    def edge_starts(self) -> list[int]:
        """Where the edges into each node begin among all, and their number at the end."""
        return list(accumulate((len(operation.operands) for operation in self.operations), initial=0))

    def at(self, values: Mapping[str, Any] | None = None, /, **named: Any) -> Operations:
        """Return the same computation at other inputs.

        Parameters
        ----------
        values, **named : array or number
            Those of some inputs by their names, in their shapes; all others stay.

        Raises
        ------
        UnknownNodeError, UsageError
            If there is no such input, or an array does not fit it.
        TraceError
            If the computation goes another way there.

        Examples
        --------
        >>> import numpy as np
        >>> from graphdiff import trace
        >>> net = trace(lambda x: np.sum(x * x if x[0] > 0 else x), np.array([1.0, 2.0]), arrays="whole")
        >>> net.at(x=np.array([3.0, 1.0])).reverse()["x"]
        array([6., 2.])
        >>> net.at(x=np.array([-3.0, 1.0]))
        Traceback (most recent call last):
        graphdiff.errors.TraceError: at these inputs it goes another way from 'multiply#1' on: trace it anew
        """
        given = {**(values or {}), **named}
        for name in given:
            if name not in (*self.inputs, *self.parameters):
                raise UnknownNodeError(name, (*self.inputs, *self.parameters))
        if self.again is None:
            raise UsageError("this computation is not computed again from here: trace it anew")
        other = self.again({name: ends.fitting(self, name, value, "values") for name, value in given.items()})
        for one, then in zip_longest(self.operations, other.operations):
            if one is None or then is None or (one.op, one.operands) != (then.op, then.operands):
                where = f" from {one.name!r} on" if one is not None else ""
                raise TraceError(f"at these inputs it goes another way{where}: trace it anew")
        return other

    def position(self, name: Any) -> int:
        """Return where a node is.

        Raises
        ------
        UnknownNodeError
        """
        if name not in self.index:
            raise UnknownNodeError(name, self.index)
        return self.index[name]

    def value(self, name: str) -> Array:
        """Return what was computed at a node, an array of the library that computed."""
        return self.operations[self.position(name)].value

    def forward(self, direction: ends.Direction = None) -> dict[str, Array]:
        """Return how each value moves in one direction of the inputs, where it does.

        Parameters
        ----------
        direction : mapping of node to array or number, node or list of nodes, optional
            How each named node moves: an array of its shape, or one number for all entries. Nodes without arrays, and
            by default all data inputs, move by their own values.
        """
        carried = tangents(self.operations, ends.direction_of(self, direction).seeds)
        return {operation.name: one for operation, one in zip(self.operations, carried, strict=True) if one is not None}

    def reverse(self, cotangent: ends.Cotangent = None) -> dict[str, Array]:
        """Return the gradient at every node on which the outputs depend; of inputs on which they do not it is 0.

        Parameters
        ----------
        cotangent : mapping of output to array or number, output, or array, optional
            How much each entry of an output counts. Not needed where there is one output of one entry.

        Raises
        ------
        DerivativeError
            If the gradient at an input or a parameter is no finite number.
        """
        swept = adjoints(self.operations, ends.cotangent_of(self, cotangent))
        reached = {self.operations[position].name: adjoint for position, adjoint, _ in swept}
        for name in (*self.inputs, *self.parameters):
            if name in reached and not isfinite(norm(self.space, reached[name])):
                raise DerivativeError(f"the gradient at {name!r} is no finite number", node=name)
        unmoved = (name for name in (*self.inputs, *self.parameters) if name not in reached)
        zeros = {name: self.space.like(0.0, self.value(name)) for name in unmoved if ends.is_float(self.value(name))}
        return reached | zeros

    def contributions(self, direction: ends.Direction = None, cotangent: ends.Cotangent = None) -> ArrayFlow:
        """Return what passes each edge and node; see `flow`, which gives it as a graph."""
        return flow_of(self, ends.direction_of(self, direction), ends.cotangent_of(self, cotangent))

    def along(
        self, node: str, axis: int, direction: ends.Direction = None, cotangent: ends.Cotangent = None
    ) -> list[float]:
        """Return what passes a node apart along one of its axes: heads of attention, steps of time, channels.

        Parameters
        ----------
        node : str
        axis : int
            Which axis of its array is kept; over all others contributions are added up.
        direction, cotangent
            As `forward` and `reverse` take them.

        Returns
        -------
        list of float
            One number for each index of the axis, in the total's unit; together what passes the node.

        Raises
        ------
        UnknownNodeError
        UsageError
            If the node has no such axis.

        Examples
        --------
        >>> import numpy as np
        >>> from graphdiff import trace
        >>> net = trace(lambda x: np.sum(x * x), np.array([[1.0, 2.0], [3.0, 4.0]]), arrays="whole")
        >>> net.along("x", 1)
        [20.0, 40.0]
        """
        position = self.position(node)
        shape = tuple(getattr(self.operations[position].value, "shape", ()))
        if not -len(shape) <= axis < len(shape):
            held = ends.shape_text(self.operations[position].value)
            raise UsageError(Keyword("axis", axis), f": {node!r} has {held}")
        tangent = tangents(self.operations, ends.direction_of(self, direction).seeds)[position]
        swept = adjoints(self.operations, ends.cotangent_of(self, cotangent))
        adjoint = next((one for place, one, _ in swept if place == position), None)
        if tangent is None or adjoint is None:
            return [0.0] * shape[axis]
        sides = (np.asarray(self.space.to_numpy(one), dtype=np.float64) for one in (tangent, adjoint))
        products = np.moveaxis(np.multiply(*sides), axis, 0)
        return [float(part.sum()) for part in products]

    def flow(self, direction: ends.Direction = None, cotangent: ends.Cotangent = None) -> nx.MultiDiGraph:
        """Return a graph with a contribution on every edge, to be ranked, grouped, drawn and written.

        The contribution of an edge is ⟨J·tangent, adjoint⟩: what comes to its head by it in this direction, times how
        much the head counts. Over every cut between the ends they add up to the total. It is a graph to be looked at:
        no product of these numbers along a path means anything, so `graphdiff.compile` refuses it.

        Parameters
        ----------
        direction, cotangent
            As `forward` and `reverse` take them; by default gradient × input.

        Returns
        -------
        networkx.MultiDiGraph
            Of nodes ``op``, ``shape``, ``dtype``, ``contribution``, ``share``, ``gradient`` (the norm of the adjoint)
            and what is known of where they are: ``module``, ``line``, ``file``. Of edges ``contribution``, ``share``
            and ``operand``.

        Examples
        --------
        >>> import numpy as np
        >>> from graphdiff import trace
        >>> net = trace(lambda x: np.sum(x * x), np.array([1.0, 2.0]), arrays="whole")
        >>> [(*edge[:2], contribution) for *edge, contribution in net.flow().edges(data="contribution")]
        [('x', 'multiply#1', 5.0), ('x', 'multiply#1', 5.0), ('multiply#1', 'out', 10.0)]
        """
        return self.contributions(direction, cotangent).to_networkx()

    def unfold(self, *names: str, max_entries: int = MAX_ENTRIES) -> nx.DiGraph:
        """Return some nodes entry by entry: a graph of numbers, of which everything can be asked.

        Parameters
        ----------
        *names : str
            The nodes; by default the inputs and outputs that hold floats. All others are eliminated: an edge is the
            derivative along all ways that meet no other of these nodes, so totals between them stay the same.
        max_entries : int
            How many derivatives of one entry by another are made at most.

        Returns
        -------
        networkx.DiGraph
            Of nodes ``x[0]``, ``w[1,2]`` with ``value``, ``op`` and ``array``, the name of the whole; of edges
            ``weight``. A derivative of 0 is no edge.

        Raises
        ------
        UnknownNodeError
        UsageError
            If a node does not hold floats.
        LimitError
            If there are more derivatives.

        Examples
        --------
        >>> import numpy as np
        >>> from graphdiff import total_influence, trace
        >>> net = trace(lambda x: np.sum(x * x), np.array([1.0, 2.0]), arrays="whole")
        >>> graph = net.unfold()
        >>> list(graph.edges(data="weight")), total_influence(graph, "x[1]", "out")
        ([('x[0]', 'out', 2.0), ('x[1]', 'out', 4.0)], 4.0)
        """
        ends_of_all = [name for name in (*self.inputs, *self.outputs) if ends.is_float(self.value(name))]
        return unfolded(self, names or ends_of_all, max_entries)

    def to_networkx(self) -> nx.MultiDiGraph:
        """Return what is drawn: what flows in the default direction."""
        return self.flow()
