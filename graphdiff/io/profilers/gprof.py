"""The call graph that gprof prints: of GNU's gprof, and of those before and beside it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import networkx as nx

from graphdiff.arithmetic import Number
from graphdiff.errors import FormatError
from graphdiff.io.source import text_of
from graphdiff.profiles.call_graph import Function, from_calls

__all__ = ["read_gprof"]

Columns = dict[str, Number]

HEADER = re.compile(r"index +% *(?:time +)?self +(?:children|descendents) +called(?:\+self)? +name\b")
#: What stands over and under the header.
HEADING = re.compile(r"\s*(?:called/total\s+(?:parents|children)|\([KM]\)\s+\([KM]\))\s*")
#: Behind the call graph, where no form feed is.
BEHIND = re.compile(r"\s*(?:This table describes|Index by function name)")
BETWEEN = re.compile(r"-{3,}\s*")
#: At the start of a line: the index of the function that the lines between two rules are about, its part of the total.
OWN = re.compile(r"\[\d+\]?\s++\d++\.\d++")
FIGURES = re.compile(
    r"\s*+(?:(?P<self>-?\d++\.\d++)\s++(?P<rest>-?\d++\.\d++)(?:\s++|$))?"
    r"(?:(?P<calls>\d{1,18})(?:(?P<sign>[/+])(?P<others>\d{1,18}))?(?:\s++|$))?"
)
INDEX = re.compile(r"[\[(](\d{1,9})[\])]")
CYCLE = re.compile(r"(.*) <cycle (\d+)>")
#: As gprof -l writes a function.
PLACED = re.compile(r"(.+) \((.+):(\d{1,9}) @ [0-9a-f]+\)")
WHOLE = re.compile(r"<cycle \d+ as a whole>")
PERIOD = re.compile(r"^Each sample counts as (\d{1,9}(?:\.\d{1,9})?) seconds", re.MULTILINE)
TOTAL = re.compile(r"^n?granularity: .*?(?: of |Time: )(\d{1,9}(?:\.\d{1,9})?) seconds", re.MULTILINE)
#: The header of what counts a processor's cycles, and in which multiples.
CYCLES = re.compile(r"^index +% +self +children +called +name *\r?\n(?: +\(([KM])\))?", re.MULTILINE)
MULTIPLES = {None: 1, "K": 10**3, "M": 10**6}

ASSUMED = (
    "gprof saw which code ran, and not for whom: what calls cost, and inclusive times, assume that all calls of a "
    "function cost the same"
)


class _Line(NamedTuple):
    """A line of the call graph: a function, and what it costs or what it costs for another."""

    number: int
    key: int
    name: str
    cycle: str
    figures: re.Match[str]
    is_own: bool


def read_gprof(data: bytes, *, name: str) -> nx.DiGraph:
    r"""Read what ``gprof`` prints: the call graph in it, in which a function calls a function.

    Nodes have ``self`` (seconds, sampled), ``calls`` and ``inclusive``, edges ``calls``, ``cost`` and the callee's
    ``self``. gprof samples which code runs and counts calls; what a call costs it takes from the mean of all calls of
    the function, which ``G.graph["warnings"]`` says. Calls within a cycle have no cost, and its members no inclusive
    time: gprof knows it of the cycle alone. ``primitive_calls`` are those that are no call of itself.

    References
    ----------
    .. [1] https://sourceware.org/binutils/docs/gprof/Call-Graph.html
    .. [2] S. Graham, P. Kessler and M. McKusick, "gprof: a call graph execution profiler", SIGPLAN Notices 17(6), 1982.

    Examples
    --------
    >>> text = b'''index % time    self  children    called     name
    ...                                                  <spontaneous>
    ... [1]    100.0    1.00    3.00                 main [1]
    ...                 3.00    0.00       6/6           work [2]
    ... -----------------------------------------------
    ...                 3.00    0.00       6/6           main [1]
    ... [2]     75.0    3.00    0.00       6         work [2]
    ... -----------------------------------------------'''
    >>> G = read_gprof(text, name="gprof.txt")
    >>> G.nodes["main"]["inclusive"], G.edges["main", "work"]
    (4.0, {'cost': 3.0, 'self': 3.0, 'calls': 6})
    """
    text = text_of(data)
    graph = _CallGraph(name, text)
    for entry in _entries(text, name):
        graph.add(entry)
    if not graph.names:
        raise FormatError(f"{name}: no function is in its call graph: no time was sampled, and no call counted")
    return graph.profile(text)


class _CallGraph:
    """What the lines say of functions, by their index, and of calls."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.names: dict[int, str] = {}
        self.functions: dict[int, Columns] = {}
        self.calls: dict[tuple[int, int], Columns] = {}
        cycles = CYCLES.search(text)
        self.unit = "cycles" if cycles else "s"
        self.multiple = MULTIPLES[cycles[1]] if cycles else 1

    def add(self, entry: list[_Line]) -> None:
        """Add what the lines between two rules say: a function's callers, itself, and what it calls."""
        places = [place for place, line in enumerate(entry) if line.is_own]
        if len(places) != 1:
            raise FormatError(
                f"{self.name}, line {entry[0].number}: {len(places)} functions between two rules, where one is expected"
            )
        own = entry[places[0]]
        if WHOLE.fullmatch(own.name):
            return  # its callers and members have lines of their own
        if own.key in self.functions:
            raise FormatError(f"{self.name}, line {own.number}: function [{own.key}] is there twice")
        self.functions[own.key] = self._function(own)
        for line in entry:
            if self.names.setdefault(line.key, line.name) != line.name:
                raise FormatError(
                    f"{self.name}, line {line.number}: [{line.key}] is called {line.name!r} here, and "
                    f"{self.names[line.key]!r} where it stood before"
                )
        for place, line in enumerate(entry):
            if place != places[0]:
                ends = (line.key, own.key) if place < places[0] else (own.key, line.key)
                self._add_call(ends, line)

    def _function(self, line: _Line) -> Columns:
        figures = line.figures
        times = self._times(line)
        columns = {"self": times[0]} | ({} if line.cycle else {"inclusive": times[1]}) if times else {}
        if figures["calls"]:
            columns["calls"] = int(figures["calls"]) + int(figures["others"] or 0)
            if not line.cycle and figures["sign"] == "+":
                columns["primitive_calls"] = int(figures["calls"])
        return columns

    def _add_call(self, ends: tuple[int, int], line: _Line) -> None:
        """Add a call, of which the file has a line at either end."""
        times = self._times(line)
        columns: Columns = {"cost": times[1], "self": times[0]} if times else {}
        columns["calls"] = int(line.figures["calls"])
        if self.calls.setdefault(ends, columns) != columns:
            raise FormatError(
                f"{self.name}, line {line.number}: the calls of {self.names[ends[1]]} by {self.names[ends[0]]} have "
                "other figures here than where they stood before"
            )

    def _times(self, line: _Line) -> tuple[Number, Number] | None:
        """Return a function's own time and that with all it calls, where the line has them."""
        if not line.figures["self"]:
            return None
        own, rest = float(line.figures["self"]), float(line.figures["rest"])
        if not (0 <= own < 2**62 and 0 <= rest < 2**62):
            raise FormatError(f"{self.name}, line {line.number}: a time of {min(own, rest)}: times are 0 or more")
        return self._scaled(own), self._scaled(own + rest)

    def _scaled(self, time: float) -> Number:
        return round(time, 6) if self.multiple == 1 else round(time * self.multiple)

    def profile(self, text: str) -> nx.DiGraph:
        """Return the profile; functions of one name, as static ones may be, bear their index."""
        known = {index: _function(each) for index, each in self.names.items()}
        times = Counter(known.values())
        functions = {
            index: each if times[each] == 1 else each._replace(name=f"{each.name} [{index}]")
            for index, each in known.items()
        }
        return from_calls(
            {functions[index]: columns for index, columns in self.functions.items()},
            {(functions[tail], functions[head]): columns for (tail, head), columns in self.calls.items()},
            unit=self.unit,
            kind="sampled",
            format="gprof",
            assumes="even calls",
            warnings=[f"{self.name}: {ASSUMED}"],
            **self._sampled(text),
        )

    def _sampled(self, text: str) -> dict[str, Any]:
        """Return the total, and of how many samples it is where the file says how much one counts."""
        stated, period = TOTAL.search(text), PERIOD.search(text)
        sums = [columns.get("self", 0) for columns in self.functions.values()]
        total = float(stated[1]) if stated and self.multiple == 1 else self._scaled(sum(sums) / self.multiple)
        samples = round(float(total) / float(period[1])) if period and float(period[1]) else None
        return {"total": total, "samples": samples}


