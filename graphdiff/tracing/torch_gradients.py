"""PyTorch's own gradient of a program, by ``torch.autograd``: what ours is held against, and what it rests on."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from graphdiff.errors import TraceError
from graphdiff.tracing.places import place_of

__all__ = ["Autograd", "require_leaves", "without_functions"]


@dataclass(frozen=True, eq=False)
class Autograd:
    """A program as torch itself differentiates it.

    Attributes
    ----------
    module : torch.nn.Module
    spec : torch.utils._pytree.TreeSpec
        Of its arguments and keyword arguments.
    inputs : sequence of (str, value)
        The flat arguments.
    state : mapping of str to tensor
        Its parameters and buffers.
    learned : mapping of str to str
        What each parameter's node is called, by its name in the module.
    outputs : sequence of str, or None of what is no node
        What each of the flat results is called.
    """

    module: Any
    spec: Any
    inputs: Sequence[tuple[str, Any]]
    state: Mapping[str, Any]
    learned: Mapping[str, str]
    outputs: Sequence[str | None]

    def run(self) -> tuple[dict[str, Any], list[Any]]:
        """Run the program on leaves; return these by name, and the flat results."""
        import torch
        from torch.utils import _pytree

        with torch.inference_mode(False), torch.enable_grad():
            state = {name: value.clone().requires_grad_(name in self.learned) for name, value in self.state.items()}
            leaves = {name: one.clone().requires_grad_() for name, one in self.inputs if _moves(one)}
            # What goes in is no leaf itself, so that the program may change it.
            flat = [leaves[name].clone() if name in leaves else one for name, one in self.inputs]
            args, kwargs = _pytree.tree_unflatten(flat, self.spec)
            results = _pytree.tree_leaves(torch.func.functional_call(self.module, state, args, kwargs))
        return leaves | {called: state[name] for name, called in self.learned.items()}, results

    def __call__(self, cotangents: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the gradient at each input and parameter."""
        import torch

        leaves, results = self.run()
        by_name = {name: one for one, name in reversed(list(zip(results, self.outputs, strict=True)))}
        counted = [(by_name[name], one) for name, one in cotangents.items() if by_name[name].requires_grad]
        zeros = {name: torch.zeros_like(leaf) for name, leaf in leaves.items()}
        if not counted:
            return zeros
        outputs, given = zip(*counted, strict=True)
        made = torch.autograd.grad(outputs, list(leaves.values()), given, allow_unused=True)
        return {name: zeros[name] if one is None else one.detach() for name, one in zip(leaves, made, strict=True)}


def _moves(value: Any) -> bool:
    """Tell whether a value is a tensor of floats."""
    import torch

    return isinstance(value, torch.Tensor) and value.is_floating_point()


@contextmanager
def without_functions() -> Iterator[None]:
    """Within, raise where a ``torch.autograd.Function`` has a derivative of its own: export looks through it.

    Raises
    ------
    TraceError
        With its name and the line that applies it.
    """
    import torch

    function, thread = torch.autograd.Function, threading.get_ident()
    original = vars(function)["apply"]

    def refusing(cls: Any, *args: Any, **kwargs: Any) -> Any:
        moving = any(_moves(one) and one.requires_grad for one in args)
        if moving and torch.is_grad_enabled() and threading.get_ident() == thread:
            raise TraceError(
                f"{place_of(sys._getframe(1))}: {cls.__name__} is a torch.autograd.Function with a derivative of its "
                "own, which torch.export would lose: write it out by detach(), as in x + (f(x) - x).detach()"
            )
        return original.__get__(None, cls)(*args, **kwargs)

    function.apply = classmethod(refusing)
    try:
        yield
    finally:
        function.apply = original


def require_leaves(leaves: Iterable[Any], results: Iterable[Any]) -> None:
    """Raise where a gradient goes to a tensor that is no input and no parameter.

    Raises
    ------
    TraceError
    """
    import torch

    known = {id(leaf) for leaf in leaves}
    waiting = [one.grad_fn for one in results if isinstance(one, torch.Tensor) and one.grad_fn is not None]
    seen = set(waiting)
    while waiting:
        step = waiting.pop()
        variable = getattr(step, "variable", None)
        if variable is not None and id(variable) not in known:
            raise TraceError(
                f"a tensor of shape {tuple(variable.shape)} that requires a gradient is no argument, and no parameter "
                "of a module that the function names: hand it in as an argument, or detach() it"
            )
        ahead = {one for one, _ in step.next_functions if one is not None} - seen
        seen |= ahead
        waiting.extend(ahead)
