"""Labels without an object a node: names as UTF-8 in one array, numbers as int64, each found by a sorted index.

A dict of ten million names takes seconds to build and a gigabyte to hold; an index of sorted hashes is an array like
any other, so that it can be saved, mapped into memory and searched where it lies.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, overload
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from graphdiff.errors import UsageError

__all__ = ["Indexed", "Integers", "Texts", "packed", "require_nodes"]

#: Labels that are made into objects at once, where all are wanted.
BLOCK = 1 << 16


def require_nodes(labels: Iterable[Hashable]) -> None:
    """Raise `UsageError` where a label cannot be a node of networkx, of which None is the only one."""
    if any(label is None for label in labels):
        raise UsageError("the label None is no node to networkx: give that node another label")


class Indexed(Sequence[Any]):
    """Distinct labels by id that find the id of a label themselves."""

    def find(self, label: Hashable) -> int | None:
        """Return the id of `label`, or None where it is no label."""
        raise NotImplementedError

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
        if not isinstance(label, (int, np.integer)):
            return None
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            number = int(self.lookup[middle])
            value = int(self.values[number])
            if value == label:
                return number
            low, high = (middle + 1, high) if value < label else (low, middle)
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
