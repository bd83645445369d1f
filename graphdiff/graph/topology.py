"""The shape of a graph, without its weights: edges in rows, and a place in topological order for every node.

A node's *position* is its place in the order, its *id* its place in the graph as read. All arrays speak of
positions; ids and labels matter at the border only.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import accumulate
from typing import Any, Self, cast

import numpy as np
from numpy.typing import NDArray

from graphdiff.absences import Absences
from graphdiff.arithmetic import Weights
from graphdiff.errors import UnknownEdgeError, UnknownNodeError, UsageError, edge_text
from graphdiff.graph.attributes import Column, Columns
from graphdiff.graph.labels import Indexed, Integers, Texts, blocks, own_id
from graphdiff.graph.parallels import Parallels
from graphdiff.kernels import FEW, run
from graphdiff.kernels.mapped import is_past_memory
from graphdiff.kernels.order import few_arranged, topological
from graphdiff.kernels.rows import (
    Ints,
    are_parallels,
    counted,
    grouped,
    index_type,
    kept_among,
    n_in_rows,
    parallels,
    pointers,
    reordered,
    taken,
)
from graphdiff.text.names import PLAIN, Edge, Naming, Titled

#: The kind of an edge to a package that is taken where others install it.
PEER = "peer"
#: Up to so many edges are found by one index of all; of more each row has its own, made when it is asked for an edge.
INDEXED = 1 << 14
#: Of ids that are the labels, so many are looked at for one that is like what was asked for.
LOOKED_AT = 1000


def _frozen(array: Ints) -> Ints:
    array.setflags(write=False)
    return array


@dataclass(frozen=True)
class Rows:
    """Edges grouped by tail.

    Attributes
    ----------
    ptr : uint64 array, shape (n_nodes + 1,)
        The edges that leave position `u` are ``ptr[u]:ptr[u + 1]``.
    heads : uint32 (or uint64) array, shape (n_edges,)
    chosen : uint32 (or uint64) array, shape (n_edges,), or None
        Which edge of the topology each one is; None where they are all of them.
    """

    ptr: Ints
    heads: Ints
    chosen: Ints | None = None

    @property
    def edges(self) -> Ints:
        """Which edge of the topology each one is."""
        return np.arange(len(self.heads)) if self.chosen is None else self.chosen

    def edges_at(self, places: Ints) -> Ints:
        """Return which edge of the topology stands at each of some places."""
        return places if self.chosen is None else self.chosen[places]

    def places(self, positions: Ints) -> tuple[Ints, Ints]:
        """Return where the edges that leave some positions stand here, row after row, and the bounds of the rows."""
        first = self.ptr[positions].astype(np.int64)
        sizes: Ints = self.ptr[positions + 1].astype(np.int64) - first
        bounds = np.concatenate([[0], np.cumsum(sizes)])
        return np.arange(bounds[-1]) + np.repeat(first - bounds[:-1], sizes), bounds

    def among(self, positions: Ints, renumbered: Ints) -> tuple[Ints, Ints, Ints]:
        """Return the edges from some positions to heads that have a new number: rows, new heads, and which they are.

        `renumbered` has the new number of each position, -1 where it has none.
        """
        ptr, heads, places = kept_among(self.ptr, self.heads, positions, renumbered)
        return ptr, heads, self.edges_at(places)

    def n_leaving(self, positions: Ints) -> int:
        """Return how many edges leave some positions."""
        if len(positions) == len(self.ptr) - 1:  # all of them
            return len(self.heads)
        return int(run(n_in_rows, len(positions), self.ptr, positions))

    @property
    def tails(self) -> Ints:
        """The tail of each edge."""
        sizes: Ints = np.diff(self.ptr.astype(np.int64))
        return np.repeat(np.arange(len(self.ptr) - 1, dtype=self.heads.dtype), sizes)


@dataclass(frozen=True, eq=False, repr=False)
class Topology:
    """Nodes in topological order of their strongly connected components, and the edges between them.

    Attributes
    ----------
    ids : int64 array, shape (n_nodes,)
        The id of the node at each position.
    ptr, heads : arrays
        All edges by the position of their tail; within a row in the graph's own order.
    cyclic : int64 array, shape (n, 2)
        The ranges of positions that are a component with a cycle.
    names : sequence of hashables, or None
        The label of each id; None where the ids are the labels.
    given_keys : sequence, or None
        The key of each edge of the rows, where a multigraph brings them.
    marked : tuple of int
        The ids that the reader marked as roots.
    marked_leaves : tuple of int
        The ids that the reader marked as leaves.
    leaf_seeds : tuple of float
        What each of these counts where all are meant, if not 1.
    titles : sequence of str or None
        What reports call each id; None where they call all by their labels.
    counts : array or list of objects, shape (n_edges,), or None
        What a preset shares out by, where it shares out by an edge attribute.
    attributes : mapping of name to column
        What else is known of the edges, each column in the order of the rows.
    absences : Absences or None
        What the graph's file lacks, and what an option left out, for what is said of a node that is not there.
    also_called : tuple of (str, int)
        Further names that nodes are found by, each with the node's id: those of outputs.
    given : uint32 (or uint64) array, shape (n_edges,), or None
        Which edge as given each edge of the rows is; None where that is not known.
    node_attributes : mapping of name to column
        What is known of the nodes, each column in the order of the ids.
    about : mapping of str to value
        What is known of the graph as a whole.
    marked_loose : bool array, shape (n_edges,), or None
        Which edges keep nothing, where the graph said so as it was compiled; else their attributes tell (`loose`).
    """

    ids: Ints
    ptr: Ints
    heads: Ints
    cyclic: Ints
    names: Sequence[Hashable] | None = None
    given_keys: Sequence[Hashable] | None = None
    marked: tuple[int, ...] = ()
    marked_leaves: tuple[int, ...] = ()
    leaf_seeds: tuple[float, ...] = ()
    titles: Sequence[str | None] | None = None
    counts: Weights | None = None
    attributes: Columns = field(default_factory=dict)
    absences: Absences | None = None
    also_called: tuple[tuple[str, int], ...] = ()
    given: Ints | None = None
    node_attributes: Columns = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)
    marked_loose: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        self._freeze()

    def _freeze(self) -> None:
        for array in (self.ids, self.ptr, self.heads, self.cyclic, self.given):
            if array is not None:
                array.setflags(write=False)

    @classmethod
    def of_rows(cls, **rows: Any) -> Self:
        """Return the shape of a graph of which nothing else is known, in half the time that naming all of it takes.

        Examples
        --------
        >>> ptr = np.array([0, 1, 1], dtype=np.uint64)
        >>> Topology.of_rows(ids=np.arange(2), ptr=ptr, heads=np.array([1]), cyclic=np.empty((0, 2))).n_edges
        1
        """
        topology = cls.__new__(cls)  # the class has the defaults
        topology.__setstate__({"attributes": {}, "node_attributes": {}, "about": {}, **rows})
        return topology

    def __getstate__(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._freeze()

    @property
    def n_nodes(self) -> int:
        """How many nodes there are."""
        return len(self.ids)

    @property
    def n_edges(self) -> int:
        """How many edges there are, parallel ones counted one by one."""
        return len(self.heads)

    # -- labels

    @cached_property
    def positions(self) -> Ints:
        """The position of each id."""
        positions = np.empty_like(self.ids)
        positions[self.ids] = np.arange(self.n_nodes)
        return _frozen(positions)

    @cached_property
    def labels(self) -> Sequence[Any]:
        """The labels in topological order: a tuple, or the ids where they are the labels."""
        if self.names is None:
            return cast(Sequence[Any], self.ids)
        names = self.titled
        return tuple([names[i] for i in self.ids.tolist()])

    @cached_property
    def naming(self) -> Naming:
        """How nodes and edges are called in records."""
        keys = () if self.keys is None or isinstance(self.keys, Indexed) else self.keys
        if self.names is None or isinstance(self.names, (Texts, Integers)):
            return Naming.of((), keys) if keys else PLAIN
        return Naming.of(self.names, keys)

    @cached_property
    def _find(self) -> Callable[[Hashable], int | None]:
        """How the position of a label is found: by the labels' own index, where they bring one, else by a dict."""
        names = self.names
        if names is not None and not isinstance(names, Indexed):
            return {names[number]: position for position, number in enumerate(self.ids.tolist())}.get
        positions = self.positions
        find = partial(own_id, self.n_nodes) if names is None else names.find

        def position(label: Hashable) -> int | None:
            number = find(label)
            return None if number is None else int(positions[number])

        return position

    def label(self, position: int) -> Any:
        """Return the label of the node at `position`."""
        return self.titled[int(self.ids[position])]

    @cached_property
    def titled(self) -> Sequence[Any]:
        """The labels by id, with the titles of those that have one."""
        names: Sequence[Any] = range(self.n_nodes) if self.names is None else self.names
        if self.titles is None:
            return names
        pairs = zip(names, self.titles, strict=True)
        return [Titled(label, title) if title and isinstance(label, str) else label for label, title in pairs]

    def position(self, label: Hashable) -> int:
        """Return the position of the node with `label`, or raise `UnknownNodeError` with the nearest names."""
        position = self.known(label)
        if position is None:
            raise self._no_node(label)
        return position

    def known(self, label: Hashable) -> int | None:
        """Return the position of the node that has `label`, as its own or for a further name; None where none has."""
        try:
            position = self._find(label)
        except TypeError:  # not hashable, so no node
            return None
        if position is None and self.also_called:
            number = next((number for name, number in self.also_called if name == label), None)
            return None if number is None else int(self.positions[number])
        return position

    def _no_node(self, label: Hashable) -> UnknownNodeError:
        if self.names is None:
            return _no_id(label, self.n_nodes)
        outputs = [self.names[leaf] for leaf in self.marked_leaves] if self.titles is None else ()  # of computations
        error = UnknownNodeError(label, self.titled, self.absences, outputs)
        error.nearest = self._titled_so(label) or error.nearest
        return error

    def _titled_so(self, label: Hashable) -> list[Any]:
        """Return the first nodes in whose title a text stands between quotation marks: what they stand for."""
        titles = (str(title or "").replace('" ', '"') for title in self.titles or ())
        return [node for node, title in zip(self.titled, titles, strict=False) if f'"{label}"' in title][:3]

    @cached_property
    def keys(self) -> Sequence[Hashable] | None:
        """The key of each edge of the rows, as given or as networkx gives them: 0, 1, … among those with the same ends.

        None where no key is given and no two edges have the same ends: there the ends are the name of an edge.
        """
        if self.given_keys is not None:
            return self.given_keys
        if is_past_memory(self.heads):
            return Parallels(self.ptr, self.heads) if are_parallels(self.ptr, self.heads) else None
        numbers = parallels(self.ptr, self.heads)
        return None if numbers is None else Integers(_frozen(numbers))

    def edge_label(self, edge: int) -> Edge:
        """Return an edge of the rows as ``(tail, head)``, or ``(tail, head, key)`` in a multigraph."""
        return next(self.edge_labels(np.array([edge])))

    def edge_labels(self, edges: Ints | None = None) -> Iterator[Edge]:
        """Yield the labels of some edges of the rows, or of all in their order; the first few of many cost little."""
        if edges is None and self.n_edges <= INDEXED and len(self._index) == self.n_edges:
            return iter(self._index)
        return self._labels_of(edges)

    def _labels_of(self, edges: Ints | None) -> Iterator[Edge]:
        names, keys = self.titled, self.keys
        for start, stop in blocks(self.n_edges if edges is None else len(edges)):
            chosen = np.arange(start, stop) if edges is None else edges[start:stop]
            tails = map(names.__getitem__, self.ids[self.tails_of(chosen)].tolist())
            heads = map(names.__getitem__, self.ids[self.heads[chosen]].tolist())
            if keys is None:
                yield from zip(tails, heads, strict=True)
            else:
                yield from zip(tails, heads, keys_at(keys, chosen), strict=True)

    def node_labels(self, positions: Ints | None = None) -> Iterator[Any]:
        """Yield the labels of some positions, or of all in their order; the first few cost little."""
        ids = self.ids if positions is None else self.ids[positions]
        for start, stop in blocks(len(ids)):
            yield from map(self.titled.__getitem__, ids[start:stop].tolist())

    def place(self, edge: Any) -> int | None:
        """Return where an edge stands in the rows, by its label; None where there is none that is called so.

        O(1), once all of few edges, or of many those with its tail, have been looked at.
        """
        if not isinstance(edge, tuple) or len(edge) != (2 if self.keys is None else 3):
            return None
        try:
            if self.n_edges <= INDEXED:
                return self._index.get(edge)
            row = self._by_head.get(edge[0])
            if row is None and (row := self._row(edge[0])) is None:
                return None
            return row.get(edge[1] if self.keys is None else edge[1:])
        except TypeError:  # what is not hashable
            return None

    @cached_property
    def _index(self) -> dict[Edge, int]:
        return {edge: place for place, edge in enumerate(self._labels_of(None))}

    @cached_property
    def _by_head(self) -> dict[Hashable, dict[Any, int]]:
        """Of the tails that were asked for: the places of the edges by their heads, and keys where they have some."""
        return {}

    def _row(self, label: Hashable) -> dict[Any, int] | None:
        """Return the same of one tail, and keep it; None where there is no such node."""
        tail = self.known(label)
        if tail is None:
            return None
        first, last = self.ptr[tail : tail + 2].tolist()
        steps: Iterable[Any] = map(self.titled.__getitem__, self.ids[self.heads[first:last]].tolist())
        if self.keys is not None:
            steps = zip(steps, keys_at(self.keys, np.arange(first, last)), strict=True)
        row = self._by_head[label] = dict(zip(steps, range(first, last), strict=True))
        return row

    def attributes_at(self, edge: int) -> dict[str, Any]:
        """Return the attributes that an edge has."""
        values = ((name, column[edge]) for name, column in self.attributes.items())
        return {name: value for name, value in values if value is not None}

    def tails_of(self, edges: Ints) -> Ints:
        """Return the position of the tail of some edges of the rows."""
        return np.searchsorted(self.ptr, edges.astype(self.ptr.dtype), side="right") - 1

    @cached_property
    def loose(self) -> NDArray[np.bool_] | None:
        """Mask of the edges that keep nothing; None where all may keep what they lead to."""
        if self.marked_loose is not None or not {"kind", "optional"} <= {*self.attributes}:
            return self.marked_loose
        kinds, optional = self.attributes["kind"], self.attributes["optional"]
        pairs = ({"kind": kind, "optional": may_miss} for kind, may_miss in zip(kinds, optional, strict=True))
        mask = np.fromiter(map(keeps_nothing, pairs), dtype=bool, count=self.n_edges)
        return mask if mask.any() else None

    # -- components

    @cached_property
    def rows(self) -> Rows:
        """All edges."""
        return Rows(self.ptr, self.heads)

    @cached_property
    def representative(self) -> Ints:
        """The first position of the component that each position is in."""
        first = np.arange(self.n_nodes, dtype=self.heads.dtype)
        for start, stop in self.cyclic.tolist():
            first[start:stop] = start
        return _frozen(first)

    @cached_property
    def leaving(self) -> NDArray[np.bool_]:
        """Mask of the edges that lead from one component to another."""
        mask: NDArray[np.bool_] = self.representative[self.rows.tails] != self.representative[self.heads]
        return mask

    @cached_property
    def outer(self) -> Rows:
        """The edges between components, every node kept."""
        if not len(self.cyclic):
            return self.rows
        return self._leaving_rows(self.rows.tails[self.leaving], self.heads[self.leaving])

    @cached_property
    def quotient(self) -> Rows:
        """The edges between components, each component standing at its first position."""
        if not len(self.cyclic):
            return self.rows
        first = self.representative
        return self._leaving_rows(first[self.rows.tails[self.leaving]], first[self.heads[self.leaving]])

    def _leaving_rows(self, tails: Ints, heads: Ints) -> Rows:
        ptr = pointers(counted(self.n_nodes, tails))
        chosen = np.flatnonzero(self.leaving).astype(index_type(self.n_edges))
        return Rows(_frozen(ptr), _frozen(heads), _frozen(chosen))

    @cached_property
    def roots(self) -> Ints:
        """Positions of the roots: the marked nodes, else all members of components that nothing enters."""
        if self.marked:
            return np.sort(self.positions[list(self.marked)])
        entered = np.zeros(self.n_nodes, dtype=bool)
        entered[self.quotient.heads] = True
        return np.flatnonzero(~entered[self.representative])

    @cached_property
    def leaves(self) -> Ints:
        """Positions of the leaves: the marked nodes, else all members of components that nothing leaves."""
        if self.marked_leaves:
            return np.sort(self.positions[list(self.marked_leaves)])
        left = np.diff(self.quotient.ptr.astype(np.int64)) > 0
        return np.flatnonzero(~left[self.representative])


