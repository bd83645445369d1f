"""``graphdiff formats``, ``--option NAME=VALUE``, and help that fits two screens."""

from __future__ import annotations

import csv
import io
import json
import lzma
import re
from contextlib import suppress
from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete
from conftest import Run
from samples import SAMPLES

import graphdiff as gd
from graphdiff.cli import VERBS, graphdiff, why
from graphdiff.cli.format_options import NAMES, ONLY, PROFILES, SHOWN
from graphdiff.cli.headings import HEADINGS
from graphdiff.errors import FormatError
from graphdiff.graph.measured import is_profile
from graphdiff.io.formats import READERS
from graphdiff.io.formats.profilers import PROFILERS
from graphdiff.io.formats.programs import PROGRAMS

DATA = Path(__file__).parents[1] / "data"
LOCK = str(DATA / "python" / "uv.lock")
TABLE = str(DATA / "csv" / "olah.csv")
#: Two screens.
MOST_LINES = 90
#: Options that another form of the command has replaced, for one version.
OLD_NAMES = ("olds",)
#: What the help for a format has beside what its reader takes.
OF_VERBS = {"--focus", "--ignore", "--hide", "--group", "--weight", "--format"}


@pytest.mark.parametrize("verb", ["", *[str(verb.name) for verb in VERBS]])
def test_help_fits_two_screens(verb: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    text = run(*filter(None, [verb]), "--help").out
    assert 15 < len(text.splitlines()) <= MOST_LINES


@pytest.mark.parametrize("verb", [str(verb.name) for verb in VERBS if verb.name not in ("formats", "errors")])
def test_each_verb_has_its_options_under_headings(verb: str, run: Run) -> None:
    lines = run(verb, "--help").out.splitlines()
    found = [line[:-1] for line in lines if line[:1].isalpha() and line.endswith(":")]
    assert [heading for heading in HEADINGS if heading in found] == found
    assert found[1 - len(HEADINGS) :] == [*HEADINGS][1:]


def options_in(text: str) -> set[str]:
    """Return the names of the options that a help lists."""
    _, *sections = re.split(r"^[A-Z][^:\n]*:\n", text, flags=re.MULTILINE)
    return set(re.findall(r"^  (?:-\w, )?(--[\w-]+|-k)(?= |$)", "".join(sections), re.MULTILINE))


def options_of(verb: click.Command, *, hidden: bool) -> dict[str, str]:
    """Return the options of a verb, by the parameter."""
    own = [param for param in verb.params if isinstance(param, click.Option) and param.hidden == hidden]
    return {str(param.name): max(param.opts, key=len) for param in own}


def own_section(text: str) -> str:
    """Return the part of a help that is about one format."""
    found = re.search(r"^Only of this format, .*?(?=\n\n)", text, re.MULTILINE | re.DOTALL)
    return found[0] if found else ""


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_plain_help_names_all_options_but_those_of_some_formats(verb: click.Command, run: Run) -> None:
    shown = options_in(run(str(verb.name), "--help").out)
    options = options_of(verb, hidden=False)
    assert shown == {option for name, option in options.items() if name not in ONLY} | {"--help"}
    assert {*options_of(verb, hidden=True)} <= {*NAMES, *OLD_NAMES}


def test_the_help_for_a_format_adds_what_that_takes_and_no_more(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    plain = options_in(run("why", "--help").out)
    everything: set[str] = set()
    for name, row in READERS.items():
        text = run("why", "--format", name, "--help").out
        assert len(text.splitlines()) <= MOST_LINES
        added = options_in(own_section(text))
        assert options_in(text) == plain | (added - {"--format"})
        here = [option for option in row.options if not row.takes[option].startswith("in Python only")]
        assert added - OF_VERBS == {SHOWN.get(option, f"--{option}") for option in here}
        assert ("--focus" in added) == (name in PROFILES)
        assert added
        everything |= added
    assert {f"--{name}" for name in NAMES} <= everything
    assert {option for name, option in options_of(why.why, hidden=False).items() if name in ONLY} <= everything


@pytest.mark.parametrize(
    "verb", [verb for verb in VERBS if verb.name not in ("formats", "errors")], ids=lambda verb: verb.name
)
def test_the_help_of_every_verb_for_a_profile_has_the_options_of_profiles(
    verb: click.Command, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    text = run(str(verb.name), "--format", "pprof-proto", "--help").out
    assert len(text.splitlines()) <= MOST_LINES
    options = options_of(verb, hidden=False)
    of_profiles = {option for name, option in options.items() if "pstats" in ONLY.get(name, ())}
    assert of_profiles >= {"--focus", "--ignore", "--hide"}
    assert options_in(own_section(text)) >= {*of_profiles, "--event", "--weight"}


def test_help_for_a_file_is_that_for_its_format(run: Run, tmp_path: Path) -> None:
    lock = tmp_path / "uv.lock.xz"
    lock.write_bytes(lzma.compress(Path(LOCK).read_bytes()))
    expected = run("rank", "--format", "uv", "--help").out
    assert "Only of this format, uv:" in expected
    for words in ([LOCK, "--help"], ["-h", LOCK, "app"], [str(lock), "-w", "unit", "-h"]):
        assert run("rank", *words).out == expected
    assert run("rank", "expr:a * b", "--help").out == run("rank", "--format", "expr", "--help").out
    broken = tmp_path / "broken.xz"
    broken.write_bytes(lzma.compress(b"x" * 1000)[:30])
    (tmp_path / "text.txt").write_text("Dear all, the meeting is moved.")
    plain = run("rank", "--help").out
    assert "graphdiff rank FILE --help has those of the file" in " ".join(plain.split())
    for file in ("no-such-file.csv", str(tmp_path), str(broken), str(tmp_path / "text.txt")):
        assert run("rank", file, "--help").out == plain
    assert run("rank", "--format", "uw", "--help").err == (
        "graphdiff: no format 'uw'; graphdiff --help lists them all\n"
    )


@pytest.mark.parametrize("name", [*PROGRAMS, *PROFILERS])
def test_formats_of_profiles_are_those_whose_samples_are(name: str) -> None:
    for sample in (sample for sample, key in SAMPLES.items() if key == name):
        with suppress(FormatError):  # samples that are refused are no profiles
            assert is_profile(gd.read(DATA / sample, format=name)) == (name in PROFILES)


@pytest.mark.parametrize("name", [key for key, row in READERS.items() if "kinds" in row.takes])
def test_the_kinds_of_a_format_are_listed_with_it(name: str, run: Run) -> None:
    kinds = READERS[name].takes["kinds"]
    assert kinds in run("formats", name).out
    assert kinds in " ".join(own_section(run("why", "--format", name, "--help").out).split())


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
            assert f"  --{option} " in text
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
        assert (old.status, old.err) == (0, "")
        assert (new.status, new.out) == (0, old.out)
        assert new.err.splitlines() == [
            f"graphdiff: --option {text} is an old name, which goes with the next version: write --{name} {value}"
            for text in texts
            for name, _, value in [text.partition("=")]
        ]
        assert new.out != run("rank", LOCK).out

    def test_of_an_expression_both_ways_together(self, run: Run) -> None:
        old = run("why", "expr:e = a * b", "--set", "a=2", "--set", "b=5", "a", "e")
        assert run("why", "expr:e = a * b", "--option", "set=a=2", "--set", "b=5", "a", "e").out == old.out
        assert "= 5" in old.out

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ("extra=all", "--option extra=all: no format has an option 'extra'; did you mean 'extras'? graphdiff "
                          "formats NAME lists those of a format"),
            ("colour=red", "no format has an option 'colour'; graphdiff formats NAME lists those of a format"),
            ("extras", "--option extras: NAME=VALUE is expected, an option of another package's format"),
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
        done = run("why", LOCK, "app", "linter", "--groups", "none", "--markers", "python_version=3.12")
        assert done.err == (
            "graphdiff: no node 'linter': left out by --markers python_version=3.12 and --groups none\n"
        )

    def test_completes(self) -> None:
        def completed(*words: str) -> list[str]:
            *before, last = words
            found = ShellComplete(graphdiff, {}, "graphdiff", "_GRAPHDIFF_COMPLETE").get_completions(before, last)
            return [item.value for item in found]

        assert completed("why", "x", "--option", "") == []  # which is of formats of other packages
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


def test_the_table_of_the_documentation_is_that_of_the_formats(run: Run) -> None:
    page = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
    table = run("formats", "-o", "markdown").out
    assert table in page, "put what `graphdiff formats -o markdown` prints into docs/formats.md"
    assert table.count("\n| ") == len(READERS)
