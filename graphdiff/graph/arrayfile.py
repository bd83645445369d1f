"""Plain arrays in one file: a prefix, a header in JSON that says what is where, then the arrays as they are in memory.

`graphdiff.graph.storage` has the format in words. Nothing in a file is trusted: an array is made only where it is known
to lie within the file.

What must hold of a saved graph before anything walks it: loops in machine code do not look where they step.

At opening, the header is checked (names, dtypes, shapes, settings), and all arrays that say where something is, each
in one pass: ids and indexes are permutations, rows and texts follow one another, edges lead ahead or stay in their
component, text is UTF-8. With that nothing is read or written beyond the ends of an array, and every loop ends.
Weights are looked at, and all arrays are compared with their checksums, only where the file is read into memory: of a
mapped one the weights' pages are read when they are used, so that a damaged weight gives a wrong number there, and a
damaged letter a node of another name. What nothing helps against is a file that is cut off while it is mapped.
"""

from __future__ import annotations

import codecs
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

from graphdiff import files
from graphdiff.errors import FormatError, InputError, UsageError

__all__ = ["ArrayFile", "check_arrays", "check_header", "columns_in", "write"]


VERSION = 2

#: Those that are read: the first has neither attributes of nodes nor what is known of the whole graph.
VERSIONS = (1, 2)

#: Magic, version, length of the header, its CRC-32.
PREFIX = struct.Struct("<8sIII")

ALIGNED = 64

MAX_HEADER = 1 << 20

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
    files.save(name, _parts(header, entries, raw), overwrite=overwrite)


