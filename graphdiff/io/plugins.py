"""Formats of other packages: entry points of the group ``graphdiff.formats``, each of which gives one `Format`.

They are looked up where no row of graphdiff's own claims a file, for a ``format=`` that is none of its own, and to list
what there is. Whatever is wrong with one is one line that says which package it is from.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from graphdiff.errors import GraphdiffError, PluginError
from graphdiff.io.formats import READERS, Format

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

__all__ = ["GROUP", "all_formats", "broken", "claiming", "names", "of_package", "plugin"]

GROUP = "graphdiff.formats"
#: What `graphdiff.read` and a reader take beside options of formats.
OWN = {"data", "format", "max_bytes", "name", "path", "spare"}
#: The fields of a format that are printed as they are.
TEXTS = ("title", "about", "prefix", "nodes", "tool", "version", "sample", "command")


def names() -> list[str]:
    """Return what the formats of other packages are called, those that are broken too; none is imported for it."""
    return list(_entries(tuple(sys.path)))


def plugin(name: str) -> Format:
    """Return the format of this name from another package.

    Raises
    ------
    PluginError
        It cannot be used; the package is named.
    """
    return _load(name, tuple(sys.path))


def all_formats() -> dict[str, Format]:
    """Return all formats, graphdiff's own first; those that are broken are in `broken`."""
    formats = dict(READERS)
    for name in names():
        with suppress(PluginError):
            formats[name] = plugin(name)
    return formats


def broken() -> list[str]:
    """Return a line for each format of another package that cannot be used."""
    lines = []
    for name in names():
        try:
            plugin(name)
        except PluginError as error:
            lines.append(str(error))
    return lines


def claiming(ending: str, head: bytes) -> list[str]:
    """Return the formats of other packages that claim a file: by its outline, else by the ending of its name.

    An ending that graphdiff's own formats have says nothing of a format that has marks.
    """
    formats = {name: row for name, row in all_formats().items() if row.package}
    ours = {suffix for row in READERS.values() for suffix in row.suffixes}
    marked = [name for name, row in formats.items() if _claims(row, head)]
    return marked or [
        name
        for name, row in formats.items()
        if any(ending.endswith(suffix) and (suffix not in ours or not _tells(row)) for suffix in row.suffixes)
    ]


def _tells(row: Format) -> bool:
    return bool(row.marks) or row.claim is not None


def _claims(row: Format, head: bytes) -> bool:
    with of_package(row.package, "its claim fails"):
        return row.claims(head)


@contextmanager
def of_package(package: str, what: str) -> Iterator[None]:
    """Have what another package raises say which one it is; of graphdiff itself ("") everything is let through."""
    try:
        yield
    except (GraphdiffError, MemoryError):
        raise
    except (Exception, SystemExit) as error:  # code of others, which may fail in any way
        if not package:
            raise
        reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        raise PluginError(f"package {package}: {what}: {reason}") from error


@cache
def _entries(path: tuple[str, ...]) -> dict[str, list[EntryPoint]]:
    """Return the entry points by name, as they are found along this path."""
    from importlib.metadata import entry_points

    entries: dict[str, list[EntryPoint]] = {}
    for entry in entry_points(group=GROUP):
        # The same distribution may be found twice, along several folders of the path.
        same = entries.setdefault(entry.name, [])
        if _package(entry) not in map(_package, same):
            same.append(entry)
    return entries


@cache
def _load(name: str, path: tuple[str, ...]) -> Format:
    entry, *others = _entries(path)[name]
    package = _package(entry)
    what = f"its format {name!r} cannot be used"
    if name in READERS:
        raise PluginError(f"package {package}: {what}: graphdiff has one of that name")
    if others:
        raise PluginError(f"package {package}: {what}: package {_package(others[0])} has one of that name")
    with of_package(package, what):
        return replace(_checked(entry.load()), package=package)


def _package(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.value


def _checked(row: Any) -> Format:
    """Return a format, or raise: what is wrong in one is said where it is found, not where a file is read."""
    if not isinstance(row, Format):
        raise TypeError(f"a graphdiff.Format is needed, and {row!r:.60} is none")
    for name in ("suffixes", "marks"):
        if not isinstance(getattr(row, name), tuple):
            raise TypeError(f"its {name} are no tuple")
    if not isinstance(row.takes, Mapping):
        raise TypeError("its takes are no mapping")
    _require_texts(row)
    if own := sorted(row.options & OWN):
        raise ValueError(f"it takes {', '.join(own)}, which read takes itself")
    for marks in row.marks:
        for mark in marks:
            if not isinstance(mark, bytes):
                raise TypeError(f"its mark {mark!r} is no bytes")
            re.compile(mark, re.MULTILINE)
    return row


def _require_texts(row: Format) -> None:
    """Raise `TypeError` where something that is printed is no text: the table of all formats would fail by it."""
    texts = [(name, getattr(row, name)) for name in TEXTS]
    texts += [("suffixes", suffix) for suffix in row.suffixes]
    texts += [("takes", text) for pair in row.takes.items() for text in pair]
    for name, text in texts:
        if not isinstance(text, str):
            raise TypeError(f"in its {name} {text!r} is no text")
