"""By which weights each verb asks where none are named, and that it says so."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import networkx as nx
import pytest
from conftest import Run

import graphdiff as gd
from graphdiff.cli import VERBS
from graphdiff.cli.weightings import OTHERWISE, SIDE_BY_SIDE

ROOT = Path(__file__).resolve().parents[2]
MEDIATION = str(ROOT / "data" / "mediation.csv")
DOCS = ROOT / "docs" / "command-line.md"
#: The words after a verb and its file that ask something, for every verb that reads a file.
ASKED = {
    "why": ("X", "Y"),
    "rank": (),
    "paths": ("X", "Y"),
    "what-if": ("X", "Y"),
    "cut": ("X", "Y"),
    "diagnose": ("X", "Y"),
    "cycles": (),
    "table": (),
    "why --formula": ("X", "Y"),
    "draw": ("X", "Y"),
    "compare": ("X", "Y"),
}
WORDS = {
    ("unit", "even"): "no weights in the file: 1 on every edge (unit) and spread evenly (even)",
    ("even",): "no weights in the file: spread evenly (even)",
    ("unit",): "no weights in the file: 1 on every edge (unit)",
}
COUNTING = ("diagnose", "cycles")
REPORTING = [verb for verb in ASKED if verb != "draw"]


def command(verb: str, file: str) -> list[str]:
    return [*verb.split(), *[file] * (1 + (verb == "compare")), *ASKED[verb]]


@pytest.fixture
def unweighted(tmp_path: Path) -> str:
    path = tmp_path / "plain.csv"
    path.write_text("source,target\nX,M\nM,Y\nX,Y\n")
    return str(path)


def test_every_verb_that_reads_a_file_is_here() -> None:
    assert {*ASKED, "compile", "formats", "errors"} - {"why --formula"} == {str(verb.name) for verb in VERBS}


@pytest.mark.parametrize("verb", REPORTING)
class TestTheHeadSaysWhichAndWhy:
    def head(self, run: Run, verb: str, *words: str) -> str:
        lines = run(*words).out.split("\n\n")[0].splitlines()
        return lines[-1].rsplit(" · ", 1)[-1]

    def record(self, run: Run, *words: str) -> dict[str, object]:
        document = json.loads(run(*words, "-o", "json").out)
        weights: dict[str, object] = document.get("graph", document)["weights"]
        return weights

    def test_without_weights_in_the_file(self, verb: str, run: Run, unweighted: str) -> None:
        names = OTHERWISE.get(verb, SIDE_BY_SIDE)
        assert self.head(run, verb, *command(verb, unweighted)) == WORDS[names]
        assert self.record(run, *command(verb, unweighted)) == {"names": [*names], "why": WORDS[names]}

    def test_with_weights_in_the_file(self, verb: str, run: Run, tmp_path: Path) -> None:
        (path := tmp_path / "model.csv").write_text("source,target,weight\nX,M,.5\nM,Y,2\nX,Y,3\n")
        assert self.head(run, verb, *command(verb, str(path))) == "weights: weight, the edges' own"
        assert self.record(run, *command(verb, str(path)))["names"] == ["weight"]

    def test_with_those_that_are_asked_for(self, verb: str, run: Run) -> None:
        words = [*command(verb, MEDIATION), "-w", "coefficient"]
        assert self.head(run, verb, *words) == "weights: coefficient, as asked"
        assert self.record(run, *words) == {"names": ["coefficient"], "why": "weights: coefficient, as asked"}


@pytest.mark.parametrize("verb", [verb for verb in ASKED if verb not in COUNTING])
class TestNumbersThatAreNoKnownWeights:
    def test_are_refused_with_a_line_that_runs(self, verb: str, run: Run) -> None:
        refused = run(*command(verb, MEDIATION))
        assert (refused.status, refused.out, refused.err.count("\n")) == (65, "", 1)
        when = "before: " if verb == "compare" else ""
        start = f"graphdiff: {when}the edges have numbers, and none is known to be their weight: coefficient, se; "
        assert refused.err.startswith(start)
        line = refused.err.removeprefix(start).split(" takes that number; ")[0]
        assert line == shlex.join(["graphdiff", *command(verb, MEDIATION), "-w", "coefficient"])
        assert run(*shlex.split(line)[1:]).status == 0
        assert "; --weight unit counts paths; " in refused.err
        assert run(*command(verb, MEDIATION), "-w", "unit").status == 0


def test_the_total_that_is_meant(run: Run) -> None:
    assert "changes Y by 0.409512" in run("why", MEDIATION, "X", "Y", "-w", "coefficient").out
    assert "X moves Y by 2 paths" in run("why", MEDIATION, "X", "Y", "-w", "unit").out


@pytest.mark.parametrize("verb", COUNTING)
def test_a_verb_that_counts_does_not_ask(verb: str, run: Run) -> None:
    done = run(*command(verb, MEDIATION))
    assert done.status == 0
    assert "no known weights in the file (numbers: coefficient, se): 1 on every edge (unit)\n" in done.out


def test_the_line_to_copy_keeps_what_stands_behind_a_double_hyphen(run: Run, tmp_path: Path) -> None:
    (path := tmp_path / "with blank.csv").write_text("cause,effect,size\n-x,y,2\n")
    err = run("why", str(path), "--exact", "--", "-x", "y").err
    assert f"; graphdiff why '{path}' --exact -w size -- -x y takes that number; " in err


def test_two_graphs_are_compared_by_the_weights_that_one_is_known_to_have(run: Run, tmp_path: Path) -> None:
    (old := tmp_path / "old.json").write_text('{"directed": true, "nodes": [{"id": "a"}, {"id": "b"}], "links": []}')
    (new := tmp_path / "new.csv").write_text("source,target,weight\na,b,2\n")
    (other := tmp_path / "other.csv").write_text("source,target,size\na,b,2\n")
    for pair in ((old, new), (new, old)):
        out = run("compare", *map(str, pair)).out
        assert out.splitlines()[2] == "weights: weight, the edges' own"
    err = run("compare", str(new), str(other)).err
    assert err.startswith("graphdiff: after: none of the 1 edges has 'weight'; these edges have: size")


class TestDraw:
    def test_a_picture_in_a_file_is_told_beside(self, run: Run, unweighted: str, tmp_path: Path) -> None:
        path = str(tmp_path / "x.json")
        assert run("draw", unweighted, "X", "Y", "-O", path).err == f"wrote {path}\n{WORDS['even',]}\n"
        assert json.loads(Path(path).read_text())["graph"]["weight_meaning"] == "even"
        assert run("draw", unweighted, "X", "Y", "-w", "even", "-O", path, "--force").err == f"wrote {path}\n"

    def test_one_that_is_printed_says_it_itself(self, run: Run, unweighted: str) -> None:
        done = run("draw", unweighted, "X", "Y")
        assert not done.err
        assert "weights: each node passes what reaches it in equal parts along its edges" in done.out

    def test_edges_between_groups_are_counted(self, run: Run, unweighted: str, tmp_path: Path) -> None:
        path = str(tmp_path / "x.json")
        arguments = ["draw", unweighted, "--group", "prefix:1", "-O", path, "--force"]
        assert run(*arguments).err.splitlines()[1:] == [WORDS["unit",]]
        assert run(*arguments, "--source", "X", "--target", "Y").err.splitlines()[1:] == [WORDS["even",]]


def test_the_docs_say_what_each_verb_takes() -> None:
    rows = re.findall(r"^\| ((?:`[a-z -]+`(?:, )?)+) \| ([^|]+) \|$", DOCS.read_text(), re.MULTILINE)
    said = {
        verb: tuple(re.findall("`([a-z]+)`", takes)) for verbs, takes in rows for verb in re.findall("`(.+?)`", verbs)
    }
    assert said == {verb: OTHERWISE.get(verb, SIDE_BY_SIDE) for verb in (*ASKED, "compile")}


def test_rank_of_groups_and_by_normalised_weights(run: Run, tmp_path: Path) -> None:
    graph = nx.DiGraph(edge_meaning="drives")
    graph.add_node("f", kind="feature", supernode="say b")
    graph.add_node("y", kind="logit", leaf=0.5)
    graph.add_weighted_edges_from([("a", "f", 3.0), ("e", "f", -1.0), ("f", "y", 2.0)])
    gd.compile(graph).with_attributes(graph).save(tmp_path / "x.gdiff")
    file = str(tmp_path / "x.gdiff")
    weights = ("-w", "weight", "-w", "normalised")
    done = run("rank", file, "--group", "supernode", "-s", "a", *weights, "-o", "csv")
    assert done.out.splitlines() == ["place,node,weight,normalised,members", "1,y,6.0,0.75,1", "2,say b,3.0,0.75,1"]
    failed = run("rank", file, "--group", "supernod")
    assert (failed.status, failed.err.partition(";")[0]) == (
        2, "graphdiff: no node has the attribute 'supernod' to group by",
    )  # fmt: skip


def test_attribution_graphs_are_asked_by_two_weightings_and_say_which_has_a_unit(run: Run, tmp_path: Path) -> None:
    file = str(ROOT / "data" / "digits.json")
    note = "weights: attribution, the file's, in no unit through features; per-activation, in the logits' unit"
    for verb in ("why", "rank", "diagnose"):
        assert run(verb, file).out.splitlines()[1] == note
    table = {row.split()[0]: row.split()[1:] for row in run("why", file).out.splitlines() if row.startswith("  total")}
    assert table == {"total": ["14.5841", "8.44915"]}
    ranked = run("rank", file, "-o", "csv").out.splitlines()
    assert ranked[0].split(",")[:4] == ["place", "node", "per-activation", "attribution"]
    sizes = [abs(float(row.split(",")[2])) for row in ranked[1:]]
    assert sizes == sorted(sizes, reverse=True)
    for verb in ("paths", "cut"):  # which take one
        assert "by per-activation" in run(verb, file).out


def test_an_attribution_graph_without_an_activation_is_asked_by_its_weights(run: Run, tmp_path: Path) -> None:
    document = json.loads((ROOT / "data" / "digits.json").read_text())
    next(node for node in document["nodes"] if node["node_id"] == "0_27046_3")["activation"] = None
    whole, file = str(ROOT / "data" / "digits.json"), str(tmp_path / "x.json")
    Path(file).write_text(json.dumps(document))
    head, ranked = (run(verb, file).out for verb in ("why", "rank"))
    assert "per-activation" not in head + ranked
    assert "weights: attribution, the edges' own" in head
    assert "From the tokens, 14.5841 reaches the logits" in head
    for files in ((whole, file), (file, whole)):  # two are asked by what both have
        assert "weights: attribution, the edges' own\n" in run("compare", *files).out


@pytest.mark.parametrize("weight", ["attribution", "per-activation"])
def test_a_saved_attribution_graph_is_asked_by_two_weightings_too(weight: str, run: Run, tmp_path: Path) -> None:
    saved = str(tmp_path / "x.gdiff")
    assert run("compile", str(ROOT / "data" / "digits.json"), "-w", weight, "-O", saved).status == 0
    out = run("why", saved).out
    assert "per-activation, in the logits'" in out
    assert re.search(r"^  total +14.5841 +8.44915$", out, re.MULTILINE)


def test_weights_per_activation(run: Run, tmp_path: Path) -> None:
    file = str(ROOT / "data" / "digits.json")
    done = run("why", file, "-w", "per-activation")
    assert done.out.splitlines()[0].endswith(" · weights: per-activation, as asked")
    assert done.out.splitlines()[2] == "Of the logits (by probability), 8.44915 comes from the tokens."
    assert "Strongest paths, by per-activation" in done.out
    assert "shortest paths" not in done.out
    (tmp_path / "x.csv").write_text("source,target,weight\na,b,2\n")
    failed = run("why", str(tmp_path / "x.csv"), "a", "b", "-w", "per-activation")
    assert failed.status == 65
    assert failed.err.startswith(
        "graphdiff: per-activation: b, which edges enter, has no activation: what enters a node"
    )
    assert "say their activation; graphdiff why" in failed.err


def test_functions_of_a_profile_are_not_ranked_by_other_groups(run: Run, test_data: Path) -> None:
    failed = run("rank", str(test_data / "profiles" / "profile.prof"), "--group", "modul")
    assert (failed.status, failed.err) == (
        2, "graphdiff: --group modul: functions of a profile are ranked by module, file, class\n",
    )  # fmt: skip
