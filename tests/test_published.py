"""Published numbers, each by every method: whoever printed them shares no code with graphdiff."""

from __future__ import annotations

from fractions import Fraction
from math import comb
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest
from graphs import METHODS, complete_dag, ladder, lattice, olah, parallel_chain, weighted

import graphdiff as gd

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    import networkx as nx

DATA = Path(__file__).resolve().parents[1] / "data"


def decimal(text: str) -> Fraction:
    """Return a printed decimal as the number it says."""
    return Fraction(text)


def blau_duncan() -> nx.DiGraph:
    """Blau & Duncan, The American Occupational Structure (1967), chapter 5, figure 1."""
    printed = "V U .310, X U .279, U W .440, X W .224, U Y .394, X Y .115, W Y .281"
    rows = [row.split() for row in printed.split(", ")]
    return weighted([(tail, head, decimal(weight)) for tail, head, weight in rows])


def attribution() -> nx.DiGraph:
    """circuit-tracer's test graph: every node spreads its influence evenly over what feeds it."""
    fed_by = {11: (1, 3, 6, 8), 3: (0, 1, 6), 1: (9, 10), 0: (9,)}
    graph = weighted([(u, v, Fraction(1, len(feeders))) for v, feeders in fed_by.items() for u in feeders])
    graph.add_nodes_from(range(12))
    return graph


def speelpenning() -> nx.DiGraph:
    """The product x1 x2 x3 x4 at (2, 3, 5, 7), from left to right: p2 = x1 x2, p3 = p2 x3, p4 = p3 x4."""
    printed = "x1 p2 3, x2 p2 2, p2 p3 5, x3 p3 6, p3 p4 7, x4 p4 30"
    return weighted([(u, v, int(w)) for u, v, w in map(str.split, printed.split(", "))])


def leontief() -> nx.DiGraph:
    """Miller & Blair, Input-Output Analysis (2009), chapter 2."""
    table = [["0.15", "0.25"], ["0.20", "0.05"]]
    return weighted([(i, j, decimal(table[i][j])) for i in range(2) for j in range(2)])


def citations() -> nx.DiGraph:
    """The usual example of search path counts, after Hummon & Doreian (1989)."""
    printed = "AC BC BD BJ CE CH DF DI EG FH FI GH HK IL IM JM MN"
    return weighted([(tail, head, 1) for tail, head in printed.split()])


class Row(NamedTuple):
    """One published total: of `source` on `target` in `graph`."""

    sentence: str
    graph: Callable[[], nx.DiGraph]
    source: Hashable
    target: Hashable
    total: Any


def attribution_rows() -> list[Row]:
    printed = ["1/12", "1/3", "0", "1/4", "0", "0", "1/3", "0", "1/4", "1/4", "1/6"]
    return [
        Row(f"circuit-tracer: influence of node {node} on 11", attribution, node, 11, Fraction(value))
        for node, value in enumerate(printed)
    ]


