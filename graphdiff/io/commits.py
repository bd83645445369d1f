"""Files as they are in a commit of git: ``git:COMMIT:PATH`` names one, as ``git show COMMIT:./PATH`` does.

Nothing is checked out, and no filter, hook or diff of the repository runs: ``git cat-file`` hands out the bytes.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from graphdiff.errors import InputError, UsageError

__all__ = ["PREFIX", "is_committed", "opened", "parts_of"]

PREFIX = "git:"


def parts_of(name: str) -> tuple[str, str] | None:
    """Return the commit and the path that a name says; None of the name of a file.

    Examples
    --------
    >>> parts_of("git:v1.0:app/uv.lock"), parts_of("git:main"), parts_of("uv.lock")
    (('v1.0', 'app/uv.lock'), ('main', ''), None)
    """
    if not name.startswith(PREFIX):
        return None
    commit, _, path = name.removeprefix(PREFIX).partition(":")
    return commit, path


@contextmanager
def opened(commit: str, path: str) -> Iterator[IO[bytes]]:
    """Open a file as it is in a commit, for reading.

    Raises
    ------
    InputError
        Git is not there, the path is in no repository, or there is no such commit or file.
    """
    if not is_committed(commit, path):
        raise InputError(f"{path} is not in the commit {commit}")
    folder, place = _place(commit, path)
    command = ["git", "-C", folder, "cat-file", "blob", place]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        assert child.stdout is not None
        yield child.stdout
        child.stdout.close()
    if child.returncode:
        raise InputError(f"{path} in the commit {commit} cannot be read; git cat-file blob {place} says why")


def is_committed(commit: str, path: str) -> bool:
    """Tell whether a file is in a commit, or in what else git takes for a tree.

    Raises
    ------
    InputError
        Git is not there, the path is in no repository, or there is no such commit.
    """
    if not commit or commit.startswith("-"):
        raise UsageError(f"git:{commit}: a commit is needed, by its hash or a name such as HEAD, main or v1.0")
    folder, place = _place(commit, path)
    known = _asked(folder, "rev-parse", "--verify", "--quiet", f"{commit}^{{tree}}")
    if known.returncode and commit == "HEAD" and not _asked(folder, "symbolic-ref", "--quiet", "HEAD").returncode:
        return False  # a branch without any commit yet
    if known.returncode:
        told = known.stderr.decode(errors="replace").strip().removeprefix("fatal: ").splitlines()
        shallow = _asked(folder, "rev-parse", "--is-shallow-repository").stdout.strip() == b"true"
        why = told[0] if told else "the clone is shallow, git fetch --unshallow brings the others" if shallow else ""
        raise InputError(f"there is no commit {commit} in this repository{f': {why}' if why else ''}")
    return not _asked(folder, "rev-parse", "--verify", "--quiet", place).returncode


def _place(commit: str, path: str) -> tuple[str, str]:
    """Return the folder to ask git in, and what it calls the file."""
    folder, name = os.path.split(path)
    return folder or ".", f"{commit}:./{name}"


def _asked(folder: str, *words: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(["git", "-C", folder, *words], capture_output=True, check=False)
    except OSError as error:
        raise InputError.of("git", error) from error
