"""The CPU profiles of V8, as Node.js and Chrome save them: a tree of calls, and which of its nodes was seen when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff.errors import FormatError
from graphdiff.graph.measured import with_stacks
from graphdiff.io.documents import Record, listing, mapping, mappings, parse_json, text_in
from graphdiff.io.profilers.timeline import indices, tree
from graphdiff.profiles.call_graph import Function, from_stacks
from graphdiff.profiles.stacks import MOST, Stacks, summed

__all__ = ["CallFrames", "read_cpuprofile", "stacks_of"]

ANONYMOUS = "(anonymous)"
FORMAT = "V8's CPU profile"


def read_cpuprofile(data: bytes, *, name: str, stacks: str = "keep") -> nx.DiGraph:
    r"""Read a ``.cpuprofile``: what passed from one sample to the next is of the stack that the first has seen.

    So do Chrome's developer tools count it; what passed before the first sample is nobody's. Where the file has no
    times, samples are counted. Lines, which the file counts from 0, are counted from 1.

    References
    ----------
    .. [1] https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile

    Examples
    --------
    >>> text = b'''{"nodes": [
    ... {"id": 1, "callFrame": {"functionName": "main", "url": "a.js", "lineNumber": 0}, "children": [2]},
    ... {"id": 2, "callFrame": {"functionName": "work", "url": "a.js", "lineNumber": 4}}],
    ... "startTime": 0, "endTime": 90, "samples": [1, 2, 1], "timeDeltas": [10, 20, 50]}'''
    >>> graph = read_cpuprofile(text, name="x.cpuprofile")
    >>> graph.nodes["work"], graph.nodes["main"]["self"]
    ({'name': 'work', 'file': 'a.js', 'line': 5, 'self': 50, 'inclusive': 50}, 30)
    """
    record = mapping(parse_json(data, name), name)
    frames = CallFrames()
    seen, unit = stacks_of(record, frames, name)
    return with_stacks(from_stacks(frames.functions(), seen, unit=unit, kind="sampled", format=FORMAT), stacks)


class CallFrames:
    """The functions of a profile, told apart by name, file, line and column."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[Function, int], int] = {}

    def number(self, frame: Record, where: str) -> int:
        """Return the number of the function that a node's ``callFrame`` is of."""
        name = text_in(frame, "functionName") or ANONYMOUS
        line, column = frame.get("lineNumber", -1), frame.get("columnNumber", -1)
        if type(line) is not int or type(column) is not int:
            raise FormatError(f"{where}: a line or column that is no whole number")
        function = Function(name, text_in(frame, "url"), line + 1 if line >= 0 else None)
        return self._numbers.setdefault((function, column), len(self._numbers))

    def functions(self) -> list[Function]:
        """Return the functions; of several on one line, as in bundles, each has its column in its name."""
        alike: dict[Function, int] = {}
        for function, _ in self._numbers:
            alike[function] = alike.get(function, 0) + 1
        return [
            function._replace(name=f"{function.name} at column {column + 1}") if alike[function] > 1 else function
            for function, column in self._numbers
        ]


@dataclass(frozen=True)
class _Nodes:
    """The nodes of a profile: their places by id, and for each the caller's place and the number of its function."""

    places: dict[Any, int]
    parents: list[int]
    frames: list[int]


def stacks_of(record: Record, frames: CallFrames, where: str) -> tuple[Stacks, str]:
    """Return the stacks of a profile, and the unit of what they cost.

    Raises
    ------
    FormatError
        An id that is no node's or that two have, a node with two callers or among its own, samples without a time each.
    """
    nodes = _nodes(record, frames, where)
    seen = listing(record.get("samples"), f"{where}: samples")
    times = _times(record, len(seen), where)
    places = _seen(seen, nodes, where)
    counts = np.bincount(places, minlength=len(nodes.parents))
    if not len(seen):
        counts = indices([node.get("hitCount", 0) for node in record["nodes"]], 2**32, f"{where}: nodes, hitCount")
    own = counts if times is None else _passed(times, places, len(counts))
    return tree(nodes.parents, nodes.frames, own, counts, where), "samples" if times is None else "us"


def _nodes(record: Record, frames: CallFrames, where: str) -> _Nodes:
    nodes = list(mappings(record.get("nodes"), f"{where}: nodes"))
    if not nodes:
        old = "; it is of V8 before 2016, and node --cpu-prof SCRIPT writes what is read" if "head" in record else ""
        raise FormatError(f"{where}: no node in it{old}")
    places: dict[Any, int] = {}
    for place, (at, node) in enumerate(nodes):
        identity = node.get("id")
        if type(identity) is not int:
            raise FormatError(f"{at}: its id is {identity!r:.40}, where a number is expected")
        if identity in places:
            raise FormatError(f"{at}: its id {identity} is that of another node")
        places[identity] = place
    numbers = [frames.number(mapping(node.get("callFrame"), f"{at}: callFrame"), at) for at, node in nodes]
    made = _Nodes(places, [-1] * len(nodes), numbers)
    for place, (at, node) in enumerate(nodes):
        if "parent" in node:
            _link(made, node["parent"], place, at, node["parent"])
        for child in listing(node.get("children"), f"{at}: children"):
            _link(made, node["id"], places.get(child, -1) if type(child) is int else -1, at, child)
    return made


def _link(nodes: _Nodes, caller: Any, place: int, at: str, other: Any) -> None:
    """Note which node calls one, which may be said by both."""
    parent = nodes.places.get(caller, -1) if type(caller) is int else -1
    if parent < 0 or place < 0:
        raise FormatError(f"{at}: no node has the id {other!r:.40}")
    if nodes.parents[place] not in (-1, parent):
        raise FormatError(f"{at}: node {other} has two callers")
    nodes.parents[place] = parent


def _seen(seen: Sequence[Any], nodes: _Nodes, where: str) -> NDArray[np.int64]:
    places = [nodes.places.get(one, -1) if type(one) is int else -1 for one in seen]
    if -1 in places:
        place = places.index(-1)
        raise FormatError(f"{where}: samples[{place}]: no node has the id {seen[place]!r:.40}")
    return np.array(places, dtype=np.int64)


def _times(record: Record, size: int, where: str) -> NDArray[np.int64] | None:
    """Return when each sample was, and when the profile ended; None where the file does not say."""
    deltas = listing(record.get("timeDeltas"), f"{where}: timeDeltas")
    if not deltas:
        return None
    if len(deltas) != size:
        raise FormatError(f"{where}: {size:,} samples with {len(deltas):,} timeDeltas")
    start, end = (_microseconds(record.get(key), f"{where}: {key}") for key in ("startTime", "endTime"))
    passed = [_microseconds(delta, f"{where}: timeDeltas[{place}]") or 0 for place, delta in enumerate(deltas)]
    times = [*accumulate(passed, initial=start or 0)][1:]
    last = max(times)
    if last - min(times) >= MOST:
        raise FormatError(f"{where}: timeDeltas of 2**62 microseconds or more, which are not read")
    return np.array([*times, last if start is None or end is None else max(last, end)])


def _microseconds(value: Any, where: str) -> int | None:
    """Return a time that the file says in whole microseconds, back or forth."""
    if value is None or (type(value) is int and abs(value) < 2**53):
        return value
    raise FormatError(f"{where}: {value!r:.40}, where a whole number of microseconds is expected")


def _passed(times: NDArray[np.int64], places: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Return how long each node was the one seen last; V8 may note samples late, so they are put in order."""
    order = np.argsort(times[:-1], kind="stable")
    return summed(np.diff(times[order], append=times[-1]), places[order], size)
