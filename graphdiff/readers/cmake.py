"""The drawing that ``cmake --graphviz=FILE`` makes of a project's targets."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import networkx as nx

from graphdiff.readers.dot import read_dot
from graphdiff.readers.dot_names import of_kinds, renamed, told, without_attributes

__all__ = ["read_cmake"]

# As the legend in each such file has them; it is of the same shapes and lines in all.
TARGETS = {
    "egg": "executable",
    "octagon": "static library",
    "doubleoctagon": "shared library",
    "tripleoctagon": "module library",
    "pentagon": "interface library",
    "hexagon": "object library",
    "septagon": "unknown library",
    "box": "custom target",
}
LINKS = {"": "public", "solid": "public", "dashed": "interface", "dotted": "private"}
LEGEND = "legendNode"


def read_cmake(
    data: bytes, *, name: str, kinds: str | Collection[str] | None = None, **limits: Any
) -> nx.DiGraph | nx.MultiDiGraph:
    r"""Read ``cmake --graphviz``: the tail of an edge is linked with its head, so it depends on it.

    Legend and invisible edges are left out. Ids are the names of the targets where no two have the same, else CMake's
    ``node7``.

    Parameters
    ----------
    data : bytes
        The content.
    name : str
        The file's name, for messages.
    kinds : str or collection of str, optional
        Only links of these kinds, separated by commas: public, interface, private.
    **limits
        What `graphdiff.readers.dot.read_dot` takes.

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph
        Nodes have ``type`` ("static library") and ``alias``, edges ``kind`` ("private").

    Raises
    ------
    FormatError, GraphTypeError, LimitError, UsageError
        As `graphdiff.readers.dot.read_dot`; or no edge is of one of the `kinds`.

    References
    ----------
    .. [1] https://cmake.org/cmake/help/latest/module/CMakeGraphVizOptions.html

    Examples
    --------
    >>> text = b'''digraph "x" { subgraph clusterLegend { legendNode0 -> legendNode1 [style = invis]; }
    ... node0 [label="app", shape=egg]; node1 [label="fmt\\n(fmt::fmt)", shape=octagon];
    ... node0 -> node1 [style = dotted] }'''
    >>> G = read_cmake(text, name="x.dot")
    >>> list(G.edges(data=True)), G.nodes["fmt"]
    ([('app', 'fmt', {'kind': 'private'})], {'type': 'static library', 'alias': 'fmt::fmt'})
    """
    graph = read_dot(data, name=name, **limits)
    graph.remove_nodes_from([node for node in graph if node.startswith(LEGEND)])
    keyed = {"keys": True} if graph.is_multigraph() else {}
    graph.remove_edges_from([e[:-1] for e in graph.edges(data="style", **keyed) if e[-1] == "invis"])
    graph = renamed(graph, lambda node, attributes: str(attributes.get("label", "")).partition(r"\n")[0])
    for _, attributes in graph.nodes(data=True):
        attributes.update(_target(attributes))
    for _, _, attributes in graph.edges(data=True):
        attributes["kind"] = LINKS.get(attributes.get("style", ""), "public")
    graph = without_attributes(graph, nodes=("label", "shape", "fontsize"), edges=("style",))
    return told(of_kinds(graph, kinds), format="CMake targets (DOT)", edge_meaning="depends on")


def _target(attributes: dict[str, Any]) -> dict[str, str]:
    alias = str(attributes.get("label", "")).partition(r"\n")[2].strip("()")
    said = {"type": TARGETS.get(str(attributes.get("shape", "")), ""), "alias": alias}
    return {key: value for key, value in said.items() if value}
