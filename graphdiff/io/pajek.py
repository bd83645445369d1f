"""Pajek ``.net`` files: sections that start with a star, vertices by number and label, arcs, lists of arcs, a matrix.

Own code, as networkx's reader merges vertices of one label, drops weights that are no numbers, and takes the lines of
a second section for edges.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import networkx as nx

from graphdiff.errors import FormatError, GraphTypeError
from graphdiff.io.building import described, numbers, why_no_number
from graphdiff.io.source import text_of
from graphdiff.kernels.collecting import collector_at_rest

__all__ = ["read_pajek"]

TOKEN = re.compile(r'"([^"]*)"|(\S+)')


def read_pajek(data: bytes, *, name: str) -> nx.DiGraph | nx.MultiDiGraph:
    r"""Read a Pajek network: an arc leads from its first vertex to its second, its value is the weight.

    Nodes are the labels; a vertex without a line of its own is a node, by its number, where an arc names it.
    What follows an arc's value makes attributes, in pairs. Arcs that repeat are kept as parallel edges; in a
    matrix, 0 is no arc.

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph
        A multigraph where arcs repeat; nodes have attribute ``id``, their number.

    Raises
    ------
    FormatError
        A line that does not fit its section; the line is named.
    GraphTypeError
        Undirected edges.

    Examples
    --------
    >>> G = read_pajek(b'*Vertices 2\n1 "a b"\n2 c\n*Arcs\n1 2 0.5\n', name="two.net")
    >>> list(G.edges(data="weight"))
    [('a b', 'c', 0.5)]
    """
    network = _Network(name)
    with collector_at_rest():
        for number, line in enumerate(text_of(data).splitlines(), 1):
            if line.strip() and not line.startswith("%"):
                network.take(number, [quoted or plain for quoted, plain in TOKEN.findall(line)])
        return described(network.graph(), format="Pajek")


class _Network:
    """A network as its lines come in: `take` hands each to the method of the section that it is in."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.size: int | None = None
        self.labels: dict[int, str] = {}
        self.numbers: dict[str, int] = {}
        self.arcs: list[tuple[str, str, dict[str, Any]]] = []
        self.line = 0
        self._matrix_rows = 0
        self._section: Callable[[list[str]], None] = self._ignore

    def take(self, line: int, tokens: list[str]) -> None:
        self.line = line
        if not tokens[0].startswith("*"):
            self._section(tokens)
            return
        section = tokens[0].lower()
        if section == "*vertices":
            self._open(tokens)
        sections = {
            "*vertices": self._vertex,
            "*arcs": self._arc,
            "*arcslist": self._arcs_list,
            "*edges": self._edge,
            "*edgeslist": self._edge,
            "*matrix": self._matrix_row,
        }
        self._section = sections.get(section, self._ignore)

    def graph(self) -> nx.DiGraph | nx.MultiDiGraph:
        if self.size is None:
            raise FormatError(f"{self.name}: no *Vertices in it")
        repeats = len({arc[:2] for arc in self.arcs}) < len(self.arcs)
        graph = nx.MultiDiGraph() if repeats else nx.DiGraph()
        graph.add_nodes_from((label, {"id": number}) for number, label in self.labels.items())
        graph.add_edges_from(self.arcs)
        return graph

    def _open(self, tokens: list[str]) -> None:
        if self.size is not None:
            raise self._error("a second network; keep one in the file")
        self.size = self._whole(tokens[1] if len(tokens) > 1 else "")

    def _ignore(self, tokens: list[str]) -> None:
        """Pass by the lines of *Network, and of partitions, vectors and the like."""

    def _vertex(self, tokens: list[str]) -> None:
        number = self._vertex_number(tokens[0])
        if number in self.labels:
            raise self._error(f"a second vertex {number}")
        self._name(number, tokens[1] if len(tokens) > 1 else str(number))

    def _arc(self, tokens: list[str]) -> None:
        if len(tokens) < 2:
            raise self._error("an arc has two vertices")
        attributes: dict[str, Any] = dict(zip(tokens[3::2], tokens[4::2], strict=False))
        if len(tokens) > 2:
            attributes["weight"] = self._number(tokens[2])
        self._add(tokens[0], tokens[1], attributes)

    def _arcs_list(self, tokens: list[str]) -> None:
        for head in tokens[1:]:
            self._add(tokens[0], head, {})

    def _edge(self, tokens: list[str]) -> None:
        raise GraphTypeError(
            f"{self.name}, line {self.line}: *Edges are undirected; list them under *Arcs, first the source, "
            "then the target"
        )

    def _matrix_row(self, tokens: list[str]) -> None:
        self._matrix_rows += 1
        if len(tokens) != self.size:
            raise self._error(f"{len(tokens)} values in a matrix row of {self.size}")
        for column, token in enumerate(tokens, 1):
            weight = self._number(token)
            if weight != 0:
                self._add(str(self._matrix_rows), str(column), {"weight": weight})

    def _add(self, tail: str, head: str, attributes: dict[str, Any]) -> None:
        self.arcs.append((self._label(tail), self._label(head), attributes))

    def _label(self, text: str) -> str:
        number = self._vertex_number(text)
        if number not in self.labels:
            self._name(number, str(number))
        return self.labels[number]

    def _name(self, number: int, label: str) -> None:
        if label in self.numbers:
            raise self._error(f"vertex {number} has the label {label!r} of vertex {self.numbers[label]}")
        self.labels[number] = label
        self.numbers[label] = number

    def _vertex_number(self, text: str) -> int:
        number = self._whole(text)
        if not 1 <= number <= (self.size or 0):
            raise self._error(f"no vertex {number}: they are numbered from 1 to {self.size or 0}")
        return number

    def _whole(self, text: str) -> int:
        # More digits than any file has vertices; int() refuses thousands of them.
        if not text.isdecimal() or len(text) > 18:
            raise self._error(f"no number of vertices, or of a vertex: {text[:60]!r}")
        return int(text)

    def _number(self, text: str) -> int | float:
        values = numbers([text])
        if values is None:
            raise self._error(f"the weight {text[:60]!r} {why_no_number(text)}")
        return values[0]

    def _error(self, what: str) -> FormatError:
        return FormatError(f"{self.name}, line {self.line}: {what}")
