"""The border to networkx, arrays and data frames: labels, edges and weights taken out, each checked once."""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from itertools import chain
from operator import itemgetter
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import ArrayLike, NDArray

from graphdiff import arithmetic
from graphdiff.absences import Absences, absences_of
from graphdiff.arithmetic import Number, Weights, is_number
from graphdiff.errors import GraphTypeError, UsageError, WeightError, edge_text
from graphdiff.graph.attributes import (
    Column,
    Columns,
    Records,
    attribute_kinds,
    column_of,
    drawing_names,
    percentage,
    possible_weights,
)
from graphdiff.graph.forms import NotScalar, Record, is_sparse, order_of_entries, records_of, square_frame
from graphdiff.graph.labels import Indexed
from graphdiff.graph.topology import PEER, Topology, keeps_nothing
from graphdiff.graph.views import saved_in
from graphdiff.kernels.rows import index_type
from graphdiff.remedies import Keyword, Remedy
from graphdiff.text.names import node_text

_MISSING = object()
#: What edges, weights and nodes mean where a graph does not say it.
UNKNOWN = dict.fromkeys(("edge_meaning", "weight_meaning", "node_meaning"), "unknown")
#: The ways out where edges have no weight of the name that is asked for.
TAKES = "takes that number"
WITHOUT_WEIGHTS = (
    Remedy(Keyword("weight", "unit", python="None"), "counts paths"),
    Remedy(Keyword("weight", "even", python="graphdiff.weights.even"), "spreads one unit evenly"),
)
#: And of attribution graphs, whose edges always have one.
IN_THEIR_PLACE = (
    Remedy(Keyword("weight", "normalised", python="graphdiff.weights.normalised"), "is circuit-tracer's influence"),
    Remedy(Keyword("weight", "per-activation", python="graphdiff.weights.per_activation"), "is in the logits' unit"),
)
#: Ids may go this far beyond 100 for each edge; farther they are no positions but names.
MAX_SPARSE_IDS = 10_000_000


@dataclass(frozen=True)
class Edges:
    """A graph's edges by node ids, unsigned, in the graph's own order.

    `rows` holds networkx's own rows, if any: in each one the attribute dicts, or in a multigraph dicts of them; what is
    no graph of networkx has its attribute dicts in `records`. `order` says which of the entries as given each edge is,
    where these are in another order. Of a saved graph its topology has the ends, the edges are in its order, and their
    attributes are `columns`.
    """

    n_nodes: int
    ends: tuple[NDArray[Any], NDArray[Any]] | Topology
    names: Sequence[Hashable] | None = None
    keys: Sequence[Hashable] | None = None
    marked: tuple[int, ...] = ()
    marked_leaves: tuple[int, ...] = ()
    leaf_seeds: tuple[float, ...] = ()
    titles: Sequence[str | None] | None = None
    also_called: tuple[tuple[str, int], ...] = ()
    rows: Sequence[Mapping[Hashable, Mapping[Any, Any]]] = ()
    records: Sequence[Mapping[str, Any]] = ()
    order: NDArray[Any] | None = None
    weights: Weights | None = None
    edge_meaning: str = "unknown"
    weight_meaning: str = "unknown"
    node_meaning: str = "unknown"
    drawing: Collection[str] = ()
    absences: Absences | None = None
    columns: Columns = field(default_factory=dict)

    @property
    def topology(self) -> Topology | None:
        """The order and the rows of a saved graph."""
        return self.ends if isinstance(self.ends, Topology) else None

    @property
    def tails(self) -> NDArray[Any]:
        """The node that each edge leaves; of a saved graph the array is made anew each time."""
        ends = self.ends
        return _ids_of(ends)[ends.rows.tails] if isinstance(ends, Topology) else ends[0]

    @property
    def heads(self) -> NDArray[Any]:
        """The node that each edge enters."""
        ends = self.ends
        return _ids_of(ends)[ends.heads] if isinstance(ends, Topology) else ends[1]

    @property
    def n_edges(self) -> int:
        """Number of edges."""
        return self.ends.n_edges if isinstance(self.ends, Topology) else len(self.ends[0])

    @cached_property
    def data(self) -> Sequence[Mapping[str, Any]]:
        """The attributes of each edge."""
        if self.topology is not None:
            return Records(self.columns, self.n_edges)
        return list(self.records) or _data(self.rows, self.keys is not None)

    @property
    def loose(self) -> NDArray[np.bool_] | None:
        """Which edges keep nothing (see `graphdiff.graph.topology.keeps_nothing`); None where all may keep."""
        if self.edge_meaning != "depends on" or self.topology is not None:
            return None
        if PEER not in [data.get("kind") for data in self.data]:  # of most files, at a glance
            return None
        mask = np.fromiter(map(keeps_nothing, self.data), dtype=bool, count=self.n_edges)
        return mask if mask.any() else None

    def label(self, edge: int) -> tuple[Any, ...]:
        """Return edge number `edge` by its labels."""
        tail, head = self._nodes(edge)
        ends = (tail, head) if self.names is None else (self.names[tail], self.names[head])
        return ends if self.keys is None else (*ends, self.keys[edge])

    def _nodes(self, edge: int) -> tuple[int, int]:
        if not isinstance(self.ends, Topology):
            return int(self.tails[edge]), int(self.heads[edge])
        ends = np.array([self.ends.tails_of(np.array([edge]))[0], self.ends.heads[edge]], dtype=np.int64)
        tail, head = self.ends.ids[ends].tolist()
        return tail, head

    def first(self, numbers: list[int]) -> int:
        """Return which of some edges comes first in the graph: a saved one has them in the order of its topology."""
        return numbers[0] if self.topology is None else min(numbers, key=self.tails.__getitem__)

    def text(self, edge: int) -> str:
        """Return edge number `edge` as an error names it, with its key only where parallel ones have others."""
        return edge_text(self.label(edge)[: 2 if self._n_parallel(edge) == 1 else 3])

    def _n_parallel(self, edge: int) -> int:
        """Return how many edges have the ends of this one; of a saved graph one row is looked at."""
        if not isinstance(self.ends, Topology):
            return int(((self.tails == self.tails[edge]) & (self.heads == self.heads[edge])).sum())
        row = int(self.ends.tails_of(np.array([edge]))[0])
        start, stop = self.ends.ptr[row : row + 2].tolist()
        return int((self.ends.heads[start:stop] == self.ends.heads[edge]).sum())


