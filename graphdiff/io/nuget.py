"""NuGet's ``packages.lock.json`` and ``project.assets.json``, and a program's ``deps.json``: a graph a framework.

Each framework, and each system that differs from it (``net8.0/win-x64``), has packages of its own; the graph is that of
all, in which an edge says for which it holds where that is not for all frameworks.
"""

from __future__ import annotations

from graphdiff.errors import FormatError
from graphdiff.io.documents import Record, mapping, parse_json, required_text, text, texts
from graphdiff.io.packages import PackageGraph, Targets

__all__ = ["read_nuget_assets", "read_nuget_lock"]

#: What a project is called of which the file says no name.
PROJECT = "."


def read_nuget_lock(data: bytes, *, name: str) -> PackageGraph:
    """Read a ``packages.lock.json``: the tail of an edge depends on its head.

    The root is the node ``.``, the project, of which the file has no name: it needs what is of the type Direct, and
    those projects that no other needs. An edge has the versions asked for as ``clause``, and as ``marker`` the
    frameworks for which it holds, where these are not all in the file.

    Returns
    -------
    networkx.DiGraph
        Nodes have ``name`` and ``version`` (projects have none). ``G.graph["unmet"]`` names what is needed and not in
        the file.

    Raises
    ------
    FormatError
        Broken JSON, no package, or values of another shape.

    References
    ----------
    NuGet's documentation, *Enable repeatable package restores using a lock file*.

    Examples
    --------
    >>> lock = b'''{"version": 1, "dependencies": {"net8.0": {
    ... "Log": {"type": "Direct", "requested": "[3.1, )", "resolved": "3.1.1", "dependencies": {"Core": "1.0.0"}},
    ... "Core": {"type": "Transitive", "resolved": "1.0.0"}}}}'''
    >>> list(read_nuget_lock(lock, name="packages.lock.json").edges(data="clause"))
    [('.', 'Log', '[3.1, )'), ('Log', 'Core', '1.0.0')]
    """
    document = mapping(parse_json(data, name), name)
    resolved = Targets([{"name": PROJECT, "version": "", "root": True}])
    targets = mapping(document.get("dependencies"), f"{name}: dependencies")
    entries: list[tuple[str, str, int, Record]] = []
    for target, listed in targets.items():
        for called, value in mapping(listed, f"{name}: {target}").items():
            entry = mapping(value, f"{name}: {target}: {called}")
            version = text(entry.get("resolved"), f"{name}: {target}: {called}")
            entries.append((target, called, resolved.add(target, {"name": called, "version": version}), entry))
    if not entries:
        raise FormatError(f"{name}: no package in it")
    for target, called, tail, entry in entries:
        where = f"{name}: {target}: {called}"
        if entry.get("type") == "Direct":
            resolved.need(target, 0, called, text(entry.get("requested"), where))
        for wanted, clause in mapping(entry.get("dependencies"), where).items():
            resolved.need(target, tail, wanted, text(clause, where))
    for target in targets:
        alone = set(resolved.unneeded(target))
        for at, called, place, entry in entries:
            if at == target and place in alone and entry.get("type") == "Project":
                resolved.need(target, 0, called, "")
    return resolved.graph(name, "packages.lock.json")


def read_nuget_assets(data: bytes, *, name: str) -> PackageGraph:
    """Read a ``project.assets.json``, or the ``deps.json`` of a program: the tail of an edge depends on its head.

    An edge has as ``marker`` the frameworks, or the systems of one, for which it holds, where these are not all in the
    file. Of a ``project.assets.json`` the root is the project, which needs what its file asks for; an edge has the
    versions asked for as ``clause``. A ``deps.json`` has neither: its roots are the projects that nothing in it needs.

    Returns
    -------
    networkx.DiGraph
        Nodes have ``name``, ``version``, ``path`` (of projects) and ``root``. ``G.graph["unmet"]`` names what is needed
        and not in the file.

    Raises
    ------
    FormatError
        Broken JSON, no package, or values of another shape.

    References
    ----------
    NuGet's documentation, *PackageReference in project files*, on project.assets.json.

    Examples
    --------
    >>> assets = b'''{"version": 3, "targets": {"net8.0": {"Log/3.1.1": {"type": "package", "dependencies":
    ... {"Core": "1.0.0"}}, "Core/1.0.0": {"type": "package"}}}, "libraries": {}, "projectFileDependencyGroups":
    ... {"net8.0": ["Log >= 3.1.0"]}, "project": {"version": "2.0", "restore": {"projectName": "Shop"}}}'''
    >>> list(read_nuget_assets(assets, name="project.assets.json").edges(data="clause"))
    [('Shop', 'Log', '>= 3.1.0'), ('Log', 'Core', '1.0.0')]
    """
    document = mapping(parse_json(data, name), name)
    groups = mapping(document.get("projectFileDependencyGroups"), f"{name}: projectFileDependencyGroups")
    asked = "projectFileDependencyGroups" in document
    resolved = Targets([_project(document, name)] if asked else [])
    libraries = mapping(document.get("libraries"), f"{name}: libraries")
    projects: set[int] = set()
    entries: list[tuple[str, str, int, Record]] = []
    for target, listed in mapping(document.get("targets"), f"{name}: targets").items():
        for key, value in mapping(listed, f"{name}: {target}").items():
            library = mapping(libraries.get(key), f"{name}: libraries: {key}")
            place = resolved.add(target, _library(key, library, f"{name}: {key}"))
            projects |= {place} if library.get("type") == "project" else set()
            entries.append((target, key, place, mapping(value, f"{name}: {target}: {key}")))
    if not entries:
        raise FormatError(f"{name}: no package in it")
    for target, key, tail, entry in entries:
        for wanted, clause in mapping(entry.get("dependencies"), f"{name}: {target}: {key}").items():
            resolved.need(target, tail, wanted, text(clause, f"{name}: {target}: {key}") if asked else "")
    for target in list(resolved.by_target):
        for line in texts(groups.get(target, groups.get("")), f"{name}: projectFileDependencyGroups"):
            called, _, clause = line.partition(" ")
            resolved.need(target, 0, called, clause)
        for place in () if asked else resolved.unneeded(target):
            resolved.attributes[place] |= {"root": True} if place in projects else {}
    return resolved.graph(name, "NuGet assets")


def _project(document: Record, name: str) -> Record:
    project = mapping(document.get("project"), f"{name}: project")
    restored = mapping(project.get("restore"), f"{name}: project.restore")
    called = text(restored.get("projectName"), f"{name}: projectName") or PROJECT
    return {"name": called, "version": text(project.get("version"), f"{name}: project"), "root": True}


def _library(key: str, library: Record, where: str) -> Record:
    called, _, version = key.partition("/")
    attributes: Record = {"name": required_text({"name": called}, "name", where), "version": version}
    return attributes | ({"path": text(library.get("path"), where)} if library.get("type") == "project" else {})
