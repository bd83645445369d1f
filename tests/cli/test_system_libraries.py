"""Where a library of the system that Graphviz is linked with is not there: one line that says what to install."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Run

import graphdiff as gd
from graphdiff.io import dot
from graphdiff.pictures import graphviz

LINE = "ImportError: libgobject-2.0.so.0: cannot open shared object file: No such file or directory"
TOLD = (
    "Graphviz, which reads DOT and draws, comes with graphdiff and needs libgobject-2.0.so.0 of the system, which is "
    "not here: apt-get install libglib2.0-0 libxext6 libxrender1 on Debian and Ubuntu; all else works without"
)


@pytest.fixture
def graph(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a file of edges, where Graphviz's process ends as on a slim image."""
    child = tmp_path / "child.py"
    child.write_text(f"import sys\nsys.exit({LINE!r})\n")
    for module in (dot, graphviz):
        monkeypatch.setattr(module, "CHILD", child)
    (tmp_path / "g.dot").write_text("digraph { a -> b }")
    (tmp_path / "g.csv").write_text("source,target,weight\na,b,2\n")
    return tmp_path / "g.csv"


def test_answers_need_it_only_where_they_are_drawn(graph: Path, run: Run) -> None:
    assert run("why", str(graph), "a", "b").status == 0
    assert run("draw", str(graph), "a", "b", "-O", str(graph.with_suffix(".html"))).status == 0
    done = run("draw", str(graph), "a", "b", "-O", str(graph.with_suffix(".svg")))
    assert (done.status, done.err) == (69, f"graphdiff: {TOLD}\n")
    assert not graph.with_suffix(".svg").exists()


def test_dot_is_refused(graph: Path, run: Run) -> None:
    assert run("why", str(graph.with_suffix(".dot")), "a", "b") == (69, "", f"graphdiff: {TOLD}\n")


def test_a_notebook_says_it_in_place_of_the_picture(graph: Path) -> None:
    html = gd.explain(gd.read(graph), "a", "b")._repr_html_()
    assert "<p>No picture: Graphviz, which reads DOT" in html
