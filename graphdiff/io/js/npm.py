"""npm's ``package-lock.json``: a list of folders; who needs whom is found as Node.js finds it, folder by folder.

What ``npm ls --json`` prints: a tree in which repeated packages stand bare; the graph has all they need.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from graphdiff.errors import FormatError, LimitError
from graphdiff.io.documents import Record, mapping, parse_json, text
from graphdiff.io.packages import Need, PackageGraph, package_graph

__all__ = ["KINDS", "LINKS", "declared", "read_npm_lock", "read_npm_ls", "systems"]


KINDS = ("normal", "dev", "optional", "peer", "workspace")
#: From the project to its workspaces. They are roots as it is: paths through it would count all of theirs again.
LINKS = "workspace"

# Of a package named in several fields the last one counts, as in npm itself.
FIELDS = {
    "peerDependencies": "peer",
    "dependencies": "normal",
    "optionalDependencies": "optional",
    "devDependencies": "dev",
}

# Version 1 has one field for all that is needed, and says of each package whether only these reach it.
FLAGGED = {"dev": "devDependencies", "optional": "optionalDependencies"}

FOLDER = "node_modules/"
INTO = re.compile(FOLDER)

DEEPEST = 100

NO_PROJECT = "lockfileVersion 1 says neither what the project itself asks for nor what packages take as peers"

AS_VERSION_3 = "npm install --package-lock-only --lockfile-version=3 writes a lock that does"


def read_npm_lock(data: bytes, *, name: str, kinds: str | Collection[str] | None = None) -> PackageGraph:
    """Read a ``package-lock.json`` or ``npm-shrinkwrap.json``: the tail of an edge depends on its head.

    A dependency is the folder of its name that is nearest to the depending package: in its own ``node_modules``, else
    in that of the package it lies in, and so up to the project. An edge has its ``kind`` (normal, dev, optional, or
    peer), the range as ``clause``, ``optional`` where it may be missing, and ``alias`` where the package is installed
    under another name. A node has what the file says of version, licence, ``marker`` (the systems that a package is
    for), ``deprecated`` (why), ``dev``, ``optional``, ``peer`` and ``bundled``, a workspace its ``path``. The project
    and its workspaces are the roots; that they are its own is no dependency: edges of the kind workspace are there only
    where `kinds` names them (or ``"all"``).
    ``G.graph["unmet"]`` names what is needed, not optional, and not there, with who needs it.

    Version 1 says by ``requires`` what a package needs, but neither what the project itself asks for nor what packages
    take as peers: the project is no node, no package is marked as a root, and a warning says so. Edges are of the kind
    dev (or optional) where nothing but development (or an option) brings their tail, or an option their head.

    Parameters
    ----------
    kinds : str or collection of str, optional
        Only dependencies of these kinds, and the packages that the roots reach by them.

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph
        See `graphdiff.io.packages` for what is one node and what is one edge.

    Raises
    ------
    FormatError
        Broken JSON, a file that does not say who needs whom (of npm before 5.1), or values of another shape.
    LimitError
        Folders nested more than 100 deep.
    UsageError
        A kind that npm does not have.

    References
    ----------
    npm documentation, "package-lock.json", on lockfileVersion 2 and 3.

    Examples
    --------
    >>> lock = b'''{"name": "app", "lockfileVersion": 3, "packages": {
    ... "": {"name": "app", "dependencies": {"ms": "^2.0.0"}}, "node_modules/ms": {"version": "2.1.3"}}}'''
    >>> list(read_npm_lock(lock, name="package-lock.json").edges(data=True))
    [('app', 'ms', {'clause': '^2.0.0', 'kind': 'normal'})]
    """
    document = mapping(parse_json(data, name), name)
    if "packages" not in document and "lockfileVersion" not in document:
        raise FormatError(f"{name}: no lockfileVersion and no packages, as every package-lock.json has")
    first = "packages" not in document
    packages = _of_version_1(document, name) if first else mapping(document["packages"], f"{name}: packages")
    folders = _Folders(packages, name, document.get("name"))
    needs, unmet = _declared(folders, name, first=first)
    needs.extend(Need(0, head, LINKS) for head in folders.workspaces)
    graph = package_graph(
        _attributes(folders), needs,
        name=name, format="npm package-lock", known=KINDS, kinds=kinds, apart=[LINKS], unmet=unmet,
    )  # fmt: skip
    if first:
        graph.graph.setdefault("warnings", []).append(f"{name}: {NO_PROJECT}; {AS_VERSION_3}")
    return graph


def _declared(folders: _Folders, name: str, *, first: bool) -> tuple[list[Need], list[tuple[int, str]]]:
    """Return what the entries need, and what of it is not there; version 1 marks what is optional at its head."""
    needs: list[Need] = []
    unmet: list[tuple[int, str]] = []
    for tail, (folder, entry) in enumerate(folders.entries):
        asked = declared(entry, f"{name}: {folder or 'the project'}")
        inside = folders.seen_from(folder) if asked else []
        for wanted, (kind, attributes) in asked.items():
            head = folders.find(inside, wanted)
            if head is None:
                unmet += [] if attributes["optional"] else [(tail, wanted)]
                continue
            if first and kind == "normal" and folders.entries[head][1].get("optional") is True:
                kind, attributes["optional"] = "optional", True
            if folders.names[head] != wanted:
                attributes["alias"] = wanted
            needs.append(Need(tail, head, kind, attributes))
    return needs, unmet


def _of_version_1(document: Record, name: str) -> Record:
    """Return the packages of a file of version 1, in folders as version 2 has them."""
    packages: Record = {}
    waiting = [("", document)]
    requires = False
    while waiting:
        above, tree = waiting.pop()
        for called, value in mapping(tree.get("dependencies"), f"{name}: {above or 'dependencies'}").items():
            folder = f"{above}/{FOLDER}{called}" if above else FOLDER + called
            if folder.count("/") > DEEPEST:
                raise LimitError(f"{name}: folders nested more than {DEEPEST} deep")
            entry = mapping(value, f"{name}: {folder}")
            requires |= "requires" in entry
            packages[folder] = _entry_of_version_1(entry, f"{name}: {folder}")
            waiting.append((folder, entry))
    if not packages:
        raise FormatError(f"{name}: no package in it")
    if not requires and "requires" not in document:
        raise FormatError(f"{name}: it does not say who needs whom, as npm before 5.1 wrote it; {AS_VERSION_3}")
    return packages


def _entry_of_version_1(entry: Record, where: str) -> Record:
    needed = entry.get("requires")
    flagged = (field for flag, field in FLAGGED.items() if entry.get(flag) is True)
    field = next(flagged, "dependencies")
    entry_of_version_2: Record = {field: mapping(None if isinstance(needed, bool) else needed, f"{where}: requires")}
    flags = {"dev": "dev", "optional": "optional", "bundled": "inBundle"}
    entry_of_version_2 |= {flag: True for own, flag in flags.items() if entry.get(own) is True}
    version = text(entry.get("version"), where)
    if version.startswith("npm:"):  # under another name
        entry_of_version_2["name"], _, version = version.removeprefix("npm:").rpartition("@")
    return entry_of_version_2 | {"version": version}


def declared(entry: Mapping[str, object], where: str) -> dict[str, tuple[str, Record]]:
    """Return what an entry needs: by name the kind of need, and what else is said of it.

    Examples
    --------
    >>> declared({"peerDependencies": {"vue": "3"}, "devDependencies": {"vue": "3.5"}}, "x.json")
    {'vue': ('dev', {'clause': '3.5', 'optional': False})}
    """
    meta = mapping(entry.get("peerDependenciesMeta"), where)
    needed: dict[str, tuple[str, Record]] = {}
    for field, kind in FIELDS.items():
        if field in entry:
            place, optional = f"{where}: {field}", kind == "optional"
            for wanted, clause in mapping(entry[field], place).items():
                needed[wanted] = (kind, {"clause": text(clause, place), "optional": optional})
    for wanted, (kind, attributes) in needed.items() if meta else ():
        if kind == "peer" and mapping(meta.get(wanted), where).get("optional") is True:
            attributes["optional"] = True
    return needed


class _Folders:
    """The folders of a lock file that hold packages, each with its entry; links lead to theirs."""

    def __init__(self, packages: Record, name: str, project: object) -> None:
        self.file = name
        self.links: dict[str, str] = {}
        self.entries: list[tuple[str, Record]] = []
        names: dict[str, str] = {"": text(project, f"{name}: name")}
        for folder, value in packages.items():
            entry = mapping(value, f"{name}: {folder}")
            if folder.count("/") > DEEPEST:
                raise LimitError(f"{name}: folders nested more than {DEEPEST} deep")
            if entry.get("link") is True:
                target = posixpath.normpath(text(entry.get("resolved"), f"{name}: {folder}"))
                self.links[folder] = target
                names.setdefault(target, _last(folder))
            else:
                self.entries.append((folder, entry))
        # The project comes first, also where a file by hand has it elsewhere.
        self.entries.sort(key=lambda entry: entry[0] != "")
        self.places = {folder: place for place, (folder, _) in enumerate(self.entries)}
        led = ((folder, self.places.get(target)) for folder, target in self.links.items())
        self.found = self.places | {folder: place for folder, place in led if place is not None}
        #: What the folders of packages begin with, up to any ``node_modules/``: elsewhere there is none.
        nested = (folder for folder in self.found if folder.rfind(FOLDER) > 0)
        self.holding = {FOLDER, *(folder[: match.end()] for folder in nested for match in INTO.finditer(folder))}
        stated = (text(entry["name"], f"{name}: {at}") if "name" in entry else "" for at, entry in self.entries)
        self.names = [
            own or names.get(folder) or _last(folder) or "."
            for own, (folder, _) in zip(stated, self.entries, strict=True)
        ]

    @property
    def workspaces(self) -> list[int]:
        """The places of the project's workspaces: folders that are linked to, where it says that it has some."""
        if not (self.entries and self.entries[0][0] == "" and self.entries[0][1].get("workspaces")):
            return []
        targets = dict.fromkeys(self.links.values())
        return [self.places[folder] for folder in targets if folder in self.places and not folder.startswith("..")]

    def seen_from(self, folder: str) -> list[str]:
        """Return the folders, nearest first, in which what a folder wants may be."""
        holding: list[str] = []
        above: str | None = folder
        while above is not None:
            inside = f"{above}/{FOLDER}" if above else FOLDER
            holding += [inside] if inside in self.holding else []
            above = self._above(above)
        return holding

    def find(self, inside: Iterable[str], wanted: str) -> int | None:
        """Return the place of the package that `wanted` means in the first folder that has it, None where none has."""
        for folder in inside:
            if (place := self.found.get(folder + wanted)) is not None:
                return place
        return None

    def _above(self, folder: str) -> str | None:
        if FOLDER in folder:
            return folder[: folder.rindex(FOLDER)].rstrip("/")
        above = folder.rpartition("/")[0]
        # A workspace lies in the project; what is linked from outside sees nothing of it.
        outside = folder.startswith("..") and above in ("", "..")
        return None if folder == "" or outside else above


