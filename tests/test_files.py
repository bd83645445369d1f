"""A file is there whole or as it was: each step of writing one fails in turn."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from graphdiff import files
from graphdiff.errors import OutputError


def save(path: Path, content: bytes, **options: Any) -> None:
    files.save(str(path), [content], **{"overwrite": False, **options})


def test_parts_are_written_one_after_the_other_and_nothing_beside_them(tmp_path: Path) -> None:
    files.save(str(tmp_path / "x"), iter([b"a", memoryview(b"bc"), b""]), overwrite=False)
    assert (tmp_path / "x").read_bytes() == b"abc"
    assert os.listdir(tmp_path) == ["x"]


def test_a_file_that_is_there_is_replaced_only_where_that_is_said(tmp_path: Path) -> None:
    path = tmp_path / "x"
    save(path, b"old")
    with pytest.raises(OutputError, match=r"x exists; overwrite=True replaces it$"):
        save(path, b"new")
    assert path.read_bytes() == b"old"
    save(path, b"new", overwrite=True)
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize("overwrite", [True, False])
def test_what_is_no_regular_file_is_never_replaced(tmp_path: Path, overwrite: bool) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(OutputError, match=r" is no regular file$"):
            files.require_free(str(path), overwrite=overwrite)


def test_a_link_that_leads_nowhere_is_there(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "gone")
    with pytest.raises(OutputError, match=r"link exists; overwrite=True replaces it$"):
        files.require_free(str(link), overwrite=False)
    save(link, b"x", overwrite=True)
    assert link.is_symlink()
    assert (tmp_path / "gone").read_bytes() == b"x"


def test_a_file_that_is_replaced_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "x"
    save(path, b"old")
    path.chmod(0o640)
    save(path, b"new", overwrite=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_names_beside_the_file_are_hidden_and_never_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names: list[str] = []

    def replace(old: Path, new: Path) -> None:
        names.append(old.name)
        os.rename(old, new)

    monkeypatch.setattr(files.os, "replace", replace)
    for name in ("x", "y"):
        save(tmp_path / name, b"x")
    assert len(set(names)) == 2
    assert all(name.startswith(".graphdiff-") and len(name) == len(".graphdiff-") + 16 for name in names)


def failing(error: BaseException) -> Any:
    def fail(*given: Any, **more: Any) -> Any:
        raise error

    return fail


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_what_fails_on_the_way_leaves_all_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    path = tmp_path / "x"
    save(path, b"old")
    monkeypatch.setattr(files.os, step, failing(OSError(28, "No space left on device")))
    with pytest.raises(OutputError, match=r"x.*(?i:no space left on device)"):
        save(path, b"new", overwrite=True)
    assert (path.read_bytes(), os.listdir(tmp_path)) == (b"old", ["x"])


def test_an_error_of_the_parts_leaves_all_as_it_was(tmp_path: Path) -> None:
    def parts() -> Iterator[bytes]:
        yield b"half"
        raise KeyError("no more")

    with pytest.raises(KeyError, match="no more"):
        files.save(str(tmp_path / "x"), parts(), overwrite=False)
    assert os.listdir(tmp_path) == []


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"gone.x.*(?i:no such file)"):
        save(tmp_path / "gone" / "x", b"x")


def test_the_file_is_on_the_disk_before_its_name_and_the_name_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    sync, replace, close = os.fsync, os.replace, os.close

    def fsync(number: int) -> None:
        mode = os.fstat(number).st_mode
        if stat.S_ISREG(mode):
            assert os.fstat(number).st_size == 3  # flushed
        steps.append("folder" if stat.S_ISDIR(mode) else "file")
        sync(number)

    monkeypatch.setattr(files.os, "fsync", fsync)
    monkeypatch.setattr(files.os, "replace", lambda *ends: (steps.append("name"), replace(*ends)))
    monkeypatch.setattr(files.os, "close", lambda number: (steps.append("close"), close(number)))
    save(tmp_path / "x", b"abc")
    assert steps == ["file", "name", "folder", "close"]


def test_a_folder_that_cannot_be_synced_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sync = os.fsync

    def fsync(number: int) -> None:
        if stat.S_ISDIR(os.fstat(number).st_mode):
            raise OSError(22, "no")
        sync(number)

    monkeypatch.setattr(files.os, "fsync", fsync)
    save(tmp_path / "x", b"abc")
    monkeypatch.setattr(files.os, "open", failing(PermissionError(13, "no")))
    save(tmp_path / "y", b"abc")
    assert sorted(os.listdir(tmp_path)) == ["x", "y"]
