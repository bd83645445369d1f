"""Graphs as frames of edges, many of them side by side in one, and what their sums are by the definition.

`folded` is the oracle of the bits: a dict for the values, edges sorted once, one multiplication and one addition each.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

Row = tuple[Any, Any, Any]


def many(n_graphs: int, *, floats: bool) -> tuple[list[Row], dict[Any, Any]]:
    """Return the edges of so many graphs, with a seed in each: parallel edges, signs, zeros, parts not reached."""
    draw = random.Random(f"{n_graphs} {floats}")
    rows: list[Row] = []
    seeds: dict[Any, Any] = {}
    for graph in range(n_graphs):
        n_nodes = draw.randint(2, 14)
        nodes = [f"{graph}/é{draw.randrange(10**6)}" if floats else graph * 1000 + i for i in range(n_nodes)]
        draw.shuffle(nodes)
        for _ in range(draw.randint(1, 4 * n_nodes)):
            tail, head = sorted(draw.sample(range(n_nodes), 2))
            weight = weight_of(draw) if floats else draw.randint(-3, 3)
            rows += [(nodes[tail], nodes[head], weight)] * draw.choice([1, 1, 1, 2, 3])
        seeds[rows[-1][0]] = draw.choice([1.0, -0.3, 2.5e-7]) if floats else draw.randint(-2, 2)
        if draw.random() < 0.3:  # a second one, which the first may reach
            seeds.setdefault(rows[-1][1], 0.1 if floats else 3)
    draw.shuffle(rows)
    return rows, seeds


def weight_of(draw: random.Random) -> float:
    size = 10.0 ** draw.randint(-8, 8) if draw.random() < 0.5 else 1.0
    return draw.choice([draw.uniform(-2, 2) * size] * 9 + [0.0, -0.0])


def levels_of(rows: Iterable[Row], seeds: Iterable[Any]) -> dict[Any, int]:
    """Return the longest way from a seed to each node that one reaches."""
    heads = defaultdict(set)
    for tail, head, _ in rows:
        heads[tail].add(head)
    level = dict.fromkeys(seeds, 0)
    at_work = list(level)
    while at_work:
        node = at_work.pop()
        for head in heads[node]:
            if level[node] + 1 > level.get(head, -1):
                level[head] = level[node] + 1
                at_work.append(head)
    return level


def folded(rows: Iterable[Row], seeds: dict[Any, Any]) -> dict[Any, Any]:
    """Return the sums, edges folded in the order (level of the tail, tail, weight)."""
    level = levels_of(rows, seeds)
    values = {node: seeds.get(node, 0) for node in level}
    for tail, head, weight in sorted((row for row in rows if row[0] in level), key=lambda row: (level[row[0]], row)):
        values[head] += values[tail] * weight
    return values


def exact(rows: Iterable[Row], seeds: dict[Any, Any]) -> dict[Any, Fraction]:
    """Return the sums without a rounding."""
    return folded(
        [(tail, head, Fraction(weight)) for tail, head, weight in rows], {n: Fraction(s) for n, s in seeds.items()}
    )


def turned(rows: Iterable[Row]) -> list[Row]:
    """Return every edge turned round."""
    return [(head, tail, weight) for tail, head, weight in rows]