def _no_id(label: Hashable, count: int) -> UnknownNodeError:
    r"""Return what is said where nodes are 0 to `count` - 1 and `label` is none; of many only the first are looked at.

    Examples
    --------
    >>> print(_no_id("70", 10**9), _no_id(-1, 10**9), sep="\n")
    no node '70'; did you mean 70?
    no node -1; did you mean 1?
    """
    error = UnknownNodeError(label, range(min(count, LOOKED_AT)))
    if isinstance(label, str) and label.isascii() and label.isdecimal() and len(label) < 20 and int(label) < count:
        error.nearest = [int(label)]
    return error


def keeps_nothing(data: Mapping[str, Any]) -> bool:
    """Tell whether an edge is an optional peer: what asks for it takes the package where others install it.

    References
    ----------
    npm documentation, *package.json*, peerDependenciesMeta: npm does not install a peer that is marked optional.

    Examples
    --------
    >>> keeps_nothing({"kind": "peer", "optional": True}), keeps_nothing({"kind": "optional", "optional": True})
    (True, False)
    """
    return data.get("kind") == PEER and data.get("optional") is True


def arrange(
    n_nodes: int,
    tails: Ints,
    heads: Ints,
    *,
    names: Sequence[Hashable] | None = None,
    keys: Sequence[Hashable] | None = None,
    order: Ints | None = None,
    **known: Any,
) -> tuple[Topology, Ints]:
    """Put the nodes of an edge list into topological order and the edges into rows.

    Parameters
    ----------
    n_nodes : int
    tails, heads : unsigned integer arrays, shape (n_edges,)
        The ids of the ends of each edge, in any order.
    names
        As in `Topology`.
    keys
        The key of each edge as given.
    order : array, shape (n_edges,), optional
        Where edges are given in another order than that of `tails`: the number there of each.
    **known
        What else a `Topology` has that is not by edge.

    Returns
    -------
    Topology
    numbers : uint32 (or uint64) array, shape (n_edges,)
        Which of the edges as given each edge of the rows is (`in_rows`).
    """
    ids, ptr, heads, cyclic, numbers = _few(n_nodes, tails, heads) or _many(n_nodes, tails, heads)
    if keys is not None:
        keys = keys_at(keys, numbers)
    given = numbers if order is None else order[numbers]
    return Topology(ids, ptr, heads, cyclic, names, keys, given=given, **known), numbers


