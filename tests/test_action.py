"""The GitHub Action: its steps as the runner runs them, with plain git and without a network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git, which is not here")
ROOT = Path(__file__).resolve().parents[1]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
STEPS: dict[str, dict[str, Any]] = {step["id"]: step for step in ACTION["runs"]["steps"]}
#: A name that a shell would run if it ever came to stand in a command.
HOSTILE = "a b;$(touch pwned)`touch pwned`.uv.lock"


class Job(NamedTuple):
    """How a step ended: its status, what it wrote for the job, and what it said."""

    status: int
    summary: str
    outputs: dict[str, str]
    err: str


def step(folder: Path, name: str, environment: dict[str, str]) -> Job:
    """Run a step of the Action in a folder, as `shell: bash` does."""
    files = {key: folder.parent / key.lower() for key in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")}
    for file in files.values():
        file.write_text("")
    script = folder.parent / "step.sh"
    script.write_text(STEPS[name]["run"])
    runner = {"GITHUB_ACTION_PATH": str(ROOT), "RUNNER_TEMP": str(folder.parent), "GIT_CONFIG_GLOBAL": os.devnull}
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)], cwd=folder, text=True, capture_output=True,
        check=False, env=os.environ | runner | {key: str(file) for key, file in files.items()} | environment,
    )  # fmt: skip
    outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text().splitlines())
    return Job(done.returncode, files["GITHUB_STEP_SUMMARY"].read_text(), outputs, done.stderr)


Compare = Callable[..., Job]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository of two commits: in the second a lock changed, one is new, and one is gone."""
    folder = tmp_path_factory.mktemp("job") / "repository"
    folder.mkdir()
    before, after = (ROOT / "data" / f"{when}.uv.lock" for when in ("before", "after"))
    commit = "git -c user.name=a -c user.email=a@example.org -c commit.gpgsign=false commit --quiet -m x"
    for texts in ({HOSTILE: before, "old.uv.lock": before}, {HOSTILE: after, "new.uv.lock": after}):
        for name, text in texts.items():
            shutil.copy(text, folder / name)
        if "new.uv.lock" in texts:
            (folder / "old.uv.lock").unlink()
        subprocess.run(f"git init --quiet && git add -A && {commit}", shell=True, cwd=folder, check=True)
    return folder


@pytest.fixture
def compare(repository: Path) -> Compare:
    """Return a function that runs the step `compare` on a lock since a commit, by default the first."""
    first = subprocess.run(
        ["git", "rev-parse", "HEAD~1"], cwd=repository, text=True, capture_output=True, check=True
    ).stdout.strip()

    def call(lock: str, base: str = first, **environment: str) -> Job:
        command = str(Path(sys.executable).with_name("graphdiff"))
        return step(repository, "compare", {"LOCK": lock, "BASE": base, "GRAPHDIFF": command} | environment)

    return call


def test_what_comes_from_outside_is_in_no_line_of_a_script() -> None:
    for each in STEPS.values():
        assert "${{" not in each["run"]
    assert {value["value"].split(".")[-1].rstrip(" }") for value in ACTION["outputs"].values()} == {
        "report", "failed", "status",
    }  # fmt: skip
    used = " ".join(value for each in STEPS.values() for value in each["env"].values())
    assert all(f"inputs.{name}" in used for name in ACTION["inputs"])


def test_a_pull_request_gets_the_report_and_the_status(compare: Compare, repository: Path) -> None:
    job = compare(HOSTILE, FAIL_IF="appeared > 2\n \t\n\ngone > 1\n  ")
    assert (job.status, job.outputs["failed"], job.outputs["status"]) == (1, "true", "1")
    assert "> appeared &#62; 2 is met: 3" in job.summary
    assert "### 3 appeared, 1 gone, 3 upgraded, 5 dependencies added, 1 removed" in job.summary
    assert "| `metrics`, `http`, `sockets` | web 2.3.1 → 2.4.0 (web → metrics) |" in job.summary
    assert Path(job.outputs["report"]).read_text() in job.summary
    assert not list(repository.rglob("*pwned"))


def test_exceptions_are_read_from_a_file(compare: Compare, repository: Path) -> None:
    (repository / "allow.toml").write_text('[[allow]]\npackage = "metrics"\nreason = "reviewed"\n')
    job = compare(HOSTILE, FAIL_IF="appeared > 2", ALLOW="allow.toml")
    assert (job.status, job.outputs["failed"]) == (0, "false")
    assert "> not counted, as allowed: metrics (reviewed)" in job.summary


def test_a_lock_that_was_not_there_is_all_new(compare: Compare) -> None:
    job = compare("new.uv.lock")
    assert (job.status, job.outputs["failed"]) == (0, "false")
    assert "### 9 appeared, 0 gone, 11 dependencies added, 0 removed" in job.summary
    again = compare("new.uv.lock", "0" * 40).summary
    assert [line for line in again.splitlines() if "git:" not in line] == [
        line for line in job.summary.splitlines() if "git:" not in line
    ]


