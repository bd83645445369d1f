"""What profiles in JSON have in common: numbers of things, what was measured, threads; stacks that open and close."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from graphdiff.errors import FormatError, UsageError
from graphdiff.io.documents import Record, required_text
from graphdiff.profiles.call_graph import NO_NAME
from graphdiff.profiles.stacks import MOST, Stacks
from graphdiff.remedies import Keyword

__all__ = ["Timeline", "amounts", "chosen", "indices", "joined", "named", "places", "tree"]

NOTHING = np.zeros(0, dtype=np.int64)
#: So many threads are listed where none is the one asked for.
SHOWN = 10


class Timeline:
    """The stacks of one thread, from what opens and closes in time: what passes is the stack's that is open.

    Examples
    --------
    >>> line = Timeline()
    >>> for time, frame in [(0, 7), (2, 8), (5, None), (6, None)]:
    ...     line.pass_until(time)
    ...     line.close() if frame is None else line.open(frame)
    >>> line.stacks().frames.tolist(), line.stacks().own.tolist(), line.entries
    ([7, 8], [3, 3], [1, 1])
    """

    def __init__(self) -> None:
        self.frames: list[int] = []
        self.parents: list[int] = []
        self.own: list[Any] = []
        self.entries: list[int] = []
        self._places: dict[tuple[int, int], int] = {}
        self._at = -1
        self._now: Any = 0

    @property
    def frame(self) -> int | None:
        """The function that is open innermost; None where nothing is."""
        return None if self._at < 0 else self.frames[self._at]

    def pass_until(self, time: Any) -> None:
        """Give the time up to this one to the stack that is open."""
        if self._at >= 0:
            self.own[self._at] += time - self._now
        self._now = time

    def open(self, frame: int) -> None:
        """Enter a function."""
        place = self._places.setdefault((self._at, frame), len(self.frames))
        if place == len(self.frames):
            self.frames.append(frame)
            self.parents.append(self._at)
            self.own.append(0)
            self.entries.append(0)
        self.entries[place] += 1
        self._at = place

    def close(self) -> None:
        """Leave the function that is open innermost."""
        self._at = self.parents[self._at]

    def stacks(self) -> Stacks:
        """Return what was open when, as stacks."""
        return Stacks.of_tree(self.parents, self.frames, np.array(self.own) if self.own else NOTHING)


def indices(values: Sequence[Any], size: int, where: str, *, least: int = 0) -> NDArray[np.int64]:
    """Return numbers of things, of which there are so many.

    Raises
    ------
    FormatError
        One of them is another number, or none.

    Examples
    --------
    >>> indices([0, 2], 3, "a.json: frames").tolist()
    [0, 2]
    """
    if set(map(type, values)) <= {int}:
        array = np.array(values) if values else NOTHING
        if array.dtype == np.int64 and (array >= least).all() and (array < size).all():
            return array
    wrong = (place for place, value in enumerate(values) if type(value) is not int or not least <= value < size)
    place = next(wrong)
    there = f"one of {size:,}, counted from 0," if size else "none, as there are none,"
    raise FormatError(f"{where}[{place}]: {values[place]!r:.40}, where {there} is expected")


def amounts(values: Sequence[Any], where: str) -> NDArray[Any]:
    """Return what was measured, as ints or floats.

    Raises
    ------
    FormatError
        Something is no number, negative or infinite, or they add up to 2**62 or more.

    Examples
    --------
    >>> amounts([1, 2], "a.json: weights").tolist(), amounts([1, 0.5], "a.json: weights").tolist()
    ([1, 2], [1.0, 0.5])
    """
    total = 0.0
    for place, value in enumerate(values):
        if type(value) not in (int, float) or not 0 <= value < math.inf:
            raise FormatError(f"{where}[{place}]: {value!r:.40}, where a number of 0 or more is expected")
        total += min(value, 2**1000)
    if total >= MOST:
        raise FormatError(f"{where}: they add up to 2**62 or more, which is not read")
    return np.array(values) if values else NOTHING


def places(values: Sequence[Any], size: int, where: str) -> NDArray[np.int64]:
    """Return numbers of things, of which there are so many, or -1 where there is none.

    Examples
    --------
    >>> places([0, None, 2], 3, "a.json: prefix").tolist()
    [0, -1, 2]
    """
    return indices([-1 if value is None else value for value in values], size, where, least=-1)


def tree(
    parents: ArrayLike, frames: ArrayLike, own: NDArray[Any], samples: NDArray[np.int64] | None, where: str
) -> Stacks:
    """Return the stacks of a tree that a file has.

    Raises
    ------
    FormatError
        A loop in it.

    Examples
    --------
    >>> tree([-1, 0], [0, 1], np.array([1, 2]), None, "a.json").totals.tolist()
    [3, 2]
    """
    try:
        return Stacks.of_tree(parents, frames, own, samples)
    except UsageError as error:
        raise FormatError(f"{where}: {error}") from error


def joined(trees: Sequence[Stacks], name: str) -> Stacks:
    """Return one tree of those of a file's threads.

    Raises
    ------
    FormatError
        There is no stack in any.

    Examples
    --------
    >>> joined([Stacks.of([0], [1], [2]), Stacks.of([0], [1], [3])], "a.json").own.tolist()
    [5]
    """
    if not any(map(len, trees)):
        raise FormatError(f"{name}: no stack in it")
    return Stacks.joined(trees)


def named(record: Record, key: str, where: str) -> str:
    """Return the name of a function, which has to be there; what an empty one is called.

    Examples
    --------
    >>> named({"name": "main"}, "name", "x.json: frames[0]"), named({"name": ""}, "name", "x.json: frames[1]")
    ('main', '(no name)')
    """
    return NO_NAME if record.get(key) == "" else required_text(record, key, where)


def chosen(threads: Sequence[Sequence[str]], thread: str | int | None, name: str) -> list[int]:
    """Return the places of the threads of one name; of all where none is asked for.

    Parameters
    ----------
    threads : sequence of sequence of str
        What each thread may be called; messages say the first.
    thread : str, int or None
    name : str
        The file's.

    Raises
    ------
    UsageError
        None is called so.

    Examples
    --------
    >>> chosen([("main", "7"), ("pool", "8"), ("pool", "9")], "pool", "a.json"), chosen([("main", "7")], 7, "a.json")
    ([1, 2], [0])
    """
    if thread is None:
        return list(range(len(threads)))
    of_name = [place for place, names in enumerate(threads) if str(thread) in names]
    if not of_name:
        there = [repr(names[0]) for names in threads]
        more = f" and {len(there) - SHOWN:,} more" if len(there) > SHOWN else ""
        listed = ", ".join(there[:SHOWN]) + more if there else "none"
        raise UsageError(Keyword("thread", str(thread)), f": {name} has no such thread; there are {listed}")
    return of_name
