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


def through_both(
    tangents: NDArray[Any],
    adjoints: NDArray[Any],
    others: tuple[NDArray[Any], NDArray[Any]],
    tails: NDArray[Any],
    numbers: NDArray[Any],
    heads: NDArray[Any],
    values: NDArray[Any],
) -> None:
    """Write the mean of tangent · number · adjoint of each edge and the same by the `others` to `values`."""
    other_tangents, other_adjoints = others
    for edge in range(len(numbers)):
        tail, number, head = tails[edge], numbers[edge], heads[edge]
        first = tangents[tail] * number * adjoints[head]
        values[edge] = first / 2 + other_tangents[tail] * number * other_adjoints[head] / 2