def _many(n_nodes: int, tails: Ints, heads: Ints) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    by_id = grouped(n_nodes, tails, heads)
    ids, cyclic = topological(n_nodes, *by_id[:2])
    ptr, heads, numbers = reordered(ids, *by_id)
    return ids, ptr, heads, cyclic, numbers


def _few(n_nodes: int, tails: Ints, heads: Ints) -> tuple[Ints, Ints, Ints, Ints, Ints] | None:
    """Do the same for few edges, in lists; None for others, and where there is a cycle."""
    if n_nodes + len(tails) > FEW:
        return None
    listed = heads.tolist()
    arranged = few_arranged(n_nodes, tails.tolist(), listed)
    if arranged is None:
        return None
    ids, sizes, numbers = arranged
    positions = [0] * n_nodes
    for position, node in enumerate(ids):
        positions[node] = position
    return (
        np.array(ids, dtype=np.int64),
        np.array([0, *accumulate(sizes)], dtype=np.uint64),
        np.array([positions[listed[edge]] for edge in numbers], dtype=index_type(n_nodes)),
        np.empty((0, 2), dtype=np.int64),
        np.array(numbers, dtype=index_type(len(tails))),
    )


def keys_at(keys: Sequence[Hashable], edges: Ints) -> Sequence[Hashable]:
    """Return the keys of some edges; those that are an array stay one.

    Examples
    --------
    >>> keys_at(["a", "b"], np.array([1])), list(keys_at(Integers(np.array([0, 1])), np.array([1, 0])))
    (['b'], [1, 0])
    """
    if isinstance(keys, (Integers, Column, Parallels)):
        return keys.at(edges)
    return [keys[edge] for edge in edges.tolist()]


