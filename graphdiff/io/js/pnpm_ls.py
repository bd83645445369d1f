"""What ``pnpm ls --json`` prints: the projects of a workspace, each with a tree of what is installed for it."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from graphdiff.absences import listed_few
from graphdiff.errors import FormatError
from graphdiff.io.building import chosen_kinds
from graphdiff.io.documents import Record, mapping, mappings, parse_json, required_text, text
from graphdiff.io.packages import Need, PackageGraph, keep_what_roots_reach, package_graph

__all__ = ["KINDS", "read_pnpm_ls"]

KINDS = ("normal", "dev", "optional")
FIELDS = {"dependencies": "normal", "devDependencies": "dev", "optionalDependencies": "optional"}
#: What lies in node_modules, and no package.json asks for.
UNSAVED = "unsavedDependencies"
LINK = "link:"


def read_pnpm_ls(data: bytes, *, name: str, kinds: str | Collection[str] | None = None) -> PackageGraph:
    """Read ``pnpm ls --json --depth Infinity`` (with ``-r`` of all projects): the tail of an edge depends on its head.

    pnpm writes what a package needs once, and "deduped" elsewhere; one version of a package is one node here, so
    nothing is lost. Without ``--depth Infinity`` the file has only what the projects themselves need. The projects are
    the roots, one that another links is that node. Of what a project needs itself an edge has the ``kind`` (normal, dev
    or optional), and ``alias`` where the package is installed under another name; what packages need is not told apart
    in the file, and ranges are not in it: ``pnpm-lock.yaml`` has more. What no project asks for makes no edge.

    Parameters
    ----------
    kinds : str or collection of str, optional
        Of what the projects need only these kinds, and the packages that they reach by them.

    Returns
    -------
    networkx.DiGraph
        Nodes have ``name``, ``version``, ``path`` and ``root`` (of projects), and with ``--long`` the ``licence``.

    Raises
    ------
    FormatError
        Broken JSON, no project, or values of another shape.
    UsageError
        A kind that pnpm does not have.

    References
    ----------
    pnpm's documentation, *pnpm list*, https://pnpm.io/cli/list

    Examples
    --------
    >>> tree = b'''[{"name": "app", "path": "/app", "devDependencies": {"debug": {"from": "debug", "version": "4.4.3",
    ... "dependencies": {"ms": {"from": "ms", "version": "2.1.3"}}}}}]'''
    >>> list(read_pnpm_ls(tree, name="ls.json").edges(data=True))
    [('app', 'debug', {'kind': 'dev'}), ('debug', 'ms', {})]
    """
    projects = list(mappings(parse_json(data, name), name))
    if not projects:
        raise FormatError(f"{name}: no project in it")
    listed = _Listed()
    for where, project in projects:
        listed.add_project(project, where)
    needs = [need for place, (where, project) in enumerate(projects) for need in listed.needs(place, project, where)]
    wanted = chosen_kinds(kinds, KINDS, default=KINDS)
    graph = package_graph(
        listed.packages,
        [need for need in needs if need.kind in wanted or not need.kind],
        name=name,
        format="pnpm ls",
        unmet=listed.unmet,
        absent="not installed",
    )
    if kinds:
        keep_what_roots_reach(graph, kinds)
    if unsaved := [one for where, project in projects for one in mapping(project.get(UNSAVED), where)]:
        sentence = f"{name}: what no package.json asks for makes no edge: {listed_few(list(dict.fromkeys(unsaved)))}"
        graph.graph["warnings"] = [sentence]
    return graph


@dataclass
class _Listed:
    """The packages by name and version, projects by their folders, and what is needed and not installed."""

    packages: list[Record] = field(default_factory=list)
    places: dict[tuple[str, str], int] = field(default_factory=dict)
    unmet: list[tuple[int, str]] = field(default_factory=list)
    home: str = ""

    def add_project(self, project: Record, where: str) -> None:
        """Add a project; the folder of the first is that of the workspace."""
        folder = required_text(project, "path", where).replace("\\", "/")
        self.home = self.home or folder
        path = posixpath.relpath(folder, self.home)
        called = text(project.get("name"), where) or path
        self.places[LINK, folder] = len(self.packages)
        version = text(project.get("version"), where)
        self.packages.append({"name": called, "version": version, "path": path, "root": True})

    def needs(self, place: int, project: Record, where: str) -> Iterator[Need]:
        """Yield what a project needs, and what that needs."""
        waiting = [(place, wanted, one, kind) for kind, wanted, one in _of_project(project, where)]
        waiting.reverse()
        while waiting:
            tail, wanted, package, kind = waiting.pop()
            if package.get("missing") is True:
                self.unmet.append((tail, wanted))
                continue
            head, is_project = self._place(wanted, package, f"{where}: {wanted}")
            alias = "" if self.packages[head]["name"] == wanted else wanted
            yield Need(tail, head, kind, {"alias": alias, "optional": kind == "optional"})
            below = {} if is_project else mapping(package.get("dependencies"), f"{where}: {wanted}")
            waiting += [(head, called, mapping(one, f"{where}: {called}"), "") for called, one in below.items()][::-1]

    def _place(self, wanted: str, package: Record, where: str) -> tuple[int, bool]:
        """Return the place of a package, and whether it is one of the projects, which say themselves what they need."""
        version = text(package.get("version"), where)
        folder = text(package.get("path"), where).replace("\\", "/")
        if version.startswith(LINK):
            if (LINK, folder) in self.places:
                return self.places[LINK, folder], True
            said: Record = {"name": wanted, "version": "", "path": version.removeprefix(LINK)}
        else:
            said = {"name": text(package.get("from"), where) or wanted, "version": version}
        place = self.places.setdefault((said["name"], version), len(self.packages))
        if place == len(self.packages):
            licence = package.get("license")
            self.packages.append(said | {"licence": licence if isinstance(licence, str) else ""})
        return place, False


def _of_project(project: Record, where: str) -> Iterator[tuple[str, str, Record]]:
    for key, kind in FIELDS.items():
        for wanted, one in mapping(project.get(key), f"{where}: {key}").items():
            yield kind, wanted, mapping(one, f"{where}: {wanted}")
