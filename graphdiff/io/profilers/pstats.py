"""Profiles as Python saves them (pstats): cProfile, profile, the sampling profiler of Python 3.15, pyinstrument."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import networkx as nx

from graphdiff.arithmetic import Number
from graphdiff.errors import FormatError
from graphdiff.io.profilers.marshalled import Code, Pairs, unmarshalled
from graphdiff.kernels.collecting import collector_at_rest
from graphdiff.profiles.call_graph import NO_NAME, Function, from_calls
from graphdiff.profiles.overhead import seconds_of, without_overhead

__all__ = ["read_pstats"]

Columns = dict[str, Number]
Call = tuple[Function, Function]

#: The key that says that counts are samples, not calls.
SAMPLED = ("__sampled__",)
#: The file and the line of what is written in C.
BUILT_IN = ("~", 0)
#: What a file says of calls that were not counted.
UNKNOWN = -1
#: No time and no count is so large; sums of floats below it are finite.
MOST = 2**62


def read_pstats(data: bytes, *, name: str, overhead: str | float | None = None) -> nx.DiGraph:
    r"""Read what ``python -m cProfile -o run.prof`` or another profiler saves for pstats: a function calls another.

    Nodes have ``self`` and ``inclusive`` (seconds; pstats' tottime and cumtime), ``calls`` and ``primitive_calls``
    (those that no call of the same function led to); edges ``cost``, ``self``, ``calls`` and ``primitive_calls`` of the
    callee for this caller. ``profile`` counts calls only on edges; a sampling profiler counts none.

    Parameters
    ----------
    overhead : str or float, optional
        What the profiler added to each call (``"0.6us"``, or seconds), to be taken off: `profiles.overhead`.

    References
    ----------
    .. [1] https://docs.python.org/3/library/profile.html

    Examples
    --------
    >>> import marshal
    >>> main, work = ("run.py", 1, "main"), ("run.py", 5, "work")
    >>> saved = marshal.dumps({main: (1, 1, 0.5, 2.0, {}), work: (1, 4, 1.5, 1.5, {main: (4, 1, 1.5, 1.5)})})
    >>> G = read_pstats(saved, name="run.prof")
    >>> G.nodes["work"]["inclusive"], G.edges["main", "work"]
    (1.5, {'cost': 1.5, 'self': 1.5, 'calls': 4, 'primitive_calls': 1})
    """
    with collector_at_rest():
        graph = _read(data, name)
        return graph if overhead is None else without_overhead(graph, seconds_of(overhead))


def _read(data: bytes, name: str) -> nx.DiGraph:
    profile = unmarshalled(data, name)
    if not isinstance(profile, Pairs):
        raise FormatError(f"{name}: no profile: functions with what they cost are expected, in a dict")
    entries = [_Entry(key, values, name) for key, values in profile if key != SAMPLED]
    if not entries:
        raise FormatError(f"{name} is the profile of no function: nothing ran while it was recorded")
    for function, times in Counter(entry.function for entry in entries).items():
        if times > 1:
            raise FormatError(f"{name}: {function.name!r} ({_place(function)}) is in the profile {times} times")
    return _sampled(entries) if len(entries) < len(profile) else _timed(entries)


def _timed(entries: list[_Entry]) -> nx.DiGraph:
    counted = any(entry.every != UNKNOWN for entry in entries)
    return from_calls(
        {entry.function: entry.measured() for entry in entries},
        dict(call for entry in entries for call in entry.calls()),
        unit="s",
        total=sum(entry.self for entry in entries),
        kind="counted" if counted else "sampled",
        format="pstats" if counted else "pstats without counts",
        # Without counts it is pyinstrument's, which adds what a function took at each level of a recursion.
        recursion=None if counted else "every level",
    )


def _sampled(entries: list[_Entry]) -> nx.DiGraph:
    """Return the profile of Python's own sampling profiler, where samples are counted as if they were calls.

    An entry is of the line that ran, and those of one function add up. Where it calls itself, or others that call it,
    two of its lines may be in one sample: what it took with all it called, and calls within the cycle, are not known.
    """
    functions: dict[Function, Columns] = {}
    calls: dict[Call, Columns] = {}
    for entry in entries:
        _add(functions, entry.function._replace(line=None), {"self": entry.self, "inclusive": entry.inclusive})
        for (caller, callee), columns in entry.sampled():
            _add(calls, (caller._replace(line=None), callee._replace(line=None)), columns)
    for members in nx.strongly_connected_components(nx.DiGraph(list(calls))):
        inner = [call for call in calls if members.issuperset(call)]
        calls.update((call, {}) for call in inner)
        for function in members if inner else ():
            functions.get(function, {}).pop("inclusive", None)
    return from_calls(
        functions,
        calls,
        unit="s",
        total=sum(entry.self for entry in entries),
        kind="sampled",
        format="pstats of samples",
        samples=sum(entry.primitive for entry in entries),
    )


def _add(table: dict[Any, Columns], key: object, columns: Columns) -> None:
    known = table.setdefault(key, {})
    known.update((column, known.get(column, 0) + value) for column, value in columns.items())


class _Entry:
    """What the file has of one function: its times and counts, and those of each caller."""

    def __init__(self, key: object, values: object, name: str) -> None:
        self.name = name
        self.function = _function(key, name)
        match values:
            case (primitive, every, own, inclusive, Pairs() as callers):
                self.primitive, self.every = self._count(primitive), self._count(every)
                self.self, self.inclusive = self._time(own), self._time(inclusive)
                self.callers = [(_function(caller, name), columns) for caller, columns in callers]
            case _:
                raise self._broken("two counts, two times and the callers are expected")
        if len(dict(self.callers)) < len(callers):
            raise self._broken("a caller is there twice")

    def measured(self) -> Columns:
        """Return the attributes of the function's node."""
        return {"self": self.self, "inclusive": self.inclusive, **_counts(self.every, self.primitive)}

    def calls(self) -> Iterator[tuple[Call, Columns]]:
        """Yield what each caller's calls of the function cost; `profile` has counted them only."""
        for caller, values in self.callers:
            match values:
                case int():
                    columns = _counts(self._count(values))
                case (every, primitive, own, cost):  # the counts the other way round than a function's
                    columns = {"cost": self._time(cost), "self": self._time(own)}
                    columns |= _counts(self._count(every), self._count(primitive))
                case _:
                    raise self._broken(f"two counts and two times are expected for its caller {caller.name!r}")
            yield (caller, self.function), columns

    def sampled(self) -> Iterator[tuple[Call, Columns]]:
        """Yield how long each caller was seen to call the function: a sample stands for as long as any other."""
        for caller, samples in self.callers:
            if UNKNOWN in (self.every, self.primitive, self._count(samples)) or not self.every:
                raise self._broken("a number of samples is expected, for it and its callers")
            yield (caller, self.function), {"cost": samples * self.inclusive / self.every}

    def _count(self, value: object) -> int:
        if type(value) is int and UNKNOWN <= value < MOST:
            return value
        raise self._broken(f"a number of calls is expected, found {_shown(value)}")

    def _time(self, value: object) -> Number:
        if isinstance(value, float | int) and 0 <= value < MOST:
            return value
        raise self._broken(f"a time of 0 s or more is expected, found {_shown(value)}; was the clock set back?")

    def _broken(self, what: str) -> FormatError:
        return FormatError(f"{self.name}: {self.function.name!r} ({_place(self.function)}): {what}")


def _counts(every: int, primitive: int = UNKNOWN) -> Columns:
    counts = {"calls": every, "primitive_calls": primitive}
    return {column: count for column, count in counts.items() if count != UNKNOWN}


def _function(key: object, name: str) -> Function:
    match key:
        case (str(file), int(line), str(function)) if line >= 0:
            return Function(function or NO_NAME, *(() if (file, line) == BUILT_IN else (file, line or None)))
        case (str(file), int(), Code(name=str(function))):  # as `profile` names the script it ran
            return Function(function, file)
        case _:
            raise FormatError(f"{name}: {_shown(key)} is no function: its file, line and name are expected")


def _place(function: Function) -> str:
    line = "" if function.line is None else f":{function.line}"
    return f"{function.file}{line}" if function.file else "built in"


def _shown(value: object) -> str:
    """Return a value for a message; what holds others may hold one of them any number of times."""
    return f"{value!r:.40}" if isinstance(value, str | int | float) else f"a {type(value).__name__.lower()}"