ROWS = [
    Row("Olah: forward from b, a is not touched", olah, "b", "a", 0),
    Row("Olah: forward from b, b is 1", olah, "b", "b", 1),
    Row("Olah: forward from b, c is 1", olah, "b", "c", 1),
    Row("Olah: forward from b, d is 1", olah, "b", "d", 1),
    Row("Olah: forward from b, e is 5", olah, "b", "e", 5),
    Row("Olah: reverse from e, c is 2", olah, "c", "e", 2),
    Row("Olah: reverse from e, d is 3", olah, "d", "e", 3),
    Row("Olah: reverse from e, a is 2", olah, "a", "e", 2),
    Row("Olah: three edges twice are 9 paths", lambda: parallel_chain([1] * 3, [1] * 3), 0, 2, 9),
    Row("Olah: (2 + 3 + 5)(7 + 11 + 13)", lambda: parallel_chain([2, 3, 5], [7, 11, 13]), 0, 2, 310),
    Row("Blau & Duncan: father's education", blau_duncan, "V", "Y", decimal("0.1604684")),
    Row("Blau & Duncan: father's occupation", blau_duncan, "X", "Y", decimal("0.32236556")),
    Row("Blau & Duncan: education", blau_duncan, "U", "Y", decimal("0.51764")),
    Row("Blau & Duncan: first job", blau_duncan, "W", "Y", decimal("0.281")),
    *attribution_rows(),
    Row("Speelpenning: d product / d x1", speelpenning, "x1", "p4", 105),
    Row("Speelpenning: d product / d x2", speelpenning, "x2", "p4", 70),
    Row("Speelpenning: d product / d x3", speelpenning, "x3", "p4", 42),
    Row("Speelpenning: d product / d x4", speelpenning, "x4", "p4", 30),
    Row("closed form: 8 triple edges in a row", lambda: parallel_chain(*[[1] * 3] * 8), 0, 8, 3**8),
    Row("closed form: the complete DAG on 12 nodes", lambda: complete_dag(12), 0, 11, 2**10),
    Row("closed form: a lattice of 12 by 12", lambda: lattice(12), (0, 0), (11, 11), comb(22, 11)),
    Row("closed form: Fibonacci's DAG to 20", lambda: ladder(20), 0, 20, 10_946),
]

BEYOND_LISTING = [
    Row("a chain of 40 triple edges, beyond int64", lambda: parallel_chain(*[[1] * 3] * 40), 0, 40, 3**40),
    Row("the complete DAG on 70 nodes, beyond int64", lambda: complete_dag(70), 0, 69, 2**68),
    Row("a lattice of 14 by 14", lambda: lattice(14), (0, 0), (13, 13), comb(26, 13)),
    Row("Fibonacci's DAG to 30", lambda: ladder(30), 0, 30, 1_346_269),
]

LEONTIEF_ROWS = [
    Row("Miller & Blair: L[1, 1]", leontief, 0, 0, Fraction(380, 303)),
    Row("Miller & Blair: L[1, 2]", leontief, 0, 1, Fraction(100, 303)),
    Row("Miller & Blair: L[2, 1]", leontief, 1, 0, Fraction(80, 303)),
    Row("Miller & Blair: L[2, 2]", leontief, 1, 1, Fraction(340, 303)),
]


def in_floats(graph: nx.DiGraph) -> nx.DiGraph:
    """Return the graph with the nearest float for every weight."""
    copy = graph.copy()
    for *_, data in copy.edges(data=True):
        data["weight"] = float(data["weight"])
    return copy


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.sentence)
def test_total(row: Row, method: str) -> None:
    assert gd.total_influence(row.graph(), row.source, row.target, method=method) == row.total


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.sentence)
def test_total_in_floats(row: Row, method: str) -> None:
    total = gd.total_influence(in_floats(row.graph()), row.source, row.target, method=method)
    assert total == pytest.approx(float(row.total), rel=1e-14)


@pytest.mark.parametrize("row", BEYOND_LISTING, ids=lambda row: row.sentence)
class TestBeyondListing:
    @pytest.mark.parametrize("method", ["forward", "reverse", "auto"])
    def test_sweeps_are_exact(self, row: Row, method: str) -> None:
        assert gd.total_influence(row.graph(), row.source, row.target, method=method) == row.total

    def test_so_is_the_count(self, row: Row) -> None:
        assert gd.count_paths(row.graph(), row.source, row.target) == row.total

    def test_listing_is_refused_with_the_exact_number(self, row: Row) -> None:
        with pytest.raises(gd.errors.TooManyPathsError, match="more than max_paths=1_000_000") as caught:
            gd.total_influence(row.graph(), row.source, row.target, method="naive")
        assert caught.value.n_paths == row.total


