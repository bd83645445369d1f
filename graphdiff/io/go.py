"""What ``go list -json`` prints: packages of Go source, and what they import.

What ``go mod graph`` prints: a line has a module and one that it requires.
"""

from __future__ import annotations

import networkx as nx

from graphdiff.errors import FormatError
from graphdiff.io.building import described
from graphdiff.io.documents import Record, json_values, mapping, required_text, text, texts
from graphdiff.io.packages import Need, PackageGraph, package_graph
from graphdiff.io.source import text_of

__all__ = ["read_go_list", "read_go_mod_graph"]


def read_go_list(data: bytes, *, name: str) -> nx.DiGraph:
    """Read ``go list -json``: the tail of an edge imports its head.

    Nodes are import paths; imports of tests are not read. ``ImportMap`` (vendored packages) is followed. A package has
    its folder as ``file``, the ``module`` that it belongs to with its ``version``, and ``standard`` and ``deponly``
    where they hold, as far as go was asked for them.

    The output is JSON objects one after another.

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
    attributes = {
        "file": text(package.get("Dir"), f"{where}: Dir"),
        "module": text(module.get("Path"), f"{where}: Module"),
        "version": text(module.get("Version"), f"{where}: Module"),
    }
    flags = {flag.lower(): True for flag in ("Standard", "DepOnly") if package.get(flag) is True}
    return {key: value for key, value in attributes.items() if value} | flags


def read_go_mod_graph(data: bytes, *, name: str) -> PackageGraph:
    r"""Read ``go mod graph``: the tail of an edge requires its head.

    These are requirements as the modules state them, also of versions that are not chosen in the end; an edge has the
    version asked for, the least that would do, as ``clause``. A module without a version is one of the workspace's
    own: a root.

    Raises
    ------
    FormatError
        A line that has not two modules; its number is named.

    References
    ----------
    Go Modules Reference, https://go.dev/ref/mod#go-mod-graph

    Examples
    --------
    >>> lines = b"app golang.org/x/text@v0.3.0\ngolang.org/x/text@v0.3.0 golang.org/x/tools@v0.1.0\n"
    >>> list(read_go_mod_graph(lines, name="graph.txt").edges)
    [('app', 'golang.org/x/text'), ('golang.org/x/text', 'golang.org/x/tools')]
    """
    places: dict[str, int] = {}
    needs = []
    for number, line in enumerate(text_of(data).splitlines(), 1):
        words = line.split()
        if words and len(words) != 2:
            raise FormatError(f"{name}, line {number}: not two modules but {line[:60].strip()!r}")
        if words:
            tail, head = (places.setdefault(module, len(places)) for module in words)
            needs.append(Need(tail, head, attributes={"clause": words[1].partition("@")[2]}))
    packages = []
    for module in places:
        path, _, version = module.partition("@")
        packages.append({"name": path, "version": version, **({} if version else {"root": True})})
    return package_graph(packages, needs, name=name, format="go mod graph")