def _aligned(offset: int) -> int:
    return -(-offset // ALIGNED) * ALIGNED


def _bytes(array: NDArray[Any]) -> memoryview:
    little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    return little.reshape(-1).view(np.uint8).data


def _parts(header: bytes, entries: list[Entry], raw: Mapping[str, memoryview]) -> Iterator[bytes | memoryview]:
    yield PREFIX.pack(files.SAVED_GRAPH, VERSION, len(header), crc32(header)) + header
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
    data : bytes or mmap.mmap, optional
        The file's content, where that has been read or mapped.

    Raises
    ------
    InputError
        If the file cannot be read.
    FormatError
        If it is no such file, is cut off, or its header is damaged.
    """

    def __init__(self, name: str, data: bytes | mmap.mmap | None = None) -> None:
        self.name = name
        self._data = _mapped(name) if data is None else np.frombuffer(data, dtype=np.uint8)
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
        if magic != files.SAVED_GRAPH:
            raise self.damaged("it does not start as one")
        if version not in VERSIONS:
            known = " and ".join(map(str, VERSIONS))
            newer = ": a newer one wrote it" if version > VERSION else ""
            raise FormatError(f"{self.name} has version {version} of the format; this graphdiff reads {known}{newer}")
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
        """Return a copy of an array of a mapped file, whose checksum is right.

        Raises
        ------
        FormatError
            If it is not.
        """
        return self.checked(name).copy()

    def checked(self, name: str) -> NDArray[Any]:
        """Return an array as it lies in the file, read-only, whose checksum is right.

        Raises
        ------
        FormatError
            If it is not.
        """
        array = self.array(name)
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


UNSIGNED = ("<u8", "<u4")

INTS = ("<i8", "<i4", *UNSIGNED)

#: What arrays are made of and, in words, how many dimensions and entries they have.
KINDS: dict[str, tuple[tuple[str, ...], str]] = {
    "ids": (INTS, "nodes"),
    "ptr": (UNSIGNED, "nodes and one"),
    "heads": (UNSIGNED, "edges"),
    "cyclic": (INTS, "ranges"),
    "marked": (("<i8",), "any"),
    "marked_leaves": (("<i8",), "any"),
    "weights": (("<f8", "<f4", "<i8"), "edges"),
    "given": (INTS, "edges"),
    "keys": (("<i8",), "edges"),
    "values": (("<i8",), "nodes"),
    "text": (("|u1",), "any"),
    "ends": (INTS, "nodes and one"),
    "hashes": (("<u4",), "nodes"),
    "order": (INTS, "nodes"),
    "about": (("|u1",), "any"),
}

#: What the arrays of a column are, by its kind; each is called by the column too. The weights are arrays of their own.
TEXTS: dict[str, tuple[tuple[str, ...], str]] = {
    "values": (("<i8",), "each"),
    "absent": (("|u1",), "each"),
    "text": (("|u1",), "any"),
    "ends": (INTS, "any"),
}
COLUMNS: dict[str, dict[str, tuple[tuple[str, ...], str]]] = {
    "number": {"values": (("<f8", "<f4", "<i8"), "each"), "absent": (("|u1",), "each")},
    "bool": {"values": (("|u1",), "each"), "absent": (("|u1",), "each")},
    "text": TEXTS,
    "encoded": TEXTS,
    "weights": {},
}

#: The settings that list columns, each with its kind: what they are of, and what their arrays' names begin with.
LISTS = {"attributes": ("edges", ""), "node_attributes": ("nodes", "node."), "keys": ("edges", "key.")}

ALWAYS = {"ids", "ptr", "heads", "cyclic", "marked", "weights"}

LABELS: tuple[set[str], ...] = (set(), {"values", "order"}, {"text", "ends", "hashes", "order"})

SETTINGS = {"cycles": str, "exact": bool, "edge_meaning": str, "weight_meaning": str, "node_meaning": str}

OPTIONAL = {*LISTS, "labels"}

#: How many edges, or bytes, are looked at in one go.
BLOCK = 1 << 20


def check_header(file: ArrayFile) -> None:
    """Raise `FormatError` unless a file has the arrays and the settings of a graph, in the shapes of one graph."""
    settings = file.settings
    if not _are_settings(settings):
        raise file.damaged("its settings are not those of a graph")
    columns = {
        f"{column}.{which}": (dtypes, of if counted == "each" else counted)
        for of, column, _, kind in columns_in(settings)
        for which, (dtypes, counted) in COLUMNS[kind].items()
    }
    names = set(file.entries) - {"given", "keys", "marked_leaves", "about"}
    if not any(names == ALWAYS | labels | columns.keys() for labels in LABELS):
        raise file.damaged("it has not the arrays of a graph")
    n_nodes, n_edges = file.entries["ids"].shape[0], file.entries["heads"].shape[0]
    kinds = KINDS | columns
    for entry in file.entries.values():
        dtypes, counted = kinds[entry.name]
        length = {"nodes": n_nodes, "nodes and one": n_nodes + 1, "edges": n_edges}.get(counted, entry.shape[0])
        if entry.dtype not in dtypes or entry.shape != ((length, 2) if counted == "ranges" else (length,)):
            raise file.damaged(f"the array {entry.name!r} has not the shape of a graph's")
    if settings["exact"] and file.entries["weights"].dtype != "<i8":
        raise file.damaged("its weights are floats and cannot be exact")


def _are_settings(settings: Any) -> bool:
    """Return whether settings have what every graph has, and of what some have nothing else."""
    if not isinstance(settings, dict):
        return False
    types = {key: type(value) for key, value in settings.items() if key not in OPTIONAL}
    return types == SETTINGS and settings.get("labels", "encoded") == "encoded" and _are_lists(settings)


def _are_lists(settings: dict[str, Any]) -> bool:
    """Return whether columns, where there are any, are names, each once, with their kinds; only one is the weights."""
    for which in LISTS:
        listed = settings.get(which, [])
        if not isinstance(listed, list) or not all(isinstance(each, list) and len(each) == 2 for each in listed):
            return False
        if not all(isinstance(name, str) and isinstance(kind, str) and kind in COLUMNS for name, kind in listed):
            return False
        weights = sum(kind == "weights" for _, kind in listed)
        if len({name for name, _ in listed}) < len(listed) or weights > (which == "attributes"):
            return False
    return len(settings.get("keys", [])) < 2


def columns_in(settings: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Yield what each column is of (edges or nodes), what its arrays' names begin with, its name and its kind."""
    for which, (of, prefix) in LISTS.items():
        for number, (name, kind) in enumerate(settings.get(which, [])):
            yield of, f"{prefix}{number}", name, kind


def check_arrays(file: ArrayFile, arrays: Arrays) -> None:
    """Raise `FormatError` unless the arrays of a file are those of one graph."""
    n_nodes, n_edges = len(arrays["ids"]), len(arrays["heads"])
    sound = {
        "ids": _is_permutation(arrays["ids"]),
        "ptr": _are_ends(arrays["ptr"], n_edges),
        "cyclic": _are_ranges(arrays["cyclic"], n_nodes),
        "marked": len(arrays["marked"]) <= n_nodes and _are_below(arrays["marked"], n_nodes),
        "marked_leaves": "marked_leaves" not in arrays or _are_below(arrays["marked_leaves"], n_nodes),
        "given": "given" not in arrays or _is_permutation(arrays["given"]),
        "order": "order" not in arrays or _is_permutation(arrays["order"]),
        "ends": "ends" not in arrays or _are_ends(arrays["ends"], len(arrays["text"])),
    }
    wrong = next((name for name, well in sound.items() if not well), None)
    if wrong is not None:
        raise file.damaged(f"the array {wrong!r} does not fit the others")
    if not _lead_ahead(arrays["ptr"], arrays["heads"], arrays["cyclic"]):
        raise file.damaged("its edges are not in topological order")
    _check_columns(file, arrays)
    keys = arrays.get("keys", arrays.get("key.0.values"))
    if keys is not None and not _are_names(arrays, keys):
        raise file.damaged("two of its edges have one name")
    if not _is_index(arrays):
        raise file.damaged("the index of its labels is not in order")
    if "text" in arrays and not _are_texts(arrays["text"], arrays["ends"]):
        raise file.damaged("its labels are no UTF-8")


def _check_columns(file: ArrayFile, arrays: Arrays) -> None:
    for of, column, name, kind in columns_in(file.settings):
        if kind != "weights" and not _is_column(arrays, column, kind):
            raise file.damaged(f"the attribute {name!r} of its {of} is not sound")


def _are_below(array: NDArray[Any], limit: int) -> bool:
    return not len(array) or (int(array.min()) >= 0 and int(array.max()) < limit)


def _is_permutation(array: NDArray[Any]) -> bool:
    if not _are_below(array, len(array)):
        return False
    seen = np.zeros(len(array), dtype=bool)
    seen[array] = True
    return bool(seen.all())


def _are_ends(ends: NDArray[Any], total: int) -> bool:
    return int(ends[0]) == 0 and int(ends[-1]) == total and bool((ends[:-1] <= ends[1:]).all())


def _are_ranges(ranges: NDArray[Any], n_nodes: int) -> bool:
    bounds = ranges.reshape(-1)
    return _are_below(bounds, n_nodes + 1) and bool(
        (ranges[:, 0] < ranges[:, 1]).all() and (bounds[:-1] <= bounds[1:]).all()
    )


def _is_index(arrays: Arrays) -> bool:
    """Return whether labels are found by bisection; whether a hash is that of its text is not looked at."""
    if "values" in arrays:
        ascending = arrays["values"][arrays["order"]]
        return bool((ascending[:-1] < ascending[1:]).all())
    hashes = arrays.get("hashes", np.empty(0))
    return bool((hashes[:-1] <= hashes[1:]).all())


def _lead_ahead(ptr: NDArray[Any], heads: NDArray[Any], cyclic: NDArray[Any]) -> bool:
    """Return whether every edge leads to a later position, or to one of its own component, and to none beyond."""
    n_nodes, n_edges = len(ptr) - 1, len(heads)
    if n_nodes > np.iinfo(heads.dtype).max:
        return False
    first = np.arange(1, n_nodes + 1, dtype=heads.dtype)
    for start, stop in cyclic.tolist():
        first[start:stop] = start
    for start in range(0, n_edges, BLOCK):
        stop = min(start + BLOCK, n_edges)
        low, high = np.searchsorted(ptr, np.array([start, stop - 1], dtype=ptr.dtype), side="right").tolist()
        sizes: NDArray[Any] = np.diff(np.clip(ptr[low - 1 : high + 1].astype(np.int64), start, stop))
        block = heads[start:stop]
        if int(block.max()) >= n_nodes or (block < np.repeat(first[low - 1 : high], sizes)).any():
            return False
    return True


def _is_column(arrays: Arrays, column: str, kind: str) -> bool:
    """Return whether yes and no are 0 and 1, and every text that an edge or a node has is there."""
    values, absent = arrays[f"{column}.values"], arrays[f"{column}.absent"]
    if not _are_below(absent, 2) or (kind == "bool" and not _are_below(values, 2)):
        return False
    if kind not in ("text", "encoded"):
        return True
    text, ends = arrays[f"{column}.text"], arrays[f"{column}.ends"]
    there = values[absent == 0]
    return len(ends) > 0 and _are_ends(ends, len(text)) and _are_below(there, len(ends) - 1) and _are_texts(text, ends)


def _are_names(arrays: Arrays, keys: NDArray[Any]) -> bool:
    """Return whether no two edges have the same ends and the same key."""
    ptr, heads = arrays["ptr"], arrays["heads"]
    sizes: NDArray[Any] = np.diff(ptr.astype(np.int64))
    tails = np.repeat(np.arange(len(ptr) - 1), sizes)
    order = np.lexsort((keys, heads, tails))
    same = [column[order][1:] == column[order][:-1] for column in (tails, heads, keys)]
    return not (same[0] & same[1] & same[2]).any()


def _are_texts(text: NDArray[Any], ends: NDArray[Any]) -> bool:
    """Return whether the whole is UTF-8, and no name starts within a character."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(text), BLOCK):
            decoder.decode(text[start : start + BLOCK].tobytes())
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    inside = ends[ends < len(text)]
    return not ((text[inside] & 0xC0) == 0x80).any()
