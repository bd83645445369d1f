"""Where a file's bytes come from: a path, standard input or an open file; decompressed, never beyond a limit."""

from __future__ import annotations

import bz2
import codecs
import contextlib
import errno
import glob
import gzip
import importlib
import io
import lzma
import mmap
import os
import sys
import zlib
from collections.abc import Callable, Sequence
from threading import Thread
from typing import IO, Any

from graphdiff.errors import FormatError, GraphdiffError, InputError, LimitError, UsageError
from graphdiff.files import SAVED_GRAPH
from graphdiff.io.commits import opened, parts_of
from graphdiff.limits import require_limits
from graphdiff.remedies import Keyword, Remedy

__all__ = ["PathOrFile", "beginning", "files_of", "load", "mapped", "text_of"]

PathOrFile = str | os.PathLike[str] | IO[bytes] | IO[str]

CHUNK = 1 << 23
#: The largest content that is read, unless the caller says another.
MAX_BYTES = 2**31
#: Of a packed file no more than so many bytes, or so many times what it is packed in: lists of packages pack into a
#: twentieth, and what packs into a thousandth is made to fill memories.
UNPACKED_BYTES, UNPACKED_TIMES = 2**26, 200
#: Unpacking so many bytes takes long enough to import, beside it, what every graph needs.
LONG = 1 << 20


class Whole(io.BytesIO):
    """Bytes that are all given at once, however few are asked for: unpacked in long stretches without the GIL."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Return what is left."""
        return super().read()


PACKED: dict[bytes, tuple[str, type[io.BytesIO], Callable[[io.BytesIO], io.BufferedIOBase]]] = {
    b"\x1f\x8b": ("gzip", io.BytesIO, lambda raw: gzip.GzipFile(fileobj=raw)),
    b"BZh": ("bzip2", Whole, bz2.BZ2File),
    b"\xfd7zXZ\x00": ("xz", Whole, lzma.LZMAFile),
}


def load(path: PathOrFile, *, max_bytes: int | None) -> tuple[str, bytes]:
    """Return the name of a file, for messages, and its content, decompressed where it is compressed.

    Parameters
    ----------
    path : str, path-like or file object
        ``"-"`` is standard input. The text of a text file object counts as UTF-8.
    max_bytes : int or None
        The largest content, before and after decompression; None is 2 GiB, and of a packed file 64 MiB or 200 times
        what has been unpacked of it so far, whichever is more.

    Raises
    ------
    UsageError
        `path` is neither a path nor a file.
    InputError
        The file cannot be opened or read.
    FormatError
        Its compression is broken, or it is empty.
    LimitError
        It is larger than `max_bytes`.

    Examples
    --------
    >>> import gzip, io
    >>> load(io.BytesIO(gzip.compress(b"a b")), max_bytes=1000)
    ('the open file', b'a b')
    """
    require_limits(max_bytes=max_bytes)
    name = name_of(path)
    try:
        raw = _read_raw(path, name, MAX_BYTES if max_bytes is None else max_bytes)
    except GraphdiffError:  # those of files and of values are such errors, too
        raise
    except OSError as error:
        raise InputError.of(name, error) from error
    except ValueError as error:  # A closed file, or a path with a NUL in it.
        raise InputError(f"{name!r}: {error}") from error
    data = _decompress(raw, name, max_bytes)
    if not data or data.isspace():
        raise FormatError(f"{name} is empty")
    return name, data


#: How files of columns start, of which one column is read after the other: Parquet, and both kinds of Arrow.
COLUMNAR = (b"PAR1", b"ARROW1", b"\xff\xff\xff\xff")
#: A saved graph of no more bytes is read, so that it stays what it is where somebody writes into the file.
SMALL = 1 << 26


def beginning(path: str, n_bytes: int) -> bytes:
    """Return up to so many bytes of a file, from its start, decompressed where it is compressed.

    Examples
    --------
    >>> beginning("data/bookworm.Packages.xz", 8)
    b'Package:'
    """
    with open(path, "rb") as file:
        start = file.read(6)
        file.seek(0)
        unpack = next((unpack for magic, (*_, unpack) in PACKED.items() if start.startswith(magic)), None)
        if unpack is None:
            return file.read(n_bytes)
        try:
            with unpack(io.BytesIO(file.read())) as unpacked:
                return unpacked.read(n_bytes)
        except (EOFError, zlib.error, lzma.LZMAError) as error:
            raise FormatError(f"{path}: broken compression: {error}") from error


def mapped(path: PathOrFile, *, max_bytes: int | None) -> mmap.mmap | None:
    """Return a file of columns, or a large saved graph, as a map into memory; None where it is for `load`.

    `MAX_BYTES` is no limit of a saved graph, which takes memory by the node.

    Examples
    --------
    >>> mapped("-", max_bytes=None)
    """
    require_limits(max_bytes=max_bytes)
    if not isinstance(path, str | os.PathLike) or not os.path.isfile(path):
        return None
    with contextlib.suppress(OSError, ValueError), open(path, "rb") as file:
        size, start = os.fstat(file.fileno()).st_size, file.read(8)
        if start == SAVED_GRAPH:
            is_apt, limit = size > SMALL, size
        else:
            is_apt, limit = start.startswith(COLUMNAR), MAX_BYTES
        if is_apt and size <= (limit if max_bytes is None else max_bytes):
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return None


