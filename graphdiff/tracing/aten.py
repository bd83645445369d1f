"""A module of PyTorch, or a function of its tensors, as a graph of ATen operations: what ``torch.export`` makes of it.

A linear layer stays one operation; all else is decomposed to core ATen. What export would lose is kept or refused:
where a derivative is cut off (``detach()``, ``no_grad``) a marked copy is put before all is decomposed, and what
is drawn at random, or has a derivative of its own (``torch.autograd.Function``), is told by name.
"""

from __future__ import annotations

import inspect
import io
import logging
import operator
import warnings
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from graphdiff.errors import GraphdiffError, MissingExtraError, TraceError
from graphdiff.tracing.module_paths import about_of
from graphdiff.tracing.places import place_of, users_frame

__all__ = ["Exported", "as_usual", "cut_by", "exported", "module_of", "require_known", "told"]

#: The mark of an operation that passes no derivative on; behind it what cut it off.
HELD = "graphdiff.held:"
#: What helps where torch says this.
REMEDIES = {
    "data-dependent": "torch.where takes a branch by the values of a tensor",
    "functorch tensor": "within torch.func a module is a function of its parameters by torch.func.functional_call",
}


@dataclass(frozen=True)
class Exported:
    """A program as a graph.

    Attributes
    ----------
    module : torch.nn.Module
        What was given, or a module around a function.
    args, kwargs
        What it is called with: copies of what was given.
    program : torch.export.ExportedProgram
    """

    module: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    program: Any

    @property
    def spec(self) -> Any:
        """How its arguments and keyword arguments are made of flat ones."""
        from torch.utils import _pytree

        return _pytree.tree_structure((self.args, self.kwargs))


def module_of(program: Callable[..., Any]) -> Any:
    """Return a module; around a function one that has the modules that the function uses, by their names.

    Raises
    ------
    MissingExtraError
    """
    try:
        import torch
    except ImportError:
        raise MissingExtraError("torch", "torch") from None
    if isinstance(program, torch.nn.Module):
        return program
    module = torch.nn.Module()
    for name, value in _names_of(program).items():
        if isinstance(value, torch.nn.Module):
            module.add_module(f"{name}_" if hasattr(module, name) else name, value)
    module.forward = _called_forward(program)
    return module


def _names_of(function: Any) -> Mapping[str, Any]:
    """Return what a function finds outside of itself, by its names there."""
    owner = getattr(function, "__self__", None)
    names = {} if owner is None else {"module": owner}
    try:
        variables = inspect.getclosurevars(function)
    except TypeError:  # no function of Python
        return names
    return {**names, **variables.globals, **variables.nonlocals}


def _called_forward(function: Any) -> Any:
    """Return a function under the one name whose lines torch notes."""
    if not isinstance(function, FunctionType):
        return function
    code = function.__code__.replace(co_name="forward")
    renamed = FunctionType(code, function.__globals__, "forward", function.__defaults__, function.__closure__)
    renamed.__kwdefaults__ = function.__kwdefaults__
    return renamed


@contextmanager
def as_usual() -> Iterator[None]:
    """Within, torch computes as if nobody had turned gradients off around it; its warnings are of its own inside."""
    import torch

    with warnings.catch_warnings(), torch.inference_mode(False), torch.enable_grad():
        warnings.simplefilter("ignore")
        yield


