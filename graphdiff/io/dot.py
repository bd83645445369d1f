"""DOT, as Graphviz itself reads it: its parser runs in a child process with limits, its answer becomes a graph.

Edges of DOT that are drawn otherwise than written, by ``dir``: told, or read as drawn.

Graphviz draws ``a -> b [dir=back]`` with its arrowhead at a, as doxygen's graphs of callers have it. No reader turns an
edge round unasked: the file's order is read, and how many edges are drawn otherwise is said.

Tools that are told by the DOT that they write, and what their edges and nodes are: one row a tool.

DOT that graphdiff has written, read back: names, numbers, texts and keys as they were, without the drawing.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain, repeat
from pathlib import Path
from typing import Any, TypedDict, cast

import networkx as nx

from graphdiff.errors import FormatError, GraphTypeError, LimitError, UsageError, require_libraries
from graphdiff.graph.forms import graph_of
from graphdiff.io.building import described, numbers, told_in_part
from graphdiff.io.dot_text import GraphText, find_graphs
from graphdiff.io.source import text_of
from graphdiff.kernels.collecting import collector_at_rest
from graphdiff.limits import require_limits
from graphdiff.pictures.dot import read_row, unescaped
from graphdiff.remedies import Keyword, Remedy
from graphdiff.showing import printable

__all__ = [
    "DOT_TOOLS",
    "Columns",
    "Parsed",
    "as_drawn",
    "is_own",
    "is_torchviz",
    "meanings_of",
    "own_graph",
    "read_dot",
    "told_arrows",
]


CHILD = Path(__file__).parents[1] / "pictures" / "graphviz_child.py"

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

    A log around the graphs does no harm.

    Parameters
    ----------
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
        return told_in_part(described(own_graph(parsed[0]), format="DOT"), name, "write JSON for the whole")
    with collector_at_rest():
        nodes, edges = _rows_of(parsed, [graph_text.name for graph_text in chosen])
        torchviz = is_torchviz(content)
        warnings = [] if follow_arrows else list(told_arrows((row for _, row in edges), name, torchviz=torchviz))
        if follow_arrows:
            edges = list(as_drawn(edges, name, torchviz=torchviz))
        elif torchviz:
            _mark_saved(edges)
        result = graph_of(nodes.items(), ((*ends, row) for ends, row in edges))
    graph_columns = parsed[0]["graph_columns"]
    result.graph.update((key, graph_columns[key][0]) for key in MEANINGS if any(graph_columns.get(key, ())))
    result = described(result, format="DOT", **meanings_of(content))
    if warnings:
        result.graph["warnings"] = warnings
    return result


def _choose(graphs: Sequence[GraphText], wanted: str | None, name: str) -> Sequence[GraphText]:
    if not graphs:
        raise FormatError(f"{name}: no graph in it; DOT has a graph as: digraph NAME {{ a -> b }}")
    chosen = [graph for graph in graphs if wanted in (None, graph.name)]
    if not chosen:
        raise UsageError(f"{name} has no graph {wanted!r}; it has {', '.join(repr(graph.name) for graph in graphs)}")
    for graph in chosen:
        if not graph.directed:
            raise GraphTypeError(
                f"{name}, line {graph.line}: the graph is undirected, and influence follows arrows: "
                "write digraph for graph and -> for --, each edge in the direction that is meant"
            )
    return chosen


def _parse(graphs: Sequence[GraphText], name: str, timeout: float, max_memory: int) -> list[Parsed]:
    require_limits(timeout=timeout, max_memory=max_memory)
    # By "#line" Graphviz's complaints name the file's lines.
    texts = [f"#line {graph.line}\n{graph.text}" for graph in graphs]
    # -P: a module beside the child must not be taken for a library of the same name.
    command = [sys.executable, "-P", str(CHILD), "json", str(max_memory)]
    try:
        child = subprocess.run(
            command, input=json.dumps(texts).encode(), capture_output=True, timeout=timeout, check=False
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
        require_libraries(complaints)
        last_words = printable(complaints.strip().rpartition("\n")[2])
        raise FormatError(f"{name}: Graphviz's parser broke down (status {child.returncode}) {last_words}".rstrip())
    parsed: list[Parsed | None] = json.loads(child.stdout)
    if None in parsed:
        raise FormatError(f"{name}: Graphviz's parser makes no graph of it")
    return cast("list[Parsed]", parsed)


def _check(parsed: Sequence[Parsed], graphs: Sequence[GraphText], name: str) -> None:
    if not any(answer["nodes"] for answer in parsed):
        raise FormatError(f"{name}, line {graphs[0].line}: a graph without nodes")
    for answer, graph in zip(parsed, graphs, strict=True):
        twins = Counter(answer["nodes"]).most_common(1)
        if twins and twins[0][1] > 1:
            node = printable(twins[0][0])
            raise FormatError(
                f'{name}, line {graph.line}: the ids "{node}" and <{node}> are two nodes to DOT; rename one of them'
            )


def _explained(complaint: str) -> str:
    # The stack of Graphviz's parser holds some 3,000 levels.
    return printable(complaint).replace("memory exhausted", "nested too deep for Graphviz's parser,")


def _rows_of(parsed: Sequence[Parsed], labels: Sequence[str]) -> tuple[dict[str, dict[str, Any]], list[Edge]]:
    """Return the nodes and the edges of all graphs, each with its attributes."""
    names = [piece["nodes"] for piece in parsed]
    ends = [
        (nodes[tail], nodes[head])
        for piece, nodes in zip(parsed, names, strict=True)
        for tail, head in zip(piece["tails"], piece["heads"], strict=True)
    ]
    node_rows = _rows([piece["node_columns"] for piece in parsed], list(map(len, names)), labels)
    edge_rows = _rows([piece["edge_columns"] for piece in parsed], [len(piece["tails"]) for piece in parsed], labels)
    nodes: dict[str, dict[str, Any]] = {}
    for node, row in zip((node for group in names for node in group), node_rows, strict=True):
        nodes[node] = row | nodes.get(node, {})
    return nodes, list(zip(ends, edge_rows, strict=True))


def _mark_saved(edges: Sequence[Edge]) -> None:
    for _, row in edges:
        if row.get("dir") == "none":
            row["kind"] = SAVED


def _rows(parts: Sequence[Columns], sizes: Sequence[int], labels: Sequence[str]) -> list[dict[str, Any]]:
    """Return the attributes of each element of each part in turn; of several parts, its label among them."""
    rows: list[dict[str, Any]] = [{} for _ in range(sum(sizes))]
    for key in dict.fromkeys(key for columns in parts for key in columns):
        values = (columns.get(key, repeat("", size)) for columns, size in zip(parts, sizes, strict=True))
        column = list(chain.from_iterable(values))
        for row, value in zip(rows, _numbers(column), strict=True):
            if value not in UNSAID:
                row[key] = value
    if len(parts) > 1:
        for row, label in zip(rows, chain.from_iterable(map(repeat, labels, sizes)), strict=True):
            row["graph"] = label
    return rows


def _numbers(column: Sequence[str]) -> Sequence[str | float]:
    cells = [value for value in column if value not in UNSAID]
    values: Iterator[str | float] = iter(numbers(cells) or cells)
    return [value if value in UNSAID else next(values) for value in column]


#: Every other value, and none, has the arrowhead at the head.
OTHERWISE = ("back", "both", "none")

#: The nodes' defaults in what torchviz writes: the only tool whose lines without an arrowhead are known.
TORCHVIZ = re.compile(
    r"\bnode \[align=left fontname=monospace fontsize=10 height=0\.2 ranksep=0\.1 shape=box style=filled\]"
)

SAVED = "saved"

OPTION = "--follow-arrows (in Python follow_arrows=True)"

HEAD_CHARS = 1 << 12

Ends = tuple[str, str]

Row = dict[str, Any]


def is_torchviz(text: str) -> bool:
    """Tell whether a DOT text is what torchviz writes of PyTorch's backward graph."""
    return TORCHVIZ.search(text[:HEAD_CHARS]) is not None


