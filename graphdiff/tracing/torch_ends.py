"""What goes into an exported program of PyTorch and what comes out of it, each by the user's own name."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from graphdiff.tracing.aten import Exported

__all__ = ["Ends", "Entry", "ends_of"]


@dataclass(frozen=True)
class Entry:
    """A tensor that goes in.

    Attributes
    ----------
    node : torch.fx.Node
    kind : str
        "input", "parameter" or "buffer".
    name : str
    value : tensor
    """

    node: Any
    kind: str
    name: str
    value: Any


@dataclass(frozen=True)
class Ends:
    """What goes in and what comes out.

    Attributes
    ----------
    entries : list of Entry
        Two of one parameter that has two names: the second is the node of the first.
    constants : dict of torch.fx.Node to tensor
        What the program made of numbers.
    arguments : list of (str, value)
        The flat arguments, by name.
    results : list of (str, torch.fx.Node or None)
        What each flat result is called, and where it is computed; None of what is no tensor.
    state : dict of str to tensor
        All parameters and buffers of the module, as they were.
    """

    entries: list[Entry]
    constants: dict[Any, Any]
    arguments: list[tuple[str, Any]]
    results: list[tuple[str, Any]]
    state: dict[str, Any]

    def with_values(self, values: Mapping[Any, Any]) -> Ends:
        """Return the same ends with other values of some entries, by their nodes."""
        entries = [replace(one, value=values.get(one.node, one.value)) for one in self.entries]
        inputs, state = (
            {one.name: one.value for one in entries if one.node in values and (one.kind == "input") is is_input}
            for is_input in (True, False)
        )
        arguments = [(name, inputs.get(name, value)) for name, value in self.arguments]
        return replace(self, entries=entries, arguments=arguments, state=self.state | state)


def ends_of(given: Exported) -> Ends:
    """Return what goes into a program, and what comes out."""
    import torch

    program, module = given.program, given.module
    held = [*module.named_parameters(remove_duplicate=False), *module.named_buffers(remove_duplicate=False)]
    first = {id(value): name for name, value in reversed(held)}
    state = {name: value.detach().clone() for name, value in held if first[id(value)] == name}
    known = {**program.constants, **program.state_dict, **dict(held)}
    arguments = list(_arguments(given))
    waiting = iter(arguments)
    entries, constants = [], {}
    placeholders = [node for node in program.graph.nodes if node.op == "placeholder"]
    for node, spec in zip(placeholders, program.graph_signature.input_specs, strict=True):
        if spec.kind.name == "USER_INPUT":
            name, value = next(waiting)
            if isinstance(value, torch.Tensor):
                entries.append(Entry(node, "input", name, value))
        elif (target := first.get(id(known.get(spec.target)))) is not None:
            entries.append(Entry(node, spec.kind.name.lower(), target, state[target]))
        elif spec.target in known:
            constants[node] = known[spec.target].detach()
    return Ends(entries, constants, arguments, list(_results(program)), state)


def _arguments(given: Exported) -> Iterator[tuple[str, Any]]:
    """Yield each flat argument by its name in the signature: ``x``, of a list ``x[0]``, of a dict ``x[key]``."""
    from torch.utils import _pytree

    parameters = list(inspect.signature(given.module.forward).parameters.values())
    positional = [one.name for one in parameters if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)]
    rest = next((one.name for one in parameters if one.kind is one.VAR_POSITIONAL), "")
    names = [*positional, *(f"{rest}[{number}]" for number in range(len(given.args)))]
    for name, argument in [*zip(names, given.args, strict=False), *given.kwargs.items()]:
        for path, value in _pytree.tree_leaves_with_path(argument):
            yield name + _steps(path), value


def _steps(path: Sequence[Any]) -> str:
    return "".join(f"[{_key(step)}]" for step in path)


def _key(step: Any) -> Any:
    """Return an index, a key of a dict, or the name of an attribute."""
    return next(getattr(step, kind) for kind in ("idx", "key", "name") if hasattr(step, kind))


def _results(program: Any) -> Iterator[tuple[str, Any]]:
    """Yield each flat result by its key, else as ``out`` or ``out[0]``, with its node."""
    from torch.utils import _pytree

    (returned,) = next(node for node in reversed(program.graph.nodes) if node.op == "output").args
    specs = program.graph_signature.output_specs
    nodes = [one for one, spec in zip(returned, specs, strict=True) if spec.kind.name == "USER_OUTPUT"]
    places = _pytree.tree_unflatten(list(range(len(nodes))), program.call_spec.out_spec)
    for (path, _), node in zip(_pytree.tree_leaves_with_path(places), nodes, strict=True):
        key = _key(path[0]) if path else None
        name = f"{key}{_steps(path[1:])}" if isinstance(key, str) else f"out{_steps(path)}"
        yield name, node if hasattr(node, "op") else None
