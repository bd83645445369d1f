"""Each part of a certificate by itself, beside the formula that it is."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.graph.ends import Seeds
from graphdiff.sums import certificate as parts
from graphdiff.sums.between import restriction
from graphdiff.sums.certificate import Certificate, change_bound
from graphdiff.sums.flow import flow, flow_through

U = 2.0**-53


def chain(weights: Any, **options: Any) -> gd.CompiledGraph:
    size = len(weights)
    return gd.CompiledGraph.from_arrays(list(range(size)), list(range(1, size + 1)), weights, **options)


def known(value: float, bound: float) -> Certificate:
    return Certificate(value, abs(value), 1.0, bound, 0)


# -- a change of two totals


@pytest.mark.parametrize(
    "change, totals, certificates, expected",
    [
        (1.0, (2.0, 3.0), (known(2.0, 0.25), known(3.0, 0.5)), 0.75 + U * (1 + 2.0**-20)),
        # The certificate is of 2.5, in another order of the sum: what these differ by comes on top.
        (1.0, (2.0, 3.0), (known(2.5, 0.25), known(3.0, 0.5)), 1.25 + U * (1 + 2.0**-20)),
        (-1024.0, (2.0, 3.0), (known(2.0, 0.0), known(3.0, 0.5)), 0.5 + 1024 * U * (1 + 2.0**-20)),
        (1, (2, 3), (known(2, 0.0), known(3, 0.0)), 0.0),
        (1.0, (2.0, 3.0), (known(2.0, 0.25), None), None),
        (1.0, (2.0, 3.0), (None, known(2.0, 0.25)), None),
    ],
)
def test_a_change_is_off_by_what_both_totals_are_and_a_rounding(
    change: float, totals: Any, certificates: Any, expected: float | None
) -> None:
    assert change_bound(change, totals, certificates) == expected


def test_the_rounding_of_a_large_change_is_no_less_than_one() -> None:
    tiny = 2.0**-1000
    bound = change_bound(2.0**60, (1.0, 1.0), (known(1.0, tiny), known(1.0, tiny)))
    assert bound is not None
    assert bound > U * 2.0**60
    assert bound <= U * 2.0**60 * (1 + 2.0**-19)


def test_as_many_certificates_as_totals_are_needed() -> None:
    with pytest.raises(ValueError, match=r"zip\(\) argument 2 is shorter"):
        change_bound(1.0, (2.0, 3.0), (known(2.0, 0.25),))


# -- totals without ends, and bounds in no time


def test_a_total_without_ends_is_an_exact_0() -> None:
    graph = chain([0.5])
    for sources, targets in ((Seeds([]), Seeds([1])), (Seeds([0]), Seeds([]))):
        assert parts.certified((graph, sources, targets)) == Certificate(0, 0, 1.0, 0.0, 15)
        assert parts.rough_bound((graph, sources, targets)) == 0.0


@pytest.mark.parametrize(
    "graph",
    [
        chain([1, 2]),
        chain([Fraction(1, 2)] * 2),
        gd.CompiledGraph.from_arrays([0, 1, 1], [1, 0, 2], [0.5] * 3, cycles="solve"),
    ],
)
def test_a_bound_in_no_time_is_of_floats_without_cycles(graph: gd.CompiledGraph) -> None:
    assert parts.rough_bound((graph, Seeds([0]), Seeds([graph.n_nodes - 1]))) == math.inf


def test_a_bound_in_no_time_counts_every_edge_and_end() -> None:
    graph = chain([0.5, 3.0, -2.0])
    bound = parts.rough_bound((graph, Seeds([0]), Seeds([3])))
    product = parts.COMPLEX_PRODUCT + 1
    n = product * 3 + (1 + product) + 2
    # What underflow takes is nothing beside these.
    assert bound == pytest.approx(n * U / (1 - n * U) * 3.0, rel=1e-5, abs=0)
    assert bound >= n * U / (1 - n * U) * 3.0
    whole = gd.explain(graph, 0, 3).certificate
    assert whole is not None
    assert bound >= whole.error_bound
    assert parts.rough_bound_of(flow(graph, Seeds([0]), Seeds([3]))) == bound


def test_the_bound_on_a_sum_over_edges_is_gamma_of_its_roundings() -> None:
    made = parts._gamma(np.array([0, 0, 2]), 3)
    for bound, n_edges in zip(made.tolist(), [2, 0, 1], strict=True):
        most = (n_edges + 8) * 4 * U
        assert bound == most / (1 - most)


# -- what leaves the range of floats


@pytest.mark.parametrize(
    "weights, is_bounded",
    [
        ([1000] * 110, True),  # ints have no range
        ([Fraction(1000)] * 110, True),
        ([1000.0] * 102, False),
        ([1000.0] * 50 + [0.001] * 50, True),
        ([1000.0] * 102 + [0.001] * 102, False),  # what reaches the middle does
        ([0.001] * 50 + [1000.0] * 50, True),
        ([0.001] * 102 + [1000.0] * 102, False),  # what leads on from it does
        ([0.5, 2.0], True),
        ([1000j] * 101, False),
        ([1000j] * 50, True),
    ],
)
def test_what_may_leave_the_range_of_floats(weights: list[Any], is_bounded: bool) -> None:
    between = restriction(chain(weights), Seeds([0]), Seeds([len(weights)]))
    assert parts.is_bounded(between, flow_through(between)) is is_bounded


def test_what_passes_a_cycle_is_bounded_by_the_product_of_both_ways() -> None:
    ends = [(0, 1), (1, 2), (2, 1), (2, 3)]
    for weights, is_bounded in (([1e50, 0.5, 0.5, 1e50], True), ([1e100, 0.5, 0.5, 1e100], False)):
        graph = gd.CompiledGraph.from_arrays(*zip(*ends, strict=True), weights, cycles="solve")  # type: ignore[misc]
        between = restriction(graph, Seeds([0]), Seeds([3]))
        assert parts.is_bounded(between, flow_through(between)) is is_bounded


def test_the_largest_value_between_is_of_what_lies_there() -> None:
    between: Any = SimpleNamespace(positions=np.array([1, 3]))
    assert parts._most(np.array([9.0, 2.0, 8.0, 4.0]), between) == 4.0
    assert parts._most([9, 2, 8, Fraction(7, 2)], between) == Fraction(7, 2)
    nothing: Any = SimpleNamespace(positions=np.array([], dtype=int))
    assert parts._most(np.array([9.0]), nothing) == 0.0
    assert parts._most([9], nothing) == 0.0


# -- how adjoints are off that miss their equations


@pytest.mark.parametrize("seed", range(6))
def test_how_far_adjoints_are_off_is_bounded_from_above_and_near(seed: int) -> None:
    rng = np.random.default_rng(seed)
    tails, heads = np.triu_indices(7, 1)
    weights = rng.normal(size=len(tails))
    # From 4 back to 2: a cycle in the middle.
    ends = [*tails.tolist(), 4], [*heads.tolist(), 2]
    graph = gd.CompiledGraph.from_arrays(*ends, [*weights.tolist(), 0.01], cycles="solve")
    between = restriction(graph, Seeds([0]), Seeds([6]))
    assert between.n_nodes == 7
    missed = rng.random(7)
    off = parts._off(between, graph, missed)
    expected = through_between(between, graph, missed)
    assert (off >= expected * (1 - 1e-12)).all()
    assert (off <= expected * 20).all()


def through_between(between: Any, graph: gd.CompiledGraph, missed: Any) -> Any:
    """Return the same by the edges out of each component and the exact inverse of each component, dense."""
    n = between.n_nodes
    weights = np.zeros((n, n))
    tails = np.repeat(np.arange(n), np.diff(between.ptr))
    for tail, head, weight in zip(
        tails.tolist(), between.heads.tolist(), np.asarray(graph.weights)[between.edges].tolist(), strict=True
    ):
        weights[tail, head] += weight
    places = np.searchsorted(between.positions, np.array(between.loops)).tolist()
    inner = np.zeros((n, n))
    for start, after in places:
        inner[start:after, start:after] = weights[start:after, start:after]
    # The inverse of each component as it is, the edges between components by their sizes.
    inverse = np.abs(np.linalg.inv(np.eye(n) - inner))
    outer = np.abs(weights - inner)
    return np.linalg.inv(np.eye(n) - inverse @ outer) @ inverse @ np.asarray(missed)


def test_what_underflow_takes_is_in_how_far_adjoints_are_off() -> None:
    graph = chain([0.5, 0.5])
    between = restriction(graph, Seeds([0]), Seeds([2]))
    off = parts._off(between, graph, np.zeros(3))
    assert (off >= 0).all()
    assert off[0] > 0
    assert off[2] == 0


def gamma(count: float) -> float:
    return count * U / (1 - count * U)


def test_each_edge_of_a_chain_adds_its_roundings_to_how_far_adjoints_are_off() -> None:
    between = restriction(chain([0.5, -2.0]), Seeds([0]), Seeds([2]))
    off = parts._off(between, between.graph, np.array([1.0, 2.0, 4.0]))
    last = 4 * (1 + 4 * gamma(4))
    behind = (2 + 2 * last) * (1 + 4 * gamma(5)) + parts.UNDERFLOW
    assert off.tolist() == [(1 + 0.5 * behind) * (1 + 4 * gamma(5)) + parts.UNDERFLOW, behind, last]
    both = gd.CompiledGraph.from_arrays([0, 0], [1, 1], [0.5, 0.25])
    off = parts._off(restriction(both, Seeds([0]), Seeds([1])), both, np.array([1.0, 4.0]))
    assert off.tolist() == [(1 + 0.75 * off[1]) * (1 + 4 * gamma(6)) + 2 * parts.UNDERFLOW, 4 * (1 + 4 * gamma(4))]


def test_only_edges_out_of_a_component_lead_on() -> None:
    graph = gd.CompiledGraph.from_arrays([0, 1, 2, 2, 1], [1, 2, 1, 3, 3], [2.0, 3.0, 0.1, 5.0, 7.0], cycles="solve")
    between = restriction(graph, Seeds([0]), Seeds([3]))
    inner = [between.labels.index(1), between.labels.index(2)]
    leaving = parts._leaving(between, [[min(inner), max(inner) + 1]])
    weights = {label: leaving[place] for place, label in enumerate(between.labels)}
    assert weights == {0: [(between.labels.index(1), 2.0)], 1: [(3, 7.0)], 2: [(3, 5.0)], 3: []}
    loop = gd.CompiledGraph.from_arrays([0, 0], [0, 1], [0.5, 2.0], cycles="solve")
    assert parts._leaving(restriction(loop, Seeds([0]), Seeds([1])), [[0, 1]]) == [[(1, 2.0)], []]


@pytest.mark.parametrize("seeds", [(None, None), ([3.0], [-2.0]), ([1j], [2.0])])
def test_a_system_knows_by_how_much_values_miss_it(seeds: Any) -> None:
    graph = gd.CompiledGraph.from_arrays([0, 0, 1], [1, 2, 2], [0.5, 3.0, -4.0])
    between = restriction(graph, Seeds([0], seeds[0]), Seeds([2], seeds[1]))
    system = parts._System.of(between)
    start, end = (1.0 if numbers is None else numbers[0] for numbers in seeds)
    assert (system.sources.tolist(), system.targets.tolist()) == ([start, 0, 0], [0, 0, end])
    assert (system.tails.tolist(), system.heads.tolist()) == ([0, 0, 1], [1, 2, 2])
    assert (system.turned.tails.tolist(), system.turned.heads.tolist()) == ([1, 2, 2], [0, 0, 1])
    assert (system.turned.sources.tolist(), system.turned.targets.tolist()) == ([0, 0, end], [start, 0, 0])
    values = np.array([2.0, 8.0, 16.0])
    # What comes in: the seed; 0.5 · 2; 3 · 2 - 4 · 8.
    off = [abs(start - 2), 7, abs(6 - 32 - 16)]
    sizes = [abs(start) + 2, 8 + 1, 16 + 6 + 32]
    bounds = [m / (1 - m) for m in ((n + 8) * 4 * U for n in (0, 1, 2))]
    expected = [o + g * size + 6 * parts.UNDERFLOW for o, g, size in zip(off, bounds, sizes, strict=True)]
    assert system.missed(values).tolist() == pytest.approx(expected, rel=2e-16, abs=0)
    assert system.missed(values)[0] - off[0] == pytest.approx(bounds[0] * sizes[0], rel=0.3, abs=0)
    assert system.added(values) == gamma(9) * 16 * abs(end) + parts.UNDERFLOW
    assert system.added(np.zeros(3)) == parts.UNDERFLOW
    # z of the targets and of what the edges bring, by sizes: at 2 |end|, at 1 four times that, at 0 both ways.
    exact = np.array([0.5 * 4 + 3, 4, 1]) * abs(end)
    enough = exact * (1 + 1e-12 * np.array([3, 2, 1]))
    assert system.is_enough(enough)
    assert not system.is_enough(exact)
    for place in range(3):
        assert not system.is_enough(np.where(np.arange(3) == place, exact * (1 - 1e-9), enough))


def test_ends_put_in_what_their_seeds_are() -> None:
    put_in = parts._at_ends(3, [(0, None), (2, 3), (2, Fraction(1, 2))])
    assert put_in.tolist() == [1, 0, 3.5]
    assert put_in.dtype == np.float64
    assert parts._at_ends(2, [(1, 2j), (1, None)]).tolist() == [0, 1 + 2j]
    assert parts._at_ends(2, []).tolist() == [0, 0]


@pytest.mark.parametrize("kind", [float, Fraction])
def test_sizes_below_the_smallest_float_are_carried_on(kind: Any) -> None:
    down, up = kind(2.0**-600), kind(-(2.0**600))
    graph = chain([up, up, down, down, down])
    between = restriction(graph, Seeds([0]), Seeds([5, 4], [kind(3), kind(-5)]))
    # As floats 5's share of node 2 and before is below the smallest: 2**-1800 · 3, and by 4 2**-1200 · 5.
    onward = parts._scaled(between) if kind is float else parts._in_decimals(between)
    assert onward.tolist() == [5.0, 5 * 2.0**-600, 0.0, 5 * 2.0**-600, 5 + 3 * 2.0**-600, 3.0]
    plain = restriction(graph, Seeds([2]), Seeds([4]))
    onward = parts._scaled(plain) if kind is float else parts._in_decimals(plain)
    assert onward.tolist() == [0.0, 2.0**-600, 1.0]


def test_what_is_too_large_for_a_float_is_infinite_where_exponents_have_room() -> None:
    between = restriction(chain([2.0**600] * 2), Seeds([0]), Seeds([2]))
    assert parts._scaled(between).tolist() == [math.inf, 2.0**600, 1.0]


def test_onward_sizes_are_those_of_the_sweep_unless_they_fell_below_floats() -> None:
    graph = chain([0.5, 4.0])
    between = restriction(graph, Seeds([0]), Seeds([2]))
    for adjoints in (np.array([7.0, 8.0, 9.0]), [7, Fraction(8), 9.0]):
        assert parts._onward(between, adjoints).tolist() == [7, 8, 9]
    for adjoints in (np.array([7.0, 1e-310, 9.0]), [7, 0.0, 9]):
        assert parts._onward(between, adjoints).tolist() == [2, 4, 1]
    exact = restriction(chain([Fraction(1, 2), 4]), Seeds([0]), Seeds([2]))
    assert parts._onward(exact, [7, 0.0, 9]).tolist() == [2, 4, 1]
    smallest = 2.0**-1022
    assert parts._onward(between, np.array([smallest, 8, 9])).tolist() == [smallest, 8, 9]


@pytest.mark.parametrize(
    "size, bound, digits",
    [
        (1.0, 0.0, 15),
        (0.0, 0.0, 15),
        (1.0, 1e-20, 15),
        (1.0, 1.0, 0),
        (1.0, 2.0, 0),
        (0, 1e-9, 0),
        (1.0, 0.11, 0),
        (1.0, 0.09, 1),
        (200.0, 1e-7, 9),
        (Fraction(1, 3), 1e-7, 6),
        (1.0, math.inf, 0),
    ],
)
def test_digits_are_certain_where_the_bound_leaves_them(size: Any, bound: float, digits: int) -> None:
    assert parts.certain_digits(size, bound) == digits


@pytest.mark.parametrize(
    "value, abs_sum, condition",
    [
        (2.0, 4.0, 2.0),
        (-2.0, 4.0, 2.0),
        (0.0, 4.0, math.inf),
        (0, 0, 1.0),
        (0.0, 0.0, 1.0),
        (3 + 4j, 10.0, 2.0),
        (Fraction(1, 10**400), 10**10, math.inf),
    ],
)
def test_the_condition_is_what_all_paths_carry_beside_their_sum(value: Any, abs_sum: Any, condition: float) -> None:
    made = parts.certified_by(value, abs_sum, 0.25)
    assert made == Certificate(value, abs_sum, condition, 0.25, parts.certain_digits(abs(value), 0.25))


def test_a_bound_is_rounded_up_and_by_smallest_floats_below_the_normal_ones() -> None:
    assert parts.error_bound(0, 5.0, 1.0) == 0.0
    assert parts.error_bound(1, 0.0, 0.0) == 2 * parts.UNDERFLOW
    assert 3 * gamma(2) < parts.error_bound(2, 3.0, 0.0) < 3 * gamma(2) * (1 + 2.0**-18)
    assert parts.error_bound(2, 0.0, 7.0) == 9 * parts.UNDERFLOW
    assert parts.rounded_up(1.0) == parts.ABOVE == pytest.approx(1, abs=2.0**-18)
    assert parts.rounded_up(2.0**-1022) == 2.0**-1022 * parts.ABOVE
    assert parts.rounded_up(2.0**-1023) == pytest.approx(2.0**-1023 + 2 * parts.UNDERFLOW, rel=2.0**-18, abs=0)


@pytest.mark.parametrize(
    "digits, bound, options, told",
    [
        (9, math.inf, {}, "No error bound is proven; exact=True (--exact) has no error."),
        (6, 1e-9, {}, None),
        (5, 0.001, {}, "Only 5 digits are certain: the error can be 0.001; exact=True (--exact) has none."),
        (1, 0.25, {}, "Only 1 digit is certain: the error can be 0.25; exact=True (--exact) has none."),
        (
            0,
            0.123,
            {"of": " of it", "condition": " (they cancel)"},
            "No digit of it is certain: the error can be 0.12 (they cancel); exact=True (--exact) has none.",
        ),
        (
            2,
            0.5,
            {"of": " of it"},
            "Only 2 digits of it are certain: the error can be 0.5; exact=True (--exact) has none.",
        ),
        (1, 0.5, {"of": " of x"}, "Only 1 digit of x is certain: the error can be 0.5; exact=True (--exact) has none."),
    ],
)
def test_a_report_says_where_few_digits_are_certain(digits: int, bound: float, options: Any, told: str | None) -> None:
    assert parts.doubt(digits, bound, **options) == told


def test_a_look_at_the_weights_shows_what_stays_in_the_range_of_floats() -> None:
    def looked(weights: list[float], source: Any = None, target: Any = None) -> bool:
        graph = chain(weights)
        between = restriction(graph, Seeds([0], source), Seeds([len(weights)], target))
        return parts._look_bounded(between, np.asarray(graph.weights))

    assert looked([math.e] * 690)  # twice log 3 beside 690
    assert not looked([math.e] * 700)
    assert looked([math.e] * 690 + [0.001] * 100)  # what makes less is not counted against it
    assert not looked([math.e] * 690, [-1e9])
    assert not looked([math.e] * 690, None, [1e9])
    loop = gd.CompiledGraph.from_arrays([0, 0], [0, 1], [0.5, 0.5], cycles="solve")
    assert not parts._look_bounded(restriction(loop, Seeds([0]), Seeds([1])), np.array([0.5, 0.5]))
    twice = gd.CompiledGraph.from_arrays([0] * 3 + [1] * 3, [1] * 3 + [2] * 3, [2.0] * 6)
    assert parts._look_bounded(restriction(twice, Seeds([0]), Seeds([2])), np.full(6, 2.0))


def test_a_system_of_complex_numbers_keeps_both_parts() -> None:
    between = restriction(chain([2j, 0.5]), Seeds([0]), Seeds([2]))
    system = parts._System.of(between)
    assert system.weights.tolist() == [2j, 0.5]
    assert system.missed(np.array([1.0, 2j, 1j]))[1:].tolist() == pytest.approx([0, 0], abs=1e-13)
    for numbers in ([2], np.array([2.0], dtype=np.float32)):
        assert parts._System.of(restriction(chain(numbers), Seeds([0]), Seeds([1]))).weights.dtype == np.float64


@pytest.mark.parametrize("n_edges", [1, 3])
def test_the_bound_of_a_chain_is_of_as_many_products(n_edges: int) -> None:
    for weight, product, underflow in ((0.5, 1.0, 1.0), (0.5j, parts.COMPLEX_PRODUCT, parts.COMPLEX_UNDERFLOW)):
        made = gd.explain(chain([weight] * n_edges), 0, n_edges).certificate
        assert made is not None
        size = 0.5**n_edges
        # What underflow takes at each node comes on by what leads on from there.
        lost = sum(0.5**behind for behind in range(n_edges))
        assert made.error_bound == parts.error_bound(product * n_edges, size, underflow * lost)
        assert (made.abs_sum, made.condition) == (size, 1.0)


def test_seeds_of_the_targets_are_a_product_more_and_targets_sums_more() -> None:
    graph = gd.CompiledGraph.from_arrays([0, 0], [1, 2], [0.5, 0.25])
    both = gd.explain(graph, 0, [1, 2]).certificate
    assert both is not None
    assert both.error_bound == parts.error_bound(2, 0.75, 2.0)
    seeded = gd.explain(graph, 0, {1: 2.0, 2: 4.0}).certificate
    assert seeded is not None
    assert seeded.error_bound == parts.error_bound(3, 2.0, 2.0 + 4.0 + 2)
    entered = gd.explain(graph, {0: 2.0}, 1).certificate
    assert entered is not None
    assert entered.error_bound == parts.error_bound(1, 1.0, 1.0)
    whole = gd.explain(gd.CompiledGraph.from_arrays([0], [1], [2]), {0: 0.5}, 1).certificate
    assert whole is not None
    assert whole.error_bound == parts.error_bound(2, 1.0, 1.0)


def test_of_decimals_whose_walks_do_not_shrink_nothing_is_proven() -> None:
    ends = [(0, 1), (1, 1), (1, 2)]
    tails, heads = (list(column) for column in zip(*ends, strict=True))
    weights = [Decimal(1), Decimal(-2), Decimal(1)]
    graph = gd.CompiledGraph.from_arrays(tails, heads, weights, cycles="reduced-form")
    made = parts.certified((graph, Seeds([0]), Seeds([2])))
    assert made == Certificate(Decimal(1) / 3, math.inf, math.inf, math.inf, 0)
    plain = parts.certified((chain([Decimal(1), Decimal(2)]), Seeds([0]), Seeds([2])))
    assert plain is None


def test_of_a_total_of_0_only_smallest_floats_are_lost() -> None:
    graph = gd.CompiledGraph.from_arrays([0, 0, 1], [1, 2, 2], [0.0, 0.0, 4.0])
    bound = parts.rough_bound((graph, Seeds([0]), Seeds([2])))
    assert bound == parts.rounded_up(parts.UNDERFLOW * (parts.COMPLEX_UNDERFLOW * (3 * 4 + 1)))


def test_what_is_no_number_bounds_nothing() -> None:
    ends = [(0, 1), (1, 1), (1, 2)]
    tails, heads = (list(column) for column in zip(*ends, strict=True))
    graph = gd.CompiledGraph.from_arrays(tails, heads, [1e308, -2.0, 1e308], cycles="reduced-form")
    between = restriction(graph, Seeds([0]), Seeds([2]))
    flows = flow_through(between)
    object.__setattr__(flows, "total", 0.0)
    vars(flows)["adjoints"] = np.array([math.inf, 0.0, 1.0])
    vars(flows)["tangents"] = np.array([0.0, 0.0, 0.0])
    assert parts.reduced_certificate(between, flows, math.inf).error_bound == math.inf
