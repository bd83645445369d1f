"""What a type checker says of graphdiff to its users."""

from __future__ import annotations

import site
import subprocess
import sys
from pathlib import Path

import pytest
import typed_script

import graphdiff

SCRIPT = Path(typed_script.__file__)
#: networkx has no types of its own.
CONFIGURATION = "[mypy]\nstrict = True\n[mypy-networkx.*]\nignore_missing_imports = True\nfollow_imports = skip\n"


def checked(text: str, folder: Path) -> list[str]:
    """Return the errors that mypy finds in a script; what is in graphdiff itself, its own configuration checks."""
    pytest.importorskip("mypy", reason="mypy is not installed")
    (folder / "mypy.ini").write_text(CONFIGURATION)
    (folder / "script.py").write_text(text)
    options = ["--config-file", "mypy.ini", "--cache-dir", "cache"]
    words = [sys.executable, "-m", "mypy", *options, "script.py"]
    place = str(Path(graphdiff.__file__).parents[1])
    # What is installed mypy finds by itself, and wants to hear nothing of it.
    where = {"PATH": ""} if place in site.getsitepackages() else {"PATH": "", "MYPYPATH": place}
    done = subprocess.run(words, cwd=folder, env=where, capture_output=True, text=True, timeout=600, check=False)
    assert "Success" in done.stdout or "error" in done.stdout, done.stderr
    return [line for line in done.stdout.splitlines() if line.startswith("script.py:") and ": error:" in line]


def test_a_script_over_the_main_functions_runs(capsys: pytest.CaptureFixture[str]) -> None:
    total, n_paths, nodes = typed_script.main()
    assert total == pytest.approx(0.7 - 0.4 + 1.4)
    assert (n_paths, nodes) == (4, ["y", "m", "x"])
    assert capsys.readouterr().out


def test_it_is_right_to_a_type_checker_and_what_is_wrong_is_told(tmp_path: Path) -> None:
    text = SCRIPT.read_text(encoding="utf-8")
    wrong = (
        'graph = model()\ngd.explain(graph, "x", "y", wieght="se")\ngd.count_paths(graph, "x") + 1\n'
        'gd.compare(graph, graph).attribution\nname: str = gd.count_paths(graph, "x", "y")\n'
    )
    assert checked(text, tmp_path) == []
    assert [line.rpartition("[")[2] for line in checked(f"{text}\n{wrong}", tmp_path)] == [
        "call-arg]", "operator]", "attr-defined]", "assignment]",
    ]  # fmt: skip