def _function(title: str) -> Function:
    """Return a function by its name, which has a place where gprof was asked for lines.

    Examples
    --------
    >>> _function("burn (shop.c:3 @ 401196)"), _function("f(int)")
    (Function(name='burn', file='shop.c', line=3), Function(name='f(int)', file='', line=None))
    """
    placed = PLACED.fullmatch(title)
    return Function(placed[1], placed[2], int(placed[3])) if placed else Function(title)


def _entries(text: str, name: str) -> Iterator[list[_Line]]:
    """Yield the lines about each function, which rules part."""
    entry: list[_Line] = []
    for number, line in _graph_lines(text, name):
        if BETWEEN.fullmatch(line):
            if entry:
                yield entry
            entry = []
        elif line.strip() not in ("", "<spontaneous>") and not HEADING.fullmatch(line):
            entry.append(_line(line, number, name))
    if entry:
        raise FormatError(f"{name}, line {entry[-1].number}: no rule behind it: the file is cut off")


def _graph_lines(text: str, name: str) -> Iterator[tuple[int, str]]:
    lines = enumerate(text.split("\n"), 1)
    if not any(HEADER.match(line) for _, line in lines):
        raise FormatError(
            f"{name}: gprof's flat profile alone, without who calls whom; gprof -q PROGRAM gmon.out prints that"
        )
    for number, line in lines:
        if "\f" in line or BEHIND.match(line):
            return
        yield number, line.removesuffix("\r")


def _line(line: str, number: int, name: str) -> _Line:
    """Return the parts of a line: figures, a name that may have blanks, its cycle, its index."""
    before, _, last = line.rstrip().rpartition(" ")
    index, own = INDEX.fullmatch(last), OWN.match(line)
    figures = FIGURES.match(before, own.end() if own else 0)
    if not index or not figures:
        raise FormatError(f"{name}, line {number}: no line of a call graph: {line.strip()[:60]!r}")
    called = before[figures.end() :].strip()
    if not called or not (own or figures["calls"]):
        raise FormatError(f"{name}, line {number}: no name or no number of calls before [{index[1]}]")
    cycle = CYCLE.fullmatch(called)
    title, member = (cycle[1].strip(), cycle[2]) if cycle else (called, "")
    return _Line(number, int(index[1]), title, member, figures, own is not None)
