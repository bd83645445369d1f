"""`uncertainty`: standard errors against published ones and Monte Carlo, bounds against corners and 10,000 draws."""

from __future__ import annotations

import csv
import json
import math
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from graphs import QUARTERS, dags, edge_names, path_sum, queries, walks, weighted
from hypothesis import given, settings
from hypothesis import strategies as st

import graphdiff as gd

Query = tuple[nx.MultiDiGraph, Any, Any]
DRAWS = 10_000


def mediation() -> nx.DiGraph:
    """Return lavaan's tutorial example: c .036, a .474, b .788, with standard errors .104, .103, .092."""
    graph = nx.DiGraph(edge_meaning="causes")
    graph.add_edge("X", "Y", weight=0.036, se=0.104)
    graph.add_edge("X", "M", weight=0.474, se=0.103)
    graph.add_edge("M", "Y", weight=0.788, se=0.092)
    return graph


def drawn_totals(graph: nx.DiGraph, ends: tuple[Any, Any], draws: dict[tuple[Any, ...], Any]) -> Any:
    """Return the total of each draw, path by path."""
    paths = walks(graph, *ends)
    return sum(
        (math.prod((draws[edge] for edge in path), start=np.ones(DRAWS)) for path in paths), start=np.zeros(DRAWS)
    )


def test_sobel_by_hand() -> None:
    """a = .474 (.103), b = .788 (.092): sqrt(.474² .092² + .788² .103²) = .09214 (lavaan prints .092)."""
    graph = mediation()
    graph.remove_edge("X", "Y")
    found = gd.uncertainty(graph, "X", "Y", sd="se")
    assert found.standard_error == pytest.approx(math.sqrt(0.474**2 * 0.092**2 + 0.788**2 * 0.103**2))
    assert found.standard_error == pytest.approx(0.092, abs=5e-4)
    assert found.z == pytest.approx(0.474 * 0.788 / found.standard_error)
    assert found.independent


def test_the_total_effect_needs_the_covariance_of_its_coefficients() -> None:
    """Of a least-squares regression on X and M, cov(b, c) = -a var(b); lavaan prints .125 for the total."""
    graph = mediation()
    apart = gd.uncertainty(graph, "X", "Y", sd="se")
    assert "the weights taken as independent" in str(apart)
    cov = {(("M", "Y"), ("X", "Y")): -0.474 * 0.092**2}
    found = gd.uncertainty(graph, "X", "Y", sd="se", cov=cov)
    assert found.standard_error == pytest.approx(0.125, abs=5e-4)
    assert apart.standard_error == pytest.approx(0.139, abs=5e-4)
    assert not found.independent
    assert "with the weights' covariance" in str(found)


def estimates(path: Path) -> dict[tuple[str, str, str], dict[str, str]]:
    with path.open(newline="") as file:
        return {(row["lhs"], row["op"], row["rhs"]): row for row in csv.DictReader(file)}


def test_lavaan_mediation(shared_data: Path) -> None:
    """The indirect and the total effect with their standard errors, as lavaan 0.6-14 gives them."""
    folder = shared_data / "pathmodels"
    rows = estimates(folder / "lavaan_mediation.parameterEstimates.csv")
    graph = gd.read(folder / "lavaan_mediation.edges.csv")
    sd = {(rhs, lhs): float(row["se"]) for (lhs, op, rhs), row in rows.items() if op == "~"}
    cov = {(("M", "Y"), ("X", "Y")): -graph.edges["X", "M"]["weight"] * sd["M", "Y"] ** 2}
    total = gd.uncertainty(graph, "X", "Y", sd=sd, cov=cov)
    known = rows["total", ":=", "c+(a*b)"]
    assert total.total == pytest.approx(float(known["est"]), rel=1e-12)
    assert total.standard_error == pytest.approx(float(known["se"]), rel=1e-6)
    assert total.z == pytest.approx(float(known["z"]), rel=1e-6)
    assert total.interval() == pytest.approx((float(known["ci.lower"]), float(known["ci.upper"])), rel=1e-5)
    graph.remove_edge("X", "Y")
    indirect = gd.uncertainty(graph, "X", "Y", sd={edge: sd[edge] for edge in graph.edges})
    assert indirect.standard_error == pytest.approx(float(rows["ab", ":=", "a*b"]["se"]), rel=1e-6)


