"""A small graph straight from networkx's dicts is compiled to what the way through arrays makes of it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from fractions import Fraction
from typing import Any
from unittest.mock import patch

import networkx as nx
import numpy as np
import pytest
from graphs import INTS, dags, weighted
from hypothesis import given
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.arithmetic import finished
from graphdiff.graph.plain import few_in

PLAIN = st.one_of(st.just(st.floats(-1e3, 1e3)), st.just(INTS)).flatmap(lambda kind: dags(kind, parallel=False))
ABC = [("a", "b", 2.0), ("b", "c", 3.0), ("a", "c", 0.5)]


@contextmanager
def by_arrays() -> Iterator[None]:
    """Have no graph compiled from its dicts."""
    with patch("graphdiff.graph.compiled.few_in", return_value=None):
        yield


def everything(graph: gd.CompiledGraph) -> dict[str, Any]:
    """Return all that a compiled graph holds, arrays with their types."""
    fields = {name: getattr(graph.topology, name) for name in graph.topology.__dataclass_fields__}
    fields |= {name: getattr(graph, name) for name in graph.__dataclass_fields__ if name != "topology"}
    if isinstance(graph.weights, list):
        fields["weights"] = [finished(weight) for weight in graph.weights]
    return {
        name: (value.dtype, value.shape, value.tolist(), value.flags.writeable)
        if isinstance(value, np.ndarray)
        else repr(value)
        for name, value in fields.items()
    }


@given(PLAIN, st.sampled_from([{}, {"cycles": "solve"}, {"exact": True}, {"default_weight": 1.0}]))
def test_it_is_what_the_way_through_arrays_makes(graph: nx.DiGraph, options: dict[str, Any]) -> None:
    assert few_in(graph, "weight") is not None
    quick = everything(gd.compile(graph, **options))
    with by_arrays():
        assert quick == everything(gd.compile(graph, **options))


def test_meanings_of_the_graph_are_kept() -> None:
    graph = weighted(ABC)
    graph.graph.update(edge_meaning="feeds", weight_meaning="litres", node_meaning="tanks")
    assert few_in(graph, "weight") is not None
    quick = everything(gd.compile(graph))
    with by_arrays():
        assert quick == everything(gd.compile(graph))


@pytest.mark.parametrize("other", [True, None, "2", Fraction(2), Decimal(2), 2j, np.float64(2), math.nan, math.inf, 3])
def test_weights_that_are_not_of_one_plain_kind_are_left(other: Any) -> None:
    assert few_in(weighted([*ABC, ("c", "d", other)]), "weight") is None


def test_whatever_is_out_of_the_ordinary_is_left() -> None:
    graph = weighted(ABC)
    assert few_in(graph, "weight") is not None
    others = [nx.MultiDiGraph(graph), weighted([*ABC, ("c", "a", 1.0)]), weighted([*ABC, ("c", "c", 1.0)]), ABC, None]
    for name in ("quotient", "node_title", "unmet", "left_out"):
        others.append(graph.copy())
        others[-1].graph[name] = {"x": "y"}
    for meaning in ("depends on", "drives"):
        others.append(graph.copy())
        others[-1].graph["edge_meaning"] = meaning
    for mark in ("root", "leaf", "output"):
        others.append(graph.copy())
        others[-1].nodes["b"][mark] = True
    assert [few_in(other, "weight") for other in others] == [None] * len(others)
    assert [few_in(graph, weight) for weight in ("cost", None, gd.weights.unit, lambda *_: 1.0)] == [None] * 4


def test_a_graph_of_many_edges_goes_through_arrays() -> None:
    graph = weighted([(tail, head, 1.0) for head in range(30) for tail in range(head)])
    assert few_in(graph, "weight") is None
    assert few_in(graph.subgraph(range(20)), "weight") is not None


def test_a_compiled_graph_stays_as_it_was_when_the_graph_changes() -> None:
    graph = weighted(ABC)
    compiled = gd.compile(graph)
    graph["a"]["b"]["weight"] = 7.0
    graph.remove_node("c")
    assert gd.total_influence(compiled, "a", "c") == 6.5
