"""What every verb answers of two nodes of one cycle, without an option: no refusal, and no number that is none."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from conftest import Run


@pytest.fixture
def file(tmp_path: Path) -> str:
    """Return a file of packages that need each other in a ring of four with a chord, from app, to base."""
    path = tmp_path / "deps.dot"
    edges = "app -> a; a -> b; b -> c; c -> d; d -> a; a -> c; d -> base; app -> base; b -> base;"
    path.write_text(f'digraph {{ graph [edge_meaning="depends on"]; {edges} }}')
    return str(path)


#: The verbs with what they are asked, beside the file and both ends, and a line that each prints.
VERBS = {
    "why": ([], "b rests on a: both are among 4 nodes that all lead to each other."),
    "why, collapsed": (["--cycles", "collapse"], "The only shortest route, of 3 edges:"),
    "why, as a formula": (["--formula"], "Every route uses the edge d -> a."),
    "paths": ([], "  b > c > d > a"),
    "paths, one": (["-k", "1"], "  b > c > d > a"),
    "cut": ([], "To cut every path, cut 1 of the 5 dependencies between them:"),
    "cut, nodes": (["--nodes"], "Not to be taken: b (source), a (target)."),
    "what-if": ([], "Every route uses the edge d -> a."),
    "what-if, without": (["--remove-edge", "d", "a"], "No route."),
    "what-if, with": (["--add", "b", "a", "-"], "The only shortest route, of 1 edge:"),
    "compare": ([], "The only shortest route, of 3 edges:"),
    "table": ([], "Left out: 1 pair within a cycle that counts as one node; why says how such two hang together."),
    "diagnose": (
        [],
        "  paths             not counted between two nodes of one cycle: why says how they lead to each other",
    ),
    "draw": ([], "digraph"),
}


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_answers(run: Run, file: str, verb: str) -> None:
    options, line = VERBS[verb]
    name = verb.partition(",")[0]
    files = [file, file] if name == "compare" else [file]
    done = run(name, *files, "b", "a", *options)
    assert done.status == 0, done.err
    assert line in done.out
    if name not in ("draw", "diagnose"):
        assert max(map(len, done.out.splitlines())) <= 100
    assert "cannot tell its members apart" in " ".join(done.out.split()) or name not in ("why", "what-if", "compare")


@pytest.mark.parametrize("verb", ["why", "paths", "what-if", "compare", "table", "diagnose", "cut"])
def test_as_json_no_total_is_null(run: Run, file: str, verb: str) -> None:
    done = run(verb, *([file, file] if verb == "compare" else [file]), "b", "a", "-o", "json")
    record = json.loads(done.out)
    assert record["kind"] == verb
    if verb in ("why", "paths", "what-if"):
        (result,) = record["results"]
        assert (result["total"], result["n_paths"], result["length"], result["n_shortest"]) == (None, None, 3, 1)
        assert result["cut"] == [{"source": "d", "target": "a"}]
    elif verb == "compare":
        (result,) = record["results"]
        assert result["before"] == result["after"]
        assert result["before"]["why_no_total"].startswith("No total")
    elif verb == "table":
        assert {(len(one["pairs"]), one["n_apart"]) for one in record["results"]} == {(0, 1)}


def test_as_csv_each_route_is_a_row(run: Run, file: str) -> None:
    assert run("why", file, "b", "a", "-o", "csv").out == "steps,route\n3,b > c > d > a\n"
    done = run("what-if", file, "b", "a", "--add", "b", "a", "-", "-o", "csv")
    assert done.out == "when,steps,route\nbefore,3,b > c > d > a\nafter,1,b > a\n"


def test_a_picture_beside_the_report(run: Run, file: str, tmp_path: Path) -> None:
    done = run("why", file, "b", "a", "-O", str(tmp_path / "x.dot"))
    assert done.status == 0
    assert "b rests on a" in done.out
    assert "b -> c" in (tmp_path / "x.dot").read_text().replace('"', "")


def test_conditions(run: Run, file: str) -> None:
    assert run("why", file, "b", "a", "--fail-if", "paths > 0").status == 1
    assert run("why", file, "b", "a", "--fail-if", "paths < 3").status == 0
    done = run("why", file, "b", "a", "--fail-if", "total > 0")
    assert (done.status, "between two nodes of one cycle there is no total" in done.err) == (2, True)
    assert run("compare", file, file, "b", "a", "--fail-if", "cycles > 0").status == 0
    assert run("compare", file, file, "b", "a", "--fail-if", "change > 0").status == 2


def test_compare_where_an_end_is_new_or_has_another_name(run: Run, file: str, tmp_path: Path) -> None:
    new = tmp_path / "new.dot"
    new.write_text(re.sub(r"\bb\b", "b2", Path(file).read_text()).replace("d -> a;", ""))
    done = run("compare", file, str(new), "b", "a")
    assert "No route." in done.out
    done = run("compare", file, str(new), "b2", "c", "--match", "b=b2")
    assert done.status == 0
    done = run("compare", file, str(new), "d", "a", "--match", "b=b2")
    lines = done.out.splitlines()
    assert lines[lines.index("Before") + 2] == "  d > a"
    assert lines[lines.index("After") + 1] == "No route."


#: What is refused of two nodes of one cycle, and where it sends.
REFUSED = {
    "a part of no total": (["cut", "--reduce", "50%"], "; without --reduce every path is cut; graphdiff why says how"),
    "every path": (["paths", "--all"], "; graphdiff why says how they lead to each other, which needs no total"),
    "a sample": (["paths", "--sample", "5"], "; graphdiff why says how they lead to each other"),
    "latex": (["why", "--formula", "-o", "latex"], "; graphdiff why says how they lead to each other"),
    "a matrix": (["table", "--wide"], "; graphdiff why says how they lead to each other"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused_sends_to_what_answers(run: Run, file: str, what: str) -> None:
    (verb, *options), remedy = REFUSED[what]
    done = run(verb, file, "b", "a", *options)
    assert (done.status, remedy in done.err) == (65, True), done.err
    if "--cycles solve" in done.err:  # and that, where it refuses too, does not send back
        again = run(verb, file, "b", "a", *options, "--cycles", "solve")
        assert again.status == 0 or "--cycles collapse" not in again.err


@pytest.mark.parametrize("policy", ["raise", "solve", "reduced-form"])
def test_no_two_errors_send_to_each_other(run: Run, file: str, policy: str) -> None:
    done = run("why", file, "b", "a", "-w", "unit", "--cycles", policy)
    if done.status:
        assert "--cycles collapse" in done.err
    assert run("why", file, "b", "a", "-w", "unit", "--cycles", "collapse").status == 0
