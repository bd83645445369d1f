"""The derivative of one operation of PyTorch: back by what autograd keeps of it, forward by dual numbers.

The operation runs once, on leaves of its own, and what autograd saved then is asked again for every adjoint: nothing is
computed anew. Forward mode is torch's too (``torch.autograd.forward_ad``); a product of two tensors needs none, for it
is linear in each. Of an operation without forward mode the transpose of its transpose is taken, by differentiating what
goes back (J. Townsend, "A new trick for calculating Jacobian vector products", 2017).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from graphdiff.errors import DerivativeError
from graphdiff.operations.space import Array

__all__ = ["Call", "Held", "LocalMaps", "Slot", "local_maps", "several"]

#: Operations that are linear in the first and in the second argument; a third, where there is one, is added.
PRODUCTS = ("aten::linear", "aten::mm", "aten::bmm", "aten::convolution", "aten::mul.Tensor")
#: How autograd calls what it has no rule of: it would say so when it is asked.
WITHOUT_RULE = ("NotImplemented", "GeneratedBackwardFor_prims_")


@dataclass(frozen=True)
class Origin:
    """What errors say of an operation: what it is called, what it does and where.

    Examples
    --------
    >>> print(Origin("head", "linear", 12))
    line 12: 'head' (linear)
    """

    name: str
    op: str
    line: int | None = None

    def __str__(self) -> str:
        return f"{f'line {self.line}: ' if self.line else ''}{self.name!r} ({self.op})"

    def without_derivative(self, why: str) -> DerivativeError:
        """Return the error that torch has no derivative here."""
        return DerivativeError(f"{self}: {why}", node=self.name, line=self.line)


@dataclass(frozen=True)
class Slot:
    """Where an operand goes in the arguments of a call."""

    place: int


@dataclass(frozen=True)
class Call:
    """An operation, and its arguments with a `Slot` for each operand; of several results the only one that is used."""

    operation: Any
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    result: int | None = None

    def filled(self, operands: Sequence[Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return the arguments with these operands."""
        from torch.fx.node import map_aggregate

        filled: tuple[tuple[Any, ...], dict[str, Any]] = map_aggregate(
            (self.args, dict(self.kwargs)), lambda one: operands[one.place] if type(one) is Slot else one
        )
        return filled

    def run(self, function: Callable[..., Any], operands: Sequence[Any]) -> Any:
        """Return what the function makes of these operands."""
        args, kwargs = self.filled(operands)
        made = function(*args, **kwargs)
        return made if self.result is None else made[self.result]

    @property
    def factors(self) -> tuple[int, ...]:
        """The places of the operands in each of which the operation is linear."""
        if self.operation.name() not in PRODUCTS:
            return ()
        return tuple([one.place for one in self.args[:2] if type(one) is Slot])

    def with_factor(self, place: int, tangent: Any, operands: Sequence[Any]) -> Any:
        """Return the product with one factor in the place of another."""
        args, kwargs = self.filled([tangent if number == place else one for number, one in enumerate(operands)])
        return self.operation(*args[:2], *[None] * bool(args[2:]), *args[3:], **kwargs)


@dataclass(frozen=True)
class Held:
    """The maps of what does not move with its operands, such as what comes out of ``detach()``."""

    n_operands: int

    def push(self, tangents: Sequence[Array]) -> Array:
        """Return None: it does not move."""
        return None

    def pull(self, adjoint: Array) -> Sequence[Array]:
        """Return None for each operand: nothing goes back."""
        return (None,) * self.n_operands


