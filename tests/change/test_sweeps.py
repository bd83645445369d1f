"""What a comparison computes, counted: each sweep and each look at what lies between once, and nothing by printing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from conftest import Run
from counting import counting
from graphs import engine, weighted

import graphdiff as gd
from graphdiff.change.markdown import comparison_markdown
from graphdiff.change.sweeps import is_bounded
from graphdiff.errors import CycleError, ValueOverflowError

ROOT = Path(__file__).resolve().parents[2]
LOCKS = str(ROOT / "data/before.uv.lock"), str(ROOT / "data/after.uv.lock")
ENDS = "shop", "log"
#: The sweeps of a report: tangents and adjoints of both, and paths before, after, and without the edges that are gone.
REPORT = 2 * 2 + 3
#: Whole paths gained and lost: those along edges of both graphs, from either end. (In text also from each new edge
#: whose paths take others that are new; here it leads to a node that is new, from which there are none.)
WHOLE = 2


@pytest.fixture(scope="module")
def locks() -> tuple[nx.DiGraph, nx.DiGraph]:
    return gd.read(LOCKS[0]), gd.read(LOCKS[1])


def work(question: Callable[[], Any]) -> dict[str, int]:
    """Return the sweeps and restrictions of a question; in plain Python, as kernels look at the sizes of ints first."""
    with engine("plain Python"), counting() as counts:
        question()
    return {kind: number for kind, number in counts.work.items() if kind != "compilations"}


def signed() -> tuple[nx.DiGraph, nx.DiGraph]:
    """Return two graphs of floats of both signs, without a cycle."""
    edges = [("s", "a", 0.5), ("a", "t", -0.25), ("s", "b", 0.75), ("b", "t", 1.5)]
    return weighted(edges), weighted([*edges[1:], ("s", "a", 0.625), ("b", "a", -1.0)])


# ----------------------------------------------------------------------------------------------- in Python


@pytest.mark.parametrize("weight", [gd.weights.even, gd.weights.unit], ids=["even", "unit"])
def test_the_change_costs_two_totals(locks: Any, weight: Any) -> None:
    assert work(lambda: gd.compare(*locks, *ENDS, weight=weight).change) == {"sweeps": 2}


@pytest.mark.parametrize("ends", [(["shop", "web"], {"log": 2, "http": 1}), (gd.ROOTS, gd.LEAVES), ("shop", ["log"])])
def test_so_it_does_however_many_ends_there_are(locks: Any, ends: Any) -> None:
    assert work(lambda: gd.compare(*locks, *ends, weight=None).change) == {"sweeps": 2}
    assert work(lambda: gd.compare(*locks, *ends, weight=None).attribution) == {"sweeps": 2 * 2}
    whole = 0 if isinstance(ends[1], dict) else WHOLE  # what is multiplied by seeds is no number of paths
    assert work(lambda: str(gd.compare(*locks, *ends, weight=None))) == {"sweeps": REPORT + whole, "restrictions": 2}
    assert work(lambda: gd.compare(*locks, ends[0], weight=None)) == {"sweeps": 2}


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (lambda found: found.attribution, {"sweeps": 2 * 2}),
        (str, {"sweeps": REPORT, "restrictions": 2}),
        (lambda found: comparison_markdown([found]), {"sweeps": REPORT, "restrictions": 2}),
        (lambda found: found.to_networkx(), {"sweeps": REPORT, "restrictions": 4}),
        (lambda found: found.to_dict(), {"sweeps": REPORT, "restrictions": 6}),
    ],
    ids=["attribution", "text", "Markdown", "picture", "dict"],
)
def test_an_output_costs_what_it_shows(locks: Any, output: Callable[[Any], Any], expected: dict[str, int]) -> None:
    assert work(lambda: output(gd.compare(*locks, *ENDS, weight=gd.weights.even))) == expected


def test_absolute_values_are_swept_once_and_only_where_a_weight_is_negative() -> None:
    """They serve certificates, doubts and the bound of the remainder; no edge is gone, so that all paths stay."""
    assert work(lambda: gd.compare(*signed(), "s", "t").to_dict()) == {"sweeps": REPORT - 1 + 4, "restrictions": 6}


def everything(found: gd.Comparison) -> None:
    """Ask for all that a comparison has."""
    for name in dir(type(found)):
        if not name.startswith("_"):
            asked = getattr(found, name)
            if callable(asked):
                asked()
    str(found), repr(found), comparison_markdown([found]), found._repr_html_()


@pytest.mark.parametrize(
    "options", [{"weight": gd.weights.even}, {"weight": None}, {"weight": gd.weights.even, "exact": True}]
)
def test_nothing_is_computed_twice(locks: Any, options: Any) -> None:
    """All that there is costs what the picture and the dict cost, and asked again nothing."""
    found = gd.compare(*locks, *ENDS, **options)
    everything(found)
    assert work(partial(everything, found)) == {}


@pytest.mark.parametrize("cycles", ["collapse", "solve"])
def test_nor_where_there_are_cycles(cycles: Any) -> None:
    edges = [("s", "a", 0.5), ("a", "b", 0.25), ("b", "a", 0.5), ("b", "t", 1.0)]
    found = gd.compare(weighted(edges), weighted([*edges, ("s", "b", -0.5)]), "s", "t", cycles=cycles)
    everything(found)
    assert work(partial(everything, found)) == {}


@pytest.mark.parametrize("ends", [("shop", None), (None, "log")])
def test_all_totals_of_one_end_cost_a_sweep_a_graph_and_their_sets_one_look(locks: Any, ends: Any) -> None:
    found = []
    assert work(lambda: found.append(gd.compare(*locks, *ends, weight=None))) == {"sweeps": 2}
    assert work(lambda: str(found[0])) == {"restrictions": 2}
    assert work(lambda: (str(found[0]), found[0].to_dict(), found[0].difference.to_networkx())) == {}


def test_sets_alone_sweep_nothing(locks: Any) -> None:
    found = gd.compare(*locks, weight=None)
    assert work(lambda: (str(found), found.to_dict(), comparison_markdown(found), found.to_networkx())) == {}
    assert work(lambda: gd.compare(*locks, weight=None)) == {}


# --------------------------------------------------------------------------------------- on the command line


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        # Two weightings: what the ends reach, what lies between and the paths are the same under both.
        ((), {"sweeps": REPORT + 4 + WHOLE, "restrictions": 2}),
        (("-o", "markdown"), {"sweeps": REPORT + 4 + WHOLE, "restrictions": 2}),
        (("-o", "json"), {"sweeps": REPORT + 4 + WHOLE, "restrictions": 6}),
        (("-o", "csv"), {"sweeps": REPORT + 4 + WHOLE, "restrictions": 6}),
        (("-w", "even"), {"sweeps": REPORT, "restrictions": 2}),
        (("-w", "even", "-o", "json"), {"sweeps": REPORT, "restrictions": 6}),
    ],
    ids=" ".join,
)
def test_the_verb_computes_what_it_prints(run: Run, options: tuple[str, ...], expected: dict[str, int]) -> None:
    assert work(lambda: run("compare", *LOCKS, *ENDS, *options)) == expected


# ------------------------------------------------------------------------------- errors are those of the call


def test_an_overflow_of_adjoints_is_raised_at_the_call() -> None:
    """Forward the numbers stay small: 1e-200 · 1e200 · 1e200; back from the target they do not."""
    old = weighted([("a", "b", 1e-200), ("b", "c", 1e200), ("c", "d", 1e200)])
    assert gd.total_influence(old, "a", "d") == pytest.approx(1e200)
    with pytest.raises(ValueOverflowError, match=r"before: a sum over the paths"):
        gd.compare(old, old, "a", "d")
    with pytest.raises(ValueOverflowError, match=r"after: a sum over the paths"):
        gd.compare(weighted([("a", "d", 1.0)]), old, "a", "d")


def test_walks_that_do_not_converge_are_an_error_of_the_call() -> None:
    """From the source the graph before has no cycle; back from the target, to the edge that is new, it has one."""
    old = weighted([("s", "t", 1.0), ("a", "b", 2.0), ("b", "a", 2.0), ("b", "t", 1.0)])
    new = weighted([("s", "t", 1.0), ("a", "b", 0.1), ("b", "a", 0.1), ("b", "t", 1.0), ("s", "a", 1.0)])
    assert gd.total_influence(old, "s", "t", cycles="solve") == 1
    with pytest.raises(CycleError, match=r"before: .*spectral radius is 2"):
        gd.compare(old, new, "s", "t", cycles="solve")


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ([1e100, 1e100, 1e100], True),
        ([1e103, 1e103, 1e103], False),
        ([-1e155, 1e155, 1e-300], False),
        ([3, 2**60, 5], True),
        ([0.0, 0.0, 0.0], True),
    ],
)
def test_what_no_sum_can_leave_the_floats_is_told_by_the_weights(weights: list[Any], expected: bool) -> None:
    with engine("plain Python"):
        assert is_bounded(gd.compile(weighted(list(zip("abc", "bcd", weights, strict=True))))) is expected


def test_parallel_ways_count_together() -> None:
    """Each weight is 1, but 2 ** 1200 paths are more than a float holds."""
    ladder = nx.MultiDiGraph((step, step + 1, key) for step in range(1200) for key in range(2))
    nx.set_edge_attributes(ladder, 1.0, "weight")
    with engine("plain Python"):
        assert not is_bounded(gd.compile(ladder))
        assert is_bounded(gd.compile(ladder, weight=gd.weights.even))
