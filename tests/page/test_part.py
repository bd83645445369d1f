"""What a page knows of a graph: summed again from its record alone, link by link, and looked up in the graph."""

from __future__ import annotations

import json
import random
from decimal import Decimal
from fractions import Fraction
from typing import Any

import networkx as nx
import numpy as np
import pytest

import graphdiff as gd
from graphdiff.page.part import part_of, picture_for_page


def part(graph: nx.DiGraph, max_nodes: int = 2000) -> Any:
    """Return what a page has, as a browser reads it."""
    return json.loads(json.dumps(part_of(picture_for_page(graph, max_nodes)), allow_nan=False))


def number(row: dict[str, Any], name: str) -> float:
    return float(row.get("approximately", {}).get(name, row[name]))


def total_of(part: Any) -> float:
    """Return what flows from the starts to the ends, as the solution of x = s + A'x."""
    size = len(part["nodes"])
    weights, seeds = np.zeros((size, size)), np.zeros(size)
    for link in part["links"]:
        weights[link["target"], link["source"]] += number(link, "weight")
    for node, seed in part["starts"]:
        seeds[node] += seed
    tangents = np.linalg.solve(np.eye(size) - weights, seeds)
    return float(sum(seed * tangents[node] for node, seed in part["ends"]))


def drawn(seed: int, *, acyclic: bool) -> nx.DiGraph:
    """Return a graph of some 30 nodes with weights of both signs."""
    choice = random.Random(seed)
    graph = nx.DiGraph()
    graph.add_nodes_from(range(30))
    for _ in range(75 if acyclic else 45):
        tail, head = choice.sample(range(30), 2)
        if acyclic:
            tail, head = sorted((tail, head))
        graph.add_edge(tail, head, weight=choice.choice((-1, 1, 1)) * choice.randint(1, 20) / 64)
    return graph


@pytest.mark.parametrize("max_nodes", [2000, 12, 4])
@pytest.mark.parametrize("cycles", ["raise", "collapse", "solve"])
def test_the_record_alone_sums_to_the_total(cycles: Any, max_nodes: int) -> None:
    n_asked = 0
    for seed in range(20):
        graph = drawn(seed, acyclic=cycles == "raise")
        ends: list[tuple[Any, Any]] = [(0, 29), ({0: 2, 1: -0.5, 2: 1}, {28: 3, 29: 1, 27: 1}), (None, None)]
        for source, target in ends:
            try:
                annotated = gd.annotate(graph, source, target, cycles=cycles)
            except (gd.errors.SameComponentError, gd.errors.CycleError):
                continue
            known = part(annotated, max_nodes)
            if not known["links"]:
                continue
            assert known["summed"]
            assert total_of(known) == pytest.approx(annotated.graph["total"], rel=1e-9, abs=1e-12)
            assert number(known, "total") == pytest.approx(annotated.graph["total"])
            assert len(known["nodes"]) <= max(max_nodes + 2, 8)
            n_asked += 1
    assert n_asked > 20
