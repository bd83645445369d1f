"""The command line: what it writes is read again, with the same number, through every format."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Run

PACKAGES = str(Path(__file__).parents[2] / "data" / "openssh-server.Packages")


@pytest.mark.parametrize("suffix", ["dot", "gv", "graphml", "json", "csv"])
def test_the_debian_question_has_the_same_answer_through_every_format(suffix: str, run: Run, tmp_path: Path) -> None:
    path = str(tmp_path / f"x.{suffix}")
    drawn = run("draw", PACKAGES, "openssh-server", "liblzma5", "--weight", "even", "-O", path)
    assert (drawn.status, drawn.out) == (0, "")
    again = run("why", path, "openssh-server", "liblzma5")
    assert again.status == 0
    assert "0.0102355" in again.out
    assert "by 26 paths" in again.out
    if suffix != "csv":
        assert "Of one unit spread evenly from openssh-server, 0.0102355 reaches liblzma5." in again.out


@pytest.mark.parametrize("suffix", ["dot", "graphml"])
def test_the_picture_of_why_is_a_graph(suffix: str, run: Run, tmp_path: Path) -> None:
    path = str(tmp_path / f"x.{suffix}")
    first = run("why", PACKAGES, "openssh-server", "liblzma5", "-w", "even", "-O", path)
    assert "0.0102355" in first.out
    assert "0.0102355" in run("why", path, "openssh-server", "liblzma5").out


def test_dot_on_standard_output_is_read_from_standard_input(run: Run, tmp_path: Path) -> None:
    out = run("draw", PACKAGES, "openssh-server", "liblzma5", "--weight", "even").out
    (tmp_path / "x").write_text(out)
    assert "0.0102355" in run("why", str(tmp_path / "x"), "openssh-server", "liblzma5").out


def test_a_table_says_which_nodes_it_has_no_place_for(run: Run, tmp_path: Path) -> None:
    (tmp_path / "g.dot").write_text("digraph { a -> b [weight=2]; c; d }")
    written = run("draw", str(tmp_path / "g.dot"), "a", "b", "-O", str(tmp_path / "x.csv"))
    assert "left out of the table: 2 nodes without edges; json has them" in written.err
    assert "left out" not in run("draw", str(tmp_path / "g.dot"), "a", "b", "-O", str(tmp_path / "x.json")).err


def test_the_help_says_what_dot_holds(run: Run) -> None:
    assert "DOT holds the graph" in " ".join(run("draw", "--help").out.split())


def test_extras_that_a_file_has_as_text_break_no_answer(run: Run, tmp_path: Path) -> None:
    text = "digraph { graph [graphdiff=1, with_extras=\"[('a', 'b', 'x')]\"]; a -> b; c -> a }"
    (tmp_path / "g.dot").write_text(text)
    assert run("why", str(tmp_path / "g.dot"), "b", "c").status == 0
