"""The command line on packages of several versions, on what a package costs, and on licences."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from conftest import Run

LOCK = {
    "name": "app",
    "lockfileVersion": 3,
    "packages": {
        "": {"name": "app", "dependencies": {"ms": "^2.0.0", "send": "0.17.0", "web": "1"}},
        "node_modules/ms": {"version": "2.1.3", "license": "MIT"},
        "node_modules/send": {"version": "0.17.0", "license": "MIT", "dependencies": {"ms": "~1.0.0", "web": "*"}},
        "node_modules/send/node_modules/ms": {"version": "1.0.0", "license": "ISC"},
        "node_modules/web": {"version": "1.0.0"},
    },
}

REPORT = """\
npm package-lock · 5 packages, 5 dependencies · a -> b: a depends on b

ms: 2 versions, 2.1.3 by 1 path, 1.0.0 held back by send (~1.0.0)

ms@2.1.3: 1 path from the roots
  needed by     app (^2.0.0)

ms@1.0.0: 1 path from the roots
  held back by  send (~1.0.0)
  shortest      app > send (0.17.0) > ms@1.0.0 (~1.0.0)
"""

UV = """\
version = 1
requires-python = ">=3.9"
[[package]]
name = "app"
version = "1"
source = { virtual = "." }
dependencies = [
    { name = "numpy", version = "2.0", marker = "python_version < '3.10'" },
    { name = "numpy", version = "2.3", marker = "python_version >= '3.10'" },
    { name = "typing-extensions" },
]
[[package]]
name = "numpy"
version = "2.0"
resolution-markers = ["python_version < '3.10'"]
[[package]]
name = "numpy"
version = "2.3"
resolution-markers = ["python_version >= '3.10'"]
[[package]]
name = "typing-extensions"
version = "4"
"""


@pytest.fixture(autouse=True)
def locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "package-lock.json").write_text(json.dumps(LOCK))
    (tmp_path / "uv.lock").write_text(UV)
    monkeypatch.chdir(tmp_path)


def test_why_answers_for_each_version(run: Run) -> None:
    done = run("why", "package-lock.json", "ms")
    assert (done.status, done.out, done.err) == (0, REPORT, "")
    assert run("why", "package-lock.json", "-s", "app", "-t", "ms").out == REPORT.replace("the roots", "app")
    assert "send (~1.0.0)" not in run("why", "package-lock.json", "web", "ms").out


def test_why_gives_a_record_a_version_and_a_row_for_each_that_needs_one(run: Run) -> None:
    record = json.loads(run("why", "package-lock.json", "ms", "-o", "json").out)
    assert (record["kind"], record["name"], record["graph"]["nodes"]) == ("why", "ms", 5)
    assert [(one["node"], one["n_paths"]) for one in record["results"]] == [("ms@2.1.3", 1), ("ms@1.0.0", 1)]
    assert record["results"][1]["required_by"] == [
        {"source": "send", "target": "ms@1.0.0", "clause": "~1.0.0", "kind": "normal", "holds_back": True}
    ]
    rows = list(csv.DictReader(io.StringIO(run("why", "package-lock.json", "ms", "-o", "csv").out)))
    assert [(row["node"], row["required_by"], row["clause"], row["holds_back"]) for row in rows] == [
        ("ms@2.1.3", "app", "^2.0.0", ""),
        ("ms@1.0.0", "send", "~1.0.0", "True"),
    ]


def test_a_pattern_is_answered_likewise_and_an_exact_name_as_one(run: Run) -> None:
    assert "ms*: 1 package" not in run("why", "package-lock.json", "*s*").out
    assert "*s*: 2 packages in 3 versions, 3 paths from the roots" in run("why", "package-lock.json", "*s*").out
    assert "From the roots to ms@1.0.0: 1 path of 2 steps" in run("why", "package-lock.json", "ms@1.0.0").out


def test_all_shows_what_a_screen_has_no_room_for(run: Run, tmp_path: Path) -> None:
    names = [f"p{number}" for number in range(40)]
    packages = {f"node_modules/{name}": {"version": "1.0.0"} for name in names}
    packages[""] = {"name": "app", "dependencies": dict.fromkeys(names, "1")}
    (tmp_path / "package-lock.json").write_text(json.dumps({"name": "app", "lockfileVersion": 3, "packages": packages}))
    shown = run("why", "package-lock.json", "p*").out.splitlines()
    assert len(shown) <= 40
    assert shown[-1] == "… 29 more: --all"
    assert run("why", "package-lock.json", "p*", "--all").out.count("needed by     app (1)") == 40


@pytest.mark.parametrize("options", [["-w", "even"], ["--exact"], ["--cycles", "solve"], ["--formula"]])
def test_a_question_of_one_node_lists_the_versions(run: Run, options: list[str]) -> None:
    done = run("why", "package-lock.json", "ms", *options)
    assert (done.status, done.out) == (2, "")
    assert done.err == (
        "graphdiff: 2 nodes match 'ms': 'ms@2.1.3', 'ms@1.0.0'; give one of them, or each: -t ms@2.1.3 -t ms@1.0.0\n"
    )


def test_a_picture_of_several_versions_has_them_all_as_ends(run: Run, tmp_path: Path) -> None:
    done = run("why", "package-lock.json", "ms", "-O", "x.svg")
    assert (done.status, done.out) == (0, run("why", "package-lock.json", "ms").out)
    drawn = (tmp_path / "x.svg").read_text(encoding="utf-8")
    assert "ms@2.1.3" in drawn
    assert "ms@1.0.0" in drawn


@pytest.mark.parametrize("verb", ["paths", "rank", "cut", "what-if", "draw"])
def test_other_verbs_take_several_versions_by_their_ids(run: Run, verb: str) -> None:
    more = ["--reduce", "50%"] if verb == "cut" else ["--remove-node", "send"] if verb == "what-if" else []
    done = run(verb, "package-lock.json", "ms", *more)
    assert (done.status, done.out) == (2, "")
    assert "2 nodes match 'ms': 'ms@2.1.3', 'ms@1.0.0'" in done.err
    assert run(verb, "package-lock.json", "-t", "ms@2.1.3", "-t", "ms@1.0.0", *more).status == 0


def test_versions_for_other_environments_name_the_option(run: Run) -> None:
    out = run("why", "uv.lock", "NumPy").out
    assert "numpy: 2 versions, 2.3 by 1 path, 2.0 by 1 path\n" in out
    assert "An environment has one version of each; --markers here takes that of this one.\n" in out
    assert "\n  only on       python_version >= '3.10'\n" in out
    assert "From the roots to numpy: 1 path" in run("why", "uv.lock", "NumPy", "--markers", "here").out


def test_names_of_python_packages_are_taken_as_pip_does(run: Run) -> None:
    for name in ("Typing_Extensions", "typing.extensions"):
        assert "From the roots to typing-extensions: 1 path" in run("why", "uv.lock", name).out
    done = run("why", "package-lock.json", "Send")
    assert (done.status, done.err) == (2, "graphdiff: no node 'Send'; did you mean 'send'?\n")


def test_why_says_what_would_go(run: Run) -> None:
    done = run("why", "package-lock.json", "send")
    assert "\nWithout send 2 packages go, itself among them: MIT 1, ISC 1.\n" in done.out
    record = json.loads(run("why", "package-lock.json", "send", "-o", "json").out)
    assert record["cost"]["nodes"] == ["send", "ms@1.0.0"]
    assert "cost" not in json.loads(run("why", "package-lock.json", "app", "-o", "json").out)


LICENCES = """\
npm package-lock · 5 packages, 5 dependencies · a -> b: a depends on b

