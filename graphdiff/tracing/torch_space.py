"""What the sweeps ask of the tensors of PyTorch: sums of products in double precision, and what a user gives."""

from __future__ import annotations

from typing import Any

from graphdiff.operations.space import Space

__all__ = ["is_near", "torch_space"]

#: How many entries are multiplied in double precision at a time: few enough to stay in the cache.
BLOCK = 1 << 15
#: How far apart, in parts of the largest entry, results may be that one program gives in two ways: this power of the
#: unit of the last place, 6e-7 in float64, 2e-3 in float32.
NEAR = 0.4


def torch_space() -> Space:
    """Return what is asked of the tensors of PyTorch."""
    return Space("torch", _dot, _like, _to_numpy)


def _dot(first: Any, second: Any) -> float:
    """Return a sum of products in double precision, without a copy in it of the whole."""
    import torch

    if first is second:
        return float(torch.linalg.vector_norm(first, dtype=torch.float64)) ** 2
    first, second = first.reshape(-1), second.reshape(-1)
    if first.dtype == second.dtype == torch.float64:
        return float(torch.dot(first, second))
    blocks = zip(first.split(BLOCK), second.split(BLOCK), strict=True)
    return sum(float(torch.dot(one.double(), other.double())) for one, other in blocks)


def _like(given: Any, tensor: Any) -> Any:
    import numpy as np
    import torch

    array = given.detach() if isinstance(given, torch.Tensor) else np.array(given)
    try:
        return torch.broadcast_to(torch.as_tensor(array, dtype=tensor.dtype, device=tensor.device), tensor.shape)
    except RuntimeError as error:
        raise ValueError(str(error)) from None


def _to_numpy(tensor: Any) -> Any:
    import torch

    tensor = tensor.detach().cpu()
    return (tensor.float() if tensor.dtype == torch.bfloat16 else tensor).numpy()


def is_near(first: Any, second: Any) -> bool:
    """Tell whether two tensors are the same, up to what other orders of operations make of the last places."""
    import torch

    if not first.is_floating_point():
        return bool(torch.equal(first, second))
    near = torch.finfo(first.dtype).eps ** NEAR
    finite = second[second.isfinite()]
    largest = float(finite.abs().max()) if finite.numel() else 0.0
    return bool(torch.allclose(first, second, rtol=near, atol=near * largest, equal_nan=True))