def _ids_of(topology: Topology) -> NDArray[Any]:
    """Return the id of each position, of the type in which edges have their ends."""
    return topology.ids.astype(index_type(topology.n_nodes))


def from_graph(graph: Any) -> Edges:
    """Return the edges of a networkx graph, or of any other that `compile` takes."""
    if (saved := saved_in(graph)) is not None:
        return _from_saved(saved.topology, graph)
    if isinstance(graph, nx.Graph):
        return _from_networkx(graph)
    if isinstance(graph, NotScalar):
        raise GraphTypeError(graph.refusal)
    if isinstance(graph, np.ndarray):
        return _from_matrix(graph, None)
    if is_sparse(graph):
        return _from_sparse(graph)
    if hasattr(graph, "index") and hasattr(graph, "columns"):  # a lazy frame is not asked for its columns
        return _from_pandas(graph)
    if (listed := records_of(graph)) is not None:
        return _from_records(*listed)
    if (square := square_frame(graph)) is not None:
        return _from_matrix(square[0], _distinct(square[1]))
    reads = "graphdiff.read(PATH) makes a graph of a file; else " if isinstance(graph, str | os.PathLike) else ""
    raise GraphTypeError(
        f"cannot compile a {type(graph).__name__}: {reads}give a networkx DiGraph or MultiDiGraph, a directed graph of "
        "rustworkx or igraph, a square array, scipy.sparse matrix or frame, a list of edges or a dict of rows, or use "
        "CompiledGraph.from_arrays or read_edges"
    )


def _from_pandas(frame: Any) -> Edges:
    if list(frame.columns) != list(frame.index):
        raise GraphTypeError(
            "the rows and columns of a DataFrame must have the same labels in the same order "
            "(entry [i, j] is the edge i -> j); read_edges takes a frame with an edge a row"
        )
    return _from_matrix(frame.to_numpy(), _distinct(list(frame.index)))


def _from_sparse(matrix: Any) -> Edges:
    """Return the edges of a ``scipy.sparse`` matrix: entries at one place add, and a 0 is no edge, as in an array."""
    _require_square(matrix.shape)
    rows = matrix.tocsr(copy=True)
    rows.sum_duplicates()
    rows.eliminate_zeros()
    kind = index_type(rows.shape[0])
    tails = np.repeat(np.arange(rows.shape[0], dtype=kind), np.diff(rows.indptr))
    edges = Edges(rows.shape[0], (tails, rows.indices.astype(kind)), order=order_of_entries(matrix, len(tails)))
    return replace(edges, weights=checked(edges, rows.data))


