"""Attribution graphs on the command line: nodes by their titles in text, by their ids in records; ends left out."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from conftest import Run

#: An id of the file that is no name of a feature; features go by theirs, as most have no label.
ID = re.compile(r"(?<![\w-])(?:E_\d+_\d+|2[4-7]_-1_\d+|27_\d+_\d+)")

NO_ENDS = ("why", "rank", "paths", "table", "table --wide", "what-if", "what-if --direct", "cut", "diagnose")
ENDS = ("why", "paths", "what-if", "cut --reduce 50%", "table", "diagnose")


@pytest.fixture(autouse=True)
def files(test_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "g.json").write_bytes((test_data / "attribution/123.json").read_bytes())
    monkeypatch.chdir(tmp_path)


def printed(run: Run, *args: str) -> str:
    done = run(*args)
    assert done.status == 0, done.err
    assert max(map(len, done.out.splitlines())) <= 100
    return done.out


@pytest.mark.parametrize("verb", NO_ENDS)
def test_without_an_end_the_tokens_drive_the_logits(run: Run, verb: str) -> None:
    name, *options = verb.split()
    out = printed(run, name, "g.json", *options)
    assert not ID.search(out)
    assert "logit" in out
    assert out == printed(run, name, "g.json", *options)


@pytest.mark.parametrize("verb", ENDS)
def test_ends_are_called_by_their_titles(run: Run, verb: str) -> None:
    name, *options = verb.split()
    out = printed(run, name, "g.json", "-s", "E_235304_3", "-t", "27_235310_3", *options)
    assert not ID.search(out)
    assert 'token "3"@3' in out
    assert 'logit "4"' in out
    assert printed(run, name, "g.json", "token 3", "logit 4", *options) == out


def test_changes_are_called_by_titles_too(run: Run) -> None:
    out = printed(run, "what-if", "g.json", "--remove-node", "20_93988_3", "--remove-edge", "token 3", "logit 4")
    assert 'Without feature 20_93988_3, without token "3"@3 -> logit "4" (p=0.233):' in out
    assert "The tokens drive the logits (by probability) by" in out


def test_a_token_alone_goes_to_the_logits_and_a_logit_alone_comes_from_the_tokens(run: Run) -> None:
    own = ("-w", "attribution")
    assert 'From token "3"@3, 14.' in printed(run, "why", "g.json", "-s", "token 3", *own)
    assert 'From the tokens, 40.6487 reaches logit "4" (p=0.233).' in printed(run, "why", "g.json", "4", *own)
    out = printed(run, "why", "g.json", "4", "-w", "per-activation")
    assert 'Of logit "4" (p=0.233), 20.4117 comes from the tokens.' in out


@pytest.mark.parametrize("verb", ["why", "paths", "what-if", "cut"])
def test_records_have_the_ids(run: Run, verb: str) -> None:
    text = run(verb, "g.json", "-s", "E_235304_3", "-t", "27_235310_3", "-o", "json").out
    record = json.loads(text)
    record = record.get("results", [record])[0]
    assert (record["source"], record["target"]) == ("E_235304_3", "27_235310_3")
    assert "token " not in text
    record = json.loads(run(verb, "g.json", "-o", "json").out)
    record = record.get("results", [record])[0]
    assert (record["source"], record["target"]) == ("roots", "leaves")


def test_what_drives_the_logits_is_ranked(run: Run) -> None:
    record = json.loads(run("rank", "g.json", "-o", "json").out)
    values = {row["node"]: row["values"]["attribution"] for row in record["nodes"]}
    assert (record["source"], record["target"]) == (None, "leaves")
    tokens = [values[node] for node in ("E_2_0", "E_235274_1", "E_235284_2", "E_235304_3")]
    total = json.loads(run("why", "g.json", "-o", "json").out)["results"][0]["total"]
    assert sum(tokens) == pytest.approx(total)


def test_a_table_is_of_tokens_and_logits(run: Run) -> None:
    record = json.loads(run("table", "g.json", "-o", "json").out)
    pairs = {(row["source"][:2], row["target"][:3]) for row in record["results"][0]["pairs"]}
    assert pairs == {("E_", "27_")}


def test_a_computation_marks_both_ends_too(run: Run) -> None:
    out = printed(run, "why", "expr:e = (a + b) * (b + 1)", "--set", "a=2", "--set", "b=1")
    both = printed(run, "why", "expr:e = (a + b) * (b + 1)", "--set", "a=2", "--set", "b=1", "-s", "a", "-s", "b", "e")
    totals = [next(line for line in text.splitlines() if line.startswith("  total")).split() for text in (out, both)]
    assert totals == [["total", "7"], ["total", "7"]]


def test_names_that_mean_several_are_listed_with_their_titles(run: Run) -> None:
    done = run("why", "g.json", "feature *", "logit 4")
    assert done.status == 2
    assert "13 nodes match 'feature *': '0_18753_3' (feature 0_18753_3), " in done.err
    assert "give one of them, or each: -s 0_18753_3 -s " in done.err
    done = run("why", "g.json", "logit 5", "logit 4")
    assert "no node 'logit 5'; did you mean 'logit 6' or 'logit 4'" in done.err
    done = run("what-if", "g.json", "-s", "token 3", "--remove-node", "token 3")
    assert "'E_235304_3' (token \"3\"@3) cannot be removed" in done.err


def test_a_saved_graph_prints_the_same(run: Run) -> None:
    assert run("compile", "g.json", "-O", "g.gdiff").status == 0
    for verb in ("why", "rank", "paths", "cut"):
        lines = [printed(run, verb, file).split("\n", 1)[1] for file in ("g.json", "g.gdiff")]
        assert lines[0] == lines[1]
