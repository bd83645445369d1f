"""The packages of the lock files of Poetry and PDM, and the dependency groups of the project that they belong to."""

from __future__ import annotations

from collections.abc import Iterator

from graphdiff.errors import FormatError
from graphdiff.readers.documents import Record, mappings, parse_toml, texts

__all__ = ["packages_of_groups"]


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

    Examples
    --------
    >>> lock = b'''package = [{ name = "a", groups = ["main", "docs"] }, { name = "b", groups = ["docs"] }]'''
    >>> list(packages_of_groups(lock, "x.lock", "main"))
    [('x.lock: package[0]', {'name': 'a', 'groups': ['main', 'docs']}, ['main'])]
    """
    wanted = {group.strip() for group in groups.split(",")}
    n_found = 0
    for where, table in mappings(parse_toml(data, name).get("package"), f"{name}: package"):
        stated = texts(table.get("groups"), f"{where}: groups")
        chosen = stated if groups == "all" else [group for group in stated if group in wanted]
        if chosen or not stated:
            n_found += 1
            yield where, table, chosen
    if not n_found:
        raise FormatError(f"{name}: no [[package]] in it" + (f" of the groups {groups}" if groups != "all" else ""))
