"""What the functions return: arrays that read like mappings, and make their keys only when asked."""

from __future__ import annotations

import math
from collections.abc import Hashable, ItemsView, Iterator, KeysView, Mapping, Sequence, ValuesView
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from heapq import nsmallest
from itertools import chain
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import Number
from graphdiff.errors import UsageError
from graphdiff.graph.labels import blocks
from graphdiff.graph.sparse import csr_of, numeric
from graphdiff.graph.topology import INDEXED, Topology
from graphdiff.sums.passing import Passing
from graphdiff.text.names import PLAIN, Edge, Naming
from graphdiff.text.numbers import plain, shown
from graphdiff.text.sentences import how_many
from graphdiff.text.tables import Axis, Column, Frame, Result, Sheet

#: Numbers of which any two have an order.
ORDERED = (int, Fraction, Decimal)
#: Of so many numbers of a large array the largest is looked at first.
OF_A_BLOCK = 256


def largest_first(numbers: Sequence[Number] | NDArray[Any], n: int | None = None) -> list[int]:
    """Return the places of the first `n` numbers, the largest absolute value first.

    Equal ones and symbols come as they stand. Those of an array of floats or ints are found by one partition.

    Examples
    --------
    >>> largest_first([1, -3, 2]), largest_first(np.array([1.0, -3.0, 2.0, 3.0]), 2)
    ([1, 2, 0], [1, 3])
    """
    count = len(range(len(numbers))[:n])
    if isinstance(numbers, np.ndarray):
        sizes = _sizes(numbers)
        if sizes is not None:
            first: list[int] = _first_of(sizes, count).tolist()
            return first
        numbers = numbers.tolist()
    kinds = set(map(type, numbers))
    if len(kinds) == 1 and kinds.pop() in ORDERED:
        return nsmallest(count, range(len(numbers)), key=lambda place: -abs(numbers[place]))
    try:
        return sorted(range(len(numbers)), key=lambda place: -abs(numbers[place]))[:count]
    except TypeError:  # symbols have no order
        return list(range(count))


def _sizes(numbers: NDArray[Any]) -> NDArray[Any] | None:
    """Return absolute values that an array has an order by; None where it has none that numpy knows."""
    if numbers.dtype.kind not in "fi":
        return None
    sizes: NDArray[Any] = np.abs(numbers)
    if numbers.dtype.kind == "i":
        return sizes.view(f"u{sizes.itemsize}")  # so that the smallest int has one, too
    return None if np.isnan(sizes.max(initial=0)) else sizes


def _first_of(sizes: NDArray[Any], count: int) -> NDArray[Any]:
    """Return the places of the largest `count`, equal ones as they come."""
    if not count:
        return np.arange(0)
    n_blocks = len(sizes) // OF_A_BLOCK
    some = sizes
    if n_blocks >= 4 * count:  # among the largest of each block the same place is no larger, and found sooner
        some = sizes[: n_blocks * OF_A_BLOCK].reshape(n_blocks, OF_A_BLOCK).max(axis=1)
    least = np.partition(some, -count)[-count]
    above = np.flatnonzero(sizes > least)
    if len(above) > count:
        return np.asarray(above[_first_of(sizes[above], count)])
    places = np.concatenate([above, np.flatnonzero(sizes == least)[: count - len(above)]])
    order = count - 1 - np.argsort(sizes[places][::-1], kind="stable")[::-1]
    return np.asarray(places[order])


def in_one_array(numbers: Sequence[Number]) -> NDArray[Any]:
    """Return numbers as one array: ints beside floats are floats, unless that would round them; None is NaN there.

    Examples
    --------
    >>> in_one_array([1, 0.5, None]), in_one_array([2**60 + 1, 0.5]).dtype
    (array([1. , 0.5, nan]), dtype('O'))
    """
    kinds = set(map(type, numbers))
    if not kinds <= {int, float, type(None)} or kinds <= {int}:
        return arithmetic.as_array(numbers)
    if any(type(number) is int and abs(number) > arithmetic.EXACT_INT for number in numbers):
        return arithmetic.as_array(numbers)
    return np.array([math.nan if number is None else number for number in numbers], dtype=np.float64)


class Numbers(Result):
    """What holds numbers in an `array`: numpy takes these for it, where else it would take the names of a mapping."""

    array: NDArray[Any]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """Return the numbers in their own order, read-only unless they are copied."""
        view = self.array.view()
        view.flags.writeable = False
        # None, as needed, is known as a word for it since numpy 2 only.
        return np.asarray(view, dtype=dtype) if copy is None else np.array(view, dtype=dtype, copy=copy)


