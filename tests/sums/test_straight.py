"""What three walks over lists tell of a total is to the bit what sweeps through what lies between tell."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import networkx as nx
import numpy as np
import pytest
from graphs import INTS, chain, dags, engine, queries, weighted
from hypothesis import given
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff import kernels
from graphdiff.sums.straight import straight
from graphdiff.why.explain import explain_each

FLOATS = st.floats(-1e3, 1e3) | st.sampled_from([0.0, -0.0, 1e-300, 1e200, 5e-324, 1.0])
WEIGHTS = st.one_of(st.just(FLOATS), st.just(INTS)).flatmap(lambda kind: dags(kind, max_nodes=9))


@pytest.fixture(scope="module", autouse=True)
def in_lists() -> Iterator[None]:
    """Have nothing run in kernels, to which a walk over lists is left where they pay at once."""
    with engine("plain Python"):
        yield


def said(total: Any, n_paths: Any, certificate: Any) -> str:
    return repr((total, n_paths, certificate))


def compare(graph: gd.CompiledGraph, source: Any, target: Any) -> bool:
    """Compare with the sweeps, and tell whether there was anything to compare."""
    known = straight(graph, source, target)
    if known is not None:
        why = explain_each([graph], source, target)[0]
        assert said(known.total, known.n_paths, known.certificate) == said(why.total, why.n_paths, why.certificate)
        assert gd.explain(graph, source, target).to_dict() == why.to_dict()
    return known is not None


@given(queries(WEIGHTS))
def test_it_is_what_sweeps_tell(query: tuple[nx.DiGraph, Any, Any]) -> None:
    try:
        compare(gd.compile(query[0]), *query[1:])
    except gd.errors.ValueOverflowError as error:  # pragma: no cover
        pytest.fail(f"a straight total whose parts overflow: {error}")


@pytest.mark.parametrize("kind", [float, int, np.float32])
def test_graphs_of_many_paths(kind: Any) -> None:
    compared = 0
    for seed in range(12):
        rng = np.random.default_rng(seed)
        tails, heads = np.triu_indices(18, 1)
        kept = rng.random(len(tails)) < 0.4
        weights = (rng.normal(size=kept.sum()) * 3).astype(int if kind is int else kind)
        graph = gd.CompiledGraph.from_arrays(tails[kept], heads[kept], weights, n_nodes=18)
        compared += sum(compare(graph, source, target) for source, target in ((0, 17), (1, 12), (3, 16)))
    assert compared >= 25


def test_parallel_edges_and_what_leads_nowhere() -> None:
    graph = gd.compile(
        weighted(
            [("a", "b", 2.0), ("a", "b", -3.0), ("b", "c", 0.5), ("a", "x", 4.0), ("y", "c", 8.0), ("b", "z", 1.0)]
        )
    )
    assert compare(graph, "a", "c")
    assert straight(graph, "a", "c")[:2] == (-0.5, 2)  # type: ignore[index]


@pytest.mark.parametrize(
    "graph, ends",
    [
        (chain([0.5, 2.0]), (0, 0)),
        (chain([0.5, 2.0]), (2, 0)),
        (chain([0.5, 2.0]), (0, 7)),
        (chain([0.5, 2.0]), ([0], 2)),
        (chain([0.5, 2.0]), ({0: 2.0}, 2)),
        (chain([0.5, 2.0]), (gd.ROOTS, gd.LEAVES)),
        (chain([1e200, 1e200, 1e-200]), (0, 3)),
        (chain([1e-300, 1e200, 1e200]), (0, 3)),
        (chain([1e-200, 1e-200]), (0, 2)),
        (chain([0.5, 0.0]), (0, 2)),
        (chain([Fraction(1, 2), Fraction(2)]), (0, 2)),
        (weighted([(0, 1, 0.5), (1, 0, 0.5), (1, 2, 1.0)]), (0, 2)),
    ],
)
def test_all_else_is_left_to_sweeps(graph: nx.DiGraph, ends: tuple[Any, Any]) -> None:
    assert straight(gd.compile(graph, cycles="solve"), *ends) is None


def test_exact_floats_are_left_to_sweeps() -> None:
    assert straight(gd.compile(chain([0.5, 2.0]), exact=True), 0, 2) is None
    assert straight(gd.compile(chain([5, 2]), exact=True), 0, 2) is not None


def test_kernels_take_over_where_all_is_left_to_them() -> None:
    with engine("kernels"):
        left = straight(gd.compile(chain([0.5, 2.0])), 0, 2) is None
    assert left == kernels.available()


def test_what_was_not_asked_yet_is_of_the_graph_as_it_was() -> None:
    graph = chain([0.5, 2.0, 4.0])
    why = gd.explain(graph, 0, 3)
    graph.remove_node(1)
    assert dict(why.edge_contributions) == {(0, 1): 4.0, (1, 2): 4.0, (2, 3): 4.0}
    assert why.lengths == (3, 3)
