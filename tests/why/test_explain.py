"""`explain`: what it says of a total, against path lists, exact rationals and hand-worked graphs."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from graphs import chain, dags, diamonds, influence, olah, parallel_chain, path_sum, queries, walks, weighted
from hypothesis import assume, given
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.errors import UsageError

OPENSSH = Path(__file__).resolve().parents[2] / "data" / "openssh-server.Packages"
PROFILES = Path(__file__).resolve().parents[1] / "data" / "profiles"
ENDS = ("openssh-server", "liblzma5")
SUM = sum


@pytest.fixture(scope="module")
def openssh() -> nx.DiGraph:
    return gd.read(OPENSSH)


def _compensating(numbers: Iterable[Any], /, start: Any = 0) -> Any:
    """Add as the `sum` of Python 3.12 does, nearly: floats without what is lost between them."""
    listed = list(numbers)
    return math.fsum([start, *listed]) if any(type(number) is float for number in listed) else SUM(listed, start)


class TestOpensshServer:
    def test_spread_evenly(self, openssh: nx.DiGraph) -> None:
        why = gd.explain(openssh, *ENDS, weight=gd.weights.even, cycles="collapse", exact=True)
        assert why.total == Fraction(113, 11040)
        assert (why.n_paths, why.lengths) == (26, (2, 10))
        assert why.effective_paths == pytest.approx(3.6203, abs=5e-5)
        assert why.strongest[0].nodes == ("openssh-server", "libsystemd0", "liblzma5")
        assert why.strongest[0].influence / why.total == Fraction(80, 113)
        assert why.edge_shares["libsystemd0", "liblzma5"] == Fraction(88, 113)
        assert why.node_shares["perl"] == Fraction(25, 113)
        assert why.certificate is not None
        assert why.certificate.error_bound == 0

    def test_counting_paths(self, openssh: nx.DiGraph) -> None:
        why = gd.explain(openssh, *ENDS, weight=None, cycles="collapse")
        assert (why.total, why.effective_paths, why.direct, why.place) == (26, 26, 0, (12, 70))
        assert why.last_steps() == [("dpkg", 24, pytest.approx(24 / 26)), ("libsystemd0", 2, pytest.approx(2 / 26))]

    def test_cycles_are_named_where_they_are(self, openssh: nx.DiGraph) -> None:
        options = {"weight": None, "cycles": "collapse"}
        beside = gd.explain(openssh, *ENDS, **options)
        through = gd.explain(openssh, "openssh-server", "libc6", **options)
        assert ([], [{"libc6", "libgcc-s1"}]) == (beside.merged, [set(one) for one in beside.merged_elsewhere])
        assert ([{"libc6", "libgcc-s1"}], []) == ([set(one) for one in through.merged], through.merged_elsewhere)
        assert sum(part for *_, part in through.last_steps()) == pytest.approx(1)


@given(queries(dags()))
def test_direct_and_indirect_make_the_total(question: tuple[nx.DiGraph, object, object]) -> None:
    graph, source, target = question
    why = gd.explain(graph, source, target)
    edges = [data["weight"] for u, v, data in graph.edges(data=True) if (u, v) == (source, target)]
    assert why.direct == sum(edges)
    assert why.direct + why.indirect + (source == target) == pytest.approx(why.total, abs=1e-9)


@given(queries(dags()))
def test_the_effective_number_is_the_entropy_of_the_listed_paths(
    question: tuple[nx.DiGraph, object, object],
) -> None:
    graph, source, target = question
    sizes = [abs(float(influence(graph, walk))) for walk in walks(graph, source, target)]
    assume(sum(sizes) > 0)
    shares = [size / sum(sizes) for size in sizes if size]
    expected = math.exp(-sum(share * math.log(share) for share in shares))
    assert gd.explain(graph, source, target).effective_paths == pytest.approx(expected, rel=1e-9)


@given(st.data())
def test_the_exact_total_is_within_the_certificate(data: st.DataObject) -> None:
    numbers = st.floats(-1e3, 1e3).map(lambda x: round(x, 3)) | st.floats(
        allow_nan=False, allow_infinity=False, width=16
    )
    graph, source, target = data.draw(queries(dags()))
    for *_, attributes in graph.edges(data=True):
        attributes["weight"] = data.draw(numbers)
    known = gd.explain(graph, source, target).certificate
    exact = nx.MultiDiGraph(graph)
    for *_, attributes in exact.edges(data=True):
        attributes["weight"] = Fraction(attributes["weight"])
    assert known is not None
    assert abs(path_sum(exact, source, target) - Fraction(known.value)) <= Fraction(known.error_bound)


def test_the_certificate_counts_cancellation() -> None:
    graph = weighted([("a", "b", 1.0), ("b", "d", 1 + 2**-40), ("a", "c", 1.0), ("c", "d", -1.0)])
    why = gd.explain(graph, "a", "d")
    assert why.certificate is not None
    assert why.certificate.condition == pytest.approx(2**41, rel=1e-6)
    assert why.certificate.digits < 6
    assert f"Only {why.certificate.digits} digits are certain" in str(why)


@pytest.mark.parametrize("adds", [sum, _compensating], ids=["as this Python", "as Python 3.12"])
def test_parallel_floats_are_added_in_one_order_by_every_python(
    adds: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else there would be an indirect influence of -1 where there is no other path."""
    monkeypatch.setattr("builtins.sum", adds)
    weights = [1e16, 1.0, -1e16]
    graph = nx.MultiDiGraph()
    graph.add_edges_from(("a", "b", {"weight": weight}) for weight in weights)
    found = gd.explain(graph, "a", "b")
    assert (found.total, found.direct, found.indirect) == (0.0, 0.0, 0.0)
    ends = nx.DiGraph([("s", node, {"weight": weight}) for node, weight in zip("abc", weights, strict=True)])
    for method in ("naive", "forward", "reverse"):
        assert gd.total_influence(ends, "s", dict.fromkeys("abc", 1.0), method=method) == 0.0
    assert gd.explain(ends, "s", dict.fromkeys("abc", 1.0)).direct == 0.0


