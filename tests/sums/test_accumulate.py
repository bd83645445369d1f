"""`accumulate`: every semiring of the table adds up what a list of all paths adds up to."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import networkx as nx
import numpy as np
import pytest
import sympy
from graphs import FRACTIONS, INTS, SEVERAL, dags, influence, queries, walks, weighted
from hypothesis import given
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.errors import CycleError, UnknownNodeError, UsageError, ValueOverflowError
from graphdiff.sums.semirings import SEMIRINGS


def weights_of(graph: nx.DiGraph, walk: Any) -> list[Any]:
    return [graph.edges[edge]["weight"] for edge in walk]


def entropy_sums(graph: nx.DiGraph, paths: list[Any]) -> tuple[Any, float]:
    sizes = [abs(influence(graph, path)) for path in paths]
    return sum(sizes), sum(float(size) * math.log(size) for size in sizes if size)


#: What each semiring says of all paths, from their list.
BY_LIST = {
    "sum-product": lambda graph, paths: sum(influence(graph, path) for path in paths),
    "size": lambda graph, paths: sum(abs(influence(graph, path)) for path in paths),
    "value-and-size": lambda graph, paths: (
        sum(influence(graph, path) for path in paths),
        sum(abs(influence(graph, path)) for path in paths),
    ),
    "count": lambda graph, paths: len(paths),
    "max-product": lambda graph, paths: max((abs(influence(graph, path)) for path in paths), default=0),
    "min-plus": lambda graph, paths: min((sum(weights_of(graph, path)) for path in paths), default=math.inf),
    "max-plus": lambda graph, paths: max((sum(weights_of(graph, path)) for path in paths), default=-math.inf),
    "fewest-edges": lambda graph, paths: min(map(len, paths), default=math.inf),
    "most-edges": lambda graph, paths: max(map(len, paths), default=-math.inf),
    "boolean": lambda graph, paths: any(all(weights_of(graph, path)) for path in paths),
    "log-sum-exp": lambda graph, paths: (
        math.log(sum(math.exp(sum(weights_of(graph, path))) for path in paths)) if paths else -math.inf
    ),
    "expectation": entropy_sums,
    "lengths": lambda graph, paths: (len(paths), sum(map(len, paths)), sum(len(path) ** 2 for path in paths)),
}


def test_every_semiring_of_the_table_is_compared() -> None:
    assert BY_LIST.keys() == SEMIRINGS.keys()


@pytest.mark.parametrize("semiring", BY_LIST)
@SEVERAL
@given(query=queries(dags(INTS | FRACTIONS)))
def test_a_sweep_adds_up_what_the_list_of_all_paths_does(semiring: str, query: Any) -> None:
    graph, source, _ = query
    found = gd.accumulate(graph, source, semiring=semiring)
    assert set(found) == set(graph)
    for node in graph:
        expected = BY_LIST[semiring](graph, walks(graph, source, node))
        if semiring in ("log-sum-exp", "expectation"):
            assert found[node] == pytest.approx(expected, rel=1e-9, abs=1e-9)
        else:
            assert found[node] == expected


@pytest.mark.parametrize("semiring", BY_LIST)
def test_exact_floats_are_taken_as_they_are(semiring: str) -> None:
    graph = weighted([("a", "b", 0.1), ("b", "c", -0.2), ("a", "c", 0.3)])
    found = gd.accumulate(graph, "a", semiring=semiring, exact=True)["c"]
    exact = weighted([(u, v, Fraction(w)) for u, v, w in graph.edges(data="weight")])
    assert found == pytest.approx(BY_LIST[semiring](exact, walks(exact, "a", "c")))


def test_entropy_from_the_expectation() -> None:
    graph = weighted([("a", "b", 1), ("a", "c", 2), ("b", "d", 3), ("c", "d", 5), ("a", "d", 7)])
    total, logs = gd.accumulate(graph, "a", semiring="expectation")["d"]
    assert math.exp(math.log(total) - logs / total) == pytest.approx(gd.explain(graph, "a", "d").effective_paths)


def test_the_critical_path_of_a_plan_and_the_widest_way() -> None:
    plan = weighted([("dig", "wall", 3), ("dig", "pipes", 1), ("wall", "roof", 2), ("pipes", "roof", 7)])
    assert gd.accumulate(plan, "dig", semiring="max-plus")["roof"] == 8
    widest = gd.Semiring(0, math.inf, min, max)
    assert dict(gd.accumulate(plan, "dig", semiring=widest)) == {"dig": math.inf, "wall": 3, "pipes": 1, "roof": 2}


def test_cycles_are_refused_collapsed_and_never_solved() -> None:
    graph = weighted([("a", "b", 0.5), ("b", "a", 0.5), ("b", "c", 2.0)])
    with pytest.raises(CycleError, match="a -> b -> a"):
        gd.accumulate(graph, "a")
    assert gd.accumulate(graph, "a", semiring="count", cycles="collapse")["c"] == 1
    with pytest.raises(CycleError, match="infinitely many"):
        gd.accumulate(graph, "a", cycles="solve")
    assert gd.accumulate(graph, "c", cycles="solve")["c"] == 1


def test_an_overflow_is_an_error() -> None:
    graph = weighted([("a", "b", 1e200), ("b", "c", 1e200)])
    with pytest.raises(ValueOverflowError, match="larger than the largest float"):
        gd.accumulate(graph, "a")


def test_wrong_names_are_refused() -> None:
    graph = weighted([("a", "b", 1)])
    with pytest.raises(UsageError, match="semiring=\"tropical\": use one of 'sum-product'"):
        gd.accumulate(graph, "a", semiring="tropical")
    with pytest.raises(UsageError, match="or a Semiring"):
        gd.accumulate(graph, "a", semiring=max)  # type: ignore[arg-type]
    with pytest.raises(UnknownNodeError, match="no node 'x'"):
        gd.accumulate(graph, "x")


def test_results_read_like_mappings_and_are_written() -> None:
    graph = weighted([("a", "b", 2), ("b", "c", 3)])
    found = gd.accumulate(graph, "a", semiring="value-and-size")
    assert repr(found) == "<value-and-size on 3 nodes: 'a': (1, 1), 'b': (2, 2), 'c': (6, 6)>"
    assert found.to_dict() == {"a": "(1, 1)", "b": "(2, 2)", "c": "(6, 6)"}
    assert gd.accumulate(graph, "a").to_pandas().tolist() == [1, 2, 6]
    assert not found.array.flags.writeable


def test_arrays_without_labels() -> None:
    graph = gd.CompiledGraph.from_arrays([0, 0, 1], [1, 2, 2], np.array([0.5, 1.5, 2.0]))
    assert dict(gd.accumulate(graph, 0, semiring="min-plus")) == {0: 0, 1: 0.5, 2: 1.5}


@given(query=queries(dags(st.floats(-700, 700))))
def test_logarithms_of_totals_beyond_the_floats(query: Any) -> None:
    """Against Fractions of the exponentials, whose logarithm is taken in parts."""
    graph, source, target = query
    found = gd.accumulate(graph, source, semiring="log-sum-exp")[target]
    sums = [math.fsum(weights_of(graph, walk)) for walk in walks(graph, source, target)]
    top = max(sums, default=-math.inf)
    expected = top + math.log(math.fsum(math.exp(s - top) for s in sums)) if sums else -math.inf
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_numbers_that_a_semiring_does_not_take_are_named_by_their_types() -> None:
    x, y = sympy.symbols("x y")
    told = r'^semiring="max-product" does not take weights of the type Fraction and Symbol$'
    graph = weighted([("a", "c", x), ("a", "b", Fraction(1, 2)), ("b", "c", y)])
    with pytest.raises(UsageError, match=told):
        gd.accumulate(graph, "a", semiring="max-product")


def test_the_first_of_values_are_those_first_in_topological_order() -> None:
    graph = weighted([(place, place + 1, 2) for place in range(20)])
    found = gd.accumulate(graph, 0, semiring="lengths")
    assert found.top(2) == [(0, (1, 0, 0)), (1, (1, 1, 1))]
    assert [label for label, _ in found.top()] == list(range(10))
    assert len(found.top(1000)) == 21


def test_values_of_ones_own_semiring_and_of_ours_are_told() -> None:
    graph = weighted([("a", "b", 3)])
    assert repr(gd.accumulate(graph, "a", semiring=gd.Semiring(0, math.inf, min, max))).startswith("<values on 2 nodes")
    assert repr(gd.accumulate(graph, "a", semiring="count")).startswith("<count on 2 nodes")
    with pytest.raises(UsageError, match=r"^give source= or target=: a sweep starts at one end$"):
        gd.accumulate(graph)
    with pytest.raises(UsageError, match=r"^give source= or target=: a sweep starts at one end$"):
        gd.accumulate(graph, "a", "b")


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_only_zero_and_one_of_a_semiring_may_be_infinite(value: float) -> None:
    semiring = gd.Semiring(math.inf, 0, lambda _, weight: value, min)
    graph = weighted([("a", "b", 1)])
    if value == math.inf:
        assert gd.accumulate(graph, "a", semiring=semiring)["b"] == math.inf
    else:
        with pytest.raises(ValueOverflowError, match="larger than the largest float"):
            gd.accumulate(graph, "a", semiring=semiring)
    pairs = gd.Semiring((0, 0), (1, value), lambda pair, weight: pair, lambda a, b: a)
    with pytest.raises(ValueOverflowError, match="larger than the largest float"):
        gd.accumulate(graph, "a", semiring=pairs)
