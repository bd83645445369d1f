"""Work in stages that a kill may interrupt anywhere: a folder beside the output with what is done, and a manifest.

A stage that has ended is in the manifest, which is replaced whole; one that has not is done anew. The manifest says
what the work was of, so that other work does not go on with what this left, and how large the arrays are that stages
have made: where one is gone or has another size, all is done anew.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff import files
from graphdiff.errors import OutputError

__all__ = ["Unfinished"]

MANIFEST = "manifest.json"
#: What work leaves in its folder: other files are somebody's, which stay.
OWN = re.compile(r"lock|manifest\.json|whole|spilled|.*\.array|\.graphdiff-[0-9a-f]+")


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
        self._sizes: dict[str, int] = {}
        self._written: set[Path] = set()

    def __enter__(self) -> Unfinished:
        self._require_own()
        try:
            self.path.mkdir(exist_ok=True)
        except OSError as error:
            raise OutputError.of(self.output, error) from error
        self._lock()
        manifest = self._manifest()
        if manifest.get("work") == self._work and self._are_whole(manifest["sizes"]):
            self._stages, self._sizes = manifest["stages"], manifest["sizes"]
        else:
            self.begin_anew()
        return self

    def __exit__(self, *_: object) -> None:
        self._locked.close()
        if not self.is_begun and self.path.exists():  # nothing is done that is worth keeping
            self.remove()

    def _require_own(self) -> None:
        """Raise unless nothing is there, or a folder that work left: what is in it will be removed."""
        is_left = self.path.is_dir() and all(OWN.fullmatch(entry.name) for entry in self.path.iterdir())
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
            if isinstance(manifest, dict) and all(isinstance(manifest.get(name), dict) for name in ("stages", "sizes")):
                return manifest
        return {}

    def _are_whole(self, sizes: Mapping[str, int]) -> bool:
        """Return whether the arrays are there that stages have made, each as large as it was."""
        paths = {name: self.path / name for name in sizes}
        return all(path.is_file() and path.stat().st_size == sizes[name] for name, path in paths.items())

    def begin_anew(self) -> None:
        """Take what is done for nothing."""
        self._stages, self._sizes = {}, {}
        for entry in self.path.iterdir():
            if entry.is_dir():
                shutil.rmtree(entry)
            elif entry.name != "lock":
                entry.unlink()

    @property
    def is_begun(self) -> bool:
        """Whether a stage has ended."""
        return bool(self._stages)

    def found(self, stage: str) -> dict[str, Any] | None:
        """Return what a stage has found; None where it has not ended."""
        return self._stages.get(stage)

    def finish(self, stage: str, **found: Any) -> None:
        """Say that a stage has ended, once its files are on the disk, and what it has found."""
        for path in filter(Path.exists, self._written):
            with open(path, "rb") as file:
                os.fsync(file.fileno())
            self._sizes[path.name] = path.stat().st_size
        self._written.clear()
        self._stages[stage] = found
        self._save()

    def _save(self) -> None:
        text = json.dumps({"work": self._work, "stages": self._stages, "sizes": self._sizes})
        files.save(str(self.path / MANIFEST), [text.encode()], overwrite=True)

    def forget(self, stage: str) -> None:
        """Have a stage be done anew."""
        self._stages.pop(stage, None)

    def file(self, name: str) -> Path:
        """Return where an array lies."""
        return self.path / f"{name}.array"

    def keep(self, name: str, array: NDArray[Any]) -> None:
        """Write an array."""
        with self.writing(name) as file:
            file.write(array.data)

    def wrote(self, name: str) -> None:
        """Note that somebody else writes the file of an array: it is put onto the disk with those of its stage."""
        self._written.add(self.file(name))

    @contextmanager
    def writing(self, name: str) -> Iterator[Any]:
        """Open the file of an array, to be written from its start; what the system says is an error of ours."""
        self._let_go([name])
        self.wrote(name)
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
        self._let_go(names)
        for name in names:
            self.file(name).unlink(missing_ok=True)

    def _let_go(self, names: Iterable[str]) -> None:
        """Note, before it is so, that arrays are not as a stage has left them."""
        known = [file for file in (self.file(name).name for name in names) if self._sizes.pop(file, None) is not None]
        if known:
            self._save()

    def remove(self) -> None:
        """Remove the folder: the work is done."""
        shutil.rmtree(self.path)
