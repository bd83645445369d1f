"""Attribution graphs: what the file says is kept, in both forms of its ids, and what it does not say is refused.

Expected numbers are counted in the files by plain Python, or are those of the writers' formulas.
"""

from __future__ import annotations

import io
import itertools
import json
import math
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import DATA

import graphdiff as gd
from graphdiff.errors import FormatError
from graphdiff.graph.measured import is_attribution
from graphdiff.io.write import render

FOLDER = DATA / "attribution"
Document = dict[str, Any]


def token(position: int, vocabulary: int = 5, **more: Any) -> Document:
    label = f"E_{vocabulary}_{position}"
    return {"node_id": label, "feature_type": "embedding", "layer": "E", "ctx_idx": position, "clerp": "", **more}


def feature(layer: int, index: int, position: int, **more: Any) -> Document:
    return {
        "node_id": f"{layer}_{index}_{position}", "feature_type": "cross layer transcoder", "layer": str(layer),
        "ctx_idx": position, "feature": paired(layer, index), "clerp": "", **more,
    }  # fmt: skip


def error(layer: int, position: int, *, older: bool = False, **more: Any) -> Document:
    label = f"0_{layer}_{position}" if older else f"{layer}_-1_{position}"
    kind = "mlp reconstruction error"
    return {"node_id": label, "feature_type": kind, "layer": str(layer), "ctx_idx": position, "feature": -1, **more}


def logit(layer: int, vocabulary: int, position: int, text: str = " a", probability: float = 0.5) -> Document:
    return {
        "node_id": f"{layer}_{vocabulary}_{position}", "feature_type": "logit", "layer": str(layer),
        "ctx_idx": position, "feature": vocabulary, "token_prob": probability,
        "clerp": f'Output "{text}" (p={probability:.3f})',
    }  # fmt: skip


def paired(layer: int, index: int) -> int:
    """Return Cantor's number of a pair, by counting along the diagonals before it."""
    return sum(range(layer + index + 1)) + index


def small(*links: tuple[str, str, float], nodes: list[Document] | None = None, **more: Any) -> Document:
    """Return a file with two tokens, a feature, an error and a logit, if no other nodes are given."""
    others = [feature(1, 40, 1), error(0, 1), token(0), token(1, 6), logit(3, 9, 1)]
    return {
        "metadata": {"slug": "x", "scan": "m", "prompt": "<bos>one", "prompt_tokens": ["<bos>", "one"]},
        "qParams": {},
        "nodes": others if nodes is None else nodes,
        "links": [{"source": tail, "target": head, "weight": weight} for tail, head, weight in links],
        **more,
    }


def read(document: Any) -> nx.DiGraph:
    return gd.read(io.StringIO(json.dumps(document)), format="attribution")


# --- published files ----------------------------------------------------------------------------------------------


def paths(links: list[Document], source: str, target: str) -> Iterator[float]:
    """Yield the product along each path from source to target."""
    for link in links:
        if link["source"] == source:
            if link["target"] == target:
                yield link["weight"]
            for rest in paths(links, link["target"], target):
                yield link["weight"] * rest


def test_the_published_file_is_read_and_its_total_is_that_of_its_paths() -> None:
    graph = gd.read(FOLDER / "123.json")
    assert (len(graph), graph.number_of_edges()) == (24, 75)
    each = list(paths(json.loads((FOLDER / "123.json").read_text())["links"], "E_235304_3", "27_235310_3"))
    explanation = gd.explain(graph, "E_235304_3", "27_235310_3")
    assert explanation.total == pytest.approx(39.1462, abs=5e-5)
    assert explanation.total == pytest.approx(math.fsum(each), rel=1e-14)
    assert (explanation.direct, explanation.n_paths, len(each)) == (17.125, 14, 14)
    assert math.fsum(one for one in each if one > 0) == pytest.approx(60.6233, abs=5e-5)
    assert math.fsum(one for one in each if one < 0) == pytest.approx(-21.4771, abs=5e-5)
    assert {key: graph.graph[key] for key in ("model", "dictionary", "prompt", "tokens", "pruned")} == {
        "model": "gemma-2-2b",
        "dictionary": "mntss/clt-gemma-2-2b-2.5M",
        "prompt": "<bos>123",
        "tokens": ["<bos>", "1", "2", "3"],
        "pruned": {"node_threshold": 0.5, "edge_threshold": 0.8},
    }
    assert "warnings" not in graph.graph


