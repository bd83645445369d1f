"""``uv.lock``: the packages of a project or workspace, for all environments at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import networkx as nx

from graphdiff.readers.documents import Record, mapping, mappings, parse_toml, required_text, texts
from graphdiff.readers.lock_groups import chosen_groups
from graphdiff.readers.python_packages import python_graph
from graphdiff.readers.requirements import Package, Requirement, canonical, environment_of, marker_of

__all__ = ["read_uv_lock"]

#: What a member of the workspace has as its source; another package has a registry, git, url or path.
MEMBER_SOURCES = ("virtual", "editable")


def read_uv_lock(
    data: bytes, *, name: str, extras: str = "requested", markers: str = "all", groups: str = "all"
) -> nx.DiGraph:
    r"""Read a ``uv.lock``: the tail of an edge depends on its head; members of the workspace are the roots.

    With ``markers="here"`` and ``extras="nodes"`` the number of paths to a package is that of its lines in
    ``uv tree --no-dedupe``.

    Parameters
    ----------
    data : bytes
        The decompressed file.
    name : str
        The file's name, for messages.
    extras : {"requested", "nodes", "none", "all"}
        Which extras make edges: those that something asks for; the same, each from a node ``name[extra]`` of its own;
        none; all.
    markers : str
        ``"all"``: an edge holds in some environment, its ``marker`` says in which. ``"here"`` or
        ``"python_version=3.12,sys_platform=win32"``: markers are evaluated, and what is not needed there is left out.
    groups : str
        Which dependency groups make edges: ``"all"``, ``"none"``, or names with commas.

    Returns
    -------
    networkx.DiGraph
        Nodes have ``name``, ``version``, ``source``, ``size`` (bytes of the largest wheel, else of the sdist) and
        ``root``; edges ``kind``, ``extra``, ``group``, ``marker`` and ``optional``.

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
    listed = list(mappings(document.get("package"), f"{name}: package"))
    known = dict.fromkeys(group for where, table in listed for group in _groups(table, where))
    wanted = () if groups == "none" else chosen_groups(groups, known, name)
    packages = [_package(table, where, wanted) for where, table in listed]
    return python_graph(packages, name=name, format="uv lock", extras=extras, environment=environment)


def _groups(table: Record, where: str) -> Record:
    return mapping(table.get("dev-dependencies"), f"{where}: dev-dependencies")


def _package(table: Record, where: str, groups: Collection[str]) -> Package:
    source = mapping(table.get("source"), f"{where}: source")
    optional = mapping(table.get("optional-dependencies"), f"{where}: optional-dependencies")
    needs = [_need(one, path) for path, one in mappings(table.get("dependencies"), f"{where}.dependencies")]
    for extra, listed in optional.items():
        needs += [_need(one, path, extra=canonical(extra), kind="extra") for path, one in mappings(listed, where)]
    for group, listed in _groups(table, where).items():
        if group not in groups:
            continue
        needs += [_need(one, path, kind="dev", group=group) for path, one in mappings(listed, where)]
    return Package(
        name=canonical(required_text(table, "name", where)),
        version=str(table.get("version", "")),
        needs=tuple(needs),
        provides=frozenset(map(canonical, optional)),
        root=any(kind in source for kind in MEMBER_SOURCES),
        attributes={"source": source_text(source), "size": _size(table)},
    )


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
        extras=frozenset(map(canonical, texts(table.get("extra"), f"{where}: extra"))),
        extra=extra or None,
        marker=marker_of(table.get("marker"), where=where),
        version=str(table.get("version", "")),
        kind=kind,
        group=group,
    )


def _size(table: Record) -> int | None:
    wheels = [*_files(table.get("wheels")), *([] if table.get("wheels") else _files([table.get("sdist")]))]
    return max(wheels, default=None)


def _files(listed: Any) -> Iterator[int]:
    for one in listed if isinstance(listed, list) else []:
        if isinstance(one, dict) and type(one.get("size")) is int:
            yield one["size"]