def in_rows(values: Weights, numbers: Ints | None) -> Weights:
    """Return values, given edge by edge as read, in the order of the rows; None where that is their order."""
    if numbers is None:
        return values
    if isinstance(values, np.ndarray):
        return taken(values, numbers)
    return [values[number] for number in numbers.tolist()]


def find_edge(topology: Topology, edge: Any) -> int:
    """Return which edge of the topology `edge` is.

    Parameters
    ----------
    topology : Topology
    edge : (tail, head) or (tail, head, key)

    Raises
    ------
    UsageError
        If it is no tuple of two or three, or parallel edges are meant and no key says which.
    UnknownNodeError, UnknownEdgeError
        If it is not in the graph.
    """
    if not isinstance(edge, (tuple, list)) or len(edge) not in (2, 3):
        raise UsageError(
            f"{edge!r} is no edge: a list of edges is needed, each (tail, head), or (tail, head, key) in a multigraph"
        )
    # Of many edges the keys alone, which a place asks for, are a pass over all.
    if topology.n_edges <= INDEXED and (place := topology.place(edge)) is not None:
        return place
    tail, head = topology.position(edge[0]), topology.position(edge[1])
    first, last = int(topology.ptr[tail]), int(topology.ptr[tail + 1])
    places = (np.flatnonzero(topology.heads[first:last] == head) + first).tolist()
    if len(edge) == 3:
        keys = topology.keys
        places = [] if keys is None else [place for place in places if keys[place] == edge[2]]
    if not places:
        raise _unknown(topology, tuple(edge), tail, head)
    if len(places) > 1:
        raise _ambiguous(topology, tuple(edge), places)
    return int(places[0])


