"""Graphs as other libraries and plain Python hold them, made into what `graphdiff.graph.intake` takes.

A matrix of scipy stays arrays; graphs of rustworkx and igraph, edges in a list and rows in a dict are records, in the
order in which they come, since each of their edges is a Python object already. None of these libraries is imported: who
has such a graph has it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff.arithmetic import is_number
from graphdiff.errors import GraphTypeError

__all__ = ["NotScalar", "Record", "graph_of", "is_form", "is_sparse", "order_of_entries", "records_of", "square_frame"]

#: An edge: its ends and its attributes.
Record = tuple[Hashable, Hashable, Mapping[str, Any]]


class NotScalar:
    """What has nodes and edges, but no numbers on them: `refusal` says why it is not compiled, and what to do."""

    refusal = ""


def is_form(thing: Any) -> bool:
    """Tell whether this is meant as a graph, though not one of networkx: whether it is one, its reader says.

    Examples
    --------
    >>> is_form([("a", "b", 2)]), is_form([1, 2]), is_form({"a": {"b": 2}}), is_form("a")
    (True, False, True, False)
    """
    if isinstance(thing, (list, tuple)):
        return bool(thing) and isinstance(thing[0], (list, tuple))
    if isinstance(thing, (Mapping, np.ndarray)) or is_sparse(thing) or hasattr(type(thing), "columns"):
        return True
    return type(thing).__module__.partition(".")[0] in LIBRARIES


def is_sparse(graph: Any) -> bool:
    """Tell whether this is a matrix or an array of ``scipy.sparse``.

    Examples
    --------
    >>> import scipy.sparse
    >>> is_sparse(scipy.sparse.csr_array([[0, 2], [0, 0]])), is_sparse([(0, 1, 2)])
    (True, False)
    """
    sparse = sys.modules.get("scipy.sparse")
    return sparse is not None and bool(sparse.issparse(graph))


def order_of_entries(matrix: Any, n_edges: int) -> NDArray[Any] | None:
    """Return which entry of a sparse matrix's ``data`` each edge, row by row, is; None where it is all as it comes.

    Examples
    --------
    >>> import scipy.sparse
    >>> order_of_entries(scipy.sparse.csc_array([[0, 2, 3], [0, 0, 0], [0, 5, 0]]), 3)
    array([0, 2, 1])
    """
    canonical = matrix.format == "csr" and matrix.has_sorted_indices
    if canonical or matrix.format not in ("csr", "csc", "coo") or matrix.nnz != n_edges:
        return None
    numbers = matrix.copy()
    numbers.data = np.arange(n_edges)
    rows = numbers.tocsr()
    rows.sort_indices()
    return np.asarray(rows.data)


def records_of(graph: Any) -> tuple[list[Hashable], list[Record]] | None:
    """Return the nodes and edges of a graph of rustworkx or igraph, a list of edges or a dict of rows; else None.

    The nodes are those that the graph has beside the ends of its edges, or all.

    Raises
    ------
    GraphTypeError
        The graph is undirected, or an edge or a row is nothing that is known to be one.

    Examples
    --------
    >>> records_of([("a", "b", 2), ("b", "c", {"weight": 3})])
    ([], [('a', 'b', {'weight': 2}), ('b', 'c', {'weight': 3})])
    >>> records_of({"a": {"b": 2}, "b": ["c"], "c": []})
    (['a', 'b', 'c'], [('a', 'b', {'weight': 2}), ('b', 'c', {})])
    """
    library = type(graph).__module__.partition(".")[0]
    if library == "networkx":
        raise GraphTypeError(f"{type(graph).__name__} is a part of a graph of networkx: give the graph itself")
    if isinstance(graph, Mapping):
        return [_label(node, "the rows have") for node in graph], list(_edges_of_rows(graph))
    if isinstance(graph, (list, tuple)):
        return [], list(map(_edge, range(len(graph)), graph))
    reader = LIBRARIES.get(library)
    return None if reader is None else reader(graph)


def graph_of(nodes: Iterable[Any], edges: Iterable[Record]) -> nx.DiGraph | nx.MultiDiGraph:
    """Return the graph of some edges, one with parallel edges where two have the same ends.

    Examples
    --------
    >>> graph_of(["c"], [("a", "b", {}), ("a", "b", {})]).number_of_edges("a", "b")
    2
    """
    listed = list(edges)
    graph = nx.DiGraph() if len({edge[:2] for edge in listed}) == len(listed) else nx.MultiDiGraph()
    graph.add_nodes_from(nodes)
    graph.add_edges_from(listed)
    return graph


def _edge(place: int, edge: Any) -> Record:
    if not isinstance(edge, (tuple, list)) or len(edge) not in (2, 3):
        raise GraphTypeError(
            f"edge {place} of the list is {edge!r:.60}: an edge is (source, target), (source, target, weight) or "
            "(source, target, {attribute: value})"
        )
    where = f"edge {place} of the list"
    tail, head = (_label(end, f"{where} has") for end in edge[:2])
    return tail, head, _attributes(edge[2] if len(edge) == 3 else None, where)


def _label(end: Any, where: str) -> Hashable:
    if end is None or not isinstance(end, Hashable):
        raise GraphTypeError(f"{where} the end {end!r:.60}, which is no label of a node")
    return end


def _attributes(payload: Any, where: str) -> Mapping[str, Any]:
    """Return what an edge carries as attributes: a number is its weight, None says nothing."""
    if payload is None:
        return {}
    if isinstance(payload, Mapping):
        return payload
    if is_number(payload):
        return {"weight": payload}
    raise GraphTypeError(f"{where} carries {payload!r:.60}: a weight is a number, attributes are a dict")


def _edges_of_rows(rows: Mapping[Hashable, Any]) -> Iterator[Record]:
    for tail, heads in rows.items():
        where = f"the row of {tail!r:.60}"
        if isinstance(heads, Mapping):
            for head, payload in heads.items():
                yield tail, _label(head, f"{where} has"), _attributes(payload, f"{where}: {head!r:.60}")
        elif isinstance(heads, (list, tuple, set, frozenset)):
            yield from ((tail, _label(head, f"{where} has"), {}) for head in heads)
        else:
            raise GraphTypeError(
                f"{where} is {heads!r:.60}: a row is a dict of its heads with their weights or attributes, or a list "
                "of its heads"
            )


def _of_rustworkx(graph: Any) -> tuple[list[Hashable], list[Record]]:
    if not type(graph).__name__.startswith("PyDi") and type(graph).__name__ != "PyDAG":
        raise _undirected("a rustworkx.PyDiGraph")
    places = graph.node_indices()
    labels = _labels(places, [graph[place] for place in places])
    edges = graph.weighted_edge_list()
    return list(labels.values()), [
        (labels[tail], labels[head], _attributes(payload, "an edge")) for tail, head, payload in edges
    ]


def _of_igraph(graph: Any) -> tuple[list[Hashable], list[Record]]:
    if not graph.is_directed():
        raise _undirected("an igraph.Graph with directed=True")
    names = graph.vs["name"] if "name" in graph.vs.attributes() else None
    labels = _labels(range(graph.vcount()), names or list(range(graph.vcount())))
    edges = [(labels[edge.source], labels[edge.target], edge.attributes()) for edge in graph.es]
    return list(labels.values()), edges


def _labels(places: Sequence[int], payloads: Sequence[Any]) -> dict[int, Hashable]:
    """Return the label of each node: what it carries, where all of that are distinct labels; else its index."""
    hashable = all(isinstance(one, Hashable) and one is not None for one in payloads)
    distinct = hashable and len(set(payloads)) == len(payloads)
    return dict(zip(places, payloads if distinct else places, strict=True))


def _undirected(directed: str) -> GraphTypeError:
    return GraphTypeError(f"the graph is undirected, and influence needs a direction: build {directed}")


LIBRARIES: dict[str, Callable[[Any], tuple[list[Hashable], list[Record]]]] = {
    "rustworkx": _of_rustworkx,
    "igraph": _of_igraph,
}


def square_frame(frame: Any) -> tuple[Any, list[str]] | None:
    """Return a frame of polars, pyarrow or another that narwhals takes as a matrix and its labels; None for no frame.

    Row i is of the node that column i is named after.

    Raises
    ------
    GraphTypeError
        The frame is not square: `graphdiff.read_edges` takes a frame with an edge a row.

    Examples
    --------
    >>> import polars
    >>> matrix, labels = square_frame(polars.DataFrame({"a": [0, 0], "b": [2, 0]}))
    >>> matrix.tolist(), labels
    ([[0, 2], [0, 0]], ['a', 'b'])
    """
    narwhals = _narwhals()
    if narwhals is None:
        return None
    table = narwhals.from_native(frame, pass_through=True)
    if isinstance(table, narwhals.LazyFrame):
        table = table.collect()
    if not isinstance(table, narwhals.DataFrame):
        return None
    why_not = _no_matrix(table, narwhals)
    if why_not:
        raise GraphTypeError(f"{why_not}; graphdiff.read_edges takes a frame with an edge a row")
    return table.to_numpy(), table.columns


#: Columns that are the ends of edges rather than two nodes of these names.
ENDS = ({"source", "target"}, {"src", "dst"}, {"from", "to"}, {"tail", "head"}, {"parent", "child"})


def _no_matrix(table: Any, narwhals: Any) -> str:
    """Return why a frame, of which no index says so, is no matrix of weights; nothing where it may be one."""
    n_rows, n_columns = table.shape
    if n_rows != n_columns:
        return f"a frame of {n_rows:,} rows and {n_columns:,} columns is no square matrix of weights"
    names = [name for name in table.columns if any(name.lower() in pair for pair in ENDS)]
    if any(pair <= set(map(str.lower, names)) for pair in ENDS):
        return f"a frame with the columns {' and '.join(map(repr, names))} has an edge a row"
    others = (narwhals.Boolean, narwhals.Object, narwhals.Unknown)
    wrong = next((name for name, kind in table.schema.items() if not (kind.is_numeric() or kind in others)), None)
    return "" if wrong is None else f"the column {wrong!r} of the frame is {table.schema[wrong]}, which is no weight"


def _narwhals() -> Any:
    try:
        import narwhals
    except ImportError:
        return None
    return narwhals
