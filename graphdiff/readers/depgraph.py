"""The JSON of depgraph-maven-plugin: artifacts and which needs which."""

from __future__ import annotations

from graphdiff.readers.documents import Record, mapping, mappings, parse_json, required_text, text, texts
from graphdiff.readers.packages import Need, PackageGraph, package_graph, place_of

__all__ = ["read_depgraph"]


def read_depgraph(data: bytes, *, name: str) -> PackageGraph:
    """Read what ``depgraph:graph -DgraphFormat=json`` writes: the tail of an edge depends on its head.

    Nodes are the plugin's own ids (``group:artifact:type``), as in its DOT. A dependency that the resolution left out
    (a duplicate, a conflict) leads to the artifact that is there; ``resolution`` says so in the plugin's words, and
    ``clause`` is the version that was asked for. An artifact that no other needs is a root.

    Parameters
    ----------
    data : bytes
        The decompressed file.
    name : str
        The file's name, for messages.

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
        _need(said, places, where) for where, said in mappings(document.get("dependencies"), f"{name}: dependencies")
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


def _need(said: Record, places: dict[str, int], where: str) -> Need:
    tail, head = (place_of(said.get(end), places, f"{where}: {end}") for end in ("from", "to"))
    attributes = {"resolution": text(said.get("resolution"), where), "clause": text(said.get("version"), where)}
    return Need(tail, head, attributes=attributes)
