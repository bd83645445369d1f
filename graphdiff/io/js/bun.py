"""bun's ``bun.lock``: JSON with commas at the end of lists; a package's key says under which others it lies."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from graphdiff.errors import FormatError
from graphdiff.io.documents import Record, listing, mapping, parse_json_with_comments, text, texts
from graphdiff.io.js.npm import KINDS, LINKS, declared, systems
from graphdiff.io.packages import Need, PackageGraph, package_graph

__all__ = ["read_bun_lock"]

#: What a resolution begins with that is no version but a folder; that of the project itself is empty.
LOCAL = ("workspace:", "root:", "link:", "file:")


@dataclass(frozen=True)
class _Entry:
    """A package or a workspace: its key, attributes, and what the file says of its needs."""

    key: str
    attributes: Record
    info: Record


def read_bun_lock(data: bytes, *, name: str, kinds: str | Collection[str] | None = None) -> PackageGraph:
    """Read a ``bun.lock`` of any version: the tail of an edge depends on its head.

    A dependency is the package of its name that lies nearest: under the depending package itself, else under those
    that this lies under, else at the top. An edge has its ``kind`` (normal, dev, optional, or peer), the range as
    ``clause``, ``optional`` where it may be missing, and ``alias`` where the package is installed under another name.
    The project and its workspaces are the roots; edges from it to them, of the kind workspace, are there only where
    `kinds` names them (or ``"all"``).

    Parameters
    ----------
    kinds : str or collection of str, optional
        Only dependencies of these kinds, and the packages that the roots reach by them.

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph
        Nodes have ``name``, ``version``, ``path`` or ``source`` (of what is in no registry), ``marker`` (the systems
        that a package is for), ``bundled`` and ``root``. ``G.graph["unmet"]`` names what is needed, not optional, and
        not there, with who needs it.

    Raises
    ------
    FormatError
        Broken JSON, no workspaces, or values of another shape.
    UsageError
        A kind that bun does not have.

    References
    ----------
    bun's documentation, *Lockfile*, https://bun.com/docs/pm/lockfile

    Examples
    --------
    >>> lock = b'''{"lockfileVersion": 1, "workspaces": {"": {"name": "app", "dependencies": {"ms": "^2.0.0",},},},
    ... "packages": {"ms": ["ms@2.1.3", "", {}, "sha512-x"],},}'''
    >>> list(read_bun_lock(lock, name="bun.lock").edges(data=True))
    [('app', 'ms', {'clause': '^2.0.0', 'kind': 'normal'})]
    """
    document = mapping(parse_json_with_comments(data, name), name)
    members = mapping(document.get("workspaces"), f"{name}: workspaces")
    if "" not in members:
        raise FormatError(f"{name}: no workspaces with the project ('') among them, as every bun.lock has")
    entries = [_workspace(path, value, f"{name}: workspaces: {path}") for path, value in members.items()]
    project = list(members).index("")
    needs = [Need(project, place, LINKS) for place in range(len(entries)) if place != project]
    places = _places(entries, mapping(document.get("packages"), f"{name}: packages"), name)
    unmet: list[tuple[int, str]] = []
    for tail, entry in enumerate(entries):
        for wanted, (kind, said) in declared(entry.info, f"{name}: {entry.key or 'the project'}").items():
            head = _nearest(places, entry.key, wanted)
            if head is not None:
                alias = {} if entries[head].attributes["name"] == wanted else {"alias": wanted}
                needs.append(Need(tail, head, kind, said | alias))
            elif not said["optional"]:
                unmet.append((tail, wanted))
    attributes = [entry.attributes for entry in entries]
    return package_graph(
        attributes, needs, name=name, format="bun.lock", known=KINDS, kinds=kinds, apart=[LINKS], unmet=unmet
    )  # fmt: skip


def _workspace(path: str, value: object, where: str) -> _Entry:
    record = mapping(value, where)
    called = text(record.get("name"), where) or path or "."
    attributes: Record = {"name": called, "version": text(record.get("version"), where), "path": path, "root": True}
    return _Entry(called if path else "", attributes, _with_optional_peers(record, where))


def _places(entries: list[_Entry], packages: Record, name: str) -> dict[str, int]:
    """Add the packages to the workspaces, and return the place of each key; a workspace is listed with both."""
    places = {entry.key: place for place, entry in enumerate(entries)}
    paths = {entry.attributes["path"]: place for place, entry in enumerate(entries)}
    for key, value in packages.items():
        where = f"{name}: {key}"
        listed = listing(value, where) or [""]
        info = next((one for one in listed[1:] if isinstance(one, dict)), {})
        attributes = _resolved(text(listed[0], where) or key)
        if attributes.get("path") in paths and not attributes["version"]:
            places[key] = paths[attributes["path"]]
            continue
        attributes |= {"marker": systems(info, where), "bundled": info.get("bundled") is True or ""}
        places[key] = len(entries)
        entries.append(_Entry(key, attributes, _with_optional_peers(info, where)))
    return places


def _resolved(resolution: str) -> Record:
    """Return name, version and origin by a text such as ``name@1.0.0`` or ``name@github:owner/name#commit``.

    Examples
    --------
    >>> _resolved("@a/b@1.0.0"), _resolved("e@file:../e")
    ({'name': '@a/b', 'version': '1.0.0'}, {'name': 'e', 'version': '', 'path': '../e'})
    """
    cut = resolution.find("@", 1)
    called, origin = (resolution[:cut], resolution[cut + 1 :]) if cut > 0 else (resolution, "")
    if origin.startswith("npm:"):
        return _resolved(origin.removeprefix("npm:"))
    if origin[:1].isdigit() or not origin:
        return {"name": called, "version": origin}
    local = next((prefix for prefix in LOCAL if origin.startswith(prefix)), None)
    place = {"source": origin} if local is None else {"path": origin.removeprefix(local)}
    return {"name": called, "version": "", **place}


def _with_optional_peers(record: Record, where: str) -> Record:
    """Return what is said of needs with optional peers as package.json has them."""
    optional = texts(record.get("optionalPeers"), f"{where}: optionalPeers")
    return {**record, "peerDependenciesMeta": {peer: {"optional": True} for peer in optional}}


def _nearest(places: dict[str, int], key: str, wanted: str) -> int | None:
    """Return the place of the package that a name means below a key, which is a path of names."""
    for above in _above(key):
        place = places.get(f"{above}/{wanted}" if above else wanted)
        if place is not None:
            return place
    return None


def _above(key: str) -> Iterator[str]:
    """Yield a key, then those above it, the top last; a name may have a scope.

    Examples
    --------
    >>> list(_above("a/@b/c")), list(_above("@b/c"))
    (['a/@b/c', 'a', ''], ['@b/c', ''])
    """
    while key:
        yield key
        key = key.rpartition("/")[0]
        above, _, scope = key.rpartition("/")
        if scope.startswith("@"):
            key = above
    yield ""
