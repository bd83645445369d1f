"""The README says what is true: its examples run, and its report is what the command prints."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """Return the fenced blocks of one language ("" for those without)."""
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    return [text for said, text in fenced if said == language]


def test_the_first_command_prints_the_report() -> None:
    command = blocks("sh")[0].split("&&")[-1].strip()
    arguments = [sys.executable, "-m", "graphdiff", *shlex.split(command)[1:]]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == blocks("")[0].strip()


def test_the_examples_run_and_say_what_they_return(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").symlink_to(ROOT / "data")
    monkeypatch.chdir(tmp_path)
    code = "\n".join(blocks("python"))
    names: dict[str, object] = {}
    checked = 0
    for statement in ast.parse(code).body:
        source = ast.get_source_segment(code, statement) or ""
        said = code.splitlines()[(statement.end_lineno or 0) - 1].partition("  # ")[2]
        if isinstance(statement, ast.Expr) and re.match(r"[\d{]", said):
            assert eval(source, names) == pytest.approx(ast.literal_eval(said), abs=5e-5), source
            checked += 1
        else:
            exec(source, names)
    assert checked == 10
    assert (tmp_path / "backpropagation.svg").exists()


def test_what_if_prints_its_report() -> None:
    command = re.search(r"`(graphdiff what-if [^`]*)`", README)
    assert command
    arguments = [sys.executable, "-m", "graphdiff", *shlex.split(command[1])[1:]]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True, cwd=ROOT)
    assert blocks("text")[0] in done.stdout


def test_pictures_are_there() -> None:
    for target in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README):
        assert (ROOT / target).stat().st_size > 1000
