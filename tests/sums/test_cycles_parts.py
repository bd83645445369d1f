"""What solves a component, and every refusal word by word: each with the number it names and what can be done."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy

import graphdiff as gd
from graphdiff.errors import CycleError, FormatError, GraphdiffError, LimitError, ValueOverflowError
from graphdiff.graph.compiled import CompiledGraph
from graphdiff.sums import cycles as parts

X = sympy.Symbol("x")


def graph_of(edges: list[tuple[int, int, Any]], **options: Any) -> CompiledGraph:
    tails, heads, weights = (list(column) for column in zip(*edges, strict=True))
    return CompiledGraph.from_arrays(tails, heads, weights, **options)


def two(weight: Any, **options: Any) -> CompiledGraph:
    """Return 0 <-> 1 -> 2, all edges of one weight."""
    return graph_of([(0, 1, weight), (1, 0, weight), (1, 2, weight)], **options)


def told(error: type[GraphdiffError], call: Any, *arguments: Any) -> str:
    with pytest.raises(error, match="cycle") as caught:
        call(*arguments)
    return str(caught.value)


ROUND = "the graph has a cycle: 0 -> 1 -> 0."
AS_EQUATIONS = (
    '; cycles="reduced-form" solves the edges as simultaneous equations, (I - A)^-1, which is no sum of walks'
)
NO_EQUATIONS = ", and 1 is an eigenvalue: as simultaneous equations the edges have no one solution either"
MERGED = '; cycles="collapse" makes it one node'


@pytest.mark.parametrize(
    "weight, a, b",
    [
        (0.5, 4 / 3, 2 / 3),
        (-0.5, 4 / 3, -2 / 3),
        (Fraction(1, 2), Fraction(4, 3), Fraction(2, 3)),
        (Fraction(-1, 2), Fraction(4, 3), Fraction(-2, 3)),
        (0.5j, 0.8, 0.4j),
        (Decimal("0.5"), Decimal(4) / 3, Decimal(2) / 3),
    ],
)
@pytest.mark.parametrize("policy", ["solve", "reduced-form"])
def test_walks_are_the_inverse(weight: Any, a: Any, b: Any, policy: Any) -> None:
    graph = two(weight, cycles=policy)
    made = parts.walks(graph, 0, 2)
    exact = isinstance(weight, Fraction)
    for row, expected in zip(np.asarray(made).tolist(), [[a, b], [b, a]], strict=True):
        for entry, number in zip(row, expected, strict=True):
            assert entry == number if exact else abs(entry - number) < 1e-15
    assert type(made[0][1]) in (np.float64, np.complex128, type(weight))
    assert parts.walks(graph, 0, 2) is parts.walks(graph, 0, 2)
    parts.require_shrinking(graph, 0, 2)


@pytest.mark.parametrize(
    "weight, radius, instead",
    [
        (1.0, 1, NO_EQUATIONS),
        (1, 1, NO_EQUATIONS),
        (-1.0, 1, NO_EQUATIONS),
        (Fraction(1), 1, NO_EQUATIONS),
        (2.0, 2, AS_EQUATIONS),
        (-2.5, 2.5, AS_EQUATIONS),
        (Fraction(2), 2, AS_EQUATIONS),
        (Fraction(-2), 2, AS_EQUATIONS),
        (Decimal(2), 2, AS_EQUATIONS),
        (1j, 1, AS_EQUATIONS),
        (1e308, "1e+308", AS_EQUATIONS),
    ],
)
def test_walks_that_do_not_converge_are_refused_with_their_radius(weight: Any, radius: Any, instead: str) -> None:
    solving = f'{ROUND} cycles="solve" cannot sum its walks: their spectral radius is {radius} and must be below 1'
    assert told(CycleError, parts.walks, two(weight, cycles="solve"), 0, 2) == solving + instead
    shrinking = (
        f"{ROUND} No walk round it is the strongest, for they do not shrink: the spectral radius of the absolute"
    )
    made = told(CycleError, parts.require_shrinking, two(weight, cycles="solve"), 0, 2)
    assert made == f"{shrinking} weights is {radius}{MERGED}"
    error = str(parts.cycle_error(two(weight), 0, 2))
    reduced = AS_EQUATIONS if instead == AS_EQUATIONS else ""
    assert (
        error
        == f'{ROUND} cycles="solve" sums its walks (spectral radius {radius}: they do not converge){reduced}{MERGED}'
    )
    assert list(parts.solving(two(weight), 0)) == []


def test_weights_of_a_preset_may_be_collapsed_instead() -> None:
    graph = gd.compile([("a", "b"), ("b", "a"), ("b", "c")], weight=gd.weights.unit, cycles="solve")
    assert graph.preset is not None
    error = told(CycleError, parts.walks, graph, 0, 2)
    assert error == (
        'the graph has a cycle: a -> b -> a. cycles="solve" cannot sum its walks: their spectral radius is 1 and must '
        f"be below 1{NO_EQUATIONS}{MERGED}"
    )


@pytest.mark.parametrize("weight", [0.5, Fraction(1, 2), 0.5j, Decimal("0.5"), -0.5])
def test_walks_that_converge_are_what_a_cycle_error_offers(weight: Any) -> None:
    error = parts.cycle_error(two(weight), 0, 2)
    assert str(error) == f'{ROUND} cycles="solve" sums its walks (spectral radius 0.5){MERGED}'
    keeping = parts.Remedy(parts.Keyword("cycles", "solve"), "keeps every node")
    assert list(parts.solving(two(weight), 0)) == [keeping]
    assert str(parts.cycle_error(two(X), 0, 2)) == f'{ROUND} cycles="solve" sums its walks{MERGED}'
    assert list(parts.solving(two(X), 0)) == []


def test_of_a_component_that_is_not_small_no_radius_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "MAX_NAMED", 2)
    assert "spectral radius 0.5" in str(parts.cycle_error(two(0.5), 0, 2))
    monkeypatch.setattr(parts, "MAX_NAMED", 1)
    assert str(parts.cycle_error(two(0.5), 0, 2)) == f'{ROUND} cycles="solve" sums its walks{MERGED}'
    assert list(parts.solving(two(0.5), 0)) == []
    monkeypatch.setattr(parts, "MAX_NAMED", 1)
    error = told(CycleError, parts.walks, two(2.0, cycles="solve"), 0, 2)
    assert error.startswith(f'{ROUND} cycles="solve" cannot sum its walks: their spectral radius is at least 2 and')
    error = told(CycleError, parts.require_shrinking, two(2.0, cycles="solve"), 0, 2)
    assert error.endswith(f"the spectral radius of the absolute weights is at least 2{MERGED}")
    # With a sign only eigenvalues tell.
    error = told(CycleError, parts.walks, two(-2.0, cycles="solve"), 0, 2)
    assert "spectral radius is 2 and" in error


def test_calls_that_do_not_converge_are_only_merged() -> None:
    for weight, instead in ((2.0, ""), (0.5, ' cycles="solve" sums its walks (spectral radius 0.5);')):
        graph = gd.compile([("f", "g", weight), ("g", "f", weight)])
        object.__setattr__(graph, "edge_meaning", "calls")
        made = str(parts.cycle_error(graph, 0, 2))
        assert made == f'the graph has a cycle: f -> g -> f.{instead} cycles="collapse" makes it one node'


@pytest.mark.parametrize(
    "weight, why",
    [
        (1.0, "proven regular; its condition number is inf: it is singular or as good as that; exact=True decides"),
        (Fraction(1), "regular, and it is singular"),
        (Decimal(1), "regular, and it is singular"),
    ],
)
def test_equations_without_one_solution_are_refused(weight: Any, why: str) -> None:
    error = told(CycleError, parts.walks, two(weight, cycles="reduced-form"), 0, 2)
    assert error == f'{ROUND} cycles="reduced-form" needs I - A {why}'
    turning = graph_of([(0, 1, 1j), (1, 0, -1j)], cycles="reduced-form")
    assert told(CycleError, parts.walks, turning, 0, 2).endswith(": it is singular or as good as that")


@pytest.mark.parametrize("weight", [2.0, Fraction(2), Decimal(2), 2 + 0j])
def test_equations_are_solved_where_walks_do_not_converge(weight: Any) -> None:
    made = np.asarray(parts.walks(two(weight, cycles="reduced-form"), 0, 2)).tolist()
    for row, expected in zip(made, [[-1, -2], [-2, -1]], strict=True):
        assert [complex(entry) for entry in row] == pytest.approx([number / 3 for number in expected])
    if isinstance(weight, Decimal):
        assert made[0] == [Decimal(-1) / 3, Decimal(-2) / 3]
    if isinstance(weight, (float, complex)):
        enclosed = parts.enclosed(two(weight, cycles="reduced-form"), 0, 2)
        assert not isinstance(enclosed, parts.Factor)
        assert enclosed.is_proven


def test_symbols_are_inverted_formally() -> None:
    for policy in ("solve", "reduced-form"):
        made = parts.walks(two(X, cycles=policy), 0, 2)
        assert [
            [sympy.simplify(e - f) for e, f in zip(row, other, strict=True)]
            for row, other in zip(
                made, [[1 / (1 - X**2), X / (1 - X**2)], [X / (1 - X**2), 1 / (1 - X**2)]], strict=True
            )
        ] == [[0, 0], [0, 0]]


def test_a_pivot_of_0_is_found_further_down() -> None:
    for weight in (Fraction(1), Decimal(1), X / X):
        # I - A is [[0, -1], [-1, 1]], whose inverse is [[-1, -1], [-1, 0]].
        graph = graph_of([(0, 0, weight), (0, 1, weight), (1, 0, weight)], cycles="reduced-form")
        assert [[int(entry) for entry in row] for row in parts.walks(graph, 0, 2)] == [[-1, -1], [-1, 0]]
    assert parts._inverse(1, [(0, 0, Fraction(1))], Fraction(1), Fraction(0), False) is None
    assert parts._inverse(1, [(0, 0, Fraction(2))], Fraction(1), Fraction(0), True) is None
    assert parts._inverse(1, [(0, 0, Fraction(2))], Fraction(1), Fraction(0), False) == [[-1]]
    ones = parts._inverse(2, [(0, 1, Fraction(-1)), (1, 0, Fraction(1, 2))], Fraction(1), Fraction(0), False)
    assert ones == [[Fraction(2, 3), Fraction(-2, 3)], [Fraction(1, 3), Fraction(2, 3)]]
    swapped = [(0, 0, Fraction(1)), (0, 1, Fraction(1)), (1, 0, Fraction(1))]
    assert parts._inverse(2, swapped, Fraction(1), Fraction(0), True) is None
    three = [(0, 1, Fraction(2)), (1, 2, Fraction(3)), (2, 0, Fraction(1, 12)), (0, 2, Fraction(1))]
    assert parts._inverse(3, three, Fraction(1), Fraction(0), True) == [
        [Fraction(12, 5), Fraction(24, 5), Fraction(84, 5)],
        [Fraction(3, 5), Fraction(11, 5), Fraction(36, 5)],
        [Fraction(1, 5), Fraction(2, 5), Fraction(12, 5)],
    ]


# -- limits


def test_a_component_of_too_many_nodes_names_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "MAX_SOLVED_EXACTLY", 1)
    for policy in ("solve", "reduced-form"):
        with pytest.raises(LimitError) as caught:
            parts.walks(two(Fraction(1, 2), cycles=policy), 0, 2)
        assert str(caught.value) == (
            f'a cycle runs through 2 nodes, and cycles="{policy}" takes up to 1 in exact numbers, of which elimination '
            "takes long; of floats it takes any; graphdiff.sums.cycles.MAX_SOLVED_EXACTLY is that limit" + MERGED
        )
    parts.walks(two(0.5, cycles="solve"), 0, 2)
    monkeypatch.setattr(parts, "MAX_SOLVED_EXACTLY", 2)
    parts.walks(two(Fraction(1, 2), cycles="solve"), 0, 2)


def test_large_components_are_factored_and_are_not_known_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("scipy", reason="scipy is not installed")
    monkeypatch.setattr(parts, "MAX_SOLVED", 1)
    monkeypatch.setattr(parts, "MAX_SOLVED_EXACTLY", 1)
    for weight in (0.5, -0.5, 0.5j):
        graph = two(weight, cycles="solve")
        solved = parts.walks(graph, 0, 2)
        assert isinstance(solved, parts.Factor)
        assert parts.enclosed(graph, 0, 2) is solved
        assert set(graph.absolute.solved) == {0}
        assert solved.ahead([1, 0]) == pytest.approx(np.array([1, weight]) / (1 - weight**2))
        with pytest.raises(LimitError) as caught:
            parts.whole_walks(graph, 0, 2)
        assert str(caught.value) == (
            "a cycle runs through 2 nodes, and this takes every walk between any two of them, which is known of up to "
            "1; graphdiff.what_if removes edges that are named"
        )
        parts.require_shrinking(graph, 0, 2)
    with pytest.raises(ValueOverflowError, match=r"^weights on a cycle are, or add up to, more than the largest float"):
        parts.walks(graph_of([(0, 1, 1e308), (0, 1, 1e308), (1, 0, 1.0)], cycles="solve"), 0, 2)


def test_large_components_that_are_not_proven_to_shrink_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("scipy", reason="scipy is not installed")
    monkeypatch.setattr(parts, "MAX_SOLVED", 1)
    error = told(CycleError, parts.walks, two(2.0, cycles="solve"), 0, 2)
    assert (
        error == f'{ROUND} cycles="solve" cannot sum its walks: their spectral radius is at least 2 and must be below 1'
    )
    with pytest.raises(LimitError) as caught:
        parts.walks(two(-2.0, cycles="solve"), 0, 2)
    told_first = (
        'a cycle runs through 2 nodes, and cycles="solve" takes up to 1 where walks are not proven to converge: '
    )
    assert str(caught.value).startswith(told_first + "their spectral radius is ")
    assert "and that of the absolute weights at least 2; graphdiff.sums.cycles.MAX_SOLVED is" in str(caught.value)


def test_refusals_of_large_components_say_what_is_known_of_their_radius() -> None:
    graph, reduced = two(0.5, cycles="solve"), two(0.5, cycles="reduced-form")
    sizes, signed = np.array([0.5, 0.5]), np.array([0.5, -0.5])
    for known, weights, of, why in (
        (parts.Unproven(0.9, 1.5), sizes, graph, "is at least 0.9 and at most 1.5"),
        (parts.Unproven(0.9, np.inf), sizes, graph, "is at least 0.9"),
        (parts.Unproven(2.0, 3.0), sizes, reduced, "is at least 2 and at most 3"),
        (parts.Unproven(2.0, 3.0), signed, graph, "is at most 3, and that of the absolute weights at least 2"),
        (parts.Unproven(2.0, np.inf), signed, graph, "is not bounded, and that of the absolute weights at least 2"),
        (parts.Unproven(2.0, np.inf), sizes * 1j, graph, "is not bounded, and that of the absolute weights at least 2"),
    ):
        made = parts._unproven(of, 0, 2, known, weights)
        assert isinstance(made, LimitError)
        assert str(made) == (
            f'a cycle runs through 2 nodes, and cycles="{of.cycles}" takes up to 5,000 where walks are not proven to '
            f"converge: their spectral radius {why}; graphdiff.sums.cycles.MAX_SOLVED is that limit{MERGED}"
        )
    for least in (parts.MAX_RADIUS, 2.0):
        assert isinstance(parts._unproven(graph, 0, 2, parts.Unproven(least, 3.0), sizes), CycleError)


@pytest.mark.parametrize("policy", ["solve", "reduced-form"])
def test_weights_beyond_the_floats_are_no_matrix(policy: Any) -> None:
    beyond = Fraction(10) ** 400
    match = (
        "^weights on a cycle are, or add up to, more than the largest float .1.8e308., and whether its walks converge "
    )
    if policy == "solve":
        with pytest.raises(ValueOverflowError, match=match + r"cannot be told"):
            parts.walks(two(-beyond, cycles=policy), 0, 2)
    with pytest.raises(ValueOverflowError, match=match):
        parts.require_shrinking(two(beyond, cycles=policy), 0, 2)
    twice = graph_of([(0, 1, 1e308), (0, 1, 1e308), (1, 0, 1.0)], cycles="solve")
    with pytest.raises(ValueOverflowError, match=match):
        parts.walks(twice, 0, 2)
    with pytest.raises(ValueOverflowError, match=match):
        parts.require_shrinking(twice, 0, 2)
    assert str(parts.cycle_error(two(beyond), 0, 2)) == f'{ROUND} cycles="solve" sums its walks{MERGED}'
    assert str(parts.cycle_error(twice, 0, 2)) == f'{ROUND} cycles="solve" sums its walks{MERGED}'


# -- which components


def test_components_on_the_way_by_policy() -> None:
    # 0 -> (1 <-> 2) -> 3 -> (4 <-> 5), and 6 -> 7.
    edges = [(0, 1, 0.5), (1, 2, 0.5), (2, 1, 0.5), (2, 3, 1.0), (3, 4, 1.0), (4, 5, 0.5), (5, 4, 0.5), (6, 7, 1.0)]
    solving, merging, refusing = (graph_of(edges, cycles=policy) for policy in ("solve", "collapse", "raise"))
    at = [solving.topology.position(node) for node in range(8)]
    first, second = sorted(solving.topology.cyclic.tolist())
    if first[0] != min(at[1], at[2]):
        first, second = second, first
    one, other = (min(at[1], at[2]), max(at[1], at[2]) + 1), (min(at[4], at[5]), max(at[4], at[5]) + 1)
    for graph, found in ((solving, [one]), (merging, [])):
        assert parts.on_the_way(graph, [at[0]], [at[3]]) == found
        assert parts.on_the_way(graph, [at[1]], [at[2]]) == found
        assert parts.on_the_way(graph, [at[3]], [at[3]]) == []
        assert parts.on_the_way(graph, [at[6]], [at[7]]) == []
        assert parts.on_the_way(graph, None, [at[3]]) == found
        assert parts.components_between(graph, [at[0]], [at[3]]) == [one]
        assert parts.components_between(graph, [at[3]]) == [other]
        assert parts.components_between(graph) == sorted([one, other])
        nodes, loops = parts.restricted(graph, [at[0]], [at[3]])
        assert loops == found
        assert set(nodes) == ({at[0], at[1], at[2], at[3]} if found else {at[0], one[0], at[3]})
        assert parts.positions_between(graph, [at[0]], [at[3]]).tolist() == nodes.tolist() == sorted(nodes)
    assert parts.on_the_way(solving, [at[0]]) == sorted([one, other])
    assert parts.on_the_way(solving) == sorted([one, other])
    for ends in (([at[0]], [at[3]]), ([at[1]], [at[2]])):
        assert ROUND[:20] in told(CycleError, parts.on_the_way, refusing, *ends)
    assert parts.on_the_way(refusing, [at[6]], [at[7]]) == parts.on_the_way(refusing, [at[3]], [at[3]]) == []
    assert parts.mask_ahead(solving, [at[3], at[6]]).nonzero()[0].tolist() == sorted({at[3], other[0], at[6], at[7]})
    assert parts.mask_ahead(solving, []).tolist() == [False] * 8
    assert parts.mask_ahead(solving, None).tolist() == [True] * 8
    assert parts.between_mask(solving, [at[0]], []).tolist() == [False] * 8
    plain = graph_of([(0, 1, 1.0)])
    assert parts.components_between(plain) == parts.on_the_way(plain) == []


def test_edges_within_a_component_are_counted_from_its_first_position() -> None:
    graph = graph_of([(0, 1, 2.0), (1, 2, 3.0), (2, 1, 5.0), (1, 1, 0.5), (2, 3, 7.0)], cycles="solve")
    start, stop = graph.topology.cyclic[0].tolist()
    places = {graph.topology.label(start + place): place for place in range(stop - start)}
    expected = sorted([(places[1], places[2], 3.0), (places[2], places[1], 5.0), (places[1], places[1], 0.5)])
    assert sorted(parts.component_entries(graph, start, stop)) == expected
    alone = graph_of([(0, 1, 3.0), (1, 0, 5.0)], cycles="solve")
    assert sorted(parts.component_entries(alone, 0, 2)) == [(0, 1, 3.0), (1, 0, 5.0)]


def test_a_cycle_is_a_shortest_one_through_the_first_node() -> None:
    graph = graph_of([(0, 1, 0.1), (1, 2, 0.1), (2, 3, 0.1), (3, 0, 0.1), (1, 3, 0.1), (2, 1, 0.1)], cycles="solve")
    found = parts.find_cycle(graph, 0, 4)
    assert found[0] == found[-1] == graph.topology.label(0)
    edges = {(0, 1), (1, 2), (2, 3), (3, 0), (1, 3), (2, 1)}
    assert all(pair in edges for pair in zip(found, found[1:], strict=False))
    assert len(found) == {0: 4, 1: 3, 2: 3, 3: 4}[found[0]]
    assert parts.find_cycle(graph_of([(0, 0, 0.5)], cycles="solve"), 0, 1) == [0, 0]
    acyclic = graph_of([(0, 1, 1.0), (1, 2, 1.0)])
    with pytest.raises(FormatError, match=r"^the saved graph is damaged: one of its components has no cycle$"):
        parts.find_cycle(acyclic, 0, 3)
