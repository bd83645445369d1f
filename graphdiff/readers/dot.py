"""DOT, as Graphviz itself reads it: its parser runs in a child process with limits, its answer becomes a graph."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import repeat
from pathlib import Path
from typing import Any

import networkx as nx

from graphdiff.errors import FormatError, GraphTypeError, LimitError, UsageError
from graphdiff.limits import require_limits
from graphdiff.readers.building import collector_at_rest, described, numbers
from graphdiff.readers.dot_arrows import SAVED, as_drawn, is_torchviz, told_arrows
from graphdiff.readers.dot_text import GraphText, find_graphs
from graphdiff.readers.dot_tools import meanings_of
from graphdiff.readers.own_dot import Columns, Parsed, is_own, own_graph
from graphdiff.readers.source import text_of
from graphdiff.remedies import Keyword, Remedy

__all__ = ["read_dot"]

CHILD = Path(__file__).with_name("dot_child.py")
COMPLAINT = re.compile(r"^Error: (?:<[^>]*>: )?(.*)$", re.MULTILINE)
# A text that Graphviz has for "not set", and the one that stands for the node's name.
UNSAID = ("", r"\N")

Edge = tuple[tuple[str, str], dict[str, Any]]

#: What a DOT file can say of itself as attributes of the graph.
MEANINGS = ("edge_meaning", "weight_meaning", "node_meaning")


def read_dot(
    data: bytes,
    *,
    name: str,
    graph: str | None = None,
    follow_arrows: bool = False,
    timeout: float = 60.0,
    max_memory: int = 2**32,
) -> nx.DiGraph | nx.MultiDiGraph:
    """Read directed graphs in DOT.

    Ids stay as written and ports are no part of them (they are the attributes ``tailport`` and ``headport``);
    defaults such as ``edge [weight=2]`` are applied as Graphviz applies them. An attribute is numeric where every
    value of it that is read is a number, else text; an empty one counts as not set. Repeated edges are kept, as
    parallel edges of a MultiDiGraph; in a ``strict`` graph Graphviz merges them. Several graphs in a file become
    one: the same id is the same node, which keeps what the first graph says of it, and each node and edge has the
    attribute ``graph``, the name of the (first) graph it is from. What `graphdiff.write` has written comes back as it
    was: names, numbers, texts, keys, and nothing of how it is drawn.

    Parameters
    ----------
    data : bytes
        The content: UTF-8, UTF-16 with a byte-order mark, or else Latin-1. A log around the graphs does no harm.
    name : str
        The file's name, for messages.
    graph : str, optional
        Read only the graph of this name. A graph without one is called by its place in the file, from ``"1"``.
    follow_arrows : bool
        Read edges as they are drawn: one with ``dir=back`` leads from its head to its tail, one with ``dir=both`` both
        ways; one with ``dir=none`` is undirected and refused. By default each leads from its tail to its head, and
        ``G.graph["warnings"]`` says how many are drawn otherwise. In what torchviz writes, ``dir=none`` leads from an
        operation to a tensor that it saved for the backward pass: its edges have ``kind="saved"``, and following the
        arrows leaves them out.
    timeout : float
        The most seconds that Graphviz's parser may take.
    max_memory : int
        The most bytes of memory that it may take (not on Windows).

    Raises
    ------
    FormatError
        There is no graph in the text, it is empty, or Graphviz cannot read it.
    GraphTypeError
        A graph is undirected, or an edge has no arrowhead to follow.
    LimitError
        The parser needs more time or memory than allowed.
    UsageError
        No graph is called `graph`.

    Examples
    --------
    >>> G = read_dot(b"digraph { edge [weight=2]; a -> b:port; a -> b [label=x] }", name="two.dot")
    >>> list(G.edges(data=True))
    [('a', 'b', {'headport': 'port', 'weight': 2}), ('a', 'b', {'label': 'x', 'weight': 2})]
    """
    content = text_of(data)
    chosen = _choose(list(find_graphs(content)), graph, name)
    parsed = _parse(chosen, name, timeout, max_memory)
    _check(parsed, chosen, name)
    if len(parsed) == 1 and is_own(parsed[0]):
        return _told_in_part(described(own_graph(parsed[0]), format="DOT"), name)
    with collector_at_rest():
        nodes, edges = _rows_of(parsed, [part.name for part in chosen])
        torchviz = is_torchviz(content)
        warnings = [] if follow_arrows else list(told_arrows((row for _, row in edges), name, torchviz=torchviz))
        if follow_arrows:
            edges = list(as_drawn(edges, name, torchviz=torchviz))
        elif torchviz:
            _mark_saved(edges)
        result = _build(nodes, edges)
    said = parsed[0]["graph_columns"]
    result.graph.update((key, said[key][0]) for key in MEANINGS if any(said.get(key, ())))
    result = described(result, format="DOT", **meanings_of(content))
    if warnings:
        result.graph["warnings"] = warnings
    return result


def _told_in_part(graph: nx.DiGraph, name: str) -> nx.DiGraph:
    """Return a graph that was drawn, saying where the picture is not the whole of it."""
    if drawn := graph.graph.get("drawn"):
        said = f"{name} is the picture of a part of a graph ({drawn}); write JSON for the whole"
        graph.graph["warnings"] = [said]
    return graph


def _choose(found: Sequence[GraphText], wanted: str | None, name: str) -> Sequence[GraphText]:
    if not found:
        raise FormatError(f"{name}: no graph in it; DOT has a graph as: digraph NAME {{ a -> b }}")
    chosen = [part for part in found if wanted in (None, part.name)]
    if not chosen:
        raise UsageError(f"{name} has no graph {wanted!r}; it has {', '.join(repr(part.name) for part in found)}")
    for part in chosen:
        if not part.directed:
            raise GraphTypeError(
                f"{name}, line {part.line}: the graph is undirected, and influence follows arrows: "
                "write digraph for graph and -> for --, each edge in the direction that is meant"
            )
    return chosen


def _parse(graphs: Sequence[GraphText], name: str, timeout: float, max_memory: int) -> list[Parsed]:
    require_limits(timeout=timeout, max_memory=max_memory)
    # By "#line" Graphviz's complaints name the file's lines.
    texts = [f"#line {graph.line}\n{graph.text}" for graph in graphs]
    request = json.dumps({"max_memory": max_memory, "texts": texts}).encode()
    try:
        # -P: a module beside the child must not be taken for a library of the same name.
        child = subprocess.run(
            [sys.executable, "-P", str(CHILD)], input=request, capture_output=True, timeout=timeout, check=False
        )
    except subprocess.TimeoutExpired:
        raise LimitError(
            f"{name}: reading took over {timeout:g} seconds", Remedy(Keyword("timeout", timeout * 10), "lets it")
        ) from None
    complaints = child.stderr.decode("utf-8", "replace")
    if complaint := COMPLAINT.search(complaints):
        raise FormatError(f"{name}: {_explained(complaint[1])}")
    if "MemoryError" in complaints or "out of memory" in complaints:
        raise LimitError(
            f"{name}: reading took over {max_memory:,} bytes of memory",
            Remedy(Keyword("max_memory", max_memory * 4), "lets it"),
        )
    if child.returncode:
        last_words = _printable(complaints.strip().rpartition("\n")[2])
        raise FormatError(f"{name}: Graphviz's parser broke down (status {child.returncode}) {last_words}".rstrip())
    parsed: list[Parsed] = json.loads(child.stdout)
    return parsed


def _check(parsed: Sequence[Parsed], graphs: Sequence[GraphText], name: str) -> None:
    if not any(part["nodes"] for part in parsed):
        raise FormatError(f"{name}, line {graphs[0].line}: a graph without nodes")
    for part, graph in zip(parsed, graphs, strict=True):
        twins = Counter(part["nodes"]).most_common(1)
        if twins and twins[0][1] > 1:
            node = _printable(twins[0][0])
            raise FormatError(
                f'{name}, line {graph.line}: the ids "{node}" and <{node}> are two nodes to DOT; rename one of them'
            )


def _explained(complaint: str) -> str:
    # The stack of Graphviz's parser holds some 3,000 levels.
    return _printable(complaint).replace("memory exhausted", "nested too deep for Graphviz's parser,")


def _printable(text: str) -> str:
    """Return a piece of a file as a message can have it: on one line, and with nothing that steers a terminal."""
    return "".join([mark if mark.isprintable() else ascii(mark)[1:-1] for mark in text])


def _rows_of(parsed: Sequence[Parsed], labels: Sequence[str]) -> tuple[dict[str, dict[str, Any]], list[Edge]]:
    """Return the nodes and the edges of all graphs, each with its attributes."""
    names = [part["nodes"] for part in parsed]
    ends = [
        (nodes[tail], nodes[head])
        for part, nodes in zip(parsed, names, strict=True)
        for tail, head in zip(part["tails"], part["heads"], strict=True)
    ]
    node_rows = _rows([part["node_columns"] for part in parsed], list(map(len, names)), labels)
    edge_rows = _rows([part["edge_columns"] for part in parsed], [len(part["tails"]) for part in parsed], labels)
    nodes: dict[str, dict[str, Any]] = {}
    for node, row in zip((node for group in names for node in group), node_rows, strict=True):
        nodes[node] = row | nodes.get(node, {})
    return nodes, list(zip(ends, edge_rows, strict=True))


def _build(nodes: dict[str, dict[str, Any]], edges: Sequence[Edge]) -> nx.DiGraph | nx.MultiDiGraph:
    graph = nx.DiGraph() if len({ends for ends, _ in edges}) == len(edges) else nx.MultiDiGraph()
    graph.add_nodes_from(nodes.items())
    graph.add_edges_from((tail, head, row) for (tail, head), row in edges)
    return graph


def _mark_saved(edges: Sequence[Edge]) -> None:
    for _, row in edges:
        if row.get("dir") == "none":
            row["kind"] = SAVED


def _rows(parts: Sequence[Columns], sizes: Sequence[int], labels: Sequence[str]) -> list[dict[str, Any]]:
    """Return the attributes of each element of each part in turn; of several parts, its label among them."""
    rows: list[dict[str, Any]] = [{} for _ in range(sum(sizes))]
    for key in dict.fromkeys(key for columns in parts for key in columns):
        column = [
            value for columns, size in zip(parts, sizes, strict=True) for value in columns.get(key, repeat("", size))
        ]
        for row, value in zip(rows, _numbers(column), strict=True):
            if value not in UNSAID:
                row[key] = value
    if len(parts) > 1:
        owners = (label for label, size in zip(labels, sizes, strict=True) for label in repeat(label, size))
        for row, label in zip(rows, owners, strict=True):
            row["graph"] = label
    return rows


def _numbers(column: Sequence[str]) -> Sequence[str | float]:
    said = [value for value in column if value not in UNSAID]
    found: Iterator[str | float] = iter(numbers(said) or said)
    return [value if value in UNSAID else next(found) for value in column]
