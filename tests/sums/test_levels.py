"""Sweeps over arrays of weights, by levels and by kernels, against sums over the list of all paths."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import networkx as nx
import numpy as np
import pytest
from graphs import as_python, engine, path_sum, weighted

import graphdiff as gd
from graphdiff.sums import levels
from graphdiff.sums.between import between_ends
from graphdiff.sums.levels import Arrays

#: Edges that skip levels, two of one pair of ends' sums, and weights of either sign.
EDGES = [
    ("s", "a", 2.0),
    ("s", "b", -3.0),
    ("a", "b", 4.0),
    ("a", "t", 5.0),
    ("b", "c", 7.0),
    ("c", "t", 0.5),
    ("s", "t", 1.0),
]


@pytest.fixture(params=["levels", "arrays"])
def made(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Return a function that makes arrays, of which levels or the Python that kernels are made of are swept."""
    with engine("plain Python"):
        if request.param == "arrays":
            as_python(monkeypatch, levels)
        yield lambda graph, source, target: Arrays(between_ends(gd.compile(graph), source, target))


def test_arrays_say_where_edges_lead_and_what_they_weigh(made: Any) -> None:
    arrays = made(weighted(EDGES), "s", "t")
    labels = arrays.between.labels
    found = zip(arrays.tails, arrays.between.heads, arrays.weights, strict=True)
    assert {(labels[tail], labels[head], weight) for tail, head, weight in found} == set(EDGES)
    assert arrays.weights.dtype == np.float64
    assert arrays.are_single
    twice = nx.MultiDiGraph()
    twice.add_weighted_edges_from([("s", "t", 1.0), ("s", "t", 2.0)])
    assert not made(twice, "s", "t").are_single


def test_levels_follow_the_longest_way() -> None:
    arrays = Arrays(between_ends(gd.compile(weighted(EDGES)), "s", "t"))
    labels = arrays.between.labels
    found = [
        {(labels[tail], labels[head]) for tail, head in zip(tails, heads, strict=True)}
        for _, tails, heads in arrays.levels
    ]
    assert found == [
        {("s", "a"), ("s", "b"), ("s", "t")},
        {("a", "b"), ("a", "t")},
        {("b", "c")},
        {("c", "t")},
    ]
    assert sorted(np.concatenate([edges for edges, *_ in arrays.levels]).tolist()) == list(range(len(EDGES)))
    for edges, tails, heads in arrays.levels:
        assert tails.tolist() == arrays.tails[edges].tolist()
        assert heads.tolist() == arrays.between.heads[edges].tolist()


def test_sweeps_are_sums_over_paths(made: Any) -> None:
    graph = weighted(EDGES)
    arrays = made(graph, "s", "t")
    place = {label: node for node, label in enumerate(arrays.between.labels)}
    put_in = np.zeros(5)
    put_in[place["s"]], put_in[place["a"]] = 1.0, 10.0
    ahead = arrays.forward(put_in, arrays.weights)
    for node in place:
        assert ahead[place[node]] == path_sum(graph, "s", node) + 10 * path_sum(graph, "a", node)
    back = arrays.reverse([float(n) for n in np.eye(5)[place["t"]] + 10 * np.eye(5)[place["c"]]], arrays.weights)
    for node in place:
        assert back[place[node]] == path_sum(graph, node, "t") + 10 * path_sum(graph, node, "c")
    assert put_in.sum() == 11  # what is given stays
    other = arrays.forward(put_in, 2 * arrays.weights)
    assert other[place["b"]] == -6 + 2 * 2 * 4 * 2 + 10 * 8
    assert arrays.forward([1] + 4 * [0], arrays.weights).dtype == np.float64


@pytest.mark.parametrize("starts", [["s"], ["s", "a"], ["s", "a", "b"]])
@pytest.mark.parametrize("stops", [["t"], ["t", "c"], ["c", "t", "s"]])
def test_totals_between_all_pairs(made: Any, starts: list[str], stops: list[str]) -> None:
    graph = weighted(EDGES)
    arrays = made(graph, "s", "t")
    place = {label: node for node, label in enumerate(arrays.between.labels)}
    ends = (np.array([place[name] for name in names], dtype=np.int64) for names in (starts, stops))
    found = arrays.totals(*ends)
    assert found.shape == (len(starts), len(stops))
    assert found.tolist() == [[path_sum(graph, s, t) for t in stops] for s in starts]
    assert found.flags.c_contiguous


def test_no_ends_have_no_totals(made: Any) -> None:
    arrays = made(weighted(EDGES), "s", "t")
    none, one = np.array([], dtype=np.int64), np.array([0])
    assert arrays.totals(none, one).shape == (0, 1)
    assert arrays.totals(one, none).shape == (1, 0)


def test_arrays_are_made_where_they_are_faster_and_numbers_are_floats(monkeypatch: pytest.MonkeyPatch) -> None:
    with engine("plain Python"):
        between = between_ends(gd.compile(weighted(EDGES)), "s", "t")
        assert Arrays.where_faster(between) is None
        monkeypatch.setattr(levels, "LEVEL", len(EDGES) / 4)
        assert Arrays.where_faster(between) is None
        monkeypatch.setattr(levels, "LEVEL", len(EDGES) / 4 - 0.01)
        made = Arrays.where_faster(between)
        assert made is not None
        assert made.between is between
        monkeypatch.setattr(levels, "LEVEL", 0)
        for kind in (int, complex):
            other = gd.compile(weighted([(u, v, kind(w)) for u, v, w in EDGES if w != 0.5]))
            assert Arrays.where_faster(between_ends(other, "s", "t")) is None
        monkeypatch.setattr(levels, "LEVEL", 1000)
        asked = []
        monkeypatch.setattr(levels, "pays", lambda visits: asked.append(visits) or True)
        assert Arrays.where_faster(between) is not None
        assert asked == [10 * len(EDGES)]
