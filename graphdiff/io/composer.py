"""Composer's ``composer.lock``: the packages of a PHP project and what each requires; the project is not in it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from graphdiff.absences import listed_few
from graphdiff.errors import FormatError
from graphdiff.io.building import by_kinds, chosen_kinds, leave_out
from graphdiff.io.documents import Record, listing, mapping, mappings, parse_json, required_text, text
from graphdiff.io.packages import Need, PackageGraph, package_graph

__all__ = ["KINDS", "read_composer_lock"]

KINDS = ("normal", "dev")
#: The lists of packages, each with the kind of what its packages require.
LISTS = {"packages": "normal", "packages-dev": "dev"}
#: How a package stands for one of another name, the nearer first.
STANDING_IN = ("replace", "provide")


def read_composer_lock(data: bytes, *, name: str, kinds: str | Collection[str] | None = None) -> PackageGraph:
    """Read a ``composer.lock``: the tail of an edge depends on its head.

    The file does not say what the project itself requires (``composer.json`` does): no node is marked as a root.
    Packages under ``packages-dev``, which only development brings, have ``dev``, and what they require is of that
    kind. What a package requires by a name that is in the lock only as what others replace or provide leads to each
    of these, with that name as ``alias``. Requirements on the platform (``php``, ``ext-json``) make no edge; which
    they are stands in ``G.graph["warnings"]``.

    Parameters
    ----------
    kinds : str or collection of str, optional
        Only dependencies of these kinds; without ``dev`` the packages for development are left out, too.

    Returns
    -------
    networkx.DiGraph
        Nodes have ``name``, ``version``, ``licence``, ``source`` or ``path``, and ``dev``; edges ``clause``, ``kind``
        and ``alias``. ``G.graph["unmet"]`` names what is required and not in the file, with who requires it.

    Raises
    ------
    FormatError
        Broken JSON, no package of these kinds, or values of another shape.
    UsageError
        A kind that Composer does not have.

    References
    ----------
    Composer's documentation, *The composer.json schema*, https://getcomposer.org/doc/04-schema.md

    Examples
    --------
    >>> lock = b'''{"packages": [{"name": "acme/web", "version": "2.0", "require": {"php": ">=8", "acme/core": "^1"}},
    ... {"name": "acme/core", "version": "1.5"}], "packages-dev": []}'''
    >>> list(read_composer_lock(lock, name="composer.lock").edges(data=True))
    [('acme/web', 'acme/core', {'clause': '^1', 'kind': 'normal'})]
    """
    document = mapping(parse_json(data, name), name)
    if "packages" not in document:
        raise FormatError(f"{name}: no packages, as every composer.lock has")
    wanted = chosen_kinds(kinds, KINDS, default=KINDS)
    every = [entry for key in LISTS for entry in _entries(document, key, name)]
    entries = [entry for entry in every if entry[1] in wanted or entry[1] == "normal"]
    required = list(_required(entries))
    places = _places(entries)
    needs = (
        Need(tail, head, entries[tail][1], _said(clause, called, entries[head][2]))
        for tail, called, clause in required
        for head in places.get(called.lower(), ())
        if head != tail
    )
    unmet = [(tail, called) for tail, called, _ in required if called.lower() not in places and "/" in called]
    packages = [_attributes(*entry) for entry in entries]
    graph = package_graph(packages, needs, name=name, format="composer.lock", known=KINDS, kinds=kinds, unmet=unmet)
    if kinds:
        leave_out(graph, [package["name"] for *_, package in every[len(entries) :]], by_kinds(kinds))
    if platform := list(dict.fromkeys(called for _, called, _ in required if "/" not in called)):
        sentence = f"{name}: what is required of the platform makes no edge: {listed_few(platform)}"
        graph.graph.setdefault("warnings", []).append(sentence)
    return graph


def _entries(document: Record, key: str, name: str) -> Iterator[tuple[str, str, Record]]:
    """Yield the packages of a list: the words for the place, the kind of what each requires, and its record."""
    for where, package in mappings(document.get(key), f"{name}: {key}"):
        required_text(package, "name", where)
        yield where, LISTS[key], package


def _required(entries: Collection[tuple[str, str, Record]]) -> Iterator[tuple[int, str, str]]:
    for tail, (where, _, package) in enumerate(entries):
        for called, clause in _names(package, "require", where).items():
            yield tail, called, text(clause, f"{where}: require")


def _names(package: Record, field: str, where: str) -> Record:
    return mapping(package.get(field) or None, f"{where}: {field}")  # PHP writes an empty object as a list


def _places(entries: Collection[tuple[str, str, Record]]) -> Mapping[str, list[int]]:
    """Return where the packages are that a name means: its own, else those that replace it, else that provide it."""
    places = {package["name"].lower(): [place] for place, (_, _, package) in enumerate(entries)}
    for field in STANDING_IN:
        others: dict[str, list[int]] = {}
        for place, (where, _, package) in enumerate(entries):
            for called in _names(package, field, where):
                others.setdefault(called.lower(), []).append(place)
        places = others | places
    return places


def _said(clause: str, called: str, head: Record) -> Record:
    return {"clause": clause} | ({} if called.lower() == head["name"].lower() else {"alias": called})


def _attributes(where: str, kind: str, package: Record) -> Record:
    licences = [text(one, f"{where}: license") for one in listing(package.get("license"), f"{where}: license")]
    attributes: Record = {"name": package["name"], "version": text(package.get("version"), where)}
    attributes |= {"licence": " OR ".join(licences)} | _origin(package, where)
    return attributes | ({"dev": True} if kind == "dev" else {})


def _origin(package: Record, where: str) -> Record:
    dist = mapping(package.get("dist"), f"{where}: dist")
    if dist.get("type") == "path":
        return {"path": text(dist.get("url"), f"{where}: dist")}
    source = mapping(package.get("source"), f"{where}: source")
    return {"source": f"{source.get('type', '')}+{source['url']}" if source.get("url") else ""}
