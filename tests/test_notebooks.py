"""The notebooks of examples/: a world each, small, and what stands in them is what comes out."""

from __future__ import annotations

import json
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[1] / "examples" / "notebooks"
FILES = sorted(FOLDER.glob("*.ipynb"))


def cells_of(path: Path) -> list[dict[str, Any]]:
    cells: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return cells


def outputs_of(cell: Any) -> list[dict[str, Any]]:
    """Return what a cell shows, by MIME types; pictures without their coordinates, which fonts decide on."""
    shown = []
    for output in cell.get("outputs", ()):
        data = output.get("data") or {"text/plain": output.get("text", output.get("ename"))}
        shown.append({kind: "".join(text).partition("<svg")[0] for kind, text in data.items()})
    return shown


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_notebook_is_small_and_shows_tables_and_pictures(path: Path) -> None:
    assert path.stat().st_size < 160_000
    shown = [kind for cell in cells_of(path) for output in outputs_of(cell) for kind in output]
    assert {"text/html", "image/svg+xml"} <= set(shown)
    longest = max(len("".join(output["text/plain"])) for cell in cells_of(path) for output in outputs_of(cell))
    assert longest < 4_000


def test_every_notebook_shows_what_comes_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All in one kernel, as starting one takes longer than they do; each begins without the names of the others."""
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    from nbformat.v4 import new_code_cell, new_notebook

    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    known = [[cell for cell in cells_of(path) if cell["cell_type"] == "code"] for path in FILES]
    assert len(known) == 5
    sources = [["%reset -f", *("".join(cell["source"]) for cell in cells)] for cells in known]
    whole = new_notebook(cells=[new_code_cell(source) for source in chain.from_iterable(sources)])
    nbclient.NotebookClient(whole, timeout=60, resources={"metadata": {"path": str(FOLDER)}}).execute()
    made = [outputs_of(cell) for cell in whole.cells if cell.source != "%reset -f"]
    assert made == [outputs_of(cell) for cell in chain.from_iterable(known)]