def told_arrows(rows: Iterable[Row], name: str, *, torchviz: bool) -> Iterator[str]:
    """Yield what is said of the edges that are drawn otherwise than they are written and read.

    Examples
    --------
    >>> print(*told_arrows([{"dir": "back"}, {"dir": "back"}, {}], "x.dot", torchviz=False))
    x.dot: 2 of 3 edges are drawn otherwise than written (2 dir=back) and read as written, tail -> head; ...
    """
    listed = list(rows)
    times = Counter(row["dir"] for row in listed if row.get("dir") in OTHERWISE)
    if torchviz and (n_saved := times.pop("none", 0)):
        yield (
            f"{name}: {_are(n_saved)} drawn without an arrowhead (dir=none), from an operation to a tensor that it "
            f"saved for the backward pass, and read so, with kind=saved; {OPTION} leaves them out"
        )
    if number := sum(times.values()):
        counted = ", ".join(f"{times[kind]:,} dir={kind}" for kind in OTHERWISE if times[kind])
        yield (
            f"{name}: {_are(number, f' of {len(listed):,}')} drawn otherwise than written ({counted}) and read as "
            f"written, tail -> head; {OPTION} reads them as drawn"
        )


def _are(number: int, of: str = "") -> str:
    return f"{number:,}{of} edges are" if number > 1 else f"1{of} {'edges' if of else 'edge'} is"


