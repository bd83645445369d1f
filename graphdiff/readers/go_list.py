"""What ``go list -json`` prints: packages of Go source, and what they import."""

from __future__ import annotations

import networkx as nx

from graphdiff.readers.building import described
from graphdiff.readers.documents import Record, json_values, mapping, required_text, text, texts

__all__ = ["read_go_list"]


def read_go_list(data: bytes, *, name: str) -> nx.DiGraph:
    """Read ``go list -json``: the tail of an edge imports its head.

    Nodes are import paths; imports of tests are not read. ``ImportMap`` (vendored packages) is followed. A package has
    its folder as ``file``, the ``module`` that it belongs to with its ``version``, and ``standard`` and ``deponly``
    where they hold, as far as go was asked for them.

    Parameters
    ----------
    data : bytes
        The decompressed output: JSON objects one after another.
    name : str
        The file's name, for messages.

    Raises
    ------
    FormatError
        Broken JSON, an object without ``ImportPath``, or values of another shape.

    Examples
    --------
    >>> said = b'{"ImportPath": "bufio", "Imports": ["io"]} {"ImportPath": "io"}'
    >>> list(read_go_list(said, name="std.json").edges)
    [('bufio', 'io')]
    """
    graph = nx.DiGraph()
    for position, value in enumerate(json_values(data, name)):
        where = f"{name}: package {position + 1}"
        package = mapping(value, where)
        path = required_text(package, "ImportPath", where)
        renamed = mapping(package.get("ImportMap"), where)
        imports = texts(package.get("Imports"), f"{where}: Imports")
        graph.add_node(path, **_attributes(package, where))
        graph.add_edges_from((path, text(renamed.get(other, other), where)) for other in imports)
    return described(graph, format="go list", edge_meaning="imports", weight_meaning="none")


def _attributes(package: Record, where: str) -> Record:
    module = mapping(package.get("Module"), f"{where}: Module")
    said = {
        "file": text(package.get("Dir"), f"{where}: Dir"),
        "module": text(module.get("Path"), f"{where}: Module"),
        "version": text(module.get("Version"), f"{where}: Module"),
    }
    flags = {flag.lower(): True for flag in ("Standard", "DepOnly") if package.get(flag) is True}
    return {key: value for key, value in said.items() if value} | flags