@dataclass(frozen=True, eq=False)
class LocalMaps:
    """The two products of one operation.

    Attributes
    ----------
    call : Call
    function : callable
        The operation, or what it is decomposed to where that has the derivative.
    leaves : tuple of tensor
        The operands; those that can move require a gradient.
    results : tuple of tensor
        What came of them, with what autograd keeps of it; None of those that do not move.
    is_several : bool
        Whether the operation has several results.
    has_forward_mode : bool
    origin : Origin
    """

    call: Call
    function: Callable[..., Any]
    leaves: tuple[Any, ...]
    results: tuple[Any, ...]
    is_several: bool
    has_forward_mode: bool
    origin: Origin

    def push(self, tangents: Sequence[Array]) -> Array:
        """Return J·tangents, of all operands together."""
        moving = {
            place: one
            for place, (leaf, one) in enumerate(zip(self.leaves, tangents, strict=True))
            if one is not None and leaf.requires_grad
        }
        if not moving or all(one is None for one in self.results):
            return None
        with _outside_of_modes(self.origin):
            if self.function is self.call.operation and set(moving) <= set(self.call.factors):
                products = [self.call.with_factor(place, one, self.leaves) for place, one in moving.items()]
                return products[0] if len(products) == 1 else products[0] + products[1]
            made = self._by_dual_numbers(moving) if self.has_forward_mode else self._by_transposing(moving)
        return tuple(made) if self.is_several else made[0]

    def _by_dual_numbers(self, moving: Mapping[int, Any]) -> list[Any]:
        from torch.autograd import forward_ad

        with forward_ad.dual_level():
            given = [_dual(leaf, moving.get(place)) for place, leaf in enumerate(self.leaves)]
            made = several(self.call.run(self.function, given))
            return [
                None if kept is None else forward_ad.unpack_dual(one).tangent
                for kept, one in zip(self.results, made, strict=True)
            ]

    def _by_transposing(self, moving: Mapping[int, Any]) -> list[Any]:
        import torch

        kept = [one for one in self.results if one is not None]
        leaves = [self.leaves[place] for place in moving]
        with torch.enable_grad():
            adjoints = [torch.zeros_like(one).requires_grad_() for one in kept]
            back = torch.autograd.grad(kept, leaves, adjoints, create_graph=True, allow_unused=True)
            pairs = [pair for pair in zip(back, moving.values(), strict=True) if pair[0] is not None]
            outputs, given = zip(*pairs, strict=True)
            try:
                made = iter(torch.autograd.grad(outputs, adjoints, given, allow_unused=True))
            except RuntimeError as error:
                raise self.origin.without_derivative(
                    "torch has no forward mode of it, nor a second derivative"
                ) from error
        return [None if one is None else next(made) for one in self.results]

    def pull(self, adjoint: Array) -> Sequence[Array]:
        """Return Jᵀ·adjoint, for each operand."""
        import torch

        adjoints = adjoint if self.is_several else (adjoint,)
        pairs = [
            pair for pair in zip(self.results, adjoints, strict=True) if pair[0] is not None and pair[1] is not None
        ]
        leaves = [leaf for leaf in self.leaves if leaf.requires_grad]
        if not pairs or not leaves:
            return (None,) * len(self.leaves)
        results, given = zip(*pairs, strict=True)
        with _outside_of_modes(self.origin):
            made = iter(torch.autograd.grad(results, leaves, given, retain_graph=True, allow_unused=True))
        return [_dense(next(made)) if leaf.requires_grad else None for leaf in self.leaves]


def _dual(leaf: Any, tangent: Any) -> Any:
    """Return an operand with how it moves, if it does."""
    from torch.autograd import forward_ad

    value = leaf.detach()
    if tangent is None:
        return value
    if any(step == 0 for step in value.stride()):  # a tangent is laid out as its value, which must not overlap itself
        value = value.contiguous()
    return forward_ad.make_dual(value, tangent)


@contextmanager
def _outside_of_modes(origin: Origin) -> Iterator[None]:
    """Within, derivatives are computed and not noted, whatever mode the caller is in; one that torch lacks is told."""
    import torch

    try:
        with torch.inference_mode(False), torch.no_grad():
            yield
    except (RuntimeError, NotImplementedError) as error:
        raise origin.without_derivative(str(error).partition("\n")[0]) from error


def several(made: Any) -> Sequence[Any]:
    """Return the results of an operation, also where it has only one."""
    return made if isinstance(made, (tuple, list)) else (made,)


def _dense(adjoint: Any) -> Any:
    return adjoint if adjoint is None or not adjoint.is_sparse else adjoint.to_dense()


