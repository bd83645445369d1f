"""``pnpm-lock.yaml`` of the versions 5, 6 and 9: projects, packages, and which needs which with which peers."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from graphdiff.errors import FormatError
from graphdiff.io.documents import Record, mapping, parse_yaml, text
from graphdiff.io.js.npm import systems
from graphdiff.io.packages import Need, PackageGraph, package_graph

__all__ = ["KINDS", "read_pnpm"]

KINDS = ("normal", "dev", "optional", "peer")
FIELDS = {"dependencies": "normal", "devDependencies": "dev", "optionalDependencies": "optional"}


def read_pnpm(data: bytes, *, name: str, kinds: str | Collection[str] | None = None) -> PackageGraph:
    r"""Read a ``pnpm-lock.yaml``: the tail of an edge depends on its head.

    The projects of the workspace are the roots, called by the name under which another project links them, else by
    their folder (the ``path`` of the node; ``.`` is the workspace itself). A package that pnpm resolved with several
    sets of peers is one node with the needs of all. An edge has its ``kind`` (normal, dev, optional, or peer, of a
    package that asks for the version of its peers), the range as ``clause`` where a project states it, ``optional``
    where it may be missing, and ``alias`` where the package is installed under another name.
    A workspace's package that is injected (copied with the peers of who needs it) is its project. What is needed and
    not in the file is in ``G.graph["unmet"]``, with who needs it.

    Parameters
    ----------
    kinds : str or collection of str, optional
        Only dependencies of these kinds, and the packages that the projects reach by them.

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph
        See `graphdiff.io.packages` for what is one node and what is one edge.

    Raises
    ------
    FormatError
        Broken YAML, no packages and projects, or values of another shape.
    UsageError
        A kind that pnpm does not have.

    References
    ----------
    The lockfile's specification, https://github.com/pnpm/spec/tree/master/lockfile

    Examples
    --------
    >>> lock = b'''lockfileVersion: '9.0'
    ... importers:
    ...   .:
    ...     dependencies:
    ...       ms: {specifier: ^2.0.0, version: 2.1.3}
    ... snapshots:
    ...   ms@2.1.3: {}
    ... '''
    >>> list(read_pnpm(lock, name="pnpm-lock.yaml").edges(data=True))
    [('.', 'ms', {'clause': '^2.0.0', 'kind': 'normal'})]
    """
    # Since version 11 pnpm keeps its own packages in a document before the project's.
    document = mapping((parse_yaml(data, name) or [None])[-1], name)
    if "lockfileVersion" not in document:
        raise FormatError(f"{name}: no lockfileVersion, as every pnpm-lock.yaml has")
    lock = _Lock(document, name)
    needs = list(lock.needs())
    return package_graph(
        lock.packages, needs, name=name, format="pnpm-lock", known=KINDS, kinds=kinds, unmet=lock.unmet
    )


class _Lock:
    """A lock file: its projects and its snapshots (a package with a set of peers), each with a place in `packages`."""

    def __init__(self, document: Record, name: str) -> None:
        self.file = name
        # Up to version 6 the one project of a file stands at its top.
        self.projects = mapping(document.get("importers", {".": document}), f"{name}: importers")
        self.stated = mapping(document.get("packages"), f"{name}: packages")
        self.snapshots = mapping(document.get("snapshots", self.stated), f"{name}: snapshots")
        self.names = self._project_names()
        self.packages: list[Record] = [
            {"name": self.names.get(path) or path, "version": "", "path": path, "root": True} for path in self.projects
        ]
        self.places = {f"link:{path}": place for place, path in enumerate(self.projects)}
        self.unmet: list[tuple[int, str]] = []
        for key in self.snapshots:
            folder = self._injected(key)
            self.places[key] = len(self.packages) if folder is None else self.places[f"link:{folder}"]
            if folder is None:
                self.packages.append(self._package(key))

    def needs(self) -> Iterator[Need]:
        """Yield who needs whom, and note in `unmet` who needs what is not there."""
        for path, value in self.projects.items():
            project = mapping(value, f"{self.file}: {path}")
            for wanted, reference, kind in self._references(project, path):
                clause = self._clause(project, wanted, reference)
                version = self._version(reference, path)
                yield from self._need(f"link:{path}", path, wanted, version, kind, {"clause": clause})
        for key, value in self.snapshots.items():
            snapshot = mapping(value, f"{self.file}: {key}")
            peers = self._peers(key)
            own = self._of_project(key)
            for wanted, reference, kind in self._references(snapshot, key):
                if wanted in own:  # pnpm installs the peers of a project too: the same need
                    continue
                clause, may_miss = peers.get(wanted, ("", False))
                kind = "peer" if wanted in peers else kind
                attributes = {"clause": clause, "optional": may_miss or kind == "optional"}
                yield from self._need(key, "", wanted, self._version(reference, key), kind, attributes)

    def _injected(self, key: str) -> str | None:
        """Return the folder of the project that a snapshot is a copy of; None where it is of none."""
        resolution = mapping(self._stated(key).get("resolution"), f"{self.file}: {key}: resolution")
        folder = text(resolution.get("directory"), f"{self.file}: {key}: resolution")
        path = posixpath.normpath(folder) if folder else ""
        return path if path in self.projects else None

    def _of_project(self, key: str) -> Collection[str]:
        """Return what the project that a snapshot is a copy of says that it needs, save for development."""
        project = self._injected(key)
        if project is None:
            return ()
        needed = self._references(mapping(self.projects[project], f"{self.file}: {project}"), project)
        return {wanted for wanted, _, kind in needed if kind != "dev"}

    def _references(self, record: Record, where: str) -> Iterator[tuple[str, Any, str]]:
        for field, kind in FIELDS.items():
            for wanted, reference in mapping(record.get(field), f"{self.file}: {where}: {field}").items():
                yield wanted, reference, kind

    def _need(
        self, tail: str, folder: str, wanted: str, reference: str, kind: str, attributes: Mapping[str, Any]
    ) -> Iterator[Need]:
        head = self._find(folder, wanted, reference)
        optional = attributes.get("optional", kind == "optional")
        if head is None:
            self.unmet.append((self.places[tail], wanted))
            return
        alias = "" if self.packages[head]["name"] == wanted else wanted
        yield Need(self.places[tail], head, kind, {**attributes, "optional": optional, "alias": alias})

    def _find(self, folder: str, wanted: str, reference: str) -> int | None:
        if reference.startswith("link:"):
            path = posixpath.normpath(posixpath.join(folder, reference.removeprefix("link:")))
            if f"link:{path}" not in self.places:  # A folder outside of the workspace.
                self.places[f"link:{path}"] = len(self.packages)
                self.packages.append({"name": wanted, "version": "", "path": path})
            return self.places[f"link:{path}"]
        # As version 9 writes its keys, whole keys, and as the versions 6 and 5 do.
        keys = (f"{wanted}@{reference}", reference, f"/{wanted}@{reference}", f"/{wanted}/{reference}")
        return next((self.places[key] for key in keys if key in self.places), None)

    def _version(self, reference: Any, where: str) -> str:
        version = reference.get("version") if isinstance(reference, dict) else reference
        return text(version, f"{self.file}: {where}")

    def _clause(self, project: Record, wanted: str, reference: Any) -> str:
        where = f"{self.file}: specifiers"
        if isinstance(reference, dict):
            return text(reference.get("specifier"), where)
        return text(mapping(project.get("specifiers"), where).get(wanted), where)

    def _project_names(self) -> dict[str, str]:
        names: dict[str, str] = {}
        for path, value in self.projects.items():
            project = mapping(value, f"{self.file}: {path}")
            for wanted, reference, _ in self._references(project, path):
                version = self._version(reference, path)
                if version.startswith("link:"):
                    target = posixpath.normpath(posixpath.join(path, version.removeprefix("link:")))
                    names.setdefault(target, wanted)
        for key in self.snapshots:
            if (folder := self._injected(key)) is not None:
                names.setdefault(folder, self._package(key)["name"])
        return names

    def _package(self, key: str) -> Record:
        name, version = _split(key)
        stated = self._stated(key)
        where = f"{self.file}: {key}"
        attributes = {"name": text(stated.get("name"), where) or name, "version": text(stated.get("version"), where)}
        flags = {flag: True for flag in ("dev", "optional") if stated.get(flag) == "true"}
        deprecated = stated.get("deprecated")
        reason = {"deprecated": deprecated} if isinstance(deprecated, str) else {}
        marker = {"marker": systems(stated, where)}
        return {**attributes, "version": attributes["version"] or version, **marker, **reason, **flags}

    def _peers(self, key: str) -> dict[str, tuple[str, bool]]:
        """Return the peers that a package asks for, each with its range and whether it may be missing."""
        stated, where = self._stated(key), f"{self.file}: {key}"
        meta = mapping(stated.get("peerDependenciesMeta"), where)
        return {
            peer: (text(clause, where), mapping(meta.get(peer), where).get("optional") == "true")
            for peer, clause in mapping(stated.get("peerDependencies"), where).items()
        }

    def _stated(self, key: str) -> Record:
        stated = self.stated.get(key, self.stated.get(key.partition("(")[0]))
        return mapping(stated, f"{self.file}: {key}")


def _split(key: str) -> tuple[str, str]:
    """Return name and version of a key without its peers.

    Examples
    --------
    >>> _split("@vue/shared@3.5.1(x@1)"), _split("/vue@3.5.1"), _split("/@vue/shared/3.5.1_x@1")
    (('@vue/shared', '3.5.1'), ('vue', '3.5.1'), ('@vue/shared', '3.5.1'))
    """
    bare = key.partition("(")[0]
    path = bare.removeprefix("/")
    scope, slash, rest = path.partition("/") if path.startswith("@") else ("", "", path)
    at, below = rest.find("@", 1), rest.find("/")
    # Version 5 has a slash before the version, and what may be an @ belongs to the peers behind an underscore.
    old = bare.startswith("/") and below >= 0 and (at < 0 or below < at)
    name, _, version = rest.partition("/" if old else "@")
    return scope + slash + name, version.partition("_")[0] if old else version
