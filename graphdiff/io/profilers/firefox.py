"""Profiles of the Firefox Profiler, in the processed form in which it saves them, and samply and others write."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff.errors import FormatError, UsageError, meant, nearest
from graphdiff.graph.measured import with_stacks
from graphdiff.io.documents import Record, listing, mapping, mappings, parse_json, text, text_in, texts
from graphdiff.io.profilers.timeline import amounts, chosen, indices, joined, places, tree
from graphdiff.profiles.call_graph import NO_NAME, Function, from_stacks
from graphdiff.profiles.stacks import Stacks, summed
from graphdiff.remedies import Keyword, Remedy

__all__ = ["read_firefox"]

#: What a weight counts: the unit of it, and the kind of profile.
WEIGHTS = {"samples": ("samples", "sampled"), "tracing-ms": ("ms", "counted"), "bytes": ("bytes", "allocated")}
WEIGHT, TIME = "weight", "time"
EVENTS = (WEIGHT, TIME)


def read_firefox(
    data: bytes, *, name: str, event: str = WEIGHT, thread: str | None = None, stacks: str = "keep"
) -> nx.DiGraph:
    r"""Read a processed profile; what its threads' samples weigh adds up, by function.

    A sample without a weight is one, as the Firefox Profiler itself counts; ``event="time"`` takes the milliseconds up
    to the thread's next sample instead, and the last sample none. Allocations and markers are not read.

    References
    ----------
    .. [1] https://github.com/firefox-devtools/profiler/blob/main/docs-developer/CHANGELOG-formats.md

    Examples
    --------
    >>> text = b'''{"meta": {"preprocessedProfileVersion": 50}, "threads": [{"name": "Main",
    ... "stringArray": ["main", "f"], "funcTable": {"name": [0, 1]}, "frameTable": {"func": [0, 1]},
    ... "stackTable": {"prefix": [null, 0], "frame": [0, 1]}, "samples": {"stack": [0, 1, 1], "time": [0, 2, 4]}}]}'''
    >>> graph = read_firefox(text, name="x.json")
    >>> graph.nodes["main"], list(graph.edges(data="cost")), graph.graph["unit"]
    ({'name': 'main', 'self': 1, 'inclusive': 3}, [('main', 'f', 2)], 'samples')
    >>> read_firefox(text, name="x.json", event="time").edges["main", "f"]
    {'cost': 2}
    """
    if event not in EVENTS:
        close = meant(nearest(event, EVENTS))
        raise UsageError(Keyword("event", event), f": a profile of Firefox has {' and '.join(EVENTS)}{close}")
    document = mapping(parse_json(data, name), name)
    shared = mapping(document.get("shared"), f"{name}: shared")
    threads = [
        pair for pair in mappings(document.get("threads"), f"{name}: threads") if _column(pair[1], "samples", "stack")
    ]
    if not threads:
        raise FormatError(f"{name}: no thread of it has samples")
    names = [_names(record) for _, record in threads]
    kept = chosen(names, thread, name)
    numbers: dict[Function, int] = {}
    warnings: list[str] = []
    read = [
        _Thread(shared, record, where).read(event, numbers, warnings)
        for where, record in map(threads.__getitem__, kept)
    ]
    measured = {unit: place for place, (_, unit) in zip(kept, read, strict=True)}
    if len(measured) > 1:
        (one, place), (other, _), *_ = measured.items()
        raise FormatError(
            f"{name}: threads of {one[0]} and of {other[0]}, which do not add up",
            Remedy(Keyword("thread", names[place][0]), f"reads one of {one[0]}"),
        )
    unit, kind = next(iter(measured))
    graph = from_stacks(
        [*numbers],
        joined([tree_of for tree_of, _ in read], name),
        unit=unit,
        kind=kind,
        format="Firefox Profiler",
        event=event,
        events=[*EVENTS],
        threads=[names[place][0] for place in kept],
        warnings=warnings,
    )
    return with_stacks(graph, stacks)


def _names(thread: Record) -> tuple[str, ...]:
    name, process = text_in(thread, "name") or "thread", text_in(thread, "processName")
    return name, f"{process}/{name}", str(thread.get("tid", ""))


def _column(table: Record, *keys: str) -> list[Any]:
    """Return a column of a table within tables; nothing where one of them is not there."""
    for key in keys[:-1]:
        table = mapping(table.get(key), key)
    return listing(table.get(keys[-1]), ": ".join(keys))


class _Thread:
    """One thread with its tables: its own, or those that all threads share."""

    def __init__(self, shared: Record, thread: Record, where: str) -> None:
        self.shared, self.thread, self.where = shared, thread, where

    def read(self, event: str, numbers: dict[Function, int], warnings: list[str]) -> tuple[Stacks, tuple[str, str]]:
        """Return the stacks of its samples, and the unit and kind of what they cost."""
        parents, frames = self._tree(numbers)
        seen = self.column("samples", "stack")
        stacks = places(seen, len(parents), self.at("samples: stack"))
        costs, counts, measured = self._costs(event, len(seen))
        there = stacks >= 0
        if not there.all():
            warnings.append(
                f"{self.where}: {len(seen) - there.sum():,} of {len(seen):,} samples have no stack and are left out"
            )
        own = summed(costs[there], stacks[there], len(parents))
        samples = None if counts is None else summed(counts[there], stacks[there], len(parents))
        return tree(parents, frames, own, samples, self.where), measured

    def at(self, *words: str) -> str:
        """Return the words for a place in it."""
        return ": ".join([self.where, *words])

    def column(self, table: str, key: str) -> list[Any]:
        """Return a column of a table, its own where it has one."""
        holder = self.thread if table in self.thread else self.shared
        return _column(holder, table, key)

    def _strings(self) -> list[str]:
        for holder, key in ((self.thread, "stringArray"), (self.thread, "stringTable"), (self.shared, "stringArray")):
            if isinstance(holder.get(key), list):
                return texts(holder[key], self.at(key))
        return []

    def _functions(self, numbers: dict[Function, int]) -> list[int]:
        """Return the number of each row of the table of functions."""
        strings = self._strings()

        def named(texts_of: Sequence[Any], what: str) -> list[str]:
            return _picked(strings, places(texts_of, len(strings), self.at(what)))

        def through(key: str, names: list[str]) -> list[str]:
            return _picked(names, places(self.column("funcTable", key), len(names), self.at("funcTable", key)))

        names = named(self.column("funcTable", "name"), "funcTable: name")
        sources = named(_column(self.shared, "sources", "filename"), "sources: filename")
        resources = named(self.column("resourceTable", "name"), "resourceTable: name")
        files = [named(self.column("funcTable", "fileName"), "funcTable: fileName")]
        files += [through("source", sources), through("resource", resources)]
        lines = self.column("funcTable", "lineNumber")
        return [
            numbers.setdefault(Function(name or NO_NAME, _first(files, place), _line(lines, place)), len(numbers))
            for place, name in enumerate(names)
        ]

    def _tree(self, numbers: dict[Function, int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return of each stack its caller and its function."""
        functions = np.array(self._functions(numbers), dtype=np.int64)
        funcs = self.column("frameTable", "func")
        of_frames = functions[indices(funcs, len(functions), self.at("frameTable: func"))]
        frames = indices(self.column("stackTable", "frame"), len(of_frames), self.at("stackTable: frame"))
        offsets = self.column("stackTable", "prefixOffset")
        if offsets:
            back = indices(offsets, len(frames), self.at("stackTable: prefixOffset"))
            parents = np.where(back > 0, np.arange(len(back)) - back, -1)
            parents[back > np.arange(len(back))] = -2
        else:
            parents = places(self.column("stackTable", "prefix"), len(frames), self.at("stackTable: prefix"))
        if len(parents) != len(frames) or (parents < -1).any():
            raise FormatError(f"{self.at('stackTable')}: its columns do not fit together")
        return parents, of_frames[frames]

    def _costs(self, event: str, size: int) -> tuple[NDArray[Any], NDArray[Any] | None, tuple[str, str]]:
        """Return what each sample cost, how many samples it is where that is known, and unit and kind."""
        if event == TIME:
            return self._times(size), np.ones(size, dtype=np.int64), ("ms", "sampled")
        weights = self.column("samples", WEIGHT)
        way = text(self.thread["samples"].get("weightType"), self.at("samples: weightType")) or "samples"
        if way not in WEIGHTS:
            raise FormatError(f"{self.at('samples')}: its weightType is {way!r:.40}, not one of {', '.join(WEIGHTS)}")
        if weights and any(type(one) in (int, float) and one < 0 for one in weights):
            raise FormatError(
                f"{self.at('samples')}: negative weights, as a comparison of two profiles has; give the two"
            )
        costs = amounts(weights, self.at("samples: weight")) if weights else np.ones(size, dtype=np.int64)
        if len(costs) != size:
            raise FormatError(f"{self.at('samples')}: {size:,} stacks with {len(costs):,} weights")
        return costs, costs if way == "samples" and costs.dtype.kind == "i" else None, WEIGHTS[way]

    def _times(self, size: int) -> NDArray[Any]:
        """Return how long it was up to the next sample."""
        deltas = self.column("samples", "timeDeltas")
        times = amounts([*accumulate(amounts(deltas, self.at("samples: timeDeltas")).tolist())], self.at("samples"))
        if not deltas:
            times = amounts(self.column("samples", TIME), self.at("samples: time"))
        passed = np.diff(times, append=times[-1:])
        if len(passed) != size or (passed < 0).any():
            raise FormatError(f"{self.at('samples')}: {size:,} stacks without a time each, one after another")
        return passed


def _picked(names: Sequence[str], of: NDArray[np.int64]) -> list[str]:
    """Return the name of each number, of -1 none."""
    return [names[place] if place >= 0 else "" for place in of.tolist()]


def _first(files: Sequence[Sequence[str]], place: int) -> str:
    return next((column[place] for column in files if place < len(column) and column[place]), "")


def _line(lines: Sequence[Any], place: int) -> int | None:
    line = lines[place] if place < len(lines) else None
    return line if type(line) is int and line > 0 else None
