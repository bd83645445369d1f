"""What reports say of attribution graphs: who made the model say it, how sure, which ends a name means, in a screen."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import pytest
from attribution_graphs import Listed, made
from conftest import Run

import graphdiff as gd
from graphdiff.errors import UnknownNodeError, UsageError, WeightError

LONG = "x" * 90


def node(label: str, kind: str, **known: Any) -> dict[str, Any]:
    layer, feature, place = label.split("_")
    plain = {"token_prob": 0.0, "is_target_logit": False, "clerp": "", "influence": None, "activation": None}
    where = {"layer": layer, "ctx_idx": int(place), "feature_type": kind, "feature": int(feature)}
    return {"node_id": label, "jsNodeId": label, **where, **plain, **known}


def document(words: tuple[str, str] = ("a", " b"), outcome: str = " x", weights: tuple[float, ...] = ()) -> Any:
    numbers = weights or (2, -1, 0.5, 3, -1, -1, 1)
    ends = (
        "E_1_0 3_7_1",
        "E_2_1 3_7_1",
        "2_-1_1 3_7_1",
        "3_7_1 27_9_1",
        "3_7_1 27_8_1",
        "E_1_0 27_9_1",
        "2_-1_1 27_8_1",
    )
    links = [dict(zip(("source", "target"), pair.split(), strict=True)) for pair in ends[: len(numbers)]]
    return {
        "metadata": {"slug": "s", "scan": "m", "prompt_tokens": list(words), "prompt": "".join(words)},
        "qParams": {"pinnedIds": [], "supernodes": [["cat things", "3_7_1", "27_8_1"]], "linkType": "both"},
        "nodes": [
            node("E_1_0", "embedding"),
            node("E_2_1", "embedding"),
            node("3_7_1", "cross layer transcoder", clerp="cats", activation=2.0),
            node("2_-1_1", "mlp reconstruction error"),
            node("27_9_1", "logit", token_prob=0.5, clerp=f'Output "{outcome}" (p=0.500)', is_target_logit=True),
            node("27_8_1", "logit", token_prob=0.25, clerp='Output " y" (p=0.250)'),
        ],
        "links": [link | {"weight": weight} for link, weight in zip(links, numbers, strict=True)],
    }


@pytest.fixture(autouse=True)
def files(test_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "g.json").write_bytes((test_data / "attribution/123.json").read_bytes())
    (tmp_path / "small.json").write_text(json.dumps(document()))
    (tmp_path / "long.json").write_text(json.dumps(document((LONG, LONG), LONG)))
    monkeypatch.chdir(tmp_path)


def printed(run: Run, *args: str) -> str:
    done = run(*args)
    assert done.status == 0, done.err
    assert max(map(len, done.out.splitlines())) <= 100
    return done.out


# A screen


@pytest.mark.parametrize("verb", ["why", "cut", "table", "what-if --remove-node 3_7_1", "rank", "diagnose", "paths"])
def test_long_texts_fit_into_100_columns(run: Run, verb: str) -> None:
    name, *options = verb.split()
    printed(run, name, "long.json", *options)


def test_an_edge_is_shortened_at_both_ends(run: Run) -> None:
    line = next(line for line in printed(run, "cut", "long.json").splitlines() if line.startswith("  feature"))
    assert " -> logit " in line


def test_the_account_by_kinds_goes_on_in_the_next_line(run: Run, tmp_path: Path) -> None:
    huge = tuple(float(number) * 1.234567e107 for number in (2, -1, 0.5, 3, -1, -1, 1))
    text = json.dumps(document(weights=huge)).replace('"token_prob": 0.5', '"token_prob": 0.375')
    (tmp_path / "huge.json").write_text(text)
    out = printed(run, "compare", "small.json", "huge.json")
    assert re.search(r"\n  by what the edges leave: .*\n {27}\S", out)


def test_a_report_on_a_real_file_is_a_screen(run: Run) -> None:
    assert len(printed(run, "why", "g.json").splitlines()) <= 40


# Who made it say this


@pytest.mark.parametrize("seed", range(12))
def test_the_tokens_and_features_are_those_of_the_listed_paths(seed: int, tmp_path: Path) -> None:
    listed = Listed(made(seed))
    (tmp_path / "made.json").write_bytes(listed.data)
    why = gd.explain(gd.read(tmp_path / "made.json"), gd.ROOTS, gd.LEAVES, exact=True)
    ways = [(edges, part) for token in listed.tokens for edges, part in _ways(listed, token)]
    for one in why.drivers:
        through = [part for nodes, part in ways if one.node in nodes]
        assert one.total == sum(through)
        assert one.positive == sum(part for part in through if part > 0)
        assert one.negative == sum(part for part in through if part < 0)
    passed = {label for nodes, _ in ways for label in nodes}
    wanted = {*listed.tokens, *listed.of_kind("cross layer transcoder")} & passed
    assert {one.node for one in why.drivers} == (wanted - {*listed.tokens} if len(listed.tokens) == 1 else wanted)


def _ways(listed: Listed, label: str) -> list[tuple[tuple[str, ...], Any]]:
    """Return the nodes of every path to a logit, and what it brings, times the probability."""
    ends = [((label,), listed.logits[label])] if label in listed.logits else []
    steps = [(head, weight) for (tail, head), weight in listed.weights.items() if tail == label]
    return ends + [((label, *nodes), weight * part) for head, weight in steps for nodes, part in _ways(listed, head)]


def test_why_lists_tokens_and_features_for_and_against(run: Run) -> None:
    out = printed(run, "why", "small.json", "-w", "attribution")
    table = out[out.index("What runs through 2 tokens and 1 feature, by attribution") :].splitlines()
    assert [line.split()[-3:] for line in table[2:5]] == [
        ["+2", "3", "-1"],
        ["-1.25", "0.25", "-1.5"],
        ["+1.25", "3.25", "-2"],
    ]
    assert [line[2:9] for line in table[2:5]] == ['token "', 'token "', "feature"]
    record = json.loads(run("why", "small.json", "-o", "json", "-w", "attribution").out)["results"][0]["drivers"][0]
    assert record == {"node": "E_1_0", "kind": "token", "total": 2, "positive": 3, "negative": -1}


def test_rank_lists_nodes_of_one_kind_and_says_that_what_runs_through_is_another_number(run: Run) -> None:
    out = printed(run, "rank", "small.json", "--only", "token")
    assert "feature 3" not in out
    assert 'token "a"@0' in out
    assert "what runs through it from the tokens is in why and draw" in out
    places = [row["place"] for row in gd.rank(gd.read("small.json"), only="token").to_dict()["nodes"]]
    assert places == [1, 2]
    with pytest.raises(UsageError, match=r'^only="x": nodes are of the kinds error, feature, logit, token$'):
        gd.rank(gd.read("small.json"), only="x")
    assert "--only x: nodes are of" in run("rank", "small.json", "--only", "x").err


# How sure


def test_bfloat16_weights_leave_fewer_digits_than_the_sum(run: Run) -> None:
    why = gd.explain(gd.read("g.json"), gd.ROOTS, gd.LEAVES)
    moved = sum(map(abs, why.edge_contributions.values())) * 2.0**-9
    assert why.bfloat16_digits == math.floor(-math.log10(moved / abs(why.total))) == 1
    out = printed(run, "why", "g.json", "-w", "attribution")
    assert [line.split()[-2:] for line in out.splitlines() if line.startswith("  certain")] == [
        ["14", "digits"],
        ["1", "digit"],
    ]
    assert gd.explain(gd.read("small.json"), gd.ROOTS, gd.LEAVES).bfloat16_digits is None  # which any ints are


def test_a_part_that_is_next_to_nothing_has_no_digits(run: Run, tmp_path: Path) -> None:
    (tmp_path / "huge.json").write_text(json.dumps(document(weights=(2e9, -1e9, 0.5, 3e9, -1, -1, 1))))
    out = printed(run, "why", "huge.json", "-w", "attribution")
    assert 'logit " y" (p=0.25): -2.5e+08\n' in out
    assert "e-" not in "".join(line for line in out.splitlines() if " %" in line)


def test_underflow_names_the_option(run: Run, tmp_path: Path) -> None:
    (tmp_path / "tiny.json").write_text(json.dumps(document(weights=(1e-200, 0.0, 0.5, 1e-200))))
    assert "exact=True (--exact)" in printed(run, "why", "tiny.json").replace("\n ", "")


def test_what_completeness_counts_and_a_file_without_errors(run: Run, tmp_path: Path) -> None:
    assert "which nothing enters, count as wholly complete" in " ".join(printed(run, "diagnose", "small.json").split())
    without = document()
    without["nodes"] = [one for one in without["nodes"] if one["node_id"] != "2_-1_1"]
    without["links"] = [link for link in without["links"] if link["source"] != "2_-1_1"]
    (tmp_path / "without.json").write_text(json.dumps(without))
    assert "the file has no errors" in printed(run, "diagnose", "without.json")
    assert "the file has no errors" in printed(run, "rank", "without.json")


def test_a_file_without_links_is_not_asked_by_presets(run: Run, tmp_path: Path) -> None:
    nothing = document()
    nothing["links"] = []
    (tmp_path / "none.json").write_text(json.dumps(nothing))
    out = printed(run, "diagnose", "none.json")
    assert not [line for line in out.splitlines() if line.endswith(":")]
    for verb in ("why", "rank", "diagnose"):
        assert "even" not in printed(run, verb, "none.json")


# Which ends a name means


def test_a_lone_token_is_the_source(run: Run) -> None:
    assert printed(run, "why", "small.json", "token a") == printed(run, "why", "small.json", "-s", "token a")
    assert printed(run, "table", "small.json", "E_1_0") == printed(run, "table", "small.json", "-s", "E_1_0")
    assert "What token" in printed(run, "rank", "small.json", "token a")
    assert "From the tokens, 2 reaches" in printed(run, "why", "small.json", "logit x", "-w", "attribution")


def test_a_supernode_is_its_members(run: Run) -> None:
    members = printed(run, "why", "small.json", "-s", "E_1_0", "-t", "3_7_1", "-t", "27_8_1")
    assert printed(run, "why", "small.json", "token a", "cat things") == members
    assert printed(run, "why", "small.json", "token a", "supernode cat things") == members
    assert printed(run, "compare", "small.json", "small.json", "cat things")


def test_a_text_in_python_is_answered_with_the_node_that_it_stands_for() -> None:
    with pytest.raises(UnknownNodeError, match=r"did you mean '27_9_1'"):
        gd.explain(gd.read("small.json"), gd.ROOTS, "x")


def test_weights_go_by_what_reports_call_them(run: Run) -> None:
    assert "0.75" in printed(run, "why", "small.json", "-w", "attribution")
    asked = [run("rank", "small.json", "-w", name, "-o", "csv").out for name in ("attribution", "weight")]
    assert asked[0] == asked[1]
    with pytest.raises(WeightError, match="normalised is circuit-tracer's influence"):
        gd.explain(gd.read("small.json"), gd.ROOTS, gd.LEAVES, weight="nope")


# Two prompts


def test_a_change_that_turns_the_sign_says_so(run: Run, tmp_path: Path) -> None:
    turned = (*(-1e-6 * number for number in (1, -0.5, 0.25)), 3, -1, 1e-6, 1)
    (tmp_path / "turned.json").write_text(json.dumps(document(weights=turned)))
    line = next(
        line
        for line in printed(run, "compare", "small.json", "turned.json", "-w", "attribution").splitlines()
        if "change  " in line
    )
    assert line.endswith("(sign changed)")
    doubled = (*(-2.0 * number for number in (2, -1, 0.5)), 3, -1, 2, 1)
    (tmp_path / "turned.json").write_text(json.dumps(document(weights=doubled)))
    assert "(-300 %, sign changed)" in printed(run, "compare", "small.json", "turned.json", "-w", "attribution")


def test_a_logit_of_one_file_is_offered_the_likeliest_of_the_other(run: Run, tmp_path: Path) -> None:
    other = json.dumps(document(outcome=" z")).replace("27_9_1", "27_5_1").replace('"feature": 9', '"feature": 5')
    (tmp_path / "other.json").write_text(other)
    done = run("compare", "small.json", "other.json", " x")
    assert "is in OLD only; --match 27_9_1=27_5_1 compares it" in done.err
    assert "is in NEW only; --match 27_9_1=27_5_1 compares it" in run("compare", "small.json", "other.json", " z").err
    assert not run("compare", "small.json", "other.json", "--match", "27_9_1=27_5_1", "27_5_1").err


def test_a_feature_at_another_position_is_no_other_feature(run: Run, tmp_path: Path) -> None:
    moved = (
        json.dumps(document())
        .replace("3_7_1", "3_7_0")
        .replace('"layer": "3", "ctx_idx": 1', '"layer": "3", "ctx_idx": 0')
    )
    (tmp_path / "moved.json").write_text(moved)
    out = " ".join(printed(run, "compare", "small.json", "moved.json").split())
    assert "The same at another position 1 feature: 3_7_1 is now 3_7_0" in out
    assert "Called otherwise" not in out