@pytest.mark.parametrize("method", ["forward", "reverse", "auto"])
@pytest.mark.parametrize("row", LEONTIEF_ROWS, ids=lambda row: row.sentence)
def test_leontief_inverse(row: Row, method: str) -> None:
    exact = gd.total_influence(row.graph(), row.source, row.target, method=method, cycles="solve")
    assert exact == row.total
    table = np.array([[0.15, 0.25], [0.20, 0.05]])
    in_floats = gd.total_influence(table, row.source, row.target, method=method, cycles="solve")
    assert in_floats == pytest.approx(float(row.total), rel=1e-14)


def test_leontief_inverse_as_printed() -> None:
    inverse = gd.jacobian(leontief(), sources=[0, 1], targets=[0, 1], cycles="solve").array.T
    assert np.round(np.asarray(inverse, dtype=float), 4).tolist() == [[1.2541, 0.33], [0.264, 1.1221]]


def test_olah_forward_and_reverse_whole() -> None:
    assert dict(gd.forward(olah(), "b")) == {"a": 0, "b": 1, "c": 1, "d": 1, "e": 5}
    assert dict(gd.reverse(olah(), "e")) == {"a": 2, "b": 5, "c": 2, "d": 3, "e": 1}


def test_olah_listing_makes_18_visits_where_a_sweep_makes_6() -> None:
    graph = parallel_chain([1] * 3, [1] * 3)
    assert sum(len(path.edges) for path in gd.iter_paths(graph, 0, 2)) == 18
    assert graph.number_of_edges() == 6


SPC = (
    "A-C 2, B-C 2, B-D 5, B-J 1, C-E 2, C-H 2, D-F 3, D-I 2, E-G 2, F-H 1, F-I 2, G-H 2, H-K 5, "
    "I-L 2, I-M 2, J-M 1, M-N 3"
)


def test_search_path_counts() -> None:
    """SPC of an edge: paths from the roots (A, B) to its tail times paths from its head to the leaves."""
    published = {tuple(edge.split("-")): int(count) for edge, count in map(str.split, SPC.split(", "))}
    graph = citations()
    graph.add_edges_from([("all", "A"), ("all", "B"), ("K", "end"), ("L", "end"), ("N", "end")], weight=1)
    contributions = gd.edge_contributions(graph, "all", "end")
    assert {edge: contributions[edge] for edge in published} == published
    assert contributions.total == gd.count_paths(citations()) == 10


def test_search_path_counts_from_two_seeded_sweeps() -> None:
    published = {tuple(edge.split("-")): int(count) for edge, count in map(str.split, SPC.split(", "))}
    down = gd.forward(citations(), {"A": 1, "B": 1})
    up = gd.reverse(citations(), {"K": 1, "L": 1, "N": 1})
    assert {(u, v): down[u] * up[v] for u, v in citations().edges} == published


def inclusive(cost: dict[str, str], calls: dict[tuple[str, str], str], **options: Any) -> Mapping[Any, Any]:
    """Return every function's inclusive cost: reverse with the functions' own costs for seeds."""
    graph = weighted([(*edge, Fraction(share)) for edge, share in calls.items()])
    return gd.reverse(graph, {name: Fraction(own) for name, own in cost.items()}, **options)


def test_gprof_charges_callers_of_example_by_their_calls() -> None:
    """Graham, Kessler & McKusick, gprof (1982), figure 4: SUB1 stands for its cycle, 5.0 in all."""
    calls = {("CALLER1", "EXAMPLE"): "4/10", ("CALLER2", "EXAMPLE"): "6/10", ("EXAMPLE", "SUB1"): "20/40"}
    calls |= {("EXAMPLE", "SUB2"): "1/5", ("EXAMPLE", "SUB3"): "0/5"}
    total = inclusive({"EXAMPLE": "0.50", "SUB1": "5.0", "SUB2": "2.5", "SUB3": "1"}, calls)
    assert total["EXAMPLE"] == decimal("3.50")
    assert (total["CALLER1"], total["CALLER2"]) == (decimal("1.4"), decimal("2.1"))


