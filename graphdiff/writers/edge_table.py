"""CSV: one row an edge, with its attributes as columns."""

from __future__ import annotations

import csv
import io
from typing import Any, Literal

import networkx as nx

from graphdiff.picture import clean
from graphdiff.records import names_of, require_graph, storable

__all__ = ["write_csv"]


def write_csv(graph: nx.DiGraph) -> bytes:
    r"""Return the edges as CSV in UTF-8: source, target, the key in a multigraph, the weight, other attributes.

    Examples
    --------
    >>> G = nx.MultiDiGraph()
    >>> _ = G.add_edge("a", "b", share=0.5, weight=2)
    >>> write_csv(G)
    b'source,target,key,weight,share\na,b,0,2,0.5\n'
    """
    require_graph(graph, "csv")
    names = names_of(graph)
    edges = list(graph.edges(keys=True, data=True) if graph.is_multigraph() else graph.edges(data=True))
    columns = dict.fromkeys(name for *_, data in edges for name in data)
    ends = ["source", "target", "key"][: 2 + graph.is_multigraph()]
    # A column of an end's name would be read back as that end.
    others = sorted((name for name in columns if name not in ends), key=lambda name: name != "weight")
    rows = [
        [names[tail], names[head], *map(storable, key), *(_cell(data.get(name)) for name in others)]
        for tail, head, *key, data in edges
    ]
    return _table([[*ends, *map(str, others)], *rows])


def _cell(value: Any) -> Any:
    return "" if value is None else storable(value)


def _table(rows: list[list[Any]]) -> bytes:
    cells = [[clean(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]
    # Readers take an unquoted "#" at the start of a row for a comment, and drop blanks after a comma.
    risky = any(isinstance(cell, str) and cell[:1] in ("#", " ") for row in cells for cell in row if cell)
    text = io.StringIO()
    quoting: Literal[0, 2] = csv.QUOTE_NONNUMERIC if risky else csv.QUOTE_MINIMAL
    csv.writer(text, lineterminator="\n", quoting=quoting).writerows(cells)
    return text.getvalue().encode()
