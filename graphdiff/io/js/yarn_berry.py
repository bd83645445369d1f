"""Yarn's ``yarn.lock`` since version 2 ("berry"): YAML whose keys are all that asks for a package."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from graphdiff.errors import FormatError
from graphdiff.io.documents import Record, mapping, parse_yaml, text
from graphdiff.io.packages import Need, PackageGraph, package_graph

__all__ = ["KINDS", "read_yarn_berry"]

KINDS = ("normal", "optional", "peer")
NO_VERSION = "0.0.0-use.local"


class _Entry(NamedTuple):
    key: str
    record: Record
    name: str
    reference: str


def read_yarn_berry(data: bytes, *, name: str, kinds: str | Collection[str] | None = None) -> PackageGraph:
    r"""Read a ``yarn.lock`` of version 2 or later: the tail of an edge depends on its head.

    A package is found by the name and range that ask for it; a range without a protocol means ``npm:``. Where a
    resolution of the project's replaced the range, the only version of the name is taken. The workspaces are the
    roots; what they need for development is not told apart in the file. An edge has its ``kind`` (normal, optional,
    or peer), the range as ``clause``, ``optional`` where it may be missing, and ``alias`` where the package is
    installed under another name. The file does not say which version a peer is; it is the one that who needs the
    package needs beside it.

    Parameters
    ----------
    kinds : str or collection of str, optional
        Only dependencies of these kinds, and the packages that the workspaces reach by them.

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph
        ``G.graph["unmet"]`` names the dependencies that have no entry, with who needs them.

    Raises
    ------
    FormatError
        Broken YAML, or values of another shape.
    UsageError
        A kind that the format does not have.

    Examples
    --------
    >>> lock = b'''__metadata: {version: 8}
    ... "app@workspace:.": {resolution: "app@workspace:.", dependencies: {ms: "npm:^2.0.0"}}
    ... "ms@npm:^2.0.0, ms@npm:^2.1.0": {version: 2.1.3, resolution: "ms@npm:2.1.3"}'''
    >>> list(read_yarn_berry(lock, name="yarn.lock").edges(data=True))
    [('app', 'ms', {'clause': '^2.0.0', 'kind': 'normal'})]
    """
    document = mapping((parse_yaml(data, name) or [None])[0], name)
    entries = [_entry(key, value, name) for key, value in document.items() if key != "__metadata"]
    needs, unmet = _needs(entries, name)
    needs += _peers(entries, needs, name)
    packages = [_attributes(entry, name) for entry in entries]
    return package_graph(packages, needs, name=name, format="yarn.lock", known=KINDS, kinds=kinds, unmet=unmet)


def _entry(key: str, value: object, name: str) -> _Entry:
    record = mapping(value, f"{name}: {key}")
    resolution = text(record.get("resolution"), f"{name}: {key}")
    cut = resolution.find("@", 1)
    if cut < 0:
        raise FormatError(f"{name}: {key[:60]!r} has no resolution such as name@npm:1.0.0")
    return _Entry(key, record, resolution[:cut], resolution[cut + 1 :])


def _attributes(entry: _Entry, name: str) -> Record:
    version = text(entry.record.get("version"), f"{name}: {entry.key}")
    attributes: Record = {"name": entry.name, "version": "" if version == NO_VERSION else version}
    if entry.reference.startswith("workspace:"):
        attributes |= {"path": entry.reference.removeprefix("workspace:"), "root": True}
    if "conditions" in entry.record:
        attributes["marker"] = text(entry.record["conditions"], f"{name}: {entry.key}")
    return attributes


def _needs(entries: list[_Entry], name: str) -> tuple[list[Need], list[tuple[int, str]]]:
    places = {asked.strip(): place for place, entry in enumerate(entries) for asked in entry.key.split(",")}
    by_name: dict[str, list[int]] = {}
    for place, entry in enumerate(entries):
        by_name.setdefault(entry.name, []).append(place)
    needs: list[Need] = []
    unmet: list[tuple[int, str]] = []
    for tail, entry in enumerate(entries):
        for wanted, clause, optional in _wanted(entry, name):
            asked = (f"{wanted}@{clause}", f"{wanted}@npm:{clause}")
            only = by_name.get(wanted, [])
            head = next((places[key] for key in asked if key in places), only[0] if len(only) == 1 else None)
            if head is None:
                unmet += [] if optional else [(tail, wanted)]
                continue
            kind = "optional" if optional else "normal"
            data = {"clause": clause.removeprefix("npm:"), "optional": optional}
            needs.append(Need(tail, head, kind, data | ({} if entries[head].name == wanted else {"alias": wanted})))
    return needs, unmet


def _wanted(entry: _Entry, name: str) -> Iterator[tuple[str, str, bool]]:
    where = f"{name}: {entry.key}"
    meta = mapping(entry.record.get("dependenciesMeta"), where)
    for wanted, clause in mapping(entry.record.get("dependencies"), where).items():
        yield wanted, text(clause, where), mapping(meta.get(wanted), where).get("optional") == "true"
    for wanted, clause in mapping(entry.record.get("optionalDependencies"), where).items():
        yield wanted, text(clause, where), True


def _peers(entries: list[_Entry], needs: list[Need], name: str) -> list[Need]:
    beside: dict[int, dict[str, int]] = {place: {entry.name: place} for place, entry in enumerate(entries)}
    for need in needs:
        beside[need.tail][str(need.attributes.get("alias", entries[need.head].name))] = need.head
    by_ends: dict[tuple[int, int], Need] = {}
    for need in needs:
        record, where = entries[need.head].record, f"{name}: {entries[need.head].key}"
        meta = mapping(record.get("peerDependenciesMeta"), where)
        for peer, clause in mapping(record.get("peerDependencies"), where).items():
            head = beside[need.tail].get(peer)
            if head is not None:
                optional = mapping(meta.get(peer), where).get("optional") == "true"
                attributes = {"clause": text(clause, where), "optional": optional}
                by_ends[need.head, head] = Need(need.head, head, "peer", attributes)
    return list(by_ends.values())