def test_gprof_manual_charges_a_cycle_as_one_function() -> None:
    calls = {("main", "a"): "1", ("a", "b"): "1", ("b", "a"): "1", ("a", "c"): "3/6", ("b", "c"): "3/6"}
    total = inclusive({"a": "0.75", "b": "1.02", "c": "0", "main": "0.16"}, calls, cycles="collapse")
    assert total["a"] == total["b"] == decimal("1.77")
    assert round(100 * total["a"] / total["main"], 2) == decimal("91.71")


def test_callgrind_manual_by_costs_and_by_calls() -> None:
    cost = {"main": "20", "func1": "100", "func2": "700"}
    by_cost = {("main", "func1"): "1", ("main", "func2"): "400/700", ("func1", "func2"): "300/700"}
    total = inclusive(cost, by_cost)
    assert (total["main"], total["func1"], total["func2"]) == (820, 400, 700)
    by_calls = {("main", "func1"): "1", ("main", "func2"): "3/5", ("func1", "func2"): "2/5"}
    assert inclusive(cost, by_calls)["func1"] == 380


@pytest.fixture(scope="module")
def openssh() -> nx.DiGraph:
    return gd.read(DATA / "openssh-server.Packages")


ENDS = ("openssh-server", "liblzma5")


class TestOpensshServer:
    """Debian bookworm: first alternative of Depends and Pre-Depends."""

    @pytest.mark.parametrize("cycles", ["raise", "collapse", "solve"])
    @pytest.mark.parametrize("method", METHODS)
    def test_unit_weights_count_26_paths(self, openssh: nx.DiGraph, method: str, cycles: str) -> None:
        total = gd.total_influence(openssh, *ENDS, method=method, weight=gd.weights.unit, cycles=cycles)
        assert total == gd.count_paths(openssh, *ENDS, cycles=cycles) == 26

    @pytest.mark.parametrize("cycles", ["raise", "collapse", "solve"])
    @pytest.mark.parametrize("method", METHODS)
    def test_even_gives_113_of_11040(self, openssh: nx.DiGraph, method: str, cycles: str) -> None:
        total = gd.total_influence(openssh, *ENDS, method=method, weight=gd.weights.even, cycles=cycles)
        assert total == pytest.approx(113 / 11040, rel=1e-13)

    def test_between_are_13_nodes_and_20_edges(self, openssh: nx.DiGraph) -> None:
        paths = list(gd.iter_paths(openssh, *ENDS, weight=None))
        assert len({node for path in paths for node in path.nodes}) == 13
        assert len({edge for path in paths for edge in path.edges}) == 20

    def test_the_strongest_path_is_by_libsystemd0(self, openssh: nx.DiGraph) -> None:
        (path,) = gd.strongest_paths(openssh, *ENDS, k=1, weight=gd.weights.even)
        assert path.nodes == ("openssh-server", "libsystemd0", "liblzma5")
        assert path.influence * 11040 / 113 == pytest.approx(80 / 113, rel=1e-13)

    def test_the_weightings_disagree_on_the_last_step(self, openssh: nx.DiGraph) -> None:
        even = gd.edge_contributions(openssh, *ENDS, weight=gd.weights.even).shares
        unit = gd.edge_contributions(openssh, *ENDS, weight=gd.weights.unit).shares
        assert round(100 * float(even["libsystemd0", "liblzma5"]), 1) == 77.9
        assert round(100 * float(unit["libsystemd0", "liblzma5"]), 1) == 7.7
        assert round(100 * float(unit["dpkg", "liblzma5"]), 1) == 92.3


def test_debian_counts_that_nobody_would_list() -> None:
    graph = gd.read(DATA / "bookworm.Packages.xz")
    counts = gd.count_paths(graph, "kde-full", cycles="collapse")
    assert (counts["liblzma5"], counts["libc6"]) == (31_241_901, 1_977_896_660)
