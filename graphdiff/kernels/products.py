"""What flows through edges that come as ends and numbers, one product each."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray


def through(
    tangents: NDArray[Any],
    tails: NDArray[Any],
    numbers: NDArray[Any],
    adjoints: NDArray[Any],
    heads: NDArray[Any],
    values: NDArray[Any],
) -> None:
    """Write tangent · number · adjoint of each edge to `values`."""
    for edge in range(len(numbers)):
        values[edge] = tangents[tails[edge]] * numbers[edge] * adjoints[heads[edge]]
