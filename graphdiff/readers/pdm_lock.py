"""``pdm.lock``: the packages of a project, a package with extras in an entry of its own; the project is not in it."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx

from graphdiff.readers.documents import Record, required_text, texts
from graphdiff.readers.lock_groups import packages_of_groups
from graphdiff.readers.python_packages import python_graph
from graphdiff.readers.requirements import Package, canonical, environment_of, marker_of, requirements_of

__all__ = ["read_pdm_lock"]


def read_pdm_lock(
    data: bytes, *, name: str, extras: str = "all", markers: str = "all", groups: str = "all"
) -> nx.DiGraph:
    r"""Read a ``pdm.lock``: the tail of an edge depends on its head.

    The entries of a package with extras and without are one node. The file does not say what the project itself
    needs: no node is marked as a root. It lists the extras that something asks for, and no others.

    Parameters
    ----------
    data : bytes
        The decompressed file.
    name : str
        The file's name, for messages.
    extras : {"all", "requested", "nodes", "none"}
        Which extras make edges: all; those that another package asks for; the same, each from a node
        ``name[extra]`` of its own; none.
    markers : str
        ``"all"``: an edge holds in some environment, its ``marker`` says in which. ``"here"`` or
        ``"python_version=3.12,sys_platform=win32"``: markers are evaluated.
    groups : str
        Which dependency groups the packages are taken of: ``"all"``, or names with commas (``"default"``).

    Returns
    -------
    networkx.DiGraph
        Nodes have ``name``, ``version`` and ``groups``; edges ``kind``, ``clause``, ``extra``, ``marker`` and
        ``optional``.

    Raises
    ------
    FormatError
        Broken TOML, a package without a name, or a requirement that is none; which is said.
    UsageError
        An option that is not one of the above.

    Examples
    --------
    >>> lock = b'[[package]]\nname = "a"\nversion = "1"\ndependencies = ["B>=2"]\n'
    >>> G = read_pdm_lock(lock + b'[[package]]\nname = "b"\nversion = "2"\n', name="pdm.lock")
    >>> list(G.edges(data="clause"))
    [('a', 'b', '>=2')]
    """
    environment = environment_of(markers)
    found: dict[tuple[str, str], Package] = {}
    for where, table, of_groups in packages_of_groups(data, name, groups):
        package = _entry(table, of_groups, where)
        key = (package.name, package.version)
        found[key] = _joined(found[key], package) if key in found else package
    return python_graph(found.values(), name=name, format="PDM lock", extras=extras, environment=environment)


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


def _joined(one: Package, other: Package) -> Package:
    """Return two entries of one package as one: without extras and with them, or with different ones."""
    both = one.needs + other.needs
    plain = {need for need in both if need.extra is None}
    needs = [need for need in both if need.extra is None or replace(need, extra=None, kind="normal") not in plain]
    marker = one.marker if one.marker == other.marker else None
    return replace(one, needs=tuple(needs), provides=one.provides | other.provides, marker=marker)
