"""``uv.lock``: the packages of a project or workspace, for all environments at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from graphdiff.errors import FormatError
from graphdiff.io.documents import Record, mapping, mappings, parse_toml, required_text, text, texts
from graphdiff.io.python.graph import PackageGraph, joined, python_graph
from graphdiff.io.python.kinds import groups_and_extras, only_kinds
from graphdiff.io.python.poetry import chosen_groups
from graphdiff.io.python.requirements import (
    Environment,
    Package,
    Requirement,
    by_extra,
    canonical,
    environment_of,
    holds,
    marker_of,
)

__all__ = ["read_uv_lock"]

#: What a package is called, now and before uv 0.2.35.
TABLES = ("package", "distribution")
#: What a member of the workspace has as its source; another package has a registry, git, url or path.
MEMBER_SOURCES = ("virtual", "editable")


def read_uv_lock(
    data: bytes,
    *,
    name: str,
    extras: str = "requested",
    markers: str = "all",
    groups: str = "all",
    kinds: str | Collection[str] | None = None,
) -> PackageGraph:
    r"""Read a ``uv.lock``: the tail of an edge depends on its head; members of the workspace are the roots.

    With ``markers="here"`` and ``extras="nodes"`` the number of paths from the roots to a package is that of its lines
    in ``uv tree --no-dedupe --all-groups`` (uv's default is ``groups="dev"``). Each extra and group of a member that
    needs a package is an edge then, and a member with extras that others need is two nodes: ``name``, which these
    need, and ``name (root)``, which has its own extras too. The locks that uv wrote before 0.2.35, which call a
    package a distribution, are read as well.

    Parameters
    ----------
    markers : str
        ``"all"``: an edge holds in some environment, its ``marker`` says in which. ``"here"`` or
        ``"python_version=3.12,sys_platform=win32"``: markers are evaluated, and what is not needed there is left out.
    groups : str
        Which dependency groups make edges: ``"all"``, ``"none"``, or names with commas.
    kinds : str or collection of str, optional
        Only needs of these kinds (normal, extra or dev), and the packages that the members reach by them: without dev
        what ``uv tree --no-default-groups`` has.

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph
        Nodes have ``name``, ``version``, ``source``, ``size`` (bytes of the largest wheel, else of the sdist),
        ``marker`` (where it is there, if not everywhere) and ``root``; edges ``kind``, ``extra``, ``group``, ``marker``
        and ``optional``, and those of members, of which the file has the requirements, ``clause``.

    Raises
    ------
    FormatError
        Broken TOML, or a package without a name; which is said.
    UsageError
        An option that is not one of the above, or groups of which the file has none.

    Examples
    --------
    >>> lock = b'[[package]]\nname = "a"\nsource = { virtual = "." }\ndependencies = [{ name = "b" }]\n'
    >>> G = read_uv_lock(lock + b'[[package]]\nname = "b"\nversion = "1"\n', name="uv.lock")
    >>> list(G.edges), G.nodes["a"]["root"]
    ([('a', 'b')], True)
    """
    environment = environment_of(markers)
    document = parse_toml(data, name)
    table = next((key for key in TABLES if key in document), TABLES[0])
    listed = list(mappings(document.get(table), f"{name}: {table}"))
    known = dict.fromkeys(group for where, table in listed for group in _groups(table, where))
    options = {"markers": markers, "extras": extras, "groups": groups}
    groups, extras = groups_and_extras(kinds, groups, extras, production="none")
    wanted = () if groups == "none" else chosen_groups(groups, known, name)
    packages = joined(_package(table, where, wanted, environment) for where, table in listed)
    graph = python_graph(packages, name=name, format="uv lock", extras=extras, environment=environment, options=options)
    return only_kinds(graph, kinds)


def _groups(table: Record, where: str) -> Record:
    return mapping(table.get("dev-dependencies"), f"{where}: dev-dependencies")


def _package(table: Record, where: str, groups: Collection[str], there: Environment | None) -> Package:
    source = source_of(table.get("source"), where)
    marker = marker_of(table.get("marker"), where=where)
    optional = mapping(table.get("optional-dependencies"), f"{where}: optional-dependencies")
    stated = _stated(table, where, there)
    needs = [_with_clause(need, stated) for need in _needs(table, optional, where, groups)]
    extras = [canonical(extra) for extra in _extras(table, where)]  # an entry of its own each, before uv 0.2.6
    if extras:
        needs = [replace(need, extra=extra, kind="extra") for need in needs for extra in extras]
    return Package(
        name=canonical(required_text(table, "name", where)),
        version=str(table.get("version", "")),
        needs=tuple(needs),
        provides=frozenset([*map(canonical, optional), *extras]),
        marker=marker,
        root=any(kind in source for kind in MEMBER_SOURCES),
        attributes={
            "source": source_text(source),
            "size": _size(table),
            "marker": str(marker) if marker else " or ".join(_forks(table, where)),
        },
    )


def _forks(table: Record, where: str) -> list[str]:
    """Return the environments for which a version was chosen, where others have another one."""
    return texts(table.get("resolution-markers"), f"{where}: resolution-markers")


def _needs(table: Record, optional: Record, where: str, groups: Collection[str]) -> Iterator[Requirement]:
    """Yield what a package needs itself, for each of its extras, and for its groups among `groups`."""
    for path, one in mappings(table.get("dependencies"), f"{where}.dependencies"):
        yield _need(one, path)
    for extra, listed in optional.items():
        yield from (_need(one, path, extra=canonical(extra), kind="extra") for path, one in mappings(listed, where))
    for group, listed in _groups(table, where).items():
        if group in groups:
            yield from (_need(one, path, kind="dev", group=group) for path, one in mappings(listed, where))


def _stated(
    table: Record, where: str, there: Environment | None
) -> dict[tuple[str, str | None, str], list[Requirement]]:
    """Return what a member's project says that it requires, in an environment or in any, by name, extra and group."""
    metadata = mapping(table.get("metadata"), f"{where}: metadata")
    listed = [("", one) for one in mappings(metadata.get("requires-dist"), f"{where}: requires-dist")]
    for group, ones in mapping(metadata.get("requires-dev"), f"{where}: requires-dev").items():
        listed += [(group, one) for one in mappings(ones, f"{where}: requires-dev: {group}")]
    stated: dict[tuple[str, str | None, str], list[Requirement]] = {}
    for group, (path, one) in listed:
        clause = text(one.get("specifier"), f"{path}: specifier")
        for need in by_extra(replace(_need(one, path), clause=clause, version="")):
            if there is None or holds(need.marker, there, extra=need.extra):
                stated.setdefault((need.name, need.extra, group), []).append(need)
    return stated


def _with_clause(need: Requirement, stated: Mapping[tuple[str, str | None, str], Sequence[Requirement]]) -> Requirement:
    """Return a need with the versions that its project asks for: those for its marker, or else for any."""
    fitting = stated.get((need.name, need.extra, need.group), ())
    same = [one for one in fitting if str(one.marker) == str(need.marker)] or fitting
    return replace(need, clause=" | ".join(dict.fromkeys(one.clause for one in same if one.clause)))


def source_of(value: Any, where: str) -> Record:
    """Return where a package comes from: the kind of place and the place, which uv before 0.2.18 wrote as one text.

    Examples
    --------
    >>> source_of("editable+.", "uv.lock"), source_of({"virtual": "."}, "uv.lock")
    ({'editable': '.'}, {'virtual': '.'})
    """
    if not isinstance(value, str):
        return mapping(value, f"{where}: source")
    kind, plus, place = value.partition("+")
    if not plus:
        raise FormatError(f"{where}: source: {value!r} is no kind and place, such as registry+URL")
    return {kind: place}


def source_text(source: Record) -> str:
    """Return where a package comes from as Cargo writes it: the kind of place, and the place.

    Examples
    --------
    >>> source_text({"editable": "."}), source_text({})
    ('editable+.', '')
    """
    return next((f"{kind}+{place}" for kind, place in source.items()), "")


def _need(table: Record, where: str, *, extra: str = "", kind: str = "normal", group: str = "") -> Requirement:
    return Requirement(
        name=canonical(required_text(table, "name", where)),
        extras=frozenset(map(canonical, _extras(table, where))),
        extra=extra or None,
        marker=marker_of(table.get("marker"), where=where),
        version=str(table.get("version", "")),
        kind=kind,
        group=group,
    )


def _extras(table: Record, where: str) -> list[str]:
    """Return the extras of a package, or those asked of one: a list, or a text before uv 0.2.6."""
    value = table.get("extra")
    return [value] if isinstance(value, str) else texts(value, f"{where}: extra")


def _size(table: Record) -> int | None:
    wheels = table.get("wheels", table.get("wheel"))
    return max([*_files(wheels), *([] if wheels else _files([table.get("sdist")]))], default=None)


def _files(listed: Any) -> Iterator[int]:
    for one in listed if isinstance(listed, list) else []:
        if isinstance(one, dict) and type(one.get("size")) is int:
            yield one["size"]