def _last(folder: str) -> str:
    """Return the name that a folder gives its package: its last part, with the scope where it has one."""
    if FOLDER in folder:
        return folder[folder.rindex(FOLDER) + len(FOLDER) :]
    scope, _, last = folder.rpartition("/")
    scope = scope.rpartition("/")[2]
    return f"{scope}/{last}" if scope.startswith("@") else last


#: What an entry may be, and how that is called here.
FLAGS = {"dev": "dev", "optional": "optional", "peer": "peer", "inBundle": "bundled"}


def _attributes(folders: _Folders) -> list[Record]:
    roots = {0, *folders.workspaces} if folders.entries and folders.entries[0][0] == "" else set()
    records = []
    for place, ((folder, entry), package) in enumerate(zip(folders.entries, folders.names, strict=True)):
        where = f"{folders.file}: {folder}"
        attributes: Record = {"name": package, "version": text(entry.get("version"), where)}
        if isinstance(entry.get("license"), str):
            attributes["licence"] = entry["license"]
        if isinstance(entry.get("deprecated"), str):
            attributes["deprecated"] = entry["deprecated"]
        attributes["marker"] = systems(entry, where)
        if not FLAGS.keys().isdisjoint(entry):
            attributes |= {called: True for flag, called in FLAGS.items() if entry.get(flag) is True}
        if place in roots:
            attributes |= {"path": folder, "root": True} if place else {"root": True}
        records.append(attributes)
    return records