4 packages reached from the roots, by licence
licence     packages  which           through whom
MIT                2  ms@2.1.3, send  ms@2.1.3, send
ISC                1  ms@1.0.0        send
not stated         1  web             send, web

through whom: what the roots lead to directly.
"""


def test_rank_counts_licences_by_either_name(run: Run) -> None:
    done = run("rank", "package-lock.json", "--value", "licence")
    assert (done.status, done.out, done.err) == (0, LICENCES, "")
    out = run("rank", "package-lock.json", "--value", "license").out
    assert out == done.out.replace("by licence\nlicence", "by license\nlicense")
    assert "… 2 more: --top 3\n" in run("rank", "package-lock.json", "--value", "licence", "-n", "1").out


def test_licences_as_records_and_rows(run: Run) -> None:
    record = json.loads(run("rank", "package-lock.json", "--value", "licence", "-o", "json").out)
    assert (record["kind"], record["value"], record["n_nodes"]) == ("rank", "licence", 4)
    assert record["counts"][1] == {"text": "ISC", "n_nodes": 1, "nodes": ["ms@1.0.0"], "through": ["send"]}
    out = run("rank", "package-lock.json", "--value", "licence", "-o", "csv").out
    assert out.splitlines()[0] == "licence,packages,which,through whom"
    assert "ISC,1,ms@1.0.0,send" in out


@pytest.mark.parametrize("options", [["--by", "reach"], ["send"], ["--fail-if", "total > 1"]])
def test_what_is_of_numbers_is_refused_for_texts(run: Run, options: list[str]) -> None:
    done = run("rank", "package-lock.json", *options, "--value", "licence")
    assert (done.status, done.out) == (2, "")
    assert done.err == (
        "graphdiff: licence is no number, nodes are counted by it: from a source, without --by and totals\n"
    )


def test_a_file_without_licences_says_so(run: Run) -> None:
    done = run("rank", "uv.lock", "--value", "license")
    assert done.status == 2
    assert done.err.startswith("graphdiff: --value license: no node says anything of this; nodes have: name (4 of 4")


def test_conditions_are_asked_of_all_versions_together(run: Run) -> None:
    held = run("why", "package-lock.json", "ms", "--fail-if", "paths > 1")
    assert (held.status, held.out) == (1, REPORT)
    assert "paths > 1 is met: 2" in held.err
    assert run("why", "package-lock.json", "ms", "--fail-if", "paths > 2").status == 0
    assert run("why", "package-lock.json", "ms", "--fail-if", "package == send").status == 1
    record = json.loads(run("why", "package-lock.json", "ms", "--fail-if", "paths > 1", "-o", "json").out)
    assert "paths > 1 is met: 2" in json.dumps(record)


def test_a_package_that_is_not_there_is_no_path_under_a_condition(run: Run) -> None:
    done = run("why", "package-lock.json", "left-pad", "--fail-if", "paths > 0")
    assert (done.status, "0 paths" in done.out) == (0, True)
    done = run("why", "package-lock.json", "left-pad")
    assert (done.status, done.out) == (2, "")


def test_conditions_on_licences_that_are_counted(run: Run) -> None:
    held = run("rank", "package-lock.json", "--value", "licence", "--fail-if", "licence == ISC")
    assert (held.status, held.out) == (1, LICENCES)
    assert "ms@1.0.0 (ISC)" in held.err
    assert run("rank", "package-lock.json", "--value", "licence", "--fail-if", "licence ~ 'GPL*'").status == 0
