"""The table of formats: each row says all that it has to, agrees with its function, and costs nothing to import."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest
from samples import SAMPLES

import graphdiff as gd
from graphdiff.io.formats import READERS
from graphdiff.io.formats.format import Format

ROOT = Path(gd.__file__).parents[1]


@pytest.mark.parametrize("key", READERS)
def test_each_row_says_how_its_format_is_kept_alive(key: str) -> None:
    row = READERS[key]
    assert all((row.title, row.about, row.tool, row.version, row.command))
    assert row.tier in (1, 2)
    assert re.search(r", 20\d\d-\d\d-\d\d$", row.sample)
    assert row.package == ""


def test_samples_that_are_files_are_those_of_the_tests() -> None:
    files = {key for key, row in READERS.items() if re.match(r"by hand, |as \w+ writes it, ", row.sample)}
    assert files == set(SAMPLES.values())


@pytest.mark.parametrize("key", READERS)
def test_each_row_takes_what_its_function_takes(key: str) -> None:
    row = READERS[key]
    parameters = inspect.signature(row.function).parameters.values()
    names = {one.name for one in parameters if one.kind is one.KEYWORD_ONLY} - {"name"}
    if any(one.kind is one.VAR_KEYWORD for one in parameters):  # the options of DOT
        names |= READERS["dot"].options
    assert row.options == names


@pytest.mark.parametrize("key", READERS)
def test_each_docstring_says_what_is_particular(key: str) -> None:
    text = inspect.getdoc(READERS[key].function) or ""
    assert "The decompressed" not in text
    assert "for messages" not in text
    assert ">>>" in text


def test_importing_the_table_imports_no_reader() -> None:
    code = "import sys, graphdiff.io.formats; print(*[name for name in sys.modules if name.startswith('graphdiff.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    table = {"graphdiff.io", "graphdiff.io.formats"}
    table |= {f"graphdiff.io.formats.{name}" for name in ("format", "graphs", "packages", "profilers", "programs")}
    assert set(done.stdout.split()) == table


def test_a_row_is_public_and_has_a_default_for_all_but_three() -> None:
    assert gd.Format is Format
    fields = inspect.signature(Format).parameters.values()
    assert [field.name for field in fields if field.default is field.empty and field.name != "takes"] == [
        "read",
        "title",
        "about",
    ]


def test_no_other_file_of_the_package_lists_formats() -> None:
    """Who adds a row has nothing else to touch: names of formats of three and more rows stand nowhere in a list."""
    rare = [key for key in READERS if "-" in key]
    for path in (ROOT / "graphdiff").rglob("*.py"):
        if path.parent.name != "formats":
            text = path.read_text(encoding="utf-8")
            assert sum(f'"{key}"' in text or f" {key}," in text for key in rare) < 3, path