def test_a_node_says_all_that_the_file_says_of_it() -> None:
    nodes = gd.read(FOLDER / "123.json").nodes
    assert nodes["24_17481_3"] == {
        "kind": "feature", "layer": 24, "position": 3, "token": "3", "feature_type": "cross layer transcoder",
        "activation": 7.90625, "cumulative_influence": 0.46643489599227905, "feature": 17481,
        "title": "feature 24_17481_3",
    }  # fmt: skip
    assert nodes["E_235304_3"] == {
        "kind": "token", "layer": "E", "position": 3, "token": "3", "feature_type": "embedding", "vocabulary": 235304,
        "cumulative_influence": 0.13492561876773834, "root": True, "title": 'token "3"@3',
    }  # fmt: skip
    assert nodes["24_-1_3"]["title"] == "error L24@3"
    assert nodes["27_235310_3"] == {
        "kind": "logit", "layer": 27, "position": 3, "token": "4", "feature_type": "logit", "vocabulary": 235310,
        "clerp": 'Output "4" (p=0.233)', "probability": 0.2333984375, "leaf": 0.2333984375,
        "title": 'logit "4" (p=0.233)',
    }  # fmt: skip


def test_errors_in_the_older_form_are_errors_of_the_layer_that_they_say() -> None:
    graph = gd.read(FOLDER / "war.json")
    assert (len(graph), graph.number_of_edges()) == (109, 479)
    assert Counter(kind for _, kind in graph.nodes(data="kind")) == {
        "feature": 79,
        "token": 14,
        "error": 14,
        "logit": 2,
    }
    assert graph.nodes["0_3_8"]["title"] == "error L3@8"
    assert graph.nodes["0_7193_13"]["feature"] == 7193
    assert "dictionary" not in graph.graph


@pytest.mark.parametrize("name", ["123", "war"])
def test_all_tokens_and_all_logits_by_their_probability_are_the_ends(name: str) -> None:
    graph = gd.read(FOLDER / f"{name}.json")
    tokens = [node for node, kind in graph.nodes(data="kind") if kind == "token"]
    logits = {node: data["probability"] for node, data in graph.nodes(data=True) if data["kind"] == "logit"}
    each = [p * gd.total_influence(graph, one, other) for one in tokens for other, p in logits.items()]
    assert gd.total_influence(graph, gd.ROOTS, gd.LEAVES) == pytest.approx(math.fsum(each), rel=1e-12)


# --- forms of the file --------------------------------------------------------------------------------------------


def test_a_layer_is_a_number_or_a_text_of_one() -> None:
    document = small(("E_5_0", "1_40_1", 2.0), ("1_40_1", "3_9_1", -1.5))
    numbered = json.loads(json.dumps(document))
    for node in numbered["nodes"]:
        node["layer"] = node["layer"] if node["layer"] == "E" else int(node["layer"])
    assert nx.utils.graphs_equal(read(document), read(numbered))


def test_what_llamascopium_writes_is_read() -> None:
    traced = {"pair_wise_contributors": [["E_5_0", "2_bias_attn_bO_1", 0.5]], "top_q_marginal_contributors": []}
    lorsa = {"node_id": "2_lor_7_1", "feature_type": "lorsa", "layer": 2, "ctx_idx": 1, "feature": paired(2, 7)}
    nodes = [
        token(0, feature=None, token="<bos>", clerp='Emb: "<bos>"'),
        {**lorsa, "clerp": "F52", "activation": 0.5, "qk_tracing_results": traced},
        {"node_id": "2_cro_8_1", "feature_type": "cross layer transcoder", "layer": 2, "ctx_idx": 1, "feature": 63},
        {"node_id": "2_error_attn_1", "feature_type": "lorsa error", "layer": 2, "ctx_idx": 1, "feature": None},
        {"node_id": "2_error_mlp_1", "feature_type": "mlp reconstruction error", "layer": 2, "ctx_idx": 1},
        {"node_id": "2_bias_mlp_1", "feature_type": "bias", "layer": 2, "ctx_idx": 1, "clerp": "L2 Bias (mlp)"},
        {
            "node_id": "4_9_1", "feature_type": "logit", "layer": 4, "ctx_idx": 1, "feature": 9, "token_prob": 0.25,
            "token": " a", "clerp": 'Logit " a" (p=0.250)',
        },
    ]  # fmt: skip
    only = {"2_bias_attn_bO_1": {"node_id": "2_bias_attn_bO_1", "feature_type": "bias"}}
    sets = {"neuronpedia_source_set": "tc-8x", "neuronpedia_lorsa_source_set": "lorsa-8x"}
    metadata = {"scan": "m", "feature_details": sets}
    graph = read(small(("2_lor_7_1", "4_9_1", 1), nodes=nodes, metadata=metadata, qk_only_nodes=only))
    assert [graph.nodes[node]["kind"] for node in graph] == [
        "token",
        "feature",
        "feature",
        "error",
        "error",
        "bias",
        "logit",
    ]
    assert [graph.nodes[node]["title"] for node in graph] == [
        'token "<bos>"@0', 'feature 2_lor_7_1 "F52"', "feature 2_cro_8_1", "attention error L2@1", "error L2@1",
        'bias 2_bias_mlp_1 "L2 Bias (mlp)"', 'logit " a" (p=0.25)',
    ]  # fmt: skip
    assert (graph.nodes["2_lor_7_1"]["feature"], graph.nodes["2_cro_8_1"]["feature"]) == (7, 8)
    assert json.loads(graph.nodes["2_lor_7_1"]["qk_tracing_results"]) == traced
    assert json.loads(graph.graph["qk_only_nodes"]) == only
    assert graph.graph["dictionary"] == "tc-8x + lorsa-8x"
    assert "2_bias_attn_bO_1" not in graph


