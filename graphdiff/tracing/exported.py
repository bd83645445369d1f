"""Programs of PyTorch: a node an operation of ATen, by the graph of ``torch.export`` and torch's own derivatives.

What export gives is run once, operation by operation, on copies of what was given. Nodes are what holds floats and
depends on what went in; masks, indices and other constants are none.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from graphdiff.errors import TraceError
from graphdiff.kernels.collecting import collector_at_rest
from graphdiff.operations.network import Operations
from graphdiff.operations.space import Array
from graphdiff.operations.sweeps import Maps, Operation
from graphdiff.tracing.aten import Exported, as_usual, cut_by, exported, module_of, require_known, told
from graphdiff.tracing.module_paths import Names, about_of, op_of
from graphdiff.tracing.torch_ends import Ends, ends_of
from graphdiff.tracing.torch_gradients import Autograd, require_leaves, without_functions
from graphdiff.tracing.torch_maps import Call, Held, Origin, Slot, local_maps, several
from graphdiff.tracing.torch_space import is_near, torch_space

__all__ = ["trace_torch"]

#: What these make has the shape of an operand, and nothing else of it.
SHAPED = ("_like", "new_zeros", "new_ones", "new_full", "new_empty", "new_empty_strided")


def trace_torch(program: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> Operations:
    """Return the operations of a module of PyTorch, or of a function of its tensors; see `graphdiff.trace`.

    Raises
    ------
    MissingExtraError
    TraceError
        If torch cannot export it, or what it exports would not have the program's derivative.
    """
    module = module_of(program)
    with as_usual(), collector_at_rest():
        graph = exported(module, args, kwargs)
        ends = ends_of(graph)
    called = type(program).__name__ if program is module else getattr(program, "__name__", "a function")
    return _operations(graph, ends, called)


def _operations(graph: Exported, ends: Ends, called: str) -> Operations:
    """Return the operations of a graph that is run at these ends."""
    with as_usual():
        tape = _Tape(_Plan(graph.program.graph, ends), ends)
        with told("torch"):
            tape.run()
        reference = _reference(tape, graph)

    def again(values: Mapping[str, Array]) -> Operations:
        nodes = [one.node for one in ends.entries if one.node in tape.places]
        given = {node: values[tape.name_of(node)].clone() for node in nodes if tape.name_of(node) in values}
        return _operations(graph, ends.with_values(given), called)

    return Operations(
        tape.operations,
        tape.names_of("input"),
        tape.names_of("parameter", "buffer"),
        tuple(dict.fromkeys(name for name in reference.outputs if name is not None)),
        torch_space(),
        called,
        reference,
        again,
    )


def _reference(tape: _Tape, graph: Exported) -> Autograd:
    """Return torch's own gradient, after a look at whether it rests on anything that export does not keep."""
    ends = tape.ends
    outputs = [None if node is None else tape.name_of(node) for _, node in ends.results]
    learned = {one.name: tape.name_of(one.node) for one in ends.entries if one.kind == "parameter"}
    reference = Autograd(graph.module, graph.spec, ends.arguments, ends.state, learned, outputs)
    with told("torch"), without_functions():
        leaves, results = reference.run()
    require_leaves(leaves.values(), results)
    for (title, node), result in zip(ends.results, results, strict=True):
        if node is not None and not is_near(tape.values[node], result):
            raise TraceError(f"what torch.export made of the program gives another {title!r} than the program itself")
    return reference


class _Plan:
    """Which nodes of a graph of torch.fx become operations.

    Attributes
    ----------
    needed : list of torch.fx.Node
        What is computed for the results, in order.
    shown : set of torch.fx.Node
        What holds floats and depends on what went in; and the results.
    used : set of torch.fx.Node
        What the results depend on, what goes in included.
    only : dict of torch.fx.Node to int
        Operations with several results of which one is used: which.
    """

    def __init__(self, graph: Any, ends: Ends) -> None:
        results = [node for _, node in ends.results if node is not None]
        self.used = _ancestors(results)
        self.needed = [node for node in graph.nodes if node in self.used and node.op == "call_function"]
        require_known(self.needed)
        dependent = {one.node for one in ends.entries}
        for node in self.needed:
            if not op_of(node.target).endswith(SHAPED) and any(one in dependent for one in node.all_input_nodes):
                dependent.add(node)
        carrying = _ancestors(results, dependent)
        self.shown = {node for node in self.needed if node in results or (node in carrying and _has_floats(node))}
        self.only = {}
        for node in self.shown:
            users = [user for user in node.users if user in self.used]
            if len(users) == 1 and users[0].target is operator.getitem:
                self.only[node] = users[0].args[1]


def _ancestors(nodes: Iterable[Any], within: Container[Any] | None = None) -> set[Any]:
    """Return nodes and all that they are computed from, by way of some nodes only."""
    waiting = list(nodes)
    reached = set(waiting)
    while waiting:
        before = {one for one in waiting.pop().all_input_nodes if within is None or one in within} - reached
        reached |= before
        waiting.extend(before)
    return reached