def not_there(topology: Topology, edge: Any) -> KeyError:
    """Return why a mapping of edges has no such key: no such edge, where that is so, else the key alone."""
    if isinstance(edge, tuple) and len(edge) in (2, 3):
        try:
            find_edge(topology, edge)
        except (UnknownNodeError, UnknownEdgeError) as error:
            return error
        except UsageError:  # parallel edges: each has a key of its own here
            pass
    return KeyError(edge)


def _unknown(topology: Topology, edge: Edge, tail: int, head: int) -> UnknownEdgeError:
    heads = topology.heads[int(topology.ptr[tail]) : int(topology.ptr[tail + 1])]
    back = topology.heads[int(topology.ptr[head]) : int(topology.ptr[head + 1])]
    names = list(dict.fromkeys(topology.label(place) for place in heads.tolist()))
    edge = (topology.label(tail), topology.label(head), *edge[2:])
    return UnknownEdgeError(edge, names, turned=tail in back and head not in heads)


def _ambiguous(topology: Topology, edge: Edge, places: list[int]) -> UsageError:
    shown = keys_at(topology.keys or (), np.array(places[:10]))
    keys = ", ".join(map(repr, shown)) + (", …" if len(places) > 10 else "")
    return UsageError(
        f"{len(places)} parallel edges {edge_text(edge)}: say which, (tail, head, key), by its key: {keys}"
    )