@pytest.mark.parametrize(
    ("clerp", "said", "title"),
    [
        ('Output " Austin" (p=0.396)', " Austin", 'logit " Austin" (p=0.5)'),
        ('Output ""quoted" (p=1)" (p=0.500)', '"quoted" (p=1)', 'logit ""quoted" (p=1)" (p=0.5)'),
        ("jumps (p=0.81)", "jumps", 'logit "jumps" (p=0.5)'),
        ('Output "\n" (p=0.500)', "\n", 'logit "\\n" (p=0.5)'),
        ("logit(a)-logit(b)", "logit(a)-logit(b)", 'logit "logit(a)-logit(b)" (p=0.5)'),
        ("", None, "logit 3_9_1 (p=0.5)"),
    ],
)
def test_a_logit_is_called_by_the_text_that_it_stands_for(clerp: str, said: str | None, title: str) -> None:
    nodes = read(small(nodes=[{**logit(3, 9, 1), "clerp": clerp}])).nodes
    assert nodes["3_9_1"].get("token") == said
    assert nodes["3_9_1"]["title"] == title


def test_a_custom_target_has_a_number_past_the_vocabulary() -> None:
    nodes = read(small(nodes=[logit(27, 256_001, 1, "logit(Paris)-logit(Rome)", 0.75)])).nodes
    assert nodes["27_256001_1"]["vocabulary"] == 256_001
    assert nodes["27_256001_1"]["title"] == 'logit "logit(Paris)-logit(Rome)" (p=0.75)'


def test_titles_are_one_line_and_short() -> None:
    named = feature(1, 2, 0, clerp="a\x1b[2J" + "long " * 50)
    graph = read(small(nodes=[named, token(0)], metadata={"prompt_tokens": ["\n\u202e"]}))
    assert [title for _, title in graph.nodes(data="title")] == [
        'feature 1_2_0 "a\\x1b[2Jlong long …ong long long "', 'token "\\n\\u202e"@0',
    ]  # fmt: skip


@pytest.mark.parametrize("field", ["token_prob", "clerp", "activation", "influence", "feature"])
def test_fields_that_few_writers_have_may_be_missing_or_null(field: str) -> None:
    document = small(("1_40_1", "3_9_1", 2.0))
    without, null = (json.loads(json.dumps(document)) for _ in range(2))
    for node in without["nodes"]:
        node.pop(field, None)
    for node in null["nodes"]:
        node[field] = None
    graph = read(without)
    assert nx.utils.graphs_equal(graph, read(null))
    assert list(graph.edges(data="weight")) == [("1_40_1", "3_9_1", 2.0)]


@pytest.mark.parametrize("probability", [None, 0, 0.0])
def test_logits_without_probabilities_count_one_each(probability: float | None) -> None:
    nodes = [
        feature(1, 2, 1),
        {**logit(3, 9, 1), "token_prob": probability},
        {**logit(3, 8, 1), "token_prob": probability},
    ]
    graph = read(small(("1_2_1", "3_9_1", 2.0), ("1_2_1", "3_8_1", 5.0), nodes=nodes))
    assert [graph.nodes[node].get("leaf") for node in graph] == [None, True, True]
    assert "probability" not in graph.nodes["3_9_1"]
    (warning,) = graph.graph["warnings"]
    assert warning.endswith("no logit has a probability, so that each counts 1 where all are meant")
    assert gd.total_influence(graph, "1_2_1", gd.LEAVES) == 7.0


