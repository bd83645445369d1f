"""Strongest walks whose sizes tie: behind weights of 0, below the smallest float, beyond the largest; all ends."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction
from itertools import islice, pairwise, product
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pytest
from graphs import ENGINES, chain, engine, walks, weighted
from hypothesis import given
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.paths import sample, strongest

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run

TINY = 5e-324
#: Weights that tie: zeros of every kind, products below the smallest float, and some that shrink as usual.
WEIGHTS = {
    "floats": st.sampled_from([0.0, -0.0, TINY, -1e-323, 1e-200, 1e-160, 0.25, -0.3]),
    "ints": st.just(0),
    "Fractions": st.sampled_from([Fraction(0), Fraction(1, 5), Fraction(-1, 4), Fraction(1, 10**400)]),
    "complex": st.sampled_from([0j, 0.2j, -0.1 + 0.1j, complex(TINY, TINY)]),
}


def as_fraction_of_size(number: Any) -> Fraction:
    """Return the square of the size, exactly."""
    if isinstance(number, complex):
        return Fraction(number.real) ** 2 + Fraction(number.imag) ** 2
    return Fraction(number) ** 2


def sizes_of_walks(graph: nx.MultiDiGraph, source: Any, target: Any, length: int) -> list[Fraction]:
    """Return the squares of the sizes of all walks of at most so many edges, the largest first."""
    found = []
    for walk in walks(graph, source, target, length):
        size = Fraction(1)
        for edge in walk:
            size *= as_fraction_of_size(graph.edges[edge]["weight"])
        found.append(size)
    return sorted(found, reverse=True)


@st.composite
def tying(draw: Callable[..., Any]) -> nx.MultiDiGraph:
    """Draw a graph of 2 to 4 nodes with cycles, whose walks shrink whatever the signs: a row sums to less than 1."""
    size = draw(st.integers(2, 4))
    weights = WEIGHTS[draw(st.sampled_from(sorted(WEIGHTS)))]
    ends = st.integers(0, size - 1)
    edges = draw(st.lists(st.tuples(ends, ends), min_size=1, max_size=7))
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(size))
    outgoing = dict.fromkeys(range(size), Fraction(0))
    for tail, head in edges:
        weight = draw(weights)
        outgoing[tail] += Fraction(abs(weight))
        if outgoing[tail] < Fraction(9, 10):
            graph.add_edge(tail, head, weight=weight)
    return graph


@given(tying())
def test_the_strongest_walks_come_in_order_and_none_is_left_out(graph: nx.MultiDiGraph) -> None:
    found = gd.strongest_paths(graph, 0, 1, k=12, cycles="solve") if graph.number_of_edges() else []
    squares = []
    for walk in found:
        assert [edge[:2] for edge in walk.edges] == list(pairwise(walk.nodes))
        assert (walk.nodes[0], walk.nodes[-1]) == (0, 1)
        square = Fraction(1)
        for edge in walk.edges:
            square *= as_fraction_of_size(graph.edges[edge]["weight"])
        squares.append(square)
    assert len({walk.edges for walk in found}) == len(found)
    listed = sizes_of_walks(graph, 0, 1, 5)
    assert len(found) >= min(12, len(listed))
    for place, square in enumerate(squares):
        # No walk that is listed may come later than so many that are smaller; sizes have roundings.
        assert sum(size > square * Fraction(1000001, 1000000) for size in listed) <= place


@given(tying())
def test_every_question_about_walks_ends(graph: nx.MultiDiGraph) -> None:
    if not graph.number_of_edges():
        return
    why = gd.explain(graph, 0, 1, cycles="solve")
    assert str(why)
    assert len(why.strongest) <= 10
    if not why.total:
        assert why.zero
    gd.strongest_paths(graph, 0, 1, coverage=0.999, k=50, cycles="solve")


REPORTED = {
    "a zero on the way round": ([("a", "b", 0.0), ("b", "a", 0.5), ("a", "t", 1.0), ("b", "t", 1.0)], 1),
    "underflow on the way round": ([("a", "b", 1e-200), ("b", "a", 1e-200), ("a", "t", 1.0), ("b", "t", 1.0)], 1),
    "two loops, no way across": (
        [("a", "a", 0.5), ("a", "b", 0.0), ("b", "b", 0.5), ("b", "a", 0.0), ("b", "t", 1.0)],
        0,
    ),
    "zero ints": ([("a", "b", 0), ("b", "c", 0), ("c", "a", 0), ("a", "t", 1), ("b", "t", 1)], 1),
    "zeros behind the cycle": (
        [("s", "a", 0.5), ("a", "b", 0.5), ("b", "a", 0.5), ("a", "t", 0.0), ("b", "t", 0.0)],
        0,
    ),
    "subnormal behind it": (
        [("a", "b", 0.5), ("b", "a", 0.5), ("a", "a", 0.25), ("b", "b", 0.25), ("a", "t", 1e-323)],
        2.5e-323,
    ),
    "zero Fractions behind it": (
        [("a", "b", Fraction(1, 2)), ("b", "a", Fraction(1, 2)), ("a", "t", Fraction(0))],
        0,
    ),
    "zero Decimals": ([("a", "b", Decimal("0.5")), ("b", "a", Decimal("0.5")), ("b", "t", Decimal(0))], 0),
    "zero complex": ([("a", "b", 0.5j), ("b", "a", 0.5j), ("b", "t", 0j)], 0),
    "subnormal loop": ([("a", "a", TINY), ("a", "t", TINY)], TINY),
    "roundings that grow": ([("a", "b", 0.5331), ("b", "c", 1.2501), ("c", "a", 1.5001), ("a", "t", TINY)], None),
}


@pytest.mark.parametrize("each_engine", ENGINES)
@pytest.mark.parametrize("case", REPORTED)
def test_reported_ties_end(case: str, each_engine: str) -> None:
    edges, total = REPORTED[case]
    graph = weighted(edges)
    with engine(each_engine):
        why = gd.explain(graph, edges[0][0], "t", cycles="solve")
        assert total is None or why.total == total
        assert len(why.strongest) == 10
        sizes = [abs(path.influence) for path in why.strongest]
        assert total is None or sizes == sorted(sizes, reverse=True)  # roundings may grow
        assert str(why)


def test_zeros_behind_a_cycle_are_said_to_be_zeros(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "zero.csv"
    file.write_text("s,a,0.5\na,b,0.5\nb,a,0.5\na,t,0\nb,t,0\n")
    done = run("why", str(file), "s", "t", "--cycles", "solve")
    assert done.status == 0
    assert "every path has an edge of weight 0" in done.out


def test_the_reported_files_end(shared_data: Path, tmp_path: Path) -> None:
    saved = tmp_path / "damaged.gdiff"
    shutil.copy(shared_data / "reported" / "damaged-saved-graph.gdiff", saved)
    graph = gd.CompiledGraph.load(saved)
    for source, target in product(graph.labels, repeat=2):
        with suppress(gd.errors.GraphdiffError):
            gd.explain(graph, source, target)
            gd.strongest_paths(graph, source, target)


def test_equal_walks_come_the_shorter_first() -> None:
    graph = weighted([("a", "b", 0.5), ("b", "a", 0.5), ("b", "t", 0.0), ("a", "t", 0.0)])
    found = gd.strongest_paths(graph, "a", "t", k=6, cycles="solve")
    assert [walk.length for walk in found] == [1, 2, 3, 4, 5, 6]


class TestSizesThatNoFloatHolds:
    """On a graph without cycles too the order is that of the true sizes."""

    def test_beyond_the_largest(self) -> None:
        graph = weighted(
            [
                ("s", "a", 1e-300),
                ("s", "b", 1e-299),
                ("a", "m", 1.0),
                ("b", "m", 1.0),
                ("m", "n", 1e300),
                ("n", "t", 1e300),
            ]
        )
        found = gd.strongest_paths(graph, "s", "t")
        assert [walk.nodes[1] for walk in found] == ["b", "a"]
        assert [walk.influence for walk in found] == pytest.approx([1e301, 1e300])

    def test_below_the_smallest(self) -> None:
        graph = weighted([("s", "a", 1e-200), ("s", "b", 1e-199), ("a", "t", 1e-200), ("b", "t", 1e-200)])
        assert [walk.nodes[1] for walk in gd.strongest_paths(graph, "s", "t")] == ["b", "a"]

    def test_by_far(self) -> None:
        deep = chain([1e300] * 4000)
        with pytest.raises(gd.errors.ValueOverflowError, match="larger than the largest float"):
            gd.strongest_paths(deep, 0, 4000)


class TestBounds:
    """What depends on data has a bound."""

    def test_walks_that_hardly_shrink_are_not_collected_without_end(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(strongest, "MAX_COVERING_EDGES", 1_000)
        graph = weighted([("a", "a", 0.999999), ("a", "t", 1.0)])
        with pytest.raises(gd.errors.LimitError, match=r"the 45 strongest paths carry only 0\.0% of the influence"):
            gd.strongest_paths(graph, "a", "t", coverage=0.9, cycles="solve")

    def test_nor_drawn(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sample, "MAX_STEPS", 100)
        graph = weighted([("a", "a", 0.999999), ("a", "t", 1.0)])
        with pytest.raises(gd.errors.LimitError, match="walks of more than 100 edges together were drawn"):
            gd.sample_paths(graph, "a", "t", 5, seed=1, cycles="solve")

    def test_walks_of_weights_whose_sizes_are_no_floats_are_refused(self) -> None:
        graph = weighted([("a", "b", 1.7e308), ("a", "c", 1.7e308), ("b", "a", 0.0), ("c", "a", 0.0), ("a", "t", 1.0)])
        graph = nx.MultiDiGraph(graph)
        graph.add_edge("a", "b", weight=1.7e308)
        with pytest.raises(gd.errors.ValueOverflowError, match="whether its walks converge cannot be told"):
            gd.strongest_paths(graph, "a", "t", cycles="solve")

    def test_walks_that_rounding_lets_grow_are_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("graphdiff.paths.strongest.require_shrinking", lambda *part: None)
        graph = weighted([("a", "b", 2.0), ("b", "a", 2.0), ("a", "t", 1.0)])
        with pytest.raises(gd.errors.CycleError, match="No walk round it is the strongest"):
            gd.strongest_paths(graph, "a", "t", cycles="solve")
        still = weighted([("a", "b", 2.0), ("b", "a", 0.5), ("a", "t", 1.0)])
        assert [walk.length for walk in gd.strongest_paths(still, "a", "t", k=3, cycles="solve")] == [1, 3, 5]

    def test_cycles_whose_weights_add_up_to_no_float_are_refused(self) -> None:
        pairs = [("a", "b"), ("b", "a"), ("b", "c"), ("c", "b"), ("c", "a"), ("a", "c")]
        for weight in (1.7e308, 10**400, Fraction(10**400, 3)):
            graph = weighted([(tail, head, weight) for tail, head in pairs])
            with pytest.raises(gd.errors.ValueOverflowError, match="the weights on cycles add up to more than"):
                gd.find_cycles(graph)

    def test_a_function_that_has_every_attribute_is_looked_at_once(self) -> None:
        from unittest.mock import Mock

        with pytest.raises(gd.errors.GraphdiffError):
            gd.trace(Mock(), 1.0)


def test_exact_floats_go_round_too() -> None:
    graph = weighted([("a", "b", 0.5), ("b", "a", 0.5), ("b", "t", 1.0)])
    found = gd.strongest_paths(graph, "a", "t", k=3, cycles="solve", exact=True)
    assert [walk.influence for walk in found] == [Fraction(1, 2), Fraction(1, 8), Fraction(1, 32)]


def test_walks_by_listing_are_those_by_rank() -> None:
    rng = np.random.default_rng(3)
    for _ in range(40):
        graph = nx.MultiDiGraph()
        graph.add_nodes_from(range(4))
        for tail, head in rng.integers(0, 4, (7, 2)).tolist():
            graph.add_edge(tail, head, weight=Fraction(int(rng.integers(-3, 4)), 29))
        found = gd.strongest_paths(graph, 0, 3, k=8, cycles="solve")
        listed = sizes_of_walks(graph, 0, 3, 7)
        squares = [Fraction(walk.influence) ** 2 for walk in found]
        assert squares == list(islice(listed, len(squares))) or any(walk.length > 7 for walk in found)


def test_walks_of_fractions_have_their_product_with_its_sign() -> None:
    third, tiny = Fraction(-1, 3), Fraction(1, 10**400)
    graph = weighted([("a", "a", third), ("a", "t", tiny)])
    walks = gd.strongest_paths(graph, "a", "t", k=300, cycles="solve")
    assert [walk.influence for walk in walks] == [tiny * third**turns for turns in range(300)]
    assert {type(walk.influence) for walk in walks} == {Fraction}
    assert [walk.influence for walk in gd.strongest_paths(weighted([("a", "t", -tiny)]), "a", "t")] == [-tiny]


@pytest.mark.parametrize("name", ENGINES)
def test_float32_weights_are_multiplied_as_floats(name: str) -> None:
    weights = np.array([0.1, 0.2, 0.3], np.float32)
    graphs = [gd.CompiledGraph.from_arrays([1, 2, 2], [0, 1, 0], each) for each in (weights, weights.astype(float))]
    with engine(name):
        short, long = ([path.influence for path in gd.strongest_paths(graph, 2, 0)] for graph in graphs)
    assert short == long == [float(weights[2]), float(weights[0]) * float(weights[1])]


@pytest.mark.parametrize("cycles", ["solve", "reduced-form"])
def test_a_part_of_the_influence_of_ints_round_a_cycle(cycles: Any) -> None:
    graph = nx.DiGraph()
    graph.add_weighted_edges_from([("a", "b", 2), ("b", "x", 0), ("x", "b", 1), ("b", "c", -1), ("a", "c", 1)])
    for name in ENGINES:
        with engine(name):
            found = gd.strongest_paths(gd.compile(graph, cycles=cycles), "a", "c", coverage=0.6)
            assert [path.influence for path in found] == [-2]
