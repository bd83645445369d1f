"""``graphdiff formats``, ``--option NAME=VALUE``, and help that fits two screens."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete
from conftest import Run

from graphdiff.cli import VERBS, graphdiff
from graphdiff.cli.format_options import NAMES
from graphdiff.cli.headings import HEADINGS
from graphdiff.io.formats import READERS

DATA = Path(__file__).parents[1] / "data"
LOCK = str(DATA / "python" / "uv.lock")
TABLE = str(DATA / "csv" / "olah.csv")
#: Two screens.
MOST_LINES = 90
#: Options that another form of the command has replaced, for one version.
OLD_NAMES = ("olds",)


@pytest.mark.parametrize("verb", ["", *[str(verb.name) for verb in VERBS]])
def test_help_fits_two_screens(verb: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    text = run(*filter(None, [verb]), "--help").out
    assert 15 < len(text.splitlines()) <= MOST_LINES


@pytest.mark.parametrize("verb", [str(verb.name) for verb in VERBS if verb.name != "formats"])
def test_each_verb_has_its_options_under_headings(verb: str, run: Run) -> None:
    lines = run(verb, "--help").out.splitlines()
    found = [line[:-1] for line in lines if line[:1].isalpha() and line.endswith(":")]
    assert [heading for heading in HEADINGS if heading in found] == found
    assert found[1 - len(HEADINGS) :] == [*HEADINGS][1:]


def test_help_names_all_options_but_those_of_one_family(run: Run) -> None:
    for verb in VERBS:
        text = run(str(verb.name), "--help").out
        for param in verb.params:
            if isinstance(param, click.Option):
                option = re.escape(max(param.opts, key=len))
                shown = re.search(rf"^  (-\w, )?{option}( |$)", text, re.MULTILINE) is not None
                assert shown != (param.name in NAMES or param.name in OLD_NAMES), param.name


@pytest.mark.parametrize("name", [key for key, row in READERS.items() if "kinds" in row.takes])
def test_the_kinds_of_a_format_are_listed_with_it(name: str, run: Run) -> None:
    assert "graphdiff formats FORMAT" in run("why", "--help").out
    assert READERS[name].takes["kinds"] in run("formats", name).out


class TestFormats:
    def test_the_table_has_a_line_for_each(self, run: Run) -> None:
        head, *lines = run("formats").out.splitlines()
        assert head.split() == ["name", "files", "tier", "tool", "an", "edge"]
        assert [line.split()[0] for line in lines] == list(READERS)
        line = next(line for line in lines if line.startswith("cargo-lock "))
        assert line.split()[1:5] == ["cargo.lock", "1", "Cargo", "Cargo.lock:"]

    @pytest.mark.parametrize("name", READERS)
    def test_all_of_one(self, name: str, run: Run) -> None:
        text = run("formats", name).out
        row = READERS[name]
        for fact in (row.title, row.tool, row.version, row.sample, row.command, f"tier      {row.tier}: "):
            assert fact in text
        for option in row.options & {*NAMES}:
            assert f"  --option {option}=" in text
        assert ("  --kind\n" in text) == ("kinds" in row.options)
        assert "Parameters" not in text
        assert "`" not in text

    def test_as_json_and_csv(self, run: Run) -> None:
        document = json.loads(run("formats", "-o", "json").out)
        assert (document["graphdiff"], document["kind"]) == (1, "formats")
        assert [row["name"] for row in document["formats"]] == list(READERS)
        document = json.loads(run("formats", "uv", "-o", "json").out)
        assert document["command"] == "uv lock"
        assert "uv tree" in document["reads"]
        rows = list(csv.reader(io.StringIO(run("formats", "-o", "csv").out)))
        assert [row[0] for row in rows] == ["name", *READERS]
        assert ["command", "uv lock"] in list(csv.reader(io.StringIO(run("formats", "uv", "-o", "csv").out)))

    def test_an_unknown_one(self, run: Run) -> None:
        done = run("formats", "npm")
        assert (done.status, done.out) == (2, "")
        assert (
            done.err
            == "graphdiff: no format 'npm'; did you mean 'npm-lock' or 'npm-ls'? graphdiff --help lists them all\n"
        )
        assert run("formats", "").err == "graphdiff: no format ''; graphdiff --help lists them all\n"


class TestOption:
    def test_is_the_same_as_the_name_of_its_own(self, run: Run) -> None:
        old = run("rank", LOCK, "--extras", "nodes", "--markers", "python_version=3.12", "--groups", "none")
        texts = ("extras=nodes", "markers=python_version=3.12", "groups=none")
        new = run("rank", LOCK, *(word for text in texts for word in ("--option", text)))
        assert old.status == 0
        assert new == old
        assert new.out != run("rank", LOCK).out

    def test_of_an_expression_both_ways_together(self, run: Run) -> None:
        old = run("why", "expr:e = a * b", "--set", "a=2", "--set", "b=5", "a", "e")
        assert run("why", "expr:e = a * b", "--option", "set=a=2", "--set", "b=5", "a", "e") == old
        assert "= 5" in old.out

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ("extra=all", "--option extra=all: no format has an option 'extra'; did you mean 'extras'? graphdiff "
                          "formats NAME lists those of a format"),
            ("colour=red", "no format has an option 'colour'; graphdiff formats NAME lists those of a format"),
            ("extras", "--option extras: NAME=VALUE is expected, as in --option extras=all"),
            ("=all", "--option =all: NAME=VALUE is expected"),
            ("extras=some", "--option extras=some is not one of 'requested', 'nodes', 'none', 'all'"),
            ("kinds=dev", "--option kinds=dev: kinds has an option of its own, --kind"),
            ("alternatives=all", "format uv takes no option --option alternatives=…: it is for debian"),
            ("symbolic=1", "no format has an option 'symbolic'"),
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_said_in_its_words(self, given: str, said: str, run: Run) -> None:
        done = run("rank", LOCK, "--option", given)
        assert (done.status, done.out) == (2, "")
        assert said in done.err

    @pytest.mark.parametrize("other", [["--option", "extras=none"], ["--extras", "none"]])
    def test_twice_is_no_wish(self, other: list[str], run: Run) -> None:
        done = run("rank", LOCK, "--option", "extras=all", *other)
        assert (done.status, "extras is given twice" in done.err) == (2, True)

    def test_a_node_that_it_left_out_is_said_to_be(self, run: Run) -> None:
        old, new = "markers=python_version=3.12", "python_version=3.12"
        done = run("why", LOCK, "app", "linter", "--option", "groups=none", "--option", old)
        said = (
            "graphdiff: no node 'linter': left out by --option markers=python_version=3.12 and --option groups=none\n"
        )
        assert done.err == said
        done = run("why", LOCK, "app", "linter", "--option", "groups=none", "--markers", new)
        assert done.err == said.replace("--option markers=", "--markers ")

    def test_completes(self) -> None:
        def completed(*words: str) -> list[str]:
            *before, last = words
            found = ShellComplete(graphdiff, {}, "graphdiff", "_GRAPHDIFF_COMPLETE").get_completions(before, last)
            return [item.value for item in found]

        assert completed("why", "x", "--option", "") == [f"{name}=" for name in NAMES]
        assert completed("why", "x", "--format", "uv", "--option", "") == ["extras=", "markers=", "groups="]
        assert completed("why", "x", "--option", "alternatives=") == ["alternatives=first", "alternatives=all"]
        assert completed("why", "x", "--extras", "n") == ["nodes", "none"]
        assert completed("formats", "npm") == ["npm-lock", "npm-ls"]


class TestWhatGoesIntoAFile:
    @pytest.mark.parametrize("suffix", ["svg", "png", "dot", "graphml", "mmd", "html"])
    @pytest.mark.parametrize("verb", ["diagnose", "cycles", "formats"])
    def test_no_report_is_called_a_picture(self, verb: str, suffix: str, run: Run, tmp_path: Path) -> None:
        path = tmp_path / f"r.{suffix}"
        done = run(verb, *([] if verb == "formats" else [TABLE]), "-O", str(path))
        assert (done.status, path.exists()) == (2, False)
        assert done.err == (
            f"graphdiff: -O {path}: graphdiff {verb} writes text, JSON or CSV and no .{suffix}; graphdiff draw does\n"
        )
        assert run(verb, *([] if verb == "formats" else [TABLE]), "-O", str(tmp_path / "r.log")).status == 0

    @pytest.mark.parametrize(("output", "suffix"), [("json", "dot"), ("csv", "svg"), ("text", "json"), ("json", "csv")])
    def test_draw_is_not_told_two_things(self, output: str, suffix: str, run: Run, tmp_path: Path) -> None:
        path = tmp_path / f"x.{suffix}"
        done = run("draw", TABLE, "-o", output, "-O", str(path))
        assert (done.status, path.exists()) == (2, False)
        said = f"-o {output} is for standard output; in -O {path} the suffix says what is written\n"
        assert done.err == f"graphdiff: {said}"
        assert run("draw", TABLE, "-o", "json", "-O", str(tmp_path / "x.json")).status == 0