def test_positions_beyond_the_prompt_are_said_and_have_no_token() -> None:
    graph = read(small(("1_2_2", "3_9_34", 2.0), nodes=[token(1), feature(1, 2, 2), logit(3, 9, 34)]))
    assert "token" not in graph.nodes["1_2_2"]
    (warning,) = graph.graph["warnings"]
    assert warning.endswith("2 nodes stand at positions beyond the 2 tokens of the prompt")


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 70), st.integers(0, 300))
def test_features_whose_ids_do_not_say_it_are_numbered_as_pairs(layer: int, index: int) -> None:
    nodes = [feature(layer, index, 0, node_id="f0"), feature(5, 4, 0, node_id="f1")]
    graph = read(small(nodes=nodes))
    assert [graph.nodes[node]["feature"] for node in graph] == [index, 4]


def test_an_id_of_another_layer_does_not_say_which_feature_it_is() -> None:
    nodes = [feature(2, 7, 0, node_id="5_4_0"), feature(2, 7, 1, node_id="2_4_0")]
    assert [number for _, number in read(small(nodes=nodes)).nodes(data="feature")] == [7, 7]


def test_or_by_themselves_where_the_numbers_are_no_pairs_with_their_layers() -> None:
    nodes = [feature(3, 0, 0, node_id="f0", feature=16_000), feature(0, 0, 0, node_id="f1", feature=paired(0, 35))]
    assert [number for _, number in read(small(nodes=nodes)).nodes(data="feature")] == [16_000, 665]
    nodes = [feature(3, 0, 0, node_id="f0", feature=16_000), feature(7, 35, 0, feature=3_500_700)]
    assert [number for _, number in read(small(nodes=nodes)).nodes(data="feature")] == [16_000, 35]


# --- groups -------------------------------------------------------------------------------------------------------


def test_supernodes_and_pins_are_those_of_the_users() -> None:
    listed = [
        ["city", "1_40_1", "E_5_0", "9_9_9", "1_40_1"],
        ["city", "0_-1_1"],
        ["", "E_6_1", "1_40_1"],
        ["nobody"],
        [],
    ]
    graph = read(small(qParams={"supernodes": listed, "pinnedIds": ["3_9_1", "8_8_8"], "linkType": "both"}))
    assert graph.graph["supernodes"] == {
        "city (0)": ["1_40_1", "E_5_0"],
        "city (1)": ["0_-1_1"],
        "supernode (2)": ["E_6_1", "1_40_1"],
        "nobody": [],
        "supernode (4)": [],
    }
    assert dict(graph.nodes(data="supernode")) == {
        "1_40_1": "city (0)", "0_-1_1": "city (1)", "E_5_0": "city (0)", "E_6_1": "supernode (2)", "3_9_1": None,
    }  # fmt: skip
    assert [node for node, pinned in graph.nodes(data="pinned") if pinned] == ["3_9_1"]
    told = [warning.partition(": ")[2] for warning in graph.graph["warnings"]]
    assert told == [
        "ids that are in supernodes and are no nodes of the file: '9_9_9'",
        "ids that are pinned and are no nodes of the file: '8_8_8'",
    ]


# --- ids that a feature of layer 0 and an error share ---------------------------------------------------------------


@st.composite
def doubled(draw: Callable[..., Any]) -> tuple[Document, Document]:
    """Draw a graph as circuit-tracer orders it, with its errors in the older and in the newer form."""
    n_layers = draw(st.integers(2, 4))
    spots = st.tuples(st.integers(0, n_layers - 1), st.integers(0, 4), st.integers(0, 1))
    features = sorted(
        draw(st.sets(spots, max_size=6)) | {(0, draw(st.integers(0, 1)), 0)}, key=lambda one: (one[0], one[2])
    )
    errors = sorted(draw(st.sets(st.tuples(st.integers(0, n_layers - 1), st.integers(0, 1)), min_size=1, max_size=4)))
    keys: list[tuple[str, int, str]] = [(f"{layer}_{index}_{at}", layer, "feature") for layer, index, at in features]
    keys += [(f"{layer}_-1_{at}", layer, "error") for layer, at in errors]
    keys += [("E_5_0", -1, "token"), (f"{n_layers + 1}_9_1", n_layers + 1, "logit")]
    links = []
    for head, head_layer, kind in keys:
        for tail, tail_layer, tail_kind in keys:
            fits = tail_layer < head_layer and kind in ("feature", "logit") and tail_kind != "logit"
            if fits and draw(st.booleans()):
                links.append((tail, head, float(len(links) + 1)))
    ends = [token(0), logit(n_layers + 1, 9, 1)]
    newer = [feature(*one) for one in features] + [error(*one) for one in errors] + ends
    older = [feature(*one) for one in features] + [error(*one, older=True) for one in errors] + ends
    old_ids = {new["node_id"]: old["node_id"] for new, old in zip(newer, older, strict=True)}
    old_links = [(old_ids[tail], old_ids[head], weight) for tail, head, weight in links]
    return small(*links, nodes=newer), small(*old_links, nodes=older)


