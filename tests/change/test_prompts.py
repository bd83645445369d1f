"""Two attribution graphs: which node is which, and what a comparison says of tokens, features, errors and logits."""

from __future__ import annotations

import json
import os
import random
import re
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from conftest import Run

import graphdiff as gd
from graphdiff.change.difference import _kinds_in_a_line, difference_lines
from graphdiff.change.markdown import comparison_markdown
from graphdiff.change.prompts import identified
from graphdiff.errors import UnknownNodeError, UsageError

MODEL = "gemma-2-2b"


def node(kind: str, label: str, **known: Any) -> tuple[str, dict[str, Any]]:
    """Return a node of an attribution graph."""
    ends = {"root": True} if kind == "token" else {"leaf": known["probability"]} if kind == "logit" else {}
    title = f"{kind} {known.get('token', label)}"
    return label, {"kind": kind, "title": title, "feature_type": f"their {kind}", **ends, **known}


def token(text: str, position: int, number: int = 7) -> tuple[str, dict[str, Any]]:
    """Return a token of the prompt."""
    return node("token", f"E_{number}_{position}", token=text, position=position, vocabulary=number)


def feature(layer: int, index: int, position: int) -> tuple[str, dict[str, Any]]:
    """Return a feature."""
    return node("feature", f"{layer}_{index}_{position}", layer=layer, feature=index, position=position)


def error(layer: int, position: int, label: str = "") -> tuple[str, dict[str, Any]]:
    """Return an error."""
    return node("error", label or f"{layer}_-1_{position}", layer=layer, position=position)


def logit(text: str, probability: float, position: int = 9, number: int = 7) -> tuple[str, dict[str, Any]]:
    """Return a logit."""
    facts = {"position": position, "vocabulary": number, "probability": probability, "layer": 27}
    return node("logit", f"27_{number}_{position}", token=text, **facts)


def graph_of(*nodes: tuple[str, dict[str, Any]], model: str | None = MODEL, **facts: Any) -> nx.DiGraph:
    """Return an attribution graph without edges."""
    meanings = {"edge_meaning": "drives", "weight_meaning": "attribution", "node_title": "title"}
    graph = nx.DiGraph(model=model, **meanings, **facts)
    graph.add_nodes_from(nodes)
    return graph


def which(before: nx.DiGraph, after: nx.DiGraph, match: dict[str, str] | None = None) -> dict[str, str]:
    """Return which node before, by the id in its own graph, is which after."""
    renamed, pairs = identified(before, after, match)
    names = dict(zip(before, renamed, strict=True))
    both = {old: pairs.get(name, name) for old, name in names.items()}
    return {old: new for old, new in both.items() if new in after}


