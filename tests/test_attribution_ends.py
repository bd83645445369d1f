"""Attribution graphs without tokens, or without logits: no other node is taken for one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from attribution_graphs import made

import graphdiff as gd
from graphdiff.errors import UsageError

DOCUMENT = made(3)
NO_TOKENS = "the graph has no tokens, which alone are the roots of an attribution graph; "
NO_LOGITS = "the graph has no logits, which alone are the leaves of an attribution graph; "


def without(kind: str, folder: Path) -> str:
    """Return a file without the nodes of a kind."""
    gone = {node["node_id"] for node in DOCUMENT["nodes"] if node["feature_type"] == kind}
    nodes = [node for node in DOCUMENT["nodes"] if node["node_id"] not in gone]
    links = [link for link in DOCUMENT["links"] if gone.isdisjoint((link["source"], link["target"]))]
    path = folder / f"{kind or 'whole'}.json"
    path.write_text(json.dumps({**DOCUMENT, "nodes": nodes, "links": links}))
    return str(path)


QUESTIONS: dict[str, Callable[[nx.DiGraph], Any]] = {
    "why": lambda graph: gd.explain(graph, gd.ROOTS, gd.LEAVES),
    "total": lambda graph: gd.total_influence(graph, gd.ROOTS, gd.LEAVES),
    "compare": lambda graph: gd.compare(graph, graph, gd.ROOTS, gd.LEAVES),
    "prune": lambda graph: gd.prune(graph, gd.ROOTS, gd.LEAVES, nodes=0.8),
}


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
@pytest.mark.parametrize(("kind", "said"), [("embedding", NO_TOKENS), ("logit", NO_LOGITS)])
def test_no_other_node_is_taken_for_a_token_or_a_logit(
    kind: str, said: str, question: Callable[[nx.DiGraph], Any], tmp_path: Path
) -> None:
    graph = gd.read(without(kind, tmp_path))
    with pytest.raises(UsageError, match=f"{said}(source|target)= names the nodes that are meant"):
        question(graph)


@pytest.mark.parametrize("verb", ["why", "cut", "paths", "what-if"])
@pytest.mark.parametrize(("kind", "said"), [("embedding", NO_TOKENS), ("logit", NO_LOGITS)])
def test_the_command_line_says_which_end_is_lacking(
    verb: str, kind: str, said: str, run: Callable[..., Any], tmp_path: Path
) -> None:
    file = without(kind, tmp_path)
    edit = ["--remove-edge", *next(iter(gd.read(file).edges))] if verb == "what-if" else []
    done = run(verb, file, *edit)
    assert said in done.err
    assert "needs a target or a source" not in done.err


def test_compare_says_in_which_graph(run: Callable[..., Any], tmp_path: Path) -> None:
    whole = without("", tmp_path)
    assert f"after: {NO_TOKENS}--source names" in run("compare", whole, without("embedding", tmp_path)).err
    assert f"before: {NO_LOGITS}--target names" in run("compare", without("logit", tmp_path), whole).err


def test_two_ways_of_counting_leaves_name_the_option(run: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "even.json"
    nodes = [{**node, "token_prob": 0.0} for node in DOCUMENT["nodes"]]
    path.write_text(json.dumps({**DOCUMENT, "nodes": nodes}))
    done = run("compare", without("", tmp_path), str(path))
    assert "those of the other graph what it says; --target names those that are meant" in done.err


def test_diagnose_calls_roots_no_tokens_and_leaves_no_logits(run: Callable[..., Any], tmp_path: Path) -> None:
    done = run("diagnose", without("embedding", tmp_path))
    assert "All paths from the roots to the logits (by probability)" in done.out
    done = run("diagnose", without("logit", tmp_path))
    assert "All paths from the tokens to the leaves" in done.out
    assert "reaches the logits" not in done.out
    assert "replacement" not in done.out


def test_scores_need_logits(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the graph has no logits"):
        gd.replacement_scores(gd.read(without("logit", tmp_path)))


def test_a_compiled_graph_knows_kinds(tmp_path: Path) -> None:
    graph = gd.read(without("", tmp_path))
    assert gd.replacement_scores(gd.compile(graph)) == gd.replacement_scores(graph)
    whole = gd.compile(graph).with_attributes(graph)
    assert gd.replacement_scores(whole) == gd.replacement_scores(graph)
    whole.save(tmp_path / "whole.gdiff")
    assert gd.replacement_scores(gd.read(tmp_path / "whole.gdiff")) == gd.replacement_scores(graph)
