"""The shell completes what is in the file: attributes, kinds, columns; and the formats."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from graphdiff.cli import graphdiff
from graphdiff.io.formats import READERS


def completed(*words: str) -> list[str]:
    """Return what completes the last of some words."""
    *before, last = words
    found = ShellComplete(graphdiff, {}, "graphdiff", "_GRAPHDIFF_COMPLETE").get_completions(before, last)
    return [item.value for item in found]


@pytest.fixture
def units(tmp_path: Path) -> str:
    path = tmp_path / "units.dot"
    path.write_text('digraph systemd {"a"->"b" [color="green"]; "b"->"c" [color="black"]; "a"->"c" [color="grey66"]; }')
    return str(path)


@pytest.fixture
def drawn(tmp_path: Path) -> str:
    path = tmp_path / "drawn.dot"
    path.write_text("digraph { a [layer=ours, size=3, width=2]; a -> b [cost=3, penwidth=2]; b -> c [cost=1] }")
    return str(path)


def test_formats() -> None:
    assert completed("why", "x", "--format", "") == list(READERS)
    assert completed("why", "x", "--format", "npm") == ["npm-lock", "npm-ls"]


def test_kinds_of_the_file(units: str) -> None:
    assert completed("rank", units, "--kind", "") == ["all", "After", "Requires", "Wants"]
    assert completed("rank", units, "--kind", "W") == ["Wants"]


def test_kinds_that_are_not_read_by_default(tmp_path: Path) -> None:
    path = tmp_path / "Packages"
    path.write_text("Package: a\nDepends: b\nRecommends: c\n\nPackage: b\n\nPackage: c\n")
    assert completed("rank", str(path), "--kind", "") == ["all", "Depends", "Recommends"]


def test_weights_groups_and_values_are_attributes(drawn: str) -> None:
    assert completed("why", drawn, "-w", "") == ["unit", "even", "imports", "cost"]
    assert completed("draw", drawn, "--group", "") == ["prefix:", "layer", "size"]
    assert completed("rank", drawn, "--value", "") == ["size"]
    assert completed("compare", drawn, drawn, "--group", "") == ["prefix:", "layer", "size"]


def test_presets_of_what_was_measured(tmp_path: Path) -> None:
    data = Path(__file__).resolve().parents[2] / "data"
    assert completed("why", str(data / "digits.json"), "-w", "") == [
        "unit", "even", "imports", "normalised", "per-activation", "weight",
    ]  # fmt: skip


def test_columns_of_the_ranking(drawn: str, units: str) -> None:
    assert completed("rank", units, "--by", "") == ["even", "reach", "exclusive", "reliance"]
    assert completed("rank", drawn, "--by", "") == ["reach", "exclusive", "reliance"]  # numbers, not known as weights
    found = completed("rank", drawn, "-w", "cost", "--value", "size", "--by", "")
    assert found == ["cost", "reach", "exclusive", "reach size", "gone size", "reliance"]


@pytest.mark.parametrize("option", ["--kind", "--weight", "--value", "--by"])
def test_a_file_that_is_not_there_is_no_error(option: str) -> None:
    assert "cost" not in completed("rank", "nowhere.dot", option, "")
