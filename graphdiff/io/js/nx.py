"""The graph of nx's projects, as ``nx graph --file`` writes it and as nx keeps it in its folder of workspace data."""

from __future__ import annotations

from collections.abc import Collection

from graphdiff.errors import FormatError
from graphdiff.io.documents import Record, mapping, mappings, parse_json, required_text, text, texts
from graphdiff.io.packages import Need, PackageGraph, package_graph

__all__ = ["KINDS", "read_nx"]

#: How nx knows of a dependency: from the source, from what is loaded later, from the settings.
KINDS = ("static", "dynamic", "implicit")


def read_nx(data: bytes, *, name: str, kinds: str | Collection[str] | None = None) -> PackageGraph:
    """Read ``nx graph --file=FILE.json`` or ``.nx/workspace-data/project-graph.json``: the tail depends on its head.

    Nodes are the projects; in the second file the packages that they use, too (``npm:react``), with their versions. A
    project has its ``type`` (app, lib, e2e), its ``path``, its ``tags``, and the version of the package that it is. An
    edge has its ``kind`` (static, dynamic or implicit). nx says of no project that it is a root. What is needed and
    not in the file is in ``G.graph["unmet"]``.

    Parameters
    ----------
    kinds : str or collection of str, optional
        Only dependencies of these kinds.

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph
        See `graphdiff.io.packages` for what is one edge.

    Raises
    ------
    FormatError
        Broken JSON, no project, or values of another shape.
    UsageError
        A kind that nx does not have.

    References
    ----------
    nx's documentation, *nx graph*, https://nx.dev/nx-api/nx/documents/dep-graph

    Examples
    --------
    >>> said = b'''{"graph": {"nodes": {"app": {"type": "app"}, "ui": {"type": "lib"}},
    ... "dependencies": {"app": [{"source": "app", "target": "ui", "type": "static"}]}}}'''
    >>> list(read_nx(said, name="graph.json").edges(data=True))
    [('app', 'ui', {'kind': 'static'})]
    """
    document = mapping(parse_json(data, name), name)
    graph = mapping(document.get("graph", document), f"{name}: graph")
    projects = mapping(graph.get("nodes"), f"{name}: nodes")
    if not projects:
        raise FormatError(f"{name}: no project in it")
    others = mapping(graph.get("externalNodes"), f"{name}: externalNodes")
    packages = [_project(called, value, f"{name}: {called}") for called, value in projects.items()]
    packages += [_package(called, value, f"{name}: {called}") for called, value in others.items()]
    places = {called: place for place, called in enumerate([*projects, *others])}
    needs: list[Need] = []
    unmet: list[tuple[int, str]] = []
    for tail, listed in mapping(graph.get("dependencies"), f"{name}: dependencies").items():
        for where, one in mappings(listed, f"{name}: dependencies: {tail}"):
            head = required_text(one, "target", where)
            if tail not in places:
                raise FormatError(f"{where}: {tail!r} is not among the projects")
            if head in places:
                needs.append(Need(places[tail], places[head], text(one.get("type"), where)))
            else:
                unmet.append((places[tail], head))
    return package_graph(packages, needs, name=name, format="nx graph", known=KINDS, kinds=kinds, unmet=unmet)


def _project(called: str, value: object, where: str) -> Record:
    project = mapping(value, where)
    data = mapping(project.get("data"), where)
    script = mapping(mapping(data.get("metadata"), where).get("js"), where)
    return {
        "name": called,
        "version": text(script.get("packageVersion"), where),
        "type": text(project.get("type"), where),
        "path": text(data.get("root"), where),
        "tags": ", ".join(texts(data.get("tags"), f"{where}: tags")),
    }


def _package(called: str, value: object, where: str) -> Record:
    package = mapping(value, where)
    version = text(mapping(package.get("data"), where).get("version"), where)
    return {"name": called, "version": version, "type": text(package.get("type"), where)}