def name_of(path: PathOrFile) -> str:
    """Return what messages call `path`.

    Examples
    --------
    >>> name_of("-"), name_of("graph.dot")
    ('standard input', 'graph.dot')
    """
    if isinstance(path, str | os.PathLike):
        return "standard input" if path == "-" else os.fspath(path)
    name = getattr(path, "name", None)
    return name if isinstance(name, str) else "the open file"


def files_of(path: PathOrFile | Sequence[PathOrFile]) -> list[PathOrFile]:
    """Return the files that a list, or a name such as ``a.prof+b.prof`` or ``runs/*.prof``, stands for.

    A file of that very name is itself; so is a name of which no part is there.

    Examples
    --------
    >>> files_of(["a.prof", "b.prof"]), files_of("libstdc++.prof")
    (['a.prof', 'b.prof'], ['libstdc++.prof'])
    """
    if isinstance(path, Sequence) and not isinstance(path, str | bytes):
        return [*path]
    if not isinstance(path, str) or not set("+*?[") & set(path) or os.path.lexists(path):
        return [path]
    files = [file for part in path.split("+") for file in _matching(part)]
    return [*files] if any(map(os.path.exists, files)) else [path]


def _matching(pattern: str) -> list[str]:
    """Return the files that a pattern fits, in the order of their names; itself where there is none."""
    return [pattern] if os.path.lexists(pattern) else sorted(glob.glob(pattern, recursive=True)) or [pattern]


def text_of(data: bytes) -> str:
    r"""Decode `data`: by its byte-order mark where it has one, else UTF-8, else Latin-1, which takes every byte.

    Examples
    --------
    >>> text_of(b"caf\xc3\xa9") == text_of(b"caf\xe9") == text_of(b"\xef\xbb\xbfcaf\xc3\xa9")
    True
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.removeprefix(codecs.BOM_UTF8).decode("latin-1")


def line_at(text: str, place: int, name: str) -> str:
    """Return the name of a file with the line of a place in its text, as errors say it."""
    return f"{name}, line {text.count(chr(10), 0, place) + 1}"


def _read_raw(path: PathOrFile, name: str, max_bytes: int) -> bytes:
    if not isinstance(path, str | os.PathLike):
        if not hasattr(path, "read"):
            told = "; bytes are read from io.BytesIO(…)" if isinstance(path, bytes | bytearray | memoryview) else ""
            raise UsageError(f"a file is a path, or is open, and no {type(path).__name__}{told}")
        return _bounded(path, name, max_bytes)
    if path == "-":
        if sys.stdin is None:
            raise OSError(errno.EBADF, "it is closed")
        return _bounded(sys.stdin.buffer, name, max_bytes)
    committed = parts_of(path) if isinstance(path, str) else None
    with opened(*committed) if committed else open(path, "rb") as file:
        # At once where its size is known: parts that are joined are in memory twice.
        size = 0 if committed else os.fstat(file.fileno()).st_size
        if size > max_bytes:
            raise _too_large(name, max_bytes, reads=max(size, 4 * max_bytes))
        return _bounded(file, name, max_bytes, max(CHUNK, min(size, max_bytes) + 1))


def _decompress(raw: bytes, name: str, max_bytes: int | None) -> bytes:
    for magic, (title, source, unpack) in PACKED.items():
        if raw.startswith(magic):
            if len(raw) > LONG:
                Thread(target=importlib.import_module, args=("graphdiff.graph.compiled",)).start()
            packed = source(raw)
            try:
                with unpack(packed) as file:
                    if max_bytes is not None:
                        return _bounded(file, name, max_bytes)
                    return _bounded(file, name, _unpacked(len(raw)), packed=packed)
            except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
                raise FormatError(f"{name}: broken {title} compression: {error}") from error
    return raw


def _unpacked(n_bytes: int) -> int:
    """Return how much may come out of so many bytes of a packed file."""
    return min(MAX_BYTES, max(UNPACKED_BYTES, UNPACKED_TIMES * n_bytes))


def _bounded(
    file: IO[Any] | io.BufferedIOBase,
    name: str,
    max_bytes: int,
    chunk_bytes: int = CHUNK,
    packed: io.BytesIO | None = None,
) -> bytes:
    """Return the content of a file up to a limit; of a packed one as much as may come out of what has been unpacked."""
    chunks: list[bytes] = []
    n_bytes = 0
    while chunk := file.read(chunk_bytes):
        chunk = chunk.encode("utf-8", "surrogateescape") if isinstance(chunk, str) else chunk
        n_bytes += len(chunk)
        limit = max_bytes if packed is None else _unpacked(packed.tell())
        if n_bytes > limit:
            raise _too_large(name, limit, reads=4 * max_bytes)
        chunks.append(chunk)
    return b"".join(chunks)


def _too_large(name: str, limit: int, *, reads: int) -> LimitError:
    return LimitError(f"{name} holds more than {limit:,} bytes", Remedy(Keyword("max_bytes", reads), "reads it"))
