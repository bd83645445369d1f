"""PyTorch's own gradient of a program, by ``torch.autograd``: what ours is held against, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphdiff.errors import TraceError

__all__ = ["Autograd", "require_rules_of_torch"]


@dataclass(frozen=True, eq=False)
class Autograd:
    """A program as torch itself differentiates it.

    Attributes
    ----------
    module : torch.nn.Module
    args, kwargs
        What it was called with.
    state : mapping of str to tensor
        Its parameters and buffers when it was traced.
    learned : mapping of str to str
        What each parameter's node is called, by its name in the module.
    inputs : sequence of str, or None where there is no tensor of floats
        What each of the flat arguments is called.
    outputs : sequence of str, or None of what is no node
        What each of the flat results is called.
    """

    module: Any
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    state: Mapping[str, Any]
    learned: Mapping[str, str]
    inputs: Sequence[str | None]
    outputs: Sequence[str | None]

    def run(self) -> tuple[dict[str, Any], list[Any]]:
        """Run the program on leaves; return these by name, and the flat results."""
        import torch
        from torch.utils import _pytree

        with torch.inference_mode(False), torch.enable_grad():
            state = {name: value.clone().requires_grad_(name in self.learned) for name, value in self.state.items()}
            flat, spec = _pytree.tree_flatten((self.args, dict(self.kwargs)))
            leaves = {
                name: one.detach().clone().requires_grad_()
                for one, name in zip(flat, self.inputs, strict=True)
                if name is not None
            }
            # What goes in is no leaf itself, so that the program may change it.
            flat = [leaves[name].clone() if name else one for one, name in zip(flat, self.inputs, strict=True)]
            args, kwargs = _pytree.tree_unflatten(flat, spec)
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


def require_rules_of_torch(leaves: Iterable[Any], results: Iterable[Any]) -> None:
    """Raise where a gradient rests on what export does not keep.

    Raises
    ------
    TraceError
        If a ``torch.autograd.Function`` has a derivative of its own, or a tensor that requires a gradient is no input
        and no parameter.
    """
    import torch

    known = {id(leaf) for leaf in leaves}
    waiting = [one.grad_fn for one in results if isinstance(one, torch.Tensor) and one.grad_fn is not None]
    seen = set(waiting)
    while waiting:
        step = waiting.pop()
        if isinstance(step, torch.autograd.function.BackwardCFunction):
            name = type(step).__name__.removesuffix("Backward")
            raise TraceError(
                f"{name} is a torch.autograd.Function with a derivative of its own, which torch.export would lose: "
                "write its derivative out by detach(), x + (f(x) - x).detach()"
            )
        variable = getattr(step, "variable", None)
        if variable is not None and id(variable) not in known:
            raise TraceError(
                f"a tensor of shape {tuple(variable.shape)} that requires a gradient is no argument and no parameter "
                "of a module: hand it in as an argument, or detach() it"
            )
        ahead = {one for one, _ in step.next_functions if one is not None} - seen
        seen |= ahead
        waiting.extend(ahead)
