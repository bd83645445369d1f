"""``poetry.lock``: the packages of a project, for all environments at once; the project itself is not in it.

``pdm.lock``: the packages of a project, a package with extras in an entry of its own; the project is not in it.

The dependency groups of lock files: which are chosen, and the packages that belong to them in Poetry's and PDM's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import Any

from graphdiff.errors import FormatError, UsageError, meant, nearest
from graphdiff.io.documents import Record, mapping, mappings, parse_toml, required_text, texts
from graphdiff.io.python.graph import PackageGraph, joined, python_graph
from graphdiff.io.python.kinds import groups_and_extras, only_kinds
from graphdiff.io.python.requirements import (
    Environment,
    Package,
    Requirement,
    by_extra,
    canonical,
    environment_of,
    holds,
    marker_of,
    requirements_of,
)

__all__ = ["chosen_groups", "packages_of_groups", "read_pdm_lock", "read_poetry_lock"]


def read_poetry_lock(
    data: bytes,
    *,
    name: str,
    extras: str = "requested",
    markers: str = "all",
    groups: str = "all",
    kinds: str | Collection[str] | None = None,
) -> PackageGraph:
    r"""Read a ``poetry.lock``: the tail of an edge depends on its head.

    The file does not say what the project itself needs: no node is marked as a root, and the extras that only the
    project asks for count with ``extras="all"`` alone.

    Parameters
    ----------
    markers : str
        ``"all"``: an edge holds in some environment, its ``marker`` says in which. ``"here"`` or
        ``"python_version=3.12,sys_platform=win32"``: markers are evaluated.
    groups : str
        Which dependency groups the packages are taken of: ``"all"``, or names with commas (``"main"``).
    kinds : str or collection of str, optional
        Only needs of these kinds (normal or extra; dev is what other groups than main bring): without dev the packages
        of ``poetry show --only main``.

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph
        Nodes have ``name``, ``version``, ``groups``, ``marker`` and ``source`` (where it is not the usual registry);
        edges ``kind``, ``clause``, ``extra``, ``marker`` and
        ``optional``.

    Raises
    ------
    FormatError
        Broken TOML, or a package without a name; which is said.

    Examples
    --------
    >>> lock = b'[[package]]\nname = "a"\nversion = "1"\n[package.dependencies]\nB = ">=2"\n'
    >>> G = read_poetry_lock(lock + b'[[package]]\nname = "b"\nversion = "2"\n', name="poetry.lock")
    >>> list(G.edges(data="clause"))
    [('a', 'b', '>=2')]
    """
    environment = environment_of(markers)
    options = {"markers": markers, "extras": extras, "groups": groups}
    groups, extras = groups_and_extras(kinds, groups, extras, production="main")
    packages: dict[bool, list[Package]] = {True: [], False: []}
    for where, table, of_groups in packages_of_groups(data, name, groups):
        there = of_groups is not None and _there(table.get("markers"), of_groups, environment, where)
        packages[there].append(_package(table, of_groups or [], where))
    graph = python_graph(
        packages[True],
        name=name,
        format="Poetry lock",
        extras=extras,
        environment=environment,
        options=options,
        left_out=packages[False],
    )
    return only_kinds(graph, kinds)


def _there(markers: Any, groups: list[str], environment: Environment | None, where: str) -> bool:
    """Tell whether a package is there: its markers are one text, or one for each group that has one."""
    if environment is None:
        return True
    if not isinstance(markers, dict):
        return holds(marker_of(markers, where=where), environment)
    return any(holds(marker_of(markers.get(group), where=where), environment) for group in groups)


def _package(table: Record, groups: list[str], where: str) -> Package:
    extras = mapping(table.get("extras"), f"{where}: extras")
    naming = dict(_named(extras, where))
    needs: list[Requirement] = []
    for needed, declared in mapping(table.get("dependencies"), f"{where}: dependencies").items():
        for one in declared if isinstance(declared, list) else [declared]:
            needs += _needs(needed, one, naming.get(canonical(needed), []), f"{where}.dependencies.{needed}")
    written = required_text(table, "name", where)
    return Package(
        name=canonical(written),
        version=str(table.get("version", "")),
        needs=tuple(needs),
        provides=frozenset(map(canonical, extras)),
        attributes={
            "name": written,
            "groups": ",".join(groups),
            "marker": _marker(table.get("markers"), groups),
            "source": _source(mapping(table.get("source"), f"{where}: source")),
        },
    )


def _marker(markers: Any, groups: list[str]) -> str:
    """Return where a package is there at all: where groups say it by themselves, in one of them; "" is anywhere."""
    if not isinstance(markers, dict):
        return str(markers or "")
    listed = [str(markers.get(group) or "") for group in groups]
    return " or ".join(dict.fromkeys(listed)) if all(listed) else ""


def _source(source: Record) -> str:
    return f"{source.get('type', '')}+{source['url']}" if source.get("url") else ""


def _named(extras: Record, where: str) -> Iterator[tuple[str, list[str]]]:
    """Yield what extras name, with the extras: Poetry before 1.5 says it nowhere else."""
    names: dict[str, list[str]] = {}
    for extra in extras:
        for text in texts(extras[extra], f"{where}: {extra}"):
            needed = text.partition(" (")[0].partition(";")[0].partition("[")[0].strip()
            names.setdefault(canonical(needed), []).append(canonical(extra))
    yield from names.items()


def _needs(needed: str, declared: Any, naming: list[str], where: str) -> Iterator[Requirement]:
    table = {"version": declared} if isinstance(declared, str) else declared
    if not isinstance(table, dict):
        raise FormatError(f"{where} is neither a version nor a table")
    need = Requirement(
        name=canonical(needed),
        extras=frozenset(map(canonical, texts(table.get("extras"), f"{where}: extras"))),
        marker=marker_of(table.get("markers"), where=where),
        clause=str(table.get("version", "")).removeprefix("*"),
    )
    requirements = list(by_extra(need))
    if table.get("optional") is True and naming and requirements == [need]:
        requirements = [replace(need, extra=extra, kind="extra") for extra in naming]
    yield from requirements


def read_pdm_lock(
    data: bytes, *, name: str, extras: str = "requested", markers: str = "all", groups: str = "all"
) -> PackageGraph:
    r"""Read a ``pdm.lock``: the tail of an edge depends on its head.

    The entries of a package with extras and without are one node. The file does not say what the project itself
    needs: no node is marked as a root, and the extras that only the project asks for count with ``extras="all"``
    alone. It lists the extras that something asks for, and no others.

    Parameters
    ----------
    markers : str
        ``"all"``: an edge holds in some environment, its ``marker`` says in which. ``"here"`` or
        ``"python_version=3.12,sys_platform=win32"``: markers are evaluated.
    groups : str
        Which dependency groups the packages are taken of: ``"all"``, or names with commas (``"default"``).

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph
        Nodes have ``name``, ``version`` and ``groups``; edges ``kind``, ``clause``, ``extra``, ``marker`` and
        ``optional``.

    Raises
    ------
    FormatError
        Broken TOML, a package without a name, or a requirement that is none; which is said.

    Examples
    --------
    >>> lock = b'[[package]]\nname = "a"\nversion = "1"\ndependencies = ["B>=2"]\n'
    >>> G = read_pdm_lock(lock + b'[[package]]\nname = "b"\nversion = "2"\n', name="pdm.lock")
    >>> list(G.edges(data="clause"))
    [('a', 'b', '>=2')]
    """
    environment = environment_of(markers)
    entries = packages_of_groups(data, name, groups)
    packages = joined(_entry(table, of_groups, where) for where, table, of_groups in entries if of_groups is not None)
    return python_graph(
        packages,
        name=name,
        format="PDM lock",
        extras=extras,
        environment=environment,
        options={"markers": markers, "extras": extras, "groups": groups},
        left_out=[_entry(table, [], where) for where, table, of_groups in entries if of_groups is None],
    )


def _entry(table: Record, groups: list[str], where: str) -> Package:
    extras = [canonical(extra) for extra in texts(table.get("extras"), f"{where}: extras")]
    written = required_text(table, "name", where)
    own = canonical(written)
    listed = texts(table.get("dependencies"), f"{where}: dependencies")
    needs = [need for text in listed for need in requirements_of(text, where=where) if need.name != own or need.extras]
    if extras:
        needs = [replace(need, extra=extra, kind="extra") for need in needs for extra in extras]
    return Package(
        name=own,
        version=str(table.get("version", "")),
        needs=tuple(needs),
        provides=frozenset(extras),
        marker=(marker := marker_of(table.get("marker"), where=where)),
        attributes={"name": written, "groups": ",".join(groups), "marker": str(marker) if marker else None},
    )


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
    known = dict.fromkeys(chain(texts(listed, f"{name}: metadata: groups"), *(stated for *_, stated in tables)))
    wanted = chosen_groups(groups, known, name)
    packages = [
        (where, table, chosen if chosen or not stated else None)
        for where, table, stated in tables
        for chosen in [[group for group in stated if group in wanted]]
    ]
    if all(chosen is None for *_, chosen in packages):
        raise FormatError(f"{name}: no [[package]] in it" + (f" of the groups {groups}" if groups != "all" else ""))
    return packages


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
