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
    tails: NDArray[Any],
    numbers: NDArray[Any],
    adjoints: NDArray[Any],
    heads: NDArray[Any],
    values: NDArray[Any],
) -> None:
    """Write the mean of two such products to `values`; tangents and adjoints stand side by side, shape (n_nodes, 2)."""
    for edge in range(len(numbers)):
        tail, number, head = tails[edge], numbers[edge], heads[edge]
        first = tangents[tail, 0] * number * adjoints[head, 0]
        values[edge] = first / 2 + tangents[tail, 1] * number * adjoints[head, 1] / 2
