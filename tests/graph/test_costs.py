"""The presets of profiles, against stacks that are counted one by one in fractions."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import networkx as nx
import pytest

import graphdiff as gd
from graphdiff.errors import UsageError, WeightError
from graphdiff.graph.compiled import CompiledGraph, compile
from graphdiff.profiles.stacks import Stacks
from graphdiff.weights import default_weights, even_calls, how_often, per_call, spent


def profile_of(stacks: list[tuple[tuple[str, ...], int]]) -> nx.DiGraph:
    """Return the profile of stacks, counted here without what the library counts with."""
    graph = nx.DiGraph(edge_meaning="calls", weight_meaning="cost", unit="samples", kind="sampled")
    for stack, cost in stacks:
        for name in dict.fromkeys(stack):
            graph.add_node(name)
            graph.nodes[name].setdefault("self", 0)
            graph.nodes[name]["inclusive"] = graph.nodes[name].get("inclusive", 0) + cost
        graph.nodes[stack[-1]]["self"] += cost
        for tail, head in dict.fromkeys(pairwise(stack)):
            known = graph.get_edge_data(tail, head, default={}).get("cost", 0)
            graph.add_edge(tail, head, cost=known + cost)
    return graph


def random_stacks(seed: int) -> list[tuple[tuple[str, ...], int]]:
    rng = random.Random(seed)
    count = rng.randint(1, 20)
    return [(tuple(rng.choices("abcdefg", k=rng.randint(1, 6))), rng.randint(0, 9)) for _ in range(count)]


@pytest.mark.parametrize("rooted", [False, True], ids=["many roots", "one root"])
def test_what_a_function_costs_is_the_sum_of_what_is_spent_for_it(rooted: bool) -> None:
    for seed in range(200):
        stacks = random_stacks(seed)
        stacks = [(("main", *stack), cost) for stack, cost in stacks] if rooted else stacks
        graph = profile_of(stacks)
        ready = compile(graph, weight=spent, cycles="collapse", exact=True)
        own = {node: Fraction(cost) for node, cost in graph.nodes(data="self")}
        inclusive = gd.reverse(ready, own)
        for members in nx.strongly_connected_components(graph):
            reached = sum(cost for stack, cost in stacks if members & {*stack})
            assert {inclusive[node] for node in members} == {reached}


def test_the_manual_of_callgrind() -> None:
    """https://valgrind.org/docs/manual/cl-manual.html: func1 costs 400, which calls alone would make 380."""
    graph = nx.DiGraph(edge_meaning="calls", unit="Ir")
    graph.add_nodes_from([("main", {"self": 20}), ("func1", {"self": 100}), ("func2", {"self": 700})])
    graph.add_edge("main", "func1", cost=400, calls=1)
    graph.add_edge("main", "func2", cost=400, calls=3)
    graph.add_edge("func1", "func2", cost=300, calls=2)
    own = dict(graph.nodes(data="self"))
    for preset, costs in ((spent, 400), (even_calls, 380)):
        assert gd.reverse(graph, own, weight=preset, exact=True)["func1"] == costs
    assert gd.total_influence(graph, "main", "func2", weight=how_often) == 5
    assert gd.total_influence(graph, "func1", "func2", weight=per_call, exact=True) == 300 / Fraction(700, 5)


def test_a_profile_is_asked_by_what_was_measured() -> None:
    graph = profile_of([(("a", "b"), 2)])
    assert default_weights(graph).weights == (spent,)
    assert default_weights(graph).are_known
    assert default_weights(graph).why == "weights: spent, a caller's part of what a function cost"


def test_what_was_not_measured() -> None:
    graph = profile_of([(("a", "b"), 2)])
    del graph.nodes["b"]["self"]
    with pytest.raises(WeightError, match="the node b has no number 'self'"):
        compile(graph, weight=spent)
    with pytest.raises(WeightError, match="calls"):
        compile(graph, weight=how_often)
    with pytest.raises(UsageError, match=r"reads the edges' cost: give it to graphdiff\.compile"):
        CompiledGraph.from_arrays([0], [1]).with_preset(spent)


def test_what_cost_nothing_is_spent_for_nobody() -> None:
    ready = compile(profile_of([(("a", "b"), 0)]), weight=spent)
    assert list(ready.weights) == [0]


def test_a_saved_profile_has_its_stacks_and_other_files_have_none(tmp_path: Path) -> None:
    graph = profile_of([(("a", "b"), 2)])
    graph.graph["stacks"] = Stacks.of([0, 1], [2], [2])
    compile(graph, weight=spent).with_attributes(graph).save(tmp_path / "x.gdiff")
    again = gd.read(tmp_path / "x.gdiff")
    assert dict(again.nodes(data=True)) == dict(graph.nodes(data=True))
    assert again.graph["stacks"].frames.tolist() == [0, 1]
    assert again.graph["unit"] == "samples"
    gd.write(graph, tmp_path / "x.json")
    assert "stacks" not in gd.read(tmp_path / "x.json").graph


def test_calls_within_a_component_need_no_cost_as_they_carry_nothing() -> None:
    graph = nx.DiGraph(edge_meaning="calls", unit="%")
    graph.add_nodes_from([("main", {"self": 10}), ("a", {"self": 20}), ("b", {"self": 30}), ("c", {"self": 40})])
    graph.add_edge("main", "a", cost=90)
    graph.add_edges_from([("a", "b"), ("b", "a")])
    graph.add_edge("b", "c", cost=40)
    ready = compile(graph, weight=spent, cycles="collapse")
    assert gd.total_influence(ready, "main", "c") == 1
    assert ready.with_preset(spent).weights.tolist() == ready.weights.tolist()
    with pytest.raises(WeightError, match=r"^2 of the 4 edges have no 'cost'"):
        compile(graph, weight=spent, cycles="solve")
    del graph.edges["b", "c"]["cost"]
    with pytest.raises(WeightError, match=r"^3 of the 4 edges have no 'cost'"):
        compile(graph, weight=spent, cycles="collapse")


def test_what_a_drawing_leaves_out_is_part_of_what_a_function_costs() -> None:
    graph = nx.DiGraph(edge_meaning="calls", unit="%")
    graph.add_nodes_from([("main", {"self": 10}), ("a", {"self": 20, "hidden": 40}), ("b", {"self": 30})])
    graph.add_edge("main", "a", cost=45)
    graph.add_edge("main", "b", cost=45)
    graph.add_edge("a", "b", cost=30)
    ready = compile(graph, weight=spent, cycles="collapse")
    assert gd.total_influence(ready, "main", "a") == 0.5