def readings(newer: Document, older: Document) -> int:
    """Count the ways to tell whose the links of the older form are that the order and the layers of nodes allow."""
    places = {node["node_id"]: place for place, node in enumerate(newer["nodes"])}
    named: dict[str, list[str]] = {}
    for new, old in zip(newer["nodes"], older["nodes"], strict=True):
        named.setdefault(old["node_id"], []).append(new["node_id"])
    layers = {node["node_id"]: -1 if node["layer"] == "E" else int(node["layer"]) for node in newer["nodes"]}
    ways = 1
    for head in places:
        tails = [
            old["source"] for new, old in zip(newer["links"], older["links"], strict=True) if new["target"] == head
        ]
        choices = [[one for one in named[tail] if layers[one] < layers[head]] for tail in tails]
        ways *= sum(
            all(places[one] < places[other] for one, other in itertools.pairwise(chosen))
            for chosen in itertools.product(*choices)
        )
    return ways


@settings(max_examples=300, deadline=None)
@given(doubled())
def test_links_of_a_doubled_id_are_told_apart_or_refused(forms: tuple[Document, Document]) -> None:
    newer, older = forms
    n_ways = readings(newer, older)
    assert n_ways > 0
    if n_ways > 1:
        with pytest.raises(FormatError, match="the id of a feature and of an error: it may be either's"):
            read(older)
        return
    ids = {old["node_id"]: old["node_id"] for old in older["nodes"]}
    twins = {label for label, count in Counter(node["node_id"] for node in older["nodes"]).items() if count > 1}
    for new, old in zip(newer["nodes"], older["nodes"], strict=True):
        shared = old["node_id"] in twins
        ids[new["node_id"]] = new["node_id"] if shared else old["node_id"]
    graph = read(older)
    expected = {(ids[link["source"]], ids[link["target"]], link["weight"]) for link in newer["links"]}
    assert set(graph.edges(data="weight")) == expected
    assert sum("have the id" in warning for warning in graph.graph.get("warnings", ())) == len(twins)


def test_an_error_that_has_the_id_of_a_feature_goes_by_the_newer_form() -> None:
    nodes = [feature(0, 1, 0), feature(1, 8, 0), error(1, 0, older=True), token(0), logit(3, 9, 0)]
    links = ("E_5_0", "0_1_0", 1.0), ("0_1_0", "1_8_0", 2.0), ("0_1_0", "3_9_0", 3.0), ("0_1_0", "3_9_0", 4.0)
    graph = read(small(*links, nodes=nodes))
    assert set(graph.edges(data="weight")) == {
        ("E_5_0", "0_1_0", 1.0), ("0_1_0", "1_8_0", 2.0), ("0_1_0", "3_9_0", 3.0), ("1_-1_0", "3_9_0", 4.0),
    }  # fmt: skip
    assert [kind for _, kind in graph.nodes(data="kind")] == ["feature", "feature", "error", "token", "logit"]
    (warning,) = graph.graph["warnings"]
    assert (
        "a feature and an error have the id '0_1_0': it is the feature's here, and the error goes by '1_-1_0'"
        in warning
    )


# --- what is refused ----------------------------------------------------------------------------------------------

LINK = ("1_40_1", "3_9_1", 2.0)


def changed(**node: Any) -> Document:
    document = small(LINK)
    document["nodes"][0] |= node
    return document


