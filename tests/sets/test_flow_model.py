"""Cuts of a part by an integer programme: against every subset, planted ones above, by all kinds of numbers."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from random import Random
from typing import Any

import networkx as nx
import pytest
from graphs import path_sum

import graphdiff as gd
from graphdiff.errors import UsageError
from graphdiff.sets import fewest, flow_model

KINDS: dict[str, Any] = {
    "ints": lambda number: number,
    "floats": lambda number: number / 10,
    "fractions": lambda number: Fraction(number, 7),
    "decimals": lambda number: Decimal(number) / 10,
    "ints beyond the floats": lambda number: number * 10**25 + 1,
    "floats far from 1": lambda number: number * 1e-40,
}
#: Graphs of which the greedy bound is too low, or the greedy choice too large.
HARD = (1, 13, 25)


@pytest.fixture(autouse=True)
def programmes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have no cut found by trying every smaller set."""
    pytest.importorskip("scipy")
    monkeypatch.setattr(fewest, "MAX_EXACT", 0)


def layered(number: int, weight: Any) -> nx.DiGraph:
    """Return a graph of up to twelve nodes from 0 to 11."""
    chance = Random(number)
    graph = nx.DiGraph()
    ends = [(0, node) for node in range(1, 6)] + [(node, 11) for node in range(6, 11)]
    between = [(tail, head) for tail in range(1, 6) for head in range(6, 11)]
    for tail, head in [*ends, *chance.sample(between, 11)]:
        graph.add_edge(tail, head, weight=weight(chance.choice([1, 1, 2])))
    return graph


def smallest(graph: nx.DiGraph, items: list[Any], most: Any) -> int:
    """Return the size of the smallest set of edges or nodes that leaves no more than this."""
    for size in range(len(items) + 1):
        for chosen in combinations(items, size):
            rest = graph.copy()
            rest.remove_edges_from([item for item in chosen if isinstance(item, tuple)])
            rest.remove_nodes_from([item for item in chosen if not isinstance(item, tuple)])
            if path_sum(rest, 0, 11) <= most:
                return size
    raise AssertionError("all of them leave more")


def on_the_way(graph: nx.DiGraph) -> Iterator[Any]:
    among = (nx.descendants(graph, 0) | {0}) & (nx.ancestors(graph, 11) | {11})
    return ((tail, head) for tail, head in graph.edges if {tail, head} <= among)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("what", ["edges", "nodes"])
@pytest.mark.parametrize("number", HARD)
def test_the_fewest_are_found_and_proven(number: int, what: str, kind: str) -> None:
    graph = layered(number, KINDS[kind])
    items = sorted(on_the_way(graph))
    if what == "nodes":
        items = sorted({node for edge in items for node in edge} - {0, 11})
        if graph.has_edge(0, 11):
            graph.remove_edge(0, 11)
    exact = nx.DiGraph()
    exact.add_weighted_edges_from((tail, head, Fraction(weight)) for tail, head, weight in graph.edges(data="weight"))
    # 0.71 of the total, so that no set leaves just as much in rationals as is wanted: floats could not tell.
    least = smallest(exact, items, path_sum(exact, 0, 11) * Fraction(29, 100))
    found = gd.cut(graph, 0, 11, part=0.71, what=what)
    assert (len(found.removed), found.at_least, found.lacking) == (least, least, "")
    assert found.method in ("greedy", "integer programme")


def planted(seed: int, n_gates: int) -> nx.DiGraph:
    """Return a graph of which a few gates carry nine tenths, behind many nodes that carry much, too."""
    chance = Random(seed)
    graph = nx.MultiDiGraph()
    for gate in range(n_gates):
        for _ in range(8):
            first, second = chance.sample(range(14), 2)
            graph.add_edge("s", f"a{first}", weight=1)
            graph.add_edge(f"a{first}", f"g{gate}", weight=1)
            graph.add_edge(f"a{second}", f"g{gate}", weight=1)
            graph.add_edge("s", f"a{second}", weight=1)
        graph.add_edge(f"g{gate}", "t", weight=1)
    simple = nx.DiGraph()
    simple.add_edges_from(graph.edges())
    rest = gd.count_paths(simple, "s", "t") // 9
    for number in range(rest):
        simple.add_edge("s", f"x{number}")
        simple.add_edge(f"x{number}", "t")
    return simple


@pytest.mark.parametrize("seed", range(3))
def test_planted_gates_are_found_and_proven(seed: int) -> None:
    graph = planted(seed, 5)
    found = gd.cut(graph, "s", "t", part=0.9, what="nodes", weight=None)
    assert (sorted(found.removed), found.at_least) == ([f"g{gate}" for gate in range(5)], 5)


def test_beyond_the_limit_the_choice_is_greedy_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow_model, "MAX_EDGES", 5)
    found = gd.cut(layered(HARD[0], int), 0, 11, part=0.71)
    assert (found.method, found.lacking) == ("greedy", "size")
    assert "(no weight is negative)." in str(found)


def test_of_more_edges_there_is_no_programme_before_its_time_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graphdiff.whatif.cut.MAX_UNASKED", 5)
    graph = layered(HARD[0], int)
    found = gd.cut(graph, 0, 11, part=0.71)
    assert (found.method, found.lacking) == ("greedy", "time")
    assert found.at_least is not None
    assert found.at_least < len(found.removed)
    assert "; a longer timeout may tell more." in " ".join(str(found).split())
    for timeout in (60.0, None):
        assert gd.cut(graph, 0, 11, part=0.71, timeout=timeout).lacking == ""


def test_where_time_is_over_the_cut_holds_and_says_so() -> None:
    graph = layered(HARD[0], int)
    found = gd.cut(graph, 0, 11, part=0.71, timeout=1e-9)
    assert found.lacking == "time"
    assert found.at_least is not None
    assert found.at_least < len(found.removed)
    assert "; a longer timeout may tell more." in " ".join(str(found).split())
    graph.remove_edges_from(found.removed)
    assert path_sum(graph, 0, 11) <= Fraction(29, 100) * found.before


def test_a_limit_is_a_number_of_seconds() -> None:
    with pytest.raises(UsageError, match="timeout=0 is no limit"):
        gd.cut(layered(0, int), 0, 11, part=0.5, timeout=0)
