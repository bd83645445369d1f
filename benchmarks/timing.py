"""Fair times on a noisy machine: contestants take turns, round after round, and are compared within a round."""

from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from timeit import Timer

Contestant = Callable[[], object]

#: Calls are repeated within a round until a round takes about so many seconds.
ROUND = 0.01
#: Where all contestants together take long, there are fewer rounds, so that these take about so many seconds.
LONG = 10.0
#: The fewest of them, unless fewer are asked for.
FEWEST = 3


@dataclass(frozen=True)
class Rounds:
    """The times of every contestant, in seconds a call, round by round.

    Attributes
    ----------
    seconds : dict of name to list of float
        The first contestant is the one that the others are held against.
    peak_mib : dict of name to float
        Peak memory: of a whole process, or what a call allocates.
    held_mib : dict of name to float
        What the result of a call holds.
    cpu_seconds : dict of name to float
        The median processor time of a whole process and of those that it started: steadier than the time on a clock
        where others use the machine.
    """

    seconds: Mapping[str, Sequence[float]]
    peak_mib: Mapping[str, float] = field(default_factory=dict)
    held_mib: Mapping[str, float] = field(default_factory=dict)
    cpu_seconds: Mapping[str, float] = field(default_factory=dict)

    def median(self, name: str) -> float:
        """Return a contestant's median time."""
        return median(self.seconds[name])

    def ratios(self, name: str) -> tuple[float, ...]:
        """Return how many times as long as the first contestant one takes, round by round."""
        first = next(iter(self.seconds.values()))
        return tuple(other / own for own, other in zip(first, self.seconds[name], strict=True))

    def ratio(self, name: str) -> float:
        """Return how many times as long as the first contestant one takes: the median over the rounds."""
        return median(self.ratios(name))


def interleaved(contestants: Mapping[str, Contestant], *, repeats: int) -> Rounds:
    """Time calls in turn, after each has been called once to warm up; slow ones in fewer rounds."""
    timers = {name: Timer(call) for name, call in contestants.items()}
    calls, round_seconds = {}, 0.0
    for name, timer in timers.items():
        timer.timeit(1)
        once = timer.timeit(1)
        calls[name] = max(1, round(ROUND / once))
        round_seconds += calls[name] * once
    seconds: dict[str, list[float]] = {name: [] for name in timers}
    for _ in range(min(repeats, max(FEWEST, round(LONG / round_seconds)))):
        for name, timer in timers.items():
            seconds[name].append(timer.timeit(calls[name]) / calls[name])
    return Rounds(seconds)


def allocated(call: Contestant) -> tuple[float, float]:
    """Return how many MiB the result of a call holds, and what it had allocated at most; arrays are counted too."""
    tracemalloc.start()
    result = call()
    held, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del result
    return held / 2**20, peak / 2**20


def processes(commands: Mapping[str, Sequence[str]], *, repeats: int) -> Rounds:
    """Time whole processes in turn, after each has been run once to warm up, and keep what they used."""
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    used: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for command in commands.values():
        _run(command)
    for _ in range(repeats):
        for name, command in commands.items():
            timer = Timer(lambda: used[name].append(_run(command)))  # noqa: B023, called before the next turn
            seconds[name].append(timer.timeit(1))
    peaks, cpu = ({name: median(pair[which] for pair in pairs) for name, pairs in used.items()} for which in (0, 1))
    return Rounds(seconds, peaks, cpu_seconds=cpu)


def _run(command: Sequence[str]) -> tuple[float, float]:
    """Run a process to its end and return its peak memory in MiB, at least that of this process, and processor time."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with status {process.returncode}")
    return peak_mib(usage.ru_maxrss), usage.ru_utime + usage.ru_stime


def peak_mib(maxrss: int) -> float:
    """Return ``ru_maxrss`` in MiB: Linux counts it in KiB, macOS in bytes."""
    return maxrss / (2**20 if sys.platform == "darwin" else 2**10)
