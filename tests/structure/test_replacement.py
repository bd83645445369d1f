"""Replacement scores: circuit-tracer's formulas restated in fractions, and paths listed one by one with their signs."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.errors import CycleError, UsageError, WeightError
from graphdiff.structure.replacement import Drive, ReplacementScores, replacement_scores

FILE = "attribution/neuronpedia.123-gemma-2-2b-clt-hp.json"

#: circuit-tracer's test graph (tests/test_graph.py, test_small_graph): five features, four errors, two tokens, a logit.
KINDS = ["feature"] * 5 + ["error"] * 4 + ["token"] * 2 + ["logit"]
ENTERING = {11: (1, 3, 6, 8), 3: (0, 1, 6), 1: (9, 10), 0: (9,)}


# ------------------------------------------------------------------------------------------------- oracles


def by_their_formulas(graph: nx.DiGraph, seeds: dict[Any, Fraction]) -> tuple[Any, Any]:
    """Return both scores as compute_graph_scores has them: a matrix of rows that enter, and a power iteration."""
    rows: dict[Any, dict[Any, Fraction]] = {node: {} for node in graph}
    for tail, head, weight in graph.edges(data="weight"):
        rows[head][tail] = rows[head].get(tail, Fraction(0)) + abs(Fraction(weight))
    for node, row in rows.items():
        total = sum(row.values())
        rows[node] = {tail: size / total for tail, size in row.items()} if total else {}
    current, influence = dict(seeds), dict.fromkeys(graph, Fraction(0))
    while any(current.values()):
        onward = dict.fromkeys(graph, Fraction(0))
        for head, number in current.items():
            for tail, part in rows[head].items():
                onward[tail] += number * part
        influence = {node: influence[node] + onward[node] for node in graph}
        current = onward
    kinds = dict(graph.nodes(data="kind"))
    tokens = sum(influence[node] for node in graph if kinds[node] == "token")
    errors = sum(influence[node] for node in graph if kinds[node] == "error")
    output = {node: influence[node] + seeds.get(node, 0) for node in graph}
    explained = sum(
        output[node] * (1 - sum(part for tail, part in rows[node].items() if kinds[tail] == "error")) for node in graph
    )
    everything = sum(output.values())
    return (
        tokens / (tokens + errors) if tokens + errors else None,
        explained / everything if everything else None,
    )


def listed(graph: nx.DiGraph, start: Any, seeds: dict[Any, Fraction]) -> list[Fraction]:
    """Return the influence of every path from a node to the logits, times what the logit counts."""
    sums = [Fraction(seeds[start])] if start in seeds else []
    for _, head, data in graph.out_edges(start, data=True):
        sums += [Fraction(data["weight"]) * number for number in listed(graph, head, seeds)]
    return sums


def attribution_graph(kinds: list[str], weights: dict[tuple[int, int], Any], leaf: Any = True) -> nx.DiGraph:
    """Return a graph of nodes of these kinds; each logit counts `leaf` times."""
    graph = nx.DiGraph(edge_meaning="drives", weight_meaning="attribution")
    for number, kind in enumerate(kinds):
        marks = {"token": {"root": True}, "logit": {"leaf": leaf}}.get(kind, {})
        graph.add_node(number, kind=kind, **marks)
    graph.add_weighted_edges_from((tail, head, weight) for (tail, head), weight in weights.items())
    return graph


@st.composite
def attribution_graphs(draw: Any) -> nx.DiGraph:
    """Draw tokens, errors, features and logits; what is driven is of a later layer, and tokens and errors never are."""
    count = st.integers(0, 3)
    kinds = ["token"] * draw(count) + ["error"] * draw(count) + ["feature"] * draw(count) + ["logit"] * draw(count)
    if set(kinds) <= {"feature"}:  # of these alone there are no scores
        kinds = ["token", *kinds, "logit"]
    pairs = [
        (tail, head)
        for head, kind in enumerate(kinds)
        for tail in range(head)
        if kind in ("feature", "logit") and kinds[tail] != "logit"
    ]
    numbers = st.fractions(-3, 3, max_denominator=5)
    edges = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    return attribution_graph(kinds, {edge: draw(numbers) for edge in edges}, draw(st.sampled_from([0.5, 0.25, True])))


# --------------------------------------------------------------------------------------------------- tests


@settings(max_examples=60)
@given(attribution_graphs())
def test_scores_are_those_of_their_formulas_and_accounts_those_of_the_paths(graph: nx.DiGraph) -> None:
    seeds = {node: Fraction(leaf) for node, leaf in graph.nodes(data="leaf") if leaf is not None}
    scores = replacement_scores(graph, exact=True)
    if not seeds:  # then the leaves are what drives nothing
        seeds = {node: Fraction(1) for node in graph if not graph.out_degree(node)}
    assert (scores.replacement, scores.completeness) == by_their_formulas(graph, seeds)
    for kind, drive in (("token", scores.tokens), ("error", scores.errors)):
        starts = [node for node, known in graph.nodes(data="kind") if known == kind]
        paths = [number for start in starts for number in listed(graph, start, seeds)]
        assert drive.n_nodes == len(starts)
        assert drive.total == sum(paths)
        assert drive.positive == sum(number for number in paths if number > 0)
        assert drive.negative == sum(number for number in paths if number < 0)


def test_the_test_graph_of_circuit_tracer() -> None:
    """Its own code gives 0.4166666666666667 and 0.7812499999999999 on float64."""
    weights = {(tail, head): 10.0 for head, tails in ENTERING.items() for tail in tails}
    scores = replacement_scores(attribution_graph(KINDS, weights, 1.0), exact=True)
    assert (scores.replacement, scores.completeness) == (Fraction(5, 12), Fraction(25, 32))
    floats = replacement_scores(attribution_graph(KINDS, weights, 1.0))
    assert (floats.replacement, floats.completeness) == pytest.approx((5 / 12, 25 / 32), abs=1e-15)


SMALL = ["token", "error", "feature", "logit"]


def small(first: Any, second: Any, third: Any, leaf: Any = True) -> nx.DiGraph:
    return attribution_graph(SMALL, {(0, 2): first, (1, 2): second, (2, 3): third}, leaf)


@pytest.mark.parametrize(
    ("numbers", "replacement"),
    [
        ((3, -1, 2), 0.75),
        ((3.0, -1.0, 2.0), 0.75),
        ((Fraction(3), Fraction(-1), Fraction(2)), Fraction(3, 4)),
        ((Decimal(3), Decimal(-1), Decimal(2)), Decimal("0.75")),
        ((3 * 2**70, -(2**70), 2), Fraction(3, 4)),
    ],
    ids=["ints", "floats", "fractions", "decimals", "large ints"],
)
def test_every_kind_of_real_number(numbers: tuple[Any, Any, Any], replacement: Any) -> None:
    scores = replacement_scores(small(*numbers))
    assert scores.replacement == replacement
    assert type(scores.replacement) is type(replacement)
    assert scores.errors == Drive(1, 1 - replacement, numbers[1] * 2, 0, numbers[1] * 2)
    assert replacement_scores(small(*numbers), exact=True).completeness == Fraction(11, 12)


@pytest.mark.parametrize("weight", [2j, sympy.Symbol("x")])
def test_other_numbers_are_refused(weight: Any) -> None:
    with pytest.raises(WeightError, match=r"^normalised: a part of absolute weights needs real numbers"):
        replacement_scores(small(weight, weight, weight))
    assert gd.diagnose(small(weight, weight, weight)).scores is None


def test_parallel_edges_add() -> None:
    graph = nx.MultiDiGraph(small(3.0, -1.0, 2.0))
    graph.add_edge(1, 2, weight=4.0)
    scores = replacement_scores(graph)
    assert scores.replacement == 3 / 8
    assert (scores.errors.total, scores.errors.positive, scores.errors.negative) == (6, 8, -2)


def test_cycles() -> None:
    graph = attribution_graph([*SMALL, "feature"], {(0, 2): 1.0, (1, 2): 1.0, (2, 4): 1.0, (4, 2): 2.0, (2, 3): 1.0})
    with pytest.raises(CycleError, match=r"the graph has a cycle"):
        replacement_scores(graph)
    with pytest.raises(UsageError, match=r'component with a cycle that is collapsed has several; cycles="solve"'):
        replacement_scores(graph, cycles="collapse")
    assert gd.diagnose(graph).scores is gd.diagnose(graph, cycles="collapse").scores is None
    graph.edges[4, 2]["weight"] = 0.5
    # Of one unit at the feature 0.2 come back, so that 1.25 are there: 0.4 of them each from the token and the error.
    scores = replacement_scores(graph, cycles="solve")
    assert (scores.replacement, scores.tokens.influence) == pytest.approx((0.5, 0.5))
    assert scores.tokens.total == pytest.approx(2)


def test_nothing_that_reaches_the_logits_is_known_of_neither() -> None:
    scores = replacement_scores(attribution_graph(SMALL, {(0, 2): 1.0}))
    assert (scores.replacement, scores.completeness) == (None, 1)
    assert "replacement   not known" in str(scores)


def test_a_negative_logit_counts_against() -> None:
    drive = replacement_scores(small(3.0, -1.0, 2.0, leaf=-0.5)).tokens
    assert (drive.total, drive.positive, drive.negative) == (-3, 0, -3)


def test_other_graphs_are_refused_and_compiled_ones_without_kinds() -> None:
    message = r"^no node has the kind token, error or logit: replacement scores are of attribution graphs"
    for graph in (nx.DiGraph([("a", "b", {"weight": 1})]), gd.CompiledGraph.from_arrays([0], [1])):
        with pytest.raises(UsageError, match=message):
            replacement_scores(graph)


def test_compiled_graphs() -> None:
    graph = small(3.0, -1.0, 2.0, leaf=0.5)
    graph.graph["pruned"] = 0.8
    assert replacement_scores(gd.compile(graph)) == replacement_scores(graph)


def test_saved_graphs(tmp_path: Path) -> None:
    graph = small(3.0, -1.0, 2.0, leaf=0.5)
    graph.graph["pruned"] = 0.8
    gd.compile(graph).with_attributes(graph).save(tmp_path / "x.gdiff")
    right = replacement_scores(graph)
    assert replacement_scores(gd.read(tmp_path / "x.gdiff")) == right
    assert replacement_scores(gd.CompiledGraph.load(tmp_path / "x.gdiff")) == right
    assert right.pruned == 0.8


def test_the_report_says_what_the_scores_are_of() -> None:
    graph = small(3.0, -1.0, 2.0, leaf=0.5)
    assert str(replacement_scores(graph)).splitlines() == [
        "How much of what reaches the logits is explained",
        "  replacement   75.0 %: tokens' part of what tokens and errors do, by influence",
        "  completeness  91.7 % of what enters nodes, by influence, is no error; tokens and errors, which",
        "                nothing enters, count as wholly complete",
        "                circuit-tracer's scores, of the file as it is: if it was pruned, those of the whole",
        "                graph are others",
        "  tokens        1, one unit each: +3 reaches the logits, +3 for, 0 against",
        "  errors        1, one unit each: -1 reaches the logits, 0 for, -1 against",
    ]
    graph.graph["pruned"] = {"node_threshold": 0.8}
    assert "of the file as it is: it was pruned, those" in str(replacement_scores(graph))
    assert repr(replacement_scores(graph)) == "<ReplacementScores: replacement 75.0 %, completeness 91.7 %>"
    assert json.dumps(replacement_scores(graph).to_dict())
    assert replacement_scores(graph).to_pandas()["replacement"] == 0.75


def test_diagnose_and_rank_say_them() -> None:
    graph = small(3.0, -1.0, 2.0, leaf=0.5)
    line = "replacement 75.0 %, completeness 91.7 %: circuit-tracer's scores, of the file as it is"
    scores = replacement_scores(graph)
    assert gd.diagnose(graph).scores == gd.rank(graph, target=gd.LEAVES).scores == scores
    assert "  replacement       75.0 %: tokens' part" in str(gd.diagnose(graph))
    assert line in str(gd.rank(graph, target=gd.LEAVES))
    weightings = [gd.compile(graph), gd.compile(graph, weight=gd.weights.normalised)]
    ranking = gd.rank(graph, target=gd.LEAVES, weightings=weightings)
    assert ranking.to_dict()["scores"] == gd.diagnose(graph).to_dict()["scores"] == scores.to_dict()
    assert dict(zip(ranking.nodes, ranking.influences, strict=True))[0] == [3, 0.375]
    for other in (gd.diagnose(graph, 0), gd.diagnose(graph, weight=None), gd.rank(graph, 0)):
        assert other.scores is None
        assert "scores" not in other.to_dict()


def test_reports_account_in_the_logits_unit_where_activations_are_known() -> None:
    graph = small(3.0, -1.0, 2.0, leaf=0.5)
    own = replacement_scores(graph)
    assert (own.weights, gd.diagnose(graph).scores) == ("attribution", own)
    graph.nodes[2]["activation"] = 4.0
    divided = replacement_scores(graph, weight=gd.weights.per_activation)
    assert (divided.replacement, divided.completeness) == (own.replacement, own.completeness)
    assert (divided.tokens.total, divided.errors.total) == (0.75, -0.25)
    assert divided.to_dict()["weights"] == "per-activation"
    for ready in (gd.diagnose(graph), gd.diagnose(graph, weight=gd.weights.per_activation)):
        assert ready.scores == divided
        assert "  tokens            1: of the logits +0.75 (per-activation), +0.75 for, 0 against" in str(ready)
        assert "  errors            1: of the logits -0.25 (per-activation), 0 for, -0.25 against" in str(ready)
    assert gd.rank(graph, target=gd.LEAVES).scores == divided
    summed = gd.eliminate(graph, [2])
    assert gd.diagnose(summed).scores == replacement_scores(summed)


def test_a_published_file(shared_data: Path) -> None:
    graph = gd.read(shared_data / FILE)
    seeds = {node: Fraction(leaf) for node, leaf in graph.nodes(data="leaf") if leaf is not None}
    exact = replacement_scores(graph, exact=True)
    assert (exact.replacement, exact.completeness) == by_their_formulas(graph, seeds)
    floats = replacement_scores(graph)
    assert isinstance(floats, ReplacementScores)
    assert (floats.replacement, floats.completeness) == pytest.approx((0.9012112766835, 0.9588287270248), abs=1e-12)
    paths = [number for node in graph if node.startswith("E_") for number in listed(graph, node, seeds)]
    assert exact.tokens.total == sum(paths)
    assert exact.tokens.positive == sum(number for number in paths if number > 0)
    assert floats.tokens.total == pytest.approx(float(exact.tokens.total), rel=1e-12)