def test_the_other_path_models(shared_data: Path) -> None:
    """Totals, and the effect mediated: what is lost without the node between."""
    folder = shared_data / "pathmodels"
    truth = json.loads((folder / "lavaan.truth.json").read_text())
    graph = gd.read(folder / "lavaan_politicaldemocracy.edges.csv")
    found = gd.what_if(graph, "ind60", "dem65", remove_nodes=["dem60"])
    assert found.before == pytest.approx(truth["politicaldemocracy"]["total_ind60_dem65"], rel=1e-10)
    assert -found.change == pytest.approx(truth["politicaldemocracy"]["indirect"], rel=1e-10)
    truth = json.loads((folder / "blau_duncan_1967.truth.json").read_text())
    model = gd.read(folder / "blau_duncan_1967.edges.csv")
    for cause, total in truth["decimal"].items():
        assert gd.what_if(model, cause, "occ1962").before == pytest.approx(total, rel=1e-12)


def test_tigramite_mediation() -> None:
    """X -> Y -> Z .5, .5 with .25 direct (tigramite's tutorial): total .5, mediated .25."""
    graph = weighted([("X", "Y", 0.5), ("Y", "Z", 0.5), ("X", "Z", 0.25)])
    found = gd.what_if(graph, "X", "Z", remove_nodes=["Y"])
    assert (found.before, found.after, found.change) == (0.5, 0.25, -0.25)


@settings(max_examples=25)
@given(query=queries(dags(QUARTERS)), seed=st.integers(0, 2**32 - 1))
def test_small_deviations_agree_with_monte_carlo(query: Query, seed: int) -> None:
    graph, source, target = query
    rng = np.random.default_rng(seed)
    edges = edge_names(graph)
    sd = {edge: float(rng.uniform(0, 1e-4)) for edge in edges}
    found = gd.uncertainty(graph, source, target, sd=sd)
    draws = {edge: rng.normal(float(graph.edges[edge]["weight"]), sd[edge], DRAWS) for edge in edges}
    spread = drawn_totals(graph, (source, target), draws).std()
    assert found.standard_error == pytest.approx(spread, rel=0.05, abs=1e-7)


def test_correlated_deviations_agree_with_monte_carlo() -> None:
    graph = weighted([("s", "a", 0.5), ("a", "t", 2.0), ("s", "t", -1.0), ("s", "b", 3.0), ("b", "t", 0.25)])
    rng = np.random.default_rng(7)
    root = rng.normal(size=(5, 5)) * 0.01
    cov = root @ root.T
    drawn = rng.multivariate_normal([graph.edges[e]["weight"] for e in graph.edges], cov, DRAWS).T
    found = gd.uncertainty(graph, "s", "t", cov=cov)
    spread = drawn_totals(graph, ("s", "t"), dict(zip(graph.edges, drawn, strict=True))).std()
    assert found.standard_error == pytest.approx(spread, rel=0.05)


def test_a_covariance_in_every_form_is_the_same() -> None:
    pandas = pytest.importorskip("pandas")
    graph = nx.DiGraph()
    for tail, head, weight in (("m", "y", 2.0), ("x", "m", 0.5), ("x", "y", 1.0)):  # the sources are not in order
        graph.add_edge(tail, head, weight=weight)
    edges = list(graph.edges)
    matrix = np.array([[0.04, 0.01, 0.0], [0.01, 0.09, -0.02], [0.0, -0.02, 0.01]])
    slopes = {("m", "y"): 0.5, ("x", "m"): 2.0, ("x", "y"): 1.0}
    vector = np.array([slopes[edge] for edge in edges])
    expected = math.sqrt(vector @ matrix @ vector)
    labels = pandas.Index(edges, tupleize_cols=False)
    pairs = {(a, b): matrix[i, j] for i, a in enumerate(edges) for j, b in enumerate(edges) if i <= j}
    compiled = gd.compile(graph)
    assert gd.uncertainty(graph, "x", "y", cov=matrix).standard_error == pytest.approx(expected)
    assert gd.uncertainty(graph, "x", "y", cov=matrix.tolist()).standard_error == pytest.approx(expected)
    frame = pandas.DataFrame(matrix, index=labels, columns=labels)
    assert gd.uncertainty(graph, "x", "y", cov=frame).standard_error == pytest.approx(expected)
    assert gd.uncertainty(graph, "x", "y", cov=pairs).standard_error == pytest.approx(expected)
    found = gd.uncertainty(compiled, "x", "y", cov=matrix)  # in the order in which the edges were given
    assert found.standard_error == pytest.approx(expected)


