"""callgrind's profiles, and those that other tools write in its format: what each function and each call cost.

The format: https://valgrind.org/docs/manual/cl-format.html
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple

import networkx as nx

from graphdiff.errors import FormatError, UsageError
from graphdiff.io.source import text_of
from graphdiff.kernels.collecting import collector_at_rest
from graphdiff.profiles.call_graph import NO_NAME, Function, from_calls
from graphdiff.remedies import Keyword

__all__ = ["read_callgrind"]

NUMBER = r"(?:0[xX][0-9a-fA-F]{1,16}|[0-9]{1,20})"
POSITION = rf"(?:[+-]?{NUMBER}|\*)"
#: A line of costs by how many positions stand before them.
COSTS = {count: re.compile(rf"{POSITION}(?:\s+{POSITION}){{{count - 1}}}((?:\s+{NUMBER})*)\s*") for count in (1, 2, 3)}
CALLS = re.compile(rf"\s*({NUMBER})(?:\s+{POSITION}){{1,3}}\s*")
#: A name is written once, with a number that stands for it from there on.
NAME = re.compile(r"\(([0-9]{1,18})\)(?:\s+(.*))?")
#: ``f'2`` is f where it runs for the second time at once.
LEVEL = re.compile(r"(.+)'([2-9]|[1-9][0-9]{1,8})")
#: What pprof calls one of several functions that have the same name and file, but only where they are called.
ONE_OF = re.compile(r"(.*?) ?\[([0-9]{1,9})/([0-9]{1,9})\]")
#: What is measured, with its unit: ``cpu(ms)``, ``Time_(10ns)``.
UNIT = re.compile(r"(.+?)_?\(([0-9]{0,9})\s*([^()]+)\)")
#: What these call inclusive counts a function once for each of its levels.
EVERY_LEVEL = ("callgrind", "xdebug")
UNKNOWN = "???"
BYTES = frozenset(["bytes", "B", "kB", "KB", "MB", "GB"])
HEADERS = frozenset(["cmd", "desc", "event", "part", "pid", "rate", "version"])


class _Place(NamedTuple):
    """A function at one level of its recursion."""

    function: Function
    level: int


_Call = tuple[_Place, _Place]


def read_callgrind(data: bytes, *, name: str, event: str | None = None) -> nx.DiGraph:
    r"""Read a profile of callgrind: the tail of an edge calls its head, which costs so much for all of these calls.

    Several parts add up. The levels of a recursive function (``f'2``) are one node, of which ``inclusive`` is what the
    first level cost, all others within it, and ``primitive_calls`` are the calls of that level. In a file without
    levels (``--separate-recs=1``) the inclusive cost of a function on a cycle of calls is left out, unless all calls
    into the cycle are of it. Calls inside of a cycle cost again what each level within them costs:
    ``G.graph["recursion"]`` is "every level".

    Code that is inlined from other files belongs to the function that it runs in. Jumps are passed over.

    Parameters
    ----------
    event : str, optional
        Which of several measured events; by default the first.

    Returns
    -------
    networkx.DiGraph
        Nodes have ``self``, ``inclusive``, ``calls`` and, as ``module``, their program or library; edges ``calls`` and
        ``cost``.

    Raises
    ------
    FormatError
        A line that is none of the format; the line is named. Or the file is cut off: its costs are not its total.
    UsageError
        An event that it has not measured.

    Examples
    --------
    >>> text = b"events: Ir\nfl=a.c\nfn=main\n1 20\ncfn=f\ncalls=3 9\n2 400\n\nfn=f\n9 400\n"
    >>> G = read_callgrind(text, name="callgrind.out.1")
    >>> G.nodes["main"]["self"], G.nodes["main"]["inclusive"], G["main"]["f"], G.graph["unit"]
    (20, 420, {'cost': 400, 'calls': 3}, 'Ir')
    """
    profile = _Profile(name, event)
    with collector_at_rest():
        for profile.line, line in enumerate(text_of(data).split("\n"), 1):
            profile.take(line)
        profile.end()
        return profile.graph()


class _Profile:
    """A profile as its lines come in."""

    def __init__(self, name: str, event: str | None) -> None:
        self.name = name
        self.line = 0
        self.event = event
        self.events: list[str] = []
        self.creator = ""
        self.threads: set[str] = set()
        self.own: Counter[_Place] = Counter()
        self.calls: dict[_Call, list[int]] = {}
        self.modules: dict[Function, str] = {}
        #: By name and file the functions whose costs are written, in their order.
        self._written: dict[tuple[str, str], dict[Function, None]] = {}
        self._names: dict[tuple[str, str], str] = {}
        self._n_positions = 1
        self._costs = COSTS[1]
        self._column = -1
        self._total = 0
        self._summary: int | None = None
        self._object = self._file = self._here = ""
        self._called_object: str | None = None
        self._called_file: str | None = None
        self._caller: _Place | None = None
        self._called: _Place | None = None
        self._pending: int | None = None
        self._specs = self._specifications()
        self._place = cache(self._new_place)

    def _specifications(self) -> dict[str, Callable[[str], object]]:
        return {
            "ob": self._in_object,
            "fl": self._in_file,
            "fi": self._inlined_from,
            "fe": self._inlined_from,
            "fn": self._in_function,
            "cob": self._calls_object,
            "cfi": self._calls_file,
            "cfl": self._calls_file,
            "cfn": self._calls_function,
            "calls": self._call,
            "jfi": lambda text: self._known("fl", text),
            "jfn": lambda text: self._known("fn", text),
            "jump": self._ignore,
            "jcnd": self._ignore,
            "events:": self._measures,
            "positions:": self._positions,
            "thread:": self.threads.add,
            "creator:": self._created_by,
            "summary:": self._sums_to,
            "totals:": self._sums_to,
            **{f"{header}:": self._ignore for header in HEADERS},
        }

    def take(self, line: str) -> None:
        """Take a line: costs, a name, or a header."""
        if not line or line[0] == "#" or line.isspace():
            return
        if line[0] in "0123456789+-*" and (match := self._costs.fullmatch(line)):
            self._cost(match[1])
            return
        key, _, value = line.partition("=")
        if key not in self._specs:
            key, colon, value = line.partition(":")
            key += colon
        if self._pending is not None or key not in self._specs:
            raise self._unread(line)
        self._specs[key](value.strip())

    def _unread(self, line: str) -> FormatError:
        if self._pending is not None:
            return self._error("behind calls= stands no line of what they cost")
        if any(re.fullmatch(r"-[0-9]+", word) for word in line.split()[self._n_positions :]):
            return self._error(f"a negative cost: {line[:60]!r}")
        if any(re.fullmatch(r"[0-9]{21,}", word) for word in line.split()):
            return self._error(f"a number of more than 20 digits, which is too large: {line[:60]!r}")
        return self._error(f"no line of callgrind's format: {line[:60]!r}")

    def end(self) -> None:
        """End a part, whose costs are what it says they are, unless it is cut off."""
        if self._pending is not None:
            raise self._error("cut off behind calls=")
        if self._summary not in (None, self._total) and self.creator.startswith("callgrind"):
            raise self._error(
                f"cut off: its costs are {self._total:,} of {self._summary:,} {self.event}; record it again"
            )
        self._total, self._summary = 0, None

    def _ignore(self, text: str) -> None:
        """Pass by what says nothing of costs."""

    def _created_by(self, text: str) -> None:
        self.creator = text

    def _measures(self, text: str) -> None:
        self.end()
        events = text.split()
        named = {short: event for event in events for short in (_unit_of(event)[0], event)}
        if not events:
            raise self._error("events: without a name")
        self.event = self.event or events[0]
        if self.event not in named:
            raise UsageError(Keyword("event", self.event), f": {self.name} has no such event, but {', '.join(events)}")
        self.events = self.events or events
        self.event = named[self.event]
        self._column = events.index(self.event)

    def _positions(self, text: str) -> None:
        self._n_positions = min(max(len(text.split()), 1), 3)
        self._costs = COSTS[self._n_positions]

    def _sums_to(self, text: str) -> None:
        values = text.split()
        if 0 <= self._column < len(values) and values[self._column].isdecimal():
            self._summary = int(values[self._column][:20])

    def _known(self, kind: str, text: str) -> str:
        """Return a name, in full or by the number that stands for it."""
        match = NAME.fullmatch(text)
        if match is None:
            return text
        if match[2]:
            self._names[kind, match[1]] = match[2]
        elif (kind, match[1]) not in self._names:
            raise self._error(f"no name stands before for the number ({match[1]})")
        return self._names[kind, match[1]]

    def _in_object(self, text: str) -> None:
        self._object = self._known("ob", text)

    def _in_file(self, text: str) -> None:
        self._file = self._here = self._known("fl", text)

    def _inlined_from(self, text: str) -> None:
        self._here = self._known("fl", text)

    def _in_function(self, text: str) -> None:
        self._here = self._file
        self._caller = self._place(self._known("fn", text), self._file, self._object)
        function = self._caller.function
        self._written.setdefault((function.name, _known_file(self._file)), {})[function] = None

    def _calls_object(self, text: str) -> None:
        self._called_object = self._known("ob", text)

    def _calls_file(self, text: str) -> None:
        self._called_file = self._known("fl", text)

    def _calls_function(self, text: str) -> None:
        file = self._here if self._called_file is None else self._called_file
        module = self._object if self._called_object is None else self._called_object
        self._called = self._place(self._known("fn", text), file, module)
        self._called_file = self._called_object = None

    def _call(self, text: str) -> None:
        match = CALLS.fullmatch(text)
        if match is None or self._called is None or self._caller is None:
            raise self._error("calls= without a number of calls, or without fn= and cfn= before it")
        self._pending = _number(match[1])

    def _cost(self, text: str) -> None:
        if self._column < 0 or self._caller is None:
            raise self._error("costs before the lines events: and fn=")
        values = text.split()
        # What is left out at the end is 0.
        cost = _number(values[self._column]) if self._column < len(values) else 0
        if self._pending is None or self._called is None:
            self.own[self._caller] += cost
            self._total += cost
        else:
            sums = self.calls.setdefault((self._caller, self._called), [0, 0])
            sums[0] += self._pending
            sums[1] += cost
            self._pending = None

    def _new_place(self, text: str, file: str, module: str) -> _Place:
        level = LEVEL.fullmatch(text)
        module = "" if module == UNKNOWN else module.rpartition("/")[2]
        function = Function(level[1] if level else text or NO_NAME, _known_file(file) or module)
        if module:
            self.modules.setdefault(function, module)
        return _Place(function, int(level[2]) if level else 1)

    def _resolved(self) -> dict[_Call, list[int]]:
        """Return the calls, each with the function that it calls: pprof does not write the library of that.

        It tells those of one name and file by numbers, in the order in which it writes what they cost.
        https://github.com/google/pprof/blob/main/internal/report/report.go, getDisambiguatedNames
        """
        if self.creator:
            return self.calls
        calls: dict[_Call, list[int]] = {}
        for (tail, head), (count, cost) in self.calls.items():
            sums = calls.setdefault((tail, head._replace(function=self._one_of(head.function))), [0, 0])
            sums[0] += count
            sums[1] += cost
        return calls

    def _one_of(self, function: Function) -> Function:
        """Return the function whose costs are written that is meant by one that is called."""
        # What is in no file has its library in place of one.
        in_file = "" if function.file == self.modules.get(function) else function.file
        match = None if (function.name, in_file) in self._written else ONE_OF.fullmatch(function.name)
        name = (match[1] or NO_NAME) if match else function.name
        known = list(self._written.get((name, in_file), ()))
        if match and len(known) == int(match[3]) >= int(match[2]) > 0:
            return known[int(match[2]) - 1]
        here = function._replace(name=name)
        return known[0] if len(known) == 1 else here if here in known else function

    def _error(self, what: str) -> FormatError:
        return FormatError(f"{self.name}, line {self.line}: {what}")

    def graph(self) -> nx.DiGraph:
        """Return the profile, the levels of each function as one."""
        if self.event is None:
            raise self._error("no line events: in it")
        if not self.calls and not self.creator and self.own:
            raise self._error(
                "no calls in it, as in what cachegrind writes; valgrind --tool=callgrind PROGRAM records who calls whom"
            )
        _, factor, unit = _unit_of(self.event)
        measured = _Measured(self.own, self._resolved(), factor)
        functions = measured.functions()
        for function, module in self.modules.items():
            if function in functions:
                functions[function]["module"] = module
        return from_calls(
            functions,
            measured.between(),
            unit=unit,
            total=factor * sum(self.own.values()),
            kind="allocated" if unit in BYTES else "counted" if measured.is_counted else "sampled",
            format="callgrind",
            event=self.event if len(self.events) > 1 else None,
            events=self.events if len(self.events) > 1 else None,
            recursion="every level" if self.creator.startswith(EVERY_LEVEL) else None,
            threads=len(self.threads) if len(self.threads) > 1 else None,
        )


class _Measured:
    """What was measured of functions at their levels of recursion, and what that says of the functions."""

    def __init__(self, own: Mapping[_Place, int], calls: Mapping[_Call, list[int]], factor: int) -> None:
        self.own = {place: cost * factor for place, cost in own.items()}
        self.calls = {call: (count, cost * factor) for call, (count, cost) in calls.items()}
        #: Whether calls are counted: pprof writes 0.
        self.is_counted = any(count for count, _ in self.calls.values()) or not calls
        self.cycles = _cycles((tail.function, head.function) for tail, head in self.calls)
        #: Whether levels of recursion are told apart: what has but one never ran twice at once.
        self.has_levels = any(head.level > 1 for _, head in self.calls)

    def between(self) -> dict[tuple[Function, Function], dict[str, int]]:
        """Return what calls between two functions cost, of all levels."""
        merged: dict[tuple[Function, Function], dict[str, int]] = {}
        for (tail, head), (count, cost) in self.calls.items():
            edge = merged.setdefault((tail.function, head.function), {"cost": 0})
            edge["cost"] += cost
            if self.is_counted:
                edge["calls"] = edge.get("calls", 0) + count
        return merged

    def functions(self) -> dict[Function, dict[str, Any]]:
        """Return what is known of each function."""
        functions: dict[Function, dict[str, Any]] = {}
        for place in (*self.own, *(place for call in self.calls for place in call)):
            functions.setdefault(place.function, {"self": 0})
        for place, cost in self.own.items():
            functions[place.function]["self"] += cost
        known = self._inclusive()
        for function in functions.keys() & known.keys():
            functions[function]["inclusive"] = known[function]
        if self.is_counted:
            for function, counts in self._counts().items():
                functions[function].update(counts)
        return functions

    def _inclusive(self) -> dict[Function, int]:
        """Return what functions cost with all that they called, each call once; of some on cycles it is not known.

        On a cycle it is what the first level of a function cost, where the file has levels: all others are within it,
        save for calls of them from outside of the cycle, where callgrind has lost count. Without levels it is known of
        what alone is called from outside. What has no costs of its own has those of its calls.
        """
        inclusive: Counter[Function] = Counter()
        for place, cost in self.own.items():
            inclusive[place.function] += cost * self._is_first(place)
        written = {place.function for place in self.own} | {tail.function for tail, _ in self.calls}
        for (tail, head), (_, cost) in self.calls.items():
            inclusive[tail.function] += cost * self._is_first(tail)
            is_late = not self._is_first(head) and self._enters(tail, head)
            inclusive[head.function] += cost * (is_late or head.function not in written)
        if self.has_levels:
            return inclusive
        return {each: cost for each, cost in inclusive.items() if each not in self.cycles} | self._entrances()

    def _entrances(self) -> dict[Function, int]:
        """Return what functions cost that are alone on their cycle, or alone lead into it: what all of it costs."""
        entering: dict[int, Counter[Function]] = defaultdict(Counter)
        wholes: Counter[int] = Counter()
        for place, cost in self.own.items():
            wholes[self.cycles.get(place.function, -1)] += cost
        for (tail, head), (_, cost) in self.calls.items():
            if self._enters(tail, head):
                wholes[self.cycles.get(tail.function, -1)] += cost
                entering[self.cycles.get(head.function, -1)][head.function] += cost
        sizes = Counter(self.cycles.values())
        return {
            function: wholes[number]
            for function, number in self.cycles.items()
            if sizes[number] == 1 or entering[number] == {function: wholes[number]}
        }

    def _counts(self) -> dict[Function, dict[str, int]]:
        """Return how often each function was called and, where levels tell them apart, how often from outside."""
        levelled = {head.function for _, head in self.calls if not self._is_first(head)}
        counts: dict[Function, dict[str, int]] = {}
        for (tail, head), (count, _) in self.calls.items():
            known = counts.setdefault(head.function, {"calls": 0})
            known["calls"] += count
            if head.function in levelled:
                is_outer = self._is_first(head) or self._enters(tail, head)
                known["primitive_calls"] = known.get("primitive_calls", 0) + count * is_outer
        return counts

    def _is_first(self, place: _Place) -> bool:
        """Tell whether what is measured here is within no other level of the function."""
        return place.level == 1 or place.function not in self.cycles

    def _enters(self, tail: _Place, head: _Place) -> bool:
        """Tell whether a call comes from outside of the cycle that a function is on."""
        return self.cycles.get(tail.function) != self.cycles.get(head.function)


def _known_file(file: str) -> str:
    return "" if file == UNKNOWN else file


def _cycles(calls: Iterable[tuple[Function, Function]]) -> dict[Function, int]:
    """Return the functions that can call themselves, through others or directly, each with the number of its cycle."""
    graph = nx.DiGraph(calls)
    return {
        function: number
        for number, members in enumerate(nx.strongly_connected_components(graph))
        for function in members
        if len(members) > 1 or graph.has_edge(function, function)
    }


def _unit_of(event: str) -> tuple[str, int, str]:
    """Return an event's name, and in how many of which unit it is counted.

    Examples
    --------
    >>> _unit_of("Ir"), _unit_of("cpu(ms)"), _unit_of("Time_(10ns)")
    (('Ir', 1, 'Ir'), ('cpu', 1, 'ms'), ('Time', 10, 'ns'))
    """
    match = UNIT.fullmatch(event)
    return (match[1], int(match[2] or 1), match[3].replace("µ", "u")) if match else (event, 1, event)


def _number(text: str) -> int:
    return int(text, 16) if "x" in text.lower() else int(text)
