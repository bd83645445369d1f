"""CSV: one row an edge, with its attributes as columns."""

from __future__ import annotations

import csv
import io
import re
from typing import Any, Literal

import networkx as nx

from graphdiff.errors import UsageError
from graphdiff.records import apart, keys_of, require_graph, set_aside, storable
from graphdiff.showing import UNPRINTABLE, for_spreadsheets

__all__ = ["write_csv"]


# Readers know the end of a row by any of these, and take "#" at the start of a line for a comment.
UNHELD = re.compile(rf"{UNPRINTABLE.pattern}|\n(?=#)")


def write_csv(graph: nx.DiGraph, *, spreadsheet_safe: bool = False) -> bytes:
    r"""Return the edges as CSV in UTF-8: source, target, the key in a multigraph, the weight, other attributes.

    Nodes without edges and the attributes of nodes and of the graph have no place there. An attribute that is called
    as an end is becomes ``own_source``. Control characters become U+FFFD.

    Parameters
    ----------
    graph : networkx.DiGraph or networkx.MultiDiGraph
    spreadsheet_safe : bool
        Whether a text that a spreadsheet would run gets a quote mark before it: what starts with ``=``, ``+``, ``-``
        or ``@`` and is no number. Names like ``@angular/core`` come back as they were without it only.

    Raises
    ------
    UsageError
        If two nodes would have the same name, or one has none.

    Examples
    --------
    >>> G = nx.MultiDiGraph()
    >>> _ = G.add_edge("a", "b", share=0.5, weight=2)
    >>> write_csv(G)
    b'source,target,key,weight,share\na,b,0,2,0.5\n'
    """
    require_graph(graph, "csv")
    names = apart(graph, "csv", UNHELD)
    if "" in names.values():
        raise UsageError("csv cannot hold a node whose name is empty: its edges would have no end; use json")
    keys = keys_of(graph, _cleaned)
    ends = ["source", "target", "key"][: 2 + graph.is_multigraph()]
    edges = [(*edge, set_aside(data, ("source", "target", "key"), _cleaned)) for edge, data in graph.edges.items()]
    columns = dict.fromkeys(name for *_, data in edges for name in data)
    others = sorted(columns, key=lambda name: name != "weight")
    rows = [
        [names[tail], names[head], *(keys[tail, head, key] for key in rest), *_cells(data, others)]
        for tail, head, *rest, data in edges
    ]
    table = [[*ends, *others], *rows]
    return _table([list(map(for_spreadsheets, row)) for row in table] if spreadsheet_safe else table)


def _cells(data: dict[str, Any], columns: list[str]) -> list[Any]:
    values = (data.get(column) for column in columns)
    return ["" if value is None else storable(value) for value in values]


def _cleaned(text: str) -> str:
    return UNHELD.sub("\ufffd", text)


def _table(rows: list[list[Any]]) -> bytes:
    cells = [[_cleaned(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]
    # Readers take an unquoted "#" at the start of a row for a comment, and drop blanks after a comma.
    risky = any(isinstance(cell, str) and cell[:1] in ("#", " ") for row in cells for cell in row if cell)
    text = io.StringIO()
    quoting: Literal[0, 2] = csv.QUOTE_NONNUMERIC if risky else csv.QUOTE_MINIMAL
    csv.writer(text, lineterminator="\n", quoting=quoting).writerows(cells)
    return text.getvalue().encode()
