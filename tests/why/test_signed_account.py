"""What speaks for a target and against it, by how many paths, and what errors bring: each path listed one by one."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
import sympy
from graphs import NUMBERS, dags, influence, walks
from hypothesis import given, settings
from hypothesis import strategies as st

import graphdiff as gd

PUBLISHED = "attribution/123.json"


def listed(graph: nx.DiGraph, sources: dict[Any, Any], targets: dict[Any, Any]) -> list[Any]:
    """Return the influence of every path, times the seeds of its ends."""
    return [
        sources[source] * influence(graph, walk) * targets[target]
        for source in sources
        for target in targets
        for walk in walks(graph, source, target)
    ]


def effective(numbers: list[Any]) -> float | None:
    """Return how many equal ones are as concentrated."""
    sizes = [float(abs(number)) for number in numbers]
    total = sum(sizes)
    shares = [size / total for size in sizes if size]
    return math.exp(-sum(share * math.log(share) for share in shares)) if shares else None


def require_the_same(answer: gd.Explanation, paths: list[Any]) -> None:
    positive, negative = [n for n in paths if n > 0], [n for n in paths if n < 0]
    if not (positive and negative):
        assert answer.cancellation is None
        return
    account = answer.cancellation
    assert account is not None
    assert float(account.positive) == pytest.approx(float(sum(positive)))
    assert float(account.negative) == pytest.approx(float(sum(negative)))
    assert account.effective_positive == pytest.approx(effective(positive))
    assert account.effective_negative == pytest.approx(effective(negative))


@settings(max_examples=40)
@given(graph=st.one_of(dags(numbers) for numbers in NUMBERS.values()), seed=st.sampled_from([1, -2, Fraction(1, 3)]))
def test_each_sign_is_the_sum_of_its_paths_and_as_concentrated_as_they_are(graph: nx.DiGraph, seed: Any) -> None:
    nodes = list(nx.topological_sort(graph))
    for weight in nx.get_edge_attributes(graph, "weight").values():
        if isinstance(weight, complex):
            return
    sources, targets = {nodes[0]: 1}, {nodes[-1]: seed}
    if nodes[0] == nodes[-1] or {Decimal, Fraction} <= {type(w) for *_, w in graph.edges(data="weight")} | {type(seed)}:
        return
    require_the_same(gd.explain(graph, sources, targets), listed(graph, sources, targets))


def account_of(weights: list[Any], **options: Any) -> gd.Explanation:
    """Return the account of two parallel ways of two edges each, and of a direct edge."""
    graph = nx.MultiDiGraph(edge_meaning="drives")
    edges = zip(["sa", "at", "sb", "bt", "bt", "st"], weights, strict=True)
    graph.add_weighted_edges_from((tail, head, weight) for (tail, head), weight in edges)
    return gd.explain(graph, "s", "t", **options)


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("kind", [int, float, Fraction, Decimal])
def test_parallel_edges_of_each_kind_of_number(kind: Any, exact: bool) -> None:
    answer = account_of([kind(n) for n in (2, 3, 5, -1, 4, -7)], exact=exact)
    account = answer.cancellation
    assert account is not None
    assert (account.positive, account.negative) == (26, -12)
    assert account.effective_positive == pytest.approx(effective([6, 20]))
    assert account.effective_negative == pytest.approx(effective([5, 7]))


@pytest.mark.parametrize("large", [2**40, 2**62, 2**70, 10**200])
def test_ints_beyond_64_bits_do_not_wrap(large: int) -> None:
    account = account_of([large, 1, 1, large, 1, -large]).cancellation
    assert account is not None
    assert (account.positive, account.negative) == (2 * large + 1, -large)
    assert account.effective_positive == pytest.approx(effective([1, 1]), rel=1e-6)
    assert account.effective_negative == pytest.approx(1)


def test_symbols_and_complex_numbers_have_no_sides() -> None:
    symbols = account_of(list(sympy.symbols("a:f")))
    assert symbols.cancellation is None
    assert "speaks" not in str(symbols)
    assert account_of([1j, 2, 3, -4, 5, 6]).cancellation is None


def test_where_all_speak_for_it_there_are_no_sides_and_no_doubt() -> None:
    text = str(account_of([2.0, 3.0, 5.0, 1.0, 4.0, 7.0]))
    assert "speaks" not in text
    assert "certain" in text


# ------------------------------------------------------------------------------------------------- the published graph


def test_the_account_of_a_published_graph(test_data: Path) -> None:
    graph = gd.read(test_data / PUBLISHED)
    answer = gd.explain(graph, "E_235304_3", "27_235310_3")
    require_the_same(answer, listed(graph, {"E_235304_3": 1}, {"27_235310_3": 1}))
    text = str(answer)
    assert 'From token "3"@3, 39.1462 reaches logit "4" (p=0.233).' in text
    assert 'token "3"@3 drives logit "4" (p=0.233) by 14 paths of 1 to 3 steps.' in text
    rows = {line[2:37].strip(): line[37:].strip() for line in text.splitlines() if line.startswith("  ")}
    assert rows["speaks for it"] == "60.6233 by 7.6 equal paths"
    assert rows["speaks against it"] == "-21.4771 by 2.3 equal paths"


@pytest.mark.parametrize("name", ["123", "war"])
def test_all_of_a_published_graph_is_what_its_paths_say(test_data: Path, name: str) -> None:
    graph = gd.read(test_data / f"attribution/{name}.json")
    tokens = {node: 1 for node, kind in graph.nodes(data="kind") if kind == "token"}
    logits = {node: p for node, p in graph.nodes(data="probability") if p is not None}
    answer = gd.explain(graph, gd.ROOTS, gd.LEAVES)
    require_the_same(answer, listed(graph, tokens, logits))
    errors = {node: 1 for node, kind in graph.nodes(data="kind") if kind == "error"}
    brought = listed(graph, errors, logits)
    besides = answer.from_errors
    assert besides is not None
    assert besides.n_errors == len(errors)
    assert float(besides.total) == pytest.approx(sum(brought))
    assert float(besides.positive) == pytest.approx(sum(n for n in brought if n > 0))
    assert float(besides.negative) == pytest.approx(sum(n for n in brought if n < 0))
    assert answer.to_dict()["from_errors"] == besides.to_dict()


def test_the_account_is_of_rationals_where_it_is_exact(test_data: Path) -> None:
    graph = gd.read(test_data / PUBLISHED)
    answer = gd.explain(graph, gd.ROOTS, gd.LEAVES, exact=True)
    account, besides = answer.cancellation, answer.from_errors
    assert account is not None
    assert account.positive + account.negative == answer.total
    assert isinstance(answer.total, Fraction)
    assert besides is not None
    assert besides.positive + besides.negative == besides.total
    assert "exact" in str(answer)


# ------------------------------------------------------------------------------------------------- what errors bring


def small(**kinds: str) -> nx.DiGraph:
    graph = nx.DiGraph(edge_meaning="drives")
    graph.add_weighted_edges_from([("tok", "f", 2), ("f", "out", 3), ("err", "f", -5), ("err", "out", 4)])
    nx.set_node_attributes(graph, {"tok": "token", "f": "feature", "err": "error", "out": "logit"} | kinds, "kind")
    return graph


def test_errors_that_are_sources_themselves_bring_nothing_besides() -> None:
    besides = gd.explain(small(), "tok", "out").from_errors
    assert besides is not None
    assert (besides.total, besides.positive, besides.negative, besides.n_errors) == (-11, 4, -15, 1)
    assert gd.explain(small(), ["tok", "err"], "out").from_errors is None
    assert gd.explain(small(), gd.NODES, "out").from_errors is None
    assert gd.explain(small(err="feature"), "tok", "out").from_errors is None
    assert "errors" not in str(gd.explain(small(err="feature"), "tok", "out"))


def test_errors_of_another_kind_of_graph_are_none() -> None:
    graph = small()
    graph.graph["edge_meaning"] = "calls"
    answer = gd.explain(graph, "tok", "out")
    assert answer.from_errors is None
    assert "from_errors" not in answer.to_dict()


def test_of_a_graph_with_a_cycle_errors_are_not_told() -> None:
    graph = small()
    graph.add_edge("f", "f", weight=0.5)
    assert gd.explain(graph, "tok", "out", cycles="solve").from_errors is None


def test_a_compiled_graph_knows_which_nodes_are_errors() -> None:
    assert gd.explain(gd.compile(small()), "tok", "out").from_errors == gd.explain(small(), "tok", "out").from_errors
    arrays = gd.CompiledGraph.from_arrays([0], [1])
    assert gd.explain(arrays, 0, 1).from_errors is None


# ------------------------------------------------------------------------------------------------- sentences


def test_sentences_are_in_the_singular_and_the_plural(test_data: Path) -> None:
    graph = gd.read(test_data / PUBLISHED)
    none = str(gd.explain(graph, "27_235310_3", "E_235304_3"))
    assert none.startswith('logit "4" (p=0.233) does not drive token "3"@3: no path from logit "4" (p=0.233) to')
    several = str(gd.explain(graph, ["E_2_0", "E_235304_3"], "27_235310_3"))
    assert 'token "<bos>"@0 and token "3"@3 drive logit "4" (p=0.233) by 20 paths' in " ".join(several.split())
    back = str(gd.explain(graph, ["27_235310_3", "27_235318_3"], "E_2_0"))
    assert back.startswith('logit "4" (p=0.233) and logit "6" (p=0.142) do not drive token "<bos>"@0')
    logits = str(gd.explain(graph, gd.ROOTS, gd.LEAVES))
    assert logits.startswith(
        "From the tokens, 14.5841 reaches the logits (by probability).\nFrom the tokens to the logits"
    )
    assert "What drives the logits (by probability)" in str(gd.rank(graph))
    assert gd.rank(graph).target is gd.LEAVES
    assert 'What token "3"@3 drives' in str(gd.rank(graph, "E_235304_3"))


def test_errors_and_reprs_name_nodes_by_their_titles(test_data: Path) -> None:
    graph = gd.read(test_data / PUBLISHED)
    logit = "27_235310_3"
    with pytest.raises(gd.errors.UnknownNodeError) as unknown:
        gd.explain(graph, "E_235304_4", logit)
    assert str(unknown.value).startswith("no node 'E_235304_4'; did you mean 'E_235304_3' (token \"3\"@3) or ")
    assert "outputs" not in str(unknown.value)
    missing = r"""no edge 'E_235304_3' \(token "3"@3\) -> 'E_2_0' \(token "<bos>"@0\)"""
    with pytest.raises(gd.errors.UnknownEdgeError, match=missing):
        gd.what_if(graph, "E_235304_3", logit, remove_edges=[("E_235304_3", "E_2_0")])
    with pytest.raises(gd.errors.UsageError, match=r"""'E_235304_3' \(token "3"@3\) cannot be removed"""):
        gd.what_if(graph, "E_235304_3", logit, remove_nodes=["E_235304_3"])
    looped = nx.DiGraph(graph)
    looped.add_edge(logit, "E_235304_3", weight=1.0)
    with pytest.raises(gd.errors.CycleError, match=r'cycle: .*logit "4" \(p=0\.233\) -> token "3"@3'):
        gd.explain(looped, "E_235304_3", logit)
    with pytest.raises(
        gd.errors.SameComponentError, match=r"""'E_235304_3' \(token "3"@3\) and '27_235310_3' \(logit"""
    ):
        gd.explain(looped, "E_235304_3", logit, cycles="collapse")
    assert repr(gd.exclusive(graph, "E_235304_3")).startswith('<exclusive to token "3"@3: 2 nodes: feature ')