class Keyed(Numbers, Mapping[Any, Any]):
    """What has something to say of each of some nodes or edges, in the order of an array; made when asked for."""

    #: What there is to say by the keys, once all keys of few were asked for.
    _known: dict[Any, Any] | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_known"}

    def _place(self, key: Any) -> int | None:
        """Return where a key stands; None where there is no such key."""
        raise NotImplementedError

    def _require(self, key: Any) -> int:
        """Return where a key stands, or raise a `KeyError` that says why there is no such key."""
        place = self._place(key)
        if place is None:
            raise KeyError(key)
        return place

    def _keys(self, places: NDArray[Any] | None = None) -> Iterator[Any]:
        """Yield the keys at some places, or all in their order."""
        raise NotImplementedError

    def _value(self, place: int) -> Any:
        """Return what there is to say of the key at a place."""
        return self.array.item(place)

    def _values(self) -> Iterator[Any]:
        """Yield it of all of them."""
        for start, stop in blocks(len(self)):
            yield from self.array[start:stop].tolist()

    def __getitem__(self, key: Any) -> Any:
        if self._known is not None:
            try:
                return self._known[key]
            except (KeyError, TypeError):
                pass
        return self._value(self._require(key))

    def keys(self) -> KeysView[Any]:
        """Return the keys; of few what there is to say is found at once from now on, as ``dict(…)`` asks for each."""
        if len(self) > INDEXED:
            return super().keys()
        known = dict(zip(self._keys(), self._values(), strict=True))
        object.__setattr__(self, "_known", known)
        return known.keys()

    def __iter__(self) -> Iterator[Any]:
        return self._keys()

    def __len__(self) -> int:
        return len(self.array)

    def __contains__(self, key: object) -> bool:
        return self._place(key) is not None

    def get(self, key: Any, default: Any = None) -> Any:
        """Return what there is to say of a key, or `default` where there is no such key."""
        place = self._place(key)
        return default if place is None else self._value(place)

    def items(self) -> ItemsView[Any, Any]:
        """Return the keys and what there is to say of each; none is looked up."""
        return _Items(self)

    def values(self) -> ValuesView[Any]:
        """Return what there is to say of each; no key is made."""
        return _Values(self)


class _Items(ItemsView[Any, Any]):
    _mapping: Keyed

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        return zip(self._mapping._keys(), self._mapping._values(), strict=True)


class _Values(ValuesView[Any]):
    _mapping: Keyed

    def __iter__(self) -> Iterator[Any]:
        return self._mapping._values()


class Named(Keyed):
    """A number for each of some nodes or edges; in pandas a Series."""

    def top(self, n: int = 10) -> list[tuple[Any, Number]]:
        """Return the `n` with the largest absolute numbers, largest first, equal ones in the order of the array.

        Symbols have no order; among them the first `n` come as they stand in the array. Takes one partition of the
        array, and makes no key beyond those that it returns.
        """
        places, numbers = np.arange(0), np.arange(0)
        for first, block in self._blocks():
            chosen = np.array(largest_first(block, n), dtype=np.int64)
            if first:  # those of the blocks before come first among equals
                places, numbers = np.append(places, first + chosen), np.append(numbers, block[chosen])
                chosen = np.array(largest_first(numbers, n), dtype=np.int64)
                places, numbers = places[chosen], numbers[chosen]
            else:
                places, numbers = chosen, block[chosen]
        return list(zip(self._keys(places), numbers.tolist(), strict=True))

    def _blocks(self) -> Iterator[tuple[int, NDArray[Any]]]:
        """Yield the place of the first number of each block, and the numbers; one block where an array has them."""
        yield 0, self.array

    def titles(self) -> tuple[str, str]:
        """Return what a key and what a number is called."""
        raise NotImplementedError

    def caption(self) -> str:
        """Return the whole in a few words."""
        raise NotImplementedError

    def _first(self) -> str:
        more = ", …" if len(self) > 5 else ""
        return ", ".join(f"{key!r}: {_text(number)}" for key, number in self.top(5)) + more

    def _frame(self) -> Column:
        key, number = self.titles()
        return Column(self.array, Axis(self, key), number)

    def _sheet(self) -> Sheet:
        return self.titles(), [(key, _text(number)) for key, number in self.top(10)], self.caption()


def _text(number: Number | None) -> str:
    return "none" if number is None else shown(number)


