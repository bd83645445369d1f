"""Both ends of a question, as every verb takes them: after the file, or by ``-s`` and ``-t``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Run

from graphdiff.cli.nodes import Ends

#: The verbs that take ends, with what their files are; and those that ask about the way between.
VERBS = dict.fromkeys(("why", "rank", "what-if", "cut", "paths", "draw", "diagnose", "table"), ("model.csv",))
VERBS |= {"compare": ("model.csv", "model.csv"), "why --formula": ("model.csv",)}
NEED_ONE = ("why", "what-if", "cut", "paths", "why --formula")
TWO_ENDS = [verb for verb in VERBS if verb != "rank"]


@pytest.fixture(autouse=True)
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model.csv").write_text("source,target,weight\ns,a,2\ns,b,3\na,t,5\nb,t,7\nr,a,11\nb,u,13\n")
    monkeypatch.chdir(tmp_path)


def asked(run: Run, verb: str, *ends: str) -> str:
    """Return what a verb prints of some ends."""
    done = run(*verb.split(), *VERBS[verb], *ends, "-w", "weight")
    assert done.status == 0, done.err
    return done.out


@pytest.mark.parametrize("verb", TWO_ENDS)
def test_two_names_are_the_source_and_the_target_however_they_are_given(run: Run, verb: str) -> None:
    out = asked(run, verb, "s", "t")
    assert out
    for ends in (["-s", "s", "-t", "t"], ["--target", "t", "--source", "s"], ["t", "-s", "s"]):
        assert asked(run, verb, *ends) == out
    assert asked(run, verb, "s", "u") != out


@pytest.mark.parametrize("verb", VERBS)
def test_one_name_is_the_target(run: Run, verb: str) -> None:
    out = asked(run, verb, "t")
    assert out == asked(run, verb, "-t", "t")
    assert out != asked(run, verb, "-t", "u")


@pytest.mark.parametrize("verb", VERBS)
def test_a_source_alone_is_given_by_its_option(run: Run, verb: str) -> None:
    assert asked(run, verb, "-s", "b") == asked(run, verb, "--source", "b") != asked(run, verb, "b")


def test_the_target_of_a_rank_is_its_target(run: Run) -> None:
    record = json.loads(run("rank", "model.csv", "t", "-o", "json").out)
    assert (record["source"], record["target"]) == (None, "t")
    assert {row["node"]: row["values"]["weight"] for row in record["nodes"]} == {"a": 5, "b": 7, "s": 31, "r": 55}


def test_names_of_a_table_are_its_columns_and_rows(run: Run) -> None:
    record = json.loads(
        run("table", "--wide", "model.csv", "-s", "s", "-s", "b", "-t", "t", "-t", "u", "-o", "json").out
    )
    assert record["results"][0]["jacobian"] == {"t": {"s": 31, "b": 7}, "u": {"s": 39, "b": 13}}
    record = json.loads(run("table", "--wide", "model.csv", "s", "t", "-o", "json").out)
    assert record["results"][0]["jacobian"] == {"t": {"s": 31}}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    "ends, told",
    [
        (["s", "t", "-t", "u"], "the target is given twice: 't' after FILE, and -t u"),
        (["t", "-t", "u"], "the target is given twice: 't' after FILE, and -t u"),
        (["s", "t", "-s", "b"], "the source is given twice: 's' after FILE, and -s b"),
        (["s", "a", "t"], "3 nodes given: after FILE stand SOURCE and TARGET; several are -s a -s b -t x -t y"),
    ],
)
def test_an_end_is_given_in_one_way(run: Run, verb: str, ends: list[str], told: str) -> None:
    done = run(*verb.split(), *VERBS[verb], *ends)
    assert (done.status, done.out, done.err) == (2, "", f"graphdiff: {told}\n")


@pytest.mark.parametrize("verb", TWO_ENDS)
@pytest.mark.parametrize("ends", [["s", "frm"], ["-s", "s", "-t", "t", "-t", "frm"], ["-s", "frm", "-t", "t"]])
def test_names_are_looked_up_with_those_that_were_meant(run: Run, verb: str, ends: list[str], tmp_path: Path) -> None:
    with (tmp_path / "model.csv").open("a") as file:
        file.write("s,form,1\n")
    done = run(*verb.split(), *VERBS[verb], *ends)
    assert (done.status, done.out) == (2, "")
    assert "no node 'frm'; did you mean 'form'?" in done.err


def test_several_names_are_a_list_without_repeats() -> None:
    ends = Ends(("a", "b", "A"), ("t",))
    assert ends.nodes(str.upper) == (["A", "B"], "T")
    assert Ends().nodes(str.upper) == (None, None)


#: Several ends, and the ends of the same graph with one node before the sources and one behind the targets.
SEVERAL = {
    "-s s -s r -t t -t u": "S T",
    "-s s -s r t": "S t",
    "-s s -t t -t u": "s T",
    "t": "ROOTS t",  # s and r are all roots
    "-s s": "s LEAVES",  # t and u are all leaves
    "--source b --source a -t t -t u": "B T",
}
EXTRA = "S,s,1\nS,r,1\nROOTS,s,1\nROOTS,r,1\nB,b,1\nB,a,1\nt,T,1\nu,T,1\nt,LEAVES,1\nu,LEAVES,1\n"


@pytest.mark.parametrize("ends", SEVERAL)
@pytest.mark.parametrize(
    "verb, number",
    [
        ("why", lambda record: record["results"][0]["total"]),
        ("why", lambda record: record["results"][0]["n_paths"]),
        ("why --formula", lambda record: record["value"]),
        ("what-if --remove-edge a t", lambda record: record["results"][0]["after"]),
        ("cut", lambda record: record["before"]),
        ("cut --reduce 50%", lambda record: len(record["removed"])),
        ("paths --all", lambda record: sorted(path["influence"] for path in record["paths"])),
        ("paths -k 2", lambda record: [path["influence"] for path in record["paths"]]),
        ("diagnose", lambda record: record["n_paths"]),
    ],
)
def test_several_ends_are_what_one_node_before_or_behind_them_is(
    run: Run, tmp_path: Path, verb: str, number: Callable[[Any], Any], ends: str
) -> None:
    with_ends = tmp_path / "with_ends.csv"
    with_ends.write_text((tmp_path / "model.csv").read_text() + EXTRA)
    name, *options = verb.split()
    several = json.loads(run(name, "model.csv", *ends.split(), *options, "-o", "json").out)
    one = json.loads(run(name, str(with_ends), *SEVERAL[ends].split(), *options, "-o", "json").out)
    assert number(several) == number(one)


@pytest.mark.parametrize("ends", [ends for ends in SEVERAL if "-s" in ends and "t" in ends.split()])
def test_a_comparison_of_several_ends_likewise(run: Run, tmp_path: Path, ends: str) -> None:
    model = (tmp_path / "model.csv").read_text()
    changes = []
    for extra, asked_ends in (("", ends), (EXTRA, SEVERAL[ends])):
        old, new = tmp_path / "old.csv", tmp_path / "new.csv"
        old.write_text(model + extra)
        new.write_text(model.replace("a,t,5", "a,t,8") + extra)
        result = json.loads(run("compare", str(old), str(new), *asked_ends.split(), "-o", "json").out)["results"][0]
        changes.append([result[name] for name in ("before", "after", "change")])
    assert changes[0] == changes[1]
    assert changes[0][2] > 0


@pytest.mark.parametrize(
    "end, records",
    [("-s s -s r", {"b": 3, "a": 13, "t": 86, "u": 39}), ("-t t -t u", {"s": 70, "r": 55, "a": 5, "b": 20})],
)
def test_a_rank_of_several_ends_adds_up(run: Run, end: str, records: dict[str, int]) -> None:
    record = json.loads(run("rank", "model.csv", *end.split(), "-o", "json").out)
    assert {row["node"]: row["values"]["weight"] for row in record["nodes"]} == records


@pytest.mark.parametrize("verb", NEED_ONE)
def test_a_verb_that_needs_an_end_says_so(run: Run, verb: str) -> None:
    done = run(*verb.split(), *VERBS[verb])
    assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
    assert done.err.startswith(f"graphdiff: {verb.split()[0]} needs a target or a source: FILE [SOURCE] TARGET")


@pytest.mark.parametrize("verb", [verb for verb in NEED_ONE if "formula" not in verb])
def test_ends_that_are_left_out_are_named_in_the_report(run: Run, verb: str) -> None:
    assert "the roots" in asked(run, verb, "t").lower()
    assert "the leaves" in asked(run, verb, "-s", "s").lower()
    record = json.loads(asked(run, verb, "t", "-o", "json"))
    record = record.get("results", [record])[0]
    assert (record["source"], record["target"]) == ("roots", "t")


def test_errors_of_several_sources_give_that_of_the_sum(run: Run, tmp_path: Path) -> None:
    (tmp_path / "model.csv").write_text("source,target,weight,se\nx,m,0.5,0.1\nz,m,0.25,0.3\nm,y,0.4,0.2\n")
    record = json.loads(run("why", "model.csv", "y", "--sd", "se", "-o", "json").out)["uncertainty"][0]
    by_hand = ((0.4 * 0.1) ** 2 + (0.4 * 0.3) ** 2 + (0.75 * 0.2) ** 2) ** 0.5
    assert record["standard_error"] == pytest.approx(by_hand)


@pytest.mark.parametrize("ends", ["t", "-s s", "-s s -s r t", "-t t -t u", "-s s -s r -t t -t u"])
@pytest.mark.parametrize("verb", ["draw", "why", "draw --group prefix:1"])
def test_several_ends_are_drawn(run: Run, tmp_path: Path, verb: str, ends: str) -> None:
    name, *options = verb.split()
    for suffix in ("svg", "dot", "json", "graphml", "mmd"):
        path = tmp_path / f"{name}.{suffix}"
        done = run(name, "model.csv", *ends.split(), *options, "-O", str(path), "--force")
        assert (done.status, path.stat().st_size > 200) == (0, True), done.err


def test_the_source_star_is_all_nodes_unless_one_is_called_so(run: Run, tmp_path: Path) -> None:
    def totals(*words: str) -> dict[str, float]:
        return {
            row["node"]: row["values"]["weight"] for row in json.loads(run("rank", *words, "-o", "json").out)["nodes"]
        }

    each = [word for node in "srabtu" for word in ("-s", node)]
    every = totals("model.csv", "-s", "*")
    assert totals("model.csv", *each).items() <= every.items()
    assert every.keys() == set("srabtu")
    cut = json.loads(run("cut", "model.csv", "-s", "*", "--reduce", "50%", "--nodes", "-o", "json").out)
    assert (cut["source"], cut["target"]) == ("nodes", "leaves")
    starred = tmp_path / "starred.csv"
    starred.write_text((tmp_path / "model.csv").read_text() + "*,a,3\n")
    assert "s" not in totals(str(starred), "-s", "*")


def test_a_comparison_of_all_nodes_adds_up_what_each_has(run: Run, tmp_path: Path) -> None:
    new = tmp_path / "new.csv"
    new.write_text((tmp_path / "model.csv").read_text().replace("a,t,5", "a,t,8"))

    def changes(*sources: str) -> list[float]:
        words = ["compare", "model.csv", str(new), *(word for node in sources for word in ("-s", node)), "-t", "t"]
        result = json.loads(run(*words, "-o", "json").out)["results"][0]
        return [result[name] for name in ("before", "after", "change")]

    assert changes("*") == changes(*"srabtu")
    assert changes("*")[2] == 3 * (2 + 11 + 1)  # what reaches a of one unit from s, r and a


def test_reliance_on_the_command_line(run: Run) -> None:
    assert "through" in run("rank", "model.csv", "--by", "reliance").out
    rows = run("rank", "model.csv", "--by", "reliance", "-o", "csv").out.splitlines()
    assert rows[0] == "place,node,reliance,reach,exclusive,through"
    refused = run("rank", "model.csv", "t", "--by", "reliance")
    assert (refused.status, refused.err.splitlines()[-1]) == (
        2, "graphdiff: --by reliance is what all nodes rest on: leave out --target",
    )  # fmt: skip


@pytest.mark.parametrize("verb", ["cut model.csv s t --reduce 50%", "cycles model.csv"])
def test_the_limit_of_a_search_is_an_option_of_any_format(run: Run, verb: str) -> None:
    assert run(*verb.split(), "--timeout", "5").status == 0
    assert "--timeout 0" in run(*verb.split(), "--timeout", "0").err
