"""The four shapes in which Maven's ``dependency:tree`` writes: DOT, GraphML, TGF and JSON, one tree a module.

Each is taken as what it draws: ids with labels, and edges between ids. `graphdiff.readers.maven` reads the labels.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from graphdiff.errors import FormatError
from graphdiff.readers.documents import Record, json_values, listing, mapping, text
from graphdiff.readers.dot_text import find_graphs
from graphdiff.readers.source import text_of
from graphdiff.readers.xml_graphs import read_graphml
from graphdiff.remedies import Keyword, Remedy

__all__ = ["Tree", "trees_of"]

DOT_HEADER = re.compile(r'[^"{]*+"[^"]*+"\s*+\{')
DOT_ITEM = re.compile(r'\s*+"([^"]++)"(?:\s*+->\s*+"([^"]++)")?+(?:\s*+\[[^\]]*+\])?+\s*+;?')
XML_START = re.compile(rb"<\?xml\b|<graphml\b")


@dataclass
class Tree:
    """The tree of one module.

    Attributes
    ----------
    labels : dict
        By id, what the file says of an artifact, the module's own first: ``group:artifact:type:version:scope``.
    edges : list of tuple
        Pairs of ids.
    """

    labels: dict[str, str] = field(default_factory=dict)
    edges: list[tuple[str, str]] = field(default_factory=list)


def trees_of(data: bytes, name: str) -> list[Tree]:
    r"""Return the trees of a file, one for each module of the build that wrote it.

    Examples
    --------
    >>> trees_of(b"1 g:app:jar:1.0\n2 g:lib:jar:2.0:compile\n#\n1 2 compile\n", "tree.tgf")
    [Tree(labels={'1': 'g:app:jar:1.0', '2': 'g:lib:jar:2.0:compile'}, edges=[('1', '2')])]
    """
    start = data.lstrip()
    if start.startswith(b"<"):
        return list(_graphml(data, name))
    if start.startswith(b"{"):
        return [_json(value, name) for value in json_values(data, name)]
    if re.match(rb"-?\d+ \S+:", start):
        return _tgf(text_of(data), name)
    return list(_dot(data, name))


def _dot(data: bytes, name: str) -> Iterator[Tree]:
    graphs = list(find_graphs(text_of(data)))
    if not graphs:
        raise FormatError(f"{name}: no artifact tree in it, in none of the shapes dot, graphml, tgf and json")
    for graph in graphs:
        header = DOT_HEADER.match(graph.text)
        tree, end = Tree({graph.name: graph.name}), header.end() if header else 0
        # Maven writes edges between quoted ids, one a line, and nothing else of DOT.
        for item in DOT_ITEM.finditer(graph.text, end):
            if graph.text[end : item.start()].strip():
                break
            end = item.end()
            ids = [found for found in item.groups() if found is not None]
            tree.labels.update((found, found) for found in ids)
            tree.edges += [(ids[0], ids[1])] if len(ids) == 2 else []
        if graph.text[end:].strip() != "}":
            line = graph.line + graph.text.count("\n", 0, end)
            raise FormatError(
                f"{name}, line {line}: not the DOT of a Maven tree", Remedy(Keyword("format", "dot"), "reads any")
            )
        yield tree


def _graphml(data: bytes, name: str) -> Iterator[Tree]:
    starts = [match.start() for match in XML_START.finditer(data)]
    # Modules are appended as whole documents; each starts with its declaration, where it has one.
    first = data[starts[0] : starts[0] + 5] if starts else b""
    starts = [start for start in starts if data[start : start + 5] == first] or [0]
    for start, end in zip(starts, [*starts[1:], len(data)], strict=True):
        graph = read_graphml(data[start:end].strip(), name=name)
        labels = {node: str(label or "") for node, label in graph.nodes(data="label")}
        yield Tree(labels, list(graph.edges()))


def _tgf(content: str, name: str) -> list[Tree]:
    trees = [Tree()]
    for number, line in enumerate(content.splitlines(), 1):
        first, _, rest = line.strip().partition(" ")
        if not first or first == "#":
            continue
        if ":" in rest:
            # A node behind edges is the next module's first.
            if trees[-1].edges and first not in trees[-1].labels:
                trees.append(Tree())
            trees[-1].labels[first] = rest
        elif rest.split() and first in trees[-1].labels and rest.split()[0] in trees[-1].labels:
            trees[-1].edges.append((first, rest.split()[0]))
        else:
            raise FormatError(f"{name}, line {number}: neither an artifact nor an edge between two: {line[:60]!r}")
    return trees


def _json(value: object, name: str) -> Tree:
    tree = Tree()
    waiting = [("", mapping(value, name))]
    # The list grows while it is walked: a tree in breadth, without recursion.
    for place, (above, record) in enumerate(waiting):
        tree.labels[str(place)] = _label(record, name)
        if above:
            tree.edges.append((above, str(place)))
        children = listing(record.get("children"), f"{name}: children")
        waiting.extend((str(place), mapping(child, f"{name}: children")) for child in children)
    return tree


def _label(record: Record, name: str) -> str:
    keys = ("groupId", "artifactId", "type", "classifier", "version", "scope")
    parts = [text(record.get(key), f"{name}: {key}") for key in keys]
    optional = " (optional)" if record.get("optional") in (True, "true") else ""
    return ":".join(part for part in parts if part) + optional