def test_solved_cycles_have_a_standard_error_and_no_bounds() -> None:
    graph = weighted([("a", "b", 0.5), ("b", "a", 0.5), ("b", "c", 1.0)])
    sd = dict.fromkeys(graph.edges, 1e-3)
    found = gd.uncertainty(graph, "a", "c", sd=sd, cycles="solve")
    # T = p r / (1 - p q): dT/dp = r / (1 - pq)², dT/dq = p² r / (1 - pq)², dT/dr = p / (1 - pq)
    assert found.standard_error == pytest.approx(1e-3 * math.hypot(1 / 0.75**2, 0.25 / 0.75**2, 0.5 / 0.75))
    with pytest.raises(gd.errors.CycleError, match="Bounds are not carried round a cycle that is solved"):
        gd.uncertainty(graph, "a", "c", low=graph_bounds(graph, -0.1), high=graph_bounds(graph, 0.1), cycles="solve")


def graph_bounds(graph: nx.DiGraph, width: float) -> dict[Any, float]:
    return {edge: graph.edges[edge]["weight"] + width for edge in edge_names(graph)}


@settings(max_examples=100)
@given(query=queries(dags(QUARTERS, max_edges=7)), data=st.data())
def test_every_corner_of_the_bounds_is_enclosed(query: Query, data: st.DataObject) -> None:
    graph, source, target = query
    edges = edge_names(graph)
    widths = st.integers(0, 4).map(lambda quarters: quarters / 4)
    low = {edge: graph.edges[edge]["weight"] - data.draw(widths) for edge in edges}
    high = {edge: graph.edges[edge]["weight"] + data.draw(widths) for edge in edges}
    found = gd.uncertainty(graph, source, target, low=low, high=high)
    corners = []
    for chosen in product(*((low[edge], high[edge]) for edge in edges)):
        corner = graph.copy()
        for edge, weight in zip(edges, chosen, strict=True):
            corner.edges[edge]["weight"] = Fraction(weight)
        corners.append(path_sum(corner, source, target))
    assert found.low is not None
    assert found.high is not None
    assert found.low <= min(corners)
    assert max(corners) <= found.high
    if all(bound >= 0 for bound in low.values()):  # then it is the range itself, but for rounding
        assert found.low == pytest.approx(float(min(corners)), abs=1e-12)
        assert found.high == pytest.approx(float(max(corners)), abs=1e-12)


@settings(max_examples=25)
@given(query=queries(dags(st.floats(-3, 3))), seed=st.integers(0, 2**32 - 1))
def test_every_draw_within_the_bounds_is_enclosed(query: Query, seed: int) -> None:
    graph, source, target = query
    rng = np.random.default_rng(seed)
    edges = edge_names(graph)
    for edge in edges:
        graph.edges[edge]["low"] = graph.edges[edge]["weight"] - float(rng.uniform(0, 1))
        graph.edges[edge]["high"] = graph.edges[edge]["weight"] + float(rng.uniform(0, 1))
    found = gd.uncertainty(graph, source, target, low="low", high="high")
    draws = {edge: rng.uniform(graph.edges[edge]["low"], graph.edges[edge]["high"], DRAWS) for edge in edges}
    totals = drawn_totals(graph, (source, target), draws)
    assert found.low is not None
    assert found.high is not None
    assert found.low <= totals.min() + 1e-12
    assert totals.max() - 1e-12 <= found.high


def test_bounds_are_rounded_outwards() -> None:
    third = Fraction(1, 3)
    graph = weighted([("a", "b", third), ("b", "c", third)])
    known = dict.fromkeys(graph.edges, third)
    found = gd.uncertainty(graph, "a", "c", low=known, high=known)
    assert found.low is not None
    assert found.high is not None
    assert found.low < third * third < found.high
    assert found.high - found.low < 1e-15
    tenths = weighted([(n, n + 1, 0.1) for n in range(30)])
    known = dict.fromkeys(tenths.edges, 0.1)
    found = gd.uncertainty(tenths, 0, 30, low=known, high=known)
    assert found.low is not None
    assert found.high is not None
    assert found.low <= Fraction(0.1) ** 30 <= found.high


def test_bounds_beyond_the_floats_are_an_error() -> None:
    graph = weighted([("a", "b", 1e200), ("b", "c", 1e100)])
    with pytest.raises(gd.errors.ValueOverflowError, match="a bound of the total is larger"):
        gd.uncertainty(graph, "a", "c", low=dict.fromkeys(graph.edges, 0), high=dict.fromkeys(graph.edges, 1e200))


def test_only_edges_on_the_way_need_a_deviation() -> None:
    graph = mediation()
    graph.add_edge("Y", "Z", weight=1.0)
    assert gd.uncertainty(graph, "X", "Y", sd="se").standard_error
    with pytest.raises(gd.errors.WeightError, match=r"sd of the edge 'Y' -> 'Z' is missing \(attribute 'se'\); 0 says"):
        gd.uncertainty(graph, "X", "Z", sd="se")


