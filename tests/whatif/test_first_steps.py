"""`first_steps`: what goes with each direct dependency, against the graph without it, path by path."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import networkx as nx
import pytest
from graphs import ENGINES, FRACTIONS, contractions, dags, engine, inverse_totals, path_sum, queries
from hypothesis import given, settings
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.errors import LimitError, UnknownNodeError

Query = tuple[nx.MultiDiGraph, Any, Any]


def without(graph: nx.DiGraph, node: Any) -> nx.DiGraph:
    rest = graph.copy()
    rest.remove_node(node)
    return rest


def reached(graph: nx.DiGraph, source: Any) -> set[Any]:
    return {source, *nx.descendants(graph, source)}


def weighed(graph: nx.DiGraph, source: Any, targets: dict[Any, Any]) -> Fraction:
    """Return the sum over the targets of weight times the sum over the paths."""
    there = {target: weight for target, weight in targets.items() if target in graph}
    return sum((weight * path_sum(graph, source, target) for target, weight in there.items()), start=Fraction(0))


@pytest.mark.parametrize("name", ENGINES)
@settings(max_examples=30)
@given(query=queries(dags(FRACTIONS, max_nodes=7)), data=st.data())
def test_what_goes_is_what_the_paths_without_the_node_lack(name: str, query: Query, data: st.DataObject) -> None:
    graph, source, _ = query
    chosen = data.draw(st.lists(st.sampled_from(list(graph)), min_size=1, max_size=3, unique=True))
    targets = {node: data.draw(st.integers(1, 9)) for node in chosen}
    with engine(name):
        answer = gd.first_steps(graph, source, targets)
    total = weighed(graph, source, targets)
    assert answer.total == total
    useful = {node for node in graph.successors(source) if reached(graph, node) & {*targets}}
    assert {step.node for step in answer} == useful
    assert answer.n_others == len({*graph.successors(source)} - useful)
    for step in answer:
        rest = without(graph, step.node)
        assert step.removal == weighed(rest, source, targets) - total
        assert step.share == (-step.removal / total if total else None)
        gone = {target for target in targets if target in reached(graph, source) - reached(rest, source)}
        assert set(step.gone) == gone
        assert step.weight == sum(targets[node] for node in gone)


@settings(max_examples=30)
@given(graph=contractions(max_nodes=5, max_edges=9))
def test_walks_round_cycles_go_with_a_node_on_them(graph: nx.MultiDiGraph) -> None:
    source, *_, target = [*graph, *graph]
    before = inverse_totals(graph)[source, target]
    answer = gd.first_steps(graph, source, target, cycles="solve", exact=True)
    for step in answer:
        # A target is no node of the graph any more where it goes itself.
        after = 0 if step.node == target else inverse_totals(without(graph, step.node))[source, target]
        assert step.removal == after - before


def test_a_member_of_a_merged_cycle_goes_alone() -> None:
    edges = [("app", "a"), ("app", "b"), ("a", "b"), ("b", "a"), ("a", "t"), ("b", "t"), ("b", "u")]
    answer = gd.first_steps(nx.DiGraph(edges), "app", {"t": 1, "u": 10}, weight=None, cycles="collapse")
    assert answer.total == 24  # two ways into the cycle, times two out of it to t and one to u
    assert {step.node: (step.removal, step.gone) for step in answer} == {"b": (-23, ("u",)), "a": (-13, ())}
    with pytest.raises(LimitError, match=r"^2 of the first steps are on cycles.*more than max_removals=1"):
        gd.first_steps(nx.DiGraph(edges), "app", "t", weight=None, cycles="collapse", max_removals=1)


def test_what_is_vulnerable_itself_goes_with_itself_and_roots_are_no_steps() -> None:
    graph = nx.DiGraph([("shop", "core"), ("shop", "tls"), ("core", "tls"), ("core", "json")])
    graph.add_nodes_from(["shop", "core"], root=True)
    answer = gd.first_steps(graph, gd.ROOTS, {"tls": 9, "json": 5}, weight=None)
    # Of core, a root itself, json comes by two paths: its own, and that of shop.
    assert [(step.node, step.removal, step.gone) for step in answer] == [
        ("tls", -27, ("tls",)),
        ("json", -10, ("json",)),
    ]


def test_the_report_says_what_was_asked_then_the_steps_then_what_the_columns_mean() -> None:
    edges = [("app", name) for name in ("web", "log", "free")] + [("web", "tls"), ("log", "tls"), ("web", "json")]
    graph = nx.DiGraph(edges, edge_meaning="depends on")
    answer = gd.first_steps(graph, "app", {"tls": 9, "json": 5}, weight=None)
    assert str(answer).splitlines() == [
        "app rests on tls and json (weighted): 23, counting paths.",
        "  direct dependency  takes away   of it  weight  gone with it",
        "  web                        14  60.9 %       5  json",
        "  log                         9  39.1 %",
        "  1 leads to none of them",
        "takes away: of the total, each alone; what runs through several of them counts for each.",
        "gone with it: what nothing else leads to, and what that weighs; the rest stays, by other ways.",
    ]
    assert repr(answer) == "<2 first steps of the total 23>"
    assert list(answer.to_pandas()["gone"]) == [["json"], []]
    assert str(gd.first_steps(graph, "tls", "app", weight=None)) == "tls does not rest on app."


def test_a_name_that_is_not_there_is_refused() -> None:
    with pytest.raises(UnknownNodeError, match="no node 'y'"):
        gd.first_steps(nx.DiGraph([("a", "b")]), "a", "y", weight=None)
