"""Snyk's dep-graph JSON: packages, and nodes that stand for them; a pruned node is one whose needs stand elsewhere."""

from __future__ import annotations

from graphdiff.errors import FormatError
from graphdiff.io.documents import Record, mapping, mappings, parse_json, text
from graphdiff.io.packages import Need, PackageGraph, package_graph, place_of

__all__ = ["read_snyk"]


def read_snyk(data: bytes, *, name: str) -> PackageGraph:
    """Read a dep-graph as ``snyk test --print-graph`` writes it: the tail of an edge depends on its head.

    A package may have several nodes, of which the pruned ones leave out what it needs; one version of a package is one
    node here, so nothing is lost.

    Raises
    ------
    FormatError
        Broken JSON, a reference to a package or node that is not there, or values of another shape.

    References
    ----------
    The format, https://github.com/snyk/dep-graph

    Examples
    --------
    >>> said = b'''{"schemaVersion": "1.3.0", "pkgManager": {"name": "gomodules"}, "pkgs": [
    ... {"id": "a@1", "info": {"name": "a", "version": "1"}}, {"id": "b@2", "info": {"name": "b", "version": "2"}}],
    ... "graph": {"rootNodeId": "root", "nodes": [{"nodeId": "root", "pkgId": "a@1", "deps": [{"nodeId": "b"}]},
    ... {"nodeId": "b", "pkgId": "b@2", "deps": []}]}}'''
    >>> list(read_snyk(said, name="graph.json").edges)
    [('a', 'b')]
    """
    document = mapping(parse_json(data, name), name)
    body = mapping(document.get("graph"), f"{name}: graph")
    nodes = [node for _, node in mappings(body.get("nodes"), f"{name}: graph.nodes")]
    infos = _infos(document, name)
    packages: list[Record] = []
    places: dict[str, int] = {}
    for node in nodes:
        places[text(node.get("nodeId"), f"{name}: graph.nodes")] = len(packages)
        info = infos.get(text(node.get("pkgId"), f"{name}: graph.nodes"))
        if info is None:
            raise FormatError(f"{name}: the package {node.get('pkgId')!r} of a node is not among the pkgs")
        packages.append(info | ({"root": True} if node.get("nodeId") == body.get("rootNodeId") else {}))
    needs = [
        Need(tail, place_of(dep.get("nodeId"), places, f"{name}: deps"))
        for tail, node in enumerate(nodes)
        for _, dep in mappings(node.get("deps"), f"{name}: deps")
    ]
    return package_graph(packages, needs, name=name, format="Snyk dep-graph")


def _infos(document: Record, name: str) -> dict[str, Record]:
    infos = {}
    for where, package in mappings(document.get("pkgs"), f"{name}: pkgs"):
        info = mapping(package.get("info"), where)
        attributes = {"name": text(info.get("name"), where), "version": text(info.get("version"), where)}
        infos[text(package.get("id"), where)] = attributes | {"purl": text(info.get("purl"), where)}
    return infos
