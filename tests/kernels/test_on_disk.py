"""Machine code on the disk: whatever has become of its files, a question is answered, without a word."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("numba")

from graphdiff import files as saving
from graphdiff.kernels import on_disk


def kernel(number: int) -> int:
    """Return what is compiled in no time."""
    return number + 1


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def without_the_end(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def zeros(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def one_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def by_numba_alone(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: -on_disk.DIGEST_BYTES])


def a_folder(path: Path) -> None:
    path.unlink()
    (path / "x").mkdir(parents=True)


def a_loop_of_links(path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


def unreadable(path: Path) -> None:
    path.unlink()
    path.symlink_to("/proc/self/mem")  # reading it is an error to root too


DAMAGES = [
    cut,
    without_the_end,
    zeros,
    one_bit,
    empty,
    by_numba_alone,
    Path.unlink,
    a_folder,
    a_loop_of_links,
    unreadable,
]


@pytest.fixture
def kernels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Any]:
    """Return a function that makes a kernel's dispatcher anew, as a new process would, and calls it."""
    import numba
    from numba.core import config

    monkeypatch.setattr(config, "CACHE_DIR", str(tmp_path))

    def call() -> Any:
        compiled = numba.njit(kernel, nogil=True)
        compiled._cache = on_disk.cache_of(kernel)
        assert compiled(1) == 2
        return compiled

    return call


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.nb*") if path.parent.suffix == "")


@pytest.mark.parametrize("suffix", [".nbi", ".nbc"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_compiled_anew(kernels, tmp_path: Path, suffix: str, damage: Callable[[Path], None]) -> None:
    assert sum(kernels().stats.cache_misses.values()) == 1
    assert sum(kernels().stats.cache_hits.values()) == 1
    (path,) = [path for path in files(tmp_path) if path.suffix == suffix]
    damage(path)
    assert sum(kernels().stats.cache_hits.values()) == 0
    if damage is a_folder:  # nobody takes it away
        shutil.rmtree(path)
        kernels()
    if damage is not unreadable:
        assert sum(kernels().stats.cache_hits.values()) == 1
        assert [path.suffix for path in files(tmp_path)] == [".nbc", ".nbi"]
    assert not [path for path in tmp_path.rglob("*") if path.name.startswith(".graphdiff") or ".tmp" in path.name]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EIO])
def test_a_folder_that_takes_no_file(kernels, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def fails(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(saving.os, "fsync", fails)
    kernels()
    assert files(tmp_path) == []
    monkeypatch.undo()


def test_code_of_other_libraries_is_not_taken(kernels, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is pickled are objects of numpy; numba looks at its own version only."""
    import numpy

    kernels()
    on_disk._cache_class.cache_clear()
    monkeypatch.setattr(numpy, "__version__", "0.1")
    assert sum(kernels().stats.cache_hits.values()) == 0
    on_disk._cache_class.cache_clear()


@pytest.mark.parametrize("place", ["/dev/null", "/proc/nowhere"])
def test_no_folder_for_the_cache(place: str) -> None:
    code = "import numba, networkx as nx, graphdiff as gd\n"
    code += "print(len(gd.forward(nx.path_graph(99, nx.DiGraph), 0, weight=None)))"
    given = {**os.environ, "NUMBA_CACHE_DIR": place, "HOME": place, "XDG_CACHE_HOME": place}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], env=given, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("99\n", "")
