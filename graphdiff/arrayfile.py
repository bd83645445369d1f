"""Plain arrays in one file: a prefix, a header in JSON that says what is where, then the arrays as they are in memory.

`graphdiff.storage` has the format in words. Nothing in a file is trusted: an array is made only where it is known to
lie within the file.
"""

from __future__ import annotations

import json
import mmap
import os
import stat
import struct
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from math import prod
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from graphdiff import saving
from graphdiff.errors import FormatError, InputError, UsageError

__all__ = ["ArrayFile", "write"]

MAGIC = b"\x89gdiff\r\n"
VERSION = 1
#: Magic, version, length of the header, its CRC-32.
PREFIX = struct.Struct("<8sIII")
ALIGNED = 64
MAX_HEADER = 1 << 16
DTYPES = ("<f8", "<f4", "<i8", "<i4", "<u8", "<u4", "|u1")

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Entry:
    """Where one array is, counted from the end of the header, and what."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    offset: int
    crc32: int

    @property
    def end(self) -> int:
        """The first byte after the array."""
        return self.offset + prod(self.shape) * np.dtype(self.dtype).itemsize


def write(name: str, arrays: Arrays, settings: Mapping[str, Any], *, overwrite: bool) -> None:
    """Write arrays of the dtypes of `DTYPES`, and what JSON can say beside them, whole or not at all.

    Raises
    ------
    UsageError
        If `settings` are too long for a header.
    OutputError
        If the file exists and is not to be replaced, or cannot be written.
    """
    raw = {which: _bytes(array) for which, array in arrays.items()}
    entries: list[Entry] = []
    for which, array in arrays.items():
        offset = _aligned(entries[-1].end if entries else 0)
        entries.append(Entry(which, array.dtype.newbyteorder("<").str, array.shape, offset, crc32(raw[which])))
    header = json.dumps({"settings": dict(settings), "arrays": [asdict(entry) for entry in entries]}).encode()
    header += b" " * (_aligned(PREFIX.size + len(header)) - PREFIX.size - len(header))
    if len(header) > MAX_HEADER:
        raise UsageError(f"{name}: what the edges and weights mean is too long to be saved")
    saving.save(name, _parts(header, entries, raw), overwrite=overwrite)


def _aligned(offset: int) -> int:
    return -(-offset // ALIGNED) * ALIGNED


def _bytes(array: NDArray[Any]) -> memoryview:
    little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    return little.reshape(-1).view(np.uint8).data


def _parts(header: bytes, entries: list[Entry], raw: Mapping[str, memoryview]) -> Iterator[bytes | memoryview]:
    yield PREFIX.pack(MAGIC, VERSION, len(header), crc32(header)) + header
    written = 0
    for entry in entries:
        yield bytes(entry.offset - written)
        yield raw[entry.name]
        written = entry.end


class ArrayFile:
    """A file of arrays, mapped into memory; its header has been checked, its arrays have not.

    Parameters
    ----------
    name : str

    Raises
    ------
    InputError
        If the file cannot be read.
    FormatError
        If it is no such file, is cut off, or its header is damaged.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._data = _mapped(name)
        header = self._checked_header()
        self.settings: dict[str, Any] = header["settings"]
        self.entries = self._checked_entries(header["arrays"])

    def damaged(self, what: str) -> FormatError:
        """Return the error that says what is wrong with the file."""
        return FormatError(f"{self.name} is damaged or no saved graph: {what}")

    def _checked_header(self) -> dict[str, Any]:
        if len(self._data) < PREFIX.size:
            raise self.damaged("it is cut off")
        magic, version, length, checksum = PREFIX.unpack(self._data[: PREFIX.size].tobytes())
        if magic != MAGIC:
            raise self.damaged("it does not start as one")
        if version != VERSION:
            raise FormatError(f"{self.name} has version {version} of the format, and this graphdiff reads {VERSION}")
        self._start = PREFIX.size + length
        if length > MAX_HEADER or self._start > len(self._data) or self._start % ALIGNED:
            raise self.damaged("its header has no such length")
        text = self._data[PREFIX.size : self._start].tobytes()
        if crc32(text) != checksum:
            raise self.damaged("the checksum of its header is another")
        try:
            header = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise self.damaged(f"its header is no JSON: {error}") from error
        if not isinstance(header, dict) or header.keys() != {"settings", "arrays"}:
            raise self.damaged("its header does not say what is in it")
        return header

    def _checked_entries(self, listed: Any) -> dict[str, Entry]:
        entries: dict[str, Entry] = {}
        end = 0
        for described in listed if isinstance(listed, list) else ():
            if not _is_entry(described):
                raise self.damaged("its header does not describe its arrays")
            entry = Entry(**described | {"shape": tuple(described["shape"])})
            if entry.name in entries or entry.offset != _aligned(end):
                raise self.damaged(f"the array {entry.name!r} is not in its place")
            entries[entry.name] = entry
            end = entry.end
        if end != len(self._data) - self._start:
            raise self.damaged("it has another length than its header says")
        return entries

    def array(self, name: str) -> NDArray[Any]:
        """Return an array as it lies in the file, read-only."""
        entry = self.entries[name]
        start, end = self._start + entry.offset, self._start + entry.end
        array = self._data[start:end].view(entry.dtype).reshape(entry.shape)
        return array.astype(array.dtype.newbyteorder("="), copy=False)

    def in_memory(self, name: str) -> NDArray[Any]:
        """Return a copy of an array whose checksum is right.

        Raises
        ------
        FormatError
            If it is not.
        """
        array = self.array(name).copy()
        if crc32(_bytes(array)) != self.entries[name].crc32:
            raise self.damaged(f"the checksum of the array {name!r} is another")
        return array


def _mapped(name: str) -> NDArray[np.uint8]:
    try:
        status = os.stat(name)
        if not stat.S_ISREG(status.st_mode):
            raise InputError(f"{name} is no regular file")
        with open(name, "rb") as file:
            # Mapping nothing is an error.
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if status.st_size else b""
    except InputError:
        raise
    except OSError as error:
        raise InputError.of(name, error) from error
    except ValueError as error:  # a path with a NUL in it
        raise InputError(f"{name!r}: {error}") from error
    return np.frombuffer(data, dtype=np.uint8)


def _is_entry(described: Any) -> bool:
    if not isinstance(described, dict) or described.keys() != Entry.__dataclass_fields__.keys():
        return False
    shape, numbers = described["shape"], (described["offset"], described["crc32"])
    return (
        isinstance(described["name"], str)
        and described["dtype"] in DTYPES
        and isinstance(shape, list)
        and len(shape) in (1, 2)
        and all(type(number) is int and number >= 0 for number in (*shape, *numbers))
    )
