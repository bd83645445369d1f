"""Bytes onto the disk, whole or not at all: a new file beside the old one takes its place when it is on the disk."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from graphdiff.errors import FormatError, GraphdiffError, OutputError
from graphdiff.remedies import Keyword, Remedy

__all__ = ["require_free", "save"]


#: How a saved graph starts.
SAVED_GRAPH = b"\x89gdiff\r\n"
#: How packed files start, and what pyarrow calls that; it knows others by their suffix.
PACKED = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\x28\xb5\x2f\xfd": "zstd"}

XZ = b"\xfd7zXZ\x00"
#: A line is looked for in so many bytes.
SAMPLE = 1 << 20


def require_free(name: str, *, overwrite: bool) -> None:
    """Raise unless a file of this name may be written.

    Raises
    ------
    OutputError
        It exists and is not to be replaced, it is no file, or the system does not say.

    Examples
    --------
    >>> require_free(".", overwrite=True)
    Traceback (most recent call last):
    graphdiff.errors.OutputError: . is no regular file
    """
    try:
        kind = _kind(name)
    except OSError as error:  # who cannot look whether it is there must not replace it
        raise OutputError.of(name, error) from error
    except ValueError as error:  # a path with a NUL in it
        raise OutputError(f"{name!r}: {error}") from error
    if kind is not None and not (stat.S_ISREG(kind) or stat.S_ISLNK(kind)):
        raise OutputError(f"{name} is no regular file")
    if kind is not None and not overwrite:
        raise OutputError(f"{name} exists", Remedy(Keyword("overwrite", True), "replaces it"))


def _kind(name: str) -> int | None:
    """Return what is there, of a link what it leads to, or a link that leads nowhere; None where nothing is."""
    try:
        kind = os.lstat(name).st_mode
        if stat.S_ISLNK(kind):
            with _link_to_nowhere():
                kind = os.stat(name).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    return kind


@contextlib.contextmanager
def _link_to_nowhere() -> Iterator[None]:
    """Go on where there is no file, or a link to none: one that is broken, or leads back to itself."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.ELOOP):
            raise


def save(name: str, parts: Iterable[bytes | memoryview], *, overwrite: bool) -> None:
    """Write `parts`, one after the other, to the file `name`; a file that is replaced keeps its permissions.

    Raises
    ------
    OutputError
        The file exists and is not to be replaced, or cannot be written; then nothing has changed.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(f"{folder}/x", [b"wh", b"ole"], overwrite=False)
    ...     Path(folder, "x").read_bytes(), os.listdir(folder)
    (b'whole', ['x'])
    """
    require_free(name, overwrite=overwrite)
    # A link stays, and what it points at is replaced.
    path = Path(os.path.realpath(name))
    beside = path.with_name(f".graphdiff-{secrets.token_hex(8)}")
    try:
        with open(beside, "xb") as file:
            for part in parts:
                file.write(part)
            file.flush()
            os.fsync(file.fileno())  # else a power loss may leave the new name with nothing in it
        with _link_to_nowhere():
            shutil.copymode(path, beside)
        os.replace(beside, path)
        sync_folder(path.parent)
    except OSError as error:
        raise OutputError.of(name, error) from error
    finally:
        with contextlib.suppress(OSError):
            beside.unlink()


def sync_folder(folder: Path) -> None:
    """Have the new name of a file survive a power loss, where the system opens folders."""
    with contextlib.suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def is_one_line(name: str) -> bool:
    """Return whether a file is a line that does not end: of CSV a header alone, of which pyarrow makes an error."""
    with unpacked(name) as file:
        start = file.read(SAMPLE)
    return len(start) < SAMPLE and b"\n" not in start and b"\r" not in start


def unpacked(name: str) -> Any:
    """Open a file for pyarrow to read, unpacked where it is packed by gzip, bzip2, xz or zstd."""
    import lzma

    import pyarrow as pa

    with open(name, "rb") as file:
        start = file.read(len(XZ))
    if start == XZ:
        return pa.PythonFile(lzma.open(name), "r")
    return pa.input_stream(name, next((kind for magic, kind in PACKED.items() if start.startswith(magic)), "detect"))


def csv_options(delimiter: str, columns: Sequence[str], types: Mapping[str, Any]) -> dict[str, Any]:
    """Return by what pyarrow reads some columns of CSV, all at once or in batches: an empty cell is nothing."""
    from pyarrow import csv

    return {
        "parse_options": csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
        "convert_options": csv.ConvertOptions(
            include_columns=list(columns), column_types=dict(types), null_values=[""], strings_can_be_null=True
        ),
    }


@contextlib.contextmanager
def damage_told(name: str) -> Iterator[None]:
    """Make what pyarrow raises of a damaged file, or of values that do not fit, a `FormatError`."""
    try:
        yield
    except GraphdiffError:
        raise
    except damage() as error:
        raise FormatError(f"{name}: {' '.join(str(error).split())}") from error


def damage() -> tuple[type[Exception], ...]:
    """Return what pyarrow and the standard library raise of damaged files, and of values that do not fit."""
    import lzma

    import pyarrow as pa

    # MemoryError is of a number of rows that is none.
    return pa.ArrowException, OSError, EOFError, OverflowError, MemoryError, UnicodeError, lzma.LZMAError