class Shaped(Protocol):
    """What names nodes and edges as the shape of a graph does, which is made when it is asked for."""

    @property
    def topology(self) -> Topology:
        """The shape."""

    @property
    def labels(self) -> Sequence[Any]:
        """The nodes in topological order."""

    def known(self, label: Hashable) -> int | None:
        """Return the position of a node; None where there is no such node."""

    def position(self, label: Hashable) -> int:
        """Return the position of a node, or raise `UnknownNodeError`."""

    def place(self, edge: object) -> int | None:
        """Return where an edge stands in the rows; None where there is no such edge."""

    def node_labels(self, positions: NDArray[Any] | None = None) -> Iterator[Any]:
        """Yield some nodes, or all in topological order."""

    def edge_labels(self, edges: NDArray[Any] | None = None) -> Iterator[Edge]:
        """Yield some edges, or all, row by row."""


class OfShape(Named):
    """A number for each node or edge of a graph, in the order of its shape."""

    #: The numbers, all of one kind where they are a list.
    numbers: list[Number] | NDArray[Any] | Passing
    shape: Topology | Shaped

    @cached_property
    def array(self) -> NDArray[Any]:  # type: ignore[override]
        """The numbers in an array."""
        if isinstance(self.numbers, np.ndarray):
            return self.numbers
        numbers = self.numbers
        array = numbers.between(0, len(numbers)) if isinstance(numbers, Passing) else arithmetic.as_array(numbers)
        array.flags.writeable = False
        return array

    @cached_property
    def topology(self) -> Topology:
        """The shape of the graph."""
        return self.shape if isinstance(self.shape, Topology) else self.shape.topology

    def __len__(self) -> int:
        return len(self.numbers)

    def _value(self, place: int) -> Any:
        return self.numbers[place] if isinstance(self.numbers, list) else self.numbers.item(place)

    def _values(self) -> Iterator[Any]:
        if isinstance(self.numbers, list):
            return iter(self.numbers)
        if isinstance(self.numbers, Passing):
            return chain.from_iterable(numbers.tolist() for _, numbers in self.numbers.blocks())
        return super()._values()

    def _blocks(self) -> Iterator[tuple[int, NDArray[Any]]]:
        return self.numbers.blocks() if isinstance(self.numbers, Passing) else super()._blocks()


@dataclass(frozen=True, eq=False, repr=False)
class Influences(OfShape):
    """A number for every node, in topological order: what `graphdiff.forward` and `graphdiff.reverse` return.

    Attributes
    ----------
    shape : Topology, or what has one as `topology`
        The shape of the graph; made when it is first asked for, where the graph was not compiled.
    numbers : list, or array of shape (n_nodes,)
        The numbers by position; `array` has them in an array.
    what : str
        What the numbers are, for `repr`.
    """

    shape: Topology | Shaped
    numbers: list[Number] | NDArray[Any]
    what: str = "influences"

    @property
    def labels(self) -> Sequence[Any]:
        """The nodes in the order of the array."""
        return self.shape.labels

    def _place(self, node: Any) -> int | None:
        return self.shape.known(node)

    def _require(self, node: Any) -> int:
        return self.shape.position(node)

    def _keys(self, places: NDArray[Any] | None = None) -> Iterator[Any]:
        return self.shape.node_labels(places)

    def to_dict(self) -> dict[str, Any]:
        """Return ``{node as text: number}``."""
        return dict(zip(self.topology.naming.listed(self), map(plain, self.array.tolist()), strict=True))

    def titles(self) -> tuple[str, str]:
        """Return what a key and what a number is called."""
        return "node", self.what

    def caption(self) -> str:
        """Return what the numbers are, and how many."""
        return f"{self.what}: the largest of {how_many(len(self), 'nodes')}"

    def __repr__(self) -> str:
        return f"<{self.what} on {how_many(len(self), 'nodes')}: {self._first()}>"