def _from_records(nodes: Sequence[Hashable], records: Sequence[Record]) -> Edges:
    """Return edges that are records, in their order; those with the same ends are numbered, as networkx does."""
    names = list(dict.fromkeys(chain(nodes, chain.from_iterable(record[:2] for record in records))))
    index = {name: number for number, name in enumerate(names)}
    ends = [(index[tail], index[head]) for tail, head, _ in records]
    kind = index_type(len(names))
    earlier: Counter[tuple[int, int]] = Counter()
    keys: list[Hashable] = []
    for pair in ends:
        keys.append(earlier[pair])
        earlier[pair] += 1
    return Edges(
        n_nodes=len(names),
        ends=(np.array([tail for tail, _ in ends], dtype=kind), np.array([head for _, head in ends], dtype=kind)),
        names=names,
        keys=keys if any(keys) else None,
        records=[attributes for *_, attributes in records],
    )


def _from_networkx(graph: nx.Graph) -> Edges:
    if not graph.is_directed():
        raise GraphTypeError(
            "the graph is undirected, and influence needs a direction: build a networkx.DiGraph with the edges "
            "source -> target, or graph.to_directed() for both directions"
        )
    if graph.graph.get("quotient"):
        raise GraphTypeError(_quotient_text(graph))
    names = list(graph)
    rows = _rows(graph)
    sizes = list(map(len, rows))
    kind = index_type(len(names))
    index = dict(zip(names, range(len(names)), strict=True))
    tails = np.repeat(np.arange(len(names), dtype=kind), sizes)
    heads = np.fromiter(map(index.__getitem__, chain.from_iterable(rows)), dtype=kind, count=sum(sizes))
    keys: list[Hashable] | None = None
    if graph.is_multigraph():
        parallel = list(chain.from_iterable(row.values() for row in rows))
        keys = list(chain.from_iterable(parallel))
        numbers = list(map(len, parallel))
        tails, heads = np.repeat(tails, numbers), np.repeat(heads, numbers)
    leaves = _marked(graph, "leaf")
    seeds = tuple([graph.nodes[names[i]]["leaf"] for i in leaves])
    return Edges(
        n_nodes=len(names),
        ends=(tails, heads),
        names=names,
        keys=keys,
        marked=_marked(graph, "root"),
        marked_leaves=leaves,
        leaf_seeds=() if all(seed is True for seed in seeds) else tuple(map(float, seeds)),
        titles=_titles(graph),
        also_called=tuple([(text, i) for i in leaves if isinstance(text := graph.nodes[names[i]].get("output"), str)]),
        rows=rows,
        **meanings_of(graph.graph),
        drawing=drawing_names(graph),
        absences=absences_of(graph.graph),
    )


def _from_saved(topology: Topology, graph: nx.Graph) -> Edges:
    """Return the edges of a saved graph, which is in order already."""
    return Edges(
        n_nodes=topology.n_nodes,
        ends=topology,
        names=topology.names,
        keys=topology.keys,
        **meanings_of(graph.graph),
        drawing=drawing_names(graph),
        columns=topology.attributes,
    )


