"""Ways past nodes that are not drawn: by dicts and by arrays, against the paths themselves."""

from __future__ import annotations

from collections import defaultdict
from random import Random
from typing import Any

import pytest
from graphs import weighted

import graphdiff as gd
from graphdiff.paths.bypasses import bypasses
from graphdiff.sums import levels
from graphdiff.sums.between import between_ends


def listed(between: Any, kept: set[int]) -> dict[tuple[int, int], tuple[float, int]]:
    """Return sums and numbers of ways by walking all of them."""
    sums: dict[tuple[int, int], list[float]] = defaultdict(list)

    def walk(start: int, node: int, value: float) -> None:
        for head, _, weight in between.rows[node]:
            if head in kept:
                sums[start, head].append(value * weight)
            else:
                end(start, head, value * weight)
                walk(start, head, value * weight)

    def end(start: int, node: int, value: float) -> None:
        for target, seed in between.numbered_stops:
            if target == node:
                sums[start, between.n_nodes + 1].append(value * seed)

    for node in kept:
        walk(node, node, 1.0)
    for node, seed in between.numbered_starts:
        if node not in kept:
            end(between.n_nodes, node, seed)
            walk(between.n_nodes, node, seed)
    return {pair: (sum(values), len(values)) for pair, values in sums.items()}


@pytest.mark.parametrize("edges_of_a_step", [0, 10**9])
@pytest.mark.parametrize("seed", range(25))
def test_sums_and_numbers_are_those_of_the_ways(seed: int, edges_of_a_step: int, monkeypatch: Any) -> None:
    monkeypatch.setattr(levels, "LEVEL", edges_of_a_step)
    monkeypatch.setattr(levels, "pays", lambda visits: False)
    chance = Random(seed)
    ends = [sorted(chance.sample(range(9), 2)) for _ in range(chance.randint(5, 22))]
    graph = weighted([(tail, head, round(chance.uniform(-2, 2), 3)) for tail, head in ends])
    graph.add_nodes_from(range(9))
    compiled = gd.compile(graph)
    between = between_ends(compiled, {0: 0.5, 1: -1, 3: 2}, {7: 0.25, 8: 1.5, 3: -1})
    kept = set(chance.sample(range(between.n_nodes), between.n_nodes // 2))
    ways, expected = bypasses(between, kept), listed(between, kept)
    assert {pair: count for pair, (_, count) in ways.items()} == {pair: count for pair, (_, count) in expected.items()}
    assert {pair: value for pair, (value, _) in ways.items()} == pytest.approx(
        {pair: value for pair, (value, _) in expected.items()}, abs=1e-12
    )
    assert list(ways) == sorted(ways)