def test_the_effective_number_beyond_floats() -> None:
    why = gd.explain(parallel_chain(*[[0.4, 0.4, 0.2]] * 1000), 0, 1000)
    one = -2 * (0.4 * math.log(0.4)) - 0.2 * math.log(0.2)
    assert why.n_paths == 3**1000
    assert isinstance(why.effective_paths, Decimal)
    assert float(why.effective_paths.ln()) == pytest.approx(1000 * one)


@pytest.mark.parametrize("small", [Decimal("1e-400"), Decimal("1e-300000")])
def test_the_effective_number_of_decimals_below_the_floats(small: Decimal) -> None:
    one = gd.explain(weighted([("a", "b", small), ("b", "c", Decimal(1))]), "a", "c")
    assert one.effective_paths == 1
    two = gd.explain(weighted([("a", "b", small), ("b", "c", Decimal(1)), ("a", "c", small)]), "a", "c")
    assert two.effective_paths == pytest.approx(2, rel=1e-9)


#: Which zero a total of 0 is.
ZEROS = {
    "no path": (weighted([("a", "b", 1.0), ("c", "d", 1.0)]), ("a", "d"), "no path leads there"),
    "swapped ends": (weighted([("a", "b", 1.0), ("b", "c", 1.0)]), ("c", "a"), "are the ends swapped?"),
    "an edge of weight 0": (weighted([("a", "b", 0.0), ("b", "c", 1.0)]), ("a", "c"), "weight 0, as a -> b"),
    "paths that cancel": (
        weighted([("a", "b", 1.0), ("b", "d", 2.5), ("a", "c", 1.0), ("c", "d", -2.5)]), ("a", "d"),
        r"paths cancel: \+2.5 and -2.5",
    ),
    "complex paths that cancel": (
        weighted([("a", "b", 1j), ("b", "d", 2.5), ("a", "c", 1j), ("c", "d", -2.5)]), ("a", "d"),
        "paths cancel: their sizes add up to 5$",
    ),
    "underflow": (chain([1e-200, 1e-200]), (0, 2), "underflow"),
}  # fmt: skip


@pytest.mark.parametrize("kind", ZEROS, ids=str)
def test_a_zero_says_which_it_is(kind: str) -> None:
    graph, ends, expected = ZEROS[kind]
    why = gd.explain(graph, *ends)
    assert why.total == 0
    with pytest.raises(AssertionError, match=expected):
        raise AssertionError(why.zero)


