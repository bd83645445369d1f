"""Paths of both signs: how much of a total cancels, and where.

One reverse sweep over pairs (strongest positive way, strongest negative way) finds the two strongest paths.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, TypeAlias

from graphdiff import arithmetic
from graphdiff.arithmetic import Number
from graphdiff.paths.paths import Path, path_of
from graphdiff.sums.between import Between, Step
from graphdiff.sums.flow import Contributions, Flow, entropies_by_sign
from graphdiff.text.names import PLAIN
from graphdiff.text.numbers import plain

__all__ = ["Cancellation", "cancellation"]

#: The size of a way to the target, and its first step; where it ends the seed with `END` for a head.
Way: TypeAlias = tuple[Number, Step | None]

END = -1

#: The exponential of more is beyond the floats.
LARGEST_ENTROPY = 700


@dataclass(frozen=True)
class Cancellation:
    """What paths of both signs make of a total.

    Attributes
    ----------
    positive, negative : number
        The sum of the positive path influences, and of the negative ones.
    strongest_positive, strongest_negative : Path or None
        None where walks go round a cycle.
    node : node or None
        Where most meets: the node with the largest min of what positive and what negative edges bring in.
    effective_positive, effective_negative : float or None
        The effective number of the positive paths, and of the negative ones; None beyond the floats.
    """

    positive: Number
    negative: Number
    strongest_positive: Path | None
    strongest_negative: Path | None
    node: Any
    effective_positive: float | None = None
    effective_negative: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the sums, the paths and the node as plain values."""
        paths = {"strongest_positive": self.strongest_positive, "strongest_negative": self.strongest_negative}
        return {
            "positive": plain(self.positive),
            "negative": plain(self.negative),
            "effective_positive": self.effective_positive,
            "effective_negative": self.effective_negative,
            **{name: None if path is None else path.to_dict() for name, path in paths.items()},
            "node": None if self.node is None else PLAIN.node(self.node),
        }


def cancellation(between: Between, flow: Flow) -> Cancellation | None:
    """Return how much of a total cancels; None where all paths have one sign, or the numbers have no signs.

    Parameters
    ----------
    between : Between
    flow : Flow
        What flows through it.
    """
    if flow.sizes is None or flow.sizes is flow:
        return None
    total, abs_sum = flow.total, flow.sizes.total
    if isinstance(total, complex) or not abs_sum > abs(total):
        return None
    ways = (None, None) if between.loops else _strongest_of_each_sign(between)
    if not between.loops and None in ways:
        return None  # the sums differ by roundings only
    edges = Contributions(flow.edges, total, "edge", between.graph.topology)
    sums = arithmetic.half(abs_sum + total), arithmetic.half(total - abs_sum)
    return Cancellation(*sums, *ways, _meeting(edges), *map(_effective, entropies_by_sign(flow)))


def _effective(entropy: float | None) -> float | None:
    return None if entropy is None or entropy > LARGEST_ENTROPY else math.exp(entropy)


def _meeting(edges: Contributions) -> Any:
    brought: dict[Any, list[Number]] = {}
    for edge, number in edges.carrying():
        sums = brought.setdefault(edge[1], [0, 0])
        sums[number < 0] += abs(number)
    node = max(brought, key=lambda name: min(brought[name]), default=None)
    return node if node is not None and min(brought[node]) else None


def _strongest_of_each_sign(between: Between) -> tuple[Path | None, Path | None]:
    """Return the strongest positive and the strongest negative path."""
    best = _best_of_each_sign(between)
    strongest: list[Path | None] = []
    for sign in (0, 1):
        ways = [
            _entered(best, node, 1 if seed is None else arithmetic.finished(seed), sign)
            for node, seed in between.starts
        ]
        size, node, seed = max(ways, key=itemgetter(0))
        strongest.append(_followed(between, best, node, seed, sign ^ (seed < 0)) if size else None)
    return strongest[0], strongest[1]


def _best_of_each_sign(between: Between) -> list[list[Way]]:
    """Return, for each node, its strongest positive and its strongest negative way to a target."""
    best: list[list[Way]] = [[(0, None), (0, None)] for _ in range(between.n_nodes)]
    for node in range(between.n_nodes - 1, -1, -1):
        for seed in map(arithmetic.finished, between.exits[node]):
            if abs(seed) > best[node][seed < 0][0]:
                best[node][seed < 0] = abs(seed), (END, END, seed)
        for step in between.rows[node]:
            weight = arithmetic.finished(step[2])
            for sign in (0, 1):
                size = abs(weight) * best[step[0]][sign ^ (weight < 0)][0]
                if size > best[node][sign][0]:
                    best[node][sign] = size, step
    return best


def _entered(best: list[list[Way]], node: int, seed: Number, sign: int) -> tuple[Number, int, Number]:
    """Return the size of the strongest way of a sign that a source with a seed begins, the source and the seed."""
    return abs(seed) * best[node][sign ^ (seed < 0)][0], node, seed


def _followed(between: Between, best: list[list[Way]], node: int, seed: Number, sign: int) -> Path:
    """Return the way of a sign from a node as a path."""
    nodes, edges, influence = [node], list[int](), arithmetic.finished(between.graph.one_and_zero[0]) * seed
    while (step := best[nodes[-1]][sign][1]) is not None:
        head, edge, weight = step
        influence, sign = influence * arithmetic.finished(weight), sign ^ (arithmetic.finished(weight) < 0)
        if head == END:
            break
        nodes.append(head)
        edges.append(edge)
    return path_of(between, nodes, edges, influence)