def test_a_lock_that_is_gone_is_said(compare: Compare) -> None:
    job = compare("old.uv.lock")
    assert (job.status, job.outputs["failed"]) == (0, "false")
    assert "### 0 appeared, 7 gone" in job.summary
    assert "old.uv.lock is in " in job.err
    gone = compare("old.uv.lock", FAIL_IF="gone > 0")
    assert (gone.status, gone.outputs["failed"]) == (1, "true")


@pytest.mark.parametrize(
    ("lock", "environment", "status", "said"),
    [
        ("none.uv.lock", {}, 66, "none.uv.lock: No such file"),
        ("new.uv.lock", {"ALLOW": "none.toml", "FAIL_IF": "gone > 1"}, 66, "none.toml: No such file"),
        ("new.uv.lock", {"FAIL_IF": "size > 1"}, 2, "NAME in compare is one of"),
        ("new.uv.lock", {"base": "1" * 40}, 66, "git has no commit 1111111111111111111111111111111111111111"),
        ("new.uv.lock", {"base": "--upload-pack=touch pwned"}, 2, "base is no commit"),
        ("new.uv.lock", {"base": "+HEAD:refs/heads/evil"}, 2, "base is no commit"),
        ("new.uv.lock", {"base": "HEAD:refs/heads/evil"}, 2, "base is no commit"),
        ("new.uv.lock", {"base": "+HEAD"}, 2, "base is no commit"),
        ("new.uv.lock", {"base": "refs/heads/*"}, 2, "base is no commit"),
        ("new.uv.lock", {"base": "x\n::error::y"}, 2, "base is no commit: x ::error::y"),
        ("new.uv.lock", {"base": "HEAD^{/x}"}, 2, "base is no commit"),
        ("new.uv.lock", {"base": "HEAD~7"}, 66, "git has no commit HEAD~7"),
        ("new.uv.lock", {"base": "no-such-branch"}, 66, "git has no commit no-such-branch"),
        ("new.uv.lock", {"base": ""}, 2, "this event has no commit to compare with"),
        ("", {}, 2, "the input lock is needed"),
        ("new.uv.lock", {"GRAPHDIFF": "/nowhere/graphdiff"}, 127, "No such file"),
        ("new.uv.lock", {"GRAPHDIFF": "false"}, 70, ""),
    ],
)
def test_problems_never_look_like_a_hit(
    compare: Compare, lock: str, environment: dict[str, str], status: int, said: str
) -> None:
    job = compare(lock, **environment)
    assert (job.status, job.outputs["failed"], job.outputs["status"]) == (status, "false", str(status))
    assert f"Nothing was compared: status {status};" in job.summary
    assert Path(job.outputs["report"]).read_text() in job.summary
    assert said in job.err
    assert "appeared" not in job.summary


def test_a_commit_that_is_not_there_is_fetched_and_no_branch_is_made(compare: Compare, repository: Path) -> None:
    clone = repository.parent / "clone"

    def git(folder: Path, *words: str) -> str:
        done = subprocess.run(["git", *words], cwd=folder, text=True, capture_output=True, check=True)
        return done.stdout.strip()

    git(repository, "tag", "-f", "start", "HEAD~1")
    git(repository.parent, "clone", "--quiet", "--no-tags", "--depth=1", f"file://{repository}", str(clone))
    refs = git(clone, "for-each-ref")
    command = str(Path(sys.executable).with_name("graphdiff"))
    for base in ("start", git(repository, "rev-parse", "HEAD~1"), "+HEAD:refs/heads/evil"):
        job = step(clone, "compare", {"LOCK": HOSTILE, "BASE": base, "GRAPHDIFF": command})
        assert job.status == (2 if ":" in base else 0)
        assert ("### 3 appeared" in job.summary) == (":" not in base)
        assert git(clone, "for-each-ref") == refs
    assert compare(HOSTILE, "HEAD~1").status == compare(HOSTILE, "HEAD^").status == 0


@pytest.mark.parametrize("python", ["false", "/nowhere/python"])
def test_an_installation_that_fails_is_no_hit_either(repository: Path, python: str) -> None:
    job = step(repository, "install", {"PYTHON": python})
    assert (job.status, job.outputs) == (69, {})
    assert f"graphdiff: {python} is no Python 3.11 or later" in job.err


def test_the_action_installs_its_own_checkout(repository: Path, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text(
        '#!/bin/sh\necho "$@" >> "$RUNNER_TEMP/calls"\n'
        'if [ "$2" = venv ]; then mkdir -p "$3/bin" && cp "$0" "$3/bin/python"; fi\n'
    )
    python.chmod(0o755)
    job = step(repository, "install", {"PYTHON": str(python), "RUNNER_TEMP": str(tmp_path)})
    assert (job.status, job.outputs["command"]) == (0, f"{tmp_path}/graphdiff/bin/graphdiff")
    _, venv, pip = (tmp_path / "calls").read_text().splitlines()
    assert (venv, pip.split()[:3], pip.split()[-1]) == (
        f"-m venv {tmp_path}/graphdiff",
        ["-m", "pip", "install"],
        str(ROOT),
    )
