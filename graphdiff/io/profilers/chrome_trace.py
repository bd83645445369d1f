"""Traces in Chrome's format: what began and ended when on each thread; or the CPU profiles that a trace holds."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import networkx as nx

from graphdiff.errors import FormatError
from graphdiff.graph.measured import with_stacks
from graphdiff.io.documents import Record, listing, mapping, mappings, parse_json, text_in
from graphdiff.io.profilers.cpuprofile import CallFrames, stacks_of
from graphdiff.io.profilers.timeline import Timeline, chosen, joined
from graphdiff.profiles.call_graph import NO_NAME, Function, from_stacks
from graphdiff.remedies import Keyword, Remedy

__all__ = ["read_chrome_trace"]

FORMAT = "Chrome trace"
#: The phases that open and close: begin, end, and complete, which has a duration.
NESTED = ("B", "E", "X")
#: What py-spy says of itself: it writes samples as events, so that their number is none of calls.
SAMPLER = "py-spy"
#: How VizTracer names a function of Python.
PLACED = re.compile(r"(.+) \((.+):(\d+)\)")
#: Events in which Chrome keeps the parts of a CPU profile.
WHOLE, FIRST, CHUNK = "CpuProfile", "Profile", "ProfileChunk"


class _Event(NamedTuple):
    """When an event was, how long where that is said, its place in the file, and what it is."""

    time: Any
    length: Any
    place: int
    record: Record


@dataclass
class _Thread:
    """The events of one thread, with their places in the file, and what it is called."""

    names: tuple[str, ...]
    events: list[tuple[int, Record]] = field(default_factory=list)
    profiles: dict[str, Record] = field(default_factory=dict)


def read_chrome_trace(data: bytes, *, name: str, thread: str | None = None, stacks: str = "keep") -> nx.DiGraph:
    r"""Read a trace: what lies in an event's time on the same thread was called by it; the threads add up.

    Begin and end events (``B``, ``E``) and complete ones (``X``) are read, no others. Of a trace that holds CPU
    profiles, as Chrome's performance panel saves it, these are read instead. An event is a call, but for py-spy, which
    writes its samples so.

    References
    ----------
    .. [1] https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU

    Examples
    --------
    >>> text = b'''[{"ph": "X", "pid": 1, "tid": 1, "ts": 0, "dur": 9, "name": "main"},
    ... {"ph": "B", "pid": 1, "tid": 1, "ts": 2, "name": "work"}, {"ph": "E", "pid": 1, "tid": 1, "ts": 6}]'''
    >>> graph = read_chrome_trace(text, name="x.json")
    >>> graph.nodes["main"], list(graph.edges(data=True))
    ({'name': 'main', 'self': 5, 'inclusive': 9, 'calls': 1}, [('main', 'work', {'cost': 4, 'calls': 1})])
    """
    events = _events(data, name)
    threads = _threads(events)
    if not threads:
        raise FormatError(
            f"{name}: no event in it that begins and ends (of phase {', '.join(NESTED)}), and no CPU profile"
        )
    kept = [threads[place] for place in chosen([each.names for each in threads], thread, name)]
    facts = {"format": FORMAT, "threads": [each.names[0] for each in kept]}
    graph = _profiled(kept, name, facts) if kept[0].profiles else _traced(kept, name, facts)
    return with_stacks(graph, stacks)


def _events(data: bytes, name: str) -> list[tuple[int, Record]]:
    """Return the events with their places; a list need not be closed, as it may be written while a program runs."""
    text = data.rstrip()
    if text.lstrip()[:1] == b"[" and text[-1:] != b"]":
        text = text.removesuffix(b",") + b"]"
    document = parse_json(text, name)
    where = name if isinstance(document, list) else f"{name}: traceEvents"
    given = document if isinstance(document, list) else mapping(document, name).get("traceEvents")
    return [(place, event) for place, (_, event) in enumerate(mappings(given, where))]


def _threads(events: Sequence[tuple[int, Record]]) -> list[_Thread]:
    """Return the threads with something to read, in the order of the file; those with CPU profiles where there are."""
    titles = {_key(event): _title(event) for _, event in events if event.get("name") == "thread_name"}
    threads: dict[tuple[str, str], _Thread] = {}
    owners: dict[str, _Thread] = {}
    for place, event in events:
        key = _key(event)
        names = (titles.get(key) or key[1], key[1], "/".join(key))
        if event.get("ph") in NESTED:
            threads.setdefault(key, _Thread(names)).events.append((place, event))
        if event.get("name") in (WHOLE, FIRST, CHUNK) and event.get("ph") != "X":
            identity = str(event.get("id", "/".join(key)))
            owner = owners.setdefault(f"{key[0]}/{identity}", threads.setdefault(key, _Thread(names)))
            _add_part(owner.profiles.setdefault(f"CPU profile {identity}", {}), event)
    profiled = [each for each in threads.values() if any(record.get("nodes") for record in each.profiles.values())]
    return profiled or [each for each in threads.values() if each.events]


def _key(event: Record) -> tuple[str, str]:
    return str(event.get("pid", "")), str(event.get("tid", ""))


def _title(event: Record) -> str:
    arguments = event.get("args")
    return text_in(arguments, "name") if isinstance(arguments, dict) else ""


def _add_part(record: Record, event: Record) -> None:
    """Add what an event has of a CPU profile to what is known of it."""
    where = f"the event {event['name']}"
    part = mapping(mapping(event.get("args"), where).get("data"), where)
    profile = mapping(part.get("cpuProfile"), where)
    for key in ("nodes", "samples", "timeDeltas"):
        record.setdefault(key, []).extend(listing(profile.get(key) or part.get(key), f"{where}: {key}"))
    record |= {key: each[key] for each in (profile, part) for key in ("startTime", "endTime") if key in each}


def _profiled(threads: Sequence[_Thread], name: str, facts: dict[str, Any]) -> nx.DiGraph:
    """Return the profile of the CPU profiles that the threads have."""
    frames = CallFrames()
    records = [(key, each) for thread in threads for key, each in thread.profiles.items() if each["nodes"]]
    trees = [stacks_of(each, frames, f"{name}, {key}") for key, each in records]
    units = {unit for _, unit in trees}
    if len(units) > 1:
        raise FormatError(f"{name}: CPU profiles with times and without, which do not add up")
    stacks = joined([tree for tree, _ in trees], name)
    return from_stacks(frames.functions(), stacks, unit=units.pop(), kind="sampled", **facts)


def _traced(threads: Sequence[_Thread], name: str, facts: dict[str, Any]) -> nx.DiGraph:
    """Return the profile of what began and ended, with the number of calls where events are calls."""
    numbers: dict[Function, int] = {}
    lines, warnings = [], []
    unit, events = _timed([thread.events for thread in threads], name)
    for thread, of_thread in zip(threads, events, strict=True):
        line = _Nesting(name, numbers)
        line.run(sorted(of_thread, key=_order))
        lines.append(line)
        if line.unended:
            warnings.append(
                f"{name}: {line.unended:,} events of thread {thread.names[0]} have no end; they last as it does"
            )
    sampled = any(event.get("cat") == SAMPLER for thread in threads for _, event in thread.events[:1])
    stacks = joined([line.stacks() for line in lines], name)
    kind = "sampled" if sampled else "counted"
    graph = from_stacks([*numbers], stacks, unit=unit, kind=kind, warnings=warnings, **facts)
    if not sampled:
        _count_calls(graph, lines)
    return graph


def _timed(threads: Sequence[Sequence[tuple[int, Record]]], name: str) -> tuple[str, list[list[_Event]]]:
    """Return the events of threads and their unit: what is whole in nanoseconds, as ints, so that no sum is rounded."""
    events = [[_event(place, record, name) for place, record in thread] for thread in threads]
    times = [time for thread in events for event in thread for time in (event.time, event.length)]
    if all(type(time) is int for time in times):
        return "us", events
    if all(round(time * 1000) / 1000 == time for time in times):
        return "ns", [
            [event._replace(time=round(event.time * 1000), length=round(event.length * 1000)) for event in thread]
            for thread in events
        ]
    return "us", events


def _event(place: int, record: Record, name: str) -> _Event:
    where = f"{name}, event {place}"
    length = _time(record, "dur", where) if record["ph"] == "X" else 0
    return _Event(_time(record, "ts", where), length, place, record)


def _time(record: Record, key: str, where: str) -> Any:
    value: Any = record.get(key)
    if type(value) not in (int, float) or not abs(value) < 2**52 or (key == "dur" and value < 0):
        raise FormatError(f"{where}: its {key} is {value!r:.40}, where microseconds are expected")
    return value


def _order(event: _Event) -> tuple[Any, ...]:
    """Return by what events stand in order; of complete ones that begin together the longer holds the other.

    Where both are equally long, VizTracer has written the one within first, others the one around it.
    """
    complete = event.record["ph"] == "X"
    inner_first = complete and _is_viztracer(event.record)
    return event.time, complete, -event.length, -event.place if inner_first else event.place


def _is_viztracer(record: Record) -> bool:
    return text_in(record, "cat").lower() == "fee"


def _count_calls(graph: nx.DiGraph, lines: Sequence[Timeline]) -> None:
    """Note how often each function was entered, and from where."""
    numbers = sorted({frame for line in lines for frame in line.frames})
    labels = dict(zip(numbers, graph, strict=True))
    for line in lines:
        for frame, parent, entries in zip(line.frames, line.parents, line.entries, strict=True):
            records = [graph.nodes[labels[frame]]]
            if parent >= 0:
                records.append(graph.edges[labels[line.frames[parent]], labels[frame]])
            for record in records:
                record["calls"] = record.get("calls", 0) + entries


class _Nesting(Timeline):
    """The stacks of a thread by its events, in the order of their times."""

    def __init__(self, name: str, numbers: dict[Function, int]) -> None:
        super().__init__()
        self.name, self.numbers = name, numbers
        # Of what is open: its name, and the end of a complete event.
        self.opened: list[tuple[str, Any]] = []
        self.unended = 0

    def run(self, events: Sequence[_Event]) -> None:
        """Open and close by all events."""
        for event in events:
            self._close_complete(event.time)
            self.pass_until(event.time)
            if event.record["ph"] == "E":
                self._end(event)
                continue
            end = self._end_of(event) if event.record["ph"] == "X" else None
            self.open(self.numbers.setdefault(_function(event.record), len(self.numbers)))
            self.opened.append((text_in(event.record, "name"), end))
        last = max(event.time + event.length for event in events)
        while self.opened:
            end = self.opened[-1][1]
            self.unended += end is None
            self._close_at(last if end is None else end)

    def _close_complete(self, time: Any) -> None:
        """Close the complete events that have ended."""
        while self.opened and (end := self.opened[-1][1]) is not None and end <= time:
            self._close_at(end)

    def _close_at(self, time: Any) -> None:
        self.pass_until(time)
        self.close()
        self.opened.pop()

    def _end_of(self, event: _Event) -> Any:
        """Return when a complete event ends: not behind the one that it lies in."""
        end = event.time + event.length
        name, limit = next((each for each in reversed(self.opened) if each[1] is not None), ("", end))
        if end > limit + _rounding(end):
            raise self._unnested(event, f"it ends at {end}, behind {name!r:.60}, in which it begins")
        return min(end, limit)

    def _end(self, event: _Event) -> None:
        """Close what an end event ends: what is open innermost."""
        while self.opened and (end := self.opened[-1][1]) is not None and end <= event.time + _rounding(event.time):
            self._close_at(event.time)
        if not self.opened:
            raise self._unnested(event, "an end, and nothing has begun on its thread that is open")
        name, end = self.opened[-1]
        ended = text_in(event.record, "name") or name
        if end is not None or ended != name:
            raise self._unnested(event, f"the end of {ended!r:.60}, where {name!r:.60} is open")
        self._close_at(event.time)

    def _unnested(self, event: _Event, what: str) -> FormatError:
        return FormatError(
            f"{self.name}, event {event.place}: {what}: that is no call in a call",
            Remedy(Keyword("thread", "NAME"), "reads one of several threads"),
        )


def _rounding(time: Any) -> Any:
    """Return by how much two ends may differ that are one: each is the sum of two rounded numbers."""
    return 2 if isinstance(time, int) else max(2e-3, 4 * math.ulp(time))


def _function(record: Record) -> Function:
    """Return what an event is of: py-spy says a file, VizTracer a file and a line in the name."""
    name = text_in(record, "name") or NO_NAME
    placed = PLACED.fullmatch(name) if _is_viztracer(record) else None
    if placed:
        return Function(placed[1], placed[2], int(placed[3]))
    arguments = record.get("args")
    file = text_in(arguments, "filename") if isinstance(arguments, dict) and record.get("cat") == SAMPLER else ""
    return Function(name, file)