WRONG: dict[str, tuple[Any, str]] = {
    "a list": ([], r"expected names with values, found a list"),
    "nodes of another shape": (small(nodes={"a": {}}), r"nodes: expected a list, found names with values"),  # type: ignore[arg-type]
    "a node that is none": (small(nodes=["a"]), r"nodes\[0\]: expected names with values, found the text 'a'"),  # type: ignore[list-item]
    "no id": (changed(node_id=None), r"nodes\[0\] has no node_id"),
    "no feature_type": (changed(feature_type=None), r"nodes\[0\] has no feature_type"),
    "an id twice": (small(nodes=[token(0), token(0)]), r"nodes\[1\] has the id 'E_5_0' of a node before it"),
    "an id of two features": (
        small(nodes=[feature(0, 1, 0), feature(0, 1, 0)]),
        r"nodes\[1\] has the id '0_1_0' of a node before it",
    ),
    "an id of a feature and two errors": (
        small(nodes=[feature(0, 1, 0), error(1, 0, older=True), error(1, 0, older=True)]),
        r"nodes\[2\] has the id '0_1_0' of two nodes before it",
    ),
    "errors in both forms": (
        small(nodes=[error(1, 0), feature(0, 1, 0), error(1, 0, older=True)]),
        r"nodes\[2\] has the id '0_1_0' of two nodes before it",
    ),
    "no position": (changed(ctx_idx=None), r"nodes\[0\]: ctx_idx: expected a whole number from 0 up, found nothing"),
    "a negative position": (changed(ctx_idx=-1), r"ctx_idx: expected a whole number from 0 up, found -1"),
    "a position that is none": (changed(ctx_idx=True), r"ctx_idx: expected a whole number from 0 up, found true"),
    "a feature among the tokens": (
        changed(layer="E"), r'nodes\[0\]: layer: expected a whole number from 0 up, found "E"',
    ),
    "a link that is none": (
        {**small(), "links": [["a", "b"]]}, r'links\[0\]: expected names with values, found \["a", "b"\]',
    ),
    "a half layer": (changed(layer=1.5), r"nodes\[0\]: layer: expected a whole number from 0 up, found 1\.5"),
    "a layer in words": (changed(layer="one"), r'layer: expected a whole number from 0 up, found "one"'),
    "a long layer": (changed(layer="9" * 9999), r"layer: expected a whole number from 0 up, found \"9999"),
    "an endless layer": (changed(layer=math.inf), r"layer: expected a whole number from 0 up, found Infinity"),
    "no layer": (changed(layer=math.nan), r"layer: expected a whole number from 0 up, found NaN"),
    "a layer below": (changed(layer="-1"), r'layer: expected a whole number from 0 up, found "-1"'),
    "an activation in words": (changed(activation="high"), r'nodes\[0\]: activation: expected a number, found "high"'),
    "an endless influence": (changed(influence=math.inf), r"influence: expected a number, found Infinity"),
    "a label that is none": (changed(clerp=[]), r"nodes\[0\]: clerp: expected a text, found a list"),
    "a probability beyond 1": (
        small(nodes=[logit(3, 9, 1, probability=1.5)]),
        r"nodes\[0\]: token_prob: expected a probability, found 1\.5",
    ),
    "a negative probability": (
        small(nodes=[logit(3, 9, 1, probability=-0.5)]),
        r"token_prob: expected a probability, found -0\.5",
    ),
    "one logit without": (
        small(nodes=[logit(3, 9, 1), {**logit(3, 8, 1), "token_prob": None}]),
        r"nodes\[1\]: token_prob: expected a probability, found nothing",
    ),
    "a source that is no node": (
        small(("E_7_7", "3_9_1", 1.0)),
        r'links\[0\] has the source "E_7_7", which is not the node_id of a node',
    ),
    "a target that is no text": (
        small(("1_40_1", ["3_9_1"], 1.0)),  # type: ignore[arg-type]
        r'links\[0\] has the target \["3_9_1"\], which is not the node_id of a node',
    ),
    "no target": (
        {**small(), "links": [{"source": "1_40_1", "weight": 1.0}]},
        r"links\[0\] has the target nothing, which is not the node_id of a node",
    ),
    "no weight": (
        {**small(), "links": [{"source": "1_40_1", "target": "3_9_1"}]},
        r"links\[0\]: weight: expected a number, found nothing",
    ),
    "a weight in words": (small(("1_40_1", "3_9_1", "2")), r'links\[0\]: weight: expected a number, found "2"'),  # type: ignore[arg-type]
    "a weight that is none": (small(("1_40_1", "3_9_1", True)), r"links\[0\]: weight: expected a number, found true"),
    "no number": (small(("1_40_1", "3_9_1", math.nan)), r"links\[0\]: weight: expected a number, found NaN"),
    "a link twice": (small(LINK, LINK), r"links\[1\] leads from '1_40_1' to '3_9_1', as one before it does"),
    "tokens that are none": (small(metadata={"prompt_tokens": [1]}), r"prompt_tokens: expected a list of texts"),
    "supernodes by name": (small(qParams={"supernodes": {"a": []}}), r"supernodes: expected a list, found names with"),
    "a supernode of numbers": (small(qParams={"supernodes": [["a", 1]]}), r"supernodes\[0\]: expected a list of texts"),
    "a threshold in words": (
        small(metadata={"node_threshold": "most"}),
        r'metadata: node_threshold: expected a number, found "most"',
    ),
}  # fmt: skip


