"""Sweeps between positions, in lists and by kernels on arrays, against numbers worked out by hand."""

from __future__ import annotations

import decimal
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from graphs import as_python, engine, weighted

import graphdiff as gd
from graphdiff.arithmetic import SAFE_INT, Dyadic
from graphdiff.errors import LimitError, ValueOverflowError
from graphdiff.sums import sweeps
from graphdiff.sums.sweeps import checked, checked_array, checked_list, forward_values, in_range, reverse_values

#: A cycle 1 <-> 2 between a way in and a way out, and one 4 <-> 5 behind that, with a node of its own at the end.
EDGES = [
    ("in", "u", 3),
    ("u", "v", 0.5),
    ("v", "u", 0.5),
    ("v", "mid", 4),
    ("in", "mid", 1),
    ("mid", "x", 2),
    ("x", "y", 0.25),
    ("y", "x", 1),
    ("y", "out", 8),
]
#: The sums of the walks from "in", and of those to "out": 1 / (1 - 1/4) = 4/3 walks round either cycle.
FROM_IN = {"in": 1, "u": 4, "v": 2, "mid": 9, "x": 24, "y": 6, "out": 48}
TO_OUT = {"out": 1, "y": 32 / 3, "x": 8 / 3, "mid": 16 / 3, "v": 16 * 16 / 9, "u": 8 * 16 / 9, "in": 48}


