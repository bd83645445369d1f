"""Tools that are told by the DOT that they write, and what their edges and nodes are: one row a tool."""

from __future__ import annotations

import re

__all__ = ["DOT_TOOLS", "meanings_of"]

DOT_TOOLS: dict[str, tuple[str, str, str]] = {
    "dependency-cruiser": (r'digraph "dependency-cruiser output"\s*+\{', "imports", "modules"),
    "depgraph-maven-plugin": (r"// Node Definitions:\s", "depends on", "artifacts"),
    # Projects are called by their paths, as in ":app" -> ":core:data".
    "Gradle": (r'(?m)^\s*+":[\w.:-]++"\s*+->\s*+":[\w.:-]++"', "depends on", "projects"),
    "Gradle, by dependency-graph-generator": (
        r'digraph "G"(?s:.{0,2000}?)"fillcolor"="#[0-9a-fA-F]{6}"',
        "depends on",
        "artifacts",
    ),
}
LOOKED_AT = 1 << 16


def meanings_of(text: str) -> dict[str, str]:
    r"""Return what the edges and nodes of a DOT text mean, by the tool that it is told by; nothing where it is of none.

    Examples
    --------
    >>> meanings_of('digraph { ":app" -> ":core" }'), meanings_of('digraph {\n":app" -> ":core" }')
    ({}, {'edge_meaning': 'depends on', 'node_meaning': 'projects'})
    """
    head = text[:LOOKED_AT]
    found = ((edges, nodes) for pattern, edges, nodes in DOT_TOOLS.values() if re.search(pattern, head))
    return next((dict(zip(("edge_meaning", "node_meaning"), both, strict=True)) for both in found), {})
