"""The dependency groups of lock files: which are chosen, and the packages that belong to them in Poetry's and PDM's."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import chain

from graphdiff.errors import FormatError, UsageError, meant, nearest
from graphdiff.readers.documents import Record, mapping, mappings, parse_toml, texts

__all__ = ["chosen_groups", "packages_of_groups"]


def packages_of_groups(data: bytes, name: str, groups: str) -> Iterator[tuple[str, Record, list[str]]]:
    """Yield each package of some groups: the words for its place, its table, and to which of these groups it belongs.

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
    >>> list(packages_of_groups(lock, "x.lock", "main"))
    [('x.lock: package[0]', {'name': 'a', 'groups': ['main', 'docs']}, ['main'])]
    """
    document = parse_toml(data, name)
    tables = [
        (where, table, texts(table.get("groups"), f"{where}: groups"))
        for where, table in mappings(document.get("package"), f"{name}: package")
    ]
    listed = mapping(document.get("metadata"), f"{name}: metadata").get("groups")  # PDM's, also those without a package
    known = dict.fromkeys(chain(listed if isinstance(listed, list) else [], *(stated for *_, stated in tables)))
    wanted = chosen_groups(groups, map(str, known), name)
    n_found = 0
    for where, table, stated in tables:
        chosen = [group for group in stated if group in wanted]
        if chosen or not stated:
            n_found += 1
            yield where, table, chosen
    if not n_found:
        raise FormatError(f"{name}: no [[package]] in it" + (f" of the groups {groups}" if groups != "all" else ""))


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
