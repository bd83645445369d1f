"""A saved graph, or a table, seen as a networkx graph: rows and attributes are looked up in the arrays when asked for.

All that reads a networkx graph reads a view; `graphdiff.graph.intake` takes its arrays as they are, so that no question
makes an object an edge.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff.graph.attributes import Record, records
from graphdiff.graph.labels import Integers, own_id
from graphdiff.graph.topology import Topology, keys_at
from graphdiff.text.notebook import Displayed, shown

__all__ = ["DiGraph", "MultiDiGraph", "Saved", "has_ints_alone", "pictured", "saved_in", "view"]

#: Of so many nodes the rows are made together, where all are wanted.
BLOCK = 1 << 10

Ids = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Saved:
    """What a view is of.

    Attributes
    ----------
    topology : Topology
    weight : str or None
        The attribute of edges that was saved as their weights; None where these are a preset's.
    cycles : str or None
        The policy that it was saved with; None where it is read from a table, and nobody has chosen weights yet.
    """

    topology: Topology
    weight: str | None = None
    cycles: str | None = None


def saved_in(graph: Any) -> Saved | None:
    """Return what a networkx graph is a view of; None where it is no view."""
    saved = getattr(graph, "saved", None)
    return saved if isinstance(saved, Saved) else None


def has_ints_alone(graph: Any) -> bool:
    """Return whether a graph is a view whose nodes are all ints, which are found in an array."""
    saved = saved_in(graph)
    return saved is not None and (saved.topology.names is None or isinstance(saved.topology.names, Integers))


def view(saved: Saved, about: Mapping[str, Any]) -> nx.DiGraph | nx.MultiDiGraph:
    """Return a saved graph as a frozen networkx graph, with what is known of it as a whole.

    Examples
    --------
    >>> from graphdiff.graph.compiled import CompiledGraph
    >>> shape = CompiledGraph.from_arrays([0, 2], [1, 1], n_nodes=3, attributes={"lines": [5, None]}).topology
    >>> graph = view(Saved(shape, None, "raise"), {"format": "arrays"})
    >>> graph.edges[0, 1], list(graph.pred[1]), graph.graph["format"], list(graph.copy().edges)
    ({'lines': 5}, [0, 2], 'arrays', [(0, 1), (2, 1)])
    """
    topology = saved.topology
    multi = topology.keys is not None
    graph = nx.freeze(nx.MultiDiGraph() if multi else nx.DiGraph())
    graph.graph.update(about)
    graph.saved = saved
    graph._node = _Nodes(topology)
    graph._succ = graph._adj = _Rows(topology, _leaving)
    graph._pred = _Rows(topology, _entering)
    graph.edges = (_MultiEdges if multi else _Edges)(graph)
    graph.number_of_edges = partial(_number_of_edges, graph)  # without looking at each row, as `str` asks for it
    return graph


def _number_of_edges(graph: Any, u: Any = None, v: Any = None) -> int:
    return len(graph.edges) if u is None else int(type(graph).number_of_edges(graph, u, v))


class _Pictured(Displayed):
    """A graph that a notebook shows as `graphdiff.write` draws it."""

    #: Of which graph this one is the groups, for a page in which they open (a profile itself); a copy does not know.
    grouping: Any = None

    def __repr__(self) -> str:
        return f"<{self}>"

    def _shown(self) -> dict[str, str]:
        return shown(self)


# Named as those of networkx, so that these call them what they are.
class DiGraph(_Pictured, nx.DiGraph):  # type: ignore[misc]
    """A networkx DiGraph that a notebook shows as a picture."""


class MultiDiGraph(_Pictured, nx.MultiDiGraph):  # type: ignore[misc]
    """A networkx MultiDiGraph that a notebook shows as a picture."""


#: What a graph of ours becomes by its type; one of a type of somebody else's stays what it is.
PICTURED = {nx.DiGraph: DiGraph, nx.MultiDiGraph: MultiDiGraph}


def pictured(graph: nx.DiGraph) -> nx.DiGraph | nx.MultiDiGraph:
    """Return a graph that we made, and nobody else has, as one that shows itself in a notebook; nothing is copied.

    Examples
    --------
    >>> graph = pictured(nx.DiGraph([("a", "b")]))
    >>> graph, isinstance(graph, nx.DiGraph), sorted(graph._repr_mimebundle_())
    (<DiGraph with 2 nodes and 1 edges>, True, ['image/svg+xml', 'text/plain'])
    """
    graph.__class__ = PICTURED.get(type(graph), type(graph))
    return graph


class _Counted:
    """The edges of a view, which are counted without looking at each row."""

    _graph: Any

    def __len__(self) -> int:
        return int(self._graph.saved.topology.n_edges)


class _Edges(_Counted, nx.classes.reportviews.OutEdgeView):  # type: ignore[misc]
    """The edges of a view."""


class _MultiEdges(_Counted, nx.classes.reportviews.OutMultiEdgeView):  # type: ignore[misc]
    """The edges of a view with parallel edges."""


class _ByNode(Mapping[Hashable, Any]):
    """Something of each node, by its label, in the order of the ids."""

    def __init__(self, topology: Topology) -> None:
        self.topology = topology
        names: Any = topology.names
        self.names = range(topology.n_nodes) if names is None else names
        self._id: Callable[[Any], int | None] = partial(own_id, topology.n_nodes) if names is None else names.find

    def __len__(self) -> int:
        return self.topology.n_nodes

    def __iter__(self) -> Iterator[Any]:
        return iter(self.names)

    def __contains__(self, label: object) -> bool:
        return self._id(label) is not None

    def __getitem__(self, label: Hashable) -> Any:
        number = self._id(label)
        if number is None:
            raise KeyError(label)
        return self._some(np.array([number]))[0]

    def _some(self, ids: Ids) -> Sequence[Any]:
        """Return what is asked for, of the nodes with some ids."""
        raise NotImplementedError

    def _blocks(self) -> Iterator[tuple[Any, Any]]:
        for start in range(0, len(self), BLOCK):
            stop = min(start + BLOCK, len(self))
            yield from zip(self.names[start:stop], self._some(np.arange(start, stop)), strict=True)

    def items(self) -> Any:
        """Return the pairs of label and value, made block by block."""
        return _Pairs(self)

    def values(self) -> Any:
        """Return the values, made block by block."""
        return _Values(self)


class _Pairs:
    """The pairs of a mapping by node, any number of times."""

    def __init__(self, mapping: _ByNode) -> None:
        self.mapping = mapping

    def __len__(self) -> int:
        return len(self.mapping)

    def __iter__(self) -> Iterator[Any]:
        return self.mapping._blocks()


class _Values(_Pairs):
    """The values of a mapping by node, any number of times."""

    def __iter__(self) -> Iterator[Any]:
        return (value for _, value in self.mapping._blocks())


class _Nodes(_ByNode):
    """The attributes of each node."""

    def _some(self, ids: Ids) -> list[Record]:
        return records(self.topology.node_attributes, ids)


class _Rows(_ByNode):
    """The neighbours of each node with the attributes of the edges to them, or from them.

    `bounds` gives where the edges of each position stand, and which edge of the topology stands at each place.
    """

    def __init__(self, topology: Topology, bounds: Callable[[Topology], tuple[Ids, Ids | None]]) -> None:
        super().__init__(topology)
        self._made = bounds

    @cached_property
    def _bounds(self) -> tuple[Ids, Ids | None]:
        return self._made(self.topology)

    def _some(self, ids: Ids) -> list[dict[Any, Any]]:
        topology, (ptr, order) = self.topology, self._bounds
        positions = topology.positions[ids]
        first, last = ptr[positions].astype(np.int64), ptr[positions + 1].astype(np.int64)
        places = np.concatenate([np.arange(a, b) for a, b in zip(first, last, strict=True)])
        edges = places if order is None else order[places]
        others = topology.heads[edges] if order is None else topology.tails_of(edges)
        labels = [self.names[number] for number in topology.ids[others].tolist()]
        keys = None if topology.keys is None else list(keys_at(topology.keys, edges))
        steps = zip(labels, keys or labels, records(topology.attributes, edges), strict=True)
        return [_row(steps, size, keys is not None) for size in (last - first).tolist()]


def _row(steps: Iterator[tuple[Any, Any, Record]], size: int, multi: bool) -> dict[Any, Any]:
    row: dict[Any, Any] = {}
    for _ in range(size):
        label, key, record = next(steps)
        if multi:
            row.setdefault(label, {})[key] = record
        else:
            row[label] = record
    return row


def _leaving(topology: Topology) -> tuple[Ids, None]:
    """Return the bounds of the edges that leave each position: they stand in this order."""
    return topology.ptr, None


def _entering(topology: Topology) -> tuple[Ids, Ids]:
    """Return the bounds of the edges that enter each position, and these edges in the order of their tails' ids."""
    tails = topology.ids[topology.rows.tails]
    order = np.lexsort((np.arange(topology.n_edges), tails, topology.heads))
    counts = np.bincount(topology.heads, minlength=topology.n_nodes)
    return np.concatenate([[0], np.cumsum(counts)]), order
