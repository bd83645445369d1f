"""The lists that networkx writes: edges with their data as Python's dicts, and neighbours of each node.

Data is read as Python's literals (`ast.literal_eval`), within limits; nothing in a file is run.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from typing import Any

import networkx as nx

from graphdiff.errors import FormatError, LimitError
from graphdiff.graph.forms import graph_of
from graphdiff.io.building import described
from graphdiff.io.sniff import EDGE_WITH_DATA
from graphdiff.io.source import text_of
from graphdiff.kernels.collecting import collector_at_rest
from graphdiff.showing import MAX_DIGITS, TOO_LONG

__all__ = ["read_adjacency_list", "read_edge_list_with_data", "read_multiline_adjacency_list"]

#: The longest dict of an edge.
MAX_LITERAL = 1 << 16
#: How deep brackets in it may nest.
MAX_DEPTH = 50

Edge = tuple[str, str, dict[str, Any]]


def read_edge_list_with_data(data: bytes, *, name: str) -> nx.DiGraph | nx.MultiDiGraph:
    r"""Read what ``networkx.write_edgelist`` writes: two nodes a line, and a dict of the edge's data.

    An edge leads from the first node to the second, as in the file; that the graph is directed the file does not say.
    Nodes are texts.

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph
        A multigraph where an edge repeats.

    Raises
    ------
    FormatError
        A line of another form, or data that is no dict of literals.
    LimitError
        A dict of over 64 KiB, or nested over 50 deep.

    Examples
    --------
    >>> list(read_edge_list_with_data(b"a b {'weight': 2}\nb c {'weight': 3}\n", name="g").edges(data="weight"))
    [('a', 'b', 2), ('b', 'c', 3)]
    """
    with collector_at_rest(), _quietly():
        literals = Literals(name)
        edges = [_edge(line, number, literals) for number, line in _lines(data)]
        graph = graph_of([], edges)
    return described(graph, format="networkx edge list")


def read_adjacency_list(data: bytes, *, name: str) -> nx.DiGraph | nx.MultiDiGraph:
    r"""Read what ``networkx.write_adjlist`` writes: a node and its neighbours a line. Edges have no data.

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph
        A multigraph where a neighbour repeats.

    Raises
    ------
    FormatError
        There is no node in it, or something else than white space separates them.

    Examples
    --------
    >>> list(read_adjacency_list(b"a b c\nb c\nc\n", name="g").edges)
    [('a', 'b'), ('a', 'c'), ('b', 'c')]
    """
    with collector_at_rest():
        rows = [line.split() for _, line in _lines(data)]
        if not rows:
            raise FormatError(f"{name}: no node in it")
        _require_blanks(rows, name)
        graph = graph_of([row[0] for row in rows], [(row[0], head, {}) for row in rows for head in row[1:]])
    return described(graph, format="networkx adjacency list")


def read_multiline_adjacency_list(data: bytes, *, name: str) -> nx.DiGraph | nx.MultiDiGraph:
    r"""Read what ``networkx.write_multiline_adjlist`` writes: a node and how many neighbours, then one of them a line.

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph
        A multigraph where a neighbour repeats.

    Raises
    ------
    FormatError
        A line of another form, fewer neighbours than were said, or data that is no dict of literals.
    LimitError
        A dict of over 64 KiB, or nested over 50 deep.

    Examples
    --------
    >>> G = read_multiline_adjacency_list(b"a 2\nb {'weight': 2}\nc {}\nb 0\nc 0\n", name="g")
    >>> list(G.edges(data=True))
    [('a', 'b', {'weight': 2}), ('a', 'c', {})]
    """
    with collector_at_rest(), _quietly():
        lines = _lines(data)
        literals = Literals(name)
        nodes: list[str] = []
        edges: list[Edge] = []
        for number, line in lines:
            tail, count = _node(line, number, name)
            nodes.append(tail)
            for n_read in range(count):
                following = next(lines, None)
                if following is None:
                    raise FormatError(f"{name}, line {number}: {tail!r} has {count} neighbours, and {n_read} follow")
                edges.append(_neighbour(tail, *following, literals))
        if not nodes:
            raise FormatError(f"{name}: no node in it")
    return described(graph_of(nodes, edges), format="networkx multiline adjacency list")


class Literals:
    """The dicts in a file, each text evaluated once."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.known: dict[str, dict[str, Any]] = {}

    def of(self, text: str, number: int) -> dict[str, Any]:
        """Return a dict of its own.

        Raises
        ------
        FormatError
            The text is no dict of literals with names for keys.
        LimitError
            It is too long, or nests too deep.
        """
        if text not in self.known:
            self.known[text] = self._evaluated(text, f"{self.name}, line {number}")
        return dict(self.known[text])

    def _evaluated(self, text: str, where: str) -> dict[str, Any]:
        if len(text) > MAX_LITERAL or (len(text) > MAX_DEPTH and _depth(text) > MAX_DEPTH):
            raise LimitError(f"{where}: data of over {MAX_LITERAL:,} signs, or nested over {MAX_DEPTH} deep")
        try:
            value = ast.literal_eval(text)
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            long = f"a number of over {MAX_DIGITS:,} digits in " if TOO_LONG.search(text) else ""
            what = f"{long}{text[:60]!r}" + ("" if long else " is no dict of Python's literals")
            raise FormatError(f"{where}: {what}") from None
        if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
            raise FormatError(f"{where}: {text[:60]!r} is no dict with names for keys")
        return value


