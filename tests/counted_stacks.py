"""What a profile of stacks has to say, counted stack by stack with dicts: the oracle of the readers of profiles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import networkx as nx


class Counted(NamedTuple):
    """Own and inclusive cost of each function, and the cost of each call."""

    own: Counter[Any]
    inclusive: Counter[Any]
    calls: Counter[tuple[Any, Any]]


def counted_once(stacks: Iterable[tuple[Sequence[Any], Any]]) -> Counted:
    """Return the sums of stacks, root first, and what each cost; a stack counts a function and a call once."""
    sums = Counted(Counter(), Counter(), Counter())
    for stack, cost in stacks:
        if stack:
            sums.own[stack[-1]] += cost
        for function in {*stack}:
            sums.inclusive[function] += cost
        for call in {*pairwise(stack)}:
            sums.calls[call] += cost
    return sums


def counts_of(graph: nx.DiGraph) -> Counted:
    """Return what a profile says, by the names of functions."""
    return Counted(
        Counter({node: data["self"] for node, data in graph.nodes(data=True)}),
        Counter({node: data["inclusive"] for node, data in graph.nodes(data=True)}),
        Counter({(tail, head): cost for tail, head, cost in graph.edges(data="cost")}),
    )
