"""Manual pages: one a verb, with every option that its help has, and such as man takes without a warning."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from graphdiff import __version__
from graphdiff.cli import graphdiff
from graphdiff.cli.manual import pages, write_pages

PAGES = pages()
VERBS = [*graphdiff.commands]
of_each_page = pytest.mark.parametrize("name", PAGES)


def read_as_text(page: str) -> str:
    """Return a page as a reader sees it, without its fonts: requests away, escapes undone."""
    lines = (re.sub(r"^\\&|^\.(?!\.)\w+ ?", "", line) for line in page.splitlines())
    return "\n".join(lines).replace("\\-", "-").replace("\\e", "\\")


def test_there_is_one_of_the_command_and_one_a_verb() -> None:
    assert [*PAGES] == ["graphdiff.1", *(f"graphdiff-{verb}.1" for verb in VERBS)]
    assert all(f".BR graphdiff\\-{verb.replace('-', chr(92) + '-')} (1)" in PAGES["graphdiff.1"] for verb in VERBS)


@of_each_page
def test_a_page_has_its_version_and_no_date(name: str) -> None:
    assert PAGES[name].startswith(f'.TH {name[:-2].upper()} 1 "" "graphdiff {__version__}" "graphdiff"\n')


@pytest.mark.parametrize("verb", VERBS)
def test_a_page_says_what_the_help_says(verb: str) -> None:
    wide = {"terminal_width": 10_000, "max_content_width": 10_000}  # no word is broken at its hyphen
    context = click.Context(graphdiff, info_name="graphdiff")
    context = click.Context(graphdiff.commands[verb], info_name=verb, parent=context, **wide)
    helped = {word.lower() for word in re.findall(r"[^\s:()]+", context.get_help())} - {"usage"}
    said = {word.lower() for word in re.findall(r"[^\s:()]+", read_as_text(PAGES[f"graphdiff-{verb}.1"]))}
    assert "--help" in helped
    assert helped - said == set()


def test_examples_stay_line_by_line() -> None:
    page = PAGES["graphdiff-formats.1"]
    assert ".SH EXAMPLES\n.nf\n  graphdiff formats           the table\n" in page
    assert page.count(".nf") == page.count(".fi") == 2


def test_a_head_in_parentheses_is_a_sentence() -> None:
    assert ".SH EXIT STATUS\n1 means one thing only, and" in PAGES["graphdiff.1"]


@of_each_page
def test_no_text_is_a_request(name: str) -> None:
    requests = {line.split()[0] for line in PAGES[name].splitlines() if line.startswith((".", "'"))}
    assert requests <= {".TH", ".SH", ".PP", ".TP", ".B", ".BR", ".nf", ".fi"}


@of_each_page
def test_groff_has_nothing_to_say(name: str, tmp_path: Path) -> None:
    if not shutil.which("groff"):
        pytest.skip("groff is not here")
    write_pages(tmp_path)
    command = ["groff", "-man", "-Tutf8", "-P-cbou", "-Kutf8", "-wall", "-rLL=200n", str(tmp_path / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert "--help" in done.stdout.replace("\N{MINUS SIGN}", "-")
