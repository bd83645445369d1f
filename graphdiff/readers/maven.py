"""Maven's ``dependency:tree``: artifacts of one or several modules, joined where a module needs another."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from graphdiff.errors import FormatError
from graphdiff.readers.documents import Record
from graphdiff.readers.maven_trees import Tree, trees_of
from graphdiff.readers.packages import Need, PackageGraph, package_graph

__all__ = ["KINDS", "read_maven"]

#: From the widest scope to the narrowest.
KINDS = ("compile", "runtime", "provided", "system", "test", "import")
CONFLICT = re.compile(r"omitted for conflict with ([^\s;)]+)")
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
    ``clause``. An edge has its scope as ``kind``, of several modules the widest, and ``optional`` where it is.

    Parameters
    ----------
    data : bytes
        The decompressed output; a log around DOT does no harm.
    name : str
        The file's name, for messages.
    kinds : str or collection of str, optional
        Only dependencies of these scopes, and the artifacts that the modules reach by them.

    Returns
    -------
    networkx.DiGraph

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
    won, omitted = CONFLICT.search(remark), OMITTED.search(remark)
    return Artifact(
        name=":".join(called),
        version=won[1] if won else version,
        scope=scope,
        clause=version if won else "",
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
        said = {"clause": needed.clause, "omitted": needed.omitted, "optional": needed.optional}
        yield Need(places[tail], places[head], needed.scope, said)


def _identity(package: Record) -> str:
    return f"{package['name']}@{package['version']}"
