"""Every path in turn, depth first with a stack: the products of the weights along them, added up as they come."""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence
from typing import Any


def sum_of_products(
    ptr: Sequence[int],
    heads: Sequence[int],
    weights: Sequence[Any],
    is_target: Sequence[Any],
    edges: MutableSequence[int],
    ends: MutableSequence[int],
    products: MutableSequence[Any],
    source: int,
    total: Any,
) -> Any:
    """Add to `total` the product of every path from `source` to a target.

    The stack takes one entry a node: `edges` has the next edge to follow, `ends` the one after the last, and
    `products`, whose first entry is 1, the product on the way there.
    """
    if is_target[source]:
        total = total + products[0]
    edges[0] = ptr[source]
    ends[0] = ptr[source + 1]
    depth = 1
    while depth > 0:
        top = depth - 1
        edge = edges[top]
        if edge == ends[top]:
            depth = top
            continue
        edges[top] = edge + 1
        head = heads[edge]
        product = products[top] * weights[edge]
        if is_target[head]:
            total = total + product
        if ptr[head] < ptr[head + 1]:
            edges[depth] = ptr[head]
            ends[depth] = ptr[head + 1]
            products[depth] = product
            depth += 1
    return total