@pytest.fixture(params=["lists", "arrays"])
def walked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Walk lists, or arrays by the Python that kernels are made of."""
    with engine("plain Python"):
        if request.param == "arrays":
            as_python(monkeypatch, sweeps)
        yield request.param


def solved(kind: Any = float) -> gd.CompiledGraph:
    return gd.compile(weighted([(u, v, kind(w)) for u, v, w in EDGES]), cycles="solve")


def loops_of(graph: gd.CompiledGraph) -> list[tuple[int, int]]:
    return [(int(start), int(stop)) for start, stop in graph.topology.cyclic]


def named(graph: gd.CompiledGraph, values: Any) -> dict[Any, Any]:
    return dict(zip(graph.topology.labels, list(values), strict=True))


def test_walks_forward_and_back_go_round_every_cycle_on_the_way(walked: str) -> None:
    graph = solved()
    at, loops = graph.topology.position, loops_of(graph)
    ahead = forward_values(graph, {at("in"): 1}, loops)
    assert named(graph, ahead) == pytest.approx(FROM_IN)
    back = reverse_values(graph, {at("out"): 1}, loops)
    assert named(graph, back) == pytest.approx(TO_OUT)
    assert isinstance(ahead, np.ndarray) == isinstance(back, np.ndarray) == (walked == "arrays")


def test_walks_in_fractions_are_exact() -> None:
    graph = solved(Fraction)
    at, loops = graph.topology.position, loops_of(graph)
    assert named(graph, forward_values(graph, {at("in"): 1}, loops)) == FROM_IN
    found = named(graph, reverse_values(graph, {at("out"): 1}, loops))
    assert found == {name: Fraction(value).limit_denominator(9) for name, value in TO_OUT.items()}


def test_walks_of_ints_round_a_cycle_are_fractions(walked: str) -> None:
    graph = gd.compile(weighted([("a", "b", 3), ("b", "a", 0), ("b", "c", 2)]), cycles="solve")
    at, loops = graph.topology.position, loops_of(graph)
    for values in (forward_values(graph, {at("a"): 1}, loops), reverse_values(graph, {at("c"): 1}, loops)):
        assert all(not isinstance(value, (float, np.floating)) for value in values)
    assert named(graph, forward_values(graph, {at("a"): 1}, loops)) == {"a": 1, "b": 3, "c": 6}
    assert named(graph, reverse_values(graph, {at("c"): 1}, loops)) == {"a": 6, "b": 2, "c": 1}


def test_a_sweep_that_starts_on_a_cycle_goes_round_it(walked: str) -> None:
    graph = solved()
    at, loops = graph.topology.position, loops_of(graph)
    for name in ("u", "v"):
        ahead = named(graph, forward_values(graph, {at(name): 1}, loops))
        assert ahead[name] == pytest.approx(4 / 3)
        assert ahead["out"] == pytest.approx(TO_OUT[name])
    for name in ("x", "y"):
        back = named(graph, reverse_values(graph, {at(name): 1}, loops))
        assert back[name] == pytest.approx(4 / 3)
        assert back["in"] == pytest.approx(FROM_IN[name])


def test_what_lies_beyond_the_other_end_is_not_walked(walked: str) -> None:
    graph = solved()
    at, loops = graph.topology.position, loops_of(graph)
    ahead = named(graph, forward_values(graph, {at("in"): 1}, loops, stop=at("mid")))
    assert (ahead["mid"], ahead["x"], ahead["y"], ahead["out"]) == (pytest.approx(9), 0, 0, 0)
    back = named(graph, reverse_values(graph, {at("out"): 1}, loops, start=at("mid")))
    assert (back["mid"], back["u"], back["v"], back["in"]) == (pytest.approx(16 / 3), 0, 0, 0)


def test_seeds_add_up_and_none_is_nothing(walked: str) -> None:
    graph = gd.CompiledGraph.from_arrays([0, 0, 1], [1, 2, 2], np.array([2.0, 3.0, 5.0]))
    assert list(forward_values(graph, {0: 1.0, 1: 10.0})) == [1, 12, 63]
    assert list(reverse_values(graph, {2: 1.0, 1: 10.0})) == [33, 15, 1]
    assert list(forward_values(graph, {})) == list(reverse_values(graph, {})) == [0, 0, 0]
    assert list(forward_values(graph, {2: 7})) == [0, 0, 7]
    assert list(reverse_values(graph, {0: 7})) == [7, 0, 0]


def test_only_the_positions_asked_about_are_walked() -> None:
    graph = gd.CompiledGraph.from_arrays([0, 0, 1, 2], [1, 2, 3, 3], np.array([2.0, 3.0, 5.0, 7.0]))
    among = np.array([0, 2, 3])
    for few in (0, 300):
        with pytest.MonkeyPatch.context() as patch, engine("plain Python"):
            patch.setattr(sweeps, "FEW", few)
            ahead = forward_values(graph, {0: 1.0}, among=among)
            assert (ahead[2], ahead[3]) == (3, 21)
            back = reverse_values(graph, {3: 1.0}, among=among)
            assert (back[3], back[2], back[1]) == (1, 7, 0)


@pytest.mark.parametrize(("dtype", "expected"), [(np.float64, float), (np.float32, float), (np.int64, int)])
def test_arrays_hold_what_sums_need(walked: str, dtype: Any, expected: type, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = gd.CompiledGraph.from_arrays([0, 0, 1], [1, 2, 2], np.array([2, 3, 5], dtype=dtype))
    values = forward_values(graph, {0: 1})
    assert list(values) == [1, 2, 13]
    if walked == "arrays":
        assert isinstance(values, np.ndarray)
        assert values.dtype == np.dtype(expected)


def test_ints_that_may_wrap_are_summed_in_lists(walked: str) -> None:
    most = int(SAFE_INT)
    for size, fits in ((most // 4, True), (most // 2, False), (most, False)):
        graph = gd.CompiledGraph.from_arrays([0, 0], [1, 1], np.array([size, -size]))
        for values in (forward_values(graph, {0: 1}), reverse_values(graph, {1: 1})):
            assert isinstance(values, np.ndarray) == (fits and walked == "arrays")
        assert list(forward_values(graph, {0: -3})) == [-3, 0]


@pytest.mark.parametrize(("seed", "total"), [(0.5, 1.0), (Fraction(1, 3), Fraction(2, 3)), (2**63, 2**64)])
def test_a_seed_that_is_no_int_of_the_machine_goes_by_lists(walked: str, seed: Any, total: Any) -> None:
    graph = gd.CompiledGraph.from_arrays([0], [1], np.array([2]))
    for values in (forward_values(graph, {0: seed}), reverse_values(graph, {1: seed})):
        assert isinstance(values, list)
        assert total in values


def test_a_float_graph_takes_real_seeds_in_arrays_and_complex_ones_in_lists(walked: str) -> None:
    graph = gd.CompiledGraph.from_arrays([0], [1], np.array([2.0]))
    for seed in (3, 0.25, Fraction(1, 4)):
        values = forward_values(graph, {0: seed})
        assert isinstance(values, np.ndarray) == (walked == "arrays")
        assert values[1] == 2 * seed
    assert forward_values(graph, {0: 1j}) == [1j, 2j]


def test_exact_floats_are_dyadic_and_fractions_where_seeds_or_cycles_ask_for_them() -> None:
    graph = gd.compile(weighted([("a", "b", 0.1), ("b", "c", 0.5)]), exact=True)
    sums = forward_values(graph, {0: 0.25, 1: 1})
    assert all(isinstance(value, Dyadic) for value in sums[1:])
    assert checked(sums[2]) == (Fraction(0.1) / 4 + 1) / 2
    assert forward_values(graph, {0: Fraction(1, 3)})[2] == Fraction(0.1) / 6
    loop = gd.compile(weighted([("a", "b", 0.5), ("b", "a", 0.5), ("b", "c", 1.0)]), exact=True, cycles="solve")
    found = named(loop, forward_values(loop, {loop.topology.position("a"): 1}, loops_of(loop)))
    assert found == {"a": Fraction(4, 3), "b": Fraction(2, 3), "c": Fraction(2, 3)}


def test_exact_sums_that_would_run_too_long_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = gd.compile(weighted([("a", "b", 0.1), ("b", "c", 0.5), ("c", "d", 0.5)]), exact=True)
    words = graph.exact_words
    monkeypatch.setattr(sweeps, "MAX_EXACT_WORDS", words)
    assert forward_values(graph, {0: 1})
    monkeypatch.setattr(sweeps, "MAX_EXACT_WORDS", words * 0.99)
    told = r"exact=True would take about 0 s here: sums of floats over deep graphs grow by some 53 bits a step; leave"
    with pytest.raises(LimitError, match=told):
        forward_values(graph, {0: 1})
    with pytest.raises(LimitError, match=r"for float64 with its error bound$"):
        reverse_values(graph, {3: 1})


def test_small_questions_are_walked_in_lists() -> None:
    graph = gd.CompiledGraph.from_arrays([0, 0, 1], [1, 2, 2], np.array([2.0, 3.0, 5.0]))
    with engine("plain Python"):
        before = graph.walked[0]
        assert sweeps.place_in_lists(graph, 1) == 1
        assert sweeps.place_in_lists(graph, [1]) is None
        assert sweeps.place_in_lists(graph, (1,)) is None
        assert sweeps.forward_from(graph, 1) == [0, 1, 5]
        assert sweeps.reverse_from(graph, 1) == [2, 1, 0]
        assert graph.walked[0] == before + 6
        named_graph = gd.compile(weighted([("a", "b", 1.0)]))
        assert sweeps.place_in_lists(named_graph, "b") == 1
    many = gd.CompiledGraph.from_arrays(np.zeros(400, int), np.ones(400, int), np.ones(400))
    assert sweeps.place_in_lists(many, 1) is None


def test_every_sweep_in_lists_is_counted_and_no_other(walked: str) -> None:
    graph = gd.CompiledGraph.from_arrays([0, 0, 1], [1, 2, 2], np.array([2.0, 3.0, 5.0]))
    before = graph.walked[0]
    forward_values(graph, {0: 1})
    reverse_values(graph, {2: 1}, among=np.array([1, 2]))
    assert graph.walked[0] - before == (0 if walked == "arrays" else 4)


# -- what may come out


def test_a_finished_number_passes_and_others_are_refused() -> None:
    assert [checked(value) for value in (0.5, 3, Fraction(1, 3), 1j)] == [0.5, 3, Fraction(1, 3), 1j]
    for value in (float("inf"), float("-inf"), float("nan"), complex("inf"), complex(0, float("inf"))):
        with pytest.raises(ValueOverflowError, match="larger than the largest float"):
            checked(value)


def test_lists_of_floats_are_refused_where_one_is_not_finite() -> None:
    for values in ([], [1.5, 2.0], [1e308, 1e308], [2**2000, 1], [1e308, -1e308, 1e308]):
        assert checked_list(values) is values
    for bad in (float("inf"), float("nan")):
        with pytest.raises(ValueOverflowError, match="larger than the largest float"):
            checked_list([1.0, bad])


def test_arrays_of_floats_are_refused_where_one_is_not_finite() -> None:
    assert checked_array([1.5, 2.0]).dtype == np.float64
    assert checked_array([1, 2]).tolist() == [1, 2]
    assert checked_array([1, 0.5]).tolist() == [1, 0.5]
    assert checked_array(np.array([1e308, 1e308])).tolist() == [1e308, 1e308]
    assert checked_array(np.array([2**62, 2**62])).tolist() == [2**62, 2**62]
    assert checked_array([Fraction(1, 3), 0, 2**2000]).tolist() == [Fraction(1, 3), 0, 2**2000]
    inf = float("inf")
    for values in ([inf], [1.0, inf], [1, inf], [0, 1j * inf], np.array([1.0, inf, -inf]), [Fraction(1, 3), inf]):
        with pytest.raises(ValueOverflowError, match="larger than the largest float"):
            checked_array(values)


def test_an_overflow_of_any_kind_is_ours_and_says_what_has_none() -> None:
    told = r"^a sum over the paths is larger than the largest float \(1.8e308\)"
    with pytest.raises(ValueOverflowError, match=told), in_range():
        _ = 2.0**5000
    told = r"^a sum over the paths is larger than the largest Decimal of the context"
    with pytest.raises(ValueOverflowError, match=told), in_range():
        _ = Decimal("9e999999") * 10
    for error in (sweeps.overflow(), sweeps._decimal_overflow()):
        assert str(error).endswith("exact=True has no such limit")
    with pytest.raises(KeyError, match="other"), in_range():
        raise KeyError("other")


def test_decimals_beyond_their_context_are_refused_either_way() -> None:
    with decimal.localcontext(decimal.Context(prec=5, Emax=9, traps=[decimal.Overflow])):
        graph = gd.compile(weighted([("a", "b", Decimal("9e9")), ("b", "c", Decimal("9e9"))]))
        for sweep, end in ((forward_values, 0), (reverse_values, 2)):
            with pytest.raises(ValueOverflowError, match="largest Decimal of the context"):
                sweep(graph, {end: 1})
