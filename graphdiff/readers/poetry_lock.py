"""``poetry.lock``: the packages of a project, for all environments at once; the project itself is not in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from graphdiff.errors import FormatError
from graphdiff.readers.documents import Record, mapping, required_text, texts
from graphdiff.readers.lock_groups import packages_of_groups
from graphdiff.readers.python_packages import PackageGraph, python_graph
from graphdiff.readers.requirements import (
    Environment,
    Package,
    Requirement,
    by_extra,
    canonical,
    environment_of,
    holds,
    marker_of,
)

__all__ = ["read_poetry_lock"]


def read_poetry_lock(
    data: bytes, *, name: str, extras: str = "requested", markers: str = "all", groups: str = "all"
) -> PackageGraph:
    r"""Read a ``poetry.lock``: the tail of an edge depends on its head.

    The file does not say what the project itself needs: no node is marked as a root, and the extras that only the
    project asks for count with ``extras="all"`` alone.

    Parameters
    ----------
    data : bytes
        The decompressed file.
    name : str
        The file's name, for messages.
    extras : {"requested", "nodes", "none", "all"}
        Which extras make edges: those that another package asks for; the same, each from a node ``name[extra]`` of
        its own; none; all.
    markers : str
        ``"all"``: an edge holds in some environment, its ``marker`` says in which. ``"here"`` or
        ``"python_version=3.12,sys_platform=win32"``: markers are evaluated.
    groups : str
        Which dependency groups the packages are taken of: ``"all"``, or names with commas (``"main"``).

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
    UsageError
        An option that is not one of the above.

    Examples
    --------
    >>> lock = b'[[package]]\nname = "a"\nversion = "1"\n[package.dependencies]\nB = ">=2"\n'
    >>> G = read_poetry_lock(lock + b'[[package]]\nname = "b"\nversion = "2"\n', name="poetry.lock")
    >>> list(G.edges(data="clause"))
    [('a', 'b', '>=2')]
    """
    environment = environment_of(markers)
    found: dict[bool, list[Package]] = {True: [], False: []}
    for where, table, of_groups in packages_of_groups(data, name, groups):
        there = of_groups is not None and _there(table.get("markers"), of_groups, environment, where)
        found[there].append(_package(table, of_groups or [], where))
    return python_graph(
        found[True],
        name=name,
        format="Poetry lock",
        extras=extras,
        environment=environment,
        options={"markers": markers, "extras": extras, "groups": groups},
        left_out=found[False],
    )


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
    for needed, said in mapping(table.get("dependencies"), f"{where}: dependencies").items():
        for one in said if isinstance(said, list) else [said]:
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
            "marker": _marker(table.get("markers")),
            "source": _source(mapping(table.get("source"), f"{where}: source")),
        },
    )


def _marker(markers: Any) -> str:
    """Return where a package is there at all; where each group says it by itself, in one of them."""
    listed = [str(marker) for marker in markers.values()] if isinstance(markers, dict) else [str(markers or "")]
    return " or ".join(dict.fromkeys(listed))


def _source(source: Record) -> str:
    return f"{source.get('type', '')}+{source['url']}" if source.get("url") else ""


def _named(extras: Record, where: str) -> Iterator[tuple[str, list[str]]]:
    """Yield what extras name, with the extras: Poetry before 1.5 says it nowhere else."""
    found: dict[str, list[str]] = {}
    for extra in extras:
        for text in texts(extras[extra], f"{where}: {extra}"):
            needed = text.partition(" (")[0].partition(";")[0].partition("[")[0].strip()
            found.setdefault(canonical(needed), []).append(canonical(extra))
    yield from found.items()


def _needs(needed: str, said: Any, naming: list[str], where: str) -> Iterator[Requirement]:
    table = {"version": said} if isinstance(said, str) else said
    if not isinstance(table, dict):
        raise FormatError(f"{where} is neither a version nor a table")
    need = Requirement(
        name=canonical(needed),
        extras=frozenset(map(canonical, texts(table.get("extras"), f"{where}: extras"))),
        marker=marker_of(table.get("markers"), where=where),
        clause=str(table.get("version", "")).removeprefix("*"),
    )
    found = list(by_extra(need))
    if table.get("optional") is True and naming and found == [need]:
        found = [replace(need, extra=extra, kind="extra") for extra in naming]
    yield from found
