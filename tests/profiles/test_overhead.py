"""What a profiler adds to each call, put on by hand and taken off again."""

from __future__ import annotations

import marshal
import random
from pathlib import Path

import networkx as nx
import pytest

import graphdiff as gd
from graphdiff.errors import UsageError
from graphdiff.profiles.overhead import CALLERS, seconds_of, without_overhead


def tree(seed: int) -> nx.DiGraph:
    """Return a profile in which each function has one caller, so that what is below it is known."""
    chance = random.Random(seed)
    graph = nx.DiGraph(edge_meaning="calls", unit="s", kind="counted")
    graph.add_node("f0", calls=1)
    for number in range(1, chance.randint(3, 12)):
        caller = f"f{chance.randrange(number)}"
        count = chance.randint(1, 1000)
        graph.add_node(f"f{number}", calls=count)
        graph.add_edge(caller, f"f{number}", calls=count)
    for node in graph:
        graph.nodes[node]["self"] = chance.random()
    return summed(graph)


def summed(graph: nx.DiGraph) -> nx.DiGraph:
    """Fill in what the own times add up to."""
    for node in graph:
        graph.nodes[node]["inclusive"] = sum(
            graph.nodes[below]["self"] for below in {node, *nx.descendants(graph, node)}
        )
    for _, head, data in graph.edges(data=True):
        data.update(cost=graph.nodes[head]["inclusive"], self=graph.nodes[head]["self"])
    graph.graph["total"] = sum(own for _, own in graph.nodes(data="self"))
    return graph


def traced(graph: nx.DiGraph, seconds: float) -> nx.DiGraph:
    """Return the profile with so much more for each call: the larger part with the caller."""
    slower = graph.copy()
    for tail, head, count in graph.edges(data="calls"):
        slower.nodes[tail]["self"] += CALLERS * count * seconds
        slower.nodes[head]["self"] += (1 - CALLERS) * count * seconds
    slower.nodes["f0"]["self"] += (1 - CALLERS) * seconds
    return summed(slower)


def test_what_was_added_is_taken_off() -> None:
    for seed in range(20):
        true = tree(seed)
        back = without_overhead(traced(true, 1e-4), 1e-4)
        for node, data in true.nodes(data=True):
            assert back.nodes[node] == pytest.approx(data)
        for tail, head, data in true.edges(data=True):
            assert back.edges[tail, head] == pytest.approx(data)
        assert back.graph["total"] == pytest.approx(true.graph["total"])
        assert "taken off as the profiler's own: 100 us a call" in back.graph["warnings"][0]


def test_within_a_recursion_costs_are_own_times_and_exits() -> None:
    graph = nx.DiGraph(edge_meaning="calls", unit="s", kind="counted", total=10.0)
    graph.add_nodes_from(
        [
            ("main", {"self": 1.0, "inclusive": 10.0, "calls": 1}),
            ("a", {"self": 3.0, "inclusive": 9.0, "calls": 100}),
            ("b", {"self": 2.0, "inclusive": 7.0, "calls": 99}),
            ("c", {"self": 4.0, "inclusive": 4.0, "calls": 50}),
        ]
    )
    for tail, head, cost, count in (
        ("main", "a", 9.0, 1),
        ("a", "b", 7.0, 99),
        ("b", "a", 6.0, 99),
        ("b", "c", 4.0, 50),
    ):
        graph.add_edge(tail, head, cost=cost, calls=count)
    lighter = without_overhead(graph, 0.01)
    own = dict(lighter.nodes(data="self"))
    assert own == pytest.approx(
        {"main": 0.99, "a": 3 - 0.75 * 0.99 - 0.25, "b": 2 - 0.75 * 1.49 - 0.25 * 0.99, "c": 4 - 0.125}
    )
    assert lighter.edges["main", "a"]["cost"] == pytest.approx(own["a"] + own["b"] + own["c"])
    assert lighter.nodes["main"]["inclusive"] == pytest.approx(sum(own.values()))
    assert graph.graph["total"] == 10.0


