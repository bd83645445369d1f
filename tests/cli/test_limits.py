"""--timeout and --max-memory: of reading DOT, and of laying out the picture of whatever file was read."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Run

import graphdiff as gd
from graphdiff.errors import LimitError, UsageError
from graphdiff.io.read import read

DATA = Path(__file__).parents[1] / "data"
FILES = {
    "csv": ("csv/olah.csv", "b", "e"),
    "debian": ("debian/small.Packages", "app", "libc"),
    "bazel": ("java/bazel.dot", "//:app", "//:lib"),
    "gradle": ("java/gradle.dot", ":app", ":core"),
    "maven": ("java/tree.dot", "g:app", "g:lib"),
    "turbo": ("tools/turbo.dot", "@shop/web#build", "//#setup"),
    "npm": ("npm/package-lock.json", "app", "a"),
}


def ends(file: str) -> list[str]:
    """Return the ends of some edge of a sample."""
    return [str(end) for end in next(iter(read(DATA / file).edges()))]


@pytest.mark.parametrize("verb", ["why", "draw"])
@pytest.mark.parametrize("file", [row[0] for row in FILES.values()], ids=FILES)
def test_the_limits_hold_for_the_picture_of_any_file(verb: str, file: str, run: Run, tmp_path: Path) -> None:
    picture = str(tmp_path / "x.svg")
    done = run(verb, str(DATA / file), *ends(file), "-O", picture, "--timeout", "50", "--max-memory", str(2**31))
    assert (done.status, Path(picture).exists()) == (0, True), done.err
    done = run(verb, str(DATA / file), *ends(file), "-O", picture, "--force", "--timeout", "0.001")
    assert done.status == 75
    assert "took over 0.001 seconds" in done.err.splitlines()[-1]
    assert "--timeout 0.0" in done.err  # the remedy in the words of the command line


def test_a_picture_of_a_table_that_takes_too_much_memory(run: Run, tmp_path: Path) -> None:
    picture = str(tmp_path / "x.svg")
    done = run("draw", str(DATA / "csv/olah.csv"), "-O", picture, "--max-memory", "1000")
    assert done.status in (73, 75)
    assert not Path(picture).exists()


def test_compare_draws_within_the_limits(run: Run, tmp_path: Path) -> None:
    new = tmp_path / "new.csv"
    new.write_text((DATA / "csv/olah.csv").read_text())
    old = str(DATA / "csv/olah.csv")
    done = run("compare", old, str(new), "b", "e", "-O", str(tmp_path / "x.svg"), "--timeout", "0.001")
    assert done.status == 75
    assert "laying out this picture took over 0.001 seconds" in done.err


def test_without_a_picture_the_limits_are_of_dot_alone(run: Run, tmp_path: Path) -> None:
    done = run("why", str(DATA / "csv/olah.csv"), "b", "e", "--timeout", "5")
    assert done.status == 2
    assert "format csv takes no option --timeout" in done.err
    done = run("why", str(DATA / "csv/olah.csv"), "b", "e", "--timeout", "5", "-O", str(tmp_path / "x.dot"))
    assert done.status == 2  # a .dot is not laid out
    assert run("why", str(DATA / "java/bazel.dot"), *ends("java/bazel.dot"), "--timeout", "0.001").status == 75


def test_in_python_what_is_spare_is_passed_over_only_where_it_is_not_taken() -> None:
    assert len(read(DATA / "csv/olah.csv", timeout=5.0, spare=["timeout"])) == 5
    with pytest.raises(UsageError, match=r"^format csv takes no option timeout="):
        read(DATA / "csv/olah.csv", timeout=5.0)
    with pytest.raises(LimitError, match=r"reading took over 0\.001 seconds"):
        read(DATA / "java/bazel.dot", timeout=0.001, spare=["timeout"])
    with pytest.raises(LimitError, match=r"took over 0\.001 seconds: .*; timeout=0\.004 allows more$"):
        gd.write(read(DATA / "csv/olah.csv"), "unwritten.svg", timeout=0.001)
