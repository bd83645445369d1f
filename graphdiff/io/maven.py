"""Maven's ``dependency:tree``: artifacts of one or several modules, joined where a module needs another.

It writes in four shapes, DOT, GraphML, TGF and JSON, one tree a module. Each is taken as what it draws: ids with
labels, and edges between ids; the labels are read after that.

The JSON of depgraph-maven-plugin: artifacts and which needs which.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from graphdiff.errors import FormatError
from graphdiff.io.documents import (
    Record,
    json_values,
    listing,
    mapping,
    mappings,
    parse_json,
    required_text,
    text,
    texts,
)
from graphdiff.io.dot_text import find_graphs
from graphdiff.io.packages import Need, PackageGraph, package_graph, place_of
from graphdiff.io.source import text_of
from graphdiff.io.xml_graphs import read_graphml
from graphdiff.remedies import Keyword, Remedy

__all__ = ["KINDS", "Tree", "read_depgraph", "read_maven", "trees_of"]


#: From the widest scope to the narrowest.
KINDS = ("compile", "runtime", "provided", "system", "test", "import")

CONFLICT = re.compile(r"omitted for conflict with ([^\s;)]+)")

#: What an artifact that needs it asked for, where the build says which version is taken.
MANAGED = re.compile(r"version managed from ([^\s;)]+)")

OMITTED = re.compile(r"omitted for (conflict|duplicate|cycle)")


class Artifact(NamedTuple):
    """What a label says: ``(org.slf4j:slf4j-api:jar:1.7.32:runtime - omitted for conflict with 1.7.30)``."""

    name: str
    version: str
    scope: str
    clause: str
    omitted: str
    optional: bool


def read_maven(data: bytes, *, name: str, kinds: str | Collection[str] | None = None) -> PackageGraph:
    r"""Read what ``mvn dependency:tree -DoutputType=dot|graphml|tgf|json`` writes: the tail depends on its head.

    An artifact is called ``group:artifact``, with its type where that is neither jar nor pom, and its classifier. The
    trees of several modules become one graph, in which a module that another needs is one node; the modules are the
    roots. Maven writes an artifact where it stands first and leaves it out elsewhere; with ``-Dverbose`` it says so,
    and then those dependencies are read too: one that lost a conflict leads to the version that won, with its own as
    ``clause``; one whose version the build manages has that which was asked for. An edge has its scope as ``kind``, of
    several modules the widest, and ``optional`` where it is.

    A log around DOT does no harm.

    Parameters
    ----------
    kinds : str or collection of str, optional
        Only dependencies of these scopes, and the artifacts that the modules reach by them.

    Raises
    ------
    FormatError
        What is none of the four shapes, or a label that is no artifact.
    UsageError
        A scope that Maven does not have.

    References
    ----------
    Apache Maven Dependency Plugin, dependency:tree, https://maven.apache.org/plugins/maven-dependency-plugin/tree-mojo.html

    Examples
    --------
    >>> tree = b'1 g:app:jar:1.0\n2 g:lib:jar:2.0:test\n#\n1 2 test\n'
    >>> list(read_maven(tree, name="tree.tgf").edges(data=True))
    [('g:app', 'g:lib', {'kind': 'test'})]
    """
    packages: list[Record] = []
    widest: dict[tuple[str, str], Need] = {}
    for tree in trees_of(data, name):
        artifacts = {node: parsed(label, name) for node, label in tree.labels.items()}
        for need in _needs(tree, artifacts, packages):
            ends = (_identity(packages[need.tail]), _identity(packages[need.head]))
            before = widest.setdefault(ends, need)
            if KINDS.index(need.kind or "compile") < KINDS.index(before.kind or "compile"):
                widest[ends] = need
    return package_graph(packages, widest.values(), name=name, format="Maven dependency tree", known=KINDS, kinds=kinds)


def parsed(label: str, name: str) -> Artifact:
    """Return what a label says.

    Examples
    --------
    >>> parsed("(g:a:jar:2.0:test - omitted for conflict with 1.0)", "x.dot")
    Artifact(name='g:a', version='1.0', scope='test', clause='2.0', omitted='conflict', optional=False)
    >>> parsed("(g:a:jar:2.0:compile - version managed from 1.0; omitted for duplicate)", "x.dot").clause
    '1.0'
    >>> parsed("g:a:test-jar:tests:1.0:test", "x.dot").name
    'g:a:test-jar:tests'
    """
    written, _, remark = label.strip().lstrip("(").partition(" ")
    parts = written.rstrip(")").split(":")
    scope = parts.pop() if len(parts) > 4 and parts[-1] in KINDS else ""
    if not 4 <= len(parts) <= 5 or not all(parts):
        raise FormatError(f"{name}: {label[:80]!r} is no artifact such as group:artifact:jar:1.0:compile")
    group, artifact, kind, *classifier, version = parts
    called = [group, artifact, *([kind] if classifier or kind not in ("jar", "pom") else []), *classifier]
    won, managed, omitted = (pattern.search(remark) for pattern in (CONFLICT, MANAGED, OMITTED))
    return Artifact(
        name=":".join(called),
        version=won[1] if won else version,
        scope=scope,
        clause=managed[1] if managed else version if won else "",
        omitted=omitted[1] if omitted else "",
        optional="(optional" in remark,
    )


def _needs(tree: Tree, artifacts: dict[str, Artifact], packages: list[Record]) -> Iterator[Need]:
    places: dict[str, int] = {}
    for node, artifact in artifacts.items():
        root = {} if places else {"root": True}
        places[node] = len(packages)
        packages.append({"name": artifact.name, "version": artifact.version, **root})
    for tail, head in tree.edges:
        needed = artifacts[head]
        attributes = {"clause": needed.clause, "omitted": needed.omitted, "optional": needed.optional}
        yield Need(places[tail], places[head], needed.scope, attributes)


def _identity(package: Record) -> str:
    return f"{package['name']}@{package['version']}"


DOT_HEADER = re.compile(r'[^"{]*+"[^"]*+"\s*+\{')

DOT_ITEM = re.compile(r'\s*+"([^"]++)"(?:\s*+->\s*+"([^"]++)")?+(?:\s*+\[[^\]]*+\])?+\s*+;?')

XML_START = re.compile(rb"<\?xml\b|<graphml\b")


@dataclass
class Tree:
    """The tree of one module.

    Attributes
    ----------
    labels : dict
        By id, what the file says of an artifact, the module's own first: ``group:artifact:type:version:scope``.
    edges : list of tuple
        Pairs of ids.
    """

    labels: dict[str, str] = field(default_factory=dict)
    edges: list[tuple[str, str]] = field(default_factory=list)


def trees_of(data: bytes, name: str) -> list[Tree]:
    r"""Return the trees of a file, one for each module of the build that wrote it.

    Examples
    --------
    >>> trees_of(b"1 g:app:jar:1.0\n2 g:lib:jar:2.0:compile\n#\n1 2 compile\n", "tree.tgf")
    [Tree(labels={'1': 'g:app:jar:1.0', '2': 'g:lib:jar:2.0:compile'}, edges=[('1', '2')])]
    """
    start = data.lstrip()
    if start.startswith(b"<"):
        return list(_graphml(data, name))
    if start.startswith(b"{"):
        return [_json(value, name) for value in json_values(data, name)]
    if re.match(rb"-?\d+ \S+:", start):
        return _tgf(text_of(data), name)
    return list(_dot(data, name))


def _dot(data: bytes, name: str) -> Iterator[Tree]:
    graphs = list(find_graphs(text_of(data)))
    if not graphs:
        raise FormatError(f"{name}: no artifact tree in it, in none of the shapes dot, graphml, tgf and json")
    for graph in graphs:
        header = DOT_HEADER.match(graph.text)
        tree, end = Tree({graph.name: graph.name}), header.end() if header else 0
        # Maven writes edges between quoted ids, one a line, and nothing else of DOT.
        for item in DOT_ITEM.finditer(graph.text, end):
            if graph.text[end : item.start()].strip():
                break
            end = item.end()
            ids = [group for group in item.groups() if group is not None]
            tree.labels.update((group, group) for group in ids)
            tree.edges += [(ids[0], ids[1])] if len(ids) == 2 else []
        if graph.text[end:].strip() != "}":
            line = graph.line + graph.text.count("\n", 0, end)
            raise FormatError(
                f"{name}, line {line}: not the DOT of a Maven tree", Remedy(Keyword("format", "dot"), "reads any")
            )
        yield tree


def _graphml(data: bytes, name: str) -> Iterator[Tree]:
    starts = [match.start() for match in XML_START.finditer(data)]
    # Modules are appended as whole documents; each starts with its declaration, where it has one.
    first = data[starts[0] : starts[0] + 5] if starts else b""
    starts = [start for start in starts if data[start : start + 5] == first] or [0]
    for start, end in zip(starts, [*starts[1:], len(data)], strict=True):
        graph = read_graphml(data[start:end].strip(), name=name)
        labels = {node: str(label or "") for node, label in graph.nodes(data="label")}
        yield Tree(labels, list(graph.edges()))


def _tgf(content: str, name: str) -> list[Tree]:
    trees = [Tree()]
    for number, line in enumerate(content.splitlines(), 1):
        first, _, rest = line.strip().partition(" ")
        if not first or first == "#":
            continue
        if ":" in rest:
            # A node behind edges is the next module's first.
            if trees[-1].edges and first not in trees[-1].labels:
                trees.append(Tree())
            trees[-1].labels[first] = rest
        elif rest.split() and first in trees[-1].labels and rest.split()[0] in trees[-1].labels:
            trees[-1].edges.append((first, rest.split()[0]))
        else:
            raise FormatError(f"{name}, line {number}: neither an artifact nor an edge between two: {line[:60]!r}")
    return trees


def _json(value: object, name: str) -> Tree:
    tree = Tree()
    waiting = [("", mapping(value, name))]
    # The list grows while it is walked: a tree in breadth, without recursion.
    for place, (above, record) in enumerate(waiting):
        tree.labels[str(place)] = _label(record, name)
        if above:
            tree.edges.append((above, str(place)))
        children = listing(record.get("children"), f"{name}: children")
        waiting.extend((str(place), mapping(child, f"{name}: children")) for child in children)
    return tree


def _label(record: Record, name: str) -> str:
    keys = ("groupId", "artifactId", "type", "classifier", "version", "scope")
    parts = [text(record.get(key), f"{name}: {key}") for key in keys]
    optional = " (optional)" if record.get("optional") in (True, "true") else ""
    return ":".join(coordinate for coordinate in parts if coordinate) + optional


def read_depgraph(data: bytes, *, name: str) -> PackageGraph:
    """Read what ``depgraph:graph -DgraphFormat=json`` writes: the tail of an edge depends on its head.

    Nodes are the plugin's own ids (``group:artifact:type``), as in its DOT. A dependency that the resolution left out
    (a duplicate, a conflict) leads to the artifact that is there; ``resolution`` says so in the plugin's words, and
    ``clause`` is the version that was asked for. An artifact that no other needs is a root.

    Raises
    ------
    FormatError
        Broken JSON, a dependency between artifacts that are not there, or values of another shape.

    References
    ----------
    The plugin, https://github.com/ferstl/depgraph-maven-plugin

    Examples
    --------
    >>> said = b'''{"graphName": "x", "artifacts": [{"id": "g:a:jar"}, {"id": "g:b:jar"}],
    ... "dependencies": [{"from": "g:a:jar", "to": "g:b:jar", "resolution": "INCLUDED"}]}'''
    >>> list(read_depgraph(said, name="x.json").edges(data=True))
    [('g:a:jar', 'g:b:jar', {'resolution': 'INCLUDED'})]
    """
    document = mapping(parse_json(data, name), name)
    artifacts = [artifact for _, artifact in mappings(document.get("artifacts"), f"{name}: artifacts")]
    places = {_id(artifact, name): place for place, artifact in enumerate(artifacts)}
    needs = [
        _need(record, places, where)
        for where, record in mappings(document.get("dependencies"), f"{name}: dependencies")
    ]
    needed = {need.head for need in needs}
    packages = [
        _attributes(artifact, name) | ({} if place in needed else {"root": True})
        for place, artifact in enumerate(artifacts)
    ]
    return package_graph(packages, needs, name=name, format="depgraph-maven-plugin")


def _id(artifact: Record, name: str) -> str:
    return required_text(artifact, "id", f"{name}: an artifact")


def _attributes(artifact: Record, name: str) -> Record:
    where = f"{name}: artifacts"
    scopes = texts(artifact.get("scopes"), f"{where}: scopes")
    optional = {"optional": True} if artifact.get("optional") is True else {}
    version = text(artifact.get("version"), where)
    return {"name": _id(artifact, name), "version": version, "scopes": ", ".join(scopes), **optional}


def _need(record: Record, places: dict[str, int], where: str) -> Need:
    tail, head = (place_of(record.get(end), places, f"{where}: {end}") for end in ("from", "to"))
    attributes = {"resolution": text(record.get("resolution"), where), "clause": text(record.get("version"), where)}
    return Need(tail, head, attributes=attributes)