def exported(module: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Exported:
    """Return a program as a graph; what is given is copied, so that two inputs that are one tensor stay two.

    Raises
    ------
    TraceError
        If torch cannot export it, with what it says and where; or if the graph would not be what was computed.
    """
    import torch
    from torch.utils import _pytree

    def copied(value: Any) -> Any:
        return value.detach().clone() if isinstance(value, torch.Tensor) else value

    with told("torch.export"):
        args = tuple(_pytree.tree_map(copied, tuple(args)))
        named: dict[str, Any] = _pytree.tree_map(copied, _in_order(module, kwargs))
        traced = torch.export.export(module, args, named, strict=False)
        if _has_transforms(traced.graph):
            traced = torch.export.export(_inlined(module, args, named), args, strict=False)
        _hold(traced.graph_module, traced.graph_signature.inputs_to_buffers)
        table = torch.export.default_decompositions()
        # A linear layer stays one operation, without the transpose of its weights in front of it.
        table.pop(torch.ops.aten.linear.default, None)
        program = traced.run_decompositions(table)
    return Exported(module, args, named, program)


def _has_transforms(graph: Any) -> bool:
    """Tell whether a program takes derivatives itself: of ``torch.func.grad`` export keeps constants only."""
    return any(getattr(node.target, "__module__", "").startswith("torch._functorch") for node in graph.nodes)


def _inlined(module: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """Return a function that takes derivatives itself as a module of the operations that these come to."""
    from torch.fx.experimental.proxy_tensor import make_fx

    if kwargs or any(True for _ in module.parameters()) or type(module).__name__ != "Module":
        raise TraceError(
            "torch.func is used within: export can follow it in a function whose tensors are all positional "
            "arguments, parameters too, by torch.func.functional_call"
        )
    return make_fx(module.forward)(*args)


def _in_order(module: Any, kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Return keyword arguments in the order of the signature, in which torch has them."""
    named = [name for name in inspect.signature(module.forward).parameters if name in kwargs]
    return {name: kwargs[name] for name in dict.fromkeys([*named, *kwargs])}


@contextmanager
def told(doing: str) -> Iterator[None]:
    """Within, have what torch raises be one line that says where; what it prints beside that is for its developers."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with redirect_stderr(io.StringIO()):
            yield
    except GraphdiffError:
        raise
    except Exception as error:  # whatever torch raises of programs that it cannot export, and they themselves
        frame_and_place = users_frame(error)
        place = f"{place_of(frame_and_place[0])}: " if frame_and_place else ""
        first = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
        remedy = next((f"; {remedy}" for mark, remedy in REMEDIES.items() if mark in first), "")
        raise TraceError(f"{place}{doing}: {type(error).__name__}: {first}{remedy}") from error
    finally:
        logging.disable(before)


def _hold(graph_module: Any, buffers: Container[str]) -> None:
    """Put a marked copy where the derivative is cut off: what comes behind it does not move with what is before.

    A copy is computed where it stands, while a view of what is changed in place is made again later, in another name.
    What torch notes of the origin of an operation (``torch_fn``) stays with what that is decomposed to.
    """
    import torch

    without: list[Any] = []
    for node in graph_module.graph.nodes:
        if node.target is torch.ops.aten.detach.default:
            node.target = torch.ops.aten.clone.default
            node.meta["torch_fn"] = (f"{HELD}detach()",) * 2
        elif _is_switch(node) and not node.args[0]:
            node.meta["torch_fn"] = (f"{HELD}no_grad",) * 2
            inner = graph_module.get_submodule(node.args[1].target)
            _require_plain(inner.graph, node, buffers)
            _copy_results(inner)
            without += inner.modules()
    graph_module.recompile()
    for inner in graph_module.modules():
        if inner is not graph_module and hasattr(inner, "graph") and inner not in without:
            _require_no_cut(inner.graph)


def _require_no_cut(graph: Any) -> None:
    """Raise for what cuts the derivative off in a part whose operations are not told apart when it is decomposed."""
    import torch

    for node in graph.nodes:
        if node.target is torch.ops.aten.detach.default or _is_switch(node):
            raise TraceError(f"{_where(node)}detach() or no_grad within a part such as autocast is lost by export")


def _is_switch(node: Any) -> bool:
    """Tell whether a node turns gradients on or off for a part of the program."""
    return getattr(node.target, "__name__", "") == "wrap_with_set_grad_enabled"


def _copy_results(inner: Any) -> None:
    import torch

    output = next(node for node in inner.graph.nodes if node.op == "output")
    with inner.graph.inserting_before(output):
        copied = torch.fx.node.map_arg(
            output.args, lambda one: inner.graph.call_function(torch.ops.aten.clone.default, (one,))
        )
    output.args = copied
    inner.recompile()


def _require_plain(graph: Any, outer: Any, buffers: Container[str]) -> None:
    """Raise where, with gradients turned off, they are turned on again, or something from outside is changed."""
    outside = dict(zip((node for node in graph.nodes if node.op == "placeholder"), outer.args[2:], strict=True))
    for node in graph.nodes:
        if _is_switch(node):
            raise TraceError(f"{_where(outer)}gradients are turned on within no_grad: torch.export loses which")
        schema = getattr(node.target, "_schema", None)
        changed = outside.get(_base_of(node)) if schema is not None and schema.is_mutable else None
        if changed is not None and changed.name not in buffers:
            raise TraceError(
                f"{_where(node)}{node.target} changes in place, within no_grad, what comes from outside: torch does "
                "not differentiate that, and export loses it; write the new value to another name"
            )


def _base_of(node: Any) -> Any:
    """Return what a view is a view of, in the end."""
    while node.op == "call_function" and node.args and hasattr(node.args[0], "op"):
        schema = getattr(node.target, "_schema", None)
        if schema is None or not any(one.alias_info is not None for one in schema.returns):
            break
        node = node.args[0]
    return node


def cut_by(node: Any) -> str | None:
    """Return what cuts the derivative off at an operation, if anything does."""
    mark = (node.meta.get("torch_fn") or ("",))[0]
    return mark.removeprefix(HELD) if mark.startswith(HELD) else None


def require_known(nodes: Iterable[Any]) -> None:
    """Raise for what is drawn at random, and for what is no operation of ATen.

    Raises
    ------
    TraceError
    """
    import torch

    for node in nodes:
        if not isinstance(node.target, torch._ops.OpOverload) and node.target is not operator.getitem:
            name = getattr(node.target, "__name__", node.target)
            raise TraceError(f"{_where(node)}{name} is no operation of ATen: its parts have no derivatives here")
        if torch.Tag.nondeterministic_seeded in getattr(node.target, "tags", ()):
            raise TraceError(
                f"{_where(node)}{node.target} draws at random, anew in each pass: module.eval() turns dropout off"
            )


def _where(node: Any) -> str:
    about = about_of(node)
    line = f"line {about['line']}" if "line" in about else ""
    module = f"module {about['module']!r}" if "module" in about else ""
    return "".join(f"{text}: " for text in (", ".join(filter(None, (line, module))),) if text)
