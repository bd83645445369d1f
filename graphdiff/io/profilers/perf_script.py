"""What ``perf script`` prints: each sample with its stack, the function where it was first."""

from __future__ import annotations

import re
from array import array
from typing import NamedTuple

import networkx as nx
import numpy as np

from graphdiff.errors import FormatError, UsageError
from graphdiff.graph.measured import with_stacks
from graphdiff.io.source import text_of
from graphdiff.kernels.collecting import collector_at_rest
from graphdiff.profiles.call_graph import Function, from_stacks
from graphdiff.profiles.stacks import MOST, Stacks
from graphdiff.remedies import Keyword

__all__ = ["read_perf_script"]

#: A sample's first line: the command, its thread, the processor, the time, the period, the event.
SAMPLE = re.compile(
    r"\s*(?P<command>\S.*?)(?:\s+(?P<ids>-?[0-9]{1,10}(?:/-?[0-9]{1,10})?))?(?:\s+\[[0-9]+\])?(?:\s+(?P<time>[0-9]+\.[0-9]+):)?"
    r"(?:\s+(?P<period>[0-9]{1,18}))?\s+(?P<event>[^\s:]\S*?):(?:\s+(?P<rest>\S.*))?\s*"
)
#: So much of a line has all of that.
LINE_START = 500
#: How far into a function a frame is.
OFFSET = re.compile(r"\+0x[0-9a-f]{1,16}\Z")
DELETED = " (deleted)"
ADDRESS = re.compile(r"[0-9a-f]{1,16}")
#: Where in the source a frame is, or in its file, on a line of its own.
SOURCE = re.compile(r"\s+\S*(?::[0-9]+|\[[0-9a-f]+\])\s*")
MODIFIERS = re.compile(r":[ukhpPGHISDWeb]*\Z")
UNKNOWN = "[unknown]"
INLINED = "inlined"
#: What a period of these events is counted in; of all others it is the event itself.
UNITS = {"cpu-clock": "ns", "task-clock": "ns"}


def read_perf_script(
    data: bytes, *, name: str, event: str | None = None, thread: str | None = None, stacks: str = "keep"
) -> nx.DiGraph:
    r"""Read what ``perf script`` prints of a recording with stacks (``perf record -g``).

    The command that ran is the root of its stacks; a function is known by its symbol and the program or library that
    has it. What perf could not name is ``[unknown]``, one for each library. An inlined function counts to the file of
    the function that it is inlined in.

    What counts is the period of each sample, where perf printed it, else one a sample.

    Parameters
    ----------
    event : str, optional
        Which of several events, with or without modifiers (``cycles`` or ``cycles:u``); by default that of the first
        sample.
    thread : str, optional
        Only the samples of this command, or of the thread of this number.
    stacks : {"keep", "drop"}
        Whether stacks stay beside the calls.

    Returns
    -------
    networkx.DiGraph
        Its unit is ``ns`` of the events cpu-clock and task-clock, else the event; ``samples`` without periods.

    Raises
    ------
    FormatError
        A line that is none of perf's; the line is named. Or no sample has a stack.
    UsageError
        An event or a thread that is not there.

    Examples
    --------
    >>> text = b"run 7 5.1:  250000 cpu-clock: \n\t 1346 work+0xa1 (/bin/run)\n\t 15db main+0x57 (/bin/run)\n\n"
    >>> G = read_perf_script(text, name="run.txt")
    >>> list(G.edges(data="cost")), G.graph["unit"], G.nodes["work"]["file"]
    ([('main', 'work', 250000), ('run', 'main', 250000)], 'ns', '/bin/run')
    """
    samples = _Samples(name, event, thread)
    with collector_at_rest():
        for samples.line, line in enumerate(text_of(data).split("\n"), 1):
            samples.take(line)
        samples.end()
        return with_stacks(samples.graph(), stacks)


class _Head(NamedTuple):
    """What stands in a sample's first line."""

    command: str
    thread: str
    period: str
    event: str


