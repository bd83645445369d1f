"""Tools that are told by the DOT that they write, and what an edge means to them: one row a tool."""

from __future__ import annotations

import re

__all__ = ["DOT_TOOLS", "edge_meaning_of"]

DOT_TOOLS: dict[str, tuple[str, str]] = {
    "dependency-cruiser": (r'digraph "dependency-cruiser output"\s*+\{', "imports"),
    "depgraph-maven-plugin": (r"// Node Definitions:\s", "depends on"),
    # Projects are called by their paths, as in ":app" -> ":core:data".
    "Gradle": (r'(?m)^\s*+":[\w.:-]++"\s*+->\s*+":[\w.:-]++"', "depends on"),
    "Gradle, by dependency-graph-generator": (r'digraph "G"(?s:.{0,2000}?)"fillcolor"="#[0-9a-fA-F]{6}"', "depends on"),
}
LOOKED_AT = 1 << 16


def edge_meaning_of(text: str) -> str | None:
    r"""Return what an edge means in a DOT text, None where no tool is told by it.

    Examples
    --------
    >>> edge_meaning_of('digraph { ":app" -> ":core" }'), edge_meaning_of('digraph {\n":app" -> ":core" }')
    (None, 'depends on')
    """
    head = text[:LOOKED_AT]
    return next((meaning for pattern, meaning in DOT_TOOLS.values() if re.search(pattern, head)), None)