def as_drawn(edges: Sequence[tuple[Ends, Row]], name: str, *, torchviz: bool) -> Iterator[tuple[Ends, Row]]:
    """Yield the edges as their arrows go: ``dir=back`` turned round, ``dir=both`` both ways.

    Raises
    ------
    GraphTypeError
        An edge without an arrowhead (``dir=none``), which is undirected; torchviz's are left out, being no flow.

    Examples
    --------
    >>> edges = [(("a", "b"), {"dir": "back", "headport": "n"}), (("c", "d"), {"dir": "both"})]
    >>> list(as_drawn(edges, "x.dot", torchviz=False))
    [(('b', 'a'), {'tailport': 'n'}), (('c', 'd'), {}), (('d', 'c'), {})]
    """
    lines = [pair for pair, row in edges if row.get("dir") == "none"]
    if lines and not torchviz:
        tail, head = lines[0]
        raise GraphTypeError(
            f"{name}: of {len(edges):,} edges {len(lines):,} without an arrowhead to follow (dir=none), such as "
            f"{tail!r} -> {head!r}; without ",
            Keyword("follow_arrows"),
            " they are read as written",
        )
    for (tail, head), row in edges:
        way = row.get("dir", "")
        straight = {key: value for key, value in row.items() if key != "dir" or way not in OTHERWISE}
        if way not in ("back", "none"):
            yield (tail, head), straight
        if way in ("back", "both"):
            yield (head, tail), _turned(straight)


def _turned(row: Row) -> Row:
    """Return the attributes of an edge for its other direction: what is said of its ends changes places."""
    other = {"tail": "head", "head": "tail"}
    ends = {key: f"{other[key[:4]]}{key[4:]}" for key in row if key[:4] in other}
    return {ends.get(key, key): value for key, value in row.items()}


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
    tools = ((edges, nodes) for pattern, edges, nodes in DOT_TOOLS.values() if re.search(pattern, head))
    return next((dict(zip(("edge_meaning", "node_meaning"), both, strict=True)) for both in tools), {})


Columns = dict[str, list[str]]


class Parsed(TypedDict):
    """One graph as `graphviz_child.parse` hands it back."""

    nodes: list[str]
    tails: list[int]
    heads: list[int]
    keys: list[str]
    graph_columns: Columns
    node_columns: Columns
    edge_columns: Columns


def is_own(parsed: Parsed) -> bool:
    """Tell whether graphdiff has written a graph: its attribute ``graphdiff`` says so.

    Examples
    --------
    >>> from graphdiff.pictures.graphviz_child import parse
    >>> is_own(parse("digraph { graph [graphdiff=1] a }")), is_own(parse("digraph graphdiff { a }"))
    (True, False)
    """
    return parsed["graph_columns"].get("graphdiff") == ["1"]


def own_graph(parsed: Parsed) -> nx.DiGraph | nx.MultiDiGraph:
    r"""Return the graph that was written.

    Examples
    --------
    >>> from graphdiff.pictures.graphviz_child import parse
    >>> text = r'digraph { graph [graphdiff=1] n0 [name="a\\\\", label="a"]; n0 -> b [weight=2, key=x, color=red] }'
    >>> G = own_graph(parse(text))
    >>> list(G.edges(keys=True, data=True))
    [('a\\\\', 'b', 'x', {'weight': 2})]
    """
    as_texts = set(unescaped(parsed["graph_columns"].get("texts", [""])[0]).split("\n"))
    ids = parsed["nodes"]
    called = parsed["node_columns"].get("name", [""] * len(ids))
    names = [unescaped(name) if name else id for id, name in zip(ids, called, strict=True)]
    node_rows = _own_rows("node", parsed["node_columns"], len(names), as_texts)
    edge_rows = _own_rows("edge", parsed["edge_columns"], len(parsed["tails"]), as_texts)
    ends = [(names[tail], names[head]) for tail, head in zip(parsed["tails"], parsed["heads"], strict=True)]
    is_multi = any(parsed["keys"]) or len(set(ends)) < len(ends)
    graph = nx.MultiDiGraph() if is_multi else nx.DiGraph()
    [whole] = _own_rows("graph", parsed["graph_columns"], 1, as_texts)
    graph.graph.update(whole)
    graph.add_nodes_from(zip(names, node_rows, strict=True))
    if not is_multi:
        graph.add_edges_from((*pair, row) for pair, row in zip(ends, edge_rows, strict=True))
        return graph
    for (tail, head), raw, row in zip(ends, parsed["keys"], edge_rows, strict=True):
        key = graph.add_edge(tail, head, read_row("key", [("key", raw)], as_texts).get("key"))
        graph.edges[tail, head, key].update(row)
    return graph


def _own_rows(kind: str, columns: Columns, size: int, as_texts: Collection[str]) -> Iterator[dict[str, Any]]:
    for row in zip(*columns.values(), strict=True) if columns else [()] * size:
        yield read_row(kind, zip(columns, row, strict=True), as_texts)
