"""The dependency groups of lock files: which are chosen, and the packages that belong to them in Poetry's and PDM's."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import chain

from graphdiff.errors import FormatError, UsageError, meant, nearest
from graphdiff.readers.documents import Record, mapping, mappings, parse_toml, texts

__all__ = ["chosen_groups", "packages_of_groups"]


def packages_of_groups(data: bytes, name: str, groups: str) -> list[tuple[str, Record, list[str] | None]]:
    """Return each package: the words for its place, its table, and to which of some groups it belongs.

    A package that belongs to other groups only has None for these.

    Parameters
    ----------
    data : bytes
        The decompressed file.
    name : str
        The file's name, for messages.
    groups : str
        ``"all"``, or names with commas. A package that names no group belongs to all.

    Raises
    ------
    FormatError
        Broken TOML, or no package of these groups.
    UsageError
        A group that the file has not.

    Examples
    --------
    >>> lock = b'''package = [{ name = "a", groups = ["main", "docs"] }, { name = "b", groups = ["docs"] }]'''
    >>> [(table["name"], chosen) for _, table, chosen in packages_of_groups(lock, "x.lock", "main")]
    [('a', ['main']), ('b', None)]
    """
    document = parse_toml(data, name)
    tables = [
        (where, table, texts(table.get("groups"), f"{where}: groups"))
        for where, table in mappings(document.get("package"), f"{name}: package")
    ]
    listed = mapping(document.get("metadata"), f"{name}: metadata").get("groups")  # PDM's, also those without a package
    known = dict.fromkeys(chain(listed if isinstance(listed, list) else [], *(stated for *_, stated in tables)))
    wanted = chosen_groups(groups, map(str, known), name)
    found = [
        (where, table, chosen if chosen or not stated else None)
        for where, table, stated in tables
        for chosen in [[group for group in stated if group in wanted]]
    ]
    if all(chosen is None for *_, chosen in found):
        raise FormatError(f"{name}: no [[package]] in it" + (f" of the groups {groups}" if groups != "all" else ""))
    return found


def chosen_groups(groups: str, known: Iterable[str], name: str) -> Collection[str]:
    """Return the groups that an option names.

    Parameters
    ----------
    groups : str
        ``"all"``, or names with commas.
    known : iterable of str
        The groups that the file has.
    name : str
        The file's name, for messages.

    Raises
    ------
    UsageError
        A group that the file has not; those that it has are listed.

    Examples
    --------
    >>> chosen_groups("main, docs", ["main", "docs", "test"], "poetry.lock")
    ['main', 'docs']
    """
    there = list(known)
    if groups == "all":
        return there
    wanted = [group.strip() for group in groups.split(",")]
    unknown = [group for group in wanted if group not in there]
    if unknown:
        close = meant(nearest(unknown[0], there)) or ";"
        raise UsageError(f"{name}: no dependency group {unknown[0]!r}{close} there are {', '.join(there) or 'none'}")
    return wanted