class _Samples:
    """The samples as their lines come in."""

    def __init__(self, name: str, event: str | None, thread: str | None) -> None:
        self.name = name
        self.line = 0
        self.event = event
        self.thread = thread
        self.events: dict[str, None] = {}
        self._head: _Head | None = None
        self._stack: list[int] = []
        self._inlined: list[str] = []
        self._numbers: dict[Function, int] = {}
        self._known: dict[str, int] = {}
        self._frames, self._lengths, self._costs = array("i"), array("q"), array("q")
        self._threads: dict[str, _Head] = {}
        self._ids: set[str] = set()
        self._has_periods, self._has_stacks = True, False

    def take(self, line: str) -> None:
        """Take a line: blank behind a sample, the first of one, or one of its frames."""
        if not line or line.isspace():
            self.end()
        elif self._head is not None and line[0] in " \t":
            self._frame(line)
        elif line[0] != "#" and "PERF_RECORD_" not in line:
            self._begin(line)

    def _begin(self, line: str) -> None:
        match = SAMPLE.fullmatch(line[:LINE_START])
        if match and (match["ids"] or not match["rest"]):
            self._take_head(match)
        elif self._head is not None:
            self._frame(line)
        else:
            raise self._error(line)

    def _take_head(self, match: re.Match[str]) -> None:
        self.end()
        thread = (match["ids"] or "").rpartition("/")[2]
        self._head = _Head(match["command"], thread, match["period"] or "", match["event"])

    def _frame(self, line: str) -> None:
        address, _, text = line.strip().partition(" ")
        if text in self._known and not self._inlined:
            self._stack.append(self._known[text])
        elif (match := SAMPLE.fullmatch(line[:LINE_START])) and match["ids"] and match["time"]:
            self._take_head(match)  # samples without stacks, which stand one below the other
        elif ADDRESS.fullmatch(address):
            self._new_frame(text)
        elif not SOURCE.fullmatch(line):
            raise self._error(line)

    def _new_frame(self, text: str) -> None:
        symbol, module = _symbol_of(text)
        if module == INLINED:
            self._inlined.append(symbol)
            return
        self._stack += [self._number(Function(each, module)) for each in self._inlined]
        self._known[text] = self._number(Function(symbol, module))
        self._stack.append(self._known[text])
        self._inlined = []

    def _number(self, function: Function) -> int:
        return self._numbers.setdefault(function, len(self._numbers))

    def end(self) -> None:
        """End a sample, and keep it where it is one of those asked for."""
        head, self._head = self._head, None
        if head is None:
            return
        self._stack += [self._number(Function(each)) for each in self._inlined]
        stack, self._stack, self._inlined = self._stack, [], []
        self.events.setdefault(head.event)
        self.event = self.event or head.event
        if self.event not in (head.event, _plain(head.event)):
            return
        self._threads.update({head.command: head, head.thread: head})
        if self.thread in (None, head.command, head.thread):
            self._keep(head, stack)

    def _keep(self, head: _Head, stack: list[int]) -> None:
        self._ids.add(head.thread)
        self._has_stacks |= bool(stack)
        self._has_periods &= bool(head.period)
        self._frames.append(self._number(Function(head.command)))
        self._frames.extend(reversed(stack))
        self._lengths.append(1 + len(stack))
        self._costs.append(int(head.period or 1))

    def graph(self) -> nx.DiGraph:
        """Return the profile of what was kept."""
        if self.event is None:
            raise FormatError(f"{self.name}: no samples in it")
        if not self._costs:
            raise self._nothing_kept()
        if not self._has_stacks:
            raise FormatError(f"{self.name}: samples without stacks; perf record -g PROGRAM records them")
        if sum(self._costs) >= MOST:
            raise FormatError(f"{self.name}: the periods of all samples add up to 2**62 or more")
        ones = np.ones(len(self._costs), dtype=np.int64)
        stacks = Stacks.of(
            np.frombuffer(self._frames, dtype=np.int32),
            np.frombuffer(self._lengths, dtype=np.int64),
            np.frombuffer(self._costs, dtype=np.int64) if self._has_periods else ones,
            ones,
        )
        plain = _plain(self.event)
        return from_stacks(
            list(self._numbers),
            stacks,
            unit=UNITS.get(plain, plain) if self._has_periods else "samples",
            kind="sampled",
            format="perf script",
            event=self.event if len(self.events) > 1 else None,
            events=list(self.events) if len(self.events) > 1 else None,
            threads=len(self._ids) if len(self._ids) > 1 else None,
        )

    def _nothing_kept(self) -> UsageError:
        if not self._threads:
            others = ", ".join(self.events)
            return UsageError(Keyword("event", self.event), f": {self.name} has no such event, but {others}")
        known = ", ".join(sorted({head.command for head in self._threads.values()})[:5])
        return UsageError(
            Keyword("thread", self.thread),
            f": {self.name} has no such command, nor a thread of this number; it has {known}",
        )

    def _error(self, line: str) -> FormatError:
        return FormatError(f"{self.name}, line {self.line}: no line of perf script: {line.strip()[:60]!r}")


def _symbol_of(text: str) -> tuple[str, str]:
    """Return the symbol of a frame, without how far into it, and the file that has it; empty where perf knew none.

    Examples
    --------
    >>> _symbol_of("main+0x57 (/bin/run)"), _symbol_of("f(int) (x.so (deleted))"), _symbol_of("[unknown] ([unknown])")
    (('main', '/bin/run'), ('f(int)', 'x.so'), ('[unknown]', ''))
    """
    symbol, module = text.rstrip(), ""
    if symbol.endswith(")") and " (" in symbol:
        start = symbol.rfind(" (", 0, len(symbol) - len(DELETED) - 1 if symbol.endswith(f"{DELETED})") else len(symbol))
        symbol, module = symbol[: max(start, 0)], symbol[start + 2 : -1].removesuffix(DELETED)
    symbol = OFFSET.sub("", symbol.strip())
    return symbol or UNKNOWN, "" if module == UNKNOWN else module


def _plain(event: str) -> str:
    """Return an event without its modifiers: ``cycles`` of ``cycles:u``."""
    return MODIFIERS.sub("", event)
