"""The reduced form of simultaneous equations: within the bound that is proven of it, or refused."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import networkx as nx
import numpy as np
import pytest
import sympy
from graphs import ENGINES, engine, reduced

import graphdiff as gd
from graphdiff.cli.why import why
from graphdiff.graph.compiled import POLICIES
from graphdiff.sums.between import between_ends
from graphdiff.sums.certificate import reduced_certificate
from graphdiff.sums.enclosure import enclosed_inverse
from graphdiff.sums.flow import flow_through

REDUCED: dict[str, Any] = {"cycles": "reduced-form"}
Exact = tuple[Fraction, Fraction]


@pytest.fixture(params=ENGINES)
def each_engine(request: pytest.FixtureRequest) -> Iterator[None]:
    with engine(request.param):
        yield


def market(kind: Callable[[str], Any] = float) -> nx.DiGraph:
    """Return supply and demand: income moves the quantity, which moves the price, which moves the quantity."""
    graph = nx.DiGraph()
    rows = [("inc", "q", "0.8"), ("q", "p", "-1.2"), ("p", "q", "1.5"), ("q", "r", "2")]
    graph.add_weighted_edges_from((tail, head, kind(weight)) for tail, head, weight in rows)
    return graph


# -- the oracle: Gauss on Fractions


def solution(graph: nx.DiGraph) -> dict[tuple[Any, Any], Fraction] | None:
    """Return (I - A)^-1 by source and target; None where I - A is singular."""
    nodes = list(graph)
    place = {node: number for number, node in enumerate(nodes)}
    size = len(nodes)
    rows = [[Fraction(int(i % size == j)) for i in range(2 * size)] for j in range(size)]
    for tail, head, weight in graph.edges(data="weight"):
        rows[place[tail]][place[head]] -= Fraction(weight)
    done = reduced(rows)
    if done is None:
        return None
    return {(s, t): done[place[s]][size + place[t]] for s in nodes for t in nodes}


def determinant(graph: nx.DiGraph) -> Fraction:
    """Return det(I - A) by cofactors along the first row."""
    nodes = list(graph)
    rows = [
        [Fraction(int(a == b)) - Fraction(graph.get_edge_data(a, b, {"weight": 0})["weight"]) for b in nodes]
        for a in nodes
    ]

    def of(matrix: list[list[Fraction]]) -> Fraction:
        if not matrix:
            return Fraction(1)
        minors = ([row[:place] + row[place + 1 :] for row in matrix[1:]] for place in range(len(matrix)))
        return sum(
            (
                (-1) ** k * first * of(minor)
                for k, (first, minor) in enumerate(zip(matrix[0], minors, strict=True))
                if first
            ),
            Fraction(0),
        )

    return of(rows)


# -- generated systems


def system(number: int) -> nx.DiGraph:
    """Return some equations: two blocks with feedback, one behind the other, with ways in, between and out."""
    r = random.Random(number)
    spread = r.choice([0.3, 1.0, 1.0, 5.0])
    drawn = r.choice([lambda: r.gauss(0, spread), lambda: r.gauss(0, 1) * 10.0 ** r.randint(-6, 6)])
    graph = nx.DiGraph()
    blocks = [[f"a{k}" for k in range(r.randint(1, 4))], [f"b{k}" for k in range(r.randint(1, 4))]]
    for block in blocks:
        ring = [*zip(block, [*block[1:], block[0]], strict=True)]
        others = [(u, v) for u in block for v in block if (u, v) not in ring and r.random() < 0.4]
        graph.add_weighted_edges_from((u, v, drawn()) for u, v in ring + others)
    outside = [
        ("s", blocks[0][0]),
        ("s", "m"),
        (blocks[0][-1], "m"),
        ("m", blocks[1][0]),
        (blocks[0][0], blocks[1][-1]),
    ]
    graph.add_weighted_edges_from((u, v, drawn()) for u, v in [*outside, (blocks[1][-1], "t"), ("m", "t")])
    if number % 3:
        _towards_singular(graph, blocks[0][-1], blocks[0][0], r, number)
    return graph


def _towards_singular(graph: nx.DiGraph, tail: str, head: str, r: random.Random, number: int) -> None:
    """Choose one weight so that I - A is singular, nearly or but for some part."""
    at = []
    for weight in (0, 1):
        graph.edges[tail, head]["weight"] = weight
        at.append(determinant(graph))
    slope = at[1] - at[0]
    root = -at[0] / slope if slope else Fraction(1)
    part = 0.0 if number % 3 == 1 else 10.0 ** r.randint(-15, -1)
    graph.edges[tail, head]["weight"] = float(root) * (1 + part)


@pytest.mark.parametrize("first", range(0, 360, 60))
def test_generated_equations_are_within_the_bound_or_refused(first: int) -> None:
    accepted = refused = 0
    for number in range(first, first + 60):
        graph = system(number)
        exact = solution(graph)
        for source, target in (("s", "t"), ("a0", "a0"), ("s", "b0")):
            try:
                why = gd.explain(graph, source, target, **REDUCED)
            except gd.errors.CycleError as error:
                refused += "reduced-form" in str(error)
                assert exact is None or max(map(abs, exact.values())) > 1e5
                continue
            assert exact is not None, f"system {number} is singular"
            accepted += 1
            assert abs(Fraction(why.total) - exact[source, target]) <= why.certificate.error_bound, number
            if number % 3 == 0 and max(map(abs, exact.values())) < 1e5:
                assert why.certificate.error_bound < 1e-4
    assert accepted > 90
    assert refused > 0


def test_equations_that_are_singular_are_refused_whatever_the_rounding() -> None:
    """Dependent rows of small integers, which floats hold: no total is the right one."""
    for number in range(100):
        r = random.Random(number)
        size = r.randint(1, 5)
        rows = [[r.randint(-3, 3) for _ in range(size)] for _ in range(size - 1)]
        times = r.choice([1, 2])
        rows.insert(r.randrange(size), [sum(column) * times for column in zip(*rows, strict=True)] or [0])
        entries = [(i, j, int(i == j) - row[j]) for i, row in enumerate(rows) for j in range(size)]
        graph = nx.DiGraph()
        graph.add_weighted_edges_from(entry for entry in entries if entry[2])
        parts = [part for part in nx.strongly_connected_components(graph) if solution(graph.subgraph(part)) is None]
        node = min(parts[0])
        for kind in (float, int, Fraction, Decimal, complex):
            with pytest.raises(gd.errors.CycleError, match="reduced-form"):
                gd.total_influence(
                    graph, node, node, weight=lambda u, v, data, kind=kind: kind(data["weight"]), **REDUCED
                )


@pytest.mark.parametrize("number", range(40))
def test_parallel_edges_are_added_within_the_bound(number: int) -> None:
    r = random.Random(number)
    graph = nx.MultiDiGraph()
    for tail, head in (("s", "a"), ("a", "b"), ("b", "a"), ("b", "b"), ("b", "t")):
        graph.add_weighted_edges_from((tail, head, r.gauss(0, 3)) for _ in range(r.randint(1, 4)))
    why = gd.explain(graph, "s", "t", **REDUCED)
    exact = solution(graph)
    assert exact is not None
    assert abs(Fraction(why.total) - exact["s", "t"]) <= why.certificate.error_bound < 1e-8


@pytest.mark.parametrize("number", range(60))
def test_where_walks_converge_both_policies_agree_within_their_bounds(number: int, each_engine: None) -> None:
    graph = system(3 * number)
    for _, _, data in graph.edges(data=True):
        data["weight"] *= 0.2 / max(1.0, abs(data["weight"]))
    one, other = (gd.explain(graph, "s", "t", cycles=policy) for policy in ("solve", "reduced-form"))
    bound = one.certificate.error_bound + other.certificate.error_bound
    assert abs(Fraction(one.total) - Fraction(other.total)) <= bound
    assert other.certificate.abs_sum == pytest.approx(one.certificate.abs_sum)
    assert [path.nodes for path in other.strongest] == [path.nodes for path in one.strongest]


# -- the market, by hand: q = 0.8 inc + 1.5 p and p = -1.2 q, hence q = 0.8 / 2.8 = 2 / 7


class TestMarket:
    @pytest.mark.parametrize("kind", [int, Fraction, Decimal, float, complex])
    def test_every_kind_of_number(self, kind: Any, each_engine: None) -> None:
        scale = 10 if kind is int else 1
        graph = market(lambda text: kind(Decimal(text) * scale) if kind is int else kind(text))
        exact = solution(market(lambda text: Fraction(text) * scale))
        assert exact is not None
        for (source, target), value in exact.items():
            total = gd.total_influence(graph, source, target, **REDUCED)
            if kind in (int, Fraction):
                assert (total, type(total)) == (value, type(total))
            else:
                assert complex(total) == pytest.approx(complex(value), rel=1e-14, abs=1e-15)
            assert isinstance(total, (kind, Fraction) if kind is int else kind) or not value

    def test_income_on_quantity_and_price(self) -> None:
        assert gd.total_influence(market(), "inc", "q", **REDUCED) == pytest.approx(2 / 7, rel=1e-15)
        assert gd.total_influence(market(), "inc", "p", **REDUCED) == pytest.approx(-0.342857142857, rel=1e-12)
        assert gd.total_influence(market(), "inc", "q", exact=True, **REDUCED).limit_denominator(100) == Fraction(2, 7)

    def test_symbols_stand_for_any_number(self) -> None:
        a, b, w = sympy.symbols("a b w")
        graph = nx.DiGraph()
        graph.add_weighted_edges_from([("s", "q", w), ("q", "p", a), ("p", "q", b)])
        total = gd.total_influence(graph, "s", "q", **REDUCED)
        assert sympy.simplify(total - w / (1 - a * b)) == 0

    def test_forward_reverse_pairs_and_jacobian_are_the_same_inverse(self, each_engine: None) -> None:
        graph, exact = market(Fraction), solution(market(Fraction))
        assert exact is not None
        for node in graph:
            assert gd.forward(graph, node, **REDUCED) == {other: exact[node, other] for other in graph}
            assert gd.reverse(graph, node, **REDUCED) == {other: exact[other, node] for other in graph}
        pairs = list(exact)
        assert list(gd.total_influences(graph, pairs, **REDUCED)) == list(exact.values())
        jacobian = gd.jacobian(graph, list(graph), list(graph), **REDUCED)
        assert all(jacobian[target, source] == value for (source, target), value in exact.items())

    def test_edges_that_enter_a_node_bring_all_that_it_has(self) -> None:
        """The contributions of the edges into q, less those round the cycle from it, are its own."""
        parts = gd.edge_contributions(market(Fraction), "inc", "r", **REDUCED)
        assert parts["inc", "q"] == parts["q", "r"] == parts.total == Fraction(4, 7)
        exact = solution(market(Fraction))
        assert exact is not None
        for tail, head, weight in market(Fraction).edges(data="weight"):
            assert parts[tail, head] == exact["inc", tail] * weight * exact[head, "r"]

    def test_what_if_compare_and_sensitivities_are_those_of_the_other_graph(self) -> None:
        graph, other = market(Fraction), market(Fraction)
        other.edges["p", "q"]["weight"] = Fraction(3)
        before, after = Fraction(4, 7), Fraction(8, 10) * 2 / (1 + Fraction(36, 10))
        changed = gd.what_if(graph, "inc", "r", reweight={("p", "q"): Fraction(3)}, **REDUCED)
        assert (changed.before, changed.after, changed.change) == (before, after, after - before)
        compared = gd.compare(graph, other, "inc", "r", **REDUCED)
        assert (compared.change, compared.attribution.total) == (after - before, after - before)
        removal = gd.sensitivities(graph, "inc", "r", **REDUCED)["p", "q"].removal
        assert removal == Fraction(16, 10) - before
        assert gd.diagnose(graph, "inc", "r", **REDUCED).n_paths == 1

    def test_it_is_no_sum_of_walks(self) -> None:
        why = gd.explain(market(), "inc", "r", **REDUCED)
        assert (why.certificate.abs_sum, why.certificate.condition) == (float("inf"), float("inf"))
        assert (why.strongest, why.effective_paths, why.n_paths, why.cancellation) == ([], None, None, None)
        assert why.certificate.digits >= 12
        assert "no sum of walks" in " ".join(str(why).split())
        assert "not summed over walks" in str(gd.what_if(market(), "inc", "r", **REDUCED))
        assert "not summed over walks" in str(gd.compare(market(), market(), "inc", "r", **REDUCED))
        legend = gd.to_pydot(gd.annotate(market(), "inc", "r", **REDUCED)).to_string()
        assert "not summed over walks" in legend

    @pytest.mark.parametrize("ask", [gd.count_paths, gd.strongest_paths, gd.prune, gd.factored])
    def test_what_asks_for_paths_refuses(self, ask: Any) -> None:
        with pytest.raises(gd.errors.CycleError, match=r"walks are infinitely many|No walk round it is the strongest"):
            ask(market(), "inc", "r", **REDUCED)
        with pytest.raises(gd.errors.CycleError, match="No walk round it is the strongest, for they do not shrink"):
            gd.sample_paths(market(), "inc", "r", 3, **REDUCED)

    def test_a_positive_loop_above_one_has_a_negative_total_and_no_absolute_sum(self) -> None:
        graph = nx.DiGraph()
        graph.add_weighted_edges_from([("s", "q", 1.0), ("q", "q", 2.0)])
        why = gd.explain(graph, "s", "q", **REDUCED)
        assert (why.total, why.certificate.abs_sum, why.strongest) == (-1.0, float("inf"), [])

    def test_a_total_of_zero_is_no_underflow(self) -> None:
        graph = nx.DiGraph()
        graph.add_weighted_edges_from(
            [("s", "a", Fraction(1)), ("s", "t", Fraction(1)), ("a", "a", Fraction(2)), ("a", "t", Fraction(1))]
        )
        why = gd.explain(graph, "s", "t", **REDUCED)
        assert (why.total, why.zero) == (0, "what comes round a cycle cancels, or is too small for a float")


# -- what is refused, and what is told


class TestRefusals:
    def test_the_condition_number_is_told(self) -> None:
        graph = nx.DiGraph()
        graph.add_weighted_edges_from([("s", "q", 1.0), ("q", "q", 1 - 2.0**-52)])
        with pytest.raises(gd.errors.CycleError, match=r"condition number is 9e\+15: .*exact=True decides"):
            gd.total_influence(graph, "s", "q", **REDUCED)
        assert gd.total_influence(graph, "s", "q", exact=True, **REDUCED) == 2**52

    def test_solve_names_what_answers_the_question(self) -> None:
        with pytest.raises(gd.errors.CycleError, match="must be below 1") as caught:
            gd.total_influence(market(), "inc", "q", cycles="solve")
        assert 'cycles="reduced-form" solves' in str(caught.value)
        assert "collapse" not in str(caught.value)

    def test_of_equations_without_one_solution_it_is_no_remedy(self) -> None:
        graph = nx.DiGraph()
        graph.add_weighted_edges_from([("s", "q", 1.0), ("q", "q", 1.0)])
        with pytest.raises(gd.errors.CycleError, match="no one solution either") as caught:
            gd.total_influence(graph, "s", "q", cycles="solve")
        assert "reduced-form" not in str(caught.value)

    def test_counts_may_be_collapsed(self) -> None:
        graph = nx.DiGraph([("s", "q"), ("q", "p"), ("p", "q"), ("q", "q")])
        with pytest.raises(gd.errors.CycleError, match='cycles="collapse" makes it one node'):
            gd.total_influence(graph, "s", "q", weight=None, cycles="solve")

    def test_raise_names_it_where_walks_do_not_converge(self) -> None:
        with pytest.raises(
            gd.errors.CycleError, match=r'do not converge.*cycles="reduced-form" solves the edges as sim'
        ):
            gd.total_influence(market(), "inc", "q")
        with pytest.raises(gd.errors.CycleError, match=r"spectral radius 0\.5\); cycles=.collapse"):
            gd.total_influence(nx.DiGraph([("a", "a", {"weight": 0.5})]), "a", "a")

    def test_the_limit_is_that_of_solve(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("graphdiff.sums.cycles.MAX_SOLVED", 1)
        with pytest.raises(gd.errors.LimitError, match='cycles="reduced-form" takes up to 1'):
            gd.total_influence(market(), "inc", "q", **REDUCED)

    def test_the_command_line_has_every_policy(self) -> None:
        (option,) = [each for each in why.params if each.name == "cycles"]
        assert tuple(option.type.choices) == POLICIES


# -- the enclosure by itself


@pytest.mark.parametrize("number", range(200))
def test_a_bound_of_what_the_inverse_makes_holds(number: int) -> None:
    """Entry by entry, of the exact inverse of what the floats are, to the last digits; also where it barely is one."""
    r = random.Random(number)
    size = r.randint(1, 5)
    graph = nx.DiGraph()
    graph.add_nodes_from(range(size))
    graph.add_weighted_edges_from((i, j, r.gauss(0, 1)) for i in range(size) for j in range(size))
    if number % 2:
        at = []
        for weight in (0, 1):
            graph.edges[0, 0]["weight"] = weight
            at.append(determinant(graph))
        graph.edges[0, 0]["weight"] = float(-at[0] / (at[1] - at[0])) * (1 + 10.0 ** r.randint(-16, -8))
    exact = solution(graph)
    places, weights = zip(*((i * size + j, w) for i, j, w in graph.edges(data="weight")), strict=True)
    inverse = enclosed_inverse(size, np.array(places), np.array(weights))
    if not inverse.is_proven:
        assert inverse.condition > 1e12
        return
    assert exact is not None
    sizes = [abs(r.gauss(0, 1)) for _ in range(size)]
    bound = inverse.onward(np.array(sizes)).tolist()
    for i in range(size):
        assert sum(abs(exact[i, j]) * Fraction(sizes[j]) for j in range(size)) <= Fraction(bound[i])


def test_mappings_of_both_ends(each_engine: None) -> None:
    seeds: Mapping[str, Fraction] = {"inc": Fraction(2), "p": Fraction(1, 3)}
    exact = solution(market(Fraction))
    assert exact is not None
    reached = gd.forward(market(Fraction), seeds, **REDUCED)
    assert reached["r"] == sum(seed * exact[node, "r"] for node, seed in seeds.items())


@pytest.mark.parametrize("number", range(30))
def test_the_bound_holds_of_whatever_numbers_the_sweeps_have(number: int) -> None:
    """Tangents that are off by much, and adjoints that are no use at all: the bound is of what they miss."""
    graph = system(3 * number)
    exact = solution(graph)
    assert exact is not None
    ready = gd.compile(graph, **REDUCED)
    between = between_ends(ready, "s", "t")
    flow = flow_through(between)
    r = random.Random(number)
    flow.__dict__["tangents"] = [value * (1 + 0.01 * r.gauss(0, 1)) for value in flow.tangents]
    flow.__dict__["adjoints"] = [0.0 for _ in flow.adjoints]
    proven = reduced_certificate(between, flow, float("inf"))
    off = abs(Fraction(flow.total) - exact["s", "t"])
    assert 0 < off <= proven.error_bound


def test_a_large_cycle_takes_no_eigenvalues(monkeypatch: pytest.MonkeyPatch) -> None:
    ring = [(k, (k + 1) % 400, 2.0) for k in range(400)]
    graph = nx.DiGraph()
    graph.add_weighted_edges_from(ring)
    monkeypatch.setattr(np.linalg, "eigvals", None)
    assert gd.explain(graph, 0, 1, **REDUCED).certificate.abs_sum == float("inf")
    with pytest.raises(gd.errors.CycleError, match="spectral radius of the absolute weights is at least 2"):
        gd.strongest_paths(graph, 0, 1, **REDUCED)
    with pytest.raises(gd.errors.CycleError, match=r"spectral radius is at least 2 .*reduced-form"):
        gd.total_influence(graph, 0, 1, cycles="solve")


@pytest.mark.parametrize("policy", ["solve", "reduced-form"])
def test_an_exact_total_that_floats_cannot_tell_from_none_is_explained(policy: Any) -> None:
    graph = nx.DiGraph()
    graph.add_weighted_edges_from([("s", "a", 1.0), ("a", "b", 2.0), ("b", "a", 0.5 - 2.0**-54), ("b", "t", 1.0)])
    why = gd.explain(graph, "s", "t", cycles=policy, exact=True)
    assert (why.total, why.strongest, why.certificate.error_bound) == (2**54, [], 0)
    assert str(why)
