"""NuGet's ``packages.lock.json`` and ``project.assets.json``, and a program's ``deps.json``: a graph a framework.

Each framework, and each system that differs from it (``net8.0/win-x64``), has packages of its own; the graph is that of
all, in which an edge says for which it holds where that is not for all frameworks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from graphdiff.errors import FormatError
from graphdiff.io.documents import Record, mapping, parse_json, required_text, text, texts
from graphdiff.io.packages import Need, PackageGraph, package_graph

__all__ = ["read_nuget_assets", "read_nuget_lock"]

#: What a project is called of which the file says no name.
PROJECT = "."


@dataclass
class _Packages:
    """The packages of all targets, the project first, and on which targets one needs another by which versions."""

    attributes: list[Record]
    places: dict[tuple[str, str], int] = field(default_factory=dict)
    by_target: dict[str, dict[str, int]] = field(default_factory=dict)
    needs: dict[tuple[int, int], dict[str, str]] = field(default_factory=dict)
    unmet: dict[tuple[int, str], None] = field(default_factory=dict)

    def add(self, target: str, attributes: Record) -> int:
        """Return the place of a package of a target; names are the same whatever their capitals."""
        called = attributes["name"].lower()
        place = self.places.setdefault((called, attributes["version"]), len(self.attributes))
        if place == len(self.attributes):
            self.attributes.append(attributes)
        self.by_target.setdefault(target, {})[called] = place
        return place

    def need(self, target: str, tail: int, called: str, clause: str) -> None:
        """Note that a package needs that of a name on a target; what a system has not is that of its framework."""
        framework = target.partition("/")[0]
        heads = (self.by_target.get(one, {}).get(called.lower()) for one in (target, framework))
        head = next((place for place in heads if place is not None), None)
        if head is None:
            self.unmet[tail, called] = None
        else:
            self.needs.setdefault((tail, head), {}).setdefault(target, clause)

    def graph(self, name: str, format: str) -> PackageGraph:
        frameworks = [target for target in self.by_target if "/" not in target]
        needs = (
            Need(
                tail,
                head,
                "",
                {
                    "clause": " | ".join(dict.fromkeys(filter(None, clauses.values()))),
                    "marker": _where(clauses, frameworks),
                },
            )
            for (tail, head), clauses in self.needs.items()
        )
        return package_graph(self.attributes, needs, name=name, format=format, unmet=self.unmet)

    def unneeded(self, target: str) -> Iterator[int]:
        """Yield the packages of a target that none needs there."""
        needed = {head for (_, head), clauses in self.needs.items() if target in clauses}
        yield from (place for place in self.by_target.get(target, {}).values() if place not in needed)


def _where(targets: Record, frameworks: list[str]) -> str:
    """Return the targets for which an edge holds, by their frameworks where these have it; nothing where all have.

    Examples
    --------
    >>> _where({"net8.0": "", "net8.0/win-x64": "", "net9.0/win-x64": ""}, ["net8.0", "net9.0"])
    'net8.0 | net9.0/win-x64'
    """
    there = [target for target in targets if target in frameworks or target.partition("/")[0] not in targets]
    return "" if set(frameworks) <= set(there) else " | ".join(there)


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
    resolved = _Packages([{"name": PROJECT, "version": "", "root": True}])
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
    resolved = _Packages([_project(document, name)] if asked else [])
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