CASES: dict[str, tuple[nx.DiGraph, nx.DiGraph, dict[str, str]]] = {
    "a token by position and text, whatever its number": (
        graph_of(token("a", 0, 5), token("b", 1, 6), token("c", 2)),
        graph_of(token("a", 0, 8), token("x", 1, 6), token("c", 3), model="another"),
        {"E_5_0": "E_8_0"},
    ),
    "a feature at the same position first, then at one other": (
        graph_of(feature(3, 7, 1), feature(3, 7, 2), feature(4, 1, 1), feature(5, 1, 1)),
        graph_of(feature(3, 7, 2), feature(3, 7, 5), feature(4, 1, 6), feature(6, 1, 1)),
        {"3_7_2": "3_7_2", "3_7_1": "3_7_5", "4_1_1": "4_1_6"},
    ),
    "no feature at one of several other positions": (
        graph_of(feature(3, 7, 1), feature(4, 1, 1), feature(4, 1, 2)),
        graph_of(feature(3, 7, 5), feature(3, 7, 6), feature(4, 1, 3)),
        {},
    ),
    "no feature across models": (
        graph_of(feature(3, 7, 1), error(3, 1)), graph_of(feature(3, 7, 1), error(3, 1), model="another"),
        {"3_-1_1": "3_-1_1"},
    ),
    "no feature across dictionaries of one model": (
        graph_of(feature(3, 7, 1), dictionary="clt"), graph_of(feature(3, 7, 1), dictionary="plt"), {},
    ),
    "a feature where only one file names its dictionary": (
        graph_of(feature(3, 7, 1), dictionary="clt"), graph_of(feature(3, 7, 1)), {"3_7_1": "3_7_1"},
    ),
    "an error by layer and position, in both forms of its id": (
        graph_of(error(5, 3, "0_5_3"), error(6, 3)), graph_of(error(5, 3), error(6, 4)), {"0_5_3": "5_-1_3"},
    ),
    "an error whose id is that of a feature after": (
        graph_of(error(5, 3, "0_5_3")), graph_of(feature(0, 5, 3), error(5, 3)), {"0_5_3": "5_-1_3"},
    ),
    "a logit by what it says, at another position and of another number": (
        graph_of(logit("yes", 0.5, 9, 1), logit("no", 0.25, 9, 2)),
        graph_of(logit("no", 0.5, 4, 8), logit("maybe", 0.25, 4, 2), model="another"),
        {"27_2_9": "27_8_4"},
    ),
    "of logits that say the same the one of the same number": (
        graph_of(logit("�", 0.5, 9, 1), logit("�", 0.25, 9, 2)),
        graph_of(logit("�", 0.25, 4, 2), logit("�", 0.1, 4, 3)),
        {"27_2_9": "27_2_4", "27_1_9": "27_3_4"},
    ),
    "a node of which nothing is known by its id": (
        graph_of(("x", {"kind": "feature"}), ("y", {"kind": "feature"})),
        graph_of(("x", {"kind": "feature"}), ("y", {"kind": "error"})),
        {"x": "x"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after", "expected"), CASES.values(), ids=CASES)
def test_it_is_known(before: nx.DiGraph, after: nx.DiGraph, expected: dict[str, str]) -> None:
    assert which(before, after) == expected
    assert which(after, before) == {new: old for old, new in expected.items()}
    compared = gd.compare(before, after)
    assert len(compared.gone) == len(before) - len(expected)
    assert len(compared.appeared) == len(after) - len(expected)
    assert compared.suggested == []


def test_match_comes_first_and_its_mistakes_are_told() -> None:
    before, after = graph_of(feature(3, 7, 1), feature(4, 1, 1)), graph_of(feature(3, 7, 1), feature(5, 2, 1))
    assert which(before, after, {"4_1_1": "3_7_1"}) == {"4_1_1": "3_7_1"}
    assert which(before, after, {"3_7_1": "5_2_1"}) == {"3_7_1": "5_2_1"}
    found = gd.compare(before, after, match={"4_1_1": "3_7_1"})
    assert [entry.node for entry in found.gone] == ["3_7_1 (before)"]
    assert "  1 feature: 3_7_1 (before)" in str(found)
    assert (before.nodes["3_7_1"]["title"], list(before)) == ("feature 3_7_1", ["3_7_1", "4_1_1"])
    with pytest.raises(UnknownNodeError, match="no node 'z'"):
        gd.compare(before, after, match={"z": "3_7_1"})
    with pytest.raises(UsageError, match="two nodes before cannot be one node after"):
        gd.compare(before, after, match={"3_7_1": "5_2_1", "4_1_1": "5_2_1"})


def generated(seed: int, model: str = MODEL) -> nx.DiGraph:
    """Return an attribution graph of a prompt of some length."""
    random_ = random.Random(seed)
    length = random_.choice([3, 4])
    graph = graph_of(*(token(random_.choice("ab"), position) for position in range(length)), model=model)
    for layer in range(4):
        graph.add_nodes_from(feature(layer, random_.randrange(3), random_.randrange(length)) for _ in range(4))
        graph.add_nodes_from([error(layer, random_.randrange(length))])
    for number in random_.sample(range(5), 3):
        graph.add_nodes_from([logit(f"say {number}", random_.choice([0.5, 0.25, 0.125]), length - 1, number)])
    order = {name: -1 if name.startswith("E") else int(name.split("_")[0]) for name in graph}
    for u in graph:
        for v in graph:
            if order[u] < order[v] and graph.nodes[v]["kind"] != "error" and random_.random() < 0.4:
                graph.add_edge(u, v, weight=random_.choice([-1.5, -0.5, 0.25, 2.0]))
    return graph


@pytest.mark.parametrize("model", [MODEL, "another"])
def test_nothing_remains_between_two_prompts(model: str) -> None:
    for seed in range(12):
        before, after = generated(seed), generated(seed + 50, model)
        found = gd.compare(before, after, gd.ROOTS, gd.LEAVES, exact=True)
        for graph, total in ((before, found.before), (after, found.after)):
            logits = {n: p for n, p in graph.nodes(data="probability") if p}
            assert total == gd.total_influence(graph, gd.ROOTS, logits, exact=True)
        assert found.remainder == 0
        assert sum(found.groups.values()) == found.change
        assert set(found.groups) <= {"token", "feature", "error", "logit"}
        same = which(before, after)
        changed = {edge: (edge[0], edge[1]) for edge in before.edges}
        common = {edge for edge in changed if all(end in same for end in edge)}
        kept = {edge for edge in common if after.has_edge(*(same[end] for end in edge))}
        alike = [e for e in kept if before.edges[e]["weight"] == after.edges[same[e[0]], same[e[1]]]["weight"]]
        difference = gd.compare(before, after)
        counts = len(difference.added), len(difference.removed), len(difference.changed)
        assert counts == (len(after.edges) - len(kept), len(before.edges) - len(kept), len(kept) - len(alike))


def two_prompts() -> tuple[nx.DiGraph, nx.DiGraph]:
    """Return two prompts: one token, one feature and one logit are others, a feature is at another position."""
    before = graph_of(token("The", 0), token("France", 1, 1), feature(3, 7, 1), feature(4, 1, 0), error(2, 1),
                      logit("Paris", 0.75, 1, 1), logit("the", 0.125, 1, 2))  # fmt: skip
    after = graph_of(token("The", 0), token("Japan", 1, 2), feature(3, 7, 0), feature(5, 2, 1), error(2, 1),
                     logit("Tokyo", 0.5, 1, 3), logit("the", 0.25, 1, 2))  # fmt: skip
    before.add_weighted_edges_from([("E_1_1", "3_7_1", 2), ("3_7_1", "27_1_1", 4),
                                    ("E_7_0", "4_1_0", 1), ("4_1_0", "27_2_1", -2),
                                    ("E_7_0", "27_2_1", 1), ("2_-1_1", "27_2_1", 1)])  # fmt: skip
    after.add_weighted_edges_from([("E_2_1", "3_7_0", 2), ("3_7_0", "27_3_1", 4), ("E_7_0", "5_2_1", 1),
                                   ("5_2_1", "27_2_1", -3), ("E_7_0", "27_2_1", 1),
                                   ("2_-1_1", "27_2_1", 1)])  # fmt: skip
    return before, after


def test_the_report_speaks_of_tokens_features_errors_and_logits() -> None:
    found = gd.compare(*two_prompts(), gd.ROOTS, gd.LEAVES)
    text = str(found)
    assert text.splitlines()[:15] == [
        "What the tokens drive: 3 appeared, 3 gone, 4 edges added, 4 removed.",
        "",
        "Appeared",
        "  1 token: Japan",
        "  1 logit: Tokyo",
        "  1 feature: 5_2_1",
        "",
        "Gone",
        "  1 token: France",
        "  1 logit: Paris",
        "  1 feature: 4_1_0",
        "",
        "The same at another position",
        "  1 feature: 3_7_1 is now 3_7_0",
        "",
    ]
    assert re.search(r"- probability of logit Paris +removed 0.75 +-3\n", text)
    assert re.search(r"~ probability of logit the +0.125 -> 0.25 +-0.1875\n", text)
    assert "by what the edges leave: logits (probabilities) " in text
    assert all(len(line) <= 100 for line in text.splitlines())
    assert not [name for name in ("E_1_1", "27_1_1", "LEAVES") if name in text]
    markdown = comparison_markdown([found])
    assert "| `token Japan` |" in markdown
    assert "`probability of logit Paris`" in markdown
    listed = str(gd.compare(*two_prompts(), target=gd.LEAVES))
    assert "token Japan" in listed
    assert "E_2_1" not in listed


def test_sets_in_a_line_have_the_counts_of_all_kinds() -> None:
    before, after = two_prompts()
    rows = {"a": ["1 token: a", "2 logits: b, c"], "b": ["3 features: " + "d" * 90]}
    assert [_kinds_in_a_line(title, listed) for title, listed in rows.items()] == [
        "a: 1 token: a; 2 logits",
        "b: 3 features",
    ]
    difference = gd.compare(before, after)
    short = [line for line in difference_lines(difference, None, 12) if line.startswith("Gone")]
    assert short == ["Gone: 1 token: France; 1 logit; 1 feature"]
    long = difference_lines(difference, None, 13)
    assert long[2:6] == ["Appeared", "  1 token: Japan", "  1 logit; 1 feature", ""]
    assert "  feature 5_2_1" in difference_lines(difference, 9)


def test_ends_are_called_by_their_titles_and_kept_as_ids_in_records() -> None:
    found = gd.compare(*two_prompts(), "E_1_1", ["27_1_1", "27_3_1"])
    assert "The graph after has no token France" in str(found)
    assert found.to_dict()["source"] == "E_1_1"
    assert found.to_dict()["target"] == ["27_1_1", "27_3_1"]


def test_groups_are_those_of_an_attribute_where_one_is_named() -> None:
    found = gd.compare(*two_prompts(), gd.ROOTS, gd.LEAVES, by="layer")
    assert sum(found.groups.values()) == found.change
    assert 27 in found.groups
    assert "by group: " in str(found)


def test_compiled_graphs_are_matched_by_their_ids() -> None:
    before, after = two_prompts()
    found = gd.compare(gd.compile(before), gd.compile(after), gd.ROOTS, gd.LEAVES)
    assert found.remainder == 0
    assert found.difference.kinds is None


# -- files


def document(graph: nx.DiGraph) -> dict[str, Any]:
    """Return a graph as the file that it could have been read from."""
    theirs = {"token": "embedding", "feature": "cross layer transcoder", "error": "mlp reconstruction error"}
    nodes = []
    for label, data in graph.nodes(data=True):
        kind = data["kind"]
        layer = "E" if kind == "token" else str(data["layer"])
        facts = {"node_id": label, "feature_type": theirs.get(kind, kind), "layer": layer, "ctx_idx": data["position"]}
        said = {"clerp": f'Output "{data["token"]}" (p=0.5)', "token_prob": data["leaf"]} if kind == "logit" else {}
        nodes.append({**facts, "feature": None, "clerp": "", **said})
    tokens = [data["token"] for _, data in graph.nodes(data=True) if data["kind"] == "token"]
    links = [{"source": u, "target": v, "weight": w} for u, v, w in graph.edges(data="weight")]
    metadata = {"slug": "x", "scan": MODEL, "prompt": "".join(tokens), "prompt_tokens": tokens}
    return {"metadata": metadata, "qParams": {}, "nodes": nodes, "links": links}


def test_the_command_line_asks_what_the_tokens_drive_the_logits_to(tmp_path: Path, run: Run) -> None:
    files = []
    for name, graph in zip(("france", "japan"), two_prompts(), strict=True):
        files.append(str(tmp_path / f"{name}.json"))
        Path(files[-1]).write_text(json.dumps(document(graph)))
    done = run("compare", *files)
    assert done.status == 0
    assert 'probability of logit "Paris"' in done.out
    assert "From the tokens to the logits (by probability) by 3 paths; before it was 3" in done.out
    [result] = json.loads(run("compare", *files, "--exact", "-o", "json").out)["results"]
    assert (result["source"], result["target"], result["remainder"]) == ("roots", "leaves", "0")
    rows = {edge["source"]: edge for edge in result["edges"] if edge["target"] == "the leaves"}
    assert rows["27_1_1"]["status"] == "removed"
    assert rows["27_2_1"]["weight_after"] == "1/4"
    assert "1 token: France" not in run("compare", *files, "--match", "E_1_1=E_2_1").out
    assert "lead" not in run("compare", *files, "-t", "27_2_1").out


#: Of real prompts: how many tokens, features, errors and logits both graphs have, and features at another position.
REAL = {
    ("f-france", "f-japan"): ({"token": 7, "feature": 176, "error": 97, "logit": 3}, 1),
    ("f-france", "g-france"): ({"token": 1, "feature": 90, "error": 54, "logit": 5}, 72),
}


@pytest.mark.parametrize(("names", "expected"), REAL.items(), ids=[" ".join(names) for names in REAL])
def test_nothing_remains_between_real_prompts(names: Any, expected: Any) -> None:
    files = [Path(os.environ.get("GRAPHDIFF_ATTRIBUTION", "none"), f"qwen06-{name}.json") for name in names]
    if not all(file.is_file() for file in files):
        pytest.skip("needs files of others in a folder that GRAPHDIFF_ATTRIBUTION names, see CONTRIBUTING.md")
    before, after = map(gd.read, files)
    renamed, pairs = identified(before, after)
    kinds = [after.nodes[pairs.get(name, name)]["kind"] for name in renamed if pairs.get(name, name) in after]
    assert {kind: kinds.count(kind) for kind in kinds} == expected[0]
    assert sum(1 for new in pairs.values() if after.nodes[new]["kind"] == "feature") == expected[1]
    found = gd.compare(before, after, gd.ROOTS, gd.LEAVES, exact=True)
    assert found.remainder == 0
    assert len([edge for edge in found.attribution if gd.LEAVES in edge]) == 20 - expected[0]["logit"]