@dataclass(frozen=True, eq=False, repr=False)
class Jacobian(Numbers):
    """Total influences of several sources on several targets; in pandas a DataFrame whose axes have their names.

    ``J @ v`` and ``v @ J`` are products with `array`. What has names, as a mapping of node to number, another Jacobian
    or a pandas Series or DataFrame on the right, is put in the order of the sources or targets first, and refused where
    it has not all of them.

    Attributes
    ----------
    array : array, shape (n_targets, n_sources)
        Rows are targets, columns are sources.
    targets, sources : list
        The nodes of the rows and of the columns.
    """

    array: NDArray[Any]
    targets: list[Any]
    sources: list[Any]
    axes: tuple[str, str] = ("target", "source")
    naming: Naming = field(default=PLAIN, repr=False, compare=False)

    @property
    def T(self) -> Jacobian:  # noqa: N802, as in numpy
        """The same numbers with sources as rows and targets as columns."""
        return Jacobian(self.array.T, self.sources, self.targets, (self.axes[1], self.axes[0]), self.naming)

    def to_scipy(self) -> Any:
        """Return the numbers as a ``scipy.sparse.csr_array``: entry ``[i, j]`` is of target i and source j.

        Returns
        -------
        scipy.sparse.csr_array, shape (n_targets, n_sources)
            Rows in the order of `targets`, columns in that of `sources`; zeros are left out.

        Raises
        ------
        MissingExtraError
            If scipy is not installed.
        UsageError
            If the numbers are Fractions, symbols or others that scipy has no type for.

        Examples
        --------
        >>> Jacobian(np.array([[0.0, 2.5]]), ["y"], ["a", "b"]).to_scipy().nnz
        1
        """
        return csr_of(numeric(self.array))

    __array_priority__ = 1000.0  # so that numpy leaves ``array @ J`` to `__rmatmul__`

    def __matmul__(self, other: Any) -> Any:
        return _product(self.array, _in_order(other, self.sources))

    def __rmatmul__(self, other: Any) -> Any:
        return _product(_in_order(other, self.targets), self.array)

    @cached_property
    def _places(self) -> tuple[dict[Any, int], dict[Any, int]]:
        return (
            {node: i for i, node in enumerate(self.targets)},
            {node: i for i, node in enumerate(self.sources)},
        )

    def __getitem__(self, nodes: tuple[Any, Any]) -> Number:
        rows, columns = self._places
        return arithmetic.plain(self.array[rows[nodes[0]], columns[nodes[1]]])

    def to_dict(self) -> dict[str, dict[str, Any]]:
        """Return ``{row as text: {column as text: number}}``."""
        columns = self.naming.listed(self.sources)
        numbers = [dict(zip(columns, map(plain, row), strict=True)) for row in self.array.tolist()]
        return dict(zip(self.naming.listed(self.targets), numbers, strict=True))

    def _frame(self) -> Frame:
        return Frame(self.array, Axis(self.targets, self.axes[0]), Axis(self.sources, self.axes[1]))

    def __repr__(self) -> str:
        sizes = len(self.targets), len(self.sources)
        rows, columns = (how_many(size, f"{axis}s") for size, axis in zip(sizes, self.axes, strict=True))
        return f"<Jacobian: {rows} (rows) x {columns} (columns)>"

    def _sheet(self) -> Sheet:
        names = [str(node) for node in self.sources[:10]]
        rows = [
            [node, *map(shown, row)] for node, row in zip(self.targets[:20], self.array[:20, :10].tolist(), strict=True)
        ]
        return [f"{self.axes[0]} \\ {self.axes[1]}", *names], rows, repr(self)[1:-1]


def _in_order(other: Any, nodes: list[Any]) -> NDArray[Any]:
    """Return a factor of a Jacobian as an array, what has names in the order of `nodes`."""
    if isinstance(other, Jacobian):
        names, values = other.targets, other.array
    elif isinstance(other, Mapping):
        names, values = list(other), arithmetic.as_array(list(other.values()))
    elif hasattr(other, "index") and hasattr(other, "to_numpy"):
        names, values = list(other.index), other.to_numpy()
    else:
        return np.asarray(other)
    if names != nodes:
        places = {name: place for place, name in enumerate(names)}
        missing = [node for node in nodes if node not in places]
        if missing:
            raise UsageError(f"the other factor has no number for {missing[0]!r}, which is a node of the Jacobian")
        values = values[[places[node] for node in nodes]]
    return values


def _product(left: NDArray[Any], right: NDArray[Any]) -> Any:
    """Return the matrix product; of ints in ints that cannot wrap."""
    if not (left.ndim and right.ndim) or left.shape[-1] != right.shape[max(right.ndim - 2, 0)]:
        raise UsageError(f"the factors do not fit: an array of shape {left.shape} @ one of shape {right.shape}")
    if {left.dtype.kind, right.dtype.kind} <= {"i", "u", "b"}:
        sizes = np.abs(left.astype(np.float64)) @ np.abs(right.astype(np.float64))
        kind = np.int64 if np.max(sizes, initial=0) < arithmetic.SAFE_INT else object
        return left.astype(kind) @ right.astype(kind)
    return left @ right
