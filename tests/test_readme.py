"""README and docs/ say what is true: code runs, commands print what is shown, links lead somewhere."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
from conftest import Run

import graphdiff
from benchmarks.groups import GROUPS

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
DOCS = ROOT / "docs"
INDEX = DOCS / "index.md"
#: The site makes a gallery of the examples, and a reference, of which none is kept.
MADE = {"gallery", "reference"}
PAGES = (README, *sorted(page for page in DOCS.rglob("*.md") if page.parent.name not in MADE))
FENCED = re.compile(r"^```(\{?\w*\}?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
#: A whole package, which tests/io/test_plugins.py installs and reads with.
PACKAGE = ROOT / "docs" / "plugins.md"
of_each_page = pytest.mark.parametrize("page", PAGES, ids=NAMES)


@cache
def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(page: Path, language: str) -> list[str]:
    """Return the fenced blocks of one language ("" for those without)."""
    return [block for tag, block in FENCED.findall(text_of(page)) if tag == language]


# The code


@dataclass
class Statement:
    """One statement of a page's code, and the value that the comment after it gives, if it gives one."""

    source: str
    value: object = None


def can_run(block: str) -> bool:
    """Tell whether a block can run here: one that begins with the import of an extra needs it."""
    needed = re.match(r"import (jax|onnx|torch)\b", block)
    return needed is None or find_spec(needed[1]) is not None


def statements(page: Path) -> Iterator[Statement]:
    """Yield what a page's Python blocks do, one after the other, as in one session."""
    code = "\n".join(filter(can_run, blocks(page, "python"))) if page != PACKAGE else ""
    for node in ast.parse(code).body:
        source = ast.get_source_segment(code, node) or ""
        comment = code.splitlines()[(node.end_lineno or 0) - 1].partition("  # ")[2]
        yield Statement(source, value_of(comment) if isinstance(node, ast.Expr) else None)


def value_of(comment: str) -> object:
    """Return what a comment gives as a value of Python; None for words."""
    try:
        return ast.literal_eval(comment)
    except (SyntaxError, ValueError):
        return None


@of_each_page
def test_the_code_of_a_page_runs_by_itself_and_returns_what_it_says(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").symlink_to(ROOT / "data")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for statement in statements(page):
        if statement.value is None:
            exec(statement.source, names)
        else:
            found = eval(statement.source, names)
            assert found == statement.value or found == pytest.approx(statement.value, abs=5e-5), statement.source
        for written in re.findall(r'gd\.write\(.*"([^"]+)"\)', statement.source):
            assert Path(written).exists()


def test_the_values_in_comments_are_seen() -> None:
    assert sum(statement.value is not None for page in PAGES for statement in statements(page)) >= 10


# The commands


@dataclass
class Shown:
    """A command, and the output shown after it: all of it in a plain block, lines of it in a ``text`` block."""

    page: str
    command: str
    output: str
    whole: bool


def outputs(page: Path) -> Iterator[Shown]:
    """Yield each output that a page shows, with the last command before it, in a ``sh`` block or backticks."""
    text = text_of(page)
    for fence in FENCED.finditer(text):
        if fence[1] in ("", "text"):
            command = re.findall(r"(?:`|^|bin/)(graphdiff [^`\n]+)", text[: fence.start()], re.MULTILINE)[-1]
            yield Shown(str(page.relative_to(ROOT)), command, fence[2].strip("\n"), whole=not fence[1])


SHOWN = [shown for page in PAGES for shown in outputs(page)]


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Go to a folder with what a clone has, in which pages may write."""
    for name in ("data", "examples", "graphdiff", "tests"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("clone")
@pytest.mark.parametrize("shown", SHOWN, ids=[f"{shown.page}: {shown.command}" for shown in SHOWN])
def test_a_command_prints_what_is_shown(shown: Shown, run: Run) -> None:
    done = run(*shlex.split(shown.command)[1:])
    output = (done.out if done.status == 0 else done.out + done.err).strip("\n")  # a refusal is shown, too
    if shown.whole:
        assert output == shown.output
        return
    for lines in shown.output.split("\n…\n"):
        assert f"\n{lines}\n" in f"\n{output}\n"
        output = output.partition(lines)[2]


def test_outputs_are_seen() -> None:
    assert {"README.md", "docs/why.md", "docs/what-if.md"} <= {shown.page for shown in SHOWN}


@pytest.mark.usefixtures("clone")
def test_commands_on_the_files_of_the_clone_run(run: Run) -> None:
    commands = {line for page in PAGES for block in blocks(page, "sh") for line in block.splitlines()}
    ours = {line for line in commands if re.match(r"graphdiff .*( data/|\"expr:)", line)}
    assert ours
    for command in sorted(ours - {shown.command for shown in SHOWN}):
        done = run(*shlex.split(command)[1:])
        assert done.out or Path(command.partition(" -O ")[2].split()[0]).exists(), command
        assert done.status == (1 if "is met" in done.err else 0), command


def test_each_measured_row_says_when_and_which_group_of_the_benchmarks_measures_it() -> None:
    rows = re.findall(r"^\| .*\| (.*) \| (.*) \|$", text_of(DOCS / "measured.md"), re.MULTILINE)[1:]
    assert {group.strip("`") for _, group in rows} <= {*GROUPS, "below"}
    assert all(date.fromisoformat(day) <= date.today() for day, _ in rows)


# The README is short, and leads to the pages


def test_the_readme_is_short() -> None:
    assert len(text_of(README).splitlines()) <= 150


def prose(page: Path) -> str:
    """Return a page without its blocks and code, in which brackets are no links."""
    return re.sub(r"`[^`\n]*`", "", FENCED.sub("", text_of(page)))


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", FENCED.sub("", text_of(page)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(page: Path) -> Iterator[tuple[Path, str]]:
    """Yield the files that a page links to, with the anchor in them ("" for the top)."""
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if "://" not in target:
            path, _, anchor = target.partition("#")
            yield ((page.parent / path).resolve() if path else page), anchor


@of_each_page
def test_links_lead_to_files_and_headings(page: Path) -> None:
    for target, anchor in links(page):
        assert target.exists(), target
        assert target.suffix != ".svg" or target.stat().st_size > 1000, target
        assert not anchor or anchor in anchors(target), f"{target}#{anchor}"


@of_each_page
def test_files_that_are_named_are_there(page: Path) -> None:
    for name in re.findall(r"(?<![\w/.])((?:data|docs|examples|graphdiff|tests)/[\w./-]*\w)", text_of(page)):
        place = Path(graphdiff.__file__).parents[1] if name.startswith("graphdiff/") else ROOT
        assert (place / name).exists(), name


def test_every_page_is_reached_from_the_index_and_the_index_from_the_readme() -> None:
    assert INDEX in {target for target, _ in links(README)}
    assert set(PAGES) - {INDEX, README} <= {target for target, _ in links(INDEX)}


def test_links_are_seen() -> None:
    assert sum(1 for page in PAGES for _ in links(page)) > 20
