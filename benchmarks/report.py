"""What was measured, as a table for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from benchmarks.timing import Contestant, Rounds, allocated, interleaved, processes

HEAD = ("measure", "on", "graphdiff", "peer", "takes", "graphdiff is", "processor", "peak MiB", "result MiB")


@dataclass(frozen=True)
class Size:
    """How much to measure: graphs are scaled by `scale`, every measurement has so many rounds."""

    scale: float
    repeats: int

    def of(self, count: int) -> int:
        """Return `count` scaled, at least 2."""
        return max(2, round(count * self.scale))


@dataclass(frozen=True)
class Row:
    """graphdiff beside one peer; times are medians in seconds, `ratio` is the peer's time over graphdiff's.

    Of whole processes `cpu_seconds` is what they kept processors busy, however busy others did. `ratios` are those of
    the rounds: what two runs are compared by.
    """

    measure: str
    graph: str
    seconds: float
    peer: str
    peer_seconds: float
    ratio: float
    peak_mib: float | None = None
    peer_peak_mib: float | None = None
    held_mib: float | None = None
    peer_held_mib: float | None = None
    cpu_seconds: float | None = None
    peer_cpu_seconds: float | None = None
    ratios: tuple[float, ...] = ()

    def cells(self) -> tuple[str, ...]:
        """Return the row as texts under `HEAD`."""
        return (
            self.measure,
            self.graph,
            time_text(self.seconds),
            self.peer,
            time_text(self.peer_seconds),
            factor_text(self.ratio, ("slower", "faster")),
            _pair_text(self.cpu_seconds, self.peer_cpu_seconds, " s", 3),
            _pair_text(self.peak_mib, self.peer_peak_mib),
            _pair_text(self.held_mib, self.peer_held_mib),
        )


def compare(measure: str, graph: str, contestants: Mapping[str, Contestant], size: Size) -> Iterator[Row]:
    """Time graphdiff, the first contestant, beside the others."""
    yield from _rows(measure, graph, interleaved(contestants, repeats=size.repeats))


def compare_each(
    graph: str, calls: Mapping[str, Contestant], peers: Mapping[str, Contestant], size: Size
) -> Iterator[Row]:
    """Time several calls of graphdiff, by the measure that each is, beside the same peers."""
    seconds = interleaved({**calls, **peers}, repeats=size.repeats).seconds
    for measure in calls:
        beside = {name: seconds[name] for name in peers}
        yield from _rows(measure, graph, Rounds({"graphdiff": seconds[measure], **beside}))


def compare_with_memory(measure: str, graph: str, contestants: Mapping[str, Contestant], size: Size) -> Iterator[Row]:
    """Time graphdiff beside the others, and measure what each allocates and keeps in one call more."""
    rounds = interleaved(contestants, repeats=size.repeats)
    memory = {name: allocated(call) for name, call in contestants.items()}
    held, peaks = ({name: pair[which] for name, pair in memory.items()} for which in (0, 1))
    yield from _rows(measure, graph, replace(rounds, peak_mib=peaks, held_mib=held))


def compare_processes(measure: str, graph: str, commands: Mapping[str, Sequence[str]], size: Size) -> Iterator[Row]:
    """Time a process of graphdiff, the first command, beside the others."""
    yield from _rows(measure, graph, processes(commands, repeats=size.repeats))


def _rows(measure: str, graph: str, rounds: Rounds) -> Iterator[Row]:
    own, *peers = rounds.seconds
    for peer in peers:
        yield Row(
            measure,
            graph,
            rounds.median(own),
            peer,
            rounds.median(peer),
            rounds.ratio(peer),
            rounds.peak_mib.get(own),
            rounds.peak_mib.get(peer),
            rounds.held_mib.get(own),
            rounds.held_mib.get(peer),
            rounds.cpu_seconds.get(own),
            rounds.cpu_seconds.get(peer),
            rounds.ratios(peer),
        )


def table(rows: Iterable[Row]) -> str:
    """Return rows as a table in plain text."""
    lines = [HEAD, *(row.cells() for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def _pair_text(own: float | None, peer: float | None, unit: str = "", digits: int = 4) -> str:
    return "" if own is None or peer is None else f"{own:,.{digits}g} : {peer:,.{digits}g}{unit}"


def factor_text(ratio: float, words: tuple[str, str] = ("faster", "slower")) -> str:
    """Return a ratio of times in words: of the peer, unless `words` are those of graphdiff."""
    return f"{max(ratio, 1 / ratio):,.3g} x {words[ratio >= 1]}"


def time_text(seconds: float) -> str:
    """Return a time in the unit that suits it."""
    for unit, factor in (("s", 1.0), ("ms", 1e3)):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"
