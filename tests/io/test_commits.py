"""Files as they are in a commit: ``git:COMMIT:PATH`` in every verb, ``git:COMMIT`` as what `compare` compares with."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from conftest import Run

import graphdiff as gd
from graphdiff.errors import InputError, UsageError
from graphdiff.io.formats import READERS

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git, which is not here")
ROOT = Path(__file__).resolve().parents[2]
BEFORE, AFTER = (ROOT / "data" / f"{when}.uv.lock" for when in ("before", "after"))


def git(folder: Path, *words: str) -> str:
    """Run git as nobody in particular; return what it prints."""
    settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    name = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    done = subprocess.run(
        ["git", "-C", str(folder), *name, *words], capture_output=True, text=True, check=True, env=os.environ | settings
    )
    return done.stdout.strip()


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository whose first commit has a lock in a folder, and whose work tree has another one."""
    folder = tmp_path_factory.mktemp("repository")
    git(folder, "init", "--quiet", "--initial-branch=main")
    (folder / "app").mkdir()
    shutil.copy(BEFORE, folder / "app" / "uv.lock")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "first")
    git(folder, "tag", "v1")
    shutil.copy(AFTER, folder / "app" / "uv.lock")
    shutil.copy(AFTER, folder / "other.uv.lock")
    return folder


def test_a_file_in_a_commit_is_read_as_any_other(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = gd.read(BEFORE)
    for folder, name in ((repository, "git:v1:app/uv.lock"), (repository / "app", "git:main:uv.lock")):
        monkeypatch.chdir(folder)
        graph = gd.read(name)
        assert (dict(graph.nodes(data=True)), list(graph.edges)) == (dict(before.nodes(data=True)), list(before.edges))
    assert gd.read(f"git:HEAD:{repository}/app/uv.lock").number_of_nodes() == len(before)


def test_what_is_not_there_is_said(repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(repository)
    with pytest.raises(InputError, match=r"^there is no commit v2 in this repository$"):
        gd.read("git:v2:app/uv.lock")
    (repository / ".git/shallow").write_text(git(repository, "rev-parse", "HEAD"))
    try:
        with pytest.raises(InputError, match=r"repository: the clone is shallow, git fetch --unshallow brings"):
            gd.read("git:v2:app/uv.lock")
    finally:
        (repository / ".git/shallow").unlink()
    with pytest.raises(InputError, match=r"other\.uv\.lock is not in the commit v1"):
        gd.read("git:v1:other.uv.lock")
    with pytest.raises(UsageError, match="a commit is needed"):
        gd.read("git:--output=x:app/uv.lock")
    with pytest.raises(gd.errors.LimitError, match="holds more than 10 bytes"):
        gd.read("git:v1:app/uv.lock", max_bytes=10)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="not a git repository"):
        gd.read("git:v1:uv.lock")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match="git: No such file"):
        gd.read("git:v1:uv.lock")


def test_compare_takes_a_commit_for_the_new_file_as_it_is_there(
    run: Run, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository)
    expected = run("compare", str(BEFORE), str(AFTER)).out
    assert run("compare", "git:v1", "app/uv.lock").out == expected
    assert run("compare", "git:v1:app/uv.lock", "app/uv.lock").out == expected
    assert run("compare", "git:v1", "git:main:app/uv.lock").out.splitlines()[-1] == "Nothing differs."
    assert run("compare", "git:v1", "-").status == 2


@pytest.mark.parametrize("ends", [(), ("shop", "log"), ("-s", "shop")])
def test_of_a_file_that_was_not_there_all_is_new(
    run: Run, repository: Path, monkeypatch: pytest.MonkeyPatch, ends: tuple[str, ...]
) -> None:
    monkeypatch.chdir(repository)
    done = run("compare", "git:v1", "other.uv.lock", *ends, "--fail-if", "appeared == 9", "--fail-if", "gone > 0")
    assert (done.status, done.err.splitlines()) == (
        1,
        ["graphdiff: other.uv.lock is not in v1: all of it is new", "graphdiff: appeared == 9 is met: 9"],
    )
    assert "9 appeared, 0 gone, 11 dependencies added, 0 removed." in done.out
    if not ends:
        assert "  log: new direct dependency, and by 1 more" in done.out


def test_before_the_first_commit_nothing_was_there(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(tmp_path, "init", "--quiet")
    shutil.copy(AFTER, tmp_path / "uv.lock")
    monkeypatch.chdir(tmp_path)
    assert "9 appeared, 0 gone" in run("compare", "git:HEAD", "uv.lock").out
    assert run("compare", "git:main~1", "uv.lock").status == 66


# ------------------------------------------------------------------------------------ the hook of pre-commit


def test_the_hook_compares_with_the_last_commit(run: Run, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert (hook["language"], hook["pass_filenames"]) == ("python", False)
    program, *words = shlex.split(hook["entry"])
    assert program == "graphdiff"
    monkeypatch.chdir(repository)
    assert run(*words, "app/uv.lock", "--fail-if", "appeared > 3").status == 0
    assert run(*words, "app/uv.lock", "--fail-if", "appeared > 2").status == 1


def test_the_hook_runs_for_every_lock_that_is_known_by_its_name() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    locks = {end for row in READERS.values() for end in row.suffixes if end[0] != "." and "lock" in end.lower()}
    assert {"uv.lock", "package-lock.json", "Cargo.lock".lower()} <= {name.lower() for name in locks}
    pattern = re.compile(hook["files"], re.IGNORECASE)
    assert [name for name in sorted(locks) if not pattern.search(f"app/{name}")] == []
    assert not pattern.search("docs/lock.md")