@pytest.mark.parametrize(("document", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said_with_its_place(document: Any, said: str) -> None:
    with pytest.raises(FormatError, match=said) as caught:
        read(document)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("document", "said"),
    [case for what, case in WRONG.items() if what not in ("a list", "nodes of another shape")],
    ids=[what for what in WRONG if what not in ("a list", "nodes of another shape")],
)
def test_what_is_claimed_as_an_attribution_graph_is_no_other_json(document: Document, said: str) -> None:
    with pytest.raises(FormatError, match=said):
        gd.read(io.StringIO(json.dumps(document)))


def test_what_other_json_reads_of_it_is_offered() -> None:
    document = small(LINK, LINK)
    said = r"as one before it does; by its content it was taken as attribution; format=\"json\" reads it as any JSON$"
    with pytest.raises(FormatError, match=said):
        gd.read(io.StringIO(json.dumps(document)))
    assert gd.read(io.StringIO(json.dumps(document)), format="json").number_of_edges() == 2


def test_what_roundings_make_of_one_is_a_probability() -> None:
    assert read(small(nodes=[logit(3, 9, 1, probability=1.0000001)])).nodes["3_9_1"]["leaf"] == 1.0000001


def test_a_whole_number_may_be_written_as_a_float() -> None:
    graph = read(changed(layer=1.0, ctx_idx=1.0))
    known = [graph.nodes["1_40_1"][name] for name in ("layer", "position")]
    assert known == [1, 1]
    assert {type(number) for number in known} == {int}


def test_a_link_to_a_token_is_no_way_to_tell_an_error_from_a_feature() -> None:
    nodes = [feature(0, 1, 0), error(1, 0, older=True), token(0), {**token(1), "layer": 0}]
    graph = read(small(("0_1_0", "E_5_0", 2.0), ("0_1_0", "E_5_1", 3.0), nodes=nodes))
    assert list(graph.edges) == [("0_1_0", "E_5_0"), ("0_1_0", "E_5_1")]


def test_numbers_may_be_whole_and_large() -> None:
    graph = read(small(("1_40_1", "3_9_1", 10**400), ("0_-1_1", "3_9_1", 1)))
    assert list(graph.edges(data="weight")) == [("1_40_1", "3_9_1", 10**400), ("0_-1_1", "3_9_1", 1)]


def test_another_tool_s_links_are_no_attribution_graph() -> None:
    plain = {"nodes": [{"id": "a"}, {"id": "b"}], "links": [{"source": "a", "target": "b", "weight": 2}]}
    graph = gd.read(io.StringIO(json.dumps(plain)))
    assert graph.graph["format"] == "node-link JSON"
    assert not is_attribution(graph)


# --- kept wherever the graph goes -----------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["json", "graphml", "dot", "gdiff"])
@pytest.mark.parametrize("name", ["123", "war", "small"])
def test_all_that_nodes_say_survives_writing_and_reading(name: str, format: str, tmp_path: Path) -> None:
    settings = {"supernodes": [["a", "1_40_1"]], "pinnedIds": ["1_40_1"]}
    graph = read(small(LINK, qParams=settings)) if name == "small" else gd.read(FOLDER / f"{name}.json")
    if format == "gdiff":
        gd.compile(graph).with_attributes(graph).save(tmp_path / "x.gdiff")
        again = gd.read(tmp_path / "x.gdiff")
    else:
        again = gd.read(io.BytesIO(render(graph, format)), format=format)
    assert dict(again.nodes(data=True)) == dict(graph.nodes(data=True))
    assert set(again.edges(data="weight")) == set(graph.edges(data="weight"))
    assert is_attribution(again)
    assert [again.graph[key] for key in ("edge_meaning", "weight_meaning", "node_title")] == [
        "drives", "attribution", "title",
    ]  # fmt: skip
    totals = [gd.total_influence(one, gd.ROOTS, gd.LEAVES) for one in (graph, again)]
    assert totals[0] == pytest.approx(totals[1], rel=1e-13)


@pytest.mark.parametrize("mmap", [True, False])
def test_logits_count_by_their_probability_in_a_saved_graph_without_attributes(mmap: bool, tmp_path: Path) -> None:
    graph = gd.compile(gd.read(FOLDER / "123.json"))
    graph.save(tmp_path / "x.gdiff")
    saved = gd.CompiledGraph.load(tmp_path / "x.gdiff", mmap=mmap)
    assert gd.total_influence(saved, gd.ROOTS, gd.LEAVES) == gd.total_influence(graph, gd.ROOTS, gd.LEAVES)


# --- files of others, which are not here -----------------------------------------------------------------------------

#: By the names of files: nodes, links, tokens, features, errors, logits, and the model. The first and the last are
#: ``demos/graph_files/dallas-austin-llamma.json`` (of gemma-2-2b) and one of ``circuit_tracer/gemma2_clt`` in
#: IamKrill1n/circuit-tracer, the others ``data/qwen06`` of hajimedayo328/attribution-graph-poc.
OTHERS = {
    "llama.json": (60, 330, 10, 40, 0, 10, "mntss/gemma-scope-transcoders"),
    "qwen06-f-egypt.json": (409, 29738, 8, 289, 102, 10, "mwhanna/qwen3-0.6b-transcoders-lowl0"),
    "qwen06-f-france.json": (374, 22034, 8, 255, 101, 10, "mwhanna/qwen3-0.6b-transcoders-lowl0"),
    "qwen06-f-germany.json": (380, 24121, 8, 259, 103, 10, "mwhanna/qwen3-0.6b-transcoders-lowl0"),
    "qwen06-f-japan.json": (382, 24603, 8, 265, 99, 10, "mwhanna/qwen3-0.6b-transcoders-lowl0"),
    "qwen06-g-egypt.json": (380, 25162, 6, 258, 106, 10, "mwhanna/qwen3-0.6b-transcoders-lowl0"),
    "qwen06-g-france.json": (396, 25672, 6, 273, 107, 10, "mwhanna/qwen3-0.6b-transcoders-lowl0"),
    "qwen06-g-germany.json": (399, 26960, 6, 280, 103, 10, "mwhanna/qwen3-0.6b-transcoders-lowl0"),
    "qwen06-g-japan.json": (378, 24586, 6, 260, 102, 10, "mwhanna/qwen3-0.6b-transcoders-lowl0"),
    "IamKrill1n+circuit-tracer/017_foot-clt-hp.json": (575, 5098, 13, 440, 119, 3, "gemma-2-2b"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_graphs_of_other_models_are_read_as_they_are(name: str) -> None:
    folder = os.environ.get("GRAPHDIFF_ATTRIBUTION")
    if not folder or not (path := Path(folder, name)).is_file():
        pytest.skip("needs files of others in a folder that GRAPHDIFF_ATTRIBUTION names, see CONTRIBUTING.md")
    n_nodes, n_links, n_tokens, n_features, n_errors, n_logits, model = OTHERS[name]
    graph = gd.read(path)
    assert (len(graph), graph.number_of_edges(), graph.graph["model"]) == (n_nodes, n_links, model)
    kinds = Counter(kind for _, kind in graph.nodes(data="kind"))
    assert [kinds[kind] for kind in ("token", "feature", "error", "logit")] == [
        n_tokens,
        n_features,
        n_errors,
        n_logits,
    ]
    assert all(data["feature"] >= 0 for _, data in graph.nodes(data=True) if data["kind"] == "feature")
    assert "warnings" not in graph.graph
    assert re.fullmatch(
        r'token ".+"@0', graph.nodes[next(n for n, kind in graph.nodes(data="kind") if kind == "token")]["title"]
    )


@pytest.mark.parametrize("suffix", ["json", "graphml", "dot"])
def test_a_picture_of_a_part_is_not_read_as_the_whole_in_silence(suffix: str, tmp_path: Path) -> None:
    graph = gd.annotate(gd.read(FOLDER / "war.json"), gd.ROOTS, gd.LEAVES)
    part, whole = tmp_path / f"part.{suffix}", tmp_path / f"whole.{suffix}"
    gd.write(graph, part, max_nodes=20)
    (warning,) = gd.read(part).graph["warnings"]
    assert "part." + suffix + " is the picture of a part of a graph (" in warning
    gd.write(graph, whole, **({"max_nodes": 10_000} if suffix == "dot" else {}))
    if suffix != "dot":
        assert "warnings" not in gd.read(whole).graph


def test_what_is_known_of_the_whole_by_names_comes_back_from_json(tmp_path: Path) -> None:
    document = small(
        LINK, metadata={"node_threshold": 0.5, "pruning_settings": {"edge_threshold": 0.8}},
        qParams={"supernodes": [["A", "1_40_1"], ["B", "3_9_1", "0_-1_1"]]},
    )  # fmt: skip
    gd.write(read(document), tmp_path / "g.json")
    graph = gd.read(tmp_path / "g.json")
    assert graph.graph["pruned"] == {"node_threshold": 0.5, "edge_threshold": 0.8}
    assert graph.graph["supernodes"] == {"A": ["1_40_1"], "B": ["3_9_1", "0_-1_1"]}
