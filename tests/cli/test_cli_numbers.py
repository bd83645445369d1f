"""Numbers on the command line: what is none, or none that can be held, is one line and a status of usage."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Run

BIG = "9" * 5000
VALUES = [BIG, "nan", "inf", "1e400", "-1", "0", "1_0", "٣", "", "x\x1b"]
#: The arguments before a value, and the values that it does take.
OPTIONS = {
    "what-if a.csv a c --reweight a b": {"-1", "0"},
    "what-if a.csv a c --add a c": {"-1", "0"},
    "cut a.csv a c --reduce": set(),
    "why a.csv a c --max-bytes": set(),
    "why a.dot a b --timeout": set(),
    "why a.dot a b --max-memory": set(),
    "diagnose a.csv --vanishing": set(),
}


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("value", VALUES)
def test_what_is_no_number_is_refused(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str, value: str
) -> None:
    (tmp_path / "a.csv").write_text("source,target,weight\na,b,2\nb,c,3\n")
    (tmp_path / "a.dot").write_text("digraph { a -> b }")
    monkeypatch.chdir(tmp_path)
    done = run(*option.split(), value)
    if value in OPTIONS[option]:
        assert done.status == 0
    elif value in ("1_0", "٣") and option.split()[-1].startswith(("--max", "--time", "--vanish")):
        assert done.status in (0, 2, 75)  # click takes them for numbers, as Python does
    else:
        assert done.status in (2, 65), done
        assert done.err.count("\n") == 1
        assert "fault" not in done.err


@pytest.mark.parametrize("depth", [BIG, "٣", "-1", "x"])
def test_parts_of_names(run: Run, tmp_path: Path, depth: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text("source,target\na,b\n")
    done = run("draw", str(path), "--group", f"prefix:{depth}")
    assert (done.status, done.err.count("\n")) == (2, 1)
    assert "a number of parts is needed" in done.err


@pytest.mark.parametrize("number", [BIG, "1e400", "٣", "1_0", "nan", "inf"])
def test_conditions(run: Run, tmp_path: Path, number: str) -> None:
    """A condition on what no number reaches would never hold, and nobody would know."""
    path = tmp_path / "a.csv"
    path.write_text("source,target\na,b\n")
    done = run("compare", str(path), str(path), "--fail-if", f"appeared > {number}")
    assert (done.status, done.err.count("\n")) == (2, 1)