def test_no_source_is_every_root() -> None:
    why = gd.explain(olah(), None, "e")
    assert (why.total, why.n_paths, why.place) == (7, 3, None)


def test_of_a_profile_one_end_alone_is_the_function_asked_for() -> None:
    profile = gd.read(PROFILES / "calls.callgrind")
    assert str(gd.explain(profile, "burn")) == str(gd.explain(profile, None, "burn"))
    assert str(gd.explain(profile, "burn")).startswith("burn costs ")
    with pytest.raises(UsageError, match="one function is asked for: give a target="):
        gd.explain(profile, None)
    for graph in (olah(), gd.compile(olah())):
        with pytest.raises(UsageError, match="one node rests on another: give a target=, or LEAVES"):
            gd.explain(graph, "e")


def test_an_overflow_on_the_way_is_an_error_and_exact_numbers_have_none() -> None:
    graph = chain([1e-200, 1e-200, 1e200, 1e200])
    with pytest.raises(gd.errors.ValueOverflowError, match="exact=True"):
        gd.explain(graph, 0, 4)
    assert float(gd.explain(graph, 0, 4, exact=True).total) == pytest.approx(1)


def test_the_place_shares_ties() -> None:
    graph = weighted([("s", "a", 3), ("s", "b", 2), ("s", "c", 2), ("s", "d", 1)])
    assert [gd.explain(graph, "s", node).place for node in "abcd"] == [(1, 4), (2, 4), (2, 4), (4, 4)]


def test_symbols_are_explained_without_sizes() -> None:
    sympy = pytest.importorskip("sympy")
    x, y = sympy.symbols("x y")
    why = gd.explain(weighted([("a", "b", x), ("b", "c", y), ("a", "c", x)]), "a", "c")
    assert sympy.expand(why.total - (x * y + x)) == 0
    assert (why.certificate, why.effective_paths, why.strongest) == (None, None, [])


def test_a_solved_cycle_has_no_number_of_paths() -> None:
    graph = weighted([("a", "b", 0.5), ("b", "a", 0.5), ("b", "c", 1.0)])
    why = gd.explain(graph, "a", "c", cycles="solve")
    assert why.total == pytest.approx(0.5 / 0.75)
    assert (why.n_paths, why.lengths) == (None, None)
    assert why.certificate.digits >= 12
    assert why.effective_paths == pytest.approx(1 / 0.75 * math.exp(1 / 3 * math.log(4)))


def test_thousands_of_digits() -> None:
    why = gd.explain(diamonds(3000), 0, 9000, weight=None)
    assert why.total == why.effective_paths == 2**3000
    assert "about 1.23e903 paths of 6,000 steps" in str(why)


def test_the_record_is_plain(openssh: nx.DiGraph) -> None:
    record = gd.explain(openssh, *ENDS, weight=gd.weights.even, cycles="collapse").to_dict()
    assert Counter(edge["target"] for edge in record["edges"])["liblzma5"] == 2
    assert record["strongest"][4]["covered"] == pytest.approx(0.9004, abs=1e-4)
    assert record["nodes"][0]["node"] == "openssh-server"


def test_the_series_is_sorted(openssh: nx.DiGraph) -> None:
    pytest.importorskip("pandas")
    series = gd.explain(openssh, *ENDS, weight=gd.weights.even, cycles="collapse").to_pandas()
    assert series.index[0] == ("libsystemd0", "liblzma5")


def test_symbols_and_complex_numbers_have_reports_too() -> None:
    sympy = pytest.importorskip("sympy")
    graph = weighted([("a", "b", sympy.Symbol("u")), ("b", "c", sympy.Symbol("v"))])
    assert "u*v" in str(gd.explain(graph, "a", "c"))
    graph = weighted([("a", "b", 1 + 1j), ("b", "c", 1 / 3 + 0j)])
    assert "0.333333+0.333333j" in str(gd.explain(graph, "a", "c"))


def test_walks_too_many_for_a_number_have_no_effective_number() -> None:
    edges = [(tail, head, 0.2499999) for tail in "abcd" for head in "abcd"]
    why = gd.explain(weighted(edges), "a", "b", cycles="solve")
    assert why.total == pytest.approx(0.2499999 / (1 - 4 * 0.2499999))
    assert (why.effective_paths, why.entropy) == (None, None)
