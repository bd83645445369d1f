"""Labels without an object a node: names as UTF-8 in one array, numbers as int64, each found by a sorted index.

A dict of ten million names takes seconds to build and a gigabyte to hold; an index of sorted hashes is an array like
any other, so that it can be saved, mapped into memory and searched where it lies.

Distinct names numbered in the order of their first appearance, chunk after chunk, with no object a name.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, overload
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from graphdiff.errors import LimitError, UsageError
from graphdiff.kernels import available, jit
from graphdiff.kernels.names import LONGEST, hash_names, number_names, touch

__all__ = [
    "Indexed",
    "Integers",
    "Numbering",
    "Once",
    "OnceOfMany",
    "Texts",
    "blocks",
    "equal_int",
    "own_id",
    "packed",
    "require_nodes",
]


#: Labels that are made into objects at once, where all are wanted.
BLOCK = 1 << 16
#: So many are made for whoever wants the first of many.
FIRST_BLOCK = 1 << 6


def blocks(count: int) -> Iterator[tuple[int, int]]:
    """Yield the bounds of blocks that grow, so that the first few of many cost little.

    Examples
    --------
    >>> list(blocks(300))
    [(0, 64), (64, 192), (192, 300)]
    """
    start, size = 0, FIRST_BLOCK
    while start < count:
        yield start, min(start + size, count)
        start, size = start + size, min(2 * size, BLOCK)


def require_nodes(labels: Iterable[Hashable]) -> None:
    """Raise `UsageError` where a label cannot be a node of networkx, of which None is the only one."""
    if any(label is None for label in labels):
        raise UsageError("the label None is no node to networkx: give that node another label")


def equal_int(label: Hashable) -> int | None:
    """Return the int that a label is equal to, as a dict of ints finds it; None where it is equal to none.

    Raises
    ------
    TypeError
        If it cannot be hashed.

    Examples
    --------
    >>> equal_int(7), equal_int(-1.0), equal_int(np.bool_(True)), equal_int(0.5), equal_int("7")
    (7, -1, 1, None, None)
    """
    if isinstance(label, (int, np.integer)):
        return int(label)
    hash(label)
    if isinstance(label, str):  # which int would read
        return None
    try:
        number = int(label.real if isinstance(label, complex) else label)  # type: ignore[call-overload]
    except (TypeError, ValueError, OverflowError):
        return None
    return number if number == label else None


def own_id(count: int, label: Hashable) -> int | None:
    """Return the id of a label where these are the ids 0 to `count` - 1 themselves, or None where it is none.

    Examples
    --------
    >>> own_id(3, 2), own_id(3, 2.0), own_id(3, 3)
    (2, 2, None)
    """
    number = equal_int(label)
    return number if number is not None and 0 <= number < count else None


class Once:
    """Names by number, each made when it is first asked for, and once.

    Parameters
    ----------
    count : int
        How many there are.
    make : callable
        Takes an array of numbers and yields the name of each.

    Examples
    --------
    >>> Once(5, lambda numbers: map(str, numbers.tolist())).at([3, 1, 3])
    ('3', '1', '3')
    """

    def __init__(self, count: int, make: Callable[[NDArray[Any]], Iterable[Any]]) -> None:
        self._names = np.empty(count, dtype=object)
        self._made = np.zeros(count, dtype=bool)
        self._make = make

    def at(self, numbers: Sequence[int] | NDArray[Any]) -> tuple[Any, ...]:
        """Return the names of some numbers."""
        chosen = np.asarray(numbers, dtype=np.int64)
        new = chosen[~self._made[chosen]]
        for number, name in zip(new.tolist(), self._make(new), strict=True):  # numpy would take tuples apart
            self._names[number] = name
        self._made[new] = True
        return tuple(self._names[chosen].tolist())


class OnceOfMany(Once):
    """The same of so many names that even an empty place for each is too much memory.

    Examples
    --------
    >>> OnceOfMany(10**12, lambda numbers: map(str, numbers.tolist())).at([3, 1, 3])
    ('3', '1', '3')
    """

    def __init__(self, count: int, make: Callable[[NDArray[Any]], Iterable[Any]]) -> None:
        self._by_number: dict[int, Any] = {}
        self._make = make

    def at(self, numbers: Sequence[int] | NDArray[Any]) -> tuple[Any, ...]:
        """Return the names of some numbers."""
        chosen, known = np.asarray(numbers, dtype=np.int64).tolist(), self._by_number
        new = np.array([number for number in dict.fromkeys(chosen) if number not in known], dtype=np.int64)
        known.update(zip(new.tolist(), self._make(new), strict=True))
        return tuple([known[number] for number in chosen])


class Indexed(Sequence[Any]):
    """Distinct labels by id that find the id of a label themselves."""

    def find(self, label: Hashable) -> int | None:
        """Return the id of `label`, or None where it is no label."""
        raise NotImplementedError

    def __contains__(self, label: object) -> bool:
        return self.find(label) is not None

    def _label(self, number: int) -> Any:
        raise NotImplementedError

    @overload
    def __getitem__(self, number: int) -> Any: ...
    @overload
    def __getitem__(self, number: slice) -> list[Any]: ...
    def __getitem__(self, number: int | slice) -> Any:
        if isinstance(number, slice):
            return [self._label(each) for each in range(len(self))[number]]
        return self._label(range(len(self))[number])


@dataclass(frozen=True, eq=False, repr=False)
class Texts(Indexed):
    """Names, one after the other in one array.

    Attributes
    ----------
    text : uint8 array, shape (n_bytes,)
        All names in UTF-8.
    ends : integer array, shape (n_names + 1,)
        Name `i` is ``text[ends[i]:ends[i + 1]]``.
    saved : pair of arrays, optional
        What `lookup` would make.

    Examples
    --------
    >>> names = Texts.of(["loss", "weights"])
    >>> names[1], names.find("weights"), names.find("los")
    ('weights', 1, None)
    """

    text: NDArray[Any]
    ends: NDArray[Any]
    saved: tuple[NDArray[Any], NDArray[Any]] | None = None

    @classmethod
    def of(cls, names: Sequence[str]) -> Texts:
        """Pack distinct names.

        Raises
        ------
        UsageError
            If a name has a lone surrogate, which UTF-8 has not.
        """
        try:
            encoded = [name.encode() for name in names]
        except UnicodeEncodeError as error:
            raise UsageError(f"the name {error.object!r} has a lone surrogate and is no text") from None
        ends = np.zeros(len(encoded) + 1, dtype=np.int64)
        np.cumsum(np.fromiter(map(len, encoded), dtype=np.int64, count=len(encoded)), out=ends[1:])
        return cls(np.frombuffer(b"".join(encoded), dtype=np.uint8), ends)

    def __len__(self) -> int:
        return len(self.ends) - 1

    def __iter__(self) -> Iterator[str]:
        return (piece.decode() for piece in self._pieces())

    def at(self, numbers: NDArray[Any]) -> Texts:
        """Return the names of some ids."""
        sizes = np.diff(self.ends)[numbers]
        ends = np.concatenate([[0], np.cumsum(sizes)])
        text, begins = np.empty(ends[-1], dtype=np.uint8), self.ends[numbers] - ends[:-1]
        for start in range(0, len(numbers), BLOCK):
            some = slice(start, start + BLOCK)
            first, last = ends[start], ends[start : start + BLOCK + 1][-1]
            text[first:last] = self.text[np.repeat(begins[some], sizes[some]) + np.arange(first, last)]
        return Texts(text, ends)

    def _label(self, number: int) -> str:
        return self._bytes(number).decode()

    def _bytes(self, number: int) -> bytes:
        return bytes(self.text[self.ends[number] : self.ends[number + 1]])

    def _pieces(self) -> Iterator[bytes]:
        for start in range(0, len(self), BLOCK):
            ends = self.ends[start : start + BLOCK + 1].tolist()
            block = self.text[ends[0] : ends[-1]].tobytes()
            yield from (block[a - ends[0] : b - ends[0]] for a, b in zip(ends, ends[1:], strict=False))

    @cached_property
    def lookup(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """The CRC-32 of every name, ascending, and the id of the name that each is of."""
        if self.saved is not None:
            return self.saved
        hashes = np.fromiter(map(crc32, self._pieces()), dtype=np.uint32, count=len(self))
        order = np.argsort(hashes, kind="stable")
        return hashes[order], order.astype(np.uint32 if len(self) < 2**32 else np.uint64)

    def find(self, label: Hashable) -> int | None:
        """Return the id of `label`, or None where it is no name: names of its hash are compared with it."""
        try:
            wanted = label.encode() if isinstance(label, str) else None
        except UnicodeEncodeError:
            wanted = None
        if wanted is None:
            return None
        hashes, order = self.lookup
        own = hashes.dtype.type(crc32(wanted))
        place = int(np.searchsorted(hashes, own))
        while place < len(hashes) and hashes[place] == own:
            number = int(order[place])
            if self._bytes(number) == wanted:
                return number
            place += 1
        return None


@dataclass(frozen=True, eq=False, repr=False)
class Integers(Indexed):
    """Ints, which come out as Python's.

    Attributes
    ----------
    values : int64 array, shape (n,)
    saved : array, optional
        What `lookup` would make.

    Examples
    --------
    >>> numbers = Integers(np.array([30, 10]))
    >>> numbers[0], numbers.find(10), numbers.find(20)
    (30, 1, None)
    """

    values: NDArray[Any]
    saved: NDArray[Any] | None = None

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Iterator[int]:
        for start in range(0, len(self), BLOCK):
            yield from self.values[start : start + BLOCK].tolist()

    def at(self, numbers: NDArray[Any]) -> Integers:
        """Return the ints of some ids."""
        return Integers(self.values[numbers])

    def _label(self, number: int) -> int:
        return int(self.values[number])

    @cached_property
    def lookup(self) -> NDArray[Any]:
        """The ids in ascending order of their values."""
        if self.saved is not None:
            return self.saved
        order = np.argsort(self.values, kind="stable")
        return order.astype(np.uint32 if len(self) < 2**32 else np.uint64)

    def find(self, label: Hashable) -> int | None:
        """Return the id of `label`, or None where it is none of the values: the index is bisected."""
        wanted = equal_int(label)
        if wanted is None:
            return None
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            number = int(self.lookup[middle])
            value = int(self.values[number])
            if value == wanted:
                return number
            low, high = (middle + 1, high) if value < wanted else (low, middle)
        return None


def packed(labels: Iterable[Hashable]) -> Texts | Integers:
    """Return distinct labels as arrays.

    Raises
    ------
    UsageError
        If they are neither all text nor all ints of 64 bits.

    Examples
    --------
    >>> packed([10, 20]).find(20)
    1
    """
    if isinstance(labels, (Texts, Integers)):
        return labels
    listed = list(labels)
    texts = [label for label in listed if isinstance(label, str)]
    if len(texts) == len(listed):
        return Texts.of(texts)
    kinds = {type(label) for label in listed}
    if not all(issubclass(kind, (int, np.integer)) and kind is not bool for kind in kinds):
        names = ", ".join(sorted(kind.__name__ for kind in kinds))
        raise UsageError(f"only nodes that are all text or all ints can be stored; these are {names}")
    try:
        return Integers(np.array(listed, dtype=np.int64))
    except OverflowError:
        raise UsageError("nodes that are ints of more than 64 bits cannot be stored") from None


#: Names whose places are touched together: what they need fits the second cache.
NAMES_AT_ONCE = 1 << 11


class Numbering:
    """The names met so far; twice the room is made where there is no more.

    Examples
    --------
    >>> names = Numbering()
    >>> names.of(np.frombuffer(b"abba", dtype=np.uint8), np.arange(5)).tolist(), list(names.labels)
    ([0, 1, 1, 0], ['a', 'b'])
    """

    def __init__(self) -> None:
        self._make_room(1 << 10, 1 << 14)

    def _make_room(self, n_names: int, n_bytes: int) -> None:
        self._table = np.zeros((2 * n_names, 2), dtype=np.uint64)
        self._store = np.empty(n_bytes, dtype=np.uint8)
        self._ends = np.zeros(n_names + 1, dtype=np.int64)
        self._known = np.uint64(0)

    @property
    def labels(self) -> Texts:
        """The names by number."""
        ends = self._ends[: int(self._known) + 1].copy()
        return Texts(self._store[: ends[-1]].copy(), ends)

    def of(self, text: NDArray[Any], ends: NDArray[Any]) -> NDArray[np.uint32]:
        """Return the numbers of names, one after the other in `text`; new ones get the next numbers.

        Raises
        ------
        LimitError
            If a name is longer than 16 MiB.
        """
        longest = int(np.diff(ends).max(initial=0))
        if longest > LONGEST:
            raise LimitError(f"a name of {longest:,} bytes; names may have up to {int(LONGEST):,}")
        numbers = np.empty(len(ends) - 1, dtype=np.uint32)
        hashes = np.empty(min(NAMES_AT_ONCE, len(numbers)), dtype=np.uint64)
        start = 0
        while start < len(numbers):
            block = hashes[: len(numbers) - start]
            done = self._numbered(text, ends, np.uint64(start), block, numbers[start : start + len(block)])
            start += done
            if done < len(block):
                self._double(longest)
        return numbers

    def _numbered(
        self, text: NDArray[Any], ends: NDArray[Any], start: np.uint64, hashes: NDArray[Any], numbers: NDArray[Any]
    ) -> int:
        _run(hash_names)(text, ends, start, hashes)
        _run(touch)(hashes, self._table, self._store)
        kept = (self._table, self._store, self._ends, self._known)
        done, known = _run(number_names)(text, ends, start, hashes, *kept, numbers)
        self._known = np.uint64(known)
        return int(done)

    def _double(self, longest: int) -> None:
        """Number the names met so far once more, in twice the room."""
        old = self.labels
        self._make_room(2 * (len(self._ends) - 1), 2 * len(self._store) + longest)
        self.of(old.text, old.ends)


def _run(kernel: Callable[..., Any]) -> Callable[..., Any]:
    """Return a kernel in machine code; as it is where there is no numba."""
    return jit(kernel) if available() else kernel
