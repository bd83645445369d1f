"""Work in stages that a kill may interrupt anywhere: a folder beside the output with what is done, and a manifest.

A stage that has ended is in the manifest, which is replaced whole; one that has not is done anew. The manifest says
what the work was of, so that other work does not go on with what this left.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff import files
from graphdiff.errors import OutputError

__all__ = ["Unfinished"]

MANIFEST = "manifest.json"


class Unfinished:
    """The folder of some work: what its stages have found, and their arrays.

    Parameters
    ----------
    output : str
        The file that the work ends with; the folder is called by it.
    work : mapping
        What the work is of, as JSON has it: of other work nothing is kept.

    Raises
    ------
    OutputError
        If the folder cannot be written, or another process works in it.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with Unfinished(f"{folder}/x", {"of": 1}) as work:
    ...         work.keep("ids", np.arange(3))
    ...         work.finish("numbered", n_nodes=3)
    ...     with Unfinished(f"{folder}/x", {"of": 1}) as work:
    ...         work.found("numbered"), work.array("ids").tolist()
    ({'n_nodes': 3}, [0, 1, 2])
    """

    def __init__(self, output: str, work: Mapping[str, Any]) -> None:
        self.output, self.path = output, Path(f"{output}.unfinished")
        self._work = dict(work)
        self._stages: dict[str, dict[str, Any]] = {}
        self._written: set[Path] = set()

    def __enter__(self) -> Unfinished:
        self._require_own()
        try:
            self.path.mkdir(exist_ok=True)
        except OSError as error:
            raise OutputError.of(str(self.path), error) from error
        self._lock()
        manifest = self._manifest()
        if manifest.get("work") == self._work:
            self._stages = manifest["stages"]
        else:
            self._clear()
        return self

    def __exit__(self, *_: object) -> None:
        self._locked.close()
        if not self._stages and self.path.exists():  # nothing is done that is worth keeping
            self.remove()

    def _require_own(self) -> None:
        """Raise unless nothing is there, or a folder that work left: what is in it will be removed."""
        is_left = self.path.is_dir() and ((self.path / "lock").exists() or not any(self.path.iterdir()))
        if self.path.is_symlink() or (self.path.exists() and not is_left):
            raise OutputError(f"{self.path} is none that work left: move it away, what is in it would be removed")

    def _lock(self) -> None:
        """Keep other processes out; the system lets go of the lock where this one ends, however it does."""
        self._locked = open(self.path / "lock", "ab")  # noqa: SIM115
        try:
            with contextlib.suppress(ImportError):  # of Windows
                import fcntl

                fcntl.flock(self._locked, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._locked.close()
            raise OutputError(f"{self.path}: another process makes {self.output} just now") from None

    def _manifest(self) -> dict[str, Any]:
        with contextlib.suppress(OSError, ValueError):
            manifest = json.loads((self.path / MANIFEST).read_text("utf-8"))
            if isinstance(manifest, dict) and isinstance(manifest.get("stages"), dict):
                return manifest
        return {}

    def _clear(self) -> None:
        for entry in self.path.iterdir():
            if entry.is_dir():
                shutil.rmtree(entry)
            elif entry.name != "lock":
                entry.unlink()

    def found(self, stage: str) -> dict[str, Any] | None:
        """Return what a stage has found; None where it has not ended."""
        return self._stages.get(stage)

    def finish(self, stage: str, **found: Any) -> None:
        """Say that a stage has ended, once its files are on the disk, and what it has found."""
        for path in filter(Path.exists, self._written):
            with open(path, "rb") as file:
                os.fsync(file.fileno())
        self._written.clear()
        self._stages[stage] = found
        text = json.dumps({"work": self._work, "stages": self._stages})
        files.save(str(self.path / MANIFEST), [text.encode()], overwrite=True)

    def file(self, name: str) -> Path:
        """Return where an array lies."""
        return self.path / f"{name}.array"

    def keep(self, name: str, array: NDArray[Any]) -> None:
        """Write an array."""
        with self.writing(name) as file:
            file.write(array.data)

    @contextmanager
    def writing(self, name: str) -> Iterator[Any]:
        """Open the file of an array, to be written from its start; what the system says is an error of ours."""
        self._written.add(self.file(name))
        try:
            with open(self.file(name), "wb") as file:
                yield file
        except OSError as error:
            if isinstance(error, OutputError):
                raise
            raise OutputError.of(self.output, error) from error

    def array(self, name: str, dtype: Any = np.int64) -> NDArray[Any]:
        """Return an array as it lies on the disk, mapped into memory."""
        path = self.file(name)
        if not path.stat().st_size:  # nothing cannot be mapped
            return np.empty(0, dtype=dtype)
        return np.memmap(path, dtype=dtype, mode="r")

    def loaded(self, name: str, dtype: Any) -> NDArray[Any]:
        """Return an array, read into memory."""
        return np.fromfile(self.file(name), dtype=dtype)

    def drop(self, *names: str) -> None:
        """Remove arrays that nothing needs any more."""
        for name in names:
            self.file(name).unlink(missing_ok=True)

    def remove(self) -> None:
        """Remove the folder: the work is done."""
        shutil.rmtree(self.path)
