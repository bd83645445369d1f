"""``pdm.lock``: the packages of a project, a package with extras in an entry of its own; the project is not in it."""

from __future__ import annotations

from dataclasses import replace

from graphdiff.readers.documents import Record, required_text, texts
from graphdiff.readers.lock_groups import packages_of_groups
from graphdiff.readers.python_packages import PackageGraph, joined, python_graph
from graphdiff.readers.requirements import Package, canonical, environment_of, marker_of, requirements_of

__all__ = ["read_pdm_lock"]


def read_pdm_lock(
    data: bytes, *, name: str, extras: str = "requested", markers: str = "all", groups: str = "all"
) -> PackageGraph:
    r"""Read a ``pdm.lock``: the tail of an edge depends on its head.

    The entries of a package with extras and without are one node. The file does not say what the project itself
    needs: no node is marked as a root, and the extras that only the project asks for count with ``extras="all"``
    alone. It lists the extras that something asks for, and no others.

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
    entries = packages_of_groups(data, name, groups)
    found = joined(_entry(table, of_groups, where) for where, table, of_groups in entries if of_groups is not None)
    return python_graph(
        found,
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
