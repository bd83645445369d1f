"""Contributions: what flows through an edge or a node, in the total's unit."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import networkx as nx
import pytest
from graphs import (
    ENGINES,
    QUARTERS,
    SEVERAL,
    dags,
    diamonds,
    edge_names,
    engine,
    influence,
    olah,
    parallel_chain,
    path_sum,
    queries,
    walks,
    weighted,
)
from hypothesis import given
from hypothesis import strategies as st

import graphdiff as gd

Query = tuple[nx.DiGraph, Any, Any]


@given(query=queries(dags()))
def test_an_edge_contributes_the_paths_that_use_it(query: Query) -> None:
    graph, source, target = query
    paths = walks(graph, source, target)
    contributions = gd.edge_contributions(graph, source, target)
    for edge in edge_names(graph):
        through = sum(influence(graph, path) for path in paths if edge in path)
        assert contributions.get(edge, 0) == through
    assert contributions.total == path_sum(graph, source, target)


@given(query=queries(dags()))
def test_a_node_contributes_the_paths_that_pass_it(query: Query) -> None:
    graph, source, target = query
    paths = walks(graph, source, target)
    contributions = gd.node_contributions(graph, source, target)
    for node in graph:
        through = sum(
            influence(graph, path) for path in paths if node == source or any(edge[1] == node for edge in path)
        )
        assert contributions.get(node, 0) == through
    assert contributions.total == path_sum(graph, source, target)


@SEVERAL
@given(query=queries(dags()), data=st.data())
def test_any_cut_between_the_ends_carries_the_total(query: Query, data: st.DataObject) -> None:
    """Forth minus back, as of any flow."""
    graph, source, target = query
    if source == target:
        return
    others = [node for node in graph if node not in (source, target)]
    near = {source, *(node for node in others if data.draw(st.booleans()))}
    contributions = gd.edge_contributions(graph, source, target)
    forth = sum(contributions.get(e, 0) for e in edge_names(graph) if e[0] in near and e[1] not in near)
    back = sum(contributions.get(e, 0) for e in edge_names(graph) if e[0] not in near and e[1] in near)
    assert forth - back == contributions.total


@SEVERAL
@given(query=queries(dags()))
def test_removing_an_edge_takes_its_contribution_away(query: Query) -> None:
    graph, source, target = query
    contributions = gd.edge_contributions(graph, source, target)
    for edge in edge_names(graph):
        without = graph.copy()
        without.remove_edge(*edge)
        left = gd.total_influence(without, source, target)
        assert left == contributions.total - contributions.get(edge, 0)


@given(query=queries(dags()))
def test_shares_are_parts_of_the_total_and_none_where_it_is_0(query: Query) -> None:
    graph, source, target = query
    for contributions in (
        gd.edge_contributions(graph, source, target),
        gd.node_contributions(graph, source, target),
    ):
        assert set(contributions.shares) == set(contributions)
        for key, share in contributions.shares.items():
            if contributions.total == 0:
                assert share is None
            else:
                expected = Fraction(contributions[key]) / Fraction(contributions.total)
                assert share == pytest.approx(float(expected), rel=1e-15)


def test_olah() -> None:
    edges = gd.edge_contributions(olah(), "b", "e")
    assert edges.total == 5
    assert {edge: edges.get(edge, 0) for edge in olah().edges} == {
        ("a", "c"): 0,
        ("b", "c"): 2,
        ("b", "d"): 3,
        ("c", "e"): 2,
        ("d", "e"): 3,
    }
    nodes = gd.node_contributions(olah(), "b", "e")
    assert [nodes[node] for node in "bcde"] == [5, 2, 3, 5]
    assert edges.shares["b", "d"] == pytest.approx(0.6)


def test_paths_that_cancel_have_contributions_but_no_shares() -> None:
    graph = weighted([("s", "x", 2.5), ("s", "y", -2.5), ("x", "t", 1.0), ("y", "t", 1.0)])
    contributions = gd.edge_contributions(graph, "s", "t")
    assert (contributions.total, contributions["s", "x"], contributions["s", "y"]) == (0, 2.5, -2.5)
    assert contributions.shares["s", "x"] is None


def test_a_share_may_exceed_1_where_others_are_negative() -> None:
    shares = gd.edge_contributions(parallel_chain([3, -2]), 0, 1).shares
    assert (shares[0, 1, 0], shares[0, 1, 1]) == (3, -2)


def test_no_path_is_a_total_of_0() -> None:
    contributions = gd.edge_contributions(olah(), "e", "a")
    assert contributions.total == 0
    assert not any(contributions.values())


def test_shares_of_counts_beyond_every_float_are_still_numbers() -> None:
    """2^1100 is beyond float64: dividing float by float would give nan or fail."""
    contributions = gd.edge_contributions(diamonds(1100), 0, 3300)
    assert contributions.total == 2**1100
    assert contributions[0, 1] == 2**1099
    assert contributions.shares[0, 1] == 0.5
    assert gd.node_contributions(diamonds(1100), 0, 3300).shares[3] == 1


def test_fractions_stay_exact() -> None:
    graph = weighted([("s", "x", Fraction(1, 3)), ("x", "t", 1), ("s", "t", Fraction(1, 6))])
    contributions = gd.edge_contributions(graph, "s", "t")
    assert contributions["s", "x"] == Fraction(1, 3)
    assert contributions.shares["s", "x"] == Fraction(2, 3)


def test_to_dict_is_json_with_edges_as_records() -> None:
    records = json.loads(json.dumps(gd.edge_contributions(parallel_chain([3, 2]), 0, 1).to_dict()))
    assert sorted(record["contribution"] for record in records) == [2, 3]
    assert {(record["source"], record["target"]) for record in records} == {("0", "1")}
    nodes = gd.node_contributions(olah(), "b", "e").to_dict()
    assert json.loads(json.dumps(nodes))["c"] == 2


def test_to_pandas_is_a_series_by_edge_or_node() -> None:
    assert gd.edge_contributions(olah(), "b", "e").to_pandas()["b", "d"] == 3
    assert gd.node_contributions(olah(), "b", "e").to_pandas()["d"] == 3


def test_an_unknown_node_is_named() -> None:
    for question in (gd.edge_contributions, gd.node_contributions):
        with pytest.raises(gd.errors.UnknownNodeError, match="no node 'z'"):
            question(olah(), "a", "z")


@pytest.mark.parametrize("name", ENGINES)
def test_what_overflows_off_the_way_does_no_harm(name: str) -> None:
    graph = weighted([("a", "b", 2.0), ("b", "c", 3.0), ("a", "x", 1e200), ("x", "y", 1e200), ("w", "b", 1e308)])
    with engine(name):
        found = gd.edge_contributions(graph, "a", "c")
        assert {edge: number for edge, number in found.items() if number} == {("a", "b"): 6, ("b", "c"): 6}
        assert dict(gd.node_contributions(graph, "a", "c")) == {"a": 6, "b": 6, "c": 6, "x": 0, "y": 0, "w": 0}


@given(query=queries(dags(QUARTERS)))
def test_both_engines_give_the_same_parts(query: Any) -> None:
    graph, source, target = query
    found = []
    for name in ENGINES:
        with engine(name):
            found.append(dict(gd.edge_contributions(graph, source, target)))
    assert found[0] == found[1]


@pytest.mark.parametrize(("zero", "two"), [(0.0, 2.0), (0, 2), (Fraction(0), Fraction(2))])
def test_what_carries_nothing_is_a_zero_of_the_weights(zero: Any, two: Any) -> None:
    graph = weighted([("a", "b", zero), ("b", "c", two)])
    for form in (graph, gd.compile(graph)):
        parts = gd.node_contributions(form, "a", "c")
        assert {type(number) for number in parts.values()} == {type(zero)}
        assert set(parts.values()) == {0}
