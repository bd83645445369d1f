"""Which ratio got worse between two sides of runs, by more than its noise: ``--compare A.json B.json``.

A ratio is the peer's time over graphdiff's, taken within a round, so that what slows the whole machine slows both. The
samples of a side are the ratios of the rounds of all its runs; of five runs or more they are the runs' medians, as runs
of one program differ by more than its rounds do. How many times as long graphdiff takes as before is the median of
all quotients of a sample before and one now (J. Hodges, E. Lehmann, 1963); its noise is the interval around it that
holds with a confidence of 99 % whatever the distribution (by the counts of H. Mann and D. Whitney, 1947). A ratio is
worse where that whole interval is above 1.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from glob import glob
from math import comb, inf
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.report import factor_text

#: One-sided: that a ratio which is what it was is called worse.
CHANCE = 0.005
#: With fewer samples on a side than so many, no interval holds with that confidence.
FEWEST = 5

HEAD = ("measure", "on", "peer", "before", "now", "graphdiff takes", "its noise", "group")

#: Group, measure, graph and peer: what a ratio is of.
Key = tuple[str, str, str, str]


class NotComparableError(Exception):
    """Two sides have no ratios that one can hold beside each other; the message says what to do."""


@dataclass(frozen=True)
class Shift:
    """How many times as long as before graphdiff takes beside a peer, and the interval that is its noise.

    `before` and `now` are the medians of the ratios, the peer's time over graphdiff's.
    """

    key: Key
    before: float
    now: float
    times: float
    low: float
    high: float

    def cells(self) -> tuple[str, ...]:
        """Return the row as texts under `HEAD`."""
        group, measure, graph, peer = self.key
        before, now = (factor_text(ratio, ("slower", "faster")) for ratio in (self.before, self.now))
        times = f"{self.times:.3g} x as long"
        return measure, graph, peer, before, now, times, f"{self.low:.3g} to {self.high:.3g}", group


@dataclass(frozen=True)
class Shifts:
    """What became of every ratio that both sides have.

    `few` have too few samples to tell; `gone` and `new` are on one side only; `runs` are those of the side with fewer.
    """

    judged: tuple[Shift, ...]
    few: tuple[Key, ...]
    gone: tuple[Key, ...]
    new: tuple[Key, ...]
    runs: int

    @property
    def worse(self) -> list[Shift]:
        """The ratios that got worse by more than their noise, the worst first."""
        return sorted((shift for shift in self.judged if shift.low > 1), key=lambda shift: -shift.times)

    @property
    def better(self) -> list[Shift]:
        """The ratios that got better by more than their noise, the best first."""
        return sorted((shift for shift in self.judged if shift.high < 1), key=lambda shift: shift.times)

    def __str__(self) -> str:
        """Return those that moved, and how many there are of all others."""
        within = len(self.judged) - len(self.worse) - len(self.better)
        parts = [_listed("Worse by more than its noise", self.worse), _listed("Better", self.better)]
        parts.append(f"{len(self.worse)} worse, {len(self.better)} better, {within} within their noise.")
        if self.runs == 1 and self.worse:
            parts.append("One run on a side: what else the machine did looks like a change; runs in turn tell.")
        if self.few:
            parts.append(
                f"{len(self.few)} with fewer than {FEWEST} rounds on a side are not judged: give several runs a side."
            )
        for text, keys in (("Only before", self.gone), ("Only now", self.new)):
            parts.extend(f"{text}: {' · '.join(key)}" for key in keys)
        return "\n".join(filter(None, parts))


def compare(before: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]) -> Shifts:
    """Return what became of the ratios between two sides of runs, each what ``--json`` wrote.

    Raises
    ------
    NotComparableError
        The runs are of graphs of several sizes, or no ratio is on both sides.
    """
    scales = sorted({run["size"]["scale"] for run in (*before, *now)})
    if len(scales) > 1:
        raise NotComparableError(f"runs of the scales {', '.join(map(str, scales))}: measure both sides on one")
    old, new = samples(before), samples(now)
    both = [key for key in old if key in new]
    if not both:
        raise NotComparableError("no measure is on both sides: run the same groups")
    few = tuple(key for key in both if min(len(old[key]), len(new[key])) < FEWEST)
    judged = tuple(shift(key, old[key], new[key]) for key in both if key not in few)
    gone, added = (tuple(key for key in one if key not in other) for one, other in ((old, new), (new, old)))
    return Shifts(judged, few, gone, added, min(len(before), len(now)))


def samples(runs: Sequence[Mapping[str, Any]]) -> dict[Key, list[float]]:
    """Return the samples of each ratio of one side."""
    found: dict[Key, list[Sequence[float]]] = defaultdict(list)
    for run in runs:
        for group, result in run["groups"].items():
            for row in result["rows"]:
                found[group, row["measure"], row["graph"], row["peer"]].append(row.get("ratios") or [row["ratio"]])
    return {
        key: [median(rounds) for rounds in each] if len(each) >= FEWEST else [one for rounds in each for one in rounds]
        for key, each in found.items()
    }


def shift(key: Key, before: Sequence[float], now: Sequence[float]) -> Shift:
    """Return how many times as long graphdiff takes now, from the ratios on both sides.

    Examples
    --------
    >>> found = shift(("", "", "", ""), [2.0, 2.1, 2.2, 2.3, 2.4], [1.0, 1.05, 1.1, 1.15, 1.2])
    >>> found.times, round(found.low, 3), found.high
    (2.0, 1.667, 2.4)
    """
    quotients = sorted(old / new for old in before for new in now)
    left_out = dropped(len(before), len(now))
    ends = quotients[left_out], quotients[-1 - left_out]
    return Shift(key, median(before), median(now), median(quotients), *ends)


@cache
def dropped(n_before: int, n_now: int) -> int:
    """Return how many quotients lie outside the interval on either side, -1 where none is narrow enough.

    The largest k such that at most a part `CHANCE` of all orders of the samples has at most k pairs one way round.

    Examples
    --------
    >>> dropped(5, 5), dropped(7, 7), dropped(4, 4)
    (0, 4, -1)
    """
    orders = pair_counts(n_before, n_now)
    within, count = 0, -1
    while (within := within + orders[count + 1]) <= CHANCE * comb(n_before + n_now, n_now):
        count += 1
    return count


def pair_counts(n_before: int, n_now: int) -> Counter[int]:
    """Return in how many orders of two samples there are so many pairs in which the one of now comes first.

    Examples
    --------
    >>> sorted(pair_counts(2, 2).items())
    [(0, 1), (1, 1), (2, 2), (3, 1), (4, 1)]
    """
    counts = [Counter({0: 1}) for _ in range(n_now + 1)]  # by how many of now have come, none of before yet
    for _ in range(n_before):
        previous: Counter[int] = Counter()
        for n_come, old in enumerate(counts):
            # Next is one of before, and what has come of now stands before it; or one of now.
            counts[n_come] = Counter({pairs + n_come: orders for pairs, orders in old.items()}) + previous
            previous = counts[n_come]
    return counts[n_now]


def runs_of(side: str) -> list[Mapping[str, Any]]:
    """Read the runs of one side: a file, or a pattern of several."""
    files = [side] if Path(side).exists() else sorted(glob(side))
    if not files:
        raise NotComparableError(f"no file {side}")
    return [_results(file) for file in files]


def _results(file: str) -> Mapping[str, Any]:
    """Read the results of one run, and raise where they are none."""
    try:
        run = json.loads(Path(file).read_text(encoding="utf-8"))
        _ = float(run["size"]["scale"])
        for ratios in (row.get("ratios") or [row["ratio"]] for each in run["groups"].values() for row in each["rows"]):
            if not all(isinstance(ratio, (int, float)) and 0 < ratio < inf for ratio in ratios):
                raise ValueError(f"a ratio is no number above 0: {ratios}")
        if not samples([run]):
            raise ValueError("it has no rows")
    except OSError as error:
        raise NotComparableError(f"{file}: {error.strerror}") from error
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:  # also of what is no UTF-8
        told = f"{type(error).__name__}: {error}" if isinstance(error, KeyError) else str(error)
        raise NotComparableError(f"{file} is no JSON of `python -m benchmarks --json`: {told:.200}") from error
    return run


def _listed(head: str, shifts: Iterable[Shift]) -> str:
    lines = [shift.cells() for shift in shifts]
    if not lines:
        return ""
    widths = [max(map(len, column)) for column in zip(HEAD, *lines, strict=True)]
    rows = ("  ".join(map(str.ljust, line, widths)).rstrip() for line in (HEAD, *lines))
    return "\n".join([head, *rows, ""])
