"""What flows through edges that come in rows with a number each: one product an edge."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

ONE = np.uint64(1)


def through(
    rows: NDArray[Any],
    heads: NDArray[Any],
    numbers: NDArray[Any],
    tangents: NDArray[Any],
    adjoints: NDArray[Any],
    values: NDArray[Any],
    start: int,
    stop: int,
) -> None:
    """Write tangent · number · adjoint of the edges that leave `start` to `stop` to `values`, zeros at first."""
    for node in range(np.uint64(start), np.uint64(stop)):
        tangent = tangents[node]
        if tangent != 0:
            for edge in range(rows[node], rows[node + ONE]):
                values[edge] = tangent * numbers[edge] * adjoints[heads[edge]]


def through_both(
    rows: NDArray[Any],
    heads: NDArray[Any],
    numbers: NDArray[Any],
    tangents: NDArray[Any],
    adjoints: NDArray[Any],
    values: NDArray[Any],
    start: int,
    stop: int,
) -> None:
    """Write the mean of two such products; tangents and adjoints stand side by side, shape (n_nodes, 2)."""
    for node in range(np.uint64(start), np.uint64(stop)):
        first, second = tangents[node, 0], tangents[node, 1]
        if first != 0 or second != 0:
            for edge in range(rows[node], rows[node + ONE]):
                number, head = numbers[edge], heads[edge]
                values[edge] = first * number * adjoints[head, 0] / 2 + second * number * adjoints[head, 1] / 2