def test_no_time_becomes_negative() -> None:
    graph = traced(tree(1), 1e-4)
    graph.nodes["f1"]["self"] = 0.0
    lighter = without_overhead(graph, 2e-4)
    assert min(own for _, own in lighter.nodes(data="self")) == 0.0
    assert "functions that was more than their own time" in lighter.graph["warnings"][0]


def test_what_cannot_be_the_overhead_is_refused() -> None:
    graph = tree(2)
    with pytest.raises(
        UsageError, match=r"100 ms for each of .* calls is more than all of the profile: it is less than"
    ):
        without_overhead(graph, 0.1)
    for node in graph:
        del graph.nodes[node]["calls"]
    with pytest.raises(UsageError, match="no counts of calls"):
        without_overhead(graph, 1e-6)


@pytest.mark.parametrize("text", ["", "x", "1", "-1us", "3m", "us", "1.2.3us", None, float("nan")])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"is no overhead of a call: write 0.6us, or seconds"):
        seconds_of(text)


@pytest.mark.parametrize(("text", "seconds"), [("600ns", 6e-7), ("0.6 µs", 6e-7), ("0.6us", 6e-7), ("1e-3ms", 1e-6)])
def test_times_have_units(text: str, seconds: float) -> None:
    assert seconds_of(text) == pytest.approx(seconds)


def test_it_is_an_option_of_the_file(tmp_path: Path) -> None:
    main, leaf = ("run.py", 1, "main"), ("run.py", 5, "leaf")
    stats = {
        main: (1, 1, 1.0, 1.5, {}),
        leaf: (100_000, 100_000, 0.5, 0.5, {main: (100_000, 100_000, 0.5, 0.5)}),
    }
    file = tmp_path / "run.prof"
    file.write_bytes(marshal.dumps(stats))
    graph = gd.read(file, overhead="4us")
    assert graph.nodes["main"]["self"] == pytest.approx(0.7, abs=1e-5)
    assert graph.nodes["leaf"]["self"] == pytest.approx(0.4)
    answer = gd.what_if(graph, "main", faster={"main": 0.5})
    assert answer.estimated == "of what calls cost the profiler's own is taken off by averages"
    assert not gd.what_if(graph, faster={"main": 0.5}).estimated
    assert answer.relative == pytest.approx(-0.35 / 1.1, abs=1e-5)


def test_within_a_recursion_no_function_costs_less_than_its_own_time_and_its_calls_out_of_it() -> None:
    """A recursion through a function that is called very often becomes much less; others in it do not."""
    graph = nx.DiGraph(edge_meaning="calls", unit="s", kind="counted", total=11.0)
    graph.add_nodes_from(
        [
            ("main", {"self": 0.0, "inclusive": 11.0, "calls": 1}),
            ("often", {"self": 8.0, "inclusive": 11.0, "calls": 1000}),
            ("rare", {"self": 2.0, "inclusive": 3.0, "calls": 10}),
            ("leaf", {"self": 1.0, "inclusive": 1.0, "calls": 1}),
        ]
    )
    for tail, head, cost, count in (
        ("main", "often", 11.0, 1),
        ("often", "often", 8.0, 989),
        ("often", "rare", 3.0, 10),
        ("rare", "often", 1.0, 10),
        ("rare", "leaf", 1.0, 1),
    ):
        graph.add_edge(tail, head, cost=cost, calls=count)
    lighter = without_overhead(graph, 0.007)
    rare, leaf = lighter.nodes["rare"], lighter.nodes["leaf"]
    assert rare["inclusive"] == pytest.approx(rare["self"] + leaf["inclusive"])
    assert rare["inclusive"] < 3
    assert lighter.nodes["often"]["inclusive"] == pytest.approx(lighter.graph["total"])