#: The fields that say which systems a package is for.
SYSTEMS = ("os", "cpu", "libc")


def systems(entry: Mapping[str, Any], where: str) -> str:
    """Return the systems that a package is for, in the words of yarn.

    Examples
    --------
    >>> systems({"os": ["linux"], "cpu": ["x64", "arm64"]}, "x.json"), systems({"os": "!win32"}, "x.json")
    ('os=linux & (cpu=x64 | cpu=arm64)', 'os=!win32')
    """
    if entry.keys().isdisjoint(SYSTEMS):
        return ""
    said = {key: entry[key] if isinstance(entry.get(key), list) else [entry.get(key)] for key in SYSTEMS}
    choices = [" | ".join(f"{key}={text(one, where)}" for one in values) for key, values in said.items() if any(values)]
    return " & ".join(f"({choice})" if " | " in choice and len(choices) > 1 else choice for choice in choices)


def read_npm_ls(data: bytes, *, name: str, kinds: str | Collection[str] | None = None) -> PackageGraph:
    """Read ``npm ls --all --json``: the tail of an edge depends on its head.

    npm writes what a package needs where the package stands for the first time ("deduped" says its text output of
    the others). One version of a package is one node here, so nothing is lost. Without ``--all`` the file has only
    what the project itself needs. With ``--long`` an edge has its ``kind``, the range as ``clause`` and ``optional``,
    as in `package-lock.json`, and a node its ``licence``; without it, what npm before version 7 notes of ranges.

    Parameters
    ----------
    kinds : str or collection of str, optional
        Only dependencies of these kinds, and the packages that the project reaches by them.

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph
        The project is the root. ``G.graph["unmet"]`` names what npm reports as missing, with who needs it.

    Raises
    ------
    FormatError
        Broken JSON or values of another shape.

    Examples
    --------
    >>> tree = b'{"name": "app", "dependencies": {"ms": {"version": "2.1.3"}}}'
    >>> list(read_npm_ls(tree, name="ls.json").edges)
    [('app', 'ms')]
    """
    document = mapping(parse_json(data, name), name)
    packages: list[Record] = [
        _listed_attributes(document, text(document.get("name"), name) or ".", name) | {"root": True}
    ]
    needs: list[Need] = []
    unmet: list[tuple[int, str]] = []
    waiting = [document]
    # The place of a tree in `waiting` is the place of its package: both lists grow together.
    for tail, tree in enumerate(waiting):
        stated = _stated_by(tree, f"{name}: {packages[tail]['name']}")
        for wanted, value in mapping(tree.get("dependencies"), f"{name}: {packages[tail]['name']}").items():
            child = mapping(value, f"{name}: {wanted}")
            # An optional dependency that is not installed is an empty record.
            if child.get("missing") is True or not child:
                unmet += [(tail, wanted)] if child.get("missing") is True else []
                continue
            packages.append(_listed_attributes(child, wanted, f"{name}: {wanted}"))
            waiting.append(child)
            alias = "" if packages[-1]["name"] == wanted else wanted
            kind, said = stated.get(wanted, ("", {"clause": _asked_for(child, wanted)}))
            needs.append(Need(tail, len(packages) - 1, kind, said | {"alias": alias}))
    if not needs and "dependencies" not in document:
        raise FormatError(f"{name}: no dependencies in it; npm ls --all --json prints them")
    # Snyk writes its older trees in the same shape.
    title = "Snyk dependency tree" if "packageFormatVersion" in document else "npm ls"
    return package_graph(
        packages, needs, name=name, format=title, known=KINDS, kinds=kinds, unmet=unmet, absent="not installed"
    )


def _stated_by(tree: Record, where: str) -> dict[str, tuple[str, Record]]:
    """Return what ``--long`` repeats of a package.json: by name the kind of need, and what else is said of it."""
    fields = {field: tree.get(field) for field in ("peerDependencies", "optionalDependencies", "devDependencies")}
    entry = {
        **fields,
        "dependencies": tree.get("_dependencies"),
        "peerDependenciesMeta": tree.get("peerDependenciesMeta"),
    }
    return declared(entry, where) if "_dependencies" in tree else {}


def _asked_for(child: Record, wanted: str) -> str:
    """Return the range by which npm before version 7 found a package: ``from`` is ``ms@^2.0.0``."""
    origin = child.get("from")
    return origin.removeprefix(f"{wanted}@") if isinstance(origin, str) and origin.startswith(f"{wanted}@") else ""


def _listed_attributes(tree: Record, wanted: str, where: str) -> Record:
    package = text(tree.get("name"), where) or wanted
    attributes: Record = {"name": package, "version": text(tree.get("version"), where)}
    attributes |= {"licence": tree["license"]} if isinstance(tree.get("license"), str) else {}
    return attributes | {flag: True for flag in ("extraneous", "invalid") if tree.get(flag)}