def test_no_path_is_certain() -> None:
    found = gd.uncertainty(mediation(), "Y", "X", sd="se", low={}, high={})
    assert (found.total, found.standard_error, found.low, found.high, found.z) == (0, 0, 0, 0, None)


def test_text_record_and_interval() -> None:
    pytest.importorskip("pandas")
    graph = mediation()
    found = gd.uncertainty(graph, "X", "Y", sd="se", low=graph_bounds(graph, -0.1), high=graph_bounds(graph, 0.1))
    assert str(found).splitlines() == [
        "One unit more of X changes Y by 0.409512.",
        "Standard error 0.138943, the weights taken as independent; 95 %: 0.137188 to 0.681836.",
        "Within the weights' bounds it lies between 0.193312 and 0.645712.",
    ]
    record = json.loads(json.dumps(found.to_dict()))
    assert record["ci_low"] == pytest.approx(record["total"] - 1.959964 * record["standard_error"])
    assert found.interval(0.5)[0] == pytest.approx(found.total - 0.6744898 * record["standard_error"])
    assert found.to_pandas()["independent"]
    assert "<pre>One unit more" in found._repr_html_()


X_Y, X_M, M_Y = ("X", "Y"), ("X", "M"), ("M", "Y")
#: What says nothing of the total, and what the error says.
MISTAKES: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "nothing": ({}, gd.errors.UsageError, "sd= or cov= gives a standard error"),
    "one bound": ({"low": "low"}, gd.errors.UsageError, "high= is missing"),
    "negative": ({"sd": {X_Y: 1, X_M: -1, M_Y: 1}}, gd.errors.WeightError, "is -1, and cannot be negative"),
    "text": ({"sd": {X_Y: "1", X_M: 1, M_Y: 1}}, gd.errors.WeightError, "is '1', not a finite real number"),
    "unknown edge": ({"sd": {("Y", "X"): 1}}, gd.errors.UnknownEdgeError, "one the other way"),
    "missing bound": (
        {"low": {X_Y: 0}, "high": {X_Y: 1}},
        gd.errors.WeightError,
        "low of the edge 'X' -> 'M' is missing",
    ),
    "weight out of bounds": (
        {"low": {X_Y: 0, X_M: 0, M_Y: 0.8}, "high": dict.fromkeys((X_Y, X_M, M_Y), 1)},
        gd.errors.WeightError,
        "the weight of the edge 'M' -> 'Y' is 0.788, not within its bounds 0.8 to 1",
    ),
    "shape": (
        {"cov": np.eye(2)},
        gd.errors.UsageError,
        r"cov has shape \(2, 2\): a row and a column for each of the 3",
    ),
    "no pair": ({"cov": {"X~Y": 1.0}}, gd.errors.UsageError, r"a mapping of \(edge, edge\) to number is needed"),
    "nodes, and no edges": ({"cov": {X_Y: 1.0}}, gd.errors.UsageError, "cov names 'X', which is no label of an edge"),
    "no variance": (
        {"cov": {(X_Y, X_Y): 1.0}},
        gd.errors.WeightError,
        "the variance of the edge 'X' -> 'M' is missing",
    ),
    "negative variance": ({"cov": -np.eye(3)}, gd.errors.WeightError, "is -1.0"),
    "not symmetric": (
        {"cov": np.eye(3) + np.array([[0, 0.5, 0], [0, 0, 0], [0, 0, 0]])},
        gd.errors.UsageError,
        "cov is not symmetric",
    ),
    "no covariance": (
        {"sd": "se", "cov": {(X_Y, M_Y): -1.0}},
        gd.errors.UsageError,
        "cov is no covariance: its smallest eigenvalue is -0.9",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_what_says_nothing_of_the_total(name: str) -> None:
    asked, error, text = MISTAKES[name]
    with pytest.raises(error, match=text):
        gd.uncertainty(mediation(), "X", "Y", **asked)


def test_attributes_are_those_of_a_networkx_graph() -> None:
    with pytest.raises(gd.errors.UsageError, match="only a networkx graph has attributes; give a mapping"):
        gd.uncertainty(gd.compile(mediation()), "X", "Y", sd="se")
    with pytest.raises(gd.errors.UsageError, match="a standard error needs real weights"):
        gd.uncertainty(weighted([("a", "b", 1j), ("b", "c", 1j)]), "a", "c", sd={})
    with pytest.raises(gd.errors.UsageError, match="there is no standard error"):
        gd.uncertainty(mediation(), "Y", "X", low={}, high={}).interval()
    with pytest.raises(gd.errors.UsageError, match="level=95 is not between"):
        gd.uncertainty(mediation(), "X", "Y", sd="se").interval(95)
