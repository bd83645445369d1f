"""What an edge asks for: the range, the kind, the extra, the marker, in the words that its file has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from graphdiff.showing import one_line
from graphdiff.text.names import PLAIN, Edge, Naming
from graphdiff.text.numbers import plain, shorten

__all__ = [
    "FIELDS",
    "attributes_of",
    "edge_record",
    "marker_parts",
    "marker_text",
    "needed_text",
    "package_name",
    "requirement_record",
    "requirement_text",
]

#: The attributes of an edge that say what it asks for, in the order in which they are said.
FIELDS = ("clause", "kind", "extra", "marker", "optional")
NAMES = frozenset(FIELDS)

#: Kinds that say nothing but that there is an edge.
PLAIN_KINDS = frozenset(
    {"", "normal", "Depends", "runtime", "compile", "dependsOn", "DEPENDS_ON", "DEPENDENCY_OF"}
    | {"import-statement", "require-call", "static"}  # of bundlers and nx
)

#: Of one attribute no more is shown.
LONGEST = 64

#: One clause of Debian's: a name and, in brackets, a range.
CLAUSE = re.compile(r"(?P<name>[^\s:()|,]+)(?P<any>:\S+)?(?:\s*\((?P<range>[^()|,]+)\))?")


def requirement_record(data: Mapping[Any, Any]) -> dict[str, Any]:
    """Return what an edge asks for as plain fields: those of `FIELDS` that its attributes have.

    Examples
    --------
    >>> requirement_record({"clause": "^2.6.9", "kind": "dev", "weight": 2, "optional": True})
    {'clause': '^2.6.9', 'kind': 'dev', 'optional': True}
    >>> requirement_record({"extra": ["css", "html"], "clause": None})
    {'extra': ['css', 'html']}
    """
    if NAMES.isdisjoint(data):
        return {}
    return {name: _plain(data[name]) for name in FIELDS if data.get(name) is not None}


def edge_record(edge: Edge, graph: Any = None, naming: Naming = PLAIN) -> dict[str, Any]:
    """Return an edge as a record: its ends, its key if it has one, and what the graph says that it asks for.

    Examples
    --------
    >>> import networkx as nx
    >>> edge_record(("a", "b"), nx.DiGraph([("a", "b", {"clause": "^2"})]))
    {'source': 'a', 'target': 'b', 'clause': '^2'}
    """
    return naming.edge(edge) | requirement_record(attributes_of(graph, edge))


def requirement_text(data: Mapping[Any, Any], name: str = "") -> str:
    """Return what an edge asks for in words; nothing where its attributes say nothing.

    Parameters
    ----------
    data : mapping
        The attributes of the edge.
    name : str
        The package that is asked for: a clause that repeats it is shown without it.

    Examples
    --------
    >>> requirement_text({"clause": "^2.6.9", "kind": "dev"}), requirement_text({"kind": "normal"})
    ('^2.6.9, dev', '')
    >>> requirement_text({"clause": "libc6 (>= 2.33)", "kind": "Depends"}, "libc6")
    '>= 2.33'
    >>> requirement_text({"clause": "libz | libz-ng", "kind": "Depends"}, "libz")
    'libz | libz-ng'
    >>> requirement_text({"kind": "extra", "extra": "css", "marker": 'sys_platform == "win32"', "optional": True})
    'extra css, only on sys_platform == "win32"'
    """
    return ", ".join(filter(None, _pieces(data, name)))


def marker_text(marker: str, room: int = LONGEST) -> str:
    """Return a marker, or how many alternatives it has where there is no room: what is said is true of it, never more.

    Examples
    --------
    >>> marker_text('python_version < "3.12"'), marker_text("a == '1' and b == '2' or a == '3' and b == '4'", 30)
    ('python_version < "3.12"', 'one of 2 markers')
    >>> marker_text("linux-64 | osx-64 | osx-arm64 | win-64", 30)
    'linux-64 | osx-64 | 2 others'
    >>> marker_text("a == '1' and (b == '2' or c == '3')", 20)
    "a == '1' and …"
    """
    marker = one_line(marker)
    if len(marker) <= room:
        return marker
    if len(alternatives := marker.split(" | ")) > 1:
        n_most = len(alternatives) - 2
        rests = (" | ".join([*alternatives[:n], f"{len(alternatives) - n} others"]) for n in range(n_most, 0, -1))
        return next((text for text in rests if len(text) <= room), f"one of {len(alternatives)} markers")
    if len(alternatives := marker_parts(marker, " or ")) > 1:
        return f"one of {len(alternatives)} markers"
    parts = marker_parts(marker, " and ")
    starts = (" and ".join([*parts[:n], "…"]) for n in range(len(parts) - 1, 0, -1))
    return next((text for text in starts if len(text) <= room), f"a marker of {len(marker)} characters")


def marker_parts(marker: str, between: str) -> list[str]:
    """Return what a marker joins by a word, outside of brackets.

    Examples
    --------
    >>> marker_parts("(a or b) and c or d", " or ")
    ['(a or b) and c', 'd']
    """
    parts: list[str] = []
    for piece in marker.split(between):
        if parts and parts[-1].count("(") > parts[-1].count(")"):
            parts[-1] += between + piece
        else:
            parts.append(piece)
    return parts


def needed_text(node: str, data: Mapping[Any, Any], name: str = "") -> str:
    """Return a node with what an edge to it asks for, in brackets, where that says something.

    Examples
    --------
    >>> needed_text("debug", {"clause": "^2.6.9", "kind": "dev"}), needed_text("debug", {})
    ('debug (^2.6.9, dev)', 'debug')
    """
    asked = requirement_text(data, name or node)
    return f"{node} ({asked})" if asked else node


def attributes_of(graph: Any, edge: Edge) -> Mapping[Any, Any]:
    """Return what a networkx graph says of an edge; nothing without a graph, or where it has no such edge.

    Examples
    --------
    >>> import networkx as nx
    >>> attributes_of(nx.DiGraph([("a", "b", {"kind": "dev"})]), ("a", "b")), attributes_of(None, ("a", "b"))
    ({'kind': 'dev'}, {})
    """
    return {} if graph is None else graph.get_edge_data(*edge) or {}


def package_name(graph: Any, node: Any) -> str:
    """Return the name of a node's package: what its attribute ``name`` says, else the node itself.

    Examples
    --------
    >>> import networkx as nx
    >>> G = nx.DiGraph()
    >>> G.add_node("ms@2.0.0", name="ms")
    >>> package_name(G, "ms@2.0.0"), package_name(None, "libc6")
    ('ms', 'libc6')
    """
    return str(node if graph is None or node not in graph else graph.nodes[node].get("name", node))


def _pieces(data: Mapping[Any, Any], name: str) -> Iterator[str]:
    clause, kind, extra, marker = (_text(data.get(field)) for field in FIELDS[:4])
    yield _shortened(_without_name(clause, name))
    if kind not in PLAIN_KINDS and not (kind == "extra" and extra):
        yield _shortened(kind)
    if extra:
        yield _shortened(f"extra {extra}")
    if marker and marker not in (f'extra == "{extra}"', f"extra == '{extra}'"):
        yield f"only on {marker_text(marker)}"
    if data.get("optional") is True and not extra and "optional" not in kind.lower():
        yield "optional"


def _shortened(text: str) -> str:
    return shorten(one_line(text), LONGEST)


def _without_name(clause: str, name: str) -> str:
    """Return a clause such as Debian's without the name in it; as it is where it has another name, or alternatives."""
    matches = [CLAUSE.fullmatch(part.strip()) for part in clause.split(",")]
    if not name or not all(match and match["name"] == name for match in matches):
        return clause
    ranges = (" ".join(filter(None, (match["any"], match["range"]))) for match in matches if match)
    return ", ".join(dict.fromkeys(filter(None, ranges)))


def _text(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return ""
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple, set, frozenset)) else str(value)


def _plain(value: Any) -> Any:
    return [str(item) for item in value] if isinstance(value, (list, tuple)) else plain(value)