def meanings_of(about: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the attributes of a graph say that its edges, weights and nodes mean.

    Examples
    --------
    >>> meanings_of({"edge_meaning": "feeds"})
    {'edge_meaning': 'feeds', 'weight_meaning': 'unknown', 'node_meaning': 'unknown'}
    """
    return UNKNOWN if not about else {name: str(about.get(name, "unknown")) for name in UNKNOWN}


def edge_data(graph: nx.Graph) -> Sequence[Mapping[str, Any]]:
    """Return the attributes of each edge of a networkx graph, in a third of the time of ``graph.edges(data=True)``.

    Examples
    --------
    >>> edge_data(nx.MultiDiGraph([("a", "b", {"kind": "x"}), ("a", "b", {})]))
    [{'kind': 'x'}, {}]
    """
    if (saved := saved_in(graph)) is not None:
        return _from_saved(saved.topology, graph).data
    return _data(_rows(graph), graph.is_multigraph())


def _rows(graph: nx.Graph) -> list[Mapping[Hashable, Mapping[Any, Any]]]:
    return [row for _, row in graph.adjacency()]


def _data(rows: Sequence[Mapping[Hashable, Mapping[Any, Any]]], multigraph: bool) -> list[Mapping[str, Any]]:
    entries = chain.from_iterable(row.values() for row in rows)
    return list(chain.from_iterable(entry.values() for entry in entries) if multigraph else entries)


def _quotient_text(graph: nx.Graph) -> str:
    if graph.graph.get("weight_meaning") == "contribution":
        return (
            "this graph shows what passes between whole arrays, and no product of that along a path means anything: "
            "ask the Operations that it was made of, or their unfold(NODE, …)"
        )
    by = f" (by {graph.graph['grouped_by']})" if "grouped_by" in graph.graph else ""
    return (
        f"this graph shows groups{by} for looking at: where one member of a group is entered and another left, it "
        "has a route that is none; ask the graph that it was made of"
    )


def _marked(graph: nx.Graph, attribute: str) -> tuple[int, ...]:
    marks = ((i, data.get(attribute)) for i, data in enumerate(graph._node.values()) if data)
    return tuple([i for i, mark in marks if mark is True or type(mark) in (int, float)])


def _titles(graph: nx.Graph) -> list[str | None] | None:
    """Return what reports call each node, by the attribute that the graph says has it."""
    name = graph.graph.get("node_title")
    return None if name is None else [data.get(name) for data in graph._node.values()]


def _from_matrix(matrix: NDArray[Any], names: Sequence[Hashable] | None) -> Edges:
    _require_square(matrix.shape)
    tails, heads = np.nonzero(matrix)
    edges = Edges(len(matrix), (tails.view(np.uintp), heads.view(np.uintp)), names)
    return replace(edges, weights=checked(edges, matrix[tails, heads].tolist()))


def _require_square(shape: tuple[int, ...]) -> None:
    if len(shape) != 2 or shape[0] != shape[1]:
        raise GraphTypeError(f"the array has shape {shape}: a graph's matrix is square, entry [i, j] the edge i -> j")


def from_arrays(
    tails: ArrayLike,
    heads: ArrayLike,
    weights: ArrayLike | None,
    labels: Sequence[Hashable] | None,
    n_nodes: int | None = None,
) -> Edges:
    """Return edges given as arrays of ids."""
    first, second = _ids(tails, "tails"), _ids(heads, "heads")
    if len(first) != len(second):
        raise UsageError(f"{len(first):,} tails, but {len(second):,} heads")
    used = 1 + max(int(first.max()), int(second.max())) if len(first) else 0
    names = _names(labels, used, len(first))
    edges = Edges(_n_nodes(n_nodes, used, names), (first, second), names)
    if weights is None:
        return edges
    values = listed(weights)
    if len(values) != len(first):
        raise UsageError(f"{len(first):,} edges, but {len(values):,} weights")
    return replace(edges, weights=checked(edges, values))


def listed(weights: Any) -> NDArray[Any] | list[Any]:
    """Return weights as an array of one dimension, or as a list."""
    if np.ma.is_masked(weights):
        raise WeightError("some weights are masked: what is not there cannot be taken as a weight")
    if hasattr(weights, "__array__"):
        array: NDArray[Any] = np.asarray(weights)
        if array.ndim == 1:
            return array
        kind = f"an array of {array.ndim} dimensions"
    elif isinstance(weights, Iterable) and not isinstance(weights, (str, bytes, Mapping, Set)):
        return list(weights)
    else:
        kind = f"a {type(weights).__name__}"
    raise UsageError(f"the weights of edges that have an order are an array, one number for each edge, not {kind}")


def _n_nodes(given: int | None, used: int, names: Sequence[Hashable] | None) -> int:
    """Return how many nodes there are: those of the labels, else so many as are given, else those of edges."""
    known = used if names is None else len(names)
    if given is None or given == known:
        return known
    if names is not None:
        raise UsageError(Keyword("n_nodes", given), f", but {known:,} labels")
    if given < used:
        raise UsageError(Keyword("n_nodes", given), f", but node ids up to {used - 1:,}")
    return given


def _names(labels: Sequence[Hashable] | None, used: int, n_edges: int) -> Sequence[Hashable] | None:
    if labels is None:
        if used > MAX_SPARSE_IDS + 100 * n_edges:
            raise UsageError(f"node ids up to {used - 1:,} for {n_edges:,} edges: ids count from 0, every one a node")
        return None
    if used > len(labels):
        raise UsageError(f"{len(labels):,} labels, but node ids up to {used - 1:,}")
    return labels if isinstance(labels, Indexed) else _distinct(list(labels))


def _distinct(labels: Sequence[Hashable]) -> Sequence[Hashable]:
    seen: set[Hashable] = set()
    if len(set(labels)) < len(labels):
        twice = next(label for label in labels if label in seen or seen.add(label))  # type: ignore[func-returns-value]
        raise UsageError(f"the label {twice!r} stands for two nodes; labels must be distinct")
    return labels


def _ids(values: ArrayLike, what: str) -> NDArray[Any]:
    array = np.asarray(values)
    if array.size == 0:
        array = array.astype(np.uint32)
    if array.ndim != 1 or (array.dtype.kind not in "iu"):
        raise UsageError(f"{what}: a one-dimensional array of node ids (ints from 0) is needed")
    if len(array) and array.min() < 0:
        raise UsageError(f"{what}: the node id {array.min()} is negative; ids count from 0")
    size = 4 if array.itemsize <= 4 else 8
    return array.astype(f"i{size}" if array.dtype.kind == "i" else f"u{size}", copy=False).view(f"u{size}")


def weights(edges: Edges, weight: str | Callable[..., Number], default: Number, *, exact: bool = False) -> Weights:
    """Return the checked weights of the edges of a networkx graph.

    Parameters
    ----------
    edges : Edges
    weight : str or callable
        An edge attribute, or ``(u, v, data) -> number``.
    default : number or None
        For edges that have none.
    exact : bool
        Whether floats beside fractions become fractions; else it is the other way round.
    """
    if callable(weight):
        values = _filled(edges, _by_function(edges, weight), weight, default)
        return checked(edges, _fractions(values) if exact else values)
    column = edges.columns.get(weight)
    if column is not None and column.numbers is not None:
        return checked(edges, column.numbers)
    try:
        if edges.topology is not None:
            raise KeyError(weight)
        values = list(map(itemgetter(weight), edges.data))
    except KeyError:
        values = _filled(edges, _given(edges, weight), weight, default)
    values = _parts_of_one(values, exact)
    return checked(edges, _fractions(values) if exact else values)


def _given(edges: Edges, name: str) -> list[Any]:
    """Return what each edge has of this name, and `_MISSING` where it has nothing."""
    if edges.topology is None:
        return [data.get(name, _MISSING) for data in edges.data]
    column = edges.columns.get(name)
    if column is None:
        return [_MISSING] * edges.n_edges
    return [_MISSING if gone else value for value, gone in zip(column, column.missing.tolist(), strict=True)]


def _parts_of_one(values: list[Any], exact: bool) -> list[Any]:
    """Return texts in per cent, where all texts are such, as the parts that they say; all others as they are."""
    if not values or str not in set(map(type, values)):
        return values
    parts = [percentage(value) if isinstance(value, str) else value for value in values]
    if None in parts:
        return values
    return parts if exact else [float(part) if isinstance(part, Fraction) else part for part in parts]


def numbers_of_nodes(graph: Any, name: str) -> NDArray[Any]:
    """Return the number that each node of a networkx graph has under a name, in the order of the nodes.

    Raises
    ------
    WeightError
        If a node has none.

    Examples
    --------
    >>> G = nx.DiGraph()
    >>> G.add_nodes_from([("f", {"self": 3})])
    >>> numbers_of_nodes(G, "self").tolist()
    [3]
    """
    if not isinstance(graph, nx.Graph):
        raise WeightError(f"a {type(graph).__name__} has no nodes with a {name!r}")
    values = [value for _, value in graph.nodes(data=name)]
    missing = [node for node, value in zip(graph, values, strict=True) if not is_number(value)]
    if missing:
        more = f", nor have {len(missing) - 1:,} more" if len(missing) > 1 else ""
        raise WeightError(f"the node {node_text(missing[0])} has no number {name!r}{more}")
    return np.asarray(values)


def told_of_nodes(graph: Any, names: Iterable[str]) -> dict[str, Column]:
    """Return what nodes of a networkx graph have under some names, in the order of the nodes; of other graphs nothing.

    Examples
    --------
    >>> G = nx.DiGraph()
    >>> G.add_nodes_from([("f", {"activation": 3.5}), "y"])
    >>> list(told_of_nodes(G, ["activation"])["activation"])
    [3.5, None]
    """
    if not isinstance(graph, nx.Graph):
        return {}
    return {name: _told([value for _, value in graph.nodes(data=name)], name) for name in names}


def _told(values: list[Any], name: str) -> Column:
    try:
        return column_of(values, name)
    except UsageError:  # of several kinds, or Fractions: each as it is
        given = np.fromiter(values, dtype=object, count=len(values))
        return Column(given, np.array([value is None for value in values], dtype=bool))


def _fractions(values: list[Any]) -> list[Any]:
    """Return finite floats that stand beside fractions as the fractions that they are; all others as they are."""
    if Fraction not in set(map(type, values)):
        return values
    return [Fraction(value) if isinstance(value, float) and math.isfinite(value) else value for value in values]


def _by_function(edges: Edges, weight: Callable[..., Number]) -> list[Any]:
    names = edges.names or ()
    ends = zip(edges.tails.tolist(), edges.heads.tolist(), edges.data, strict=True)
    values = [weight(names[u], names[v], data) for u, v, data in ends]
    return [_MISSING if value is None else value for value in values]


def _filled(edges: Edges, values: list[Any], weight: object, default: Number) -> list[Any]:
    """Return the values with the default in place of those that are missing."""
    missing = [number for number, value in enumerate(values) if value is _MISSING]
    if missing and default is None:
        raise WeightError(
            *_missing_parts(edges, weight, missing), edge=edges.label(edges.first(missing)), count=len(missing)
        )
    return [default if value is _MISSING else value for value in values]


def checked(edges: Edges, given: Sequence[Any] | NDArray[Any]) -> Weights:
    """Return weights as the one kind that holds them all, or raise `WeightError`."""
    if isinstance(given, np.ndarray) and (sound := checked_array(given)) is not None:
        return sound
    values: Sequence[Any] = given.tolist() if isinstance(given, np.ndarray) else given
    kinds = set(map(type, values))
    if kinds == {float} and arithmetic.are_finite(array := np.array(values)):
        return array
    if kinds != {int}:
        _check(edges, values)
    try:
        return arithmetic.unify(values) if values else np.empty(0)
    except OverflowError as error:
        large = next((i for i, w in enumerate(values) if not isinstance(w, float) and abs(w) > arithmetic.EXACT_INT), 0)
        raise WeightError(f"the edge {edges.text(large)}: {error}", edge=edges.label(large)) from None


def checked_array(given: NDArray[Any]) -> NDArray[Any] | None:
    """Return an array of ints or of finite floats as the weights that it is; None for any other."""
    if given.dtype.kind in "iu" and (given.dtype != np.uint64 or given.max(initial=0) < 2**63):
        return given.astype(np.int64, copy=False)
    if given.dtype.kind == "f" and arithmetic.are_finite(given):
        return given.astype(np.float32 if given.dtype == np.float32 else np.float64, copy=False)
    return None


def _check(edges: Edges, values: Sequence[Any]) -> None:
    """Raise `WeightError` for the first weight that is not a finite number."""
    wrong = [number for number, value in enumerate(values) if not arithmetic.is_number(value)]
    if not wrong:
        wrong = [number for number, value in enumerate(values) if not arithmetic.is_finite(value)]
    if wrong:
        first = edges.first(wrong)
        edge, value = edges.label(first), values[first]
        others = f", nor are those of {len(wrong) - 1:,} other edges" if len(wrong) > 1 else ""
        raise WeightError(
            f"the weight of the edge {edges.text(first)} is {value!r}, not a finite number{others}",
            edge=edge,
            count=len(wrong),
        )


def _missing_parts(edges: Edges, weight: object, missing: list[int]) -> list[str | Remedy]:
    total = len(edges.data)
    kinds = attribute_kinds(edges.data, edges.drawing)
    have = f"; these edges have: {', '.join(kinds)}" if kinds else ""
    if isinstance(weight, str) and len(missing) == total:
        return [
            f"none of the {total:,} edges has {weight!r}{have}",
            *[Remedy(Keyword("weight", name), TAKES) for name in possible_weights(edges.data, edges.drawing)[:1]],
            *(IN_THEIR_PLACE if edges.weight_meaning == "attribution" else WITHOUT_WEIGHTS),
        ]
    name = repr(weight) if isinstance(weight, str) else "weight by the given function"
    return [
        f"{len(missing):,} of the {total:,} edges {'has' if len(missing) == 1 else 'have'} no {name}, the first is "
        f"{edges.text(edges.first(missing))}{have}",
        Remedy(Keyword("default_weight", 1), "would stand in"),
    ]
