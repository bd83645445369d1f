"""docs/questions.md: every verb and every public function stands beside a question, with options that are there."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import click
import pytest

import graphdiff as gd
from graphdiff.cli import graphdiff

PAGE = Path(__file__).resolve().parents[1] / "docs" / "questions.md"
LINES = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
ROWS = [[cell.strip() for cell in line.split("|")[1:-1]] for line in LINES]
QUESTIONS = [row for row in ROWS if row[0] != "question"]
CODE = re.compile(r"`([^`]+)`")


def named(column: int) -> list[str]:
    """Return what stands as code in a column."""
    return [name for row in QUESTIONS for name in CODE.findall(row[column])]


def test_every_row_has_a_question_and_an_answer() -> None:
    assert len(QUESTIONS) > 30
    for question, verb, function, *picture in QUESTIONS:
        assert question
        assert len(picture) == 1, question
        assert CODE.search(verb) or CODE.search(function), question


def test_every_verb_is_there() -> None:
    verbs = {name.split()[0] for name in named(1)} - {"--focus", "--hide", "--targets", "-O"}
    assert verbs == {*graphdiff.commands}


def test_every_public_function_is_there_once_a_question_and_no_other() -> None:
    """Classes are results, constants ends, modules presets and errors: they answer no question by themselves."""
    functions = {name for name in gd.__all__ if inspect.isfunction(getattr(gd, name))}
    assert {*named(2)} == functions
    assert len(functions) > 40


@pytest.mark.parametrize("name", sorted({*named(1), *named(3)}))
def test_options_that_are_named_are_there(name: str) -> None:
    verb, *words = name.split()
    options = {option for option in words if re.fullmatch(r"--?[a-zA-Z-]+", option)}
    commands = [graphdiff.commands[verb]] if verb in graphdiff.commands else [*graphdiff.commands.values()]
    if verb not in graphdiff.commands:
        options.add(verb.rstrip(":"))
    known = {opt for command in commands for param in command.params if isinstance(param, click.Option)
             for opt in param.opts}  # fmt: skip
    assert options <= known


@pytest.mark.parametrize("column", [1, 2])
def test_every_name_leads_to_the_page_that_explains_it(column: int) -> None:
    for row in QUESTIONS:
        outside = re.sub(r"\[[^\]]*\]\([^)]*\)", "", row[column])
        assert "`" not in outside, row
    for row in QUESTIONS:
        for text, target in re.findall(r"\[([^\]]*)\]\(([^)#]+)", row[column]):
            page = (PAGE.parent / target).read_text(encoding="utf-8")
            for name in CODE.findall(text):
                word = name.split()[-1 if "--" in name else 0].rstrip(":")
                assert re.search(rf"(?<!\w){re.escape(word)}\b", page), f"{name}: {target}"