def _has_floats(node: Any) -> bool:
    """Tell whether a node holds floats.

    Raises
    ------
    TraceError
        If it holds complex numbers.
    """
    import torch

    tensors = [one for one in several(node.meta.get("val")) if isinstance(one, torch.Tensor)]
    if any(one.is_complex() for one in tensors):
        raise TraceError(f"{_origin(node.name, node)} is complex: of complex numbers there are no contributions")
    return any(one.is_floating_point() for one in tensors)


def _origin(name: str, node: Any) -> Origin:
    return Origin(name, op_of(node.target), about_of(node).get("line"))


@dataclass(frozen=True)
class _Result:
    """The maps of one result of an operation that has several."""

    number: int
    count: int

    def push(self, tangents: Sequence[Array]) -> Array:
        return None if tangents[0] is None else tangents[0][self.number]

    def pull(self, adjoint: Array) -> Sequence[Array]:
        return (tuple([adjoint if place == self.number else None for place in range(self.count)]),)


class _Tape:
    """What was computed, and what of it is an operation."""

    def __init__(self, plan: _Plan, ends: Ends) -> None:
        self.plan, self.ends = plan, ends
        self.values: dict[Any, Any] = dict(ends.constants)
        self.places: dict[Any, int] = {}
        self.operations: list[Operation] = []
        self.forward_modes: dict[Any, bool] = {}
        self.titles = {node: title for title, node in reversed(ends.results)}
        kept = [node for node in plan.needed if node in plan.shown and node.target is not operator.getitem]
        self.names = Names(kept, {one.node: one.name for one in ends.entries})

    def name_of(self, node: Any) -> str:
        """Return what a node is called."""
        return self.operations[self.places[node]].name

    def names_of(self, *kinds: str) -> tuple[str, ...]:
        """Return the names of what went in."""
        return tuple(
            dict.fromkeys(
                self.name_of(one.node) for one in self.ends.entries if one.kind in kinds and one.node in self.places
            )
        )

    def run(self) -> None:
        """Note what goes in, then compute what is needed, in order."""
        known: dict[tuple[str, str], int] = {}
        for one in self.ends.entries:
            self.values[one.node] = one.value
            if (one.kind, one.name) in known:
                self.places[one.node] = known[one.kind, one.name]
            elif one.kind != "buffer" or one.node in self.plan.used:
                self._note(one.node, Operation(one.name, one.kind, one.value))
                known[one.kind, one.name] = self.places[one.node]
        for node in self.plan.needed:
            if node not in self.plan.shown:
                self.values[node] = self._constant(node)
            elif node.target is operator.getitem:
                self._take(node)
            else:
                self._compute(node)

    def _note(self, node: Any, operation: Operation) -> None:
        """Note an operation, under a name of its own and without what autograd keeps of its value."""
        made = operation.value
        self.values[node], self.places[node] = made, len(self.operations)
        shown = tuple([one.detach() for one in made]) if isinstance(made, (tuple, list)) else made.detach()
        self.operations.append(replace(operation, name=self.names.given(operation.name), value=shown))

    def _constant(self, node: Any) -> Any:
        """Return what does not move, or holds no floats."""
        import torch
        from torch.fx.node import map_arg

        args, kwargs = map_arg((node.args, node.kwargs), self.values.__getitem__)
        with torch.no_grad():
            return node.target(*args, **kwargs)

    def _take(self, node: Any) -> None:
        """Note one result of an operation that has several; the only one that is used is the operation itself."""
        whole, number = node.args
        if whole in self.plan.only:
            self.values[node], self.places[node] = self.values[whole], self.places[whole]
            return
        values = self.values[whole]
        about = {**about_of(node), **self.names.step_of(whole)}
        name, maps = f"{self.name_of(whole)}[{number}]", _Result(number, len(values))
        self._note(node, Operation(name, "getitem", values[number], (self.places[whole],), maps, about))

    def _compute(self, node: Any) -> None:
        import torch

        call, operands = self._call(node)
        about = {**about_of(node), **self.names.step_of(node)}
        name = self.names.of(node)
        if "module" not in about:
            name = self.titles.get(node, name)
        given = [self.values[one] for one in operands]
        maps: Maps
        if (cut := cut_by(node)) or not operands:
            about |= {"stopped": cut} if cut else {}
            maps = Held(len(operands))
            with torch.no_grad():
                value = call.run(call.operation, given)
        else:
            value, maps = local_maps(call, given, _origin(name, node), self.forward_modes)
            if not maps.has_forward_mode:
                about["forward"] = "by transposing: torch has no forward mode of this operation"
        places = tuple([self.places[one] for one in operands])
        self._note(node, Operation(name, op_of(node.target), value, places, maps, about))

    def _call(self, node: Any) -> tuple[Call, list[Any]]:
        """Return an operation with a slot for each operand that is a node, and these."""
        from torch.fx.node import map_arg

        operands: list[Any] = []

        def slot(one: Any) -> Any:
            if one not in self.places:
                return self.values[one]
            operands.append(one)
            return Slot(len(operands) - 1)

        args, kwargs = map_arg((node.args, node.kwargs), slot)
        return Call(node.target, args, kwargs, self.plan.only.get(node)), operands