def local_maps(
    call: Call, operands: Sequence[Any], origin: Origin, forward_modes: dict[Any, bool]
) -> tuple[Any, LocalMaps]:
    """Run an operation; return what came of it, and its derivative there.

    Parameters
    ----------
    call : Call
    operands : sequence of tensor
    origin : Origin
    forward_modes : dict of function to bool
        Which functions have a forward mode, as far as they were asked; what is asked here is noted there.

    Raises
    ------
    DerivativeError
        If torch has no derivative of it.
    """
    import torch

    leaves = tuple([one.detach().requires_grad_(one.is_floating_point()) for one in operands])
    with torch.enable_grad():
        function, made = _run(call, leaves, origin)
    kept = tuple([one if isinstance(one, torch.Tensor) and one.requires_grad else None for one in several(made)])
    if function not in forward_modes:
        forward_modes[function] = _has_forward_mode(call, function, leaves)
    is_several = isinstance(made, (tuple, list))
    return made, LocalMaps(call, function, leaves, kept, is_several, forward_modes[function], origin)


def _run(call: Call, leaves: Sequence[Any], origin: Origin) -> tuple[Callable[..., Any], Any]:
    """Return the function by which an operation is differentiated, and what it makes of the leaves."""
    try:
        made = call.run(call.operation, leaves)
        why = "" if _has_rule(leaves, made) else f"torch has no derivative of {call.operation}"
    except RuntimeError as error:
        why = str(error).partition("\n")[0]
        if "not differentiable with respect to" not in why:
            raise
    if not why:
        return call.operation, made
    function = _decomposed(call.operation)
    if function is None:
        raise origin.without_derivative(why)
    return function, call.run(function, leaves)


def _has_rule(leaves: Sequence[Any], made: Any) -> bool:
    """Tell whether autograd has a rule of an operation: else its results would be taken for constants."""
    import torch

    floats = [one for one in several(made) if isinstance(one, torch.Tensor) and one.is_floating_point()]
    if not floats or not any(leaf.requires_grad for leaf in leaves):
        return True
    rules = [type(one.grad_fn).__name__ for one in floats if one.requires_grad]
    return bool(rules) and not any(rule.startswith(WITHOUT_RULE) for rule in rules)


def _decomposed(operation: Any) -> Callable[..., Any] | None:
    """Return what an operation without a derivative is made of, where torch knows it."""
    from torch._decomp import decomposition_table

    function: Callable[..., Any] | None = DECOMPOSED.get(operation.name()) or decomposition_table.get(operation)
    return function


def _copied(to: Any, source: Any, *_: Any) -> Any:
    return source.to(to.dtype).expand_as(to)


def _restrided(tensor: Any, stride: Sequence[int]) -> Any:
    import torch

    return torch.empty_strided(tensor.shape, stride, dtype=tensor.dtype, device=tensor.device).copy_(tensor)


def _normalized(
    value: Any, weight: Any, bias: Any, mean: Any, variance: Any, momentum: float, eps: float
) -> tuple[Any, Any, Any]:
    """Return what batch normalization makes of a batch by the statistics that it holds, of the second dimension."""
    shape = [1, -1, *[1] * (value.dim() - 2)]
    scale = (variance + eps).rsqrt() if weight is None else weight * (variance + eps).rsqrt()
    moved = (value - mean.reshape(shape)) * scale.reshape(shape)
    return moved if bias is None else moved + bias.reshape(shape), mean.new_zeros(0), mean.new_zeros(0)


#: Operations that torch differentiates in other terms, or by some of their operands only.
DECOMPOSED: dict[str, Callable[..., Any]] = {
    "aten::copy": _copied,
    "prims::copy_strided": _restrided,
    "aten::_native_batch_norm_legit_no_training": _normalized,
}


def _has_forward_mode(call: Call, function: Callable[..., Any], leaves: Sequence[Any]) -> bool:
    """Tell whether an operation has a forward mode: one that has none says so when it is asked."""
    import torch
    from torch.autograd import forward_ad

    if call.factors and function is call.operation:
        return True
    with torch.no_grad(), forward_ad.dual_level():
        given = [_dual(leaf, torch.zeros_like(leaf) if leaf.requires_grad else None) for leaf in leaves]
        try:
            call.run(function, given)
        except NotImplementedError:
            return False
    return True
