"""What a page has of an attribution graph: rows from the tokens to the logits, ends that stay, what numbers are of."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

import graphdiff as gd
from graphdiff.page.page import graph_for_page
from graphdiff.page.part import part_of, picture_for_page
from graphdiff.page.prompt import MAX_LOGITS, MAX_TOKENS

DATA = Path(__file__).parents[2] / "data"


def part(graph: Any) -> Any:
    return part_of(picture_for_page(graph))


@pytest.fixture(scope="module")
def digits() -> nx.DiGraph:
    return gd.read(DATA / "digits.json")


@pytest.fixture(scope="module")
def answer(digits: nx.DiGraph) -> Any:
    return part(gd.annotate(digits, gd.ROOTS, gd.LEAVES, weight=gd.weights.per_activation))


def test_rows_are_tokens_in_the_prompts_order_then_layers_then_logits_by_probability(answer: Any) -> None:
    assert answer["rows"] == ["tokens", "layer 0", "layer 1", "layer 3", "layer 13", "layer 20", "layer 24", "logits"]
    texts: list[list[str]] = [[] for _ in answer["rows"]]
    for node in answer["nodes"]:
        texts[node["placed"]["row"]].append(node["placed"]["text"])
        if node["kind"] == "feature":
            assert answer["rows"][node["placed"]["row"]] == f"layer {node['layer']}"
    assert texts[0] == ['"<bos>"@0', '"1"@1', '"2"@2', '"3"@3']
    assert texts[4] == ["13_82873_3"]
    assert [text.split()[0] for text in texts[-1]] == ['"4"', '"6"', '"澳门"', '"0"', '"."']


def test_all_edges_lead_upwards_and_nodes_are_in_topological_order(answer: Any) -> None:
    rows = [node["placed"]["row"] for node in answer["nodes"]]
    assert rows == sorted(rows)
    assert all(rows[link["source"]] < rows[link["target"]] for link in answer["links"])


def test_tokens_and_logits_stay(answer: Any) -> None:
    stay = {node["kind"] for node in answer["nodes"] if node["placed"].get("stays")}
    others = {node["kind"] for node in answer["nodes"] if not node["placed"].get("stays")}
    assert (stay, others) == ({"token", "logit"}, {"feature"})


def test_of_many_tokens_and_logits_those_stay_that_most_runs_through() -> None:
    graph = nx.DiGraph(edge_meaning="drives", weight_meaning="attribution")
    tokens, logits = [f"t{n}" for n in range(20)], [f"l{n}" for n in range(9)]
    graph.add_nodes_from(tokens, kind="token")
    graph.add_nodes_from(logits, kind="logit", layer=3)
    graph.add_node("f", kind="feature", layer=2)
    graph.add_weighted_edges_from((name, "f", (-1) ** n * (n + 1)) for n, name in enumerate(tokens))
    graph.add_weighted_edges_from(("f", name, n + 1) for n, name in enumerate(logits))
    stay = {node["id"] for node in part(gd.annotate(graph, tokens, logits))["nodes"] if node["placed"].get("stays")}
    assert stay == {*tokens[-MAX_TOKENS:], *logits[-MAX_LOGITS:]}


def test_weights_errors_and_pruning_are_told(digits: nx.DiGraph) -> None:
    divided, small = gd.weights.per_activation, gd.prune(digits, gd.NODES, gd.LEAVES, nodes=0.8, edges=0.98)
    told = part(gd.annotate(digits, gd.ROOTS, gd.LEAVES, weight=divided))
    explained = gd.explain(digits, gd.ROOTS, gd.LEAVES, weight=divided).from_errors
    assert told["notes"] == ["weights: per-activation, each edge into a feature is divided by the feature's activation"]
    assert told["besides"] == f"besides, from errors, which nothing in the graph explains: {explained}"
    assert part(gd.annotate(digits, gd.ROOTS, gd.LEAVES))["notes"][0] == "weights: attribution"
    pruned = part(gd.annotate(small, gd.ROOTS, gd.LEAVES))["notes"]
    assert pruned[1] == "pruned to nodes that hold 80 % of the influence and edges that hold 98 %"
    assert pruned[2].startswith(f"dashed: ways past what was left out, added up, in {small.graph['eliminated']} edges")
    assert part(small)["notes"] == pruned


def test_of_no_attribution_graph_there_are_rows() -> None:
    graph = nx.DiGraph(edge_meaning="feeds", pruned_to="nodes that hold 80 %")
    graph.add_edge("a", "b", weight=2, row=1)
    graph.nodes["a"]["placed"] = "above"
    told = part(gd.annotate(graph, "a", "b"))
    assert (told["nodes"][0]["placed"], "rows" in told) == ("above", False)
    assert told["notes"] == ["pruned to nodes that hold 80 %"]


def test_features_with_a_label_are_called_by_it_and_by_their_number(digits: nx.DiGraph) -> None:
    graph = digits.copy()
    graph.nodes["13_82873_3"].update(
        placed="first", clerp="digits in a row", title='feature 13_82873_3 "digits in a row"'
    )
    nodes = {node["id"]: node for node in part(gd.annotate(graph, gd.ROOTS, gd.LEAVES))["nodes"]}
    assert nodes["13_82873_3"]["placed"]["text"] == "digits in a row · 13_82873_3"
    assert nodes["13_82873_3"]["own_placed"] == "first"


@pytest.mark.parametrize("weight", [2, 10**400, 0.5j])
def test_numbers_of_any_kind_have_rows(weight: Any) -> None:
    graph = nx.DiGraph(edge_meaning="drives", node_title="title")
    graph.add_node("E_1_0", kind="token", position=0, title='token "a"@0')
    graph.add_node("2_1_0", kind="logit", layer=2, position=0, title='logit "b"')
    graph.add_node("1_1_0", kind="error", layer=1, position=0, title="error 1_1_0")
    nx.add_path(graph, ["E_1_0", "2_1_0"], weight=weight)
    graph.add_edge("1_1_0", "2_1_0", weight=weight)
    told = part(gd.annotate(graph, "E_1_0", "2_1_0"))
    assert [(node["placed"]["row"], node["placed"]["stays"]) for node in told["nodes"]] == [(0, True), (1, True)]
    assert told["besides"].startswith("besides, from errors")


def test_two_prompts_are_in_the_rows_of_both(digits: nx.DiGraph) -> None:
    after = digits.copy()
    after.remove_node("13_82873_3")
    told = part(graph_for_page(gd.compare(digits, after, gd.ROOTS, gd.LEAVES, weight=gd.weights.per_activation)))
    rows = [node["placed"]["row"] for node in told["nodes"]]
    assert all(one <= other for one, other in pairwise(rows))
    assert told["rows"][0] == "tokens"
    assert told["rows"][-1] == "logits"
    assert told["words"]["totals"].startswith("Total, per-activation: ")


def test_of_sums_that_cancel_a_page_speaks_of_no_parts(digits: nx.DiGraph) -> None:
    answer = gd.explain(digits, gd.ROOTS, gd.LEAVES, weight=gd.weights.per_activation)
    told = answer.beside()
    assert told[-1] == '! Paths of both signs cancel in part, most of it at logit "4" (p=0.233).'
    assert "parts are of their absolute" in str(answer)