def _depth(text: str) -> int:
    """Return how deep brackets may nest at most, and signs before a number, whatever is in quotes."""
    depth = deepest = 0
    signs = 0
    for character in text:
        signs = signs + 1 if character in "+-~" else 0
        depth += (character in "([{") - (character in ")]}")
        deepest = max(deepest, depth, signs)
    return deepest


def _quietly() -> warnings.catch_warnings[None]:
    """Have Python say nothing of escapes in texts that are none of its own."""
    return warnings.catch_warnings(action="ignore")


def _lines(data: bytes) -> Iterator[tuple[int, str]]:
    """Yield the lines that are neither empty nor comments, with their numbers from 1."""
    for number, line in enumerate(text_of(data).splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield number, line


def _edge(line: str, number: int, literals: Literals) -> Edge:
    match = EDGE_WITH_DATA.fullmatch(line)
    if not match:
        raise FormatError(f"{literals.name}, line {number}: not two nodes and a dict of data: {line[:60]!r}")
    which = "" if match["tail"] is not None else "2"
    return match[f"tail{which}"].strip(), match[f"head{which}"].strip(), literals.of(match[f"data{which}"], number)


def _require_blanks(rows: list[list[str]], name: str) -> None:
    """Refuse lines that read as a list only with another separator: networkx writes each neighbour a line of its own.

    Raises
    ------
    FormatError
        It names the separator.
    """
    if any(len(row) > 1 and "{" not in row[0] for row in rows):
        return
    for separator in (",", ";"):
        cells = [[cell.strip() for cell in " ".join(row).split(separator)] for row in rows]
        heads = {row[1] for row in cells if len(row) > 1} - {row[0] for row in cells}
        if max(map(len, cells), default=0) > 1 and all(head[:1] in "{0123456789" for head in heads):
            raise FormatError(
                f"{name}: {separator!r} separates its nodes; write_adjlist and write_multiline_adjlist that "
                "are given no delimiter write what is read"
            )


def _node(line: str, number: int, name: str) -> tuple[str, int]:
    words = line.split()
    if len(words) != 2 or not words[1].isdecimal() or len(words[1]) > 12:
        raise FormatError(f"{name}, line {number}: not a node and how many neighbours it has: {line[:60]!r}")
    return words[0], int(words[1])


def _neighbour(tail: str, number: int, line: str, literals: Literals) -> Edge:
    head, *data = line.split(maxsplit=1)
    return tail, head, literals.of(data[0].strip(), number) if data else {}
